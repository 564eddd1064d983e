"""Loads as people write them: read, converted and shown."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Literal, Protocol

__all__ = ["Unit", "common_unit", "load_in", "load_words", "read_load", "unit_of"]

Unit = Literal["kg", "lb"]

# The international pound, exact.
KG_PER_LB = 0.45359237
# Twice what has been lifted in any way; more is a slip of the pen.
_MOST_KG = 1000.0
_LOAD = re.compile(r"(?P<number>[\d.,]+)(?P<unit>kgs?|lbs?|pounds?|#)?", re.IGNORECASE)
_THOUSAND = re.compile(r"\d{1,3}[.,]\d{3}")


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
