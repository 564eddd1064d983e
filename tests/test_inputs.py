"""Clips as phones, browsers and cameras make them, each with the numbers of the plain one."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import imageio_ffmpeg
import numpy as np
import pytest
from clipmaker import (
    SAMPLES,
    Image,
    draw_number,
    numbered,
    read_number,
    remux,
    run_ffmpeg,
    write_clip,
)
from figures import moving_lifter

from formcheck.analysis import SetAnalysis, Settings, analyze, analyze_track
from formcheck.errors import InputError
from formcheck.models.store import ResolvedModel
from formcheck.pose.track import load_track, save_track
from formcheck.results.describe import describe
from formcheck.video.about import Stream, ask, main_stream
from formcheck.video.clip import ClipInfo
from formcheck.video.filming import filmed_on, slow_motion, speaks_of_slow_motion
from formcheck.video.reader import Frame, open_video

SAMPLE = SAMPLES / "deadlift-steady.mp4"
START_S, LENGTH_S = 0.0, 7.0  # one repetition and a half
QUICK = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "18")


def read(path: Path) -> tuple[list[Frame], ClipInfo]:
    with open_video(path, max_fps=None) as video:
        return list(video), video.summary


def as_played(path: Path, size: tuple[int, int]) -> Image:
    """The first frame as FFmpeg's player shows it."""
    raw = path.with_suffix(".raw")
    run_ffmpeg("-i", str(path), "-frames:v", "1", "-f", "rawvideo", "-pix_fmt", "rgb24", str(raw))
    return np.frombuffer(raw.read_bytes(), np.uint8).reshape(size[1], size[0], 3)


# ---- mirrors


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv"])
@pytest.mark.parametrize("turn", [0, 90, 180, 270])
@pytest.mark.parametrize("flip", [(), ("-display_hflip",), ("-display_vflip",)])
def test_a_picture_is_shown_as_players_show_it(
    tmp_path: Path, container: str, turn: int, flip: tuple[str, ...]
) -> None:
    stored = write_clip(tmp_path / "stored.mp4", numbered(8))
    matrix = ("-display_rotation", str(turn), *flip)
    clip = remux(stored, tmp_path / f"clip.{container}", *matrix)
    frames, info = read(clip)
    shown = as_played(clip, (info.width, info.height))
    assert np.abs(frames[0].image.astype(int) - shown).mean() < 4


# ---- streams


def streams_of(*sizes: tuple[int, int, bool, bool]) -> tuple[Stream, ...]:
    return tuple(
        Stream(i, "h264", width, height, default, still)
        for i, (width, height, default, still) in enumerate(sizes)
    )


@pytest.mark.parametrize(
    ("sizes", "chosen"),
    [
        ([(160, 90, False, False), (1280, 720, True, False)], 1),
        ([(160, 90, True, False), (1280, 720, False, False)], 1),
        ([(640, 360, True, False), (1280, 720, True, False)], 1),
        ([(960, 540, True, False), (1280, 720, False, False)], 0),
        ([(1920, 1080, True, True), (640, 360, False, False)], 1),
        ([(640, 360, False, False), (1280, 720, False, False)], 1),
        ([(640, 360, False, True)], 0),
    ],
)
def test_the_default_stream_counts_else_the_largest(
    sizes: list[tuple[int, int, bool, bool]], chosen: int
) -> None:
    found = main_stream(streams_of(*sizes))
    assert found is not None
    assert found.index == chosen


@pytest.mark.parametrize("container", ["mp4", "mkv"])
def test_a_thumbnail_as_first_stream_is_not_the_clip(tmp_path: Path, container: str) -> None:
    plain = write_clip(tmp_path / "plain.mp4", numbered(30, 320, 240))
    clip = tmp_path / f"clip.{container}"
    small = "[0:v]scale=64:48[t]"
    run_ffmpeg(
        *("-i", str(plain), "-filter_complex", small, "-map", "[t]", "-map", "0:v"),
        *("-c:v:0", "libx264", "-c:v:1", "copy", str(clip)),
    )
    frames, info = read(clip)
    assert [read_number(frame.image) for frame in frames] == list(range(30))
    assert (info.width, info.height) == (320, 240)
    assert info.stream == "video 2 of 2, 320x240"
    assert info.name == clip.name


