"""The lumbar angle, read off the outline of the back.

A parabola is fitted robustly to the dorsal curve over the lumbar part and a margin
around it; the turn of its tangent from the sacrum to the thoraco-lumbar junction
is the angle.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.geometry.dorsal import LUMBAR_FROM, LUMBAR_TO, DorsalCurve, dorsal_curve
from formcheck.geometry.view import Facing
from formcheck.outline import STATIONS
from formcheck.signals import fill_gaps, lowpass, remove_spikes, running_median, runs
from formcheck.track import PoseTrack

__all__ = ["Back", "lumbar_angle", "measure_back"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Where the tangent is read, in trunk lengths from the hip: L5/S1 lies some 0.15
# above the hip joint and T12/L1 some 0.6 (from Winter's segment lengths and a
# lumbar spine of a tenth of the stature).
SACRUM, THORACOLUMBAR = 0.15, 0.65

# Share of the fitted stretch that must be seen, and of each third of it.
MIN_SEEN = 0.6
_MIN_SEEN_THIRD = 0.3

# A back is a smooth curve: clear side views on the labelled clips leave up to
# 0.022 about the parabola (5th to 95th percentile 0.003-0.020), plates and front
# views 0.05 and more.
MAX_RESIDUAL = 0.022
# The outline's own range: standing lordosis reaches some -70 (skin surface), full
# flexion some +50. Beyond it something else is being measured.
RANGE_DEG = (-75.0, 60.0)

# On the labelled clips 95 % of the frames of bare backs stay below 40-200 degrees a
# second; those under a plate pass 300.
MAX_SPEED_DEG_PER_S = 200.0
# Wider than this a number says nothing that a lifter can use: the gap between
# neutral and rounded backs is 25 degrees.
MAX_UNCERTAINTY_DEG = 25.0
_NOISE_WINDOW_S = 0.5
# Frames measured at a time: the curves of a long clip would fill the memory.
_PIECE_FRAMES = 1024

# Standard deviation of the hip landmark along the trunk, in trunk lengths: 10 px
# of 200. It moves the window, and the angle with it.
_HIP_SLIDE = 0.04
# Neighbouring points of the outline err together; the mask has 256 px a person,
# so about every third station is news.
_STATIONS_TOGETHER = 3.0
# What remains with a perfect outline; to be replaced by the rendered lifters' figure.
_FLOOR_DEG = 2.0
_TO_90_PERCENT = 1.645
# Huber's weights find the curve, Tukey's then leave out what stands off it: a fold
# of the shirt, a bite that the mask takes out of the back.
_HUBER_ROUNDS, _TUKEY_ROUNDS = 5, 5
_HUBER, _TUKEY = 1.5, 3.5


@dataclass(frozen=True, eq=False)
class Back:
    """The measured back over time.

    Attributes
    ----------
    lumbar_deg : float (N,)
        0 flat, + rounded, - arched; NaN where it was not seen.
    uncertainty_deg : float (N,)
        Half the width of the interval that should hold the outline's true angle
        in 9 of 10 frames.
    curve : DorsalCurve
        The outline that it was read off.
    """

    lumbar_deg: FloatArray
    uncertainty_deg: FloatArray
    curve: DorsalCurve


def measure_back(
    track: PoseTrack, points_px: FloatArray, frames: BoolArray, facing: Facing, trunk_px: float
) -> Back:
    """Measure the lumbar angle in every frame.

    Parameters
    ----------
    track : PoseTrack
    points_px : float (N, 33, 2)
        Smoothed landmarks.
    frames : bool (N,)
        Frames that show the lifter.
    facing : {"left", "right"}
    trunk_px : float
        Length of the trunk in this clip.
    """
    count, stations = len(track), STATIONS.size
    angle, uncertainty = np.empty(count), np.empty(count)
    curve = DorsalCurve(
        *(np.empty((count, stations, *axes), np.float32) for axes in ((), (), (2,)))
    )
    for at in range(0, count, _PIECE_FRAMES):
        piece = slice(at, at + _PIECE_FRAMES)
        found = dorsal_curve(track[piece], points_px[piece], frames[piece], facing, trunk_px)
        angle[piece], uncertainty[piece] = lumbar_angle(found.u, found.d)
        curve.u[piece], curve.d[piece], curve.px[piece] = found.u, found.d, found.px
    smooth = _without_leaps(track.time_s, lowpass(track.time_s, remove_spikes(track.time_s, angle)))
    noise_deg = 1.4826 * running_median(track.time_s, np.abs(angle - smooth), _NOISE_WINDOW_S)
    total = np.hypot(uncertainty, _TO_90_PERCENT * np.nan_to_num(noise_deg))
    total = fill_gaps(track.time_s, total)
    measured = np.isfinite(smooth) & (total <= MAX_UNCERTAINTY_DEG)
    return Back(np.where(measured, smooth, np.nan), np.where(measured, total, np.nan), curve)


def _without_leaps(time_s: FloatArray, angle_deg: FloatArray) -> FloatArray:
    """Leave out what moves faster than a spine does."""
    if len(angle_deg) < 3:
        return angle_deg
    known = np.isfinite(angle_deg)
    speed = np.zeros_like(angle_deg)
    for start, stop in runs(known):
        if stop - start > 1:
            speed[start:stop] = np.abs(np.gradient(angle_deg[start:stop], time_s[start:stop]))
    return np.where(speed > MAX_SPEED_DEG_PER_S, np.nan, angle_deg)


def lumbar_angle(u: NDArray[np.floating], d: NDArray[np.floating]) -> tuple[FloatArray, FloatArray]:
    """Turn of the back's tangent from sacrum to thoraco-lumbar junction.

    Parameters
    ----------
    u, d : float (N, K)
        The dorsal curve in trunk lengths; NaN where it was not seen.

    Returns
    -------
    angle_deg, uncertainty_deg : float (N,)
        NaN where too little of the lumbar part was seen.
    """
    fit = _fit_parabola(u, d, 0.0)
    angle = _plausible(_turn_deg(fit.coefficients), fit.residual)
    slid = [_turn_deg(_fit_parabola(u, d, s).coefficients, s) for s in (-_HIP_SLIDE, _HIP_SLIDE)]
    slide_deg = np.abs(slid[1] - slid[0]) / 2
    span = THORACOLUMBAR - SACRUM
    curvature_sd = fit.residual * np.sqrt(_STATIONS_TOGETHER) * fit.curvature_gain
    fit_deg = np.degrees(2 * span * curvature_sd)
    sd = np.sqrt(_FLOOR_DEG**2 + np.nan_to_num(slide_deg) ** 2 + fit_deg**2)
    return angle, np.where(np.isfinite(angle), _TO_90_PERCENT * sd, np.nan)


@dataclass(frozen=True, eq=False)
class _Parabola:
    coefficients: FloatArray  # (N, 3): constant, slope, curvature, about the window's middle
    residual: FloatArray  # (N,) robust standard deviation of the points about it
    curvature_gain: FloatArray  # (N,) standard error of the curvature per unit of residual


def _fit_parabola(u: NDArray[np.floating], d: NDArray[np.floating], slide: float) -> _Parabola:
    """Robust parabola over the window, moved by `slide`, all frames at once."""
    low, high = LUMBAR_FROM + slide, LUMBAR_TO + slide
    seen = (u >= low) & (u <= high) & np.isfinite(d)
    seen &= _enough(u, seen, low, high)[:, None]
    used = seen.any(axis=0) | (np.arange(seen.shape[1]) == 0)
    x = np.where(seen, u - (low + high) / 2, 0.0)[:, used]
    y = np.where(seen, d, 0.0)[:, used]
    seen = seen[:, used]
    weight = seen.astype(np.float64)
    for turn in range(_HUBER_ROUNDS + _TUKEY_ROUNDS):
        normal, right = _normal_equations(x, y, weight)
        coefficients = np.linalg.solve(normal, right[..., None])[..., 0]
        constant, slope, curvature = coefficients.T[..., None]
        error = np.abs(y - constant - x * (slope + x * curvature))
        residual = _spread(np.where(seen, error, np.nan))
        scaled = error / residual[:, None]
        weight = seen * (_huber(scaled) if turn < _HUBER_ROUNDS else _tukey(scaled))
    coefficients[~seen.any(axis=1)] = np.nan
    gain: FloatArray = np.sqrt(np.linalg.inv(normal)[:, 2, 2])
    return _Parabola(np.asarray(coefficients), residual, gain)


def _normal_equations(
    x: FloatArray, y: FloatArray, weight: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Moments (N, 3, 3) and (N, 3), always to be inverted."""
    power, moments, right = weight, [], []
    for order in range(5):
        moments.append(power.sum(axis=1))
        if order < 3:
            right.append((power * y).sum(axis=1))
        power = power * x
    normal = np.stack([np.stack(moments[i : i + 3], axis=-1) for i in range(3)], axis=1)
    return normal + 1e-9 * np.eye(3), np.stack(right, axis=-1)


