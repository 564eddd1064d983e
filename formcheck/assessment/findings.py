"""What is said about a set: findings with their evidence, and reasons for silence."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import get_args

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.assessment.fatigue import SLOWED_PCT, Fatigue, SetFatigue
from formcheck.assessment.judgement import (
    FULL_FLEXION_DEG,
    HELD_S,
    LEAST_PROBABILITY,
    Grade,
    Judgement,
    SetJudgement,
)
from formcheck.assessment.wording import (
    ROUNDING_CODES,
    SEVERITY,
    Severity,
    arching_advice,
    label_of,
    rounding_label,
    rounding_sentence,
    rounding_summary,
)
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
    "gravest",
    "looked_for",
]

_SEVERITIES: tuple[Severity, ...] = get_args(Severity)

_WHY_ROUNDING = "A rounded back carries its load unevenly: shear on the discs rises."
_ADVICE_ROUNDING = (
    "Make it lighter or easier, brace before each repetition, and go down only as far as the back "
    "keeps its shape."
)
_WHY_UPPER = "It takes the upper back's muscles out of the lift and can pull the lower back along."
_ADVICE_UPPER = "Pull the shoulder blades down and back before each repetition, the chest open."


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
    label : str
        The finding in two or three words.
    grade : Grade or None
        Of a finding of rounding.
    """

    code: str
    severity: Severity
    message: str
    why: str
    rep: int | None = None
    at_s: float | None = None
    evidence: Mapping[str, float] = field(default_factory=dict)
    advice: str = ""
    label: str = ""
    grade: Grade | None = None

    @property
    def told(self) -> bool:
        """Whether it belongs into a summary: a fault, or a back that came close to one."""
        return self.severity != "info" or self.grade is not None

    @property
    def words(self) -> str:
        """The finding in two or three words."""
        return self.label or label_of(self.code)


def form_findings(
    reps: Sequence[RepMeasures],
    judged: SetJudgement,
    kin: Kinematics,
    neutrals: Sequence[Neutral],
    exercise: Exercise,
) -> list[Finding]:
    """Rounding and over-arching, repetition by repetition and for the set.

    `neutrals` are those of the repetitions: each set of a clip has its own.
    """
    rounded = [
        _rounding(number, rep, judgement, judged, kin, neutral)
        for number, (rep, judgement, neutral) in enumerate(
            zip(reps, judged.reps, neutrals, strict=True), start=1
        )
        if judgement is not None and judgement.grade != "no"
    ]
    arched = [
        finding
        for number, (rep, neutral) in enumerate(zip(reps, neutrals, strict=True), start=1)
        if rep.measured
        for finding in _arching(number, rep, kin, neutral, exercise)
    ]
    by_rep = sorted([*rounded, *arched], key=lambda finding: finding.rep or 0)
    sets = [_rounded_set(one, judged) for one in _by_code(rounded)]
    return [*by_rep, *sets, *_arched_set(arched, sum(rep.measured for rep in reps))]


def _by_code(found: Sequence[Finding]) -> list[list[Finding]]:
    codes = dict.fromkeys(finding.code for finding in found)
    return [[finding for finding in found if finding.code == code] for code in codes]


def _rounding(  # noqa: PLR0917 - one more than five, all needed
    number: int,
    rep: RepMeasures,
    judgement: Judgement,
    judged: SetJudgement,
    kin: Kinematics,
    neutral: Neutral,
) -> Finding:
    grade, part = judgement.grade, judgement.part
    flexion_deg = rep.peak_deg - neutral.lumbar_deg
    turn_deg = float(judged.lower_turn_deg[np.argmin(np.abs(kin.time_s - judgement.at_s))])
    return Finding(
        ROUNDING_CODES[part],
        SEVERITY[grade],
        rounding_sentence(grade, part, _bent(rep, neutral, turn_deg)),
        _WHY_ROUNDING if part != "upper back" else _WHY_UPPER,
        rep=number,
        at_s=judgement.at_s,
        evidence={
            "probability_pct": 100 * judgement.probability,
            "threshold_pct": 100 * LEAST_PROBABILITY[grade],
            "outline_turn_deg": turn_deg,
            "lumbar_peak_deg": rep.peak_deg,
            "uncertainty_deg": rep.uncertainty_deg,
            "level_uncertainty_deg": kin.back.level_uncertainty_deg,
            "flexion_peak_deg": flexion_deg,
            "flexion_share_pct": 100 * flexion_deg / FULL_FLEXION_DEG,
        },
        advice=_ADVICE_ROUNDING if part != "upper back" else _ADVICE_UPPER,
        label=rounding_label(grade, part),
        grade=grade,
    )


