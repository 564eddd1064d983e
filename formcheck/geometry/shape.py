"""A statistical shape model of the trunk's outline.

Backs differ in few ways. The model knows them: a mean outline, the few shapes that
are added to it, and how much the lumbar angle goes with each. It is fitted to rendered
lifters whose spine is known (`benchmarks/back_model.py`); the constant and the tilt of
an outline, which say where the axis lies and nothing of the back, are left free. What
was not seen is filled in from what was, as far as the one tells of the other: the
covariance of the weights says how far that is.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["BackShape", "ShapeFit", "back_shape", "fit_shape", "resample"]

FloatArray = NDArray[np.float64]

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
# Holds the free constant and tilt where nothing is seen.
_FREE = 1e-6
# How far apart two points of an outline may lie to interpolate between them.
_WIDEST_GAP = 0.06


@dataclass(frozen=True, eq=False)
class BackShape:
    """The model of one surface.

    Attributes
    ----------
    u : float (K,)
        Stations along the axis, in trunk lengths from the hip.
    mean : float (K,)
        Mean outline, in trunk lengths.
    shapes : float (K, Q)
        Each scaled so that its weight has variance one.
    change_deg : float (Q,)
        Lumbar angle per weight within a lifter.
    level_deg : float (Q,)
        The same between lifters.
    mean_deg : float
        Lumbar angle of the mean outline.
    """

    u: FloatArray
    mean: FloatArray
    shapes: FloatArray
    change_deg: FloatArray
    level_deg: FloatArray
    mean_deg: float

    def __repr__(self) -> str:
        return f"BackShape(stations={self.u.size}, shapes={self.shapes.shape[1]})"


@dataclass(frozen=True, eq=False)
class ShapeFit:
    """The model fitted to N outlines.

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
    names = ("u", "mean", "shapes", "change_deg", "level_deg")
    u, mean, shapes, change, level = (np.array(stored[name]) for name in names)
    return BackShape(u, mean, shapes, change, level, float(stored["mean_deg"]))


def resample(u: NDArray[np.floating], d: NDArray[np.floating], at: FloatArray) -> FloatArray:
    """Outlines (N, M) at stations (K,), in between linearly; NaN where they were not seen."""
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


def fit_shape(model: BackShape, d: FloatArray) -> ShapeFit:
    """Fit the model robustly to outlines, all at once.

    Parameters
    ----------
    model : BackShape
    d : float (N, K)
        At the model's stations; NaN where the outline was not seen.
    """
    known = np.isfinite(d)
    off_mean = np.where(known, d - model.mean, 0.0)
    columns = np.column_stack([model.shapes, np.ones_like(model.u), model.u])
    count = model.shapes.shape[1]
    prior = np.diag(np.r_[np.ones(count), _FREE, _FREE])
    pairs = (columns[:, :, None] * columns[:, None, :]).reshape(model.u.size, -1)
    believed = known.astype(np.float64)
    residual = np.full(len(d), 3 * _LEAST_RESIDUAL)
    for _ in range(_ROUNDS):
        precision = believed / (_POINTS_TOGETHER * residual[:, None] ** 2)
        normal = (precision @ pairs).reshape(-1, count + 2, count + 2) + prior
        right = (precision * off_mean) @ columns
        solution = np.linalg.solve(normal, right[..., None])[..., 0]
        error = np.abs(off_mean - solution @ columns.T)
        residual = _spread(np.where(known, error, np.nan))
        trust = (_FREEDOM + 1) / (_FREEDOM + (error / residual[:, None]) ** 2)
        believed = np.where(known, np.minimum(trust, 1.0), 0.0)
    return ShapeFit(
        weights=solution[:, :count],
        covariance=np.linalg.inv(normal)[:, :count, :count],
        outline=model.mean + solution @ columns.T,
        residual=residual,
        believed=believed,
    )


def _spread(error: FloatArray) -> FloatArray:
    """Robust standard deviation a row, at least that of a clear outline."""
    ordered = np.sort(error, axis=1)  # NaN sorts last
    middle = np.maximum(np.isfinite(error).sum(axis=1) - 1, 0) // 2
    median = np.take_along_axis(ordered, middle[:, None], 1)[:, 0]
    return np.asarray(np.maximum(1.4826 * np.nan_to_num(median), _LEAST_RESIDUAL))
