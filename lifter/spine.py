"""The articulated spine: sacrum, 5 lumbar and 12 thoracic vertebrae, neck.

The spine lies in the sagittal plane (x forward, y up). Its direction is one
angle: 0 = straight up, + = leaning forward. Along each level it turns evenly,
so the lumbar angle is *exactly* the difference of two of those angles.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifter import anatomy
from lifter.anatomy import Frame
from lifter.params import Body

__all__ = ["STEPS", "T1_LEVEL", "T12_LEVEL", "Spine", "build_spine", "level_turns", "turned"]

Array = NDArray[np.float64]

STEPS = 4
T12_LEVEL = anatomy.LUMBAR_LEVELS
T1_LEVEL = anatomy.LUMBAR_LEVELS + anatomy.THORACIC_LEVELS


@dataclass(frozen=True)
class Spine:
    """A bent spine.

    Attributes
    ----------
    level
        Level coordinate of each sample: 0 = L5/S1, 5 = T12/L1, 17 = C7/T1,
        24 = skull; shape (n,).
    points
        Centres of the vertebral bodies, metres; shape (n, 2).
    angle_deg
        Forward lean of the tangent, shape (n,).
    turn_deg
        Turn over each of the 24 levels.
    """

    level: Array
    points: Array
    angle_deg: Array
    turn_deg: Array

    def __repr__(self) -> str:
        return f"Spine(samples={len(self.level)}, lumbar_deg={self.lumbar_deg:.1f})"

    @property
    def lumbar_deg(self) -> float:
        """Turn from L5/S1 to T12/L1."""
        return float(self.angle_at(T12_LEVEL) - self.angle_at(0.0))

    @property
    def thoracic_deg(self) -> float:
        """Turn from T12/L1 to C7/T1."""
        return float(self.angle_at(T1_LEVEL) - self.angle_at(T12_LEVEL))

    def angle_at(self, level: float) -> float:
        """Forward lean at a level, degrees."""
        return float(np.interp(level, self.level, self.angle_deg))

    def point_at(self, level: float) -> Array:
        """Position of a level, shape (2,)."""
        return np.array([np.interp(level, self.level, self.points[:, i]) for i in (0, 1)])


def level_turns(body: Body, lumbar_deg: float, thoracic_deg: float) -> Array:
    """Share a lumbar and a thoracic angle out over the 17 levels below the neck."""
    flexion = lumbar_deg + body.lordosis_deg
    lumbar = -body.lordosis_deg * anatomy.LORDOSIS_SHARES + flexion * anatomy.FLEXION_SHARES
    extra = thoracic_deg - body.kyphosis_deg
    thoracic = body.kyphosis_deg * anatomy.KYPHOSIS_SHARES + extra * anatomy.THORACIC_FLEXION_SHARES
    return np.concatenate([lumbar, thoracic])


def build_spine(
    body: Body, frame: Frame, lumbar_deg: float, thoracic_deg: float, neck_deg: float
) -> Spine:
    """Spine above a pelvis that stands upright with its hip centre at the origin.

    Parameters
    ----------
    lumbar_deg, thoracic_deg
        Turn of the tangent over the two regions.
    neck_deg
        Turn from C7/T1 to the skull (negative: neck arched back).
    """
    neck = np.full(anatomy.CERVICAL_LEVELS, neck_deg / anatomy.CERVICAL_LEVELS)
    turns = np.concatenate([level_turns(body, lumbar_deg, thoracic_deg), neck])
    nodes = frame.sacral_slope_deg + np.concatenate([[0.0], np.cumsum(turns)])
    level = np.arange(len(turns) * STEPS + 1) / STEPS
    angle = np.interp(level, np.arange(len(nodes)), nodes)
    step = np.repeat(frame.level_m, STEPS) / STEPS
    middle = np.deg2rad((angle[1:] + angle[:-1]) / 2)
    tilt = np.deg2rad(anatomy.PELVIC_TILT_DEG)
    start = frame.sacrum * np.array([-np.sin(tilt), np.cos(tilt)])
    moves = step[:, None] * np.column_stack([np.sin(middle), np.cos(middle)])
    points = start + np.vstack([np.zeros(2), np.cumsum(moves, axis=0)])
    return Spine(level, points, angle, turns)


def turned(spine: Spine, pitch_deg: float, hip: Array) -> Spine:
    """Pitch the pelvis forward with all that stands on it, and put its hip at `hip`."""
    a = np.deg2rad(pitch_deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    points = spine.points @ turn.T + hip
    return Spine(spine.level, points, spine.angle_deg + pitch_deg, spine.turn_deg)
