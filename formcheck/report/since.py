"""What a report says since last time: a history tells it, also after the page was made."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any, Literal

from formcheck.report.templates import environment
from formcheck.results.folder import REPORT_NAME

__all__ = ["Against", "told", "with_since"]

# Between them stands what a history says: it is put in when the history is made.
_SINCE = "<!-- since last time -->", "<!-- end -->"


@dataclass(frozen=True)
class Against:
    """A set held against an earlier one.

    Attributes
    ----------
    which : {"last", "best"}
        Best: of the highest score.
    earlier : str
        Which set that is.
    folder : str
        Of its result, in the folder of the history.
    changes : tuple of str
        What exceeds the minimal detectable change.
    compared : int
        How many measures both sets have.
    """

    which: Literal["last", "best"]
    earlier: str
    folder: str
    changes: tuple[str, ...]
    compared: int


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
    said = template.render(since=told(since, up))
    return f"{before}{mark}{said}{end}{after}"


def told(since: Sequence[Against], up: str = "") -> list[dict[str, Any]]:
    """Sets as the template takes them; with links where the way to the history is given."""
    return [
        asdict(one) | {"page": f"{up}/{one.folder}/{REPORT_NAME}" if up else ""} for one in since
    ]
