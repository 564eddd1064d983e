"""Hidden folders in which files come about, and what killed processes left of them.

A folder's name holds the machine and the process that made it, so that the next one can
tell a folder at work from one that is abandoned.
"""

from __future__ import annotations

import contextlib
import os
import platform
import secrets
import shutil
import time
from pathlib import Path

__all__ = ["sweep", "workspace_name"]

_STALE_S = 6 * 3600.0


def workspace_name(prefix: str) -> str:
    """A name that nobody has, for a folder of this process."""
    return f"{prefix}-{platform.node()}-{os.getpid()}-{secrets.token_hex(4)}"


def sweep(folder: Path, prefix: str) -> None:
    """Remove the workspaces of processes that were killed."""
    for workspace in folder.glob(f"{prefix}-*"):
        with contextlib.suppress(OSError, ValueError):
            if _is_abandoned(workspace, prefix):
                shutil.rmtree(workspace)


def _is_abandoned(workspace: Path, prefix: str) -> bool:
    node, pid, _ = workspace.name.removeprefix(f"{prefix}-").rsplit("-", 2)
    # Another machine's processes cannot be seen, and on Windows kill() kills.
    if node != platform.node() or os.name != "posix":
        return time.time() - workspace.stat().st_mtime > _STALE_S
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    return False
