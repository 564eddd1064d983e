"""Behaviour of `formcheck.geometry.view`: facing, and how far from a side view."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    BOTTOM,
    UPRIGHT,
    Posture,
    figure_at,
    make_track,
    mirrored,
    moving_lifter,
    rotated,
    walking_lifter,
)

from formcheck.geometry.view import judge_view
from formcheck.pose.facing import Facing, vote_facing
from formcheck.pose.landmarks import NOSE
from formcheck.pose.track import PoseTrack

# The widths are put in as these degrees and read by the same proportions.
YAW_TOLERANCE_DEG = 0.5

FACINGS: tuple[Facing, Facing] = ("right", "left")


def still(posture: Posture, facing: Facing = "right", frames: int = 10) -> PoseTrack:
    return make_track([figure_at(posture, facing=facing)] * frames)


def everywhere(track: PoseTrack) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.ones(len(track), dtype=np.bool_)


@pytest.mark.parametrize("facing", FACINGS)
@pytest.mark.parametrize("posture", [UPRIGHT, BOTTOM["squat"], BOTTOM["deadlift"]])
@pytest.mark.parametrize("camera_roll_deg", [0.0, 30.0, 90.0, 180.0])
def test_facing_holds_for_every_posture_and_camera_roll(
    facing: Facing, posture: Posture, camera_roll_deg: float
) -> None:
    track = rotated(still(posture, facing), camera_roll_deg)
    side, agreement = vote_facing(track.landmarks_px[everywhere(track)].astype(np.float64))
    assert side == facing
    assert agreement > 0.9


def test_the_mirror_turns_the_facing() -> None:
    track = mirrored(moving_lifter("squat", [10.0]))
    assert judge_view(track, everywhere(track)).facing == "left"


def test_one_part_that_is_wrong_is_outvoted_and_lowers_the_agreement() -> None:
    track = moving_lifter("deadlift", [10.0])
    points = track.landmarks_px.copy()
    points[:, NOSE, 0] -= 60  # behind a plate, found at the back of the head
    side, agreement = vote_facing(points.astype(np.float64))
    assert side == "right"
    assert 0.5 < agreement < 0.95


def test_one_vote_for_the_clip_whatever_some_frames_say() -> None:
    right, left = still(UPRIGHT, "right"), still(UPRIGHT, "left")
    points = np.concatenate([right.landmarks_px] * 2 + [left.landmarks_px])
    side, agreement = vote_facing(points.astype(np.float64))
    assert side == "right"
    assert agreement == pytest.approx(2 / 3, abs=0.01)


def test_frames_of_others_have_no_vote() -> None:
    right, left = still(UPRIGHT, "right"), still(UPRIGHT, "left", frames=30)
    points = np.concatenate([right.landmarks_px, left.landmarks_px])
    track = replace(make_track([figure_at(UPRIGHT)] * 40), landmarks_px=points)
    assert judge_view(track, np.arange(40) < 10).facing == "right"
    assert judge_view(track, np.arange(40) >= 10).facing == "left"


@pytest.mark.parametrize("facing", FACINGS)
@pytest.mark.parametrize(
    ("yaw_deg", "measurable", "doubtful"),
    [
        (0.0, True, False),
        (15.0, True, False),
        (-15.0, True, False),
        (21.0, True, True),
        (-21.0, True, True),
        (40.0, False, False),
        (88.0, False, False),
    ],
)
def test_the_turn_away_from_a_side_view(
    yaw_deg: float, measurable: bool, doubtful: bool, facing: Facing
) -> None:
    track = moving_lifter("squat", [10.0], yaw_deg=yaw_deg, facing=facing)
    view = judge_view(track, everywhere(track))
    assert view.yaw_deg == pytest.approx(abs(yaw_deg), abs=YAW_TOLERANCE_DEG)
    assert view.measurable == measurable
    assert view.doubtful == doubtful
    assert view.facing == facing


@pytest.mark.parametrize("camera_roll_deg", [25.0, 90.0])
def test_rolling_the_camera_turns_nobody(camera_roll_deg: float) -> None:
    track = rotated(moving_lifter("deadlift", [10.0], yaw_deg=28.0), camera_roll_deg)
    yaw_deg = judge_view(track, everywhere(track)).yaw_deg
    assert yaw_deg == pytest.approx(28.0, abs=YAW_TOLERANCE_DEG)


def test_a_few_frames_turned_to_the_camera_do_not_refuse_the_clip() -> None:
    side, front = figure_at(UPRIGHT), figure_at(replace(UPRIGHT, yaw_deg=80.0))
    track = make_track([side] * 20 + [front] * 9)
    assert judge_view(track, everywhere(track)).yaw_deg == pytest.approx(0.0, abs=1.0)


def test_frames_of_others_do_not_turn_the_lifter() -> None:
    side, front = figure_at(UPRIGHT), figure_at(replace(UPRIGHT, yaw_deg=80.0))
    track = make_track([side] * 10 + [front] * 20)
    view = judge_view(track, np.arange(30) < 10)
    assert view.yaw_deg == pytest.approx(0.0, abs=YAW_TOLERANCE_DEG)


def test_nobody_is_not_measurable() -> None:
    track = make_track([None] * 10)
    view = judge_view(track, track.found)
    assert np.isnan(view.yaw_deg)
    assert not view.measurable
    assert not view.doubtful


def test_a_walker_faces_where_they_go() -> None:
    track = walking_lifter(4.0)
    assert judge_view(track, everywhere(track)).facing == "right"
