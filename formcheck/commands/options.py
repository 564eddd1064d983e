"""Options that several commands have."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer

from formcheck.lifts.exercises import EXERCISES

__all__ = [
    "LIFTS",
    "ConfigFile",
    "Jobs",
    "Lift",
    "MaxFps",
    "PlateMm",
    "PoseModel",
    "Verbose",
    "lift_option",
    "name_option",
]

LIFTS = ", ".join(EXERCISES)


def lift_option(says: str) -> Any:
    """The option that names a lift; `says` is its help."""
    return typer.Option("--exercise", "-e", metavar="LIFT", help=says)


def name_option(says: str, *, shown: str = "NAME") -> Any:
    """An option that names an athlete or a clip, in the form in which all names are kept.

    A Mac gives an accent as a sign of its own.
    """
    return typer.Option(metavar=shown, parser=_one_form, help=says)


def _one_form(text: str) -> str:
    return unicodedata.normalize("NFC", text)


Lift = Annotated[str, lift_option(f"The lift: {LIFTS}; or auto, to recognise it.")]
PoseModel = Annotated[
    str | None,
    typer.Option(
        help="Pose model: full, lite, heavy, or a .task file.",
        envvar="FORMCHECK_MODEL",
        show_default="full",
    ),
]
Jobs = Annotated[
    int | None,
    typer.Option(
        "--jobs",
        "-j",
        min=1,
        help="On how many cores to look for the lifter. The result does not depend on it.",
        show_default="all",
    ),
]
MaxFps = Annotated[float, typer.Option(help="Most frames analysed a second; 0 for all.")]
ConfigFile = Annotated[
    Path | None,
    typer.Option(
        metavar="FILE", help="Thresholds and weights.", show_default="formcheck.toml, if here"
    ),
]
PlateMm = Annotated[
    float | None,
    typer.Option(
        metavar="MM",
        help="Diameter of the plates. A full-size plate is taken to measure 450 mm.",
    ),
]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Say what is going on.")]
