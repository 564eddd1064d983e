"""``formcheck doctor``: whether this machine is fit for the work."""

from __future__ import annotations

import json
import platform
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.exits import UNFIT

if TYPE_CHECKING:
    from formcheck.doctor import Check

__all__ = ["doctor"]

_STYLES = {"ok": "green", "warn": "yellow", "fail": "bold red"}


def doctor(
    out: Annotated[
        Path, typer.Option("--out", "-o", help="The folder that results are to go to.")
    ] = Path("results"),
    as_json: Annotated[bool, typer.Option("--json", help="Print the checks as JSON.")] = False,
) -> None:
    """Look whether everything works here, and say what to do where it does not.

    Python, system libraries, packages, exactly one OpenCV, the pose model and its
    checksum, video written and read back, disk space, and what `formcheck live` needs:
    camera (its light goes on for a moment), sound, display. Takes some ten seconds;
    nothing is installed, fetched or changed.

    ok: it works. warn: something that not everybody needs. fail: clips cannot be
    analysed before it is fixed; the exit code is 2 then, and else 0.
    """
    from formcheck.commands.stderr import native_chatter_hidden
    from formcheck.doctor import examine

    with native_chatter_hidden(shown=False), _progress(quiet=as_json) as on_check:
        checks = examine(out, on_check)
        made = list(checks) if as_json else list(_shown(checks))
    failed = [check for check in made if check.status == "fail"]
    if as_json:
        sys.stdout.write(json.dumps(_told(made), indent=2) + "\n")
    else:
        _summarise(made)
    if failed:
        raise typer.Exit(UNFIT)


@contextmanager
def _progress(*, quiet: bool) -> Iterator[Callable[[str], None]]:
    """Say on stderr what is being looked at, if somebody looks."""
    from rich.console import Console

    console = Console(stderr=True)
    with console.status("") as status:
        if quiet or not console.is_terminal:
            status.stop()
        yield lambda name: status.update(f"Looking at: {name}")


def _shown(checks: Iterable[Check]) -> Iterator[Check]:
    """Print each as soon as it is known."""
    from rich.console import Console
    from rich.text import Text

    console = Console(highlight=False)
    for check in checks:
        line = Text.assemble((f"{check.status:<5}", _STYLES[check.status]), f"{check.name}: ")
        console.print(line.append(check.found), soft_wrap=True)
        if check.advice:
            console.print(Text(f"     {check.advice}", style="cyan"), soft_wrap=True)
        yield check


def _summarise(checks: list[Check]) -> None:
    failed = sum(check.status == "fail" for check in checks)
    warned = sum(check.status == "warn" for check in checks)
    if failed:
        typer.echo(f"{failed} of {len(checks)} checks failed: fix these, from the top.")
    elif warned:
        typer.echo(f"Fit for the work; {warned} warnings about what not everybody needs.")
    else:
        typer.echo("Fit for the work.")


def _told(checks: list[Check]) -> dict[str, object]:
    from formcheck import __version__

    return {
        "formcheck_version": __version__,
        "platform": platform.platform(),
        "fit": all(check.status != "fail" for check in checks),
        "checks": [asdict(check) for check in checks],
    }
