"""A hand-drawn lifter whose truth is known.

Lengths are in trunk lengths (middle of the hips to middle of the shoulders), turned
to pixels at the end. The back is a circular arc between two straight ends: its
tangent turns by exactly `lumbar_deg` + `SKIN_DEG` between u = 0.10 and u = 0.70, since
over a straight lumbar spine the skin is rounded. The joints
follow from the angles of trunk, hip and knee over feet that stay where they are.

Hips and arms change a body's outline, and formcheck takes that off before it reads
the angle. A stick figure has no body, so its outline gets the change from formcheck's own
model (`outline_height`): whatever the posture, what is read is the arc. So the figures
test what comes after the reading. How good the reading is, they cannot tell: that is
measured on rendered bodies (benchmarks/cross_body.md, tests/test_samples.py).

Single pictures are drawn as a silhouette and traced like a real one::

    track = make_track([draw_back(20.0)] * 15)

A set is a list of moves; its outlines come straight from the arc, without a
silhouette, so that a thousand frames take a moment::

    track = moving_lifter("squat", [10.0, 20.0], fps=30)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import ArrayLike, NDArray

from formcheck.arrays import FloatArray
from formcheck.geometry.posture import posture_features
from formcheck.geometry.shape import back_shape
from formcheck.pose.facing import Facing
from formcheck.pose.landmarks import LANDMARK_COUNT, LEFT, RIGHT, Side
from formcheck.pose.outline import STATIONS, trace_outline
from formcheck.pose.recorder import Pose
from formcheck.pose.track import PoseTrack
from formcheck.video.clip import ClipInfo

__all__ = [
    "BOTTOM",
    "SHANK",
    "THIGH",
    "UPRIGHT",
    "Figure",
    "Move",
    "Posture",
    "assert_as_drawn",
    "back_height",
    "clip_info",
    "draw_back",
    "even_times",
    "figure_at",
    "join_tracks",
    "landmarks",
    "make_track",
    "mirrored",
    "moving_lifter",
    "outline_height",
    "perform",
    "pose_in",
    "posture_at",
    "rotated",
    "set_moves",
    "settling_share",
    "walking_lifter",
]

Arms = Literal["hanging", "forward", "on-bar", "behind", "raised"]
Lift = Literal[
    "deadlift",
    "squat",
    "overhead-press",
    "glute-bridge",
    "back-extension",
    "bench back-extension",
    "sit-up",
]

# How far the skin turns over a lumbar spine that is straight: buttocks and shoulder blades
# stand out from it. With this much, and turned over twice `_READ_HALF`, arcs between -40 and
# +20 degrees are read within some 5 degrees of what they are, both among others of -25
# degrees and in a set that bends from -25 to 0 and more (test_lumbar.py).
SKIN_DEG = 24.3
# Standard deviation of a drawn outline, as of a clear one in a picture [axis lengths].
OUTLINE_SD = 0.004

# Proportions in trunk lengths, after Drillis & Contini's shares of the stature.
THIGH, SHANK = 0.85, 0.855
_UPPER_ARM, _FOREARM = 0.65, 0.51
_DEPTH, _VENTRAL = 0.22, 0.20
_DEPTH_RANGE = (0.02, 0.36)
_SHOULDER_WIDTH, _HIP_WIDTH = 0.72, 0.48
# Thin thighs, so that their round ends do not stand out behind a rounded back.
_LIMB_RADIUS = {"thigh": 0.08, "shank": 0.08, "arm": 0.05, "head": 0.14}

# Which joint each landmark belongs to, and how far it lies from the body's middle
# plane: + left, - right. Eyes and mouth are near enough to the nose.
_NAMES = ("nose", *Side._fields)
_NAME_OF = np.zeros(LANDMARK_COUNT, dtype=np.intp)
_WIDTH_OF = np.zeros(LANDMARK_COUNT)
for _side, _sign in ((LEFT, 1.0), (RIGHT, -1.0)):
    _NAME_OF[list(_side)] = np.arange(1, len(_NAMES))
    _WIDTH_OF[[_side.shoulder, _side.hip]] = _sign * _SHOULDER_WIDTH, _sign * _HIP_WIDTH
_NAME_OF[17:23] = _NAMES.index("wrist")  # fingers

# The arc is centred between the places where the tangent is read.
_ARC_MIDDLE, _ARC_HALF, _READ_HALF = 0.40, 0.35, 0.30

_SUPERSAMPLING = 4
_SUBPIXEL_BITS = 4
_SIZE_PX = (1280, 720)
_FEET_PX = (600.0, 640.0)


@dataclass(frozen=True)
class Posture:
    """Where the body's parts are, all angles in degrees.

    `lean_deg` is 0 upright and + forwards; `hip_deg` and `knee_deg` are 180 when
    straight; `yaw_deg` turns the widths of shoulders and hips to the camera; `reach`
    is how far raised arms have the hands above the shoulders, in trunk lengths.
    """

    lumbar_deg: float = 0.0
    lean_deg: float = 45.0
    hip_deg: float = 120.0
    knee_deg: float = 160.0
    arms: Arms = "hanging"
    yaw_deg: float = 0.0
    reach: float = 0.0


UPRIGHT = Posture(lean_deg=0.0, hip_deg=178.0, knee_deg=178.0)
BOTTOM: dict[Lift, Posture] = {
    "deadlift": Posture(lean_deg=60.0, hip_deg=75.0, knee_deg=120.0),
    "squat": Posture(lean_deg=40.0, hip_deg=70.0, knee_deg=80.0, arms="forward"),
}
# Where the other lifts are at the start of a move (0) and at its end (1).
_HOME: dict[Lift, Posture] = {
    "overhead-press": replace(UPRIGHT, arms="raised"),
    "glute-bridge": Posture(lean_deg=-90.0, hip_deg=130.0, knee_deg=65.0),
    "back-extension": Posture(lean_deg=90.0, hip_deg=180.0, knee_deg=178.0, arms="forward"),
    "bench back-extension": Posture(lean_deg=45.0, hip_deg=180.0, knee_deg=178.0, arms="on-bar"),
    "sit-up": Posture(lean_deg=-90.0, hip_deg=125.0, knee_deg=75.0, arms="on-bar"),
}
_FAR: dict[Lift, Posture] = BOTTOM | {
    "overhead-press": replace(UPRIGHT, arms="raised", reach=1.05),
    "glute-bridge": Posture(lean_deg=-112.0, hip_deg=175.0, knee_deg=71.0),
    "back-extension": Posture(lean_deg=76.0, hip_deg=194.0, knee_deg=178.0, arms="forward"),
    "bench back-extension": Posture(lean_deg=120.0, hip_deg=105.0, knee_deg=178.0, arms="on-bar"),
    "sit-up": Posture(lean_deg=0.0, hip_deg=50.0, knee_deg=75.0, arms="on-bar"),
}


@dataclass(frozen=True, eq=False)
class Figure:
    """One frame: landmarks float (33, 2) in pixels and profile float (2, K).

    The mask, float32 (H, W), is only there where one was drawn.
    """

    landmarks_px: FloatArray
    profile: FloatArray
    mask: NDArray[np.float32] | None = None


class Move(NamedTuple):
    """Reach a bend of the whole body, 0 upright to 1 at the bottom, in some time."""

    duration_s: float
    bend: float
    lumbar_deg: float


def back_height(u: ArrayLike, lumbar_deg: float) -> FloatArray:
    """Height over the hip→shoulder axis of the back of one who stands still, float like `u`.

    With radius R the tangent leaves the axis by asin(x / R) at a distance x from the
    arc's middle, so R = `_READ_HALF` / sin(turn / 2) turns it by `turn` in between.
    """
    x = np.asarray(u, dtype=np.float64) - _ARC_MIDDLE
    curvature = np.sin(np.radians(lumbar_deg + SKIN_DEG) / 2) / _READ_HALF
    on_arc = np.clip(x, -_ARC_HALF, _ARC_HALF)
    cosine = np.sqrt(1 - (curvature * on_arc) ** 2)
    # R (1 - cos), written so that a flat back needs no case of its own
    sagitta = curvature * on_arc**2 / (1 + cosine)
    straight = (x - on_arc) * curvature * on_arc / cosine
    height: FloatArray = np.clip(_DEPTH - sagitta - straight, *_DEPTH_RANGE)
    return height


def outline_height(u: ArrayLike, posture: Posture) -> FloatArray:
    """Height of the drawn back over the axis in a posture, float like `u`.

    `back_height`, and what the model says that hips and arms do to the outline.
    """
    model = back_shape("dorsal")
    effect = posture_features(landmarks(posture)[None], "right")[0] @ model.posture
    height: FloatArray = back_height(u, posture.lumbar_deg) + np.interp(
        np.asarray(u, np.float64), model.u, effect
    )
    return height


# An arc is no back: where on the scale it stands is read off by this much, and how far it
# changes by this share (both are tested in test_lumbar.py).
LEVEL_TOLERANCE_DEG, CHANGE_SHARE = 5.0, 1 / 6


def assert_as_drawn(read_deg: ArrayLike, drawn_deg: ArrayLike, tolerance_deg: float = 2.0) -> None:
    """That angles are those that were drawn, as far as those of arcs can be read.

    Parameters
    ----------
    read_deg, drawn_deg : float (N,)
    tolerance_deg : float
        How far changes may be off beside a share of their size.
    """
    read, drawn = np.atleast_1d(read_deg), np.atleast_1d(drawn_deg)
    assert read.shape == drawn.shape
    off, turn = read - drawn, drawn - drawn.mean()
    assert abs(off.mean()) <= LEVEL_TOLERANCE_DEG, (read, drawn)
    assert (np.abs(off - off.mean()) <= tolerance_deg + CHANGE_SHARE * np.abs(turn)).all(), read


def _direction(angle_deg: float) -> FloatArray:
    """Unit vector (forwards, up), turned forwards from straight up."""
    return np.array([np.sin(np.radians(angle_deg)), np.cos(np.radians(angle_deg))])


def _joints(posture: Posture) -> dict[str, FloatArray]:
    """Middles of all joints as (forwards, up) in trunk lengths from the ankle."""
    thigh_deg = posture.lean_deg + posture.hip_deg
    shank_deg = thigh_deg + 180.0 - posture.knee_deg
    trunk = _direction(posture.lean_deg)
    dorsal = -_direction(posture.lean_deg + 90.0)
    ankle = np.zeros(2)
    knee = ankle - SHANK * _direction(shank_deg)
    hip = knee - THIGH * _direction(thigh_deg)
    shoulder = hip + trunk
    if posture.arms == "hanging":
        elbow = shoulder + _UPPER_ARM * _direction(180.0)
        wrist = elbow + _FOREARM * _direction(180.0)
    elif posture.arms == "forward":
        elbow = shoulder + _UPPER_ARM * _direction(90.0)
        wrist = elbow + _FOREARM * _direction(90.0)
    elif posture.arms == "on-bar":
        elbow = hip + 0.55 * trunk - 0.05 * dorsal
        wrist = shoulder + 0.05 * trunk - 0.1 * dorsal
    elif posture.arms == "raised":
        elbow = shoulder + np.array([0.3, posture.reach - 0.4])
        wrist = shoulder + np.array([0.1, posture.reach])
    else:
        elbow = hip + 0.50 * trunk + 0.34 * dorsal
        wrist = hip + 0.10 * trunk + 0.20 * dorsal
    ear = shoulder + 0.28 * trunk - 0.04 * dorsal
    return {
        "ear": ear,
        "nose": ear - 0.15 * dorsal,
        "shoulder": shoulder,
        "elbow": elbow,
        "wrist": wrist,
        "hip": hip,
        "knee": knee,
        "ankle": ankle,
        "heel": ankle + np.array([-0.12, -0.10]),
        "toe": ankle + np.array([0.32, -0.13]),
    }


def landmarks(
    posture: Posture,
    *,
    facing: Facing = "right",
    trunk_px: float = 150.0,
    feet_px: tuple[float, float] = _FEET_PX,
) -> FloatArray:
    """All of MediaPipe's 33 landmarks, float (33, 2) in pixels, y down."""
    forwards = 1.0 if facing == "right" else -1.0
    to_px = np.array([forwards, -1.0]) * trunk_px
    joints = _joints(posture)
    middles = feet_px + to_px * np.array([joints[name] for name in _NAMES])
    # Across the trunk and seen from the side, a width is only the turn of the body.
    across = to_px * _direction(posture.lean_deg + 90.0) * np.sin(np.radians(posture.yaw_deg)) / 2
    return np.asarray(middles[_NAME_OF] + _WIDTH_OF[:, None] * across)


