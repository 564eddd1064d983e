"""The back in the very frame that is shown.

The analysis knows the lifter's own outline, which points of it are the back's, and the
neutral; it is half a second old or more. The frame's own outline is read against them, as
the analysis reads it. Nothing is shown where the analysis has not measured the back lately.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from formcheck.annotate.back import DrawnBack, back_along
from formcheck.annotate.colours import grade_rgb
from formcheck.arrays import BoolArray, FloatArray
from formcheck.assessment.judgement import Grade, gather_evidence, grade_of, rounding
from formcheck.assessment.scale import scale
from formcheck.geometry.curve import TrunkCurve, trunk_curve
from formcheck.geometry.joints import joint_angles
from formcheck.geometry.lumbar import RANGE_DEG, AngleReading, read_back
from formcheck.geometry.posture import posture_features
from formcheck.geometry.turn import outline_turn
from formcheck.lifts.measures import told
from formcheck.live.analyst import LiveReading
from formcheck.pose.recorder import Pose
from formcheck.pose.track import PoseTrack

__all__ = ["LATE_S", "NOTHING", "PRESENT_S", "Present", "measure_present"]

# Something may have come before the back since; counts and cues come late, too.
LATE_S = 2.0
# Of so long the median is shown: a single wild frame tells nothing, and no lifter moves far.
PRESENT_S = 0.2
# What was not measured for this long, at the end of the analysis, is not shown.
_LATELY_S = 0.5
# Who has not lifted for so long may bend down for other things.
_LIFTED_S = 4.0


@dataclass(frozen=True, eq=False)
class Present:
    """The back now.

    Attributes
    ----------
    lumbar_deg, uncertainty_deg : float
        NaN where the back is not measured.
    grade : {"no", "borderline", "likely", "clear"}
        How rounded it is judged to be at this moment.
    judged : bool
        Whether rounding is judged at all.
    back : DrawnBack or None
        None where the back is not measured.
    """

    lumbar_deg: float
    uncertainty_deg: float
    grade: Grade
    judged: bool
    back: DrawnBack | None


NOTHING = Present(math.nan, math.nan, "no", judged=False, back=None)


def measure_present(poses: Sequence[Pose], reading: LiveReading | None, age_s: float) -> Present:
    """Measure the latest frame by what an analysis has found.

    Parameters
    ----------
    poses : sequence of Pose
        Of the last `PRESENT_S`; the frame's own is the last.
    reading : LiveReading or None
        Of the same set.
    age_s : float
        How much older it is than the frame.
    """
    if reading is None or age_s > LATE_S or not poses[-1].found:
        return NOTHING
    analysis = reading.analysis
    kin = analysis.kinematics
    lately = kin.time_s >= kin.time_s[-1] - _LATELY_S
    if not np.isfinite(kin.back.lumbar_deg[lately]).any():
        return NOTHING
    frames = _frames([pose for pose in poses if pose.found], analysis.track)
    curve = _curve(frames, reading, np.isfinite(kin.back.curve.d[lately]).any(axis=0))
    angles = _read(frames, curve, reading)
    tells = _told(frames, reading) & _possible(angles.angle_deg)
    lumbar_deg = np.where(tells, angles.angle_deg, np.nan)
    if not np.isfinite(lumbar_deg[-1]):
        return NOTHING
    shown_deg = float(np.nanmedian(lumbar_deg))
    grade, judged = _grade(frames, curve, angles, reading)
    over_arched = shown_deg < scale(analysis.exercise, analysis.neutral).arched_deg
    colour = grade_rgb(grade, over_arched=over_arched)
    points_px = poses[-1].landmarks_px.astype(np.float64)
    return Present(
        shown_deg,
        float(angles.uncertainty_deg[-1]),
        grade,
        judged,
        back_along(curve, -1, points_px, colour),
    )


def _frames(poses: Sequence[Pose], track: PoseTrack) -> PoseTrack:
    """The poses as the last frames of a track."""
    poses = poses[-len(track) :]
    return replace(
        track[-len(poses) :],
        landmarks_px=np.stack([pose.landmarks_px for pose in poses]),
        visibility=np.stack([pose.visibility for pose in poses]),
        profile=np.stack([pose.profile for pose in poses]),
        profile_sd=np.stack([pose.profile_sd for pose in poses]),
    )


def _curve(frames: PoseTrack, reading: LiveReading, shown: BoolArray) -> TrunkCurve:
    """The frames' own curves; what was covered in all of the latest frames still is."""
    kin = reading.analysis.kinematics
    points = frames.landmarks_px.astype(np.float64)
    everyone = np.ones(len(frames), np.bool_)
    curve = trunk_curve(
        frames, points, everyone, kin.view.facing, kin.lifter.trunk_px, kin.back.surface
    )
    return replace(curve, d=np.where(shown, curve.d, np.nan))


def _read(frames: PoseTrack, curve: TrunkCurve, reading: LiveReading) -> AngleReading:
    kin = reading.analysis.kinematics
    posture = posture_features(frames.landmarks_px.astype(np.float64), kin.view.facing)
    back = kin.back
    return read_back(curve.u, curve.d, back.surface, posture, curve.sd, own=back.own).lumbar


def _told(frames: PoseTrack, reading: LiveReading) -> BoolArray:
    """Frames whose posture tells the back, bool (N,)."""
    lifter, view = reading.analysis.kinematics.lifter, reading.analysis.kinematics.view
    points = frames.landmarks_px.astype(np.float64)
    joints = joint_angles(points, view.facing, lifter.trunk_px, view.yaw_deg)
    return told(joints, reading.analysis.exercise)


def _possible(lumbar_deg: FloatArray) -> BoolArray:
    return np.asarray((lumbar_deg > RANGE_DEG[0]) & (lumbar_deg < RANGE_DEG[1]))


def _grade(
    frames: PoseTrack, curve: TrunkCurve, angles: AngleReading, reading: LiveReading
) -> tuple[Grade, bool]:
    """How rounded the back is judged to be while lifting, by the rule of the recorded set."""
    analysis = reading.analysis
    time_s = analysis.track.time_s
    lately = int(np.searchsorted(time_s, time_s[-1] - _LIFTED_S))
    if analysis.exercise.rounded_deg is None or not any(analysis.phases[lately:]):
        return "no", False
    now = replace(
        analysis.kinematics.back,
        lumbar_deg=angles.angle_deg,
        uncertainty_deg=angles.uncertainty_deg,
        thoracic_deg=np.full(len(frames), np.nan),
    )
    evidence = gather_evidence(now, analysis.neutral, outline_turn(frames.time_s, curve))
    probability = rounding(evidence, analysis.exercise.rounded_deg)
    known = probability[np.isfinite(probability)]
    return (grade_of(float(np.median(known))), True) if known.size else ("no", False)
