"""The lumbar angle, read off the outline of the trunk.

A statistical shape model of backs is fitted to the outline (`formcheck.geometry.shape`).
Its weights give the angle twice: what a change of them means within one lifter, and
what they mean between lifters. The first follows the movement; the second only says
where on the scale this lifter stands, once for the clip.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.geometry.curve import Surface, TrunkCurve, back_is_hidden, trunk_curve
from formcheck.geometry.shape import back_shape, fit_shape, resample
from formcheck.geometry.view import Facing
from formcheck.outline import STATIONS
from formcheck.signals import fill_gaps, lowpass, remove_spikes, running_median, runs
from formcheck.track import PoseTrack

__all__ = ["Back", "LumbarReading", "measure_back", "read_lumbar"]

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]

# Where L5/S1 and T12/L1 lie on the axis, in trunk lengths from the hip: means over the
# rendered lifters, standard deviations 0.015 and 0.019 (benchmarks/back_model.md).
SACRUM, THORACOLUMBAR = 0.20, 0.57

# A back that the model cannot follow is not one: clear side views leave 0.004-0.015
# (robust standard deviation), plates and front views 0.03 and more.
MAX_RESIDUAL = 0.022
# The outline's own range: standing lordosis reaches some -75, full flexion some +60.
# Beyond it something else is being measured.
RANGE_DEG = (-85.0, 65.0)

# On the labelled clips 95 % of the frames of bare backs stay below 40-200 degrees a
# second; those under a plate pass 300.
MAX_SPEED_DEG_PER_S = 200.0
# Wider than this a number says nothing that a lifter can use, and the part of the back
# that would tell was hidden: bare backs have 4-8.
MAX_UNCERTAINTY_DEG = 12.0
_NOISE_WINDOW_S = 0.5
# Frames measured at a time: the curves of a long clip would fill the memory.
_PIECE_FRAMES = 1024

# What remains with a perfect fit, and how far the angle goes beyond the fit's own
# standard deviation (benchmarks/back_model.md).
_FLOOR_DEG = 2.0
_TO_90_PERCENT = 1.645


@dataclass(frozen=True, eq=False)
class Back:
    """The measured back over time.

    Attributes
    ----------
    lumbar_deg : float (N,)
        0 flat, + rounded, - arched; NaN where it was not seen.
    uncertainty_deg : float (N,)
        Half the width of the interval that should hold the angle in 9 of 10 frames,
        but for what is the same in every frame of this lifter
        (`formcheck.geometry.neutral.LEVEL_UNCERTAINTY_DEG`).
    curve : TrunkCurve
        The outline that it was read off.
    surface : {"dorsal", "ventral"}
        Whether that is the back's or, where the back is hidden, the front's.
    """

    lumbar_deg: FloatArray
    uncertainty_deg: FloatArray
    curve: TrunkCurve
    surface: Surface


@dataclass(frozen=True, eq=False)
class LumbarReading:
    """Outlines read by the shape model, each float (N,); NaN where too little was seen.

    Attributes
    ----------
    change_deg
        Lumbar angle but for a constant of the lifter.
    offset_deg
        That constant, as each outline alone would have it.
    uncertainty_deg
        Half the 90 % interval of `change_deg`.
    """

    change_deg: FloatArray
    offset_deg: FloatArray
    uncertainty_deg: FloatArray


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
    surface: Surface = "dorsal"
    curve = _curve(track, points_px, frames, facing, trunk_px, surface)
    if back_is_hidden(curve, points_px, facing):
        surface = "ventral"
        curve = _curve(track, points_px, frames, facing, trunk_px, surface)
    reading = _read_pieces(curve, surface)
    angle = reading.change_deg + _offset_deg(reading)
    low, high = RANGE_DEG
    angle = np.where((angle > low) & (angle < high), angle, np.nan)
    smooth = _without_leaps(track.time_s, lowpass(track.time_s, remove_spikes(track.time_s, angle)))
    noise_deg = 1.4826 * running_median(track.time_s, np.abs(angle - smooth), _NOISE_WINDOW_S)
    total = np.hypot(reading.uncertainty_deg, _TO_90_PERCENT * np.nan_to_num(noise_deg))
    total = fill_gaps(track.time_s, total)
    measured = np.isfinite(smooth) & (total <= MAX_UNCERTAINTY_DEG)
    return Back(
        np.where(measured, smooth, np.nan), np.where(measured, total, np.nan), curve, surface
    )


def read_lumbar(
    u: NDArray[np.floating], d: NDArray[np.floating], surface: Surface = "dorsal"
) -> LumbarReading:
    """Read the lumbar angle off outlines.

    Parameters
    ----------
    u, d : float (N, K)
        The curve in trunk lengths; NaN where it was not seen.
    surface : {"dorsal", "ventral"}
    """
    model = back_shape(surface)
    fit = fit_shape(model, resample(u, d, model.u))
    change = fit.weights @ model.change_deg
    between = fit.weights @ model.level_deg + model.mean_deg
    variance = np.einsum("nij,i,j->n", fit.covariance, model.change_deg, model.change_deg)
    uncertainty = _TO_90_PERCENT * np.sqrt(variance + _FLOOR_DEG**2)
    seen = (fit.residual <= MAX_RESIDUAL) & (uncertainty <= MAX_UNCERTAINTY_DEG)
    return LumbarReading(
        *(np.where(seen, v, np.nan) for v in (change, between - change, uncertainty))
    )


def _curve(  # noqa: PLR0917 - as `trunk_curve`, piece by piece
    track: PoseTrack,
    points_px: FloatArray,
    frames: BoolArray,
    facing: Facing,
    trunk_px: float,
    surface: Surface,
) -> TrunkCurve:
    """The curve of the whole clip, measured in pieces to keep memory flat."""
    count, stations = len(track), STATIONS.size
    curve = TrunkCurve(*(np.empty((count, stations, *axes), np.float32) for axes in ((), (), (2,))))
    for at in range(0, count, _PIECE_FRAMES):
        piece = slice(at, at + _PIECE_FRAMES)
        found = trunk_curve(
            track[piece], points_px[piece], frames[piece], facing, trunk_px, surface
        )
        curve.u[piece], curve.d[piece], curve.px[piece] = found.u, found.d, found.px
    return curve


def _read_pieces(curve: TrunkCurve, surface: Surface) -> LumbarReading:
    pieces = [
        read_lumbar(curve.u[at : at + _PIECE_FRAMES], curve.d[at : at + _PIECE_FRAMES], surface)
        for at in range(0, len(curve.u), _PIECE_FRAMES)
    ]
    names = ("change_deg", "offset_deg", "uncertainty_deg")
    return LumbarReading(*(np.concatenate([getattr(p, name) for p in pieces]) for name in names))


def _offset_deg(reading: LumbarReading) -> float:
    """The lifter's constant: median over the frames that were read."""
    seen = np.isfinite(reading.offset_deg)
    return float(np.median(reading.offset_deg[seen])) if seen.any() else float("nan")


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
