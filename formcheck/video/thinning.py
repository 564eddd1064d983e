"""Fewer frames, evenly spaced by their true times; fewer still while nothing happens."""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass

import numpy as np

from formcheck.arrays import FloatArray

__all__ = ["Rests", "Thinning", "frames_apart"]

_RATE_SLACK = 0.2  # a clip up to 20 % faster than max_fps keeps every frame


# A usual camera's frames a second, to tell how much work a second of rest is.
_USUAL_FPS = 30.0


@dataclass(frozen=True)
class Rests:
    """Where a few frames a second are enough: everywhere but in the busy stretches.

    Attributes
    ----------
    busy_s : tuple of (float, float)
        When each begins and ends; they rise, and do not touch.
    fps : float
        Frames a second that are kept elsewhere.
    """

    busy_s: tuple[tuple[float, float], ...]
    fps: float

    def keeps(self, time_s: float, before_s: float) -> bool:
        """Whether a frame is kept; `before_s` is the time of the one before it.

        It depends on no other frame, so a clip that is read from the middle keeps the same.
        """
        if any(begin_s <= time_s < end_s for begin_s, end_s in self.busy_s):
            return True
        return math.floor(time_s * self.fps) != math.floor(before_s * self.fps)

    def begins_s(self, length_s: float, count: int) -> list[float]:
        """Where pieces of a clip begin that are the same work each."""
        at_s, work_s = self._work_s(length_s)
        even = np.arange(count) * work_s[-1] / count
        return [float(begin_s) for begin_s in np.interp(even, work_s, at_s)]

    def work_s(self, length_s: float) -> float:
        """How long a clip without rests is that takes as much work."""
        return float(self._work_s(length_s)[1][-1])

    def _work_s(self, length_s: float) -> tuple[FloatArray, FloatArray]:
        """Moments of a clip, and the work that is done until then."""
        inside = [edge for stretch in self.busy_s for edge in stretch if edge < length_s]
        at_s = np.array([0.0, *inside, length_s])
        middles = (at_s[1:] + at_s[:-1]) / 2
        busy = [any(a <= middle < b for a, b in self.busy_s) for middle in middles]
        rate = np.where(busy, 1.0, min(self.fps / _USUAL_FPS, 1.0))
        return at_s, np.concatenate([[0.0], np.cumsum(np.diff(at_s) * rate)])


def frames_apart(interval_s: float, max_fps: float) -> int:
    """How many frames apart the kept ones are; 1 while the interval is not known."""
    rate = 1 / interval_s if interval_s > 0 else 0.0
    return max(1, math.ceil(rate / max_fps - _RATE_SLACK))


class Thinning:
    """Picks evenly spaced frames by their times.

    Of a clip faster than `max_fps` every n-th frame is kept, n = rate / max_fps
    rounded up, so 50 fps becomes 25 and not 30 uneven ones. The rate is that of the
    last 32 frames, so n follows a clip that changes it. The half interval of
    tolerance is for the jitter of single times.
    """

    def __init__(self, max_fps: float, stated_interval_s: float) -> None:
        self._recent_s = deque[float](maxlen=32)
        self._stated_interval_s = stated_interval_s
        self._max_fps = max_fps
        self._kept_s = -math.inf

    def keeps(self, time_s: float) -> bool:
        """Whether the frame at this time, asked for in order, is kept."""
        self._recent_s.append(time_s)
        interval_s = self._interval_s()
        stride = frames_apart(interval_s, self._max_fps)
        if stride > 1 and time_s - self._kept_s < (stride - 0.5) * interval_s:
            return False
        self._kept_s = time_s
        return True

    def _interval_s(self) -> float:
        if len(self._recent_s) == 1:
            return self._stated_interval_s
        steps = np.diff(self._recent_s)
        # A mean, for times rounded to 1 ms, that one long pause does not move
        interval_s = float(np.minimum(steps, 2 * np.median(steps)).mean())
        # Of the first few, jitter alone can make a fast clip
        return max(interval_s, self._stated_interval_s) if len(steps) < 16 else interval_s
