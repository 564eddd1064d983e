"""`analysis.json`: the contract with everyone who reads our results."""

from __future__ import annotations

from typing import Annotated, Literal

import numpy as np
from pydantic import Field

from formcheck import __version__
from formcheck.analysis import SetAnalysis
from formcheck.assessment.findings import Finding
from formcheck.assessment.refusals import Reason
from formcheck.assessment.score import PartName
from formcheck.assessment.score import Score as Points
from formcheck.lifts.measures import RepMeasures
from formcheck.results.document_parts import (
    ContributorPart,
    FatiguePart,
    ScorePart,
    contributor_part,
    fatigue_part,
    points,
    score_parts,
)
from formcheck.results.document_parts import DocumentPart as _Part
from formcheck.results.document_parts import evidence as _evidence
from formcheck.results.document_parts import number as _number

__all__ = ["SCHEMA_VERSION", "AnalysisDocument", "describe"]

SCHEMA_VERSION: Literal[1] = 1

Share = Annotated[float, Field(ge=0, le=1)]
Score = Annotated[float, Field(ge=0, le=100)]


class Source(_Part):
    """The clip, as it was read."""

    name: str
    sha256: str
    width: int
    height: int
    frames: int
    duration_s: float
    fps: float | None = Field(description="Typical rate by the true times of the frames.")
    variable_frame_rate: bool
    decode_failures: int
    untimed_frames: int = Field(description="Left out for a time that did not rise.")
    truncated: bool


class RubricPart(_Part):
    """Thresholds of this lift, and weights of the score."""

    weights: dict[PartName, float]
    rounded_deg: float | None = Field(description="null: this lift is not judged so.")
    arched_deg: float | None
    arched_from_start_deg: float | None


class SettingsPart(_Part):
    """Everything else that shaped the result."""

    exercise: str
    max_fps: float = Field(description="0: every frame.")
    neutral_deg: float | None
    neutral_uncertainty_deg: float
    neutral_from: str | None = Field(description="Where the neutral was measured, if elsewhere.")
    rubric: RubricPart


class Model(_Part):
    """The pose model."""

    name: str
    sha256: str


class ExercisePart(_Part):
    """The lift."""

    name: str
    confidence: Share | None = Field(description="null where the lift was given.")
    given: bool
    runner_up: str | None = Field(description="What it might be instead; null where it was given.")


class ReasonPart(_Part):
    """Why something was not measured, or is less sure."""

    code: str
    message: str
    advice: str
    refuses: bool


class ViewPart(_Part):
    """How the camera saw the lifter."""

    measurable: bool
    facing: Literal["left", "right"]
    yaw_deg: float | None = Field(description="0: square side view. Good to some 10 degrees.")
    reasons: list[ReasonPart]


class NeutralPart(_Part):
    """The lifter's own neutral, against which flexion_deg counts."""

    lumbar_deg: float | None
    uncertainty_deg: float | None
    method: Literal["standing", "first-reps", "given", "none"]
    posture: str | None = Field(description="What the lifter did there.")


class LumbarRange(_Part):
    """0 flat, + rounded, - arched; an outline measure, not an X-ray."""

    peak: float | None
    least: float | None
    range: float | None
    uncertainty: float | None = Field(description="Half the 90 % interval of the peak.")
    least_uncertainty: float | None = Field(description="Half the 90 % interval of the least.")


class FlexionRange(_Part):
    """Lumbar angle against the lifter's own neutral."""

    peak: float | None
    least: float | None
    uncertainty: float | None = Field(description="Half the 90 % interval of the peak.")
    least_uncertainty: float | None


class LiftPart(_Part):
    """What is measured in some lifts only, in degrees; null: not seen, or not of this lift."""

    flexion_onset_hip_deg: float | None = Field(
        None, description="Hip angle at which the back leaves neutral on the way down."
    )
    depth_thigh_deg: float | None = Field(None, description="Thigh above level at the bottom.")
    wink_deg: float | None = Field(
        None, description="Flexion that the lower half of the way down adds."
    )
    lean_at_hips_up_deg: float | None = Field(
        None, description="Lean of the trunk when the hips have done 9/10 of their rise."
    )
    curl_deg: float | None = Field(None, description="Flexion from lying to the top.")


