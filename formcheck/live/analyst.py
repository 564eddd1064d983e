"""The analysis beside the pictures: in a thread, of the latest stretch, never in the way."""

from __future__ import annotations

import math
import threading
import time
from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from formcheck.analysis import SetAnalysis, analyze_track
from formcheck.clip import ClipInfo
from formcheck.live.setup import Setup, check_setup
from formcheck.live.tally import Tally, update
from formcheck.models import ResolvedModel
from formcheck.recorder import TrackRecorder
from formcheck.settings import Settings
from formcheck.signals import lowpass
from formcheck.track import PoseTrack

__all__ = ["STRETCH_S", "Analyst", "Reading", "Stretch"]

# Long enough for six or more repetitions, which is what tells the lift and the view;
# it keeps the time an analysis takes the same however long a set lasts.
STRETCH_S = 30.0
# Numbers that change more often cannot be read.
_EVERY_S = 0.2
# Of the time of one core, this much goes to analysing.
_SHARE = 0.25
# But for a moment in which the machine is busy otherwise nothing is to wait long.
_REST_S = 0.6


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

    def track(self) -> PoseTrack:
        """The stretch as a track; every frame of it counts."""
        steps_s = np.diff(self.frames.time_s)
        fps = 1 / float(np.median(steps_s)) if len(steps_s) else math.nan
        return self.frames.track(
            replace(self.clip, fps=fps),
            model_name=self.model.name,
            model_sha256=self.model.sha256,
            max_fps=0,
        )


@dataclass(frozen=True, eq=False)
class Reading:
    """What came out."""

    serial: int
    analysis: SetAnalysis
    tally: Tally
    setup: Setup


class Analyst:
    """Analyses the latest stretch it was offered; a context manager."""

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._offered: Stretch | None = None
        self._closing = False
        self._error: Exception | None = None
        self._reading: Reading | None = None
        self._thread = threading.Thread(target=self._run, name="formcheck-analyst", daemon=True)

    def __enter__(self) -> Self:
        # The filters' library takes a second to load: now, and not in the first analysis.
        lowpass(np.arange(30) / 30, np.zeros(30))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        with self._condition:
            self._closing = True
            self._condition.notify_all()
        self._thread.join()

    def offer(self, stretch: Stretch) -> None:
        """Have this analysed next, in place of what was offered before."""
        with self._condition:
            self._offered = stretch
            self._condition.notify_all()

    @property
    def reading(self) -> Reading | None:
        """The latest, of any set; an error of the thread is raised here."""
        if self._error is not None:
            raise self._error
        return self._reading

    def _run(self) -> None:
        try:
            while (stretch := self._next()) is not None:
                start_s = time.perf_counter()
                self._reading = read(stretch, self._reading)
                took_s = time.perf_counter() - start_s
                self._rest(min(_REST_S, max(_EVERY_S, took_s / _SHARE) - took_s))
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


def read(stretch: Stretch, before: Reading | None) -> Reading:
    """Analyse a stretch."""
    analysis = analyze_track(stretch.track(), stretch.settings)
    same_set = before is not None and before.serial == stretch.serial
    tally = before.tally if before is not None and same_set else Tally()
    setup = check_setup(analysis, stretch.grey)
    return Reading(stretch.serial, analysis, update(tally, analysis), setup)
