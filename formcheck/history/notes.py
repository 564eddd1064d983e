"""What a coach says of a set: a text, and whether it was seen.

Notes are the one thing in the history that no result says. So they are carried over when it
is made again, and stand in `NOTES_NAME` as well: from there they come back if the database is
lost or damaged.
"""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from formcheck.errors import ConfigurationError
from formcheck.history.sets import PastSet
from formcheck.spreadsheet import text_of_cell, written_table

__all__ = ["NOTES_NAME", "Note", "changed", "exported_notes", "notes_table", "placed", "read_notes"]

NOTES_NAME = "notes.csv"
_COLUMNS = ("athlete", "date", "exercise", "clip", "seen", "note", "folder", "sha256")


@dataclass(frozen=True)
class Note:
    """Of one set.

    Attributes
    ----------
    folder : str
        Of its result.
    sha256 : str
        Of its clip, by which it is known again under another name.
    text : str
    seen : bool
    """

    folder: str
    sha256: str
    text: str = ""
    seen: bool = False


def placed(notes: Iterable[Note], clips: Mapping[str, str]) -> list[Note]:
    """Notes with the folders in which their clips lie now.

    Parameters
    ----------
    notes : iterable of Note
    clips : mapping
        Hash of the clip, by folder of the result.

    Returns
    -------
    list of Note
        All of them: the result of a clip may be gone, and come back.
    """
    by_hash: dict[str, list[str]] = {}
    for folder, sha256 in clips.items():
        by_hash.setdefault(sha256, []).append(folder)
    found: dict[str, Note] = {}
    for note in sorted(notes, key=lambda one: one.folder not in clips):
        same = by_hash.get(note.sha256, [])
        moved = note.folder not in clips and len(same) == 1 and same[0] not in found
        folder = same[0] if moved else note.folder
        found.setdefault(folder, replace(note, folder=folder))
    return list(found.values())


def changed(
    notes: Iterable[Note],
    sets: Sequence[PastSet],
    *,
    texts: Iterable[tuple[str, str]] = (),
    seen: Iterable[str] = (),
    unseen: Iterable[str] = (),
) -> list[Note]:
    """Notes after what a coach says now.

    Parameters
    ----------
    notes : iterable of Note
        Those so far.
    sets : sequence of PastSet
    texts : iterable of (clip, text)
        An empty text removes the note.
    seen, unseen : iterable of str
        Clips, by name or by folder.

    Raises
    ------
    ConfigurationError
        If a clip is none of the sets, or could be several of them.
    """
    by_folder = {note.folder: note for note in notes}

    def of(clip: str) -> Note:
        one = _meant(clip, sets)
        return by_folder.get(one.folder, Note(one.folder, one.sha256))

    for clip, text in texts:
        note = of(clip)
        by_folder[note.folder] = replace(note, text=text.strip())
    for clips, mark in ((seen, True), (unseen, False)):
        for clip in clips:
            note = of(clip)
            by_folder[note.folder] = replace(note, seen=mark)
    return [note for note in by_folder.values() if note.text or note.seen]


def _meant(clip: str, sets: Sequence[PastSet]) -> PastSet:
    name = clip.rstrip("/").rsplit("/", 1)[-1]
    found = [one for one in sets if name in {one.clip, one.folder.rsplit("/", 1)[-1]}]
    if len(found) == 1:
        return found[0]
    if found:
        folders = ", ".join(one.folder for one in found)
        raise ConfigurationError(f"{clip} is the name of several clips.\nGive one of {folders}.")
    raise ConfigurationError(
        f"There is no clip {clip} in the history.\nGive the name of a clip, as index.html shows "
        "it, or the folder of its result."
    )


def read_notes(database: sqlite3.Connection) -> list[Note]:
    """Read the notes of an open history; none of one that was made before there were any."""
    if not database.execute("SELECT 1 FROM sqlite_master WHERE name = 'notes'").fetchone():
        return []
    rows = database.execute("SELECT folder, sha256, text, seen FROM notes").fetchall()
    return [Note(folder, sha256, text, bool(seen)) for folder, sha256, text, seen in rows]


def notes_table(notes: Iterable[Note], sets: Iterable[PastSet]) -> bytes:
    """Make the table of all notes, for a spreadsheet."""
    by_folder = {one.folder: one for one in sets}
    rows = []
    for note in sorted(notes, key=lambda one: one.folder):
        of = by_folder.get(note.folder)
        facts = (of.athlete, of.date, of.exercise, of.clip) if of else ("",) * 4
        seen = "yes" if note.seen else "no"
        rows.append((*facts, seen, note.text, note.folder, note.sha256))
    return written_table(_COLUMNS, rows)


def exported_notes(content: bytes) -> Collection[Note]:
    """Read that table back.

    Raises
    ------
    ConfigurationError
        If it is no such table.
    """
    try:
        rows = list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline="")))
        return [
            Note(row["folder"], row["sha256"], text_of_cell(row["note"]), row["seen"] == "yes")
            for row in rows
        ]
    except (KeyError, TypeError, ValueError, csv.Error) as error:
        raise ConfigurationError(
            f"{NOTES_NAME} cannot be read ({error!r}).\nFix it, or move it away."
        ) from error
