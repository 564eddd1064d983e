"""Behaviour of `formcheck.pose.track`: what is kept, and files that are not what they should be."""

from __future__ import annotations

import contextlib
import gc
import io
import json
import pickle
import re
import sys
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figures import Posture, figure_at, make_track, moving_lifter

from formcheck.errors import InputError
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import FORMAT_VERSION, PoseTrack, load_track, save_track
from formcheck.video.clip import ClipInfo

ARRAYS = ("frame", "time_s", "landmarks_px", "visibility", "profile")
Stored = dict[str, Any]


def small() -> PoseTrack:
    return make_track([figure_at(Posture()), None, figure_at(Posture(10.0))])


def saved(tmp_path: Path, track: PoseTrack | None = None) -> Path:
    path = tmp_path / "track.npz"
    save_track(small() if track is None else track, path)
    return path


def changed(tmp_path: Path, change: Callable[[Stored, Stored], None]) -> Path:
    """A saved track whose arrays and facts were changed before it was written again."""
    with np.load(saved(tmp_path)) as stored:
        arrays: Stored = dict(stored)
    about = json.loads(str(arrays.pop("about")[()]))
    change(arrays, about)
    path = tmp_path / "changed.npz"
    np.savez_compressed(path, about=np.array(json.dumps(about)), **arrays)
    return path


def refused(path: Path) -> str:
    with closing_is_looked_at() as left_open:
        with pytest.raises(InputError) as caught:
            load_track(path)
        message = str(caught.value)
        del caught
    del left_open  # a test of its own
    assert path.name in message
    assert 1 <= len(message.splitlines()) <= 2
    assert len(message) < 400
    return message


@contextlib.contextmanager
def closing_is_looked_at() -> Iterator[list[str]]:
    """Collect what says that a file was left open, instead of failing a later test."""
    said: list[str] = []
    hook = sys.unraisablehook
    sys.unraisablehook = lambda unraisable: said.append(str(unraisable.exc_value))
    try:
        yield said
        gc.collect(1)  # what is young; all of it takes a tenth of a second
    finally:
        sys.unraisablehook = hook


def test_what_is_saved_is_loaded_to_the_bit(tmp_path: Path) -> None:
    track = moving_lifter("squat", [10.0])
    loaded = load_track(str(saved(tmp_path, track)))
    for name in ARRAYS:
        before, after = getattr(track, name), getattr(loaded, name)
        assert after.dtype == before.dtype
        np.testing.assert_array_equal(after, before)
    assert loaded.clip == track.clip
    assert (loaded.model_name, loaded.model_sha256) == ("drawn", "0" * 64)
    assert loaded.max_fps == track.max_fps


def test_a_clip_with_no_rate_and_no_ascii_name_is_loaded(tmp_path: Path) -> None:
    track = small()
    clip = replace(track.clip, name="Übung 1 Kniebeuge.mp4", fps=float("nan"), truncated=True)
    loaded = load_track(saved(tmp_path, replace(track, clip=clip)))
    assert loaded.clip.name == "Übung 1 Kniebeuge.mp4"
    assert np.isnan(loaded.clip.fps)
    assert loaded.clip.truncated


def test_a_track_can_be_written_to_an_open_file() -> None:
    file = io.BytesIO()
    save_track(small(), file)
    assert zipfile.is_zipfile(file)


def test_found_and_the_axis_ends() -> None:
    track = small()
    np.testing.assert_array_equal(track.found, [True, False, True])
    points = track.landmarks_px[0].astype(float)
    np.testing.assert_allclose(track.hip_px[0], (points[LEFT.hip] + points[RIGHT.hip]) / 2)
    np.testing.assert_allclose(
        track.shoulder_px[0], (points[LEFT.shoulder] + points[RIGHT.shoulder]) / 2
    )
    assert np.isnan(track.hip_px[1]).all()
    assert len(track) == 3
    assert "frames=3" in repr(track)
    assert "found=2" in repr(track)


