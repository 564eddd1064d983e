"""What a person sees in the terminal: progress, a table, a verdict."""

from __future__ import annotations

import logging
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TextIO

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
from rich.table import Column, Table
from rich.text import Text

from formcheck.analysis import OnVideo, SetAnalysis
from formcheck.contributors import Contributor
from formcheck.fatigue import SetFatigue
from formcheck.findings import Finding, looked_for
from formcheck.measures import RepMeasures
from formcheck.plain import plain
from formcheck.refusals import Reason
from formcheck.score import Score

if TYPE_CHECKING:
    from formcheck.models import OnProgress
    from formcheck.video import Video

__all__ = [
    "fetch_progress",
    "frames_progress",
    "native_chatter_hidden",
    "print_analysis",
    "verdict",
]

_STYLES = {"info": "cyan", "caution": "yellow", "stop": "bold red"}
_CARE = (
    "An outline measure, not an X-ray; it does not diagnose. With pain that is severe, lasts, or "
    "comes with numbness or weakness, see a professional."
)


class _Rate(ProgressColumn):
    """Frames a second."""

    def render(self, task: Task) -> Text:
        return Text(f"{task.speed:.0f} fps" if task.speed else "", style="dim")


@contextmanager
def native_chatter_hidden(*, shown: bool) -> Iterator[None]:
    """Keep what MediaPipe's C++ writes to the process's stderr from the user.

    It writes before its own log level can be set. Python's `sys.stderr` goes on
    to where it went before, and so does what is logged.
    """
    if shown:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    python_stderr = sys.stderr
    with open(kept, "w", buffering=1, encoding="utf-8", errors="replace") as stderr:  # noqa: PTH123
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        sys.stderr = stderr
        _log_to(stderr, python_stderr)
        try:
            yield
        finally:
            stderr.flush()
            os.dup2(kept, 2)
            sys.stderr = python_stderr
            _log_to(python_stderr, stderr)


def _log_to(stream: TextIO, before: TextIO) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is before:
            handler.setStream(stream)


@contextmanager
def fetch_progress(*, quiet: bool = False) -> Iterator[OnProgress]:
    """Show a bar on stderr while a pose model is fetched, if somebody looks."""
    console = Console(stderr=True)
    columns = TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn()
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:

        def on_progress(done: int, total: int | None) -> None:
            if not bar.task_ids:
                bar.add_task("Fetching the pose model")
            bar.update(bar.task_ids[0], completed=done, total=total)

        yield on_progress


