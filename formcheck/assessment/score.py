"""One number from 0 to 100 for a repetition and for a set, that follows the verdict.

What was found says in which band the points lie: *stop*, *caution*, or neither. Where in
the band is told by parts, each the better the less of its fault there is. Parts that were
not seen are left out, and the basis says how much was seen: less of it neither adds points
nor costs any.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Literal

from formcheck.assessment.fatigue import LEAST_REPS, split_sets
from formcheck.assessment.findings import Severity, arching_limit_deg
from formcheck.assessment.judgement import Judgement
from formcheck.geometry.neutral import Neutral
from formcheck.lifts.exercises import Drift, Exercise
from formcheck.lifts.measures import RepMeasures

__all__ = [
    "BANDS",
    "PARTS",
    "REP_PARTS",
    "Criterion",
    "PartName",
    "Score",
    "Weights",
    "score_rep",
    "score_set",
]

PartName = Literal["rounding", "arching", "drift", "consistency", "completeness"]
Weights = Mapping[PartName, float]

# Fewest and most points of a verdict, so that who sorts by points sees first who needs
# attention: a judgement, not a measurement.
BANDS: Mapping[Severity, tuple[float, float]] = {
    "stop": (0.0, 49.0),
    "caution": (50.0, 79.0),
    "info": (85.0, 100.0),
}

# What each part counts within the band, before those that a lift does not have are left out
# and the rest is brought to 100. Judgements, not measurements: the document names rounding
# first, and breakdown under fatigue as what raises the risk.
PARTS: dict[PartName, float] = {
    "rounding": 40.0,
    "arching": 20.0,
    "drift": 20.0,
    "consistency": 10.0,
    "completeness": 10.0,
}
REP_PARTS: tuple[PartName, ...] = ("rounding", "arching", "completeness")

# The drift that sets are tested for in benchmarks/fatigue.py.
_DRIFT_DEG = 10.0
# Between two repetitions; the most by which lifters repeat a deadlift (minimal
# detectable change 4-8 degrees).
_UNLIKE_DEG = 8.0


@dataclass(frozen=True)
class Criterion:
    """What one part says.

    Attributes
    ----------
    name : str
    points : float
        0 to `of`, within the band.
    of : float
        What it counts; all parts that the lift has make 100.
    basis : float
        Share 0..1 of it that was seen; at 0 it is left out.
    """

    name: PartName
    points: float
    of: float
    basis: float

    @property
    def seen(self) -> bool:
        """False if it was left out."""
        return self.basis > 0


@dataclass(frozen=True)
class Score:
    """Points out of 100, and where they come from.

    Attributes
    ----------
    parts : tuple of Criterion
    severity : {"info", "caution", "stop"}
        The gravest finding: it sets the band.
    """

    parts: tuple[Criterion, ...]
    severity: Severity

    @property
    def points(self) -> float:
        """0 to 100, by the parts that were seen."""
        low, high = BANDS[self.severity]
        seen = [part for part in self.parts if part.seen]
        share = sum(part.points for part in seen) / sum(part.of for part in seen)
        return low + (high - low) * share

    @property
    def basis(self) -> float:
        """Share 0..1 of the criteria that was seen."""
        return sum(part.of * part.basis for part in self.parts) / 100


@dataclass(frozen=True)
class _Seen:
    """How good something is, 0..1, and how much of it was seen."""

    share: float
    basis: float


_NOTHING = _Seen(0.0, 0.0)


def score_rep(  # noqa: PLR0917 - one more than five, all needed
    rep: RepMeasures,
    judgement: Judgement | None,
    neutral: Neutral,
    exercise: Exercise,
    severity: Severity,
    weights: Weights = PARTS,
) -> Score | None:
    """Score one repetition; None where it was not measured, or the clip cuts it."""
    if not rep.measured or rep.rep.cut:
        return None
    seen: dict[PartName, _Seen] = {
        "rounding": _rounding(rep, judgement, exercise),
        "arching": _arching(rep, neutral, exercise),
        "completeness": _Seen(float(rep.rep.complete), 1.0),
    }
    return _score(seen, exercise, weights, severity, reps=1)


def score_set(  # noqa: PLR0917 - one more than five, all needed
    reps: Sequence[RepMeasures],
    judgements: Sequence[Judgement | None],
    neutrals: Sequence[Neutral],
    exercise: Exercise,
    severity: Severity,
    weights: Weights = PARTS,
) -> Score | None:
    """Score all repetitions of a clip; None where none was measured.

    Repetitions that the clip cuts are left out. Drift compares the last third of each
    set with the first, consistency each repetition with the next.

    Parameters
    ----------
    neutrals : sequence of Neutral
        Of the repetitions: each set of a clip has its own.
    severity : {"info", "caution", "stop"}
        Of the gravest finding.
    """
    judged = [one for one in zip(reps, judgements, neutrals, strict=True) if not one[0].rep.cut]
    whole = [rep for rep, _, _ in judged]
    if not any(rep.measured for rep in whole):
        return None
    sets = [[rep for rep in one if rep.rep.whole] for one in _sets(whole)]
    long = [one for one in sets if len(one) >= LEAST_REPS]
    ends = [pair for one in long for pair in _first_and_last(one)]
    neighbours = [pair for one in long for pair in pairwise(one)]
    seen: dict[PartName, _Seen] = {
        "rounding": _mean([_rounding(rep, one, exercise) for rep, one, _ in judged]),
        "arching": _mean([_arching(rep, own, exercise) for rep, _, own in judged]),
        "drift": _mean([_unlike(*pair, exercise, _grew, _DRIFT_DEG) for pair in ends]),
        "consistency": _mean([_unlike(*p, exercise, _apart, _UNLIKE_DEG) for p in neighbours]),
        "completeness": _mean([_Seen(float(rep.rep.complete), 1.0) for rep in whole]),
    }
    return _score(seen, exercise, weights, severity, reps=max(map(len, sets)))


def _sets(reps: list[RepMeasures]) -> list[list[RepMeasures]]:
    return [[reps[i] for i in one] for one in split_sets(reps)]


def _first_and_last(one: list[RepMeasures]) -> product[tuple[RepMeasures, RepMeasures]]:
    third = max(2, len(one) // 3)
    return product(one[:third], one[-third:])


def _score(
    seen: dict[PartName, _Seen],
    exercise: Exercise,
    weights: Weights,
    severity: Severity,
    reps: int,
) -> Score | None:
    """Weigh the parts that this lift, and a set of this length, can have."""
    long = reps >= LEAST_REPS and bool(exercise.drifts_into)
    has: dict[PartName, bool] = {
        "rounding": exercise.rounded_deg is not None,
        "arching": exercise.arched_deg is not None,
        "drift": long,
        "consistency": long,
        "completeness": True,
    }
    names = [name for name in seen if has[name] and weights[name] > 0]
    if not any(seen[name].basis for name in names):
        return None
    scale = 100 / sum(weights[name] for name in names)
    parts = (
        Criterion(name, seen[name].share * of, of, seen[name].basis)
        for name in names
        for of in [scale * weights[name]]
    )
    return Score(tuple(parts), severity)


def _rounding(rep: RepMeasures, judgement: Judgement | None, exercise: Exercise) -> _Seen:
    if not rep.measured or judgement is None:
        return _NOTHING
    # On the floor the other half is hidden in every repetition, whatever the camera does
    judged = "all" if exercise.rounds_in == "all" else exercise.watched
    return _Seen(1 - judgement.probability, rep.visible_in(judged))


def _arching(rep: RepMeasures, neutral: Neutral, exercise: Exercise) -> _Seen:
    limit_deg = arching_limit_deg(neutral, exercise)
    if not rep.measured or limit_deg is None:
        return _NOTHING
    beyond_deg = neutral.lumbar_deg - rep.least_deg
    return _Seen(_marks(beyond_deg, limit_deg), rep.visible_in(exercise.arches_in))


def _unlike(
    one: RepMeasures,
    other: RepMeasures,
    exercise: Exercise,
    measure: Callable[[float, float], float],
    threshold_deg: float,
) -> _Seen:
    """How alike two repetitions are, in the direction in which they are least so."""
    if not (one.measured and other.measured):
        return _NOTHING
    ways = exercise.drifts_into
    worst = max((measure(_towards(one, way), _towards(other, way)) for way in ways), default=0.0)
    return _Seen(_marks(worst, threshold_deg), 1.0)


def _towards(rep: RepMeasures, way: Drift) -> float:
    return rep.peak_deg if way == "rounding" else -rep.least_deg


def _grew(before: float, after: float) -> float:
    return after - before


def _apart(one: float, other: float) -> float:
    return abs(one - other)


def _marks(fault: float, threshold: float) -> float:
    """1 up to half of the threshold, 0 from one and a half of it on, even in between."""
    return min(max(1.5 - fault / threshold, 0.0), 1.0)


def _mean(seen: Sequence[_Seen]) -> _Seen:
    """Mean over what was seen at all, and the mean of how much that was."""
    shares = [one.share for one in seen if one.basis > 0]
    if not shares:
        return _NOTHING
    return _Seen(sum(shares) / len(shares), sum(one.basis for one in seen) / len(seen))
