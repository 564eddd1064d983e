"""The outline of the trunk: where the silhouette ends on either side of its axis.

The axis runs from the middle of the hips (u = 0) to the middle of the shoulders
(u = 1). At each station along it the soft silhouette is followed outwards, at a
right angle, to where it falls below one half. One of the two sides is the back.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray

__all__ = ["STATIONS", "outline_points_px", "snap_to_edges", "trace_outline"]


# From below the buttocks to above the shoulders, so that the curve beyond the
# lumbar part can be judged too; 64 stations are one every 2-4 px at 720p.
STATIONS: FloatArray = np.linspace(-0.35, 1.15, 64)
STATIONS.setflags(write=False)

# Trunk depth from its axis seldom passes 0.35 trunk lengths; beyond 0.7 the
# silhouette has merged with something else.
REACH = 0.7
_STEPS = 140

# The mask's edge is off by half of its pixels, about 0.012 trunk lengths (standard
# deviation); an edge three of these away is something else.
_SNAP_SD, _SNAP_REACH, _SNAP_STEP_PX = 0.012, 0.035, 0.5
# Contrast in grey levels a pixel that says nothing: sensor and compression noise.
_NO_CONTRAST = 2.0
_NEIGHBOURS: FloatArray = np.array([0.25, 0.75, 1.0, 0.75, 0.25])


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


def snap_to_edges(
    image: NDArray[np.uint8], profile: FloatArray, hip_px: FloatArray, shoulder_px: FloatArray
) -> FloatArray:
    """Shift a traced outline to the picture's own edge beside it, where there is one.

    The mask has 256 pixels for a whole person; the picture has more. Around each
    point the contrast across the outline is weighed by its distance from the mask's
    edge, and neighbouring points share their evidence, so that a print on the shirt
    does not pull, and without contrast the mask's edge stays.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    profile : float (2, K)
        From `trace_outline` on a mask of the same size.
    hip_px, shoulder_px : float (2,)
        The axis along which it was traced.

    Returns
    -------
    float (2, K)
        NaN where `profile` is.
    """
    length_px = float(np.hypot(*(shoulder_px - hip_px)))
    if not np.isfinite(profile).any():
        return profile
    steps = max(3, int(np.ceil(_SNAP_REACH * length_px / _SNAP_STEP_PX)))
    offset_px = np.arange(-steps, steps + 1) * _SNAP_STEP_PX
    near = profile[..., None] + offset_px / length_px
    points = outline_points_px(
        np.moveaxis(np.nan_to_num(near), -1, 0), hip_px[None], shoulder_px[None]
    )
    contrast = np.nan_to_num(_contrast(image, np.moveaxis(points, 0, 2)))
    closeness = np.exp(-0.5 * (offset_px / (_SNAP_SD * length_px)) ** 2)[1:-1]
    weight = contrast**2 * closeness * np.isfinite(profile)[..., None]
    pull = _shared((weight * offset_px[1:-1]).sum(axis=-1))
    hold = _shared(weight.sum(axis=-1) + _NO_CONTRAST**2 * closeness.sum())
    return np.asarray(profile + pull / hold / length_px)


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


def _sample(
    picture: NDArray[np.floating] | NDArray[np.uint8], x_px: FloatArray, y_px: FloatArray
) -> FloatArray:
    """Bilinear samples of a picture (H, W, ...), pixel centres at one half; NaN outside of it."""
    height, width = picture.shape[:2]
    x, y = x_px - 0.5, y_px - 0.5
    inside = (x >= 0) & (y >= 0) & (x < width - 1) & (y < height - 1)
    whole = bool(inside.all())
    if not whole:
        x, y = np.where(inside, x, 0.0), np.where(inside, y, 0.0)
    column, row = x.astype(np.intp), y.astype(np.intp)
    more = (...,) + (None,) * (picture.ndim - 2)
    fx, fy = (x - column)[more], (y - row)[more]
    pixels = picture.reshape(height * width, *picture.shape[2:])
    right, down = int(width > 1), width if height > 1 else 0

    def between(left: NDArray[np.intp]) -> FloatArray:
        return np.asarray(pixels.take(left, 0) * (1 - fx) + pixels.take(left + right, 0) * fx)

    corner = row * width + column
    values = between(corner) * (1 - fy) + between(corner + down) * fy
    return values if whole else np.where(inside[more], values, np.nan)


def _contrast(image: NDArray[np.uint8], points: FloatArray) -> FloatArray:
    """Change of colour per pixel along the last but one axis of points (..., M, 2)."""
    values = _sample(image, points[..., 0], points[..., 1])
    change = values[..., 2:, :] - values[..., :-2, :]
    return np.asarray(np.sqrt((change**2).sum(axis=-1)) / (2 * _SNAP_STEP_PX))


def _shared(values: FloatArray) -> FloatArray:
    """Sum over neighbouring stations, near ones counting more, (2, K)."""
    padded = np.pad(values, ((0, 0), (2, 2)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, 5, axis=1)
    return np.asarray(windows @ _NEIGHBOURS)


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
