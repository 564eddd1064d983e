"""A set in time: which phase, how far along, and what the spine does."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lifter.lifts import Curve, Lift, evaluate, lift_for
from lifter.params import Take
from lifter.place import HERE, Place, between
from lifter.posing import Moment

__all__ = ["Motion", "Stroke", "motion_of"]

Array = NDArray[np.float64]

SETUP_S, GRIP_S, LEAVE_S = 1.7, 0.5, 1.3
DROPPED_S, WALK_S, EMPTY_S, TURN_S, TURN_DEG = 2.5, 2.5, 1.0, 1.0, 160.0
# Lower bars (small plates, none) are taken to stand on blocks.
MIN_BAR_M, BLOCK_BAR_M = 0.17, 0.225
# Courses of the lumbar angle that are no lift's own.
_COURSES: dict[str, Curve] = {
    "depth": ((0, 0), (0.7, 0), (0.85, 0.35), (1, 1)),
    "lock-out": ((0, 0), (0.12, 0.5), (0.3, 1), (1, 1)),
}


@dataclass(frozen=True)
class Stroke:
    """One stretch of a set, between two ways `u` and two lumbar angles.

    Attributes
    ----------
    phase
        ``still``, ``setup``, ``concentric``, ``eccentric``, ``home``, ``far``,
        ``leave`` or ``walk``.
    rep
        From 1; 0 outside repetitions.
    """

    phase: str
    rep: int
    start_s: float
    end_s: float
    u: tuple[float, float]
    lumbar_deg: tuple[float, float]
    holding: bool = True
    places: tuple[Place, Place] = (HERE, HERE)


@dataclass(frozen=True)
class Motion:
    """A whole set.

    Attributes
    ----------
    strokes
        In order, without gaps.
    """

    take: Take
    lift: Lift
    strokes: tuple[Stroke, ...]
    sway: Array

    def __repr__(self) -> str:
        return f"Motion({self.lift.name}, strokes={len(self.strokes)}, {self.duration_s:.1f} s)"

    @property
    def duration_s(self) -> float:
        """Length of the set."""
        return self.strokes[-1].end_s

    @property
    def frames(self) -> int:
        """Frames of the clip."""
        return int(np.floor(self.duration_s * self.take.camera.fps))

    def stroke_at(self, time_s: float) -> Stroke:
        """Stroke that a time falls into."""
        for stroke in self.strokes:
            if time_s < stroke.end_s:
                return stroke
        return self.strokes[-1]

    def place_at(self, time_s: float) -> Place:
        """Where the lifter is at a time, and which way round."""
        stroke = self.stroke_at(time_s)
        share = (time_s - stroke.start_s) / max(stroke.end_s - stroke.start_s, 1e-6)
        return between(*stroke.places, float(np.clip(share, 0, 1)))

    def at(self, time_s: float) -> tuple[Stroke, Moment]:
        """Stroke and prescription at a time."""
        stroke = self.stroke_at(time_s)
        span = max(stroke.end_s - stroke.start_s, 1e-6)
        share = float(np.clip((time_s - stroke.start_s) / span, 0, 1))
        moved = _ease(share, 1.12 if stroke.phase == "concentric" else 1.0)
        u = stroke.u[0] + (stroke.u[1] - stroke.u[0]) * moved
        plan, body = self.take.plan, self.take.body
        sway = np.array([np.interp(time_s, self._sway_s, row) for row in self.sway])
        still = plan.wobble * (0.35 + 0.65 * (stroke.rep > 0))
        moment = Moment(
            u=u,
            lumbar_deg=self._lumbar(stroke, u, moved) + 0.35 * plan.wobble * float(sway[0]),
            thoracic_deg=body.kyphosis_deg + self._thoracic(u),
            bar_m=plan.plate_radius_m if plan.plate_radius_m >= MIN_BAR_M else BLOCK_BAR_M,
            holding=stroke.holding,
            hip_rise=plan.hip_rise if stroke.phase == "concentric" else 0.0,
            sway_deg=0.5 * still * float(sway[1]),
            nod_deg=1.8 * still * float(sway[2]),
        )
        return stroke, moment

    @property
    def _sway_s(self) -> Array:
        return np.arange(self.sway.shape[1]) / 10.0

    def _lumbar(self, stroke: Stroke, u: float, moved: float) -> float:
        """Lumbar angle: along its course while moving, eased at rest."""
        first, last = stroke.lumbar_deg
        if stroke.u[0] == stroke.u[1]:
            return first + (last - first) * moved
        outward = stroke.u[1] > stroke.u[0]
        home, far = (first, last) if outward else (last, first)
        middle = self.take.plan.middle_lumbar_deg * float(np.sin(np.pi * u)) ** 2
        return home + (far - home) * evaluate(self._course(outward), u) + middle

    def _course(self, outward: bool) -> Curve:
        """How far the lumbar angle has gone from home to far, over the way."""
        own = self.lift.out_share if outward else self.lift.back_share
        return _COURSES.get(self.take.plan.course, own)

    def _thoracic(self, u: float) -> float:
        far = self.take.plan.far_thoracic_deg
        far = self.lift.far_thoracic_deg if far is None else far
        home = self.lift.home_thoracic_deg
        return home + (far - home) * evaluate(self.lift.out_share, u)


def _ease(share: float, skew: float) -> float:
    """Smooth start and stop (minimum jerk), a little late when skewed."""
    s = float(share**skew)
    return s * s * s * (10 - 15 * s + 6 * s * s)


@dataclass
class _Clock:
    """Collects strokes one after another."""

    strokes: list[Stroke]
    now_s: float = 0.0

    def add(  # noqa: PLR0917 - reads as one line of a timetable
        self,
        phase: str,
        rep: int,
        lasting_s: float,
        u: tuple[float, float],
        lumbar: tuple[float, float],
        holding: bool = True,
        places: tuple[Place, Place] = (HERE, HERE),
    ) -> None:
        if lasting_s > 0:
            end_s = self.now_s + lasting_s
            stroke = Stroke(phase, rep, self.now_s, end_s, u, lumbar, holding, places)
            self.strokes.append(stroke)
            self.now_s = end_s

    def rest(self, phase: str, lasting_s: float, lumbar_deg: float, *places: Place) -> None:
        """Stand at home without a bar, or walk from one place to the next."""
        at = (places[0], places[-1]) if places else (HERE, HERE)
        self.add(phase, 0, lasting_s, (0, 0), (lumbar_deg, lumbar_deg), False, at)


def _jitter(take: Take) -> Iterator[float]:
    rng = np.random.default_rng([take.seed, 11])
    while True:
        yield float(1 + 0.03 * take.plan.wobble * np.clip(rng.standard_normal(), -2, 2))


def _homes(take: Take, lift: Lift) -> list[float]:
    plan = take.plan
    default = -take.body.lordosis_deg + lift.home_flexion_deg
    return list(plan.home_lumbar_deg) or [default] * plan.reps


def _ends_of_sets(take: Take) -> set[int]:
    """Numbers of the last repetitions of all sets but the last one."""
    return set(np.cumsum(take.plan.sets)[:-1].tolist())


def _open(take: Take, clock: _Clock, lumbar_deg: float) -> None:
    """What comes before the lifter stands in place."""
    away = Place(x_m=-0.9 * take.camera.distance_m)
    match take.plan.opening:
        case "turn":
            clock.rest("walk", TURN_S, lumbar_deg, Place(turn_deg=TURN_DEG), HERE)
        case "walk":
            clock.rest("walk", WALK_S, lumbar_deg, away, HERE)
        case "empty":
            clock.rest("walk", EMPTY_S, lumbar_deg, Place(x_m=-3 * take.camera.distance_m))


def _close(take: Take, clock: _Clock, lumbar_deg: float) -> None:
    """What comes after the last repetition."""
    clock.rest("still", 0.5 * take.plan.stand_s, lumbar_deg)
    if take.plan.ending in {"walk", "drop-walk"}:
        near = Place(z_m=0.45 * take.camera.distance_m, turn_deg=90.0)
        clock.rest("walk", WALK_S, lumbar_deg, HERE, near)


def _from_home(take: Take, lift: Lift, clock: _Clock) -> None:
    """Lifts whose repetitions begin at home: out, pause, back, pause."""
    plan, vary, homes = take.plan, _jitter(take), _homes(take, lift)
    phases = (
        ("concentric", "eccentric") if lift.concentric == "out" else ("eccentric", "concentric")
    )
    _open(take, clock, homes[0])
    clock.add("still", 0, plan.stand_s, (0, 0), (homes[0], homes[0]))
    for k, far in enumerate(plan.far_lumbar_deg):
        times = {"concentric": plan.concentric_s[k], "eccentric": plan.eccentric_s[k]}
        home = homes[k]
        after = homes[min(k + 1, plan.reps - 1)]
        clock.add(phases[0], k + 1, times[phases[0]] * next(vary), (0, 1), (home, far))
        clock.add("far", k + 1, plan.far_pause_s * next(vary), (1, 1), (far, far))
        clock.add(phases[1], k + 1, times[phases[1]] * next(vary), (1, 0), (home, far)[::-1])
        if k + 1 < plan.reps:
            clock.add("home", 0, plan.home_pause_s * next(vary), (0, 0), (home, after))
        if k + 1 in _ends_of_sets(take):
            clock.add("still", 0, plan.rest_s, (0, 0), (after, after))
    _close(take, clock, homes[-1])


def _from_far(take: Take, lift: Lift, clock: _Clock) -> None:
    """The deadlift: stand, bend down, then up and down; stand up without the bar."""
    plan, vary, homes = take.plan, _jitter(take), _homes(take, lift)
    standing = -take.body.lordosis_deg
    fars = plan.far_lumbar_deg
    _open(take, clock, standing)
    clock.rest("still", plan.stand_s, standing)
    _take_hold(clock, standing, fars[0])
    for k, far in enumerate(fars):
        after = fars[min(k + 1, plan.reps - 1)]
        down = far - 1.5 * np.sign(far - homes[k])
        last = k + 1 == plan.reps
        clock.add("concentric", k + 1, plan.concentric_s[k] * next(vary), (1, 0), (far, homes[k]))
        clock.add("home", k + 1, plan.home_pause_s * next(vary), (0, 0), (homes[k], homes[k]))
        if last and plan.ending in {"drop", "drop-walk"}:
            clock.add("still", 0, DROPPED_S, (0, 0), (homes[k], standing), False)
            break
        clock.add("eccentric", k + 1, plan.eccentric_s[k] * next(vary), (0, 1), (homes[k], down))
        clock.add("far", 0, plan.far_pause_s * next(vary), (1, 1), (down, down if last else after))
        if last or k + 1 in _ends_of_sets(take):
            end = clock.strokes[-1].lumbar_deg[1]
            clock.add("leave", 0, LEAVE_S, (1, 0), (end, standing), False)
        if k + 1 in _ends_of_sets(take):
            clock.rest("still", plan.rest_s, standing)
            _take_hold(clock, standing, after)
    _close(take, clock, standing)


def _take_hold(clock: _Clock, standing_deg: float, far_deg: float) -> None:
    clock.add("setup", 0, SETUP_S, (0, 1), (standing_deg, far_deg), False)
    clock.add("far", 0, GRIP_S, (1, 1), (far_deg, far_deg))


def motion_of(take: Take) -> Motion:
    """Lay a plan out in time."""
    lift = lift_for(take.plan.lift, take.plan.variant)
    clock = _Clock([])
    (_from_far if lift.starts_far else _from_home)(take, lift, clock)
    rng = np.random.default_rng([take.seed, 13])
    steps = int(clock.now_s * 10) + 20
    noise = gaussian_filter1d(rng.standard_normal((3, steps + 60)), 7.0, axis=1)[:, 30:-30]
    sway = noise / noise.std(axis=1, keepdims=True)
    return Motion(take, lift, tuple(clock.strokes), sway)
