"""How much the bar slows down with the load, and the one-repetition maximum (1RM) it points to.

The more weight, the slower the bar, on a line; where the line reaches the speed at which
lifters do their 1RM lies the estimate. As in the study of the overhead press, the fastest
repetition of each set counts (Hernández-Belmonte et al. 2021): fatigue has not slowed it yet,
and the mean predicts no better (Isokinetics and Exercise Science 2021,
doi:10.3233/IES-202247).
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.assessment.trend import scatter_about
from formcheck.geometry.signals import TO_90_PERCENT
from formcheck.history.sets import PastSet
from formcheck.lifts.exercises import EXERCISES
from formcheck.loads import Unit, load_in

__all__ = ["LoadVelocity", "Says", "SetSpeed", "load_velocity"]

Says = Literal["estimate", "lift", "no-metres", "one-set", "narrow", "flat", "far", "below", "wide"]

# Strength is taken to stay the same over so many days: those in which Hughes et al. (2019)
# had their lifters come three times.
WINDOW_DAYS = 14
# How far a set scatters about the line of its lifter: 0.04 m/s (Balsalobre-Fernández,
# García-Ramos and Jiménez-Reyes 2018, presses). It counts for so many sets' worth of scatter,
# as what is known beforehand does in `formcheck.assessment.trend`: with one degree of freedom
# of its own, a third set would make the interval three times as wide as that of two.
LINE_SCATTER_MPS = 0.04
_KNOWN_SETS = 4
# By how much estimates and tested 1RMs of free-weight squats differ, as a share, though all
# lifters did their own speed at 1RM (Banyard, Nosaka and Haff 2017: CV 7.4 %): the line is not
# quite straight, and lifters differ from day to day.
METHOD_SD = 0.074
# From the lightest to the heaviest load, as a share of the heaviest: the narrowest lines that
# were studied went from 65 to 90 % of the 1RM (Lake et al. 2017).
LEAST_SPREAD = 0.25
# The heaviest load, as a share of the estimate: of lines that ended at 60, 80 and 90 % of the
# 1RM, those to 90 % predicted it best (Banyard, Nosaka and Haff 2017).
LEAST_HEAVIEST = 0.8
# Half the interval, as a share of the estimate. The studies' own error makes some 12 %; beyond
# this the estimate would not tell a load of 80 % from the maximum. Our own choice.
WIDEST = 0.2
_OUTSIDE = 0.05


@dataclass(frozen=True)
class SetSpeed:
    """The fastest repetition of a set: mean speed on the way up, and half its 90 % interval."""

    date: str
    load_kg: float
    mean_mps: float
    half_mps: float


@dataclass(frozen=True)
class LoadVelocity:
    """The line of speed against load, and the 1RM it points to.

    Attributes
    ----------
    sets : tuple of SetSpeed
        Those that count, by load.
    says : {"estimate", "lift", "no-metres", "one-set", "narrow", "flat", "far", "below", "wide"}
        What keeps the line from telling a 1RM, if not "estimate".
    at_0_mps, per_kg_mps, per_kg_half_mps : float or None
        The line, with half the 90 % interval of its slope; None where the loads do not tell one.
    at_1rm_mps : float or None
        Speed at the 1RM.
    one_rm_kg, low_kg, high_kg : float or None
        The estimate and its 90 % interval; in "far" and "wide" what they would have been.
    """

    sets: tuple[SetSpeed, ...]
    says: Says
    at_0_mps: float | None = None
    per_kg_mps: float | None = None
    per_kg_half_mps: float | None = None
    at_1rm_mps: float | None = None
    one_rm_kg: float | None = None
    low_kg: float | None = None
    high_kg: float | None = None

    @property
    def estimated(self) -> bool:
        """Whether there is an estimate."""
        return self.says == "estimate"

    def words(self, exercise: str, unit: Unit = "kg") -> str:
        """The estimate, or what is missing, in a sentence or two."""
        if self.estimated:
            return (
                f"Estimated 1RM: {_kg(self.one_rm_kg, unit)} (90 % interval "
                f"{_span(self.low_kg, self.high_kg, unit)}), from {len(self.sets)} sets with "
                f"{_span(self.sets[0].load_kg, self.sets[-1].load_kg, unit)}. Such estimates are "
                "more often too high than too low: plan from the low end."
            )
        return f"No 1RM is estimated: {self._missing(exercise, unit)}."

    def _missing(self, exercise: str, unit: Unit) -> str:
        loads = [one.load_kg for one in self.sets]
        match self.says:
            case "lift":
                missing = f"no study tells the bar's speed at the 1RM of a {_lift(exercise)}"
            case "no-metres":
                missing = (
                    "the speed of the bar is not known in metres. Film so that the near plate is "
                    "in the picture, and give --plate-mm if it is not 450 mm across"
                )
            case "one-set":
                missing = (
                    f"within {WINDOW_DAYS} days there is only one set with a load and a bar speed "
                    "in metres. It takes two or more, at different loads"
                )
            case "narrow":
                most_kg = (1 - LEAST_SPREAD) * loads[-1]
                missing = (
                    f"the loads ({_span(loads[0], loads[-1], unit)}) are too close to each other. "
                    f"Film a set with {_kg(most_kg, unit)} or less, lifted as fast as you can"
                )
            case "flat":
                missing = (
                    "the bar is not clearly slower at higher loads. Lift every repetition as fast "
                    "as you can"
                )
            case "far":
                missing = (
                    f"the heaviest load ({_kg(loads[-1], unit)}) is less than "
                    f"{100 * LEAST_HEAVIEST:.0f} % of what the line points to, too far to tell"
                )
            case "below":
                missing = "the line points to less than what was lifted"
            case _:
                missing = (
                    f"its interval would be {_span(self.low_kg, self.high_kg, unit)}, more than "
                    f"±{100 * WIDEST:.0f} %. Film more sets, with loads further apart"
                )
        return missing


def load_velocity(exercise: str, sets: Iterable[PastSet]) -> LoadVelocity:
    """Fit the line of a lift, and estimate the 1RM if the line supports one.

    Parameters
    ----------
    exercise : str
    sets : iterable of PastSet
        Of one athlete and that lift; those of the last `WINDOW_DAYS` count, if they have a
        load, and a bar speed in metres that the plate's size tells.
    """
    known = _latest(sets)
    at_1rm = EXERCISES[exercise].speed_at_1rm_mps if exercise in EXERCISES else None
    if at_1rm is None:
        return LoadVelocity(known, "lift")
    if not known:
        return LoadVelocity(known, "no-metres")
    if len(known) < 2:
        return LoadVelocity(known, "one-set")
    if known[-1].load_kg - known[0].load_kg < LEAST_SPREAD * known[-1].load_kg:
        return LoadVelocity(known, "narrow")
    return _estimated(known, *at_1rm)


def _latest(sets: Iterable[PastSet]) -> tuple[SetSpeed, ...]:
    known = [
        SetSpeed(one.date, one.load_kg, one.bar_mps, one.bar_half_mps)
        for one in sets
        if one.bar_from == "plate" and one.date and one.load_kg
        if one.bar_mps is not None and one.bar_half_mps is not None
    ]
    if not known:
        return ()
    last = max(datetime.date.fromisoformat(one.date) for one in known)
    first = (last - datetime.timedelta(days=WINDOW_DAYS - 1)).isoformat()
    return tuple(sorted((one for one in known if one.date >= first), key=lambda one: one.load_kg))


@dataclass(frozen=True, eq=False)
class _Line:
    """Speed against load: ``level + slope * (load - middle)``.

    The covariance is that of slope and level; `times` of a standard deviation make half a
    90 % interval.
    """

    middle_kg: float
    level_mps: float
    slope: float
    covariance: FloatArray
    times: float


def _fitted(sets: Sequence[SetSpeed]) -> _Line:
    """Weighted least squares; the sets scatter as is known beforehand, or more."""
    from scipy.stats import t

    load_kg = np.array([one.load_kg for one in sets])
    mean_mps = np.array([one.mean_mps for one in sets])
    sd_mps = np.hypot([one.half_mps / TO_90_PERCENT for one in sets], LINE_SCATTER_MPS)
    from_middle = load_kg - load_kg.mean()
    (slope, level), covariance = np.polyfit(from_middle, mean_mps, 1, w=1 / sd_mps, cov="unscaled")
    off = (mean_mps - level - slope * from_middle) / sd_mps
    free = len(sets) - 2
    scatter = scatter_about(float(off @ off), free, 1.0, _KNOWN_SETS)
    return _Line(
        float(load_kg.mean()),
        float(level),
        float(slope),
        covariance * scatter**2,
        float(t.isf(_OUTSIDE, _KNOWN_SETS + free)),
    )


def _loads_at(line: _Line, at_mps: float, sd_mps: float) -> tuple[float, float] | None:
    """90 % interval of the load at a speed; None if the slope is not sure enough for one.

    It holds every load at which the line's speed differs from the given one by no more
    than line, given speed and method can be off together.
    """
    method = (TO_90_PERCENT * METHOD_SD * line.slope) ** 2
    above = line.level_mps - at_mps
    (of_slope, of_both), (_, of_level) = line.times**2 * line.covariance
    by_square = line.slope**2 - of_slope - method
    if by_square <= 0:
        return None
    by_load = 2 * (line.slope * above - of_both - method * line.middle_kg)
    alone = above**2 - of_level - (TO_90_PERCENT * sd_mps) ** 2 - method * line.middle_kg**2
    low, high = sorted(np.roots([by_square, by_load, alone]).real)
    return line.middle_kg + float(low), line.middle_kg + float(high)


def _estimated(sets: tuple[SetSpeed, ...], at_1rm_mps: float, sd_mps: float) -> LoadVelocity:
    line = _fitted(sets)
    half = line.times * float(np.sqrt(line.covariance[0, 0]))
    at_0_mps = line.level_mps - line.slope * line.middle_kg
    found = LoadVelocity(sets, "flat", at_0_mps, line.slope, half, at_1rm_mps)
    loads = _loads_at(line, at_1rm_mps, sd_mps)
    if line.slope + half >= 0 or loads is None:
        return found
    return _judged(found, (at_1rm_mps - at_0_mps) / line.slope, *loads)


def _judged(found: LoadVelocity, one_rm_kg: float, low_kg: float, high_kg: float) -> LoadVelocity:
    """The estimate, if it is near enough and narrow enough; what was lifted is its least."""
    heaviest_kg = found.sets[-1].load_kg
    says: Says = "estimate"
    if heaviest_kg > high_kg:
        says = "below"
    elif heaviest_kg < LEAST_HEAVIEST * one_rm_kg:
        says = "far"
    elif high_kg - low_kg > 2 * WIDEST * one_rm_kg:
        says = "wide"
    return replace(
        found,
        says=says,
        one_rm_kg=max(one_rm_kg, heaviest_kg),
        low_kg=max(low_kg, heaviest_kg),
        high_kg=high_kg,
    )


def _lift(exercise: str) -> str:
    return exercise.replace("-", " ")


def _kg(load_kg: float | None, unit: Unit) -> str:
    return f"{load_in(load_kg or 0.0, unit):.0f} {unit}"


def _span(low_kg: float | None, high_kg: float | None, unit: Unit) -> str:
    return f"{load_in(low_kg or 0.0, unit):.0f} to {_kg(high_kg, unit)}"
