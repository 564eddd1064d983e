"""Why something could not be measured, and what to change at the next filming."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from formcheck.assessment.pace import LEAST_LIVE_FPS, live_fps, too_slow
from formcheck.geometry import Kinematics
from formcheck.geometry.neutral import Neutral, WhyNone
from formcheck.geometry.trust import Cause
from formcheck.lifts.exercises import EXERCISES, OTHER, Exercise
from formcheck.lifts.measures import RepMeasures, told
from formcheck.lifts.recognition import Recognition
from formcheck.pose.landmarks import LEFT, RIGHT
from formcheck.pose.track import PoseTrack
from formcheck.video.clip import ClipInfo

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
# Why an outline was not taken for the back's, and what helps against it.
_NOT_THE_BACK: Mapping[Cause, tuple[str, str]] = {
    "still": (
        "something that stands still, such as a rack post, lies along it",
        "Move the camera half a step, so that nothing stands beside or in front of the back's "
        "edge.",
    ),
    "steep": (
        "it bends as no back does, so that hair, a plate, loose cloth or the buttocks lie in it",
        "Tie long hair up, tuck the shirt in, and film from the side that plates leave free.",
    ),
    "unsure": (
        "it hardly stands out from what is behind it",
        "Wear a shirt that stands out from the wall, or add light.",
    ),
    "jump": (
        "it jumps from frame to frame",
        "Film with more light, from a tripod, with nothing moving behind the back.",
    ),
}
# A cause that took less of the lumbar outline than this is not what hid the back.
_LEAST_CAUSE = 0.1
_NOT_BACK = Reason(
    "back-hidden",
    "The outline of the lower back could not be trusted in {hidden} of {count} repetitions: {why}.",
    "{advice}",
)
_NOT_TOLD = Reason(
    "posture-untold",
    "With the trunk hanging from a bench, the hips bent by more than {bent:.0f}°, the angle of the "
    "back is not reported: there it does not follow the back well enough.",
    "Judge this lift by its upper half, where over-arching shows; there the back is measured.",
    refuses=False,
)
_CAMERA_MOVED = Reason(
    "camera-moved",
    "The camera moved by {moved:.1f} trunk lengths or zoomed by {zoomed:.0%}; {corrected}.",
    "Put the camera on a tripod and leave the zoom alone.",
    refuses=False,
)
_SHOTS = Reason(
    "scene-cut",
    "The clip is cut: {shots} that show{s} the lifter from elsewhere or in another size "
    "{were} left out.",
    "Film the set in one go.",
    refuses=False,
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
    "The back looks flat at rest: it may be so, or something loose may hang over its hollow. "
    "Angles from your normal are only known to within {uncertainty:.0f}°.",
    "If you wear something loose, tuck it in or wear a fitted one; if your back is as flat as "
    "that, give its angle with --neutral.",
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
_SLOW_MOTION = Reason(
    "slow-motion",
    "The file says that it was filmed at {fps:.0f} frames a second and plays {factor:.3g} times "
    "slower: times and speeds are those of the lift.",
    "If part of it plays at full speed, give the clip as the camera wrote it.",
    refuses=False,
)
_SLOW_UNKNOWN = Reason(
    "slow-motion-unknown",
    "The file speaks of slow motion and does not say at what rate it was filmed: times and speeds "
    "may be those of the slowed picture.",
    "Do not compare its speeds with other sets. Film at normal speed, or give the clip as the "
    "camera wrote it.",
    refuses=False,
)
_KEPT_UP = 0.9
_TOO_SLOW = Reason(
    "too-slow",
    "Too slow to judge: only {seen} of the camera's {came} frames could be processed, at worst "
    "{fps:.0f} a second; {least:.0f} are needed.",
    "End other programs and plug the computer in; or film the set with a phone, and run formcheck "
    "analyze on the clip afterwards.",
)
_SLOW_CAMERA = Reason(
    "too-slow",
    "Too slow to judge: the camera gave {fps:.0f} frames a second at worst; {least:.0f} are "
    "needed.",
    "Put on more light, which lets most cameras take more pictures; or film the set with a phone, "
    "and run formcheck analyze on the clip afterwards.",
)
_ONE_STREAM = Reason(
    "one-stream",
    "The file holds several videos; this one was read: {stream}.",
    "If it is not the one of the lift, export that one alone.",
    refuses=False,
)
_SHAPES = Reason(
    "picture-changes",
    "The picture changes its shape ({shapes}); each part was read in its own.",
    "Film without turning the phone or changing the camera's settings.",
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
    unknown = _pace_reasons(track) or _recognition_reasons(recognition)
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


def _pace_reasons(track: PoseTrack) -> list[Reason]:
    if not too_slow(track):
        return []
    seen, came = track.clip.frames, track.clip.camera_frames
    reason = _TOO_SLOW if seen < _KEPT_UP * came else _SLOW_CAMERA
    return [_filled(reason, seen=seen, came=came, fps=live_fps(track), least=LEAST_LIVE_FPS)]


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
    if not kin.measurable:
        return []
    return _not_told(kin, reps, exercise) + _hidden(kin, reps)


def _not_told(kin: Kinematics, reps: Sequence[RepMeasures], exercise: Exercise) -> list[Reason]:
    silent = ~told(kin.joints, exercise)
    if not any(silent[rep.rep.start : rep.rep.end + 1].any() for rep in reps):
        return []
    return [_filled(_NOT_TOLD, bent=180 - exercise.told_from_hip_deg)]


def _hidden(kin: Kinematics, reps: Sequence[RepMeasures]) -> list[Reason]:
    hidden, count = sum(not rep.measured for rep in reps), len(reps)
    if not hidden:
        return []
    why, advice = _cause(reps, kin)
    reason, refuses = _NOT_BACK if why else _BACK_HIDDEN, hidden == count
    return [_filled(reason, refuses=refuses, hidden=hidden, count=count, why=why, advice=advice)]


def _cause(reps: Sequence[RepMeasures], kin: Kinematics) -> tuple[str, str]:
    """What lay in the way of the back in repetitions without an angle, and what helps."""
    hidden = np.zeros(len(kin.time_s), np.bool_)
    for rep in reps:
        if not rep.measured:
            hidden[rep.rep.start : rep.rep.end + 1] = True
    shares = {cause: float(share[hidden].mean()) for cause, share in kin.back.distrust.items()}
    worst = max(shares, key=lambda cause: shares[cause], default=None)
    if worst is None or shares[worst] < _LEAST_CAUSE:
        return "", ""
    return _NOT_THE_BACK[worst]


def _no_neutral(neutral: Neutral, exercise: Exercise) -> Reason:
    whys = [_WHY_NONE[why].format(posture=exercise.neutral_posture) for why in neutral.why]
    return _filled(_NO_NEUTRAL, why=", and ".join(whys))


def _doubts(track: PoseTrack, kin: Kinematics, neutral: Neutral) -> list[Reason]:
    found = []
    if neutral.much_bridged:
        found.append(_filled(_LOOSE, uncertainty=neutral.uncertainty_deg))
    lost = 1.0 - float(kin.lifter.frames[kin.lifter.in_shot].mean())
    if lost > _MUCH_LOST and kin.lifter.one_person:
        found.append(_filled(_POSE_LOST, lost=lost))
    if kin.camera.moved_much:
        found.append(_camera_moved(kin))
    if kin.lifter.shots_left_out:
        found.append(_shots(kin.lifter.shots_left_out))
    trunk_px = kin.lifter.trunk_px
    if trunk_px < _SMALL_TRUNK_PX:
        found.append(_filled(_SMALL, trunk=trunk_px))
    jump = _jump(track, kin) / trunk_px
    if jump > _MOST_JUMP:
        found.append(_filled(_COARSE, jump=jump))
    if track.clip.fps < LOW_RATE_FPS:
        found.append(_filled(_LOW_RATE, fps=track.clip.fps))
    return found + _of_file(track.clip)


def _of_file(clip: ClipInfo) -> list[Reason]:
    """What in the file itself makes a measurement less sure."""
    found = []
    if clip.slow_motion != 1:
        found.append(_filled(_SLOW_MOTION, factor=clip.slow_motion, fps=clip.fps))
    if clip.slow_motion_unknown:
        found.append(_SLOW_UNKNOWN)
    if clip.stream:
        found.append(_filled(_ONE_STREAM, stream=clip.stream))
    if clip.shapes:
        found.append(_filled(_SHAPES, shapes=clip.shapes))
    return found


def _camera_moved(kin: Kinematics) -> Reason:
    zoomed = math.expm1(kin.camera.zoomed_log)
    corrected = (
        "places and angles were corrected for it"
        if kin.camera.known
        else "the background did not show how in all frames, so counts and angles are less sure"
    )
    moved = kin.camera.moved_trunks
    return _filled(_CAMERA_MOVED, moved=moved, zoomed=zoomed, corrected=corrected)


def _shots(count: int) -> Reason:
    many = count > 1
    shots = f"{count} shots" if many else "a shot"
    return _filled(_SHOTS, shots=shots, s="" if many else "s", were="were" if many else "was")


def _jump(track: PoseTrack, kin: Kinematics) -> float:
    """By how much shoulders and hips jump about their smooth course, in one frame of ten."""
    trunk = [LEFT.shoulder, RIGHT.shoulder, LEFT.hip, RIGHT.hip]
    off_px = np.abs(track.landmarks_px[:, trunk] - kin.points_px[:, trunk])
    known = off_px[np.isfinite(off_px)]
    return float(np.percentile(known, 90)) if known.size else 0.0


def _filled(reason: Reason, *, refuses: bool | None = None, **values: object) -> Reason:
    kept = reason.refuses if refuses is None else refuses
    return Reason(
        reason.code, reason.message.format(**values), reason.advice.format(**values), kept
    )
