"""Behaviour of `assessment.score`: it follows the verdict, and seeing less earns nothing."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sets import NAN, measured_rep, measured_set

from formcheck.assessment.judgement import Judgement, grade_of
from formcheck.assessment.score import BANDS, PARTS, Score, score_rep, score_set
from formcheck.assessment.wording import SEVERITY, Severity
from formcheck.geometry.neutral import Neutral, no_neutral
from formcheck.lifts.exercises import EXERCISES, Exercise
from formcheck.lifts.measures import RepMeasures

DEADLIFT = EXERCISES["deadlift"]
STANDING = Neutral(-30.0, 3.0, "standing")
SEVERITIES: tuple[Severity, ...] = ("stop", "caution", "info")

Row = tuple[float, float, float, float, bool]
angle = st.floats(-60, 60)
share = st.floats(0, 1)
reps = st.lists(
    st.builds(
        lambda peak, reach, chance, visible, complete: (
            peak,
            peak - reach,
            chance,
            visible,
            complete,
        ),
        angle,
        st.floats(0, 60),
        share,
        st.floats(0.4, 1),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)
severities = st.sampled_from(SEVERITIES)


def built(rows: list[Row]) -> list[RepMeasures]:
    return [
        measured_rep(i + 1, peak, least_deg=least, visible=visible, complete=complete)
        for i, (peak, least, _, visible, complete) in enumerate(rows)
    ]


def said(chance: float) -> Judgement:
    return Judgement(grade_of(chance), chance, "lower back", 0.0)


def scored(
    seen: list[RepMeasures],
    chances: list[float] | None = None,
    severity: Severity = "info",
    neutral: Neutral = STANDING,
    exercise: Exercise = DEADLIFT,
) -> Score | None:
    judged = [said(chance) for chance in chances or [0.0] * len(seen)]
    return score_set(seen, judged, [neutral] * len(seen), exercise, severity)


def one_rep(
    rep: RepMeasures,
    chance: float = 0.0,
    severity: Severity = "info",
    exercise: Exercise = DEADLIFT,
) -> Score | None:
    return score_rep(rep, said(chance), STANDING, exercise, severity)


def verdict(rows: list[Row]) -> Severity:
    """The severity of a set's gravest repetition."""
    worst = grade_of(max(row[2] for row in rows))
    return SEVERITY.get(worst, "info")


def points(score: Score | None) -> float:
    """Points; less than none where there is no score."""
    return -1.0 if score is None else score.points


def part(score: Score | None, name: str) -> float:
    assert score is not None
    return next(p.points for p in score.parts if p.name == name)


def basis(score: Score | None) -> float:
    assert score is not None
    return score.basis


def test_a_sound_set_has_all_points() -> None:
    score = scored(measured_set([-8.0] * 6))
    assert score is not None
    assert score.points == pytest.approx(100.0)
    assert score.basis == pytest.approx(1.0)
    assert {p.name: p.of for p in score.parts} == PARTS
    assert sum(PARTS.values()) == 100.0


def test_the_bands_are_those_of_the_verdict() -> None:
    assert BANDS["stop"][1] <= 49
    assert BANDS["caution"][1] <= 79
    assert BANDS["info"][0] >= 85
    assert BANDS["stop"][1] < BANDS["caution"][0] <= BANDS["caution"][1] < BANDS["info"][0]


@pytest.mark.parametrize("chance", [0.0, 0.3, 0.75, 1.0])
def test_rounding_by_hand(chance: float) -> None:
    score = one_rep(measured_rep(), chance)
    # Rounding, arching and completeness: 40, 20 and 10 of 70
    assert part(score, "rounding") == pytest.approx((1 - chance) * 40 * 100 / 70)
    assert part(score, "completeness") == pytest.approx(10 * 100 / 70)


