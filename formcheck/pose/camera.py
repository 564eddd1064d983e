"""How the camera moved, told from what is not the lifter."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.pose.discs import CLEAR_RIM
from formcheck.pose.picture import small_grey

__all__ = ["CameraWatch"]

# Corners are followed on a small picture: a twentieth of one of its pixels is a fifth of
# a pixel at 720p, below what matters to an outline.
_WIDTH_PX = 320
_MOST_CORNERS, _LEAST_CORNERS = 60, 10
_CORNER_QUALITY, _CORNER_GAP_PX = 0.01, 8
_WINDOW_PX, _LEVELS = 15, 2
# Fewer of a set of corners left than this share, and another set is looked for.
_LEFT_SHARE = 0.5
# Room around the landmarks that is still the lifter, in sizes of the body's box.
_BODY_MARGIN = 0.06
# Discs that are clear may be plates, left out with room around them.
_DISC_MARGIN = 1.2
# Corners that lie within this of where a motion puts them move with it.
_SAME_PX = 0.5
_SAME_SHARE = 0.4
# As plates and people move too, the camera is taken to stand still as long as this share
# of the corners that share a motion lies as well where it was.
_STILL_SHARE = 0.5
# A picture reframed from one frame to the next (another lens, auto-framing) leaps further
# than corners are followed. Then what looks alike is looked for everywhere, to whole pixels;
# that many of them and that share must share a motion, as a wall of bricks has many alike.
# Corners are followed as far as this; a smaller leap is something else that moved.
_LEAST_LEAP_PX, _LEAST_LEAP_ZOOM = 8.0, 0.08
_FEATURES, _FAINT, _LEAST_ALIKE, _ALIKE_SHARE, _ALIKE_PX = 300, 8, 10, 0.5, 1.5
# Corners in one spot cannot tell a zoom from a shift: least standard deviation of their
# places, as a share of the picture's width.
_SPREAD = 0.1

# A cut changes most of the picture at once: mean change of a coarse picture in grey levels
# from frame to frame. Clips without cuts stay below 13, cuts have 31 and more
# (labelled clips).
_COARSE_PX = (32, 18)
_CUT_GREY = 22.0


class CameraWatch:
    """Follows the background from frame to frame."""

    def __init__(self) -> None:
        self._grey: NDArray[np.uint8] | None = None
        self._coarse = np.empty(0, np.float32)
        self._first = np.empty((0, 2), np.float32)  # where the corners were at first
        self._now = np.empty((0, 2), np.float32)
        self._count = 0
        self._moved = np.zeros(3)  # since then

    def motion(
        self,
        image: NDArray[np.uint8],
        body_px: FloatArray,
        discs: NDArray[np.floating] | None = None,
    ) -> tuple[FloatArray, bool]:
        """How the background moved since the last frame.

        Parameters
        ----------
        image : uint8 (H, W, 3)
        body_px : float (33, 2)
            Landmarks, left out with room around them; NaN where nobody was found.
        discs : float (K, 6), optional
            What may be plates (see `formcheck.pose.discs.find_discs`), left out as well:
            before a plain wall they would be most of what there is to follow.

        Returns
        -------
        motion : float (3,)
            Shift to the right and down at the middle of the picture in its pixels, and
            logarithm of the zoom; NaN where too little of the background was seen, 0 in the
            first frame.
        cut : bool
            Whether this frame begins another shot.
        """
        grey, smaller = _small(image)
        coarse = cv2.resize(grey, _COARSE_PX, interpolation=cv2.INTER_AREA).astype(np.float32)
        before, self._grey = self._grey, grey
        before_coarse, self._coarse = self._coarse, coarse
        if before is None:
            return np.zeros(3), False
        changed = before.shape != grey.shape
        if changed or float(np.abs(coarse - before_coarse).mean()) > _CUT_GREY:
            self._start(np.empty((0, 2), np.float32))
            return np.full(3, np.nan), True
        if len(self._now) < max(_LEAST_CORNERS, _LEFT_SHARE * self._count):
            free = _free(before.shape, body_px / smaller)
            _leave_out(free, discs, smaller)
            self._start(_background_corners(before, free))
        return self._followed(before, grey, body_px / smaller) * (smaller, smaller, 1.0), False

    def _start(self, corners: NDArray[np.float32]) -> None:
        self._first = self._now = corners
        self._count = len(corners)
        self._moved = np.zeros(3)

    def _followed(
        self, before: NDArray[np.uint8], grey: NDArray[np.uint8], body_px: FloatArray
    ) -> FloatArray:
        followed = len(self._now) >= _LEAST_CORNERS
        if followed:
            moved, found, _ = cv2.calcOpticalFlowPyrLK(
                before,
                grey,
                self._now[:, None],
                None,
                winSize=(_WINDOW_PX, _WINDOW_PX),
                maxLevel=_LEVELS,
            )
            known = found.ravel() == 1
            self._first, self._now = self._first[known], moved[known, 0]
        total = _camera_motion(self._first, self._now, grey.shape)
        since, self._moved = total - self._moved, total
        if np.isnan(total).any():
            self._start(self._now[:0])
            return _leap(before, grey, body_px) if followed else since
        return since


def _small(image: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], int]:
    """A small grey copy of a picture, and by how much it is smaller: a whole number is fast."""
    height, width = image.shape[:2]
    smaller = min(max(1, round(width / _WIDTH_PX)), height)
    return small_grey(image, smaller), smaller


def _free(shape: tuple[int, ...], body_px: FloatArray) -> NDArray[np.uint8]:
    """Where the picture is not the lifter: 255."""
    free = np.full(shape, 255, np.uint8)
    if np.isfinite(body_px).all():
        low, high = body_px.min(axis=0), body_px.max(axis=0)
        margin = _BODY_MARGIN * float((high - low).max())
        left, top = np.maximum(low - margin, 0).astype(int)
        right, bottom = np.maximum(high + margin, 0).astype(int)
        free[top:bottom, left:right] = 0
    return free


def _leave_out(free: NDArray[np.uint8], discs: NDArray[np.floating] | None, smaller: int) -> None:
    """Take clear discs out of what is free."""
    for x, y, wide, high, support, _ in () if discs is None else discs:
        if support >= CLEAR_RIM:
            middle = round(x / smaller), round(y / smaller)
            radius = round(_DISC_MARGIN * max(wide, high) / smaller)
            cv2.circle(free, middle, radius, 0, cv2.FILLED)


def _background_corners(grey: NDArray[np.uint8], free: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Corners to follow, float32 (M, 2), where the picture is free."""
    corners = cv2.goodFeaturesToTrack(
        grey, _MOST_CORNERS, _CORNER_QUALITY, _CORNER_GAP_PX, mask=free
    )
    return np.empty((0, 2), np.float32) if corners is None else np.asarray(corners[:, 0])


