"""The track for other tools: OpenSim's TRC and MOT, and keypoints as JSON.

TRC and MOT know one constant rate, so times are resampled, linearly, between the
frames' true ones. What was not seen for longer than `_MOST_GAP_S` stays missing.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

from formcheck.analysis import SetAnalysis
from formcheck.arrays import FloatArray
from formcheck.geometry.lumbar import SACRUM, THORACOLUMBAR
from formcheck.geometry.person import TRUNK_PER_STATURE
from formcheck.pose.landmarks import middle

__all__ = ["DEFAULT_HEIGHT_M", "EXPORTS", "keypoints_json", "mot", "trc"]


DEFAULT_HEIGHT_M = 1.75
_MOST_GAP_S = 0.25

# MediaPipe's landmarks in its own order.
NAMES = (
    "nose",
    "left_eye_inner",
    "left_eye",
    "left_eye_outer",
    "right_eye_inner",
    "right_eye",
    "right_eye_outer",
    "left_ear",
    "right_ear",
    "mouth_left",
    "mouth_right",
    "left_shoulder",
    "right_shoulder",
    "left_elbow",
    "right_elbow",
    "left_wrist",
    "right_wrist",
    "left_pinky",
    "right_pinky",
    "left_index",
    "right_index",
    "left_thumb",
    "right_thumb",
    "left_hip",
    "right_hip",
    "left_knee",
    "right_knee",
    "left_ankle",
    "right_ankle",
    "left_heel",
    "right_heel",
    "left_foot_index",
    "right_foot_index",
)


@dataclass(frozen=True, eq=False)
class _Resampled:
    time_s: FloatArray
    rate_hz: int
    values: FloatArray  # (N, C), NaN where not seen


def _resample(time_s: FloatArray, values: FloatArray) -> _Resampled:
    """Columns at a constant rate: the clip's typical one, in whole hertz."""
    steps_s = np.diff(time_s)
    # A mean, for times that jitter, which a pause does not move.
    typical_s = np.minimum(steps_s, 2 * np.median(steps_s)).mean() if steps_s.size else 1.0
    rate_hz = max(1, round(1 / float(typical_s)))
    count = int((time_s[-1] - time_s[0]) * rate_hz + 1e-6) + 1
    grid_s = np.arange(count) / rate_hz + time_s[0]
    columns = [_interpolate(grid_s, time_s, column) for column in values.T]
    return _Resampled(grid_s, rate_hz, np.stack(columns, axis=-1))


def _interpolate(grid_s: FloatArray, time_s: FloatArray, values: FloatArray) -> FloatArray:
    known = np.isfinite(values)
    if not known.any():
        return np.full(grid_s.shape, np.nan)
    seen_s = time_s[known]
    right = np.clip(np.searchsorted(seen_s, grid_s), 0, seen_s.size - 1)
    left = np.clip(np.searchsorted(seen_s, grid_s, side="right") - 1, 0, seen_s.size - 1)
    inside = (grid_s >= seen_s[0] - 1e-9) & (grid_s <= seen_s[-1] + 1e-9)
    near = inside & (seen_s[right] - seen_s[left] <= _MOST_GAP_S)
    return np.where(near, np.interp(grid_s, seen_s, values[known]), np.nan)


def trc(analysis: SetAnalysis, name: str, height_m: float) -> str:
    """Markers for OpenSim, in metres: x forwards, y up from the ground, z 0.

    One camera tells no size. The scale is that of a lifter `height_m` tall. What was not seen
    is nan: OpenSim 4.6 takes no line that ends with empty cells.

    Parameters
    ----------
    analysis : SetAnalysis
    name : str
        Of the file, which the format repeats in its first line.
    height_m : float
        The lifter's stature.
    """
    markers = _markers_px(analysis)
    points = np.stack(list(markers.values()), axis=1)
    points_m = _metres(points, analysis, height_m)
    sampled = _resample(analysis.track.time_s, points_m.reshape(len(points_m), -1))
    count, rate = len(sampled.time_s), sampled.rate_hz
    head = [
        f"PathFileType\t4\t(X/Y/Z)\t{name}",
        "DataRate\tCameraRate\tNumFrames\tNumMarkers\tUnits\tOrigDataRate\tOrigDataStartFrame"
        "\tOrigNumFrames",
        f"{rate}\t{rate}\t{count}\t{len(markers)}\tm\t{rate}\t1\t{count}",
        "Frame#\tTime\t" + "\t".join(f"{marker}\t\t" for marker in markers),
        "\t\t" + "\t".join(f"X{i}\tY{i}\tZ{i}" for i in range(1, len(markers) + 1)),
        "",
    ]
    rows = [
        "\t".join([str(i), f"{time_s:.6f}", *(f"{value:.5f}" for value in row)])
        for i, (time_s, row) in enumerate(zip(sampled.time_s, sampled.values, strict=True), start=1)
    ]
    return "\n".join([*head, *rows]) + "\n"


