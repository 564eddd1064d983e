"""Tracks that lie beside results, so that no clip is read twice."""

from __future__ import annotations

from pathlib import Path

from formcheck.errors import InputError
from formcheck.files import is_file, sha256_of
from formcheck.pose.track import READING_VERSION, PoseTrack, load_track
from formcheck.results.folder import TRACK_NAME

__all__ = ["kept_track"]


def kept_track(folder: Path, clip: Path, model_sha256: str, max_fps: float) -> PoseTrack | None:
    """The track of an earlier reading of a clip.

    Parameters
    ----------
    folder : Path
        Of the clip's result.
    clip : Path
        A saved track has none: it is one.
    model_sha256 : str
        Of the pose model.
    max_fps : float
        Most frames a second; 0 for all.

    Returns
    -------
    PoseTrack or None
        None where there is none of this very file, model, rate and reader.
    """
    file = folder / TRACK_NAME
    try:
        if clip.suffix == ".npz" or not is_file(file):
            return None
        track = load_track(file)
        wanted = (READING_VERSION, model_sha256, max_fps, clip.name)
        known = (track.reading, track.model_sha256, track.max_fps, track.clip.name)
        return track if known == wanted and track.clip.sha256 == sha256_of(clip) else None
    except (InputError, OSError):
        return None
