"""A set on the disk while it is lifted, so that a crash takes its last second at most.

Every second of poses is a small track of its own, written whole or not at all. A set
ends by being put together from them; so does one whose session was killed.
"""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Self

from formcheck.assessment.rubric import Rubric
from formcheck.errors import InputError
from formcheck.files import readable_errors, written_whole
from formcheck.pose.track import PoseTrack, join, load_track, save_track
from formcheck.settings import Settings
from formcheck.video.clip import ClipInfo
from formcheck.video.reader import describe_times

__all__ = ["SetSpool", "live_clip", "unfinished_sets"]

_SPOOLS = ".live"
_ABOUT, _LOCK = "about.json", "lock.db"


@dataclass(frozen=True)
class SetSpool:
    """The folder of one set; made by `begin` or found by `unfinished_sets`.

    Attributes
    ----------
    folder : Path
    name : str
        Of the result to be.
    settings : Settings
    lock : sqlite3.Connection
        Held as long as somebody lifts or saves: the system lets go of it with the
        process, on every platform.
    """

    folder: Path
    name: str
    settings: Settings
    lock: sqlite3.Connection

    @classmethod
    def begin(cls, out: Path, name: str, settings: Settings) -> Self:
        """Make the folder of a new set."""
        folder = out / _SPOOLS / name
        with readable_errors(out):
            folder.mkdir(parents=True)
            lock = _locked(folder)
            assert lock is not None
            spool = cls(folder, name, settings, lock)
            spool.describe(settings)
        return spool

    def describe(self, settings: Settings) -> SetSpool:
        """The same with other settings, which are written down."""
        with written_whole(self.folder / _ABOUT) as file:
            file.write(json.dumps(asdict(settings)).encode())
        return replace(self, settings=settings)

    @property
    def recording(self) -> Path:
        """Where its video is written, if it is."""
        return self.folder / "recording.mp4"

    def store(self, piece: PoseTrack) -> None:
        """Write the next frames."""
        path = self.folder / f"{piece.frame[0]:09}.npz"
        with readable_errors(self.folder.parents[1]), written_whole(path) as file:
            save_track(piece, file)
            file.flush()
            os.fsync(file.fileno())

    def track(self) -> PoseTrack | None:
        """All frames that were stored; None without any."""
        pieces = [load_track(path) for path in sorted(self.folder.glob("*.npz"))]
        if not pieces:
            return None
        whole = join(pieces)
        return replace(whole, clip=live_clip(self.name, replace(whole, clip=pieces[-1].clip)))

    def discard(self) -> None:
        """Forget the set."""
        self.lock.close()
        shutil.rmtree(self.folder, ignore_errors=True)
        if not any(self.folder.parent.glob("*")):
            shutil.rmtree(self.folder.parent, ignore_errors=True)


def live_clip(name: str, track: PoseTrack) -> ClipInfo:
    """What is known of a set that was not filmed, from its track.

    The checksum is that of the poses, and the same for the same set.
    """
    duration_s, fps, varies = describe_times(track.time_s)
    poses = sha256(track.time_s.tobytes() + track.landmarks_px.tobytes())
    return replace(
        track.clip,
        name=name,
        sha256=poses.hexdigest(),
        frames=len(track),
        duration_s=duration_s,
        fps=fps,
        variable_frame_rate=varies,
    )


def unfinished_sets(out: Path) -> Iterator[SetSpool | InputError]:
    """Sets of sessions that ended before they could save them, and why one cannot be read."""
    for about in sorted((out / _SPOOLS).glob(f"*/{_ABOUT}")):
        lock = _locked(about.parent)
        if lock is not None:
            try:
                settings = _settings(about.read_text(encoding="utf-8"))
            except (OSError, ValueError, TypeError) as error:
                lock.close()
                yield InputError(f"{about} is damaged: {error}. Remove its folder.")
                continue
            yield SetSpool(about.parent, about.parent.name, settings, lock)


def _locked(folder: Path) -> sqlite3.Connection | None:
    """Lock a folder, or None if another process holds it."""
    lock = sqlite3.connect(folder / _LOCK, timeout=0, isolation_level=None, check_same_thread=False)
    try:
        lock.execute("BEGIN EXCLUSIVE")
    except sqlite3.OperationalError:
        lock.close()
        return None
    return lock


def _settings(text: str) -> Settings:
    """Settings as `SetSpool.describe` wrote them down."""
    stored = json.loads(text)
    return Settings(**{**stored, "rubric": Rubric(**stored["rubric"])})
