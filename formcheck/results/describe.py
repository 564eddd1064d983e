"""From an analysis to the document that is written: rounded, and null where nothing was seen."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Literal

import numpy as np

from formcheck import __version__
from formcheck.analysis import SetAnalysis
from formcheck.assessment.bar_words import bar_words
from formcheck.assessment.contributors import Contributor
from formcheck.assessment.fatigue import SetFatigue, loss_of
from formcheck.assessment.findings import Finding
from formcheck.assessment.judgement import Judgement, worst
from formcheck.assessment.pace import live_fps
from formcheck.assessment.refusals import Reason
from formcheck.assessment.score import Score
from formcheck.assessment.wording import rounding_label
from formcheck.lifts.measures import RepMeasures
from formcheck.results.document import (
    SCHEMA_VERSION,
    AnalysisDocument,
    BarPart,
    BarRepPart,
    ContributorPart,
    ExercisePart,
    FatiguePart,
    FindingPart,
    FlexionRange,
    LiftPart,
    LumbarRange,
    Model,
    NeutralPart,
    Quality,
    ReasonPart,
    RepPart,
    RoundingPart,
    RubricPart,
    ScorePart,
    SetPart,
    SettingsPart,
    Source,
    TempoPart,
    ThoracicRange,
    ViewPart,
    WithDoubt,
)

__all__ = ["describe", "known"]


def describe(analysis: SetAnalysis) -> AnalysisDocument:
    """Turn an analysis into the document that is written."""
    track = analysis.track
    return AnalysisDocument(
        schema_version=SCHEMA_VERSION,
        formcheck_version=__version__,
        source=_source(analysis),
        settings=_settings(analysis),
        model=Model(name=track.model_name, sha256=track.model_sha256),
        exercise=_exercise(analysis),
        view=_view(analysis),
        neutral=_neutral(analysis),
        bar=_bar(analysis),
        reps=[
            _rep(index, rep, score, analysis)
            for index, (rep, score) in enumerate(
                zip(analysis.reps, analysis.rep_scores, strict=True), start=1
            )
        ],
        fatigue=_fatigue(analysis),
        findings=[_finding(f) for f in (*analysis.findings, *map(_refusal, analysis.reasons))],
        contributors=[_contributor(one) for one in analysis.contributors],
        rounding=_rounding(analysis.judgement),
        score=_points(analysis.score),
        score_basis=_basis(analysis.score),
        score_parts=_score_parts(analysis.score),
        quality=_quality(analysis),
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
        fps=known(clip.fps, 3),
        variable_frame_rate=clip.variable_frame_rate,
        decode_failures=clip.decode_failures,
        untimed_frames=clip.untimed_frames,
        truncated=clip.truncated,
        camera_frames=clip.camera_frames or None,
        slowest_fps=known(live_fps(analysis.track), 2),
        slow_motion=round(clip.slow_motion, 4),
        stream=clip.stream or None,
        shapes=clip.shapes or None,
        filmed=clip.filmed or None,
        filmed_from=clip.filmed_from or None,
    )


def _settings(analysis: SetAnalysis) -> SettingsPart:
    settings, lift = analysis.settings, analysis.exercise
    return SettingsPart(
        exercise=settings.exercise_name,
        max_fps=analysis.track.max_fps,
        neutral_deg=settings.neutral_deg,
        neutral_uncertainty_deg=settings.neutral_uncertainty_deg,
        neutral_from=settings.neutral_from,
        rubric=RubricPart(
            weights=settings.rubric.weights,
            rounded_deg=lift.rounded_deg,
            arched_deg=lift.arched_deg,
            arched_from_start_deg=lift.arched_from_start_deg,
        ),
        plate_mm=settings.plate_mm,
        height_m=settings.height_m,
    )


def _exercise(analysis: SetAnalysis) -> ExercisePart:
    seen = analysis.recognition
    return ExercisePart(
        name=analysis.exercise.name,
        confidence=None if seen is None else known(seen.confidence),
        given=seen is None,
        runner_up=None if seen is None else seen.runner_up,
    )


def _view(analysis: SetAnalysis) -> ViewPart:
    kin = analysis.kinematics
    return ViewPart(
        measurable=kin.measurable,
        facing=kin.view.facing,
        yaw_deg=known(kin.view.yaw_deg, 1),
        reasons=[_reason(reason) for reason in analysis.reasons],
    )


def _reason(reason: Reason) -> ReasonPart:
    return ReasonPart(
        code=reason.code, message=reason.message, advice=reason.advice, refuses=reason.refuses
    )


def _neutral(analysis: SetAnalysis) -> NeutralPart:
    return NeutralPart(
        lumbar_deg=known(analysis.neutral.lumbar_deg),
        uncertainty_deg=known(analysis.neutral.uncertainty_deg),
        method=analysis.neutral.method,
        posture=analysis.neutral_posture,
    )


def _rep(index: int, rep: RepMeasures, score: Score | None, analysis: SetAnalysis) -> RepPart:
    neutral = analysis.neutrals[index - 1]
    return RepPart(
        index=index,
        start_s=round(rep.start_s, 4),
        turn_s=round(rep.turn_s, 4),
        end_s=round(rep.end_s, 4),
        eccentric_s=known(rep.eccentric_s, 4),
        concentric_s=known(rep.concentric_s, 4),
        concentric_speed=known(rep.concentric_speed, 4),
        complete=rep.rep.complete,
        cut=rep.rep.cut,
        lumbar_deg=LumbarRange(
            peak=known(rep.peak_deg),
            least=known(rep.least_deg),
            range=known(rep.peak_deg - rep.least_deg),
            uncertainty=known(rep.uncertainty_deg),
            least_uncertainty=known(rep.least_uncertainty_deg),
        ),
        flexion_deg=FlexionRange(
            peak=known(rep.peak_deg - neutral.lumbar_deg),
            least=known(rep.least_deg - neutral.lumbar_deg),
            uncertainty=known(neutral.flexion_uncertainty_deg(rep.peak_deg, rep.uncertainty_deg)),
            least_uncertainty=known(
                neutral.flexion_uncertainty_deg(rep.least_deg, rep.least_uncertainty_deg)
            ),
        ),
        thoracic_deg=ThoracicRange(
            peak=known(rep.thoracic_peak_deg),
            least=known(rep.thoracic_least_deg),
            range=known(rep.thoracic_peak_deg - rep.thoracic_least_deg),
            uncertainty=known(rep.thoracic_uncertainty_deg),
            least_uncertainty=known(rep.thoracic_least_uncertainty_deg),
        ),
        peak_s=known(rep.peak_s, 4),
        least_s=known(rep.least_s, 4),
        visible=round(rep.visible, 4),
        visible_low=round(rep.visible_low, 4),
        visible_high=round(rep.visible_high, 4),
        lift=LiftPart(
            **{
                name: known(measured.value_deg)
                for name, measured in analysis.lift_measures[index - 1].items()
            }
        ),
        bar=_bar_rep(index, analysis),
        findings=[f.code for f in analysis.findings if f.rep == index],
        rounding=_rounding(analysis.judged.reps[index - 1]),
        score=_points(score),
        score_basis=_basis(score),
        score_parts=_score_parts(score),
    )


def _bar(analysis: SetAnalysis) -> BarPart | None:
    """What was followed; null without a repetition."""
    bar, found = analysis.bar, analysis.kinematics.plate.found
    if not analysis.reps:
        return None
    during = np.concatenate([found[m.rep.start : m.rep.end + 1] for m in analysis.reps])
    metres_from: Literal["plate", "height"] = "plate" if bar.source == "plate" else "height"
    return BarPart(
        source=bar.source,
        found=round(float(during.mean()), 4),
        metres_from=metres_from if bar.in_metres else None,
        plate_mm=known(bar.plate_mm, 1),
        assumed=bar.assumed and bar.in_metres,
        words=bar_words(bar),
    )


def _bar_rep(index: int, analysis: SetAnalysis) -> BarRepPart:
    bar = analysis.reps[index - 1].bar
    loss = loss_of(index - 1, analysis.reps)
    return BarRepPart(
        mean_speed_m_per_s=_doubted(bar.mean_mps, bar.mean_doubt_mps, 3),
        peak_speed_m_per_s=_doubted(bar.peak_mps, bar.peak_doubt_mps, 3),
        range_cm=_doubted(bar.range_cm, bar.range_doubt_cm, 1),
        drift_cm=_doubted(bar.drift_cm, bar.drift_doubt_cm, 1),
        loss_pct=_doubted(100 * loss.share, 100 * loss.doubt, 1),
        tempo=TempoPart(
            down_s=known(bar.down_s, 3),
            bottom_s=known(bar.bottom_s, 3),
            up_s=known(bar.up_s, 3),
            top_s=known(bar.top_s, 3),
        ),
    )


def _doubted(value: float, doubt: float, digits: int) -> WithDoubt:
    return WithDoubt(value=known(value, digits), uncertainty=known(doubt, digits))


def _points(score: Score | None) -> float | None:
    """Points out of 100, or null."""
    return None if score is None else known(score.points, 1)


def _basis(score: Score | None) -> float | None:
    """Share of the criteria that was seen, or null."""
    return None if score is None else known(score.basis, 4)


def _rounding(judgement: Judgement | None) -> RoundingPart | None:
    """How round the back was called; null where it was not judged."""
    if judgement is None:
        return None
    return RoundingPart(
        grade=judgement.grade,
        probability=round(judgement.probability, 4),
        part=judgement.part,
        at_s=known(judgement.at_s, 4),
        words=rounding_label(judgement.grade, judgement.part),
    )


def _score_parts(score: Score | None) -> list[ScorePart]:
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


def _fatigue(analysis: SetAnalysis) -> FatiguePart | None:
    """All sets, the one to act on first before the others; null without a repetition."""
    fatigue = analysis.fatigue
    if fatigue is None:
        return None
    sets = [_set(one, analysis) for one in fatigue.sets]
    return FatiguePart(**dict(_set(fatigue.worst, analysis)), sets=sets)


def _set(one: SetFatigue, analysis: SetAnalysis) -> SetPart:
    drift = one.drift
    neutral = analysis.neutrals[one.first - 1]
    low, high = drift.interval if drift else (math.nan, math.nan)
    return SetPart(
        first_rep=one.first,
        last_rep=one.last,
        verdict=one.verdict,
        reason=one.reason,
        from_rep=one.from_rep,
        from_rep_range=one.from_range,
        slow_from_rep=one.slow_from_rep,
        slow_from_rep_range=one.slow_from_range,
        together=one.together,
        velocity_loss_pct=known(one.velocity_loss_pct, 1),
        speed_of=one.speed_of,
        direction=one.direction,
        drift_deg_per_rep=known(drift.per_rep) if drift else None,
        drift_ci_deg=(round(low, 2), round(high, 2)) if drift else None,
        drift_p=known(drift.p, 5) if drift else None,
        change_deg=known(drift.change) if drift else None,
        late_change=bool(drift and drift.late),
        mdc_deg=known(drift.mdc) if drift else None,
        paused_after=list(one.paused_after),
        neutral_deg=known(neutral.lumbar_deg),
        neutral_method=neutral.method,
        rounding=_rounding(worst(analysis.judged.reps[one.first - 1 : one.last])),
    )


def _finding(finding: Finding) -> FindingPart:
    return FindingPart(
        code=finding.code,
        severity=finding.severity,
        rep=finding.rep,
        at_s=None if finding.at_s is None else known(finding.at_s, 4),
        message=finding.message,
        why=finding.why,
        evidence=_evidence(finding.evidence),
        advice=finding.advice,
        label=finding.words,
        grade=finding.grade,
    )


def _refusal(reason: Reason) -> Finding:
    return Finding(reason.code, "info", reason.message, why="", advice=reason.advice)


def _contributor(one: Contributor) -> ContributorPart:
    return ContributorPart(
        code=one.code,
        sureness=one.sureness,
        seen=one.seen,
        possible=one.possible,
        check=one.check,
        reps=list(one.reps),
        evidence=_evidence(one.evidence),
    )


def _quality(analysis: SetAnalysis) -> Quality:
    back = analysis.kinematics.back
    return Quality(
        level_uncertainty_deg=known(back.level_uncertainty_deg, 1),
        pose_found=round(float(analysis.track.found.mean()), 4),
        back_visible=round(float(np.isfinite(back.lumbar_deg).mean()), 4),
        read_off="back" if back.surface == "dorsal" else "front",
    )


def known(value: float, digits: int = 2) -> float | None:
    """Round, and null for what was not measured."""
    return round(float(value), digits) + 0.0 if math.isfinite(value) else None


def _evidence(values: Mapping[str, float]) -> dict[str, float]:
    """Rounded, and without what was not measured."""
    return {k: round(float(v), 3) for k, v in values.items() if math.isfinite(v)}
