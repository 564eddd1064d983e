"""Exit codes that are no error: those of errors stand with them (`formcheck.errors`)."""

from __future__ import annotations

__all__ = ["FLAGGED", "INPUT_FAILED", "INTERRUPTED", "NOTHING_MEASURED", "UNFIT"]

INPUT_FAILED = 1
"""Some clips of a batch could not be read."""
UNFIT = 2
"""The machine lacks something that formcheck needs."""
NOTHING_MEASURED = 3
"""The input was read in full, and shows nothing that can be measured."""
FLAGGED = 4
"""A fault was found, with ``--fail-on-flag``."""
INTERRUPTED = 130
"""Ctrl-C: 128 and SIGINT's number."""
