"""Fit the judgement of a rounded back, and show what it is worth on lifters left out.

    python benchmarks/verdicts.py [--each 16] [--keep] [--tracks FOLDER] [--clips FOLDER]

reads both crowds (`benchmarks/crowd.py`, rendered if they are not in the cache) and the
labelled clips of real people, writes `formcheck/assessment/judgement.json` unless `--keep`,
and `benchmarks/verdicts.md`.
"""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from unittest.mock import patch

import numpy as np
from back_model import FOLDS, everything, fold_of
from common.kept import kept_track
from common.learning import MOST_FLEXION_DEG, kind_of, learn
from common.script import LABELLED, ROOT, options
from crowd import KINDS, crowd, crowd_clip
from scipy.optimize import minimize

import formcheck
from formcheck.analysis import Settings, analyze_track
from formcheck.arrays import BoolArray, FloatArray
from formcheck.assessment.judgement import (
    FEATURES,
    FULL_FLEXION_DEG,
    GRADES,
    LEAST_PROBABILITY,
    UPPER_FEATURES,
    Evidence,
    Grade,
    Judgement,
    Logistic,
    gather_evidence,
    held,
    judge,
    upper_rounding,
)
from formcheck.geometry.curve import Surface
from formcheck.geometry.shape import BackShape
from formcheck.geometry.turn import outline_turn
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.measures import half
from lifter.params import Take

STORED = ROOT / "formcheck" / "assessment" / "judgement.json"

# The truth that the targets are set on: rounded is within 5 degrees of the lifter's full
# range, or 5 beyond flat, whichever comes first; not rounded stays 15 short of that.
_NEAR_DEG, _SHORT_DEG = 5.0, 15.0
# A rounded upper back turns by this much more than the lifter stands with; a neutral one by
# no more than that.
_HUNCHED_DEG, _STRAIGHT_DEG = 20.0, 10.0
# Real clips are what the judgement is for, and few: all clips of a lifter with the same
# label count as this many rendered repetitions.
_REAL_WEIGHT = 20.0
# Of the weights, in standard deviations of the features: so small a set separates nearly
# without error, and would otherwise be as good as certain.
_RIDGE = 0.02
_ROUNDS = 4
# Whose clips they are, where one lifter has several (labels.csv).
_SAME_LIFTER = {
    "deadlift-rounded": "deadlift-neutral",
    "deadlift-hips-early": "deadlift-neutral",
    **{f"deadlift-bare-{kind}-{n}": "bare" for kind in ("neutral", "rounded") for n in (1, 2, 3)},
}
# Their outline is not the back's in much of the clip: nothing to learn from.
_NOT_THE_BACK = {"squat-barbell-rack-post"}
_TRUTHS = ("rounded", "between", "not rounded")


@dataclass(frozen=True, eq=False)
class Sample:
    """One repetition, read by a shape model that has not seen its lifter.

    Attributes
    ----------
    name, source, lifter, lift : str
    fold : int
    time_s : float (M,)
    evidence : Evidence
        Over the frames of the repetition.
    judged : bool (M,)
    target : float
        0 not rounded, 1 rounded; NaN where it is not known.
    hunched : float
        The same of the upper back.
    learn : bool
    """

    name: str
    source: str
    lifter: str
    lift: str
    fold: int
    time_s: FloatArray
    evidence: Evidence
    judged: BoolArray
    target: float
    hunched: float
    learn: bool = True

    @property
    def truth(self) -> str:
        """What is to be told."""
        if 0 < self.target < 1:
            return "between"
        return "rounded" if self.target == 1 else "not rounded"


# -- what is learnt from -------------------------------------------------------


@cache
def _model(surface: Surface, each: int, fold: int) -> BackShape:
    return learn([clip for clip in everything(surface, each) if fold_of(clip) != fold], surface)


