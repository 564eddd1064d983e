"""The band over the picture: gauge, angle, repetition, finding.

It lies outside the picture, so it never covers the lifter, and above it, because
players lay their controls over the lower edge.
"""

from __future__ import annotations

import math
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from formcheck.annotate.colours import BLUE, INK, PAPER, SEVERITIES, Rgb, grade_rgb
from formcheck.annotate.scene import Caption
from formcheck.arrays import Picture
from formcheck.assessment.scale import Scale, moment_words

if TYPE_CHECKING:
    from PIL.ImageDraw import ImageDraw
    from PIL.ImageFont import FreeTypeFont

__all__ = ["Band", "font"]

_GREY, _SOFT = (150, 156, 166), (52, 58, 68)
_GAUGE_DEG = (-50.0, 50.0)
# A phone shows a clip some 360 points wide and reads nothing under 11 points.
_TEXT_PER_WIDTH_LANDSCAPE, _TEXT_PER_WIDTH_PORTRAIT = 0.034, 0.05
# Captions stay for some frames; one is half a megabyte.
_KEPT = 4


@lru_cache(maxsize=16)
def font(size_px: int, *, bold: bool) -> FreeTypeFont:
    """The letters of all that is drawn on pictures."""
    from PIL import ImageFont

    home = find_spec("matplotlib")
    assert home is not None
    assert home.origin is not None
    name = "DejaVuSans-Bold.ttf" if bold else "DejaVuSans.ttf"
    fonts = Path(home.origin).parent / "mpl-data" / "fonts" / "ttf"
    return ImageFont.truetype(str(fonts / name), size_px)


