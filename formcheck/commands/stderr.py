"""What of the libraries reaches the user's stderr, and what does not."""

from __future__ import annotations

import io
import logging
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO

__all__ = ["log_to_stderr", "native_chatter_hidden", "replace_what_is_missing"]


def log_to_stderr(*, verbose: bool) -> None:
    """Show warnings on stderr, and with `verbose` what is going on."""
    level = logging.INFO if verbose else logging.WARNING
    logging.basicConfig(level=level, format="formcheck: %(message)s", handlers=[_Stderr()])


class _Stderr(logging.Handler):
    """Writes to whatever `sys.stderr` is at the time: above a bar, while there is one."""

    def emit(self, record: logging.LogRecord) -> None:
        sys.stderr.write(self.format(record) + "\n")


@contextmanager
def native_chatter_hidden(*, shown: bool) -> Iterator[None]:
    """Keep what MediaPipe's C++ writes to the process's stderr from the user.

    It writes before its own log level can be set. Python's `sys.stderr` goes on
    to where it went before, and so does what is logged.
    """
    if shown:
        yield
        return
    sys.stderr.flush()
    kept = os.dup(2)
    python_stderr = sys.stderr
    encoding = python_stderr.encoding or "utf-8"
    with open(kept, "w", buffering=1, encoding=encoding, errors="replace") as stderr:  # noqa: PTH123
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, 2)
        os.close(nowhere)
        sys.stderr = stderr
        _log_to(stderr, python_stderr)
        try:
            yield
        finally:
            stderr.flush()
            os.dup2(kept, 2)
            sys.stderr = python_stderr
            _log_to(python_stderr, stderr)


def _log_to(stream: TextIO, before: TextIO) -> None:
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler) and handler.stream is before:
            handler.setStream(stream)


def replace_what_is_missing() -> None:
    """Have the standard streams write a sign of replacement where their code page lacks one."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a closed one is None
            stream.reconfigure(errors="replace")
