"""Text that any terminal can show: others', such as a file's name, and our own."""

from __future__ import annotations

import json
import re

__all__ = ["encodable_json", "plain", "typed"]


def plain(text: str, *, lines: bool = False) -> str:
    """Without what would steer a terminal; `lines` may end."""
    return "".join(
        sign if sign.isprintable() or (lines and sign == "\n") else "\N{REPLACEMENT CHARACTER}"
        for sign in text
    )


def typed(text: str) -> str:
    """With the minus that every terminal has."""
    return text.replace("\N{MINUS SIGN}", "-")


def encodable_json(text: str, encoding: str | None) -> str:
    """JSON with what a code page lacks as escapes, so that it still says the same."""
    try:
        text.encode(encoding or "utf-8")
    except (UnicodeEncodeError, LookupError):
        return re.sub(r"[^\x00-\x7f]", lambda sign: json.dumps(sign[0])[1:-1], text)
    return text
