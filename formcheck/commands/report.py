"""``formcheck report``: the page of an earlier analysis, made again."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from formcheck.commands.options import name_option

__all__ = ["report"]


def report(
    result: Annotated[
        Path,
        typer.Argument(
            metavar="DIR_OR_JSON",
            help="The folder that `formcheck analyze` wrote, or its analysis.json.",
        ),
    ],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", help="Where to write the page.", show_default="report.html there"
        ),
    ] = None,
    embed: Annotated[
        bool,
        typer.Option("--embed", help="Put the video into the page, so that one file can be sent."),
    ] = False,
    athlete: Annotated[
        str,
        name_option(
            "Whose set it is, where it lies in a folder with a history of several athletes."
        ),
    ] = "",
) -> None:
    """Make report.html again, without analysing the video.

    Reads analysis.json and frames.csv, and shows annotated.mp4 and the pictures
    of the repetitions if they lie beside them. Prints the path of the page.

    In a folder with a history (formcheck batch) the page says what changed since
    the athlete's last set of the lift, and against the best one.

        formcheck report results/clip --embed --out clip.html
    """
    from formcheck.history.since import since_last
    from formcheck.report import write_report
    from formcheck.results.stored import document_file, read_document

    file = document_file(result)
    since = since_last(file.parent, read_document(file), athlete)
    typer.echo(write_report(result, out=out, embed=embed, since=since))