@contextmanager
def frames_progress(*, quiet: bool) -> Iterator[OnVideo]:
    """Show a bar on stderr with frames per second and time left, if somebody looks."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        _Rate(),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, console=console, transient=True, disable=quiet or not console.is_terminal
    ) as bar:

        def on_video(video: Video) -> Callable[[int], None]:
            task = bar.add_task("Finding the lifter", total=video.expected)
            return lambda done: bar.update(task, completed=done)

        yield on_video


def verdict(analysis: SetAnalysis) -> str:
    """Say in one line what came out."""
    if not analysis.measured:
        return f"Not measured: {analysis.reasons[0].message}"
    for_the_set = [f for f in analysis.findings if f.rep is None]
    faultless = all(f.severity == "info" for f in for_the_set)
    held = [_held(one) for one in analysis.fatigue.sets] if analysis.fatigue else []
    sentences = [_no_fault(analysis)] * faultless + [f.message for f in for_the_set]
    return " ".join([*sentences, *filter(None, held)])


def _no_fault(analysis: SetAnalysis) -> str:
    worst = max((r for r in analysis.reps if r.measured), key=lambda rep: rep.peak_deg)
    seen = sum(rep.measured for rep in analysis.reps)
    faults = looked_for(analysis.neutral, analysis.exercise)
    return (
        f"No {faults} found in {seen} of {_reps(len(analysis.reps))}; "
        f"most flexed {worst.peak_deg:+.0f}° ±{worst.uncertainty_deg:.0f}° from flat."
    )


def _held(one: SetFatigue) -> str:
    """What is said of a set in which nothing changed; else nothing."""
    if one.verdict != "held" or one.drift is None:
        return ""
    return (
        f"The form held in repetitions {one.first} to {one.last}: no drift as large as the "
        f"{one.drift.mdc:.0f}° that would have been noticed."
    )


def print_analysis(analysis: SetAnalysis, folder: Path) -> None:
    """Print the table of repetitions, the findings and where the files lie."""
    console = Console(highlight=False)
    if analysis.reps:
        console.print(_table(analysis))
    console.print(Text(verdict(analysis), style="bold"))
    for finding in analysis.findings:
        if finding.rep is None:
            console.print(_finding(finding, said=analysis.measured))
    for one in analysis.contributors:
        console.print(_contributor(one))
    for note in _fatigue_notes(analysis):
        console.print(Text(note, style="cyan"))
    if analysis.score:
        console.print(_score(analysis.score))
    for reason in analysis.reasons:
        console.print(_reason(reason, said=not analysis.measured and reason is analysis.reasons[0]))
    for warning in _clip_warnings(analysis):
        console.print(Text(warning, style="yellow"))
    if analysis.neutral_posture:
        console.print(Text(_neutral(analysis), style="dim"))
    console.print(Text(_CARE, style="dim"))
    console.print(Text(plain(f"Written to {folder}"), style="dim"), soft_wrap=True)


def _table(analysis: SetAnalysis) -> Table:
    table = Table(
        "rep",
        "at",
        "whole",
        "most flexed",
        "least",
        "from neutral",
        "speed",
        "back seen",
        Column("findings", overflow="fold", min_width=21),
        title=f"{_lift(analysis)}: lumbar angle, 0 flat, + rounded, - arched",
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    for number, rep in enumerate(analysis.reps, start=1):
        table.add_row(*_row(number, rep, analysis))
    return table


def _lift(analysis: SetAnalysis) -> str:
    seen = analysis.recognition
    if seen is None:
        return analysis.exercise.name
    how = "recognised" if seen.clear else "unclear"
    return f"{analysis.exercise.name} ({how}, {seen.confidence:.0%})"


def _row(number: int, rep: RepMeasures, analysis: SetAnalysis) -> tuple[str | Text, ...]:
    codes = [f for f in analysis.findings if f.rep == number]
    return (
        str(number),
        f"{rep.start_s:.1f} s",
        "yes" if rep.rep.complete else "no",
        _angle(rep.peak_deg) + (f" ±{rep.uncertainty_deg:.0f}" if rep.measured else ""),
        _angle(rep.least_deg),
        _angle(rep.peak_deg - analysis.neutral.lumbar_deg),
        f"{rep.concentric_speed:.2f} /s" if math.isfinite(rep.concentric_speed) else "-",
        f"{rep.visible:.0%}",
        Text(" ").join(Text(f.code, style=_STYLES[f.severity]) for f in codes),
    )


def _neutral(analysis: SetAnalysis) -> str:
    neutral = analysis.neutral
    return (
        f"Neutral: {neutral.lumbar_deg:+.0f}° ±{neutral.uncertainty_deg:.0f} "
        f"({analysis.neutral_posture})."
    )


def _finding(finding: Finding, *, said: bool) -> Text:
    """What to know and do; with the finding itself if the verdict has not said it."""
    text = f"{finding.why} {finding.advice}"
    return Text.assemble(
        (f"{finding.severity}: ", _STYLES[finding.severity]),
        text if said else f"{finding.message} {text}",
    )


def _fatigue_notes(analysis: SetAnalysis) -> list[str]:
    """Why a set has no verdict, and where a pause may have changed what follows."""
    notes = []
    for one in analysis.fatigue.sets if analysis.fatigue else ():
        if one.reason:
            notes.append(f"No verdict on fatigue. {one.reason}")
        if one.paused_after:
            after = ", ".join(map(str, one.paused_after))
            notes.append(f"A pause after repetition {after}: grip and breath may have changed.")
    return notes


def _contributor(one: Contributor) -> Text:
    return Text.assemble(
        (f"possible, to be checked by a person ({one.sureness} sureness): ", "magenta"),
        f"{one.seen} {one.possible} {one.check}",
    )


def _score(score: Score) -> Text:
    parts = ", ".join(
        f"{part.name} {part.points:.0f} of {part.of:.0f}" + ("" if part.seen else " (not seen)")
        for part in score.parts
    )
    return Text.assemble((f"Score {score.points:.0f} of 100", "bold"), f": {parts}.")


def _reason(reason: Reason, *, said: bool) -> Text:
    """The reason with its advice, or the advice alone if the verdict has said the rest."""
    text = reason.advice if said else f"{reason.message} {reason.advice}"
    return Text.assemble((f"{reason.code}: ", "cyan"), text)


def _clip_warnings(analysis: SetAnalysis) -> list[str]:
    clip = analysis.track.clip
    warnings = []
    if clip.truncated:
        warnings.append("The clip is cut off: its end is missing and was not analysed.")
    if clip.decode_failures:
        frames = "frame" if clip.decode_failures == 1 else "frames"
        warnings.append(f"{clip.decode_failures} {frames} of the clip could not be decoded.")
    return warnings


def _angle(value: float) -> str:
    return f"{value:+.0f}°" if math.isfinite(value) else "not seen"


def _reps(count: int) -> str:
    return f"{count} repetition{'s' * (count != 1)}"