def _huber(scaled: FloatArray) -> FloatArray:
    return _HUBER / np.maximum(_HUBER, scaled)


def _tukey(scaled: FloatArray) -> FloatArray:
    inside = np.maximum(1.0 - (scaled / _TUKEY) ** 2, 1e-3)
    return np.asarray(inside**2)


def _spread(error: FloatArray) -> FloatArray:
    """Robust standard deviation per row, at least a quarter of a per cent of the trunk."""
    ordered = np.sort(error, axis=1)  # NaN sorts last
    middle = np.maximum(np.isfinite(error).sum(axis=1) - 1, 0) // 2
    median = np.take_along_axis(ordered, middle[:, None], 1)[:, 0]
    return np.asarray(np.maximum(1.4826 * np.nan_to_num(median), 0.0025))


def _enough(u: NDArray[np.floating], seen: BoolArray, low: float, high: float) -> BoolArray:
    """Whether enough of the window, and of each third of it, is seen."""
    step = STATIONS[1] - STATIONS[0]
    expected = (high - low) / step
    third: FloatArray = np.floor(np.clip((np.nan_to_num(u) - low) / (high - low), 0, 0.999) * 3)
    enough = seen.sum(axis=1) >= MIN_SEEN * expected
    for part in range(3):
        enough &= (seen & (third == part)).sum(axis=1) >= _MIN_SEEN_THIRD * expected / 3
    return np.asarray(enough)


def _turn_deg(coefficients: FloatArray, slide: float = 0.0) -> FloatArray:
    middle = (LUMBAR_FROM + LUMBAR_TO) / 2 + slide
    slope, curvature = coefficients[:, 1], coefficients[:, 2]
    low, high = (slope + 2 * curvature * (at + slide - middle) for at in (SACRUM, THORACOLUMBAR))
    return np.asarray(np.degrees(np.arctan(low) - np.arctan(high)))


def _plausible(angle_deg: FloatArray, residual: FloatArray) -> FloatArray:
    low, high = RANGE_DEG
    return np.where(
        (residual <= MAX_RESIDUAL) & (angle_deg > low) & (angle_deg < high), angle_deg, np.nan
    )
