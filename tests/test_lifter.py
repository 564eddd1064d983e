"""The rendered lifter: what it says about itself must be what it draws."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("numba", reason="the rendered lifter needs the extra 'lifter'")

from lifter.anatomy import frame_of
from lifter.lifts import LIFTS
from lifter.motion import motion_of
from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take
from lifter.posing import Moment
from lifter.posture import joints
from lifter.render import Renderer
from lifter.skin import dorsal_points
from lifter.solve import Solver
from lifter.spine import build_spine

SMALL = Camera(width_px=320, height_px=240, distance_m=3.6, focal_mm=36, noise=1.0)
PLAIN = Scene(busy=0)


def _plan(lift: str, far_deg: float, variant: str = "") -> SetPlan:
    return SetPlan(
        lift=lift,
        variant=variant,
        far_lumbar_deg=(far_deg,),
        concentric_s=(1.0,),
        eccentric_s=(1.0,),
        stand_s=0.5,
    )


def _take(lift: str = "deadlift", far_deg: float = -5.0, **changes: object) -> Take:
    take = Take(plan=_plan(lift, far_deg), camera=SMALL, scene=PLAIN)
    return replace(take, **changes)  # type: ignore[arg-type]


def _postures(key: str, body: Body) -> list[tuple[float, object]]:
    lift = LIFTS[key]
    solver = Solver(body, lift)
    return [(u, solver(Moment(u, -30 + 20 * u, 35.0))) for u in np.linspace(0, 1, 9)]


@pytest.mark.parametrize(("lumbar_deg", "thoracic_deg"), [(-38, 34), (0, 40), (25, 55), (-60, 20)])
def test_spine_turns_by_the_angle_asked_for(lumbar_deg: float, thoracic_deg: float) -> None:
    body = Body()
    spine = build_spine(body, frame_of(body), lumbar_deg, thoracic_deg, 10.0)
    steps = np.diff(spine.points, axis=0)
    lean_deg = np.rad2deg(np.arctan2(steps[:, 0], steps[:, 1]))
    middle = (spine.level[1:] + spine.level[:-1]) / 2
    at = np.interp([0.0, 5.0, 17.0], middle, lean_deg)
    assert at[1] - at[0] == pytest.approx(lumbar_deg, abs=3.0)  # the polyline's own tangents
    assert at[2] - at[1] == pytest.approx(thoracic_deg, abs=3.0)
    assert spine.lumbar_deg == pytest.approx(lumbar_deg, abs=1e-9)
    assert spine.thoracic_deg == pytest.approx(thoracic_deg, abs=1e-9)


@pytest.mark.parametrize("key", [k for k, lift in LIFTS.items() if lift.has_bar])
@pytest.mark.parametrize("height_m", [1.58, 1.92])
def test_hands_hold_the_bar(key: str, height_m: float) -> None:
    for _, posture in _postures(key, Body(height_m=height_m)):
        assert posture.bar is not None  # type: ignore[attr-defined]
        hand = posture.hand[:2] - posture.bar  # type: ignore[attr-defined]
        assert np.hypot(*hand) < 0.01


@pytest.mark.parametrize("key", list(LIFTS))
def test_limbs_keep_their_length(key: str) -> None:
    body = Body(height_m=1.7)
    bones = frame_of(body)
    for _, posture in _postures(key, body):
        p = posture
        for a, b, length in (
            ("hip", "knee", bones.thigh),
            ("knee", "ankle", bones.shin),
            ("shoulder", "elbow", bones.upper_arm),
            ("elbow", "wrist", bones.forearm),
        ):
            found = np.linalg.norm(getattr(p, a) - getattr(p, b))
            assert found == pytest.approx(length, rel=0.02), f"{a}-{b}"


@pytest.mark.parametrize("key", ["deadlift", "squat", "overhead-press", "glute-bridge", "sit-up"])
def test_feet_stay_on_the_floor(key: str) -> None:
    body = Body()
    ankles = [p.ankle for _, p in _postures(key, body)]  # type: ignore[attr-defined]
    assert np.ptp(ankles, axis=0).max() < 1e-9
    for _, posture in _postures(key, body):
        points = joints(frame_of(body), posture)  # type: ignore[arg-type]
        assert abs(points["right_heel"][1]) < 0.03
        assert abs(points["right_foot_index"][1]) < 0.03


@pytest.mark.parametrize("key", ["deadlift", "squat"])
def test_the_bar_goes_straight_up_and_down(key: str) -> None:
    bars = np.array([p.bar for _, p in _postures(key, Body())])  # type: ignore[attr-defined]
    assert np.ptp(bars[:, 0]) < 0.06
    assert np.all(np.diff(bars[:, 1]) < 0)


@pytest.mark.parametrize("key", ["glute-bridge", "sit-up"])
def test_lying_bodies_rest_on_the_floor(key: str) -> None:
    for _, posture in _postures(key, Body()):
        lowest = dorsal_points(posture.trunk)[:, 1].min()  # type: ignore[attr-defined]
        assert -0.03 < lowest < 0.05


def test_every_repetition_reaches_the_planned_angle() -> None:
    far_deg = (-8.0, 2.0, 14.0)
    plan = SetPlan(
        far_lumbar_deg=far_deg, concentric_s=(1.0, 1.1, 1.4), eccentric_s=(0.9,) * 3, wobble=0.0
    )
    motion = motion_of(Take(plan=plan))
    times = np.arange(motion.frames) / 30
    moments = [motion.at(t) for t in times]
    for rep, wanted in enumerate(far_deg, start=1):
        reached = max(m.lumbar_deg for s, m in moments if s.rep == rep)
        assert reached == pytest.approx(wanted, abs=0.5)


def test_truth_is_the_posture_drawn() -> None:
    renderer = Renderer(_take(far_deg=12.0))
    truth = renderer.frame(30).truth
    drawn = renderer.posture(1.0).spine
    assert truth.lumbar_deg == pytest.approx(drawn.lumbar_deg)
    assert truth.flexion_deg == pytest.approx(truth.lumbar_deg + 38.0)


def test_joints_lie_on_the_lifter() -> None:
    done = Renderer(_take()).frame(0)
    for name in ("right_shoulder", "right_hip", "right_knee", "right_elbow"):
        x, y = done.truth.joints_px[name]
        assert done.mask[int(y), int(x)] > 127, name


def test_left_facing_is_the_mirror_image() -> None:
    camera = replace(SMALL, noise=0.0)
    right = Renderer(_take(camera=camera)).frame(20)
    left = Renderer(_take(camera=replace(camera, facing="left"))).frame(20)
    np.testing.assert_array_equal(left.rgb, right.rgb[:, ::-1])
    np.testing.assert_array_equal(left.mask, right.mask[:, ::-1])
    x, y = right.truth.joints_px["right_knee"]
    assert left.truth.joints_px["left_knee"] == pytest.approx((320 - x, y))


def test_same_seed_same_pixels() -> None:
    camera = replace(SMALL, shake_deg=0.2)
    first, again = (Renderer(_take(camera=camera, seed=4)).frame(12) for _ in range(2))
    other = Renderer(_take(camera=camera, seed=5)).frame(12)
    np.testing.assert_array_equal(first.rgb, again.rgb)
    assert np.any(first.rgb != other.rgb)


def test_silhouette_shows_lumbar_flexion() -> None:
    masks = {}
    for far_deg in (-10.0, 20.0):
        renderer = Renderer(_take(far_deg=far_deg, camera=replace(SMALL, distance_m=2.6)))
        index = next(i for i in range(len(renderer)) if renderer.motion.at(i / 30)[1].u == 1.0)
        masks[far_deg] = renderer.frame(index).mask > 127
    differing = np.count_nonzero(masks[-10.0] ^ masks[20.0])
    assert differing > 0.02 * np.count_nonzero(masks[20.0])


def test_skin_is_not_a_fixed_offset_of_the_spine() -> None:
    solver = Solver(Body(), LIFTS["deadlift"])
    straight, bent = (solver(Moment(1.0, deg, 38.0)).trunk.dorsal for deg in (-30.0, 20.0))
    assert np.abs(bent - straight)[12:32].max() > 0.003


def test_a_loose_shirt_bridges_the_hollow() -> None:
    tight = Renderer(_take(clothes=Clothes(ease=0.0), camera=replace(SMALL, distance_m=2.4)))
    loose = Renderer(_take(clothes=Clothes(ease=1.0), camera=replace(SMALL, distance_m=2.4)))
    more = np.count_nonzero(loose.frame(2).mask > 127) - np.count_nonzero(tight.frame(2).mask > 127)
    assert more > 0


def test_the_plate_is_no_part_of_the_silhouette() -> None:
    bare = Renderer(_take(plan=replace(_plan("deadlift", -5.0), plate_radius_m=0.0))).frame(5)
    full = Renderer(_take(plan=replace(_plan("deadlift", -5.0), plate_radius_m=0.225))).frame(5)
    np.testing.assert_array_equal(bare.mask > 127, full.mask > 127)
    assert np.count_nonzero(full.visible) < np.count_nonzero(full.mask)
    assert "right_ankle" in full.truth.hidden
    assert "right_ankle" not in bare.truth.hidden


def test_clip_has_its_truth_beside_it(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    from lifter.clip import write_clip

    plan = replace(_plan("squat", -12.0), stand_s=0.2, concentric_s=(0.5,), eccentric_s=(0.5,))
    files = write_clip(_take(plan=plan, name="short"), tmp_path, masks=True)
    rows = files.frames_csv.read_text(encoding="utf-8").splitlines()
    truth = json.loads(files.summary_json.read_text(encoding="utf-8"))
    assert files.video.stat().st_size > 1000
    assert len(rows) == truth["frames"] + 1
    assert truth["reps"][0]["peak"]["lumbar_deg"] == pytest.approx(-12.0, abs=1.5)
    assert not list(tmp_path.glob(".*"))


def test_plans_that_cannot_be_are_refused() -> None:
    with pytest.raises(ValueError, match="lift"):
        SetPlan(lift="curl")
    with pytest.raises(ValueError, match="repetitions"):
        SetPlan(far_lumbar_deg=(1.0, 2.0), concentric_s=(1.0,), eccentric_s=(1.0,))
