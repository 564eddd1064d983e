"""How a set changed: did the form drift, did the lifter slow down, did both happen."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Literal, get_args

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.assessment.trend import Trend, find_onset, find_trend, onset_weights
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.lifts.bar import BarSource
from formcheck.lifts.exercises import Drift, Exercise
from formcheck.lifts.measures import RepMeasures

__all__ = [
    "Fatigue",
    "Loss",
    "SetFatigue",
    "Verdict",
    "judge_fatigue",
    "loss_of",
    "split_sets",
]

# From the one to act on first.
Verdict = Literal["breakdown", "drift", "tired", "held", "too-few-reps", "not-measured"]

# Cluster sets, the longest rests that are still called one set, pause for 10-30 s;
# within a plain set lifters take a breath or two (Tufano, Brown and Haff 2017,
# doi:10.1519/JSC.0000000000001581).
SET_REST_S = 20.0
# Long enough to let go of the bar and take another grip.
PAUSE_S = 4.0

# Of sets that did not change, 5 % may be called changed; a tenth of it is left to the
# look at the last two repetitions (benchmarks/fatigue.md).
_FALSE_ALARMS = 0.045
LEAST_REPS = 4
# Half of the repetitions, and one in the first and the last third of the set: what
# happened between two measured ends is then bridged, not guessed.
_LEAST_MEASURED = 0.5
# A set in which no less than this would have been noticed was not shown to hold: 25
# degrees lie between backs labelled neutral and rounded (docs/measurement.md).
MOST_MDC_DEG = 20.0

# Lifters repeat a deadlift within a minimal detectable change of 4 to 8 degrees and
# a squat within 1 to 6; the middle of the former, over 2.77, as a standard deviation.
LIFTER_DEG = 2.2
# The share of the stated uncertainty that changes from repetition to repetition; the
# rest (the body, the shirt, where the camera stands) is the same in all of them and
# cancels in a change (benchmarks/fatigue.md: 0.16 to 0.39).
_NOT_SHARED = 0.4

# Customary bands of velocity loss are 20, 30 and 40 %; at 30 frames a second 10 % is
# near the timing noise.
SLOWED_PCT = 20.0
_TIMING_PCT = 10.0
SPEED_NOISE = 0.05
# A coach tells an onset within a repetition, and so do the simulated sets
# (benchmarks/fatigue.md).
_TOGETHER_REPS = 1
# So surely must the back have changed before the speed for the change not to be laid to
# the slowing.
_SURELY_FIRST = 0.8


@dataclass(frozen=True)
class SetFatigue:
    """One set.

    Attributes
    ----------
    first, last : int
        Numbers of its first and last repetition in the clip.
    verdict : {"held", "drift", "tired", "breakdown", "too-few-reps", "not-measured"}
    reason : str
        Why there is no verdict; empty where there is one.
    drift : Trend or None
        The worse of the directions watched.
    direction : {"rounding", "arching"} or None
        Which one that is.
    velocity_loss_pct : float
        Last complete repetition against the fastest; NaN where not measured.
    speed_of : {"plate", "hands", "shoulders", "hips", "head"} or None
        Whose speed that is.
    slowed : bool
        Whether that is more than timing noise and not one repetition's doing.
    from_rep : int or None
        Where the back began to change, from the back alone; in a set that only slowed,
        where that began.
    from_range : tuple of int or None
        The repetitions that hold four fifths of the weight for it.
    slow_from_rep, slow_from_range : int, tuple of int or None
        The same of the speed, from the speed alone; None where the lifter did not slow.
    paused_after : tuple of int
        Repetitions followed by a pause, in which grip and breath may change.
    """

    first: int
    last: int
    verdict: Verdict
    reason: str
    drift: Trend | None
    direction: Drift | None
    velocity_loss_pct: float
    speed_of: BarSource | None
    slowed: bool
    from_rep: int | None
    from_range: tuple[int, int] | None
    slow_from_rep: int | None
    slow_from_range: tuple[int, int] | None
    paused_after: tuple[int, ...]

    @property
    def together(self) -> bool:
        """Whether back and speed began to change at the same time, within a repetition."""
        if self.verdict not in {"drift", "breakdown"}:
            return False
        if self.from_rep is None or self.slow_from_rep is None:
            return False
        return abs(self.from_rep - self.slow_from_rep) <= _TOGETHER_REPS


@dataclass(frozen=True)
class Fatigue:
    """All sets of a clip."""

    sets: tuple[SetFatigue, ...]

    @property
    def worst(self) -> SetFatigue:
        """The set to act on first; of equal ones the last."""
        order = get_args(Verdict)
        return min(reversed(self.sets), key=lambda one: order.index(one.verdict))


def judge_fatigue(reps: Sequence[RepMeasures], exercise: Exercise) -> Fatigue | None:
    """Judge every set of a clip on its own; None without a repetition."""
    sets = split_sets(reps)
    return Fatigue(tuple(_judge(one, reps, exercise) for one in sets)) if sets else None


def split_sets(reps: Sequence[RepMeasures]) -> list[range]:
    """Indices of the repetitions of each set, parted by rests of `SET_REST_S`."""
    rests = [later.start_s - before.end_s for before, later in pairwise(reps)]
    cuts = [i + 1 for i, rest in enumerate(rests) if rest >= SET_REST_S]
    edges = [0, *cuts, len(reps)]
    return [range(a, b) for a, b in pairwise(edges) if b > a]


@dataclass(frozen=True)
class _Series:
    """A quantity that grows when it gets worse, over the repetitions that show it."""

    rep: FloatArray
    value: FloatArray
    noise: float


def _judge(one: range, reps: Sequence[RepMeasures], exercise: Exercise) -> SetFatigue:
    whole = [(i + 1, reps[i]) for i in one if reps[i].rep.whole]
    slowness = _slowness(whole)
    slowed = _slowed(slowness.value)
    way, form, drift = _worst_drift(whole, exercise.drifts_into)
    verdict, reason = _verdict(len(whole), exercise, drift, slowed=slowed)
    speed = _onset(slowness, one) if slowed else None
    back = _onset(form, one) if form and verdict in {"breakdown", "drift"} else None
    if verdict == "breakdown" and back and speed and _surely_first(back, speed):
        verdict = "drift"
    told = back or (speed if verdict == "tired" else None)
    return SetFatigue(
        first=one.start + 1,
        last=one.stop,
        verdict=verdict,
        reason=reason,
        drift=drift,
        direction=way,
        velocity_loss_pct=100 * float(slowness.value[-1]) if len(slowness.rep) > 1 else np.nan,
        speed_of=_speeds(whole)[0],
        slowed=slowed,
        from_rep=told.rep if told else None,
        from_range=told.within if told else None,
        slow_from_rep=speed.rep if speed else None,
        slow_from_range=speed.within if speed else None,
        paused_after=_pauses(one, reps),
    )


def _verdict(
    whole: int, exercise: Exercise, drift: Trend | None, *, slowed: bool
) -> tuple[Verdict, str]:
    """The verdict, or which of the two there is instead, and why."""
    if whole < LEAST_REPS:
        there = f"is {whole}" if whole == 1 else f"are {whole}"
        return "too-few-reps", f"A trend needs {LEAST_REPS} complete repetitions; there {there}."
    if not exercise.drifts_into:
        return "not-measured", f"In the {exercise.name} the back is meant to bend."
    if drift is None:
        return "not-measured", "The back was not measured in enough of the repetitions."
    if drift.reliable:
        return ("breakdown" if slowed else "drift"), ""
    if drift.mdc > MOST_MDC_DEG:
        return "not-measured", (
            f"The angles scatter so much that a change of {drift.mdc:.0f}° could not be seen."
        )
    return ("tired" if slowed else "held"), ""


def _worst_drift(
    whole: list[tuple[int, RepMeasures]], ways: tuple[Drift, ...]
) -> tuple[Drift | None, _Series | None, Trend | None]:
    """Of the directions watched, the one in which the form changed most for its noise."""
    found: list[tuple[Drift, _Series, Trend]] = []
    for way in ways:
        form = _form(whole, way)
        if form is not None:
            drift = find_trend(form.rep, form.value, form.noise, _FALSE_ALARMS / len(ways))
            found.append((way, replace(form, noise=drift.noise), drift))
    if not found:
        return None, None, None
    return max(found, key=lambda one: (one[2].reliable, one[2].change / one[2].mdc))


def _form(whole: list[tuple[int, RepMeasures]], way: Drift) -> _Series | None:
    """The peaks in one direction; None where too few, or too early ones, were measured."""
    seen = [(number, rep) for number, rep in whole if rep.measured]
    third = len(whole) / 3
    places = [i for i, (_, rep) in enumerate(whole) if rep.measured]
    if len(seen) < max(LEAST_REPS, _LEAST_MEASURED * len(whole)):
        return None
    if places[0] > third or places[-1] < len(whole) - 1 - third:
        return None
    if way == "rounding":
        value = [rep.peak_deg for _, rep in seen]
        doubt = [rep.uncertainty_deg for _, rep in seen]
    else:
        value = [-rep.least_deg for _, rep in seen]
        doubt = [rep.least_uncertainty_deg for _, rep in seen]
    own_deg = _NOT_SHARED * float(np.median(doubt)) / TO_90_PERCENT
    number = np.array([number for number, _ in seen], dtype=np.float64)
    return _Series(number, np.array(value), float(np.hypot(own_deg, LIFTER_DEG)))


def _speeds(
    whole: Sequence[tuple[int, RepMeasures]],
) -> tuple[BarSource | None, list[tuple[int, float, float]]]:
    """Whose speed is compared; number, speed and its standard deviation as a share of it.

    The plate's where it is surer in every repetition that has a speed: a loss is a share, the
    same of both.
    """
    timed = [(number, rep) for number, rep in whole if rep.concentric_speed > 0]
    if not timed:
        return None, []
    sure = all(
        rep.bar.source == "plate" and rep.bar.speed_doubt / TO_90_PERCENT < SPEED_NOISE
        for _, rep in timed
    )
    if sure:
        return "plate", [
            (number, rep.bar.speed, rep.bar.speed_doubt / TO_90_PERCENT) for number, rep in timed
        ]
    source = timed[0][1].bar.source
    return "shoulders" if source == "plate" else source, [
        (number, rep.concentric_speed, SPEED_NOISE) for number, rep in timed
    ]


@dataclass(frozen=True)
class Loss:
    """Share of the fastest repetition's speed that one lost, and half its 90 % interval."""

    share: float
    doubt: float


