"""From frames to poses and tracks: the only place that knows MediaPipe."""

from __future__ import annotations

import math
import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any, Self

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.errors import InputError, ModelError
from formcheck.models.store import ResolvedModel
from formcheck.pose.background import glimpse
from formcheck.pose.camera import CameraWatch
from formcheck.pose.discs import DiscWatch
from formcheck.pose.facing import vote_facing
from formcheck.pose.landmarks import MIRRORED, middle
from formcheck.pose.outline import edge_view, trace_outline
from formcheck.pose.picture import ActivePicture, active_picture
from formcheck.pose.pieces import Finder, find_in_pieces, piece_begins_s
from formcheck.pose.recorder import Pose, no_pose, with_outlines
from formcheck.pose.rests import filled
from formcheck.pose.track import PoseTrack
from formcheck.video.reader import Frame, Video

__all__ = [
    "OPENING_FRAMES",
    "OnFrame",
    "PoseFinder",
    "Sighting",
    "Surroundings",
    "faces_left",
    "outlined",
    "track_pose",
]

OnFrame = Callable[[int], None]

# A third of a second: enough to tell left from right, and 1 % of a set's time.
OPENING_FRAMES = 10
# The background is looked at so often.
_GLIMPSE_S = 1 / 3
# Bars are the same in all of them.
_BARS_EVERY = 4

# MediaPipe reports its use to Google over https: versions, times, counts of frames. With
# no certificate that it could trust, it breaks the connection off before the report
# (docs/security.md).
_TRUSTED = os.devnull


def track_pose(
    video: Video,
    model: ResolvedModel,
    *,
    max_fps: float,
    mirror: bool | None = None,
    pieces: bool = True,
    jobs: int = 1,
    on_frame: OnFrame | None = None,
) -> tuple[PoseTrack, bool]:
    """Find the lifter in every frame of an open clip.

    Parameters
    ----------
    video : Video
        Open and not yet read.
    model : ResolvedModel
        A pose landmarker bundle.
    max_fps : float
        With which the clip was opened, to be recorded; 0 for all frames.
    mirror : bool, optional
        Whether MediaPipe is shown the mirrored picture; judged from the opening if not given.
    pieces : bool
        Whether a long clip may be read in pieces, see `formcheck.pose.pieces`.
    jobs : int
        Most pieces at once; the track does not depend on it.
    on_frame : callable, optional
        Called after each frame with the number of frames done.

    Returns
    -------
    track : PoseTrack
        Of all frames, those without a person included.
    mirrored : bool
        Whether MediaPipe was shown the mirrored picture.

    Raises
    ------
    InputError
        If the clip has no frame that can be read.
    ModelError
        If MediaPipe cannot use the bundle.
    SeekError
        If the clip cannot be read in pieces.
    """
    frames = iter(video)
    opening = list(islice(frames, OPENING_FRAMES))
    active = active_picture([f.image for f in opening[::_BARS_EVERY]]) if opening else None
    look = partial(PoseFinder, model, active=active)
    first: Finder
    if mirror is None:
        first, mirror = _begin(opening, look)
    else:
        first = look(mirror=mirror)
    recorder = find_in_pieces(
        video,
        opening,
        frames,
        piece_begins_s(video.stretches_s if pieces and opening else None, video.rests),
        first,
        look=partial(look, mirror=mirror),
        jobs=jobs,
        on_frame=on_frame,
    )
    clip = video.summary
    if not len(recorder):
        raise InputError(f"{clip.name} has no frame that can be read. Film it again.")
    track = recorder.track(clip, model_name=model.name, model_sha256=model.sha256, max_fps=max_fps)
    rests = video.rests
    return filled(track, video.times_s) if rests and rests.busy_s else track, mirror


def _begin(opening: Sequence[Frame], look: Callable[..., PoseFinder]) -> tuple[Finder, bool]:
    """A finder for the whole clip, and whether it is shown the mirrored picture.

    One that turns out to be right goes on: the opening is not looked at twice.
    """
    finder = look(mirror=False)
    poses = [finder.find(frame) for frame in opening]
    if not faces_left(poses):
        return _Begun(finder, poses), False
    finder.close()
    return look(mirror=True), True


class _Begun:
    """A finder that has seen some frames already, and is now asked about them."""

    def __init__(self, finder: PoseFinder, poses: Sequence[Pose]) -> None:
        self._finder, self._poses = finder, deque(poses)

    def find(self, frame: Frame) -> Pose:
        """Find the lifter in the next frame."""
        return self._poses.popleft() if self._poses else self._finder.find(frame)

    def close(self) -> None:
        """Let go of MediaPipe."""
        self._finder.close()


def faces_left(poses: Sequence[Pose]) -> bool:
    """Whether the lifter faces left in the picture; not so where nobody was found."""
    if not poses:
        return False
    points_px = np.stack([pose.landmarks_px for pose in poses]).astype(np.float64)
    return vote_facing(points_px)[0] == "left"


@dataclass(frozen=True, eq=False)
class Sighting:
    """What MediaPipe found in a frame, before the outline is traced.

    Attributes
    ----------
    picture : uint8 (H, W, 3)
        As MediaPipe was shown it.
    mirror : bool
        Whether that is the mirrored frame.
    landmarks : float32 (33, 3) or None
        Place in shares of the picture, and visibility; None where nobody was found.
    mask : float32 (H, W) or None
        How surely each pixel is the lifter.
    """

    picture: NDArray[np.uint8]
    mirror: bool
    landmarks: NDArray[np.float32] | None
    mask: NDArray[np.float32] | None


