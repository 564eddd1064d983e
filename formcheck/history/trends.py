"""Whether an athlete changed over weeks by more than can be mistaken.

Between two clips nothing of the stated uncertainty cancels (`formcheck.results.comparison`).
A season holds many comparisons, and tried often enough each is passed by chance: so the
minimal detectable change grows with their number, and all together call a change that is
none as rarely as one alone would (Bonferroni; benchmarks/season.md).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from itertools import groupby
from statistics import NormalDist
from typing import Literal

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.assessment.trend import find_trend
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.history.load_velocity import LoadVelocity, load_velocity
from formcheck.history.sets import PastSet
from formcheck.results.comparison import Reading

__all__ = ["MEASURES", "AthleteLift", "Course", "Says", "athlete_lifts", "course_of"]

Says = Literal["more", "less", "no-change", "stop", "too-few", "one-day"]

# With its unit, and the word for more and for less of it.
MEASURES: dict[str, tuple[str, str, str, str]] = {
    "lumbar_peak_deg": ("Most flexed, from flat", "°", "rounder", "less round"),
    "flexion_peak_deg": ("Most flexed, from your normal", "°", "more flexed", "less flexed"),
    "drift_deg_per_rep": ("Drift within the set", "° a rep", "drifts more", "drifts less"),
    "score": ("Score", " points", "higher", "lower"),
}
# Of these more is better; of the others it is worse.
_BETTER = frozenset({"score"})
# In each direction, of all comparisons of a history together.
_FALSE_ALARMS = 0.05
# How many days' worth of scatter the stated uncertainty counts for: it was measured on
# hundreds of clips (benchmarks/accuracy.md). With the 4 of a set three changes of 40 degrees
# are found, and no others, in some 68 seasons of 100; with 30 in 90 (benchmarks/season.md).
_STATED_DAYS = 30
# With fewer days ranks cannot tell a trend from chance (`formcheck.assessment.trend`).
_LEAST_DAYS = 4


@dataclass(frozen=True)
class Course:
    """One measure of one lift over time.

    Attributes
    ----------
    measure : str
        Of `MEASURES`.
    dates : tuple of str
    readings : tuple of Reading
        With the halves of their 90 % intervals.
    change, mdc : float or None
        From the first to the last day along the trend, and the minimal detectable
        change; with two sets their difference. None where neither can be told.
    says : {"more", "less", "no-change", "stop", "too-few", "one-day"}
        Only what exceeds the MDC is a change. Where nothing changed but the last
        measured set must stop, it says so: as bad as before is not well.
    """

    measure: str
    dates: tuple[str, ...]
    readings: tuple[Reading, ...]
    change: float | None
    mdc: float | None
    says: Says

    @property
    def words(self) -> str:
        """What changed, in a sentence."""
        _, unit, more, less = MEASURES[self.measure]
        if self.change is None or self.mdc is None:
            one_day = "All sets are from one day: that tells no change."
            return (
                one_day
                if self.says == "one-day"
                else "Too few sets: a change takes measured sets from two days."
            )
        size = f"{_signed(self.change)}{unit}"
        least = f"{self.mdc:.1f}{unit}"
        if self.says == "stop":
            return (
                f"The last set must stop; no clear change from the sets before ({size}; it would "
                f"take {least})."
            )
        if self.says == "no-change":
            return f"No clear change ({size}; it would take {least})."
        return f"Changed: {more if self.says == 'more' else less}, {size} (±{least})."

    @property
    def changed(self) -> bool:
        """Whether a change is told."""
        return self.says in {"more", "less"}

    @property
    def worse(self) -> bool:
        """Whether it is one for the worse."""
        return self.says == ("less" if self.measure in _BETTER else "more")

    @property
    def told(self) -> str:
        """A change in few words: ``rounder by +12.0° (±6.0°)``."""
        _, unit, more, less = MEASURES[self.measure]
        word = more if self.says == "more" else less
        return f"{word}, {_signed(self.change or 0.0)}{unit} (±{self.mdc or 0.0:.1f}{unit})"


@dataclass(frozen=True)
class AthleteLift:
    """All sets of one lift of one athlete, by date.

    Attributes
    ----------
    athlete, exercise : str
    sets : tuple of PastSet
    comparisons : int
        Of the whole history, among which chance must not find a change.
    """

    athlete: str
    exercise: str
    sets: tuple[PastSet, ...]
    comparisons: int = 1

    @cached_property
    def courses(self) -> list[Course]:
        """Every measure over time; those that were never measured are left out."""
        found = [course_of(measure, self.sets, self.comparisons) for measure in MEASURES]
        return [course for course in found if course.readings]

    @property
    def last(self) -> PastSet | None:
        """The last set that was measured."""
        return _last_measured(self.sets)

    @cached_property
    def load_velocity(self) -> LoadVelocity | None:
        """The line of the bar's speed against the load, and the 1RM; None without loads."""
        return load_velocity(self.exercise, self.sets) if self.loads else None

    @property
    def loads(self) -> list[tuple[str, float]]:
        """Dates and loads [kg] as they were given: chosen, not measured."""
        return [(one.date, one.load_kg) for one in self.sets if one.load_kg is not None]


