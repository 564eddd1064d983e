"""What phones, gyms and spreadsheets produce: sound inputs, each with the value that is right.

See `hostile.py`, which holds what a `Case` is. The clips are one sample in other clothes: all
are to have the numbers of the plain one.
"""

from __future__ import annotations

import csv
import json
import re
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path

from common.hostile import FAILED, MEASURED, Case, Source, analyze
from common.script import run_ffmpeg

__all__ = ["input_cases"]

Make = Callable[[Source, Path], list[str]]
Check = Callable[[Source, Path], str]

_QUICK = ("-c:v", "libx264", "-preset", "veryfast", "-crf", "16", "-pix_fmt", "yuv420p")
_TOLD = {"picture-changes", "one-stream", "slow-motion", "slow-motion-unknown", "camera-moved"}
# Coding again and another scale of the time move the numbers of a repetition by so much.
_MOST_DEG, _MOST_S, _MOST_SPEED = 3.0, 0.2, 0.12
_DONE = frozenset({0})


def input_cases() -> list[Case]:
    """All of them."""
    return [*_clip_cases(), *_folder_cases(), *_list_cases(), *_screen_cases(), *_result_cases()]


# --- the numbers of the plain clip -----------------------------------------------------


def same_numbers(source: Source, out: Path) -> str:
    """What differs from the plain clip's repetitions; nothing if they are the same."""
    plain = json.loads((source.result / "analysis.json").read_text(encoding="utf-8"))["reps"]
    [file] = out.glob("*/analysis.json")
    own = json.loads(file.read_text(encoding="utf-8"))["reps"]
    if len(own) != len(plain):
        return f"{len(own)} repetitions, not {len(plain)}"
    for mine, theirs in zip(own, plain, strict=True):
        for name, far in (
            ("start_s", abs(mine["start_s"] - theirs["start_s"]) > _MOST_S),
            ("lumbar_deg", _apart(mine["lumbar_deg"], theirs["lumbar_deg"]) > _MOST_DEG),
            ("speed", abs(mine["concentric_speed"] / theirs["concentric_speed"] - 1) > _MOST_SPEED),
        ):
            if far:
                return f"repetition {mine['index']} has another {name}"
    return ""


def _apart(mine: dict[str, float | None], theirs: dict[str, float | None]) -> float:
    first, second = mine["peak"], theirs["peak"]
    if first is None or second is None:
        return 0.0 if first is second else 1e9
    return abs(first - second)


def _plain(source: Source) -> Path:
    return source.result.parents[1] / "set.mp4"


def _made(name: str, *steps: Sequence[str]) -> Make:
    """A clip by steps of ffmpeg; ``{plain}`` is the sample."""

    def make(source: Source, folder: Path) -> list[str]:
        for step in steps:
            run_ffmpeg(*(part.format(plain=_plain(source), here=folder) for part in step))
        return analyze(name, "-e", "deadlift", "--no-video", "--no-html")

    return make


def _parts(second: str) -> tuple[Sequence[str], ...]:
    """A clip whose picture changes its shape after ten seconds."""
    first, then, both = "{here}/1.ts", "{here}/2.ts", "concat:{here}/1.ts|{here}/2.ts"
    return (
        ("-t", "10", "-i", "{plain}", *_QUICK, first),
        ("-ss", "10", "-i", "{plain}", "-vf", second, *_QUICK, then),
        ("-i", both, "-c", "copy", "{here}/parts.mkv"),
    )


def _beside(small: str) -> Sequence[str]:
    """A small stream before that of the clip."""
    made = ("-filter_complex", f"[0:v]scale={small}[t]", "-map", "[t]", "-map", "0:v")
    return ("-i", "{plain}", *made, "-c:v:0", "libx264", "-c:v:1", "copy")


def _framed(zoom: str, across: str = "0.5") -> Make:
    """The clip by a camera that zooms or pans; `on` counts the frames."""
    view = f"z='{zoom}':x='(iw-iw/zoom)*({across})':y='(ih-ih/zoom)/2':d=1:s=480x270:fps=30"
    framed = ("-i", "{plain}", "-vf", f"scale=1920:1080,zoompan={view}", *_QUICK)
    return _made("framed.mp4", (*framed, "{here}/framed.mp4"))


