"""Somebody who walks through the picture."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lifter.lifts import lift_for
from lifter.mesh import GEAR, Mesh, merge
from lifter.params import Body, Clothes, Take
from lifter.posing import Moment
from lifter.posture import Posture, direction, elbow_for, knee_for
from lifter.solve import Solver

__all__ = ["Walker"]

Array = NDArray[np.float64]

# Preferred walking speed of adults, and what goes with it: steps of some 0.7 m.
SPEED_M_PER_S, STRIDE_M = 1.3, 1.4
_Z_M = {"behind": -1.25, "in front": 1.15}


class Walker:
    """Walks from the left of the picture to its right, or back, at an even pace."""

    def __init__(self, take: Take) -> None:
        rng = np.random.default_rng([take.scene.seed, 43])
        self._body = Body(
            height_m=float(rng.uniform(1.62, 1.85)), skin=(0.45, 0.28, 0.20), skin_seed=43
        )
        self._clothes = Clothes(
            top_rgb=tuple(rng.uniform(0.03, 0.45, 3)), shorts_length=1.6, ease=0.25, length=0.4
        )
        self._solver = Solver(self._body, lift_for("squat", "bodyweight"))
        self._passes_s = take.scene.walker_s
        self._z = _Z_M[take.scene.walker]
        self._turn = float(rng.choice([-1.0, 1.0]))

    def mesh(self, time_s: float) -> Mesh:
        """Drawn as gear, so that the truth's silhouette holds the lifter alone."""
        way = SPEED_M_PER_S * (time_s - self._passes_s)
        swing = float(np.sin(2 * np.pi * way / STRIDE_M))
        still = self._solver(Moment(0.0, -self._body.lordosis_deg, self._body.kyphosis_deg))
        right, left = (self._half(still, side * swing, side) for side in (1.0, -1.0))
        both = merge([right, left])
        place = np.array([self._turn * way, 0.0, self._z])
        points = both.points * np.array([self._turn, 1.0, 1.0]) + place
        return replace(both, points=points, kind=np.full_like(both.kind, GEAR))

    def _half(self, still: Posture, swing: float, side: float) -> Mesh:
        """One half of the walker, whose leg is so far ahead (1) or behind (-1)."""
        mesh = self._solver.figure.mesh(self._clothes, self._stepping(still, swing))
        mine = mesh.points[mesh.faces][..., 2].mean(axis=1) * side >= 0
        return replace(mesh, faces=mesh.faces[mine], kind=mesh.kind[mine])

    def _stepping(self, still: Posture, swing: float) -> Posture:
        frame = self._solver.frame
        lift = 0.06 * max(0.0, 1 - abs(swing))
        ankle = still.ankle + np.array([0.36 * swing, lift, 0.0])
        hip = still.hip - np.array([0.0, 0.035, 0.0])
        arm = direction(180 + 24 * swing)
        hand = still.shoulder + np.array([*(0.96 * frame.arm * arm), 0.06])
        elbow, wrist = elbow_for(frame, still.shoulder, hand, np.array([-1.0, -0.2, 0.2]))
        return replace(
            still,
            hip=hip,
            knee=knee_for(frame, hip, ankle),
            ankle=ankle,
            elbow=elbow,
            wrist=wrist,
            hand=hand,
        )
