"""Inverse kinematics: from a moment of a lift to the whole body's posture.

Feet, hands and bar are given by the lift; hips, knees, elbows and the pitch of
the pelvis follow. The shape of the spine is an input and never changed.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from lifter import free, lying, skin, standing
from lifter.anatomy import Frame
from lifter.lifts import evaluate
from lifter.posing import Moment, Posing, Stance, lean
from lifter.posture import (
    Posture,
    direction,
    elbow_for,
    head_centre,
    knee_for,
    two_link,
)
from lifter.spine import T1_LEVEL, Spine, turned

__all__ = ["Solver"]

Array = NDArray[np.float64]
Family = Callable[[Posing, Moment, Spine], Stance]

HEAD_REST = 0.049
FAMILIES: dict[str, Family] = {
    "hinge": standing.hinge,
    "squat": standing.squat,
    "press": standing.press,
    "bridge": lying.bridge,
    "bench": lying.bench,
    "prone": lying.prone,
    "situp": lying.situp,
    "free": free.free,
}


def _left_knee(frame: Frame, hip: Array, ankle: Array) -> Array:
    """Knee of a leg that is stretched, or bent behind the body, close to the floor."""
    if ankle[0] > hip[0]:
        return knee_for(frame, hip, ankle)
    return two_link(hip, ankle, frame.thigh, frame.shin, np.array([1.0, -0.5, 0.0]))


class Solver(Posing):
    """Finds postures for one body doing one lift."""

    def __call__(self, moment: Moment) -> Posture:
        """Posture of the whole body at one moment."""
        spine = self.spine(moment, 0.0)
        stance = FAMILIES[self.lift.family](self, moment, spine)
        spine = self._with_neck(moment, spine, stance)
        return self._assemble(moment, stance, spine)

    def _with_neck(self, moment: Moment, spine: Spine, stance: Stance) -> Spine:
        if self.lift.family in ("bridge", "situp"):
            neck = self._neck_on_floor(moment, stance)
        elif self.lift.head_follows:
            neck = evaluate(self.lift.head_deg, moment.u) + moment.nod_deg
        else:
            thorax = spine.angle_at(T1_LEVEL) + stance.pitch_deg
            neck = evaluate(self.lift.head_deg, moment.u) + moment.nod_deg - thorax
        return self.spine(moment, float(np.clip(neck, -62, 48)))

    def _neck_on_floor(self, moment: Moment, stance: Stance) -> float:
        """Neck as the lift has it, bent further if the head would sink into the floor."""
        wanted = evaluate(self.lift.head_deg, moment.u) + moment.nod_deg
        if not self.lift.head_follows:
            wanted = -30.0
        low, high = wanted, 46.0
        if self._head_clearance(moment, stance, low) >= 0:
            return low
        for _ in range(9):
            middle = (low + high) / 2
            above = self._head_clearance(moment, stance, middle) >= 0
            low, high = (low, middle) if above else (middle, high)
        return high

    def _head_clearance(self, moment: Moment, stance: Stance, neck_deg: float) -> float:
        """Height of the back of the head above the floor."""
        spine = turned(self.spine(moment, neck_deg), stance.pitch_deg, stance.hip)
        centre = head_centre(self.frame, spine, float(spine.angle_deg[-1]))
        return float(centre[1]) - HEAD_REST * self.frame.height

    def _assemble(self, moment: Moment, stance: Stance, spine: Spine) -> Posture:
        frame = self.frame
        hip = np.array([*stance.hip, frame.hip_half])
        knee = knee_for(frame, hip, stance.ankle)
        flexion = 180.0 + lean(knee[:2] - hip[:2]) - stance.pitch_deg
        flexion = (flexion + 180.0) % 360.0 - 180.0
        rings = self.figure.outline(spine, -flexion)
        world = turned(spine, stance.pitch_deg, stance.hip)
        shoulder = self.figure.shoulder(world, stance.rise, stance.forward)
        head = float(world.angle_deg[-1])
        left = stance.left_ankle
        left_hip = hip * np.array([1.0, 1.0, -1.0])
        hand, pole, fist = self._hand(moment, stance, world, shoulder)
        elbow, wrist = elbow_for(frame, shoulder, hand, pole)
        return Posture(
            spine=world,
            trunk=skin.posed(rings, stance.pitch_deg, stance.hip),
            hip=hip,
            knee=knee,
            ankle=stance.ankle,
            foot_deg=stance.foot_deg,
            shoulder=shoulder,
            elbow=elbow,
            wrist=wrist,
            hand=hand,
            fist=fist,
            pelvis_deg=stance.pitch_deg,
            head_deg=head,
            bar=stance.bar,
            left_leg=None if left is None else (_left_knee(frame, left_hip, left), left),
        )

    def _hand(
        self, moment: Moment, stance: Stance, spine: Spine, shoulder: Array
    ) -> tuple[Array, Array, bool]:
        """Place of the palm, the side the elbow points to, and whether it grips."""
        frame, h = self.frame, self.frame.height
        half = stance.grip_half * h
        if stance.hand is not None:
            pole = np.array([-0.6, -0.6, 0.5])
            return np.array([*stance.hand, half]), pole, moment.holding
        if stance.arms == "hang":
            flat = standing.hanging_bar(self, moment, shoulder)
            return np.array([*flat, half]), np.array([-1.0, 0.0, 0.4]), moment.holding
        if stance.bar is not None:
            pole = {
                "back": np.array([-self.at("elbow_pole", moment.u), -1.0, 0.15]),
                "press": np.array([0.45, -1.0, 0.25]),
            }[stance.arms]
            return np.array([*stance.bar, half]), pole, True
        if stance.arms == "reach":
            flat = shoulder[:2] + 0.985 * frame.arm * direction(180 - stance.reach_deg)
            return np.array([*flat, shoulder[2]]), np.array([0, -1.0, 0.6]), False
        if stance.arms == "floor":
            hand = np.array([stance.hip[0] + 0.03 * h, 0.022 * h, 0.165 * h])
            return hand, np.array([0.0, 0.3, 1.0]), False
        up, front = direction(float(spine.angle_deg[-1])), direction(spine.angle_deg[-1] + 90)
        ear = head_centre(frame, spine, float(spine.angle_deg[-1])) + h * (
            -0.012 * front - 0.004 * up
        )
        return np.array([*ear, 0.062 * h]), np.array([*(0.9 * front + 0.1 * up), 0.75]), False
