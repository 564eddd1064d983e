"""Something to send: a few seconds of the worst and of the best repetition, and a picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.analysis import SetAnalysis
from formcheck.annotate.back import drawn_back
from formcheck.annotate.band import font
from formcheck.annotate.colours import INK, PAPER, Rgb
from formcheck.annotate.encoder import VideoWriter, video_size
from formcheck.arrays import FloatArray, Picture
from formcheck.results.folder import SHARE_PICTURE_NAME, SHARE_VIDEO_NAME

__all__ = ["Scene", "Share"]

# Messengers show no more, and send it at once.
_MAX_SIDE_PX = 720
# The repetition about the moment that shows it; longer ones lose their ends.
_BEFORE_S, _AFTER_S = 2.0, 1.5
_JPEG_QUALITY = 92
_SOFT: Rgb = (150, 156, 166)
_WHAT_IT_IS = "formcheck: an outline measure, not an X-ray; no diagnosis"


@dataclass(frozen=True)
class Scene:
    """One of the repetitions that are shown.

    Attributes
    ----------
    rep : int
    at_s : float
        The moment that shows it.
    title : str
        ``Worst: rep 5``.
    value : str
        What was measured there.
    """

    rep: int
    at_s: float
    title: str
    value: str


class Share:
    """Gathers frames while a clip is read, in any order of its scenes, and writes the files.

    Parameters
    ----------
    analysis : SetAnalysis
    scenes : sequence of Scene
        In the order in which they are shown.
    sentence : str
        What is said of the set.
    """

    def __init__(self, analysis: SetAnalysis, scenes: Sequence[Scene], sentence: str) -> None:
        self._analysis, self._scenes, self._sentence = analysis, scenes, sentence
        time_s = analysis.track.time_s
        self.moments = [analysis.track.nearest(one.at_s) for one in scenes]
        self._spans = [_span(one, analysis, time_s) for one in scenes]
        # Encoded: some seconds of pictures are too much memory.
        self._frames: list[list[tuple[float, NDArray[np.uint8]]]] = [[] for _ in scenes]
        self._stills: dict[int, Picture] = {}

    @property
    def wanted(self) -> set[int]:
        """The frames that are needed."""
        return {at for low, high in self._spans for at in range(low, high)} | set(self.moments)

    def add(self, picture: Picture, at: int) -> None:
        """Take a frame, if it is one that is shown."""
        within = [i for i, (low, high) in enumerate(self._spans) if low <= at < high]
        if not within:
            return
        height, width = picture.shape[:2]
        size = video_size(width, height, _MAX_SIDE_PX)
        shown = np.array(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
        back = drawn_back(self._analysis, at)
        if back:
            back.draw(shown, size[0] / width)
        bgr = cv2.cvtColor(shown, cv2.COLOR_RGB2BGR)
        encoded = cv2.imencode(".jpg", bgr, [cv2.IMWRITE_JPEG_QUALITY, _JPEG_QUALITY])[1]
        for i in within:
            time_s = float(self._analysis.track.time_s[at])
            self._frames[i].append((time_s, np.asarray(encoded, np.uint8)))

    def add_still(self, picture: Picture, at: int) -> None:
        """Take the picture of a moment."""
        for i, moment in enumerate(self.moments):
            if moment == at:
                self._stills[i] = picture

    def write(self, folder: Path) -> None:
        """Write `SHARE_VIDEO_NAME` and `SHARE_PICTURE_NAME`.

        Raises
        ------
        OutputError
            If the video cannot be written.
        """
        steps_s = np.diff(self._analysis.track.time_s)
        step_s = float(np.median(steps_s)) if len(steps_s) else 1 / 30
        with VideoWriter(folder / SHARE_VIDEO_NAME, 1 / step_s) as writer:
            offset_s = 0.0
            for scene, frames in zip(self._scenes, self._frames, strict=True):
                for time_s, encoded in frames:
                    bgr = np.asarray(cv2.imdecode(encoded, cv2.IMREAD_COLOR), np.uint8)
                    shown = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2RGB), np.uint8)
                    canvas = self._framed(shown, scene)
                    writer.write(canvas, offset_s + time_s - frames[0][0])
                if frames:
                    offset_s += frames[-1][0] - frames[0][0] + step_s
        stills = [
            _with_title(self._stills[i], scene)
            for i, scene in enumerate(self._scenes)
            if i in self._stills
        ]
        picture = self._with_sentence(np.hstack(stills))
        encoded = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))[1]
        (folder / SHARE_PICTURE_NAME).write_bytes(encoded.tobytes())

    def _framed(self, picture: Picture, scene: Scene) -> Picture:
        return self._with_sentence(_with_title(picture, scene))

    def _with_sentence(self, picture: Picture) -> Picture:
        width = picture.shape[1]
        size = max(15, round(0.032 * width))
        lines = [*_wrapped(self._sentence, width - size, size), _WHAT_IT_IS]
        colours = [PAPER] * (len(lines) - 1) + [_SOFT]
        sizes = [size] * (len(lines) - 1) + [_fitting(_WHAT_IT_IS, width - size, 0.75 * size)]
        return np.vstack([picture, _text_band(width, lines, colours, sizes, bold=False)])


def _span(scene: Scene, analysis: SetAnalysis, time_s: FloatArray) -> tuple[int, int]:
    rep = analysis.reps[scene.rep - 1]
    low_s = max(rep.start_s, scene.at_s - _BEFORE_S)
    high_s = min(rep.end_s, scene.at_s + _AFTER_S)
    low, high = np.searchsorted(time_s, (low_s, high_s), side="left")
    return int(low), min(int(high) + 1, len(time_s))


def _with_title(picture: Picture, scene: Scene) -> Picture:
    width = picture.shape[1]
    text = f"{scene.title}  {scene.value}"
    size = _fitting(text, width - 16, max(18.0, 0.045 * width))
    return np.vstack([_text_band(width, [text], [PAPER], [size], bold=True), picture])


def _fitting(text: str, room_px: float, size_px: float) -> int:
    """The size of letters at which a line is no longer than its room."""
    length = font(round(size_px), bold=True).getlength(text)
    return max(8, int(size_px * min(1.0, room_px / length)))


def _wrapped(text: str, room_px: float, size_px: int) -> list[str]:
    face, lines = font(size_px, bold=False), [""]
    for word in text.split():
        longer = f"{lines[-1]} {word}".strip()
        if face.getlength(longer) <= room_px or not lines[-1]:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def _text_band(
    width_px: int, lines: Sequence[str], colours: Sequence[Rgb], sizes: Sequence[int], *, bold: bool
) -> Picture:
    """Lines of text on dark, of an even height."""
    from PIL import Image, ImageDraw

    margin = round(0.5 * max(sizes))
    height = sum(round(1.35 * size) for size in sizes) + margin
    band = Image.new("RGB", (width_px, height // 2 * 2 + 2), INK)
    canvas, top = ImageDraw.Draw(band), margin / 2
    for line, colour, size in zip(lines, colours, sizes, strict=True):
        middle = top + 0.675 * size
        canvas.text((margin, middle), line, colour, font(size, bold=bold), anchor="lm")
        top += round(1.35 * size)
    return np.asarray(band)
