"""Reading a piece of a clip: a MediaPipe of its own, the frames of the piece, what it found."""

from __future__ import annotations

import threading
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from typing import Protocol, Self

import cv2
import numpy as np

from formcheck.memory import give_memory_back
from formcheck.pose.landmarks import middle
from formcheck.pose.recorder import Pose, TrackRecorder
from formcheck.video.clip import LEAST_STEP_S
from formcheck.video.reader import Frame, SeekError, Video

__all__ = [
    "Finder",
    "Growing",
    "Piece",
    "PieceReader",
    "after",
    "agree",
    "at_work",
    "same_pictures",
]

# Outlines are found when so much of a clip has been looked at, before the background that it
# shows: a few repetitions, in bounded memory (22 kB a frame). A clip that is not read in pieces
# may last for hours.
_OUTLINED_S, _MOST_FRAMES = 24.0, 1000
# MediaPipe smooths over frames. After a third of a second, at 30 frames a second, the hips of
# one that has just begun differ no more from those of one that ran from the start than they ever
# do (benchmarks/pieces.md).
_WARM_UP_S, _WARM_UP_FRAMES = 0.5, 15
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


class Finder(Protocol):
    """Finds the lifter frame by frame."""

    def find(self, frame: Frame) -> Pose:
        """Find the lifter in the next frame; the outline may be still to be found."""

    def close(self) -> None:
        """Let go of it; does nothing the second time."""


@dataclass(eq=False)
class Piece:
    """What was found in a piece, its warm-up included."""

    finder: Finder
    video: Video
    poses: TrackRecorder = field(default_factory=TrackRecorder)
    prints: dict[float, int] = field(default_factory=dict)  # of the pictures, by their times

    def taken(self) -> TrackRecorder:
        """What was found; the piece keeps nothing: outlines still to be found are large."""
        poses, self.poses = self.poses, TrackRecorder()
        return poses


class Growing:
    """What was found so far, outlined a stretch at a time."""

    def __init__(self, poses: TrackRecorder, *, keep_background: bool = False) -> None:
        self.poses = poses
        self._keep = keep_background
        self._outlined = 0

    def add(self, more: TrackRecorder) -> None:
        """Go on with what was found after it."""
        self.poses = self.poses.followed_by(more)
        time_s, done = self.poses.time_s, self._outlined
        if len(time_s) > done and time_s[-1] - time_s[done] >= _OUTLINED_S:
            self.poses, self._outlined = self.whole(), len(time_s)

    def whole(self) -> TrackRecorder:
        """All of it, outlined."""
        return self.poses.outlined(keep_background=self._keep)


@contextmanager
def at_work(
    video: Video,
    look: Callable[[], Finder],
    jobs: int,
    on_frame: Callable[[int], None] | None,
) -> Iterator[tuple[PieceReader, ThreadPoolExecutor]]:
    """What reads pieces, and where; an error in one of them ends them all."""
    with (
        PieceReader(video, look, on_frame) as reading,
        _one_core_each(jobs),
        ThreadPoolExecutor(jobs) as pool,
    ):
        try:
            yield reading, pool
        except BaseException:
            reading.stop()
            pool.shutdown(cancel_futures=True)
            raise


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


class PieceReader:
    """Reads pieces, and lets go of their finders at the end."""

    def __init__(
        self,
        video: Video,
        look: Callable[[], Finder],
        on_frame: Callable[[int], None] | None,
    ) -> None:
        self._video = video
        self._warm_up_s = max(_WARM_UP_S, _WARM_UP_FRAMES * video.step_s)
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

    def first(self, finder: Finder, frames: Iterable[Frame], end_s: float) -> Piece:
        """Read the piece with which the clip begins."""
        piece = Piece(finder, self._video)
        self._read(piece, frames, -np.inf, end_s)
        return piece

    def later(self, begin_s: float, end_s: float) -> Piece:
        """Read another piece, from its warm-up on."""
        with self._video.stretch(begin_s - self._warm_up_s) as stretch:
            piece = Piece(self._look(), stretch)
            self._finders.callback(piece.finder.close)
            self._read(piece, stretch, begin_s, end_s)
        return piece

    def go_on(self, before: Piece, begin_s: float, after_s: float, end_s: float) -> Piece:
        """Read a piece once more, with the finder of the one before it."""
        with self._video.stretch(begin_s - self._warm_up_s) as stretch:
            piece = Piece(before.finder, stretch)
            self._read(piece, (f for f in stretch if f.time_s > after_s), np.inf, end_s)
        return piece

    def following(
        self, before: Piece, piece: Piece, found: TrackRecorder, begin_s: float, end_s: float
    ) -> Piece:
        """The piece if it shows the lifter of the one before; else what that one goes on with."""
        if agree(found, piece.poses):
            before.finder.close()
            give_memory_back()
            return piece
        piece.finder.close()
        piece.taken()
        return self.go_on(before, begin_s, found.time_s[-1], end_s)

    def _read(self, piece: Piece, frames: Iterable[Frame], begin_s: float, end_s: float) -> None:
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


def same_pictures(before: Mapping[float, int], after: Mapping[float, int]) -> None:
    """See that two readings show the same; SeekError where they do not."""
    if any(before[time_s] != after[time_s] for time_s in before.keys() & after.keys()):
        raise SeekError("the clip shows other pictures when it is read from the middle")


def agree(before: TrackRecorder, after: TrackRecorder, most_trunks: float = _APART_TRUNKS) -> bool:
    """Whether two readings show one lifter where they overlap."""
    seen = dict(zip(after.time_s, after.poses, strict=True))
    apart = [
        _apart_trunks(pose, seen[time_s])
        for time_s, pose in zip(before.time_s, before.poses, strict=True)
        if time_s in seen
    ]
    return bool(apart) and float(np.median(apart[-_COMPARED_FRAMES:])) <= most_trunks


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


def after(found: TrackRecorder, piece: TrackRecorder, at: int = 0) -> TrackRecorder:
    """What a piece adds, numbered from where it begins in the clip."""
    steps_s = np.diff(piece.time_s)
    step_s = float(np.median(steps_s)) if len(steps_s) else 0.0
    added = piece.since_s(found.time_s[-1] + max(_LEAST_STEP * step_s, LEAST_STEP_S))
    return TrackRecorder([at + index for index in added.index], added.time_s, added.poses)
