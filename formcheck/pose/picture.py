"""The part of the frame that shows the scene: without black, plain or blurred bars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray

__all__ = ["ActivePicture", "active_picture", "small_grey"]

# A line of a bar has one colour, but for the traces of compression [grey levels]; a wall has
# shade, noise and a floor below it.
_PLAIN_RANGE = 14.0
# A bar borders on the scene along its whole length, a plain studio only where the lifter is:
# the picture changes by this much [grey levels] across the border in this share of it.
_BORDER, _BORDER_SHARE, _BORDER_PX = 6.0, 0.5, 4
# A plain bar is no wider than this share of the frame, a blurred one no wider than that.
_MOST_SHARE, _MOST_BLURRED_SHARE = 0.7, 0.45
# Where a blurred copy of the picture fills the sides, both have much less detail than the
# scene, right up to their borders and along most of them; these lie equally far from those
# of the frame.
_BLURRED_SHARE, _BESIDE_PX, _APART_PX = 0.35, 10, 3
_PARTS, _MOST_PARTS = 8, 6


class ActivePicture(NamedTuple):
    """Borders of the scene in pixels, the last ones exclusive."""

    left: int
    top: int
    right: int
    bottom: int

    def whole(self, width: int, height: int) -> bool:
        """Whether the scene fills a frame of this size."""
        return self == (0, 0, width, height)


def active_picture(images: Sequence[NDArray[np.uint8]]) -> ActivePicture:
    """Find the bars that all of a clip's first frames have.

    Parameters
    ----------
    images : sequence of uint8 (H, W, 3)
        All of one size; at least one.
    """
    grey = np.stack(
        [cv2.cvtColor(image, cv2.COLOR_RGB2GRAY).astype(np.float32) for image in images]
    )
    width = grey.shape[2]
    left, right = _without_plain(grey)
    top, bottom = _without_plain(grey[:, :, left:right].transpose(0, 2, 1))
    if (left, right) == (0, width):
        left, right = _without_plain(grey[:, top:bottom])
    still = grey[0, top:bottom, left:right].astype(np.float64)
    across = _blurred_bars(still)
    down = _blurred_bars(still[:, across : still.shape[1] - across].T)
    return ActivePicture(left + across, top + down, right - across, bottom - down)


def small_grey(image: NDArray[np.uint8], smaller: int) -> NDArray[np.uint8]:
    """A grey copy of a picture, smaller by a whole number; an edge that is left over is lost.

    Halves are taken as often as they can be: that is several times as fast as one step.
    """
    height, width = image.shape[0] // smaller, image.shape[1] // smaller
    grey = cv2.cvtColor(image[: height * smaller, : width * smaller], cv2.COLOR_RGB2GRAY)
    while smaller % 2 == 0:
        smaller //= 2
        half = width * smaller, height * smaller
        grey = cv2.resize(grey, half, interpolation=cv2.INTER_AREA)
    return np.asarray(
        cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA) if smaller > 1 else grey,
        np.uint8,
    )


def _without_plain(grey: NDArray[np.float32]) -> tuple[int, int]:
    """First column of the scene and the one after its last, of pictures (N, H, W)."""
    width = grey.shape[2]
    left, right = _plain_bar(grey), _plain_bar(grey[:, :, ::-1])
    return left, width - right


def _plain_bar(grey: NDArray[np.float32]) -> int:
    """Width of the bar to the left, 0 for none."""
    most, least = grey.max(axis=(0, 1)), grey.min(axis=(0, 1))
    plain = (most - least < _PLAIN_RANGE) & (np.abs(most - most[0]) < _PLAIN_RANGE)
    count = len(plain) if plain.all() else int(np.argmin(plain))
    if not 0 < count <= _MOST_SHARE * len(plain):
        return 0
    inside = grey[:, :, min(count + _BORDER_PX, len(plain) - 1)]
    changed = np.abs(inside - grey[:, :, max(count - _BORDER_PX, 0)]) > _BORDER
    return count if changed.mean() > _BORDER_SHARE else 0


def _blurred_bars(grey: FloatArray) -> int:
    """Width of the blurred bars to the left and right of a picture (H, W), 0 for none."""
    width = grey.shape[1]
    most = int(_MOST_BLURRED_SHARE * width)
    if most <= 2 * _BESIDE_PX or grey.shape[0] < 3:
        return 0
    detail = np.abs(np.diff(grey, n=2, axis=0))
    left, right = _detail_begins(detail, most), _detail_begins(detail[:, ::-1], most)
    return max(left, right) if left and right and abs(left - right) <= _APART_PX else 0


def _detail_begins(detail: FloatArray, most: int) -> int:
    """Column at which a smooth side ends and the detail of the scene begins, 0 for nowhere."""
    along = detail.mean(axis=0)
    inside = along[most:-most].mean()
    first = int(np.argmax(along > _BLURRED_SHARE * inside))
    if not _BESIDE_PX < first <= most:
        return 0
    parts = np.array_split(detail, _PARTS, axis=0)
    outside = np.array([part[:, first - _BESIDE_PX : first - 1].mean() for part in parts])
    beside = np.array([part[:, first + 1 : first + 1 + _BESIDE_PX].mean() for part in parts])
    return first + 1 if (outside < _BLURRED_SHARE * beside).sum() >= _MOST_PARTS else 0
