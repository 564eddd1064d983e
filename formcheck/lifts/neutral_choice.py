"""The neutral that `flexion_deg` counts from: given, standing, or the first repetitions'."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from formcheck.arrays import BoolArray
from formcheck.geometry import Kinematics
from formcheck.geometry.joints import Joints
from formcheck.geometry.neutral import (
    Neutral,
    first_reps_neutral,
    no_neutral,
    standing_neutral,
)
from formcheck.lifts.exercises import Exercise, Mark
from formcheck.lifts.marks import mark_degree
from formcheck.lifts.measures import neutral_frames
from formcheck.lifts.reps import Rep

__all__ = ["choose_neutral", "choose_neutrals"]

# The first repetitions are the lifter's fresh ones.
_FRESH_REPS = 3


def choose_neutral(  # noqa: PLR0917 - the clip, the set and what is known of it
    kin: Kinematics,
    reps: tuple[Rep, ...],
    exercise: Exercise,
    given: Neutral | None = None,
    walking: BoolArray | None = None,
    within: slice = slice(None),
) -> Neutral:
    """The given neutral, else standing still, else the neutral ends of the first repetitions.

    Who is `walking`, bool (N,), does not stand still, however little that moves the hips.
    `within` are the frames of one set, of which `reps` are the repetitions.
    """
    if given is not None:
        return given
    busy = np.ones(len(kin.time_s), dtype=np.bool_)
    busy[within] = False if walking is None else walking[within]
    for rep in reps:
        busy[rep.start : rep.end + 1] = True
    standing = standing_neutral(kin.time_s, kin.joints, kin.back, busy)
    if standing.method == "standing":
        return standing
    ended = [within.start or 0, *(rep.end + 1 for rep in reps)]
    ends = [
        neutral_frames(rep, exercise, kin.time_s, since)
        for rep, since in zip(reps[:_FRESH_REPS], ended, strict=False)
        if rep.whole and _bears(exercise.neutral_needs, rep, kin.joints)
    ]
    first = first_reps_neutral(kin.joints, kin.back, ends)
    return no_neutral(*standing.why, *first.why) if first.why else first


def choose_neutrals(
    kin: Kinematics,
    sets: Sequence[tuple[Rep, ...]],
    exercise: Exercise,
    given: Neutral | None = None,
    walking: BoolArray | None = None,
) -> tuple[Neutral, ...]:
    """The neutral of every set of a clip, from its own part of it.

    The rest before a set is a part of it. A set that shows none has that of the whole clip.
    """
    every = tuple(rep for one in sets for rep in one)
    whole = choose_neutral(kin, every, exercise, given, walking)
    if len(sets) < 2:
        return (whole,) * len(sets)
    edges = [0, *(one[-1].end + 1 for one in sets[:-1]), len(kin.time_s)]
    own = (
        choose_neutral(kin, one, exercise, given, walking, slice(start, stop))
        for one, (start, stop) in zip(sets, pairwise(edges), strict=True)
    )
    return tuple(whole if neutral.method == "none" else neutral for neutral in own)


def _bears(mark: Mark | None, rep: Rep, joints: Joints) -> bool:
    return mark is None or mark_degree(mark, rep, joints) > 0