def test_a_cover_picture_as_first_stream_is_not_the_clip(tmp_path: Path) -> None:
    plain = write_clip(tmp_path / "plain.mp4", numbered(30))
    cover = tmp_path / "cover.png"
    run_ffmpeg("-f", "lavfi", "-i", "color=red:s=640x480", "-frames:v", "1", str(cover))
    clip = tmp_path / "clip.mkv"
    run_ffmpeg(
        *("-i", str(cover), "-i", str(plain), "-map", "0", "-map", "1", "-c", "copy"),
        str(clip),
    )
    frames, _ = read(clip)
    assert [read_number(frame.image) for frame in frames] == list(range(30))


def test_a_clip_of_one_stream_says_nothing_of_streams(tmp_path: Path) -> None:
    assert not read(write_clip(tmp_path / "plain.mp4", numbered(5)))[1].stream


# ---- shapes


def joined(folder: Path, ending: str, *parts: Path) -> Path:
    names = folder / "parts.txt"
    names.write_text("".join(f"file '{part}'\n" for part in parts))
    target = folder / f"joined.{ending}"
    run_ffmpeg("-f", "concat", "-safe", "0", "-i", str(names), "-c", "copy", str(target))
    return target


def part(folder: Path, ending: str, first: int, size: tuple[int, int]) -> Path:
    codec = "libvpx" if ending == "webm" else "libx264"
    frames = [draw_number(number, *size) for number in range(first, first + 30)]
    return write_clip(folder / f"{first}.{ending}", frames, codec=codec)


@pytest.mark.parametrize("ending", ["webm", "ts", "mkv"])
def test_each_part_keeps_its_own_shape(tmp_path: Path, ending: str) -> None:
    own = "ts" if ending == "mkv" else ending
    parts = [part(tmp_path, own, 0, (320, 180)), part(tmp_path, own, 30, (240, 180))]
    frames, info = read(joined(tmp_path, ending, *parts))
    assert len(frames) == 60
    assert {frame.image.shape for frame in frames} == {(180, 320, 3)}
    assert [read_number(frame.image) for frame in frames[:30]] == list(range(30))
    middle = [np.ascontiguousarray(frame.image[:, 40:280]) for frame in frames[30:]]
    assert [read_number(image) for image in middle] == list(range(30, 60))
    assert all(frame.image[:, :36].max() < 40 for frame in frames[30:])
    assert info.shapes == "320x180 from 0.0 s, 240x180 from 1.0 s"


def test_a_larger_part_sets_the_canvas(tmp_path: Path) -> None:
    parts = [part(tmp_path, "ts", 0, (240, 180)), part(tmp_path, "ts", 30, (320, 180))]
    frames, info = read(joined(tmp_path, "ts", *parts))
    assert (info.width, info.height) == (320, 180)
    assert [read_number(frame.image) for frame in frames[30:]] == list(range(30, 60))


def test_another_size_of_one_shape_is_no_change(tmp_path: Path) -> None:
    parts = [part(tmp_path, "ts", 0, (320, 180)), part(tmp_path, "ts", 30, (160, 90))]
    frames, info = read(joined(tmp_path, "ts", *parts))
    assert [read_number(frame.image) for frame in frames] == list(range(60))
    assert not info.shapes


def test_a_phone_that_is_turned_is_refused_with_that_reason(tmp_path: Path) -> None:
    parts = [part(tmp_path, "ts", 0, (320, 180)), part(tmp_path, "ts", 30, (180, 320))]
    clip = joined(tmp_path, "ts", *parts)
    with pytest.raises(InputError, match=r"320x180 from 0\.0 s, 180x320 from 1\.0 s"):
        open_video(clip)


# ---- slow motion


