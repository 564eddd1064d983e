"""What a lumbar angle is held against where it is drawn, and the word for a moment."""

from __future__ import annotations

import math
from dataclasses import dataclass

from formcheck.assessment.findings import arching_limit_deg
from formcheck.assessment.judgement import Grade
from formcheck.assessment.wording import posture_words
from formcheck.geometry.neutral import Neutral
from formcheck.lifts.exercises import Exercise

__all__ = ["Scale", "moment_words", "scale"]


@dataclass(frozen=True)
class Scale:
    """What the colours and the gauge stand for, in degrees of `lumbar_deg`.

    Attributes
    ----------
    arched_deg : float
        Below it the back is called over-arched; NaN without a limit or a neutral.
    neutral_deg : float
        The lifter's own; NaN if it is not known.
    """

    arched_deg: float
    neutral_deg: float


def scale(exercise: Exercise, neutral: Neutral) -> Scale:
    """The lines that a lumbar angle is held against in this lift and lifter.

    None says where a back is rounded: that is no limit of this angle alone
    (`formcheck.assessment.judgement`).
    """
    arched_deg = arching_limit_deg(neutral, exercise)
    return Scale(
        math.nan if arched_deg is None else neutral.lumbar_deg - arched_deg,
        neutral.lumbar_deg,
    )


def moment_words(lumbar_deg: float, grade: Grade, limits: Scale, *, judged: bool = True) -> str:
    """The word for a moment, so that the colour is not the only sign."""
    over_arched = lumbar_deg < limits.arched_deg
    return posture_words(
        grade, lumbar_deg - limits.neutral_deg, over_arched=over_arched, judged=judged
    )
