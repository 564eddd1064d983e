"""Tables over all clips, for a spreadsheet: units in the headers, empty = not measured."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from formcheck.results.comparison import set_mean
from formcheck.spreadsheet import written_table

if TYPE_CHECKING:
    from formcheck.batch.job import Outcome
    from formcheck.batch.results import ClipResult
    from formcheck.results.document import AnalysisDocument, FatiguePart, RepPart

__all__ = [
    "errors_table",
    "reps_table",
    "summary_table",
]

_CLIP = ("athlete", "date", "exercise", "load_kg", "clip")
_SUMMARY = (
    *_CLIP,
    "status",
    "verdict",
    "says",
    "score_of_100",
    "reps",
    "reps_measured",
    "lumbar_peak_mean_deg",
    "lumbar_peak_mean_uncertainty_deg",
    "lumbar_peak_worst_deg",
    "flexion_peak_mean_deg",
    "flexion_peak_mean_uncertainty_deg",
    "fatigue",
    "fatigue_from_rep",
    "drift_deg_per_rep",
    "velocity_loss_pct",
    "findings",
    "reasons",
    "source",
    "sha256",
    "folder",
    "load_given",
    "date_from",
    "rounding_grade",
    "rounding_probability",
    "score_basis",
    "seen",
    "note",
)
_REPS = (
    *_CLIP,
    "rep",
    "complete",
    "start_s",
    "concentric_s",
    "concentric_speed_body_lengths_per_s",
    "lumbar_peak_deg",
    "lumbar_peak_uncertainty_deg",
    "lumbar_least_deg",
    "flexion_peak_deg",
    "visible_share",
    "findings",
    "score_of_100",
    "folder",
    "rounding_grade",
    "rounding_probability",
)
_ERRORS = (*_CLIP, "reason", "elapsed_s", "source")


def summary_table(
    results: Iterable[ClipResult], notes: Mapping[str, tuple[bool, str]] | None = None
) -> bytes:
    """A row a clip; `notes`: what the coach said, by folder: whether it was seen, and a text."""
    said = notes or {}
    rows = (
        (*_summary_row(one), "yes" if seen else "no", text)
        for one in results
        for seen, text in [said.get(one.folder, (False, ""))]
    )
    return written_table(_SUMMARY, rows)


def reps_table(results: Iterable[ClipResult]) -> bytes:
    """A row a repetition."""
    return written_table(_REPS, (row for result in results for row in _rep_rows(result)))


def errors_table(failed: Iterable[Outcome]) -> bytes:
    """A row a clip that failed in this run."""
    rows = (
        (
            one.clip.athlete,
            one.clip.date,
            one.clip.exercise,
            one.clip.load_kg,
            one.clip.name,
            one.text,
            round(one.elapsed_s, 1),
            one.clip.url,
        )
        for one in failed
    )
    return written_table(_ERRORS, rows)


def _clip_cells(result: ClipResult) -> tuple[object, ...]:
    clip = result.clip
    lift = result.document.exercise.name
    return clip.athlete, clip.date, lift, clip.load_kg, clip.name


def _summary_row(result: ClipResult) -> Sequence[object]:
    document = result.document
    peaks = [rep.lumbar_deg.peak for rep in result.document.reps]
    known = [peak for peak in peaks if peak is not None]
    lumbar, flexion = set_mean("lumbar_peak_deg", document), set_mean("flexion_peak_deg", document)
    return (
        *_clip_cells(result),
        "measured" if result.measured else "refused",
        result.headline.label,
        result.headline.text if result.measured else result.headline.line,
        document.score,
        len(peaks),
        len(known),
        *((round(lumbar.value, 1), round(lumbar.half, 1)) if lumbar else ("", "")),
        max(known, default=""),
        *((round(flexion.value, 1), round(flexion.half, 1)) if flexion else ("", "")),
        *_fatigue(document.fatigue),
        " ".join(dict.fromkeys(f.code for f in document.findings)),
        " ".join(reason.code for reason in document.view.reasons),
        result.clip.url,
        document.source.sha256,
        result.folder,
        result.clip.load_given,
        result.clip.date_from,
        *_rounding(document),
        document.score_basis,
    )


def _fatigue(fatigue: FatiguePart | None) -> tuple[object, ...]:
    """Verdict, where it began, drift and loss of speed; empty without repetitions."""
    if fatigue is None:
        return (None,) * 4
    return (
        fatigue.verdict,
        fatigue.from_rep,
        fatigue.drift_deg_per_rep,
        fatigue.velocity_loss_pct,
    )


def _rounding(part: AnalysisDocument | RepPart) -> tuple[object, object]:
    """Grade and probability of a set, or of a repetition; empty where not judged."""
    said = part.rounding
    return (said.grade, said.probability) if said else ("", "")


def _rep_rows(result: ClipResult) -> Iterator[Sequence[object]]:
    for rep in result.document.reps:
        yield (
            *_clip_cells(result),
            rep.index,
            str(rep.complete).lower(),
            rep.start_s,
            rep.concentric_s,
            rep.concentric_speed,
            rep.lumbar_deg.peak,
            rep.lumbar_deg.uncertainty,
            rep.lumbar_deg.least,
            rep.flexion_deg.peak,
            rep.visible,
            " ".join(rep.findings),
            rep.score,
            result.folder,
            *_rounding(rep),
        )
