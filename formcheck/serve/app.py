"""The web application."""

from __future__ import annotations

import asyncio
import contextlib
import errno
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path
from typing import Any

from fastapi import BackgroundTasks, FastAPI, HTTPException, Request
from fastapi.responses import FileResponse, JSONResponse, Response
from jinja2 import Environment, StrictUndefined
from starlette.requests import ClientDisconnect

from formcheck.config import load_rubric
from formcheck.errors import FormcheckError, InputError
from formcheck.lifts.exercises import AUTO, EXERCISES
from formcheck.live.session import Session
from formcheck.live.texts import LANGUAGE, text, texts
from formcheck.models.store import ensure
from formcheck.serve.access import Access, Guard, without_path
from formcheck.serve.invitation import Invitation, code_for_page
from formcheck.serve.live import Busy, Gone, Sessions
from formcheck.serve.results import listed, served_file
from formcheck.serve.uploads import Queue, TooLarge
from formcheck.settings import Settings

__all__ = ["make_app"]

_PARTS = {
    "page.css": "text/css",
    "page.js": "text/javascript",
    "live.js": "text/javascript",
    "show.js": "text/javascript",
    "voice.js": "text/javascript",
}
_STEPS = range(1, 6)
_POLICY = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' blob: data:; media-src 'self' blob: mediastream:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Cache-Control": "no-cache",
}
# A picture of the largest size that is read, as a JPEG of good quality, has less.
_PICTURE_BYTES = 4 * 2**20


def make_app(
    out: Path,
    model: str | None,
    access: Access,
    *,
    most_bytes: int,
    invitation: Invitation = Invitation(),  # noqa: B008 - it is frozen
    plate_mm: float | None = None,
) -> Guard:
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
    invitation : Invitation
        How others come to the page, to be shown on it.
    plate_mm : float or None
        Diameter of the plates in every clip.
    """
    queue, sessions = Queue(out, model, most_bytes), Sessions(out)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        watch = asyncio.create_task(sessions.watch())
        yield
        watch.cancel()
        await sessions.close()
        queue.close()

    app = FastAPI(lifespan=lifespan, docs_url=None, redoc_url=None, openapi_url=None)
    _add_page(app, invitation)
    _add_results(app, out)
    _add_uploads(app, queue, plate_mm)
    _add_live(app, sessions, lambda lift, film: _session(lift, film, model, out, plate_mm))
    _add_refusals(app, out)
    return Guard(app, access)


def _add_page(app: FastAPI, invitation: Invitation) -> None:
    @app.get("/")
    def page() -> Response:
        template = Environment(autoescape=True, undefined=StrictUndefined).from_string(
            _stored("index.html.j2")
        )
        filled = template.render(text=texts(), language=LANGUAGE, steps=_STEPS)
        return Response(filled, media_type="text/html", headers=_POLICY)

    @app.get("/page/{name}")
    def part(name: str) -> Response:
        if name not in _PARTS:
            raise HTTPException(404, "There is no such part.")
        return Response(_stored(name), media_type=_PARTS[name], headers=_POLICY)

    @app.get("/api/lifts")
    def lifts() -> list[str]:
        return [AUTO, *EXERCISES]

    @app.get("/api/texts")
    def all_texts() -> dict[str, str]:
        return dict(texts())

    @app.get("/api/phone")
    def phone() -> dict[str, Any]:
        """Where others find the page; the token is in the code alone."""
        return {
            "addresses": [link.partition("?")[0] for link in invitation.links],
            "fingerprint": invitation.fingerprint,
            "code": code is not None,
        }

    code = code_for_page(invitation.links[0]) if invitation.links else None

    @app.get("/phone.svg")
    def phone_code() -> Response:
        if code is None:
            raise HTTPException(404, "There is no code.")
        return Response(code, media_type="image/svg+xml", headers=_POLICY)


def _stored(name: str) -> str:
    return files("formcheck.serve").joinpath("page", name).read_text(encoding="utf-8")


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


def _add_uploads(app: FastAPI, queue: Queue, plate_mm: float | None) -> None:
    @app.post("/api/clips", status_code=202)
    async def send(request: Request, exercise: str = AUTO, name: str = "") -> dict[str, str]:
        pieces = request.stream()
        try:
            return {"id": await _taken(request, pieces, queue, _settings(exercise, plate_mm), name)}
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
    request: Request, pieces: AsyncIterator[bytes], queue: Queue, settings: Settings, name: str
) -> str:
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


def _settings(exercise: str, plate_mm: float | None) -> Settings:
    try:
        return Settings(exercise, rubric=load_rubric(), plate_mm=plate_mm)
    except FormcheckError as error:
        raise HTTPException(422, str(error)) from error


def _add_live(app: FastAPI, sessions: Sessions, session: Callable[[str, bool], Session]) -> None:
    @app.post("/api/live", status_code=201)
    async def begin(exercise: str = AUTO, film: bool = False) -> dict[str, str]:
        if exercise not in {AUTO, *EXERCISES}:
            raise HTTPException(422, f"There is no lift {exercise}.")
        return {"id": await sessions.begin(lambda: session(exercise, film))}

    @app.post("/api/live/{name}/picture")
    async def picture(request: Request, name: str) -> dict[str, Any]:
        return await sessions.picture(name, await _at_most(request, _PICTURE_BYTES))

    @app.post("/api/live/{name}/key", status_code=204)
    async def press(name: str, key: str) -> None:
        sessions.press(name, key)

    @app.get("/api/live/{name}")
    async def state(name: str) -> dict[str, Any]:
        return sessions.state(name)

    @app.post("/api/live/{name}/end", status_code=202)
    async def end(name: str, then: BackgroundTasks) -> dict[str, Any]:
        """Answers at once: a page that is being closed waits for nothing."""
        then.add_task(_end, sessions, name)
        return sessions.state(name)


async def _end(sessions: Sessions, name: str) -> None:
    with contextlib.suppress(Gone):  # it has ended by itself meanwhile
        await sessions.end(name)


def _add_refusals(app: FastAPI, out: Path) -> None:
    """What is said where a live session cannot do what it is asked."""

    def answer(status: int, why: str) -> JSONResponse:
        return JSONResponse({"detail": without_path(why, out)}, status)

    @app.exception_handler(Gone)
    async def gone(_: Request, __: Gone) -> JSONResponse:
        return answer(410, "The session has ended.")

    @app.exception_handler(Busy)
    async def busy(_: Request, __: Busy) -> JSONResponse:
        return answer(409, text("page.busy"))

    @app.exception_handler(InputError)
    async def wrong(_: Request, error: InputError) -> JSONResponse:
        return answer(400, str(error))

    @app.exception_handler(FormcheckError)
    async def failed(_: Request, error: FormcheckError) -> JSONResponse:
        return answer(503, str(error))


async def _at_most(request: Request, most_bytes: int) -> bytes:
    """The whole of what is sent, unless it is too large."""
    data = bytearray()
    async for piece in request.stream():
        data += piece
        if len(data) > most_bytes:
            raise HTTPException(413, f"At most {most_bytes // 2**20} MB.")
    return bytes(data)


def _session(
    exercise: str, film: bool, model: str | None, out: Path, plate_mm: float | None
) -> Session:
    settings = Settings(exercise, 0, rubric=load_rubric(), plate_mm=plate_mm)
    return Session(ensure(model), settings, out, film=film)
