"""The two charts, as plotly figures: plain data, drawn by plotly's script in the page.

Colours are names of the page's own, such as ``var(--flexed)``: the page puts in the
value for light, dark or print. Every point carries the time it shows, for the video.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from statistics import median
from typing import Any

import numpy as np
from numpy.typing import NDArray

from formcheck.annotate.scene import Scale
from formcheck.report.result import Frames, Result
from formcheck.signals import runs

__all__ = ["angle_chart", "set_chart"]

Figure = dict[str, Any]
Document = Mapping[str, Any]

# More points than a wide screen has pixels, twice over, only make the page heavy.
_MOST_POINTS = 6000
_SYMBOLS = {"info": "circle", "caution": "triangle-up", "stop": "octagon"}
_FRESH_REPS = 3


def angle_chart(result: Result, limits: Scale) -> Figure:
    """Lumbar angle over time with its band, the repetitions, thresholds and findings."""
    frames, document = _thinned(result.frames), result.document
    end_s = float(frames.time_s[-1])
    return {
        "data": [_band(frames), _angle_line(frames), *_pins(result)],
        "layout": {
            "xaxis": {"title": {"text": "time [s]"}, "range": [0, end_s], "zeroline": False},
            "yaxis": {"title": {"text": "lumbar angle [°]"}, "zeroline": False, "ticksuffix": "°"},
            "shapes": [*_rep_shades(document), *_limit_lines(limits)],
            "annotations": [*_rep_numbers(document), *_limit_words(limits)],
            "hovermode": "closest",
            "showlegend": False,
            "margin": {"l": 56, "r": 12, "t": 26, "b": 44},
        },
    }


def _thinned(frames: Frames) -> Frames:
    step = math.ceil(len(frames.time_s) / _MOST_POINTS)
    return Frames(
        frames.time_s[::step],
        frames.lumbar_deg[::step],
        frames.lumbar_uncertainty_deg[::step],
        frames.rep[::step],
        frames.phase[::step],
    )


def _band(frames: Frames) -> Figure:
    """The interval as closed outlines, one a stretch, so that gaps stay open."""
    x: list[float | None] = []
    y: list[float | None] = []
    low = frames.lumbar_deg - frames.lumbar_uncertainty_deg
    high = frames.lumbar_deg + frames.lumbar_uncertainty_deg
    for a, b in runs(np.isfinite(low)):
        x += [*_listed(frames.time_s[a:b], 3), *_listed(frames.time_s[a:b][::-1], 3), None]
        y += [*_listed(high[a:b], 1), *_listed(low[a:b][::-1], 1), None]
    return {
        "type": "scatter",
        "name": "90 % interval",
        "x": x,
        "y": y,
        "fill": "toself",
        "fillcolor": "var(--band)",
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _angle_line(frames: Frames) -> Figure:
    words = [
        f"{f'rep {rep}, {phase}' if rep else 'between repetitions'}"
        for rep, phase in zip(frames.rep, frames.phase, strict=True)
    ]
    doubt = [f"{u:.0f}" if math.isfinite(u) else "" for u in frames.lumbar_uncertainty_deg]
    time_s = _listed(frames.time_s, 3)
    return {
        "type": "scatter",
        "name": "lumbar angle",
        "mode": "lines",
        "x": time_s,
        "y": _listed(frames.lumbar_deg, 1),
        "customdata": [list(row) for row in zip(time_s, doubt, words, strict=True)],
        "hovertemplate": "<b>%{y:+.0f}°</b> ±%{customdata[1]}°<br>%{x:.1f} s · %{customdata[2]}"
        "<extra></extra>",
        "line": {"color": "var(--ink)", "width": 2},
        "connectgaps": False,
    }


def _pins(result: Result) -> Iterator[Figure]:
    """Findings, where they are seen best."""
    placed = [
        f for f in result.document["findings"] if f["at_s"] is not None and f["rep"] is not None
    ]
    for severity, symbol in _SYMBOLS.items():
        found = [f for f in placed if f["severity"] == severity]
        if not found:
            continue
        at = [result.frames.at(f["at_s"]) for f in found]
        yield {
            "type": "scatter",
            "name": severity,
            "mode": "markers",
            "x": [f["at_s"] for f in found],
            "y": _listed(result.frames.lumbar_deg[at], 1),
            "customdata": [
                [f["at_s"], f"rep {f['rep']}: {f['code'].replace('-', ' ')}"] for f in found
            ],
            "hovertemplate": "<b>%{customdata[1]}</b><br>%{y:+.0f}°, %{x:.1f} s<extra></extra>",
            "marker": {
                "symbol": symbol,
                "size": 13,
                "color": f"var(--{severity})",
                "line": {"color": "var(--card)", "width": 2},
            },
        }


def _rep_shades(document: Document) -> Iterator[Figure]:
    for rep in document["reps"]:
        yield {
            "type": "rect",
            "name": f"rep {rep['index']}",
            "xref": "x",
            "yref": "paper",
            "x0": rep["start_s"],
            "x1": rep["end_s"],
            "y0": 0,
            "y1": 1,
            "fillcolor": "var(--shade)",
            "line": {"width": 0},
            "layer": "below",
        }


def _rep_numbers(document: Document) -> Iterator[Figure]:
    for rep in document["reps"]:
        yield {
            "text": str(rep["index"]),
            "x": (rep["start_s"] + rep["end_s"]) / 2,
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"color": "var(--soft)", "size": 12},
        }


def _limits(limits: Scale) -> list[tuple[float, str, str, str]]:
    lines = [
        (limits.rounded_deg, "rounded beyond", "var(--flexed)", "dash"),
        (0.0, "flat", "var(--soft)", "solid"),
        (limits.neutral_deg, "neutral", "var(--neutral)", "dot"),
        (limits.arched_deg, "over-arched below", "var(--arched)", "dash"),
    ]
    return [line for line in lines if math.isfinite(line[0])]


def _limit_lines(limits: Scale) -> Iterator[Figure]:
    for at, name, colour, dash in _limits(limits):
        yield {
            "type": "line",
            "name": name,
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": round(at, 1),
            "y1": round(at, 1),
            "line": {"color": colour, "width": 1.5, "dash": dash},
            "layer": "below",
        }


def _limit_words(limits: Scale) -> Iterator[Figure]:
    for at, name, colour, _ in _limits(limits):
        yield {
            "text": name,
            "xref": "paper",
            "x": 0.003,
            "xanchor": "left",
            "y": round(at, 1),
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"color": colour, "size": 12},
            "bgcolor": "var(--veil)",
            "borderpad": 1,
        }


def set_chart(result: Result) -> Figure:
    """Peaks and speed repetition by repetition, with the drift and where form gave way."""
    document = result.document
    reps = document["reps"]
    fatigue = document.get("fatigue") or {}
    numbers = [rep["index"] for rep in reps]
    shapes, annotations = _give_way(fatigue)
    return {
        "data": [
            *_drift(document, fatigue),
            _extremes(result, "peak", "most flexed", "var(--flexed)", "circle"),
            _extremes(result, "least", "most extended", "var(--arched)", "square"),
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
                "title": {"text": "speed [/s]"},
                "domain": [0, 0.24],
                "rangemode": "tozero",
                "zeroline": False,
            },
            "shapes": shapes,
            "annotations": annotations,
            "hovermode": "closest",
            "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
            "margin": {"l": 56, "r": 12, "t": 64, "b": 44},
        },
    }


def _extremes(result: Result, side: str, name: str, colour: str, symbol: str) -> Figure:
    reps = [rep for rep in result.document["reps"] if rep["lumbar_deg"][side] is not None]
    uncertainty = [_uncertainty(result, rep, side) for rep in reps]
    return {
        "type": "scatter",
        "name": name,
        "mode": "markers+lines",
        "x": [rep["index"] for rep in reps],
        "y": [rep["lumbar_deg"][side] for rep in reps],
        "error_y": {"type": "data", "array": uncertainty, "color": colour, "thickness": 1.5},
        "customdata": [
            [rep[f"{side}_s"], f"{doubt:.0f}"] for rep, doubt in zip(reps, uncertainty, strict=True)
        ],
        "hovertemplate": f"rep %{{x}}, {name}: <b>%{{y:+.0f}}°</b> ±%{{customdata[1]}}°"
        "<br>at %{customdata[0]:.1f} s<extra></extra>",
        "marker": {"color": colour, "symbol": symbol, "size": 11},
        "line": {"color": colour, "width": 1, "dash": "dot"},
    }


def _uncertainty(result: Result, rep: Mapping[str, Any], side: str) -> float:
    """Of the peak as the document has it; of the other side from its frame."""
    stated = float(rep["lumbar_deg"]["uncertainty"])
    if side == "peak":
        return stated
    own = float(result.frames.lumbar_uncertainty_deg[result.frames.at(rep["least_s"])])
    return round(own, 2) if math.isfinite(own) else stated


def _speeds(reps: Sequence[Mapping[str, Any]]) -> Figure:
    known = [rep for rep in reps if rep["concentric_speed"] is not None]
    return {
        "type": "bar",
        "name": "speed on the way up",
        "x": [rep["index"] for rep in known],
        "y": [rep["concentric_speed"] for rep in known],
        "yaxis": "y2",
        "customdata": [[rep["start_s"]] for rep in known],
        "hovertemplate": "rep %{x}: <b>%{y:.2f}</b> body lengths a second<extra></extra>",
        "marker": {"color": "var(--speed)"},
        "width": 0.5,
    }


def _drift(document: Document, fatigue: Mapping[str, Any]) -> Iterator[Figure]:
    """The trend through the peaks, its interval, and the change that is needed to be one."""
    slope, interval = fatigue.get("drift_deg_per_rep"), fatigue.get("drift_ci_deg")
    peaks = [
        (rep["index"], rep["lumbar_deg"]["peak"])
        for rep in document["reps"]
        if rep["lumbar_deg"]["peak"] is not None
    ]
    if slope is None or len(peaks) < 2:
        return
    middle = median(index for index, _ in peaks)
    level = median(peak - slope * (index - middle) for index, peak in peaks)
    first, last = peaks[0][0], peaks[-1][0]
    x = np.linspace(first, last, 25)
    mdc_deg = fatigue.get("mdc_deg")
    if mdc_deg is not None:
        fresh = median(peak for _, peak in peaks[:_FRESH_REPS])
        yield _area([first, last], [fresh - mdc_deg] * 2, [fresh + mdc_deg] * 2, "within the MDC",
                    "var(--mdc)")  # fmt: skip
    if interval:
        ends = np.array([level + bound * (x - middle) for bound in interval])
        yield _area(x, ends.min(axis=0), ends.max(axis=0), "interval of the drift", "var(--band)")
    yield {
        "type": "scatter",
        "name": f"drift {slope:+.1f}° a rep",
        "mode": "lines",
        "x": [first, last],
        "y": [round(level + slope * (index - middle), 2) for index in (first, last)],
        "line": {"color": "var(--ink)", "width": 2.5, "dash": "dash"},
        "hoverinfo": "skip",
    }


def _area(x: Any, low: Any, high: Any, name: str, colour: str) -> Figure:
    outline_x, outline_y = [*x, *list(x)[::-1]], [*high, *list(low)[::-1]]
    return {
        "type": "scatter",
        "name": name,
        "x": [round(float(value), 3) for value in outline_x],
        "y": [round(float(value), 2) for value in outline_y],
        "fill": "toself",
        "fillcolor": colour,
        "line": {"width": 0},
        "mode": "lines",
        "hoverinfo": "skip",
    }


def _give_way(fatigue: Mapping[str, Any]) -> tuple[list[Figure], list[Figure]]:
    from_rep = fatigue.get("from_rep")
    if from_rep is None:
        return [], []
    at = from_rep - 0.5
    words = "form gives way" if fatigue.get("verdict") == "breakdown" else "changes from here"
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
    }
    return [line], [label]


def _listed(values: NDArray[np.float64], digits: int) -> list[float | None]:
    return [round(float(value), digits) if math.isfinite(value) else None for value in values]
