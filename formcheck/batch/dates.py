"""Dates as people and spreadsheets write them."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable
from typing import Literal

__all__ = ["Order", "common_order", "read_day"]

Order = Literal["day", "month", ""]

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
