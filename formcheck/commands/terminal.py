"""What a person sees of a result in the terminal: a table, a verdict, what to do."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from formcheck.commands.tables import fitted
from formcheck.plain import plain, typed
from formcheck.report import REPORT_NAME
from formcheck.report.words import (
    bar_line,
    degrees,
    fatigue_sets,
    finding_label,
    headline,
    plural,
    score_basis,
    what_was_read,
)
from formcheck.results.document import (
    AnalysisDocument,
    ContributorPart,
    FindingPart,
    NeutralPart,
    ReasonPart,
    RepPart,
    Source,
)

__all__ = ["print_place", "print_result", "print_verdict"]

_STYLES = {"info": "cyan", "caution": "yellow", "stop": "bold red"}
_CARE = (
    "An outline measure, not an X-ray; it does not diagnose. With pain that is severe, lasts, or "
    "comes with numbness or weakness, see a professional."
)


def print_result(document: AnalysisDocument) -> None:
    """Print the table of repetitions, the findings, and what they are not.

    Parameters
    ----------
    document : AnalysisDocument
    """
    console = Console(highlight=False)
    if document.reps:
        console.print(fitted(console, _table(document), ("findings",)))
    for line in _lines(document):
        console.print(line)
    console.print(Text(_CARE, style="dim"))


def print_place(folder: Path) -> None:
    """Print where the files of a result lie."""
    page = folder / REPORT_NAME
    written = f"Open {page}" if page.is_file() else f"Written to {folder}"
    Console(highlight=False).print(Text(plain(written), style="dim"), soft_wrap=True)


def print_verdict(document: AnalysisDocument) -> None:
    """Print what came out in one line, and nothing else."""
    Console(highlight=False).print(typed(headline(document).line), soft_wrap=True, markup=False)


def _lines(document: AnalysisDocument) -> Iterator[Text]:
    said = headline(document).line
    yield Text(typed(said), style="bold")
    yield from _judged(document, said)
    for reason in document.view.reasons:
        yield _reason(reason, said=reason.message in said)
    for warning in _clip_warnings(document.source):
        yield Text(warning, style="yellow")
    for sentence in what_was_read(document):
        yield Text(sentence, style="dim")
    if line := bar_line(document):
        yield Text(line)
    if document.neutral.lumbar_deg is not None:
        yield Text(_neutral(document.neutral), style="dim")


def _judged(document: AnalysisDocument, said: str) -> Iterator[Text]:
    """Findings of the set, what may lie behind them, pauses, and the score."""
    for finding in document.findings:
        if finding.rep is None and finding.code not in _reason_codes(document):
            yield _finding(finding, said=finding.message in said)
    for one in document.contributors:
        yield _contributor(one)
    for after in (one.paused_after for one in fatigue_sets(document)):
        if after:
            reps = ", ".join(map(str, after))
            pause = f"A pause after repetition {reps}: grip and breath may have changed."
            yield Text(pause, style="cyan")
    if document.score is not None:
        yield _score(document)


def _table(document: AnalysisDocument) -> Table:
    table = Table(
        "rep",
        "at",
        "complete",
        "most\nflexed",
        "most\narched",
        "from your\nnormal",
        "speed, body\nlengths/s",
        "back\nseen",
        Column("findings", overflow="fold"),
        title=f"{_lift(document)}: lumbar angle, 0 flat, + flexed, - arched",
        title_justify="left",
        box=None,
        padding=(0, 1, 0, 0),
    )
    for rep in document.reps:
        found = [one for one in document.findings if one.rep == rep.index]
        table.add_row(*_row(rep, found))
    return table


def _lift(document: AnalysisDocument) -> str:
    exercise = document.exercise
    if exercise.given:
        return str(exercise.name)
    confidence = f"{exercise.confidence:.0%}"
    if "exercise-unclear" in _reason_codes(document):
        return f"{exercise.name}? (unclear, {confidence})"
    if not document.view.measurable:
        return f"{exercise.name}? (as far as this view shows, {confidence})"
    return f"{exercise.name} (recognised, {confidence})"


def _row(rep: RepPart, found: list[FindingPart]) -> tuple[str | Text, ...]:
    lumbar, speed = rep.lumbar_deg, rep.concentric_speed
    doubt = "" if lumbar.peak is None else f" ±{lumbar.uncertainty:.0f}"
    return (
        str(rep.index),
        f"{rep.start_s:.1f} s",
        "yes" if rep.complete else "no",
        _angle(lumbar.peak) + doubt,
        _angle(lumbar.least),
        _angle(rep.flexion_deg.peak),
        "-" if speed is None else f"{speed:.2f}",
        f"{rep.visible:.0%}",
        Text(", ").join(Text(finding_label(one), style=_STYLES[one.severity]) for one in found),
    )


def _neutral(neutral: NeutralPart) -> str:
    angle = f"{_angle(neutral.lumbar_deg)} ±{neutral.uncertainty_deg:.0f}"
    return f"Your normal: {angle} ({neutral.posture})."


def _finding(finding: FindingPart, *, said: bool) -> Text:
    """What to know and do; with the finding itself if the verdict has not said it."""
    text = f"{finding.why} {finding.advice}"
    return Text.assemble(
        (f"{finding.severity}: ", _STYLES[finding.severity]),
        text if said else f"{finding.message} {text}",
    )


def _contributor(one: ContributorPart) -> Text:
    return Text.assemble(
        (f"possible cause ({one.sureness} confidence): ", "magenta"),
        f"{one.seen} {one.possible} {one.check}",
    )


def _score(document: AnalysisDocument) -> Text:
    parts = ", ".join(
        f"{part.name} {part.points:.0f} of {part.of:.0f}"
        if part.measured
        else f"{part.name} not seen"
        for part in document.score_parts
    )
    return Text.assemble(
        (f"Score {document.score:.0f} of 100", "bold"), f"{score_basis(document)}: {parts}."
    )


def _reason(reason: ReasonPart, *, said: bool) -> Text:
    """The reason with its advice, or the advice alone if the verdict has said the rest."""
    text = reason.advice if said else f"{reason.message} {reason.advice}"
    return Text.assemble((f"{reason.code}: ", "cyan"), text)


def _reason_codes(document: AnalysisDocument) -> set[str]:
    return {reason.code for reason in document.view.reasons}


def _angle(value: float | None) -> str:
    return typed(degrees(value))


def _clip_warnings(source: Source) -> Iterator[str]:
    if source.truncated:
        yield "The clip is cut off: its end is missing and was not analysed."
    if source.decode_failures:
        frames = plural(source.decode_failures, "frame")
        yield f"{frames} of the clip could not be decoded."
