"""Commands run in the test's own process, and in others beside it that listen on a port."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from typer.testing import CliRunner, Result

from formcheck.cli import app

__all__ = ["free_port", "process", "run", "wait_for_port"]

_TESTS = Path(__file__).parent


def run(*arguments: str | Path, typed: str | None = None) -> Result:
    """Run a command, with what is typed on its standard input."""
    return CliRunner().invoke(app, [str(argument) for argument in arguments], input=typed)


@contextmanager
def process(*arguments: str, **environment: str) -> Iterator[None]:
    """Run a module in a process beside this one, which can import what lies here."""
    paths = os.pathsep.join([str(_TESTS), *filter(None, [os.environ.get("PYTHONPATH")])])
    with subprocess.Popen(
        [sys.executable, "-m", *arguments],
        env=os.environ | {"PYTHONPATH": paths} | environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as started:
        try:
            yield
        finally:
            started.terminate()
            started.wait(60)


def free_port() -> int:
    """A port of this machine that nobody listens on."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def wait_for_port(port: int) -> None:
    """Wait until somebody listens, for a minute at most."""
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s:
        with socket.socket() as one:
            if one.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(f"nothing listens on {port}")
