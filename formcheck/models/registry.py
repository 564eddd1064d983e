"""The registry of known pose models, ``registry.toml``, as data."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

__all__ = ["Member", "ModelEntry", "UrlSource", "WheelSource", "checkout_models", "known_models"]

_PACKAGE = Path(__file__).resolve().parents[1]


@dataclass(frozen=True)
class Member:
    """One TensorFlow Lite model of a bundle, and where a wheel keeps it.

    Attributes
    ----------
    name, path : str
        Its name in the bundle, its path in the wheel.
    sha256 : str
        Of the published file, in lower-case hex.
    mean, std : float
        The model reads (pixel - mean) / std, pixels from 0 to 255.
    """

    name: str
    path: str
    sha256: str
    mean: float
    std: float


@dataclass(frozen=True)
class WheelSource:
    """A wheel that pip finds, and whose models make a bundle of this checksum."""

    requirement: str
    platform: str
    python_version: str
    download_bytes: int
    sha256: str
    members: tuple[Member, ...]

    @property
    def label(self) -> str:
        """What a user reads of it."""
        return f"{self.requirement} (pip)"


@dataclass(frozen=True)
class UrlSource:
    """A bundle of this checksum that lies ready at an address."""

    url: str
    download_bytes: int
    sha256: str

    @property
    def label(self) -> str:
        """What a user reads of it."""
        return urlsplit(self.url).netloc


@dataclass(frozen=True)
class ModelEntry:
    """A known model, as the registry describes it.

    Attributes
    ----------
    name, file : str
        What the user calls it, and the name of its bundle.
    licence, description : str
        An SPDX identifier, and a line to choose by.
    sources : tuple of WheelSource or UrlSource
        In the order they are tried.
    also_sha256 : tuple of str
        Checksums of good bundles that none of the sources gives.
    """

    name: str
    file: str
    licence: str
    description: str
    sources: tuple[WheelSource | UrlSource, ...]
    also_sha256: tuple[str, ...] = ()

    def accepts(self, sha256: str | None) -> bool:
        """Tell whether a bundle of this checksum is this model."""
        return sha256 in {*self.also_sha256, *(source.sha256 for source in self.sources)}


@cache
def known_models() -> tuple[ModelEntry, ...]:
    """Return the models of the registry, the default first."""
    text = (checkout_models() or _PACKAGE).joinpath("registry.toml").read_text("utf-8")
    return tuple(_entry(name, fields) for name, fields in tomllib.loads(text)["models"].items())


def checkout_models() -> Path | None:
    """Return ``models/`` of the checkout that this runs from; None if it is installed."""
    root = _PACKAGE.parent
    marks = (root / "pyproject.toml", root / "models" / "registry.toml")
    return root / "models" if all(mark.is_file() for mark in marks) else None


def _entry(name: str, fields: dict[str, Any]) -> ModelEntry:
    sources = tuple(_source(source) for source in fields["sources"])
    also = tuple(fields.get("also_sha256", ()))
    return ModelEntry(name, **fields | {"sources": sources, "also_sha256": also})


def _source(fields: dict[str, Any]) -> WheelSource | UrlSource:
    if "url" in fields:
        return UrlSource(**fields)
    members = tuple(Member(**member) for member in fields["members"])
    return WheelSource(**fields | {"members": members})
