"""Inputs that are no clips: places, saved tracks, results, answers, lists, settings.

See `hostile.py`, which holds what a `Case` is and the clips.
"""

from __future__ import annotations

import io
import json
import os
import pickle
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from common.hostile import FAILED, MEASURED, READ_OR_FAILED, USAGE, Case, Source, analyze

__all__ = ["file_cases"]

Make = Callable[[Source, Path], list[str]]

_NESTED = "[" * 100_000
_QUIET_LIVE = ("--headless", "-q", "--out", "../out")


def file_cases() -> list[Case]:
    """All of them."""
    return [
        *_place_cases(),
        *_output_cases(),
        *_track_cases(),
        *_result_cases(),
        *_answer_cases(),
        *_setting_cases(),
        *_live_cases(),
        *_batch_cases(),
    ]


# --- places that are no files ---------------------------------------------------------


def _fifo(name: str) -> Callable[[Path], None]:
    return lambda folder: os.mkfifo(folder / name)


def _loop(name: str) -> Callable[[Path], None]:
    return _link(name, name)


def _link(name: str, target: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).symlink_to(target)


def _folder(name: str) -> Callable[[Path], None]:
    return lambda folder: (folder / name).mkdir()


def _nothing(_: Path) -> None:
    """Leave the folder empty."""


# What to make in the folder, and the name to give with the ending that a command expects.
_PLACES: dict[str, Callable[[str], Callable[[Path], None]]] = {
    "nothing there": lambda _: _nothing,
    "a folder": _folder,
    "a pipe": _fifo,
    "a link to itself": _loop,
    "a link to /dev/zero": lambda name: _link(name, "/dev/zero"),
    "a link to /dev/null": lambda name: _link(name, "/dev/null"),
}


def _given(make: Callable[[Path], None], arguments: list[str]) -> Make:
    """What is none in its place; a clip beside it is whole."""

    def prepare(source: Source, folder: Path) -> list[str]:
        make(folder)
        if "y.mp4" in arguments:
            shutil.copy(source.clips["mp4"], folder / "y.mp4")
        return arguments

    return prepare


def _place_cases() -> list[Case]:
    """Every command that reads a file, with what is none in its place."""
    commands: dict[str, tuple[list[str], frozenset[int]]] = {
        "analyze x.mp4": (analyze("x.mp4"), FAILED),
        "analyze x.npz": (analyze("x.npz"), FAILED),
        "analyze --neutral-from x.json": (
            analyze("y.npz", "--neutral-from", "x.json"),
            FAILED,
        ),
        "analyze --model x.task": (analyze("y.mp4", "--model", "x.task"), USAGE),
        "report x.json": (["report", "x.json"], FAILED),
        "compare x.json x.json": (["compare", "x.json", "x.json"], FAILED),
        "symptoms --answers x.toml": (["symptoms", "--answers", "x.toml"], FAILED),
        "config show --config x.toml": (["config", "show", "--config", "x.toml"], USAGE),
        "live --camera x.mp4": (["live", *_QUIET_LIVE, "-c", "x.mp4"], FAILED),
        "batch x.mp4": (["batch", "--out", "../out", "x.mp4"], FAILED),
        "batch x.csv": (["batch", "--out", "../out", "x.csv"], FAILED),
    }
    cases = []
    for command, (arguments, codes) in commands.items():
        name = next(word for word in command.split() if word.startswith("x."))
        for words, place in _PLACES.items():
            make = _given(place(name), arguments)
            quick = not command.startswith(("live", "batch"))
            cases.append(Case("no file", f"{command}: {words}", make, codes, quick=quick))
    return cases


# --- where results go -----------------------------------------------------------------


def _to(out: str) -> Make:
    def make(source: Source, folder: Path) -> list[str]:
        shutil.copy(source.result / "track.npz", folder / "set.npz")
        (folder / "file").write_text("mine")
        (folder / "loop").symlink_to("loop")
        return ["analyze", "-q", "set.npz", "--out", out]

    return make


