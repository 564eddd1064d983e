"""The six lifts as data: how each part travels between home and far posture.

``u`` is the way through the movement: 0 = home (standing, lying, bar racked),
1 = far. Curves are knots ``(u, value)`` joined smoothly. Lengths are shares of
stature, angles degrees.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache
from typing import Literal

import numpy as np
from scipy.interpolate import PchipInterpolator

__all__ = ["LIFTS", "Curve", "Lift", "evaluate", "lift_for"]

Curve = tuple[tuple[float, float], ...]
Family = Literal["hinge", "squat", "press", "bridge", "bench", "prone", "situp", "free"]


@lru_cache(maxsize=256)
def _joined(curve: Curve) -> PchipInterpolator:
    u, value = zip(*curve, strict=True)
    return PchipInterpolator(u, value)


def evaluate(curve: Curve, u: float) -> float:
    """Value of a curve at `u`, held constant beyond its ends."""
    if len(curve) == 1:
        return curve[0][1]
    return float(_joined(curve)(np.clip(u, curve[0][0], curve[-1][0])))


def _line(home: float, far: float) -> Curve:
    return ((0.0, home), (1.0, far))


@dataclass(frozen=True)
class Lift:
    """One lift.

    Attributes
    ----------
    family
        Which solver places the body (see `lifter.solve`).
    starts_far
        A repetition begins and ends at the far end (deadlift).
    concentric
        Whether the muscles shorten on the way ``"out"`` (home to far) or ``"back"``.
    home_flexion_deg
        Lumbar flexion against standing at home, if the plan does not say.
    home_thoracic_deg, far_thoracic_deg
        Thoracic flexion against standing at the two ends.
    out_share, back_share
        How far lumbar flexion has gone from its home to its far value, over
        `u`, on the way out and on the way back.
    head_deg
        Pitch of the head, 0 = upright; relative to the thorax where
        `head_follows`.
    curves
        What the family's solver needs.
    has_bar
        Whether there is a barbell.
    aim_m, distance_m
        Where a camera looks by default, and from how far it sees all of it.
    """

    name: str
    family: Family
    starts_far: bool
    concentric: Literal["out", "back"]
    home_flexion_deg: float
    home_thoracic_deg: float
    far_thoracic_deg: float
    out_share: Curve
    back_share: Curve
    head_deg: Curve
    curves: dict[str, Curve] = field(default_factory=dict)
    head_follows: bool = False
    has_bar: bool = False
    aim_m: float = 0.88
    aim_x_m: float = 0.05


DEADLIFT = Lift(
    name="deadlift",
    family="hinge",
    starts_far=True,
    concentric="back",
    home_flexion_deg=-1.0,
    home_thoracic_deg=-2.0,
    far_thoracic_deg=4.0,
    out_share=((0, 0), (0.15, 0.10), (0.55, 0.58), (0.85, 0.93), (1, 1)),
    back_share=((0, 0), (0.15, 0.14), (0.55, 0.72), (0.85, 0.98), (1, 1)),
    head_deg=((0, 2), (0.5, 18), (1, 30)),
    curves={
        "shin_deg": ((0, 2), (0.35, 3), (0.6, 5.5), (0.85, 11), (1, 14)),
        "shoulder_ahead": ((0, -0.046), (0.25, 0.0), (0.6, 0.03), (1, 0.03)),
        "shoulder_forward": _line(0.0, 0.014),
        "bar_ahead": ((0, 0.050),),
    },
    has_bar=True,
)

SQUAT = Lift(
    name="squat",
    family="squat",
    starts_far=False,
    concentric="back",
    home_flexion_deg=2.0,
    home_thoracic_deg=-4.0,
    far_thoracic_deg=-6.0,
    out_share=((0, 0), (0.3, 0.12), (0.6, 0.35), (0.85, 0.75), (1, 1)),
    back_share=((0, 0), (0.3, 0.15), (0.6, 0.42), (0.85, 0.82), (1, 1)),
    head_deg=((0, 2), (0.5, 8), (1, 10)),
    curves={
        "shin_deg": ((0, 2), (0.4, 15), (1, 31)),
        "thigh_deg": ((0, 3), (0.4, 42), (1, 95)),
        "shoulder_rise": ((0, -0.006),),
        "shoulder_forward": ((0, -0.018),),
        "bar_ahead": ((0, 0.038),),
        "bar_level": ((0, 15.6),),
        "grip_half": ((0, 0.25),),
        "elbow_pole": ((0, 1.2),),
        "stance": ((0, 0.105),),
    },
    has_bar=True,
    aim_x_m=0.0,
)

BODYWEIGHT_SQUAT = Lift(
    name="squat",
    family="squat",
    starts_far=False,
    concentric="back",
    home_flexion_deg=0.0,
    home_thoracic_deg=0.0,
    far_thoracic_deg=0.0,
    out_share=SQUAT.out_share,
    back_share=SQUAT.back_share,
    head_deg=((0, 0), (0.5, 6), (1, 8)),
    curves=SQUAT.curves
    | {
        "shoulder_rise": ((0, 0.0),),
        "shoulder_forward": _line(0.0, 0.02),
        "bar_ahead": _line(0.02, 0.052),
        "reach_deg": ((0, 8), (0.4, 60), (1, 88)),
    },
    aim_x_m=0.05,
)

PRESS = Lift(
    name="overhead-press",
    family="press",
    starts_far=False,
    concentric="out",
    home_flexion_deg=1.0,
    home_thoracic_deg=-3.0,
    far_thoracic_deg=-6.0,
    out_share=((0, 0), (0.25, 0.45), (0.55, 0.9), (0.8, 1), (1, 1)),
    back_share=((0, 0), (0.25, 0.3), (0.55, 0.7), (0.8, 0.95), (1, 1)),
    head_deg=((0, -6), (0.3, -14), (0.6, -4), (1, 3)),
    curves={
        "leg_deg": ((0, 3.0), (0.3, 4.0), (0.7, 2.5), (1, 2.0)),
        "trunk_deg": ((0, -4), (0.25, -9), (0.6, -5), (1, -2.5)),
        "shoulder_rise": ((0, 0.0), (0.4, 0.01), (1, 0.038)),
        "shoulder_forward": ((0, 0.008), (0.5, 0.004), (1, -0.004)),
        "hand_x": ((0, 0.10), (0.25, 0.135), (0.5, 0.11), (0.8, 0.045), (1, 0.012)),
        "hand_y": ((0, 0.035), (0.25, 0.13), (0.5, 0.24), (0.8, 0.338), (1, 0.368)),
        "grip_half": ((0, 0.135),),
    },
    has_bar=True,
    aim_m=1.08,
)

BRIDGE = Lift(
    name="glute-bridge",
    family="bridge",
    starts_far=False,
    concentric="out",
    home_flexion_deg=12.0,
    home_thoracic_deg=-6.0,
    far_thoracic_deg=-4.0,
    out_share=((0, 0), (0.5, 0.35), (1, 1)),
    back_share=((0, 0), (0.5, 0.42), (1, 1)),
    head_deg=((0, -88), (1, -80)),
    curves={"hip_height": ((1, 0.175),), "ankle_x": ((0, 0.475),)},
    aim_m=0.42,
    aim_x_m=0.28,
)

EXTENSION = Lift(
    name="back-extension",
    family="bench",
    starts_far=False,
    concentric="back",
    home_flexion_deg=0.0,
    home_thoracic_deg=-4.0,
    far_thoracic_deg=4.0,
    out_share=((0, 0), (0.2, 0.16), (0.6, 0.62), (1, 1)),
    back_share=((0, 0), (0.2, 0.2), (0.6, 0.7), (1, 1)),
    head_deg=((0, -4), (1, -10)),
    head_follows=True,
    curves={
        "trunk_deg": ((0, 42), (1, 122)),
        "leg_deg": ((0, 44),),
        "hip_height": ((0, 0.535),),
        "shoulder_forward": ((0, 0.012),),
    },
    aim_m=0.80,
    aim_x_m=0.08,
)

PRONE = Lift(
    name="back-extension",
    family="prone",
    starts_far=False,
    concentric="out",
    home_flexion_deg=2.0,
    home_thoracic_deg=0.0,
    far_thoracic_deg=-14.0,
    out_share=_line(0, 1),
    back_share=_line(0, 1),
    head_deg=((0, -12), (1, -28)),
    head_follows=True,
    curves={"pelvis_rise_deg": _line(0, 3)},
    aim_m=0.40,
    aim_x_m=-0.05,
)

SIT_UP = Lift(
    name="sit-up",
    family="situp",
    starts_far=False,
    concentric="out",
    home_flexion_deg=14.0,
    home_thoracic_deg=-4.0,
    far_thoracic_deg=10.0,
    out_share=((0, 0), (0.2, 0.55), (0.5, 0.95), (0.8, 1), (1, 1)),
    back_share=((0, 0), (0.2, 0.5), (0.5, 0.92), (0.8, 1), (1, 1)),
    head_deg=((0, 6), (0.2, 22), (1, 16)),
    head_follows=True,
    curves={
        "trunk_deg": ((0, 0), (0.25, 0.13), (1, 1)),
        "far_trunk_deg": ((1, 4),),
        "ankle_x": ((0, 0.295),),
        "shoulder_forward": ((0, 0.006),),
    },
    aim_m=0.48,
    aim_x_m=-0.10,
)

LIFTS: dict[str, Lift] = {
    "deadlift": DEADLIFT,
    "squat": SQUAT,
    "squat/bodyweight": BODYWEIGHT_SQUAT,
    "overhead-press": PRESS,
    "glute-bridge": BRIDGE,
    "back-extension": EXTENSION,
    "back-extension/prone": PRONE,
    "sit-up": SIT_UP,
}


def lift_for(name: str, variant: str = "") -> Lift:
    """Look a lift up.

    Raises
    ------
    ValueError
        If there is no such lift or variant.
    """
    from lifter.movements import MOVEMENTS

    key = f"{name}/{variant}" if variant else name
    known = {**MOVEMENTS, **LIFTS}
    if key not in known:
        raise ValueError(f"no lift {key!r}; there are {', '.join(known)}")
    return known[key]
