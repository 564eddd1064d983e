"""Discs near the hands: what may be the end of a bar, frame by frame.

Which of the discs is the plate, if any, is told later from all frames together
(`formcheck.geometry.plate`).
"""

from __future__ import annotations

import math

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.landmarks import middle
from formcheck.pose.picture import small_grey

__all__ = ["CLEAR_RIM", "DISCS", "DISC_FIELDS", "DiscWatch", "find_discs", "no_discs"]

DISCS = 4
# Share of the rim that is seen of a plate that is clear: on labelled clips plates show 0.62 to
# 0.85 of it, what is no plate 0.43 at most, heads aside (benchmarks/bar.md).
CLEAR_RIM = 0.57
DISC_FIELDS = ("x_px", "y_px", "half_width_px", "half_height_px", "support", "sd_px")
# Without a clear disc for this long there is most likely no plate, and it is looked for less
# often: a look takes a tenth of the time that a frame takes. The median plate is clear, so
# that one is noticed at the first or second look, long before the bar moves.
_IDLE_AFTER_S, _IDLE_STEP_S = 1.0, 0.19

# The picture is looked at so small that a trunk is this long: a centimetre is then about a
# pixel, and a rim is placed within a few tenths of one.
_TRUNK_PX = 48.0
_LEAST_TRUNK_PX = 20.0
# A plate that is held in the hands or on the back ends this near to them, in trunk lengths,
# its own radius and the camera's perspective included.
_REACH_TRUNKS = 1.55
# Half of a plate in trunk lengths: 25 cm to 45 cm across beside trunks of 45 to 60 cm,
# and nearer to the camera than the lifter is by up to a third.
_RADII_PX = np.arange(10.0, 39.0)
# An edge is a gradient, in grey levels a small pixel, above what is usual around it, and none
# that noise makes: a dim rim before a dim wall counts like one before a window.
_AROUND_PX, _LEAST_EDGE = 25, 2.0
_MOST_EDGES = 1600
_PEAKS, _REFINED = 12, 5
# Steps of the fit with a wide and then with a narrow look for the rim, in radii.
_FITS = ((0.16, 3), (0.10, 2))
# A gradient points to the middle of a disc if no more than this is lost of it: 30 degrees.
_RADIAL = 0.85
# Of several circles about one middle (rim, groove, hub) the outermost that is nearly as
# complete as the best, and for the best middles one further out that is half as complete:
# all frames together tell which is the rim.
_OUTERMOST_SHARE, _OUTER_SHARE, _OUTER_STEP_PX, _OUTER_MIDDLES = 0.75, 0.5, 3, 2
# A rim is at most this flat in a view that is measured at all: 50 degrees.
_FLATTEST = 0.64
_LEAST_SUPPORT = 0.3
# Discs nearer to each other than this, in trunk lengths, are one.
_SAME_TRUNKS, _SAME_SIZE = 0.15, 0.10
_RAY_COUNT, _STEPS = 64, 15
# Residuals over this, in small pixels, are not the rim.
_ON_RIM_PX = 1.0
# The least that a rim can be placed, in small pixels; sampling alone leaves as much
# (benchmarks/bar.md).
_LEAST_SD_PX = 0.05

_ANGLES = np.arange(_RAY_COUNT) * (2 * np.pi / _RAY_COUNT)
_COS, _SIN = np.cos(_ANGLES), np.sin(_ANGLES)
_COARSE_COS, _COARSE_SIN = _COS[::2].copy(), _SIN[::2].copy()


def no_discs() -> NDArray[np.float32]:
    """What is kept of a frame without any disc."""
    return np.full((DISCS, len(DISC_FIELDS)), np.nan, np.float32)


class DiscWatch:
    """Looks for discs in every frame as long as there are clear ones, else five times a second.

    There may be clear ones until a second has shown none.
    """

    def __init__(self) -> None:
        self._looked_s = -math.inf
        self._clear_s = math.nan  # when there was one, or when it began

    def find(
        self, image: NDArray[np.uint8], landmarks_px: FloatArray, time_s: float
    ) -> NDArray[np.float32]:
        """Discs of the next frame, as `find_discs`; none if it is not looked at."""
        if math.isnan(self._clear_s):
            self._clear_s = time_s
        idle = time_s - self._clear_s > _IDLE_AFTER_S
        if idle and time_s - self._looked_s < _IDLE_STEP_S:
            return no_discs()
        self._looked_s = time_s
        found = find_discs(image, landmarks_px)
        if (found[:, DISC_FIELDS.index("support")] >= CLEAR_RIM).any():
            self._clear_s = time_s
        return found


