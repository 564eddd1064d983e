"""``formcheck models``: see, fetch and locate the pose models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from formcheck.models.store import ModelState

__all__ = ["app"]


app = typer.Typer()

_Name = Annotated[
    str, typer.Argument(help="full (the default), lite (small and quick) or heavy (large).")
]
_STYLES = {"present": "green", "absent": "dim", "damaged": "red"}


@app.callback(invoke_without_command=True)
def list_models(context: typer.Context) -> None:
    """See which pose models are known and here; fetch and locate them.

    formcheck finds the lifter in each frame with a pose model of MediaPipe.
    It is fetched when it is first needed; fetch it beforehand to work
    without a network. A damaged one is noticed and fetched again.

    FORMCHECK_CACHE names another folder to keep the models in. FORMCHECK_MODEL
    names another model than full: one of this list, or a .task file.
    """
    if context.invoked_subcommand:
        return
    from rich.console import Console
    from rich.table import Table

    from formcheck.commands.tables import fitted
    from formcheck.models.store import known_models, model_state

    table = Table(
        "name", "", "state", "size", "licence", "comes from", box=None, padding=(0, 2, 0, 0)
    )
    for entry in known_models():
        table.add_row(*_row(model_state(entry.name)))
    console = Console()
    console.print(fitted(console, table, ("", "licence", "comes from")))
    folders = {model_state(entry.name).path.parent for entry in known_models()}
    for folder in sorted(folders):
        console.print(f"in {folder}", soft_wrap=True, highlight=False, markup=False)


@app.command()
def fetch(
    name: _Name = "full",
    force: Annotated[bool, typer.Option("--force", help="Fetch it even if it is here.")] = False,
) -> None:
    """Fetch a pose model, check it, and print its path.

    Nothing is fetched if it is here and whole. full comes from wherever pip
    is set up to look (36 MB, of which 9 are kept), or else from Google;
    lite and heavy come from Google. pip's configuration and HTTPS_PROXY are
    honoured.
    """
    from formcheck.commands.progress import fetch_progress
    from formcheck.models import store

    with fetch_progress() as progress:
        path = store.fetch(name, progress=progress, force=force)
    typer.echo(path)


@app.command()
def path(name: _Name = "full") -> None:
    """Print where a pose model lies; exit code 2 if it is not there or damaged."""
    from formcheck.models.store import model_state

    state = model_state(name)
    typer.echo(state.path)
    if state.status != "present":
        message = f"It is {state.status}: `formcheck models fetch {name}` brings it."
        typer.echo(message, err=True)
        raise typer.Exit(2)


def _row(state: ModelState) -> tuple[str, ...]:
    entry = state.entry
    status = f"[{_STYLES[state.status]}]{state.status}[/]"
    if state.status == "absent":
        size_bytes = entry.sources[0].download_bytes
    else:
        size_bytes = state.path.stat().st_size
    size = f"{size_bytes / 1e6:.1f} MB"
    origin = "\n".join(source.label for source in entry.sources)
    return entry.name, entry.description, status, size, entry.licence, origin
