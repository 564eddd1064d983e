"""What a coach may set: when a back is called rounded or arched, and what counts how much."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType

from formcheck.assessment.score import PARTS, PartName
from formcheck.errors import ConfigurationError
from formcheck.lifts.exercises import EXERCISES, Exercise

__all__ = ["LIMITS", "LimitName", "Rubric"]

LimitName = str

# What may be set, and within which bounds [deg]: below 3 degrees even the best picture does
# not measure; with 20 for `rounded_deg` a back must round by 10 degrees more than as it was
# fitted (`formcheck.assessment.judgement`), most of what lies between neutral and rounded.
LIMITS: Mapping[LimitName, tuple[float, float]] = MappingProxyType(
    {
        "rounded_deg": (3.0, 20.0),
        "arched_deg": (3.0, 45.0),
        "arched_from_start_deg": (3.0, 60.0),
    }
)


@dataclass(frozen=True)
class Rubric:
    """Thresholds and weights.

    Attributes
    ----------
    weights : dict
        What each part of the score counts; brought to 100 by itself.
    limits : dict
        Of lifts that differ from `formcheck.lifts.exercises`: ``{lift: {limit: degrees}}``.

    Raises
    ------
    ConfigurationError
        If a name is unknown, a number is out of bounds, or a lift is not judged so.
    """

    weights: dict[PartName, float] = field(default_factory=lambda: dict(PARTS))
    limits: dict[str, dict[LimitName, float]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for part, weight in self.weights.items():
            if not 0 <= weight <= 1000:
                raise ConfigurationError(f"The weight of {part} is {weight}; give 0 to 1000.")
        if self.weights.keys() != PARTS.keys() or not any(self.weights.values()):
            raise ConfigurationError(f"Give weights for {', '.join(PARTS)}, not all of them 0.")
        for lift, limits in self.limits.items():
            for name, value_deg in limits.items():
                _check(lift, name, value_deg)

    def of(self, exercise: Exercise) -> Exercise:
        """The lift with the thresholds of this rubric."""
        changed = self.limits.get(exercise.name, {})
        return replace(exercise, **changed) if changed else exercise  # type: ignore[arg-type]


def _check(lift: str, name: LimitName, value_deg: float) -> None:
    if lift not in EXERCISES:
        raise ConfigurationError(f"There is no lift {lift!r}: give {', '.join(EXERCISES)}.")
    if name not in LIMITS:
        raise ConfigurationError(f"There is no threshold {name!r}: give {', '.join(LIMITS)}.")
    if getattr(EXERCISES[lift], name) is None:
        raise ConfigurationError(f"The {lift} is not judged by {name}: leave it out.")
    low, high = LIMITS[name]
    if not low <= value_deg <= high:
        raise ConfigurationError(
            f"{name} of the {lift} is {value_deg}; give degrees from {low:g} to {high:g}."
        )
