"""The measured back and the trunk line, drawn on a picture."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.annotate.colours import INK, PAPER, Rgb, grade_rgb
from formcheck.arrays import BoolArray, FloatArray, Picture
from formcheck.assessment.scale import scale
from formcheck.geometry.curve import LUMBAR_FROM, LUMBAR_TO, TrunkCurve
from formcheck.geometry.signals import runs
from formcheck.pose.landmarks import middle

__all__ = ["DrawnBack", "back_along", "drawn_back"]

_SUBPIXEL_BITS = 4


@dataclass(frozen=True, eq=False)
class DrawnBack:
    """What is drawn of one frame, in pixels of the analysed picture.

    Attributes
    ----------
    lumbar, whole : list of float (M, 2)
        Unbroken stretches of the outline: the measured part, and all of it.
    trunk : float (2, 2)
        Hip and shoulder.
    colour : tuple of int
        Of the measured part: what is said of the moment.
    """

    lumbar: list[FloatArray]
    whole: list[FloatArray]
    trunk: FloatArray
    colour: Rgb

    def moved(self, by_px: FloatArray) -> DrawnBack:
        """The same, shifted."""
        return DrawnBack(
            [stretch + by_px for stretch in self.lumbar],
            [stretch + by_px for stretch in self.whole],
            self.trunk + by_px,
            self.colour,
        )

    def draw(self, picture: Picture, zoom: float, *, chord: bool = False) -> None:
        """Draw in place.

        Parameters
        ----------
        picture : uint8 (H, W, 3)
            RGB.
        zoom : float
            Pixels of `picture` per pixel of the analysed one.
        chord : bool
            Draw the straight line from end to end of the lumbar part too: the
            outline bulges out of it the more it is rounded, and is hollow in standing.
        """
        width = max(2, round(max(picture.shape) / 400))
        _dashes(picture, self.trunk * zoom, width)
        for stretch in self.whole:
            _line(picture, stretch * zoom, PAPER, max(1, width // 2))
        if chord and self.lumbar:
            ends = np.stack([self.lumbar[0][0], self.lumbar[-1][-1]])
            _dashes(picture, ends * zoom, width)
        for colour, extra in ((INK, width), (self.colour, 0)):
            for stretch in self.lumbar:
                _line(picture, stretch * zoom, colour, 2 * width + extra)


def drawn_back(analysis: SetAnalysis, at: int) -> DrawnBack | None:
    """What there is to draw in frame `at`; None where the back was not measured."""
    kin = analysis.kinematics
    lumbar_deg = float(kin.back.lumbar_deg[at])
    if not np.isfinite(lumbar_deg):
        return None
    colour = _moment_rgb(analysis, at, lumbar_deg)
    return back_along(kin.back.curve, at, kin.points_px[at], colour)


def _moment_rgb(analysis: SetAnalysis, at: int, lumbar_deg: float) -> Rgb:
    """The colour of frame `at`."""
    limits = scale(analysis.exercise, analysis.neutral)
    return grade_rgb(analysis.judged.grades[at], over_arched=lumbar_deg < limits.arched_deg)


def back_along(curve: TrunkCurve, at: int, points_px: FloatArray, colour: Rgb) -> DrawnBack:
    """What there is to draw of row `at` of a curve, with that frame's landmarks (33, 2)."""
    u, px = curve.u[at], curve.px[at].astype(np.float64)
    seen = np.isfinite(px).all(axis=1) & np.isfinite(curve.d[at])
    lumbar = seen & (u >= LUMBAR_FROM) & (u <= LUMBAR_TO)
    trunk = np.stack([middle(points_px, "hip"), middle(points_px, "shoulder")])
    return DrawnBack(_stretches(px, lumbar), _stretches(px, seen), trunk, colour)


def _stretches(px: FloatArray, mask: BoolArray) -> list[FloatArray]:
    return [px[a:b] for a, b in runs(mask) if b - a > 1]


def _line(picture: Picture, points: FloatArray, colour: tuple[int, int, int], width: int) -> None:
    _lines(picture, points[None], colour, width)


def _lines(picture: Picture, lines: FloatArray, colour: tuple[int, int, int], width: int) -> None:
    """Draw lines (L, M, 2)."""
    fixed = np.rint(lines * 2**_SUBPIXEL_BITS).astype(np.int32)
    cv2.polylines(picture, list(fixed), False, colour, width, cv2.LINE_AA, _SUBPIXEL_BITS)


def _dashes(picture: Picture, ends: FloatArray, width: int) -> None:
    if not np.isfinite(ends).all():
        return
    count = max(3, int(np.hypot(*(ends[1] - ends[0])) / (8 * width)) | 1)
    marks = np.linspace(ends[0], ends[1], count + 1)
    dashes = np.stack([marks[:-1:2], marks[1::2]], axis=1)
    for colour, extra in ((INK, 2), (PAPER, 0)):
        _lines(picture, dashes, colour, width + extra)
