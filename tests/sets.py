"""Sets made of numbers, for what comes after the measuring."""

from __future__ import annotations

from collections.abc import Sequence

from formcheck.lifts.measures import RepMeasures
from formcheck.lifts.reps import Rep

NAN = float("nan")


def measured_rep(
    number: int = 1,
    peak_deg: float = -8.0,
    *,
    least_deg: float = -30.0,
    speed: float = 0.6,
    start_s: float | None = None,
    uncertainty_deg: float = 4.0,
    visible: float = 1.0,
    complete: bool = True,
    cut: bool = False,
) -> RepMeasures:
    """One repetition of two seconds, one second after the one before; NaN: not measured."""
    start = 3.0 * (number - 1) if start_s is None else start_s
    frame = round(30 * start)
    return RepMeasures(
        rep=Rep(
            frame, frame + 30, frame + 30, frame + 30, frame + 60, complete, complete, cut, True
        ),
        start_s=start,
        turn_s=start + 1.0,
        end_s=start + 2.0,
        eccentric_s=1.0,
        concentric_s=1.0,
        concentric_speed=speed,
        peak_deg=peak_deg,
        least_deg=least_deg,
        peak_s=start + 0.1,
        least_s=start + 1.0,
        uncertainty_deg=uncertainty_deg,
        least_uncertainty_deg=uncertainty_deg,
        visible=visible,
        visible_low=visible,
        visible_high=visible,
    )


def measured_set(
    peaks_deg: Sequence[float],
    *,
    leasts_deg: Sequence[float] | None = None,
    speeds: Sequence[float] | None = None,
    uncertainty_deg: float = 4.0,
) -> list[RepMeasures]:
    """A set of whole repetitions."""
    count = len(peaks_deg)
    return [
        measured_rep(
            i + 1,
            peaks_deg[i],
            least_deg=(leasts_deg or [-30.0] * count)[i],
            speed=(speeds or [0.6] * count)[i],
            uncertainty_deg=uncertainty_deg,
        )
        for i in range(count)
    ]
