"""What is said of a set that changed, and of one that did not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sets import measured_rep, measured_set

from formcheck.assessment.fatigue import judge_fatigue
from formcheck.assessment.findings import Finding, fatigue_findings
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.measures import RepMeasures

DEADLIFT = EXERCISES["deadlift"]
LEVEL = [-28.0, -27.0, -28.5, -27.5, -28.0, -27.0, -28.0, -27.5]
DRIFTING = [-28.0, -27.0, -28.5, -27.5, -21.0, -15.0, -8.0, -1.0]
ROUNDED = [-8.0, -7.0, -8.5, -7.5, -1.0, 5.0, 12.0, 19.0]
SLOWING = [0.60, 0.61, 0.60, 0.59, 0.54, 0.48, 0.42, 0.36]


def found_in(reps: list[RepMeasures]) -> list[Finding]:
    return fatigue_findings(judge_fatigue(reps, DEADLIFT), reps, DEADLIFT)


@pytest.mark.parametrize(
    ("peaks", "speeds", "code", "severity"),
    [
        (LEVEL, None, None, None),
        (DRIFTING, None, "flexion-drift", "caution"),
        (LEVEL, SLOWING, "velocity-loss", "info"),
        # Rounded more, but never beyond flat: no reason to stop.
        (DRIFTING, SLOWING, "breakdown-under-fatigue", "caution"),
        (ROUNDED, SLOWING, "breakdown-under-fatigue", "stop"),
    ],
)
def test_one_finding_a_set(
    peaks: list[float], speeds: list[float] | None, code: str | None, severity: str | None
) -> None:
    found = found_in(measured_set(peaks, speeds=speeds))
    assert [(f.code, f.severity) for f in found] == ([(code, severity)] if code else [])


def test_the_evidence_is_all_there() -> None:
    reps = measured_set(ROUNDED, speeds=SLOWING)
    (finding,) = found_in(reps)
    assert finding.evidence["from_rep"] == 5
    assert finding.evidence["change_deg"] > finding.evidence["mdc_deg"] > 0
    assert finding.evidence["velocity_loss_pct"] == pytest.approx(41.0, abs=0.1)
    assert finding.evidence["threshold_pct"] == 20.0
    assert finding.at_s == reps[7].peak_s
    assert "From repetition 5 on" in finding.message
    assert f"±{finding.evidence['mdc_deg']:.0f}°" in finding.message
    assert "before repetition 5" in finding.advice
    assert finding.why


def test_what_changes_from_the_start_is_no_reason_to_stop_before_it() -> None:
    (finding,) = found_in(measured_set([-20.0, -12, -4, 4, 12, 20]))
    assert finding.evidence["from_rep"] == 2
    assert "before repetition" not in finding.advice


def test_arching_has_its_own_code_and_moment() -> None:
    press = replace(DEADLIFT, drifts_into=("arching",))
    reps = measured_set([-8.0] * 8, leasts_deg=[v - 20 for v in DRIFTING])
    assert fatigue_findings(judge_fatigue(reps, press), reps, press) == []
    reps = measured_set([-8.0] * 8, leasts_deg=[-30, -31, -30, -31, -36, -41, -47, -52])
    (finding,) = fatigue_findings(judge_fatigue(reps, press), reps, press)
    assert finding.code == "extension-drift"
    assert finding.at_s == reps[7].least_s
    assert "arched more" in finding.message


def test_slowing_is_told_where_the_back_was_not_seen() -> None:
    nan = float("nan")
    (finding,) = found_in(measured_set([nan] * 8, speeds=SLOWING))
    assert finding.code == "velocity-loss"
    assert "held" not in finding.message


def test_every_set_of_a_clip_has_its_own() -> None:
    first = measured_set(DRIFTING)
    second = [measured_rep(i, v, start_s=100.0 + 3 * i) for i, v in enumerate(DRIFTING)]
    found = found_in([*first, *second])
    assert [f.evidence["from_rep"] for f in found] == [5, 13]


def test_without_a_repetition_nothing_is_said() -> None:
    assert fatigue_findings(None, [], DEADLIFT) == []
