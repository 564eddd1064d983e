"""What is left when a process is killed, the disk is full, or a file changes underneath.

    python benchmarks/faults.py [--kills 20] [--only WORDS] [--out benchmarks/faults.md]

Kills each command at moments drawn from a seed over the time that it takes, looks at what
lies there, and runs it to its end after every fifth kill. The rows for a full disk need
root on Linux, to mount a small one. Exits with 1 if something half done passes for a result.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from common.hostile import make_clips
from common.script import FORMCHECK, SAMPLES, options
from common.wholeness import unfinished

from formcheck.models.bundle import find_fault
from formcheck.models.store import ensure

SAMPLE = SAMPLES / "deadlift-steady.mp4"
LIMIT_S = 240.0
# Workers that lost their scheduler, and ffmpeg, have to notice by themselves.
ORPHANS_S = 60.0
WHOLE_EVERY = 5


@dataclass(frozen=True)
class Target:
    """A command to be killed.

    Attributes
    ----------
    name : str
    arguments : tuple of str
    out : Path
        What it writes.
    look : callable
        Takes `out` and whether the command came to its end; yields what is wrong.
    environment : dict
    """

    name: str
    arguments: tuple[str, ...]
    out: Path
    look: Callable[[Path, bool], Iterator[str]]
    environment: dict[str, str]


def start(target: Target) -> subprocess.Popen[bytes]:
    """Start a command in a session of its own."""
    return subprocess.Popen(
        [*FORMCHECK, *target.arguments],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=os.environ | target.environment,
    )


def whole_run(target: Target) -> tuple[float, list[str]]:
    """Run to the end; the seconds it took, and what is wrong with it."""
    began = time.perf_counter()
    process = start(target)
    said = process.communicate(timeout=LIMIT_S)[1].decode(errors="replace")
    took_s = time.perf_counter() - began
    found = list(target.look(target.out, True))
    if process.returncode not in {0, 3} or "Traceback" in said:
        found.append(f"exit code {process.returncode}: {said[-300:]}")
    return took_s, found


def kill_at(target: Target, after_s: float) -> list[str]:
    """Kill the process, and it alone, at a moment; what is wrong then."""
    process = start(target)
    try:
        process.wait(after_s)
    except subprocess.TimeoutExpired:
        process.kill()
    process.wait()
    found = [f"after {after_s:.1f} s: {one}" for one in target.look(target.out, False)]
    left = _orphans_left(process.pid)
    return found + ([f"after {after_s:.1f} s: {left} processes go on"] if left else [])


def _orphans_left(session: int) -> int:
    """Processes of a session that do not end by themselves in time; they are ended."""
    began = time.monotonic()
    while _alive(session):
        if time.monotonic() - began > ORPHANS_S:
            alive = _alive(session)
            for pid in alive:
                os.kill(pid, signal.SIGKILL)
            return len(alive)
        time.sleep(0.2)
    return 0


def _alive(session: int) -> list[int]:
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        if int(fields[3]) == session and fields[0] != "Z":
            found.append(int(stat.parent.name))
    return found


# --- what must hold -------------------------------------------------------------------


def look_at_results(out: Path, ended: bool) -> Iterator[str]:
    """Whatever is no hidden folder is a whole result; at the end nothing is hidden."""
    for one in unfinished(out):
        hidden = one.startswith("left over")
        if ended or not hidden:
            yield one
    for folder in out.glob("[!.]*"):
        if any(folder.iterdir()) and not (folder / "analysis.json").is_file():
            yield f"{folder.name} has files and no analysis"
    if ended and not any(out.rglob("analysis.json")):
        yield "no result"


def look_at_batch(out: Path, ended: bool) -> Iterator[str]:
    """Every clip that counts as done is whole; at the end all are done."""
    for job in out.glob("clips/*/job.json"):
        json.loads(job.read_text(encoding="utf-8"))
        if not (job.parent / "analysis.json").is_file():
            yield f"{job.parent.name} counts as done and has no analysis"
    for one in unfinished(out):
        # A clip whose last file is not written yet is done again.
        if ended or not one.startswith(("left over", "missing")):
            yield one
    if ended and len(list(out.glob("clips/*/job.json"))) != 3:
        yield "not all clips are done"


def look_at_models(out: Path, ended: bool) -> Iterator[str]:
    """A model is whole or absent."""
    for bundle in out.glob("*.task"):
        if fault := find_fault(bundle):
            yield f"{bundle.name}: {fault}"
    if ended and [one.name for one in out.iterdir()] != ["pose_landmarker_full.task"]:
        yield f"left over: {[one.name for one in out.iterdir()]}"


def look_at_live(out: Path, ended: bool) -> Iterator[str]:
    """Sets are whole; what was being lifted is a set after the next session."""
    yield from look_at_results(out, False)
    if ended and (out / ".live").exists():
        yield f"left over: {[str(one) for one in (out / '.live').rglob('*')]}"


def targets(folder: Path) -> Iterator[Target]:
    """The commands that write."""
    clips = make_clips(SAMPLE, folder)
    some = folder / "some"
    some.mkdir()
    for kind in ("mp4", "mkv", "webm"):
        shutil.copy(clips[kind], some / f"{kind}.{kind}")
    clip = str(clips["mp4"])

    def made(name: str, *arguments: str, look: Callable[..., Iterator[str]]) -> Target:
        out = folder / name.replace(" ", "-")
        return Target(name, (*arguments, "--out", str(out)), out, look, {})

    yield made("analyze", "analyze", clip, "-q", look=look_at_results)
    yield made("analyze --force", "analyze", clip, "-q", "--force", look=look_at_results)
    yield made("batch", "batch", str(some), "-q", "--force", look=look_at_batch)
    live = ("live", "--headless", "-q", "-c", clip, "--record")
    yield made("live --record", *live, look=look_at_live)
    cache = folder / "models"
    yield Target(
        "models fetch",
        ("models", "fetch", "full", "--force"),
        cache,
        look_at_models,
        {"FORMCHECK_CACHE": str(cache)},
    )


def kills(target: Target, count: int) -> tuple[str, list[str]]:
    """Kill a command again and again."""
    draw = random.Random(target.name)
    took_s, found = whole_run(target)
    for number in range(1, count + 1):
        if "force" not in target.arguments and target.name == "analyze":
            shutil.rmtree(target.out, ignore_errors=True)
        found += kill_at(target, draw.uniform(0.05, 1.05) * took_s)
        if number % WHOLE_EVERY == 0:
            if target.name == "analyze":
                for visible in target.out.glob("[!.]*"):
                    shutil.rmtree(visible)
            found += [f"next run: {one}" for one in whole_run(target)[1]]
    what = f"`{target.name}` killed at {count} moments of the {took_s:.0f} s that it takes"
    return what, found


# --- other faults ---------------------------------------------------------------------


@contextmanager
def small_disk(place: Path, kilobytes: int) -> Iterator[Path]:
    """A disk of its own that is soon full."""
    place.mkdir()
    size = f"size={kilobytes}k"
    subprocess.run(["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(place)], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", str(place)], check=True)


def full_disks(folder: Path, targeted: list[Target]) -> Iterator[tuple[str, list[str]]]:
    """Every command on a disk that takes a part of what it writes."""
    for target in targeted:
        for kilobytes in (16, 200, 1200):
            with small_disk(folder / "disk", kilobytes) as disk:
                out = disk / "out"
                arguments = [
                    str(out) if one == str(target.out) else one for one in target.arguments
                ]
                environment = {"FORMCHECK_CACHE": str(out)} if target.environment else {}
                tight = Target(target.name, tuple(arguments), out, target.look, environment)
                code, said, found = on_full_disk(tight)
            (folder / "disk").rmdir()
            if kilobytes == 16 and code not in {1, 2}:
                found.append("nothing told that it did not fit")
            yield f"`{target.name}` on a disk of {kilobytes} KB: exit code {code}, {said!r}", found


def on_full_disk(target: Target) -> tuple[int, str, list[str]]:
    """Exit code, what was said, and what is wrong: told in words, and nothing half done."""
    process = start(target)
    told = process.communicate(timeout=LIMIT_S)[1].decode(errors="replace")
    found = list(target.look(target.out, False))
    if process.returncode not in {0, 1, 2, 3}:
        found.append(f"exit code {process.returncode}")
    if "Traceback" in told or (process.returncode == 2 and "formcheck: " not in told):
        found.append(f"said: {told[-300:]}")
    hidden = [one.name for one in target.out.glob(".*") if one.name != ".live"]
    if hidden and target.name != "batch":
        found.append(f"left over: {hidden}")
    return process.returncode, " ".join(told.splitlines()[-2:-1]), found


def damaged_model(folder: Path) -> tuple[str, list[str]]:
    """A model that is damaged between two runs is noticed and fetched again."""
    cache = folder / "damaged"
    cache.mkdir()
    bundle = cache / "pose_landmarker_full.task"
    content = bytearray(ensure().path.read_bytes())
    content[len(content) // 2] ^= 1
    bundle.write_bytes(content)
    target = Target(
        "",
        ("analyze", str(SAMPLE), "-q", "--no-video", "--no-html", "--out", str(folder / "fixed")),
        cache,
        look_at_models,
        {"FORMCHECK_CACHE": str(cache)},
    )
    process = start(target)
    said = process.communicate(timeout=LIMIT_S)[1].decode(errors="replace")
    found = [] if "is damaged; fetching" in said else [f"said: {said[-300:]}"]
    found += list(look_at_models(cache, True))
    if bundle.read_bytes() == bytes(content):
        found.append("the damaged model is still there")
    return "A bit of the model flipped between two runs", found


def replaced_clip(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A clip that becomes another while it is read is refused."""
    other = SAMPLE.with_name("squat.mp4").read_bytes()
    acts: dict[str, Callable[[Path], object]] = {
        "replaced": lambda clip: clip.with_name("new").replace(clip),
        "written over": lambda clip: clip.write_bytes(other),
        "removed": lambda clip: clip.unlink(),
        "cut": lambda clip: os.truncate(clip, 100_000),
    }
    for word, act in acts.items():
        clip = folder / "changing" / "clip.mp4"
        clip.parent.mkdir()
        shutil.copy(SAMPLE, clip)
        clip.with_name("new").write_bytes(other)
        out = folder / "changed"
        target = Target(
            "", ("analyze", str(clip), "-q", "--out", str(out)), out, look_at_results, {}
        )
        process = start(target)
        time.sleep(6.0)
        ended = process.poll() is not None
        act(clip)
        said = process.communicate(timeout=LIMIT_S)[1].decode(errors="replace")
        found = ["it had ended before"] if ended else []
        if process.returncode != 1 or "was changed while it was read" not in said:
            found.append(f"exit code {process.returncode}: {said[-300:]}")
        if any(out.iterdir()):
            found.append("left over")
        yield f"A clip that is {word} while it is analysed", found
        shutil.rmtree(clip.parent)
        shutil.rmtree(out)


