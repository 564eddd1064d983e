"""`analysis.json`, read back and checked."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from formcheck.document import SCHEMA_VERSION, AnalysisDocument
from formcheck.errors import InputError
from formcheck.files import read_text

__all__ = ["read_document"]


def read_document(file: Path) -> tuple[AnalysisDocument, dict[str, Any]]:
    """Read an analysis: checked, and as it is written, with fields that are not known.

    Raises
    ------
    InputError
        If it is missing, damaged, or of a version that is not known.
    """
    text = read_text(file)
    try:
        document = AnalysisDocument.model_validate_json(text, strict=True, extra="ignore")
        return document, json.loads(text)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"]) or "the file"
        if place == "schema_version" and isinstance(first["input"], int):
            raise InputError(
                f"{file} has the schema_version {first['input']}; this formcheck reads "
                f"{SCHEMA_VERSION}. Update formcheck, or analyse the clip again."
            ) from error
        raise _unreadable(file, f"{place}: {first['msg']}") from error
    except (ValueError, RecursionError) as error:
        raise _unreadable(file, str(error)) from error


def _unreadable(file: Path, why: str) -> InputError:
    return InputError(
        f"{file} is no analysis.json of this version of formcheck: {why}.\nAnalyse the clip again."
    )
