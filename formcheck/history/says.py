"""What a coach has to know of a lift and of an athlete, in a sentence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from formcheck.history.sets import PastSet
from formcheck.history.trends import AthleteLift, Course
from formcheck.loads import Unit, load_words

__all__ = ["Attention", "athlete_sentence", "lift_sentence", "needs_attention", "set_words"]

# From the one to act on first: the last set, a change for the worse, a clip to film again.
_STOP, _CAUTION, _WORSE, _REFUSED = range(4)


@dataclass(frozen=True)
class Attention:
    """Why an athlete needs attention: the gravest reason.

    Attributes
    ----------
    athlete : str
        Empty for all clips without a name together.
    tone : {"stop", "caution", "unknown"}
    label : str
        The reason in few words.
    reason : str
        In a sentence.
    one : PastSet
        The set to look at.
    more : int
        Other lifts, or clips, with a reason.
    """

    athlete: str
    tone: str
    label: str
    reason: str
    one: PastSet
    more: int
    rank: tuple[int, float]


def set_words(one: PastSet, unit: Unit = "kg") -> str:
    """Which set: ``deadlift, 2026-03-04, 120 kg``."""
    load = load_words(one.load_kg, unit) if one.load_kg is not None else ""
    return ", ".join(filter(None, (one.exercise.replace("-", " "), one.date, load)))


def lift_sentence(lift: AthleteLift, unit: Unit = "kg") -> str:
    """How the last set of a lift was, and what changed over the weeks."""
    last = lift.last
    if last is None:
        count = f" of {len(lift.sets)} sets" if len(lift.sets) > 1 else ""
        return f"None{count} could be measured. The last: {lift.sets[-1].says}"
    told = f"{last.verdict} in the last {set_words(last, unit)}"
    newer = len(lift.sets) - 1 - lift.sets.index(last)
    if newer:
        told += f" ({newer} later {'sets' if newer > 1 else 'set'} could not be measured)"
    return f"{told}; {_course_words(lift, last)}."


def _course_words(lift: AthleteLift, last: PastSet) -> str:
    changed = [course for course in lift.courses if course.changed]
    if changed:
        return f"since {changed[0].dates[0]} {' and '.join(_told(one) for one in changed)}"
    before = [one for one in lift.sets if one.measured][:-1]
    if last.tone == "stop":
        count = sum(one.tone == "stop" for one in before)
        return f"as in {count} of the {len(before)} sets before" if before else "the first set"
    if any(course.change is not None for course in lift.courses):
        return f"no clear change over {len(before) + 1} sets"
    return "too few days to tell a change"


def _told(course: Course) -> str:
    named = {"score": "the score ", "flexion_peak_deg": "", "lumbar_peak_deg": ""}
    return f"{named.get(course.measure, '')}{course.told}"


def athlete_sentence(lifts: Sequence[AthleteLift], unit: Unit = "kg") -> str:
    """The sentence of the lift that needs attention first."""
    return lift_sentence(min(lifts, key=_urgency), unit)


def _urgency(lift: AthleteLift) -> tuple[int, float]:
    return min((rank for rank, *_ in _reasons(lift)), default=(_REFUSED + 1, 0.0))


def needs_attention(
    sets: Iterable[PastSet], lifts: Iterable[AthleteLift]
) -> tuple[list[Attention], list[str]]:
    """Who needs attention, worst first, and who does not.

    What a coach marked as seen needs none any more. Clips without a name are of many people:
    they are one line, with the worst of all of them.

    Parameters
    ----------
    sets : iterable of PastSet
        All of a history.
    lifts : iterable of AthleteLift
        Their athletes' lifts.

    Returns
    -------
    attention : list of Attention
    calm : list of str
        Athletes.
    """
    by_athlete: dict[str, list[tuple[tuple[int, float], str, str, PastSet]]] = {}
    for lift in lifts:
        by_athlete.setdefault(lift.athlete, []).extend(_reasons(lift)[:1])
    unnamed = [one for one in sets if not one.athlete and not one.seen]
    faults = [reason for one in unnamed if (reason := _of_last(one))]
    if faults:
        by_athlete[""] = faults
    found = []
    for athlete, reasons in by_athlete.items():
        if reasons:
            rank, label, text, one = min(reasons, key=lambda reason: reason[0])
            tone = {_STOP: "stop", _REFUSED: "unknown"}.get(rank[0], "caution")
            found.append(Attention(athlete, tone, label, text, one, len(reasons) - 1, rank))
    calm = [athlete for athlete, reasons in by_athlete.items() if not reasons]
    return sorted(found, key=lambda one: (one.rank, one.athlete.casefold())), calm


def _reasons(lift: AthleteLift) -> list[tuple[tuple[int, float], str, str, PastSet]]:
    """Why a lift needs attention, gravest first: rank, few words, a sentence, the set."""
    found = []
    last, newest = lift.last, lift.sets[-1]
    if last is not None and not last.seen:
        fault = _of_last(last)
        worse = next((course for course in lift.courses if course.worse), None)
        since = f"Since {worse.dates[0]} {_told(worse)}." if worse else ""
        if fault:
            rank, label, text, _ = fault
            found.append((rank, label, f"{text} {since}".rstrip(), last))
        elif worse:
            found.append(((_WORSE, _points(last)), "Getting worse", since, last))
    if not newest.measured and not newest.seen:
        found.append(((_REFUSED, 0.0), "Film again", newest.says, newest))
    return found


def _of_last(one: PastSet) -> tuple[tuple[int, float], str, str, PastSet] | None:
    """The fault of a set, if it has one."""
    rank = {"stop": _STOP, "caution": _CAUTION}.get(one.tone)
    return None if rank is None else ((rank, _points(one)), one.verdict, one.says, one)


def _points(one: PastSet) -> float:
    return one.readings["score"].value if "score" in one.readings else 100.0
