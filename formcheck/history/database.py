"""The history as an SQLite file: what the results say, and the notes of a coach.

A file of another version, or a damaged one, is not fixed but made again from the results;
the notes are carried over.
"""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.assessment.score import BANDS
from formcheck.errors import ConfigurationError
from formcheck.history.notes import Note, exported_notes, placed, read_notes
from formcheck.history.sets import PastSet
from formcheck.results.comparison import Reading, set_mean
from formcheck.results.document import AnalysisDocument

if TYPE_CHECKING:
    from formcheck.batch.results import ClipResult

__all__ = ["HISTORY_NAME", "VERSION", "kept_notes", "make_history", "read_sets", "readings_of"]

HISTORY_NAME = "history.sqlite"
VERSION = 3
"""Of the tables below, kept in the file's user_version."""

_TABLES = """
CREATE TABLE athletes (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
CREATE TABLE sets (
    id INTEGER PRIMARY KEY,
    athlete_id INTEGER NOT NULL REFERENCES athletes (id),
    folder TEXT NOT NULL UNIQUE,
    clip TEXT NOT NULL,
    source TEXT NOT NULL,
    sha256 TEXT NOT NULL,
    date TEXT NOT NULL,
    exercise TEXT NOT NULL,
    load_kg REAL,
    formcheck_version TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    yaw_deg REAL,
    measured INTEGER NOT NULL,
    verdict TEXT NOT NULL,
    fatigue TEXT,
    lumbar_peak_deg REAL, lumbar_peak_half_deg REAL,
    flexion_peak_deg REAL, flexion_peak_half_deg REAL,
    drift_deg_per_rep REAL, drift_half_deg_per_rep REAL,
    score REAL, score_half REAL,
    speed_body_lengths_per_s REAL, speed_half_body_lengths_per_s REAL,
    tone TEXT NOT NULL,
    says TEXT NOT NULL,
    load_given TEXT NOT NULL,
    bar_mps REAL, bar_half_mps REAL, bar_from TEXT NOT NULL
) STRICT;
CREATE TABLE reps (
    set_id INTEGER NOT NULL REFERENCES sets (id),
    number INTEGER NOT NULL,
    complete INTEGER NOT NULL,
    lumbar_peak_deg REAL, uncertainty_deg REAL, lumbar_least_deg REAL, flexion_peak_deg REAL,
    concentric_speed_body_lengths_per_s REAL,
    score REAL,
    PRIMARY KEY (set_id, number)
) STRICT;
CREATE TABLE notes (
    folder TEXT PRIMARY KEY,
    sha256 TEXT NOT NULL,
    text TEXT NOT NULL,
    seen INTEGER NOT NULL
) STRICT;
CREATE INDEX sets_by_athlete ON sets (athlete_id, exercise, date);
"""
_SET_COLUMNS = (
    *("athlete_id", "folder", "clip", "source", "sha256", "date", "exercise", "load_kg"),
    *("formcheck_version", "model_sha256", "yaw_deg", "measured", "verdict", "fatigue"),
    *("lumbar_peak_deg", "lumbar_peak_half_deg", "flexion_peak_deg", "flexion_peak_half_deg"),
    *("drift_deg_per_rep", "drift_half_deg_per_rep", "score", "score_half"),
    *("speed_body_lengths_per_s", "speed_half_body_lengths_per_s"),
    *("tone", "says", "load_given", "bar_mps", "bar_half_mps", "bar_from"),
)


def make_history(results: Sequence[ClipResult], notes: Iterable[Note] = ()) -> bytes:
    """Make the database of all results.

    Parameters
    ----------
    results : sequence of ClipResult
    notes : iterable of Note
        Of an earlier one; those of clips that are not there are kept as well.

    Returns
    -------
    bytes
        Of an SQLite file.
    """
    with closing(sqlite3.connect(":memory:")) as database:
        database.executescript(_TABLES)
        database.execute(f"PRAGMA user_version = {VERSION}")
        with database:
            for result in results:
                _add(database, result)
            clips = {result.folder: result.document.source.sha256 for result in results}
            database.executemany(
                "INSERT INTO notes VALUES (?, ?, ?, ?)",
                [
                    (note.folder, note.sha256, note.text, int(note.seen))
                    for note in placed(notes, clips)
                ],
            )
        return database.serialize()


def _add(database: sqlite3.Connection, result: ClipResult) -> None:
    name = result.clip.athlete
    database.execute("INSERT OR IGNORE INTO athletes (name) VALUES (?)", (name,))
    [athlete] = database.execute("SELECT id FROM athletes WHERE name = ?", (name,)).fetchone()
    values = (athlete, *_set_row(result))
    marks = ", ".join("?" * len(values))
    made = database.execute(
        f"INSERT INTO sets ({', '.join(_SET_COLUMNS)}) VALUES ({marks})", values
    )
    database.executemany(
        f"INSERT INTO reps VALUES ({', '.join('?' * 9)})",
        [
            (
                made.lastrowid,
                rep.index,
                int(rep.complete),
                rep.lumbar_deg.peak,
                rep.lumbar_deg.uncertainty,
                rep.lumbar_deg.least,
                rep.flexion_deg.peak,
                rep.concentric_speed,
                rep.score,
            )
            for rep in result.document.reps
        ],
    )


