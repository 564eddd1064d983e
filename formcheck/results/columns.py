"""A set as tables of plain columns, for statistics."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from importlib import import_module
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from formcheck.errors import ConfigurationError
from formcheck.results.describe import describe
from formcheck.results.writers import FRAME_COLUMNS, REP_COLUMNS, frame_rows, rep_rows

if TYPE_CHECKING:
    from formcheck.analysis import SetAnalysis

__all__ = ["Columns", "frames_table", "reps_table"]

_YES_NO = {"true": True, "false": False}


class Columns(dict[str, NDArray[Any]]):
    """Columns by name, arrays of one length: numbers (NaN: not measured), texts or truths."""

    def pandas(self) -> Any:
        """The same as a data frame.

        Raises
        ------
        ConfigurationError
            If pandas is not installed.
        """
        try:
            return import_module("pandas").DataFrame(dict(self))
        except ModuleNotFoundError as error:
            raise ConfigurationError(
                "pandas is not installed.\nRun: pip install pandas, or use the columns as they are."
            ) from error


def frames_table(analysis: SetAnalysis) -> Columns:
    """A row a frame, with the columns of ``frames.csv``; `rep` is 0 outside repetitions."""
    return _columns(FRAME_COLUMNS, frame_rows(analysis))


def reps_table(analysis: SetAnalysis) -> Columns:
    """A row a repetition, with the columns of ``reps.csv``."""
    return _columns(REP_COLUMNS, rep_rows(describe(analysis)))


def _columns(names: Sequence[str], rows: Iterable[Sequence[object]]) -> Columns:
    cells = list(zip(*rows, strict=True)) or [()] * len(names)
    return Columns({name: _array(column) for name, column in zip(names, cells, strict=True)})


def _array(column: Sequence[object]) -> NDArray[Any]:
    known = [value for value in column if value is not None]
    if any(isinstance(value, str) for value in known):
        texts = ["" if value is None else str(value) for value in column]
        if set(texts) <= _YES_NO.keys():
            return np.array([_YES_NO[text] for text in texts])
        return np.array(texts)
    return np.array([np.nan if value is None else value for value in column])
