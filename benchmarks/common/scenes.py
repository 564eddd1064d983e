"""Scenes in which something else looks like the back, or hides it: the clips of `outline.py`.

Places are metres in the lifter's own plane, as the camera sees it: `_at` carries them to
whatever depth a thing stands at.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from lifter import people
from lifter.params import RGB, Body, Camera, Clothes, Prop, Scene, SetPlan, Take

__all__ = ["GROUPS", "Case", "cases"]

FPS = 15.0
_DARK, _STEEL, _WHITE = (0.015, 0.015, 0.017), (0.10, 0.10, 0.11), (0.75, 0.74, 0.70)
_NAVY, _RED, _GREEN = (0.05, 0.10, 0.28), (0.32, 0.05, 0.05), (0.05, 0.16, 0.12)
_AIM_X_M, _DISTANCE_M = 0.03, 3.8


@dataclass(frozen=True)
class _Movement:
    """A lift as these scenes have it: [deg] at home against standing, and at the far end."""

    lift: str
    variant: str
    home_deg: float
    far_deg: float
    camera: Camera
    plate_m: float = 0.0


_STANDING = Camera(distance_m=_DISTANCE_M, height_m=1.0, focal_mm=31, fps=FPS, yaw_deg=0.0)
_MOVEMENTS = {
    "deadlift": _Movement("deadlift", "", 0, 12, _STANDING, 0.2),
    "squat": _Movement("squat", "bodyweight", 0, -4, replace(_STANDING, height_m=0.8)),
    "barbell squat": _Movement("squat", "", 0, -8, replace(_STANDING, height_m=0.8), 0.225),
    "press": _Movement("overhead-press", "", 0, -52, replace(_STANDING, distance_m=4.4), 0.14),
    "bridge": _Movement(
        "glute-bridge", "", 12, -42, Camera(distance_m=3.1, height_m=0.7, focal_mm=32, fps=FPS)
    ),
}
# Two drawn bodies and two of anny's people.
_BODIES = {
    "A": (Body(1.76, lordosis_deg=36, skin_seed=61), Clothes(ease=0.1, length=0.15)),
    "B": (
        Body(
            1.64, girth=1.12, buttocks=1.1, lordosis_deg=45, fat=1.3, skin_seed=62,
            skin=(0.66, 0.42, 0.32), hair=(0.2, 0.11, 0.04),
        ),
        Clothes(ease=0.14, length=0.2, top_rgb=_GREEN),
    ),
}  # fmt: skip
_PEOPLE = {"C": ("crowd-3", _RED), "D": ("crowd-12", _NAVY)}


@dataclass(frozen=True)
class Case:
    """One clip.

    Attributes
    ----------
    group, scene
        What is in the way, and which form of it.
    movement, lifter
        Keys of the tables above.
    seen
        Whether the whole back is to be seen: a clear scene.
    moving
        Whether the camera moves.
    """

    group: str
    scene: str
    movement: str
    lifter: str
    clothes: dict[str, Any] = field(default_factory=dict)
    room: dict[str, Any] = field(default_factory=dict)
    camera: dict[str, Any] = field(default_factory=dict)
    plan: dict[str, Any] = field(default_factory=dict)
    reps: int = 1

    @property
    def name(self) -> str:
        """Its own name, also of its files."""
        return f"{self.scene}-{self.movement}-{self.lifter}".replace(" ", "-")

    @property
    def clear(self) -> bool:
        """Whether nothing is in the way."""
        return self.group == "clear"

    @property
    def moving(self) -> bool:
        """Whether the camera moves."""
        return self.group == "camera moves"

    @property
    def take(self) -> Take:
        """Everything that decides the clip's pixels."""
        move = _MOVEMENTS[self.movement]
        body, clothes = _dressed(self.lifter)
        seed = 7000 + sum(map(ord, self.name))
        plan = SetPlan(
            move.lift,
            far_lumbar_deg=(move.far_deg,) * self.reps,
            home_lumbar_deg=(-body.lordosis_deg + move.home_deg,) * self.reps,
            concentric_s=(1.0,) * self.reps,
            eccentric_s=(1.0,) * self.reps,
            stand_s=0.9,
            plate_radius_m=move.plate_m,
            variant=move.variant,
        )
        room = Scene(seed=61 + "ABCD".index(self.lifter), busy=1)
        return Take(
            self.name,
            body,
            replace(clothes, **self.clothes),
            replace(plan, **self.plan),
            replace(move.camera, **self.camera),
            replace(room, **self.room),
            seed,
        )


