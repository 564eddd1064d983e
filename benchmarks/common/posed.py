"""Sets of posed lifters as tracks of landmarks, without drawing or finding them.

The joints are the truth of `lifter`, seen by its camera; on top comes what MediaPipe does to
them. So a thousand sets take minutes, and what is tested is what comes after the pose.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from formcheck.arrays import FloatArray
from formcheck.pose.landmarks import LANDMARK_COUNT, MIRRORED
from formcheck.pose.outline import STATIONS
from formcheck.pose.track import PoseTrack
from formcheck.video.clip import ClipInfo
from lifter.camera import view_of
from lifter.motion import Motion, motion_of
from lifter.params import Take
from lifter.posture import joints
from lifter.solve import Solver

__all__ = ["PosedSet", "RepTruth", "posed_set", "resampled", "sliced", "true_reps"]

# Of 40 labelled clips against a filter of 4 Hz: jitter of 0.005-0.02 trunk lengths, more on
# the far side; constant and posture-dependent offsets of some 0.03 (docs/measurement.md).
_JITTER, _FAR_JITTER, _OFFSET = 0.010, 0.020, 0.025
_JITTER_LASTS_S = 0.12
# A wrist or a knee that is lost behind something for a moment.
_GLITCHES_PER_S, _GLITCH_S, _GLITCH_TRUNKS = 0.05, 0.12, 0.5
_TRUNK_SHARE = 0.288
_POSED_FPS = 15.0

_NAMES: tuple[str, ...] = (
    "nose", *["left_eye"] * 3, *["right_eye"] * 3, "left_ear", "right_ear", "nose", "nose",
    "left_shoulder", "right_shoulder", "left_elbow", "right_elbow", "left_wrist", "right_wrist",
    *["left_wrist", "right_wrist"] * 3, "left_hip", "right_hip", "left_knee", "right_knee",
    "left_ankle", "right_ankle", "left_heel", "right_heel", "left_foot_index",
    "right_foot_index",
)  # fmt: skip


@dataclass(frozen=True)
class RepTruth:
    """When a repetition happens, and when it is done: a deadlift is at lock-out."""

    start_s: float
    done_s: float
    end_s: float


@dataclass(frozen=True, eq=False)
class PosedSet:
    """A track with the repetitions that are in it; none for movements that are no lift."""

    take: Take
    track: PoseTrack
    reps: tuple[RepTruth, ...]

    @property
    def lift(self) -> str:
        """Name of the lift, or "other"."""
        return self.take.plan.lift


def posed_set(take: Take, *, noisy: bool = True) -> PosedSet:
    """Pose a whole set and look at it with the take's camera."""
    motion = motion_of(take)
    time_s = np.arange(motion.frames) / take.camera.fps
    points = _seen(take, motion, time_s)
    if noisy:
        points = _as_found(points, time_s, take)
    if take.camera.facing == "left":
        points = _mirrored(points, take.camera.width_px)
    if take.plan.opening == "empty":
        empty = time_s < motion.strokes[0].end_s
        points[empty] = np.nan
    track = replace(_track(points, time_s, take), profile=_outline(take, motion, time_s))
    return PosedSet(take, track, true_reps(take, motion))


def _seen(take: Take, motion: Motion, time_s: FloatArray) -> FloatArray:
    """Landmarks in pixels, float (N, 33, 2)."""
    solver = Solver(take.body, motion.lift)
    posed_s = np.arange(0.0, motion.duration_s + 1 / _POSED_FPS, 1 / _POSED_FPS)
    world = []
    for at_s in posed_s:
        places = joints(solver.frame, solver(motion.at(at_s)[1]))
        world.append([places[name] for name in _named(places)])
    every = np.array(world)
    smooth = np.stack(
        [np.interp(time_s, posed_s, row) for row in every.reshape(len(every), -1).T], axis=1
    ).reshape(len(time_s), LANDMARK_COUNT, 3)
    lift, camera = motion.lift, take.camera
    aim_m = lift.aim_m if np.isnan(camera.aim_m) else camera.aim_m
    view = view_of(camera, (lift.aim_x_m * take.body.height_m / 1.75, aim_m))
    return np.stack(
        [
            view.project(motion.place_at(at_s).moved(frame))[:, :2]
            for at_s, frame in zip(time_s, smooth, strict=True)
        ]
    )


def _named(places: dict[str, FloatArray]) -> list[str]:
    return [name if name in places else name.replace("eye", "ear") for name in _NAMES]


