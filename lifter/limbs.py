"""Legs, shoes, arms and hands."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lifter.mesh import Mesh, ellipsoid, loft, merge, tube
from lifter.paint import mix, step
from lifter.params import Body, Clothes
from lifter.posture import Posture, direction, in_space

__all__ = ["arm_mesh", "leg_mesh"]

Array = NDArray[np.float64]

# Along the limbs: share of the way, reach to the side, front and back, mm.
LEG_AT = (-0.06, 0.0, 0.12, 0.3, 0.5, 0.7, 0.88, 0.97, 1.04, 1.15, 1.3, 1.5, 1.7, 1.86, 2.0)
LEG_SIDE = (78, 84, 86, 83, 76, 66, 57, 54, 52, 52, 57, 52, 39, 32, 33)
LEG_FRONT = (78, 84, 89, 90, 84, 72, 62, 61, 55, 46, 43, 39, 35, 32, 38)
LEG_BACK = (78, 88, 90, 86, 77, 64, 52, 48, 48, 57, 70, 62, 42, 34, 37)
ARM_AT = (-0.15, -0.13, -0.07, 0.0, 0.15, 0.4, 0.7, 0.9, 1.0, 1.1, 1.25, 1.6, 1.85, 2.0, 2.2)
ARM_SIDE = (6, 22, 43, 52, 54, 46, 41, 35, 35, 40, 43, 34, 28, 27, 27)
ARM_FRONT = (6, 22, 43, 53, 54, 50, 47, 37, 34, 40, 43, 33, 24, 21, 20)
ARM_BACK = (6, 22, 43, 53, 55, 50, 43, 37, 39, 37, 38, 31, 24, 21, 20)


_DENSE = np.linspace(-0.2, 2.2, 97)


def _path(a: Array, b: Array, c: Array, at: Array, blend: float) -> Array:
    """Points along a -> b -> c at shares 0..1..2, rounded at the bend."""
    share = _DENSE[:, None]
    legs = np.where(share <= 1, a + (b - a) * share, b + (c - b) * (share - 1))
    smooth = gaussian_filter1d(legs, blend / 0.025, axis=0, mode="nearest")
    ends = np.clip((np.minimum(_DENSE + 0.2, 2.2 - _DENSE) / (3 * blend)), 0, 1)[:, None]
    smooth = smooth * ends + legs * (1 - ends)
    return np.column_stack([np.interp(at, _DENSE, smooth[:, i]) for i in range(3)])


def _profile(at: Array, knots: tuple[float, ...], values: tuple[float, ...], scale: float) -> Array:
    smooth = gaussian_filter1d(np.interp(_DENSE, knots, values), 1.6, mode="nearest")
    return np.asarray(np.interp(at, _DENSE, smooth) * 1e-3 * scale)


def _with_edges(at: Array, edges: tuple[float, ...]) -> Array:
    """Rings close together where cloth ends, so that its hem is sharp."""
    close = [e + d for e in edges if at[0] < e < at[-1] for d in (-0.006, 0.006)]
    return np.unique(np.concatenate([at, close]))


def _thigh_front(posture: Posture) -> Array:
    """Front of thigh and shin: perpendicular to hip-ankle, on the knee's side."""
    line = posture.ankle - posture.hip
    front = np.array([-line[1], line[0], 0.0])
    return np.asarray(front / np.linalg.norm(front))


def leg_mesh(body: Body, clothes: Clothes, posture: Posture) -> Mesh:
    """Right leg with its shoe."""
    scale = body.limb_girth * body.height_m / 1.75
    at = np.concatenate([np.linspace(-0.06, 0.84, 20), np.linspace(0.87, 1.15, 11)])
    at = np.concatenate([at, np.linspace(1.19, 2.0, 17)])
    at = _with_edges(at, (clothes.shorts_length, 1.86))
    path = _path(posture.hip, posture.knee, posture.ankle, at, 0.05)
    bare = [_profile(at, LEG_AT, v, scale) for v in (LEG_SIDE, LEG_FRONT, LEG_BACK)]
    bare = [np.where(at < 0.3, r * (1 + (body.buttocks - 1) * 0.4), r) for r in bare]
    covered = 1 - step(at, clothes.shorts_length, 0.004)
    flare = 0.005 + 0.016 * np.clip(at / max(clothes.shorts_length, 0.1), 0, 1)
    if clothes.shorts_length > 1:
        flare = np.full_like(at, 0.003)
    loose = [r + covered * flare * np.clip(at / 0.12, 0, 1) for r in bare]
    paint = mix(np.broadcast_to(body.skin, (len(at), 3)), clothes.shorts_rgb, covered)
    paint = mix(paint, (0.55, 0.55, 0.55), step(at, 1.86, 0.004))
    front = _bent_front(path, _thigh_front(posture))
    leg = tube(path, front, loose[0], loose[1], loose[2], colours=paint, columns=26)
    return merge([leg, _shoe(body, clothes, posture)])


def _bent_front(path: Array, front: Array) -> Array:
    """Front direction carried along a bent limb, in its own plane."""
    axis = np.gradient(path, axis=0)
    turned = np.column_stack([-axis[:, 1], axis[:, 0], np.zeros(len(axis))])
    sign = np.sign(np.sum(turned * front, axis=1, keepdims=True))
    return np.asarray(turned * np.where(sign == 0, 1, sign) + 0.3 * 1e-3 * front)


