"""Behaviour of `formcheck.geometry.person`: whose body the track shows."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    Figure,
    Posture,
    even_times,
    figure_at,
    join_tracks,
    make_track,
    moving_lifter,
    walking_lifter,
)

from formcheck.geometry.person import follow_lifter
from formcheck.pose.track import PoseTrack

TRUNK_TOLERANCE_PX = 0.01
STANDING = Posture(-25.0, 0.0, 178.0, 178.0)


def stand(x_px: float, trunk_px: float = 150.0) -> Figure:
    return figure_at(STANDING, feet_px=(x_px, 640.0), trunk_px=trunk_px)


def test_a_lifter_alone_is_followed_throughout() -> None:
    lifter = follow_lifter(moving_lifter("squat", [10.0]))
    assert lifter.frames.all()
    assert lifter.share == 1.0
    assert lifter.one_person
    assert lifter.trunk_px == pytest.approx(150.0, abs=TRUNK_TOLERANCE_PX)


def test_nobody() -> None:
    lifter = follow_lifter(make_track([None] * 20))
    assert not lifter.frames.any()
    assert not lifter.one_person
    assert np.isnan(lifter.trunk_px)


def test_frames_without_a_person_do_not_count_against_the_lifter() -> None:
    lifter = follow_lifter(make_track([stand(600)] * 10 + [None] * 30 + [stand(600)] * 10))
    assert lifter.one_person
    np.testing.assert_array_equal(np.flatnonzero(~lifter.frames), np.arange(10, 40))


@pytest.mark.parametrize(("other", "one"), [(5, True), (40, False)])
def test_a_jump_to_somebody_else_is_left_out_and_refused_if_it_lasts(other: int, one: bool) -> None:
    # 400 px are 2.7 trunk lengths from one frame to the next.
    lifter = follow_lifter(make_track([stand(400)] * 60 + [stand(800)] * other))
    assert lifter.share == pytest.approx(60 / (60 + other))
    assert lifter.one_person == one
    np.testing.assert_array_equal(lifter.frames, np.arange(60 + other) < 60)


def test_the_lifter_is_whoever_is_there_longest_not_first() -> None:
    lifter = follow_lifter(make_track([stand(800)] * 8 + [stand(400)] * 60))
    np.testing.assert_array_equal(lifter.frames, np.arange(68) >= 8)


def test_a_pose_that_comes_back_to_the_lifter_is_theirs() -> None:
    frames = [stand(400)] * 40 + [stand(800)] * 5 + [stand(410)] * 30
    lifter = follow_lifter(make_track(frames))
    assert lifter.one_person
    np.testing.assert_array_equal(np.flatnonzero(~lifter.frames), np.arange(40, 45))


def test_a_pose_that_flickers_between_two_people_is_refused() -> None:
    lifter = follow_lifter(make_track([stand(400), stand(800)] * 40))
    assert not lifter.one_person


def test_somebody_behind_at_another_size_is_another_person() -> None:
    # The passer-by stands 0.5 trunk lengths off, half as tall.
    frames = [stand(600)] * 50 + [stand(675, trunk_px=75.0)] * 20
    lifter = follow_lifter(make_track(frames))
    np.testing.assert_array_equal(lifter.frames, np.arange(70) < 50)
    assert not lifter.one_person


def test_a_trunk_that_suddenly_reads_far_too_short_is_left_out() -> None:
    track = moving_lifter("squat", [10.0])
    points = track.landmarks_px.copy()
    shoulders = points[30, 11:13].copy()
    points[30, 11:13] = (shoulders + points[30, 23:25]) / 2  # half the trunk, hips in place
    lifter = follow_lifter(replace(track, landmarks_px=points))
    np.testing.assert_array_equal(np.flatnonzero(~lifter.frames), [30])
    assert lifter.trunk_px == pytest.approx(150.0, abs=TRUNK_TOLERANCE_PX)


@pytest.mark.parametrize("fps", [5.0, 30.0, 240.0])
def test_quick_but_human_movement_is_one_person(fps: float) -> None:
    # Four trunk lengths a second: twice as fast as a dropped squat.
    at = even_times(1.0, fps)
    lifter = follow_lifter(make_track([stand(300 + 600 * t) for t in at], fps=fps))
    assert lifter.frames.all()


def test_after_a_gap_the_lifter_may_be_elsewhere() -> None:
    # One trunk length in a second without a pose: walked, not jumped.
    lifter = follow_lifter(make_track([stand(400)] * 30 + [None] * 30 + [stand(550)] * 30))
    assert lifter.share == 1.0


def test_walking_through_the_picture_is_one_person() -> None:
    assert follow_lifter(walking_lifter(5.0)).share == 1.0


def test_a_second_track_elsewhere_is_refused() -> None:
    both = join_tracks(
        moving_lifter("squat", [10.0, 10.0]),
        moving_lifter("squat", [10.0, 10.0], feet_px=(1000.0, 640.0)),
    )
    assert not follow_lifter(both).one_person


@pytest.mark.parametrize("scale", [0.5, 2.0])
def test_size_in_the_picture_does_not_matter(scale: float) -> None:
    def at_scale(track: PoseTrack) -> PoseTrack:
        return replace(track, landmarks_px=track.landmarks_px * np.float32(scale))

    track = make_track([stand(400)] * 60 + [stand(800)] * 40)
    expected, scaled = follow_lifter(track), follow_lifter(at_scale(track))
    np.testing.assert_array_equal(scaled.frames, expected.frames)
    assert scaled.trunk_px == pytest.approx(scale * expected.trunk_px)
