"""What is measured in each repetition."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry import Kinematics
from formcheck.lifts.exercises import Exercise
from formcheck.lifts.reps import Rep

__all__ = ["TRUNK_PER_STATURE", "RepMeasures", "half", "measure_rep", "neutral_frames"]


# With less of the repetition seen, or of the half that matters, its extremes are
# likely missed.
_MIN_VISIBLE = 0.4
_MIN_WATCHED_VISIBLE = 0.6
# Before a repetition begins the lifter has settled for this long.
_REST_S = 0.5
# Hip to shoulder over stature (Drillis & Contini 1966: 0.818 - 0.530).
TRUNK_PER_STATURE = 0.288


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

    @property
    def measured(self) -> bool:
        """Whether the back was seen for enough of the repetition."""
        return bool(np.isfinite(self.peak_deg))

    def visible_in(self, end: Literal["low", "high", "all"]) -> float:
        """Share of the frames in a half of the swing in which the back was measured."""
        return {"low": self.visible_low, "high": self.visible_high, "all": self.visible}[end]


def measure_rep(rep: Rep, kin: Kinematics, exercise: Exercise) -> RepMeasures:
    """Measure one repetition.

    The most flexed moment is where the angle less its uncertainty is highest, the
    most extended where angle plus uncertainty is lowest: a sure value is not
    displaced by an unsure one beside it.
    """
    time_s, frames = kin.time_s, slice(rep.start, rep.end + 1)
    lumbar, uncertainty = kin.back.lumbar_deg[frames], kin.back.uncertainty_deg[frames]
    seen = np.isfinite(lumbar)
    visible = float(seen.mean())
    peak = int(np.nanargmax(lumbar - uncertainty)) if seen.any() else 0
    least = int(np.nanargmin(lumbar + uncertainty)) if seen.any() else 0
    halves = {end: _visible(seen, half(rep, kin, exercise, end)) for end in ("low", "high")}
    known = visible >= _MIN_VISIBLE and halves[exercise.watched] >= _MIN_WATCHED_VISIBLE

    def value(values: FloatArray, at: int) -> float:
        return float(values[at]) if known else float("nan")

    eccentric_s, concentric_s = _phase_times(rep, time_s)
    return RepMeasures(
        rep=rep,
        start_s=float(time_s[rep.start]),
        turn_s=float(time_s[rep.turn]),
        end_s=float(time_s[rep.end]),
        eccentric_s=eccentric_s,
        concentric_s=concentric_s,
        concentric_speed=_concentric_speed(rep, kin, exercise),
        peak_deg=value(lumbar, peak),
        least_deg=value(lumbar, least),
        peak_s=value(time_s[frames], peak),
        least_s=value(time_s[frames], least),
        uncertainty_deg=value(uncertainty, peak),
        least_uncertainty_deg=value(uncertainty, least),
        visible=visible,
        visible_low=halves["low"],
        visible_high=halves["high"],
    )


def half(
    rep: Rep, kin: Kinematics, exercise: Exercise, end: Literal["low", "high", "all"]
) -> BoolArray:
    """Frames of a repetition, from its start, in the lower or upper half of its swing."""
    height: FloatArray = getattr(kin.joints, exercise.swing.signal)[rep.start : rep.end + 1]
    middle = (np.nanmin(height) + np.nanmax(height)) / 2
    if end == "all":
        return np.ones(height.shape, dtype=np.bool_)
    return np.asarray(height <= middle if end == "low" else height > middle)


def _visible(seen: BoolArray, part: BoolArray) -> float:
    return float(seen[part].mean()) if part.any() else 0.0


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
