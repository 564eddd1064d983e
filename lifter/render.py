"""Frames of a take: picture, true silhouette and truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter import mirror
from lifter.bystander import Bystander
from lifter.camera import View, shake_of, view_of
from lifter.gear import barbell, bench
from lifter.layer import FLOOR_SIZE, FLOOR_TEXEL, Layer, draw, floor_shadow, tone
from lifter.lifts import Lift
from lifter.mesh import Mesh, merge
from lifter.motion import Motion, motion_of
from lifter.params import Take
from lifter.posture import Posture, joints
from lifter.scene import Room, furniture, room_of
from lifter.solve import Solver
from lifter.truth import FrameTruth, hidden_joints, other_side

__all__ = ["Rendered", "Renderer", "render_frame"]

Array = NDArray[np.float64]
F32 = NDArray[np.float32]
U8 = NDArray[np.uint8]

SUBFRAMES = 4


@dataclass(frozen=True)
class Rendered:
    """One finished frame.

    Attributes
    ----------
    rgb
        8-bit sRGB, shape (height, width, 3).
    mask
        Coverage by the lifter's body without bar and plates, as if nothing
        stood before it; 8-bit, shape (height, width).
    visible
        The part of `mask` that the camera sees.
    """

    rgb: U8
    mask: U8
    visible: U8
    truth: FrameTruth

    def __repr__(self) -> str:
        return f"Rendered(shape={self.rgb.shape}, {self.truth!r})"


class Renderer:
    """Draws any frame of a take; the room is drawn once."""

    def __init__(self, take: Take) -> None:
        self.take = take
        self.motion: Motion = motion_of(take)
        self.lift: Lift = self.motion.lift
        self._solver = Solver(take.body, self.lift)
        camera = take.camera
        self.width, self.height = camera.width_px, camera.height_px
        aim_m = self.lift.aim_m if np.isnan(camera.aim_m) else camera.aim_m
        scale = take.body.height_m / 1.75
        self.view: View = view_of(camera, (self.lift.aim_x_m * scale, aim_m))
        self._mirror = self._glass() if take.scene.mirror else None
        self._room = self._furnished()
        self._still = tone(self._room.rgb)
        self._shake = shake_of(camera, self.view.focal_px, self.motion.frames, take.seed)
        self._other = Bystander(take) if take.scene.person else None
        rng = np.random.default_rng([take.seed, 31])
        grain = rng.standard_normal((self.height + 64, self.width + 64, 3)) * camera.noise
        self._grain = np.clip(np.round(grain), -127, 127).astype(np.int8) if camera.noise else None

    def __len__(self) -> int:
        return self.motion.frames

    def __repr__(self) -> str:
        return f"Renderer({self.take.name!r}, frames={len(self)}, {self.width}x{self.height})"

    def posture(self, time_s: float) -> Posture:
        """The lifter's posture at a time."""
        return self._solver(self.motion.at(time_s)[1])

    def frame(self, index: int) -> Rendered:
        """Draw one frame."""
        camera = self.take.camera
        time_s = index / camera.fps
        times = [time_s]
        if camera.shutter > 0:
            spread = (np.arange(SUBFRAMES) + 0.5) / SUBFRAMES - 0.5
            times = list(time_s + camera.shutter / camera.fps * spread)
        drawn = [self._drawn(max(t, 0.0)) for t in times]
        rgb = self._compose(drawn, time_s)
        body, seen = self._masks([layer for layer, _ in drawn])
        truth = self._truth(index, time_s, self.posture(time_s), drawn[len(drawn) // 2][0])
        return self._finish(rgb, body, seen, truth)

    def truth_only(self, index: int) -> FrameTruth:
        """Truth of a frame without drawing it; only joints out of the picture are hidden."""
        time_s = index / self.take.camera.fps
        truth = self._truth(index, time_s, self.posture(time_s), None)
        return self._moved(truth)

    # -- the room -----------------------------------------------------------

    def _furnished(self) -> Room:
        room = room_of(self.take.scene, self.view, self.width, self.height)
        if self._mirror is not None:
            mirror.hang(room.rgb, self._mirror)
        things = furniture(self.take.scene)
        layer = self._draw(things) if things is not None else None
        if layer is not None:
            layer.onto(room.rgb)
            if self._mirror is not None:
                self._mirror[layer.box] *= 1 - layer.cover
            hidden = layer.cover > 0.5
            room.floor_xz[layer.box][hidden] = np.nan
        return room

    def _glass(self) -> F32:
        return mirror.pane(self.view, self.width, self.height)

    def _draw(self, mesh: Mesh) -> Layer | None:
        return draw(mesh, self.view, self.width, self.height, self.take.scene.light)

    # -- the lifter ---------------------------------------------------------

    def _mesh(self, time_s: float) -> Mesh:
        """The lifter with everything in use."""
        take = self.take
        posture = self.posture(time_s)
        parts = [self._solver.figure.mesh(take.clothes, posture)]
        if posture.bar is not None and self.lift.has_bar:
            parts.append(barbell(posture.bar, take.plan.plate_radius_m, take.scene.seed))
        if self.lift.family == "bench":
            parts.append(bench(self._solver(self.motion.at(0.0)[1]), take.body.height_m / 1.75))
        return self.motion.place_at(time_s).moved_mesh(merge(parts))

    def _drawn(self, time_s: float) -> tuple[Layer | None, F32]:
        """The lifter's patch, and the light left on the floor."""
        mesh = self._mesh(time_s)
        return self._draw(mesh), floor_shadow(mesh.points, mesh.faces)

    def _compose(self, drawn: list[tuple[Layer | None, F32]], time_s: float) -> U8:
        below = self._room.rgb
        extra = self._behind(time_s)
        rgb = self._still.copy()
        shadow = np.mean([s for _, s in drawn], axis=0).astype(np.float32)
        rows, columns = self._touched([*extra, *(layer for layer, _ in drawn)], shadow)
        patch = below[rows, columns].copy()
        corner = columns.start, rows.start
        for other in extra:
            other.onto(patch, corner)
        patch *= self._on_floor(shadow, rows, columns)
        base = patch.copy()
        total = np.zeros_like(patch)
        for layer, _ in drawn:
            patch[:] = base
            if layer is not None:
                layer.onto(patch, corner)
            total += patch
        rgb[rows, columns] = tone(total / np.float32(len(drawn)))
        return rgb

    def _behind(self, time_s: float) -> list[Layer]:
        """The mirror's picture and the other person, farthest first."""
        found: list[Layer | None] = []
        if self._mirror is not None:
            found.append(self._reflection(time_s, self._mirror))
        if self._other is not None:
            found.append(self._draw(self._other.mesh(time_s)))
        return [layer for layer in found if layer is not None]

    def _touched(self, layers: Sequence[Layer | None], shadow: F32) -> tuple[slice, slice]:
        """Part of the picture that anything moving, or its shadow, reaches."""
        boxes = [layer.box for layer in layers if layer is not None]
        z, x_at = np.nonzero(shadow < 0.997)
        if len(z) == 0:
            z = x_at = np.array([FLOOR_SIZE // 2])
        spots = np.array(
            [
                [(i - FLOOR_SIZE / 2) * FLOOR_TEXEL, 0.0, (j - FLOOR_SIZE / 2) * FLOOR_TEXEL]
                for i in (x_at.min() - 1, x_at.max() + 2)
                for j in (z.min() - 1, z.max() + 2)
            ]
        )
        flat = self.view.project(spots)
        flat = flat[flat[:, 2] > 0]
        y = [v for rows, _ in boxes for v in (rows.start, rows.stop)] + [int(v) for v in flat[:, 1]]
        x = [v for _, cols in boxes for v in (cols.start, cols.stop)] + [int(v) for v in flat[:, 0]]
        return (
            slice(max(min(y), 0), max(min(max(y), self.height), 1)),
            slice(max(min(x), 0), max(min(max(x), self.width), 1)),
        )

    def _on_floor(self, shadow: F32, rows: slice, columns: slice) -> F32:
        spot = self._room.floor_xz[rows, columns]
        at = np.nan_to_num(spot / FLOOR_TEXEL + FLOOR_SIZE / 2, nan=-9.0).astype(np.float32)
        lit = cv2.remap(
            shadow, at[..., 0], at[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT, (1.0,)
        )
        return np.asarray(lit[..., None], np.float32)

    def _reflection(self, time_s: float, glass: F32) -> Layer | None:
        layer = self._draw(mirror.reflected(self._mesh(time_s)))
        if layer is None:
            return None
        pane = glass[layer.box]
        return replace(layer, rgb=layer.rgb * pane[..., None] * 0.8, cover=layer.cover * pane)

    # -- truth --------------------------------------------------------------

    def _masks(self, drawn: list[Layer | None]) -> tuple[U8, U8]:
        whole = np.zeros((2, self.height, self.width), np.float32)
        for layer in drawn:
            if layer is not None:
                whole[0][layer.box] += layer.body / len(drawn)
                whole[1][layer.box] += layer.seen / len(drawn)
        body, seen = np.round(whole * 255).astype(np.uint8)
        return body, seen

    def _truth(
        self, index: int, time_s: float, posture: Posture, layer: Layer | None
    ) -> FrameTruth:
        stroke, moment = self.motion.at(time_s)
        points = joints(self._solver.frame, posture)
        there = self.motion.place_at(time_s).moved(np.array(list(points.values())))
        seen = self.view.project(there)
        pixels = dict(zip(points, seen, strict=True))
        size = (self.width, self.height)
        return FrameTruth(
            index=index,
            time_s=time_s,
            lumbar_deg=posture.spine.lumbar_deg,
            flexion_deg=posture.spine.lumbar_deg + self.take.body.lordosis_deg,
            thoracic_deg=posture.spine.thoracic_deg,
            pelvis_deg=posture.pelvis_deg,
            u=moment.u,
            rep=stroke.rep,
            phase=stroke.phase,
            joints_px={n: (float(p[0]), float(p[1])) for n, p in pixels.items()},
            hidden=hidden_joints(
                pixels, layer, self.view, size=size, height_m=self.take.body.height_m
            ),
        )

    # -- the camera's own doing ---------------------------------------------

    def _moved(self, truth: FrameTruth) -> FrameTruth:
        """Truth after shake and mirroring."""
        camera, joints_px, hidden = self.take.camera, dict(truth.joints_px), truth.hidden
        if camera.shake_deg > 0:
            matrix = self._shake[truth.index]
            for name, (x, y) in joints_px.items():
                moved = matrix @ np.array([x, y, 1.0])
                joints_px[name] = (float(moved[0]), float(moved[1]))
        if camera.facing == "left":
            joints_px = {other_side(n): (self.width - x, y) for n, (x, y) in joints_px.items()}
            hidden = frozenset(other_side(n) for n in hidden)
        return replace(truth, joints_px=joints_px, hidden=hidden)

    def _finish(self, rgb: U8, mask: U8, seen: U8, truth: FrameTruth) -> Rendered:
        camera, pictures = self.take.camera, [rgb, mask, seen]
        if camera.shake_deg > 0:
            matrix, size = self._shake[truth.index], (self.width, self.height)
            border = (cv2.BORDER_REFLECT, cv2.BORDER_CONSTANT, cv2.BORDER_CONSTANT)
            pictures = [
                np.asarray(cv2.warpAffine(p, matrix, size, borderMode=b), np.uint8)
                for p, b in zip(pictures, border, strict=True)
            ]
        if camera.facing == "left":
            pictures = [np.ascontiguousarray(p[:, ::-1]) for p in pictures]
        if self._grain is not None:
            pictures[0] = self._with_grain(pictures[0], truth.index)
        return Rendered(pictures[0], pictures[1], pictures[2], self._moved(truth))

    def _with_grain(self, rgb: U8, index: int) -> U8:
        assert self._grain is not None
        rng = np.random.default_rng([self.take.seed, 37, index])
        y, x = rng.integers(0, 64, 2)
        grain = self._grain[y : y + self.height, x : x + self.width]
        return np.asarray(cv2.add(rgb, grain, dtype=cv2.CV_8U))


def render_frame(take: Take, index: int) -> tuple[U8, U8, FrameTruth]:
    """Picture, true silhouette and truth of one frame (see `Renderer` for many)."""
    done = Renderer(take).frame(index)
    return done.rgb, done.mask, done.truth
