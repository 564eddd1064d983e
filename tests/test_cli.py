"""The command as a person meets it: messages, exit codes, nothing half done."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from clipmaker import write_clip, write_sound
from commands import run
from figures import LEVEL_TOLERANCE_DEG, join_tracks, moving_lifter, walking_lifter

from formcheck.pose.track import PoseTrack, save_track

needs_model = pytest.mark.usefixtures("pose_model")


@pytest.fixture
def track(tmp_path: Path) -> Path:
    path = tmp_path / "set.npz"
    save_track(moving_lifter("squat", [0.0, 30.0]), path)
    return path


def test_a_saved_track_is_analysed_without_the_video(track: Path, tmp_path: Path) -> None:
    result = run("analyze", track, "-e", "squat", "--out", tmp_path / "out")
    assert result.exit_code == 0, result.output
    assert "lower back clearly rounded" in " ".join(result.stdout.split())
    assert "Your lower back clearly rounded in 1 of 2 reps" in result.stdout
    assert result.stdout.endswith(f"Open {tmp_path / 'out' / 'set' / 'report.html'}\n")
    assert "see a professional" in " ".join(result.stdout.split())
    assert (tmp_path / "out" / "set" / "analysis.json").is_file()


def test_json_prints_the_analysis_and_nothing_else(track: Path, tmp_path: Path) -> None:
    result = run("analyze", track, "-e", "squat", "--out", tmp_path, "--json")
    printed = json.loads(result.stdout)
    assert printed == json.loads((tmp_path / "set" / "analysis.json").read_text(encoding="utf-8"))


def test_quiet_prints_the_verdict_alone(track: Path, tmp_path: Path) -> None:
    result = run("analyze", track, "-e", "squat", "--out", tmp_path, "-q")
    assert len(result.stdout.splitlines()) == 1
    assert result.stdout.startswith("Your lower back clearly rounded in 1 of 2 reps")


def test_fail_on_flag_changes_the_exit_code_alone(track: Path, tmp_path: Path) -> None:
    result = run("analyze", track, "-e", "squat", "--out", tmp_path, "--fail-on-flag")
    assert result.exit_code == 4
    assert (tmp_path / "set" / "reps.csv").is_file()


def test_a_given_neutral_is_used(track: Path, tmp_path: Path) -> None:
    run("analyze", track, "-e", "squat", "--out", tmp_path, "--neutral", "-12.5")
    neutral = json.loads((tmp_path / "set" / "analysis.json").read_text())["neutral"]
    assert neutral == {
        "lumbar_deg": -12.5,
        "uncertainty_deg": 0.0,
        "method": "given",
        "posture": "standing, as given",
    }


@pytest.mark.parametrize("source", ["set.npz", "set/analysis.json"])
def test_the_neutral_of_another_clip_is_used(track: Path, tmp_path: Path, source: str) -> None:
    # The lifter stands for a second; the floor shows nobody standing
    run("analyze", track, "-e", "squat", "--out", tmp_path)
    first = json.loads((tmp_path / "set" / "analysis.json").read_text(encoding="utf-8"))["neutral"]
    save_track(moving_lifter("glute-bridge", [0.0] * 2), tmp_path / "floor.npz")
    result = run(
        "analyze", tmp_path / "floor.npz", "--out", tmp_path, "--neutral-from", tmp_path / source
    )
    assert result.exit_code == 0, result.output
    document = json.loads((tmp_path / "floor" / "analysis.json").read_text(encoding="utf-8"))
    assert document["neutral"] == {
        "lumbar_deg": pytest.approx(-25.0, abs=LEVEL_TOLERANCE_DEG),
        "uncertainty_deg": first["uncertainty_deg"],
        "method": "given",
        "posture": f"standing, {Path(source).name}",
    }
    assert document["settings"]["neutral_from"] == Path(source).name


@pytest.mark.parametrize(
    ("arguments", "exit_code", "words"),
    [
        (["--neutral-from", "missing.json"], 1, "There is no file"),
        (["--neutral-from", "text.json"], 1, "is no analysis.json"),
        (["--neutral-from", "floor.npz"], 1, "nobody stands still"),
        (["--neutral-from", "set.npz", "--neutral", "-20"], 2, "two neutrals"),
    ],
)
def test_a_clip_without_a_neutral_is_refused(
    track: Path, tmp_path: Path, arguments: list[str], exit_code: int, words: str
) -> None:
    (tmp_path / "text.json").write_text("[]", encoding="utf-8")
    save_track(moving_lifter("glute-bridge", [0.0] * 2), tmp_path / "floor.npz")
    arguments[1] = str(tmp_path / arguments[1])
    result = run("analyze", track, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == exit_code
    assert words in result.stderr
    assert not (tmp_path / "out" / "set").exists()


def test_a_front_view_is_refused_with_its_files_written(tmp_path: Path) -> None:
    save_track(moving_lifter("squat", [0.0], yaw_deg=80.0), tmp_path / "front.npz")
    result = run("analyze", tmp_path / "front.npz", "-e", "squat", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "Not measured: The camera looks at the front" in result.stdout
    assert "hip height" in result.stdout
    written = json.loads((tmp_path / "out" / "front" / "analysis.json").read_text())
    assert len(written["reps"]) == 1


def test_an_existing_result_is_not_overwritten(track: Path, tmp_path: Path) -> None:
    assert run("analyze", track, "-e", "squat", "--out", tmp_path / "o").exit_code == 0
    again = run("analyze", track, "-e", "squat", "--out", tmp_path / "o")
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert run("analyze", track, "-e", "squat", "--out", tmp_path / "o", "--force").exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["-e", "bench-press"], "Give auto, or one of deadlift, squat"),
        (["-e", "squat", "--max-fps", "-5"], "0 for every frame"),
        (["-e", "squat", "--neutral", "400"], "-90 to 90"),
        (["-e", "squat", "--model", "huge"], "no pose model 'huge'"),
    ],
)
def test_wrong_usage_exits_with_2(tmp_path: Path, arguments: list[str], words: str) -> None:
    clip = tmp_path / "clip.mp4"
    write_clip(clip, [np.zeros((64, 64, 3), np.uint8)] * 5)
    result = run("analyze", clip, *arguments, "--out", tmp_path / "out")
    assert result.exit_code == 2
    assert words in result.stderr
    assert "Traceback" not in result.stderr


def test_the_lift_is_recognised_where_none_is_given(track: Path, tmp_path: Path) -> None:
    result = run("analyze", track, "--out", tmp_path)
    assert result.exit_code == 0
    assert "squat (recognised, " in result.stdout
    document = json.loads((tmp_path / "set" / "analysis.json").read_text(encoding="utf-8"))
    assert document["exercise"]["name"] == "squat"
    assert not document["exercise"]["given"]
    assert document["exercise"]["confidence"] > 0.7


@pytest.mark.parametrize(
    ("moving", "code"),
    [
        (walking_lifter(6.0), "other-exercise"),
        (
            join_tracks(moving_lifter("squat", [0.0] * 2), moving_lifter("deadlift", [0.0] * 2)),
            "exercise-unclear",
        ),
    ],
    ids=["walking", "half of each"],
)
def test_a_lift_that_is_not_clear_is_not_judged(
    tmp_path: Path, moving: PoseTrack, code: str
) -> None:
    save_track(moving, tmp_path / "set.npz")
    result = run("analyze", tmp_path / "set.npz", "--out", tmp_path)
    assert result.exit_code == 3
    assert ("(unclear, " in result.stdout) == (code == "exercise-unclear")
    assert f"{code}: Name" in result.stdout or f"{code}: If it is" in result.stdout
    assert "--exercise" in result.stdout
    document = json.loads((tmp_path / "set" / "analysis.json").read_text(encoding="utf-8"))
    assert document["view"]["reasons"][0]["code"] == code
    assert all(rep["lumbar_deg"]["peak"] is None for rep in document["reps"])
    assert {finding["severity"] for finding in document["findings"]} == {"info"}


def bad_inputs(folder: Path) -> dict[str, Path]:
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("not a video", encoding="utf-8")
    (folder / "folder.mp4").mkdir()
    (folder / "text.npz").write_text("not a track", encoding="utf-8")
    write_sound(folder / "sound.mp4")
    write_clip(folder / "whole.mp4", [np.zeros((64, 64, 3), np.uint8)] * 30)
    content = (folder / "whole.mp4").read_bytes()
    (folder / "cut.mp4").write_bytes(content[: len(content) // 2])
    names = "missing.mp4 missing.npz empty.mp4 text.mp4 folder.mp4 text.npz sound.mp4 cut.mp4"
    return {name: folder / name for name in names.split()}


@needs_model
def test_bad_inputs_exit_with_1_a_short_message_and_no_files(tmp_path: Path) -> None:
    for name, path in bad_inputs(tmp_path).items():
        result = run("analyze", path, "-e", "squat", "--out", tmp_path / "out")
        assert result.exit_code == 1, name
        message = result.stderr.strip()
        assert message.startswith("formcheck: "), name
        assert path.name in message, name
        assert len(message.splitlines()) <= 2, name
        assert list((tmp_path / "out").iterdir()) == [], name


@pytest.mark.parametrize(
    "arguments",
    [
        ("analyze", "none.mp4"),
        ("analyze", "set.npz", "--neutral-from", "none.mp4"),
        ("compare", "set.npz", "none.mp4"),
        ("compare", "set.npz", "text.mp4"),
    ],
)
def test_a_wrong_clip_is_noticed_before_a_model_is_fetched(
    arguments: tuple[str, ...], track: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fetch(*_: object) -> None:
        raise AssertionError("the model was fetched")

    monkeypatch.setattr("formcheck.models.store.ensure", fetch)
    monkeypatch.chdir(track.parent)
    Path("text.mp4").write_text("no video", encoding="utf-8")
    result = run(*arguments)
    assert result.exit_code == 1
    assert ".mp4" in result.stderr


@needs_model
@pytest.mark.parametrize("frames", [1, 20])
def test_a_clip_without_a_person_exits_with_3(tmp_path: Path, frames: int) -> None:
    clip = tmp_path / "wall.mp4"
    write_clip(clip, [np.full((120, 160, 3), 90, np.uint8)] * frames)
    result = run("analyze", clip, "-e", "deadlift", "--out", tmp_path / "out")
    assert result.exit_code == 3
    assert "No person was found" in result.stdout
    written = json.loads((tmp_path / "out" / "wall" / "analysis.json").read_text())
    assert written["quality"]["pose_found"] == 0
    assert written["view"]["measurable"] is False


@needs_model
@pytest.mark.parametrize(
    ("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 128 + signal.SIGTERM)]
)
def test_a_signal_half_way_leaves_nothing(tmp_path: Path, sent: signal.Signals, code: int) -> None:
    clip = tmp_path / "long.mp4"
    write_clip(clip, [np.full((480, 640, 3), 90, np.uint8)] * 1500)
    out = tmp_path / "out"
    command = [sys.executable, "-m", "formcheck", "analyze", str(clip), "-e", "squat", "-v"]
    process = subprocess.Popen(
        [*command, "--out", str(out)],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    )
    assert process.stderr is not None
    while "XNNPACK" not in process.stderr.readline():  # MediaPipe is at work
        assert process.poll() is None
    time.sleep(0.5)
    os.kill(process.pid, sent)
    _, stderr = process.communicate(timeout=30)
    assert process.returncode == code
    assert "Traceback" not in stderr
    assert list(out.iterdir()) == []