def figure_at(
    posture: Posture,
    *,
    facing: Facing = "right",
    trunk_px: float = 150.0,
    feet_px: tuple[float, float] = _FEET_PX,
) -> Figure:
    """A frame whose profile is computed from the arc, without a silhouette."""
    points = landmarks(posture, facing=facing, trunk_px=trunk_px, feet_px=feet_px)
    back, belly = outline_height(STATIONS, posture), np.full(STATIONS.size, _VENTRAL)
    return Figure(points, np.stack([back, belly] if facing == "right" else [belly, back]))


def draw_back(
    turn_deg: float,
    *,
    trunk_px: float = 150.0,
    lean_deg: float = 45.0,
    facing: Facing = "right",
    hip_deg: float = 120.0,
    knee_deg: float = 160.0,
    arms: Arms = "hanging",
    plate: tuple[float, float, float] | None = None,
    feet_px: tuple[float, float] = _FEET_PX,
    size_px: tuple[int, int] = _SIZE_PX,
    camera_roll_deg: float = 0.0,
) -> Figure:
    """Draw a silhouette and trace its outline along the trunk.

    Parameters
    ----------
    turn_deg : float
        The lumbar angle: + rounded, - arched.
    plate : (u, d, radius), optional
        A disc merged into the silhouette, in trunk lengths along the trunk and
        dorsally from it.
    feet_px : (x, y)
        Where the ankles are.
    camera_roll_deg : float
        Turns the whole picture clockwise about its middle.
    """
    posture = Posture(turn_deg, lean_deg, hip_deg, knee_deg, arms)
    points = landmarks(posture, facing=facing, trunk_px=trunk_px, feet_px=feet_px)
    hip, shoulder = _middle(points, "hip"), _middle(points, "shoulder")
    axis = shoulder - hip
    turned = -1.0 if facing == "right" else 1.0
    dorsal = turned * np.array([-axis[1], axis[0]])
    canvas = np.zeros((size_px[1] * _SUPERSAMPLING, size_px[0] * _SUPERSAMPLING), np.uint8)
    turn = _rotation(camera_roll_deg, size_px)

    def fill(shape: FloatArray) -> None:
        pixels = (shape @ turn[:, :2].T + turn[:, 2]) * _SUPERSAMPLING - 0.5
        fixed = np.round(pixels * 2**_SUBPIXEL_BITS).astype(np.int32)
        cv2.fillPoly(canvas, [fixed], 255, shift=_SUBPIXEL_BITS)

    u = np.linspace(-0.1, 1.08, 240)
    back = hip + u[:, None] * axis + outline_height(u, posture)[:, None] * dorsal
    belly = hip + u[::-1, None] * axis - _VENTRAL * dorsal
    fill(np.concatenate([back, belly]))
    for start, end, radius in _limbs(points, arms):
        fill(_capsule(start, end, radius * trunk_px))
    if plate is not None:
        centre = hip + plate[0] * axis + plate[1] * dorsal
        fill(_capsule(centre, centre, plate[2] * trunk_px))
    small = cv2.resize(canvas, size_px, interpolation=cv2.INTER_AREA)
    mask = np.asarray(small / np.float32(255), dtype=np.float32)
    points = points @ turn[:, :2].T + turn[:, 2]
    profile = trace_outline(mask, _middle(points, "hip"), _middle(points, "shoulder"))
    return Figure(points, profile, mask)


