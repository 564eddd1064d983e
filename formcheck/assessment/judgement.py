"""The one judgement of a rounded back: how likely a careful coach would call it rounded.

Four things are put together, in every frame: how far the outline of the lower back turns,
as it is seen; how far that of the whole back does; the bony angle from flat, with all that
its level is unsure by; and the flexion from the lifter's own neutral, as a share of what
spines can do. Each stands on its own scale and none decides alone. The weights are fitted to
rendered lifters whose spine is known and to labelled clips of real ones
(``python benchmarks/verdicts.py``), and none may be negative: what looks more rounded never
makes it less likely. What was not seen is filled in from what was, as far as the one tells
of the other, and makes the judgement as much less sure.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry import Back, Kinematics
from formcheck.geometry.neutral import Neutral
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.geometry.turn import OutlineTurn, outline_turn
from formcheck.lifts.exercises import Exercise
from formcheck.lifts.measures import RepMeasures, half

__all__ = [
    "FEATURES",
    "FULL_FLEXION_DEG",
    "GRADES",
    "HELD_S",
    "LEAST_PROBABILITY",
    "ROUNDED_DEG",
    "Evidence",
    "Grade",
    "Judgement",
    "Logistic",
    "Part",
    "SetJudgement",
    "gather_evidence",
    "grade_of",
    "held",
    "judge",
    "judge_set",
    "rounding",
    "upper_rounding",
    "worst",
]

Grade = Literal["no", "borderline", "likely", "clear"]
Part = Literal["lower back", "upper back", "both"]

GRADES: tuple[Grade, ...] = get_args(Grade)
# From even odds on it is likely, from nine in ten on clear; below one in five a coach would
# not bring it up (benchmarks/verdicts.md has what each grade is worth).
LEAST_PROBABILITY: Mapping[Grade, float] = {
    "no": 0.0,
    "borderline": 0.2,
    "likely": 0.5,
    "clear": 0.9,
}
# A fault lasts: single frames and the filter's ripples are shorter than this.
HELD_S = 0.2
# A phone's frame. At 15 frames a second three of them would span 0.13 s where six span 0.17, and a
# repetition of the same lifter was borderline in place of no.
_FRAME_S, _SLOWER = 1 / 30, 1.2
# Lumbar flexion of healthy adults from standing to bent down, L1 to S1: 51 degrees on X-rays
# (Pearcy, Portek and Shepherd 1984), 40-60 in surveys; the middle of what spines can do.
FULL_FLEXION_DEG = 55.0
# The setting `rounded_deg` at which a back is judged as it was fitted; less is as many
# degrees stricter, on every scale in degrees.
ROUNDED_DEG = 10.0
# Outlines of the whole back of strangers who were called neutral turn by -2 to +16 degrees,
# of rounded ones by +20 to +59 (docs/measurement.md): less is nobody's rounded upper back.
_WHOLE_NEUTRAL_DEG = 18.0

FEATURES = ("lower_turn_deg", "whole_turn_deg", "lumbar_deg", "flexion_share")
UPPER_FEATURES = ("upper_turn_deg", "thoracic_deg")


@dataclass(frozen=True, eq=False)
class Logistic:
    """A logistic judgement that can do with some of its features.

    Attributes
    ----------
    weights : float (F,)
        Per unit of each feature; none is negative.
    bias : float
    mean : float (F,)
    covariance : float (F, F)
        Of the features in the fit: what those that are seen tell of the others.
    doubt : float (F,)
        Standard deviation by which each feature was unsure in the fit: the weights know
        that much already.
    """

    weights: FloatArray
    bias: float
    mean: FloatArray
    covariance: FloatArray
    doubt: FloatArray

    def probability(self, features: FloatArray, doubt: FloatArray | None = None) -> FloatArray:
        """Probability of every row, float (N,); NaN where no feature was seen.

        Parameters
        ----------
        features : float (N, F)
            NaN where not seen.
        doubt : float (N, F), optional
            Standard deviations of the features.
        """
        seen = np.isfinite(features)
        logit = np.full(len(features), np.nan)
        spread = np.zeros(len(features))
        for pattern in np.unique(seen, axis=0):
            if not pattern.any():
                continue
            rows = np.flatnonzero((seen == pattern).all(axis=1))
            known, gain, rest = self._conditioned(pattern)
            off = features[np.ix_(rows, known)] - self.mean[known]
            logit[rows] = self.bias + self.weights @ self.mean + off @ gain
            spread[rows] = rest
        if doubt is not None:
            more = np.where(seen, np.maximum(np.nan_to_num(doubt) ** 2 - self.doubt**2, 0.0), 0.0)
            spread += more @ self.weights**2
        # The mean of a logistic over a normal spread (MacKay 1992,
        # doi:10.1162/neco.1992.4.5.720).
        return np.asarray(1 / (1 + np.exp(-logit / np.sqrt(1 + math.pi / 8 * spread))))

    def _conditioned(self, seen: BoolArray) -> tuple[NDArray[np.intp], FloatArray, float]:
        """Places of the seen features, their weights, and the variance that is left.

        The weights hold what the seen features tell of the others.
        """
        known, missing = np.flatnonzero(seen), np.flatnonzero(~seen)
        if not missing.size:
            return known, self.weights, 0.0
        within = self.covariance[np.ix_(known, known)]
        across = self.covariance[np.ix_(missing, known)]
        told = np.linalg.solve(within, across.T).T
        rest = self.covariance[np.ix_(missing, missing)] - told @ across.T
        absent = self.weights[missing]
        return known, self.weights[known] + absent @ told, float(absent @ rest @ absent)


@dataclass(frozen=True, eq=False)
class Evidence:
    """What there is to judge by over time, each float (N,); NaN where it was not seen.

    Attributes
    ----------
    lower_turn_deg, whole_turn_deg : float (N,)
        Of the outline, as it is seen.
    lumbar_deg : float (N,)
        Of the bone, from flat.
    lumbar_sd_deg : float (N,)
        By how much that is unsure, its level with it.
    flexion_share : float (N,)
        Flexion from the lifter's own neutral over `FULL_FLEXION_DEG`.
    flexion_sd : float (N,)
    thoracic_deg : float (N,)
    """

    lower_turn_deg: FloatArray
    whole_turn_deg: FloatArray
    lumbar_deg: FloatArray
    lumbar_sd_deg: FloatArray
    flexion_share: FloatArray
    flexion_sd: FloatArray
    thoracic_deg: FloatArray

    def __getitem__(self, frames: slice) -> Evidence:
        """The same over some frames."""
        return Evidence(**{name: values[frames] for name, values in vars(self).items()})

    @property
    def features(self) -> FloatArray:
        """In the order of `FEATURES`, float (N, 4); nothing where the back was not read."""
        columns = [getattr(self, name) for name in FEATURES]
        return np.where(np.isfinite(self.lumbar_deg)[:, None], np.stack(columns, axis=1), np.nan)

    @property
    def doubt(self) -> FloatArray:
        """Standard deviations of the features, float (N, 4)."""
        none = np.zeros_like(self.lumbar_deg)
        return np.stack([none, none, self.lumbar_sd_deg, self.flexion_sd], axis=1)

    @property
    def upper_features(self) -> FloatArray:
        """In the order of `UPPER_FEATURES`, float (N, 2)."""
        upper = self.whole_turn_deg - self.lower_turn_deg
        both = np.stack([upper, self.thoracic_deg], axis=1)
        return np.where(np.isfinite(self.lumbar_deg)[:, None], both, np.nan)


@dataclass(frozen=True)
class Judgement:
    """One repetition, or the worst of a set.

    Attributes
    ----------
    grade : {"no", "borderline", "likely", "clear"}
    probability : float
        That a careful coach would call it rounded.
    part : {"lower back", "upper back", "both"}
        What rounded, or would have.
    at_s : float
        When it shows most.
    """

    grade: Grade
    probability: float
    part: Part
    at_s: float

    @property
    def rank(self) -> tuple[int, float]:
        """To order by: the gravest grade first, then the most likely."""
        return GRADES.index(self.grade), self.probability


@dataclass(frozen=True, eq=False)
class SetJudgement:
    """The judgements of a clip.

    Attributes
    ----------
    reps : tuple of Judgement or None
        One a repetition; None where rounding is not judged, or the back was not seen.
    grades : tuple of Grade
        Of every frame, never above that of its repetition; "no" outside.
    lower_turn_deg : float (N,)
        What the outline of the lower back shows by itself.
    """

    reps: tuple[Judgement | None, ...]
    grades: tuple[Grade, ...]
    lower_turn_deg: FloatArray

    @property
    def worst(self) -> Judgement | None:
        """The gravest of all; None if none was judged."""
        return worst(self.reps)


def judge_set(
    reps: Sequence[RepMeasures],
    kin: Kinematics,
    neutrals: Sequence[Neutral],
    exercise: Exercise,
) -> SetJudgement:
    """Judge every repetition of a clip in which the back was measured, by its own neutral."""
    turn = outline_turn(kin.time_s, kin.back.curve)
    judged: list[Judgement | None] = []
    grades: list[Grade] = ["no"] * len(kin.time_s)
    if exercise.rounded_deg is None:
        return SetJudgement((None,) * len(reps), tuple(grades), turn.lower_deg)
    # Many repetitions share a neutral, and a clip may be long.
    of_set = {neutral: gather_evidence(kin.back, neutral, turn) for neutral in set(neutrals)}
    for rep, neutral in zip(reps, neutrals, strict=True):
        frames = slice(rep.rep.start, rep.rep.end + 1)
        evidence = of_set[neutral][frames]
        counts = half(rep.rep, kin, exercise, exercise.rounds_in)
        probability = rounding(evidence, exercise.rounded_deg)
        said = judge(kin.time_s[frames], probability, upper_rounding(evidence), counts)
        judged.append(said if rep.measured else None)
        if judged[-1] is not None and judged[-1].part != "upper back":
            grades[frames] = _frame_grades(probability, counts, judged[-1].grade)
    return SetJudgement(tuple(judged), tuple(grades), turn.lower_deg)


def _frame_grades(probability: FloatArray, counts: BoolArray, most: Grade) -> list[Grade]:
    shown = np.where(counts & np.isfinite(probability), probability, 0.0)
    return [min(grade_of(float(p)), most, key=GRADES.index) for p in shown]


def gather_evidence(back: Back, neutral: Neutral, turn: OutlineTurn) -> Evidence:
    """What a clip shows of the back, frame by frame."""
    own = back.surface == "dorsal"
    nothing = np.full_like(back.lumbar_deg, np.nan)
    flexion_deg = back.lumbar_deg - neutral.lumbar_deg
    return Evidence(
        lower_turn_deg=turn.lower_deg if own else nothing,
        whole_turn_deg=turn.whole_deg if own else nothing,
        lumbar_deg=back.lumbar_deg,
        lumbar_sd_deg=np.hypot(back.uncertainty_deg, back.level_uncertainty_deg) / TO_90_PERCENT,
        flexion_share=flexion_deg / FULL_FLEXION_DEG,
        flexion_sd=np.hypot(back.uncertainty_deg, neutral.uncertainty_deg)
        / (TO_90_PERCENT * FULL_FLEXION_DEG),
        thoracic_deg=back.thoracic_deg,
    )


def rounding(evidence: Evidence, rounded_deg: float = ROUNDED_DEG) -> FloatArray:
    """Probability in every frame that the back is rounded, float (N,); NaN where not seen."""
    stricter_deg = ROUNDED_DEG - rounded_deg
    shift = [stricter_deg, stricter_deg, stricter_deg, stricter_deg / FULL_FLEXION_DEG]
    return fitted("back").probability(evidence.features + shift, evidence.doubt)


def upper_rounding(evidence: Evidence) -> FloatArray:
    """The same of the upper back, where the outline as a whole is not a neutral one's."""
    probability = fitted("upper").probability(evidence.upper_features)
    visible = evidence.whole_turn_deg > _WHOLE_NEUTRAL_DEG
    return np.where(np.isfinite(probability), np.where(visible, probability, 0.0), np.nan)


