"""`formcheck.toml`: what a coach may set, where it comes from, and what it changes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from commands import run
from figures import moving_lifter

from formcheck.analysis import Settings, analyze_track
from formcheck.assessment.rubric import Rubric
from formcheck.assessment.score import PARTS
from formcheck.config import load_rubric, settings_of
from formcheck.errors import ConfigurationError
from formcheck.lifts.exercises import EXERCISES
from formcheck.results.describe import describe
from formcheck.results.stored import lift_of

TOLD = """
[weights]
rounding = 60
drift = 0

[thresholds]
rounded_deg = 8

[thresholds.squat]
rounded_deg = 12.5
arched_deg = 20
"""


@pytest.fixture(autouse=True)
def _elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FORMCHECK_CONFIG", raising=False)


@pytest.fixture
def told(tmp_path: Path) -> Path:
    file = tmp_path / "formcheck.toml"
    file.write_text(TOLD)
    return file


def test_without_a_file_the_house_decides() -> None:
    assert load_rubric() == Rubric()
    assert {setting.source for setting in settings_of()} == {"built in"}
    values = {setting.name: setting.value for setting in settings_of()}
    assert values["thresholds.deadlift.rounded_deg"] == EXERCISES["deadlift"].rounded_deg
    assert values["weights.rounding"] == PARTS["rounding"]


@pytest.mark.usefixtures("told")
def test_the_file_here_is_read_and_a_lifts_own_line_wins() -> None:
    rubric = load_rubric()
    assert rubric.weights == {**PARTS, "rounding": 60, "drift": 0}
    assert rubric.of(EXERCISES["deadlift"]).rounded_deg == 8
    assert rubric.of(EXERCISES["deadlift"]).arched_deg == EXERCISES["deadlift"].arched_deg
    squat = rubric.of(EXERCISES["squat"])
    assert (squat.rounded_deg, squat.arched_deg) == (12.5, 20)
    press = rubric.of(EXERCISES["overhead-press"])
    assert press == EXERCISES["overhead-press"], "it is not judged on rounding"


@pytest.mark.usefixtures("told")
def test_each_value_says_where_it_comes_from() -> None:
    sources = {setting.name: setting.source for setting in settings_of()}
    assert sources["weights.rounding"] == "formcheck.toml: [weights] rounding"
    assert sources["weights.arching"] == "built in"
    assert sources["thresholds.deadlift.rounded_deg"] == "formcheck.toml: [thresholds] rounded_deg"
    assert sources["thresholds.squat.arched_deg"] == "formcheck.toml: [thresholds.squat] arched_deg"
    assert sources["thresholds.deadlift.arched_deg"] == "built in"


def test_a_file_named_by_option_or_variable_is_read(
    told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = tmp_path / "own.toml"
    own.write_text("[weights]\nrounding = 70\n")
    monkeypatch.setenv("FORMCHECK_CONFIG", str(own))
    assert load_rubric().weights["rounding"] == 70
    assert load_rubric(told).weights["rounding"] == 60
    own.unlink()
    with pytest.raises(ConfigurationError, match="FORMCHECK_CONFIG"):
        load_rubric()


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("[weights]\nrounding = -1", "weights.rounding"),
        ("[weights]\nrounding = nan", "weights.rounding"),
        ("[weights]\nrounding = true", "weights.rounding"),
        ("[weights]\nrounding = '40'", "weights.rounding"),
        ("[weights]\nbeauty = 40", "weights.beauty: is not known"),
        ("[thresholds]\nrounded_deg = 45", "less than or equal to 20"),
        ("[thresholds]\nrounded_deg = 0", "greater than or equal to 3"),
        ("[thresholds.curl]\nrounded_deg = 9", "thresholds.curl: is not known"),
        ("[thresholds.overhead-press]\nrounded_deg = 9", "not judged by rounded_deg"),
        ("[colours]", "colours: is not known"),
        ("[weights", "no TOML"),
        ("\n".join(["[weights]", *(f"{name} = 0" for name in PARTS)]), "not all of them 0"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(tmp_path: Path, text: str, why: str) -> None:
    file = tmp_path / "formcheck.toml"
    file.write_text(text)
    with pytest.raises(ConfigurationError) as refused:
        load_rubric()
    assert why in str(refused.value)
    assert "formcheck.toml" in str(refused.value)


@pytest.mark.usefixtures("told")
def test_it_shapes_the_result_and_is_recorded_in_it() -> None:
    track = moving_lifter("deadlift", [9.0] * 5, fps=10.0, standing_deg=-20.0)
    plain = analyze_track(track, Settings("deadlift"))
    strict = analyze_track(track, Settings("deadlift", rubric=load_rubric()))
    assert strict.exercise.rounded_deg == 8
    assert plain.score is not None
    assert strict.score is not None
    assert "drift" in {part.name for part in plain.score.parts}
    assert "drift" not in {part.name for part in strict.score.parts}
    assert sum(part.of for part in strict.score.parts) == pytest.approx(100)
    # 9 degrees are 0.9 of ten, and more than all of 8.
    shares = [
        next(part.points / part.of for part in score.parts if part.name == "rounding")
        for score in (plain.score, strict.score)
    ]
    assert shares[1] < shares[0]
    document = describe(strict)
    assert document.settings.rubric.rounded_deg == 8
    assert document.settings.rubric.weights["rounding"] == 60
    assert lift_of(document).rounded_deg == 8


@pytest.mark.usefixtures("told")
def test_show_prints_value_and_source() -> None:
    shown = run("config", "show")
    assert shown.exit_code == 0
    lines = {line.split()[0]: line for line in shown.stdout.splitlines()}
    assert "built in" in lines["thresholds.deadlift.arched_deg"]
    assert "12.5°" in lines["thresholds.squat.rounded_deg"]
    printed = json.loads(run("config", "show", "--json").stdout)
    assert {"name": "weights.drift", "value": 0.0, "source": "formcheck.toml: [weights] drift"} in (
        printed
    )


def test_a_wrong_file_stops_the_command_with_2(tmp_path: Path) -> None:
    (tmp_path / "formcheck.toml").write_text("[weights]\nbeauty = 1")
    result = run("config", "show")
    assert result.exit_code == 2
    assert "beauty" in result.stderr
