"""The page of an athlete: each lift over the weeks, with what changed and what did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from formcheck.history.load_velocity import LoadVelocity
from formcheck.history.says import athlete_sentence, lift_sentence
from formcheck.history.trends import MEASURES, AthleteLift, Course
from formcheck.loads import Unit, load_in, load_words
from formcheck.report.templates import rendered, template_file

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
    charts |= {
        f"chart-{i}-1rm": _line(lift.load_velocity, unit)
        for i, lift in enumerate(lifts)
        if lift.load_velocity and lift.load_velocity.sets
    }
    return rendered(
        "formcheck.history",
        "athlete.html.j2",
        athlete=lifts[0].athlete,
        lifts=lifts,
        measures=MEASURES,
        charts=charts,
        js=template_file("shared.js"),
        plotly=plotly,
        reports=reports,
        sentence=athlete_sentence(lifts, unit),
        tone=_tone(lifts),
        said=[lift_sentence(lift, unit) for lift in lifts],
        load=lambda load_kg: load_words(load_kg, unit),
        unit=unit,
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


def _line(line: LoadVelocity, unit: Unit) -> dict[str, Any]:
    """Speed of the bar against the load, and where the line reaches the speed at the 1RM."""
    loads = [load_in(one.load_kg, unit) for one in line.sets]
    figure = _figure(
        loads,
        [one.mean_mps for one in line.sets],
        f"Bar speed [m/s] against load [{unit}]",
        [one.half_mps for one in line.sets],
    )
    [dots] = figure["data"]
    dots["mode"] = "markers"
    figure["layout"]["xaxis"] = {**figure["layout"]["yaxis"], "ticksuffix": f" {unit}"}
    figure["layout"]["yaxis"]["rangemode"] = "tozero"
    if line.at_0_mps is not None and line.per_kg_mps is not None:
        ends_kg = line.sets[0].load_kg, line.sets[-1].load_kg
        figure["data"].append(_stroke(line.at_0_mps, line.per_kg_mps, ends_kg, unit, "solid"))
        if line.estimated and line.one_rm_kg is not None:
            beyond_kg = line.sets[-1].load_kg, line.one_rm_kg
            figure["data"] += [
                _stroke(line.at_0_mps, line.per_kg_mps, beyond_kg, unit, "dot"),
                _maximum(line, unit),
            ]
    return figure


def _stroke(
    at_0_mps: float, per_kg_mps: float, ends_kg: tuple[float, float], unit: Unit, dash: str
) -> dict[str, Any]:
    return {
        "x": [load_in(load_kg, unit) for load_kg in ends_kg],
        "y": [round(at_0_mps + per_kg_mps * load_kg, 3) for load_kg in ends_kg],
        "mode": "lines",
        "type": "scatter",
        "hoverinfo": "skip",
        "line": {"color": "var(--soft)", "width": 1.5, "dash": dash},
    }


def _maximum(line: LoadVelocity, unit: Unit) -> dict[str, Any]:
    low, maximum, high = (
        round(load_in(load_kg or 0.0, unit))
        for load_kg in (line.low_kg, line.one_rm_kg, line.high_kg)
    )
    return {
        "x": [maximum],
        "y": [line.at_1rm_mps],
        "error_x": {
            "array": [high - maximum],
            "arrayminus": [maximum - low],
            "symmetric": False,
            "color": "var(--speed)",
            "thickness": 1.5,
        },
        "mode": "markers+text",
        "type": "scatter",
        "text": [f"1RM {maximum} {unit}"],
        "textposition": "top right",
        "marker": {"color": "var(--ink)", "size": 11, "symbol": "diamond-open"},
    }


def _figure(
    across: Sequence[str] | Sequence[float],
    values: Sequence[float],
    title: str,
    halves: Sequence[float] | None,
) -> dict[str, Any]:
    trace: dict[str, Any] = {
        "x": list(across),
        "y": [round(value, 3) for value in values],
        "mode": "lines+markers",
        "type": "scatter",
        "line": {"color": "var(--soft)", "width": 1},
        "marker": {"color": "var(--ink)", "size": 9},
    }
    if halves is not None:
        trace["error_y"] = {
            "array": [round(half, 3) for half in halves],
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
