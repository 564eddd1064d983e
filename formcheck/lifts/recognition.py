"""Which lift it is, from what moves and how: every lift is tried, the best fit wins."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import EXERCISES, LOOKALIKES, OTHER, VARIANTS, Exercise
from formcheck.lifts.marks import fit
from formcheck.lifts.reps import find_reps
from formcheck.lifts.whereabouts import Whereabouts

__all__ = ["MARGIN", "Recognition", "recognise"]

# With the two best closer than this, a landmark or two could turn the decision: one
# mark that fails costs a lift three quarters of its fit.
MARGIN = 0.25
# Of names with less confidence three in ten are wrong, of those with more one in thirty
# (benchmarks/counting.md).
_LEAST_SURE = 0.6
# A lift that half fits is a variant of it rather than another movement, as long as nothing
# known fits better.
_LACKING = 0.5
# A variant that does not bear the lift's own marks is taken for it with less confidence.
_AS_VARIANT = 0.7
# What tells a movement from a lift must be seen; the lifts get the benefit of the doubt.
_UNSEEN = 0.3
# A movement that looks like a lift may have more repetitions than that: several of them
# beside one are the set.
_MOST_OTHERS = 3.0


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
        Whether it is sure enough, and the runner-up far enough behind.
    """

    exercise: Exercise
    confidence: float
    runner_up: str
    clear: bool

    @property
    def known(self) -> bool:
        """Whether it is one of the lifts beyond doubt, so that its back may be judged."""
        return self.clear and self.exercise is not OTHER


def recognise(
    time_s: FloatArray,
    joints: Joints,
    *,
    side_view: bool,
    whereabouts: Whereabouts | None = None,
) -> Recognition:
    """Recognise the lift of a set.

    Every lift's repetitions are sought, and each one's fit to the marks of the
    lift is its vote; so are those of movements that look like lifts. What the best lift
    lacks of a full fit is the evidence that it is none of them.

    Parameters
    ----------
    time_s : float (N,)
    joints : Joints
        Smoothed.
    side_view : bool
        Whether angles are to be believed, and not heights alone.
    whereabouts : Whereabouts, optional
        Where the lifter is, and when they walk.
    """
    if not np.isfinite(joints.hip_height).any():
        return Recognition(OTHER, 0.0, OTHER.name, clear=True)

    def votes(exercise: Exercise, unseen: float) -> FloatArray:
        reps = find_reps(time_s, joints, exercise, side_view=side_view, whereabouts=whereabouts)
        fits = [fit(exercise, rep, joints, side_view=side_view, unseen=unseen) for rep in reps]
        return np.array(fits)

    lifts = {name: votes(exercise, 1.0) for name, exercise in EXERCISES.items()}
    for name, variant in VARIANTS.items():
        theirs = _AS_VARIANT * votes(variant, _UNSEEN)
        if theirs.sum() > lifts[name].sum():
            lifts[name] = theirs
    others = max(float(votes(exercise, _UNSEEN).sum()) for exercise in LOOKALIKES)
    best = max(lifts, key=lambda name: lifts[name].sum())
    count = max(lifts[best].size, 1)
    shares = {name: min(float(vote.sum()) / count, 1.0) for name, vote in lifts.items()}
    lacking = _LACKING * (1.0 - shares[best])
    other = max(lacking, min(others / count, _MOST_OTHERS))
    return _decide({OTHER.name: other} | shares)  # where both are alike, nothing is claimed


def _decide(shares: Mapping[str, float]) -> Recognition:
    first, second = sorted(shares, key=lambda name: shares[name], reverse=True)[:2]
    total = sum(shares.values())
    confidence = shares[first] / total
    return Recognition(
        exercise=EXERCISES.get(first, OTHER),
        confidence=confidence,
        runner_up=second,
        clear=confidence >= _LEAST_SURE and confidence - shares[second] / total >= MARGIN,
    )
