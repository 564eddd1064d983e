"""Counting and recognition on posed lifters: whole classes, from the pose on."""

from __future__ import annotations

from dataclasses import fields, replace
from functools import lru_cache

import numpy as np
import pytest
from common.posed import PosedSet, posed_set, resampled
from figures import join_tracks, make_track, moving_lifter

from formcheck.geometry import kinematics
from formcheck.geometry.joints import Joints
from formcheck.lifts.counting import Counted, count_reps
from formcheck.lifts.exercises import AUTO, EXERCISES, OTHER
from formcheck.lifts.neutral_choice import choose_neutral
from formcheck.lifts.reps import find_reps
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import PoseTrack
from lifter.movements import MOVEMENTS
from lifter.params import Camera, SetPlan, Take

VARIANTS = [key for key in MOVEMENTS if not key.startswith("other/")]
OTHERS = [key for key in MOVEMENTS if key.startswith("other/")]


@lru_cache
def posed(key: str, *, reps: int = 3, yaw_deg: float = 5.0, **plan: object) -> PosedSet:
    lift, _, variant = key.partition("/")
    times = (1.0,) * reps
    made = SetPlan(
        lift=lift,
        variant=variant,
        far_lumbar_deg=(-8.0,) * reps,
        concentric_s=times,
        eccentric_s=times,
        **plan,  # type: ignore[arg-type]
    )
    camera = Camera(yaw_deg=yaw_deg, fps=15.0, distance_m=3.8)
    return posed_set(Take(key.replace("/", "-"), plan=made, camera=camera), noisy=False)


def counted(track: PoseTrack, lift: str = AUTO) -> Counted:
    return count_reps(track, kinematics(track), lift)


@pytest.mark.parametrize("key", VARIANTS)
def test_a_variant_of_a_named_lift_is_counted(key: str) -> None:
    one = posed(key)
    reps = counted(one.track, one.lift).reps
    assert [rep.complete for rep in reps] == [True] * 3
    assert not any(rep.cut for rep in reps)


def test_a_far_leg_that_is_guessed_wrong_is_no_walking() -> None:
    """MediaPipe lifts a hidden foot by half a trunk while the shoulders sink with the bar."""
    track = moving_lifter("overhead-press", [-30.0] * 2)
    reps = counted(track, "overhead-press").reps
    assert len(reps) == 2
    points = track.landmarks_px.copy()
    trunk_px = kinematics(track).lifter.trunk_px
    down_s = track.time_s[reps[0].left]
    up = np.interp(track.time_s, down_s + np.array([-1.0, -0.4, 0.0, 0.7]), [0, 0.12, 0.12, 0])
    flies = np.interp(track.time_s, down_s + np.array([0.0, 0.7, 1.0, 3.0]), [0, 0.5, 0.5, 0])
    for joint in (LEFT.shoulder, RIGHT.shoulder):
        points[:, joint, 1] -= trunk_px * up
    for joint in (LEFT.ankle, LEFT.heel, LEFT.toe):
        points[:, joint, 1] -= trunk_px * flies
    flown = replace(track, landmarks_px=points)
    seen = counted(flown, "overhead-press")
    assert not seen.walking.any()
    assert len(seen.reps) == 2


@pytest.mark.parametrize("key", VARIANTS)
def test_a_variant_is_never_surely_another_lift(key: str) -> None:
    one = posed(key)
    seen = counted(one.track).recognition
    assert seen is not None
    assert not seen.known or seen.exercise.name == one.lift


@pytest.mark.parametrize(
    "key",
    ["deadlift/kettlebell", "deadlift/romanian", "glute-bridge/single-leg", "squat/goblet",
     "glute-bridge/hip-thrust", "overhead-press/push-press", "sit-up/decline",
     "squat/wall", "squat/box"],
)  # fmt: skip
def test_without_a_name_a_variant_is_the_nearest_lift(key: str) -> None:
    one = posed(key)
    found = counted(one.track)
    assert found.exercise.name == one.lift
    assert len(found.reps) == 3


@pytest.mark.parametrize("yaw_deg", [5.0, 50.0])
@pytest.mark.parametrize("key", OTHERS)
def test_other_movements_are_not_surely_a_lift(key: str, yaw_deg: float) -> None:
    seen = counted(posed(key, reps=4, yaw_deg=yaw_deg).track).recognition
    assert seen is not None
    assert seen.exercise is OTHER or not seen.clear


@pytest.mark.parametrize(
    ("lift", "yaw_deg", "fps"),
    [
        (lift, yaw_deg, fps)
        for lift in ("deadlift", "squat", "overhead-press")
        for yaw_deg in (5.0, 50.0, 86.0)
        for fps in (15.0, 5.0)
        # Bent towards the camera, a trunk changes its length by more in a fifth of a second
        # than `formcheck.geometry.person` takes for one body.
        if (lift, yaw_deg, fps) != ("deadlift", 86.0, 5.0)
    ],
)
def test_repetitions_are_complete_from_every_side_and_at_slow_rates(
    lift: str, yaw_deg: float, fps: float
) -> None:
    track = resampled(posed(lift, yaw_deg=yaw_deg).track, fps)
    assert [rep.complete for rep in counted(track, lift).reps] == [True] * 3


