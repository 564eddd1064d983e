"""Whether memory, handles, threads and temporary files stay flat over many clips.

    python benchmarks/long_run.py [--clips 200] [--minutes 60] [--out benchmarks/long_run.md]

Many small clips go through the whole of `formcheck analyze`, video and report included, in
one process; then one track as long as a training session. psutil does the counting.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil
from common.script import SAMPLES, options, run_ffmpeg
from speed import lasting

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.commands.stderr import native_chatter_hidden
from formcheck.outputs import Outputs, write_result
from formcheck.results.describe import describe
from formcheck.results.folder import ResultFolder

SAMPLE = SAMPLES / "deadlift-fatigue.mp4"
SETTINGS = Settings("deadlift", 0)
# After which it counts: what is loaded once is loaded then.
WARM = 20
# A small frame that leaked in each clip would be 55 MiB in 180.
MOST_GROWTH_MIB = 30.0
HEAD = """# Long runs

Written by `python benchmarks/long_run.py`. Clips of {seconds} s in one process, each through the
whole of `formcheck analyze` with video and report; what the process holds after so many. Its
resident memory is the sum of the first two: what is freed and kept by the allocator goes up and
down by tens of MiB.
Counted as resident memory, a first run went from 342 to 382 MiB (range 342-422), more than the
limit below; the allocator's spare pages were then taken apart, and the limit kept. What is in use
grew by 27 of 30 MiB: a slow leak is not excluded by 200 clips.

| clips | memory in use | freed, kept for later | open handles | threads | children | files put \
aside | last clip |
|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True)
class Held:
    """What the process holds."""

    memory_mib: float
    spare_mib: float  # freed, and kept by the allocator for later
    handles: int
    threads: int
    children: int
    files: int

    @classmethod
    def now(cls, scratch: Path) -> Held:
        """Count."""
        process = psutil.Process()
        handles = process.num_fds() if hasattr(process, "num_fds") else process.num_handles()
        before_mib = process.memory_info().rss / 2**20
        give_back()
        memory_mib = process.memory_info().rss / 2**20
        return cls(
            memory_mib,
            before_mib - memory_mib,
            handles,
            process.num_threads(),
            len(process.children(recursive=True)),
            sum(1 for _ in scratch.rglob("*")),
        )

    def grown_since(self, before: Held) -> bool:
        """Whether anything is not flat."""
        counts = (self.handles, self.threads, self.children, self.files)
        earlier = (before.handles, before.threads, before.children, before.files)
        more_memory = self.memory_mib - before.memory_mib > MOST_GROWTH_MIB
        return more_memory or any(one > other for one, other in zip(counts, earlier, strict=True))

    @property
    def cells(self) -> str:
        """For a table."""
        counts = (self.handles, self.threads, self.children, self.files)
        memory = (f"{self.memory_mib:.0f} MiB", f"{self.spare_mib:.0f} MiB")
        return " | ".join([*memory, *map(str, counts)])


def give_back() -> None:
    """Return to the system what is free: what then is held is held by somebody."""
    gc.collect()
    with contextlib.suppress(OSError, AttributeError, TypeError):  # glibc alone has it
        ctypes.CDLL(None).malloc_trim(0)


def small(sample: Path, seconds: float, target: Path) -> Path:
    """The first moments of a clip, in few pixels."""
    run_ffmpeg("-i", sample, "-t", str(seconds), "-vf", "scale=-2:240", "-an", target)
    return target


def analyse(clip: Path, out: Path) -> None:
    """All that `formcheck analyze` does, in this process."""
    analysis = analyze_track(read_track(clip, SETTINGS), SETTINGS)
    with ResultFolder(out, "clip", force=True) as folder:
        write_result(clip, analysis, describe(analysis), folder, Outputs())
        folder.publish()


def many(clip: Path, count: int, work: Path) -> tuple[str, bool]:
    """Rows of the table, and whether all stayed flat."""
    rows, warm, held = [], None, None
    for number in range(1, count + 1):
        began = time.monotonic()
        analyse(clip, work / "results")
        took_s = time.monotonic() - began
        if number % WARM == 0:
            held = Held.now(work / "scratch")
            warm = warm or held
            rows.append(f"| {number} | {held.cells} | {took_s:.1f} s |")
            print(rows[-1], file=sys.stderr, flush=True)
    flat = warm is not None and held is not None and not held.grown_since(warm)
    return "\n".join(rows), flat


def long_track(minutes: float, work: Path) -> tuple[str, bool]:
    """A line on one long track, analysed three times, and whether the last left nothing."""
    track = lasting(read_track(SAMPLE, SETTINGS), 60 * minutes)
    times_s, held = [], []
    for _ in range(3):
        began = time.monotonic()
        analysis = analyze_track(track, SETTINGS)
        times_s.append(time.monotonic() - began)
        with ResultFolder(work / "results", "long", force=True) as folder:
            write_result(Path("track.npz"), analysis, describe(analysis), folder, Outputs())
            folder.publish()
        held.append(Held.now(work / "scratch"))
    size_mb = (work / "results" / "long" / "report.html").stat().st_size / 1e6
    line = (
        f"A track of {minutes:g} minutes ({len(track)} frames, {len(analysis.reps)} repetitions), "
        f"analysed three times in the same process: {', '.join(f'{s:.1f} s' for s in times_s)}; "
        f"memory after each {', '.join(f'{one.memory_mib:.0f} MiB' for one in held)}; open "
        f"handles {', '.join(str(one.handles) for one in held)}; temporary files "
        f"{held[-1].files}; the page {size_mb:.1f} MB."
    )
    return line, not held[-1].grown_since(held[0])


def main() -> None:
    """Run the benchmark; exits with 1 if anything grew."""
    parser = options(__doc__, "long_run.md")
    parser.add_argument("--clips", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=0.4)
    parser.add_argument("--minutes", type=float, default=60.0)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name, native_chatter_hidden(shown=False):
        work = Path(name)
        (work / "scratch").mkdir()
        # All that is put aside by anything in this process and its children.
        tempfile.tempdir = os.environ["TMPDIR"] = str(work / "scratch")
        clip = small(SAMPLE, arguments.seconds, work / "clip.mp4")
        rows, clips_flat = many(clip, arguments.clips, work)
        line, track_flat = long_track(arguments.minutes, work)
    said = "yes" if clips_flat and track_flat else "NO"
    text = HEAD.format(seconds=arguments.seconds) + f"{rows}\n\n{line}\n\n"
    text += (
        f"Flat: **{said}** (no more handles, threads, children and temporary files than after "
        f"{WARM} clips, and at most {MOST_GROWTH_MIB:.0f} MiB more memory in use).\n"
    )
    arguments.out.write_text(text, encoding="utf-8")
    print(text)
    sys.exit(said != "yes")


if __name__ == "__main__":
    main()
