"""The room: walls, floor, windows and gym furniture, drawn once for a clip."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.camera import View
from lifter.mesh import Mesh, box, disc, ellipsoid, merge
from lifter.params import Scene

__all__ = ["Room", "furniture", "room_of"]

Array = NDArray[np.float64]
F32 = NDArray[np.float32]

WALL_Z, HALF_X, CEILING = -2.6, 7.0, 3.4
TEXEL = 0.012


@dataclass(frozen=True)
class Room:
    """The empty room as the camera sees it.

    Attributes
    ----------
    rgb
        Linear light, shape (height, width, 3).
    floor_xz
        Where each pixel sees the floor, nan elsewhere; shape (height, width, 2).
    inverse_depth
        Shape (height, width).
    """

    rgb: F32
    floor_xz: F32
    inverse_depth: F32

    def __repr__(self) -> str:
        return f"Room(shape={self.rgb.shape[:2]})"


def _speckle(rng: np.random.Generator, shape: tuple[int, int], blur: float) -> F32:
    noise = rng.standard_normal(shape).astype(np.float32)
    soft = cv2.GaussianBlur(noise, (0, 0), blur)
    return np.asarray(soft / soft.std(), np.float32)


def _rect(
    image: F32, x: tuple[float, float], y: tuple[float, float], rgb: Array, edge: float = 0.0
) -> None:
    """Paint a rectangle given in metres on a texture with `TEXEL` pixels, y up."""
    height = image.shape[0]
    x0, x1 = (int((v + HALF_X) / TEXEL) for v in x)
    y0, y1 = (int(height - v / TEXEL) for v in (y[1], y[0]))
    image[max(y0, 0) : max(y1, 0), max(x0, 0) : max(x1, 0)] = rgb
    if edge > 0:
        colour = tuple(float(v) for v in np.asarray(rgb) * edge)
        cv2.rectangle(image, (x0, y0), (x1, y1), colour, 3)


def _wall(scene: Scene) -> F32:
    rng = np.random.default_rng([scene.seed, 21])
    shape = (int(CEILING / TEXEL), int(2 * HALF_X / TEXEL))
    image = np.ones((*shape, 3), np.float32) * np.asarray(scene.wall_rgb, np.float32)
    base = np.asarray(scene.wall_rgb)
    if scene.busy > 0:
        _wall_pattern(image, rng, base)
        for _ in range(2 + 3 * scene.busy):
            _poster(image, rng, base)
    _rect(image, (-HALF_X, HALF_X), (0.0, 0.09), base * 0.25)
    image *= 1 + 0.025 * _speckle(rng, shape, 1.2)[..., None]
    image *= 1 + 0.05 * _speckle(rng, shape, 60.0)[..., None]
    return np.clip(image, 0, 2)


def _wall_pattern(image: F32, rng: np.random.Generator, base: Array) -> None:
    style = rng.integers(3)
    if style == 0:
        band = rng.uniform(0.8, 1.4)
        tone = base * rng.uniform(0.25, 0.7) * rng.uniform(0.6, 1.2, 3)
        _rect(image, (-HALF_X, HALF_X), (0.0, band), tone)
    if style == 1:
        rows, columns = np.indices(image.shape[:2])
        brick = rows // 7
        joint = (rows % 7 == 0) | ((columns + 10 * (brick % 2)) % 20 == 0)
        image[joint] *= 0.72
    if style == 2:
        for x in np.arange(-HALF_X, HALF_X, 1.22):
            _rect(image, (x, x + 0.012), (0, CEILING), base * 0.55)


def _poster(image: F32, rng: np.random.Generator, base: Array) -> None:
    x, y = rng.uniform(-5, 4), rng.uniform(0.9, 2.2)
    w, h = rng.uniform(0.4, 1.4), rng.uniform(0.3, 0.8)
    kind = rng.integers(3)
    if kind == 0:
        _rect(image, (x, x + w), (y, y + h), np.array([0.75, 0.85, 0.95]) * 1.1, 0.2)
        _rect(image, (x + w / 2 - 0.02, x + w / 2 + 0.02), (y, y + h), base * 0.3)
    else:
        _rect(image, (x, x + w), (y, y + h), rng.uniform(0.02, 0.6, 3), 0.5)
        for i in range(3):
            top = y + h * (0.75 - 0.2 * i)
            _rect(image, (x + 0.1 * w, x + 0.85 * w), (top, top + 0.06 * h), rng.uniform(0, 0.8, 3))


def _floor(scene: Scene) -> F32:
    rng = np.random.default_rng([scene.seed, 22])
    size = int(2 * HALF_X / TEXEL)
    base = np.asarray(scene.floor_rgb, np.float32)
    image = np.ones((size, size, 3), np.float32) * base
    flecks = rng.random((size, size)) > 0.985
    image[flecks] += rng.uniform(0.02, 0.12, (int(flecks.sum()), 1)).astype(np.float32)
    seam = int(1.0 / TEXEL)
    image[::seam] *= 0.6
    image[:, ::seam] *= 0.6
    if scene.busy > 0 and rng.random() < 0.6:
        low, high = int((HALF_X - 1.25) / TEXEL), int((HALF_X + 1.25) / TEXEL)
        wood = np.array([0.26, 0.16, 0.085]) * rng.uniform(0.5, 1.3)
        grain = 1 + 0.12 * _speckle(rng, (high - low, high - low), 3.0)[..., None]
        image[low:high, low:high] = wood * grain
    image *= 1 + 0.10 * _speckle(rng, (size, size), 40.0)[..., None]
    return np.asarray(np.clip(image, 0, 2), np.float32)


def _texture_at(image: F32, u: Array, v: Array, blur: float) -> F32:
    soft = cv2.GaussianBlur(image, (0, 0), blur) if blur > 0 else image
    x = np.nan_to_num(u / TEXEL, nan=-1.0).astype(np.float32)
    y = np.nan_to_num(v / TEXEL, nan=-1.0).astype(np.float32)
    return np.asarray(cv2.remap(soft, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REFLECT))


def room_of(scene: Scene, view: View, width: int, height: int) -> Room:
    """Draw the empty room (walls and floor, no furniture)."""
    rays, eye = view.rays(width, height), view.eye
    flat = np.where(rays[..., 1] < -1e-4, rays[..., 1], np.nan)
    down = -eye[1] / flat
    x, z = eye[0] + down * rays[..., 0], eye[2] + down * rays[..., 2]
    walls = _box_distance(rays, eye)
    on_floor = np.isfinite(down) & (down < walls)
    hit = eye + rays * walls[..., None]
    along = np.where(np.abs(hit[..., 2] - WALL_Z) < 1e-3, hit[..., 0], hit[..., 2] + 3.3)
    wall = _texture_at(_wall(scene), along + HALF_X, CEILING - hit[..., 1], 0.8)
    floor = _texture_at(_floor(scene), x + HALF_X, z + HALF_X, 1.0)
    above = (hit[..., 1] > CEILING) & ~on_floor
    rgb = np.where(on_floor[..., None], floor, wall)
    rgb = np.where(above[..., None], 0.35 * np.asarray(scene.wall_rgb), rgb)
    distance = np.where(on_floor, down, walls)
    rgb = rgb * _light(scene, eye + rays * distance[..., None])[..., None]
    keep = np.where(on_floor, 1.0, np.nan)
    spot = np.stack([x * keep, z * keep], axis=-1)
    depth = 1.0 / np.where(np.isfinite(distance), distance, 1e6)
    return Room(rgb.astype(np.float32), spot.astype(np.float32), depth.astype(np.float32))


def _box_distance(rays: Array, eye: Array) -> Array:
    """Distance along each ray to the back, side or front wall."""
    with np.errstate(divide="ignore", invalid="ignore"):
        back = np.where(rays[..., 2] < 0, (WALL_Z - eye[2]) / rays[..., 2], np.inf)
        edge = np.where(rays[..., 0] > 0, HALF_X - 0.6, -HALF_X + 0.6)
        side = np.abs((edge - eye[0]) / rays[..., 0])
        front = np.where(rays[..., 2] > 0, (7.0 - eye[2]) / rays[..., 2], np.inf)
    return np.asarray(np.minimum(np.minimum(back, side), front))


def _light(scene: Scene, place: Array) -> Array:
    """Ceiling lamps: brighter overhead, darker towards the corners."""
    rng = np.random.default_rng([scene.seed, 23])
    lamp = np.array([rng.uniform(-1.5, 1.5), 3.2, rng.uniform(-0.8, 0.8)])
    away = np.sum((place - lamp) ** 2, axis=-1)
    return np.asarray(scene.light * (0.55 + 0.75 / (1 + away / 7.0)))


def _rack(x: float, z: float, colour: Array) -> list[Mesh]:
    posts = [
        box(np.array([x + dx, 1.1, z + dz]), (0.035, 1.1, 0.035), colour)
        for dx in (0.0, 1.1)
        for dz in (-0.25, 0.25)
    ]
    beams = [
        box(np.array([x + 0.55, y, z + 0.25]), (0.55, 0.03, 0.03), colour) for y in (0.1, 2.15)
    ]
    return posts + beams


def _dumbbells(x: float, z: float, rng: np.random.Generator) -> list[Mesh]:
    steel = np.array([0.12, 0.12, 0.13])
    parts = []
    for y in (0.35, 0.75, 1.1):
        parts.append(box(np.array([x, y, z]), (1.0, 0.025, 0.18), steel * 0.5))
        for i in range(9):
            place = np.array([x - 0.9 + 0.22 * i, y + 0.10])
            size = 0.05 + 0.025 * (1.1 - y) + 0.008 * rng.random()
            radius = size * np.array([0, 1, 1, 0.3, 0.3, 1, 1, 0])
            at = z + np.array([-0.15, -0.15, -0.06, -0.05, 0.05, 0.06, 0.15, 0.15])
            parts.append(disc(place, radius, at, np.full((8, 3), 0.03), columns=12))
    return parts


def _plates(x: float, z: float, rng: np.random.Generator) -> list[Mesh]:
    parts = []
    for i in range(4):
        colour = rng.uniform(0.01, 0.3, 3)
        radius = np.array([0, 1, 1, 0]) * (0.225 - 0.03 * i)
        at = z + 0.08 * i + np.array([0, 0, 0.06, 0.06])
        parts.append(
            disc(np.array([x, 0.225 - 0.03 * i]), radius, at, np.repeat(colour[None], 4, 0))
        )
    return parts


def furniture(scene: Scene) -> Mesh | None:
    """Racks, dumbbells, boxes and balls along the wall, or nothing."""
    rng = np.random.default_rng([scene.seed, 24])
    parts: list[Mesh] = []
    if scene.busy <= 0:
        return None
    paint = rng.choice([[0.05, 0.05, 0.05], [0.4, 0.03, 0.02], [0.3, 0.3, 0.3]])
    slots = list(rng.permutation([-3.6, -2.0, -0.4, 1.2, 2.8]))
    for _ in range(2 + scene.busy):
        x, kind = slots.pop(), rng.integers(4)
        if kind == 0:
            parts += _rack(x, WALL_Z + 0.5, np.asarray(paint))
        elif kind == 1:
            parts += _dumbbells(x, WALL_Z + 0.35, rng)
        elif kind == 2:
            parts += _plates(x, WALL_Z + 0.4, rng)
            size = rng.uniform(0.25, 0.4)
            tone = np.array([0.3, 0.2, 0.1]) * rng.uniform(0.4, 1.4)
            parts.append(box(np.array([x + 0.9, size, WALL_Z + 0.5]), (0.3, size, 0.3), tone))
        else:
            size = rng.uniform(0.25, 0.36)
            ball = np.diag([size] * 3)
            place = np.array([x, size, WALL_Z + 0.5])
            parts.append(ellipsoid(place, ball, rng.uniform(0.02, 0.5, 3), kind=2))
    return merge(parts)
