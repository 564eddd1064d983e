"""Which way the lifter faces in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.pose.landmarks import LEFT, NOSE, RIGHT, middle
from formcheck.pose.recorder import Pose
from formcheck.vectors import cross

__all__ = ["OPENING_FRAMES", "Facing", "faces_left", "vote_facing"]

Facing = Literal["left", "right"]

# A third of a second: enough to tell left from right, and 1 % of a set's time.
OPENING_FRAMES = 10


def vote_facing(points_px: FloatArray) -> tuple[Facing, float]:
    """Decide the facing by vote: feet, face and knees, all relative to the body.

    Each vote is the signed area between a part that points up the body and one
    that points forwards, so it holds for a lifter who stands, bends or lies.

    Parameters
    ----------
    points_px : float (N, 33, 2)

    Returns
    -------
    facing : {"left", "right"}
        "right" where there is no evidence.
    agreement : float
        Share 0..1 of the evidence that agrees.
    """
    up = middle(points_px, "shoulder") - middle(points_px, "hip")
    votes = [cross(up, points_px[:, NOSE] - middle(points_px, "ear"))]
    for side in (LEFT, RIGHT):
        shank = points_px[:, side.knee] - points_px[:, side.ankle]
        votes.append(cross(shank, points_px[:, side.toe] - points_px[:, side.heel]))
        votes.append(cross(points_px[:, side.hip] - points_px[:, side.ankle], shank))
    evidence = np.concatenate(votes)
    evidence = evidence[np.isfinite(evidence)]
    total = float(np.abs(evidence).sum())
    if total == 0:
        return "right", 0.0
    share = float(evidence[evidence > 0].sum()) / total
    return ("right", share) if share >= 0.5 else ("left", 1.0 - share)


def faces_left(poses: Sequence[Pose]) -> bool:
    """Whether the lifter faces left in the picture; not so where nobody was found."""
    if not poses:
        return False
    points_px = np.stack([pose.landmarks_px for pose in poses]).astype(np.float64)
    return vote_facing(points_px)[0] == "left"
