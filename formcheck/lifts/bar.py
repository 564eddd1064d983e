"""Speed, range, tempo and path of the bar in each repetition."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any, Literal

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.geometry import Kinematics
from formcheck.geometry.person import TRUNK_PER_STATURE
from formcheck.geometry.signals import (
    TO_90_PERCENT,
    fill_gaps,
    lowpass,
    remove_spikes,
    running_median,
)
from formcheck.lifts.exercises import Exercise
from formcheck.lifts.reps import SETTLED, Rep

__all__ = ["FULL_SIZE_MM", "NO_BAR", "Bar", "BarRep", "BarSource", "ScaleDoubt", "measure_bar"]

BarSource = Literal["plate", "hands", "shoulders", "hips", "head"]
ScaleDoubt = Literal["", "no-plate", "small-plate"]

# Bumper plates and competition discs of 10 kg and more (IWF Technical and Competition Rules
# 2024, 3.3.3: 450 mm, give or take 1).
FULL_SIZE_MM = 450.0
# A trunk beside a full-size plate measures no more than this, in metres of the plate's
# plane: 0.50 m of a lifter of 1.75 m (Drillis & Contini 1966), seen at least a tenth
# smaller as the plate is nearer to the camera. Where it seems longer, the plate is a small
# one, or its rim was not seen. A stated diameter is doubted less.
_LONGEST_TRUNK_M, _LONGEST_TRUNK_GIVEN_M = 0.45, 0.55
# Rendered plates read some 2 % too large where the camera looks down on their thickness, with
# as much again for what else the errors of speed show (benchmarks/bar.md); the trunk's share
# of the stature differs between people by some 4 %, with as much again for where MediaPipe
# puts hips and shoulders.
_PLATE_SCALE_SD, _HEIGHT_SCALE_SD = 0.03, 0.06
# Where a way begins and ends is told from what was seen: a filter would make it longer. The
# peak of the speed needs one; a heavy bar has little above this.
_CUTOFF_HZ = 6.0
# The bar may begin before and stop after what the repetition is counted on.
_AROUND_S = 0.4
# Single frames are off by more than their neighbours forth and back; this long is the bar.
_CALM_S = 0.2
# Of the frames of a way up or down, the plate is found in this share at least.
_LEAST_FOUND = 0.8
# When a bar passes a height, frames tell to this share of the time between two, so that the
# stated intervals of rendered clips hold (benchmarks/bar.md).
_TIMING_STEPS = 0.5
# A view as oblique as this shows too little of the path forth and back: 26 degrees.
_LEAST_FLATNESS = 0.9
_LIFTED: dict[str, BarSource] = {
    "shoulder_height": "shoulders",
    "hip_height": "hips",
    "head_height": "head",
    "higher_hand": "hands",
    "lower_hand": "hands",
}


@dataclass(frozen=True)
class BarRep:
    """One repetition of the bar; NaN where it is not known, all doubts half 90 % intervals.

    Attributes
    ----------
    source : {"plate", "hands", "shoulders", "hips", "head"}
    down_s, bottom_s, up_s, top_s : float
        Tempo: the way down, the pause at the bottom, the way up, the pause at the top.
    speed : float
        Mean on the way up, in the bar's own unit: to be compared within the clip only.
    speed_doubt : float
        As a share of `speed`, without the scale, which is the same in all repetitions.
    mean_mps, mean_doubt_mps, peak_mps, peak_doubt_mps : float
        On the way up.
    range_cm, range_doubt_cm : float
    drift_cm, drift_doubt_cm : float
        Furthest from above where the bar began, against the mid-foot that stands still:
        + towards the toes.
    """

    source: BarSource = "shoulders"
    down_s: float = math.nan
    bottom_s: float = math.nan
    up_s: float = math.nan
    top_s: float = math.nan
    speed: float = math.nan
    speed_doubt: float = math.nan
    mean_mps: float = math.nan
    mean_doubt_mps: float = math.nan
    peak_mps: float = math.nan
    peak_doubt_mps: float = math.nan
    range_cm: float = math.nan
    range_doubt_cm: float = math.nan
    drift_cm: float = math.nan
    drift_doubt_cm: float = math.nan


NO_BAR = BarRep()


@dataclass(frozen=True, eq=False)
class Bar:
    """What is lifted, through the whole clip.

    Attributes
    ----------
    source : {"plate", "hands", "shoulders", "hips", "head"}
        What was followed.
    plate_mm : float
        Diameter that metres stand on; NaN without.
    assumed : bool
        Whether the diameter was taken to be that of a full-size plate.
    m_per_px : float
        NaN without metres.
    scale_sd : float
        Standard deviation of the scale, as a share of it.
    scale_doubt : {"", "no-plate", "small-plate"}
        Why there are no metres; empty where there are.
    path_cm : float (N, 2)
        Way towards the toes from where the first repetition begins, and height over the lowest
        point of all; NaN without a plate or metres.
    reps : tuple of BarRep
    """

    source: BarSource
    plate_mm: float
    assumed: bool
    m_per_px: float
    scale_sd: float
    scale_doubt: ScaleDoubt
    path_cm: FloatArray
    reps: tuple[BarRep, ...]

    @property
    def in_metres(self) -> bool:
        """Whether speeds and ranges have a scale."""
        return math.isfinite(self.m_per_px)


@dataclass(frozen=True, eq=False)
class _Course:
    """Height, as seen and smoothed, and way forward of what is lifted, float (N,), in pixels."""

    time_s: FloatArray
    height: FloatArray
    smooth: FloatArray
    forward: FloatArray
    sd_px: float
    found: FloatArray


def measure_bar(
    kin: Kinematics,
    reps: Sequence[Rep],
    exercise: Exercise,
    *,
    plate_mm: float | None = None,
    height_m: float | None = None,
) -> Bar:
    """Measure the bar in every repetition, or what stands in for it.

    Parameters
    ----------
    kin : Kinematics
    reps : sequence of Rep
    exercise : Exercise
    plate_mm : float, optional
        Diameter of the plates; a full-size plate is taken to be `FULL_SIZE_MM` without.
    height_m : float, optional
        The lifter's height: the scale where no plate is seen.
    """
    if kin.plate.found.any():
        bar, course = _plate_bar(kin, plate_mm), _plate_course(kin)
    else:
        source = _LIFTED.get(exercise.load, "shoulders")
        bar, course = _body_bar(kin, source, height_m), _body_course(kin, exercise)
    measured = [_measure(rep, course, bar, kin) for rep in reps]
    path_cm = _path_cm(course, bar, reps)
    return replace(bar, path_cm=path_cm, reps=tuple(_with_pauses(reps, measured)))


def _path_cm(course: _Course, bar: Bar, reps: Sequence[Rep]) -> FloatArray:
    path = 100 * bar.m_per_px * np.stack([course.forward, course.height], axis=1)
    known = np.asarray(np.isfinite(path).all(axis=1))
    during = np.zeros(len(path), np.bool_)
    for rep in reps:
        during[rep.start : rep.end + 1] = True
    if bar.source != "plate" or not (known & during).any():
        return np.full_like(path, np.nan)
    first = int(np.flatnonzero(known & during)[0])
    origin = np.array([path[first, 0], np.nanmin(path[known & during, 1])])
    return np.where(known[:, None], path - origin, np.nan)


def _plate_bar(kin: Kinematics, plate_mm: float | None) -> Bar:
    plate, trunk_px = kin.plate, kin.lifter.trunk_px
    diameter_mm = FULL_SIZE_MM if plate_mm is None else plate_mm
    m_per_px = diameter_mm / 2000 / plate.radius_px
    longest_m = _LONGEST_TRUNK_M if plate_mm is None else _LONGEST_TRUNK_GIVEN_M
    small = trunk_px * m_per_px > longest_m
    return Bar(
        source="plate",
        plate_mm=math.nan if small else diameter_mm,
        assumed=plate_mm is None,
        m_per_px=math.nan if small else m_per_px,
        scale_sd=_PLATE_SCALE_SD,
        scale_doubt="small-plate" if small else "",
        path_cm=np.empty((0, 2)),
        reps=(),
    )


def _body_bar(kin: Kinematics, source: BarSource, height_m: float | None) -> Bar:
    known = height_m is not None and math.isfinite(kin.lifter.trunk_px)
    scale = TRUNK_PER_STATURE * height_m / kin.lifter.trunk_px if known and height_m else math.nan
    return Bar(
        source=source,
        plate_mm=math.nan,
        assumed=False,
        m_per_px=scale,
        scale_sd=_HEIGHT_SCALE_SD,
        scale_doubt="" if known else "no-plate",
        path_cm=np.empty((0, 2)),
        reps=(),
    )


def _plate_course(kin: Kinematics) -> _Course:
    plate, time_s = kin.plate, kin.time_s
    # A bar goes up and down fast, but not forth and back: a frame that jumps there is wrong.
    sane = np.isfinite(remove_spikes(time_s, plate.centre_px[:, 0]))
    x, y = (fill_gaps(time_s, np.where(sane, one, np.nan)) for one in plate.centre_px.T)
    ahead = 1.0 if kin.view.facing == "right" else -1.0
    calm = running_median(time_s, x, _CALM_S)
    off_px = np.abs(x - calm)[np.isfinite(x)]
    scatter_px = 1.4826 * float(np.median(off_px)) if off_px.size else 0.0
    return _Course(
        time_s=time_s,
        height=-y,
        smooth=lowpass(time_s, -y, _CUTOFF_HZ),
        forward=ahead * lowpass(time_s, calm, _CUTOFF_HZ) / plate.flatness,
        sd_px=max(scatter_px, float(np.median(plate.sd_px[plate.found]))),
        found=plate.found.astype(np.float64),
    )


def _body_course(kin: Kinematics, exercise: Exercise) -> _Course:
    height: FloatArray = getattr(kin.joints, exercise.load) * kin.lifter.trunk_px
    return _Course(
        time_s=kin.time_s,
        height=height,
        smooth=height,
        forward=np.full_like(height, np.nan),
        sd_px=0.02 * kin.lifter.trunk_px,
        found=np.isfinite(height).astype(np.float64),
    )


@dataclass(frozen=True)
class _Way:
    """One way of the bar, up or down: when it begins and ends, and how far it goes."""

    begin_s: float = math.nan
    end_s: float = math.nan
    length: float = math.nan

    @property
    def lasting_s(self) -> float:
        return self.end_s - self.begin_s


def _measure(rep: Rep, course: _Course, bar: Bar, kin: Kinematics) -> tuple[BarRep, _Way, _Way]:
    out = _way(rep.start, rep.reached, course, rises=rep.rises)
    back = _way(rep.left, rep.end, course, rises=not rep.rises) if rep.came_back else _Way()
    if rep.cut and not rep.came_back:
        out = _Way()
    up, down = (out, back) if rep.rises else (back, out)
    return _bar_rep(up, down, course, bar, kin), up, down


def _way(start: int, stop: int, course: _Course, *, rises: bool) -> _Way:
    """Where the bar goes from one end to the other, but for `SETTLED` at both."""
    time_s = course.time_s
    first = int(np.searchsorted(time_s, time_s[start] - _AROUND_S))
    last = int(np.searchsorted(time_s, time_s[stop] + _AROUND_S, side="right"))
    frames = slice(first, last)
    height = course.height[frames] if rises else -course.height[frames]
    inner = slice(start - first, stop - first + 1)
    if stop <= start or not np.isfinite(height[inner]).all():
        return _Way()
    if course.found[start : stop + 1].mean() < _LEAST_FOUND:
        return _Way()
    middle = (start + stop) // 2 - first
    low = int(np.nanargmin(height[: middle + 1]))
    top = middle + int(np.nanargmax(height[middle:]))
    length = float(height[top] - height[low])
    if not length > 0:
        return _Way()
    share = (height[low : top + 1] - height[low]) / length
    moment_s = time_s[frames][low : top + 1]
    begin_s = _last_below(moment_s, share, SETTLED)
    end_s = -_last_below(-moment_s[::-1], 1 - share[::-1], SETTLED)
    return _Way(begin_s, end_s, length) if end_s > begin_s else _Way()


def _last_below(time_s: FloatArray, share: FloatArray, level: float) -> float:
    """When the share last passes a level on its way up, between two frames."""
    at = int(np.flatnonzero(share[:-1] <= level)[-1])
    gone = (level - share[at]) / max(share[at + 1] - share[at], 1e-9)
    return float(time_s[at] + min(gone, 1.0) * (time_s[at + 1] - time_s[at]))


def _bar_rep(up: _Way, down: _Way, course: _Course, bar: Bar, kin: Kinematics) -> BarRep:
    if not math.isfinite(up.length):
        return BarRep(source=bar.source, down_s=down.lasting_s)
    mean = (1 - 2 * SETTLED) * up.length / up.lasting_s
    step_s = float(np.median(np.diff(course.time_s)))
    timing = _TIMING_STEPS * step_s / up.lasting_s
    placing = math.sqrt(2) * course.sd_px / up.length
    own = math.hypot(timing, placing)
    scaled = math.hypot(own, bar.scale_sd)
    peak, peak_own = _peak(up, course, step_s)
    drift_px = _drift(up, course)
    metres = bar.m_per_px
    visible = kin.plate.flatness >= _LEAST_FLATNESS and bar.source == "plate"
    drift_doubt_px = math.hypot(2 * course.sd_px, bar.scale_sd * drift_px) if visible else math.nan
    return BarRep(
        source=bar.source,
        down_s=down.lasting_s,
        up_s=up.lasting_s,
        speed=mean,
        speed_doubt=TO_90_PERCENT * own,
        mean_mps=mean * metres,
        mean_doubt_mps=TO_90_PERCENT * scaled * mean * metres,
        peak_mps=peak * metres,
        peak_doubt_mps=TO_90_PERCENT * math.hypot(peak_own, bar.scale_sd) * peak * metres,
        range_cm=100 * up.length * metres,
        range_doubt_cm=100 * TO_90_PERCENT * math.hypot(placing, bar.scale_sd) * up.length * metres,
        drift_cm=100 * drift_px * metres if visible else math.nan,
        drift_doubt_cm=100 * TO_90_PERCENT * drift_doubt_px * metres,
    )


def _peak(up: _Way, course: _Course, step_s: float) -> tuple[float, float]:
    """Highest speed on the way up, and its standard deviation as a share of it."""
    time_s = course.time_s
    rising = (time_s >= up.begin_s) & (time_s <= up.end_s)
    speed = np.gradient(course.smooth, time_s)[rising]
    peak = float(np.nanmax(speed)) if np.isfinite(speed).any() else math.nan
    # Over a quarter of a period of the filter, that many frames tell the slope.
    window_s = 0.25 / _CUTOFF_HZ
    frames = max(2.0, window_s / step_s)
    noise = course.sd_px * math.sqrt(12 / frames) / max(window_s, step_s)
    return peak, noise / peak if peak > 0 else math.nan


def _drift(up: _Way, course: _Course) -> float:
    time_s = course.time_s
    rising = (time_s >= up.begin_s) & (time_s <= up.end_s)
    forward = course.forward[rising]
    forward = forward[np.isfinite(forward)] - (forward[0] if forward.size else 0.0)
    if not forward.size or not np.isfinite(forward).all():
        return math.nan
    return float(forward[np.abs(forward).argmax()])


def _with_pauses(
    reps: Sequence[Rep], measured: Sequence[tuple[BarRep, _Way, _Way]]
) -> list[BarRep]:
    """The repetitions with the pauses between their ways, and before the next one."""
    found = []
    for i, (rep, (bar, up, down)) in enumerate(zip(reps, measured, strict=True)):
        later = measured[i + 1] if i + 1 < len(measured) else None
        if rep.rises:
            top_s = down.begin_s - up.end_s
            bottom_s = later[1].begin_s - down.end_s if later else math.nan
        else:
            bottom_s = up.begin_s - down.end_s
            top_s = later[2].begin_s - up.end_s if later else math.nan
        paused = replace(bar, top_s=max(top_s, 0.0), bottom_s=max(bottom_s, 0.0))
        found.append(_one_nan(paused))
    return found


def _one_nan(bar: BarRep) -> BarRep:
    """The same with one object for all that is missing, so that equal ones compare equal."""
    missing: dict[str, Any] = {
        name: math.nan
        for name, value in asdict(bar).items()
        if isinstance(value, float) and math.isnan(value)
    }
    return replace(bar, **missing)