def _dressed(lifter: str) -> tuple[Body, Clothes]:
    if lifter in _BODIES:
        return _BODIES[lifter]
    person, colour = _PEOPLE[lifter]
    people.sample([person])
    return people.body_of(person), Clothes(ease=0.1, length=0.15, top_rgb=colour)


def _at(x: float, y: float, z: float, eye_m: float) -> tuple[float, float, float]:
    """Where a thing at depth z stands that is seen at (x, y) of the lifter's plane."""
    farther = (_DISTANCE_M - z) / _DISTANCE_M
    return (_AIM_X_M + (x - _AIM_X_M) * farther, eye_m + (y - eye_m) * farther, z)


def _post(x: float, z: float, *, half_m: float = 0.04, rgb: RGB = _STEEL) -> Prop:
    place = _at(x, 1.0, z, 1.0)
    return Prop((place[0], 1.15, z), (half_m, 1.15, half_m), rgb)


def _poster(x: tuple[float, float], y: tuple[float, float], eye_m: float, rgb: RGB) -> Prop:
    """A poster on the back wall, seen from x to x and from y to y of the lifter's plane."""
    low, high = _at(x[0], y[0], -2.57, eye_m), _at(x[1], y[1], -2.57, eye_m)
    middle = ((low[0] + high[0]) / 2, (low[1] + high[1]) / 2, -2.57)
    return Prop(middle, ((high[0] - low[0]) / 2, (high[1] - low[1]) / 2, 0.01), rgb)


def _plate(x: float, y: float, z: float, eye_m: float, radius_m: float = 0.225) -> Prop:
    return Prop(_at(x, y, z, eye_m), (radius_m, radius_m, 0.03), _DARK, round=True)


def _pad(x: float, y: float, eye_m: float, tilt_deg: float) -> Prop:
    """The long dark pad of a bench or machine behind the lifter."""
    return Prop(_at(x, y, -0.6, eye_m), (0.05, 0.42, 0.16), _DARK, tilt_deg)


def _strap(y: float, eye_m: float) -> tuple[Prop, ...]:
    """A safety strap between two posts, on the camera's side."""
    place = _at(0.03, y, 0.5, eye_m)
    posts = tuple(_post(x, 0.5) for x in (-0.62, 0.68))
    return (*posts, Prop(place, (0.58, 0.03, 0.01), (0.30, 0.22, 0.02)))


_WALL = {"busy": 0, "wall_rgb": (0.020, 0.020, 0.022), "floor_rgb": (0.03, 0.03, 0.03)}
_DARK_TOP = {"top_rgb": _DARK}
_EMPTY = {"busy": 0}


def _clear() -> Iterator[Case]:
    for movement, lifters in (
        ("deadlift", "ABCD"), ("squat", "AC"), ("press", "D"), ("bridge", "A"),
    ):  # fmt: skip
        for lifter in lifters:
            yield Case("clear", "clear", movement, lifter, room=_EMPTY)


def _posts() -> Iterator[Case]:
    front = {"props": (_post(-0.16, 0.6),)}
    for movement, lifter, x in (
        ("deadlift", "A", -0.19),
        ("squat", "C", -0.15),
        ("press", "B", -0.10),
    ):
        room = front if x == -0.16 else {"props": (_post(x, 0.6),)}
        yield Case("post", "post in front", movement, lifter, room=room)
    for movement, lifter, x in (
        ("deadlift", "C", -0.20),
        ("squat", "A", -0.24),
        ("press", "D", -0.17),
    ):
        room = {"props": (_post(x, -0.6),)}
        yield Case("post", "post beside", movement, lifter, _DARK_TOP, room)


def _plates() -> Iterator[Case]:
    yield Case("plate", "near plate", "barbell squat", "A", plan={"plates": "near"})
    yield Case("plate", "near plate", "barbell squat", "D")
    yield Case(
        "plate",
        "stored plate in front",
        "deadlift",
        "C",
        room={"props": (_plate(-0.2, 0.85, 0.8, 1.0, 0.17),)},
    )
    far = {"plates": "far", "plate_radius_m": 0.225}
    yield Case(
        "plate", "far plate", "barbell squat", "B", _DARK_TOP, plan=far, camera={"yaw_deg": -10.0}
    )
    room = {"props": (_plate(-0.22, 0.98, -0.7, 1.0),)}
    yield Case("plate", "stored plate behind", "deadlift", "A", _DARK_TOP, room)
    room = {"props": (_plate(-0.25, 0.75, -0.7, 0.8),)}
    yield Case("plate", "stored plate behind", "squat", "C", _DARK_TOP, room)


