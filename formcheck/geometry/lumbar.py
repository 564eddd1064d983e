"""The lumbar angle, read off the outline of the trunk.

A statistical shape model of backs is fitted twice (`formcheck.geometry.shape`): to the
lifter's own outline, about which theirs moved in this clip, which says where on the
scale they stand; and in every frame to what differs from it, which follows the movement.
What the posture of hips, arms and trunk does to the outline is taken off first
(`formcheck.geometry.posture`). The turn of the upper back is read off the same fit.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.curve import (
    Surface,
    TrunkCurve,
    back_is_hidden,
    looks_down,
    trunk_curve,
    unbroken,
)
from formcheck.geometry.posture import posture_features
from formcheck.geometry.shape import (
    PIECE_FRAMES,
    BackShape,
    back_shape,
    fit_shapes,
    own_outline,
    resample,
)
from formcheck.geometry.signals import (
    TO_90_PERCENT,
    fill_gaps,
    lowpass,
    remove_spikes,
    running_median,
    runs,
)
from formcheck.geometry.trust import Cause, distrusted
from formcheck.pose.facing import Facing
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

__all__ = ["AngleReading", "Back", "BackReading", "measure_back", "read_back"]


# Where L5/S1 and T12/L1 lie on the axis, in trunk lengths from the hip: means over the
# rendered lifters, standard deviations 0.015 and 0.019 (benchmarks/back_model.md).
SACRUM, THORACOLUMBAR = 0.20, 0.57
# Above it are neck, hair and hood.
UPPER_BACK_TO = 0.90

# A back that the model cannot follow is not one: clear side views leave 0.004-0.015
# (robust standard deviation), plates and front views 0.03 and more.
MAX_RESIDUAL = 0.022
# No living spine goes beyond: standing lordosis reaches some -70, full flexion some +60.
RANGE_DEG = (-70.0, 60.0)
# Standing kyphosis is some 20-60 degrees; the upper back can flatten and round by 30.
THORACIC_RANGE_DEG = (-15.0, 100.0)

# On the labelled clips 95 % of the frames of bare backs stay below 40-200 degrees a
# second; those under a plate pass 300.
MAX_SPEED_DEG_PER_S = 200.0
# Wider than this a number says nothing that a lifter can use, and the part of the back
# that would tell was hidden: bare backs have 4-8.
MAX_UNCERTAINTY_DEG = 12.0
# With less of the outline from L5/S1 to T12/L1 in sight the angle would be a guess. Elbows
# under a barbell hide it above 0.38, half of it; what is read off the rest hardly follows
# the truth (benchmarks/cross_body.md: gain of the squat under a bar).
LEAST_SHOWN = 0.7
_NOISE_WINDOW_S = 0.5

# What an angle's change is off by besides what the fit states, as a standard deviation
# (benchmarks/back_model.md and cross_body.md: nine in ten peaks of lifters left out).
FLOOR_DEG: Mapping[Surface, float] = {"dorsal": 3.0, "ventral": 5.0}
THORACIC_FLOOR_DEG = 3.0
# Skin lies differently on the bone from lifter to lifter: the level is off by this much
# besides what the fit states (robust standard deviation over drawn bodies; dorsal 6.9 in
# benchmarks/back_model.md, 9.1 in a fit with other lifters left out: the larger is stated).
LEVEL_SD_DEG: Mapping[Surface, float] = {"dorsal": 9.1, "ventral": 11.9}
THORACIC_LEVEL_SD_DEG = 8.4


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
        The outline that it was read off, without the points that are not the back.
    surface : {"dorsal", "ventral"}
        Whether that is the back's or, where the back is hidden, the front's.
    thoracic_deg : float (N,)
        Turn of the upper back, T12/L1 to about T2, + = rounded; NaN where it was not
        seen or where the front was read.
    thoracic_uncertainty_deg : float (N,)
        Half the 90 % interval of `thoracic_deg`; NaN where that is.
    distrust : mapping of str to float (N,)
        Share of the lumbar outline that was left out, by cause
        (`formcheck.geometry.trust`).
    own : float (K,)
        The lifter's own outline, about which theirs moved, at the model's stations; all NaN
        where it was never seen.
    """

    lumbar_deg: FloatArray
    uncertainty_deg: FloatArray
    level_uncertainty_deg: float
    curve: TrunkCurve
    surface: Surface
    thoracic_deg: FloatArray
    thoracic_uncertainty_deg: FloatArray
    distrust: Mapping[Cause, FloatArray]
    own: FloatArray


