"""The neutral that `flexion_deg` counts from: given, standing, or the first repetitions'."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from formcheck.errors import InputError
from formcheck.exercises import Exercise
from formcheck.files import read_text
from formcheck.geometry import Kinematics
from formcheck.geometry.neutral import (
    Neutral,
    first_reps_neutral,
    given_neutral,
    no_neutral,
    standing_neutral,
)
from formcheck.measures import neutral_frames
from formcheck.reps import Rep
from formcheck.settings import Settings

__all__ = ["choose_neutral", "recorded_neutral"]

# The first repetitions are the lifter's fresh ones.
_FRESH_REPS = 3


def choose_neutral(
    kin: Kinematics, reps: tuple[Rep, ...], exercise: Exercise, settings: Settings
) -> Neutral:
    """The given neutral, else standing still, else the neutral ends of the first repetitions."""
    if settings.neutral_deg is not None:
        return given_neutral(settings.neutral_deg, settings.neutral_uncertainty_deg)
    busy = np.zeros(len(kin.time_s), dtype=np.bool_)
    for rep in reps:
        busy[rep.start : rep.end + 1] = True
    standing = standing_neutral(kin.time_s, kin.joints, kin.back, busy)
    if standing.method == "standing":
        return standing
    ended = [0, *(rep.end + 1 for rep in reps)]
    ends = [
        neutral_frames(rep, exercise, kin.time_s, since)
        for rep, since in zip(reps[:_FRESH_REPS], ended, strict=False)
        if rep.complete
    ]
    return first_reps_neutral(kin.joints, kin.back, ends)


def recorded_neutral(path: Path) -> Neutral:
    """Read the neutral of an earlier analysis from its ``analysis.json``.

    Raises
    ------
    InputError
        If it is none.
    """
    text = read_text(path)
    try:
        about = json.loads(text)["neutral"]
        if about["method"] == "none":
            return no_neutral()
        numbers = float(about["lumbar_deg"]), float(about["uncertainty_deg"])
        if not np.isfinite(numbers).all():
            raise ValueError("a neutral is finite")
        return Neutral(*numbers, method=about["method"])
    except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
        raise InputError(f"{path} is no analysis.json of formcheck.") from error
