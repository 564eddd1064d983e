"""From a pose track to angles: pure functions of arrays, one small topic a file."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray
from formcheck.geometry.joints import Joints, joint_angles, smooth_landmarks
from formcheck.geometry.lumbar import Back, measure_back
from formcheck.geometry.person import Lifter, follow_lifter
from formcheck.geometry.plate import Plate, follow_plate
from formcheck.geometry.steady import CameraPath, camera_path, in_picture, steadied
from formcheck.geometry.view import View, judge_view
from formcheck.pose.track import PoseTrack

__all__ = ["Back", "Joints", "Kinematics", "Lifter", "Plate", "View", "kinematics", "without_back"]


@dataclass(frozen=True, eq=False)
class Kinematics:
    """Everything that the geometry reads off a track.

    Attributes
    ----------
    time_s : float (N,)
    lifter : Lifter
        Who was followed, and in which frames.
    view : View
        One judgement for the whole clip.
    points_px : float (N, 33, 2)
        Smoothed landmarks where the frames show them: to draw with.
    steady_px : float (N, 33, 2)
        The same as by a camera that stands still: to measure with.
    camera : CameraPath
        How the camera moved; angles and heights are as if it had stood still.
    joints : Joints
    back : Back
        All NaN where the view or the person does not allow a measurement.
    plate : Plate
        The near end of the bar.
    """

    time_s: NDArray[np.float64]
    lifter: Lifter
    view: View
    points_px: NDArray[np.float64]
    steady_px: NDArray[np.float64]
    camera: CameraPath
    joints: Joints
    back: Back
    plate: Plate

    @property
    def measurable(self) -> bool:
        """Whether one lifter was seen well enough from the side."""
        return self.lifter.one_person and self.view.measurable


def kinematics(track: PoseTrack) -> Kinematics:
    """Measure a whole track."""
    path = camera_path(track)
    steady = steadied(track, path)
    lifter = follow_lifter(steady)
    view = judge_view(steady, lifter.frames)
    points = smooth_landmarks(steady, lifter.frames)
    joints = joint_angles(points, view.facing, lifter.trunk_px, view.yaw_deg)
    seen = lifter.frames & view.measurable & lifter.one_person
    back = measure_back(steady, points, seen, view.facing, lifter.trunk_px)
    size_px = track.clip.width, track.clip.height
    curve = replace(back.curve, px=in_picture(back.curve.px, path, size_px))
    return Kinematics(
        time_s=track.time_s,
        lifter=lifter,
        view=view,
        points_px=in_picture(points, path, size_px).astype(np.float64),
        steady_px=points,
        camera=path,
        joints=joints,
        back=replace(back, curve=curve),
        plate=follow_plate(track, points, path, lifter.trunk_px),
    )


def without_back(kin: Kinematics, frames: BoolArray | None = None) -> Kinematics:
    """The same, with nothing measured on the back: in some frames, bool (N,), or in all."""
    back, hidden = kin.back, True if frames is None else frames
    back = replace(
        back,
        lumbar_deg=np.where(hidden, np.nan, back.lumbar_deg),
        uncertainty_deg=np.where(hidden, np.nan, back.uncertainty_deg),
        thoracic_deg=np.where(hidden, np.nan, back.thoracic_deg),
        thoracic_uncertainty_deg=np.where(hidden, np.nan, back.thoracic_uncertainty_deg),
    )
    return replace(kin, back=back)
