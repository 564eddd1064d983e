"""Errors of the bar: its path, speed and range, on rendered clips whose truth is known.

    python benchmarks/bar.py [--each 12] [--out benchmarks/bar.md]

Lifters of both kinds of bodies (`benchmarks/crowd.py`) lift bars with plates of a known
diameter. Clips that are not in the cache are rendered first. Where the labelled clips lie
beside the project, a table says what was found in them.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from common.bar_truth import TrueBar, true_bar
from common.kept import kept_track
from common.rendered import rendered_clip
from common.script import LABELLED, options
from crowd import KINDS, crowd
from numpy.typing import NDArray

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.signals import runs
from formcheck.geometry.steady import in_picture
from formcheck.lifts.bar import BarRep
from formcheck.lifts.reps import SETTLED
from lifter.params import Take

_LIFTS = ("deadlift", "squat", "overhead-press")
_FULL_M = 0.225
# Smaller plates are not asked for here: see the page.
_LEAST_M = 0.12
# Further from the true middle than this, in radii, it is another object.
_ELSEWHERE = 0.3
_SQUARE_DEG = 10.0
_AWAY_M = 0.02


@dataclass(frozen=True)
class Reading:
    """One clip: NaN where it was not measured."""

    lift: str
    kind: str
    square: bool
    full: bool
    fps: float
    source: str
    found: float
    elsewhere_s: float
    scale_pct: float
    path_cm: float
    drift_cm: float
    speed_pct: float
    speed_stated_pct: float
    peak_pct: float
    peak_stated_pct: float
    range_pct: float


def bar_takes(each: int) -> Iterator[tuple[str, Take]]:
    """The crowd's lifters with a plate, and all of them with a full-size one at 30 a second."""
    for kind in KINDS:
        for take in crowd(each, kind):
            if take.plan.lift not in _LIFTS or take.plan.variant:
                continue
            if take.plan.plate_radius_m >= _LEAST_M:
                yield kind, take
            if take.seed // 100 % 4 == 0:
                plan = replace(take.plan, plate_radius_m=_FULL_M)
                camera = replace(take.camera, fps=30.0)
                name = f"bar-{take.name}"
                yield kind, replace(take, name=name, plan=plan, camera=camera)


def read(kind: str, take: Take) -> Reading:
    """Measure one clip against its truth."""
    clip = rendered_clip(take, max_fps=0 if take.camera.fps < 30 else 30.0)
    plate_mm = 2000 * take.plan.plate_radius_m
    analysis = analyze_track(clip.picture, Settings(take.plan.lift, plate_mm=plate_mm))
    return against(kind, take, analysis, true_bar(take))


def against(kind: str, take: Take, analysis: SetAnalysis, truth: TrueBar) -> Reading:
    """An analysis and the truth of its clip."""
    track, kin, bar = analysis.track, analysis.kinematics, analysis.bar
    frames = np.minimum(track.frame, len(truth.time_s) - 1)
    size_px = track.clip.width, track.clip.height
    seen_px = in_picture(kin.plate.centre_px, kin.camera, size_px)
    off = np.hypot(*(seen_px - truth.plate_px[frames]).T) / truth.radius_px[frames]
    clear = _lifted(truth)[frames] & _inside(truth, frames, size_px)
    with np.errstate(invalid="ignore"):
        wrong = off > _ELSEWHERE
    plated = bar.source == "plate"
    rep = analysis.reps[0].bar if analysis.reps else None
    up = _true_up(truth)
    return Reading(
        lift=take.plan.lift,
        kind=kind,
        square=abs(take.camera.yaw_deg) <= _SQUARE_DEG,
        full=take.plan.plate_radius_m >= 0.2,
        fps=take.camera.fps,
        source=bar.source if plated else f"{bar.source} ({kin.plate.doubt})",
        found=float(kin.plate.found[clear].mean()) if clear.any() else np.nan,
        elsewhere_s=_longest_s(track.time_s, wrong),
        scale_pct=100 * (kin.plate.radius_px / float(np.median(truth.radius_px)) - 1),
        path_cm=_path_cm(analysis, truth, frames) if plated and bar.in_metres else np.nan,
        drift_cm=_drift_error(rep, truth, up) if rep else np.nan,
        speed_pct=_pct(rep.mean_mps, up.mean_mps) if rep else np.nan,
        speed_stated_pct=100 * rep.mean_doubt_mps / rep.mean_mps if rep else np.nan,
        peak_pct=_pct(rep.peak_mps, up.peak_mps) if rep else np.nan,
        peak_stated_pct=100 * rep.peak_doubt_mps / rep.peak_mps if rep else np.nan,
        range_pct=_pct(rep.range_cm, 100 * up.range_m) if rep else np.nan,
    )


