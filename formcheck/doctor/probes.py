"""What may take the process down that tries it, and so is tried in one of its own.

Native libraries that do not fit end the process that loads them, and a camera may hang.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

__all__ = ["PROBES", "failed_alone", "main"]

_ROOT = str(Path(__file__).resolve().parents[2])
_START = (
    "import sys; sys.path.append(sys.argv[2]); "
    "from formcheck.doctor.probes import main; main(sys.argv[1])"
)


def failed_alone(probe: str, *, timeout_s: float = 60.0) -> str:
    """Run one of `PROBES` in a process of its own.

    Returns
    -------
    str
        What it complained of, in a line; empty if it went well.
    """
    # -P: a module that lies in the current folder is not the installed one.
    command = [sys.executable, "-P", "-c", _START, probe, _ROOT]
    try:
        run = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=timeout_s,
            check=False,
        )
    except subprocess.TimeoutExpired:
        return f"it did not answer within {timeout_s:g} s"
    if run.returncode == 0:
        return ""
    said = run.stderr.strip().splitlines()
    if run.returncode == 1 and said:
        return said[-1]
    return f"the process ended with code {run.returncode}"


def main(probe: str) -> None:
    """Make a probe; what is wrong goes to stderr in one last line."""
    try:
        PROBES[probe]()
    except Exception as error:
        sys.exit((str(error) or type(error).__name__).splitlines()[0])


def _load_opencv() -> None:
    import cv2

    _ = cv2.VideoCapture  # two half packages leave a cv2 without anything in it


def _load_mediapipe() -> None:
    from mediapipe.tasks.python import vision  # noqa: F401


def _look_for_nobody() -> None:
    """Give the model a grey picture: all that counts is that it answers."""
    import numpy as np

    from formcheck.models.store import ensure
    from formcheck.pose.landmarker import PoseFinder
    from formcheck.video.reader import Frame

    with PoseFinder(ensure()) as finder:
        finder.find(Frame(0, 0.0, np.full((128, 128, 3), 90, np.uint8)))


def _take_picture() -> None:
    from formcheck.live.sources import open_source

    with open_source("0") as source:
        if source.take(10.0) is None:
            sys.exit("it opens, but gives no picture")


PROBES: dict[str, Callable[[], None]] = {
    "camera": _take_picture,
    "mediapipe": _load_mediapipe,
    "opencv": _load_opencv,
    "pose": _look_for_nobody,
}
