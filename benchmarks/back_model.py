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

import numpy as np
from common.script import BENCHMARKS, ROOT
from crowd import LIFTS, crowd, crowd_clip
from numpy.typing import NDArray

import formcheck
from formcheck.arrays import FloatArray
from formcheck.geometry.curve import Surface, trunk_curve
from formcheck.geometry.joints import smooth_landmarks
from formcheck.geometry.lumbar import FLOOR_DEG
from formcheck.geometry.person import follow_lifter
from formcheck.geometry.shape import (
    BackShape,
    ShapeFit,
    Shapes,
    fit_shapes,
    median_outline,
    own_outline,
    resample,
)
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.geometry.view import judge_view

Predict = Callable[[FloatArray], FloatArray]

MODEL = ROOT / "formcheck" / "geometry" / "back_model.json"

# Where each surface is modelled, how many shapes it has, and the lifts that show it
# whole: a barbell's elbows and the floor hide the back, the bridge shows the front.
STATIONS: dict[Surface, FloatArray] = {
    "dorsal": np.round(np.arange(-0.2, 0.951, 0.025), 3),
    "ventral": np.round(np.arange(0.0, 0.901, 0.025), 3),
}
MOVES: dict[Surface, int] = {"dorsal": 10, "ventral": 6}
LIFTERS = 6
# MediaPipe's hips and shoulders lie beside a real lifter's in ways that rendered ones do
# not teach: 1 cm and 3 degrees on a trunk of 50 cm. Of a lifter's own outline the axis
# says nothing: clothes and build move it.
AXIS_SD = (0.02, 0.05)
_FREE_AXIS = (1e3, 1e3)
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
_FITTED, _SEEN, _HALF = 0.012, 0.6, 0.5
# Where an elbow under a barbell begins to hide the back.
_UNDER_AN_ARM = 0.38
# Scales outlines for the ridge penalty.
_RIDGE, _SCALE = 1e-3, 0.1
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


def learn(clips: Sequence[Outlines], surface: Surface, *, moves: int = 0) -> BackShape:
    """What outlines of one lifter do, how lifters differ, and the angle that goes with each."""
    u = STATIONS[surface]
    shown = [np.isfinite(clip.d).mean(axis=1) > _HALF for clip in clips]
    kept = [(c.d[s], c.lumbar_deg[s]) for c, s in zip(clips, shown, strict=True) if s.sum() > 1]
    within = _moves([d for d, _ in kept], u, moves or MOVES[surface])
    owns = np.array([own_outline(d, u, within) for d, _ in kept])
    weights, change = [], []
    for (d, lumbar), own in zip(kept, owns, strict=True):
        fit = fit_shapes(d - own, u, within)
        good = (np.isfinite(d).mean(axis=1) > _SEEN) & (fit.residual < _FITTED)
        if good.sum() > 1:
            weights.append(_centred(fit.weights[good]))
            change.append(_centred(lumbar[good]))
    angle = _robust_ridge(np.vstack(weights), np.concatenate(change))
    levels = np.array([lumbar.mean() for _, lumbar in kept])
    return _with_lifters(u, owns, levels, replace(within, angle_deg=angle))


def _moves(clips: Sequence[FloatArray], u: FloatArray, count: int) -> Shapes:
    """Principal shapes in which lifters move: fill gaps and doubtful points, and again."""
    off = [d - median_outline(d) for d in clips]
    filled = [np.nan_to_num(d) for d in off]
    for _ in range(_ROUNDS):
        shapes = _principal(np.vstack([_centred(d) for d in filled]), count)
        found = Shapes(shapes, np.zeros(count), (0.0, 0.0))
        filled = [_filled(d, fit_shapes(d, u, found)) for d in off]
    return replace(found, axis_sd=AXIS_SD)


def _with_lifters(u: FloatArray, owns: FloatArray, levels: FloatArray, moves: Shapes) -> BackShape:
    """The shapes in which own outlines differ, axes aside, and the angle that goes with them."""
    free = np.column_stack([np.ones_like(u), u])
    level = np.eye(u.size) - free @ np.linalg.pinv(free)
    mean = np.nanmean(owns, axis=0)
    filled = np.where(np.isfinite(owns), owns, mean) @ level
    for _ in range(_ROUNDS):
        mean = filled.mean(axis=0)
        shapes = _principal(filled - mean, LIFTERS)
        found = Shapes(shapes, np.zeros(LIFTERS), _FREE_AXIS)
        fit = fit_shapes(owns - mean, u, found)
        filled = (_filled(owns - mean, fit) + mean) @ level
    spread = np.cov(fit.weights.T, bias=True) + np.eye(LIFTERS) / len(owns)
    angle = np.asarray(
        np.linalg.solve(spread, _centred(fit.weights).T @ _centred(levels) / len(owns)), np.float64
    )
    at_zero = float(levels.mean() - fit.weights.mean(axis=0) @ angle)
    return BackShape(u, mean, at_zero, replace(found, angle_deg=angle), moves)