SHOE_AT = (0.0, 0.03, 0.10, 0.25, 0.42, 0.6, 0.8, 0.94, 1.0)
SHOE_TOP = (0.55, 0.85, 1.0, 1.0, 0.98, 0.72, 0.52, 0.40, 0.2)
SHOE_WIDE = (0.3, 0.68, 0.82, 0.86, 0.84, 1.0, 0.98, 0.66, 0.25)


def _shoe(body: Body, clothes: Clothes, posture: Posture) -> Mesh:
    scale = body.height_m / 1.75
    length, high, wide = 0.285 * scale, 0.092 * scale, 0.048 * scale
    ahead = direction(90 + posture.foot_deg)
    up = direction(posture.foot_deg)
    at = np.concatenate([[0.0, 0.012], np.linspace(0.03, 0.97, 18), [0.99, 1.0]])
    start = posture.ankle[:2] - ahead * 0.074 * scale - up * (0.046 * body.height_m)
    phi = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    c, s = np.cos(phi), np.sin(phi)
    top = np.interp(at, SHOE_AT, SHOE_TOP) * high
    side = np.interp(at, SHOE_AT, SHOE_WIDE) * wide
    lift = np.interp(at, (0, 0.75, 1), (0, 0, 0.014)) * scale
    rise = 0.5 + 0.5 * np.sign(c) * np.abs(c) ** 0.55
    height = lift[:, None] + top[:, None] * rise
    flat = start + at[:, None, None] * length * ahead + height[..., None] * up
    z = posture.ankle[2] + side[:, None] * np.sign(s) * np.abs(s) ** 0.75
    z = z + 0.012 * scale * at[:, None]
    sole = (height - lift[:, None] < 0.024 * scale)[..., None]
    paint = np.where(sole, np.array([0.6, 0.6, 0.58]), np.asarray(clothes.shoes_rgb))
    return loft(np.dstack([flat, z]), paint, gloss=0.08)


def arm_mesh(body: Body, clothes: Clothes, posture: Posture) -> Mesh:
    """Right arm with its hand and shoulder girdle."""
    scale = body.limb_girth * body.height_m / 1.75
    at = np.concatenate([np.linspace(-0.15, 0.86, 21), np.linspace(0.9, 1.12, 9)])
    at = np.concatenate([at, np.linspace(1.18, 2.1, 15)])
    sleeve = {"shirt": 0.5 + 0.25 * clothes.ease, "tank": -0.5, "bare": -9.0}[clothes.top]
    at = _with_edges(at, (sleeve,))
    path = _path(posture.shoulder, posture.elbow, posture.wrist, at, 0.055)
    bare = [_profile(at, ARM_AT, v, scale) for v in (ARM_SIDE, ARM_FRONT, ARM_BACK)]
    covered = 1 - step(at, sleeve, 0.004)
    loose = [r + covered * (0.004 + 0.018 * clothes.ease * np.clip(at * 2.5, 0, 1)) for r in bare]
    paint = mix(np.broadcast_to(body.skin, (len(at), 3)), clothes.top_rgb, covered)
    front = (
        np.array([0.2, 0.1, 1.0]) if abs(path[0, 2] - path[9, 2]) < 0.15 else np.array([1, 1, 0])
    )
    arm = tube(path, front, loose[1], loose[0], loose[0], colours=paint, columns=20)
    return merge([arm, *_hand(body, posture), _girdle(body, clothes, posture)])


def _hand(body: Body, posture: Posture) -> list[Mesh]:
    """A fist about the bar, or a flat hand with fingers and thumb."""
    scale = body.height_m / 1.75
    axis = posture.hand - posture.elbow
    axis = axis / np.linalg.norm(axis)
    across = np.cross(axis, np.array([0.0, 0.0, 1.0]))
    across = across / max(float(np.linalg.norm(across)), 1e-6)
    third = np.cross(axis, across)
    colour = np.asarray(body.skin) * 0.94
    if posture.fist:
        axes = np.stack([axis * 0.050, across * 0.034, third * 0.046]) * scale
        return [ellipsoid(posture.hand, axes, colour)]
    palm = posture.wrist + axis * 0.060 * scale
    axes = np.stack([axis * 0.060, third * 0.041, across * 0.018]) * scale
    parts = [ellipsoid(palm, axes, colour, detail=9)]
    for i in (-1.5, -0.5, 0.5, 1.5):
        middle = palm + axis * (0.080 - 0.006 * abs(i)) * scale + third * 0.018 * i * scale
        axes = np.stack([axis * 0.048, third * 0.0095, across * 0.0095]) * scale
        parts.append(ellipsoid(middle, axes, colour, detail=7))
    return parts


def _girdle(body: Body, clothes: Clothes, posture: Posture) -> Mesh:
    """Trapezius and shoulder cap between neck and arm."""
    scale = body.height_m / 1.75
    base = np.array([*posture.spine.point_at(15.6), 0.045 * scale])
    base[:2] += 0.012 * scale * direction(posture.spine.angle_at(15.6) + 90)
    path = base + (posture.shoulder - base) * np.linspace(-0.1, 1.0, 12)[:, None]
    size = np.interp(np.linspace(0, 1, 12), (0, 0.3, 0.8, 1), (0.035, 0.050, 0.051, 0.044)) * scale
    colour = np.asarray(body.skin if clothes.top == "bare" else clothes.top_rgb)
    if clothes.top == "tank":
        colour = np.asarray(body.skin)
    paint = np.broadcast_to(colour, (12, 3))
    return tube(
        path, in_space(posture.spine.angle_at(14) + 90), size * 0.9, size, size, colours=paint
    )
