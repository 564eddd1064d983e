"""Behaviour of `formcheck.video.reader` on clips made for the purpose."""

from __future__ import annotations

import datetime
import gc
import hashlib
import os
import re
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from clipmaker import (
    cut,
    draw_number,
    numbered,
    read_number,
    remux,
    run_ffmpeg,
    scramble,
    write_clip,
    write_sound,
)

import formcheck
from formcheck.errors import ConfigurationError, InputError
from formcheck.video.clip import ClipInfo
from formcheck.video.reader import MAX_SIDE_PX, Frame, Video, describe_times, open_video

# Times in Matroska, WebM and FLV are rounded to 1 ms, those of MP4 here to 1/90 ms.
TIME_TOLERANCE_S = 0.00101
# A clip's fps from times rounded to 1 ms
FPS_TOLERANCE = 0.03
READ_AHEAD_THREAD = "formcheck-video"


def read(path: Path, max_fps: float | None = None) -> tuple[list[Frame], ClipInfo]:
    with open_video(path, max_fps=max_fps) as video:
        return list(video), video.summary


def numbers(frames: list[Frame]) -> list[int]:
    return [read_number(frame.image) for frame in frames]


def reading_threads() -> list[str]:
    return [t.name for t in threading.enumerate() if t.name.startswith(READ_AHEAD_THREAD)]


