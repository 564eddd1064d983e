"""The outline of the trunk: where the silhouette ends on either side of its axis.

The axis runs from the middle of the hips (u = 0) to the middle of the shoulders
(u = 1). At each station along it the soft silhouette is followed outwards, at a
right angle, to where it falls below one half. One of the two sides is the back.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray

__all__ = ["STATIONS", "find_edges", "outline_points_px", "trace_outline"]


# From below the buttocks to above the shoulders, so that the curve beyond the
# lumbar part can be judged too; 64 stations are one every 2-4 px at 720p.
STATIONS: FloatArray = np.linspace(-0.35, 1.15, 64)
STATIONS.setflags(write=False)

# Trunk depth from its axis seldom passes 0.35 trunk lengths; beyond 0.7 the
# silhouette has merged with something else.
REACH = 0.7
_STEPS = 140

# Where the edge is looked for beside the mask's, in axis lengths: the mask's own is off by
# half of its pixels, about 0.012 (standard deviation), and in a few places by more.
_EDGE_STEP, _EDGE_REACH = 0.002, 0.05
_MASK_SD, _FAR_SHARE, _FAR_SDS = 0.012, 0.03, 4.0
# The mask errs alike at neighbouring stations, so that so many say no more than one.
_MASK_TOGETHER = 2.5
# Steps on either side over which colours are compared.
_EDGE_SIDE = 3
# Contrast in grey levels that says nothing (sensor and compression noise), and how fast
# more of it persuades: chosen on rendered clips of both kinds of bodies, where 0.91 of the
# points lie within the 90 % interval.
_NO_CONTRAST, _EDGE_GAIN = 6.0, 2.0
# How much the distance from the mask's edge changes from one station to the next, and the
# share of leaps.
_STATION_SD, _LEAP = 0.01, 0.001
_OFFSETS: FloatArray = np.arange(-_EDGE_REACH, _EDGE_REACH + _EDGE_STEP / 2, _EDGE_STEP)
_NEAR_MASK: FloatArray = (
    np.exp(-0.5 * (_OFFSETS / _MASK_SD) ** 2)
    + _FAR_SHARE * np.exp(-0.5 * (_OFFSETS / (_FAR_SDS * _MASK_SD)) ** 2)
) ** (1 / _MASK_TOGETHER)
_NEXT: FloatArray = np.exp(-0.5 * ((_OFFSETS[:, None] - _OFFSETS) / _STATION_SD) ** 2) + _LEAP
_NEXT /= _NEXT.sum(axis=1, keepdims=True)
_BOTH_WAYS: FloatArray = np.stack([_NEXT, _NEXT.T])


def trace_outline(
    mask: NDArray[np.float32], hip_px: FloatArray, shoulder_px: FloatArray
) -> FloatArray:
    """Follow the silhouette outwards from the trunk's axis, on both sides.

    Parameters
    ----------
    mask : float32 (H, W)
        Probability in 0..1 that a pixel shows the person.
    hip_px, shoulder_px : float (2,)
        Ends of the axis, x and y in pixels of the mask.

    Returns
    -------
    float (2, K)
        Distance from the axis to the outline in axis lengths, at `STATIONS`:
        row 0 to the left of the direction hip→shoulder as seen in the image,
        row 1 to the right. NaN where the axis lies outside the silhouette,
        where the silhouette reaches the picture's edge or does not end within
        `REACH`.
    """
    axis = shoulder_px - hip_px
    length_px = float(np.hypot(*axis))
    if not length_px > 4.0:
        return np.full((2, STATIONS.size), np.nan)
    base = hip_px + STATIONS[:, None] * axis
    distance = np.linspace(0.0, REACH, _STEPS)
    sides = np.array([1.0, -1.0])[:, None] * distance
    x_px = base[:, 0, None] + axis[1] * sides[:, None]
    y_px = base[:, 1, None] - axis[0] * sides[:, None]
    return _first_crossing(_sample(mask, x_px, y_px), distance)


def find_edges(
    image: NDArray[np.uint8], profile: FloatArray, hip_px: FloatArray, shoulder_px: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Find the picture's own edge beside a traced outline, and how sure it is.

    The mask has 256 pixels for a whole person; the picture has more. At every station
    each place near the mask's edge gets a likelihood from the change of colour across it
    and from its distance to the mask's edge. A forward-backward pass over the stations
    joins them: the edge's distance from the mask's edge changes little from one station to
    the next. Without contrast the mask's edge stays, and with two edges to choose from the
    deviation says so.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    profile : float (2, K)
        From `trace_outline` on a mask of the same size.
    hip_px, shoulder_px : float (2,)
        The axis along which it was traced.

    Returns
    -------
    position, deviation : float (2, K)
        In axis lengths; NaN where `profile` is. The deviation is a standard deviation.
    """
    known = np.isfinite(profile)
    if not known.any():
        return profile, profile.copy()
    likely = _edge_likelihood(image, profile, hip_px, shoulder_px)
    likely[~known] = 1.0
    share = _smoothed(likely)
    mean = share @ _OFFSETS
    variance = share @ _OFFSETS**2 - mean**2 + _EDGE_STEP**2 / 12
    return (
        np.where(known, profile + mean, np.nan),
        np.where(known, np.sqrt(np.maximum(variance, 0.0)), np.nan),
    )


