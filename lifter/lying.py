"""Solvers of the lifts done lying or on a bench: bridge, sit-up, back extensions."""

from __future__ import annotations

import numpy as np

from lifter import contact, skin
from lifter.posing import Moment, Posing, Stance, lean
from lifter.posture import direction
from lifter.spine import Spine

__all__ = ["bench", "bridge", "prone", "situp"]

SEAT = 0.056


def bridge(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Shoulders stay, hips rise, feet stay flat."""
    rings = posing.figure.outline(spine, 40.0 * (1 - moment.u))
    pitch, low, place = contact.on_the_back(rings, None)
    if moment.u > 0:
        high = posing.size("hip_height", 1.0)
        pitch, low, place = contact.on_the_back(rings, low + (high - low) * moment.u)
    hip = np.array([-place, low])
    ankle = posing.ankle(posing.size("ankle_x", 0.0), 0.075)
    return Stance(hip, pitch, ankle, 0.0, -0.012, 0.0, "floor")


def situp(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Trunk rolls up over the seat; the back never sinks into the floor."""
    rings = posing.figure.outline(spine, 50.0)
    local = posing.shoulder(moment, spine)
    rest, _, _ = contact.on_the_back(rings, None)
    far = posing.at("far_trunk_deg", 1.0) - lean(local)
    pitch = rest + (far - rest) * posing.at("trunk_deg", moment.u) + 0.5 * moment.sway_deg
    lowest, _ = contact.lowest_back(skin.posed(rings, pitch, np.zeros(2)), -3.0, 16.0)
    hip = np.array([0.0, max(-lowest, SEAT * posing.frame.height)])
    ankle = posing.ankle(posing.size("ankle_x", 0.0), 0.068)
    forward = posing.at("shoulder_forward", moment.u)
    return Stance(hip, pitch, ankle, 0.0, 0.012, forward, "ears")


def bench(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Legs lie fixed on the bench; the trunk turns about the hips."""
    u = moment.u
    hip = np.array([0.0, posing.size("hip_height", u)])
    leg = posing.at("leg_deg", u)
    ankle = np.array([*(hip - 0.996 * posing.frame.leg * direction(leg)), 0.058])
    pitch = posing.at("trunk_deg", u) - lean(posing.shoulder(moment, spine)) + moment.sway_deg
    forward = posing.at("shoulder_forward", u)
    return Stance(hip, pitch, ankle, leg, 0.0, forward, "ears")


def prone(posing: Posing, moment: Moment, spine: Spine) -> Stance:
    """Lying face down, the chest lifts."""
    rings = posing.figure.outline(spine, 0.0)
    still = posing.figure.spine(2.0 - posing.body.lordosis_deg, posing.body.kyphosis_deg, 0.0)
    base = contact.face_down(posing.figure.outline(still, 0.0))
    pitch = base - posing.at("pelvis_rise_deg", moment.u)
    laid = skin.posed(rings, pitch, np.zeros(2))
    hip = np.array([0.0, -contact.lowest_front(laid, -2.0, 16.0)])
    ankle = np.array([-0.996 * posing.frame.leg, posing.frame.ankle_height * 1.3, 0.07])
    return Stance(hip, pitch, ankle, 78.0, 0.01, 0.0, "ears")
