"""Measure one kind of bodies with a model fitted to the other, and unseen bodies of both.

    python benchmarks/cross_body.py [--each 32] [--out benchmarks/cross_body.md]

Both crowds (`benchmarks/crowd.py`) go through the whole analysis, from the track to the
repetition's peak. Clips that are not in the cache are rendered first; people of anny need
its extra: ``pip install -e '.[anny]'``.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from unittest.mock import patch

import numpy as np
from back_model import FITTED, FOLDS, everything, fold_of
from common.learning import MOST_FLEXION_DEG, kind_of, learn
from common.script import options
from crowd import KINDS, crowd, crowd_clip, wears_loose
from scipy.stats import theilslopes

import formcheck
from formcheck.arrays import FloatArray
from formcheck.geometry.curve import Surface
from formcheck.geometry.shape import BackShape
from formcheck.lifts.measures import told
from lifter.params import Take

SOURCES = ("picture", "truth")
# Further than this from the true outline, in trunk lengths and in the middle of the
# points: the line does not lie on the back.
_ON_THE_BACK = 0.05
_FEWEST_POINTS = 4
# Fewer clips tell no gain.
_FEWEST = 6
# The view that the targets are stated for.
_SQUARE_DEG, _SQUARE_LINES = 10.0, 720


@dataclass(frozen=True)
class Reading:
    """One clip of one repetition, measured by a model that has not seen its lifter.

    Attributes
    ----------
    lift, kind, source : str
    peak_error_deg, stated_deg : float
        Most flexed `flexion_deg`, measured less true, and half its stated interval; NaN if it
        was not measured.
    far_deg, true_far_deg : float
        Flexion at the far end of the movement, where all lifters have the same posture.
    thoracic_error_deg : float
        The same of the upper back's change at the far end.
    on_the_back : bool
        Whether the outline that was found is the back's.
    loose : bool
        Whether the shirt is a loose one.
    square : bool
        Whether the lifter is seen within 10° of the side, at 720 lines.
    """

    lift: str
    kind: str
    source: str
    peak_error_deg: float
    stated_deg: float
    far_deg: float
    true_far_deg: float
    thoracic_error_deg: float
    on_the_back: bool
    loose: bool
    square: bool


@cache
def _model(surface: Surface, kinds: tuple[str, ...], fold: int | None) -> BackShape:
    clips = everything(surface, FITTED[surface], kinds)
    return learn([c for c in clips if fold is None or fold_of(c) != fold], surface)


@contextmanager
def _measuring_with(find: Callable[[str], BackShape]) -> Iterator[None]:
    """The analysis with another model than the shipped one."""
    with patch("formcheck.geometry.lumbar.back_shape", find):
        yield


def readings(each: int, fitted: tuple[str, ...], kind: str) -> Iterator[Reading]:
    """All clips of a kind of body, by models fitted to some kinds."""
    for take in crowd(each, kind):
        if _most_flexion_deg(take) > MOST_FLEXION_DEG:
            continue
        print(f"{'+'.join(fitted) or 'shipped'} > {kind}: {take.name}", file=sys.stderr)
        fold = take.seed // 100 % FOLDS if kind in fitted else None

        def find(surface: str, fold: int | None = fold) -> BackShape:
            known: Surface = "dorsal" if surface == "dorsal" else "ventral"
            return _model(known, fitted, fold)

        with _measuring_with(find):
            yield from _readings(take, kind)


def _readings(take: Take, kind: str) -> Iterator[Reading]:
    clip = crowd_clip(take)
    on_the_back = _lies_on_the_back(clip.picture, clip.true)
    during, far = clip.truth.rep == 1, np.array([p == "far" for p in clip.truth.phase])
    true = clip.truth.lumbar_deg - _true_neutral_deg(take)
    for source, track in zip(SOURCES, (clip.picture, clip.true), strict=True):
        analysis = formcheck.analyze_track(track, formcheck.Settings(take.plan.lift))
        flexion = analysis.flexion_deg
        thoracic = analysis.kinematics.back.thoracic_deg - clip.truth.thoracic_deg
        tells = during & told(analysis.kinematics.joints, analysis.exercise)
        peak = max(
            (rep for rep in analysis.reps if rep.measured), key=lambda r: r.peak_deg, default=None
        )
        neutral = analysis.neutral
        yield Reading(
            kind_of(take),
            kind,
            source,
            np.nan if peak is None else peak.peak_deg - neutral.lumbar_deg - true[tells].max(),
            np.nan
            if peak is None
            else neutral.flexion_uncertainty_deg(peak.peak_deg, peak.uncertainty_deg),
            _middle(flexion[far]),
            float(np.median(true[far])),
            _middle(thoracic[far]) - _middle(thoracic[~during]),
            on_the_back or source == "truth",
            wears_loose(take),
            abs(take.camera.yaw_deg) <= _SQUARE_DEG and take.camera.height_px == _SQUARE_LINES,
        )


def _most_flexion_deg(take: Take) -> float:
    """How far a lifter's lumbar spine is asked to flex from standing."""
    return take.plan.far_lumbar_deg[0] + take.body.lordosis_deg


