"""The parts of a live session, each on its own."""

from __future__ import annotations

import math
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clipmaker import numbered, read_number, write_clip
from figures import figure_at, make_track, moving_lifter, pose_in, posture_at
from sets import measured_rep

from formcheck.analysis import Settings, analyze_track
from formcheck.assessment.findings import Finding
from formcheck.assessment.pace import too_slow
from formcheck.errors import InputError
from formcheck.live.analyst import LiveReading, Stretch
from formcheck.live.cues import CueWatch, tone_player
from formcheck.live.events import Event, notice, saved_event
from formcheck.live.present import Present, measure_present
from formcheck.live.saving import Saved, describe_recovered, recover
from formcheck.live.screen import Screen
from formcheck.live.setup import check_setup
from formcheck.live.sources import Latest, Shot, camera_source, file_source, open_source
from formcheck.live.spool import SetSpool, unfinished_sets
from formcheck.live.tally import CountedRep, Tally, update
from formcheck.live.view import LiveView
from formcheck.live.words import State, headline, status_words
from formcheck.models.store import ResolvedModel
from formcheck.pose.recorder import Pose, TrackRecorder, no_pose
from formcheck.pose.track import PoseTrack
from formcheck.results.describe import describe
from formcheck.video.reader import Frame

GREY = 120.0


def shot(index: int) -> Shot:
    return Shot(Frame(index, index / 30, np.zeros((4, 4, 3), np.uint8)), index / 30)


def test_only_the_latest_picture_is_kept() -> None:
    latest = Latest()
    for index in range(3):
        latest.put(shot(index))
    taken = latest.take(0.0)
    assert taken is not None
    assert taken.frame.index == 2
    assert latest.take(0.0) is None


