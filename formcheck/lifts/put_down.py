"""Tell the last deadlift of a set from standing up without the bar.

Both look alike in the joints. With the bar at lock-out, plates, bar and hands change
the outline in front of the thighs; without it, that outline is another one. And
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
# In trunk lengths. Plates that the silhouette takes in carry the outline further out than
# the lifter's own, those that it leaves out bite into it. Read once, and in no table: on
# rendered sets standing up without the bar reached 0.08-0.36 less far than the lock-outs
# before, or 0.21-0.25 further; real lock-outs of one set differ by up to 0.06, and one held
# for the camera reached 0.06 to 0.13 further. What counting comes to with these limits is
# in benchmarks/accuracy.md and clips.md.
_FURTHER, _CLOSER = 0.18, 0.1
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
    unloaded = _much_faster(reps[-1], earlier, kin) or _another_outline(
        reps[-1], earlier, track, kin
    )
    return reps[:-1] if unloaded else reps


def _much_faster(last: Rep, earlier: list[Rep], kin: Kinematics) -> bool:
    usual = float(np.median([_speed(rep, kin) for rep in earlier]))
    return _speed(last, kin) > _MUCH_FASTER * usual


def _speed(rep: Rep, kin: Kinematics) -> float:
    rise = kin.joints.shoulder_height[rep.reached] - kin.joints.shoulder_height[rep.start]
    return float(rise / (kin.time_s[rep.reached] - kin.time_s[rep.start]))


def _another_outline(last: Rep, earlier: list[Rep], track: PoseTrack, kin: Kinematics) -> bool:
    if not last.complete:
        return False
    front = track.profile[:, 1 if kin.view.facing == "right" else 0][:, _THIGH]
    usual = np.array([_lock_out(front, rep) for rep in earlier])
    if not np.isfinite(usual).all():
        return False
    further = _lock_out(front, last) - float(np.median(usual))
    # With a single one before, nobody knows how far they differ.
    closer = _CLOSER if usual.size > 1 else _FURTHER
    if further < 0:
        return bool(np.ptp(usual) < closer < -further)
    return bool(np.ptp(usual) < _FURTHER < further)


def _lock_out(front: NDArray[np.float32], rep: Rep) -> float:
    """Median distance of the front outline from the axis while the rep is held; NaN unseen."""
    held = front[rep.reached : rep.left + 1]
    known = held[np.isfinite(held)]
    return float(np.median(known)) if known.size >= held.size / 2 else float("nan")
