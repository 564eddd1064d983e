"""Fit the shape model of backs to rendered lifters, and compare it with other estimators.

    python benchmarks/back_model.py [--each 30] [--keep]

reads the crowd (`benchmarks/crowd.py`, rendered if it is not in the cache), writes
`formcheck/geometry/back_model.json` unless `--keep`, and `benchmarks/back_model.md`.
Estimators are compared on lifters that they were not fitted to, in four folds.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from crowd import LIFTS, crowd, crowd_clip
from numpy.typing import NDArray

import formcheck
from formcheck.geometry.curve import Surface, trunk_curve
from formcheck.geometry.joints import smooth_landmarks
from formcheck.geometry.person import follow_lifter
from formcheck.geometry.shape import BackShape, fit_shape, resample
from formcheck.geometry.view import judge_view

FloatArray = NDArray[np.float64]
BoolArray = NDArray[np.bool_]
Predict = Callable[[FloatArray], FloatArray]

HERE = Path(__file__).parent
MODEL = HERE.parent / "formcheck" / "geometry" / "back_model.json"

# Where each surface is modelled, how many shapes it has, and the lifts that show it
# whole: a barbell's elbows and the floor hide the back, the bridge shows the front.
STATIONS: dict[Surface, FloatArray] = {
    "dorsal": np.round(np.arange(-0.2, 0.951, 0.025), 3),
    "ventral": np.round(np.arange(0.0, 0.901, 0.025), 3),
}
SHAPES: dict[Surface, int] = {"dorsal": 8, "ventral": 4}
SHOWN_BY: dict[Surface, tuple[str, ...]] = {
    "dorsal": (
        *("deadlift", "squat bodyweight", "overhead-press", "back-extension"),
        *("back-extension prone", "sit-up"),
    ),
    "ventral": ("glute-bridge",),
}

FOLDS = 4
# An outline that is this far from the true one, in trunk lengths, is a pose gone wrong:
# nothing to learn from.
_LOST = 0.1
_FITTED, _SEEN = 0.012, 0.7
_RIDGE = 1e-3
_HUBER_DEG = 4.0
_ROUNDS = 12
# Least range of true angles in a clip to tell a gain.
_RANGE_DEG = 15.0


@dataclass(frozen=True, eq=False)
class Outlines:
    """Outlines of one clip at the model's stations, with what is true.

    Attributes
    ----------
    kind : str
        Lift and variant.
    d : float (N, K)
    lumbar_deg : float (N,)
    """

    kind: str
    d: FloatArray
    lumbar_deg: FloatArray


def outlines(surface: Surface, each: int, *, true: bool = False) -> Iterator[Outlines]:
    """Outlines of every clip of the crowd that shows a surface."""
    kinds = [f"{kind.lift} {kind.variant}".strip() for kind in LIFTS]
    for number, take in enumerate(crowd(each)):
        kind = kinds[number % len(kinds)]
        if kind not in SHOWN_BY[surface]:
            continue
        print(f"{surface} {number + 1} of {each * len(kinds)}", end="\r", file=sys.stderr)
        clip = crowd_clip(take)
        picture, truth = (_outline(t, surface) for t in (clip.picture, clip.true))
        if picture is None or truth is None:
            continue
        known = np.isfinite(picture) & np.isfinite(truth)
        off = np.where(known, np.abs(picture - truth), np.nan)
        rows = [row[np.isfinite(row)] for row in off]
        good = np.array([row.size > 0 and np.median(row) < _LOST for row in rows])
        d = (truth if true else picture)[good]
        yield Outlines(kind, d, clip.truth.lumbar_deg[good])


def _outline(track: formcheck.PoseTrack, surface: Surface) -> FloatArray | None:
    lifter = follow_lifter(track)
    if not lifter.frames.any():
        return None
    facing = judge_view(track, lifter.frames).facing
    points = smooth_landmarks(track, lifter.frames)
    curve = trunk_curve(track, points, lifter.frames, facing, lifter.trunk_px, surface)
    return resample(curve.u, curve.d, STATIONS[surface])


def learn(clips: Sequence[Outlines], surface: Surface, *, shapes: int = 0) -> BackShape:
    """Principal shapes of outlines with gaps, and the lumbar angle that goes with them."""
    u, count = STATIONS[surface], shapes or SHAPES[surface]
    d = np.vstack([clip.d for clip in clips])
    lumbar = np.concatenate([clip.lumbar_deg for clip in clips])
    lifter = np.repeat(np.arange(len(clips)), [len(clip.d) for clip in clips])
    shown = np.isfinite(d).mean(axis=1)
    d, lumbar, lifter, shown = (v[shown > 0.5] for v in (d, lumbar, lifter, shown))
    model = _principal_shapes(u, d, count)
    fit = fit_shape(model, d)
    good = (shown > _SEEN) & (fit.residual < _FITTED)
    weights, lumbar, lifter = fit.weights[good], lumbar[good], lifter[good]
    change = _robust_ridge(_centred(weights, lifter), _centred(lumbar[:, None], lifter)[:, 0])
    means = np.array([weights[lifter == n].mean(axis=0) for n in np.unique(lifter)])
    levels = np.array([lumbar[lifter == n].mean() for n in np.unique(lifter)])
    level = np.linalg.solve(
        np.cov(means.T, bias=True) + np.eye(count) / len(means),
        (means - means.mean(axis=0)).T @ (levels - levels.mean()) / len(means),
    )
    at_zero = float(levels.mean() - means.mean(axis=0) @ level)
    return replace(model, change_deg=change, level_deg=level, mean_deg=at_zero)


def _principal_shapes(u: FloatArray, d: FloatArray, count: int) -> BackShape:
    """Fill gaps and doubtful points from the fit, find shapes, and again."""
    free = np.column_stack([np.ones_like(u), u])
    level = np.eye(u.size) - free @ np.linalg.pinv(free)
    filled = np.where(np.isfinite(d), d, np.nanmean(d, axis=0)) @ level
    none = np.zeros(count)
    for _ in range(_ROUNDS):
        mean = filled.mean(axis=0)
        _, size, axes = np.linalg.svd(filled - mean, full_matrices=False)
        shapes = axes[:count].T * size[:count] / np.sqrt(len(filled))
        model = BackShape(u, mean, shapes, none, none, 0.0)
        fit = fit_shape(model, d)
        mixed = fit.believed * np.nan_to_num(d) + (1 - fit.believed) * fit.outline
        filled = mixed @ level
    return model


def _robust_ridge(x: FloatArray, y: FloatArray) -> FloatArray:
    weight = np.ones(len(y))
    for _ in range(8):
        normal = (x * weight[:, None]).T @ x + _RIDGE * weight.sum() * np.eye(x.shape[1])
        answer = np.linalg.solve(normal, (x * weight[:, None]).T @ y)
        weight = np.minimum(1.0, _HUBER_DEG / np.maximum(np.abs(y - x @ answer), 1e-9))
    return np.asarray(answer)


def _centred(values: FloatArray, lifter: NDArray[np.intp]) -> FloatArray:
    """Values less their lifter's mean."""
    sums = np.zeros((lifter.max() + 1, values.shape[1]))
    np.add.at(sums, lifter, values)
    counts = np.bincount(lifter, minlength=len(sums))[:, None]
    return np.asarray(values - (sums / np.maximum(counts, 1))[lifter])


