"""One way from the source through the session to whoever shows it."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Protocol

from formcheck.live.events import Event, notice
from formcheck.live.session import Session
from formcheck.live.sources import LiveSource, Shot, Status
from formcheck.live.view import LiveView

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

    A frame is shown here while the next one is measured in a thread of its own, so that
    neither waits for the other.
    """
    status: Status = "live"
    key = ""
    with ThreadPoolExecutor(1, "formcheck-measure") as measurer:
        coming = measurer.submit(_measure, source, session, outlet, key)
        while True:
            shot, view = coming.result()
            if source.status not in (status, "ended"):
                status = source.status
                lost = status == "lost"
                outlet.tell(
                    notice(f"{source.name} {'is lost: trying again' if lost else 'is back'}.")
                )
            if view is None and source.status == "ended":
                return
            coming = measurer.submit(_measure, source, session, outlet, key)
            key = outlet.wait(status) if shot is None or view is None else _show(view, shot, outlet)
            if key == QUIT:
                return


def _measure(
    source: LiveSource, session: Session, outlet: Outlet, key: str
) -> tuple[Shot, LiveView] | tuple[None, None]:
    """Do what the key asks for, then take and measure a frame, if one comes."""
    session.press(key)
    shot = source.take(_PATIENCE_S)
    if shot is None:
        return None, None
    outlet.prepare(shot)
    return shot, session.frame(shot.frame)


def _show(view: LiveView, shot: Shot, outlet: Outlet) -> str:
    for event in view.events:
        outlet.tell(event)
    return outlet.show(view, shot)
