"""Lists of clips as spreadsheets and other systems write them."""

from __future__ import annotations

import contextlib
import csv
import io
import itertools
import logging
import unicodedata
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from formcheck.batch.clips import Clip, Faulty, find_clips
from formcheck.batch.dates import read_day
from formcheck.batch.lists import read_table
from formcheck.errors import ConfigurationError, InputError
from formcheck.loads import KG_PER_LB, read_load

STANDARD = Clip("")
OWN_HEADER = ("path", "athlete", "lift", "load (kg)", "date (YYYY-MM-DD)")
HEADERS = [
    OWN_HEADER,
    ("path", "athlete", "lift", "load", "date"),
    ("Path", "Athlete", "Exercise", "load_kg", "Date"),
    (" PATH ", "ATHLETE", "LIFT", "Load [kg]", "DATE (DD.MM.YYYY)"),
]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "cp1252"]
LINE_ENDS = ["\n", "\r\n", "\r"]
DELIMITERS = [",", ";", "\t", "|"]


def written(
    header: tuple[str, ...],
    *lines: tuple[str, ...],
    delimiter: str = ",",
    line_end: str = "\n",
    quoting: Literal[0, 1] = csv.QUOTE_MINIMAL,
) -> str:
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, lineterminator=line_end, quoting=quoting)
    writer.writerows([header, *lines])
    return text.getvalue()


# ---- delimiters x encodings x line ends x headers


@pytest.mark.parametrize("told", [False, True], ids=["plain", "sep="])
@pytest.mark.parametrize("header", HEADERS)
def test_every_way_to_write_a_list_says_the_same(header: tuple[str, ...], told: bool) -> None:
    lines = [
        ("día 1/ä.mp4", "Zoë", "squat", "82,5", "2026-03-04"),
        ('a "b"; c, d.mp4', "", "", "", ""),
    ]
    for delimiter, encoding, line_end in itertools.product(DELIMITERS, ENCODINGS, LINE_ENDS):
        text = written(header, *lines, delimiter=delimiter, line_end=line_end)
        text = f"sep={delimiter}{line_end}{text}" if told else text
        table = read_table("list.csv", text.encode(encoding))
        first, second = table.rows
        how = (delimiter, encoding, line_end)
        assert (first.path, first.athlete, first.exercise) == ("día 1/ä.mp4", "Zoë", "squat"), how
        assert (first.load_kg, first.date, first.fault) == (82.5, "2026-03-04", ""), how
        assert (second.path, second.fault) == ('a "b"; c, d.mp4', ""), how
        assert [row.line for row in table.rows] == [2 + told, 3 + told], how
        assert bool(table.notes) == (encoding == "cp1252"), how


