"""Faults while something is written or read: killed, changed underneath, a full stdout."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from clipmaker import numbered, run_ffmpeg, write_clip
from figures import moving_lifter

from formcheck.batch.clips import Clip, Faulty, find_clips
from formcheck.batch.places import Place
from formcheck.errors import InputError
from formcheck.pose.track import save_track
from formcheck.results.folder import ResultFolder
from formcheck.video.reader import check_unchanged, open_video
from formcheck.workspace import sweep, workspace_name

posix = pytest.mark.skipif(os.name != "posix", reason="processes are told apart on POSIX alone")


def fill(folder: ResultFolder, word: str, *more: str) -> None:
    for name in ("analysis.json", "reps.csv", "frames.csv", *more):
        (folder.staging / name).write_text(word, encoding="utf-8")


# --- results that are replaced --------------------------------------------------------


@pytest.mark.parametrize("stop_at", range(1, 5))
def test_a_replacement_that_is_cut_off_leaves_nothing_that_passes_for_a_result(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop_at: int
) -> None:
    with ResultFolder(tmp_path, "set") as folder:
        fill(folder, "old")
        folder.publish()
    moved = 0
    move = Path.replace

    def counted(file: Path, target: Path) -> Path:
        nonlocal moved
        moved += 1
        if moved == stop_at:
            raise KeyboardInterrupt  # as a kill would, it lets no move follow
        return move(file, target)

    monkeypatch.setattr(Path, "replace", counted)
    with ResultFolder(tmp_path, "set", force=True) as folder:
        fill(folder, "new", "report.html")
        with pytest.raises(KeyboardInterrupt):
            folder.publish()
    assert not (tmp_path / "set" / "analysis.json").exists()
    monkeypatch.undo()
    with ResultFolder(tmp_path, "set", force=True) as folder:
        fill(folder, "new", "report.html")
        folder.publish()
    assert {file.read_text() for file in (tmp_path / "set").iterdir()} == {"new"}


@posix
def test_what_a_killed_process_left_is_swept_by_the_next(tmp_path: Path) -> None:
    code = """
import os, sys
from pathlib import Path
from formcheck.results.folder import ResultFolder
ResultFolder(Path(sys.argv[1]), "set").__enter__().staging.joinpath("half").touch()
os.kill(os.getpid(), 9)
"""
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], check=False)
    assert done.returncode == -9
    [left] = tmp_path.iterdir()
    with ResultFolder(tmp_path, "other") as folder:
        assert not left.exists()
        assert folder.staging.exists()
        with ResultFolder(tmp_path, "third"):
            assert folder.staging.exists(), "it is at work"
    assert not list(tmp_path.iterdir())


@posix
def test_a_clock_that_jumps_takes_no_workspace_away(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / workspace_name(".work")
    own.mkdir()
    monkeypatch.setattr(time, "time", lambda: 4e9)
    sweep(tmp_path, ".work")
    assert own.exists()


def test_strange_names_are_left_alone(tmp_path: Path) -> None:
    for name in (".work-", ".work-mine", ".work-a-b-c", ".workers"):
        (tmp_path / name).mkdir()
    sweep(tmp_path, ".work")
    assert len(list(tmp_path.iterdir())) == 4


def test_a_file_that_is_not_there_can_be_removed(tmp_path: Path) -> None:
    place = Place(str(tmp_path))
    place.write("job.json", b"{}")
    place.remove("job.json")
    place.remove("job.json")
    assert not list(tmp_path.iterdir())


# --- clips that change ----------------------------------------------------------------

CHANGES: dict[str, Callable[[Path], object]] = {
    "replaced": lambda clip: clip.with_name("other.mp4").replace(clip),
    "written over": lambda clip: clip.write_bytes(clip.with_name("other.mp4").read_bytes()),
    "removed": lambda clip: clip.unlink(),
    "cut": lambda clip: os.truncate(clip, 2000),
    "growing": lambda clip: clip.write_bytes(clip.read_bytes() + b"more"),
}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows locks files that are read")
@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_a_clip_that_changes_while_it_is_read_is_refused(
    tmp_path: Path, change: Callable[[Path], object]
) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(60))
    write_clip(tmp_path / "other.mp4", numbered(20))
    with open_video(clip) as video:
        frames = iter(video)
        next(frames)
        change(clip)
        with pytest.raises(InputError, match=r"clip\.mp4 was changed while it was read"):
            list(frames)


def test_a_clip_that_changes_after_it_was_read_is_noticed(tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", numbered(5))
    with open_video(clip) as video:
        list(video)
    check_unchanged(clip, video.summary)
    clip.write_bytes(clip.read_bytes() + b"more")
    with pytest.raises(InputError, match="was changed"):
        check_unchanged(clip, video.summary)


def test_a_clip_that_jumps_to_another_day_is_refused(tmp_path: Path) -> None:
    times_s = [i / 30 + 20_000 * (i > 8) * (i - 8) for i in range(20)]
    clip = write_clip(tmp_path / "clip.mkv", numbered(20), times_s=times_s)
    with open_video(clip) as video, pytest.raises(InputError, match="17 hours after its start"):
        list(video)


def test_a_picture_beyond_any_camera_is_refused(tmp_path: Path) -> None:
    clip = tmp_path / "huge.avi"
    source = "color=red:s=9000x5000:r=1:d=1"
    run_ffmpeg("-f", "lavfi", "-i", source, "-c:v", "mjpeg", str(clip))
    with pytest.raises(InputError, match="9000x5000 px, more than any camera"):
        open_video(clip)


# --- lists ----------------------------------------------------------------------------


def test_a_field_without_end_is_told(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("path\na.mp4\n" + "x" * 200_000 + "\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"list\.csv is no list: line 3: field larger"):
        list(find_clips([str(path)], "/out", Clip("")))


@posix
def test_what_is_no_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "zero.mp4").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "pipe.mp4")
    for found in find_clips([str(tmp_path)], "/out", Clip("")):
        assert not isinstance(found, Faulty)
        with pytest.raises(InputError, match="is a pipe or a device, not a file"):
            found.identity()


# --- stdout ---------------------------------------------------------------------------


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full")
@pytest.mark.parametrize(("target", "exit_code"), [(">/dev/full", 2), (">&-", 0)])
def test_a_full_or_closed_stdout_takes_no_result_away(
    tmp_path: Path, target: str, exit_code: int
) -> None:
    save_track(moving_lifter("squat", [0.0]), tmp_path / "set.npz")
    command = f'"{sys.executable}" -m formcheck analyze set.npz -e squat --no-html {target}'
    done = subprocess.run(
        ["sh", "-c", command], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == exit_code, done.stderr
    assert "Traceback" not in done.stderr
    assert ("cannot be written: No space left" in done.stderr) == (exit_code == 2)
    assert (tmp_path / "results" / "set" / "analysis.json").is_file()