@pytest.mark.parametrize(
    ("tags", "fps", "factor"),
    [
        ({}, 30.0, 1.0),
        ({"com.android.capture.fps": "240.000000"}, 30.0, 8.0),
        ({"com.android.capture.fps": "240.000000"}, 239.8, 1.0),
        ({"com.android.capture.fps": "30.000000"}, 25.1, 1.0),
        ({"com.android.capture.fps": "2"}, 30.0, 1 / 15),
        ({"com.android.capture.fps": "fast"}, 30.0, 1.0),
        ({"com.android.capture.fps": "nan"}, 30.0, 1.0),
        ({"com.android.capture.fps": "-240"}, 30.0, 1.0),
        ({"com.android.capture.fps": "1e9"}, 30.0, 1.0),
        ({"com.android.capture.fps": "240"}, None, 1.0),
    ],
)
def test_the_factor_of_slow_motion(tags: dict[str, str], fps: float | None, factor: float) -> None:
    assert slow_motion(tags, fps) == pytest.approx(factor)


@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_times_are_those_of_the_lift(tmp_path: Path, container: str) -> None:
    plain = write_clip(tmp_path / "plain.mp4", numbered(60))
    clip = tmp_path / f"slow.{container}"
    run_ffmpeg(
        *("-itsscale", "4", "-i", str(plain), "-c", "copy"),
        *("-metadata", "com.android.capture.fps=30", "-movflags", "use_metadata_tags", str(clip)),
    )
    frames, info = read(clip)
    assert [frame.time_s for frame in frames] == pytest.approx(np.arange(60) / 30, abs=2e-3)
    assert info.fps == pytest.approx(30, abs=0.05)
    assert info.slow_motion == pytest.approx(4, rel=0.02)
    assert not info.truncated
    with open_video(clip, max_fps=15) as video:
        assert len(list(video)) == 30


def test_slow_motion_without_a_rate_is_a_doubt(tmp_path: Path) -> None:
    assert speaks_of_slow_motion({"com.apple.photos.capturemode": "Slo-mo"})
    assert not speaks_of_slow_motion({"title": "slow deadlift", "encoder": "Lavf"})
    plain = write_clip(tmp_path / "plain.mp4", numbered(10))
    clip = remux(plain, tmp_path / "clip.mkv")
    assert not read(clip)[1].slow_motion_unknown


def test_what_the_file_says_becomes_a_reason_that_refuses_nothing() -> None:
    track = moving_lifter("deadlift", [0.0, 30.0])
    odd = {
        "slow_motion": 8.0,
        "slow_motion_unknown": True,
        "stream": "video 2 of 2, 1280x720",
        "shapes": "1280x720 from 0.0 s, 960x720 from 9.5 s",
    }
    clip = replace(track.clip, **odd)  # type: ignore[arg-type]
    analysis = analyze_track(replace(track, clip=clip), Settings("deadlift"))
    told = {reason.code: reason for reason in analysis.reasons}
    assert {"slow-motion", "slow-motion-unknown", "one-stream", "picture-changes"} <= told.keys()
    assert not any(told[code].refuses for code in told if code != "no-neutral")
    assert "8 times slower" in told["slow-motion"].message
    assert analysis.measured
    source = describe(analysis).source
    assert (source.slow_motion, source.stream) == (8.0, "video 2 of 2, 1280x720")


def test_a_track_of_before_is_still_read(tmp_path: Path) -> None:
    track = moving_lifter("squat", [0.0])
    save_track(track, tmp_path / "new.npz")
    with np.load(tmp_path / "new.npz") as stored:
        arrays = dict(stored)
    about = json.loads(str(arrays.pop("about")))
    for name in ("slow_motion", "stream", "shapes", "filmed", "filmed_from", "slow_motion_unknown"):
        del about["clip"][name]
    np.savez(tmp_path / "old.npz", about=np.array(json.dumps(about)), **arrays)
    assert load_track(tmp_path / "old.npz").clip == track.clip


# ---- the day of filming

