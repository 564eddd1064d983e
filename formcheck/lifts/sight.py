"""What the counting sees of a clip: joints as if from the side, and where the lifter walks."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.geometry import Kinematics
from formcheck.geometry.joints import Joints, joint_angles
from formcheck.geometry.signals import runs
from formcheck.geometry.view import View
from formcheck.lifts.whereabouts import Whereabouts, whereabouts
from formcheck.pose.landmarks import middle
from formcheck.vectors import length

__all__ = ["Sight", "sight"]

# Obliquely, lengths across the picture are short by the cosine of the turn, and can be put
# back; nearer to a front view than this, what is left of them is landmark noise.
_MOST_STRETCHED_DEG = 55.0
# From the front, a trunk or a thigh is as long as it ever was seen, but for noise; and one
# that looks this much shorter may only be further from the camera.
_WHOLE_LENGTH_PERCENTILE = 95.0
_NEARER = 0.88

# Nobody stops to lift for less.
_LEAST_STAND_S = 1.0


@dataclass(frozen=True, eq=False)
class Sight:
    """What the counting sees.

    Attributes
    ----------
    joints : Joints
        Heights above where the feet are at the time, and angles as from the side.
    angles : bool
        Whether the angles are to be believed, and not heights alone.
    whereabouts : Whereabouts
        Where the lifter is, and when they walk.
    """

    joints: Joints
    angles: bool
    whereabouts: Whereabouts


def sight(kin: Kinematics) -> Sight:
    """See a clip as the counting needs it, from whichever side it was filmed."""
    view, points = kin.view, kin.steady_px
    if view.measurable or not np.isfinite(view.yaw_deg):
        joints = kin.joints
    elif view.yaw_deg <= _MOST_STRETCHED_DEG:
        points = points * [1 / np.cos(np.radians(view.yaw_deg)), 1.0]
        trunk_px = float(np.nanmedian(_trunks_px(points)))
        joints = joint_angles(points, view.facing, trunk_px)
    else:
        trunk_px = float(np.nanpercentile(_trunks_px(points), _WHOLE_LENGTH_PERCENTILE))
        joints = _from_the_front(points, view, trunk_px)
    if not view.measurable:  # across the picture feet part sideways, too
        joints = replace(joints, stance=np.full_like(joints.stance, np.nan))
    places = whereabouts(kin.time_s, kin.steady_px, kin.lifter.trunk_px)
    grounded = _on_own_ground(joints, kin.time_s, places, _trunks_px(points))
    return Sight(grounded, bool(view.yaw_deg <= _MOST_STRETCHED_DEG), places)


def _trunks_px(points: FloatArray) -> FloatArray:
    return length(middle(points, "shoulder") - middle(points, "hip"))


def _from_the_front(points: FloatArray, view: View, trunk_px: float) -> Joints:
    """Joints from heights alone; what is not told by them is NaN."""
    joints = joint_angles(points, view.facing, trunk_px)
    upright = np.clip((joints.shoulder_height - joints.hip_height) / _NEARER, -1.0, 1.0)
    rise_px = (middle(points, "knee") - middle(points, "hip"))[:, 1]
    thigh_px = np.nanpercentile(np.abs(rise_px), _WHOLE_LENGTH_PERCENTILE)
    unseen = np.full_like(upright, np.nan)
    return replace(
        joints,
        trunk_lean_deg=np.degrees(np.arccos(upright)),
        thigh_rise_deg=np.degrees(np.arcsin(np.clip(rise_px / thigh_px, -1.0, 1.0))),
        hip_deg=unseen,
        knee_deg=unseen,
        balance=unseen,
    )


def _on_own_ground(
    joints: Joints, time_s: FloatArray, places: Whereabouts, trunks: FloatArray
) -> Joints:
    """Heights above the feet, and in trunk lengths, of each stretch between two walks.

    Who is nearer to the camera stands lower and looks larger.
    """
    if not places.walking.any() or not np.isfinite(places.feet).any():
        return joints
    names = ("hip_height", "shoulder_height", "head_height")
    heights = {name: getattr(joints, name).copy() for name in names}
    whole = np.nanpercentile(places.feet[:, 1], 90)
    for start, stop in runs(~places.walking):
        down, length_here = places.feet[start:stop, 1], trunks[start:stop]
        if time_s[stop - 1] - time_s[start] < _LEAST_STAND_S or not np.isfinite(down).any():
            continue
        lower = np.nanpercentile(down, 90) - whole
        larger = np.nanpercentile(length_here, 75) / np.nanpercentile(trunks, 75)
        for height in heights.values():
            height[start:stop] = (height[start:stop] + lower) / larger
    return replace(joints, **heights)
