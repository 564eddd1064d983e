"""The same clip gives the same bytes again."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from clipmaker import SAMPLES, run_ffmpeg

# Runs a command where the system gives it one core.
ONE_CORE = """
import os, sys
os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:1])
os.execv(sys.argv[1], sys.argv[1:])
"""


@pytest.mark.usefixtures("pose_model")
def test_the_same_clip_gives_the_same_bytes_on_any_number_of_cores(tmp_path: Path) -> None:
    """The whole samples are compared in benchmarks/determinism.py."""
    clip = tmp_path / "squat.mp4"
    run_ffmpeg("-i", str(SAMPLES / "squat.mp4"), "-t", "4", str(clip))
    command = [sys.executable, "-m", "formcheck", "analyze", str(clip), "--no-video", "--no-html"]
    pinned = [sys.executable, "-c", ONE_CORE] if hasattr(os, "sched_setaffinity") else []
    results: list[list[bytes]] = []
    for before in ([], pinned):
        out = tmp_path / str(len(results))
        subprocess.run([*before, *command, "-e", "squat", "--out", str(out)], check=True)
        names = ("analysis.json", "frames.csv", "reps.csv")
        results.append([(out / "squat" / name).read_bytes() for name in names])
    assert b'"lumbar_deg"' in results[0][0]
    assert results[0] == results[1]
