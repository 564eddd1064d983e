"""The same clip gives the same bytes again, and in pieces what it gives whole."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clipmaker import SAMPLES, run_ffmpeg

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.models.store import ResolvedModel
from formcheck.pose import tracking
from formcheck.pose.pieces import piece_begins_s

# Runs a command where the system gives it one core.
ONE_CORE = """
import os, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three repetitions, just long enough to be read in pieces; the samples are compared whole
    in benchmarks/determinism.py and benchmarks/pieces.py.
    """
    path = tmp_path_factory.mktemp("clip") / "deadlift.mp4"
    start = ("-ss", "2.4", "-i", str(SAMPLES / "deadlift-steady.mp4"))
    run_ffmpeg(*start, "-t", "6.4", "-r", "12", str(path))
    assert len(piece_begins_s(6.4)) == 2
    return path


@pytest.mark.usefixtures("pose_model")
def test_the_same_clip_gives_the_same_bytes_on_any_number_of_cores(
    clip: Path, tmp_path: Path
) -> None:
    command = [sys.executable, "-m", "formcheck", "analyze", str(clip), "--no-video", "--no-html"]
    pinned = [sys.executable, "-c", ONE_CORE] if hasattr(os, "sched_setaffinity") else []
    results: list[list[bytes]] = []
    for before in ([], pinned):
        out = tmp_path / str(len(results))
        subprocess.run([*before, *command, "-e", "deadlift", "--out", str(out)], check=True)
        names = ("analysis.json", "frames.csv", "reps.csv")
        results.append([(out / "deadlift" / name).read_bytes() for name in names])
    assert b'"lumbar_deg"' in results[0][0]
    assert results[0] == results[1]


def test_pieces_give_the_angles_of_the_whole(
    clip: Path, pose_model: ResolvedModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings("deadlift")
    pieces = analyze_track(read_track(clip, settings, pose_model), settings)
    monkeypatch.setattr(tracking, "piece_begins_s", lambda *_: [0.0])
    whole = analyze_track(read_track(clip, settings, pose_model), settings)
    assert len(pieces.reps) == len(whole.reps) == 3
    for one, other in zip(pieces.reps, whole.reps, strict=True):
        assert one.peak_deg == pytest.approx(other.peak_deg, abs=0.5)
        assert one.least_deg == pytest.approx(other.least_deg, abs=0.5)
