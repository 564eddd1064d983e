"""The words of the judgement: every output that says how round a back was takes them here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Literal

from formcheck.assessment.judgement import GRADES, Grade, Part

__all__ = [
    "ROUNDING_CODES",
    "SEVERITY",
    "Severity",
    "arching_advice",
    "grade_words",
    "label_of",
    "posture_words",
    "rounding_label",
    "rounding_sentence",
    "rounding_summary",
]

Severity = Literal["info", "caution", "stop"]

# What is done about each grade; "no" is no finding.
SEVERITY: Mapping[Grade, Severity] = {"borderline": "info", "likely": "caution", "clear": "stop"}
# The upper back alone has a code of its own: it is another thing to fix.
ROUNDING_CODES: Mapping[Part, str] = {
    "lower back": "lumbar-flexion",
    "both": "lumbar-flexion",
    "upper back": "upper-back-rounding",
}

_PARTS: Mapping[Part, str] = {
    "lower back": "lower back",
    "upper back": "upper back",
    "both": "lower and upper back",
}
_VERBS: Mapping[Grade, str] = {
    "no": "did not round",
    "borderline": "came close to rounding",
    "likely": "likely rounded",
    "clear": "clearly rounded",
}
_GRADE_WORDS: Mapping[Grade, str] = {
    "no": "not rounded",
    "borderline": "close to rounded",
    "likely": "likely rounded",
    "clear": "clearly rounded",
}
_LABELS: Mapping[str, str] = {
    "lumbar-hyperextension": "back over-arched",
    "flexion-drift": "rounding more and more",
    "extension-drift": "arching more and more",
    "breakdown-under-fatigue": "form gives way",
    "velocity-loss": "getting slower",
    "early-hip-rise": "hips rose first",
    "butt-wink": "pelvis tucked under",
    "squat-depth": "above parallel",
    "hip-flexor-dominant": "hips do the work",
}
# As far as a lifter's posture varies by itself, and the measurement with it.
_NORMAL_DEG = 10.0

_SQUEEZE = (
    "Keep the ribs down and the buttocks tight, and finish in a straight line from shoulders to "
    "knees, no further."
)
_ARCHING_ADVICE: Mapping[str, str] = {
    "deadlift": "Finish the lift standing tall, buttocks tight, and do not lean back.",
    "squat": "Brace before you go down, keep the ribs over the hips, and do not push the chest "
    "out.",
    "overhead-press": "Keep the ribs down and the buttocks tight, and move the head through once "
    "the hands have passed it.",
    "glute-bridge": _SQUEEZE,
    "back-extension": "Stop where the trunk is in line with the legs, buttocks tight.",
}


def grade_words(grade: Grade) -> str:
    """The grade in two words: ``clearly rounded``."""
    return _GRADE_WORDS[grade]


def rounding_label(grade: Grade, part: Part) -> str:
    """The same with the part, for a label or to be spoken: ``lower back clearly rounded``."""
    return f"{_PARTS[part]} {_GRADE_WORDS[grade]}"


def rounding_sentence(grade: Grade, part: Part, number: str) -> str:
    """A repetition's finding: the finding first, then the number."""
    return f"Your {_PARTS[part]} {_VERBS[grade]}{number}."


def rounding_summary(
    grades: Sequence[Grade], part: Part, most_in: int, judged: int, number: str
) -> str:
    """The finding of a set.

    Parameters
    ----------
    grades : sequence of Grade
        Of the repetitions that had the finding.
    part : Part
    most_in : int
        Number of the repetition with most of it.
    judged : int
        How many repetitions were judged.
    number : str
        What was measured there, as a clause.
    """
    top = max(grades, key=GRADES.index)
    counted = sum(grade == top for grade in grades)
    reps = f"{counted} of {judged} rep{'s' * (judged != 1)}"
    lesser = [grade for grade in grades if grade not in {top, "borderline"}]
    also = f" and likely in {len(lesser)} more" if lesser else ""
    most = f", most in rep {most_in}" if len(grades) > 1 else f" (rep {most_in})"
    where = "" if judged == 1 else f" in {reps}{also}{most}"
    return f"Your {_PARTS[part]} {_VERBS[top]}{where}{number}."


def label_of(code: str) -> str:
    """A finding other than of rounding, in two or three words."""
    return _LABELS.get(code, code.replace("-", " "))


def posture_words(
    grade: Grade, from_normal_deg: float, *, over_arched: bool = False, judged: bool = True
) -> str:
    """The word for a moment.

    Parameters
    ----------
    grade : Grade
        Of the moment, never above that of its repetition.
    from_normal_deg : float
        Flexion from the lifter's own neutral; NaN without one.
    over_arched : bool
        Whether it is beyond the limit of arching.
    judged : bool
        Whether rounding was judged at all: not before a repetition, nor in a sit-up.
    """
    if grade != "no":
        return _GRADE_WORDS[grade]
    if over_arched:
        return "arched"
    if not math.isfinite(from_normal_deg):
        return ""
    if abs(from_normal_deg) <= _NORMAL_DEG:
        return "your normal"
    if from_normal_deg < 0:
        return "more hollow"
    return "not rounded" if judged else "flexed"


def arching_advice(exercise: str) -> str:
    """What to try against over-arching in a lift."""
    return _ARCHING_ADVICE.get(exercise, _SQUEEZE)