def _principal(rows: FloatArray, count: int) -> FloatArray:
    _, size, axes = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(axes[:count].T * size[:count] / np.sqrt(len(rows)))


def _filled(d: FloatArray, fit: ShapeFit) -> FloatArray:
    return np.asarray(fit.believed * np.nan_to_num(d) + (1 - fit.believed) * fit.outline)


def _centred(values: FloatArray) -> FloatArray:
    return np.asarray(values - values.mean(axis=0))


def _robust_ridge(x: FloatArray, y: FloatArray) -> FloatArray:
    weight = np.ones(len(y))
    for _ in range(8):
        normal = (x * weight[:, None]).T @ x + _RIDGE * weight.sum() * np.eye(x.shape[1])
        answer = np.linalg.solve(normal, (x * weight[:, None]).T @ y)
        weight = np.minimum(1.0, _HUBER_DEG / np.maximum(np.abs(y - x @ answer), 1e-9))
    return np.asarray(answer)


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


def ridge(clips: Sequence[Outlines], _: Surface) -> Predict:
    """Ridge regression on the outline itself; gaps are filled with the mean."""
    mean = np.nanmean(np.vstack([clip.d for clip in clips]), axis=0)

    def features(d: FloatArray) -> FloatArray:
        return np.asarray(np.where(np.isfinite(d), d, mean) / _SCALE)

    x = np.vstack([_centred(features(clip.d)) for clip in clips])
    y = np.concatenate([_centred(clip.lumbar_deg) for clip in clips])
    answer = _robust_ridge(x, y)
    return lambda d: features(d) @ answer


def one_for_all(clips: Sequence[Outlines], surface: Surface) -> Predict:
    """One shape model for all outlines, the axis left free: the one before this."""
    none = Shapes(np.zeros((STATIONS[surface].size, 0)), np.zeros(0), (0.0, 0.0))
    shown = [clip.d[np.isfinite(clip.d).mean(axis=1) > _HALF] for clip in clips]
    model = _with_lifters(STATIONS[surface], np.vstack(shown), np.zeros(sum(map(len, shown))), none)

    def weights(d: FloatArray) -> FloatArray:
        return fit_shapes(d - model.mean, model.u, model.lifters).weights

    x = np.vstack([_centred(weights(clip.d)) for clip in clips])
    answer = _robust_ridge(x, np.concatenate([_centred(clip.lumbar_deg) for clip in clips]))
    return lambda d: weights(d) @ answer


def shape_model(moves: int, axis_sd: tuple[float, float] = AXIS_SD) -> Callable[..., Predict]:
    """The lifter's own outline, and the shapes in which lifters move about theirs."""

    def fit(clips: Sequence[Outlines], surface: Surface) -> Predict:
        model = learn(clips, surface, moves=moves)
        within = replace(model.moves, axis_sd=axis_sd)

        def predict(d: FloatArray) -> FloatArray:
            own = own_outline(d, model.u, within)
            return fit_shapes(d - own, model.u, within).weights @ within.angle_deg

        return predict

    return fit


ESTIMATORS: dict[Surface, dict[str, Callable[..., Predict]]] = {
    "dorsal": {
        "parabola over 0.12-0.72, turn from 0.15 to 0.65": parabola(0.12, 0.72, (0.15, 0.65)),
        "parabola over 0.16-0.63, turn from 0.21 to 0.58": parabola(0.16, 0.63, (0.21, 0.58)),
        "ridge regression on the outline": ridge,
        "one shape model for all, axis free": one_for_all,
        "own outline and 6 moves": shape_model(6),
        "**own outline and 10 moves**": shape_model(10),
        "own outline and 10 moves, axis free": shape_model(10, _FREE_AXIS),
    },
    "ventral": {
        "ridge regression on the outline": ridge,
        "one shape model for all, axis free": one_for_all,
        "own outline and 4 moves": shape_model(4),
        "**own outline and 6 moves**": shape_model(6),
    },
}


