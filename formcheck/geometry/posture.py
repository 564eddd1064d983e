"""What moves the outline of the back besides the spine: hips and arms.

A flexed hip flattens the buttock and draws MediaPipe's hips along; a raised arm draws the
shoulder up. The effect on the outline is learnt beside that of the spine
(`benchmarks/back_model.py`) and taken off before the spine is read, so that the posture
itself says nothing about the spine.
"""

from __future__ import annotations

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import middle
from formcheck.vectors import length

__all__ = ["FEATURES", "posture_features"]

# The lean of the trunk is not among them: a turned camera must change nothing.
FEATURES = ("hip flexion", "hip flexion squared", "arm raised", "arm raised squared")


def posture_features(points_px: FloatArray, facing: Facing) -> FloatArray:
    """Numbers that tell a posture, float (N, 4), `FEATURES` in radians; NaN where not seen.

    All are 0 for a lifter who stands upright with hanging arms.

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
    return np.column_stack([hip_flexion, hip_flexion**2, raised, raised**2])


def _lean(vector: FloatArray, facing: Facing) -> FloatArray:
    """Angle from straight up, + = towards where the lifter looks."""
    forward = vector[:, 0] if facing == "right" else -vector[:, 0]
    angle = np.arctan2(forward, -vector[:, 1])
    return np.asarray(np.where(length(vector) > 0, angle, np.nan))


def _upwards(angle: FloatArray) -> FloatArray:
    """Angles between a quarter turn behind and three quarters in front: hanging is half a turn."""
    return np.asarray(np.mod(angle + np.pi / 2, 2 * np.pi) - np.pi / 2)
