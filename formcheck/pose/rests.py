"""Where nothing happens for long, a few frames a second are enough.

A long clip is glanced through first. Where nobody is there, or somebody who keeps still, its
frames are looked at no more often when it is read; everything else, and what lies around it,
is read in full. What the frames in between would have shown is filled in.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.recorder import in_steps
from formcheck.pose.track import PoseTrack
from formcheck.video.thinning import frames_apart

__all__ = [
    "GLANCE_FPS",
    "LEAST_GLANCED_S",
    "WHOLE",
    "busy_stretches_s",
    "filled",
    "worth_reading_s",
]

# Four a second tell a lifter who moves from one who does not: benchmarks/rests.md, which holds
# the limits below against posed sets and labelled clips.
GLANCE_FPS = 4.0
# A set of ten repetitions takes 30 to 45 seconds: a shorter clip has no long rests, and the
# glance would be lost.
LEAST_GLANCED_S = 45.0
# Unless that share of the clip is rest, the clip is read as if there were none.
_LEAST_SHARE = 0.3

# Who keeps hips, shoulders and hands this still, in trunk lengths, so long before and after a
# moment, rests in it.
_AROUND_S, _STILL_TRUNKS = 1.0, 0.1
_MOVES = ("shoulder", "hip", "wrist")
# A neutral is measured of one who stands still before the set, and a set ends standing.
_MARGIN_S = 2.5
# Shorter rests are not worth it.
_LEAST_REST_S = 2.0


# All of a clip, as stretches.
WHOLE = ((0.0, math.inf),)


def worth_reading_s(glance: PoseTrack) -> tuple[tuple[float, float], ...]:
    """Which stretches of a clip are to be read in full; `WHOLE` if rests are not worth it.

    Of a clip in which nobody ever moves, every frame may matter to say why.

    Parameters
    ----------
    glance : PoseTrack
        The clip, looked at `GLANCE_FPS` times a second.
    """
    busy_s = busy_stretches_s(glance)
    length_s = float(glance.time_s[-1])
    worked_s = sum(min(end_s, length_s) - begin_s for begin_s, end_s in busy_s)
    if glance.cut.any() or not busy_s or worked_s > (1 - _LEAST_SHARE) * length_s:
        return WHOLE
    return busy_s


def busy_stretches_s(glance: PoseTrack) -> tuple[tuple[float, float], ...]:
    """When the lifter moves, with what lies around it: when each stretch begins and ends."""
    busy_s: list[tuple[float, float]] = []
    for at_s in glance.time_s[_moving(glance)]:
        begin_s, end_s = max(float(at_s) - _MARGIN_S, 0.0), float(at_s) + _MARGIN_S
        if busy_s and begin_s - busy_s[-1][1] < _LEAST_REST_S:
            begin_s, _ = busy_s.pop()
        busy_s.append((begin_s, end_s))
    return tuple(busy_s)


def _moving(glance: PoseTrack) -> NDArray[np.intp]:
    """Frames around which the lifter moves, by their rising indices."""
    time_s, found = glance.time_s, glance.found
    if not found.any():
        return np.arange(0)
    trunk_px = np.linalg.norm(glance.shoulder_px - glance.hip_px, axis=1)
    most_px = _STILL_TRUNKS * float(np.median(trunk_px[found]))
    points = glance.landmarks_px[:, [getattr(side, j) for side in (LEFT, RIGHT) for j in _MOVES]]
    begins = np.searchsorted(time_s, time_s - _AROUND_S)
    ends = np.searchsorted(time_s, time_s + _AROUND_S, side="right")
    around = (points[a:b][found[a:b]] for a, b in zip(begins, ends, strict=True))
    return np.flatnonzero([len(some) and np.ptp(some, axis=0).max() > most_px for some in around])


def filled(track: PoseTrack, times_s: FloatArray) -> PoseTrack:
    """A track with the frames that were left out at rest.

    They lie between two that were looked at, and show what lies between them: nobody where one
    of the two shows nobody. `PoseTrack.looked` tells them.

    Parameters
    ----------
    track : PoseTrack
        Whose `frame` are indices of `times_s`.
    times_s : float (M,)
        Times of all frames of the clip.
    """
    step_s = float(np.median(np.diff(times_s)))
    apart = frames_apart(step_s, track.max_fps or math.inf)
    wide = np.flatnonzero(np.diff(track.frame) > apart)
    between = [np.arange(track.frame[at] + apart, track.frame[at + 1], apart) for at in wide]
    frame = np.sort(np.concatenate([track.frame, *between]))
    looked = np.isin(frame, track.frame)
    after = np.searchsorted(track.frame, frame)
    before = after - ~looked
    time_s = times_s[frame]
    share = (time_s - track.time_s[before]) / np.where(
        looked, 1.0, track.time_s[after] - track.time_s[before]
    )
    arrays: dict[str, Any] = {
        name: in_steps(name, _between(getattr(track, name), before, after, share))
        for name in ("landmarks_px", "visibility", "profile")
    }
    arrays["profile_sd"] = np.maximum(track.profile_sd[before], track.profile_sd[after])
    arrays["camera"] = np.where(looked[:, None], track.camera[after], np.float32(0))
    arrays["cut"] = track.cut[after] & looked
    arrays["discs"] = np.where(looked[:, None, None], track.discs[after], np.float32(np.nan))
    return replace(track, frame=frame, time_s=time_s, looked=looked, **arrays)


def _between(
    values: NDArray[np.float32],
    before: NDArray[np.intp],
    after: NDArray[np.intp],
    share: FloatArray,
) -> NDArray[np.float32]:
    """Values of the frames between two others; NaN where one of the two is."""
    share = share.reshape(-1, *(1,) * (values.ndim - 1)).astype(np.float32)
    inside = values[before] + share * (values[after] - values[before])
    return np.where(share == 0, values[after], inside)
