"""Behaviour of `formcheck.pose.outline` on silhouettes whose edges are known."""

from __future__ import annotations

import numpy as np
import pytest
from figures import Posture, draw_back, outline_height
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import middle
from formcheck.pose.outline import (
    REACH,
    STATIONS,
    edge_view,
    find_edges,
    outline_points_px,
    trace_outline,
)

Mask = NDArray[np.float32]

# Steps along a ray are 0.5 px long here, and the crossing is put on a line between two.
EDGE_TOLERANCE_PX = 0.25
# A quarter of a pixel of an edge drawn with 4 x 4 samples a pixel, at 150 px a trunk
DRAWN_TOLERANCE = 0.004

HIP, SHOULDER = np.array([100.0, 200.0]), np.array([100.0, 100.0])  # upright, 100 px long


def box(left: int, right: int, width: int = 240, height: int = 300) -> Mask:
    """A person as a column of pixels left…right-1, with the picture's rows all filled."""
    mask = np.zeros((height, width), np.float32)
    mask[:, left:right] = 1.0
    return mask


def test_distances_are_in_axis_lengths_to_the_sub_pixel_edge() -> None:
    # Pixels 80…129 are filled: their outer edges are x = 80 and x = 130, 20 and 30 px off.
    profile = trace_outline(box(80, 130), HIP, SHOULDER)
    assert profile.shape == (2, STATIONS.size)
    np.testing.assert_allclose(profile[0], 0.20, atol=EDGE_TOLERANCE_PX / 100)
    np.testing.assert_allclose(profile[1], 0.30, atol=EDGE_TOLERANCE_PX / 100)


def test_a_soft_edge_is_crossed_at_one_half() -> None:
    mask = box(80, 130)
    mask[:, 79] = 0.25
    # From 1 at x = 80.5 to 0.25 at 79.5: one half is 2/3 of a pixel out, x = 79.833.
    profile = trace_outline(mask, HIP, SHOULDER)
    np.testing.assert_allclose(profile[0], 0.20167, atol=EDGE_TOLERANCE_PX / 100 / 4)


@pytest.mark.parametrize(
    ("hip", "shoulder", "expected"),
    [
        ((100, 200), (100, 100), (0.2, 0.3)),  # head up: left of the way is left
        ((100, 100), (100, 200), (0.3, 0.2)),  # head down
    ],
)
def test_row_0_lies_to_the_left_of_the_way_from_hip_to_shoulder(
    hip: tuple[int, int], shoulder: tuple[int, int], expected: tuple[float, float]
) -> None:
    profile = trace_outline(box(80, 130), np.array(hip, float), np.array(shoulder, float))
    assert np.median(profile, axis=1) == pytest.approx(expected, abs=0.005)


def test_row_0_lies_above_a_trunk_that_points_to_the_right() -> None:
    mask = np.zeros((200, 300), np.float32)
    mask[70:140] = 1.0  # 30 px above the axis at y = 100 and 40 px below
    profile = trace_outline(mask, np.array([100.0, 100.0]), np.array([200.0, 100.0]))
    assert np.median(profile, axis=1) == pytest.approx((0.3, 0.4), abs=0.005)


def test_only_the_first_edge_counts() -> None:
    mask = box(80, 130)
    mask[:, 50:70] = 1.0  # somebody behind, ten pixels of background between
    np.testing.assert_allclose(trace_outline(mask, HIP, SHOULDER)[0], 0.20, atol=0.0025)


@pytest.mark.parametrize(("depth_px", "seen"), [(68, True), (72, False)])
def test_a_silhouette_that_does_not_end_within_reach_is_missing(depth_px: int, seen: bool) -> None:
    profile = trace_outline(box(100 - depth_px, 130), HIP, SHOULDER)
    assert np.isfinite(profile[0]).all() == seen
    assert np.isfinite(profile[1]).all()


