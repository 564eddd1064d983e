"""Lists of clips as spreadsheets write them: any delimiter, encoding and line end."""

from __future__ import annotations

import csv
import io
import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from formcheck.batch.dates import Order, common_order, read_day
from formcheck.errors import ConfigurationError, InputError
from formcheck.loads import Unit, read_load

__all__ = ["LIST_ENDINGS", "SHEET_ENDINGS", "Row", "Table", "read_table"]

LIST_ENDINGS = frozenset({".csv", ".tsv", ".txt"})
SHEET_ENDINGS = frozenset({".xlsx", ".xls", ".ods", ".numbers"})

_FIELDS = {"path": "path", "athlete": "athlete", "lift": "exercise", "exercise": "exercise"}
_FIELDS |= {"load": "load", "date": "date"}
_NAMED = "path, athlete, lift, load (kg), date (YYYY-MM-DD)"
_DELIMITERS = (",", ";", "\t", "|")
_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_LINE_END = re.compile(r"\r\n|\r|\n")
_SEPARATOR = re.compile(r'"?sep=(.)"?\s*(?:\r\n|\r|\n|$)', re.IGNORECASE)
_HEADER = re.compile(r"^(?P<name>.*?)[ _]*(?:[(\[](?P<unit>[^)\]]*)[)\]]|(?P<bare>kg|lbs?))?$")
_UNITS: Mapping[str, Unit] = {
    "": "kg",
    "kg": "kg",
    "kgs": "kg",
    "lb": "lb",
    "lbs": "lb",
    "pounds": "lb",
}
_ORDERS: dict[str, Order] = {"yyyy-mm-dd": "", "": ""}
_ORDERS |= {f"dd{sign}mm{sign}{year}": "day" for sign in "./-" for year in ("yyyy", "yy")}
_ORDERS |= {f"mm{sign}dd{sign}{year}": "month" for sign in "./-" for year in ("yyyy", "yy")}


@dataclass(frozen=True)
class _Column:
    field: str
    unit: str  # as the header says it, a key of _UNITS or _ORDERS


@dataclass(frozen=True)
class _Head:
    columns: Mapping[int, _Column]  # by their place in a line
    width: int
    unknown: list[str]

    def place_of(self, field: str) -> int | None:
        return next((at for at, column in self.columns.items() if column.field == field), None)


@dataclass(frozen=True)
class Row:
    """One line of a list, as far as its columns are known.

    Attributes
    ----------
    line : int
        In the file, from 1.
    path, athlete, exercise : str
    load_kg : float or None
    load_given : str
        The load as it was written, if that was not in kilograms.
    date : str
        ``YYYY-MM-DD``, or empty.
    fault : str
        Why the line cannot be used; empty if it can.
    """

    line: int
    path: str
    athlete: str = ""
    exercise: str = ""
    load_kg: float | None = None
    load_given: str = ""
    date: str = ""
    fault: str = ""


@dataclass(frozen=True)
class Table:
    """A list that was read, and what a person should know of the reading."""

    rows: tuple[Row, ...]
    notes: tuple[str, ...]


def read_table(name: str, content: bytes) -> Table:
    """Read a list.

    Parameters
    ----------
    name : str
        Of the list, for messages.
    content : bytes
        Of its file.

    Raises
    ------
    InputError
        If it cannot be read as text, or as a table.
    ConfigurationError
        If its columns cannot be told apart.
    """
    text, notes = _decoded(name, content)
    lines = [(line, cells) for line, cells in _cells(name, text) if any(map(str.strip, cells))]
    head = _head(name, lines[0][1] if lines else [])
    if head.unknown:
        named = ", ".join(map(repr, head.unknown))
        notes.append(f"{name}: not known and not used: {named}. Known columns: {_NAMED}.")
    first = _order_of_dates(head, [cells for _, cells in lines[1:]])
    rows = [_row(line, cells, head, first) for line, cells in lines[1:]]
    if lost := [str(row.line) for row in rows if not row.path]:
        notes.append(f"{name}: without a path and left out: line {', '.join(lost)}.")
    return Table(tuple(row for row in rows if row.path), tuple(notes))


