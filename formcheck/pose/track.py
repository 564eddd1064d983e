"""The pose track: all that is kept of a clip, and enough to analyse it again."""

from __future__ import annotations

import json
import math
import zipfile
import zlib
from collections.abc import Sequence
from dataclasses import MISSING, asdict, dataclass, fields, replace
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.arrays import BoolArray, FloatArray
from formcheck.errors import InputError
from formcheck.files import no_file
from formcheck.pose.discs import DISC_FIELDS, DISCS
from formcheck.pose.landmarks import LANDMARK_COUNT, middle
from formcheck.pose.layouts import Layout, in_mediapipe_order
from formcheck.pose.outline import STATIONS
from formcheck.video.clip import LEAST_STEP_S, LONGEST_S, ClipInfo

__all__ = ["READING_VERSION", "PoseTrack", "join", "load_track", "save_track"]

FORMAT_VERSION = 4
# To be raised with any change of what is found in a frame, or of which frames are read: a
# track of another version does not stand in for its clip.
READING_VERSION = 6

_SHAPES: dict[str, tuple[int, ...]] = {
    "frame": (),
    "time_s": (),
    "landmarks_px": (LANDMARK_COUNT, 2),
    "visibility": (LANDMARK_COUNT,),
    "profile": (2, STATIONS.size),
    "profile_sd": (2, STATIONS.size),
    "camera": (3,),
    "cut": (),
    "discs": (DISCS, len(DISC_FIELDS)),
    "looked": (),
}
# What earlier formats do not have: then the deviation is a usual one, the camera is taken to
# have stood still, no disc is known, and every frame was looked at.
_SINCE = {"profile_sd": 2, "camera": 2, "cut": 2, "discs": 3, "looked": 4}
_BOOLS = {"cut", "looked"}
_USUAL_SD = 0.004
# Steps that differ by more of their median are no constant rate.
_UNEVEN = 0.1
# 12 hours at 30 frames a second; a damaged header cannot ask for more memory.
_MAX_FRAMES = 1_300_000
# Pictures have no side over 1920 px; MediaPipe's guesses lie outside by a few widths.
_MOST = {"landmarks_px": 1e6, "visibility": 1e3, "profile": 1e6, "profile_sd": 1e3}
_MOST |= {"camera": 1e6, "discs": 1e6}
# Of an edge that is not the lifter's.
_MAY_BE_INFINITE = "profile_sd"
_MOST_FACTS_BYTES = 1_000_000
_MOST_NUMBER_BYTES = 8
_UNREADABLE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    MemoryError,
    zipfile.BadZipFile,
    zlib.error,
    RecursionError,
    NotImplementedError,
    RuntimeError,
)