# -- the estimators that are compared ------------------------------------------


def parabola(low: float, high: float, read: tuple[float, float]) -> Callable[..., Predict]:
    """Turn of a parabola's tangent: what formcheck measured with before."""

    def fit(_: Sequence[Outlines], surface: Surface) -> Predict:
        u = STATIONS[surface]

        def predict(d: FloatArray) -> FloatArray:
            seen = np.isfinite(d) & (u >= low) & (u <= high)
            found = np.full(len(d), np.nan)
            for i in np.flatnonzero(seen.sum(axis=1) >= 10):
                slope = np.polynomial.Polynomial.fit(u[seen[i]], d[i, seen[i]], 2).deriv()
                found[i] = np.degrees(np.arctan(slope(read[0])) - np.arctan(slope(read[1])))
            return found

        return predict

    return fit


def ridge(clips: Sequence[Outlines], surface: Surface) -> Predict:
    """Ridge regression on the outline itself; gaps are filled with the mean."""
    u = STATIONS[surface]
    free = np.column_stack([np.ones_like(u), u])
    level = np.eye(u.size) - free @ np.linalg.pinv(free)
    mean = np.nanmean(np.vstack([clip.d for clip in clips]), axis=0)

    def features(d: FloatArray) -> FloatArray:
        return np.asarray(np.where(np.isfinite(d), d, mean) @ level / 0.02)

    lifter = np.repeat(np.arange(len(clips)), [len(clip.d) for clip in clips])
    x = _centred(np.vstack([features(clip.d) for clip in clips]), lifter)
    y = _centred(np.concatenate([clip.lumbar_deg for clip in clips])[:, None], lifter)[:, 0]
    answer = _robust_ridge(x, y)
    return lambda d: features(d) @ answer


def shape_model(shapes: int, *, between: bool = False) -> Callable[..., Predict]:
    """The shape model, read within lifters or, for comparison, between them."""

    def fit(clips: Sequence[Outlines], surface: Surface) -> Predict:
        model = learn(clips, surface, shapes=shapes)
        per_weight = model.level_deg if between else model.change_deg
        return lambda d: fit_shape(model, d).weights @ per_weight

    return fit


