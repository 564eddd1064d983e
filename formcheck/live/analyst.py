"""The analysis beside the pictures: in a process, of the latest stretch, never in the way."""

from __future__ import annotations

import contextlib
import math
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from multiprocessing.connection import Connection
from typing import Self

import numpy as np

from formcheck.analysis import SetAnalysis, analyze_track
from formcheck.assessment.pace import slowest_fps
from formcheck.live.setup import Setup, check_setup
from formcheck.live.tally import Tally, update
from formcheck.models.store import ResolvedModel
from formcheck.pose.recorder import TrackRecorder
from formcheck.pose.track import PoseTrack
from formcheck.settings import Settings
from formcheck.video.clip import ClipInfo

__all__ = ["STRETCH_S", "Analyst", "LiveReading", "Stretch"]

# Long enough for six or more repetitions, which is what tells the lift and the view;
# it keeps the time an analysis takes the same however long a set lasts.
STRETCH_S = 30.0
# Numbers that change more often cannot be read.
_EVERY_S = 0.2
# Frames beyond this rate are left out of the analyses during the set, not of the saved one: with
# 12 a second nine of ten angles are within 2 degrees of those with 30 (benchmarks/live_rate.md),
# and half the frames take half the time, so that counts and cues come sooner. Some more than 12,
# or a machine that drops single frames would count as too slow (`formcheck.assessment.pace`).
_ENOUGH_FPS = 15.0
# Nothing is left out of slower sets.
_MANY_FPS = 20.0
# Of the time of one core, this much goes to analysing.
_SHARE = 0.25
# But for a moment in which the machine is busy otherwise nothing is to wait long.
_REST_S = 0.6
_NICE = 5
_BLAS_THREADS = "OPENBLAS_NUM_THREADS"
_CONTEXT = multiprocessing.get_context("spawn")


@dataclass(frozen=True, eq=False)
class Stretch:
    """What is to be analysed: the latest frames of a set.

    Attributes
    ----------
    serial : int
        Tells sets apart, dropped ones too.
    frames : TrackRecorder
    clip : ClipInfo
    model : ResolvedModel
    settings : Settings
    grey : float
        Mean grey level of the latest picture, 0..255.
    """

    serial: int
    frames: TrackRecorder
    clip: ClipInfo
    model: ResolvedModel
    settings: Settings
    grey: float

    def since(self, index: int) -> Stretch:
        """The same without the frames before one."""
        first = int(np.searchsorted(self.frames.index, index))
        return replace(self, frames=self.frames[first:])

    def track(self) -> PoseTrack:
        """The stretch as a track of as many frames a second as are enough."""
        frames = self._thinned()
        steps_s = np.diff(frames.time_s)
        fps = 1 / float(np.median(steps_s)) if len(steps_s) else math.nan
        return frames.track(
            replace(self.clip, fps=fps),
            model_name=self.model.name,
            model_sha256=self.model.sha256,
            max_fps=0,
        )

    def _thinned(self) -> TrackRecorder:
        """The first frame of every time step, the same ones in every analysis of a set."""
        time_s = np.array(self.frames.time_s)
        if not slowest_fps(time_s) >= _MANY_FPS:
            return self.frames
        steps = np.floor(time_s * _ENOUGH_FPS + 1e-6)
        return self.frames.only(np.flatnonzero(np.diff(steps, prepend=-1.0) > 0).tolist())


@dataclass(frozen=True, eq=False)
class LiveReading:
    """What is known of the open set.

    Attributes
    ----------
    serial : int
        Tells sets apart.
    analysis : SetAnalysis
        Of its latest half minute.
    tally : Tally
        All its repetitions so far.
    setup : Setup
        What the camera or the lifter still needs.
    """

    serial: int
    analysis: SetAnalysis
    tally: Tally
    setup: Setup


class Analyst:
    """Analyses the latest stretch it was offered; a context manager.

    The work is done by a process of its own: in a thread its many small steps would
    keep the interpreter from whoever finds poses and draws. It gets the frames that
    it has not got yet, and steps back when the machine is busy.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._offered: Stretch | None = None
        self._closing = False
        self._error: Exception | None = None
        self._reading: LiveReading | None = None
        self._thread = threading.Thread(target=self._run, name="formcheck-analyst", daemon=True)
        self._pipe, theirs = _CONTEXT.Pipe()
        self._process = _CONTEXT.Process(target=_analyse, args=(theirs,), daemon=True)
        self._theirs = theirs

    def __enter__(self) -> Self:
        with _one_blas_thread():
            self._process.start()
        self._theirs.close()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join()
        self._pipe.close()
        self._process.join()

    def offer(self, stretch: Stretch) -> None:
        """Have this analysed next, in place of what was offered before."""
        with self._condition:
            self._offered = stretch
            self._condition.notify_all()

    @property
    def reading(self) -> LiveReading | None:
        """The latest, of any set; an error of the analysis is raised here."""
        if self._error is not None:
            raise self._error
        return self._reading

    def _run(self) -> None:
        sent = (0, 0)
        try:
            while (stretch := self._next()) is not None:
                start_s = time.perf_counter()
                serial, known = sent
                news = stretch.since(known if serial == stretch.serial else 0)
                self._pipe.send(news)
                sent = (stretch.serial, stretch.frames.index[-1] + 1)
                answer = self._pipe.recv()
                if isinstance(answer, Exception):
                    raise answer
                self._reading = answer
                took_s = time.perf_counter() - start_s
                self._rest(min(_REST_S, max(_EVERY_S, took_s / _SHARE) - took_s))
        except EOFError:
            self._error = RuntimeError("the analysis ended by itself")
        except Exception as error:
            self._error = error

    def _next(self) -> Stretch | None:
        with self._condition:
            self._condition.wait_for(lambda: self._offered is not None or self._closing)
            stretch, self._offered = self._offered, None
            return None if self._closing else stretch

    def _rest(self, pause_s: float) -> None:
        with self._condition:
            self._condition.wait_for(lambda: self._closing, pause_s)


@contextlib.contextmanager
def _one_blas_thread() -> Iterator[None]:
    """For processes started here: more threads wait for one another at full speed.

    They took more than half of the analysis's time, from the core that finds poses.
    """
    before = os.environ.get(_BLAS_THREADS)
    os.environ.setdefault(_BLAS_THREADS, "1")
    yield
    if before is None:
        del os.environ[_BLAS_THREADS]


def _analyse(pipe: Connection) -> None:
    """The process: answers until the other end is gone, be it killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the session, which ends us
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    if hasattr(os, "nice"):
        os.nice(_NICE)
    reading, frames = None, TrackRecorder()
    with contextlib.suppress(EOFError, BrokenPipeError, ConnectionResetError):
        while True:
            news: Stretch = pipe.recv()
            same_set = reading is not None and reading.serial == news.serial
            frames = frames.followed_by(news.frames) if same_set else news.frames
            frames = frames.since_s(frames.time_s[-1] - STRETCH_S)
            try:
                reading = read(replace(news, frames=frames), reading)
            except Exception as error:
                pipe.send(error)
                return
            pipe.send(reading)


def read(stretch: Stretch, before: LiveReading | None) -> LiveReading:
    """Analyse a stretch."""
    analysis = analyze_track(stretch.track(), stretch.settings)
    same_set = before is not None and before.serial == stretch.serial
    tally = before.tally if before is not None and same_set else Tally()
    setup = check_setup(analysis, stretch.grey)
    return LiveReading(stretch.serial, analysis, update(tally, analysis), setup)
