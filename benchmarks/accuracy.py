"""Measure rendered lifters whose spine is known, and print how far off formcheck is.

    python benchmarks/accuracy.py [--set develop|validate|people|unseen] [--quick] [--only LIFT]
                                  [--conditions plain,480p] [--out benchmarks/accuracy.md]

Clips are rendered once and kept under `.cache/rendered/`, with the track that was
found in them. Every clip is measured twice: from its picture, and with the true
silhouette and the true joints, where only the geometry can be wrong. The unseen sets are
lifters that neither the model nor a threshold was fitted to: drawn ones (validate) and people
of anny (its extra samples them: ``pip install -e '.[anny]'``).
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from common.matrix import LIFTS, REPS, SETS, Case, cases
from common.rendered import CACHE, Truth, rendered_clip
from common.script import options

import formcheck
from formcheck.arrays import FloatArray

SOURCES = ("picture", "truth")
_UNSEEN = ("validate", "people")
# Lifts in which nothing hides the hollow of the back at rest.
_HOLLOW_SHOWN = {"deadlift", "overhead-press", "back-extension"}


@dataclass(frozen=True)
class Peak:
    """Measured less true at the most flexed moment of a repetition; NaN if not measured."""

    flexion_deg: float
    uncertainty_deg: float
    lumbar_deg: float
    lumbar_uncertainty_deg: float


_NO_PEAK = Peak(*(float("nan"),) * 4)


@dataclass(frozen=True, eq=False)
class Measured:
    """One clip, measured in one of two ways.

    Attributes
    ----------
    error_deg, lumbar_error_deg : float (N,)
        Measured less true flexion and lumbar angle; NaN where not measured.
    peaks : tuple of Peak
        One for each true repetition.
    counted : int
        Repetitions found.
    refused : bool
    neutral_deg, true_neutral_deg : float
        The neutral that was taken, NaN without one, and what it is in truth.
    """

    case: Case
    source: str
    error_deg: FloatArray
    lumbar_error_deg: FloatArray
    peaks: tuple[Peak, ...]
    counted: int
    refused: bool
    neutral_deg: float
    true_neutral_deg: float


def measured(case: Case, cache: Path) -> Iterator[Measured]:
    """Render a clip unless it is there, and measure it in both ways."""
    clip = rendered_clip(case.take, cache)
    for source, track in zip(SOURCES, (clip.picture, clip.true), strict=True):
        yield _measured(case, source, track, clip.truth)


def _measured(case: Case, source: str, track: formcheck.PoseTrack, truth: Truth) -> Measured:
    analysis = formcheck.analyze_track(track, formcheck.Settings(case.lift.name))
    neutral = true_neutral(case, analysis.neutral.method, truth)
    spans = [(rep.start_s, rep.end_s) for rep in analysis.reps]
    back, peaks = analysis.kinematics.back, []
    for number in range(1, REPS + 1):
        during = truth.rep == number
        match = _overlapping(track.time_s[during], spans)
        if match is None:
            peaks.append(_NO_PEAK)
            continue
        rep = analysis.reps[match]
        lumbar = rep.peak_deg - float(truth.lumbar_deg[during].max())
        peaks.append(
            Peak(
                lumbar - (analysis.neutral.lumbar_deg - neutral),
                analysis.neutral.flexion_uncertainty_deg(rep.peak_deg, rep.uncertainty_deg),
                lumbar,
                # A person's level is a name: nothing to be held against.
                float("nan")
                if case.take.body.person
                else float(np.hypot(rep.uncertainty_deg, back.level_uncertainty_deg)),
            )
        )
    return Measured(
        case,
        source,
        analysis.flexion_deg - (truth.lumbar_deg - neutral),
        back.lumbar_deg - truth.lumbar_deg,
        tuple(peaks),
        len(analysis.reps),
        not analysis.measured,
        analysis.neutral.lumbar_deg,
        neutral,
    )


def true_neutral(case: Case, method: str, truth: Truth) -> float:
    """What the neutral that formcheck took is in truth.

    Standing, it is the lifter's lordosis; on the floor and on the bench, what the spine
    was at rest before the first repetition.
    """
    if method == "standing" and case.lift.name in {"deadlift", "squat", "overhead-press"}:
        return -case.take.body.lordosis_deg
    first = int(np.flatnonzero(truth.rep > 0)[0])
    if case.lift.name == "deadlift":
        home = [phase == "home" for phase in truth.phase]
        return float(np.median(truth.lumbar_deg[home]))
    return float(np.median(truth.lumbar_deg[: max(first, 1)]))


def _overlapping(time_s: FloatArray, spans: list[tuple[float, float]]) -> int | None:
    """Number of the span that shares most time with a true repetition, if any does."""
    shared = [min(b, time_s[-1]) - max(a, time_s[0]) for a, b in spans]
    best = int(np.argmax(shared)) if shared else 0
    return best if shared and shared[best] > 0 else None


def report(found: Sequence[Measured], title: str) -> str:
    """Markdown tables of one set."""
    by_condition = [
        "| lift | condition | clips | measured with | rms | bias | peaks: median, worst "
        "| frames | reps | in ± | lumbar in ± | counted | refused: right, wrong, missed |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    by_lift = [
        "| lift, within 10° of the side, 720p, fitted | measured with | reps measured "
        "| peaks: median, worst | in ± | lumbar: median, in ± |",
        "|---|---|---|---|---|---|",
    ]
    for lift in LIFTS:
        mine = [m for m in found if m.case.lift is lift]
        for condition in dict.fromkeys(m.case.condition.name for m in mine):
            cell = [m for m in mine if m.case.condition.name == condition]
            by_condition += [_condition_line(cell, source) for source in SOURCES]
        clear = [m for m in mine if m.case.condition.clear]
        by_lift += [_lift_line(clear, source) for source in SOURCES if clear]
    lines = [f"## {title}", "", *by_lift, "", *_rest_lines(found), "", *by_condition, ""]
    return "\n".join(lines)


def _rest_lines(found: Sequence[Measured]) -> Iterator[str]:
    """How hollow whole backs that no floor hides look at rest, fitted and under a loose shirt."""
    yield "| at rest: deadlift, press, back extension | clips | read | less true |"
    yield "|---|---|---|---|"
    shown = [
        m
        for m in found
        if m.source == "picture"
        and not m.case.take.body.person
        and m.case.lift.name in _HOLLOW_SHOWN
        and np.isfinite(m.neutral_deg)
    ]
    for name, cell in (
        ("fitted, or bare", [m for m in shown if m.case.condition.clear]),
        ("loose shirt", [m for m in shown if m.case.condition.name == "loose shirt"]),
    ):
        if cell:
            read = np.array([m.neutral_deg for m in cell])
            off = read - np.array([m.true_neutral_deg for m in cell])
            spans = (
                f"{read.min():.0f}° to {read.max():.0f}° | {off.min():+.0f}° to {off.max():+.0f}°"
            )
            yield f"| {name} | {len(cell)} | {spans} |"


def _lift_line(clear: Sequence[Measured], source: str) -> str:
    peaks = [peak for m in clear if m.source == source for peak in m.peaks]
    errors, lumbar = (_values(peaks, name) for name in ("flexion_deg", "lumbar_deg"))
    level_known = lumbar[np.isfinite(_values(peaks, "lumbar_uncertainty_deg"))]
    cells = [
        clear[0].case.lift.name,
        source,
        f"{np.isfinite(lumbar).sum()} of {len(peaks)}",
        f"{_degrees(_median(np.abs(errors)), signed=False)}, {_degrees(_worst(errors))}",
        _covered(peaks, "flexion_deg", "uncertainty_deg"),
        f"{_degrees(_median(np.abs(level_known)), signed=False)}, "
        + _covered(peaks, "lumbar_deg", "lumbar_uncertainty_deg"),
    ]
    return "| " + " | ".join(cells) + " |"


def _condition_line(cell: Sequence[Measured], source: str) -> str:
    cell = [m for m in cell if m.source == source]
    error = np.concatenate([m.error_deg for m in cell])
    back = np.concatenate([m.lumbar_error_deg for m in cell])
    peaks = [peak for m in cell for peak in m.peaks]
    errors = _values(peaks, "flexion_deg")
    cells = [
        cell[0].case.lift.name,
        cell[0].case.condition.name,
        str(len(cell)),
        source,
        _degrees(_rms(error), signed=False),
        _degrees(_mean(error)),
        f"{_degrees(_median(np.abs(errors)), signed=False)}, {_degrees(_worst(errors))}",
        f"{np.isfinite(back).mean():.0%}",
        f"{np.isfinite(_values(peaks, 'lumbar_deg')).mean():.0%}",
        _covered(peaks, "flexion_deg", "uncertainty_deg"),
        _covered(peaks, "lumbar_deg", "lumbar_uncertainty_deg"),
        f"{sum(m.counted for m in cell)} of {REPS * len(cell)}",
        _refusals(cell),
    ]
    return "| " + " | ".join(cells) + " |"


def _values(peaks: Sequence[Peak], name: str) -> FloatArray:
    return np.array([getattr(peak, name) for peak in peaks])


def _covered(peaks: Sequence[Peak], error: str, uncertainty: str) -> str:
    """How many measured peaks have the truth within their uncertainty."""
    off, stated = np.abs(_values(peaks, error)), _values(peaks, uncertainty)
    known = np.isfinite(off) & np.isfinite(stated)
    return f"{(off <= stated)[known].sum()} of {known.sum()}" if known.any() else "-"


def _refusals(cell: Sequence[Measured]) -> str:
    must = [m.refused for m in cell if m.case.condition.refuse]
    must_not = [m.refused for m in cell if m.case.condition.refuse is False]
    return f"{sum(must)}, {sum(must_not)}, {len(must) - sum(must)}"


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(_mean(values**2)))


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _worst(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known[np.abs(known).argmax()]) if known.size else float("nan")


def _degrees(value: float, *, signed: bool = True) -> str:
    if not np.isfinite(value):
        return "-"
    return f"{value:+.1f}°" if signed else f"{value:.1f}°"


_ABOUT = """# Accuracy on rendered lifters

