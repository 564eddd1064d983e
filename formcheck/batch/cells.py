"""Loads and dates as people and spreadsheets write them; what can be read two ways is asked."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Literal, Protocol

__all__ = [
    "Order",
    "Unit",
    "common_order",
    "common_unit",
    "load_in",
    "load_words",
    "read_day",
    "read_load",
    "unit_of",
]

Order = Literal["day", "month", ""]
Unit = Literal["kg", "lb"]

# The international pound, exact.
KG_PER_LB = 0.45359237
# Twice what has been lifted in any way; more is a slip of the pen.
_MOST_KG = 1000.0
_LOAD = re.compile(r"(?P<number>[\d.,]+)(?P<unit>kgs?|lbs?|pounds?|#)?", re.IGNORECASE)
_THOUSAND = re.compile(r"\d{1,3}[.,]\d{3}")
_TIME = r"(?:[T ]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?: ?[AaPp]\.?[Mm]\.?)?(?:Z|[+-]\d\d:?\d\d)?)?"
_YEAR_FIRST = re.compile(rf"(\d{{4}})[-/.](\d{{1,2}})[-/.](\d{{1,2}}){_TIME}")
_YEAR_LAST = re.compile(rf"(\d{{1,2}})([-/.])(\d{{1,2}})\2(\d{{4}}|\d{{2}}){_TIME}")
_NAMED = re.compile(
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?\.?[ -](?P<month>[A-Za-z]{3,9})\.?"
    r"|(?P<first>[A-Za-z]{3,9})\.? (?P<then>\d{1,2})(?:st|nd|rd|th)?)"
    rf",?[ -](?P<year>\d{{4}}|\d{{2}}){_TIME}"
)
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
# Spreadsheets count days from here; those of this century, which no year or month resembles.
_DAY_0 = datetime.date(1899, 12, 30)
_SERIAL = re.compile(r"(3[6-9]\d{3}|[4-6]\d{4}|7[0-2]\d{3})(?:[.,]\d+)?")


def read_load(text: str, unit: Unit = "kg") -> tuple[float | None, str]:
    """Read a load.

    Parameters
    ----------
    text : str
        A number, with a decimal point or comma, and if wanted kg or lb.
    unit : {"kg", "lb"}
        What it is in where it does not say so.

    Returns
    -------
    load_kg : float or None
        None for empty text.
    given : str
        What was converted, such as ``225 lb``; empty if nothing was.

    Raises
    ------
    ValueError
        If it is no load, or can be read two ways.
    """
    written = "".join(text.split())
    if not written:
        return None, ""
    parts = _LOAD.fullmatch(written)
    number = parts["number"].replace(",", ".") if parts else ""
    if parts is None or number.count(".") > 1 or not any(map(str.isdecimal, number)):
        raise ValueError(f"the load {text!r} is no number of kilograms from 0 to 1000.")
    found = (parts["unit"] or unit).lower()
    in_lb = not found.startswith("kg")
    factor = KG_PER_LB if in_lb else 1.0
    if _THOUSAND.fullmatch(parts["number"]) and float(number) * 1000 * factor <= _MOST_KG:
        raise ValueError(
            f"is the load {text!r} {number.rstrip('0').rstrip('.')} or {number.replace('.', '')}? "
            "Write it without a thousands separator."
        )
    load_kg = round(float(number) * factor, 2)
    if load_kg > _MOST_KG:
        raise ValueError(f"the load {text!r} is no number of kilograms from 0 to 1000.")
    return load_kg, f"{float(number):g} lb" if in_lb else ""


def common_unit(given: Iterable[str]) -> Unit:
    """The unit in which most loads were written.

    Parameters
    ----------
    given : iterable of str
        What was converted, of each load, as `read_load` returns it.
    """
    in_lb = [bool(one) for one in given]
    return "lb" if 2 * sum(in_lb) > len(in_lb) else "kg"


class Loaded(Protocol):
    """What has a load, and how it was written."""

    @property
    def load_kg(self) -> float | None:
        """None where it is not known."""

    @property
    def load_given(self) -> str:
        """What was converted; empty if nothing was."""


def unit_of(sets: Iterable[Loaded]) -> Unit:
    """The unit in which most of their loads were written."""
    return common_unit(one.load_given for one in sets if one.load_kg is not None)


def load_in(load_kg: float, unit: Unit) -> float:
    """A load in a unit, to a tenth."""
    return round(load_kg / KG_PER_LB, 1) if unit == "lb" else load_kg


def load_words(load_kg: float | None, unit: Unit = "kg") -> str:
    """A load as it is shown; a dash for none."""
    return "\N{EN DASH}" if load_kg is None else f"{load_in(load_kg, unit):g} {unit}"


def read_day(text: str, first: Order = "") -> str:
    """Read a date.

    Parameters
    ----------
    text : str
        Most forms in which spreadsheets write a day, with or without the time of the day.
    first : {"day", "month", ""}
        Which comes first in a date such as 3/4/2026; empty if that is not known.

    Returns
    -------
    str
        ``YYYY-MM-DD``, or empty.

    Raises
    ------
    ValueError
        If it is no date, or can be two.
    """
    text = " ".join(text.split())
    if not text:
        return ""
    try:
        days = _days(text)
    except ValueError:
        days = {}
    if not days:
        raise ValueError(f"the date {text!r} is none. Write it as YYYY-MM-DD.")
    if first in days:
        return days[first].isoformat()
    if len(set(days.values())) == 1:
        return next(iter(days.values())).isoformat()
    by_day, by_month = days["day"], days["month"]
    raise ValueError(
        f"is the date {text!r} {by_day:%d %B %Y} or {by_month:%d %B %Y}? Write {by_day} or "
        f"{by_month} (YYYY-MM-DD), or name the column date (DD/MM/YYYY) or date (MM/DD/YYYY)."
    )


def common_order(texts: Iterable[str]) -> Order:
    """What the dates of a column that can be read one way only say of the others."""
    orders: set[Order] = set()
    for text in texts:
        try:
            days = _days(" ".join(text.split()))
        except ValueError:
            continue
        orders |= set(days) if len(days) == 1 else set()
    orders.discard("")
    return orders.pop() if len(orders) == 1 else ""


def _days(text: str) -> dict[Order, datetime.date]:
    """The days that a text can mean, by what comes first in it; ValueError if none."""
    if parts := _YEAR_FIRST.fullmatch(text):
        return {"": datetime.date(*map(int, parts.groups()))}
    if parts := _NAMED.fullmatch(text):
        month = _MONTHS.index((parts["month"] or parts["first"])[:3].lower()) + 1
        return {"": datetime.date(_year(parts["year"]), month, int(parts["day"] or parts["then"]))}
    if parts := _SERIAL.fullmatch(text):
        return {"": _DAY_0 + datetime.timedelta(days=int(parts[1]))}
    if parts := _YEAR_LAST.fullmatch(text):
        one, sign, two, year = parts.groups()
        return _by_order(int(one), int(two), _year(year), dotted=sign == ".")
    raise ValueError(text)


def _by_order(one: int, two: int, year: int, *, dotted: bool) -> dict[Order, datetime.date]:
    days: dict[Order, datetime.date] = {}
    if two <= 12:
        days["day"] = datetime.date(year, two, one)
    # No country writes the month first with dots between (Unicode CLDR's short dates).
    if one <= 12 and not dotted:
        days["month"] = datetime.date(year, one, two)
    return days


def _year(text: str) -> int:
    return int(text) + (2000 if len(text) == 2 else 0)
