"""Behaviour of `formcheck.lifts.reps` on sets whose script is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Literal

import numpy as np
import pytest
from figures import (
    Move,
    Posture,
    even_times,
    figure_at,
    join_tracks,
    make_track,
    mirrored,
    moving_lifter,
    perform,
    settling_share,
    walking_lifter,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from formcheck.arrays import FloatArray
from formcheck.geometry import kinematics
from formcheck.geometry.joints import Joints
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.reps import SETTLED, Rep, find_reps, phases
from formcheck.lifts.sight import sight
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import PoseTrack

Lift = Literal["deadlift", "squat"]

# The filter and the running median round the corners by a little.
TIME_TOLERANCE_S = 0.06
LIFTS: tuple[Lift, Lift] = ("deadlift", "squat")


def reps_of(track: PoseTrack, lift: str) -> tuple[Rep, ...]:
    seen = sight(kinematics(track))
    return find_reps(
        track.time_s,
        seen.joints,
        EXERCISES[lift],
        side_view=seen.angles,
        whereabouts=seen.whereabouts,
    )


def scripted(lift: Lift, *moves: tuple[float, float], fps: float = 30.0) -> PoseTrack:
    """A track of (duration, bend) moves with a flat back."""
    return perform(lift, [Move(duration_s, bend, 0.0) for duration_s, bend in moves], fps=fps)


def flags(reps: Sequence[Rep]) -> list[bool]:
    return [rep.complete for rep in reps]


# What a set of these moves looks like; a squat begins upright, a deadlift bent.
DOWN, UP, HOLD_DOWN, HOLD_UP = (1.2, 1.0), (1.0, 0.0), (0.5, 1.0), (0.5, 0.0)
SQUAT = (DOWN, HOLD_DOWN, UP, HOLD_UP)
PULL = (UP, HOLD_UP, DOWN, HOLD_DOWN)


@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize("count", [1, 2, 5])
def test_a_set_is_counted(lift: Lift, count: int) -> None:
    reps = reps_of(moving_lifter(lift, [0.0] * count), lift)
    assert flags(reps) == [True] * count
    assert all(rep.came_back and not rep.cut for rep in reps)


def rates() -> list[FloatArray]:
    """Times of 8.6 s at constant rates, and at a phone's variable one."""
    constant = [even_times(8.6, fps) for fps in (5.0, 10.0, 29.97, 60.0, 240.0)]
    steps = np.random.default_rng(4).choice([1 / 30, 1 / 24, 1 / 15], 400)
    variable = np.cumsum(steps) - steps[0]
    return [*constant, variable[variable <= 8.6]]


@pytest.mark.parametrize("times_s", rates(), ids=["5", "10", "29.97", "60", "240", "variable"])
def test_times_are_those_of_the_script_at_any_frame_rate(times_s: FloatArray) -> None:
    # Upright to 1.0 s, down to 2.2, held to 2.7, up to 3.7, held to 4.2, and once more.
    track = moving_lifter("squat", [0.0, 0.0], times_s=times_s)
    reps = reps_of(track, "squat")
    assert flags(reps) == [True, True]
    tolerance_s = TIME_TOLERANCE_S + float(np.median(np.diff(times_s)))
    top, bottom = (settling_share("squat", at, SETTLED) for at in ("upright", "bottom"))
    for rep, later_s in zip(reps, (0.0, 3.2), strict=True):
        names = ("start", "reached", "turn", "left", "end")
        at = {name: times_s[getattr(rep, name)] - later_s for name in names}
        assert at["start"] == pytest.approx(1.0 + top * 1.2, abs=tolerance_s)
        assert at["reached"] == pytest.approx(2.2 - bottom * 1.2, abs=tolerance_s)
        assert 2.2 - tolerance_s <= at["turn"] <= 2.7 + tolerance_s
        assert at["left"] == pytest.approx(2.7 + bottom * 1.0, abs=tolerance_s)
        assert at["end"] == pytest.approx(3.7 - top * 1.0, abs=tolerance_s)


@pytest.mark.parametrize("lift", LIFTS)
def test_mirror_and_size_change_no_repetition(lift: Lift) -> None:
    track = moving_lifter(lift, [10.0, 10.0])
    expected = reps_of(track, lift)
    assert reps_of(mirrored(track), lift) == expected
    assert reps_of(moving_lifter(lift, [10.0, 10.0], trunk_px=75.0), lift) == expected
    assert reps_of(moving_lifter(lift, [10.0, 10.0], feet_px=(300.0, 500.0)), lift) == expected