def _bent(rep: RepMeasures, neutral: Neutral, turn_deg: float) -> str:
    """How far, as a clause: against the lifter's own normal, or else as it is seen."""
    flexion_deg = rep.peak_deg - neutral.lumbar_deg
    if not math.isfinite(flexion_deg):
        return f", its outline curving out by {turn_deg:.0f}°" if math.isfinite(turn_deg) else ""
    doubt_deg = neutral.flexion_uncertainty_deg(rep.peak_deg, rep.uncertainty_deg)
    return f", {flexion_deg:.0f}° (±{doubt_deg:.0f}°) from your normal"


def _rounded_set(same: list[Finding], judged: SetJudgement) -> Finding:
    """One finding for the set, of the repetitions that had the same one."""
    worst = max(same, key=_rank)
    judgement = judged.reps[(worst.rep or 1) - 1]
    assert judgement is not None
    count = sum(one is not None for one in judged.reps)
    grades: list[Grade] = [finding.grade for finding in same if finding.grade is not None]
    number = worst.message[worst.message.find(", ") : -1] if ", " in worst.message else ""
    return replace(
        worst,
        message=rounding_summary(grades, judgement.part, worst.rep or 1, count, number),
        rep=None,
        evidence={"reps_flagged": len(same), "reps_measured": count, **worst.evidence},
    )


def _rank(finding: Finding) -> tuple[int, float]:
    return _SEVERITIES.index(finding.severity), finding.evidence["probability_pct"]


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
    if held_s < HELD_S:
        return []
    beyond = neutral.lumbar_deg - rep.least_deg
    doubt_deg = float(np.hypot(rep.least_uncertainty_deg, neutral.uncertainty_deg))
    return [
        Finding(
            "lumbar-hyperextension",
            "caution",
            f"Your lower back arched, {beyond:.0f}° (±{doubt_deg:.0f}°) beyond your normal.",
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
            advice=arching_advice(exercise.name),
            label=label_of("lumbar-hyperextension"),
        )
    ]


def _arched_set(found: list[Finding], measured: int) -> list[Finding]:
    """One finding that says in how many repetitions the back arched."""
    if not found:
        return []
    worst = max(found, key=lambda one: one.evidence["extension_beyond_neutral_deg"])
    beyond, doubt = (
        worst.evidence[name] for name in ("extension_beyond_neutral_deg", "uncertainty_deg")
    )
    reps = f"{len(found)} of {measured} rep{'s' * (measured != 1)}"
    most = f", most in rep {worst.rep}" if len(found) > 1 else f" (rep {worst.rep})"
    where = "" if measured == 1 else f" in {reps}{most}"
    return [
        replace(
            worst,
            rep=None,
            message=f"Your lower back arched{where}, {beyond:.0f}° (±{doubt:.0f}°) beyond your "
            "normal.",
            evidence={"reps_flagged": len(found), "reps_measured": measured, **worst.evidence},
        )
    ]


def gravest(findings: Iterable[Finding]) -> Severity:
    """Severity of the gravest; "info" where nothing was found."""
    return max((one.severity for one in findings), key=_SEVERITIES.index, default="info")


def arching_limit_deg(neutral: Neutral, exercise: Exercise) -> float | None:
    """Extension beyond the neutral that is called arched; None where none can be."""
    if neutral.method in {"standing", "given"}:
        return exercise.arched_deg
    return exercise.arched_from_start_deg if neutral.method == "first-reps" else None


def looked_for(neutral: Neutral, exercise: Exercise) -> str | None:
    """The faults of the back that could be judged, in words: no more than these were not found.

    None where the lift asks for some, and the neutral lets none be judged.
    """
    limits = {
        "rounding": exercise.rounded_deg,
        "over-arching": arching_limit_deg(neutral, exercise),
    }
    judged = " or ".join(name for name, limit in limits.items() if limit is not None)
    asked = exercise.rounded_deg is not None or exercise.arched_deg is not None
    return judged or (None if asked else "fault")


