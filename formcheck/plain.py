"""Text that any terminal can show: others', such as a file's name, and our own."""

from __future__ import annotations

__all__ = ["plain", "typed"]


def plain(text: str, *, lines: bool = False) -> str:
    """Without what would steer a terminal; `lines` may end."""
    return "".join(
        sign if sign.isprintable() or (lines and sign == "\n") else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


def typed(text: str) -> str:
    """With the minus that every terminal has."""
    return text.replace("\N{MINUS SIGN}", "-")
