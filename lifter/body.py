"""The lifter's surface in one posture: the trunk, and all parts together."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lifter import skin
from lifter.anatomy import Frame
from lifter.head import head_mesh
from lifter.limbs import arm_mesh, leg_mesh
from lifter.mesh import BACK, BODY, Mesh, fillet, loft, merge, mirrored, normals, tube
from lifter.paint import mix, step
from lifter.params import Body, Clothes
from lifter.pattern import shirt_colours
from lifter.posture import Posture, direction, in_space
from lifter.skin import STATIONS, Outline

__all__ = ["body_mesh", "sections"]

Array = NDArray[np.float64]

TRUNK_COLUMNS = 52
WAIST_LEVEL = 0.7


def sections(rings: Outline) -> tuple[Array, Array, Array]:
    """Rings of the trunk: points (rows, columns, 3), columns' angles and sideways reach."""
    phi = np.linspace(0, 2 * np.pi, TRUNK_COLUMNS, endpoint=False)
    c, s = np.cos(phi), np.sin(phi)
    power = 2 / 2.35
    across = rings.half_width[:, None] * (np.sign(s) * np.abs(s) ** power)
    reach = np.where(c > 0, rings.dorsal[:, None], rings.ventral[:, None])
    back = reach * (np.sign(c) * np.abs(c) ** power)
    cleft = 0.016 + 0.012 * np.clip(-STATIONS, 0, 1)[:, None]
    back = back - rings.furrow[:, None] * np.exp(-((across / cleft) ** 2)) * (c > 0)
    a = np.deg2rad(rings.angle_deg)
    normal = np.column_stack([-np.cos(a), np.sin(a)])
    flat = rings.centre[:, None, :] + back[..., None] * normal[:, None, :]
    return np.dstack([flat, across]), phi, across


def _bottom(rings: Array, centre: Array, axis: Array) -> Array:
    """Rounded lower end of the pelvis: extra rings below the first."""
    middle = np.array([*centre, 0.0])
    down = -np.array([*axis, 0.0])
    sizes = ((0.02, 0.060), (0.45, 0.054), (0.75, 0.038), (0.92, 0.018))
    return np.stack([middle + (rings[0] - middle) * f + down * d for f, d in sizes])


def _trunk_colours(body: Body, clothes: Clothes, rows: Array, phi: Array) -> Array:
    paint = np.broadcast_to(np.asarray(body.skin), (*rows.shape, len(phi), 3)).copy()
    front = 0.5 - 0.5 * np.cos(phi)[None, :]
    level = rows[:, None] + 0.0 * front
    if clothes.top != "bare":
        neckline = 17.2 - 1.7 * front - (1.0 if clothes.top == "tank" else 0.0)
        worn = (level <= neckline)[..., None]
        cloth = shirt_colours(clothes, level, np.broadcast_to(phi, level.shape))
        paint = np.where(worn, cloth, paint)
    waist = WAIST_LEVEL if clothes.top == "bare" else 0.5 - 3.0 * clothes.length
    paint = np.where((level < waist)[..., None], np.asarray(clothes.shorts_rgb), paint)
    band = (level >= waist) & (level < waist + 0.3) & (clothes.top == "bare")
    return np.where(band[..., None], 2.2 * np.asarray(clothes.shorts_rgb) + 0.02, paint)


def _folds(clothes: Clothes, seed: int) -> Array:
    """Unevenness of cloth over the trunk, metres, shape (rows, columns)."""
    rng = np.random.default_rng([seed, 5])
    noise = rng.standard_normal((len(STATIONS), TRUNK_COLUMNS))
    soft = gaussian_filter1d(gaussian_filter1d(noise, 1.6, axis=0), 2.6, axis=1, mode="wrap")
    worn = np.clip((STATIONS + 2) / 2, 0, 1) * np.clip((15 - STATIONS) / 2, 0, 1)
    size = 0.0010 + 0.0035 * clothes.ease
    return np.asarray(soft / soft.std() * size * worn[:, None])


