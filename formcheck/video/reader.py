"""Frames of a clip: upright, in RGB, each with its true time.

A clip is read once, front to back, by a thread that decodes a few frames ahead
of whoever uses them, so memory stays flat however long the clip is. Times come
from the container, never from a frame number over a rate: phones vary the rate.
"""

from __future__ import annotations

import contextlib
import copy
import datetime
import math
import os
import tempfile
import threading
import weakref
from array import array
from bisect import bisect_left
from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.arrays import FloatArray
from formcheck.errors import ConfigurationError, InputError
from formcheck.files import sha256_of
from formcheck.video.about import ask, copy_stream, main_stream, sizes
from formcheck.video.clip import LEAST_STEP_S, LONGEST_S, ClipInfo
from formcheck.video.container import examine, is_mp4, mirrored
from formcheck.video.filming import filmed_on, slow_motion, speaks_of_slow_motion
from formcheck.video.shapes import ClipShapes, Part
from formcheck.video.thinning import Thinning, begins_step, frames_apart

__all__ = [
    "MAX_SIDE_PX",
    "Frame",
    "SeekError",
    "Video",
    "check_unchanged",
    "describe_times",
    "open_video",
]

# FFmpeg writes "[h264 @ ...]" straight to the process's stderr. OpenCV reads this
# once, at the first capture; -8 is AV_LOG_QUIET. A user's own setting wins.
os.environ.setdefault("OPENCV_FFMPEG_LOGLEVEL", "-8")

# The pose model sees a person in 256 px. 1080p keeps the outline's sub-pixel edge,
# and a 4K frame shrunk to it takes 6 MB instead of 25, for 2 ms more in the thread.
MAX_SIDE_PX = 1920
# 8K has 33 million, and is decoded into 300 MB.
_MOST_PX = 40_000_000
_AHEAD_FRAMES = 4
_LOG_LEVEL = threading.Lock()  # it is OpenCV's own, and of the whole process
_MAX_MISSES = 300  # in a row: 10 s, the longest usual distance between key frames
_GRID_S = 0.00101  # Matroska, WebM and FLV round times to 1 ms
_TURNS = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


@dataclass(frozen=True, eq=False)
class Frame:
    """One picture of a clip."""

    index: int  # in the clip, counting frames that were skipped or did not decode
    time_s: float  # since the clip's first frame
    image: NDArray[np.uint8]  # (height, width, 3), RGB, upright, no side over MAX_SIDE_PX

    def __post_init__(self) -> None:
        image = self.image
        if image.dtype != np.uint8 or image.shape[2:] != (3,) or not image.size:
            raise ValueError(f"image must be uint8 (H, W, 3), not {image.dtype} {image.shape}")
        if not image.flags.c_contiguous:
            raise ValueError("image must be C-contiguous: use numpy.ascontiguousarray")
        if self.index < 0 or not 0 <= self.time_s < math.inf:
            raise ValueError(f"index {self.index} and time {self.time_s} s must not be negative")

    def __repr__(self) -> str:
        return f"Frame(index={self.index}, time_s={self.time_s:.3f}, shape={self.image.shape})"


def _read_ahead(frames: Generator[Frame]) -> Generator[Frame]:
    """Run `frames` in a thread, a few ahead; closing this ends the thread."""
    pool = ThreadPoolExecutor(1, "formcheck-video")
    try:
        ahead = deque(pool.submit(next, frames, None) for _ in range(_AHEAD_FRAMES))
        while frame := ahead.popleft().result():
            ahead.append(pool.submit(next, frames, None))
            yield frame
    finally:
        pool.shutdown(cancel_futures=True)
        frames.close()


def _state(path: Path) -> tuple[int, ...] | None:
    """What changes with a file's content; None if it is gone."""
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def _checksum(path: Path) -> str:
    try:
        return sha256_of(path)  # in the page cache, and not in the way
    except OSError as error:
        raise _changed(path) from error


def _changed(path: Path) -> InputError:
    return InputError(
        f"{path} was changed while it was read. Wait until it is copied, then run the command "
        "again."
    )


def check_unchanged(path: Path, clip: ClipInfo) -> None:
    """See that a file is still the clip that was read.

    Raises
    ------
    InputError
        If it was replaced, written to or removed.
    """
    if _checksum(path) != clip.sha256:
        raise _changed(path)


def describe_times(times_s: ArrayLike) -> tuple[float, float, bool]:
    """Duration [s], frames per second, and whether the rate varies."""
    steps = np.diff(times_s)
    if not len(steps):
        return 0.0, math.nan, False
    # One of the steps, as the middle between two may be near to neither.
    middle = np.quantile(steps, 0.5, method="lower")
    typical = steps[np.abs(steps - middle) <= _GRID_S].mean()
    off = np.abs(steps - typical) > max(_GRID_S, 0.1 * typical)
    return float(steps.sum() + typical), float(1 / typical), bool(off.mean() > 0.02)