def _middle(points: FloatArray, name: str) -> FloatArray:
    return np.asarray((points[getattr(LEFT, name)] + points[getattr(RIGHT, name)]) / 2)


def _limbs(points: FloatArray, arms: Arms) -> Iterator[tuple[FloatArray, FloatArray, float]]:
    at = {name: _middle(points, name) for name in Side._fields}
    yield at["hip"], at["knee"], _LIMB_RADIUS["thigh"]
    yield at["knee"], at["ankle"], _LIMB_RADIUS["shank"]
    yield at["heel"], at["toe"], _LIMB_RADIUS["arm"]
    yield at["ear"], at["ear"], _LIMB_RADIUS["head"]
    if arms != "hanging":  # hanging ones are drawn by nobody: they never reach the back
        yield at["shoulder"], at["elbow"], _LIMB_RADIUS["arm"]
        yield at["elbow"], at["wrist"], _LIMB_RADIUS["arm"]


def _capsule(start: FloatArray, end: FloatArray, radius: float) -> FloatArray:
    heading = np.arctan2(*(end - start)[::-1])
    round_end = heading + np.linspace(-np.pi / 2, np.pi / 2, 24)
    arc = radius * np.stack([np.cos(round_end), np.sin(round_end)], axis=1)
    return np.concatenate([end + arc, start - arc])


