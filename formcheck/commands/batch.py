"""``formcheck batch``: a folder of clips, on one machine or many."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.exits import INPUT_FAILED, INTERRUPTED, NOTHING_MEASURED
from formcheck.commands.options import (
    LIFTS,
    ConfigFile,
    MaxFps,
    PlateMm,
    PoseModel,
    Verbose,
    lift_option,
    name_option,
)
from formcheck.commands.stderr import log_to_stderr
from formcheck.lifts.exercises import AUTO

if TYPE_CHECKING:
    from formcheck.batch.run import Wish

__all__ = ["batch"]


def batch(  # noqa: PLR0917 - one parameter an option
    clips: Annotated[
        list[str],
        typer.Argument(
            help="Clips, folders, quoted globs, CSV lists (columns path, athlete, lift, load (kg), "
            "date (YYYY-MM-DD)), or URLs of these, such as s3://bucket/folder.",
            metavar="PATH...",
        ),
    ],
    out: Annotated[
        str, typer.Option("--out", "-o", metavar="DIR", help="Folder, or URL, of all results.")
    ] = "results",
    exercise: Annotated[
        str, lift_option(f"The lift where no list names it: {LIFTS}; or auto.")
    ] = AUTO,
    athlete: Annotated[str, name_option("The athlete where no list names one.")] = "",
    athletes_by_folder: Annotated[
        bool,
        typer.Option(
            "--athletes-by-folder", help="Each folder in the folder given bears an athlete's name."
        ),
    ] = False,
    load: Annotated[
        str, typer.Option(metavar="KG", help="The load where no list names one: 82.5, or 180lb.")
    ] = "",
    workers: Annotated[
        int | None,
        typer.Option(min=1, help="Processes of this machine.", show_default="one a core"),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="tcp://HOST:PORT",
            help="Use this running Dask cluster instead.",
            envvar="FORMCHECK_SCHEDULER",
        ),
    ] = None,
    time_limit: Annotated[
        float,
        typer.Option(min=1.0, metavar="S", help="A clip that takes longer is given up."),
    ] = 900.0,
    force: Annotated[bool, typer.Option("--force", help="Do again what is done.")] = False,
    model: PoseModel = None,
    max_fps: MaxFps = 30.0,
    config: ConfigFile = None,
    plate_mm: PlateMm = None,
    video: Annotated[
        bool,
        typer.Option(" /--no-video", help="Leave the annotated videos out.", show_default=False),
    ] = True,
    html: Annotated[
        bool,
        typer.Option(
            " /--no-html", help="Leave the clips' reports and pictures out.", show_default=False
        ),
    ] = True,
    blur_face: Annotated[
        bool, typer.Option("--blur-face", help="Hide the lifters' faces in video and pictures.")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print a line of JSON a clip, and one at the end.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Print the last line alone, and no progress.")
    ] = False,
    verbose: Verbose = False,
) -> None:
    """Measure many clips: folders, lists, object stores; on one machine or a cluster.

    Open index.html in --out: all clips, to be sorted and filtered, with links to
    their reports. Beside it lie summary.csv, reps.csv, errors.csv, the history
    (formcheck history) and a page for each athlete.

    A clip that is broken, hangs, or takes its process down is listed in errors.csv;
    the others go on. Run the same command again to do what is missing: what was
    done from the same content with the same settings is not done again.
    Exits with 1 if some clips failed, with 3 if none could be measured.

    Needs the extra: pip install 'formcheck[batch]'.

        formcheck batch clips/ --out season
        formcheck batch clips.csv --out season --no-video
        formcheck batch gym/ --athletes-by-folder --out season
        formcheck batch ann-1.mp4 --athlete Ann --load 120 --out season
    """
    from formcheck.batch import need_packages

    need_packages()
    from formcheck.batch.run import Wish
    from formcheck.config import load_rubric
    from formcheck.outputs import Outputs
    from formcheck.settings import Settings

    log_to_stderr(verbose=verbose)
    load_kg, load_given = _load(load)
    wish = Wish(
        clips=tuple(clips),
        out=out,
        athlete=athlete,
        athletes_by_folder=athletes_by_folder,
        load_kg=load_kg,
        load_given=load_given,
        settings=Settings(exercise, max_fps, rubric=load_rubric(config), plate_mm=plate_mm),
        outputs=Outputs(html=html, video=video, blur_face=blur_face),
        model=model,
        workers=workers,
        scheduler=scheduler,
        time_limit_s=time_limit,
        force=force,
    )
    _run(wish, as_json=as_json, quiet=quiet, verbose=verbose)


def _load(text: str) -> tuple[float | None, str]:
    from formcheck.errors import ConfigurationError
    from formcheck.loads import read_load

    try:
        return read_load(text)
    except ValueError as error:
        raise ConfigurationError(f"--load: {error}") from error


def _run(wish: Wish, *, as_json: bool, quiet: bool, verbose: bool) -> None:
    from formcheck.batch.run import BatchTally, run_batch
    from formcheck.batch.screen import BatchScreen
    from formcheck.commands.progress import model_at_hand
    from formcheck.commands.stderr import native_chatter_hidden

    model = model_at_hand(wish.model, quiet=quiet)
    tally = BatchTally()
    with native_chatter_hidden(shown=verbose):
        screen = BatchScreen(as_json=as_json, quiet=quiet)
        try:
            run_batch(wish, model, tally, screen)
        except KeyboardInterrupt:
            typer.echo(f"formcheck: interrupted. {tally.kept}", err=True)
            raise typer.Exit(INTERRUPTED) from None
    screen.line("batch", tally.told | {"out": wish.out})
    if not as_json:
        typer.echo(f"{tally.text} {tally.where(wish.out)}")
    if tally.failed:
        raise typer.Exit(INPUT_FAILED)
    if not tally.any_measured:
        raise typer.Exit(NOTHING_MEASURED)
