"""Behaviour of `formcheck.geometry.curve`: the back's outline, freed of what covers it."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    Figure,
    Posture,
    draw_back,
    figure_at,
    make_track,
    mirrored,
    outline_height,
    posture_at,
)

from formcheck.arrays import BoolArray, FloatArray
from formcheck.geometry.curve import LUMBAR_FROM, LUMBAR_TO, TrunkCurve, on_axis, trunk_curve
from formcheck.geometry.joints import smooth_landmarks
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import LEFT, RIGHT, Side
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

# A sixtieth of a trunk is some 2 px of a person of average size at 720p.
HEIGHT_TOLERANCE = 0.005
TRUNK_PX = 150.0
LUMBAR = (STATIONS >= LUMBAR_FROM) & (STATIONS <= LUMBAR_TO)


def curve_of(
    track: PoseTrack, facing: Facing = "right", frames: BoolArray | None = None
) -> TrunkCurve:
    kept = track.found if frames is None else frames
    return trunk_curve(track, smooth_landmarks(track, kept), kept, facing, TRUNK_PX)


def still(figure: Figure, frames: int = 4) -> PoseTrack:
    return make_track([figure] * frames)


def with_profile(change: FloatArray, lumbar_deg: float = 0.0) -> PoseTrack:
    """A lifter in mid-lift whose outline is moved outwards by `change` (K,)."""
    figure = figure_at(posture_at("deadlift", 0.6, lumbar_deg))
    profile = figure.profile.copy()
    profile[0] += change
    return still(replace(figure, profile=profile))


def seen(curve: TrunkCurve) -> BoolArray:
    """Stations of the lumbar part that are seen in every frame."""
    return np.asarray(np.isfinite(curve.d[:, LUMBAR]).all(axis=0))


@pytest.mark.parametrize("facing", ["right", "left"])
def test_dorsal_is_behind_the_lifter(facing: Facing) -> None:
    points = figure_at(posture_at("squat", 0.0, 0.0), facing=facing).landmarks_px[None]
    hip = (points[:, LEFT.hip] + points[:, RIGHT.hip]) / 2
    # Upright: 75 px up the trunk, and 30 px to the back of somebody facing right.
    behind = hip + np.array([-30.0 if facing == "right" else 30.0, -75.0])
    u, d = on_axis(behind[:, None], points, facing, TRUNK_PX)
    assert u[0, 0] == pytest.approx(0.5)
    assert d[0, 0] == pytest.approx(0.2)


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("lumbar_deg", [-30.0, 0.0, 30.0])
def test_the_curve_is_the_back_that_was_drawn(lumbar_deg: float, facing: Facing) -> None:
    curve = curve_of(still(draw_back(lumbar_deg, facing=facing)), facing)
    assert seen(curve).all()
    u, d = curve.u[:, LUMBAR], curve.d[:, LUMBAR]
    np.testing.assert_allclose(d, outline_height(u, Posture(lumbar_deg)), atol=HEIGHT_TOLERANCE)


def test_the_other_side_is_the_belly() -> None:
    curve = curve_of(still(draw_back(30.0)), facing="left")
    belly = curve.d[:, LUMBAR]
    assert np.nanmedian(belly) == pytest.approx(0.20, abs=HEIGHT_TOLERANCE)
    assert np.nanstd(belly) < HEIGHT_TOLERANCE


def test_the_mirror_changes_nothing() -> None:
    track = still(draw_back(20.0))
    straight, mirror = curve_of(track), curve_of(mirrored(track), "left")
    np.testing.assert_allclose(mirror.u, straight.u, atol=1e-4)
    np.testing.assert_allclose(mirror.d, straight.d, atol=1e-4)


def upright_with(hip_up_px: float, shoulder_up_px: float) -> tuple[float, float]:
    """Where a point 0.7 up the trunk and 0.2 behind it is found with joints misplaced."""
    points = figure_at(posture_at("squat", 0.0, 0.0)).landmarks_px[None]
    behind = points[:, LEFT.hip] + np.array([-30.0, -105.0])
    points[:, [LEFT.hip, RIGHT.hip]] -= (0.0, hip_up_px)
    points[:, [LEFT.shoulder, RIGHT.shoulder]] -= (0.0, shoulder_up_px)
    u, d = on_axis(behind[:, None], points, "right", TRUNK_PX)
    return float(u[0, 0]), float(d[0, 0])


def test_a_trunk_that_reads_short_or_long_does_not_stretch_the_back() -> None:
    assert upright_with(0.0, 0.0) == pytest.approx((0.7, 0.2))
    assert upright_with(15.0, -15.0) == pytest.approx((0.7, 0.2))
    assert upright_with(-15.0, 15.0) == pytest.approx((0.7, 0.2))


@pytest.mark.parametrize("misplaced", [(15.0, 0.0), (0.0, 15.0)])
def test_a_misplaced_joint_moves_the_back_by_half(misplaced: tuple[float, float]) -> None:
    # 15 px of 150: a tenth for the joint, half of it for the middle of the trunk
    assert upright_with(*misplaced) == pytest.approx((0.65, 0.2))


def test_frames_that_are_not_the_lifters_have_no_curve() -> None:
    track = still(draw_back(0.0), 20)
    frames = np.arange(20) < 10
    curve = curve_of(track, frames=frames)
    assert np.isfinite(curve.d[:10, LUMBAR]).all()
    assert np.isnan(curve.d[10:]).all()


@pytest.mark.parametrize(("size", "left_out"), [(0.04, False), (0.08, True)])
@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_a_step_cuts_off_the_shorter_part(size: float, left_out: bool, sign: float) -> None:
    beyond = STATIONS > 0.55
    curve = curve_of(with_profile(np.where(beyond, sign * size, 0.0)))
    np.testing.assert_array_equal(seen(curve), ~beyond[LUMBAR] | (not left_out))


def test_a_slope_is_no_step() -> None:
    curve = curve_of(with_profile(np.maximum(0.0, STATIONS - 0.3)))
    assert seen(curve).all()


def test_what_is_covered_is_kept_in_the_points_for_drawing() -> None:
    curve = curve_of(with_profile(np.where(STATIONS > 0.55, 0.2, 0.0)))
    assert np.isfinite(curve.px[:, LUMBAR]).all()


@pytest.mark.parametrize("side", [LEFT, RIGHT])
@pytest.mark.parametrize(("part", "reach"), [("upper arm", 0.10), ("forearm", 0.08)])
def test_what_lies_near_an_arm_is_left_out(side: tuple[int, ...], part: str, reach: float) -> None:
    figure = figure_at(posture_at("deadlift", 0.6, 0.0))
    points = figure.landmarks_px.copy()
    elbow, wrist = side[2], side[3]
    axis = points[LEFT.shoulder] - points[LEFT.hip]
    dorsal = np.array([axis[1], -axis[0]])
    back = points[LEFT.hip] + 0.5 * axis + 0.22 * dorsal  # on the outline
    inside = back - 0.9 * reach * dorsal
    if part == "upper arm":
        points[elbow], points[wrist] = inside, points[LEFT.toe]
    else:
        points[elbow], points[wrist] = points[LEFT.toe], inside
    curve = curve_of(still(replace(figure, landmarks_px=points)))
    at = np.abs(STATIONS - 0.5).argmin()
    assert np.isnan(curve.d[:, at]).all()
    assert np.isfinite(curve.d[:, np.abs(STATIONS - 0.2).argmin()]).all()


def test_arms_that_hang_or_reach_forwards_cover_nothing() -> None:
    assert seen(curve_of(still(draw_back(0.0, arms="hanging")))).all()
    assert seen(curve_of(still(draw_back(0.0, arms="forward")))).all()


def test_an_arm_behind_the_back_is_not_taken_for_it() -> None:
    curve = curve_of(still(draw_back(0.0, arms="behind")))
    known = curve.d[:, LUMBAR][np.isfinite(curve.d[:, LUMBAR])]
    assert known.size < 0.5 * curve.d[:, LUMBAR].size
    np.testing.assert_allclose(known, 0.22, atol=0.03)


@pytest.mark.parametrize(
    ("bulge", "arms_up", "covered"),
    [(0.45, True, True), (0.45, False, False), (0.30, True, False)],
)
def test_a_plate_at_the_shoulders_covers_the_back(
    bulge: float, arms_up: bool, covered: bool
) -> None:
    figure = draw_back(0.0, arms="on-bar" if arms_up else "hanging")
    profile = figure.profile.copy()
    # A smooth hill over the shoulder blades: no step gives it away.
    hill = np.exp(-(((STATIONS - 0.9) / 0.12) ** 2))
    profile[0] = 0.22 + (bulge - 0.22) * hill
    curve = curve_of(still(replace(figure, profile=profile)))
    upper = (curve.u > 0.45) & (curve.u < LUMBAR_TO)
    assert np.isnan(curve.d[upper]).all() == covered
    assert np.isfinite(curve.d[:, LUMBAR & (STATIONS < 0.35)]).all()


def test_a_pose_lost_in_the_middle_leaves_a_hole() -> None:
    figures: list[Figure | None] = [draw_back(0.0)] * 10
    curve = curve_of(make_track([*figures, *[None] * 30, *figures]))
    lost = np.isnan(curve.d[:, LUMBAR]).all(axis=1)
    np.testing.assert_array_equal(np.flatnonzero(lost), np.arange(10, 40))


@pytest.mark.parametrize("facing", ["right", "left"])
def test_the_far_arm_of_one_who_lies_is_left_out_wider_than_the_near_one(facing: Facing) -> None:
    far, near = (LEFT, RIGHT) if facing == "right" else (RIGHT, LEFT)
    figure = figure_at(posture_at("glute-bridge", 0.0, 0.0), facing=facing)
    middle_u, apart = (
        0.4,
        0.2,
    )  # trunk lengths below the belly: outside of an arm, and of its sleeve

    def hidden_by(arm: Side) -> int:
        points = figure.landmarks_px.copy()
        track = still(figure)
        curve = trunk_curve(
            track, smooth_landmarks(track, track.found), track.found, facing, TRUNK_PX, "ventral"
        )
        at = int(np.argmin(np.abs(curve.u[0] - middle_u)))
        hip, shoulder = (
            points[[far.hip, near.hip]],
            points[[far.shoulder, near.shoulder]],
        )
        inwards = (hip.mean(0) + shoulder.mean(0)) / 2 - curve.px[0, at]
        elbow = curve.px[0, at] + apart * TRUNK_PX * inwards / np.linalg.norm(inwards)
        away = np.array([0.0, 2.0 * TRUNK_PX])  # the other arm lies far below
        for side in (far, near):
            points[[side.elbow, side.wrist]] = elbow + (0 if side is arm else away)
        arms = still(replace(figure, landmarks_px=points))
        moved = trunk_curve(
            arms, smooth_landmarks(arms, arms.found), arms.found, facing, TRUNK_PX, "ventral"
        )
        return int((np.isfinite(curve.d[0]) & ~np.isfinite(moved.d[0])).sum())

    assert hidden_by(far) > hidden_by(near)
