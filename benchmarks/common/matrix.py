"""The clips on which accuracy is measured: lifts, conditions, and three sets of lifters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from lifter import people
from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take

__all__ = ["LIFTS", "REPS", "SETS", "Case", "cases"]

REPS = 2


@dataclass(frozen=True)
class Lift:
    """One lift: the range of its far lumbar angles, its plates and where the camera stands."""

    name: str
    far_deg: tuple[float, float]
    camera: Camera
    home_deg: tuple[float, ...] = ()
    plate_m: float = 0.0


_STANDING = Camera(distance_m=3.8, height_m=1.0, focal_mm=31)
_LYING = Camera(distance_m=3.1, height_m=0.7, focal_mm=32)
LIFTS = (
    Lift("deadlift", (-10, 22), _STANDING, plate_m=0.18),
    Lift("squat", (-22, 6), replace(_STANDING, height_m=0.8), plate_m=0.125),
    Lift("overhead-press", (-56, -40), replace(_STANDING, distance_m=4.5), plate_m=0.14),
    Lift("glute-bridge", (-46, -32), _LYING),
    Lift("back-extension", (-6, 10), replace(_STANDING, distance_m=3.7), home_deg=(-40,) * REPS),
    Lift("sit-up", (8, 20), _LYING),
)


@dataclass(frozen=True)
class Condition:
    """What is different from a plain 720p clip taken from the side.

    Attributes
    ----------
    camera, clothes
        Fields to replace; `yaw_deg` changes sign from lifter to lifter.
    plate_m
        Radius of the plates.
    farther
        Factor on the camera's distance.
    lifts
        Lifts that have it; empty for all.
    refuse
        Whether the clip must be refused; None where either is right.
    clear
        Whether it is 720p, fitted, and within 10 degrees of the side.
    """

    name: str
    camera: dict[str, Any] = field(default_factory=dict)
    clothes: dict[str, Any] = field(default_factory=dict)
    plate_m: float = 0.0
    farther: float = 1.0
    lifts: tuple[str, ...] = ()
    refuse: bool | None = False
    clear: bool = False


_SMALL = {"width_px": 854, "height_px": 480}
CONDITIONS = (
    Condition("plain", clear=True),
    Condition("480p", camera=_SMALL),
    Condition("yaw 10", camera={"yaw_deg": 10.0}, clear=True),
    Condition("yaw 15", camera={"yaw_deg": 15.0}),
    Condition("loose shirt", clothes={"ease": 0.6, "length": 0.5}),
    Condition("bare back", clothes={"top": "bare", "ease": 0.0}, clear=True),
    Condition("big plates", plate_m=0.225, lifts=("deadlift",)),
    # Such plates stand before the back of a squatter: measured or refused is both right.
    Condition("big plates", plate_m=0.225, lifts=("squat",), refuse=None),
    Condition("small in frame", farther=1.7),
    Condition("facing left", camera={"facing": "left"}, clear=True),
    Condition("60 fps", camera={"fps": 60.0}, clear=True),
    Condition("yaw 50", camera={"yaw_deg": 50.0, **_SMALL}, refuse=True),
    Condition("front", camera={"yaw_deg": 86.0, **_SMALL}, refuse=True),
)


@dataclass(frozen=True)
class Lifter:
    """A body with its clothes and its own background."""

    name: str
    body: Body
    clothes: Clothes
    scene: Scene


@dataclass(frozen=True)
class ClipSet:
    """Lifters and seeds that no other set has."""

    name: str
    lifters: tuple[Lifter, ...]
    seed: int


_DEVELOP = ClipSet(
    "develop",
    (
        Lifter(
            "average",
            Body(lordosis_deg=36, skin_seed=21),
            Clothes(ease=0.1, length=0.15),
            Scene(seed=21),
        ),
        Lifter(
            "tall and lean",
            Body(
                1.88, girth=0.9, buttocks=0.9, lordosis_deg=30, fat=0.7, erector=1.2, skin_seed=22,
                skin=(0.22, 0.115, 0.07),
            ),
            Clothes(ease=0.06, top_rgb=(0.32, 0.06, 0.05), shorts_rgb=(0.03, 0.04, 0.08)),
            Scene(seed=22, wall_rgb=(0.60, 0.57, 0.50), floor_rgb=(0.16, 0.16, 0.17)),
        ),
        Lifter(
            "short and stout",
            Body(
                1.62, girth=1.15, buttocks=1.15, lordosis_deg=46, fat=1.4, slide=1.2, skin_seed=23,
                skin=(0.70, 0.46, 0.36),
            ),
            Clothes(ease=0.15, length=0.2, top_rgb=(0.05, 0.16, 0.12)),
            Scene(seed=23, wall_rgb=(0.42, 0.46, 0.50)),
        ),
    ),
    1000,
)  # fmt: skip
_VALIDATE = ClipSet(
    "validate",
    (
        Lifter(
            "middling",
            Body(1.78, lordosis_deg=40, kyphosis_deg=38, skin_seed=31, skin=(0.50, 0.31, 0.21)),
            Clothes(ease=0.08, length=0.2, top_rgb=(0.30, 0.29, 0.27)),
            Scene(seed=31, wall_rgb=(0.48, 0.52, 0.48)),
        ),
        Lifter(
            "small and slim",
            Body(
                1.58, girth=0.88, limb_girth=0.9, buttocks=1.05, lordosis_deg=44, fat=0.9,
                skin_seed=32, skin=(0.66, 0.42, 0.32), hair=(0.2, 0.11, 0.04),
            ),
            Clothes(ease=0.05, length=0.1, top_rgb=(0.36, 0.04, 0.16), shorts_length=1.2),
            Scene(seed=32, wall_rgb=(0.56, 0.50, 0.46), floor_rgb=(0.12, 0.10, 0.09)),
        ),
        Lifter(
            "tall and heavy",
            Body(
                1.92, girth=1.2, limb_girth=1.1, buttocks=1.0, lordosis_deg=32, fat=1.3,
                erector=1.15, skin_seed=33, skin=(0.30, 0.17, 0.11),
            ),
            Clothes(ease=0.14, length=0.25, top_rgb=(0.06, 0.06, 0.20)),
            Scene(seed=33, wall_rgb=(0.40, 0.40, 0.44)),
        ),
    ),
    2000,
)  # fmt: skip
# People of anny's, in the clothes and rooms of the drawn lifters. The model was fitted to none.
_PEOPLE = ("accuracy-0", "accuracy-1", "accuracy-2")
SETS = ("develop", "validate", "people")


def _clip_set(name: str) -> ClipSet:
    if name != "people":
        return {"develop": _DEVELOP, "validate": _VALIDATE}[name]
    people.sample(_PEOPLE)
    drawn = zip(_PEOPLE, _VALIDATE.lifters, strict=True)
    lifters = tuple(
        replace(lifter, name=person, body=_dressed(people.body_of(person), lifter.body))
        for person, lifter in drawn
    )
    return ClipSet(name, lifters, 3000)


def _dressed(body: Body, like: Body) -> Body:
    """A person in the colours of a drawn lifter."""
    return replace(body, skin=like.skin, hair=like.hair, skin_seed=like.skin_seed)


@dataclass(frozen=True)
class Case:
    """One clip of the matrix."""

    clip_set: ClipSet
    lift: Lift
    condition: Condition
    lifter: int

    @property
    def take(self) -> Take:
        """Everything that decides the clip's pixels."""
        lifter, condition = self.clip_set.lifters[self.lifter], self.condition
        number = (LIFTS.index(self.lift) * len(CONDITIONS) + CONDITIONS.index(condition)) * 10
        seed = self.clip_set.seed + number + self.lifter
        camera = replace(self.lift.camera, **condition.camera)
        camera = replace(
            camera,
            distance_m=camera.distance_m * condition.farther,
            yaw_deg=camera.yaw_deg * (-1) ** self.lifter,
        )
        name = f"{self.lift.name}-{condition.name}-{lifter.name}".replace(" ", "-")
        clothes = replace(lifter.clothes, **condition.clothes)
        return Take(name, lifter.body, clothes, self._plan(seed), camera, lifter.scene, seed)

    def _plan(self, seed: int) -> SetPlan:
        far = np.random.default_rng(seed).uniform(*self.lift.far_deg, REPS)
        return SetPlan(
            self.lift.name,
            far_lumbar_deg=tuple(np.sort(far).round(1).tolist()),
            home_lumbar_deg=self.lift.home_deg,
            concentric_s=(0.9,) * REPS,
            eccentric_s=(1.0,) * REPS,
            stand_s=0.9,
            plate_radius_m=self.condition.plate_m or self.lift.plate_m,
        )


def cases(
    names: Iterable[str], *, only: str | None, conditions: Sequence[str], quick: bool
) -> Iterator[Case]:
    """Clips of the matrix: all lifters where nothing is special, one of them elsewhere."""
    for clip_set in map(_clip_set, names):
        for lift in LIFTS:
            for condition in CONDITIONS:
                if only not in {None, lift.name} or (quick and not _is_quick(lift, condition)):
                    continue
                if lift.name not in (condition.lifts or (lift.name,)):
                    continue
                if not conditions or condition.name in conditions:
                    for lifter in _lifters(clip_set, lift, condition, quick=quick):
                        yield Case(clip_set, lift, condition, lifter)


def _is_quick(lift: Lift, condition: Condition) -> bool:
    known = condition.name == "480p" and lift.name in {"deadlift", "squat", "overhead-press"}
    return known or (condition.name == "front" and lift.name == "deadlift")


def _lifters(clip_set: ClipSet, lift: Lift, condition: Condition, *, quick: bool) -> list[int]:
    count = len(clip_set.lifters)
    if quick:
        return [0]
    if condition.name == "plain":
        return list(range(count))
    return [(LIFTS.index(lift) + CONDITIONS.index(condition)) % count]
