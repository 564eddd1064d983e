"""What is true in a frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from lifter.camera import View
from lifter.layer import Layer

__all__ = ["FrameTruth", "hidden_joints", "other_side"]

Array = NDArray[np.float64]

# Flesh between a joint and the eye, share of stature; beyond it, the joint is hidden.
FLESH = {"hip": 0.085, "shoulder": 0.060, "ear": 0.03, "eye": 0.03, "nose": 0.03}
FLESH_ELSEWHERE = 0.050
# A joint this close to the edge of something nearer counts as hidden too.
NEARBY = 0.012


@dataclass(frozen=True)
class FrameTruth:
    """What is true in one frame.

    Attributes
    ----------
    lumbar_deg, thoracic_deg
        Turn of the bony spine (0 flat, + flexed, - arched).
    flexion_deg
        `lumbar_deg` against the lifter's standing lordosis.
    pelvis_deg
        Forward pitch of the pelvis from its reference position.
    joints_px
        MediaPipe name to x, y in the picture.
    hidden
        Names of joints that something nearer covers, or out of the picture.
    """

    index: int
    time_s: float
    lumbar_deg: float
    flexion_deg: float
    thoracic_deg: float
    pelvis_deg: float
    u: float
    rep: int
    phase: str
    joints_px: dict[str, tuple[float, float]]
    hidden: frozenset[str]

    def __repr__(self) -> str:
        return f"FrameTruth({self.index}, lumbar_deg={self.lumbar_deg:.1f}, rep={self.rep})"


def other_side(name: str) -> str:
    """Name of the same joint on the other side of the body."""
    if name.startswith("left_"):
        return "right_" + name[5:]
    return "left_" + name[6:] if name.startswith("right_") else name


def _is_hidden(name: str, pixel: Array, layer: Layer, view: View, height_m: float) -> bool:
    rows, columns = layer.depth.shape
    x, y = int(np.floor(pixel[0])) - layer.x, int(np.floor(pixel[1])) - layer.y
    reach = max(round(NEARBY * height_m * view.focal_px * pixel[2]), 1)
    if not (-reach < x < columns + reach and -reach < y < rows + reach):
        return False
    around = layer.depth[max(y - reach, 0) : y + reach + 1, max(x - reach, 0) : x + reach + 1]
    flesh = FLESH.get(name.rsplit("_", maxsplit=1)[-1], FLESH_ELSEWHERE) * height_m
    return around.size > 0 and bool(around.max() > 1 / (1 / pixel[2] - flesh))


def hidden_joints(
    pixels: dict[str, Array],
    layer: Layer | None,
    view: View,
    size: tuple[int, int],
    height_m: float,
) -> frozenset[str]:
    """Joints out of the picture, or behind something nearer than their own flesh.

    Parameters
    ----------
    pixels
        x, y and inverse depth by joint.
    layer
        What was drawn; None = only the edge of the picture is looked at.
    size
        Width and height of the picture.
    height_m
        Stature.
    """
    hidden = set()
    for name, p in pixels.items():
        inside = 0 <= p[0] < size[0] and 0 <= p[1] < size[1]
        if not inside or (layer is not None and _is_hidden(name, p, layer, view, height_m)):
            hidden.add(name)
    return frozenset(hidden)
