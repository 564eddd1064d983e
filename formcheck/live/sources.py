"""Where live pictures come from: a camera, a stream, or a file at its own speed.

A thread reads; whoever uses the pictures takes the latest. What comes meanwhile is
dropped, so a slow machine shows fewer pictures, never late ones.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import Picture
from formcheck.errors import InputError
from formcheck.files import is_file
from formcheck.video.reader import MAX_SIDE_PX, Frame, Video, open_video

__all__ = ["Latest", "LiveSource", "Shot", "Status", "camera_source", "file_source", "open_source"]

Status = Literal["live", "lost", "ended"]

# What nearly every webcam gives, and the pose model sees a person in 256 px anyway.
_WIDTH_PX, _HEIGHT_PX, _FPS = 1280, 720, 30
_TIMEOUT_MS = 5000
_RETRY_S = 1.0
_MOST_DIGITS = 4
# USB cameras return an empty picture now and then; a second of them is a loss.
_MISSES = 30


@dataclass(frozen=True, eq=False)
class Shot:
    """A picture, and when it was taken by `time.monotonic`."""

    frame: Frame
    captured_s: float


class Latest:
    """Holds the latest shot for one who takes it; a newer one replaces it."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._shot: Shot | None = None

    def put(self, shot: Shot) -> None:
        """Offer a shot."""
        with self._condition:
            self._shot = shot
            self._condition.notify_all()

    def take(self, timeout_s: float) -> Shot | None:
        """The latest shot that was not taken yet; None if none comes in time."""
        with self._condition:
            self._condition.wait_for(lambda: self._shot is not None, timeout_s)
            shot, self._shot = self._shot, None
            return shot


class LiveSource:
    """Runs a reader in a thread; a context manager.

    Parameters
    ----------
    name : str
        For messages.
    read : callable
        Runs in the thread until the source ends or `closing` is set.
    """

    def __init__(self, name: str, read: Callable[[LiveSource], None]) -> None:
        self.name = name
        self.latest = Latest()
        self.closing = threading.Event()
        self.status: Status = "live"
        self.error: Exception | None = None
        self._read = read
        self._thread = threading.Thread(target=self._run, name="formcheck-camera", daemon=True)

    def _run(self) -> None:
        try:
            self._read(self)
        except Exception as error:
            self.error = error
        self.status = "ended"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._thread.join(_TIMEOUT_MS / 1000)

    def take(self, timeout_s: float) -> Shot | None:
        """The latest picture; None if none comes in time.

        Raises
        ------
        InputError
            If a file cannot be read.
        """
        shot = self.latest.take(timeout_s)
        if shot is None and self.error is not None:
            raise self.error
        return shot


def open_source(camera: str) -> LiveSource:
    """Open what ``--camera`` names.

    Parameters
    ----------
    camera : str
        A number, the path of a device, the address of a stream, or a file.

    Raises
    ------
    InputError
        If there is no such thing, or it gives no picture.
    """
    if camera.isdecimal() and len(camera) <= _MOST_DIGITS:
        return camera_source(f"camera {camera}", lambda: _open_camera(int(camera)))
    if "://" in camera:
        return camera_source(camera, lambda: _open_stream(camera))
    path = Path(camera)
    if is_file(path):
        return file_source(path)
    if path.is_char_device():
        return camera_source(camera, lambda: _open_camera(camera))
    raise InputError(
        f"There is no camera or file {camera}.\n"
        "Give a camera's number (0 is the first), /dev/video0, an address such as "
        "rtsp://..., or a video file."
    )


def file_source(path: Path) -> LiveSource:
    """Play a video at its own speed, then end."""
    video = open_video(path, max_fps=None)
    return LiveSource(path.name, lambda source: _play(video, source))


def _play(video: Video, source: LiveSource) -> None:
    with video:
        start_s = None
        for frame in video:
            start_s = time.monotonic() if start_s is None else start_s
            due_s = start_s + frame.time_s
            if source.closing.wait(max(0.0, due_s - time.monotonic())):
                return
            source.latest.put(Shot(frame, due_s))


def camera_source(name: str, open_capture: Callable[[], Any]) -> LiveSource:
    """Read a camera for as long as it is wanted; one that is lost is opened again.

    Parameters
    ----------
    name : str
    open_capture : callable
        Returns something like `cv2.VideoCapture`.

    Raises
    ------
    InputError
        If it gives no picture to begin with.
    """
    capture = open_capture()
    if not capture.isOpened() or not capture.read()[0]:
        capture.release()
        raise InputError(
            f"{name} gives no picture.\nSee that it is plugged in, that no other program uses "
            "it, and that you may (on Linux: the group video); try another number."
        )
    return LiveSource(name, lambda source: _watch(capture, open_capture, source))


def _watch(capture: Any, open_capture: Callable[[], Any], source: LiveSource) -> None:
    start_s, index, misses = time.monotonic(), 0, 0
    try:
        while not source.closing.is_set():
            read, picture = capture.read()
            if read:
                now_s, misses, source.status = time.monotonic(), 0, "live"
                source.latest.put(Shot(Frame(index, now_s - start_s, _rgb(picture)), now_s))
                index += 1
            elif (misses := misses + 1) >= _MISSES or not capture.isOpened():
                source.status = "lost"
                capture.release()
                source.closing.wait(_RETRY_S)
                capture = open_capture()
    finally:
        capture.release()


def _rgb(picture: NDArray[Any]) -> Picture:
    shrink = MAX_SIDE_PX / max(picture.shape)
    if shrink < 1:
        picture = cv2.resize(picture, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)


def _open_camera(camera: int | str) -> Any:
    level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
    capture = cv2.VideoCapture(camera)
    cv2.utils.logging.setLogLevel(level)
    # Without MJPG a USB camera gives 720p at some 10 frames a second.
    capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*"MJPG"))
    capture.set(cv2.CAP_PROP_FRAME_WIDTH, _WIDTH_PX)
    capture.set(cv2.CAP_PROP_FRAME_HEIGHT, _HEIGHT_PX)
    capture.set(cv2.CAP_PROP_FPS, _FPS)
    capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
    return capture


def _open_stream(address: str) -> Any:
    limits = [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _TIMEOUT_MS]
    limits += [cv2.CAP_PROP_READ_TIMEOUT_MSEC, _TIMEOUT_MS]
    return cv2.VideoCapture(address, cv2.CAP_FFMPEG, limits)