def _rotation(angle_deg: float, size_px: tuple[int, int]) -> FloatArray:
    """Affine (2, 3) that turns clockwise, as seen, about the picture's middle."""
    c, s = np.cos(np.radians(angle_deg)), np.sin(np.radians(angle_deg))
    turn = np.array([[c, -s], [s, c]])
    centre = np.array(size_px) / 2
    return np.column_stack([turn, centre - turn @ centre])


def clip_info(times_s: FloatArray) -> ClipInfo:
    """Facts of a clip with these frames."""
    steps = np.diff(times_s)
    step_s = float(np.median(steps)) if steps.size else float("nan")
    return ClipInfo(
        name="drawn.mp4",
        sha256="0" * 64,
        width=_SIZE_PX[0],
        height=_SIZE_PX[1],
        frames=len(times_s),
        duration_s=float(steps.sum() + step_s) if steps.size else 0.0,
        fps=1 / step_s,
        variable_frame_rate=bool(steps.size and np.ptp(steps) > 0.1 * step_s),
        decode_failures=0,
        untimed_frames=0,
        truncated=False,
    )


def even_times(duration_s: float, fps: float) -> FloatArray:
    """Times of frames at a constant rate, the last one at the end or just before."""
    return np.arange(int(duration_s * fps + 1e-6) + 1) / fps


