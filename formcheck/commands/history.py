"""``formcheck history``: how athletes changed over weeks."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.options import lift_option, name_option

if TYPE_CHECKING:
    from formcheck.history.sets import PastSet
    from formcheck.history.trends import AthleteLift

__all__ = ["history"]


def history(  # noqa: PLR0917 - one parameter an option
    folder: Annotated[
        str,
        typer.Argument(metavar="DIR", help="The folder, or URL, that `formcheck batch` wrote to."),
    ] = "results",
    athlete: Annotated[str | None, name_option("This athlete alone.")] = None,
    exercise: Annotated[str | None, lift_option("This lift alone.")] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the history again from the analysis.json files.")
    ] = False,
    note: Annotated[
        list[str] | None,
        name_option(
            "Put a note beside the set of this clip; without a text, remove the note.",
            shown="CLIP=TEXT",
        ),
    ] = None,
    seen: Annotated[
        list[str] | None,
        name_option("Mark this set as seen: it no longer needs attention.", shown="CLIP"),
    ] = None,
    unseen: Annotated[list[str] | None, name_option("Remove that mark.", shown="CLIP")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the trends as JSON.")] = False,
) -> None:
    """Show how each athlete's lifts changed over the weeks.

    Flexion, drift within the set, score and load, with 90 % intervals. Only what
    exceeds the minimal detectable change (MDC) is called a change: between two
    days the camera, the shirt and the light differ too. The page of each athlete,
    with charts, is linked from index.html.

    With loads and the bar's speed in metres a second (the near plate is seen), it
    estimates the one-repetition maximum (1RM) from the line of speed against load,
    with a 90 % interval, or says what is missing for that.

    The limit allows for all comparisons of the folder together: with many athletes
    and lifts some would pass by chance.

    --note, --seen and --unseen keep a coach's note with a set: in the pages, in
    summary.csv and in notes.csv. They print no trends. Name a clip as index.html does.
    Notes stay when the history is made again.

    Reads history.sqlite, which `formcheck batch` makes; it is made again from the
    results where it is missing, damaged, or of another version.

        formcheck history season
        formcheck history season --athlete Ann -e deadlift
        formcheck history season --note "ann-1.mp4=Hips first." --seen ann-1.mp4
    """
    from formcheck.batch import need_packages

    need_packages()
    from formcheck.history.trends import athlete_lifts

    if note or seen or unseen:
        _write_notes(folder, note or [], seen or [], unseen or [])
        return
    known = athlete_lifts(_sets(folder, rebuild=rebuild))
    lifts = [
        lift
        for lift in known
        if athlete in {None, lift.athlete} and exercise in {None, lift.exercise}
    ]
    if not lifts:
        from formcheck.errors import InputError

        if known:
            there = ", ".join(f"{lift.athlete} ({lift.exercise})" for lift in known)
            raise InputError(f"There are no such sets in {folder}.\nThere are those of {there}.")
        raise InputError(
            f"There are no sets of a named athlete in {folder}.\nRun formcheck batch again with "
            "--athlete, --athletes-by-folder or a CSV list: clips are not analysed again."
        )
    if as_json:
        sys.stdout.write(json.dumps([_told(lift) for lift in lifts], indent=2) + "\n")
    else:
        _show(lifts)


def _write_notes(folder: str, texts: list[str], seen: list[str], unseen: list[str]) -> None:
    from formcheck.batch.places import Place
    from formcheck.batch.publish import publish_again, read_kept_notes
    from formcheck.errors import ConfigurationError
    from formcheck.history.notes import changed

    sets = _sets(folder, rebuild=False)
    told = [text.partition("=") for text in texts]
    if wrong := [text for text, (_, sign, _) in zip(texts, told, strict=True) if not sign]:
        raise ConfigurationError(
            f"--note {wrong[0]!r} has no '='.\nWrite it as --note \"CLIP=TEXT\"."
        )
    place = Place(folder)
    notes = changed(
        read_kept_notes(place),
        sets,
        texts=[(clip, text) for clip, _, text in told],
        seen=seen,
        unseen=unseen,
    )
    publish_again(place, notes)
    typer.echo(f"Noted. Open {folder.rstrip('/')}/index.html.")


def _sets(folder: str, *, rebuild: bool) -> list[PastSet]:
    from formcheck.batch.places import Place
    from formcheck.batch.publish import publish_history
    from formcheck.batch.results import read_results
    from formcheck.errors import ConfigurationError, InputError
    from formcheck.history.database import HISTORY_NAME, read_sets

    place = Place(folder)
    content = None if rebuild else place.read_many([HISTORY_NAME]).get(HISTORY_NAME)
    if content is not None:
        try:
            return read_sets(content)
        except ConfigurationError as error:
            typer.echo(f"formcheck: {error} It is made again.", err=True)
    results, _ = read_results(place)
    if not results:
        raise InputError(
            f"There are no results of a batch in {folder}.\n"
            f"Make some with: formcheck batch CLIPS --out {folder}"
        )
    return read_sets(publish_history(place, results))


def _told(lift: AthleteLift) -> dict[str, object]:
    from formcheck.history.says import lift_sentence

    line = lift.load_velocity
    return {
        "athlete": lift.athlete,
        "exercise": lift.exercise,
        "sets": len(lift.sets),
        "summary": lift_sentence(lift),
        "notes": [
            {"date": one.date, "clip": one.clip, "seen": one.seen, "note": one.note}
            for one in lift.sets
            if one.seen or one.note
        ],
        "loads_kg": lift.loads,
        "trends": [
            {
                "measure": course.measure,
                "dates": course.dates,
                "values": [round(one.value, 3) for one in course.readings],
                "half_intervals": [round(one.half, 3) for one in course.readings],
                "change": course.change,
                "mdc": course.mdc,
                "says": course.says,
            }
            for course in lift.courses
        ],
        "load_velocity": line and (asdict(line) | {"words": line.words(lift.exercise)}),
    }


def _show(lifts: list[AthleteLift]) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from formcheck.commands.tables import fitted
    from formcheck.history.says import lift_sentence
    from formcheck.history.trends import MEASURES
    from formcheck.loads import load_words, unit_of
    from formcheck.plain import plain, typed
    from formcheck.report.words import plural

    console = Console(highlight=False)
    unit = unit_of(one for lift in lifts for one in lift.sets)
    for lift in lifts:
        count = plural(len(lift.sets), "set")
        title = Text(plain(f"{lift.athlete}, {lift.exercise}: {count}"), style="bold")
        columns = "measure", "first and last", Column("what changed", overflow="fold")
        table = Table(*columns, box=None, padding=(0, 2, 0, 0))
        for course in lift.courses:
            name, of, *_ = MEASURES[course.measure]
            ends = (course.readings[0], course.readings[-1])
            sign = "+" if "°" in of else ""
            shown = [f"{one.value:{sign}z.1f} ±{one.half:.1f}{of}" for one in ends]
            table.add_row(name, "\n".join(shown), typed(course.words))
        if lift.loads:
            first, last = (load_words(lift.loads[at][1], unit) for at in (0, -1))
            table.add_row("Load", f"{first}, {last}", "As given, not measured.")
        console.print(title)
        console.print(Text(plain(typed(lift_sentence(lift, unit))), style="bold"))
        nothing = "Nothing could be measured in them."
        console.print(fitted(console, table, ("what changed",)) if table.rows else nothing)
        if lift.load_velocity:
            console.print(Text(typed(lift.load_velocity.words(lift.exercise, unit))))
        for one in (one for one in lift.sets if one.note):
            said = f"{one.clip}, {one.date}{', seen' if one.seen else ''}: {one.note}"
            console.print(Text(plain(said), style="cyan"))
