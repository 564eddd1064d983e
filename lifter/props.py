"""Things that stand in chosen places of the room."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from lifter.mesh import Mesh, box, disc, merge
from lifter.params import Prop

__all__ = ["props_mesh"]


def _disc(prop: Prop) -> Mesh:
    radius, thick = prop.half_m[0], prop.half_m[2]
    r = radius * np.array([0.0, 0.95, 1.0, 1.0, 0.95, 0.72, 0.66, 0.14, 0.10, 0.0])
    z = thick * np.array([-1.0, -1.0, -0.8, 0.8, 1.0, 1.0, 0.6, 0.6, 0.9, 0.9])
    colours = np.repeat(np.asarray(prop.rgb)[None, :], len(r), axis=0)
    return disc(np.array(prop.centre_m[:2]), r, prop.centre_m[2] + z, colours, columns=56)


def _box(prop: Prop) -> Mesh:
    return box(np.asarray(prop.centre_m), prop.half_m, prop.rgb, prop.tilt_deg)


def props_mesh(props: Sequence[Prop]) -> Mesh | None:
    """All of them as gear, or None if there are none."""
    parts = [_disc(prop) if prop.round else _box(prop) for prop in props]
    return merge(parts) if parts else None
