"""The last deadlift, and standing up without the bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import moving_lifter

from formcheck.geometry import kinematics
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.put_down import without_standing_up
from formcheck.lifts.reps import Rep, find_reps
from formcheck.pose.facing import Facing
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

THIGH = STATIONS < -0.1
WITH_PLATES, WITHOUT = 0.45, 0.3


def last_ends_upright(facing: Facing = "right") -> tuple[PoseTrack, tuple[Rep, ...]]:
    """Four deadlifts, the clip ending at the last lock-out."""
    track = moving_lifter("deadlift", [0.0] * 4, facing=facing)
    reps = find_reps(track.time_s, kinematics(track).joints, EXERCISES["deadlift"])
    end = reps[-1].left + 1
    cut = track[:end]
    reps = find_reps(cut.time_s, kinematics(cut).joints, EXERCISES["deadlift"])
    assert [rep.came_back for rep in reps] == [True, True, True, False]
    return cut, reps


def with_front(track: PoseTrack, reps: tuple[Rep, ...], widths: list[float]) -> PoseTrack:
    """The track with the front outline at each lock-out as given."""
    profile = track.profile.copy()
    side = 1 if kinematics(track).view.facing == "right" else 0
    for rep, width in zip(reps, widths, strict=True):
        profile[rep.reached : rep.left + 1, side, THIGH] = width
    return replace(track, profile=profile)


@pytest.mark.parametrize("facing", ["left", "right"])
@pytest.mark.parametrize(
    ("widths", "kept"),
    [
        ([WITH_PLATES] * 4, 4),
        ([WITH_PLATES] * 3 + [WITHOUT], 3),
        ([WITHOUT] * 3 + [WITH_PLATES], 4),  # further out it takes more
        ([0.12] * 3 + [0.34], 3),  # plates that bite into the silhouette
        ([0.38, 0.38, 0.39, 0.51], 4),  # a real set, the last one held
        ([0.42, 0.41, 0.42, 0.36], 4),  # a real set
        ([0.45, 0.6, 0.4, 0.3], 4),  # the lock-outs before are not alike
        ([WITH_PLATES] * 3 + [np.nan], 4),
        ([np.nan] * 3 + [WITHOUT], 4),
    ],
)
def test_another_outline_in_front_of_the_thighs_is_no_lock_out(
    widths: list[float], kept: int, facing: Facing
) -> None:
    track, reps = last_ends_upright(facing)
    changed = with_front(track, reps, widths)
    assert without_standing_up(reps, changed, kinematics(changed)) == reps[:kept]


def test_a_last_one_that_was_lowered_is_kept() -> None:
    track = moving_lifter("deadlift", [0.0] * 3)
    kin = kinematics(track)
    reps = find_reps(track.time_s, kin.joints, EXERCISES["deadlift"])
    changed = with_front(track, reps, [WITH_PLATES, WITH_PLATES, WITHOUT])
    assert without_standing_up(reps, changed, kin) == reps


@pytest.mark.parametrize(("without", "kept"), [(0.3, 2), (0.25, 1)])
def test_after_a_single_lock_out_it_takes_more(without: float, kept: int) -> None:
    track, reps = last_ends_upright()
    changed = with_front(track, reps, [WITH_PLATES] * 3 + [without])
    assert without_standing_up(reps[2:], changed, kinematics(changed)) == reps[2 : 2 + kept]