class SeekError(Exception):
    """A clip that does not give the same frames again when it is read from the middle."""


class Video:
    """A clip, to be iterated once, and a context manager; made by `open_video`.

    `expected_frames` is what the container states and `expected` how many of these
    will be yielded; both may be None. `width` and `height` are those of `ClipInfo`.
    """

    def __init__(self, path: Path, max_fps: float | None) -> None:
        self._path = path
        self._cut, self._stated_s = examine(path)
        self._state = _state(path)
        self._about = ask(path)
        self._stream = main_stream(self._about.streams)
        self._own: tempfile.TemporaryDirectory[str] | None = None
        self._source = self._one_stream()
        self._max_fps = max_fps or math.inf
        self._capture = self._opened()
        self._measure_picture()
        self._read_promises()
        self._first_s: float | None = None  # stamp of the clip's first frame
        self._begin()

    def _opened(self) -> cv2.VideoCapture:
        with _LOG_LEVEL:
            level = cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)
            # An absolute path is never taken for a URL, a device or an option.
            capture = cv2.VideoCapture(str(self._source.absolute()), cv2.CAP_FFMPEG)
            cv2.utils.logging.setLogLevel(level)
        # Turned here, after shrinking: OpenCV's own turn of a 4K frame takes 12 ms.
        capture.set(cv2.CAP_PROP_ORIENTATION_AUTO, 0)
        return capture

    def _begin(self) -> None:
        self._stamps_s = array("d")
        self._decode_failures = self._untimed = 0
        self._ended = False
        self._thinning = Thinning(self._max_fps, self._interval_s or 0.0)
        self._thinned_s = -1.0  # time of the last frame that it kept; before any
        self._summary: ClipInfo | None = None
        self._reading: weakref.ref[Generator[Frame]] | None = None

    def _one_stream(self) -> Path:
        """A file whose first video is the one to read, as OpenCV takes no other."""
        streams, stream = self._about.streams, self._stream
        if stream is None or stream == streams[0]:
            return self._path
        self._own = tempfile.TemporaryDirectory(prefix="formcheck-")
        copy = Path(self._own.name) / ("clip.mp4" if is_mp4(self._path) else "clip.mkv")
        copy_stream(self._path, stream, copy)
        return copy

    def _measure_picture(self) -> None:
        get = self._capture.get
        in_mirror = self._in_mirror()
        self._mirror = in_mirror is not None
        turn = get(cv2.CAP_PROP_ORIENTATION_META) if in_mirror is None else in_mirror
        self._turn = _TURNS.get(round(turn))
        width, height = round(get(cv2.CAP_PROP_FRAME_WIDTH)), round(get(cv2.CAP_PROP_FRAME_HEIGHT))
        if min(width, height) < 1:
            raise self._error("holds no picture that can be decoded, perhaps only sound")
        if width * height > _MOST_PX:
            raise self._error(f"has pictures of {width}x{height} px, more than any camera's")
        self._shapes = self._changing(width, height)
        if self._shapes:
            width, height = self._shapes.size
        across, down = get(cv2.CAP_PROP_SAR_NUM), get(cv2.CAP_PROP_SAR_DEN)
        if across > 0 and down > 0 and abs(across / down - 1) > 0.02:
            width = round(width * across / down)  # or every angle would be off
        shrink = min(1.0, MAX_SIDE_PX / max(width, height))
        self._size = max(1, round(width * shrink)), max(1, round(height * shrink))
        on_side = self._turn in {_TURNS[90], _TURNS[270]}
        self.width, self.height = (height, width) if on_side else (width, height)

    def _in_mirror(self) -> int | None:
        """See `mirrored`; of other containers the matrix is read as an MP4 would have it."""
        if not self._about.turned or self._stream is None:
            return None
        if is_mp4(self._source):
            return mirrored(self._source)
        with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
            head = Path(folder) / "head.mp4"
            with contextlib.suppress(InputError):  # MP4 cannot hold its codec
                copy_stream(self._path, self._stream, head, empty=True)
                return mirrored(head)
        return None

    def _changing(self, width: int, height: int) -> ClipShapes | None:
        """The shapes of the picture, if it changes them."""
        parts = [Part(*change) for change in sizes(self._source, self._stream)]
        shapes = ClipShapes(parts)
        if not parts or (parts[0].width, parts[0].height) != (width, height) or not shapes.change:
            return None
        if not shapes.in_scale:
            raise InputError(
                f"{self._path} changes the shape of its picture ({shapes}), as a browser records "
                "it when the phone is turned.\nFilm again and do not turn the phone, or cut the "
                "clip there and analyse the parts."
            )
        return shapes

    def _read_promises(self) -> None:
        fps, frames = (self._capture.get(p) for p in (cv2.CAP_PROP_FPS, cv2.CAP_PROP_FRAME_COUNT))
        known = 1 <= fps <= 300 and 0 < frames < 1e8
        self._slow_motion = slow_motion(self._about.tags, fps if known else None)
        self._interval_s = 1 / (fps * self._slow_motion) if known else None
        if self._stated_s is not None:
            self._stated_s /= self._slow_motion
        self._glance_fps: float | None = None
        self.expected: int | None = None
        self.expected_frames: int | None = None
        if self._interval_s is not None:
            self.expected_frames = int(frames)
            if self._stated_s is None:
                self._stated_s = frames * self._interval_s
            self.glance(None)

    def _error(self, what: str) -> InputError:
        return InputError(f"{self._path} {what}. Play it: if that works, export it as MP4 (H.264).")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Stop reading and let go of the file."""
        if self._reading and (frames := self._reading()):
            frames.close()
        self._capture.release()
        if self._own:
            self._own.cleanup()

    def __iter__(self) -> Generator[Frame]:
        if self._reading:
            raise RuntimeError("a Video can be iterated once; open it again")
        frames = _read_ahead(self._decode())
        self._reading = weakref.ref(frames)
        return frames

    def glance(self, fps: float | None, *, share: float = 1.0) -> None:
        """Yield so few frames a second from now on, also in stretches; all of them for None.

        Parameters
        ----------
        fps : float or None
        share : float
            How much of the clip will be read, for `expected`.
        """
        self._glance_fps = fps
        if self._interval_s is not None and self.expected_frames is not None:
            apart = frames_apart(self._interval_s, min(self._max_fps, fps or math.inf))
            self.expected = math.ceil(share * self.expected_frames / apart)

    @property
    def times_s(self) -> FloatArray:
        """Times of all frames that were read, left out ones included, float (N,)."""
        stamps_s = np.array(self._stamps_s)
        return np.asarray(stamps_s - stamps_s[:1])

    @property
    def stretches_s(self) -> float | None:
        """How long the clip states to last, if stretches of it can be read by themselves."""
        return None if self._shapes or self._interval_s is None else self._stated_s

    @property
    def step_s(self) -> float:
        """From one frame that `max_fps` lets through to the next; 0 if the clip states no rate."""
        if self._interval_s is None:
            return 0.0
        return self._interval_s * frames_apart(self._interval_s, self._max_fps)

    def stretch(self, begin_s: float) -> Video:
        """Open the clip once more, to be read from the middle on.

        Times are those of the clip; numbers of frames begin again until it is joined.

        Parameters
        ----------
        begin_s : float
            Where to begin, roughly. A frame of the clip must have been read before.
        """
        if self._interval_s is None or not self._stamps_s:
            raise SeekError(f"{self._path} does not state its rate")
        other = copy.copy(self)
        other._own = None
        other._first_s = self._stamps_s[0]
        other._capture = other._opened()
        apart = frames_apart(self._interval_s, self._max_fps)
        number = max(round(begin_s / self._interval_s), 0)
        other._capture.set(cv2.CAP_PROP_POS_FRAMES, number - number % apart)
        other._begin()
        return other

    def join(self, later: Video) -> int:
        """Go on with a later stretch, that was read until after this one's end.

        Returns
        -------
        int
            Number of the stretch's first frame in the whole clip.

        Raises
        ------
        SeekError
            If it did not begin with the frames that this one ends with.
        """
        before, after = self._stamps_s, later._stamps_s
        odd = self._decode_failures + self._untimed + later._decode_failures + later._untimed
        at = bisect_left(before, after[0]) if after else len(before)
        shared = len(before) - at
        if odd or not shared or before[at:] != after[:shared]:
            raise SeekError(f"{self._path} has other frames when it is read from the middle")
        before.extend(after[shared:])
        if later._ended:
            self._summary = self._summarise()
        return at

    @property
    def summary(self) -> ClipInfo:
        """What was read; RuntimeError before the last frame has been taken."""
        if self._summary is None:
            raise RuntimeError("the clip has not been read to its end")
        return self._summary

    def _decode(self) -> Generator[Frame]:
        try:
            for index, stamp_s in self._grab():
                last_s = self._stamps_s[-1] if self._stamps_s else -math.inf
                if not stamp_s >= last_s + LEAST_STEP_S:
                    self._untimed += 1
                    continue
                self._stamps_s.append(stamp_s)
                time_s = stamp_s - (self._stamps_s[0] if self._first_s is None else self._first_s)
                if time_s > LONGEST_S:
                    raise self._error(f"jumps to {time_s / 3600:.0f} hours after its start")
                if self._thinning.keeps(time_s) and self._worth_a_look(time_s):
                    decoded, picture = self._capture.retrieve()
                    self._decode_failures += not decoded
                    if decoded:
                        yield Frame(index, time_s, self._upright(picture, time_s))
            self._ended = True
            if self._first_s is None:
                self._summary = self._summarise()
        finally:
            self._capture.release()

    def _worth_a_look(self, time_s: float) -> bool:
        """Whether a frame is one of those that are yielded at a glance, or it is none."""
        before_s, self._thinned_s = self._thinned_s, time_s
        return self._glance_fps is None or begins_step(time_s, before_s, self._glance_fps)

    def _grab(self) -> Iterator[tuple[int, float]]:
        """Yield index and raw time [s] of every frame that decodes."""
        index = misses = 0
        while misses < _MAX_MISSES:
            if not self._capture.grab():
                misses += 1
                continue
            index += misses
            self._decode_failures += misses
            misses = 0
            stamp_s = self._capture.get(cv2.CAP_PROP_POS_MSEC) / 1000
            yield index, stamp_s / self._slow_motion
            index += 1

    def _upright(self, picture: NDArray[Any], time_s: float) -> NDArray[np.uint8]:
        if self._shapes:
            picture = self._shapes.own_shape(picture, time_s * self._slow_motion)
        if picture.shape[1::-1] != self._size:
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        if self._mirror:
            picture = cv2.flip(picture, 1)
        if self._turn is not None:
            picture = cv2.rotate(picture, self._turn)
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), dtype=np.uint8)

    def _summarise(self) -> ClipInfo:
        sha256 = _checksum(self._path)
        if _state(self._path) != self._state:
            raise _changed(self._path)
        if not self._stamps_s:
            raise self._error("holds no frame that can be decoded")
        if self._untimed >= len(self._stamps_s):
            raise self._error("does not say when its frames were taken")
        duration_s, fps, varies = describe_times(self._stamps_s)
        filmed, filmed_from = self._filmed()
        # Edits leave frames out, and sound or a late start may lengthen a clip: only
        # fewer frames and less time together tell that something is missing.
        short_s = (self._stated_s or 0) - duration_s
        fewer = len(self._stamps_s) + self._untimed < (self.expected_frames or 0)
        return ClipInfo(
            name=self._path.name,
            sha256=sha256,
            width=self.width,
            height=self.height,
            frames=len(self._stamps_s),
            duration_s=duration_s,
            fps=fps,
            variable_frame_rate=varies,
            decode_failures=self._decode_failures,
            truncated=self._cut or (fewer and short_s > max(0.5, 0.02 * duration_s)),
            untimed_frames=self._untimed,
            slow_motion=self._slow_motion,
            slow_motion_unknown=self._slow_motion == 1 and speaks_of_slow_motion(self._about.tags),
            stream=self._stream_read(),
            shapes=str(self._shapes or ""),
            filmed=filmed,
            filmed_from=filmed_from,
        )

    def _filmed(self) -> tuple[str, str]:
        written = datetime.datetime.fromtimestamp(self._path.stat().st_mtime).astimezone()
        return filmed_on(self._about.tags, self._path.name, written)

    def _stream_read(self) -> str:
        streams, stream = self._about.streams, self._stream
        films = [one for one in streams if not one.still]
        if stream is None or (len(films) < 2 and stream == streams[0]):
            return ""
        return (
            f"video {streams.index(stream) + 1} of {len(streams)}, {stream.width}x{stream.height}"
        )


def open_video(path: str | os.PathLike[str], *, max_fps: float | None = 30.0) -> Video:
    """Open a clip for reading.

    Parameters
    ----------
    path : path
        A video file: MP4, MOV, MKV, WebM, AVI and the like.
    max_fps : float or None
        Of a faster clip every n-th frame is yielded, n the smallest that comes to no
        more than this rate; 20 % above it still passes. None yields every frame.

    Returns
    -------
    Video
        Yields `Frame` objects with strictly increasing times, the first 0 s.

    Raises
    ------
    InputError
        The file is missing, cannot be read, is incomplete or is no video. Raised
        while iterating: nothing in it decodes, or its frames have no times.
    ConfigurationError
        `max_fps` is not positive.

    Examples
    --------
    >>> with open_video("squat.mp4") as video:  # doctest: +SKIP
    ...     times_s = [frame.time_s for frame in video]
    ...     print(video.summary.fps)
    """
    if max_fps is not None and not 0 < max_fps < math.inf:
        raise ConfigurationError(f"max_fps is {max_fps}; give a number above 0, or None for all.")
    return Video(Path(path), max_fps)