class Surroundings:
    """Follows what is around the lifter from frame to frame: discs, and the camera."""

    def __init__(self) -> None:
        self._camera, self._discs = CameraWatch(), DiscWatch()

    def add(self, frame: Frame, pose: Pose) -> Pose:
        """The pose of the next frame, with its discs and the camera's motion."""
        points_px = pose.landmarks_px.astype(np.float64)
        discs = self._discs.find(frame.image, points_px, frame.time_s)
        camera, cut = self._camera.motion(frame.image, points_px, discs)
        return replace(pose, camera=camera.astype(np.float32), cut=cut, discs=discs)


class PoseFinder:
    """Finds the lifter frame by frame; a context manager.

    MediaPipe runs in VIDEO mode with one pose. Looking for two poses avoids its
    hidden landmark filter, but takes 1.3 to 1.8 times as long, and the landmarks
    are lost more often under plates (benchmarks/running_mode.md).

    MediaPipe sees left otherwise than right: on mirrored clips its hips moved by up
    to 0.05 trunk lengths. So it is to be shown a lifter who faces right, as judged
    from the first frames (see `faces_left`), and its findings are mirrored back.

    Parameters
    ----------
    model : ResolvedModel
        A pose landmarker bundle.
    mirror : bool
        Whether MediaPipe is shown the mirrored picture.
    active : ActivePicture, optional
        The part of the frames that shows the scene; all of it without. What ends where
        it ends has no outline.

    Raises
    ------
    ModelError
        If MediaPipe cannot use the bundle.
    """

    def __init__(
        self, model: ResolvedModel, *, mirror: bool = False, active: ActivePicture | None = None
    ) -> None:
        self.mirror = mirror
        self._active = active
        self._landmarker = _landmarker(model.path)
        self._surroundings = Surroundings()
        self._next_glimpse_s = -math.inf
        self._last_ms = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of MediaPipe; one that is left open complains at the end."""
        self._landmarker.close()

    def find(self, frame: Frame) -> Pose:
        """Find the lifter in the next frame; the outline is still to be found."""
        sighting = self.look(frame)
        pose = self._surroundings.add(frame, _traced(sighting, self._active))
        if frame.time_s < self._next_glimpse_s:
            return pose
        self._next_glimpse_s = frame.time_s + _GLIMPSE_S
        return replace(pose, around=glimpse(sighting.picture, sighting.mask))

    def look(self, frame: Frame) -> Sighting:
        """What MediaPipe alone finds in the next frame: most of the time that a frame takes."""
        from mediapipe import Image, ImageFormat

        # MediaPipe wants whole and rising milliseconds.
        self._last_ms = max(round(frame.time_s * 1000), self._last_ms + 1)
        picture = np.asarray(cv2.flip(frame.image, 1), np.uint8) if self.mirror else frame.image
        result = self._landmarker.detect_for_video(
            Image(image_format=ImageFormat.SRGB, data=picture), self._last_ms
        )
        if not result.pose_landmarks:
            return Sighting(picture, self.mirror, None, None)
        pose = result.pose_landmarks[0]
        landmarks = np.array([(p.x, p.y, p.visibility) for p in pose], dtype=np.float32)
        # MediaPipe takes the memory back with its result.
        mask = np.squeeze(result.segmentation_masks[0].numpy_view()).copy()
        return Sighting(picture, self.mirror, landmarks, mask)


def outlined(sighting: Sighting) -> Pose:
    """The pose with its outline, as the frame alone shows it; no surroundings yet."""
    return with_outlines([_traced(sighting)])[0]


def _traced(sighting: Sighting, active: ActivePicture | None = None) -> Pose:
    """The pose, with what its outline is to be found in."""
    landmarks, mask = sighting.landmarks, sighting.mask
    if landmarks is None or mask is None:
        return no_pose()
    height, width = mask.shape
    points = landmarks[:, :2].astype(np.float64) * (width, height)
    hip, shoulder = middle(points, "hip"), middle(points, "shoulder")
    outline = trace_outline(_within(mask, active, mirror=sighting.mirror), hip, shoulder)
    view = edge_view(sighting.picture, outline, hip, shoulder, mirrored=sighting.mirror)
    if sighting.mirror:
        landmarks = _mirrored(landmarks)
    size = np.array([width, height], dtype=np.float32)
    return replace(
        no_pose(), landmarks_px=landmarks[:, :2] * size, visibility=landmarks[:, 2], view=view
    )


def _base_options(path: Path) -> Any:
    from mediapipe.tasks.python import BaseOptions

    class Unreported(BaseOptions):  # type: ignore[misc]
        def to_ctypes(self) -> Any:
            options = super().to_ctypes()
            options.ca_bundle_path = _TRUSTED.encode()
            return options

    return Unreported(model_asset_path=str(path))


def _landmarker(path: Path) -> Any:
    from mediapipe.tasks.python import vision

    options = vision.PoseLandmarkerOptions(
        base_options=_base_options(path),
        running_mode=vision.RunningMode.VIDEO,
        num_poses=1,
        output_segmentation_masks=True,
    )
    try:
        return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"MediaPipe cannot use the pose model {path}: {str(error).splitlines()[0]}"
        ) from error


def _within(
    mask: NDArray[np.float32], active: ActivePicture | None, *, mirror: bool
) -> NDArray[np.float32]:
    """The mask with nothing known outside of the scene."""
    height, width = mask.shape
    if active is None or active.whole(width, height):
        return mask
    left, top, right, bottom = active
    if mirror:
        left, right = width - right, width - left
    known = np.full_like(mask, np.nan)
    known[top:bottom, left:right] = mask[top:bottom, left:right]
    return known


def _mirrored(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Landmarks (33, 3), as shares of the picture, of the same body seen in a mirror."""
    mirrored: NDArray[np.float32] = landmarks[MIRRORED]
    mirrored[:, 0] = 1 - mirrored[:, 0]
    return mirrored