def _clip_cases() -> list[Case]:
    slow = ("-itsscale", "4", "-i", "{plain}", "-c", "copy", "-movflags", "use_metadata_tags")
    stored = ("-i", "{plain}", "-vf", "hflip,transpose=clock", *_QUICK, "{here}/stored.mp4")
    matrix = ("-display_rotation", "90", "-display_hflip", "-i", "{here}/stored.mp4")
    cover = ("-f", "lavfi", "-i", "color=red:s=640x480", "-frames:v", "1", "{here}/c.png")
    after = ("-i", "{here}/c.png", "-i", "{plain}", "-map", "0", "-map", "1", "-c", "copy")
    same: dict[str, tuple[Make, str]] = {
        "picture changes from 16:9 to 4:3": (
            _made("parts.mkv", *_parts("crop=360:270")),
            "picture-changes",
        ),
        "mirrored by its matrix": (
            _made("m.mp4", ("-display_hflip", "-i", "{plain}", "-c", "copy", "{here}/m.mp4")),
            "",
        ),
        "mirrored and turned by its matrix": (
            _made("m.mp4", stored, (*matrix, "-c", "copy", "{here}/m.mp4")),
            "",
        ),
        "a thumbnail as first stream": (
            _made("t.mp4", (*_beside("96:54"), "{here}/t.mp4")),
            "one-stream",
        ),
        "a low-resolution copy as first stream": (
            _made("t.mkv", (*_beside("240:136"), "{here}/t.mkv")),
            "one-stream",
        ),
        "a cover as first stream": (_made("c.mkv", cover, (*after, "{here}/c.mkv")), "one-stream"),
        "slow motion that tells its rate": (
            _made("s.mov", (*slow, "-metadata", "com.android.capture.fps=30", "{here}/s.mov")),
            "slow-motion",
        ),
        "MPEG transport stream": (
            _made("s.ts", ("-i", "{plain}", "-c", "copy", "{here}/s.ts")),
            "",
        ),
        "a slow zoom": (_framed("1+on/3000"), "camera-moved"),
        "reframed in half a second": (
            _framed("1+0.2*clip((on-290)/15,0,1)"),
            "camera-moved",
        ),
        "reframed from one frame to the next": (
            _framed("if(lt(on,290),1,1.2)"),
            "camera-moved",
        ),
        "a camera that follows": (_framed("1.15", "0.5+0.45*sin(on/60)"), "camera-moved"),
    }
    cases = [
        Case("field clip", name, make, MEASURED, check=_all(same_numbers, _reason(code)))
        for name, (make, code) in same.items()
    ]
    turned = _made("parts.mkv", *_parts("scale=270:480"))
    hint = ("-metadata", "com.apple.photos.captureMode=Slo-mo", "{here}/s.mov")
    unknown = _made("s.mov", (*slow, *hint))
    return [
        *cases,
        Case("field clip", "phone turned midway", turned, FAILED, says=("changes the shape",)),
        Case(
            "field clip",
            "slow motion without its rate",
            unknown,
            MEASURED,
            check=_reason("slow-motion-unknown"),
        ),
    ]


def _all(*checks: Check) -> Check:
    return lambda source, out: "; ".join(filter(None, (check(source, out) for check in checks)))


def _reason(code: str) -> Check:
    """That the reason is given; without a code, that none of these is."""

    def check(_: Source, out: Path) -> str:
        [file] = out.glob("*/analysis.json")
        document = json.loads(file.read_text(encoding="utf-8"))
        told = {reason["code"] for reason in document["view"]["reasons"]}
        ours = told & _TOLD
        return "" if ours == ({code} if code else set()) else f"reasons: {sorted(ours)}"

    return check


# --- folders and lists -----------------------------------------------------------------

_BATCH = ("batch", "--out", "../out", "--no-video", "--no-html", "--workers", "1")


def _summary(out: Path) -> dict[str, dict[str, str]]:
    with (out / "summary.csv").open(encoding="utf-8-sig", newline="") as file:
        return {row["clip"]: row for row in csv.DictReader(file)}


def _endings(source: Source, folder: Path) -> list[str]:
    for number, ending in enumerate(("ts", "mpeg", "mts", "3gp", "m4v")):
        kind = ("-f", "mpegts") if ending == "mts" else ()
        codec = ("-c:v", "mpeg2video", "-r", "25") if ending == "mpeg" else ("-c", "copy")
        other = ("-frames:v", str(20 + number))  # or it would be the same clip twice
        run_ffmpeg("-i", source.clips["mp4"], *codec, *other, *kind, folder / f"clip.{ending}")
    (folder / "notes.pdf").touch()
    return [*_BATCH, "."]


