"""Angles of the trunk and the near leg, from smoothed landmarks."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.signals import lowpass, remove_spikes
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import LEFT, RIGHT, Side, middle
from formcheck.pose.track import PoseTrack
from formcheck.vectors import angle_deg, unit

__all__ = ["Joints", "joint_angles", "smooth_landmarks"]


# Shares of the mass of a body without its arms (Dempster 1955, in Winter's table 4.1:
# trunk 0.497, head 0.081, a thigh 0.100, a shank with its foot 0.061).
_TRUNK_MASS, _HEAD_MASS, _THIGHS_MASS, _SHANKS_MASS = 0.553, 0.090, 0.222, 0.135

# Nearer to a front view than this, what is seen of the depth is landmark noise.
_MOST_YAW_DEG = 65.0

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
    thigh_rise_deg : the hip above the knee: 90 standing, 0 thigh level, - knee higher.
    hip_height, shoulder_height, head_height : above the ankles' lowest place in the clip.
    higher_hand, lower_hand : wrists above the shoulders.
    stance : distance between the ankles, forwards and backwards.
    knees_apart : one knee above the other.
    balance : middle of the body's mass in front of the ankles.
    """

    trunk_lean_deg: FloatArray
    hip_deg: FloatArray
    knee_deg: FloatArray
    thigh_rise_deg: FloatArray
    hip_height: FloatArray
    shoulder_height: FloatArray
    head_height: FloatArray
    higher_hand: FloatArray
    lower_hand: FloatArray
    stance: FloatArray
    knees_apart: FloatArray
    balance: FloatArray

    @property
    def trunk_tilt_deg(self) -> FloatArray:
        """Trunk from upright, to whichever side: the same for a lifter who turned round."""
        return np.abs(self.trunk_lean_deg)


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


def joint_angles(
    points_px: FloatArray, facing: Facing, trunk_px: float, yaw_deg: float = 0.0
) -> Joints:
    """Angles of the trunk, and of the leg on the side that the camera sees.

    Parameters
    ----------
    points_px : float (N, 33, 2)
    facing : {"left", "right"}
    trunk_px : float
        Length of the trunk, the unit of the heights.
    yaw_deg : float
        By which the lifter is turned from a side view, so that lengths look shorter.
    """
    near = _NEAR[facing]
    shoulder, hip, knee, ankle = (
        points_px[:, joint] for joint in (near.shoulder, near.hip, near.knee, near.ankle)
    )
    shoulder_mid, hip_mid = middle(points_px, "shoulder"), middle(points_px, "hip")
    ankle_mid = middle(points_px, "ankle")
    forwards = 1.0 if facing == "right" else -1.0
    trunk = unit(shoulder_mid - hip_mid)
    thigh = hip - knee
    foreshortened = np.cos(np.radians(np.clip(np.nan_to_num(yaw_deg), 0.0, _MOST_YAW_DEG)))
    hands = (shoulder_mid[:, 1, None] - points_px[:, [LEFT.wrist, RIGHT.wrist], 1]) / trunk_px
    ground = np.nanpercentile(ankle_mid[:, 1], 90) if np.isfinite(ankle_mid).any() else np.nan
    return Joints(
        trunk_lean_deg=np.degrees(np.arctan2(forwards * trunk[:, 0], -trunk[:, 1])),
        hip_deg=angle_deg(shoulder - hip, knee - hip),
        knee_deg=angle_deg(hip - knee, ankle - knee),
        thigh_rise_deg=np.degrees(np.arctan2(-thigh[:, 1], np.abs(thigh[:, 0]))),
        hip_height=(ground - hip_mid[:, 1]) / trunk_px,
        shoulder_height=(ground - shoulder_mid[:, 1]) / trunk_px,
        head_height=(ground - middle(points_px, "ear")[:, 1]) / trunk_px,
        higher_hand=hands.max(axis=1),
        lower_hand=hands.min(axis=1),
        stance=np.abs(points_px[:, LEFT.ankle, 0] - points_px[:, RIGHT.ankle, 0]) / trunk_px,
        knees_apart=np.abs(points_px[:, LEFT.knee, 1] - points_px[:, RIGHT.knee, 1]) / trunk_px,
        balance=forwards * (_mass_middle(points_px) - ankle_mid)[:, 0] / (trunk_px * foreshortened),
    )


def _mass_middle(points_px: FloatArray) -> FloatArray:
    """Middle of the mass of trunk, head and legs, float (N, 2)."""
    ear, shoulder, hip, knee, ankle = (
        middle(points_px, joint) for joint in ("ear", "shoulder", "hip", "knee", "ankle")
    )
    return (
        _TRUNK_MASS * (shoulder + hip) / 2
        + _HEAD_MASS * ear
        + _THIGHS_MASS * (hip + knee) / 2
        + _SHANKS_MASS * (knee + ankle) / 2
    )