def test_points_by_hand() -> None:
    # Half of the rounding is lost: 1 - 0.5 * 40 / 70 of the band from 50 to 79.
    score = one_rep(measured_rep(), 0.5, "caution")
    assert points(score) == pytest.approx(50 + 29 * (1 - 0.5 * 40 / 70))


@pytest.mark.parametrize(("beyond_deg", "left"), [(0, 1), (7.5, 1), (15, 0.5), (22.5, 0)])
def test_arching_by_hand(beyond_deg: float, left: float) -> None:
    assert DEADLIFT.arched_deg == 15.0
    score = one_rep(measured_rep(least_deg=-30 - beyond_deg))
    assert part(score, "arching") == pytest.approx(left * 20 * 100 / 70)


def test_each_part_is_based_on_the_half_it_is_judged_in() -> None:
    half_seen = replace(measured_rep(), visible=0.6, visible_low=0.2, visible_high=1.0)
    # Rounding, arching and completeness count 40, 20 and 10 of 70.
    assert basis(one_rep(half_seen)) == pytest.approx((0.6 * 40 + 20 + 10) / 70)
    squat = one_rep(half_seen, exercise=EXERCISES["squat"])
    assert basis(squat) == pytest.approx((0.2 * 40 + 0.6 * 20 + 10) / 70)
    # The floor hides the back at the bottom of every bridge
    bridge = one_rep(half_seen, exercise=EXERCISES["glute-bridge"])
    assert basis(bridge) == pytest.approx(1.0)
    assert points(one_rep(half_seen)) == pytest.approx(100.0)


def test_drift_and_consistency_by_hand() -> None:
    # Each of the last two is 10 over each of the first two: half of the drift part.
    # One of three neighbours is 10 off, 2 beyond 8: a quarter of its third is left.
    score = scored(measured_set([-20, -20, -10, -10]))
    assert part(score, "drift") == pytest.approx(10.0)
    assert part(score, "consistency") == pytest.approx(10 * (2 + 0.25) / 3)
    assert part(score, "rounding") == pytest.approx(40.0)


def test_getting_better_is_no_drift() -> None:
    assert part(scored(measured_set([5, 0, -10, -20])), "drift") == pytest.approx(20.0)


def test_short_sets_have_no_drift_to_be_scored() -> None:
    score = scored(measured_set([-8.0] * 3))
    assert score is not None
    assert [p.name for p in score.parts] == ["rounding", "arching", "completeness"]
    assert score.points == pytest.approx(100.0)


def test_drift_across_a_rest_is_not_counted() -> None:
    first = measured_set([-20.0] * 4)
    second = [measured_rep(i, 4.0, start_s=100.0 + 3 * i) for i in range(1, 5)]
    score = scored([*first, *second])
    assert part(score, "drift") == pytest.approx(20.0)


def test_a_check_that_a_lift_does_not_have_is_left_out() -> None:
    press = replace(DEADLIFT, rounded_deg=None, drifts_into=("arching",))
    score = scored(measured_set([40.0] * 5), exercise=press)
    assert score is not None
    assert "rounding" not in {p.name for p in score.parts}
    assert score.points == pytest.approx(100.0)


def test_without_a_standing_posture_arching_is_left_out() -> None:
    score = scored(measured_set([-8.0] * 6), neutral=no_neutral())
    assert points(score) == pytest.approx(100.0)
    assert score is not None
    assert [p.name for p in score.parts if not p.seen] == ["arching"]
    assert score.basis == pytest.approx(0.8)


def test_what_was_not_measured_has_no_score() -> None:
    assert one_rep(measured_rep(peak_deg=NAN)) is None
    assert one_rep(measured_rep(cut=True, complete=False)) is None
    assert scored([]) is None
    assert scored(measured_set([NAN, NAN])) is None
    half = scored(measured_set([NAN, NAN, -8.0]))
    # Of rounding and arching a third was seen, of completeness all.
    assert basis(half) == pytest.approx((60 / 3 + 10) / 70)