@pytest.mark.parametrize("ending", ["drop", "drop-walk"])
def test_a_dropped_deadlift_ends_at_lock_out(ending: str) -> None:
    one = posed("deadlift", ending=ending)
    reps = counted(one.track, "deadlift").reps
    assert len(reps) == 3
    last = reps[-1]
    assert last.complete
    assert not last.came_back
    ended_s = float(one.track.time_s[last.end])
    assert ended_s == pytest.approx(one.reps[-1].end_s, abs=0.7)


@pytest.mark.parametrize("lift", ["squat", "overhead-press"])
def test_a_walk_to_the_camera_is_no_repetition(lift: str) -> None:
    assert len(counted(posed(lift, ending="walk").track, lift).reps) == 3


@pytest.mark.parametrize("opening", ["turn", "walk", "empty"])
@pytest.mark.parametrize("lift", ["deadlift", "squat"])
def test_what_comes_before_the_set_is_no_repetition(lift: str, opening: str) -> None:
    one = posed(lift, opening=opening)
    assert len(counted(one.track, lift).reps) == 3


def test_standing_up_without_the_bar_is_told_after_every_set() -> None:
    one = posed("deadlift", reps=6, sets=(3, 3), rest_s=8.0)
    reps = counted(one.track, "deadlift").reps
    assert len(reps) == 6
    starts_s = [float(one.track.time_s[rep.start]) for rep in reps]
    assert starts_s == pytest.approx([rep.start_s for rep in one.reps], abs=0.4)


def test_a_pick_up_before_a_set_of_squats_is_no_squat() -> None:
    # Bent over straight legs to a weight and up again, then five squats.
    bow = moving_lifter("deadlift", [0.0])
    squats = moving_lifter("squat", [0.0] * 5)
    assert len(counted(join_tracks(bow, squats), "squat").reps) == 5


def test_shoulders_that_turn_do_not_turn_the_view() -> None:
    track = moving_lifter("sit-up", [0.0] * 4)
    points = track.landmarks_px.copy()
    turn = 50.0 * np.sin(2 * np.pi * track.time_s / 1.6)
    for side, sign in ((LEFT, 1.0), (RIGHT, -1.0)):
        points[:, side.shoulder, 0] += sign * turn
    twisting = replace(track, landmarks_px=points)
    assert kinematics(twisting).view.measurable
    found = counted(twisting)
    assert found.exercise.name == "sit-up"
    assert len(found.reps) == 4


def test_the_tug_before_the_bar_leaves_the_floor_is_not_lifting() -> None:
    at_s = np.arange(0, 6, 1 / 30)
    # The slack goes out of arms and bar at 1 s: shoulders rise by a tenth. The bar at 2 s.
    tug = 0.1 * np.clip((at_s - 1.0) / 0.4, 0, 1)
    lift = 1.1 * (1 - np.cos(np.pi * np.clip(at_s - 2.0, 0, 1))) / 2
    shoulder = 1.5 + tug + lift
    joints = still_joints(len(at_s))
    joints = replace(
        joints,
        shoulder_height=shoulder,
        higher_hand=(0.4 + lift) - shoulder,
        lower_hand=(0.4 + lift) - shoulder,
    )
    (rep,) = find_reps(at_s, joints, EXERCISES["deadlift"])
    assert at_s[rep.start] == pytest.approx(2.1, abs=0.12)


def still_joints(count: int) -> Joints:
    """Somebody who stands and does nothing."""
    standing = {
        "hip_deg": 175.0, "knee_deg": 175.0, "thigh_rise_deg": 88.0, "hip_height": 1.7,
        "shoulder_height": 2.7, "head_height": 3.0, "higher_hand": -1.1, "lower_hand": -1.1,
    }  # fmt: skip
    values = {f.name: np.full(count, standing.get(f.name, 0.0)) for f in fields(Joints)}
    return Joints(**values)


def test_nobody_has_no_repetitions() -> None:
    for lift in EXERCISES:
        assert counted(make_track([None] * 40), lift).reps == ()


def test_who_walks_shows_no_neutral() -> None:
    track = moving_lifter("squat", [0.0, 0.0], standing_deg=-25.0)
    kin = kinematics(track)
    found = count_reps(track, kin, "squat")
    still = choose_neutral(kin, found.reps, found.exercise, None, found.walking)
    walking = np.ones(len(track), dtype=np.bool_)
    assert still.method == "standing"
    assert choose_neutral(kin, found.reps, found.exercise, None, walking).method != "standing"
