"""Which points of the trunk's outline really are its own edge in the picture.

The trunk is drawn alone, and its outline followed outwards from the true hip-shoulder
axis on either side: so it is known where something covers it, too. What covers it is read
off the labels of the finished frame's pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.camera import View
from lifter.layer import SCALE, Layer
from lifter.mesh import BODY, GEAR, WORN
from lifter.posture import Posture
from lifter.skin import STATIONS, dorsal_points

__all__ = [
    "ALONG",
    "BEYOND",
    "COVERED",
    "LIMB",
    "OTHER",
    "OUT",
    "OWN",
    "STATES",
    "THING",
    "UNSEEN",
    "BackEdge",
    "edges",
]

Array = NDArray[np.float64]
U8 = NDArray[np.uint8]

# Where the outline is told, in trunk lengths from the hip along the true axis.
ALONG: Array = np.linspace(-0.2, 1.2, 71)
ALONG.setflags(write=False)

# What a point of the outline is: the back's own edge, seen; buttocks or neck; covered by a
# limb or the head; by hair, hood or belt; by a thing or a plate; by another person; out of
# the picture; not there at all.
STATES = ("own", "beyond", "limb", "covered", "thing", "other", "out", "unseen")
OWN, BEYOND, LIMB, COVERED, THING, OTHER, OUT, UNSEEN = range(len(STATES))

# The back reaches from the lower sacrum to the root of the neck (levels of
# `lifter.spine`, 0 = L5/S1, 17 = C7/T1).
_FROM_LEVEL, _TO_LEVEL = -1.5, 16.5
# The trunk's outline lies within this of the axis, in trunk lengths.
_INWARDS, _OUTWARDS, _STEP_PX = 0.3, 0.8, 0.5
# Labels are read this far to either side of the edge: beyond its own soft pixels.
_BESIDE_PX = 2.0
# Something outside the edge hides it if it is nearer than the edge by more than this.
_NEARER_M = 0.03
_LABELS = {BODY: LIMB, WORN: COVERED, GEAR: THING}


@dataclass(frozen=True)
class BackEdge:
    """The trunk's own outline in one frame, back first, front second.

    Attributes
    ----------
    px
        x and y in the picture at `ALONG`, also where it is covered; nan where the axis'
        normal does not meet the trunk; shape (2, k, 2).
    state
        One of the states above, shape (2, k).
    """

    px: Array
    state: U8

    def __repr__(self) -> str:
        return f"BackEdge(own={int((self.state[0] == OWN).sum())} of {ALONG.size})"


def edges(
    layer: Layer | None,
    fronts: Sequence[tuple[Layer, int]],
    posture: Posture,
    axis_px: Array,
    view: View,
) -> BackEdge:
    """Outline of the trunk in a drawn frame, before the camera moves it.

    Parameters
    ----------
    layer
        The lifter, drawn with `parts`.
    fronts
        Patches that may hide the lifter, with the state of what they hide.
    axis_px
        Middle of the true hips and of the true shoulders, shape (2, 2).
    """
    if layer is None or layer.parts is None:
        return BackEdge(
            np.full((2, ALONG.size, 2), np.nan), np.full((2, ALONG.size), UNSEEN, np.uint8)
        )
    axis = axis_px[1] - axis_px[0]
    length = float(np.hypot(*axis))
    back = np.array([axis[1], -axis[0]]) / length
    beyond = _beyond(posture, axis_px, view)
    found, states = [], []
    for out in (back, -back):
        edge = _traced(layer, axis_px[0] + ALONG[:, None] * axis, out, length)
        state = _states(layer, fronts, edge, _normals(edge, out))
        state[(state == OWN) & beyond] = BEYOND
        found.append(edge)
        states.append(state)
    return BackEdge(np.stack(found), np.stack(states))


def _traced(layer: Layer, base: Array, out: Array, length_px: float) -> Array:
    """Outermost points of the trunk on rays from the axis, shape (k, 2)."""
    assert layer.parts is not None
    way = np.arange(-_INWARDS * length_px, _OUTWARDS * length_px, _STEP_PX)
    x, y = (base[:, None, i] + way * out[i] for i in (0, 1))
    trunk = cv2.remap(
        layer.parts.trunk,
        (x - layer.x - 0.5).astype(np.float32),
        (y - layer.y - 0.5).astype(np.float32),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT,
    )
    inside = trunk >= 0.5
    last = len(way) - 1 - inside[:, ::-1].argmax(axis=1)
    met = inside.any(axis=1) & (last < len(way) - 1)
    rows, after = np.arange(len(base)), np.minimum(last + 1, len(way) - 1)
    v_in, v_out = trunk[rows, last], trunk[rows, after]
    share = (v_in - 0.5) / np.where(met, v_in - v_out, 1.0)
    reach = np.where(met, way[last] + share * _STEP_PX, np.nan)
    return np.asarray(base + reach[:, None] * out)


def _normals(edge: Array, out: Array) -> Array:
    """Unit vectors out of the outline, shape (k, 2)."""
    along = np.gradient(edge, axis=0)
    side = np.column_stack([along[:, 1], -along[:, 0]])
    side *= np.sign(side @ out)[:, None]
    size = np.hypot(*side.T)[:, None]
    return np.where(size > 1e-6, side / np.maximum(size, 1e-6), out)


def _beyond(posture: Posture, axis_px: Array, view: View) -> NDArray[np.bool_]:
    """Which of `ALONG` lie below the sacrum or above the root of the neck."""
    dorsal = dorsal_points(posture.trunk)
    ends = [
        [np.interp(v, STATIONS, dorsal[:, i]) for i in (0, 1)] for v in (_FROM_LEVEL, _TO_LEVEL)
    ]
    flat = view.project(np.column_stack([np.array(ends), np.zeros(2)]))[:, :2]
    axis = axis_px[1] - axis_px[0]
    low, high = (flat - axis_px[0]) @ axis / (axis @ axis)
    along = ALONG
    return np.asarray((along < low) | (along > high))


def _states(layer: Layer, fronts: Sequence[tuple[Layer, int]], edge: Array, normal: Array) -> U8:
    """What each point of the trunk's outline is in the picture."""
    assert layer.parts is not None
    within, without = edge - _BESIDE_PX * normal, edge + _BESIDE_PX * normal
    kinds = [_looked_up(layer.parts.kind, layer, p) for p in (within, without)]
    near = [_looked_up(layer.parts.near, layer, p) for p in (within, without)]
    state = np.full(len(edge), OWN, np.uint8)
    for kind, name in _LABELS.items():
        state[kinds[0] == kind] = name
    nearer = _depth_m(near[0]) - _depth_m(near[1]) > _NEARER_M
    own = state == OWN
    state[own & (kinds[1] == GEAR) & nearer] = THING
    state[own & (kinds[1] == BODY)] = LIMB
    state[own & (kinds[1] == WORN)] = COVERED
    for front, name in fronts:
        for points, depth in zip((within, without), near, strict=True):
            state[_hides(front, points, np.maximum(depth, near[0]))] = name
    state[~np.isfinite(edge).all(axis=1)] = UNSEEN
    return state


def _depth_m(inverse: Array) -> Array:
    return 1.0 / np.maximum(inverse, 1e-3)


def _hides(front: Layer, points: Array, inverse_depth: Array) -> NDArray[np.bool_]:
    x, y = np.nan_to_num(points, nan=-1e6).T
    column, row = np.floor(x).astype(int) - front.x, np.floor(y).astype(int) - front.y
    rows, columns = front.cover.shape
    on = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
    at = np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)
    return np.asarray(on & (front.cover[at] > 0.5) & (front.depth[at] > inverse_depth))


def _looked_up(picture: NDArray[np.number], layer: Layer, points: Array) -> Array:
    """Values at points of a picture at `SCALE`, 0 outside of it."""
    x, y = np.nan_to_num(points, nan=-1e6).T
    column = np.floor((x - layer.x) * SCALE).astype(int)
    row = np.floor((y - layer.y) * SCALE).astype(int)
    rows, columns = picture.shape
    on = (column >= 0) & (row >= 0) & (column < columns) & (row < rows)
    values = picture[np.clip(row, 0, rows - 1), np.clip(column, 0, columns - 1)]
    return np.where(on, values, 0).astype(np.float64)