def run_python(code: str, *arguments: str) -> tuple[str, str]:
    """Standard output and error of a fresh interpreter with no settings for OpenCV."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("OPENCV")}
    environment["PYTHONPATH"] = str(Path(formcheck.__file__).parents[1])
    command = [sys.executable, "-W", "error", "-c", code, *arguments]
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=True, timeout=30
    )
    return done.stdout, done.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(scope="module")
def plain(folder: Path) -> Path:
    """3 s at 30 fps with the index first and a key frame each second."""
    options = ("-g", "30", "-movflags", "+faststart")
    return write_clip(folder / "plain.mp4", numbered(90), options=options)


@pytest.fixture(scope="module")
def uneven_s() -> list[float]:
    """Times as of a phone that jitters, changes its rate, and once stops for 0.4 s."""
    rng = np.random.default_rng(3)
    steps = np.r_[rng.normal(1 / 30, 0.002, 30), 0.4, rng.normal(1 / 18, 0.004, 30)]
    return [0.0, *np.cumsum(steps).tolist()]


# -- times and frames ------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("uneven.mp4", "libx264", "yuv420p"),
        ("uneven.mov", "libx264", "yuv420p"),
        ("uneven.mkv", "libx264", "yuv420p"),
        ("uneven.webm", "libvpx-vp9", "yuv420p"),
        ("uneven-hevc10.mp4", "libx265", "yuv420p10le"),
    ],
)
def test_true_times_of_a_variable_rate(
    folder: Path, uneven_s: list[float], name: str, codec: str, pixel_format: str
) -> None:
    path = write_clip(
        folder / name,
        numbered(len(uneven_s)),
        times_s=uneven_s,
        codec=codec,
        pixel_format=pixel_format,
    )
    frames, summary = read(path)
    assert numbers(frames) == list(range(len(uneven_s)))
    assert [frame.index for frame in frames] == list(range(len(uneven_s)))
    assert [f.time_s for f in frames] == pytest.approx(uneven_s, abs=TIME_TOLERANCE_S)
    assert summary.variable_frame_rate
    assert summary.frames == len(uneven_s)


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("steady.mp4", "libx264", "yuv420p"),
        ("steady.mkv", "libx264", "yuv420p"),
        ("steady.webm", "libvpx-vp9", "yuv420p"),
        ("steady.avi", "mjpeg", "yuvj420p"),
        ("steady.flv", "flv1", "yuv420p"),
        ("steady.ts", "libx264", "yuv420p"),
    ],
)
@pytest.mark.parametrize("fps", [29.97, 60.0])
def test_a_steady_rate_is_not_variable_in_any_container(
    folder: Path, name: str, codec: str, pixel_format: str, fps: float
) -> None:
    path = write_clip(folder / name, numbered(60), fps=fps, codec=codec, pixel_format=pixel_format)
    frames, summary = read(path)
    assert numbers(frames) == list(range(60))
    assert [f.time_s for f in frames] == pytest.approx(np.arange(60) / fps, abs=TIME_TOLERANCE_S)
    assert not summary.variable_frame_rate
    assert summary.fps == pytest.approx(fps, abs=FPS_TOLERANCE)
    assert summary.duration_s == pytest.approx(60 / fps, abs=2 * TIME_TOLERANCE_S)


def test_times_start_at_zero_whatever_the_container_starts_at(folder: Path, plain: Path) -> None:
    late = folder / "late.mp4"
    run_ffmpeg("-i", str(plain), "-c", "copy", "-output_ts_offset", "5", str(late))
    frames, summary = read(late)
    assert [f.time_s for f in frames] == pytest.approx(np.arange(90) / 30, abs=TIME_TOLERANCE_S)
    assert not summary.truncated


def test_frames_trimmed_away_by_an_edit_list_are_left_out(folder: Path) -> None:
    whole = write_clip(folder / "whole.mp4", numbered(90), options=("-g", "90"))
    trimmed = remux(whole, folder / "trimmed.mp4", "-ss", "1.0")
    frames, summary = read(trimmed)
    assert numbers(frames) == list(range(30, 90))
    assert frames[0].time_s == 0
    assert frames[-1].time_s == pytest.approx(59 / 30, abs=TIME_TOLERANCE_S)
    assert not summary.truncated


def test_a_movie_header_with_64_bit_times_is_understood(folder: Path) -> None:
    whole = write_clip(folder / "whole64.mp4", numbered(90), options=("-g", "90"))
    content = remux(whole, folder / "trimmed64.mp4", "-ss", "1.0").read_bytes()
    # The index comes last: nothing after it moves when its header grows by 12 bytes.
    index = content.rindex(b"moov") - 4
    header = content.index(b"mvhd", index) - 4
    size, (created, changed, scale, ticks) = 120, struct.unpack_from(">4I", content, header + 12)
    wide = struct.pack(">I4sIQQIQ", size, b"mvhd", 1 << 24, created, changed, scale, ticks)
    length = struct.unpack_from(">I", content, index)[0] + 12
    path = folder / "wide64.mp4"
    path.write_bytes(
        content[:index]
        + struct.pack(">I", length)
        + content[index + 4 : header]
        + wide
        + content[header + 28 :]
    )
    frames, summary = read(path)
    assert numbers(frames) == list(range(30, 90))
    assert not summary.truncated


def test_frames_whose_time_goes_back_are_left_out_and_counted(folder: Path) -> None:
    # AVI has no times of its own; with B-frames the last ones come out without any.
    path = write_clip(folder / "reordered.avi", numbered(60), options=("-bf", "2"))
    frames, summary = read(path)
    times_s = [frame.time_s for frame in frames]
    assert np.all(np.diff(times_s) > 0)
    assert summary.untimed_frames > 0
    assert summary.frames + summary.untimed_frames == 60
    assert numbers(frames) == list(range(summary.frames))


def test_a_stream_without_times_is_refused(folder: Path) -> None:
    path = write_clip(folder / "bare.h264", numbered(30))
    with pytest.raises(InputError, match="does not say when"):
        read(path)


@pytest.mark.parametrize("fps", [5.0, 24.0, 120.0, 240.0])
def test_rates_from_5_to_240(folder: Path, fps: float) -> None:
    path = write_clip(folder / f"rate{fps:.0f}.mp4", numbered(40), fps=fps)
    frames, summary = read(path)
    assert len(frames) == 40
    assert summary.fps == pytest.approx(fps, rel=1e-6)
    assert summary.duration_s == pytest.approx(40 / fps, abs=TIME_TOLERANCE_S)


def test_a_single_frame_has_no_rate(folder: Path) -> None:
    frames, summary = read(write_clip(folder / "single.mp4", numbered(1)))
    assert len(frames) == summary.frames == 1
    assert summary.duration_s == 0
    assert np.isnan(summary.fps)


# -- thinning --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("fps", "stride"),
    [
        (29.97, 1),
        (30.3, 1),
        (31, 1),
        (35, 1),
        (45, 2),
        (48, 2),
        (50, 2),
        (59.94, 2),
        (60, 2),
        (100, 4),
        (240, 8),
    ],
)
@pytest.mark.parametrize("ending", ["mp4", "mkv"])
def test_thinning_is_even(folder: Path, fps: float, stride: int, ending: str) -> None:
    path = write_clip(folder / f"thin.{ending}", numbered(96), fps=fps)
    with open_video(path, max_fps=30) as video:
        frames = list(video)
        summary = video.summary
    assert numbers(frames) == [frame.index for frame in frames] == list(range(0, 96, stride))
    assert [f.time_s for f in frames] == pytest.approx(
        np.arange(0, 96, stride) / fps, abs=TIME_TOLERANCE_S
    )
    assert summary.frames == 96
    assert summary.fps == pytest.approx(fps, rel=0.002)
    assert (video.expected_frames, video.expected) == (96, len(frames))


@pytest.mark.parametrize(("fps", "stride"), [(29.97, 1), (30.3, 1), (60, 2), (120, 4)])
def test_jitter_does_not_disturb_thinning(folder: Path, fps: float, stride: int) -> None:
    jitter = np.random.default_rng(11).uniform(-0.22, 0.22, 120)
    times_s = (np.arange(120) + jitter - jitter[0]) / fps
    path = write_clip(folder / "jitter.mp4", numbered(120), times_s=times_s.tolist())
    frames, _ = read(path, max_fps=30)
    assert numbers(frames) == list(range(0, 120, stride))


def test_an_odd_first_interval_does_not_disturb_thinning(folder: Path) -> None:
    times_s = [0.0, *(0.02 + np.arange(60) / 30).tolist()]
    path = write_clip(folder / "odd-start.mp4", numbered(61), times_s=times_s)
    assert numbers(read(path, max_fps=30)[0]) == list(range(61))


def test_a_pause_does_not_disturb_thinning(folder: Path) -> None:
    times_s = [n / 60 + (0.5 if n > 60 else 0) for n in range(121)]
    path = write_clip(folder / "pause.mp4", numbered(121), times_s=times_s)
    kept = numbers(read(path, max_fps=30)[0])
    assert kept == [*range(0, 61, 2), *range(61, 121, 2)]


def test_thinning_follows_a_change_of_rate_and_bridges_a_gap(folder: Path) -> None:
    steps = np.r_[np.full(60, 1 / 30), 0.5, np.full(119, 1 / 60)]
    times_s = [0.0, *np.cumsum(steps).tolist()]
    path = write_clip(folder / "change.mp4", numbered(181), times_s=times_s)
    kept = numbers(read(path, max_fps=30)[0])
    assert kept[:61] == list(range(61))
    assert 61 in kept  # the first after the gap
    assert set(np.diff(kept[-40:])) == {2}


def test_max_fps_none_keeps_all(folder: Path) -> None:
    path = write_clip(folder / "fast.mp4", numbered(48), fps=120)
    assert numbers(read(path, max_fps=None)[0]) == list(range(48))


@pytest.mark.parametrize("max_fps", [0, -1, float("nan"), float("inf")])
def test_a_senseless_max_fps_is_refused(plain: Path, max_fps: float) -> None:
    with pytest.raises(ConfigurationError, match="max_fps"):
        open_video(plain, max_fps=max_fps)


# -- picture ---------------------------------------------------------------------------


@pytest.mark.parametrize("rotation_deg", [90, 180, 270])
@pytest.mark.parametrize("ending", ["mp4", "mov", "mkv"])
def test_rotation_is_applied(folder: Path, rotation_deg: int, ending: str) -> None:
    path = write_clip(
        folder / f"turned{rotation_deg}.{ending}",
        numbered(12, 96, 160),
        rotation_deg=rotation_deg,
    )
    frames, summary = read(path)
    assert numbers(frames) == list(range(12))
    assert frames[0].image.shape == (160, 96, 3)
    assert (summary.width, summary.height) == (96, 160)
    picture = cv2.VideoCapture(str(path)).read()[1]  # as OpenCV itself turns it
    assert np.array_equal(frames[0].image, picture[..., ::-1])


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("odd.mp4", "libx264", "yuv444p"),
        ("odd.webm", "libvpx-vp9", "yuv420p"),
        ("odd.avi", "mjpeg", "yuvj420p"),
    ],
)
def test_odd_sizes(folder: Path, name: str, codec: str, pixel_format: str) -> None:
    path = write_clip(folder / name, numbered(10, 203, 361), codec=codec, pixel_format=pixel_format)
    frames, summary = read(path)
    assert numbers(frames) == list(range(10))
    assert frames[0].image.shape == (361, 203, 3)
    assert (summary.width, summary.height) == (203, 361)


def test_grey_clips_come_out_as_rgb(folder: Path) -> None:
    path = write_clip(folder / "grey.mp4", numbered(10), pixel_format="gray")
    frames, _ = read(path)
    assert [read_number(frame.image, colours=False) for frame in frames] == list(range(10))
    assert np.array_equal(frames[5].image[..., 0], frames[5].image[..., 2])


def test_ten_bit_clips_look_as_eight_bit_ones(folder: Path) -> None:
    images = []
    for pixel_format in ("yuv420p", "yuv420p10le"):
        path = write_clip(
            folder / f"{pixel_format}.mp4",
            numbered(3),
            codec="libx265",
            pixel_format=pixel_format,
            options=("-crf", "10"),
        )
        images.append(read(path)[0][2].image.astype(int))
    assert np.abs(images[0] - images[1]).mean() < 3  # grey levels


def test_large_pictures_are_shrunk_and_described_as_recorded(folder: Path) -> None:
    path = write_clip(
        folder / "large.mp4",
        numbered(3, 1440, 2560),
        rotation_deg=90,
        options=("-preset", "ultrafast"),
    )
    frames, summary = read(path)
    assert numbers(frames) == [0, 1, 2]
    assert frames[0].image.shape == (MAX_SIDE_PX, 1080, 3)
    assert (summary.width, summary.height) == (1440, 2560)


@pytest.mark.parametrize("rotation_deg", [0, 90])
def test_pixels_are_made_square(folder: Path, rotation_deg: int) -> None:
    stored = write_clip(folder / "wide.mp4", numbered(5, 192, 128), options=("-aspect", "3"))
    path = remux(stored, folder / "wide2.mp4", "-display_rotation", str(rotation_deg))
    frames, summary = read(path)
    size = (384, 128) if rotation_deg == 0 else (128, 384)
    assert (summary.width, summary.height) == size
    assert frames[0].image.shape == (size[1], size[0], 3)


# -- what was read ---------------------------------------------------------------------


def test_summary_and_frames(plain: Path) -> None:
    with open_video(plain) as video:
        assert (video.width, video.height, video.expected_frames) == (192, 128, 90)
        with pytest.raises(RuntimeError, match="not been read"):
            _ = video.summary
        frames = list(video)
        with pytest.raises(RuntimeError, match="once"):
            iter(video)
    assert video.summary.duration_s == pytest.approx(3.0, abs=TIME_TOLERANCE_S)
    assert video.summary.fps == pytest.approx(30.0, abs=FPS_TOLERANCE)
    assert replace(video.summary, duration_s=3.0, fps=30.0) == ClipInfo(
        name="plain.mp4",
        sha256=hashlib.sha256(plain.read_bytes()).hexdigest(),
        width=192,
        height=128,
        frames=90,
        duration_s=3.0,
        fps=30.0,
        variable_frame_rate=False,
        decode_failures=0,
        truncated=False,
        untimed_frames=0,
        filmed=datetime.date.fromtimestamp(plain.stat().st_mtime).isoformat(),
        filmed_from="file",
    )
    assert repr(frames[30]) == "Frame(index=30, time_s=1.000, shape=(128, 192, 3))"
    assert frames[0].image.flags.c_contiguous


@pytest.mark.parametrize(
    ("index", "time_s", "image"),
    [
        (0, 0.0, np.zeros((4, 4), np.uint8)),
        (0, 0.0, np.zeros((4, 4, 4), np.uint8)),
        (0, 0.0, np.zeros((0, 4, 3), np.uint8)),
        (0, 0.0, np.zeros((4, 4, 3), np.float32)),
        (0, 0.0, np.zeros((4, 4, 3), np.uint8)[..., ::-1]),
        (-1, 0.0, np.zeros((4, 4, 3), np.uint8)),
        (0, -0.1, np.zeros((4, 4, 3), np.uint8)),
        (0, float("nan"), np.zeros((4, 4, 3), np.uint8)),
    ],
)
def test_frames_validate_themselves(index: int, time_s: float, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="must"):
        Frame(index, time_s, image)


# -- damage ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "codec", "pixel_format"),
    [
        ("whole.mp4", "libx264", "yuv420p"),
        ("whole.mkv", "libx264", "yuv420p"),
        ("whole.webm", "libvpx-vp9", "yuv420p"),
        ("whole.avi", "mjpeg", "yuvj420p"),
    ],
)
def test_a_cut_off_clip_gives_what_is_there(
    folder: Path, name: str, codec: str, pixel_format: str
) -> None:
    whole = write_clip(
        folder / name,
        numbered(90),
        codec=codec,
        pixel_format=pixel_format,
        options=() if codec == "mjpeg" else ("-g", "15", "-movflags", "+faststart"),
    )
    assert not read(whole)[1].truncated
    frames, summary = read(cut(whole, folder / f"cut.{name}", 0.7))
    assert summary.truncated
    assert 20 <= len(frames) < 75
    assert numbers(frames[:20]) == list(range(20))


def test_a_cut_of_a_few_frames_shows_too(folder: Path, plain: Path) -> None:
    frames, summary = read(cut(plain, folder / "cut-late.mp4", 0.98))
    assert len(frames) > 75
    assert summary.truncated


def test_a_blank_tail_counts_as_truncated(folder: Path, plain: Path) -> None:
    content = plain.read_bytes()
    path = folder / "blank-tail.mp4"
    path.write_bytes(content[: len(content) // 2].ljust(len(content), b"\0"))
    frames, summary = read(path)
    assert summary.truncated
    assert len(frames) < 80


def test_damage_in_the_middle_does_not_end_the_clip(folder: Path, plain: Path) -> None:
    path = scramble(plain, folder / "damaged.mp4", 0.5, 0.55)
    frames, summary = read(path)
    assert summary.decode_failures > 0
    assert not summary.truncated
    last = frames[-1]
    assert (last.index, read_number(last.image)) == (89, 89)
    assert last.time_s == pytest.approx(89 / 30, abs=TIME_TOLERANCE_S)
    assert summary.frames + summary.decode_failures == 90


def test_a_header_without_frames_is_refused(folder: Path, plain: Path) -> None:
    content = plain.read_bytes()
    start = content.index(b"mdat") + 4
    path = folder / "hollow.mp4"
    path.write_bytes(content[:start].ljust(len(content), b"\0"))
    with pytest.raises(InputError, match="no frame that can be decoded"):
        read(path)


def test_decoders_stay_silent(folder: Path, plain: Path) -> None:
    scramble(plain, folder / "noisy.mp4", 0.3, 0.9)
    write_sound(folder / "noisy.m4a")
    code = """
