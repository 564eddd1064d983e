"""``formcheck schema``: the JSON Schema of analysis.json."""

from __future__ import annotations

from importlib.resources import files

import typer

__all__ = ["schema"]


def schema() -> None:
    """Print the JSON Schema of analysis.json, for programs that read it."""
    text = files("formcheck").joinpath("analysis.schema.json").read_text(encoding="utf-8")
    typer.echo(text, nl=False)