def test_a_file_plays_at_its_own_speed(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", list(numbered(16)), fps=20.0)
    start_s, seen = time.monotonic(), []
    with file_source(clip) as source:
        while source.status != "ended":
            taken = source.take(0.5)
            if taken:
                seen.append(read_number(taken.frame.image))
                assert taken.captured_s == pytest.approx(time.monotonic(), abs=1.0)  # its clock
        while taken := source.take(0.0):
            seen.append(read_number(taken.frame.image))
    assert 0.7 < time.monotonic() - start_s < 3.0
    assert seen == sorted(seen)
    assert seen[-1] == 15


class Flaky:
    """A camera that is pulled out after some pictures."""

    def __init__(self, pictures: int) -> None:
        self.left = pictures

    def isOpened(self) -> bool:  # noqa: N802 - OpenCV's name
        return self.left > 0

    def read(self) -> tuple[bool, Any]:
        time.sleep(0.002)
        self.left -= 1
        return self.left > 0, np.zeros((48, 64, 3), np.uint8)

    def release(self) -> None:
        self.left = 0


def test_a_lost_camera_comes_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("formcheck.live.sources._RETRY_S", 0.05)
    opened = [Flaky(10), Flaky(0), Flaky(1000)]
    seen: list[str] = []
    indices: list[int] = []
    with camera_source("camera 0", lambda: opened.pop(0)) as source:
        until_s = time.monotonic() + 5
        while seen[-2:] != ["lost", "live"] and time.monotonic() < until_s:
            if not seen or seen[-1] != source.status:
                seen.append(source.status)
            taken = source.take(0.01)
            indices += [taken.frame.index] if taken else []
    assert seen == ["live", "lost", "live"]
    assert indices == sorted(set(indices))


@pytest.mark.parametrize(
    ("camera", "words"), [("missing.mp4", "There is no camera or file"), ("97", "gives no picture")]
)
def test_a_missing_camera_is_named(camera: str, words: str) -> None:
    with pytest.raises(InputError, match=words):
        open_source(camera)


NO_MODEL = ResolvedModel("none", Path("none"), "0" * 64)


def standing(duration_s: float = 3.0, **changes: Any) -> PoseTrack:
    """Somebody who stands in the picture, small enough to fit."""
    yaw_deg = changes.pop("yaw_deg", 0.0)
    posture = posture_at("squat", 0.0, -25.0, yaw_deg)
    figure = figure_at(replace(posture, arms="hanging"), trunk_px=150.0, **changes)
    return make_track([figure] * int(30 * duration_s))


def step_of(track: PoseTrack, grey: float = GREY) -> str:
    return check_setup(analyze_track(track, Settings("squat")), grey).step


def words_of(track: PoseTrack) -> str:
    return check_setup(analyze_track(track, Settings("squat")), GREY).words


def more_of(track: PoseTrack) -> str:
    return check_setup(analyze_track(track, Settings("squat")), GREY).more


def test_nobody_is_asked_into_the_picture() -> None:
    assert step_of(make_track([None] * 40)) == "person"


def test_feet_outside_the_picture_are_named() -> None:
    track = standing()
    moved = replace(track, landmarks_px=track.landmarks_px + np.array([0, 90], np.float32))
    assert words_of(moved) == "Step back"
    assert "feet" in more_of(moved)
    assert "head" not in more_of(moved)


def test_a_distant_lifter_is_asked_nearer() -> None:
    posture = replace(posture_at("squat", 0.0, -25.0), arms="hanging")
    track = make_track([figure_at(posture, trunk_px=60.0)] * 60)
    assert "nearer" in words_of(track)


# Seen from the front the lifter's left is on the right of the picture: to face right
# they turn to their left, to face left to their right.
@pytest.mark.parametrize(("facing", "way"), [("right", "left"), ("left", "right")])
def test_a_lifter_turned_to_the_camera_is_told_the_way(facing: Any, way: str) -> None:
    front = standing(yaw_deg=40.0, facing=facing)
    across = front.landmarks_px[0, 11, 0] - front.landmarks_px[0, 12, 0]
    if across < 0:  # make sure that it is the chest that is seen
        front = standing(yaw_deg=-40.0, facing=facing)
    assert words_of(front) == f"Turn to the {way}"
    assert "By about 40°" in more_of(front)
    back = standing(yaw_deg=40.0 if across < 0 else -40.0, facing=facing)
    other = {"left": "right", "right": "left"}[way]
    assert words_of(back) == f"Turn to the {other}"


def test_darkness_is_said() -> None:
    assert step_of(standing(), 20.0) == "light"


def test_standing_is_counted_down_and_then_taken() -> None:
    early = check_setup(analyze_track(standing(1.5), Settings("squat")), GREY)
    assert early.step == "stand-still"
    assert early.countdown_s == pytest.approx(0.5, abs=0.1)
    assert math.isnan(early.neutral.lumbar_deg)
    ready = check_setup(analyze_track(standing(3.0), Settings("squat")), GREY)
    assert ready.step == "ready"
    assert ready.neutral.lumbar_deg == pytest.approx(-25.0, abs=6.0)


FAULT = Finding("lumbar-flexion", "caution", "", "", rep=1)
AT_THE_END = Finding("squat-depth", "caution", "", "", rep=1)


def tally(*reps: CountedRep) -> Tally:
    return Tally(reps)


def test_a_fault_is_called_out_once_a_repetition() -> None:
    watch = CueWatch()
    first = CountedRep(measured_rep(1), (FAULT,), ended=False)
    assert watch.news(tally(first), 1.0) == []  # one analysis may be wrong
    assert [cue.code for cue in watch.news(tally(first), 1.2)] == ["lumbar-flexion"]
    grown = CountedRep(replace(measured_rep(1), end_s=2.6), (FAULT,), ended=True)
    assert watch.news(tally(grown), 2.6) == []
    second = CountedRep(measured_rep(2), (FAULT,), ended=False)
    watch.news(tally(grown, second), 4.0)
    assert [cue.rep for cue in watch.news(tally(grown, second), 4.2)] == [2]


def test_what_is_seen_at_the_end_waits_for_it() -> None:
    watch = CueWatch()
    running = CountedRep(measured_rep(1), (AT_THE_END,), ended=False)
    assert [watch.news(tally(running), now_s) for now_s in (1.0, 1.2, 1.4)] == [[], [], []]
    ended = replace(running, ended=True)
    assert watch.news(tally(ended), 2.4) == []
    assert [cue.words for cue in watch.news(tally(ended), 2.6)] == ["above parallel"]


def test_an_old_fault_is_not_called_out() -> None:
    watch = CueWatch()
    old = CountedRep(measured_rep(1), (FAULT,), ended=True)
    assert [watch.news(tally(old), 20.0), watch.news(tally(old), 20.2)] == [[], []]


def test_repetitions_that_left_the_stretch_still_count() -> None:
    track = moving_lifter("squat", [0.0] * 6)
    whole = update(Tally(), analyze_track(track, Settings("squat")))
    assert len(whole.ended) == 6
    counted = Tally()
    for end in range(60, len(track) + 1, 15):
        stretch = track[max(0, end - 300) : end]
        counted = update(counted, analyze_track(stretch, Settings("squat")))
    assert [rep.measures.start_s for rep in counted.ended] == pytest.approx(
        [rep.measures.start_s for rep in whole.ended], abs=0.2
    )


def test_without_audio_the_bell_rings() -> None:
    rung: list[str] = []
    play, how = tone_player(lambda: rung.append("bell"))
    if how == "tones":
        pytest.skip("there is an audio device")
    play("lumbar-flexion")
    assert rung == ["bell"]


def test_a_damaged_set_does_not_keep_the_others_from_being_saved(tmp_path: Path) -> None:
    track = moving_lifter("squat", [0.0, 5.0])
    for name in ("a", "b", "c"):
        spool = SetSpool.begin(tmp_path, name, Settings("squat"))
        spool.store(track)
        spool.lock.close()
    (tmp_path / ".live" / "a" / "about.json").write_text("{", encoding="utf-8")
    (piece,) = (tmp_path / ".live" / "b").glob("*.npz")
    piece.write_bytes(b"no track")
    damaged, unreadable, saved = recover(tmp_path)
    assert "about.json is damaged" in describe_recovered(damaged)
    assert "cannot be saved" in describe_recovered(unreadable)
    assert isinstance(saved, Saved)
    assert (tmp_path / "c" / "report.html").is_file()
    assert sorted(path.name for path in (tmp_path / ".live").iterdir()) == ["a", "b"]


def test_a_spooled_set_comes_back_whole(tmp_path: Path) -> None:
    track = moving_lifter("squat", [0.0, 5.0])
    spool = SetSpool.begin(tmp_path, "set", Settings("squat", neutral_deg=-20.0))
    for at in range(0, len(track), 31):
        spool.store(track[at : at + 31])
    assert list(unfinished_sets(tmp_path)) == []  # it is being lifted
    spool.lock.close()
    (found,) = unfinished_sets(tmp_path)
    assert isinstance(found, SetSpool)
    again = found.track()
    assert again is not None
    np.testing.assert_array_equal(again.landmarks_px, track.landmarks_px)
    np.testing.assert_array_equal(again.time_s, track.time_s)
    assert found.settings == spool.settings
    found.discard()
    assert list(tmp_path.iterdir()) == []


def reading_of(track: PoseTrack) -> LiveReading:
    analysis = analyze_track(track, Settings("squat"))
    return LiveReading(1, analysis, update(Tally(), analysis), check_setup(analysis, GREY))


@pytest.mark.parametrize(
    ("fps", "analysed"), [(12.0, 12.0), (19.0, 19.0), (21.0, 15.0), (25.0, 15.0), (60.0, 15.0)]
)
def test_the_analysis_during_a_set_takes_as_many_frames_as_are_enough(
    fps: float, analysed: float
) -> None:
    recorder = TrackRecorder()
    for number in range(int(20 * fps)):
        recorder.add(number, number / fps, no_pose())
    clip = replace(standing(0.1).clip, camera_frames=len(recorder))
    stretch = Stretch(1, recorder, clip, NO_MODEL, Settings("squat"), GREY)
    tracks = [replace(stretch, frames=recorder[later:]).track() for later in range(7)]
    first = tracks[0]
    assert len(first) / 20 == pytest.approx(analysed, abs=0.2)
    assert not too_slow(first) or fps <= 12.0
    for track in tracks:  # the stretch moves on: the same frames all the time
        assert set(track.frame[1:]) <= set(first.frame)


def test_a_late_angle_is_not_shown_as_the_present_one() -> None:
    track = standing()
    reading = reading_of(track)
    frame = Frame(0, 3.0, np.zeros((720, 1280, 3), np.uint8))
    view = LiveView(frame, (pose_in(track),), reading, 0.2, 1, True, (), (), 30.0, 30.0, False)
    measured_deg = float(reading.analysis.kinematics.back.lumbar_deg[-1])
    assert view.present.lumbar_deg == pytest.approx(measured_deg)
    late = replace(view, age_s=2.5)
    assert math.isnan(late.present.lumbar_deg)
    assert headline(late) == headline(view)
    assert "late" in status_words(late, State(mirror=True, sound=True))
    assert "late" not in status_words(view, State(mirror=True, sound=True))
    picture = Screen().draw(view, State(mirror=True, sound=True))
    assert picture.shape[1] == 960
    assert not np.array_equal(picture, Screen().draw(late, State(mirror=True, sound=True)))


def test_the_number_is_of_the_frame_that_is_shown() -> None:
    """The analysis ends at a lock-out; the lifter has bent down and rounded since."""
    track = moving_lifter("deadlift", [-15.0, -15.0, 30.0])
    whole = analyze_track(track, Settings("deadlift"))
    lumbar_deg = whole.kinematics.back.lumbar_deg
    bottom, ended = whole.reps[-1].rep.end - 2, whole.reps[-1].rep.reached
    analysis = analyze_track(track[: ended + 1], Settings("deadlift"))
    reading = LiveReading(1, analysis, update(Tally(), analysis), check_setup(analysis, GREY))
    age_s = float(track.time_s[bottom] - track.time_s[ended])
    assert 0.3 < age_s < 2.0
    shown = measure_present([pose_in(track, bottom - back) for back in (2, 1, 0)], reading, age_s)
    assert lumbar_deg[bottom] - lumbar_deg[ended] > 30
    assert shown.lumbar_deg == pytest.approx(lumbar_deg[bottom], abs=5.0)
    assert whole.judged.grades[bottom] == "clear"
    assert shown.grade == "clear"
    upright = measure_present([pose_in(track, ended)], reading, 0.0)
    assert upright.lumbar_deg == pytest.approx(lumbar_deg[ended], abs=5.0)
    assert upright.grade == "no"


def test_who_bends_down_without_lifting_is_not_judged() -> None:
    track = moving_lifter("deadlift", [30.0])
    whole = analyze_track(track, Settings("deadlift"))
    start, bottom = whole.reps[0].rep.start, whole.reps[0].rep.end - 2
    analysis = analyze_track(track[: start - 5], Settings("deadlift"))
    reading = LiveReading(1, analysis, update(Tally(), analysis), check_setup(analysis, GREY))
    assert not analysis.reps
    bent = measure_present([pose_in(track, bottom)], reading, 0.1)
    assert bent.lumbar_deg > 0
    assert (bent.grade, bent.judged) == ("no", False)


def test_a_single_wild_outline_moves_no_number() -> None:
    track = standing()
    reading = reading_of(track)
    good = [pose_in(track, at) for at in (-5, -4, -3, -2)]
    bent = pose_in(track)
    hollow = 0.05 * np.sin(np.linspace(0, np.pi, bent.profile.shape[1]))
    wild = replace(bent, profile=(bent.profile + hollow).astype(np.float32))
    alone, among = (measure_present(p, reading, 0.1).lumbar_deg for p in ([wild], [*good, wild]))
    still = measure_present(good, reading, 0.1).lumbar_deg
    assert among == pytest.approx(still, abs=0.5)
    assert alone != pytest.approx(still, abs=3.0)


def view_of(track: PoseTrack, *, fps: float = 30.0, reading: LiveReading | None = None) -> LiveView:
    frame = Frame(0, 3.0, np.full((720, 1280, 3), 90, np.uint8))
    reading = reading or reading_of(track)
    return LiveView(frame, (pose_in(track),), reading, 0.2, 1, True, (), (), fps, 30.0, False)


@pytest.mark.parametrize(("fps", "words"), [(30.0, "   30 fps"), (18.0, "   18 of 30 fps")])
def test_a_machine_that_cannot_keep_up_says_so(fps: float, words: str) -> None:
    assert words in status_words(view_of(standing(), fps=fps), State(mirror=True, sound=True))


SUMMARY = Event("saved", "written", lines=("Set 1: 5 repetitions", "no fault found"))


@pytest.mark.parametrize("event", [SUMMARY, notice("camera 0 is lost: trying again.")])
def test_what_happened_is_shown_on_the_picture(event: Event) -> None:
    screen, view, state = Screen(), view_of(standing()), State(mirror=False, sound=True)
    before = screen.draw(view, state).copy()
    screen.tell(event)
    assert not np.array_equal(screen.draw(view, state), before)
    lost = Screen()
    lost.draw(view, state)
    lost.tell(event)
    np.testing.assert_array_equal(lost.still(), screen.draw(view, state))


def test_a_summary_goes_when_the_next_set_has_begun() -> None:
    resting = view_of(standing())
    assert resting.reading is not None
    rep = CountedRep(measured_rep(1), (), ended=True)
    lifting = view_of(standing(), reading=replace(resting.reading, tally=tally(rep)))
    screen, state = Screen(), State(mirror=False, sound=True)
    before = screen.draw(lifting, state).copy()
    screen.tell(SUMMARY)
    assert np.array_equal(screen.draw(lifting, state), before)
    screen.tell(notice("Recording is on."))
    assert not np.array_equal(screen.draw(lifting, state), before)


def test_a_set_is_summed_up_for_a_screen() -> None:
    analysis = analyze_track(moving_lifter("squat", [0.0, 0.0, 35.0]), Settings("squat"))
    event = saved_event(2, Saved(analysis, describe(analysis), Path("out")))
    title, faults, change, angles = event.lines
    assert title == "Set 2: 3 reps"
    most = max(rep.peak_deg for rep in analysis.reps)
    assert f"Most flexed {most:+.0f}°" in angles
    assert "lower back clearly rounded (1 of 3)" in faults
    assert change == "Go lighter, brace first"
    assert event.data["verdict"] == event.spoken != ""
    assert event.data["score"] == describe(analysis).score


def test_a_prepared_frame_is_drawn_as_any_other() -> None:
    track = standing()
    image = np.random.default_rng(1).integers(0, 255, (720, 1280, 3)).astype(np.uint8)
    frames = [Frame(index, index / 30, (image >> index).astype(np.uint8)) for index in range(2)]
    views = [
        LiveView(
            frame, (pose_in(track),), reading_of(track), 0.2, 1, True, (), (), 30.0, 30.0, False
        )
        for frame in frames
    ]
    plain, prepared = Screen(), Screen()
    state = State(mirror=False, sound=True)
    for drawn, started in ((0, 0), (1, 0), (1, 1)):  # in the second case it began with another
        prepared.prepare(frames[started])
        expected = plain.draw(views[drawn], state).copy()
        np.testing.assert_array_equal(prepared.draw(views[drawn], state), expected)


def drawn_px(present: Present) -> np.ndarray[tuple[int, ...], np.dtype[np.float64]]:
    assert present.back is not None
    return np.concatenate(present.back.whole)


def test_the_frames_own_outline_is_the_one_of_the_analysis() -> None:
    track = standing()
    reading = reading_of(track)
    shown = measure_present([pose_in(track)], reading, 0.1)
    curve = reading.analysis.kinematics.back.curve
    recorded = curve.px[-1][np.isfinite(curve.d[-1])]
    assert len(recorded) > 30
    np.testing.assert_allclose(drawn_px(shown), recorded, atol=0.01)


def with_hand_at(pose: Pose, u: float, behind: float) -> Pose:
    """Both elbows and hands at a height on the trunk's axis, and so far behind it, in trunks."""
    points = pose.landmarks_px.copy()
    hip, shoulder = points[[23, 24]].mean(axis=0), points[[11, 12]].mean(axis=0)
    axis = shoulder - hip
    back = np.array([axis[1], -axis[0]])  # to the left of a lifter who faces right
    points[13:17] = hip + u * axis + behind * back
    return replace(pose, landmarks_px=points)


@pytest.mark.parametrize(("u", "shown"), [(0.45, False), (0.9, True)])
def test_an_arm_over_the_back_takes_its_curve_away(u: float, shown: bool) -> None:
    track = standing()
    reading = reading_of(track)
    bare = drawn_px(measure_present([pose_in(track)], reading, 0.1))
    covered = measure_present([with_hand_at(pose_in(track), u, 0.25)], reading, 0.1)
    assert (covered.back is not None) == shown
    assert math.isfinite(covered.lumbar_deg) == shown
    if shown:
        left = drawn_px(covered)
        assert 20 < len(left) < len(bare)
        np.testing.assert_array_equal(left, bare[: len(left)])  # from the hip upwards


def test_what_is_covered_all_the_time_is_not_drawn() -> None:
    track = standing()
    reading = reading_of(track)
    kin = reading.analysis.kinematics
    curve = kin.back.curve
    plate = replace(curve, d=np.where(curve.u > 0.7, np.nan, curve.d))
    plated = replace(kin, back=replace(kin.back, curve=plate))
    reading = replace(reading, analysis=replace(reading.analysis, kinematics=plated))
    below = curve.px[-1][np.isfinite(plate.d[-1])]
    shown = measure_present([pose_in(track)], reading, 0.1)
    np.testing.assert_allclose(drawn_px(shown), below, atol=0.01)


def test_nothing_is_shown_of_somebody_who_is_gone() -> None:
    shown = measure_present([no_pose()], reading_of(standing()), 0.1)
    assert shown.back is None
    assert math.isnan(shown.lumbar_deg)
