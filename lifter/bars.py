"""Bars that an editor lays over the rims of the picture."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.params import Camera

__all__ = ["active_box", "lay_bars"]

U8 = NDArray[np.uint8]


def active_box(camera: Camera) -> tuple[slice, slice]:
    """Rows and columns of the picture that no bar covers."""
    share = camera.bars_share if camera.bars else (0.0, 0.0)
    x, y = round(share[0] * camera.width_px), round(share[1] * camera.height_px)
    return slice(y, camera.height_px - y), slice(x, camera.width_px - x)


def lay_bars(rgb: U8, camera: Camera) -> U8:
    """The picture with its bars."""
    rows, columns = active_box(camera)
    active = rgb[rows, columns]
    if camera.bars == "black":
        covered = np.zeros_like(rgb)
    else:
        blown = cv2.resize(active, (camera.width_px, camera.height_px))
        blurred = cv2.GaussianBlur(blown, (0, 0), camera.height_px / 24)
        covered = np.asarray(blurred * 0.7, np.uint8)
    covered[rows, columns] = active
    return covered
