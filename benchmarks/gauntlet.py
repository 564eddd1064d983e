"""Bad and odd input through every command: what is said, at what cost, and what is left.

    python benchmarks/gauntlet.py [--only WORDS] [--out benchmarks/gauntlet.md]

Exits with 1 if any input brought a traceback, a wrong exit code, a crash, a hang, much
memory, a changed input, or a result that is neither whole nor absent.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, TypeVar

from common.hostile import CONTAINERS, Case, Source, clip_cases, damaged, make_clips
from common.hostile_files import file_cases
from common.hostile_inputs import input_cases
from common.script import FORMCHECK, SAMPLES, options, run_ffmpeg
from common.wholeness import contents, unfinished

Given = TypeVar("Given", Path, str)
SAMPLE = SAMPLES / "deadlift-steady.mp4"
LIMIT_S = 300.0
LIMIT_MB = 1500
DATA_LIMIT_MB = 4000
SWEEP = 200
AT_ONCE = 2
# One that asks for everything is not to take it from others.
_BOUNDED = ("sh", "-c", f'ulimit -d {DATA_LIMIT_MB << 10}; exec "$@"', "sh")
_NOISE = re.compile(
    r"Traceback|Exception ignored|\.py:\d+: \w*Warning|^\w*Error\b|Segmentation|core dumped|"
    r"\x1b|Unforeseen|leaked",
    re.MULTILINE,
)


@dataclass(frozen=True)
class Ran:
    """What came of a command."""

    code: int
    stdout: str
    stderr: str
    seconds: float
    memory_mb: float

    @property
    def said(self) -> str:
        """All of it."""
        return self.stdout + self.stderr

    @property
    def message(self) -> str:
        """What a person reads last."""
        said = self.stderr.strip() or self.stdout.strip()
        return " ".join(said.splitlines()[-2:]) if self.stderr.strip() else said.split("\n")[0]


def run(command: list[str] | tuple[str, ...], folder: Path) -> Ran:
    """Run a command in a folder, with its time and the most memory of it and its children."""
    started = time.perf_counter()
    with (
        (folder.parent / "stdout").open("w+b") as out,
        (folder.parent / "stderr").open("w+b") as err,
    ):
        process = subprocess.Popen(
            [*_BOUNDED, *command],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            env=os.environ | {"COLUMNS": "200"},
        )
        status, usage = _ended(process, started)
        seconds = time.perf_counter() - started
        return Ran(os.waitstatus_to_exitcode(status), _said(out), _said(err), seconds, usage / 1024)


def _said(file: BinaryIO) -> str:
    file.seek(0)
    return file.read().decode(errors="replace")


def _ended(process: subprocess.Popen[bytes], started: float) -> tuple[int, int]:
    """Status and peak memory [KB] of a process that has ended, or was ended at the limit."""
    while time.perf_counter() - started < LIMIT_S:
        pid, status, usage = os.wait4(process.pid, os.WNOHANG)
        if pid:
            process.returncode = 0
            return status, usage.ru_maxrss
        time.sleep(0.02)
    os.killpg(process.pid, 9)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = -9
    return status, usage.ru_maxrss


# --- what must hold -------------------------------------------------------------------


def faults(
    case: Case, ran: Ran, before: dict[str, str], folder: Path, source: Source
) -> Iterator[str]:
    """All that is wrong with how a case went."""
    if ran.code == -9:
        yield f"hung: not over after {LIMIT_S:.0f} s"
    elif ran.code not in case.codes:
        yield f"exit code {ran.code}, not {'/'.join(map(str, sorted(case.codes)))}"
    if noise := _NOISE.search(ran.stderr + ran.stdout):
        yield f"noise: {noise[0]!r}"
    is_batch = "batch" in case.group or case.name.startswith("batch")
    is_batch |= case.group in {"field list", "field folder"}
    if ran.code in {1, 2} and not (ran.stderr + (ran.stdout if is_batch else "")).strip():
        yield "no message"
    yield from (f"does not say {text!r}" for text in case.says if text not in ran.said)
    if case.check and ran.code in case.codes:
        yield from _wrong(case.check, source, _out(folder))
    if case.heard:
        yield from _wrong(case.heard, source, ran.stdout)
    if ran.memory_mb > LIMIT_MB:
        yield f"{ran.memory_mb:.0f} MB of memory"
    after = contents(folder)
    changed = sorted(name for name, digest in before.items() if after.get(name) != digest)
    if changed and "report" not in case.name:
        yield f"input changed: {', '.join(changed)}"
    yield from unfinished(_out(folder))
    if ran.code in {1, 2} and not is_batch and "stdout" not in case.name:
        yield from remains(_out(folder), case.kept)


def _wrong(check: Callable[[Source, Given], str], source: Source, given: Given) -> Iterator[str]:
    """What a check says; that it fell over what is missing is a fault of the case too."""
    try:
        wrong = check(source, given)
    except (OSError, ValueError, LookupError) as error:
        wrong = f"cannot be checked: {error!r}"
    if wrong:
        yield wrong


def remains(out: Path, kept: frozenset[str]) -> Iterator[str]:
    """What a command that failed left, and should not have, or should have and did not."""
    there = {str(path.relative_to(out)) for path in out.rglob("*")} if out.is_dir() else set()
    right = kept | {str(Path(name).parent) for name in kept}
    yield from (f"left over: {name!r}" for name in sorted(there - right))
    yield from (f"not kept: {name!r}" for name in sorted(right - there))


def _out(folder: Path) -> Path:
    return folder.parent / "out"


# --- all of it ------------------------------------------------------------------------


def prepare(folder: Path) -> Source:
    """Whole clips, and the result of one."""
    clips = make_clips(SAMPLE, folder)
    small = folder / "set.mp4"
    run_ffmpeg("-i", SAMPLE, "-vf", "scale=480:-2", small)
    made = ("--save-track", "-q", "-e", "deadlift", "--out", str(folder / "results"))
    ran = run([*FORMCHECK, "analyze", str(small), *made], folder)
    if ran.code not in {0, 3}:
        raise RuntimeError(f"the whole clip: {ran}")
    return Source(clips, folder / "results" / "set")


def sweep(clip: Path, count: int) -> None:
    """Read a clip `count` times, each time damaged otherwise; prints what came of it."""
    from formcheck.errors import InputError
    from formcheck.video.reader import open_video

    content, read, refused, slowest_s = clip.read_bytes(), 0, 0, 0.0
    target = clip.with_name(f"damaged{clip.suffix}")
    for seed in range(count):
        target.write_bytes(damaged(content, seed))
        started = time.perf_counter()
        try:
            with open_video(target) as video:
                for _ in video:
                    pass
            read += 1
        except InputError:
            refused += 1
        slowest_s = max(slowest_s, time.perf_counter() - started)
    print(f"{read} read, {refused} refused, the slowest in {slowest_s:.1f} s")


def sweeps(source: Source, folder: Path) -> Iterator[tuple[str, Ran, list[str]]]:
    """The sweep of every container in a process of its own, which may crash."""
    for kind in CONTAINERS:
        place = folder / f"sweep-{kind}" / "in"
        place.mkdir(parents=True)
        clip = Path(shutil.copy(source.clips[kind], place))
        command = [sys.executable, __file__, "--sweep", str(clip)]
        ran = run(command, place)
        found = [] if ran.code == 0 else [f"exit code {ran.code}: {ran.stderr[-300:]}"]
        if ran.memory_mb > LIMIT_MB:
            found.append(f"{ran.memory_mb:.0f} MB of memory")
        yield f"{kind}: {SWEEP} random damages, read only", ran, found


def help_s(folder: Path) -> float:
    """How long `formcheck --help` takes."""
    return statistics.median(run([*FORMCHECK, "--help"], folder).seconds for _ in range(5))


def attempt(case: Case, source: Source, folder: Path) -> tuple[Ran, list[str]]:
    """Run one case in an empty folder."""
    place = folder / "in"
    place.mkdir(parents=True)
    arguments = case.make(source, place)
    before = contents(place)
    ran = run([*case.prefix, *FORMCHECK, *arguments], place)
    found = list(faults(case, ran, before, place, source))
    shutil.rmtree(folder, ignore_errors=True)
    return ran, found


def row(title: tuple[str, str], ran: Ran, unit_s: float, found: list[str], place: Path) -> str:
    """One line of the table."""
    message = ran.message.replace(str(place), "…")
    message = re.sub(r"\s+", " ", message)
    message = message if len(message) < 230 else f"{message[:200]} … {message[-24:]}"
    cells = (
        *title,
        message,
        str(ran.code),
        f"{ran.seconds / unit_s:.1f}",
        f"{ran.memory_mb:.0f}",
        "; ".join(found),
    )
    safe = (re.sub(r"([|<>`*_\[\]\\])", r"\\\1", cell) for cell in cells)
    return f"| {' | '.join(safe)} |"


def main() -> None:
    """Run the gauntlet."""
    parser = options(__doc__, "gauntlet.md")
    parser.add_argument("--only", default="", help="cases with these words in group or name")
    parser.add_argument("--sweep", type=Path, help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.sweep:
        sweep(chosen.sweep, SWEEP)
        return
    rows, wrong = [], 0
    with tempfile.TemporaryDirectory(prefix="gauntlet-") as name:
        folder = Path(name)
        (folder / "whole").mkdir()
        source, unit_s = prepare(folder / "whole"), help_s(folder / "whole")
        every = (*clip_cases(), *file_cases(), *input_cases())
        cases = [c for c in every if chosen.only in f"{c.group}: {c.name}"]
        places = [folder / str(number) for number in range(len(cases))]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            results = pool.map(attempt, cases, [source] * len(cases), places)
            for case, place, (ran, found) in zip(cases, places, results, strict=True):
                rows.append(row((case.group, case.name), ran, unit_s, found, place))
                wrong += bool(found)
                print(rows[-1], flush=True)
        for title, ran, found in sweeps(source, folder) if not chosen.only else ():
            rows.append(row(("sweep", title), ran, unit_s, found, folder))
            wrong += bool(found)
            print(rows[-1], flush=True)
    print(f"{len(rows)} inputs, {wrong} with faults; --help took {unit_s:.2f} s")
    if not chosen.only:
        write_table(chosen.out, rows, wrong, unit_s)
    sys.exit(bool(wrong))


def write_table(target: Path, rows: list[str], wrong: int, unit_s: float) -> None:
    """Write the page."""
    own_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10
    head = f"""# Gauntlet: bad and odd input

{len(rows)} inputs, {wrong} with faults. `python benchmarks/gauntlet.py` repeats it; it exits
with 1 if there is a traceback, a wrong exit code, a crash, a hang, more than {LIMIT_MB} MB of
memory, a changed input, a result that is neither whole nor absent, or, in the groups that begin
with "field" (sound inputs of phones, gyms and spreadsheets), a value that is not the right one.

Time is a multiple of `formcheck --help`, which took {unit_s:.2f} s on {os.cpu_count()} cores with
others at work; {AT_ONCE} inputs ran at a time. Memory is the most of a process, in MB; the system
counts no less than the {own_mb} MB of the script that starts it. An exit code of 3 means that the
clip was read and nothing in it could be measured.

| group | input | message | exit code | time | memory | faults |
|---|---|---|---|---|---|---|
"""
    target.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
