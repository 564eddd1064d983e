"""The workers: of this machine, or of a cluster that runs already."""

from __future__ import annotations

import hashlib
import logging
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any, cast

import dask
import distributed
from distributed.diagnostics.plugin import WorkerPlugin

from formcheck import __version__
from formcheck.batch.job import Job, Outcome
from formcheck.batch.work import analyze_clip, run_within
from formcheck.cores import available_cores
from formcheck.errors import ConfigurationError
from formcheck.models.store import ResolvedModel

__all__ = ["Clipwork", "connected", "give_model", "run_on_worker"]

_PLUGIN = "formcheck-model"
_CONNECT_S = 30
# A worker that was killed may have been unlucky (a node taken away, memory used by
# others): its clip is tried once more. A clip that kills two workers is to blame.
_FORGIVEN = 1
_LOCAL: dict[str, Any] = {
    "distributed.scheduler.allowed-failures": _FORGIVEN,
    # One clip a worker: none waits behind one that may hang or crash.
    "distributed.scheduler.worker-saturation": 1.0,
    "distributed.admin.tick.limit": "60s",
}
# Numeric libraries would each start a thread a core, in every worker.
_ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
# Who logs tracebacks of its own threads while a local cluster is ended half way.
_CHATTY = ("distributed", "tornado.application")

Clipwork = Callable[[Job, ResolvedModel], Outcome]


class _Model(WorkerPlugin):
    """Brings the pose model to each worker once, whenever it joins."""

    name = _PLUGIN

    def __init__(self, name: str, sha256: str, content: bytes) -> None:
        self._name, self._sha256, self._content = name, sha256, content
        self.model = ResolvedModel(name, Path(), sha256)

    def setup(self, worker: Any) -> None:
        """Write the bundle to the worker's own folder, and ready the process."""
        path = Path(worker.local_directory) / f"{self._sha256[:16]}.task"
        path.write_bytes(self._content)
        if hashlib.sha256(self._content).hexdigest() != self._sha256:
            raise RuntimeError("the pose model was damaged on its way to the worker")
        self._content = b""
        self.model = ResolvedModel(self._name, path, self._sha256)
        _ready_process()


def _ready_process() -> None:
    """Leave Ctrl-C to the one who started the batch, and take one thread a clip."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGINT, signal.SIG_IGN)
    import cv2

    cv2.setNumThreads(1)


@contextmanager
def connected(scheduler: str | None, workers: int | None) -> Iterator[distributed.Client]:
    """Connect to a cluster, or start one with a process a core.

    Parameters
    ----------
    scheduler : str or None
        Address of a running one, such as ``tcp://10.0.0.1:8786``.
    workers : int or None
        Of the local cluster; None for one a core.

    Raises
    ------
    ConfigurationError
        If the cluster cannot be reached, has no workers, or runs another formcheck.
    """
    if scheduler:
        with _client(scheduler) as client:
            _check(client)
            yield client
        return
    with dask.config.set(_LOCAL), _local_cluster(workers) as cluster, _client(cluster) as client:
        yield client


@contextmanager
def _local_cluster(workers: int | None) -> Iterator[distributed.LocalCluster]:
    for name in _CHATTY:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    environment = dask.config.get("distributed.nanny.pre-spawn-environ", {}) | _ONE_THREAD
    with (
        dask.config.set({"distributed.nanny.pre-spawn-environ": environment}),
        distributed.LocalCluster(
            n_workers=workers or available_cores(),
            threads_per_worker=1,
            processes=True,
            dashboard_address="127.0.0.1:0",
            worker_dashboard_address="127.0.0.1:0",
            host="127.0.0.1",
            silence_logs=logging.CRITICAL,
        ) as cluster,
    ):
        yield cluster


@contextmanager
def _client(target: str | distributed.LocalCluster) -> Iterator[distributed.Client]:
    try:
        client = distributed.Client(target, timeout=_CONNECT_S)
    except (OSError, ValueError, TimeoutError) as error:
        raise ConfigurationError(
            f"There is no scheduler at {target}: {error}.\nStart one with: dask scheduler"
        ) from error
    with client:
        yield client


def _check(client: distributed.Client) -> None:
    """Have a worker, and the same formcheck on all of them."""
    try:
        client.wait_for_workers(1, timeout=_CONNECT_S)
    except TimeoutError as error:
        raise ConfigurationError(
            "The scheduler has no workers.\nStart some with: dask worker ADDRESS --nthreads 1"
        ) from error
    try:
        versions = set(client.run(_version).values())
    except Exception as error:
        raise ConfigurationError(
            f"formcheck cannot be used on the workers: {error}.\n"
            f"Install formcheck[batch] {__version__} there."
        ) from error
    if versions != {__version__}:
        raise ConfigurationError(
            f"The workers have formcheck {', '.join(sorted(versions))}, this is {__version__}.\n"
            "Install the same version everywhere."
        )


def _version() -> str:
    return __version__


def give_model(client: distributed.Client, model: ResolvedModel) -> None:
    """Send the model to every worker once, and to those who join later."""
    client.register_plugin(_Model(model.name, model.sha256, model.path.read_bytes()), name=_PLUGIN)


def run_on_worker(job: Job, clipwork: Clipwork = analyze_clip) -> Outcome:
    """Do one clip: what the scheduler sends to a worker."""
    worker = distributed.get_worker()
    plugin = cast(_Model, worker.plugins[_PLUGIN])
    outcome = run_within(job, lambda one: clipwork(one, plugin.model))
    return replace(outcome, worker=worker.address)
