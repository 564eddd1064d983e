"""Whether an athlete changed over weeks by more than can be mistaken.

Between two clips nothing of the stated uncertainty cancels (`formcheck.results.comparison`).
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Literal

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.assessment.trend import find_trend
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.history.sets import PastSet
from formcheck.results.comparison import Reading

__all__ = ["MEASURES", "AthleteLift", "Course", "Says", "athlete_lifts", "course_of"]

Says = Literal["more", "less", "no-change", "too-few", "one-day"]

# With its unit, and the word for more and for less of it.
MEASURES: dict[str, tuple[str, str, str, str]] = {
    "lumbar_peak_deg": ("Most flexed, from flat", "°", "rounder", "less round"),
    "flexion_peak_deg": ("Most flexed, from your normal", "°", "more flexed", "less flexed"),
    "drift_deg_per_rep": ("Drift within the set", "° a rep", "drifts more", "drifts less"),
    "score": ("Score", " points", "higher", "lower"),
}
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
    says : {"more", "less", "no-change", "too-few", "one-day"}
        Only what exceeds the MDC is a change.
    """

    measure: str
    dates: tuple[str, ...]
    readings: tuple[Reading, ...]
    change: float | None
    mdc: float | None
    says: Says

    @property
    def words(self) -> str:
        """What is said, in a sentence."""
        _, unit, more, less = MEASURES[self.measure]
        if self.change is None or self.mdc is None:
            one_day = "All on one day: nothing is said of a change."
            return (
                one_day
                if self.says == "one-day"
                else "Too few: it takes dated, measured sets of two days."
            )
        size = f"{self.change:+.1f}{unit}".replace("-", "\N{MINUS SIGN}")
        least = f"{self.mdc:.1f}{unit}"
        if self.says == "no-change":
            return f"No change beyond what can be mistaken ({size}; {least} would be one)."
        return f"Changed: {more if self.says == 'more' else less}, {size} (±{least})."


@dataclass(frozen=True)
class AthleteLift:
    """All sets of one lift of one athlete, by date."""

    athlete: str
    exercise: str
    sets: tuple[PastSet, ...]

    @property
    def courses(self) -> list[Course]:
        """Every measure over time; those that were never measured are left out."""
        found = [course_of(measure, self.sets) for measure in MEASURES]
        return [course for course in found if course.readings]

    @property
    def loads(self) -> list[tuple[str, float]]:
        """Dates and loads [kg] as they were given: chosen, not measured."""
        return [(one.date, one.load_kg) for one in self.sets if one.load_kg is not None]


def athlete_lifts(sets: Iterable[PastSet]) -> list[AthleteLift]:
    """Part sets by athlete and lift; unnamed athletes are nobody, and left out."""
    parted: defaultdict[tuple[str, str], list[PastSet]] = defaultdict(list)
    for one in sets:
        if one.athlete:
            parted[one.athlete, one.exercise].append(one)
    return [
        AthleteLift(athlete, exercise, tuple(sorted(group, key=lambda one: (one.date, one.clip))))
        for (athlete, exercise), group in sorted(parted.items())
    ]


def course_of(measure: str, sets: Sequence[PastSet]) -> Course:
    """Tell the course of a measure over dated sets."""
    known = [one for one in sets if measure in one.readings and one.date]
    dates = tuple(one.date for one in known)
    readings = tuple(one.readings[measure] for one in known)
    days = np.array([datetime.date.fromisoformat(date).toordinal() for date in dates], float)
    if len(known) < 2:
        return Course(measure, dates, readings, None, None, "too-few")
    if days[0] == days[-1]:
        return Course(measure, dates, readings, None, None, "one-day")
    change, mdc, sure = _change(days, readings)
    says: Says = "no-change" if not sure else "more" if change > 0 else "less"
    return Course(measure, dates, readings, change, mdc, says)


def _change(days: FloatArray, readings: Sequence[Reading]) -> tuple[float, float, bool]:
    """From first to last, its MDC, and whether it is sure: by a trend, or of two days alone."""
    of_days = [
        [readings[i] for i in indices]
        for _, indices in groupby(range(len(days)), key=lambda i: days[i])
    ]
    means = np.array([np.mean([one.value for one in day]) for day in of_days])
    # What is shared by the sets of a day does not average out.
    halves = np.array([np.median([one.half for one in day]) for day in of_days])
    if len(means) < _LEAST_DAYS:
        change, mdc = float(means[-1] - means[0]), float(np.hypot(halves[0], halves[-1]))
        return change, mdc, abs(change) > mdc
    known_noise = float(np.median(halves)) / TO_90_PERCENT
    worse = find_trend(np.unique(days), means, known_noise)
    if worse.per_rep >= 0:
        return worse.change, worse.mdc, worse.reliable
    better = find_trend(np.unique(days), -means, known_noise)
    return -better.change, better.mdc, better.reliable
