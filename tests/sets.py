"""Sets made of numbers, for what comes after the measuring."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.arrays import FloatArray
from formcheck.geometry import Kinematics
from formcheck.lifts.measures import RepMeasures, measure_rep
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
    """A set of complete repetitions."""
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


def with_thoracic(kin: Kinematics, angle_deg: FloatArray, uncertainty_deg: float) -> Kinematics:
    """The same, with an upper back that turns so, float (N,); NaN: not seen."""
    doubt_deg = np.where(np.isfinite(angle_deg), uncertainty_deg, NAN)
    back = replace(kin.back, thoracic_deg=angle_deg, thoracic_uncertainty_deg=doubt_deg)
    return replace(kin, back=back)


def with_upper_back(
    analysis: SetAnalysis, angle_deg: FloatArray, uncertainty_deg: float
) -> SetAnalysis:
    """The same set, measured again with an upper back that turns so."""
    kin = with_thoracic(analysis.kinematics, angle_deg, uncertainty_deg)
    reps = tuple(measure_rep(one.rep, kin, analysis.exercise) for one in analysis.reps)
    return replace(analysis, kinematics=kin, reps=reps)
