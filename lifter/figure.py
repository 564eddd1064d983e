"""What every kind of body can be asked for: to be posed, drawn, and to tell its truth.

Two kinds stand behind one interface: bodies drawn from numbers (`DrawnFigure`), and
people of another body model (`lifter.person.PersonFigure`).
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from lifter import people, skin
from lifter.anatomy import Frame, frame_of
from lifter.body import body_mesh
from lifter.mesh import Mesh
from lifter.params import Body, Clothes
from lifter.person import PersonFigure
from lifter.posture import Posture, shoulder_point
from lifter.spine import Spine, build_spine

__all__ = ["DrawnFigure", "Figure", "figure_of"]

Array = NDArray[np.float64]


class Figure(Protocol):
    """One body. Its spine is what it is asked for, and so is the truth."""

    @property
    def frame(self) -> Frame:
        """Bone lengths."""

    def spine(self, lumbar_deg: float, thoracic_deg: float, neck_deg: float) -> Spine:
        """Spine above a pelvis that stands upright with its hip at the origin."""

    def outline(self, spine: Spine, hip_flexion_deg: float) -> skin.Outline:
        """Bare trunk of that spine in the sagittal plane."""

    def shoulder(self, spine: Spine, rise: float, forward: float) -> Array:
        """Right shoulder joint, shape (3,); `rise` and `forward` in shares of stature."""

    def mesh(self, clothes: Clothes, posture: Posture) -> Mesh:
        """The whole body, dressed."""


class DrawnFigure:
    """A body drawn from numbers."""

    def __init__(self, body: Body) -> None:
        self._body = body
        self.frame = frame_of(body)

    def spine(self, lumbar_deg: float, thoracic_deg: float, neck_deg: float) -> Spine:
        """See `Figure`."""
        return build_spine(self._body, self.frame, lumbar_deg, thoracic_deg, neck_deg)

    def outline(self, spine: Spine, hip_flexion_deg: float) -> skin.Outline:
        """See `Figure`."""
        return skin.outline(self._body, spine, hip_flexion_deg)

    def shoulder(self, spine: Spine, rise: float, forward: float) -> Array:
        """See `Figure`."""
        return shoulder_point(self.frame, spine, rise, forward)

    def mesh(self, clothes: Clothes, posture: Posture) -> Mesh:
        """See `Figure`."""
        return body_mesh(self._body, clothes, self.frame, posture)


def figure_of(body: Body) -> Figure:
    """The figure of a body, of whichever kind."""
    if not body.person:
        return DrawnFigure(body)
    return PersonFigure(people.load(body.person), body)
