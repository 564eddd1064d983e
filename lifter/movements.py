"""Variants of the lifts, and movements that are none of them, as data.

Each is given limb by limb (`lifter.free`) between home (0) and far (1). Angles in degrees:
`trunk_deg` leans forwards, `shin_deg` has the knee before the ankle, `thigh_deg` the hip
behind the knee, `arm_deg` lifts the hand forwards from hanging; lengths are shares of the
stature. A curve that is not given stays at 0, `arm_reach` at a straight arm.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Literal, cast

from lifter.lifts import Curve, Lift
from lifter.params import OTHER

__all__ = ["MOVEMENTS"]

_EVEN: Curve = ((0.0, 0.0), (1.0, 1.0))
Value = float | tuple[float, float] | Curve


def _curve(value: Value) -> Curve:
    """One value, home and far, or knots."""
    if isinstance(value, int | float):
        return ((0.0, float(value)),)
    home, far, *_ = value
    if isinstance(home, tuple) or isinstance(far, tuple):
        return cast(Curve, value)
    return ((0.0, home), (1.0, far))


def _moves(
    name: str,
    concentric: Literal["out", "back"],
    *,
    starts_far: bool = False,
    on_floor: bool = False,
    head_deg: Value = (0.0, 10.0),
    aim_m: float = 0.88,
    aim_x_m: float = 0.05,
    **curves: Value,
) -> Lift:
    """A movement done standing, sitting or lying, from its curves."""
    return Lift(
        name=name,
        family="free",
        starts_far=starts_far,
        concentric=concentric,
        home_flexion_deg=0.0,
        home_thoracic_deg=0.0,
        far_thoracic_deg=0.0,
        out_share=_EVEN,
        back_share=_EVEN,
        head_deg=_curve(head_deg),
        curves={key: _curve(value) for key, value in curves.items()},
        head_follows=on_floor,
        aim_m=0.42 if on_floor else aim_m,
        aim_x_m=0.2 if on_floor else aim_x_m,
    )


_VARIANTS: dict[str, Lift] = {
    "deadlift/kettlebell": _moves(
        "deadlift", "back", starts_far=True, shin_deg=(2, 28), thigh_deg=(3, 86),
        trunk_deg=(0, 34), arm_deg=(2, 4), grip_half=0.03,
    ),
    "deadlift/sumo": _moves(
        "deadlift", "back", starts_far=True, shin_deg=(2, 6), thigh_deg=(3, 72),
        trunk_deg=(0, 48), stance=0.17, grip_half=0.1,
    ),
    "deadlift/trap-bar": _moves(
        "deadlift", "back", starts_far=True, shin_deg=(2, 22), thigh_deg=(3, 72),
        trunk_deg=(0, 44), grip_half=0.18,
    ),
    "deadlift/rack-pull": _moves(
        "deadlift", "back", starts_far=True, shin_deg=(2, 5), thigh_deg=(3, 24),
        trunk_deg=(-2, 48),
    ),
    "deadlift/romanian": _moves(
        "deadlift", "back", shin_deg=(2, 1), thigh_deg=(3, 30), trunk_deg=(0, 74),
    ),
    "deadlift/stiff-leg": _moves(
        "deadlift", "back", starts_far=True, shin_deg=(2, 2), thigh_deg=(2, 20),
        trunk_deg=(0, 88),
    ),
    "squat/goblet": _moves(
        "squat", "back", shin_deg=(2, 32), thigh_deg=(3, 100), trunk_deg=(0, 22),
        arm_deg=(70, 78), arm_reach=0.4, grip_half=0.04,
    ),
    "squat/box": _moves(
        "squat", "back", shin_deg=(2, 8), thigh_deg=(3, 82), trunk_deg=(2, 44),
        arm_deg=(150, 140), arm_reach=0.3, grip_half=0.2,
    ),
    "squat/wall": _moves(
        "squat", "back", shin_deg=((0, -18), (1, 0)), thigh_deg=((0, -14), (1, 88)),
        trunk_deg=(-2, -2), arm_deg=(5, 30),
    ),
    "squat/front": _moves(
        "squat", "back", shin_deg=(2, 36), thigh_deg=(3, 104), trunk_deg=(0, 16),
        arm_deg=(80, 85), arm_reach=0.35,
    ),
    "squat/low-bar": _moves(
        "squat", "back", shin_deg=(2, 22), thigh_deg=(3, 92), trunk_deg=(4, 54),
        arm_deg=(-150, -150), arm_reach=0.3, grip_half=0.22,
    ),
    "squat/half": _moves(
        "squat", "back", shin_deg=(2, 20), thigh_deg=(3, 48), trunk_deg=(2, 26),
        arm_deg=(60, 85),
    ),
    "overhead-press/push-press": _moves(
        "overhead-press", "out", aim_m=1.05,
        shin_deg=((0, 2), (0.12, 18), (0.3, 2), (1, 2)),
        thigh_deg=((0, 3), (0.12, 30), (0.3, 3), (1, 3)), trunk_deg=0,
        arm_deg=((0, 120), (0.3, 140), (1, 178)), arm_reach=((0, 0.32), (0.3, 0.45), (1, 1.0)),
    ),
    "overhead-press/seated": _moves(
        "overhead-press", "out", shin_deg=0, thigh_deg=88, trunk_deg=-6,
        arm_deg=(130, 178), arm_reach=(0.35, 1.0),
    ),
    "overhead-press/dumbbell": _moves(
        "overhead-press", "out", aim_m=1.05, shin_deg=2, thigh_deg=3, trunk_deg=(-2, -4),
        arm_deg=(150, 178), arm_reach=(0.3, 1.0), grip_half=(0.24, 0.12),
    ),
    "glute-bridge/single-leg": _moves(
        "glute-bridge", "out", on_floor=True, head_deg=-80, shin_deg=(-20, -12),
        thigh_deg=(132, 112), trunk_deg=(-88, -116), ankle_x=0.42, arm_deg=(90, 65),
        left_ankle_x=(0.62, 0.6), left_ankle_y=(0.12, 0.34),
    ),
    "glute-bridge/hip-thrust": _moves(
        "glute-bridge", "out", aim_m=0.5, aim_x_m=0.2, head_deg=(-20, -60),
        shin_deg=(-8, 2), thigh_deg=(116, 92), trunk_deg=(-48, -88), ankle_x=0.42,
        arm_deg=(25, 40), arm_reach=(0.7, 0.75),
    ),
    "glute-bridge/feet-far": _moves(
        "glute-bridge", "out", on_floor=True, head_deg=-80, shin_deg=(-44, -34),
        thigh_deg=(122, 100), trunk_deg=(-88, -110), ankle_x=0.5, arm_deg=(90, 65),
    ),
    "back-extension/horizontal": _moves(
        "back-extension", "back", head_deg=(0, 10), hip_y=0.58, shin_deg=88, thigh_deg=-88,
        trunk_deg=(86, 165), arm_deg=(20, 5), arm_reach=0.4, foot_deg=80,
    ),
    "sit-up/decline": _moves(
        "sit-up", "out", on_floor=True, hip_y=0.32, hip_x=0, shin_deg=-62, thigh_deg=118,
        trunk_deg=(-112, -8), arm_deg=(190, 120), arm_reach=0.35,
    ),
    "sit-up/straight-leg": _moves(
        "sit-up", "out", on_floor=True, hip_y=0.06, shin_deg=-90, thigh_deg=90,
        foot_deg=-80, trunk_deg=(-89, -2), arm_deg=(200, 95), arm_reach=0.9,
    ),
    "sit-up/roll-up": _moves(
        "sit-up", "out", on_floor=True, hip_y=0.06, shin_deg=-89, thigh_deg=91,
        foot_deg=-80, trunk_deg=(-89, 40), arm_deg=((0, 268), (0.3, 150), (1, 95)),
    ),
    "sit-up/crunch": _moves(
        "sit-up", "out", on_floor=True, hip_y=0.06, shin_deg=-40, thigh_deg=132,
        trunk_deg=(-88, -58), arm_deg=(200, 170), arm_reach=0.35,
    ),
}  # fmt: skip

_OTHERS: dict[str, Lift] = {
    "row": _moves(
        OTHER, "out", head_deg=30, shin_deg=8, thigh_deg=32, trunk_deg=(68, 66),
        arm_deg=(0, -32), arm_reach=(1.0, 0.46),
    ),
    "swing": _moves(
        OTHER, "back", shin_deg=(2, 6), thigh_deg=(3, 40), trunk_deg=(0, 62),
        arm_deg=(86, -28), grip_half=0.03,
    ),
    "good-morning": _moves(
        OTHER, "back", shin_deg=(2, 1), thigh_deg=(3, 30), trunk_deg=(2, 78),
        arm_deg=(-150, -80), arm_reach=0.3, grip_half=0.22,
    ),
    "leg-press": _moves(
        OTHER, "back", aim_m=0.7, hip_y=0.3, hip_x=0.0, shin_deg=(-132, -95),
        thigh_deg=(136, 168), trunk_deg=-45, arm_deg=20, arm_reach=0.7,
    ),
    "inchworm": _moves(
        OTHER, "back", aim_m=0.6, aim_x_m=0.4,
        shin_deg=((0, 2), (0.4, 0), (0.7, 35), (1, 72)),
        thigh_deg=((0, 3), (0.4, 24), (0.7, -12), (1, -72)),
        trunk_deg=((0, 0), (0.4, 138), (0.7, 120), (1, 78)),
        arm_deg=((0, 5), (0.4, -8), (0.7, 40), (1, 5)), foot_deg=((0, 0), (0.5, 5), (1, 50)),
    ),
    "burpee": _moves(
        OTHER, "back", aim_m=0.6, aim_x_m=0.3,
        shin_deg=((0, 2), (0.45, 30), (0.75, 60), (1, 78)),
        thigh_deg=((0, 3), (0.45, 96), (0.75, 0), (1, -78)),
        trunk_deg=((0, 0), (0.45, 62), (0.75, 80), (1, 84)),
        arm_deg=((0, 5), (0.45, 20), (1, 0)), arm_reach=((0, 1), (0.7, 1), (1, 0.5)),
        foot_deg=((0, 0), (0.6, 30), (1, 60)),
    ),
    "lunge": _moves(
        OTHER, "back", shin_deg=(2, 4), thigh_deg=(3, 82), trunk_deg=(0, 6), arm_deg=4,
        left_ankle_x=((0, 0), (0.5, -0.4), (1, -0.48)),
        left_ankle_y=((0, 0), (0.3, 0.06), (1, 0.03)),
    ),
    "split-squat": _moves(
        OTHER, "back", shin_deg=(0, 4), thigh_deg=(40, 84), trunk_deg=(2, 8), arm_deg=4,
        left_ankle_x=-0.4, left_ankle_y=0.03,
    ),
    "push-up": _moves(
        OTHER, "back", on_floor=True, shin_deg=(72, 84), thigh_deg=(-72, -84), trunk_deg=(72, 86),
        foot_deg=60, hand_x=0.83, hand_y=0.03,
    ),
    "plank": _moves(
        OTHER, "back", on_floor=True, shin_deg=80, thigh_deg=-80, trunk_deg=80,
        foot_deg=60, arm_deg=0, arm_reach=0.6,
    ),
    "clean": _moves(
        OTHER, "back", starts_far=True,
        shin_deg=((0, 2), (0.5, 4), (1, 16)), thigh_deg=((0, 3), (0.5, 30), (1, 62)),
        trunk_deg=((0, -2), (0.5, 40), (1, 62)),
        arm_deg=((0, 110), (0.25, 60), (0.45, 5), (1, 0)),
        arm_reach=((0, 0.32), (0.25, 0.5), (0.45, 1.0), (1, 1.0)),
    ),
    "sit-to-stand": _moves(
        OTHER, "back", shin_deg=(2, 4), thigh_deg=((0, 3), (1, 88)),
        trunk_deg=((0, 0), (0.7, 30), (1, 2)), arm_deg=(4, 40),
    ),
    "pull-up": _moves(
        OTHER, "out", aim_m=1.2, hip_y=(0.62, 0.83), shin_deg=5, thigh_deg=5, trunk_deg=(-2, -10),
        hand_x=0.05, hand_y=1.3,
    ),
    "bench-press": _moves(
        OTHER, "out", aim_m=0.6, hip_y=0.3, shin_deg=0, thigh_deg=96, trunk_deg=-90,
        arm_deg=(90, 90), arm_reach=(0.4, 1.0),
    ),
    "curl": _moves(
        OTHER, "out", shin_deg=2, thigh_deg=3, trunk_deg=(0, -3),
        arm_deg=((0, 2), (0.5, 40), (1, 80)), arm_reach=((0, 1.0), (0.5, 0.7), (1, 0.25)),
    ),
    "lateral-raise": _moves(
        OTHER, "out", shin_deg=2, thigh_deg=3, trunk_deg=0, arm_deg=(5, 92),
    ),
    "calf-raise": _moves(
        OTHER, "out", shin_deg=2, thigh_deg=3, trunk_deg=0, arm_deg=2, ankle_y=(0, 0.05),
        foot_deg=(0, 32),
    ),
    "leg-raise": _moves(
        OTHER, "out", on_floor=True, hip_y=0.06, foot_deg=(-80, -150), shin_deg=(-90, -178),
        thigh_deg=((0, 90), (1, 178)), trunk_deg=-89, arm_deg=85,
    ),
    "mountain-climber": _moves(
        OTHER, "out", on_floor=True, shin_deg=76, thigh_deg=-76, trunk_deg=78, foot_deg=60,
        left_ankle_x=(0.0, 0.36), left_ankle_y=0.03,
    ),
}  # fmt: skip

MOVEMENTS: Mapping[str, Lift] = MappingProxyType(
    _VARIANTS | {f"{OTHER}/{key}": lift for key, lift in _OTHERS.items()}
)
"""By lift and variant, as `lifter.lifts.lift_for` looks them up."""