def _camera_motion(
    start: NDArray[np.float32], end: NDArray[np.float32], shape: tuple[int, ...]
) -> FloatArray:
    """Shift at the middle and logarithm of the zoom, NaN where they cannot be told."""
    unknown = np.full(3, np.nan)
    if len(end) < _LEAST_CORNERS or start.std(axis=0).max() < _SPREAD * shape[1]:
        return unknown
    close = _close(start, end)
    if close.mean() >= _STILL_SHARE:  # mostly so, and told without a fit
        return np.zeros(3)
    matrix, same = cv2.estimateAffinePartial2D(start, end, ransacReprojThreshold=_SAME_PX)
    if matrix is None or same.mean() < _SAME_SHARE:
        return unknown
    if close.sum() >= _STILL_SHARE * same.sum():
        return np.zeros(3)
    return _as_motion(matrix, shape)


def _as_motion(matrix: NDArray[Any], shape: tuple[int, ...]) -> FloatArray:
    """Shift at the middle and logarithm of the zoom of a similarity, float (3,)."""
    middle = np.array([shape[1], shape[0]]) / 2
    shift = matrix[:, :2] @ middle + matrix[:, 2] - middle
    return np.array([*shift, np.log(np.hypot(matrix[0, 0], matrix[1, 0]))])


def _leap(before: NDArray[np.uint8], grey: NDArray[np.uint8], body_px: FloatArray) -> FloatArray:
    """Motion between two frames by what looks alike in both, NaN where that cannot be told."""
    finder = cv2.ORB.create(_FEATURES, fastThreshold=_FAINT)
    free = _free(grey.shape, body_px)
    (start, one), (end, other) = (finder.detectAndCompute(g, free) for g in (before, grey))
    if one is None or other is None:
        return np.full(3, np.nan)
    pairs = cv2.BFMatcher(cv2.NORM_HAMMING, crossCheck=True).match(one, other)
    if len(pairs) < _LEAST_ALIKE:
        return np.full(3, np.nan)
    places = np.array([[start[p.queryIdx].pt, end[p.trainIdx].pt] for p in pairs], np.float32)
    close = np.hypot(*(places[:, 1] - places[:, 0]).T) < _ALIKE_PX
    if close.mean() >= _ALIKE_SHARE:
        return np.zeros(3)
    here, there = (np.ascontiguousarray(places[:, k]) for k in range(2))
    matrix, same = cv2.estimateAffinePartial2D(here, there, ransacReprojThreshold=_ALIKE_PX)
    if matrix is None or same.sum() < _LEAST_ALIKE or same.mean() < _ALIKE_SHARE:
        return np.full(3, np.nan)
    motion = _as_motion(matrix, grey.shape)
    leapt = np.hypot(*motion[:2]) > _LEAST_LEAP_PX or abs(motion[2]) > _LEAST_LEAP_ZOOM
    return motion if leapt else np.full(3, np.nan)


def _close(start: NDArray[np.float32], end: NDArray[np.float32]) -> BoolArray:
    return np.asarray(np.hypot(*(end - start).T) < _SAME_PX)
