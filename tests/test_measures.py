"""Behaviour of `formcheck.lifts.measures`: the numbers of one repetition."""

from __future__ import annotations

from dataclasses import replace
from typing import Literal

import numpy as np
import pytest
from figures import (
    LEVEL_TOLERANCE_DEG,
    assert_as_drawn,
    even_times,
    landmarks,
    moving_lifter,
    posture_at,
    settling_share,
)
from sets import with_thoracic

from formcheck.geometry import Kinematics, kinematics, without_back
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.measures import RepMeasures, measure_rep, neutral_frames
from formcheck.lifts.reps import SETTLED, Rep, find_reps
from formcheck.pose.landmarks import middle
from formcheck.pose.track import PoseTrack

Lift = Literal["deadlift", "squat"]
LIFTS: tuple[Lift, Lift] = ("squat", "deadlift")

PEAK_TOLERANCE_DEG = 2.0
# Two frames of 30 a second, and the filter's rounding
TIME_TOLERANCE_S = 0.08
SPEED_TOLERANCE = 0.05  # a share


def inner(lift: Lift) -> float:
    """Share of a move's time in which it is under way."""
    at_ends = [settling_share(lift, at, SETTLED) for at in ("upright", "bottom")]
    return 1 - sum(at_ends)


def measure_all(track: PoseTrack, lift: str) -> list[RepMeasures]:
    kin = kinematics(track)
    exercise = EXERCISES[lift]
    return [
        measure_rep(rep, kin, exercise) for rep in find_reps(track.time_s, kin.joints, exercise)
    ]


def test_the_peak_of_every_repetition_is_its_own() -> None:
    peaks_deg = [20.0, 0.0, -10.0, 10.0]
    track = moving_lifter("squat", peaks_deg, standing_deg=-30.0)
    reps = measure_all(track, "squat")
    assert_as_drawn([rep.peak_deg for rep in reps], peaks_deg)
    for rep in reps:
        assert rep.measured
        assert rep.visible == 1.0
        # Held at the bottom from 1.2 s after the first movement for half a second
        assert rep.turn_s - 0.6 <= rep.peak_s <= rep.turn_s + 0.6
        assert rep.least_deg < rep.peak_deg
        assert rep.start_s <= rep.least_s <= rep.end_s


@pytest.mark.parametrize("fps", [5.0, 10.0, 29.97, 60.0, 240.0])
def test_peaks_do_not_depend_on_the_frame_rate(fps: float) -> None:
    track = moving_lifter("squat", [20.0, -5.0], fps=fps)
    reps = measure_all(track, "squat")
    assert_as_drawn([rep.peak_deg for rep in reps], [20.0, -5.0])


def test_the_peaks_of_a_deadlift_are_those_near_the_floor() -> None:
    track = moving_lifter("deadlift", [25.0, 5.0], standing_deg=-15.0)
    reps = measure_all(track, "deadlift")
    for rep, floor_deg in zip(reps, (25.0, 5.0), strict=True):
        # At the least what the back is after the first twentieth of the way
        started_deg = floor_deg + 0.05 * (-15.0 - floor_deg)
        off_deg = LEVEL_TOLERANCE_DEG + PEAK_TOLERANCE_DEG
        assert started_deg - off_deg <= rep.peak_deg <= floor_deg + off_deg
        assert rep.least_deg == pytest.approx(-15.0, abs=off_deg)
        assert rep.start_s < rep.least_s < rep.end_s


@pytest.mark.parametrize(
    ("lift", "concentric_s", "eccentric_s"), [("squat", 1.0, 1.2), ("deadlift", 1.0, 1.2)]
)
def test_phase_times_are_those_of_the_script(
    lift: Lift, concentric_s: float, eccentric_s: float
) -> None:
    for rep in measure_all(moving_lifter(lift, [0.0, 0.0]), lift):
        assert rep.concentric_s == pytest.approx(inner(lift) * concentric_s, abs=TIME_TOLERANCE_S)
        assert rep.eccentric_s == pytest.approx(inner(lift) * eccentric_s, abs=TIME_TOLERANCE_S)
        assert rep.start_s < rep.turn_s < rep.end_s