def _markers_px(analysis: SetAnalysis) -> Mapping[str, FloatArray]:
    """Smoothed landmarks, and three points of the back's outline, each (N, 2)."""
    kin = analysis.kinematics
    markers = {name: kin.points_px[:, i] for i, name in enumerate(NAMES)}
    curve = kin.back.curve
    for name, along in (
        ("back_sacrum", SACRUM),
        ("back_lumbar", (SACRUM + THORACOLUMBAR) / 2),
        ("back_thoracolumbar", THORACOLUMBAR),
    ):
        markers[name] = np.stack(
            [
                _on_curve(u, px, along) if np.isfinite(angle) else np.full(2, np.nan)
                for u, px, angle in zip(curve.u, curve.px, kin.back.lumbar_deg, strict=True)
            ]
        )
    return markers


def _on_curve(u: NDArray[np.floating], px: NDArray[np.floating], along: float) -> FloatArray:
    known = np.isfinite(u) & np.isfinite(px).all(axis=1)
    if known.sum() < 2:
        return np.full(2, np.nan)
    order = np.argsort(u[known])
    return np.array([np.interp(along, u[known][order], px[known][order, axis]) for axis in (0, 1)])


def _metres(points_px: FloatArray, analysis: SetAnalysis, height_m: float) -> FloatArray:
    """From pixels, y down, to (N, M, 3) in metres."""
    kin = analysis.kinematics
    m_per_px = TRUNK_PER_STATURE * height_m / kin.lifter.trunk_px
    forwards = 1.0 if kin.view.facing == "right" else -1.0
    ankle = middle(kin.points_px, "ankle")
    known = np.isfinite(ankle).all(axis=1)
    ground_px = np.percentile(ankle[known, 1], 90) if known.any() else np.nan
    start_px = np.median(ankle[known, 0]) if known.any() else np.nan
    x = forwards * (points_px[..., 0] - start_px) * m_per_px
    y = (ground_px - points_px[..., 1]) * m_per_px
    return np.stack([x, y, np.where(np.isfinite(x), 0.0, np.nan)], axis=-1)


def mot(analysis: SetAnalysis, name: str, _height_m: float) -> str:
    """Angles for OpenSim, in degrees, named as the coordinates of its gait models.

    ``lumbar_extension`` is minus the flexion from the lifter's own neutral, or minus
    the angle from flat where there is no neutral. Hip and knee are those of the side
    that the camera sees; 0 is straight, flexion positive.
    """
    kin = analysis.kinematics
    side = "r" if kin.view.facing == "right" else "l"
    has_neutral = math.isfinite(analysis.neutral.lumbar_deg)
    columns = {
        "lumbar_extension": -(analysis.flexion_deg if has_neutral else kin.back.lumbar_deg),
        f"hip_flexion_{side}": 180 - kin.joints.hip_deg,
        f"knee_angle_{side}": 180 - kin.joints.knee_deg,
        "trunk_lean": kin.joints.trunk_lean_deg,
    }
    sampled = _resample(analysis.track.time_s, np.stack(list(columns.values()), axis=-1))
    zero = "the lifter's own neutral" if has_neutral else "a flat back"
    head = [
        name,
        "version=1",
        f"nRows={len(sampled.time_s)}",
        f"nColumns={len(columns) + 1}",
        "inDegrees=yes",
        "",
        f"Resampled to {sampled.rate_hz} Hz from the frames' true times; nan: not measured.",
        f"lumbar_extension: outline of the back, from {zero}, rounded is negative.",
        "endheader",
        "\t".join(["time", *columns]),
    ]
    rows = [
        "\t".join([f"{time_s:.6f}", *(f"{value:.3f}" for value in row)])
        for time_s, row in zip(sampled.time_s, sampled.values + 0.0, strict=True)
    ]
    return "\n".join([*head, *rows]) + "\n"


def keypoints_json(analysis: SetAnalysis, _name: str, _height_m: float) -> str:
    """Landmarks and the back's outline of every analysed frame, in pixels, at true times."""
    track, kin = analysis.track, analysis.kinematics
    seen = np.isfinite(kin.back.curve.d) & np.isfinite(kin.back.curve.px).all(axis=-1)
    frames = [
        {
            "frame": int(track.frame[i]),
            "time_s": round(float(track.time_s[i]), 6),
            "points_px": _pairs(track.landmarks_px[i]) if track.found[i] else None,
            "visibility": [round(float(v), 3) for v in track.visibility[i]]
            if track.found[i]
            else None,
            "back_px": _pairs(kin.back.curve.px[i][seen[i]]),
        }
        for i in range(len(track))
    ]
    about = {
        "clip": track.clip.name,
        "width_px": track.clip.width,
        "height_px": track.clip.height,
        "facing": kin.view.facing,
        "model": track.model_name,
        "names": NAMES,
    }
    return json.dumps(about | {"frames": frames}, allow_nan=False) + "\n"


def _pairs(points: NDArray[np.floating]) -> list[list[float]]:
    return [[round(float(x), 1), round(float(y), 1)] for x, y in points]


# File and maker of every export, by the name that `--export` takes.
EXPORTS: Mapping[str, tuple[str, Callable[[SetAnalysis, str, float], str]]] = MappingProxyType(
    {
        "trc": ("markers.trc", trc),
        "mot": ("angles.mot", mot),
        "json": ("keypoints.json", keypoints_json),
    }
)
