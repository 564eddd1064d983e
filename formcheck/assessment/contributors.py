"""What may lie behind a fault: possible contributors, to be checked by a person.

A clip from the side shows how somebody moves, not why. Each contributor is told with
what was seen, how sure that is and how a person can check it; none where the data
are thin.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

import numpy as np

from formcheck.arrays import BoolArray
from formcheck.assessment.fatigue import Fatigue
from formcheck.assessment.findings import arching_limit_deg
from formcheck.assessment.judgement import Grade
from formcheck.geometry import Kinematics
from formcheck.geometry.neutral import Neutral
from formcheck.lifts.exercises import Exercise
from formcheck.lifts.measures import RepMeasures
from formcheck.pose.landmarks import NOSE, middle

__all__ = ["Contributor", "Sureness", "possible_contributors"]

Sureness = Literal["low", "moderate"]

# Hamstrings of ordinary length let the straight leg rise to some 70-80 degrees
# before they turn the pelvis: with straighter hips than that they should not yet pull.
_EARLY_HIP_DEG = 110.0
# With a bent knee they are slack.
_STRAIGHT_KNEE_DEG = 130.0
# On the scale of the bone, which is read here: standing lordosis is some 45-60 degrees, T12 to
# S1. Outlines of lifters who stand turn by -20 to -45, and the bone reads some 14 less
# (docs/measurement.md): -34 to -59; flat is 10 degrees flatter than all of these.
_ARCHED_STANDING_DEG = -60.0
_FLAT_STANDING_DEG = -24.0
# A few frames are the filter's ripple.
_FRAMES = 4
# Seen once is chance.
_LEAST_REPS = 2
_SURE_REPS = 3


@dataclass(frozen=True)
class Contributor:
    """One possible contributor.

    Attributes
    ----------
    code : str
    sureness : {"low", "moderate"}
        How sure it is that the clip shows it; never more than moderate.
    seen : str
        What the clip shows.
    possible : str
        What may lie behind it.
    check : str
        How a person can check it.
    reps : tuple of int
        Where it was seen; empty for what was seen outside repetitions.
    evidence : mapping
        Measured values with their units in the names.
    """

    code: str
    sureness: Sureness
    seen: str
    possible: str
    check: str
    reps: tuple[int, ...] = ()
    evidence: Mapping[str, float] = field(default_factory=dict)


def possible_contributors(  # noqa: PLR0917 - one more than five, all needed
    reps: Sequence[RepMeasures],
    kin: Kinematics,
    neutral: Neutral,
    exercise: Exercise,
    fatigue: Fatigue | None,
    grades: Sequence[Grade],
) -> tuple[Contributor, ...]:
    """What the clip gives reason to check; empty in a doubtful view."""
    if not kin.measurable or kin.view.doubtful:
        return ()
    found = (
        _hamstrings(reps, kin, exercise, grades),
        _hip_flexors(reps, kin, neutral, exercise),
        _endurance(fatigue),
        _slouch(neutral),
    )
    return tuple(one for one in found if one is not None)


def _hamstrings(
    reps: Sequence[RepMeasures], kin: Kinematics, exercise: Exercise, grades: Sequence[Grade]
) -> Contributor | None:
    """Rounding while hips and knees are still fairly straight."""
    if exercise.rounded_deg is None or "flexion_onset_hip_deg" not in exercise.measures:
        return None
    rounded = np.array([grade in {"likely", "clear"} for grade in grades])
    straight = kin.joints.knee_deg >= _STRAIGHT_KNEE_DEG
    early = rounded & straight & (kin.joints.hip_deg >= _EARLY_HIP_DEG)
    with_fault, with_early = _reps_with(reps, rounded), _reps_with(reps, early)
    if len(with_early) < max(_LEAST_REPS, len(with_fault) / 2):
        return None
    hip = np.where(early, kin.joints.hip_deg, -np.inf)
    begins = [float(hip[_frames(reps, n)].max()) for n in with_early]
    return Contributor(
        "hamstring-length",
        _sureness(len(with_early)),
        f"In {len(with_early)} of {len(with_fault)} rounded repetitions the back was rounded while "
        f"the hips were still open ({np.median(begins):.0f}° between trunk and thigh).",
        "Short or stiff hamstrings may turn the pelvis before the hips have folded.",
        "Lying on the back, how far does the straight leg lift before the pelvis turns?",
        with_early,
        {"hip_deg": float(np.median(begins)), "threshold_deg": _EARLY_HIP_DEG},
    )


def _hip_flexors(
    reps: Sequence[RepMeasures], kin: Kinematics, neutral: Neutral, exercise: Exercise
) -> Contributor | None:
    """An arched standing posture, or arching overhead before the hands have passed the face."""
    stands = neutral.method == "standing"
    arched = stands and neutral.lumbar_deg + neutral.uncertainty_deg < _ARCHED_STANDING_DEG
    early = _early_arching(reps, kin, neutral, exercise) if stands else ()
    if not arched and not early:
        return None
    signs = []
    if arched:
        signs.append(
            f"Your normal is a marked hollow of the lower back ({neutral.lumbar_deg:.0f}° "
            f"±{neutral.uncertainty_deg:.0f}°)"
        )
    if early:
        signs.append(
            f"the back arched before the hands had passed the face in {len(early)} repetitions"
        )
    seen = ", and ".join(signs) + "."
    return Contributor(
        "hip-flexor-length",
        "moderate" if arched and early else "low",
        seen[0].upper() + seen[1:],
        "Short hip flexors may tip the pelvis forwards and hold the lower back arched.",
        "Lying on the back at the edge of a bench, one knee held to the chest: does the other "
        "thigh come down to the bench?",
        early,
        {
            "neutral_deg": neutral.lumbar_deg,
            "uncertainty_deg": neutral.uncertainty_deg,
            "threshold_deg": _ARCHED_STANDING_DEG,
        },
    )


def _early_arching(
    reps: Sequence[RepMeasures], kin: Kinematics, neutral: Neutral, exercise: Exercise
) -> tuple[int, ...]:
    """Overhead repetitions in which the back surely arched with the hands below the face."""
    limit_deg = arching_limit_deg(neutral, exercise)
    if limit_deg is None or exercise.load != "higher_hand":
        return ()
    doubt = np.hypot(kin.back.uncertainty_deg, neutral.uncertainty_deg)
    arched = kin.back.lumbar_deg + doubt < neutral.lumbar_deg - limit_deg
    above = middle(kin.points_px, "wrist")[:, 1] < kin.points_px[:, NOSE, 1]
    overhead = set(_reps_with(reps, above))
    way_up = np.zeros(len(kin.time_s), dtype=np.bool_)
    for rep in reps:
        way_up[rep.rep.start : rep.rep.turn + 1] = True
    found = tuple(n for n in _reps_with(reps, arched & ~above & way_up) if n in overhead)
    return found if len(found) >= _LEAST_REPS else ()


def _endurance(fatigue: Fatigue | None) -> Contributor | None:
    """Trunk control that was there at first and was lost late in the set."""
    one = fatigue.worst if fatigue else None
    if one is None or one.from_rep is None or one.from_range is None or one.drift is None:
        return None
    if one.verdict not in {"breakdown", "drift"} or one.from_range[0] <= one.first + 1:
        return None
    return Contributor(
        "trunk-endurance",
        "moderate" if one.verdict == "breakdown" else "low",
        f"Your back held up to rep {one.from_rep - 1} and gave way from then on, by "
        f"{one.drift.change:.0f}° (±{one.drift.mdc:.0f}°).",
        "The trunk's muscles may tire before those that drive the lift.",
        "How long can a side plank and a back-extension hold be kept, and are both sides alike?",
        tuple(range(one.from_rep, one.last + 1)),
        {"change_deg": one.drift.change, "mdc_deg": one.drift.mdc, "from_rep": one.from_rep},
    )


def _slouch(neutral: Neutral) -> Contributor | None:
    """A lower back that is flat or round in standing."""
    if neutral.method != "standing":
        return None
    if neutral.lumbar_deg - neutral.uncertainty_deg <= _FLAT_STANDING_DEG:
        return None
    return Contributor(
        "standing-slouch",
        "low",
        f"Your normal is a flat lower back ({neutral.lumbar_deg:+.0f}° "
        f"±{neutral.uncertainty_deg:.0f}°).",
        "A slouched posture may load the spine before the lift does.",
        "Standing against a wall: is there room for a hand behind the lower back?",
        (),
        {
            "neutral_deg": neutral.lumbar_deg,
            "uncertainty_deg": neutral.uncertainty_deg,
            "threshold_deg": _FLAT_STANDING_DEG,
        },
    )


def _sureness(count: int) -> Sureness:
    return "moderate" if count >= _SURE_REPS else "low"


def _frames(reps: Sequence[RepMeasures], number: int) -> slice:
    rep = reps[number - 1].rep
    return slice(rep.start, rep.end + 1)


def _reps_with(reps: Sequence[RepMeasures], mask: BoolArray) -> tuple[int, ...]:
    """Numbers of the measured repetitions in which the mask holds for a while."""
    return tuple(
        number
        for number, rep in enumerate(reps, start=1)
        if rep.measured and mask[_frames(reps, number)].sum() >= _FRAMES
    )
