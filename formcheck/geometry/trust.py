"""Whether the outline is the back's: what a point does that no back does.

The silhouette often ends at something else: a rack post, the rim of a plate, a dark wall,
hair, the shelf of the buttocks. Each cause of distrust has a name, and the advice that
helps against it follows from the name (`formcheck.assessment.refusals`).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.curve import Surface, TrunkCurve
from formcheck.geometry.signals import running_median
from formcheck.pose.landmarks import middle
from formcheck.pose.outline import STATIONS

__all__ = ["Cause", "distrusted"]

Cause = Literal["still", "steep", "unsure", "jump"]

# A point is seen to stay put while the trunk moves by comparing frames in which the trunk
# is this far away, in trunk lengths, and asking whether their outline runs through the same
# place, within this distance, in the same direction.
_FAR, _SAME_PLACE, _SAME_DIRECTION_DEG = 0.12, 0.008, 12.0
_LEAST_SAME_PX = 1.0
# A post is asked for this often: it is where it was a moment ago.
_ASKED_S = 0.1
# At most so many frames are compared with, and no fewer than so many.
_COMPARED, _LEAST_COMPARED = 32, 5
# Share of those frames in which the outline runs there: of backs 0.00-0.17 (95th percentile
# of a clip, labelled clips), of a rack post 0.2-0.5.
_STILL_SHARE = 0.2
# A post is as long as this in stations; a single crossing is chance.
_STILL_STATIONS = 5

# How fast the outline of a back leaves its axis: limits of d against u in true outlines of
# both kinds of rendered bodies (99.9 % lie within), between the buttocks and the neck, and
# beyond, where both fall off. What begins with a step outwards hangs off the back or lies on
# it, up to a step inwards: hair, a belt.
_STEEP_FROM, _STEEP_TO = 0.33, 0.75
_STEEPEST_IN, _STEEPEST_OUT, _STEEPEST_END = -0.65, 0.75, -1.3
_STEEP_OVER = 3  # stations, one is too noisy

# Two edges to choose from, or none (`formcheck.pose.outline.find_edges`): clear outlines have
# 0.002-0.008.
_UNSURE_SD = 0.02

# A back's outline is where it was in the frames around, within this of trunk lengths.
_JUMP, _JUMP_WINDOW_S = 0.05, 0.4


def distrusted(  # noqa: PLR0917 - one more than five, all needed
    time_s: FloatArray,
    curve: TrunkCurve,
    points_px: FloatArray,
    trunk_px: float,
    lies: BoolArray,
    surface: Surface,
) -> Mapping[Cause, BoolArray]:
    """Points that are not, or not surely, on the lifter's back, by cause.

    Parameters
    ----------
    time_s : float (N,)
    curve : TrunkCurve
        Of a camera that stands still.
    points_px : float (N, 33, 2)
        Smoothed landmarks.
    trunk_px : float
    lies : bool (N,)
        Frames in which the trunk lies on the floor, which stays put by right.
    surface : {"dorsal", "ventral"}
        Only of the back it is known how steep it can be.

    Returns
    -------
    mapping of str to bool (N, K)
    """
    behind = np.isinf(curve.sd)
    stays = np.where(lies[:, None], False, _stays_put(time_s, curve, points_px, trunk_px))
    found: dict[Cause, BoolArray] = {
        "still": stays | behind,
        "steep": _steep(curve.u, curve.d) & (surface == "dorsal"),
        "unsure": np.asarray(~behind & (curve.sd > _UNSURE_SD)),
        "jump": _jumps(time_s, curve.d),
    }
    return found


def _stays_put(
    time_s: FloatArray, curve: TrunkCurve, points_px: FloatArray, trunk_px: float
) -> BoolArray:
    """Points on something that stays where it is while the trunk moves, bool (N, K)."""
    from scipy.spatial import cKDTree

    asked, nearest_asked = _some(time_s)
    px = curve.px[asked].astype(np.float64)
    hip, shoulder = middle(points_px[asked], "hip"), middle(points_px[asked], "shoulder")
    placed = np.isfinite(hip).all(axis=1, keepdims=True)
    seen = np.asarray(np.isfinite(curve.d[asked]) & placed)
    frames = np.flatnonzero(seen.any(axis=1))
    if len(frames) < _LEAST_COMPARED:
        return np.zeros(curve.d.shape, np.bool_)
    hits, trials = np.zeros(seen.shape, np.int32), np.zeros(seen.shape, np.int32)
    direction = _direction(px)
    reach_px = max(_SAME_PLACE * trunk_px, _LEAST_SAME_PX)
    few = frames[np.unique(np.linspace(0, len(frames) - 1, _COMPARED).astype(int))]
    for at in few:
        away = seen & _apart(hip, shoulder, int(at), trunk_px)
        places, heading = _dense(px[at], direction[at], seen[at])
        if not away.any() or len(places) < 2:
            continue
        trials[away] += 1
        within = away & _in_box(px, places, reach_px)
        distance, nearest = cKDTree(places).query(px[within], distance_upper_bound=reach_px)
        near = np.isfinite(distance)
        turned = np.abs(direction[within][near] - heading[nearest[near]])
        near[near] = np.minimum(turned, np.pi - turned) < np.radians(_SAME_DIRECTION_DEG)
        hits[within] += near
    share = hits / np.maximum(trials, 1)
    still = (trials >= _LEAST_COMPARED) & (share > _STILL_SHARE)
    return np.asarray(_long_runs(still)[nearest_asked] & np.isfinite(curve.d))


def _some(time_s: FloatArray) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Frames some time apart, and for every frame which of these is nearest."""
    steps = np.floor((time_s - time_s[0]) / _ASKED_S)
    asked = np.flatnonzero(np.diff(steps, prepend=-1.0))
    between = (time_s[asked][1:] + time_s[asked][:-1]) / 2
    return asked, np.searchsorted(between, time_s)


