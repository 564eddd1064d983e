"""What is known of the very frame that is shown.

The angle is the latest that was analysed; the outline is the frame's own, freed of arms
and plates as the analysis does it. Neither is shown where the analysis would leave it out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from formcheck.annotate.back import DrawnBack, back_along, moment_rgb
from formcheck.arrays import BoolArray
from formcheck.geometry.curve import LUMBAR_FROM, LUMBAR_TO, TrunkCurve, trunk_curve
from formcheck.geometry.lumbar import read_back
from formcheck.live.analyst import LiveReading
from formcheck.pose.recorder import Pose

__all__ = ["LATE_S", "NOTHING", "Present", "measure_present"]

# A back moves through all of its range in a second: an older angle is not shown.
LATE_S = 1.0
# The last frame or two lack their followers, without which a wild value is left out.
_CURRENT_S = 0.25


@dataclass(frozen=True, eq=False)
class Present:
    """The back now.

    Attributes
    ----------
    lumbar_deg, uncertainty_deg : float
        NaN where the back is not measured.
    back : DrawnBack or None
        None where the back is not measured.
    """

    lumbar_deg: float
    uncertainty_deg: float
    back: DrawnBack | None


NOTHING = Present(math.nan, math.nan, None)


def measure_present(pose: Pose, reading: LiveReading | None, age_s: float) -> Present:
    """Bring the latest reading and the present frame together.

    Parameters
    ----------
    pose : Pose
        Of the frame.
    reading : LiveReading or None
        Of the same set.
    age_s : float
        How much older it is than the frame.
    """
    if reading is None or age_s > LATE_S or not pose.found:
        return NOTHING
    kin = reading.analysis.kinematics
    latest = kin.time_s >= kin.time_s[-1] - _CURRENT_S
    known = np.flatnonzero(latest & np.isfinite(kin.back.lumbar_deg))
    if not known.size:
        return NOTHING
    curve = _curve_now(pose, reading, np.isfinite(kin.back.curve.d[latest]).any(axis=0))
    if not _readable(curve, reading):
        return NOTHING
    lumbar_deg = float(kin.back.lumbar_deg[known[-1]])
    colour = moment_rgb(reading.analysis, int(known[-1]), lumbar_deg)
    return Present(
        lumbar_deg,
        float(kin.back.uncertainty_deg[known[-1]]),
        back_along(curve, 0, pose.landmarks_px.astype(np.float64), colour),
    )


def _curve_now(pose: Pose, reading: LiveReading, lately: BoolArray) -> TrunkCurve:
    """The frame's own curve; what was covered in all of the latest frames still is."""
    analysis = reading.analysis
    kin = analysis.kinematics
    frame = replace(
        analysis.track[-1:],
        landmarks_px=pose.landmarks_px[None],
        visibility=pose.visibility[None],
        profile=pose.profile[None],
        profile_sd=pose.profile_sd[None],
    )
    points = frame.landmarks_px.astype(np.float64)
    present = np.ones(1, dtype=np.bool_)
    curve = trunk_curve(
        frame, points, present, kin.view.facing, kin.lifter.trunk_px, kin.back.surface
    )
    return replace(curve, d=np.where(lately, curve.d, np.nan))


def _readable(curve: TrunkCurve, reading: LiveReading) -> bool:
    """Whether the frame would be measured by itself, should something cover its back."""
    lumbar = (curve.u[0] >= LUMBAR_FROM) & (curve.u[0] <= LUMBAR_TO)
    whole = np.isfinite(curve.d[0, lumbar]).all()
    surface = reading.analysis.kinematics.back.surface
    return bool(whole or np.isfinite(read_back(curve.u, curve.d, surface).lumbar.angle_deg[0]))
