"""The quick part of benchmarks/gauntlet.py: bad input is told, and nothing is left of it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from clipmaker import numbered, write_clip
from commands import run
from figures import moving_lifter
from results import analysed, written

from formcheck.pose.track import save_track

pytest.importorskip("common.hostile", reason="the benchmarks are not here")
from common.hostile import Case, Source, clip_cases
from common.hostile_files import file_cases
from common.wholeness import contents, unfinished

QUICK = [case for case in (*clip_cases(), *file_cases()) if case.quick]


@pytest.fixture(scope="module")
def source(tmp_path_factory: pytest.TempPathFactory) -> Source:
    folder = tmp_path_factory.mktemp("whole")
    result = written(analysed((0.0, 5.0)), folder)
    save_track(moving_lifter("deadlift", [0.0, 5.0], fps=10.0), result / "track.npz")
    return Source({"mp4": write_clip(folder / "whole.mp4", numbered(10))}, result)


@pytest.mark.parametrize("case", QUICK, ids=lambda case: f"{case.group}: {case.name}")
def test_bad_input_is_told(
    case: Case, source: Source, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = tmp_path / "in"
    place.mkdir()
    monkeypatch.chdir(place)
    arguments = case.make(source, place)
    before = contents(place)
    result = run(*arguments)
    assert result.exit_code in case.codes, result.output
    assert result.exception is None or isinstance(result.exception, SystemExit)
    if result.exit_code in {1, 2}:
        assert 0 < len(result.stderr.splitlines()) <= 12
        assert not list((tmp_path / "out").glob("*"))
    assert "\x1b" not in result.output
    assert list(unfinished(tmp_path / "out")) == []
    if "report" not in arguments:
        assert contents(place) == before


def test_what_is_not_whole_is_noticed(source: Source, tmp_path: Path) -> None:
    # or the tests above could not fail
    result = tmp_path / "out" / "set"
    result.mkdir(parents=True)
    document = (source.result / "analysis.json").read_text(encoding="utf-8")
    (result / "analysis.json").write_text(document[:100], encoding="utf-8")
    (result / ".set.1234").mkdir()
    found = list(unfinished(tmp_path / "out"))
    assert any("not whole" in one for one in found)
    assert any("left over" in one for one in found)
    (result / "analysis.json").write_text(json.dumps({}), encoding="utf-8")
    (result / "frames.csv").write_text("time_s\n0", encoding="utf-8")
    assert "frames.csv is cut" in list(unfinished(tmp_path / "out"))
