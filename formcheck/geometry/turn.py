"""How far the outline of the trunk turns, as it is seen: no model of backs, no bone.

A parabola through a stretch of the outline, and the turn of its tangent from one end to
the other. 0 is straight, + bulges out as a rounded back does, - is hollow. On real clips
this is what people call rounded (docs/measurement.md); the bone under it reads some 14
degrees less, so the two are not compared with the same limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.curve import TrunkCurve
from formcheck.geometry.shape import resample
from formcheck.geometry.signals import lowpass, remove_spikes

__all__ = ["LOWER", "WHOLE", "OutlineStretch", "OutlineTurn", "outline_turn"]


@dataclass(frozen=True)
class OutlineStretch:
    """A stretch of the outline, in trunk lengths from the hip.

    Attributes
    ----------
    fit : tuple of float
        Where the parabola is fitted.
    ends : tuple of float
        Between which its tangent turns.
    """

    fit: tuple[float, float]
    ends: tuple[float, float]


# Above 0.72 the shoulder blade begins, below 0.12 the buttock; above 0.92 neck, hair and
# hood (docs/measurement.md).
LOWER = OutlineStretch(fit=(0.12, 0.72), ends=(0.15, 0.65))
WHOLE = OutlineStretch(fit=(0.12, 0.92), ends=(0.12, 0.92))

_STEP = 0.025
# With less of a stretch in sight, or of either of its outer thirds, the parabola would be
# carried on into what was not seen.
_LEAST_SHOWN = 0.7
_LEAST_OUTER = 0.5


@dataclass(frozen=True, eq=False)
class OutlineTurn:
    """Turns over time in degrees, each float (N,); NaN where the outline was not seen."""

    lower_deg: FloatArray
    whole_deg: FloatArray


def outline_turn(time_s: FloatArray, curve: TrunkCurve) -> OutlineTurn:
    """The turn of the lower back and of the whole back, smoothed over time.

    Parameters
    ----------
    time_s : float (N,)
    curve : TrunkCurve
        Over the same frames.
    """
    u = np.arange(LOWER.fit[0], WHOLE.fit[1] + _STEP / 2, _STEP)
    d = resample(curve.u, curve.d, u)
    rough = [_turn_deg(u, d, stretch) for stretch in (LOWER, WHOLE)]
    return OutlineTurn(*(lowpass(time_s, remove_spikes(time_s, deg)) for deg in rough))


def _turn_deg(u: FloatArray, d: FloatArray, stretch: OutlineStretch) -> FloatArray:
    """Turn of the parabola's tangent in every outline, float (N,)."""
    inside = (u >= stretch.fit[0] - 1e-9) & (u <= stretch.fit[1] + 1e-9)
    u, d = u[inside], d[:, inside]
    seen = np.isfinite(d)
    slopes = _slopes(u, np.where(seen, d, 0.0), seen)
    low, high = (slopes[:, 0] + 2 * slopes[:, 1] * end for end in stretch.ends)
    return np.where(_shown(seen), np.degrees(np.arctan(low) - np.arctan(high)), np.nan)


def _slopes(u: FloatArray, d: FloatArray, seen: BoolArray) -> FloatArray:
    """First and second coefficient of the parabola of every frame, float (N, 2)."""
    powers = np.stack([np.ones_like(u), u, u**2], axis=1)
    weight = seen.astype(np.float64)
    pairs = (powers[:, :, None] * powers[:, None, :]).reshape(u.size, 9)
    normal = (weight @ pairs).reshape(-1, 3, 3) + 1e-9 * np.eye(3)
    return np.asarray(np.linalg.solve(normal, ((weight * d) @ powers)[..., None])[:, 1:, 0])


def _shown(seen: BoolArray) -> BoolArray:
    """Frames that show enough of the stretch, bool (N,)."""
    third = seen.shape[1] // 3
    outer = [seen[:, :third].mean(axis=1), seen[:, -third:].mean(axis=1)]
    return np.asarray((seen.mean(axis=1) >= _LEAST_SHOWN) & (np.min(outer, axis=0) >= _LEAST_OUTER))
