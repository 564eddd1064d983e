"""What changed since an athlete's last set of a lift, and against the best one."""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import NormalDist
from typing import Literal

import numpy as np

from formcheck.errors import ConfigurationError
from formcheck.history.database import HISTORY_NAME, read_sets, readings_of
from formcheck.history.load_velocity import load_velocity
from formcheck.history.says import set_words
from formcheck.history.sets import PastSet
from formcheck.history.trends import MEASURES
from formcheck.loads import Unit, unit_of
from formcheck.report.since import Against
from formcheck.report.words import measured_reps
from formcheck.results.comparison import Reading
from formcheck.results.document import AnalysisDocument

__all__ = ["one_rm_note", "since_last", "since_sets"]

# In each direction, of all comparisons with one earlier set together: as in a 90 % interval.
_FALSE_ALARMS = 0.05
_SPEED = ("Speed", " body lengths a second", "faster", "slower")
# Loads that differ by less than the lightest plates make no set slower.
_SAME_LOAD = 0.02


def since_sets(now: PastSet, sets: Sequence[PastSet], unit: Unit = "kg") -> list[Against]:
    """Hold a set against the athlete's last and best ones before it.

    The best of many is one that chance was kind to: its limit allows for how many it was
    chosen from.

    Parameters
    ----------
    now : PastSet
    sets : sequence of PastSet
        Of the history; those of others, of other lifts and of later are passed over.
    unit : {"kg", "lb"}
    """
    earlier = sorted(
        (one for one in sets if _is_before(one, now)), key=lambda one: (one.date, one.clip)
    )
    if not (earlier and now.athlete):
        return []
    scored = [one for one in earlier if "score" in one.readings]
    best = max(scored, key=lambda one: (one.readings["score"].value, one.date), default=None)
    told = [_against("last", now, earlier[-1], 1, unit)]
    if best is not None and best != earlier[-1]:
        told.append(_against("best", now, best, len(scored), unit))
    return [one for one in told if one.compared]


def _is_before(one: PastSet, now: PastSet) -> bool:
    same = (one.athlete, one.exercise) == (now.athlete, now.exercise)
    dated = bool(one.date and now.date) and (one.date, one.clip) < (now.date, now.clip)
    return same and dated and one.measured and one.folder != now.folder


def _against(
    which: Literal["last", "best"], now: PastSet, earlier: PastSet, chosen_from: int, unit: Unit
) -> Against:
    both = [name for name in now.readings if name in earlier.readings]
    if not _same_load(now, earlier):
        both = [name for name in both if name != "concentric_speed"]
    alpha = _FALSE_ALARMS / max(len(both), 1) / chosen_from
    strict = NormalDist().inv_cdf(1 - alpha) / NormalDist().inv_cdf(0.95)
    changes = [_change(name, earlier.readings[name], now.readings[name], strict) for name in both]
    return Against(
        which, set_words(earlier, unit), earlier.folder, tuple(filter(None, changes)), len(both)
    )


def _same_load(now: PastSet, earlier: PastSet) -> bool:
    if now.load_kg is None or earlier.load_kg is None:
        return False
    return abs(now.load_kg - earlier.load_kg) <= _SAME_LOAD * max(now.load_kg, earlier.load_kg)


def _change(name: str, before: Reading, after: Reading, strict: float) -> str:
    """The change in words; empty where it does not exceed its MDC."""
    difference = after.value - before.value
    mdc = strict * float(np.hypot(before.half, after.half))
    if abs(difference) <= mdc:
        return ""
    title, unit, more, less = (MEASURES | {"concentric_speed": _SPEED})[name]
    digits = 2 if name == "concentric_speed" else 1 if name == "drift_deg_per_rep" else 0
    size = f"{difference:+.{digits}f}".replace("-", "\N{MINUS SIGN}")
    word = more if difference > 0 else less
    return f"{title}: {word}, {size}{unit} (beyond {mdc:.{digits}f}{unit})"


def since_last(folder: Path, document: AnalysisDocument, athlete: str = "") -> list[Against]:
    """The same of a result that lies, or will lie, in a folder with a history.

    Parameters
    ----------
    folder : Path
        Of the result: the history lies in the folder above, or in the one above that.
    document : AnalysisDocument
    athlete : str
        Whose set it is; else it is asked of the history, and of what `formcheck batch`
        recorded; else it is the only athlete of the history.
    """
    if not measured_reps(document):
        return []
    sets = _sets_above(folder)
    now = _now(folder, document, sets, athlete)
    unit = unit_of(sets)
    return since_sets(now, sets, unit) if now is not None else []


def _sets_above(folder: Path) -> list[PastSet]:
    """The sets of the history above the folder of a result; none without one."""
    for parent in folder.resolve().parents[:2]:
        if (parent / HISTORY_NAME).is_file():
            try:
                return read_sets((parent / HISTORY_NAME).read_bytes())
            except (ConfigurationError, OSError):
                return []  # it is made again by the next batch
    return []


def one_rm_note(first: Path, second: Path) -> str:
    """What the loads of two results of one athlete and lift point to, with the sets around them.

    Parameters
    ----------
    first, second : Path
        Folders of results, in a folder with a history.

    Returns
    -------
    str
        Empty if they are not of one athlete and lift, or not at two loads.
    """
    sets = _sets_above(first)
    names = {first.resolve().name, second.resolve().name}
    both = [one for one in sets if one.folder.rsplit("/", 1)[-1] in names]
    if len(both) != 2 or len({(one.athlete, one.exercise) for one in both}) != 1:
        return ""
    light, heavy = both
    if not light.athlete or None in {light.load_kg, heavy.load_kg} or _same_load(light, heavy):
        return ""
    own = [one for one in sets if (one.athlete, one.exercise) == (light.athlete, light.exercise)]
    return load_velocity(light.exercise, own).words(light.exercise, unit_of(sets))


def _now(
    folder: Path, document: AnalysisDocument, sets: Sequence[PastSet], athlete: str
) -> PastSet | None:
    """The set itself, as the history would keep it; None if nobody's."""
    mine = [one for one in sets if one.folder.rsplit("/", 1)[-1] == folder.name]
    same = [one for one in sets if one.sha256 == document.source.sha256]
    mine = mine or (same if len(same) == 1 else [])
    known = {one.athlete for one in sets}
    only = known.pop() if len(known) == 1 else ""
    name = athlete or _recorded_athlete(folder) or (mine[0].athlete if mine else only)
    if not name:
        return None
    if mine:
        return replace(mine[0], athlete=name, readings=readings_of(document))
    return PastSet(
        athlete=name,
        date=document.source.filmed or datetime.date.today().isoformat(),
        exercise=document.exercise.name,
        clip=document.source.name,
        folder=folder.name,
        load_kg=None,
        measured=True,
        verdict="",
        fatigue=None,
        readings=readings_of(document),
        sha256=document.source.sha256,
    )


def _recorded_athlete(folder: Path) -> str:
    try:
        return str(json.loads((folder / "job.json").read_text(encoding="utf-8"))["clip"]["athlete"])
    except (OSError, ValueError, KeyError, TypeError):
        return ""
