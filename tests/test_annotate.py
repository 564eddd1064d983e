"""The annotated video and the key frames: times, places, words, faces."""

from __future__ import annotations

import itertools
import math
import subprocess
from dataclasses import replace
from pathlib import Path

import cv2
import imageio_ffmpeg
import numpy as np
import pytest
from clipmaker import Image, draw_number, read_number
from figures import moving_lifter
from results import analysed, clip_of, refused

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.annotate.back import drawn_back
from formcheck.annotate.band import Band, font
from formcheck.annotate.colours import grade_rgb
from formcheck.annotate.encoder import VideoWriter
from formcheck.annotate.faces import FaceBlur
from formcheck.annotate.render import draw_clip, face_note
from formcheck.annotate.scene import LABEL_S, Caption, captions
from formcheck.assessment.judgement import GRADES, Grade
from formcheck.assessment.scale import Scale, moment_words, scale
from formcheck.errors import OutputError
from formcheck.geometry.neutral import Neutral, no_neutral
from formcheck.geometry.person import follow_lifter
from formcheck.lifts.exercises import EXERCISES, OTHER
from formcheck.pose.track import PoseTrack
from formcheck.results.folder import VIDEO_NAME, key_frame_name
from formcheck.video.reader import Frame, open_video

LIMITS = Scale(arched_deg=-40.0, neutral_deg=-25.0)
UNEVEN_S = np.cumsum([0.0, 0.02, 0.041, 0.033, 0.1, 0.0333, 0.5, 0.01, 0.029])


def frames_of(path: Path) -> list[Frame]:
    with open_video(path, max_fps=None) as video:
        return list(video)


def stream_of(path: Path) -> str:
    """What ffmpeg says of the file."""
    command = [imageio_ffmpeg.get_ffmpeg_exe(), "-hide_banner", "-i", str(path)]
    return subprocess.run(command, capture_output=True, text=True, check=False).stderr


@pytest.fixture(scope="module")
def analysis() -> SetAnalysis:
    return analysed((-15.0, 30.0))


