"""Tell the last deadlift of a set from standing up without the bar.

Both look alike in the joints. With the bar at lock-out, plates, bar and hands change
the outline in front of the thighs; without it, that outline lies closer. And
nobody lifts a bar twice as fast as in the repetitions before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from formcheck.geometry import Kinematics
from formcheck.lifts.reps import Rep
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

__all__ = ["without_standing_up"]

# Along the trunk's axis below the hip, where the hands hold the bar at lock-out.
_THIGH = (STATIONS > -0.36) & (STATIONS < -0.1)
# In trunk lengths: standing up without the bar, the outline reaches 0.08-0.36 less far
# than at the lock-outs before, on the rendered sets (benchmarks/accuracy.py). Real
# lock-outs of one set differ by up to 0.06, and one held for the camera reached 0.06
# further. With a single one before, it takes more to be sure.
_LESS_THAN_ONE, _LESS_THAN_SEVERAL = 0.18, 0.1
# Repetitions of one load differ in speed by less: half of it is lost where lifters
# fail (Gonzalez-Badillo and Sanchez-Medina 2010).
_MUCH_FASTER = 2.0


def without_standing_up(
    reps: tuple[Rep, ...], track: PoseTrack, kin: Kinematics
) -> tuple[Rep, ...]:
    """Drop a last repetition that ends upright, if the bar is not where it was before.

    Parameters
    ----------
    reps : tuple of Rep
        In order of time.
    track : PoseTrack
    kin : Kinematics

    Returns
    -------
    tuple of Rep
        Unchanged where the set has too few lock-outs to compare with.
    """
    earlier = [rep for rep in reps[:-1] if rep.complete and rep.came_back]
    if not earlier or reps[-1].came_back:
        return reps
    unloaded = _much_faster(reps[-1], earlier, kin) or _reaches_less(reps[-1], earlier, track, kin)
    return reps[:-1] if unloaded else reps


def _much_faster(last: Rep, earlier: list[Rep], kin: Kinematics) -> bool:
    usual = float(np.median([_speed(rep, kin) for rep in earlier]))
    return _speed(last, kin) > _MUCH_FASTER * usual


def _speed(rep: Rep, kin: Kinematics) -> float:
    rise = kin.joints.shoulder_height[rep.reached] - kin.joints.shoulder_height[rep.start]
    return float(rise / (kin.time_s[rep.reached] - kin.time_s[rep.start]))


def _reaches_less(last: Rep, earlier: list[Rep], track: PoseTrack, kin: Kinematics) -> bool:
    if not last.complete:
        return False
    front = track.profile[:, 1 if kin.view.facing == "right" else 0][:, _THIGH]
    usual = np.array([_lock_out(front, rep) for rep in earlier])
    if not np.isfinite(usual).all():
        return False
    less = float(np.median(usual)) - _lock_out(front, last)
    least = _LESS_THAN_SEVERAL if usual.size > 1 else _LESS_THAN_ONE
    return bool(np.ptp(usual) < least < less)


def _lock_out(front: NDArray[np.float32], rep: Rep) -> float:
    """Median distance of the front outline from the axis while the rep is held; NaN unseen."""
    held = front[rep.reached : rep.left + 1]
    known = held[np.isfinite(held)]
    return float(np.median(known)) if known.size >= held.size / 2 else float("nan")
