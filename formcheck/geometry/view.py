"""Which way the lifter faces, and whether the camera saw them from the side."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from formcheck.arrays import BoolArray, FloatArray
from formcheck.pose.facing import Facing, vote_facing
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import PoseTrack
from formcheck.vectors import cross, length, unit

__all__ = ["View", "judge_view"]

# Distance between the shoulder (hip) landmarks seen square-on, over the trunk's
# length: the 80th percentile in the front views of `labels.csv`'s clips. The
# table of all clips is in benchmarks/clips.md.
_SQUARE_ON = np.array([0.72, 0.48])
# Shoulders that part by so much more at some times than at others, as a share of square-on,
# turn over the hips, as in a sit-up with punches; in labelled clips that share varies by less.
_TWIST = 0.6

# Side views there read 4-15 degrees in lifts on the feet and up to 22 on the floor, oblique
# and front ones 52 and more; rendered lifters turned by 15 degrees read 10-14, by 50
# degrees 29-63.
YAW_DOUBTFUL_DEG = 18.0
YAW_REFUSED_DEG = 25.0


@dataclass(frozen=True)
class View:
    """How the camera saw the lifter.

    Attributes
    ----------
    facing : {"left", "right"}
        In the picture, once for the whole clip. For a lifter who lies down it
        is the way they would face if the trunk were turned upright.
    facing_agreement : float
        Share 0..1 of the evidence that agrees.
    yaw_deg : float
        Estimated turn of the lifter away from a square side view, 0..90, from
        landmarks; good to some 10 degrees. NaN when nobody was seen.
    """

    facing: Facing
    facing_agreement: float
    yaw_deg: float

    @property
    def measurable(self) -> bool:
        """Whether the back may be measured in this view."""
        return bool(self.yaw_deg <= YAW_REFUSED_DEG)

    @property
    def doubtful(self) -> bool:
        """Whether the view is turned so far that the angles are less sure."""
        return bool(self.measurable and self.yaw_deg > YAW_DOUBTFUL_DEG)


def judge_view(track: PoseTrack, frames: BoolArray) -> View:
    """Judge facing and yaw once, over the frames in which the lifter was kept."""
    side, agreement = vote_facing(track.landmarks_px[frames].astype(np.float64))
    return View(side, agreement, _yaw_deg(track, frames))


def _yaw_deg(track: PoseTrack, frames: BoolArray) -> float:
    """Yaw from how far apart the two shoulders and the two hips are seen.

    Seen across the trunk they part in a lifter who stands. In one who bends or lies they
    part along it instead, which is level in the picture: the wider of the two counts.
    """
    points = track.landmarks_px.astype(np.float64)
    trunk = track.shoulder_px - track.hip_px
    trunk_px = np.nanmedian(length(trunk)[frames]) if frames.any() else np.nan
    shoulders = points[:, LEFT.shoulder] - points[:, RIGHT.shoulder]
    hips = points[:, LEFT.hip] - points[:, RIGHT.hip]
    along = unit(trunk)
    shares = [_shares(shoulders, hips, along), np.stack([shoulders[:, 0], hips[:, 0]], axis=1)]
    widths = np.abs(np.stack(shares))[:, frames] / (trunk_px * _SQUARE_ON)
    widths = widths[:, np.isfinite(widths).all(axis=(0, 2))]
    if widths.size == 0:
        return float("nan")
    both = widths[..., 1] if _twists(widths) else widths.mean(axis=-1)
    return float(np.degrees(np.arcsin(min(1.0, float(np.median(both, axis=1).max())))))


def _shares(shoulders: FloatArray, hips: FloatArray, along: FloatArray) -> FloatArray:
    """How far shoulders and hips part across the trunk, float (N, 2)."""
    return np.stack([cross(along, shoulders), cross(along, hips)], axis=1)


def _twists(widths: FloatArray) -> bool:
    """Whether the shoulders turn again and again over hips that are seen from the side.

    Parameters
    ----------
    widths : float (2, N, 2)
        Across the trunk and level, of shoulders and hips, as shares of square-on.
    """
    low, high = np.percentile(widths[..., 0], [10, 90], axis=1)
    hips = float(np.median(widths[..., 1], axis=1).max())
    return bool((high - low).max() > _TWIST and hips < np.sin(np.radians(YAW_DOUBTFUL_DEG)))