def find_discs(image: NDArray[np.uint8], landmarks_px: FloatArray) -> NDArray[np.float32]:
    """Find what may be plates near the hands.

    Gradients vote for the middle of the circle whose rim they cross; where many meet, a
    robust fit gives an upright ellipse: a disc turned about the vertical loses width only.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    landmarks_px : float (33, 2)
        NaN where nobody was found.

    Returns
    -------
    float32 (DISCS, 6)
        `DISC_FIELDS` of each, the best first: middle, half width and half height, share of
        the rim that was seen, and standard deviation of the middle; NaN where there is none.
    """
    found = no_discs()
    window = _window(image, landmarks_px)
    if window is None:
        return found
    grey, corner_px, smaller = window
    edges = _Edges(grey)
    middles, radii = _circles(edges)
    if not len(radii):
        return found
    discs = _fitted(grey, middles, radii)
    discs = discs[np.argsort(-discs[:, 4] * np.sqrt(discs[:, 3]), kind="stable")]
    kept: list[FloatArray] = []
    for disc in discs:
        if len(kept) < DISCS and not any(_same(disc, other) for other in kept):
            kept.append(disc)
    if kept:
        # Middles of small pixels lie half a pixel in, and so do those of large ones.
        best = np.stack(kept)
        best[:, :2] = (best[:, :2] + 0.5) / smaller - 0.5 + corner_px
        best[:, [2, 3, 5]] /= smaller.mean()
        found[: len(best)] = best
    return found


def _same(disc: FloatArray, other: FloatArray) -> bool:
    near = np.hypot(*(disc[:2] - other[:2])) < _SAME_TRUNKS * _TRUNK_PX
    return bool(near and disc[3] < (1 + _SAME_SIZE) * other[3])


def _window(
    image: NDArray[np.uint8], landmarks_px: FloatArray
) -> tuple[NDArray[np.float32], FloatArray, FloatArray] | None:
    """Small grey picture around the hands, its corner, and by how much it is smaller."""
    trunk_px = float(np.hypot(*(middle(landmarks_px, "shoulder") - middle(landmarks_px, "hip"))))
    hands_px = middle(landmarks_px, "wrist")
    if not trunk_px >= _LEAST_TRUNK_PX or not np.isfinite(hands_px).all():
        return None
    height, width = image.shape[:2]
    reach_px = _REACH_TRUNKS * trunk_px
    left, top = np.clip(np.floor(hands_px - reach_px), 0, (width, height)).astype(int)
    right, bottom = np.clip(np.ceil(hands_px + reach_px), 0, (width, height)).astype(int)
    if min(right - left, bottom - top) < trunk_px:
        return None
    whole = max(1, int(trunk_px / _TRUNK_PX))
    small = small_grey(image[top:bottom, left:right], whole)
    down, across = small.shape
    scale = _TRUNK_PX / trunk_px
    size = max(1, round(across * whole * scale)), max(1, round(down * whole * scale))
    grey = cv2.resize(small, size).astype(np.float32)
    smaller = np.array(size) / (across * whole, down * whole)
    return np.asarray(cv2.GaussianBlur(grey, (3, 3), 0)), np.array([left, top], float), smaller


