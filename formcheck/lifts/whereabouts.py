"""Where the lifter is, and when they walk from there: no repetition goes anywhere."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.signals import runs
from formcheck.pose.landmarks import LEFT, RIGHT, middle
from formcheck.vectors import length

__all__ = ["Whereabouts", "whereabouts"]

# Feet, hips and shoulders go the same way by this many trunk lengths within the window.
# Walking is some 1.5 trunk lengths a second; a lift leaves the feet, and where plates hide
# them and they are guessed with the hips, shoulders and hips go different ways.
_WALKED_TRUNKS, _WALKED_S = 0.3, 0.6
_LEAST_WALK_S = 0.4
# Who comes to the camera, or goes, is upright and grows by this share within the window,
# leg and trunk alike, and the foot that stands moves down, or up.
_GROWN, _LOWER_TRUNKS, _UPRIGHT_DEG = 0.05, 0.06, 25.0
# The first step and the last one are slower.
_STEP_S = 0.5
# Whoever is somewhere else at the end of a swing has walked, however slowly.
_ELSEWHERE_TRUNKS = 0.4


@dataclass(frozen=True, eq=False)
class Whereabouts:
    """Where the lifter is, over time.

    Attributes
    ----------
    shoulders, hips, feet : float (N, 2)
        Middles in the picture, in trunk lengths.
    walking : bool (N,)
        Frames in which the lifter goes from one place to another.
    """

    shoulders: FloatArray
    hips: FloatArray
    feet: FloatArray
    walking: BoolArray

    def elsewhere(self, start: int, end: int) -> bool:
        """Whether shoulders, hips and feet are further on in one frame than in another.

        Feet that plates hide are guessed with the hips; who straightens up takes the hips
        forwards and the shoulders back.
        """
        gone = [
            float(part[end, 0] - part[start, 0]) for part in (self.shoulders, self.hips, self.feet)
        ]
        one_way = min(gone) > 0 or max(gone) < 0
        return one_way and min(abs(gone[1]), abs(gone[2])) > _ELSEWHERE_TRUNKS


def whereabouts(time_s: FloatArray, points: FloatArray, trunk_px: float) -> Whereabouts:
    """Follow hips and feet of landmarks, float (N, 33, 2)."""
    hips, feet = middle(points, "hip") / trunk_px, middle(points, "ankle") / trunk_px
    shoulders = middle(points, "shoulder") / trunk_px
    standing = _lower_foot(points) / trunk_px
    walks = _along(time_s, shoulders, hips, feet)
    walks |= _to_the_camera(time_s, shoulders, hips, standing)
    return Whereabouts(shoulders, hips, feet, _lasting(time_s, walks))


def _lower_foot(points: FloatArray) -> FloatArray:
    """The ankle that stands, float (N, 2): a far leg that is hidden is guessed, and flies up."""
    left, right = points[:, LEFT.ankle], points[:, RIGHT.ankle]
    return np.where((left[:, 1] > right[:, 1])[:, None], left, right)


def _along(time_s: FloatArray, *parts: FloatArray) -> BoolArray:
    """Frames in which all parts go the same way across the picture, bool (N,)."""
    gone = np.stack([_gone(time_s, part)[:, 0] for part in parts], axis=1)
    with np.errstate(invalid="ignore"):
        forwards, backwards = gone.min(axis=1), -gone.max(axis=1)
        return np.asarray(np.maximum(forwards, backwards) > _WALKED_TRUNKS)


def _to_the_camera(
    time_s: FloatArray, shoulders: FloatArray, hips: FloatArray, foot: FloatArray
) -> BoolArray:
    """Frames in which the lifter grows or shrinks as one who comes or goes, bool (N,)."""
    trunk, leg = shoulders - hips, hips - foot
    with np.errstate(invalid="ignore", divide="ignore"):
        sizes = np.log(np.stack([length(trunk), length(leg)], axis=1))
        upright = -trunk[:, 1] > np.cos(np.radians(_UPRIGHT_DEG)) * length(trunk)
        grown, down = _gone(time_s, sizes), _gone(time_s, foot)[:, 1:]
        lower = down[:, 0]
        nearer = (grown.min(axis=1) > _GROWN) & (lower > _LOWER_TRUNKS)
        farther = (grown.max(axis=1) < -_GROWN) & (lower < -_LOWER_TRUNKS)
        return np.asarray(upright & (nearer | farther))


def _lasting(time_s: FloatArray, walks: BoolArray) -> BoolArray:
    """Those walks that are more than a step, with their first and last one."""
    kept = np.zeros_like(walks)
    for start, stop in runs(walks):
        if time_s[stop - 1] - time_s[start] >= _LEAST_WALK_S:
            around = (time_s > time_s[start] - _STEP_S) & (time_s < time_s[stop - 1] + _STEP_S)
            kept |= around
    return kept


def _gone(time_s: FloatArray, place: FloatArray) -> FloatArray:
    """How far a place (N, 2) moves in the window around each frame."""
    known = np.asarray(np.isfinite(place).all(axis=1))
    if not known.any():
        return np.full_like(place, np.nan)
    ends = (time_s - _WALKED_S / 2, time_s + _WALKED_S / 2)
    first, last = (
        np.stack([np.interp(at, time_s[known], axis[known]) for axis in place.T], axis=1)
        for at in ends
    )
    return np.where(known[:, None], last - first, np.nan)