def _set_row(result: ClipResult) -> tuple[object, ...]:
    document = result.document
    clip, readings = result.clip, readings_of(document)
    return (
        result.folder,
        clip.name,
        clip.url,
        document.source.sha256,
        clip.date,
        document.exercise.name,
        clip.load_kg,
        document.formcheck_version,
        document.model.sha256,
        document.view.yaw_deg,
        int(result.measured),
        result.headline.label,
        document.fatigue.verdict if document.fatigue else None,
        *(value for name, *_ in PastSet.READINGS for value in _pair(readings.get(name))),
        result.headline.tone,
        result.headline.short,
        clip.load_given,
        *_pair(_fastest(document)),
        (document.bar.metres_from or "") if document.bar else "",
    )


def _fastest(document: AnalysisDocument) -> Reading | None:
    """Mean speed of the bar in the fastest complete repetition, in metres a second."""
    speeds = [rep.bar.mean_speed_m_per_s for rep in document.reps if rep.complete and not rep.cut]
    known = [
        Reading(one.value, one.uncertainty)
        for one in speeds
        if one.value is not None and one.uncertainty is not None
    ]
    return max(known, key=lambda one: one.value, default=None)


def _pair(reading: Reading | None) -> tuple[float | None, float | None]:
    return (reading.value, reading.half) if reading else (None, None)


def readings_of(document: AnalysisDocument) -> dict[str, Reading]:
    """What the history keeps of a set: `PastSet.READINGS`, as far as they were measured."""
    found = {
        "lumbar_peak_deg": set_mean("lumbar_peak_deg", document),
        "flexion_peak_deg": set_mean("flexion_peak_deg", document),
        "drift_deg_per_rep": _drift(document),
        "score": _score(document),
        "concentric_speed": set_mean("concentric_speed", document),
    }
    return {name: reading for name, reading in found.items() if reading is not None}


def _drift(document: AnalysisDocument) -> Reading | None:
    fatigue = document.fatigue
    if fatigue is None or fatigue.drift_deg_per_rep is None or fatigue.drift_ci_deg is None:
        return None
    low, high = fatigue.drift_ci_deg
    return Reading(fatigue.drift_deg_per_rep, (high - low) / 2)


def _score(document: AnalysisDocument) -> Reading | None:
    """The score, and how far it may be off within the band of its verdict."""
    if document.score is None:
        return None
    low, high = next(band for band in BANDS.values() if document.score <= band[1])
    return Reading(document.score, (high - low) / 2)


def read_sets(content: bytes) -> list[PastSet]:
    """Read the sets of a database, by athlete, lift and date.

    Raises
    ------
    ConfigurationError
        If it is of a newer version, an older one, or damaged: make it again.
    """
    with _opened(content) as database:
        version = database.execute("PRAGMA user_version").fetchone()[0]
        if version != VERSION:
            raise ConfigurationError(
                f"The history is of version {version}; this formcheck has {VERSION}."
            )
        names = [*PastSet.FACTS, *(name for _, *pair in PastSet.READINGS for name in pair)]
        columns = ", ".join(f"sets.{name}" for name in names)
        rows = database.execute(
            f"SELECT athletes.name, notes.text, notes.seen, {columns} FROM sets "
            "JOIN athletes ON athletes.id = athlete_id "
            "LEFT JOIN notes ON notes.folder = sets.folder "
            "ORDER BY athletes.name, exercise, date, clip"
        ).fetchall()
    return [PastSet.of_row(name, row, note, seen) for name, note, seen, *row in rows]


def kept_notes(history: bytes | None, exported: bytes | None) -> list[Note]:
    """The notes so far: those of the database, or of their table if that cannot be read.

    Parameters
    ----------
    history, exported : bytes or None
        `HISTORY_NAME` and `NOTES_NAME`; None if they are not there.

    Raises
    ------
    ConfigurationError
        If neither can be read: no note is lost without a word.
    """
    if history is not None:
        try:
            with _opened(history) as database:
                return read_notes(database)
        except ConfigurationError:
            if exported is None:
                return []
    return list(exported_notes(exported)) if exported is not None else []


@contextmanager
def _opened(content: bytes) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        file = Path(folder) / HISTORY_NAME
        file.write_bytes(content)
        with closing(sqlite3.connect(file)) as database:
            try:
                yield database
            except sqlite3.DatabaseError as error:
                raise ConfigurationError(f"The history is damaged: {error}.") from error