def athlete_lifts(sets: Iterable[PastSet]) -> list[AthleteLift]:
    """Part sets by athlete and lift; unnamed athletes are nobody, and left out.

    Give all sets of a history, also where only some are of interest: they are the
    comparisons that are made.
    """
    parted: defaultdict[tuple[str, str], list[PastSet]] = defaultdict(list)
    for one in sets:
        if one.athlete:
            parted[one.athlete, one.exercise].append(one)
    ordered = {
        key: tuple(sorted(group, key=lambda one: (one.date, one.clip)))
        for key, group in sorted(parted.items())
    }
    comparisons = sum(
        len({one.date for one in group if one.date and measure in one.readings}) > 1
        for group in ordered.values()
        for measure in MEASURES
    )
    return [
        AthleteLift(athlete, exercise, group, max(comparisons, 1))
        for (athlete, exercise), group in ordered.items()
    ]


def course_of(measure: str, sets: Sequence[PastSet], comparisons: int = 1) -> Course:
    """Tell the course of a measure over dated sets, one of so many comparisons."""
    known = [one for one in sets if measure in one.readings and one.date]
    dates = tuple(one.date for one in known)
    readings = tuple(one.readings[measure] for one in known)
    days = np.array([datetime.date.fromisoformat(date).toordinal() for date in dates], float)
    if len(known) < 2:
        return Course(measure, dates, readings, None, None, "too-few")
    if days[0] == days[-1]:
        return Course(measure, dates, readings, None, None, "one-day")
    change, mdc, sure = _change(days, readings, _FALSE_ALARMS / comparisons)
    last = _last_measured(sets)
    unchanged: Says = "stop" if last is not None and last.tone == "stop" else "no-change"
    says: Says = unchanged if not sure else "more" if change > 0 else "less"
    return Course(measure, dates, readings, change, mdc, says)


def _last_measured(sets: Sequence[PastSet]) -> PastSet | None:
    return next((one for one in reversed(sets) if one.measured), None)


def _signed(value: float) -> str:
    return f"{value:+.1f}".replace("-", "\N{MINUS SIGN}")


def _change(
    days: FloatArray, readings: Sequence[Reading], false_alarms: float
) -> tuple[float, float, bool]:
    """From first to last, its MDC, and whether it is sure: by a trend, or of two days alone."""
    of_days = [
        [readings[i] for i in indices]
        for _, indices in groupby(range(len(days)), key=lambda i: days[i])
    ]
    means = np.array([np.mean([one.value for one in day]) for day in of_days])
    # What is shared by the sets of a day does not average out.
    halves = np.array([np.median([one.half for one in day]) for day in of_days])
    if len(means) < _LEAST_DAYS:
        change = float(means[-1] - means[0])
        strict = NormalDist().inv_cdf(1 - false_alarms) / NormalDist().inv_cdf(1 - _FALSE_ALARMS)
        mdc = strict * float(np.hypot(halves[0], halves[-1]))
        return change, mdc, abs(change) > mdc
    known_noise = float(np.median(halves)) / TO_90_PERCENT
    trend = partial(
        find_trend, known_noise=known_noise, false_alarms=false_alarms, prior_reps=_STATED_DAYS
    )
    more = trend(np.unique(days), means)
    if more.per_rep >= 0:
        return more.change, more.mdc, more.reliable
    less = trend(np.unique(days), -means)
    return -less.change, less.mdc, less.reliable
