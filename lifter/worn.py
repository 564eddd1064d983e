"""What lies on the back and is not the back: ponytail, hood, belt."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lifter import skin
from lifter.anatomy import Frame
from lifter.body import sections
from lifter.mesh import WORN, Mesh, ellipsoid, loft, tube
from lifter.params import Body, Clothes
from lifter.posture import Posture, direction, head_centre, in_space
from lifter.skin import STATIONS, Outline

__all__ = ["worn_meshes"]

Array = NDArray[np.float64]

_LEATHER = np.array([0.045, 0.024, 0.012])
# Levels of the spine that a belt covers, and where the middle of a hood lies.
_BELT_LEVELS, _HOOD_LEVEL = (0.6, 4.2), 13.0
_STRAND_STEP_M, _STRAND_RADIUS_M = 0.012, 0.024
_NECK_HALF_M = 0.085


def worn_meshes(body: Body, clothes: Clothes, frame: Frame, posture: Posture) -> list[Mesh]:
    """All that is worn on the back, dressed trunk given."""
    rise = float(np.cos(np.deg2rad(posture.trunk.angle_deg[len(STATIONS) // 2])))
    rings = skin.clothed(posture.trunk, clothes, rise)
    parts = []
    if clothes.belt_m > 0:
        parts.append(_belt(rings, clothes.belt_m))
    if clothes.hood:
        parts.append(_hood(rings, clothes, frame.height))
    if clothes.ponytail_m > 0:
        parts.append(_ponytail(body, clothes.ponytail_m, frame, posture, rings))
    return parts


def _belt(rings: Outline, thick_m: float) -> Mesh:
    level, (low, high) = STATIONS, _BELT_LEVELS
    rows = (level >= low) & (level <= high)
    inner, outer = (sections(_wider(rings, by))[0][rows] for by in (-0.01, thick_m))
    closed = np.concatenate([inner[:1], outer, inner[-1:]])
    return loft(closed, _LEATHER, WORN, 0.25)


def _wider(rings: Outline, by_m: float) -> Outline:
    return replace(
        rings,
        dorsal=rings.dorsal + by_m,
        ventral=rings.ventral + by_m,
        half_width=rings.half_width + by_m,
        furrow=0 * rings.furrow,
    )


def _hood(rings: Outline, clothes: Clothes, height_m: float) -> Mesh:
    """A bag of cloth below the neck."""
    scale = height_m / 1.75
    at = [float(np.interp(_HOOD_LEVEL, STATIONS, v)) for v in skin.dorsal_points(rings).T]
    lean = float(np.interp(_HOOD_LEVEL, STATIONS, rings.angle_deg))
    up, back = in_space(lean), -in_space(lean + 90)
    centre = np.array([*at, 0.0]) + 0.012 * scale * back + 0.02 * scale * up
    axes = scale * np.array([0.105 * up + 0.015 * back, 0.05 * back, [0.0, 0.0, 0.115]])
    return ellipsoid(centre, axes, 0.9 * np.asarray(clothes.top_rgb), kind=WORN, detail=16)


def _ponytail(body: Body, length_m: float, frame: Frame, posture: Posture, rings: Outline) -> Mesh:
    scale = frame.height / 1.75
    path = _strand(posture, frame, rings, length_m, scale)
    along = np.linspace(0, 1, len(path))
    radius = (
        scale
        * _STRAND_RADIUS_M
        * np.interp(along, (0, 0.06, 0.12, 0.35, 0.75, 1.0), (0.7, 0.45, 0.7, 1.0, 0.85, 0.15))
    )
    colours = np.repeat(np.asarray(body.hair)[None, :], len(path), axis=0)
    side = np.array([0.0, 0.0, 1.0])
    return tube(path, side, radius, radius, radius, colours=colours, kind=WORN, gloss=0.12)


def _strand(posture: Posture, frame: Frame, rings: Outline, length_m: float, scale: float) -> Array:
    """Middle line of hair, shape (n, 3): off the back of the head, then down, along the back.

    Where it would lie in a hollow of the nape, it slips off beside the neck and hangs.
    """
    ahead, top = direction(posture.head_deg + 90), direction(posture.head_deg)
    head = head_centre(frame, posture.spine, posture.head_deg)
    dorsal = np.concatenate([skin.dorsal_points(rings)[STATIONS >= 0], _nape(posture, scale)])
    point = head - 0.085 * scale * ahead + 0.03 * scale * top
    path, stuck = [np.array([*point, 0.0])], 0
    for k in range(int(length_m / _STRAND_STEP_M)):
        stiff = max(0.0, 1 - k / 4)
        hanging = np.array([0.0, -1.0]) + 0.6 * _towards_hip(dorsal, point)
        heading = stiff * -ahead + (1 - stiff) * hanging
        heading = heading / max(float(np.linalg.norm(heading)), 1e-9)
        last, gap = point, 0.8 * scale * _STRAND_RADIUS_M
        point = _outside(dorsal, point + _STRAND_STEP_M * heading, gap)
        stuck += stuck > 0 or float(np.linalg.norm(point - last)) < 0.4 * _STRAND_STEP_M
        if stuck:
            point = last - np.array([0.0, _STRAND_STEP_M * min(stuck / 4, 1.0)])
        path.append(np.array([*point, scale * _NECK_HALF_M * min(stuck / 4, 1.0)]))
    return np.array(path)


def _nape(posture: Posture, scale: float) -> Array:
    """Back of the neck, upwards, shape (n, 2)."""
    spine = posture.spine
    level = np.arange(17.5, 23.0, 0.5)
    lean = np.deg2rad(np.interp(level, spine.level, spine.angle_deg))
    middle = np.array([spine.point_at(float(v)) for v in level])
    return middle + 0.052 * scale * np.column_stack([-np.cos(lean), np.sin(lean)])


def _towards_hip(dorsal: Array, point: Array) -> Array:
    i = int(np.argmin(((dorsal - point) ** 2).sum(axis=1)))
    along = dorsal[max(i - 2, 0)] - dorsal[min(i + 2, len(dorsal) - 1)]
    return np.asarray(along / max(float(np.linalg.norm(along)), 1e-9))


def _outside(dorsal: Array, point: Array, gap_m: float) -> Array:
    """The point, or the nearest place that far out of the back."""
    i = int(np.argmin(((dorsal - point) ** 2).sum(axis=1)))
    up = -_towards_hip(dorsal, point)
    out = np.array([-up[1], up[0]])
    short = gap_m - float((point - dorsal[i]) @ out)
    return np.asarray(point + short * out) if short > 0 else point
