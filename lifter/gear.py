"""Barbell and bench."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from lifter.mesh import Mesh, box, disc, merge, mirrored
from lifter.posture import Posture, direction

__all__ = ["barbell", "bench"]

Array = NDArray[np.float64]

STEEL = np.array([0.30, 0.30, 0.31])
RUBBER = np.array([0.018, 0.018, 0.020])
PLATE_COLOURS = ((0.02, 0.02, 0.022), (0.02, 0.05, 0.22), (0.25, 0.02, 0.02), (0.03, 0.16, 0.05))
SLEEVE_IN, SLEEVE_OUT = 0.655, 1.06


def _plate(centre: Array, radius: float, inner: float, thick: float, colour: Array) -> Mesh:
    """A bumper plate: rim, recessed face, steel hub."""
    r = radius * np.array([0.12, 0.20, 0.20, 0.62, 0.72, 0.97, 1.0, 1.0, 0.97, 0.72, 0.2, 0.12])
    z = np.array([0.9, 0.95, 0.70, 0.62, 0.90, 0.98, 0.9, 0.1, 0.02, 0.1, 0.1, 0.1]) * thick
    paint = np.repeat(colour[None, :], len(r), axis=0)
    paint[:3] = STEEL
    paint[3:5] = colour * 1.6 + 0.004
    return disc(centre, r, inner + z, paint, columns=56)


def barbell(
    centre: Array, plate_radius_m: float, colour_index: int = 0, plates: str = "both"
) -> Mesh:
    """Olympic bar with one large and one small plate at both ends, or at one of them."""
    bar = disc(
        centre,
        np.array([0.0, 0.014, 0.014, 0.028, 0.028, 0.025, 0.025, 0.0]),
        np.array([0.0, 0.0, 0.64, 0.641, SLEEVE_IN, SLEEVE_IN + 0.001, SLEEVE_OUT, SLEEVE_OUT]),
        np.repeat(STEEL[None, :], 8, axis=0),
        columns=16,
    )
    right, left = [bar], [mirrored(bar)]
    colour = np.asarray(PLATE_COLOURS[colour_index % len(PLATE_COLOURS)])
    if plate_radius_m > 0:
        small = min(0.62 * plate_radius_m, 0.14)
        pair = merge(
            [
                _plate(centre, plate_radius_m, SLEEVE_IN, 0.06, colour),
                _plate(centre, small, SLEEVE_IN + 0.062, 0.03, RUBBER),
            ]
        )
        right += [pair] * (plates != "far")
        left += [mirrored(pair)] * (plates != "near")
    return merge([*right, *left])


def bench(posture: Posture, scale: float) -> Mesh:
    """Hyperextension bench under the thighs, with a footplate and calf roller."""
    leg = posture.hip[:2] - posture.ankle[:2]
    lean = float(np.rad2deg(np.arctan2(leg[0], leg[1])))
    up, front = direction(lean), direction(lean + 90)
    pad = posture.hip[:2] - up * 0.14 * scale + front * 0.135 * scale
    foot = posture.ankle[:2] - up * 0.10 * scale
    calf = posture.ankle[:2] + up * 0.13 * scale - front * 0.10 * scale
    dark, frame = (0.025, 0.025, 0.028), (0.32, 0.33, 0.34)
    post = np.array([pad[0] + 0.03, pad[1] / 2])
    parts = [
        box(np.array([*pad, 0.11]), (0.045, 0.12, 0.09), dark, lean),
        box(np.array([*pad, -0.11]), (0.045, 0.12, 0.09), dark, lean),
        box(np.array([*foot, 0.0]), (0.16, 0.012, 0.22), frame, lean),
        box(np.array([*post, 0.0]), (0.03, pad[1] / 2 - 0.05, 0.03), frame),
        box(np.array([(foot[0] + pad[0]) / 2, 0.05, 0.0]), (0.62, 0.03, 0.04), frame),
        box(np.array([pad[0] + 0.05, 0.03, 0.0]), (0.04, 0.03, 0.30), frame),
        box(np.array([foot[0] - 0.05, 0.03, 0.0]), (0.04, 0.03, 0.30), frame),
        box(np.array([foot[0], foot[1] / 2, 0.0]), (0.025, max(foot[1] / 2, 0.02), 0.03), frame),
        disc(
            calf,
            np.array([0.0, 0.05, 0.05, 0.0]) * scale,
            np.array([-0.22, -0.22, 0.22, 0.22]),
            np.repeat(np.asarray(dark)[None, :], 4, axis=0),
        ),
    ]
    return merge(parts)
