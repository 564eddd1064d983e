"""Behaviour of `formcheck.geometry.signals` on signals with a known answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry.signals import (
    CUTOFF_HZ,
    MAX_GAP_S,
    fill_gaps,
    lowpass,
    remove_spikes,
    running_median,
    runs,
)

NAN = float("nan")
QUICK = settings(max_examples=150, deadline=None, database=None, derandomize=True)

# The bilinear transform bends frequencies at 30 a second, and lines between uneven
# frames are a mild filter of their own.
GAIN_TOLERANCE = 0.07

signals = arrays(
    np.float64,
    st.integers(0, 60),
    elements=st.floats(-200, 200) | st.just(NAN),
)


def times(count: int, fps: float = 30.0) -> FloatArray:
    return np.arange(count) / fps


def uneven(count: int, fps: float = 30.0) -> FloatArray:
    """A phone's rate: every interval off by up to 40 %."""
    steps = np.random.default_rng(3).uniform(0.6, 1.4, count) / fps
    return np.asarray(np.cumsum(steps) - steps[0])


@pytest.mark.parametrize(
    ("mask", "expected"),
    [
        ([], []),
        ([0, 0], []),
        ([1], [(0, 1)]),
        ([1, 1, 0, 1], [(0, 2), (3, 4)]),
        ([0, 1, 1, 0, 0, 1, 0], [(1, 3), (5, 6)]),
    ],
)
def test_runs(mask: list[int], expected: list[tuple[int, int]]) -> None:
    assert runs(np.array(mask, dtype=np.bool_)) == expected


@QUICK
@given(arrays(np.bool_, st.integers(0, 50)))
def test_runs_cover_the_mask_and_never_touch(mask: NDArray[np.bool_]) -> None:
    rebuilt = np.zeros_like(mask)
    last_stop = -1
    for start, stop in runs(mask):
        assert last_stop < start < stop
        rebuilt[start:stop] = True
        last_stop = stop
    np.testing.assert_array_equal(rebuilt, mask)


def test_a_short_gap_is_bridged_by_a_line_over_true_times() -> None:
    # Two thirds of the way from 0.1 s to 0.4 s lie at 0.3 s: 10 + 2/3 · 30.
    filled = fill_gaps(np.array([0.0, 0.1, 0.3, 0.4]), np.array([0.0, 10.0, NAN, 40.0]))
    np.testing.assert_allclose(filled, [0.0, 10.0, 30.0, 40.0])


@pytest.mark.parametrize(("missing", "bridged"), [(8, True), (9, False)])
def test_a_gap_counts_from_the_last_value_to_the_next(missing: int, bridged: bool) -> None:
    # 8 missing frames at 30 a second: 9 intervals, 0.3 s.
    values = np.arange(30.0)
    values[10 : 10 + missing] = NAN
    filled = fill_gaps(times(30), values)
    assert np.isfinite(filled).all() == bridged
    assert np.isclose(9 / 30, MAX_GAP_S)


def test_gaps_at_the_ends_stay() -> None:
    filled = fill_gaps(times(4), np.array([NAN, 1.0, 2.0, NAN]))
    np.testing.assert_array_equal(filled, [NAN, 1.0, 2.0, NAN])


@QUICK
@given(signals, st.floats(0, 1))
def test_filling_keeps_what_is_known_and_invents_no_extremes(
    values: FloatArray, max_gap_s: float
) -> None:
    filled = fill_gaps(times(values.size), values, max_gap_s)
    known = np.isfinite(values)
    np.testing.assert_array_equal(filled[known], values[known])
    new = filled[~known & np.isfinite(filled)]
    if new.size:
        assert values[known].min() - 1e-9 <= new.min()
        assert new.max() <= values[known].max() + 1e-9


def test_single_wild_values_go_and_nothing_else() -> None:
    # Neighbours 4 frames off lie some 17 away where it is steepest, so 4 robust
    # deviations are about 60.
    wild = 90 + 40 * np.sin(2 * np.pi * 0.5 * times(120))
    wild[[30, 77]] += (90.0, -90.0)
    cleaned = remove_spikes(times(120), wild)
    np.testing.assert_array_equal(np.flatnonzero(np.isnan(cleaned)), [30, 77])


@pytest.mark.parametrize("fps", [10.0, 30.0, 240.0])
def test_a_smooth_signal_loses_nothing(fps: float) -> None:
    at = times(int(4 * fps), fps)
    values = 90 + 40 * np.sin(2 * np.pi * 0.5 * at)
    np.testing.assert_array_equal(remove_spikes(at, values), values)


def test_a_lasting_step_is_no_spike() -> None:
    values = np.repeat([10.0, 60.0], 30)
    np.testing.assert_array_equal(remove_spikes(times(60), values), values)


def test_the_running_median_drops_what_is_short_and_keeps_slopes() -> None:
    ramp = np.arange(60.0)
    blip = ramp.copy()
    blip[28:32] = 150.0  # 4 frames, under half of the 0.45 s window's 15
    smooth = running_median(times(60), blip, 0.45)
    np.testing.assert_allclose(running_median(times(60), ramp, 0.45)[8:-8], ramp[8:-8])
    assert np.abs(smooth - ramp)[10:-10].max() <= 4.0
    lasting = ramp.copy()
    lasting[20:40] = 150.0
    assert running_median(times(60), lasting, 0.45)[30] == 150.0


