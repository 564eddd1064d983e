"""Fewer frames, evenly spaced by their true times."""

from __future__ import annotations

import math
from collections import deque

import numpy as np

__all__ = ["Thinning", "begins_step", "frames_apart"]

_RATE_SLACK = 0.2  # a clip up to 20 % faster than max_fps keeps every frame


def frames_apart(interval_s: float, max_fps: float) -> int:
    """How many frames apart the kept ones are; 1 while the interval is not known."""
    rate = 1 / interval_s if interval_s > 0 else 0.0
    return max(1, math.ceil(rate / max_fps - _RATE_SLACK))


def begins_step(time_s: float, before_s: float, fps: float) -> bool:
    """Whether a frame is the first in one of the even steps of 1 / `fps`; not if none is before it.

    It depends on the frame before it alone, so a clip that is read from the middle has the same.
    """
    return not math.isnan(before_s) and math.floor(time_s * fps) != math.floor(before_s * fps)


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
