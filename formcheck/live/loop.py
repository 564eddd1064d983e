"""One way from the source through the session to whoever shows it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from formcheck.live.events import Event, notice
from formcheck.live.session import Session
from formcheck.live.sources import LiveSource, Shot, Status
from formcheck.live.view import LiveView
from formcheck.pose.landmarker import Sighting

__all__ = ["QUIT", "Outlet", "play"]

QUIT = "q"
_PATIENCE_S = 0.5


class Outlet(Protocol):
    """Shows what there is."""

    def prepare(self, shot: Shot) -> None:
        """A frame was taken, which is shown when it is measured; from another thread."""

    def show(self, view: LiveView, shot: Shot) -> str:
        """Show a frame; the key that was pressed, or nothing."""

    def wait(self, status: Status) -> str:
        """Nothing came for half a second; the key that was pressed, or nothing."""

    def tell(self, event: Event) -> None:
        """Say what has happened."""


def play(source: LiveSource, session: Session, outlet: Outlet) -> None:
    """Run until the source ends or the outlet wants no more.

    MediaPipe looks at the next frame in a thread of its own, while another measures the
    latest one and this one shows it: none of them waits for the others.
    """
    status: Status = "live"
    with (
        ThreadPoolExecutor(1, "formcheck-look") as looker,
        ThreadPoolExecutor(1, "formcheck-measure") as measurer,
    ):
        looking = looker.submit(_look, source, session, outlet)
        while True:
            seen = looking.result()
            if source.status not in (status, "ended"):
                status = source.status
                lost = status == "lost"
                outlet.tell(
                    notice(f"{source.name} {'is lost: trying again' if lost else 'is back'}.")
                )
            if seen is None and source.status == "ended":
                return
            looking = looker.submit(_look, source, session, outlet)
            if seen is None:
                key = outlet.wait(status)
            else:
                shot, sighting = seen
                view = measurer.submit(session.frame, shot.frame, sighting).result()
                settling = measurer.submit(session.settle)
                key = _show(view, shot, outlet)
                settling.result()
            if key == QUIT:
                return
            if key:
                measurer.submit(session.press, key).result()


def _look(source: LiveSource, session: Session, outlet: Outlet) -> tuple[Shot, Sighting] | None:
    """Take a frame, if one comes, and have MediaPipe look at it."""
    shot = source.take(_PATIENCE_S)
    if shot is None:
        return None
    outlet.prepare(shot)
    return shot, session.look(shot.frame)


def _show(view: LiveView, shot: Shot, outlet: Outlet) -> str:
    for event in view.events:
        outlet.tell(event)
    return outlet.show(view, shot)
