"""The main chart as a still picture, for slides and papers."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.assessment.scale import scale

if TYPE_CHECKING:
    from matplotlib.axes import Axes

__all__ = ["PLOT_FORMATS", "PLOT_NAME", "draw_angle", "plot_angle"]

PLOT_FORMATS = ("png", "svg")
PLOT_NAME = "angle"

_INK, _SOFT, _BAND, _SHADE = "#16191f", "#5a6270", "#d5d8dd", "#e8f1f7"
_FLEXED, _NEUTRAL, _ARCHED = "#c2410c", "#4d7c0f", "#0369a1"
_SIZE_IN, _DPI = (11.0, 4.6), 160
# The same bytes for the same analysis.
_NO_DATE = {"png": {"Software": None}, "svg": {"Date": None}}


def plot_angle(analysis: SetAnalysis, file_format: str) -> bytes:
    """Draw the lumbar angle over time, with repetitions, thresholds and findings.

    Parameters
    ----------
    analysis : SetAnalysis
    file_format : {"png", "svg"}

    Returns
    -------
    bytes
        Of the picture's file.
    """
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.hashsalt": "formcheck", "font.size": 11}):
        figure = Figure(figsize=_SIZE_IN, dpi=_DPI, layout="constrained")
        draw_angle(analysis, figure.subplots())
        file = io.BytesIO()
        figure.savefig(file, format=file_format, metadata=_NO_DATE[file_format])
    return file.getvalue()


def draw_angle(analysis: SetAnalysis, axes: Axes | None = None) -> Axes:
    """Draw the same into axes, or into those of a new figure of pyplot's."""
    if axes is None:
        from matplotlib import pyplot

        axes = pyplot.subplots(figsize=_SIZE_IN, layout="constrained")[1]
    _draw_reps(axes, analysis)
    _draw_limits(axes, analysis)
    _draw_angle(axes, analysis)
    _draw_findings(axes, analysis)
    _label(axes, analysis)
    return axes


def _draw_reps(axes: Axes, analysis: SetAnalysis) -> None:
    for number, rep in enumerate(analysis.reps, start=1):
        axes.axvspan(rep.start_s, rep.end_s, color=_SHADE, zorder=0, label=f"_rep {number}")
        middle = (rep.start_s + rep.end_s) / 2
        axes.text(
            middle,
            1.01,
            str(number),
            transform=axes.get_xaxis_transform(),
            ha="center",
            color=_SOFT,
        )


def _draw_limits(axes: Axes, analysis: SetAnalysis) -> None:
    limits = scale(analysis.exercise, analysis.neutral)
    for at, name, colour, style in (
        (0.0, "flat", _SOFT, "-"),
        (limits.neutral_deg, "your normal", _NEUTRAL, ":"),
        (limits.arched_deg, "over-arched below", _ARCHED, "--"),
    ):
        if np.isfinite(at):
            axes.axhline(at, color=colour, linestyle=style, linewidth=1.2, zorder=2.5)
            axes.annotate(
                name, (1.005, at), xycoords=("axes fraction", "data"), color=colour, va="center",
                annotation_clip=False,
            )  # fmt: skip


def _draw_angle(axes: Axes, analysis: SetAnalysis) -> None:
    time_s, back = analysis.track.time_s, analysis.kinematics.back
    low, high = back.lumbar_deg - back.uncertainty_deg, back.lumbar_deg + back.uncertainty_deg
    axes.fill_between(time_s, low, high, color=_BAND, linewidth=0, zorder=2, label="90 % interval")
    axes.plot(time_s, back.lumbar_deg, color=_INK, linewidth=1.8, zorder=3, label="lumbar angle")
    if not analysis.measured:
        axes.text(
            0.5, 0.5, "not measured", transform=axes.transAxes, ha="center", va="center",
            fontsize=20, color=_SOFT,
        )  # fmt: skip


def _draw_findings(axes: Axes, analysis: SetAnalysis) -> None:
    lumbar = analysis.kinematics.back.lumbar_deg
    seen = [f for f in analysis.findings if f.rep is not None and f.at_s is not None]
    if seen:
        at_s = [f.at_s for f in seen if f.at_s is not None]
        at = [analysis.track.nearest(moment) for moment in at_s]
        axes.plot(
            at_s, lumbar[at], "^", color=_FLEXED, markersize=9, zorder=4, label="finding",
            markeredgecolor="white",
        )  # fmt: skip


def _label(axes: Axes, analysis: SetAnalysis) -> None:
    axes.set_title(
        f"{analysis.exercise.name}: lumbar angle, 0 flat, + flexed, \N{MINUS SIGN} extended",
        loc="left",
        pad=20,
    )
    axes.set_xlabel("time [s]")
    axes.set_ylabel("lumbar angle [°]")
    axes.set_xlim(analysis.track.time_s[0], max(analysis.track.time_s[-1], 0.1))
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(
        loc="lower right", bbox_to_anchor=(1, 1.05), frameon=False, ncols=3, borderaxespad=0
    )