@given(reps)
def test_it_follows_the_verdict(rows: list[Row]) -> None:
    found = points(scored(built(rows), [row[2] for row in rows], verdict(rows)))
    low, high = {"stop": (0, 49), "caution": (50, 79), "info": (85, 100)}[verdict(rows)]
    assert low - 1e-9 <= found <= high + 1e-9


@given(reps, reps)
def test_who_needs_attention_is_sorted_first(one: list[Row], other: list[Row]) -> None:
    order = [SEVERITIES.index(verdict(rows)) for rows in (one, other)]
    found = [
        points(scored(built(rows), [row[2] for row in rows], verdict(rows)))
        for rows in (one, other)
    ]
    if order[0] < order[1]:
        assert found[0] < found[1]


@given(reps, severities, st.data(), share)
def test_within_a_verdict_rounding_more_costs_points(
    rows: list[Row], severity: Severity, data: st.DataObject, more: float
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    before = [row[2] for row in rows]
    after = [*before[:at], before[at] + more * (1 - before[at]), *before[at + 1 :]]
    seen = built(rows)
    assert points(scored(seen, after, severity)) <= points(scored(seen, before, severity)) + 1e-9


@given(reps, severities, st.floats(0.3, 1.0))
def test_seeing_less_shrinks_the_basis_and_nothing_else(
    rows: list[Row], severity: Severity, seen_share: float
) -> None:
    seen, chances = built(rows), [row[2] for row in rows]
    dimmed = [
        replace(
            rep,
            visible=rep.visible * seen_share,
            visible_low=rep.visible_low * seen_share,
            visible_high=rep.visible_high * seen_share,
        )
        for rep in seen
    ]
    before, after = scored(seen, chances, severity), scored(dimmed, chances, severity)
    assert points(after) == pytest.approx(points(before))
    assert basis(after) <= basis(before) + 1e-9


@given(reps, severities, st.data())
def test_hiding_a_repetition_shrinks_the_basis(
    rows: list[Row], severity: Severity, data: st.DataObject
) -> None:
    seen, chances = built(rows), [row[2] for row in rows]
    at = data.draw(st.integers(0, len(seen) - 1))
    hidden = replace(seen[at], peak_deg=NAN, least_deg=NAN, visible=0.1)
    less = scored([*seen[:at], hidden, *seen[at + 1 :]], chances, severity)
    if less is not None:
        assert less.basis < basis(scored(seen, chances, severity))
        # What is left is told by the repetitions that were seen.
        others = scored([*seen[:at], *seen[at + 1 :]], [*chances[:at], *chances[at + 1 :]])
        if len(seen) <= 4 and others is not None:
            rounding = [
                next(p.points / p.of for p in score.parts if p.name == "rounding")
                for score in (less, others)
            ]
            assert rounding[0] == pytest.approx(rounding[1])


@given(reps, severities, st.floats(0, 30))
def test_arching_more_in_every_repetition_never_helps(
    rows: list[Row], severity: Severity, more: float
) -> None:
    worse = [(row[0], row[1] - more, *row[2:]) for row in rows]
    found = [points(scored(built(some), None, severity)) for some in (worse, rows)]
    assert found[0] <= found[1] + 1e-9


@given(st.floats(0, 12), st.floats(0, 12), st.integers(4, 12))
def test_more_drift_never_scores_more(less: float, more: float, count: int) -> None:
    less, more = sorted((less, more))
    found = [
        points(scored(measured_set([-40 + each * i for i in range(count)])))
        for each in (less, more)
    ]
    assert found[1] <= found[0] + 1e-9


@given(reps, severities)
def test_points_and_basis_lie_between_nothing_and_everything(
    rows: list[Row], severity: Severity
) -> None:
    score = scored(built(rows), [row[2] for row in rows], severity)
    assert score is not None
    assert 0 <= score.points <= 100 + 1e-9
    assert 0 < score.basis <= 1 + 1e-9
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
