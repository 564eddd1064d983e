"""``formcheck compare``: two sets of the same lift, before and after, or light and heavy."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.options import LIFTS, lift_option
from formcheck.commands.stderr import log_to_stderr
from formcheck.lifts.exercises import AUTO
from formcheck.plain import plain

if TYPE_CHECKING:
    from rich.table import Table

    from formcheck.models.store import ResolvedModel
    from formcheck.report.compare_page import ComparedSet
    from formcheck.results.comparison import Comparison, Difference
    from formcheck.results.document import AnalysisDocument

__all__ = ["compare"]

_HELP = "analysis.json, a folder of results, a video, or a track.npz."


def compare(  # noqa: PLR0917 - one parameter an option
    first: Annotated[Path, typer.Argument(help=f"The first set: {_HELP}")],
    second: Annotated[Path, typer.Argument(help=f"The second set: {_HELP}")],
    exercise: Annotated[
        str, lift_option(f"The lift, for a video or a track: {LIFTS}; or auto, to recognise it.")
    ] = AUTO,
    out: Annotated[
        Path, typer.Option("--out", "-o", metavar="FILE", help="Where to write the page.")
    ] = Path("compare.html"),
    html: Annotated[
        bool, typer.Option(" /--no-html", help="Leave the page out.", show_default=False)
    ] = True,
    embed: Annotated[
        bool,
        typer.Option("--embed", help="Put the videos into the page, so that one file can be sent."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the comparison as JSON, and write no page.")
    ] = False,
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="No progress.")] = False,
    verbose: Annotated[
        bool,
        typer.Option("--verbose", "-v", help="Print every difference, and say what is going on."),
    ] = False,
) -> None:
    """Compare two sets of the same lift: before and after, or light and heavy.

    Says what differs by more than the minimal detectable change (MDC), by which
    measurement and lifter vary by themselves; -v prints every difference, second
    minus first, with its interval. Of two results of a batch, at two loads, it also
    gives the estimated 1RM, as formcheck history does. Writes a page with both videos side by
    side, in step by repetition, and the charts of both.

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
        sides = [_side(file, exercise, model, quiet=quiet) for file in files]
    first_set, second_set = (side.document for side in sides)
    found = _with_loads(compared(first_set, second_set), files)
    if as_json:
        sys.stdout.write(_as_json(found))
        return
    if html:
        from formcheck.report.compare_page import compare_page
        from formcheck.report.templates import write_page

        write_page(compare_page(found, sides, out, embed=embed), out)
    _show(found, first_set, second_set, page=out if html else None, table=verbose)


def _file(path: Path) -> Path:
    """The analysis, clip or track that is meant, which is there."""
    from formcheck.errors import InputError
    from formcheck.files import is_file
    from formcheck.results.stored import document_file

    file = document_file(path)
    if not is_file(file):
        raise InputError(f"There is no file {file}.\nGive {_HELP}")
    return file


def _with_loads(found: Comparison, files: list[Path]) -> Comparison:
    """With what the athlete's loads point to, where both sets lie in a batch's folder."""
    from formcheck.history.since import one_rm_note

    first, second = (file.parent for file in files)
    note = one_rm_note(first, second) if all(file.suffix == ".json" for file in files) else ""
    return replace(found, notes=(*found.notes, note)) if note else found


def _side(file: Path, exercise: str, model: ResolvedModel | None, *, quiet: bool) -> ComparedSet:
    """Read an analysis, or make one of a clip or a track."""
    from formcheck.report.compare_page import ComparedSet, side_of_folder
    from formcheck.results.stored import read_document

    if file.suffix == ".json":
        return side_of_folder(read_document(file), file.parent)
    from formcheck.analysis import Settings, analyze_track, read_track
    from formcheck.commands.progress import frames_progress
    from formcheck.config import load_rubric
    from formcheck.report.result import frames_of
    from formcheck.results.describe import describe

    settings = Settings(exercise, rubric=load_rubric())
    with frames_progress(quiet=quiet) as on_video:
        track = read_track(file, settings, model, on_video)
    analysis = analyze_track(track, settings)
    document = describe(analysis)
    video = None if file.suffix == ".npz" else file
    return ComparedSet(document, frames_of(analysis), video, track.clip.slow_motion)


def _as_json(found: Comparison) -> str:
    told = asdict(found)
    for name in ("means", "reps"):
        for row, difference in zip(told[name], getattr(found, name), strict=True):
            row["exceeds_mdc"] = difference.exceeds_mdc
    return json.dumps(told, indent=2) + "\n"


def _show(
    found: Comparison,
    first: AnalysisDocument,
    second: AnalysisDocument,
    *,
    page: Path | None,
    table: bool,
) -> None:
    from rich.console import Console
    from rich.text import Text

    from formcheck.commands.tables import fitted
    from formcheck.report.compare_page import answer

    console = Console(highlight=False)
    console.print(Text(answer(found), style="bold"))
    for note in found.notes:
        console.print(Text(note, style="yellow"))
    if table:
        title = f"{found.exercise}: {first.source.name} → {second.source.name}, mean of the set"
        for one in (
            _table(plain(title), found.means),
            _table("repetition by repetition", found.reps),
        ):
            console.print(fitted(console, one))
    console.print(Text("An outline measure, not an X-ray; it does not diagnose.", style="dim"))
    if page is not None:
        console.print(Text(plain(f"Open {page}"), style="dim"), soft_wrap=True)


def _table(title: str, differences: tuple[Difference, ...]) -> Table:
    from rich.table import Table

    from formcheck.report.compare_page import measure_title, signed

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
        low, high = (signed(one, bound) for bound in one.interval)
        table.add_row(
            "all" if one.rep is None else str(one.rep),
            measure_title(one),
            signed(one, one.first),
            signed(one, one.second),
            signed(one, one.difference),
            f"{low} to {high}",
            signed(one, one.mdc).lstrip("+"),
            "yes" if one.exceeds_mdc else "no",
            style="bold" if one.exceeds_mdc else "",
        )
    return table
