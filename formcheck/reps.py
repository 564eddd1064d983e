"""Repetitions: where each starts, turns and ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.exercises import Exercise
from formcheck.geometry.joints import Joints
from formcheck.signals import fill_gaps, running_median, runs

__all__ = ["Phase", "Rep", "find_reps", "phases"]

FloatArray = NDArray[np.float64]
Phase = Literal["", "eccentric", "turn", "concentric"]

# The pose may be lost behind a plate for this long inside a repetition.
_BRIDGED_S = 1.0
# The first and last twentieth of a swing is settling, not lifting; more would leave
# out the lift-off, where a deadlift rounds.
_SETTLED = 0.05
# A knee that jumps behind a plate is back within this time; no swing is so short.
_GLITCH_S = 0.45
# Where the clip cuts a repetition, less than this share of the lifter's own whole
# swing cannot be told from letting go of the bar and standing up.
_LEAST_CUT_SHARE = 0.6


@dataclass(frozen=True)
class Rep:
    """One repetition, by index into the track's frames.

    `start` and `end` are the frames where the first swing begins and the second
    one ends; `turn` is the far end between them. `reached` and `left` bracket
    the stay at the turn. `complete` says that the repetition went all the way,
    `came_back` that it also returned to where it began, `cut` that the way out or
    the whole way back is not in the clip.
    """

    start: int
    reached: int
    turn: int
    left: int
    end: int
    complete: bool
    came_back: bool
    cut: bool


def find_reps(time_s: FloatArray, joints: Joints, exercise: Exercise) -> tuple[Rep, ...]:
    """Find the repetitions of one lift.

    Parameters
    ----------
    time_s : float (N,)
    joints : Joints
        Smoothed; NaN where the lifter was not seen.
    exercise : Exercise

    Returns
    -------
    tuple of Rep
        In order of time. A repetition that the clip cuts, or that was given up,
        is listed with ``complete=False``.
    """
    signal = running_median(time_s, getattr(joints, exercise.swing.joint), _GLITCH_S)
    angle = fill_gaps(time_s, signal, _BRIDGED_S)
    reps: list[Rep] = []
    for start, stop in runs(np.isfinite(angle)):
        turns = _turning_points(angle[start:stop], exercise.swing.least_deg) + start
        reps += _reps_between(angle, turns, exercise)
    reps = [rep for rep in reps if _is_of(exercise, rep, joints)]
    return tuple(_without_stubs(reps, angle))


def phases(count: int, reps: tuple[Rep, ...], exercise: Exercise) -> list[Phase]:
    """Phase of every frame; empty outside repetitions."""
    first, second = _order(exercise)
    named: list[Phase] = [""] * count
    for rep in reps:
        for begin, end, name in (
            (rep.start, rep.reached, first),
            (rep.reached, rep.left, "turn"),
            (rep.left, rep.end + 1, second),
        ):
            stop = min(end, count)
            named[begin:stop] = [name] * max(0, stop - begin)
    return named


def _order(exercise: Exercise) -> tuple[Phase, Phase]:
    return ("concentric", "eccentric") if exercise.starts == "bent" else ("eccentric", "concentric")


def _turning_points(angle: FloatArray, least: float) -> NDArray[np.intp]:
    """Indices of the alternating highs and lows that lie at least `least` apart.

    The first and the last point of the signal count as ends of a swing.
    """
    points = [0]
    rising: bool | None = None
    extreme = low = high = 0
    for i, value in enumerate(angle):
        if rising is None:
            low = i if value < angle[low] else low
            high = i if value > angle[high] else high
            if angle[high] - angle[low] >= least:
                rising = bool(high > low)
                points, extreme = [int(min(low, high))], i
        elif (value > angle[extreme]) == rising and value != angle[extreme]:
            extreme = i
        elif abs(value - angle[extreme]) >= least:
            points.append(extreme)
            rising, extreme = not rising, i
    if rising is not None:
        points.append(extreme)
    return np.array(points, dtype=np.intp)


def _without_stubs(reps: list[Rep], angle: FloatArray) -> list[Rep]:
    """Drop what the clip's ends leave of a repetition, if it is too little."""
    swings = [abs(angle[rep.turn] - angle[rep.start]) for rep in reps if rep.complete]
    least = _LEAST_CUT_SHARE * float(np.median(swings)) if swings else 0.0
    return [rep for rep in reps if not rep.cut or abs(angle[rep.turn] - angle[rep.start]) >= least]


def _reps_between(angle: FloatArray, turns: NDArray[np.intp], exercise: Exercise) -> list[Rep]:
    """Read the turning points as repetitions: out from the starting end, and back."""
    sign = 1.0 if exercise.starts == "bent" else -1.0
    reps = []
    for k in range(len(turns) - 1):
        begin, far = int(turns[k]), int(turns[k + 1])
        if sign * (angle[far] - angle[begin]) <= 0:
            continue
        back = int(turns[k + 2]) if k + 2 < len(turns) else None
        reps.append(_rep(angle, begin, far, back, exercise, first=k == 0))
    return reps


def _rep(
    angle: FloatArray, begin: int, far: int, back: int | None, exercise: Exercise, *, first: bool
) -> Rep:
    start, reached = _progress(angle[begin : far + 1], begin)
    end = left = far
    if back is not None:
        left, end = _progress(angle[far : back + 1], far)
    low, high = sorted((angle[begin], angle[far]))
    whole = low <= exercise.swing.bent_deg and high >= exercise.swing.straight_deg
    came_back = back is not None and _is_back(angle[back], exercise)
    complete = bool(whole and (came_back or exercise.starts == "bent"))
    cut = not complete and (first or back is None)
    return Rep(start, reached, far, left, end, complete, came_back, cut)


def _is_back(angle: float, exercise: Exercise) -> bool:
    if exercise.starts == "bent":
        return bool(angle <= exercise.swing.bent_deg)
    return bool(angle >= exercise.swing.straight_deg)


def _progress(swing: FloatArray, offset: int) -> tuple[int, int]:
    """Last frame before and first frame after the moving part of a swing."""
    share = (swing - swing[0]) / (swing[-1] - swing[0])
    begin = int(np.flatnonzero(share <= _SETTLED)[-1])
    after = np.flatnonzero((share >= 1 - _SETTLED) & (np.arange(share.size) >= begin))
    return offset + begin, offset + int(after[0])


def _is_of(exercise: Exercise, rep: Rep, joints: Joints) -> bool:
    """Whether knee and trunk at the bent end are those of the lift."""
    if exercise.starts == "bent":
        bent = slice(max(rep.start - 1, 0), rep.start + 2)
    else:
        bent = slice(rep.reached, rep.left + 1)
    return _reaches(-joints.knee_deg[bent], exercise.knee_bends_to_deg, sign=-1) and _reaches(
        joints.trunk_lean_deg[bent], exercise.lean_reaches_deg
    )


def _reaches(values: FloatArray, limit: float | None, sign: int = 1) -> bool:
    """Whether any value passes the limit; unseen values and no limit do not refuse."""
    known = values[np.isfinite(values)]
    return limit is None or known.size == 0 or bool(known.max() >= sign * limit)
