"""What a coach says of a set: kept through every rebuild, shown, and exported."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Literal
from unicodedata import normalize

import pytest
from batches import FORMULA, put_result
from commands import run

from formcheck.batch.clips import Clip
from formcheck.batch.job import Outcome
from formcheck.batch.places import Place
from formcheck.batch.publish import publish
from formcheck.errors import ConfigurationError
from formcheck.history.notes import Note, changed, exported_notes, notes_table, placed
from formcheck.history.sets import PastSet

ONE = PastSet(
    "Ann", "2026-01-01", "deadlift", "a.mp4", "clips/a-1", None, True, "", None, {}, sha256="a"
)
TWO = replace(ONE, clip="b.mp4", folder="clips/b-2", sha256="b")


@pytest.fixture
def season(tmp_path: Path) -> Path:
    """Two sets of Ann that must stop, the second of them later; and a clip that failed."""
    for number in (1, 2):
        clip = Clip(f"/x/{number}.mp4", "Ann", "deadlift", 100, f"2026-01-0{number}")
        put_result(tmp_path, clip, (30.0, 30.0))
    publish(Place(str(tmp_path)), [Outcome(Clip("/x/bad.mp4", "Bo"), "failed", FORMULA)])
    return tmp_path


def note_of(season: Path, clip: str) -> tuple[str, str]:
    """Whether it was seen, and the text, as the summary exports them."""
    rows = csv.DictReader(io.StringIO((season / "summary.csv").read_text("utf-8-sig")))
    [row] = [row for row in rows if row["clip"] == clip]
    return row["seen"], row["note"]


def test_a_note_is_shown_and_exported(season: Path) -> None:
    assert run("history", season, "--note", f"2.mp4={FORMULA}").exit_code == 0
    assert note_of(season, "2.mp4") == ("no", f"'{FORMULA}")
    assert FORMULA in (season / "index.html").read_text("utf-8")
    [page] = season.glob("athletes/*.html")
    assert FORMULA in page.read_text("utf-8")
    assert FORMULA in run("history", season).stdout
    [lift] = json.loads(run("history", season, "--json").stdout)
    assert lift["notes"] == [
        {"date": "2026-01-02", "clip": "2.mp4", "seen": False, "note": FORMULA}
    ]
    # What failed in the last run is still listed.
    assert "bad.mp4" in (season / "index.html").read_text("utf-8")
    assert FORMULA in (season / "errors.csv").read_text("utf-8-sig")


@pytest.mark.parametrize(("stored", "typed"), [("NFC", "NFD"), ("NFD", "NFC"), ("NFD", "NFD")])
def test_a_clip_is_meant_in_every_form_in_which_its_name_is_typed(
    stored: Literal["NFC", "NFD"], typed: Literal["NFC", "NFD"], season: Path
) -> None:
    clip = Clip(f"/x/{normalize(stored, 'Zoë.mp4')}", "Zoë", "deadlift", 100, "2026-01-03")
    put_result(season, clip, (30.0, 30.0))
    publish(Place(str(season)), [])
    name = normalize(typed, "Zoë.mp4")
    assert run("history", season, "--note", f"{name}=Belt.", "--seen", name).exit_code == 0
    assert note_of(season, "Zoë.mp4") == ("yes", "Belt.")


def test_what_was_seen_needs_attention_no_more(season: Path) -> None:
    def attention() -> bool:
        return 'class="attention"' in (season / "index.html").read_text("utf-8")

    assert attention()
    run("history", season, "--seen", "2.mp4")
    assert note_of(season, "2.mp4") == ("yes", "")
    assert not attention()
    run("history", season, "--unseen", "2.mp4")
    assert attention()


@pytest.mark.parametrize("damage", ["none", "gone", "damaged", "newer", "without notes.csv"])
def test_notes_survive_a_rebuild(season: Path, damage: str) -> None:
    run("history", season, "--note", "1.mp4=Belt.", "--seen", "1.mp4")
    file = season / "history.sqlite"
    if damage == "gone":
        file.unlink()
    elif damage == "damaged":
        file.write_bytes(b"SQLite format 3\0" + b"rubbish" * 100)
    elif damage == "newer":
        with closing(sqlite3.connect(file)) as database:
            database.execute("PRAGMA user_version = 99")
    elif damage == "without notes.csv":
        (season / "notes.csv").unlink()
    assert run("history", season, "--rebuild").exit_code == 0
    put_result(season, Clip("/x/new.mp4", "Ann", "deadlift", 100, "2026-03-01"))
    publish(Place(str(season)), [])
    assert note_of(season, "1.mp4") == ("yes", "Belt.")


def test_a_note_follows_its_clip_to_another_name_and_none_is_dropped() -> None:
    notes = [Note("clips/old-a", "a", "of a"), Note("clips/gone", "z", "of z")]
    told = placed(notes, {"clips/a-1": "a", "clips/b-2": "b"})
    assert {(note.folder, note.text) for note in told} == {
        ("clips/a-1", "of a"),
        ("clips/gone", "of z"),
    }
    # Of two sets of one content none can be told to be the one.
    assert placed(notes[:1], {"clips/a-1": "a", "clips/a-2": "a"}) == notes[:1]


def test_an_empty_text_takes_a_note_away_and_a_folder_names_a_set() -> None:
    notes = changed([], [ONE, TWO], texts=[("a.mp4", "x"), ("clips/b-2", " y ")], seen=["b-2"])
    assert [(note.folder, note.text, note.seen) for note in notes] == [
        ("clips/a-1", "x", False),
        ("clips/b-2", "y", True),
    ]
    [left] = changed(notes, [ONE, TWO], texts=[("a.mp4", "")], unseen=["b.mp4"])
    assert left == Note("clips/b-2", "b", "y")


def test_a_clip_that_is_not_there_or_there_twice_is_told(season: Path) -> None:
    result = run("history", season, "--seen", "9.mp4")
    assert result.exit_code == 2
    assert "no clip 9.mp4" in result.stderr
    with pytest.raises(ConfigurationError, match=r"clips/a-1, clips/b-2"):
        changed([], [ONE, replace(TWO, clip="a.mp4")], seen=["a.mp4"])
    assert run("history", season, "--note", "1.mp4").exit_code == 2


def test_the_table_reads_back_as_it_was_written() -> None:
    notes = [Note("clips/a-1", "a", '=1, "x"\nand more', seen=True), Note("clips/gone", "z", "'t")]
    assert list(exported_notes(notes_table(notes, [ONE]))) == notes
    with pytest.raises(ConfigurationError):
        exported_notes(b"no,notes\n1,2\n")


def test_loads_are_shown_in_the_unit_that_the_coach_writes(tmp_path: Path) -> None:
    for day, load_kg, given in ((1, 102.06, "225 lb"), (2, 60.0, ""), (3, 106.59, "235 lb")):
        clip = Clip(f"/x/{day}.mp4", "Ann", "deadlift", load_kg, f"2026-01-0{day}", "list", given)
        put_result(tmp_path, clip, (-20.0, -20.0))
    publish(Place(str(tmp_path)), [])
    [page] = tmp_path.glob("athletes/*.html")
    for text in (page.read_text("utf-8"), (tmp_path / "index.html").read_text("utf-8")):
        assert "225 lb" in text
        assert "132.3 lb" in text
        assert "102.06" not in text.replace('data-load="102.06"', "")
    assert "Load 225 lb, 235 lb" in " ".join(run("history", tmp_path).stdout.split())
    [lift] = json.loads(run("history", tmp_path, "--json").stdout)
    assert lift["loads_kg"] == [
        ["2026-01-01", 102.06],
        ["2026-01-02", 60.0],
        ["2026-01-03", 106.59],
    ]