def _decoded(name: str, content: bytes) -> tuple[str, list[str]]:
    encoding = next((kind for mark, kind in _MARKS.items() if content.startswith(mark)), "utf-8")
    try:
        return content.decode(encoding), []
    except UnicodeDecodeError as error:
        if encoding != "utf-8":
            raise InputError(
                f"{name} is damaged: it is not the {encoding} it begins as."
            ) from error
    try:
        text = content.decode("cp1252")
    except UnicodeDecodeError as error:
        raise InputError(
            f"{name} is written in an encoding that is not known: save it as CSV UTF-8."
        ) from error
    strange = sorted({sign for sign in text if sign > "\x7f"})[:8]
    return text, [
        f"{name} is not UTF-8 and was read as Western European (Windows-1252), with the letters "
        f"{' '.join(strange)}. If names look wrong, save it as CSV UTF-8."
    ]


def _cells(name: str, text: str) -> Iterator[tuple[int, list[str]]]:
    """Line number and cells of every record."""
    text = text.removeprefix("\ufeff")
    told = _SEPARATOR.match(text)
    body = text[told.end() :] if told else text
    reader = csv.reader(
        io.StringIO(body, newline=""), delimiter=told[1] if told else _told_by(body)
    )
    before = 1
    try:
        for cells in reader:
            yield before + bool(told), cells
            before = reader.line_num + 1
    except csv.Error as error:
        raise InputError(f"{name} is no list: line {before + bool(told)}: {error}.") from error


def _told_by(text: str) -> str:
    """The delimiter with which the first line names the most columns that are known."""
    header = next((line for line in _LINE_END.split(text) if line.strip()), "")

    def known(delimiter: str) -> tuple[int, int]:
        cells = header.split(delimiter)
        return sum(_column(cell) is not None for cell in cells), len(cells)

    return max(_DELIMITERS, key=known)


def _column(cell: str) -> _Column | None:
    """What a header stands for; None if it is not known."""
    words = unicodedata.normalize("NFKC", cell).strip().strip('"').strip().casefold()
    parts = _HEADER.match(words)
    if parts is None:
        return None
    field = _FIELDS.get(parts["name"].strip(), "")
    unit = (parts["unit"] or parts["bare"] or "").strip()
    kinds = {"load": set(_UNITS), "date": set(_ORDERS)}.get(field, {""})
    return _Column(field, unit) if field and unit in kinds else None


def _head(name: str, header: Sequence[str]) -> _Head:
    columns: dict[int, _Column] = {}
    unknown: list[str] = []
    for at, cell in enumerate(header):
        column = _column(cell)
        if column is None:
            unknown += [cell.strip()] if cell.strip() else []
        elif any(column.field == other.field for other in columns.values()):
            raise ConfigurationError(
                f"{name} has two columns for the {column.field}.\nLeave one of them out."
            )
        else:
            columns[at] = column
    if not any(column.field == "path" for column in columns.values()):
        there = f" It has {', '.join(map(repr, unknown))}." if unknown else ""
        raise ConfigurationError(
            f"{name} has no column 'path'.{there}\nIts first line names the columns: {_NAMED}. "
            "All but path may be left out."
        )
    return _Head(columns, len(header), unknown)


def _order_of_dates(head: _Head, lines: Sequence[Sequence[str]]) -> Order:
    """Whether the day or the month comes first: by the header, else by the other dates."""
    at = head.place_of("date")
    if at is None:
        return ""
    if unit := _ORDERS[head.columns[at].unit]:
        return unit
    return common_order(cells[at] for cells in lines if at < len(cells))


def _row(line: int, cells: Sequence[str], head: _Head, first: Order) -> Row:
    told = {
        column.field: cells[at].strip() if at < len(cells) else ""
        for at, column in head.columns.items()
    }
    load_at = head.place_of("load")
    unit = _UNITS[head.columns[load_at].unit] if load_at is not None else "kg"
    row = Row(line, told["path"].strip('"'), told.get("athlete", ""), told.get("exercise", ""))
    try:
        if more := [cell for cell in cells[head.width :] if cell.strip()]:
            raise ValueError(
                f"it has more cells than there are columns: {', '.join(map(repr, more[:3]))}. "
                "Put a value that holds the delimiter between quotes."
            )
        load_kg, load_given = read_load(told.get("load", ""), unit)
        return replace(
            row, load_kg=load_kg, load_given=load_given, date=read_day(told.get("date", ""), first)
        )
    except ValueError as error:
        return replace(row, fault=str(error))
