"""How well a movement bears the marks of a lift."""

from __future__ import annotations

from statistics import median  # quicker than NumPy's on the few values here
from typing import Protocol

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import ANGLES, End, Exercise, Mark

__all__ = ["Ends", "fit", "in_posture", "mark_degree"]


# A mark that does not hold at all leaves this much: one landmark may be wrong, three
# seldom are.
_DOUBT = 0.25


class Ends(Protocol):
    """Where a movement turns."""

    @property
    def low(self) -> slice:
        """Frames at its low end."""

    @property
    def high(self) -> slice:
        """Frames at its high end."""

    @property
    def unreached(self) -> End | None:
        """The end that the clip does not show it reach."""


def in_posture(exercise: Exercise, joints: Joints) -> BoolArray:
    """Frames in which everything holds that always must, bool (N,); unseen ones count."""
    held = np.ones(len(joints.hip_deg), dtype=np.bool_)
    for mark in exercise.marks:
        if mark.at == "always":
            values: FloatArray = getattr(joints, mark.signal)
            held &= ~((values < mark.least) | (values > mark.most))
    return held


def fit(exercise: Exercise, rep: Ends, joints: Joints, *, side_view: bool) -> float:
    """How much one repetition looks like the lift.

    Parameters
    ----------
    exercise : Exercise
    rep : Ends
        The repetition; at an end that is not in the clip, only required marks count.
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
        left_out = mark.at == "always" or (mark.at == rep.unreached and not mark.required)
        if not left_out and (side_view or mark.signal not in ANGLES):
            degree = mark_degree(mark, rep, joints)
            if mark.required and degree == 0:
                return 0.0
            product *= max(degree, _DOUBT)
    return product


def mark_degree(mark: Mark, rep: Ends, joints: Joints) -> float:
    """How far one mark holds, 0..1; 1 where it was not seen."""
    values: FloatArray = getattr(joints, mark.signal)
    if mark.at == "range":
        known = _known(
            values[min(rep.low.start, rep.high.start) : max(rep.low.stop, rep.high.stop)]
        )
        value = float(np.ptp(known)) if known.size else float("nan")
    else:
        known = _known(values[rep.low if mark.at == "low" else rep.high])
        value = median(known.tolist()) if known.size else float("nan")
    if np.isnan(value):
        return 1.0
    outside = max(mark.least - value, value - mark.most, 0.0)
    if mark.slack == 0:
        return float(outside == 0)
    return max(0.0, 1.0 - outside / mark.slack)


def _known(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]
