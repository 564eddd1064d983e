"""The page's server: who may ask, what is served, what may be sent."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import io
import json
import platform
import socket
import struct
import threading
import time
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clipmaker import numbered, write_clip
from commands import run
from PIL import Image
from results import analysed, written

from formcheck.errors import InputError, OutputError
from formcheck.serve.access import Access, without_path
from formcheck.serve.camera import read_frame
from formcheck.serve.results import served_file
from formcheck.serve.uploads import Queue, TooLarge, file_name
from formcheck.settings import Settings
from formcheck.workspace import workspace_name

pytest.importorskip("fastapi")
testing = pytest.importorskip("starlette.testclient")

HERE = "http://127.0.0.1"


@pytest.fixture
def out(tmp_path: Path) -> Path:
    """A results folder with one result, and a secret beside it."""
    (tmp_path / "secret.txt").write_text("secret", encoding="utf-8")
    folder = tmp_path / "results"
    folder.mkdir()
    written(analysed((0.0, 0.0)), folder)
    return folder


def client(out: Path, access: Access | None = None, most_bytes: int = 10**6) -> Any:
    from formcheck.serve.app import make_app

    app = make_app(out, None, access or Access("127.0.0.1"), most_bytes=most_bytes, plate_mm=400.0)
    return testing.TestClient(app, base_url=HERE, follow_redirects=False)


def uploads_in(out: Path) -> list[Path]:
    return [path for path in out.glob(".uploads*/**/*") if path.is_file()]


@pytest.fixture
def page(out: Path) -> Iterator[Any]:
    with client(out) as opened:
        yield opened


def test_the_page_and_its_results_are_served(page: Any) -> None:
    assert "formcheck" in page.get("/").text
    assert "default-src 'none'" in page.get("/").headers["content-security-policy"]
    for name in ("page.js", "live.js", "show.js", "voice.js", "page.css"):
        assert page.get(f"/page/{name}").status_code == 200
    (one,) = page.get("/api/results").json()
    assert (one["name"], one["exercise"], one["reps"]) == ("clip", "deadlift", 2)
    assert page.get("/results/clip/reps.csv").text.startswith("rep,")
    assert page.get("/results/clip/analysis.json").headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize(
    "path",
    [
        "/results/../secret.txt",
        "/results/%2e%2e/secret.txt",
        "/results/clip/..%2f..%2fsecret.txt",
        "/results/clip/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/results/clip/link.txt",
        "/results/linked/secret.txt",
        "/results/.live/about.json",
        "/results/other/file.txt",
        "/results/clip/.hidden",
        "/secret.txt",
        "/page/index.html.j2",
        "/page/..%2faccess.py",
        "/phone.svg",
        "/docs",
        "/openapi.json",
    ],
)
def test_nothing_else_is_served(page: Any, out: Path, path: str) -> None:
    (out / "clip" / "link.txt").symlink_to(out.parent / "secret.txt")
    (out / "linked").symlink_to(out.parent)
    (out.parent / "analysis.json").write_text("{}", encoding="utf-8")
    (out / "clip" / ".hidden").write_text("secret", encoding="utf-8")
    (out / ".live").mkdir()
    (out / ".live" / "about.json").write_text("secret", encoding="utf-8")
    (out / "other").mkdir()
    (out / "other" / "file.txt").write_text("secret", encoding="utf-8")
    answer = page.get(path)
    assert answer.status_code == 404
    assert "secret" not in answer.text


@pytest.mark.parametrize("name", ["", "..", "../secret.txt", "/etc/passwd", "*", "[a-z]*"])
def test_a_name_is_never_made_into_a_path(out: Path, name: str) -> None:
    assert served_file(out, "clip", name) is None
    assert served_file(out, name, "analysis.json") is None
    assert served_file(out, "clip", "analysis.json") is not None


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "", "10.0.0.9"])
def test_another_name_for_this_machine_is_refused(page: Any, host: str) -> None:
    assert page.get("/", headers={"host": host}).status_code == 421
    assert page.get("/", headers={"host": "localhost:8765"}).status_code == 200


@pytest.mark.parametrize("host", ["[", "[::1", "127.0.0.1]"])
def test_what_is_no_address_is_refused_and_breaks_nothing(page: Any, host: str) -> None:
    assert page.get("/", headers={"host": host}).status_code == 421
    for origin in (f"http://{host}", "null"):
        assert page.post("/api/clips", headers={"origin": origin}).status_code == 403


def test_another_page_may_not_send_or_listen(page: Any) -> None:
    from starlette.websockets import WebSocketDisconnect

    evil = {"origin": "http://evil.example"}
    for path in ("/api/clips", "/api/live", "/api/live/x/picture", "/api/live/x/end"):
        assert page.post(path, content=b"x", headers=evil).status_code == 403
    with pytest.raises(WebSocketDisconnect), page.websocket_connect("/api/live") as socket:
        socket.receive_json()


def test_others_must_show_the_token(out: Path) -> None:
    with client(out, Access("0.0.0.0", "s3cret")) as page:
        assert page.get("/", headers={"host": "10.0.0.9"}).status_code == 401
        assert page.get("/?token=wrong").status_code == 401
        assert page.get("/api/results?token=s3cret").status_code == 401
        assert page.get("/", headers={"host": "evil.example"}).status_code == 421
        welcome = page.get("/?token=s3cret")
        assert (welcome.status_code, welcome.headers["location"]) == (303, "/")
        assert "HttpOnly" in welcome.headers["set-cookie"]
        assert page.get("/").status_code == page.get("/api/results").status_code == 200


def test_a_clip_that_is_too_large_leaves_nothing(out: Path) -> None:
    def endless() -> Iterator[bytes]:
        for _ in range(100):
            yield b"x" * 1000

    with client(out, most_bytes=5000) as page:
        assert page.post("/api/clips", content=b"x" * 6000).status_code == 413
        assert page.post("/api/clips", content=endless()).status_code == 413
        assert page.post("/api/clips?exercise=chess", content=b"x").status_code == 422
    assert uploads_in(out) == []


def test_thresholds_that_cannot_be_read_are_told_at_the_upload(
    out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = tmp_path / "own.toml"
    config.write_text("[thresholds]\nrounded_deg = 99\n", encoding="utf-8")
    monkeypatch.setenv("FORMCHECK_CONFIG", str(config))
    with client(out) as page:
        answer = page.post("/api/clips", content=b"x")
    assert answer.status_code == 422
    assert "rounded_deg" in answer.json()["detail"]


def test_the_token_stays_on_a_safe_way(out: Path) -> None:
    with client(out, Access("0.0.0.0", "s3cret")) as page:
        assert "Secure" not in page.get("/?token=s3cret").headers["set-cookie"]
        page.base_url = "https://127.0.0.1"
        assert page.get("/?token=s3cret").headers["set-cookie"].endswith("; Secure")


def test_clips_that_are_still_coming_in_count_as_waiting(tmp_path: Path) -> None:
    """Else any number could come at once, and fill the disk."""
    queue = Queue(tmp_path, None, 10**6)
    room = []

    async def looking_round() -> AsyncIterator[bytes]:
        yield b"x"
        room.append(not queue.full)
        if len(room) < 6:
            with contextlib.suppress(TooLarge):
                await queue.take(looking_round(), Settings("squat"))
        raise TooLarge

    with contextlib.suppress(TooLarge):
        asyncio.run(queue.take(looking_round(), Settings("squat")))
    queue.close()
    assert room == [True, True, True, False, False, False]
    assert not queue.full
    assert uploads_in(tmp_path) == []


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("deadlift.mov", "deadlift.mov"),
        ("C:\\clips\\set 1.MP4", "set 1.MP4"),
        ("../../etc/passwd", "passwd.mp4"),
        ("デッドリフト.mp4", "デッドリフト.mp4"),
        ("a\0b\n.mp4", "a-b-.mp4"),
        ("..", "clip.mp4"),
        ("", "clip.mp4"),
        (".mp4", "mp4.mp4"),
        ("track.npz", "track.mp4"),
        ("x" * 500 + ".mp4", "x" * 60 + ".mp4"),
    ],
)
def test_a_clip_keeps_its_name_and_leads_nowhere(given: str, kept: str) -> None:
    assert file_name(given) == kept
    assert Path(kept).name == kept


def test_a_stopped_server_leaves_no_upload(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    started, stopping = threading.Event(), threading.Event()

    def slow(*_: object, **__: object) -> None:
        started.set()
        stopping.wait(30)
        raise InputError("It was stopped.")

    monkeypatch.setattr("formcheck.serve.uploads.read_track", slow)
    queue = Queue(tmp_path, None, 10**6)

    async def piece() -> AsyncIterator[bytes]:
        yield b"clip"

    for _ in range(3):
        asyncio.run(queue.take(piece(), Settings("squat"), "a.mp4"))
    assert started.wait(30)
    assert len(uploads_in(tmp_path)) == 3
    stopping.set()
    queue.close()
    assert list(tmp_path.iterdir()) == []


def test_a_server_sweeps_what_a_killed_one_left_and_nothing_of_one_that_runs(
    tmp_path: Path,
) -> None:
    killed = tmp_path / f".uploads-{platform.node()}-999999999-0"
    running = tmp_path / workspace_name(".uploads")
    for folder in (killed, running):
        folder.mkdir()
        (folder / "a.mp4").touch()
    Queue(tmp_path, None, 10**6).close()
    assert list(tmp_path.iterdir()) == [running]


@pytest.mark.parametrize(
    ("code", "said"), [(errno.ENOSPC, "is full"), (errno.EACCES, "cannot be written to")]
)
def test_a_full_disk_is_told_after_the_clip_was_heard_out(
    out: Path, monkeypatch: pytest.MonkeyPatch, code: int, said: str
) -> None:
    async def full(_: Queue, pieces: AsyncIterator[bytes], __: object) -> None:
        await anext(pieces)
        raise OSError(code, "no room")

    sent: list[int] = []

    def pieces() -> Iterator[bytes]:
        for number in range(50):
            sent.append(number)
            yield b"x" * 1000

    monkeypatch.setattr(Queue, "_store", full)
    with client(out) as page:
        answer = page.post("/api/clips", content=pieces())
    assert answer.status_code == 507
    assert said in answer.json()["detail"]
    assert len(sent) == 50
    assert uploads_in(out) == []


def finished(page: Any, number: str) -> dict[str, Any]:
    until_s = time.monotonic() + 60
    while time.monotonic() < until_s:
        job: dict[str, Any] = page.get(f"/api/clips/{number}").json()
        if job["state"] in {"done", "failed"}:
            return job
        time.sleep(0.1)
    raise AssertionError("the clip was never analysed")


@pytest.mark.usefixtures("pose_model")
def test_a_clip_is_analysed_and_listed(page: Any, out: Path, tmp_path: Path) -> None:
    clip = write_clip(tmp_path / "clip.mp4", list(numbered(12)))
    about = {"exercise": "squat", "name": "Übung 1 <b>.mp4"}
    sent = page.post("/api/clips", params=about, content=clip.read_bytes())
    job = finished(page, sent.json()["id"])
    assert (job["state"], job["message"]) == ("done", "")
    document = json.loads((out / job["result"] / "analysis.json").read_text(encoding="utf-8"))
    assert document["view"]["reasons"][0]["code"] == "no-person"
    assert document["source"]["name"] == "Übung 1 -b-.mp4"
    assert document["settings"]["plate_mm"] == 400
    assert job["result"].startswith("Übung-1--b-")
    assert {one["name"] for one in page.get("/api/results").json()} == {"clip", job["result"]}
    assert uploads_in(out) == []


@pytest.mark.usefixtures("pose_model")
@pytest.mark.usefixtures("pose_model")
def test_a_result_that_cannot_be_written_is_told_without_a_path(
    page: Any, out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OutputError(f"The disk is full: nothing was written to {out / 'clip'}.")

    monkeypatch.setattr("formcheck.serve.uploads.write_result", full)
    clip = write_clip(tmp_path / "clip.mp4", list(numbered(12)))
    job = finished(page, page.post("/api/clips", content=clip.read_bytes()).json()["id"])
    assert job["message"] == "The disk is full: nothing was written to clip."


def test_where_the_results_lie_is_not_told(tmp_path: Path) -> None:
    assert without_path(f"Written to {tmp_path / 'set'}", tmp_path) == "Written to set"
    assert without_path(f"{tmp_path} is full.", tmp_path) == "the results folder is full."


@pytest.mark.usefixtures("pose_model")
def test_what_is_no_clip_fails_without_a_path(page: Any, out: Path) -> None:
    job = finished(page, page.post("/api/clips", content=b"no video").json()["id"])
    assert job["state"] == "failed"
    assert str(out) not in job["message"]
    assert "The clip" in job["message"]


@pytest.mark.usefixtures("pose_model")
@pytest.mark.parametrize("host", ["127.0.0.1", "203.0.113.1", "no-such-host.invalid"])
def test_an_address_that_cannot_be_had_is_not_told(tmp_path: Path, host: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = run("serve", "--host", host, "--port", str(port), "--out", tmp_path)
    assert result.exit_code == 2
    assert f"{host}, port {port}, cannot be listened on" in result.stderr
    assert "Open" not in result.stderr


def jpeg(width: int, height: int) -> bytes:
    stored = io.BytesIO()
    Image.fromarray(np.full((height, width, 3), 128, np.uint8)).save(stored, "JPEG")
    return stored.getvalue()


def test_a_picture_comes_with_its_time() -> None:
    frame = read_frame(struct.pack(">d", 1.5) + jpeg(320, 240), 3, 1.0)
    assert (frame.index, frame.time_s, frame.image.shape) == (3, 1.5, (240, 320, 3))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        struct.pack(">d", 2.0),
        struct.pack(">d", 2.0) + b"GIF89a",
        struct.pack(">d", 2.0) + jpeg(32, 32),
        struct.pack(">d", 2.0) + jpeg(4000, 100),
        struct.pack(">d", 0.5) + jpeg(320, 240),
        struct.pack(">d", float("nan")) + jpeg(320, 240),
        struct.pack(">d", float("inf")) + jpeg(320, 240),
    ],
)
def test_a_wrong_picture_is_refused(data: bytes) -> None:
    with pytest.raises(InputError):
        read_frame(data, 0, 1.0)