def shoulder_height(lift: Lift, bend: float) -> float:
    """Height of the shoulders in trunk lengths over some ground."""
    return -float(middle(landmarks(posture_at(lift, bend, 0.0)), "shoulder")[1]) / 150.0


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
@pytest.mark.parametrize("trunk_px", [75.0, 150.0])
def test_concentric_speed_is_in_body_lengths_a_second(lift: Lift, trunk_px: float) -> None:
    # The shoulders rise between where the move gets under way and where it settles; a
    # trunk is 0.288 of the stature.
    top, bottom = (
        (1 - np.cos(np.pi * settling_share(lift, at, SETTLED))) / 2 for at in ("upright", "bottom")
    )
    rise = shoulder_height(lift, top) - shoulder_height(lift, 1 - bottom)
    expected = rise * 0.288 / inner(lift)
    for rep in measure_all(moving_lifter(lift, [0.0, 0.0], trunk_px=trunk_px), lift):
        assert rep.concentric_speed == pytest.approx(expected, rel=SPEED_TOLERANCE)
    assert 0.2 < expected < 0.6


def test_a_slower_repetition_is_slower() -> None:
    fast = moving_lifter("squat", [0.0])
    slow = replace(fast, time_s=fast.time_s * 1.5)
    quick, late = measure_all(fast, "squat")[0], measure_all(slow, "squat")[0]
    assert late.concentric_speed == pytest.approx(quick.concentric_speed / 1.5, rel=SPEED_TOLERANCE)


def hidden(kin: Kinematics, frames: slice) -> Kinematics:
    lumbar, uncertainty = kin.back.lumbar_deg.copy(), kin.back.uncertainty_deg.copy()
    lumbar[frames] = uncertainty[frames] = np.nan
    return replace(kin, back=replace(kin.back, lumbar_deg=lumbar, uncertainty_deg=uncertainty))


@pytest.mark.parametrize(("share_seen", "measured"), [(0.7, True), (0.5, False), (0.0, False)])
def test_without_its_bent_half_a_repetition_is_not_measured(
    share_seen: float, measured: bool
) -> None:
    track = moving_lifter("squat", [20.0])
    kin, exercise = kinematics(track), EXERCISES["squat"]
    (rep,) = find_reps(track.time_s, kin.joints, exercise)
    count = rep.end + 1 - rep.start
    partly = hidden(kin, slice(rep.start, rep.start + round((1 - share_seen) * count)))
    measures = measure_rep(rep, partly, exercise)
    assert measures.visible == pytest.approx(share_seen, abs=0.02)
    assert measures.measured == measured
    for name in ("peak_deg", "least_deg", "peak_s", "least_s", "uncertainty_deg"):
        assert np.isfinite(getattr(measures, name)) == measured
    # Times and speed come from the joints.
    assert np.isfinite(measures.concentric_speed)


def test_a_sure_extreme_is_not_displaced_by_an_unsure_one() -> None:
    kin, rep = whole("squat")
    lumbar, uncertainty = np.zeros(len(kin.time_s)), np.full(len(kin.time_s), 3.0)
    lumbar[[rep.turn - 6, rep.turn - 3]] = 20.0, 22.0
    lumbar[[rep.turn + 3, rep.turn + 6]] = -20.0, -22.0
    uncertainty[[rep.turn - 3, rep.turn + 6]] = 15.0
    back = replace(kin.back, lumbar_deg=lumbar, uncertainty_deg=uncertainty)
    measures = measure_rep(rep, replace(kin, back=back), EXERCISES["squat"])
    assert (measures.peak_deg, measures.uncertainty_deg) == (20.0, 3.0)
    assert (measures.least_deg, measures.least_uncertainty_deg) == (-20.0, 3.0)
    assert measures.peak_s == kin.time_s[rep.turn - 6]


def whole(lift: Lift) -> tuple[Kinematics, Rep]:
    track = moving_lifter(lift, [0.0])
    kin = kinematics(track)
    return kin, find_reps(track.time_s, kin.joints, EXERCISES[lift])[0]


