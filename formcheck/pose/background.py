"""What is behind the lifter: the clip's own picture without them, while the camera stands still.

The edge of a lifter's back is where the picture stops being what it is without the lifter.
A post, a poster or a pattern on the shirt has edges, too, but not that one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray

__all__ = [
    "Background",
    "Glimpse",
    "find_background",
    "glimpse",
    "is_its_own_edge",
    "likeness",
    "sampled",
]

# A small picture is enough, and not too many of them.
_WIDTH_PX, _MOST = 640, 24
# Fewer that show a place without the lifter tell nothing of it.
_LEAST_SEEN = 5
# Room around the lifter's mask, as a share of the picture's height: its edge is soft.
_ROOM = 0.01
_SURELY_NOT = 0.1  # the lifter, by the mask
# Interquartile range of a normal distribution in standard deviations.
_QUARTILES_SD = 1.35
_UNSEEN = 255

# Colours that differ by this much (grey levels, all three together) are not the same, and
# not by twice what the place itself varies by. What is the same may still be a shirt of that
# colour, so it persuades less than what differs (log-likelihoods). These and the limits below
# were chosen on the rendered scenes of benchmarks/outline.md.
_SAME_GREY, _VARIES = 10.0, 2.0
_SAME, _OTHER = 0.2, -2.0
# A place that varies by more is no steady background.
_STEADY_GREY = 15.0
# Of an edge of the background itself: how near its colours are to those seen, on the
# lifter's side and beyond, and how far apart the two sides are.
_NEAR_GREY, _BEYOND_GREY, _EDGE_GREY = 14.0, 28.0, 40.0


@dataclass(frozen=True, eq=False)
class Background:
    """The picture without the lifter.

    Attributes
    ----------
    picture : uint8 (h, w, 4)
        Median colour, and how much it varies (a standard deviation in grey levels, 255
        where the lifter hides it).
    size_px : (int, int)
        Width and height of the frames.
    """

    picture: NDArray[np.uint8]
    size_px: tuple[int, int]

    def at(self, points_px: FloatArray) -> NDArray[np.float32]:
        """Colour and variation at points (..., 2) of the frames, float32 (..., 4)."""
        height, width = self.picture.shape[:2]
        places = points_px * (width / self.size_px[0], height / self.size_px[1])
        return sampled(self.picture, places).astype(np.float32)


def sampled(picture: NDArray[np.uint8], points_px: FloatArray) -> NDArray[np.uint8]:
    """Colours (..., C) of a picture (H, W, C) at points (..., 2), pixel centres at one half."""
    *shape, _ = points_px.shape
    flat = points_px.reshape(-1, shape[-1], 2).astype(np.float32) - np.float32(0.5)
    colours = cv2.remap(
        picture, flat[..., 0], flat[..., 1], cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(colours, np.uint8).reshape(*shape, -1)


def likeness(colours: NDArray[np.floating], behind: NDArray[np.floating]) -> FloatArray:
    """How much more likely points are the background than the lifter, as a logarithm.

    Parameters
    ----------
    colours : float (..., 3)
        As they are seen.
    behind : float (..., 4)
        The background there, from `Background.at`.

    Returns
    -------
    float (...)
        0 where the background is not known.
    """
    spread = np.maximum(_SAME_GREY, _VARIES * behind[..., 3])
    off = ((colours - behind[..., :3]) ** 2).sum(axis=-1)
    log = np.clip(_SAME - off / (2 * spread**2), _OTHER, _SAME)
    return np.where(behind[..., 3] < _UNSEEN / 2, log, 0.0)


def is_its_own_edge(colours: NDArray[np.floating], behind: NDArray[np.floating]) -> BoolArray:
    """Whether edges belong to the background: the lifter's own is elsewhere.

    Parameters
    ----------
    colours : float (..., 2 S, 3)
        As many on the lifter's side of the edge as then beyond it.
    behind : float (..., 2 S, 4)
        The background there.

    Returns
    -------
    bool (...)
    """
    half = colours.shape[-2] // 2
    steady = (behind[..., 3] < _STEADY_GREY).all(axis=-1)
    off = np.sqrt(((colours - behind[..., :3]) ** 2).sum(axis=-1))
    inside, beyond = off[..., :half].mean(axis=-1), off[..., half:].mean(axis=-1)
    step = behind[..., :half, :3].mean(axis=-2) - behind[..., half:, :3].mean(axis=-2)
    stands_out = (step**2).sum(axis=-1) > _EDGE_GREY**2
    return np.asarray(steady & stands_out & (inside < _NEAR_GREY) & (beyond < _BEYOND_GREY))


@dataclass(frozen=True, eq=False)
class Glimpse:
    """A small picture, and where the lifter may be in it.

    Attributes
    ----------
    picture : uint8 (h, w, 3)
    hidden : bool (h, w)
    size_px : (int, int)
        Width and height of the frame.
    """

    picture: NDArray[np.uint8]
    hidden: BoolArray
    size_px: tuple[int, int]


def glimpse(image: NDArray[np.uint8], mask: NDArray[np.float32] | None) -> Glimpse:
    """What a frame shows of the background.

    Parameters
    ----------
    image : uint8 (H, W, 3)
    mask : float32 (H, W) or None
        How surely each pixel is the lifter; None where nobody was found.
    """
    height, width = image.shape[:2]
    smaller = max(1, round(max(height, width) / _WIDTH_PX))
    size = max(1, width // smaller), max(1, height // smaller)
    small = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
    return Glimpse(small, _around(mask, size), (width, height))


def find_background(glimpses: Sequence[Glimpse]) -> Background | None:
    """The picture without the lifter, from frames of a camera that stands still.

    Parameters
    ----------
    glimpses : sequence of Glimpse
        All of one size.

    Returns
    -------
    Background or None
        None if there are too few.
    """
    if len(glimpses) < _LEAST_SEEN:
        return None
    count = min(len(glimpses), _MOST)
    some = [glimpses[at] for at in np.linspace(0, len(glimpses) - 1, count).astype(int)]
    seen, hidden = np.stack([g.picture for g in some]), np.stack([g.hidden for g in some])
    free = count - hidden.sum(axis=0)
    seen[hidden] = 255  # last in order
    seen.sort(axis=0)
    low, middle, high = (_ranked(seen, share * (free - 1)) for share in (0.25, 0.5, 0.75))
    spread = (high.astype(np.int16) - low).max(axis=-1) / _QUARTILES_SD
    spread = np.where(free >= _LEAST_SEEN, np.minimum(spread, _UNSEEN - 1), _UNSEEN)
    return Background(np.dstack([middle, spread.astype(np.uint8)]), some[0].size_px)


def _around(mask: NDArray[np.float32] | None, size: tuple[int, int]) -> BoolArray:
    """Where the lifter may be in a small picture."""
    if mask is None:
        return np.zeros(size[::-1], np.bool_)
    small = cv2.resize(mask, size, interpolation=cv2.INTER_AREA)
    reach = 2 * round(_ROOM * size[1]) + 1
    near = cv2.dilate((small > _SURELY_NOT).astype(np.uint8), np.ones((reach, reach), np.uint8))
    return np.asarray(near, np.bool_)


def _ranked(ordered: NDArray[np.uint8], rank: FloatArray) -> NDArray[np.uint8]:
    """Of each place the value of a rank, uint8 (h, w, 3)."""
    at = np.clip(np.round(rank), 0, None).astype(np.intp)
    return np.asarray(np.take_along_axis(ordered, at[None, ..., None], axis=0)[0])