class RepPart(_Part):
    """One repetition."""

    index: int = Field(description="From 1.")
    start_s: float
    turn_s: float
    end_s: float
    eccentric_s: float | None
    concentric_s: float | None
    concentric_speed: float | None = Field(description="Body lengths a second.")
    complete: bool
    lumbar_deg: LumbarRange
    flexion_deg: FlexionRange
    peak_s: float | None
    least_s: float | None
    visible: Share = Field(description="Share of the frames with the back measured.")
    visible_low: Share = Field(description="The same in the lower half of the swing.")
    visible_high: Share = Field(description="And in the upper half.")
    lift: LiftPart
    findings: list[str]
    score: Score | None
    score_parts: list[ScorePart]


class FindingPart(_Part):
    """One statement with its evidence."""

    code: str
    severity: Literal["info", "caution", "stop"]
    rep: int | None
    at_s: float | None
    message: str
    why: str
    evidence: dict[str, float]
    advice: str


class Quality(_Part):
    """How much of the clip could be used."""

    pose_found: Share
    back_visible: Share
    read_off: Literal["back", "front"] = Field(
        "back",
        description="Which outline of the trunk told the angle: the front's if the floor "
        "hid the back.",
    )
    level_uncertainty_deg: float | None = Field(
        description="By how much all lumbar_deg of the lifter may be off by the same, beside "
        "their own uncertainty: half a 90 % interval. It cancels in flexion_deg."
    )


class AnalysisDocument(_Part):
    """formcheck's analysis of one set. Angles in degrees, times in seconds; null: not measured."""

    schema_version: Literal[1]
    formcheck_version: str
    source: Source
    settings: SettingsPart
    model: Model
    exercise: ExercisePart
    view: ViewPart
    neutral: NeutralPart
    reps: list[RepPart]
    fatigue: FatiguePart | None
    findings: list[FindingPart]
    contributors: list[ContributorPart]
    score: Score | None
    score_parts: list[ScorePart]
    quality: Quality


def describe(analysis: SetAnalysis) -> AnalysisDocument:
    """Turn an analysis into the document that is written."""
    track, kin = analysis.track, analysis.kinematics
    return AnalysisDocument(
        schema_version=SCHEMA_VERSION,
        formcheck_version=__version__,
        source=_source(analysis),
        settings=SettingsPart(
            exercise=analysis.settings.exercise_name,
            max_fps=track.max_fps,
            neutral_deg=analysis.settings.neutral_deg,
            neutral_uncertainty_deg=analysis.settings.neutral_uncertainty_deg,
            neutral_from=analysis.settings.neutral_from,
            rubric=_rubric(analysis),
        ),
        model=Model(name=track.model_name, sha256=track.model_sha256),
        exercise=_exercise(analysis),
        view=ViewPart(
            measurable=kin.measurable,
            facing=kin.view.facing,
            yaw_deg=_number(kin.view.yaw_deg, 1),
            reasons=[_reason(reason) for reason in analysis.reasons],
        ),
        neutral=NeutralPart(
            lumbar_deg=_number(analysis.neutral.lumbar_deg),
            uncertainty_deg=_number(analysis.neutral.uncertainty_deg),
            method=analysis.neutral.method,
            posture=analysis.neutral_posture,
        ),
        reps=[
            _rep(index, rep, score, analysis)
            for index, (rep, score) in enumerate(
                zip(analysis.reps, analysis.rep_scores, strict=True), start=1
            )
        ],
        fatigue=fatigue_part(analysis.fatigue),
        findings=[_finding(f) for f in (*analysis.findings, *map(_refusal, analysis.reasons))],
        contributors=[contributor_part(one) for one in analysis.contributors],
        score=points(analysis.score),
        score_parts=score_parts(analysis.score),
        quality=Quality(
            level_uncertainty_deg=_number(kin.back.level_uncertainty_deg, 1),
            pose_found=round(float(track.found.mean()), 4),
            back_visible=round(float(np.isfinite(kin.back.lumbar_deg).mean()), 4),
            read_off="back" if kin.back.surface == "dorsal" else "front",
        ),
    )


