"""Paths and URLs: of what is read, and of where results go."""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import unicodedata
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from formcheck.errors import ConfigurationError, InputError, OutputError
from formcheck.files import written_whole

__all__ = ["Place", "as_json", "opened", "safe_name"]

_LONGEST_NAME = 40
_UNSAFE = re.compile(r"[^\w.-]+")


def safe_name(text: str, identity: str) -> str:
    """Name of a file or folder that no text can lead out of its parent.

    Letters and digits of any script are kept, everything else becomes a dash; eight
    hexadecimal digits of `identity` keep apart what is alike.
    """
    kept = _UNSAFE.sub("-", unicodedata.normalize("NFC", text)).strip("-._")[:_LONGEST_NAME]
    return f"{kept or 'clip'}-{hashlib.sha256(identity.encode()).hexdigest()[:8]}"


def opened(url: str) -> tuple[Any, str]:
    """The file system of a path or URL, and the path in it.

    Raises
    ------
    ConfigurationError
        If its protocol is not known, or needs a package that is not there.
    """
    from fsspec.core import url_to_fs

    try:
        found: tuple[Any, str] = url_to_fs(url)
    except ImportError as error:
        hint = " Run: pip install 'formcheck[s3]'" if url.startswith("s3") else ""
        raise ConfigurationError(f"{url} cannot be reached: {error}.{hint}") from error
    except (ValueError, OSError) as error:
        raise ConfigurationError(f"{url} cannot be reached: {error}.") from error
    return found


class Place:
    """A folder, on this machine or in an object store, in which results lie.

    Parameters
    ----------
    url : str
        A path, or a URL that fsspec knows.
    """

    def __init__(self, url: str) -> None:
        self._files, self.root = opened(url)
        self.root = self.root.rstrip("/") or "/"
        self.url = url if "://" in url else self.root

    @property
    def local(self) -> Path | None:
        """The folder, if it is on this machine or a disk mounted here."""
        protocols = self._files.protocol
        names = {protocols} if isinstance(protocols, str) else set(protocols)
        return Path(self.root) if names & {"file", "local"} else None

    def write(self, name: str, content: bytes) -> None:
        """Write a file whole or not at all.

        Raises
        ------
        OutputError
            If it cannot be written.
        """
        self._writing(name, lambda: self._write(f"{self.root}/{name}", content))

    def remove(self, name: str) -> None:
        """Remove a file, if it is there."""

        def act() -> None:
            with contextlib.suppress(FileNotFoundError):
                self._files.rm_file(f"{self.root}/{name}")

        self._writing(name, act)

    def upload(self, folder: Path, name: str) -> None:
        """Copy the files of a folder of this machine; those of before are gone then."""
        target = f"{self.root}/{name}"

        def copy() -> None:
            if self._files.exists(target):
                self._files.rm(target, recursive=True)
            for file in sorted(folder.iterdir()):
                self._files.put_file(str(file), f"{target}/{file.name}")

        self._writing(name, copy)

    def read_many(self, names: Sequence[str]) -> dict[str, bytes]:
        """Contents of those of the files that are there."""
        if self.local is not None:
            whole = ((name, self.local / name) for name in names)
            return {name: path.read_bytes() for name, path in whole if path.is_file()}
        paths = {f"{self.root}/{name}": name for name in names}
        if not paths:
            return {}
        try:
            found = self._files.cat(list(paths), on_error="omit")
        except OSError as error:
            raise InputError(f"{self.url} cannot be read: {error}.") from error
        return {name: found[path] for path, name in paths.items() if path in found}

    def folders(self, name: str) -> list[str]:
        """Names of the folders in a folder, hidden ones left out."""
        parent = f"{self.root}/{name}"
        self._files.invalidate_cache()
        try:
            entries = self._files.ls(parent, detail=True)
        except FileNotFoundError:
            return []
        names = [
            entry["name"].rstrip("/").rsplit("/", 1)[-1]
            for entry in entries
            if entry["type"] == "directory"
        ]
        return sorted(found for found in names if not found.startswith("."))

    def files(self, name: str) -> set[str]:
        """Paths of all files below a folder, from there on."""
        parent = f"{self.root}/{name}"
        try:
            found = self._files.find(parent)
        except OSError:
            return set()
        return {path[len(parent) + 1 :] for path in found}

    def _write(self, path: str, content: bytes) -> None:
        if self.local is None:
            # An object appears when it is whole.
            self._files.pipe_file(path, content)
            return
        target = Path(path)
        target.parent.mkdir(parents=True, exist_ok=True)
        with written_whole(target) as file:
            file.write(content)

    def _writing(self, name: str, act: Callable[[], None]) -> None:
        try:
            act()
        except OSError as error:
            raise OutputError(
                f"{self.url}/{name} cannot be written: {error.strerror or error}.\n"
                "Choose another place with --out."
            ) from error


def as_json(value: object) -> bytes:
    """JSON with sorted names: the same bytes for the same value."""
    return (json.dumps(value, sort_keys=True, ensure_ascii=False, indent=1) + "\n").encode()
