"""What shapes a result, beside the clip and the model."""

from __future__ import annotations

from dataclasses import dataclass, field

from formcheck.assessment.rubric import Rubric
from formcheck.errors import ConfigurationError
from formcheck.geometry.neutral import Neutral, given_neutral
from formcheck.lifts.exercises import AUTO, EXERCISES, Exercise

__all__ = ["Settings"]


@dataclass(frozen=True)
class Settings:
    """What shapes a result, beside the clip and the model.

    Attributes
    ----------
    exercise : str or Exercise
        One of `formcheck.lifts.exercises.EXERCISES`, or "auto" to recognise it; or a lift of
        your own (docs/extending.md).
    max_fps : float
        Most frames analysed a second; 0 for all.
    neutral_deg : float or None
        The lifter's standing `lumbar_deg`, if it was measured elsewhere.
    neutral_uncertainty_deg : float
        Half its 90 % interval.
    neutral_from : str or None
        Name of the clip or analysis that it was measured in.
    rubric : Rubric
        Thresholds and weights, if not those of the house.
    plate_mm : float or None
        Diameter of the plates; a full-size plate is taken to measure 450 mm if not given.
    height_m : float or None
        The lifter's height, for speeds in metres where no plate is seen.
    """

    exercise: str | Exercise = AUTO
    max_fps: float = 30.0
    neutral_deg: float | None = None
    neutral_uncertainty_deg: float = 0.0
    neutral_from: str | None = None
    rubric: Rubric = field(default_factory=Rubric)
    plate_mm: float | None = None
    height_m: float | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.exercise, Exercise) and self.exercise not in [AUTO, *EXERCISES]:
            raise ConfigurationError(
                f"There is no exercise {self.exercise!r}.\n"
                f"Give {AUTO}, or one of {', '.join(EXERCISES)}."
            )
        if not (self.max_fps == 0 or 1 <= self.max_fps <= 1000):
            raise ConfigurationError(
                f"max_fps is {self.max_fps}; give 0 for every frame, or 1 to 1000."
            )
        if self.neutral_deg is not None and not abs(self.neutral_deg) <= 90:
            raise ConfigurationError(
                f"neutral_deg is {self.neutral_deg}; give the standing angle in degrees, -90 to 90."
            )
        if self.plate_mm is not None and not 100 <= self.plate_mm <= 600:
            raise ConfigurationError(
                f"plate_mm is {self.plate_mm}; give the diameter in millimetres, 100 to 600."
            )
        if self.height_m is not None and not 0.5 <= self.height_m <= 2.6:
            raise ConfigurationError(
                f"The lifter's height is {self.height_m}; give it in metres, 0.5 to 2.6."
            )

    @property
    def neutral(self) -> Neutral | None:
        """The neutral that was measured elsewhere, if one was."""
        if self.neutral_deg is None:
            return None
        return given_neutral(self.neutral_deg, self.neutral_uncertainty_deg)

    @property
    def exercise_name(self) -> str:
        """Name of the lift, or "auto"."""
        return self.exercise if isinstance(self.exercise, str) else self.exercise.name