def test_touch_and_go_is_counted_one_by_one() -> None:
    track = scripted("deadlift", (1.0, 1.0), *[(1.0, 0.0), (0.8, 1.0)] * 5)
    assert flags(reps_of(track, "deadlift")) == [True] * 5


def test_a_deadlift_may_begin_on_the_floor_and_end_at_lock_out() -> None:
    reps = reps_of(scripted("deadlift", (0.5, 1.0), *PULL, UP, HOLD_UP), "deadlift")
    assert flags(reps) == [True, True]
    assert [rep.came_back for rep in reps] == [True, False]
    assert not any(rep.cut for rep in reps)


def test_going_down_to_the_bar_is_no_repetition() -> None:
    reps = reps_of(scripted("deadlift", (1.0, 0.0), DOWN, HOLD_DOWN, *PULL), "deadlift")
    assert len(reps) == 1
    # The pull begins after 1.0 + 1.2 + 0.5 s.
    lifted_s = 2.7 + settling_share("deadlift", "bottom", SETTLED)
    assert reps[0].start / 30 == pytest.approx(lifted_s, abs=TIME_TOLERANCE_S)


def test_a_dropped_bar_leaves_a_complete_repetition() -> None:
    # Lock-out, the bar is let go, the lifter stays upright
    reps = reps_of(scripted("deadlift", (0.5, 1.0), *PULL, UP, (3.0, 0.0)), "deadlift")
    assert flags(reps) == [True, True]
    assert not reps[-1].came_back


@pytest.mark.parametrize(
    ("lift", "moves"),
    [
        # The hips come up by three fifths of the way only: four fifths of both ways.
        ("squat", [(1.0, 0.0), *SQUAT, DOWN, HOLD_DOWN, (0.8, 0.6)]),
        # The clip ends on the way up, at two thirds of it.
        ("deadlift", [(0.5, 1.0), *PULL, (0.8, 0.3)]),
    ],
)
def test_a_repetition_that_the_end_cuts_after_most_of_its_way_counts(
    lift: Lift, moves: list[tuple[float, float]]
) -> None:
    reps = reps_of(scripted(lift, *moves), lift)
    assert flags(reps) == [True, True]
    assert [rep.cut for rep in reps] == [False, True]
    assert [rep.whole for rep in reps] == [True, False]


def test_a_repetition_that_the_start_cuts_after_most_of_its_way_counts() -> None:
    # On the way down, of which a half is done.
    whole = scripted("squat", (1.2, 0.0), DOWN, HOLD_DOWN, UP, HOLD_UP, *SQUAT)
    reps = reps_of(whole[round(30 * 1.8) :], "squat")
    assert flags(reps) == [True, True]
    assert [rep.cut for rep in reps] == [True, False]


@pytest.mark.parametrize(
    ("lift", "moves"),
    [
        # It never came up.
        ("squat", [(1.0, 0.0), *SQUAT, DOWN, HOLD_DOWN]),
        # A third of the way up
        ("deadlift", [(0.5, 1.0), *PULL, (0.8, 0.65)]),
    ],
)
def test_what_the_end_cuts_before_most_of_its_way_is_none(
    lift: Lift, moves: list[tuple[float, float]]
) -> None:
    assert flags(reps_of(scripted(lift, *moves), lift)) == [True]


@pytest.mark.parametrize(
    ("lift", "moves"),
    [
        # From the bottom up: the way down is not in the clip.
        ("squat", [HOLD_DOWN, UP, HOLD_UP, *SQUAT]),
        # The end of the pull: hip 127 to 178
        ("deadlift", [(0.3, 0.5), UP, HOLD_UP, DOWN, HOLD_DOWN, *PULL]),
        # The lowering alone
        ("deadlift", [(0.5, 0.0), DOWN, HOLD_DOWN, *PULL]),
    ],
)
def test_the_rest_of_a_repetition_at_the_start_is_none(
    lift: Lift, moves: list[tuple[float, float]]
) -> None:
    assert flags(reps_of(scripted(lift, *moves), lift)) == [True]


def test_a_pull_given_up_is_listed_but_not_complete() -> None:
    # Up to hip 75 + 0.55 · 103 = 132 degrees, and back to the floor
    track = scripted("deadlift", HOLD_DOWN, *PULL, (0.9, 0.45), (0.9, 1.0), HOLD_DOWN, *PULL)
    reps = reps_of(track, "deadlift")
    assert flags(reps) == [True, False, True]
    assert not reps[1].cut


