"""The way of the bar in the present repetition, drawn on a picture."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.annotate.colours import INK, PAPER
from formcheck.arrays import FloatArray, Picture

__all__ = ["bar_way", "draw_way"]


def bar_way(analysis: SetAnalysis, at: int) -> FloatArray:
    """Middles of the plate since the repetition began, as the frame shows them, (M, 2)."""
    kin = analysis.kinematics
    for one in analysis.reps:
        if one.rep.start <= at <= one.rep.end:
            steady_px = kin.plate.centre_px[one.rep.start : at + 1]
            known_px = steady_px[np.isfinite(steady_px).all(axis=1)]
            if kin.camera.still:
                return known_px
            middle = np.array([analysis.track.clip.width, analysis.track.clip.height]) / 2
            seen_px = kin.camera.zoom[at] * (known_px - middle) + middle
            return np.asarray(seen_px + kin.camera.shift_px[at])
    return np.empty((0, 2))


def draw_way(picture: Picture, way_px: FloatArray, zoom: float) -> None:
    """Draw it in place: a light line in a dark one, and a dot where the bar is now.

    Parameters
    ----------
    picture : uint8 (H, W, 3)
    way_px : float (M, 2)
    zoom : float
        Pixels of `picture` per pixel of the analysed one.
    """
    if not len(way_px):
        return
    points = np.round(way_px * zoom).astype(np.int32)
    thick = max(2, round(max(picture.shape[:2]) / 320))
    for colour, width in ((INK, thick + 2), (PAPER, thick)):
        cv2.polylines(picture, [points[:, None]], isClosed=False, color=colour, thickness=width)
    now = int(points[-1, 0]), int(points[-1, 1])
    cv2.circle(picture, now, 2 * thick, INK, cv2.FILLED, cv2.LINE_AA)
    cv2.circle(picture, now, 2 * thick - 2, PAPER, cv2.FILLED, cv2.LINE_AA)
