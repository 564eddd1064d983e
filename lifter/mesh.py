"""Triangle meshes: lofts, ellipsoids, boxes, and how they join smoothly."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from lifter.jit import jit

__all__ = [
    "BACK",
    "BODY",
    "GEAR",
    "WORN",
    "Mesh",
    "box",
    "disc",
    "ellipsoid",
    "fillet",
    "loft",
    "merge",
    "mirrored",
    "normals",
    "tube",
]

Array = NDArray[np.float64]
Faces = NDArray[np.int32]

# What a face shows. All but gear is the lifter: limbs and head, trunk, and what lies on
# the trunk (hair, hood, belt).
BODY, GEAR, BACK, WORN = 1, 2, 3, 4


@dataclass(frozen=True)
class Mesh:
    """Triangles with a colour at each corner.

    Attributes
    ----------
    points
        Shape (n, 3), metres.
    faces
        Shape (m, 3), indices into `points`.
    colours
        Linear RGB at the points, shape (n, 3).
    kind
        `BODY`, `GEAR`, `BACK` or `WORN` for each face, shape (m,).
    gloss
        Strength of the highlight at the points, shape (n,).
    """

    points: Array
    faces: Faces
    colours: Array
    kind: NDArray[np.uint8]
    gloss: Array

    def __repr__(self) -> str:
        return f"Mesh(points={len(self.points)}, faces={len(self.faces)})"


@lru_cache(maxsize=64)
def _grid_faces(rows: int, columns: int) -> Faces:
    i, j = np.meshgrid(np.arange(rows - 1), np.arange(columns), indexing="ij")
    a, b = i * columns + j, i * columns + (j + 1) % columns
    c, d = a + columns, b + columns
    first = np.stack([a, b, c], axis=-1).reshape(-1, 3)
    second = np.stack([b, d, c], axis=-1).reshape(-1, 3)
    return np.concatenate([first, second]).astype(np.int32)


def loft(rings: Array, colours: Array, kind: int = BODY, gloss: float = 0.05) -> Mesh:
    """Surface through closed rings.

    Parameters
    ----------
    rings
        Shape (rows, columns, 3).
    colours
        Shape broadcastable to (rows, columns, 3).
    """
    rows, columns = rings.shape[:2]
    faces = _grid_faces(rows, columns)
    paint = np.broadcast_to(colours, rings.shape).reshape(-1, 3)
    return Mesh(
        rings.reshape(-1, 3),
        faces,
        paint,
        np.full(len(faces), kind, np.uint8),
        np.full(rows * columns, gloss),
    )


def merge(parts: Sequence[Mesh]) -> Mesh:
    """One mesh of several."""
    starts = np.cumsum([0] + [len(p.points) for p in parts[:-1]])
    return Mesh(
        np.concatenate([p.points for p in parts]),
        np.concatenate([p.faces + s for p, s in zip(parts, starts, strict=True)]).astype(np.int32),
        np.concatenate([p.colours for p in parts]),
        np.concatenate([p.kind for p in parts]),
        np.concatenate([p.gloss for p in parts]),
    )


def mirrored(mesh: Mesh) -> Mesh:
    """The same on the lifter's other side (z changes sign)."""
    return Mesh(
        mesh.points * np.array([1.0, 1.0, -1.0]), mesh.faces, mesh.colours, mesh.kind, mesh.gloss
    )


def _unit(vectors: Array) -> Array:
    length = np.linalg.norm(vectors, axis=-1, keepdims=True)
    return np.asarray(vectors / np.maximum(length, 1e-9))


def tube(
    path: Array,
    front: Array,
    side_m: Array,
    front_m: Array,
    back_m: Array,
    *,
    colours: Array,
    columns: int = 22,
    kind: int = BODY,
    gloss: float = 0.05,
) -> Mesh:
    """Limb along a path with its own reach to the side, front and back.

    Parameters
    ----------
    path
        Middle of the rings, shape (n, 3).
    front
        Roughly the front direction, shape (3,) or (n, 3); made perpendicular.
    side_m, front_m, back_m
        Reaches, shape (n,).
    colours
        Shape (n, 3).
    """
    axis = _unit(np.gradient(path, axis=0))
    front = np.broadcast_to(front, path.shape)
    ahead = _unit(front - axis * np.sum(front * axis, axis=1, keepdims=True))
    across = np.cross(axis, ahead)
    phi = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    c, s = np.cos(phi), np.sin(phi)
    reach = np.where(c[None, :] > 0, front_m[:, None], back_m[:, None]) * c
    rings = path[:, None, :] + reach[..., None] * ahead[:, None, :]
    rings = rings + (side_m[:, None] * s)[..., None] * across[:, None, :]
    return loft(rings, colours[:, None, :], kind, gloss)


