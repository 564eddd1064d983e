"""The set at a glance, repetition by repetition, as a plotly figure."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from statistics import median

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.assessment.wording import label_of
from formcheck.report.angle_chart import Figure, listed
from formcheck.report.result import Result
from formcheck.report.words import KeyRep, fatigue_sets, most_arched, most_flexed
from formcheck.results.document import RepPart, SetPart

__all__ = ["set_chart"]


_FRESH_REPS = 3


def set_chart(result: Result) -> Figure:
    """Peaks and speed repetition by repetition, with the drift and where form gave way."""
    document = result.document
    reps = document.reps
    sets = fatigue_sets(document)
    numbers = [rep.index for rep in reps]
    marks = [_give_way(one, one.from_rep) for one in sets if one.from_rep is not None]
    return {
        "data": [
            *(trace for one in sets for trace in _drift(reps, one)),
            _extremes(reps, most_flexed, "most flexed", "var(--flexed)", "circle"),
            _extremes(reps, most_arched, "most arched", "var(--arched)", "square"),
            _speeds(reps),
        ],
        "layout": {
            "xaxis": {
                "title": {"text": "repetition"},
                "tickvals": numbers,
                "range": [0.4, max(numbers, default=1) + 0.6],
                "zeroline": False,
                "anchor": "y2",
            },
            "yaxis": {
                "title": {"text": "lumbar angle [°]"},
                "domain": [0.34, 1],
                "ticksuffix": "°",
                "zeroline": True,
            },
            "yaxis2": {
                "title": {"text": "body lengths/s"},
                "domain": [0, 0.24],
                "rangemode": "tozero",
                "zeroline": False,
            },
            "shapes": [line for line, _ in marks],
            "annotations": [label for _, label in marks],
            "hovermode": "closest",
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "margin": {"l": 56, "r": 12, "t": 64, "b": 44},
        },
    }


def _extremes(
    reps: Sequence[RepPart],
    of: Callable[[RepPart], KeyRep],
    name: str,
    colour: str,
    symbol: str,
) -> Figure:
    shown = [one for one in map(of, reps) if math.isfinite(one.lumbar_deg)]
    halves = [one.uncertainty_deg for one in shown]
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers+lines",
        "x": [one.rep.index for one in shown],
        "y": [one.lumbar_deg for one in shown],
        "error_y": {"type": "data", "array": halves, "color": colour, "thickness": 1.5},
        "customdata": [[one.at_s, f"{one.uncertainty_deg:.0f}"] for one in shown],
        "hovertemplate": f"rep %{{x}}, {name}: <b>%{{y:+.0f}}°</b> ±%{{customdata[1]}}°"
        "<br>at %{customdata[0]:.1f} s<extra></extra>",
        "marker": {"color": colour, "symbol": symbol, "size": 11},
        "line": {"color": colour, "width": 1, "dash": "dot"},
    }


def _speeds(reps: Sequence[RepPart]) -> Figure:
    known = [rep for rep in reps if rep.concentric_speed is not None]
    return {
        "type": "bar",
        "name": "speed on the way up",
        "x": [rep.index for rep in known],
        "y": [rep.concentric_speed for rep in known],
        "yaxis": "y2",
        "customdata": [[rep.start_s] for rep in known],
        "hovertemplate": "rep %{x}: <b>%{y:.2f}</b> body lengths a second<extra></extra>",
        "marker": {"color": "var(--speed)"},
        "width": 0.5,
    }


def _drift(reps: Sequence[RepPart], one: SetPart) -> Iterator[Figure]:
    """The trend of a set, its interval, and the change that is needed to be one.

    A positive drift gets worse: up for rounding, down for arching.
    """
    of, sign = (most_arched, -1) if one.direction == "arching" else (most_flexed, 1)
    first, last = one.first_rep, one.last_rep
    whole = [of(rep) for rep in reps if rep.complete and first <= rep.index <= last]
    values = [(at.rep.index, at.lumbar_deg) for at in whole if math.isfinite(at.lumbar_deg)]
    if one.drift_deg_per_rep is None or len(values) < 2:
        return
    slope = sign * one.drift_deg_per_rep
    middle = median(at for at, _ in values)
    level = median(value - slope * (at - middle) for at, value in values)
    x = np.linspace(values[0][0], values[-1][0], 25)
    mdc_deg, interval = one.mdc_deg, one.drift_ci_deg
    if mdc_deg is not None:
        fresh = median(value for _, value in values[:_FRESH_REPS])
        low, high = np.full(25, fresh - mdc_deg), np.full(25, fresh + mdc_deg)
        yield _area(x, low, high, "too small to tell (MDC)", "var(--mdc)")
    if interval:
        ends = np.array([level + sign * bound * (x - middle) for bound in interval])
        yield _area(x, ends.min(axis=0), ends.max(axis=0), "interval of the drift", "var(--band)")
    yield {
        "type": "scatter",
        "name": f"drift {slope:+.1f}° a rep",
        "mode": "lines",
        "x": [values[0][0], values[-1][0]],
        "y": [round(level + slope * (at - middle), 2) for at in (values[0][0], values[-1][0])],
        "line": {"color": "var(--ink)", "width": 2.5, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _area(x: FloatArray, low: FloatArray, high: FloatArray, name: str, colour: str) -> Figure:
    return {
        "type": "scatter",
        "name": name,
        "x": listed(np.concatenate([x, x[::-1]]), 3),
        "y": listed(np.concatenate([high, low[::-1]]), 2),
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _give_way(one: SetPart, from_rep: int) -> tuple[Figure, Figure]:
    """A line before the repetition from which a set changed, and its words."""
    at = from_rep - 0.5
    words = label_of("breakdown-under-fatigue") if one.verdict == "breakdown" else "changes"
    line = {
        "type": "line",
        "name": "from rep",
        "yref": "paper",
        "x0": at,
        "x1": at,
        "y0": 0,
        "y1": 1,
        "line": {"color": "var(--stop)", "width": 2},
    }
    label = {
        "text": f"{words} ▸",
        "x": at,
        "xanchor": "right",
        "xshift": -4,
        "y": 0.34,
        "yref": "paper",
        "yanchor": "bottom",
        "showarrow": False,
        "font": {"color": "var(--stop)", "size": 13},
        "bgcolor": "var(--veil)",
    }
    return line, label