def test_the_running_median_invents_nothing() -> None:
    values = np.full(20, 5.0)
    values[8:12] = NAN
    smooth = running_median(times(20), values, 0.5)
    np.testing.assert_array_equal(np.isnan(smooth), np.isnan(values))
    assert (smooth[np.isfinite(values)] == 5.0).all()


@pytest.mark.parametrize(
    "at", [times(240), times(1920, 240.0), uneven(240)], ids=["30 fps", "240 fps", "uneven"]
)
@pytest.mark.parametrize(
    ("frequency_hz", "gain"),
    # Fourth order with zero phase: 1 / (1 + (f / cutoff)^4 · (sqrt 2 - 1)).
    [(0.5, 0.9999), (2.0, 0.975), (4.0, 0.7071), (8.0, 0.131)],
)
def test_the_filters_gain(at: FloatArray, frequency_hz: float, gain: float) -> None:
    assert CUTOFF_HZ == 4.0
    wave = np.sin(2 * np.pi * frequency_hz * at)
    inner = (at > 1.5) & (at < at[-1] - 1.5)
    ratio = np.std(lowpass(at, wave)[inner]) / np.std(wave[inner])
    assert ratio == pytest.approx(gain, abs=GAIN_TOLERANCE)


@pytest.mark.parametrize("fps", [12.0, 29.97, 60.0, 240.0])
def test_the_filter_does_not_lag(fps: float) -> None:
    at = times(int(6 * fps), fps)
    bump = np.exp(-(((at - 3.0) / 0.4) ** 2))
    peak_s = at[lowpass(at, bump).argmax()]
    assert abs(peak_s - 3.0) <= 1 / fps


def test_coarse_sampling_is_left_alone() -> None:
    jagged = np.tile([0.0, 10.0], 20)
    np.testing.assert_array_equal(lowpass(times(40, 5.0), jagged), jagged)


@pytest.mark.parametrize("at", [times(40), times(60), uneven(60)], ids=["40", "60", "uneven"])
def test_a_line_passes(at: FloatArray) -> None:
    line = 3.0 + 2.0 * at
    # Half a frame's step, which is 2 / 30, at the very ends
    np.testing.assert_allclose(lowpass(at, line), line, atol=0.034)
    np.testing.assert_allclose(lowpass(at, line)[:-15], line[:-15], atol=1e-3)


@pytest.mark.parametrize("count", [59, 60])
def test_a_line_passes_to_the_last_frame(count: int) -> None:
    line = 3.0 + 2.0 * times(count)
    np.testing.assert_allclose(lowpass(times(count), line), line, atol=1e-6)


def test_nothing_is_filtered_to_nothing() -> None:
    assert lowpass(times(0), times(0)).shape == (0,)


def test_long_gaps_split_the_signal_and_short_ones_are_bridged() -> None:
    values = np.full(120, 7.0)
    values[20:24] = NAN
    values[60:90] = NAN
    smooth = lowpass(times(120), values)
    np.testing.assert_array_equal(np.isnan(smooth), np.r_[[False] * 60, [True] * 30, [False] * 30])
    np.testing.assert_allclose(smooth[np.isfinite(smooth)], 7.0, atol=1e-9)


def test_what_is_after_a_gap_does_not_reach_before_it() -> None:
    values = np.r_[np.zeros(60), np.full(30, NAN), np.full(60, 100.0)]
    smooth = lowpass(times(150), values)
    np.testing.assert_allclose(smooth[:60], 0.0, atol=1e-9)
    np.testing.assert_allclose(smooth[90:], 100.0, atol=1e-9)


def test_columns_are_filtered_one_by_one() -> None:
    columns = np.random.default_rng(1).normal(size=(60, 3))
    columns[10:13, 1] = NAN
    together = lowpass(times(60), columns)
    for k in range(3):
        np.testing.assert_array_equal(together[:, k], lowpass(times(60), columns[:, k]))


@QUICK
@given(signals.filter(len), st.sampled_from([5.0, 30.0, 240.0]))
def test_nothing_crashes_and_nothing_is_invented(values: FloatArray, fps: float) -> None:
    at = times(values.size, fps)
    kept = values.copy()
    for result in (remove_spikes(at, values), running_median(at, values, 0.45)):
        assert result.shape == values.shape
        assert not np.isfinite(result[np.isnan(values)]).any()
    bridged = np.isfinite(fill_gaps(at, values))
    np.testing.assert_array_equal(np.isfinite(lowpass(at, values)), bridged)
    np.testing.assert_array_equal(values, kept)


def test_a_long_time_without_frames_splits_the_signal() -> None:
    time_s, values = times(60), np.sin(times(60))
    apart_s = np.where(np.arange(60) < 30, time_s, time_s + 1e4)
    halves = [lowpass(time_s[part], values[part]) for part in (slice(30), slice(30, None))]
    np.testing.assert_allclose(lowpass(apart_s, values), np.concatenate(halves), atol=1e-6)


def test_a_slow_rate_is_no_time_without_frames() -> None:
    time_s = times(40, fps=12.0)
    values = np.random.default_rng(1).normal(size=40)
    at_once = lowpass(time_s, values, 2.0)
    assert not np.allclose(lowpass(time_s[:20], values[:20], 2.0), at_once[:20])
