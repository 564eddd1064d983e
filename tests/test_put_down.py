"""The last deadlift, and standing up without the bar."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import moving_lifter

from formcheck.geometry import Kinematics, kinematics
from formcheck.geometry.plate import no_plate
from formcheck.lifts.exercises import EXERCISES
from formcheck.lifts.put_down import without_standing_up
from formcheck.lifts.reps import Rep, find_reps
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import middle
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


def with_plate(
    track: PoseTrack, reps: tuple[Rep, ...], lifted: list[bool | None]
) -> tuple[PoseTrack, Kinematics]:
    """A plate that goes up with the hands, stays on the floor, or is not found, in each rep."""
    kin = kinematics(track)
    wrists = middle(track.landmarks_px.astype(np.float64), "wrist")
    centre_px = wrists.copy()
    for rep, up in zip(reps, lifted, strict=True):
        way = slice(rep.start, rep.reached + 1)
        if up is None:
            centre_px[way] = np.nan
        elif not up:
            centre_px[way] = wrists[rep.start]
    sd_px = np.where(np.isfinite(centre_px[:, 1]), 0.5, np.nan)
    plate = replace(no_plate(len(track)), centre_px=centre_px, sd_px=sd_px, doubt="")
    return track, replace(kin, plate=plate)


@pytest.mark.parametrize(
    ("widths", "lifted", "kept"),
    [
        # The plate that rises is lifted, whatever the outline looks like.
        ([WITH_PLATES] * 3 + [WITHOUT], [True] * 4, 4),
        # The plate that lies stays, though the outline is alike.
        ([WITH_PLATES] * 4, [True, True, True, False], 3),
        ([WITH_PLATES] * 4, [True, True, True, None], 3),
        # Nothing says that this plate is the one that is lifted.
        ([WITH_PLATES] * 4, [False] * 4, 4),
        ([WITH_PLATES] * 3 + [WITHOUT], [None] * 4, 3),
    ],
)
def test_the_plate_tells_where_it_is_seen(
    widths: list[float], lifted: list[bool | None], kept: int
) -> None:
    track, reps = last_ends_upright()
    track, kin = with_plate(with_front(track, reps, widths), reps, lifted)
    assert without_standing_up(reps, track, kin) == reps[:kept]


def test_getting_up_before_the_first_lift_is_none() -> None:
    track, reps = last_ends_upright()
    track, kin = with_plate(track, reps, [False, True, True, True])
    assert without_standing_up(reps, track, kin) == reps[1:]


def test_a_plate_tells_after_a_single_lift() -> None:
    track, reps = last_ends_upright()
    track, kin = with_plate(track, reps, [True, True, True, False])
    assert without_standing_up(reps[2:], track, kin) == reps[2:3]


def test_a_plate_that_is_hidden_for_one_of_many_lifts_changes_nothing() -> None:
    track = moving_lifter("deadlift", [0.0] * 3)
    reps = find_reps(track.time_s, kinematics(track).joints, EXERCISES["deadlift"])
    track, kin = with_plate(track, reps, [True, None, True])
    assert without_standing_up(reps, track, kin) == reps
