"""The line of bar speed against load: known lines, and everything that tells no maximum."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import pytest
from batches import put_result
from commands import run

from formcheck.batch.clips import Clip
from formcheck.batch.places import Place
from formcheck.batch.publish import publish
from formcheck.history.load_velocity import LINE_SCATTER_MPS, LoadVelocity, load_velocity
from formcheck.history.sets import PastSet

STRAIGHT = (60.0, 0.90), (75.0, 0.675), (90.0, 0.45)  # 0.015 m/s a kilogram slower


def past(load_kg: float, mps: float, half: float = 0.02, **changes: object) -> PastSet:
    told = {"date": "2026-03-02", "bar_from": "plate", "exercise": "deadlift"} | changes
    return PastSet(
        athlete="Ann",
        clip=f"{load_kg}.mp4",
        folder=f"clips/{load_kg}",
        load_kg=load_kg,
        measured=True,
        verdict="",
        fatigue=None,
        readings={},
        bar_mps=mps,
        bar_half_mps=half,
        **told,  # type: ignore[arg-type]
    )


def line(
    points: Sequence[tuple[float, float]], half: float = 0.02, exercise: str = "deadlift"
) -> LoadVelocity:
    return load_velocity(exercise, [past(*point, half) for point in points])


def width(found: LoadVelocity) -> float:
    assert found.low_kg is not None
    assert found.high_kg is not None
    return found.high_kg - found.low_kg


@pytest.mark.parametrize("points", [STRAIGHT, STRAIGHT[::2]])
def test_a_known_line_leads_to_its_maximum(points: Sequence[tuple[float, float]]) -> None:
    found = line(points)
    assert found.says == "estimate"
    assert found.per_kg_mps == pytest.approx(-0.015)
    assert found.at_0_mps == pytest.approx(1.8)
    assert found.one_rm_kg == pytest.approx(108.0)  # (1.80 - 0.18) / 0.015
    assert found.low_kg is not None
    assert found.high_kg is not None
    assert 90.0 <= found.low_kg < 108.0 < found.high_kg
    # A squat's maximum is faster, so that the same line leads to less.
    assert line(points, exercise="squat").one_rm_kg == pytest.approx(100.0)


def test_the_slope_has_the_interval_of_two_sets_that_are_known_so_well() -> None:
    found = line(STRAIGHT[::2], half=0.0)
    # The difference of two speeds of 0.04 m/s, over 30 kg, with the 2.132 of four sets.
    assert found.per_kg_half_mps == pytest.approx(2.132 * LINE_SCATTER_MPS * 2**0.5 / 30, rel=1e-3)


def test_less_certain_speeds_and_scatter_make_the_interval_wider() -> None:
    assert width(line(STRAIGHT, half=0.06)) > width(line(STRAIGHT)) + 1
    bent = (60.0, 0.90), (75.0, 0.63), (80.0, 0.65), (90.0, 0.45)
    straight = (60.0, 0.90), (75.0, 0.675), (80.0, 0.60), (90.0, 0.45)
    assert line(bent).says == "estimate"
    assert width(line(bent)) > width(line(straight)) + 1
    assert width(line(STRAIGHT)) < width(line(STRAIGHT[::2]))


def test_no_interval_is_narrower_than_the_method_errs() -> None:
    many = [(50.0 + 5 * i, 1.05 - 0.075 * i) for i in range(10)]
    found = line(many, half=0.001)
    assert width(found) > 2 * 0.074 * 1.645 * 108.0 * 0.9


@pytest.mark.parametrize(
    ("points", "says", "words"),
    [
        (STRAIGHT[:1], "one-set", "only one set"),
        ([(80.0, 0.60), (90.0, 0.45)], "narrow", "(80 to 90 kg) are too close"),
        ([(90.0, 0.60), (90.0, 0.45)], "narrow", "Film a set with 68 kg or less"),
        ([(60.0, 0.50), (75.0, 0.49), (90.0, 0.48)], "flat", "not clearly slower"),
        ([(60.0, 0.50), (75.0, 0.60), (90.0, 0.70)], "flat", "not clearly slower"),
        ([(50.0, 1.05), (70.0, 0.75)], "far", "(70 kg) is less than 80 %"),
    ],
)
def test_what_tells_no_maximum_is_refused_with_what_is_missing(
    points: Sequence[tuple[float, float]], says: str, words: str
) -> None:
    found = line(points)
    assert found.says == says
    assert not found.estimated
    told = found.words("deadlift")
    assert told.startswith("No 1RM is estimated: ")
    assert words in told


def test_a_line_that_points_to_less_than_what_was_lifted_is_wrong() -> None:
    grind = [(60.0, 1.10), (80.0, 0.86), (100.0, 0.62), (120.0, 0.38), (150.0, 0.02)]
    found = line(grind, exercise="squat")
    assert found.says == "below"
    assert "less than what was lifted" in found.words("squat")


def test_an_interval_that_is_too_wide_is_refused() -> None:
    found = line(STRAIGHT, half=0.16)
    assert found.says in {"wide", "flat"}
    assert line(STRAIGHT, half=0.10).says == "wide"
    assert "more than ±20 %" in line(STRAIGHT, half=0.10).words("deadlift")


def test_speeds_scaled_by_the_body_or_not_at_all_do_not_count() -> None:
    for bar_from in ("height", ""):
        sets = [past(*point, bar_from=bar_from) for point in STRAIGHT]
        found = load_velocity("deadlift", sets)
        assert (found.says, found.sets) == ("no-metres", ())
        assert "--plate-mm" in found.words("deadlift")


def test_a_lift_that_no_study_tells_of_has_no_maximum() -> None:
    found = load_velocity("glute-bridge", [past(*point) for point in STRAIGHT])
    assert found.says == "lift"
    assert "of a glute bridge" in found.words("glute-bridge")


def test_only_sets_of_two_weeks_count_and_those_with_a_day() -> None:
    sets = [past(*point) for point in STRAIGHT]
    old = [past(60.0, 0.2, date="2026-02-16"), past(120.0, 0.9, date="")]
    assert load_velocity("deadlift", [*sets, *old]) == load_velocity("deadlift", sets)
    still = past(60.0, 0.2, date="2026-02-17")
    assert len(load_velocity("deadlift", [*sets, still]).sets) == 4


def test_pounds_are_told_in_pounds() -> None:
    assert "238 lb" in line(STRAIGHT).words("deadlift", "lb")


# ---- from results to pages


@pytest.fixture
def season(tmp_path: Path) -> Path:
    for number, (load_kg, mps) in enumerate(STRAIGHT):
        clip = Clip(f"/x/{number}.mp4", "Ann", "deadlift", load_kg, f"2026-03-0{2 + number}")
        file = tmp_path / put_result(tmp_path, clip, (0.0,) * 5) / "analysis.json"
        document = json.loads(file.read_text())
        document["bar"] = {
            "source": "plate",
            "found": 1.0,
            "metres_from": "plate",
            "plate_mm": 450.0,
            "assumed": True,
            "words": "",
        }
        for rep, slower in zip(document["reps"], (0.1, 0.0, 0.1, -0.2, 0.2), strict=True):
            speed = {"value": round(mps - slower, 3), "uncertainty": 0.02}
            rep["bar"]["mean_speed_m_per_s"] = speed
        document["reps"][3]["complete"] = False  # the fastest of all, which does not count
        file.write_text(json.dumps(document))
    put_result(tmp_path, Clip("/x/bo.mp4", "Bo", "deadlift"), (0.0,) * 5)
    publish(Place(str(tmp_path)), [])
    return tmp_path


def test_the_fastest_complete_repetition_of_each_set_makes_the_line(season: Path) -> None:
    ann, bo = json.loads(run("history", season, "--json").stdout)
    told = ann["load_velocity"]
    assert [one["mean_mps"] for one in told["sets"]] == [0.9, 0.675, 0.45]
    assert told["says"] == "estimate"
    assert told["one_rm_kg"] == pytest.approx(108.0, abs=0.2)
    assert told["words"].startswith("Estimated 1RM: 108 kg")
    assert bo["load_velocity"] is None  # without a load nothing is missing


def test_terminal_and_page_say_the_same_and_the_page_draws_it(season: Path) -> None:
    shown = " ".join(run("history", season, "--athlete", "Ann").stdout.split())
    assert "Estimated 1RM: 108 kg (90 % interval" in shown
    [page] = (season / "athletes").glob("Ann*.html")
    text = page.read_text("utf-8")
    assert "Estimated 1RM: 108 kg (90 % interval" in text
    charts = json.loads(text.partition('id="charts">')[2].partition("</script>")[0])
    dots, _, _, maximum = charts["chart-0-1rm"]["data"]
    assert dots["y"] == [0.9, 0.675, 0.45]
    assert maximum["x"] == [108]
    assert maximum["error_x"]["array"][0] > 0


def test_two_results_of_a_batch_at_two_loads_are_compared_with_it(season: Path) -> None:
    light, _, heavy = sorted((season / "clips").glob("[012]-*"), key=lambda folder: folder.name)
    told = json.loads(run("compare", light, heavy, "--json").stdout)
    assert told["notes"][-1].startswith("Estimated 1RM: 108 kg")
    same = json.loads(run("compare", light, light, "--json").stdout)
    assert not [note for note in same["notes"] if "1RM" in note]
    [bo] = (season / "clips").glob("bo-*")
    other = json.loads(run("compare", light, bo, "--json").stdout)
    assert not [note for note in other["notes"] if "1RM" in note]
