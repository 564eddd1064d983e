"""The page of an athlete: each lift over the weeks, with what changed and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from formcheck.history.says import athlete_sentence, lift_sentence
from formcheck.history.trends import MEASURES, AthleteLift, Course
from formcheck.loads import Unit, load_in, load_words
from formcheck.report.templates import rendered

__all__ = ["athlete_page"]


def athlete_page(
    lifts: Sequence[AthleteLift], *, plotly: str, reports: set[str], unit: Unit = "kg"
) -> bytes:
    """Make the page of one athlete.

    Parameters
    ----------
    lifts : sequence of AthleteLift
        All of the same athlete.
    plotly : str
        Where plotly's script lies, relative to the page.
    reports : set of str
        Folders that have a report.
    unit : {"kg", "lb"}
        Of the loads, as the coach writes them.
    """
    charts = {
        f"chart-{i}-{course.measure}": _chart(course)
        for i, lift in enumerate(lifts)
        for course in lift.courses
    }
    charts |= {f"chart-{i}-load": _loads(lift, unit) for i, lift in enumerate(lifts) if lift.loads}
    return rendered(
        "formcheck.history",
        "athlete.html.j2",
        athlete=lifts[0].athlete,
        lifts=lifts,
        measures=MEASURES,
        charts=charts,
        plotly=plotly,
        reports=reports,
        sentence=athlete_sentence(lifts, unit),
        tone=_tone(lifts),
        said=[lift_sentence(lift, unit) for lift in lifts],
        load=lambda load_kg: load_words(load_kg, unit),
    )


def _chart(course: Course) -> dict[str, Any]:
    title, unit, *_ = MEASURES[course.measure]
    values = [reading.value for reading in course.readings]
    halves = [reading.half for reading in course.readings]
    figure = _figure(course.dates, values, f"{title} [{unit.strip()}]", halves)
    if course.measure == "score":
        figure["layout"]["yaxis"]["range"] = [0, 102]
    return figure


def _tone(lifts: Sequence[AthleteLift]) -> str:
    """Of the page: that of the gravest last set."""
    tones = {lift.last.tone if lift.last else "unknown" for lift in lifts}
    return next(tone for tone in ("stop", "caution", "unknown", "good") if tone in tones)


def _loads(lift: AthleteLift, unit: Unit) -> dict[str, Any]:
    dated = [(date, load_in(load_kg, unit)) for date, load_kg in lift.loads if date]
    return _figure(
        [date for date, _ in dated], [load for _, load in dated], f"Load, as given [{unit}]", None
    )


def _figure(
    dates: Sequence[str], values: Sequence[float], title: str, halves: Sequence[float] | None
) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "x": list(dates),
        "y": [round(value, 2) for value in values],
        "mode": "lines+markers",
        "type": "scatter",
        "line": {"color": "var(--soft)", "width": 1},
        "marker": {"color": "var(--ink)", "size": 9},
    }
    if halves is not None:
        trace["error_y"] = {
            "array": [round(half, 2) for half in halves],
            "color": "var(--speed)",
            "thickness": 1.5,
        }
    axis = {"gridcolor": "var(--line)", "zerolinecolor": "var(--soft)", "automargin": True}
    layout = {
        "title": {"text": title, "font": {"size": 14}, "x": 0.01, "xanchor": "left"},
        "font": {"color": "var(--ink)"},
        "paper_bgcolor": "var(--card)",
        "plot_bgcolor": "var(--card)",
        "margin": {"l": 48, "r": 16, "t": 40, "b": 40},
        "height": 270,
        "showlegend": False,
        "xaxis": {**axis, "type": "date", "tickformat": "%d %b %Y", "nticks": 5},
        "yaxis": dict(axis),
    }
    return {"data": [trace], "layout": layout}
