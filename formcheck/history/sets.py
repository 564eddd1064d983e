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
        What was measured of ``lumbar_peak_deg``, ``flexion_peak_deg``,
        ``drift_deg_per_rep``, ``score``: value and half of the 90 % interval.
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

    COLUMNS: ClassVar[tuple[str, ...]] = (
        *("date", "exercise", "clip", "folder", "load_kg", "measured", "verdict", "fatigue"),
        *("lumbar_peak_deg", "lumbar_peak_half_deg", "flexion_peak_deg", "flexion_peak_half_deg"),
        *("drift_deg_per_rep", "drift_half_deg_per_rep", "score", "score_half"),
    )

    @classmethod
    def of_row(cls, row: Sequence[Any]) -> PastSet:
        """Of the athlete's name and the values of `COLUMNS`."""
        athlete, date, exercise, clip, folder, load_kg, measured, verdict, fatigue, *pairs = row
        names = ("lumbar_peak_deg", "flexion_peak_deg", "drift_deg_per_rep", "score")
        readings = {
            name: Reading(value, half)
            for name, value, half in zip(names, pairs[::2], pairs[1::2], strict=True)
            if value is not None
        }
        return cls(
            athlete, date, exercise, clip, folder, load_kg, bool(measured), verdict, fatigue,
            readings,
        )  # fmt: skip