def rendered_samples(each: int) -> Iterator[Sample]:
    """Repetitions of both crowds whose back was measured."""
    for kind in KINDS:
        for take in crowd(each, kind):
            lift = EXERCISES[take.plan.lift]
            flexion_deg = take.plan.far_lumbar_deg[0] + take.body.lordosis_deg
            if lift.rounded_deg is None or flexion_deg > MOST_FLEXION_DEG:
                continue
            print(take.name, file=sys.stderr)
            yield from _of_take(take, kind, each)


def _of_take(take: Take, kind: str, each: int) -> Iterator[Sample]:
    clip, fold = crowd_clip(take), take.seed // 100 % FOLDS

    def find(surface: str) -> BackShape:
        return _model("dorsal" if surface == "dorsal" else "ventral", each, fold)

    with patch("formcheck.geometry.lumbar.back_shape", find):
        analysis = analyze_track(clip.picture, Settings(take.plan.lift))
    for frames, evidence, judged in _repetitions(analysis):
        lumbar_deg = float(clip.truth.lumbar_deg[frames][judged].max())
        thoracic_deg = float(clip.truth.thoracic_deg[frames][judged].max())
        yield Sample(
            name=take.name,
            source=kind,
            lifter=take.body.person or take.name,
            lift=kind_of(take),
            fold=fold,
            time_s=analysis.track.time_s[frames],
            evidence=evidence,
            judged=judged,
            target=rounded_target(lumbar_deg, take.body.lordosis_deg),
            hunched=_hunched_target(thoracic_deg - take.body.kyphosis_deg),
        )


def rounded_target(lumbar_deg: float, lordosis_deg: float) -> float:
    """1 for rounded, 0 for not, evenly in between, by true angles of the bone."""
    limit_deg = min(FULL_FLEXION_DEG - _NEAR_DEG - lordosis_deg, _NEAR_DEG)
    return float(np.clip((lumbar_deg - limit_deg) / _SHORT_DEG + 1, 0, 1))


def _hunched_target(more_deg: float) -> float:
    if more_deg >= _HUNCHED_DEG:
        return 1.0
    return 0.0 if more_deg <= _STRAIGHT_DEG else float("nan")


def real_samples(clips: Path, tracks: Path | None) -> Iterator[Sample]:
    """Repetitions of labelled clips; none where the folder is missing."""
    if not (clips / "labels.csv").is_file():
        return
    with (clips / "labels.csv").open(encoding="utf-8") as file:
        labels = [row for row in csv.DictReader(file) if row["back"] in {"rounded", "neutral"}]
    for row in labels:
        name = row["file"].removesuffix(".mp4")
        analysis = analyze_track(kept_track(clips / row["file"], tracks), Settings(row["exercise"]))
        for frames, evidence, judged in _repetitions(analysis):
            yield Sample(
                name=name,
                source="real",
                lifter=_SAME_LIFTER.get(name, name),
                lift=row["exercise"],
                fold=-1,
                time_s=analysis.track.time_s[frames],
                evidence=evidence,
                judged=judged,
                target=float(row["back"] == "rounded"),
                hunched=float("nan"),
                learn=name not in _NOT_THE_BACK,
            )


def _repetitions(
    analysis: formcheck.SetAnalysis,
) -> Iterator[tuple[slice, Evidence, BoolArray]]:
    """Frames, evidence and judged frames of every repetition whose back was measured."""
    kin, lift = analysis.kinematics, analysis.exercise
    whole = gather_evidence(kin.back, analysis.neutral, outline_turn(kin.time_s, kin.back.curve))
    for rep in analysis.reps:
        if rep.measured:
            frames = slice(rep.rep.start, rep.rep.end + 1)
            yield frames, whole[frames], half(rep.rep, kin, lift, lift.rounds_in)


# -- the fit -------------------------------------------------------------------