FILE_DAY = datetime.datetime(2026, 5, 6, 12).astimezone()


@pytest.mark.parametrize(
    ("tags", "name", "day"),
    [
        (
            {"creation_time": "2026-03-04T12:00:00.000000Z"},
            "VID_20250101.mp4",
            ("2026-03-04", "clip"),
        ),
        (
            {
                "creation_time": "2026-03-04T23:30:00.000000Z",
                "com.apple.quicktime.creationdate": "2026-03-05T00:30:00+0100",
            },
            "a.mov",
            ("2026-03-05", "clip"),
        ),
        ({"creation_time": "1904-01-01T00:00:00.000000Z"}, "a.mp4", ("2026-05-06", "file")),
        ({"creation_time": "1970-01-01T00:00:00.000000Z"}, "a.mp4", ("2026-05-06", "file")),
        ({"creation_time": "2999-01-01T00:00:00.000000Z"}, "a.mp4", ("2026-05-06", "file")),
        ({"creation_time": "soon"}, "PXL_20260304_101112345.mp4", ("2026-03-04", "name")),
        ({}, "VID-20260304-WA0001.mp4", ("2026-03-04", "name")),
        ({}, "20260304101112.mp4", ("2026-03-04", "name")),
        ({}, "set 2026-03-04 18.30.mp4", ("2026-03-04", "name")),
        ({}, "signal-2026_03_04.mp4", ("2026-03-04", "name")),
        ({}, "20260231_101112.mp4", ("2026-05-06", "file")),
        ({}, "29990101.mp4", ("2026-05-06", "file")),
        ({}, "IMG_1202603041.mp4", ("2026-05-06", "file")),
        ({}, "2026-03_04.mp4", ("2026-05-06", "file")),
    ],
)
def test_the_day_of_filming(tags: dict[str, str], name: str, day: tuple[str, str]) -> None:
    assert filmed_on(tags, name, FILE_DAY) == day


def test_without_any_date_there_is_none() -> None:
    assert filmed_on({}, "a.mp4", None) == ("", "")


@pytest.mark.parametrize("container", ["mp4", "mov", "mkv", "webm", "3gp", "m4v"])
def test_the_date_in_a_container_is_found(tmp_path: Path, container: str) -> None:
    codec = "libvpx" if container == "webm" else "libx264"
    tag = ("-metadata", "creation_time=2026-03-04T12:00:00Z")
    clip = write_clip(tmp_path / f"clip.{container}", numbered(5), codec=codec, options=tag)
    os.utime(clip, (0, FILE_DAY.timestamp()))
    info = read(clip)[1]
    assert (info.filmed, info.filmed_from) == ("2026-03-04", "clip")


# ---- what FFmpeg tells


def test_a_name_cannot_pass_for_an_option_or_a_protocol(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "-i concat:x|y.mp4", numbered(3))
    assert [stream.codec for stream in ask(clip).streams] == ["h264"]


def test_without_ffmpeg_a_clip_is_read_all_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(10))
    monkeypatch.setattr(imageio_ffmpeg, "get_ffmpeg_exe", lambda: "/nowhere/ffmpeg")
    assert len(read(clip)[0]) == 10


# ---- the whole way: the numbers of the plain clip

HALF_FPS = 15.0  # half the time, and the same numbers


@pytest.fixture(scope="module")
def numbers_of_plain(
    tmp_path_factory: pytest.TempPathFactory, pose_model: ResolvedModel
) -> tuple[Path, SetAnalysis]:
    clip = tmp_path_factory.mktemp("whole") / "plain.mp4"
    cut = ("-ss", str(START_S), "-t", str(LENGTH_S), "-i", str(SAMPLE))
    run_ffmpeg(*cut, "-vf", "crop=960:720,scale=640:480", *QUICK, str(clip))
    return clip, analyze(clip, "deadlift", model=pose_model.path, max_fps=HALF_FPS)