def _dated(source: Source, folder: Path) -> list[str]:
    own = ("-metadata", "creation_time=2026-03-04T12:00:00Z")
    old = ("-metadata", "creation_time=1904-01-01T00:00:00Z")
    names = (("own.mp4", own), ("VID_20260405_101112.mp4", old), ("plain.mp4", ()))
    for number, (name, tag) in enumerate(names):
        shorter = ("-frames:v", str(20 + number))
        run_ffmpeg("-i", source.clips["mp4"], "-c", "copy", *shorter, *tag, folder / name)
    return [*_BATCH, "."]


def _five_names(_: Source, out: Path) -> str:
    names = sorted(_summary(out))
    return "" if len(names) == 5 else f"read: {', '.join(names)}"


def _right_dates(_: Source, out: Path) -> str:
    told = {name: (row["date"], row["date_from"]) for name, row in _summary(out).items()}
    right = {
        "own.mp4": ("2026-03-04", "clip"),
        "VID_20260405_101112.mp4": ("2026-04-05", "name"),
        "plain.mp4": (told["plain.mp4"][0], "file"),
    }
    return "" if told == right else f"dates: {told}"


def _folder_cases() -> list[Case]:
    group = "field folder"
    says = ("notes.pdf",)
    return [
        Case(group, ".ts .mpeg .mts .3gp .m4v", _endings, MEASURED, says=says, check=_five_names),
        Case(group, "dates of clip, name and file", _dated, MEASURED, check=_right_dates),
    ]


def _listed(text: bytes) -> Make:
    def make(source: Source, folder: Path) -> list[str]:
        shutil.copy(source.result / "track.npz", folder / "set.npz")
        (folder / "list.csv").write_bytes(text)
        return [*_BATCH, "list.csv"]

    return make


def _row(**right: str) -> Check:
    def check(_: Source, out: Path) -> str:
        row = _summary(out)["set.npz"]
        wrong = {name: row[name] for name, value in right.items() if row[name] != value}
        return f"read: {wrong}" if wrong else ""

    return check


def _list_cases() -> list[Case]:
    ann = {"athlete": "Zoë", "date": "2026-03-04"}
    own = "path,athlete,lift,load (kg),date (YYYY-MM-DD)\nset.npz,Zoë,deadlift,82.5,2026-03-04\n"
    german = "sep=;\r\nPath;Athlete;Lift;Load;Date\r\nset.npz;Zoë;Deadlift;82,5;04.03.2026\r\n"
    pounds = "path\tathlete\tlift\tload (lb)\tdate\rset.npz\tZoë\tdeadlift\t225\t4 Mar 2026\r"
    kg = {**ann, "load_kg": "82.5"}
    lists: dict[str, tuple[bytes, frozenset[int], tuple[str, ...], Check | None]] = {
        "the header that our message shows": (own.encode(), _DONE, (), _row(**kg)),
        "with a BOM": (own.encode("utf-8-sig"), _DONE, (), _row(**kg)),
        "UTF-16": (own.encode("utf-16"), _DONE, (), _row(**kg)),
        "Windows-1252, which is told": (own.encode("cp1252"), _DONE, ("ë",), _row(**kg)),
        "sep=; CRLF, decimal comma": (german.encode(), _DONE, (), _row(**kg)),
        "tabs, CR, pounds": (
            pounds.encode(),
            _DONE,
            (),
            _row(**ann, load_kg="102.06", load_given="225 lb"),
        ),
        "an accent as a letter of its own": (
            own.replace("ë", "e\u0308").encode(),
            _DONE,
            (),
            _row(**kg),
        ),
        "an unknown column": (b"path,lift,coach\nset.npz,deadlift,X\n", _DONE, ("coach",), None),
        "3/4/2026": (b"path,date\nset.npz,3/4/2026\n", FAILED, ("03 April", "04 March"), None),
        "1,000 kg": (b'path,load\nset.npz,"1,000"\n', FAILED, ("1 or 1000",), None),
        "a clip twice": (
            b"path,lift\nset.npz,deadlift\n./set.npz,\n",
            _DONE,
            ("1 named twice",),
            None,
        ),
    }
    return [
        Case("field list", name, _listed(text), codes, says=says, check=check)
        for name, (text, codes, says, check) in lists.items()
    ]


# --- screens and results ---------------------------------------------------------------