# A coach tells where form gave way within a repetition: a range of three.
_SURE_RANGE = 2
_GAVE_WAY: Mapping[Drift, str] = {
    "rounding": "your lower back rounded more",
    "arching": "your lower back arched more",
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
    "End the next set before rep {}, or make it lighter or easier, so that the set ends "
    "before the form does."
)
_ADVICE_EARLY = (
    "Make it lighter or easier, and build it up again from where the back stays as it was."
)


def fatigue_findings(
    fatigue: Fatigue | None, reps: Sequence[RepMeasures], judged: Sequence[Judgement | None]
) -> list[Finding]:
    """What changed over each set: the form, the speed, or both together."""
    found: list[Finding] = []
    for one in fatigue.sets if fatigue else ():
        if one.verdict in {"breakdown", "drift"}:
            found.append(_drifted(one, reps, judged))
        elif one.slowed:
            found.append(_slower(one, reps))
    return found


def _drifted(
    one: SetFatigue, reps: Sequence[RepMeasures], judged: Sequence[Judgement | None]
) -> Finding:
    drift, way, since = one.drift, one.direction, one.from_rep
    if drift is None or way is None or since is None:
        raise ValueError(f"a set that drifted has a direction and an onset: {one}")
    tired = one.verdict == "breakdown"
    code = "breakdown-under-fatigue" if tired else DRIFT_CODES[way]
    return Finding(
        code,
        "stop" if tired and _rounded_since(one, judged) else "caution",
        f"From {_told(since, one.from_range)} on {_GAVE_WAY[way]}, by {drift.change:.0f}° "
        f"(±{drift.mdc:.0f}°){_slowing(one)}.",
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
            "slow_from_rep": math.nan if one.slow_from_rep is None else one.slow_from_rep,
        },
        advice=_ADVICE_EARLY if since <= one.first + 1 else _ADVICE_LATE.format(since),
        label=label_of(code),
    )


def _slowing(one: SetFatigue) -> str:
    """What the speed did, as a clause: together with the back only where it was so."""
    if not one.slowed or one.slow_from_rep is None:
        return ""
    if one.together:
        return f", as you slowed down by {one.velocity_loss_pct:.0f} %"
    since = _told(one.slow_from_rep, one.slow_from_range)
    return f"; your speed fell by {one.velocity_loss_pct:.0f} %, from {since} on"


def _told(rep: int, within: tuple[int, int] | None) -> str:
    """An onset, and how sure it is where that is worse than a coach would be."""
    if within is None or within[1] - within[0] <= _SURE_RANGE:
        return f"rep {rep}"
    return f"about rep {rep} (between {within[0]} and {within[1]})"


def _rounded_since(one: SetFatigue, judged: Sequence[Judgement | None]) -> bool:
    """Whether the back was called rounded after it had begun to change."""
    late = judged[(one.from_rep or one.first) - 1 : one.last]
    return any(said is not None and said.grade in {"likely", "clear"} for said in late)


def _worst_since(one: SetFatigue, reps: Sequence[RepMeasures]) -> float | None:
    late = [rep for rep in reps[(one.from_rep or one.first) - 1 : one.last] if rep.measured]
    if not late:
        return None
    if one.direction == "arching":
        return min(late, key=lambda rep: rep.least_deg).least_s
    return max(late, key=lambda rep: rep.peak_deg).peak_s


def _slower(one: SetFatigue, reps: Sequence[RepMeasures]) -> Finding:
    held = " Your form held." if one.verdict == "tired" else ""
    told = one.slow_from_rep
    since = "" if told is None else f", slowing from {_told(told, one.slow_from_range)} on"
    return Finding(
        "velocity-loss",
        "info",
        f"Your last rep was {one.velocity_loss_pct:.0f} % slower than your fastest{since}.{held}",
        "Speed is lost before form is: what follows is done by tired muscles.",
        at_s=reps[one.last - 1].start_s,
        evidence={"velocity_loss_pct": one.velocity_loss_pct, "threshold_pct": SLOWED_PCT},
        advice="Good work if you meant to go that far; for crisp technique stop the set at some "
        "20 % of loss.",
        label=label_of("velocity-loss"),
    )


def _longest_s(time_s: FloatArray, mask: BoolArray) -> float:
    """Duration of the longest stretch of True, each frame lasting to the next one."""
    if len(time_s) < 2:
        return 0.0
    lasts = np.append(np.diff(time_s), np.median(np.diff(time_s)))
    # Rounded, for sixty thirtieths of a second to be two
    return max((round(float(lasts[a:b].sum()), 9) for a, b in runs(mask)), default=0.0)
