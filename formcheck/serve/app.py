"""The web application."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import FastAPI, HTTPException, Request, WebSocket, WebSocketDisconnect
from fastapi.responses import FileResponse, Response
from starlette.requests import ClientDisconnect

from formcheck.config import load_rubric
from formcheck.errors import FormcheckError, InputError
from formcheck.lifts.exercises import AUTO, EXERCISES
from formcheck.live.session import Session
from formcheck.models.store import ensure
from formcheck.serve.access import Access, Guard, without_path
from formcheck.serve.camera import message, read_frame
from formcheck.serve.results import listed, served_file
from formcheck.serve.uploads import Queue, TooLarge
from formcheck.settings import Settings

__all__ = ["make_app"]

_PAGE = {
    "": ("index.html", "text/html; charset=utf-8"),
    "page.css": ("page.css", "text/css; charset=utf-8"),
    "page.js": ("page.js", "text/javascript; charset=utf-8"),
}
_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob: mediastream:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
_BUSY, _WRONG = 4409, 1003


def make_app(out: Path, model: str | None, access: Access, *, most_bytes: int) -> Guard:
    """The whole application behind its guard.

    Parameters
    ----------
    out : Path
        The results folder: all that is served, and where results are written.
    model : str or None
        The pose model.
    access : Access
    most_bytes : int
        Of a clip that is sent.
    """
    queue = Queue(out, model, most_bytes)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        queue.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    _add_page(app)
    _add_results(app, out)
    _add_uploads(app, queue)
    _add_live(app, out, model)
    return Guard(app, access)


def _add_page(app: FastAPI) -> None:
    @app.get("/")
    @app.get("/page.css")
    @app.get("/page.js")
    def page(request: Request) -> Response:
        name, kind = _PAGE[request.url.path.removeprefix("/")]
        text = files("formcheck.serve").joinpath("page", name).read_text(encoding="utf-8")
        return Response(text, media_type=kind, headers=_POLICY)

    @app.get("/api/lifts")
    def lifts() -> list[str]:
        return [AUTO, *EXERCISES]


def _add_results(app: FastAPI, out: Path) -> None:
    @app.get("/api/results")
    def results() -> list[dict[str, Any]]:
        return listed(out)

    @app.get("/results/{folder}/{name}")
    def result(folder: str, name: str) -> FileResponse:
        path = served_file(out, folder, name)
        if path is None:
            raise HTTPException(404, "There is no such result.")
        return FileResponse(path)


def _add_uploads(app: FastAPI, queue: Queue) -> None:
    @app.post("/api/clips", status_code=202)
    async def send(request: Request, exercise: str = AUTO, name: str = "") -> dict[str, str]:
        pieces = request.stream()
        try:
            return {"id": await _taken(request, pieces, queue, exercise, name)}
        except HTTPException:
            # A browser that is answered while it sends says that the connection broke off.
            await _hear_out(pieces, queue.most_bytes)
            raise

    @app.get("/api/clips/{number}")
    def status(number: str) -> dict[str, Any]:
        job = queue.jobs.get(number)
        if job is None:
            raise HTTPException(404, "There is no such clip.")
        return asdict(job)


async def _taken(
    request: Request, pieces: AsyncIterator[bytes], queue: Queue, exercise: str, name: str
) -> str:
    settings = _settings(exercise, 30.0)
    too_large = HTTPException(413, f"At most {queue.most_bytes // 2**20} MB.")
    stated = request.headers.get("content-length", "0")
    if not stated.isdecimal() or int(stated) > queue.most_bytes:
        raise too_large
    if queue.full:
        raise HTTPException(429, "Others are waiting: try again in a minute.")
    try:
        return await queue.take(pieces, settings, name)
    except TooLarge as error:
        raise too_large from error
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
        why = "is full: free some space" if full else f"cannot be written to: {error.strerror}"
        raise HTTPException(507, f"The disk of the server {why}.") from error


async def _hear_out(pieces: AsyncIterator[bytes], most_bytes: int) -> None:
    """Let a sender finish; one that sends more than is allowed is cut short."""
    left = most_bytes
    with contextlib.suppress(RuntimeError, ClientDisconnect):  # it was heard, or is gone
        async for piece in pieces:
            left -= len(piece)
            if left < 0:
                return


def _settings(exercise: str, max_fps: float) -> Settings:
    try:
        return Settings(exercise, max_fps, rubric=load_rubric())
    except FormcheckError as error:
        raise HTTPException(422, str(error)) from error


def _add_live(app: FastAPI, out: Path, model: str | None) -> None:
    in_use = asyncio.Lock()

    @app.websocket("/api/live")
    async def live(socket: WebSocket, exercise: str = AUTO, film: bool = False) -> None:
        await socket.accept()
        if in_use.locked() or exercise not in {AUTO, *EXERCISES}:
            why = "The camera is in use elsewhere." if in_use.locked() else "No such lift."
            await socket.close(_BUSY, why)
            return
        async with in_use:
            with ThreadPoolExecutor(1, "formcheck-live") as thread:
                await _converse(socket, thread, lambda: _session(exercise, model, out, film), out)


def _session(exercise: str, model: str | None, out: Path, film: bool) -> Session:
    settings = Settings(exercise, 0, rubric=load_rubric())
    return Session(ensure(model), settings, out, film=film)


async def _converse(socket: WebSocket, thread: ThreadPoolExecutor, make: Any, out: Path) -> None:
    """Answer picture by picture: the page sends the next one after the answer."""
    run = asyncio.get_running_loop().run_in_executor
    try:
        session: Session = await run(thread, lambda: make().__enter__())
    except FormcheckError as error:
        await socket.close(1011, without_path(str(error), out)[:120])
        return
    index, last_s = 0, -1.0
    try:
        while True:
            received = await socket.receive()
            if received["type"] == "websocket.disconnect":
                return
            data = received.get("bytes")
            if data is None:
                session.press(received.get("text") or "")
                continue
            frame = read_frame(data, index, last_s)
            index, last_s = index + 1, frame.time_s
            view = await run(thread, session.frame, frame)
            await socket.send_json(message(view, out))
    except InputError as error:
        await socket.close(_WRONG, str(error)[:120])
    except WebSocketDisconnect:
        return
    finally:
        await asyncio.shield(run(thread, session.__exit__))
