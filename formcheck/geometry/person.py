"""Frames in which the landmarks are those of one and the same plausible body."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.pose.track import PoseTrack
from formcheck.vectors import length

__all__ = ["TRUNK_PER_STATURE", "Lifter", "follow_lifter"]

# Hip to shoulder over stature (Drillis & Contini 1966: 0.818 - 0.530).
TRUNK_PER_STATURE = 0.288

# A trunk seen from the side keeps its length; one that reads this much shorter
# or longer than the clip's median is turned to the camera or misplaced.
_TRUNK_RATIO = (0.6, 1.5)

# Between two analysed frames a body moves less than this, in trunk lengths:
# a dropped squat falls some 2 trunk lengths a second.
_JUMP_TRUNKS = 0.6
_JUMP_TRUNKS_PER_S = 5.0
_SCALE_JUMP = 1.35

# Landmarks that settle on the lifter at the start of a clip, or leave them for a
# moment, take little of its time; another person takes more.
_MAIN_SHARE = 0.8


@dataclass(frozen=True, eq=False)
class Lifter:
    """Where in the track the lifter is.

    Attributes
    ----------
    frames : bool (N,)
        Frames that show the lifter with a plausible body.
    share : float
        Share 0..1 of the frames with a person that belong to the lifter; shots that show
        nothing of them as they are in the main one do not count.
    in_shot : bool (N,)
        Frames of the shots that show the lifter.
    shots_left_out : int
        How many shots do not.
    trunk_px : float
        Median distance hip→shoulder in those frames; NaN without any.
    """

    frames: BoolArray
    share: float
    in_shot: BoolArray
    shots_left_out: int
    trunk_px: float

    @property
    def one_person(self) -> bool:
        """Whether the pose stayed on one person well enough to go on."""
        return bool(self.share >= _MAIN_SHARE)


def follow_lifter(track: PoseTrack) -> Lifter:
    """Cut the track where the pose jumps and keep the stretch that lasts longest.

    Stretches that start where the lifter was before, at the same size, belong
    to the lifter too: a pose that was lost for a moment and came back. A cut to another
    shot ends a stretch; a shot that shows the lifter elsewhere or in another size, a
    close-up for example, is left out.
    """
    hip, trunk = track.hip_px, length(track.shoulder_px - track.hip_px)
    found = track.found & (trunk > 0)
    if not found.any():
        return Lifter(found, 0.0, np.ones_like(found), 0, float("nan"))
    shot = np.cumsum(track.cut, dtype=np.int64)
    pieces = _pieces(track.time_s, hip, trunk, found, shot)
    main = max(pieces, key=lambda piece: piece.size)
    kept = np.zeros(len(track), dtype=np.bool_)
    reach_px = 1.5 * float(np.median(trunk[main]))
    for piece in pieces:
        if _same_body(piece, main, hip, trunk, reach_px):
            kept[piece] = True
    with_lifter = np.isin(shot, np.unique(shot[kept]))
    share = float(kept.sum() / (found & with_lifter).sum())
    shots_left_out = len(np.unique(shot[found & ~with_lifter]))
    trunk_px = float(np.median(trunk[kept]))
    ratio = trunk / trunk_px
    with np.errstate(invalid="ignore"):
        kept &= (ratio > _TRUNK_RATIO[0]) & (ratio < _TRUNK_RATIO[1])
    return Lifter(kept, share, with_lifter, shots_left_out, trunk_px)


def _pieces(
    time_s: FloatArray,
    hip: FloatArray,
    trunk: FloatArray,
    found: BoolArray,
    shot: NDArray[np.integer],
) -> list[NDArray[np.intp]]:
    """Indices of the stretches between jumps and cuts, frames without a person left out."""
    index = np.flatnonzero(found)
    gap_s = np.diff(time_s[index])
    moved = length(np.diff(hip[index], axis=0)) / np.minimum(trunk[index][1:], trunk[index][:-1])
    scale = np.abs(np.log(trunk[index][1:] / trunk[index][:-1]))
    far = moved > np.maximum(_JUMP_TRUNKS, _JUMP_TRUNKS_PER_S * gap_s)
    cut = far | ((scale > np.log(_SCALE_JUMP)) & (moved > _JUMP_TRUNKS / 2))
    cut |= np.diff(shot[index]) > 0
    return np.split(index, np.flatnonzero(cut) + 1)


def _same_body(
    piece: NDArray[np.intp],
    main: NDArray[np.intp],
    hip: FloatArray,
    trunk: FloatArray,
    reach_px: float,
) -> bool:
    """Whether a stretch joins the main one in place and in size."""
    ratio = float(np.median(trunk[piece]) / np.median(trunk[main]))
    if not 1 / _SCALE_JUMP < ratio < _SCALE_JUMP:
        return False
    nearest = main[np.abs(main - piece[len(piece) // 2]).argmin()]
    distances = length(hip[piece] - hip[nearest])
    return bool(distances.min() < reach_px)