Rendered lifters with a known spine (`lifter/`), measured by formcheck: from the
*picture* (MediaPipe's mask and landmarks), and from the *truth* (true silhouette and
true joints), where only the geometry can err. Errors are measured less true. The shape
model is fitted to two crowds, drawn bodies and people of anny
([back_model.md](back_model.md)); these clips show other lifters of both kinds: three drawn ones
(validate) and three people (people). [cross_body.md](cross_body.md) tells how the reading
carries over to another kind of body.

- **rms, bias**: of `flexion_deg`, over the measured frames.
- **peaks**: of the most flexed `flexion_deg` of each true repetition: median without
  sign, worst with it.
- **frames, reps**: share in which the back was measured; without a neutral there is
  no `flexion_deg` even so.
- **in ±**: measured repetitions whose true peak flexion lies within the stated
  uncertainty of `flexion_deg`; **lumbar in ±**: the same of the bony lumbar angle, with
  the uncertainty of the lifter's level added; levels of anny's people are names, so not theirs.
- **counted**: repetitions found of those true. **refused**: clips rightly refused,
  wrongly refused, and measured though they should have been refused.

"""


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__.splitlines()[0] if __doc__ else None, "accuracy.md")
    parser.add_argument("--set", choices=[*SETS, "unseen"], default="unseen", dest="which")
    parser.add_argument("--quick", action="store_true", help="four clips at 480p")
    parser.add_argument("--only", choices=[lift.name for lift in LIFTS], help="one lift")
    parser.add_argument("--conditions", default="", help="comma-separated names; all if empty")
    parser.add_argument("--cache", type=Path, default=CACHE)
    arguments = parser.parse_args()
    names = list(_UNSEEN) if arguments.which == "unseen" else [arguments.which]
    wanted = [name.strip() for name in arguments.conditions.split(",") if name.strip()]
    text = _ABOUT
    for name in names:
        chosen = list(cases([name], only=arguments.only, conditions=wanted, quick=arguments.quick))
        partial = bool(arguments.quick or arguments.only or wanted)
        found = []
        for number, case in enumerate(chosen, 1):
            print(f"{name} {number} of {len(chosen)}: {case.take.name}", file=sys.stderr)
            found += list(measured(case, arguments.cache))
        text += report(found, f"{name}: {len(chosen)} clips{' (a part)' if partial else ''}")
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
