"""Angles of the trunk and the near leg, from smoothed landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.geometry.vectors import angle_deg, unit
from formcheck.geometry.view import Facing
from formcheck.landmarks import LEFT, RIGHT, Side, middle
from formcheck.signals import lowpass, remove_spikes
from formcheck.track import PoseTrack

__all__ = ["Joints", "joint_angles", "smooth_landmarks"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# A lifter who faces right in the picture shows the camera their right side.
_NEAR: dict[Facing, Side] = {"left": LEFT, "right": RIGHT}


@dataclass(frozen=True, eq=False)
class Joints:
    """Angles in degrees and heights in trunk lengths over time, each float (N,).

    Attributes
    ----------
    trunk_lean_deg : 0 upright, + leaning forwards, to ±180.
    hip_deg : trunk to thigh, 180 straight.
    knee_deg : thigh to shank, 180 straight.
    hip_height, shoulder_height : above the ankles' lowest place in the clip.
    """

    trunk_lean_deg: FloatArray
    hip_deg: FloatArray
    knee_deg: FloatArray
    hip_height: FloatArray
    shoulder_height: FloatArray


def smooth_landmarks(track: PoseTrack, frames: BoolArray) -> FloatArray:
    """Landmarks without frames of others, single wild points and jitter.

    Returns
    -------
    float (N, 33, 2)
        In pixels; NaN where the lifter was missing for longer than a moment.
    """
    points = np.where(frames[:, None, None], track.landmarks_px, np.nan).astype(np.float64)
    for landmark in np.moveaxis(points, 1, 0):  # one by one, to keep memory flat
        clean = [remove_spikes(track.time_s, axis) for axis in landmark.T]
        landmark[:] = lowpass(track.time_s, np.stack(clean, axis=-1))
    return points


def joint_angles(points_px: FloatArray, facing: Facing, trunk_px: float) -> Joints:
    """Angles of the trunk, and of the leg on the side that the camera sees.

    Parameters
    ----------
    points_px : float (N, 33, 2)
    facing : {"left", "right"}
    trunk_px : float
        Length of the trunk, the unit of the heights.
    """
    near = _NEAR[facing]
    shoulder, hip, knee, ankle = (
        points_px[:, joint] for joint in (near.shoulder, near.hip, near.knee, near.ankle)
    )
    shoulder_mid, hip_mid = middle(points_px, "shoulder"), middle(points_px, "hip")
    ankle_mid = middle(points_px, "ankle")
    forwards = 1.0 if facing == "right" else -1.0
    trunk = unit(shoulder_mid - hip_mid)
    ground = np.nanpercentile(ankle_mid[:, 1], 90) if np.isfinite(ankle_mid).any() else np.nan
    return Joints(
        trunk_lean_deg=np.degrees(np.arctan2(forwards * trunk[:, 0], -trunk[:, 1])),
        hip_deg=angle_deg(shoulder - hip, knee - hip),
        knee_deg=angle_deg(hip - knee, ankle - knee),
        hip_height=(ground - hip_mid[:, 1]) / trunk_px,
        shoulder_height=(ground - shoulder_mid[:, 1]) / trunk_px,
    )
