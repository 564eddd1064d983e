"""Live sessions of the page: each picture is a request of its own, its answer what to show.

There is no connection to lose. A session outlasts a tab, a network and a locked phone by
half a minute; then it ends, and what was lifted is saved. WebSockets would do the same with less
to send, but the browsers of iPhone and iPad refuse them with a certificate that was made
on this machine (bugs.webkit.org/145819), however often it was accepted for the page.
"""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from formcheck.errors import InputError
from formcheck.live.events import Event
from formcheck.live.session import Session
from formcheck.live.view import LiveView
from formcheck.serve.access import without_path
from formcheck.serve.camera import message, read_frame, told
from formcheck.video.reader import Frame

__all__ = ["Busy", "Gone", "Sessions"]

T = TypeVar("T")

# A phone that was locked or is out of reach for this long has been put away.
_QUIET_S = 30.0
_LOOK_S = 1.0
# Another page may take the camera's place when this one has been silent: it was closed.
_LEFT_S = 5.0
# Beyond what a busy network does to the times at which pictures come.
_ASLEEP_S = 1.0
# Of sessions that have ended what was saved can still be asked for.
_REMEMBERED = 20


class Busy(Exception):  # noqa: N818 - nobody's mistake
    """Somebody else lifts."""


class Gone(Exception):  # noqa: N818
    """The session has ended, or never was."""


@dataclass
class _Live:
    """One session, and the thread that it runs in.

    Attributes
    ----------
    pictures : int
    sent_s : float
        The page's time of the latest picture.
    came_s : float
        When it came, and later when it was answered, by this machine's clock.
    asleep_s : float
        How long the page's clock has stood still: it does while a device sleeps.
    """

    session: Session
    thread: ThreadPoolExecutor
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    pictures: int = 0
    sent_s: float = -1.0
    came_s: float = field(default_factory=time.monotonic)
    asleep_s: float = 0.0
    ended: bool = False
    _settling: Future[None] | None = None

    async def measure(self, frame: Frame) -> LiveView:
        """Measure a picture; what can wait is done while it is on its way to the page.

        What failed of that in the picture before is raised here.
        """
        if self._settling is not None:
            await asyncio.wrap_future(self._settling)
        view = await self.run(lambda: self.session.frame(frame))
        self._settling = self.thread.submit(self.session.settle)
        return view

    def take(self, data: bytes) -> Frame:
        """The next picture, its time moved by how long the device has slept."""
        frame = read_frame(data, self.pictures, self.sent_s)
        now_s = time.monotonic()
        missing_s = (now_s - self.came_s) - (frame.time_s - self.sent_s)
        if self.pictures and missing_s > _ASLEEP_S:
            self.asleep_s += missing_s
        self.pictures, self.sent_s, self.came_s = self.pictures + 1, frame.time_s, now_s
        return replace(frame, time_s=frame.time_s + self.asleep_s)

    async def run(self, work: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self.thread, work)


@dataclass
class _Past:
    """What a session has saved so far, and whether it goes on."""

    state: str = "open"
    saved: list[dict[str, Any]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)


class Sessions:
    """At most one that is open, and what those before it saved.

    Parameters
    ----------
    out : Path
        The results folder.
    """

    def __init__(self, out: Path) -> None:
        self._out = out
        self._open: tuple[str, _Live] | None = None
        self._beginning = asyncio.Lock()
        self._past: dict[str, _Past] = {}

    async def begin(self, make: Callable[[], Session]) -> str:
        """Open a session; the name to send its pictures under.

        Raises
        ------
        Busy
        FormcheckError
            If it cannot begin.
        """
        if self._beginning.locked():
            raise Busy
        async with self._beginning:
            if self._open is not None:
                name, live = self._open
                if not live.ended and time.monotonic() - live.came_s < _LEFT_S:
                    raise Busy
                await self.end(name)
            thread = ThreadPoolExecutor(1, "formcheck-live")
            loop = asyncio.get_running_loop()
            try:
                session = await loop.run_in_executor(thread, lambda: make().__enter__())
            except BaseException:
                thread.shutdown(wait=False)
                raise
            name = secrets.token_urlsafe(12)
            self._open = name, _Live(session, thread)
            for old in list(self._past)[: 1 - _REMEMBERED]:
                del self._past[old]
            self._past[name] = _Past()
            return name

    async def picture(self, name: str, data: bytes) -> dict[str, Any]:
        """Measure a picture; what to show with it.

        Raises
        ------
        Gone
        InputError
            If it is no picture.
        """
        live = self._live(name)
        try:
            async with live.turn:
                if live.ended:
                    raise Gone
                frame = live.take(data)
                view = await live.measure(frame)
                live.came_s = time.monotonic()
                self._remember(name, view.events)
                return message(view, self._out)
        except (Gone, InputError):
            raise
        except Exception:
            await self.end(name)
            raise

    def press(self, name: str, key: str) -> None:
        """Do what a button asks for; it is done before the next picture."""
        live = self._live(name)
        live.thread.submit(live.session.press, key)

    def state(self, name: str) -> dict[str, Any]:
        """What the session has saved, and whether it is open, being saved or has ended."""
        past = self._past.get(name)
        if past is None:
            raise Gone
        return {"state": past.state, "saved": past.saved, "notices": past.notices}

    async def end(self, name: str) -> None:
        """Save what was lifted, which takes some seconds; no more pictures are taken."""
        live = self._live(name)
        async with live.turn:
            if live.ended:
                return
            live.ended, self._past[name].state = True, "saving"
            await asyncio.shield(live.run(live.session.__exit__))
            live.thread.shutdown()
            self._remember(name, live.session.last_events())
            self._past[name].state = "ended"
            self._open = None

    async def watch(self) -> None:
        """End what has been silent for too long; runs until it is cancelled."""
        while True:
            await asyncio.sleep(_LOOK_S)
            if self._open and time.monotonic() - self._open[1].came_s > _QUIET_S:
                await self.end(self._open[0])

    async def close(self) -> None:
        """Save what is open."""
        if self._open is not None:
            await self.end(self._open[0])

    def _live(self, name: str) -> _Live:
        if self._open is None or self._open[0] != name:
            raise Gone
        return self._open[1]

    def _remember(self, name: str, events: tuple[Event, ...]) -> None:
        past = self._past[name]
        past.saved += [told(event, self._out) for event in events if event.kind == "saved"]
        past.notices += [
            without_path(event.text, self._out) for event in events if event.kind == "notice"
        ]
