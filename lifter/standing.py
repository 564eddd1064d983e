"""Solvers of the lifts done standing: deadlift, squat, press."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifter import skin
from lifter.posing import Moment, Posing, Stance, lean, turned_by
from lifter.posture import direction, two_link
from lifter.spine import Spine, turned

__all__ = ["hanging_bar", "hinge", "press", "squat"]

Array = NDArray[np.float64]

BAR_RADIUS_M = 0.014


def _straight_arm(posing: Posing, grip_half: float) -> float:
    lateral = grip_half * posing.frame.height - posing.frame.shoulder_half
    return float(np.sqrt((0.997 * posing.frame.arm) ** 2 - lateral**2))


def _bar_x(posing: Posing, u: float) -> float:
    return posing.size("bar_ahead", u)


def _shoulder_path(posing: Posing, moment: Moment, u: float) -> Array:
    x = _bar_x(posing, u) + posing.size("shoulder_ahead", u)
    reach = _straight_arm(posing, 0.128)
    ahead = posing.size("shoulder_ahead", 1.0)
    low = moment.bar_m + np.sqrt(reach**2 - ahead**2)
    high = posing.standing_shoulder_m
    return np.array([x, high + (low - high) * u])


def hanging_bar(posing: Posing, moment: Moment, shoulder: Array) -> Array:
    """Centre of a bar in straight arms, shape (2,)."""
    x = _bar_x(posing, moment.u)
    reach = _straight_arm(posing, 0.128)
    drop = np.sqrt(max(reach**2 - (shoulder[0] - x) ** 2, 0.01))
    return np.array([x, shoulder[1] - drop])


def hinge(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Shoulders rise over the bar, arms hang straight, hips follow."""
    frame, u = posing.frame, moment.u
    shoulder = _shoulder_path(posing, moment, u)
    early = moment.hip_rise * 0.16 * np.sin(np.pi * np.clip(u, 0, 1)) * u
    shin = posing.at("shin_deg", u) - 60.0 * early
    ankle = posing.ankle()
    knee = ankle[:2] + frame.shin * direction(shin)
    local = posing.shoulder(moment, spine)
    chord = float(np.linalg.norm(local))
    hip = two_link(knee, shoulder, frame.thigh, chord, np.array([-1.0, 0.0]))
    pitch = lean(shoulder - hip) - lean(local) + 0.4 * moment.sway_deg
    forward = posing.at("shoulder_forward", u)
    final = posing.figure.shoulder(turned(spine, pitch, hip), 0.0, forward)
    bar = hanging_bar(posing, moment, final)
    bar[1] = max(bar[1], moment.bar_m)
    on_floor = np.array([bar[0], moment.bar_m])
    return Stance(
        hip, pitch, ankle, 0.0, 0.0, forward, "hang", bar if moment.holding else on_floor, 0.128
    )


def _carried(posing: Posing, spine: Spine) -> Array:
    """Centre of a bar that lies on the upper back, in the spine's frame."""
    level = posing.at("bar_level", 0.0)
    rings = posing.figure.outline(spine, 0.0)
    behind = skin.dorsal_points(rings)
    place = np.array([np.interp(level, skin.STATIONS, behind[:, i]) for i in (0, 1)])
    lean = float(np.interp(level, skin.STATIONS, rings.angle_deg))
    return np.asarray(place - direction(lean + 90) * (BAR_RADIUS_M - 0.004))


def squat(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Feet flat, the bar (or the shoulders) over the middle of the foot."""
    frame, u = posing.frame, moment.u
    ankle = posing.ankle(stance=posing.at("stance", u))
    apart = (ankle[2] - frame.hip_half) / frame.leg
    flat = np.sqrt(1 - apart**2)  # what a straddled leg keeps of its length, seen from the side
    knee = ankle[:2] + flat * frame.shin * direction(posing.at("shin_deg", u))
    hip = knee + flat * frame.thigh * direction(-posing.at("thigh_deg", u))
    bare = not posing.lift.has_bar
    carried = posing.shoulder(moment, spine) if bare else _carried(posing, spine)
    reach = float(np.linalg.norm(carried))
    lean_deg = np.rad2deg(np.arcsin(np.clip((_bar_x(posing, u) - hip[0]) / reach, -1, 1)))
    pitch = float(lean_deg) - lean(carried) + moment.sway_deg
    bar = None if bare else hip + turned_by(carried, pitch)
    rise, forward = posing.at("shoulder_rise", u), posing.at("shoulder_forward", u)
    arms = "reach" if bare else "back"
    swing = posing.at("reach_deg", u)
    half = posing.at("grip_half", u)
    return Stance(hip, pitch, ankle, 0.0, rise, forward, arms, bar, half, swing)


def press(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Legs straight, the bar goes from the collar bone round the face to overhead."""
    frame, u = posing.frame, moment.u
    ankle = posing.ankle()
    hip = ankle[:2] + 0.998 * frame.leg * direction(posing.at("leg_deg", u))
    local = posing.shoulder(moment, spine)
    pitch = posing.at("trunk_deg", u) - lean(local) + moment.sway_deg
    rise, forward = posing.at("shoulder_rise", u), posing.at("shoulder_forward", u)
    shoulder = posing.figure.shoulder(turned(spine, pitch, hip), rise, forward)[:2]
    rest = np.array([posing.size("hand_x", u), posing.size("hand_y", u)])
    bar = shoulder + rest
    reach = _straight_arm(posing, posing.at("grip_half", u))
    over = float(np.linalg.norm(bar - shoulder)) / reach
    if over > 1:
        bar = shoulder + rest / over
    half = posing.at("grip_half", u)
    return Stance(hip, pitch, ankle, 0.0, rise, forward, "press", bar, half)
