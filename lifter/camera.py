"""A pinhole camera looking at the lifter, and the hand that shakes it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lifter.params import Camera

__all__ = ["View", "movement_of", "shake_of", "view_of"]

Array = NDArray[np.float64]

FILM_MM = 36.0


@dataclass(frozen=True)
class View:
    """Where a camera stands and how it projects.

    Attributes
    ----------
    eye
        Position, shape (3,).
    axes
        Rows: right, up, backwards; shape (3, 3).
    focal_px
        Focal length.
    centre_px
        Principal point.
    """

    eye: Array
    axes: Array
    focal_px: float
    centre_px: tuple[float, float]

    def project(self, points: Array) -> Array:
        """Pixels and inverse depth of points, shape (n, 3); behind: inverse depth 0."""
        seen = (points - self.eye) @ self.axes.T
        depth = -seen[:, 2]
        inverse = np.where(depth > 0.05, 1.0 / np.maximum(depth, 0.05), 0.0)
        x = self.centre_px[0] + self.focal_px * seen[:, 0] * inverse
        y = self.centre_px[1] - self.focal_px * seen[:, 1] * inverse
        return np.column_stack([x, y, inverse])

    def rays(self, width: int, height: int) -> Array:
        """Direction through every pixel centre, shape (height, width, 3)."""
        x = (np.arange(width) + 0.5 - self.centre_px[0]) / self.focal_px
        y = -(np.arange(height) + 0.5 - self.centre_px[1]) / self.focal_px
        flat = np.stack(np.broadcast_arrays(x[None, :], y[:, None], -1.0), axis=-1)
        return np.asarray(flat @ self.axes)


def view_of(camera: Camera, aim: tuple[float, float]) -> View:
    """Camera aimed at a point (x, height) of the lifter's sagittal plane."""
    yaw = np.deg2rad(camera.yaw_deg)
    target = np.array([aim[0], aim[1], 0.0])
    stand = camera.distance_m * np.array([np.sin(yaw), 0.0, np.cos(yaw)])
    eye = np.array([aim[0], camera.height_m, 0.0]) + stand
    back = eye - target
    back = back / np.linalg.norm(back)
    right = np.cross(np.array([0.0, 1.0, 0.0]), back)
    right = right / np.linalg.norm(right)
    axes = np.stack([right, np.cross(back, right), back])
    focal_px = camera.focal_mm / FILM_MM * max(camera.width_px, camera.height_px)
    return View(eye, axes, focal_px, (camera.width_px / 2, camera.height_px / 2))


def shake_of(camera: Camera, focal_px: float, frames: int, seed: int) -> Array:
    """Picture transforms of a hand-held camera, shape (frames, 2, 3).

    Small rotations of the camera shift and turn the picture as a whole, so
    they are applied to the finished frame.
    """
    rng = np.random.default_rng([seed, 17])
    slow = max(camera.fps * 0.30, 1.0)
    noise = gaussian_filter1d(rng.standard_normal((3, frames + 200)), slow, axis=1)
    noise += 0.12 * gaussian_filter1d(rng.standard_normal((3, frames + 200)), slow / 8, axis=1)
    noise = noise[:, 100 : 100 + frames] / max(float(noise.std()), 1e-9)
    angle = np.deg2rad(camera.shake_deg) * noise
    roll, cx, cy = 0.5 * angle[2], camera.width_px / 2, camera.height_px / 2
    c, s = np.cos(roll), np.sin(roll)
    dx, dy = focal_px * angle[0], focal_px * angle[1]
    return np.stack(
        [
            np.stack([c, -s, cx - c * cx + s * cy + dx], axis=-1),
            np.stack([s, c, cy - s * cx - c * cy + dy], axis=-1),
        ],
        axis=1,
    )


def movement_of(camera: Camera, view: View, frames: int) -> Array:
    """Homographies of a camera that turns and zooms, shape (frames, 3, 3).

    They carry points of the picture that the resting camera would take to the one that
    is taken. A turn about the lens moves the picture as a plane, whatever the depth.
    """
    cx, cy = camera.width_px / 2, camera.height_px / 2
    time_s = np.arange(frames) / camera.fps
    share = _slowly(np.arange(frames) / max(frames - 1, 1))
    knock = camera.bump_deg * _knock(time_s - camera.bump_s)
    turns = np.deg2rad([camera.pan_deg * share + 0.8 * knock, 0.6 * knock, 0.4 * knock])
    resting = _inner(view.focal_px, cx, cy)
    found = []
    for pan, tilt, roll, zoom in zip(*turns, camera.zoom**share, strict=True):
        turn = _turn(2, roll) @ _turn(0, tilt) @ _turn(1, -pan)
        found.append(_inner(view.focal_px * zoom, cx, cy) @ turn @ np.linalg.inv(resting))
    return np.array(found)


def _slowly(share: Array) -> Array:
    """0 to 1 with a gentle start and end."""
    return np.asarray(share * share * (3 - 2 * share))


def _knock(since_s: Array) -> Array:
    """What a tripod does when it is hit: swings, and stays off by the whole of it."""
    late = np.clip(since_s, 0, None)
    return np.asarray(
        np.where(since_s > 0, 1 - np.exp(-5 * late) * np.cos(2 * np.pi * 4 * late), 0)
    )


def _inner(focal_px: float, cx: float, cy: float) -> Array:
    return np.array([[focal_px, 0, cx], [0, focal_px, cy], [0, 0, 1.0]])


def _turn(axis: int, angle: float) -> Array:
    """Rotation about one axis of the camera (x right, y down, z ahead)."""
    c, s = np.cos(angle), np.sin(angle)
    i, j = [(1, 2), (2, 0), (0, 1)][axis]
    turn = np.eye(3)
    turn[i, i] = turn[j, j] = c
    turn[i, j], turn[j, i] = -s, s
    return turn
