"""What is measured in each repetition."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises import Exercise
from formcheck.geometry import Kinematics
from formcheck.reps import Rep

__all__ = ["RepMeasures", "measure_rep", "upright_frames"]

FloatArray = NDArray[np.float64]

# With less of the repetition seen, or of its bent half, its most rounded moment is
# likely missed.
_MIN_VISIBLE = 0.4
_MIN_BENT_VISIBLE = 0.6
# Hip to shoulder over stature (Drillis & Contini 1966: 0.818 - 0.530).
_TRUNK_PER_STATURE = 0.288


@dataclass(frozen=True)
class RepMeasures:
    """Times in seconds, angles in degrees; NaN where not measured.

    Attributes
    ----------
    rep : Rep
    start_s, turn_s, end_s, eccentric_s, concentric_s : float
    concentric_speed : float
        Mean rise of the shoulders, in body lengths a second.
    peak_deg, least_deg : float
        Most flexed and most extended `lumbar_deg`.
    peak_s, least_s : float
    uncertainty_deg : float
        Half the 90 % interval of the peak.
    least_uncertainty_deg : float
    visible : float
        Share 0..1 of the frames in which the back was measured.
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

    @property
    def measured(self) -> bool:
        """Whether the back was seen for enough of the repetition."""
        return bool(np.isfinite(self.peak_deg))


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
    known = visible >= _MIN_VISIBLE and _bent_visible(seen, kin, frames, exercise)

    def value(values: FloatArray, at: int) -> float:
        return float(values[at]) if known else float("nan")

    eccentric_s, concentric_s = _phase_times(rep, time_s, exercise)
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
    )


def _bent_visible(
    seen: NDArray[np.bool_], kin: Kinematics, frames: slice, exercise: Exercise
) -> bool:
    """Whether the back was seen through enough of the half in which the joint is bent."""
    angle: FloatArray = getattr(kin.joints, exercise.swing.joint)[frames]
    bent = angle <= (np.nanmin(angle) + np.nanmax(angle)) / 2
    return bool(seen[bent].mean() >= _MIN_BENT_VISIBLE)


def upright_frames(rep: Rep, exercise: Exercise) -> slice:
    """Frames at the upright end of a repetition."""
    if exercise.starts == "bent":
        return slice(rep.reached, rep.left + 1)
    return slice(max(rep.start - 2, 0), rep.start + 1)


def _phase_times(rep: Rep, time_s: FloatArray, exercise: Exercise) -> tuple[float, float]:
    """Eccentric and concentric duration; NaN where the clip does not show the whole phase."""
    first_s = float(time_s[rep.reached] - time_s[rep.start])
    second_s = float(time_s[rep.end] - time_s[rep.left]) if rep.came_back else float("nan")
    if rep.cut and not rep.came_back:
        first_s = float("nan")
    return (second_s, first_s) if exercise.starts == "bent" else (first_s, second_s)


def _concentric_speed(rep: Rep, kin: Kinematics, exercise: Exercise) -> float:
    if exercise.starts == "bent":
        begin, end, whole = rep.start, rep.reached, not rep.cut
    else:
        begin, end, whole = rep.left, rep.end, rep.came_back
    if not whole or end <= begin:
        return float("nan")
    rise = kin.joints.shoulder_height[end] - kin.joints.shoulder_height[begin]
    duration_s = kin.time_s[end] - kin.time_s[begin]
    return float(rise * _TRUNK_PER_STATURE / duration_s)
