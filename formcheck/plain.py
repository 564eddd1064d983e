"""Text of others, such as a file's name, shown in a terminal."""

from __future__ import annotations

__all__ = ["plain"]


def plain(text: str, *, lines: bool = False) -> str:
    """Without what would steer a terminal; `lines` may end."""
    return "".join(
        sign if sign.isprintable() or (lines and sign == "\n") else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )
