"""What is to be shown beside each frame: words and numbers, no pictures yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.assessment.findings import Finding, Severity, arching_limit_deg
from formcheck.geometry.neutral import Neutral
from formcheck.lifts.exercises import Exercise

__all__ = ["Caption", "Scale", "captions", "finding_label", "posture", "scale"]

Posture = Literal["arched", "near flat", "rounded"]

# A label stays this long, or to the end of its repetition: long enough to be read.
LABEL_S = 2.0
# As wide as the measurement's own uncertainty.
_FLAT_DEG = 10.0

_PHASES = {"concentric": "up", "eccentric": "down", "turn": "turn", "": ""}
_LABELS = {
    "lumbar-flexion": "back rounded",
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


@dataclass(frozen=True)
class Scale:
    """What the colours and the gauge stand for, in degrees of `lumbar_deg`.

    Attributes
    ----------
    rounded_deg : float
        Beyond it the back is called rounded; NaN if this lift has no such limit.
    arched_deg : float
        Below it the back is called over-arched; NaN without a limit or a neutral.
    neutral_deg : float
        The lifter's own; NaN if it is not known.
    """

    rounded_deg: float
    arched_deg: float
    neutral_deg: float


@dataclass(frozen=True)
class Caption:
    """All that is written beside one frame.

    Attributes
    ----------
    lumbar_deg, uncertainty_deg : int or None
        Rounded to whole degrees; None where the back was not measured.
    rep, reps : int
        The latest repetition that has begun, 0 before the first, and how many there are;
        while the set lasts that is not known (None), and `rep` counts those that ended.
    phase : str
    label : str
        A finding, while it happens.
    severity : {"info", "caution", "stop"}
        Of the label.
    """

    lumbar_deg: int | None
    uncertainty_deg: int | None
    rep: int
    reps: int | None
    phase: str
    label: str
    severity: Severity


def scale(exercise: Exercise, neutral: Neutral) -> Scale:
    """The thresholds of this lift and this lifter."""
    rounded_deg, arched_deg = exercise.rounded_deg, arching_limit_deg(neutral, exercise)
    return Scale(
        math.nan if rounded_deg is None else rounded_deg,
        math.nan if arched_deg is None else neutral.lumbar_deg - arched_deg,
        neutral.lumbar_deg,
    )


def posture(lumbar_deg: float) -> Posture:
    """The word for an angle, so that the colour is not the only sign."""
    if lumbar_deg > _FLAT_DEG:
        return "rounded"
    return "near flat" if lumbar_deg > -_FLAT_DEG else "arched"


def captions(analysis: SetAnalysis) -> list[Caption]:
    """The caption of every analysed frame."""
    time_s, back = analysis.track.time_s, analysis.kinematics.back
    starts_s = [rep.start_s for rep in analysis.reps]
    number = np.searchsorted(starts_s, time_s, side="right")
    labels = _labels(analysis)
    made = []
    for at, phase in enumerate(analysis.phases):
        label, severity = labels[at]
        made.append(
            Caption(
                lumbar_deg=_whole(back.lumbar_deg[at]),
                uncertainty_deg=_whole(back.uncertainty_deg[at]),
                rep=int(number[at]),
                reps=len(starts_s),
                phase=_PHASES[phase],
                label=label,
                severity=severity,
            )
        )
    return made


def finding_label(code: str) -> str:
    """A finding in two or three words."""
    return _LABELS.get(code, code.replace("-", " "))


def _labels(analysis: SetAnalysis) -> list[tuple[str, Severity]]:
    """What to write in each frame; of several findings the gravest, then the latest."""
    shown: list[tuple[str, Severity]] = [("", "info")] * len(analysis.track)
    rank = ("info", "caution", "stop")
    for finding in sorted(analysis.findings, key=lambda f: (rank.index(f.severity), f.at_s or 0)):
        if finding.at_s is None or not math.isfinite(finding.at_s):
            continue
        low, high = np.searchsorted(analysis.track.time_s, _span_s(finding, analysis))
        shown[low:high] = [(finding_label(finding.code), finding.severity)] * int(high - low)
    return shown


def _span_s(finding: Finding, analysis: SetAnalysis) -> Sequence[float]:
    assert finding.at_s is not None
    end_s = finding.at_s + LABEL_S
    if finding.rep is not None:
        end_s = max(end_s, analysis.reps[finding.rep - 1].end_s)
    return finding.at_s, end_s


def _whole(value: float) -> int | None:
    return round(float(value)) if math.isfinite(value) else None
