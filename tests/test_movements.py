"""Variants, other movements, and what happens around a set, as `lifter` poses them."""

from __future__ import annotations

import csv
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Literal

import numpy as np
import pytest

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.video.reader import Video
from lifter.anatomy import frame_of
from lifter.clip import motion_truth, write_clip
from lifter.motion import motion_of
from lifter.movements import MOVEMENTS
from lifter.params import Body, Camera, Scene, SetPlan, Take
from lifter.place import HERE, Place
from lifter.posing import Moment
from lifter.posture import joints
from lifter.render import Renderer
from lifter.solve import Solver

SMALL = Camera(width_px=320, height_px=180, fps=10.0)


def plan(reps: int, **changes: object) -> SetPlan:
    times = (1.0,) * reps
    made = SetPlan(far_lumbar_deg=(-5.0,) * reps, concentric_s=times, eccentric_s=times)
    return replace(made, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize("key", list(MOVEMENTS))
def test_limbs_keep_their_length(key: str) -> None:
    body = Body(height_m=1.7)
    bones, solver = frame_of(body), Solver(body, MOVEMENTS[key])
    for u in np.linspace(0, 1, 7):
        places = joints(bones, solver(Moment(u, -20.0, 35.0)))
        for side in ("left", "right"):
            for a, b, length in (("hip", "knee", bones.thigh), ("knee", "ankle", bones.shin)):
                found = np.linalg.norm(places[f"{side}_{a}"] - places[f"{side}_{b}"])
                assert found == pytest.approx(length, rel=0.03), f"{side} {a}-{b} at {u}"


def test_one_leg_may_do_something_else() -> None:
    body = Body()
    solver = Solver(body, MOVEMENTS["other/split-squat"])
    places = joints(solver.frame, solver(Moment(1.0, -30.0, 35.0)))
    apart = places["right_ankle"] - places["left_ankle"]
    assert apart[0] == pytest.approx(0.4 * body.height_m)
    assert places["left_heel"][1] > places["left_foot_index"][1]  # on its toes


def test_two_sets_are_two_sets_with_a_rest_and_a_new_grip_between() -> None:
    strokes = motion_of(Take(plan=plan(5, sets=(3, 2), rest_s=7.0))).strokes
    between = [
        s for s in strokes if s.start_s >= _end_of(strokes, 3) and s.end_s <= _start_of(strokes, 4)
    ]
    assert [s.phase for s in between] == ["far", "leave", "still", "setup", "far"]
    assert between[-1].end_s - between[0].start_s > 7.0
    with pytest.raises(ValueError, match="do not make 5 repetitions"):
        plan(5, sets=(3, 3))


def _start_of(strokes: tuple, rep: int) -> float:  # type: ignore[type-arg]
    return float(min(s.start_s for s in strokes if s.rep == rep))


def _end_of(strokes: tuple, rep: int) -> float:  # type: ignore[type-arg]
    return float(max(s.end_s for s in strokes if s.rep == rep))


def test_a_dropped_bar_is_not_lowered() -> None:
    strokes = motion_of(Take(plan=plan(2, ending="drop"))).strokes
    assert [s.phase for s in strokes if s.rep == 2] == ["concentric", "home"]
    assert all(s.u == (0, 0) and not s.holding for s in strokes if s.start_s >= _end_of(strokes, 2))


def test_a_walk_to_the_camera_makes_the_lifter_larger() -> None:
    take = Take(plan=plan(1, ending="walk"), camera=SMALL, scene=Scene(busy=0))
    truths = motion_truth(Renderer(take))
    heights = [
        abs(t.joints_px["nose"][1] - t.joints_px["left_heel"][1]) for t in truths if not t.rep
    ]
    assert heights[-1] > 1.5 * heights[0]


@pytest.mark.parametrize(("opening", "before"), [("turn", -1), ("still", 1)])
def test_a_turn_into_place_begins_facing_the_other_way(opening: str, before: int) -> None:
    take = Take(plan=plan(1, opening=opening), camera=SMALL, scene=Scene(busy=0))
    joints_px = motion_truth(Renderer(take))[0].joints_px
    ahead = joints_px["nose"][0] - joints_px["left_ear"][0]
    assert np.sign(ahead) == before


def test_an_empty_beginning_shows_nobody() -> None:
    take = Take(plan=plan(1, opening="empty"), camera=SMALL, scene=Scene(busy=0))
    rendered = Renderer(take).frame(2)
    assert rendered.mask.max() == 0
    assert len(rendered.truth.hidden) == len(rendered.truth.joints_px)


def test_places_turn_and_shift() -> None:
    points = np.array([[1.0, 2.0, 0.0]])
    assert Place(1.0, 0.5, 90.0).moved(points) == pytest.approx(np.array([[1.0, 2.0, 1.5]]))
    assert HERE.moved(points) is points


@pytest.mark.parametrize(("opening", "readings"), [("still", 1), ("turn", 2), ("empty", 2)])
def test_a_clip_is_read_again_when_its_opening_tells_another_facing(
    tmp_path: Path, opening: Literal["still", "turn", "empty"], readings: int
) -> None:
    facing: Literal["left", "right"] = "left" if opening == "empty" else "right"
    fps = 15.0 if opening == "turn" else 12.0
    camera = Camera(width_px=480, height_px=270, fps=fps, facing=facing)
    take = Take(
        name="opening",
        plan=plan(1, opening=opening, stand_s=0.6),
        camera=camera,
        scene=Scene(busy=0),
    )
    clip = write_clip(take, tmp_path).video
    read: list[str] = []

    def on_video(video: Video) -> Callable[[int], None]:
        read.append(repr(video))
        return lambda _: None

    track = read_track(clip, Settings("deadlift"), on_video=on_video)
    assert len(read) == readings
    analysis = analyze_track(track, Settings("deadlift"))
    assert analysis.kinematics.view.facing == camera.facing
    # Getting up without the bar after a single deadlift may be one more (docs/measurement.md).
    with clip.with_suffix(".truth.csv").open(newline="", encoding="utf-8") as stream:
        lowered = max(int(row["frame"]) for row in csv.DictReader(stream) if row["rep"] == "1")
    lifted = analyze_track(track[: lowered + 1], Settings("deadlift"))
    assert len(lifted.reps) == 1
