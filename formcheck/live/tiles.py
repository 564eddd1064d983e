"""Letters on the live picture, uint8 (H, W, 3) each."""

from __future__ import annotations

from functools import lru_cache

import numpy as np

from formcheck.annotate.band import font
from formcheck.annotate.colours import INK, PAPER, Rgb
from formcheck.arrays import Picture

__all__ = ["foot_tile", "panel_tile", "word_tile"]


# Letters of 1.8 cm on a 24-inch screen, the angle half as large again: read from three metres.
_TEXT_PER_WIDTH = 0.034
_WORD_PER_WIDTH = 0.085


@lru_cache(maxsize=2)
def foot_tile(width: int, line: str, colour: Rgb, more: str, status: str) -> Picture:
    """The lines below the picture: one to read, what explains it, and the small one."""
    from PIL import Image, ImageDraw

    text = max(12, round(_TEXT_PER_WIDTH * width))
    picture = Image.new("RGB", (width, round(3.9 * text)), INK)
    canvas = ImageDraw.Draw(picture)
    for words, ink, share, bold, middle in (
        (line, colour, 1.0, True, 0.9),
        (more, PAPER, 0.75, False, 2.05),
        (status, (150, 156, 166), 0.6, False, 3.2),
    ):
        full = canvas.textlength(words, font(round(share * text), bold=bold))
        size = round(share * text * min(1.0, (width - text) / max(full, 1.0)))
        at = (0.5 * text, middle * text)
        canvas.text(at, words, ink, font(size, bold=bold), anchor="lm")
    return np.asarray(picture)


@lru_cache(maxsize=2)
def word_tile(width: int, words: str, fill: Rgb) -> Picture:
    """One large word."""
    from PIL import Image, ImageDraw

    size = round(_WORD_PER_WIDTH * width)
    probe = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    full = probe.textlength(words, font(size, bold=True))
    size = round(size * min(1.0, 0.9 * width / full))
    face = font(size, bold=True)
    across = round(probe.textlength(words, face) + size)
    picture = Image.new("RGB", (min(across, width), round(1.5 * size)), fill)
    centre = (picture.width / 2, picture.height / 2)
    ImageDraw.Draw(picture).text(centre, words, INK, face, anchor="mm")
    return np.asarray(picture)


@lru_cache(maxsize=2)
def panel_tile(width: int, lines: tuple[str, ...]) -> Picture:
    """A few lines, the first of them larger."""
    from PIL import Image, ImageDraw

    text = max(12, round(_TEXT_PER_WIDTH * width))
    probe = ImageDraw.Draw(Image.new("RGB", (1, 1)))
    sizes = [round(1.4 * text)] + [text] * (len(lines) - 1)
    full = max(
        probe.textlength(line, font(size, bold=True))
        for line, size in zip(lines, sizes, strict=True)
    )
    fit = min(1.0, (0.94 * width - 2 * text) / full)
    sizes = [round(size * fit) for size in sizes]
    size_px = (round(full * fit) + 2 * text, round(1.4 * sum(sizes)) + text)
    picture = Image.new("RGB", size_px, INK)
    canvas, top = ImageDraw.Draw(picture), text / 2
    for line, size in zip(lines, sizes, strict=True):
        canvas.text((text, top + 0.7 * size), line, PAPER, font(size, bold=True), anchor="lm")
        top += 1.4 * size
    return np.asarray(picture)
