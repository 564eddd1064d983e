"""What is said about single lifts: one threshold a check, with where it comes from.

All are notes and no faults: each rests on a single clip or sample, or on our own choice.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from formcheck.assessment.findings import Finding, Severity
from formcheck.lifts.exercises import CheckCode, Exercise, Measure
from formcheck.lifts.lift_measures import Measured
from formcheck.lifts.measures import RepMeasures

__all__ = ["LiftCheck", "lift_findings"]

LiftMeasures = Mapping[Measure, Measured]


@dataclass(frozen=True)
class LiftCheck:
    """One fault of one lift.

    Attributes
    ----------
    measure : Measure
    beyond_deg : float
        The fault is there where the value is surely, that is by more than its
        uncertainty, on the wrong side of this.
    wrong : {"above", "below"}
    severity : Severity
    message, set_message : str
        For one repetition, with {value} and {doubt}; for the set, to be followed by
        the count.
    why, advice : str
    """

    measure: Measure
    beyond_deg: float
    wrong: Literal["above", "below"]
    severity: Severity
    message: str
    set_message: str
    why: str
    advice: str

    def fails(self, measured: Measured) -> bool:
        """Whether the fault is surely there; False where it was not seen."""
        if self.wrong == "above":
            return measured.value_deg - measured.uncertainty_deg > self.beyond_deg
        return measured.value_deg + measured.uncertainty_deg < self.beyond_deg


_CHECKS: Mapping[CheckCode, LiftCheck] = MappingProxyType(
    {
        # Trunks of the labelled deadlifts lean 10-54 degrees when the hips are up, the one
        # labelled for hips that rise early 63 (benchmarks/clips.md): a single clip.
        "early-hip-rise": LiftCheck(
            measure="lean_at_hips_up_deg",
            beyond_deg=55.0,
            wrong="above",
            severity="info",
            message="The hips were up while the trunk still leaned {value:.0f}° (±{doubt:.0f}°).",
            set_message="The hips rose before the trunk in",
            why="From there the back has to do what is left of the lift, on its longest lever.",
            advice="Push the floor away and let hips and shoulders rise together; start a little "
            "lower, with the chest up.",
        ),
        # A hip joint level with the knee reads 0; 20 above it is about a half squat.
        "squat-depth": LiftCheck(
            measure="depth_thigh_deg",
            beyond_deg=20.0,
            wrong="above",
            severity="info",
            message="The thighs stayed {value:.0f}° (±{doubt:.0f}°) above level.",
            set_message="The squat stopped above parallel in",
            why="Nothing is wrong with that; repetitions of different depths are hard to compare.",
            advice="Go down only as far as the back stays as it is, and equally far each time.",
        ),
        # The lower half of a sound deep squat adds 12-16 degrees of lumbar flexion
        # (samples/squat.truth.csv); what surely exceeds that is the pelvis tucking under, as
        # far as one sample tells.
        "butt-wink": LiftCheck(
            measure="wink_deg",
            beyond_deg=15.0,
            wrong="above",
            severity="info",
            message="Near the bottom the lower back rounded by another {value:.0f}° "
            "(±{doubt:.0f}°).",
            set_message="The pelvis tucked under at the bottom in",
            why="The lower back gives what the hips no longer can, with the load on it.",
            advice="Stop a little higher, try a wider stance or raised heels, and work on the "
            "hips' range.",
        ),
        # Rendered sit-ups that curl bend by some 40 degrees (samples/sit-up.truth.csv); less
        # than this, for a trunk that comes all the way up, is our own choice.
        "hip-flexor-dominant": LiftCheck(
            measure="curl_deg",
            beyond_deg=15.0,
            wrong="below",
            severity="info",
            message="The trunk came up with only {value:.0f}° (±{doubt:.0f}°) of flexion in the "
            "lower back.",
            set_message="The hips did the work of the trunk in",
            why="Hip flexors that lift the trunk pull on the lumbar spine.",
            advice="Curl up slowly, the ribs first, and only as far as the back follows.",
        ),
    }
)


def lift_findings(
    reps: Sequence[RepMeasures], measures: Sequence[LiftMeasures], exercise: Exercise
) -> list[Finding]:
    """What the checks of the lift find, repetition by repetition and for the set.

    Parameters
    ----------
    reps : sequence of RepMeasures
    measures : sequence of mapping
        From `formcheck.lifts.lift_measures.measure_lift`, one a repetition.
    exercise : Exercise
    """
    found: list[Finding] = []
    for code in exercise.checks:
        check = _CHECKS[code]
        seen = [one[check.measure] for one in measures]
        judged = [n for n, (rep, m) in enumerate(zip(reps, seen, strict=True)) if _judged(rep, m)]
        faults = [_finding(code, check, n + 1, seen[n]) for n in judged if check.fails(seen[n])]
        found += faults + _for_the_set(check, faults, len(judged))
    return found + _cycles(reps, exercise)


def _judged(rep: RepMeasures, measured: Measured) -> bool:
    return math.isfinite(measured.value_deg) and (rep.rep.complete or rep.rep.cut)


def _finding(code: CheckCode, check: LiftCheck, number: int, measured: Measured) -> Finding:
    value, doubt = measured.value_deg, measured.uncertainty_deg
    return Finding(
        code,
        check.severity,
        check.message.format(value=value, doubt=doubt),
        check.why,
        rep=number,
        at_s=measured.at_s,
        evidence={
            check.measure: value,
            "uncertainty_deg": doubt,
            "threshold_deg": check.beyond_deg,
        },
        advice=check.advice,
    )


def _for_the_set(check: LiftCheck, faults: list[Finding], judged: int) -> list[Finding]:
    if not faults:
        return []
    sign = 1.0 if check.wrong == "above" else -1.0
    worst = max(faults, key=lambda fault: sign * fault.evidence[check.measure])
    many = f"{len(faults)} of {judged} measured repetition{'s' * (judged != 1)}"
    return [
        Finding(
            worst.code,
            check.severity,
            f"{check.set_message} {many}.",
            check.why,
            at_s=worst.at_s,
            evidence={"reps_flagged": len(faults), "reps_measured": judged, **worst.evidence},
            advice=check.advice,
        )
    ]


def _cycles(reps: Sequence[RepMeasures], exercise: Exercise) -> list[Finding]:
    """How often the back was bent, in a lift that consists of that."""
    cycles = sum(rep.rep.complete for rep in reps)
    if not exercise.counts_flexion or not cycles:
        return []
    return [
        Finding(
            "repeated-flexion",
            "info",
            f"The trunk was flexed and straightened {cycles} time{'s' * (cycles != 1)}.",
            "Flexion again and again under compression can overload the discs over time.",
            evidence={"flexion_cycles": cycles},
            advice="Fewer and controlled ones do the same work.",
        )
    ]
