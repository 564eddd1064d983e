"""The outline of the trunk, carried over to a steady axis and freed of what covers it.

The axis is the smoothed hip→shoulder direction with the trunk's length fixed for
the clip. On it the outline is a curve d(u): its height over the axis along u = 0 (hip)
… 1 (shoulder), both in trunk lengths. It is the back's; only for a lifter who lies on
it, with arms and floor in front of it, the front's.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import LEFT, RIGHT, Side, middle
from formcheck.pose.outline import outline_points_px
from formcheck.pose.track import PoseTrack
from formcheck.vectors import cross, distance_to_segment, length, unit

__all__ = [
    "Surface",
    "TrunkCurve",
    "back_is_hidden",
    "looks_down",
    "on_axis",
    "trunk_curve",
    "unbroken",
]

Surface = Literal["dorsal", "ventral"]

# Where the lumbar part and a margin around it lie, in trunk lengths from the hip.
# Above 0.72 the shoulder blade begins, below 0.12 the buttock.
LUMBAR_FROM, LUMBAR_TO = 0.12, 0.72

# A bare outline steps less than this from station to station on the labelled
# clips (95th percentile 0.05); more is where it leaves the back for something else.
MAX_STEP = 0.06

# Half-widths of an upper arm, a forearm and a thigh, in trunk lengths: some 10, 8 and
# 17 cm across on a trunk of 50. An outline this near to a bone is that limb's.
_UPPER_ARM, _FOREARM, _THIGH = 0.10, 0.08, 0.17
# On the front an arm lies upon the trunk, and its sleeve with it.
_SLEEVE = 0.03
# Behind the trunk of one who lies, the far arm shows as a strip along the belly. MediaPipe, to
# which it is hidden, guesses it some 0.1 lower: of 64 rendered bridges with that strip 49 had a
# flexion, off by 6.1 degrees (median) and up to 41; without it 26, by 3.8 and up to 18.
_GUESSED = 0.10

# An elbow or a hand that stands out this far behind the axis reaches the outline of the
# back, which lies at 0.15-0.3; from half a limb's width and a landmark's error below it
# upwards the outline is the arm's. Hanging arms stay within 0.08 on rendered lifters.
_ARM_BEHIND, _BELOW_ARM = 0.10, 0.14
_LOWEST_ARM = 0.3

# With the hands on a bar across the shoulders (at the ears they are higher), an upper
# back that stands out further than this is a plate: bare ones reach 0.37 on the
# labelled clips, plates 0.4-0.6. Higher up a head that is held back stands out as far.
_HANDS_NEAR, _HANDS_BELOW = 0.5, 1.1
_PLATE_BULGE = 0.38
_BELOW_THE_NECK = 0.85
# A plate that shows in this share of the frames is there in the others, too.
_PLATE_SHARE = 0.2
# The lowest that it reaches down.
_PLATE_FROM = 0.4

# Lying: the back looks down to within some 50 degrees. Hidden: less than half of the
# lumbar stations are seen.
_LOOKS_DOWN = 0.64
_HIDDEN = 0.5


@dataclass(frozen=True, eq=False)
class TrunkCurve:
    """One side of the trunk's outline over time, each float (N, K) or (N, K, 2).

    Attributes
    ----------
    u, d : float (N, K)
        Along the axis from the hip, and out from it, in trunk lengths; `d` is
        NaN where the outline was not seen or something covered it.
    px : float (N, K, 2)
        The same points in pixels, with those that are covered.
    sd : float (N, K)
        Standard deviation of `d`, in trunk lengths.
    """

    u: NDArray[np.floating]
    d: NDArray[np.floating]
    px: NDArray[np.floating]
    sd: NDArray[np.floating]


def trunk_curve(  # noqa: PLR0917 - one more than five, all needed
    track: PoseTrack,
    points_px: FloatArray,
    frames: BoolArray,
    facing: Facing,
    trunk_px: float,
    surface: Surface = "dorsal",
) -> TrunkCurve:
    """Carry the outline over to the steady axis and leave out what is not the trunk.

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
    surface : {"dorsal", "ventral"}
        Back or front.
    """
    both = outline_points_px(track.profile.astype(np.float64), track.hip_px, track.shoulder_px)
    side = int((facing == "right") != (surface == "dorsal"))
    px = both[:, side]
    px[~frames | ~np.isfinite(points_px).all(axis=(1, 2))] = np.nan
    u, dorsally = on_axis(px, points_px, facing, trunk_px)
    if surface == "dorsal":
        d = dorsally
        covered = _on_an_arm(px, points_px, trunk_px) | _behind_an_arm(
            u, points_px, facing, trunk_px
        )
        covered |= _under_a_plate(u, d, points_px, facing, trunk_px)
    else:
        d = -dorsally
        far = LEFT if facing == "right" else RIGHT
        covered = _on_an_arm(px, points_px, trunk_px, margin=_SLEEVE)
        covered |= _on_an_arm(px, points_px, trunk_px, (far,), margin=_SLEEVE + _GUESSED)
        covered |= _on_a_thigh(px, points_px, trunk_px)
    covered |= ~unbroken(u, d)
    sd = track.profile_sd[:, side] * _axis_share(track, trunk_px)[:, None]
    return TrunkCurve(u, np.where(covered, np.nan, d), px, sd)


def back_is_hidden(curve: TrunkCurve, points_px: FloatArray, facing: Facing) -> bool:
    """Whether the lifter lies on the back for most of the clip, and it is not seen."""
    known = np.isfinite(points_px).all(axis=(1, 2))
    if not known.any() or float(looks_down(points_px, facing)[known].mean()) < _HIDDEN:
        return False
    inside = (curve.u >= LUMBAR_FROM) & (curve.u <= LUMBAR_TO)
    return bool(np.isfinite(curve.d[inside]).sum() < _HIDDEN * inside.sum())


def looks_down(points_px: FloatArray, facing: Facing) -> BoolArray:
    """Frames in which the back is turned to the floor, bool (N,)."""
    with np.errstate(invalid="ignore"):
        return np.asarray(_dorsal_direction(points_px, facing)[:, 1] > _LOOKS_DOWN)


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


def _axis_share(track: PoseTrack, trunk_px: float) -> FloatArray:
    """Length of each frame's own axis in trunk lengths, float (N,)."""
    return np.asarray(length(track.shoulder_px - track.hip_px) / trunk_px)


