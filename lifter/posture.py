"""A whole body in one posture, and the geometry that finds it.

World: x forward (where the lifter looks when standing), y up, z to the
lifter's right, metres. The lifts are symmetric, so a posture stores the right
side and mirrors it; a leg that does something else is stored beside it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifter.anatomy import Frame
from lifter.skin import Outline
from lifter.spine import Spine

__all__ = [
    "Posture",
    "direction",
    "elbow_for",
    "head_centre",
    "head_points",
    "in_space",
    "joints",
    "knee_for",
    "shoulder_point",
    "two_link",
]

Array = NDArray[np.float64]

SHOULDER_LEVEL = 14.2


@dataclass(frozen=True)
class Posture:
    """Everything that decides the shape of the body in one instant.

    Attributes
    ----------
    spine, trunk
        In the world's sagittal plane.
    hip, knee, ankle
        Right leg, shape (3,).
    foot_deg
        Pitch of the foot: 0 = flat, toes forward; + = toes down.
    shoulder, elbow, wrist, hand
        Right arm; `hand` is the middle of the palm.
    fist
        Whether the hand is closed.
    pelvis_deg
        Forward pitch of the pelvis from its reference position.
    head_deg
        Pitch of the head: 0 = looks level, + = down.
    bar
        Centre of the barbell in the sagittal plane, or None.
    left_leg
        Knee and ankle of the left leg, each shape (3,), where it is not the right
        one's mirror image.
    """

    spine: Spine
    trunk: Outline
    hip: Array
    knee: Array
    ankle: Array
    foot_deg: float
    shoulder: Array
    elbow: Array
    wrist: Array
    hand: Array
    fist: bool
    pelvis_deg: float
    head_deg: float
    bar: Array | None
    left_leg: tuple[Array, Array] | None = None

    def __repr__(self) -> str:
        return f"Posture(hip={np.round(self.hip, 2)}, lumbar_deg={self.spine.lumbar_deg:.1f})"


def direction(lean_deg: float) -> Array:
    """Unit vector leaning forward from the vertical by an angle."""
    a = np.deg2rad(lean_deg)
    return np.array([np.sin(a), np.cos(a)])


def in_space(lean_deg: float) -> Array:
    """`direction` as a vector of space, shape (3,)."""
    return np.array([*direction(lean_deg), 0.0])


def two_link(start: Array, end: Array, first: float, second: float, pole: Array) -> Array:
    """Middle joint of two rods between two points, on the side of `pole`.

    When the points are too far apart, the rods point straight at the end.
    Works in two and three dimensions.
    """
    line = end - start
    distance = float(np.clip(np.linalg.norm(line), abs(first - second) + 1e-6, first + second))
    axis = line / max(float(np.linalg.norm(line)), 1e-9)
    along = (first**2 - second**2 + distance**2) / (2 * distance)
    height = np.sqrt(max(first**2 - along**2, 0.0))
    side = pole - axis * float(pole @ axis)
    side = side / max(float(np.linalg.norm(side)), 1e-9)
    return np.asarray(start + axis * along + side * height)


def knee_for(frame: Frame, hip: Array, ankle: Array) -> Array:
    """Knee in the plane of the leg, pointing forward or up (all shape (3,))."""
    lateral = (ankle[2] - hip[2]) * 0.6
    pole = np.array([ankle[1] - hip[1], hip[0] - ankle[0], 0.0])
    pole = -pole if pole @ np.array([0.8, 1.0, 0.0]) < 0 else pole
    pole = pole / max(float(np.linalg.norm(pole)), 1e-9) + np.array([0, 0, 0.25 + lateral])
    return two_link(hip, ankle, frame.thigh, frame.shin, pole)


def elbow_for(frame: Frame, shoulder: Array, hand: Array, pole: Array) -> tuple[Array, Array]:
    """Elbow and wrist of an arm whose palm is at `hand`."""
    lower = frame.forearm + frame.grip
    elbow = two_link(shoulder, hand, frame.upper_arm, lower, pole)
    axis = (hand - elbow) / max(float(np.linalg.norm(hand - elbow)), 1e-9)
    return elbow, elbow + axis * frame.forearm


def shoulder_point(frame: Frame, spine: Spine, rise: float, forward: float) -> Array:
    """Right shoulder joint, carried by the thorax; shifts in shares of stature."""
    level = SHOULDER_LEVEL
    lean = spine.angle_at(level)
    up, front = direction(lean), direction(lean + 90)
    flat = spine.point_at(level) + frame.height * (rise * up + (0.018 + forward) * front)
    return np.array([flat[0], flat[1], frame.shoulder_half - 0.25 * abs(forward) * frame.height])


def head_centre(frame: Frame, spine: Spine, head_deg: float) -> Array:
    """Middle of the skull, shape (2,)."""
    up, front = direction(head_deg), direction(head_deg + 90)
    return np.asarray(spine.points[-1] + frame.height * (0.026 * up + 0.012 * front))


def head_points(frame: Frame, spine: Spine, head_deg: float) -> dict[str, Array]:
    """Nose, right eye and right ear, each shape (3,)."""
    centre = head_centre(frame, spine, head_deg)
    up, front = direction(head_deg), direction(head_deg + 90)
    places = {"nose": (0.064, -0.012, 0.0), "eye": (0.052, 0.008, 0.018), "ear": (0.0, 0.0, 0.044)}
    points = {}
    for name, (x, y, z) in places.items():
        flat = centre + frame.height * (x * front + y * up)
        points[name] = np.array([flat[0], flat[1], z * frame.height])
    return points


def _foot_points(frame: Frame, ankle: Array, foot_deg: float) -> dict[str, Array]:
    ahead = direction(90 + foot_deg)
    down = direction(180 + foot_deg)
    drop = frame.ankle_height * 0.78
    heel = ankle[:2] - ahead * frame.foot_behind + down * drop
    toe = ankle[:2] + ahead * (frame.foot_ahead - 0.016 * frame.height) + down * drop
    z = ankle[2]
    return {
        "heel": np.array([*heel, z]),
        "foot_index": np.array([*toe, z + 0.012 * frame.height]),
    }


def joints(frame: Frame, posture: Posture) -> dict[str, Array]:
    """Joints of both sides by MediaPipe's names, world coordinates, shape (3,)."""
    one = head_points(frame, posture.spine, posture.head_deg)
    points = {"nose": one.pop("nose")}
    one |= {name: getattr(posture, name) for name in ("shoulder", "elbow", "wrist")}
    one |= {name: getattr(posture, name) for name in ("hip", "knee", "ankle")}
    one |= _foot_points(frame, posture.ankle, posture.foot_deg)
    for name, point in one.items():
        points[f"left_{name}"] = point * np.array([1.0, 1.0, -1.0])
        points[f"right_{name}"] = point
    if posture.left_leg is not None:
        knee, ankle = posture.left_leg
        left = {"knee": knee, "ankle": ankle} | _foot_points(frame, ankle, _left_foot_deg(posture))
        points |= {f"left_{name}": point for name, point in left.items()}
    return points


def _left_foot_deg(posture: Posture) -> float:
    """A foot that stands behind is on its toes."""
    assert posture.left_leg is not None
    return 50.0 if posture.left_leg[1][0] < posture.ankle[0] - 0.2 else 0.0