class Band:
    """Draws captions.

    Parameters
    ----------
    width_px : int
        Of the picture below it.
    landscape : bool
    limits : Scale
    refusal : str
        Why nothing was measured in this clip; empty if something was.
    """

    def __init__(self, width_px: int, *, landscape: bool, limits: Scale, refusal: str = "") -> None:
        share = _TEXT_PER_WIDTH_LANDSCAPE if landscape else _TEXT_PER_WIDTH_PORTRAIT
        self._text_px = max(12, round(share * width_px))
        self.size_px = (width_px, round(2.2 * self._text_px) * 2)
        self._limits, self._refusal = limits, refusal
        self.draw = lru_cache(maxsize=_KEPT)(self._draw)

    def _draw(self, caption: Caption) -> Picture:
        """Draw one caption, uint8 (H, W, 3)."""
        from PIL import Image, ImageDraw

        picture = Image.new("RGB", self.size_px, INK)
        canvas = ImageDraw.Draw(picture)
        self._draw_angle(canvas, caption)
        if not self._refusal:
            self._draw_gauge(canvas, caption)
        self._draw_rep(canvas, caption)
        self._draw_label(canvas, caption)
        return np.asarray(picture)

    def _draw_angle(self, canvas: ImageDraw, caption: Caption) -> None:
        text, margin = self._text_px, 0.5 * self._text_px
        line = 1.25 * text
        if caption.lumbar_deg is None:
            words = "not measured" + (f": {self._refusal}" if self._refusal else "")
            canvas.text((margin, line), words, _GREY, font(text, bold=True), anchor="lm")
            return
        colour = self._colour(caption)
        angle = f"{caption.lumbar_deg:+d}°".replace("-", "\N{MINUS SIGN}")
        face = font(round(1.55 * text), bold=True)
        canvas.text((margin, line), angle, colour, face, anchor="lm")
        beside = margin + canvas.textlength("+00°", face) + 0.35 * text
        small = font(round(0.8 * text), bold=False)
        canvas.text((beside, 0.78 * text), f"±{caption.uncertainty_deg}°", _GREY, small, "lm")
        word = moment_words(caption.lumbar_deg, caption.grade, self._limits, judged=caption.judged)
        room = self._x_of(_GAUGE_DEG[0]) - beside - 0.3 * text
        size = 0.8 * min(1.0, room / max(canvas.textlength(word, small), 1.0))
        fitting = font(round(size * text), bold=False)
        canvas.text((beside, 1.72 * text), word, PAPER, fitting, "lm")

    def _colour(self, caption: Caption) -> Rgb:
        angle = math.inf if caption.lumbar_deg is None else caption.lumbar_deg
        return grade_rgb(caption.grade, over_arched=angle < self._limits.arched_deg)

    def _draw_gauge(self, canvas: ImageDraw, caption: Caption) -> None:
        text, half, line = self._text_px, 0.22 * self._text_px, 1.25 * self._text_px
        left, right = self._x_of(_GAUGE_DEG[0]), self._x_of(_GAUGE_DEG[1])
        zones = [(left, right, _SOFT)]
        if math.isfinite(self._limits.arched_deg):
            zones.append((left, self._x_of(self._limits.arched_deg), BLUE))
        for low, high, colour in zones:
            canvas.rounded_rectangle((low, line - half, high, line + half), half, colour)
        self._draw_marks(canvas)
        if caption.lumbar_deg is not None and caption.uncertainty_deg is not None:
            angle, doubt = caption.lumbar_deg, caption.uncertainty_deg
            low, at, high = (self._x_of(angle + d) for d in (-doubt, 0, doubt))
            top, tick, width = line - 0.62 * text, 0.15 * text, max(2, text // 12)
            canvas.line((low, top, high, top), PAPER, width)
            for end in (low, high):
                canvas.line((end, top - tick, end, top + tick), PAPER, width)
            back = top - 0.3 * text
            tip = [(at - 0.3 * text, back), (at + 0.3 * text, back), (at, line)]
            canvas.polygon(tip, self._colour(caption), INK)

    def _draw_marks(self, canvas: ImageDraw) -> None:
        """Flat, the lifter's own neutral where there is room for the word, and the ends."""
        text, line = self._text_px, 1.25 * self._text_px
        small = font(round(0.62 * text), bold=False)
        ends = [(_GAUGE_DEG[0], "arched", "lm"), (_GAUGE_DEG[1], "flexed", "rm")]
        marks = [(0.0, "flat", "mm")]
        neutral_deg = self._limits.neutral_deg
        if _GAUGE_DEG[0] + 26 < neutral_deg < -16:
            marks.append((neutral_deg, "your normal", "mm"))
        for degrees, _, _ in marks:
            x = self._x_of(degrees)
            canvas.line((x, line - 0.4 * text, x, line + 0.4 * text), PAPER, max(2, text // 14))
        for degrees, words, anchor in marks + ends:
            x = self._x_of(degrees)
            canvas.text((x, line + 0.82 * text), words, _GREY, small, anchor=anchor)

    def _x_of(self, degrees: float) -> float:
        """Where an angle lies on the gauge, held within it."""
        left, right = 10.9 * self._text_px, self.size_px[0] - 0.7 * self._text_px
        low, high = _GAUGE_DEG
        return left + (right - left) * (min(max(degrees, low), high) - low) / (high - low)

    def _draw_rep(self, canvas: ImageDraw, caption: Caption) -> None:
        text = self._text_px
        at, line = 0.5 * text, 3.4 * text
        face = font(text, bold=True)
        words = f"rep {caption.rep} of {caption.reps}" if caption.reps else "no repetition"
        if caption.reps is None:
            words = f"{caption.rep} rep{'s' * (caption.rep != 1)}"
        canvas.text((at, line), words, PAPER, face, anchor="lm")
        beside = at + canvas.textlength(words, face) + 0.5 * text
        arrow = {"up": "▲ ", "down": "▼ "}.get(caption.phase, "")
        small = font(round(0.8 * text), bold=False)
        canvas.text((beside, line), arrow + caption.phase, _GREY, small, anchor="lm")

    def _draw_label(self, canvas: ImageDraw, caption: Caption) -> None:
        text, (width, _) = self._text_px, self.size_px
        if not caption.label:
            return
        words = f"⚠ {caption.label}"
        full = canvas.textlength(words, font(text, bold=True))
        size = min(0.9, max(0.5, (width - 10.5 * text) / full))
        face = font(round(size * text), bold=True)
        right, line, half = width - 0.5 * text, 3.4 * text, 0.72 * text
        left = right - canvas.textlength(words, face) - text
        fill = SEVERITIES[caption.severity]
        canvas.rounded_rectangle((left, line - half, right, line + half), half, fill)
        canvas.text((left + 0.5 * text, line), words, INK, face, anchor="lm")