def _true_neutral_deg(take: Take) -> float:
    """Lumbar angle at rest before the repetition."""
    if take.plan.lift == "deadlift":
        return -take.body.lordosis_deg
    return take.plan.home_lumbar_deg[0]


def _lies_on_the_back(picture: formcheck.PoseTrack, true: formcheck.PoseTrack) -> bool:
    """Whether the outline is within reach of the true one in most frames.

    In the picture itself: joints that are off move the axis, not the line.
    """
    kins = [formcheck.analyze_track(t, formcheck.Settings()).kinematics for t in (picture, true)]
    read, back = (kin.back.curve for kin in kins)
    apart = []
    for line, seen, truth in zip(read.px, np.isfinite(read.d), back.px, strict=True):
        known = truth[np.isfinite(truth).all(axis=1)]
        points = line[seen]
        if len(points) > _FEWEST_POINTS and len(known) > _FEWEST_POINTS:
            off = np.linalg.norm(points[:, None] - known, axis=2).min(axis=1)
            apart.append(float(np.median(off)) / kins[1].lifter.trunk_px)
    return bool(apart) and float(np.percentile(apart, 80)) < _ON_THE_BACK


def _middle(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def table(found: Sequence[Reading]) -> Iterator[str]:
    """One row a lift and source."""
    yield from _header("from")
    for lift in dict.fromkeys(r.lift for r in found):
        for source in SOURCES:
            cell = [r for r in found if (r.lift, r.source) == (lift, source)]
            yield f"| {lift} | {source} | {' | '.join(_cells(cell))} |"


def table_by_clothes(found: Sequence[Reading]) -> Iterator[str]:
    """One row a lift and kind of shirt, from the picture."""
    shirts: dict[str, Callable[[Reading], bool]] = {
        "fitted": lambda r: not r.loose,
        "fitted, the targets' view": lambda r: not r.loose and r.square,
        "loose": lambda r: r.loose,
    }
    yield from _header("shirt")
    for lift in dict.fromkeys(r.lift for r in found):
        for shirt, worn in shirts.items():
            cell = [r for r in found if (r.lift, r.source) == (lift, "picture") and worn(r)]
            yield f"| {lift} | {shirt} | {' | '.join(_cells(cell))} |"


def _header(second: str) -> Iterator[str]:
    yield (
        f"| lift | {second} | measured | peak: median, worst | on the back: median, worst "
        "| within the stated 90 % | gain [90 % interval] | upper back, change: median |"
    )
    yield f"|{'---|' * 8}"


def _cells(cell: Sequence[Reading]) -> Iterator[str]:
    known = [r for r in cell if np.isfinite(r.peak_error_deg)]
    yield f"{len(known)} of {len(cell)}"
    yield _spread(known)
    yield _spread([r for r in known if r.on_the_back])
    inside = sum(abs(r.peak_error_deg) <= r.stated_deg for r in known)
    yield f"{inside} of {len(known)}"
    yield _gain([r for r in cell if r.on_the_back and np.isfinite(r.far_deg)])
    upper = [abs(r.thoracic_error_deg) for r in cell if np.isfinite(r.thoracic_error_deg)]
    yield f"{np.median(upper):.1f}° ({len(upper)})" if upper else "-"


def _spread(cell: Sequence[Reading]) -> str:
    if not cell:
        return "-"
    errors = np.array([r.peak_error_deg for r in cell])
    worst = errors[np.abs(errors).argmax()]
    return f"{np.median(np.abs(errors)):.1f}°, {worst:+.1f}°"


def _gain(cell: Sequence[Reading]) -> str:
    """Slope of read against true flexion at the far end, across lifters."""
    if len(cell) < _FEWEST:
        return "-"
    slope, _, low, high = theilslopes(
        [r.far_deg for r in cell], [r.true_far_deg for r in cell], alpha=0.9
    )
    return f"{slope:.2f} [{low:.2f}, {high:.2f}]"


_ABOUT = """# Bodies the model was not fitted to

Two kinds of bodies with a known spine: *drawn* by `lifter/` from numbers, and people of
*anny*, another body model (`lifter/people.py`). {each} lifters of each in every lift, of whom
the model is fitted to {dorsal} (the front of the trunk, for bridges: {ventral}), with
flexion drawn independently of depth, lean and hip angle (`benchmarks/crowd.py`: usual ones,
lifters who barely flex, round only half-way, only the upper back, only at depth, arch only
at lock-out), one repetition a clip, 15 frames a second, up to 15° off the side, a third at
480 lines, rooms from plain to crowded. Every row is of lifters that the model was **not**
fitted to: of the other kind, or left out in four folds. The whole analysis is run, from the
track to the repetition's peak. *Picture*: MediaPipe's mask and landmarks; *truth*: true
silhouette and joints, where only the reading can err.

- **peak**: most flexed `flexion_deg`, error without sign (median) and with it (worst); *on
  the back*: only clips whose outline lies within 0.05 trunk lengths of the true one.
- **gain**: slope of read against true flexion at the far end, across lifters in the same
  posture, outline on the back (Theil-Sen, 90 % interval). 1 follows the truth, 0 tells the
  posture.
- Clips that ask for more than 60° of flexion from standing are left out, of the fit, too: no
  lumbar spine has it.
- The targets' view is within 10° of the side, at 720 lines. Every fourth lifter wears a loose
  shirt. What lifters in fitted shirts read follows the truth; a loose shirt follows it less.
- On a bench nothing is reported of the back while the trunk hangs: what was read there followed
  the truth with a gain of 0.78 (0.64 to 0.91), so its peaks are those of the upper half.
- Levels of anny's people are names, so only changes are compared.

[The first release on the same clips](cross_body_first_release.md), and
[what the bodies look like](bodies.jpg).

"""


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "cross_body.md")
    parser.add_argument("--each", type=int, default=32)
    arguments = parser.parse_args()
    text = _ABOUT.format(each=arguments.each, **FITTED)
    left_out: list[Reading] = []
    for fitted in (("drawn",), ("anny",), KINDS):
        for kind in KINDS:
            if fitted == (kind,):
                continue
            found = list(readings(arguments.each, fitted, kind))
            title = f"fitted to {' and '.join(fitted)}, measured on {kind}"
            if kind in fitted:
                title += ", lifters left out"
                left_out += found
            text += f"## {title[0].upper()}{title[1:]}\n\n" + "\n".join(table(found)) + "\n\n"
    text += "## Both kinds, lifters left out, by clothes, from the picture\n\n"
    text += "\n".join(table_by_clothes(left_out)) + "\n\n"
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
