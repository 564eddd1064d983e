"""Colours that stay apart for colour-blind eyes, and on skin, shirts and gym walls."""

from __future__ import annotations

from collections.abc import Mapping

from formcheck.assessment.judgement import Grade

__all__ = ["AMBER", "BLUE", "INK", "PAPER", "SEVERITIES", "Rgb", "grade_rgb"]

Rgb = tuple[int, int, int]

INK: Rgb = (14, 17, 22)
PAPER: Rgb = (255, 255, 255)
BLUE: Rgb = (86, 180, 233)
AMBER: Rgb = (255, 176, 0)
VERMILION: Rgb = (240, 88, 20)
SEVERITIES = {"info": BLUE, "caution": AMBER, "stop": VERMILION}

# White for what is nobody's fault, so that lightness tells it from the rest, and Okabe and
# Ito's poles for the two faults.
_GRADES: Mapping[Grade, Rgb] = {
    "no": PAPER,
    "borderline": (255, 226, 150),
    "likely": AMBER,
    "clear": VERMILION,
}


def grade_rgb(grade: Grade, *, over_arched: bool = False) -> Rgb:
    """The colour of a moment, by what is said of it."""
    return BLUE if over_arched and grade == "no" else _GRADES[grade]
