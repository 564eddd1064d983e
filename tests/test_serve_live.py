"""Live sessions of the page: nothing that was lifted is lost, whatever becomes of the page."""

from __future__ import annotations

import asyncio
import io
import struct
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from formcheck.errors import InputError, OutputError
from formcheck.live.events import Event
from formcheck.live.view import LiveView
from formcheck.pose.recorder import no_pose
from formcheck.video.reader import Frame

pytest.importorskip("fastapi")
testing = pytest.importorskip("starlette.testclient")

from formcheck.serve import live  # noqa: E402
from formcheck.serve.live import Busy, Gone, Sessions  # noqa: E402


class Clock:
    """Stands still but when it is told to go on."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def monotonic(self) -> float:
        return self.now_s


class Lifted:
    """A session in which every picture is a repetition."""

    def __init__(self, out: Path) -> None:
        self.out, self.times_s, self.keys, self.closed = out, list[float](), list[str](), False

    def __enter__(self) -> Lifted:
        return self

    def __exit__(self, *_: object) -> None:
        self.closed = True

    def press(self, key: str) -> None:
        self.keys.append(key)

    def frame(self, frame: Frame) -> LiveView:
        self.times_s.append(frame.time_s)
        return LiveView(frame, (no_pose(),), None, 0.0, 1, True, (), (), 30.0, 30.0, False)

    def settle(self) -> None: ...

    def last_events(self) -> tuple[Event, ...]:
        count = len(self.times_s)
        data = {"set": 1, "reps": count, "folder": str(self.out / "set-1")}
        return (Event("saved", f"Written to {self.out / 'set-1'}", data),) if count else ()


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(live, "time", clock)
    return clock


def picture(time_s: float) -> bytes:
    stored = io.BytesIO()
    Image.fromarray(np.zeros((64, 64, 3), np.uint8)).save(stored, "JPEG")
    return struct.pack(">d", time_s) + stored.getvalue()


def played(
    out: Path, play: Callable[[Sessions, Callable[[], Any], list[Lifted]], Awaitable[None]]
) -> list[Lifted]:
    """The sessions of a play."""
    made: list[Lifted] = []

    def make() -> Any:
        made.append(Lifted(out))
        return made[-1]

    async def whole() -> None:
        sessions = Sessions(out)
        await play(sessions, make, made)
        await sessions.close()

    asyncio.run(whole())
    assert all(session.closed for session in made)
    return made


def test_a_session_ends_and_says_what_it_saved_without_a_path(tmp_path: Path) -> None:
    async def play(sessions: Sessions, make: Any, _: Any) -> None:
        name = await sessions.begin(make)
        sessions.press(name, "n")
        shown = await sessions.picture(name, picture(1.0))
        assert shown["line"] == "Starting"
        assert sessions.state(name)["state"] == "open"
        await sessions.end(name)
        after = sessions.state(name)
        assert after["state"] == "ended"
        (saved,) = after["saved"]
        assert saved["data"]["folder"] == "set-1"
        assert str(tmp_path) not in str(after)
        with pytest.raises(Gone):
            await sessions.picture(name, picture(2.0))

    assert played(tmp_path, play)[0].keys == ["n"]


def test_one_who_is_silent_is_saved_and_one_who_comes_back_in_time_goes_on(
    tmp_path: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live, "_LOOK_S", 0.001)

    async def play(sessions: Sessions, make: Any, _: Any) -> None:
        watch = asyncio.create_task(sessions.watch())
        name = await sessions.begin(make)
        await sessions.picture(name, picture(1.0))
        clock.now_s += 20
        await asyncio.sleep(0.02)
        await sessions.picture(name, picture(2.0))
        clock.now_s += 31
        await asyncio.sleep(0.02)
        assert sessions.state(name)["state"] == "ended"
        assert sessions.state(name)["saved"][0]["data"]["reps"] == 2
        watch.cancel()

    played(tmp_path, play)


def test_time_that_a_sleeping_phone_did_not_count_is_added(tmp_path: Path, clock: Clock) -> None:
    async def play(sessions: Sessions, make: Any, _: Any) -> None:
        name = await sessions.begin(make)
        for sent_s, passed_s in ((5.0, 0.0), (5.1, 0.3), (5.2, 12.0), (5.3, 0.1)):
            clock.now_s += passed_s
            await sessions.picture(name, picture(sent_s))

    (session,) = played(tmp_path, play)
    assert session.times_s == pytest.approx([5.0, 5.1, 5.2 + 11.9, 5.3 + 11.9])


def test_the_camera_is_taken_over_only_from_one_who_has_left(tmp_path: Path, clock: Clock) -> None:
    async def play(sessions: Sessions, make: Any, made: list[Lifted]) -> None:
        first = await sessions.begin(make)
        await sessions.picture(first, picture(1.0))
        clock.now_s += 2
        with pytest.raises(Busy):
            await sessions.begin(make)
        clock.now_s += 6
        second = await sessions.begin(make)
        assert made[0].closed
        assert sessions.state(first)["saved"]
        await sessions.picture(second, picture(1.0))

    assert len(played(tmp_path, play)) == 2


def test_a_wrong_picture_leaves_the_session_open_and_a_full_disk_ends_it(tmp_path: Path) -> None:
    class Full(Lifted):
        def frame(self, frame: Frame) -> LiveView:
            super().frame(frame)
            raise OutputError("The disk is full.")

    async def play(sessions: Sessions, _: Any, made: list[Lifted]) -> None:
        made.append(Full(tmp_path))
        session: Any = made[0]
        name = await sessions.begin(lambda: session)
        with pytest.raises(InputError):
            await sessions.picture(name, b"no picture at all")
        assert sessions.state(name)["state"] == "open"
        with pytest.raises(OutputError):
            await sessions.picture(name, picture(1.0))
        assert sessions.state(name)["state"] == "ended"

    played(tmp_path, play)


def test_what_fails_after_a_picture_was_answered_ends_the_session_with_the_next(
    tmp_path: Path,
) -> None:
    class FullLater(Lifted):
        def settle(self) -> None:
            raise OutputError("The disk is full.")

    async def play(sessions: Sessions, _: Any, made: list[Lifted]) -> None:
        made.append(FullLater(tmp_path))
        session: Any = made[0]
        name = await sessions.begin(lambda: session)
        await sessions.picture(name, picture(1.0))
        with pytest.raises(OutputError):
            await sessions.picture(name, picture(1.1))
        assert sessions.state(name)["state"] == "ended"

    played(tmp_path, play)


@pytest.fixture
def page(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from formcheck.serve import app
    from formcheck.serve.access import Access

    def session(*asked: Any) -> Lifted:
        assert asked == ("squat", False, None, tmp_path, 400.0)
        return Lifted(tmp_path)

    monkeypatch.setattr(app, "_session", session)
    access = Access("127.0.0.1")
    guarded = app.make_app(tmp_path, None, access, most_bytes=10**6, plate_mm=400.0)
    with testing.TestClient(guarded, base_url="http://127.0.0.1") as opened:
        yield opened


def test_a_set_by_requests(page: Any) -> None:
    assert page.post("/api/live?exercise=chess").status_code == 422
    name = page.post("/api/live?exercise=squat").json()["id"]
    assert page.post("/api/live").status_code == 409
    path = f"/api/live/{name}"
    assert page.post(f"{path}/picture", content=picture(1.0)).json()["reps"] == 0
    assert page.post(f"{path}/picture", content=picture(0.5)).status_code == 400  # it is older
    assert page.post(f"{path}/picture", content=b"x" * (5 * 2**20)).status_code == 413
    assert page.post(f"{path}/key?key=r").status_code == 204
    assert page.post(f"{path}/end").status_code == 202
    assert page.get(path).json()["state"] == "ended"
    assert page.post(f"{path}/picture", content=picture(2.0)).status_code == 410
    assert page.get("/api/live/another").status_code == 410
