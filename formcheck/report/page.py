"""The page: what the template is given, and the writing of the file."""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Sequence
from dataclasses import asdict
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formcheck.annotate.names import POSTER_NAME, VIDEO_NAME, key_frame_name
from formcheck.annotate.scene import Scale, scale
from formcheck.errors import ConfigurationError
from formcheck.report import words
from formcheck.report.angle_chart import angle_chart
from formcheck.report.bar_chart import bar_chart
from formcheck.report.result import Result, read_result
from formcheck.report.set_chart import set_chart
from formcheck.results.document import AnalysisDocument

if TYPE_CHECKING:
    from jinja2 import Environment

    from formcheck.history.since import Against

__all__ = [
    "PLOTLY_NAME",
    "REPORT_NAME",
    "environment",
    "in_base64",
    "plotly_script",
    "report_page",
    "template_file",
    "with_since",
    "write_page",
    "write_plotly",
    "write_report",
]

REPORT_NAME = "report.html"
PLOTLY_NAME = "plotly.min.js"
# Between them stands what a history says: it is put in when the history is made.
_SINCE = "<!-- since last time -->", "<!-- end -->"


def write_report(
    path: Path,
    *,
    out: Path | None = None,
    embed: bool = False,
    plotly: str | None = None,
    athlete: str = "",
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
    athlete : str
        Whose set it is, if the folder has a history of several.

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
    page = _page(result, target, embed=embed, plotly=plotly, athlete=athlete)
    write_page(page, target)
    return target


def write_page(page: str, target: Path) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    from formcheck.results.writers import readable_errors

    with readable_errors(target):
        staging = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}")
        try:
            staging.write_text(page, encoding="utf-8", newline="")
            staging.replace(target)
        finally:
            staging.unlink(missing_ok=True)


def report_page(
    folder: Path, *, embed: bool = False, plotly: str | None = None, athlete: str = ""
) -> str:
    """Make the page as text, to be put beside the files of the result.

    Parameters and errors are those of `write_report`.
    """
    result = read_result(folder)
    target = result.folder / REPORT_NAME
    return _page(result, target, embed=embed, plotly=plotly, athlete=athlete)


def with_since(page: str, since: Sequence[Against], up: str) -> str:
    """A page with what is said since last time in it, in place of what it said before.

    Parameters
    ----------
    page : str
        As `report_page` makes it; of an older version it stays as it is.
    since : sequence of Against
    up : str
        From the page to the folder of the history.
    """
    before, mark, rest = page.partition(_SINCE[0])
    _, end, after = rest.partition(_SINCE[1])
    if not (mark and end):
        return page
    template = environment().get_template("since.html.j2")
    said = template.render(since=_linked(since, up))
    return f"{before}{mark}{said}{end}{after}"


def write_plotly(folder: Path) -> Path:
    """Put plotly's script into a folder, for pages that share it."""
    target = folder / PLOTLY_NAME
    target.write_text(plotly_script(), encoding="utf-8", newline="")
    return target


def _page(result: Result, target: Path, *, embed: bool, plotly: str | None, athlete: str) -> str:
    template = environment().get_template("report.html.j2")
    context = _context(result, target, embed=embed, plotly=plotly)
    return template.render(context | {"since": _since(result, athlete)})


def _since(result: Result, athlete: str) -> list[dict[str, Any]]:
    from formcheck.history.since import since_last

    checked = AnalysisDocument.model_validate(result.document, extra="ignore")
    said = since_last(result.folder, checked, athlete) if result.measured else []
    return [asdict(one) | {"page": ""} for one in said]


def _linked(since: Sequence[Against], up: str) -> list[dict[str, Any]]:
    return [asdict(one) | {"page": f"{up}/{one.folder}/{REPORT_NAME}"} for one in since]


def environment() -> Environment:
    """Of all pages of this package; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from formcheck import __version__

    made = Environment(
        loader=PackageLoader("formcheck.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["version"] = __version__
    made.filters |= {
        "degrees": words.degrees,
        "plain_degrees": words.plain_degrees,
        "plural": words.plural,
        "label": words.finding_label,
        "flagged": words.flagged,
        "rep_findings": words.rep_findings,
        "evidence": words.evidence_items,
        "doubted": words.doubted,
    }
    return made


def _context(result: Result, target: Path, *, embed: bool, plotly: str | None) -> dict[str, Any]:
    document = result.document
    limits = scale(words.lift_of(document), words.neutral_of(document))
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
    if len(result.document["reps"]) > 1:  # one point tells no course
        charts["set"] = set_chart(result)
    return charts


def _pictures(result: Result) -> list[dict[str, Any]]:
    shown = []
    for rep in words.key_reps(result.document):
        file = result.folder / key_frame_name(rep["rep"])
        if file.is_file():
            shown.append(rep | {"data": in_base64(file)})
    return shown


def in_base64(file: Path) -> str:
    """A file as text, for a page."""
    return base64.b64encode(file.read_bytes()).decode("ascii")


def template_file(name: str) -> str:
    """A file beside the templates."""
    return files("formcheck.report").joinpath("template", name).read_text(encoding="utf-8")


def plotly_script() -> str:
    """Plotly's own script, as its package carries it; the package is not imported."""
    home = find_spec("plotly")
    if home is None or home.origin is None:
        raise ConfigurationError("plotly is not installed.\nRun: pip install plotly")
    script = Path(home.origin).parent / "package_data" / PLOTLY_NAME
    return script.read_text(encoding="utf-8")
