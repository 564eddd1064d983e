"""The machine: Python, the libraries of the system, disks, the settings found here."""

from __future__ import annotations

import ctypes
import os
import platform
import shutil
import sys
import tempfile
from pathlib import Path

from formcheck.doctor.check import Check, Status, complaint
from formcheck.errors import FormcheckError

__all__ = ["cache_folder", "configuration", "libraries", "python", "results_folder", "scratch"]

_OLDEST = (3, 11)
# What libmediapipe and cv2 are linked to and do not bring, with Debian's packages
# (ldd of mediapipe 1.2.3 and opencv-contrib-python 5.1).
_LIBRARIES = {
    "libEGL.so.1": "libegl1",
    "libGLESv2.so.2": "libgles2",
    "libGL.so.1": "libgl1",
    "libglib-2.0.so.0": "libglib2.0-0",
    "libgthread-2.0.so.0": "libglib2.0-0",
}
# A set of 20 s leaves 6.3 MB: a report of 5 MB, and 4 MB of video a minute. What the
# model takes while it is fetched (100 MB) is checked by the download itself.
_LEAST_BYTES = 50_000_000
_FEW_BYTES = 1_000_000_000


def python() -> Check:
    """The interpreter: new enough, and of 64 bits, as mediapipe's wheels are."""
    bits = 64 if sys.maxsize > 2**32 else 32
    version = platform.python_version()
    found = f"{platform.python_implementation()} {version}, {bits} bit, {sys.executable}"
    if sys.version_info < _OLDEST or bits != 64:
        advice = "Install Python 3.11 or newer, of 64 bits, and make a new environment with it."
        return Check("Python", "fail", found, advice)
    return Check("Python", "ok", found)


def libraries() -> Check:
    """The shared libraries that MediaPipe and OpenCV want of a Linux system."""
    name = "System libraries"
    if not sys.platform.startswith("linux"):
        return Check(name, "ok", f"none wanted on {platform.system()}")
    missing = [library for library in _LIBRARIES if not _loads(library)]
    if missing:
        packages = " ".join(dict.fromkeys(_LIBRARIES[library] for library in missing))
        advice = f"Debian, Ubuntu: apt-get install {packages}"
        return Check(name, "fail", f"missing: {', '.join(missing)}", advice)
    return Check(name, "ok", ", ".join(_LIBRARIES))


def _loads(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def configuration() -> Check:
    """`formcheck.toml`, if there is one."""
    from formcheck.config import find_file, load_rubric

    name = "Settings"
    try:
        load_rubric()
    except FormcheckError as error:
        return complaint(name, error, "See: formcheck config show")
    return Check(name, "ok", str(find_file() or "the built-in ones; there is no formcheck.toml"))


def cache_folder() -> Check:
    """Where the pose model is kept."""
    from formcheck.models.store import model_path

    name = "Model folder"
    try:
        folder = model_path().absolute().parent
    except FormcheckError as error:
        return complaint(name, error, "Set FORMCHECK_CACHE to a folder of your own.")
    return _room(name, folder, "Set FORMCHECK_CACHE to a folder that can be written.")


def results_folder(out: Path = Path("results")) -> Check:
    """Where results go by default."""
    return _room("Results folder", out.absolute(), "Choose another folder with --out.")


def scratch() -> Check:
    """Where ffmpeg's messages, fetched clips and the history are put for a while."""
    advice = "Set TMPDIR to a folder that can be written."
    try:
        folder = Path(tempfile.gettempdir())
    except FileNotFoundError as error:
        return Check("Temporary files", "fail", str(error), advice)
    return _room("Temporary files", folder, advice)


def _room(name: str, folder: Path, elsewhere: str) -> Check:
    """Whether files can be made in a folder, and how many."""
    there = next(path for path in (folder, *folder.parents) if os.access(path, os.F_OK))
    try:
        with tempfile.TemporaryFile(dir=there) as file:
            file.write(b"formcheck")
        free_bytes = shutil.disk_usage(there).free
    except OSError as error:
        return Check(name, "fail", f"{folder}: {error.strerror or error}", elsewhere)
    status: Status = (
        "fail" if free_bytes < _LEAST_BYTES else "warn" if free_bytes < _FEW_BYTES else "ok"
    )
    advice = "" if status == "ok" else f"Free some space. {elsewhere}"
    return Check(name, status, f"{folder}, {free_bytes / 1e9:.1f} GB free", advice)
