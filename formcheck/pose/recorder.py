"""A pose track while it grows, frame by frame."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.background import Background, Glimpse, find_background
from formcheck.pose.discs import no_discs
from formcheck.pose.landmarks import LANDMARK_COUNT
from formcheck.pose.outline import STATIONS, EdgeView, find_edges
from formcheck.pose.track import PoseTrack
from formcheck.video.clip import ClipInfo

__all__ = ["Pose", "TrackRecorder", "in_steps", "no_pose", "with_outlines"]


# Steps in which a track is kept: a twentieth of what the edge is known to, or less, and half
# the bytes. Angles change by 0.02 degrees at most (benchmarks/pieces.md).
_STEPS = {"landmarks_px": 32, "visibility": 256, "profile": 8192, "profile_sd": 8192}

# Where it is not known of more of the frames how the camera moved, it may have.
_MOST_UNKNOWN = 0.5


@dataclass(frozen=True, eq=False)
class Pose:
    """What is kept of one frame; the body is all NaN where nobody was found.

    Attributes
    ----------
    landmarks_px : float32 (33, 2)
    visibility : float32 (33,)
    profile : float32 (2, K)
        See `formcheck.pose.outline.trace_outline`.
    profile_sd : float32 (2, K)
        See `formcheck.pose.outline.find_edges`.
    camera : float32 (3,)
        How the background moved since the frame before, see
        `formcheck.pose.camera.CameraWatch.motion`.
    cut : bool
        Whether another shot begins.
    discs : float32 (DISCS, 6)
        What may be plates, see `formcheck.pose.discs.find_discs`.
    view : EdgeView or None
        What the outline is still to be found in, see `with_outlines`.
    around : Glimpse or None
        What some of the frames show of the background.
    behind : Background or None
        The background, if it is known.
    """

    landmarks_px: NDArray[np.float32]
    visibility: NDArray[np.float32]
    profile: NDArray[np.float32]
    profile_sd: NDArray[np.float32]
    camera: NDArray[np.float32]
    cut: bool
    discs: NDArray[np.float32]
    view: EdgeView | None = None
    around: Glimpse | None = None
    behind: Background | None = None

    @property
    def found(self) -> bool:
        """Whether there is somebody."""
        return bool(np.isfinite(self.landmarks_px).all())


def no_pose() -> Pose:
    """Nobody, before a camera that stands still."""
    nowhere = np.full((2, STATIONS.size), np.nan, np.float32)
    return Pose(
        np.full((LANDMARK_COUNT, 2), np.nan, np.float32),
        np.full(LANDMARK_COUNT, np.nan, np.float32),
        nowhere,
        nowhere,
        np.zeros(3, np.float32),
        cut=False,
        discs=no_discs(),
    )


def with_outlines(poses: Sequence[Pose], *, keep_background: bool = False) -> list[Pose]:
    """The poses with the outlines that are still to be found in them.

    Where the camera stood still, they are found before the background that all of the
    poses show together, or that one of them knows; it is large, and kept only on demand.
    """
    views = [pose.view for pose in poses if pose.view is not None]
    known = next((pose.behind for pose in poses if pose.behind is not None), None)
    background = known or _background(poses)
    found = iter(zip(*find_edges(views, background), strict=True))
    kept = background if keep_background else None
    return [_outlined(_without_pictures(pose, kept), found) for pose in poses]


def _without_pictures(pose: Pose, background: Background | None) -> Pose:
    same = pose.around is None and pose.behind is background
    return pose if same else replace(pose, around=None, behind=background)


def _outlined(pose: Pose, found: Iterator[tuple[FloatArray, FloatArray]]) -> Pose:
    """The pose with the next outline, if it has one, and without its picture: it takes memory."""
    if pose.view is None:
        return pose
    profile, profile_sd = next(found)
    sides = [1, 0] if pose.view.mirrored else [0, 1]
    return replace(
        pose,
        profile=profile[sides].astype(np.float32),
        profile_sd=profile_sd[sides].astype(np.float32),
        view=None,
    )


def _background(poses: Sequence[Pose]) -> Background | None:
    """What is behind the lifter; None if the camera moved, or may have."""
    glimpses = [pose.around for pose in poses if pose.around is not None]
    sizes = {glimpse.size_px for glimpse in glimpses}
    if len(sizes) != 1 or any(pose.cut for pose in poses):
        return None
    camera = np.stack([pose.camera for pose in poses])
    unknown = np.isnan(camera).any(axis=1)
    if unknown.mean() > _MOST_UNKNOWN or camera[~unknown].any():
        return None
    return find_background(glimpses)


@dataclass
class TrackRecorder:
    """Collects poses with the number and the time of their frames."""

    index: list[int] = field(default_factory=list)
    time_s: list[float] = field(default_factory=list)
    poses: list[Pose] = field(default_factory=list)

    def __len__(self) -> int:
        return len(self.index)

    def add(self, index: int, time_s: float, pose: Pose) -> None:
        """Add a frame; its time is later than that of the one before."""
        self.index.append(index)
        self.time_s.append(time_s)
        self.poses.append(pose)

    def __getitem__(self, frames: slice) -> TrackRecorder:
        """A stretch of it, as it is now."""
        return TrackRecorder(self.index[frames], self.time_s[frames], self.poses[frames])

    def only(self, frames: Sequence[int]) -> TrackRecorder:
        """Some of them, by their places."""
        return TrackRecorder(
            [self.index[at] for at in frames],
            [self.time_s[at] for at in frames],
            [self.poses[at] for at in frames],
        )

    def outlined(self, *, keep_background: bool = False) -> TrackRecorder:
        """With the outlines that are still to be found, from the first of them on."""
        waits = (pose.view is not None or pose.around is not None for pose in self.poses)
        first = next((at for at, waiting in enumerate(waits) if waiting), len(self))
        later = with_outlines(self.poses[first:], keep_background=keep_background)
        poses = [*self.poses[:first], *later]
        return TrackRecorder(self.index, self.time_s, poses)

    def followed_by(self, other: TrackRecorder) -> TrackRecorder:
        """Both, one after the other."""
        return TrackRecorder(
            self.index + other.index, self.time_s + other.time_s, self.poses + other.poses
        )

    def since_s(self, time_s: float) -> TrackRecorder:
        """The frames from a time on."""
        return self[bisect_left(self.time_s, time_s) :]

    def until_s(self, time_s: float) -> TrackRecorder:
        """The frames before a time."""
        return self[: bisect_left(self.time_s, time_s)]

    def track(
        self, clip: ClipInfo, *, model_name: str, model_sha256: str, max_fps: float
    ) -> PoseTrack:
        """The track of all that was added, at least one frame."""
        rounded: dict[str, Any] = {
            name: in_steps(name, np.stack([getattr(pose, name) for pose in self.poses]))
            for name in _STEPS
        }
        return PoseTrack(
            **rounded,
            frame=np.array(self.index, dtype=np.int64),
            time_s=np.array(self.time_s),
            camera=np.stack([pose.camera for pose in self.poses]),
            cut=np.array([pose.cut for pose in self.poses]),
            discs=np.stack([pose.discs for pose in self.poses]),
            clip=clip,
            model_name=model_name,
            model_sha256=model_sha256,
            max_fps=max_fps,
        )


def in_steps(name: str, values: NDArray[np.float32]) -> NDArray[np.float32]:
    """One of a track's arrays, rounded to a power of two so that it compresses."""
    return np.asarray(np.round(values * _STEPS[name]) / _STEPS[name], np.float32)
