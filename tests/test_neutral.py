"""Behaviour of `formcheck.geometry.neutral`: what flexion is counted from."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from figures import (
    LEVEL_TOLERANCE_DEG,
    Move,
    Posture,
    assert_as_drawn,
    figure_at,
    make_track,
    moving_lifter,
    perform,
    set_moves,
    walking_lifter,
)
from numpy.typing import NDArray

from formcheck.geometry import Kinematics, kinematics
from formcheck.geometry.neutral import (
    Neutral,
    first_reps_neutral,
    given_neutral,
    no_neutral,
    standing_neutral,
)
from formcheck.pose.track import PoseTrack

# The arc read by a parabola, median over a second
TOLERANCE_DEG = 1.5
STANDING_DEG = -25.0


def neutral_of(track: PoseTrack, busy: NDArray[np.bool_] | None = None) -> Neutral:
    kin = kinematics(track)
    nothing = np.zeros(len(track), dtype=np.bool_)
    return standing_neutral(track.time_s, kin.joints, kin.back, nothing if busy is None else busy)


def measured_deg(track: PoseTrack) -> float:
    """Median of the angle in all frames."""
    return float(np.median(kinematics(track).back.lumbar_deg))


def stand_then_squat(wait_s: float) -> PoseTrack:
    return perform("squat", set_moves("squat", [20.0], standing_deg=STANDING_DEG, wait_s=wait_s))


@pytest.mark.parametrize("lumbar_deg", [-45.0, -25.0, 0.0])
def test_standing_still_is_the_neutral(lumbar_deg: float) -> None:
    track = perform("squat", [Move(2.0, 0.0, lumbar_deg)])
    neutral = neutral_of(track)
    assert neutral.method == "standing"
    assert neutral.lumbar_deg == pytest.approx(measured_deg(track), abs=TOLERANCE_DEG)
    # Of one who never moves the level is known least (tests/test_lumbar.py).
    assert neutral.lumbar_deg == pytest.approx(lumbar_deg, abs=2 * LEVEL_TOLERANCE_DEG)
    assert neutral.uncertainty_deg > 0


@pytest.mark.parametrize(("lumbar_deg", "bridged"), [(-55.0, 0), (-25.0, 20)])
def test_a_shirt_may_bridge_the_hollow_of_a_flat_back(lumbar_deg: float, bridged: float) -> None:
    track = perform("squat", [Move(2.0, 0.0, lumbar_deg)])
    neutral = neutral_of(track)
    assert neutral.bridged_deg == pytest.approx(bridged, abs=2.0)
    measured_deg = float(np.median(kinematics(track).back.uncertainty_deg))
    expected_deg = math.hypot(measured_deg, neutral.bridged_deg)
    assert neutral.uncertainty_deg == pytest.approx(expected_deg, abs=0.5)


def test_lying_on_the_back_the_floor_hides_it_anyhow() -> None:
    kin = kinematics(moving_lifter("sit-up", [10.0], standing_deg=-25.0))
    assert first_reps_neutral(kin.joints, kin.back, [slice(0, 10)]).bridged_deg == 0


def test_repetitions_do_not_count() -> None:
    track = perform("squat", [Move(2.0, 0.0, -25.0), Move(0.1, 0.0, 0.0), Move(4.0, 0.0, 0.0)])
    busy = track.time_s > 2.0
    rested, whole = neutral_of(track, busy).lumbar_deg, neutral_of(track).lumbar_deg
    assert_as_drawn([rested, whole], [-25.0, 0.0])


@pytest.mark.parametrize(("wait_s", "method"), [(0.8, "standing"), (0.3, "none")])
def test_a_moment_is_not_enough(wait_s: float, method: str) -> None:
    track = stand_then_squat(wait_s)
    # The lifter stands up again after the squat: only what is before it counts here.
    neutral = neutral_of(track, track.time_s > wait_s)
    assert neutral.method == method
    assert np.isfinite(neutral.lumbar_deg) == (method == "standing")


@pytest.mark.parametrize(
    "posture",
    [
        Posture(-25.0, lean_deg=16.0, hip_deg=178.0, knee_deg=178.0),
        Posture(-25.0, lean_deg=-16.0, hip_deg=178.0, knee_deg=178.0),
        Posture(-25.0, lean_deg=0.0, hip_deg=155.0, knee_deg=178.0),
        Posture(-25.0, lean_deg=0.0, hip_deg=178.0, knee_deg=155.0),
    ],
    ids=["leaning", "leaning back", "hips bent", "knees bent"],
)
def test_only_upright_and_straight_is_standing(posture: Posture) -> None:
    track = make_track([figure_at(posture)] * 60)
    assert neutral_of(track).method == "none"
    nearly = replace(posture, lean_deg=posture.lean_deg / 2, hip_deg=170.0, knee_deg=170.0)
    assert neutral_of(make_track([figure_at(nearly)] * 60)).method == "standing"


@pytest.mark.parametrize(("reach", "method"), [(0.2, "standing"), (0.8, "none")])
def test_holding_something_overhead_is_not_standing_still(reach: float, method: str) -> None:
    raised = Posture(-25.0, 0.0, 178.0, 178.0, arms="raised", reach=reach)
    assert neutral_of(make_track([figure_at(raised)] * 60)).method == method


def test_moving_is_not_standing_still() -> None:
    # Hips that rise by 0.2 trunk lengths a second, legs straight: a lift, or a camera
    heights = 640.0 - 30.0 * np.arange(60) / 30
    upright = Posture(-25.0, 0.0, 178.0, 178.0)
    rising = make_track([figure_at(upright, feet_px=(600.0, y)) for y in heights])
    assert neutral_of(rising).method == "none"
    assert neutral_of(walking_lifter(5.0)).method == "none"


def test_a_back_that_is_not_seen_gives_none() -> None:
    track = perform("squat", [Move(2.0, 0.0, -25.0)])
    hidden = replace(track, profile=np.full_like(track.profile, np.nan))
    assert neutral_of(hidden).method == "none"
    assert neutral_of(make_track([None] * 30)).method == "none"
    assert neutral_of(make_track([None] * 2)).method == "none"


def test_a_restless_back_is_a_less_certain_neutral() -> None:
    def standing(sway_deg: float) -> PoseTrack:
        sway = sway_deg * np.sin(2 * np.pi * np.arange(120) / 60)
        return make_track([figure_at(Posture(s, 0.0, 178.0, 178.0)) for s in sway])

    swaying = standing(10.0)
    calm, restless = neutral_of(standing(0.0)), neutral_of(swaying)
    assert restless.lumbar_deg == pytest.approx(measured_deg(swaying), abs=2 * TOLERANCE_DEG)
    assert restless.lumbar_deg == pytest.approx(0.0, abs=LEVEL_TOLERANCE_DEG)
    # Median deviation of a sine: 0.71 of its amplitude, · 1.4826 · 1.645
    swayed_deg = math.sqrt(restless.uncertainty_deg**2 - calm.uncertainty_deg**2)
    assert swayed_deg == pytest.approx(17.2, abs=3.0)


def measured(track: PoseTrack) -> Kinematics:
    return kinematics(track)


def test_the_first_repetitions_stand_in() -> None:
    track = moving_lifter("squat", [20.0], standing_deg=-18.0)
    kin = measured(track)
    neutral = first_reps_neutral(kin.joints, kin.back, [slice(5, 20), slice(22, 25)])
    assert neutral.method == "first-reps"
    assert neutral.lumbar_deg == pytest.approx(-18.0, abs=LEVEL_TOLERANCE_DEG)


def test_no_repetition_and_nothing_seen_give_none() -> None:
    kin = measured(moving_lifter("squat", [20.0]))
    hidden = replace(kin.back, lumbar_deg=np.full_like(kin.back.lumbar_deg, np.nan))
    assert first_reps_neutral(kin.joints, kin.back, []).method == "none"
    assert first_reps_neutral(kin.joints, hidden, [slice(5, 20)]).method == "none"


def test_given_and_none() -> None:
    assert given_neutral(-30.0) == Neutral(-30.0, 0.0, "given")
    assert np.isnan(no_neutral().lumbar_deg)
    assert no_neutral().method == "none"
    assert no_neutral().why == ()


def standing(frames: int = 60, *, reach: float = 0.0) -> PoseTrack:
    upright = Posture(-25.0, 0.0, 178.0, 178.0, arms="raised" if reach else "hanging", reach=reach)
    return make_track([figure_at(upright)] * frames)


def unseen(track: PoseTrack) -> PoseTrack:
    return replace(track, profile=np.full_like(track.profile, np.nan))


@pytest.mark.parametrize(
    ("track", "why"),
    [
        (standing(), ()),
        (standing(10), ("never-still",)),  # a third of a second
        (standing(2), ("never-still",)),
        (walking_lifter(5.0), ("never-still",)),
        (make_track([None] * 30), ("never-still",)),
        (unseen(standing()), ("hidden-standing",)),
        (standing(reach=0.8), ("hands-overhead",)),
        (unseen(standing(reach=0.8)), ("hands-overhead",)),
    ],
)
def test_who_is_not_seen_standing_is_told_why(track: PoseTrack, why: tuple[str, ...]) -> None:
    assert neutral_of(track).why == why


def test_standing_inside_a_repetition_is_not_standing_still() -> None:
    track = standing()
    assert neutral_of(track, np.ones(len(track), dtype=np.bool_)).why == ("never-still",)


@pytest.mark.parametrize(
    ("lumbar_deg", "ends", "why"),
    [
        (-18.0, [slice(5, 20)], ()),
        (-18.0, [], ("no-rest",)),
        (np.nan, [slice(5, 20)], ("hidden-at-rest",)),
        (25.0, [slice(5, 20)], ("rounded-at-rest",)),
    ],
)
def test_first_repetitions_that_give_none_are_told_why(
    lumbar_deg: float, ends: list[slice], why: tuple[str, ...]
) -> None:
    kin = kinematics(standing())
    angle = np.full(len(kin.time_s), lumbar_deg)
    back = replace(kin.back, lumbar_deg=angle, uncertainty_deg=np.full_like(angle, 4.0))
    assert first_reps_neutral(kin.joints, back, ends).why == why
