"""Finding the lifter in several pieces of a clip at once.

MediaPipe looks at one frame after the other, on one core. So a clip is cut into pieces that
overlap, each with a MediaPipe of its own. Where the pieces begin depends on the clip alone:
a machine with more cores gets the same track, sooner.
"""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import chain
from typing import Protocol, Self

import cv2
import numpy as np

from formcheck.memory import give_memory_back
from formcheck.pose.landmarks import middle
from formcheck.pose.recorder import Pose, TrackRecorder
from formcheck.video.clip import LEAST_STEP_S
from formcheck.video.reader import Frame, SeekError, Video
from formcheck.video.thinning import Rests

__all__ = ["Finder", "find_in_pieces", "piece_begins_s"]

# A piece costs its warm-up and a MediaPipe of its own; an even number keeps two cores busy.
_PIECE_S, _LEAST_S = 8.0, 6.0
# Outlines are found when so much of a clip has been looked at, before the background that it
# shows: a few repetitions, in bounded memory (22 kB a frame). A clip that is not read in pieces
# may last for hours.
_OUTLINED_S, _MOST_FRAMES = 24.0, 1000
# MediaPipe smooths over time. After a third of a second the hips of one that has just begun
# differ no more from those of one that ran from the start than they ever do
# (benchmarks/pieces.md).
_WARM_UP_S = 0.5
# A MediaPipe that begins may take another person for the lifter, or lose one behind a plate.
# Where the middles of hips or shoulders of the last frames that both saw lie further apart
# than this, in trunk lengths, the earlier one goes on. A person beside the lifter is a trunk
# length away; two readings of one lifter differ by 0.01, behind a plate by up to 0.3.
_APART_TRUNKS = 0.1
_COMPARED_FRAMES = 5
# Of each picture, every so many pixels tell whether two are the same.
_PRINT_PX = 16
# Where a clip is thinned, two pieces may keep different frames: none closer than this share
# of a usual step.
_LEAST_STEP = 0.6
# A usual step is one of the close ones: at rest frames are further apart.
_CLOSE_STEPS = 0.25


class Finder(Protocol):
    """Finds the lifter frame by frame."""

    def find(self, frame: Frame) -> Pose:
        """Find the lifter in the next frame; the outline may be still to be found."""

    def close(self) -> None:
        """Let go of it; does nothing the second time."""


@dataclass(eq=False)
class _Piece:
    """What was found in a piece, its warm-up included."""

    finder: Finder
    video: Video
    poses: TrackRecorder = field(default_factory=TrackRecorder)
    prints: dict[float, int] = field(default_factory=dict)  # of the pictures, by their times

    def taken(self) -> TrackRecorder:
        """What was found; the piece keeps nothing: outlines still to be found are large."""
        poses, self.poses = self.poses, TrackRecorder()
        return poses


def piece_begins_s(length_s: float | None, rests: Rests | None = None) -> list[float]:
    """Where the pieces of a clip begin; the start alone for one that is read whole.

    Parameters
    ----------
    length_s : float or None
        How long the clip states to last, see `Video.stretches_s`.
    rests : Rests, optional
        Where it is looked at less; nowhere without.
    """
    rests = rests or Rests(((0.0, np.inf),), np.inf)
    if length_s is None or (work_s := rests.work_s(length_s)) < _LEAST_S:
        return [0.0]
    return rests.begins_s(length_s, count=2 * max(1, round(work_s / _PIECE_S / 2)))


def find_in_pieces(
    video: Video,
    opening: Sequence[Frame],
    rest: Generator[Frame],
    begins_s: Sequence[float],
    finder: Finder,
    *,
    look: Callable[[], Finder],
    jobs: int,
    on_frame: Callable[[int], None] | None = None,
) -> TrackRecorder:
    """Find the lifter in every frame of a clip.

    Parameters
    ----------
    video : Video
        Open.
    opening, rest : frames
        Those that were read, and the reading of the others.
    begins_s : sequence of float
        See `piece_begins_s`.
    finder : Finder
        For the first piece; it is closed at the end.
    look : callable
        Makes one for another piece.
    jobs : int
        Most pieces at once.
    on_frame : callable, optional
        Called after each frame with the number of frames done.

    Raises
    ------
    SeekError
        If the clip gives other frames when it is read from the middle.
    """
    ends_s = [*begins_s[1:], np.inf]
    with (
        closing(finder),
        _Reading(video, look, on_frame) as reading,
        closing(rest),
        _one_core_each(jobs),
        ThreadPoolExecutor(jobs) as pool,
    ):
        try:
            first = pool.submit(reading.first, finder, chain(opening, rest), ends_s[0])
            later = [
                pool.submit(reading.later, begin_s, end_s)
                for begin_s, end_s in zip(begins_s[1:], ends_s[1:], strict=True)
            ]
            before = first.result()
            rest.close()
            found, done = before.taken(), 0
            for begin_s, end_s, future in zip(begins_s[1:], ends_s[1:], later, strict=True):
                piece = future.result()
                at = _join(video, before, piece)
                if not _agree(found, piece.poses):
                    piece.finder.close()
                    piece.taken()
                    piece = reading.go_on(before, begin_s, found.time_s[-1], end_s)
                else:
                    before.finder.close()
                    give_memory_back()
                found = found.followed_by(_after(found, piece.taken(), at))
                before = piece
                if len(found) > done and found.time_s[-1] - found.time_s[done] >= _OUTLINED_S:
                    found, done = found.outlined(), len(found)
        except BaseException:
            reading.stop()
            pool.shutdown(cancel_futures=True)
            raise
    return found.outlined()


