"""A season of sets in which it is known what changed, as the history keeps them."""

from __future__ import annotations

import numpy as np

from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.history.sets import PastSet
from formcheck.history.trends import athlete_lifts
from formcheck.results.comparison import Reading

__all__ = ["ATHLETES", "HALVES", "TRUE", "WEEKS", "called", "exactly", "made_season"]

ATHLETES, WEEKS = 8, 6
# Half of the 90 % intervals that sets of the two shipped deadlifts state: the minimal detectable
# changes between them (12, 19, 1.7 degrees; docs/fatigue.md) over the root of two; and half of
# the score's best band.
HALVES = {
    "lumbar_peak_deg": 8.5,
    "flexion_peak_deg": 13.4,
    "drift_deg_per_rep": 1.2,
    "score": 7.5,
}
# Who changed, and in what. Flexion is the same back against another line: either tells.
_BACK = frozenset({"lumbar_peak_deg", "flexion_peak_deg"})
TRUE: dict[str, frozenset[str]] = {
    "Ann": _BACK,
    "Bo": _BACK,
    "Cy": frozenset({"drift_deg_per_rep"}),
}
_OTHERS = ("Dee", "Eve", "Fay", "Gil", "Hal")
# A change of the drift that stands out of its own noise as much as one of the back does.
_DRIFT_PER_DEG = HALVES["drift_deg_per_rep"] / HALVES["lumbar_peak_deg"]


def made_season(seed: int, change_deg: float, noise: float = 1.0) -> list[PastSet]:
    """Eight athletes, a set a month, and three true changes.

    Ann gets rounder month by month, Bo less round, and Cy drifts more within the set.

    Parameters
    ----------
    seed : int
    change_deg : float
        From the first to the last month; of the drift, what stands out as much.
    noise : float
        Standard deviation of what is read, as a multiple of what is stated.
    """
    rng = np.random.default_rng(seed)
    ramp = np.linspace(0.0, 1.0, WEEKS)
    back = {"Ann": change_deg * ramp, "Bo": -change_deg * ramp}
    drift = {"Cy": change_deg * _DRIFT_PER_DEG * ramp}
    neutral_half = float(np.sqrt(HALVES["flexion_peak_deg"] ** 2 - HALVES["lumbar_peak_deg"] ** 2))
    level = np.zeros(WEEKS)
    sets = []
    for athlete in (*TRUE, *_OTHERS):
        for week in range(WEEKS):

            def error(half: float) -> float:
                return float(rng.normal(0.0, noise * half / TO_90_PERCENT))

            lumbar = -5.0 + back.get(athlete, level)[week] + error(HALVES["lumbar_peak_deg"])
            values = {
                "lumbar_peak_deg": lumbar,
                "flexion_peak_deg": lumbar + 30.0 + error(neutral_half),
                "drift_deg_per_rep": drift.get(athlete, level)[week]
                + error(HALVES["drift_deg_per_rep"]),
                "score": 92.5 + error(HALVES["score"]),
            }
            sets.append(_past(athlete, week, values))
    return sets


def _past(athlete: str, week: int, values: dict[str, float]) -> PastSet:
    readings = {name: Reading(value, HALVES[name]) for name, value in values.items()}
    clip = f"{athlete}-{week}.mp4"
    date = f"2026-{week + 1:02}-05"
    return PastSet(
        athlete, date, "deadlift", clip, f"clips/{clip}", None, True, "", "held", readings
    )


def called(sets: list[PastSet]) -> set[tuple[str, str]]:
    """Athletes and measures in which a change is told."""
    return {
        (lift.athlete, course.measure)
        for lift in athlete_lifts(sets)
        for course in lift.courses
        if course.changed
    }


def exactly(told: set[tuple[str, str]]) -> tuple[int, bool]:
    """How many of the true changes were told, and whether nothing else was."""
    found = {who for who, measure in told if measure in TRUE.get(who, ())}
    others = any(measure not in TRUE.get(who, ()) for who, measure in told)
    return len(found), not others
