"""The repetitions of the set so far, from analyses of its latest stretch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.analysis import SetAnalysis
from formcheck.assessment.fatigue import SetFatigue, judge_fatigue
from formcheck.assessment.findings import Finding
from formcheck.lifts.lift_measures import UNSEEN, Measured
from formcheck.lifts.measures import RepMeasures

__all__ = ["CountedRep", "Tally", "update"]

# Frames at the beginning of a stretch lack what was before them.
_BLIND_S = 2.0
# A repetition has ended for good when the lifter has rested this long after it.
_SETTLED_S = 0.4


@dataclass(frozen=True)
class CountedRep:
    """A repetition as it was last analysed.

    Attributes
    ----------
    measures : RepMeasures
    findings : tuple of Finding
    ended : bool
    depth : Measured
        Thigh above level at the bottom, of lifts that ask for it.
    """

    measures: RepMeasures
    findings: tuple[Finding, ...]
    ended: bool
    depth: Measured = UNSEEN


@dataclass(frozen=True)
class Tally:
    """All repetitions of the set, and what changed over them."""

    reps: tuple[CountedRep, ...] = ()
    fatigue: SetFatigue | None = None

    @property
    def ended(self) -> tuple[CountedRep, ...]:
        """Those that have ended."""
        return tuple(rep for rep in self.reps if rep.ended)


def update(tally: Tally, analysis: SetAnalysis) -> Tally:
    """Take over what a newer analysis says of the stretch that it saw.

    Parameters
    ----------
    tally : Tally
    analysis : SetAnalysis
        Of the whole set so far or of its latest part, on the set's own clock.
    """
    track = analysis.track
    seen_from_s = float(track.time_s[0]) + _BLIND_S if track.frame[0] > 0 else 0.0
    before = [rep for rep in tally.reps if rep.measures.start_s < seen_from_s]
    now = [rep for rep in _counted(analysis) if rep.measures.start_s >= seen_from_s]
    reps = (*before, *now)
    fatigue = judge_fatigue([rep.measures for rep in reps if rep.ended], analysis.exercise)
    return Tally(reps, fatigue.sets[-1] if fatigue else None)


def _counted(analysis: SetAnalysis) -> Sequence[CountedRep]:
    last_s = float(analysis.track.time_s[-1])
    counted = []
    for number, rep in enumerate(analysis.reps, start=1):
        findings = tuple(f for f in analysis.findings if f.rep == number)
        rested = last_s - rep.end_s >= _SETTLED_S and (rep.rep.came_back or rep.rep.whole)
        ended = rested or number < len(analysis.reps)
        depth = analysis.lift_measures[number - 1].get("depth_thigh_deg", UNSEEN)
        counted.append(CountedRep(rep, findings, ended, depth))
    return counted
