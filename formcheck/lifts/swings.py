"""The height that counts repetitions, and where it turns."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry.joints import Joints
from formcheck.geometry.signals import fill_gaps, running_median, runs
from formcheck.lifts.exercises import Exercise, Swing
from formcheck.lifts.marks import in_posture
from formcheck.lifts.whereabouts import Whereabouts

__all__ = ["HeightCourse", "Turns", "course_of"]

# The pose may be lost behind a plate for this long inside a repetition.
_BRIDGED_S = 1.0
# And for this long, if the lifter is still where they were, within some trunk lengths.
_LONG_BRIDGED_S, _STILL_THERE = 3.0, 0.25
# A joint that jumps behind a plate is back within this time; no stay at an end is so
# short, but for ten quick repetitions on the floor (labels.csv: back-extension-prone).
_GLITCH_S = 0.25
# With fewer frames a second, a median over three of them takes the turning points away.
_LONGEST_STEP_S = 0.11
# Bobbing at either end is less than this share of the set's usual swing.
_BOBBING_SHARE = 0.35


@dataclass(frozen=True, eq=False)
class Turns:
    """Turning points of one unbroken stretch of the signal, by index."""

    piece: slice
    points: NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class HeightCourse:
    """One height over time.

    Attributes
    ----------
    time_s, signal : float (N,)
        NaN where there is nothing to count.
    swing : Swing
    usual : float
        The set's usual swing; 0 without any.
    turns : list of Turns
    """

    time_s: FloatArray
    signal: FloatArray
    swing: Swing
    usual: float
    turns: list[Turns]


def course_of(
    time_s: FloatArray,
    joints: Joints,
    exercise: Exercise,
    *,
    side_view: bool,
    whereabouts: Whereabouts | None,
) -> HeightCourse:
    """Follow the height that counts a lift's repetitions."""
    swing = exercise.swing
    signal = _signal(time_s, joints, exercise, side_view=side_view, whereabouts=whereabouts)
    pieces = [slice(start, stop) for start, stop in runs(np.isfinite(signal))]
    usual = _usual_swing(signal, _turns(signal, pieces, swing.least), swing)
    turns = _turns(signal, pieces, max(swing.least, _BOBBING_SHARE * usual))
    return HeightCourse(time_s, signal, swing, usual, turns)


def _signal(
    time_s: FloatArray,
    joints: Joints,
    exercise: Exercise,
    *,
    side_view: bool,
    whereabouts: Whereabouts | None,
) -> FloatArray:
    """The height that counts, without glitches, without walks and without other postures."""
    signal: FloatArray = getattr(joints, exercise.swing.signal).copy()
    if len(time_s) > 1 and np.median(np.diff(time_s)) <= _LONGEST_STEP_S:
        signal = running_median(time_s, signal, _GLITCH_S)
    signal[~in_posture(exercise, joints, side_view=side_view)] = np.nan
    signal = _bridged(time_s, signal)
    if whereabouts is not None:
        signal[whereabouts.walking] = np.nan
    return signal


def _bridged(time_s: FloatArray, signal: FloatArray) -> FloatArray:
    """The signal without short gaps, and without longer ones in which nothing happens."""
    short = fill_gaps(time_s, signal, _BRIDGED_S)
    long = fill_gaps(time_s, signal, _LONG_BRIDGED_S)
    for start, stop in runs(np.isnan(short) & np.isfinite(long)):
        if abs(long[stop] - long[start - 1]) < _STILL_THERE:
            short[start:stop] = long[start:stop]
    return short


def _turns(signal: FloatArray, pieces: list[slice], least: float) -> list[Turns]:
    return [Turns(piece, _turning_points(signal[piece], least) + piece.start) for piece in pieces]


def _turning_points(signal: FloatArray, least: float) -> NDArray[np.intp]:
    """Indices of the alternating highs and lows that lie at least `least` apart.

    The first and the last point of the signal count as ends of a swing.
    """
    heights: list[float] = signal.tolist()  # a list is quicker to walk than an array
    points = [0]
    rising: bool | None = None
    extreme = low = high = 0
    for i, height in enumerate(heights):
        if rising is None:
            low = i if height < heights[low] else low
            high = i if height > heights[high] else high
            if heights[high] - heights[low] >= least:
                rising = high > low
                points, extreme = [min(low, high)], i
        elif height != heights[extreme] and (height > heights[extreme]) == rising:
            extreme = i
        elif abs(height - heights[extreme]) >= least:
            points.append(extreme)
            rising, extreme = not rising, i
    if rising is not None:
        points.append(extreme)
    return np.array(points, dtype=np.intp)


def _usual_swing(signal: FloatArray, turns: list[Turns], swing: Swing) -> float:
    """Median of the larger half of the swings out from the starting end; 0 without any."""
    swings = np.concatenate([np.diff(signal[one.points]) for one in turns] or [np.empty(0)])
    out = {"low": swings[swings > 0], "high": -swings[swings < 0], "either": np.abs(swings)}
    sizes = np.sort(out[swing.starts])
    return float(np.median(sizes[sizes.size // 2 :])) if sizes.size else 0.0
