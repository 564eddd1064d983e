"""Long clips are looked at less while nothing happens, and say the same."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clipmaker import SAMPLES, run_ffmpeg
from figures import join_tracks, moving_lifter, walking_lifter

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.models.store import ResolvedModel
from formcheck.pose import tracking
from formcheck.pose.rests import GLANCE_FPS, WHOLE, filled, worth_reading_s
from formcheck.pose.track import PoseTrack
from formcheck.video.thinning import begins_step


def _standing(duration_s: float) -> PoseTrack:
    first = moving_lifter("squat", [0.0])[:1]
    count = round(duration_s * 30)
    names = ("landmarks_px", "visibility", "profile", "profile_sd", "camera", "cut", "discs")
    still: dict[str, Any] = {n: np.repeat(getattr(first, n), count, axis=0) for n in names}
    still |= {"frame": np.arange(count), "time_s": np.arange(count) / 30, "looked": None}
    return replace(first, **still)


def _nobody(duration_s: float) -> PoseTrack:
    track = _standing(duration_s)
    return replace(
        track,
        landmarks_px=np.full_like(track.landmarks_px, np.nan),
        profile=np.full_like(track.profile, np.nan),
    )


def _glance(track: PoseTrack) -> PoseTrack:
    before_s = np.append(-1.0, track.time_s[:-1])
    kept = [begins_step(t, b, GLANCE_FPS) for t, b in zip(track.time_s, before_s, strict=True)]
    return track.only(np.flatnonzero(kept))


@pytest.mark.parametrize("rest", [_standing, _nobody])
def test_a_lifter_who_stands_still_rests_but_not_around_the_set(
    rest: Callable[[float], PoseTrack],
) -> None:
    work = moving_lifter("squat", [5.0, 10.0, 15.0])
    track = join_tracks(rest(30.0), work, rest(30.0))
    ((begin_s, end_s),) = worth_reading_s(_glance(track))
    reps = analyze_track(track, Settings("squat")).reps
    assert 1.5 < track.time_s[reps[0].rep.start] - begin_s < 5
    assert 1.5 < end_s - track.time_s[reps[-1].rep.end] < 5


def test_who_walks_about_or_is_never_seen_to_move_does_not_rest() -> None:
    assert worth_reading_s(_glance(walking_lifter(60.0))) == WHOLE
    assert worth_reading_s(_glance(_standing(60.0))) == WHOLE


def test_another_shot_is_no_rest() -> None:
    track = _glance(join_tracks(_standing(40.0), moving_lifter("squat", [5.0])))
    assert worth_reading_s(track) != WHOLE
    cut = track.cut.copy()
    cut[20] = True
    assert worth_reading_s(replace(track, cut=cut)) == WHOLE


def test_frames_that_were_left_out_are_filled_in_between() -> None:
    whole = moving_lifter("squat", [10.0])
    uneven_s = whole.time_s + 0.01 * np.sin(np.arange(len(whole)))
    looked = np.array([0, 1, 2, 9, 10, 11])
    some = replace(whole, time_s=uneven_s)[:12].only(looked)
    result = filled(some, uneven_s)
    assert result.frame.tolist() == list(range(12))
    assert np.array_equal(result.time_s, uneven_s[:12])
    assert np.flatnonzero(result.looked).tolist() == looked.tolist()
    for name in ("landmarks_px", "profile", "visibility"):
        assert getattr(result, name)[looked] == pytest.approx(
            getattr(some, name), abs=0.02, nan_ok=True
        )
    share = (uneven_s[5] - uneven_s[2]) / (uneven_s[9] - uneven_s[2])
    nose = whole.landmarks_px[2, 0] + share * (whole.landmarks_px[9, 0] - whole.landmarks_px[2, 0])
    assert result.landmarks_px[5, 0] == pytest.approx(nose, abs=0.05)


def test_nobody_is_filled_in_beside_a_frame_without_one() -> None:
    whole = moving_lifter("squat", [10.0])[:12]
    landmarks = whole.landmarks_px.copy()
    landmarks[6] = np.nan
    some = replace(whole, landmarks_px=landmarks).only(np.array([0, 6, 11]))
    result = filled(some, whole.time_s)
    assert result.found.tolist() == [True] + [False] * 10 + [True]


def test_of_a_faster_clip_as_many_frames_are_filled_in_as_are_read() -> None:
    times_s = np.arange(120) / 60
    some = replace(_standing(2.0), max_fps=30.0)[:4]
    some = replace(some, frame=np.array([0, 2, 16, 18]), time_s=times_s[[0, 2, 16, 18]])
    assert filled(some, times_s).frame.tolist() == list(range(0, 19, 2))


@pytest.mark.usefixtures("pose_model")
def test_a_clip_with_rests_says_what_it_says_when_all_of_it_is_read(
    pose_model: ResolvedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = tmp_path / "squat.mp4"
    pad = "tpad=start_duration=7:start_mode=clone:stop_duration=7:stop_mode=clone"
    start = ("-t", "7", "-i", str(SAMPLES / "squat.mp4"))
    run_ffmpeg(*start, "-r", "10", "-vf", f"{pad},noise=alls=4:allf=t", str(clip))
    settings = Settings("squat")
    whole = analyze_track(read_track(clip, settings, pose_model), settings)
    monkeypatch.setattr(tracking, "LEAST_GLANCED_S", 18.0)
    some = analyze_track(read_track(clip, settings, pose_model), settings)
    assert whole.track.looked.all()
    assert some.track.looked.mean() < 0.75
    assert np.array_equal(some.track.time_s, whole.track.time_s[: len(some.track)])
    assert len(some.reps) == len(whole.reps) > 1
    for one, other in zip(some.reps, whole.reps, strict=True):
        assert some.track.looked[one.rep.start : one.rep.end + 1].all()
        assert one.peak_deg == pytest.approx(other.peak_deg, abs=0.5)
        assert one.least_deg == pytest.approx(other.least_deg, abs=0.5)
    assert some.neutral.lumbar_deg == pytest.approx(whole.neutral.lumbar_deg, abs=0.5)
    assert [j and j.grade for j in some.judged.reps] == [j and j.grade for j in whole.judged.reps]
    assert [f.code for f in some.findings] == [f.code for f in whole.findings]