class _Edges:
    """Gradients of a small picture."""

    def __init__(self, grey: NDArray[np.float32]) -> None:
        self.x = cv2.Scharr(grey, cv2.CV_32F, 1, 0, scale=1 / 32)
        self.y = cv2.Scharr(grey, cv2.CV_32F, 0, 1, scale=1 / 32)
        self.size = cv2.magnitude(self.x, self.y)
        usual = cv2.blur(self.size, (_AROUND_PX, _AROUND_PX))
        self.strong = self.size > np.maximum(usual, _LEAST_EDGE)

    def thin(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Rows and columns of the ridges of the gradient, some of them if there are many."""
        ridge = self.size >= 0.85 * cv2.dilate(self.size, np.ones((3, 3), np.uint8))
        rows, columns = np.nonzero(self.strong & ridge)
        some = slice(None, None, 1 + len(rows) // _MOST_EDGES)
        return rows[some], columns[some]


def _circles(edges: _Edges) -> tuple[FloatArray, FloatArray]:
    """Middles (P, 2) and radii (P,) of the most complete circles."""
    height, width = edges.size.shape
    rows, columns = edges.thin()
    size = edges.size[rows, columns]
    reach = np.concatenate([_RADII_PX[::2], -_RADII_PX[::2]]).astype(np.float32)[:, None]
    x = np.rint(columns + reach * (edges.x[rows, columns] / size)).astype(np.int32)
    y = np.rint(rows + reach * (edges.y[rows, columns] / size)).astype(np.int32)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    counted = np.bincount((y * width + x)[inside], minlength=height * width)
    votes = cv2.GaussianBlur(counted.reshape(height, width).astype(np.float32), (7, 7), 1.3)
    tops = votes >= np.maximum(cv2.dilate(votes, np.ones((7, 7), np.uint8)), 1.0)
    at_y, at_x = np.nonzero(tops)
    best = np.argsort(-votes[at_y, at_x], kind="stable")[:_PEAKS]
    middles = np.stack([at_x[best], at_y[best]], axis=1).astype(np.float64)
    complete = _complete(edges, middles)
    value = complete * np.sqrt(_RADII_PX)
    top = value.argmax(axis=1)
    nearly = complete >= _OUTERMOST_SHARE * np.take_along_axis(complete, top[:, None], 1)
    outer = len(_RADII_PX) - 1 - nearly[:, ::-1].argmax(axis=1)
    order = np.argsort(-value.max(axis=1, initial=0.0), kind="stable")[:_REFINED]
    further = _further_out(complete[order[:_OUTER_MIDDLES]], outer[order[:_OUTER_MIDDLES]])
    with_more = np.concatenate([order, order[:_OUTER_MIDDLES][further >= 0]])
    rings = np.concatenate([outer[order], further[further >= 0]])
    return middles[with_more], _RADII_PX[rings]


def _further_out(complete: FloatArray, outer: NDArray[np.intp]) -> NDArray[np.intp]:
    """The most complete circle beyond one, as an index; -1 where there is none."""
    beyond = np.arange(complete.shape[1]) > outer[:, None] + _OUTER_STEP_PX
    best = np.where(beyond, complete, 0.0)
    enough = best.max(axis=1, initial=0.0) >= _OUTER_SHARE * complete.max(axis=1, initial=0.0)
    return np.where(enough, best.argmax(axis=1), -1)


def _complete(edges: _Edges, middles: FloatArray) -> FloatArray:
    """Share of each circle that is a radial edge, (P, R)."""
    height, width = edges.size.shape
    x = np.rint(middles[:, 0, None, None] + _RADII_PX[:, None] * _COARSE_COS).astype(np.int32)
    y = np.rint(middles[:, 1, None, None] + _RADII_PX[:, None] * _COARSE_SIN).astype(np.int32)
    inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
    at = np.where(inside, y * width + x, 0)
    size = edges.size.ravel()[at]
    radial = np.abs(edges.x.ravel()[at] * _COARSE_COS + edges.y.ravel()[at] * _COARSE_SIN)
    rim = inside & edges.strong.ravel()[at] & (radial > _RADIAL * size)
    near = rim.copy()
    near[:, 1:] |= rim[:, :-1]
    near[:, :-1] |= rim[:, 1:]
    return np.asarray(near.mean(axis=2))


def _fitted(grey: NDArray[np.float32], middles: FloatArray, radii: FloatArray) -> FloatArray:
    """Ellipses through the rims, (P, 6) as `DISC_FIELDS` in small pixels; fewer than came in."""
    shape = np.column_stack([middles, radii, radii])
    with np.errstate(all="ignore"):
        for reach, steps in _FITS:
            rim, seen = _rims(grey, shape, reach)
            for _ in range(steps):
                shape = _step(shape, rim, seen, radii)
                wide = np.asarray(shape[:, 2:] > 0.5 * radii[:, None]).all(axis=1)
                sane = np.asarray(np.isfinite(shape).all(axis=1) & wide)
                shape = np.where(sane[:, None], shape, np.nan)
        rim, seen = _rims(grey, shape, 0.10)
        off = _off_rim(shape, rim) * radii[:, None]
        on = seen & (np.abs(off) < _ON_RIM_PX)
        count = on.sum(axis=1)
        spread = np.sqrt((np.where(on, off, 0) ** 2).sum(axis=1) / np.maximum(count - 4, 1))
        sd = np.maximum(_LEAST_SD_PX, spread * np.sqrt(2 / np.maximum(count, 1)))
        flat = shape[:, 2] / shape[:, 3]
        good = np.asarray(
            (flat > _FLATTEST) & (flat < 1 / 0.9) & (on.mean(axis=1) >= _LEAST_SUPPORT)
        )
    return np.asarray(np.column_stack([shape, on.mean(axis=1), sd])[good])


def _rims(
    grey: NDArray[np.float32], shape: FloatArray, reach: float
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Sharpest point on each ray near the rim, (P, rays, 2), and whether there is one."""
    height, width = grey.shape
    sane = np.where(np.isfinite(shape), shape, 0.0)
    along = 1 + np.linspace(-reach, reach, _STEPS)
    x = sane[:, 0, None, None] + sane[:, 2, None, None] * _COS[:, None] * along
    y = sane[:, 1, None, None] + sane[:, 3, None, None] * _SIN[:, None] * along
    flat = x.reshape(-1, _STEPS).astype(np.float32), y.reshape(-1, _STEPS).astype(np.float32)
    level = cv2.remap(grey, *flat, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    rise = np.abs(level[:, 2:] - level[:, :-2])
    at = rise[:, 1:-1].argmax(axis=1) + 1
    row = np.arange(len(at))
    before, top, after = rise[row, at - 1], rise[row, at], rise[row, at + 1]
    bend = before - 2 * top + after
    shift = np.where(bend < -1e-6, 0.5 * (before - after) / np.minimum(bend, -1e-6), 0.0)
    place = 1 - reach + (at + 1 + np.clip(shift, -0.5, 0.5)) * (along[1] - along[0])
    place = place.reshape(len(shape), -1)
    outer_x, outer_y = x[:, :, -1], y[:, :, -1]
    inside = (outer_x >= 0) & (outer_x < width) & (outer_y >= 0) & (outer_y < height)
    seen = inside & (top.reshape(place.shape) > _LEAST_EDGE)
    rim_x = sane[:, 0, None] + sane[:, 2, None] * place * _COS
    rim_y = sane[:, 1, None] + sane[:, 3, None] * place * _SIN
    return np.stack([rim_x, rim_y], axis=2), seen


def _off_rim(shape: FloatArray, rim: FloatArray) -> FloatArray:
    """How far points lie outside of an ellipse, in its radii, (P, rays)."""
    return np.asarray(np.hypot(*np.moveaxis(_within(shape, rim), 2, 0)) - 1)


def _within(shape: FloatArray, rim: FloatArray) -> FloatArray:
    return np.asarray((rim - shape[:, None, :2]) / shape[:, None, 2:])


def _step(
    shape: FloatArray, rim: FloatArray, seen: NDArray[np.bool_], radii: FloatArray
) -> FloatArray:
    """One robust step of the ellipses towards their rims; round unless the rim says otherwise."""
    unit = _within(shape, rim)
    far = np.hypot(unit[..., 0], unit[..., 1]) + 1e-9
    off = far - 1
    slope = np.concatenate([unit, unit**2], axis=2) / far[..., None] / shape[:, None, [2, 3, 2, 3]]
    weight = seen / (1 + (off * radii[:, None] / _ON_RIM_PX) ** 2) ** 2
    normal = np.einsum("pri,pr,prj->pij", slope, weight, slope)
    right = np.einsum("pri,pr->pi", slope, weight * off)
    round_it = 0.5 / radii**2
    normal[:, 2, 2] += round_it
    normal[:, 3, 3] += round_it
    normal[:, 2, 3] -= round_it
    normal[:, 3, 2] -= round_it
    right[:, 2] += round_it * (shape[:, 3] - shape[:, 2])
    right[:, 3] += round_it * (shape[:, 2] - shape[:, 3])
    normal += 1e-6 * np.eye(4)
    sane = np.isfinite(normal).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    step = np.full_like(shape, np.nan)
    step[sane] = np.linalg.solve(normal[sane], right[sane][..., None])[..., 0]
    return np.asarray(shape + step)
