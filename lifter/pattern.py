"""What is printed on the shirt."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lifter.params import Clothes

__all__ = ["shirt_colours"]

Array = NDArray[np.float64]

# Levels of the spine from one hoop to the next, some 8 cm; columns of checks around.
_HOOP_LEVELS, _CHECKS_AROUND = 3.0, 10
# Where a panel along the flank begins and ends, from the middle of the back (0) round to
# that of the front: seen from the side it begins some 3 cm inside the back's outline.
_PANEL = (0.30 * np.pi, 0.72 * np.pi)


def _hoops(level: Array, around: Array) -> NDArray[np.bool_]:
    del around
    return np.asarray(np.mod(level, _HOOP_LEVELS) < _HOOP_LEVELS / 2)


def _panel(level: Array, around: Array) -> NDArray[np.bool_]:
    side = np.abs(np.mod(around + np.pi, 2 * np.pi) - np.pi)
    return np.asarray((level > -9) & (side > _PANEL[0]) & (side < _PANEL[1]))


def _checks(level: Array, around: Array) -> NDArray[np.bool_]:
    columns = np.mod(around / (2 * np.pi) * _CHECKS_AROUND, 1.0) < 0.5
    return np.asarray(_hoops(level, around) ^ columns)


_PATTERNS: dict[str, Callable[[Array, Array], NDArray[np.bool_]]] = {
    "hoops": _hoops,
    "panel": _panel,
    "checks": _checks,
}


def shirt_colours(clothes: Clothes, level: Array, around: Array) -> Array:
    """Colours of a shirt at places on the trunk.

    Parameters
    ----------
    level
        On the spine's scale, any shape.
    around
        Angle about the trunk, 0 = middle of the back, radians; same shape.

    Returns
    -------
    array of that shape and 3
    """
    plain = np.broadcast_to(np.asarray(clothes.top_rgb), (*level.shape, 3))
    if not clothes.pattern:
        return plain.copy()
    printed = _PATTERNS[clothes.pattern](level, around)
    return np.where(printed[..., None], np.asarray(clothes.pattern_rgb), plain)
