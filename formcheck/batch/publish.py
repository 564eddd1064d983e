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
from formcheck.history.database import HISTORY_NAME, make_history, read_sets
from formcheck.history.page import athlete_page
from formcheck.history.trends import athlete_lifts
from formcheck.report import PLOTLY_NAME
from formcheck.report.page import plotly_script

__all__ = ["publish", "publish_history", "republish", "share_plotly"]


def share_plotly(place: Place) -> None:
    """Write plotly's script once for all pages."""
    if PLOTLY_NAME not in place.read_many([PLOTLY_NAME]):
        place.write(PLOTLY_NAME, plotly_script().encode())


def publish(place: Place, failed: Sequence[Outcome]) -> list[ClipResult]:
    """Write all that is made of the results that lie in a folder, and return these."""
    results, unreadable = read_results(place)
    place.write("summary.csv", summary_table(results))
    place.write("reps.csv", reps_table(results))
    place.write("errors.csv", errors_table(failed))
    publish_history(place, results)
    place.write("index.html", index_page(results, failed, unreadable))
    return results


def republish(place: Place, rejudged: Iterable[str]) -> None:
    """Publish again after some results were judged again.

    What is recorded of these no longer tells the settings: the next batch judges them by its
    own.
    """
    names = [f"{CLIPS}/{name}/{JOB_NAME}" for name in rejudged]
    for name, content in place.read_many(names).items():
        place.write(name, as_json({**json.loads(content), "key": ""}))
    publish(place, failed_before(place))


def publish_history(place: Place, results: Sequence[ClipResult]) -> bytes:
    """Make the history and the athletes' pages from the results; returns the database."""
    history = make_history(results)
    place.write(HISTORY_NAME, history)
    share_plotly(place)
    reports = {result.folder for result in results if result.report}
    lifts = athlete_lifts(read_sets(history))
    for athlete, own in groupby(lifts, key=lambda lift: lift.athlete):
        page = athlete_page(list(own), plotly=f"../{PLOTLY_NAME}", reports=reports)
        place.write(athlete_page_name(athlete), page)
    return history