@dataclass(frozen=True, eq=False)
class PoseTrack:
    """Landmarks and trunk outlines over time.

    Attributes
    ----------
    frame : int (N,)
        Number of the frame in the clip.
    time_s : float (N,)
        Seconds since the clip's first frame, strictly increasing.
    landmarks_px : float (N, 33, 2)
        MediaPipe's landmarks in pixels of the analysed picture, y down; NaN in
        frames without a person.
    visibility : float (N, 33)
        MediaPipe's own 0..1; known to be near 1 for joints that are hidden.
    profile : float (N, 2, K)
        Outline of the trunk on either side of the hip→shoulder axis of that
        frame (see `formcheck.pose.outline.trace_outline`), in axis lengths.
    profile_sd : float (N, 2, K)
        Its standard deviation, infinite where the edge is the background's (see
        `formcheck.pose.outline.find_edges`).
    camera : float (N, 3)
        How the background moved since the frame before: shift in pixels at the middle of
        the picture, and logarithm of the zoom; NaN where that is not known.
    cut : bool (N,)
        Frames with which another shot begins.
    clip : ClipInfo
    model_name, model_sha256 : str
    max_fps : float
        Most frames a second that were analysed; 0 for all.
    discs : float (N, DISCS, 6), optional
        What may be plates near the hands (see `formcheck.pose.discs.DiscWatch`); all NaN
        if not given.
    looked : bool (N,), optional
        Frames that were looked at; what others show is filled in (`formcheck.pose.rests`).
        All if not given.
    reading : int
        The `READING_VERSION` with which the clip was read; 0 where it is not known.
    """

    frame: NDArray[np.int64]
    time_s: FloatArray
    landmarks_px: NDArray[np.float32]
    visibility: NDArray[np.float32]
    profile: NDArray[np.float32]
    profile_sd: NDArray[np.float32]
    camera: NDArray[np.float32]
    cut: BoolArray
    clip: ClipInfo
    model_name: str
    model_sha256: str
    max_fps: float
    discs: NDArray[np.float32] = None  # type: ignore[assignment]
    looked: BoolArray = None  # type: ignore[assignment]
    reading: int = READING_VERSION

    def __post_init__(self) -> None:
        count = len(self.time_s)
        if not count:
            raise ValueError("a track has at least one frame")
        if self.discs is None:
            nowhere = np.full((count, *_SHAPES["discs"]), np.nan, np.float32)
            object.__setattr__(self, "discs", nowhere)
        if self.looked is None:
            object.__setattr__(self, "looked", np.ones(count, np.bool_))
        for name, tail in _SHAPES.items():
            shape = getattr(self, name).shape
            if shape != (count, *tail):
                raise ValueError(f"{name} must have shape {(count, *tail)}, got {shape}")
        if not np.isfinite(self.time_s).all() or (np.diff(self.time_s) <= 0).any():
            raise ValueError("time_s must be finite and strictly increasing")
        if np.ptp(self.time_s) > LONGEST_S or (np.diff(self.time_s) < LEAST_STEP_S / 2).any():
            raise ValueError("time_s is beyond what a camera films")
        for name, most in _MOST.items():
            size = np.abs(getattr(self, name))
            beyond = size > most  # NaN is not
            if (beyond & np.isfinite(size) if name == _MAY_BE_INFINITE else beyond).any():
                raise ValueError(f"{name} is beyond any picture")

    @classmethod
    def from_landmarks(
        cls,
        points_px: ArrayLike,
        time_s: ArrayLike,
        size_px: tuple[int, int],
        *,
        layout: Layout = "blazepose-33",
        profile: ArrayLike | None = None,
        name: str = "landmarks",
    ) -> PoseTrack:
        """A track of landmarks that another pose estimator found.

        Repetitions, tempo and joint angles need no more. The back is read off the trunk's
        outline: without one, the analysis says that it was hidden.

        Parameters
        ----------
        points_px : float (N, K, 2)
            In pixels, y down; NaN where a point was not found.
        time_s : float (N,)
            Seconds, strictly increasing.
        size_px : tuple of int
            Width and height of the picture.
        layout : {"blazepose-33", "coco-17", "body-25"}
            Which points these are: MediaPipe's, COCO's, or those of OpenPose.
        profile : float (N, 2, 64), optional
            The trunk's outline, see `formcheck.pose.outline.trace_outline`.
        name : str
            Of the clip.

        Raises
        ------
        ValueError
            If shapes do not fit, or times do not rise.
        """
        times = np.asarray(time_s, np.float64)
        landmarks = in_mediapipe_order(points_px, layout)
        shape = (len(times), *_SHAPES["profile"])
        outline = np.full(shape, np.nan) if profile is None else np.asarray(profile)
        steps = np.diff(times)
        step_s = float(np.median(steps)) if len(steps) else math.nan
        return cls(
            frame=np.arange(len(times), dtype=np.int64),
            time_s=times,
            landmarks_px=landmarks,
            visibility=np.asarray(np.isfinite(landmarks).all(axis=2), np.float32),
            profile=outline.astype(np.float32),
            **_stand_ins(outline),
            clip=ClipInfo(
                name=name,
                sha256="",
                width=size_px[0],
                height=size_px[1],
                frames=len(times),
                duration_s=float(steps.sum() + step_s) if len(steps) else 0.0,
                fps=1 / step_s,
                variable_frame_rate=bool(len(steps) and np.ptp(steps) > _UNEVEN * step_s),
                decode_failures=0,
                truncated=False,
                untimed_frames=0,
            ),
            model_name=layout,
            model_sha256="",
            max_fps=0.0,
            reading=0,
        )

    def __len__(self) -> int:
        return len(self.time_s)

    def __getitem__(self, frames: slice) -> PoseTrack:
        """A stretch of frames of the same clip."""
        return replace(self, **{name: getattr(self, name)[frames] for name in _SHAPES})

    def only(self, frames: NDArray[np.integer]) -> PoseTrack:
        """The track as if only these rising indices had been analysed."""
        arrays: dict[str, Any] = {name: getattr(self, name)[frames] for name in _SHAPES}
        since = np.concatenate([[0], np.asarray(frames)[:-1] + 1])
        if len(frames):
            arrays["camera"] = np.add.reduceat(self.camera[: frames[-1] + 1], since, axis=0)
            arrays["cut"] = np.logical_or.reduceat(self.cut[: frames[-1] + 1], since)
        return replace(self, **arrays)

    def __repr__(self) -> str:
        return f"PoseTrack({self.clip.name!r}, frames={len(self)}, found={self.found.sum()})"

    def nearest(self, time_s: float) -> int:
        """Index of the frame nearest to a moment."""
        return int(np.argmin(np.abs(self.time_s - time_s)))

    @property
    def found(self) -> BoolArray:
        """Frames in which a person was found, bool (N,)."""
        return np.asarray(np.isfinite(self.landmarks_px).all(axis=(1, 2)))

    @property
    def hip_px(self) -> FloatArray:
        """Middle of the hips, float (N, 2): where the outline's axis begins."""
        return middle(self.landmarks_px, "hip")

    @property
    def shoulder_px(self) -> FloatArray:
        """Middle of the shoulders, float (N, 2): where the outline's axis ends."""
        return middle(self.landmarks_px, "shoulder")


