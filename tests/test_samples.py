"""The shipped samples, from the picture to the verdict on fatigue, as the pages show them."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from test_docs import alike, run_examples
from test_live_flow import AtOnce

import formcheck
from formcheck import SetAnalysis
from formcheck.commands.terminal import print_result
from formcheck.models.store import ResolvedModel
from formcheck.pose.track import PoseTrack
from formcheck.results.describe import describe

ROOT = Path(__file__).parent.parent
Sample = Callable[[str], SetAnalysis]


@pytest.fixture(scope="module")
def sample(pose_model: ResolvedModel) -> Sample:
    """A sample, analysed once; of most of them half of the frames, which tell the same."""

    @cache
    def analysed(name: str) -> SetAnalysis:
        clip = ROOT / "samples" / f"{name}.mp4"
        max_fps = 15.0 if name.startswith("squat") else 30.0
        return formcheck.analyze(clip, model=pose_model.path, max_fps=max_fps)

    return analysed


@pytest.mark.parametrize(
    ("name", "verdict", "from_rep"),
    # As they were drawn: lifter/samples.py
    [("deadlift-fatigue", "breakdown", 5), ("deadlift-steady", "held", None)],
)
def test_the_verdict_is_what_was_drawn(
    name: str, verdict: str, from_rep: int | None, sample: Sample
) -> None:
    fatigue = sample(name).fatigue
    assert fatigue is not None
    assert (fatigue.worst.verdict, fatigue.worst.from_rep) == (verdict, from_rep)


def shown(
    analysis: SetAnalysis, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> str:
    """What the terminal says, up to the lines that are the same for all."""
    monkeypatch.setenv("COLUMNS", "90")
    print_result(describe(analysis))
    lines = [line.rstrip() for line in capsys.readouterr().out.splitlines()]
    return "\n".join(lines).partition("\nAn outline measure")[0] + "\n"


@pytest.mark.parametrize("name", ["deadlift-fatigue", "deadlift-steady", "squat-barbell"])
def test_the_page_shows_what_the_command_prints(
    name: str,
    sample: Sample,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    page = (ROOT / "docs" / "fatigue.md").read_text(encoding="utf-8")
    pasted = re.search(rf"^\$ formcheck analyze samples/{name}.mp4\n(.*?)^```", page, re.M | re.S)
    assert pasted is not None
    assert alike(shown(sample(name), capsys, monkeypatch), pasted[1])


def test_the_readme_shows_what_the_command_prints(
    sample: Sample, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    pasted = re.search(
        r"^The first prints, among other lines:\n\n```\n(.*?)^```", readme, re.M | re.S
    )
    assert pasted is not None
    told = shown(sample("deadlift-fatigue"), capsys, monkeypatch).splitlines()
    for line in pasted[1].splitlines():
        assert line == "..." or any(alike(line, one) for one in told), line


@pytest.mark.parametrize("name", ["deadlift-fatigue", "deadlift-steady", "squat"])
def test_the_true_spine_lies_within_what_is_stated(name: str, sample: Sample) -> None:
    """A part of benchmarks/accuracy.py."""
    analysis = sample(name)
    truth = json.loads((ROOT / "samples" / f"{name}.truth.json").read_text(encoding="utf-8"))
    assert len(analysis.reps) == len(truth["reps"])
    for rep, true in zip(analysis.reps, truth["reps"], strict=True):
        neutral = analysis.neutral
        flexion_deg = rep.peak_deg - neutral.lumbar_deg
        stated_deg = neutral.flexion_uncertainty_deg(rep.peak_deg, rep.uncertainty_deg)
        assert flexion_deg == pytest.approx(true["peak"]["flexion_deg"], abs=stated_deg)
        assert stated_deg < 18  # 15 % of a change of 58 degrees alone come to 14


def test_under_a_bar_the_elbows_hide_the_back_and_it_says_so(sample: Sample) -> None:
    analysis = sample("squat-barbell")
    assert len(analysis.reps) == 5
    assert not analysis.measured
    assert "back-hidden" in {reason.code for reason in analysis.reasons}


def test_the_examples_of_the_python_api_print_what_they_say(
    sample: Sample, pose_model: ResolvedModel, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sample is analysed once for all."""
    sample("deadlift-steady")
    read = formcheck.analysis.read_track

    def known(path: Path, *arguments: Any, **options: Any) -> PoseTrack:
        if path.suffix == ".mp4" and path.exists():
            return sample(path.stem).track
        return read(path, *arguments, **options)

    monkeypatch.setattr("formcheck.analysis.read_track", known)
    # Its own process takes seconds to start, and has tests of its own.
    monkeypatch.setattr("formcheck.live.session.Analyst", AtOnce)
    run_examples("python-api.md", pose_model, tmp_path, monkeypatch)
