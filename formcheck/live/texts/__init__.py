"""What a lifter reads and hears, by name: one file a language."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

__all__ = ["LANGUAGE", "rep_count", "text", "texts"]

LANGUAGE = "en"


@cache
def texts(language: str = LANGUAGE) -> Mapping[str, str]:
    """All texts of a language by name, such as ``cue.lumbar-flexion``."""
    stored = tomllib.loads(files(__name__).joinpath(f"{language}.toml").read_text("utf-8"))
    return {
        f"{part}.{name}": words for part, named in stored.items() for name, words in named.items()
    }


def text(name: str, **values: object) -> str:
    """One text, filled in."""
    return texts()[name].format(**values)


def rep_count(count: int) -> str:
    """``1 rep``, ``2 reps``."""
    return text("set.rep" if count == 1 else "set.reps", count=count)
