"""Behaviour of `formcheck.assessment.trend`: what is a change, and from when on."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from formcheck.assessment.trend import Trend, find_onset, find_trend, onset_weights


def trend(values: list[float], noise: float = 2.0, reps: list[float] | None = None) -> Trend:
    return find_trend(np.array(reps or range(1, len(values) + 1), float), np.array(values), noise)


def test_a_straight_line_by_hand() -> None:
    found = trend([0.0, 2.0, 4.0, 6.0, 8.0])
    assert found.per_rep == pytest.approx(2.0)
    assert found.change == pytest.approx(8.0)
    assert found.p == pytest.approx(1 / 120)  # one of the 120 orders of five
    # No scatter: noise is the known 2 degrees with the weight of 4 of 7 freedoms.
    assert found.noise == pytest.approx(2.0 * np.sqrt(4 / 7))
    # t(0.95, 7) = 1.8946; the spread of 1..5 is sqrt(10); Theil-Sen costs 4 %.
    half = 1.8946 * 1.04 * found.noise / np.sqrt(10)
    assert found.interval == pytest.approx((2 - half, 2 + half), abs=1e-3)
    assert found.mdc == pytest.approx(4 * half, abs=1e-3)
    assert found.reliable
    assert not found.late


def test_what_lies_within_the_noise_is_no_change() -> None:
    assert not trend([0.0, 0.5, 1.0, 1.5, 2.0]).reliable
    assert not trend([0.0, 2.0, 4.0, 6.0, 8.0], noise=6.0).reliable
    assert not trend([8.0, 6.0, 4.0, 2.0, 0.0]).reliable


def test_a_constant_is_no_change() -> None:
    found = trend([3.0] * 6)
    assert (found.per_rep, found.p, found.reliable) == (0.0, 1.0, False)


@pytest.mark.parametrize("at", range(8))
def test_one_outlying_repetition_is_no_trend(at: int) -> None:
    values = [0.3, -0.4, 0.1, 0.5, -0.2, 0.4, -0.3, 0.2]
    values[at] += 25.0
    assert not trend(values).reliable


def test_the_last_two_of_many_are_seen() -> None:
    found = trend([0.3, -0.4, 0.1, 0.5, -0.2, 0.4, -0.3, 0.2, 0.0, -0.1, 9.0, 14.0])
    assert found.reliable
    assert found.late
    assert found.change == pytest.approx(8.95)  # 9.0 over the median of the ten, 0.05


def test_repetitions_that_are_missing_keep_their_place() -> None:
    found = trend([0.0, 2.0, 6.0, 8.0], reps=[1.0, 2.0, 4.0, 5.0])
    assert found.per_rep == pytest.approx(2.0)
    assert found.change == pytest.approx(8.0)


def test_scatter_beyond_what_is_known_counts_in_full() -> None:
    values = [0.0, 12.0, 1.0, 11.0, 0.0, 12.0]
    found = trend(values, noise=0.5)
    number = np.arange(6.0)
    about = values - np.polyval(np.polyfit(number, values, 1), number)
    assert found.noise == pytest.approx(np.sqrt((about**2).sum() / 4))


def test_too_few_points_are_refused() -> None:
    with pytest.raises(ValueError, match="three"):
        trend([1.0, 2.0])


@settings(deadline=None)  # the first call imports scipy
@given(
    st.lists(st.floats(-40, 40), min_size=4, max_size=12),
    st.floats(-50, 50),
    st.floats(0.2, 6),
)
def test_where_zero_lies_changes_nothing(values: list[float], shift: float, noise: float) -> None:
    here, there = trend(values, noise), trend([v + shift for v in values], noise)
    assert there.change == pytest.approx(here.change, abs=1e-6)
    assert there.mdc == pytest.approx(here.mdc, rel=1e-6)


@settings(deadline=None)  # the first call imports scipy
@given(st.lists(st.floats(-40, 40), min_size=4, max_size=12), st.floats(0.5, 6))
def test_more_known_noise_never_finds_more(values: list[float], noise: float) -> None:
    if trend(values, 2 * noise).reliable:
        assert trend(values, noise).reliable


def onset(values: list[float], noise: float = 1.0) -> tuple[int, tuple[int, int]]:
    candidates = np.arange(2, len(values))
    number = np.arange(1.0, len(values) + 1)
    return find_onset(candidates, onset_weights(number, np.array(values), noise, candidates))


@pytest.mark.parametrize(
    ("values", "first"),
    [
        ([0, 0, 0, 0, 7, 14, 21, 28], 5),  # climbs
        ([0, 0, 0, 0, 12, 12, 12, 12], 5),  # steps up
        ([0, 5, 10, 15, 20, 25, 30, 35], 2),  # from the very first
        ([0, 0, 0, 0, 0, 0, 15, 30], 7),
    ],
)
def test_onset_where_it_is_plain(values: list[float], first: int) -> None:
    found, (low, high) = onset(values)
    assert found == first
    assert low <= found <= high


def test_onset_weights_sum_to_one_and_spread_with_the_noise() -> None:
    values = np.array([0.0, 0, 0, 0, 4, 8, 12, 16])
    number, candidates = np.arange(1.0, 9.0), np.arange(2, 8)
    quiet, loud = (onset_weights(number, values, noise, candidates) for noise in (1.0, 8.0))
    assert quiet.sum() == pytest.approx(1.0)
    assert loud.max() < quiet.max()


def test_onset_does_not_overflow_far_from_the_noise() -> None:
    assert onset([0, 0, 0, 0, 700, 1400, 2100, 2800], noise=0.01)[0] == 5
