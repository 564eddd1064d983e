"""From a set on the disk to its result, as `formcheck analyze` would write it."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from formcheck.analysis import SetAnalysis, analyze_track
from formcheck.errors import FormcheckError, InputError
from formcheck.live.spool import SetSpool, unfinished_sets
from formcheck.outputs import Outputs, write_result
from formcheck.pose.track import PoseTrack
from formcheck.results.describe import describe
from formcheck.results.document import AnalysisDocument
from formcheck.results.folder import ResultFolder
from formcheck.video.clip import ClipInfo
from formcheck.video.reader import open_video

__all__ = ["Saved", "describe_recovered", "recover", "save_set"]


@dataclass(frozen=True, eq=False)
class Saved:
    """A set that was saved, and where."""

    analysis: SetAnalysis
    document: AnalysisDocument
    folder: Path


def save_set(spool: SetSpool, out: Path) -> Saved | None:
    """Analyse a whole set, write its result, and forget its pieces.

    None if it holds no repetition; a set that was filmed is kept all the same.
    """
    track = spool.track()
    filmed = track is not None and _filmed(spool.recording)
    if track is None:
        spool.discard()
        return None
    clip = Path("live.npz")
    if filmed:
        clip = spool.recording
        track = replace(track, clip=_recorded(track, clip, f"{spool.name}.mp4"))
    analysis = analyze_track(track, spool.settings)
    if not analysis.reps and not filmed:
        spool.discard()
        return None
    document = describe(analysis)
    with ResultFolder(out, spool.name) as folder:
        outputs = Outputs(video=filmed, track=not filmed)
        write_result(clip, analysis, document, folder, outputs)
        if filmed:
            shutil.copyfile(clip, folder.staging / f"{spool.name}.mp4")
        folder.publish()
    spool.discard()
    return Saved(analysis, document, folder.path)


def recover(out: Path) -> Iterator[Saved | FormcheckError]:
    """Save the sets of sessions that were killed; one that cannot be saved is no obstacle."""
    for spool in unfinished_sets(out):
        if isinstance(spool, InputError):
            yield spool
            continue
        try:
            saved = save_set(spool, out)
        except FormcheckError as error:
            spool.lock.close()
            yield error
        else:
            yield from [saved] if saved else []


def describe_recovered(one: Saved | FormcheckError) -> str:
    """What to say of it."""
    if isinstance(one, FormcheckError):
        return f"A set of a session that was cut off cannot be saved: {one}"
    return f"Saved from a session that was cut off: {one.folder}"


def _filmed(recording: Path) -> bool:
    """Whether there is a film that can be read: a killed encoder may leave none."""
    try:
        with open_video(recording) as video:
            return next(iter(video), None) is not None
    except InputError:
        return False


def _recorded(track: PoseTrack, film: Path, name: str) -> ClipInfo:
    with film.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256")
    return replace(track.clip, name=name, sha256=digest.hexdigest())
