"""The index of a folder of results, and a page for each athlete."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from formcheck.batch.job import Outcome
from formcheck.batch.places import safe_name
from formcheck.batch.results import ClipResult
from formcheck.batch.sparkline import Sparkline, sparklines

__all__ = ["athlete_page_name", "index_page", "rendered"]

_TONES = {"good": 0, "unknown": 1, "caution": 2, "stop": 3}


@dataclass(frozen=True, eq=False)
class _Row:
    result: ClipResult
    chart: Sparkline
    athlete_page: str
    rank: int
    peak_deg: float | None
    uncertainty_deg: float | None


def athlete_page_name(athlete: str) -> str:
    """Where the page of an athlete lies, in the folder of the batch."""
    return f"athletes/{safe_name(athlete, athlete)}.html"


def index_page(
    results: Sequence[ClipResult], failed: Sequence[Outcome], unreadable: Sequence[str]
) -> bytes:
    """Make the page of all clips.

    Parameters
    ----------
    results : sequence of ClipResult
    failed : sequence of Outcome
        Clips that failed in the last run.
    unreadable : sequence of str
        Folders of results that cannot be read.
    """
    measured = [result for result in results if result.measured]
    charts = sparklines(measured)
    rows = [_row(one, chart) for one, chart in zip(measured, charts, strict=True)]
    return rendered(
        "formcheck.batch",
        "index.html.j2",
        rows=rows,
        pictures=any(row.result.picture for row in rows),
        refused=[result for result in results if not result.measured],
        failed=failed,
        unreadable=unreadable,
        athletes=_counted(result.clip.athlete for result in measured),
        lifts=_counted(result.document["exercise"]["name"] for result in measured),
        verdicts=_counted(result.headline.label for result in measured),
        index_css=_file("index.css"),
        js=_file("index.js"),
    )


def _row(result: ClipResult, chart: Sparkline) -> _Row:
    angles = [rep["lumbar_deg"] for rep in result.reps if rep["lumbar_deg"]["peak"] is not None]
    worst: dict[str, Any] = max(angles, key=lambda angle: float(angle["peak"]), default={})
    athlete = result.clip.athlete
    return _Row(
        result,
        chart,
        athlete_page_name(athlete) if athlete else "",
        _TONES[result.headline.tone],
        worst.get("peak"),
        worst.get("uncertainty"),
    )


def _counted(values: Any) -> list[tuple[str, int]]:
    return sorted(
        Counter(value for value in values if value).items(), key=lambda v: v[0].casefold()
    )


def rendered(package: str, template: str, **values: Any) -> bytes:
    """Fill a template in the house's style; every value is escaped."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from formcheck import __version__
    from formcheck.report import words

    environment = Environment(
        loader=PackageLoader(package, "template"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {"degrees": words.degrees, "plural": words.plural}
    css = files("formcheck.report").joinpath("template", "report.css").read_text(encoding="utf-8")
    page = environment.get_template(template).render(css=css, version=__version__, **values)
    return page.encode("utf-8", errors="replace")


def _file(name: str) -> str:
    return files("formcheck.batch").joinpath("template", name).read_text(encoding="utf-8")
