"""Depth and tempo of a repetition, in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from formcheck.lifts.lift_measures import Measured
from formcheck.lifts.measures import RepMeasures
from formcheck.live.texts import text

__all__ = ["Depth", "depth_of", "depth_words", "tempo_words"]


@dataclass(frozen=True)
class Depth:
    """How deep a squat went.

    Attributes
    ----------
    step : {"above", "level", "below"}
        Level where the thigh is closer to it than the measurement can tell.
    words, more, spoken : str
    """

    step: Literal["above", "level", "below"]
    words: str
    more: str
    spoken: str


def depth_of(depth: Measured) -> Depth | None:
    """A squat's depth against parallel; None where it was not seen, or is no question."""
    if not math.isfinite(depth.value_deg):
        return None
    off_deg, doubt_deg = depth.value_deg, depth.uncertainty_deg
    step: Literal["above", "level", "below"] = "level"
    if abs(off_deg) > doubt_deg:
        step = "above" if off_deg > 0 else "below"
    return Depth(
        step,
        text(f"depth.{step}"),
        text(f"depth.{step}-more", degrees=f"{abs(off_deg):.0f}", doubt=f"{doubt_deg:.0f}"),
        text(f"depth.{step}-spoken"),
    )


def depth_words(depth: Measured) -> list[str]:
    """The same in a few words; none where there is no depth."""
    known = depth_of(depth)
    return [f"{known.spoken} {known.more}".capitalize()] if known else []


def tempo_words(rep: RepMeasures) -> str:
    """How long the ways down and up took, in their order; empty where neither was seen."""
    times = {"down": rep.eccentric_s, "up": rep.concentric_s}
    order = ("up", "down") if rep.rep.rises else ("down", "up")
    seen = [way for way in order if math.isfinite(times[way])]
    if not seen:
        return ""
    return text("tempo." + "-".join(seen), **{way: f"{times[way]:.1f}" for way in seen})
