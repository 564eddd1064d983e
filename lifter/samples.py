"""The takes that are shipped as samples."""

from __future__ import annotations

from dataclasses import replace

from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take

__all__ = ["ABOUT", "SAMPLES"]

_LYING = Camera(distance_m=3.0, focal_mm=32, height_m=0.7, noise=0.7, crf=24)
_DARK_SKIN, _FAIR_SKIN = (0.22, 0.115, 0.07), (0.70, 0.46, 0.36)


def _same(count: int, value: float) -> tuple[float, ...]:
    return (value,) * count


_DEADLIFTER = Take(
    name="deadlift-fatigue",
    body=Body(lordosis_deg=35, skin_seed=3),
    clothes=Clothes(ease=0.08, length=0.15),
    plan=SetPlan(
        far_lumbar_deg=(-7, -6, -7, -6, 0, 7, 14, 21),
        concentric_s=(0.74, 0.73, 0.75, 0.78, 0.88, 1.00, 1.16, 1.36),
        eccentric_s=_same(8, 0.64),
        far_pause_s=0.14,
        home_pause_s=0.16,
        stand_s=1.0,
        plate_radius_m=0.20,
    ),
    camera=Camera(distance_m=3.8, height_m=1.05, focal_mm=32, yaw_deg=-7, noise=0.7, crf=24),
    scene=Scene(seed=3),
    seed=1,
)

_STEADY = Take(
    name="deadlift-steady",
    body=Body(height_m=1.68, lordosis_deg=40, limb_girth=0.95, skin_seed=4, skin=_DARK_SKIN),
    clothes=Clothes(
        ease=0.05,
        length=0.1,
        top_rgb=(0.32, 0.06, 0.05),
        shorts_rgb=(0.03, 0.035, 0.06),
        shorts_length=0.55,
        shoes_rgb=(0.5, 0.06, 0.04),
    ),
    plan=SetPlan(
        far_lumbar_deg=(-12, -11, -12, -11, -12, -10),
        concentric_s=(0.95, 0.94, 0.96, 0.97, 0.98, 1.0),
        eccentric_s=_same(6, 0.95),
        far_pause_s=0.2,
        home_pause_s=0.25,
        stand_s=1.2,
        plate_radius_m=0.18,
    ),
    camera=Camera(
        facing="left", yaw_deg=-7, height_m=1.05, distance_m=3.7, focal_mm=32, noise=0.7, crf=24
    ),
    scene=Scene(seed=13, wall_rgb=(0.60, 0.57, 0.50), floor_rgb=(0.16, 0.16, 0.17)),
    seed=2,
)

_SQUAT = Take(
    name="squat",
    body=Body(
        height_m=1.80, lordosis_deg=42, skin_seed=5, skin=_FAIR_SKIN, hair=(0.20, 0.11, 0.04)
    ),
    clothes=Clothes(
        top="tank", ease=0.06, length=0.2, top_rgb=(0.07, 0.09, 0.10), shoes_rgb=(0.03, 0.03, 0.2)
    ),
    plan=SetPlan(
        lift="squat",
        far_lumbar_deg=(-20, -19, -18, -16, -14),
        concentric_s=(1.15, 1.15, 1.2, 1.25, 1.35),
        eccentric_s=_same(5, 1.35),
        home_pause_s=0.45,
        variant="bodyweight",
    ),
    camera=Camera(distance_m=3.9, height_m=0.7, focal_mm=30, yaw_deg=-8, noise=0.7, crf=24),
    scene=Scene(seed=7),
    seed=3,
)

_BARBELL_SQUAT = replace(
    _SQUAT,
    name="squat-barbell",
    plan=replace(_SQUAT.plan, variant="", plate_radius_m=0.125),
)

_PRESS = Take(
    name="overhead-press",
    body=Body(height_m=1.72, lordosis_deg=36, skin_seed=6, skin=(0.42, 0.25, 0.16)),
    clothes=Clothes(
        top="tank", ease=0.05, length=0.1, top_rgb=(0.02, 0.12, 0.10), shoes_rgb=(0.6, 0.6, 0.6)
    ),
    plan=SetPlan(
        lift="overhead-press",
        far_lumbar_deg=(-42, -43, -45, -48, -51, -54),
        concentric_s=(1.0, 1.0, 1.05, 1.15, 1.3, 1.5),
        eccentric_s=_same(6, 0.95),
        plate_radius_m=0.14,
    ),
    camera=Camera(distance_m=4.5, focal_mm=31, noise=0.7, crf=24),
    scene=Scene(seed=2, wall_rgb=(0.45, 0.48, 0.52)),
    seed=4,
)

