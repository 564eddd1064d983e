"""What is measured in the repetitions of some lifts only."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry import Kinematics
from formcheck.geometry.neutral import Neutral
from formcheck.geometry.signals import running_median, runs
from formcheck.lifts.exercises import Exercise, Measure
from formcheck.lifts.reps import Rep

__all__ = ["JOINT_DOUBT_DEG", "UNSEEN", "Measured", "measure_lift"]


# Joint angles in a side view repeat to some 5 degrees on the labelled clips mirrored and
# at half size (benchmarks/invariance.md has the same for the back).
JOINT_DOUBT_DEG = 5.0
# "Left neutral": beyond it by about the doubt of one frame and of the neutral.
_LEFT_NEUTRAL_DEG = 10.0
_SUSTAINED_S = 0.2
# Hips that rise less than this, in trunk lengths, do not lead: a stiff-legged pull.
_HIPS_MOVE = 0.15
_HIPS_UP_SHARE = 0.9
_CROUCHED_S = 1.0
# Half-width of the window around a moment, against the noise of single frames.
_MOMENT_S = 0.1


@dataclass(frozen=True)
class Measured:
    """One value in degrees, half its 90 % interval, and when it was seen; NaN unseen."""

    value_deg: float
    uncertainty_deg: float
    at_s: float


@dataclass(frozen=True, eq=False)
class _Scene:
    rep: Rep
    kin: Kinematics
    exercise: Exercise
    neutral: Neutral


UNSEEN = Measured(float("nan"), float("nan"), float("nan"))


def measure_lift(
    rep: Rep, kin: Kinematics, exercise: Exercise, neutral: Neutral
) -> Mapping[Measure, Measured]:
    """Everything that the lift asks for, from one repetition.

    `UNSEEN` where the view or the back does not show it.
    """
    if not kin.measurable:
        return dict.fromkeys(exercise.measures, UNSEEN)
    scene = _Scene(rep, kin, exercise, neutral)
    return {name: _MEASURES[name](scene) for name in exercise.measures}


def _flexion_onset(scene: _Scene) -> Measured:
    """Hip angle at which the back leaves neutral on the way down."""
    kin, frames = scene.kin, _way_down(scene.rep)
    with np.errstate(invalid="ignore"):
        left = kin.back.lumbar_deg[frames] - scene.neutral.lumbar_deg > _LEFT_NEUTRAL_DEG
    time_s = np.abs(kin.time_s[frames] - kin.time_s[frames[0]])
    for start, stop in runs(left):
        if time_s[stop - 1] - time_s[start] >= _SUSTAINED_S or stop == left.size:
            return _joint(kin, kin.joints.hip_deg, int(frames[start]))
    return UNSEEN


def _depth(scene: _Scene) -> Measured:
    """Thigh above the level at the bottom; negative below."""
    return _joint(scene.kin, scene.kin.joints.thigh_rise_deg, _middle(scene.rep.low))


def _wink(scene: _Scene) -> Measured:
    """Flexion that the lower half of the way down adds."""
    kin, frames = scene.kin, _way_down(scene.rep)
    height: FloatArray = getattr(kin.joints, scene.exercise.swing.signal)[frames]
    halfway = int(frames[np.argmax(height <= (height[0] + height[-1]) / 2)])
    return _less(_moment(kin, _middle(scene.rep.low)), _moment(kin, halfway))


def _lean_at_hips_up(scene: _Scene) -> Measured:
    """How far the trunk still leans when the hips have done nine tenths of their rise."""
    rep, joints, time_s = scene.rep, scene.kin.joints, scene.kin.time_s
    # Hips that shoot up do so before the bar leaves the floor.
    crouched = int(np.searchsorted(time_s, time_s[rep.start] - _CROUCHED_S))
    height = joints.hip_height[crouched : rep.reached + 1]
    low = height[: rep.start + 1 - crouched]
    if not rep.rises or not np.isfinite(low).any():
        return UNSEEN
    begin = int(np.nanargmin(low))
    rise = height[begin:] - height[begin]
    top = float(np.nanmax(rise, initial=0.0))
    if top < _HIPS_MOVE:
        return UNSEEN
    up = crouched + begin + int(np.argmax(rise >= _HIPS_UP_SHARE * top))
    return _joint(scene.kin, joints.trunk_lean_deg, up)


def _lean_low(scene: _Scene) -> Measured:
    """Lean of the trunk at the bottom."""
    return _joint(scene.kin, scene.kin.joints.trunk_lean_deg, _middle(scene.rep.low))


def _lean_added(scene: _Scene) -> Measured:
    """How much further the trunk leans on the way up: hips that rise before the shoulders."""
    kin, rep = scene.kin, scene.rep
    if rep.rises or not rep.came_back:
        return UNSEEN
    lean = kin.joints.trunk_lean_deg[rep.left : rep.end + 1]
    if not np.isfinite(lean).any():
        return UNSEEN
    most = _joint(kin, kin.joints.trunk_lean_deg, rep.left + int(np.nanargmax(lean)))
    low = _lean_low(scene)
    added_deg = max(0.0, most.value_deg - low.value_deg)
    seen = np.isfinite(most.value_deg) and np.isfinite(low.value_deg)
    return Measured(added_deg, JOINT_DOUBT_DEG, most.at_s) if seen else UNSEEN


def _curl(scene: _Scene) -> Measured:
    """Flexion of the back from lying, or from the neutral where that is hidden, to the most.

    The most that is held, wherever that is: a roll-up's curl is over before the top.
    """
    kin, neutral = scene.kin, scene.neutral
    lying = _moment(kin, _middle(scene.rep.low))
    if np.isfinite(lying.value_deg):
        return _less(_most_flexed(scene), lying)
    return _less(
        _most_flexed(scene), Measured(neutral.lumbar_deg, neutral.uncertainty_deg, float("nan"))
    )


def _most_flexed(scene: _Scene) -> Measured:
    """The moment of a repetition about which the back is most flexed."""
    kin, frames = scene.kin, slice(scene.rep.start, scene.rep.end + 1)
    angle = running_median(kin.time_s[frames], kin.back.lumbar_deg[frames], 2 * _MOMENT_S)
    if not np.isfinite(angle).any():
        return UNSEEN
    return _moment(kin, scene.rep.start + int(np.nanargmax(angle)))


_MEASURES: Mapping[Measure, Callable[[_Scene], Measured]] = MappingProxyType(
    {
        "flexion_onset_hip_deg": _flexion_onset,
        "depth_thigh_deg": _depth,
        "wink_deg": _wink,
        "lean_at_hips_up_deg": _lean_at_hips_up,
        "curl_deg": _curl,
        "lean_low_deg": _lean_low,
        "lean_added_deg": _lean_added,
    }
)


def _way_down(rep: Rep) -> NDArray[np.intp]:
    """Frames of the swing that goes down; of a rise that was not lowered, backwards."""
    if not rep.rises:
        return np.arange(rep.start, rep.reached + 1)
    if rep.came_back:
        return np.arange(rep.left, rep.end + 1)
    return np.arange(rep.reached, rep.start - 1, -1)


def _middle(frames: slice) -> int:
    return int(frames.start + frames.stop - 1) // 2


def _joint(kin: Kinematics, angle: FloatArray, at: int) -> Measured:
    """A joint's angle around one frame."""
    near = angle[_near(kin, at)]
    seen = near[np.isfinite(near)]
    if not seen.size:
        return UNSEEN
    return Measured(float(np.median(seen)), JOINT_DOUBT_DEG, float(kin.time_s[at]))


def _moment(kin: Kinematics, at: int) -> Measured:
    """The lumbar angle around one frame."""
    near = _near(kin, at)
    near = near[np.isfinite(kin.back.lumbar_deg[near])]
    if not near.size:
        return UNSEEN
    angle, doubt = kin.back.lumbar_deg[near], kin.back.uncertainty_deg[near]
    return Measured(float(np.median(angle)), float(np.median(doubt)), float(kin.time_s[at]))


def _near(kin: Kinematics, at: int) -> NDArray[np.intp]:
    return np.flatnonzero(np.abs(kin.time_s - kin.time_s[at]) <= _MOMENT_S)


def _less(a: Measured, b: Measured) -> Measured:
    doubt = float(np.hypot(a.uncertainty_deg, b.uncertainty_deg))
    return Measured(a.value_deg - b.value_deg, doubt, a.at_s)
