"""A clip that is read in pieces gives what it gives when it is read whole."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from itertools import count, islice
from pathlib import Path

import numpy as np
import pytest
from clipmaker import cut, numbered, read_number, scramble, write_clip

from formcheck.pose import reading, recorder
from formcheck.pose.outline import edge_view
from formcheck.pose.pieces import Found, find_in_pieces, find_in_stretches, piece_begins_s
from formcheck.pose.recorder import Pose, TrackRecorder, no_pose, with_outlines
from formcheck.video.reader import Frame, SeekError, Video, open_video

SECONDS = 9
LATER_PIECE_S = 4.0


class Reader:
    """Finds the number that is drawn on a frame, and says who found it where."""

    names = count()

    def __init__(self, person: Callable[[int], float] = lambda _: 0.0) -> None:
        self.name = next(Reader.names)
        self.closed = False
        self._aside_px = person(self.name)

    def find(self, frame: Frame) -> Pose:
        assert not self.closed
        landmarks = np.zeros((33, 2), np.float32)
        landmarks[11:13] = 0, -100  # a trunk of 100 px
        landmarks[:, 0] += self._aside_px
        number = read_number(frame.image)
        return replace(
            no_pose(), landmarks_px=landmarks, visibility=np.full(33, number, np.float32)
        )

    def close(self) -> None:
        self.closed = True


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pieces")


@pytest.fixture(scope="module", params=["steady", "fast", "b-frames", "uneven"])
def clip(request: pytest.FixtureRequest, folder: Path) -> Path:
    path = folder / f"{request.param}.mp4"
    if request.param == "fast":
        return write_clip(path, numbered(SECONDS * 60), fps=60)
    if request.param == "uneven":
        steps_s = np.random.default_rng(1).choice([1 / 30, 1 / 30, 1 / 15], SECONDS * 24)
        times_s = np.round(np.cumsum(steps_s), 4).tolist()
        return write_clip(path, numbered(len(times_s)), times_s=times_s)
    options = ("-bf", "3", "-g", "60") if request.param == "b-frames" else ("-g", "1000")
    return write_clip(path, numbered(SECONDS * 30), options=options)


def find(
    path: Path,
    begins_s: list[float],
    *,
    jobs: int = 2,
    look: Callable[[], Reader] = Reader,
    on_frame: Callable[[int], None] | None = None,
) -> tuple[TrackRecorder, Video]:
    with open_video(path) as video:
        frames = iter(video)
        opening = list(islice(frames, 10))
        found = find_in_pieces(
            video, opening, frames, begins_s, look(), look=look, jobs=jobs, on_frame=on_frame
        )
        return found.poses, video


def seen(found: TrackRecorder) -> list[int]:
    return [int(pose.visibility[0]) for pose in found.poses]


@pytest.mark.parametrize(
    ("length_s", "begins_s"),
    [
        (None, [0.0]),
        (5.9, [0.0]),
        (6.0, [0.0, 3.0]),
        (20.0, [0.0, 10.0]),
        (36.0, [0.0, 9.0, 18.0, 27.0]),
    ],
)
def test_pieces_are_some_eight_seconds_long_and_even_in_number(
    length_s: float | None, begins_s: list[float]
) -> None:
    assert piece_begins_s(length_s) == begins_s


@pytest.mark.parametrize("jobs", [1, 3])
def test_pieces_join_to_what_one_reading_gives(clip: Path, jobs: int) -> None:
    whole, read = find(clip, [0.0])
    done: list[int] = []
    joined, read_in_pieces = find(clip, [0.0, 2.9, 6.1], jobs=jobs, on_frame=done.append)
    assert joined.index == whole.index
    assert joined.time_s == whole.time_s
    assert seen(joined) == seen(whole) == whole.index
    assert read_in_pieces.summary == read.summary
    assert done == list(range(1, len(whole) + 1))


def test_the_numbers_of_a_stretch_follow_on(folder: Path) -> None:
    path = write_clip(folder / "numbers.mp4", numbered(120))
    with open_video(path) as video:
        first = list(islice(video, 60))
        with video.stretch(1.5) as later:
            rest = list(later)
        at = video.join(later)
        assert [at + frame.index for frame in rest] == [read_number(f.image) for f in rest]
        assert [frame.time_s for frame in rest[: 60 - at]] == [f.time_s for f in first[at:60]]
        assert video.summary.frames == 120


def test_another_person_is_not_taken_for_the_lifter(clip: Path) -> None:
    """A reader that begins later sees somebody a trunk length away."""
    readers: list[Reader] = []

    def look() -> Reader:
        readers.append(Reader(lambda _: 100.0 * bool(readers)))
        return readers[-1]

    found, _ = find(clip, [0.0, LATER_PIECE_S], jobs=1, look=look)
    assert {float(pose.landmarks_px[0, 0]) for pose in found.poses} == {0.0}
    assert seen(found) == found.index
    assert all(reader.closed for reader in readers)


def test_a_clip_that_is_cut_or_damaged_is_not_read_in_pieces(folder: Path) -> None:
    whole = write_clip(folder / "whole.mkv", numbered(SECONDS * 30), options=("-g", "15"))
    for damaged in (
        cut(whole, folder / "cut.mkv", 0.6),
        scramble(whole, folder / "scrambled.mkv", 0.2, 0.4),
    ):
        with pytest.raises(SeekError):
            find(damaged, [0.0, 3.0, 8.0])


def test_other_pictures_at_the_same_times_are_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As where a decoder shows grey until the next key frame."""
    path = write_clip(folder / "grey.mp4", numbered(SECONDS * 30))
    upright = Video._upright

    def grey(video: Video, picture: np.ndarray, time_s: float) -> np.ndarray:
        shown = upright(video, picture, time_s)
        return shown if video._first_s is None else shown // 2

    monkeypatch.setattr(Video, "_upright", grey)
    with pytest.raises(SeekError, match="other pictures"):
        find(path, [0.0, LATER_PIECE_S], look=Reader)