def _as_found(points: FloatArray, time_s: FloatArray, take: Take) -> FloatArray:
    """What MediaPipe might find instead of the true joints."""
    rng = np.random.default_rng([take.seed, 41])
    trunk_px = float(np.nanmedian(np.linalg.norm(points[:, 11] - points[:, 23], axis=1)))
    count = len(time_s)
    keep = np.exp(-1 / (take.camera.fps * _JITTER_LASTS_S))
    noise = np.zeros_like(points)
    shocks = rng.standard_normal(points.shape) * np.sqrt(1 - keep**2)
    for i in range(1, count):
        noise[i] = keep * noise[i - 1] + shocks[i]
    size = np.full(LANDMARK_COUNT, _JITTER)
    size[np.arange(11, 33, 2)] = _FAR_JITTER
    noise = noise * size[:, None] + rng.standard_normal((1, LANDMARK_COUNT, 2)) * _OFFSET
    for _ in range(rng.poisson(_GLITCHES_PER_S * time_s[-1])):
        joint, at_s = int(rng.choice([13, 14, 15, 16, 25, 26, 27, 28])), rng.uniform(0, time_s[-1])
        lost = np.abs(time_s - at_s) < _GLITCH_S / 2
        noise[lost, joint] += rng.standard_normal(2) * _GLITCH_TRUNKS
    return np.asarray(points + noise * trunk_px)


def _mirrored(points: FloatArray, width_px: int) -> FloatArray:
    flipped = points[:, MIRRORED].copy()
    flipped[..., 0] = width_px - flipped[..., 0]
    return np.asarray(flipped)


def _track(points: FloatArray, time_s: FloatArray, take: Take) -> PoseTrack:
    count = len(time_s)
    camera = take.camera
    clip = ClipInfo(
        name=f"{take.name}.mp4",
        sha256="0" * 64,
        width=camera.width_px,
        height=camera.height_px,
        frames=count,
        duration_s=count / camera.fps,
        fps=camera.fps,
        variable_frame_rate=False,
        decode_failures=0,
        untimed_frames=0,
        truncated=False,
    )
    return PoseTrack(
        frame=np.arange(count, dtype=np.int64),
        time_s=time_s,
        landmarks_px=points.astype(np.float32),
        visibility=np.asarray(np.isfinite(points).all(axis=2), np.float32),
        profile=np.full((count, 2, STATIONS.size), np.nan, np.float32),
        profile_sd=np.full((count, 2, STATIONS.size), np.nan, np.float32),
        camera=np.zeros((count, 3), np.float32),
        cut=np.zeros(count, np.bool_),
        clip=clip,
        model_name="posed",
        model_sha256="0" * 64,
        max_fps=0.0,
    )


def _outline(take: Take, motion: Motion, time_s: FloatArray) -> NDArray[np.float32]:
    """The outline before the thighs alone, with and without a bar; the rest is not seen.

    Without one, rendered silhouettes reached 0.08 to 0.36 trunk lengths less far there
    (`formcheck.lifts.put_down`).
    """
    rng = np.random.default_rng([take.seed, 43])
    profile = np.full((len(time_s), 2, STATIONS.size), np.nan, np.float32)
    bar = float(rng.uniform(0.08, 0.36))
    empty = [motion.lift.starts_far and not motion.stroke_at(at_s).holding for at_s in time_s]
    front = 0.3 + bar * ~np.array(empty) + 0.012 * rng.standard_normal(len(time_s))
    side = 1 if take.camera.facing == "right" else 0
    if take.plan.lift == "deadlift":
        profile[:, side, STATIONS < -0.1] = front[:, None]
    return profile


def true_reps(take: Take, motion: Motion) -> tuple[RepTruth, ...]:
    """The repetitions of a set; none of a movement that is no lift."""
    if take.plan.lift == "other":
        return ()
    found = []
    for rep in range(1, take.plan.reps + 1):
        mine = [stroke for stroke in motion.strokes if stroke.rep == rep]
        done_s = (mine[0] if motion.lift.starts_far else mine[-1]).end_s
        found.append(RepTruth(mine[0].start_s, done_s, mine[-1].end_s))
    return tuple(found)


def resampled(track: PoseTrack, fps: float) -> PoseTrack:
    """The track as if so many frames a second had been filmed."""
    wanted_s = np.arange(track.time_s[0], track.time_s[-1] + 1e-9, 1 / fps)
    kept: NDArray[np.intp] = np.unique(
        np.searchsorted(track.time_s, wanted_s - 1e-9).clip(max=len(track) - 1)
    )
    rate = min(fps, track.clip.fps)
    return replace(track.only(kept), clip=replace(track.clip, fps=rate))


def sliced(track: PoseTrack, start_s: float, end_s: float) -> PoseTrack:
    """The track of a clip that was cut out of it."""
    first, last = np.searchsorted(track.time_s, [start_s, end_s])
    piece = track[int(first) : max(int(last), int(first) + 1)]
    return replace(piece, time_s=piece.time_s - piece.time_s[0])
