"""A person of another body model (`lifter.people`), posed by linear blend skinning.

What counts as lumbar: three of the model's five spine bones turn, `spine04`, `spine03`
and `spine02`, whose heads lie some 0.20, 0.35 and 0.50 trunk lengths above the hips, as
L5/S1 to L1 do (0.20 to 0.57 in `lifter.anatomy`). The lowest, `spine05`, lies at the
height of the hips and stays with the pelvis; the highest, `spine01`, in the middle of the
thorax, takes the thoracic angle. Each turns about its head by a known angle, so that
*changes* of the lumbar angle are exact. Its value at rest is a name
(`people.STANDING_LORDOSIS_DEG`). The skin neither slides nor bulges: every point follows
the bones by fixed weights.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d

from lifter import skin
from lifter.anatomy import Frame
from lifter.mesh import BACK, BODY, Mesh, normals
from lifter.params import Body, Clothes
from lifter.pattern import shirt_colours
from lifter.people import STANDING_KYPHOSIS_DEG, STANDING_LORDOSIS_DEG, Person
from lifter.posture import Posture, direction
from lifter.skin import STATIONS, Outline
from lifter.spine import STEPS, Spine

__all__ = ["PersonFigure"]

Array = NDArray[np.float64]

# Bones that turn along the spine, where that is on the scale of levels (0 = L5/S1,
# 5 = T12/L1, 17 = C7/T1, 24 = skull), and the shares of lumbar flexion they take.
_JOINTS = ("spine04", "spine03", "spine02", "spine01", "neck01", "neck02", "neck03", "head")
_LEVELS = np.array([0.75, 2.5, 4.25, 9.0, 18.0, 20.0, 22.0, 23.0])
_LUMBAR_SHARES = np.array([0.38, 0.34, 0.28])
_NECK_SHARES = np.array([0.25, 0.25, 0.25, 0.25])
# A turn is spread over this many levels on either side of its joint.
_SPREAD = 0.5
# Lean of the spine at rest at L5/S1, T12/L1, C7/T1 and the skull.
_SLOPE_DEG = 37.0
_REST_LEVELS = np.array([0.0, 5.0, 17.0, 24.0])
_REST_DEG = np.array(
    [
        _SLOPE_DEG,
        _SLOPE_DEG - STANDING_LORDOSIS_DEG,
        _SLOPE_DEG - STANDING_LORDOSIS_DEG + STANDING_KYPHOSIS_DEG,
        0.0,
    ]
)
_PELVIS_BELOW = 0.062  # how far below the hips the rings of the pelvis reach, of stature

_LIMBS = {
    "upperleg": ("upperleg01", "upperleg02"),
    "lowerleg": ("lowerleg01", "lowerleg02"),
    "upperarm": ("upperarm01", "upperarm02"),
    "lowerarm": ("lowerarm01", "lowerarm02"),
}
_CURL_DEG = 50.0


@dataclass(frozen=True)
class _Move:
    """A rigid movement: turn about `pivot`, which goes to `place`."""

    turn: Array
    pivot: Array
    place: Array

    @property
    def shift(self) -> Array:
        return np.asarray(self.place - self.turn @ self.pivot)


class PersonFigure:
    """See `lifter.figure.Figure`."""

    def __init__(self, person: Person, body: Body) -> None:
        self._person = person
        self._body = body
        self._joints = person.joints
        right, left = (self._joints[f"upperleg01.{side}"] for side in "RL")
        self._hip = (right + left) / 2
        self.frame = self._measured()

    def __repr__(self) -> str:
        return f"PersonFigure({self._body.person!r}, height_m={self.frame.height:.2f})"

    # -- the skeleton -------------------------------------------------------

    def _measured(self) -> Frame:
        joint, h = self._joints, self._person.height_m

        def between(first: str, second: str) -> float:
            return float(np.linalg.norm(joint[second] - joint[first]))

        ankle, foot = joint["foot.R"], self._moved_by("foot.R")
        return Frame(
            height=h,
            shin=between("lowerleg01.R", "foot.R"),
            thigh=between("upperleg01.R", "lowerleg01.R"),
            ankle_height=float(ankle[1]),
            foot_ahead=float(foot[:, 0].max() - ankle[0]),
            foot_behind=float(ankle[0] - foot[:, 0].min()),
            upper_arm=between("upperarm01.R", "lowerarm01.R"),
            forearm=between("lowerarm01.R", "wrist.R"),
            grip=0.85 * between("wrist.R", "finger3-1.R"),
            hip_half=float(joint["upperleg01.R"][2]),
            shoulder_half=float(joint["upperarm01.R"][2]),
            sacrum=float(joint["spine04"][1] - self._hip[1]),
            sacral_slope_deg=_SLOPE_DEG,
            level_m=np.diff(np.interp(np.arange(25.0), _LEVELS, self._chain[:, 1])),
        )

    def _moved_by(self, bone: str) -> Array:
        """Points at rest that a bone moves most."""
        most = self._person.bones[np.arange(len(self._person.bones)), self._strongest]
        return np.asarray(self._person.points[most == list(self._joints).index(bone)])

    @cached_property
    def _strongest(self) -> NDArray[np.intp]:
        return np.asarray(self._person.weights.argmax(axis=1))

    @property
    def _chain(self) -> Array:
        """Joints of the spine at rest, hip at the origin, shape (8, 2)."""
        return np.array([(self._joints[name] - self._hip)[:2] for name in _JOINTS])

    @cached_property
    def _level_height(self) -> tuple[Array, Array]:
        """Levels and their height over the hip at rest, the pelvis' rings included."""
        low = -_PELVIS_BELOW * self._person.height_m
        first = float(self._chain[0, 1])
        levels = np.concatenate([[-3.0, 0.0], _LEVELS])
        return levels, np.concatenate([[low, first - 0.012], self._chain[:, 1]])

    def spine(self, lumbar_deg: float, thoracic_deg: float, neck_deg: float) -> Spine:
        """See `lifter.figure.Figure`."""
        turns = self._turns(lumbar_deg, thoracic_deg, neck_deg)
        level = np.arange(24 * STEPS + 1) / STEPS
        spread = np.column_stack([_LEVELS - _SPREAD, _LEVELS + _SPREAD]).ravel()
        done = np.concatenate([[0.0], np.cumsum(turns)])
        steps = np.column_stack([done[:-1], done[1:]]).ravel()
        angle = np.interp(level, _REST_LEVELS, _REST_DEG) + np.interp(level, spread, steps)
        posed = self._posed_chain(done)
        points = np.column_stack([np.interp(level, _LEVELS, posed[:, i]) for i in (0, 1)])
        nodes = np.interp(np.arange(25.0), level, angle)
        return Spine(level, points, angle, np.diff(nodes))

    @staticmethod
    def _turns(lumbar_deg: float, thoracic_deg: float, neck_deg: float) -> Array:
        """How far each of `_JOINTS` is turned from rest."""
        neck_at_rest = _REST_DEG[3] - _REST_DEG[2]
        return np.concatenate(
            [
                (lumbar_deg + STANDING_LORDOSIS_DEG) * _LUMBAR_SHARES,
                [thoracic_deg - STANDING_KYPHOSIS_DEG],
                (neck_deg - neck_at_rest) * _NECK_SHARES,
            ]
        )

    def _posed_chain(self, done_deg: Array) -> Array:
        """Joints of a bent spine, hip at the origin, shape (8, 2); `done_deg` below each."""
        rest = self._chain
        bent = [_turned(done_deg[0]) @ rest[0]]
        for i in range(1, len(rest)):
            bent.append(bent[-1] + _turned(done_deg[i]) @ (rest[i] - rest[i - 1]))
        return np.array(bent)

    def shoulder(self, spine: Spine, rise: float, forward: float) -> Array:
        """See `lifter.figure.Figure`."""
        turn_deg = spine.angle_at(14.0) - float(np.interp(14.0, _REST_LEVELS, _REST_DEG))
        rest = self._joints["upperarm01.R"] - self._hip
        from_chest = rest[:2] - self._rest_point(14.0)
        up, front = direction(turn_deg), direction(turn_deg + 90)
        moved = self.frame.height * (rise * up + forward * front)
        flat = spine.point_at(14.0) + _turned(turn_deg) @ from_chest + moved
        return np.array([flat[0], flat[1], rest[2] - 0.25 * abs(forward) * self.frame.height])

    def _rest_point(self, level: float) -> Array:
        return np.array([np.interp(level, _LEVELS, self._chain[:, i]) for i in (0, 1)])

    # -- the surface --------------------------------------------------------

    def outline(self, spine: Spine, hip_flexion_deg: float) -> Outline:
        """See `lifter.figure.Figure`; fixed weights know nothing of the hips' flexion."""
        del hip_flexion_deg
        moves = self._trunk_moves(spine, 0.0, np.zeros(2))
        behind, front, width = self._midline
        posed = [self._skinned(points, moves) for points in (behind, front)]
        heights = self._station_heights
        dorsal, ventral = (
            np.column_stack(
                [np.interp(heights, self._person.points[rows, 1], flat[:, i]) for i in (0, 1)]
            )
            for rows, flat in zip((behind, front), posed, strict=True)
        )
        angle = np.interp(STATIONS, spine.level, spine.angle_deg, left=spine.angle_deg[0])
        angle = gaussian_filter1d(np.where(STATIONS < 0, 8.0 + 3 * STATIONS, angle), 4.0)
        a = np.deg2rad(angle)
        normal = np.column_stack([-np.cos(a), np.sin(a)])
        half = ((dorsal - ventral) * normal).sum(axis=1) / 2
        centre = dorsal - half[:, None] * normal
        return Outline(centre, angle, half, half, width, np.zeros_like(half))

    @cached_property
    def _station_heights(self) -> Array:
        """Height at rest of each of `STATIONS` over the floor."""
        levels, heights = self._level_height
        return np.asarray(np.interp(STATIONS, levels, heights) + self._hip[1])

    @cached_property
    def _midline(self) -> tuple[NDArray[np.intp], NDArray[np.intp], Array]:
        """Points of the back's and the front's midline, upwards; half widths at `STATIONS`."""
        points = self._person.points
        low, high = self._station_heights[[0, -1]] + np.array([-0.03, 0.03])
        middle = (np.abs(points[:, 2]) < 0.03) & (points[:, 1] > low) & (points[:, 1] < high)
        rows = np.flatnonzero(middle & self._on_trunk)
        order = rows[np.argsort(points[rows, 1])]
        centre = np.interp(points[order, 1], self._chain[:, 1] + self._hip[1], self._chain[:, 0])
        centre = centre + self._hip[0]
        behind, front = order[points[order, 0] < centre], order[points[order, 0] > centre]
        width = [
            np.abs(points[self._on_trunk & (np.abs(points[:, 1] - y) < 0.02), 2]).max(initial=0.1)
            for y in self._station_heights
        ]
        return _outermost(points, behind, -1.0), _outermost(points, front, 1.0), np.array(width)

    @cached_property
    def _on_trunk(self) -> NDArray[np.bool_]:
        """Points that hang on the trunk's bones, bool (n,)."""
        return self._share_of(("root", "pelvis", "spine", "neck01")) > 0.45

    def _share_of(self, starts: tuple[str, ...]) -> Array:
        """How far points hang on the bones whose names begin so, float (n,)."""
        mine = np.array([name.startswith(starts) for name in self._joints])
        return np.asarray((self._person.weights * mine[self._person.bones]).sum(axis=1))

    def _skinned(self, rows: NDArray[np.intp] | slice, moves: list[_Move]) -> Array:
        """Points in their new place, shape (k, 3)."""
        person = self._person
        turns = np.stack([move.turn for move in moves])
        shifts = np.stack([move.shift for move in moves])
        bones, weights = person.bones[rows], person.weights[rows].astype(np.float64)
        turn = np.einsum("nk,nkij->nij", weights, turns[bones])
        shift = np.einsum("nk,nki->ni", weights, shifts[bones])
        return np.asarray(np.einsum("nij,nj->ni", turn, person.points[rows]) + shift)

    def _trunk_moves(self, spine: Spine, pitch_deg: float, hip: Array) -> list[_Move]:
        """Movement of every bone; limbs go with the pelvis and the chest."""
        done = self._done(spine, pitch_deg)
        chain = self._posed_chain(done - pitch_deg) @ _turned(pitch_deg).T
        by_name = {"pelvis": _Move(_about_z(pitch_deg), self._hip, np.array([*hip, 0.0]))}
        for name, turn_deg, place in zip(_JOINTS, done[1:], chain, strict=True):
            at = np.array([*(hip + place), 0.0])
            by_name[name] = _Move(_about_z(turn_deg), self._joints[name], at)
        return [by_name[_carrier(name)] for name in self._joints]

    def _done(self, spine: Spine, pitch_deg: float) -> Array:
        """Turn in space below the first joint of the spine and above each, shape (9,)."""
        rest = np.interp(_LEVELS + _SPREAD, _REST_LEVELS, _REST_DEG)
        above = np.interp(_LEVELS + _SPREAD, spine.level, spine.angle_deg) - rest
        above[-1] = spine.angle_deg[-1] - _REST_DEG[3]
        return np.concatenate([[pitch_deg], above])

    def mesh(self, clothes: Clothes, posture: Posture) -> Mesh:
        """See `lifter.figure.Figure`."""
        points = self._skinned(slice(None), self._moves(posture))
        outward = normals(points, self._person.faces)
        worn = self._worn(clothes)
        if clothes.top != "bare":
            points = points + outward * (worn * (0.003 + 0.010 * clothes.ease))[:, None]
            points = points + self._bridged(outward, clothes, posture) * worn[:, None]
        return Mesh(
            points,
            self._person.faces,
            self._colours(clothes, worn),
            self._kind,
            np.full(len(points), 0.03),
        )

    @cached_property
    def _kind(self) -> NDArray[np.uint8]:
        """`BACK` on the faces of the trunk, with shoulder blades and buttocks; else `BODY`."""
        trunk = ("root", "pelvis", "spine", "clavicle", "shoulder01", "breast")
        mine = self._share_of(trunk) > 0.5
        away = self._person.points - self._hip
        buttocks = (away[:, 0] < 0) & (away[:, 1] > -_PELVIS_BELOW * self._person.height_m)
        mine |= buttocks & (self._share_of((*trunk, "upperleg01")) > 0.5)
        faces = mine[self._person.faces].all(axis=1)
        return np.where(faces, BACK, BODY).astype(np.uint8)

    def _moves(self, posture: Posture) -> list[_Move]:
        moves = dict(
            zip(
                self._joints,
                self._trunk_moves(posture.spine, posture.pelvis_deg, posture.hip[:2]),
                strict=True,
            )
        )
        for side, flip in (("R", np.ones(3)), ("L", np.array([1.0, 1.0, -1.0]))):
            self._leg(moves, posture, side, flip)
            self._arm(moves, posture, side, flip)
        return list(moves.values())

    def _leg(self, moves: dict[str, _Move], posture: Posture, side: str, flip: Array) -> None:
        hip, knee, ankle = (getattr(posture, n) * flip for n in ("hip", "knee", "ankle"))
        if side == "L" and posture.left_leg is not None:
            knee, ankle = posture.left_leg
        joint = self._joints
        rest = [joint[f"{n}.{side}"] for n in ("upperleg01", "lowerleg01", "foot")]
        thigh = _aligned(moves[f"pelvis.{side}"].turn, rest[1] - rest[0], knee - hip)
        shin = _aligned(thigh, rest[2] - rest[1], ankle - knee)
        self._set(moves, "upperleg", side, _Move(thigh, rest[0], hip))
        self._set(moves, "lowerleg", side, _Move(shin, rest[1], knee))
        foot = _Move(_about_z(posture.foot_deg), rest[2], ankle)
        moves |= {n: foot for n in joint if n.startswith(("foot", "toe")) and n.endswith(side)}

    def _arm(self, moves: dict[str, _Move], posture: Posture, side: str, flip: Array) -> None:
        points = [getattr(posture, n) * flip for n in ("shoulder", "elbow", "wrist", "hand")]
        joint = self._joints
        rest = [joint[f"{n}.{side}"] for n in ("upperarm01", "lowerarm01", "wrist", "finger3-1")]
        chest = moves["spine01"]
        upper = _aligned(chest.turn, rest[1] - rest[0], points[1] - points[0])
        lower = _aligned(upper, rest[2] - rest[1], points[2] - points[1])
        hand = _aligned(lower, rest[3] - rest[2], points[3] - points[2])
        girdle = f"shoulder01.{side}"
        half_way = (chest.turn @ rest[0] + chest.shift + points[0]) / 2
        moves[girdle] = _Move(chest.turn, rest[0], half_way)
        self._set(moves, "upperarm", side, _Move(upper, rest[0], points[0]))
        self._set(moves, "lowerarm", side, _Move(lower, rest[1], points[1]))
        palm = _Move(hand, rest[2], points[2])
        names = [n for n in joint if n.startswith(("wrist", "metacarpal", "finger"))]
        for name in (n for n in names if n.endswith(side)):
            moves[name] = self._curled(name, palm, side) if posture.fist else palm

    def _curled(self, name: str, palm: _Move, side: str) -> _Move:
        """A finger's bone in a closed hand."""
        if not name.startswith("finger") or name.startswith("finger1"):
            return palm
        knuckles = [f"{name.split('-', maxsplit=1)[0]}-{k}.{side}" for k in (1, 2, 3)]
        ends = self._joints[f"finger2-1.{side}"], self._joints[f"finger5-1.{side}"]
        axis = (ends[1] - ends[0]) * (1.0 if side == "R" else -1.0)
        move = palm
        for knuckle in knuckles[: int(name.split("-")[1][0])]:
            pivot = self._joints[knuckle]
            bend = move.turn @ _about(axis / np.linalg.norm(axis), _CURL_DEG)
            move = _Move(bend, pivot, move.turn @ pivot + move.shift)
        return move

    @staticmethod
    def _set(moves: dict[str, _Move], limb: str, side: str, move: _Move) -> None:
        for bone in _LIMBS[limb]:
            moves[f"{bone}.{side}"] = move

    # -- clothes ------------------------------------------------------------

    @cached_property
    def _levels_at_rest(self) -> Array:
        """Level on the spine's scale of every point, by its height at rest; float (n,)."""
        levels, heights = self._level_height
        return np.asarray(np.interp(self._person.points[:, 1] - self._hip[1], heights, levels))

    def _worn(self, clothes: Clothes) -> Array:
        """How far each point is under the shirt, 0 to 1, float (n,)."""
        if clothes.top == "bare":
            return np.zeros(len(self._person.points))
        hem, neckline = 0.6 - 3.2 * clothes.length, 16.6
        level = self._levels_at_rest
        trunk = self._share_of(("root", "pelvis", "spine", "clavicle", "shoulder01"))
        sleeve = self._share_of(("upperarm01", "upperarm02")) * (clothes.top == "shirt")
        on = np.clip((level - hem) * 2, 0, 1) * np.clip((neckline - level) * 2, 0, 1) * trunk
        return np.asarray(np.clip(on + 0.8 * sleeve, 0, 1))

    def _bridged(self, outward: Array, clothes: Clothes, posture: Posture) -> Array:
        """How loose cloth spans the hollow of the back, float (n, 3)."""
        rings = posture.trunk
        rise = float(np.cos(np.deg2rad(rings.angle_deg[len(STATIONS) // 2])))
        dressed = skin.clothed(rings, clothes, rise)
        gap = np.clip(dressed.dorsal - rings.dorsal - 0.010 * clothes.ease, 0, None)
        a = np.deg2rad(np.interp(self._levels_at_rest, STATIONS, rings.angle_deg))
        dorsal = np.column_stack([-np.cos(a), np.sin(a), np.zeros_like(a)])
        facing = np.clip((outward * dorsal).sum(axis=1), 0, 1)
        share = np.interp(self._levels_at_rest, STATIONS, gap) * facing * (self._on_trunk)
        return np.asarray(dorsal * share[:, None])

    def _colours(self, clothes: Clothes, worn: Array) -> Array:
        points, level = self._person.points, self._levels_at_rest
        paint = np.tile(np.asarray(self._body.skin, np.float64), (len(points), 1))
        head, ear = self._share_of(("head",)) > 0.5, self._joints["head"]
        crown = points[:, 1] - ear[1] > 0.55 * (points[:, 1].max() - ear[1])
        nape = (points[:, 0] < ear[0]) & (points[:, 1] > ear[1])
        paint[head & (crown | nape)] = self._body.hair
        knee, hip = self._joints["lowerleg01.R"][1], self._hip[1]
        cuff = hip - clothes.shorts_length * (hip - knee)
        legs = self._share_of(("root", "pelvis", "upperleg", "lowerleg", "spine")) > 0.5
        waist = 1.0 if clothes.top == "bare" else 0.8
        paint[legs & (points[:, 1] > cuff) & (level < waist)] = clothes.shorts_rgb
        around = np.arctan2(points[:, 2], points[self._on_trunk, 0].mean() - points[:, 0])
        cloth = shirt_colours(clothes, level, around)
        sleeve = self._share_of(("upperarm01", "upperarm02")) > 0.5
        cloth[sleeve] = clothes.top_rgb
        paint[worn > 0.4] = cloth[worn > 0.4]
        paint[self._share_of(("foot", "toe")) > 0.5] = clothes.shoes_rgb
        return paint


def _carrier(name: str) -> str:
    """Which bone of the trunk carries a bone."""
    if name in _JOINTS:
        return name
    if name.startswith("eye"):
        return "head"
    arm = ("clavicle", "shoulder", "upperarm", "lowerarm", "wrist", "finger", "metacarpal")
    return "spine01" if name.startswith(arm) else "pelvis"


def _outermost(points: Array, rows: NDArray[np.intp], side: float) -> NDArray[np.intp]:
    """The outermost points of a midline, one a centimetre."""
    best: dict[int, int] = {}
    for row in rows:
        shelf = int(points[row, 1] * 100)
        if shelf not in best or side * points[row, 0] > side * points[best[shelf], 0]:
            best[shelf] = int(row)
    return np.array([best[shelf] for shelf in sorted(best)], np.intp)


def _turned(lean_deg: float) -> Array:
    """Matrix that leans forward in the sagittal plane, shape (2, 2)."""
    a = np.deg2rad(lean_deg)
    return np.array([[np.cos(a), np.sin(a)], [-np.sin(a), np.cos(a)]])


def _about_z(lean_deg: float) -> Array:
    """The same in space, shape (3, 3)."""
    turn = np.eye(3)
    turn[:2, :2] = _turned(lean_deg)
    return turn


def _about(axis: Array, angle_deg: float) -> Array:
    """Rotation about a unit vector (Rodrigues)."""
    x, y, z = axis
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    a = np.deg2rad(angle_deg)
    return np.asarray(np.eye(3) + np.sin(a) * cross + (1 - np.cos(a)) * cross @ cross)


def _aligned(turn: Array, rest: Array, wanted: Array) -> Array:
    """`turn`, turned on by the least that points a bone from `rest` to `wanted`."""
    now = turn @ rest
    now, wanted = now / np.linalg.norm(now), wanted / max(float(np.linalg.norm(wanted)), 1e-9)
    axis = np.cross(now, wanted)
    sine = float(np.linalg.norm(axis))
    if sine < 1e-9:
        return turn
    angle = float(np.rad2deg(np.arctan2(sine, now @ wanted)))
    return np.asarray(_about(axis / sine, angle) @ turn)
