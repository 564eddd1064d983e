"""A session in front of the camera: frames go in, what to show and to say comes out."""

from __future__ import annotations

import gc
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Self

from formcheck.assessment.fatigue import SET_REST_S
from formcheck.assessment.pace import LEAST_LIVE_FPS, live_fps, too_slow
from formcheck.errors import FormcheckError
from formcheck.live.analyst import Analyst, LiveReading
from formcheck.live.cues import Cue, CueWatch
from formcheck.live.events import (
    Event,
    cue_event,
    notice,
    ready_event,
    rep_event,
    saved_event,
    set_event,
    setup_event,
)
from formcheck.live.present import PRESENT_S
from formcheck.live.saving import Saved
from formcheck.live.sets import CurrentSet
from formcheck.live.setup import Setup
from formcheck.live.tally import Tally
from formcheck.live.texts import text
from formcheck.live.view import LiveView
from formcheck.models.store import ResolvedModel
from formcheck.pose.facing import OPENING_FRAMES, faces_left
from formcheck.pose.landmarker import PoseFinder, Sighting, Surroundings, outlined
from formcheck.pose.recorder import Pose
from formcheck.settings import Settings
from formcheck.video.reader import Frame

__all__ = ["Session"]

# Waiting for the first repetition is forgotten after this long, when the lifter is
# not in the picture or stands still.
_IDLE_S = 45.0
_STILL_STEPS = frozenset({"person", "ready"})
# Whoever is gone from the picture for this long has finished; the pose is lost for less when
# a plate or a person passes before the lifter.
_GONE_S = 4.0
# Pictures that stop for longer leave a hole that no analysis can look into, and with
# which the rest of the set would count as too slow (`formcheck.assessment.pace`).
_GAP_S = 3.0
# What is to be fixed changes faster than it can be heard.
_SAID_EVERY_S = 3.0
# An athlete's longest sets last two minutes; a crowd in the background could go on.
_LONGEST_S = 1200.0
_RATE_FRAMES = 30


