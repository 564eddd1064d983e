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
_MANY, _ALIKE, _SPREAD = 3, 0.08, 1.5
# Repetitions of one load differ in speed by less: half of it is lost where lifters
# fail (Gonzalez-Badillo and Sanchez-Medina 2010).
_MUCH_FASTER = 2.0
# Who lowered every repetition and then stays up for this long holds nothing any more, as
# far as nothing else tells: a bar at lock-out is put down or dropped sooner.
_LEAST_LOWERED, _STAYS_S = 2, 1.5


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
    return tuple(rep for i, rep in enumerate(reps) if not _stands_up(i, reps, lowered, track, kin))


def _stands_up(
    number: int, reps: tuple[Rep, ...], lowered: list[Rep], track: PoseTrack, kin: Kinematics
) -> bool:
    """Whether a repetition is getting up without the bar after those of its set."""
    rep = reps[number]
    if rep.came_back or not number or not reps[number - 1].came_back or not lowered:
        return False
    if _much_faster(rep, lowered, kin):
        return True
    another = _another_outline(rep, lowered, track, kin)
    if another is None:
        if number + 1 < len(reps) or len(lowered) < _LEAST_LOWERED:
            return False
        return float(kin.time_s[-1] - kin.time_s[rep.end]) > _STAYS_S
    return another


def _much_faster(last: Rep, earlier: list[Rep], kin: Kinematics) -> bool:
    usual = float(np.median([_speed(rep, kin) for rep in earlier]))
    return _speed(last, kin) > _MUCH_FASTER * usual


def _speed(rep: Rep, kin: Kinematics) -> float:
    rise = kin.joints.shoulder_height[rep.reached] - kin.joints.shoulder_height[rep.start]
    return float(rise / (kin.time_s[rep.reached] - kin.time_s[rep.start]))


def _another_outline(
    last: Rep, earlier: list[Rep], track: PoseTrack, kin: Kinematics
) -> bool | None:
    """Whether the outline before the thighs is not that of the lock-outs; None unseen."""
    if not last.complete:
        return None
    front = track.profile[:, 1 if kin.view.facing == "right" else 0][:, _THIGH]
    usual = np.array([_lock_out(front, rep) for rep in earlier])
    further = _lock_out(front, last) - float(np.median(usual))
    if not np.isfinite([*usual, further]).all():
        return None
    # With a single one before, nobody knows how far they differ; with several, they tell.
    closer = _CLOSER if usual.size > 1 else _FURTHER
    if usual.size >= _MANY:
        closer = min(closer, max(_ALIKE, _SPREAD * float(np.ptp(usual))))
    if further < 0:
        return bool(np.ptp(usual) < closer < -further)
    return bool(np.ptp(usual) < _FURTHER < further)


def _lock_out(front: NDArray[np.float32], rep: Rep) -> float:
    """Median distance of the front outline from the axis while the rep is held; NaN unseen."""
    held = front[rep.reached : rep.left + 1]
    known = held[np.isfinite(held)]
    return float(np.median(known)) if known.size >= held.size / 2 else float("nan")
