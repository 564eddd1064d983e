"""The picture that a lifter reads from three metres away."""

from __future__ import annotations

import math
import time
from collections import deque
from concurrent.futures import Future, ThreadPoolExecutor

import cv2
import numpy as np

from formcheck.annotate.band import Band
from formcheck.annotate.colours import SEVERITIES
from formcheck.annotate.scene import Caption
from formcheck.arrays import Picture
from formcheck.assessment.scale import Scale, scale
from formcheck.live.analyst import LiveReading
from formcheck.live.cues import Cue
from formcheck.live.events import Event
from formcheck.live.tiles import foot_tile, panel_tile, word_tile
from formcheck.live.view import LiveView
from formcheck.live.words import State, countdown_s, headline, status_words
from formcheck.video.reader import Frame

__all__ = ["Screen"]

CUE_S = 2.0
# Long enough to come nearer and read it.
_NOTICE_S, _SUMMARY_S = 6.0, 30.0
# From three metres no more is seen, and a larger picture takes longer to paint.
_SHOWN_PX = 960


class Screen:
    """Draws views; one for all frames of a size."""

    def __init__(self) -> None:
        self._cue: Cue | None = None
        self._cue_until_s = 0.0
        self._news: tuple[str, ...] = ()
        self._news_until_s = 0.0
        self._is_summary = False
        self._band: tuple[tuple[int, str, str], Band] | None = None
        self._canvas: Picture = np.empty((0, 0, 3), np.uint8)
        self._scene = self._canvas
        self._helper = ThreadPoolExecutor(1, "formcheck-screen")
        # The one that is drawn, and the one that is measured meanwhile.
        self._prepared: deque[tuple[Frame, Future[Picture]]] = deque(maxlen=2)

    def prepare(self, frame: Frame) -> None:
        """Begin with a frame that is going to be drawn, while its pose is looked for."""
        self._prepared.append((frame, self._helper.submit(_shown, frame.image)))

    def draw(self, view: LiveView, state: State) -> Picture:
        """The window's picture, uint8 (H, W, 3), RGB; good until the next is drawn."""
        picture = self._picture(view.frame)
        height, width = picture.shape[:2]
        band = self._band_for(width, height, view.reading)
        foot = foot_tile(width, *headline(view), status_words(view, state))
        above, below = band.size_px[1], foot.shape[0]
        size = (above + height + below, width, 3)
        if self._canvas.shape != size:
            self._canvas = np.empty(size, np.uint8)
        self._canvas[:above] = band.draw(_caption(view))
        self._canvas[-below:] = foot
        self._scene = self._canvas[above:-below]
        self._draw_scene(self._scene, picture, view, mirror=state.mirror)
        return self._canvas

    def tell(self, event: Event) -> None:
        """Show what has happened for a while: the summary of a set until the next begins."""
        if event.kind in {"notice", "saved"}:
            self._news, self._is_summary = event.lines or (event.text,), event.kind == "saved"
            shown_s = _SUMMARY_S if self._is_summary else _NOTICE_S
            self._news_until_s = time.monotonic() + shown_s

    def still(self) -> Picture:
        """The last picture, with what has happened since."""
        if self._news:
            _lay(self._scene, panel_tile(self._scene.shape[1], self._news))
        return self._canvas

    def _picture(self, frame: Frame) -> Picture:
        for prepared, picture in tuple(self._prepared):
            if prepared is frame:
                return picture.result()
        return _shown(frame.image)

    def _draw_scene(
        self, scene: Picture, picture: Picture, view: LiveView, *, mirror: bool
    ) -> None:
        scene[:] = picture
        self._draw_back(scene, view, _zoom(view.frame.image))
        if mirror:
            cv2.flip(scene, 1, scene)
        self._draw_word(scene, view)

    def _draw_back(self, scene: Picture, view: LiveView, zoom: float) -> None:
        if view.present.back is not None:
            view.present.back.draw(scene, zoom)

    def _draw_word(self, scene: Picture, view: LiveView) -> None:
        if view.cues:
            self._cue = view.cues[-1]
            self._cue_until_s = view.frame.time_s + CUE_S
        if self._cue is not None and view.frame.time_s < self._cue_until_s:
            word, fill = self._cue.words.upper(), SEVERITIES[self._cue.severity]
            _lay(scene, word_tile(scene.shape[1], word, fill))
        elif countdown_s(view) > 0:
            word = f"{math.ceil(countdown_s(view))}"
            _lay(scene, word_tile(scene.shape[1], word, SEVERITIES["info"]))
        elif self._news_wanted(view):
            _lay(scene, panel_tile(scene.shape[1], self._news))

    def _news_wanted(self, view: LiveView) -> bool:
        lifting = view.reading is not None and bool(view.reading.tally.ended)
        return time.monotonic() < self._news_until_s and not (self._is_summary and lifting)

    def _band_for(self, width: int, height: int, reading: LiveReading | None) -> Band:
        limits, refusal = Scale(math.nan, math.nan), ""
        if reading:
            analysis = reading.analysis
            limits = scale(analysis.exercise, analysis.neutral)
            if not analysis.kinematics.measurable and analysis.reasons:
                refusal = analysis.reasons[0].code.replace("-", " ")
        # Whole degrees, or the band would be made again with every analysis.
        whole = Scale(_whole(limits.arched_deg), _whole(limits.neutral_deg))
        key = (width, repr(whole), refusal)
        if self._band is None or self._band[0] != key:
            band = Band(width, landscape=width > height, limits=whole, refusal=refusal)
            self._band = (key, band)
        return self._band[1]


def _lay(scene: Picture, tile: Picture) -> None:
    """Put a tile on the lower edge, off the back."""
    top = max(0, scene.shape[0] - tile.shape[0] - scene.shape[0] // 24)
    left = max(0, (scene.shape[1] - tile.shape[1]) // 2)
    room = scene[top : top + tile.shape[0], left : left + tile.shape[1]]
    room[:] = tile[: room.shape[0], : room.shape[1]]


def _zoom(image: Picture) -> float:
    height, width = image.shape[:2]
    return float(min(1.0, _SHOWN_PX / max(height, width)))


def _shown(image: Picture) -> Picture:
    """A picture as large as it is shown."""
    zoom = _zoom(image)
    if zoom == 1:
        return image
    small = cv2.resize(image, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR)
    return np.asarray(small, np.uint8)


def _caption(view: LiveView) -> Caption:
    reading = view.reading
    if reading is None:
        return Caption(None, None, 0, None, "", "", "info")
    lumbar, doubt = view.present.lumbar_deg, view.present.uncertainty_deg
    known = math.isfinite(lumbar)
    count = len(reading.tally.ended)
    phase = reading.analysis.phases[-1]
    arrow = {"concentric": "up", "eccentric": "down"}.get(phase, "")
    return Caption(
        round(lumbar) if known else None,
        round(doubt) if known else None,
        count,
        None,
        arrow,
        "",
        "info",
        view.present.grade,
        view.present.judged,
    )


def _whole(value: float) -> float:
    return round(value) if math.isfinite(value) else value