class Session:
    """Measures set after set; a context manager that saves what is open when it ends.

    Parameters
    ----------
    model : ResolvedModel
    settings : Settings
    out : Path
        The folder of all results.
    rest_s : float
        A rest that long ends the set.
    film : bool
        Whether to write the video of every set.
    """

    def __init__(
        self,
        model: ResolvedModel,
        settings: Settings,
        out: Path,
        *,
        rest_s: float = SET_REST_S,
        film: bool = False,
    ) -> None:
        self._model, self._given, self._settings = model, settings, settings
        self._out, self._rest_s, self.film = out, rest_s, film
        self._name = _free_name(out)
        self._finder, self._mirror = PoseFinder(model), False
        self._surroundings = Surroundings()
        self._unsettled: tuple[CurrentSet, Frame, Pose] | None = None
        self._analyst = Analyst()
        self._saver = ThreadPoolExecutor(1, "formcheck-saver")
        self._saving: list[tuple[int, Future[Saved | None]]] = []
        self._set: CurrentSet | None = None
        self._number = 1
        self._stamps: deque[tuple[float, int]] = deque(maxlen=_RATE_FRAMES)
        self._ready = settings.neutral_deg is not None
        self._last_s = 0.0
        self._events: list[Event] = []
        self.saved: list[Saved] = []
        self.unsaved = 0
        self._begin_afresh()

    def __enter__(self) -> Self:
        self._analyst.__enter__()
        # What was imported is never garbage; to look it through would stop a frame for 60 ms.
        gc.collect()
        gc.freeze()
        return self

    def __exit__(self, *_: object) -> None:
        """Save what is open; `saved` and `last_events` are whole afterwards."""
        self._analyst.__exit__()
        self._finder.close()
        self.new_set()
        self._saver.shutdown()
        self._collect()
        gc.unfreeze()

    def look(self, frame: Frame) -> Sighting:
        """Have MediaPipe look at the next frame: a thread of its own can be one frame ahead."""
        if self._finder.mirror != self._mirror:
            self._finder.close()
            self._finder = PoseFinder(self._model, mirror=self._mirror)
        return self._finder.look(frame)

    def frame(self, frame: Frame, sighting: Sighting | None = None) -> LiveView:
        """Take the next frame, whose time is later than that of the one before.

        Parameters
        ----------
        frame : Frame
        sighting : Sighting, optional
            What `look` found in it, if it has looked already.
        """
        self.settle()
        if self._set and not self._set.fits(frame):
            self.new_set()
        if frame.time_s - self._last_s > _GAP_S:
            self._break_off()
        self._last_s = frame.time_s
        pose = outlined(sighting or self.look(frame))
        self._judge_facing(pose)
        current = self._set or self._open(frame)
        self._unsettled = current, frame, pose
        if pose.found:
            self._present_s = frame.time_s
        reading = self._reading(current)
        cues = self._follow(reading, current) if reading else []
        self._stamps.append((time.monotonic(), frame.index))
        fps, camera_fps = self._rates()
        view = LiveView(
            frame=frame,
            poses=self._latest(frame.time_s, pose),
            reading=reading,
            age_s=current.time_s(frame) - float(reading.analysis.track.time_s[-1])
            if reading
            else 0.0,
            set_number=current.number,
            ready=self._ready,
            cues=tuple(cues),
            events=self.last_events(),
            fps=fps,
            camera_fps=camera_fps,
            filming=current.film,
        )
        if reading:
            self._close_in_time(current, reading, frame.time_s)
        return view

    def settle(self) -> None:
        """Do what can wait until a frame is shown: discs, camera, disk and analysis."""
        if self._unsettled is None:
            return
        (current, frame, pose), self._unsettled = self._unsettled, None
        current.add(frame, self._surroundings.add(frame, pose))
        self._analyst.offer(current.stretch())

    def press(self, key: str) -> None:
        """Do what a key of the window, or a button of the page, asks for; others do nothing."""
        {"n": self.new_set, "c": self.calibrate, "r": self.toggle_film}.get(key, int)()

    def new_set(self) -> None:
        """End the set; the next frame begins another. Nothing is kept of an empty one."""
        self.settle()
        current, self._set = self._set, None
        if current is None:
            return
        self._saving.append((current.number, self._saver.submit(current.save)))
        self._number += 1
        if self._counted.reps:
            self._events.append(set_event(current.number, len(self._counted.reps)))

    def _break_off(self) -> None:
        """End the set before a hole in the pictures; a wait for the first repetition goes."""
        if self._counted.reps:
            self.new_set()
        else:
            self._forget_wait()

    def _forget_wait(self) -> None:
        """Begin the set again, as nothing was lifted yet."""
        self._unsettled = None
        current, self._set = self._set, None
        if current is not None:
            current.drop()

    def calibrate(self) -> None:
        """Take the standing posture again."""
        self._settings, self._ready = replace(self._given, neutral_deg=None), False
        self._events.append(notice(text("set.again"), spoken=text("setup.stand")))
        if not self._counted.reps:
            self._forget_wait()

    def toggle_film(self) -> None:
        """Begin, or no longer go on, to write the video: of whole sets only."""
        self.film = not self.film
        later = bool(self._counted.reps)
        if not later:
            self._forget_wait()
        state = text("set.on" if self.film else "set.off")
        words = text("set.recording-later" if later else "set.recording", state=state)
        self._events.append(notice(words))

    def last_events(self) -> tuple[Event, ...]:
        """What has happened since this was asked last."""
        self._collect()
        events, self._events = tuple(self._events), []
        return events

    def _collect(self) -> None:
        for number, future in [one for one in self._saving if one[1].done()]:
            self._saving.remove((number, future))
            self._take_result(number, future)

    def _take_result(self, number: int, future: Future[Saved | None]) -> None:
        try:
            saved = future.result()
        except FormcheckError as error:
            self.unsaved += 1
            self._events.append(notice(text("set.unsaved", number=number, why=error)))
            return
        if saved:
            self.saved.append(saved)
            self._events.append(saved_event(number, saved))

    def _open(self, frame: Frame) -> CurrentSet:
        self._set = CurrentSet(
            self._out,
            f"{self._name}-set-{self._number}",
            self._number,
            self._settings,
            model=self._model,
            first=frame,
            film=self.film,
        )
        self._begin_afresh()
        return self._set

    def _begin_afresh(self) -> None:
        self._opening: list[Pose] = []
        self._recent: deque[tuple[float, Pose]] = deque()
        self._counted, self._told = Tally(), 0
        self._watch = CueWatch()
        self._seen: LiveReading | None = None
        self._asked, self._asked_s = "", -_SAID_EVERY_S
        self._greeted = self._slow = False
        self._present_s = self._last_s

    def _judge_facing(self, pose: Pose) -> None:
        """Judge from a set's first frames which way MediaPipe is to be shown the lifter."""
        if len(self._opening) == OPENING_FRAMES or not pose.found:
            return
        self._opening.append(pose)
        if len(self._opening) == OPENING_FRAMES:
            self._mirror = faces_left(self._opening)

    def _latest(self, time_s: float, pose: Pose) -> tuple[Pose, ...]:
        """The poses of the set's last moment, this one included."""
        self._recent.append((time_s, pose))
        while self._recent[0][0] < time_s - PRESENT_S:
            self._recent.popleft()
        return tuple(one for _, one in self._recent)

    def _reading(self, current: CurrentSet) -> LiveReading | None:
        reading = self._analyst.reading
        return reading if reading and reading.serial == current.serial else None

    def _follow(self, reading: LiveReading, current: CurrentSet) -> list[Cue]:
        """Take note of a reading that is new."""
        if reading is self._seen:
            return []
        self._seen, self._counted = reading, reading.tally
        self._tell_pace(reading)
        now_s = float(reading.analysis.track.time_s[-1])
        self._set_up(reading.setup, now_s)
        exercise = reading.analysis.exercise.name
        ended = reading.tally.ended
        for number, rep in enumerate(ended[self._told :], start=self._told + 1):
            self._events.append(rep_event(current.number, number, rep, exercise))
        self._told = max(self._told, len(ended))
        cues = self._watch.news(reading.tally, now_s)
        self._events += [cue_event(current.number, cue) for cue in cues]
        return cues

    def _tell_pace(self, reading: LiveReading) -> None:
        """Say when the machine begins to be too slow, and when it keeps up again."""
        slow = too_slow(reading.analysis.track)
        if slow != self._slow:
            self._slow = slow
            fps = live_fps(reading.analysis.track)
            words = text("set.slow" if slow else "set.fast-again")
            least = f"{LEAST_LIVE_FPS:.0f}"
            more = f": {text('set.slow-more', fps=f'{fps:.0f}', least=least)}" if slow else ""
            self._events.append(notice(words + more, spoken=words))

    def _set_up(self, setup: Setup, now_s: float) -> None:
        if self._ready:
            self._greet(setup)
            return
        if setup.step == "ready":
            neutral = setup.neutral
            self._settings = replace(
                self._given,
                neutral_deg=neutral.lumbar_deg,
                neutral_uncertainty_deg=neutral.uncertainty_deg,
                neutral_from=f"standing still, {self._name}",
            )
            angle = f"{neutral.lumbar_deg:+z.0f}° ±{neutral.uncertainty_deg:.0f}"
            words = text("set.neutral", angle=angle.replace("-", "\N{MINUS SIGN}"))
            self._events.append(ready_event(f"{words} {setup.hint}".strip(), setup.words))
            self._greeted = True
        elif self._counted.reps:
            self._events.append(ready_event(text("set.neutral-from-reps"), ""))
        elif setup.words != self._asked and now_s - self._asked_s >= _SAID_EVERY_S:
            self._events.append(setup_event(setup.step, setup.words, setup.more))
            self._asked, self._asked_s = setup.words, now_s
        self._ready = setup.step == "ready" or bool(self._counted.reps)

    def _greet(self, setup: Setup) -> None:
        """Say once a set that it can begin, when the lifter stands still for it."""
        if self._greeted or self._counted.reps or setup.step != "ready":
            return
        words = text("set.ready", number=self._number)
        self._events.append(ready_event(words, words))
        self._greeted = True

    def _close_in_time(self, current: CurrentSet, reading: LiveReading, frame_s: float) -> None:
        """End the set when the lifter rests or has left, and forget a wait that grew long."""
        now_s = float(reading.analysis.track.time_s[-1])
        reps = self._counted.reps
        if reps:
            rested = now_s - reps[-1].measures.end_s >= self._rest_s
            left = frame_s - self._present_s >= _GONE_S
            if rested or left or current.duration_s > _LONGEST_S:
                self.new_set()
        elif now_s > _IDLE_S and reading.setup.step in _STILL_STEPS:
            self._forget_wait()

    def _rates(self) -> tuple[float, float]:
        """Frames analysed a second, and frames that came meanwhile."""
        if len(self._stamps) < 2:
            return 0.0, 0.0
        (first_s, first), (last_s, last) = self._stamps[0], self._stamps[-1]
        return (len(self._stamps) - 1) / (last_s - first_s), (last - first) / (last_s - first_s)


def _free_name(out: Path) -> str:
    """A name for the session that no result has."""
    name = base = time.strftime("live-%Y%m%d-%H%M%S")
    attempt = 1
    while any(out.glob(f"{name}-set-*")):
        attempt += 1
        name = f"{base}-{attempt}"
    return name