def fit(samples: Sequence[Sample]) -> Logistic:
    """Fit the judgement of the back: features where it holds most, weights, and again."""
    known = [one for one in samples if one.learn]
    target = np.array([one.target for one in known])
    weight = _sample_weights(known)
    model = _start(len(FEATURES))
    for _ in range(_ROUNDS):
        rows = np.stack([_features_at(one, model) for one in known])
        doubts = np.stack([_doubt_at(one, model) for one in known])
        model = _fit_rows(rows, target, weight, np.nanmedian(doubts, axis=0))
    return model


def fit_upper(samples: Sequence[Sample]) -> Logistic:
    """Fit that of the upper back, on rendered lifters alone."""
    known = [one for one in samples if np.isfinite(one.hunched)]
    rows = np.stack([_upper_at(one) for one in known])
    target = np.array([one.hunched for one in known])
    return _fit_rows(rows, target, np.ones(len(known)), np.zeros(len(UPPER_FEATURES)))


def _sample_weights(samples: Sequence[Sample]) -> FloatArray:
    alike = [(one.lifter, one.target) for one in samples]
    return np.array(
        [
            _REAL_WEIGHT / alike.count((one.lifter, one.target)) if one.source == "real" else 1.0
            for one in samples
        ]
    )


def _start(count: int) -> Logistic:
    """The outline's own turn alone, to begin with."""
    weights = np.zeros(count)
    weights[0] = 0.3
    return Logistic(weights, -3.0, np.zeros(count), np.eye(count), np.zeros(count))


def _probabilities(one: Sample, model: Logistic) -> FloatArray:
    found = model.probability(one.evidence.features, one.evidence.doubt)
    return np.where(one.judged, found, np.nan)


def _window(one: Sample, model: Logistic) -> slice:
    """The frames in which the judgement is highest for as long as a fault lasts."""
    _, at = held(one.time_s, _probabilities(one, model))
    if at < 0:
        return slice(0, len(one.time_s))
    near = np.flatnonzero(np.abs(one.time_s - one.time_s[at]) <= 0.1)
    return slice(int(near[0]), int(near[-1]) + 1)


def _middle(rows: FloatArray) -> FloatArray:
    middle = np.full(rows.shape[1], np.nan)
    seen = np.isfinite(rows).any(axis=0)
    middle[seen] = np.nanmedian(rows[:, seen], axis=0)
    return middle


def _features_at(one: Sample, model: Logistic) -> FloatArray:
    return _middle(one.evidence.features[_window(one, model)])


def _doubt_at(one: Sample, model: Logistic) -> FloatArray:
    return _middle(one.evidence.doubt[_window(one, model)])


def _upper_at(one: Sample) -> FloatArray:
    return np.array([held(one.time_s, column)[0] for column in one.evidence.upper_features.T])


def _fit_rows(
    rows: FloatArray, target: FloatArray, weight: FloatArray, doubt: FloatArray
) -> Logistic:
    """Weights that are not negative, on rows (R, F) of which some are not seen."""
    whole = np.isfinite(rows).all(axis=1)
    mean = np.average(rows[whole], axis=0, weights=weight[whole])
    covariance = np.cov(rows[whole].T, aweights=weight[whole])
    sd = np.sqrt(np.diag(covariance))

    def model(numbers: FloatArray) -> Logistic:
        weights = numbers[1:] / sd
        return Logistic(weights, numbers[0] - weights @ mean, mean, covariance, doubt)

    def loss(numbers: FloatArray) -> float:
        p = np.clip(model(numbers).probability(rows), 1e-9, 1 - 1e-9)
        seen = np.isfinite(p)
        miss = -(target * np.log(p) + (1 - target) * np.log(1 - p))
        mean_miss = float((weight * np.where(seen, miss, 0.0)).sum() / weight[seen].sum())
        return mean_miss + _RIDGE * float(numbers[1:] @ numbers[1:]) / 2

    bounds = [(None, None), *[(0.0, None)] * rows.shape[1]]
    start = np.concatenate([[0.0], np.ones(rows.shape[1])])
    return model(minimize(loss, start, bounds=bounds, method="L-BFGS-B").x)


