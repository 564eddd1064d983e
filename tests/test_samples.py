"""The shipped samples, from the picture to the verdict on fatigue."""

from __future__ import annotations

from pathlib import Path

import pytest

import formcheck
from formcheck.models import ResolvedModel

SAMPLES = Path(__file__).parent.parent / "samples"


@pytest.mark.parametrize(
    ("name", "verdict", "from_rep"),
    # As they were drawn: lifter/samples.py
    [("deadlift-fatigue", "breakdown", 5), ("deadlift-steady", "held", None)],
)
def test_the_verdict_is_what_was_drawn(
    name: str, verdict: str, from_rep: int | None, pose_model: ResolvedModel
) -> None:
    analysis = formcheck.analyze(SAMPLES / f"{name}.mp4", "deadlift", model=pose_model.path)
    assert analysis.fatigue is not None
    one = analysis.fatigue.worst
    assert (one.verdict, one.from_rep) == (verdict, from_rep)
