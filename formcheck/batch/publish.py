"""Everything over all clips: tables, the index, the history, the athletes' pages."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from itertools import groupby

from formcheck.batch.job import CLIPS, JOB_NAME, Outcome
from formcheck.batch.pages import athlete_page_name, index_page
from formcheck.batch.places import Place, as_json
from formcheck.batch.results import ClipResult, failed_before, read_results
from formcheck.batch.tables import errors_table, reps_table, summary_table
from formcheck.history.database import HISTORY_NAME, kept_notes, make_history, read_sets
from formcheck.history.notes import NOTES_NAME, Note, notes_table
from formcheck.history.page import athlete_page
from formcheck.history.sets import PastSet
from formcheck.history.since import since_sets
from formcheck.history.trends import athlete_lifts
from formcheck.loads import unit_of
from formcheck.report import PLOTLY_NAME
from formcheck.report.since import with_since
from formcheck.report.templates import plotly_script

__all__ = [
    "publish",
    "publish_again",
    "publish_history",
    "read_kept_notes",
    "republish",
    "share_plotly",
]


def share_plotly(place: Place) -> None:
    """Write plotly's script once for all pages."""
    if PLOTLY_NAME not in place.read_many([PLOTLY_NAME]):
        place.write(PLOTLY_NAME, plotly_script().encode())


def publish(
    place: Place, failed: Sequence[Outcome], notes: Sequence[Note] | None = None
) -> list[ClipResult]:
    """Write all that is made of the results that lie in a folder, and return these.

    Parameters are those of `publish_history`; `failed` are the clips that failed.
    """
    results, unreadable = read_results(place)
    sets = read_sets(publish_history(place, results, notes))
    said = {one.folder: (one.seen, one.note) for one in sets}
    place.write("summary.csv", summary_table(results, said))
    place.write("reps.csv", reps_table(results))
    place.write("errors.csv", errors_table(failed))
    _tell_since(place, results, sets)
    place.write("index.html", index_page(results, failed, unreadable, sets))
    return results


def _tell_since(place: Place, results: Sequence[ClipResult], sets: Sequence[PastSet]) -> None:
    """Have each clip's report say what changed since the athlete's last set."""
    unit = unit_of(sets)
    past = {one.folder: one for one in sets}
    for result in results:
        if result.report and result.measured:
            before = place.read_many([result.report])[result.report].decode("utf-8")
            said = since_sets(past[result.folder], sets, unit)
            page = with_since(before, said, "../..")
            if page != before:
                place.write(result.report, page.encode("utf-8"))


def publish_again(place: Place, notes: Sequence[Note]) -> None:
    """The same with other notes; what failed in the last run stays as it is listed."""
    publish(place, failed_before(place), notes)


def republish(place: Place, rejudged: Iterable[str]) -> None:
    """Publish again after some results were judged again.

    What is recorded of these no longer tells the settings: the next batch judges them by its
    own.
    """
    names = [f"{CLIPS}/{name}/{JOB_NAME}" for name in rejudged]
    for name, content in place.read_many(names).items():
        place.write(name, as_json({**json.loads(content), "key": ""}))
    publish(place, failed_before(place))


def read_kept_notes(place: Place) -> list[Note]:
    """The coach's notes on the sets of a folder."""
    kept = place.read_many([HISTORY_NAME, NOTES_NAME])
    return kept_notes(kept.get(HISTORY_NAME), kept.get(NOTES_NAME))


def publish_history(
    place: Place, results: Sequence[ClipResult], notes: Sequence[Note] | None = None
) -> bytes:
    """Make the history and the athletes' pages from the results; returns the database.

    Parameters
    ----------
    place : Place
    results : sequence of ClipResult
    notes : sequence of Note, optional
        The coach's; those that are kept if not given.
    """
    history = make_history(results, read_kept_notes(place) if notes is None else notes)
    place.write(HISTORY_NAME, history)
    sets = read_sets(history)
    place.write(NOTES_NAME, notes_table(kept_notes(history, None), sets))
    share_plotly(place)
    reports = {result.folder for result in results if result.report}
    unit = unit_of(sets)
    lifts = athlete_lifts(sets)
    for athlete, own in groupby(lifts, key=lambda lift: lift.athlete):
        page = athlete_page(list(own), plotly=f"../{PLOTLY_NAME}", reports=reports, unit=unit)
        place.write(athlete_page_name(athlete), page)
    return history
