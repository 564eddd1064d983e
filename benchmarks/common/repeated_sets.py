"""Rendered sets in which nothing changes from repetition to repetition, but what we ask for.

Rendered once and kept under `.cache/rendered/`, with the track that was found in them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from formcheck.analysis import Settings, read_track
from formcheck.arrays import FloatArray
from formcheck.pose.track import PoseTrack, save_track
from lifter.clip import write_clip
from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take

CACHE = Path(__file__).parents[2] / ".cache" / "rendered" / "repeated"
REPS = 8
_CAMERA = Camera(distance_m=3.8, height_m=1.0, focal_mm=31)
_PLAN = SetPlan(
    far_lumbar_deg=(-8.0,) * REPS,
    concentric_s=(1.0,) * REPS,
    eccentric_s=(1.0,) * REPS,
    plate_radius_m=0.18,
)
_LIFTERS = (
    (Body(height_m=1.76, lordosis_deg=38, skin_seed=21), Clothes(ease=0.08), -6.0),
    (Body(height_m=1.62, lordosis_deg=44, girth=0.9, skin_seed=22), Clothes(ease=0.15), 0.0),
    (Body(height_m=1.86, lordosis_deg=33, girth=1.15, skin_seed=23), Clothes(ease=0.1), 8.0),
)


@dataclass(frozen=True)
class RepeatedSet:
    """One rendered set with what is true of it.

    Attributes
    ----------
    name : str
    track : PoseTrack
    true_peak_deg : float (R,)
        Most flexed bony angle of each repetition.
    """

    name: str
    track: PoseTrack
    true_peak_deg: FloatArray


def steady_takes() -> Iterator[Take]:
    """Sets of eight deadlifts alike, by three lifters."""
    for number, (body, clothes, yaw_deg) in enumerate(_LIFTERS, start=1):
        yield Take(
            name=f"steady-{number}",
            body=body,
            clothes=clothes,
            plan=_PLAN,
            camera=replace(_CAMERA, yaw_deg=yaw_deg, facing="left" if number == 2 else "right"),
            scene=Scene(seed=30 + number),
            seed=40 + number,
        )


def rendered(take: Take) -> RepeatedSet:
    """Render a take and find the pose in it, if that was not done before."""
    track_path = CACHE / f"{take.name}.npz"
    if not track_path.exists():
        CACHE.mkdir(parents=True, exist_ok=True)
        files = write_clip(take, CACHE)
        save_track(read_track(files.video, Settings("deadlift")), track_path)
    return load(take.name, track_path, CACHE / f"{take.name}.truth.json")


def load(name: str, track_path: Path, truth_path: Path) -> RepeatedSet:
    """Read a track with its truth."""
    track = read_track(track_path, Settings("deadlift"))
    truth = json.loads(truth_path.read_text(encoding="utf-8"))
    return RepeatedSet(name, track, np.array([rep["peak"]["lumbar_deg"] for rep in truth["reps"]]))


if __name__ == "__main__":
    for one in steady_takes():
        print(rendered(one).name)
