"""The outline of the trunk: where the silhouette ends on either side of its axis.

The axis runs from the middle of the hips (u = 0) to the middle of the shoulders
(u = 1). At each station along it the soft silhouette is followed outwards, at a
right angle, to where it falls below one half. One of the two sides is the back.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.pose.background import Background, is_its_own_edge, likeness, sampled

__all__ = [
    "STATIONS",
    "EdgeView",
    "edge_view",
    "find_edges",
    "outline_points_px",
    "trace_outline",
]


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
_HALF = _OFFSETS.size // 2 + _EDGE_SIDE
_WIDE: FloatArray = np.linspace(-_HALF, _HALF, 2 * _HALF + 1) * _EDGE_STEP

# Steps on either side that are compared with the background, and how much they persuade: in
# rendered scenes with twice the gain clear edges were off by nearly twice as much.
_BACKGROUND_SIDE, _BACKGROUND_GAIN = 12, 0.15
# Steps from an edge at which it is asked whether it is the background's own.
_BESIDE: NDArray[np.intp] = np.arange(4, 17, 2)
# Outlines of two looks that are further apart do not agree, in axis lengths; and between which
# stations it is asked whether they do, buttocks and neck left out (benchmarks/second_look.md).
_AGREE = 0.02
_BACK = slice(*np.searchsorted(STATIONS, (0.1, 0.9)))
# A second look is about the frames this near to it: what it shows moves with the trunk.
_HOLDS_S = 0.25
# Frames at once: few enough for a processor's cache.
_AT_ONCE = 16


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


@dataclass(frozen=True, eq=False)
class EdgeView:
    """A traced outline, and the picture across it.

    Attributes
    ----------
    profile : float (2, K)
    hip_px, shoulder_px : float (2,)
        The axis along which it was traced.
    colours : uint8 (2, K, W, 3)
        At `points_px`.
    mirrored : bool
        Whether the picture was mirrored, so that its sides are the other ones.
    time_s : float
        Of the frame; NaN for one by itself.
    looked_again : bool
        Whether there was a second look.
    again : float (2, K) or None
        The outline about the same axis as that shows it; None where it does not show the lifter.
    """

    profile: FloatArray
    hip_px: FloatArray
    shoulder_px: FloatArray
    colours: NDArray[np.uint8]
    mirrored: bool = False
    time_s: float = math.nan
    looked_again: bool = False
    again: FloatArray | None = None

    @property
    def points_px(self) -> FloatArray:
        """Places from inside the outline to beyond it, float (2, K, W, 2)."""
        return _across(self.profile, self.hip_px, self.shoulder_px)

    @property
    def disagrees(self) -> BoolArray:
        """Where a second look shows another outline, bool (2, K)."""
        return np.asarray(_apart(self.again, self.profile) > 0)

    @property
    def doubtful(self) -> bool:
        """Whether a second look shows another outline of the back.

        MediaPipe is shown a lifter who faces right, with the back in row 0.
        """
        return bool(self.disagrees[0, _BACK].any())


def edge_view(
    image: NDArray[np.uint8],
    profile: FloatArray,
    hip_px: FloatArray,
    shoulder_px: FloatArray,
    *,
    mirrored: bool = False,
    time_s: float = math.nan,
) -> EdgeView:
    """Take from a picture what is needed to find its own edge beside a traced outline.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    profile : float (2, K)
        From `trace_outline` on a mask of the same size.
    hip_px, shoulder_px : float (2,)
        The axis along which it was traced.
    mirrored : bool
        Whether the picture is mirrored.
    time_s : float, optional
        Of the frame.
    """
    colours = sampled(image, _across(profile, hip_px, shoulder_px))
    return EdgeView(profile, hip_px, shoulder_px, colours, mirrored, time_s)


def find_edges(
    views: Sequence[EdgeView], background: Background | None = None
) -> tuple[FloatArray, FloatArray]:
    """Find the picture's own edge beside traced outlines, and how sure it is.

    The mask has 256 pixels for a whole person; the picture has more. At every station
    each place near the mask's edge gets a likelihood from the change of colour across it,
    from its distance to the mask's edge, and from where the picture begins to be what it
    is without the lifter. A forward-backward pass over the stations joins them: the edge's
    distance from the mask's edge changes little from one station to the next. Without
    contrast the mask's edge stays, and with two edges to choose from the deviation says so.
    Where a second look shows the outline elsewhere, it says so, also in the frames around.

    Parameters
    ----------
    views : sequence of EdgeView
        Of N frames.
    background : Background, optional
        Of the same frames.

    Returns
    -------
    position, deviation : float (N, 2, K)
        In axis lengths; NaN where the profile is. The deviation is a standard deviation,
        infinite where the edge is the background's own, and so not the lifter's.
    """
    none = np.empty((0, 2, STATIONS.size))
    pieces = [views[at : at + _AT_ONCE] for at in range(0, len(views), _AT_ONCE)]
    found = [_edges(piece, background) for piece in pieces]
    position, deviation = (np.concatenate([none, *(one[k] for one in found)]) for k in range(2))
    return position, _widened(deviation, position, views)


def _edges(
    views: Sequence[EdgeView], background: Background | None
) -> tuple[FloatArray, FloatArray]:
    profile = np.stack([view.profile for view in views])
    colours = np.stack([view.colours for view in views]).astype(np.float32)
    known = np.isfinite(profile)
    likely = _by_contrast(colours) * _NEAR_MASK
    if background is not None:
        behind = np.stack([background.at(view.points_px) for view in views])
        likely *= _by_background(likeness(colours, behind))
    likely[~known] = 1.0
    share = _smoothed(likely)
    mean = share @ _OFFSETS
    variance = share @ _OFFSETS**2 - mean**2 + _EDGE_STEP**2 / 12
    deviation = np.sqrt(np.maximum(variance, 0.0))
    if background is not None:
        beside = _beside(mean)
        own = is_its_own_edge(*(np.take_along_axis(c, beside, axis=3) for c in (colours, behind)))
        deviation[own] = np.inf
    return np.where(known, profile + mean, np.nan), np.where(known, deviation, np.nan)


def _widened(deviation: FloatArray, position: FloatArray, views: Sequence[EdgeView]) -> FloatArray:
    """The deviation, at least half of how far a second look nearby is away, float (N, 2, K)."""
    looked = [at for at, view in enumerate(views) if view.looked_again]
    if not looked:
        return deviation
    apart = np.stack([_apart(views[at].again, position[at]) for at in looked])
    since_s = np.abs(
        np.subtract.outer([v.time_s for v in views], [views[at].time_s for at in looked])
    )
    near = since_s.min(axis=1) <= _HOLDS_S
    widened = near[:, None, None] * apart[since_s.argmin(axis=1)] / 2
    return np.asarray(np.maximum(deviation, widened))


def _apart(again: FloatArray | None, position: FloatArray) -> FloatArray:
    """How far two outlines (2, K) are apart; 0 where they agree, or one is not known."""
    if again is None:
        return np.zeros(position.shape)
    apart = np.where(np.isnan(again), REACH, np.abs(again - position))
    return np.where((apart > _AGREE) & np.isfinite(position), apart, 0.0)


def _across(profile: FloatArray, hip_px: FloatArray, shoulder_px: FloatArray) -> FloatArray:
    """Places across a traced outline, float (2, K, W, 2)."""
    near = np.moveaxis(np.nan_to_num(profile)[..., None] + _WIDE, -1, 0)
    points = outline_points_px(near, hip_px[None], shoulder_px[None])
    return np.moveaxis(points, 0, 2)


def _by_contrast(colours: NDArray[np.float32]) -> FloatArray:
    """Likelihood of each offset by the change of colour across it, float (N, 2, K, M)."""
    count, side = _OFFSETS.size, _EDGE_SIDE
    total = np.pad(colours.cumsum(axis=3), ((0, 0), (0, 0), (0, 0), (1, 0), (0, 0)))
    sums = total[..., side:, :] - total[..., :-side, :]
    inside, outside = sums[..., :count, :], sums[..., side + 1 : side + 1 + count, :]
    contrast = (((inside - outside) / side) ** 2).sum(axis=-1)
    return np.asarray((1 + contrast / _NO_CONTRAST**2) ** _EDGE_GAIN, np.float64)


def _by_background(likeness: FloatArray) -> FloatArray:
    """Likelihood of each offset by what lies inside and beyond it, float (N, 2, K, M)."""
    total = np.pad(likeness.cumsum(axis=-1), ((0, 0), (0, 0), (0, 0), (1, 0)))
    at = np.arange(_OFFSETS.size) + _EDGE_SIDE
    inside = total[..., at] - total[..., np.maximum(at - _BACKGROUND_SIDE, 0)]
    last = np.minimum(at + 1 + _BACKGROUND_SIDE, _WIDE.size)
    beyond = total[..., last] - total[..., at + 1]
    return np.asarray(np.exp(_BACKGROUND_GAIN * (beyond - inside)))


def _beside(offset: FloatArray) -> NDArray[np.intp]:
    """Where inside an edge and where beyond it to look, int (N, 2, K, 2 S, 1)."""
    at = np.round(offset / _EDGE_STEP).astype(np.intp) + _HALF
    places = np.clip(at[..., None] + np.concatenate([-_BESIDE[::-1], _BESIDE]), 0, _WIDE.size - 1)
    return np.asarray(places[..., None])


def _smoothed(likely: FloatArray) -> FloatArray:
    """Share of each offset at each station, given all stations, float (N, 2, K, M)."""
    along = np.moveaxis(likely, 2, 0).reshape(likely.shape[2], -1, likely.shape[3])
    seen = np.stack([along, along[::-1]], axis=1)  # forward and backward, (K, 2, 2 N, M)
    told = np.ones_like(seen)  # at each station, by those before it
    for at in range(1, len(seen)):
        here = (told[at - 1] * seen[at - 1]) @ _BOTH_WAYS
        told[at] = here / here.sum(axis=-1, keepdims=True)
    both = along * told[:, 0] * told[::-1, 1]
    both /= both.sum(axis=-1, keepdims=True)
    return np.moveaxis(both.reshape(likely.shape[2], *likely.shape[:2], -1), 0, 2)


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