_JUMPY = """
import itertools, sys, time
jumps, real = itertools.cycle((0, -1e9, 4e9, 1.0)), time.time
time.time = lambda: real() + next(jumps)
sys.argv[0] = "formcheck"
from formcheck.cli import main
main()
"""


def jumping_clock(folder: Path) -> tuple[str, list[str]]:
    """An analysis is the same whatever the clock on the wall does."""
    clip = folder / "whole.mp4"
    texts, found = [], []
    for name, command in (("steady", FORMCHECK), ("jumpy", (sys.executable, "-c", _JUMPY))):
        out = folder / name
        done = subprocess.run(
            [*command, "analyze", str(clip), "--no-video", "-q", "--out", str(out)],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode not in {0, 3}:
            found.append(f"{name}: exit code {done.returncode}: {done.stderr[-300:]}")
        texts.append((out / "whole" / "analysis.json").read_text(encoding="utf-8"))
    if texts[0] != texts[1]:
        found.append("the analyses differ")
    return "The wall clock jumps by decades at every look", found


def main() -> None:
    """Bring about every fault."""
    parser = options(__doc__, "faults.md")
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--only", default="")
    chosen = parser.parse_args()
    rows: list[tuple[str, list[str]]] = []

    def told(row: tuple[str, list[str]]) -> None:
        row = row[0].replace(name, "…"), [one.replace(name, "…") for one in row[1]]
        rows.append(row)
        print(f"{row[0]}: {'; '.join(row[1]) or 'held'}", flush=True)

    with tempfile.TemporaryDirectory(prefix="faults-") as name:
        folder = Path(name)
        all_targets = list(targets(folder))
        if chosen.only in "others":
            told(jumping_clock(folder))
            told(damaged_model(folder))
            for row in replaced_clip(folder):
                told(row)
        if chosen.only in "full disk":
            for row in full_disks(folder, [one for one in all_targets if "force" not in one.name]):
                told(row)
        for target in all_targets:
            if chosen.only in f"kill {target.name}":
                told(kills(target, chosen.kills))
    wrong = sum(bool(found) for _, found in rows)
    if not chosen.only:
        chosen.out.write_text(page(rows, wrong), encoding="utf-8")
    sys.exit(bool(wrong))


def page(rows: list[tuple[str, list[str]]], wrong: int) -> str:
    """The table."""
    table = "\n".join(f"| {what} | {'; '.join(found) or 'held'} |" for what, found in rows)
    return f"""# Faults: killed, full, changed

{len(rows)} faults, {wrong} not held. `python benchmarks/faults.py` repeats it. Held means: whatever
passes for a result is whole, the message and the exit code are those for the fault, nothing is
left over at the end of the next run, which succeeds (it is run after every {WHOLE_EVERY}th kill),
and no process goes on for more than {ORPHANS_S:.0f} s.

| fault | what was found |
|---|---|
{table}
"""


if __name__ == "__main__":
    main()
