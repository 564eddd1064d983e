"""Nothing is read twice: tracks that are kept, and results that are judged again."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import json
import os
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from batches import job_of, put_result, put_track
from commands import run
from figures import moving_lifter
from results import clip_of

from formcheck.batch.clips import Clip
from formcheck.files import readable_errors
from formcheck.models.store import ResolvedModel
from formcheck.outputs import Outputs, write_result
from formcheck.pose.track import PoseTrack, load_track, save_track
from formcheck.results.kept import kept_track
from formcheck.settings import Settings

MODEL = ResolvedModel("none", Path("none.task"), "0" * 64)


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, PoseTrack]:
    """A clip, and what would be found in it."""
    track = moving_lifter("deadlift", [0.0, 45.0], fps=10.0)
    clip = clip_of(track, tmp_path_factory.mktemp("film") / "set.mp4")
    sha256 = hashlib.sha256(clip.read_bytes()).hexdigest()
    about = replace(track.clip, name=clip.name, sha256=sha256)
    return clip, replace(track, clip=about, model_sha256=MODEL.sha256, max_fps=30.0)


def read_track_of(film: tuple[Path, PoseTrack], read: list[Path]) -> Callable[..., PoseTrack]:
    """Stands in for the reading, and counts how often it is asked."""

    def look(path: Path, *_: Any) -> PoseTrack:
        read.append(path)
        return film[1]

    return look


@pytest.fixture
def readings(film: tuple[Path, PoseTrack], monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """Counts how often a clip is read; no model is needed."""
    read: list[Path] = []
    monkeypatch.setattr("formcheck.analysis.read_track", read_track_of(film, read))
    monkeypatch.setattr("formcheck.commands.progress.model_for", lambda *_, **__: MODEL)
    return read


def told(folder: Path) -> dict[str, Any]:
    return dict(json.loads((folder / "analysis.json").read_text(encoding="utf-8")))


def test_a_clip_is_read_once_for_two_analyses(
    film: tuple[Path, PoseTrack], readings: list[Path], tmp_path: Path
) -> None:
    command = ("analyze", film[0], "-o", tmp_path, "--no-video", "--no-html", "-q")
    assert run(*command, "-e", "deadlift").exit_code == 0
    assert run(*command, "-e", "squat", "--force").exit_code == 0
    assert readings == [film[0]]
    assert told(tmp_path / "set")["exercise"]["name"] == "squat"


@pytest.mark.parametrize(
    "change",
    [
        lambda track: replace(track, reading=track.reading - 1),
        lambda track: replace(track, model_sha256="1" * 64),
        lambda track: replace(track, max_fps=15.0),
        lambda track: replace(track, clip=replace(track.clip, sha256="1" * 64)),
    ],
)
def test_a_track_of_another_reading_does_not_stand_in(
    film: tuple[Path, PoseTrack], tmp_path: Path, change: Callable[[PoseTrack], PoseTrack]
) -> None:
    clip, track = film
    save_track(track, tmp_path / "track.npz")
    assert kept_track(tmp_path, clip, MODEL.sha256, 30.0) is not None
    save_track(change(track), tmp_path / "track.npz")
    assert kept_track(tmp_path, clip, MODEL.sha256, 30.0) is None


def test_a_damaged_track_does_not_stand_in(film: tuple[Path, PoseTrack], tmp_path: Path) -> None:
    (tmp_path / "track.npz").write_bytes(b"PK damaged")
    assert kept_track(tmp_path, film[0], MODEL.sha256, 30.0) is None


@pytest.mark.usefixtures("readings")
def test_the_verdict_is_said_before_anything_is_drawn(
    film: tuple[Path, PoseTrack],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:
    """An interrupt while drawing leaves the analysis, whole, and says how to go on."""

    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("formcheck.outputs.write_result", interrupted)
    result = run("analyze", film[0], "-e", "deadlift", "-o", tmp_path)
    assert result.exit_code == 130
    assert "rounded" in result.stdout
    assert "--force" in capfd.readouterr().err
    names = {file.name for file in (tmp_path / "set").iterdir()}
    assert names == {"analysis.json", "reps.csv", "frames.csv", "track.npz"}
    monkeypatch.setattr("formcheck.outputs.write_result", write_result)
    assert run("analyze", film[0], "-e", "deadlift", "-o", tmp_path, "--force").exit_code == 0
    assert (tmp_path / "set" / "annotated.mp4").is_file()


@pytest.mark.usefixtures("readings")
@pytest.mark.parametrize("option", ["--save-track", "--no-track"])
@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EFBIG])
def test_a_drawing_that_cannot_be_written_leaves_the_analysis_and_says_so(
    film: tuple[Path, PoseTrack],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    code: int,
    option: str,
) -> None:
    def full(*_: Any, **__: Any) -> None:
        with readable_errors(tmp_path / "set"):
            raise OSError(code, os.strerror(code))

    monkeypatch.setattr("formcheck.outputs.write_result", full)
    result = run("analyze", film[0], "-e", "deadlift", "-o", tmp_path, option)
    assert result.exit_code == 2
    assert {errno.ENOSPC: "The disk is full.", errno.EFBIG: "File too large"}[code] in result.stderr
    assert "nothing was written" not in result.stderr
    assert f"The analysis is kept in {tmp_path / 'set'}" in result.stderr
    assert ("the clip is not read again" in result.stderr) == (option == "--save-track")
    names = {file.name for file in (tmp_path / "set").iterdir()}
    tracks = {"track.npz"} if option == "--save-track" else set()
    assert names == {"analysis.json", "reps.csv", "frames.csv"} | tracks
    assert [path.name for path in tmp_path.iterdir()] == ["set"]


def test_a_clip_that_is_sent_twice_is_read_once(
    film: tuple[Path, PoseTrack],
    readings: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    pytest.importorskip("starlette", reason="the page needs the extra 'serve'")
    from formcheck.serve import uploads

    monkeypatch.setattr(uploads, "read_track", read_track_of(film, readings))
    monkeypatch.setattr(uploads, "Outputs", lambda: Outputs(html=False, video=False))
    monkeypatch.setattr(uploads, "ensure", lambda _: MODEL)
    queue = uploads.Queue(tmp_path, None, 10**8)

    async def sent() -> AsyncIterator[bytes]:
        yield film[0].read_bytes()

    jobs = []
    for _ in range(2):
        jobs.append(queue.jobs[asyncio.run(queue.take(sent(), Settings("deadlift"), "set.mp4"))])
        while jobs[-1].state not in {"done", "failed"}:
            time.sleep(0.01)
    queue.close()
    assert [job.state for job in jobs] == ["done", "done"]
    assert all("rounded" in job.verdict for job in jobs)
    assert len(readings) == 1


@pytest.fixture
def result(film: tuple[Path, PoseTrack], readings: list[Path], tmp_path: Path) -> Path:
    """A result with its page."""
    assert readings == []
    command = ("analyze", film[0], "-e", "deadlift", "-o", tmp_path, "--no-video", "-q")
    assert run(*command).exit_code == 0
    return tmp_path / "set"


def test_rescore_says_that_nothing_changed(result: Path) -> None:
    before = {file.name: file.stat().st_mtime_ns for file in result.iterdir()}
    again = run("rescore", result.parent)
    assert again.exit_code == 0
    assert "1 judged again, 0 of them changed." in again.stdout
    assert {file.name: file.stat().st_mtime_ns for file in result.iterdir()} == before


def test_rescore_with_other_thresholds_shows_and_writes_what_changed(
    result: Path, tmp_path: Path
) -> None:
    config = tmp_path / "strict.toml"
    config.write_text("[thresholds]\nrounded_deg = 20\n", encoding="utf-8")
    before = told(result)
    dry = run("rescore", result.parent, "--config", config, "--dry-run")
    assert "1 of them changed" in dry.stdout
    assert told(result) == before
    assert run("rescore", result.parent, "--config", config).stdout == dry.stdout
    after = told(result)
    assert after["settings"]["rubric"]["rounded_deg"] == 20
    assert after["rejudged"]
    assert after["score"] > before["score"]
    assert (result / "track.npz").is_file()
    assert "report.html" in {file.name for file in result.iterdir()}


def test_rescore_keeps_the_video_and_the_page_says_that_it_is_older(result: Path) -> None:
    drawn = ("annotated.mp4", "poster.jpg", "share.mp4", "share.png", "rep-2.jpg")
    for name in drawn:
        (result / name).write_bytes(name.encode())
    assert run("rescore", result, "-e", "squat").exit_code == 0
    assert [(result / name).read_bytes() for name in drawn] == [name.encode() for name in drawn]
    assert "drawn before the set was judged again" in (result / "report.html").read_text("utf-8")


def test_rescore_goes_on_after_a_damaged_result(result: Path) -> None:
    broken = result.parent / "broken"
    broken.mkdir()
    (broken / "analysis.json").write_text("{}", encoding="utf-8")
    (broken / "track.npz").write_bytes((result / "track.npz").read_bytes())
    again = run("rescore", result.parent)
    assert again.exit_code == 1
    assert "broken" in again.stderr
    assert "1 judged again" in again.stdout


def test_rescore_without_a_track_says_what_to_do(tmp_path: Path) -> None:
    again = run("rescore", tmp_path)
    assert again.exit_code == 1
    assert "track.npz" in again.stderr
    assert "analyse the clips again" in again.stderr


def test_rescore_brings_the_index_of_a_batch_up_to_date(tmp_path: Path) -> None:
    clip = Clip("/clips/ann.npz", athlete="Ann", date="2026-01-02", exercise="deadlift")
    folder = tmp_path / put_result(tmp_path, clip, (0.0, 45.0))
    track = load_track(put_track(tmp_path / "ann.npz", (0.0, 0.0)))
    save_track(track, folder / "track.npz")
    (tmp_path / "index.html").write_text("old", encoding="utf-8")
    (tmp_path / "errors.csv").write_text(
        "athlete,date,exercise,load_kg,clip,reason,elapsed_s,source\n"
        ",,,,bob.mp4,It is empty.,0.1,/clips/bob.mp4\n",
        encoding="utf-8-sig",
    )
    assert run("rescore", tmp_path).exit_code == 0
    index = (tmp_path / "index.html").read_text(encoding="utf-8")
    assert "Ann" in index
    assert "It is empty." in index
    assert (tmp_path / "history.sqlite").is_file()
    # The next batch judges by its own thresholds.
    record = json.loads((folder / "job.json").read_text(encoding="utf-8"))
    assert record["key"] != job_of(clip.url, tmp_path, clip=clip).key
