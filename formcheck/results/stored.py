"""`analysis.json`, read back and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from formcheck.errors import InputError
from formcheck.files import is_file, read_text
from formcheck.geometry.neutral import Neutral, no_neutral
from formcheck.results.document import SCHEMA_VERSION, AnalysisDocument

__all__ = ["document_file", "parse_document", "read_document", "recorded_neutral"]


def document_file(path: Path) -> Path:
    """Return the `analysis.json` of a folder of results, or the file that was given.

    Raises
    ------
    InputError
        If there is none.
    """
    file = path / "analysis.json" if path.is_dir() else path
    if path.is_dir() and not is_file(file):
        raise InputError(f"There is no file {file}.\nGive a folder that `formcheck analyze` wrote.")
    return file


def read_document(file: Path) -> tuple[AnalysisDocument, dict[str, Any]]:
    """Read an analysis: checked, and as it is written, with fields that are not known.

    Raises
    ------
    InputError
        If it is missing, damaged, or of a version that is not known.
    """
    return parse_document(read_text(file), str(file))


def parse_document(text: str | bytes, name: str) -> tuple[AnalysisDocument, dict[str, Any]]:
    """Read an analysis from its text; `name` says which in messages.

    Raises
    ------
    InputError
        If it is damaged, or of a version that is not known.
    """
    try:
        document = AnalysisDocument.model_validate_json(text, strict=True, extra="ignore")
        return document, json.loads(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        if place == "schema_version" and isinstance(first["input"], int):
            raise InputError(
                f"{name} has the schema_version {first['input']}; this formcheck reads "
                f"{SCHEMA_VERSION}. Update formcheck, or analyse the clip again."
            ) from error
        raise _unreadable(name, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(name, str(error)) from error


def recorded_neutral(file: Path) -> Neutral:
    """Read the neutral of an earlier analysis.

    Raises
    ------
    InputError
        As `read_document`.
    """
    told = read_document(file)[0].neutral
    if told.lumbar_deg is None or told.uncertainty_deg is None:
        return no_neutral()
    return Neutral(told.lumbar_deg, told.uncertainty_deg, told.method)


def _unreadable(name: str, why: str) -> InputError:
    return InputError(
        f"{name} is no analysis.json of this version of formcheck: {why}.\n"
        "Analyse the clip again, or give the folder of its result."
    )
