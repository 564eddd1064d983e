"""How a lying trunk touches the floor."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifter.skin import STATIONS, Outline, dorsal_points, posed

__all__ = ["face_down", "lowest_back", "lowest_front", "on_the_back"]

Array = NDArray[np.float64]

REST_M = 0.006


def _between(low: float, high: float) -> NDArray[np.bool_]:
    return (low <= STATIONS) & (high >= STATIONS)


def lowest_back(rings: Outline, low: float, high: float) -> tuple[float, float]:
    """Height of the lowest point of the back between two levels, and where it rests.

    The place is an average over all that is nearly lowest, so that it does not
    jump from ring to ring as the body rolls.
    """
    behind = dorsal_points(rings)[_between(low, high)]
    bottom = float(behind[:, 1].min())
    weight = np.exp((bottom - behind[:, 1]) / REST_M)
    return bottom, float(np.average(behind[:, 0], weights=weight))


def lowest_front(rings: Outline, low: float, high: float) -> float:
    """Height of the lowest point of the front between two levels."""
    a = np.deg2rad(rings.angle_deg)
    front = rings.centre[:, 1] - rings.ventral * np.sin(a)
    return float(front[_between(low, high)].min())


def on_the_back(rings: Outline, hip_height: float | None) -> tuple[float, float, float]:
    """Pitch, hip height and place of contact of a body on its upper back.

    Bisects the pitch until the hips are `hip_height` above the floor, or,
    without it, until the pelvis touches the floor as well.
    """
    steep, flat = -150.0, -55.0
    for _ in range(22):
        pitch = (steep + flat) / 2
        laid = posed(rings, pitch, np.zeros(2))
        thorax, place = lowest_back(laid, 8.0, 15.5)
        pelvis, _ = lowest_back(laid, -3.0, 1.0)
        too_high = pelvis > thorax if hip_height is None else -thorax > hip_height
        steep, flat = (pitch, flat) if too_high else (steep, pitch)
    return pitch, -thorax, place


def face_down(rings: Outline) -> float:
    """Pitch at which chest and hips both touch the floor."""
    steep, flat = 50.0, 120.0
    for _ in range(20):
        pitch = (steep + flat) / 2
        laid = posed(rings, pitch, np.zeros(2))
        higher = lowest_front(laid, 7.0, 15.0) > lowest_front(laid, -2.0, 2.0)
        steep, flat = (pitch, flat) if higher else (steep, pitch)
    return pitch