def plain(model: Logistic, names: Sequence[str]) -> dict[str, object]:
    """A judgement as it is stored."""
    return {
        "features": list(names),
        "weights": np.round(model.weights, 5).tolist(),
        "bias": round(model.bias, 4),
        "mean": np.round(model.mean, 3).tolist(),
        "covariance": np.round(model.covariance, 4).tolist(),
        "doubt": np.round(model.doubt, 4).tolist(),
    }


# -- what it is worth ----------------------------------------------------------


@dataclass(frozen=True)
class Judged:
    """A repetition with its judgement by a model that has not seen its lifter."""

    sample: Sample
    judgement: Judgement | None

    @property
    def grade(self) -> str:
        """The grade, or that there is none."""
        return self.judgement.grade if self.judgement else "not judged"

    @property
    def called(self) -> bool:
        """Whether it was called rounded."""
        return self.grade in {"likely", "clear"}


def left_out(samples: Sequence[Sample]) -> Iterator[Judged]:
    """Judge every repetition without its lifter: by folds, and real lifters one by one."""
    groups = {(one.source, one.lifter if one.source == "real" else one.fold) for one in samples}
    for source, group in sorted(groups, key=str):
        inside = [
            one
            for one in samples
            if (one.lifter == group if source == "real" else one.fold == group)
            and one.source == source
        ]
        # People of anny and drawn bodies have nothing in common.
        model = fit([one for one in samples if one not in inside])
        for one in inside:
            probability = model.probability(one.evidence.features, one.evidence.doubt)
            upper = upper_rounding(one.evidence)
            yield Judged(one, judge(one.time_s, probability, upper, one.judged))


def confusion(judged: Sequence[Judged]) -> str:
    """Markdown: truth against grade, with recall, false alarms and precision."""
    lines = [f"| truth | {' | '.join(GRADES)} | not judged |", f"|---|{'---|' * 5}"]
    for truth in _TRUTHS:
        grades = [one.grade for one in judged if one.sample.truth == truth]
        if grades:
            cells = " | ".join(str(grades.count(g)) for g in (*GRADES, "not judged"))
            lines.append(f"| {truth} | {cells} |")
    rounded = [one for one in judged if one.sample.truth == "rounded"]
    sound = [one for one in judged if one.sample.truth == "not rounded"]
    hits, alarms = (sum(one.called for one in some) for some in (rounded, sound))
    lines.append(
        f"\nRecall {_share(hits, len(rounded))}, false alarms {_share(alarms, len(sound))}, "
        f"precision {_share(hits, hits + alarms)}."
    )
    return "\n".join(lines) + "\n"


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole} ({part / whole:.0%})" if whole else "-"


def by_lift(judged: Sequence[Judged]) -> str:
    """Markdown: recall and false alarms of each lift."""
    lines = ["| lift | rounded, called so | not rounded, called so |", "|---|---|---|"]
    for lift in dict.fromkeys(one.sample.lift for one in judged):
        cells = []
        for truth in ("rounded", "not rounded"):
            some = [o.called for o in judged if (o.sample.lift, o.sample.truth) == (lift, truth)]
            cells.append(f"{sum(some)} of {len(some)}")
        lines.append(f"| {lift} | {' | '.join(cells)} |")
    return "\n".join(lines) + "\n"


def calibration(judged: Sequence[Judged]) -> str:
    """Markdown: stated against found share of rounded backs, in bins of the probability."""
    edges = np.array([0, 0.05, 0.2, 0.5, 0.8, 0.95, 1.0])
    known = [one for one in judged if one.judgement]
    stated = np.array([one.judgement.probability for one in known if one.judgement])
    found = np.array([one.sample.target for one in known])
    lines = ["| stated | repetitions | mean stated | rounded |", "|---|---|---|---|"]
    for low, high in pairwise(edges):
        inside = (stated >= low) & ((stated < high) | (high == 1.0))
        mean = (
            f"{stated[inside].mean():.0%} | {found[inside].mean():.0%}" if inside.any() else "- | -"
        )
        lines.append(f"| {low:.0%} to {high:.0%} | {inside.sum()} | {mean} |")
    return "\n".join(lines) + "\n"


