"""Whether something grew over a set by more than its own noise, and from which repetition on.

Everything here grows when it gets worse: the caller turns the sign.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray

__all__ = ["Trend", "find_onset", "find_trend", "onset_weights", "scatter_about"]


# Ranks guard against noise of any size and shape, but five repetitions have only 120
# orders: at 0.05 a drift of 10 degrees would be missed in one set of five out of four.
# The size carries the decision, the ranks must not speak against it
# (benchmarks/fatigue.md).
_RANKS_P = 0.12
# How many repetitions' worth of scatter the noise known beforehand counts for.
_PRIOR_REPS = 4
# Theil-Sen's slope scatters 4 % more than least squares on normal noise (5 to 12 points).
_THEIL_SEN = 1.04
_ONSET_HOLDS = 0.8


@dataclass(frozen=True)
class Trend:
    """How a quantity changed over the repetitions of a set.

    Attributes
    ----------
    per_rep : float
        Theil-Sen slope; positive gets worse.
    interval : tuple of float
        Its interval, (low, high), as wide as the test is strict.
    p : float
        Kendall's one-sided p for getting worse, exact for short sets.
    change : float
        From the first to the last repetition along the slope; or, if `late`, from
        the median before to the lesser of the last two.
    mdc : float
        Minimal detectable change of `change`.
    noise : float
        Standard deviation from repetition to repetition.
    late : bool
        Whether it shows in the last two repetitions rather than over the set: no
        slope that bears an outlier sees what happens to two repetitions of twelve.
    """

    per_rep: float
    interval: tuple[float, float]
    p: float
    change: float
    mdc: float
    noise: float
    late: bool

    @property
    def reliable(self) -> bool:
        """Whether it got worse by more than the noise explains."""
        return self.change >= self.mdc and (self.late or self.p <= _RANKS_P)


def find_trend(
    rep: FloatArray,
    value: FloatArray,
    known_noise: float,
    false_alarms: float = 0.05,
    *,
    prior_reps: int = _PRIOR_REPS,
) -> Trend:
    """Fit a trend that one outlying repetition does not make.

    The noise is the scatter about the trend, drawn towards what is known of it
    beforehand (Smyth 2004, doi:10.2202/1544-6115.1027) but never below the scatter:
    with three degrees of freedom the scatter alone would be a coin toss.

    Parameters
    ----------
    rep, value : float (R,)
        Numbers of the repetitions, and what grows when it gets worse; R >= 3.
    known_noise : float
        Standard deviation from repetition to repetition that is expected.
    false_alarms : float
        Share of sets without a change in which one may be found.
    prior_reps : int
        How many repetitions' worth of scatter `known_noise` counts for.

    Raises
    ------
    ValueError
        With fewer than three repetitions.
    """
    if len(rep) < 3:
        raise ValueError(f"a trend needs three repetitions, not {len(rep)}")
    from scipy.stats import kendalltau, t, theilslopes

    slope = float(theilslopes(value, rep).slope)
    p = float(kendalltau(rep, value, alternative="greater").pvalue)
    spread = rep - rep.mean()
    centred = value - value.mean()
    about = centred - (spread @ centred) / (spread @ spread) * spread
    noise = scatter_about(float(about @ about), len(rep) - 2, known_noise, prior_reps)
    error = _THEIL_SEN * noise / float(np.sqrt(spread @ spread))
    half = float(t.isf(false_alarms, prior_reps + len(rep) - 2)) * error
    span = float(rep[-1] - rep[0])
    change, mdc = slope * span, half * span
    late = _last_two(value, known_noise, false_alarms, prior_reps)
    is_late = late is not None and late[0] / late[1] > max(change / mdc, 1.0)
    if late is not None and is_late:
        change, mdc = late
    interval = (slope - half, slope + half)
    p = p if np.isfinite(p) else 1.0
    return Trend(slope, interval, p, change, mdc, noise, late=is_late)


def _last_two(
    value: FloatArray, known_noise: float, false_alarms: float, prior_reps: int
) -> tuple[float, float] | None:
    """By how much both of the last two stand above those before, and the MDC of that.

    Both by chance is a tenth as likely as the test allows, so that this second look
    does not add to the false alarms (benchmarks/fatigue.md).
    """
    from scipy.stats import t

    before = value[:-2]
    if len(before) < 3:
        return None
    free = len(before) - 1
    off = before - before.mean()
    noise = scatter_about(float(off @ off), free, known_noise, prior_reps)
    # The variance of a median is pi/2 times that of the mean.
    error = noise * float(np.sqrt(1 + np.pi / 2 / len(before)))
    one = float(np.sqrt(false_alarms / 10))
    return float(value[-2:].min() - np.median(before)), float(t.isf(one, prior_reps + free)) * error


def scatter_about(squares: float, free: int, known: float, prior: int) -> float:
    """Standard deviation about a line, drawn towards what is known beforehand.

    Parameters
    ----------
    squares : float
        Sum of the squares of what is off the line.
    free : int
        Degrees of freedom that the line leaves; with none, the known scatter remains.
    known : float
        Standard deviation that is expected; the result is never below the scatter itself.
    prior : int
        How many points' worth of scatter `known` counts for.
    """
    drawn = (prior * known**2 + squares) / (prior + free)
    return float(np.sqrt(max(squares / free, drawn) if free else drawn))


def onset_weights(
    rep: FloatArray, value: FloatArray, noise: float, candidates: NDArray[np.intp]
) -> FloatArray:
    """How well each repetition explains the change as the first one that differs.

    After a level start the value steps up, or climbs evenly; both are fitted for
    every candidate, and their likelihoods added.

    Parameters
    ----------
    rep, value : float (R,)
    noise : float
        Standard deviation from repetition to repetition.
    candidates : int (C,)
        Numbers of the repetitions that may be the first to differ.

    Returns
    -------
    float (C,)
        Sums to 1.
    """
    since = rep[None, :] - (candidates[:, None] - 1.0)
    shapes = np.stack([np.clip(since, 0.0, None), (since > 0).astype(np.float64)])
    shapes -= shapes.mean(axis=2, keepdims=True)
    centred = value - value.mean()
    power = np.maximum((shapes**2).sum(axis=2), 1e-12)
    size = np.maximum(shapes @ centred / power, 0.0)
    error = ((centred - size[..., None] * shapes) ** 2).sum(axis=2)
    likelihood = np.exp(-(error - error.min()) / (2 * noise**2)).sum(axis=0)
    return np.asarray(likelihood / likelihood.sum())


def find_onset(candidates: NDArray[np.intp], weights: FloatArray) -> tuple[int, tuple[int, int]]:
    """The first repetition that differs, and the range that holds four fifths of the weight.

    The one whose neighbourhood of plus or minus one repetition weighs most: a
    coach asks where, not exactly which.
    """
    around = np.convolve(weights, np.ones(3))[1:-1]
    best = int(np.argmax(around + 1e-3 * weights))
    low = high = best
    while weights[low : high + 1].sum() < _ONSET_HOLDS:
        left = weights[low - 1] if low else -1.0
        right = weights[high + 1] if high + 1 < len(weights) else -1.0
        low, high = (low - 1, high) if left > right else (low, high + 1)
    return int(candidates[best]), (int(candidates[low]), int(candidates[high]))
