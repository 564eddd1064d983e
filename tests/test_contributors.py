"""Behaviour of `assessment.contributors`: what is worth a person's look, and what is not."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from figures import moving_lifter
from sets import measured_set

from formcheck.analysis import Settings, analyze_track
from formcheck.assessment.contributors import Contributor, possible_contributors
from formcheck.assessment.fatigue import judge_fatigue
from formcheck.assessment.judgement import Grade
from formcheck.geometry import Kinematics, kinematics
from formcheck.geometry.neutral import Neutral, no_neutral
from formcheck.lifts.exercises import EXERCISES, Exercise
from formcheck.lifts.measures import RepMeasures, measure_rep
from formcheck.lifts.reps import find_reps
from formcheck.pose.landmarks import LEFT, NOSE, RIGHT

DEADLIFT = EXERCISES["deadlift"]
OVERHEAD = replace(DEADLIFT, load="higher_hand")
STANDING = Neutral(-30.0, 4.0, "standing")


@cache
def base() -> Kinematics:
    return kinematics(moving_lifter("deadlift", [0.0, 0.0, 0.0]))


def seen(
    kin: Kinematics,
    neutral: Neutral = STANDING,
    fatigued: list[RepMeasures] | None = None,
    exercise: Exercise = DEADLIFT,
) -> dict[str, Contributor]:
    reps = [measure_rep(r, kin, exercise) for r in find_reps(kin.time_s, kin.joints, exercise)]
    fatigue = judge_fatigue(fatigued, exercise) if fatigued else None
    # Called rounded wherever the test's back is.
    grades: list[Grade] = ["likely" if deg > 10 else "no" for deg in kin.back.lumbar_deg]
    found = possible_contributors(reps, kin, neutral, exercise, fatigue, grades)
    return {one.code: one for one in found}


def with_back(kin: Kinematics, lumbar_deg: np.ndarray) -> Kinematics:
    back = replace(kin.back, lumbar_deg=lumbar_deg, uncertainty_deg=np.full(len(lumbar_deg), 3.0))
    return replace(kin, back=back)


def with_knees(kin: Kinematics, knee_deg: float) -> Kinematics:
    knees = np.full(len(kin.time_s), knee_deg)
    return replace(kin, joints=replace(kin.joints, knee_deg=knees))


def test_a_sound_set_gives_no_reason() -> None:
    assert seen(base()) == {}


def test_rounding_early_in_the_hinge_points_at_the_hamstrings() -> None:
    hip = base().joints.hip_deg
    kin = with_knees(with_back(base(), np.where(hip < 130, 25.0, -20.0)), 150.0)
    found = seen(kin)["hamstring-length"]
    assert found.sureness == "moderate"
    assert found.reps == (1, 2, 3)
    assert 115 < found.evidence["hip_deg"] < 130
    assert found.check.endswith("?")
    # A lift in which nobody folds the hips, such as one lying on the floor
    assert seen(kin, exercise=replace(DEADLIFT, measures=())) == {}


def test_rounding_late_in_the_hinge_does_not() -> None:
    hip = base().joints.hip_deg
    assert seen(with_knees(with_back(base(), np.where(hip < 90, 25.0, -20.0)), 150.0)) == {}


def test_with_bent_knees_the_hamstrings_are_slack() -> None:
    hip = base().joints.hip_deg
    assert seen(with_knees(with_back(base(), np.where(hip < 130, 25.0, -20.0)), 100.0)) == {}


def test_seen_once_is_chance() -> None:
    kin = base()
    first = find_reps(kin.time_s, kin.joints, DEADLIFT)[0]
    early = (kin.joints.hip_deg < 130) & (np.arange(len(kin.time_s)) <= first.end)
    assert seen(with_knees(with_back(kin, np.where(early, 25.0, -20.0)), 150.0)) == {}


@pytest.mark.parametrize(
    ("neutral", "code"),
    [
        (Neutral(-67.0, 5.0, "standing"), "hip-flexor-length"),
        (Neutral(-63.0, 5.0, "standing"), None),  # not surely beyond 60
        (Neutral(-67.0, 5.0, "first-reps"), None),
        (Neutral(-2.0, 5.0, "standing"), "standing-slouch"),
        (Neutral(-22.0, 5.0, "standing"), None),  # not surely flatter than 24
        (Neutral(-18.0, 5.0, "standing"), "standing-slouch"),
        (Neutral(-45.0, 5.0, "standing"), None),  # as most people stand, on the bone's scale
        (Neutral(-2.0, 5.0, "first-reps"), None),
        (no_neutral(), None),
    ],
)
def test_the_standing_posture(neutral: Neutral, code: str | None) -> None:
    assert set(seen(base(), neutral)) == ({code} if code else set())


def overhead(kin: Kinematics, arched: np.ndarray) -> Kinematics:
    """Hands above the face at the upright end of every repetition."""
    points = kin.points_px.copy()
    up = kin.joints.hip_deg > 150
    for side in (LEFT, RIGHT):
        points[:, side.wrist, 1] = points[:, NOSE, 1] + np.where(up, -60.0, 60.0)
    return replace(with_back(kin, np.where(arched, -60.0, -25.0)), points_px=points)


def test_early_arching_overhead_points_at_the_hip_flexors() -> None:
    hip = base().joints.hip_deg
    kin = overhead(base(), (hip > 120) & (hip < 150))
    found = seen(kin, exercise=OVERHEAD)["hip-flexor-length"]
    assert found.sureness == "low"
    assert found.reps == (1, 2, 3)
    assert seen(overhead(base(), hip > 155), exercise=OVERHEAD) == {}
    assert seen(kin) == {}  # hands that are up, but lift nothing


def test_losing_control_late_points_at_the_trunk() -> None:
    late = [-8.0, -7.0, -8.5, -7.5, -1.0, 5.0, 12.0, 19.0]
    found = seen(base(), fatigued=measured_set(late))["trunk-endurance"]
    assert found.sureness == "low"
    assert found.reps == (5, 6, 7, 8)
    slowing = [0.60, 0.61, 0.60, 0.59, 0.54, 0.48, 0.42, 0.36]
    tired = seen(base(), fatigued=measured_set(late, speeds=slowing))
    assert tired["trunk-endurance"].sureness == "moderate"


def test_a_drift_from_the_start_does_not() -> None:
    assert seen(base(), fatigued=measured_set([-20.0, -14, -8, -2, 4, 10])) == {}


def test_a_doubtful_view_says_nothing() -> None:
    kin = replace(base(), view=replace(base().view, yaw_deg=25.0))
    assert seen(kin, Neutral(-67.0, 5.0, "standing")) == {}
    front = analyze_track(moving_lifter("squat", [0.0], yaw_deg=80.0), Settings("squat"))
    assert front.contributors == ()
