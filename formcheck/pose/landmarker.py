"""From frames to poses."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial
from typing import Self

import cv2
import numpy as np
from numpy.typing import NDArray

from formcheck.models.store import ResolvedModel
from formcheck.pose.background import glimpse
from formcheck.pose.camera import CameraWatch
from formcheck.pose.detector import Detector
from formcheck.pose.discs import DiscWatch
from formcheck.pose.landmarks import MIRRORED, middle
from formcheck.pose.outline import edge_view, trace_outline
from formcheck.pose.picture import ActivePicture
from formcheck.pose.recorder import Pose, no_pose, with_outlines
from formcheck.pose.second_look import SecondLook
from formcheck.video.reader import Frame

__all__ = ["PoseFinder", "Sighting", "Surroundings", "outlined"]

# The background is looked at so often.
_GLIMPSE_S = 1 / 3


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
    second_look : bool
        Whether to ask a second witness now and then, see `formcheck.pose.second_look`.

    Raises
    ------
    ModelError
        If MediaPipe cannot use the bundle.
    """

    def __init__(
        self,
        model: ResolvedModel,
        *,
        mirror: bool = False,
        active: ActivePicture | None = None,
        second_look: bool = True,
    ) -> None:
        self.mirror = mirror
        self._active = active
        self._detector = Detector(model, video=True)
        self.second = SecondLook(partial(Detector, model, video=False)) if second_look else None
        self._surroundings = Surroundings()
        self._next_glimpse_s = -math.inf
        self._last_ms = -1

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Let go of MediaPipe; one that is left open complains at the end."""
        self._detector.close()
        if self.second is not None:
            self.second.close()

    def find(self, frame: Frame) -> Pose:
        """Find the lifter in the next frame; the outline is still to be found."""
        sighting = self.look(frame)
        pose = self._surroundings.add(frame, _traced(sighting, self._active, frame.time_s))
        if self.second is not None and pose.view is not None:
            pose = replace(pose, view=self.second.add(pose.view, sighting.picture))
        if frame.time_s < self._next_glimpse_s:
            return pose
        self._next_glimpse_s = frame.time_s + _GLIMPSE_S
        return replace(pose, around=glimpse(sighting.picture, sighting.mask))

    def look(self, frame: Frame) -> Sighting:
        """What MediaPipe alone finds in the next frame: most of the time that a frame takes."""
        # MediaPipe wants whole and rising milliseconds.
        self._last_ms = max(round(frame.time_s * 1000), self._last_ms + 1)
        picture = np.asarray(cv2.flip(frame.image, 1), np.uint8) if self.mirror else frame.image
        found = self._detector.detect(picture, self._last_ms)
        if found is None:
            return Sighting(picture, self.mirror, None, None)
        return Sighting(picture, self.mirror, found.landmarks, found.mask)


def outlined(sighting: Sighting) -> Pose:
    """The pose with its outline, as the frame alone shows it; no surroundings yet."""
    return with_outlines([_traced(sighting)])[0]


def _traced(
    sighting: Sighting, active: ActivePicture | None = None, time_s: float = math.nan
) -> Pose:
    """The pose, with what its outline is to be found in."""
    landmarks, mask = sighting.landmarks, sighting.mask
    if landmarks is None or mask is None:
        return no_pose()
    height, width = mask.shape
    points = landmarks[:, :2].astype(np.float64) * (width, height)
    hip, shoulder = middle(points, "hip"), middle(points, "shoulder")
    outline = trace_outline(_within(mask, active, mirror=sighting.mirror), hip, shoulder)
    view = edge_view(
        sighting.picture, outline, hip, shoulder, mirrored=sighting.mirror, time_s=time_s
    )
    if sighting.mirror:
        landmarks = _mirrored(landmarks)
    size = np.array([width, height], dtype=np.float32)
    return replace(
        no_pose(), landmarks_px=landmarks[:, :2] * size, visibility=landmarks[:, 2], view=view
    )


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
