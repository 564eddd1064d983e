"""How fast a batch is against one clip after another, and what a thousand clips cost.

    python benchmarks/batch.py            # some ten minutes on two cores
    python benchmarks/batch.py --clips 8  # a quick look

Clips are cut from samples/, so each analysis is a real one. For the thousand, the
analysis is replaced by a delay and a result made before; everything else is real.
Prints the tables of benchmarks/batch.md.
"""

from __future__ import annotations

import argparse
import functools
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
from common.script import SAMPLES, run_ffmpeg

from formcheck.batch.clips import Clip, find_clips
from formcheck.batch.cluster import connected, give_model
from formcheck.batch.engine import run_jobs
from formcheck.batch.job import JOB_NAME, Job, Outcome
from formcheck.batch.places import Place, as_json
from formcheck.batch.publish import publish
from formcheck.batch.results import read_results
from formcheck.batch.resume import make_plan
from formcheck.batch.work import analyze_clip
from formcheck.history.database import make_history
from formcheck.models.store import ResolvedModel, ensure
from formcheck.outputs import Outputs
from formcheck.settings import Settings

CLIP_S = 3.0
THOUSAND = 1000
DELAY_S = 0.05
_COMMAND = (sys.executable, "-c", "from formcheck.cli import main; main()")
_ATHLETES = ("Ann", "Bo", "Cleo", "Dai", "Eve", "Finn", "Gus", "Hana")


def make_clips(folder: Path, count: int) -> list[Path]:
    """Cut clips of `CLIP_S` from the samples, each of another stretch."""
    samples = sorted(SAMPLES.glob("*.mp4"))
    clips = []
    for i in range(count):
        sample, turn = samples[i % len(samples)], i // len(samples)
        clip = folder / f"{sample.stem}-{turn}.mp4"
        cut = ("-ss", str(1 + 2.5 * turn), "-t", str(CLIP_S), "-i", sample)
        coded = ("-c:v", "libx264", "-preset", "veryfast", "-pix_fmt", "yuv420p")
        run_ffmpeg(*cut, *coded, clip)
        clips.append(clip)
    return clips