def judge(
    time_s: FloatArray, probability: FloatArray, upper: FloatArray, judged: BoolArray
) -> Judgement | None:
    """Judge one repetition by what holds for `HELD_S`; None where the back was not seen.

    The upper back alone is *borderline* at most: no labelled clip shows it alone, so what is
    said of it rests on rendered lifters and our own choice.

    Parameters
    ----------
    time_s : float (M,)
    probability, upper : float (M,)
        From `rounding` and `upper_rounding`.
    judged : bool (M,)
        Frames in which rounding counts.
    """
    level, at = held(time_s, np.where(judged, probability, np.nan))
    above, above_at = held(time_s, np.where(judged, upper, np.nan))
    if not math.isfinite(level):
        return None
    grade, hunched = grade_of(level), above >= LEAST_PROBABILITY["likely"]
    if grade == "no" and hunched:
        capped = min(above, LEAST_PROBABILITY["likely"] - 0.01)
        return Judgement("borderline", capped, "upper back", float(time_s[above_at]))
    return Judgement(grade, level, "both" if hunched else "lower back", float(time_s[at]))


def grade_of(probability: float) -> Grade:
    """The grade of a probability."""
    return next(g for g in reversed(GRADES) if probability >= LEAST_PROBABILITY[g])


def held(time_s: FloatArray, values: FloatArray) -> tuple[float, int]:
    """The most that a signal (M,) holds for `HELD_S`, and the frame where it is highest then.

    Each frame lasts to the next one; NaN and -1 where nothing lasts so long. Between frames that
    are further apart than those of a phone the signal is straight, so that a slower camera sees
    the same.
    """
    if len(time_s) < 2:
        return math.nan, -1
    at_s, values = _at_a_phones_rate(time_s, values)
    frames = max(1, math.ceil(HELD_S / float(np.median(np.diff(at_s))) - 1e-6))
    if len(values) < frames:
        return math.nan, -1
    windows = np.lib.stride_tricks.sliding_window_view(values, frames)
    least = np.where(np.isfinite(windows).all(axis=1), windows.min(axis=1), -np.inf)
    best = int(np.argmax(least))
    if not math.isfinite(least[best]):
        return math.nan, -1
    highest_s = at_s[best + int(np.argmax(windows[best]))]
    return float(least[best]), int(np.abs(time_s - highest_s).argmin())


