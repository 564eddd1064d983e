"""The set that is being lifted: its latest frames in memory, all of them on the disk."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import replace
from itertools import count
from pathlib import Path
from threading import BoundedSemaphore

import numpy as np

from formcheck.annotate.encoder import VideoWriter
from formcheck.errors import OutputError
from formcheck.live.analyst import STRETCH_S, Stretch
from formcheck.live.saving import Saved, save_set
from formcheck.live.spool import SetSpool
from formcheck.models.store import ResolvedModel
from formcheck.pose.discs import no_discs
from formcheck.pose.recorder import Pose, TrackRecorder
from formcheck.settings import Settings
from formcheck.video.clip import ClipInfo
from formcheck.video.reader import Frame

__all__ = ["CurrentSet"]

# A kill loses no more than this, and what of it is on its way to the disk.
_STORE_EVERY_S = 1.0
# More waiting pictures would only fill the memory of a machine that cannot keep up.
_FILM_AHEAD = 8
_GREY_STEP_PX = 16
_serials = count(1)


class CurrentSet:
    """Takes frames; made at the first of them.

    Parameters
    ----------
    out : Path
        The folder of all results.
    name : str
        Of this set's result.
    number : int
    settings : Settings
    model : ResolvedModel
    first : Frame
    film : bool
        Whether to write the video too.
    """

    def __init__(
        self,
        out: Path,
        name: str,
        number: int,
        settings: Settings,
        *,
        model: ResolvedModel,
        first: Frame,
        film: bool,
    ) -> None:
        self.number, self.settings, self.film = number, settings, film
        self.serial = next(_serials)
        self._out, self._model = out, model
        self._spool = SetSpool.begin(out, name, settings)
        self._start_s, self._first, self._latest = first.time_s, first.index, first.index
        self._size = first.image.shape[1], first.image.shape[0]
        self._count = 0
        self._frames, self._unstored = TrackRecorder(), TrackRecorder()
        self._grey = 0.0
        self._stack = ExitStack()
        self._films = BoundedSemaphore(_FILM_AHEAD)
        self._writer: VideoWriter | None = None
        if film:
            self._writer = self._stack.enter_context(VideoWriter(self._spool.recording, 30.0))
        self._disk = ThreadPoolExecutor(1, "formcheck-disk")
        self._writes: list[Future[None]] = []

    @property
    def duration_s(self) -> float:
        """From the first frame to the latest."""
        return self._frames.time_s[-1] if len(self._frames) else 0.0

    def time_s(self, frame: Frame) -> float:
        """Time of a frame since the set's first."""
        return frame.time_s - self._start_s

    def fits(self, frame: Frame) -> bool:
        """Whether a frame has the size of the others: another camera is another set."""
        return (frame.image.shape[1], frame.image.shape[0]) == self._size

    def add(self, frame: Frame, pose: Pose) -> None:
        """Add a frame.

        Raises
        ------
        OutputError
            If an earlier one could not be written.
        """
        time_s = self.time_s(frame)
        self._unstored.add(self._count, time_s, pose)
        # The bar is followed in the saved set: it would be a fifth of each analysis.
        self._frames.add(self._count, time_s, replace(pose, discs=no_discs()))
        self._count += 1
        self._latest = frame.index
        self._grey = float(frame.image[::_GREY_STEP_PX, ::_GREY_STEP_PX].mean())
        if self._writer:
            self._films.acquire()
            self._writes.append(self._disk.submit(self._film_frame, self._writer, frame, time_s))
        if time_s - self._unstored.time_s[0] >= _STORE_EVERY_S:
            self._store()
            self._frames = self._frames.since_s(time_s - STRETCH_S)
        self._check()

    def stretch(self) -> Stretch:
        """The latest frames, to be analysed."""
        return Stretch(
            self.serial, self._frames[:], self._clip(), self._model, self.settings, self._grey
        )

    def save(self) -> Saved | None:
        """Write what is left, and the result; takes seconds."""
        try:
            if len(self._unstored):
                self._store()
            self._disk.shutdown()
            self._check()
            self._stack.close()
            return save_set(self._spool, self._out)
        finally:
            self._spool.lock.close()

    def drop(self) -> None:
        """Forget it."""
        self._disk.shutdown(cancel_futures=True)
        self._stack.close()
        self._spool.discard()

    def _film_frame(self, writer: VideoWriter, frame: Frame, time_s: float) -> None:
        try:
            height, width = frame.image.shape[:2]
            even = np.ascontiguousarray(frame.image[: height // 2 * 2, : width // 2 * 2])
            writer.write(even, time_s)
        finally:
            self._films.release()

    def _store(self) -> None:
        piece, self._unstored = self._unstored, TrackRecorder()
        about = {"model_name": self._model.name, "model_sha256": self._model.sha256}
        track = piece.track(self._clip(), max_fps=0, **about)
        self._writes.append(self._disk.submit(self._spool.store, track))

    def _check(self) -> None:
        done = [write for write in self._writes if write.done()]
        self._writes = [write for write in self._writes if not write.done()]
        for write in done:
            error = write.exception()
            if error is not None:
                raise error if isinstance(error, OutputError) else OutputError(str(error))

    def _clip(self) -> ClipInfo:
        return ClipInfo(
            name=self._spool.name,
            sha256="",
            width=self._size[0],
            height=self._size[1],
            frames=self._count,
            duration_s=self.duration_s,
            fps=30.0,
            variable_frame_rate=True,
            decode_failures=0,
            untimed_frames=0,
            truncated=False,
            camera_frames=self._latest - self._first + 1,
        )
