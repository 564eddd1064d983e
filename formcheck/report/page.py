"""The page: what the template is given, and the writing of the file."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from formcheck.assessment.scale import Scale, scale
from formcheck.report import words
from formcheck.report.angle_chart import angle_chart
from formcheck.report.bar_chart import bar_chart
from formcheck.report.result import Result, read_result
from formcheck.report.set_chart import set_chart
from formcheck.report.since import Against, told
from formcheck.report.templates import (
    environment,
    in_base64,
    plotly_script,
    template_file,
    write_page,
)
from formcheck.results.folder import POSTER_NAME, REPORT_NAME, VIDEO_NAME, key_frame_name
from formcheck.results.stored import lift_of, neutral_of

__all__ = ["report_page", "write_report"]


def write_report(
    path: Path,
    *,
    out: Path | None = None,
    embed: bool = False,
    plotly: str | None = None,
    since: Sequence[Against] = (),
) -> Path:
    """Make the page of a result that lies in a folder.

    Parameters
    ----------
    path : Path
        The folder of the result, or its `analysis.json`.
    out : Path, optional
        The page; `REPORT_NAME` in the folder if not given. The video is looked for
        beside it unless it is embedded.
    embed : bool
        Put the video into the page, so that one file can be sent.
    plotly : str, optional
        Where plotly's script lies, relative to the page, for many pages that share
        one (see `write_plotly`); without it the script is put into the page.
    since : sequence of Against
        What a history says since last time (`formcheck.history.since.since_last`).

    Returns
    -------
    Path
        Of the page.

    Raises
    ------
    InputError
        If the result cannot be read.
    OutputError
        If the page cannot be written.
    """
    result = read_result(path)
    target = out or result.folder / REPORT_NAME
    page = _page(result, target, embed=embed, plotly=plotly, since=since)
    write_page(page, target)
    return target


def report_page(
    folder: Path, *, embed: bool = False, plotly: str | None = None, since: Sequence[Against] = ()
) -> str:
    """Make the page as text, to be put beside the files of the result.

    Parameters and errors are those of `write_report`.
    """
    result = read_result(folder)
    target = result.folder / REPORT_NAME
    return _page(result, target, embed=embed, plotly=plotly, since=since)


def _page(
    result: Result, target: Path, *, embed: bool, plotly: str | None, since: Sequence[Against]
) -> str:
    template = environment().get_template("report.html.j2")
    context = _context(result, target, embed=embed, plotly=plotly)
    return template.render(context | {"since": told(since)})


def _context(result: Result, target: Path, *, embed: bool, plotly: str | None) -> dict[str, Any]:
    document = result.document
    limits = scale(lift_of(document), neutral_of(document))
    video, poster = result.folder / VIDEO_NAME, result.folder / POSTER_NAME
    return {
        "d": document,
        "measured": result.measured,
        "basis": words.score_basis(document),
        "headline": words.headline(document),
        "groups": words.finding_groups(document),
        "read": words.what_was_read(document),
        "typical_deg": words.typical_uncertainty(document),
        "lift_columns": words.lift_columns(document),
        "sets": words.fatigue_sets(document),
        "pictures": _pictures(result),
        "limits": limits,
        "video": Path(os.path.relpath(video, target.parent)).as_posix()
        if video.is_file()
        else None,
        "video_data": in_base64(video) if embed and video.is_file() else None,
        "opening": words.opening(document),
        "poster": in_base64(poster) if poster.is_file() else None,
        "charts": _charts(result, limits),
        "plotly": plotly,
        "plotly_script": None if plotly else plotly_script(),
        "css": template_file("report.css"),
        "js": template_file("shared.js") + template_file("report.js"),
    }


def _charts(result: Result, limits: Scale) -> dict[str, Any]:
    """No chart of angles where there are none: the table holds what is left."""
    bar = bar_chart(result)
    charts = {"bar": bar} if bar else {}
    if not result.measured:
        return charts
    charts["angle"] = angle_chart(result, limits)
    if len(result.document.reps) > 1:  # one point tells no course
        charts["set"] = set_chart(result)
    return charts


def _pictures(result: Result) -> list[dict[str, Any]]:
    shown = []
    for one in words.key_reps(result.document):
        file = result.folder / key_frame_name(one.rep.index)
        if file.is_file():
            shown.append({"of": one, "data": in_base64(file)})
    return shown
