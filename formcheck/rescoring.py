"""A result judged again from its track, without its clip."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from formcheck.analysis import analyze_track
from formcheck.assessment.rubric import Rubric
from formcheck.errors import InputError
from formcheck.files import readable_errors
from formcheck.lifts.exercises import AUTO, EXERCISES
from formcheck.pose.track import load_track
from formcheck.results.describe import describe
from formcheck.results.document import AnalysisDocument
from formcheck.results.folder import (
    MAIN_NAME,
    POSTER_NAME,
    SHARE_PICTURE_NAME,
    SHARE_VIDEO_NAME,
    TRACK_NAME,
    VIDEO_NAME,
    ResultFolder,
    key_frame_name,
)
from formcheck.results.stored import read_document
from formcheck.results.writers import write_analysis
from formcheck.settings import Settings

__all__ = ["Rescored", "rescore", "results_in"]

# They show the back and no judgement, or what was judged when they were drawn.
_DRAWN = (
    VIDEO_NAME,
    POSTER_NAME,
    SHARE_VIDEO_NAME,
    SHARE_PICTURE_NAME,
    key_frame_name("*"),
)


@dataclass(frozen=True)
class Rescored:
    """A result before and after.

    Attributes
    ----------
    folder : Path
    before, after : AnalysisDocument
    """

    folder: Path
    before: AnalysisDocument
    after: AnalysisDocument

    @property
    def changed(self) -> bool:
        """Whether anything is said otherwise."""
        return _said(self.before) != _said(self.after)


def _said(document: AnalysisDocument) -> str:
    return document.model_copy(
        update={"formcheck_version": "", "rejudged": False}
    ).model_dump_json()


def results_in(folder: Path) -> Iterator[Path]:
    """Folders below (and the folder itself) that hold a result with its track, in order."""
    for file in sorted(folder.rglob(TRACK_NAME)):
        if (file.parent / MAIN_NAME).is_file():
            yield file.parent


def rescore(
    folder: Path,
    rubric: Rubric,
    *,
    exercise: str | None = None,
    neutral: Settings | None = None,
    write: bool = True,
) -> Rescored:
    """Judge a result again.

    Parameters
    ----------
    folder : Path
        See `results_in`.
    rubric : Rubric
        Thresholds and weights.
    exercise : str, optional
        The lift, if it is another one.
    neutral : Settings, optional
        Their neutral, if it is another one.
    write : bool
        Replace the analysis, its tables and its page, where anything changed. Video and
        pictures stay as they were drawn.

    Raises
    ------
    InputError
        If the result or its track cannot be read, or the lift is none of this formcheck's.
    OutputError
        If the folder cannot be written.
    """
    before = read_document(folder / MAIN_NAME)
    told = before.settings
    lift = exercise or told.exercise
    if lift not in {AUTO, *EXERCISES}:
        raise InputError(f"{folder} was judged as a lift of your own, {lift}: give --exercise.")
    settings = Settings(
        lift,
        told.max_fps,
        told.neutral_deg,
        told.neutral_uncertainty_deg,
        told.neutral_from,
        rubric,
        told.plate_mm,
        told.height_m,
    )
    if neutral is not None:
        settings = replace(
            settings,
            neutral_deg=neutral.neutral_deg,
            neutral_uncertainty_deg=neutral.neutral_uncertainty_deg,
            neutral_from=neutral.neutral_from,
        )
    analysis = analyze_track(load_track(folder / TRACK_NAME), settings)
    after = describe(analysis).model_copy(update={"rejudged": True})
    rescored = Rescored(folder, before, after)
    if write and rescored.changed:
        with ResultFolder(folder.parent, folder.name, force=True) as again:
            write_analysis(analysis, after, again)
            _write_page(folder, again, after)
            again.publish()
    return rescored


def _write_page(folder: Path, again: ResultFolder, after: AnalysisDocument) -> None:
    from formcheck.history.since import since_last
    from formcheck.report import PLOTLY_NAME, REPORT_NAME, report_page

    with readable_errors(folder):
        for old in (old for name in _DRAWN for old in folder.glob(name)):
            shutil.copy2(old, again.staging / old.name)
        if (folder / REPORT_NAME).is_file():
            shared = f"../../{PLOTLY_NAME}"
            plotly = shared if (folder / shared).is_file() else None
            page = report_page(again.staging, plotly=plotly, since=since_last(again.staging, after))
            (again.staging / REPORT_NAME).write_text(page, encoding="utf-8", newline="")
