"""A mirror on the back wall."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.camera import View
from lifter.mesh import GEAR, Mesh
from lifter.scene import WALL_Z

__all__ = ["hang", "pane", "reflected"]

F32 = NDArray[np.float32]

LEFT, RIGHT, BOTTOM, TOP = -2.4, 1.8, 0.15, 2.3
# The glass hangs at an angle, so that the reflection is not just behind the lifter.
TURN_DEG = 9.0


def pane(view: View, width: int, height: int) -> F32:
    """Where the glass is in the picture, 0-1."""
    corners = [(LEFT, BOTTOM), (RIGHT, BOTTOM), (RIGHT, TOP), (LEFT, TOP)]
    flat = view.project(np.array([[x, y, WALL_Z + 0.02] for x, y in corners]))[:, :2]
    mask = np.zeros((height, width), np.float32)
    cv2.fillPoly(mask, [np.round(flat).astype(np.int32)], (1.0,))
    return mask


def hang(room: F32, glass: F32) -> None:
    """Put a dim, blurred room behind the glass and a frame about it, in place."""
    mask = glass[..., None]
    behind = cv2.GaussianBlur(np.ascontiguousarray(room[:, ::-1]), (0, 0), 6.0) * 0.75 + 0.02
    edge = cv2.dilate(glass, np.ones((7, 7))) - glass
    room[:] = room * (1 - mask) + behind * mask
    room[:] *= 1 - 0.85 * edge[..., None]


def reflected(mesh: Mesh) -> Mesh:
    """Mirror image of a mesh; drawn as gear, so that it is no part of the silhouette."""
    points = mesh.points * np.array([1.0, 1.0, -1.0]) + np.array([0.0, 0.0, 2 * WALL_Z])
    a = np.deg2rad(2 * TURN_DEG)
    turn = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    pivot = np.array([0.0, 0.0, WALL_Z])
    return replace(
        mesh, points=(points - pivot) @ turn.T + pivot, kind=np.full_like(mesh.kind, GEAR)
    )