def test_a_silhouette_cut_by_the_picture_is_missing() -> None:
    profile = trace_outline(box(0, 130), np.array([30.0, 200.0]), np.array([30.0, 100.0]))
    assert np.isnan(profile[0]).all()


def test_stations_beyond_the_silhouette_are_missing() -> None:
    mask = box(80, 130)
    mask[:150] = 0.0  # nothing above y = 150, which is u = 0.5
    profile = trace_outline(mask, HIP, SHOULDER)
    assert np.isfinite(profile[:, STATIONS < 0.49]).all()
    assert np.isnan(profile[:, STATIONS > 0.51]).all()


@pytest.mark.parametrize("shoulder", [(100.0, 197.0), (np.nan, 100.0)])
def test_no_axis_no_outline(shoulder: tuple[float, float]) -> None:
    assert np.isnan(trace_outline(box(80, 130), HIP, np.array(shoulder))).all()


def test_the_mask_is_left_as_it_was() -> None:
    mask = box(80, 130)
    before = mask.copy()
    trace_outline(mask, HIP, SHOULDER)
    np.testing.assert_array_equal(mask, before)


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("turn_deg", [-30.0, 0.0, 30.0])
def test_a_drawn_back_is_found_where_it_was_drawn(turn_deg: float, facing: Facing) -> None:
    figure = draw_back(turn_deg, facing=facing)
    lumbar = (STATIONS > 0.12) & (STATIONS < 0.75)
    dorsal = figure.profile[0 if facing == "right" else 1, lumbar]
    expected = outline_height(STATIONS[lumbar], Posture(turn_deg))
    np.testing.assert_allclose(dorsal, expected, atol=DRAWN_TOLERANCE)


def test_half_the_picture_gives_the_same_profile() -> None:
    figure = draw_back(20.0)
    assert figure.mask is not None
    small = figure.mask.reshape(360, 2, 640, 2).mean(axis=(1, 3))
    hip, shoulder = (
        middle(figure.landmarks_px / 2, "hip"),
        middle(figure.landmarks_px / 2, "shoulder"),
    )
    lumbar = (STATIONS > 0.12) & (STATIONS < 0.75)
    profile = trace_outline(small, hip, shoulder)
    difference = profile[0, lumbar] - figure.profile[0, lumbar]
    assert np.abs(difference).max() < 2 * DRAWN_TOLERANCE


def test_points_by_hand() -> None:
    profile = np.full((1, 2, STATIONS.size), 0.2)
    profile[:, 1] = 0.3
    points = outline_points_px(profile, HIP[None], SHOULDER[None])
    # u = -0.35 is 35 px below the hip at y = 200; 20 px to the left and 30 to the right.
    np.testing.assert_allclose(points[0, 0, 0], (80.0, 235.0))
    np.testing.assert_allclose(points[0, 1, 0], (130.0, 235.0))
    np.testing.assert_allclose(points[0, 0, -1], (80.0, 85.0))  # u = 1.15


@pytest.mark.parametrize("lean_deg", [0.0, 50.0, 95.0])
def test_points_lie_on_the_silhouettes_edge(lean_deg: float) -> None:
    figure = draw_back(15.0, lean_deg=lean_deg, hip_deg=100.0)
    assert figure.mask is not None
    hip, shoulder = middle(figure.landmarks_px, "hip"), middle(figure.landmarks_px, "shoulder")
    points = outline_points_px(figure.profile[None], hip[None], shoulder[None])[0, 0]
    lumbar = points[(STATIONS > 0.15) & (STATIONS < 0.7)]
    column, row = np.floor(lumbar).astype(int).T
    around = np.stack([figure.mask[row + y, column + x] for y in (-1, 0, 1) for x in (-1, 0, 1)])
    assert (around.min(axis=0) < 0.5).all()
    assert (around.max(axis=0) > 0.5).all()


