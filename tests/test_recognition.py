"""Behaviour of `formcheck.lifts.recognition`: which lift a movement is taken for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from figures import (
    UPRIGHT,
    Lift,
    Move,
    Posture,
    even_times,
    figure_at,
    join_tracks,
    make_track,
    mirrored,
    moving_lifter,
    perform,
    walking_lifter,
)

from formcheck.analysis import Settings, analyze_track
from formcheck.geometry import kinematics
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.recognition import MARGIN, Recognition, recognise
from formcheck.lifts.reps import find_reps
from formcheck.pose.track import PoseTrack

DRAWN: dict[Lift, str] = {
    "deadlift": "deadlift",
    "squat": "squat",
    "overhead-press": "overhead-press",
    "glute-bridge": "glute-bridge",
    "back-extension": "back-extension",
    "bench back-extension": "back-extension",
    "sit-up": "sit-up",
}
drawn = pytest.mark.parametrize(("lift", "name"), DRAWN.items(), ids=list(DRAWN))


def recognised(track: PoseTrack) -> Recognition:
    kin = kinematics(track)
    return recognise(track.time_s, kin.joints, side_view=kin.view.measurable)


def repeated(posture: Callable[[float], Posture], seconds: float = 8.0) -> PoseTrack:
    """A movement out and back every two seconds, given the way 0..1."""
    ways = (1 - np.cos(np.pi * even_times(seconds, 30.0))) / 2
    return make_track([figure_at(posture(float(way))) for way in ways])


@drawn
def test_every_lift_is_recognised(lift: Lift, name: str) -> None:
    found = recognised(moving_lifter(lift, [0.0] * 3))
    assert found.exercise.name == name
    assert found.clear
    assert found.confidence > 0.7


@drawn
@pytest.mark.parametrize("count", [1, 5])
def test_every_lift_is_counted(lift: Lift, name: str, count: int) -> None:
    track = moving_lifter(lift, [0.0] * count)
    reps = find_reps(track.time_s, kinematics(track).joints, EXERCISES[name])
    assert [rep.complete for rep in reps] == [True] * count


@drawn
def test_picture_and_frame_rate_do_not_matter(lift: Lift, name: str) -> None:
    plain = recognised(moving_lifter(lift, [0.0] * 3))
    others = [
        mirrored(moving_lifter(lift, [0.0] * 3)),
        moving_lifter(lift, [0.0] * 3, facing="left"),
        moving_lifter(lift, [0.0] * 3, trunk_px=70.0),
        moving_lifter(lift, [0.0] * 3, feet_px=(700.0, 400.0)),
        moving_lifter(lift, [0.0] * 3, fps=5.0),
        moving_lifter(lift, [0.0] * 3, fps=120.0),
    ]
    for track in others:
        found = recognised(track)
        assert found.exercise.name == name
        assert found.confidence == pytest.approx(plain.confidence, abs=0.1)
        reps = find_reps(track.time_s, kinematics(track).joints, EXERCISES[name])
        assert len(reps) == 3


@pytest.mark.parametrize(
    ("lift", "count"),
    # The first set of deadlifts ends on the floor, the second begins upright
    [("deadlift", 3 + 1 + 2), ("squat", 3 + 2), ("overhead-press", 3 + 2)],
)
def test_a_lifter_who_turns_round_between_sets_is_counted_on(lift: Lift, count: int) -> None:
    track = join_tracks(
        moving_lifter(lift, [0.0] * 3), moving_lifter(lift, [0.0] * 2, facing="left")
    )
    kin = kinematics(track)
    reps = find_reps(track.time_s, kin.joints, EXERCISES[lift])
    assert [rep.complete for rep in reps] == [True] * count
    assert recognised(track).exercise.name == lift


@pytest.mark.parametrize("lift", ["overhead-press", "glute-bridge", "back-extension", "sit-up"])
def test_cut_paused_and_bobbing_sets_are_counted(lift: Lift) -> None:
    out, back, pause = Move(1.0, 1.0, 0.0), Move(1.0, 0.0, 0.0), Move(4.0, 0.0, 0.0)
    bob = [Move(0.4, 0.85, 0.0), Move(0.4, 1.0, 0.0)]
    moves = [Move(0.5, 0.6, 0.0), back, out, *bob, *bob, back, pause, out, back, out, back]
    moves += [Move(0.6, 0.5, 0.0)]
    reps = find_reps(
        (track := perform(lift, moves)).time_s, kinematics(track).joints, EXERCISES[lift]
    )
    assert sum(rep.complete for rep in reps) == 3
    assert len(reps) <= 4  # what the end leaves may be listed


def lunge(way: float) -> Posture:
    return replace(UPRIGHT, hip_deg=178.0 - 80.0 * way, knee_deg=178.0 - 85.0 * way)


def kettlebell_swing(way: float) -> Posture:
    swung = Posture(0.0, 60.0 * (1 - way), 178.0 - 90.0 * (1 - way), 165.0, arms="raised")
    return replace(swung, reach=-1.1 + 1.1 * way)


def push_up(way: float) -> Posture:
    return Posture(0.0, 90.0 - 20.0 * way, 180.0, 178.0, arms="hanging")


def sitting_down(way: float) -> Posture:
    """Down to a chair and up with a bow; on it the mass is behind the feet."""
    lean_deg = 5.0 * way + 35.0 * float(np.sin(np.pi * way))
    hip_deg = 178.0 - 83.0 * way - lean_deg + 5.0 * way
    return Posture(0.0, lean_deg, hip_deg, 178.0 - 86.0 * way, arms="forward")


def sliding_down_a_wall(way: float) -> Posture:
    """The same without the bow: a wall holds the back."""
    return Posture(0.0, 5.0 * way, 178.0 - 83.0 * way, 178.0 - 86.0 * way, arms="forward")


@pytest.mark.parametrize(
    "track",
    [
        make_track([figure_at(UPRIGHT)] * 200),
        walking_lifter(8.0),
        repeated(kettlebell_swing),
        repeated(push_up),
        repeated(sitting_down),
    ],
    ids=["standing", "walking", "kettlebell swing", "push-up", "sitting down"],
)
def test_other_movements_are_none_of_the_lifts(track: PoseTrack) -> None:
    assert recognised(track).exercise.name == "other"


def test_a_wall_squat_is_a_squat_with_less_confidence() -> None:
    found = recognised(repeated(sliding_down_a_wall))
    assert found.exercise.name == "squat"
    assert found.confidence < 0.9


def test_a_lunge_is_no_squat() -> None:
    track = repeated(lunge)
    points = track.landmarks_px.copy()
    points[:, 28, 0] -= 180.0  # the far foot stays behind, by more than a trunk
    found = recognised(replace(track, landmarks_px=points))
    assert not (found.exercise.name == "squat" and found.clear)


def test_a_pull_up_is_no_press() -> None:
    # The hands stay where they are, and the body comes up to them
    track = moving_lifter("overhead-press", [0.0] * 3)
    points = track.landmarks_px.copy()
    hands_px = points[:, 15:16, 1] - points[:1, 15:16, 1]
    points[..., 1] -= hands_px
    found = recognised(replace(track, landmarks_px=points))
    assert found.exercise.name == "other"


def test_nobody_is_nothing() -> None:
    found = recognised(make_track([None] * 50))
    assert (found.exercise.name, found.confidence) == ("other", 0.0)


def test_half_of_each_is_not_clear() -> None:
    both = join_tracks(moving_lifter("squat", [0.0] * 3), moving_lifter("deadlift", [0.0] * 3))
    found = recognised(both)
    assert not found.clear
    assert {found.exercise.name, found.runner_up} == {"squat", "deadlift"}
    assert found.confidence < 0.5 + MARGIN / 2


@pytest.mark.parametrize(
    "track",
    [
        join_tracks(moving_lifter("squat", [30.0] * 4), moving_lifter("deadlift", [30.0] * 4)),
        walking_lifter(6.0),
    ],
    ids=["unclear", "other"],
)
def test_nothing_is_claimed_of_what_is_no_known_lift(track: PoseTrack) -> None:
    analysis = analyze_track(track, Settings())
    assert not analysis.measured
    assert np.isnan(analysis.kinematics.back.lumbar_deg).all()
    assert (analysis.findings, analysis.contributors, analysis.score) == ((), (), None)
