"""Text from elsewhere on a terminal: names of files and people may hold anything."""

from __future__ import annotations

__all__ = ["plain"]


def plain(text: str) -> str:
    """The text without what would steer a terminal; its lines stay lines."""
    return "".join(
        sign if sign.isprintable() or sign == "\n" else "\N{REPLACEMENT CHARACTER}" for sign in text
    )
