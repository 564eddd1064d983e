"""What is to be shown beside each frame: words and numbers, no pictures yet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.assessment.findings import Finding
from formcheck.assessment.judgement import Grade
from formcheck.assessment.wording import Severity

__all__ = ["Caption", "captions"]

# A label stays this long, or to the end of its repetition: long enough to be read. It goes
# sooner, though not before it can be noticed, where the back is nearer to the lifter's normal
# again than to what the label is about: who stands well is not called anything.
LABEL_S, LEAST_LABEL_S = 2.0, 0.7

_PHASES = {"concentric": "up", "eccentric": "down", "turn": "turn", "": ""}


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
    grade : Grade
        How rounded the back is judged to be at this moment.
    judged : bool
        Whether it is judged at all.
    """

    lumbar_deg: int | None
    uncertainty_deg: int | None
    rep: int
    reps: int | None
    phase: str
    label: str
    severity: Severity
    grade: Grade = "no"
    judged: bool = True


def captions(analysis: SetAnalysis) -> list[Caption]:
    """The caption of every analysed frame."""
    time_s, back = analysis.track.time_s, analysis.kinematics.back
    starts_s = [rep.start_s for rep in analysis.reps]
    number = np.searchsorted(starts_s, time_s, side="right")
    labels = _labels(analysis)
    judged = analysis.rounding_judged
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
                grade=analysis.judged.grades[at],
                judged=bool(judged[at]),
            )
        )
    return made


def _labels(analysis: SetAnalysis) -> list[tuple[str, Severity]]:
    """What to write in each frame; of several findings the gravest, then the latest."""
    shown: list[tuple[str, Severity]] = [("", "info")] * len(analysis.track)
    time_s, flexion_deg = analysis.track.time_s, analysis.flexion_deg
    rank = ("info", "caution", "stop")
    for finding in sorted(analysis.findings, key=lambda f: (rank.index(f.severity), f.at_s or 0)):
        if finding.at_s is None or not math.isfinite(finding.at_s):
            continue
        low, high = np.searchsorted(time_s, _span_s(finding, analysis))
        over = time_s[low:high] >= finding.at_s + LEAST_LABEL_S
        at = min(int(np.searchsorted(time_s, finding.at_s)), len(time_s) - 1)
        from_found_deg = np.abs(flexion_deg[low:high] - flexion_deg[at])
        over &= np.abs(flexion_deg[low:high]) < from_found_deg
        for frame in low + np.flatnonzero(~over):
            shown[frame] = (finding.words, finding.severity)
    return shown


def _span_s(finding: Finding, analysis: SetAnalysis) -> Sequence[float]:
    assert finding.at_s is not None
    end_s = finding.at_s + LABEL_S
    if finding.rep is not None:
        end_s = max(end_s, analysis.reps[finding.rep - 1].end_s)
    return finding.at_s, end_s


def _whole(value: float) -> int | None:
    return round(float(value)) if math.isfinite(value) else None
