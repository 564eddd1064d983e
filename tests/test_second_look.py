"""A second witness for the outline."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import cast

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.detector import Detection, Detector
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.outline import STATIONS, EdgeView, edge_view, find_edges
from formcheck.pose.second_look import SecondLook

# Upright and 100 px long; a body from 30 px left of the axis to 30 px right of it.
HIP, SHOULDER = np.array([200.0, 300.0]), np.array([200.0, 200.0])
PICTURE = np.full((500, 500, 3), 180, np.uint8)
PICTURE[:, 170:230] = 60
HALF_TRUNKS = 0.3


def view(time_s: float = 0.0) -> EdgeView:
    """The body, outlined where it ends."""
    outline = np.full((2, STATIONS.size), HALF_TRUNKS)
    return edge_view(PICTURE, outline, HIP, SHOULDER, time_s=time_s)


class Eye:
    """Finds a body between two columns of the whole picture; nobody without them."""

    def __init__(self, columns_px: tuple[int, int] | None, aside_px: float = 0.0) -> None:
        self.columns_px = columns_px
        self.aside_px = aside_px
        self.shown: list[NDArray[np.uint8]] = []
        self.closed = False

    def detect(self, picture: NDArray[np.uint8]) -> Detection | None:
        self.shown.append(picture)
        if self.columns_px is None:
            return None
        height, width = picture.shape[:2]
        left, top = (HIP + SHOULDER) / 2 - (width / 2, height / 2)
        mask = np.zeros((height, width), np.float32)
        mask[:, self.columns_px[0] - int(left) : self.columns_px[1] - int(left)] = 1.0
        landmarks = np.zeros((33, 3), np.float32)
        for joint, at_px in (("hip", HIP), ("shoulder", SHOULDER)):
            for side in (LEFT, RIGHT):
                place = (at_px - (left - self.aside_px, top)) / (width, height)
                landmarks[getattr(side, joint), :2] = place
        return Detection(landmarks, mask)

    def close(self) -> None:
        self.closed = True


def look(eye: Eye) -> SecondLook:
    return SecondLook(lambda: cast("Detector", eye))


def seen_by(eye: Eye, one: EdgeView) -> EdgeView:
    """The view after a second look."""
    second = look(eye)
    assert not second.add(one, PICTURE).looked_again
    return second.add(replace(one, time_s=1.0), PICTURE)


def seen(columns_px: tuple[int, int]) -> EdgeView:
    """The view after a second look that finds a body there."""
    return seen_by(Eye(columns_px), view())


def test_it_looks_at_the_trunk_alone_and_says_the_outline_about_the_same_axis() -> None:
    eye = Eye((160, 235))
    again = seen_by(eye, view()).again
    assert again is not None
    (crop,) = eye.shown
    assert crop.shape == (340, 340, 3)
    np.testing.assert_allclose(again[0], 0.40, atol=0.006)
    np.testing.assert_allclose(again[1], 0.35, atol=0.006)


@pytest.mark.parametrize(
    ("columns_px", "doubtful"),
    [((170, 230), False), ((171, 229), False), ((150, 230), True), ((170, 260), False)],
)
def test_doubt_is_about_the_back(columns_px: tuple[int, int], doubtful: bool) -> None:
    """MediaPipe is shown a lifter who faces right, whose back is on the left."""
    assert seen(columns_px).doubtful == doubtful


@pytest.mark.parametrize("eye", [Eye(None), Eye((150, 230), aside_px=40.0)])
def test_nobody_in_the_crop_or_somebody_else_says_nothing(eye: Eye) -> None:
    nothing = seen_by(eye, view())
    assert nothing.again is None
    assert not nothing.doubtful


def test_it_looks_more_often_where_there_was_doubt() -> None:
    def looks(columns_px: tuple[int, int]) -> int:
        eye = Eye(columns_px)
        second = look(eye)
        for frame in range(90):
            second.add(view(frame / 30), PICTURE)
        return len(eye.shown)

    assert looks((170, 230)) == 2
    assert looks((150, 230)) == 8


def test_mediapipe_is_made_at_the_first_look_and_let_go_of() -> None:
    made: list[Eye] = []

    def make() -> Detector:
        made.append(Eye((170, 230)))
        return cast("Detector", made[-1])

    second = SecondLook(make)
    second.close()
    assert not made
    for time_s in (0.0, 5.0, 9.0):
        second.add(view(time_s), PICTURE)
    second.close()
    assert len(made) == 1
    assert made[0].closed


@pytest.mark.parametrize("aside_px", [5000.0, -5000.0, 390.0, -300.0])
def test_a_trunk_outside_of_the_picture_is_not_looked_at(aside_px: float) -> None:
    eye = Eye((170, 230))
    away = replace(view(), hip_px=HIP + aside_px, shoulder_px=SHOULDER + aside_px)
    assert seen_by(eye, away).again is None
    assert not eye.shown


def deviation(*again: FloatArray | None) -> FloatArray:
    """Of the same view in as many frames, ten a second, with second looks."""
    views = [
        replace(view(at / 10), looked_again=one is not None, again=one)
        for at, one in enumerate(again)
    ]
    return find_edges(views)[1]


def test_an_edge_is_known_to_half_of_how_far_two_looks_are_apart() -> None:
    alone = deviation(None)[0]
    assert (alone < 0.02).all()
    elsewhere = np.full_like(alone, HALF_TRUNKS)
    elsewhere[0, 20:30] += 0.1
    elsewhere[1, 5] = math.nan  # the second look shows no lifter there
    widened = deviation(elsewhere)[0]
    np.testing.assert_allclose(widened[0, 20:30], 0.05, atol=0.005)
    assert widened[1, 5] > 0.3
    same = np.ones_like(alone, np.bool_)
    same[0, 20:30], same[1, 5] = False, False
    np.testing.assert_array_equal(widened[same], alone[same])


def test_looks_that_agree_change_nothing() -> None:
    agreed = np.full((2, STATIONS.size), HALF_TRUNKS + 0.015)
    np.testing.assert_array_equal(deviation(agreed), deviation(None))


def test_frames_between_two_looks_follow_the_nearer_one() -> None:
    agreed = np.full((2, STATIONS.size), HALF_TRUNKS)
    found = deviation(None, agreed, None, None, None, agreed + 0.2, None)
    np.testing.assert_array_equal(found[:, 0, 30] > 0.05, [0, 0, 0, 0, 1, 1, 1])


def test_frames_far_from_a_second_look_do_not_know_of_it() -> None:
    apart = np.full((2, STATIONS.size), HALF_TRUNKS + 0.2)
    found = deviation(None, None, None, None, apart, *[None] * 4)
    np.testing.assert_array_equal(found[:, 0, 30] > 0.05, [0, 0, 1, 1, 1, 1, 1, 0, 0])


def test_a_look_that_did_not_find_the_lifter_ends_the_doubt_of_the_one_before() -> None:
    apart = np.full((2, STATIONS.size), HALF_TRUNKS + 0.2)
    views = [replace(view(at / 10), looked_again=at % 3 == 0) for at in range(6)]
    views[0] = replace(views[0], again=apart)
    found = find_edges(views)[1]
    np.testing.assert_array_equal(found[:, 0, 30] > 0.05, [1, 1, 0, 0, 0, 0])


def test_an_outline_that_was_not_found_stays_unknown() -> None:
    profile = np.full((2, STATIONS.size), HALF_TRUNKS)
    profile[0, :10] = math.nan
    unseen = edge_view(PICTURE, profile, HIP, SHOULDER)
    nothing = replace(unseen, looked_again=True, again=np.full_like(profile, math.nan))
    found = find_edges([nothing])[1][0]
    assert np.isnan(found[0, :10]).all()
    assert np.isfinite(found[0, 10:]).all()
