"""What there is to say of a view, a line each."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from formcheck.annotate.colours import AMBER, PAPER, SEVERITIES, Rgb
from formcheck.live.analyst import Reading
from formcheck.live.present import LATE_S
from formcheck.live.tally import Counted, Tally
from formcheck.live.view import View

__all__ = ["State", "countdown_s", "headline", "status_words"]


# Fewer of the camera's pictures than this are too few not to be told.
_KEEPS_UP = 0.9
# A back that is not seen for a moment is no news.
_UNSEEN_S = 1.0


@dataclass(frozen=True)
class State:
    """What is shown beside the measurement."""

    mirror: bool
    sound: bool


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
    words += f"{rep.peak_deg:+z.0f}° ±{rep.uncertainty_deg:.0f} most flexed"
    faults = [f.words for f in ended[-1].findings if f.told]
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
    return f"{way} {fatigue.drift.per_rep:+z.1f}°/rep"


def status_words(view: View, state: State) -> str:
    """The small line."""
    parts = [f"set {view.set_number}"]
    if view.reading:
        parts += [view.reading.analysis.exercise.name, drift_words(view.reading.tally)]
    slow = view.fps < _KEEPS_UP * view.camera_fps
    parts += [f"{view.fps:.0f}" + (f" of {view.camera_fps:.0f}" if slow else "") + " fps"]
    parts += ["● rec" if view.filming else "", "" if state.sound else "sound off"]
    return "   ".join(part for part in parts if part)
