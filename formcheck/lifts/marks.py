"""How well a movement bears the marks of a lift."""

from __future__ import annotations

from statistics import median  # quicker than NumPy's on the few values here
from typing import Protocol

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import ANGLES, End, Exercise, Mark

__all__ = ["Ends", "bears_what_it_must", "fit", "in_posture", "mark_degree", "mark_value"]


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


def in_posture(exercise: Exercise, joints: Joints, *, side_view: bool) -> BoolArray:
    """Frames in which everything holds that always must, bool (N,); unseen ones count."""
    held = np.ones(len(joints.hip_deg), dtype=np.bool_)
    for mark in exercise.marks:
        if mark.at == "always" and (side_view or mark.signal not in ANGLES):
            values: FloatArray = getattr(joints, mark.signal)
            held &= ~((values < mark.least) | (values > mark.most))
    return held


def fit(
    exercise: Exercise, rep: Ends, joints: Joints, *, side_view: bool, unseen: float = 1.0
) -> float:
    """How much one repetition looks like the lift.

    Parameters
    ----------
    exercise : Exercise
    rep : Ends
        The repetition; at an end that is not in the clip, only required marks count.
    joints : Joints
    side_view : bool
        Whether angles are to be believed, and not heights alone.
    unseen : float
        How far a mark holds that the view does not show.

    Returns
    -------
    float
        0..1: the product over the marks; 0 if a required one does not hold.
    """
    product = 1.0
    for mark in exercise.marks:
        if mark.at == "always" or (mark.at == rep.unreached and not mark.required):
            continue
        value = mark_value(mark, rep, joints)
        hidden = np.isnan(value) or not (side_view or mark.signal not in ANGLES)
        degree = unseen if hidden else _degree(mark, value)
        if mark.required and degree == 0:
            return 0.0
        product *= max(degree, mark.doubt)
    return product


def bears_what_it_must(exercise: Exercise, rep: Ends, joints: Joints, *, side_view: bool) -> bool:
    """Whether the marks hold without which nothing is counted, even if the lift is named."""
    return all(
        mark_degree(mark, rep, joints) > 0
        for mark in exercise.marks
        if mark.required and mark.at != "always" and (side_view or mark.signal not in ANGLES)
    )


def mark_degree(mark: Mark, rep: Ends, joints: Joints) -> float:
    """How far one mark holds, 0..1; 1 where it was not seen."""
    value = mark_value(mark, rep, joints)
    return 1.0 if np.isnan(value) else _degree(mark, value)


def _degree(mark: Mark, value: float) -> float:
    outside = max(mark.least - value, value - mark.most, 0.0)
    if mark.slack == 0:
        return float(outside == 0)
    return max(0.0, 1.0 - outside / mark.slack)


def mark_value(mark: Mark, rep: Ends, joints: Joints) -> float:
    """What a mark looks at, in one repetition; NaN where it was not seen."""
    values: FloatArray = getattr(joints, mark.signal)
    if mark.at == "range":
        known = _known(
            values[min(rep.low.start, rep.high.start) : max(rep.low.stop, rep.high.stop)]
        )
        return float(np.ptp(known)) if known.size else float("nan")
    known = _known(values[rep.low if mark.at == "low" else rep.high])
    return median(known.tolist()) if known.size else float("nan")


def _known(values: FloatArray) -> FloatArray:
    return values[np.isfinite(values)]
