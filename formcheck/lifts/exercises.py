"""The lifts, as data: what moves, what counts as a repetition, what is checked.

Repetitions are counted on heights, in trunk lengths, because a height looks the
same from the side, obliquely and from the front, and for a lifter who stands or
lies. Angles only say which lift it can be, and only where the view shows them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

__all__ = [
    "ANGLES",
    "AUTO",
    "EXERCISES",
    "LOOKALIKES",
    "OTHER",
    "VARIANTS",
    "CheckCode",
    "Drift",
    "End",
    "Exercise",
    "Mark",
    "Measure",
    "Signal",
    "Swing",
]

AUTO = "auto"

Signal = Literal[
    "trunk_lean_deg",
    "trunk_tilt_deg",
    "hip_deg",
    "knee_deg",
    "thigh_rise_deg",
    "hip_height",
    "shoulder_height",
    "head_height",
    "higher_hand",
    "lower_hand",
    "stance",
    "knees_apart",
    "balance",
]
# What is only what it says when the camera does not look at the lifter from the front.
ANGLES: frozenset[Signal] = frozenset(
    {"trunk_lean_deg", "hip_deg", "knee_deg", "stance", "balance"}
)
End = Literal["low", "high"]
Measure = Literal[
    "flexion_onset_hip_deg",
    "depth_thigh_deg",
    "wink_deg",
    "lean_at_hips_up_deg",
    "curl_deg",
    "lean_low_deg",
    "lean_added_deg",
]
CheckCode = Literal["early-hip-rise", "squat-depth", "butt-wink", "hip-flexor-dominant"]
Drift = Literal["rounding", "arching"]


@dataclass(frozen=True)
class Swing:
    """What a repetition looks like in one height.

    Attributes
    ----------
    signal : {"shoulder_height", "hip_height", "head_height", "higher_hand"}
        In trunk lengths. Going up is the concentric phase of every lift.
    starts : {"low", "high", "either"}
        Where a repetition begins: a deadlift on the floor, a squat upright. With
        "either" the set itself tells: a bench is entered at the top, a mat below.
    returns : bool
        Whether a complete repetition includes the way back.
    least : float
        A smaller swing is no repetition, not even a part of one.
    whole : float
        A complete repetition swings this far.
    """

    signal: Literal["shoulder_height", "hip_height", "head_height", "higher_hand"]
    starts: Literal["low", "high", "either"]
    returns: bool
    least: float
    whole: float


@dataclass(frozen=True)
class Mark:
    """One thing that holds in every repetition of a lift.

    Attributes
    ----------
    signal : Signal
    at : {"always", "low", "high", "range"}
        In every frame; in the middle at the low or the high end; or how far it
        moves within the repetition.
    least, most : float
        Where it fully holds.
    slack : float
        This far outside it does not hold at all.
    required : bool
        Whether a movement without it is not counted, even if the lift is given.
        The others only tell lifts apart.
    doubt : float
        What is left of the fit where it does not hold at all. One landmark may be
        wrong, three seldom are; less where variants of the lift do without it.
    """

    signal: Signal
    at: Literal["always", "low", "high", "range"]
    least: float = -math.inf
    most: float = math.inf
    slack: float = 0.0
    required: bool = False
    doubt: float = 0.25


@dataclass(frozen=True)
class Exercise:
    """One lift.

    Attributes
    ----------
    name : str
    swing : Swing
    marks : tuple of Mark
    load : Signal
        The height of what is lifted, for the speed.
    watched : {"low", "high"}
        The half of the swing in which the back must be seen.
    told_from_hip_deg : float
        With hips bent to less than this the back is not told, and nothing is reported of it; 0
        where every posture tells.
    neutral_at : {"start", "high"}
        The end of a repetition that shows the lifter's neutral, if nothing better does.
    neutral_posture : str
        What the lifter does there.
    neutral_needs : Mark or None
        What a repetition must bear for that to be so.
    finish : Mark or None
        What a complete repetition reaches besides its swing.
    rounded_deg : float or None
        How strictly the loaded back is called rounded, in degrees about 10; None where
        flexion is the movement itself, or does not occur.
    rounds_in : {"low", "all"}
        The half of the swing in which that is judged.
    arched_deg : float or None
        Extension beyond the standing neutral that is called arched.
    arched_from_start_deg : float or None
        The same beyond the neutral of the first repetitions; None where that
        says nothing.
    arches_in : {"high", "all"}
    drifts_into : tuple of {"rounding", "arching"}
        Which way the form gives as the lifter tires; none where the back is meant to bend.
    measures : tuple of Measure
        What else is measured in it (`formcheck.lifts.lift_measures`).
    checks : tuple of CheckCode
        What else is judged (`formcheck.assessment.checks`).
    counts_flexion : bool
        Whether flexion is the movement itself, so that its repetitions are counted.
    speed_at_1rm_mps : tuple of float or None
        Mean speed of the bar on the way up at the one-repetition maximum, and its standard
        deviation between lifters; None where no study says it.
    """

    name: str
    swing: Swing
    marks: tuple[Mark, ...]
    load: Signal
    watched: Literal["low", "high"]
    told_from_hip_deg: float = 0.0
    neutral_at: Literal["start", "high"] = "start"
    neutral_posture: str = "upright"
    neutral_needs: Mark | None = None
    finish: Mark | None = None
    rounded_deg: float | None = None
    rounds_in: Literal["low", "all"] = "low"
    arched_deg: float | None = None
    arched_from_start_deg: float | None = None
    arches_in: Literal["high", "all"] = "high"
    drifts_into: tuple[Drift, ...] = ()
    measures: tuple[Measure, ...] = ()
    checks: tuple[CheckCode, ...] = ()
    counts_flexion: bool = False
    speed_at_1rm_mps: tuple[float, float] | None = None


# At this setting a back is judged as it was fitted (`formcheck.assessment.judgement`); it is
# no limit of any one angle: less is as many degrees stricter, more as many milder.
_ROUNDED_DEG = 10.0

# Standing extension ends some 16 degrees beyond neutral, L1 to S1 on X-rays (Pearcy,
# Portek and Shepherd 1984); this is close to the end of it.
_ARCHED_DEG = 15.0

# Lying on the back with bent knees flattens the back against standing, as the bent hips
# turn the pelvis; lying face down leaves it as it is. By how much differs between
# people: this is generous, and our own choice.
_CROOK_LYING_DEG = 15.0

# On a bench, the trunk hanging down, what was read followed the truth too little: a slope of 0.65
# (0.36 to 0.83) across 27 rendered lifters seen from the side, 0.78 (0.64 to 0.91) across all 47
# in fitted shirts (benchmarks/cross_body.py, before it was left out). There flexion is the way
# of the movement, and no fault; over-arching shows at the top, where the hips are straight.
_BENCH_TOLD_FROM_DEG = 150.0

# Mean concentric speeds of barbells at the maximum, as published, and their deviation:
# deadlift 0.16 (0.055) m/s: 0.14 (0.05) of 15 powerlifters (Helms et al. 2017) and some 0.185
# (0.048) of 11 athletes, as their retest error of 0.029 m/s, 15.7 % and ICC of 0.63 say (Ruf,
# Chéry and Taylor 2018), in equal parts. Squat 0.27 (0.065): 0.23 (0.05) (Helms et al. 2017),
# 0.24 (0.06) of 17 men (Banyard, Nosaka and Haff 2017) and the 0.30 in general use (Chen et al.
# 2024). Press 0.19 (0.05): 48 lifters (Hernández-Belmonte et al. 2021), and up to 24.6 % between
# lifters (Balsalobre-Fernández, García-Ramos and Jiménez-Reyes 2018). Those devices count from
# the first movement. Between 3 and 97 % of the range (`formcheck.lifts.reps.SETTLED`) the mean
# is higher: not at all at a constant speed, by 21 % where it rises and falls as half a sine; so
# by 10 % (6 %) here.
_DEADLIFT_AT_1RM_MPS = (0.18, 0.06)
_SQUAT_AT_1RM_MPS = (0.30, 0.07)
_PRESS_AT_1RM_MPS = (0.21, 0.06)

# Body proportions (Drillis & Contini 1966) put a hip that stands 1.70 trunk lengths
# above the ankle, a shoulder 2.70, a hand overhead 1.16 above the shoulder and one
# that hangs as far below. Marks are what these and balance allow, with room for
# landmarks that are off by a tenth of a trunk; benchmarks/clips.md shows them at work.
_DEADLIFT = Exercise(
    name="deadlift",
    swing=Swing("shoulder_height", starts="low", returns=False, least=0.25, whole=0.35),
    marks=(
        Mark("hip_height", "low", least=0.5, slack=0.2, required=True),
        Mark("shoulder_height", "low", least=1.0, slack=0.25, doubt=0.1),
        Mark("trunk_tilt_deg", "low", least=38.0, slack=20.0),
        Mark("trunk_tilt_deg", "low", most=110.0, slack=20.0),
        Mark("trunk_tilt_deg", "high", most=30.0, slack=25.0, doubt=0.1),
        Mark("trunk_tilt_deg", "range", least=20.0, slack=15.0, doubt=0.1),
        Mark("thigh_rise_deg", "low", least=10.0, slack=20.0, doubt=0.5),
        Mark("hip_deg", "low", most=140.0, slack=25.0),
        Mark("lower_hand", "low", most=-0.7, slack=0.4),
        Mark("higher_hand", "low", most=-0.5, slack=0.4),
        Mark("lower_hand", "high", most=-0.6, slack=0.4),
        Mark("higher_hand", "high", most=-0.5, slack=0.4),
        Mark("stance", "low", most=0.5, slack=0.3),
        Mark("balance", "low", most=0.75, slack=0.4),
    ),
    load="shoulder_height",
    watched="low",
    neutral_at="high",
    neutral_posture="upright at lock-out",
    # A clip that ends before the hips are straight shows a back that may still be rounded.
    # Lock-outs that were held read 169 to 177 degrees, one that was cut 163
    # (benchmarks/clips.md).
    neutral_needs=Mark("hip_deg", "high", least=165.0),
    finish=Mark("hip_deg", "high", least=150.0),
    rounded_deg=_ROUNDED_DEG,
    rounds_in="all",
    arched_deg=_ARCHED_DEG,
    drifts_into=("rounding",),
    measures=("lean_at_hips_up_deg", "flexion_onset_hip_deg"),
    checks=("early-hip-rise",),
    speed_at_1rm_mps=_DEADLIFT_AT_1RM_MPS,
)

_SQUAT = Exercise(
    name="squat",
    swing=Swing("hip_height", starts="high", returns=True, least=0.2, whole=0.3),
    marks=(
        Mark("hip_height", "high", least=0.9, most=2.1, slack=0.3),
        Mark("hip_height", "low", most=1.4, slack=0.2),
        Mark("knee_deg", "low", most=130.0, slack=20.0),
        Mark("trunk_tilt_deg", "low", most=60.0, slack=20.0),
        Mark("thigh_rise_deg", "low", most=45.0, slack=20.0, doubt=0.4),
        Mark("trunk_tilt_deg", "high", most=25.0, slack=20.0),
        Mark("trunk_lean_deg", "low", least=-15.0, slack=15.0),
        Mark("higher_hand", "low", least=-0.6, slack=0.5),
        Mark("stance", "low", most=0.5, slack=0.3, doubt=0.1),
        Mark("knees_apart", "low", most=0.4, slack=0.2),
        Mark("balance", "low", least=-0.15, slack=0.2, doubt=0.4),
        Mark("balance", "low", most=0.6, slack=0.3, doubt=0.1),
    ),
    load="shoulder_height",
    watched="low",
    rounded_deg=_ROUNDED_DEG,
    arched_deg=_ARCHED_DEG,
    arches_in="all",
    drifts_into=("rounding",),
    measures=(
        "depth_thigh_deg",
        "wink_deg",
        "flexion_onset_hip_deg",
        "lean_low_deg",
        "lean_added_deg",
    ),
    checks=("butt-wink", "squat-depth"),
    speed_at_1rm_mps=_SQUAT_AT_1RM_MPS,
)

_PRESS = Exercise(
    name="overhead-press",
    swing=Swing("higher_hand", starts="low", returns=True, least=0.35, whole=0.5),
    marks=(
        Mark("trunk_tilt_deg", "always", most=60.0, required=True),
        Mark("higher_hand", "high", least=0.65, slack=0.25, required=True),
        Mark("higher_hand", "low", least=-0.5, most=0.5, slack=0.3),
        Mark("hip_height", "range", most=0.3, slack=0.3),
        Mark("trunk_lean_deg", "range", most=25.0, slack=20.0),
    ),
    load="higher_hand",
    watched="high",
    neutral_posture="upright, the hands at the shoulders",
    arched_deg=_ARCHED_DEG,
    arched_from_start_deg=_ARCHED_DEG,
    drifts_into=("arching",),
    speed_at_1rm_mps=_PRESS_AT_1RM_MPS,
)

_GLUTE_BRIDGE = Exercise(
    name="glute-bridge",
    swing=Swing("hip_height", starts="low", returns=True, least=0.1, whole=0.15),
    marks=(
        Mark("trunk_tilt_deg", "always", least=20.0, required=True),
        Mark("hip_height", "low", most=0.9, slack=0.3, doubt=0.05),
        Mark("shoulder_height", "high", most=1.2, slack=0.3),
        Mark("trunk_lean_deg", "low", most=-20.0, slack=20.0, doubt=0.05),
        Mark("trunk_lean_deg", "high", least=-140.0, most=-65.0, slack=20.0),
        Mark("knee_deg", "high", most=125.0, slack=30.0, doubt=0.6),
        Mark("hip_deg", "high", least=150.0, slack=35.0, doubt=0.5),
        Mark("shoulder_height", "range", most=0.25, slack=0.2),
    ),
    load="hip_height",
    watched="high",
    neutral_posture="lying on the back, knees bent",
    rounded_deg=_ROUNDED_DEG,
    arched_deg=_ARCHED_DEG,
    arched_from_start_deg=_ARCHED_DEG + _CROOK_LYING_DEG,
    drifts_into=("arching",),
)

_BACK_EXTENSION = Exercise(
    name="back-extension",
    swing=Swing("head_height", starts="either", returns=True, least=0.15, whole=0.15),
    marks=(
        Mark("trunk_tilt_deg", "always", least=12.0, required=True),
        Mark("shoulder_height", "low", most=1.4, slack=0.4),
        Mark("trunk_lean_deg", "low", least=60.0, slack=20.0, doubt=0.05),
        Mark("trunk_lean_deg", "high", least=10.0, slack=10.0, doubt=0.1),
        Mark("thigh_rise_deg", "low", least=-40.0, most=65.0, slack=15.0, doubt=0.1),
        Mark("knee_deg", "low", least=140.0, slack=30.0),
        Mark("hip_height", "range", most=0.22, slack=0.15),
        Mark("thigh_rise_deg", "range", most=30.0, slack=20.0, doubt=0.1),
        Mark("trunk_tilt_deg", "range", least=2.5, slack=2.0, doubt=0.1),
        Mark("higher_hand", "high", least=-0.7, slack=0.3),
    ),
    load="shoulder_height",
    watched="high",
    told_from_hip_deg=_BENCH_TOLD_FROM_DEG,
    neutral_posture="lying face down, or on a bench the trunk in line with the legs",
    arched_deg=_ARCHED_DEG,
    arched_from_start_deg=_ARCHED_DEG,
    drifts_into=("arching",),
)

_SIT_UP = Exercise(
    name="sit-up",
    swing=Swing("shoulder_height", starts="low", returns=True, least=0.12, whole=0.15),
    marks=(
        Mark("hip_height", "high", most=0.9, slack=0.3, doubt=0.05),
        Mark("trunk_lean_deg", "low", most=-45.0, slack=15.0, doubt=0.05),
        Mark("trunk_lean_deg", "high", least=-140.0, most=70.0, slack=20.0),
        Mark("thigh_rise_deg", "low", most=25.0, slack=20.0),
        Mark("hip_height", "range", most=0.25, slack=0.2),
    ),
    load="shoulder_height",
    watched="high",
    neutral_posture="lying on the back, knees bent",
    measures=("curl_deg",),
    checks=("hip-flexor-dominant",),
    counts_flexion=True,
)

EXERCISES: Mapping[str, Exercise] = MappingProxyType(
    {e.name: e for e in (_DEADLIFT, _SQUAT, _PRESS, _GLUTE_BRIDGE, _BACK_EXTENSION, _SIT_UP)}
)

OTHER = Exercise(
    name="other",
    swing=Swing("hip_height", starts="low", returns=True, least=math.inf, whole=math.inf),
    marks=(),
    load="hip_height",
    watched="low",
)
"""Whatever is none of the lifts: no movement of it is a repetition."""


def _other(name: str, swing: Swing, *marks: Mark) -> Exercise:
    return Exercise(name=name, swing=swing, marks=marks, load=swing.signal, watched="low")


# What looks like one of the lifts to a height, and is none. They are here to be told from
# them, so their marks are what the lift that they look like does not have.
LOOKALIKES: tuple[Exercise, ...] = (
    _other(
        "row",
        Swing("higher_hand", starts="low", returns=True, least=0.25, whole=0.3),
        Mark("trunk_tilt_deg", "low", least=35.0, slack=15.0, doubt=0.0),
        Mark("trunk_tilt_deg", "high", least=35.0, slack=15.0, doubt=0.0),
        Mark("hip_height", "low", least=1.0, slack=0.3, doubt=0.0),
        Mark("shoulder_height", "range", most=0.25, slack=0.2, doubt=0.1),
        Mark("lower_hand", "low", most=-0.6, slack=0.3),
    ),
    _other(
        "swing",
        Swing("higher_hand", starts="low", returns=True, least=0.5, whole=0.6),
        Mark("trunk_tilt_deg", "low", least=30.0, slack=15.0, doubt=0.0),
        Mark("trunk_tilt_deg", "high", most=30.0, slack=15.0, doubt=0.0),
        Mark("higher_hand", "low", most=-0.5, slack=0.3),
        Mark("hip_height", "low", least=1.0, slack=0.4, doubt=0.05),
    ),
    _other(
        "good-morning",
        Swing("shoulder_height", starts="high", returns=True, least=0.25, whole=0.3),
        Mark("trunk_tilt_deg", "low", least=50.0, slack=15.0, doubt=0.0),
        Mark("trunk_tilt_deg", "high", most=25.0, slack=15.0, doubt=0.0),
        Mark("thigh_rise_deg", "low", least=48.0, slack=12.0, doubt=0.05),
        Mark("hip_height", "low", least=1.2, slack=0.2, doubt=0.05),
        Mark("lower_hand", "high", least=-0.5, slack=0.3, doubt=0.05),
        Mark("lower_hand", "low", least=-0.6, slack=0.3, doubt=0.05),
    ),
    _other(
        "clean",
        Swing("shoulder_height", starts="low", returns=True, least=0.35, whole=0.4),
        Mark("trunk_tilt_deg", "low", least=30.0, slack=15.0, doubt=0.0),
        Mark("lower_hand", "low", most=-0.7, slack=0.3, doubt=0.05),
        Mark("lower_hand", "high", least=-0.45, slack=0.25, doubt=0.0),
    ),
    _other(
        "hands to the floor",
        Swing("hip_height", starts="high", returns=True, least=0.35, whole=0.4),
        Mark("hip_height", "high", least=1.3, slack=0.3, doubt=0.0),
        Mark("shoulder_height", "low", most=1.3, slack=0.3, doubt=0.0),
        Mark("trunk_tilt_deg", "low", least=60.0, slack=15.0, doubt=0.0),
        Mark("balance", "low", least=0.9, slack=0.3, doubt=0.05),
    ),
    _other(
        "lunge",
        Swing("hip_height", starts="high", returns=True, least=0.15, whole=0.2),
        Mark("hip_height", "high", least=1.0, slack=0.3, doubt=0.0),
        Mark("knees_apart", "low", least=0.5, slack=0.15, doubt=0.0),
        Mark("trunk_tilt_deg", "low", most=45.0, slack=20.0, doubt=0.1),
    ),
    _other(
        "push-up",
        Swing("shoulder_height", starts="high", returns=True, least=0.15, whole=0.2),
        Mark("trunk_lean_deg", "low", least=60.0, slack=15.0, doubt=0.0),
        Mark("trunk_lean_deg", "high", least=50.0, slack=15.0, doubt=0.0),
        Mark("lower_hand", "high", most=-0.6, slack=0.25, doubt=0.0),
        Mark("hip_height", "low", most=1.0, slack=0.3, doubt=0.1),
        Mark("knee_deg", "low", least=140.0, slack=30.0),
    ),
    _other(
        "plank",
        Swing("head_height", starts="either", returns=True, least=0.15, whole=0.15),
        Mark("trunk_lean_deg", "low", least=60.0, slack=15.0, doubt=0.0),
        Mark("trunk_tilt_deg", "range", most=5.0, slack=4.0, doubt=0.0),
        Mark("lower_hand", "high", most=-0.45, slack=0.2, doubt=0.0),
        Mark("hip_height", "low", least=0.15, most=1.0, slack=0.1, doubt=0.0),
    ),
    _other(
        "pull-up",
        Swing("hip_height", starts="low", returns=True, least=0.3, whole=0.4),
        Mark("lower_hand", "low", least=0.6, slack=0.3, doubt=0.0),
        Mark("lower_hand", "high", least=-0.4, slack=0.3, doubt=0.0),
        Mark("trunk_tilt_deg", "low", most=45.0, slack=20.0, doubt=0.1),
    ),
    _other(
        "sit-to-stand",
        Swing("hip_height", starts="high", returns=True, least=0.3, whole=0.35),
        Mark("hip_height", "high", least=1.3, slack=0.3, doubt=0.0),
        Mark("balance", "low", most=-0.3, slack=0.15, doubt=0.0),
        Mark("trunk_tilt_deg", "low", most=30.0, slack=15.0, doubt=0.1),
        # Who slides down a wall stays upright; nobody gets up from a chair like that.
        Mark("trunk_tilt_deg", "range", least=14.0, slack=6.0, doubt=0.05),
    ),
)

# Variants that do not bear the marks of their lift: what fits one better is the lift, too.
VARIANTS: Mapping[str, Exercise] = MappingProxyType(
    {
        "squat": _other(
            "wall squat",
            _SQUAT.swing,
            Mark("hip_height", "high", least=1.3, slack=0.3, doubt=0.0),
            Mark("balance", "low", most=-0.3, slack=0.15, doubt=0.0),
            Mark("knee_deg", "low", most=130.0, slack=20.0, doubt=0.0),
            Mark("trunk_tilt_deg", "low", most=15.0, slack=10.0, doubt=0.0),
            Mark("trunk_tilt_deg", "range", most=10.0, slack=6.0, doubt=0.05),
        ),
    }
)
