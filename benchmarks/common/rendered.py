"""Rendered clips with their truth, kept on disk: what the accuracy benchmarks stand on."""

from __future__ import annotations

import csv
import hashlib
import json
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

import formcheck
from common.script import ROOT
from formcheck.analysis import read_track
from formcheck.arrays import FloatArray
from formcheck.pose.landmarks import middle
from formcheck.pose.outline import trace_outline
from lifter.clip import write_clip
from lifter.params import Take

__all__ = [
    "CACHE",
    "NOT_DRAWING",
    "RenderedClip",
    "TrueBack",
    "Truth",
    "digest",
    "folder_of",
    "rendered_clip",
]


CACHE = ROOT / ".cache" / "rendered"

# The stored silhouette is black and white; this blur brings its edge back to a tenth
# of a pixel.
_EDGE_BLUR_PX = 1.0
# How sure a true outline is, in axis lengths.
_TRUE_SD = 0.001

# What of formcheck a track hangs on, if its clip stays the same.
_FINDING = (
    "pose/landmarker",
    "pose/detector",
    "pose/second_look",
    "pose/background",
    "pose/outline",
    "pose/camera",
    "pose/discs",
    "pose/landmarks",
    "video/reader",
    "models/store",
    "geometry/view",
)
# Modules of the renderer that decide no pixel of a take.
NOT_DRAWING = {"__main__", "gallery", "samples"}

# MediaPipe's landmarks that have no truth of their own stand where a neighbour is.
_PLACES = (
    *("nose", "left_eye", "left_eye", "left_eye", "right_eye", "right_eye", "right_eye"),
    *("left_ear", "right_ear", "nose", "nose", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", *("left_wrist", "right_wrist") * 4, "left_hip", "right_hip"),
    *("left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel", "right_heel"),
    *("left_foot_index", "right_foot_index"),
)


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true in a clip, per frame of the track that was found in it.

    Attributes
    ----------
    lumbar_deg, flexion_deg, thoracic_deg : float (N,)
    rep : int (N,)
    phase : tuple of str
    joints_px : float (N, 33, 2)
    """

    lumbar_deg: FloatArray
    flexion_deg: FloatArray
    thoracic_deg: FloatArray
    rep: NDArray[np.int64]
    phase: tuple[str, ...]
    joints_px: FloatArray


@dataclass(frozen=True, eq=False)
class TrueBack:
    """The trunk's own outline, per frame of the track (see `lifter.back`).

    Attributes
    ----------
    along : float (K,)
        Stations in trunk lengths from the true hip.
    edge_px : float (N, 2, K, 2)
        Back and front, also where something covers them; NaN where there is none.
    state : uint8 (N, 2, K)
        What each point is in the picture: `lifter.back.OWN` and others.
    """

    along: FloatArray
    edge_px: FloatArray
    state: NDArray[np.uint8]


@dataclass(frozen=True, eq=False)
class RenderedClip:
    """One take: the track found in its picture, and one of true joints and silhouette.

    Attributes
    ----------
    back : TrueBack or None
        If it was asked for.
    """

    take: Take
    picture: formcheck.PoseTrack
    true: formcheck.PoseTrack
    truth: Truth
    back: TrueBack | None = None


def rendered_clip(
    take: Take, cache: Path = CACHE, *, max_fps: float = 30.0, back: bool = False
) -> RenderedClip:
    """Render a take and find the pose in it, unless both are there."""
    folder = _rendered(take, cache, back=back)
    track = _found(folder / f"{take.name}.mp4", max_fps)
    truth = _truth(folder / f"{take.name}.truth.csv", track)
    stored = folder / f"true-{digest(_source('pose/outline'), _settings(max_fps))}.npz"
    if not stored.is_file():
        formcheck.save_track(_true_track(track, truth, folder, take.name), stored)
    known = _true_back(folder / f"{take.name}.back.npz", track) if back else None
    return RenderedClip(take, track, formcheck.load_track(stored), truth, known)


def _rendered(take: Take, cache: Path, *, back: bool) -> Path:
    folder = folder_of(take, cache)
    wanted = f"{take.name}.back.npz" if back else f"{take.name}.mp4"
    if not (folder / wanted).is_file():
        write_clip(take, folder, masks=True, back=back)
    return folder


def folder_of(take: Take, cache: Path = CACHE) -> Path:
    """Folder of a clip, named by all that decides its pixels."""
    every = sorted((ROOT / "lifter").glob("*.py"))
    sources = [path for path in every if path.stem not in NOT_DRAWING]
    name = digest(json.dumps(asdict(take)).encode(), *(s.read_bytes() for s in sources))
    return cache / name


def _found(video: Path, max_fps: float) -> formcheck.PoseTrack:
    """The track found in a clip, kept until the code that finds it changes."""
    name = digest(*(_source(name) for name in _FINDING), _settings(max_fps))
    stored = video.with_name(f"track-{name}.npz")
    if stored.is_file():
        return formcheck.load_track(stored)
    track = read_track(video, formcheck.Settings("deadlift", max_fps))
    formcheck.save_track(track, stored)
    return track


def _source(module: str) -> bytes:
    return (ROOT / "formcheck" / f"{module}.py").read_bytes()


def _settings(max_fps: float) -> bytes:
    return str(max_fps).encode()


def digest(*parts: bytes) -> str:
    """A short name for contents."""
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _truth(path: Path, track: formcheck.PoseTrack) -> Truth:
    with path.open(newline="", encoding="utf-8") as stream:
        every = list(csv.DictReader(stream))
    rows = [every[i] for i in track.frame]
    places = [[(row[f"{n}_x_px"], row[f"{n}_y_px"]) for n in _PLACES] for row in rows]

    def column(name: str) -> FloatArray:
        return np.array([float(row[name]) for row in rows])

    return Truth(
        lumbar_deg=column("lumbar_deg"),
        flexion_deg=column("flexion_deg"),
        thoracic_deg=column("thoracic_deg"),
        rep=column("rep").astype(np.int64),
        phase=tuple(row["phase"] for row in rows),
        joints_px=np.array(places, dtype=np.float64),
    )


def _true_back(path: Path, track: formcheck.PoseTrack) -> TrueBack:
    with np.load(path) as stored:
        edge_px, state = stored["edge_px"], stored["state"]
        return TrueBack(stored["along"], edge_px[track.frame], state[track.frame])


def _true_track(
    track: formcheck.PoseTrack, truth: Truth, folder: Path, name: str
) -> formcheck.PoseTrack:
    """The same track with true joints, and outlines of the true silhouette."""
    with np.load(folder / f"{name}.masks.npz") as stored:
        packed, width = stored["packed"], int(stored["shape"][2])
    hip, shoulder = middle(truth.joints_px, "hip"), middle(truth.joints_px, "shoulder")
    outlines = []
    for i, frame in enumerate(track.frame):
        mask = np.unpackbits(packed[frame], axis=1, count=width).astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), _EDGE_BLUR_PX), np.float32)
        outlines.append(trace_outline(soft, hip[i], shoulder[i]).astype(np.float32))
    return replace(
        track,
        landmarks_px=truth.joints_px.astype(np.float32),
        visibility=np.ones_like(track.visibility),
        profile=np.stack(outlines),
        profile_sd=np.where(np.isfinite(outlines), _TRUE_SD, np.nan).astype(np.float32),
    )
