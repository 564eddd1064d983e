"""MediaPipe's 33 landmarks, as far as formcheck uses them."""

from __future__ import annotations

from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

__all__ = ["LANDMARK_COUNT", "LEFT", "MIRRORED", "NOSE", "RIGHT", "Joint", "Side", "middle"]

LANDMARK_COUNT = 33
NOSE = 0

Joint = Literal["ear", "shoulder", "elbow", "wrist", "hip", "knee", "ankle", "heel", "toe"]


class Side(NamedTuple):
    """Indices of the landmarks on one side, the lifter's own left or right."""

    ear: int
    shoulder: int
    elbow: int
    wrist: int
    hip: int
    knee: int
    ankle: int
    heel: int
    toe: int


LEFT = Side(ear=7, shoulder=11, elbow=13, wrist=15, hip=23, knee=25, ankle=27, heel=29, toe=31)
RIGHT = Side(*(index + 1 for index in LEFT))

# Which landmark each is in a mirror: eyes, mouth and limbs change sides.
MIRRORED = np.array(
    [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(i + 1 if i % 2 else i - 1 for i in range(11, 33))]
)


def middle(points: NDArray[np.floating], joint: Joint) -> NDArray[np.float64]:
    """The middle between left and right joint, (..., 2) of points (..., 33, 2)."""
    left, right = getattr(LEFT, joint), getattr(RIGHT, joint)
    return np.asarray((points[..., left, :] + points[..., right, :]) / 2, dtype=np.float64)
