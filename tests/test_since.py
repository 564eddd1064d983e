"""What a report says since last time: only what cannot be chance, against the right sets."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import pytest
from batches import NASTY, put_result
from commands import run
from figures import moving_lifter
from results import analysed, written

from formcheck.batch.clips import Clip
from formcheck.batch.places import Place
from formcheck.batch.publish import publish
from formcheck.history.sets import PastSet
from formcheck.history.since import since_sets
from formcheck.pose.track import save_track
from formcheck.results.comparison import Reading


def past(day: int, peak: float, score: float | None = None, **changes: Any) -> PastSet:
    readings = {"lumbar_peak_deg": Reading(peak, 5.0)}
    if score is not None:
        readings["score"] = Reading(score, 1.0)
    one = PastSet(
        "Ann", f"2026-01-{day:02}", "deadlift", f"{day}.mp4", f"clips/{day}", None, True, "",
        None, readings,
    )  # fmt: skip
    return replace(one, **changes)


def test_only_what_exceeds_its_limit_is_named() -> None:
    [same] = since_sets(past(9, 7.0), [past(1, 0.0)])
    assert (same.which, same.changes, same.compared) == ("last", (), 1)
    [rounder] = since_sets(past(9, 7.2), [past(1, 0.0)])  # the root of 50 is 7.07
    assert rounder.changes == ("Most flexed, from flat: rounder, +7° (beyond 7°)",)
    [less] = since_sets(past(9, -30.0), [past(1, 0.0)])
    assert less.changes == ("Most flexed, from flat: less round, \N{MINUS SIGN}30° (beyond 7°)",)


def test_the_last_and_the_best_are_those_before_it() -> None:
    sets = [past(1, 0.0, 99.0), past(2, 0.0, 60.0), past(9, 0.0, 60.0), past(20, 0.0, 100.0)]
    last, best = since_sets(past(9, 0.0, 60.0), sets)
    assert (last.which, last.folder) == ("last", "clips/2")
    assert (best.which, best.folder) == ("best", "clips/1")
    assert best.changes == ("Score: lower, \N{MINUS SIGN}39 points (beyond 2 points)",)
    # If the best was the last it is not told twice.
    assert [one.which for one in since_sets(past(2, 0.0, 60.0), sets)] == ["last"]


def test_the_best_of_many_has_a_wider_limit() -> None:
    def changes(count: int) -> tuple[str, ...]:
        sets = [past(day, 0.0, 100.0 - day) for day in range(1, count + 1)]
        return since_sets(past(28, 10.2, 100.0), sets)[-1].changes

    # With two measures 0.025 on either side, 8.4 degrees; of ten 0.0025, 12.1 degrees.
    assert any("beyond 8°" in change for change in changes(1))
    assert not any("Most flexed" in change for change in changes(10))


def test_others_other_lifts_and_what_has_no_day_are_passed_over() -> None:
    now = past(9, 50.0)
    for other in (
        past(1, 0.0, athlete="Bo"),
        past(1, 0.0, exercise="squat"),
        past(1, 0.0, date=""),
        past(1, 0.0, measured=False),
        past(1, 0.0, readings={}),
        past(9, 0.0),
    ):
        assert since_sets(now, [other]) == []
    nobody = past(9, 50.0, athlete="")
    assert since_sets(nobody, [past(1, 0.0, athlete="")]) == []


def test_speed_is_compared_at_the_same_load_alone() -> None:
    def at(day: int, speed: float, load_kg: float | None) -> PastSet:
        return past(day, 0.0, load_kg=load_kg, readings={"concentric_speed": Reading(speed, 0.04)})

    [told] = since_sets(at(9, 0.3, 100.0), [at(1, 0.5, 101.0)])
    assert told.changes[0].startswith("Speed: slower, \N{MINUS SIGN}0.20 body lengths a second")
    assert since_sets(at(9, 0.3, 120.0), [at(1, 0.5, 100.0)]) == []
    assert since_sets(at(9, 0.3, None), [at(1, 0.5, None)]) == []


@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_an_athlete_is_one_in_every_form_in_which_a_name_is_typed(
    form: Literal["NFC", "NFD"], tmp_path: Path
) -> None:
    for day in (1, 2):
        clip = Clip(f"/x/{day}.mp4", "Zoë", "deadlift", 100, f"2026-01-0{day}")
        put_result(tmp_path, clip, (-20.0,) * 5)
    put_result(tmp_path, Clip("/x/3.mp4", "Bo", "deadlift", 100, "2026-01-03"), (30.0,) * 5)
    publish(Place(str(tmp_path)), [])
    folder = written(analysed((30.0,) * 5), tmp_path)
    typed = unicodedata.normalize(form, "Zoë")
    save_track(moving_lifter("deadlift", [30.0] * 5), tmp_path / "new.npz")
    new = ("analyze", tmp_path / "new.npz", "-e", "deadlift", "-o", tmp_path)
    assert run(*new, "--athlete", typed).exit_code == 0
    assert run("report", folder, "--athlete", typed).exit_code == 0
    for result in (folder, tmp_path / "new"):
        page = (result / "report.html").read_text("utf-8")
        assert "(deadlift, 2026-01-02, 100 kg):" in page, result


@pytest.fixture
def season(tmp_path: Path) -> Path:
    """Two flat sets of Ann, and one of somebody else that was round."""
    for day, who, peak in ((1, "Ann", -20.0), (2, "Ann", -20.0), (3, NASTY, 30.0)):
        clip = Clip(f"/x/{day}.mp4", who, "deadlift", 100, f"2026-01-0{day}")
        put_result(tmp_path, clip, (peak,) * 5)
    publish(Place(str(tmp_path)), [])
    return tmp_path


def test_a_report_in_a_folder_with_history_says_what_changed(season: Path) -> None:
    folder = written(analysed((30.0,) * 5), season)
    run("report", folder)
    assert "Since last time" not in (folder / "report.html").read_text("utf-8")  # whose is it?
    assert run("report", folder, "--athlete", "Ann").exit_code == 0
    page = (folder / "report.html").read_text("utf-8")
    assert "<b>Against the last set</b> (deadlift, 2026-01-02, 100 kg):" in page
    assert "Most flexed, from flat: rounder, +" in page
    run("report", folder, "--athlete", NASTY)
    page = (folder / "report.html").read_text("utf-8")
    assert "(deadlift, 2026-01-03, 100 kg): no clear change" in page
    (season / "history.sqlite").write_bytes(b"damaged")
    run("report", folder, "--athlete", "Ann")
    assert "Since last time" not in (folder / "report.html").read_text("utf-8")


def test_a_batch_puts_it_into_the_reports_of_its_clips(season: Path) -> None:
    clip = Clip("/x/4.mp4", "Ann", "deadlift", 100, "2026-01-04")
    page = season / put_result(season, clip, (30.0,) * 5) / "report.html"
    empty = "<h1>Ann</h1><!-- since last time --><!-- end --><p>...</p>"
    page.write_text(empty, encoding="utf-8")
    publish(Place(str(season)), [])
    text = page.read_text("utf-8")
    assert text.startswith("<h1>Ann</h1>")
    assert text.endswith("<p>...</p>")
    assert "Most flexed, from flat: rounder" in text
    link = text.split('<a href="')[1].split('"')[0]
    assert (page.parent / link).resolve().is_file()
    publish(Place(str(season)), [])
    assert page.read_text("utf-8") == text
