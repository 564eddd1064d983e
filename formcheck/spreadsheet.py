"""Tables for spreadsheets, which run text that begins like a formula."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence

__all__ = ["text_of_cell", "written_table"]

# A spreadsheet takes text that begins so for a formula, and runs it; full-width signs too.
_FORMULA_SIGNS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def written_table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> bytes:
    """Make a table of a header and rows."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows([_cell(value) for value in row] for row in rows)
    # With the mark by which Excel knows UTF-8.
    return text.getvalue().encode("utf-8-sig")


def _cell(value: object) -> object:
    if isinstance(value, str) and value.startswith(_FORMULA_SIGNS):
        return f"'{value}"
    return value


def text_of_cell(cell: str) -> str:
    """The text that was written as a cell."""
    return cell[1:] if cell[:1] == "'" and cell[1:].startswith(_FORMULA_SIGNS) else cell
