"""Options that several commands have."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from formcheck.lifts.exercises import EXERCISES

__all__ = ["LIFTS", "ConfigFile", "Lift", "MaxFps", "PoseModel", "Verbose"]

LIFTS = ", ".join(EXERCISES)

Lift = Annotated[
    str,
    typer.Option(
        "--exercise", "-e", help=f"The lift: {LIFTS}; or auto, to recognise it.", metavar="LIFT"
    ),
]
PoseModel = Annotated[
    str | None,
    typer.Option(
        help="Pose model: full, lite, heavy, or a .task file.",
        envvar="FORMCHECK_MODEL",
        show_default="full",
    ),
]
MaxFps = Annotated[float, typer.Option(help="Most frames analysed a second; 0 for all.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Thresholds and weights.", show_default="formcheck.toml, if here"
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is going on.")]
