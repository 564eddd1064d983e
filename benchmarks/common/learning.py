"""Learning the back's shape model from lifters whose spine is known."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from crowd import crowd, crowd_clip
from scipy.ndimage import gaussian_filter1d

import formcheck
from common.rendered import RenderedClip
from formcheck.arrays import FloatArray
from formcheck.geometry.curve import Surface, trunk_curve
from formcheck.geometry.joints import smooth_landmarks
from formcheck.geometry.person import follow_lifter
from formcheck.geometry.posture import FEATURES, posture_features
from formcheck.geometry.shape import (
    BackShape,
    ShapeFit,
    Shapes,
    fit_shapes,
    median_outline,
    own_outline,
    resample,
)
from formcheck.geometry.view import judge_view
from lifter.params import Take

__all__ = [
    "MOST_FLEXION_DEG",
    "SHOWN_BY",
    "STATIONS",
    "Outlines",
    "kind_of",
    "learn",
    "outlines",
    "outlines_of",
]

# Where each surface is modelled, and the lifts that show it: the bridge shows the front.
STATIONS: dict[Surface, FloatArray] = {
    "dorsal": np.round(np.arange(-0.2, 0.951, 0.025), 3),
    "ventral": np.round(np.arange(0.0, 0.751, 0.025), 3),
}
SHOWN_BY: dict[Surface, tuple[str, ...]] = {
    "dorsal": (
        *("deadlift", "squat", "squat bodyweight", "overhead-press"),
        *("back-extension", "back-extension prone", "sit-up"),
    ),
    "ventral": ("glute-bridge",),
}

# How far spines turn, as standard deviations: wide, so that what is read is not drawn
# towards what is usual.
# A bridge's spine moves less than others.
_LUMBAR_SD_DEG: dict[Surface, float] = {"dorsal": 25.0, "ventral": 15.0}
_THORACIC_SD_DEG = 15.0
# Moves besides those of the spine, and ways in which lifters differ.
_OTHER_MOVES: dict[Surface, int] = {"dorsal": 8, "ventral": 6}
_LIFTERS = 6
# MediaPipe's hips and shoulders lie beside a real lifter's in ways that rendered ones do
# not teach: 1 cm and 3 degrees on a trunk of 50 cm. Of a lifter's own outline the axis
# says nothing: clothes and build move it.
_AXIS_SD = (0.02, 0.05)
_FREE_AXIS = (1e3, 1e3)

# An outline that is this far from the true one, in trunk lengths, is not the back's:
# nothing to learn from.
_LOST = 0.05
_LEAST_SEEN, _FEWEST_FRAMES = 0.3, 10
# No lumbar spine flexes further from standing: full flexion is 40-60 degrees (Pearcy 1984).
MOST_FLEXION_DEG = 60.0
_RIDGE, _ROUNDS = 1e-3, 8
# Residuals beyond 1.5 robust standard deviations pull no harder (Huber).
_HUBER, _LEAST_SD = 1.5, 0.002


@dataclass(frozen=True, eq=False)
class Outlines:
    """Outlines of one clip at the model's stations, with what is true.

    Attributes
    ----------
    take : Take
    surface : {"dorsal", "ventral"}
    d : float (N, K)
    posture : float (N, P)
        Of the front 0: a bridge moves hips and spine together, so nothing tells apart what
        each does to the outline.
    lumbar_deg, thoracic_deg : float (N,)
    true : bool
        Whether they are of the true silhouette and joints.
    """

    take: Take
    surface: Surface
    d: FloatArray
    posture: FloatArray
    lumbar_deg: FloatArray
    thoracic_deg: FloatArray
    true: bool = False

    @property
    def lifter(self) -> str:
        """Who it is: no lifter is in two folds."""
        return self.take.body.person or str(self.take.body.skin_seed)

    @property
    def causes(self) -> FloatArray:
        """What moves the outline, float (N, 2 + 2 P).

        Both angles in units of their standard deviations; the posture where it is a
        picture's; the posture where it is true. What posture does to MediaPipe's hips is in
        the picture alone.
        """
        nothing = np.zeros_like(self.posture)
        posture = (nothing, self.posture) if self.true else (self.posture, nothing)
        sd_deg = _LUMBAR_SD_DEG[self.surface]
        angles = (self.lumbar_deg / sd_deg, self.thoracic_deg / _THORACIC_SD_DEG)
        return np.column_stack([*angles, *posture])


def kind_of(take: Take) -> str:
    """Lift and variant of a take."""
    return f"{take.plan.lift} {take.plan.variant}".strip()


def outlines(
    surface: Surface, each: int, kind: str, *, true: bool, first: int = 0
) -> Iterator[Outlines]:
    """Outlines of the clips of a crowd that show a surface, in the picture or in truth.

    `first` lifters are left out, so that `each` less `first` remain.
    """
    for take in crowd(each, kind, first=first):
        if kind_of(take) in SHOWN_BY[surface]:
            yield from outlines_of(surface, take, true=true)


def outlines_of(surface: Surface, take: Take, *, true: bool) -> Iterator[Outlines]:
    """Those of one clip; none where too few of them show the back."""
    clip = crowd_clip(take)
    found = _outlines(clip, clip.true if true else clip.picture, surface)
    if found is None or true:
        good = found
    else:
        good = _on_the_back(found, _outlines(clip, clip.true, surface))
    if good is not None:
        good = _only(good, good.lumbar_deg + take.body.lordosis_deg <= MOST_FLEXION_DEG)
        if len(good.d) >= _FEWEST_FRAMES:
            yield good


def _outlines(clip: RenderedClip, track: formcheck.PoseTrack, surface: Surface) -> Outlines | None:
    lifter = follow_lifter(track)
    if not lifter.frames.any():
        return None
    facing = judge_view(track, lifter.frames).facing
    points = smooth_landmarks(track, lifter.frames)
    curve = trunk_curve(track, points, lifter.frames, facing, lifter.trunk_px, surface)
    d = resample(curve.u, curve.d, STATIONS[surface])
    truth = clip.truth
    posture = posture_features(points, facing)
    return Outlines(
        clip.take,
        surface,
        d,
        posture if surface == "dorsal" else np.where(np.isfinite(posture), 0.0, np.nan),
        truth.lumbar_deg,
        truth.thoracic_deg,
        track is clip.true,
    )


def _on_the_back(found: Outlines, truth: Outlines | None) -> Outlines | None:
    """Only the frames in which the outline that was found is the back's."""
    if truth is None:
        return None
    rows = [row[np.isfinite(row)] for row in np.abs(found.d - truth.d)]
    return _only(found, np.array([row.size > 0 and np.median(row) < _LOST for row in rows]))