def test_a_squat_given_up_is_listed_but_not_complete() -> None:
    # The hips go down by 0.29 trunk lengths, not the 0.35 of a whole squat
    at = even_times(2.0, 30.0)
    bend = (1 - np.cos(np.pi * at)) / 2
    shallow = [
        figure_at(Posture(0.0, 16.0 * b, 178.0 - 52.0 * b, 178.0 - 66.0 * b, arms="forward"))
        for b in bend
    ]
    whole = scripted("squat", (1.0, 0.0), *SQUAT)
    reps = reps_of(join_tracks(whole, make_track(shallow), whole), "squat")
    assert flags(reps) == [True, False, True]
    assert not reps[1].cut


@pytest.mark.parametrize(("up_to", "found"), [(0.68, [True] * 3), (0.4, [True] * 4)])
def test_who_sinks_back_from_less_than_half_way_up_has_squatted_once(
    up_to: float, found: list[bool]
) -> None:
    sinks = [(0.9, 1.0), (0.8, up_to), (0.8, 1.0), (0.9, 0.0)]
    track = scripted("squat", (1.0, 0.0), *SQUAT, *sinks, (1.0, 0.0), *SQUAT)
    assert flags(reps_of(track, "squat")) == found


def test_a_rest_between_two_sets_is_no_repetition() -> None:
    squats = scripted("squat", (1.0, 0.0), *SQUAT, *SQUAT, (8.0, 0.0), *SQUAT, *SQUAT)
    assert flags(reps_of(squats, "squat")) == [True] * 4
    pulls = scripted("deadlift", (1.0, 1.0), *PULL, *PULL, (8.0, 1.0), *PULL, *PULL)
    assert flags(reps_of(pulls, "deadlift")) == [True] * 4


@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize(
    "track",
    [
        scripted("squat", (10.0, 0.0)),
        # Hips bend to 178 - 0.3 · 108 = 146 degrees and back: 32, under 35
        scripted("squat", (1.0, 0.0), *[(0.8, 0.3), (0.8, 0.0)] * 5),
        # Set-up at the bar: the shoulders bob by a fifth of a trunk
        scripted("deadlift", (1.0, 1.0), *[(0.8, 0.85), (0.8, 1.0)] * 5),
        walking_lifter(8.0),
        make_track([None] * 100),
    ],
    ids=["standing", "half dips", "half pulls", "walking", "nobody"],
)
def test_other_movement_is_no_repetition(track: PoseTrack, lift: Lift) -> None:
    assert reps_of(track, lift) == ()


def test_who_steps_aside_while_straightening_up_has_squatted() -> None:
    track = scripted("squat", (1.0, 0.0), DOWN, HOLD_DOWN, (1.0, 0.25), (2.5, 0.0), (1.0, 0.0))
    almost_up_s = 1.0 + 1.2 + 0.5 + 1.0
    aside_px = 75.0 * np.clip(track.time_s - almost_up_s, 0.0, 1.5)
    points = track.landmarks_px.copy()
    points[:, :, 0] += aside_px[:, None]
    (rep,) = reps_of(replace(track, landmarks_px=points), "squat")
    assert rep.complete
    assert aside_px[rep.end] > 0.5 * 150.0  # by more than half a trunk


def test_feet_that_plates_hide_and_that_are_guessed_with_the_hips_go_nowhere() -> None:
    track = scripted("deadlift", HOLD_DOWN, *PULL, *PULL)
    points = track.landmarks_px.copy()
    back_px = points[:, LEFT.hip, 0] - points[0, LEFT.hip, 0]
    for side in (LEFT, RIGHT):
        points[:, side.hip, 0] += 0.5 * back_px
        for joint in (side.ankle, side.heel, side.toe):
            points[:, joint, 0] += 1.5 * back_px
    assert 1.5 * np.ptp(back_px) > 0.45 * 150.0  # as far as one who walks
    guessed = reps_of(replace(track, landmarks_px=points), "deadlift")
    assert flags(guessed) == flags(reps_of(track, "deadlift")) == [True, True]


