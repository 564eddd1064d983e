"""The browser's camera: pictures come in, what to draw on them goes back."""

from __future__ import annotations

import io
import struct
from dataclasses import asdict
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from formcheck.annotate.colours import Rgb
from formcheck.assessment.scale import scale
from formcheck.errors import InputError
from formcheck.live.cues import change_words
from formcheck.live.events import Event
from formcheck.live.rep_words import depth_of, tempo_words
from formcheck.live.view import LiveView
from formcheck.live.words import State, countdown_s, headline, status_words
from formcheck.results.describe import known
from formcheck.serve.access import without_path
from formcheck.video.reader import MAX_SIDE_PX, Frame

__all__ = ["message", "read_frame", "told"]

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


def message(view: LiveView, out: Path) -> dict[str, Any]:
    """What the page is to show and to say with the frame, and nothing of where results lie."""
    line = headline(view)
    shown: dict[str, Any] = {
        "line": line.words,
        "more": line.more,
        "colour": _css(line.colour),
        "status": status_words(view, State(mirror=False, sound=True)),
        "ready": view.ready,
        "set": view.set_number,
        "reps": 0,
        "cues": [asdict(cue) | {"change": change_words(cue.code)} for cue in view.cues],
        "events": [told(event, out) for event in view.events],
        "angle": None,
        "back": [],
    }
    if view.reading is not None:
        shown |= _measured(view)
    return shown


def told(event: Event, out: Path) -> dict[str, Any]:
    """An event for the page: a folder is named by its last part."""
    data = dict(event.data)
    if "folder" in data:
        data["folder"] = Path(data["folder"]).name
    return {
        "kind": event.kind,
        "text": without_path(event.text, out),
        "lines": list(event.lines),
        "spoken": event.spoken,
        "data": data,
    }


def _measured(view: LiveView) -> dict[str, Any]:
    reading = view.reading
    assert reading is not None
    limits = scale(reading.analysis.exercise, reading.analysis.neutral)
    present = view.present
    ended = reading.tally.ended
    shown: dict[str, Any] = {
        "reps": len(ended),
        "countdown_s": known(countdown_s(view), 1),
        "angle": known(present.lumbar_deg, 1),
        "doubt": known(present.uncertainty_deg, 1),
        "arched": known(limits.arched_deg, 1),
        "neutral": known(limits.neutral_deg, 1),
        "depth": None,
        "most": None,
        "tempo": "",
    }
    if ended:
        depth = depth_of(ended[-1].depth)
        shown["depth"] = asdict(depth) if depth else None
        shown["most"] = known(ended[-1].measures.peak_deg, 1)
        shown["tempo"] = tempo_words(ended[-1].measures)
    back = present.back
    if back is not None:
        shown["back"] = [np.round(part, 1).tolist() for part in back.whole]
        shown["lumbar"] = [np.round(part, 1).tolist() for part in back.lumbar]
        shown["tint"] = _css(back.colour)
    return shown


def _css(rgb: Rgb) -> str:
    return f"rgb({rgb[0]},{rgb[1]},{rgb[2]})"
