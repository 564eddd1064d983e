"""Somebody else training behind the lifter."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from lifter.mesh import GEAR, Mesh
from lifter.motion import motion_of
from lifter.params import Body, Clothes, SetPlan, Take
from lifter.scene import WALL_Z
from lifter.solve import Solver

__all__ = ["Bystander"]


class Bystander:
    """Somebody else who squats behind, smaller in the picture."""

    def __init__(self, take: Take) -> None:
        rng = np.random.default_rng([take.scene.seed, 41])
        self._body = Body(
            height_m=float(rng.uniform(1.6, 1.85)),
            girth=float(rng.uniform(0.9, 1.15)),
            skin=tuple(np.array([0.62, 0.38, 0.27]) * rng.uniform(0.3, 1.2)),
        )
        self._clothes = Clothes(top_rgb=tuple(rng.uniform(0.02, 0.5, 3)), ease=0.3)
        plan = SetPlan(
            lift="squat",
            variant="bodyweight",
            far_lumbar_deg=(-10.0,) * 12,
            concentric_s=(1.6,) * 12,
            eccentric_s=(1.9,) * 12,
            stand_s=float(rng.uniform(0, 3)),
        )
        self._motion = motion_of(Take(body=self._body, plan=plan, seed=take.seed + 1))
        self._solver = Solver(self._body, self._motion.lift)
        self._turn = float(rng.choice([-1.0, 1.0]))
        self._place = np.array([float(rng.choice([-1.25, 1.35])), 0.0, WALL_Z + 1.1])

    def mesh(self, time_s: float) -> Mesh:
        """Drawn as gear, so that the truth's silhouette holds the lifter alone."""
        posture = self._solver(self._motion.at(time_s)[1])
        mesh = self._solver.figure.mesh(self._clothes, posture)
        points = mesh.points * np.array([self._turn, 1.0, 1.0]) + self._place
        return replace(mesh, points=points, kind=np.full_like(mesh.kind, GEAR))
