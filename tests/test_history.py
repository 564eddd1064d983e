"""The history: made of the results alone, and slow to call something a change."""

from __future__ import annotations

import json
import re
import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest
from batches import NASTY, put_result
from commands import run
from hypothesis import given
from hypothesis import strategies as st

from formcheck.batch.clips import Clip
from formcheck.batch.places import Place
from formcheck.batch.publish import publish
from formcheck.errors import ConfigurationError
from formcheck.history.database import VERSION, read_sets
from formcheck.history.says import lift_sentence
from formcheck.history.sets import PastSet
from formcheck.history.trends import AthleteLift, Course, athlete_lifts, course_of
from formcheck.results.comparison import Reading

MEASURE = "lumbar_peak_deg"


def past(date: str, value: float | None, half: float = 5.0, athlete: str = "Ann") -> PastSet:
    readings = {} if value is None else {MEASURE: Reading(value, half)}
    return PastSet(
        athlete, date, "deadlift", f"{date}.mp4", "clips/x", None, True, "", None, readings
    )


def weekly(*values: float, half: float = 5.0) -> Course:
    return course_of(MEASURE, [past(f"2026-01-{1 + 7 * i:02}", v, half) for i, v in
                               enumerate(values)])  # fmt: skip


def test_two_days_differ_by_more_than_both_intervals_or_not_at_all() -> None:
    assert weekly(0.0, 7.0).says == "no-change"
    changed = weekly(0.0, 7.2)
    assert changed.says == "more"
    assert changed.change == pytest.approx(7.2)
    assert changed.mdc == pytest.approx(50**0.5)
    assert weekly(0.0, -7.2).says == "less"


def test_a_steady_trend_is_a_change_and_noise_is_none() -> None:
    assert weekly(0.0, 5.0, 10.0, 15.0).says == "more"
    assert weekly(15.0, 10.0, 5.0, 0.0).says == "less"
    assert weekly(0.0, 6.0, -2.0, 3.0).says == "no-change"


def test_one_wild_day_is_no_trend() -> None:
    assert weekly(0.0, 1.0, 25.0, 0.0, 1.0).says == "no-change"


def test_worse_measurement_tells_less() -> None:
    assert weekly(0.0, 5.0, 10.0, 15.0, half=20.0).says == "no-change"


@given(st.lists(st.floats(-40, 40), min_size=2, max_size=4))
def test_turned_round_it_says_the_opposite(values: list[float]) -> None:
    opposite = {"more": "less", "less": "more", "no-change": "no-change"}
    assert weekly(*(-v for v in values)).says == opposite[weekly(*values).says]


def test_sets_of_one_day_undated_or_unmeasured_tell_nothing() -> None:
    assert course_of(MEASURE, [past("2026-01-01", 0.0), past("2026-01-01", 40.0)]).says == "one-day"
    assert course_of(MEASURE, [past("2026-01-01", 0.0), past("", 40.0)]).says == "too-few"
    assert course_of(MEASURE, [past("2026-01-01", 0.0), past("2026-02-01", None)]).says == "too-few"


def test_athletes_and_lifts_are_kept_apart_and_the_unnamed_left_out() -> None:
    sets = [past("2026-01-02", 1.0), past("2026-01-01", 2.0), past("2026-01-01", 3.0, athlete="")]
    [lift] = athlete_lifts(sets)
    assert (lift.athlete, [one.date for one in lift.sets]) == ("Ann", ["2026-01-01", "2026-01-02"])


# ---- from results to pages


@pytest.fixture
def season(tmp_path: Path) -> Path:
    for week in range(4):
        date = f"2026-01-{5 + 7 * week:02}"
        clip = Clip(f"/x/{week}.mp4", "Ann", "deadlift", 100.0 + week, date)
        put_result(tmp_path, clip, (13.0 * week - 20,) * 5)
        put_result(tmp_path, Clip(f"/x/n{week}.mp4", NASTY, "deadlift", 60, date), (0.0,) * 5)
    publish(Place(str(tmp_path)), [])
    return tmp_path


def test_what_is_kept_is_what_the_documents_say(season: Path) -> None:
    with sqlite3.connect(season / "history.sqlite") as database:
        assert database.execute("PRAGMA user_version").fetchone() == (VERSION,)
        assert {name for (name,) in database.execute("SELECT name FROM athletes")} == {"Ann", NASTY}
        kept = database.execute(
            "SELECT folder, number, reps.lumbar_peak_deg FROM reps JOIN sets ON sets.id = set_id"
        ).fetchall()
    database.close()
    assert len(kept) == 8 * 5
    for folder, number, peak_deg in kept:
        document = json.loads((season / folder / "analysis.json").read_text())
        assert document["reps"][number - 1]["lumbar_deg"]["peak"] == peak_deg


def test_it_says_what_changed_and_what_did_not(season: Path) -> None:
    told = json.loads(run("history", season, "--json").stdout)
    says = {
        (lift["athlete"], trend["measure"]): trend["says"]
        for lift in told
        for trend in lift["trends"]
    }
    assert says["Ann", "lumbar_peak_deg"] == "more"
    # Its interval is three times as wide; and as the last set must stop, it is not "no-change".
    assert says["Ann", "flexion_peak_deg"] == "stop"
    assert says[NASTY, "lumbar_peak_deg"] == "no-change"
    [ann] = [lift for lift in told if lift["athlete"] == "Ann"]
    assert [kg for _, kg in ann["loads_kg"]] == [100, 101, 102, 103]