@pytest.mark.parametrize("name", ARRAYS)
def test_wrong_shapes_are_refused_where_a_track_is_made(name: str) -> None:
    with pytest.raises(ValueError, match=rf"{name}|time_s|shape"):
        replace(small(), **{name: getattr(small(), name)[:2]})
    if name not in ("frame", "time_s"):
        with pytest.raises(ValueError, match=rf"{name} must have shape"):
            replace(small(), **{name: getattr(small(), name)[:, :1]})


@pytest.mark.parametrize(
    "times_s",
    [(0.0, 0.1, 0.1), (0.0, 0.2, 0.1), (0.0, np.nan, 0.1), (0.0, 0.1, np.inf)],
    ids=["twice", "backwards", "missing", "endless"],
)
def test_times_must_rise_and_be_known(tmp_path: Path, times_s: tuple[float, ...]) -> None:
    wrong = np.array(times_s)
    with pytest.raises(ValueError, match="time_s must be finite and strictly increasing"):
        replace(small(), time_s=wrong)
    path = changed(tmp_path, lambda arrays, _: arrays.update(time_s=wrong))
    assert "strictly increasing" in refused(path)


def test_a_deviation_may_be_infinite_but_not_absurd() -> None:
    sure = small()
    infinite = np.full_like(sure.profile_sd, np.inf)
    assert np.isinf(replace(sure, profile_sd=infinite).profile_sd).all()
    with pytest.raises(ValueError, match="beyond any picture"):
        replace(sure, profile_sd=np.full_like(sure.profile_sd, 1e9))
    with pytest.raises(ValueError, match="beyond any picture"):
        replace(sure, profile=infinite)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_file_without_an_array_is_refused(tmp_path: Path, name: str) -> None:
    assert name in refused(changed(tmp_path, lambda arrays, _: arrays.pop(name)))


@pytest.mark.parametrize("name", ARRAYS)
def test_a_file_with_a_wrong_shape_is_refused(tmp_path: Path, name: str) -> None:
    path = changed(tmp_path, lambda arrays, _: arrays.update({name: arrays[name][:-1]}))
    assert "shape" in refused(path)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_file_with_words_for_numbers_is_refused(tmp_path: Path, name: str) -> None:
    path = changed(tmp_path, lambda arrays, _: arrays.update({name: arrays[name].astype(str)}))
    assert name in refused(path)


@pytest.mark.parametrize("name", ARRAYS)
def test_a_single_number_for_an_array_is_refused(tmp_path: Path, name: str) -> None:
    refused(changed(tmp_path, lambda arrays, _: arrays.update({name: np.float64(1.0)})))


@pytest.mark.parametrize("fact", ["clip", "model_name", "model_sha256", "max_fps"])
def test_a_file_without_a_fact_is_refused(tmp_path: Path, fact: str) -> None:
    assert fact in refused(changed(tmp_path, lambda _, about: about.pop(fact)))


@pytest.mark.parametrize("value", [None, 3, "many", [], {}])
@pytest.mark.parametrize("fact", ["clip", "max_fps"])
def test_a_file_with_a_fact_of_the_wrong_kind_is_refused(
    tmp_path: Path, fact: str, value: object
) -> None:
    if (fact, value) == ("max_fps", 3):
        return
    refused(changed(tmp_path, lambda _, about: about.update({fact: value})))


@pytest.mark.parametrize("version", [FORMAT_VERSION + 1, 0, None, "1"])
def test_another_format_is_named(tmp_path: Path, version: object) -> None:
    path = changed(tmp_path, lambda _, about: about.update(format_version=version))
    message = refused(path)
    assert f"format {version}" in message
    assert f"formats up to {FORMAT_VERSION}" in message


def test_facts_that_a_later_version_added_are_passed_over(tmp_path: Path) -> None:
    path = changed(tmp_path, lambda _, about: about["clip"].update(lens="wide"))
    assert isinstance(load_track(path).clip, ClipInfo)


