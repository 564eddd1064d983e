"""Real clips with labels: what must come out, and what must not change it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from clipmaker import SAMPLES, run_ffmpeg

from formcheck.analysis import SetAnalysis, analyze, analyze_track, read_track
from formcheck.models.store import ResolvedModel
from formcheck.pose.track import PoseTrack
from formcheck.settings import Settings

# The issue of the mirror: MediaPipe itself does not see left as it sees right. The
# medians over the loaded frames of two clear clips; every clip is in
# benchmarks/invariance.md.
MIRROR_TOLERANCE_DEG = 1.0
HALF_SIZE_TOLERANCE_DEG = 3.0
RATE_TOLERANCE_DEG = 2.0


Analyse = Callable[..., SetAnalysis]


@pytest.fixture(scope="session")
def analysed(clips: Path, pose_model: ResolvedModel) -> Analyse:
    @cache
    def track(name: str, max_fps: float) -> PoseTrack:
        return read_track(clips / f"{name}.mp4", Settings(max_fps=max_fps), pose_model)

    @cache
    def run(name: str, exercise: str, max_fps: float = 30.0) -> SetAnalysis:
        return analyze_track(track(name, max_fps), Settings(exercise, max_fps))

    return run


def codes(analysis: SetAnalysis) -> set[str]:
    return {finding.code for finding in analysis.findings}


def lumbar_deg(analysis: SetAnalysis) -> float:
    """Median lumbar angle over the frames in which the trunk leans."""
    kin = analysis.kinematics
    return float(np.nanmedian(kin.back.lumbar_deg[kin.joints.trunk_lean_deg > 30]))


def test_a_rounded_back_is_flagged(analysed: Analyse) -> None:
    analysis = analysed("deadlift-rounded", "deadlift")
    assert "lumbar-flexion" in codes(analysis)
    assert len(analysis.reps) == 1


@pytest.mark.parametrize("name", ["deadlift-neutral", "deadlift-setup-ascent"])
def test_a_neutral_back_is_not(analysed: Analyse, name: str) -> None:
    analysis = analysed(name, "deadlift")
    assert codes(analysis) == set()
    assert analysis.measured
    assert len(analysis.reps) == 1


def test_rounded_and_neutral_are_far_apart(analysed: Analyse) -> None:
    rounded, neutral = (analysed(f"deadlift-{b}", "deadlift") for b in ("rounded", "neutral"))
    assert rounded.reps[0].peak_deg - neutral.reps[0].peak_deg > 25
    assert lumbar_deg(rounded) - lumbar_deg(neutral) > 25


@pytest.mark.parametrize(
    ("name", "exercise", "code"),
    [("squat-front", "squat", "front-view"), ("deadlift-oblique-backlit", "deadlift", "view")],
)
def test_other_views_are_refused(analysed: Analyse, name: str, exercise: str, code: str) -> None:
    analysis = analysed(name, exercise, 10.0)  # a view is told from few frames
    assert not analysis.kinematics.measurable
    assert not analysis.measured
    assert code in analysis.reasons[0].code
    assert len(analysis.reps) == 1


def test_a_squat_is_counted_and_measured(analysed: Analyse) -> None:
    analysis = analysed("squat-home", "squat")
    assert [rep.rep.complete for rep in analysis.reps] == [True]
    assert analysis.measured


@pytest.mark.parametrize(
    ("name", "lift"),
    [
        ("squat-home", "squat"),
        ("sit-up-crunch", "sit-up"),
        ("back-extension-superman", "back-extension"),
        ("deadlift-neutral", "deadlift"),
    ],
)
def test_a_lift_is_recognised_and_counted(analysed: Analyse, name: str, lift: str) -> None:
    analysis = analysed(name, "auto")
    assert analysis.exercise.name == lift
    assert analysis.recognition is not None
    assert analysis.recognition.clear
    assert [rep.rep.complete for rep in analysis.reps] == [True]


def test_hips_that_rise_first_are_found(analysed: Analyse) -> None:
    assert "early-hip-rise" in codes(analysed("deadlift-hips-early", "auto"))
    for name in ("deadlift-neutral", "deadlift-rounded", "deadlift-setup-ascent"):
        assert "early-hip-rise" not in codes(analysed(name, "deadlift"))


@pytest.mark.parametrize("lift", ["glute-bridge", "back-extension"])
def test_the_floor_and_the_bench_are_counted(pose_model: ResolvedModel, lift: str) -> None:
    analysis = analyze(SAMPLES / f"{lift}.mp4", model=pose_model.path, max_fps=10)
    truth = json.loads((SAMPLES / f"{lift}.truth.json").read_text(encoding="utf-8"))
    assert analysis.exercise.name == lift
    assert len(analysis.reps) == len(truth["reps"])
    for rep, true in zip(analysis.reps, truth["reps"], strict=True):
        assert rep.turn_s == pytest.approx(true["turn_s"], abs=0.5)


@pytest.mark.parametrize("name", ["deadlift-neutral", "deadlift-rounded"])
def test_the_mirror_changes_little(analysed: Analyse, tmp_path: Path, name: str) -> None:
    plain = analysed(name, "deadlift")
    assert changed(plain, tmp_path, "-vf", "hflip") < MIRROR_TOLERANCE_DEG


@pytest.mark.parametrize("name", ["deadlift-neutral", "deadlift-rounded"])
def test_half_the_size_changes_little(analysed: Analyse, tmp_path: Path, name: str) -> None:
    plain = analysed(name, "deadlift")
    assert changed(plain, tmp_path, "-vf", "scale=iw/2:ih/2:flags=area") < HALF_SIZE_TOLERANCE_DEG


def test_thirty_frames_a_second_are_enough(
    clips: Path, pose_model: ResolvedModel, tmp_path: Path
) -> None:
    """A clip played at double speed has 60 frames a second."""
    double = tmp_path / "double.mp4"
    source = clips / "deadlift-neutral.mp4"
    run_ffmpeg("-itsscale", "0.5", "-i", str(source), "-an", "-c", "copy", str(double))
    every, thinned = (
        analyze(double, "deadlift", model=pose_model.path, max_fps=rate) for rate in (0, 30)
    )
    assert len(every.track) == 2 * len(thinned.track)
    assert abs(lumbar_deg(every) - lumbar_deg(thinned)) < RATE_TOLERANCE_DEG


def changed(plain: SetAnalysis, folder: Path, *filters: str) -> float:
    """Median change of the lumbar angle while the trunk leans, in degrees."""
    source = Path(__file__).parent.parent.parent / "shared" / "clips" / plain.track.clip.name
    other = folder / "changed.mp4"
    run_ffmpeg("-i", str(source), *filters, "-an", "-c:v", "libx264", "-crf", "12", str(other))
    again = analyze(other, plain.exercise.name)
    assert len(again.reps) == len(plain.reps)
    kin = plain.kinematics
    lumbar = np.interp(kin.time_s, again.kinematics.time_s, again.kinematics.back.lumbar_deg)
    leaning = kin.joints.trunk_lean_deg > 30
    return float(np.nanmedian(np.abs(lumbar - kin.back.lumbar_deg)[leaning]))
