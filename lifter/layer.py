"""One mesh, lit and drawn: a patch of the picture."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.camera import View
from lifter.mesh import Mesh, normals
from lifter.raster import depth_map, rasterize, shade

__all__ = ["LAMP", "SCALE", "Layer", "Parts", "before", "draw", "floor_shadow", "tone"]

F32 = NDArray[np.float32]
Array = NDArray[np.float64]

LAMP: Array = np.array([0.30, 1.0, 0.62]) / np.linalg.norm([0.30, 1.0, 0.62])
SCALE = 2
SHADOW_SIZE, SHADOW_TEXEL = 320, 0.009
FLOOR_SIZE, FLOOR_TEXEL = 256, 0.02


@dataclass(frozen=True)
class Parts:
    """What the finer pixels of a patch show, `SCALE` to one of the picture.

    Attributes
    ----------
    kind
        As `lifter.mesh.Mesh.kind`, 0 where nothing is drawn; shape (h * SCALE, w * SCALE).
    near
        Inverse depth, same shape.
    trunk
        Coverage by the trunk as if nothing stood before it, 0-1, shape (h, w).
    """

    kind: NDArray[np.uint8]
    near: F32
    trunk: F32

    def __repr__(self) -> str:
        return f"Parts(shape={self.kind.shape})"


@dataclass(frozen=True)
class Layer:
    """A drawn patch whose top left pixel is (`x`, `y`).

    Attributes
    ----------
    rgb
        Premultiplied linear light, shape (h, w, 3).
    cover
        Coverage by anything drawn, 0-1, shape (h, w).
    body, seen
        Coverage by bodies as if nothing stood before them, and the part of it
        that is visible, shape (h, w).
    depth
        Inverse depth of the nearest surface, 0 where empty, shape (h, w).
    parts
        What each pixel shows, if it was asked for.
    """

    x: int
    y: int
    rgb: F32
    cover: F32
    body: F32
    seen: F32
    depth: F32
    parts: Parts | None = None

    def __repr__(self) -> str:
        return f"Layer(x={self.x}, y={self.y}, shape={self.cover.shape})"

    @property
    def box(self) -> tuple[slice, slice]:
        """Rows and columns of the picture that the patch covers."""
        height, width = self.cover.shape
        return slice(self.y, self.y + height), slice(self.x, self.x + width)

    def onto(self, picture: F32, corner: tuple[int, int] = (0, 0)) -> None:
        """Lay the patch over a picture whose top left pixel is `corner` (x, y), in place."""
        rows, columns = self.box
        x, y = corner
        place = picture[rows.start - y : rows.stop - y, columns.start - x : columns.stop - x]
        place *= 1 - self.cover[..., None]
        place += self.rgb


def _lamp_view(points: Array, lamp: Array) -> Array:
    """Points as the lamp sees them: map pixels and distance towards the lamp."""
    across = np.cross(np.array([0.0, 0.0, 1.0]), lamp)
    across = across / np.linalg.norm(across)
    basis = np.stack([across, np.cross(lamp, across), lamp])
    flat = (points - points.mean(axis=0)) @ basis.T
    flat[:, :2] = flat[:, :2] / SHADOW_TEXEL + SHADOW_SIZE / 2
    return np.asarray(flat)


def _bounds(screen: Array, width: int, height: int) -> tuple[int, int, int, int]:
    seen = screen[screen[:, 2] > 0]
    if len(seen) == 0:
        return 0, 0, 2, 2
    low, high = seen[:, :2].min(axis=0), seen[:, :2].max(axis=0)
    x0, y0 = max(int(low[0]) - 2, 0), max(int(low[1]) - 2, 0)
    x1, y1 = min(int(high[0]) + 3, width), min(int(high[1]) + 3, height)
    return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)


def before(layer: Layer, other: Layer | None) -> Layer:
    """The part of a patch that another one does not hide."""
    if other is None:
        return layer
    x0, y0 = max(layer.x, other.x), max(layer.y, other.y)
    x1 = min(layer.x + layer.cover.shape[1], other.x + other.cover.shape[1])
    y1 = min(layer.y + layer.cover.shape[0], other.y + other.cover.shape[0])
    if x0 >= x1 or y0 >= y1:
        return layer
    mine = slice(y0 - layer.y, y1 - layer.y), slice(x0 - layer.x, x1 - layer.x)
    theirs = slice(y0 - other.y, y1 - other.y), slice(x0 - other.x, x1 - other.x)
    hidden = (other.depth[theirs] > layer.depth[mine]) * other.cover[theirs]
    rgb, cover = layer.rgb.copy(), layer.cover.copy()
    rgb[mine] *= 1 - hidden[..., None]
    cover[mine] *= 1 - hidden
    return replace(layer, rgb=rgb, cover=cover)


def draw(
    mesh: Mesh, view: View, width: int, height: int, light: float = 1.0, *, parts: bool = False
) -> Layer | None:
    """Draw a mesh with shadows of its own; None if it is out of the picture."""
    screen = view.project(mesh.points)
    x0, y0, x1, y1 = _bounds(screen, width, height)
    if x0 >= width or y0 >= height:
        return None
    rows, columns = (y1 - y0) * SCALE, (x1 - x0) * SCALE
    buffer_px = screen.copy()
    buffer_px[:, 0] = (screen[:, 0] - x0) * SCALE
    buffer_px[:, 1] = (screen[:, 1] - y0) * SCALE
    near = np.zeros((rows, columns), np.float32)
    owner = np.full((rows, columns), -1, np.int32)
    weight = np.zeros((rows, columns, 2), np.float32)
    body = np.zeros((rows, columns), np.uint8)
    rasterize(buffer_px, mesh.faces, mesh.kind, near, owner, weight, body)
    flat = _lamp_view(mesh.points, LAMP)
    shadow = depth_map(flat, mesh.faces, SHADOW_SIZE)
    rgb = np.zeros((y1 - y0, x1 - x0, 3), np.float32)
    cover = np.zeros((y1 - y0, x1 - x0), np.float32)
    seen, depth = np.zeros_like(cover), np.zeros_like(cover)
    strengths = light * np.array([0.95, 0.62, 0.16])
    outward = normals(mesh.points, mesh.faces)
    colours = np.ascontiguousarray(mesh.colours)
    shade(
        owner, weight, near, mesh.faces, mesh.kind, mesh.points, outward, colours, mesh.gloss,
        flat, shadow, view.eye, LAMP, strengths, rgb, cover, seen, depth,
    )  # fmt: skip
    soft = _halved(body > 0)
    rgb *= _creases(depth)[..., None]
    shown = None
    if parts:
        kind = np.where(owner >= 0, mesh.kind[owner], 0).astype(np.uint8)
        shown = Parts(kind, near, _halved(body > 1))
    return Layer(x0, y0, rgb, cover, soft, seen, depth, shown)


def _halved(mask: NDArray[np.bool_]) -> F32:
    """Share of each pixel of the picture, from a mask at `SCALE`."""
    rows, columns = mask.shape[0] // SCALE, mask.shape[1] // SCALE
    soft = cv2.resize(mask.astype(np.float32), (columns, rows), interpolation=cv2.INTER_AREA)
    return np.asarray(soft, np.float32).reshape(rows, columns)


def _creases(depth: F32) -> F32:
    """Darken what lies behind its surroundings (unsharp depth, Luft et al. 2006)."""
    filled = depth > 0
    weight = cv2.GaussianBlur(filled.astype(np.float32), (0, 0), 7.0)
    around = cv2.GaussianBlur(depth, (0, 0), 7.0) / np.maximum(weight, 1e-3)
    behind = np.clip((around - depth) / np.maximum(depth, 1e-6), 0, 0.06) * filled
    return np.asarray(1.0 - 7.0 * behind, np.float32)


def floor_shadow(points: Array, faces: NDArray[np.int32]) -> F32:
    """Light left on the floor, 0-1, on a map centred on the origin."""
    height = np.maximum(points[:, 1], 0.0)
    maps = []
    for lean, blur, strength in ((LAMP, 3.0, 0.50), (np.array([0, 1.0, 0]), 6.0, 0.42)):
        flat = np.column_stack(
            [
                (points[:, 0] - height * lean[0] / lean[1]) / FLOOR_TEXEL + FLOOR_SIZE / 2,
                (points[:, 2] - height * lean[2] / lean[1]) / FLOOR_TEXEL + FLOOR_SIZE / 2,
                np.ones(len(points)),
            ]
        )
        hit = (depth_map(flat, faces, FLOOR_SIZE) > 0).astype(np.float32)
        maps.append(1 - strength * cv2.GaussianBlur(hit, (0, 0), blur))
    return np.asarray(maps[0] * maps[1], np.float32)


def _tone_table() -> NDArray[np.uint8]:
    """Linear light 0-2 in 4096 steps to 8-bit sRGB with soft highlights."""
    x = np.linspace(0, 2, 4096)
    x = np.where(x < 0.7, x, 0.7 + 0.3 * np.tanh((x - 0.7) / 0.3 * 0.8))
    srgb = np.where(x <= 0.0031308, 12.92 * x, 1.055 * np.maximum(x, 1e-9) ** (1 / 2.4) - 0.055)
    return np.clip(np.round(srgb * 255), 0, 255).astype(np.uint8)


_TONE = _tone_table()


def tone(linear: F32) -> NDArray[np.uint8]:
    """Linear light to 8-bit sRGB."""
    steps = np.clip(linear * 2047.5, 0, 4095).astype(np.uint16)
    return np.asarray(_TONE[steps])
