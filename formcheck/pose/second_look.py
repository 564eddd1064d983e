"""A second witness for the outline: the trunk alone, looked at again and without a memory.

What stands in front of a back, or touches it, is often taken for the lifter in one look and
not in another. Where the two looks do not agree, the edge is not known.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.detector import Detector
from formcheck.pose.landmarks import middle
from formcheck.pose.outline import EdgeView, trace_outline
from formcheck.video.thinning import begins_step

__all__ = ["SecondLook"]

# Half the side of the crop, in trunk lengths. Of real clear backs one of 1.2, which cuts the legs
# off, was at odds with 13 % of the points, one of 1.7 with 2 %, one of 2.3 with 4 %
# (benchmarks/second_look.md).
_HALF_TRUNKS = 1.7
# Further from where the first look has hips and shoulders the second one has found somebody
# else, or nobody: it says nothing of the outline then. Of most lifters both looks have them
# within 0.05 trunk lengths.
_SAME_TRUNKS = 0.15
# A look takes longer than a frame of the video: where there was doubt, the next comes sooner.
# Looks are at even times of the clip, whichever piece of it is read.
_CALM_S, _DOUBTFUL_S = 1.0, 0.25


class SecondLook:
    """Looks again now and then.

    Parameters
    ----------
    detector : callable
        Makes what finds a person in a single picture; called at the first look.
    """

    def __init__(self, detector: Callable[[], Detector]) -> None:
        self._make = detector
        self._detector: Detector | None = None
        self._every_s, self._before_s = _CALM_S, math.nan

    def close(self) -> None:
        """Let go of MediaPipe."""
        if self._detector is not None:
            self._detector.close()

    def add(self, view: EdgeView, picture: NDArray[np.uint8]) -> EdgeView:
        """The view, with what a second look shows if there is one in this frame.

        Parameters
        ----------
        view : EdgeView
            Of the picture, and not before that of the call before.
        picture : uint8 (H, W, 3)
        """
        before_s, self._before_s = self._before_s, view.time_s
        if not begins_step(view.time_s, before_s, 1 / self._every_s):
            return view
        again = self.looked(view, picture)
        self._every_s = _DOUBTFUL_S if again.doubtful else _CALM_S
        return again

    def looked(self, view: EdgeView, picture: NDArray[np.uint8]) -> EdgeView:
        """The view with a second look."""
        return replace(view, looked_again=True, again=self._outline(view, picture))

    def _outline(self, view: EdgeView, picture: NDArray[np.uint8]) -> FloatArray | None:
        """The lifter's outline in the crop; None where the lifter is not found."""
        trunk_px = math.dist(view.shoulder_px, view.hip_px)
        centre, half = (view.hip_px + view.shoulder_px) / 2, _HALF_TRUNKS * trunk_px
        left, top = np.maximum(centre - half, 0).astype(int)
        right, bottom = np.maximum(centre + half, 0).astype(int)
        crop = np.ascontiguousarray(picture[top:bottom, left:right])
        if min(crop.shape[:2]) < trunk_px:
            return None
        if self._detector is None:
            self._detector = self._make()
        found = self._detector.detect(crop)
        if found is None:
            return None
        points_px = found.landmarks[:, :2] * crop.shape[1::-1] + (left, top)
        if not _same_trunk(points_px.astype(np.float64), view):
            return None
        height, width = picture.shape[:2]
        beyond = height - top - crop.shape[0], left, width - left - crop.shape[1]
        there = cv2.copyMakeBorder(found.mask, top, *beyond, cv2.BORDER_CONSTANT, value=0.0)
        return trace_outline(np.asarray(there, np.float32), view.hip_px, view.shoulder_px)


def _same_trunk(points_px: FloatArray, view: EdgeView) -> bool:
    """Whether landmarks are of the trunk that was looked at, and not of somebody beside it."""
    trunk_px = math.dist(view.shoulder_px, view.hip_px)
    hips_px = math.dist(middle(points_px, "hip"), view.hip_px)
    shoulders_px = math.dist(middle(points_px, "shoulder"), view.shoulder_px)
    return max(hips_px, shoulders_px) <= _SAME_TRUNKS * trunk_px
