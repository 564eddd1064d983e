"""Triangles to pixels: a depth buffer, a shadow map and soft shading in numba."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifter.jit import jit
from lifter.mesh import BACK, GEAR

__all__ = ["depth_map", "rasterize", "shade"]

F32 = NDArray[np.float32]
I32 = NDArray[np.int32]
U8 = NDArray[np.uint8]
F64 = NDArray[np.float64]


@jit
def rasterize(  # noqa: PLR0917 - compiled: no keyword-only arguments
    screen: F64, faces: I32, kind: U8, near: F32, owner: I32, weight: F32, body: U8
) -> None:
    """Fill the depth buffer.

    Parameters
    ----------
    screen
        x, y in buffer pixels and the inverse depth of the points, shape (n, 3).
    faces, kind
        Triangles and what they belong to.
    near, owner, weight, body
        Buffers, in place: inverse depth (h, w), face (h, w), barycentric
        weights (h, w, 2), and what lies there, seen or not (h, w): 1 = any of the
        lifter, 3 = the trunk.
    """
    height, width = near.shape
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        za, zb, zc = screen[a, 2], screen[b, 2], screen[c, 2]
        if za <= 0 or zb <= 0 or zc <= 0:
            continue
        ax, ay, bx, by = screen[a, 0], screen[a, 1], screen[b, 0], screen[b, 1]
        cx, cy = screen[c, 0], screen[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        x0 = max(int(np.ceil(min(ax, bx, cx) - 0.5)), 0)
        x1 = min(int(np.floor(max(ax, bx, cx) - 0.5)), width - 1)
        y0 = max(int(np.ceil(min(ay, by, cy) - 0.5)), 0)
        y1 = min(int(np.floor(max(ay, by, cy) - 0.5)), height - 1)
        inverse = 1.0 / area
        for y in range(y0, y1 + 1):
            py = y + 0.5
            for x in range(x0, x1 + 1):
                px = x + 0.5
                wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) * inverse
                wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) * inverse
                wa = 1.0 - wb - wc
                if wa < -1e-6 or wb < -1e-6 or wc < -1e-6:
                    continue
                if kind[f] != GEAR:
                    body[y, x] |= 3 if kind[f] == BACK else 1
                z = wa * za + wb * zb + wc * zc
                if z > near[y, x]:
                    near[y, x] = z
                    owner[y, x] = f
                    weight[y, x, 0] = wa
                    weight[y, x, 1] = wb


@jit
def depth_map(flat: F64, faces: I32, size: int) -> F32:
    """Nearest surface as the lamp sees it.

    Parameters
    ----------
    flat
        Map pixels and distance towards the lamp, shape (n, 3).

    Returns
    -------
    array of shape (size, size), -1e9 where empty
    """
    out = np.full((size, size), -1e9, np.float32)
    for f in range(faces.shape[0]):
        a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
        ax, ay, bx, by = flat[a, 0], flat[a, 1], flat[b, 0], flat[b, 1]
        cx, cy = flat[c, 0], flat[c, 1]
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if abs(area) < 1e-9:
            continue
        for y in range(max(int(min(ay, by, cy)), 0), min(int(max(ay, by, cy)) + 1, size)):
            for x in range(max(int(min(ax, bx, cx)), 0), min(int(max(ax, bx, cx)) + 1, size)):
                px, py = x + 0.5, y + 0.5
                wb = ((px - ax) * (cy - ay) - (py - ay) * (cx - ax)) / area
                wc = ((bx - ax) * (py - ay) - (by - ay) * (px - ax)) / area
                if wb >= -0.05 and wc >= -0.05 and wb + wc <= 1.05:
                    toward = flat[a, 2] * (1 - wb - wc) + flat[b, 2] * wb + flat[c, 2] * wc
                    out[y, x] = max(out[y, x], toward)
    return out


@jit
def _lit(shadow: F32, u: float, v: float, toward: float, facing: float) -> float:
    """Share of the lamp that reaches a point: nine soft taps."""
    size = shadow.shape[0]
    free = 0.0
    cosine = max(facing, 0.15)
    toward += 0.012 + 0.015 * np.sqrt(1 - min(cosine, 1.0) ** 2) / cosine
    for i in range(-1, 2):
        for j in range(-1, 2):
            x, y = int(u + 1.6 * i), int(v + 1.6 * j)
            if x < 0 or y < 0 or x >= size or y >= size or shadow[y, x] < toward:
                free += 1.0
    return free / 9.0


@jit
def shade(  # noqa: C901, PLR0917 - one compiled loop, no keyword-only arguments
    owner: I32,
    weight: F32,
    near: F32,
    faces: I32,
    kind: U8,
    points: F64,
    normal: F64,
    colour: F64,
    gloss: F64,
    flat: F64,
    shadow: F32,
    eye: F64,
    lamp: F64,
    light: F64,
    rgb: F32,
    cover: F32,
    seen: F32,
    depth: F32,
) -> None:
    """Light the pixels and average each `scale` x `scale` block.

    Parameters
    ----------
    light
        Strengths of lamp, sky and floor bounce, shape (3,).
    rgb, cover, seen, depth
        Results, in place: premultiplied colour (h, w, 3), coverage by anything
        and by visible body (h, w), and nearest inverse depth (h, w).
    """
    height, width = cover.shape
    scale = owner.shape[0] // height
    share = 1.0 / (scale * scale)
    n, p = np.zeros(3), np.zeros(3)
    for y in range(height):
        for x in range(width):
            for s in range(scale * scale):
                yy, xx = y * scale + s // scale, x * scale + s % scale
                f = owner[yy, xx]
                if f < 0:
                    continue
                wa, wb = weight[yy, xx, 0], weight[yy, xx, 1]
                wc = 1.0 - wa - wb
                a, b, c = faces[f, 0], faces[f, 1], faces[f, 2]
                square, facing, reach = 0.0, 0.0, 0.0
                for i in range(3):
                    n[i] = wa * normal[a, i] + wb * normal[b, i] + wc * normal[c, i]
                    p[i] = wa * points[a, i] + wb * points[b, i] + wc * points[c, i]
                    square += n[i] * n[i]
                    facing += n[i] * (eye[i] - p[i])
                    reach += (eye[i] - p[i]) ** 2
                length = np.sqrt(square) + 1e-9
                if facing < 0:
                    length = -length
                facing = abs(facing) / (np.sqrt(reach) * abs(length))
                diffuse, shine = 0.0, 0.0
                for i in range(3):
                    n[i] /= length
                    diffuse += n[i] * lamp[i]
                    shine += n[i] * (lamp[i] + (eye[i] - p[i]) / np.sqrt(reach))
                wrap = max((diffuse + 0.25) / 1.25, 0.0)
                free = 1.0
                if wrap > 0:
                    u = wa * flat[a, 0] + wb * flat[b, 0] + wc * flat[c, 0]
                    v = wa * flat[a, 1] + wb * flat[b, 1] + wc * flat[c, 1]
                    t = wa * flat[a, 2] + wb * flat[b, 2] + wc * flat[c, 2]
                    free = _lit(shadow, u, v, t, diffuse)
                sky = 0.5 + 0.5 * n[1]
                amount = light[0] * wrap * (0.25 + 0.75 * free)
                amount += light[1] * (0.35 + 0.65 * sky) + light[2] * (1 - sky)
                amount *= 0.72 + 0.28 * facing
                bright = (wa * gloss[a] + wb * gloss[b] + wc * gloss[c]) * free
                bright *= max(shine * 0.5, 0.0) ** 24
                for i in range(3):
                    value = wa * colour[a, i] + wb * colour[b, i] + wc * colour[c, i]
                    rgb[y, x, i] += share * (value * amount + bright)
                cover[y, x] += share
                if kind[f] != GEAR:
                    seen[y, x] += share
                depth[y, x] = max(depth[y, x], near[yy, xx])