def with_thumbnail(plain: Path, clip: Path) -> None:
    run_ffmpeg(
        *("-i", str(plain), "-filter_complex", "[0:v]scale=120:-2[t]", "-map", "[t]"),
        *("-map", "0:v", "-c:v:0", "libx264", "-c:v:1", "copy", str(clip)),
    )


def slowed(plain: Path, clip: Path) -> None:
    run_ffmpeg(
        *("-itsscale", "4", "-i", str(plain), "-c", "copy", "-metadata"),
        *("com.android.capture.fps=30", "-movflags", "use_metadata_tags", str(clip)),
    )


def in_mirror(plain: Path, clip: Path) -> None:
    flipped = clip.with_stem("flipped")
    run_ffmpeg("-i", str(plain), "-vf", "hflip", *QUICK, str(flipped))
    remux(flipped, clip, "-display_hflip")


def in_mirror_and_turned(plain: Path, clip: Path) -> None:
    stored = clip.with_stem("stored")
    run_ffmpeg("-i", str(plain), "-vf", "hflip,transpose=clock", *QUICK, str(stored))
    remux(stored, clip, "-display_rotation", "90", "-display_hflip")


def with_cover(plain: Path, clip: Path) -> None:
    cover = clip.with_name("cover.png")
    run_ffmpeg("-f", "lavfi", "-i", "color=red:s=640x480", "-frames:v", "1", str(cover))
    both = ("-i", str(cover), "-i", str(plain), "-map", "0", "-map", "1")
    run_ffmpeg(*both, "-c", "copy", str(clip))


def zoomed(plain: Path, clip: Path, zoom: str = "1+on/1500") -> None:
    view = f"z='{zoom}':x='(iw-iw/zoom)/2':y='(ih-ih/zoom)/2':d=1:s=640x480:fps=30"
    large = f"scale=1280:960,zoompan={view}"
    run_ffmpeg("-i", str(plain), "-vf", large, *QUICK, str(clip))


def reframed(plain: Path, clip: Path) -> None:
    zoomed(plain, clip, "if(lt(on,140),1,1.2)")


def of_two_shapes(plain: Path, clip: Path) -> None:
    halves = [clip.with_stem(half) for half in ("first", "second")]
    wide = ("-vf", "pad=854:480:107:0")
    run_ffmpeg("-t", "3.5", "-i", str(plain), *wide, *QUICK, str(halves[0]))
    run_ffmpeg("-ss", "3.5", "-i", str(plain), *QUICK, str(halves[1]))
    joined(clip.parent, "ts", *halves).rename(clip)


def rewrapped(plain: Path, clip: Path) -> None:
    run_ffmpeg("-i", str(plain), "-c", "copy", "-f", "mpegts", str(clip))


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("thumb.mp4", with_thumbnail),
        ("slow.mov", slowed),
        ("cover.mkv", with_cover),
        ("mirror.mp4", in_mirror),
        ("turned.mp4", in_mirror_and_turned),
        ("zoom.mp4", zoomed),
        ("reframed.mp4", reframed),
        ("shapes.ts", of_two_shapes),
        ("camera.mts", rewrapped),
    ],
)
def test_an_odd_clip_has_the_numbers_of_the_plain_one(
    name: str,
    make: Callable[[Path, Path], None],
    numbers_of_plain: tuple[Path, SetAnalysis],
    pose_model: ResolvedModel,
    tmp_path: Path,
) -> None:
    plain, theirs_all = numbers_of_plain
    make(plain, tmp_path / name)
    odd = analyze(tmp_path / name, "deadlift", model=pose_model.path, max_fps=HALF_FPS)
    assert len(odd.reps) == len(theirs_all.reps) > 0
    for mine, theirs in zip(odd.reps, theirs_all.reps, strict=True):
        assert mine.start_s == pytest.approx(theirs.start_s, abs=0.15)
        assert mine.peak_deg == pytest.approx(theirs.peak_deg, abs=2.5, nan_ok=True)
        assert mine.concentric_speed == pytest.approx(theirs.concentric_speed, rel=0.1, nan_ok=True)
    assert any(rep.measured for rep in odd.reps)