def _dorsal_direction(points_px: FloatArray, facing: Facing) -> FloatArray:
    """Unit vectors (N, 2) out of the back."""
    axis = unit(middle(points_px, "shoulder") - middle(points_px, "hip"))
    left = np.stack([axis[:, 1], -axis[:, 0]], axis=1)
    return left if facing == "right" else -left


def unbroken(u: NDArray[np.floating], d: NDArray[np.floating]) -> BoolArray:
    """Points on the longest stretch of the lumbar part without a step, bool (N, K).

    A step is where the outline leaves the trunk for something in front of it.
    """
    inside = (u >= LUMBAR_FROM) & (u <= LUMBAR_TO) & np.isfinite(d)
    step = np.abs(np.diff(d, axis=1, prepend=d[:, :1])) > MAX_STEP
    stretch = np.cumsum(step, axis=1)
    numbers = np.arange(int(stretch.max(initial=0)) + 1)
    size = (inside[:, :, None] & (stretch[:, :, None] == numbers)).sum(axis=1)
    return np.asarray(stretch == size.argmax(axis=1)[:, None])


def _under_a_plate(
    u: FloatArray, d: FloatArray, points_px: FloatArray, facing: Facing, trunk_px: float
) -> BoolArray:
    """Points of the upper back where a plate on the shoulders covers it, bool (N, K)."""
    wrist, shoulder = middle(points_px, "wrist"), middle(points_px, "shoulder")
    wrist_u, _ = on_axis(wrist[:, None], points_px, facing, trunk_px)
    carried = length(wrist - shoulder) < _HANDS_NEAR * trunk_px
    carried &= wrist_u[:, 0] < _HANDS_BELOW
    upper = (u > 0.65) & (u < _BELOW_THE_NECK)
    bulges = carried & (upper & (d > _PLATE_BULGE)).any(axis=1)
    covered = carried if bulges.sum() > _PLATE_SHARE * carried.sum() else bulges
    return np.asarray(covered[:, None] & (u > _PLATE_FROM))


def _behind_an_arm(
    u: FloatArray, points_px: FloatArray, facing: Facing, trunk_px: float
) -> BoolArray:
    """Points of the back above an elbow or a hand that is held behind it, bool (N, K)."""
    joints = [joint for side in (LEFT, RIGHT) for joint in (side.elbow, side.wrist)]
    at_u, at_d = on_axis(points_px[:, joints], points_px, facing, trunk_px)
    behind = (at_d > _ARM_BEHIND) & (at_u > _LOWEST_ARM)
    lowest = np.where(behind, at_u, np.inf).min(axis=1)
    return np.asarray(u > lowest[:, None] - _BELOW_ARM)


def _on_an_arm(
    curve_px: FloatArray,
    points_px: FloatArray,
    trunk_px: float,
    sides: tuple[Side, ...] = (LEFT, RIGHT),
    *,
    margin: float = 0.0,
) -> BoolArray:
    """Points of the outline that an arm makes, bool (N, K)."""
    bones = [
        bone
        for side in sides
        for bone in (
            (side.shoulder, side.elbow, _UPPER_ARM + margin),
            (side.elbow, side.wrist, _FOREARM + margin),
        )
    ]
    return _near(curve_px, points_px, trunk_px, bones)


def _on_a_thigh(curve_px: FloatArray, points_px: FloatArray, trunk_px: float) -> BoolArray:
    """Points of the outline that a thigh makes, bool (N, K)."""
    bones = [(side.hip, side.knee, _THIGH) for side in (LEFT, RIGHT)]
    return _near(curve_px, points_px, trunk_px, bones)


def _near(
    curve_px: FloatArray,
    points_px: FloatArray,
    trunk_px: float,
    bones: list[tuple[int, int, float]],
) -> BoolArray:
    """Points nearer to a bone than the limb is wide, bool (N, K)."""
    near = np.zeros(curve_px.shape[:2], dtype=np.bool_)
    for start, end, half_width in bones:
        gap = distance_to_segment(curve_px, points_px[:, start], points_px[:, end])
        near |= gap < half_width * trunk_px
    return near
