"""``formcheck rescore``: results judged again, without their clips."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.options import ConfigFile, lift_option

if TYPE_CHECKING:
    from formcheck.rescoring import Rescored
    from formcheck.results.document import AnalysisDocument
    from formcheck.settings import Settings

__all__ = ["rescore"]


def rescore(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", help="A result, or a folder of results, also one of `formcheck batch`."
        ),
    ] = Path("results"),
    exercise: Annotated[
        str | None, lift_option("Judge all of them as this lift; else each as before.")
    ] = None,
    neutral_from: Annotated[
        Path | None,
        typer.Option(
            metavar="CLIP",
            help="Take the neutral of all of them from this clip, track.npz or analysis.json.",
        ),
    ] = None,
    config: ConfigFile = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", "-n", help="Show what would change, and write nothing.")
    ] = False,
) -> None:
    """Judge results again, with other thresholds or a newer formcheck, in seconds.

    Reads the track.npz beside each result instead of its clip, writes analysis.json,
    its tables and report.html again where anything changed, and shows what did. The
    annotated video stays as it was drawn, and the page says so: to draw it again, run
    formcheck analyze CLIP --force. The index and the history of a batch are brought
    up to date.

        formcheck rescore results --dry-run
        formcheck rescore season --config stricter.toml
        formcheck rescore results/clip -e squat
    """
    from formcheck.config import load_rubric
    from formcheck.errors import FormcheckError, InputError
    from formcheck.rescoring import rescore as judge_again
    from formcheck.rescoring import results_in

    rubric = load_rubric(config)
    neutral = _neutral(neutral_from)
    found = list(results_in(folder))
    if not found:
        raise InputError(
            f"There is no result with its track.npz in {folder}.\nResults of formcheck analyze and "
            "batch have one unless --no-track was given: analyse the clips again."
        )
    done: list[Rescored] = []
    failed = 0
    for result in found:
        try:
            done.append(
                judge_again(result, rubric, exercise=exercise, neutral=neutral, write=not dry_run)
            )
        except FormcheckError as error:
            failed += 1
            typer.echo(f"formcheck: {error}", err=True)
    changed = [one for one in done if one.changed]
    _show(folder, done, changed)
    if changed and not dry_run:
        _update_batch(changed)
    if failed:
        raise typer.Exit(InputError.exit_code)


def _neutral(path: Path | None) -> Settings | None:
    if path is None:
        return None
    from formcheck.analysis import Settings, with_neutral_from
    from formcheck.commands.progress import frames_progress, model_for

    model = model_for([path], None, quiet=False)
    with frames_progress(quiet=False) as on_video:
        return with_neutral_from(path, Settings(), model, on_video)


def _show(folder: Path, done: list[Rescored], changed: list[Rescored]) -> None:
    from rich.console import Console
    from rich.table import Table

    from formcheck.commands.tables import fitted

    console = Console(highlight=False)
    if changed:
        table = Table("result", "before", "after", box=None, padding=(0, 1, 0, 0))
        for one in changed:
            name = str(one.folder.relative_to(folder)) if one.folder != folder else folder.name
            before, after = _line(one.before), _line(one.after)
            table.add_row(name, before, after if after != before else "the same verdict")
        console.print(fitted(console, table, ("before", "after")))
    console.print(f"{len(done)} judged again, {len(changed)} of them changed.")


def _line(document: AnalysisDocument) -> str:
    """Lift, repetitions, verdict and score."""
    from formcheck.report.words import headline, plural

    score = "no score" if document.score is None else f"score {document.score:.0f}"
    reps = plural(len(document.reps), "rep")
    return f"{document.exercise.name}, {reps}: {headline(document).label}, {score}"


def _update_batch(changed: list[Rescored]) -> None:
    """Bring tables, index and history of a batch up to date."""
    from importlib.util import find_spec

    from formcheck.commands.stderr import native_chatter_hidden

    if find_spec("fsspec") is None:
        return
    from formcheck.batch.job import CLIPS
    from formcheck.batch.places import Place
    from formcheck.batch.publish import republish

    for top in {one.folder.parent.parent for one in changed if one.folder.parent.name == CLIPS}:
        if (top / "index.html").is_file():
            with native_chatter_hidden(shown=False):
                republish(Place(str(top)), [one.folder.name for one in changed])
