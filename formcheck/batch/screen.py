"""What a person, or a script, sees while a batch runs."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from formcheck.batch.job import Outcome
from formcheck.plain import encodable_json, plain, typed

__all__ = ["BatchScreen"]

_STYLES = {"measured": "green", "refused": "yellow", "failed": "bold red", "skipped": "dim"}


class BatchScreen:
    """A bar on stderr, and on stdout a line a clip, in words or as JSON.

    Parameters
    ----------
    as_json, quiet : bool
        Lines of JSON; or no lines at all. Neither has a bar.
    """

    def __init__(self, *, as_json: bool, quiet: bool) -> None:
        self._json, self._quiet = as_json, quiet
        self._total = self._ended = self._failed = 0
        self._task = TaskID(0)
        errors = Console(stderr=True)
        barred = errors.is_terminal and not (quiet or as_json)
        self._bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[failed]} failed, {task.fields[left]} left"),
            TimeRemainingColumn(),
            console=errors,
            transient=True,
            disable=not barred,
            redirect_stdout=False,
        )
        # A file gets its lines itself; on a terminal, the console of the bar alone knows how to
        # put them above it.
        above = barred and sys.stdout.isatty()
        self._out = errors if above else Console()

    @contextmanager
    def shown(self, total: int) -> Iterator[None]:
        """Show the bar, for so many clips."""
        self._total = total
        with self._bar:
            self._task = self._bar.add_task("Clips", total=total, failed=0, left=total)
            yield

    def show(self, outcome: Outcome) -> None:
        """Show one clip that ended."""
        self._ended += 1
        self._failed += outcome.status == "failed"
        self._bar.update(self._task, advance=1, failed=self._failed, left=self._total - self._ended)
        if self._json:
            self.line("clip", asdict(outcome))
        elif not self._quiet and (outcome.twice or outcome.status != "skipped"):
            self._out.print(self._words(outcome), soft_wrap=True)

    def line(self, kind: str, told: dict[str, object]) -> None:
        """Write a line of JSON, if that is wanted."""
        if self._json:
            text = json.dumps({"kind": kind, **told}, ensure_ascii=False) + "\n"
            sys.stdout.write(encodable_json(text, sys.stdout.encoding))
            sys.stdout.flush()

    def _words(self, outcome: Outcome) -> Text:
        clip = outcome.clip
        who = f"{clip.athlete}: " if clip.athlete else ""
        took = f" ({outcome.elapsed_s:.0f} s)" if outcome.elapsed_s else ""
        return Text.assemble(
            (f"{outcome.status:8} ", _STYLES[outcome.status]),
            Text(plain(f"{who}{clip.name}{took}: "), style="bold"),
            plain(typed(outcome.text)),
        )