@given(
    cells=st.lists(
        st.tuples(*[st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"))] * 2),
        max_size=5,
    ),
    delimiter=st.sampled_from(DELIMITERS),
    line_end=st.sampled_from(LINE_ENDS),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_text_in_a_cell_comes_back(
    cells: list[tuple[str, str]], delimiter: str, line_end: str, encoding: str
) -> None:
    header = ("path", "athlete")
    text = written(header, *cells, delimiter=delimiter, line_end=line_end, quoting=csv.QUOTE_ALL)
    table = read_table("list.csv", text.encode(encoding))
    whole = [(path.strip().strip('"'), athlete.strip()) for path, athlete in cells]
    assert [(row.path, row.athlete) for row in table.rows] == [one for one in whole if one[0]]
    assert not any(row.fault for row in table.rows)


@given(
    content=st.binary(max_size=120) | st.text(max_size=120).map(str.encode),
    start=st.sampled_from([b"", b"sep=;\r\n", b"\xff\xfe", b"path;load (lb);date\r"]),
)
def test_any_bytes_are_a_list_or_refused(content: bytes, start: bytes) -> None:
    with contextlib.suppress(InputError, ConfigurationError):
        for row in read_table("list.csv", start + content).rows:
            assert row.path
            assert row.load_kg is None or 0 <= row.load_kg <= 1000


# ---- headers


def test_the_header_that_our_own_message_shows_is_a_header() -> None:
    with pytest.raises(ConfigurationError) as error:
        read_table("list.csv", b"name\nx\n")
    header = str(error.value).split("columns: ")[1].split(". All")[0]
    [row] = read_table("l", f"{header}\na.mp4,Ann,squat,80,2026-03-04\n".encode()).rows
    assert (row.athlete, row.exercise, row.load_kg, row.date) == ("Ann", "squat", 80, "2026-03-04")


def test_every_unknown_column_is_named() -> None:
    table = read_table("list.csv", b"path,Coach,weight,load (stone),\na.mp4,X,90,3,\n")
    [note] = table.notes
    assert "'Coach', 'weight', 'load (stone)'" in note
    assert table.rows[0].load_kg is None


def test_two_columns_for_one_thing_are_not_chosen_from() -> None:
    with pytest.raises(ConfigurationError, match="two columns for the load"):
        read_table("list.csv", b"path,load (kg),load (lb)\na.mp4,80,176\n")


def test_a_cell_too_many_is_a_decimal_comma_gone_astray() -> None:
    first, second = read_table("l", b"path,load\na.mp4,82,5\nb.mp4,80,\n").rows
    assert "more cells than there are columns: '5'" in first.fault
    assert (second.load_kg, second.fault) == (80, "")


def test_a_line_without_a_path_is_told() -> None:
    table = read_table("list.csv", b"path,load\na.mp4,80\n\n,90\n")
    assert [row.path for row in table.rows] == ["a.mp4"]
    assert table.notes == ("list.csv: without a path and left out: line 4.",)


# ---- loads


@pytest.mark.parametrize(
    ("text", "unit", "load_kg", "given"),
    [
        ("", "kg", None, ""),
        ("80", "kg", 80.0, ""),
        ("82,5", "kg", 82.5, ""),
        ("82.50 kg", "lb", 82.5, ""),
        ("82,500", "kg", 82.5, ""),
        ("225 lb", "kg", 102.06, "225 lb"),
        ("225lbs", "kg", 102.06, "225 lb"),
        ("225", "lb", 102.06, "225 lb"),
        ("45,5\u00a0pounds", "kg", 20.64, "45.5 lb"),
        ("1000", "kg", 1000.0, ""),
    ],
)
def test_loads(text: str, unit: str, load_kg: float | None, given: str) -> None:
    assert read_load(text, unit) == (load_kg, given)  # type: ignore[arg-type]


def test_a_pound_is_a_pound() -> None:
    assert pytest.approx(1 / 2.2046226218) == KG_PER_LB


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("heavy", "no number"),
        ("nan", "no number"),
        ("-5", "no number"),
        ("1e2", "no number"),
        ("80 stone", "no number"),
        ("1001", "no number"),
        (",", "no number"),
        ("1,000", "1 or 1000"),
        ("1.000", "1 or 1000"),
        ("1,250 lb", "1.25 or 1250"),
    ],
)
def test_loads_that_are_none_or_two(text: str, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        read_load(text)


# ---- dates


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("", ""),
        ("2026-03-04", "2026-03-04"),
        ("2026/3/4", "2026-03-04"),
        ("2026-03-04T18:30:00Z", "2026-03-04"),
        ("2026-03-04 18:30", "2026-03-04"),
        ("04.03.2026", "2026-03-04"),
        ("4.3.26", "2026-03-04"),
        ("13/04/2026", "2026-04-13"),
        ("4/13/2026 6:30 PM", "2026-04-13"),
        ("4/4/2026", "2026-04-04"),
        ("4 March 2026", "2026-03-04"),
        ("Mar 4, 2026", "2026-03-04"),
        ("04-Mar-26", "2026-03-04"),
        ("46085", "2026-03-04"),
    ],
)
def test_dates(text: str, day: str) -> None:
    assert read_day(text) == day


