"""The page: what the template is given, and the writing of the file."""

from __future__ import annotations

import base64
import os
import secrets
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from formcheck.annotate.names import VIDEO_NAME, key_frame_name
from formcheck.annotate.scene import Scale, scale
from formcheck.errors import ConfigurationError
from formcheck.report import words
from formcheck.report.angle_chart import angle_chart
from formcheck.report.bar_chart import bar_chart
from formcheck.report.result import Result, read_result
from formcheck.report.set_chart import set_chart

__all__ = [
    "PLOTLY_NAME",
    "REPORT_NAME",
    "plotly_script",
    "report_page",
    "write_plotly",
    "write_report",
]

REPORT_NAME = "report.html"
PLOTLY_NAME = "plotly.min.js"


def write_report(
    path: Path, *, out: Path | None = None, embed: bool = False, plotly: str | None = None
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
    from formcheck.results.writers import readable_errors

    result = read_result(path)
    target = out or result.folder / REPORT_NAME
    page = _page(result, target, embed=embed, plotly=plotly)
    with readable_errors(target):
        staging = target.with_name(f".{target.name[:40]}.{secrets.token_hex(4)}")
        try:
            staging.write_text(page, encoding="utf-8", newline="")
            staging.replace(target)
        finally:
            staging.unlink(missing_ok=True)
    return target


def report_page(folder: Path, *, embed: bool = False, plotly: str | None = None) -> str:
    """Make the page as text, to be put beside the files of the result.

    Parameters and errors are those of `write_report`.
    """
    result = read_result(folder)
    return _page(result, result.folder / REPORT_NAME, embed=embed, plotly=plotly)


def write_plotly(folder: Path) -> Path:
    """Put plotly's script into a folder, for pages that share it."""
    target = folder / PLOTLY_NAME
    target.write_text(plotly_script(), encoding="utf-8", newline="")
    return target


def _page(result: Result, target: Path, *, embed: bool, plotly: str | None) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("formcheck.report", "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "degrees": words.degrees,
        "plain_degrees": words.plain_degrees,
        "plural": words.plural,
        "label": words.finding_label,
        "flagged": words.flagged,
        "rep_findings": words.rep_findings,
        "evidence": words.evidence_items,
        "doubted": words.doubted,
    }
    template = environment.get_template("report.html.j2")
    return template.render(_context(result, target, embed=embed, plotly=plotly))


def _context(result: Result, target: Path, *, embed: bool, plotly: str | None) -> dict[str, Any]:
    document = result.document
    limits = scale(words.lift_of(document), words.neutral_of(document))
    video = result.folder / VIDEO_NAME
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
        "video_data": _base64(video) if embed and video.is_file() else None,
        "charts": _charts(result, limits),
        "plotly": plotly,
        "plotly_script": None if plotly else plotly_script(),
        "css": _template_file("report.css"),
        "js": _template_file("report.js"),
    }


def _charts(result: Result, limits: Scale) -> dict[str, Any]:
    """No chart of angles where there are none: the table holds what is left."""
    bar = bar_chart(result)
    charts = {"bar": bar} if bar else {}
    if not result.measured:
        return charts
    return charts | {"angle": angle_chart(result, limits), "set": set_chart(result)}


def _pictures(result: Result) -> list[dict[str, Any]]:
    shown = []
    for rep in words.key_reps(result.document):
        file = result.folder / key_frame_name(rep["rep"])
        if file.is_file():
            shown.append(rep | {"data": _base64(file)})
    return shown


def _base64(file: Path) -> str:
    return base64.b64encode(file.read_bytes()).decode("ascii")


def _template_file(name: str) -> str:
    return files("formcheck.report").joinpath("template", name).read_text(encoding="utf-8")


def plotly_script() -> str:
    """Plotly's own script, as its package carries it; the package is not imported."""
    home = find_spec("plotly")
    if home is None or home.origin is None:
        raise ConfigurationError("plotly is not installed.\nRun: pip install plotly")
    script = Path(home.origin).parent / "package_data" / PLOTLY_NAME
    return script.read_text(encoding="utf-8")
