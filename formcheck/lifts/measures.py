"""What is measured in each repetition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry import Kinematics
from formcheck.geometry.joints import Joints
from formcheck.geometry.person import TRUNK_PER_STATURE
from formcheck.lifts.bar import NO_BAR, BarRep
from formcheck.lifts.exercises import Exercise
from formcheck.lifts.reps import Rep

__all__ = ["RepMeasures", "half", "measure_rep", "neutral_frames", "told"]


End = Literal["low", "high", "all"]
_ENDS: tuple[End, ...] = ("low", "high", "all")

# With less of the repetition seen, or of the half that matters, its extremes are
# likely missed.
_MIN_VISIBLE = 0.4
_MIN_WATCHED_VISIBLE = 0.6
# With more frames a second than some 12, the steps are within the uncertainty
# (benchmarks/invariance.md).
_SLOW_STEP_S = 0.08
# Before a repetition begins the lifter has settled for this long.
_REST_S = 0.5


@dataclass(frozen=True)
class RepMeasures:
    """Times in seconds, angles in degrees; NaN where not measured.

    Attributes
    ----------
    rep : Rep
    start_s, turn_s, end_s, eccentric_s, concentric_s : float
    concentric_speed : float
        Mean rise of what is lifted, in body lengths a second.
    peak_deg, least_deg : float
        Most flexed and most extended `lumbar_deg`.
    peak_s, least_s : float
    uncertainty_deg : float
        Half the 90 % interval of the peak.
    least_uncertainty_deg : float
    visible : float
        Share 0..1 of the frames in which the back was measured.
    visible_low, visible_high : float
        The same in the lower and in the upper half of the swing: on the floor, the
        floor hides the back in one of them.
    thoracic_peak_deg, thoracic_least_deg : float
        Most and least rounded `thoracic_deg`; NaN also where the upper back was seen
        for too little of the repetition.
    thoracic_uncertainty_deg, thoracic_least_uncertainty_deg : float
        Half their 90 % intervals.
    bar : BarRep
        What the bar did, or what stands in for it.
    """

    rep: Rep
    start_s: float
    turn_s: float
    end_s: float
    eccentric_s: float
    concentric_s: float
    concentric_speed: float
    peak_deg: float
    least_deg: float
    peak_s: float
    least_s: float
    uncertainty_deg: float
    least_uncertainty_deg: float
    visible: float
    visible_low: float
    visible_high: float
    thoracic_peak_deg: float = math.nan
    thoracic_least_deg: float = math.nan
    thoracic_uncertainty_deg: float = math.nan
    thoracic_least_uncertainty_deg: float = math.nan
    bar: BarRep = NO_BAR

    @property
    def measured(self) -> bool:
        """Whether the back was seen for enough of the repetition."""
        return bool(np.isfinite(self.peak_deg))

    def visible_in(self, end: End) -> float:
        """Share of the frames in a half of the swing in which the back was measured."""
        return {"low": self.visible_low, "high": self.visible_high, "all": self.visible}[end]


@dataclass(frozen=True)
class _Extremes:
    """The most flexed and the most arched moment of a stretch; NaN where it was not well seen."""

    peak_deg: float
    least_deg: float
    peak_s: float
    least_s: float
    uncertainty_deg: float
    least_uncertainty_deg: float


_NOT_SEEN = _Extremes(*[math.nan] * 6)


def measure_rep(rep: Rep, kin: Kinematics, exercise: Exercise) -> RepMeasures:
    """Measure one repetition.

    The most flexed moment is where the angle less its uncertainty is highest, the
    most extended where angle plus uncertainty is lowest: a sure value is not
    displaced by an unsure one beside it. So it is for the upper back.
    """
    back, time_s = kin.back, kin.time_s
    frames = slice(rep.start, rep.end + 1)
    visible = _visible(np.isfinite(back.lumbar_deg[frames]), rep, kin, exercise)
    lumbar, thoracic = (
        _extremes(angle_deg[frames], uncertainty_deg[frames], rep, kin, exercise)
        for angle_deg, uncertainty_deg in (
            (back.lumbar_deg, back.uncertainty_deg),
            (back.thoracic_deg, back.thoracic_uncertainty_deg),
        )
    )
    eccentric_s, concentric_s = _phase_times(rep, time_s)
    return RepMeasures(
        rep=rep,
        start_s=float(time_s[rep.start]),
        turn_s=float(time_s[rep.turn]),
        end_s=float(time_s[rep.end]),
        eccentric_s=eccentric_s,
        concentric_s=concentric_s,
        concentric_speed=_concentric_speed(rep, kin, exercise),
        peak_deg=lumbar.peak_deg,
        least_deg=lumbar.least_deg,
        peak_s=lumbar.peak_s,
        least_s=lumbar.least_s,
        uncertainty_deg=lumbar.uncertainty_deg,
        least_uncertainty_deg=lumbar.least_uncertainty_deg,
        visible=visible["all"],
        visible_low=visible["low"],
        visible_high=visible["high"],
        thoracic_peak_deg=thoracic.peak_deg,
        thoracic_least_deg=thoracic.least_deg,
        thoracic_uncertainty_deg=thoracic.uncertainty_deg,
        thoracic_least_uncertainty_deg=thoracic.least_uncertainty_deg,
    )


def _extremes(
    angle_deg: FloatArray,
    uncertainty_deg: FloatArray,
    rep: Rep,
    kin: Kinematics,
    exercise: Exercise,
) -> _Extremes:
    """Extremes of an angle over the frames of a repetition, float (M,)."""
    visible = _visible(np.isfinite(angle_deg), rep, kin, exercise)
    if visible["all"] < _MIN_VISIBLE or visible[exercise.watched] < _MIN_WATCHED_VISIBLE:
        return _NOT_SEEN
    peak = int(np.nanargmax(angle_deg - uncertainty_deg))
    least = int(np.nanargmin(angle_deg + uncertainty_deg))
    step_s = float(np.median(np.diff(kin.time_s)))
    return _Extremes(
        peak_deg=float(angle_deg[peak]),
        least_deg=float(angle_deg[least]),
        peak_s=float(kin.time_s[rep.start + peak]),
        least_s=float(kin.time_s[rep.start + least]),
        uncertainty_deg=_with_what_lies_between(angle_deg, uncertainty_deg, peak, step_s),
        least_uncertainty_deg=_with_what_lies_between(angle_deg, uncertainty_deg, least, step_s),
    )


def _with_what_lies_between(
    angle_deg: FloatArray, uncertainty_deg: FloatArray, at: int, step_s: float
) -> float:
    """Uncertainty of an extreme, with half of the step to its neighbours at slow rates.

    The extreme itself may lie between two frames, by at most that.
    """
    own = float(uncertainty_deg[at])
    if step_s < _SLOW_STEP_S:
        return own
    near = angle_deg[max(at - 1, 0) : at + 2]
    step_deg = float(np.nanmax(np.abs(near - angle_deg[at])))
    return math.hypot(own, step_deg / 2)


def half(rep: Rep, kin: Kinematics, exercise: Exercise, end: End) -> BoolArray:
    """Frames of a repetition, from its start, in the lower or upper half of its swing."""
    height: FloatArray = getattr(kin.joints, exercise.swing.signal)[rep.start : rep.end + 1]
    middle = (np.nanmin(height) + np.nanmax(height)) / 2
    if end == "all":
        return np.ones(height.shape, dtype=np.bool_)
    return np.asarray(height <= middle if end == "low" else height > middle)


def _visible(seen: BoolArray, rep: Rep, kin: Kinematics, exercise: Exercise) -> dict[End, float]:
    """Share of the frames of a repetition, and of both halves of its swing, that were seen.

    Of those whose posture tells the back.
    """
    tells = told(kin.joints, exercise)[rep.start : rep.end + 1]
    parts = {end: seen[half(rep, kin, exercise, end) & tells] for end in _ENDS}
    return {end: float(part.mean()) if part.size else 0.0 for end, part in parts.items()}


def told(joints: Joints, exercise: Exercise) -> BoolArray:
    """Frames whose posture tells the back in this lift, bool (N,)."""
    return np.asarray(~(joints.hip_deg < exercise.told_from_hip_deg))


def neutral_frames(rep: Rep, exercise: Exercise, time_s: FloatArray, since: int = 0) -> slice:
    """Frames at the end of a repetition that shows the lifter's neutral.

    Parameters
    ----------
    rep : Rep
    exercise : Exercise
    time_s : float (N,)
    since : int
        Where the repetition before ended: the rest between the two counts as well.
    """
    if exercise.neutral_at == "high":
        return rep.high
    rested = int(np.searchsorted(time_s, time_s[rep.start] - _REST_S))
    return slice(max(since, rested), rep.start + 1)


def _phase_times(rep: Rep, time_s: FloatArray) -> tuple[float, float]:
    """Eccentric and concentric duration; NaN where the clip does not show the whole phase."""
    first_s = float(time_s[rep.reached] - time_s[rep.start])
    second_s = float(time_s[rep.end] - time_s[rep.left]) if rep.came_back else float("nan")
    if rep.cut and not rep.came_back:
        first_s = float("nan")
    return (second_s, first_s) if rep.rises else (first_s, second_s)


def _concentric_speed(rep: Rep, kin: Kinematics, exercise: Exercise) -> float:
    if rep.rises:
        begin, end, whole = rep.start, rep.reached, not rep.cut
    else:
        begin, end, whole = rep.left, rep.end, rep.came_back
    if not whole or end <= begin:
        return float("nan")
    height: FloatArray = getattr(kin.joints, exercise.load)
    duration_s = kin.time_s[end] - kin.time_s[begin]
    return float((height[end] - height[begin]) * TRUNK_PER_STATURE / duration_s)