ESTIMATORS: dict[Surface, dict[str, Callable[..., Predict]]] = {
    "dorsal": {
        "parabola over 0.12-0.72, turn from 0.15 to 0.65": parabola(0.12, 0.72, (0.15, 0.65)),
        "parabola over 0.16-0.63, turn from 0.21 to 0.58": parabola(0.16, 0.63, (0.21, 0.58)),
        "ridge regression on the outline": ridge,
        "shape model, 4 shapes": shape_model(4),
        "shape model, 8 shapes, read between lifters": shape_model(8, between=True),
        "**shape model, 8 shapes**": shape_model(8),
        "shape model, 12 shapes": shape_model(12),
    },
    "ventral": {
        "ridge regression on the outline": ridge,
        "**shape model, 4 shapes**": shape_model(4),
        "shape model, 8 shapes": shape_model(8),
    },
}


def errors(
    clips: Sequence[Outlines], surface: Surface, fit: Callable[..., Predict]
) -> list[FloatArray]:
    """Error of the change in each clip, by an estimator that has not seen its lifter."""
    found: list[FloatArray] = [np.empty(0)] * len(clips)
    for fold in range(FOLDS):
        predict = fit([c for n, c in enumerate(clips) if n % FOLDS != fold], surface)
        for n in range(fold, len(clips), FOLDS):
            error = predict(clips[n].d) - clips[n].lumbar_deg
            found[n] = error - np.nanmedian(error) if np.isfinite(error).any() else error
    return found


def comparison(surface: Surface, each: int) -> str:
    """Rows of rms errors: the middle and the worst tenth of the clips, and by lift."""
    pictures, truths = (list(outlines(surface, each, true=true)) for true in (False, True))
    kinds = SHOWN_BY[surface]
    lines = [
        f"| {surface} | outline | clips: median, 9th tenth | {' | '.join(kinds)} |",
        f"|{'---|' * (3 + len(kinds))}",
    ]
    for name, fit in ESTIMATORS[surface].items():
        for source, clips in (("picture", pictures), ("truth", truths)):
            rms = np.array([_rms(e) for e in errors(clips, surface, fit)])
            kind = np.array([c.kind for c in clips])
            cells = [f"{np.nanmedian(rms):.1f}°, {np.nanpercentile(rms, 90):.1f}°"]
            cells += [f"{np.nanmedian(rms[kind == k]):.1f}°" for k in kinds]
            lines.append(f"| {name} | {source} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", _constants(pictures, surface), ""])


def _rms(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")


def _constants(clips: Sequence[Outlines], surface: Surface) -> str:
    """Gain and offset of lifters that the model has not seen, for formcheck/geometry/lumbar.py."""
    gains, offsets, rests = [], [], []
    for fold in range(FOLDS):
        model = learn([c for n, c in enumerate(clips) if n % FOLDS != fold], surface)
        for clip in clips[fold::FOLDS]:
            weights = fit_shape(model, clip.d).weights
            change, level = weights @ model.change_deg, weights @ model.level_deg
            offset = np.median(level + model.mean_deg - change)
            offsets.append(float(np.median(change + offset - clip.lumbar_deg)))
            true = clip.lumbar_deg - clip.lumbar_deg.mean()
            if np.ptp(true) >= _RANGE_DEG:
                error = change - change.mean() - true
                gain = float(error @ true / (true @ true))
                gains.append(gain)
                rests.append(1.4826 * float(np.median(np.abs(error - gain * true))))
    return (
        f"Lifters that the model has not seen: gain of a change off by {_spread(gains):.0%} "
        f"(robust standard deviation), {np.median(rests):.1f}° about that (median), "
        f"constant of the lifter off by {_spread(offsets):.1f}°."
    )


def _spread(values: Sequence[float]) -> float:
    deviation = np.abs(np.array(values) - np.median(values))
    return 1.4826 * float(np.median(deviation))


_ABOUT = """# The shape model of backs, and what it was compared with

`python benchmarks/back_model.py` on the crowd (`benchmarks/crowd.py`): rendered lifters,
each with a body, clothes, a camera (up to 15° off the side, 480 or 720 lines) and lumbar
and thoracic angles of their own. Angles are the error of the *change* within a clip (less
its median), rms, on lifters that the estimator was not fitted to; *picture*: MediaPipe's
mask and landmarks, *truth*: true silhouette and joints.

"""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--each", type=int, default=30)
    parser.add_argument("--keep", action="store_true", help="do not write the model")
    arguments = parser.parse_args()
    text, models = _ABOUT, {}
    for surface in STATIONS:
        text += comparison(surface, arguments.each) + "\n"
        model = learn(list(outlines(surface, arguments.each)), surface)
        models[surface] = {name: np.round(value, 5).tolist() for name, value in vars(model).items()}
    (HERE / "back_model.md").write_text(text, encoding="utf-8")
    if not arguments.keep:
        MODEL.write_text(json.dumps(models, indent=0) + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
