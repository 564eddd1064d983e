"""Behaviour of `formcheck.pose.picture`: bars around a scene."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from test_camera import filmed, room

from formcheck.pose.picture import active_picture, small_grey

HEIGHT, WIDTH = 360, 640


def scene(width: int = WIDTH, height: int = HEIGHT, seed: int = 0) -> NDArray[np.uint8]:
    """A part of a room with sensor noise."""
    rng = np.random.default_rng(seed)
    picture = cv2.resize(filmed(room()), (width, height)).astype(np.int16)
    noisy = np.clip(picture + rng.normal(0, 3, picture.shape), 0, 255)
    return np.asarray(noisy, np.uint8)


def test_a_scene_that_fills_the_frame_is_whole() -> None:
    assert active_picture([scene(seed=i) for i in range(3)]).whole(WIDTH, HEIGHT)


@pytest.mark.parametrize(
    ("left", "top", "right", "bottom"),
    [(0, 60, 0, 60), (220, 0, 220, 0), (300, 0, 140, 0), (40, 30, 60, 20), (0, 0, 90, 0)],
)
def test_black_bars_are_left_out(left: int, top: int, right: int, bottom: int) -> None:
    frames = []
    for seed in range(3):
        frame = np.random.default_rng(seed).integers(0, 6, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        inner = scene(WIDTH - left - right, HEIGHT - top - bottom, seed)
        frame[top : HEIGHT - bottom, left : WIDTH - right] = inner
        frames.append(frame)
    assert active_picture(frames) == (left, top, WIDTH - right, HEIGHT - bottom)


def test_a_white_card_is_left_out_but_not_a_white_studio() -> None:
    card = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    card[:, 200:440] = scene(240, HEIGHT)
    assert active_picture([card])[::2] == (200, 440)
    studio = np.full((HEIGHT, WIDTH, 3), 250, np.uint8)
    cv2.ellipse(studio, (320, 180), (60, 90), 0, 0, 360, (60, 60, 60), -1)
    soft = np.asarray(cv2.GaussianBlur(studio, (0, 0), 8), np.uint8)
    assert active_picture([soft]).whole(WIDTH, HEIGHT)


def test_blurred_bars_are_left_out() -> None:
    inner = scene(220, HEIGHT)
    frame = np.asarray(cv2.GaussianBlur(cv2.resize(inner, (WIDTH, HEIGHT)), (0, 0), 15), np.uint8)
    frame[:, 210:430] = inner
    left, top, right, bottom = active_picture([frame])
    assert (top, bottom) == (0, HEIGHT)
    assert left == pytest.approx(210, abs=2)
    assert right == pytest.approx(430, abs=2)


def test_a_door_frame_is_no_bar() -> None:
    frame = scene()
    frame[:, 200:204] = 20
    frame[:, 436:440] = 20
    assert active_picture([frame]).whole(WIDTH, HEIGHT)


@pytest.mark.parametrize("smaller", [1, 2, 3, 4, 6, 8])
def test_a_small_grey_copy_has_the_mean_of_what_it_covers(smaller: int) -> None:
    image = np.random.default_rng(2).integers(0, 256, (97, 123, 3), dtype=np.uint8)
    small = small_grey(image, smaller)
    height, width = 97 // smaller, 123 // smaller
    grey = image[: height * smaller, : width * smaller] @ np.array([0.299, 0.587, 0.114])
    mean = grey.reshape(height, smaller, width, smaller).mean(axis=(1, 3))
    assert small.shape == (height, width)
    np.testing.assert_allclose(small, mean, atol=2)