def _trunk(body: Body, clothes: Clothes, posture: Posture, cones: Array) -> Mesh:
    rise = float(np.cos(np.deg2rad(posture.trunk.angle_deg[len(STATIONS) // 2])))
    rings = skin.clothed(posture.trunk, clothes, rise)
    points, phi, _ = sections(rings)
    colours = _trunk_colours(body, clothes, STATIONS, phi)
    bottom = _bottom(points, rings.centre[0], direction(float(rings.angle_deg[0])))
    points = np.concatenate([bottom, points])
    colours = np.concatenate([np.repeat(colours[:1], len(bottom), axis=0), colours])
    mesh = loft(points, colours, gloss=0.02 if clothes.top != "bare" else 0.06)
    outward = _outward(mesh, points.shape, rings)
    fillet(mesh.points, outward, cones, 0.075 * body.height_m / 1.75)
    if clothes.top != "bare":
        lift = np.concatenate([np.zeros((len(bottom), TRUNK_COLUMNS)), _folds(clothes, 1)])
        still = np.abs(np.cos(phi)) ** 2 * (np.cos(phi) > 0)
        mesh.points[:] += outward * (lift * (1 - 0.85 * still)).reshape(-1, 1)
    return mesh


def _outward(mesh: Mesh, shape: tuple[int, ...], rings: Outline) -> Array:
    vectors = normals(mesh.points, mesh.faces)
    centres = np.concatenate([np.repeat(rings.centre[:1], 4, axis=0), rings.centre])
    middle = np.repeat(centres, shape[1], axis=0)
    away = mesh.points - np.column_stack([middle, np.zeros(len(middle))])
    sign = np.sign(np.sum(vectors * away, axis=1, keepdims=True))
    return np.asarray(vectors * np.where(sign == 0, 1, sign))


def _cones(body: Body, posture: Posture) -> Array:
    """Capsules of thighs and upper arms, for the trunk to join smoothly."""
    scale = body.limb_girth * body.height_m / 1.75
    rows = []
    for side in (1.0, -1.0):
        flip = np.array([1.0, 1.0, side])
        for a, b, r0, r1 in (
            (posture.hip, posture.knee, 0.084, 0.060),
            (posture.shoulder, posture.elbow, 0.050, 0.036),
        ):
            rows.append([*(a * flip), r0 * scale, *(b * flip), r1 * scale])
    return np.array(rows)


def _neck(body: Body, clothes: Clothes, posture: Posture, frame: Frame) -> Mesh:
    spine = posture.spine
    levels = np.linspace(15.2, 23.4, 14)
    lean = np.interp(levels, spine.level, spine.angle_deg)
    flat = np.array([spine.point_at(v) for v in levels])
    front = np.array([in_space(v + 90) for v in lean])
    shift = np.interp(levels, (15.2, 18, 24), (0.004, 0.012, 0.014)) * frame.height / 1.75
    path = np.column_stack([flat, np.zeros(len(flat))]) + front * shift[:, None]
    scale = body.height_m / 1.75 * (0.6 + 0.4 * body.girth)
    side = np.interp(levels, (15.2, 17, 19, 24), (0.085, 0.068, 0.057, 0.056)) * scale
    deep = np.interp(levels, (15.2, 17, 19, 24), (0.066, 0.062, 0.058, 0.056)) * scale
    paint = np.broadcast_to(np.asarray(body.skin) * 0.93, (14, 3))
    if clothes.top == "shirt":
        paint = mix(paint, clothes.top_rgb, 1 - step(levels, 17.0, 0.2))
    return tube(path, front, side, deep, deep, colours=paint, columns=24)


def _with_left_leg(posture: Posture) -> Posture:
    """The posture's mirror image, as far as it can be told by its right leg."""
    if posture.left_leg is None:
        return posture
    knee, ankle = (point * np.array([1.0, 1.0, -1.0]) for point in posture.left_leg)
    return replace(posture, knee=knee, ankle=ankle)


def body_mesh(body: Body, clothes: Clothes, frame: Frame, posture: Posture) -> Mesh:
    """The whole lifter, `BACK` on the faces of the trunk and `BODY` on all others."""
    arm = arm_mesh(body, clothes, posture)
    right, left = (
        merge([leg_mesh(body, clothes, one), arm]) for one in (posture, _with_left_leg(posture))
    )
    parts = [
        _trunk(body, clothes, posture, _cones(body, posture)),
        right,
        mirrored(left),
        _neck(body, clothes, posture, frame),
        head_mesh(body, frame, posture),
    ]
    mesh = merge(parts)
    mesh.kind[:] = BODY
    mesh.kind[: len(parts[0].faces)] = BACK
    return mesh
