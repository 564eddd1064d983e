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
from numpy.typing import NDArray

from formcheck.geometry import Kinematics, kinematics
from formcheck.geometry.lumbar import (
    MAX_RESIDUAL,
    MAX_UNCERTAINTY_DEG,
    RANGE_DEG,
    lumbar_angle,
)
from formcheck.geometry.view import Facing
from formcheck.outline import STATIONS
from formcheck.track import PoseTrack

FloatArray = NDArray[np.float64]

# A parabola for an arc, on a drawn edge good to a quarter of a pixel
DRAWN_TOLERANCE_DEG = 2.0
HALF_SIZE_TOLERANCE_DEG = 3.0
MIRROR_TOLERANCE_DEG = 1.0
EXACT_TOLERANCE_DEG = 0.1

LUMBAR_DEG = [-40.0, -25.0, -10.0, 0.0, 10.0, 25.0, 40.0]


def measure(figure: Figure) -> float:
    """The angle of one picture, shown for too short a time to be smoothed."""
    back = kinematics(make_track([figure] * 4)).back
    return float(back.lumbar_deg[2])


def angle_of(d: FloatArray) -> tuple[float, float]:
    angle, uncertainty = lumbar_angle(STATIONS[None], d[None])
    return float(angle[0]), float(uncertainty[0])


def parabola(curvature: float, slope: float = 0.0) -> FloatArray:
    x = STATIONS - 0.42
    return 0.2 + slope * x + curvature * x**2


@pytest.mark.parametrize(
    ("curvature", "slope", "expected_deg"),
    [
        (0.0, 0.0, 0.0),
        # Slopes 2 · -0.5 · (0.15 - 0.42) = 0.27 and -0.23: atan 0.27 + atan 0.23
        (-0.5, 0.0, 15.11 + 12.95),
        (0.5, 0.0, -15.11 - 12.95),
        # Tilted by 0.2: slopes 0.47 and -0.03
        (-0.5, 0.2, 25.17 + 1.72),
        (0.0, 0.3, 0.0),
    ],
)
def test_the_angle_is_the_turn_of_the_tangent(
    curvature: float, slope: float, expected_deg: float
) -> None:
    angle_deg, uncertainty_deg = angle_of(parabola(curvature, slope))
    assert angle_deg == pytest.approx(expected_deg, abs=EXACT_TOLERANCE_DEG)
    assert 0 < uncertainty_deg < 8


@pytest.mark.parametrize("lumbar_deg", LUMBAR_DEG)
def test_an_arc_is_recovered(lumbar_deg: float) -> None:
    angle_deg, _ = angle_of(back_height(STATIONS, lumbar_deg))
    assert angle_deg == pytest.approx(lumbar_deg, abs=DRAWN_TOLERANCE_DEG)


@pytest.mark.parametrize("facing", ["right", "left"])
@pytest.mark.parametrize("lumbar_deg", LUMBAR_DEG)
def test_a_drawn_back_is_recovered(lumbar_deg: float, facing: Facing) -> None:
    drawn = draw_back(lumbar_deg, facing=facing)
    assert measure(drawn) == pytest.approx(lumbar_deg, abs=DRAWN_TOLERANCE_DEG)


@pytest.mark.parametrize(
    "figure",
    [
        draw_back(20.0, lean_deg=0.0, hip_deg=178.0, knee_deg=178.0),
        draw_back(20.0, lean_deg=80.0, hip_deg=75.0, knee_deg=120.0),
        draw_back(20.0, trunk_px=75.0),
        draw_back(20.0, trunk_px=200.0),
        draw_back(20.0, feet_px=(400.3, 600.7)),
        draw_back(20.0, camera_roll_deg=20.0),
        draw_back(20.0, camera_roll_deg=-35.0, facing="left"),
        draw_back(20.0, arms="on-bar"),
    ],
    ids=["upright", "bent", "small", "large", "shifted", "rolled", "rolled left", "hands up"],
)
def test_lean_size_place_and_camera_roll_do_not_matter(figure: Figure) -> None:
    tolerance = HALF_SIZE_TOLERANCE_DEG
    assert measure(figure) == pytest.approx(20.0, abs=tolerance)


@pytest.mark.parametrize("lumbar_deg", [-30.0, 5.0, 30.0])
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
    expected, _ = angle_of(parabola(-0.5))
    d = parabola(-0.5)
    d[[25, 33, 40]] += (0.15, -0.15, 0.15)
    assert angle_of(d)[0] == pytest.approx(expected, abs=1.0)


@pytest.mark.parametrize("where", [STATIONS < 0.11, STATIONS > 0.73])
def test_buttock_and_shoulder_blade_lie_outside_the_window(where: FloatArray) -> None:
    expected, _ = angle_of(parabola(-0.5))
    d = np.where(where, parabola(-0.5) + 0.1, parabola(-0.5))
    assert angle_of(d)[0] == pytest.approx(expected, abs=EXACT_TOLERANCE_DEG)


