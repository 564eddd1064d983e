"""The results folder: what lies in it, and nothing that lies elsewhere."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

__all__ = ["listed", "served_file"]

_MOST = 200


def listed(out: Path) -> list[dict[str, Any]]:
    """The latest results, newest first."""
    found = [(file.stat().st_mtime, file.parent) for file in out.glob("*/analysis.json")]
    found = [one for one in found if not one[1].name.startswith(".")]
    found.sort(reverse=True)
    return [entry for entry in (_entry(*one) for one in found[:_MOST]) if entry]


def _entry(changed_s: float, folder: Path) -> dict[str, Any] | None:
    try:
        document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
        flagged = [f for f in document["findings"] if f["severity"] != "info"]
        return {
            "name": folder.name,
            "changed_s": changed_s,
            "exercise": document["exercise"]["name"],
            "reps": len(document["reps"]),
            "score": document["score"],
            "flagged": len({f["code"] for f in flagged}),
            "page": (folder / "report.html").is_file(),
        }
    except (OSError, ValueError, KeyError, TypeError):
        return None  # not ours, or of another time


def served_file(out: Path, folder: str, name: str) -> Path | None:
    """The file of a result that may be served; None for anything else.

    Names are compared with what is there and never made into a path, and what is
    there must be a plain file inside `out`, not a link out of it.
    """
    root = out.resolve()
    homes = [path for path in out.glob("*") if path.name == folder and not folder.startswith(".")]
    files = [
        path
        for home in homes
        if (home / "analysis.json").is_file()
        for path in home.glob("*")
        if path.name == name and not name.startswith(".")
    ]
    whole = [path.resolve() for path in files if path.is_file()]
    return next((path for path in whole if path.is_relative_to(root)), None)
