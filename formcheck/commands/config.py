"""``formcheck config``: thresholds and weights in force."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

__all__ = ["app"]

app = typer.Typer(no_args_is_help=True)


@app.callback()
def config() -> None:
    """Thresholds and weights: what is in force, and where it comes from."""


@app.command()
def show(
    file: Annotated[
        Path | None,
        typer.Option(
            "--config",
            metavar="FILE",
            help="Read this file.",
            show_default="formcheck.toml, if here",
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print it as JSON.")] = False,
) -> None:
    """Show every threshold and weight, and where its value comes from.

    They can be set in formcheck.toml in the folder you work in (or the file that
    --config or FORMCHECK_CONFIG names):

        [weights]             # of the score
        rounding = 50

        [thresholds]          # every lift, in degrees
        rounded_deg = 8

        [thresholds.squat]    # one lift
        rounded_deg = 12

    What was in force is recorded in each result (settings.rubric).
    """
    from dataclasses import asdict

    from formcheck.config import settings_of

    settings = settings_of(file)
    if as_json:
        sys.stdout.write(json.dumps([asdict(one) for one in settings], indent=2) + "\n")
        return
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from formcheck.commands.tables import fitted

    name = Column("setting", no_wrap=True)
    table = Table(name, "value", "from", box=None, padding=(0, 2, 0, 0))
    for one in settings:
        unit = "°" if one.name.endswith("_deg") else ""
        table.add_row(one.name, f"{one.value:g}{unit}", Text(one.source, overflow="fold"))
    console = Console(highlight=False)
    console.print(fitted(console, table, ("from",)))
