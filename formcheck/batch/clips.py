"""Which clips: files, folders, globs and object stores, and lists of them."""

from __future__ import annotations

import csv
import datetime
import hashlib
import io
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.batch.places import opened
from formcheck.errors import ConfigurationError, InputError
from formcheck.files import no_file
from formcheck.lifts.exercises import AUTO, EXERCISES

__all__ = ["VIDEO_ENDINGS", "Clip", "Faulty", "find_clips"]

VIDEO_ENDINGS = frozenset(
    {
        ".mp4",
        ".mov",
        ".m4v",
        ".mkv",
        ".webm",
        ".avi",
        ".3gp",
        ".mts",
        ".m2ts",
        ".mpg",
        ".wmv",
        ".flv",
    }
)
_COLUMNS = {"lift": "exercise", "exercise": "exercise", "load": "load_kg", "load_kg": "load_kg"}
_COLUMNS |= {"path": "path", "athlete": "athlete", "date": "date"}
_LISTS = {".csv"}
# What a content store says of an object that changes with its content.
_TAGS = ("ETag", "etag", "md5Hash", "content_md5", "sha256")


@dataclass(frozen=True)
class Clip:
    """One clip, and what is known of it beforehand.

    Attributes
    ----------
    url : str
        A path of this machine, or a URL.
    athlete : str
        Empty where it is not known.
    exercise : str
        The lift, or "auto".
    load_kg : float or None
    date : str
        ``YYYY-MM-DD`` of the day it was filmed, or empty.
    """

    url: str
    athlete: str = ""
    exercise: str = AUTO
    load_kg: float | None = None
    date: str = ""

    @property
    def name(self) -> str:
        """Name of its file."""
        return PurePosixPath(self.url.replace("\\", "/")).name

    @property
    def file_name(self) -> str:
        """The same, as a file of this machine that no name can lead out of its folder."""
        return self.name if self.name.strip(". ") else "clip"

    def identity(self) -> tuple[str, str]:
        """What changes with its content, and the day its file was last written.

        On this machine the sha256 of the file; in a store the store's own tag, so that
        nothing is fetched to know that nothing has changed.

        Raises
        ------
        InputError
            If it cannot be read.
        """
        files, path = opened(self.url)
        try:
            info = files.info(path)
            if info.get("type") == "directory":
                raise InputError(f"{self.url} is a folder.")
            if "file" in _protocols(files):
                if kind := no_file(Path(path)):
                    raise InputError(f"{self.url} is {kind}, not a file.")
                with files.open(path, "rb") as file:
                    tag = "sha256:" + hashlib.file_digest(file, "sha256").hexdigest()
            else:
                known = (str(info[name]) for name in _TAGS if info.get(name))
                tag = "tag:" + (next(known, "") or files.ukey(path)).strip('"')
            return tag, _written_on(info)
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or str(error) or "it is not there"
            raise InputError(f"{self.url} cannot be read: {why}.") from error


@dataclass(frozen=True)
class Faulty:
    """A clip that cannot even be looked at, with the reason."""

    clip: Clip
    reason: str


def find_clips(
    given: Iterable[str], out_root: str, standard: Clip, *, athletes_by_folder: bool = False
) -> Iterator[Clip | Faulty]:
    """List every clip once, in the order in which they were given.

    Parameters
    ----------
    given : iterable of str
        Files, folders (searched through), globs, URLs of these, and CSV lists with a
        column ``path`` and, if wanted, ``athlete``, ``lift``, ``load`` [kg], ``date``.
    out_root : str
        Where results go: not searched.
    standard : Clip
        What holds for clips of which nothing else is said.
    athletes_by_folder : bool
        Take the athlete from the first folder below the one given.

    Raises
    ------
    InputError
        If one of `given` matches nothing.
    ConfigurationError
        If a list has no column ``path``.
    """
    seen: set[str] = set()
    for one in given:
        for found in _of_one(one, out_root, standard, by_folder=athletes_by_folder):
            url = found.url if isinstance(found, Clip) else found.clip.url
            if url not in seen or isinstance(found, Faulty):
                seen.add(url)
                yield found


def _of_one(
    given: str, out_root: str, standard: Clip, *, by_folder: bool
) -> Iterator[Clip | Faulty]:
    files, path = opened(given)
    try:
        if PurePosixPath(path).suffix.lower() in _LISTS and files.isfile(path):
            yield from _of_list(given, files.cat_file(path), standard)
        elif any(sign in given for sign in "*?[") and not files.exists(path):
            found = [p for p in sorted(files.glob(path)) if _is_clip(p)]
            yield from _of_paths(files, found, given, out_root, standard)
        elif files.isdir(path):
            for clip in _of_paths(files, sorted(files.find(path)), given, out_root, standard):
                below = _unprotected(files, clip.url)[len(path.rstrip("/")) + 1 :].split("/")
                owner = below[0] if by_folder and len(below) > 1 else clip.athlete
                yield replace(clip, athlete=owner)
        elif files.exists(path):
            yield replace(standard, url=_url(files, path))
        else:
            yield Faulty(replace(standard, url=given), "There is no such file, folder or list.")
    except OSError as error:
        raise InputError(f"{given} cannot be read: {error.strerror or error}.") from error


