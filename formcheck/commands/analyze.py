"""``formcheck analyze``: one clip, or one saved track."""

from __future__ import annotations

import logging
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.exercises import EXERCISES

if TYPE_CHECKING:
    from formcheck.analysis import SetAnalysis, Settings
    from formcheck.document import AnalysisDocument

__all__ = ["analyze"]


NOTHING_MEASURED = 3
FLAGGED = 4
_LIFTS = ", ".join(EXERCISES)


def analyze(  # noqa: PLR0917 - one parameter an option
    clip: Annotated[
        Path, typer.Argument(help="A video of one set, or a track.npz of an earlier analysis.")
    ],
    exercise: Annotated[
        str, typer.Option("--exercise", "-e", help=f"The lift: {_LIFTS}.", metavar="LIFT")
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out",
            "-o",
            help="Folder for the results; a folder named after the clip is made in it.",
        ),
    ] = Path("results"),
    force: Annotated[bool, typer.Option("--force", help="Replace an earlier result.")] = False,
    model: Annotated[
        str | None,
        typer.Option(
            help="Pose model: full, lite, heavy, or a .task file.",
            envvar="FORMCHECK_MODEL",
            show_default="full",
        ),
    ] = None,
    max_fps: Annotated[
        float, typer.Option(help="Most frames analysed a second; 0 for all.")
    ] = 30.0,
    neutral: Annotated[
        float | None,
        typer.Option(
            metavar="DEG",
            help="Your standing lumbar angle, if you know it; else it is read from the clip.",
        ),
    ] = None,
    save_track: Annotated[
        bool,
        typer.Option("--save-track", help="Keep track.npz, to analyse again without the video."),
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the analysis as JSON instead of the table.")
    ] = False,
    fail_on_flag: Annotated[
        bool, typer.Option("--fail-on-flag", help="Exit with 4 if a fault was found.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the verdict alone, and no progress.")
    ] = False,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Say what is going on.")] = False,
) -> None:
    """Measure the lower back in every repetition of one set.

    Writes analysis.json, reps.csv and frames.csv to a folder named after the
    clip, and prints a table. The first run fetches the pose model (36 MB).

    The camera must see the lifter from the side, the whole body, in a shirt
    that is tight or tucked in. If it does not, formcheck says what to change
    and exits with 3.
    """
    from formcheck.analysis import Settings
    from formcheck.terminal import native_chatter_hidden

    logging.basicConfig(
        level=logging.INFO if verbose else logging.WARNING, format="formcheck: %(message)s"
    )
    settings = Settings(exercise, max_fps, neutral)
    with native_chatter_hidden(shown=verbose):
        analysis, document, folder = _run(
            clip, settings, out, model, force=force, save_track=save_track, quiet=quiet
        )
    _show(analysis, document, folder, as_json=as_json, quiet=quiet)
    if not analysis.measured:
        raise typer.Exit(NOTHING_MEASURED)
    if fail_on_flag and any(finding.severity != "info" for finding in analysis.findings):
        raise typer.Exit(FLAGGED)


def _run(
    clip: Path,
    settings: Settings,
    out: Path,
    model: str | None,
    *,
    force: bool,
    save_track: bool,
    quiet: bool,
) -> tuple[SetAnalysis, AnalysisDocument, Path]:
    from formcheck.analysis import analyze_track, read_track
    from formcheck.document import describe
    from formcheck.models import ensure
    from formcheck.terminal import fetch_progress, frames_progress
    from formcheck.writers import ResultFolder, result_name, write_analysis

    with ResultFolder(out, result_name(clip), force=force) as folder:
        if clip.suffix != ".npz":
            with fetch_progress(quiet=quiet) as progress:
                ensure(model, progress)
        with frames_progress(quiet=quiet) as on_video:
            track = read_track(clip, settings, model, on_video)
        analysis = analyze_track(track, settings)
        document = describe(analysis)
        write_analysis(analysis, document, folder, track=save_track)
        folder.publish()
    return analysis, document, folder.path


def _show(
    analysis: SetAnalysis,
    document: AnalysisDocument,
    folder: Path,
    *,
    as_json: bool,
    quiet: bool,
) -> None:
    from formcheck.terminal import print_analysis, verdict

    if as_json:
        sys.stdout.write(document.model_dump_json(indent=2) + "\n")
    elif quiet:
        typer.echo(verdict(analysis))
    else:
        print_analysis(analysis, folder)
