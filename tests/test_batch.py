"""`formcheck batch` on this machine: nothing lost, nothing done twice, nobody let out."""

from __future__ import annotations

import csv
import io
import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import distributed
import pytest
from batches import FORMULA, NASTY, job_of, misbehave, model_in, put_result, put_track
from commands import run
from hypothesis import given
from hypothesis import strategies as st

from formcheck.assessment.rubric import Rubric
from formcheck.batch.clips import Clip, Faulty, find_clips
from formcheck.batch.cluster import connected, give_model
from formcheck.batch.engine import run_jobs
from formcheck.batch.job import Outcome
from formcheck.batch.places import Place, safe_name
from formcheck.batch.results import read_results
from formcheck.batch.screen import BatchScreen
from formcheck.batch.tables import summary_table
from formcheck.errors import ConfigurationError, InputError
from formcheck.outputs import Outputs
from formcheck.settings import Settings

STANDARD = Clip("")
needs_model = pytest.mark.usefixtures("pose_model")


def rows(file: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(file.read_text(encoding="utf-8-sig").splitlines()))


def found(*given: Path | str, out: Path | str = "/nowhere", **options: bool) -> list[Clip]:
    clips = list(find_clips([str(one) for one in given], str(out), STANDARD, **options))
    assert all(isinstance(clip, Clip) for clip in clips), clips
    return [clip for clip in clips if isinstance(clip, Clip)]


# ---- which clips


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name in ("a.mp4", "ann/b.MOV", "ann/deep/c.mkv", "bob/d.mp4", "notes.txt", "._e.mp4"):
        file = tmp_path / "in" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(name.encode())
    return tmp_path / "in"


def test_a_folder_is_searched_through_for_videos(folder: Path) -> None:
    assert [clip.name for clip in found(folder)] == ["a.mp4", "b.MOV", "c.mkv", "d.mp4"]


def test_results_are_no_clips(folder: Path) -> None:
    (folder / "results" / "clips").mkdir(parents=True)
    (folder / "results" / "clips" / "x.mp4").touch()
    (folder / "older").mkdir()
    (folder / "older" / "annotated.mp4").touch()
    assert len(found(folder, out=folder / "results")) == 4


def test_folders_can_name_the_athletes(folder: Path) -> None:
    clips = found(folder, athletes_by_folder=True)
    assert [clip.athlete for clip in clips] == ["", "ann", "ann", "bob"]


def test_globs_files_and_folders_go_together_each_clip_once(folder: Path) -> None:
    clips = found(folder / "**" / "*.mp4", folder / "a.mp4", folder / "bob")
    assert [clip.name for clip in clips] == ["a.mp4", "d.mp4"]


def test_a_folder_without_clips_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no clip"):
        found(tmp_path)


def test_a_list_names_athlete_lift_load_and_date(folder: Path) -> None:
    table = folder / "list.csv"
    table.write_text(
        f'\ufeffPath;Athlete;Lift;Load;Date;Coach\na.mp4;"{NASTY.replace(chr(34), chr(34) * 2)}";'
        "Overhead press;102,5 kg;2026-03-01;X\nbob/d.mp4;;;;;\n",
        encoding="utf-8",
    )
    first, second = found(table)
    assert first == Clip(
        str(folder / "a.mp4"), NASTY, "overhead-press", 102.5, "2026-03-01", "list"
    )
    assert second == Clip(str(folder / "bob" / "d.mp4"))


