"""Landmarks of other pose estimators, in MediaPipe's order."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.pose.landmarks import LANDMARK_COUNT, MIRRORED

__all__ = ["LAYOUTS", "Layout", "in_mediapipe_order"]

Layout = Literal["blazepose-33", "coco-17", "body-25"]

# Which point of each layout stands for each of MediaPipe's 33. What a layout lacks is put where
# the nearest point is: mouth and eyes on the face, fingers at the wrist, and, in COCO, heels and
# toes at the ankle. No angle is measured from these.
_COCO_17 = (
    *(0, 1, 1, 1, 2, 2, 2, 3, 4, 0, 0),  # face
    *(5, 6, 7, 8, 9, 10, 9, 10, 9, 10, 9, 10),  # arms
    *(11, 12, 13, 14, 15, 16, 15, 16, 15, 16),  # legs
)
_BODY_25 = (
    *(0, 16, 16, 16, 15, 15, 15, 18, 17, 0, 0),
    *(5, 2, 6, 3, 7, 4, 7, 4, 7, 4, 7, 4),
    *(12, 9, 13, 10, 14, 11, 21, 24, 19, 22),
)
LAYOUTS: Mapping[Layout, tuple[int, ...]] = MappingProxyType(
    {
        "blazepose-33": tuple(range(LANDMARK_COUNT)),
        "coco-17": _COCO_17,
        "body-25": _BODY_25,
    }
)


def in_mediapipe_order(points: ArrayLike, layout: Layout) -> NDArray[np.float32]:
    """Put the points of another layout where MediaPipe has them.

    Parameters
    ----------
    points : float (N, K, 2)
        NaN where a point was not found; the same point of the other side takes its place.
    layout : {"blazepose-33", "coco-17", "body-25"}

    Returns
    -------
    float32 (N, 33, 2)

    Raises
    ------
    ValueError
        If the layout is not known, or has another number of points.
    """
    if layout not in LAYOUTS:
        raise ValueError(f"layout is {layout!r}; give one of {', '.join(LAYOUTS)}")
    given = np.asarray(points, np.float32)
    count = int(layout.rpartition("-")[2])
    if given.ndim != 3 or given.shape[1:] != (count, 2):
        raise ValueError(f"points of {layout} have the shape (N, {count}, 2), not {given.shape}")
    ordered = given[:, list(LAYOUTS[layout])]
    return np.where(np.isfinite(ordered), ordered, ordered[:, MIRRORED])
