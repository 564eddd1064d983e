"""A season of which it is known what changed: the history tells that and nothing else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

pytest.importorskip("common.season", reason="the benchmarks are not here")
from batches import put_result
from commands import run
from common.season import HALVES, TRUE, called, exactly, made_season

from formcheck.batch.clips import Clip
from formcheck.batch.places import Place
from formcheck.batch.publish import publish
from formcheck.history.sets import PastSet

CHANGE_DEG = 50.0


@pytest.mark.parametrize("seed", range(4))
def test_three_changes_are_told_and_no_others(seed: int) -> None:
    assert exactly(called(made_season(seed, CHANGE_DEG))) == (3, True)


@pytest.mark.parametrize("seed", range(4))
def test_of_a_season_without_a_change_none_is_told(seed: int) -> None:
    assert called(made_season(seed, 0.0)) == set()


def test_three_changes_come_out_of_the_documents(tmp_path: Path) -> None:
    for one in made_season(0, CHANGE_DEG):
        clip = Clip(f"/x/{one.clip}", one.athlete, "deadlift", None, one.date, "list")
        folder = put_result(tmp_path, clip, (0.0, 0.0), report=False)
        write_numbers(tmp_path / folder / "analysis.json", one)
    publish(Place(str(tmp_path)), [])
    told = {
        (lift["athlete"], trend["measure"])
        for lift in json.loads(run("history", tmp_path, "--json").stdout)
        for trend in lift["trends"]
        if trend["says"] in {"more", "less"}
    }
    assert exactly(told) == (3, True)
    assert {who for who, _ in told} == set(TRUE)
    page = (tmp_path / "index.html").read_text("utf-8")
    assert page.count("Getting worse") == 2  # Ann and Cy; Bo got better


def write_numbers(file: Path, one: PastSet) -> None:
    """Have the document say what the set's readings say."""
    document = json.loads(file.read_text("utf-8"))
    values = {name: reading.value for name, reading in one.readings.items()}
    for rep in document["reps"]:
        for part, name in (("lumbar_deg", "lumbar_peak_deg"), ("flexion_deg", "flexion_peak_deg")):
            rep[part] |= {"peak": values[name], "uncertainty": HALVES[name]}
        rep["findings"] = []
    drift, half = values["drift_deg_per_rep"], HALVES["drift_deg_per_rep"]
    for fatigue in (document["fatigue"], *document["fatigue"]["sets"]):
        fatigue |= {
            "verdict": "held",
            "drift_deg_per_rep": drift,
            "drift_ci_deg": [drift - half, drift + half],
        }
    document |= {"findings": [], "score": min(values["score"], 100.0)}
    file.write_text(json.dumps(document), encoding="utf-8")
