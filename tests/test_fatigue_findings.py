"""What is said of a set that changed, and of one that did not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sets import measured_rep, measured_set

from formcheck.assessment.fatigue import judge_fatigue
from formcheck.assessment.findings import Finding, fatigue_findings
from formcheck.assessment.judgement import Judgement
from formcheck.lifts.exercises import EXERCISES, Exercise
from formcheck.lifts.measures import RepMeasures

DEADLIFT = EXERCISES["deadlift"]
LEVEL = [-28.0, -27.0, -28.5, -27.5, -28.0, -27.0, -28.0, -27.5]
DRIFTING = [-28.0, -27.0, -28.5, -27.5, -21.0, -15.0, -8.0, -1.0]
ROUNDED = [-8.0, -7.0, -8.5, -7.5, -1.0, 5.0, 12.0, 19.0]
SLOWING = [0.60, 0.61, 0.60, 0.59, 0.54, 0.48, 0.42, 0.36]
# Ten repetitions: what changes does so from the third on, or from the eighth.
EARLY = [-28.0, -27.5, -24.0, -21.0, -18.0, -15.0, -12.0, -9.0, -6.0, -3.0]
LATE = [-28.0, -27.5, -28.0, -28.5, -27.5, -28.0, -28.5, -20.0, -12.0, -4.0]
SLOW_EARLY = [0.60, 0.61, 0.57, 0.54, 0.51, 0.48, 0.45, 0.42, 0.39, 0.36]
SLOW_LATE = [0.60, 0.61, 0.60, 0.60, 0.61, 0.60, 0.60, 0.52, 0.45, 0.38]


def found_in(reps: list[RepMeasures], exercise: Exercise = DEADLIFT) -> list[Finding]:
    """With backs called rounded from 10 degrees beyond flat on."""
    judged = [
        Judgement("likely", 0.7, "lower back", rep.peak_s) if rep.peak_deg > 10 else None
        for rep in reps
    ]
    return fatigue_findings(judge_fatigue(reps, exercise), reps, judged)


@pytest.mark.parametrize(
    ("peaks", "speeds", "code", "severity"),
    [
        (LEVEL, None, None, None),
        (DRIFTING, None, "flexion-drift", "caution"),
        (LEVEL, SLOWING, "velocity-loss", "info"),
        # Rounded more, but never so that anyone would call it rounded: no reason to stop.
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
    assert "From rep 5 on" in finding.message
    assert f"±{finding.evidence['mdc_deg']:.0f}°" in finding.message
    assert "before rep 5" in finding.advice
    assert finding.why


def test_what_changes_from_the_start_is_no_reason_to_stop_before_it() -> None:
    (finding,) = found_in(measured_set([-20.0, -12, -4, 4, 12, 20]))
    assert finding.evidence["from_rep"] == 2
    assert "before rep" not in finding.advice


def test_arching_has_its_own_code_and_moment() -> None:
    press = replace(DEADLIFT, drifts_into=("arching",))
    reps = measured_set([-8.0] * 8, leasts_deg=[v - 20 for v in DRIFTING])
    assert found_in(reps, press) == []
    reps = measured_set([-8.0] * 8, leasts_deg=[-30, -31, -30, -31, -36, -41, -47, -52])
    (finding,) = found_in(reps, press)
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
    assert fatigue_findings(None, [], []) == []


@pytest.mark.parametrize(
    ("peaks", "speeds", "back", "speed"),
    [(EARLY, SLOW_EARLY, 3, 3), (LATE, SLOW_LATE, 8, 8), (EARLY, SLOW_LATE, 3, 8),
     (LATE, SLOW_EARLY, 8, 3)],
)  # fmt: skip
def test_back_and_speed_are_dated_each_by_itself(
    peaks: list[float], speeds: list[float], back: int, speed: int
) -> None:
    reps = measured_set(peaks, speeds=speeds)
    fatigue = judge_fatigue(reps, DEADLIFT)
    assert fatigue is not None
    assert (fatigue.worst.from_rep, fatigue.worst.slow_from_rep) == (back, speed)
    message = found_in(reps)[0].message
    assert f"From rep {back} on your lower back rounded more" in message
    together = back == speed
    assert fatigue.worst.together == together
    assert ("as you slowed down" in message) == together
    assert (f"from rep {speed} on" in message) == (not together)


def test_a_back_that_changed_well_before_the_speed_was_not_changed_by_it() -> None:
    (finding,) = found_in(measured_set(EARLY, speeds=SLOW_LATE))
    assert finding.code == "flexion-drift"
    (finding,) = found_in(measured_set(LATE, speeds=SLOW_EARLY))
    assert finding.code == "breakdown-under-fatigue"


def test_the_onset_of_the_slowing_is_not_told_as_that_of_the_back() -> None:
    (finding,) = found_in(measured_set([-28.0] * 10, speeds=SLOW_EARLY))
    assert finding.code == "velocity-loss"
    assert "back" not in finding.message
    assert "slowing from rep 3 on" in finding.message
    (finding,) = found_in(measured_set(EARLY))
    assert "slow" not in finding.message
    assert "speed" not in finding.message
