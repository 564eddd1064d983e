"""`analysis.json` and its tables, written."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Iterator, Sequence

import numpy as np

from formcheck.analysis import SetAnalysis
from formcheck.files import readable_errors
from formcheck.geometry.steady import in_picture
from formcheck.pose.track import save_track
from formcheck.results.document import AnalysisDocument, BarRepPart, RoundingPart
from formcheck.results.folder import MAIN_NAME, TRACK_NAME, ResultFolder

__all__ = ["FRAME_COLUMNS", "REP_COLUMNS", "frame_rows", "rep_rows", "write_analysis"]

FRAME_COLUMNS = (
    "frame",
    "time_s",
    "lumbar_deg",
    "lumbar_uncertainty_deg",
    "flexion_deg",
    "trunk_lean_deg",
    "hip_deg",
    "knee_deg",
    "rep",
    "phase",
    "thoracic_deg",
    "thoracic_uncertainty_deg",
    "bar_x_px",
    "bar_y_px",
    "bar_forward_cm",
    "bar_height_cm",
    "looked",
)
_FIRST_LIFT_COLUMNS = (
    "flexion_onset_hip_deg",
    "depth_thigh_deg",
    "wink_deg",
    "lean_at_hips_up_deg",
    "curl_deg",
)
REP_COLUMNS = (
    "rep",
    "start_s",
    "turn_s",
    "end_s",
    "eccentric_s",
    "concentric_s",
    "concentric_speed_body_lengths_per_s",
    "complete",
    "lumbar_peak_deg",
    "lumbar_least_deg",
    "lumbar_range_deg",
    "lumbar_uncertainty_deg",
    "flexion_peak_deg",
    "flexion_least_deg",
    "peak_s",
    "least_s",
    "visible",
    "findings",
    "score",
    "visible_low",
    "visible_high",
    *_FIRST_LIFT_COLUMNS,
    "thoracic_peak_deg",
    "thoracic_uncertainty_deg",
    "rounding_grade",
    "rounding_probability",
    "rounding_part",
    "score_basis",
    "cut",
    "bar_source",
    "bar_mean_speed_m_per_s",
    "bar_mean_speed_uncertainty_m_per_s",
    "bar_peak_speed_m_per_s",
    "bar_peak_speed_uncertainty_m_per_s",
    "bar_range_cm",
    "bar_range_uncertainty_cm",
    "bar_drift_cm",
    "bar_drift_uncertainty_cm",
    "speed_loss_pct",
    "speed_loss_uncertainty_pct",
    "down_s",
    "pause_bottom_s",
    "up_s",
    "pause_top_s",
    "lean_low_deg",
    "lean_added_deg",
)


def write_analysis(
    analysis: SetAnalysis, document: AnalysisDocument, folder: ResultFolder, *, track: bool = True
) -> None:
    """Write the analysis, its tables and the pose track."""
    with readable_errors(folder.path):
        files: dict[str, Callable[[], str]] = {
            MAIN_NAME: lambda: document.model_dump_json(indent=2) + "\n",
            "reps.csv": lambda: _table(REP_COLUMNS, rep_rows(document)),
            "frames.csv": lambda: _table(FRAME_COLUMNS, map(_written, frame_rows(analysis))),
        }
        for name, text in files.items():
            (folder.staging / name).write_text(text(), encoding="utf-8", newline="")
        if track:
            save_track(analysis.track, folder.staging / TRACK_NAME)


def _table(header: Sequence[str], rows: Iterator[Sequence[object]]) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(header)
    writer.writerows(rows)
    return text.getvalue()


def rep_rows(document: AnalysisDocument) -> Iterator[Sequence[object]]:
    """The rows of `reps.csv`."""
    for rep in document.reps:
        yield (
            rep.index,
            rep.start_s,
            rep.turn_s,
            rep.end_s,
            rep.eccentric_s,
            rep.concentric_s,
            rep.concentric_speed,
            str(rep.complete).lower(),
            rep.lumbar_deg.peak,
            rep.lumbar_deg.least,
            rep.lumbar_deg.range,
            rep.lumbar_deg.uncertainty,
            rep.flexion_deg.peak,
            rep.flexion_deg.least,
            rep.peak_s,
            rep.least_s,
            rep.visible,
            " ".join(rep.findings),
            rep.score,
            rep.visible_low,
            rep.visible_high,
            *(getattr(rep.lift, name) for name in _FIRST_LIFT_COLUMNS),
            rep.thoracic_deg.peak,
            rep.thoracic_deg.uncertainty,
            *_rounding(rep.rounding),
            rep.score_basis,
            str(rep.cut).lower(),
            document.bar.source if document.bar else None,
            *_bar_cells(rep.bar),
            rep.lift.lean_low_deg,
            rep.lift.lean_added_deg,
        )


def _bar_cells(bar: BarRepPart) -> Iterator[object]:
    """Values of the bar with their uncertainties, and the tempo."""
    doubted = (
        bar.mean_speed_m_per_s,
        bar.peak_speed_m_per_s,
        bar.range_cm,
        bar.drift_cm,
        bar.loss_pct,
    )
    for one in doubted:
        yield from (one.value, one.uncertainty)
    yield from bar.tempo.model_dump().values()


def _rounding(said: RoundingPart | None) -> tuple[object, object, object]:
    return (said.grade, said.probability, said.part) if said else (None, None, None)


def frame_rows(analysis: SetAnalysis) -> Iterator[tuple[int | float | str, ...]]:
    """The rows of `frames.csv` with all their digits: NaN where not measured, rep 0 outside."""
    track, kin = analysis.track, analysis.kinematics
    number = np.zeros(len(track), np.int64)
    for index, rep in enumerate(analysis.reps, start=1):
        number[rep.rep.start : rep.rep.end + 1] = index
    back = kin.back
    size_px = track.clip.width, track.clip.height
    bar_px = in_picture(kin.plate.centre_px, kin.camera, size_px)
    columns: tuple[Sequence[int | float | str], ...] = (
        track.frame.tolist(),
        track.time_s.tolist(),
        back.lumbar_deg.tolist(),
        back.uncertainty_deg.tolist(),
        analysis.flexion_deg.tolist(),
        kin.joints.trunk_lean_deg.tolist(),
        kin.joints.hip_deg.tolist(),
        kin.joints.knee_deg.tolist(),
        number.tolist(),
        analysis.phases,
        back.thoracic_deg.tolist(),
        back.thoracic_uncertainty_deg.tolist(),
        *bar_px.T.tolist(),
        *analysis.bar.path_cm.T.tolist(),
        ["true" if looked else "false" for looked in track.looked],
    )
    return zip(*columns, strict=True)


def _written(row: Sequence[int | float | str]) -> list[str]:
    """The cells of a row of `frames.csv`."""
    return [_cell(name, value) for name, value in zip(FRAME_COLUMNS, row, strict=True)]


def _cell(name: str, value: int | float | str) -> str:
    if isinstance(value, float):
        decimals = 4 if name == "time_s" else 2
        return f"{value:.{decimals}f}" if math.isfinite(value) else ""
    return "" if name == "rep" and value == 0 else str(value)