def _inside(truth: TrueBar, frames: NDArray[np.integer], size_px: tuple[int, int]) -> BoolArray:
    """Frames in which the whole plate is in the picture."""
    at, reach = truth.plate_px[frames], truth.radius_px[frames][:, None]
    return np.asarray(((at > reach) & (at < np.array(size_px) - reach)).all(axis=1))


def _lifted(truth: TrueBar) -> BoolArray:
    """Frames between the first and the last in which the bar is away from where it rests."""
    away = np.flatnonzero(np.abs(truth.height_m - truth.height_m[0]) > _AWAY_M)
    lifted = np.zeros(len(truth.height_m), np.bool_)
    lifted[away[0] : away[-1] + 1] = True
    return lifted


def _longest_s(time_s: FloatArray, wrong: BoolArray) -> float:
    step_s = float(np.median(np.diff(time_s)))
    return max((time_s[b - 1] - time_s[a] + step_s for a, b in runs(wrong)), default=0.0)


@dataclass(frozen=True)
class _Up:
    """The true way up, by the same definition as the measured one."""

    frames: slice
    mean_mps: float
    peak_mps: float
    range_m: float


def _true_up(truth: TrueBar) -> _Up:
    height = truth.height_m
    top = int(height.argmax())
    low = int(height[: top + 1].argmin())
    if truth.height_m[0] > height.min() + 0.5 * np.ptp(height):  # from the top and back
        low = int(height.argmin())
        top = low + int(height[low:].argmax())
    fine_s = np.linspace(truth.time_s[low], truth.time_s[top], 2000)
    fine = np.interp(fine_s, truth.time_s, height)
    share = (fine - fine[0]) / (fine[-1] - fine[0])
    moving = fine_s[(share > SETTLED) & (share < 1 - SETTLED)]
    range_m = float(height[top] - height[low])
    mean = (1 - 2 * SETTLED) * range_m / (moving[-1] - moving[0])
    peak = float(np.gradient(height, truth.time_s)[low:top].max())
    return _Up(slice(low, top + 1), float(mean), peak, range_m)


def _pct(measured: float, true: float) -> float:
    return 100 * (measured / true - 1)


def _path_cm(analysis: SetAnalysis, truth: TrueBar, frames: NDArray[np.integer]) -> float:
    """Root mean square distance of the measured from the true path, both from their start."""
    kin, bar = analysis.kinematics, analysis.bar
    ahead = 1.0 if kin.view.facing == "right" else -1.0
    scale = 100 * bar.m_per_px
    x = ahead * kin.plate.centre_px[:, 0] / kin.plate.flatness * scale
    y = -kin.plate.centre_px[:, 1] * scale
    use = _lifted(truth)[frames] & np.isfinite(x)
    if not use.any():
        return np.nan
    dx = x[use] - 100 * truth.forward_m[frames][use]
    dy = y[use] - 100 * truth.height_m[frames][use]
    return float(np.sqrt(np.mean((dx - np.median(dx)) ** 2 + (dy - np.median(dy)) ** 2)))


def _drift_error(rep: BarRep, truth: TrueBar, up: _Up) -> float:
    forward = truth.forward_m[up.frames] - truth.forward_m[up.frames.start]
    return float(rep.drift_cm - 100 * forward[np.abs(forward).argmax()])


def _row(name: str, some: Sequence[Reading]) -> str:
    plated = [r for r in some if r.source == "plate"]
    speed = [r for r in plated if np.isfinite(r.speed_pct)]

    def of(name: str, share: float = 0.5) -> float:
        values = np.abs([getattr(r, name) for r in plated])
        values = values[np.isfinite(values)]
        return float(np.quantile(values, share)) if values.size else np.nan

    held = np.mean([abs(r.speed_pct) <= r.speed_stated_pct for r in speed]) if speed else np.nan
    peaks = [r for r in speed if np.isfinite(r.peak_pct)]
    tops = np.mean([abs(r.peak_pct) <= r.peak_stated_pct for r in peaks]) if peaks else np.nan
    found = [r.found for r in plated if np.isfinite(r.found)]
    worst_s = max((r.elsewhere_s for r in plated), default=np.nan)
    return (
        f"| {name} | {len(plated)} of {len(some)} | {100 * np.mean(found):.0f} % "
        f"| {worst_s:.2f} | {of('path_cm'):.1f} / {of('path_cm', 0.9):.1f} "
        f"| {of('speed_pct'):.1f} / {of('speed_pct', 0.9):.1f} | {100 * held:.0f} % "
        f"| {of('peak_pct'):.1f} / {of('peak_pct', 0.9):.1f} | {100 * tops:.0f} % "
        f"| {of('range_pct'):.1f} | {of('scale_pct'):.1f} |"
    )