@pytest.mark.parametrize(
    ("cells", "why"),
    [
        ("a.mp4,Ann,jump,10,2026-01-01", "no lift 'jump'"),
        ("a.mp4,Ann,squat,heavy,2026-01-01", "no number of kilograms"),
        ("a.mp4,Ann,squat,nan,2026-01-01", "no number of kilograms"),
        ("a.mp4,Ann,squat,10,01/02/26", "YYYY-MM-DD"),
    ],
)
def test_a_faulty_line_is_that_clips_fault_alone(folder: Path, cells: str, why: str) -> None:
    table = folder / "list.csv"
    table.write_text(f"path,athlete,lift,load,date\n{cells}\nbob/d.mp4,Bo,squat,10,2026-01-01\n")
    faulty, sound = find_clips([str(table)], "/nowhere", STANDARD)
    assert isinstance(faulty, Faulty)
    assert why in faulty.reason
    assert "Line 2" in faulty.reason
    assert isinstance(sound, Clip)
    assert sound.load_kg == 10


def test_a_list_without_paths_is_a_wrong_list(folder: Path) -> None:
    (folder / "list.csv").write_text("clip,athlete\na.mp4,Ann\n")
    with pytest.raises(ConfigurationError, match="no column 'path'"):
        found(folder / "list.csv")


@given(st.text(max_size=80))
def test_no_name_leads_out_of_its_folder(text: str) -> None:
    name = safe_name(text, text)
    assert Path(name).name == name
    assert not name.startswith(".")
    assert len(name.encode()) < 255
    assert not set(name) & set('/\\:*?"<>|\0\n')


def test_names_that_look_alike_are_kept_apart() -> None:
    assert safe_name("a/b", "1") != safe_name("a/b", "2")
    assert safe_name("../../etc/passwd", "x").startswith("etc-passwd-")


# ---- when a clip is the same


