"""Which clips: files, folders, globs and object stores, and lists of them."""

from __future__ import annotations

import datetime
import hashlib
import logging
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any

from formcheck.batch.lists import LIST_ENDINGS, SHEET_ENDINGS, Row, read_table
from formcheck.batch.places import opened
from formcheck.errors import InputError
from formcheck.files import no_file
from formcheck.lifts.exercises import AUTO, EXERCISES
from formcheck.video.about import ask
from formcheck.video.filming import DateSource, filmed_on

__all__ = ["VIDEO_ENDINGS", "Clip", "Faulty", "find_clips"]

_log = logging.getLogger(__name__)

VIDEO_ENDINGS = frozenset(
    [
        ".3g2",
        ".3gp",
        ".asf",
        ".avi",
        ".divx",
        ".dv",
        ".f4v",
        ".flv",
        ".m2t",
        ".m2ts",
        ".m2v",
        ".m4v",
        ".mkv",
        ".mov",
        ".mp4",
        ".mpeg",
        ".mpg",
        ".mts",
        ".mxf",
        ".ogv",
        ".qt",
        ".tod",
        ".ts",
        ".vob",
        ".webm",
        ".wmv",
    ]
)
# What else phones and people leave in a folder of clips, which nobody misses.
_SILENT = frozenset({"", ".csv", ".tsv", ".txt", ".md", ".json", ".html", ".aae", ".thm", ".xmp"})
_MOST_NAMED = 5
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
    date_from : str
        What says so: "list", "clip", "name" or "file"; empty for a date of before this
        was kept.
    load_given : str
        The load as it was written, if that was not in kilograms.
    """

    url: str
    athlete: str = ""
    exercise: str = AUTO
    load_kg: float | None = None
    date: str = ""
    date_from: str = ""
    load_given: str = ""

    def __post_init__(self) -> None:
        # macOS writes an accent as a letter of its own: one athlete would become two.
        object.__setattr__(self, "athlete", unicodedata.normalize("NFC", self.athlete))

    @property
    def name(self) -> str:
        """Name of its file, in the form in which names are typed."""
        return unicodedata.normalize("NFC", PurePosixPath(self.url.replace("\\", "/")).name)

    @property
    def file_name(self) -> str:
        """The same, as a file of this machine that no name can lead out of its folder."""
        return self.name if self.name.strip(". ") else "clip"

    def identity(self) -> tuple[str, str, DateSource]:
        """What changes with its content, the day on which it was filmed, and what says so.

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
            tags = (
                ask(Path(path)).tags if _is_clip(self.name) and "file" in _protocols(files) else {}
            )
            return tag, *filmed_on(tags, self.name, _written(info))
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
    """List every clip, in the order in which they were given.

    One of which two things are said (a folder and a list name it) comes twice.

    Parameters
    ----------
    given : iterable of str
        Files, folders (searched through), globs, URLs of these, and lists: see
        `formcheck.batch.lists`.
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
    seen: set[Clip] = set()
    for one in given:
        for found in _of_one(one, out_root, standard, by_folder=athletes_by_folder):
            if isinstance(found, Faulty) or found not in seen:
                if isinstance(found, Clip):
                    seen.add(found)
                yield found


def _of_one(
    given: str, out_root: str, standard: Clip, *, by_folder: bool
) -> Iterator[Clip | Faulty]:
    files, path = opened(given)
    try:
        ending = PurePosixPath(path).suffix.lower()
        if ending in LIST_ENDINGS and files.isfile(path):
            yield from _of_list(given, files.cat_file(path), standard)
        elif ending in SHEET_ENDINGS and files.isfile(path):
            raise InputError(f"{given} is a spreadsheet: save it as CSV, and give that.")
        elif any(sign in given for sign in "*?[") and not files.exists(path):
            found = [p for p in sorted(files.glob(path)) if _is_clip(p)]
            yield from _of_paths(files, found, given, out_root, standard)
        elif files.isdir(path):
            paths = sorted(files.find(path))
            for clip in _of_paths(files, paths, given, out_root, standard):
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
    _tell_left_out(given, [path for path in paths if not _is_result(path, out_root)])
    if not clips:
        raise InputError(
            f"There is no clip in {given}.\nClips end with {', '.join(sorted(VIDEO_ENDINGS))}."
        )
    return clips


def _tell_left_out(given: str, paths: list[str]) -> None:
    """Name the files that are no clips by their ending."""
    names = [PurePosixPath(path) for path in paths if not _is_clip(path)]
    names = [n for n in names if n.suffix.lower() not in _SILENT and not n.name.startswith(".")]
    if names:
        kinds = Counter(name.suffix.lower() for name in names)
        counts = ", ".join(f"{count} {kind}" for kind, count in sorted(kinds.items()))
        shown = ", ".join(name.name for name in names[:_MOST_NAMED])
        more = ", ..." if len(names) > _MOST_NAMED else ""
        _log.warning(
            "Left out of %s, not video by their ending (%s): %s", given, counts, shown + more
        )


def _is_clip(path: str) -> bool:
    name = PurePosixPath(path)
    return name.suffix.lower() in VIDEO_ENDINGS and not name.name.startswith(".")


def _is_result(path: str, out_root: str) -> bool:
    """Whether it was written by us: the annotated video of a result is no clip to analyse."""
    return path.startswith(out_root.rstrip("/") + "/") or PurePosixPath(path).name == (
        "annotated.mp4"
    )


def _of_list(given: str, content: bytes, standard: Clip) -> Iterator[Clip | Faulty]:
    table = read_table(given, content)
    for note in table.notes:
        _log.warning("%s", note)
    for row in table.rows:
        yield _of_row(given, row, standard)


def _of_row(given: str, row: Row, standard: Clip) -> Clip | Faulty:
    clip = replace(
        standard,
        url=_beside(given, row.path),
        athlete=row.athlete or standard.athlete,
        load_kg=standard.load_kg if row.load_kg is None else row.load_kg,
        load_given=standard.load_given if row.load_kg is None else row.load_given,
        date=row.date or standard.date,
        date_from="list" if row.date else standard.date_from,
    )
    fault = row.fault or _unknown_lift(row.exercise)
    if fault:
        return Faulty(clip, f"Line {row.line} of {given}: {fault}")
    return replace(clip, exercise=_lift(row.exercise) or standard.exercise)


def _beside(given: str, path: str) -> str:
    """A path in a list counts from the folder of the list."""
    if "://" in path:
        return path
    files, of_list = opened(given)
    far = path.startswith(("/", "\\")) or path[1:2] == ":"
    whole = path if far else str(PurePosixPath(of_list).parent / path)
    if "file" in _protocols(files):
        whole = next((one for one in _spellings(whole) if _is_there(one)), whole)
    return whole if far else _url(files, whole)


def _spellings(path: str) -> Iterator[str]:
    """A path as it may lie on the disk when the list comes from another system."""
    yield path
    for form in ("NFC", "NFD"):
        yield unicodedata.normalize(form, path)
        yield unicodedata.normalize(form, path.replace("\\", "/"))


def _is_there(path: str) -> bool:
    try:
        return Path(path).exists()
    except (OSError, ValueError):
        return False


def _lift(text: str) -> str:
    return text.lower().replace(" ", "-").replace("_", "-")


def _unknown_lift(text: str) -> str:
    if not text or _lift(text) in {AUTO, *EXERCISES}:
        return ""
    return f"there is no lift {text!r}; give one of {', '.join(EXERCISES)}."


def _written(info: dict[str, Any]) -> datetime.datetime | None:
    """When a file was last written, if that is known."""
    when = info.get("mtime") or info.get("LastModified") or info.get("last_modified")
    if isinstance(when, int | float):
        when = datetime.datetime.fromtimestamp(when).astimezone()
    return when if isinstance(when, datetime.datetime) else None


def _protocols(files: Any) -> set[str]:
    protocol = files.protocol
    return {protocol} if isinstance(protocol, str) else set(protocol)


def _url(files: Any, path: str) -> str:
    return path if "file" in _protocols(files) else str(files.unstrip_protocol(path))


def _unprotected(files: Any, url: str) -> str:
    return str(files._strip_protocol(url))
