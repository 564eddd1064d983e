"""A bar while the result is drawn."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

__all__ = ["drawing_progress"]


@contextmanager
def drawing_progress(frames: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr with the time left, if somebody looks."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TextColumn,
        TimeRemainingColumn,
    )

    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn()
    with Progress(
        *columns,
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    ) as bar:
        task = bar.add_task("Drawing the report", total=frames)
        yield lambda done: bar.update(task, completed=done)
