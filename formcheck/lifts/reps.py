"""Repetitions: where each starts, turns and ends."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import End, Exercise
from formcheck.lifts.marks import bears_what_it_must, mark_degree
from formcheck.lifts.strangers import without_strangers
from formcheck.lifts.swings import HeightCourse, Turns, course_of
from formcheck.lifts.whereabouts import Whereabouts

__all__ = ["SETTLED", "Phase", "Rep", "find_reps", "phases"]

Phase = Literal["", "eccentric", "turn", "concentric"]

# This share of a swing at either end is settling, not lifting; more would leave out
# the lift-off, where a deadlift rounds, less would be the landmarks' noise.
SETTLED = 0.03
# A repetition that was not given up is more than this share of the set's usual swing.
_WHOLE_SHARE = 0.5
# Back to where it began, and a swing that the clip may have cut a whole one, but for
# this share.
_RETURN_SHARE = 0.3
# What the clip cuts counts if it shows most of the way; half of it may be as well the
# lifter getting into place.
_LEAST_CUT_SHARE = 0.6
# A swing that shows this much of the usual one is not cut, whatever is at its end.
_ALL_SHOWN = 0.85
# The lifter may step away while the last of the way back settles.
_STEPPING_SHARE = 0.15
# With less than this to either end of the clip, or of what is seen, nobody has rested there.
_AT_THE_EDGE_S = 0.25
# Held up for this long, the bar was let go of, or the set is over: what comes down then
# is the lifter. Cluster sets rest on the floor.
_LONGEST_HOLD_S = 6.0
# Who stays up has finished the repetition when this has passed.
_LOCKED_S = 0.5
# Hands that hold something heavy rise with the shoulders, by at least this share of their
# rise. It has left the floor when they have gone this share of their own way.
_HANDS_SHARE, _LIFTED_SHARE = 0.5, 0.04


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
        if not self.cut or self.turn < self.end:
            return None
        return "high" if self.rises else "low"

    @property
    def whole(self) -> bool:
        """Whether it went all the way, and the clip shows all of it."""
        return self.complete and not self.cut

    @property
    def _begin(self) -> slice:
        return slice(max(self.start - 1, 0), self.start + 2)

    @property
    def _far(self) -> slice:
        return slice(max(min(self.reached, self.left - 2), self.start), self.left + 1)


def find_reps(
    time_s: FloatArray,
    joints: Joints,
    exercise: Exercise,
    *,
    side_view: bool = True,
    square_on: bool = True,
    whereabouts: Whereabouts | None = None,
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
    square_on : bool
        Whether they are good enough to tell a lock-out from one that falls short.
    whereabouts : Whereabouts, optional
        Where the lifter is, and when they walk: no repetition goes anywhere.

    Returns
    -------
    tuple of Rep
        In order of time. One that the clip cuts after most of its way is marked as
        ``cut``; one that was given up is listed with ``complete=False``.
    """
    course = course_of(time_s, joints, exercise, side_view=side_view, whereabouts=whereabouts)
    found = [
        _finished(rep, course, exercise, joints, square_on=square_on)
        for rep in _read_either_way(course)
        if bears_what_it_must(exercise, rep, joints, side_view=side_view)
        and not (whereabouts and _goes_elsewhere(rep, course.signal, whereabouts))
    ]
    reps = without_strangers(found, exercise, joints, side_view=side_view)
    if not exercise.swing.returns:
        reps = [_loaded(_let_go(rep, time_s), joints) for rep in reps]
    return tuple(reps)


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


def _read_either_way(course: HeightCourse) -> list[Rep]:
    """Read the turning points from the end where the lift begins.

    Where that is open, from the end that gives more complete repetitions, then fewer
    that are cut, then from the one that the set begins with.
    """
    ways = {"low": (True,), "high": (False,), "either": (True, False)}[course.swing.starts]
    readings = [
        [rep for turns in course.turns for rep in _reps_between(course, turns, rises)]
        for rises in ways
    ]
    return max(readings, key=_preferred)


def _preferred(reps: list[Rep]) -> tuple[int, int, int]:
    return sum(rep.complete for rep in reps), -len(reps), -reps[0].start if reps else 0


def _reps_between(course: HeightCourse, turns: Turns, rises: bool) -> list[Rep]:
    """Read the turning points as repetitions: out from the starting end, and back."""
    reps = []
    signal = course.signal
    points = _without_dips(turns.points, course, rises) if course.swing.returns else turns.points
    for k in range(len(points) - 1):
        begin, far = int(points[k]), int(points[k + 1])
        if (signal[far] > signal[begin]) == rises:
            back = int(points[k + 2]) if k + 2 < len(points) else None
            rep = _rep(course, turns, (begin, far, back))
            if rep is not None:
                reps.append(rep)
    return reps


def _without_dips(points: NDArray[np.intp], course: HeightCourse, rises: bool) -> NDArray[np.intp]:
    """The turning points without a way back that ends before its half: it is one repetition."""
    height = course.signal if rises else -course.signal
    kept: list[int] = []
    for point in points.tolist():
        if len(kept) > 2 and _is_dip(height[kept[-3:]], course.usual):
            kept.pop()
            kept[-1] = max(kept[-1], point, key=lambda at: float(height[at]))
        else:
            kept.append(point)
    return np.array(kept, np.intp)


