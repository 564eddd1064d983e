"""What moves the outline of the back besides the spine: hips, arms and the lean of the trunk.

A flexed hip flattens the buttock and draws MediaPipe's hips along; a raised arm draws the
shoulder up. The effect on the outline is learnt beside that of the spine
(`benchmarks/back_model.py`) and taken off before the spine is read, so that the posture
itself says nothing about the spine.
"""

from __future__ import annotations

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.geometry.vectors import length
from formcheck.geometry.view import Facing
from formcheck.pose.landmarks import middle

__all__ = ["FEATURES", "STANDING_STILL", "posture_features"]

FEATURES = (
    *("hip flexion", "hip flexion squared", "arm raised", "arm raised squared"),
    *("sine of the lean", "cosine of the lean"),
)
# Upright, hips straight, arms hanging.
STANDING_STILL = np.array([0.0, 0.0, 0.0, 0.0, 0.0, 1.0])


def posture_features(points_px: FloatArray, facing: Facing) -> FloatArray:
    """Numbers that tell a posture, float (N, 6), `FEATURES` in radians; NaN where not seen.

    Parameters
    ----------
    points_px : float (N, 33, 2)
        Smoothed landmarks.
    facing : {"left", "right"}
    """
    hip, shoulder = middle(points_px, "hip"), middle(points_px, "shoulder")
    lean = _lean(shoulder - hip, facing)
    hip_flexion = np.pi - _upwards(_lean(middle(points_px, "knee") - hip, facing) - lean)
    raised = np.pi - _upwards(_lean(middle(points_px, "elbow") - shoulder, facing) - lean)
    return np.column_stack(
        [hip_flexion, hip_flexion**2, raised, raised**2, np.sin(lean), np.cos(lean)]
    )


def _lean(vector: FloatArray, facing: Facing) -> FloatArray:
    """Angle from straight up, + = towards where the lifter looks."""
    forward = vector[:, 0] if facing == "right" else -vector[:, 0]
    angle = np.arctan2(forward, -vector[:, 1])
    return np.asarray(np.where(length(vector) > 0, angle, np.nan))


def _upwards(angle: FloatArray) -> FloatArray:
    """Angles between a quarter turn behind and three quarters in front: hanging is half a turn."""
    return np.asarray(np.mod(angle + np.pi / 2, 2 * np.pi) - np.pi / 2)