def real_table(judged: Sequence[Judged]) -> str:
    """Markdown: every real repetition with what it was judged by."""
    lines = [
        "| clip | label | grade | probability | part | lower turn | whole turn | bone, from flat "
        "| flexion, share of full |",
        f"|{'---|' * 9}",
    ]
    for one in judged:
        sample, said = one.sample, one.judgement
        peaks = [held(sample.time_s, column)[0] for column in sample.evidence.features.T]
        cells = [f"{peak:+.0f}°" if np.isfinite(peak) else "-" for peak in peaks[:3]]
        cells.append(f"{peaks[3]:.0%}" if np.isfinite(peaks[3]) else "-")
        told = (
            (said.grade, f"{said.probability:.0%}", said.part) if said else ("not judged", "", "")
        )
        label = "rounded" if sample.target else "neutral"
        lines.append(f"| {sample.name} | {label} | {' | '.join([*told, *cells])} |")
    return "\n".join(lines) + "\n"


# What strangers' clips showed, medians over the frames in which the trunk leans (the clips
# themselves are not here): neutral and rounded backs, worst and middle of each range.
STRANGERS: dict[str, tuple[float, float, float]] = {
    "neutral, middle": (-4.0, 7.0, -17.0),
    "neutral, upper end": (7.0, 16.0, -3.0),
    "neutral in a loose shirt": (16.0, 16.0, -3.0),
    "rounded, lower end": (16.0, 20.0, -3.0),
    "rounded, middle": (27.0, 40.0, 13.0),
}


def strangers_table(model: Logistic) -> str:
    """Markdown: the judgement at the corners of ranges that strangers' clips showed."""
    lines = ["| strangers' clips | lower turn, whole turn, bone | probability |", "|---|---|---|"]
    for name, numbers in STRANGERS.items():
        found = model.probability(np.array([[*numbers, np.nan]]))[0]
        lines.append(f"| {name} | {', '.join(f'{n:+.0f}°' for n in numbers)} | {found:.0%} |")
    return "\n".join(lines) + "\n"


def weights_table(model: Logistic) -> str:
    """Markdown: what each feature weighs."""
    lines = ["| feature | weight | for one standard deviation |", "|---|---|---|"]
    for name, weight, variance in zip(
        FEATURES, model.weights, np.diag(model.covariance), strict=True
    ):
        lines.append(f"| {name} | {weight:.3f} | {weight * np.sqrt(variance):.2f} |")
    return "\n".join(lines) + f"\nBias {model.bias:.2f}.\n"


_PAGE = """# The judgement of a rounded back

How likely a careful coach would call the back of a repetition rounded, from what the picture
shows of the whole back and what it says of the lumbar spine
(`formcheck/assessment/judgement.py`). Grades: *clear* from {clear:.0%}, *likely* from
{likely:.0%}, *borderline* from {borderline:.0%}.

**What it rests on.** {rendered} rendered repetitions of two kinds of bodies (drawn, and people of
anny), and {real} repetitions of {lifters} real lifters, of whom {rounded} round their backs. That
is very few: the rendered lifters teach what a bent spine does to the outline, the real ones only
confirm the scale. Every judgement below is by weights that have not seen the lifter: rendered
ones in {folds} folds, for which the shape model is fitted again, too, real ones one by one.

**Truth.** A rendered lifter is *rounded* within {near:.0f}° of full flexion ({full:.0f}° from
standing) or {near:.0f}° beyond flat, whichever comes first, and *not rounded* {short:.0f}° short
of that. What lies between is listed and not scored; the fit takes it as rounded by share. A
repetition counts as called rounded if it is *likely* or *clear*.

{weights}
## Rendered lifters, left out

Targets: recall 95 % and more, false alarms 3 % and less.

### Drawn bodies

{drawn}
### People of anny

{anny}
### By lift, both kinds

{lifts}
{missed}
## Real clips, left out

Targets: every rounded one *likely* or *clear*, no neutral one above *borderline*. The rack post's
outline is not the back's in much of the clip, so nothing was learnt from it.

{clips}
{clips_confusion}
## Strangers' clips, by their ranges

The clips are not here, only the ranges that their measures had. Flexion is taken as not seen.

{strangers}
## Calibration

All repetitions, left out; those in between count as rounded by share.

{calibration}
"""


