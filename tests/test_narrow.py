"""Terminals that are narrow, and code pages that lack signs: no crash, nothing torn."""

from __future__ import annotations

import contextlib
import io
import json
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest
from figures import moving_lifter
from rich.console import Console
from rich.table import Table
from rich.text import Text

from formcheck import save_track
from formcheck.cli import main
from formcheck.commands.tables import fitted
from formcheck.plain import encodable_json

NAME = "デッドリフト"
CODES = ("breakdown-under-fatigue", "lumbar-flexion")
NUMBER = re.compile(r"[+-]\d+°(?: ±\d+)?")
CELLS = ("12", "+31° ±7", "-16°", "0.20 /s")


def table_of(rows: int = 3) -> Table:
    table = Table(
        "rep", "most flexed", "least", "speed", "findings", box=None, padding=(0, 1, 0, 0)
    )
    for _ in range(rows):
        table.add_row(*CELLS, Text(" ".join(CODES)))
    return table


@pytest.mark.parametrize("width", range(24, 90, 3))
def test_codes_and_numbers_stay_whole_at_every_width(width: int) -> None:
    out = io.StringIO()
    console = Console(file=out, width=width)
    console.print(fitted(console, table_of(), ("findings",)))
    shown = out.getvalue()
    assert all(shown.count(cell) >= 3 for cell in (*CELLS, *CODES)), shown
    if width >= 35:  # room for the longest code
        assert max(map(len, shown.splitlines())) <= width


@pytest.mark.parametrize("width", [30, 40, 60, 80])
def test_a_number_and_its_uncertainty_are_not_parted_where_a_cell_has_two(width: int) -> None:
    out = io.StringIO()
    table = Table("measure", "first and last", "what changed", box=None, padding=(0, 2, 0, 0))
    ends = ("-12.0 ±7.1° a rep", "+32.0 ±12.6° a rep")
    table.add_row("Drift within the set", "\n".join(ends), "No clear change over all of the weeks.")
    console = Console(file=out, width=width)
    console.print(fitted(console, table, ("what changed",)))
    shown = out.getvalue()
    assert all(end in shown for end in ends), shown
    assert max(map(len, shown.splitlines())) <= width


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("narrow")
    save_track(moving_lifter("deadlift", [0.0, 30.0, 30.0, 30.0]), folder / f"{NAME}.npz")
    assert _run("utf-8", folder, "analyze", f"{NAME}.npz", "-e", "deadlift").code == 0
    return folder


class Ran(NamedTuple):
    """What a command left."""

    code: int
    stdout: bytes
    stderr: bytes


def _run(encoding: str, folder: Path, *words: str, columns: int = 80) -> Ran:
    """Run the console command here, with terminal and code page as they would be."""
    written = io.BytesIO(), io.BytesIO()
    out, err = (io.TextIOWrapper(file, encoding=encoding) for file in written)
    handler = signal.getsignal(signal.SIGTERM)
    with pytest.MonkeyPatch.context() as patch, contextlib.chdir(folder):
        patch.setattr(sys, "stdout", out)
        patch.setattr(sys, "stderr", err)
        patch.setattr(sys, "argv", ["formcheck", *words])
        patch.setenv("COLUMNS", str(columns))
        patch.setenv("PYTHONSAFEPATH", "1")
        with pytest.raises(SystemExit) as left:
            main()
    signal.signal(signal.SIGTERM, handler)
    out.flush()
    err.flush()
    assert isinstance(left.value.code, int)
    return Ran(left.value.code, *(file.getvalue() for file in written))


ANALYSES = [
    (("analyze", f"{NAME}.npz", "-e", "deadlift", "--force", "--no-html"), 0),
    (("compare", f"results/{NAME}", f"{NAME}.npz", "-e", "deadlift"), 0),
    (("analyze", "日本.mp4"), 1),
]
OTHERS = [
    (("analyze", f"{NAME}.npz", "-e", "deadlift", "--force", "-q", "--no-html"), 0),
    (("report", f"results/{NAME}"), 0),
    (("history", "日本"), 1),
    (("batch", "日本.mp4"), 1),
    (("config", "show"), 0),
    (("symptoms", "--template"), 0),
    (("models",), 0),
    (("schema",), 0),
    (("live", "--help"), 0),
    (("serve", "--help"), 0),
    (("doctor", "--help"), 0),
]


@pytest.mark.parametrize(
    ("encoding", "words", "code"),
    [
        *(("ascii", *command) for command in (*ANALYSES, *OTHERS)),
        *((page, *command) for page in ("cp1252", "latin-1") for command in ANALYSES),
    ],
    ids=lambda value: " ".join(value[:1]) if isinstance(value, tuple) else "",
)
def test_no_command_falls_over_a_code_page(
    results: Path, encoding: str, words: tuple[str, ...], code: int
) -> None:
    ran = _run(encoding, results, *words)
    assert ran.code == code, ran.stderr
    assert b"Traceback" not in ran.stderr
    assert (ran.stdout + ran.stderr).decode(encoding, errors="replace")


def test_neither_does_a_process_of_its_own(results: Path) -> None:
    words, code = ANALYSES[0]
    ran = subprocess.run(
        [sys.executable, "-m", "formcheck", *words],
        cwd=results,
        capture_output=True,
        check=False,
        env=os.environ | {"PYTHONIOENCODING": "ascii", "PYTHONUTF8": "0"},
    )
    assert (ran.returncode, b"Traceback" in ran.stderr) == (code, False)
    assert ran.stdout.isascii()


def test_json_keeps_what_a_code_page_lacks(results: Path) -> None:
    words = ("analyze", f"{NAME}.npz", "-e", "deadlift", "--force", "--json", "--no-html")
    told = [
        json.loads(_run(kind, results, *words).stdout.decode(kind)) for kind in ("ascii", "utf-8")
    ]
    assert told[0] == told[1]


def test_escaped_json_says_the_same() -> None:
    text = json.dumps({"name": f"{NAME} \U0001f3cb ° a"}, ensure_ascii=False)
    assert encodable_json(text, "utf-8") == text
    escaped = encodable_json(text, "ascii")
    assert escaped.isascii()
    assert json.loads(escaped) == json.loads(text)


@pytest.mark.parametrize("columns", [40, 60, 80])
def test_numbers_of_a_set_stay_whole(results: Path, columns: int) -> None:
    words = ("analyze", f"{NAME}.npz", "-e", "deadlift", "--force", "--no-html")
    wide, narrow = (
        _run("utf-8", results, *words, columns=width).stdout.decode() for width in (200, columns)
    )
    in_table = set(NUMBER.findall("\n".join(wide.splitlines()[:6])))
    assert len(in_table) > 4
    assert in_table <= set(NUMBER.findall(narrow)), narrow
