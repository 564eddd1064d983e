"""``formcheck history``: how athletes changed over weeks."""

from __future__ import annotations

import json
import sys
import unicodedata
from typing import TYPE_CHECKING, Annotated

import typer

from formcheck.commands.options import lift_option

if TYPE_CHECKING:
    from formcheck.history.sets import PastSet
    from formcheck.history.trends import AthleteLift

__all__ = ["history"]


def history(
    folder: Annotated[
        str,
        typer.Argument(metavar="DIR", help="The folder, or URL, that `formcheck batch` wrote to."),
    ] = "results",
    athlete: Annotated[str | None, typer.Option(metavar="NAME", help="This athlete alone.")] = None,
    exercise: Annotated[str | None, lift_option("This lift alone.")] = None,
    rebuild: Annotated[
        bool, typer.Option("--rebuild", help="Make the history anew from the analysis.json files.")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the trends as JSON.")] = False,
) -> None:
    """Show how each athlete's lifts changed over the weeks.

    Flexion, drift within the set, score and load, with 90 % intervals. Only what
    exceeds the minimal detectable change (MDC) is called a change: between two
    days the camera, the shirt and the light differ too. The page of each athlete,
    with charts, is linked from index.html.

    Reads history.sqlite, which `formcheck batch` makes; it is made anew from the
    results where it is missing, damaged, or of another version.

        formcheck history season
        formcheck history season --athlete Ann -e deadlift
    """
    from formcheck.batch.needs import need_packages

    need_packages()
    from formcheck.history.trends import athlete_lifts

    wanted = athlete and unicodedata.normalize("NFC", athlete)
    known = athlete_lifts(_sets(folder, rebuild=rebuild))
    lifts = [
        lift
        for lift in known
        if wanted in {None, lift.athlete} and exercise in {None, lift.exercise}
    ]
    if not lifts:
        from formcheck.errors import InputError

        if known:
            there = ", ".join(f"{lift.athlete} ({lift.exercise})" for lift in known)
            raise InputError(f"There are no such sets in {folder}.\nThere are those of {there}.")
        raise InputError(
            f"There are no sets of a named athlete in {folder}.\nRun formcheck batch again with "
            "--athlete, --athletes-by-folder or a CSV list: clips are not analysed anew."
        )
    if as_json:
        sys.stdout.write(json.dumps([_told(lift) for lift in lifts], indent=2) + "\n")
    else:
        _show(lifts)


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
            typer.echo(f"formcheck: {error} It is made anew.", err=True)
    results, _ = read_results(place)
    if not results:
        raise InputError(
            f"There are no results of a batch in {folder}.\n"
            f"Make some with: formcheck batch CLIPS --out {folder}"
        )
    return read_sets(publish_history(place, results))


def _told(lift: AthleteLift) -> dict[str, object]:
    return {
        "athlete": lift.athlete,
        "exercise": lift.exercise,
        "sets": len(lift.sets),
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
    }


def _show(lifts: list[AthleteLift]) -> None:
    from rich.console import Console
    from rich.table import Column, Table
    from rich.text import Text

    from formcheck.commands.tables import fitted
    from formcheck.history.trends import MEASURES
    from formcheck.plain import plain, typed
    from formcheck.report.words import plural

    console = Console(highlight=False)
    for lift in lifts:
        count = plural(len(lift.sets), "set")
        title = Text(plain(f"{lift.athlete}, {lift.exercise}: {count}"), style="bold")
        columns = "measure", "first", "last", Column("what is said", overflow="fold")
        table = Table(*columns, box=None, padding=(0, 2, 0, 0))
        for course in lift.courses:
            name, unit, *_ = MEASURES[course.measure]
            ends = (course.readings[0], course.readings[-1])
            sign = "+" if "°" in unit else ""
            shown = [f"{one.value:{sign}z.1f} ±{one.half:.1f}{unit}" for one in ends]
            table.add_row(name, *shown, typed(course.words))
        if lift.loads:
            first, last = lift.loads[0][1], lift.loads[-1][1]
            table.add_row("Load", f"{first:g} kg", f"{last:g} kg", "Chosen, not measured.")
        console.print(title)
        nothing = "Nothing could be measured in them."
        console.print(fitted(console, table, ("what is said",)) if table.rows else nothing)
