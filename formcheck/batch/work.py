"""What a worker does with one clip."""

from __future__ import annotations

import datetime
import logging
import queue
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.batch.clips import Clip
from formcheck.batch.job import JOB_NAME, Job, Outcome, Status
from formcheck.batch.places import Place, as_json, opened
from formcheck.errors import FormcheckError, InputError
from formcheck.models.store import ResolvedModel

if TYPE_CHECKING:
    from formcheck.results.folder import ResultFolder

__all__ = ["Work", "analyze_clip", "run_within"]

_log = logging.getLogger(__name__)

Work = Callable[[Job], Outcome]


def run_within(job: Job, work: Work) -> Outcome:
    """Do the work, and give it up when its time is over.

    Whatever it raises is the clip's own misfortune: it becomes an `Outcome` too. The
    thread of a clip that hangs cannot be ended from here; whoever reads
    `Outcome.hung` ends the worker.
    """
    done: queue.Queue[Outcome] = queue.Queue()
    began = time.monotonic()

    def attempt() -> None:
        done.put(_contained(job, work))

    threading.Thread(target=attempt, name="formcheck-clip", daemon=True).start()
    try:
        return done.get(timeout=job.time_limit_s)
    except queue.Empty:
        reason = f"Given up: it took longer than the time limit of {job.time_limit_s:g} s."
        return Outcome(job.clip, "failed", reason, elapsed_s=time.monotonic() - began, hung=True)


def _contained(job: Job, work: Work) -> Outcome:
    began = time.monotonic()
    try:
        return work(job)
    except FormcheckError as error:
        reason = " ".join(str(error).split())
    except MemoryError:
        reason = "The memory did not suffice for it."
    except Exception as error:
        _log.exception("%s failed in a way that is not foreseen", job.clip.url)
        reason = f"Unforeseen: {type(error).__name__}: {error}".strip()
    return Outcome(job.clip, "failed", reason, elapsed_s=time.monotonic() - began)


def analyze_clip(job: Job, model: ResolvedModel) -> Outcome:
    """Analyse the clip and write its result, with `JOB_NAME` as its last file."""
    from formcheck.analysis import analyze_track, read_track
    from formcheck.annotate.render import face_note
    from formcheck.outputs import write_result
    from formcheck.report.words import headline
    from formcheck.results.describe import describe
    from formcheck.results.kept import kept_track
    from formcheck.video.reader import check_unchanged

    began = time.monotonic()
    place = Place(job.out)
    with _fetched(job.clip.url) as path, _result_in(place, job.folder, path) as folder:
        track = kept_track(folder.path, path, model.sha256, job.settings.max_fps)
        track = track or read_track(path, job.settings, model, jobs=1)
        analysis = analyze_track(track, job.settings)
        document = describe(analysis)
        with folder:
            write_result(path, analysis, document, folder, job.outputs)
            if path.suffix != ".npz":
                check_unchanged(path, track.clip)
            place.remove(f"{job.folder}/{JOB_NAME}")  # what is replaced is not done
            folder.publish()
        if place.local is None:
            place.upload(folder.path, job.folder)
    status: Status = "measured" if analysis.measured else "refused"
    elapsed_s = time.monotonic() - began
    finished = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    place.write(f"{job.folder}/{JOB_NAME}", as_json(job.record(status, elapsed_s, finished)))
    said = headline(document)
    note = f" {face_note(analysis)}" if job.outputs.blur_face else ""
    told = said.text if analysis.measured else said.line
    return Outcome(job.clip, status, told + note.rstrip(), job.folder, elapsed_s)


@contextmanager
def _fetched(url: str) -> Iterator[Path]:
    """The clip as a file of this machine, brought here if it is elsewhere."""
    files, path = opened(url)
    if Place(url).local is not None:
        yield Path(path)
        return
    with tempfile.TemporaryDirectory(prefix="formcheck-") as folder:
        here = Path(folder) / Clip(url).file_name
        try:
            files.get_file(path, str(here))
        except OSError as error:
            raise InputError(f"{url} cannot be fetched: {error}.") from error
        yield here


@contextmanager
def _result_in(place: Place, name: str, clip: Path) -> Iterator[ResultFolder]:
    """Where the result is written: its own place, or to be uploaded from here."""
    from formcheck.results.folder import ResultFolder

    parent, own = name.split("/")
    if place.local is not None:
        yield ResultFolder(place.local / parent, own, force=True, keep=clip)
        return
    with tempfile.TemporaryDirectory(prefix="formcheck-") as here:
        yield ResultFolder(Path(here), own)
