"""Where in the room the lifter is, and which way round: for walking in and out."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from lifter.mesh import Mesh

__all__ = ["HERE", "Place", "between"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Place:
    """A shift forwards (x) and to the camera (z), and a turn from facing x towards z."""

    x_m: float = 0.0
    z_m: float = 0.0
    turn_deg: float = 0.0

    def moved(self, points: Array) -> Array:
        """Points of space, shape (n, 3), of a lifter who is there."""
        if self == HERE:
            return points
        c, s = np.cos(np.deg2rad(self.turn_deg)), np.sin(np.deg2rad(self.turn_deg))
        turn = np.array([[c, 0.0, s], [0.0, 1.0, 0.0], [-s, 0.0, c]])
        return np.asarray(points @ turn + np.array([self.x_m, 0.0, self.z_m]))

    def moved_mesh(self, mesh: Mesh) -> Mesh:
        """A surface of a lifter who is there."""
        return mesh if self == HERE else replace(mesh, points=self.moved(mesh.points))


HERE = Place()


def between(start: Place, end: Place, share: float) -> Place:
    """Part of the way from one place to another."""
    if start == end:
        return start
    names = ("x_m", "z_m", "turn_deg")
    return Place(
        *(getattr(start, n) + share * (getattr(end, n) - getattr(start, n)) for n in names)
    )