def make_track(
    figures: Sequence[Figure | None], *, fps: float = 30.0, times_s: FloatArray | None = None
) -> PoseTrack:
    """A track of these frames; None is a frame without a person."""
    times_s = np.arange(len(figures)) / fps if times_s is None else times_s
    nobody = Figure(np.full((LANDMARK_COUNT, 2), np.nan), np.full((2, STATIONS.size), np.nan))
    frames = [nobody if figure is None else figure for figure in figures]
    points = np.array([f.landmarks_px for f in frames], np.float32)
    points = points.reshape(-1, LANDMARK_COUNT, 2)
    profiles = np.array([f.profile for f in frames], np.float32).reshape(-1, 2, STATIONS.size)
    return PoseTrack(
        frame=np.arange(len(frames), dtype=np.int64),
        time_s=times_s,
        landmarks_px=points,
        visibility=np.asarray(np.isfinite(points).all(axis=2), dtype=np.float32),
        profile=profiles,
        profile_sd=np.where(np.isfinite(profiles), np.float32(OUTLINE_SD), np.float32(np.nan)),
        camera=np.zeros((len(frames), 3), np.float32),
        cut=np.zeros(len(frames), np.bool_),
        clip=clip_info(times_s),
        model_name="drawn",
        model_sha256="0" * 64,
        max_fps=0.0,
    )


