"""Behaviour of `formcheck.assessment.fatigue`: one verdict a set."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sets import NAN, measured_rep, measured_set

from formcheck.assessment.fatigue import SET_REST_S, SetFatigue, judge_fatigue, split_sets
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.measures import RepMeasures

DEADLIFT = EXERCISES["deadlift"]
PRESS = replace(DEADLIFT, name="press", drifts_into=("arching",))

LEVEL = [-8.0, -7.0, -8.5, -7.5, -8.0, -7.0, -8.0, -7.5]
ROUNDING = [-8.0, -7.0, -8.5, -7.5, -1.0, 5.0, 12.0, 19.0]
SLOWING = [0.60, 0.61, 0.60, 0.59, 0.54, 0.48, 0.42, 0.36]


def judge(reps: list[RepMeasures]) -> SetFatigue:
    found = judge_fatigue(reps, DEADLIFT)
    assert found is not None
    assert len(found.sets) == 1
    return found.worst


@pytest.mark.parametrize(
    ("peaks", "speeds", "verdict", "from_rep"),
    [
        (LEVEL, None, "held", None),
        (ROUNDING, None, "drift", 5),
        (LEVEL, SLOWING, "tired", 5),
        (ROUNDING, SLOWING, "breakdown", 5),
    ],
)
def test_drift_and_slowing_cross(
    peaks: list[float], speeds: list[float] | None, verdict: str, from_rep: int | None
) -> None:
    one = judge(measured_set(peaks, speeds=speeds))
    assert (one.verdict, one.from_rep) == (verdict, from_rep)
    assert one.reason == ""


def test_velocity_loss_is_the_last_against_the_fastest() -> None:
    one = judge(measured_set(LEVEL, speeds=SLOWING))
    assert one.velocity_loss_pct == pytest.approx(100 * (1 - 0.36 / 0.61))


def test_getting_flatter_is_no_drift() -> None:
    assert judge(measured_set(ROUNDING[::-1])).verdict == "held"


@pytest.mark.parametrize("at", [0, 3, 7])
def test_one_outlying_repetition_is_no_trend(at: int) -> None:
    peaks = list(LEVEL)
    peaks[at] = 12.0
    assert judge(measured_set(peaks)).verdict == "held"
    speeds = [0.6] * 8
    speeds[at] = 0.3
    assert judge(measured_set(LEVEL, speeds=speeds)).verdict == "held"
    speeds[at] = 1.2
    assert judge(measured_set(LEVEL, speeds=speeds)).verdict == "held"


def test_arching_is_watched_where_the_lift_gives_that_way() -> None:
    leasts = [-30.0, -31.0, -30.0, -31.0, -36.0, -41.0, -47.0, -52.0]
    reps = measured_set(LEVEL, leasts_deg=leasts)
    assert judge(reps).verdict == "held"
    found = judge_fatigue(reps, PRESS)
    assert found is not None
    assert (found.worst.verdict, found.worst.direction) == ("drift", "arching")
    assert found.worst.drift is not None
    assert found.worst.drift.per_rep > 0


def test_of_two_directions_the_one_that_gave_is_told() -> None:
    both = replace(DEADLIFT, drifts_into=("arching", "rounding"))
    found = judge_fatigue(measured_set(ROUNDING), both)
    assert found is not None
    assert found.worst.direction == "rounding"


def test_a_lift_without_a_direction_has_no_verdict_on_form() -> None:
    found = judge_fatigue(measured_set(ROUNDING), replace(DEADLIFT, drifts_into=()))
    assert found is not None
    assert found.worst.verdict == "not-measured"
    assert "meant to bend" in found.worst.reason


@pytest.mark.parametrize("count", [1, 2, 3])
def test_too_few_repetitions(count: int) -> None:
    one = judge(measured_set(ROUNDING[-count:]))
    assert one.verdict == "too-few-reps"
    assert one.reason.endswith("there is 1." if count == 1 else f"there are {count}.")


def test_partial_repetitions_do_not_count() -> None:
    whole = measured_set(LEVEL[:3])
    given_up = measured_rep(4, 30.0, complete=False)
    assert judge([*whole, given_up]).verdict == "too-few-reps"
    assert judge([*measured_set(LEVEL[:6]), measured_rep(7, 30.0, complete=False)]).verdict == (
        "held"
    )


def test_a_repetition_that_was_not_seen_keeps_its_place() -> None:
    peaks = list(ROUNDING)
    peaks[2] = NAN
    one = judge(measured_set(peaks))
    assert (one.verdict, one.from_rep) == ("drift", 5)


@pytest.mark.parametrize("unseen", [slice(0, 3), slice(5, 8), slice(0, 8), slice(1, 6)])
def test_a_set_of_which_too_little_was_seen_is_not_judged(unseen: slice) -> None:
    peaks = np.array(LEVEL)
    peaks[unseen] = NAN
    one = judge(measured_set(list(peaks), speeds=SLOWING))
    assert one.verdict == "not-measured"
    assert one.reason
    # The speed is seen even so.
    assert one.velocity_loss_pct > 40


def test_angles_that_scatter_wildly_do_not_prove_that_form_held() -> None:
    one = judge(measured_set([-30.0, 20.0, -25.0, 25.0, -30.0, 20.0]))
    assert one.verdict == "not-measured"
    assert "scatter" in one.reason


def test_uncertainty_widens_what_counts_as_a_change() -> None:
    sure, unsure = (judge(measured_set(ROUNDING, uncertainty_deg=u)).drift for u in (4.0, 20.0))
    assert sure is not None
    assert unsure is not None
    assert unsure.mdc > sure.mdc


def test_speeds_that_were_not_measured_leave_the_form() -> None:
    one = judge(measured_set(ROUNDING, speeds=[NAN] * 8))
    assert one.verdict == "drift"
    assert np.isnan(one.velocity_loss_pct)


def second_set(peaks: list[float], after_s: float) -> list[RepMeasures]:
    return [measured_rep(i + 1, peak, start_s=after_s + 3.0 * i) for i, peak in enumerate(peaks)]


def test_sets_in_one_clip_are_judged_on_their_own() -> None:
    first = measured_set(ROUNDING)
    clip = [*first, *second_set(LEVEL, first[-1].end_s + SET_REST_S + 1)]
    found = judge_fatigue(clip, DEADLIFT)
    assert found is not None
    assert [(one.first, one.last, one.verdict) for one in found.sets] == [
        (1, 8, "drift"),
        (9, 16, "held"),
    ]
    assert found.worst is found.sets[0]


def test_from_rep_counts_in_the_clip() -> None:
    first = measured_set(LEVEL)
    clip = [*first, *second_set(ROUNDING, first[-1].end_s + SET_REST_S)]
    found = judge_fatigue(clip, DEADLIFT)
    assert found is not None
    assert found.worst.from_rep == 13


def test_of_equal_sets_the_last_is_told() -> None:
    first = measured_set(LEVEL)
    found = judge_fatigue([*first, *second_set(LEVEL, first[-1].end_s + SET_REST_S)], DEADLIFT)
    assert found is not None
    assert found.worst.first == 9


def test_a_pause_is_no_new_set_but_is_told() -> None:
    first = measured_set(LEVEL[:4])
    clip = [*first, *second_set(LEVEL[4:], first[-1].end_s + 8.0)]
    assert split_sets(clip) == [range(8)]
    assert judge(clip).paused_after == (4,)


def test_no_repetition_no_verdict() -> None:
    assert judge_fatigue([], DEADLIFT) is None
    assert split_sets([]) == []
