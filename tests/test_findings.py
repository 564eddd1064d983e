"""Behaviour of `formcheck.assessment.findings`: what is said, and what is not."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from figures import moving_lifter

from formcheck.arrays import FloatArray
from formcheck.assessment.findings import Finding, form_findings
from formcheck.assessment.judgement import (
    HELD_S,
    LEAST_PROBABILITY,
    Grade,
    Judgement,
    Part,
    SetJudgement,
    grade_of,
)
from formcheck.assessment.wording import Severity, arching_advice
from formcheck.geometry import Kinematics, kinematics
from formcheck.geometry.neutral import Neutral, given_neutral, no_neutral
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.measures import RepMeasures, measure_rep
from formcheck.lifts.reps import Rep, find_reps

SQUAT = EXERCISES["squat"]
FPS = 30.0
DOUBT_DEG = 4.0
STANDING = Neutral(-25.0, 3.0, "standing")
NO_GRADES: tuple[Grade, ...] = ()


@cache
def base() -> tuple[Kinematics, tuple[Rep, ...]]:
    """Three squats, the back of which each test puts in itself."""
    track = moving_lifter("squat", [0.0, 0.0, 0.0], fps=FPS)
    kin = kinematics(track)
    return kin, find_reps(track.time_s, kin.joints, SQUAT)


def findings_of(
    lumbar_deg: FloatArray,
    neutral: Neutral = STANDING,
    doubt_deg: float = DOUBT_DEG,
    chances: Sequence[float] = (0.0, 0.0, 0.0),
    part: Part = "lower back",
) -> list[Finding]:
    """Findings of three squats, called rounded with these probabilities."""
    kin, reps = base()
    uncertainty = np.where(np.isfinite(lumbar_deg), doubt_deg, np.nan)
    back = replace(kin.back, lumbar_deg=lumbar_deg, uncertainty_deg=uncertainty)
    seen = replace(kin, back=back)
    measures = [measure_rep(rep, seen, SQUAT) for rep in reps]
    said = tuple(
        Judgement(grade_of(p), p, part, float(kin.time_s[rep.turn])) if one.measured else None
        for p, rep, one in zip(chances, reps, measures, strict=True)
    )
    judged = SetJudgement(said, NO_GRADES, np.full(len(kin.time_s), 21.0))
    return form_findings(measures, judged, seen, [neutral] * len(reps), SQUAT)


def flat() -> FloatArray:
    return np.zeros(len(base()[0].time_s))


def with_back(
    number: int, value_deg: float, frames: int, lumbar: FloatArray | None = None
) -> FloatArray:
    """A flat back that takes on a value in so many frames about a repetition's turn."""
    lumbar = flat() if lumbar is None else lumbar
    turn = base()[1][number - 1].turn
    lumbar[turn - frames // 2 : turn - frames // 2 + frames] = value_deg
    return lumbar


def codes(findings: Sequence[Finding]) -> list[tuple[str, int | None]]:
    return [(finding.code, finding.rep) for finding in findings]


def test_a_flat_back_is_no_finding() -> None:
    assert findings_of(flat()) == []


@pytest.mark.parametrize(
    ("chance", "severity", "words"),
    [
        (0.19, None, ""),
        (0.2, "info", "Your lower back came close to rounding"),
        (0.49, "info", "Your lower back came close to rounding"),
        (0.5, "caution", "Your lower back likely rounded"),
        (0.89, "caution", "Your lower back likely rounded"),
        (0.9, "stop", "Your lower back clearly rounded"),
    ],
)
def test_each_grade_has_its_severity_and_its_words(
    chance: float, severity: Severity | None, words: str
) -> None:
    assert dict(LEAST_PROBABILITY) == {"no": 0.0, "borderline": 0.2, "likely": 0.5, "clear": 0.9}
    found = findings_of(with_back(2, -5.0, 12), chances=(0.0, chance, 0.0))
    assert codes(found) == ([("lumbar-flexion", 2), ("lumbar-flexion", None)] if severity else [])
    assert all(f.severity == severity for f in found)
    assert all(f.message.startswith(words) for f in found)


@pytest.mark.parametrize(("frames", "found"), [(1, False), (5, False), (6, True), (12, True)])
def test_only_arching_that_lasts_is_a_finding(frames: int, found: bool) -> None:
    # Each frame lasts a thirtieth of a second: six are 0.2 s.
    assert pytest.approx(6 / FPS) == HELD_S
    assert bool(findings_of(with_back(2, -60.0, frames))) == found


def test_moments_are_not_added_up() -> None:
    lumbar = flat()
    turn = base()[1][1].turn
    lumbar[turn - 10 : turn + 10 : 2] = -60.0
    assert findings_of(lumbar) == []


def test_outside_repetitions_nothing_is_judged() -> None:
    kin, reps = base()
    lumbar = np.full(len(kin.time_s), -60.0)
    for rep in reps:
        lumbar[rep.start : rep.end + 1] = 0.0
    assert findings_of(lumbar) == []


@pytest.mark.parametrize(
    ("value_deg", "found"),
    # 15 beyond the standing -25, and the doubts of both: hypot(4, 3) = 5
    [(-44.0, False), (-46.0, True)],
)
def test_arching_is_judged_against_the_standing_posture(value_deg: float, found: bool) -> None:
    assert SQUAT.arched_deg == 15.0
    said = findings_of(with_back(3, value_deg, 12))
    expected = [("lumbar-hyperextension", 3), ("lumbar-hyperextension", None)] if found else []
    assert codes(said) == expected


def test_a_lifter_who_stands_arched_may_be_arched() -> None:
    lumbar = with_back(3, -46.0, 12)
    assert findings_of(lumbar, Neutral(-40.0, 3.0, "standing")) == []
    assert findings_of(lumbar, given_neutral(-25.0))


@pytest.mark.parametrize("neutral", [no_neutral(), Neutral(-10.0, 3.0, "first-reps")])
def test_without_a_standing_posture_arching_is_not_judged(neutral: Neutral) -> None:
    assert findings_of(with_back(3, -60.0, 12), neutral) == []
    # Rounding can do without.
    assert findings_of(with_back(3, 30.0, 12), neutral, chances=(0.0, 0.0, 0.6))


def test_no_finding_where_nothing_was_measured() -> None:
    lumbar = np.full(len(base()[0].time_s), np.nan)
    assert findings_of(lumbar) == []
    # Seen for less than two fifths of the repetition, and arched there
    assert findings_of(with_back(2, -60.0, 9, lumbar)) == []


def test_evidence_of_rounding() -> None:
    finding = findings_of(with_back(2, 18.0, 12), chances=(0.0, 0.6, 0.0))[0]
    assert finding.at_s == pytest.approx(base()[0].time_s[base()[1][1].turn])
    assert finding.evidence["probability_pct"] == pytest.approx(60.0)
    assert finding.evidence["threshold_pct"] == 50.0
    assert finding.evidence["lumbar_peak_deg"] == 18.0
    assert finding.evidence["outline_turn_deg"] == 21.0
    assert finding.evidence["uncertainty_deg"] == DOUBT_DEG
    # 43 degrees from standing at -25; of 55 that spines have
    assert finding.evidence["flexion_peak_deg"] == pytest.approx(43.0)
    assert finding.evidence["flexion_share_pct"] == pytest.approx(100 * 43 / 55)
    assert "43°" in finding.message
    assert finding.label == "lower back likely rounded"
    assert finding.why
    assert finding.advice


def test_without_a_neutral_the_number_is_what_is_seen() -> None:
    finding = findings_of(flat(), no_neutral(), chances=(0.95, 0.0, 0.0))[0]
    assert finding.message == "Your lower back clearly rounded, its outline curving out by 21°."


def test_the_upper_back_alone_has_a_code_of_its_own() -> None:
    found = findings_of(flat(), chances=(0.0, 0.45, 0.0), part="upper back")
    assert codes(found) == [("upper-back-rounding", 2), ("upper-back-rounding", None)]
    assert "Your upper back came close to rounding" in found[-1].message


def test_evidence_of_arching() -> None:
    finding = findings_of(with_back(1, -50.0, 12))[0]
    assert finding.severity == "caution"
    assert finding.evidence["extension_beyond_neutral_deg"] == 25.0
    assert finding.evidence["neutral_deg"] == -25.0
    assert finding.evidence["uncertainty_deg"] == pytest.approx(5.0)  # hypot(4, 3)
    assert "25°" in finding.message


def test_the_set_counts_its_repetitions_and_names_the_worst() -> None:
    lumbar = with_back(3, 5.0, 12, with_back(1, -5.0, 12))
    found = findings_of(lumbar, chances=(0.6, 0.3, 0.95))
    assert codes(found) == [("lumbar-flexion", n) for n in (1, 2, 3, None)]
    whole = found[-1]
    assert whole.severity == "stop"
    assert whole.evidence["reps_flagged"] == 3
    assert whole.evidence["reps_measured"] == 3
    assert whole.evidence["lumbar_peak_deg"] == 5.0
    assert whole.at_s == found[2].at_s
    assert whole.message.startswith(
        "Your lower back clearly rounded in 1 of 3 reps and likely in 1 more, most in rep 3, 30° ("
    )


def test_repetitions_that_were_not_seen_are_not_in_the_count() -> None:
    lumbar = with_back(2, 30.0, 12)
    third = base()[1][2]
    lumbar[third.start : third.end + 1] = np.nan
    whole = findings_of(lumbar, chances=(0.0, 0.95, 0.0))[-1]
    assert whole.evidence["reps_measured"] == 2
    assert "1 of 2 reps (rep 2)" in whole.message


def test_both_faults_in_one_repetition_are_both_said() -> None:
    lumbar = with_back(2, 30.0, 8)
    start = base()[1][1].start
    lumbar[start : start + 8] = -60.0
    found = findings_of(lumbar, chances=(0.0, 0.95, 0.0))
    assert codes(found) == [
        ("lumbar-flexion", 2),
        ("lumbar-hyperextension", 2),
        ("lumbar-flexion", None),
        ("lumbar-hyperextension", None),
    ]


def test_what_is_said_fits_every_lift() -> None:
    """Also one without a bar, or of a lifter who lies."""
    lumbar = with_back(3, -60.0, 12, with_back(2, 30.0, 12))
    found = findings_of(lumbar, chances=(0.0, 0.95, 0.0))
    words = " ".join(f"{one.message} {one.why} {one.advice}" for one in found).lower()
    assert {one.code for one in found} == {"lumbar-flexion", "lumbar-hyperextension"}
    assert {"bar", "weight", "tall", "upright"}.isdisjoint(re.findall(r"\w+", words))


def test_no_repetition_no_finding() -> None:
    kin, _ = base()
    nothing: list[RepMeasures] = []
    judged = SetJudgement((), NO_GRADES, flat())
    assert form_findings(nothing, judged, kin, [], SQUAT) == []


@pytest.mark.parametrize("lift", ["deadlift", "squat", "overhead-press", "back-extension"])
def test_advice_against_arching_fits_the_lift(lift: str) -> None:
    advice = {name: arching_advice(name) for name in EXERCISES}
    assert "from shoulders to knees" in advice["glute-bridge"]
    assert "from shoulders to knees" not in advice[lift]
    assert advice[lift] not in {words for name, words in advice.items() if name != lift}