def _there_already(source: Source, folder: Path) -> list[str]:
    shutil.copy(source.result / "track.npz", folder / "set.npz")
    (folder / "set").mkdir()
    (folder / "set" / "mine.txt").write_text("mine")
    return ["analyze", "-q", "set.npz", "--out", "."]


def _same_track(source: Source, out: Path) -> str:
    """Whether the track of the result holds all that was given."""
    with np.load(source.result / "track.npz") as given, np.load(out / "set/track.npz") as own:
        wrong = [name for name in given if given[name].tobytes() != own[name].tobytes()]
    return f"other arrays in track.npz: {', '.join(wrong)}" if wrong else ""


def _small_files(blocks: int) -> tuple[str, ...]:
    return ("sh", "-c", f'ulimit -f {blocks}; exec "$@"', "sh")


_FULL_STDOUT = ("sh", "-c", 'exec "$@" > /dev/full', "sh")
_CLOSED_STDOUT = ("sh", "-c", 'exec "$@" >&-', "sh")


def _output_cases() -> list[Case]:
    track = _to("../out")
    return [
        Case("output", "a file is in its place", _to("file"), USAGE, quick=True),
        Case("output", "a folder in a file", _to("file/deeper"), USAGE, quick=True),
        Case("output", "a link to itself", _to("loop"), USAGE, quick=True),
        Case("output", "a system folder that refuses", _to("/proc/formcheck"), USAGE, quick=True),
        Case("output", "a device", _to("/dev/null"), USAGE, quick=True),
        Case("output", "a result of before", _there_already, USAGE, quick=True),
        Case("output", "no file may grow beyond 8 KB", track, USAGE, _small_files(16)),
        Case(
            "output",
            "no file may grow beyond 512 KB",  # which the report does, and the analysis does not
            track,
            USAGE,
            _small_files(1024),
            says=("The analysis is kept in ../out/set",),
            check=_same_track,
            kept=frozenset(
                f"set/{name}" for name in ("analysis.json", "reps.csv", "frames.csv", "track.npz")
            ),
        ),
        Case(
            "output",
            "no video may grow beyond 8 KB",
            lambda source, folder: analyze(shutil.copy(source.clips["mp4"], folder / "clip.mp4")),
            USAGE,
            _small_files(16),
        ),
        Case("output", "stdout is full", track, frozenset({2}), _FULL_STDOUT),
        Case("output", "stdout is closed", track, MEASURED | USAGE, _CLOSED_STDOUT),
        Case(
            "output",
            "symptoms --save to a full device",
            lambda _, folder: [*_answers("")(_, folder), "--save", "/dev/full"],
            USAGE,
        ),
    ]


# --- saved tracks ---------------------------------------------------------------------

Arrays = dict[str, Any]


def _track(change: Callable[[Arrays, Arrays], object]) -> Make:
    """The whole track after a change of its arrays and of what it says of itself."""

    def make(source: Source, folder: Path) -> list[str]:
        with np.load(source.result / "track.npz") as stored:
            arrays = dict(stored)
        about = json.loads(str(arrays.pop("about")[()]))
        change(arrays, about)
        np.savez_compressed(folder / "set.npz", about=np.array(json.dumps(about)), **arrays)
        return analyze("set.npz", "-e", "deadlift")

    return make


def _member(name: str, data: bytes, *, size: int = 0) -> Make:
    """The whole track with other bytes, and then zeros, for one of its arrays."""

    def make(source: Source, folder: Path) -> list[str]:
        with (
            zipfile.ZipFile(source.result / "track.npz") as whole,
            zipfile.ZipFile(folder / "set.npz", "w", zipfile.ZIP_DEFLATED) as made,
        ):
            for member in whole.namelist():
                if member != name:
                    made.writestr(member, whole.read(member))
            with made.open(name, "w", force_zip64=True) as file:
                file.write(data)
                for _ in range(size >> 20):
                    file.write(bytes(1 << 20))
        return analyze("set.npz")

    return make


