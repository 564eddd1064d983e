"""Plane vectors over time: arrays of shape (N, 2), in pixels, y down."""

from __future__ import annotations

import numpy as np

from formcheck.arrays import FloatArray

__all__ = ["angle_deg", "cross", "distance_to_segment", "length", "unit"]


def cross(a: FloatArray, b: FloatArray) -> FloatArray:
    """Signed area; > 0 where `b` points to the right of `a` as seen in the picture."""
    return np.asarray(a[..., 0] * b[..., 1] - a[..., 1] * b[..., 0])


def length(a: FloatArray) -> FloatArray:
    """Euclidean length."""
    return np.asarray(np.hypot(a[..., 0], a[..., 1]))


def unit(a: FloatArray) -> FloatArray:
    """Direction of `a`; NaN where it has no length."""
    size = length(a)
    return a / np.where(size > 0, size, np.nan)[..., None]


def angle_deg(a: FloatArray, b: FloatArray) -> FloatArray:
    """Angle between two directions, 0..180 degrees."""
    return np.asarray(np.degrees(np.arctan2(np.abs(cross(a, b)), (a * b).sum(axis=-1))))


def distance_to_segment(points: FloatArray, start: FloatArray, end: FloatArray) -> FloatArray:
    """Distance of each point (N, K, 2) from its frame's segment start→end (N, 2)."""
    along = end - start
    squared = np.maximum((along**2).sum(axis=-1), 1e-9)
    share = ((points - start[:, None]) * along[:, None]).sum(axis=-1) / squared[:, None]
    nearest = start[:, None] + np.clip(share, 0.0, 1.0)[..., None] * along[:, None]
    return length(points - nearest)
