"""Help is quick, complete, and says what the README says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from tables import commands
from typer.main import get_command

from formcheck.cli import app

ROOT = Path(__file__).parent.parent
SLOW = (
    *("cv2", "mediapipe", "scipy", "plotly", "jinja2", "matplotlib", "PIL", "imageio_ffmpeg"),
    *("dask", "distributed", "fsspec"),
    *("fastapi", "uvicorn", "sounddevice", "cryptography", "segno", "psutil"),
)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["analyze", "--help"],
        ["report", "--help"],
        ["batch", "--help"],
        ["history", "--help"],
        ["config", "--help"],
        ["models", "--help"],
        ["live", "--help"],
        ["serve", "--help"],
        ["doctor", "--help"],
    ],
)
def test_help_imports_nothing_slow(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from formcheck.cli import app\n"
        "try:\n"
        f"    app({arguments!r})\n"
        "except SystemExit as exit:\n"
        "    assert not exit.code\n"
        f"slow = [name for name in {SLOW!r} if name in sys.modules]\n"
        "sys.exit(f'imported {slow}' if slow else 0)\n"
    )
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    assert "Usage" in run.stdout


def test_the_shim_is_the_command() -> None:
    run = subprocess.run(
        [sys.executable, str(ROOT / "cli.py"), "--version"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert re.fullmatch(r"formcheck \d+\.\d+\.\d+\n", run.stdout)


@pytest.mark.parametrize("name", commands(get_command(app)))
def test_every_command_and_option_has_help(name: str) -> None:
    command = commands(get_command(app))[name]
    assert command.help
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name}: {parameter.name}"


def options(name: str) -> set[str]:
    found = commands(get_command(app))[name].params
    return {option for one in found for option in (*one.opts, *one.secondary_opts)}


@pytest.mark.parametrize(
    "name", ["analyze", "batch", "history", "live", "serve", "compare", "symptoms", "report"]
)
def test_help_shows_examples_that_can_be_typed(name: str) -> None:
    text = commands(get_command(app))[name].help or ""
    lines = re.findall(rf"^ +formcheck {name}\b.*$", text, re.MULTILINE)
    assert lines
    assert all(len(line) <= 80 for line in lines)
    assert set(re.findall(r"(?<= )--?[a-z][a-z-]*", " ".join(lines))) <= options(name)


def test_ci_calls_the_test_command_of_the_readme() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    tests = [line for line in readme.splitlines() if line.endswith(".venv/bin/pytest")]
    assert len(tests) == 1
    assert tests[0] in (ROOT / ".ci" / "run").read_text(encoding="utf-8").splitlines()
