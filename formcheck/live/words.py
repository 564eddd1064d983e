"""What there is to say of a view, a line each; the texts themselves stand in `texts`."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import NamedTuple, get_args

import numpy as np

from formcheck.annotate.colours import AMBER, PAPER, SEVERITIES, Rgb
from formcheck.assessment.findings import Finding
from formcheck.assessment.wording import Severity
from formcheck.live.analyst import LiveReading
from formcheck.live.cues import change_words
from formcheck.live.present import LATE_S
from formcheck.live.rep_words import depth_words, tempo_words
from formcheck.live.tally import CountedRep, Tally
from formcheck.live.texts import text
from formcheck.live.view import LiveView

__all__ = ["Line", "State", "countdown_s", "headline", "status_words"]


# Fewer of the camera's pictures than this are too few not to be told.
_KEEPS_UP = 0.9
# A back that is not seen for a moment is no news.
_UNSEEN_S = 1.0


@dataclass(frozen=True)
class State:
    """What is shown beside the measurement."""

    mirror: bool
    sound: bool


class Line(NamedTuple):
    """The one line to read, and a smaller one that explains it."""

    words: str
    colour: Rgb
    more: str = ""


def countdown_s(view: LiveView) -> float:
    """How long the lifter still has to stand; NaN while nothing is counted."""
    if view.ready or view.reading is None or view.age_s > LATE_S:
        return math.nan
    return view.reading.setup.countdown_s


def headline(view: LiveView) -> Line:
    """The one line to read: what to fix, or else the last repetition."""
    reading = view.reading
    if reading is None:
        return Line(text("setup.starting"), PAPER)
    if not view.ready:
        return Line(reading.setup.words, AMBER, reading.setup.more)
    wrong, more = trouble(reading)
    if wrong:
        return Line(wrong, AMBER, more)
    ended = reading.tally.ended
    if not ended:
        return Line(text("setup.ready"), PAPER, reading.setup.hint)
    return last_rep(ended)


def last_rep(ended: tuple[CountedRep, ...]) -> Line:
    """The last repetition: what was found and what to change, or that no fault was."""
    number, rep = len(ended), ended[-1]
    if not rep.measures.measured:
        return Line(text("set.unseen-rep", rep=number), PAPER)
    told = sorted((f for f in rep.findings if f.told), key=_gravest_first)
    if told:
        found = text("set.fault-of-rep", rep=number, fault=", ".join(f.words for f in told))
        worst = told[0]
        fault = worst.severity != "info"
        colour = SEVERITIES[worst.severity] if fault else PAPER
        return Line(found, colour, change_words(worst.code) if fault else "")
    measures = rep.measures
    angle = f"{measures.peak_deg:+z.0f}° ±{measures.uncertainty_deg:.0f}"
    most = text("set.most", angle=angle.replace("-", "\N{MINUS SIGN}"))
    more = " · ".join([*depth_words(rep.depth), most])
    return Line(text("set.good-rep", rep=number), PAPER, more)


def _gravest_first(finding: Finding) -> int:
    return -get_args(Severity).index(finding.severity)


def trouble(reading: LiveReading) -> tuple[str, str]:
    """What to do where the back is not measured now, and why; empty if it is."""
    analysis = reading.analysis
    time_s, lumbar = analysis.track.time_s, analysis.kinematics.back.lumbar_deg
    latest = lumbar[int(np.searchsorted(time_s, time_s[-1] - _UNSEEN_S)) :]
    if np.isfinite(latest).any():
        return "", ""
    if reading.setup.step not in {"ready", "stand-still"}:
        return reading.setup.words, reading.setup.more
    refusing = [reason for reason in analysis.reasons if reason.refuses]
    return text("set.unread"), refusing[0].message if refusing else ""


def drift_words(tally: Tally) -> str:
    """How the back changed over the set, as far as that can be told."""
    fatigue = tally.fatigue
    if fatigue is None or fatigue.drift is None:
        return ""
    way = {"rounding": "rounding", "arching": "arching", None: "drift"}[fatigue.direction]
    return f"{way} {fatigue.drift.per_rep:+z.1f}°/rep"


def status_words(view: LiveView, state: State) -> str:
    """The small line; that the numbers come late takes no place from what to do."""
    late = view.reading is not None and view.age_s > LATE_S
    parts = [text("set.late") if late else "", f"set {view.set_number}"]
    if view.reading:
        tally = view.reading.tally
        parts.append(view.reading.analysis.exercise.name)
        for rep in tally.ended[-1:]:
            parts += [*depth_words(rep.depth), tempo_words(rep.measures)]
        parts.append(drift_words(tally))
    slow = view.fps < _KEEPS_UP * view.camera_fps
    parts += [f"{view.fps:.0f}" + (f" of {view.camera_fps:.0f}" if slow else "") + " fps"]
    parts += ["● rec" if view.filming else "", "" if state.sound else "sound off"]
    return "   ".join(part for part in parts if part)
