"""`analysis.json` and its schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import numpy as np
import pytest
from figures import moving_lifter
from sets import with_upper_back

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.results.describe import describe
from formcheck.results.document import AnalysisDocument, SetPart
from formcheck.results.stored import parse_document

# The names that others rely on, from the output contract.
CONTRACT = {
    "": "schema_version formcheck_version source settings model exercise view neutral reps fatigue "
    "findings score quality",
    "source": "name sha256 width height frames duration_s fps variable_frame_rate decode_failures",
    "model": "name sha256",
    "exercise": "name confidence given",
    "view": "measurable facing yaw_deg reasons",
    "neutral": "lumbar_deg uncertainty_deg method",
    "reps": "index start_s turn_s end_s eccentric_s concentric_s concentric_speed complete "
    "lumbar_deg flexion_deg peak_s least_s visible findings score",
    "fatigue": "verdict from_rep velocity_loss_pct drift_deg_per_rep drift_ci_deg drift_p mdc_deg",
    "findings": "code severity rep at_s message evidence advice",
    "quality": "pose_found back_visible",
}


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    text = files("formcheck").joinpath("analysis.schema.json").read_text(encoding="utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


@pytest.fixture(scope="module")
def analysis() -> SetAnalysis:
    return analyze_track(moving_lifter("deadlift", [-15.0, 40.0]), Settings("deadlift"))


def test_the_shipped_schema_is_that_of_the_document(schema: dict[str, Any]) -> None:
    made = AnalysisDocument.model_json_schema()
    assert {key: value for key, value in schema.items() if key != "$schema"} == made


def test_the_document_obeys_its_schema(schema: dict[str, Any], analysis: SetAnalysis) -> None:
    document = json.loads(describe(analysis).model_dump_json())
    jsonschema.validate(document, schema)
    assert len(document["reps"]) == 2
    assert AnalysisDocument.model_validate(document) == describe(analysis)


@pytest.mark.parametrize("part", CONTRACT)
def test_the_contract_holds_to_the_letter(part: str, analysis: SetAnalysis) -> None:
    document = json.loads(describe(analysis).model_dump_json())
    found = document[part] if part else document
    names = set(found[0] if isinstance(found, list) else found)
    assert set(CONTRACT[part].split()) <= names


def test_reps_carry_ranges_and_the_codes_of_their_findings(analysis: SetAnalysis) -> None:
    document = describe(analysis)
    flat, rounded = document.reps
    assert set(flat.lumbar_deg.model_dump()) >= {"peak", "least", "range", "uncertainty"}
    assert set(flat.flexion_deg.model_dump()) == {
        "peak",
        "least",
        "uncertainty",
        "least_uncertainty",
    }
    assert flat.findings == []
    assert rounded.findings == ["lumbar-flexion"]
    assert [f.rep for f in document.findings if f.code == "lumbar-flexion"] == [2, None]


def test_the_upper_back_is_told_of_each_repetition(
    schema: dict[str, Any], analysis: SetAnalysis
) -> None:
    thoracic = np.full(len(analysis.track), 30.0)
    first, second = (rep.rep for rep in analysis.reps)
    thoracic[[first.start, first.turn]] = 24.004, 52.126
    thoracic[second.start : second.end + 1] = np.nan
    document = describe(with_upper_back(analysis, thoracic, 3.456))
    seen, unseen = (rep.thoracic_deg.model_dump() for rep in document.reps)
    assert seen == {
        "peak": 52.13,
        "least": 24.0,
        "range": 28.12,
        "uncertainty": 3.46,
        "least_uncertainty": 3.46,
    }
    assert unseen == dict.fromkeys(seen)
    jsonschema.validate(document.model_dump(mode="json"), schema)


def test_a_document_from_before_the_upper_back_was_measured_can_be_read(
    analysis: SetAnalysis,
) -> None:
    old = describe(analysis).model_dump(mode="json")
    for rep in old["reps"]:
        del rep["thoracic_deg"]
    document = parse_document(json.dumps(old), "old.json")
    assert [rep.thoracic_deg.peak for rep in document.reps] == [None, None]


def test_what_was_not_measured_is_null(analysis: SetAnalysis) -> None:
    front = analyze_track(moving_lifter("squat", [0.0], yaw_deg=80.0), Settings("squat"))
    document = describe(front)
    assert document.view.measurable is False
    assert [reason.code for reason in document.view.reasons] == ["front-view"]
    assert document.reps[0].lumbar_deg.peak is None
    assert document.neutral.lumbar_deg is None
    assert document.quality.back_visible == 0
    assert document.score is None
    assert document.reps[0].score is None
    assert "NaN" not in document.model_dump_json()
    fatigue = describe(analysis).fatigue
    assert fatigue is not None
    assert (fatigue.verdict, fatigue.drift_p, fatigue.mdc_deg) == ("too-few-reps", None, None)


def test_fatigue_and_score_of_a_set_that_breaks_down() -> None:
    peaks = [-5.0, -4.0, -5.0, 3.0, 12.0, 22.0]
    document = describe(analyze_track(moving_lifter("deadlift", peaks), Settings("deadlift")))
    fatigue = document.fatigue
    assert fatigue is not None
    assert fatigue.verdict == "drift"
    assert fatigue.direction == "rounding"
    assert fatigue.sets == [SetPart(**fatigue.model_dump(exclude={"sets"}))]
    assert fatigue.drift_ci_deg is not None
    assert fatigue.drift_deg_per_rep is not None
    assert fatigue.drift_ci_deg[0] < fatigue.drift_deg_per_rep < fatigue.drift_ci_deg[1]
    assert document.score is not None
    assert document.score <= 49.0
    share = sum(p.points for p in document.score_parts) / 100
    assert document.score == pytest.approx(49 * share, abs=0.1)
    assert document.score_basis == pytest.approx(1.0)
    assert sum(p.of for p in document.score_parts) == pytest.approx(100, abs=0.1)
    first, last = document.reps[0], document.reps[-1]
    assert first.score is not None
    assert last.score is not None
    assert first.score > last.score