def test_the_upper_back_has_extremes_of_its_own() -> None:
    kin, rep = whole("squat")
    thoracic = np.full(len(kin.time_s), 30.0)
    thoracic[[rep.start, rep.turn]] = 24.0, 52.0
    thoracic[: rep.start], thoracic[rep.end + 1 :] = 5.0, 90.0  # not of the repetition
    seen = measure_rep(rep, with_thoracic(kin, thoracic, 3.0), EXERCISES["squat"])
    assert (seen.thoracic_peak_deg, seen.thoracic_least_deg) == (52.0, 24.0)
    assert (seen.thoracic_uncertainty_deg, seen.thoracic_least_uncertainty_deg) == (3.0, 3.0)
    # The lower back is measured as without it.
    plain = measure_rep(rep, kin, EXERCISES["squat"])
    assert (seen.peak_deg, seen.least_deg, seen.visible) == (
        plain.peak_deg,
        plain.least_deg,
        plain.visible,
    )


@pytest.mark.parametrize(("share_seen", "measured"), [(0.7, True), (0.5, False), (0.0, False)])
def test_an_upper_back_that_was_hidden_is_not_measured_though_the_lower_one_is(
    share_seen: float, measured: bool
) -> None:
    kin, rep = whole("squat")
    thoracic = np.full(len(kin.time_s), 30.0)
    thoracic[: rep.start + round((1 - share_seen) * (rep.end + 1 - rep.start))] = np.nan
    seen = measure_rep(rep, with_thoracic(kin, thoracic, 3.0), EXERCISES["squat"])
    assert seen.measured
    for name in ("peak", "least", "uncertainty", "least_uncertainty"):
        assert np.isfinite(getattr(seen, f"thoracic_{name}_deg")) == measured


def test_a_lower_back_that_was_hidden_does_not_hide_the_upper_one() -> None:
    kin, rep = whole("squat")
    upper = with_thoracic(hidden(kin, slice(None)), np.full(len(kin.time_s), 30.0), 3.0)
    seen = measure_rep(rep, upper, EXERCISES["squat"])
    assert not seen.measured
    assert seen.thoracic_peak_deg == 30.0


def test_without_a_back_there_is_no_upper_back() -> None:
    kin, rep = whole("squat")
    upper = with_thoracic(kin, np.full(len(kin.time_s), 30.0), 3.0)
    seen = measure_rep(rep, without_back(upper), EXERCISES["squat"])
    assert np.isnan([seen.thoracic_peak_deg, seen.thoracic_uncertainty_deg]).all()


def test_a_deadlift_without_its_lowering_has_no_eccentric_time() -> None:
    kin, rep = whole("deadlift")
    dropped = replace(rep, left=rep.turn, end=rep.turn, came_back=False)
    measures = measure_rep(dropped, kin, EXERCISES["deadlift"])
    assert np.isnan(measures.eccentric_s)
    assert np.isfinite(measures.concentric_s)
    assert np.isfinite(measures.concentric_speed)


def test_a_squat_that_never_comes_up_has_no_concentric_time() -> None:
    kin, rep = whole("squat")
    sunk = replace(rep, left=rep.turn, end=rep.turn, came_back=False, complete=False, cut=True)
    measures = measure_rep(sunk, kin, EXERCISES["squat"])
    assert np.isnan(measures.concentric_s)
    assert np.isnan(measures.concentric_speed)


def test_neutral_frames_are_at_the_upright_end() -> None:
    for lift in LIFTS:
        exercise = EXERCISES[lift]
        track = moving_lifter(lift, [0.0])
        kin = kinematics(track)
        (rep,) = find_reps(track.time_s, kin.joints, exercise)
        upright = kin.joints.hip_deg[neutral_frames(rep, exercise, track.time_s)]
        assert upright.size > 0
        # 178 less what of some 105 degrees leaves the height nearly as it is
        assert upright.min() > 160


def test_neutral_frames_reach_neither_before_the_track_nor_into_the_repetition_before() -> None:
    time_s = even_times(3.0, 30.0)
    rep = Rep(4, 10, 15, 20, 30, complete=True, came_back=True, cut=False, rises=False)
    assert neutral_frames(rep, EXERCISES["squat"], time_s) == slice(0, 5)
    later = replace(rep, start=60)
    assert neutral_frames(later, EXERCISES["squat"], time_s) == slice(45, 61)
    assert neutral_frames(later, EXERCISES["squat"], time_s, since=55) == slice(55, 61)
