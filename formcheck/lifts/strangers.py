"""Movements around a set that swing like its repetitions, but look unlike them."""

from __future__ import annotations

from typing import TypeVar

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import End, Exercise, Mark, Signal
from formcheck.lifts.marks import Ends, fit, mark_value

__all__ = ["without_strangers"]

R = TypeVar("R", bound=Ends)

# Who picks a weight up, puts it down or takes a seat around a set does not look as in its
# repetitions. In degrees, trunk lengths, and as a factor of the swing: some three times what
# the repetitions of the labelled sets differ by.
_STRANGE: tuple[tuple[Signal, End, float], ...] = (
    ("trunk_tilt_deg", "low", 35.0),
    ("hip_height", "low", 0.45),
    ("hip_height", "high", 0.5),
    ("shoulder_height", "low", 0.5),
    ("higher_hand", "low", 0.6),
    ("higher_hand", "high", 0.6),
)
_STRANGE_SWING = 1.8
# A mark or two less than the best of the set.
_STRANGE_FIT = 0.25
# With fewer, nobody knows which are the strangers.
_LEAST_KIN = 4


def without_strangers(
    reps: list[R], exercise: Exercise, joints: Joints, *, side_view: bool
) -> list[R]:
    """Drop the first and the last ones as long as they look unlike the others."""
    fits = [fit(exercise, rep, joints, side_view=side_view) for rep in reps]
    kept = list(range(len(reps)))
    traits = np.array([_traits(rep, exercise, joints) for rep in reps])
    limits = np.array([*(limit for *_, limit in _STRANGE), np.log(_STRANGE_SWING)])
    while len(kept) > 1:
        worse = min((kept[0], kept[-1]), key=lambda i: fits[i])
        if fits[worse] >= _STRANGE_FIT * max(fits[i] for i in kept):
            break
        kept.remove(worse)
    while len(kept) > _LEAST_KIN:
        edge = max((kept[0], kept[-1]), key=lambda i: _strangeness(i, kept, traits / limits))
        if _strangeness(edge, kept, traits / limits) <= 1:
            break
        kept.remove(edge)
    return [reps[i] for i in kept]


def _strangeness(one: int, kept: list[int], traits: FloatArray) -> float:
    others = traits[[i for i in kept if i != one]]
    with np.errstate(invalid="ignore"):
        apart = np.abs(traits[one] - np.median(others, axis=0))
    known = apart[np.isfinite(apart)]
    return float(known.max()) if known.size else 0.0


def _traits(rep: Ends, exercise: Exercise, joints: Joints) -> list[float]:
    values = [mark_value(Mark(signal, end), rep, joints) for signal, end, _ in _STRANGE]
    height = mark_value(Mark(exercise.swing.signal, "range"), rep, joints)
    return [*values, float(np.log(max(height, 1e-3)))]