def run(command: list[str] | tuple[str, ...]) -> None:
    """Run a command; one that measured nothing (3) has done its work too."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode not in {0, 3}:
        raise RuntimeError(f"{command}: {done.stderr}")


def timed(act: Callable[[], object]) -> float:
    """Seconds that it takes."""
    began = time.perf_counter()
    act()
    return time.perf_counter() - began


class Memory:
    """Watches the resident memory [MB] of the workers below this process."""

    def __init__(self) -> None:
        self.mb: dict[int, list[float]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def __enter__(self) -> Memory:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._over.wait(0.5):
            for process in psutil.Process().children(recursive=True):
                try:
                    if "spawn_main" in " ".join(process.cmdline()):
                        used = process.memory_info().rss / 1e6
                        self.mb.setdefault(process.pid, []).append(used)
                except psutil.Error:
                    continue

    def rows(self) -> list[str]:
        """For each worker: the most in the second quarter and in the last quarter."""
        found = []
        for series in self.mb.values():
            n = len(series)
            if max(series) > 200:
                early, late = max(series[n // 4 : n // 2]), max(series[3 * n // 4 :])
                found.append(f"| {max(series):.0f} | {early:.0f} | {late:.0f} |")
        return found


def against_one_by_one(folder: Path, clips: list[Path], model: ResolvedModel) -> float:
    """Compare; returns the seconds a clip takes alone."""
    out = folder / "out"
    plain = ("--no-video", "-q", "-e", "auto")

    def by_command() -> None:
        for clip in clips:
            run((*_COMMAND, "analyze", str(clip), "--out", str(out / "analyze"), *plain))

    def in_one_process() -> None:
        for clip in clips:
            analyze_clip(job_of(clip, out / "loop"), model)

    def batch(workers: int) -> None:
        target = str(out / f"batch-{workers}")
        where = (str(folder / "clips"), "--out", target, "--workers", str(workers))
        run((*_COMMAND, "batch", *where, *plain))

    busy = os.getloadavg()[0]
    print(f"{len(clips)} clips of {CLIP_S:g} s; load of the machine at the start {busy:.1f}\n")
    print("| how | seconds | clips a minute | times faster |\n|---|---|---|---|")
    alone_s = timed(by_command)
    rows = [("`formcheck analyze`, one after another", alone_s)]
    loop_s = timed(in_one_process)
    rows.append(("the same in one process that stays", loop_s))
    for workers in (1, 2):
        with Memory() as memory:
            took_s = timed(functools.partial(batch, workers))
        rows.append((f"`formcheck batch --workers {workers}`", took_s))
    for name, took_s in rows:
        rate = 60 * len(clips) / took_s
        print(f"| {name} | {took_s:.0f} | {rate:.1f} | {alone_s / took_s:.2f} |")
    print("\nMemory of each of 2 workers [MB]:\n")
    print("| most | second quarter of the run | last quarter |\n|---|---|---|")
    print("\n".join(memory.rows()))
    return loop_s / len(clips)


def job_of(clip: Path, out: Path) -> Job:
    """A job as a batch makes it."""
    found = Clip(str(clip))
    like = Outputs(video=False)
    return Job(found, found.identity()[0], Settings(), like, "0" * 64, str(out), 900.0)


def wait(job: Job, _model: ResolvedModel) -> Outcome:
    """Stand in for an analysis."""
    time.sleep(DELAY_S)
    return Outcome(job.clip, "measured", "")


def wait_and_write(job: Job, _model: ResolvedModel) -> Outcome:
    """Stand in for an analysis, with the files of one made before."""
    began = time.monotonic()
    place, ready = Place(job.out), Path(job.out).parent / "ready"
    folder = Path(job.out) / job.folder
    shutil.copytree(ready, folder)
    place.write(f"{job.folder}/{JOB_NAME}", as_json(job.record("measured", DELAY_S, "2026")))
    time.sleep(max(0.0, DELAY_S - (time.monotonic() - began)))
    return Outcome(job.clip, "measured", "", job.folder)


def overhead(folder: Path, model: ResolvedModel) -> None:
    """What the scheduler adds to each clip."""
    jobs = [
        replace(job_of(SAMPLES / "squat.mp4", folder), content=f"sha256:{i}") for i in range(300)
    ]
    with connected(None, 2) as client:
        give_model(client, model)
        list(run_jobs(client, jobs[:10], wait))
        took_s = timed(lambda: list(run_jobs(client, jobs[10:], wait)))
    extra_ms = 1000 * (2 * took_s / 290 - DELAY_S)
    print(f"\nScheduling: {extra_ms:.1f} ms of a worker's time a clip (290 delays of 50 ms).")


def thousand(folder: Path, model: ResolvedModel, clip_s: float) -> None:
    """The scheduler, the scan, the index and the history with a thousand clips."""
    clips, out = folder / "many", folder / "thousand"
    clips.mkdir()
    content = (SAMPLES / "deadlift-fatigue.mp4").read_bytes()
    lines = ["path,athlete,lift,load,date"]
    for i in range(THOUSAND):
        (clips / f"{i:04}.mp4").write_bytes(content + i.to_bytes(4, "big"))
        date = f"2026-{1 + i // 90:02}-{1 + i % 28:02}"
        lines.append(f"{i:04}.mp4,{_ATHLETES[i % 8]},deadlift,{60 + i % 80},{date}")
    (clips / "list.csv").write_text("\n".join(lines))
    analyze_clip(job_of(SAMPLES / "deadlift-fatigue.mp4", folder / "made"), model)
    [made] = (folder / "made" / "clips").iterdir()
    shutil.copytree(made, folder / "ready")
    place = Place(str(out))

    def plan() -> list[Job]:
        like = replace(job_of(SAMPLES / "squat.mp4", out), settings=Settings("deadlift"))
        found = find_clips([str(clips / "list.csv")], place.root, Clip(""))
        return make_plan(found, place, like, force=False).jobs

    jobs = plan()
    with connected(None, 2) as client:
        give_model(client, model)
        run_s = timed(lambda: list(run_jobs(client, jobs, wait_and_write)))
    scan_s = timed(lambda: print(f"\nLeft to do after the run: {len(plan())} of {len(jobs)}."))
    whole_s = THOUSAND * clip_s / 2
    publish_s = timed(lambda: publish(place, []))
    results, _ = read_results(place)
    history_s = timed(lambda: make_history(results))
    print(
        f"1,000 clips of {len(content) / 1e6:.1f} MB with a delay of {DELAY_S * 1000:.0f} ms: "
        f"{run_s:.1f} s ({THOUSAND * DELAY_S / 2:.0f} s of it the delays).\n"
        f"Resume scan: {scan_s:.2f} s, {100 * scan_s / whole_s:.2f} % of the {whole_s:.0f} s that "
        f"2 workers need at {clip_s:.1f} s a clip.\n"
        f"Index, tables, history, 8 athletes' pages: {publish_s:.1f} s; the database alone "
        f"{history_s:.1f} s."
    )
    in_browser(out / "index.html")


def in_browser(page: Path) -> None:
    """How the index behaves with a thousand rows."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium") or "/usr/bin/chromium",
            args=["--headless", "--no-sandbox", "--disable-gpu"],
        )
        opened = browser.new_page(viewport={"width": 1440, "height": 900})
        load_s = timed(
            lambda: (
                opened.goto(page.as_uri()),
                opened.wait_for_selector("html[data-ready=true]", state="attached"),
            )
        )
        # Until the next picture is drawn.
        script = """act => new Promise(done => { const began = performance.now(); eval(act);
            requestAnimationFrame(() => setTimeout(() => done(performance.now() - began))); })"""
        sort = "document.querySelector('th[data-key=peak] button').click()"
        choose = (
            "const s = document.querySelector('select[name=athlete]'); s.value = 'Bo';"
            "s.dispatchEvent(new Event('input', {bubbles: true}))"
        )
        sort_ms = np.median([opened.evaluate(script, sort) for _ in range(5)])
        filter_ms = opened.evaluate(script, choose)
        shown = opened.locator("#clips tbody tr:not([hidden])").count()
        browser.close()
    size_mb = page.stat().st_size / 1e6
    print(
        f"Index of 1,000 rows: {size_mb:.1f} MB, opens in {load_s:.1f} s, sorts in "
        f"{sort_ms:.0f} ms, filters to {shown} rows in {filter_ms:.0f} ms."
    )


def main() -> None:
    """Run all of it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--clips", type=int, default=30)
    parser.add_argument("--seconds-a-clip", type=float, help="leave the first comparison out")
    chosen = parser.parse_args()
    model = ensure("full")
    with tempfile.TemporaryDirectory(prefix="formcheck-") as name:
        folder = Path(name)
        (folder / "clips").mkdir()
        clip_s = chosen.seconds_a_clip
        if clip_s is None:
            clips = make_clips(folder / "clips", chosen.clips)
            clip_s = against_one_by_one(folder, clips, model)
        overhead(folder, model)
        thousand(folder, model, clip_s)
    print(json.dumps({"load_at_the_end": os.getloadavg()[0]}))


if __name__ == "__main__":
    main()