import sys
from formcheck.errors import InputError
from formcheck.video.reader import open_video
for name in sys.argv[1:]:
    try:
        with open_video(name) as video:
            print(sum(1 for _ in video))
    except InputError as error:
        print(error)
"""
    out, err = run_python(code, str(folder / "noisy.mp4"), str(folder / "noisy.m4a"))
    assert err == ""
    assert len(out.splitlines()) == 2


def test_the_log_level_of_opencv_is_left_as_it_was(folder: Path, plain: Path) -> None:
    before = cv2.utils.logging.getLogLevel()
    read(plain)
    with pytest.raises(InputError):
        open_video(write_sound(folder / "quiet.m4a"))
    assert cv2.utils.logging.getLogLevel() == before != cv2.utils.logging.LOG_LEVEL_SILENT


# -- what is no clip -------------------------------------------------------------------


def make_text(path: Path) -> None:
    path.write_text("These are notes about a training session.\n" * 20)


def make_playlist(path: Path) -> None:
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\nplain.mp4\n")


def make_script(path: Path) -> None:
    path.write_text("ffconcat version 1.0\nfile plain.mp4\n")


def make_picture(path: Path) -> None:
    cv2.imwrite(str(path.with_suffix(".png")), draw_number(1))
    path.write_bytes(path.with_suffix(".png").read_bytes())


def make_unfinished(path: Path) -> None:
    cut(write_clip(path, numbered(60)), path, 0.5)


def make_pipe(path: Path) -> None:
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("name", "make", "message"),
    [
        ("missing.mp4", lambda _: None, "No such file.*Check its name"),
        (
            "folder.mp4",
            Path.mkdir,
            "is a folder.*Name one video file.\nFor all .* batch .*folder.mp4",
        ),
        ("empty.mp4", Path.touch, "is empty.*Copy or record"),
        ("notes.mp4", make_text, "is not a video.*Give an MP4"),
        ("playlist.mp4", make_playlist, "is not a video"),
        ("script.mp4", make_script, "is not a video"),
        ("picture.mp4", make_picture, "is not a video"),
        ("sound.m4a", write_sound, "perhaps only sound.*export"),
        ("sound.webm", write_sound, "perhaps only sound.*export"),
        ("sound.wav", write_sound, "is not a video"),
        ("unfinished.mp4", make_unfinished, "is incomplete.*Copy it"),
        pytest.param(
            "pipe.mp4",
            make_pipe,
            "is a pipe",
            marks=pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs named pipes"),
        ),
    ],
)
def test_what_is_no_clip_is_refused_with_advice(
    tmp_path: Path, name: str, make: Callable[[Path], object], message: str
) -> None:
    path = tmp_path / name
    make(path)
    with pytest.raises(InputError, match=f"{re.escape(name)}.*{message}") as caught:
        open_video(path)
    assert str(caught.value).count("\n") <= 1


def test_a_clip_without_permission_is_refused(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"Permission denied.*permissions"):
        open_video(plain)


@pytest.mark.parametrize("path", ["0", "http://localhost/clip.mp4", "rtsp://localhost/x", "a\0b"])
def test_cameras_and_addresses_are_not_opened(path: str) -> None:
    with pytest.raises(InputError):
        open_video(path)


@pytest.mark.skipif(sys.platform != "linux", reason="names are bytes on Linux alone")
def test_a_name_that_is_not_utf8_is_refused(tmp_path: Path, plain: Path) -> None:
    path = Path(os.fsdecode(os.fsencode(tmp_path) + b"/clip\xff.mp4"))
    path.write_bytes(plain.read_bytes())
    with pytest.raises(InputError, match=r"UTF-8.*Rename"):
        open_video(path)


@pytest.mark.parametrize(
    "name", ["a%03d b.mp4", "-dash.mp4", "Kniebeuge ü 深蹲.mp4", "file:x.mp4", "a|b.mp4", "clip"]
)
def test_unusual_names_are_only_names(
    tmp_path: Path, plain: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    if sys.platform == "win32" and set(name) & set(":|"):
        pytest.skip("not a name on Windows")
    monkeypatch.chdir(tmp_path)
    Path(name).write_bytes(plain.read_bytes())
    # What 'a%03d b.mp4' would stand for, were it taken for a pattern
    write_clip(tmp_path / "a000 b.mp4", numbered(3))
    frames, summary = read(Path(name))
    assert len(frames) == 90
    assert summary.name == name


# -- threads and memory ----------------------------------------------------------------


def test_stopping_early_leaves_no_thread(plain: Path) -> None:
    with open_video(plain) as video:
        frames = iter(video)
        assert read_number(next(frames).image) == 0
        assert reading_threads()
    assert not reading_threads()
    assert list(frames) == []


def test_breaking_out_without_a_context_leaves_no_thread(plain: Path) -> None:
    video = open_video(plain)
    for frame in video:
        if frame.index == 3:
            break
    gc.collect()
    assert not reading_threads()
    video.close()


def test_an_error_of_the_consumer_leaves_no_thread(plain: Path) -> None:
    def use(frames: Video) -> list[float]:
        return [1 / (frame.index - 5) for frame in frames]

    with open_video(plain) as video, pytest.raises(ZeroDivisionError):
        use(video)
    assert not reading_threads()


def test_a_finished_clip_leaves_no_thread(plain: Path) -> None:
    with open_video(plain) as video:
        assert len(list(video)) == 90
        assert not reading_threads()


def test_an_error_in_the_thread_reaches_the_consumer(
    plain: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise MemoryError("no room for the picture")

    monkeypatch.setattr(Video, "_upright", fail)
    with pytest.raises(MemoryError, match="no room"), open_video(plain) as video:
        list(video)
    assert not reading_threads()


def test_a_closed_clip_can_be_closed_again(plain: Path) -> None:
    video = open_video(plain)
    video.close()
    video.close()


def test_memory_stays_flat(folder: Path) -> None:
    # 200 frames of 0.9 MB are 180 MB; of these a handful may be there at a time,
    # whether the consumer is slow or fast.
    options = ("-preset", "ultrafast")
    path = write_clip(folder / "long.mp4", numbered(200, 640, 480), options=options)
    process = psutil.Process()
    with open_video(path) as video:
        frames = iter(video)
        next(frames)
        before = process.memory_info().rss
        time.sleep(0.5)
        used = [process.memory_info().rss, *(process.memory_info().rss for _ in frames)]
    assert max(used) - before < 30e6


def test_a_clip_left_open_does_not_keep_python_from_ending(plain: Path) -> None:
    code = """
import sys
from formcheck.video.reader import open_video
frames = iter(open_video(sys.argv[1]))
next(frames)
"""
    assert run_python(code, str(plain)) == ("", "")


@pytest.mark.parametrize(
    ("times_s", "expected"), [([0.0, 0.1, 0.6], (0.7, 10.0)), ([0.0, 0.03, 0.1], (0.13, 1 / 0.03))]
)
def test_times_of_which_no_two_steps_are_alike_still_last(
    times_s: list[float], expected: tuple[float, float]
) -> None:
    """A camera that stutters: of two steps the shorter is the typical one, not their middle."""
    duration_s, fps, varies = describe_times(times_s)
    assert (duration_s, fps) == pytest.approx(expected)
    assert varies
