"""What all pages share: templates, styles, plotly's script, and how they are written."""

from __future__ import annotations

import base64
from importlib.resources import files
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from formcheck.errors import ConfigurationError
from formcheck.files import readable_errors, written_whole
from formcheck.report import words

if TYPE_CHECKING:
    from jinja2 import Environment

__all__ = [
    "PLOTLY_NAME",
    "environment",
    "in_base64",
    "plotly_script",
    "rendered",
    "template_file",
    "write_page",
    "write_plotly",
]

PLOTLY_NAME = "plotly.min.js"
_HOME = "formcheck.report"


def environment(package: str = _HOME) -> Environment:
    """Of the templates of a package, in the house's style; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from formcheck import __version__

    made = Environment(
        loader=PackageLoader(package, "template"),
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


def rendered(package: str, template: str, **values: Any) -> bytes:
    """Fill a template of a package with values, and the styles of the report."""
    page = environment(package).get_template(template)
    text = page.render(css=template_file("report.css"), **values)
    return text.encode("utf-8", errors="replace")


def template_file(name: str, package: str = _HOME) -> str:
    """A file beside the templates of a package."""
    return files(package).joinpath("template", name).read_text(encoding="utf-8")


def in_base64(file: Path) -> str:
    """A file as text, for a page."""
    return base64.b64encode(file.read_bytes()).decode("ascii")


def plotly_script() -> str:
    """Plotly's own script, as its package carries it; the package is not imported."""
    home = find_spec("plotly")
    if home is None or home.origin is None:
        raise ConfigurationError("plotly is not installed.\nRun: pip install plotly")
    script = Path(home.origin).parent / "package_data" / PLOTLY_NAME
    return script.read_text(encoding="utf-8")


def write_plotly(folder: Path) -> Path:
    """Put plotly's script into a folder, for pages that share it."""
    target = folder / PLOTLY_NAME
    target.write_text(plotly_script(), encoding="utf-8", newline="")
    return target


def write_page(page: str, target: Path) -> None:
    """Write a page whole or not at all.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with readable_errors(target), written_whole(target) as file:
        file.write(page.encode("utf-8"))