def _track(name: str, *more: str) -> Make:
    def make(source: Source, folder: Path) -> list[str]:
        shutil.copy(source.result / "track.npz", folder / f"{name}.npz")
        return analyze(f"{name}.npz", "-e", "deadlift", "--no-html", *more)

    return make


def _loud(name: str) -> Make:
    make = _track(name)
    return lambda source, folder: [word for word in make(source, folder) if word != "-q"]


def _compared(source: Source, folder: Path) -> list[str]:
    for name in ("デッドリフト", "ë"):
        shutil.copytree(source.result, folder / name)
    return ["compare", "デッドリフト", "ë"]


def _screen_cases() -> list[Case]:
    pages = ("cp1252", "latin-1", "ascii")
    cases = []
    for page in pages:
        prefix = ("env", f"PYTHONIOENCODING={page}")
        for name, make in (("analyze", _loud("デッドリフト")), ("compare", _compared)):
            cases.append(Case("field screen", f"{name} to {page}", make, _DONE, prefix))
    for columns in (40, 60, 80):
        prefix = ("env", f"COLUMNS={columns}")
        name = f"{columns} columns wide"
        heard = _whole_within(columns)
        cases.append(Case("field screen", name, _loud("set"), _DONE, prefix, heard=heard))
    return cases


def _whole_within(columns: int) -> Callable[[Source, str], str]:
    """That the numbers of each repetition are whole, and in lines of that width."""

    def heard(source: Source, said: str) -> str:
        *lines, _ = said.splitlines()  # the last one is a path, which can be copied
        if wide := [line for line in lines if len(line) > columns]:
            return f"wider than {columns} columns: {wide[0]!r}"
        told = Counter(re.findall(r"[+-]\d+° ±\d+", "\n".join(lines)))
        document = json.loads((source.result / "analysis.json").read_text(encoding="utf-8"))
        backs = [rep["lumbar_deg"] for rep in document["reps"]]
        right = Counter(f"{back['peak']:+.0f}° ±{back['uncertainty']:.0f}" for back in backs)
        return f"not whole: {', '.join(right - told)}" if right - told else ""

    return heard


_OLD = (
    *("report.html", "annotated.mp4", "poster.jpg", "rep-1.jpg", "share.mp4", "share.png"),
    *("track.npz", "markers.trc", "angles.mot", "keypoints.json", "angle.svg", "angle.png"),
)
_ALWAYS = {"analysis.json", "reps.csv", "frames.csv"}


def _forced(*more: str) -> Make:
    """A track again over a result with all that is optional, and a file of a person."""

    def make(source: Source, folder: Path) -> list[str]:
        before = folder.parent / "out" / "set"
        before.mkdir(parents=True)
        for name in (*_ALWAYS, *_OLD, "notes.txt"):
            (before / name).write_text("of before", encoding="utf-8")
        return _track("set", "--force", *more)(source, folder)

    return make


def _of_this_run(*optional: str) -> Check:
    """That the files are those of this run, and the person's own."""

    def check(_: Source, out: Path) -> str:
        there = {path.name: path.read_bytes() for path in (out / "set").iterdir()}
        old = {name for name, content in there.items() if content == b"of before"}
        if old != {"notes.txt"}:
            return f"of before, or gone: {', '.join(sorted(old ^ {'notes.txt'}))}"
        right = _ALWAYS | {"notes.txt", *optional}
        return f"there: {', '.join(sorted(there))}" if there.keys() != right else ""

    return check


def _both(source: Source, folder: Path) -> list[str]:
    for number in range(4):
        shutil.copy(source.result / "track.npz", folder / f"{number}.npz")
        with (folder / f"{number}.npz").open("ab") as file:
            file.write(bytes([number]))  # a zip may have a tail
    (folder / "list.csv").write_text(
        "path,lift\n" + "".join(f"{number}.npz,deadlift\n" for number in range(4)), encoding="utf-8"
    )
    return [*_BATCH, "list.csv"]


def _four(_: Source, out: Path) -> str:
    count = len(_summary(out))
    return "" if count == 4 else f"{count} results"


def _result_cases() -> list[Case]:
    group, track = "field result", "track.npz"
    twice = ("sh", "-c", '"$@" & "$@"; one=$?; wait $! && exit $one', "sh")
    return [
        Case(group, "--force over optional files", _forced(), _DONE, check=_of_this_run(track)),
        Case(group, "--force --no-track", _forced("--no-track"), _DONE, check=_of_this_run()),
        Case(group, "two batches at once", _both, _DONE, twice, check=_four),
    ]
