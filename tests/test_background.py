"""The picture without the lifter, and what it tells of the lifter's edge."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.background import Background, Glimpse, find_background, glimpse
from formcheck.pose.outline import EdgeView, edge_view, find_edges
from formcheck.pose.recorder import Pose, TrackRecorder, no_pose, with_outlines

Image = NDArray[np.uint8]

HIP, SHOULDER = np.array([100.0, 200.0]), np.array([100.0, 100.0])  # upright, 100 px long
SIZE_PX = (240, 300)
WALL, POST, SHIRT = 180, 110, 60
BACK_PX = 79  # where the lifter ends on the left
FREE_PX = range(6)


def scene(post_px: tuple[int, int] | None, body_px: tuple[int, int] | None) -> Image:
    """A wall, a post before or behind nobody, and a body from one column to another."""
    row = np.full(SIZE_PX[0], WALL, np.uint8)
    if post_px:
        row[slice(*post_px)] = POST
    if body_px:
        row[slice(*body_px)] = SHIRT
    return np.ascontiguousarray(np.broadcast_to(row[None, :, None], (SIZE_PX[1], SIZE_PX[0], 3)))


def mask(left: int, right: int) -> NDArray[np.float32]:
    found = np.zeros((SIZE_PX[1], SIZE_PX[0]), np.float32)
    found[:, left:right] = 1.0
    return found


def behind(post_px: tuple[int, int] | None) -> list[Glimpse]:
    """A lifter who is elsewhere in half of the frames."""
    here = [glimpse(scene(post_px, (BACK_PX, 130)), mask(BACK_PX, 130)) for _ in FREE_PX]
    there = [glimpse(scene(post_px, (160, 211)), mask(160, 211)) for _ in FREE_PX]
    return here + there


def background(post_px: tuple[int, int] | None) -> Background:
    found = find_background(behind(post_px))
    assert found is not None
    return found


def view(image: Image, left_px: float, *, mirrored: bool = False) -> EdgeView:
    """With a traced outline that ends at `left_px` on the left, and 30 px off on the right."""
    profile = np.empty((2, 64))
    profile[0], profile[1] = (HIP[0] - left_px) / 100, 0.3
    return edge_view(image, profile, HIP, SHOULDER, mirrored=mirrored)


def left_edge_px(view: EdgeView, behind: Background | None) -> tuple[FloatArray, FloatArray]:
    (position,), (deviation,) = find_edges([view], behind)
    return HIP[0] - 100 * position[0], deviation[0]


def test_the_lifter_is_not_in_the_background() -> None:
    found = background((60, 76))
    empty = scene((60, 76), None)
    assert found.picture.shape == (300, 240, 4)
    known = found.picture[..., 3] < 255
    assert known.mean() > 0.99
    np.testing.assert_array_equal(found.picture[..., :3][known], empty[known])


def test_what_the_lifter_always_hides_is_not_known() -> None:
    still = [glimpse(scene(None, (BACK_PX, 130)), mask(BACK_PX, 130)) for _ in range(12)]
    found = find_background(still)
    assert found is not None
    assert (found.picture[:, 79:130, 3] == 255).all()
    assert (found.picture[:, 140:, 3] == 0).all()


def test_too_few_pictures_are_no_background() -> None:
    assert find_background(behind(None)[:4]) is None
    assert find_background([]) is None


@pytest.mark.parametrize("factor", [1, 2, 3])
def test_large_pictures_are_kept_small_and_looked_up_in_place(factor: int) -> None:
    times = np.ones((3 * factor, 3 * factor, 1), np.uint8)
    large = [glimpse(np.kron(scene((60, 90), None), times), None)] * 5
    found = find_background(large)
    assert found is not None
    assert max(found.picture.shape) <= 960
    places = np.array([[[30.0, 150.0], [75.0, 150.0], [120.0, 150.0]]]) * 3 * factor
    np.testing.assert_array_equal(found.at(places)[0, :, 0], [WALL, POST, WALL])


def test_a_post_beside_the_back_is_told_from_the_back() -> None:
    """The post's far edge is as near to the mask's as the lifter's own, and stands out more."""
    post = (75, BACK_PX)
    image = scene(post, (BACK_PX, 130))
    alone, _ = left_edge_px(view(image, 76.5), None)
    told, spread = left_edge_px(view(image, 76.5), background(post))
    np.testing.assert_allclose(alone, 75, atol=0.4)
    np.testing.assert_allclose(told, BACK_PX, atol=0.4)
    assert np.isfinite(spread).all()