_HEAD = """\
| clips | plate followed | of its frames | elsewhere [s], worst | path [cm] | mean speed [%] | \
inside ± | peak speed [%] | inside ± | range [%] | size [%] |
|---|---|---|---|---|---|---|---|---|---|---|"""


def _tables(readings: Sequence[Reading]) -> Iterator[str]:
    yield _HEAD
    square = [r for r in readings if r.square]
    yield _row("**square to 10°**", square)
    for lift in _LIFTS:
        yield _row(f"{lift}, to 10°", [r for r in square if r.lift == lift])
    yield _row("10 to 15°", [r for r in readings if not r.square])
    for kind in KINDS:
        yield _row(f"{kind} bodies", [r for r in readings if r.kind == kind])
    yield _row("plates of 400 mm and more", [r for r in readings if r.full])
    yield _row("smaller plates", [r for r in readings if not r.full])
    for fps in (15.0, 30.0):
        yield _row(f"{fps:.0f} frames a second", [r for r in readings if r.fps == fps])


def _labelled(tracks: Path | None) -> Iterator[str]:
    """What was found in the labelled clips."""
    with (LABELLED / "labels.csv").open(newline="", encoding="utf-8") as stream:
        names = [Path(row["file"]) for row in csv.DictReader(stream)]
    yield "| clip | plate | of the frames of its repetitions | flat | metres |"
    yield "|---|---|---|---|---|"
    for name in names:
        analysis = analyze_track(kept_track(LABELLED / name, tracks), Settings())
        plate, bar = analysis.kinematics.plate, analysis.bar
        during = np.zeros(len(plate.found), np.bool_)
        for one in analysis.reps:
            during[one.rep.start : one.rep.end + 1] = True
        if not plate.found.any():
            yield f"| {name.stem} | no: {plate.doubt} | | | |"
            continue
        share = f"{100 * plate.found[during].mean():.0f} %" if during.any() else ""
        metres = "yes" if bar.in_metres else f"no: {bar.scale_doubt}"
        yield f"| {name.stem} | yes | {share} | {plate.flatness:.2f} | {metres} |"


def main() -> None:
    """Write the page."""
    parser = options(__doc__, "bar.md")
    parser.add_argument("--each", type=int, default=12)
    parser.add_argument("--tracks", type=Path, help="folder that keeps the labelled clips' tracks")
    arguments = parser.parse_args()
    readings = []
    for kind, take in bar_takes(arguments.each):
        readings.append(read(kind, take))
        print(take.name, readings[-1], file=sys.stderr)
    page = [_ABOUT, *_tables(readings)]
    if LABELLED.is_dir():
        page += ["", _REAL, *_labelled(arguments.tracks)]
    arguments.out.write_text("\n".join(page) + "\n", encoding="utf-8")


_ABOUT = """\
# The bar: path, speed and range against the truth

Made by `python benchmarks/bar.py`. Rendered lifters of both kinds of bodies, one repetition a clip,
plates of a told diameter; most clips have 15 frames a second, which is harder than what phones
film. Errors are median / 90th percentile, of clips in which a plate was followed. *Of its frames*:
those in which the bar is away from where it rests and the whole plate is in the picture.
*Elsewhere*: the longest time that something further from the plate's true middle than 0.3 of its
radius was followed. *Inside ±*: how often the error lies within the stated interval. *Path*: root
mean square distance from the true path, both about their medians. *Size*: of the plate in the
picture.
"""
_REAL = """\
## What this says

- Wanted were speeds within 5 %, paths within 1.5 cm to 10°, 95 % of the frames, and nothing else
  followed for longer than 0.2 s. Paths hold, and the median speed does; its 90th percentile does
  not: plates read 2 % too large, and at 15 frames a second a way of 0.6 s has ten frames. Frames
  fall short to 10°: a plate that is not clear is looked for only five times a second.
- What else was followed for longer than 0.2 s, where an earlier run was looked at clip by clip:
  the far end of the bar (it moves alike, and is its own scale), and a disc beside the plate for
  half a second before the lift.
- Rendered discs are easy. Of the real clips below with a plate, eight were looked at with the disc
  drawn on frames: it lay on the plate. The others were not.

## Labelled clips of real people

Followed or refused, and why; whether the plate is taken for a full-size one. A plate with rings of
several colours and a dark rim is refused metres: its inner ring is seen better than its rim.
"""


if __name__ == "__main__":
    main()
