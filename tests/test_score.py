"""Behaviour of `assessment.score`: what costs points, and that looking away earns none."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import NAN, measured_rep, measured_set

from formcheck.assessment.score import PARTS, Score, score_rep, score_set
from formcheck.geometry.neutral import Neutral, no_neutral
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.measures import RepMeasures

DEADLIFT = EXERCISES["deadlift"]
STANDING = Neutral(-30.0, 3.0, "standing")

angle = st.floats(-60, 60)
reps = st.lists(
    st.builds(
        lambda peak, reach, visible, complete: (peak, peak - reach, visible, complete),
        angle,
        st.floats(0, 60),
        st.floats(0.4, 1),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


def built(rows: list[tuple[float, float, float, bool]]) -> list[RepMeasures]:
    return [
        measured_rep(i + 1, peak, least_deg=least, visible=visible, complete=complete)
        for i, (peak, least, visible, complete) in enumerate(rows)
    ]


def points(score: Score | None) -> float:
    """Points; less than none where there is no score."""
    return -1.0 if score is None else score.points


def part(score: Score | None, name: str) -> float:
    assert score is not None
    return next(p.points for p in score.parts if p.name == name)


def hidden(rep: RepMeasures) -> RepMeasures:
    return replace(rep, peak_deg=NAN, least_deg=NAN, visible=0.1)


def test_a_sound_set_has_all_points() -> None:
    score = score_set(measured_set([-8.0] * 6), STANDING, DEADLIFT)
    assert score is not None
    assert score.points == pytest.approx(100.0)
    assert {p.name: p.of for p in score.parts} == PARTS
    assert sum(PARTS.values()) == 100.0


@pytest.mark.parametrize(
    ("peak_deg", "share"), [(-20, 1), (5, 1), (7.5, 0.75), (10, 0.5), (15, 0), (40, 0)]
)
def test_rounding_by_hand(peak_deg: float, share: float) -> None:
    assert DEADLIFT.rounded_deg == 10.0
    score = score_rep(measured_rep(peak_deg=peak_deg), STANDING, DEADLIFT)
    # Rounding, arching and completeness: 40, 20 and 10 of 70
    assert part(score, "rounding") == pytest.approx(share * 40 * 100 / 70)
    assert part(score, "completeness") == pytest.approx(10 * 100 / 70)


@pytest.mark.parametrize(("beyond_deg", "share"), [(0, 1), (7.5, 1), (15, 0.5), (22.5, 0)])
def test_arching_by_hand(beyond_deg: float, share: float) -> None:
    assert DEADLIFT.arched_deg == 15.0
    score = score_rep(measured_rep(least_deg=-30 - beyond_deg), STANDING, DEADLIFT)
    assert part(score, "arching") == pytest.approx(share * 20 * 100 / 70)


def test_each_part_counts_the_half_it_is_judged_in() -> None:
    half_seen = replace(measured_rep(), visible=0.6, visible_low=0.2, visible_high=1.0)
    deadlift = score_rep(half_seen, STANDING, DEADLIFT)
    assert part(deadlift, "rounding") == pytest.approx(0.6 * 40 * 100 / 70)
    assert part(deadlift, "arching") == pytest.approx(20 * 100 / 70)
    squat = score_rep(half_seen, STANDING, EXERCISES["squat"])
    assert part(squat, "rounding") == pytest.approx(0.2 * 40 * 100 / 70)
    # The floor hides the back at the bottom of every bridge
    bridge = score_rep(half_seen, STANDING, EXERCISES["glute-bridge"])
    assert part(bridge, "rounding") == pytest.approx(40 * 100 / 70)


def test_drift_and_consistency_by_hand() -> None:
    # Each of the last two is 10 over each of the first two: half of the drift part.
    # One of three neighbours is 10 off, 2 beyond 8: a quarter of its third is left.
    score = score_set(measured_set([-20, -20, -10, -10]), STANDING, DEADLIFT)
    assert part(score, "drift") == pytest.approx(10.0)
    assert part(score, "consistency") == pytest.approx(10 * (2 + 0.25) / 3)
    assert part(score, "rounding") == pytest.approx(40.0)


def test_getting_better_is_no_drift() -> None:
    score = score_set(measured_set([5, 0, -10, -20]), STANDING, DEADLIFT)
    assert part(score, "drift") == pytest.approx(20.0)


def test_short_sets_have_no_drift_to_be_scored() -> None:
    score = score_set(measured_set([-8.0] * 3), STANDING, DEADLIFT)
    assert score is not None
    assert [p.name for p in score.parts] == ["rounding", "arching", "completeness"]
    assert score.points == pytest.approx(100.0)


def test_drift_across_a_rest_is_not_counted() -> None:
    first = measured_set([-20.0] * 4)
    second = [measured_rep(i, 4.0, start_s=100.0 + 3 * i) for i in range(1, 5)]
    score = score_set([*first, *second], STANDING, DEADLIFT)
    assert part(score, "drift") == pytest.approx(20.0)


def test_a_check_that_a_lift_does_not_have_is_left_out() -> None:
    press = replace(DEADLIFT, rounded_deg=None, drifts_into=("arching",))
    score = score_set(measured_set([40.0] * 5), STANDING, press)
    assert score is not None
    assert "rounding" not in {p.name for p in score.parts}
    assert score.points == pytest.approx(100.0)


def test_without_a_standing_posture_arching_earns_nothing() -> None:
    score = score_set(measured_set([-8.0] * 6), no_neutral(), DEADLIFT)
    assert points(score) == pytest.approx(80.0)
    assert score is not None
    assert [p.name for p in score.parts if not p.seen] == ["arching"]


def test_what_was_not_measured_has_no_score() -> None:
    assert score_rep(measured_rep(peak_deg=NAN), STANDING, DEADLIFT) is None
    assert score_rep(measured_rep(cut=True, complete=False), STANDING, DEADLIFT) is None
    assert score_set([], STANDING, DEADLIFT) is None
    assert score_set(measured_set([NAN, NAN, -8.0]), STANDING, DEADLIFT) is None
    assert score_set(measured_set([NAN, -8.0]), STANDING, DEADLIFT) is not None


@given(reps, st.data())
def test_hiding_a_repetition_never_helps(
    rows: list[tuple[float, float, float, bool]], data: st.DataObject
) -> None:
    seen = built(rows)
    at = data.draw(st.integers(0, len(seen) - 1))
    less = [*seen[:at], hidden(seen[at]), *seen[at + 1 :]]
    assert (
        points(score_set(less, STANDING, DEADLIFT))
        <= points(score_set(seen, STANDING, DEADLIFT)) + 1e-9
    )


@given(reps, st.data(), st.floats(0.0, 0.4))
def test_seeing_less_of_a_repetition_never_helps(
    rows: list[tuple[float, float, float, bool]], data: st.DataObject, less: float
) -> None:
    seen = built(rows)
    at = data.draw(st.integers(0, len(seen) - 1))
    share = seen[at].visible - less
    dimmed = replace(
        seen[at], visible=share, visible_low=share, visible_high=share, uncertainty_deg=20.0
    )
    less_seen = [*seen[:at], dimmed, *seen[at + 1 :]]
    assert points(score_rep(dimmed, STANDING, DEADLIFT)) <= points(
        score_rep(seen[at], STANDING, DEADLIFT)
    )
    assert (
        points(score_set(less_seen, STANDING, DEADLIFT))
        <= points(score_set(seen, STANDING, DEADLIFT)) + 1e-9
    )


@given(reps, st.floats(0, 40))
def test_losing_the_neutral_never_helps(
    rows: list[tuple[float, float, float, bool]], neutral_deg: float
) -> None:
    seen = built(rows)
    with_it = score_set(seen, Neutral(-neutral_deg, 3.0, "standing"), DEADLIFT)
    assert points(score_set(seen, no_neutral(), DEADLIFT)) <= points(with_it) + 1e-9


@given(reps, st.floats(0, 30))
def test_rounding_more_in_every_repetition_never_helps(
    rows: list[tuple[float, float, float, bool]], more: float
) -> None:
    worse = [(peak + more, least, visible, done) for peak, least, visible, done in rows]
    assert (
        points(score_set(built(worse), STANDING, DEADLIFT))
        <= points(score_set(built(rows), STANDING, DEADLIFT)) + 1e-9
    )


@given(reps, st.floats(0, 30))
def test_arching_more_in_every_repetition_never_helps(
    rows: list[tuple[float, float, float, bool]], more: float
) -> None:
    worse = [(peak, least - more, visible, done) for peak, least, visible, done in rows]
    assert (
        points(score_set(built(worse), STANDING, DEADLIFT))
        <= points(score_set(built(rows), STANDING, DEADLIFT)) + 1e-9
    )


@given(angle, st.floats(0, 60), st.floats(0.4, 1), st.floats(0, 30), st.floats(0, 30))
def test_a_repetition_with_more_faults_never_scores_more(
    peak: float, reach: float, visible: float, rounder: float, archer: float
) -> None:
    sound = measured_rep(peak_deg=peak, least_deg=peak - reach, visible=visible)
    worse = replace(sound, peak_deg=peak + rounder, least_deg=peak - reach - archer)
    given_up = replace(worse, rep=replace(worse.rep, complete=False))
    scores = [points(score_rep(rep, STANDING, DEADLIFT)) for rep in (sound, worse, given_up)]
    assert scores == sorted(scores, reverse=True)


@given(st.floats(0, 12), st.floats(0, 12), st.integers(4, 12))
def test_more_drift_never_scores_more(less: float, more: float, count: int) -> None:
    less, more = sorted((less, more))
    scores = [
        points(score_set(measured_set([-40 + each * i for i in range(count)]), STANDING, DEADLIFT))
        for each in (less, more)
    ]
    assert scores[1] <= scores[0] + 1e-9


@given(reps)
def test_points_lie_between_nothing_and_everything(
    rows: list[tuple[float, float, float, bool]],
) -> None:
    score = score_set(built(rows), STANDING, DEADLIFT)
    if score is not None:
        assert 0 <= score.points <= 100 + 1e-9
        assert sum(p.of for p in score.parts) == pytest.approx(100.0)
        assert all(0 <= p.points <= p.of + 1e-9 for p in score.parts)


def test_the_page_has_the_points_as_they_are() -> None:
    page = (Path(__file__).parent.parent / "docs" / "fatigue.md").read_text(encoding="utf-8")
    rows = {
        line.split("|")[1].split(":")[0].strip(): line
        for line in page.splitlines()
        if line.startswith("| ")
    }
    for name, of in PARTS.items():
        assert f"| {of:.0f} |" in rows[name]
