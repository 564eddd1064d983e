"""Behaviour of `formcheck.assessment.refusals`: every reason for silence, and only those."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    Move,
    Posture,
    figure_at,
    join_tracks,
    make_track,
    moving_lifter,
    perform,
    posture_at,
    walking_lifter,
)

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.geometry import kinematics
from formcheck.pose.track import PoseTrack


def analyse(track: PoseTrack, lift: str = "squat") -> SetAnalysis:
    return analyze_track(track, Settings(lift, neutral_deg=-25.0))


def codes(track: PoseTrack, lift: str = "squat") -> list[str]:
    return [reason.code for reason in analyse(track, lift).reasons]


def hide(track: PoseTrack, seconds: tuple[float, float]) -> PoseTrack:
    """Take the outline away between two times."""
    profile = track.profile.copy()
    profile[(track.time_s >= seconds[0]) & (track.time_s < seconds[1])] = np.nan
    return replace(track, profile=profile)


def lose(track: PoseTrack, frames: slice) -> PoseTrack:
    points = track.landmarks_px.copy()
    points[frames] = np.nan
    return replace(track, landmarks_px=points)


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_a_good_clip_has_no_reason(lift: str) -> None:
    assert codes(moving_lifter(lift, [0.0, 10.0]), lift) == []  # type: ignore[arg-type]


def test_a_back_that_a_shirt_may_bridge() -> None:
    track = moving_lifter("squat", [0.0, 10.0], standing_deg=-20.0)
    analysis = analyze_track(track, Settings("squat"))
    assert [reason.code for reason in analysis.reasons] == ["loose-clothing"]
    assert analysis.measured
    assert analysis.neutral.uncertainty_deg > 15


def touch_and_go(lock_out_deg: float, *, bend: float = 0.0) -> PoseTrack:
    """Three deadlifts from the floor and back to it, with no stop."""
    ways = [Move(1.0, bend, lock_out_deg), Move(1.0, 1.0, 0.0)]
    return perform("deadlift", [Move(0.3, 1.0, 0.0), *ways * 3])


def overhead_squats() -> PoseTrack:
    """Two squats with the hands overhead, and standing still between them."""
    bends = [0.0] * 40 + [*np.linspace(0, 1, 30), *np.linspace(1, 0, 30), *[0.0] * 40] * 2
    postures = [posture_at("squat", bend, -25.0 * (1 - bend)) for bend in bends]
    return make_track([figure_at(replace(p, arms="raised", reach=0.8)) for p in postures])


def hide_upright(track: PoseTrack) -> PoseTrack:
    """Take the outline away while the hips are nearly straight."""
    upright = kinematics(track).joints.hip_deg > 160.0
    return replace(track, profile=np.where(upright[:, None, None], np.nan, track.profile))


@pytest.mark.parametrize(
    ("track", "lift", "whys"),
    [
        (
            touch_and_go(-20.0, bend=0.2),  # the hips at 157 degrees
            "deadlift",
            ["never stood upright and still", "repetitions shows the lifter upright at lock-out"],
        ),
        (
            hide_upright(touch_and_go(-20.0)),
            "deadlift",
            ["never stood upright and still", "was not seen at rest"],
        ),
        (
            touch_and_go(40.0),
            "deadlift",
            ["never stood upright and still", "was rounded beyond flat at rest"],
        ),
        (
            hide_upright(moving_lifter("squat", [0.0, 10.0], wait_s=2.0)),
            "squat",
            ["was not seen where the lifter stood still", "was not seen at rest"],
        ),
        (
            hide_upright(overhead_squats()),
            "squat",
            ["stood still only with the hands overhead", "was not seen at rest"],
        ),
    ],
    ids=["bent lock-outs", "hidden lock-outs", "rounded", "hidden standing", "overhead"],
)
def test_without_a_neutral_it_is_said_why(track: PoseTrack, lift: str, whys: list[str]) -> None:
    analysis = analyze_track(track, Settings(lift))
    assert analysis.measured
    assert np.isnan(analysis.flexion_deg).all()
    (reason,) = [one for one in analysis.reasons if one.code == "no-neutral"]
    assert not reason.refuses
    assert [why in reason.message for why in whys] == [True, True]
    assert "stand upright and still" in reason.advice
    assert "--neutral" in reason.advice
    # It is only about flexion: with a neutral there is nothing to say.
    given = analyze_track(track, Settings(lift, neutral_deg=-25.0))
    assert "no-neutral" not in [one.code for one in given.reasons]


@pytest.mark.parametrize("track", [make_track([None] * 60), hide_upright(walking_lifter(4.0))])
def test_where_nothing_was_measured_the_neutral_is_not_missed(track: PoseTrack) -> None:
    analysis = analyze_track(track, Settings("squat"))
    assert analysis.neutral.method == "none"
    assert "no-neutral" not in [one.code for one in analysis.reasons]


def test_nobody() -> None:
    assert codes(make_track([None] * 60)) == ["no-person"]


def test_two_people() -> None:
    squats = moving_lifter("squat", [0.0])
    other = moving_lifter("squat", [0.0], feet_px=(1100.0, 640.0))
    analysis = analyse(join_tracks(squats, other))
    assert analysis.reasons[0].code == "other-person"
    assert analysis.reasons[0].refuses
    assert not analysis.measured
    assert not analysis.findings


@pytest.mark.parametrize(
    ("yaw_deg", "code", "refuses"),
    [
        (16.0, None, False),
        (21.0, "view-doubtful", False),
        (40.0, "oblique-view", True),
        (80.0, "front-view", True),
    ],
)
def test_the_view(yaw_deg: float, code: str | None, refuses: bool) -> None:
    analysis = analyse(moving_lifter("squat", [30.0, 30.0], yaw_deg=yaw_deg))
    assert [(r.code, r.refuses) for r in analysis.reasons] == ([(code, refuses)] if code else [])
    # The repetitions of a refused view are counted all the same.
    assert len(analysis.reps) == 2
    assert analysis.measured != refuses
    assert bool(analysis.findings) != refuses


def test_the_turn_is_told_in_degrees() -> None:
    analysis = analyse(moving_lifter("squat", [0.0], yaw_deg=40.0))
    assert "40°" in analysis.reasons[0].message


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_no_repetition(lift: str) -> None:
    (reason,) = analyse(walking_lifter(5.0), lift).reasons
    assert reason.code == "no-rep"
    assert reason.refuses
    assert lift in reason.message


def test_a_back_that_is_hidden_in_some_repetitions() -> None:
    # The first squat lasts from 1.0 to 3.7 s, the second from 4.2 s.
    analysis = analyse(hide(moving_lifter("squat", [30.0, 30.0]), (1.0, 3.7)))
    (reason,) = analysis.reasons
    assert (reason.code, reason.refuses) == ("back-hidden", False)
    assert "1 of 2" in reason.message
    assert [rep.measured for rep in analysis.reps] == [False, True]
    assert [f.rep for f in analysis.findings] == [2, None]


def test_a_back_that_is_hidden_throughout() -> None:
    analysis = analyse(hide(moving_lifter("squat", [30.0, 30.0]), (0.0, 60.0)))
    (reason,) = analysis.reasons
    assert (reason.code, reason.refuses) == ("back-hidden", True)
    assert "2 of 2" in reason.message
    assert not analysis.measured


def test_a_refused_view_does_not_also_blame_the_shirt() -> None:
    assert codes(moving_lifter("squat", [0.0], yaw_deg=80.0)) == ["front-view"]


@pytest.mark.parametrize(("lost", "said"), [(0.1, False), (0.3, True)])
def test_a_pose_that_was_often_lost(lost: float, said: bool) -> None:
    track = moving_lifter("squat", [0.0], wait_s=4.0)
    # While the lifter stands, before the squat
    analysis = analyse(lose(track, slice(0, round(lost * len(track)))))
    assert [r.code for r in analysis.reasons] == (["pose-lost"] if said else [])
    if said:
        assert "30%" in analysis.reasons[0].message
        assert not analysis.reasons[0].refuses


@pytest.mark.parametrize(("fps", "said"), [(8.0, True), (12.0, False)])
def test_a_low_frame_rate(fps: float, said: bool) -> None:
    found = analyse(moving_lifter("squat", [0.0], fps=fps)).reasons
    assert [(r.code, r.refuses) for r in found] == ([("low-frame-rate", False)] if said else [])


def test_reasons_that_refuse_come_first() -> None:
    track = lose(moving_lifter("squat", [0.0], fps=8.0, yaw_deg=45.0, wait_s=4.0), slice(0, 25))
    analysis = analyse(track)
    assert [r.code for r in analysis.reasons] == ["oblique-view", "pose-lost", "low-frame-rate"]


@pytest.mark.parametrize(
    "track",
    [
        make_track([None] * 30),
        walking_lifter(3.0),
        moving_lifter("squat", [0.0], yaw_deg=80.0),
        moving_lifter("squat", [0.0], yaw_deg=28.0, fps=8.0),
        hide_upright(overhead_squats()),
        make_track([figure_at(Posture()), figure_at(Posture(), feet_px=(1100, 640))] * 30),
    ],
)
def test_every_reason_says_what_to_do(track: PoseTrack) -> None:
    for reason in (*analyse(track).reasons, *analyze_track(track, Settings("squat")).reasons):
        assert reason.code == reason.code.lower()
        assert reason.message.endswith(".")
        assert reason.advice.endswith(".")
        assert "{" not in reason.message + reason.advice


def test_the_back_of_one_who_hangs_from_a_bench_is_left_out() -> None:
    track = moving_lifter("bench back-extension", [10.0, 20.0, 30.0])
    analysis = analyze_track(track, Settings("back-extension"))
    hip_deg, lumbar_deg = analysis.kinematics.joints.hip_deg, analysis.kinematics.back.lumbar_deg
    assert len(analysis.reps) == 3
    assert np.isnan(lumbar_deg[hip_deg < 150]).all()
    assert np.isfinite(lumbar_deg[hip_deg > 155]).mean() > 0.9
    assert all(rep.measured for rep in analysis.reps)
    said = {reason.code: reason for reason in analysis.reasons}
    assert not said["posture-untold"].refuses
    assert "30°" in said["posture-untold"].message


def test_a_back_extension_on_the_floor_hides_nothing_by_its_posture() -> None:
    analysis = analyze_track(
        moving_lifter("back-extension", [5.0, 5.0]), Settings("back-extension")
    )
    assert "posture-untold" not in {reason.code for reason in analysis.reasons}
