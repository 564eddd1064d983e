"""Scenes that mislead an outline: each does what it says, and the truth knows."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

pytest.importorskip("numba", reason="the rendered lifter needs the extra 'lifter'")

from lifter import people
from lifter.back import ALONG, BEYOND, COVERED, LIMB, OTHER, OUT, OWN, THING, UNSEEN, BackEdge
from lifter.mesh import BACK
from lifter.params import Body, Camera, Clothes, Prop, Scene, SetPlan, Take
from lifter.render import Rendered, Renderer

SMALL = Camera(width_px=320, height_px=240, distance_m=3.6, focal_mm=36, noise=0.0, fps=10.0)
LUMBAR = (ALONG > 0.2) & (ALONG < 0.57)
UPPER = (ALONG > 0.75) & (ALONG < 0.98)
POST = Prop((-0.1, 1.1, 0.7), (0.09, 1.1, 0.03), (0.9, 0.9, 0.0))


def _take(**changes: object) -> Take:
    plan = SetPlan(
        lift="squat", variant="bodyweight", far_lumbar_deg=(-20.0,),
        concentric_s=(1.0,), eccentric_s=(1.0,), stand_s=0.5,
    )  # fmt: skip
    return replace(Take(plan=plan, camera=SMALL, scene=Scene(busy=0)), **changes)  # type: ignore[arg-type]


@cache
def _plain(index: int = 2) -> Rendered:
    return Renderer(_take()).frame(index, back=True)


def _frame(index: int = 2, **changes: object) -> Rendered:
    return Renderer(_take(**changes)).frame(index, back=True)


def _edge(done: Rendered) -> BackEdge:
    assert done.back is not None
    return done.back


def _at(picture: NDArray[np.uint8], points: NDArray[np.float64]) -> NDArray[np.uint8]:
    column, row = np.floor(points).astype(int).T
    return np.asarray(picture[row, column])


def _assert_on_the_silhouette(done: Rendered) -> None:
    """Own points of the back lie where the silhouette ends."""
    edge = _edge(done)
    own = edge.state[0] == OWN
    assert own.sum() > 20
    mask = done.mask.astype(float) / 255
    columns = np.arange(mask.shape[1]) + 0.5
    hips = np.mean([done.truth.joints_px[f"{s}_hip"] for s in ("left", "right")], axis=0)
    for x, y in edge.px[0][own & (ALONG > 0.3) & (ALONG < 0.8)]:
        row = mask[int(y)]
        side = columns < hips[0] + 60
        inside = np.flatnonzero((row > 0.5) & side)
        assert x == pytest.approx(inside[0], abs=1.6)


@pytest.mark.parametrize("index", [2, 16])
def test_own_points_lie_where_the_silhouette_ends(index: int) -> None:
    _assert_on_the_silhouette(_frame(index))


def test_the_whole_back_of_a_squatter_with_arms_ahead_is_its_own_edge() -> None:
    state = _edge(_frame(16)).state[0]
    assert (state[LUMBAR | UPPER] == OWN).all()
    assert set(np.unique(state)) <= {OWN, BEYOND, LIMB, UNSEEN}
    assert (state[ALONG < -0.1] != OWN).all()  # the buttocks are no back


@pytest.mark.parametrize("person", [p.stem for p in sorted(people.FOLDER.glob("crowd-*.npz"))[:1]])
def test_people_of_the_other_model_have_a_back_too(person: str) -> None:
    done = _frame(16, body=people.body_of(person))
    assert (_edge(done).state[0][LUMBAR] == OWN).all()
    _assert_on_the_silhouette(done)


def test_a_near_post_hides_what_is_behind_it_and_the_truth_says_so() -> None:
    plain, done = _plain(), _frame(scene=Scene(busy=0, props=(POST,)))
    np.testing.assert_array_equal(done.mask, plain.mask)
    np.testing.assert_allclose(_edge(done).px, _edge(plain).px)
    covered = _edge(done).state[0] == THING
    assert covered[LUMBAR].all()
    inside = _edge(done).px[0][covered & LUMBAR]
    assert (_at(done.rgb, inside)[:, 2] < 90).all()  # the post's yellow has no blue
    assert (_at(done.visible, inside) == 0).all()


def test_a_far_post_hides_nothing_of_the_lifter() -> None:
    far = replace(POST, centre_m=(-0.15, 1.1, -0.6))
    plain, done = _plain(), _frame(scene=Scene(busy=0, props=(far,)))
    np.testing.assert_array_equal(done.visible, plain.visible)
    np.testing.assert_array_equal(_edge(done).state, _edge(plain).state)
    assert np.any(done.rgb != plain.rgb)


def test_a_limb_nearer_than_a_post_stays_in_front_of_it() -> None:
    between = replace(POST, centre_m=(0.4, 1.1, 0.05))  # a straight arm reaches past it
    plain = _plain(16)
    done = _frame(16, scene=Scene(busy=0, props=(between,)))
    arm = np.asarray(plain.truth.joints_px["right_wrist"])[None]
    assert _at(plain.visible, arm)[0] > 200
    assert _at(done.visible, arm)[0] > 200


def test_a_hidden_joint_is_told() -> None:
    done = _frame(scene=Scene(busy=0, props=(replace(POST, half_m=(0.3, 1.1, 0.03)),)))
    assert "right_hip" in done.truth.hidden
    assert "right_hip" not in _plain().truth.hidden


@pytest.mark.parametrize("changes", [{"ponytail_m": 0.4}, {"hood": True}])
def test_hair_and_hood_cover_the_upper_back_alone(changes: dict[str, object]) -> None:
    plain, done = _plain(), _frame(clothes=Clothes(**changes))  # type: ignore[arg-type]
    state = _edge(done).state[0]
    assert (state[UPPER] == COVERED).sum() > 3
    assert (state[LUMBAR] == OWN).all()
    np.testing.assert_allclose(_edge(done).px, _edge(plain).px)
    assert np.count_nonzero(done.mask) > np.count_nonzero(plain.mask)


def test_hair_lies_on_the_back_and_never_in_it() -> None:
    plain, done = _plain(16), _frame(16, clothes=Clothes(ponytail_m=0.45))
    assert (done.mask.astype(int) - plain.mask >= 0).all()
    assert np.count_nonzero(_edge(done).state[0] == COVERED) > 8


def test_a_belt_covers_part_of_the_lower_back() -> None:
    state = _edge(_frame(clothes=Clothes(belt_m=0.012))).state[0]
    assert (state[LUMBAR] == COVERED).sum() > 4
    assert (state[UPPER] == OWN).all()


@pytest.mark.parametrize("pattern", ["hoops", "panel", "checks"])
def test_a_pattern_changes_colours_and_nothing_else(pattern: str) -> None:
    plain, done = _plain(), _frame(clothes=Clothes(pattern=pattern))  # type: ignore[arg-type]
    np.testing.assert_array_equal(done.mask, plain.mask)
    changed = np.abs(done.rgb.astype(int) - plain.rgb).max(axis=2) > 60
    assert 150 < np.count_nonzero(changed) < 0.5 * np.count_nonzero(plain.mask)
    assert not (changed & (plain.mask == 0)).any()


def test_plates_can_be_on_one_end_alone() -> None:
    plan = SetPlan(lift="squat", far_lumbar_deg=(-20.0,), concentric_s=(1.0,), eccentric_s=(1.0,))
    states = {
        plates: _edge(_frame(plan=replace(plan, plates=plates))).state[0]
        for plates in ("near", "far")
    }
    assert (states["near"][UPPER] == THING).any()
    assert not (states["far"][UPPER] == THING).any()


@pytest.mark.parametrize("where", ["behind", "in front"])
def test_a_walker_hides_the_lifter_only_in_front(where: str) -> None:
    scene = Scene(busy=0, walker=where, walker_s=0.4)  # type: ignore[arg-type]
    plain, done = _plain(4), _frame(4, scene=scene)
    np.testing.assert_array_equal(done.mask, plain.mask)
    hidden = np.count_nonzero(done.visible) < 0.7 * np.count_nonzero(plain.visible)
    assert hidden == (where == "in front")
    assert (_edge(done).state[0][LUMBAR] == OTHER).all() == (where == "in front")


def test_a_walker_is_gone_before_and_after() -> None:
    scene = Scene(busy=0, walker="in front", walker_s=60.0)
    np.testing.assert_allclose(_frame(scene=scene).rgb.astype(int), _plain().rgb, atol=1)


@pytest.mark.parametrize("bars", ["black", "blurred"])
def test_bars_cover_the_rims_and_what_lies_under_them_is_out(bars: str) -> None:
    camera = replace(SMALL, bars=bars, bars_share=(0.4, 0.0), aim_x_m=0.35)  # type: ignore[arg-type]
    plain = _frame(camera=replace(camera, bars=""))
    done = _frame(camera=camera)
    np.testing.assert_array_equal(done.rgb[:, 128:192], plain.rgb[:, 128:192])
    rim = done.rgb[:, :128].astype(float)
    assert rim.max() == 0 if bars == "black" else np.abs(np.diff(rim, axis=1)).max() < 12
    assert not done.mask[:, :128].any()
    state, x = _edge(done).state[0], _edge(done).px[0][:, 0]
    under = np.isfinite(x) & (x < 128)
    assert under[LUMBAR].any()
    assert (state[under] == OUT).all()


@pytest.mark.parametrize(
    "changes",
    [{"pan_deg": 6.0}, {"zoom": 1.3}, {"zoom": 0.8}, {"bump_deg": 2.0, "bump_s": 0.3}],
)
def test_truth_goes_with_a_moving_camera(changes: dict[str, float]) -> None:
    renderer = Renderer(_take(camera=replace(SMALL, **changes)))  # type: ignore[arg-type]
    last = renderer.frame(len(renderer) - 1, back=True)
    still = Renderer(_take()).frame(len(renderer) - 1)
    assert last.rgb.shape == still.rgb.shape
    assert np.abs(last.rgb.astype(int) - still.rgb).mean() > 0.5
    _assert_on_the_silhouette(last)


def test_zoom_scales_about_the_middle_and_pan_shifts_by_the_angle() -> None:
    def joint(**changes: float) -> NDArray[np.float64]:
        renderer = Renderer(_take(camera=replace(SMALL, **changes)))  # type: ignore[arg-type]
        return np.array(renderer.truth_only(len(renderer) - 1).joints_px["right_hip"])

    middle, rest = np.array([160.0, 120.0]), joint()
    np.testing.assert_allclose(joint(zoom=1.5) - middle, 1.5 * (rest - middle), atol=1e-6)
    focal_px = SMALL.focal_mm / 36 * 320
    moved = np.rad2deg(np.arctan((rest[0] - 160) / focal_px))
    panned = np.rad2deg(np.arctan((joint(pan_deg=5.0)[0] - 160) / focal_px))
    assert panned == pytest.approx(moved - 5.0, abs=1e-6)  # to the right: the room goes left


def test_a_knock_comes_at_its_time_and_stays() -> None:
    still, knocked = (
        Renderer(_take(camera=replace(SMALL, bump_deg=deg, bump_s=1.0))) for deg in (0.0, 2.0)
    )

    def apart(index: int) -> float:
        first, second = (r.truth_only(index).joints_px["right_ankle"] for r in (still, knocked))
        return float(np.hypot(first[0] - second[0], first[1] - second[1]))

    assert apart(9) == pytest.approx(0.0, abs=1e-9)
    assert apart(len(still) - 1) > 5


def test_left_facing_scenes_are_mirror_images() -> None:
    camera = replace(SMALL, pan_deg=3.0)
    scene = Scene(busy=0, props=(POST,), walker="behind", walker_s=0.4)
    right = _frame(camera=camera, scene=scene)
    left = _frame(camera=replace(camera, facing="left"), scene=scene)
    np.testing.assert_array_equal(left.rgb, right.rgb[:, ::-1])
    mirrored = np.array([320.0, 0.0]) + _edge(right).px * np.array([-1.0, 1.0])
    np.testing.assert_allclose(_edge(left).px, mirrored)
    np.testing.assert_array_equal(_edge(left).state, _edge(right).state)


def test_the_trunk_is_labelled_in_both_kinds_of_bodies() -> None:
    mesh = Renderer(_take())._mesh(0.0)
    assert 0.1 < (mesh.kind == BACK).mean() < 0.5


def test_outlines_are_written_only_where_they_are_asked_for(tmp_path: Path) -> None:
    pytest.importorskip("imageio_ffmpeg")
    from lifter.clip import write_clip

    take = _take(name="short", clothes=Clothes(belt_m=0.01))
    take = replace(
        take, plan=replace(take.plan, stand_s=0.2, concentric_s=(0.4,), eccentric_s=(0.4,))
    )
    assert write_clip(take, tmp_path).back is None
    assert not list(tmp_path.glob("*.back.npz"))
    files = write_clip(take, tmp_path, back=True)
    assert files.back is not None
    with np.load(files.back) as stored:
        frames = len(Renderer(take))
        assert stored["edge_px"].shape == (frames, 2, ALONG.size, 2)
        assert stored["state"].shape == (frames, 2, ALONG.size)
        assert stored["names"][COVERED] == "covered"
        assert (stored["state"][:, 0] == COVERED).any(axis=1).all()


@pytest.mark.parametrize(
    ("build", "message"),
    [
        (lambda: Camera(zoom=3.0), "zoom"),
        (lambda: Camera(bars_share=(0.5, 0.0)), "bars_share"),
        (lambda: Clothes(ponytail_m=2.0), "ponytail_m"),
        (lambda: Clothes(belt_m=0.2), "belt_m"),
    ],
)
def test_scenes_that_cannot_be_are_refused(build: object, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        build()  # type: ignore[operator]


def test_the_other_defaults_ask_for_nothing() -> None:
    assert Body().person == ""
    assert not Camera().moves