def _header(descr: str, shape: tuple[int, ...]) -> bytes:
    file = io.BytesIO()
    about = {"descr": descr, "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(file, about)
    return file.getvalue()


class _Trap:
    """Ends the process that unpickles it with a code of its own."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (99,)


def _pickled(source: Source, folder: Path) -> list[str]:
    with np.load(source.result / "track.npz") as stored:
        arrays = dict(stored)
    arrays["profile"] = np.array([_Trap()], dtype=object)
    np.savez(folder / "set.npz", **arrays)
    return analyze("set.npz")


def _file(name: str, content: bytes, *arguments: str) -> Make:
    def make(_: Source, folder: Path) -> list[str]:
        (folder / name).write_bytes(content)
        return list(arguments) or analyze(name)

    return make


def _cut_track(source: Source, folder: Path) -> list[str]:
    content = (source.result / "track.npz").read_bytes()
    (folder / "set.npz").write_bytes(content[: len(content) // 2])
    return analyze("set.npz")


def _fill(name: str, value: float) -> Callable[[Arrays, Arrays], object]:
    return lambda arrays, _: arrays[name].fill(value)


def _say(name: str, value: object) -> Callable[[Arrays, Arrays], object]:
    return lambda _, about: about["clip"].update({name: value})


def _all_of(count: int) -> Callable[[Arrays, Arrays], object]:
    def change(arrays: Arrays, _: Arrays) -> None:
        for name in arrays:
            arrays[name] = arrays[name][:count]

    return change


def _pause(arrays: Arrays, _: Arrays) -> None:
    arrays["time_s"][20:] += 86_400


_TRACKS: dict[str, tuple[Callable[[Arrays, Arrays], object], frozenset[int]]] = {
    "one array shorter": (lambda a, _: a.update(profile=a["profile"][:-1]), FAILED),
    "a profile of 3 stations": (lambda a, _: a.update(profile=a["profile"][:, :, :3]), FAILED),
    "no frames": (_all_of(0), FAILED),
    "one frame": (_all_of(1), MEASURED),
    "landmarks all NaN": (_fill("landmarks_px", np.nan), MEASURED),
    "landmarks all infinite": (_fill("landmarks_px", np.inf), FAILED),
    "landmarks all 1e38": (_fill("landmarks_px", 1e38), FAILED),
    "landmarks all 0": (_fill("landmarks_px", 0), MEASURED),
    "profiles all 1e38": (_fill("profile", 1e38), FAILED),
    "profiles all infinite": (_fill("profile", np.inf), FAILED),
    "visibility -5": (_fill("visibility", -5), READ_OR_FAILED),
    "times NaN": (_fill("time_s", np.nan), FAILED),
    "times backwards": (lambda a, _: a.update(time_s=a["time_s"][::-1]), FAILED),
    "times of 1e300 s": (lambda a, _: a.update(time_s=a["time_s"] * 1e300), FAILED),
    "times of 1e-300 s": (lambda a, _: a.update(time_s=a["time_s"] * 1e-300), FAILED),
    "a pause of a day": (_pause, FAILED),
    "a pause of an hour": (lambda a, _: a["time_s"][20:].__iadd__(3600), MEASURED),
    "complex numbers": (lambda a, _: a.update(time_s=a["time_s"] + 0j), FAILED),
    "frame numbers that are NaN": (
        lambda a, _: a.update(frame=np.full(len(a["frame"]), np.nan)),
        FAILED,
    ),
    "a width in words": (_say("width", "wide"), FAILED),
    "a width of 0": (_say("width", 0), FAILED),
    "a width of -1e9": (_say("width", -(10**9)), FAILED),
    "a duration of null": (_say("duration_s", None), FAILED),
    "a rate of infinity": (_say("fps", float("inf")), FAILED),
    "a name that is a list": (_say("name", ["a"]), FAILED),
    "a name with a script": (_say("name", "<script>alert(1)</script>"), MEASURED),
    "format 9": (lambda _, about: about.update(format_version=9), FAILED),
    "format of a list": (lambda _, about: about.update(format_version=[]), FAILED),
}


def _track_cases() -> list[Case]:
    cases = [
        Case("track.npz", name, _track(change), codes, quick=codes == FAILED)
        for name, (change, codes) in _TRACKS.items()
    ]
    deep = np.array(_NESTED)
    file = io.BytesIO()
    np.save(file, deep)
    others: dict[str, Make] = {
        "cut in half": _cut_track,
        "0 bytes": _file("set.npz", b""),
        "a bare pickle": _file("set.npz", pickle.dumps(_Trap())),
        "pickled objects in an array": _pickled,
        "a header that asks for 16 TB": _member(
            "profile.npy", _header("<f4", (2_000_000_000, 2, 1000))
        ),
        "times that unpack to 4 GB": _member(
            "time_s.npy", _header("<f8", (1 << 29,)), size=1 << 32
        ),
        "facts that unpack to 4 GB": _member(
            "about.npy", _header("<U1073741824", ()), size=1 << 32
        ),
        "facts nested 100,000 deep": _member("about.npy", file.getvalue()),
    }
    return cases + [
        Case("track.npz", name, make, FAILED, quick="unpack" not in name)
        for name, make in others.items()
    ]


# --- results --------------------------------------------------------------------------


def _result(change: Callable[[Path], object], *arguments: str) -> Make:
    """A copy of the whole result after a change, through a command."""

    def make(source: Source, folder: Path) -> list[str]:
        shutil.copytree(source.result, folder / "set")
        shutil.copytree(source.result, folder / "other")
        change(folder / "set")
        return list(arguments)

    return make


def _document(change: Callable[[dict[str, Any]], object]) -> Callable[[Path], object]:
    def act(folder: Path) -> None:
        file = folder / "analysis.json"
        document = json.loads(file.read_text(encoding="utf-8"))
        change(document)
        file.write_text(json.dumps(document), encoding="utf-8")

    return act


def _text(name: str, text: str | bytes) -> Callable[[Path], object]:
    data = text if isinstance(text, bytes) else text.encode()
    return lambda folder: (folder / name).write_bytes(data)


def _without(name: str) -> Callable[[Path], object]:
    return lambda folder: (folder / name).unlink()


_DOCUMENTS: dict[str, tuple[Callable[[Path], object], frozenset[int]]] = {
    "from a newer version": (
        _document(lambda d: d.update(schema_version=2, formcheck_version="9.0")),
        FAILED,
    ),
    "cut in half": (
        lambda folder: (folder / "analysis.json").write_bytes(
            (folder / "analysis.json").read_bytes()[:-3000]
        ),
        FAILED,
    ),
    "missing": (_without("analysis.json"), FAILED),
    "empty": (_text("analysis.json", ""), FAILED),
    "null": (_text("analysis.json", "null"), FAILED),
    "a list": (_text("analysis.json", "[]"), FAILED),
    "nested 100,000 deep": (_text("analysis.json", _NESTED), FAILED),
    "not UTF-8": (_text("analysis.json", b"\xff\xfe{}"), FAILED),
    "a number with 10,000 digits": (
        _document(lambda d: d.update(score="@")),
        FAILED,
    ),
    "repetitions in words": (_document(lambda d: d.update(reps="many")), FAILED),
    "an angle in words": (
        _document(lambda d: d["view"].update(yaw_deg="steep")),
        FAILED,
    ),
    "a lift that is not known": (
        _document(lambda d: d["exercise"].update(name="<script>alert(1)</script>")),
        MEASURED | FAILED | USAGE,
    ),
    "a name with a script": (
        _document(lambda d: d["source"].update(name="<script>alert(1)</script>\x1b[31m")),
        frozenset({0}),
    ),
}
_TABLES: dict[str, tuple[Callable[[Path], object], frozenset[int]]] = {
    "missing": (_without("frames.csv"), FAILED),
    "empty": (_text("frames.csv", ""), FAILED),
    "bytes": (_text("frames.csv", bytes(range(256))), FAILED),
    "words for numbers": (_text("frames.csv", "time_s,lumbar_deg\na,b\n"), FAILED),
    "a field of 200,000 characters": (
        _text("frames.csv", "time_s,rep\n0," + "9" * 200_000 + "\n"),
        FAILED,
    ),
    "a row that is too short": (
        _text("frames.csv", "time_s,lumbar_deg,lumbar_uncertainty_deg,rep,phase\n0\n"),
        READ_OR_FAILED,
    ),
}


def _long_number(folder: Path) -> None:
    file = folder / "analysis.json"
    text = file.read_text(encoding="utf-8")
    frames = json.loads(text)["source"]["frames"]
    file.write_text(text.replace(f'"frames": {frames}', f'"frames": {"9" * 10_000}', 1))


def _result_cases() -> list[Case]:
    documents = _DOCUMENTS | {"a number with 10,000 digits": (_long_number, READ_OR_FAILED)}
    cases = []
    for name, (change, codes) in documents.items():
        for command in (["report", "set"], ["compare", "set", "other", "--no-html"]):
            made = _result(change, *command)
            title = f"{command[0]}: analysis.json {name}"
            cases.append(Case("result", title, made, codes, quick=True))
        made = _result(
            change, *analyze("other/track.npz", "--neutral-from", "set/analysis.json", "--no-html")
        )
        title = f"analyze --neutral-from: analysis.json {name}"
        cases.append(Case("result", title, made, READ_OR_FAILED))
    for name, (change, codes) in _TABLES.items():
        made = _result(change, "report", "set")
        cases.append(Case("result", f"report: frames.csv {name}", made, codes, quick=True))
    return cases


# --- answers, settings, lists ---------------------------------------------------------


def _answers(text: str | bytes, name: str = "answers.toml") -> Make:
    data = text if isinstance(text, bytes) else text.encode()
    return _file(name, data, "symptoms", "--answers", name)


_ANSWERS: dict[str, tuple[str, str | bytes, frozenset[int]]] = {
    "empty": ("a.toml", "", frozenset({0})),
    "no TOML": ("a.toml", "yes yes yes", FAILED),
    "no JSON": ("a.json", "{", FAILED),
    "a list": ("a.json", "[true]", FAILED),
    "a question that is not known": ("a.toml", 'pain = "yes"', USAGE),
    "an answer that is none": ("a.json", '{"severe": "perhaps"}', USAGE),
    "a number": ("a.json", '{"severe": 1}', USAGE),
    "a list for an answer": ("a.json", '{"severe": ["yes"]}', USAGE),
    "not UTF-8": ("a.toml", b"\xff\xfe", FAILED),
    "JSON nested 100,000 deep": ("a.json", _NESTED, FAILED),
    "TOML nested 100,000 deep": ("a.toml", "a = " + _NESTED, FAILED),
    "a number with 10,000 digits": ("a.json", '{"a": ' + "9" * 10_000 + "}", FAILED | USAGE),
    "twice the same": ("a.toml", 'a = "yes"\na = "no"', FAILED),
    "escape sequences": ("a.json", '{"\\u001b[31m": "yes"}', USAGE),
}
_SETTINGS: dict[str, str | bytes] = {
    "no TOML": "weights",
    "a threshold in words": '[thresholds]\nrounded_deg = "ten"',
    "a threshold of infinity": "[thresholds]\nrounded_deg = inf",
    "a threshold that is not known": "[thresholds]\nrounded = 10",
    "weights that are all 0": "[weights]\nrounding=0\narching=0\ndrift=0\nconsistency=0\n"
    "completeness=0",
    "a table for a number": "[weights.rounding]\na = 1",
    "nested 100,000 deep": "a = " + _NESTED,
    "not UTF-8": b"\xff",
}
_LISTS: dict[str, tuple[str | bytes, frozenset[int]]] = {
    "without a column path": ("a,b\n1,2\n", USAGE),
    "empty": ("", USAGE),
    "not UTF-8": (b"path\n\xff\n", FAILED),
    "a field of 200,000 characters": ("path\n" + "x" * 200_000 + "\n", FAILED),
    "a file that is not there": ("path\nnothing.mp4\n", FAILED),
    "a load in words": ("path,load\nnothing.mp4,heavy\n", FAILED),
    "a date that is none": ("path,date\nnothing.mp4,2026-02-31\n", FAILED),
    "rows that are too long": ("path\nnothing.mp4,1,2,3\n", FAILED),
    "an address that cannot be": ("path\nnope://x/y.mp4\n", FAILED | USAGE),
    "a bracket in an address": ("path\nhttp://[::1/y.mp4\n", FAILED | USAGE),
    "zero bytes in a name": ("path\na\0b.mp4\n", FAILED),
}


def _answer_cases() -> list[Case]:
    return [
        Case("answers", name, _answers(text, file), codes, quick=True)
        for name, (file, text, codes) in _ANSWERS.items()
    ]


def _setting_cases() -> list[Case]:
    return [
        Case(
            "formcheck.toml",
            name,
            _file(
                "formcheck.toml",
                text if isinstance(text, bytes) else text.encode(),
                "config",
                "show",
            ),
            USAGE,
            quick=True,
        )
        for name, text in _SETTINGS.items()
    ]


# --- live and batch -------------------------------------------------------------------


def _live_cases() -> list[Case]:
    def camera(given: str) -> Make:
        def make(source: Source, folder: Path) -> list[str]:
            content = source.clips["mp4"].read_bytes()
            (folder / "clip.mp4").write_bytes(content)
            (folder / "cut.mkv").write_bytes(source.clips["mkv"].read_bytes()[:20_000])
            (folder / "text.mp4").write_text("no video")
            return ["live", *_QUIET_LIVE, f"--camera={given}"]

        return make

    codes = {"clip.mp4": MEASURED, "cut.mkv": READ_OR_FAILED}
    given = ("clip.mp4", "cut.mkv", "text.mp4", "99", "-1", "", "99999999999999999999", "/dev/null")
    addresses = ("rtsp://127.0.0.1:9/x", "http://127.0.0.1:9/x", "nope://x", "file:///dev/zero")
    return [
        Case("live --camera", one or "nothing", camera(one), codes.get(one, FAILED))
        for one in (*given, *addresses, "concat:clip.mp4|clip.mp4")
    ]


def _mixed(source: Source, folder: Path) -> list[str]:
    """A folder with all that a folder may hold."""
    clips = folder / "clips"
    clips.mkdir()
    (clips / "good.mp4").write_bytes(source.clips["mp4"].read_bytes())
    (clips / "good again.mp4").write_bytes(source.clips["mp4"].read_bytes())
    (clips / "cut.mp4").write_bytes(source.clips["mp4"].read_bytes()[:9000])
    (clips / "<script>alert(1)<script>.webm").write_bytes(source.clips["webm"].read_bytes())
    (clips / "=1+1\n.avi").write_bytes(source.clips["avi"].read_bytes())
    (clips / "empty.mp4").touch()
    (clips / "folder.mp4").mkdir()
    (clips / "loop.mp4").symlink_to("loop.mp4")
    (clips / "around").symlink_to(".")
    (clips / "zero.mp4").symlink_to("/dev/zero")
    os.mkfifo(clips / "pipe.mp4")
    return ["batch", "--out", "../out", "clips"]


def _batch_cases() -> list[Case]:
    lists = [
        Case(
            "batch list",
            name,
            _file(
                "list.csv",
                text if isinstance(text, bytes) else text.encode(),
                *("batch", "--out", "../out", "list.csv"),
            ),
            codes,
        )
        for name, (text, codes) in _LISTS.items()
    ]
    empty = _given(_folder("clips"), ["batch", "--out", "../out", "clips"])
    return [
        *lists,
        Case("batch", "a folder without clips", empty, FAILED),
        Case("batch", "a folder with all of the above", _mixed, FAILED),
    ]
