"""The lifter's face, made unrecognisable."""

from __future__ import annotations

import cv2
import numpy as np

from formcheck.arrays import BoolArray, FloatArray, Picture
from formcheck.geometry.person import Lifter
from formcheck.pose.track import PoseTrack

__all__ = ["FaceBlur"]

_FACE_LANDMARKS = 11  # nose, eyes, ears, mouth come first
# Ear to nose seen from the side is half a head; in trunk lengths a head is some 0.45
# high. The larger of the two, with a margin: a face half covered is not covered.
_RADIUS_PER_SPREAD = 2.0
_RADIUS_PER_TRUNK = 0.26
_BLOCKS = 5  # across the face


# A dropped squat falls some 2 trunk lengths a second: a quarter of one from a known place the
# doubled radius still covers the face.
_LONGEST_GUESS_S = 0.5


class FaceBlur:
    """Covers the lifter's face in every frame of a track.

    Where the pose is lost, or sits on somebody else, the face is taken to be between its
    last and its next known place, and larger. Where that is a guess, as it takes long, or
    as no one lifter can be told, the whole picture is covered; `hidden` tells when.

    Parameters
    ----------
    track : PoseTrack
    lifter : Lifter
        Where in the track the lifter is.

    Attributes
    ----------
    hidden : tuple of (float, float)
        Start and end [s] of the stretches in which the whole picture is covered.
    """

    def __init__(self, track: PoseTrack, lifter: Lifter) -> None:
        face = track.landmarks_px[:, :_FACE_LANDMARKS].astype(np.float64)
        self._centre_px = face.mean(axis=1)
        trunk_px = np.hypot(*(track.shoulder_px - track.hip_px).T)
        spread_px = np.hypot(*(face - self._centre_px[:, None]).transpose(2, 0, 1)).max(axis=1)
        self._radius_px = np.maximum(_RADIUS_PER_SPREAD * spread_px, _RADIUS_PER_TRUNK * trunk_px)
        known = np.isfinite(self._radius_px) & lifter.frames & lifter.one_person
        if known.any():
            known_s = track.time_s[known]
            for values in (*self._centre_px.T, self._radius_px):
                values[:] = np.interp(track.time_s, known_s, values[known])
            self._radius_px[~known] *= 2
        self._radius_px[_guessed(track.time_s, known)] = np.nan
        self.hidden = _stretches(track.time_s, np.isnan(self._radius_px))

    def cover(self, picture: Picture, at: int) -> None:
        """Cover the face of frame `at` in place.

        Parameters
        ----------
        picture : uint8 (H, W, 3)
            Of the size that was tracked.
        at : int
            Index into the track.
        """
        if not np.isfinite(self._radius_px[at]):
            picture[:] = _coarse(picture, _BLOCKS)
            return
        height, width = picture.shape[:2]
        radius = self._radius_px[at]
        low = np.floor(self._centre_px[at] - radius).astype(int)
        high = np.ceil(self._centre_px[at] + radius).astype(int)
        x0, y0 = np.clip(low, 0, (width, height))
        x1, y1 = np.clip(high, 0, (width, height))
        if x1 <= x0 or y1 <= y0:
            return
        part = picture[y0:y1, x0:x1]
        mask = np.zeros(part.shape[:2], np.uint8)
        middle = self._centre_px[at] - (x0, y0)
        cv2.circle(mask, tuple(np.rint(middle).astype(int).tolist()), int(radius), 255, -1)
        part[mask > 0] = _coarse(part, _BLOCKS)[mask > 0]


def _guessed(time_s: FloatArray, known: BoolArray) -> BoolArray:
    """Frames between two known ones that are too far apart for what lies between."""
    if not known.any():
        return np.ones(len(time_s), np.bool_)
    known_s = time_s[known]
    at = np.clip(np.searchsorted(known_s, time_s), 0, known_s.size - 1)
    after_s = np.abs(known_s[at] - time_s)
    before_s = np.abs(time_s - known_s[np.maximum(at - 1, 0)])
    return np.asarray(~known & (after_s + before_s > _LONGEST_GUESS_S))


def _stretches(time_s: FloatArray, inside: BoolArray) -> tuple[tuple[float, float], ...]:
    edges = np.flatnonzero(np.diff(np.r_[False, inside, False].astype(np.int8)))
    return tuple(
        (float(time_s[start]), float(time_s[stop - 1]))
        for start, stop in zip(edges[::2], edges[1::2], strict=True)
    )


def _coarse(picture: Picture, blocks: int) -> Picture:
    """The picture of so few blocks that nothing can be told in it, smoothed."""
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (blocks, blocks), interpolation=cv2.INTER_AREA)
    return np.asarray(cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)
