"""Why something could not be measured, and what to change at the next filming."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.geometry import Kinematics
from formcheck.geometry.neutral import Neutral, WhyNone
from formcheck.lifts.exercises import EXERCISES, OTHER, Exercise
from formcheck.lifts.measures import RepMeasures
from formcheck.lifts.recognition import Recognition
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import PoseTrack

__all__ = ["Reason", "reasons"]

# Below this rate a repetition of two seconds has fewer than twenty pictures.
LOW_RATE_FPS = 10.0
_MUCH_LOST = 0.2
# Below and above all labelled clips, whose counts are exact: trunks from 63 px on, jumps up to
# 0.076 trunk lengths.
_SMALL_TRUNK_PX = 55.0
_MOST_JUMP = 0.09
_FRONT_YAW_DEG = 60.0


@dataclass(frozen=True)
class Reason:
    """One reason.

    Attributes
    ----------
    code : str
    message : str
        What the picture did not show.
    advice : str
        What to do about it.
    refuses : bool
        False if it only makes the angles less sure.
    """

    code: str
    message: str
    advice: str
    refuses: bool = True


_SIDE_ON = (
    "Put the camera at hip height, three metres or more to the side, so that it sees one shoulder "
    "behind the other."
)
_WHOLE_BODY = "Film the whole body, from a tripod, with room around it."
_ALONE = "Film with nobody else, and no mirror, in the picture."

_NO_PERSON = Reason("no-person", "No person was found in the clip.", _WHOLE_BODY)
_OTHER_PERSON = Reason(
    "other-person",
    "The pose jumped between different people, so no one lifter can be told.",
    _ALONE,
)
_NO_LIFT = Reason(
    "other-exercise",
    "The movement is none of the lifts that are known here: {lifts}.",
    "If it is one of them, name it with --exercise.",
)
_UNCLEAR = Reason(
    "exercise-unclear",
    "Is it {first}? It looks most like that ({confidence:.0%}), but may be {second}: as long as "
    "that is open, the back is not judged.",
    "Name the lift with --exercise.",
)
_NO_REP = Reason(
    "no-rep",
    "No repetition of the {exercise} was found.",
    "Film the set from before the first repetition to after the last, and check --exercise.",
)
_BACK_HIDDEN = Reason(
    "back-hidden",
    "The outline of the lower back could not be read in {hidden} of {count} repetitions: it was "
    "hidden, or not a smooth curve.",
    "Tuck the shirt in, keep arms, plates and other people from between back and background, and "
    "film from the side that is free. With a bar on the shoulders the elbows hide it: squat with "
    "the arms in front or with a goblet to have the back measured.",
)
_FRONT = Reason("front-view", "The camera looks at the front or the back of the lifter.", _SIDE_ON)
_OBLIQUE = Reason(
    "oblique-view", "The lifter is turned some {yaw:.0f}° from a side view.", _SIDE_ON
)
_DOUBTFUL = Reason(
    "view-doubtful",
    "The lifter is turned some {yaw:.0f}° from a side view; the angles are less sure.",
    _SIDE_ON,
    refuses=False,
)
_POSE_LOST = Reason(
    "pose-lost", "The lifter was lost in {lost:.0%} of the frames.", _WHOLE_BODY, refuses=False
)
_LOOSE = Reason(
    "loose-clothing",
    "At rest the back looks flatter than most: a loose shirt may bridge its hollow, so angles "
    "from neutral are only known to within {uncertainty:.0f}°.",
    "Tuck the shirt in or wear a fitted one; if the back is as flat as that, give its angle "
    "with --neutral.",
    refuses=False,
)
_NO_NEUTRAL = Reason(
    "no-neutral",
    "There is no neutral to count flexion from: {why}.",
    "Before the first repetition stand upright and still for a second, side on, the hands down "
    "and the back in view; or give the angle with --neutral.",
    refuses=False,
)
_WHY_NONE: Mapping[WhyNone, str] = {
    "never-still": "outside the repetitions the lifter never stood upright and still",
    "hands-overhead": "the lifter stood still only with the hands overhead",
    "hidden-standing": "the back was not seen where the lifter stood still",
    "no-rest": "none of the first repetitions shows the lifter {posture}",
    "hidden-at-rest": "in the first repetitions the back was not seen at rest",
    "rounded-at-rest": "in the first repetitions the back was rounded beyond flat at rest",
}
_SMALL = Reason(
    "small-picture",
    "The lifter is small in the picture: the trunk is {trunk:.0f} pixels long, so counts and "
    "angles are less sure.",
    "Film from nearer, or with more pixels; the lifter should fill half of the picture's height.",
    refuses=False,
)
_COARSE = Reason(
    "coarse-picture",
    "The joints jump from frame to frame by {jump:.0%} of the trunk's length: the picture is too "
    "coarse, or blurred, so counts and angles are less sure.",
    "Send the clip as it was filmed, not through a chat that compresses it; film with more light.",
    refuses=False,
)
_LOW_RATE = Reason(
    "low-frame-rate",
    "At {fps:.0f} frames a second the turning points of a lift are missed.",
    "Film at 30 frames a second or more.",
    refuses=False,
)


def reasons(
    track: PoseTrack,
    kin: Kinematics,
    reps: Sequence[RepMeasures],
    exercise: Exercise,
    *,
    neutral: Neutral,
    recognition: Recognition | None,
) -> list[Reason]:
    """All reasons that hold, those that refuse the measurement first."""
    if not track.found.any():
        return [_NO_PERSON]
    unknown = _recognition_reasons(recognition)
    found = _view_reasons(kin) + (unknown or _rep_reasons(kin, reps, exercise))
    if neutral.method == "none" and any(rep.measured for rep in reps):
        found.append(_no_neutral(neutral, exercise))
    found += _doubts(track, kin, neutral)
    return sorted(found, key=lambda reason: not reason.refuses)


def _view_reasons(kin: Kinematics) -> list[Reason]:
    if not kin.lifter.one_person:
        return [_OTHER_PERSON]
    yaw = kin.view.yaw_deg
    if not kin.view.measurable:
        oblique = _filled(_OBLIQUE, yaw=yaw)
        return [_FRONT if yaw > _FRONT_YAW_DEG else oblique]
    return [_filled(_DOUBTFUL, yaw=yaw)] if kin.view.doubtful else []


def _recognition_reasons(recognition: Recognition | None) -> list[Reason]:
    if recognition is None:
        return []
    name = recognition.exercise.name
    if not recognition.clear:
        first, second = (_named(n) for n in (name, recognition.runner_up))
        confidence = recognition.confidence
        return [_filled(_UNCLEAR, first=first, second=second, confidence=confidence)]
    return [_filled(_NO_LIFT, lifts=", ".join(EXERCISES))] if name == OTHER.name else []


def _named(exercise: str) -> str:
    return "none of the lifts" if exercise == OTHER.name else exercise


def _rep_reasons(kin: Kinematics, reps: Sequence[RepMeasures], exercise: Exercise) -> list[Reason]:
    if not reps:
        return [_filled(_NO_REP, exercise=exercise.name)]
    hidden = sum(not rep.measured for rep in reps)
    if not hidden or not kin.measurable:
        return []
    return [_filled(_BACK_HIDDEN, refuses=hidden == len(reps), hidden=hidden, count=len(reps))]


def _no_neutral(neutral: Neutral, exercise: Exercise) -> Reason:
    whys = [_WHY_NONE[why].format(posture=exercise.neutral_posture) for why in neutral.why]
    return _filled(_NO_NEUTRAL, why=", and ".join(whys))


def _doubts(track: PoseTrack, kin: Kinematics, neutral: Neutral) -> list[Reason]:
    found = []
    if neutral.much_bridged:
        found.append(_filled(_LOOSE, uncertainty=neutral.uncertainty_deg))
    lost = 1.0 - float(kin.lifter.frames.mean())
    if lost > _MUCH_LOST and kin.lifter.one_person:
        found.append(_filled(_POSE_LOST, lost=lost))
    trunk_px = kin.lifter.trunk_px
    if trunk_px < _SMALL_TRUNK_PX:
        found.append(_filled(_SMALL, trunk=trunk_px))
    jump = _jump(track, kin) / trunk_px
    if jump > _MOST_JUMP:
        found.append(_filled(_COARSE, jump=jump))
    if track.clip.fps < LOW_RATE_FPS:
        found.append(_filled(_LOW_RATE, fps=track.clip.fps))
    return found


def _jump(track: PoseTrack, kin: Kinematics) -> float:
    """By how much shoulders and hips jump about their smooth course, in one frame of ten."""
    trunk = [LEFT.shoulder, RIGHT.shoulder, LEFT.hip, RIGHT.hip]
    off_px = np.abs(track.landmarks_px[:, trunk] - kin.points_px[:, trunk])
    known = off_px[np.isfinite(off_px)]
    return float(np.percentile(known, 90)) if known.size else 0.0


def _filled(reason: Reason, *, refuses: bool | None = None, **values: object) -> Reason:
    kept = reason.refuses if refuses is None else refuses
    return Reason(reason.code, reason.message.format(**values), reason.advice, kept)
