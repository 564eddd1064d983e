"""Discs near the hands, in pictures drawn here."""

import cv2
import numpy as np
import pytest

from formcheck.arrays import FloatArray
from formcheck.pose.discs import DISCS, DiscWatch, find_discs

HANDS = (640.0, 380.0)


def body(trunk_px: float = 150.0) -> FloatArray:
    points = np.tile(np.array(HANDS), (33, 1))
    points[[11, 12]] = HANDS[0], HANDS[1] - 1.2 * trunk_px
    points[[23, 24]] = HANDS[0], HANDS[1] - 0.2 * trunk_px
    return points


def picture(
    *discs: tuple[float, float, float, float], level: int = 40, wall: int = 150
) -> np.ndarray:
    """Ellipses of centre and half axes, drawn to a sixteenth of a pixel."""
    image = np.full((720, 1280, 3), wall, np.uint8)
    for x, y, wide, high in discs:
        at = round(x * 16), round(y * 16)
        size = round(wide * 16), round(high * 16)
        cv2.ellipse(image, at, size, 0, 0, 360, (level,) * 3, cv2.FILLED, cv2.LINE_AA, 4)
    noise = np.random.default_rng(1).normal(0, 2, image.shape)
    return np.clip(image + noise, 0, 255).astype(np.uint8)


@pytest.mark.parametrize(("level", "wall"), [(40, 150), (210, 90)])
def test_a_plate_is_placed_and_sized_within_a_pixel(level: int, wall: int) -> None:
    x, y, wide, high, support, sd = find_discs(
        picture((655.4, 470.7, 80, 80), level=level, wall=wall), body()
    )[0]
    assert (x, y) == pytest.approx((655.4, 470.7), abs=0.6)
    assert (wide, high) == pytest.approx((80, 80), abs=1.0)
    assert support > 0.95
    assert 0.05 < sd < 1


def test_a_plate_seen_obliquely_is_narrow_and_as_high() -> None:
    _, _, wide, high, *_ = find_discs(picture((655, 470, 72, 80)), body())[0]
    assert (wide, high) == pytest.approx((72, 80), abs=1.5)


def test_where_the_lifter_is_larger_the_plate_is_found_as_well() -> None:
    x, y, _, high, *_ = find_discs(picture((700, 300, 150, 150)), body(280.0))[0]
    assert (x, y, high) == pytest.approx((700, 300, 150), abs=2)


def test_nothing_is_found_far_from_the_hands_or_on_a_plain_wall() -> None:
    assert np.isnan(find_discs(picture(), body())).all()
    assert np.isnan(find_discs(picture((150, 470, 80, 80)), body())).all()


def test_without_a_lifter_nothing_is_looked_for() -> None:
    found = find_discs(picture((655, 470, 80, 80)), np.full((33, 2), np.nan))
    assert found.shape == (DISCS, 6)
    assert np.isnan(found).all()


def test_without_a_clear_disc_five_frames_a_second_are_looked_at() -> None:
    plate, wall = picture((655, 470, 80, 80)), picture((150, 470, 80, 80))
    # Half circles: something is found, but no clear plate.
    half = picture((655, 470, 80, 80))
    half[470:] = 150
    watch = DiscWatch()

    def found(image: np.ndarray, since_s: float, until_s: float) -> float:
        times = np.arange(since_s, until_s, 1 / 30)
        return float(np.mean([np.isfinite(watch.find(image, body(), t)).any() for t in times]))

    assert found(half, 0.0, 0.9) == pytest.approx(1.0)
    assert found(half, 1.1, 3.1) == pytest.approx(5 / 30, abs=0.02)
    assert found(plate, 3.1, 5.0) > 0.9
    assert found(half, 5.0, 5.9) == pytest.approx(1.0)
    assert found(half, 6.1, 8.0) == pytest.approx(5 / 30, abs=0.04)
    assert found(wall, 8.0, 9.0) == 0
