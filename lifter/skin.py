"""From spine to skin: the outline of the trunk in the sagittal plane.

The skin is *not* a fixed offset of the spine. Between the two lie bone
(vertebral body to the tip of the spinous process), the erector spinae that
fill the lumbar hollow, and fat: each with its own thickness along the trunk,
thinned where the spine flexes and bulging where it arches, slid along the
spine with flexion, and uneven in a way that is each lifter's own. Gluteal
bulk flattens as the hip flexes. Loose cloth bridges the hollow and hangs off
with gravity.

Thicknesses are plain anatomical magnitudes for a 1.75 m adult (spinous tips
5-6 cm behind the vertebral centres; two to three centimetres of soft tissue
behind them in the lumbar region), not fitted to any data.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.interpolate import PchipInterpolator
from scipy.ndimage import gaussian_filter1d

from lifter.params import Body, Clothes
from lifter.spine import STEPS, T1_LEVEL, Spine, level_turns

__all__ = ["STATIONS", "Outline", "clothed", "dorsal_points", "outline", "posed"]

Array = NDArray[np.float64]

PELVIS_BOTTOM = -3.0
STATIONS: Array = np.concatenate([np.arange(-12, T1_LEVEL * STEPS + 1) / STEPS])

_LEVEL = (-3, -2, -1, 0, 1, 2, 3, 4, 5, 7, 9, 11, 13, 14.5, 16, 17)
_HALF_WIDTH = (150, 172, 168, 154, 145, 139, 138, 140, 143, 150, 157, 163, 160, 146, 105, 76)
_TOTAL_DORSAL = (78, 112, 106, 88, 81, 79.5, 80, 80, 79, 75.5, 74, 75, 76, 73, 64, 56)
_BONE = (45, 42, 46, 55, 60, 62, 62, 60, 57, 52, 50, 48, 46, 46, 50, 50)
_VENTRAL = (85, 108, 124, 132, 134, 132, 128, 126, 128, 138, 148, 152, 142, 122, 88, 66)
_FURROW = (26, 26, 10, 3, 5, 7, 8, 8, 7, 6, 5, 4, 4, 4, 2, 0)
_PELVIS_LEVEL = (-3, -2, -1, 0)
_PELVIS_X = (-12, -26, -31, -23)
_PELVIS_Y = (-85, -5, 58, 110)
_PELVIS_ANGLE = (-4, 0, 4, 8)


@dataclass(frozen=True)
class Outline:
    """Trunk rings, one for each of `STATIONS`; all arrays have shape (n,).

    Attributes
    ----------
    centre
        Ring centres in the sagittal plane, shape (n, 2).
    angle_deg
        Forward lean of the rings' axes.
    dorsal, ventral, half_width
        Reach of the ring backwards, forwards and sideways.
    furrow
        Depth of the midline furrow (spine, natal cleft).
    """

    centre: Array
    angle_deg: Array
    dorsal: Array
    ventral: Array
    half_width: Array
    furrow: Array

    def __repr__(self) -> str:
        return f"Outline(rings={len(self.dorsal)})"


@lru_cache(maxsize=32)
def _profile(values: tuple[float, ...]) -> Array:
    return np.asarray(PchipInterpolator(_LEVEL, values)(STATIONS)) * 1e-3


@lru_cache(maxsize=32)
def _unevenness(seed: int) -> tuple[Array, Array]:
    """Smooth factors on muscle and fat along the trunk, the lifter's own."""
    rng = np.random.default_rng([seed, 71])
    rows = gaussian_filter1d(rng.standard_normal((2, len(STATIONS) + 40)), 7.0, axis=1)
    rows = rows[:, 20:-20] / rows.std(axis=1, keepdims=True)
    return np.exp(0.12 * rows[0]), np.exp(0.24 * rows[1])


def _bell(centre: float, width: float) -> Array:
    return np.asarray(np.exp(-(((STATIONS - centre) / width) ** 2)))


def _local_flexion(body: Body, spine: Spine) -> Array:
    """Flexion against standing in degrees a level, smoothed along the skin."""
    standing = level_turns(body, -body.lordosis_deg, body.kyphosis_deg)
    extra = spine.turn_deg[:T1_LEVEL] - standing
    nodes = np.arange(T1_LEVEL) + 0.5
    raw = np.interp(STATIONS, nodes, extra, left=0.0)
    return np.asarray(gaussian_filter1d(raw, 1.3 * STEPS))


def _dorsal(body: Body, spine: Spine, hip_flexion_deg: float) -> Array:
    flexion = _local_flexion(body, spine)
    total = spine.lumbar_deg + body.lordosis_deg
    muscle_own, fat_own = _unevenness(body.skin_seed)
    slid = STATIONS - body.slide * 0.7 * total / 45.0 * _bell(1.5, 3.5)
    bone = _profile(_BONE)
    soft = _profile(_TOTAL_DORSAL) - bone
    gluteal = soft * (1 / (1 + np.exp((STATIONS + 0.55) * 6)))
    back = np.interp(slid, STATIONS, soft - gluteal)
    strain = np.tanh(flexion / 14.0) * body.slide
    muscle = 0.62 * back * body.erector * muscle_own * (1 - 0.24 * strain)
    own = np.interp(slid, STATIONS, fat_own)
    fat = 0.38 * back * (body.fat * body.girth) * own * (1 - 0.28 * strain)
    flat = 1 - 0.22 * np.clip(hip_flexion_deg, -20, 120) / 110.0
    return np.asarray(bone + muscle + fat + gluteal * body.buttocks * flat)


