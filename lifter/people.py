"""People of another body model: sampled from anny, kept as plain arrays.

anny (PyPI, code Apache-2.0, body data CC0) is a body model by others. Its default
topology and rig are used, never its "smplx" topology. It is needed only to sample people
(``pip install -e '.[anny]'``); what is kept of them is a mesh at rest, joints and weights,
so that posing and drawing need numpy alone.

A name says who it is: the same name gives the same person everywhere.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from lifter.params import Body

__all__ = ["FOLDER", "Person", "body_of", "load", "sample"]

Array = NDArray[np.float64]

FOLDER = Path(__file__).parents[1] / ".cache" / "people"

# anny has no lordosis in degrees: its spine tells how far it turns, not how hollow it is
# at rest. These are names for its rest posture, so that angles can be asked for as of the
# other bodies; only their changes are true.
STANDING_LORDOSIS_DEG, STANDING_KYPHOSIS_DEG = 40.0, 34.0

# Grown up, from slight to stout, from weak to strong; anny's own scales, 0 to 1. Its
# ages 2/3 and 1 are young and old.
_RANGES = {
    "age": (0.60, 0.85),
    "muscle": (0.30, 0.95),
    "weight": (0.25, 0.90),
    "height": (0.25, 0.60),
    "proportions": (0.20, 0.85),
}


@dataclass(frozen=True, eq=False)
class Person:
    """A body at rest: x forward, y up, z to the right, metres, feet on the floor.

    Attributes
    ----------
    points
        Shape (n, 3).
    faces
        Shape (m, 3).
    joints
        Head of every bone, by its name; shape (3,) each.
    bones, weights
        Numbers of the bones that move each point, into `joints`' order, and how much;
        shape (n, 9).
    """

    points: Array
    faces: NDArray[np.int32]
    joints: dict[str, Array]
    bones: NDArray[np.int16]
    weights: NDArray[np.float32]

    def __repr__(self) -> str:
        return f"Person(height_m={self.height_m:.2f}, points={len(self.points)})"

    @property
    def height_m(self) -> float:
        """Stature."""
        return float(np.ptp(self.points[:, 1]))


@lru_cache(maxsize=8)
def load(name: str) -> Person:
    """A person who was sampled before."""
    path = FOLDER / f"{name}.npz"
    if not path.is_file():
        raise FileNotFoundError(f"no person {name!r}: lifter.people.sample makes them")
    with np.load(path) as stored:
        names = [str(n) for n in stored["names"]]
        return Person(
            stored["points"].astype(np.float64),
            stored["faces"],
            dict(zip(names, stored["joints"].astype(np.float64), strict=True)),
            stored["bones"],
            stored["weights"],
        )


def body_of(name: str) -> Body:
    """The person as a body of a take, in default colours."""
    return Body(
        height_m=round(load(name).height_m, 3),
        lordosis_deg=STANDING_LORDOSIS_DEG,
        kyphosis_deg=STANDING_KYPHOSIS_DEG,
        person=name,
    )


def sample(names: Sequence[str]) -> None:
    """Sample those who are not there yet; loading anny takes one or two minutes."""
    missing = [name for name in names if not (FOLDER / f"{name}.npz").is_file()]
    if not missing:
        return
    try:
        import anny
    except ImportError as error:
        raise ImportError("anny is not installed: pip install 'formcheck[anny]'") from error

    model = anny.Anny()
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in missing:
        _write(FOLDER / f"{name}.npz", model, _traits(name))


def _traits(name: str) -> dict[str, float]:
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    woman = float(rng.integers(2))
    traits = {trait: float(rng.uniform(*span)) for trait, span in _RANGES.items()}
    return {"gender": 0.8 * woman + float(rng.uniform(0, 0.2)), **traits}


def _write(path: Path, model: Any, traits: dict[str, float]) -> None:
    rest = model.get_rest_model(model.get_phenotype_blendshape_coefficients(**traits))
    points, joints = (
        _upright(rest[key][0].detach().numpy()) for key in ("rest_vertices", "rest_bone_heads")
    )
    floor = points[:, 1].min()
    partial = path.with_suffix(".part.npz")
    np.savez_compressed(
        partial,
        points=(points - [0, floor, 0]).astype(np.float32),
        joints=(joints - [0, floor, 0]).astype(np.float32),
        names=np.array(model.bone_labels),
        faces=model.faces.numpy().astype(np.int32),
        bones=model.vertex_bone_indices.numpy().astype(np.int16),
        weights=model.vertex_bone_weights.numpy().astype(np.float32),
    )
    partial.replace(path)


def _upright(points: Array) -> Array:
    """From anny's axes (x to the left, y backwards, z up) to those of `Person`."""
    return np.column_stack([-points[:, 1], points[:, 2], -points[:, 0]])