def test_a_lift_that_was_named_is_counted_however_it_is_done() -> None:
    at = even_times(6.0, 30.0)
    bend = (1 - np.cos(np.pi * at)) / 2
    # A deadlift that is all knees, its trunk leaning no more than in a squat.
    upright = [figure_at(Posture(0.0, 20.0 * b, 178.0 - 90.0 * b, 178.0 - 90.0 * b)) for b in bend]
    assert flags(reps_of(make_track(upright), "deadlift")) == [True] * 3


@pytest.mark.parametrize(("lost_s", "complete"), [(0.5, True), (0.9, True), (2.5, True)])
def test_a_pose_lost_at_the_bottom_is_bridged(lost_s: float, complete: bool) -> None:
    track = scripted("squat", (1.0, 0.0), DOWN, (3.0, 1.0), UP, (1.0, 0.0))
    middle_s = 1.0 + 1.2 + 1.5
    points = track.landmarks_px.copy()
    points[np.abs(track.time_s - middle_s) < lost_s / 2] = np.nan
    reps = reps_of(replace(track, landmarks_px=points), "squat")
    assert flags(reps) == [complete]


def test_a_knee_that_jumps_behind_a_plate_makes_no_repetition() -> None:
    track = scripted("squat", (1.0, 0.0), *SQUAT)
    points = track.landmarks_px.copy()
    points[8:13, 25:27] += np.array([120, -100], np.float32)  # 0.17 s
    assert len(reps_of(replace(track, landmarks_px=points), "squat")) == 1


def test_a_growing_track_keeps_the_repetitions_it_has() -> None:
    track = moving_lifter("squat", [10.0, 10.0, 10.0])
    whole = reps_of(track, "squat")
    for rep in whole:
        # Standing again for half a second
        part = slice(0, rep.end + 15)
        growing = track[part]
        known = [r for r in reps_of(growing, "squat") if r.complete]
        assert [r.turn for r in known] == pytest.approx(
            [r.turn for r in whole[: len(known)]], abs=15
        )
        assert known[-1].start == pytest.approx(rep.start, abs=1)
        assert known[-1].end == pytest.approx(rep.end, abs=1)


def test_two_clips_joined_have_the_repetitions_of_both() -> None:
    track = moving_lifter("squat", [0.0, 0.0])
    assert len(reps_of(join_tracks(track, track), "squat")) == 4


@pytest.mark.parametrize(("lift", "first"), [("squat", "eccentric"), ("deadlift", "concentric")])
def test_phases_in_order(lift: Lift, first: str) -> None:
    track = moving_lifter(lift, [0.0, 0.0])
    reps = reps_of(track, lift)
    named = phases(len(track), reps)
    assert len(named) == len(track)
    second = "concentric" if first == "eccentric" else "eccentric"
    for rep in reps:
        inside = named[rep.start : rep.end + 1]
        assert list(dict.fromkeys(inside)) == [first, "turn", second]
        assert named[rep.start - 1] == ""
        assert named[rep.reached] == "turn"
        assert named[rep.left] == second
    assert named[reps[-1].end + 1 :] == [""] * (len(track) - reps[-1].end - 1)


angle_signals = arrays(
    np.float64, st.integers(0, 70), elements=st.floats(0, 180) | st.just(float("nan"))
)
intervals = st.sampled_from([0.004, 0.033, 0.2, 1.5])


@settings(max_examples=150, deadline=None, database=None, derandomize=True)
@given(hip=angle_signals, seed=st.integers(0, 1000), lift=st.sampled_from(LIFTS), step_s=intervals)
def test_any_signal_gives_repetitions_in_order_inside_the_track(
    hip: FloatArray, seed: int, lift: Lift, step_s: float
) -> None:
    rng = np.random.default_rng(seed)
    count = len(hip)
    hip = np.repeat(hip, 5)  # wide enough to be no glitch
    at = np.cumsum(rng.uniform(0.5, 1.5, len(hip))) * step_s
    values = {f.name: rng.uniform(0, 180, len(hip)) for f in fields(Joints)}
    heights = dict.fromkeys(("hip_height", "shoulder_height", "head_height"), hip / 60)
    joints = Joints(**(values | heights))
    reps = find_reps(at, joints, EXERCISES[lift])
    last_end = 0
    for rep in reps:
        assert last_end <= rep.start <= rep.reached <= rep.turn <= rep.left <= rep.end < len(hip)
        assert rep.complete or not rep.cut  # what the clip cuts counts, or is not listed
        last_end = rep.end
    assert len(reps) <= 5 * count
    assert len(phases(len(hip), reps)) == len(hip)