def ellipsoid(
    centre: Array,
    axes: Array,
    colour: Sequence[float] | Array,
    *,
    kind: int = BODY,
    gloss: float = 0.05,
    detail: int = 12,
) -> Mesh:
    """Ellipsoid; the rows of `axes` are its half axes, shape (3, 3)."""
    theta = np.linspace(1e-3, np.pi - 1e-3, detail)[:, None]
    phi = np.linspace(0, 2 * np.pi, 2 * detail, endpoint=False)[None, :]
    ball = np.stack(
        [np.sin(theta) * np.cos(phi), np.cos(theta) + 0 * phi, np.sin(theta) * np.sin(phi)], axis=-1
    )
    return loft(centre + ball @ axes, np.asarray(colour, float), kind, gloss)


def disc(centre: Array, radius: Array, offset: Array, colours: Array, columns: int = 40) -> Mesh:
    """Body of revolution about the z axis through (x, y) `centre`.

    Parameters
    ----------
    radius, offset
        Profile: radius at each z; shape (n,).
    colours
        Shape (n, 3).
    """
    phi = np.linspace(0, 2 * np.pi, columns, endpoint=False)
    x = centre[0] + radius[:, None] * np.cos(phi)
    y = centre[1] + radius[:, None] * np.sin(phi)
    z = np.broadcast_to(offset[:, None], x.shape)
    return loft(np.stack([x, y, z], axis=-1), colours[:, None, :], GEAR, 0.25)


_CORNERS = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)], float)
_SIDES = ((0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3))


def box(
    centre: Array,
    half: Sequence[float],
    colour: Sequence[float] | Array,
    tilt_deg: float = 0.0,
    kind: int = GEAR,
) -> Mesh:
    """Box with flat faces, turned in the sagittal plane (+ = leaning forward)."""
    a = np.deg2rad(tilt_deg)
    turn = np.array([[np.cos(a), -np.sin(a), 0], [np.sin(a), np.cos(a), 0], [0, 0, 1]])
    corners = (_CORNERS * np.asarray(half)) @ turn + centre
    points = np.concatenate([corners[list(side)] for side in _SIDES])
    start = np.arange(6)[:, None] * 4
    faces = np.concatenate([start + np.array(t) for t in ((0, 1, 2), (0, 2, 3))]).astype(np.int32)
    paint = np.broadcast_to(np.asarray(colour, float), points.shape)
    return Mesh(points, faces, paint, np.full(12, kind, np.uint8), np.full(24, 0.1))


@jit
def normals(points: Array, faces: Faces) -> Array:
    """Unit normals at the points, weighted by the area of the faces around."""
    out = np.zeros_like(points)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ux, uy, uz = (
            points[b, 0] - points[a, 0],
            points[b, 1] - points[a, 1],
            points[b, 2] - points[a, 2],
        )
        vx, vy, vz = (
            points[c, 0] - points[a, 0],
            points[c, 1] - points[a, 1],
            points[c, 2] - points[a, 2],
        )
        nx, ny, nz = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
        for k in (a, b, c):
            out[k, 0] += nx
            out[k, 1] += ny
            out[k, 2] += nz
    for k in range(out.shape[0]):
        length = np.sqrt(out[k, 0] ** 2 + out[k, 1] ** 2 + out[k, 2] ** 2) + 1e-12
        for i in range(3):
            out[k, i] /= length
    return out


@jit
def fillet(points: Array, outward: Array, cones: Array, reach: float) -> None:
    """Raise a surface, in place, where it comes near other parts: a smooth union.

    Each point moves outwards by the polynomial smooth minimum of its own
    distance (0) and its distance to the nearest cone.

    Parameters
    ----------
    points, outward
        Shape (n, 3).
    cones
        Capsules ``x0 y0 z0 r0 x1 y1 z1 r1``, shape (m, 8).
    reach
        Width of the blend.
    """
    for k in range(points.shape[0]):
        best = 1e9
        for m in range(cones.shape[0]):
            dot, square, gap = 0.0, 0.0, 0.0
            for i in range(3):
                along = cones[m, 4 + i] - cones[m, i]
                dot += (points[k, i] - cones[m, i]) * along
                square += along * along
            t = min(max(dot / (square + 1e-12), 0.0), 1.0)
            for i in range(3):
                near = cones[m, i] + t * (cones[m, 4 + i] - cones[m, i])
                gap += (points[k, i] - near) ** 2
            best = min(best, np.sqrt(gap) - cones[m, 3] - t * (cones[m, 7] - cones[m, 3]))
        h = max(reach - abs(best), 0.0) / reach
        for i in range(3):
            points[k, i] += outward[k, i] * h * h * reach * 0.25