@dataclass(frozen=True, eq=False)
class AngleReading:
    """One angle, read off the outlines of one lifter.

    Attributes
    ----------
    own_deg : float
        Angle of the lifter's own outline; NaN if none was seen.
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
    def angle_deg(self) -> FloatArray:
        """The angle itself, float (N,)."""
        return self.own_deg + self.change_deg


@dataclass(frozen=True, eq=False)
class BackReading:
    """Outlines of one lifter, read by the shape model: lower and upper back.

    Attributes
    ----------
    lumbar, thoracic : AngleReading
    own : float (K,)
        The outline about which the others moved, at the model's stations.
    """

    lumbar: AngleReading
    thoracic: AngleReading
    own: FloatArray


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
    lies = looks_down(points_px, facing) | np.full(len(track), surface == "ventral")
    doubts = distrusted(track.time_s, curve, points_px, trunk_px, lies, surface)
    curve = _trusted(curve, doubts)
    posture = posture_features(points_px, facing)
    reading = read_back(curve.u, curve.d, surface, posture, curve.sd)
    lumbar_deg, uncertainty_deg = _steady(track.time_s, reading.lumbar, RANGE_DEG)
    thoracic_deg, thoracic_uncertainty_deg = _upper_back(track.time_s, reading.thoracic, surface)
    return Back(
        lumbar_deg=lumbar_deg,
        uncertainty_deg=uncertainty_deg,
        level_uncertainty_deg=reading.lumbar.own_uncertainty_deg,
        curve=curve,
        surface=surface,
        thoracic_deg=thoracic_deg,
        thoracic_uncertainty_deg=thoracic_uncertainty_deg,
        distrust={cause: _lumbar_share(curve, points) for cause, points in doubts.items()},
        own=reading.own,
    )


def _trusted(curve: TrunkCurve, doubts: Mapping[Cause, BoolArray]) -> TrunkCurve:
    """The curve without the points that are not the back's."""
    d = np.where(np.logical_or.reduce(list(doubts.values())), np.nan, curve.d)
    d = np.where(unbroken(curve.u, d), d, np.nan)
    return replace(curve, d=d, sd=np.where(np.isfinite(d), curve.sd, np.nan))


def _lumbar_share(curve: TrunkCurve, points: BoolArray) -> FloatArray:
    """Share of the lumbar outline that some points are, float (N,)."""
    inside = (curve.u >= SACRUM) & (curve.u <= THORACOLUMBAR)
    return np.asarray((points & inside).sum(axis=1) / np.maximum(inside.sum(axis=1), 1))


def _steady(time_s: FloatArray, reading: AngleReading, within: tuple[float, float]) -> FloatArray:
    """An angle over time without spikes and leaps, and its uncertainty, float (2, N)."""
    angle = reading.angle_deg
    angle = np.where((angle > within[0]) & (angle < within[1]), angle, np.nan)
    smooth = _without_leaps(time_s, lowpass(time_s, remove_spikes(time_s, angle)))
    noise_deg = 1.4826 * running_median(time_s, np.abs(angle - smooth), _NOISE_WINDOW_S)
    total = np.hypot(reading.uncertainty_deg, TO_90_PERCENT * np.nan_to_num(noise_deg))
    total = fill_gaps(time_s, total)
    measured = np.isfinite(smooth) & (total <= MAX_UNCERTAINTY_DEG)
    return np.where(measured, (smooth, total), np.nan)


def _upper_back(time_s: FloatArray, reading: AngleReading, surface: Surface) -> FloatArray:
    """Turn of the upper back and its uncertainty, float (2, N); the front does not show it."""
    if surface == "ventral":
        return np.full((2, len(time_s)), np.nan)
    angle, change = _steady(time_s, reading, THORACIC_RANGE_DEG)
    return np.stack([angle, np.hypot(change, reading.own_uncertainty_deg)])


