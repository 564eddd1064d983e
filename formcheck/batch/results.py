"""All results of a folder, read back from their files alone."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from formcheck.batch.clips import Clip
from formcheck.batch.job import CLIPS, Outcome
from formcheck.batch.places import Place
from formcheck.batch.resume import recorded
from formcheck.errors import InputError
from formcheck.report.words import Headline, headline, key_reps
from formcheck.results.document import AnalysisDocument
from formcheck.results.folder import key_frame_name
from formcheck.results.stored import parse_document
from formcheck.spreadsheet import text_of_cell

__all__ = ["ClipResult", "failed_before", "read_results"]


@dataclass(frozen=True, eq=False)
class ClipResult:
    """One clip that was analysed.

    Attributes
    ----------
    folder : str
        In the folder of the batch.
    clip : Clip
    document : AnalysisDocument
    headline : Headline
    picture : str
        Of the worst repetition, in the folder of the batch; empty if there is none.
    report : str
        Its page; empty if there is none.
    """

    folder: str
    clip: Clip
    document: AnalysisDocument
    headline: Headline
    picture: str
    report: str

    @property
    def measured(self) -> bool:
        """Whether the back was measured in at least one repetition."""
        return self.headline.tone != "unknown"


def read_results(place: Place) -> tuple[list[ClipResult], list[str]]:
    """Read every result of a folder, by athlete and date.

    Of two results of one path, the clip having changed in between, the newer counts.

    Returns
    -------
    results : list of ClipResult
    unreadable : list of str
        Folders whose `analysis.json` is missing, damaged or of another version.
    """
    records = _newest(recorded(place))
    contents = place.read_many([f"{folder}/analysis.json" for folder in records])
    files = {f"{CLIPS}/{name}" for name in place.files(CLIPS)}
    results, unreadable = [], []
    for folder, record in records.items():
        content = contents.get(f"{folder}/analysis.json", b"")
        try:
            document = parse_document(content, folder)
        except InputError:
            unreadable.append(folder)
        else:
            results.append(_result(folder, record, document, files))
    results.sort(key=lambda one: (one.clip.athlete.casefold(), one.clip.date, one.clip.name))
    return results, unreadable


def _newest(records: Mapping[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    by_url: dict[str, str] = {}
    for folder, record in sorted(records.items(), key=lambda item: item[1].get("finished", "")):
        by_url[record["clip"].get("url", folder)] = folder
    return {folder: records[folder] for folder in sorted(by_url.values())}


def _result(
    folder: str, record: Mapping[str, Any], document: AnalysisDocument, files: Iterable[str]
) -> ClipResult:
    worst = key_reps(document)[:1]
    picture = f"{folder}/{key_frame_name(worst[0].rep.index)}" if worst else ""
    report = f"{folder}/report.html"
    return ClipResult(
        folder,
        Clip(**record["clip"]),
        document,
        headline(document),
        picture if picture in files else "",
        report if report in files else "",
    )


def failed_before(place: Place) -> list[Outcome]:
    """The clips that failed in the last run, from its ``errors.csv``."""
    name = "errors.csv"
    text = place.read_many([name]).get(name, b"").decode("utf-8-sig")
    return [
        Outcome(
            Clip(
                text_of_cell(row["source"]),
                text_of_cell(row["athlete"]),
                row["exercise"],
                float(row["load_kg"]) if row["load_kg"] else None,
                row["date"],
            ),
            "failed",
            text_of_cell(row["reason"]),
            elapsed_s=float(row["elapsed_s"]),
        )
        for row in csv.DictReader(io.StringIO(text, newline=""))
    ]
