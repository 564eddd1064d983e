"""How many frames a second a live set needs: clips of which a busy machine drops frames.

    python benchmarks/live_rate.py [--clips ../shared/clips] [--out benchmarks/live_rate.md]

Each clip is read as live: while one frame is measured, those that come are dropped but the
latest. Measuring takes a time that varies by half, as on a machine with other work. The pose
is found again at each rate, as it follows a body less well the further apart frames are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common.script import LABELLED, SAMPLES, options

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.models.store import ensure
from formcheck.pose.tracking import track_pose
from formcheck.video.clip import ClipInfo
from formcheck.video.reader import Frame, Video, open_video

RATES_FPS = (30.0, 20.0, 15.0, 12.0, 10.0, 7.5)
SPREAD = 0.5
OURS = ("deadlift-steady", "deadlift-fatigue", "squat", "overhead-press", "sit-up")
THEIRS = (
    "deadlift-neutral",
    "deadlift-rounded",
    "deadlift-bare-rounded-1",
    "deadlift-bare-rounded-2",
    "deadlift-bare-neutral-1",
    "squat-home",
    "squat-small-in-frame",
    "sit-up-roll-up",
)
_LIFTS = ("deadlift", "squat", "overhead-press", "sit-up")


class Busy:
    """A clip of which a machine that cannot keep up sees some frames."""

    def __init__(self, video: Video, fps: float) -> None:
        self._video, self._fps = video, fps
        self._rng = np.random.default_rng(11)

    def __iter__(self) -> Iterator[Frame]:
        free_s = 0.0
        for frame in self._video:
            if frame.time_s >= free_s - 1e-6:
                took_s = self._rng.uniform(1 - SPREAD, 1 + SPREAD) / self._fps
                free_s = frame.time_s + (took_s if self._fps < 30 else 0.0)
                yield frame

    @property
    def summary(self) -> ClipInfo:
        """Of the whole clip."""
        return self._video.summary


@dataclass
class Compared:
    """What a rate costs, over all clips."""

    fps: list[float]
    reps: list[tuple[int, int, int]]  # in full, at this rate, in both
    peaks_deg: list[float]
    new: list[str]
    missed: list[str]

    def row(self, rate: float) -> str:
        """One line of the table."""
        full, own, both = np.sum(self.reps, axis=0)
        off = np.array(self.peaks_deg)
        return (
            f"| {rate:g} | {np.mean(self.fps):.1f} | {both} of {full} | {own - both} "
            f"| {np.median(off):.1f} / {np.quantile(off, 0.9):.1f} "
            f"| {len(self.new)}: {', '.join(sorted(set(self.new))) or '-'} "
            f"| {len(self.missed)}: {', '.join(sorted(set(self.missed))) or '-'} |"
        )


def analysed(clip: Path, fps: float) -> SetAnalysis:
    """A clip at a rate."""
    with open_video(clip, max_fps=30.0) as video:
        busy = Busy(video, fps)
        track, _ = track_pose(busy, ensure(None), max_fps=0)  # type: ignore[arg-type]
    lift = next(lift for lift in _LIFTS if clip.stem.startswith(lift))
    return analyze_track(track, Settings(lift, 0))


def pairs(full: SetAnalysis, own: SetAnalysis) -> list[tuple[int, int]]:
    """Repetitions of both whose middles lie in one another."""
    found: list[tuple[int, int]] = []
    for i, rep in enumerate(full.reps):
        for j, other in enumerate(own.reps):
            middle_s = (other.start_s + other.end_s) / 2
            if rep.start_s <= middle_s <= rep.end_s and j not in {b for _, b in found}:
                found.append((i, j))
                break
    return found


def compare(full: SetAnalysis, own: SetAnalysis, into: Compared) -> None:
    """Add a clip."""
    both = pairs(full, own)
    steps_s = np.diff(own.track.time_s)
    into.fps.append(1 / float(steps_s.mean()))
    into.reps.append((len(full.reps), len(own.reps), len(both)))
    for i, j in both:
        mine, theirs = own.reps[j], full.reps[i]
        if mine.measured and theirs.measured:
            into.peaks_deg += [
                abs(mine.peak_deg - theirs.peak_deg),
                abs(mine.least_deg - theirs.least_deg),
            ]
    said, meant = (
        [finding.code for finding in one.findings if finding.severity != "info"]
        for one in (own, full)
    )
    for code in set(said) | set(meant):
        more = said.count(code) - meant.count(code)
        into.new += [code] * max(0, more)
        into.missed += [code] * max(0, -more)


def main() -> None:
    """Write the table."""
    parser = options(__doc__, "live_rate.md")
    parser.add_argument("--clips", type=Path, default=LABELLED)
    chosen = parser.parse_args()
    clips = [SAMPLES / f"{name}.mp4" for name in OURS]
    clips += [path for name in THEIRS if (path := chosen.clips / f"{name}.mp4").is_file()]
    full = {clip: analysed(clip, 30.0) for clip in clips}
    rows = []
    for rate in RATES_FPS[1:]:
        compared = Compared([], [], [], [], [])
        for clip in clips:
            compare(full[clip], analysed(clip, rate), compared)
        rows.append(compared.row(rate))
        print(rows[-1], flush=True)
    findings = sum(finding.severity != "info" for one in full.values() for finding in one.findings)
    head = f"""# How many frames a second a live set needs

{len(clips)} clips, each read at 30 frames a second and again as by a machine that keeps up with
fewer: while one frame is measured, those that come are dropped but the latest, and measuring
takes a time that varies by half. Everything is compared with the same clip at 30, which has
{findings} findings that are more than a hint. `python benchmarks/live_rate.py` repeats it.

*Found* are repetitions, *others* those that are none; *off by* is the median and the 90th
percentile of the differences of their most and least flexed angles; the last two columns count
findings.

| frames a second | reached | found | others | off by [°] | too many | missed |
|---|---|---|---|---|---|---|
"""
    chosen.out.write_text(head + "\n".join(rows) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
