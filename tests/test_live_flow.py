"""A session without hands: it begins and ends by what the lifter does, and loses nothing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from figures import moving_lifter, pose_in

from formcheck.analysis import Settings, analyze_track
from formcheck.live import readings, sets
from formcheck.live import session as sessions
from formcheck.live.analyst import LiveReading, Stretch, read
from formcheck.live.events import Event
from formcheck.live.readings import live_readings
from formcheck.live.saving import Saved
from formcheck.live.session import Session
from formcheck.live.sources import Shot
from formcheck.live.spool import SetSpool
from formcheck.models.store import ResolvedModel
from formcheck.pose.recorder import Pose, no_pose
from formcheck.pose.track import PoseTrack
from formcheck.results.describe import describe
from formcheck.video.reader import Frame

FPS = 20.0
_EVERY = 20
MODEL = ResolvedModel("none", Path("none"), "0" * 64)
PICTURE = np.full((720, 1280, 3), 120, np.uint8)


class AtOnce:
    """Analyses now and then, in the session's own thread."""

    def __init__(self) -> None:
        self.reading: LiveReading | None = None
        self._offered = 0

    def __enter__(self) -> AtOnce:
        return self

    def __exit__(self, *_: object) -> None: ...

    def offer(self, stretch: Stretch) -> None:
        self._offered += 1
        if self._offered % _EVERY == 0:
            self.reading = read(stretch, self.reading)


class Finder:
    """Finds what a scene says; the picture does not matter."""

    poses: Sequence[Pose] = ()

    def __init__(self, _: ResolvedModel, *, mirror: bool = False) -> None:
        self.mirror = mirror

    def look(self, frame: Frame) -> Pose:
        return self.poses[frame.index]

    def close(self) -> None: ...


def poses(track: PoseTrack) -> list[Pose]:
    return [pose_in(track, at) for at in range(len(track))]


def lifted(reps: int, wait_s: float = 3.0) -> list[Pose]:
    """Somebody who stands still, and then squats."""
    return poses(moving_lifter("squat", [0.0] * reps, fps=FPS, wait_s=wait_s))


def saved(spool: SetSpool, out: Path) -> Saved | None:
    """Analyse a set as it lies on the disk; what is written of it is another test's."""
    track = spool.track()
    assert track is not None
    analysis = analyze_track(track, spool.settings)
    spool.discard()
    return Saved(analysis, describe(analysis), out / spool.name) if analysis.reps else None


def nobody(duration_s: float) -> list[Pose]:
    return [no_pose()] * round(FPS * duration_s)


@pytest.fixture
def play(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    monkeypatch.setattr(sessions, "PoseFinder", Finder)
    monkeypatch.setattr(sessions, "outlined", lambda pose: pose)
    monkeypatch.setattr(sessions, "Analyst", AtOnce)
    monkeypatch.setattr(sets, "save_set", saved)

    def played(scene: list[Pose], holes_s: dict[int, float]) -> tuple[list[Event], Session]:
        Finder.poses = scene
        told: list[Event] = []
        missing_s = 0.0
        with Session(MODEL, Settings("squat", 0), tmp_path) as session:
            for index in range(len(scene)):
                missing_s += holes_s.get(index, 0.0)
                frame = Frame(index, index / FPS + missing_s, PICTURE)
                told += session.frame(frame).events
        told += session.last_events()
        return told, session

    return played


def test_readings_come_as_the_set_grows_and_what_was_lifted_is_saved(
    play: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    del play  # what it puts in place of the pose finder and the process is all that is wanted
    Finder.poses = scene = lifted(1)
    frames = (Frame(index, index / FPS, PICTURE) for index in range(len(scene)))

    class Film:
        """Gives every frame once, without waiting."""

        status = "live"

        def __enter__(self) -> None: ...

        def __exit__(self, *_: object) -> None: ...

        def take(self, _timeout_s: float) -> Shot | None:
            frame = next(frames, None)
            self.status = "live" if frame else "ended"
            return Shot(frame, frame.time_s) if frame else None

    kept: list[int] = []

    def keep(spool: SetSpool, out: Path) -> Saved | None:
        one = saved(spool, out)
        kept.append(len(one.analysis.reps) if one else 0)
        return one

    monkeypatch.setattr(sets, "save_set", keep)
    monkeypatch.setattr(readings, "open_source", lambda _: Film())
    monkeypatch.setattr(readings, "ensure", lambda _: MODEL)
    told = list(live_readings("0", "squat", out=tmp_path))
    counts = [len(reading.tally.reps) for reading in told]
    assert (counts[0], counts[-1]) == (0, 1)
    # Each once; the last frame is analysed when another comes or the set is saved.
    assert len(told) == (len(scene) - 1) // _EVERY
    assert kept == [1]


def spoken(events: Sequence[Event]) -> Iterator[str]:
    return (event.spoken for event in events if event.spoken)


def test_a_set_begins_by_standing_still_and_ends_by_leaving(play: Any) -> None:
    again = lifted(1)
    told, session = play(lifted(1) + nobody(4.5) + again + again[-1:] * round(2 * FPS), {})
    said = list(spoken(told))
    first, second = said.index("Ready. Begin."), said.index("Set 2. Begin.")
    assert said.index("Stand tall and still") < first
    over = said.index("Set 1 over. 1 rep.")
    assert first < over < second
    counts = [event.spoken for event in told if event.kind == "rep"]
    assert [words.split(".")[0] for words in counts] == ["1", "1"]
    assert [len(one.analysis.reps) for one in session.saved] == [1, 1]


def test_somebody_who_is_hidden_for_a_moment_has_not_left(play: Any) -> None:
    scene = lifted(1) + nobody(1.5) + lifted(1, wait_s=1.0)
    _, session = play(scene, {})
    assert [len(one.analysis.reps) for one in session.saved] == [2]


def test_a_hole_in_the_pictures_parts_two_sets_and_loses_neither(play: Any) -> None:
    first = lifted(1)
    _, session = play(first + lifted(1), {len(first): 12.0})
    assert [len(one.analysis.reps) for one in session.saved] == [1, 1]
    for one in session.saved:
        assert "too-slow" not in [reason.code for reason in one.analysis.reasons]


def test_a_hole_before_the_first_repetition_is_no_set(play: Any) -> None:
    still = lifted(1)[: round(2 * FPS)]
    _, session = play(still + lifted(1), {len(still): 8.0})
    (one,) = session.saved
    assert one.folder.name.endswith("set-1")


def test_what_is_to_be_mended_is_said_once(play: Any) -> None:
    scene = nobody(6.0) + lifted(1)
    told, _ = play(scene, {})
    asked = [event.spoken for event in told if event.kind == "setup"]
    assert asked.count("Step into the picture") == 1