def _apart(hip: FloatArray, shoulder: FloatArray, at: int, trunk_px: float) -> BoolArray:
    """Points whose place on the axis is far from where it is in frame `at`, bool (N, K)."""
    to_hip, to_shoulder = hip - hip[at], shoulder - shoulder[at]
    share = STATIONS
    squared = (
        np.outer((to_hip**2).sum(axis=1), (1 - share) ** 2)
        + np.outer(2 * (to_hip * to_shoulder).sum(axis=1), share * (1 - share))
        + np.outer((to_shoulder**2).sum(axis=1), share**2)
    )
    return np.asarray(squared > (_FAR * trunk_px) ** 2)


def _in_box(px: FloatArray, places: FloatArray, reach_px: float) -> BoolArray:
    """Points near enough to have one of the places within reach, bool (N, K)."""
    (left, top), (right, bottom) = places.min(axis=0) - reach_px, places.max(axis=0) + reach_px
    x, y = px[..., 0], px[..., 1]
    return np.asarray((x >= left) & (x <= right) & (y >= top) & (y <= bottom))


def _direction(px: FloatArray) -> FloatArray:
    """In which direction the outline runs, 0..pi, float (N, K)."""
    along = np.gradient(px, axis=1)
    return np.asarray(np.arctan2(along[..., 1], along[..., 0]) % np.pi)


def _dense(px: FloatArray, direction: FloatArray, seen: BoolArray) -> tuple[FloatArray, FloatArray]:
    """One frame's outline (K, 2) as many points, and its direction at them."""
    pairs = np.flatnonzero(seen[:-1] & seen[1:])
    share = np.linspace(0.0, 1.0, 6)[:-1, None, None]
    between = px[pairs] * (1 - share) + px[pairs + 1] * share
    return between.reshape(-1, 2), np.tile(direction[pairs], len(share))


def _long_runs(mask: BoolArray) -> BoolArray:
    """Points in runs of at least `_STILL_STATIONS`, closing gaps of one."""
    from scipy.ndimage import binary_closing, binary_opening

    closed = binary_closing(mask, np.ones((1, 3), np.bool_))
    return np.asarray(binary_opening(closed, np.ones((1, _STILL_STATIONS), np.bool_)))


def _steep(u: NDArray[np.floating], d: NDArray[np.floating]) -> BoolArray:
    """Points where the outline leaves the axis as no back does, bool (N, K)."""
    rise = np.full(d.shape, np.nan)
    half = _STEEP_OVER // 2
    run = np.asarray(u[:, 2 * half :] - u[:, : -2 * half], np.float64)
    rise[:, half:-half] = (d[:, 2 * half :] - d[:, : -2 * half]) / np.where(run > 0, run, np.nan)
    middle_part = (u > _STEEP_FROM) & (u < _STEEP_TO)
    least = np.where(middle_part, _STEEPEST_IN, _STEEPEST_END)
    with np.errstate(invalid="ignore"):
        falls, rises = rise < least, (rise > _STEEPEST_OUT) & middle_part
    return np.asarray((falls | rises | _between(rises, falls)) & (u > 0) & (u < 1))


def _between(begins: BoolArray, ends: BoolArray) -> BoolArray:
    """Points above a step outwards and below the next step inwards, bool (N, K)."""
    station = np.arange(begins.shape[1])
    begun, ended = (
        np.maximum.accumulate(np.where(step, station, -1), axis=1) for step in (begins, ends)
    )
    return np.asarray(begun > ended)


def _jumps(time_s: FloatArray, d: NDArray[np.floating]) -> BoolArray:
    """Points that lie elsewhere than in the frames around, bool (N, K)."""
    if len(time_s) < 3:
        return np.zeros(d.shape, np.bool_)
    usual = np.stack(
        [running_median(time_s, column.astype(np.float64), _JUMP_WINDOW_S) for column in d.T],
        axis=1,
    )
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(d - usual) > _JUMP)
