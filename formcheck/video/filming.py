"""How fast and when a clip was filmed, by its tags, its name and its file."""

from __future__ import annotations

import datetime
import re
from collections.abc import Mapping
from pathlib import PurePath
from typing import Literal

__all__ = ["DateSource", "filmed_on", "slow_motion", "speaks_of_slow_motion"]

DateSource = Literal["clip", "name", "file", ""]

# Written by Android's cameras; by other tools into the same place.
_CAPTURE_RATES = ("com.android.capture.fps", "com.apple.quicktime.capture.fps", "capture_fps")
_SLOW = re.compile(r"slo[w_ -]*mo|slow[_ -]?motion|high[_ -]?frame[_ -]?rate", re.IGNORECASE)
# Phones lower their rate in the dark by less; slow motion begins at twice the usual.
_REAL_TIME = 0.8, 1.25
_MOST_FPS = 10_000.0
_DATE_TAGS = ("com.apple.quicktime.creationdate", "creation_time", "date")
_FIRST_YEAR = 2000  # before, no phone filmed; the epochs of clocks that were not set lie there
_IN_NAME = re.compile(
    r"(?<!\d)(20\d\d)([-_.]?)(0[1-9]|1[0-2])\2(0[1-9]|[12]\d|3[01])(?=\D|$|\d{6}(?:\d{3})?(?!\d))"
)


def slow_motion(tags: Mapping[str, str], fps: float | None) -> float:
    """How many times slower a clip plays than it was filmed; 1 unless its tags say otherwise.

    Parameters
    ----------
    tags : mapping
        Of the file.
    fps : float or None
        At which it plays.
    """
    told = next((tags[name] for name in _CAPTURE_RATES if name in tags), "")
    try:
        capture_fps = float(told)
    except ValueError:
        return 1.0
    if not fps or not 0 < capture_fps < _MOST_FPS:
        return 1.0
    factor = capture_fps / fps
    low, high = _REAL_TIME
    if low <= factor <= high:
        return 1.0
    # Every n-th frame's time, or n times it; what is told of the rate is less exact.
    return float(round(factor)) if factor > 1 else 1 / round(1 / factor)


def speaks_of_slow_motion(tags: Mapping[str, str]) -> bool:
    """Whether the tags name slow motion; without its rate, speeds are in doubt."""
    return any(_SLOW.search(f"{name} {value}") for name, value in tags.items())


def filmed_on(
    tags: Mapping[str, str], name: str, written: datetime.datetime | None
) -> tuple[str, DateSource]:
    """The day of filming as ``YYYY-MM-DD``, and what says so; empty if nothing does.

    Parameters
    ----------
    tags : mapping
        Of the file.
    name : str
        Of the file.
    written : datetime or None
        When it was last written, which unzipping or copying changes.
    """
    today = datetime.datetime.now().astimezone().date()
    told = next((day for tag in _DATE_TAGS if (day := _day(tags.get(tag, ""), today))), None)
    if told:
        return told.isoformat(), "clip"
    if found := _IN_NAME.search(PurePath(name).stem):
        try:
            day = datetime.date(int(found[1]), int(found[3]), int(found[4]))
        except ValueError:  # 31 February
            day = datetime.date.max
        if day <= today + datetime.timedelta(days=1):
            return day.isoformat(), "name"
    return (written.date().isoformat(), "file") if written else ("", "")


def _day(text: str, today: datetime.date) -> datetime.date | None:
    """The day of a time stamp where it was filmed, or here; None if it cannot be."""
    try:
        at = datetime.datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.utcoffset() == datetime.timedelta(0):  # MP4 knows no other zone
        at = at.astimezone()
    plausible = at.year >= _FIRST_YEAR and at.date() <= today + datetime.timedelta(days=1)
    return at.date() if plausible else None
