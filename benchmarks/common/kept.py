"""Pose tracks of real clips, kept in a folder for the next time."""

from __future__ import annotations

from pathlib import Path

from formcheck.analysis import Settings, read_track
from formcheck.pose.track import PoseTrack, load_track, save_track

__all__ = ["kept_track"]


def kept_track(clip: Path, folder: Path | None) -> PoseTrack:
    """The pose in a clip; found only if it is not in the folder, and put there then."""
    kept = folder / f"{clip.stem}.npz" if folder else None
    if kept and kept.is_file():
        return load_track(kept)
    track = read_track(clip, Settings())
    if kept:
        kept.parent.mkdir(parents=True, exist_ok=True)
        save_track(track, kept)
    return track