def _is_dip(heights: FloatArray, usual: float) -> bool:
    begin, far, back = heights
    return bool(0 < far - back < _WHOLE_SHARE * min(usual, far - begin))


def _rep(course: HeightCourse, turns: Turns, ends: tuple[int, int, int | None]) -> Rep | None:
    """One repetition; None where the clip shows too little of it."""
    signal, swing, usual = course.signal, course.swing, course.usual
    begin, far, back = ends
    start, reached = _progress(signal[begin : far + 1], begin)
    end = left = far
    out, returned = abs(float(signal[far] - signal[begin])), 0.0
    if back is not None:
        left, end = _progress(signal[far : back + 1], far)
        returned = abs(float(signal[far] - signal[back]))
    came_back = back is not None and returned >= (1 - _RETURN_SHARE) * out
    at_an_edge = begin == turns.points[0] or back is None
    share = 1 - _RETURN_SHARE if at_an_edge else _WHOLE_SHARE
    whole = max(swing.whole, share * usual, (1 - _RETURN_SHARE) * returned * swing.returns)
    complete = out >= whole and (came_back or not swing.returns)
    full = max(usual, out, returned)
    missing = out < _ALL_SHOWN * full or (swing.returns and returned < _ALL_SHOWN * out)
    cut = missing and _is_cut(course, turns, (begin, start), (far, back))
    shown = (out + min(returned, out)) / (2 * full) if swing.returns else out / full
    if cut and back is not None and begin == turns.points[0] and swing.returns:
        shown = (out + returned) / (2 * full)
    if cut and (shown < _LEAST_CUT_SHARE or max(out, returned) < swing.whole):
        return None
    complete = complete or cut
    rises = bool(signal[far] > signal[begin])
    return Rep(start, reached, far, left, end, complete, came_back, cut, rises)


def _is_cut(
    course: HeightCourse, turns: Turns, beginning: tuple[int, int], ending: tuple[int, int | None]
) -> bool:
    """Whether the clip, or what is seen of the lifter, begins or ends within the repetition."""
    time_s, swing = course.time_s, course.swing
    (begin, start), (far, back) = beginning, ending
    first, last = time_s[turns.piece.start], time_s[turns.piece.stop - 1]
    begun_before = begin == turns.points[0] and time_s[start] - first < _AT_THE_EDGE_S
    if back is None:
        ends_after = swing.returns or last - time_s[far] < _AT_THE_EDGE_S
    else:
        ends_after = back == turns.points[-1] and last - time_s[back] < _AT_THE_EDGE_S
        ends_after = ends_after and swing.returns
    return bool(begun_before or ends_after)


def _progress(swing: FloatArray, offset: int, rest: float = SETTLED) -> tuple[int, int]:
    """Last frame before and first frame after the moving part of a swing."""
    share = (swing - swing[0]) / (swing[-1] - swing[0])
    begin = int(np.flatnonzero(share <= rest)[-1])
    after = np.flatnonzero((share >= 1 - rest) & (np.arange(share.size) >= begin))
    return offset + begin, offset + int(after[0])


def _goes_elsewhere(rep: Rep, signal: FloatArray, whereabouts: Whereabouts) -> bool:
    """Whether a swing takes the lifter elsewhere; a step after it is another matter."""
    if whereabouts.elsewhere(rep.start, rep.reached):
        return True
    if not rep.came_back or signal[rep.left] == signal[rep.end]:
        return False
    _, back = _progress(signal[rep.left : rep.end + 1], rep.left, _STEPPING_SHARE)
    return all(whereabouts.elsewhere(rep.left, at) for at in (back, rep.end))


def _finished(
    rep: Rep, course: HeightCourse, exercise: Exercise, joints: Joints, *, square_on: bool
) -> Rep:
    """The repetition, complete only if it also finished, unless the clip ends before."""
    finish = exercise.finish
    if finish is None or rep.cut or not square_on or mark_degree(finish, rep, joints) > 0:
        return rep
    ends = course.time_s[-1] - course.time_s[rep.turn] < _AT_THE_EDGE_S
    return replace(rep, complete=bool(ends), cut=bool(ends))


def _let_go(rep: Rep, time_s: FloatArray) -> Rep:
    """The repetition without what comes after a bar that was let go of, held up or dropped."""
    held_s = time_s[rep.left] - time_s[rep.reached]
    if rep.came_back and held_s <= _LONGEST_HOLD_S:
        return rep
    if rep.left < rep.end and not rep.came_back and held_s <= _LONGEST_HOLD_S:
        return rep
    locked = int(np.searchsorted(time_s, time_s[rep.reached] + _LOCKED_S))
    end = min(max(locked, rep.reached), rep.left)
    return replace(rep, turn=end, left=end, end=end, came_back=False)


def _loaded(rep: Rep, joints: Joints) -> Rep:
    """The repetition from where the bar leaves the floor: the tug before it lifts nothing."""
    if not rep.rises:
        return rep
    frames = slice(rep.start, rep.reached + 1)
    hands = (joints.shoulder_height + (joints.higher_hand + joints.lower_hand) / 2)[frames]
    rise = joints.shoulder_height[rep.reached] - joints.shoulder_height[rep.start]
    if not np.isfinite(hands).all() or hands[-1] - hands.min() < _HANDS_SHARE * rise:
        return rep
    down = hands <= hands.min() + _LIFTED_SHARE * (hands[-1] - hands.min())
    return replace(rep, start=rep.start + int(np.flatnonzero(down)[-1]))
