"""Behaviour of `formcheck.analysis`: whole sets, from track to findings."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
import pytest
from figures import (
    LEVEL_TOLERANCE_DEG,
    Move,
    assert_as_drawn,
    draw_back,
    even_times,
    join_tracks,
    make_track,
    mirrored,
    moving_lifter,
    perform,
    posture_at,
    rotated,
    set_moves,
    walking_lifter,
)
from numpy.typing import NDArray

import formcheck
from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.errors import ConfigurationError, InputError
from formcheck.lifts.exercises import EXERCISES
from formcheck.outputs import Outputs, write_result
from formcheck.pose.track import PoseTrack, save_track
from formcheck.report.words import headline
from formcheck.results.describe import describe
from formcheck.results.folder import ResultFolder

Lift = Literal["deadlift", "squat"]
LIFTS: tuple[Lift, Lift] = ("deadlift", "squat")

PEAK_TOLERANCE_DEG = 4.0
MIRROR_TOLERANCE_DEG = 1.0
HALF_SIZE_TOLERANCE_DEG = 3.0
# The backs of a set: fresh repetitions neutral, the last ones round
PEAKS_DEG = [-15.0, -13.0, 4.0, 25.0]


def analyse(track: PoseTrack, lift: str = "squat", **settings: Any) -> SetAnalysis:
    return analyze_track(track, Settings(lift, **settings))


def peaks(analysis: SetAnalysis) -> list[float]:
    return [rep.peak_deg for rep in analysis.reps]


def test_a_squat_set_as_a_whole() -> None:
    track = moving_lifter("squat", PEAKS_DEG)
    analysis = analyse(track)
    assert_as_drawn(peaks(analysis), PEAKS_DEG)
    assert all(rep.rep.complete for rep in analysis.reps)
    assert analysis.neutral.method == "standing"
    assert_as_drawn(analysis.neutral.lumbar_deg, -25.0)
    flagged = [(f.code, f.severity, f.rep) for f in analysis.findings]
    assert flagged == [
        ("lumbar-flexion", "caution", 3),
        ("lumbar-flexion", "stop", 4),
        ("lumbar-flexion", "stop", None),
        ("flexion-drift", "caution", None),
    ]
    assert [reason.code for reason in analysis.reasons] == ["loose-clothing"]
    assert analysis.measured
    assert "reps=4" in repr(analysis)


def test_a_deadlift_set_as_a_whole() -> None:
    track = moving_lifter("deadlift", PEAKS_DEG, standing_deg=-10.0)
    analysis = analyse(track, "deadlift")
    # The first twentieth of the way may count as settling: up to a twentieth of 40 degrees less.
    assert_as_drawn(peaks(analysis), PEAKS_DEG, tolerance_deg=4.0)
    assert {f.rep for f in analysis.findings} >= {4, None}
    assert not {f.rep for f in analysis.findings} & {1, 2}
    assert [reason.code for reason in analysis.reasons] == ["loose-clothing"]


def test_flexion_is_counted_from_standing() -> None:
    analysis = analyse(moving_lifter("squat", [10.0], standing_deg=-30.0))
    rep = analysis.reps[0].rep
    at_bottom = analysis.flexion_deg[rep.reached : rep.left + 1]
    assert np.median(at_bottom) == pytest.approx(40.0, abs=PEAK_TOLERANCE_DEG)
    assert np.median(analysis.flexion_deg[:20]) == pytest.approx(0.0, abs=1.5)


def test_arching_beyond_standing_is_found_at_lock_out() -> None:
    moves = [Move(1.0, 0.0, -20.0)]
    moves += [Move(1.2, 1.0, -10.0), Move(0.5, 1.0, -10.0)]
    moves += [Move(1.0, 0.0, -60.0), Move(0.8, 0.0, -60.0), Move(1.2, 1.0, -10.0)]
    track = perform("deadlift", moves)
    analysis = analyse(track, "deadlift")
    assert [(f.code, f.rep) for f in analysis.findings] == [
        ("lumbar-hyperextension", 1),
        ("lumbar-hyperextension", None),
    ]
    off_deg = LEVEL_TOLERANCE_DEG + PEAK_TOLERANCE_DEG
    assert analysis.reps[0].least_deg == pytest.approx(-60.0, abs=off_deg)


def test_without_standing_the_first_repetitions_are_the_neutral() -> None:
    # Touch and go, from the floor and back to it: never still
    moves = [Move(0.3, 1.0, 0.0), *[Move(1.0, b, -20.0 * (1 - b)) for b in (0.0, 1.0)] * 3]
    track = perform("deadlift", moves)
    analysis = analyse(track, "deadlift")
    assert len(analysis.reps) == 3
    assert analysis.neutral.method == "first-reps"
    assert analysis.neutral.lumbar_deg == pytest.approx(-19.0, abs=LEVEL_TOLERANCE_DEG)


def test_a_lock_out_that_stays_bent_is_no_neutral() -> None:
    moves = [Move(0.3, 1.0, 20.0), Move(1.0, 0.2, 10.0)]  # the hips at 157 degrees
    analysis = analyse(perform("deadlift", moves), "deadlift")
    assert [rep.rep.complete for rep in analysis.reps] == [True]
    assert analysis.neutral.method == "none"
    assert np.isnan(analysis.flexion_deg).all()


def test_a_given_neutral_is_taken() -> None:
    analysis = analyse(moving_lifter("squat", [10.0]), neutral_deg=-12.0)
    assert analysis.neutral.method == "given"
    assert analysis.neutral.lumbar_deg == -12.0
    expected = analysis.kinematics.back.lumbar_deg + 12.0
    np.testing.assert_array_equal(analysis.flexion_deg, expected)


@pytest.mark.parametrize("lift", LIFTS)
def test_the_mirror_changes_no_number(lift: Lift) -> None:
    track = moving_lifter(lift, PEAKS_DEG)
    straight, mirror = analyse(track, lift), analyse(mirrored(track), lift)
    assert straight.kinematics.view.facing == "right"
    assert mirror.kinematics.view.facing == "left"
    assert peaks(mirror) == pytest.approx(peaks(straight), abs=MIRROR_TOLERANCE_DEG)
    assert [f.code for f in mirror.findings] == [f.code for f in straight.findings]
    facing_left = analyse(moving_lifter(lift, PEAKS_DEG, facing="left"), lift)
    assert peaks(facing_left) == pytest.approx(peaks(straight), abs=MIRROR_TOLERANCE_DEG)


@pytest.mark.parametrize("lift", LIFTS)
@pytest.mark.parametrize(
    ("options", "tolerance_deg"),
    [
        ({"trunk_px": 75.0}, HALF_SIZE_TOLERANCE_DEG),
        ({"feet_px": (320.5, 600.25)}, 0.1),
    ],
    ids=["half the size", "shifted"],
)
def test_size_and_place_change_no_number(
    lift: Lift, options: dict[str, Any], tolerance_deg: float
) -> None:
    expected = analyse(moving_lifter(lift, PEAKS_DEG), lift)
    changed = analyse(moving_lifter(lift, PEAKS_DEG, **options), lift)
    assert peaks(changed) == pytest.approx(peaks(expected), abs=tolerance_deg)
    assert [r.rep for r in changed.reps] == [r.rep for r in expected.reps]


def test_rolling_the_camera_changes_no_angle_of_the_back() -> None:
    track = moving_lifter("squat", PEAKS_DEG)
    expected = peaks(analyse(track))
    assert peaks(analyse(rotated(track, 8.0))) == pytest.approx(expected, abs=0.1)


def rates() -> list[NDArray[np.float64]]:
    constant = [even_times(14.0, fps) for fps in (5.0, 10.0, 29.97, 60.0, 240.0)]
    steps = np.random.default_rng(8).uniform(0.6, 1.4, 500) / 30
    variable = np.cumsum(steps) - steps[0]
    return [*constant, variable[variable < 14.0]]


@pytest.mark.parametrize("times_s", rates(), ids=["5", "10", "29.97", "60", "240", "variable"])
def test_the_frame_rate_changes_no_result(times_s: NDArray[np.float64]) -> None:
    track = moving_lifter("squat", PEAKS_DEG, times_s=times_s)
    analysis = analyse(track)
    assert_as_drawn(peaks(analysis), PEAKS_DEG)
    assert [rep.rep.complete for rep in analysis.reps] == [True] * 4
    assert [f.rep for f in analysis.findings] == [3, 4, None, None]


def test_silhouettes_give_what_was_drawn() -> None:
    # Two squats at 10 frames a second, every frame drawn and traced
    moves = set_moves("squat", [-20.0, 10.0], standing_deg=-20.0, wait_s=0.6)
    truth = perform("squat", moves, fps=10.0)
    figures = []
    ends_s = np.cumsum([move.duration_s for move in moves])
    for time_s in truth.time_s:
        k = min(int(np.searchsorted(ends_s, time_s)), len(moves) - 1)
        before, move = moves[max(k - 1, 0)], moves[k]
        share = 1 - (ends_s[k] - time_s) / move.duration_s
        eased = (1 - np.cos(np.pi * share)) / 2
        bend = before.bend + eased * (move.bend - before.bend)
        lumbar_deg = before.lumbar_deg + eased * (move.lumbar_deg - before.lumbar_deg)
        posture = posture_at("squat", bend, lumbar_deg)
        figures.append(
            draw_back(
                lumbar_deg,
                trunk_px=100.0,
                lean_deg=posture.lean_deg,
                hip_deg=posture.hip_deg,
                knee_deg=posture.knee_deg,
                feet_px=(300.0, 400.0),
                size_px=(640, 448),
            )
        )
    analysis = analyse(make_track(figures, fps=10.0))
    # Thigh and shoulder round the ends of a drawn back off, which lifts its level.
    straight, bent = peaks(analysis)
    assert bent - straight == pytest.approx(30.0, abs=4.0)
    assert straight == pytest.approx(-20.0, abs=LEVEL_TOLERANCE_DEG + 8.0)
    assert [f.rep for f in analysis.findings] == [2, None]


def test_a_passer_by_does_not_change_the_set() -> None:
    track = moving_lifter("squat", PEAKS_DEG, wait_s=2.0)
    undisturbed = analyse(track)
    stranger = moving_lifter("squat", [0.0], feet_px=(1150.0, 640.0))
    points, profile = track.landmarks_px.copy(), track.profile.copy()
    points[20:35], profile[20:35] = stranger.landmarks_px[:15], stranger.profile[:15]
    analysis = analyse(replace(track, landmarks_px=points, profile=profile))
    assert [f.rep for f in analysis.findings] == [f.rep for f in undisturbed.findings]
    # Less the frames that he covers, the same: with them, the lifter stands a little longer,
    # and where on the scale they are is read off all their outlines.
    points[20:35] = profile[20:35] = np.nan
    covered = analyse(replace(track, landmarks_px=points, profile=profile))
    assert peaks(analysis) == pytest.approx(peaks(covered), abs=0.2)
    assert peaks(analysis) == pytest.approx(peaks(undisturbed), abs=1.0)


def test_walking_in_and_out_adds_nothing() -> None:
    walk_in = walking_lifter(3.0, trunks_per_s=0.8)
    feet_px = (200.0 + 0.8 * 150 * 3.0, 640.0)
    squats = moving_lifter("squat", [0.0, 20.0], feet_px=feet_px)
    track = join_tracks(walk_in, squats)
    analysis = analyse(track)
    assert_as_drawn(peaks(analysis), [0.0, 20.0])
    assert_as_drawn(analysis.neutral.lumbar_deg, -25.0)


def test_phases_are_named_for_every_frame() -> None:
    analysis = analyse(moving_lifter("squat", [0.0]))
    rep = analysis.reps[0].rep
    assert len(analysis.phases) == len(analysis.track)
    assert analysis.phases[rep.start] == "eccentric"
    assert analysis.phases[rep.end] == "concentric"
    assert analysis.phases[0] == ""


def test_the_same_track_gives_the_same_numbers_and_is_left_alone() -> None:
    track = moving_lifter("deadlift", PEAKS_DEG)
    before = [getattr(track, f.name) for f in dataclasses.fields(track)]
    copies = [np.array(value) for value in before[:5]]
    first, second = analyse(track, "deadlift"), analyse(track, "deadlift")
    assert first.reps == second.reps
    assert first.findings == second.findings
    for value, copy in zip(before[:5], copies, strict=True):
        np.testing.assert_array_equal(value, copy)


@pytest.mark.parametrize("frames", [1, 2, 3, 4, 5, 6, 10])
def test_a_few_frames_are_no_set_and_no_crash(frames: int) -> None:
    analysis = analyse(make_track([draw_back(0.0)] * frames))
    assert analysis.reps == ()
    assert not analysis.measured
    assert "no-rep" in [reason.code for reason in analysis.reasons]


def test_no_frames_are_no_track() -> None:
    with pytest.raises(ValueError, match="at least one frame"):
        make_track([])


@pytest.mark.parametrize("seed", range(6))
def test_nonsense_is_refused_and_does_not_crash(seed: int) -> None:
    rng = np.random.default_rng(seed)
    track = moving_lifter("squat", [0.0])
    points = rng.uniform(0, 1000, track.landmarks_px.shape).astype(np.float32)
    points[rng.random(len(track)) < 0.3] = np.nan
    analysis = analyse(replace(track, landmarks_px=points))
    assert not analysis.measured
    assert not analysis.findings
    assert any(reason.refuses for reason in analysis.reasons)


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"exercise": "curl"}, "deadlift, squat"),
        ({"exercise": "squat", "max_fps": -1.0}, "max_fps"),
        ({"exercise": "squat", "max_fps": 0.5}, "max_fps"),
        ({"exercise": "squat", "max_fps": float("nan")}, "max_fps"),
        ({"exercise": "squat", "max_fps": 5000.0}, "max_fps"),
        ({"exercise": "squat", "neutral_deg": 120.0}, "neutral_deg"),
        ({"exercise": "squat", "neutral_deg": float("nan")}, "neutral_deg"),
    ],
)
def test_wrong_settings_are_refused(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(ConfigurationError, match=words):
        Settings(**settings)


@pytest.mark.parametrize("max_fps", [0.0, 1.0, 30.0, 1000.0])
def test_right_settings_are_taken(max_fps: float) -> None:
    assert Settings("squat", max_fps, -90.0).max_fps == max_fps


def test_a_lift_of_ones_own_is_analysed_and_reported_like_any_other(tmp_path: Path) -> None:
    own = replace(EXERCISES["squat"], name="split-squat", rounded_deg=20.0)
    track = moving_lifter("squat", PEAKS_DEG)
    analysis, like = analyze_track(track, Settings(own)), analyse(track)
    assert peaks(analysis) == peaks(like)
    assert [f.rep for f in like.findings if f.code == "lumbar-flexion"] == [3, 4, None]
    milder, usual = ([one.probability for one in a.judged.reps if one] for a in (analysis, like))
    assert all(mild < use for mild, use in zip(milder, usual, strict=True))
    document = describe(analysis)
    assert (document.exercise.name, document.exercise.given) == ("split-squat", True)
    assert document.settings.exercise == "split-squat"
    with ResultFolder(tmp_path, "own") as folder:
        write_result(Path("own.npz"), analysis, document, folder, Outputs())
        folder.publish()
    page = (tmp_path / "own" / "report.html").read_text(encoding="utf-8")
    assert "split squat" in page


def test_a_saved_track_is_analysed_like_a_fresh_one(tmp_path: Path) -> None:
    track = moving_lifter("squat", PEAKS_DEG)
    path = tmp_path / "track.npz"
    save_track(track, path)
    assert formcheck.analyze(path, "squat").reps == analyse(track).reps
    assert formcheck.analyze(str(path), "squat", neutral_deg=-3.0).neutral.method == "given"


def test_a_missing_track_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"nothing\.npz"):
        formcheck.analyze(tmp_path / "nothing.npz", "squat")


def test_two_sets_have_each_their_own_neutral_and_verdict() -> None:
    def one_set(standing_deg: float, peak_deg: float) -> list[Move]:
        reps = [Move(1.0, 1.0, peak_deg), Move(0.2, 1.0, peak_deg), Move(1.0, 0.0, standing_deg)]
        return [Move(1.0, 0.0, standing_deg), *[*reps, Move(0.3, 0.0, standing_deg)] * 2]

    rest = [Move(2.0, 0.0, -15.0), Move(21.0, 0.0, -15.0)]
    track = perform("squat", [*one_set(-30.0, -25.0), *rest, *one_set(-15.0, 15.0)])
    analysis = analyse(track)
    assert analysis.fatigue is not None
    assert [(one.first, one.last) for one in analysis.fatigue.sets] == [(1, 2), (3, 4)]
    first, _, _, last = (neutral.lumbar_deg for neutral in analysis.neutrals)
    assert last - first == pytest.approx(15.0, abs=3.0)
    assert analysis.neutral == analysis.neutrals[0]
    document = describe(analysis)
    assert document.fatigue is not None
    sets = document.fatigue.sets
    assert [one.neutral_deg for one in sets] == [round(first, 2), round(last, 2)]
    grades = [one.rounding.grade for one in sets if one.rounding]
    assert grades[0] == "no"
    assert grades[1] in {"likely", "clear"}
    said = headline(document).line
    assert "Reps 1 to 2: lower back not rounded." in said
    assert f"Reps 3 to 4: lower back {grades[1].replace('clear', 'clearly')} rounded." in said
    # Flexion counts from the neutral of the repetition's own set.
    assert document.reps[3].flexion_deg.peak == pytest.approx(
        analysis.reps[3].peak_deg - last, abs=0.01
    )
