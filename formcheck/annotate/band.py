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
# A phone shows an upright clip some 360 points wide, a wide one turned by 90 degrees, and
# reads nothing under 11 points. Sizes are in parts of the text; the words of the gauge and
# labels on two lines are the smallest.
_TEXT_PER_WIDTH_LANDSCAPE, _TEXT_PER_WIDTH_PORTRAIT = 0.034, 0.05
_LARGE, _SMALL = 0.9, 0.8
_SMALLEST_LANDSCAPE, _SMALLEST_PORTRAIT = 0.7, 0.62
# A label that must be smaller than this on one line gets two.
_LEAST_ON_ONE_LINE = 0.75
# Words on one line are as far apart as this.
_GAP = 0.4
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
        smallest = _SMALLEST_LANDSCAPE if landscape else _SMALLEST_PORTRAIT
        self._smallest_px = round(smallest * self._text_px)
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
            face = _fitting(words, text, self.size_px[0] - 2 * margin, bold=True)
            canvas.text((margin, line), words, _GREY, face, anchor="lm")
            return
        colour = self._colour(caption)
        angle = f"{caption.lumbar_deg:+d}°".replace("-", "\N{MINUS SIGN}")
        face = font(round(1.55 * text), bold=True)
        canvas.text((margin, line), angle, colour, face, anchor="lm")
        beside = margin + canvas.textlength("+00°", face) + 0.35 * text
        small = font(round(_SMALL * text), bold=False)
        canvas.text((beside, 0.78 * text), f"±{caption.uncertainty_deg}°", _GREY, small, "lm")
        word = moment_words(caption.lumbar_deg, caption.grade, self._limits, judged=caption.judged)
        room = self._x_of(_GAUGE_DEG[0]) - beside - 0.3 * text
        face = _fitting(word, round(_SMALL * text), room, bold=False)
        canvas.text((beside, 1.72 * text), word, PAPER, face, "lm")

    def _colour(self, caption: Caption) -> Rgb:
        angle = math.inf if caption.lumbar_deg is None else caption.lumbar_deg
        return grade_rgb(caption.grade, over_arched=angle < self._limits.arched_deg)

    def _draw_gauge(self, canvas: ImageDraw, caption: Caption) -> None:
        text, half, line = self._text_px, 0.22 * self._text_px, 1.25 * self._text_px
        left, right = self._x_of(_GAUGE_DEG[0]), self._x_of(_GAUGE_DEG[1])
        zones = [(left, right, _SOFT)]
        if self._limits.arched_deg > _GAUGE_DEG[0]:
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
        face = font(self._smallest_px, bold=False)
        for degrees, words, left in self.gauge_words():
            if abs(degrees) < _GAUGE_DEG[1]:
                x = self._x_of(degrees)
                canvas.line((x, line - 0.4 * text, x, line + 0.4 * text), PAPER, max(2, text // 14))
            canvas.text((left, line + 0.82 * text), words, _GREY, face, anchor="lm")

    def gauge_words(self) -> list[tuple[float, str, float]]:
        """The words under the gauge: their angle, text, and left edge in pixels.

        The first have their place; the others are left out where they have no room.
        """
        face, apart = font(self._smallest_px, bold=False), _GAP * self._text_px
        wanted = [(0.0, "flat"), (_GAUGE_DEG[1], "flexed")]
        if _GAUGE_DEG[0] < self._limits.neutral_deg < _GAUGE_DEG[1]:
            wanted.append((self._limits.neutral_deg, "your normal"))
        wanted.append((_GAUGE_DEG[0], "arched"))
        first, last = self._x_of(_GAUGE_DEG[0]), self._x_of(_GAUGE_DEG[1])
        placed: list[tuple[float, str, float]] = []
        for degrees, words in wanted:
            width = face.getlength(words)
            left = min(max(self._x_of(degrees) - width / 2, first), last - width)
            if all(
                left + width + apart <= other or other + face.getlength(there) + apart <= left
                for _, there, other in placed
            ):
                placed.append((degrees, words, left))
        return placed

    def _x_of(self, degrees: float) -> float:
        """Where an angle lies on the gauge, held within it."""
        left, right = 10.9 * self._text_px, self.size_px[0] - 0.7 * self._text_px
        right = max(left, right)  # a tiny picture does not show it
        low, high = _GAUGE_DEG
        return left + (right - left) * (min(max(degrees, low), high) - low) / (high - low)

    def _draw_rep(self, canvas: ImageDraw, caption: Caption) -> None:
        text = self._text_px
        at, line = 0.5 * text, 3.4 * text
        face, small = font(text, bold=True), font(round(_SMALL * text), bold=False)
        words = f"rep {caption.rep} of {caption.reps}" if caption.reps else "no repetition"
        if caption.reps is None:
            words = f"{caption.rep} rep{'s' * (caption.rep != 1)}"
        canvas.text((at, line), words, PAPER, face, anchor="lm")
        beside = at + canvas.textlength(words, face) + 0.5 * text
        arrow = {"up": "▲", "down": "▼"}.get(caption.phase, "")
        room = self._label_left(caption) - _GAP * text - beside
        for told in (f"{arrow} {caption.phase}".strip(), arrow):
            if canvas.textlength(told, small) <= room:
                canvas.text((beside, line), told, _GREY, small, anchor="lm")
                break

    def _label(self, caption: Caption) -> tuple[str, FreeTypeFont]:
        """The label on one line or two, and its letters."""
        text, words = self._text_px, f"⚠ {caption.label}"
        room = self.size_px[0] - 10.5 * text
        size = min(_LARGE, room / font(text, bold=True).getlength(words))
        if size >= _LEAST_ON_ONE_LINE:
            return words, font(round(size * text), bold=True)
        face = font(self._smallest_px, bold=True)
        spaces = [at for at, sign in enumerate(words) if sign == " "][1:]
        halves = [f"{words[:at]}\n{words[at + 1 :]}" for at in spaces] or [words]
        return min(halves, key=lambda told: _width(told, face)), face

    def _label_left(self, caption: Caption) -> float:
        """Where the label begins; the right margin without one."""
        text, right = self._text_px, self.size_px[0] - 0.5 * self._text_px
        return right - (_width(*self._label(caption)) + text if caption.label else 0.0)

    def _draw_label(self, canvas: ImageDraw, caption: Caption) -> None:
        if not caption.label:
            return
        text, line = self._text_px, 3.4 * self._text_px
        words, face = self._label(caption)
        left = self._label_left(caption)
        right = max(left, self.size_px[0] - 0.5 * text)
        half = 0.72 * text if "\n" not in words else 0.85 * text
        fill = SEVERITIES[caption.severity]
        canvas.rounded_rectangle((left, line - half, right, line + half), half, fill)
        lines = words.split("\n")
        for at, told in enumerate(lines):
            y = line + (at - (len(lines) - 1) / 2) * 1.15 * face.size
            canvas.text((left + 0.5 * text, y), told, INK, face, anchor="lm")


def _fitting(words: str, size_px: int, room_px: float, *, bold: bool) -> FreeTypeFont:
    """Letters of that size, or smaller where the words have no room."""
    width = font(size_px, bold=bold).getlength(words)
    return font(max(1, int(size_px * min(1.0, room_px / max(width, 1.0)))), bold=bold)


def _width(words: str, face: FreeTypeFont) -> float:
    """Of the longest line."""
    return max(face.getlength(line) for line in words.split("\n"))
