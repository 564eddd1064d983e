"""Tables that stay whole: where the terminal is too narrow for one, a list says the same."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.table import Table
from rich.text import Text

__all__ = ["fitted"]


def fitted(console: Console, table: Table, prose: Sequence[str] = ()) -> RenderableType:
    """The table, if the console is wide enough for it, else a list of its rows.

    Parameters
    ----------
    console : Console
    table : Table
        Without a box; its cells are text.
    prose : sequence of str
        Headers of the columns that may be broken between words. All others, words and
        numbers alike, are to stay in one line.
    """
    headers = [str(column.header) for column in table.columns]
    columns = [list(map(_text, column.cells)) for column in table.columns]
    for column, header in zip(table.columns, headers, strict=True):
        column.no_wrap = header not in prose
    needed = sum(
        max(_width(cell, whole=header not in prose) for cell in (Text(header), *cells))
        + table.padding[1]
        + table.padding[3]
        for header, cells in zip(headers, columns, strict=True)
    )
    if needed <= console.width:
        return table
    rows = zip(*columns, strict=True)
    lines = (line for row in rows for line in _listed(headers, row, console.width))
    return Group(*_title(table), *lines)


def _text(cell: RenderableType) -> Text:
    return cell if isinstance(cell, Text) else Text.from_markup(str(cell))


def _width(cell: Text, *, whole: bool) -> int:
    """Columns of the screen that it takes at the least."""
    parts = cell.plain.splitlines() if whole else cell.plain.split()
    return max(map(cell_len, parts), default=0)


def _title(table: Table) -> list[Text]:
    return [Text(str(table.title), style="italic")] if table.title else []


def _listed(headers: Sequence[str], row: Sequence[Text], width: int) -> Iterator[Text]:
    """A row as lines: its first cell, and under it the others that say something."""
    first, *others = zip(headers, row, strict=True)
    yield Text.assemble((f"{first[0]} ", "bold"), first[1])
    for header, cell in others:
        if not cell.plain.strip():
            continue
        parts = cell.split("\n")
        name = f"  {_in_one_line(header)} " if header else "  "
        whole = Text.assemble((name, "dim"), Text(", ").join(parts))
        if len(parts) > 1 and whole.cell_len > width:
            yield Text(name.rstrip(), style="dim")
            yield from (Text.assemble("    ", part) for part in parts)
        else:
            yield whole


def _in_one_line(header: str) -> str:
    return header.replace("\n", " ")
