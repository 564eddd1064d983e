"""A moving camera, undone: all frames as if filmed from where the first one was."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.track import PoseTrack

__all__ = ["CameraPath", "camera_path", "in_picture", "steadied", "undone"]


# A tripod's picture is not touched: below this movement, in trunk lengths and as a zoom,
# what is found is as likely the error of finding it (labelled clips on tripods: 0.00-0.02
# and 0.013; held by hand: 0.04-0.5).
_MOVED_TRUNKS, _ZOOMED = 0.05, 0.03
# More than this, and the lifter may have left the picture's middle, or the scale is not
# that of the first frame any more: said in the report.
_MUCH_MOVED_TRUNKS, _MUCH_ZOOMED = 0.5, 0.1
# If more of the frames than this do not show how the camera moved, it is not known.
_MOST_UNKNOWN = 0.3


@dataclass(frozen=True, eq=False)
class CameraPath:
    """Where the first frame's picture went.

    Attributes
    ----------
    shift_px : float (N, 2)
        Of the picture's middle, since the shot began.
    zoom : float (N,)
        1 as in the shot's first frame.
    moved_trunks : float
        Longest way between two frames of a shot, in trunk lengths.
    known : bool
        Whether the background showed it in enough frames.
    """

    shift_px: FloatArray
    zoom: FloatArray
    moved_trunks: float
    known: bool

    @property
    def zoomed_log(self) -> float:
        """Logarithm of the largest zoom over the smallest."""
        return float(np.ptp(np.log(self.zoom)))

    @property
    def still(self) -> bool:
        """Whether there is nothing to undo."""
        return self.moved_trunks < _MOVED_TRUNKS and self.zoomed_log < _ZOOMED

    @property
    def moved_much(self) -> bool:
        """Whether the camera moved or zoomed by more than a hand does that holds it still."""
        return self.moved_trunks > _MUCH_MOVED_TRUNKS or self.zoomed_log > _MUCH_ZOOMED


def camera_path(track: PoseTrack) -> CameraPath:
    """Add up how the camera moved from frame to frame; every shot begins again."""
    motion = np.nan_to_num(track.camera.astype(np.float64))
    starts = np.flatnonzero(track.cut)
    zoom = np.exp(_since_cut(motion[:, 2:], starts))
    shift_px = zoom * _since_cut(motion[:, :2] / zoom, starts)
    trunk_px = np.hypot(*(track.shoulder_px - track.hip_px).T)
    usual_px = float(np.median(trunk_px[np.isfinite(trunk_px)])) if track.found.any() else np.nan
    shots = np.split(shift_px, starts)
    ways = [float(np.hypot(*np.ptp(shot, axis=0))) for shot in shots if len(shot)]
    unknown = float(np.isnan(track.camera[:, 0]).mean())
    return CameraPath(
        shift_px=shift_px,
        zoom=zoom[:, 0],
        moved_trunks=max(ways, default=0.0) / usual_px if usual_px > 0 else 0.0,
        known=unknown <= _MOST_UNKNOWN,
    )


def steadied(track: PoseTrack, path: CameraPath) -> PoseTrack:
    """The track as a camera that stands still would have filmed it."""
    if path.still:
        return track
    still_px = undone(track.landmarks_px, path, (track.clip.width, track.clip.height))
    return replace(track, landmarks_px=still_px.astype(np.float32))


def in_picture(
    points_px: NDArray[np.floating], path: CameraPath, clip_px: tuple[int, int]
) -> NDArray[np.floating]:
    """Steadied points (N, ..., 2) back in the pixels of their own frames."""
    if path.still:
        return points_px
    middle, zoom, shift_px = _of_each(points_px, path, clip_px)
    return np.asarray(zoom * (points_px - middle) + shift_px + middle)


def undone(
    points_px: NDArray[np.floating], path: CameraPath, clip_px: tuple[int, int]
) -> NDArray[np.floating]:
    """Points (N, ..., 2) of the frames where a camera that stands still would show them."""
    if path.still:
        return points_px
    middle, zoom, shift_px = _of_each(points_px, path, clip_px)
    return np.asarray((points_px - middle - shift_px) / zoom + middle)


def _of_each(
    points_px: NDArray[np.floating], path: CameraPath, clip_px: tuple[int, int]
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """The picture's middle, and zoom and shift in a shape that goes with points (N, ..., 2)."""
    more = (slice(None), *(None,) * (points_px.ndim - 2))
    return np.array(clip_px) / 2, path.zoom[more][..., None], path.shift_px[more]


def _since_cut(motion: FloatArray, starts: NDArray[np.intp]) -> FloatArray:
    """Motion (N, M) added up since the first frame or the last cut."""
    total = np.cumsum(motion, axis=0)
    for at in starts:
        total[at:] -= total[at]
    return total
