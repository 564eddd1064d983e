"""A result, as it is read back from its folder."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from formcheck.arrays import FloatArray
from formcheck.errors import InputError
from formcheck.files import read_text
from formcheck.report.words import measured_reps
from formcheck.results.document import AnalysisDocument
from formcheck.results.stored import document_file, read_document

if TYPE_CHECKING:
    from formcheck.analysis import SetAnalysis

__all__ = ["Frames", "Result", "frames_of", "read_frames", "read_result"]


_NUMBERS = ("time_s", "lumbar_deg", "lumbar_uncertainty_deg")
# What older results do not have.
_LATER = ("bar_forward_cm", "bar_height_cm")


@dataclass(frozen=True, eq=False)
class Frames:
    """What `frames.csv` tells of each frame.

    Attributes
    ----------
    time_s, lumbar_deg, lumbar_uncertainty_deg, bar_forward_cm, bar_height_cm : float (N,)
        NaN where not measured.
    rep, phase : list of str
        Empty outside repetitions.
    """

    time_s: FloatArray
    lumbar_deg: FloatArray
    lumbar_uncertainty_deg: FloatArray
    rep: list[str]
    phase: list[str]
    bar_forward_cm: FloatArray
    bar_height_cm: FloatArray

    def at(self, time_s: float) -> int:
        """Index of the frame nearest to a time."""
        return int(np.argmin(np.abs(self.time_s - time_s)))


@dataclass(frozen=True, eq=False)
class Result:
    """A folder of results.

    Attributes
    ----------
    folder : Path
    document : AnalysisDocument
    frames : Frames
    """

    folder: Path
    document: AnalysisDocument
    frames: Frames

    @property
    def measured(self) -> bool:
        """Whether the back was measured in at least one repetition."""
        return bool(measured_reps(self.document))


def read_result(path: Path) -> Result:
    """Read a folder of results, or its `analysis.json`.

    Raises
    ------
    InputError
        If the files are missing, damaged, or of a version that is not known.
    """
    file = document_file(path)
    return Result(file.parent, read_document(file), read_frames(file.parent))


def frames_of(analysis: SetAnalysis) -> Frames:
    """The same of an analysis that is not written."""
    from formcheck.results.columns import frames_table

    table = frames_table(analysis)
    numbers = {name: table[name] for name in (*_NUMBERS, *_LATER)}
    rep = [str(number) if number else "" for number in table["rep"].tolist()]
    return Frames(**numbers, rep=rep, phase=table["phase"].tolist())


def read_frames(folder: Path) -> Frames:
    """Read `frames.csv` of a folder.

    Raises
    ------
    InputError
        If it is missing or damaged.
    """
    file = folder / "frames.csv"
    lines = read_text(file).splitlines()
    try:
        rows = list(csv.DictReader(lines))
        numbers = {
            name: np.array([float(row[name] or math.nan) for row in rows]) for name in _NUMBERS
        }
        numbers |= {
            name: np.array([float(row.get(name) or math.nan) for row in rows]) for name in _LATER
        }
        rep, phase = [row["rep"] for row in rows], [row["phase"] for row in rows]
    except (KeyError, ValueError, TypeError, csv.Error) as error:
        raise InputError(f"{file} is damaged ({error}). Analyse the clip again.") from error
    if not rows or not np.isfinite(numbers["time_s"]).all():
        raise InputError(f"{file} holds no frames. Analyse the clip again.")
    return Frames(**numbers, rep=rep, phase=phase)