def _of_paths(
    files: Any, paths: list[str], given: str, out_root: str, standard: Clip
) -> list[Clip]:
    clips = [
        replace(standard, url=_url(files, path))
        for path in paths
        if _is_clip(path) and not _is_result(path, out_root)
    ]
    if not clips:
        raise InputError(
            f"There is no clip in {given}.\nClips end with {', '.join(sorted(VIDEO_ENDINGS))}."
        )
    return clips


def _is_clip(path: str) -> bool:
    name = PurePosixPath(path)
    return name.suffix.lower() in VIDEO_ENDINGS and not name.name.startswith(".")


def _is_result(path: str, out_root: str) -> bool:
    """Whether it was written by us: the annotated video of a result is no clip to analyse."""
    return path.startswith(out_root.rstrip("/") + "/") or PurePosixPath(path).name == (
        "annotated.mp4"
    )


def _of_list(given: str, content: bytes, standard: Clip) -> Iterator[Clip | Faulty]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{given} is not written in UTF-8: save it as such.") from error
    delimiter = (
        ";" if text.partition("\n")[0].count(";") > text.partition("\n")[0].count(",") else ","
    )
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter)
    try:
        rows = [(reader.line_num, row) for row in reader]
    except csv.Error as error:
        raise InputError(f"{given} is no list: line {reader.line_num + 1}: {error}.") from error
    columns = {name: _COLUMNS.get(name.strip().lower(), "") for name in reader.fieldnames or ()}
    if "path" not in columns.values():
        raise ConfigurationError(
            f"{given} has no column 'path'.\nIts first line names the columns: path, and if "
            "wanted athlete, lift, load (kg), date (YYYY-MM-DD)."
        )
    for line, row in rows:
        told = {columns[name]: (row[name] or "").strip() for name in columns if columns[name]}
        if told["path"]:
            yield _of_row(given, line, told, standard)


def _of_row(given: str, line: int, told: dict[str, str], standard: Clip) -> Clip | Faulty:
    clip = replace(standard, url=_beside(given, told["path"]))
    try:
        return replace(
            clip,
            athlete=told.get("athlete") or standard.athlete,
            exercise=_exercise(told.get("exercise", "")) or standard.exercise,
            load_kg=_load_kg(told.get("load_kg", "")),
            date=_date(told.get("date", "")) or standard.date,
        )
    except ValueError as error:
        athlete = told.get("athlete") or standard.athlete
        return Faulty(replace(clip, athlete=athlete), f"Line {line} of {given}: {error}")


def _beside(given: str, path: str) -> str:
    """A path in a list counts from the folder of the list."""
    if "://" in path or path.startswith(("/", "\\")) or path[1:2] == ":":
        return path
    files, of_list = opened(given)
    return _url(files, str(PurePosixPath(of_list).parent / path))


def _exercise(text: str) -> str:
    name = text.lower().replace(" ", "-").replace("_", "-")
    if name and name not in {AUTO, *EXERCISES}:
        raise ValueError(f"there is no lift {text!r}; give one of {', '.join(EXERCISES)}.")
    return name


def _load_kg(text: str) -> float | None:
    number = text.lower().removesuffix("kg").strip().replace(",", ".")
    if not number:
        return None
    try:
        load_kg = float(number)
    except ValueError:
        load_kg = math.nan
    if not 0 <= load_kg <= 1000:
        raise ValueError(f"the load {text!r} is no number of kilograms from 0 to 1000.")
    return load_kg


def _date(text: str) -> str:
    try:
        return datetime.date.fromisoformat(text).isoformat() if text else ""
    except ValueError:
        raise ValueError(f"the date {text!r} is not of the form YYYY-MM-DD.") from None


def _written_on(info: dict[str, Any]) -> str:
    """The day a file was last written, or nothing."""
    when = info.get("mtime") or info.get("LastModified") or info.get("last_modified")
    if isinstance(when, int | float):
        when = datetime.datetime.fromtimestamp(when).astimezone()
    return when.date().isoformat() if isinstance(when, datetime.datetime) else ""


def _protocols(files: Any) -> set[str]:
    protocol = files.protocol
    return {protocol} if isinstance(protocol, str) else set(protocol)


def _url(files: Any, path: str) -> str:
    return path if "file" in _protocols(files) else str(files.unstrip_protocol(path))


def _unprotected(files: Any, url: str) -> str:
    return str(files._strip_protocol(url))