_BRIDGE = Take(
    name="glute-bridge",
    body=Body(
        height_m=1.66, buttocks=1.1, lordosis_deg=44, girth=0.92, skin_seed=7, skin=_FAIR_SKIN
    ),
    clothes=Clothes(
        ease=0.05, top_rgb=(0.36, 0.04, 0.16), shorts_length=1.7, shorts_rgb=(0.03, 0.03, 0.05)
    ),
    plan=SetPlan(
        lift="glute-bridge",
        far_lumbar_deg=(-38, -39, -40, -42, -45),
        concentric_s=_same(5, 1.1),
        eccentric_s=_same(5, 1.2),
        far_pause_s=0.5,
        stand_s=1.0,
    ),
    camera=_LYING,
    scene=Scene(seed=16),
    seed=5,
)

_EXTENSION = Take(
    name="back-extension",
    body=Body(height_m=1.76, lordosis_deg=38, skin_seed=8),
    clothes=Clothes(ease=0.06, length=0.1, top_rgb=(0.40, 0.38, 0.06)),
    plan=SetPlan(
        lift="back-extension",
        far_lumbar_deg=(-4, -3, -1, 2, 6),
        home_lumbar_deg=(-41, -40, -42, -43, -45),
        concentric_s=_same(5, 1.3),
        eccentric_s=_same(5, 1.4),
    ),
    camera=Camera(distance_m=3.7, focal_mm=32, noise=0.7, crf=24),
    scene=Scene(seed=18),
    seed=6,
)

_SIT_UP = Take(
    name="sit-up",
    body=Body(height_m=1.70, lordosis_deg=40, skin_seed=9, skin=(0.50, 0.31, 0.21)),
    clothes=Clothes(ease=0.12, length=0.3, top_rgb=(0.55, 0.55, 0.56), shoes_rgb=(0.1, 0.3, 0.12)),
    plan=SetPlan(
        lift="sit-up",
        far_lumbar_deg=(14, 15, 14, 16, 15),
        concentric_s=_same(5, 1.15),
        eccentric_s=_same(5, 1.25),
        stand_s=1.0,
    ),
    camera=Camera(distance_m=3.1, focal_mm=32, height_m=0.75, facing="left", noise=0.7, crf=24),
    scene=Scene(seed=5, wall_rgb=(0.5, 0.56, 0.5)),
    seed=7,
)

_FRONT = Take(
    name="deadlift-front",
    body=Body(height_m=1.78, lordosis_deg=37, skin_seed=10),
    clothes=Clothes(ease=0.1, top_rgb=(0.10, 0.10, 0.11), shorts_rgb=(0.12, 0.02, 0.02)),
    plan=SetPlan(
        far_lumbar_deg=(-6, -5, -6, -4),
        concentric_s=_same(4, 1.1),
        eccentric_s=_same(4, 1.1),
        stand_s=1.0,
        plate_radius_m=0.225,
    ),
    camera=Camera(yaw_deg=86, distance_m=3.9, focal_mm=32, noise=0.7, crf=24),
    scene=Scene(seed=3),
    seed=8,
)

_ALL = (
    *(_DEADLIFTER, _STEADY, _SQUAT, _BARBELL_SQUAT, _PRESS, _BRIDGE, _EXTENSION, _SIT_UP),
    _FRONT,
)
SAMPLES: dict[str, Take] = {take.name: take for take in _ALL}

# What a sample shows, and the share of its length at which its picture is taken.
ABOUT: dict[str, tuple[str, float]] = {
    "deadlift-fatigue": ("deadlift: sound for four reps, rounds and slows from rep 5 on", 0.83),
    "deadlift-steady": ("deadlift: six reps alike", 0.21),
    "squat": ("squat with the arms held out; a little more butt wink each rep", 0.18),
    "squat-barbell": ("the same with a bar: elbows cover half of the back, less sure", 0.18),
    "overhead-press": ("overhead press: leans back and arches more as it gets slow", 0.115),
    "glute-bridge": ("glute bridge on the floor", 0.15),
    "back-extension": ("back extension on a 45° bench", 0.175),
    "sit-up": ("sit-up with the hands at the ears", 0.16),
    "deadlift-front": ("deadlift filmed from the front: must be refused", 0.22),
}