def _looks() -> Iterator[Case]:
    for movement, lifter in (("deadlift", "A"), ("squat", "C"), ("press", "B")):
        yield Case("dark on dark", "dark shirt dark wall", movement, lifter, _DARK_TOP, _WALL)
    for movement, lifter, pattern in (
        ("deadlift", "A", "hoops"),
        ("squat", "A", "panel"),
        ("deadlift", "C", "checks"),
        ("deadlift", "D", "panel"),
    ):
        yield Case("pattern", f"{pattern} shirt", movement, lifter, {"pattern": pattern})


def _backdrops() -> Iterator[Case]:
    yield Case("backdrop", "dumbbells", "deadlift", "A")
    yield Case("backdrop", "dumbbells", "squat", "C")
    poster = (
        _poster((-0.62, -0.14), (0.72, 1.32), 1.0, (0.03, 0.05, 0.20)),
        _poster((-0.55, -0.21), (0.98, 1.10), 1.0, _WHITE),
    )
    yield Case(
        "backdrop", "poster", "deadlift", "B", {"top_rgb": (0.03, 0.05, 0.18)}, {"props": poster}
    )
    low = (_poster((-0.60, -0.17), (0.45, 1.25), 0.8, (0.25, 0.03, 0.03)),)
    yield Case("backdrop", "poster", "squat", "C", room={"props": low})
    pad = (_pad(-0.10, 1.005, 1.0, 70),)
    yield Case("backdrop", "equipment", "deadlift", "A", _DARK_TOP, {"props": pad})
    pad = (_pad(-0.20, 0.735, 0.8, 42),)
    yield Case("backdrop", "equipment", "squat", "D", _DARK_TOP, {"props": pad})


def _bars() -> Iterator[Case]:
    wide, cut = {"bars_share": (0.24, 0.0)}, {"bars_share": (0.375, 0.0), "aim_x_m": 0.34}
    yield Case("bars", "black bars", "deadlift", "C", camera={"bars": "black"} | wide)
    yield Case("bars", "blurred bars", "squat", "A", camera={"bars": "blurred"} | wide)
    yield Case("bars", "black bars cut the back", "deadlift", "A", camera={"bars": "black"} | cut)
    yield Case(
        "bars", "blurred bars cut the back", "deadlift", "D", camera={"bars": "blurred"} | cut
    )


def _worn() -> Iterator[Case]:
    for movement, lifter in (("deadlift", "A"), ("squat", "C"), ("press", "B")):
        yield Case("worn", "ponytail", movement, lifter, {"ponytail_m": 0.45})
    for movement, lifter in (("deadlift", "D"), ("squat", "A")):
        yield Case("worn", "hood", movement, lifter, {"hood": True, "ease": 0.4, "length": 0.4})
    for movement, lifter in (("deadlift", "A"), ("squat", "C")):
        yield Case("worn", "belt", movement, lifter, {"belt_m": 0.011})
    for lifter in "AD":
        yield Case("worn", "strap in front", "squat", lifter, room={"props": _strap(0.66, 0.8)})


def _walkers() -> Iterator[Case]:
    for where, movement, lifter, at_s in (
        ("behind", "deadlift", "A", 3.6),
        ("behind", "squat", "C", 2.0),
        ("in front", "deadlift", "C", 3.3),
        ("in front", "squat", "A", 2.2),
    ):
        room = {"walker": where, "walker_s": at_s}
        yield Case("walker", f"walker {where}", movement, lifter, room=room)


def _camera_moves() -> Iterator[Case]:
    for scene, movement, lifter, camera in (
        ("zoom in", "deadlift", "A", {"zoom": 1.2}),
        ("zoom out", "squat", "C", {"zoom": 0.75}),
        ("pan", "squat", "A", {"pan_deg": -7.0}),
        ("pan", "deadlift", "D", {"pan_deg": 7.0}),
        ("bump", "squat", "C", {"bump_deg": 2.5, "bump_s": 3.4}),
    ):
        yield Case("camera moves", scene, movement, lifter, camera=camera, reps=4)


_MAKERS = (
    _clear, _posts, _plates, _looks, _backdrops, _bars, _worn, _walkers, _camera_moves,
)  # fmt: skip
GROUPS = (
    *("clear", "post", "plate", "dark on dark", "pattern", "backdrop", "bars", "worn"),
    *("walker", "camera moves"),
)


def cases(group: str | None = None) -> list[Case]:
    """All clips, or those of a group."""
    return [case for make in _MAKERS for case in make() if group in {None, case.group}]
