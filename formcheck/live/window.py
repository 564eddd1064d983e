"""The window, and its keys."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import cv2

from formcheck.arrays import Picture
from formcheck.errors import ConfigurationError
from formcheck.live.events import Event
from formcheck.live.loop import QUIT
from formcheck.live.screen import Screen
from formcheck.live.sources import Shot, Status
from formcheck.live.view import LiveView
from formcheck.live.words import State

__all__ = ["TITLE", "Window", "require_display"]

TITLE = "formcheck"
_ESCAPE = 27
_PROBE = "import cv2; cv2.namedWindow('formcheck'); cv2.destroyAllWindows()"
_PROBE_S = 20.0
_OPEN_WIDTH_PX = 1280


class Window:
    """Shows views in a window of its own.

    Parameters
    ----------
    hear : callable
        Makes an event heard.
    tell : callable
        Takes a line for the terminal.
    mirror, sound : bool
        At first; keys change them.

    Raises
    ------
    ConfigurationError
        If there is no display to open it on.
    """

    def __init__(
        self,
        hear: Callable[[Event], None],
        tell: Callable[[str], None],
        *,
        mirror: bool,
        sound: bool,
    ) -> None:
        require_display()
        self._hear, self._tell = hear, tell
        self._mirror, self._sound = mirror, sound
        self._screen = Screen()
        self._bgr: Any = None
        self._open = False

    def prepare(self, shot: Shot) -> None:
        """Begin to draw."""
        self._screen.prepare(shot.frame)

    def show(self, view: LiveView, _shot: Shot) -> str:
        """Draw a frame; the key that was pressed."""
        self._paint(self._screen.draw(view, State(self._mirror, self._sound)))
        return self._key()

    def wait(self, status: Status) -> str:
        """Keep the window alive while no picture comes, and say that the camera is lost."""
        if not self._open:
            return ""
        if status == "lost":
            self._paint(self._screen.still())
        return self._key()

    def tell(self, event: Event) -> None:
        """What happens is heard, and goes to the terminal as well."""
        if self._sound:
            self._hear(event)
        self._screen.tell(event)
        self._tell(event.text)

    def _paint(self, picture: Picture) -> None:
        self._bgr = cv2.cvtColor(picture, cv2.COLOR_RGB2BGR, self._bgr)
        if not self._open:
            self._make(self._bgr.shape[1], self._bgr.shape[0])
        cv2.imshow(TITLE, self._bgr)

    def _make(self, width: int, height: int) -> None:
        cv2.namedWindow(TITLE, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        zoom = min(1.0, _OPEN_WIDTH_PX / width)
        cv2.resizeWindow(TITLE, round(width * zoom), round(height * zoom))
        self._open = True

    def _key(self) -> str:
        code = cv2.pollKey()
        if code == _ESCAPE or cv2.getWindowProperty(TITLE, cv2.WND_PROP_VISIBLE) < 1:
            return QUIT
        key = chr(code & 0xFF).lower() if code >= 0 else ""
        self._mirror ^= key == "m"
        self._sound ^= key == "s"
        return key


def require_display() -> None:
    """Try a window in a process of its own: without a display Qt would end ours."""
    lacking = sys.platform.startswith("linux") and not (
        os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    )
    if not lacking:
        try:
            subprocess.run(
                [sys.executable, "-P", "-c", _PROBE],
                capture_output=True,
                check=True,
                timeout=_PROBE_S,
            )
        except subprocess.SubprocessError:
            lacking = True
    if lacking:
        raise ConfigurationError(
            "There is no display to open a window on.\n"
            "Use --headless to have lines instead, or formcheck serve for a page in a browser."
        )
