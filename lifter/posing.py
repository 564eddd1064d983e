"""What every lift's solver shares: the lifter, the lift's curves, the moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from lifter.anatomy import Frame
from lifter.figure import Figure, figure_of
from lifter.lifts import Lift, evaluate
from lifter.params import Body
from lifter.spine import Spine

__all__ = ["Moment", "Posing", "Stance", "lean", "turned_by"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Moment:
    """What a set prescribes for one instant.

    Attributes
    ----------
    u
        Way through the lift, 0 = home, 1 = far.
    lumbar_deg, thoracic_deg
        Shape of the spine.
    bar_m
        Height of a bar that lies on the floor.
    holding
        Whether the hands hold the bar.
    hip_rise
        How much earlier than the shoulders the hips rise.
    sway_deg, nod_deg
        Small natural movements of trunk and head.
    """

    u: float
    lumbar_deg: float
    thoracic_deg: float
    bar_m: float = 0.225
    holding: bool = True
    hip_rise: float = 0.0
    sway_deg: float = 0.0
    nod_deg: float = 0.0


@dataclass(frozen=True)
class Stance:
    """What a family's solver finds; the rest follows in the same way for all.

    `hand` is the palm in the sagittal plane where the arms are ``"free"``, and
    `left_ankle` is the left ankle where it is not the right one's mirror image.
    """

    hip: Array
    pitch_deg: float
    ankle: Array
    foot_deg: float
    rise: float
    forward: float
    arms: str
    bar: Array | None = None
    grip_half: float = 0.13
    reach_deg: float = 0.0
    hand: Array | None = None
    left_ankle: Array | None = None


def lean(vector: Array) -> float:
    """Forward lean of a vector of the sagittal plane, degrees."""
    return float(np.rad2deg(np.arctan2(vector[0], vector[1])))


def turned_by(vector: Array, pitch_deg: float) -> Array:
    """Vector pitched forward by an angle."""
    a = np.deg2rad(pitch_deg)
    return np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]]) @ vector


class Posing:
    """One body doing one lift, and how to read the lift's curves for it."""

    def __init__(self, body: Body, lift: Lift) -> None:
        self.body = body
        self.lift = lift
        self.figure: Figure = figure_of(body)
        self.frame: Frame = self.figure.frame

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.lift.name}, height_m={self.body.height_m})"

    @cached_property
    def standing_shoulder_m(self) -> float:
        """Height of the shoulder when standing upright, knees hardly bent."""
        still = Moment(0.0, -self.body.lordosis_deg, self.body.kyphosis_deg)
        chord = float(np.linalg.norm(self.shoulder(still, self.spine(still, 0.0))))
        return self.frame.ankle_height + 0.9985 * self.frame.leg + 0.999 * chord

    def at(self, name: str, u: float, default: float = 0.0) -> float:
        """Value of one of the lift's curves."""
        curve = self.lift.curves.get(name)
        return default if curve is None else evaluate(curve, u)

    def size(self, name: str, u: float, default: float = 0.0) -> float:
        """The same for a length, in metres."""
        return self.at(name, u, default) * self.frame.height

    def spine(self, moment: Moment, neck_deg: float) -> Spine:
        """Spine of a moment, pelvis upright, hip at the origin."""
        return self.figure.spine(moment.lumbar_deg, moment.thoracic_deg, neck_deg)

    def shoulder(self, moment: Moment, spine: Spine) -> Array:
        """Shoulder joint in the frame of `spine`, shape (2,)."""
        rise, forward = self.at("shoulder_rise", moment.u), self.at("shoulder_forward", moment.u)
        return self.figure.shoulder(spine, rise, forward)[:2]

    def ankle(self, x: float = 0.0, stance: float = 0.062) -> Array:
        """Right ankle of a flat foot; `stance` is half the width, a share of stature."""
        return np.array([x, self.frame.ankle_height, stance * self.frame.height])