def _at_a_phones_rate(time_s: FloatArray, values: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Times and values, in steps of a phone's frame if they are further apart."""
    step_s = float(np.median(np.diff(time_s)))
    if step_s <= _SLOWER * _FRAME_S:
        return time_s, values
    at_s = np.arange(time_s[0], time_s[-1] + step_s - _FRAME_S / 2, _FRAME_S)
    latest = np.searchsorted(time_s, at_s + 1e-9, side="right") - 1
    known = np.isfinite(values)
    filled = values[np.maximum.accumulate(np.where(known, np.arange(len(values)), 0))]
    between = np.interp(at_s, time_s, np.nan_to_num(filled))
    return at_s, np.where(known[latest], between, np.nan)


@cache
def fitted(name: Literal["back", "upper"]) -> Logistic:
    """What comes with formcheck, fitted by ``benchmarks/verdicts.py``."""
    text = files("formcheck.assessment").joinpath("judgement.json").read_text("utf-8")
    return from_plain(json.loads(text)[name])


def from_plain(stored: Mapping[str, Any]) -> Logistic:
    """A judgement as it is stored."""
    arrays = (np.array(stored[name]) for name in ("mean", "covariance", "doubt"))
    return Logistic(np.array(stored["weights"]), float(stored["bias"]), *arrays)


def worst(judgements: Sequence[Judgement | None]) -> Judgement | None:
    """The gravest of some judgements; None if there is none."""
    known = [one for one in judgements if one is not None]
    return max(known, key=lambda one: one.rank, default=None)
