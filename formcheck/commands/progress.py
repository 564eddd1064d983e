"""Bars on stderr, if somebody looks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    MofNCompleteColumn,
    Progress,
    ProgressColumn,
    Task,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

if TYPE_CHECKING:
    from formcheck.analysis import OnVideo
    from formcheck.models.store import OnProgress, ResolvedModel
    from formcheck.video.reader import Video

__all__ = ["drawing_progress", "fetch_progress", "frames_progress", "model_at_hand", "model_for"]


class _Rate(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f} fps" if task.speed else "", style="dim")


def _bar(*columns: ProgressColumn, quiet: bool) -> Progress:
    console = Console(stderr=True)
    return Progress(
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        *columns,
        console=console,
        transient=True,
        disable=quiet or not console.is_terminal,
    )


def model_at_hand(name: str | None, *, quiet: bool = False) -> ResolvedModel:
    """Have a pose model here and whole, with a bar on stderr while it is fetched.

    Raises
    ------
    ModelError
        If it cannot be had.
    """
    from formcheck.models.store import ensure

    with fetch_progress(quiet=quiet) as progress:
        return ensure(name, progress)


def model_for(
    paths: Iterable[Path], name: str | None, *, quiet: bool = False
) -> ResolvedModel | None:
    """Have the pose model that these clips need; None where all are tracks or results.

    Raises
    ------
    InputError
        If one of the clips is none: that is said before a model is fetched.
    ModelError
        As `model_at_hand`.
    """
    from formcheck.video.container import examine

    clips = [path for path in paths if path.suffix not in {".npz", ".json"}]
    for clip in clips:
        examine(clip)
    return model_at_hand(name, quiet=quiet) if clips else None


@contextmanager
def fetch_progress(*, quiet: bool = False) -> Iterator[OnProgress]:
    """Show a bar on stderr while a pose model is fetched, if somebody looks."""
    with _bar(DownloadColumn(), TimeRemainingColumn(), quiet=quiet) as bar:

        def on_progress(done: int, total: int | None) -> None:
            if not bar.task_ids:
                bar.add_task("Fetching the pose model")
            bar.update(bar.task_ids[0], completed=done, total=total)

        yield on_progress


@contextmanager
def frames_progress(*, quiet: bool) -> Iterator[OnVideo]:
    """Show a bar on stderr with frames per second and time left, if somebody looks."""
    with _bar(MofNCompleteColumn(), _Rate(), TimeRemainingColumn(), quiet=quiet) as bar:
        glanced: list[Video] = []

        def on_video(video: Video) -> Callable[[int], None]:
            what = "Looking closely" if video in glanced else "Finding the lifter"
            glanced.append(video)
            task = bar.add_task(what, total=video.expected)
            return lambda done: bar.update(task, completed=done)

        yield on_video


@contextmanager
def drawing_progress(frames: int, *, quiet: bool) -> Iterator[Callable[[int], None]]:
    """Show a bar on stderr with the time left, if somebody looks."""
    with _bar(MofNCompleteColumn(), TimeRemainingColumn(), quiet=quiet) as bar:
        task = bar.add_task("Drawing the report", total=frames)
        yield lambda done: bar.update(task, completed=done)