def loss_of(index: int, reps: Sequence[RepMeasures]) -> Loss:
    """What the repetition of an index lost, in its own set; NaN where it has no speed."""
    own = next(one for one in split_sets(reps) if index in one)
    _, timed = _speeds([(i, reps[i]) for i in own if reps[i].rep.whole])
    mine = [(speed, noise) for number, speed, noise in timed if number == index]
    if len(timed) < 2 or not mine:
        return Loss(math.nan, math.nan)
    speed, noise = mine[0]
    _, fastest, other = max(timed, key=lambda one: one[1])
    doubt = 0.0 if speed == fastest else TO_90_PERCENT * speed / fastest * math.hypot(noise, other)
    return Loss(1 - speed / fastest, doubt)


def _slowness(whole: list[tuple[int, RepMeasures]]) -> _Series:
    """Share of the fastest repetition's speed that each one lost."""
    timed = [(number, speed) for number, speed, _ in _speeds(whole)[1]]
    speed = np.array([value for _, value in timed])
    number = np.array([number for number, _ in timed], dtype=np.float64)
    return _Series(number, 1 - speed / speed.max() if speed.size else speed, SPEED_NOISE)


def _slowed(loss: FloatArray) -> bool:
    """Whether the lifter got slow, whichever single repetition is left out."""
    if len(loss) < LEAST_REPS:
        return False
    runner_up = np.sort(loss)[1]
    last, before = 100 * (loss[-1] - runner_up) / (1 - runner_up), 100 * loss[-2]
    return bool(last >= SLOWED_PCT and before >= _TIMING_PCT)


@dataclass(frozen=True, eq=False)
class _Onset:
    """Where one quantity began to change: the repetition, a range, and all that it may be."""

    rep: int
    within: tuple[int, int]
    weights: FloatArray


def _onset(series: _Series, one: range) -> _Onset:
    """Where a quantity began to change, from that quantity alone."""
    candidates = np.arange(one.start + 2, one.stop)
    weights = onset_weights(series.rep, series.value, series.noise, candidates)
    return _Onset(*find_onset(candidates, weights), weights)


def _surely_first(back: _Onset, speed: _Onset) -> bool:
    """Whether the back changed two repetitions or more before the speed."""
    later = np.cumsum(speed.weights[::-1])[::-1]
    gap = _TOGETHER_REPS + 1
    return float(back.weights[:-gap] @ later[gap:]) >= _SURELY_FIRST


def _pauses(one: range, reps: Sequence[RepMeasures]) -> tuple[int, ...]:
    rests = ((i + 1, reps[i + 1].start_s - reps[i].end_s) for i in one[:-1])
    return tuple(number for number, rest_s in rests if rest_s >= PAUSE_S)
