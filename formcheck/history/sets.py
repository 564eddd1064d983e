"""One set of the past, as the history keeps it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from formcheck.results.comparison import Reading

__all__ = ["PastSet"]


@dataclass(frozen=True)
class PastSet:
    """One set.

    Attributes
    ----------
    athlete, date, exercise, clip, folder : str
        The date as ``YYYY-MM-DD``, or empty.
    load_kg : float or None
    measured : bool
    verdict : str
    fatigue : str or None
    readings : dict of str to Reading
        What was measured of `READINGS`: value and half of the 90 % interval.
    tone : {"good", "caution", "stop", "unknown"}
        Of the verdict.
    says : str
        The verdict in a sentence.
    load_given : str
        The load as it was written, if that was not in kilograms.
    sha256 : str
        Of the clip.
    bar_mps, bar_half_mps : float or None
        Mean speed of the bar on the way up in the fastest complete repetition, and half its
        90 % interval.
    bar_from : str
        What its metres stand on: plate or height; empty without metres.
    note : str
        What the coach wrote.
    seen : bool
        Whether the coach marked it as seen.
    """

    athlete: str
    date: str
    exercise: str
    clip: str
    folder: str
    load_kg: float | None
    measured: bool
    verdict: str
    fatigue: str | None
    readings: dict[str, Reading]
    tone: str = "good"
    says: str = ""
    load_given: str = ""
    sha256: str = ""
    bar_mps: float | None = None
    bar_half_mps: float | None = None
    bar_from: str = ""
    note: str = ""
    seen: bool = False

    READINGS: ClassVar[tuple[tuple[str, str, str], ...]] = (
        ("lumbar_peak_deg", "lumbar_peak_deg", "lumbar_peak_half_deg"),
        ("flexion_peak_deg", "flexion_peak_deg", "flexion_peak_half_deg"),
        ("drift_deg_per_rep", "drift_deg_per_rep", "drift_half_deg_per_rep"),
        ("score", "score", "score_half"),
        ("concentric_speed", "speed_body_lengths_per_s", "speed_half_body_lengths_per_s"),
    )
    """Names, each with its column and that of its half interval."""
    FACTS: ClassVar[tuple[str, ...]] = (
        *("date", "exercise", "clip", "folder", "load_kg", "measured", "verdict", "fatigue"),
        *("tone", "says", "load_given", "sha256"),
        *("bar_mps", "bar_half_mps", "bar_from"),
    )

    @classmethod
    def of_row(cls, athlete: str, row: Sequence[Any], note: str | None, seen: Any) -> PastSet:
        """Of the values of `FACTS`, then of the two columns of each of `READINGS`."""
        facts = dict(zip(cls.FACTS, row, strict=False))
        pairs = row[len(cls.FACTS) :]
        readings = {
            name: Reading(value, half)
            for (name, *_), value, half in zip(cls.READINGS, pairs[::2], pairs[1::2], strict=True)
            if value is not None
        }
        facts["measured"] = bool(facts["measured"])
        return cls(athlete, readings=readings, note=note or "", seen=bool(seen), **facts)