def posture_at(lift: Lift, bend: float, lumbar_deg: float, yaw_deg: float = 0.0) -> Posture:
    """The lift's posture between its start (0) and its far end (1), every angle linear."""
    home, far = _HOME.get(lift, UPRIGHT), _FAR[lift]

    def between(name: str) -> float:
        start, end = getattr(home, name), getattr(far, name)
        return float(start + bend * (end - start))

    lean_deg, hip_deg, knee_deg, reach = map(between, ("lean_deg", "hip_deg", "knee_deg", "reach"))
    return Posture(lumbar_deg, lean_deg, hip_deg, knee_deg, far.arms, yaw_deg, reach)


def perform(
    lift: Lift,
    moves: Sequence[Move],
    *,
    fps: float = 30.0,
    times_s: FloatArray | None = None,
    facing: Facing = "right",
    trunk_px: float = 150.0,
    feet_px: tuple[float, float] = _FEET_PX,
    yaw_deg: float = 0.0,
) -> PoseTrack:
    """Carry out moves, the first of which is where the lifter is at the beginning.

    Each move starts and ends at rest (a cosine), so a twentieth of its way is done
    after acos(0.9) / pi = 0.1436 of its time.
    """
    ends_s = np.cumsum([move.duration_s for move in moves])
    if times_s is None:
        times_s = even_times(float(ends_s[-1]), fps)
    figures = []
    for time_s in times_s:
        k = min(int(np.searchsorted(ends_s, time_s)), len(moves) - 1)
        before, move = moves[max(k - 1, 0)], moves[k]
        share = 1.0 - (ends_s[k] - time_s) / move.duration_s if move.duration_s else 1.0
        eased = (1.0 - np.cos(np.pi * np.clip(share, 0.0, 1.0))) / 2
        bend = before.bend + eased * (move.bend - before.bend)
        lumbar_deg = before.lumbar_deg + eased * (move.lumbar_deg - before.lumbar_deg)
        posture = posture_at(lift, bend, lumbar_deg, yaw_deg)
        figures.append(figure_at(posture, facing=facing, trunk_px=trunk_px, feet_px=feet_px))
    return make_track(figures, times_s=times_s)


def settling_share(lift: Lift, at: Literal["upright", "bottom"], settled: float) -> float:
    """Share of a cosine move's time after which its height has gone `settled` of its way.

    The height is the one that counts repetitions: the hips' in a squat, the shoulders'
    in a deadlift.
    """
    joint = "hip" if lift == "squat" else "shoulder"
    time = np.linspace(0.0, 1.0, 2001)
    eased = (1.0 - np.cos(np.pi * time)) / 2
    bends = eased if at == "upright" else 1.0 - eased
    height = [-_middle(landmarks(posture_at(lift, bend, 0.0)), joint)[1] for bend in bends]
    way = np.abs(np.array(height) - height[0]) / abs(height[-1] - height[0])
    return float(time[np.argmax(way >= settled)])


def set_moves(
    lift: Lift,
    peaks_deg: Sequence[float],
    *,
    standing_deg: float = -25.0,
    wait_s: float = 1.0,
    down_s: float = 1.2,
    up_s: float = 1.0,
    hold_s: float = 0.5,
) -> list[Move]:
    """Moves of a whole set: upright for a while, then down and up for every peak.

    A squat ends upright. A deadlift ends on the floor: the lifter first goes down
    to the bar without a repetition, and every repetition comes back to the floor,
    where the back takes on what it will be in the next one.
    """
    moves = [Move(wait_s, 0.0, standing_deg)]
    if lift == "deadlift":
        moves += [Move(down_s, 1.0, peaks_deg[0]), Move(hold_s, 1.0, peaks_deg[0])]
    for peak_deg, next_deg in zip(peaks_deg, [*peaks_deg[1:], peaks_deg[-1]], strict=True):
        held_deg = next_deg if lift == "deadlift" else peak_deg
        down = [Move(down_s, 1.0, peak_deg), Move(hold_s, 1.0, held_deg)]
        up = [Move(up_s, 0.0, standing_deg), Move(hold_s, 0.0, standing_deg)]
        moves += [*up, *down] if lift == "deadlift" else [*down, *up]
    return moves


