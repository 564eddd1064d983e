"""Parts of `analysis.json` about the set as a whole: fatigue, score, contributors."""

from __future__ import annotations

import math
from collections.abc import Mapping

from pydantic import BaseModel, ConfigDict, Field

from formcheck.assessment.contributors import Contributor, Sureness
from formcheck.assessment.fatigue import Fatigue, SetFatigue, Verdict
from formcheck.assessment.score import PartName, Score
from formcheck.lifts.exercises import Drift

__all__ = [
    "ContributorPart",
    "DocumentPart",
    "FatiguePart",
    "ScorePart",
    "SetPart",
    "contributor_part",
    "evidence",
    "fatigue_part",
    "number",
    "points",
    "score_parts",
]


class DocumentPart(BaseModel):
    """A part of the document; unknown names are errors."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class ScorePart(DocumentPart):
    """What one part of a score earned, of what it could earn."""

    name: PartName
    points: float
    of: float
    measured: bool = Field(description="False: earned nothing because it was not seen.")


class SetPart(DocumentPart):
    """How one set changed. A positive drift gets worse, in its direction."""

    first_rep: int
    last_rep: int
    verdict: Verdict
    reason: str = Field(description="Why there is no verdict; else empty.")
    from_rep: int | None = Field(description="First repetition of the change.")
    from_rep_range: tuple[int, int] | None = Field(description="Holds it four times in five.")
    velocity_loss_pct: float | None = Field(description="Last against fastest repetition.")
    direction: Drift | None
    drift_deg_per_rep: float | None
    drift_ci_deg: tuple[float, float] | None = Field(
        description="Of drift_deg_per_rep, 91 %; wider if two ways are watched."
    )
    drift_p: float | None = Field(description="Kendall's, one-sided, for getting worse.")
    change_deg: float | None = Field(
        description="Over the set along the drift; or, if late_change, of the last two "
        "repetitions against those before."
    )
    late_change: bool
    mdc_deg: float | None = Field(description="Minimal detectable change_deg.")
    paused_after: list[int]


class FatiguePart(SetPart):
    """How the clip's set changed; with several sets the one to act on first."""

    sets: list[SetPart]


class ContributorPart(DocumentPart):
    """What may lie behind a fault: to be checked by a person."""

    code: str
    sureness: Sureness
    seen: str
    possible: str
    check: str
    reps: list[int]
    evidence: dict[str, float]


def points(score: Score | None) -> float | None:
    """Points out of 100, or null."""
    return None if score is None else number(score.points, 1)


def score_parts(score: Score | None) -> list[ScorePart]:
    """Where the points come from; nothing without a score."""
    return [
        ScorePart(
            name=part.name,
            points=round(part.points, 2),
            of=round(part.of, 2),
            measured=part.seen,
        )
        for part in (score.parts if score else ())
    ]


def fatigue_part(fatigue: Fatigue | None) -> FatiguePart | None:
    """All sets, the one to act on first before the others; null without a repetition."""
    if fatigue is None:
        return None
    sets = [_set(one) for one in fatigue.sets]
    return FatiguePart(**dict(_set(fatigue.worst)), sets=sets)


def _set(one: SetFatigue) -> SetPart:
    drift = one.drift
    low, high = drift.interval if drift else (math.nan, math.nan)
    return SetPart(
        first_rep=one.first,
        last_rep=one.last,
        verdict=one.verdict,
        reason=one.reason,
        from_rep=one.from_rep,
        from_rep_range=one.from_range,
        velocity_loss_pct=number(one.velocity_loss_pct, 1),
        direction=one.direction,
        drift_deg_per_rep=number(drift.per_rep) if drift else None,
        drift_ci_deg=(round(low, 2), round(high, 2)) if drift else None,
        drift_p=number(drift.p, 5) if drift else None,
        change_deg=number(drift.change) if drift else None,
        late_change=bool(drift and drift.late),
        mdc_deg=number(drift.mdc) if drift else None,
        paused_after=list(one.paused_after),
    )


def contributor_part(one: Contributor) -> ContributorPart:
    """One possible contributor."""
    return ContributorPart(
        code=one.code,
        sureness=one.sureness,
        seen=one.seen,
        possible=one.possible,
        check=one.check,
        reps=list(one.reps),
        evidence=evidence(one.evidence),
    )


def evidence(values: Mapping[str, float]) -> dict[str, float]:
    """Rounded, and without what was not measured."""
    return {k: round(float(v), 3) for k, v in values.items() if math.isfinite(v)}


def number(value: float, digits: int = 2) -> float | None:
    """Round, and null for what was not measured."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None
