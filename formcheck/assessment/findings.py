"""What is said about a set: findings with their evidence, and reasons for silence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.assessment.fatigue import SLOWED_PCT, Fatigue, SetFatigue
from formcheck.geometry import Kinematics
from formcheck.geometry.neutral import Neutral
from formcheck.geometry.signals import runs
from formcheck.lifts.exercises import Drift, Exercise
from formcheck.lifts.measures import RepMeasures, half

__all__ = [
    "DRIFT_CODES",
    "Finding",
    "Severity",
    "arching_limit_deg",
    "fatigue_findings",
    "form_findings",
    "looked_for",
]

Severity = Literal["info", "caution", "stop"]

# A fault lasts: single frames and the filter's ripples are shorter than this.
SUSTAINED_S = 0.2
# Surely rounded beyond flat by this much, the set is better ended: the least
# rounded of the backs labelled rounded reached 14, the most 33.
STOP_DEG = 20.0


@dataclass(frozen=True)
class Finding:
    """One statement about a repetition, or about the set.

    Attributes
    ----------
    code : str
        Stable name, such as ``lumbar-flexion``.
    severity : {"info", "caution", "stop"}
    message : str
        What was seen, in one sentence.
    why : str
        Why it matters, in one more.
    rep : int or None
        Number of the repetition, from 1; None for the set.
    at_s : float or None
        When it is seen best.
    evidence : mapping
        Measured values with their units in the names, and the threshold.
    advice : str
        What to try in the next set, or at the next filming.
    """

    code: str
    severity: Severity
    message: str
    why: str
    rep: int | None = None
    at_s: float | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)
    advice: str = ""


def form_findings(
    reps: Sequence[RepMeasures], kin: Kinematics, neutral: Neutral, exercise: Exercise
) -> list[Finding]:
    """Rounding and over-arching, repetition by repetition and for the set."""
    found: list[Finding] = []
    for number, rep in enumerate(reps, start=1):
        if rep.measured:
            found += _rounding(number, rep, kin, exercise)
            found += _arching(number, rep, kin, neutral, exercise)
    return found + _for_the_set(found, reps)


def _rounding(number: int, rep: RepMeasures, kin: Kinematics, exercise: Exercise) -> list[Finding]:
    if exercise.rounded_deg is None:
        return []
    frames = slice(rep.rep.start, rep.rep.end + 1)
    surely = kin.back.lumbar_deg[frames] - kin.back.uncertainty_deg[frames]
    judged = half(rep.rep, kin, exercise, exercise.rounds_in)
    held_s = _longest_s(kin.time_s[frames], judged & (surely > exercise.rounded_deg))
    if held_s < SUSTAINED_S:
        return []
    stop = _longest_s(kin.time_s[frames], judged & (surely > STOP_DEG)) >= SUSTAINED_S
    return [
        Finding(
            "lumbar-flexion",
            "stop" if stop else "caution",
            f"The lower back rounded to {rep.peak_deg:.0f}° beyond flat "
            f"(±{rep.uncertainty_deg:.0f}°).",
            "A rounded back carries its load unevenly: shear on the discs rises.",
            rep=number,
            at_s=rep.peak_s,
            evidence={
                "lumbar_peak_deg": rep.peak_deg,
                "uncertainty_deg": rep.uncertainty_deg,
                "threshold_deg": exercise.rounded_deg,
                "sustained_s": held_s,
            },
            advice="Make it lighter or easier, brace before each repetition, and go down only as "
            "far as the back stays flat.",
        )
    ]


def _arching(
    number: int, rep: RepMeasures, kin: Kinematics, neutral: Neutral, exercise: Exercise
) -> list[Finding]:
    arched_deg = arching_limit_deg(neutral, exercise)
    if arched_deg is None:
        return []
    frames = slice(rep.rep.start, rep.rep.end + 1)
    limit = neutral.lumbar_deg - arched_deg
    doubt = np.hypot(kin.back.uncertainty_deg[frames], neutral.uncertainty_deg)
    judged = half(rep.rep, kin, exercise, exercise.arches_in)
    held_s = _longest_s(kin.time_s[frames], judged & (kin.back.lumbar_deg[frames] + doubt < limit))
    if held_s < SUSTAINED_S:
        return []
    beyond = neutral.lumbar_deg - rep.least_deg
    doubt_deg = float(np.hypot(rep.least_uncertainty_deg, neutral.uncertainty_deg))
    return [
        Finding(
            "lumbar-hyperextension",
            "caution",
            f"The lower back arched {beyond:.0f}° beyond the neutral posture (±{doubt_deg:.0f}°).",
            "Over-arching presses the small facet joints together.",
            rep=number,
            at_s=rep.least_s,
            evidence={
                "lumbar_least_deg": rep.least_deg,
                "neutral_deg": neutral.lumbar_deg,
                "extension_beyond_neutral_deg": beyond,
                "uncertainty_deg": doubt_deg,
                "threshold_deg": arched_deg,
                "sustained_s": held_s,
            },
            advice="Keep the ribs down and the buttocks tight, and finish in a straight line from "
            "shoulders to knees, no further.",
        )
    ]


def arching_limit_deg(neutral: Neutral, exercise: Exercise) -> float | None:
    """Extension beyond the neutral that is called arched; None where none can be."""
    if neutral.method in {"standing", "given"}:
        return exercise.arched_deg
    return exercise.arched_from_start_deg if neutral.method == "first-reps" else None


def looked_for(neutral: Neutral, exercise: Exercise) -> str:
    """The faults of the back that could be judged, in words: no more than these were not found."""
    limits = {
        "rounding": exercise.rounded_deg,
        "over-arching": arching_limit_deg(neutral, exercise),
    }
    return " or ".join(name for name, limit in limits.items() if limit is not None) or "fault"


_SET_WORDS = {
    "lumbar-flexion": "The lower back rounded beyond flat in",
    "lumbar-hyperextension": "The lower back arched beyond the neutral posture in",
}


def _for_the_set(found: list[Finding], reps: Sequence[RepMeasures]) -> list[Finding]:
    """One finding a code that says in how many repetitions it was seen."""
    measured = sum(rep.measured for rep in reps)
    summaries = []
    for code, words in _SET_WORDS.items():
        same = [f for f in found if f.code == code]
        if not same:
            continue
        worst = max(same, key=lambda f: (f.severity == "stop", _excess(f)))
        summaries.append(
            Finding(
                code,
                worst.severity,
                f"{words} {len(same)} of {measured} measured repetition{'s' * (measured != 1)}, "
                f"at most {_size(worst)}.",
                worst.why,
                at_s=worst.at_s,
                evidence={"reps_flagged": len(same), "reps_measured": measured, **worst.evidence},
                advice=worst.advice,
            )
        )
    return summaries


def _size(finding: Finding) -> str:
    return f"{_excess(finding):.0f}° (±{finding.evidence['uncertainty_deg']:.0f}°)"


def _excess(finding: Finding) -> float:
    evidence = finding.evidence
    return evidence.get("lumbar_peak_deg", evidence.get("extension_beyond_neutral_deg", 0.0))


_GAVE_WAY: Mapping[Drift, str] = {
    "rounding": "the lower back rounded more",
    "arching": "the lower back arched more",
}
DRIFT_CODES: Mapping[Drift, str] = {
    "rounding": "flexion-drift",
    "arching": "extension-drift",
}
_WHY_BREAKDOWN = (
    "Tired muscles hand the load over to discs, ligaments and small joints, which stand it less "
    "well."
)
_WHY_DRIFT = (
    "A posture that moves away from neutral spreads the load less evenly with every repetition."
)
_ADVICE_LATE = (
    "End the next set before repetition {}, or make it lighter or easier, so that the set ends "
    "before the form does."
)
_ADVICE_EARLY = (
    "Make it lighter or easier, and build it up again from where the back stays as it was."
)


def fatigue_findings(
    fatigue: Fatigue | None, reps: Sequence[RepMeasures], exercise: Exercise
) -> list[Finding]:
    """What changed over each set: the form, the speed, or both together."""
    found: list[Finding] = []
    for one in fatigue.sets if fatigue else ():
        if one.verdict in {"breakdown", "drift"}:
            found.append(_drifted(one, reps, exercise))
        elif one.slowed:
            found.append(_slower(one, reps))
    return found


def _drifted(one: SetFatigue, reps: Sequence[RepMeasures], exercise: Exercise) -> Finding:
    drift, way, since = one.drift, one.direction, one.from_rep
    if drift is None or way is None or since is None:
        raise ValueError(f"a set that drifted has a direction and an onset: {one}")
    tired = one.verdict == "breakdown"
    slower = f", as the lifter slowed by {one.velocity_loss_pct:.0f} %" if tired else ""
    return Finding(
        "breakdown-under-fatigue" if tired else DRIFT_CODES[way],
        "stop" if tired and _surely_rounded(one, reps, exercise) else "caution",
        f"From repetition {since} on {_GAVE_WAY[way]}, by {drift.change:.0f}° "
        f"(±{drift.mdc:.0f}°){slower}.",
        _WHY_BREAKDOWN if tired else _WHY_DRIFT,
        at_s=_worst_since(one, reps),
        evidence={
            "change_deg": drift.change,
            "mdc_deg": drift.mdc,
            "drift_deg_per_rep": drift.per_rep,
            "p": drift.p,
            "velocity_loss_pct": one.velocity_loss_pct,
            "threshold_pct": SLOWED_PCT,
            "from_rep": since,
        },
        advice=_ADVICE_EARLY if since <= one.first + 1 else _ADVICE_LATE.format(since),
    )


def _surely_rounded(one: SetFatigue, reps: Sequence[RepMeasures], exercise: Exercise) -> bool:
    limit_deg = exercise.rounded_deg
    late = reps[(one.from_rep or one.first) - 1 : one.last]
    return limit_deg is not None and any(
        rep.peak_deg - rep.uncertainty_deg > limit_deg for rep in late
    )


def _worst_since(one: SetFatigue, reps: Sequence[RepMeasures]) -> float | None:
    late = [rep for rep in reps[(one.from_rep or one.first) - 1 : one.last] if rep.measured]
    if not late:
        return None
    if one.direction == "arching":
        return min(late, key=lambda rep: rep.least_deg).least_s
    return max(late, key=lambda rep: rep.peak_deg).peak_s


def _slower(one: SetFatigue, reps: Sequence[RepMeasures]) -> Finding:
    held = " The form held." if one.verdict == "tired" else ""
    return Finding(
        "velocity-loss",
        "info",
        f"The last repetition was {one.velocity_loss_pct:.0f} % slower than the fastest.{held}",
        "Speed is lost before form is: what follows is done by tired muscles.",
        at_s=reps[one.last - 1].start_s,
        evidence={"velocity_loss_pct": one.velocity_loss_pct, "threshold_pct": SLOWED_PCT},
        advice="Good work if you meant to go that far; for crisp technique stop the set at some "
        "20 % of loss.",
    )


def _longest_s(time_s: FloatArray, mask: BoolArray) -> float:
    """Duration of the longest stretch of True, each frame lasting to the next one."""
    if len(time_s) < 2:
        return 0.0
    lasts = np.append(np.diff(time_s), np.median(np.diff(time_s)))
    # Rounded, for sixty thirtieths of a second to be two
    return max((round(float(lasts[a:b].sum()), 9) for a, b in runs(mask)), default=0.0)