@pytest.mark.parametrize(
    ("low", "high", "measured"),
    [
        (0.60, 0.73, True),  # a fifth of the window, at its end
        (0.36, 0.48, True),  # a fifth, in the middle
        (0.52, 0.73, False),  # a whole third
        (0.11, 0.32, False),  # the other
        (0.20, 0.45, False),  # 42 % of all
    ],
)
def test_enough_must_be_seen_in_every_part(low: float, high: float, measured: bool) -> None:
    hidden = np.abs(STATIONS - (low + high) / 2) < (high - low) / 2
    d = np.where(hidden, np.nan, parabola(-0.5))
    angle_deg, uncertainty_deg = angle_of(d)
    assert np.isfinite(angle_deg) == measured
    assert np.isfinite(uncertainty_deg) == measured
    if measured:
        assert angle_deg == pytest.approx(15.11 + 12.95, abs=EXACT_TOLERANCE_DEG)


@pytest.mark.parametrize(("amplitude", "measured"), [(0.01, True), (0.06, False)])
def test_what_is_no_smooth_curve_is_not_measured(amplitude: float, measured: bool) -> None:
    # A wave of three periods over the window: robust deviation some 1.05 · amplitude
    d = parabola(-0.3) + amplitude * np.sin(2 * np.pi * STATIONS / 0.2)
    assert np.isfinite(angle_of(d)[0]) == measured
    assert 0.01 * 1.05 < MAX_RESIDUAL < 0.06


@pytest.mark.parametrize("lumbar_deg", [-80.0, 65.0])
def test_an_angle_that_no_spine_has_is_not_measured(lumbar_deg: float) -> None:
    assert RANGE_DEG == (-75.0, 60.0)
    curvature = -np.tan(np.radians(lumbar_deg) / 2) / 0.5  # slopes ± 0.25 · 2 · curvature
    x = STATIONS - 0.40
    assert np.isnan(angle_of(0.3 + curvature * x**2)[0])
    assert np.isfinite(angle_of(0.3 + 0.6 * curvature * x**2)[0])


def noisy_angles(sd: float, count: int = 300) -> tuple[FloatArray, FloatArray]:
    noise = np.random.default_rng(11).normal(0, sd, (count, STATIONS.size))
    u = np.broadcast_to(STATIONS, noise.shape)
    return lumbar_angle(u, parabola(-0.5) + noise)


def test_uncertainty_grows_with_the_noise_of_the_outline() -> None:
    medians = [np.nanmedian(noisy_angles(sd)[1]) for sd in (0.0, 0.01, 0.02)]
    assert medians[0] < medians[1] < medians[2]


@pytest.mark.parametrize("sd", [0.004, 0.010])
def test_uncertainty_holds_the_truth_in_nine_of_ten(sd: float) -> None:
    angle, uncertainty = noisy_angles(sd)
    error = np.abs(angle - (15.11 + 12.95))
    assert np.mean(error[np.isfinite(error)] <= uncertainty[np.isfinite(error)]) >= 0.9


def moving_back(lumbar_deg: FloatArray, fps: float = 30.0) -> Kinematics:
    figures = [figure_at(Posture(float(angle))) for angle in lumbar_deg]
    return kinematics(make_track(figures, fps=fps))


@pytest.mark.parametrize("fps", [10.0, 29.97, 60.0, 240.0])
def test_a_moving_back_is_followed_without_lag(fps: float) -> None:
    at = np.arange(int(6 * fps)) / fps
    truth = 20 * np.sin(2 * np.pi * 0.4 * at)
    back = moving_back(truth, fps).back
    inner = (at > 0.5) & (at < 5.4)
    assert np.abs(back.lumbar_deg - truth)[inner].max() < DRAWN_TOLERANCE_DEG


def test_a_back_that_leaps_is_not_believed() -> None:
    # 60 degrees within two frames would be 900 a second; the filter leaves some 300.
    back = moving_back(np.repeat([-30.0, 30.0], 30)).back
    assert np.isnan(back.lumbar_deg[29:31]).all()
    assert np.isfinite(back.lumbar_deg[:24]).all()
    assert np.isfinite(back.lumbar_deg[-24:]).all()


def test_a_flickering_back_is_less_sure_and_then_not_measured() -> None:
    rng = np.random.default_rng(2)
    still = moving_back(np.full(60, 10.0)).back
    flicker = moving_back(10 + rng.normal(0, 5, 60)).back
    wild = moving_back(10 + rng.normal(0, 25, 60)).back
    assert np.nanmedian(flicker.uncertainty_deg) > np.nanmedian(still.uncertainty_deg) + 2
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
def test_an_arm_or_a_plate_is_left_out_or_nothing_is_measured(
    figure_options: dict[str, object], lumbar_deg: float
) -> None:
    angle_deg = measure(draw_back(lumbar_deg, **figure_options))  # type: ignore[arg-type]
    assert np.isnan(angle_deg) or abs(angle_deg - lumbar_deg) <= HALF_SIZE_TOLERANCE_DEG


@pytest.mark.parametrize("lumbar_deg", [-20.0, 20.0])
@pytest.mark.parametrize("beyond", [STATIONS > 0.62, STATIONS < 0.24])
def test_a_step_near_the_end_is_left_out_and_the_rest_is_enough(
    beyond: FloatArray, lumbar_deg: float
) -> None:
    figure = figure_at(Posture(lumbar_deg))
    profile = figure.profile.copy()
    profile[0] += np.where(beyond, 0.12, 0.0)
    angle_deg = measure(replace(figure, profile=profile))
    assert angle_deg == pytest.approx(lumbar_deg, abs=HALF_SIZE_TOLERANCE_DEG)


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
