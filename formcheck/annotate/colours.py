"""Colours that stay apart for colour-blind eyes, and on skin, shirts and gym walls."""

from __future__ import annotations

import numpy as np

__all__ = ["AMBER", "BLUE", "INK", "PAPER", "SEVERITIES", "angle_rgb"]

Rgb = tuple[int, int, int]

INK: Rgb = (14, 17, 22)
PAPER: Rgb = (255, 255, 255)
BLUE: Rgb = (86, 180, 233)
AMBER: Rgb = (255, 176, 0)
VERMILION: Rgb = (240, 88, 20)
SEVERITIES = {"info": BLUE, "caution": AMBER, "stop": VERMILION}

# Blue through white to vermilion: Okabe and Ito's poles, with white for flat, so
# that lightness tells both ends from the middle. From degrees arched to rounded.
_STOPS_DEG = (-40.0, -15.0, 0.0, 12.0, 25.0)
_STOPS_RGB = np.array([(40, 120, 255), (140, 205, 255), PAPER, AMBER, VERMILION], dtype=float)


def angle_rgb(lumbar_deg: float) -> Rgb:
    """The colour of an angle."""
    channels = [np.interp(lumbar_deg, _STOPS_DEG, channel) for channel in _STOPS_RGB.T]
    red, green, blue = (round(float(channel)) for channel in channels)
    return red, green, blue
