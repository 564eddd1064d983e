"""The index of a folder of results, and a page for each athlete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from formcheck.batch.job import Outcome
from formcheck.batch.places import safe_name
from formcheck.batch.results import ClipResult
from formcheck.batch.sparkline import Sparkline, sparklines
from formcheck.history.says import needs_attention, set_words
from formcheck.history.sets import PastSet
from formcheck.history.trends import athlete_lifts
from formcheck.loads import Unit, load_words, unit_of
from formcheck.report.templates import rendered, template_file
from formcheck.report.words import measured_reps, most_flexed

__all__ = ["athlete_page_name", "index_page"]

_TONES = {"stop": 0, "caution": 1, "unknown": 2, "good": 3}


@dataclass(frozen=True, eq=False)
class _Row:
    result: ClipResult
    chart: Sparkline
    athlete_page: str
    rank: float
    load: str
    seen: bool
    note: str
    peak_deg: float | None
    uncertainty_deg: float | None


def athlete_page_name(athlete: str) -> str:
    """Where the page of an athlete lies, in the folder of the batch."""
    return f"athletes/{safe_name(athlete, athlete)}.html"


def index_page(
    results: Sequence[ClipResult],
    failed: Sequence[Outcome],
    unreadable: Sequence[str],
    sets: Sequence[PastSet] = (),
) -> bytes:
    """Make the page of all clips.

    Parameters
    ----------
    results : sequence of ClipResult
    failed : sequence of Outcome
        Clips that failed in the last run.
    unreadable : sequence of str
        Folders of results that cannot be read.
    sets : sequence of PastSet
        The history of the same clips.
    """
    measured = [result for result in results if result.measured]
    charts = sparklines(measured)
    past = {one.folder: one for one in sets}
    unit = unit_of(one.clip for one in results)
    rows = [
        _row(one, chart, past.get(one.folder), unit)
        for one, chart in zip(measured, charts, strict=True)
    ]
    attention, calm = needs_attention(sets, athlete_lifts(sets))
    return rendered(
        "formcheck.batch",
        "index.html.j2",
        rows=rows,
        pictures=any(row.result.picture for row in rows),
        attention=attention,
        calm=sorted(calm, key=str.casefold),
        seen=any(one.seen for one in sets),
        unit=unit,
        reports={one.folder: one.report for one in results},
        page_name=athlete_page_name,
        set_words=set_words,
        refused=[result for result in results if not result.measured],
        failed=failed,
        unreadable=unreadable,
        athletes=_counted(result.clip.athlete for result in measured),
        lifts=_counted(result.document.exercise.name for result in measured),
        verdicts=_counted(result.headline.label for result in measured),
        index_css=template_file("index.css", "formcheck.batch"),
        js=template_file("index.js", "formcheck.batch"),
    )


def _row(result: ClipResult, chart: Sparkline, past: PastSet | None, unit: Unit) -> _Row:
    reps = map(most_flexed, measured_reps(result.document))
    worst = max(reps, key=lambda one: one.lumbar_deg, default=None)
    athlete = result.clip.athlete
    return _Row(
        result,
        chart,
        athlete_page_name(athlete) if athlete else "",
        _rank(result),
        load_words(result.clip.load_kg, unit),
        past is not None and past.seen,
        past.note if past else "",
        worst.lumbar_deg if worst else None,
        worst.uncertainty_deg if worst else None,
    )


def _rank(result: ClipResult) -> float:
    """Worst first: by the verdict, and of the same verdict by the score."""
    score = result.document.score
    return _TONES[result.headline.tone] + (100.0 if score is None else score) / 101


def _counted(values: Any) -> list[tuple[str, int]]:
    return sorted(
        Counter(value for value in values if value).items(), key=lambda v: v[0].casefold()
    )