def join(pieces: Sequence[PoseTrack]) -> PoseTrack:
    """One track of stretches that follow each other."""
    arrays: dict[str, Any] = {
        name: np.concatenate([getattr(piece, name) for piece in pieces]) for name in _SHAPES
    }
    return replace(pieces[0], **arrays)


def save_track(track: PoseTrack, file: str | Path | IO[bytes]) -> None:
    """Write a track as ``.npz``: plain arrays and one line of JSON, no pickles."""
    about = {
        "format_version": FORMAT_VERSION,
        "clip": asdict(track.clip),
        "model_name": track.model_name,
        "model_sha256": track.model_sha256,
        "max_fps": track.max_fps,
        "reading": track.reading,
    }
    arrays: dict[str, Any] = {name: getattr(track, name) for name in _SHAPES}
    np.savez_compressed(file, about=np.array(json.dumps(about)), **arrays)


def load_track(path: str | Path) -> PoseTrack:
    """Read a track that `save_track` wrote.

    Raises
    ------
    InputError
        If the file is not a whole track of this format. Pickled objects are
        refused unread.
    """
    path = Path(path)
    try:
        if kind := no_file(path):
            raise InputError(f"{path} is {kind}, not a file.")
        if not zipfile.is_zipfile(path):
            raise ValueError("it is something else, or was cut off.")
        with path.open("rb") as file, np.load(file, allow_pickle=False) as stored:
            about = json.loads(_about(stored))
            _check_version(path, about)
            names = [name for name in _SHAPES if _stored_in(about["format_version"], name)]
            _check_headers(stored, names)
            arrays = {name: _array(stored, name) for name in names}
            return PoseTrack(
                **_stand_ins(arrays["profile"]) | arrays,
                clip=_clip(about["clip"]),
                model_name=str(about["model_name"]),
                model_sha256=str(about["model_sha256"]),
                max_fps=float(about["max_fps"]),
                reading=int(about.get("reading", 0)),
            )
    except _UNREADABLE as error:
        raise InputError(f"{path} is not a whole pose track: {_reason(error)}") from error


