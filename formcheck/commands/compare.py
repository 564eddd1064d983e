"""``formcheck compare``: two sets of the same lift, before and after, or light and heavy."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.options import LIFTS, Verbose, lift_option
from formcheck.commands.stderr import log_to_stderr
from formcheck.lifts.exercises import AUTO
from formcheck.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from formcheck.models.store import ResolvedModel
    from formcheck.results.comparison import Comparison, Difference, Measure
    from formcheck.results.document import AnalysisDocument

__all__ = ["compare"]

_TITLES: dict[Measure, tuple[str, str]] = {
    "lumbar_peak_deg": ("most flexed", "°"),
    "lumbar_least_deg": ("least flexed", "°"),
    "flexion_peak_deg": ("flexed from neutral", "°"),
    "concentric_speed": ("speed", " /s"),
    "drift_deg_per_rep": ("drift a repetition", "°"),
}
_HELP = "analysis.json, a folder of results, a video, or a track.npz."


def compare(  # noqa: PLR0917 - one parameter an option
    first: Annotated[Path, typer.Argument(help=f"The first set: {_HELP}")],
    second: Annotated[Path, typer.Argument(help=f"The second set: {_HELP}")],
    exercise: Annotated[
        str, lift_option(f"The lift, for a video or a track: {LIFTS}; or auto, to recognise it.")
    ] = AUTO,
    as_json: Annotated[bool, typer.Option("--json", help="Print the comparison as JSON.")] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    verbose: Verbose = False,
) -> None:
    """Compare two sets of the same lift: before and after, or light and heavy.

    Gives every difference, second less first, with its interval, and says
    whether it exceeds the minimal detectable change (MDC): what measurement and
    lifter vary by themselves. Nothing is written.

        formcheck compare results/monday results/friday
        formcheck compare light.mp4 heavy.mp4 -e deadlift
    """
    from formcheck.commands.progress import model_for
    from formcheck.commands.stderr import native_chatter_hidden
    from formcheck.results.comparison import compare as compared

    log_to_stderr(verbose=verbose)
    with native_chatter_hidden(shown=verbose):
        files = [_file(path) for path in (first, second)]
        model = model_for(files, None, quiet=quiet)
        documents = [_document(file, exercise, model, quiet=quiet) for file in files]
    found = compared(*documents)
    if as_json:
        sys.stdout.write(_as_json(found))
    else:
        _show(found, *documents)


def _file(path: Path) -> Path:
    """The analysis, clip or track that is meant, which is there."""
    from formcheck.errors import InputError
    from formcheck.files import is_file
    from formcheck.results.stored import document_file

    file = document_file(path)
    if not is_file(file):
        raise InputError(f"There is no file {file}.\nGive {_HELP}")
    return file


def _document(
    file: Path, exercise: str, model: ResolvedModel | None, *, quiet: bool
) -> AnalysisDocument:
    """Read an analysis, or make one of a clip or a track."""
    from formcheck.results.stored import read_document

    if file.suffix == ".json":
        return read_document(file)[0]
    from formcheck.analysis import Settings, analyze_track, read_track
    from formcheck.commands.progress import frames_progress
    from formcheck.config import load_rubric
    from formcheck.results.describe import describe

    settings = Settings(exercise, rubric=load_rubric())
    with frames_progress(quiet=quiet) as on_video:
        track = read_track(file, settings, model, on_video)
    return describe(analyze_track(track, settings))


def _as_json(found: Comparison) -> str:
    told = asdict(found)
    for name in ("means", "reps"):
        for row, difference in zip(told[name], getattr(found, name), strict=True):
            row["exceeds_mdc"] = difference.exceeds_mdc
    return json.dumps(told, indent=2) + "\n"


def _show(found: Comparison, first: AnalysisDocument, second: AnalysisDocument) -> None:
    from rich.console import Console
    from rich.text import Text

    from formcheck.commands.tables import fitted

    console = Console(highlight=False)
    title = f"{found.exercise}: {first.source.name} → {second.source.name}, mean of the set"
    for table in (
        _table(plain(title), found.means),
        _table("repetition by repetition", found.reps),
    ):
        console.print(fitted(console, table))
    console.print(Text(_verdict(found), style="bold"))
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    console.print(Text("An outline measure, not an X-ray; it does not diagnose.", style="dim"))


def _verdict(found: Comparison) -> str:
    beyond = [one for one in found.means if one.exceeds_mdc]
    if not beyond:
        return "No difference between the sets exceeds its minimal detectable change."
    told = [f"{_TITLES[one.measure][0]} {_signed(one, one.difference)}" for one in beyond]
    return f"Beyond the minimal detectable change: {', '.join(told)}."


def _table(title: str, differences: tuple[Difference, ...]) -> Table:
    from rich.table import Table

    table = Table(
        "rep",
        "measure",
        "first",
        "second",
        "difference",
        "90 % interval",
        "MDC",
        "more than MDC",
        title=title,
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    for one in differences:
        low, high = (_signed(one, bound) for bound in one.interval)
        table.add_row(
            "all" if one.rep is None else str(one.rep),
            _TITLES[one.measure][0],
            _signed(one, one.first),
            _signed(one, one.second),
            _signed(one, one.difference),
            f"{low} to {high}",
            _signed(one, one.mdc).lstrip("+"),
            "yes" if one.exceeds_mdc else "no",
            style="bold" if one.exceeds_mdc else "",
        )
    return table


def _signed(one: Difference, value: float) -> str:
    unit = _TITLES[one.measure][1]
    digits = {"concentric_speed": 2, "drift_deg_per_rep": 1}.get(one.measure, 0)
    return f"{value:+z.{digits}f}{unit}"
