"""The lifts, as data: what moves, what counts as a repetition, what is checked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = ["EXERCISES", "Drift", "Exercise", "Swing"]

Drift = Literal["rounding", "arching"]


@dataclass(frozen=True)
class Swing:
    """What a repetition looks like in one joint's angle.

    Attributes
    ----------
    joint : {"hip_deg", "knee_deg"}
        The angle that counts repetitions; 180 is straight.
    bent_deg, straight_deg : float
        A whole repetition reaches both.
    least_deg : float
        A smaller swing is no repetition, not even a part of one.
    """

    joint: Literal["hip_deg", "knee_deg"]
    bent_deg: float
    straight_deg: float
    least_deg: float


@dataclass(frozen=True)
class Exercise:
    """One lift.

    Attributes
    ----------
    name : str
    swing : Swing
    starts : {"bent", "straight"}
        Where a repetition begins: a deadlift on the floor, a squat upright.
    knee_bends_to_deg : float or None
        At the bent end the knee is bent at least this far; None if the lift
        does not ask for it. Keeps walking and picking things up out.
    lean_reaches_deg : float or None
        At the bent end the trunk leans at least this far forwards.
    rounded_deg : float or None
        Lumbar angle from flat, beyond which the loaded back is called rounded; None
        where it does not round.
    arched_deg : float or None
        Extension beyond the lifter's own standing neutral that is called arched.
    drifts_into : tuple of {"rounding", "arching"}
        Which way the form gives as the lifter tires; none where the back is meant to bend.
    """

    name: str
    swing: Swing
    starts: Literal["bent", "straight"]
    knee_bends_to_deg: float | None
    lean_reaches_deg: float | None
    rounded_deg: float | None
    arched_deg: float | None
    drifts_into: tuple[Drift, ...] = ("rounding",)


# Backs that other people labelled neutral read -16..+5 degrees in deadlifts on
# real clips, rounded ones +14..+33 (docs/measurement.md); ours repeat it in
# benchmarks/clips.md. The threshold lies in the gap.
_ROUNDED_DEG = 10.0

# Standing extension ends some 16 degrees beyond neutral, L1 to S1 on X-rays (Pearcy,
# Portek and Shepherd 1984); this is close to the end of it.
_ARCHED_DEG = 15.0

_DEADLIFT = Exercise(
    name="deadlift",
    swing=Swing(joint="hip_deg", bent_deg=115.0, straight_deg=150.0, least_deg=35.0),
    starts="bent",
    knee_bends_to_deg=None,
    lean_reaches_deg=25.0,
    rounded_deg=_ROUNDED_DEG,
    arched_deg=_ARCHED_DEG,
)

_SQUAT = Exercise(
    name="squat",
    swing=Swing(joint="hip_deg", bent_deg=125.0, straight_deg=150.0, least_deg=35.0),
    starts="straight",
    knee_bends_to_deg=135.0,
    lean_reaches_deg=None,
    rounded_deg=_ROUNDED_DEG,
    arched_deg=_ARCHED_DEG,
)

EXERCISES: Mapping[str, Exercise] = MappingProxyType({e.name: e for e in (_DEADLIFT, _SQUAT)})