def test_an_edge_of_the_background_alone_is_infinitely_unsure() -> None:
    """The mask ends on a post, far from the lifter."""
    post = (50, 70)
    there = scene(post, (160, 211))
    on_post, spread = left_edge_px(view(there, 50.5), background(post))
    np.testing.assert_allclose(on_post, 50, atol=0.4)
    assert np.isinf(spread).all()
    _, alone = left_edge_px(view(there, 50.5), None)
    assert (alone < 0.01).all()


def test_a_shirt_of_the_walls_colour_is_not_taken_for_the_wall() -> None:
    image = scene(None, None)
    still, spread = left_edge_px(view(image, BACK_PX), background(None))
    assert np.isfinite(spread).all()
    np.testing.assert_allclose(still, BACK_PX, atol=1.0)


def pose(image: Image, left_px: float, around: Glimpse | None = None, **changes: object) -> Pose:
    mirrored = bool(changes.pop("mirrored", False))
    made = replace(no_pose(), view=view(image, left_px, mirrored=mirrored), around=around)
    return replace(made, **changes)  # type: ignore[arg-type]


def on_a_post(**changes: object) -> list[Pose]:
    """Poses of a clip whose mask ends on a post."""
    post = (50, 70)
    image = scene(post, (160, 211))
    return [pose(image, 50.5, one, **changes) for one in behind(post)]


def test_outlines_are_found_before_what_all_frames_show() -> None:
    found = with_outlines(on_a_post())
    assert all(np.isinf(one.profile_sd[0]).all() for one in found)
    assert all(one.view is None and one.around is None for one in found)


@pytest.mark.parametrize(
    "changes",
    [
        {"camera": np.array([1.0, 0.0, 0.0], np.float32)},
        {"camera": np.full(3, np.nan, np.float32)},
        {"cut": True},
    ],
)
def test_a_camera_that_moves_shows_no_background(changes: dict[str, object]) -> None:
    assert all(np.isfinite(one.profile_sd).all() for one in with_outlines(on_a_post(**changes)))


def test_a_picture_that_changes_shape_shows_no_background() -> None:
    poses = on_a_post()
    assert poses[0].around is not None
    poses[0] = replace(poses[0], around=replace(poses[0].around, size_px=(300, 240)))
    assert all(np.isfinite(one.profile_sd).all() for one in with_outlines(poses))


def test_the_sides_of_a_mirrored_picture_are_turned_back() -> None:
    image = scene(None, (BACK_PX, 130))
    (plain,), (mirrored,) = (with_outlines([pose(image, 80, mirrored=m)]) for m in (False, True))
    np.testing.assert_array_equal(plain.profile, mirrored.profile[::-1])
    np.testing.assert_array_equal(plain.profile_sd, mirrored.profile_sd[::-1])
    assert plain.profile[0, 0] != plain.profile[1, 0]


def test_outlines_that_were_found_say_nothing_of_those_to_come() -> None:
    """A clip that is read as a whole is outlined stretch by stretch: the camera moved before."""
    moved = np.array([1.0, 0.0, 0.0], np.float32)
    earlier, later = with_outlines(on_a_post(camera=moved)), on_a_post()
    poses = [*earlier, *later]
    times_s = [0.1 * at for at in range(len(poses))]
    found = TrackRecorder(list(range(len(poses))), times_s, poses).outlined()
    assert found.poses[: len(earlier)] == earlier
    assert all(np.isinf(one.profile_sd[0]).all() for one in found.poses[len(earlier) :])


def test_pictures_of_frames_without_anybody_are_let_go_of() -> None:
    empty = [replace(no_pose(), around=one) for one in behind(None)]
    assert all(one.around is None for one in with_outlines(empty))


def test_who_is_not_there_has_no_outline() -> None:
    nobody = no_pose()
    assert with_outlines([nobody]) == [nobody]
    assert with_outlines([]) == []
