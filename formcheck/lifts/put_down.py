"""Tell the last deadlift of a set from standing up without the bar.

Both look alike in the joints. Where the plate is seen, it tells: it rises with the lifter
or it does not. Else, with the bar at lock-out, plates, bar and hands change the outline in
front of the thighs; without it, that outline is another one. And nobody lifts a bar twice
as fast as in the repetitions before.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry import Kinematics
from formcheck.lifts.reps import Rep
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

__all__ = ["without_standing_up"]

# Along the trunk's axis below the hip, where the hands hold the bar at lock-out.
_THIGH = (STATIONS > -0.36) & (STATIONS < -0.1)
# In trunk lengths. Plates that the silhouette takes in carry the outline further out than
# the lifter's own, those that it leaves out bite into it. Read once, and in no table: on
# rendered sets standing up without the bar reached 0.08-0.36 less far than the lock-outs
# before, or 0.21-0.25 further; real lock-outs of one set differ by up to 0.06, and one held
# for the camera reached 0.06 to 0.13 further. What counting comes to with these limits is
# in benchmarks/accuracy.md and clips.md.
_FURTHER, _CLOSER = 0.18, 0.1
_MANY, _ALIKE, _SPREAD = 3, 0.08, 1.5
# Repetitions of one load differ in speed by less: half of it is lost where lifters
# fail (Gonzalez-Badillo and Sanchez-Medina 2010).
_MUCH_FASTER = 2.0
# Counted once, in no table. On 15 lifts of 12 labelled clips, and 59 of 57 rendered lifters of
# both kinds, the plate is found in 0.62 to 1.0 of the frames of the way up (one in 0.32), and
# rises 1.0 to 1.4 times as far as the shoulders (seen on 35 of them). While a lifter stands up
# without the bar (one labelled, 54 rendered) it is found in 0.53 at most, where it lies, but for
# three in which it is seen to lie still.
_FOUND, _LIFTED, _LEFT, _FEWEST_FOUND = 0.55, 0.5, 0.25, 3
# Who lowered every repetition and then stays up for this long holds nothing any more, as
# far as nothing else tells: a bar at lock-out is put down or dropped sooner.
_STAYS_S = 1.5
# Who stands for so long before bending down again may have rested.
_RESTS_S = 3.0


def without_standing_up(
    reps: tuple[Rep, ...], track: PoseTrack, kin: Kinematics
) -> tuple[Rep, ...]:
    """Drop the last repetition of each set that ends upright, if the bar is not there.

    Parameters
    ----------
    reps : tuple of Rep
        In order of time. A set ends with one that is not lowered again.
    track : PoseTrack
    kin : Kinematics

    Returns
    -------
    tuple of Rep
        Unchanged where there are too few lock-outs to compare with.
    """
    lowered = [rep for rep in reps if rep.whole and rep.came_back]
    rises = [_plate_rises(rep, kin) for rep in reps]
    kept = []
    for number, rep in enumerate(reps):
        without = _plate_tells(rep, rises[number], kin) if any(rises) else None
        if without is None:
            without = _stands_up(number, reps, lowered, track, kin)
        if not without:
            kept.append(rep)
    return tuple(kept)


def _plate_tells(rep: Rep, rises: bool | None, kin: Kinematics) -> bool | None:
    """Whether a lifter gets up without the bar, where its plate rises in some repetition."""
    if rises is not None:
        return not rises
    return True if not rep.came_back and _plate_is_gone(rep, kin) else None


def _stands_up(
    number: int, reps: tuple[Rep, ...], lowered: list[Rep], track: PoseTrack, kin: Kinematics
) -> bool:
    """Whether a repetition looks like getting up without the bar after those of its set."""
    rep = reps[number]
    rests = rep.came_back and kin.time_s[rep.left] - kin.time_s[rep.reached] > _RESTS_S
    others = [one for one in lowered if one is not rep]
    if not number or not reps[number - 1].came_back or not others:
        return False
    if rep.came_back:
        further = _further(rep, others, track, kin)
        return bool(rests and len(others) > 1 and _another_outline(further, others, track, kin))
    lowered = others
    if _much_faster(rep, lowered, kin):
        return True
    further = _further(rep, lowered, track, kin)
    if not math.isnan(further) and (len(lowered) > 1 or abs(further) < _ALIKE):
        return _another_outline(further, lowered, track, kin)
    if abs(further) > _FURTHER:
        return True
    # Nothing tells, or a single lock-out before leaves it open.
    last = number + 1 == len(reps)
    return last and float(kin.time_s[-1] - kin.time_s[rep.end]) > _STAYS_S


def _plate_rises(rep: Rep, kin: Kinematics) -> bool | None:
    """Whether the plate goes up with the shoulders; None where that is not seen."""
    shoulders, plate = (
        heights[rep.start : rep.reached + 1]
        for heights in (kin.joints.shoulder_height, _plate(kin))
    )
    found = np.isfinite(plate) & np.isfinite(shoulders)
    if np.count_nonzero(found) < _FEWEST_FOUND:
        return None
    way = float(np.ptp(shoulders[found]))
    if way < _LIFTED * float(np.nanmax(shoulders) - np.nanmin(shoulders)):
        return None
    share = float(np.ptp(plate[found])) / way
    if share < _LEFT:
        return False
    return True if share >= _LIFTED and found.mean() >= _FOUND else None


def _plate_is_gone(rep: Rep, kin: Kinematics) -> bool:
    return bool(np.isfinite(_plate(kin)[rep.start : rep.reached + 1]).mean() < _FOUND)


def _plate(kin: Kinematics) -> FloatArray:
    """Height of the plate in trunk lengths; NaN where it was not found."""
    return -kin.plate.centre_px[:, 1] / kin.lifter.trunk_px


def _much_faster(last: Rep, earlier: list[Rep], kin: Kinematics) -> bool:
    usual = float(np.median([_speed(rep, kin) for rep in earlier]))
    return _speed(last, kin) > _MUCH_FASTER * usual


def _speed(rep: Rep, kin: Kinematics) -> float:
    rise = kin.joints.shoulder_height[rep.reached] - kin.joints.shoulder_height[rep.start]
    return float(rise / (kin.time_s[rep.reached] - kin.time_s[rep.start]))


def _further(last: Rep, earlier: list[Rep], track: PoseTrack, kin: Kinematics) -> float:
    """By how much the outline before the thighs stands further out than at the lock-outs."""
    if not last.complete:
        return math.nan
    return _lock_out(_front(track, kin), last) - float(np.median(_usual(earlier, track, kin)))


def _another_outline(further: float, earlier: list[Rep], track: PoseTrack, kin: Kinematics) -> bool:
    """Whether the outline differs by more than the lock-outs do among themselves."""
    usual = _usual(earlier, track, kin)
    # Standing up before a rest, and bending down after it, is among them at most once a set.
    inner = usual[np.argsort(np.abs(usual - np.median(usual)))][: max(4, usual.size - 1)]
    spread = float(np.ptp(inner))
    closer = _CLOSER
    if len(earlier) >= _MANY:
        closer = min(closer, max(_ALIKE, _SPREAD * spread))
    if further < 0:
        return spread < closer < -further
    return spread < _FURTHER < further


def _front(track: PoseTrack, kin: Kinematics) -> NDArray[np.float32]:
    return track.profile[:, 1 if kin.view.facing == "right" else 0][:, _THIGH]


def _usual(earlier: list[Rep], track: PoseTrack, kin: Kinematics) -> FloatArray:
    return np.array([_lock_out(_front(track, kin), rep) for rep in earlier])


def _lock_out(front: NDArray[np.float32], rep: Rep) -> float:
    """Median distance of the front outline from the axis while the rep is held; NaN unseen."""
    held = front[rep.reached : rep.left + 1]
    known = held[np.isfinite(held)]
    return float(np.median(known)) if known.size >= held.size / 2 else float("nan")
