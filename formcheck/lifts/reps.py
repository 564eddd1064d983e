"""Repetitions: where each starts, turns and ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry.joints import Joints
from formcheck.geometry.signals import fill_gaps, running_median, runs
from formcheck.lifts.exercises import End, Exercise, Swing
from formcheck.lifts.marks import fit, in_posture, mark_degree

__all__ = ["SETTLED", "Phase", "Rep", "find_reps", "phases"]

Phase = Literal["", "eccentric", "turn", "concentric"]

# The pose may be lost behind a plate for this long inside a repetition.
_BRIDGED_S = 1.0
# This share of a swing at either end is settling, not lifting; more would leave out
# the lift-off, where a deadlift rounds, less would be the landmarks' noise.
SETTLED = 0.03
# A joint that jumps behind a plate is back within this time; no stay at an end is so
# short, but for ten quick repetitions on the floor (labels.csv: back-extension-prone).
_GLITCH_S = 0.3
# Where the clip cuts a repetition, less than this share of the lifter's own whole
# swing cannot be told from letting go of the bar and standing up.
_LEAST_CUT_SHARE = 0.6
# Bobbing at either end is less than this share of the set's usual swing, a
# repetition that was not given up more than the other.
_BOBBING_SHARE, _WHOLE_SHARE = 0.35, 0.5
# Back to where it began, and a swing that the clip may have cut a whole one, but for
# this share.
_RETURN_SHARE = 0.3


@dataclass(frozen=True)
class Rep:
    """One repetition, by index into the track's frames.

    `start` and `end` are the frames where the first swing begins and the second
    one ends; `turn` is the far end between them. `reached` and `left` bracket
    the stay at the turn. `complete` says that the repetition went all the way,
    `came_back` that it also returned to where it began, `cut` that the way out or
    the whole way back is not in the clip, `rises` that the first swing goes up.
    """

    start: int
    reached: int
    turn: int
    left: int
    end: int
    complete: bool
    came_back: bool
    cut: bool
    rises: bool

    @property
    def low(self) -> slice:
        """Frames at the low end of the swing."""
        return self._begin if self.rises else self._far

    @property
    def high(self) -> slice:
        """Frames at the high end of the swing."""
        return self._far if self.rises else self._begin

    @property
    def unreached(self) -> End | None:
        """The end on the way to which the clip cut the repetition off."""
        if self.complete or self.turn < self.end:
            return None
        return "high" if self.rises else "low"

    @property
    def _begin(self) -> slice:
        return slice(max(self.start - 1, 0), self.start + 2)

    @property
    def _far(self) -> slice:
        return slice(max(min(self.reached, self.left - 2), self.start), self.left + 1)


def find_reps(
    time_s: FloatArray, joints: Joints, exercise: Exercise, *, side_view: bool = True
) -> tuple[Rep, ...]:
    """Find the repetitions of one lift.

    Parameters
    ----------
    time_s : float (N,)
    joints : Joints
        Smoothed; NaN where the lifter was not seen.
    exercise : Exercise
    side_view : bool
        Whether angles are to be believed, and not heights alone.

    Returns
    -------
    tuple of Rep
        In order of time. A repetition that the clip cuts, or that was given up,
        is listed with ``complete=False``.
    """
    swing = exercise.swing
    signal = _signal(time_s, joints, exercise, side_view=side_view)
    pieces = [slice(start, stop) for start, stop in runs(np.isfinite(signal))]
    usual = _usual_swing(signal, _turns(signal, pieces, swing.least), swing)
    turns = _turns(signal, pieces, max(swing.least, _BOBBING_SHARE * usual))
    found = [
        _of_the_lift(rep, exercise, joints, side_view=side_view)
        for rep in _read_either_way(signal, turns, swing, usual)
    ]
    return tuple(_without_stubs([rep for rep in found if rep is not None], signal))


def phases(count: int, reps: tuple[Rep, ...]) -> list[Phase]:
    """Phase of every frame; empty outside repetitions."""
    named: list[Phase] = [""] * count
    for rep in reps:
        first: Phase = "concentric" if rep.rises else "eccentric"
        second: Phase = "eccentric" if rep.rises else "concentric"
        for begin, end, name in (
            (rep.start, rep.reached, first),
            (rep.reached, rep.left, "turn"),
            (rep.left, rep.end + 1, second),
        ):
            stop = min(end, count)
            named[begin:stop] = [name] * max(0, stop - begin)
    return named


def _signal(
    time_s: FloatArray, joints: Joints, exercise: Exercise, *, side_view: bool
) -> FloatArray:
    """The height that counts, without glitches and without other postures."""
    signal = running_median(time_s, getattr(joints, exercise.swing.signal), _GLITCH_S)
    if side_view:
        signal[~in_posture(exercise, joints)] = np.nan
    return fill_gaps(time_s, signal, _BRIDGED_S)


def _turns(signal: FloatArray, pieces: list[slice], least: float) -> list[NDArray[np.intp]]:
    return [_turning_points(signal[piece], least) + piece.start for piece in pieces]


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


def _usual_swing(signal: FloatArray, turns: list[NDArray[np.intp]], swing: Swing) -> float:
    """Median of the larger half of the swings out from the starting end; 0 without any."""
    swings = np.concatenate([np.diff(signal[points]) for points in turns] or [np.empty(0)])
    out = {"low": swings[swings > 0], "high": -swings[swings < 0], "either": np.abs(swings)}
    sizes = np.sort(out[swing.starts])
    return float(np.median(sizes[sizes.size // 2 :])) if sizes.size else 0.0


def _read_either_way(
    signal: FloatArray, turns: list[NDArray[np.intp]], swing: Swing, usual: float
) -> list[Rep]:
    """Read the turning points from the end where the lift begins.

    Where that is open, from the end that gives more complete repetitions, then fewer
    that are cut, then from the one that the set begins with.
    """
    ways = {"low": (True,), "high": (False,), "either": (True, False)}[swing.starts]
    readings = [
        [rep for points in turns for rep in _reps_between(signal, points, rises, swing, usual)]
        for rises in ways
    ]
    return max(readings, key=_preferred)


def _preferred(reps: list[Rep]) -> tuple[int, int, int]:
    return sum(rep.complete for rep in reps), -len(reps), -reps[0].start if reps else 0


def _reps_between(
    signal: FloatArray, turns: NDArray[np.intp], rises: bool, swing: Swing, usual: float
) -> list[Rep]:
    """Read the turning points as repetitions: out from the starting end, and back."""
    reps = []
    for k in range(len(turns) - 1):
        begin, far = int(turns[k]), int(turns[k + 1])
        if (signal[far] > signal[begin]) == rises:
            back = int(turns[k + 2]) if k + 2 < len(turns) else None
            reps.append(_rep(signal, (begin, far, back), swing, usual, first=k == 0))
    return reps


def _rep(
    signal: FloatArray,
    ends: tuple[int, int, int | None],
    swing: Swing,
    usual: float,
    *,
    first: bool,
) -> Rep:
    begin, far, back = ends
    start, reached = _progress(signal[begin : far + 1], begin)
    end = left = far
    out = returned = abs(float(signal[far] - signal[begin]))
    if back is not None:
        left, end = _progress(signal[far : back + 1], far)
        returned = abs(float(signal[far] - signal[back]))
    came_back = back is not None and returned >= (1 - _RETURN_SHARE) * out
    share = 1 - _RETURN_SHARE if first or back is None else _WHOLE_SHARE
    whole = max(swing.whole, share * usual, (1 - _RETURN_SHARE) * returned * swing.returns)
    went_out = out >= whole
    complete = went_out and (came_back or not swing.returns)
    cut = not complete and (first or back is None)
    rises = bool(signal[far] > signal[begin])
    return Rep(start, reached, far, left, end, complete, came_back, cut, rises)


def _progress(swing: FloatArray, offset: int) -> tuple[int, int]:
    """Last frame before and first frame after the moving part of a swing."""
    share = (swing - swing[0]) / (swing[-1] - swing[0])
    begin = int(np.flatnonzero(share <= SETTLED)[-1])
    after = np.flatnonzero((share >= 1 - SETTLED) & (np.arange(share.size) >= begin))
    return offset + begin, offset + int(after[0])


def _of_the_lift(rep: Rep, exercise: Exercise, joints: Joints, *, side_view: bool) -> Rep | None:
    """The repetition if it is one of this lift, complete only if it also finished."""
    if fit(exercise, rep, joints, side_view=side_view) == 0:
        return None
    finish = exercise.finish
    if finish is None or not side_view or mark_degree(finish, rep, joints) > 0:
        return rep
    return replace(rep, complete=False, cut=rep.cut or not rep.came_back)


def _without_stubs(reps: list[Rep], signal: FloatArray) -> list[Rep]:
    """Drop what the clip's ends leave of a repetition, if it is too little."""
    swings = [abs(signal[rep.turn] - signal[rep.start]) for rep in reps if rep.complete]
    least = _LEAST_CUT_SHARE * float(np.median(swings)) if swings else 0.0
    return [
        rep for rep in reps if not rep.cut or abs(signal[rep.turn] - signal[rep.start]) >= least
    ]
