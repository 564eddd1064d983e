"""Results are whole or absent."""

from __future__ import annotations

import csv
import errno
import json
from pathlib import Path

import numpy as np
import pytest
from commands import run
from figures import moving_lifter
from sets import with_upper_back

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.errors import OutputError
from formcheck.pose.track import load_track, save_track
from formcheck.results.describe import describe
from formcheck.results.folder import ResultFolder, result_name
from formcheck.results.writers import write_analysis

FILES = {"analysis.json", "reps.csv", "frames.csv"}


@pytest.fixture(scope="module")
def analysis() -> SetAnalysis:
    return analyze_track(moving_lifter("squat", [5.0, 5.0, 5.0]), Settings("squat"))


def write(analysis: SetAnalysis, out: Path, *, force: bool = False, track: bool = False) -> Path:
    with ResultFolder(out, "clip", force=force) as folder:
        write_analysis(analysis, describe(analysis), folder, track=track)
        folder.publish()
    return out / "clip"


def rows(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_a_result_is_a_folder_with_its_files_and_nothing_beside_it(
    analysis: SetAnalysis, tmp_path: Path
) -> None:
    folder = write(analysis, tmp_path / "new" / "out")
    assert {file.name for file in folder.iterdir()} == FILES
    assert [path.name for path in folder.parent.iterdir()] == ["clip"]
    assert len(json.loads((folder / "analysis.json").read_text(encoding="utf-8"))["reps"]) == 3


def test_the_tables_hold_what_the_contract_names(analysis: SetAnalysis, tmp_path: Path) -> None:
    folder = write(analysis, tmp_path)
    frames = rows(folder / "frames.csv")
    assert ",".join(frames[0]) == (
        "frame,time_s,lumbar_deg,lumbar_uncertainty_deg,flexion_deg,trunk_lean_deg,hip_deg,"
        "knee_deg,rep,phase,thoracic_deg,thoracic_uncertainty_deg,"
        "bar_x_px,bar_y_px,bar_forward_cm,bar_height_cm,looked"
    )
    assert len(frames) == len(analysis.track)
    assert {row["rep"] for row in frames} == {"", "1", "2", "3"}
    assert {row["phase"] for row in frames} == {"", "eccentric", "turn", "concentric"}
    reps = rows(folder / "reps.csv")
    assert [row["rep"] for row in reps] == ["1", "2", "3"]
    peak = float(reps[0]["lumbar_peak_deg"])
    assert peak == pytest.approx(analysis.reps[0].peak_deg, abs=0.005)  # two decimals
    flexion = [float(row["flexion_deg"]) for row in frames if row["flexion_deg"]]
    lumbar = [float(row["lumbar_deg"]) for row in frames if row["lumbar_deg"]]
    assert flexion[0] == pytest.approx(lumbar[0] - analysis.neutral.lumbar_deg, abs=0.01)


def test_the_upper_back_stands_after_what_was_there_before(
    analysis: SetAnalysis, tmp_path: Path
) -> None:
    thoracic = np.full(len(analysis.track), 30.0)
    second, third = analysis.reps[1].rep, analysis.reps[2].rep
    thoracic[second.turn] = 47.256
    thoracic[third.start : third.end + 1] = np.nan
    folder = write(with_upper_back(analysis, thoracic, 3.5), tmp_path)
    frames, reps = rows(folder / "frames.csv"), rows(folder / "reps.csv")
    last = ["thoracic_deg", "thoracic_uncertainty_deg"]
    assert list(frames[0])[10:12] == last
    assert [frames[second.turn][name] for name in last] == ["47.26", "3.50"]
    assert [frames[third.turn][name] for name in last] == ["", ""]
    last = ["thoracic_peak_deg", "thoracic_uncertainty_deg"]
    assert list(reps[0])[25:28] == ["curl_deg", *last]
    assert list(reps[0])[32:34] == ["cut", "bar_source"]
    assert [[row[name] for name in last] for row in reps] == [
        ["30.0", "3.5"],
        ["47.26", "3.5"],
        ["", ""],
    ]


def test_every_repetition_has_its_grade(analysis: SetAnalysis, tmp_path: Path) -> None:
    reps = rows(write(analysis, tmp_path) / "reps.csv")
    judged = [one for one in analysis.judged.reps if one is not None]
    assert [row["rounding_grade"] for row in reps] == [one.grade for one in judged]
    assert [row["rounding_part"] for row in reps] == [one.part for one in judged]
    assert [float(row["rounding_probability"]) for row in reps] == pytest.approx(
        [one.probability for one in judged], abs=1e-4
    )
    assert all(float(row["score_basis"]) > 0.9 for row in reps)


def test_missing_values_are_empty(tmp_path: Path) -> None:
    front = analyze_track(moving_lifter("squat", [5.0], yaw_deg=80.0), Settings("squat"))
    folder = write(front, tmp_path)
    assert all(row["lumbar_deg"] == "" for row in rows(folder / "frames.csv"))
    assert rows(folder / "reps.csv")[0]["lumbar_peak_deg"] == ""


def test_an_earlier_result_is_kept_unless_forced(analysis: SetAnalysis, tmp_path: Path) -> None:
    folder = write(analysis, tmp_path)
    (folder / "analysis.json").write_text("mine", encoding="utf-8")
    (folder / "notes.txt").write_text("mine too", encoding="utf-8")
    with pytest.raises(OutputError, match="--force"):
        write(analysis, tmp_path)
    assert (folder / "analysis.json").read_text(encoding="utf-8") == "mine"
    write(analysis, tmp_path, force=True)
    assert json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    assert (folder / "notes.txt").read_text(encoding="utf-8") == "mine too"


def test_force_leaves_no_optional_file_of_an_earlier_result(
    analysis: SetAnalysis, tmp_path: Path
) -> None:
    folder = write(analysis, tmp_path, track=True)
    optional = {"markers.trc", "angles.mot", "keypoints.json", "angle.png", "angle.svg"}
    optional |= {"report.html", "annotated.mp4", "rep-1.jpg"}
    for name in (*optional, "notes.txt"):
        (folder / name).touch()
    write(analysis, tmp_path, force=True)
    assert {file.name for file in folder.iterdir()} == FILES | {"notes.txt"}


def test_force_never_removes_what_is_analysed(tmp_path: Path) -> None:
    track = moving_lifter("squat", [0.0])
    (tmp_path / "track").mkdir()
    save_track(track, tmp_path / "track" / "track.npz")
    ran = run("analyze", tmp_path / "track" / "track.npz", "-e", "squat", "--no-html", "--force",
              "--out", tmp_path)  # fmt: skip
    assert ran.exit_code == 0, ran.output
    assert {file.name for file in (tmp_path / "track").iterdir()} == FILES | {"track.npz"}


def test_of_two_at_once_the_second_finds_the_first_ones_folder(
    analysis: SetAnalysis, tmp_path: Path
) -> None:
    with ResultFolder(tmp_path, "clip") as first, ResultFolder(tmp_path, "clip") as second:
        for folder in (first, second):
            write_analysis(analysis, describe(analysis), folder)
            folder.publish()
    assert {file.name for file in (tmp_path / "clip").iterdir()} == FILES | {"track.npz"}


def test_an_empty_folder_is_no_earlier_result(analysis: SetAnalysis, tmp_path: Path) -> None:
    (tmp_path / "clip").mkdir()
    assert {file.name for file in write(analysis, tmp_path).iterdir()} == FILES


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_run_leaves_nothing(tmp_path: Path, stop: type[BaseException]) -> None:
    def half() -> None:
        with ResultFolder(tmp_path, "clip") as folder:
            (folder.staging / "analysis.json").write_text("{", encoding="utf-8")
            raise stop

    with pytest.raises(stop):
        half()
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_is_said_and_leaves_nothing(
    analysis: SetAnalysis, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.write_text

    def full(path: Path, text: str, **options: str) -> int:
        if path.name == "frames.csv":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(path, text, **options)

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OutputError, match="disk is full"):
        write(analysis, tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_folder_that_cannot_be_made_is_an_output_error(
    analysis: SetAnalysis, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="cannot be written") as raised:
        write(analysis, tmp_path / "file")
    assert len(str(raised.value).splitlines()) <= 2


def test_the_track_can_be_kept(analysis: SetAnalysis, tmp_path: Path) -> None:
    folder = write(analysis, tmp_path, track=True)
    again = analyze_track(load_track(folder / "track.npz"), analysis.settings)
    assert describe(again) == describe(analysis)


@pytest.mark.parametrize(
    ("clip", "name"),
    [("a b/set 1.mp4", "set 1"), ("x.tar.mp4", "x.tar"), ("..mp4", "mp4"), (".mp4", ".mp4")],
)
def test_the_folder_is_named_after_the_clip_and_stays_inside(clip: str, name: str) -> None:
    assert result_name(Path(clip)) == name
