"""Lumbar angle over time, as a plotly figure: plain data, drawn in the page.

Colours are names of the page's own, such as ``var(--flexed)``: the page puts in the
value for light, dark or print. Every point carries the time it shows, for the video.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.assessment.scale import Scale
from formcheck.geometry.signals import runs
from formcheck.report.result import Frames, Result
from formcheck.report.words import finding_label
from formcheck.results.document import AnalysisDocument

__all__ = ["Figure", "angle_chart", "listed"]

Figure = dict[str, Any]

# More points than a wide screen has pixels, twice over, only make the page heavy.
_MOST_POINTS = 6000
# So many numbers fit into the chart on a phone, 275 points wide.
_MOST_NUMBERS = 14
# Two lines that are nearer than this share of what the chart shows have their words on either
# side: a word is 7 % high, and two charts on the same axes show more than one alone.
_NEAR = 0.12
_SYMBOLS = {"info": "circle", "caution": "triangle-up", "stop": "octagon"}


def angle_chart(result: Result, limits: Scale) -> Figure:
    """Lumbar angle over time with its band, the repetitions, thresholds and findings."""
    frames, document = _thinned(result.frames), result.document
    end_s = float(frames.time_s[-1])
    lines = _limits(limits)
    return {
        "data": [_band(frames), _angle_line(frames), *_pins(result)],
        "layout": {
            "xaxis": {"title": {"text": "time [s]"}, "range": [0, end_s], "zeroline": False},
            "yaxis": {"title": {"text": "lumbar angle [°]"}, "zeroline": False, "ticksuffix": "°"},
            "shapes": [*_rep_shades(document), *_limit_lines(lines)],
            "annotations": [
                *_rep_numbers(document),
                *_limit_words(lines, _shown_deg(frames, lines)),
            ],
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
        frames.bar_forward_cm[::step],
        frames.bar_height_cm[::step],
    )


def _band(frames: Frames) -> Figure:
    """The interval as closed outlines, one a stretch, so that gaps stay open."""
    x: list[float | None] = []
    y: list[float | None] = []
    low = frames.lumbar_deg - frames.lumbar_uncertainty_deg
    high = frames.lumbar_deg + frames.lumbar_uncertainty_deg
    for a, b in runs(np.isfinite(low)):
        x += [*listed(frames.time_s[a:b], 3), *listed(frames.time_s[a:b][::-1], 3), None]
        y += [*listed(high[a:b], 1), *listed(low[a:b][::-1], 1), None]
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
    time_s = listed(frames.time_s, 3)
    return {
        "type": "scatter",
        "name": "lumbar angle",
        "mode": "lines",
        "x": time_s,
        "y": listed(frames.lumbar_deg, 1),
        "customdata": [list(row) for row in zip(time_s, doubt, words, strict=True)],
        "hovertemplate": "<b>%{y:+.0f}°</b> ±%{customdata[1]}°<br>%{x:.1f} s · %{customdata[2]}"
        "<extra></extra>",
        "line": {"color": "var(--ink)", "width": 2},
        "connectgaps": False,
    }


def _pins(result: Result) -> Iterator[Figure]:
    """Findings, where they are seen best."""
    placed = [f for f in result.document.findings if f.at_s is not None and f.rep is not None]
    for severity, symbol in _SYMBOLS.items():
        found = [f for f in placed if f.severity == severity]
        if not found:
            continue
        at = [result.frames.at(f.at_s) for f in found if f.at_s is not None]
        yield {
            "type": "scatter",
            "name": severity,
            "mode": "markers",
            "x": [f.at_s for f in found],
            "y": listed(result.frames.lumbar_deg[at], 1),
            "customdata": [[f.at_s, f"rep {f.rep}: {finding_label(f)}"] for f in found],
            "hovertemplate": "<b>%{customdata[1]}</b><br>%{y:+.0f}°, %{x:.1f} s<extra></extra>",
            "marker": {
                "symbol": symbol,
                "size": 13,
                "color": f"var(--{severity})",
                "line": {"color": "var(--card)", "width": 2},
            },
        }


def _rep_shades(document: AnalysisDocument) -> Iterator[Figure]:
    for rep in document.reps:
        yield {
            "type": "rect",
            "name": f"rep {rep.index}",
            "xref": "x",
            "yref": "paper",
            "x0": rep.start_s,
            "x1": rep.end_s,
            "y0": 0,
            "y1": 1,
            "fillcolor": "var(--shade)",
            "line": {"width": 0},
            "layer": "below",
        }


def _rep_numbers(document: AnalysisDocument) -> Iterator[Figure]:
    reps = document.reps
    for rep in reps[:: math.ceil(len(reps) / _MOST_NUMBERS) or 1]:
        yield {
            "text": str(rep.index),
            "x": (rep.start_s + rep.end_s) / 2,
            "y": 1,
            "yref": "paper",
            "yanchor": "bottom",
            "showarrow": False,
            "font": {"color": "var(--soft)", "size": 12},
        }


@dataclass(frozen=True)
class _Line:
    """A level that angles are held against."""

    deg: float
    name: str
    colour: str
    dash: str


def _limits(limits: Scale) -> list[_Line]:
    lines = [
        _Line(0.0, "flat", "var(--soft)", "solid"),
        _Line(limits.neutral_deg, "your normal", "var(--neutral)", "dot"),
        _Line(limits.arched_deg, "over-arched below", "var(--arched)", "dash"),
    ]
    return [line for line in lines if math.isfinite(line.deg)]


def _limit_lines(lines: Sequence[_Line]) -> Iterator[Figure]:
    for line in lines:
        yield {
            "type": "line",
            "name": line.name,
            "xref": "paper",
            "x0": 0,
            "x1": 1,
            "y0": round(line.deg, 1),
            "y1": round(line.deg, 1),
            "line": {"color": line.colour, "width": 1.5, "dash": line.dash},
            "layer": "below",
        }


def _shown_deg(frames: Frames, lines: Sequence[_Line]) -> float:
    """From the lowest to the highest that the chart shows."""
    band = [frames.lumbar_deg + sign * frames.lumbar_uncertainty_deg for sign in (-1, 1)]
    shown = np.concatenate([*band, [line.deg for line in lines]])
    return float(np.nanmax(shown) - np.nanmin(shown))


def _limit_words(lines: Sequence[_Line], shown_deg: float) -> Iterator[Figure]:
    """Each line's name on it: flat and the own normal on the left, the limit on the right."""
    left = sorted((line for line in lines if line.dash != "dash"), key=lambda line: -line.deg)
    near = len(left) == 2 and left[0].deg - left[1].deg < _NEAR * shown_deg
    for line in lines:
        right = line.dash == "dash"
        yield {
            "text": line.name,
            "name": line.name,
            "xref": "paper",
            "x": 0.997 if right else 0.003,
            "xanchor": "right" if right else "left",
            "y": round(line.deg, 1),
            "yanchor": "top" if near and line is left[1] else "bottom",
            "showarrow": False,
            "font": {"color": line.colour, "size": 12},
            "bgcolor": "var(--veil)",
            "borderpad": 1,
        }


def listed(values: FloatArray, digits: int) -> list[float | None]:
    """Rounded values; None, which breaks a line, for NaN."""
    return [round(float(value), digits) if math.isfinite(value) else None for value in values]
