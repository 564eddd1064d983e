"""Behaviour of `formcheck.geometry.trust`: outlines that are not the back's."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import Lift, moving_lifter

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry import kinematics
from formcheck.geometry.trust import Cause
from formcheck.pose.outline import STATIONS, outline_points_px
from formcheck.pose.track import PoseTrack

LUMBAR = (STATIONS > 0.2) & (STATIONS < 0.57)


def doubt(track: PoseTrack, cause: Cause) -> FloatArray:
    """Share of the lumbar outline that is left out for a cause, in every frame."""
    return kinematics(track).back.distrust[cause]


def beside_a_post(track: PoseTrack, x_px: float) -> tuple[PoseTrack, BoolArray]:
    """The track with the outline on an upright post wherever the back lies beyond it."""
    profile = track.profile.copy()
    points = outline_points_px(
        profile.astype(np.float64), track.hip_px.astype(float), track.shoulder_px.astype(float)
    )[:, 0]
    axis = (track.shoulder_px - track.hip_px).astype(np.float64)
    on_axis_px = track.hip_px[:, None] + STATIONS[:, None] * axis[:, None]
    to_post = (on_axis_px[..., 0] - x_px) / -axis[:, 1, None]
    covered = (points[..., 0] < x_px) & (to_post > 0.02) & (to_post < 0.7)
    profile[:, 0] = np.where(covered, to_post, profile[:, 0])
    return replace(track, profile=profile), covered


@pytest.mark.parametrize("lift", ["deadlift", "squat", "overhead-press"])
def test_a_lifter_alone_is_trusted(lift: Lift) -> None:
    distrust = kinematics(moving_lifter(lift, [10.0, 20.0])).back.distrust
    assert {
        cause: round(float(share.max()), 2) for cause, share in distrust.items()
    } == dict.fromkeys(distrust, 0.0)


def test_a_post_beside_the_back_is_left_out() -> None:
    track = moving_lifter("squat", [10.0, 10.0])
    posted, covered = beside_a_post(track, 565.0)
    hidden = covered[:, LUMBAR].mean(axis=1) > 0.5
    assert hidden.mean() > 0.1
    kin = kinematics(posted)
    assert (kin.back.distrust["still"][hidden] > 0.3).mean() > 0.8
    assert np.isnan(kin.back.lumbar_deg[hidden]).mean() > 0.8


def test_a_leap_of_one_frame_is_left_out() -> None:
    track = moving_lifter("deadlift", [10.0])
    profile = track.profile.copy()
    at = len(track) // 2
    profile[at, 0, LUMBAR] += 0.08
    share = doubt(replace(track, profile=profile), "jump")
    assert share[at] > 0.9
    assert np.delete(share, at).max() == 0.0


def test_points_that_are_not_sure_are_left_out() -> None:
    track = moving_lifter("deadlift", [10.0])
    vague = track.profile_sd.copy()
    vague[:, :, LUMBAR] = 0.03
    kin = kinematics(replace(track, profile_sd=vague))
    assert kin.back.distrust["unsure"].min() > 0.9
    assert np.isnan(kin.back.lumbar_deg).all()


def test_an_edge_of_the_background_stays_where_it_is() -> None:
    track = moving_lifter("deadlift", [10.0])
    behind = track.profile_sd.copy()
    behind[:, :, LUMBAR] = np.inf
    kin = kinematics(replace(track, profile_sd=behind))
    assert kin.back.distrust["still"].min() > 0.9
    assert kin.back.distrust["unsure"].max() == 0.0
    assert np.isnan(kin.back.lumbar_deg).all()


def test_an_outline_that_is_less_sure_gives_a_wider_interval() -> None:
    track = moving_lifter("deadlift", [10.0])
    clear = kinematics(track).back.uncertainty_deg
    vague = kinematics(replace(track, profile_sd=track.profile_sd * 4)).back.uncertainty_deg
    assert (vague > clear + 0.5).all()


def test_a_shelf_no_back_has_is_left_out() -> None:
    track = moving_lifter("deadlift", [10.0])
    profile = track.profile.copy()
    shelf = (STATIONS > 0.35) & (STATIONS < 0.5)
    profile[:, 0, shelf] -= (STATIONS[shelf] - 0.35) * 1.2
    profile[:, 0, STATIONS >= 0.5] -= 0.18
    assert doubt(replace(track, profile=profile), "steep").min() >= 0.2


def with_ramp(from_u: float, to_u: float) -> PoseTrack:
    """Something lies on the back between two heights, a tenth of a trunk thick."""
    track = moving_lifter("deadlift", [10.0])
    profile = track.profile.copy()
    begun, ended = (np.clip((STATIONS - u) / 0.08, 0.0, 1.0) for u in (from_u, to_u))
    profile[:, 0] += 0.1 * (begun - ended)
    return replace(track, profile=profile)


def test_above_a_step_outwards_hangs_hair() -> None:
    share = doubt(with_ramp(0.36, 1.2), "steep")
    assert share.min() >= float((STATIONS[LUMBAR] > 0.38).mean()) - 0.1


def test_above_a_belt_the_back_goes_on() -> None:
    whole = doubt(with_ramp(0.34, 1.2), "steep")
    belt = doubt(with_ramp(0.34, 0.42), "steep")
    assert (belt > 0.2).all()
    assert (belt < whole - 0.1).all()