def _check_version(path: Path, about: Any) -> None:
    version = about["format_version"]
    if version not in range(1, FORMAT_VERSION + 1):
        raise InputError(
            f"{path} is a pose track of format {version}; this formcheck reads formats up to "
            f"{FORMAT_VERSION}. Analyse the clip again."
        )


def _stored_in(version: int, name: str) -> bool:
    """Whether tracks of a format hold an array."""
    return version >= _SINCE.get(name, 1)


def _stand_ins(profile: NDArray[np.floating]) -> dict[str, Any]:
    """What stands in for the arrays that an earlier format does not have."""
    return {
        "profile_sd": np.where(np.isfinite(profile), np.float32(_USUAL_SD), np.float32(np.nan)),
        "camera": np.zeros((len(profile), 3), np.float32),
        "cut": np.zeros(len(profile), np.bool_),
    }


def _about(stored: Any) -> str:
    """The line of JSON, after a look at what it says of itself."""
    shape, dtype = _header(stored, "about")
    if dtype.kind != "U" or shape != () or dtype.itemsize > _MOST_FACTS_BYTES:
        raise ValueError("about has an unexpected type or size")
    return str(stored["about"][()])


def _check_headers(stored: Any, names: Sequence[str]) -> None:
    """Look at what every array says of itself, before memory is asked for."""
    count = math.prod(_header(stored, "time_s")[0])
    for name in names:
        tail = _SHAPES[name]
        shape, dtype = _header(stored, name)
        kinds = {"frame": "iu"}.get(name, "b" if name in _BOOLS else "iuf")
        if dtype.kind not in kinds or dtype.itemsize > _MOST_NUMBER_BYTES:
            raise ValueError(f"{name} has an unexpected type")
        if shape != (count, *tail) or count > _MAX_FRAMES:
            raise ValueError(f"{name} has an unexpected shape")


def _header(stored: Any, name: str) -> tuple[tuple[int, ...], np.dtype[Any]]:
    with stored.zip.open(f"{name}.npy") as member:
        if np.lib.format.read_magic(member) != (1, 0):
            raise ValueError(f"{name} has an unexpected format")
        shape, _, dtype = np.lib.format.read_array_header_1_0(member)
    return shape, dtype


def _array(stored: Any, name: str) -> NDArray[Any]:
    kinds: dict[str, Any] = {"frame": np.int64, "time_s": np.float64}
    kind = kinds.get(name, np.bool_ if name in _BOOLS else np.float32)
    with np.errstate(over="ignore", invalid="ignore"):  # what does not fit is looked at later
        return np.asarray(stored[name]).astype(kind)


def _clip(told: dict[str, Any]) -> ClipInfo:
    known = [f for f in fields(ClipInfo) if f.name in told or f.default is MISSING]
    clip = ClipInfo(**{field.name: told[field.name] for field in known})
    kinds = {"str": (str,), "int": (int,), "bool": (bool,), "float": (int, float)}
    for field in fields(ClipInfo):
        if type(getattr(clip, field.name)) not in kinds[str(field.type)]:
            raise ValueError(f"{field.name} of the clip is of the wrong kind")
    timed = 0 <= clip.duration_s < math.inf and (math.isnan(clip.fps) or 0 < clip.fps < math.inf)
    if not timed or min(clip.width, clip.height, clip.frames) < 1:
        raise ValueError("the clip has no size, duration or rate that a clip can have")
    return clip


def _reason(error: Exception) -> str:
    if isinstance(error, KeyError):
        return f"{error.args[0]} is missing."
    return str(error).splitlines()[0] if str(error) else type(error).__name__