class _Trap:
    """Leaves a file behind when it is unpickled."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return (Path.touch, (self.path,))


@pytest.mark.parametrize("name", ["about", "frame", "profile"])
def test_pickled_objects_are_refused_unread(tmp_path: Path, name: str) -> None:
    sprung = tmp_path / "sprung"
    with np.load(saved(tmp_path)) as stored:
        arrays: Stored = dict(stored)
    trap = np.empty(1, dtype=object)
    trap[0] = _Trap(sprung)
    path = tmp_path / "trap.npz"
    np.savez(path, **(arrays | {name: trap}))
    refused(path)
    assert not sprung.exists()
    with np.load(path, allow_pickle=True) as unsafe:
        assert unsafe[name].shape == (1,)
    assert sprung.exists(), "the trap does not work, so this test shows nothing"


def test_a_bare_pickle_is_refused_unread(tmp_path: Path) -> None:
    sprung, path = tmp_path / "sprung", tmp_path / "trap.npz"
    path.write_bytes(pickle.dumps(_Trap(sprung)))
    refused(path)
    assert not sprung.exists()


@pytest.mark.parametrize("share", [0.0, 0.02, 0.5, 0.9, 0.999])
def test_a_truncated_file_is_refused(tmp_path: Path, share: float) -> None:
    whole = saved(tmp_path, moving_lifter("squat", [10.0])).read_bytes()
    path = tmp_path / "half.npz"
    path.write_bytes(whole[: int(share * len(whole))])
    refused(path)


def test_a_refused_file_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "half.npz"
    path.write_bytes(saved(tmp_path).read_bytes()[:-40])
    with closing_is_looked_at() as left_open, contextlib.suppress(InputError):
        load_track(path)
    assert left_open == []


@pytest.mark.parametrize("where", [0.2, 0.4, 0.6, 0.8])
def test_a_damaged_file_is_refused(tmp_path: Path, where: float) -> None:
    content = bytearray(saved(tmp_path, moving_lifter("squat", [10.0])).read_bytes())
    start = int(where * len(content))
    content[start : start + 64] = bytes(64)
    path = tmp_path / "damaged.npz"
    path.write_bytes(content)
    refused(path)


@pytest.mark.parametrize(
    "content", [b"", b"not a track", b"PK\x05\x06" + bytes(18), b"\x93NUMPY\x01\x00"]
)
def test_something_else_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "other.npz"
    path.write_bytes(content)
    refused(path)


def test_a_plain_array_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "plain.npz"
    with path.open("wb") as file:
        np.save(file, np.arange(3))
    refused(path)


@pytest.mark.parametrize(
    "text",
    ["", "{", "null", "[]", "3", '"words"'],
)
def test_facts_that_are_no_facts_are_refused(tmp_path: Path, text: str) -> None:
    with np.load(saved(tmp_path)) as stored:
        arrays: Stored = dict(stored)
    path = tmp_path / "changed.npz"
    np.savez(path, **(arrays | {"about": np.array(text)}))
    refused(path)


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert re.search("No such file|not find", refused(tmp_path / "nothing.npz"))
    folder = tmp_path / "folder.npz"
    folder.mkdir()
    refused(folder)


def test_a_header_that_asks_for_too_much_memory_is_refused(tmp_path: Path) -> None:
    header = io.BytesIO()
    shape = (2_000_000_000, 2, 64)
    np.lib.format.write_array_header_1_0(
        header, {"descr": "<f4", "fortran_order": False, "shape": shape}
    )
    path = tmp_path / "huge.npz"
    with zipfile.ZipFile(saved(tmp_path)) as whole, zipfile.ZipFile(path, "w") as huge:
        for name in whole.namelist():
            data = header.getvalue() if name == "profile.npy" else whole.read(name)
            huge.writestr(name, data)
    refused(path)
