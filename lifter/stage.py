"""All that is drawn around the lifter: the room, things in it, the mirror, other people."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from lifter import mirror
from lifter.back import OTHER, THING
from lifter.bystander import Bystander
from lifter.camera import View
from lifter.layer import Layer, draw
from lifter.mesh import Mesh
from lifter.params import Take
from lifter.props import props_mesh
from lifter.scene import Room, furniture, room_of
from lifter.walker import Walker

__all__ = ["Stage"]


class Stage:
    """The room as one camera sees it, drawn once, and who moves in it.

    Attributes
    ----------
    room
        With its furniture.
    """

    def __init__(self, take: Take, view: View, size: tuple[int, int]) -> None:
        self._scene, self._view, self._size = take.scene, view, size
        self._mirror = mirror.pane(view, *size) if take.scene.mirror else None
        self.room = self._furnished()
        self._other = Bystander(take) if take.scene.person else None
        self._walker = Walker(take) if take.scene.walker else None
        self._front = self._props(in_front=True)

    def __repr__(self) -> str:
        return f"Stage({self.room!r})"

    def draw(self, mesh: Mesh, *, parts: bool = False) -> Layer | None:
        """Draw a mesh in the room's light."""
        return draw(mesh, self._view, *self._size, self._scene.light, parts=parts)

    def behind(self, time_s: float, lifter: Callable[[float], Mesh]) -> list[Layer]:
        """The mirror's picture and other people behind the lifter, farthest first."""
        found: list[Layer | None] = []
        if self._mirror is not None:
            found.append(self._reflection(lifter(time_s)))
        if self._other is not None:
            found.append(self.draw(self._other.mesh(time_s)))
        if self._walker is not None and self._scene.walker == "behind":
            found.append(self.draw(self._walker.mesh(time_s)))
        return [layer for layer in found if layer is not None]

    def before(self, time_s: float) -> list[tuple[Layer, int]]:
        """What may hide the lifter, and as what (`lifter.back`); farthest first."""
        found = [(self._front, THING)]
        if self._walker is not None and self._scene.walker == "in front":
            found.append((self.draw(self._walker.mesh(time_s)), OTHER))
        return [(layer, state) for layer, state in found if layer is not None]

    def _furnished(self) -> Room:
        room = room_of(self._scene, self._view, *self._size)
        if self._mirror is not None:
            mirror.hang(room.rgb, self._mirror)
        things = furniture(self._scene)
        drawn = None if things is None else self.draw(things)
        for layer in (drawn, self._props(in_front=False)):
            if layer is None:
                continue
            layer.onto(room.rgb)
            if self._mirror is not None:
                self._mirror[layer.box] *= 1 - layer.cover
            room.floor_xz[layer.box][layer.cover > 0.5] = float("nan")
        return room

    def _props(self, *, in_front: bool) -> Layer | None:
        """The scene's own things on one side of the lifter's middle."""
        mesh = props_mesh([p for p in self._scene.props if (p.centre_m[2] > 0) == in_front])
        return None if mesh is None else self.draw(mesh)

    def _reflection(self, mesh: Mesh) -> Layer | None:
        assert self._mirror is not None
        layer = self.draw(mirror.reflected(mesh))
        if layer is None:
            return None
        pane = self._mirror[layer.box]
        return replace(layer, rgb=layer.rgb * pane[..., None] * 0.8, cover=layer.cover * pane)
