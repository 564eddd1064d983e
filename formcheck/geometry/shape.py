"""A statistical shape model of the trunk's outline.

Backs differ in few ways, and move in fewer. The model knows both: the shapes in which
the outlines of lifters differ from the mean one, and those in which the outline of one
lifter moves about their own. The first of these moves is what the outline does when the
lumbar spine bends, the second when the thoracic spine does; the rest is all that moves
outlines besides (cloth, soft tissue, errors of the landmarks). What hips, arms and lean do
to the outline is known too, and taken off beforehand. So an angle is read off the shape
of the outline alone: how much it looks like a bent spine, never off the posture that often
goes with one. The model is fitted to rendered lifters whose spine is known, of two kinds
of bodies (`benchmarks/back_model.py`). What was not seen is filled in from what was, as far
as the one tells of the other: the covariance of the weights says how far that is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray

__all__ = [
    "PIECE_FRAMES",
    "BackShape",
    "ShapeFit",
    "Shapes",
    "back_shape",
    "fit_shapes",
    "median_outline",
    "own_outline",
    "resample",
]


# Neighbouring points err together: the mask has 256 pixels a person, so about every
# third is news.
_POINTS_TOGETHER = 3.0
# Least standard deviation of a point, in trunk lengths: half of the rendered outlines
# lie within 0.002 of the true ones, nine in ten within 0.007.
_LEAST_RESIDUAL = 0.004
# Student's t with few degrees of freedom: a fold, a bite out of the mask or a plate
# pulls the less the further it stands off.
_FREEDOM = 3.0
_ROUNDS = 6
# Rounds in which the lifter's own outline and its movement are told apart.
_OWN_ROUNDS = 3
# How far apart two points of an outline may lie to interpolate between them.
_WIDEST_GAP = 0.06
# Frames measured at a time: the curves of a long clip would fill the memory.
PIECE_FRAMES = 1024


@dataclass(frozen=True, eq=False)
class Shapes:
    """Ways in which outlines differ.

    Attributes
    ----------
    shapes : float (K, Q)
        Each scaled so that its weight has variance one.
    lumbar_deg, thoracic_deg : float (Q,)
        Lumbar and thoracic angle per weight.
    axis_sd : tuple of float
        Standard deviations by which the axis may lie beside the outline and be turned
        against it (in trunk lengths, and per trunk length), besides what goes with the
        shapes: the hips and shoulders that it hangs on are found less well than the
        outline.
    """

    shapes: FloatArray
    lumbar_deg: FloatArray
    thoracic_deg: FloatArray
    axis_sd: tuple[float, float]


@dataclass(frozen=True, eq=False)
class BackShape:
    """The model of one surface.

    Attributes
    ----------
    u : float (K,)
        Stations along the axis, in trunk lengths from the hip.
    mean : float (K,)
        Mean outline, in trunk lengths.
    mean_lumbar_deg, mean_thoracic_deg : float
        Angles of the mean outline.
    posture : float (P, K)
        What each of `formcheck.geometry.posture.FEATURES` does to the outline, per unit.
    lifters : Shapes
        In which the lifters' own outlines differ from it.
    moves : Shapes
        In which a lifter's outline moves about their own.
    """

    u: FloatArray
    mean: FloatArray
    mean_lumbar_deg: float
    mean_thoracic_deg: float
    posture: FloatArray
    lifters: Shapes
    moves: Shapes

    def __repr__(self) -> str:
        return (
            f"BackShape(stations={self.u.size}, lifters={self.lifters.lumbar_deg.size}, "
            f"moves={self.moves.lumbar_deg.size})"
        )


@dataclass(frozen=True, eq=False)
class ShapeFit:
    """Shapes fitted to N outlines.

    Attributes
    ----------
    weights : float (N, Q)
    covariance : float (N, Q, Q)
    outline : float (N, K)
        The fitted outline, also where it was not seen.
    residual : float (N,)
        Robust standard deviation of the points about it.
    believed : float (N, K)
        How far each point was believed, 0..1.
    """

    weights: FloatArray
    covariance: FloatArray
    outline: FloatArray
    residual: FloatArray
    believed: FloatArray


@cache
def back_shape(surface: str) -> BackShape:
    """The model of a surface, "dorsal" or "ventral", that comes with formcheck."""
    text = files("formcheck.geometry").joinpath("back_model.json").read_text("utf-8")
    stored: dict[str, Any] = json.loads(text)[surface]
    lifters, moves = (
        Shapes(
            np.array(part["shapes"]),
            np.array(part["lumbar_deg"]),
            np.array(part["thoracic_deg"]),
            tuple(part["axis_sd"]),
        )
        for part in (stored["lifters"], stored["moves"])
    )
    return BackShape(
        u=np.array(stored["u"]),
        mean=np.array(stored["mean"]),
        mean_lumbar_deg=float(stored["mean_lumbar_deg"]),
        mean_thoracic_deg=float(stored["mean_thoracic_deg"]),
        posture=np.array(stored["posture"]),
        lifters=lifters,
        moves=moves,
    )


def resample(u: NDArray[np.floating], d: NDArray[np.floating], at: FloatArray) -> FloatArray:
    """Outlines (N, M) at stations (K,), in between linearly; NaN where they were not seen."""
    pieces = [slice(start, start + PIECE_FRAMES) for start in range(0, len(u), PIECE_FRAMES)]
    return np.concatenate([np.empty((0, at.size)), *(_resampled(u[p], d[p], at) for p in pieces)])


def _resampled(u: NDArray[np.floating], d: NDArray[np.floating], at: FloatArray) -> FloatArray:
    count, width = u.shape
    # One long axis on which the outlines lie one after another, to interpolate at once.
    apart = 10.0 * np.arange(count)[:, None]
    ordered = (np.maximum.accumulate(np.nan_to_num(u, nan=-4.0), axis=1) + apart).ravel()
    wanted = (at[None, :] + apart).ravel()
    place = np.clip(np.searchsorted(ordered, wanted), 1, count * width - 1)
    low, high = ordered[place - 1], ordered[place]
    near = (high - low <= _WIDEST_GAP) & (low <= wanted) & (wanted <= high)
    value = np.interp(wanted, ordered, d.astype(np.float64).ravel())
    return np.where(near, value, np.nan).reshape(count, at.size)


def own_outline(d: FloatArray, u: FloatArray, moves: Shapes) -> FloatArray:
    """One lifter's own outline (K,), about which theirs moved; NaN where never seen.

    Parameters
    ----------
    d : float (N, K)
        Outlines of the lifter; NaN where not seen.
    u : float (K,)
    moves : Shapes
    """
    own = median_outline(d)
    for _ in range(_OWN_ROUNDS):
        weights = fit_shapes(d - own, u, moves).weights
        own = median_outline(d - (weights - weights.mean(axis=0)) @ moves.shapes.T)
    return own


def fit_shapes(
    off: FloatArray, u: FloatArray, model: Shapes, sd: FloatArray | None = None
) -> ShapeFit:
    """Fit shapes robustly to outlines, all at once.

    Parameters
    ----------
    off : float (N, K)
        Outlines less the one about which they differ; NaN where not seen.
    u : float (K,)
        Stations.
    model : Shapes
    sd : float (N, K), optional
        Standard deviation of each point where it is larger than that of the others.
    """
    known = np.isfinite(off)
    own_variance = 0.0 if sd is None else np.nan_to_num(sd) ** 2
    off = np.where(known, off, 0.0)
    aside, turned = model.axis_sd
    columns = np.column_stack([model.shapes, np.full_like(u, aside), turned * (u - 0.5)])
    count, width = model.lumbar_deg.size, columns.shape[1]
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(u.size, -1)
    believed = known.astype(np.float64)
    variance = np.full_like(off, (3 * _LEAST_RESIDUAL) ** 2)
    for _ in range(_ROUNDS):
        precision = believed / (_POINTS_TOGETHER * variance)
        normal = (precision @ pairs).reshape(-1, width, width) + np.eye(width)
        right = (precision * off) @ columns
        solution = np.linalg.solve(normal, right[..., None])[..., 0]
        error = np.abs(off - solution @ columns.T)
        residual = _spread(np.where(known, error, np.nan))
        variance = np.maximum(residual[:, None] ** 2, own_variance)
        trust = (_FREEDOM + 1) / (_FREEDOM + error**2 / variance)
        believed = np.where(known, np.minimum(trust, 1.0), 0.0)
    return ShapeFit(
        weights=solution[:, :count],
        covariance=np.linalg.inv(normal)[:, :count, :count],
        outline=solution @ columns.T,
        residual=residual,
        believed=believed,
    )


def median_outline(d: FloatArray) -> FloatArray:
    """Median over the outlines at each station; NaN where none was seen."""
    seen = np.isfinite(d).any(axis=0)
    middle = np.full(d.shape[1], np.nan)
    middle[seen] = np.nanmedian(d[:, seen], axis=0)
    return middle


def _spread(error: FloatArray) -> FloatArray:
    """Robust standard deviation a row, at least that of a clear outline."""
    ordered = np.sort(error, axis=1)  # NaN sorts last
    middle = np.maximum(np.isfinite(error).sum(axis=1) - 1, 0) // 2
    median = np.take_along_axis(ordered, middle[:, None], 1)[:, 0]
    return np.asarray(np.maximum(1.4826 * np.nan_to_num(median), _LEAST_RESIDUAL))