@pytest.mark.parametrize("text", ["31/02/2026", "2026-02-31", "13/13/2026", "soon", "3/4", "99999"])
def test_dates_that_are_none(text: str) -> None:
    with pytest.raises(ValueError, match="YYYY-MM-DD"):
        read_day(text)


def test_what_can_be_two_dates_is_asked() -> None:
    with pytest.raises(ValueError, match="03 April 2026 or 04 March 2026"):
        read_day("3/4/2026")
    assert read_day("3/4/2026", "day") == "2026-04-03"
    assert read_day("3/4/2026", "month") == "2026-03-04"


def dates(text: str) -> list[str]:
    rows = read_table("list.csv", text.encode()).rows
    return [row.date or row.fault[:15] for row in rows]


def test_header_or_another_date_of_the_list_settles_which_comes_first() -> None:
    assert dates("path,date\na.mp4,3/4/2026\n") == ["is the date '3/"]
    assert dates("path,date\na.mp4,3/4/2026\nb.mp4,13/4/2026\n") == ["2026-04-03", "2026-04-13"]
    assert dates("path,date\na.mp4,3/4/2026\nb.mp4,4/13/2026\n") == ["2026-03-04", "2026-04-13"]
    assert dates("path,date (MM/DD/YYYY)\na.mp4,3/4/2026\n") == ["2026-03-04"]
    mixed = dates("path,date\na.mp4,3/4/2026\nb.mp4,4/13/2026\nc.mp4,13/4/2026\n")
    assert mixed == ["is the date '3/", "2026-04-13", "2026-04-13"]


# ---- names


def test_an_athlete_is_one_in_every_unicode_form(tmp_path: Path) -> None:
    for form in ("NFC", "NFD"):
        folder = tmp_path / unicodedata.normalize(form, "Zoë")
        folder.mkdir()
        (folder / f"{form}.mp4").touch()
    clips = list(find_clips([str(tmp_path)], "/out", STANDARD, athletes_by_folder=True))
    assert [one.athlete for one in clips if isinstance(one, Clip)] == ["Zoë", "Zoë"]
    assert Clip("", "Zoe\u0308").athlete == "Zoë"


def test_a_name_in_another_form_or_with_backslashes_is_found(tmp_path: Path) -> None:
    on_disk = tmp_path / "a" / unicodedata.normalize("NFD", "é.mp4")
    on_disk.parent.mkdir()
    on_disk.touch()
    (tmp_path / "list.csv").write_text("path\na/é.mp4\na\\é.mp4\n", encoding="utf-8")
    found = list(find_clips([str(tmp_path / "list.csv")], "/out", STANDARD))
    assert found == [Clip(str(on_disk))]


def test_what_a_folder_holds_besides_clips_is_named(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    for name in ("a.mts", "b.3gp", "c.m4v", "d.ts", "e.mpeg", "f.gif", "g.txt", ".h.swp"):
        (tmp_path / name).touch()
    with caplog.at_level(logging.WARNING):
        clips = list(find_clips([str(tmp_path)], "/out", STANDARD))
    names = [one.name for one in clips if isinstance(one, Clip)]
    assert names == ["a.mts", "b.3gp", "c.m4v", "d.ts", "e.mpeg"]
    assert "(1 .gif): f.gif" in caplog.text


def test_a_spreadsheet_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "list.xlsx").write_bytes(b"PK")
    with pytest.raises(InputError, match="save it as CSV"):
        list(find_clips([str(tmp_path / "list.xlsx")], "/out", STANDARD))


def test_a_faulty_line_keeps_what_is_known_of_it(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("path,athlete,load\na.mp4,Ann,heavy\n")
    [faulty] = find_clips([str(tmp_path / "list.csv")], "/out", STANDARD)
    assert isinstance(faulty, Faulty)
    assert faulty.clip.athlete == "Ann"
    assert faulty.reason.startswith("Line 2 of ")
