"""`formcheck.toml`: thresholds and weights, read, checked, and each with where it comes from.

::

    [weights]                 # of the score; brought to 100 together
    rounding = 40

    [thresholds]              # for every lift that is judged so
    rounded_deg = 10

    [thresholds.squat]        # for one lift
    rounded_deg = 12
"""

from __future__ import annotations

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, create_model

from formcheck.assessment.rubric import LIMITS, Rubric
from formcheck.assessment.score import PARTS
from formcheck.errors import ConfigurationError
from formcheck.files import is_file, read_text
from formcheck.lifts.exercises import EXERCISES

__all__ = ["Setting", "find_file", "load_rubric", "settings_of"]

FILE_NAME = "formcheck.toml"
_VARIABLE = "FORMCHECK_CONFIG"
_BUILT_IN = "built in"


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True, allow_inf_nan=False)


def _table(name: str, fields: dict[str, Any]) -> type[_Strict]:
    made: type[_Strict] = create_model(name, __base__=_Strict, **fields)
    return made


_Weights = _table("Weights", {name: (float | None, Field(None, ge=0, le=1000)) for name in PARTS})
_LIMITS: dict[str, Any] = {
    name: (float | None, Field(None, ge=low, le=high)) for name, (low, high) in LIMITS.items()
}
_Lift = _table("Lift", _LIMITS)
_LIFTS: dict[str, Any] = dict.fromkeys(EXERCISES, (_Lift | None, None))
_Thresholds = _table("Thresholds", _LIMITS | _LIFTS)
_File = _table(
    "File", {"weights": (_Weights | None, None), "thresholds": (_Thresholds | None, None)}
)


@dataclass(frozen=True)
class Setting:
    """One value and where it comes from."""

    name: str
    value: float
    source: str


def find_file(given: Path | None = None) -> Path | None:
    """The file that is used: the one given, that of FORMCHECK_CONFIG, or the one here.

    Raises
    ------
    ConfigurationError
        If the one that was named is not there.
    """
    named = given or (Path(os.environ[_VARIABLE]) if os.environ.get(_VARIABLE) else None)
    if named is None:
        here = Path(FILE_NAME)
        return here if here.is_file() else None
    if not is_file(named):
        where = "" if given else f", which {_VARIABLE} names"
        raise ConfigurationError(f"There is no file {named}{where}. Check its name and folder.")
    return named


def load_rubric(given: Path | None = None) -> Rubric:
    """Read the thresholds and weights in force.

    Raises
    ------
    ConfigurationError
        If the file is missing, damaged, or says what cannot be.
    """
    file = find_file(given)
    if file is None:
        return Rubric()
    told = _read(file)
    try:
        return Rubric(PARTS | told.get("weights", {}), _limits(told.get("thresholds", {})))
    except ConfigurationError as error:
        raise ConfigurationError(f"{file}: {error}") from error


def settings_of(given: Path | None = None) -> list[Setting]:
    """Every threshold and weight in force, and where each comes from."""
    file = find_file(given)
    rubric = load_rubric(given)
    told = _read(file) if file else {}
    weights, thresholds = told.get("weights", {}), told.get("thresholds", {})
    found = [
        Setting(f"weights.{name}", value, _from(file, f"[weights] {name}", name in weights))
        for name, value in rubric.weights.items()
    ]
    for lift, exercise in EXERCISES.items():
        for name in LIMITS:
            value = getattr(rubric.of(exercise), name)
            if value is not None:
                own = name in thresholds.get(lift, {})
                place = f"[thresholds.{lift}] {name}" if own else f"[thresholds] {name}"
                source = _from(file, place, own or name in thresholds)
                found.append(Setting(f"thresholds.{lift}.{name}", value, source))
    return found


def _from(file: Path | None, place: str, told: bool) -> str:
    return f"{file}: {place}" if told else _BUILT_IN


def _limits(thresholds: dict[str, Any]) -> dict[str, dict[str, float]]:
    """What holds for all lifts, where it applies, and over it what holds for one."""
    for_all = {name: thresholds[name] for name in LIMITS if name in thresholds}
    limits = {
        lift: {
            name: value for name, value in for_all.items() if getattr(exercise, name) is not None
        }
        | thresholds.get(lift, {})
        for lift, exercise in EXERCISES.items()
    }
    return {lift: told for lift, told in limits.items() if told}


def _read(file: Path) -> dict[str, Any]:
    text = read_text(file, wrong=ConfigurationError)
    try:
        return _File.model_validate(tomllib.loads(text)).model_dump(exclude_none=True)
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(step) for step in first["loc"])
        why = "is not known" if first["type"] == "extra_forbidden" else first["msg"]
        raise ConfigurationError(
            f"{file}: {place}: {why}.\nSee what can be set with: formcheck config show"
        ) from error
    except (ValueError, RecursionError) as error:
        raise ConfigurationError(f"{file} is no TOML: {error}.") from error
