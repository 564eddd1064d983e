"""Solver of movements that are given limb by limb: variants of the lifts, and other movements.

Their curves are the angles of trunk, thighs, shanks and arms over the way, so that a new
movement is a few numbers (`lifter.movements`) and no code.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifter.posing import Moment, Posing, Stance, lean
from lifter.posture import direction
from lifter.spine import Spine, turned

__all__ = ["free"]

Array = NDArray[np.float64]


def free(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Place the legs over the feet, or below a hip that is given, then trunk and arms."""
    u, frame = moment.u, posing.frame
    shin, thigh = (direction(s) for s in (posing.at("shin_deg", u), -posing.at("thigh_deg", u)))
    stance = posing.at("stance", u, 0.062) * frame.height
    apart = (stance - frame.hip_half) / frame.leg
    # What a straddled leg keeps of its length, seen from the side.
    leg = np.sqrt(1 - apart**2) * (frame.shin * shin + frame.thigh * thigh)
    flat = np.array([posing.size("ankle_x", u), frame.ankle_height + posing.size("ankle_y", u)])
    if "hip_y" in posing.lift.curves:
        hip = np.array([posing.size("hip_x", u), posing.size("hip_y", u)])
        flat = hip - leg
    else:
        hip = flat + leg
    ankle = np.array([*flat, stance])
    pitch = posing.at("trunk_deg", u) - lean(posing.shoulder(moment, spine)) + moment.sway_deg
    rise, forward = posing.at("shoulder_rise", u), posing.at("shoulder_forward", u)
    shoulder = posing.figure.shoulder(turned(spine, pitch, hip), rise, forward)[:2]
    reach = posing.at("arm_reach", u, 1.0) * 0.985 * frame.arm
    hand = shoulder + reach * direction(180.0 - posing.at("arm_deg", u))
    if "hand_y" in posing.lift.curves:
        hand = np.array([posing.size("hand_x", u), posing.size("hand_y", u)])
    return Stance(
        hip,
        pitch,
        ankle,
        posing.at("foot_deg", u),
        rise,
        forward,
        "free",
        grip_half=posing.at("grip_half", u, 0.13),
        hand=hand,
        left_ankle=_left_ankle(posing, u),
    )


def _left_ankle(posing: Posing, u: float) -> Array | None:
    if "left_ankle_x" not in posing.lift.curves:
        return None
    x = posing.size("left_ankle_x", u)
    y = posing.frame.ankle_height + posing.size("left_ankle_y", u)
    return np.array([x, y, -posing.at("stance", u, 0.062) * posing.frame.height])
