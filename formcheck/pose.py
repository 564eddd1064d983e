"""From frames to a pose track: the only place that knows MediaPipe."""

from __future__ import annotations

from collections.abc import Callable
from itertools import chain, islice
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import InputError, ModelError
from formcheck.geometry.view import vote_facing
from formcheck.landmarks import LANDMARK_COUNT, MIRRORED, middle
from formcheck.models import ResolvedModel
from formcheck.outline import STATIONS, snap_to_edges, trace_outline
from formcheck.track import PoseTrack
from formcheck.video import Frame, Video

__all__ = ["OnFrame", "track_pose"]

OnFrame = Callable[[int], None]

# A third of a second: enough to tell left from right, and 1 % of a set's time.
_OPENING_FRAMES = 10


def track_pose(
    video: Video, model: ResolvedModel, *, max_fps: float, on_frame: OnFrame | None = None
) -> PoseTrack:
    """Find the lifter in every frame of an open clip.

    MediaPipe runs in VIDEO mode with one pose. Looking for two poses avoids its
    hidden landmark filter, but takes 1.3 to 1.8 times as long, and the landmarks
    are lost more often under plates (benchmarks/running_mode.md).

    MediaPipe sees left otherwise than right: on mirrored clips its hips moved by up
    to 0.05 trunk lengths. So it is always shown a lifter who faces right, as judged
    from the first frames, and its findings are mirrored back.

    Parameters
    ----------
    video : Video
        Open and not yet read.
    model : ResolvedModel
        A pose landmarker bundle.
    max_fps : float
        With which the clip was opened, to be recorded; 0 for all frames.
    on_frame : callable, optional
        Called after each frame with the number of frames done.

    Returns
    -------
    PoseTrack
        Of all frames, those without a person included.

    Raises
    ------
    InputError
        If the clip has no frame that can be read.
    ModelError
        If MediaPipe cannot use the bundle.
    """
    frames = iter(video)
    opening = list(islice(frames, _OPENING_FRAMES))
    mirror = _faces_left(opening, model)
    recorder = _Recorder()
    with _landmarker(model.path) as landmarker:
        for frame in chain(opening, frames):
            found = _detect(landmarker, frame, recorder.next_ms(frame), mirror=mirror)
            recorder.add(frame, *found)
            if on_frame is not None:
                on_frame(len(recorder))
    return recorder.track(video, model, max_fps)


class _Recorder:
    """Collects what is kept of each frame."""

    def __init__(self) -> None:
        self._last_ms = -1
        self._index: list[int] = []
        self._time_s: list[float] = []
        self._landmarks: list[NDArray[np.float32]] = []
        self._profiles: list[NDArray[np.float32]] = []

    def __len__(self) -> int:
        return len(self._index)

    def next_ms(self, frame: Frame) -> int:
        """Timestamp for MediaPipe, which wants whole and rising milliseconds."""
        self._last_ms = max(round(frame.time_s * 1000), self._last_ms + 1)
        return self._last_ms

    def add(
        self, frame: Frame, landmarks: NDArray[np.float32], profile: NDArray[np.float32]
    ) -> None:
        self._index.append(frame.index)
        self._time_s.append(frame.time_s)
        self._landmarks.append(landmarks)
        self._profiles.append(profile)

    def track(self, video: Video, model: ResolvedModel, max_fps: float) -> PoseTrack:
        clip = video.summary
        if not self._index:
            raise InputError(f"{clip.name} has no frame that can be read. Film it again.")
        landmarks = np.stack(self._landmarks)
        size = np.array([clip.width, clip.height], dtype=np.float32)
        return PoseTrack(
            frame=np.array(self._index, dtype=np.int64),
            time_s=np.array(self._time_s),
            landmarks_px=landmarks[:, :, :2] * size,
            visibility=landmarks[:, :, 2],
            profile=np.stack(self._profiles),
            clip=clip,
            model_name=model.name,
            model_sha256=model.sha256,
            max_fps=max_fps,
        )


def _landmarker(path: Path) -> Any:
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(path)),
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


def _faces_left(opening: list[Frame], model: ResolvedModel) -> bool:
    """Whether the lifter faces left in the first frames."""
    if not opening:
        return False
    with _landmarker(model.path) as landmarker:
        found = [
            _detect(landmarker, frame, round(frame.time_s * 1000) + i, mirror=False)[0]
            for i, frame in enumerate(opening)
        ]
    size = np.array(opening[0].image.shape[1::-1])
    return vote_facing(np.stack(found)[:, :, :2] * size)[0] == "left"


def _detect(
    landmarker: Any, frame: Frame, time_ms: int, *, mirror: bool
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Landmarks (33, 3) as shares of the picture with visibility, and profile (2, K)."""
    from mediapipe import Image, ImageFormat

    picture = np.ascontiguousarray(frame.image[:, ::-1]) if mirror else frame.image
    image = Image(image_format=ImageFormat.SRGB, data=picture)
    result = landmarker.detect_for_video(image, time_ms)
    if not result.pose_landmarks:
        return (
            np.full((LANDMARK_COUNT, 3), np.nan, np.float32),
            np.full((2, STATIONS.size), np.nan, np.float32),
        )
    pose = result.pose_landmarks[0]
    landmarks = np.array([(p.x, p.y, p.visibility) for p in pose], dtype=np.float32)
    mask = np.squeeze(result.segmentation_masks[0].numpy_view())
    height, width = mask.shape
    points = landmarks[:, :2].astype(np.float64) * (width, height)
    hip, shoulder = middle(points, "hip"), middle(points, "shoulder")
    outline = trace_outline(mask, hip, shoulder)
    profile = snap_to_edges(picture, outline, hip, shoulder).astype(np.float32)
    return (_mirrored(landmarks), profile[::-1]) if mirror else (landmarks, profile)


def _mirrored(landmarks: NDArray[np.float32]) -> NDArray[np.float32]:
    """Landmarks (33, 3), as shares of the picture, of the same body seen in a mirror."""
    mirrored: NDArray[np.float32] = landmarks[MIRRORED]
    mirrored[:, 0] = 1 - mirrored[:, 0]
    return mirrored
