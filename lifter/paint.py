"""Blending colours along a surface."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["mix", "step"]

Array = NDArray[np.float64]


def mix(first: Array, second: Sequence[float], share: Array) -> Array:
    """Colours between `first` (..., 3) and one colour, by share (...)."""
    share = np.asarray(share)[..., None]
    return np.asarray(first * (1 - share) + np.asarray(second) * share)


def step(value: Array, edge: float, width: float = 0.04) -> Array:
    """0 below an edge, 1 above it, a ramp of `width` between."""
    return np.asarray(np.clip((value - edge) / width + 0.5, 0, 1))
