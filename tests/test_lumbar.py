"""Behaviour of `formcheck.geometry.lumbar` on backs whose angle is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from figures import (
    Figure,
    Posture,
    back_height,
    draw_back,
    figure_at,
    make_track,
    mirrored,
    moving_lifter,
    rotated,
)

from formcheck.arrays import FloatArray
from formcheck.geometry import Back, Kinematics, kinematics
from formcheck.geometry.lumbar import MAX_RESIDUAL, MAX_UNCERTAINTY_DEG, RANGE_DEG, read_back
from formcheck.geometry.shape import back_shape
from formcheck.pose.facing import Facing
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack

# An arc is not a back: it has neither buttock nor hollow, and the model has seen only
# backs. Its changes are read to a sixth, its level among others to a few degrees.
LEVEL_TOLERANCE_DEG = 3.0
CHANGE_SHARE = 1 / 6
# Drawn as a silhouette, thigh and shoulder round the ends off.
DRAWN_LEVEL_TOLERANCE_DEG = 8.0
POSTURE_TOLERANCE_DEG = 5.0
# Without the buttocks the model knows less of the sacrum.
LOST_END_TOLERANCE_DEG = 8.0
# Of a part the level is known less well than the change.
LOST_LEVEL_DEG = 8.0
MIRROR_TOLERANCE_DEG = 1.0
EXACT_TOLERANCE_DEG = 0.1

LUMBAR_DEG = [-40.0, -25.0, -10.0, 0.0, 10.0]


def measure(figure: Figure) -> float:
    """The angle of one picture, shown for too short a time to be smoothed."""
    back = kinematics(make_track([figure] * 4)).back
    return float(back.lumbar_deg[2])


def resting_and_moved(lumbar_deg: float, rest_deg: float, **options: object) -> Back:
    """One lifter who shows one angle in 20 frames and another in the next 20."""
    figures = [draw_back(a, **options) for a in (rest_deg, lumbar_deg)]  # type: ignore[arg-type]
    return kinematics(make_track([figures[0]] * 20 + [figures[1]] * 20)).back


def rest_and(lumbar_deg: float, rest_deg: float, **options: object) -> tuple[float, float]:
    """What is read of both angles."""
    read = resting_and_moved(lumbar_deg, rest_deg, **options).lumbar_deg
    return float(read[5]), float(read[35])


def angle_of(d: FloatArray) -> tuple[float, float]:
    reading = read_back(STATIONS[None], d[None]).lumbar
    return float(reading.angle_deg[0]), float(reading.uncertainty_deg[0])


def arc(lumbar_deg: float) -> FloatArray:
    return back_height(STATIONS, lumbar_deg)


@pytest.mark.parametrize("lumbar_deg", LUMBAR_DEG)
def test_an_arc_is_read_at_its_level(lumbar_deg: float) -> None:
    among_others = np.stack([arc(-25.0)] * 12 + [arc(lumbar_deg)])
    read = read_back(np.broadcast_to(STATIONS, among_others.shape), among_others).lumbar
    assert read.angle_deg[-1] == pytest.approx(lumbar_deg, abs=LEVEL_TOLERANCE_DEG + 1.0)
    reading = read_back(STATIONS[None], arc(lumbar_deg)[None]).lumbar
    assert 0 < reading.uncertainty_deg[0] < 8
    # Alone it is as far off as is said.
    assert reading.own_deg == pytest.approx(lumbar_deg, abs=reading.own_uncertainty_deg)


@pytest.mark.parametrize(("start_deg", "end_deg"), [(-40, -10), (-25, 0), (-10, 10), (10, -25)])
def test_a_change_is_read_as_large_as_it_is(start_deg: float, end_deg: float) -> None:
    d = np.stack([arc(start_deg), arc(end_deg)])
    change_deg = np.diff(read_back(np.stack([STATIONS] * 2), d).lumbar.change_deg)[0]
    assert change_deg == pytest.approx(end_deg - start_deg, rel=CHANGE_SHARE)


@pytest.mark.parametrize("tilt", [-0.3, 0.2])
@pytest.mark.parametrize("offset", [-0.1, 0.1])
def test_where_the_axis_lies_does_not_matter(tilt: float, offset: float) -> None:
    expected, _ = angle_of(arc(-10.0))
    angle_deg, _ = angle_of(arc(-10.0) + offset + tilt * STATIONS)
    assert angle_deg == pytest.approx(expected, abs=EXACT_TOLERANCE_DEG)


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("lumbar_deg", LUMBAR_DEG)
def test_a_drawn_back_is_recovered(lumbar_deg: float, facing: Facing) -> None:
    rest, moved = rest_and(lumbar_deg, -20.0, facing=facing)
    assert moved - rest == pytest.approx(lumbar_deg + 20.0, abs=2.0 + abs(lumbar_deg + 20.0) / 5)
    assert abs(moved - lumbar_deg) < DRAWN_LEVEL_TOLERANCE_DEG + 4.0


@pytest.mark.parametrize(
    "figure",
    [
        draw_back(0.0, lean_deg=80.0, hip_deg=75.0, knee_deg=120.0),
        draw_back(0.0, trunk_px=75.0),
        draw_back(0.0, trunk_px=200.0),
        draw_back(0.0, feet_px=(400.3, 600.7)),
        draw_back(0.0, camera_roll_deg=20.0),
        draw_back(0.0, camera_roll_deg=-35.0, facing="left"),
        draw_back(0.0, arms="on-bar"),
    ],
    ids=["bent", "small", "large", "shifted", "rolled", "rolled left", "hands up"],
)
def test_lean_size_place_and_camera_roll_do_not_matter(figure: Figure) -> None:
    assert measure(figure) == pytest.approx(measure(draw_back(0.0)), abs=POSTURE_TOLERANCE_DEG)


def test_a_change_is_read_in_a_lifter_who_stands_as_in_one_who_bends() -> None:
    # The thigh's round end is this figure's buttock, so its level depends on the hip.
    rest, moved = rest_and(0.0, -20.0, lean_deg=0.0, hip_deg=178.0, knee_deg=178.0)
    assert moved - rest == pytest.approx(20.0, rel=0.35)


@pytest.mark.parametrize("lumbar_deg", [-30.0, 5.0, 15.0])
def test_the_mirror_changes_nothing(lumbar_deg: float) -> None:
    track = make_track([draw_back(lumbar_deg)] * 4)
    angles = [kinematics(t).back.lumbar_deg[2] for t in (track, mirrored(track))]
    assert angles[0] == pytest.approx(angles[1], abs=MIRROR_TOLERANCE_DEG)


@pytest.mark.parametrize("angle_deg", [15.0, 90.0])
def test_turning_the_clip_changes_nothing(angle_deg: float) -> None:
    track = moving_lifter("deadlift", [20.0])
    expected = kinematics(track).back.lumbar_deg
    turned = kinematics(rotated(track, angle_deg)).back.lumbar_deg
    np.testing.assert_allclose(turned, expected, atol=EXACT_TOLERANCE_DEG)


def test_a_few_wild_stations_do_not_matter() -> None:
    expected, _ = angle_of(arc(0.0))
    d = arc(0.0)
    d[[25, 33, 40]] += (0.15, -0.15, 0.15)
    assert angle_of(d)[0] == pytest.approx(expected, abs=2.0)


@pytest.mark.parametrize(
    ("low", "high", "measured"),
    [
        (0.60, 0.73, True),
        (0.40, 0.46, True),
        (0.36, 0.48, False),  # too much of the lumbar part
        (0.75, 1.2, True),  # all above it
        (0.52, 1.2, True),  # where its upper end would be
        (0.40, 1.2, False),  # its upper half
        (-0.4, 0.22, True),  # its lower end
        (-0.4, 0.50, False),  # its lower half
    ],
)
def test_what_is_hidden_costs_certainty(low: float, high: float, measured: bool) -> None:
    hidden = np.abs(STATIONS - (low + high) / 2) < (high - low) / 2
    whole_deg, sure_deg = angle_of(arc(-10.0))
    angle_deg, uncertainty_deg = angle_of(np.where(hidden, np.nan, arc(-10.0)))
    assert np.isfinite(angle_deg) == measured
    assert np.isfinite(uncertainty_deg) == measured
    if measured:
        assert sure_deg - EXACT_TOLERANCE_DEG <= uncertainty_deg <= MAX_UNCERTAINTY_DEG
        assert angle_deg == pytest.approx(whole_deg, abs=uncertainty_deg + LOST_LEVEL_DEG)


def test_nothing_seen_is_nothing_measured() -> None:
    assert np.isnan(angle_of(np.full(STATIONS.size, np.nan))).all()


@pytest.mark.parametrize(("amplitude", "measured"), [(0.005, True), (0.06, False)])
def test_what_is_no_smooth_curve_is_not_measured(amplitude: float, measured: bool) -> None:
    d = arc(0.0) + amplitude * np.sin(2 * np.pi * STATIONS / 0.1)
    assert np.isfinite(angle_of(d)[0]) == measured
    assert 0.005 < MAX_RESIDUAL < 0.06


def test_an_angle_that_no_spine_has_is_not_measured() -> None:
    model = back_shape("dorsal")
    along = model.lifters.lumbar_deg / np.linalg.norm(model.lifters.lumbar_deg)
    beyond = model.mean + model.lifters.shapes @ along * 9.0
    figure = figure_at(Posture(0.0))
    profile = figure.profile.copy()
    profile[0] = np.interp(STATIONS, model.u, beyond)
    angle_deg = measure(replace(figure, profile=profile))
    assert np.isnan(angle_deg) or RANGE_DEG[0] < angle_deg < RANGE_DEG[1]


def noisy_angles(sd: float, count: int = 300) -> tuple[FloatArray, FloatArray]:
    """Errors of the change, and their uncertainty, of outlines with independent noise."""
    noise = np.random.default_rng(11).normal(0, sd, (count, STATIONS.size))
    u = np.broadcast_to(STATIONS, noise.shape)
    reading = read_back(u, arc(0.0) + noise).lumbar
    return reading.change_deg, reading.uncertainty_deg


def test_uncertainty_grows_with_the_noise_of_the_outline() -> None:
    medians = [np.nanmedian(noisy_angles(sd)[1]) for sd in (0.0, 0.01, 0.015)]
    assert medians[0] < medians[1] < medians[2]


@pytest.mark.parametrize("sd", [0.004, 0.010])
def test_uncertainty_holds_the_truth_in_nine_of_ten(sd: float) -> None:
    error, uncertainty = noisy_angles(sd)
    known = np.isfinite(error)
    assert np.mean(np.abs(error)[known] <= uncertainty[known]) >= 0.9


def moving_back(lumbar_deg: FloatArray, fps: float = 30.0) -> Kinematics:
    figures = [figure_at(Posture(float(angle))) for angle in lumbar_deg]
    return kinematics(make_track(figures, fps=fps))


@pytest.mark.parametrize("fps", [10.0, 29.97, 60.0, 240.0])
def test_a_moving_back_is_followed_without_lag(fps: float) -> None:
    at = np.arange(int(6 * fps)) / fps
    truth = -10 + 15 * np.sin(2 * np.pi * 0.4 * at)
    back = moving_back(truth, fps).back
    inner = (at > 0.5) & (at < 5.4)
    assert np.abs(back.lumbar_deg - truth)[inner].max() < LEVEL_TOLERANCE_DEG + 1.0


def test_a_back_that_leaps_is_not_believed() -> None:
    # 60 degrees within two frames would be 900 a second; the filter leaves some 300.
    back = moving_back(np.repeat([-45.0, 15.0], 30)).back
    assert np.isnan(back.lumbar_deg[29:31]).all()
    assert np.isfinite(back.lumbar_deg[:24]).all()
    assert np.isfinite(back.lumbar_deg[-24:]).all()


def test_a_flickering_back_is_less_sure_and_then_not_measured() -> None:
    rng = np.random.default_rng(2)
    still = moving_back(np.full(60, 0.0)).back
    flicker = moving_back(rng.normal(0, 4, 60)).back
    wild = moving_back(rng.normal(-15, 20, 60)).back
    assert np.nanmedian(flicker.uncertainty_deg) > np.nanmedian(still.uncertainty_deg) + 1
    assert np.isnan(wild.lumbar_deg).mean() > 0.3
    known = np.isfinite(flicker.lumbar_deg)
    assert (flicker.uncertainty_deg[known] <= MAX_UNCERTAINTY_DEG).all()


def test_angle_and_uncertainty_are_there_together() -> None:
    track = moving_lifter("squat", [20.0])
    profile = track.profile.copy()
    profile[40:44] = np.nan  # 0.17 s: bridged
    profile[70:100] = np.nan  # 1 s: missing
    back = kinematics(replace(track, profile=profile)).back
    np.testing.assert_array_equal(np.isfinite(back.lumbar_deg), np.isfinite(back.uncertainty_deg))
    assert np.isfinite(back.lumbar_deg[40:44]).all()
    assert np.isnan(back.lumbar_deg[70:100]).all()


def change_of(lumbar_deg: float, **options: object) -> tuple[float, float]:
    """Change from -30 degrees to an angle, each shown for a while, and its uncertainty."""
    back = resting_and_moved(lumbar_deg, -30.0, **options)
    return float(back.lumbar_deg[35] - back.lumbar_deg[5]), float(back.uncertainty_deg[35])


@pytest.mark.parametrize("lumbar_deg", [-20.0, 0.0, 20.0])
@pytest.mark.parametrize(
    "figure_options",
    [
        {"arms": "behind"},
        {"plate": (0.9, 0.30, 0.25), "arms": "on-bar"},
        {"plate": (0.5, 0.20, 0.15)},
        {"plate": (0.6, 0.60, 0.20)},
    ],
    ids=["arm", "plate at the shoulders", "plate on the back", "plate beside the back"],
)
def test_under_an_arm_or_a_plate_no_bend_is_invented(
    figure_options: dict[str, object], lumbar_deg: float
) -> None:
    change_deg, uncertainty_deg = change_of(lumbar_deg, **figure_options)
    bare_deg, bare_uncertainty_deg = change_of(lumbar_deg)
    assert np.isnan(change_deg) or -uncertainty_deg < change_deg < bare_deg + uncertainty_deg
    assert not uncertainty_deg < bare_uncertainty_deg - EXACT_TOLERANCE_DEG


@pytest.mark.parametrize("lumbar_deg", [-20.0, 0.0])
@pytest.mark.parametrize("beyond", [STATIONS > 0.8, STATIONS < -0.1])
def test_a_step_near_the_end_is_left_out_and_the_rest_is_enough(
    beyond: FloatArray, lumbar_deg: float
) -> None:
    figure = figure_at(Posture(lumbar_deg))
    profile = figure.profile.copy()
    profile[0] += np.where(beyond, 0.12, 0.0)
    angle_deg = measure(replace(figure, profile=profile))
    assert angle_deg == pytest.approx(measure(figure), abs=LOST_END_TOLERANCE_DEG)


@pytest.mark.parametrize(
    ("track", "reason"),
    [
        (moving_lifter("squat", [10.0], yaw_deg=45.0), "oblique"),
        (make_track([figure_at(Posture()), figure_at(Posture(), feet_px=(1100, 640))] * 30), "two"),
        (make_track([None] * 30), "nobody"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_nothing_is_measured_in_a_refused_clip(track: PoseTrack, reason: str) -> None:
    kin = kinematics(track)
    assert not kin.measurable, reason
    assert np.isnan(kin.back.lumbar_deg).all()
