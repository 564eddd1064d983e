"""Random lifters to learn from: many bodies, one short repetition each.

    python benchmarks/crowd.py [--each 24] [--kind drawn|anny] [--workers 2]

renders them into the cache ahead of `back_model.py`, which fits the back's shape model.
Lifters move differently, not only look different (`HABITS`): flexion does not follow from
depth, trunk lean or hip angle, so that a model can learn the angle from the back's shape
and not from the posture it goes with.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from common.rendered import RenderedClip, rendered_clip

from lifter import people
from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take

__all__ = ["FPS", "HABITS", "KINDS", "LIFTS", "crowd", "crowd_clip", "wears_loose"]

# Kinds of bodies: drawn from numbers, or people of anny's.
KINDS = ("drawn", "anny")

# Half of the frames a phone films: neighbouring frames say nearly the same.
FPS = 15.0
_STANDING = Camera(distance_m=3.8, height_m=1.0, focal_mm=31)
_PRESSING = replace(_STANDING, distance_m=4.5)
_LYING = Camera(distance_m=3.1, height_m=0.7, focal_mm=32)


@dataclass(frozen=True)
class _Kind:
    """A lift, its variant, its camera, plates, and lumbar ranges home and far [deg]."""

    lift: str
    variant: str
    camera: Camera
    plate_m: tuple[float, float]
    home_deg: tuple[float, float]
    far_deg: tuple[float, float]


# Home angles are against the lifter's standing lordosis, far ones from flat.
LIFTS = (
    _Kind("deadlift", "", _STANDING, (0.15, 0.225), (-10, 12), (-35, 32)),
    _Kind("squat", "", replace(_STANDING, height_m=0.8), (0.0, 0.14), (-8, 12), (-40, 20)),
    _Kind("squat", "bodyweight", replace(_STANDING, height_m=0.8), (0, 0), (-8, 12), (-40, 24)),
    _Kind("overhead-press", "", _PRESSING, (0.0, 0.16), (-5, 8), (-65, -18)),
    _Kind("glute-bridge", "", _LYING, (0, 0), (4, 24), (-60, -14)),
    _Kind("back-extension", "", replace(_STANDING, distance_m=3.7), (0, 0), (-16, 10), (-30, 28)),
    _Kind("back-extension", "prone", _LYING, (0, 0), (-4, 14), (-60, -24)),
    _Kind("sit-up", "", _LYING, (0, 0), (4, 24), (-10, 34)),
)  # fmt: skip

# How lifters move, and how many of a hundred do: along the whole way; hardly at all; only
# half-way; with the upper back alone; only at the far end; only at lock-out.
HABITS = {"usual": 36, "barely": 20, "middle": 13, "upper": 13, "depth": 11, "lock-out": 7}


# Every so many lifters one wears a shirt as loose as the accuracy matrix has it.
_LOOSE_EVERY, _LOOSE_EASE = 4, 0.6


@dataclass(frozen=True)
class _Spine:
    """What a lifter's spine does in one repetition, as `SetPlan` has it."""

    home_lumbar_deg: float
    far_lumbar_deg: float
    course: Literal["lift", "depth", "lock-out"] = "lift"
    middle_lumbar_deg: float = 0.0
    far_thoracic_deg: float = 0.0


def _spine(kind: _Kind, lordosis_deg: float, between: Callable[[float, float], float]) -> _Spine:
    habit = list(HABITS)[int(np.searchsorted(np.cumsum(list(HABITS.values())), between(0, 99.9)))]
    home = round(-lordosis_deg + between(*kind.home_deg), 3)
    usual = _Spine(home, between(*kind.far_deg), far_thoracic_deg=between(-12, 18))
    still = replace(usual, far_lumbar_deg=round(home + between(-3, 10), 3))
    sideways = -1.0 if np.mean(kind.far_deg) < -35 else 1.0
    return {
        "usual": usual,
        "barely": still,
        "middle": replace(still, middle_lumbar_deg=sideways * between(10, 30)),
        "upper": replace(still, far_thoracic_deg=between(15, 40)),
        "depth": replace(usual, course="depth"),
        "lock-out": replace(
            still, home_lumbar_deg=round(home - between(6, 16), 3), course="lock-out"
        ),
    }[habit]


def crowd(each: int, kind: str = "drawn", *, first: int = 0) -> Iterator[Take]:
    """`each` less `first` takes of every lift; no two with the same drawn body."""
    if kind == "anny":
        people.sample([_person(kind, number) for number in range(first, each)])
    for number in range(first, each):
        for place, lift in enumerate(LIFTS):
            yield _take(lift, number, place, _person(kind, number))


