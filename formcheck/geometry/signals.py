"""Signals on real time: gaps, single wild values, and a filter without lag."""

from __future__ import annotations

from functools import lru_cache
from itertools import pairwise
from typing import Literal

import numpy as np

from formcheck.arrays import BoolArray, FloatArray

__all__ = ["TO_90_PERCENT", "fill_gaps", "lowpass", "remove_spikes", "running_median", "runs"]


# From a standard deviation to half of a 90 % interval.
TO_90_PERCENT = 1.645

# Lifts are slow: joint angles carry next to nothing above 4 Hz, the low end of
# the 4-6 Hz customary for gait (Winter, Biomechanics and Motor Control, ch. 3).
CUTOFF_HZ = 4.0

# A pose lost for longer than this is missing; nobody knows what happened in it.
MAX_GAP_S = 0.3
# Slow rates have long steps by themselves.
_PAUSE_STEPS = 5.0


def runs(mask: BoolArray) -> list[tuple[int, int]]:
    """Stretches of True as (start, stop) pairs, stop exclusive."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], mask, [False]]).astype(np.int8)))
    return [(int(a), int(b)) for a, b in zip(edges[::2], edges[1::2], strict=True)]


def fill_gaps(time_s: FloatArray, values: FloatArray, max_gap_s: float = MAX_GAP_S) -> FloatArray:
    """Bridge gaps of NaN in a (N,) signal linearly, up to `max_gap_s` long.

    Gaps at either end, and longer ones, stay NaN.
    """
    known = np.isfinite(values)
    if known.all() or not known.any():
        return values.copy()
    filled = np.interp(time_s, time_s[known], values[known])
    for start, stop in runs(~known):
        inner = start > 0 and stop < len(values)
        if not inner or time_s[stop] - time_s[start - 1] > max_gap_s + 1e-9:
            filled[start:stop] = np.nan
    return filled


def remove_spikes(
    time_s: FloatArray, values: FloatArray, window_s: float = 0.25, limit: float = 4.0
) -> FloatArray:
    """Turn single wild values of a (N,) signal into NaN (Hampel's rule).

    A value is wild when it lies more than `limit` robust standard deviations
    from the median of its neighbours. The deviation is at least that of the
    whole signal's frame-to-frame steps, so that smooth signals lose nothing.
    """
    if np.isfinite(values).sum() < 5:
        return values.copy()
    windows = _windows(time_s, values, window_s)
    median = _nanmedian(windows)
    spread = 1.4826 * _nanmedian(np.abs(windows - median[:, None]))
    steps = np.abs(np.diff(values))
    floor = (
        1.4826 * float(np.median(steps[np.isfinite(steps)])) if np.isfinite(steps).any() else 0.0
    )
    wild = np.abs(values - median) > limit * np.maximum(spread, floor) + 1e-9
    return np.where(wild, np.nan, values)


def running_median(time_s: FloatArray, values: FloatArray, window_s: float) -> FloatArray:
    """Median of a (N,) signal over a window around each value; NaN stays NaN.

    Slopes stay as they are; whatever is shorter than half the window goes. The
    signal is taken to stay at its first and last value beyond its ends.
    """
    if len(values) < 3:
        return values.copy()
    median = _nanmedian(_windows(time_s, values, window_s, pad="edge"))
    return np.where(np.isfinite(values), median, np.nan)


def lowpass(time_s: FloatArray, values: FloatArray, cutoff_hz: float = CUTOFF_HZ) -> FloatArray:
    """Zero-phase fourth-order Butterworth filter over true times.

    Parameters
    ----------
    time_s : float (N,)
        Strictly increasing, evenly spaced or not.
    values : float (N,) or (N, M)
        Short gaps are bridged first; long ones stay NaN and split the signal, and so
        does a time without any frame.

    Returns
    -------
    float, like `values`
        Unchanged where the sampling is too coarse for the cutoff.
    """
    if not len(values):
        return values.copy()
    columns = values.reshape(len(values), -1)
    filled = np.stack([fill_gaps(time_s, column) for column in columns.T], axis=1)
    known = np.isfinite(filled)
    alike = bool((known == known[:, :1]).all())
    for some in [slice(None)] if alike else _one_by_one(filled):
        for start, stop in _unbroken(time_s, np.asarray(known[:, some].all(axis=1))):
            filled[start:stop, some] = _lowpass_run(
                time_s[start:stop], filled[start:stop, some], cutoff_hz
            )
    return filled.reshape(values.shape)


def _unbroken(time_s: FloatArray, known: BoolArray) -> list[tuple[int, int]]:
    """Stretches that are known, parted where frames are left out for long."""
    steps_s = np.diff(time_s, append=time_s[-1:])
    long = steps_s > max(MAX_GAP_S, _PAUSE_STEPS * float(np.median(steps_s)))
    cuts = np.flatnonzero(long) + 1
    parts = []
    for start, stop in runs(known):
        ends = [start, *cuts[(cuts > start) & (cuts < stop)].tolist(), stop]
        parts += list(pairwise(ends))
    return parts


def _one_by_one(columns: FloatArray) -> list[slice]:
    return [slice(i, i + 1) for i in range(columns.shape[1])]


def _lowpass_run(time_s: FloatArray, values: FloatArray, cutoff_hz: float) -> FloatArray:
    """Filter columns (N, M) without gaps, by way of an even grid."""
    if len(values) < 6:
        return values
    interval_s = _interval_s(time_s)
    if cutoff_hz * interval_s >= 0.4:
        return values
    from scipy.signal import sosfiltfilt

    count = int(np.ceil((time_s[-1] - time_s[0]) / interval_s - 1e-6)) + 1
    grid = np.linspace(time_s[0], time_s[-1], count)
    even = np.stack([np.interp(grid, time_s, column) for column in values.T], axis=1)
    sections = _sections(round(cutoff_hz * interval_s, 6))
    pad = min(count - 1, round(1.0 / interval_s))
    smooth = sosfiltfilt(sections, even, axis=0, padlen=pad)
    return np.stack([np.interp(time_s, grid, column) for column in smooth.T], axis=1)


@lru_cache(maxsize=64)
def _sections(cutoff_cycles: float) -> FloatArray:
    """Design the filter for a cutoff in cycles a sample."""
    from scipy.signal import butter

    # Two passes halve the power at the cutoff twice; this puts it back (Winter).
    corrected = min(cutoff_cycles / (np.sqrt(2.0) - 1.0) ** 0.25, 0.49)
    return np.asarray(butter(2, corrected * 2, output="sos"))


def _windows(
    time_s: FloatArray, values: FloatArray, window_s: float, pad: Literal["nan", "edge"] = "nan"
) -> FloatArray:
    """Each value with its neighbours, (N, 2 h + 1), padded with NaN or the end's value."""
    half = max(1, round(window_s / 2 / _interval_s(time_s)))
    ends = (np.nan, np.nan) if pad == "nan" else (values[0], values[-1])
    padded = np.pad(values, half, constant_values=ends)
    return np.lib.stride_tricks.sliding_window_view(padded, 2 * half + 1)


def _interval_s(time_s: FloatArray) -> float:
    return float(np.median(np.diff(time_s)))


def _nanmedian(windows: FloatArray) -> FloatArray:
    """Median over the last axis, NaN where nothing is known, without a warning."""
    ordered = np.sort(windows, axis=-1)  # NaN sorts last
    count = np.isfinite(windows).sum(axis=-1)
    low = np.maximum((count - 1) // 2, 0)
    high = np.maximum(count // 2, 0)
    pick = [
        np.take_along_axis(ordered, i[..., None], -1)[..., 0]
        for i in (low, np.minimum(high, windows.shape[-1] - 1))
    ]
    return np.where(count > 0, (pick[0] + pick[1]) / 2, np.nan)