@contextmanager
def _one_core_each(jobs: int) -> Iterator[None]:
    """Keep OpenCV from sharing out small work: among pieces read at once it costs a core more."""
    before = cv2.getNumThreads()
    if jobs > 1:
        cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


class _Reading:
    """Reads pieces, and lets go of their finders at the end."""

    def __init__(
        self,
        video: Video,
        look: Callable[[], Finder],
        on_frame: Callable[[int], None] | None,
    ) -> None:
        self._video = video
        self._look = look
        self._on_frame = on_frame
        self._finders = ExitStack()
        self._lock = threading.Lock()
        self._done = 0
        self._stopped = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._finders.close()

    def stop(self) -> None:
        """End every piece at its next frame."""
        self._stopped = True

    def first(self, finder: Finder, frames: Iterable[Frame], end_s: float) -> _Piece:
        """Read the piece with which the clip begins."""
        piece = _Piece(finder, self._video)
        self._read(piece, frames, -np.inf, end_s)
        return piece

    def later(self, begin_s: float, end_s: float) -> _Piece:
        """Read another piece, from its warm-up on."""
        with self._video.stretch(begin_s - _WARM_UP_S) as stretch:
            piece = _Piece(self._look(), stretch)
            self._finders.callback(piece.finder.close)
            self._read(piece, stretch, begin_s, end_s)
        return piece

    def go_on(self, before: _Piece, begin_s: float, after_s: float, end_s: float) -> _Piece:
        """Read a piece once more, with the finder of the one before it."""
        with self._video.stretch(begin_s - _WARM_UP_S) as stretch:
            piece = _Piece(before.finder, stretch)
            self._read(piece, (f for f in stretch if f.time_s > after_s), np.inf, end_s)
        return piece

    def _read(self, piece: _Piece, frames: Iterable[Frame], begin_s: float, end_s: float) -> None:
        outlined = 0
        for frame in frames:
            if frame.time_s >= end_s or self._stopped:
                break
            piece.poses.add(frame.index, frame.time_s, piece.finder.find(frame))
            piece.prints[frame.time_s] = _print(frame)
            if frame.time_s >= begin_s:
                self._count()
            if len(piece.poses) - outlined >= _MOST_FRAMES:
                piece.poses = piece.poses.outlined()
                outlined = len(piece.poses)

    def _count(self) -> None:
        with self._lock:
            self._done += 1
            if self._on_frame is not None:
                self._on_frame(self._done)


def _print(frame: Frame) -> int:
    return zlib.crc32(frame.image[::_PRINT_PX, ::_PRINT_PX].tobytes())


def _join(video: Video, before: _Piece, piece: _Piece) -> int:
    """Number of the piece's first frame in the clip."""
    shared = before.prints.keys() & piece.prints.keys()
    if any(before.prints[time_s] != piece.prints[time_s] for time_s in shared):
        raise SeekError("the clip shows other pictures when it is read from the middle")
    return video.join(piece.video)


def _agree(before: TrackRecorder, after: TrackRecorder) -> bool:
    """Whether two pieces show one lifter where they overlap."""
    seen = dict(zip(after.time_s, after.poses, strict=True))
    apart = [
        _apart_trunks(pose, seen[time_s])
        for time_s, pose in zip(before.time_s, before.poses, strict=True)
        if time_s in seen
    ]
    return bool(apart) and float(np.median(apart[-_COMPARED_FRAMES:])) <= _APART_TRUNKS


def _apart_trunks(one: Pose, other: Pose) -> float:
    """How far hips or shoulders lie apart, in trunk lengths."""
    if not (one.found and other.found):
        return 0.0 if one.found == other.found else np.inf
    hips, shoulders = (
        np.array([middle(pose.landmarks_px.astype(np.float64), joint) for pose in (one, other)])
        for joint in ("hip", "shoulder")
    )
    trunk_px = float(np.linalg.norm(shoulders[0] - hips[0]))
    apart_px = max(float(np.linalg.norm(points[1] - points[0])) for points in (hips, shoulders))
    return apart_px / max(trunk_px, 1.0)


def _after(found: TrackRecorder, piece: TrackRecorder, at: int) -> TrackRecorder:
    """What a piece adds, numbered as in the clip."""
    steps_s = np.diff(found.time_s)
    step_s = float(np.quantile(steps_s, _CLOSE_STEPS)) if len(steps_s) else 0.0
    added = piece.since_s(found.time_s[-1] + max(_LEAST_STEP * step_s, LEAST_STEP_S))
    return TrackRecorder([at + index for index in added.index], added.time_s, added.poses)