def wears_loose(take: Take) -> bool:
    """Whether a lifter's shirt hides the hollow of the back."""
    return take.clothes.ease >= _LOOSE_EASE


def crowd_clip(take: Take) -> RenderedClip:
    """One of them, rendered and measured."""
    return rendered_clip(take, max_fps=0)


def _person(kind: str, number: int) -> str:
    """Name of the person of a body of a kind."""
    return "" if kind == "drawn" else f"crowd-{number}"


def _take(kind: _Kind, number: int, place: int, person: str) -> Take:
    """One lifter's take of the lift at a place of `LIFTS`."""
    seed = 100_000 + 100 * number + place
    rng = np.random.default_rng(seed)

    def between(low: float, high: float) -> float:
        return round(float(rng.uniform(low, high)), 3)

    body = Body(
        height_m=between(1.55, 1.95),
        girth=between(0.85, 1.25),
        limb_girth=between(0.85, 1.15),
        buttocks=between(0.8, 1.25),
        lordosis_deg=between(24, 56),
        kyphosis_deg=between(22, 48),
        erector=between(0.75, 1.25),
        fat=between(0.6, 1.5),
        slide=between(0.6, 1.3),
        skin_seed=seed,
        skin=tuple(np.round(np.array([0.7, 0.47, 0.37]) * rng.uniform(0.3, 1.0), 3).tolist()),
        hair=tuple(np.round(np.array([0.2, 0.12, 0.05]) * rng.uniform(0.1, 1.5), 3).tolist()),
    )
    if person:
        body = replace(people.body_of(person), skin=body.skin, hair=body.hair)
    bare = rng.random() < 0.2
    fitted = Clothes(
        top="bare" if bare else ("tank" if rng.random() < 0.3 else "shirt"),
        ease=0.0 if bare else between(0.0, 0.22),
        length=between(0.05, 0.3),
        top_rgb=tuple(np.round(rng.uniform(0.02, 0.45, 3), 3).tolist()),
        shorts_rgb=tuple(np.round(rng.uniform(0.01, 0.2, 3), 3).tolist()),
        shorts_length=between(0.4, 1.2),
    )
    loose = number % _LOOSE_EVERY == _LOOSE_EVERY - 1
    clothes = replace(fitted, top="shirt", ease=_LOOSE_EASE, length=0.5) if loose else fitted
    small = rng.random() < 0.3
    camera = replace(
        kind.camera,
        facing="left" if rng.random() < 0.5 else "right",
        yaw_deg=between(-15, 15),
        height_m=kind.camera.height_m + between(-0.25, 0.25),
        distance_m=kind.camera.distance_m * between(0.95, 1.5),
        width_px=854 if small else 1280,
        height_px=480 if small else 720,
        fps=FPS,
        shake_deg=between(0, 0.15),
        noise=between(0.5, 3),
        crf=int(rng.integers(19, 29)),
    )
    spine = _spine(kind, body.lordosis_deg, between)
    plan = SetPlan(
        kind.lift,
        far_lumbar_deg=(spine.far_lumbar_deg,),
        home_lumbar_deg=(spine.home_lumbar_deg,),
        course=spine.course,
        middle_lumbar_deg=spine.middle_lumbar_deg,
        far_thoracic_deg=spine.far_thoracic_deg,
        concentric_s=(1.0,),
        eccentric_s=(1.0,),
        stand_s=0.8,
        plate_radius_m=between(*kind.plate_m),
        variant=kind.variant,
        hip_rise=between(0, 0.6) if kind.lift == "deadlift" else 0.0,
    )
    scene = Scene(
        seed=seed,
        busy=int(rng.integers(0, 3)),
        wall_rgb=tuple(np.round(rng.uniform(0.25, 0.65) + rng.uniform(-0.06, 0.06, 3), 3).tolist()),
        floor_rgb=tuple(np.round(rng.uniform(0.05, 0.2) + rng.uniform(-0.03, 0.03, 3), 3).tolist()),
        light=between(0.7, 1.25),
    )
    name = f"crowd-{kind.lift}-{kind.variant or 'plain'}-{person or 'drawn'}-{seed}"
    return Take(name, body, clothes, plan, camera, scene, seed)


def _make(take: Take) -> str:
    crowd_clip(take)
    return take.name


def main() -> None:
    """Render ahead."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--each", type=int, default=24)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--kind", choices=KINDS, default="drawn")
    arguments = parser.parse_args()
    takes = list(crowd(arguments.each, arguments.kind))
    with ProcessPoolExecutor(arguments.workers) as pool:
        for number, name in enumerate(pool.map(_make, takes), 1):
            print(f"{number} of {len(takes)}: {name}", file=sys.stderr)


if __name__ == "__main__":
    main()
