"""Behaviour of `formcheck.pose.camera` on pictures moved by a known way."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.camera import CameraWatch

SIZE_PX = (640, 360)
NOBODY = np.full((33, 2), np.nan)


def room(seed: int = 0, margin: int = 120) -> NDArray[np.uint8]:
    """A wall with things on it, larger than the picture by a margin all around."""
    rng = np.random.default_rng(seed)
    width, height = SIZE_PX[0] + 2 * margin, SIZE_PX[1] + 2 * margin
    wall = np.full((height, width, 3), 120, np.uint8)
    for _ in range(120):
        left, top = rng.integers(0, width), rng.integers(0, height)
        right, bottom = left + rng.integers(12, 60), top + rng.integers(12, 60)
        colour = tuple(int(c) for c in rng.integers(0, 255, 3))
        cv2.rectangle(wall, (int(left), int(top)), (int(right), int(bottom)), colour, -1)
    return wall


def filmed(
    wall: NDArray[np.uint8], shift_px: tuple[float, float] = (0.0, 0.0), zoom: float = 1.0
) -> NDArray[np.uint8]:
    """The middle of the wall, its picture shifted and zoomed about its middle."""
    centre = np.array(SIZE_PX) / 2
    from_px = (np.array(wall.shape[1::-1]) - SIZE_PX) / 2
    offset = centre + shift_px - zoom * (centre + from_px)
    matrix = np.array([[zoom, 0.0, offset[0]], [0.0, zoom, offset[1]]])
    return np.asarray(cv2.warpAffine(wall, matrix, SIZE_PX, flags=cv2.INTER_LINEAR), np.uint8)


def watched(pictures: list[NDArray[np.uint8]], body: FloatArray = NOBODY) -> FloatArray:
    """All motion of a film added up."""
    watch = CameraWatch()
    return np.asarray(np.sum([watch.motion(picture, body)[0] for picture in pictures], axis=0))


def test_a_camera_on_a_tripod_does_not_move() -> None:
    rng = np.random.default_rng(1)
    wall = filmed(room()).astype(np.int16)
    noisy = [
        np.clip(wall + rng.normal(0, 3, wall.shape), 0, 255).astype(np.uint8) for _ in range(8)
    ]
    np.testing.assert_array_equal(watched(noisy), 0.0)


def test_a_slow_pan_is_followed() -> None:
    wall = room()
    film = [filmed(wall, (1.5 * i, -0.5 * i)) for i in range(41)]
    assert (np.abs(watched(film) - (60.0, -20.0, 0.0)) < (1.5, 1.5, 0.01)).all()


def test_a_slow_zoom_is_followed() -> None:
    wall = room()
    film = [filmed(wall, zoom=float(np.exp(0.004 * i))) for i in range(41)]
    assert (np.abs(watched(film) - (0.0, 0.0, 0.16)) < (2.0, 2.0, 0.015)).all()


@pytest.mark.parametrize("zoom", [1.15, 1.3, 1 / 1.25])
def test_a_picture_reframed_at_once_is_followed(zoom: float) -> None:
    """As when a phone changes its lens."""
    film = [filmed(room())] * 4 + [filmed(room(), (40.0, 10.0), zoom)] * 4
    moved = watched(film)
    assert (np.abs(moved - (40.0, 10.0, np.log(zoom))) < (3.0, 3.0, 0.02)).all()


def test_a_lens_that_is_covered_tells_no_motion() -> None:
    watch = CameraWatch()
    film = [filmed(room()), filmed(room()), np.full((360, 640, 3), 118, np.uint8)]
    *_, last = [watch.motion(picture, NOBODY) for picture in film]
    assert np.isnan(last[0]).all() or last[1]


def test_a_plate_that_rises_is_not_the_camera() -> None:
    wall = filmed(room())
    plate = room(7)[:200, :200]
    film = []
    for i in range(30):
        picture = wall.copy()
        picture[150 - 4 * i : 350 - 4 * i, 220:420] = plate[:200]
        film.append(picture)
    np.testing.assert_array_equal(watched(film), 0.0)


def test_the_lifter_is_left_out() -> None:
    # The lifter fills half of the picture and moves; two thirds of all corners are theirs.
    wall, lifter = filmed(room()), room(7)
    body = np.random.default_rng(0).uniform((120, 20), (520, 340), (33, 2))
    film = []
    for i in range(20):
        picture = wall.copy()
        picture[20:340, 120:520] = lifter[20 + 3 * i : 340 + 3 * i, 120:520]
        film.append(picture)
    np.testing.assert_array_equal(watched(film, body), 0.0)


def test_before_a_plain_wall_nothing_is_known() -> None:
    plain = np.full((SIZE_PX[1], SIZE_PX[0], 3), 200, np.uint8)
    watch = CameraWatch()
    assert not watch.motion(plain, NOBODY)[0].any()
    assert np.isnan(watch.motion(plain, NOBODY)[0]).all()


@pytest.mark.parametrize("other", [255 - room(), np.zeros_like(room())])
def test_a_cut_is_seen_and_what_follows_is_followed(other: NDArray[np.uint8]) -> None:
    watch = CameraWatch()
    film = [filmed(room(), (i, 0)) for i in range(5)] + [
        filmed(other, (2 * i, 0)) for i in range(5)
    ]
    cuts = [watch.motion(picture, NOBODY)[1] for picture in film]
    assert np.flatnonzero(cuts).tolist() == [5]


def test_a_picture_that_changes_its_shape_begins_another_shot() -> None:
    watch = CameraWatch()
    watch.motion(filmed(room()), NOBODY)
    assert watch.motion(filmed(room())[:, 80:560], NOBODY)[1]