def _only(found: Outlines, frames: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Outlines:
    return replace(
        found,
        d=found.d[frames],
        posture=found.posture[frames],
        lumbar_deg=found.lumbar_deg[frames],
        thoracic_deg=found.thoracic_deg[frames],
    )


def learn(clips: Iterable[Outlines], surface: Surface) -> BackShape:
    """What outlines do when spine and posture move, and how lifters differ.

    The effects of the lumbar angle, the thoracic angle and the posture on the outline are
    learnt together, each beside the others. What remains is described by its principal
    shapes.
    """
    u = STATIONS[surface]
    kept = [shown for clip in clips if len((shown := _shown(clip)).d) >= _FEWEST_FRAMES]
    effects = gaussian_filter1d(_effects(kept), 1.0, axis=1)
    rest = [c.d - _centred(c.causes) @ effects for c in kept]
    others = _principal_moves(rest, u, _OTHER_MOVES[surface])
    none = np.zeros(others.shapes.shape[1])
    moves = Shapes(
        np.column_stack([effects[:2].T, others.shapes]),
        np.concatenate([[_LUMBAR_SD_DEG[surface], 0.0], none]),
        np.concatenate([[0.0, _THORACIC_SD_DEG], none]),
        _AXIS_SD,
    )
    # Only of drawn bodies is the level known.
    drawn = [c for c in kept if not c.take.body.person] or kept
    owns = np.array([own_outline(c.d - c.causes[:, 2:] @ effects[2:], u, moves) for c in drawn])
    levels = np.array([[np.median(a) for a in (c.lumbar_deg, c.thoracic_deg)] for c in drawn])
    in_pictures = effects[2 : 2 + len(FEATURES)]
    return _with_lifters(u, owns, levels, moves, in_pictures)


def _shown(clip: Outlines) -> Outlines:
    seen = np.isfinite(clip.d).mean(axis=1) > _LEAST_SEEN
    return _only(clip, seen & np.isfinite(clip.posture).all(axis=1))


def _effects(clips: Sequence[Outlines]) -> FloatArray:
    """Effect of each of `Outlines.causes` on each station, float (2 + 2 P, K)."""
    width = clips[0].d.shape[1]
    return np.column_stack([_effects_at(clips, station) for station in range(width)])


def _effects_at(clips: Sequence[Outlines], station: int) -> FloatArray:
    x, y = [], []
    for clip in clips:
        seen = np.isfinite(clip.d[:, station])
        if seen.sum() >= _FEWEST_FRAMES:
            x.append(_centred(clip.causes[seen]))
            y.append(_centred(clip.d[seen, station]))
    return _robust_ridge(np.vstack(x), np.concatenate(y))


def _robust_ridge(x: FloatArray, y: FloatArray) -> FloatArray:
    weight = np.ones(len(y))
    for _ in range(_ROUNDS):
        normal = (x * weight[:, None]).T @ x + _RIDGE * weight.sum() * np.eye(x.shape[1])
        answer = np.linalg.solve(normal, (x * weight[:, None]).T @ y)
        off = np.abs(y - x @ answer)
        sd = max(1.4826 * float(np.median(off)), _LEAST_SD)
        weight = np.minimum(1.0, _HUBER * sd / np.maximum(off, 1e-9))
    return np.asarray(answer)


def _principal_moves(clips: Sequence[FloatArray], u: FloatArray, count: int) -> Shapes:
    """Principal shapes in which outlines move: fill gaps and doubtful points, and again."""
    off = [d - median_outline(d) for d in clips]
    filled = [np.nan_to_num(d) for d in off]
    nothing = np.zeros(count)
    for _ in range(_ROUNDS):
        shapes = _principal(np.vstack([_centred(d) for d in filled]), count)
        found = Shapes(shapes, nothing, nothing, (0.0, 0.0))
        filled = [_filled(d, fit_shapes(d, u, found)) for d in off]
    return found


def _with_lifters(
    u: FloatArray, owns: FloatArray, levels: FloatArray, moves: Shapes, posture: FloatArray
) -> BackShape:
    """The shapes in which own outlines differ, axes aside, and the angles that go with them."""
    free = np.column_stack([np.ones_like(u), u])
    level = np.eye(u.size) - free @ np.linalg.pinv(free)
    mean = np.nanmean(owns, axis=0)
    filled = np.where(np.isfinite(owns), owns, mean) @ level
    nothing = np.zeros(_LIFTERS)
    for _ in range(_ROUNDS):
        mean = filled.mean(axis=0)
        shapes = _principal(filled - mean, _LIFTERS)
        found = Shapes(shapes, nothing, nothing, _FREE_AXIS)
        fit = fit_shapes(owns - mean, u, found)
        filled = (_filled(owns - mean, fit) + mean) @ level
    spread = np.cov(fit.weights.T, bias=True) + np.eye(_LIFTERS) / len(owns)
    angles = np.linalg.solve(spread, _centred(fit.weights).T @ _centred(levels) / len(owns))
    lumbar, thoracic = np.asarray(angles, np.float64).T
    at_zero = levels.mean(axis=0) - fit.weights.mean(axis=0) @ angles
    return BackShape(
        u=u,
        mean=mean,
        mean_lumbar_deg=float(at_zero[0]),
        mean_thoracic_deg=float(at_zero[1]),
        posture=posture,
        lifters=replace(found, lumbar_deg=lumbar, thoracic_deg=thoracic),
        moves=moves,
    )


def _principal(rows: FloatArray, count: int) -> FloatArray:
    _, size, axes = np.linalg.svd(rows, full_matrices=False)
    return np.asarray(axes[:count].T * size[:count] / np.sqrt(len(rows)))


def _filled(d: FloatArray, fit: ShapeFit) -> FloatArray:
    return np.asarray(fit.believed * np.nan_to_num(d) + (1 - fit.believed) * fit.outline)


def _centred(values: FloatArray) -> FloatArray:
    return np.asarray(values - values.mean(axis=0))