def _ventral(body: Body, spine: Spine) -> Array:
    total = (spine.lumbar_deg + body.lordosis_deg) / 50.0
    belly = _bell(2.5, 3.2)
    own = 1 + 1.5 * (body.girth - 1) * belly + 0.5 * (body.girth - 1)
    return np.asarray(_profile(_VENTRAL) * own * (1 + 0.08 * body.slide * total * belly))


def _centres(body: Body, spine: Spine) -> tuple[Array, Array]:
    """Ring centres and axes with the pelvis upright and its hip at the origin."""
    scale = body.height_m / 1.75
    inside = STATIONS < 0
    level = STATIONS[inside]
    pelvis = [PchipInterpolator(_PELVIS_LEVEL, v)(level) for v in (_PELVIS_X, _PELVIS_Y)]
    angle_in = np.interp(level, _PELVIS_LEVEL, _PELVIS_ANGLE)
    upto = T1_LEVEL * STEPS + 1
    low = np.column_stack(pelvis) * 1e-3 * scale
    low += (spine.points[0] - low[-1]) * np.clip((level + 2)[:, None] / 2, 0, 1) ** 2 * 0.8
    centre = np.vstack([low, spine.points[:upto]])
    raw = np.concatenate([angle_in, spine.angle_deg[:upto]])
    return centre, np.asarray(gaussian_filter1d(raw, 1.1 * STEPS, mode="nearest"))


def outline(body: Body, spine: Spine, hip_flexion_deg: float) -> Outline:
    """Bare trunk for a spine in the pelvis's own frame (see `posed`)."""
    scale = body.height_m / 1.75
    centre, angle = _centres(body, spine)
    width = _profile(_HALF_WIDTH) * (1 + 0.8 * (body.girth - 1)) * scale
    furrow = _profile(_FURROW) * body.erector * scale
    dorsal = _dorsal(body, spine, hip_flexion_deg) * scale
    return Outline(centre, angle, dorsal, _ventral(body, spine) * scale, width, furrow)


def posed(rings: Outline, pitch_deg: float, hip: Array) -> Outline:
    """Pitch a trunk forward about its hip and move the hip to `hip`."""
    a = np.deg2rad(pitch_deg)
    turn = np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])
    return replace(rings, centre=rings.centre @ turn.T + hip, angle_deg=rings.angle_deg + pitch_deg)


def dorsal_points(rings: Outline) -> Array:
    """Back of every ring in the sagittal plane, shape (n, 2)."""
    a = np.deg2rad(rings.angle_deg)
    normal = np.column_stack([-np.cos(a), np.sin(a)])
    return np.asarray(rings.centre + rings.dorsal[:, None] * normal)


def _bridge(points: Array) -> Array:
    """Distance of each point below the chain's hull, across the hip-shoulder line."""
    axis = points[-1] - points[0]
    axis = axis / np.linalg.norm(axis)
    along = (points - points[0]) @ axis
    out = (points - points[0]) @ np.array([-axis[1], axis[0]])
    order = np.argsort(along)
    hull: list[int] = []
    for i in order:
        while len(hull) > 1:
            a, b = hull[-2], hull[-1]
            left = (out[b] - out[a]) * (along[i] - along[a])
            if left > (out[i] - out[a]) * (along[b] - along[a]):
                break
            hull.pop()
        hull.append(int(i))
    return np.asarray(np.interp(along, along[hull], out[hull]) - out)


def clothed(rings: Outline, clothes: Clothes, posed_up: float) -> Outline:
    """Put a shirt over the trunk.

    Parameters
    ----------
    posed_up
        Sine of the trunk's rise: 1 = upright, 0 = level, face down.
    """
    if clothes.top == "bare":
        return rings
    hem = 0.6 - 3.2 * clothes.length
    worn = np.clip((STATIONS - hem) * 2, 0, 1) * np.clip((16.6 - STATIONS) * 2, 0, 1)
    span = (STATIONS >= -2.2) & (STATIONS <= 14.0)
    gap = np.zeros_like(rings.dorsal)
    gap[span] = np.clip(_bridge(dorsal_points(rings)[span]), 0, None)
    drape = clothes.ease * (0.30 + 0.70 * abs(posed_up))
    loose = 0.003 + 0.010 * clothes.ease
    hang = clothes.ease * (0.012 + 0.045 * (1 - abs(posed_up)) * _bell(5, 5))
    smooth = gaussian_filter1d(0.85 * drape * gap, 2.0)
    return replace(
        rings,
        dorsal=rings.dorsal + worn * (loose * (0.5 + 0.5 * abs(posed_up)) + smooth),
        ventral=rings.ventral + worn * (0.003 + hang),
        half_width=rings.half_width + worn * (0.004 + 0.022 * clothes.ease),
        furrow=rings.furrow * (1 - worn * (0.45 + 0.55 * clothes.ease)),
    )
