"""MediaPipe's pose model on pictures: the only place that knows MediaPipe."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import ModelError
from formcheck.models.store import ResolvedModel

__all__ = ["Detection", "Detector"]

# MediaPipe reports its use to Google over https: versions, times, counts of frames. With
# no certificate that it could trust, it breaks the connection off before the report
# (docs/security.md).
_TRUSTED = os.devnull


@dataclass(frozen=True, eq=False)
class Detection:
    """Somebody in a picture.

    Attributes
    ----------
    landmarks : float32 (33, 3)
        Place in shares of the picture, and visibility.
    mask : float32 (H, W)
        How surely each pixel is the person.
    """

    landmarks: NDArray[np.float32]
    mask: NDArray[np.float32]


class Detector:
    """A pose landmarker.

    Parameters
    ----------
    model : ResolvedModel
        A pose landmarker bundle.
    video : bool
        Whether the pictures follow each other, so that what was found in one helps with the
        next: faster, and steadier. Each stands alone otherwise.

    Raises
    ------
    ModelError
        If MediaPipe cannot use the bundle.
    """

    def __init__(self, model: ResolvedModel, *, video: bool) -> None:
        self._video = video
        self._landmarker = _landmarker(model.path, video=video)

    def close(self) -> None:
        """Let go of MediaPipe; one that is left open complains at the end."""
        self._landmarker.close()

    def detect(self, picture: NDArray[np.uint8], time_ms: int = 0) -> Detection | None:
        """Find a person.

        Parameters
        ----------
        picture : uint8 (H, W, 3)
        time_ms : int
            Of pictures that follow each other: rising.

        Returns
        -------
        Detection or None
            None where nobody is found.
        """
        from mediapipe import Image, ImageFormat

        image = Image(image_format=ImageFormat.SRGB, data=picture)
        result = (
            self._landmarker.detect_for_video(image, time_ms)
            if self._video
            else self._landmarker.detect(image)
        )
        if not result.pose_landmarks:
            return None
        pose = result.pose_landmarks[0]
        landmarks = np.array([(p.x, p.y, p.visibility) for p in pose], dtype=np.float32)
        # MediaPipe takes the memory back with its result.
        return Detection(landmarks, np.squeeze(result.segmentation_masks[0].numpy_view()).copy())


def _landmarker(path: Path, *, video: bool) -> Any:
    from mediapipe.tasks.python import vision

    options = vision.PoseLandmarkerOptions(
        base_options=_base_options(path),
        running_mode=vision.RunningMode.VIDEO if video else vision.RunningMode.IMAGE,
        num_poses=1,
        output_segmentation_masks=True,
    )
    try:
        return vision.PoseLandmarker.create_from_options(options)
    except (RuntimeError, ValueError) as error:
        raise ModelError(
            f"MediaPipe cannot use the pose model {path}: {str(error).splitlines()[0]}"
        ) from error


def _base_options(path: Path) -> Any:
    from mediapipe.tasks.python import BaseOptions

    class Unreported(BaseOptions):  # type: ignore[misc]
        def to_ctypes(self) -> Any:
            options = super().to_ctypes()
            options.ca_bundle_path = _TRUSTED.encode()
            return options

    return Unreported(model_asset_path=str(path))
