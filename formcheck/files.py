"""Files that people hand over: what is one, small ones read, and writing whole or not at all."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import IO

from formcheck.errors import FormcheckError, InputError, OutputError

__all__ = ["is_file", "no_file", "read_text", "readable_errors", "sha256_of", "written_whole"]

# The frames of twelve hours at 30 a second are 80 MB as a table.
_MOST_BYTES = 200_000_000


def no_file(path: Path) -> str | None:
    """What a path leads to in place of a file; None if it is one.

    Reading a pipe may wait for ever, a device may never end.

    Raises
    ------
    OSError
        If there is nothing, or it cannot be looked at.
    """
    mode = path.stat().st_mode
    if stat.S_ISREG(mode):
        return None
    return "a folder" if stat.S_ISDIR(mode) else "a pipe or a device"


def is_file(path: Path) -> bool:
    """Whether there is a file, whatever the name; `Path.is_file` raises for long ones."""
    try:
        return no_file(path) is None
    except (OSError, ValueError):
        return False


def read_text(path: Path, *, wrong: type[FormcheckError] = InputError) -> str:
    """Read a file that is written in UTF-8.

    Parameters
    ----------
    path : Path
    wrong : type
        The error to raise.

    Raises
    ------
    FormcheckError
        If it is missing, no file, larger than a file of formcheck can be, or not in UTF-8.
    """
    try:
        if kind := no_file(path):
            raise wrong(f"{path} is {kind}, not a file.")
        if path.stat().st_size > _MOST_BYTES:
            raise wrong(f"{path} is larger than any file of formcheck: it is something else.")
        return path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise wrong(f"There is no file {path}. Check its name and folder.") from error
    except UnicodeDecodeError as error:
        raise wrong(f"{path} cannot be read: it is not written in UTF-8.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise wrong(f"{path} cannot be read: {reason}.") from error


def sha256_of(path: Path) -> str:
    """Checksum of a file's content, in hex.

    Raises
    ------
    OSError
        If it cannot be read.
    """
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def readable_errors(path: Path) -> Iterator[None]:
    """Turn what the file system says into an `OutputError` about `path`."""
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            message = f"The disk is full: nothing was written to {path}.\nFree some space."
        else:
            message = (
                f"{path} cannot be written: {error.strerror or error}.\n"
                "Choose a folder of your own with --out."
            )
        raise OutputError(message) from error


@contextlib.contextmanager
def written_whole(path: Path, *, private: bool = False) -> Iterator[IO[bytes]]:
    """Open a file to write: it gets its name when the block ends, and goes if it fails.

    Parameters
    ----------
    path : Path
    private : bool
        The user alone may read it, from the first byte on.
    """
    staging = path.with_name(f".{secrets.token_hex(4)}")
    mode = 0o600 if private else 0o666
    try:
        with open(staging, "xb", opener=lambda name, flags: os.open(name, flags, mode)) as file:
            yield file
        staging.replace(path)
    finally:
        with contextlib.suppress(OSError):
            staging.unlink(missing_ok=True)
