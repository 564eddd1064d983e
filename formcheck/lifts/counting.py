"""Which lift a clip shows, and its repetitions: all that needs no outline of the back."""

from __future__ import annotations

from dataclasses import dataclass

from formcheck.arrays import BoolArray
from formcheck.geometry import Kinematics
from formcheck.lifts.exercises import AUTO, EXERCISES, Exercise
from formcheck.lifts.put_down import without_standing_up
from formcheck.lifts.recognition import Recognition, recognise
from formcheck.lifts.reps import Rep, find_reps
from formcheck.lifts.sight import Sight, sight
from formcheck.pose.track import PoseTrack

__all__ = ["Counted", "count_reps"]


@dataclass(frozen=True, eq=False)
class Counted:
    """A lift and its repetitions.

    Attributes
    ----------
    exercise : Exercise
    recognition : Recognition or None
        None where the lift was given.
    reps : tuple of Rep
    walking : bool (N,)
        Frames in which the lifter walks.
    """

    exercise: Exercise
    recognition: Recognition | None
    reps: tuple[Rep, ...]
    walking: BoolArray


def count_reps(track: PoseTrack, kin: Kinematics, lift: str | Exercise) -> Counted:
    """Recognise the lift, unless it is given, and find its repetitions.

    Parameters
    ----------
    track : PoseTrack
    kin : Kinematics
    lift : str or Exercise
        A name of `EXERCISES`, "auto", or a lift of one's own.
    """
    seen = sight(kin)
    recognition, exercise = _exercise(kin, seen, lift)
    reps = find_reps(
        kin.time_s,
        seen.joints,
        exercise,
        side_view=seen.angles,
        square_on=kin.view.measurable,
        whereabouts=seen.whereabouts,
    )
    if not exercise.swing.returns:
        reps = without_standing_up(reps, track, kin)
    return Counted(exercise, recognition, reps, seen.whereabouts.walking)


def _exercise(
    kin: Kinematics, seen: Sight, given: str | Exercise
) -> tuple[Recognition | None, Exercise]:
    """The given lift, or the recognised one with how sure that is."""
    if isinstance(given, Exercise):
        return None, given
    if given != AUTO:
        return None, EXERCISES[given]
    recognition = recognise(
        kin.time_s, seen.joints, side_view=seen.angles, whereabouts=seen.whereabouts
    )
    return recognition, recognition.exercise
