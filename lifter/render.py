"""Frames of a take: picture, true silhouette and truth."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from lifter.back import OUT, UNSEEN, BackEdge, edges
from lifter.camera import View, view_of
from lifter.film import Film
from lifter.gear import barbell, bench
from lifter.layer import FLOOR_SIZE, FLOOR_TEXEL, Layer, before, floor_shadow, tone
from lifter.lifts import Lift
from lifter.mesh import Mesh, merge
from lifter.motion import Motion, motion_of
from lifter.params import Take
from lifter.posture import Posture, joints
from lifter.solve import Solver
from lifter.stage import Stage
from lifter.truth import FrameTruth, hidden_joints, other_side
from lifter.worn import worn_meshes

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
    back
        The trunk's own outline, if it was asked for.
    """

    rgb: U8
    mask: U8
    visible: U8
    truth: FrameTruth
    back: BackEdge | None = None

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
        aim_x_m = self.lift.aim_x_m * (take.body.height_m / 1.75)
        aim_x_m = aim_x_m if np.isnan(camera.aim_x_m) else camera.aim_x_m
        view = view_of(camera, (aim_x_m, aim_m))
        self._film = Film(camera, view, self.motion.frames, take.seed)
        self.view: View = self._film.view
        self._size = self._film.drawn_px
        self._stage = Stage(take, self.view, self._size)
        self._still = tone(self._stage.room.rgb)

    def __len__(self) -> int:
        return self.motion.frames

    def __repr__(self) -> str:
        return f"Renderer({self.take.name!r}, frames={len(self)}, {self.width}x{self.height})"

    def posture(self, time_s: float) -> Posture:
        """The lifter's posture at a time."""
        return self._solver(self.motion.at(time_s)[1])

    def frame(self, index: int, *, back: bool = False) -> Rendered:
        """Draw one frame; `back` asks for the trunk's own outline, too."""
        camera = self.take.camera
        time_s = index / camera.fps
        times = [time_s]
        if camera.shutter > 0:
            spread = (np.arange(SUBFRAMES) + 0.5) / SUBFRAMES - 0.5
            times = list(time_s + camera.shutter / camera.fps * spread)
        drawn = [self._drawn(max(t, 0.0), parts=back) for t in times]
        fronts = self._stage.before(time_s)
        rgb = self._compose(drawn, time_s, [front for front, _ in fronts])
        masks = self._masks([layer for layer, _ in drawn], [front for front, _ in fronts])
        posture, layer = self.posture(time_s), drawn[len(drawn) // 2][0]
        truth = self._truth(index, time_s, posture, [layer, *(front for front, _ in fronts)])
        edge = edges(layer, fronts, posture, _axis_px(truth), self.view) if back else None
        rgb, (body, seen) = self._film.develop(rgb, masks, index)
        return Rendered(rgb, body, seen, self._moved(truth), self._moved_edge(edge, index))

    def truth_only(self, index: int) -> FrameTruth:
        """Truth of a frame without drawing it; only joints out of the picture are hidden."""
        time_s = index / self.take.camera.fps
        truth = self._truth(index, time_s, self.posture(time_s), [])
        return self._moved(truth)

    # -- the lifter ---------------------------------------------------------

    def _mesh(self, time_s: float) -> Mesh:
        """The lifter with everything in use."""
        take = self.take
        posture = self.posture(time_s)
        parts = [self._solver.figure.mesh(take.clothes, posture)]
        parts += worn_meshes(take.body, take.clothes, self._solver.frame, posture)
        if posture.bar is not None and self.lift.has_bar:
            plan = take.plan
            parts.append(barbell(posture.bar, plan.plate_radius_m, take.scene.seed, plan.plates))
        if self.lift.family == "bench":
            parts.append(bench(self._solver(self.motion.at(0.0)[1]), take.body.height_m / 1.75))
        return self.motion.place_at(time_s).moved_mesh(merge(parts))

    def _drawn(self, time_s: float, *, parts: bool) -> tuple[Layer | None, F32]:
        """The lifter's patch, and the light left on the floor."""
        mesh = self._mesh(time_s)
        return self._stage.draw(mesh, parts=parts), floor_shadow(mesh.points, mesh.faces)

    def _compose(
        self, drawn: list[tuple[Layer | None, F32]], time_s: float, fronts: list[Layer]
    ) -> U8:
        below = self._stage.room.rgb
        extra = self._stage.behind(time_s, self._mesh)
        rgb = self._still.copy()
        shadow = np.mean([s for _, s in drawn], axis=0).astype(np.float32)
        rows, columns = self._touched([*extra, *fronts, *(layer for layer, _ in drawn)], shadow)
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
            for front in fronts:
                before(front, layer).onto(patch, corner)
            total += patch
        rgb[rows, columns] = tone(total / np.float32(len(drawn)))
        return rgb

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
        width, height = self._size
        return (
            slice(max(min(y), 0), max(min(max(y), height), 1)),
            slice(max(min(x), 0), max(min(max(x), width), 1)),
        )

    def _on_floor(self, shadow: F32, rows: slice, columns: slice) -> F32:
        spot = self._stage.room.floor_xz[rows, columns]
        at = np.nan_to_num(spot / FLOOR_TEXEL + FLOOR_SIZE / 2, nan=-9.0).astype(np.float32)
        lit = cv2.remap(
            shadow, at[..., 0], at[..., 1], cv2.INTER_LINEAR, None, cv2.BORDER_CONSTANT, (1.0,)
        )
        return np.asarray(lit[..., None], np.float32)

    # -- truth --------------------------------------------------------------

    def _masks(self, drawn: list[Layer | None], fronts: list[Layer]) -> tuple[U8, U8]:
        whole = np.zeros((2, self._size[1], self._size[0]), np.float32)
        for layer in drawn:
            if layer is not None:
                whole[0][layer.box] += layer.body / len(drawn)
                whole[1][layer.box] += layer.seen / len(drawn)
        for front in fronts:
            whole[1][front.box] *= 1 - before(front, drawn[len(drawn) // 2]).cover
        body, seen = np.round(whole * 255).astype(np.uint8)
        return body, seen

    def _truth(
        self, index: int, time_s: float, posture: Posture, layers: Sequence[Layer | None]
    ) -> FrameTruth:
        stroke, moment = self.motion.at(time_s)
        points = joints(self._solver.frame, posture)
        there = self.motion.place_at(time_s).moved(np.array(list(points.values())))
        seen = self.view.project(there)
        pixels = dict(zip(points, seen, strict=True))
        hidden: set[str] = set()
        for layer in layers or [None]:
            hidden |= hidden_joints(
                pixels, layer, self.view, size=self._size, height_m=self.take.body.height_m
            )
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
            hidden=frozenset(hidden),
        )

    # -- the camera's own doing ---------------------------------------------

    def _moved(self, truth: FrameTruth) -> FrameTruth:
        """Truth in the finished picture."""
        camera, names = self.take.camera, list(truth.joints_px)
        places = self._film.points(np.array(list(truth.joints_px.values())), truth.index)
        hidden = truth.hidden
        if camera.moves or camera.bars:
            out = ~self._film.inside(places)
            hidden |= {name for name, lost in zip(names, out, strict=True) if lost}
        if camera.facing == "left":
            names = [other_side(name) for name in names]
            hidden = frozenset(other_side(name) for name in hidden)
        pixels = {n: (float(x), float(y)) for n, (x, y) in zip(names, places, strict=True)}
        return replace(truth, joints_px=pixels, hidden=hidden)

    def _moved_edge(self, edge: BackEdge | None, index: int) -> BackEdge | None:
        if edge is None:
            return None
        px = self._film.points(edge.px.reshape(-1, 2), index)
        out = ~self._film.inside(px).reshape(edge.state.shape)
        state = np.where(out & (edge.state != UNSEEN), OUT, edge.state).astype(np.uint8)
        return BackEdge(px.reshape(edge.px.shape), state)


def _axis_px(truth: FrameTruth) -> Array:
    """Middle of the hips and of the shoulders, shape (2, 2)."""
    at = truth.joints_px
    return np.array(
        [np.mean([at[f"left_{n}"], at[f"right_{n}"]], axis=0) for n in ("hip", "shoulder")]
    )


def render_frame(take: Take, index: int) -> tuple[U8, U8, FrameTruth]:
    """Picture, true silhouette and truth of one frame (see `Renderer` for many)."""
    done = Renderer(take).frame(index)
    return done.rgb, done.mask, done.truth
