"""Lines instead of a window."""

from __future__ import annotations

from collections.abc import Callable

from formcheck.live.events import Event, json_line
from formcheck.live.sources import Shot, Status
from formcheck.live.view import LiveView

__all__ = ["Lines"]

_RESULTS = frozenset({"rep", "saved"})


class Lines:
    """Writes a line a repetition and a set, and cues and notices beside them.

    Parameters
    ----------
    result, aside : callable
        Take a line without its end: results, and the rest.
    as_json : bool
        Every event as a line of JSON to `result`.
    hear : callable
        Makes an event heard.
    """

    def __init__(
        self,
        result: Callable[[str], None],
        aside: Callable[[str], None],
        *,
        as_json: bool,
        hear: Callable[[Event], None],
    ) -> None:
        self._result, self._aside, self._as_json, self._hear = result, aside, as_json, hear

    def prepare(self, _shot: Shot) -> None:
        """There is nothing to draw."""

    def show(self, _view: LiveView, _shot: Shot) -> str:
        """There is nothing to show."""
        return ""

    def wait(self, _status: Status) -> str:
        """Wait on."""
        return ""

    def tell(self, event: Event) -> None:
        """Write the line, and let it be heard."""
        self._hear(event)
        if self._as_json:
            self._result(json_line(event))
        elif event.kind in _RESULTS:
            self._result(event.text)
        else:
            self._aside(event.text)
