"""Whatever bytes our own readers get, they give a value or a `FormcheckError`."""

from __future__ import annotations

import contextlib
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figures import moving_lifter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from results import analysed, written

from formcheck.analysis import Settings, analyze_track
from formcheck.assessment.rubric import Rubric
from formcheck.batch.clips import Clip, Faulty, find_clips
from formcheck.batch.places import Place, opened, safe_name
from formcheck.commands.symptoms import _read as read_answers
from formcheck.config import load_rubric
from formcheck.errors import FormcheckError
from formcheck.models.bundle import MEMBERS, find_fault
from formcheck.pose.track import load_track, save_track
from formcheck.report.result import read_result
from formcheck.results.describe import describe
from formcheck.results.stored import read_document, recorded_neutral
from formcheck.symptoms import assess

quick = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
Edit = tuple[int, int, bytes]
# Where in a file, how many bytes go, and what comes in their place.
EDITS = st.lists(
    st.tuples(st.integers(0, 1 << 20), st.integers(0, 64), st.binary(max_size=16)),
    min_size=1,
    max_size=4,
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=4,
)


def edited(content: bytes, edits: list[Edit]) -> bytes:
    data = bytearray(content)
    for at, gone, new in edits:
        start = at % (len(data) + 1)
        data[start : start + gone] = new
    return bytes(data)


def with_other_value(document: Any, steps: list[int], value: object) -> Any:
    """The document with a value somewhere in it replaced."""
    if not steps or not isinstance(document, dict | list) or not document:
        return value
    keys = list(document) if isinstance(document, dict) else list(range(len(document)))
    key = keys[steps[0] % len(keys)]
    changed = document.copy()
    changed[key] = with_other_value(document[key], steps[1:], value)
    return changed


def value_or_error(read: Callable[[], Any]) -> Any:
    with contextlib.suppress(FormcheckError):
        return read()
    return None


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return written(analysed((0.0, 20.0)), tmp_path_factory.mktemp("whole"))


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("track") / "whole.npz"
    save_track(moving_lifter("deadlift", [0.0], fps=10.0), path)
    return path


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("bundle") / "whole.task"
    with zipfile.ZipFile(path, "w") as archive:
        for name in MEMBERS:
            archive.writestr(name, b"\x1c\0\0\0TFL3" + bytes(200))
    return path


def test_the_whole_files_are_read(result: Path, track: Path, bundle: Path) -> None:
    # or the tests below would refuse everything
    assert len(load_track(track)) > 10
    assert read_result(result).frames.time_s.size > 10
    assert find_fault(bundle) is None


# --- saved tracks ---------------------------------------------------------------------


