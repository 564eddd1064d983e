"""The browser's camera: pictures come in, what to draw on them goes back."""

from __future__ import annotations

import io
import struct
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from formcheck.annotate.colours import Rgb
from formcheck.annotate.scene import scale
from formcheck.errors import InputError
from formcheck.live.view import View
from formcheck.live.words import State, countdown_s, headline, status_words
from formcheck.results.describe import known
from formcheck.serve.access import without_path
from formcheck.video.reader import MAX_SIDE_PX, Frame

__all__ = ["message", "read_frame"]

_HEAD = struct.Struct(">d")


def read_frame(data: bytes, index: int, after_s: float) -> Frame:
    """One picture as the page sends it: its time in seconds (8 bytes), then a JPEG.

    Raises
    ------
    InputError
        If it is anything else. Its size is read before memory is asked for.
    """
    from PIL import Image

    if len(data) <= _HEAD.size:
        raise InputError("There is no picture.")
    (time_s,) = _HEAD.unpack_from(data)
    if not after_s < time_s < 1e7:
        raise InputError("The picture's time is not after that of the one before.")
    try:
        with Image.open(io.BytesIO(data[_HEAD.size :]), formats=["JPEG"]) as head:
            size = head.size
    except (OSError, ValueError, Image.DecompressionBombError) as error:
        raise InputError("The picture is no JPEG.") from error
    if not 64 <= min(size) <= max(size) <= MAX_SIDE_PX:
        raise InputError(f"The picture has {size[0]}x{size[1]} pixels.")
    picture = cv2.imdecode(np.frombuffer(data, np.uint8, offset=_HEAD.size), cv2.IMREAD_COLOR)
    if picture is None:
        raise InputError("The picture is damaged.")
    return Frame(index, time_s, np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB), np.uint8))


def message(view: View, out: Path) -> dict[str, Any]:
    """What the page is to show with the frame, and nothing of where the results lie."""
    line, colour = headline(view)
    shown: dict[str, Any] = {
        "line": line,
        "colour": _css(colour),
        "status": status_words(view, State(mirror=False, sound=True)),
        "ready": view.ready,
        "reps": 0,
        "cues": [{"code": c.code, "words": c.words, "severity": c.severity} for c in view.cues],
        "events": [{"kind": e.kind, "text": without_path(e.text, out)} for e in view.events],
        "angle": None,
        "back": [],
    }
    if view.reading is not None:
        shown |= _measured(view)
    return shown


def _measured(view: View) -> dict[str, Any]:
    reading = view.reading
    assert reading is not None
    limits = scale(reading.analysis.exercise, reading.analysis.neutral)
    present = view.present
    shown: dict[str, Any] = {
        "reps": len(reading.tally.ended),
        "countdown_s": known(countdown_s(view), 1),
        "angle": known(present.lumbar_deg, 1),
        "doubt": known(present.uncertainty_deg, 1),
        "arched": known(limits.arched_deg, 1),
        "neutral": known(limits.neutral_deg, 1),
    }
    back = present.back
    if back is not None:
        shown["back"] = [np.round(part, 1).tolist() for part in back.whole]
        shown["lumbar"] = [np.round(part, 1).tolist() for part in back.lumbar]
        shown["tint"] = _css(back.colour)
    return shown


def _css(rgb: Rgb) -> str:
    return f"rgb({rgb[0]},{rgb[1]},{rgb[2]})"
