"""Whether a machine kept up with the lifter, in a set that was measured live."""

from __future__ import annotations

import math

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.pose.track import PoseTrack

__all__ = ["LEAST_LIVE_FPS", "live_fps", "slowest_fps", "too_slow"]

# With 12 frames a second nine of ten angles are within 2° of those with 30; with 9 the tenth is
# off by 6° and repetitions are found that are none (benchmarks/live_rate.md). A machine at work
# with 11 reported an arch that was not there.
LEAST_LIVE_FPS = 12.0
# Three repetitions of a usual pace; a shorter stretch may be one program that starts.
_STRETCH_S = 10.0
# What begins has no rate yet.
_LEAST_S = 2.0


def live_fps(track: PoseTrack) -> float:
    """Frames a second in the slowest ten seconds of a live set; NaN for a clip."""
    if not track.clip.camera_frames:
        return math.nan
    return slowest_fps(track.time_s)


def slowest_fps(time_s: FloatArray) -> float:
    """Frames a second in the slowest ten seconds; NaN for less than two in all."""
    length_s = float(time_s[-1] - time_s[0])
    if length_s < _LEAST_S:
        return math.nan
    stretch_s = min(_STRETCH_S, length_s)
    starts = time_s[time_s <= time_s[-1] - stretch_s + 1e-9]
    ends = np.searchsorted(time_s, starts + stretch_s + 1e-9)
    return float((ends - np.arange(len(starts)) - 1).min() / stretch_s)


def too_slow(track: PoseTrack) -> bool:
    """Whether so many frames of a live set are missing that it cannot be judged."""
    return live_fps(track) < LEAST_LIVE_FPS
