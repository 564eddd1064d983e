"""The outline of the back, carried over to a steady axis and freed of what covers it.

The axis is the smoothed hip→shoulder direction with the trunk's length fixed for
the clip. On it the outline is a curve d(u): the height of the back over the axis
along u = 0 (hip) … 1 (shoulder), both in trunk lengths.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.geometry.vectors import cross, distance_to_segment, length, unit
from formcheck.geometry.view import Facing
from formcheck.landmarks import LEFT, RIGHT, middle
from formcheck.outline import outline_points_px
from formcheck.track import PoseTrack

__all__ = ["DorsalCurve", "dorsal_curve"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Where the lumbar part and a margin around it lie, in trunk lengths from the hip.
# Above 0.72 the shoulder blade begins, below 0.12 the buttock.
LUMBAR_FROM, LUMBAR_TO = 0.12, 0.72

# A bare outline steps less than this from station to station on the labelled
# clips (95th percentile 0.05); more is where it leaves the back for something else.
MAX_STEP = 0.06

# Half-widths of an upper arm and a forearm, in trunk lengths: some 10 and 8 cm
# across on a trunk of 50. An outline this near to an arm's bone is the arm's.
_UPPER_ARM, _FOREARM = 0.10, 0.08

# With the hands at the shoulders, an upper back that stands out further than this
# is a plate: bare ones reach 0.37 on the labelled clips, plates 0.4-0.6. Higher up
# a head that is held back stands out as far.
_HANDS_UP = 0.5
_PLATE_BULGE = 0.38
_BELOW_THE_NECK = 0.85


@dataclass(frozen=True, eq=False)
class DorsalCurve:
    """The back's outline over time, each float (N, K) or (N, K, 2).

    Attributes
    ----------
    u, d : float (N, K)
        Along the axis from the hip and dorsally from it, in trunk lengths; `d` is
        NaN where the back was not seen or something covered it.
    px : float (N, K, 2)
        The same points in pixels, with those that are covered.
    """

    u: NDArray[np.floating]
    d: NDArray[np.floating]
    px: NDArray[np.floating]


def dorsal_curve(
    track: PoseTrack, points_px: FloatArray, frames: BoolArray, facing: Facing, trunk_px: float
) -> DorsalCurve:
    """Carry the outline over to the steady axis and leave out what is not the back.

    Parameters
    ----------
    track : PoseTrack
    points_px : float (N, 33, 2)
        Smoothed landmarks.
    frames : bool (N,)
        Frames that show the lifter.
    facing : {"left", "right"}
    trunk_px : float
        Length of the trunk in this clip.
    """
    both = outline_points_px(track.profile.astype(np.float64), track.hip_px, track.shoulder_px)
    px = both[:, 0 if facing == "right" else 1]
    px[~frames | ~np.isfinite(points_px).all(axis=(1, 2))] = np.nan
    u, d = on_axis(px, points_px, facing, trunk_px)
    covered = _on_an_arm(px, points_px, trunk_px) | ~_unbroken(u, d)
    covered |= _under_a_plate(u, d, points_px, trunk_px)[:, None]
    return DorsalCurve(u, np.where(covered, np.nan, d), px)


def on_axis(
    curve_px: FloatArray, points_px: FloatArray, facing: Facing, trunk_px: float
) -> tuple[FloatArray, FloatArray]:
    """Carry points (N, K, 2) over to the hip→shoulder axis, in trunk lengths.

    Returns
    -------
    u, d : float (N, K)
        Along the axis from where the hip would be, and dorsally from it.
    """
    hip, shoulder = middle(points_px, "hip"), middle(points_px, "shoulder")
    axis = unit(shoulder - hip)[:, None]
    # Tied to the middle of the trunk, where the errors of hip and shoulder halve.
    offset = (curve_px - ((hip + shoulder) / 2)[:, None]) / trunk_px
    dorsal = -1.0 if facing == "right" else 1.0
    return (offset * axis).sum(axis=-1) + 0.5, dorsal * cross(axis, offset)


def _unbroken(u: FloatArray, d: FloatArray) -> BoolArray:
    """Points on the longest stretch of the lumbar part without a step, bool (N, K).

    A step is where the outline leaves the back for something in front of it.
    """
    inside = (u >= LUMBAR_FROM) & (u <= LUMBAR_TO) & np.isfinite(d)
    step = np.abs(np.diff(d, axis=1, prepend=d[:, :1])) > MAX_STEP
    stretch = np.cumsum(step, axis=1)
    numbers = np.arange(int(stretch.max(initial=0)) + 1)
    size = (inside[:, :, None] & (stretch[:, :, None] == numbers)).sum(axis=1)
    return np.asarray(stretch == size.argmax(axis=1)[:, None])


def _under_a_plate(
    u: FloatArray, d: FloatArray, points_px: FloatArray, trunk_px: float
) -> BoolArray:
    """Frames in which a plate covers the back of a lifter with the bar on it, bool (N,)."""
    wrist = middle(points_px, "wrist")
    shoulder = middle(points_px, "shoulder")
    upper = (u > 0.65) & (u < _BELOW_THE_NECK)
    bulges = (upper & (d > _PLATE_BULGE)).any(axis=1)
    return np.asarray(bulges & (length(wrist - shoulder) < _HANDS_UP * trunk_px))


def _on_an_arm(curve_px: FloatArray, points_px: FloatArray, trunk_px: float) -> BoolArray:
    """Points of the outline that an arm makes, bool (N, K)."""
    on_arm = np.zeros(curve_px.shape[:2], dtype=np.bool_)
    for side in (LEFT, RIGHT):
        for start, end, half_width in (
            (side.shoulder, side.elbow, _UPPER_ARM),
            (side.elbow, side.wrist, _FOREARM),
        ):
            gap = distance_to_segment(curve_px, points_px[:, start], points_px[:, end])
            on_arm |= gap < half_width * trunk_px
    return on_arm
