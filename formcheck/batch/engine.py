"""Maps the analysis of one clip over the workers: nothing lost, one clip a worker."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import distributed

from formcheck.batch.cluster import Clipwork, run_on_worker
from formcheck.batch.job import Job, Outcome
from formcheck.batch.work import analyze_clip
from formcheck.errors import ConfigurationError

__all__ = ["run_jobs"]

_log = logging.getLogger(__name__)

# How often to look whether workers came or went.
_LOOK_S = 5.0
_NOBODY_S = 120.0


@dataclass
class _Underway:
    """Clips at the workers."""

    client: distributed.Client
    clipwork: Clipwork
    futures: dict[distributed.Future[Any], Job]

    def submit(self, job: Job) -> None:
        future = self.client.submit(
            run_on_worker, job, self.clipwork, key=f"formcheck-{job.key}", pure=False, retries=0
        )
        self.futures[future] = job

    def ended(self) -> list[distributed.Future[Any]]:
        """Those that ended; none if that takes long."""
        try:
            done = distributed.wait(
                list(self.futures), timeout=_LOOK_S, return_when="FIRST_COMPLETED"
            ).done
        except TimeoutError:
            return []
        return [future for future in self.futures if future in done]

    def take(self, future: distributed.Future[Any]) -> Outcome:
        """The outcome of a clip, whatever became of its worker."""
        job = self.futures.pop(future)
        error = future.exception()
        outcome = _lost(job, error) if error else future.result()
        future.release()
        if outcome.hung:
            self._restart(outcome.worker)
        return replace(outcome, clip=job.clip)

    def _restart(self, worker: str) -> None:
        """End a worker with a clip that hangs; its nanny starts another one."""
        try:
            self.client.restart_workers([worker], timeout=60)
        except Exception as error:
            _log.warning("The worker %s, on which a clip hangs, stays: %s", worker, error)


def run_jobs(
    client: distributed.Client,
    jobs: Iterable[Job],
    clipwork: Clipwork = analyze_clip,
    on_start: Callable[[Job], None] | None = None,
) -> Iterator[Outcome]:
    """Analyse clips on all workers, and yield what came of each as it ends.

    No more clips are handed out than there are workers' threads: what is not begun
    is lost to no crash.

    Raises
    ------
    ConfigurationError
        If there is no worker for two minutes.
    """
    waiting = iter(jobs)
    underway = _Underway(client, clipwork, {})
    nobody_s = 0.0
    try:
        while _fill(underway, waiting, on_start):
            ended = underway.ended()
            nobody_s = 0.0 if ended or client.nthreads() else nobody_s + _LOOK_S
            if nobody_s >= _NOBODY_S:
                raise ConfigurationError(
                    "The workers are gone. Start some, then run the same command again: it goes "
                    "on where it stopped."
                )
            for future in ended:
                yield underway.take(future)
    finally:
        client.cancel(list(underway.futures), force=True)


def _fill(
    underway: _Underway, waiting: Iterator[Job], on_start: Callable[[Job], None] | None
) -> bool:
    """Hand out clips for as many threads as there are; False if all are done."""
    threads = max(1, sum(underway.client.nthreads().values()))
    while len(underway.futures) < threads:
        job = next(waiting, None)
        if job is None:
            break
        if on_start:
            on_start(job)
        underway.submit(job)
    return bool(underway.futures)


def _lost(job: Job, error: BaseException) -> Outcome:
    if isinstance(error, distributed.KilledWorker):
        reason = (
            "The process that analysed it died each time, perhaps for want of memory or by a "
            "fault of the decoder."
        )
    else:
        reason = f"Unforeseen: {type(error).__name__}: {error}"
    return Outcome(job.clip, "failed", reason)
