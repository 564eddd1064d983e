"""The pose models: which are known, where they lie, and how to have one.

A known model is described in ``registry.toml`` with its sources and checksums. Its
bundle lies in ``models/`` of a checkout, or else in the user's cache folder, which
FORMCHECK_CACHE replaces; it is fetched when it is first needed and its checksum is
compared each time. Any other bundle is given by its path.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from platformdirs import user_cache_path

from formcheck.errors import ModelError
from formcheck.files import no_file, sha256_of
from formcheck.models.registry import ModelEntry, checkout_models, known_models

__all__ = [
    "ModelEntry",
    "ModelState",
    "OnProgress",
    "ResolvedModel",
    "choose_model",
    "ensure",
    "fetch",
    "known_models",
    "model_path",
    "model_state",
]

OnProgress = Callable[[int, int | None], None]
"""Called with the bytes fetched so far and their total, None if unknown."""

DEFAULT_MODEL = "full"
_logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class ModelState:
    """A known model and what lies in its place."""

    entry: ModelEntry
    path: Path
    status: Literal["present", "absent", "damaged"]


@dataclass(frozen=True)
class ResolvedModel:
    """A bundle that was found whole, with its checksum in lower-case hex."""

    name: str
    path: Path
    sha256: str


def model_path(name_or_path: str | Path | None = None) -> Path:
    """Return where a model lies, or would lie once fetched.

    Parameters
    ----------
    name_or_path : str, Path or None
        A known model, or the path of a bundle, which is returned as it is. None
        stands for the environment variable FORMCHECK_MODEL, or else for "full".

    Raises
    ------
    ModelError
        If it is neither a known model nor a path.
    """
    chosen = choose_model(name_or_path)
    if isinstance(chosen, Path):
        return chosen
    return next(_lying(chosen), _folder_to_write() / chosen.file)


def model_state(name: str) -> ModelState:
    """Say where a known model lies and whether it is whole.

    Raises
    ------
    ModelError
        If there is no model of that name.
    """
    entry = _entry_of(name)
    lying = list(_lying(entry))
    whole = [path for path in lying if entry.accepts(_checksum(path))]
    if whole:
        return ModelState(entry, whole[0], "present")
    if lying:
        return ModelState(entry, lying[0], "damaged")
    return ModelState(entry, _folder_to_write() / entry.file, "absent")


def ensure(
    name_or_path: str | Path | None = None, progress: OnProgress | None = None
) -> ResolvedModel:
    """Return a bundle that is there and whole, fetching it if it has to be.

    Parameters
    ----------
    name_or_path : str, Path or None
        As for `model_path`. A known model that is absent or damaged is fetched; a
        bundle of the user's own is only looked at.
    progress : callable, optional
        Called during a fetch with the bytes so far and their total, or None.

    Raises
    ------
    ModelError
        If the model is unknown, cannot be fetched, or the user's own is damaged.
    """
    chosen = choose_model(name_or_path)
    return _own(chosen) if isinstance(chosen, Path) else _provide(chosen, progress)


def fetch(name: str, *, progress: OnProgress | None = None, force: bool = False) -> Path:
    """Fetch a known model, unless it is there and whole, and return its path.

    Parameters
    ----------
    name : str
        A known model.
    progress : callable, optional
        Called with the bytes so far and their total, or None.
    force : bool
        Fetch it even if it is there.

    Raises
    ------
    ModelError
        If the model is unknown, no source gives it, or it cannot be written.
    """
    return _provide(_entry_of(name), progress, force=force).path


def _provide(
    entry: ModelEntry, progress: OnProgress | None, *, force: bool = False
) -> ResolvedModel:
    for path in () if force else _lying(entry):
        sha256 = _checksum(path)
        if sha256 and entry.accepts(sha256):
            return ResolvedModel(entry.name, path, sha256)
        _logger.warning("%s is damaged; fetching the model %r again.", path, entry.name)
    from formcheck.models.download import download

    path, sha256 = download(entry, _folder_to_write(), progress)
    return ResolvedModel(entry.name, path, sha256)


def _own(path: Path) -> ResolvedModel:
    """Look at a bundle of the user's own."""
    from formcheck.models.bundle import find_fault

    sha256 = _checksum(path)
    names = ", ".join(entry.name for entry in known_models())
    if sha256 is None:
        message = f"There is no readable model at {path}.\nGive a .task file, or one of {names}."
        raise ModelError(message)
    if fault := find_fault(path):
        message = (
            f"{path} is not a whole pose model: {fault}.\nGive another one, or one of {names}."
        )
        raise ModelError(message)
    return ResolvedModel(path.name, path, sha256)


def choose_model(name_or_path: str | Path | None = None) -> ModelEntry | Path:
    """Return the known model, or the path of the bundle, that is meant.

    Parameters
    ----------
    name_or_path : str, Path or None
        As for `model_path`.

    Raises
    ------
    ModelError
        If it is neither a known model nor a path.
    """
    chosen = name_or_path or os.environ.get("FORMCHECK_MODEL") or DEFAULT_MODEL
    path = Path(chosen).expanduser()
    if isinstance(chosen, Path) or path.suffix == ".task" or path.name != chosen:
        return path
    return _entry_of(chosen)


def _entry_of(name: str) -> ModelEntry:
    entries = {entry.name: entry for entry in known_models()}
    if name not in entries:
        message = f"There is no pose model {name!r}.\nGive one of {', '.join(entries)}"
        raise ModelError(f"{message}, or the path of a .task file.")
    return entries[name]


def _lying(entry: ModelEntry) -> Iterator[Path]:
    """Yield the bundles that lie where the model may, the preferred place first."""
    paths = (folder / entry.file for folder in _folders())
    # Path.exists() raises where access() only says no.
    return (path for path in paths if os.access(path, os.F_OK))


def _folders() -> list[Path]:
    """Return the folders that may hold models, the preferred first."""
    if own := os.environ.get("FORMCHECK_CACHE"):
        return [Path(own).expanduser().absolute()]
    checkout = checkout_models()
    folders = [checkout, _cache_folder()] if checkout else [_cache_folder()]
    if sys.platform == "darwin":  # an earlier version kept them there, whatever XDG_CACHE_HOME said
        folders.append(Path.home() / "Library" / "Caches" / "formcheck")
    return folders


def _folder_to_write() -> Path:
    folders = _folders()
    return next((folder for folder in folders if _is_writable(folder)), folders[-1])


def _is_writable(folder: Path) -> bool:
    there = (path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
    return os.access(next(there, folder), os.W_OK | os.X_OK)


def _cache_folder() -> Path:
    try:
        return user_cache_path("formcheck", appauthor=False, opinion=False)
    except RuntimeError as error:
        message = "There is no home folder to keep the pose models in: set FORMCHECK_CACHE."
        raise ModelError(message) from error


def _checksum(path: Path) -> str | None:
    """Return the sha256 of a file; None if it cannot be read."""
    try:
        return None if no_file(path) else sha256_of(path)
    except OSError:
        return None
