"""The picture that a lifter reads from three metres away."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.annotate.back import DrawnBack
from formcheck.annotate.band import Band, font
from formcheck.annotate.colours import AMBER, INK, PAPER, SEVERITIES
from formcheck.annotate.scene import Caption, Scale, finding_label, scale
from formcheck.findings import Severity
from formcheck.geometry.view import Facing
from formcheck.landmarks import middle
from formcheck.live.analyst import Reading
from formcheck.live.cues import Cue
from formcheck.live.session import View
from formcheck.live.tally import Counted, Tally
from formcheck.outline import STATIONS, outline_points_px
from formcheck.recorder import Pose
from formcheck.signals import runs

__all__ = ["Screen", "State", "angle_now", "countdown_s", "headline"]

Picture = NDArray[np.uint8]
Rgb = tuple[int, int, int]

# From L5/S1 to T12/L1, where the angle is read (see `formcheck.geometry`).
_LUMBAR_U = (0.15, 0.65)
# Letters of 1.8 cm on a 24-inch screen, the angle half as large again: read from three metres.
_TEXT_PER_WIDTH = 0.034
_WORD_PER_WIDTH = 0.085
CUE_S = 2.0
# From three metres no more is seen, and a larger picture takes longer to paint.
_SHOWN_PX = 960
# A back that is not seen for a moment is no news.
_UNSEEN_S = 1.0
# The last frame or two lack their followers, without which a wild value is left out.
_CURRENT_S = 0.25
# A back moves through all of its range in a second: an older angle is not shown.
LATE_S = 1.0


@dataclass(frozen=True)
class State:
    """What is shown beside the measurement."""

    mirror: bool
    sound: bool
    dropped: int = 0


class Screen:
    """Draws views; one for all frames of a size."""

    def __init__(self) -> None:
        self._cue: Cue | None = None
        self._cue_until_s = 0.0
        self._band: tuple[tuple[int, str, str], Band] | None = None

    def draw(self, view: View, state: State) -> Picture:
        """The window's picture, uint8 (H, W, 3), RGB."""
        reading = view.reading
        zoom = min(1.0, _SHOWN_PX / max(view.frame.image.shape))
        picture = view.frame.image
        if zoom < 1:
            small = cv2.resize(picture, None, fx=zoom, fy=zoom, interpolation=cv2.INTER_LINEAR)
            picture = np.asarray(small, np.uint8)
        height, width = picture.shape[:2]
        band = self._band_for(width, height, reading)
        line, colour = headline(view)
        status = status_words(view, state)
        foot = _foot(width, line, colour, status)
        canvas = np.empty((band.size_px[1] + height + foot.shape[0], width, 3), np.uint8)
        canvas[: band.size_px[1]] = band.draw(_caption(view))
        scene = canvas[band.size_px[1] : -foot.shape[0]]
        scene[:] = picture
        self._draw_back(scene, view, zoom)
        if state.mirror:
            cv2.flip(scene, 1, scene)
        self._draw_word(scene, view)
        canvas[-foot.shape[0] :] = foot
        return canvas

    def _draw_back(self, scene: Picture, view: View, zoom: float) -> None:
        if view.reading is None or not view.pose.found:
            return
        kin = view.reading.analysis.kinematics
        lumbar_deg = angle_now(view)[0]
        if kin.measurable:
            back_now(view.pose, kin.view.facing, lumbar_deg).draw(scene, zoom)

    def _draw_word(self, scene: Picture, view: View) -> None:
        if view.cues:
            self._cue = view.cues[-1]
            self._cue_until_s = view.frame.time_s + CUE_S
        words = ""
        severity: Severity = "info"
        if self._cue is not None and view.frame.time_s < self._cue_until_s:
            words, severity = self._cue.words, self._cue.severity
        elif countdown_s(view) > 0:
            words = f"{math.ceil(countdown_s(view))}"
        if words:
            tile = _tile(scene.shape[1], words.upper(), SEVERITIES[severity])
            top = scene.shape[0] - tile.shape[0] - scene.shape[0] // 24  # off the back
            left = max(0, (scene.shape[1] - tile.shape[1]) // 2)
            scene[top : top + tile.shape[0], left : left + tile.shape[1]] = tile

    def _band_for(self, width: int, height: int, reading: Reading | None) -> Band:
        limits, refusal = Scale(math.nan, math.nan, math.nan), ""
        if reading:
            analysis = reading.analysis
            limits = scale(analysis.exercise, analysis.neutral)
            if not analysis.kinematics.measurable and analysis.reasons:
                refusal = analysis.reasons[0].code.replace("-", " ")
        # Whole degrees, or the band would be made anew with every analysis.
        whole = Scale(
            *(_whole(v) for v in (limits.rounded_deg, limits.arched_deg, limits.neutral_deg))
        )
        key = (width, repr(whole), refusal)
        if self._band is None or self._band[0] != key:
            band = Band(width, landscape=width > height, limits=whole, refusal=refusal)
            self._band = (key, band)
        return self._band[1]


def back_now(pose: Pose, facing: Facing, lumbar_deg: float) -> DrawnBack:
    """The outline of the back in this very frame, in the colour of the latest angle.

    Parameters
    ----------
    pose : Pose
    facing : {"left", "right"}
    lumbar_deg : float
        NaN while it is not measured: the measured part is not drawn then.
    """
    points = pose.landmarks_px.astype(np.float64)
    hip, shoulder = middle(points, "hip"), middle(points, "shoulder")
    both = outline_points_px(pose.profile[None].astype(np.float64), hip[None], shoulder[None])
    px = both[0, 0 if facing == "right" else 1]
    seen = np.isfinite(px).all(axis=1)
    inside = seen & (_LUMBAR_U[0] <= STATIONS) & (_LUMBAR_U[1] >= STATIONS)
    known = math.isfinite(lumbar_deg)
    return DrawnBack(
        lumbar=[px[a:b] for a, b in runs(inside) if b - a > 1] if known else [],
        whole=[px[a:b] for a, b in runs(seen) if b - a > 1],
        trunk=np.stack([hip, shoulder]),
        lumbar_deg=lumbar_deg if known else 0.0,
    )


def angle_now(view: View) -> tuple[float, float]:
    """The latest angle and its uncertainty; NaN where it says nothing of the frame."""
    if view.reading is None or view.age_s > LATE_S:
        return math.nan, math.nan
    analysis = view.reading.analysis
    back, time_s = analysis.kinematics.back, analysis.track.time_s
    known = np.flatnonzero(np.isfinite(back.lumbar_deg) & (time_s >= time_s[-1] - _CURRENT_S))
    if not known.size:
        return math.nan, math.nan
    return float(back.lumbar_deg[known[-1]]), float(back.uncertainty_deg[known[-1]])


def countdown_s(view: View) -> float:
    """How long the lifter still has to stand; NaN while nothing is counted."""
    if view.ready or view.reading is None or view.age_s > LATE_S:
        return math.nan
    return view.reading.setup.countdown_s


def headline(view: View) -> tuple[str, Rgb]:
    """The one line to read: what to mend, or else the last repetition."""
    reading = view.reading
    if reading is None:
        return "Starting ...", PAPER
    if view.age_s > LATE_S:
        return "The numbers come late: end other programs.", AMBER
    if not view.ready:
        return reading.setup.words, AMBER
    wrong = trouble(reading)
    if wrong:
        return wrong, AMBER
    ended = reading.tally.ended
    if not ended:
        return reading.setup.hint or "Ready: begin.", PAPER
    faults = [f for f in ended[-1].findings if f.severity != "info"]
    return last_rep(ended), SEVERITIES[faults[0].severity] if faults else PAPER


def last_rep(ended: tuple[Counted, ...]) -> str:
    """The last repetition in a line."""
    rep = ended[-1].measures
    words = f"rep {len(ended)}: "
    if not rep.measured:
        return words + "back not seen"
    words += f"{rep.peak_deg:+.0f}° ±{rep.uncertainty_deg:.0f} most flexed"
    faults = [finding_label(f.code) for f in ended[-1].findings if f.severity != "info"]
    return (words + (f": {', '.join(faults)}" if faults else "")).replace("-", "\N{MINUS SIGN}")


def trouble(reading: Reading) -> str:
    """Why the back is not measured now, and what to do; empty if it is."""
    analysis = reading.analysis
    time_s, lumbar = analysis.track.time_s, analysis.kinematics.back.lumbar_deg
    latest = lumbar[int(np.searchsorted(time_s, time_s[-1] - _UNSEEN_S)) :]
    if np.isfinite(latest).any():
        return ""
    if reading.setup.step not in {"ready", "stand-still"}:
        return reading.setup.words
    refusing = [reason for reason in analysis.reasons if reason.refuses]
    return refusing[0].message if refusing else "The back cannot be read now."


def drift_words(tally: Tally) -> str:
    """How the back changed over the set, as far as that can be told."""
    fatigue = tally.fatigue
    if fatigue is None or fatigue.drift is None:
        return ""
    way = {"rounding": "rounding", "arching": "arching", None: "drift"}[fatigue.direction]
    return f"{way} {fatigue.drift.per_rep:+.1f}°/rep"


def status_words(view: View, state: State) -> str:
    """The small line."""
    parts = [f"set {view.set_number}"]
    if view.reading:
        parts += [view.reading.analysis.exercise.name, drift_words(view.reading.tally)]
    parts += [f"{view.fps:.0f} fps" + (f", {state.dropped} dropped" if state.dropped else "")]
    parts += ["● rec" if view.filming else "", "" if state.sound else "sound off"]
    return "   ".join(part for part in parts if part)


def _caption(view: View) -> Caption:
    reading = view.reading
    if reading is None:
        return Caption(None, None, 0, None, "", "", "info")
    lumbar, doubt = angle_now(view)
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
    )


@lru_cache(maxsize=8)
def _foot(width: int, line: str, colour: Rgb, status: str) -> Picture:
    from PIL import Image, ImageDraw

    text = max(12, round(_TEXT_PER_WIDTH * width))
    picture = Image.new("RGB", (width, round(2.9 * text)), INK)
    canvas = ImageDraw.Draw(picture)
    full = canvas.textlength(line, font(text, bold=True))
    size = round(text * min(1.0, (width - text) / max(full, 1.0)))
    canvas.text((0.5 * text, 0.95 * text), line, colour, font(size, bold=True), anchor="lm")
    small = font(round(0.6 * text), bold=False)
    canvas.text((0.5 * text, 2.2 * text), status, (150, 156, 166), small, anchor="lm")
    return np.asarray(picture)


@lru_cache(maxsize=4)
def _tile(width: int, words: str, fill: Rgb) -> Picture:
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


def _whole(value: float) -> float:
    return round(value) if math.isfinite(value) else value
