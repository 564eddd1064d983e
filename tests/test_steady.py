"""Behaviour of `formcheck.geometry.steady`: the same set by a camera that moves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from figures import moving_lifter

from formcheck.analysis import Settings, analyze_track
from formcheck.arrays import FloatArray
from formcheck.geometry import kinematics
from formcheck.pose.track import PoseTrack


def filmed(track: PoseTrack, shift_px: FloatArray, zoom: FloatArray) -> PoseTrack:
    """The track by a camera whose picture's middle goes to `shift_px` (N, 2) and zooms."""
    middle = np.array([track.clip.width, track.clip.height]) / 2
    points = zoom[:, None, None] * (track.landmarks_px - middle) + middle + shift_px[:, None]
    before, zoom_step = np.vstack([shift_px[:1], shift_px[:-1]]), np.diff(np.log(zoom), prepend=0.0)
    step = shift_px - np.exp(zoom_step)[:, None] * before
    step[0] = 0.0
    camera = np.column_stack([step, zoom_step])
    return replace(track, landmarks_px=points.astype(np.float32), camera=camera.astype(np.float32))


def way(track: PoseTrack, pan_px: float, zoom: float) -> tuple[FloatArray, FloatArray]:
    share = np.linspace(0.0, 1.0, len(track))
    return np.column_stack([pan_px * share, -0.4 * pan_px * share]), zoom**share


@pytest.mark.parametrize(("pan_px", "zoom"), [(400.0, 1.0), (0.0, 1.5), (-300.0, 0.7)])
def test_pan_and_zoom_change_nothing(pan_px: float, zoom: float) -> None:
    track = moving_lifter("deadlift", [10.0, 20.0])
    still, moved = (
        analyze_track(t, Settings("deadlift"))
        for t in (track, filmed(track, *way(track, pan_px, zoom)))
    )
    assert len(moved.reps) == len(still.reps)
    for a, b in zip(still.reps, moved.reps, strict=True):
        assert b.peak_deg == pytest.approx(a.peak_deg, abs=0.5)
        assert b.rep.start == pytest.approx(a.rep.start, abs=2)
    told = {reason.code: reason.refuses for reason in moved.reasons}
    assert told == {reason.code: False for reason in still.reasons} | {"camera-moved": False}


def test_a_camera_that_sweeps_past_is_no_walk_of_the_lifter() -> None:
    # Two picture's widths a clip: as fast as somebody walks through it.
    track = moving_lifter("deadlift", [10.0, 20.0])
    still, moved = (
        analyze_track(t, Settings("deadlift"))
        for t in (track, filmed(track, *way(track, 2500.0, 1.0)))
    )
    assert [rep.rep.turn for rep in moved.reps] == [rep.rep.turn for rep in still.reps]
    assert moved.neutral.lumbar_deg == pytest.approx(still.neutral.lumbar_deg, abs=0.5)


def test_the_drawn_outline_stays_on_the_lifter() -> None:
    track = moving_lifter("deadlift", [10.0])
    shift_px, zoom = way(track, 200.0, 1.3)
    moved = filmed(track, shift_px, zoom)
    kin = kinematics(moved)
    np.testing.assert_allclose(kin.points_px, moved.landmarks_px, atol=1.0)
    still_px = kinematics(track).back.curve.px
    middle = np.array([track.clip.width, track.clip.height]) / 2
    there = zoom[:, None, None] * (still_px - middle) + middle + shift_px[:, None]
    np.testing.assert_allclose(kin.back.curve.px, there, atol=1.5)


def test_a_pan_that_nobody_sees_is_no_repetition() -> None:
    # The lifter stands; the camera nods up and down as far as a squat goes.
    track = moving_lifter("squat", [0.0])[:40]
    stands = replace(track, landmarks_px=np.repeat(track.landmarks_px[:1], 40, axis=0))
    nod = np.column_stack([np.zeros(40), 80 * np.sin(np.linspace(0, 2 * np.pi, 40))])
    moved = analyze_track(filmed(stands, nod, np.ones(40)), Settings("squat"))
    assert not moved.reps


def test_a_hand_that_trembles_is_not_reported() -> None:
    track = moving_lifter("deadlift", [10.0])
    tremble = 3 * np.sin(np.arange(len(track))[:, None] * (0.7, 1.1))
    analysis = analyze_track(
        filmed(track, tremble - tremble[0], np.ones(len(track))), Settings("deadlift")
    )
    assert "camera-moved" not in [reason.code for reason in analysis.reasons]


def test_a_close_up_after_a_cut_is_left_out_and_said() -> None:
    track = moving_lifter("deadlift", [10.0, 10.0])
    count = len(track) // 3
    close_up = replace(track[:count], landmarks_px=track.landmarks_px[:count] * 2.5 - 600)
    time_s = np.arange(len(track) + count) / 30.0
    names = (
        *("landmarks_px", "visibility", "profile", "profile_sd"),
        *("camera", "cut", "discs", "looked"),
    )
    arrays: dict[str, Any] = {
        n: np.concatenate([getattr(track, n), getattr(close_up, n)]) for n in names
    }
    joined = replace(track, frame=np.arange(len(time_s)), time_s=time_s, **arrays)
    cut = np.zeros(len(time_s), np.bool_)
    cut[len(track)] = True
    whole = analyze_track(track, Settings("deadlift"))
    analysis = analyze_track(replace(joined, cut=cut), Settings("deadlift"))
    assert [rep.peak_deg for rep in analysis.reps] == pytest.approx(
        [rep.peak_deg for rep in whole.reps], abs=0.5
    )
    codes = {reason.code for reason in analysis.reasons}
    assert codes == {reason.code for reason in whole.reasons} | {"scene-cut"}
    # Without the cut the pose would seem to have jumped to somebody else.
    assert not analyze_track(joined, Settings("deadlift")).kinematics.lifter.one_person