@quick
@given(content=st.binary(max_size=300))
def test_any_bytes_for_a_track(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "set.npz"
    path.write_bytes(content)
    assert value_or_error(lambda: load_track(path)) is None


@quick
@given(edits=EDITS)
def test_any_damage_of_a_track(tmp_path: Path, track: Path, edits: list[Edit]) -> None:
    path = tmp_path / "set.npz"
    path.write_bytes(edited(track.read_bytes(), edits))
    value_or_error(lambda: load_track(path))


@quick
@given(steps=st.lists(st.integers(0, 20), min_size=1, max_size=2), value=VALUES)
def test_any_facts_of_a_track(tmp_path: Path, track: Path, steps: list[int], value: object) -> None:
    with np.load(track) as stored:
        arrays: dict[str, Any] = dict(stored)
    about = with_other_value(json.loads(str(arrays.pop("about")[()])), steps, value)
    path = tmp_path / "set.npz"
    np.savez(path, about=np.array(json.dumps(about)), **arrays)
    loaded = value_or_error(lambda: load_track(path))
    if loaded is not None:  # what is let in can be analysed
        describe(analyze_track(loaded, Settings("deadlift"))).model_dump_json()


@quick
@given(
    name=st.sampled_from(["landmarks_px", "visibility", "profile", "time_s"]),
    value=st.floats(),
    share=st.floats(0, 1),
)
def test_any_numbers_in_a_track(
    tmp_path: Path, track: Path, name: str, value: float, share: float
) -> None:
    with np.load(track) as stored:
        arrays: dict[str, Any] = dict(stored)
    numbers = arrays[name].astype(np.float64)
    numbers[np.random.default_rng(1).random(numbers.shape) < share] = value
    path = tmp_path / "set.npz"
    np.savez(path, **(arrays | {name: numbers}))
    loaded = value_or_error(lambda: load_track(path))
    if loaded is not None:
        describe(analyze_track(loaded, Settings("deadlift"))).model_dump_json()


# --- results --------------------------------------------------------------------------


@quick
@given(edits=EDITS)
def test_any_damage_of_an_analysis(tmp_path: Path, result: Path, edits: list[Edit]) -> None:
    path = tmp_path / "analysis.json"
    path.write_bytes(edited((result / "analysis.json").read_bytes(), edits))
    value_or_error(lambda: read_document(path))
    value_or_error(lambda: recorded_neutral(path))


@quick
@given(steps=st.lists(st.integers(0, 40), min_size=1, max_size=4), value=VALUES)
def test_any_value_in_an_analysis(
    tmp_path: Path, result: Path, steps: list[int], value: object
) -> None:
    document = json.loads((result / "analysis.json").read_text(encoding="utf-8"))
    path = tmp_path / "analysis.json"
    path.write_text(json.dumps(with_other_value(document, steps, value)), encoding="utf-8")
    value_or_error(lambda: read_document(path))
    neutral = value_or_error(lambda: recorded_neutral(path))
    assert neutral is None or neutral.method == "none" or np.isfinite(neutral.lumbar_deg)


@quick
@given(edits=EDITS)
def test_any_damage_of_the_frames(tmp_path: Path, result: Path, edits: list[Edit]) -> None:
    (tmp_path / "analysis.json").write_bytes((result / "analysis.json").read_bytes())
    (tmp_path / "frames.csv").write_bytes(edited((result / "frames.csv").read_bytes(), edits))
    value_or_error(lambda: read_result(tmp_path))


# --- models ---------------------------------------------------------------------------


@quick
@given(edits=EDITS)
def test_any_damage_of_a_bundle(tmp_path: Path, bundle: Path, edits: list[Edit]) -> None:
    path = tmp_path / "own.task"
    path.write_bytes(edited(bundle.read_bytes(), edits))
    fault = find_fault(path)
    assert fault is None or fault.strip()


# --- what people write ----------------------------------------------------------------


@quick
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_list_of_clips(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "list.csv"
    for text in (content, b"path,load,date\n" + content):
        path.write_bytes(text)
        found = value_or_error(lambda: list(find_clips([str(path)], "/out", Clip(""))))
        for one in found or ():
            if not isinstance(one, Faulty):
                value_or_error(one.identity)


@quick
@given(content=st.binary(max_size=200) | st.text(max_size=200).map(lambda text: text.encode()))
def test_any_settings(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "formcheck.toml"
    for text in (content, b"[thresholds]\nrounded_deg = " + content, b"[weights]\n" + content):
        path.write_bytes(text)
        rubric = value_or_error(lambda: load_rubric(path))
        assert rubric is None or isinstance(rubric, Rubric)


@quick
@given(value=VALUES, code=st.sampled_from(["pain_down_leg", "other"]))
def test_any_answers(tmp_path: Path, value: object, code: str) -> None:
    path = tmp_path / "answers.json"
    for answers in (value, {code: value}):
        path.write_text(json.dumps(answers), encoding="utf-8")
        value_or_error(lambda: assess(read_answers(path)))


@quick
@given(content=st.binary(max_size=200), ending=st.sampled_from(["json", "toml"]))
def test_any_bytes_for_answers(tmp_path: Path, content: bytes, ending: str) -> None:
    path = tmp_path / f"answers.{ending}"
    path.write_bytes(content)
    value_or_error(lambda: assess(read_answers(path)))


# --- names and places -----------------------------------------------------------------


@quick
@given(text=st.text(max_size=300), identity=st.text(max_size=20))
def test_a_safe_name_is_one_part_of_a_path(text: str, identity: str) -> None:
    name = safe_name(text, identity)
    assert name not in {"", ".", ".."}
    assert Path(name).name == name
    assert not set(name) & set('/\\:*?"<>|\0\n')
    assert len(name.encode()) <= 255


@quick
@given(text=st.text(max_size=60), start=st.sampled_from(["", "/", "file://", "memory://", "::"]))
def test_any_place_is_opened_or_refused(text: str, start: str) -> None:
    found = value_or_error(lambda: opened(start + text))
    assert found is None or isinstance(found[1], str)
    value_or_error(lambda: Place(start + text).root)
