"""The end of the bar: which of the discs near the hands is the plate that is lifted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.signals import fill_gaps, running_median, runs
from formcheck.geometry.steady import CameraPath, undone
from formcheck.pose.discs import CLEAR_RIM
from formcheck.pose.landmarks import LEFT, RIGHT, Joint, middle
from formcheck.pose.track import PoseTrack
from formcheck.vectors import length

__all__ = ["Plate", "PlateDoubt", "follow_plate", "no_plate"]

_At = tuple[NDArray[np.intp], NDArray[np.intp]]
PlateDoubt = Literal["", "no-disc", "unclear", "not-lifted", "head"]

# What a bar keeps its place against: hands that hold it, shoulders that carry it. Wrists that
# a plate hides are lost in squats.
_HOLDERS: tuple[Joint, ...] = ("wrist", "shoulder")
_PREFERRED = 0.8
# Widths of the vote for the plate: its place against the hands in trunk lengths, and the
# logarithm of its size. Wrists behind a plate are off by a tenth of a trunk and more.
_PLACE, _SIZE = 0.15, 0.08
# More votes than these bring nothing; they are taken evenly from the clip.
_MOST_VOTES = 800
# A frame votes as the hands move, in trunk lengths a second: what lies still beside hands
# that rest is no bar.
_FULL_VOTE = 1.0
_MOVED_FRAMES = 9
# One plate keeps its size: discs that differ by more are others, but for its own rings.
_SAME_SIZE, _RING = 0.10, 0.5
_SAME_MIDDLE = 0.1
# How far a disc may lie from where the plate is around that moment, in trunk lengths.
_OFF_COURSE = 0.25
_COURSE_S = 1.0
# Alone for less than this, it may be anything.
_LEAST_RUN_S = 0.1
# In a single frame less of the rim than of a clear one (`CLEAR_RIM`) will do, where size and
# place are right.
_LEAST_OF_FRAME = 0.4
# Of the frames in which the hands move, in this share at least.
_LEAST_FOUND = 0.5
# It rises as the hands do: correlation, and by how much as a share of theirs. Wrists under
# a bar on the back are the worst (benchmarks/bar.md).
_LEAST_TOGETHER, _GAIN = 0.8, (0.6, 2.0)
# Heads are as round as small plates. They are this small and this near the ears, in trunk
# lengths.
_HEAD_SIZE, _HEAD_NEAR = 0.36, 0.4
# The rim is the largest ring that so much of the support names.
_RIM_SHARE = 0.25
# Rings further apart than this are not one.
_RIM_WIDTH = 0.04


@dataclass(frozen=True, eq=False)
class Plate:
    """The near end of the bar.

    Attributes
    ----------
    centre_px : float (N, 2)
        As by a camera that stands still; NaN where the plate was not found.
    sd_px : float (N,)
        Standard deviation of each.
    radius_px : float
        Half the height of its rim; NaN without a plate.
    radius_sd_px : float
        Of what the frames say about it.
    flatness : float
        Width over height: the cosine of the angle at which the camera sees it.
    one_rim : bool
        Whether all frames agree on the ring that is the rim.
    doubt : {"", "no-disc", "unclear", "not-lifted", "head"}
        Why there is none; empty where there is.
    """

    centre_px: FloatArray
    sd_px: FloatArray
    radius_px: float
    radius_sd_px: float
    flatness: float
    one_rim: bool
    doubt: PlateDoubt

    @property
    def found(self) -> BoolArray:
        """Frames in which it was found, bool (N,)."""
        return np.asarray(np.isfinite(self.sd_px))


def no_plate(count: int, doubt: PlateDoubt = "no-disc") -> Plate:
    """No plate in so many frames."""
    nowhere = np.full((count, 2), np.nan)
    return Plate(nowhere, nowhere[:, 0], np.nan, np.nan, np.nan, one_rim=False, doubt=doubt)


def follow_plate(
    track: PoseTrack, steady_px: FloatArray, path: CameraPath, trunk_px: float
) -> Plate:
    """Follow the plate through a clip.

    The discs of all frames in which the hands move vote for a size and a place against
    the hands; plates on the floor and in racks, and limbs, keep neither. Of each frame the
    disc that suits best is taken, if it lies on the course of its neighbours.

    Parameters
    ----------
    track : PoseTrack
    steady_px : float (N, 33, 2)
        Smoothed landmarks as by a camera that stands still.
    path : CameraPath
    trunk_px : float
    """
    count = len(track)
    elected = [
        (discs, *_elected(discs))
        for discs in (_Discs(track, steady_px, path, trunk_px, joint) for joint in _HOLDERS)
        if discs.weight.any()
    ]
    if not elected:
        return no_plate(count)
    best = max(range(len(elected)), key=lambda i: elected[i][3] * _PREFERRED**i)
    discs, place, size, _ = elected[best]
    chosen = _chosen(discs, place, size)
    if not (chosen >= 0).any():
        return no_plate(count)
    picked = np.flatnonzero(chosen >= 0)
    at = picked, chosen[picked]
    if doubt := _doubt(discs, steady_px, picked, at):
        return no_plate(count, doubt)
    centre_px, sd_px = np.full((count, 2), np.nan), np.full(count, np.nan)
    centre_px[picked] = discs.centre_px[at]
    sd_px[picked] = discs.sd_px[at]
    rim, rim_sd, one_rim = _rim(discs, picked, centre_px[picked])
    return Plate(
        centre_px=centre_px,
        sd_px=sd_px,
        radius_px=float(np.exp(rim) * trunk_px),
        radius_sd_px=float(np.exp(rim) * trunk_px * rim_sd),
        flatness=min(1.0, float(np.median(discs.flatness[at]))),
        one_rim=one_rim,
        doubt="",
    )


class _Discs:
    """Discs (N, K) as by a camera that stands still, against hands and trunk."""

    def __init__(
        self,
        track: PoseTrack,
        steady_px: FloatArray,
        path: CameraPath,
        trunk_px: float,
        holder: Joint,
    ) -> None:
        found = track.discs.astype(np.float64)
        zoom = path.zoom[:, None] if not path.still else 1.0
        self.time_s, self.trunk_px = track.time_s, trunk_px
        self.centre_px = np.asarray(
            undone(found[..., :2], path, (track.clip.width, track.clip.height))
        )
        self.sd_px = found[..., 5] / zoom
        self.support = np.nan_to_num(found[..., 4])
        self.flatness = found[..., 2] / found[..., 3]
        self.log_size = np.log(found[..., 3] / zoom / trunk_px)
        self.holder_px = middle(steady_px, holder)
        self.offset = (self.centre_px - self.holder_px[:, None]) / trunk_px
        self.moving = _moving(track.time_s, self.holder_px[:, 1] / trunk_px)
        known = np.isfinite(self.offset).all(axis=2) & np.isfinite(self.log_size)
        height = np.exp(np.where(known, self.log_size, 0.0))
        self.weight = np.where(known, self.support * np.sqrt(height) * self.moving[:, None], 0.0)
        self.known = known


def _moving(time_s: FloatArray, height: FloatArray) -> FloatArray:
    """How much the hands move around each frame, 0 to 1."""
    if len(time_s) < _MOVED_FRAMES:
        return np.zeros(len(time_s))
    speed = np.nan_to_num(np.abs(np.gradient(height, time_s)))
    around = np.ones(_MOVED_FRAMES) / _MOVED_FRAMES
    return np.convolve(np.minimum(speed / _FULL_VOTE, 1.0), around, "same")


def _elected(discs: _Discs) -> tuple[FloatArray, float, float]:
    """Place against the holder and logarithm of the size with the most votes, and their share."""
    voting = np.nonzero(discs.weight > 0)
    votes = np.column_stack([discs.offset[voting] / _PLACE, discs.log_size[voting] / _SIZE])
    weight = discs.weight[voting]
    some = slice(None, None, max(1, len(votes) // _MOST_VOTES))
    sample = votes[some]
    squares = (sample**2).sum(axis=1)
    apart = squares[:, None] + squares - 2 * sample @ sample.T
    share = np.exp(-apart / 2) @ weight[some] / weight[some].sum()
    mode = sample[int(share.argmax())]
    for _ in range(5):
        near = weight * np.exp(-((votes - mode) ** 2).sum(axis=1) / 2)
        mode = near @ votes / near.sum()
    return mode[:2] * _PLACE, float(mode[2] * _SIZE), float(share.max())


def _chosen(discs: _Discs, place: FloatArray, size: float) -> NDArray[np.intp]:
    """Which disc of each frame is the plate, int (N,); -1 for none."""
    like = np.exp(-0.5 * ((discs.log_size - size) / _SAME_SIZE) ** 2)
    off = length(discs.offset - place)
    first = _best(discs, like * np.exp(-0.5 * (off / 0.5) ** 2))
    at = np.arange(len(first)), first
    course = np.where((first >= 0)[:, None], discs.offset[at], np.nan)
    if not (first >= 0).any():
        return first
    time_s = discs.time_s
    course = np.stack(
        [running_median(time_s, fill_gaps(time_s, c, _COURSE_S), _COURSE_S) for c in course.T],
        axis=1,
    )
    course = np.where(np.isfinite(course), course, place)
    off = length(discs.offset - course[:, None])
    ring = (np.abs(discs.log_size - size) < _RING) & (off < _SAME_MIDDLE)
    clear = discs.support >= _LEAST_OF_FRAME
    second = _best(discs, np.maximum(like * (off < _OFF_COURSE), 0.5 * ring) * clear)
    for start, stop in runs(second >= 0):
        if time_s[stop - 1] - time_s[start] < _LEAST_RUN_S:
            second[start:stop] = -1
    return second


def _best(discs: _Discs, suits: FloatArray) -> NDArray[np.intp]:
    value = np.where(discs.known, discs.support * np.nan_to_num(suits), 0.0)
    best = value.argmax(axis=1)
    return np.asarray(np.where(value.max(axis=1) > 0.15, best, -1), np.intp)


def _doubt(discs: _Discs, steady_px: FloatArray, picked: NDArray[np.intp], at: _At) -> PlateDoubt:
    """Why the disc that was followed is no plate; empty where it is one."""
    moving = discs.moving > 0.2 * discs.moving.max()
    support = discs.support[at]
    if np.median(support) < CLEAR_RIM:
        return "unclear"
    if np.isin(np.flatnonzero(moving), picked).mean() < _LEAST_FOUND:
        return "unclear"
    height = -discs.centre_px[at][:, 1]
    held = -discs.holder_px[picked, 1]
    gain = float(height.std() / max(held.std(), 1e-9))
    together = float(np.corrcoef(height, held)[0, 1]) if height.std() > 0 else 0.0
    if not (together >= _LEAST_TOGETHER and _GAIN[0] <= gain <= _GAIN[1]):
        return "not-lifted"
    ears = (steady_px[picked, LEFT.ear] + steady_px[picked, RIGHT.ear]) / 2
    near = length(discs.centre_px[at] - ears) / discs.trunk_px
    small = np.exp(np.median(discs.log_size[at])) < _HEAD_SIZE
    return "head" if small and np.median(near) < _HEAD_NEAR else ""


def _rim(
    discs: _Discs, picked: NDArray[np.intp], centre_px: FloatArray
) -> tuple[float, float, bool]:
    """Logarithm of the size of the outermost ring, its deviation, and whether there is one."""
    near = length(discs.centre_px[picked] - centre_px[:, None]) < _SAME_MIDDLE * discs.trunk_px
    log_size, support = discs.log_size[picked][near], discs.support[picked][near]
    grid = np.arange(log_size.min() - 0.1, log_size.max() + 0.1, 0.01)
    dense = np.exp(-0.5 * ((grid[:, None] - log_size) / 0.02) ** 2) @ support
    tops = np.flatnonzero((dense[1:-1] >= dense[:-2]) & (dense[1:-1] > dense[2:])) + 1
    seen = np.array([support[np.abs(log_size - grid[top]) < _RIM_WIDTH].sum() for top in tops])
    rings = grid[tops[seen >= _RIM_SHARE * seen.max()]]
    value = float(rings[-1])
    for _ in range(3):  # the last of several tops may be the noise of the same ring
        on = np.abs(log_size - value) < _RIM_WIDTH
        value = float(np.median(log_size[on]))
    spread = 1.4826 * float(np.median(np.abs(log_size[on] - value)))
    return value, spread, bool((rings[-1] - rings[:-1] < _RIM_WIDTH).all())