def errors(
    clips: Sequence[Outlines], surface: Surface, fit: Callable[..., Predict]
) -> NDArray[np.float64]:
    """Rms error of the change in each clip, float (2, N): whole, and hidden by an arm.

    By an estimator that has not seen the clip's lifter.
    """
    found = np.full((2, len(clips)), np.nan)
    for fold in range(FOLDS):
        predict = fit([c for n, c in enumerate(clips) if n % FOLDS != fold], surface)
        for n in range(fold, len(clips), FOLDS):
            for row, above in enumerate((np.inf, _UNDER_AN_ARM)):
                seen = np.where(STATIONS[surface] <= above, clips[n].d, np.nan)
                error = predict(seen) - clips[n].lumbar_deg
                if np.isfinite(error).any():
                    found[row, n] = _rms(error - np.nanmedian(error))
    return found


def comparison(surface: Surface, each: int) -> str:
    """Rows of rms errors: the middle and the worst tenth of the clips, and by lift."""
    pictures, truths = (list(outlines(surface, each, true=true)) for true in (False, True))
    kinds = SHOWN_BY[surface]
    hidden = surface == "dorsal"
    lines = [
        f"| {surface} | outline | clips: median, 9th tenth "
        f"{'| hidden above 0.38 ' if hidden else ''}| {' | '.join(kinds)} |",
        f"|{'---|' * (3 + hidden + len(kinds))}",
    ]
    for name, fit in ESTIMATORS[surface].items():
        for source, clips in (("picture", pictures), ("truth", truths)):
            print(f"{surface}: {name}, {source}", file=sys.stderr)
            rms, part = errors(clips, surface, fit)
            kind = np.array([c.kind for c in clips])
            cells = [_middle_and_tail(rms)]
            if hidden:
                cells.append(_middle_and_tail(part))
            cells += [f"{np.nanmedian(rms[kind == k]):.1f}°" for k in kinds]
            lines.append(f"| {name} | {source} | {' | '.join(cells)} |")
    return "\n".join([*lines, "", *_constants(pictures, surface), ""])


def _middle_and_tail(rms: FloatArray) -> str:
    if not np.isfinite(rms).any():
        return "-"
    return f"{np.nanmedian(rms):.1f}°, {np.nanpercentile(rms, 90):.1f}°"


def _rms(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.sqrt((known**2).mean())) if known.size else float("nan")


def _constants(clips: Sequence[Outlines], surface: Surface) -> Iterator[str]:
    """Figures that formcheck/geometry takes from here, on lifters the model has not seen."""
    for above in (1.0, _UNDER_AN_ARM)[: 1 + (surface == "dorsal")]:
        gains, levels, deviations, inside = [], [], [], []
        for fold in range(FOLDS):
            model = learn([c for n, c in enumerate(clips) if n % FOLDS != fold], surface)
            for clip in clips[fold::FOLDS]:
                d = np.where(model.u <= above, clip.d, np.nan)
                own = own_outline(d, model.u, model.moves)
                fit = fit_shapes(d - own, model.u, model.moves)
                angle, true = model.moves.angle_deg, _centred(clip.lumbar_deg)
                change = _centred(fit.weights @ angle)
                sd = np.sqrt(np.einsum("nij,i,j->n", fit.covariance, angle, angle) + FLOOR_DEG**2)
                inside.append(float((np.abs(change - true) <= TO_90_PERCENT * sd).mean()))
                whole = fit_shapes((own - model.mean)[None], model.u, model.lifters)
                level = float(whole.weights[0] @ model.lifters.angle_deg) + model.mean_deg
                levels.append(level - float(clip.lumbar_deg.mean()))
                per = model.lifters.angle_deg
                deviations.append(float(np.sqrt(per @ whole.covariance[0] @ per)))
                if np.ptp(true) >= _RANGE_DEG:
                    gains.append(float((change - true) @ true / (true @ true)))
        part = "whole outlines" if above == 1.0 else f"hidden above {above}"
        yield (
            f"Lifters that the model has not seen, {part}: {np.mean(inside):.0%} of the frames "
            f"within the stated 90 % interval of the change; gain of a change off by "
            f"{np.median(gains):+.0%} ± {_spread(gains):.0%} (robust standard deviation); level "
            f"off by {_spread(levels):.1f}°, of which the fit itself states "
            f"{np.median(deviations):.1f}°."
        )
        yield ""


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


def _plain(model: object) -> object:
    """A model as JSON has it, rounded."""
    if hasattr(model, "__dict__"):
        return {name: _plain(value) for name, value in vars(model).items()}
    return np.round(model, 5).tolist()  # type: ignore[call-overload]


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
        models[surface] = _plain(model)
    (BENCHMARKS / "back_model.md").write_text(text, encoding="utf-8")
    if not arguments.keep:
        MODEL.write_text(json.dumps(models, indent=0) + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
