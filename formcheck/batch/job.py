"""One clip to be analysed: what it is, and how to know that it was done before."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass, field
from pathlib import PurePosixPath
from typing import Any, Literal

from formcheck import __version__
from formcheck.batch.clips import Clip
from formcheck.batch.places import safe_name
from formcheck.outputs import Outputs
from formcheck.settings import Settings

__all__ = ["CLIPS", "JOB_NAME", "Job", "Outcome", "Status"]

CLIPS = "clips"
"""Folder of the results of all clips."""
JOB_NAME = "job.json"
"""Written last: a result without it is not done."""
Status = Literal["measured", "refused", "failed", "skipped"]


@dataclass(frozen=True)
class Job:
    """A clip with all that shapes its result.

    Attributes
    ----------
    clip : Clip
    content : str
        What changes with the clip's content.
    settings : Settings
    outputs : Outputs
    model_sha256 : str
    out : str
        Path or URL of the folder of the batch.
    time_limit_s : float
        A clip that takes longer is given up.
    """

    clip: Clip
    content: str
    settings: Settings
    outputs: Outputs
    model_sha256: str
    out: str
    time_limit_s: float

    @property
    def key(self) -> str:
        """The same for the same content, settings, model, files wanted and version."""
        told = {
            "content": self.content,
            "settings": asdict(self.settings),
            "outputs": asdict(self.outputs),
            "model": self.model_sha256,
            "version": __version__,
        }
        return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()

    @property
    def folder(self) -> str:
        """Of its result, in the folder of the batch; the same for the same content."""
        return f"{CLIPS}/{safe_name(PurePosixPath(self.clip.name).stem, self.content)}"

    def record(self, status: Status, elapsed_s: float, finished: str) -> dict[str, Any]:
        """What is written beside the result to know it again."""
        return {
            "key": self.key,
            "content": self.content,
            "clip": asdict(self.clip),
            "status": status,
            "elapsed_s": round(elapsed_s, 3),
            "finished": finished,
            "formcheck_version": __version__,
        }


@dataclass(frozen=True)
class Outcome:
    """What came of one clip.

    Attributes
    ----------
    clip : Clip
    status : {"measured", "refused", "failed", "skipped"}
        Refused: read, but nothing could be measured. Skipped: done before, or named twice.
    text : str
        The verdict, or the reason, in a line.
    folder : str
        Of the result in the folder of the batch; empty if it failed.
    elapsed_s : float
    worker : str
        Address of the worker; empty if none was asked.
    hung : bool
        Whether the time limit passed, and the worker may still be at it.
    twice : bool
        Whether it is the same as another one of this run, which was taken.
    """

    clip: Clip
    status: Status
    text: str
    folder: str = ""
    elapsed_s: float = 0.0
    worker: str = field(default="", compare=False)
    hung: bool = False
    twice: bool = False
