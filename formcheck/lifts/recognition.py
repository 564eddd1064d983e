"""Which lift it is, from what moves and how: every lift is tried, the best fit wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import EXERCISES, OTHER, Exercise
from formcheck.lifts.marks import fit
from formcheck.lifts.reps import find_reps

__all__ = ["MARGIN", "Recognition", "recognise"]

# With the two best closer than this, a landmark or two could turn the decision: one
# mark that fails costs a lift three quarters of its fit.
MARGIN = 0.25


@dataclass(frozen=True)
class Recognition:
    """What the lift was taken for.

    Attributes
    ----------
    exercise : Exercise
        `formcheck.lifts.exercises.OTHER` where no lift fits.
    confidence : float
        Share 0..1 of all evidence that speaks for it; 0 where nobody was seen.
    runner_up : str
        Name of what comes next.
    clear : bool
        Whether the runner-up is far enough behind.
    """

    exercise: Exercise
    confidence: float
    runner_up: str
    clear: bool

    @property
    def known(self) -> bool:
        """Whether it is one of the lifts beyond doubt, so that its back may be judged."""
        return self.clear and self.exercise is not OTHER


def recognise(time_s: FloatArray, joints: Joints, *, side_view: bool) -> Recognition:
    """Recognise the lift of a set.

    Every lift's repetitions are sought, and each one's fit to the marks of the
    lift is its vote. What the best lift lacks of a full fit is the evidence that
    it is none of them.

    Parameters
    ----------
    time_s : float (N,)
    joints : Joints
        Smoothed.
    side_view : bool
        Whether angles are to be believed, and not heights alone.
    """
    if not np.isfinite(joints.hip_height).any():
        return Recognition(OTHER, 0.0, OTHER.name, clear=True)
    votes = {
        name: _votes(time_s, joints, exercise, side_view=side_view)
        for name, exercise in EXERCISES.items()
    }
    best = max(votes, key=lambda name: votes[name].sum())
    count = max(votes[best].size, 1)
    shares = {name: min(float(vote.sum()) / count, 1.0) for name, vote in votes.items()}
    return _decide(shares | {OTHER.name: 1.0 - shares[best]})


def _votes(
    time_s: FloatArray, joints: Joints, exercise: Exercise, *, side_view: bool
) -> FloatArray:
    reps = find_reps(time_s, joints, exercise, side_view=side_view)
    return np.array([fit(exercise, rep, joints, side_view=side_view) for rep in reps])


def _decide(shares: Mapping[str, float]) -> Recognition:
    first, second = sorted(shares, key=lambda name: shares[name], reverse=True)[:2]
    total = sum(shares.values())
    confidence = shares[first] / total
    return Recognition(
        exercise=EXERCISES.get(first, OTHER),
        confidence=confidence,
        runner_up=second,
        clear=confidence - shares[second] / total >= MARGIN,
    )
