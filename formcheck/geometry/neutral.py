"""The lifter's own neutral: the lumbar angle when they stand still, or begin."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.joints import Joints
from formcheck.geometry.lumbar import Back
from formcheck.geometry.signals import TO_90_PERCENT, runs

__all__ = [
    "Neutral",
    "WhyNone",
    "first_reps_neutral",
    "given_neutral",
    "no_neutral",
    "standing_neutral",
]


# Upright and still: the trunk within some 12 degrees of vertical, legs straight,
# the hips moving less than a tenth of a trunk length a second, for half a second.
_UPRIGHT_DEG = 12.0
_STRAIGHT_DEG = 160.0
_STILL_PER_S = 0.1
_LEAST_S = 0.5
# Who holds something overhead arches for it. In trunk lengths above the shoulder: a straight
# arm reaches 1.16 (Drillis and Contini 1966); a press may start from as high as this
# (`formcheck.lifts.exercises`).
_OVERHEAD = 0.5

# Nobody's neutral is rounded beyond flat; the labelled neutral backs reach +5 even on the
# floor. What surely is more is a set that was rounded from its beginning.
_FLAT_DEG = 10.0

# Skin follows bone differently from lifter to lifter: the share by which a change is over-
# or underread, beside what the fit states (benchmarks/back_model.md: a clip's own gain).
_GAIN_SD = 0.15

# A loose shirt hangs from the shoulder blades to the buttocks and bridges the hollow of a
# back that is upright, and nothing in the outline tells it from a flat back. Rendered
# lifters in fitted clothes read -52 to -32 at rest, in loose ones -35 to -24, up to 15
# less hollow than they are (benchmarks/accuracy.md). So the flatter a back looks at rest,
# the less is known of how hollow it is.
_HOLLOW_DEG = -38.0
_PER_DEG, _MOST_BRIDGED_DEG = 2.0, 20.0
_MUCH_BRIDGED_DEG = 10.0
# Of a lifter who lies on the back the floor hides the hollow, shirt or not.
_SUPINE_DEG = -45.0

WhyNone = Literal[
    "never-still",
    "hands-overhead",
    "hidden-standing",
    "no-rest",
    "hidden-at-rest",
    "rounded-at-rest",
]


@dataclass(frozen=True)
class Neutral:
    """The reference for `flexion_deg`.

    Attributes
    ----------
    lumbar_deg : float
        NaN where there is none.
    uncertainty_deg : float
        Half the width of its 90 % interval; 0 if it was given as a number.
    method : {"standing", "first-reps", "given", "none"}
    bridged_deg : float
        How far the back may have been more hollow than it looked, under a loose shirt;
        part of the uncertainty.
    why : tuple of str
        Where there is none: why not, for each place that was looked at. Empty otherwise,
        and where none was looked for.
    """

    lumbar_deg: float
    uncertainty_deg: float
    method: Literal["standing", "first-reps", "given", "none"]
    bridged_deg: float = 0.0
    why: tuple[WhyNone, ...] = ()

    @property
    def much_bridged(self) -> bool:
        """Whether a shirt may hide more than the measurement itself leaves open."""
        return self.bridged_deg > _MUCH_BRIDGED_DEG

    def flexion_uncertainty_deg(self, lumbar_deg: float, uncertainty_deg: float) -> float:
        """Half the 90 % interval of `lumbar_deg` less this neutral.

        The level of the lifter is the same in both and cancels.
        """
        gain = TO_90_PERCENT * _GAIN_SD * (lumbar_deg - self.lumbar_deg)
        return float(np.sqrt(uncertainty_deg**2 + self.uncertainty_deg**2 + gain**2))


def no_neutral(*why: WhyNone) -> Neutral:
    """Nothing to compare with, and why."""
    return Neutral(float("nan"), float("nan"), "none", why=why)


def given_neutral(lumbar_deg: float, uncertainty_deg: float = 0.0) -> Neutral:
    """A neutral that was measured elsewhere."""
    return Neutral(lumbar_deg, uncertainty_deg, "given")


def standing_neutral(time_s: FloatArray, joints: Joints, back: Back, busy: BoolArray) -> Neutral:
    """Median over the frames in which the lifter stands still, outside repetitions.

    With a hand overhead nobody counts as standing still.

    Parameters
    ----------
    time_s : float (N,)
    joints, back
        Over the same frames.
    busy : bool (N,)
        Frames inside repetitions.
    """
    if len(time_s) < 3:
        return no_neutral("never-still")
    still = ~busy & _stands_still(time_s, joints)
    hands_down = still & ~(joints.higher_hand > _OVERHEAD)
    frames = _lasting(time_s, hands_down & np.isfinite(back.lumbar_deg))
    if frames.size:
        return _median(joints, back, frames, "standing")
    if _lasting(time_s, hands_down).size:
        return no_neutral("hidden-standing")
    return no_neutral("hands-overhead" if _lasting(time_s, still).size else "never-still")


def _stands_still(time_s: FloatArray, joints: Joints) -> BoolArray:
    """Frames in which the lifter is upright, straight and does not move, bool (N,)."""
    speed = np.abs(np.gradient(joints.hip_height, time_s))
    return np.asarray(
        (np.abs(joints.trunk_lean_deg) < _UPRIGHT_DEG)
        & (joints.hip_deg > _STRAIGHT_DEG)
        & (joints.knee_deg > _STRAIGHT_DEG)
        & (speed < _STILL_PER_S)
    )


def _lasting(time_s: FloatArray, frames: BoolArray) -> NDArray[np.intp]:
    """Indices of those frames that belong to a run of `_LEAST_S` or longer."""
    long = [(a, b) for a, b in runs(frames) if time_s[b - 1] - time_s[a] >= _LEAST_S]
    return np.concatenate([np.arange(a, b) for a, b in long] or [np.arange(0)])


def first_reps_neutral(joints: Joints, back: Back, ends: list[slice]) -> Neutral:
    """Median over the neutral ends of the first repetitions; none if they are rounded."""
    if not ends:
        return no_neutral("no-rest")
    frames = np.concatenate([np.r_[s] for s in ends])
    frames = frames[np.isfinite(back.lumbar_deg[frames])]
    if not frames.size:
        return no_neutral("hidden-at-rest")
    neutral = _median(joints, back, frames, "first-reps")
    measured_deg = math.sqrt(neutral.uncertainty_deg**2 - neutral.bridged_deg**2)
    rounded = neutral.lumbar_deg - measured_deg > _FLAT_DEG
    return no_neutral("rounded-at-rest") if rounded else neutral


def _median(
    joints: Joints,
    back: Back,
    frames: NDArray[np.intp],
    method: Literal["standing", "first-reps"],
) -> Neutral:
    """Median, with the scatter about it, the measurement's own uncertainty and the shirt's."""
    lumbar = back.lumbar_deg[frames]
    median = float(np.median(lumbar))
    scatter = TO_90_PERCENT * 1.4826 * float(np.median(np.abs(lumbar - median)))
    own = float(np.median(back.uncertainty_deg[frames]))
    supine = float(np.median(joints.trunk_lean_deg[frames])) < _SUPINE_DEG
    bridged = 0.0 if supine else _bridged_deg(median)
    return Neutral(median, float(np.linalg.norm([scatter, own, bridged])), method, bridged)


def _bridged_deg(lumbar_deg: float) -> float:
    """How much more hollow than it looks a back may be, under a loose shirt."""
    return min(max(_PER_DEG * (lumbar_deg - _HOLLOW_DEG), 0.0), _MOST_BRIDGED_DEG)
