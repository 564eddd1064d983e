"""Live sets on a machine, or of a camera, that is too slow."""

from __future__ import annotations

import math
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from clipmaker import SAMPLES, run_ffmpeg
from figures import moving_lifter

from formcheck.analysis import Settings, analyze_track
from formcheck.assessment.pace import LEAST_LIVE_FPS, live_fps, too_slow
from formcheck.live.spool import SetSpool
from formcheck.pose.track import PoseTrack
from formcheck.results.describe import describe


def live(track: PoseTrack, came: int | None = None) -> PoseTrack:
    frames = came or len(track)
    return replace(track, clip=replace(track.clip, frames=len(track), camera_frames=frames))


def thinned(track: PoseTrack, share: float) -> PoseTrack:
    """What is left of a set when so large a share of its frames could be processed."""
    kept = np.sort(np.random.default_rng(5).permutation(len(track))[: round(share * len(track))])
    return live(track.only(kept), len(track))


@pytest.fixture(scope="module")
def rounded() -> PoseTrack:
    return moving_lifter("deadlift", [30.0] * 6)


def test_a_clip_has_no_pace(rounded: PoseTrack) -> None:
    assert math.isnan(live_fps(rounded))
    few = thinned(rounded, 0.2)
    assert not too_slow(replace(few, clip=rounded.clip))
    assert too_slow(few)


def test_a_machine_that_keeps_up_changes_nothing(rounded: PoseTrack) -> None:
    plain, watched = (analyze_track(one, Settings("deadlift")) for one in (rounded, live(rounded)))
    assert live_fps(live(rounded)) == pytest.approx(30, abs=0.2)
    assert [f.code for f in plain.findings] == [f.code for f in watched.findings] != []


def test_a_set_with_227_of_597_frames_is_too_slow_to_judge(rounded: PoseTrack) -> None:
    slow = thinned(rounded, 227 / 597)
    analysis = analyze_track(slow, Settings("deadlift"))
    assert live_fps(slow) < LEAST_LIVE_FPS
    assert not analysis.measured
    assert [f for f in analysis.findings if f.severity != "info"] == []
    assert analysis.reps, "they are still counted"
    [reason] = [one for one in analysis.reasons if one.refuses]
    assert reason.code == "too-slow"
    assert f"only {len(slow)} of the camera's {len(rounded)} frames" in reason.message
    document = describe(analysis)
    assert document.score is None
    assert document.source.camera_frames == len(rounded)
    assert document.source.slowest_fps == pytest.approx(live_fps(slow), abs=0.01)


def test_a_camera_that_is_slow_is_told_as_such() -> None:
    track = moving_lifter("deadlift", [0.0, 0.0], fps=10.0)
    reason = analyze_track(live(track), Settings("deadlift")).reasons[0]
    assert "the camera gave 10 frames a second" in reason.message


@pytest.mark.parametrize(("gap_s", "slow"), [(1.0, False), (7.0, True)])
def test_ten_slow_seconds_are_enough_and_a_hitch_is_not(
    rounded: PoseTrack, gap_s: float, slow: bool
) -> None:
    kept = (rounded.time_s < 6.0) | (rounded.time_s > 6.0 + gap_s)
    assert too_slow(live(rounded.only(np.flatnonzero(kept)), len(rounded))) == slow


def test_what_has_just_begun_has_no_pace(rounded: PoseTrack) -> None:
    assert math.isnan(live_fps(live(rounded[:5], 60)))


def test_the_frames_that_came_are_kept_to_the_end(rounded: PoseTrack, tmp_path: Path) -> None:
    spool = SetSpool.begin(tmp_path, "live-1", Settings("deadlift"))
    spool.store(live(rounded[:30], 60))
    spool.store(live(rounded[30:], 2 * len(rounded)))
    whole = spool.track()
    assert whole is not None
    assert whole.clip.camera_frames == 2 * len(rounded)
    assert whole.clip.frames == len(rounded)
    spool.discard()


SLOW_MACHINE = """
import time
from formcheck.cli import main
from formcheck.pose.landmarker import PoseFinder

look = PoseFinder.look

def slowly(finder, frame):
    time.sleep(0.15)
    return look(finder, frame)

PoseFinder.look = slowly
main()
"""


@pytest.mark.usefixtures("pose_model")
def test_a_slow_machine_is_told_and_the_recording_offered(tmp_path: Path) -> None:
    clip = tmp_path / "set.mp4"
    run_ffmpeg("-i", str(SAMPLES / "deadlift-steady.mp4"), "-t", "10", "-c", "copy", str(clip))
    words = ["live", "-c", str(clip), "-e", "deadlift", "--headless", "-q", "--out", "out"]
    ran = subprocess.run(
        [sys.executable, "-c", SLOW_MACHINE, *words],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 3, ran.stderr
    assert "Too slow to judge" in ran.stderr
    assert f"formcheck analyze {clip}" in ran.stderr
    assert "\n! " not in ran.stderr, "something is called out"
    [folder] = (tmp_path / "out").glob("live-*")
    assert '"too-slow"' in (folder / "analysis.json").read_text(encoding="utf-8")
