"""Clips that are sent: one analysed after the other, their progress to be asked for."""

from __future__ import annotations

import secrets
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.errors import FormcheckError
from formcheck.results.describe import describe
from formcheck.results.outputs import Outputs, write_result
from formcheck.results.writers import ResultFolder
from formcheck.serve.access import without_path
from formcheck.video.reader import Video

__all__ = ["Job", "Queue", "TooLarge"]

_WAITING = 4
_KEPT = 50
_FOLDER = ".uploads"


class TooLarge(Exception):  # noqa: N818 - the sender's doing
    """More was sent than is allowed."""


@dataclass
class Job:
    """One clip on its way.

    Attributes
    ----------
    state : str
        "waiting", "finding", "drawing", "done" or "failed".
    share : float
        Of the present state, 0..1.
    message : str
        Why it failed.
    result : str
        Name of the result's folder.
    """

    name: str
    state: str = "waiting"
    share: float = 0.0
    message: str = ""
    result: str = ""


class Queue:
    """Takes clips and analyses them in a thread.

    Parameters
    ----------
    out : Path
    model : str or None
    most_bytes : int
        Of a clip.
    """

    def __init__(self, out: Path, model: str | None, most_bytes: int) -> None:
        self._out, self._model, self.most_bytes = out, model, most_bytes
        self._pool = ThreadPoolExecutor(1, "formcheck-upload")
        self._coming = 0
        self.jobs: dict[str, Job] = {}

    @property
    def full(self) -> bool:
        """Whether no more can be taken now."""
        busy = [job for job in self.jobs.values() if job.state not in {"done", "failed"}]
        return len(busy) + self._coming >= _WAITING

    async def take(self, pieces: AsyncIterator[bytes], settings: Settings) -> str:
        """Store a clip as it comes in, and queue it; the number to ask for.

        Raises
        ------
        TooLarge
            Nothing is kept then.
        """
        name = time.strftime("upload-%Y%m%d-%H%M%S-") + secrets.token_hex(2)
        folder = self._out / _FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        clip = folder / f"{name}.mp4"
        self._coming += 1
        try:
            with clip.open("xb") as file:
                await self._store(pieces, file)
        except BaseException:
            clip.unlink(missing_ok=True)
            raise
        finally:
            self._coming -= 1
        number = secrets.token_urlsafe(9)
        for old in list(self.jobs)[:-_KEPT]:
            del self.jobs[old]
        self.jobs[number] = job = Job(name)
        self._pool.submit(self._analyse, clip, settings, job)
        return number

    async def _store(self, pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
        size = 0
        async for piece in pieces:
            size += len(piece)
            if size > self.most_bytes:
                raise TooLarge
            file.write(piece)

    def _analyse(self, clip: Path, settings: Settings, job: Job) -> None:
        try:
            job.state = "finding"
            track = read_track(clip, settings, self._model, _progress(job))
            analysis = analyze_track(track, settings)
            job.state, job.share = "drawing", 0.0
            with ResultFolder(self._out, job.name) as folder:

                def drawn(done: int) -> None:
                    job.share = done / len(track)

                document = describe(analysis)
                write_result(clip, analysis, document, folder, Outputs(), on_frame=drawn)
                folder.publish()
            job.result, job.state = job.name, "done"
        except FormcheckError as error:
            # The file's own path is nobody's business.
            job.message = without_path(str(error).replace(str(clip), "The clip"), self._out)
            job.state = "failed"
        except Exception:
            job.state, job.message = "failed", "The clip could not be analysed."
            raise
        finally:
            clip.unlink(missing_ok=True)

    def close(self) -> None:
        """Let the clip that is analysed be finished; forget those that wait."""
        self._pool.shutdown(cancel_futures=True)


def _progress(job: Job) -> Callable[[Video], Callable[[int], None]]:
    def on_video(video: Video) -> Callable[[int], None]:
        expected = video.expected or 0

        def on_frame(done: int) -> None:
            job.share = min(1.0, done / expected) if expected else 0.0

        return on_frame

    return on_video