@pytest.fixture(scope="module")
def drawn(analysis: SetAnalysis, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("drawn")
    clip = clip_of(analysis.track, folder / "clip.mp4")
    moments_s = {2: analysis.reps[1].peak_s}
    draw_clip(clip, analysis, folder, key_moments_s=moments_s)
    return folder


def test_every_frame_keeps_its_own_time_and_its_colours(tmp_path: Path) -> None:
    path = tmp_path / "uneven.mp4"
    with VideoWriter(path, 30.0) as writer:
        for number, time_s in enumerate(UNEVEN_S):
            writer.write(draw_number(number), float(time_s))
    frames = frames_of(path)
    assert [read_number(frame.image) for frame in frames] == list(range(len(UNEVEN_S)))
    assert [frame.time_s for frame in frames] == pytest.approx(UNEVEN_S, abs=2e-5)


def test_browsers_play_it_at_once(drawn: Path) -> None:
    said = stream_of(drawn / VIDEO_NAME)
    assert "h264" in said
    assert "yuv420p" in said
    assert "Audio" not in said
    content = (drawn / VIDEO_NAME).read_bytes()
    assert content.index(b"moov") < content.index(b"mdat")


def test_a_folder_that_is_gone_is_an_output_error(tmp_path: Path) -> None:
    def write() -> None:
        with VideoWriter(tmp_path / "gone" / "video.mp4", 30.0) as writer:
            for number in range(50):
                writer.write(draw_number(number), number / 30)

    with pytest.raises(OutputError, match="--no-video"):
        write()


def test_an_error_on_the_way_ends_ffmpeg(tmp_path: Path) -> None:
    writer = VideoWriter(tmp_path / "video.mp4", 30.0)

    def write() -> None:
        with writer:
            writer.write(draw_number(0), 0.0)
            raise RuntimeError("mine")

    with pytest.raises(RuntimeError, match="mine"):
        write()
    assert writer._process is not None
    assert writer._process.returncode not in (None, 0)


def test_the_video_shows_every_analysed_frame_whole_under_the_band(
    analysis: SetAnalysis, drawn: Path
) -> None:
    track = analysis.track
    frames = frames_of(drawn / VIDEO_NAME)
    assert [frame.time_s for frame in frames] == pytest.approx(track.time_s, abs=1e-4)
    band_px = frames[0].image.shape[0] - track.clip.height
    assert 0.15 * track.clip.height < band_px < 0.35 * track.clip.height
    for number in range(0, len(track), 40):
        picture = np.ascontiguousarray(frames[number].image[band_px:])
        assert picture.shape[:2] == (track.clip.height, track.clip.width)
        assert read_number(picture) == number


def test_the_curve_lies_on_the_back_in_the_colour_of_its_angle(analysis: SetAnalysis) -> None:
    at = int(np.argmin(np.abs(analysis.track.time_s - analysis.reps[1].peak_s)))
    back = drawn_back(analysis, at)
    assert back is not None
    plain = np.full((analysis.track.clip.height, analysis.track.clip.width, 3), 110, np.uint8)
    picture = plain.copy()
    back.draw(picture, 1.0)
    curve = np.concatenate(back.lumbar)
    middle = curve[len(curve) // 2]
    column, row = np.rint(middle).astype(int)
    assert tuple(picture[row, column]) == back.colour
    changed = np.argwhere((picture != plain).any(axis=2))[:, ::-1]
    lines = np.concatenate([*back.whole, np.linspace(back.trunk[0], back.trunk[1], 200)])
    far = np.sqrt(((changed[:, None] - lines[None]) ** 2).sum(axis=2)).min(axis=1)
    assert far.max() < 12  # px of 1280: nothing else is covered


def test_colours_tell_arched_sound_and_rounded_apart() -> None:
    arched = np.array(grade_rgb("no", over_arched=True))
    assert arched[2] > 200 > arched[0]
    assert min(grade_rgb("no")) > 240
    shades = [grade_rgb(grade) for grade in GRADES]
    assert len(set(shades)) == len(GRADES)
    # The graver the less light, for eyes that see no colour.
    light = [0.3 * r + 0.6 * g + 0.1 * b for r, g, b in shades]
    assert light == sorted(light, reverse=True)


@pytest.mark.parametrize(
    ("lumbar_deg", "grade", "words"),
    [
        (-30.0, "no", "your normal"),
        (-36.0, "no", "more hollow"),
        (-41.0, "no", "arched"),
        (3.0, "no", "not rounded"),
        (-25.0, "borderline", "close to rounded"),
        (3.0, "likely", "likely rounded"),
        (3.0, "clear", "clearly rounded"),
    ],
)
def test_a_moment_has_the_words_of_its_grade(lumbar_deg: float, grade: Grade, words: str) -> None:
    assert moment_words(lumbar_deg, grade, LIMITS) == words


def test_nothing_is_called_not_rounded_that_was_not_judged(analysis: SetAnalysis) -> None:
    judged = [one.judged for one in captions(analysis)]
    assert judged == [phase != "" for phase in analysis.phases]
    assert moment_words(3.0, "no", LIMITS, judged=False) == "flexed"
    sit_ups = analyze_track(moving_lifter("sit-up", [20.0]), Settings("sit-up"))
    assert not any(one.judged for one in captions(sit_ups))


def test_standing_is_your_normal_and_nothing_is_called_rounded_without_a_verdict(
    analysis: SetAnalysis,
) -> None:
    limits = scale(analysis.exercise, analysis.neutral)
    shown = captions(analysis)
    words = [
        moment_words(one.lumbar_deg, one.grade, limits)
        for one in shown
        if one.lumbar_deg is not None
    ]
    assert words[0] == "your normal"
    second = analysis.reps[1].rep
    assert {one.grade for one in shown[: second.start]} == {"no"}
    assert max((one.grade for one in shown[second.start :]), key=GRADES.index) == "clear"
    assert analysis.judged.reps[0] is not None
    assert analysis.judged.reps[0].grade == "no"


def test_only_limits_that_apply_are_drawn() -> None:
    deadlift = EXERCISES["deadlift"]
    assert scale(deadlift, Neutral(-25.0, 4.0, "standing")) == Scale(-40.0, -25.0)
    assert scale(deadlift, Neutral(-25.0, 0.0, "given")).arched_deg == -40.0
    assert np.isnan(scale(deadlift, Neutral(21.0, 4.0, "first-reps")).arched_deg)
    press, start = EXERCISES["overhead-press"], Neutral(-25.0, 4.0, "first-reps")
    assert scale(press, start).arched_deg == -40.0  # where the first repetitions say enough
    unknown = scale(deadlift, no_neutral())
    assert np.isnan([unknown.arched_deg, unknown.neutral_deg]).all()
    other = scale(OTHER, Neutral(-20.0, 4.0, "standing"))
    assert np.isnan(other.arched_deg)


def test_captions_count_repetitions_and_name_findings_as_they_happen(
    analysis: SetAnalysis,
) -> None:
    shown, time_s = captions(analysis), analysis.track.time_s
    first, second = analysis.reps
    assert shown[0].rep == 0
    assert {caption.reps for caption in shown} == {2}
    for at_s, rep, phase in ((first.start_s + 0.2, 1, "up"), (second.start_s + 0.2, 2, "up")):
        caption = shown[int(np.searchsorted(time_s, at_s))]
        assert (caption.rep, caption.phase) == (rep, phase)
    labelled = time_s[[caption.label == "lower back clearly rounded" for caption in shown]]
    finding = next(f for f in analysis.findings if f.rep == 2)
    assert finding.at_s is not None
    assert labelled[0] == pytest.approx(finding.at_s, abs=0.11)
    assert labelled[-1] - labelled[0] >= min(LABEL_S, time_s[-1] - finding.at_s) - 0.21


def test_what_was_not_measured_has_no_angle() -> None:
    assert {caption.lumbar_deg for caption in captions(refused())} == {None}
    assert drawn_back(refused(), 10) is None


def caption(**changes: object) -> Caption:
    plain = Caption(12, 5, 2, 8, "up", "", "info")
    return replace(plain, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("width", "landscape"), [(1280, True), (720, False), (320, False)])
def test_the_band_fits_its_picture_and_shows_every_change(width: int, landscape: bool) -> None:
    band = Band(width, landscape=landscape, limits=LIMITS)
    plain = band.draw(caption())
    assert plain.shape == (band.size_px[1], width, 3)
    assert band.size_px[1] % 2 == 0
    for changed in (
        caption(lumbar_deg=13),
        caption(uncertainty_deg=9),
        caption(lumbar_deg=None, uncertainty_deg=None),
        caption(rep=3),
        caption(phase="down"),
        caption(label="back over-arched"),
        caption(grade="likely"),
    ):
        assert (band.draw(changed) != plain).any(), changed
    long = band.draw(caption(label="rounding more and more and more"))
    assert (long[:, :2] == plain[:, :2]).all()  # cut nowhere
    assert (long[:, -2:] == plain[:, -2:]).all()


@pytest.mark.parametrize("width", [1, 2, 16, 96, 140])
def test_the_smallest_picture_has_a_band_too(width: int) -> None:
    for refusal in ("", "no person"):
        band = Band(width, landscape=True, limits=LIMITS, refusal=refusal)
        for angle in (12, None):
            drawn = band.draw(caption(lumbar_deg=angle, label="hips rose first"))
            assert drawn.shape == (band.size_px[1], width, 3)


@pytest.mark.parametrize(("width", "landscape"), [(1280, True), (480, True), (360, False)])
def test_words_under_the_gauge_never_overlap_or_leave_it(width: int, landscape: bool) -> None:
    shown = set()
    for neutral_deg in (-50.0, -45.0, -30.0, -25.0, -16.0, -3.0, 0.0, 12.0, 30.0, math.nan):
        band = Band(width, landscape=landscape, limits=Scale(math.nan, neutral_deg))
        words = band.gauge_words()
        assert {told for _, told, _ in words} >= {"flat", "flexed"}
        shown |= {told for _, told, _ in words}
        face = font(band._smallest_px, bold=False)
        edges = sorted((left, left + face.getlength(told)) for _, told, left in words)
        assert all(one[1] < other[0] for one, other in itertools.pairwise(edges)), neutral_deg
        assert edges[-1][1] <= width
    assert "arched" in shown
    assert ("your normal" in shown) == landscape  # an upright gauge has no room for it


def test_nothing_in_the_row_of_the_label_is_covered_by_it() -> None:
    for width, landscape in ((1280, True), (480, True), (360, False)):
        band = Band(width, landscape=landscape, limits=LIMITS)
        for label in ("hips rose first", "lower and upper back clearly rounded"):
            shown = caption(rep=12, reps=12, phase="down", label=label)
            left = int(band._label_left(shown))
            alone = band.draw(replace(shown, phase="", label=""))[-int(1.6 * band._text_px) :]
            assert (alone[:, left:] == alone[0, 0]).all(), (width, label)
            phase = band.draw(shown) != band.draw(replace(shown, phase=""))
            assert not phase[:, left:].any(), (width, label)


def test_the_longest_refusal_is_not_cut_off() -> None:
    for width in (320, 360, 720):
        band = Band(width, landscape=False, limits=LIMITS, refusal="no known exercise at all here")
        drawn = band.draw(caption(lumbar_deg=None, uncertainty_deg=None))
        assert (drawn[:, -2:] == drawn[0, -1]).all()


def test_text_is_readable_on_a_phone() -> None:
    for width, landscape in ((1280, True), (720, False)):
        band = Band(width, landscape=landscape, limits=LIMITS)
        assert band._text_px * 360 / width >= 11
    assert band._smallest_px * 360 / width >= 11


def noise(height: int, width: int) -> Image:
    return np.random.default_rng(1).integers(0, 255, (height, width, 3)).astype(np.uint8)


def blur_of(track: PoseTrack) -> FaceBlur:
    return FaceBlur(track, follow_lifter(track))


def elsewhere(track: PoseTrack, frames: slice, by_px: float = 400.0) -> PoseTrack:
    """The track with the pose on somebody else for some frames."""
    landmarks = track.landmarks_px.copy()
    landmarks[frames, :, 0] += by_px
    return replace(track, landmarks_px=landmarks)


def is_covered(picture: Image, column: float, row: float) -> bool:
    x, y = round(column), round(row)
    return bool(picture[y - 4 : y + 5, x - 4 : x + 5].std(axis=(0, 1)).max() < 20)


@pytest.mark.parametrize("frames", [slice(20, 23), slice(20, 40)], ids=["a moment", "long"])
def test_a_face_stays_covered_while_the_pose_is_on_somebody_else(frames: slice) -> None:
    track = moving_lifter("deadlift", [0.0, 0.0, 0.0], fps=10.0)
    blur = blur_of(elsewhere(track, frames))
    for at in range(len(track)):
        picture = noise(track.clip.height, track.clip.width)
        blur.cover(picture, at)
        assert is_covered(picture, *track.landmarks_px[at, 0]), at
    assert bool(blur.hidden) == (frames.stop == 40)
    for start_s, end_s in blur.hidden:
        assert 1.9 < start_s < 2.6
        assert 3.4 < end_s < 4.0


def test_where_a_face_was_not_followed_is_said() -> None:
    track = moving_lifter("deadlift", [0.0, 0.0, 0.0], fps=10.0)
    settings = Settings("deadlift")
    assert face_note(analyze_track(track, settings)) == ""
    note = face_note(analyze_track(elsewhere(track, slice(20, 40)), settings))
    assert "the whole picture is hidden, from 2." in note


def test_where_no_lifter_can_be_told_everything_is_covered() -> None:
    track = moving_lifter("deadlift", [0.0, 0.0, 0.0], fps=10.0)
    blur = blur_of(elsewhere(track, slice(0, len(track) // 2)))
    picture = noise(track.clip.height, track.clip.width)
    blur.cover(picture, 3)
    assert picture.std(axis=(0, 1)).max() < 20


def test_a_blurred_face_cannot_be_told_and_the_back_stays() -> None:
    track = moving_lifter("deadlift", [0.0], fps=10.0)
    at = 5
    picture = noise(track.clip.height, track.clip.width)
    before = picture.copy()
    blur_of(track).cover(picture, at)
    for landmark in track.landmarks_px[at, :11]:
        column, row = np.rint(landmark).astype(int)
        around = picture[row - 4 : row + 5, column - 4 : column + 5].astype(float)
        assert around.std(axis=(0, 1)).max() < 12  # noise has 74
    hip = np.rint(track.hip_px[at]).astype(int)
    trunk = slice(hip[1] - 60, hip[1] + 60), slice(hip[0] - 80, hip[0] + 20)
    assert (picture[trunk] == before[trunk]).all()


def test_a_face_stays_covered_while_the_pose_is_lost() -> None:
    track = moving_lifter("deadlift", [0.0], fps=10.0)
    landmarks = track.landmarks_px.copy()
    landmarks[3:8] = np.nan
    lost = replace(track, landmarks_px=landmarks)
    picture = noise(track.clip.height, track.clip.width)
    blur_of(lost).cover(picture, 5)
    column, row = np.rint(track.landmarks_px[5, 0]).astype(int)
    assert picture[row - 4 : row + 5, column - 4 : column + 5].std(axis=(0, 1)).max() < 12


def test_without_any_face_everything_is_covered() -> None:
    track = moving_lifter("deadlift", [0.0], fps=10.0)
    nobody = replace(track, landmarks_px=np.full_like(track.landmarks_px, np.nan))
    picture = noise(track.clip.height, track.clip.width)
    blur_of(nobody).cover(picture, 0)
    assert picture.std(axis=(0, 1)).max() < 20


def test_the_key_frame_shows_the_trunk_at_its_moment(analysis: SetAnalysis, drawn: Path) -> None:
    picture = cv2.imread(str(drawn / key_frame_name(2)))
    assert picture is not None
    assert picture.shape == (560, 560, 3)
    back = drawn_back(
        analysis, int(np.argmin(np.abs(analysis.track.time_s - analysis.reps[1].peak_s)))
    )
    assert back is not None
    colour = np.array(back.colour)[::-1]
    assert (np.abs(picture.astype(int) - colour).sum(axis=2) < 60).sum() > 300
    assert not (drawn / key_frame_name(1)).exists()


def test_a_refused_clip_still_has_its_video(tmp_path: Path) -> None:
    analysis = refused()
    clip = clip_of(analysis.track, tmp_path / "clip.mp4")
    draw_clip(clip, analysis, tmp_path)
    frames = frames_of(tmp_path / VIDEO_NAME)
    assert len(frames) == len(analysis.track)


def test_large_pictures_are_shrunk_for_phones(tmp_path: Path) -> None:
    track = moving_lifter("deadlift", [0.0], fps=10.0)
    scaled = 1.5
    track = replace(
        track,
        landmarks_px=(track.landmarks_px * scaled).astype(np.float32),
        clip=replace(track.clip, width=1920, height=1080),
    )
    analysis = analyze_track(track, Settings("deadlift"))
    draw_clip(clip_of(track, tmp_path / "clip.mp4"), analysis, tmp_path)
    frames = frames_of(tmp_path / VIDEO_NAME)
    assert frames[0].image.shape[1] == 1280
    assert read_number(np.ascontiguousarray(frames[7].image[-720:])) == 7


def test_a_label_goes_when_the_lifter_stands_as_usual_again() -> None:
    analysis = analysed((0.0, 45.0))
    told = captions(analysis)
    rep, time_s = analysis.reps[1], analysis.track.time_s
    assert told[int(np.searchsorted(time_s, rep.peak_s))].label
    bent = analysis.kinematics.back.lumbar_deg - analysis.neutral.lumbar_deg
    standing = (time_s > rep.peak_s + 1.0) & (bent < 5.0)
    assert standing.any()
    assert not any(told[at].label for at in np.flatnonzero(standing))
