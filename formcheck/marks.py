"""How well a movement bears the marks of a lift."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises import ANGLES, Exercise, Mark
from formcheck.geometry.joints import Joints

__all__ = ["fit", "in_posture", "mark_degree"]

FloatArray = NDArray[np.float64]

# A mark that does not hold at all leaves this much: one landmark may be wrong, three
# seldom are.
_DOUBT = 0.25


def in_posture(exercise: Exercise, joints: Joints) -> NDArray[np.bool_]:
    """Frames in which everything holds that always must, bool (N,); unseen ones count."""
    held = np.ones(len(joints.hip_deg), dtype=np.bool_)
    for mark in exercise.marks:
        if mark.at == "always":
            values: FloatArray = getattr(joints, mark.signal)
            held &= ~((values < mark.least) | (values > mark.most))
    return held


def fit(exercise: Exercise, low: slice, high: slice, joints: Joints, *, side_view: bool) -> float:
    """How much one repetition looks like the lift.

    Parameters
    ----------
    exercise : Exercise
    low, high : slice
        Frames at the ends of the swing.
    joints : Joints
    side_view : bool
        Whether angles are to be believed, and not heights alone.

    Returns
    -------
    float
        0..1: the product over the marks; 0 if a required one does not hold.
    """
    product = 1.0
    for mark in exercise.marks:
        if mark.at != "always" and (side_view or mark.signal not in ANGLES):
            degree = mark_degree(mark, low, high, joints)
            product *= degree if mark.required and degree == 0 else max(degree, _DOUBT)
    return product


def mark_degree(mark: Mark, low: slice, high: slice, joints: Joints) -> float:
    """How far one mark holds, 0..1; 1 where it was not seen."""
    values: FloatArray = getattr(joints, mark.signal)
    if mark.at == "range":
        between = values[min(low.start, high.start) : max(low.stop, high.stop)]
        known = between[np.isfinite(between)]
        value = float(np.ptp(known)) if known.size else float("nan")
    else:
        at_end = values[low if mark.at == "low" else high]
        known = at_end[np.isfinite(at_end)]
        value = float(np.median(known)) if known.size else float("nan")
    if np.isnan(value):
        return 1.0
    outside = max(mark.least - value, value - mark.most, 0.0)
    if mark.slack == 0:
        return float(outside == 0)
    return max(0.0, 1.0 - outside / mark.slack)