def moving_lifter(
    lift: Lift,
    peaks_deg: Sequence[float],
    *,
    fps: float = 30.0,
    times_s: FloatArray | None = None,
    facing: Facing = "right",
    trunk_px: float = 150.0,
    feet_px: tuple[float, float] = _FEET_PX,
    yaw_deg: float = 0.0,
    standing_deg: float = -25.0,
    wait_s: float = 1.0,
) -> PoseTrack:
    """A whole set (`set_moves`), the back at its peak at the bottom of every repetition."""
    moves = set_moves(lift, peaks_deg, standing_deg=standing_deg, wait_s=wait_s)
    return perform(
        lift,
        moves,
        fps=fps,
        times_s=times_s,
        facing=facing,
        trunk_px=trunk_px,
        feet_px=feet_px,
        yaw_deg=yaw_deg,
    )


def walking_lifter(duration_s: float, *, fps: float = 30.0, trunks_per_s: float = 0.8) -> PoseTrack:
    """Someone who walks through the picture: thighs swing by 25 degrees, knees bend."""
    figures = []
    for time_s in even_times(duration_s, fps):
        swing = np.sin(2 * np.pi * time_s)
        posture = replace(
            UPRIGHT,
            lumbar_deg=-25.0,
            lean_deg=4.0,
            hip_deg=176.0 - 25.0 * swing,
            knee_deg=150.0 - 28.0 * np.cos(2 * np.pi * time_s),
        )
        figures.append(figure_at(posture, feet_px=(200.0 + trunks_per_s * 150.0 * time_s, 640.0)))
    return make_track(figures, fps=fps)


def join_tracks(*tracks: PoseTrack, fps: float = 30.0) -> PoseTrack:
    """One track after the other, as if the clip were one."""
    figures = [
        Figure(points.astype(np.float64), profile.astype(np.float64))
        for track in tracks
        for points, profile in zip(track.landmarks_px, track.profile, strict=True)
    ]
    return make_track(figures, fps=fps)


def mirrored(track: PoseTrack) -> PoseTrack:
    """The clip as a front camera stores it: left is right, and so are the lifter's sides."""
    points = track.landmarks_px.copy()
    points[..., 0] = track.clip.width - points[..., 0]
    order = np.arange(LANDMARK_COUNT)
    order[list(LEFT)], order[list(RIGHT)] = RIGHT, LEFT
    discs = track.discs.copy()
    discs[..., 0] = track.clip.width - discs[..., 0]
    return replace(
        track,
        discs=discs,
        landmarks_px=points[:, order],
        profile=track.profile[:, ::-1],
        profile_sd=track.profile_sd[:, ::-1],
    )


def rotated(track: PoseTrack, angle_deg: float) -> PoseTrack:
    """The clip by a camera that was rolled: everything turns clockwise, as seen."""
    turn = _rotation(angle_deg, (track.clip.width, track.clip.height))
    points = track.landmarks_px.astype(np.float64) @ turn[:, :2].T + turn[:, 2]
    return replace(track, landmarks_px=points.astype(np.float32))


def pose_in(track: PoseTrack, at: int = -1) -> Pose:
    """What was found in one frame of a track."""
    return Pose(
        track.landmarks_px[at],
        track.visibility[at],
        track.profile[at],
        track.profile_sd[at],
        track.camera[at],
        bool(track.cut[at]),
        track.discs[at],
    )