def test_content_settings_version_and_files_make_a_job(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = job_of("a.mp4", tmp_path)
    assert job.key == job_of("a.mp4", tmp_path / "elsewhere", time_limit_s=5.0).key
    strict = Settings("deadlift", rubric=Rubric(limits={"deadlift": {"rounded_deg": 8.0}}))
    others = [
        job_of("a.mp4", tmp_path, content="sha256:other"),
        job_of("a.mp4", tmp_path, settings=Settings("squat")),
        job_of("a.mp4", tmp_path, settings=strict),
        job_of("a.mp4", tmp_path, outputs=Outputs(video=True, html=False)),
        job_of("a.mp4", tmp_path, model_sha256="1" * 64),
    ]
    assert len({job.key, *(other.key for other in others)}) == 6
    key = job.key
    monkeypatch.setattr("formcheck.batch.job.__version__", "99")
    assert job.key != key


# ---- the engine


@pytest.fixture(scope="module")
def cluster() -> Iterator[distributed.Client]:
    with connected(None, 2) as client:
        yield client


def test_what_hangs_kills_or_raises_costs_itself_alone(
    cluster: distributed.Client, tmp_path: Path
) -> None:
    give_model(cluster, model_in(tmp_path))
    names = ["1", "kill", "2", "hang", "3", "raise", "4", "5", "6"]
    jobs = [
        job_of(f"{name}.mp4", tmp_path, time_limit_s=2.0 if name == "hang" else 60.0)
        for name in names
    ]
    began = time.monotonic()
    outcomes = {one.clip.name: one for one in run_jobs(cluster, jobs, misbehave)}
    assert outcomes.keys() == {f"{name}.mp4" for name in names}
    failed = {name: one.text for name, one in outcomes.items() if one.status == "failed"}
    assert failed.keys() == {"kill.mp4", "hang.mp4", "raise.mp4"}
    assert "died" in failed["kill.mp4"]
    assert "time limit of 2 s" in failed["hang.mp4"]
    assert "ZeroDivisionError: by nought" in failed["raise.mp4"]
    assert time.monotonic() - began < 50, "it waited for the clip that hangs"


def test_a_worker_killed_from_outside_in_mid_clip_loses_nothing(
    cluster: distributed.Client, tmp_path: Path
) -> None:
    give_model(cluster, model_in(tmp_path))
    pids = cluster.run(os.getpid)
    jobs = [job_of(f"{i}.mp4", tmp_path) for i in range(20)]
    outcomes: list[Outcome] = []
    for outcome in run_jobs(cluster, jobs, misbehave):
        if not outcomes:
            os.kill(next(iter(pids.values())), signal.SIGKILL)
        outcomes.append(outcome)
    assert {one.clip.name for one in outcomes} == {f"{i}.mp4" for i in range(20)}
    assert all(one.status == "measured" for one in outcomes)


# ---- all of it


@pytest.fixture
def tracks(tmp_path: Path) -> Path:
    folder = tmp_path / "in"
    put_track(folder / "one.npz", (0.0, 30.0, 5.0))
    put_track(folder / "two.npz", (0.0, 0.0))
    put_track(folder / "front.npz", (0.0, 0.0), yaw_deg=80.0)
    (folder / "broken.npz").write_bytes(b"PK\x03\x04 no track")
    name = NASTY.replace('"', '""')
    (folder / "list.csv").write_text(
        "path,athlete,lift,load,date\n"
        f'one.npz,"{name}",deadlift,120,2026-01-05\n'
        f"two.npz,{FORMULA},deadlift,,2026-01-05\n"
        "front.npz,Bo,deadlift,,2026-01-06\nbroken.npz,Bo,deadlift,,\n",
        encoding="utf-8",
    )
    return folder / "list.csv"


@needs_model
def test_a_batch_from_list_to_index_and_again(tracks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    first = run("batch", tracks, "--out", out, "--workers", "1")
    assert first.exit_code == 1, first.output
    assert "4 clips: 2 measured, 1 refused, 1 failed." in " ".join(first.stdout.split())
    assert [row["clip"] for row in rows(out / "errors.csv")] == ["broken.npz"]

    summary = {row["clip"]: row for row in rows(out / "summary.csv")}
    assert summary.keys() == {"one.npz", "two.npz", "front.npz"}
    assert summary["one.npz"]["athlete"] == NASTY
    assert summary["two.npz"]["athlete"] == f"'{FORMULA}", "a spreadsheet would run it"
    assert summary["one.npz"]["load_kg"] == "120.0"
    assert summary["front.npz"]["status"] == "refused"
    document = json.loads((out / summary["one.npz"]["folder"] / "analysis.json").read_text())
    peaks = [rep["lumbar_deg"]["peak"] for rep in document["reps"]]
    assert [float(r["lumbar_peak_deg"]) for r in rows(out / "reps.csv") if r["clip"] == "one.npz"]
    assert float(summary["one.npz"]["lumbar_peak_worst_deg"]) == max(peaks)
    assert all(path.resolve().is_relative_to(tmp_path) for path in out.rglob("*"))
    assert not list((out / "clips").glob(".*"))

    written = {path: path.stat().st_mtime_ns for path in (out / "clips").rglob("*")}
    (tracks.parent / "broken.npz").unlink()
    put_track(tracks.parent / "broken.npz", (5.0, 5.0))
    again = run("batch", tracks, "--out", out, "--workers", "1", "--json")
    assert again.exit_code == 0, again.output
    lines = [json.loads(line) for line in again.stdout.splitlines()]
    assert [line["status"] for line in lines[:-1]] == ["skipped"] * 3 + ["measured"]
    assert lines[-1] == {"kind": "batch", "clips": 4, "measured": 1, "refused": 0, "skipped": 3,
                         "failed": 0, "out": str(out)}  # fmt: skip
    assert rows(out / "errors.csv") == []
    assert all(path.stat().st_mtime_ns == at for path, at in written.items() if path.is_file())


@needs_model
def test_a_run_with_nothing_to_do_does_nothing(
    tracks: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tracks.parent / "broken.npz").unlink()
    put_track(tracks.parent / "broken.npz", (5.0, 5.0))
    assert run("batch", tracks, "--out", tmp_path / "out", "--workers", "1").exit_code == 0
    monkeypatch.setattr("formcheck.batch.cluster.connected", lambda *_: pytest.fail("a cluster"))
    again = run("batch", tracks, "--out", tmp_path / "out", "-q")
    assert again.exit_code == 0, again.output
    assert "4 done before" in again.stdout
    assert len(again.stdout.splitlines()) == 1


@needs_model
def test_a_new_athlete_or_load_needs_no_new_analysis(tracks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run("batch", tracks, "--out", out, "--workers", "1")
    tracks.write_text("path,athlete,lift,load,date\none.npz,Eve,deadlift,140,2026-02-02\n")
    again = run("batch", tracks, "--out", out)
    assert "1 done before" in again.stdout
    summary = {row["clip"]: row for row in rows(out / "summary.csv")}
    assert (summary["one.npz"]["athlete"], summary["one.npz"]["load_kg"]) == ("Eve", "140.0")
    tracks.write_text("path,athlete,lift,load\none.npz,Eve,deadlift,\ntwo.npz,Bo,deadlift,90\n")
    assert run("batch", tracks, "--out", out, "--load", "100 lb").exit_code == 0
    summary = {row["clip"]: row for row in rows(out / "summary.csv")}
    assert [summary[clip]["load_kg"] for clip in ("one.npz", "two.npz")] == ["45.36", "90.0"]
    assert summary["one.npz"]["load_given"] == "100 lb"


def test_a_load_that_is_none_is_told_before_anything_is_done(tmp_path: Path) -> None:
    result = run("batch", tmp_path, "--out", tmp_path / "out", "--load", "heavy")
    assert result.exit_code == 2
    assert "--load: the load 'heavy' is no number" in result.stderr
    assert not (tmp_path / "out").exists()


@needs_model
def test_force_and_other_thresholds_do_it_again(tracks: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    tracks.write_text("path,athlete,lift\none.npz,Ann,deadlift\n")
    run("batch", tracks, "--out", out, "--workers", "1")
    [job] = out.glob("clips/*/job.json")
    before = job.stat().st_mtime_ns
    assert run("batch", tracks, "--out", out, "--workers", "1", "--force").exit_code == 0
    forced = job.stat().st_mtime_ns
    assert forced > before
    strict = tmp_path / "strict.toml"
    strict.write_text("[thresholds]\nrounded_deg = 5\n")
    others = "--config", strict, "--plate-mm", "400"
    assert run("batch", tracks, "--out", out, "--workers", "1", *others).exit_code == 0
    document = json.loads((job.parent / "analysis.json").read_text())
    assert document["settings"]["rubric"]["rounded_deg"] == 5
    assert document["settings"]["plate_mm"] == 400
    assert [path.parent for path in out.glob("clips/*/job.json")] == [job.parent]


@needs_model
def test_none_that_can_be_measured_is_exit_3(tracks: Path, tmp_path: Path) -> None:
    tracks.write_text("path,lift\nfront.npz,deadlift\n")
    assert run("batch", tracks, "--out", tmp_path / "out", "--workers", "1").exit_code == 3


@needs_model
def test_broken_videos_in_a_folder_are_listed(tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    sample = Path(__file__).parent.parent / "samples" / "squat.mp4"
    (folder / "truncated.mp4").write_bytes(sample.read_bytes()[:3000])
    (folder / "empty.mp4").touch()
    (folder / "text.mp4").write_text("hello")
    (folder / "notes.txt").write_text("not a clip")
    result = run(
        "batch", folder, tmp_path / "gone.mp4", "--out", tmp_path / "out", "--workers", "1"
    )
    assert result.exit_code == 1, result.output
    errors = {row["clip"]: row["reason"] for row in rows(tmp_path / "out" / "errors.csv")}
    assert errors.keys() == {"truncated.mp4", "empty.mp4", "text.mp4", "gone.mp4"}
    assert "empty" in errors["empty.mp4"]
    assert "not a video" in errors["text.mp4"]
    assert "Traceback" not in result.output


@needs_model
@pytest.mark.skipif(sys.platform == "win32", reason="no process groups")
def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(tmp_path: Path) -> None:
    for i in range(40):
        put_track(tmp_path / "in" / f"{i}.npz", (0.0, 30.0))
    lines = "".join(f"{i}.npz,deadlift\n" for i in range(40))
    (tmp_path / "in" / "list.csv").write_text(f"path,lift\n{lines}")
    arguments = ["batch", "in/list.csv", "--out", "out", "--workers", "2", "--json"]
    command = [sys.executable, "-c", "from formcheck.cli import main; main()", *arguments]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        start_new_session=True,
    ) as process:  # fmt: skip
        assert process.stdout is not None
        process.stdout.readline()
        os.killpg(process.pid, signal.SIGINT)
        _, said = process.communicate(timeout=60)
    assert process.returncode == 130, said
    assert "Run the same command again" in said
    assert "Traceback" not in said, said[-3000:]
    done = len(list((tmp_path / "out" / "clips").glob("*/job.json")))
    assert 1 <= done < 40
    assert (tmp_path / "out" / "index.html").is_file()
    assert not list((tmp_path / "out" / "clips").glob(".*"))


# ---- what is read back


def test_of_two_results_of_one_path_the_newer_counts(tmp_path: Path) -> None:
    clip = Clip("/x/a.mp4", "Ann")
    put_result(tmp_path, clip, (0.0, 0.0), content="old", finished="2026-01-01")
    newer = put_result(tmp_path, clip, (0.0, 30.0), content="new", finished="2026-01-02")
    results, unreadable = read_results(Place(str(tmp_path)))
    assert [result.folder for result in results] == [newer]
    assert unreadable == []


@pytest.mark.parametrize("whole", [True, False], ids=["a byte", "cut"])
def test_a_damaged_result_is_told_and_the_others_read(tmp_path: Path, whole: bool) -> None:
    put_result(tmp_path, Clip("/x/a.mp4"))
    damaged = put_result(tmp_path, Clip("/x/b.mp4"))
    file = tmp_path / damaged / "analysis.json"
    in_a_string = file.read_bytes().replace(b"deadlift", b"dead\xffift")
    file.write_bytes(in_a_string if whole else b"{")
    results, unreadable = read_results(Place(str(tmp_path)))
    assert [result.clip.name for result in results] == ["a.mp4"]
    assert unreadable == [damaged]


@pytest.mark.parametrize("sign", ["\uff1d", "=", "+", "-", "@", "\t"])
def test_no_text_is_a_formula(tmp_path: Path, sign: str) -> None:
    put_result(tmp_path, Clip("/x/a.mp4", f"{sign}1+1"))
    results, _ = read_results(Place(str(tmp_path)))
    [row] = csv.DictReader(summary_table(results).decode("utf-8-sig").splitlines())
    assert row["athlete"] == f"'{sign}1+1"


# ---- named twice


@needs_model
def test_a_clip_that_is_named_twice_is_done_once_and_no_failure(
    tracks: Path, tmp_path: Path
) -> None:
    folder = tracks.parent
    (folder / "copy.npz").write_bytes((folder / "one.npz").read_bytes())
    tracks.write_text(
        "path,athlete,lift,load (lb)\none.npz,,deadlift,\none.npz,,deadlift,\ncopy.npz,Ann,,225\n"
        "copy.npz,Bo,squat,\n"
    )
    result = run("batch", tracks, "--out", tmp_path / "out", "--workers", "1")
    assert result.exit_code == 0, result.output
    said = " ".join(result.stdout.split())
    assert "3 clips: 1 measured, 0 refused, 2 named twice, 0 failed." in said
    assert "another athlete and another lift, which does not count" in said
    [row] = rows(tmp_path / "out" / "summary.csv")
    assert row["athlete"] == "Ann"
    assert (row["load_kg"], row["load_given"]) == ("102.06", "225 lb")


# ---- on the screen


class _Terminal(io.StringIO):
    """A terminal: standard output and errors go to one screen."""

    def isatty(self) -> bool:
        return True

    @property
    def screen(self) -> list[str]:
        """The lines that stay."""
        seen = re.sub(r"\x1b\[[0-9;]*m|\x1b\[\?25[lh]", "", self.getvalue())  # colours, cursor
        erased = re.sub(r"[^\n]*\n\r?\x1b\[1A\x1b\[2K", "", seen)  # a line up
        return [re.split(r"\r|\x1b\[2K", line)[-1] for line in erased.split("\n")]


@pytest.mark.parametrize("columns", [40, 80])
def test_messages_and_the_bar_do_not_run_into_each_other(
    columns: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = _Terminal()
    monkeypatch.setattr(sys, "stdout", terminal)
    monkeypatch.setattr(sys, "stderr", terminal)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", str(columns))
    screen = BatchScreen(as_json=False, quiet=False)
    with screen.shown(2):
        screen.show(Outcome(Clip("a.mp4"), "measured", "No rounding found in 6 of 6 reps."))
        sys.stderr.write("formcheck: a warning.\n")
        screen.show(Outcome(Clip("b.mp4"), "failed", "It is empty."))
    assert "2/2" in terminal.getvalue()
    assert [line for line in terminal.screen if line] == [
        "measured a.mp4: No rounding found in 6 of 6 reps.",
        "formcheck: a warning.",
        "failed   b.mp4: It is empty.",
    ]


@pytest.mark.parametrize("bar_shown", [True, False])
def test_lines_go_to_the_file_they_are_sent_to(
    bar_shown: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, terminal = io.StringIO(), _Terminal()
    monkeypatch.setattr(sys, "stdout", file)
    monkeypatch.setattr(sys, "stderr", terminal if bar_shown else io.StringIO())
    monkeypatch.setenv("TERM", "xterm")
    screen = BatchScreen(as_json=False, quiet=False)
    with screen.shown(1):
        screen.show(Outcome(Clip("a.mp4"), "measured", "Sound. " * 40))
    assert file.getvalue() == f"measured a.mp4: {'Sound. ' * 40}\n"
    assert ("1/1" in terminal.getvalue()) == bar_shown


# ---- two at once


@needs_model
def test_two_batches_into_one_folder_keep_each_others_work(tmp_path: Path) -> None:
    batches = []
    for who in ("ann", "bo"):
        for i in range(6):
            put_track(tmp_path / who / f"{who}-{i}.npz", (0.0, 30.0 + i))
        lines = "".join(f"{who}-{i}.npz,{who},deadlift\n" for i in range(6))
        (tmp_path / who / "list.csv").write_text(f"path,athlete,lift\n{lines}")
        words = ["batch", f"{who}/list.csv", "--out", "out", "--workers", "1"]
        command = [sys.executable, "-c", "from formcheck.cli import main; main()", *words]
        batches.append(
            subprocess.Popen(
                command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
            )
        )
    for batch in batches:
        said, _ = batch.communicate(timeout=300)
        assert batch.returncode == 0, said
        assert "6 measured, 0 refused, 0 failed" in said
    out = tmp_path / "out"
    assert len(list(out.glob("clips/*/job.json"))) == 12
    assert {row["athlete"] for row in rows(out / "summary.csv")} == {"ann", "bo"}
    assert not list((out / "clips").glob(".*"))
    assert not list(out.glob(".*"))


def test_what_another_batch_has_half_done_is_left_alone(tmp_path: Path) -> None:
    from formcheck.batch.run import _tidy
    from formcheck.workspace import workspace_name

    at_work = tmp_path / "clips" / workspace_name(".formcheck")
    abandoned = tmp_path / "clips" / f".formcheck-{platform.node()}-999999999-0"
    for folder in (at_work, abandoned):
        folder.mkdir(parents=True)
    _tidy(Place(str(tmp_path)))
    assert at_work.is_dir()
    assert not abandoned.exists()
