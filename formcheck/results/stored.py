"""`analysis.json`, read back and checked."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from pydantic import ValidationError

from formcheck.assessment.rubric import LIMITS
from formcheck.errors import InputError
from formcheck.files import is_file, read_text
from formcheck.geometry.neutral import Neutral, no_neutral
from formcheck.lifts.exercises import EXERCISES, OTHER, Exercise
from formcheck.results.document import SCHEMA_VERSION, AnalysisDocument

__all__ = [
    "document_file",
    "lift_of",
    "neutral_of",
    "parse_document",
    "read_document",
    "recorded_neutral",
]


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


def read_document(file: Path) -> AnalysisDocument:
    """Read an analysis; fields that are not known are left out.

    Raises
    ------
    InputError
        If it is missing, damaged, or of a version that is not known.
    """
    return parse_document(read_text(file), str(file))


def parse_document(text: str | bytes, name: str) -> AnalysisDocument:
    """Read an analysis from its text; `name` says which in messages.

    Raises
    ------
    InputError
        If it is damaged, or of a version that is not known.
    """
    try:
        return AnalysisDocument.model_validate_json(text, strict=True, extra="ignore")
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
    return neutral_of(read_document(file))


def neutral_of(document: AnalysisDocument) -> Neutral:
    """The neutral as the analysis had it."""
    told = document.neutral
    if told.lumbar_deg is None or told.uncertainty_deg is None:
        return no_neutral()
    return Neutral(told.lumbar_deg, told.uncertainty_deg, told.method)


def lift_of(document: AnalysisDocument) -> Exercise:
    """The lift, as it was judged; one without limits if this version does not know it."""
    lift = EXERCISES.get(document.exercise.name, OTHER)
    limits = document.settings.rubric
    return replace(lift, **{name: getattr(limits, name) for name in LIMITS})


def _unreadable(name: str, why: str) -> InputError:
    return InputError(
        f"{name} is no analysis.json of this version of formcheck: {why}.\n"
        "Analyse the clip again, or give the folder of its result."
    )