@pytest.mark.parametrize("begins_s", [[0.0], [0.0, 2.9, 6.1]])
def test_outlines_are_found_a_stretch_at_a_time(
    folder: Path, begins_s: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What they are found in takes memory."""
    path = write_clip(folder / "outlines.mp4", numbered(SECONDS * 30))
    monkeypatch.setattr(reading, "_OUTLINED_S", 2.0)
    monkeypatch.setattr(reading, "_MOST_FRAMES", 40)
    waiting: list[int] = []

    def spied(poses: list[Pose], **options: bool) -> list[Pose]:
        waiting.append(sum(pose.view is not None for pose in poses))
        return with_outlines(poses, **options)

    class Viewing(Reader):
        def find(self, frame: Frame) -> Pose:
            level = np.full((2, 64), 0.2)
            view = edge_view(frame.image, level, np.array([30.0, 60.0]), np.array([30.0, 10.0]))
            return replace(super().find(frame), view=view)

    monkeypatch.setattr(recorder, "with_outlines", spied)
    found, _ = find(path, begins_s, look=Viewing)
    assert seen(found) == list(range(SECONDS * 30))
    assert all(pose.view is None and np.isfinite(pose.profile).all() for pose in found.poses)
    assert sum(waiting) >= SECONDS * 30
    assert max(waiting) <= 40


@pytest.mark.parametrize("wrong", [RuntimeError, KeyboardInterrupt])
def test_an_error_in_one_piece_ends_them_all(folder: Path, wrong: type[BaseException]) -> None:
    path = write_clip(folder / "error.mp4", numbered(SECONDS * 30))
    readers: list[Reader] = []

    class Failing(Reader):
        def find(self, frame: Frame) -> Pose:
            if frame.time_s > 7.0:
                raise wrong
            return super().find(frame)

    def look() -> Reader:
        readers.append(Failing())
        return readers[-1]

    before = threading.active_count()
    with pytest.raises(wrong):
        find(path, [0.0, LATER_PIECE_S], look=look)
    assert all(reader.closed for reader in readers)
    assert threading.active_count() == before


GLANCE_FPS = 4.0


def glance_at(video: Video, look: Callable[[], Reader] = Reader) -> Found:
    video.glance(GLANCE_FPS)
    frames = iter(video)
    opening = list(islice(frames, 10))
    found = find_in_pieces(video, opening, frames, [0.0, 4.5], look(), look=look, jobs=2)
    video.glance(None)
    return found


def in_stretches(
    path: Path,
    stretches_s: list[tuple[float, float]],
    look: Callable[[], Reader] = Reader,
    glanced_by: Callable[[], Reader] = Reader,
) -> tuple[TrackRecorder, Found]:
    with open_video(path) as video:
        glance = glance_at(video, glanced_by)
        return find_in_stretches(video, glance, stretches_s, look=look, jobs=2), glance


@pytest.mark.parametrize(
    "stretches_s", [[(2.1, 3.3)], [(0.0, 1.0), (5.2, 5.9)], [(7.0, 60.0)], [(1.2, 8.8)]]
)
def test_stretches_are_read_in_full_and_what_lies_between_is_the_glance(
    clip: Path, stretches_s: list[tuple[float, float]]
) -> None:
    whole, _ = find(clip, [0.0])
    found, glance = in_stretches(clip, stretches_s)
    assert seen(found) == found.index
    assert (np.diff(found.time_s) > 0).all()
    busy = {
        at
        for at, time_s in zip(whole.index, whole.time_s, strict=True)
        if any(begin_s <= time_s <= end_s for begin_s, end_s in stretches_s)
    }
    assert busy <= set(found.index)
    assert set(found.index) >= {at for at in glance.poses.index if at not in whole.index} - busy
    near_s = 1 / GLANCE_FPS + 0.1  # a stretch ends with the next frame of the glance
    between = [
        at
        for at, time_s in zip(found.index, found.time_s, strict=True)
        if not any(begin_s - near_s < time_s < end_s + near_s for begin_s, end_s in stretches_s)
    ]
    assert set(between) <= set(glance.poses.index)


def test_all_of_a_clip_as_one_stretch_is_what_it_is_in_pieces(clip: Path) -> None:
    whole, _ = find(clip, [0.0])
    found, _ = in_stretches(clip, [(0.0, np.inf)])
    assert found.index == whole.index
    assert found.time_s == whole.time_s


def test_what_moved_since_the_glance_before_is_known_where_a_stretch_begins(
    folder: Path,
) -> None:
    class Moving(Reader):
        def __init__(self) -> None:
            super().__init__()
            self._before_s: float | None = None

        def find(self, frame: Frame) -> Pose:
            moved = 0.0 if self._before_s is None else 30 * (frame.time_s - self._before_s)
            self._before_s = frame.time_s
            return replace(super().find(frame), camera=np.array([moved, 0, 0], np.float32))

    path = write_clip(folder / "pan.mp4", numbered(SECONDS * 30))
    found, _ = in_stretches(path, [(3.1, 4.2)], Moving, Moving)
    moved_px = np.cumsum([pose.camera[0] for pose in found.poses])
    np.testing.assert_allclose(moved_px, 30 * np.array(found.time_s), atol=0.01)


def test_a_stretch_that_shows_another_lifter_than_the_glance_is_noticed(folder: Path) -> None:
    path = write_clip(folder / "two.mp4", numbered(SECONDS * 30))
    with pytest.raises(SeekError, match="another lifter"):
        in_stretches(path, [(3.0, 5.0)], lambda: Reader(lambda _: 100.0))


def test_a_stretch_of_other_pictures_than_the_glance_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_clip(folder / "other.mp4", numbered(SECONDS * 30))
    upright = Video._upright
    with open_video(path) as video:
        glance = glance_at(video)
        monkeypatch.setattr(Video, "_upright", lambda *args: upright(*args) // 2)
        with pytest.raises(SeekError, match="other pictures"):
            find_in_stretches(video, glance, [(3.0, 5.0)], look=Reader, jobs=1)
