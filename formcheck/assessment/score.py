"""One number from 0 to 100 for a repetition and for a set, from published parts.

A fault costs nothing up to half of its threshold, half of its part at the threshold,
and all of it from one and a half times the threshold on. What was not seen earns
nothing: a score never gets better because less was seen. Every part gets no better
as its own fault grows, and a set in which every repetition gets worse alike no better
as a whole.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import Literal

from formcheck.assessment.fatigue import LEAST_REPS, split_sets
from formcheck.assessment.findings import arching_limit_deg
from formcheck.geometry.neutral import Neutral
from formcheck.lifts.exercises import Drift, Exercise
from formcheck.lifts.measures import RepMeasures

__all__ = ["PARTS", "REP_PARTS", "Part", "PartName", "Score", "Weights", "score_rep", "score_set"]

PartName = Literal["rounding", "arching", "drift", "consistency", "completeness"]
Weights = Mapping[PartName, float]

# What each part can earn, before those that a lift does not have are left out and the
# rest is brought to 100. Judgements, not measurements: the document names rounding
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
_LEAST_MEASURED = 0.5


@dataclass(frozen=True)
class Part:
    """What one part earned.

    Attributes
    ----------
    name : str
    points : float
        0 to `of`.
    of : float
    seen : bool
        False if it earned nothing because it was not measured at all.
    """

    name: PartName
    points: float
    of: float
    seen: bool


@dataclass(frozen=True)
class Score:
    """Points out of 100, and where they come from."""

    parts: tuple[Part, ...]

    @property
    def points(self) -> float:
        """0 to 100."""
        return sum(part.points for part in self.parts)


# A share 0..1 of a part's points; None where nothing of it was seen.
_Share = float | None


def score_rep(
    rep: RepMeasures, neutral: Neutral, exercise: Exercise, weights: Weights = PARTS
) -> Score | None:
    """Score one repetition; None where it was not measured, or the clip cuts it."""
    if not rep.measured or rep.rep.cut:
        return None
    shares: dict[PartName, _Share] = {
        "rounding": _rounding(rep, exercise),
        "arching": _arching(rep, neutral, exercise),
        "completeness": float(rep.rep.complete),
    }
    return _score(shares, exercise, weights, reps=1)


def score_set(
    reps: Sequence[RepMeasures], neutral: Neutral, exercise: Exercise, weights: Weights = PARTS
) -> Score | None:
    """Score all repetitions of a clip; None where less than half of them was measured.

    Repetitions that the clip cuts are left out. Drift compares the last third of each
    set with the first, consistency each repetition with the next.
    """
    judged = [rep for rep in reps if not rep.rep.cut]
    if not judged or sum(rep.measured for rep in judged) < _LEAST_MEASURED * len(judged):
        return None
    sets = [[rep for rep in one if rep.rep.whole] for one in _sets(judged)]
    long = [one for one in sets if len(one) >= LEAST_REPS]
    ends = [pair for one in long for pair in _first_and_last(one)]
    neighbours = [pair for one in long for pair in pairwise(one)]
    shares: dict[PartName, _Share] = {
        "rounding": _mean([_rounding(rep, exercise) for rep in judged]),
        "arching": _mean([_arching(rep, neutral, exercise) for rep in judged]),
        "drift": _mean([_unlike(*pair, exercise, _grew, _DRIFT_DEG) for pair in ends]),
        "consistency": _mean([_unlike(*p, exercise, _apart, _UNLIKE_DEG) for p in neighbours]),
        "completeness": _mean([float(rep.rep.complete) for rep in judged]),
    }
    return _score(shares, exercise, weights, reps=max(map(len, sets)))


def _sets(reps: list[RepMeasures]) -> list[list[RepMeasures]]:
    return [[reps[i] for i in one] for one in split_sets(reps)]


def _first_and_last(one: list[RepMeasures]) -> product[tuple[RepMeasures, RepMeasures]]:
    third = max(2, len(one) // 3)
    return product(one[:third], one[-third:])


def _score(
    shares: dict[PartName, _Share], exercise: Exercise, weights: Weights, reps: int
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
    names = [name for name in shares if has[name] and weights[name] > 0]
    if not names:
        return None
    scale = 100 / sum(weights[name] for name in names)
    return Score(
        tuple(
            Part(name, (shares[name] or 0.0) * of, of, shares[name] is not None)
            for name in names
            for of in [scale * weights[name]]
        )
    )


def _rounding(rep: RepMeasures, exercise: Exercise) -> _Share:
    limit_deg = exercise.rounded_deg
    if not rep.measured or limit_deg is None:
        return None
    # On the floor the other half is hidden in every repetition, whatever the camera does
    judged = "all" if exercise.rounds_in == "all" else exercise.watched
    return rep.visible_in(judged) * _marks(rep.peak_deg, limit_deg)


def _arching(rep: RepMeasures, neutral: Neutral, exercise: Exercise) -> _Share:
    limit_deg = arching_limit_deg(neutral, exercise)
    if not rep.measured or limit_deg is None:
        return None
    beyond_deg = neutral.lumbar_deg - rep.least_deg
    return rep.visible_in(exercise.arches_in) * _marks(beyond_deg, limit_deg)


def _unlike(
    one: RepMeasures,
    other: RepMeasures,
    exercise: Exercise,
    measure: Callable[[float, float], float],
    threshold_deg: float,
) -> _Share:
    """How alike two repetitions are, in the direction in which they are least so."""
    if not (one.measured and other.measured):
        return None
    ways = exercise.drifts_into
    worst = max((measure(_towards(one, way), _towards(other, way)) for way in ways), default=0.0)
    return _marks(worst, threshold_deg)


def _towards(rep: RepMeasures, way: Drift) -> float:
    return rep.peak_deg if way == "rounding" else -rep.least_deg


def _grew(before: float, after: float) -> float:
    return after - before


def _apart(one: float, other: float) -> float:
    return abs(one - other)


def _marks(fault: float, threshold: float) -> float:
    """1 up to half of the threshold, 0 from one and a half of it on, even in between."""
    return min(max(1.5 - fault / threshold, 0.0), 1.0)


def _mean(shares: Sequence[_Share]) -> _Share:
    """Mean, in which what was not seen earned nothing; None if nothing was."""
    if all(share is None for share in shares):
        return None
    return sum(share or 0.0 for share in shares) / len(shares)
