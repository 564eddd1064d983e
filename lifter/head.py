"""The head: skull, nose, brows, eyes, lips, ears and hair."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifter.anatomy import Frame
from lifter.mesh import Mesh, ellipsoid, loft, merge
from lifter.params import Body
from lifter.posture import Posture, direction, head_centre

__all__ = ["head_mesh"]

Array = NDArray[np.float64]

ROWS, COLUMNS = 48, 72


def _bump(front: Array, up: Array, side: Array, at: tuple[float, float], size: float) -> Array:
    """Bell on the face about a (side, up) place of the unit ball."""
    return np.exp(-(((np.abs(side) - at[0]) / size) ** 2) - ((up - at[1]) / size) ** 2) * (
        front > 0
    )


def _shape(front: Array, up: Array, side: Array) -> Array:
    """Points of head space (x front, y up, z side), metres, for unit directions."""
    jaw = np.clip(-up - 0.15, 0, 1)
    x = 0.097 * front * np.where(front > 0, 1 - 0.10 * jaw, 1 - 0.35 * jaw)
    y = 0.119 * up
    z = 0.076 * side * (1 - 0.28 * jaw)
    x = x + 0.012 * jaw * (front > 0)
    nose = np.exp(-((side / 0.13) ** 2)) * np.interp(
        up, (-0.40, -0.27, -0.18, 0.12, 0.3), (0, 0.55, 1.0, 0.28, 0)
    )
    x = x + np.where(front > 0, 0.027 * nose, 0)
    x = x - 0.009 * _bump(front, up, side, (0.40, 0.08), 0.18)
    x = x + 0.004 * _bump(front, up, side, (0.30, 0.27), 0.16)
    x = x + 0.006 * _bump(front, up, side, (0.0, -0.52), 0.12)
    x = x + 0.008 * _bump(front, up, side, (0.0, -0.82), 0.22)
    return np.stack([x, y, z], axis=-1)


def _hairy(front: Array, up: Array, side: Array) -> Array:
    """1 where hair grows, 0 on the face and neck, soft between."""
    crown = up - (0.50 - 0.12 * np.abs(side)) - 0.25 * np.clip(0.15 - front, -0.3, 0.3)
    temple = np.minimum(up - 0.26, 0.26 - front)
    behind = np.minimum(-0.22 - front, up + 0.45 + 0.3 * np.clip(-front - 0.4, 0, 1))
    sideburn = np.minimum(np.minimum(0.20 - front, front - 0.04), up + 0.16)
    grown = np.maximum(np.maximum(crown, temple), np.maximum(behind, sideburn))
    return np.asarray(np.clip(grown / 0.05 + 0.5, 0, 1))


def _paint(body: Body, front: Array, up: Array, side: Array) -> Array:
    colour = np.broadcast_to(np.asarray(body.skin) * 1.04, (*front.shape, 3)).copy()
    lips = _bump(front, up, side, (0.08, -0.53), 0.055) > 0.25
    colour[lips] = np.asarray(body.skin) * np.array([0.85, 0.5, 0.5])
    brow = (np.abs(up - 0.24) < 0.035) & (np.abs(np.abs(side) - 0.36) < 0.20) & (front > 0)
    colour[brow] = np.asarray(body.hair) * 1.5
    nostril = _bump(front, up, side, (0.08, -0.33), 0.04) > 0.45
    colour[nostril] = np.asarray(body.skin) * 0.35
    hair = _hairy(front, up, side)[..., None]
    return np.asarray(colour * (1 - hair) + np.asarray(body.hair) * hair)


def _eyes(body: Body) -> list[tuple[Array, Array, Array]]:
    """Balls of the face in head space: centre, radii, colour."""
    white, iris = np.array([0.75, 0.73, 0.70]), np.array([0.03, 0.02, 0.015])
    lid = np.asarray(body.skin) * 0.8
    balls = []
    for side in (-1, 1):
        balls.append((np.array([0.0755, 0.008, side * 0.031]), np.full(3, 0.0125), white))
        balls.append((np.array([0.0835, 0.0078, side * 0.0315]), np.full(3, 0.0062), iris))
        balls.append(
            (np.array([0.0762, 0.0145, side * 0.031]), np.array([0.013, 0.008, 0.016]), lid)
        )
        ear = np.array([-0.008, -0.004, side * 0.079])
        balls.append((ear, np.array([0.020, 0.033, 0.011]), np.asarray(body.skin) * 0.95))
        balls.append(
            (
                ear + np.array([0.003, 0.002, side * 0.008]),
                np.array([0.010, 0.018, 0.005]),
                np.asarray(body.skin) * 0.6,
            )
        )
    return balls


def head_mesh(body: Body, frame: Frame, posture: Posture) -> Mesh:
    """Head in its place."""
    theta = np.linspace(1e-3, np.pi - 1e-3, ROWS)[:, None]
    phi = np.linspace(0, 2 * np.pi, COLUMNS, endpoint=False)[None, :]
    front, side = np.sin(theta) * np.cos(phi), np.sin(theta) * np.sin(phi)
    up = np.cos(theta) + 0 * phi
    shape = _shape(front, up, side)
    shape = shape + 0.011 * _hairy(front, up, side)[..., None] * np.stack([front, up, side], -1)
    ahead, top = direction(posture.head_deg + 90), direction(posture.head_deg)
    axes = np.array([[*ahead, 0.0], [*top, 0.0], [0.0, 0.0, 1.0]])
    scale = body.height_m / 1.75
    centre = np.array([*head_centre(frame, posture.spine, posture.head_deg), 0.0])
    parts = [loft(centre + scale * shape @ axes, _paint(body, front, up, side), gloss=0.05)]
    for place, radii, colour in _eyes(body):
        ball = np.diag(radii * scale) @ axes
        parts.append(ellipsoid(centre + scale * place @ axes, ball, colour, gloss=0.1, detail=8))
    return merge(parts)
