"""Behaviour of `formcheck.geometry.joints` on postures whose angles are known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    BOTTOM,
    SHANK,
    THIGH,
    UPRIGHT,
    Posture,
    figure_at,
    make_track,
    mirrored,
    moving_lifter,
    perform,
    posture_at,
    rotated,
    set_moves,
)

from formcheck.geometry.joints import Joints, joint_angles, smooth_landmarks
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import PoseTrack

# Landmarks are kept with single precision.
STILL_TOLERANCE_DEG = 0.01
HEIGHT_TOLERANCE = 0.001


def angles(track: PoseTrack, facing: Facing = "right") -> Joints:
    points = smooth_landmarks(track, track.found)
    return joint_angles(points, facing, 150.0)


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize(
    "posture",
    [
        UPRIGHT,
        *BOTTOM.values(),
        Posture(lean_deg=95.0, hip_deg=80.0, knee_deg=175.0),
        Posture(lean_deg=-20.0, hip_deg=170.0),
    ],
)
def test_angles_are_those_of_the_posture(posture: Posture, facing: Facing) -> None:
    joints = angles(make_track([figure_at(posture, facing=facing)] * 4), facing)
    np.testing.assert_allclose(joints.trunk_lean_deg, posture.lean_deg, atol=STILL_TOLERANCE_DEG)
    np.testing.assert_allclose(joints.hip_deg, posture.hip_deg, atol=STILL_TOLERANCE_DEG)
    np.testing.assert_allclose(joints.knee_deg, posture.knee_deg, atol=STILL_TOLERANCE_DEG)


def test_heights_are_over_the_ankles() -> None:
    straight = Posture(lean_deg=0.0, hip_deg=180.0, knee_deg=180.0)
    joints = angles(make_track([figure_at(straight)] * 4))
    np.testing.assert_allclose(joints.hip_height, THIGH + SHANK, atol=HEIGHT_TOLERANCE)
    np.testing.assert_allclose(joints.shoulder_height, THIGH + SHANK + 1, atol=HEIGHT_TOLERANCE)


def test_heights_sink_as_the_lifter_does() -> None:
    joints = angles(perform("squat", set_moves("squat", [0.0])))
    # At the bottom the shank leans 30 degrees forwards and the thigh lies 20 below level.
    expected = SHANK * np.cos(np.radians(30)) + THIGH * np.cos(np.radians(70))
    assert joints.hip_height.min() == pytest.approx(expected, abs=0.01)


@pytest.mark.parametrize(("facing", "near", "far"), [("right", RIGHT, LEFT), ("left", LEFT, RIGHT)])
def test_the_leg_is_the_one_on_the_cameras_side(
    facing: Facing, near: tuple[int, ...], far: tuple[int, ...]
) -> None:
    track = make_track([figure_at(BOTTOM["squat"], facing=facing)] * 4)
    expected = angles(track, facing)
    for leg, matters in ((near, True), (far, False)):
        points = track.landmarks_px.copy()
        points[:, leg[5]] += (0, 30)  # the knee
        moved = angles(replace(track, landmarks_px=points), facing)
        assert np.allclose(moved.knee_deg, expected.knee_deg, atol=0.1) != matters
        assert np.allclose(moved.hip_deg, expected.hip_deg, atol=0.1) != matters


def test_rolling_the_camera_changes_the_lean_and_nothing_else() -> None:
    track = make_track([figure_at(BOTTOM["deadlift"])] * 4)
    level, rolled = angles(track), angles(rotated(track, 12.0))
    np.testing.assert_allclose(rolled.trunk_lean_deg, level.trunk_lean_deg + 12.0, atol=0.01)
    np.testing.assert_allclose(rolled.hip_deg, level.hip_deg, atol=STILL_TOLERANCE_DEG)
    np.testing.assert_allclose(rolled.knee_deg, level.knee_deg, atol=STILL_TOLERANCE_DEG)


def test_the_mirror_changes_nothing() -> None:
    track = moving_lifter("squat", [10.0])
    seen, mirror = angles(track, "right"), angles(mirrored(track), "left")
    for name in ("trunk_lean_deg", "hip_deg", "knee_deg", "hip_height", "shoulder_height"):
        np.testing.assert_allclose(getattr(mirror, name), getattr(seen, name), atol=0.01)


def test_jitter_is_smoothed_and_movement_is_not() -> None:
    track = moving_lifter("squat", [10.0])
    noise = np.random.default_rng(5).normal(0, 3, track.landmarks_px.shape)
    shaky = replace(track, landmarks_px=track.landmarks_px + noise.astype(np.float32))
    truth = track.landmarks_px[:, RIGHT.hip]
    smoothed = smooth_landmarks(track, track.found)[:, RIGHT.hip]
    assert np.abs(smoothed - truth).max() < 1.5
    error = smooth_landmarks(shaky, shaky.found)[:, RIGHT.hip] - truth
    # 4 of 15 Hz pass: about half the standard deviation.
    assert np.nanstd(error) < 2.0


def test_a_single_wild_landmark_is_put_back() -> None:
    track = moving_lifter("squat", [10.0])
    points = track.landmarks_px.copy()
    points[40, RIGHT.knee] += 200
    smoothed = smooth_landmarks(replace(track, landmarks_px=points), track.found)
    assert np.abs(smoothed[:, RIGHT.knee] - track.landmarks_px[:, RIGHT.knee]).max() < 3.0


def test_frames_that_are_not_the_lifters_are_bridged_or_missing() -> None:
    track = moving_lifter("squat", [10.0])
    kept = track.found
    kept[30:34] = False  # 0.17 s
    kept[60:90] = False  # 1 s
    points = track.landmarks_px.copy()
    points[~kept] = 5.0  # somebody else, far away
    smoothed = smooth_landmarks(replace(track, landmarks_px=points), kept)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(smoothed[:, 0, 0])), np.arange(60, 90))
    assert np.abs(smoothed[25:40] - track.landmarks_px[25:40]).max() < 5.0


def test_nobody_has_no_angles() -> None:
    joints = angles(make_track([None] * 4))
    for name in ("trunk_lean_deg", "hip_deg", "knee_deg", "hip_height", "shoulder_height"):
        assert np.isnan(getattr(joints, name)).all()


def test_a_posture_in_between_is_linear_in_every_angle() -> None:
    half = posture_at("squat", 0.5, 0.0)
    joints = angles(make_track([figure_at(half)] * 4))
    # Half of 178 to 70, and of 178 to 80
    np.testing.assert_allclose(joints.hip_deg, 124.0, atol=STILL_TOLERANCE_DEG)
    np.testing.assert_allclose(joints.knee_deg, 129.0, atol=STILL_TOLERANCE_DEG)