def _missed(judged: Sequence[Judged]) -> str:
    """Markdown: rendered repetitions that were judged wrongly."""
    wrong = [
        one
        for one in judged
        if (one.sample.truth == "rounded" and not one.called)
        or (one.sample.truth == "not rounded" and one.called)
    ]
    if not wrong:
        return "None was judged wrongly.\n"
    lines = ["Judged wrongly:\n"]
    for one in wrong:
        peaks = [held(one.sample.time_s, column)[0] for column in one.sample.evidence.features.T]
        shown = ", ".join(
            f"{name.removesuffix('_deg').replace('_', ' ')} {peak:.2g}"
            for name, peak in zip(FEATURES, peaks, strict=True)
        )
        lines.append(f"- {one.sample.name}: {one.sample.truth}, said {one.grade} ({shown})")
    return "\n".join(lines) + "\n"


def page(samples: Sequence[Sample]) -> str:
    """The whole page."""
    judged = list(left_out(samples))
    real = [one for one in judged if one.sample.source == "real"]
    rendered = [one for one in judged if one.sample.source != "real"]
    model = fit(samples)
    grades: dict[Grade, float] = dict(LEAST_PROBABILITY)
    return _PAGE.format(
        clear=grades["clear"],
        likely=grades["likely"],
        borderline=grades["borderline"],
        rendered=len(rendered),
        real=len(real),
        lifters=len({one.sample.lifter for one in real}),
        rounded=len({one.sample.lifter for one in real if one.sample.target}),
        folds=FOLDS,
        near=_NEAR_DEG,
        short=_SHORT_DEG,
        full=FULL_FLEXION_DEG,
        weights=weights_table(model),
        drawn=confusion([one for one in rendered if one.sample.source == "drawn"]),
        anny=confusion([one for one in rendered if one.sample.source == "anny"]),
        lifts=by_lift(rendered),
        missed=_missed(rendered),
        clips=real_table(real),
        clips_confusion=confusion(real),
        strangers=strangers_table(model),
        calibration=calibration(judged),
    )


_KEPT = """formcheck keeps the weights of an earlier reading of the same clips (`judgement.json`);
those of this reading stand here, and the lifters left out below are judged by such weights.
"""


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "verdicts.md")
    parser.add_argument("--each", type=int, default=16)
    parser.add_argument("--keep", action="store_true", help="do not write the fitted numbers")
    parser.add_argument("--clips", type=Path, default=LABELLED)
    parser.add_argument("--tracks", type=Path, help="folder to keep the clips' tracks in")
    arguments = parser.parse_args()
    samples = [
        *rendered_samples(arguments.each),
        *real_samples(arguments.clips, arguments.tracks),
    ]
    if not arguments.keep:
        stored = {
            "back": plain(fit(samples), FEATURES),
            "upper": plain(fit_upper(samples), UPPER_FEATURES),
        }
        STORED.write_text(json.dumps(stored, indent=1) + "\n", encoding="utf-8")
    text = page(samples)
    if arguments.keep:
        text = text.replace("\nBias ", f"\n{_KEPT}\nBias ", 1)
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
