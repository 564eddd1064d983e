"""Behaviour of `assessment.judgement`: the one judgement of a rounded back."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from verdicts import rounded_target

from formcheck.arrays import FloatArray
from formcheck.assessment.judgement import (
    FEATURES,
    FULL_FLEXION_DEG,
    GRADES,
    HELD_S,
    LEAST_PROBABILITY,
    ROUNDED_DEG,
    Evidence,
    Logistic,
    fitted,
    grade_of,
    held,
    judge,
    rounding,
    upper_rounding,
    worst,
)
from formcheck.lifts.exercises import EXERCISES

BACK = fitted("back")
LOWER, WHOLE, BONE, SHARE = range(4)
NAN = math.nan
TIME_S = np.arange(60) / 30
# What strangers' clips showed of neutral and rounded backs (docs/measurement.md): turn of the
# lower outline, of the whole outline, bone from flat.
NEUTRAL, HOLLOW, ROUNDED, ROUNDEST = (
    (-4.0, 7.0, -17.0),
    (-15.0, -2.0, -31.0),
    (27.0, 40.0, 13.0),
    (38.0, 59.0, 30.0),
)


def chance(*features: float) -> float:
    return float(BACK.probability(np.array([features]))[0])


def evidence(
    lower: float, whole: float, bone: float, share: float = NAN, thoracic: float = 40.0
) -> Evidence:
    """A back that stays so for two seconds."""

    def every(value: float) -> FloatArray:
        return np.full(TIME_S.size, value)

    return Evidence(
        every(lower),
        every(whole),
        every(bone),
        every(BACK.doubt[BONE]),
        every(share),
        every(BACK.doubt[SHARE]),
        every(thoracic),
    )


def test_grades_go_with_the_probability() -> None:
    assert [grade_of(p) for p in (0.0, 0.19, 0.2, 0.5, 0.89, 0.9, 1.0)] == [
        *("no", "no", "borderline", "likely", "likely", "clear", "clear")
    ]
    assert tuple(LEAST_PROBABILITY) == GRADES
    assert list(LEAST_PROBABILITY.values()) == sorted(LEAST_PROBABILITY.values())


def test_every_feature_is_on_the_scale_it_was_fitted_on() -> None:
    """Degrees of the outline, degrees of the bone, and a share: each within what backs show."""
    assert FEATURES == ("lower_turn_deg", "whole_turn_deg", "lumbar_deg", "flexion_share")
    lowest = np.array([-30, -20, -45, 0])
    highest = np.array([20, 35, 5, 1])
    assert (lowest < BACK.mean).all()
    assert (BACK.mean < highest).all()
    sd = np.sqrt(np.diag(BACK.covariance))
    assert (sd[:3] > 5).all()
    assert (sd[:3] < 40).all()
    assert 0.1 < sd[SHARE] < 0.6
    # The bone reads less than the outline on the same backs: section by section, some 14.
    assert 5 < BACK.mean[LOWER] - BACK.mean[BONE] < 25


def test_no_weight_is_negative_and_the_outline_has_its_say() -> None:
    assert (BACK.weights >= 0).all()
    effect = BACK.weights * np.sqrt(np.diag(BACK.covariance))
    assert effect[LOWER] + effect[WHOLE] > 0.5
    assert effect[BONE] < 0.6 * effect.sum()


def test_backs_on_the_scale_of_strangers_clips() -> None:
    likely = LEAST_PROBABILITY["likely"]
    assert grade_of(chance(*NEUTRAL, NAN)) == "no"
    assert grade_of(chance(*HOLLOW, NAN)) == "no"
    assert grade_of(chance(*ROUNDED, NAN)) == "clear"
    assert grade_of(chance(*ROUNDEST, NAN)) == "clear"
    # The ends that are next to each other: +7 of the outline is neutral, +16 is rounded.
    assert chance(7.0, 16.0, -3.0, NAN) < likely < chance(16.0, 20.0, -3.0, NAN)


def test_the_bone_alone_never_decides() -> None:
    """A visibly rounded outline over a bone that reads below flat, and the other way round."""
    assert chance(30.0, 45.0, -3.0, NAN) > LEAST_PROBABILITY["likely"]
    assert chance(-12.0, 0.0, 0.0, NAN) < LEAST_PROBABILITY["likely"]


rounded = st.tuples(
    st.floats(-40, 45), st.floats(-30, 60), st.floats(-60, 30), st.floats(-0.2, 1.3)
)


@given(rounded, st.integers(0, 3), st.floats(0, 20))
def test_looking_more_rounded_is_never_less_likely(
    features: tuple[float, ...], at: int, more: float
) -> None:
    after = list(features)
    after[at] += more / FULL_FLEXION_DEG if at == SHARE else more
    assert chance(*after) >= chance(*features) - 1e-12


@given(rounded, st.sampled_from([(0,), (1,), (3,), (0, 1), (1, 3), (0, 1, 3)]))
def test_what_is_missing_makes_it_less_sure(
    features: tuple[float, ...], missing: tuple[int, ...]
) -> None:
    """With what was seen telling of what was not, as often as the fit saw them together."""
    seen = [NAN if i in missing else value for i, value in enumerate(features)]
    told = chance(*seen)
    assert 0 < told < 1
    # The logit of a spread-out guess is nearer to even odds than that of its middle.
    known = [i for i in range(4) if i not in missing]
    within = BACK.covariance[np.ix_(known, known)]
    off = np.array([features[i] - BACK.mean[i] for i in known])
    filled = BACK.mean + BACK.covariance[:, known] @ np.linalg.solve(within, off)
    middle = chance(*filled)
    assert abs(told - 0.5) <= abs(middle - 0.5) + 1e-9


def test_nothing_seen_is_no_judgement() -> None:
    assert math.isnan(chance(NAN, NAN, NAN, NAN))
    blind = evidence(NAN, NAN, NAN)
    every = np.ones(TIME_S.size, dtype=np.bool_)
    assert judge(TIME_S, rounding(blind), upper_rounding(blind), every) is None


def test_an_unsure_level_says_less() -> None:
    features, doubt = np.array([[30.0, 45.0, 25.0, NAN]]), BACK.doubt[None].copy()
    sure = BACK.probability(features, doubt)[0]
    assert sure == pytest.approx(BACK.probability(features)[0])
    doubt[0, BONE] = 30.0
    assert 0.5 < BACK.probability(features, doubt)[0] < sure


def test_a_plain_logistic_by_hand() -> None:
    model = Logistic(np.array([0.5, 1.0]), -1.0, np.zeros(2), np.eye(2), np.zeros(2))
    assert model.probability(np.array([[2.0, 1.0]]))[0] == pytest.approx(1 / (1 + math.exp(-1)))
    # Second missing: uncorrelated, so its mean 0 with variance 1 stands for it.
    alone = model.probability(np.array([[2.0, NAN]]))[0]
    assert alone == pytest.approx(1 / (1 + math.exp(0.0)))
    alone = model.probability(np.array([[6.0, NAN]]))[0]
    assert alone == pytest.approx(1 / (1 + math.exp(-2 / math.sqrt(1 + math.pi / 8))))


@pytest.mark.parametrize(("frames", "grade"), [(5, "no"), (6, "clear")])
def test_only_what_lasts_counts(frames: int, grade: str) -> None:
    assert pytest.approx(6 / 30) == HELD_S
    probability = np.zeros(60)
    probability[20 : 20 + frames] = 0.95
    found = judge(TIME_S, probability, np.zeros(60), np.ones(60, dtype=np.bool_))
    assert found is not None
    assert found.grade == grade
    if grade == "clear":
        assert TIME_S[20] <= found.at_s <= TIME_S[25]


def test_moments_apart_are_not_added_up() -> None:
    assert held(TIME_S, np.where(np.arange(60) % 2 == 0, 0.9, 0.1))[0] == 0.1
    assert held(TIME_S[:1], np.array([0.9]))[1] == -1
    assert held(TIME_S, np.where(np.arange(60) % 4 == 0, np.nan, 0.9))[1] == -1


def test_only_judged_frames_count() -> None:
    probability, judged = np.zeros(60), np.ones(60, dtype=np.bool_)
    probability[10:30] = 0.95
    judged[5:35] = False
    found = judge(TIME_S, probability, np.zeros(60), judged)
    assert found is not None
    assert found.grade == "no"


def test_which_part_rounded() -> None:
    def part(*numbers: float) -> tuple[str, str]:
        shown = evidence(*numbers)
        every = np.ones(TIME_S.size, dtype=np.bool_)
        found = judge(TIME_S, rounding(shown), upper_rounding(shown), every)
        assert found is not None
        return found.grade, found.part

    assert part(30.0, 40.0, 10.0, NAN, 38.0) == ("clear", "lower back")
    assert part(30.0, 70.0, 10.0, NAN, 75.0) == ("clear", "both")
    # Alone it is a note: no labelled clip shows it.
    assert part(-15.0, 25.0, -30.0, 0.1, 75.0) == ("borderline", "upper back")
    # And only where the outline as a whole is rounder than neutral ones are.
    assert part(-30.0, 10.0, -40.0, 0.1, 75.0)[0] == "no"


def test_a_stricter_setting_is_as_many_degrees_stricter_on_every_scale() -> None:
    assert EXERCISES["deadlift"].rounded_deg == ROUNDED_DEG
    shown = evidence(10.0, 20.0, -5.0, 0.6)
    moved = evidence(14.0, 24.0, -1.0, 0.6 + 4 / FULL_FLEXION_DEG)
    np.testing.assert_allclose(rounding(shown, ROUNDED_DEG - 4), rounding(moved), rtol=1e-9)
    assert rounding(shown, 3.0)[0] > rounding(shown)[0] > rounding(shown, 20.0)[0]


def test_where_the_bone_was_not_read_nothing_is_judged() -> None:
    shown = evidence(30.0, 40.0, 10.0)
    hidden = replace(shown, lumbar_deg=np.full(TIME_S.size, NAN))
    assert np.isnan(rounding(hidden)).all()


def test_the_worst_of_a_set() -> None:
    every = np.ones(60, dtype=np.bool_)
    judged = [judge(TIME_S, np.full(60, p), np.zeros(60), every) for p in (0.3, 0.95, 0.6)]
    assert worst([*judged, None]) == judged[1]
    assert worst([None]) is None


@pytest.mark.parametrize(
    ("lumbar_deg", "lordosis_deg", "target"),
    [
        (5.0, 40.0, 1.0),  # 5 beyond flat
        (4.0, 48.0, 1.0),  # 52 from standing: within 5 of 55
        (-10.0, 40.0, 0.0),  # 15 short of the former
        (-13.0, 48.0, 0.0),
        (-2.5, 40.0, 0.5),
    ],
)
def test_the_truth_it_is_fitted_to(lumbar_deg: float, lordosis_deg: float, target: float) -> None:
    assert rounded_target(lumbar_deg, lordosis_deg) == pytest.approx(target)


@pytest.mark.parametrize("every", [2, 3, 4, 6])
def test_a_slower_camera_sees_the_same_held(every: int) -> None:
    """What is over soon is held as little at 5 to 15 frames a second as at 30."""
    time_s = np.arange(120) / 30
    soon_over = np.interp(time_s, [0, 1.0, 1.3, 4.0], [0.3, 0.3, 0.0, 0.0])
    slow = 0.5 + 0.4 * np.sin(time_s * 2.0)
    for signal in (soon_over[29:], soon_over, slow):
        times = time_s[: len(signal)]
        at_thirty, _ = held(times, signal)
        slower, at = held(times[::every], signal[::every])
        assert slower == pytest.approx(at_thirty, abs=0.06)
        assert 0 <= at < len(signal[::every])


def test_a_slower_camera_is_judged_on_as_little() -> None:
    """Three frames of 15 a second last 0.2 s, with nothing known before and after."""
    time_s, values = np.arange(20) / 15, np.full(20, NAN)
    values[8:11] = 0.7
    level, at = held(time_s, values)
    assert (round(level, 6), at) == (0.7, 8)
    values[10] = NAN
    assert held(time_s, values)[1] == -1