def scene(edge_px: float, body: int = 60, wall: int = 180) -> NDArray[np.uint8]:
    """A grey wall with a body from `edge_px` to x = 130, edges soft to the sub-pixel."""
    column = np.arange(240)
    inside = np.clip(column + 1 - edge_px, 0, 1) * np.clip(130 - column, 0, 1)
    row = wall + inside * (body - wall)
    return np.broadcast_to(np.round(row)[None, :, None], (300, 240, 3)).astype(np.uint8)


def found(image: NDArray[np.uint8], profile: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Position and deviation of both edges in one picture."""
    (position,), (spread,) = find_edges([edge_view(image, profile, HIP, SHOULDER)])
    return position, spread


def snapped(image: NDArray[np.uint8], mask: Mask | None = None) -> FloatArray:
    """Distances of the left outline [px] after it was put on the picture's edge."""
    profile = trace_outline(box(80, 130) if mask is None else mask, HIP, SHOULDER)
    return np.asarray(found(image, profile)[0][0] * 100)


def deviation(image: NDArray[np.uint8]) -> float:
    """Median standard deviation that is stated of the left outline [axis lengths]."""
    profile = trace_outline(box(80, 130), HIP, SHOULDER)
    return float(np.nanmedian(found(image, profile)[1][0]))


@pytest.mark.parametrize("off_px", [-1.5, -0.7, 0.0, 0.7, 1.5])
def test_the_pictures_edge_beside_the_masks_is_taken(off_px: float) -> None:
    # The mask ends 20 px to the left of the axis; the body ends `off_px` further out.
    np.testing.assert_allclose(snapped(scene(80.0 - off_px)), 20.0 + off_px, atol=0.3)


def test_without_contrast_the_masks_edge_stays() -> None:
    np.testing.assert_allclose(snapped(scene(78.5, body=180)), 20.0, atol=EDGE_TOLERANCE_PX)
    faint = snapped(scene(78.5, body=179))
    np.testing.assert_allclose(faint, 20.0, atol=0.5)


def test_an_edge_further_off_is_something_else() -> None:
    # 8 px are 0.08 trunk lengths: a door frame behind, or a print on the shirt
    for edge_px in (72.0, 88.0):
        np.testing.assert_allclose(snapped(scene(edge_px)), 20.0, atol=EDGE_TOLERANCE_PX)


def test_the_deviation_tells_a_clear_edge_from_none_and_from_two() -> None:
    clear, none = deviation(scene(79.0)), deviation(scene(79.0, body=180))
    two = scene(77.0)
    two[:, 83:130] = 180  # another one, as strong, on the other side of the mask's
    assert clear < 0.003
    assert 0.009 < none < 0.016  # the mask is known to 0.012
    assert 0.015 < deviation(two) < 0.03


def test_what_was_not_traced_is_not_snapped() -> None:
    mask = box(80, 130)
    mask[:150] = 0.0
    before = trace_outline(mask, HIP, SHOULDER)
    after, spread = found(scene(79.0), before)
    np.testing.assert_array_equal(np.isnan(after), np.isnan(before))
    np.testing.assert_array_equal(np.isnan(spread), np.isnan(before))
    nothing = np.full_like(before, np.nan)
    assert np.isnan(found(scene(79.0), nothing)).all()


coordinates = st.floats(-500, 500) | st.just(float("nan"))


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
    hip=st.tuples(coordinates, coordinates),
    shoulder=st.tuples(coordinates, coordinates),
    seed=st.integers(0, 2**16),
    density=st.floats(0, 1),
)
def test_any_mask_and_axis_give_distances_within_reach(
    size: tuple[int, int],
    hip: tuple[float, float],
    shoulder: tuple[float, float],
    seed: int,
    density: float,
) -> None:
    noise = np.random.default_rng(seed).random(size)
    mask = np.clip(noise + density, 0, 1).astype(np.float32)
    profile = trace_outline(mask, np.array(hip), np.array(shoulder))
    assert profile.shape == (2, STATIONS.size)
    known = profile[np.isfinite(profile)]
    assert ((known >= 0) & (known <= REACH)).all()
