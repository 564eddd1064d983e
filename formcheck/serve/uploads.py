"""Clips that are sent: one analysed after the other, their progress to be asked for."""

from __future__ import annotations

import re
import secrets
import shutil
import weakref
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path, PurePath, PurePosixPath
from typing import IO

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.batch.places import safe_name
from formcheck.errors import FormcheckError
from formcheck.models.store import ensure
from formcheck.outputs import Outputs, write_result
from formcheck.pose.track import PoseTrack
from formcheck.report.words import headline
from formcheck.results.describe import describe
from formcheck.results.folder import TRACK_NAME, ResultFolder
from formcheck.results.kept import kept_track
from formcheck.serve.access import without_path
from formcheck.video.reader import Video
from formcheck.workspace import sweep, workspace_name

__all__ = ["Queue", "TooLarge", "Upload", "file_name"]

_WAITING = 4
_KEPT = 50
_LOOKED_AT = 50  # results, the newest first
_FOLDER = ".uploads"
# What no file system of a server takes in a name, and names that are too long for one.
_UNNAMEABLE = re.compile(r'[<>:"/\\|?*\x00-\x1f\x7f]')
_LONGEST_STEM, _LONGEST_ENDING = 60, 8


class TooLarge(Exception):  # noqa: N818 - the sender's doing
    """More was sent than is allowed."""


@dataclass
class Upload:
    """One clip on its way.

    Attributes
    ----------
    state : str
        "waiting", "finding", "drawing", "done" or "failed".
    share : float
        Of the present state, 0..1.
    verdict : str
        What came out, once it is known; the page and the video are drawn after that.
    message : str
        Why it failed.
    result : str
        Name of the result's folder.
    """

    name: str
    state: str = "waiting"
    share: float = 0.0
    verdict: str = ""
    message: str = ""
    result: str = ""


class Queue:
    """Takes clips and analyses them in a thread.

    They lie in a hidden folder of this process until they are analysed. It goes when the
    queue is closed or the process ends; of one that was killed, when the next one begins.

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
        sweep(out, _FOLDER)
        self._folder = out / workspace_name(_FOLDER)
        self._clear = weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)
        self._coming = 0
        self.jobs: dict[str, Upload] = {}

    @property
    def full(self) -> bool:
        """Whether no more can be taken now."""
        busy = [job for job in self.jobs.values() if job.state not in {"done", "failed"}]
        return len(busy) + self._coming >= _WAITING

    async def take(self, pieces: AsyncIterator[bytes], settings: Settings, name: str = "") -> str:
        """Store a clip as it comes in, and queue it; the number to ask for.

        Parameters
        ----------
        pieces : iterator of bytes
            The clip.
        settings : Settings
        name : str
            Of its file, as the sender calls it.

        Raises
        ------
        TooLarge, OSError
            Nothing is kept then.
        """
        number = secrets.token_urlsafe(9)
        clip = self._folder / secrets.token_hex(8) / file_name(name)
        self._coming += 1
        try:
            clip.parent.mkdir(parents=True)
            with clip.open("xb") as file:
                await self._store(pieces, file)
        except BaseException:
            shutil.rmtree(clip.parent, ignore_errors=True)
            raise
        finally:
            self._coming -= 1
        for old in list(self.jobs)[:-_KEPT]:
            del self.jobs[old]
        self.jobs[number] = job = Upload(safe_name(clip.stem, number))
        self._pool.submit(self._analyse, clip, settings, job)
        return number

    async def _store(self, pieces: AsyncIterator[bytes], file: IO[bytes]) -> None:
        size = 0
        async for piece in pieces:
            size += len(piece)
            if size > self.most_bytes:
                raise TooLarge
            file.write(piece)

    def _kept(self, clip: Path, settings: Settings) -> PoseTrack | None:
        """The track of the same clip, if it was sent before."""
        results = sorted(self._out.glob(f"*/{TRACK_NAME}"), key=lambda file: -file.stat().st_mtime)
        if not results:
            return None
        sha256 = ensure(self._model).sha256
        found = (
            kept_track(file.parent, clip, sha256, settings.max_fps) for file in results[:_LOOKED_AT]
        )
        return next((track for track in found if track), None)

    def _analyse(self, clip: Path, settings: Settings, job: Upload) -> None:
        try:
            job.state = "finding"
            track = self._kept(clip, settings)
            track = track or read_track(clip, settings, self._model, _progress(job))
            analysis = analyze_track(track, settings)
            document = describe(analysis)
            job.verdict = headline(document).line
            job.state, job.share = "drawing", 0.0
            with ResultFolder(self._out, job.name) as folder:

                def drawn(done: int) -> None:
                    job.share = done / len(track)

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
            shutil.rmtree(clip.parent, ignore_errors=True)

    def close(self) -> None:
        """Let the clip that is analysed be finished; forget those that wait."""
        self._pool.shutdown(cancel_futures=True)
        self._clear()


def file_name(name: str) -> str:
    """A name for a file that says the same and leads nowhere else."""
    last = PurePosixPath(name.replace("\\", "/")).name
    path = PurePath(_UNNAMEABLE.sub("-", last).strip(" ."))
    stem, ending = path.stem[:_LONGEST_STEM], path.suffix[:_LONGEST_ENDING].rstrip(" .")
    if not stem.strip("-. "):
        stem = "clip"
    # Else it would be taken for a saved track.
    return f"{stem}.mp4" if ending.lower() in {"", ".npz"} else stem + ending


def _progress(job: Upload) -> Callable[[Video], Callable[[int], None]]:
    def on_video(video: Video) -> Callable[[int], None]:
        expected = video.expected or 0

        def on_frame(done: int) -> None:
            job.share = min(1.0, done / expected) if expected else 0.0

        return on_frame

    return on_video
