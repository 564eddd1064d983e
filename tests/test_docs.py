"""The documentation is true: links lead somewhere, examples run, lists are whole."""

from __future__ import annotations

import contextlib
import io
import re
import subprocess
import sys
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from pkgutil import resolve_name
from typing import get_args

import pytest
from tables import commands
from typer.main import get_command

from formcheck.assessment import checks, contributors, findings, refusals
from formcheck.assessment.wording import ROUNDING_CODES
from formcheck.cli import app
from formcheck.lifts.exercises import EXERCISES, CheckCode
from formcheck.models.store import ResolvedModel

ROOT = Path(__file__).parent.parent
DOCS = ROOT / "docs"
PAGES = sorted(
    path
    for pattern in ("*.md", "docs/*.md", "benchmarks/*.md", "samples/*.md", "models/*.md")
    for path in ROOT.glob(pattern)
)
CODE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
# Options of Dask's, pip's, SLURM's and our own scripts' that the pages name.
FOREIGN = {"--nthreads", "--check"}
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
FILES = re.compile(r"(?<![\w/.-])(?:formcheck|lifter|benchmarks|docs|tests|samples)/[\w/.-]*\w")
NAMES = re.compile(r"(?<![\w./])formcheck(?:\.\w+)+")
CODES = re.compile(r"(?:Reason|Finding|Contributor)\(\s*\"([a-z-]+)\"")


def named(page: Path) -> str:
    return str(page.relative_to(ROOT))


def prose(page: Path) -> str:
    """A page without its code."""
    return CODE.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Where a link into a page can lead, as GitHub names it."""
    heads = re.findall(r"^#+ (.*)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_every_link_leads_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", prose(page))
    for link in links:
        if "://" in link:
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor:
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_files_that_are_named_are_there(page: Path) -> None:
    files = FILES.findall(page.read_text(encoding="utf-8"))
    assert [file for file in files if not (ROOT / file).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, *sorted(ROOT.glob("formcheck/**/*.py"))], ids=named)
def test_python_names_that_are_named_are_there(page: Path) -> None:
    for name in set(NAMES.findall(page.read_text(encoding="utf-8"))) - {"formcheck.toml"}:
        resolve_name(name)


def test_every_page_is_in_the_index() -> None:
    index = (DOCS / "README.md").read_text(encoding="utf-8")
    pages = [path for path in PAGES if path.parent in {DOCS, ROOT / "benchmarks"}]
    pages.remove(DOCS / "README.md")
    missing = [path.name for path in pages if f"{path.name})" not in index]
    assert missing == []


def test_every_picture_is_shown() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    assert [p.name for p in DOCS.glob("*.jpg") if f"{p.name})" not in text] == []


def test_the_made_tables_are_up_to_date() -> None:
    check = [sys.executable, str(DOCS / "tables.py"), "--check"]
    run = subprocess.run(check, capture_output=True, text=True, check=False)
    assert run.returncode == 0, f"{run.stdout}{run.stderr}\nRun: python docs/tables.py"


def test_every_command_has_its_table() -> None:
    """But for those that only hold others."""
    page = (DOCS / "commands.md").read_text(encoding="utf-8")
    tables = set(re.findall(r"<!-- commands: (.*?) -->", page))
    assert tables == (set(commands(get_command(app))) - {"", "config"}) | {"formcheck"}


@pytest.mark.parametrize("page", PAGES, ids=named)
def test_options_that_are_named_exist(page: Path) -> None:
    known = {
        name
        for command in commands(get_command(app)).values()
        for option in command.params
        for name in (*option.opts, *option.secondary_opts)
    }
    text = page.read_text(encoding="utf-8")
    ours = "|".join(name for name in commands(get_command(app)) if name)
    lines = re.findall(rf"formcheck (?:{ours})\b[^\n`]*", text)
    used = {option for line in lines for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", line)}
    used |= set(re.findall(r"`(--[a-z][a-z-]+)", text)) - FOREIGN
    assert used - FOREIGN <= known | {"--help"}


def codes_in(module: object) -> set[str]:
    """Codes that a module can say."""
    source = Path(str(getattr(module, "__file__", ""))).read_text(encoding="utf-8")
    return set(CODES.findall(source))


def test_every_reason_has_advice_in_the_filming_guide() -> None:
    page = (DOCS / "filming.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `([a-z-]+)` \|", page, re.MULTILINE))
    reasons = codes_in(refusals)
    assert len(reasons) >= 18
    assert rows == reasons


def test_every_finding_is_explained() -> None:
    page = (DOCS / "reading-the-report.md").read_text(encoding="utf-8")
    codes = set[str]().union(*map(codes_in, (findings, checks, contributors)))
    codes |= {*get_args(CheckCode), "breakdown-under-fatigue", *findings.DRIFT_CODES.values()}
    codes |= set(ROUNDING_CODES.values())
    assert len(codes) == 16
    assert [code for code in codes if f"`{code}`" not in page] == []


def test_every_lift_is_named_where_people_look() -> None:
    for page in (ROOT / "README.md", DOCS / "measurement.md"):
        text = page.read_text(encoding="utf-8")
        assert [lift for lift in EXERCISES if lift not in text] == []


def alike(shown: str, expected: str) -> bool:
    """The same words, and numbers within two of each other: cameras of another machine."""
    if NUMBER.split(shown) != NUMBER.split(expected):
        return False
    pairs = zip(NUMBER.findall(shown), NUMBER.findall(expected), strict=True)
    return all(abs(float(a) - float(b)) <= 2 for a, b in pairs)


def examples(page: Path) -> Iterator[tuple[str, str]]:
    """Each block of Python with what it prints, which stands in the next block."""
    blocks = [*CODE.findall(page.read_text(encoding="utf-8")), ("", "")]
    for (language, code), (following, text) in pairwise(blocks):
        if language == "python":
            yield code, text if following == "" else ""


@pytest.mark.parametrize("name", ["extending.md", "symptoms.md"])
def test_examples_run_and_print_what_they_say(
    name: str, pose_model: ResolvedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if name == "extending.md":
        pytest.importorskip("numba", reason="the rendered lifter needs the extra 'lifter'")
        from lifter import lifts

        monkeypatch.setattr(lifts, "LIFTS", dict(lifts.LIFTS))
    run_examples(name, pose_model, tmp_path, monkeypatch)


def run_examples(
    name: str, pose_model: ResolvedModel, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run the blocks of a page in order, and see that each prints what the page says."""
    (folder / "samples").symlink_to(ROOT / "samples")
    monkeypatch.chdir(folder)
    monkeypatch.setenv("FORMCHECK_MODEL", str(pose_model.path))
    scope: dict[str, object] = {}
    for code, expected in examples(DOCS / name):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile(code, name, "exec"), scope)
        assert alike(printed.getvalue(), expected), f"{code}\nprints\n{printed.getvalue()}"
