"""The page of two sets, side by side: the answer, the videos in step, the same charts."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from formcheck.assessment.scale import scale
from formcheck.report import words
from formcheck.report.angle_chart import Figure, angle_chart
from formcheck.report.result import Frames, Result, read_frames
from formcheck.report.set_chart import set_chart
from formcheck.report.templates import environment, in_base64, plotly_script, template_file
from formcheck.results.comparison import Comparison, Difference
from formcheck.results.document import AnalysisDocument
from formcheck.results.folder import VIDEO_NAME
from formcheck.results.stored import lift_of, neutral_of

__all__ = ["ComparedSet", "answer", "compare_page", "measure_title", "side_of_folder", "signed"]

_TITLES = {
    "lumbar_peak_deg": ("most flexed", "°"),
    "lumbar_least_deg": ("most arched", "°"),
    "flexion_peak_deg": ("flexed from neutral", "°"),
    "concentric_speed": ("speed", " /s"),
    "drift_deg_per_rep": ("drift a repetition", "°"),
}
_DIGITS = {"concentric_speed": 2, "drift_deg_per_rep": 1}


@dataclass(frozen=True, eq=False)
class ComparedSet:
    """One of the two sets.

    Attributes
    ----------
    document : AnalysisDocument
    frames : Frames or None
        None where only the document is there: then no angle over time is drawn.
    video : Path or None
    slowed : float
        Seconds of the video that show one of the document.
    """

    document: AnalysisDocument
    frames: Frames | None = None
    video: Path | None = None
    slowed: float = 1.0

    @property
    def knots_s(self) -> list[float]:
        """Where each repetition starts, turns and ends, in the video's own time."""
        moments_s = ((rep.start_s, rep.turn_s, rep.end_s) for rep in self.document.reps)
        return [round(self.slowed * at_s, 3) for rep_s in moments_s for at_s in rep_s]


def side_of_folder(document: AnalysisDocument, folder: Path) -> ComparedSet:
    """A set whose result lies in a folder, as far as its files are there."""
    frames = read_frames(folder) if (folder / "frames.csv").is_file() else None
    video = folder / VIDEO_NAME
    return ComparedSet(document, frames, video if video.is_file() else None)


def measure_title(one: Difference) -> str:
    """The measure in words."""
    return _TITLES[one.measure][0]


def signed(one: Difference, value: float) -> str:
    """A value of a measure with its sign and unit."""
    return f"{value:+z.{_DIGITS.get(one.measure, 0)}f}{_TITLES[one.measure][1]}"


def answer(found: Comparison) -> str:
    """What differs, in a sentence."""
    beyond = [one for one in found.means if one.exceeds_mdc]
    if not beyond:
        return "No difference between the sets exceeds its minimal detectable change."
    told = [f"{measure_title(one)} {signed(one, one.difference)}" for one in beyond]
    return f"Beyond the minimal detectable change: {', '.join(told)}."


def compare_page(
    found: Comparison, sides: Sequence[ComparedSet], target: Path, *, embed: bool = False
) -> str:
    """Make the page.

    Parameters
    ----------
    found : Comparison
    sides : sequence of ComparedSet
        The first and the second set.
    target : Path
        Where the page will lie; the videos are looked for from there.
    embed : bool
        Put the videos into the page.
    """
    charts = _charts(sides)
    steps = min(len(side.document.reps) for side in sides)
    return (
        environment()
        .get_template("compare.html.j2")
        .render(
            found=found,
            answer=answer(found).replace("-", "\N{MINUS SIGN}"),
            names=[side.document.source.name for side in sides],
            headlines=[words.headline(side.document) for side in sides],
            reps=[len(side.document.reps) for side in sides],
            scores=[side.document.score for side in sides],
            videos=[_video(side, target, embed=embed) for side in sides],
            steps=steps,
            knots=[side.knots_s[: 3 * steps] for side in sides],
            measure=measure_title,
            signed=lambda one, value: signed(one, value).replace("-", "\N{MINUS SIGN}"),
            charts=charts,
            plotly_script=plotly_script() if charts else "",
            css=template_file("report.css") + template_file("compare.css"),
            js=template_file("shared.js") + template_file("compare.js"),
        )
    )


def _video(side: ComparedSet, target: Path, *, embed: bool) -> dict[str, str]:
    if side.video is None:
        return {}
    if embed:
        return {"data": in_base64(side.video)}
    return {"src": Path(os.path.relpath(side.video, target.parent)).as_posix()}


def _charts(sides: Sequence[ComparedSet]) -> dict[str, Figure]:
    """The report's charts of each, with the same axes."""
    shown = [side for side in sides if words.measured_reps(side.document)]
    charts: dict[str, Figure] = {}
    for i, side in enumerate(sides):
        if side not in shown:
            continue
        frames = side.frames
        result = Result(Path(), side.document, frames) if frames is not None else None
        if result is not None:
            limits = scale(lift_of(side.document), neutral_of(side.document))
            charts[f"angle-{i}"] = angle_chart(result, limits)
        charts[f"set-{i}"] = set_chart(result or _without_frames(side.document))
    for kind in ("angle", "set"):
        _share_axes([charts[name] for name in charts if name.startswith(kind)])
    return charts


def _without_frames(document: AnalysisDocument) -> Result:
    import numpy as np

    nothing = np.zeros(0)
    return Result(Path(), document, Frames(nothing, nothing, nothing, [], [], nothing, nothing))


def _share_axes(figures: Sequence[Figure]) -> None:
    """Have equal angles, and equal speeds, at equal heights."""
    for axis, trace_axis in (("yaxis", "y"), ("yaxis2", "y2")):
        values = [
            value + sign * half
            for figure in figures
            for trace in figure["data"]
            if trace.get("yaxis", "y") == trace_axis
            for value, half in zip(trace["y"], _halves(trace), strict=True)
            if value is not None
            for sign in (-1, 1)
        ]
        if values and all(axis in figure["layout"] for figure in figures):
            low = 0.0 if axis == "yaxis2" else min(values)
            margin = 0.05 * (max(values) - low)
            for figure in figures:
                bottom = low if axis == "yaxis2" else low - margin
                figure["layout"][axis]["range"] = [bottom, max(values) + margin]


def _halves(trace: Figure) -> Sequence[float]:
    halves: Sequence[float] = trace.get("error_y", {}).get("array") or [0.0] * len(trace["y"])
    return halves
