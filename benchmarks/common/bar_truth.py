"""Where the bar and its near plate truly are in a rendered clip."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.arrays import FloatArray
from lifter.camera import view_of
from lifter.film import Film
from lifter.gear import SLEEVE_IN
from lifter.motion import motion_of
from lifter.params import Take
from lifter.solve import Solver

__all__ = ["TrueBar", "true_bar"]

# The face of the large plate that the camera sees.
_FACE_M = SLEEVE_IN + 0.06


@dataclass(frozen=True, eq=False)
class TrueBar:
    """The bar in every frame of a clip.

    Attributes
    ----------
    time_s : float (N,)
    forward_m, height_m : float (N,)
        In the lifter's plane, + towards the toes.
    plate_px : float (N, 2)
        Middle of the near plate's face.
    radius_px : float (N,)
        Half its height.
    """

    time_s: FloatArray
    forward_m: FloatArray
    height_m: FloatArray
    plate_px: FloatArray
    radius_px: FloatArray


def true_bar(take: Take) -> TrueBar:
    """The bar of a take without drawing it."""
    motion = motion_of(take)
    solver = Solver(take.body, motion.lift)
    camera = take.camera
    aim_m = motion.lift.aim_m if np.isnan(camera.aim_m) else camera.aim_m
    aim_x_m = motion.lift.aim_x_m * (take.body.height_m / 1.75)
    aim_x_m = aim_x_m if np.isnan(camera.aim_x_m) else camera.aim_x_m
    film = Film(camera, view_of(camera, (aim_x_m, aim_m)), motion.frames, take.seed)
    time_s = np.arange(motion.frames) / camera.fps
    bar_m = np.array([solver(motion.at(t)[1]).bar for t in time_s])
    up_m = take.plan.plate_radius_m * np.array([0.0, 1.0])
    plate_px, radius_px = np.empty((len(time_s), 2)), np.empty(len(time_s))
    for i, (at, t) in enumerate(zip(bar_m, time_s, strict=True)):
        ends = np.array([[*at, _FACE_M], [*(at + up_m), _FACE_M], [*(at - up_m), _FACE_M]])
        drawn = film.view.project(motion.place_at(t).moved(ends))[:, :2]
        middle, top, bottom = film.points(drawn, i)
        plate_px[i], radius_px[i] = middle, np.hypot(*(top - bottom)) / 2
    return TrueBar(time_s, bar_m[:, 0], bar_m[:, 1], plate_px, radius_px)