def _exercise(analysis: SetAnalysis) -> ExercisePart:
    seen = analysis.recognition
    return ExercisePart(
        name=analysis.exercise.name,
        confidence=None if seen is None else _number(seen.confidence),
        given=seen is None,
        runner_up=None if seen is None else seen.runner_up,
    )


def _rubric(analysis: SetAnalysis) -> RubricPart:
    lift = analysis.exercise
    return RubricPart(
        weights=analysis.settings.rubric.weights,
        rounded_deg=lift.rounded_deg,
        arched_deg=lift.arched_deg,
        arched_from_start_deg=lift.arched_from_start_deg,
    )


def _source(analysis: SetAnalysis) -> Source:
    clip = analysis.track.clip
    return Source(
        name=clip.name,
        sha256=clip.sha256,
        width=clip.width,
        height=clip.height,
        frames=clip.frames,
        duration_s=round(clip.duration_s, 4),
        fps=_number(clip.fps, 3),
        variable_frame_rate=clip.variable_frame_rate,
        decode_failures=clip.decode_failures,
        untimed_frames=clip.untimed_frames,
        truncated=clip.truncated,
    )


def _rep(index: int, rep: RepMeasures, score: Points | None, analysis: SetAnalysis) -> RepPart:
    neutral = analysis.neutral
    return RepPart(
        index=index,
        start_s=round(rep.start_s, 4),
        turn_s=round(rep.turn_s, 4),
        end_s=round(rep.end_s, 4),
        eccentric_s=_number(rep.eccentric_s, 4),
        concentric_s=_number(rep.concentric_s, 4),
        concentric_speed=_number(rep.concentric_speed, 4),
        complete=rep.rep.complete,
        lumbar_deg=LumbarRange(
            peak=_number(rep.peak_deg),
            least=_number(rep.least_deg),
            range=_number(rep.peak_deg - rep.least_deg),
            uncertainty=_number(rep.uncertainty_deg),
            least_uncertainty=_number(rep.least_uncertainty_deg),
        ),
        flexion_deg=FlexionRange(
            peak=_number(rep.peak_deg - neutral.lumbar_deg),
            least=_number(rep.least_deg - neutral.lumbar_deg),
            uncertainty=_number(neutral.flexion_uncertainty_deg(rep.peak_deg, rep.uncertainty_deg)),
            least_uncertainty=_number(
                neutral.flexion_uncertainty_deg(rep.least_deg, rep.least_uncertainty_deg)
            ),
        ),
        peak_s=_number(rep.peak_s, 4),
        least_s=_number(rep.least_s, 4),
        visible=round(rep.visible, 4),
        visible_low=round(rep.visible_low, 4),
        visible_high=round(rep.visible_high, 4),
        lift=LiftPart(
            **{
                name: _number(measured.value_deg)
                for name, measured in analysis.lift_measures[index - 1].items()
            }
        ),
        findings=[f.code for f in analysis.findings if f.rep == index],
        score=points(score),
        score_parts=score_parts(score),
    )


def _finding(finding: Finding) -> FindingPart:
    return FindingPart(
        code=finding.code,
        severity=finding.severity,
        rep=finding.rep,
        at_s=None if finding.at_s is None else _number(finding.at_s, 4),
        message=finding.message,
        why=finding.why,
        evidence=_evidence(finding.evidence),
        advice=finding.advice,
    )


def _refusal(reason: Reason) -> Finding:
    return Finding(reason.code, "info", reason.message, why="", advice=reason.advice)


def _reason(reason: Reason) -> ReasonPart:
    return ReasonPart(
        code=reason.code, message=reason.message, advice=reason.advice, refuses=reason.refuses
    )
