"""Whether a folder of results is whole, for the benchmarks that try to break it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

__all__ = ["contents", "unfinished"]

_BATCH_FILES = ("index.html", "summary.csv", "reps.csv", "errors.csv", "history.sqlite")


def contents(folder: Path) -> dict[str, str]:
    """Checksum of every file below a folder."""
    found = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.is_symlink():
            found[str(path.relative_to(folder))] = hashlib.sha256(path.read_bytes()).hexdigest()
    return found


def unfinished(out: Path) -> Iterator[str]:
    """What in a folder of results is not whole."""
    if not out.is_dir():
        return
    for path in out.rglob("*"):
        if path.name.startswith(".") or path.name.endswith(".formcheck-part"):
            yield f"left over: {path.relative_to(out)}"
    for analysis in out.rglob("analysis.json"):
        if any(part.startswith(".") for part in analysis.relative_to(out).parts):
            continue
        yield from _broken_result(analysis.parent)
    if (out / "index.html").exists():
        missing = [name for name in _BATCH_FILES if not (out / name).is_file()]
        missing += [
            f"job.json of {one.name}"
            for one in (out / "clips").glob("*")
            if not (one / "job.json").is_file()
        ]
        yield from (f"missing: {name}" for name in missing)


def _broken_result(folder: Path) -> Iterator[str]:
    try:
        json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
        if not (folder / "frames.csv").read_text(encoding="utf-8").endswith("\n"):
            yield "frames.csv is cut"
        page = folder / "report.html"
        if page.exists():
            text = page.read_text(encoding="utf-8")
            if not text.rstrip().endswith("</html>"):
                yield "report.html is cut"
            if "<script>alert" in text or "<img src=x" in text:
                yield "report.html runs what a name says"
        film = folder / "annotated.mp4"
        if film.exists() and b"moov" not in film.read_bytes():
            yield "annotated.mp4 is cut"
    except (OSError, ValueError) as error:
        yield f"{folder.name} is not whole: {error}"