def test_the_table_is_for_one_athlete_if_asked(season: Path) -> None:
    shown = run("history", season, "--athlete", "Ann").stdout
    assert "Ann, deadlift: 4 sets" in shown
    assert re.search(r"Score +[0-9]", shown)
    assert "script" not in shown
    assert "Changed: rounder" in " ".join(shown.split())


def test_who_is_not_there_is_told_with_who_is(season: Path) -> None:
    for asked in (("--athlete", "Bo"), ("--athlete", "Ann", "-e", "squat")):
        result = run("history", season, *asked)
        assert result.exit_code == 1
        assert "Ann (deadlift)" in result.stderr


def test_sets_that_were_all_refused_leave_no_empty_table(tmp_path: Path) -> None:
    put_result(tmp_path, Clip("/x/front.mp4", "Ben", "deadlift"), yaw_deg=80.0)
    publish(Place(str(tmp_path)), [])
    lines = run("history", tmp_path).stdout.splitlines()
    assert lines[0] == "Ben, deadlift: 1 set"
    assert lines[1].startswith(
        "None could be measured. The last: Not measured: The camera looks at"
    )
    assert lines[-1] == "Nothing could be measured in them."


@pytest.mark.parametrize("damage", ["gone", "damaged", "older", "newer"])
def test_it_is_made_anew_from_the_results(season: Path, damage: str) -> None:
    file = season / "history.sqlite"
    before = run("history", season, "--json").stdout
    if damage == "gone":
        file.unlink()
    elif damage == "damaged":
        file.write_bytes(b"SQLite format 3\0" + b"rubbish" * 100)
    else:
        database = sqlite3.connect(file)
        database.execute(f"PRAGMA user_version = {VERSION + (1 if damage == 'newer' else -1)}")
        database.close()
    again = run("history", season, "--json")
    assert again.exit_code == 0, again.output
    assert again.stdout == before
    assert len(read_sets(file.read_bytes())) == 8


def test_rebuild_takes_in_what_was_added(season: Path) -> None:
    put_result(season, Clip("/x/new.mp4", "Eve", "deadlift", 50, "2026-05-01"))
    assert run("history", season, "--athlete", "Eve").exit_code == 1
    assert run("history", season, "--athlete", "Eve", "--rebuild").exit_code == 0


def test_other_versions_are_refused_by_the_reader() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA user_version = 99")
    database.execute("CREATE TABLE x (y)")
    content = database.serialize()
    database.close()
    with pytest.raises(ConfigurationError, match="version 99"):
        read_sets(content)


def test_a_folder_without_results_says_so(tmp_path: Path) -> None:
    result = run("history", tmp_path)
    assert result.exit_code == 1
    assert "formcheck batch" in result.stderr


def lift_of(*tones: str, values: tuple[float, ...] = ()) -> AthleteLift:
    """A lift whose sets had these verdicts, a week apart."""
    labels = {"good": "No fault found", "stop": "Stop: clearly rounded", "unknown": "No verdict"}
    sets = [
        replace(
            past(f"2026-01-{1 + 7 * i:02}", (values or (0.0,) * len(tones))[i]),
            tone=tone,
            verdict=labels[tone],
            measured=tone != "unknown",
            says="Not measured: dark." if tone == "unknown" else "",
        )
        for i, tone in enumerate(tones)
    ]
    return athlete_lifts(sets)[0]


def test_a_last_set_that_must_stop_is_never_no_change() -> None:
    lift = lift_of("stop", "good", "stop", "stop")
    assert {course.says for course in lift.courses} == {"stop"}
    assert "must stop; no clear change" in lift.courses[0].words
    assert lift_sentence(lift) == (
        "Stop: clearly rounded in the last deadlift, 2026-01-22; as in 2 of the 3 sets before."
    )
    # Nor where a later one could not be measured.
    later = lift_of("good", "good", "stop", "unknown")
    assert {course.says for course in later.courses} == {"stop"}
    assert "(1 later set could not be measured)" in lift_sentence(later)
    assert {course.says for course in lift_of("stop", "stop", "good").courses} == {"no-change"}


def test_a_lift_is_told_in_one_sentence() -> None:
    assert lift_sentence(lift_of("good", "good")).endswith("; no clear change over 2 sets.")
    rounder = lift_sentence(lift_of("good", "stop", values=(0.0, 30.0)))
    assert rounder.endswith("; since 2026-01-01 rounder, +30.0° (±7.1°).")
    assert lift_sentence(lift_of("unknown", "unknown")) == (
        "None of 2 sets could be measured. The last: Not measured: dark."
    )


def test_more_comparisons_ask_for_a_larger_change() -> None:
    sets = [past(f"2026-01-{1 + 7 * i:02}", value) for i, value in enumerate((0.0, 8.0))]
    assert course_of(MEASURE, sets).says == "more"
    among = course_of(MEASURE, sets, 32)
    assert among.says == "no-change"
    # 0.05 / 32 on either side is 2.955 standard deviations; 0.05 is 1.645.
    assert among.mdc == pytest.approx(50**0.5 * 2.955 / 1.645, rel=1e-3)
    [one, _] = athlete_lifts([*sets, *(replace(each, athlete="Bo") for each in sets)])
    assert one.comparisons == 2
