"""Two sets of the same lift, side by side: what differs by more than can be mistaken.

Between two clips nothing of the stated uncertainty cancels: the camera, the shirt and
the light may have changed. Only the angle against the lifter's own neutral is freed of
what is the same in standing and lifting.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.assessment.fatigue import LIFTER_DEG, SPEED_NOISE
from formcheck.errors import ConfigurationError, NothingMeasured
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.plain import plain
from formcheck.results.document import AnalysisDocument, RepPart

__all__ = ["Comparison", "Difference", "Measure", "Reading", "compare", "set_mean"]

Measure = Literal[
    "lumbar_peak_deg",
    "lumbar_least_deg",
    "flexion_peak_deg",
    "concentric_speed",
    "drift_deg_per_rep",
]

# Beyond this the two cameras see the outline differently (benchmarks/accuracy.md).
_OTHER_VIEW_DEG = 10.0


@dataclass(frozen=True)
class Difference:
    """One measure in both sets.

    Attributes
    ----------
    measure : str
    rep : int or None
        Number of the repetition in both sets; None for the mean over the sets.
    first, second : float
    difference : float
        Second minus first.
    interval : tuple of float
        90 % interval of the difference that was measured.
    mdc : float
        Minimal detectable change at 90 %: with the lifter's own variation from
        repetition to repetition as well.
    """

    measure: Measure
    rep: int | None
    first: float
    second: float
    difference: float
    interval: tuple[float, float]
    mdc: float

    @property
    def exceeds_mdc(self) -> bool:
        """Whether it is more than measurement and lifter vary by themselves."""
        return abs(self.difference) > self.mdc


@dataclass(frozen=True)
class Comparison:
    """All differences of two sets, second minus first.

    Attributes
    ----------
    exercise : str
    means : tuple of Difference
        Over the complete repetitions of each set.
    reps : tuple of Difference
        Repetition by repetition, as far as both sets go.
    notes : tuple of str
        What makes the two less alike than the numbers show.
    """

    exercise: str
    means: tuple[Difference, ...]
    reps: tuple[Difference, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Reading:
    """One measure of one repetition, or of a set: its value and half of its 90 % interval."""

    value: float
    half: float


_Read = Callable[[RepPart], Reading | None]


def _angle(value: float | None, half: float | None) -> Reading | None:
    return None if value is None or half is None else Reading(value, half)


def _peak(rep: RepPart) -> Reading | None:
    return _angle(rep.lumbar_deg.peak, rep.lumbar_deg.uncertainty)


def _least(rep: RepPart) -> Reading | None:
    return _angle(rep.lumbar_deg.least, rep.lumbar_deg.least_uncertainty)


def _flexion(rep: RepPart) -> Reading | None:
    return _angle(rep.flexion_deg.peak, rep.flexion_deg.uncertainty)


def _speed(rep: RepPart) -> Reading | None:
    speed = rep.concentric_speed
    return None if speed is None else Reading(speed, TO_90_PERCENT * SPEED_NOISE * speed)


# How each measure is read, and how much a lifter varies from repetition to repetition
# (in degrees, or as a share of the speed, in which the timing is contained already).
_MEASURES: dict[Measure, tuple[_Read, float]] = {
    "lumbar_peak_deg": (_peak, LIFTER_DEG),
    "lumbar_least_deg": (_least, LIFTER_DEG),
    "flexion_peak_deg": (_flexion, LIFTER_DEG),
    "concentric_speed": (_speed, 0.0),
}


def compare(first: AnalysisDocument, second: AnalysisDocument) -> Comparison:
    """Compare two analyses of the same lift.

    Raises
    ------
    ConfigurationError
        If they are of different lifts.
    NothingMeasured
        If in one of them nothing was measured that the other has.
    """
    if first.exercise.name != second.exercise.name:
        raise ConfigurationError(
            f"{first.source.name} is a {first.exercise.name}, {second.source.name} a "
            f"{second.exercise.name}.\nCompare two sets of the same lift."
        )
    means, reps = [], []
    for measure in _MEASURES:
        before, after = _readings(measure, first), _readings(measure, second)
        both = sorted(before.keys() & after.keys())
        reps += [_of_rep(measure, number, before[number], after[number]) for number in both]
        if before and after:
            means.append(_of_means(measure, list(before.values()), list(after.values())))
    if not means:
        raise NothingMeasured(
            "The two sets have no measured repetition to compare.\nSee the reasons that formcheck "
            "analyze gives for each clip."
        )
    means += _of_drifts(first, second)
    return Comparison(first.exercise.name, tuple(means), tuple(reps), _notes(first, second))


def _readings(measure: Measure, document: AnalysisDocument) -> dict[int, Reading]:
    read, _ = _MEASURES[measure]
    found = {rep.index: read(rep) for rep in document.reps if rep.complete and not rep.cut}
    return {number: reading for number, reading in found.items() if reading is not None}


def _of_rep(measure: Measure, number: int, before: Reading, after: Reading) -> Difference:
    own = TO_90_PERCENT * _MEASURES[measure][1]
    half = float(np.hypot(before.half, after.half))
    mdc = float(np.hypot(half, np.sqrt(2) * own))
    return _difference(measure, number, (before.value, after.value), half, mdc)


def _of_means(measure: Measure, before: list[Reading], after: list[Reading]) -> Difference:
    first, second = _mean(measure, before), _mean(measure, after)
    half = float(np.hypot(first.half, second.half))
    return _difference(measure, None, (first.value, second.value), half, half)


def set_mean(measure: Measure, document: AnalysisDocument) -> Reading | None:
    """Mean of a measure over the complete repetitions of a set; None if none was measured."""
    readings = list(_readings(measure, document).values())
    return _mean(measure, readings) if readings else None


def _mean(measure: Measure, readings: list[Reading]) -> Reading:
    """The stated uncertainty is taken as the same in all repetitions: it does not average out."""
    own = _MEASURES[measure][1]
    values = np.array([reading.value for reading in readings])
    shared = float(np.median([reading.half for reading in readings]))
    scatter = max(float(values.std(ddof=1)) if len(values) > 1 else 0.0, own)
    half = float(np.hypot(shared, TO_90_PERCENT * scatter / np.sqrt(len(values))))
    return Reading(float(values.mean()), half)


def _of_drifts(first: AnalysisDocument, second: AnalysisDocument) -> list[Difference]:
    """How much faster the form gave way in the second set; none without both trends."""
    values, halves = [], []
    for document in (first, second):
        fatigue = document.fatigue
        if fatigue is None or fatigue.drift_deg_per_rep is None or fatigue.drift_ci_deg is None:
            return []
        values.append(fatigue.drift_deg_per_rep)
        halves.append((fatigue.drift_ci_deg[1] - fatigue.drift_ci_deg[0]) / 2)
    half = float(np.hypot(halves[0], halves[1]))
    return [_difference("drift_deg_per_rep", None, (values[0], values[1]), half, half)]


def _difference(
    measure: Measure, rep: int | None, values: tuple[float, float], half: float, mdc: float
) -> Difference:
    first, second = values
    between = second - first
    return Difference(measure, rep, first, second, between, (between - half, between + half), mdc)


def _grades(first: AnalysisDocument, second: AnalysisDocument) -> str:
    """How round each back was called."""
    judged = [one.rounding.words if one.rounding else "not judged" for one in (first, second)]
    names = [plain(one.source.name) for one in (first, second)]
    return "; ".join(f"{name}: {said}" for name, said in zip(names, judged, strict=True)) + "."


def _notes(first: AnalysisDocument, second: AnalysisDocument) -> tuple[str, ...]:
    notes = [_grades(first, second)] if first.rounding or second.rounding else []
    if first.neutral.method != second.neutral.method:
        notes.append(
            f"The neutrals differ in kind ({first.neutral.method}, {second.neutral.method}): "
            "do not compare angles from neutral."
        )
    levels = [document.quality.level_uncertainty_deg for document in (first, second)]
    known = [level for level in levels if level is not None]
    if len(known) == len(levels):
        notes.append(
            "Angles from flat are compared as those of one lifter in the same clothes: between two "
            f"people, or shirts, they may differ by ±{math.hypot(*known):.0f}° more."
        )
    yaws = first.view.yaw_deg, second.view.yaw_deg
    if yaws[0] is not None and yaws[1] is not None and abs(yaws[0] - yaws[1]) > _OTHER_VIEW_DEG:
        notes.append("The camera stood in another place: the same back looks different from there.")
    if first.model.sha256 != second.model.sha256:
        notes.append("The poses were found by different models.")
    if len(first.reps) != len(second.reps):
        notes.append(
            f"The sets have {len(first.reps)} and {len(second.reps)} repetitions: a longer set "
            "tires more."
        )
    return tuple(notes)
