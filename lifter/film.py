"""What camera and editor do to a finished frame: shake, pan, zoom, mirror, grain, bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.bars import active_box, lay_bars
from lifter.camera import View, movement_of, shake_of
from lifter.params import Camera

__all__ = ["Film"]

Array = NDArray[np.float64]
U8 = NDArray[np.uint8]


class Film:
    """Carries drawn frames, and points in them, over to the clip's own picture.

    A camera that pans or zooms out sees more than its first picture: frames are drawn
    with a margin, and cut to size here.

    Attributes
    ----------
    drawn_px
        Width and height to draw frames in.
    view
        The view to draw them with.
    """

    def __init__(self, camera: Camera, view: View, frames: int, seed: int) -> None:
        self._camera, self._seed = camera, seed
        self._shake = shake_of(camera, view.focal_px, frames, seed)
        self._moves: Array | None = None
        margin = np.zeros(2, int)
        if camera.moves:
            moves = movement_of(camera, view, frames)
            margin = _margin(moves, camera)
            self._moves = moves @ _shift(-margin)
        self.drawn_px = (
            camera.width_px + 2 * int(margin[0]),
            camera.height_px + 2 * int(margin[1]),
        )
        self.view = replace(view, centre_px=(self.drawn_px[0] / 2, self.drawn_px[1] / 2))
        rng = np.random.default_rng([seed, 31])
        size = (camera.height_px + 64, camera.width_px + 64, 3)
        grain = rng.standard_normal(size) * camera.noise
        self._grain = np.clip(np.round(grain), -127, 127).astype(np.int8) if camera.noise else None

    def __repr__(self) -> str:
        return f"Film({self._camera.width_px}x{self._camera.height_px})"

    def points(self, points_px: Array, index: int) -> Array:
        """Points of the drawn frame (n, 2) in the clip's picture."""
        if self._moves is not None:
            ahead = np.column_stack([points_px, np.ones(len(points_px))]) @ self._moves[index].T
            points_px = ahead[:, :2] / ahead[:, 2:]
        if self._camera.shake_deg > 0:
            matrix = self._shake[index]
            points_px = np.array([matrix @ np.array([x, y, 1.0]) for x, y in points_px])
        if self._camera.facing == "left":
            points_px = np.array([self._camera.width_px, 0.0]) + points_px * np.array([-1.0, 1.0])
        return points_px

    def inside(self, points_px: Array) -> NDArray[np.bool_]:
        """Which points of the clip's picture lie in it and under no bar, bool (n,)."""
        rows, columns = active_box(self._camera)
        x, y = points_px[:, 0], points_px[:, 1]
        return np.asarray(
            (x >= columns.start) & (x < columns.stop) & (y >= rows.start) & (y < rows.stop)
        )

    def develop(self, rgb: U8, masks: Sequence[U8], index: int) -> tuple[U8, list[U8]]:
        """Picture and masks of one frame, finished."""
        pictures = [rgb, *masks]
        if self._moves is not None or self._camera.shake_deg > 0:
            pictures = [
                self._moved(p, index, cv2.BORDER_CONSTANT if i else cv2.BORDER_REFLECT)
                for i, p in enumerate(pictures)
            ]
        if self._camera.facing == "left":
            pictures = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
        if self._grain is not None:
            pictures[0] = self._with_grain(self._grain, pictures[0], index)
        if self._camera.bars:
            pictures = [lay_bars(pictures[0], self._camera), *map(self._cut, pictures[1:])]
        return pictures[0], pictures[1:]

    def _moved(self, picture: U8, index: int, border: int) -> U8:
        size = (self._camera.width_px, self._camera.height_px)
        if self._moves is None:
            matrix = self._shake[index]
            return np.asarray(cv2.warpAffine(picture, matrix, size, borderMode=border), np.uint8)
        matrix = self._moves[index]
        if self._camera.shake_deg > 0:
            matrix = np.vstack([self._shake[index], [0.0, 0.0, 1.0]]) @ matrix
        # OpenCV counts from the middle of the first pixel, all else here from its corner.
        half = np.array([0.5, 0.5])
        matrix = _shift(-half) @ matrix @ _shift(half)
        return np.asarray(cv2.warpPerspective(picture, matrix, size, borderMode=border), np.uint8)

    def _cut(self, mask: U8) -> U8:
        box = active_box(self._camera)
        left = np.zeros_like(mask)
        left[box] = mask[box]
        return left

    def _with_grain(self, grain: NDArray[np.int8], rgb: U8, index: int) -> U8:
        rng = np.random.default_rng([self._seed, 37, index])
        y, x = rng.integers(0, 64, 2)
        patch = grain[y : y + rgb.shape[0], x : x + rgb.shape[1]]
        return np.asarray(cv2.add(rgb, patch, dtype=cv2.CV_8U))


def _shift(by_px: NDArray[np.number]) -> Array:
    matrix = np.eye(3)
    matrix[:2, 2] = by_px
    return matrix


def _margin(moves: Array, camera: Camera) -> NDArray[np.int_]:
    """How far the moving picture reaches beyond the resting one, x and y, pixels."""
    w, h = camera.width_px, camera.height_px
    corners = np.array([[0, 0, 1], [w, 0, 1], [0, h, 1], [w, h, 1]], float)
    back = np.linalg.inv(moves) @ corners.T
    places = back[:, :2] / back[:, 2:]
    over = np.maximum(-places, places - np.array([[w], [h]])).max(axis=(0, 2))
    return np.asarray(np.ceil(np.clip(over + 4, 0, None)), np.int_)
