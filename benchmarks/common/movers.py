"""Takes of every lift, of its variants and of other movements, by lifters of their own."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from lifter.lifts import LIFTS
from lifter.movements import MOVEMENTS
from lifter.params import Body, Camera, SetPlan, Take

__all__ = ["takes"]

# Far from those of the samples (1-30) and of the accuracy matrix (1000 and 2000).
_SEED = 50_000
_YAWS_DEG = (0.0, 8.0, -12.0, 15.0, 50.0, 86.0)
_ENDINGS = ("still", "still", "drop", "walk", "drop-walk")
_OPENINGS = ("still", "still", "turn", "walk", "empty")
# What is done lying or seated neither walks in nor turns round.
_ON_THE_FLOOR = ("glute-bridge", "back-extension", "sit-up")
# Bony lumbar angle at the far end: lying face down it can only arch.
_FAR_DEG = {"back-extension/prone": (-62.0, -48.0)}
_STAYS = ("leg-press", "push-up", "plank", "bench-press", "leg-raise", "mountain-climber")


def takes(each: int, *, seed: int = _SEED) -> Iterator[Take]:
    """So many takes of every movement, no two by the same lifter."""
    for number, key in enumerate([*LIFTS, *MOVEMENTS]):
        for k in range(each):
            yield _take(key, k, seed + 100 * number + k)


def _take(key: str, k: int, seed: int) -> Take:
    rng = np.random.default_rng(seed)
    lift, _, variant = key.partition("/")
    reps = int(rng.choice([1, 2, 3, 5, 6, 8]))
    if lift == "other":
        reps = max(reps, 3)
    stays = lift in _ON_THE_FLOOR or variant in _STAYS or variant == "seated"
    tempo_s = float(rng.uniform(0.6, 1.6))
    sets = (reps // 2, reps - reps // 2) if reps >= 5 and rng.random() < 0.3 else ()
    plan = SetPlan(
        lift=lift,
        variant=variant,
        far_lumbar_deg=tuple(rng.uniform(*_FAR_DEG.get(key, (-20, 5)), reps).round(1).tolist()),
        concentric_s=tuple((tempo_s * rng.uniform(0.9, 1.1, reps)).round(2).tolist()),
        eccentric_s=tuple((tempo_s * rng.uniform(0.9, 1.3, reps)).round(2).tolist()),
        far_pause_s=float(rng.choice([0.1, 0.3, 0.8])),
        home_pause_s=float(rng.choice([0.2, 0.5, 1.5])),
        stand_s=float(rng.uniform(0.8, 2.0)),
        sets=sets,
        rest_s=float(rng.uniform(5, 8)),
        opening="still" if stays else str(rng.choice(_OPENINGS)),  # type: ignore[arg-type]
        ending="still" if stays else str(rng.choice(_ENDINGS)),  # type: ignore[arg-type]
    )
    camera = Camera(
        facing=str(rng.choice(["left", "right"])),  # type: ignore[arg-type]
        yaw_deg=_YAWS_DEG[k % len(_YAWS_DEG)],
        height_m=float(rng.uniform(0.6, 1.2)),
        distance_m=float(rng.uniform(3.2, 4.8)),
        focal_mm=26,
    )
    body = Body(
        height_m=float(rng.uniform(1.55, 1.95)),
        girth=float(rng.uniform(0.85, 1.25)),
        lordosis_deg=float(rng.uniform(28, 48)),
    )
    return Take(f"{key.replace('/', '-')}-{k}", body=body, plan=plan, camera=camera, seed=seed)
