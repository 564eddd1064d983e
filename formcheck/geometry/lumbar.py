"""The lumbar angle, read off the outline of the trunk.

A statistical shape model of backs is fitted twice (`formcheck.geometry.shape`): to the
lifter's own outline, about which theirs moved in this clip, which says where on the
scale they stand; and in every frame to what differs from it, which follows the movement.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.curve import Surface, TrunkCurve, back_is_hidden, trunk_curve
from formcheck.geometry.shape import BackShape, back_shape, fit_shapes, own_outline, resample
from formcheck.geometry.signals import (
    TO_90_PERCENT,
    fill_gaps,
    lowpass,
    remove_spikes,
    running_median,
    runs,
)
from formcheck.geometry.view import Facing
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

__all__ = ["Back", "LumbarReading", "measure_back", "read_lumbar"]


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
# With less of the outline from L5/S1 to T12/L1 in sight the angle would be a guess from
# hips and shoulders.
LEAST_SHOWN = 0.4
_NOISE_WINDOW_S = 0.5
# Frames measured at a time: the curves of a long clip would fill the memory.
_PIECE_FRAMES = 1024

# What remains with a perfect fit (benchmarks/back_model.md).
FLOOR_DEG = 2.0
# Skin lies differently on the bone from lifter to lifter: the level is off by this much
# (robust standard deviation, same table) besides what the fit states.
LEVEL_SD_DEG: Mapping[Surface, float] = {"dorsal": 5.9, "ventral": 8.3}


@dataclass(frozen=True, eq=False)
class Back:
    """The measured back over time.

    Attributes
    ----------
    lumbar_deg : float (N,)
        0 flat, + rounded, - arched; NaN where it was not seen.
    uncertainty_deg : float (N,)
        Half the width of the interval that should hold the angle in 9 of 10 frames,
        but for what is the same in every frame of this lifter.
    level_uncertainty_deg : float
        Half the 90 % interval of that: how far all of them may be off together.
    curve : TrunkCurve
        The outline that it was read off.
    surface : {"dorsal", "ventral"}
        Whether that is the back's or, where the back is hidden, the front's.
    thoracic_deg : float (N,)
        Turn of the upper back, T12/L1 to about T2, + = rounded; NaN where it was not
        seen or where the front was read.
    thoracic_uncertainty_deg : float (N,)
        Half the 90 % interval of `thoracic_deg`; NaN where that is.
    """

    lumbar_deg: FloatArray
    uncertainty_deg: FloatArray
    level_uncertainty_deg: float
    curve: TrunkCurve
    surface: Surface
    thoracic_deg: FloatArray
    thoracic_uncertainty_deg: FloatArray


@dataclass(frozen=True, eq=False)
class LumbarReading:
    """Outlines of one lifter, read by the shape model.

    Attributes
    ----------
    own_deg : float
        Lumbar angle of the lifter's own outline; NaN if none was seen.
    own_uncertainty_deg : float
        Half its 90 % interval.
    change_deg : float (N,)
        What each outline differs from it; NaN where too little was seen.
    uncertainty_deg : float (N,)
        Half the 90 % interval of `change_deg`.
    """

    own_deg: float
    own_uncertainty_deg: float
    change_deg: FloatArray
    uncertainty_deg: FloatArray

    @property
    def lumbar_deg(self) -> FloatArray:
        """The angle itself, float (N,)."""
        return self.own_deg + self.change_deg


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
    reading = read_lumbar(curve.u, curve.d, surface)
    angle = reading.lumbar_deg
    low, high = RANGE_DEG
    angle = np.where((angle > low) & (angle < high), angle, np.nan)
    smooth = _without_leaps(track.time_s, lowpass(track.time_s, remove_spikes(track.time_s, angle)))
    noise_deg = 1.4826 * running_median(track.time_s, np.abs(angle - smooth), _NOISE_WINDOW_S)
    total = np.hypot(reading.uncertainty_deg, TO_90_PERCENT * np.nan_to_num(noise_deg))
    total = fill_gaps(track.time_s, total)
    measured = np.isfinite(smooth) & (total <= MAX_UNCERTAINTY_DEG)
    return Back(
        np.where(measured, smooth, np.nan),
        np.where(measured, total, np.nan),
        reading.own_uncertainty_deg,
        curve,
        surface,
        *_thoracic(curve, surface),
    )


def _thoracic(curve: TrunkCurve, surface: Surface) -> FloatArray:  # noqa: ARG001
    """Turn of the upper back and its uncertainty, float (2, N): not measured yet."""
    return np.full((2, len(curve.u)), np.nan)


def read_lumbar(
    u: NDArray[np.floating], d: NDArray[np.floating], surface: Surface = "dorsal"
) -> LumbarReading:
    """Read the lumbar angle off the outlines of one lifter.

    Parameters
    ----------
    u, d : float (N, K)
        The curve in trunk lengths; NaN where it was not seen.
    surface : {"dorsal", "ventral"}
    """
    model = back_shape(surface)
    pieces = [slice(at, at + _PIECE_FRAMES) for at in range(0, len(u), _PIECE_FRAMES)]
    outlines = np.concatenate([resample(u[p], d[p], model.u) for p in pieces])
    lumbar = (model.u >= SACRUM) & (model.u <= THORACOLUMBAR)
    shown = np.isfinite(outlines[:, lumbar]).mean(axis=1) >= LEAST_SHOWN
    if not shown.any():
        return LumbarReading(np.nan, np.nan, *np.full((2, len(u)), np.nan))
    few = np.flatnonzero(shown)[:: -(-int(shown.sum()) // _PIECE_FRAMES)]
    own = own_outline(outlines[few], model.u, model.moves)
    change, uncertainty = np.concatenate(
        [_change(model, outlines[p] - own, shown[p]) for p in pieces], axis=1
    )
    return LumbarReading(*_own(model, own, LEVEL_SD_DEG[surface]), change, uncertainty)


def _change(model: BackShape, off: FloatArray, shown: BoolArray) -> FloatArray:
    """Change of the angle and its uncertainty, float (2, N), of outlines less the own one."""
    fit = fit_shapes(off, model.u, model.moves)
    angle = model.moves.angle_deg
    change = fit.weights @ angle
    variance = np.einsum("nij,i,j->n", fit.covariance, angle, angle)
    uncertainty = TO_90_PERCENT * np.sqrt(variance + FLOOR_DEG**2)
    seen = shown & (fit.residual <= MAX_RESIDUAL) & (uncertainty <= MAX_UNCERTAINTY_DEG)
    return np.where(seen, (change, uncertainty), np.nan)


def _own(model: BackShape, own: FloatArray, level_sd_deg: float) -> tuple[float, float]:
    """Lumbar angle of a lifter's own outline, uncertainty; NaN if it is not that of a back."""
    fit = fit_shapes((own - model.mean)[None], model.u, model.lifters)
    if fit.residual[0] > MAX_RESIDUAL:
        return np.nan, np.nan
    angle = model.lifters.angle_deg
    variance = float(angle @ fit.covariance[0] @ angle)
    lumbar_deg = float(fit.weights[0] @ angle) + model.mean_deg
    return lumbar_deg, TO_90_PERCENT * math.hypot(math.sqrt(variance), level_sd_deg)


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