def _edge_likelihood(
    image: NDArray[np.uint8], profile: FloatArray, hip_px: FloatArray, shoulder_px: FloatArray
) -> FloatArray:
    """Likelihood of each offset from the mask's edge, float (2, K, M)."""
    count, side = _OFFSETS.size, _EDGE_SIDE
    wide = np.arange(-(count // 2) - side, count // 2 + side + 1) * _EDGE_STEP
    near = np.moveaxis(np.nan_to_num(profile)[..., None] + wide, -1, 0)
    points = outline_points_px(near, hip_px[None], shoulder_px[None]).astype(np.float32) - 0.5
    flat = points.reshape(wide.size, -1, 2)
    sampled = cv2.remap(
        image, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    colours = np.asarray(sampled, np.float32).reshape(*points.shape[:3], 3)
    total = np.pad(colours.cumsum(axis=0), ((1, 0), (0, 0), (0, 0), (0, 0)))
    inside = total[side : side + count] - total[:count]
    outside = total[2 * side + 1 : 2 * side + 1 + count] - total[side + 1 : side + 1 + count]
    contrast = (((inside - outside) / side) ** 2).sum(axis=-1)
    likely = (1 + contrast / _NO_CONTRAST**2) ** _EDGE_GAIN
    return np.asarray(np.moveaxis(likely, 0, -1) * _NEAR_MASK)


def _smoothed(likely: FloatArray) -> FloatArray:
    """Share of each offset at each station, given all stations, float (2, K, M)."""
    along = np.moveaxis(likely, 1, 0)
    seen = np.stack([along, along[::-1]], axis=1)  # forward and backward, (K, 2, 2, M)
    told = np.ones_like(seen)  # at each station, by those before it
    for at in range(1, len(seen)):
        here = (told[at - 1] * seen[at - 1]) @ _BOTH_WAYS
        told[at] = here / here.sum(axis=-1, keepdims=True)
    both = along * told[:, 0] * told[::-1, 1]
    return np.asarray(np.moveaxis(both / both.sum(axis=-1, keepdims=True), 0, 1))


def outline_points_px(
    profile: FloatArray, hip_px: FloatArray, shoulder_px: FloatArray
) -> FloatArray:
    """Turn profiles back into points of the picture.

    Parameters
    ----------
    profile : float (N, 2, K)
    hip_px, shoulder_px : float (N, 2), or (1, 2) for one axis
        The axes along which the profiles were traced.

    Returns
    -------
    float (N, 2, K, 2)
        x and y in pixels.
    """
    axis = shoulder_px - hip_px
    left = np.stack([axis[:, 1], -axis[:, 0]], axis=1)
    sides = np.stack([left, -left], axis=1)
    base = hip_px[:, None, :] + STATIONS[:, None] * axis[:, None, :]
    return np.asarray(base[:, None] + profile[..., None] * sides[:, :, None, :])


def _sample(mask: NDArray[np.float32], x_px: FloatArray, y_px: FloatArray) -> FloatArray:
    """Bilinear samples of a mask (H, W), pixel centres at one half; NaN outside of it."""
    height, width = mask.shape
    x, y = x_px - 0.5, y_px - 0.5
    inside = (x >= 0) & (y >= 0) & (x < width - 1) & (y < height - 1)
    whole = bool(inside.all())
    if not whole:
        x, y = np.where(inside, x, 0.0), np.where(inside, y, 0.0)
    column, row = x.astype(np.intp), y.astype(np.intp)
    fx, fy = x - column, y - row
    pixels = mask.ravel()
    right, down = int(width > 1), width if height > 1 else 0

    def between(left: NDArray[np.intp]) -> FloatArray:
        return np.asarray(pixels.take(left) * (1 - fx) + pixels.take(left + right) * fx)

    corner = row * width + column
    values = between(corner) * (1 - fy) + between(corner + down) * fy
    return values if whole else np.where(inside, values, np.nan)


def _first_crossing(values: FloatArray, distance: FloatArray) -> FloatArray:
    """Distance at which each ray first falls below one half, to a part of a step."""
    below = ~(values >= 0.5)
    first = below.argmax(axis=-1)
    found = below.any(axis=-1) & (first > 0)
    last_inside = np.maximum(first - 1, 0)
    v_in = np.take_along_axis(values, last_inside[..., None], -1)[..., 0]
    v_out = np.take_along_axis(values, first[..., None], -1)[..., 0]
    share = (v_in - 0.5) / np.where(found, v_in - v_out, 1.0)
    edge = distance[last_inside] + share * (distance[1] - distance[0])
    return np.where(found, edge, np.nan)
