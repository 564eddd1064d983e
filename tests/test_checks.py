"""Behaviour of `assessment.checks` and `lifts.lift_measures`, on lifters drawn by hand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from figures import (
    BOTTOM,
    CHANGE_SHARE,
    UPRIGHT,
    Lift,
    Posture,
    even_times,
    figure_at,
    make_track,
    mirrored,
    moving_lifter,
)

from formcheck.analysis import SetAnalysis, Settings, analyze_track
from formcheck.arrays import FloatArray
from formcheck.assessment.checks import lift_findings
from formcheck.lifts.exercises import EXERCISES, Measure
from formcheck.lifts.lift_measures import Measured, measure_lift
from formcheck.pose.track import PoseTrack

ANGLE_TOLERANCE_DEG = 3.0


def analyse(track: PoseTrack, lift: str) -> SetAnalysis:
    return analyze_track(track, Settings(lift))


def values(analysis: SetAnalysis, measure: Measure) -> list[float]:
    return [one[measure].value_deg for one in analysis.lift_measures]


def codes(analysis: SetAnalysis) -> set[str]:
    return {finding.code for finding in analysis.findings}


def eased(seconds: float) -> FloatArray:
    return np.asarray((1 - np.cos(np.pi * even_times(seconds, 30.0) / seconds)) / 2)


def along(way: FloatArray, postures: Sequence[Posture]) -> list[Posture]:
    """Postures between those given at equal distances on the way 0..1, angle by angle."""
    at = np.linspace(0.0, 1.0, len(postures))
    names = ("lumbar_deg", "lean_deg", "hip_deg", "knee_deg")
    angles = [np.interp(way, at, [getattr(p, name) for p in postures]) for name in names]
    return [
        replace(postures[0], **dict(zip(names, a, strict=True))) for a in zip(*angles, strict=True)
    ]


def pulled(*postures: Posture) -> PoseTrack:
    """Two deadlifts through these postures, floor to lock-out, lowered the same way."""
    up = along(eased(1.2), postures)
    still = [up[0]] * 15
    once = [*up, *[up[-1]] * 15, *up[::-1], *still]
    return make_track([figure_at(posture) for posture in [*still, *once, *once]])


FLOOR = BOTTOM["deadlift"]
# The knees are nearly straight and the hips up, the trunk leans as at the start
HIPS_UP = Posture(lean_deg=75.0, hip_deg=103.0, knee_deg=172.0)
# Hips and trunk rise together
TOGETHER = Posture(lean_deg=30.0, hip_deg=126.5, knee_deg=149.0)


def test_hips_that_rise_first_are_found() -> None:
    analysis = analyse(pulled(FLOOR, HIPS_UP, UPRIGHT), "deadlift")
    assert len(analysis.reps) == 2
    assert all(60 < lean < 75 for lean in values(analysis, "lean_at_hips_up_deg"))
    finding = next(f for f in analysis.findings if f.code == "early-hip-rise" and f.rep == 1)
    assert finding.severity == "info"
    assert finding.evidence["threshold_deg"] == 55.0
    assert "lean_at_hips_up_deg" in finding.evidence
    whole = next(f for f in analysis.findings if f.code == "early-hip-rise" and f.rep is None)
    assert whole.evidence["reps_flagged"] == 2
    assert "2 of 2" in whole.message


def test_hips_that_rise_with_the_trunk_are_not() -> None:
    analysis = analyse(pulled(FLOOR, TOGETHER, UPRIGHT), "deadlift")
    assert all(lean < 40 for lean in values(analysis, "lean_at_hips_up_deg"))
    assert "early-hip-rise" not in codes(analysis)


def test_a_stiff_legged_pull_has_no_hips_to_rise() -> None:
    low = Posture(lean_deg=80.0, hip_deg=97.0, knee_deg=176.0)
    analysis = analyse(pulled(low, UPRIGHT), "deadlift")
    assert len(analysis.reps) == 2
    assert np.isnan(values(analysis, "lean_at_hips_up_deg")).all()
    assert "early-hip-rise" not in codes(analysis)


def squatted(bottom: Posture, halfway: Posture | None = None) -> PoseTrack:
    standing = replace(UPRIGHT, lumbar_deg=-20.0, arms="forward")
    middle = [halfway] if halfway else []
    down = along(eased(1.2), [standing, *middle, bottom])
    still = [standing] * 30
    once = [*down, *[bottom] * 15, *down[::-1], *still]
    return make_track([figure_at(posture) for posture in [*still, *once, *once]])


@pytest.mark.parametrize(("thigh_deg", "shallow"), [(-5.0, False), (10.0, False), (35.0, True)])
def test_depth_is_the_thigh_above_level(thigh_deg: float, shallow: bool) -> None:
    # The thigh points down by 90 - (lean + hip - 90) degrees
    hip_deg = 90.0 + thigh_deg - 40.0
    bottom = Posture(-20.0, 40.0, hip_deg, 80.0 + max(thigh_deg, 0.0) / 2, arms="forward")
    analysis = analyse(squatted(bottom), "squat")
    assert values(analysis, "depth_thigh_deg") == pytest.approx([thigh_deg] * 2, abs=2.0)
    assert ("squat-depth" in codes(analysis)) == shallow
    assert all(f.severity == "info" for f in analysis.findings if f.code == "squat-depth")


def test_flexion_near_the_bottom_is_a_butt_wink() -> None:
    bottom = replace(BOTTOM["squat"], lumbar_deg=22.0)
    halfway = Posture(-20.0, 28.0, 110.0, 114.0, arms="forward")
    analysis = analyse(squatted(bottom, halfway), "squat")
    # Half of the hips' way down is near the posture in the middle
    assert all(30 < wink < 44 for wink in values(analysis, "wink_deg"))
    assert "butt-wink" in codes(analysis)


def test_the_same_flexion_all_the_way_down_is_none() -> None:
    analysis = analyse(squatted(replace(BOTTOM["squat"], lumbar_deg=5.0)), "squat")
    assert all(wink < 15 for wink in values(analysis, "wink_deg"))
    assert "butt-wink" not in codes(analysis)


def test_where_flexion_begins_is_a_hip_angle() -> None:
    # From -20 standing to +22: by 10 beyond neutral after 10 / 42 of the way, at hip
    # 178 - 108 · 0.238 = 152 degrees
    analysis = analyse(squatted(replace(BOTTOM["squat"], lumbar_deg=22.0)), "squat")
    onset = values(analysis, "flexion_onset_hip_deg")
    assert onset == pytest.approx([152.0] * 2, abs=6.0)


@pytest.mark.parametrize("lift", ["squat", "deadlift"])
def test_a_back_that_stays_neutral_never_begins(lift: Lift) -> None:
    analysis = analyse(moving_lifter(lift, [-25.0] * 2), lift)
    assert np.isnan(values(analysis, "flexion_onset_hip_deg")).all()


def sat_up(lumbar_deg: float) -> SetAnalysis:
    return analyse(moving_lifter("sit-up", [lumbar_deg] * 3, standing_deg=-10.0), "sit-up")


def test_a_sit_up_without_a_curl_is_the_hips_work() -> None:
    straight, curled = sat_up(-8.0), sat_up(30.0)
    assert values(straight, "curl_deg") == pytest.approx([2.0] * 3, abs=ANGLE_TOLERANCE_DEG)
    assert values(curled, "curl_deg") == pytest.approx([40.0] * 3, rel=CHANGE_SHARE)
    assert "hip-flexor-dominant" in codes(straight)
    assert "hip-flexor-dominant" not in codes(curled)


def test_sit_ups_are_counted_as_flexion_and_not_as_rounding() -> None:
    analysis = sat_up(40.0)
    assert "lumbar-flexion" not in codes(analysis)
    cycles = next(f for f in analysis.findings if f.code == "repeated-flexion")
    assert cycles.severity == "info"
    assert cycles.evidence == {"flexion_cycles": 3}


def test_the_mirror_changes_no_measure() -> None:
    track = squatted(replace(BOTTOM["squat"], lumbar_deg=22.0))
    plain, other = analyse(track, "squat"), analyse(mirrored(track), "squat")
    for measure in EXERCISES["squat"].measures:
        assert values(other, measure) == pytest.approx(values(plain, measure), abs=1.0)
    assert codes(other) == codes(plain)


def test_from_the_front_nothing_is_judged() -> None:
    track = moving_lifter("squat", [30.0] * 2, yaw_deg=70.0)
    analysis = analyse(track, "squat")
    assert len(analysis.reps) == 2
    assert np.isnan(values(analysis, "depth_thigh_deg")).all()
    assert analysis.findings == ()


@pytest.mark.parametrize(("value_deg", "found"), [(59.0, False), (61.0, True)])
def test_a_fault_counts_only_beyond_doubt(value_deg: float, found: bool) -> None:
    # 55 and a doubt of 5
    analysis = analyse(moving_lifter("deadlift", [0.0]), "deadlift")
    seen: dict[Measure, Measured] = {"lean_at_hips_up_deg": Measured(value_deg, 5.0, 1.0)}
    assert bool(lift_findings(analysis.reps, [seen], EXERCISES["deadlift"])) == found


@pytest.mark.parametrize("lift", EXERCISES)
def test_every_check_has_its_measure(lift: str) -> None:
    exercise = EXERCISES[lift]
    analysis = analyse(moving_lifter("squat", [0.0]), "squat")
    measured = measure_lift(analysis.reps[0].rep, analysis.kinematics, exercise, analysis.neutral)
    assert set(measured) == set(exercise.measures)
    lift_findings(analysis.reps, [measured], exercise)
