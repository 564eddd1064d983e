"""The folder of a result: the names of its files, and how it appears, whole or not at all."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from formcheck.errors import OutputError
from formcheck.files import readable_errors
from formcheck.results.exports import EXPORTS
from formcheck.results.plot import PLOT_FORMATS, PLOT_NAME
from formcheck.workspace import sweep, workspace_name

__all__ = [
    "MAIN_NAME",
    "POSTER_NAME",
    "REPORT_NAME",
    "SHARE_PICTURE_NAME",
    "SHARE_VIDEO_NAME",
    "TRACK_NAME",
    "VIDEO_NAME",
    "WORKSPACE",
    "ResultFolder",
    "key_frame_name",
    "result_name",
]

WORKSPACE = ".formcheck"
MAIN_NAME = "analysis.json"
TRACK_NAME = "track.npz"
REPORT_NAME = "report.html"
VIDEO_NAME = "annotated.mp4"
POSTER_NAME = "poster.jpg"
"""The frame on which the report's video opens."""
SHARE_VIDEO_NAME, SHARE_PICTURE_NAME = "share.mp4", "share.png"


def key_frame_name(rep: int | str) -> str:
    """File of the picture of a repetition, in the folder of the result."""
    return f"rep-{rep}.jpg"


# An old one beside a new analysis would show, or say, what was not measured.
_OPTIONAL = (
    REPORT_NAME,
    VIDEO_NAME,
    POSTER_NAME,
    SHARE_VIDEO_NAME,
    SHARE_PICTURE_NAME,
    key_frame_name("*"),
    TRACK_NAME,
    *(f"{PLOT_NAME}.{ending}" for ending in PLOT_FORMATS),
    *(name for name, _ in EXPORTS.values()),
)


class ResultFolder:
    """A folder that appears with all its files, or not at all.

    Files are written to a hidden folder beside the target and moved into place
    by `publish`. Leaving the context without it, by an error or an interrupt,
    leaves nothing behind.

    Parameters
    ----------
    out : Path
        The folder of all results; made if it is not there.
    name : str
        The folder of this result.
    force : bool
        Replace files of an earlier result.
    keep : Path, optional
        What is analysed: never removed, should it lie in the folder of the result.

    Raises
    ------
    OutputError
        If there is a result already, or the folder cannot be written.
    """

    def __init__(
        self, out: Path, name: str, *, force: bool = False, keep: Path | None = None
    ) -> None:
        self.path = out / name
        self._keep = keep
        with readable_errors(self.path):
            taken = self.path.exists() and not _is_empty_folder(self.path)
        if taken and not force:
            raise OutputError(
                f"There is a result in {self.path} already.\n"
                "Use --force to replace it, or --out to write elsewhere."
            )
        self._out = out
        self.staging = out / workspace_name(WORKSPACE)

    def __enter__(self) -> ResultFolder:
        with readable_errors(self.path):
            self._out.mkdir(parents=True, exist_ok=True)
            sweep(self._out, WORKSPACE)
            self.staging.mkdir()
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.staging, ignore_errors=True)

    def publish(self) -> None:
        """Move the files into place; the optional ones of an earlier analysis go.

        A result that is replaced has no `analysis.json` in the meantime: whatever ends
        the process there leaves no mixture that could be taken for one.
        """
        with readable_errors(self.path):
            for file in self.staging.iterdir():
                _flush(file)
            if self._is_first():
                return
            names = {file.name for file in self.staging.iterdir()}
            (self.path / MAIN_NAME).unlink(missing_ok=True)
            for name in sorted(names, key=lambda name: name == MAIN_NAME):
                (self.staging / name).replace(self.path / name)
            for old in (old for name in _OPTIONAL for old in self.path.glob(name)):
                if old.name not in names and not (self._keep and old.samefile(self._keep)):
                    old.unlink()

    def _is_first(self) -> bool:
        """Have the whole folder in place, if there is none yet."""
        try:
            if not self.path.exists():
                self.staging.replace(self.path)
                return True
        except OSError:
            if not self.path.exists():  # another process was quicker
                raise
        return False


def result_name(clip: Path) -> str:
    """Name of the folder for a clip's result: its file's name without the ending."""
    stem = clip.stem
    return stem if stem.strip(". ") else clip.name.strip(". ") or "clip"


def _is_empty_folder(path: Path) -> bool:
    return path.is_dir() and not any(path.iterdir())


def _flush(file: Path) -> None:
    """Have the file on the disk before its name is, so that a crash leaves no empty one."""
    with file.open("rb") as opened:
        os.fsync(opened.fileno())
