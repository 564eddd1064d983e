"""The small chart of a row: the peak of each repetition, on one scale for all rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from formcheck.batch.results import ClipResult
from formcheck.report.words import flagged

__all__ = ["HEIGHT", "WIDTH", "RepMark", "Sparkline", "sparklines"]

WIDTH, HEIGHT = 132, 44
_EDGE = 6.0


@dataclass(frozen=True)
class RepMark:
    """A repetition: where it stands, its interval, and whether it is flagged."""

    x: float
    y: float
    high: float
    low: float
    flagged: bool


@dataclass(frozen=True)
class Sparkline:
    """A chart in its own pixels.

    Attributes
    ----------
    marks : tuple of RepMark
    unseen : tuple of float
        Where repetitions stand that were not measured.
    flat : float
        Height of 0 degrees.
    says : str
        The same in words.
    """

    marks: tuple[RepMark, ...]
    unseen: tuple[float, ...]
    flat: float
    says: str


def sparklines(results: Sequence[ClipResult]) -> list[Sparkline]:
    """Make a chart of each, all on the same scale."""
    ends = [0.0]
    for result in results:
        for rep in result.document.reps:
            angle = rep.lumbar_deg
            if angle.peak is not None:
                half = angle.uncertainty or 0.0
                ends += [angle.peak - half, angle.peak + half]
    scale = _Scale(min(ends), max(ends))
    return [_sparkline(result, scale) for result in results]


@dataclass(frozen=True)
class _Scale:
    low_deg: float
    high_deg: float

    def y(self, angle_deg: float) -> float:
        share = (angle_deg - self.low_deg) / max(self.high_deg - self.low_deg, 1.0)
        return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)


def _sparkline(result: ClipResult, scale: _Scale) -> Sparkline:
    step = (WIDTH - 2 * _EDGE) / max(len(result.document.reps) - 1, 1)
    marks, unseen, said = [], [], []
    for i, rep in enumerate(result.document.reps):
        x, angle = round(_EDGE + i * step, 1), rep.lumbar_deg
        if angle.peak is None:
            unseen.append(x)
            said.append("not seen")
            continue
        half = angle.uncertainty or 0.0
        at = [scale.y(angle.peak + d) for d in (0.0, half, -half)]
        marks.append(RepMark(x, at[0], at[1], at[2], flagged(result.document, rep.index)))
        said.append(f"{angle.peak:+z.0f}°")
    return Sparkline(
        tuple(marks),
        tuple(unseen),
        scale.y(0.0),
        "Most flexed, repetition by repetition: " + ", ".join(said),
    )
