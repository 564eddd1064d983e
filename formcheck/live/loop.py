"""One way from the source through the session to whoever shows it."""

from __future__ import annotations

from typing import Protocol

from formcheck.live.events import Event, notice
from formcheck.live.session import Session
from formcheck.live.sources import Shot, Source, Status
from formcheck.live.view import View

__all__ = ["QUIT", "Outlet", "play"]

QUIT = "q"
_PATIENCE_S = 0.5


class Outlet(Protocol):
    """Shows what there is."""

    def prepare(self, shot: Shot) -> None:
        """A frame was taken, which is shown when it is measured."""

    def show(self, view: View, shot: Shot) -> str:
        """Show a frame; the key that was pressed, or nothing."""

    def wait(self, status: Status) -> str:
        """Nothing came for half a second; the key that was pressed, or nothing."""

    def tell(self, event: Event) -> None:
        """Say what has happened."""


def play(source: Source, session: Session, outlet: Outlet) -> None:
    """Run until the source ends or the outlet wants no more."""
    status: Status = "live"
    while True:
        shot = source.take(_PATIENCE_S)
        if source.status not in (status, "ended"):
            status = source.status
            lost = status == "lost"
            outlet.tell(notice(f"{source.name} {'is lost: trying again' if lost else 'is back'}."))
        if shot is None and source.status == "ended":
            return
        key = outlet.wait(status) if shot is None else _step(session, shot, outlet)
        if key == QUIT:
            return
        session.press(key)


def _step(session: Session, shot: Shot, outlet: Outlet) -> str:
    outlet.prepare(shot)
    view = session.frame(shot.frame)
    for event in view.events:
        outlet.tell(event)
    return outlet.show(view, shot)
