"""What a check finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from formcheck.errors import FormcheckError

__all__ = ["Check", "Status", "complaint"]

Status = Literal["ok", "warn", "fail"]


@dataclass(frozen=True)
class Check:
    """The result of one check.

    Attributes
    ----------
    name : str
        What was looked at.
    status : {"ok", "warn", "fail"}
        "warn": something that not everybody needs is missing, or soon will be.
        "fail": clips cannot be analysed before it is fixed.
    found : str
        What is there.
    advice : str
        What to do; may be empty if all is well.
    """

    name: str
    status: Status
    found: str
    advice: str = ""

    def __post_init__(self) -> None:
        if self.status != "ok" and not self.advice:
            raise ValueError(f"{self.name}: a {self.status} says what to do")


def complaint(name: str, error: FormcheckError, advice: str) -> Check:
    """A failure in the words of our own error: its first line, then what to do."""
    fault, _, own_advice = str(error).partition("\n")
    return Check(name, "fail", fault, own_advice or advice)