def read_back(
    u: NDArray[np.floating],
    d: NDArray[np.floating],
    surface: Surface = "dorsal",
    posture: FloatArray | None = None,
    sd: NDArray[np.floating] | None = None,
    *,
    own: FloatArray | None = None,
) -> BackReading:
    """Read the angles of the back off the outlines of one lifter.

    Parameters
    ----------
    u, d : float (N, K)
        The curve in trunk lengths; NaN where it was not seen.
    surface : {"dorsal", "ventral"}
    posture : float (N, P), optional
        `formcheck.geometry.posture.posture_features`; without it, as of one who stands.
    sd : float (N, K), optional
        Standard deviation of `d`; without it, all points are alike.
    own : float (K,), optional
        The lifter's own outline, if it is known from other frames.
    """
    model = back_shape(surface)
    outlines = resample(u, d, model.u)
    spread = np.zeros_like(outlines) if sd is None else resample(u, sd, model.u)
    if posture is not None:
        outlines -= np.nan_to_num(posture) @ model.posture
    lumbar, thoracic = (
        np.isfinite(outlines[:, (model.u >= low) & (model.u <= high)]).mean(axis=1) >= LEAST_SHOWN
        for low, high in ((SACRUM, THORACOLUMBAR), (THORACOLUMBAR, UPPER_BACK_TO))
    )
    if not lumbar.any():
        unseen = np.full_like(model.u, np.nan) if own is None else own
        return BackReading(_nothing(len(u)), _nothing(len(u)), unseen)
    if own is None:
        few = np.flatnonzero(lumbar)[:: -(-int(lumbar.sum()) // PIECE_FRAMES)]
        own = own_outline(outlines[few], model.u, model.moves)
    pieces = [slice(at, at + PIECE_FRAMES) for at in range(0, len(u), PIECE_FRAMES)]
    changes = np.concatenate(
        [_changes(model, outlines[p] - own, spread[p], surface) for p in pieces], axis=2
    )
    levels = _own(model, own, surface)
    shown = lumbar, lumbar & thoracic
    of_lumbar, of_thoracic = (
        AngleReading(*level, *np.where(seen, change, np.nan))
        for level, change, seen in zip(levels, changes, shown, strict=True)
    )
    return BackReading(of_lumbar, of_thoracic, own)


def _nothing(count: int) -> AngleReading:
    """An angle of a back that was not seen."""
    return AngleReading(np.nan, np.nan, *np.full((2, count), np.nan))


def _changes(model: BackShape, off: FloatArray, sd: FloatArray, surface: Surface) -> FloatArray:
    """Change of both angles and its uncertainty, float (2, 2, N), of outlines less the own one."""
    fit = fit_shapes(off, model.u, model.moves, sd)
    found = []
    for angle, floor_deg in (
        (model.moves.lumbar_deg, FLOOR_DEG[surface]),
        (model.moves.thoracic_deg, THORACIC_FLOOR_DEG),
    ):
        variance = np.einsum("nij,i,j->n", fit.covariance, angle, angle)
        uncertainty = TO_90_PERCENT * np.sqrt(variance + floor_deg**2)
        seen = (fit.residual <= MAX_RESIDUAL) & (uncertainty <= MAX_UNCERTAINTY_DEG)
        found.append(np.where(seen, (fit.weights @ angle, uncertainty), np.nan))
    return np.stack(found)


def _own(model: BackShape, own: FloatArray, surface: Surface) -> list[tuple[float, float]]:
    """Both angles of a lifter's own outline, uncertainty; NaN if it is not that of a back."""
    fit = fit_shapes((own - model.mean)[None], model.u, model.lifters)
    if fit.residual[0] > MAX_RESIDUAL:
        return [(np.nan, np.nan)] * 2
    found = []
    for angle, mean_deg, level_sd_deg in (
        (model.lifters.lumbar_deg, model.mean_lumbar_deg, LEVEL_SD_DEG[surface]),
        (model.lifters.thoracic_deg, model.mean_thoracic_deg, THORACIC_LEVEL_SD_DEG),
    ):
        variance = float(angle @ fit.covariance[0] @ angle)
        uncertainty_deg = TO_90_PERCENT * math.hypot(math.sqrt(variance), level_sd_deg)
        found.append((float(fit.weights[0] @ angle) + mean_deg, uncertainty_deg))
    return found


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
    shapes = ((), (), (2,), ())
    curve = TrunkCurve(*(np.empty((count, stations, *axes), np.float32) for axes in shapes))
    for at in range(0, count, PIECE_FRAMES):
        piece = slice(at, at + PIECE_FRAMES)
        found = trunk_curve(
            track[piece], points_px[piece], frames[piece], facing, trunk_px, surface
        )
        curve.u[piece], curve.d[piece], curve.px[piece] = found.u, found.d, found.px
        curve.sd[piece] = found.sd
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
