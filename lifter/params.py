"""All that can be chosen about a clip: one tree of frozen dataclasses.

Lengths are metres, angles degrees, times seconds, colours linear RGB in 0 to 1.
``dataclasses.asdict`` of a `Take` is written beside every clip.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "LIFT_NAMES",
    "OTHER",
    "RGB",
    "Body",
    "Camera",
    "Clothes",
    "Prop",
    "Scene",
    "SetPlan",
    "Take",
]

RGB = tuple[float, float, float]
LIFT_NAMES = ("deadlift", "squat", "overhead-press", "glute-bridge", "back-extension", "sit-up")
OTHER = "other"
"""What movements are called that are none of the lifts; the variant says which."""


def _check(condition: bool, message: str) -> None:
    if not condition:
        raise ValueError(message)


@dataclass(frozen=True)
class Body:
    """Build of the lifter.

    Attributes
    ----------
    height_m
        Stature.
    girth, limb_girth, buttocks
        Factors on trunk girth, limb girth and gluteal bulk (1 = average).
    lordosis_deg
        Standing lordosis, L5/S1 to T12/L1, as a positive number.
    kyphosis_deg
        Standing thoracic kyphosis, T12/L1 to T1.
    erector, fat
        Factors on the muscle and the fat between spine and skin.
    slide
        How far skin slides and soft tissue bulges with flexion (0 = rigid).
    skin_seed
        Picks the lifter's own unevenness of soft tissue along the spine.
    skin, hair
        Colours.
    person
        Name of a person of the other kind of body (see `lifter.people`); empty for
        one that is drawn from the numbers above.
    """

    height_m: float = 1.75
    girth: float = 1.0
    limb_girth: float = 1.0
    buttocks: float = 1.0
    lordosis_deg: float = 38.0
    kyphosis_deg: float = 34.0
    erector: float = 1.0
    fat: float = 1.0
    slide: float = 1.0
    skin_seed: int = 0
    skin: RGB = (0.62, 0.38, 0.27)
    hair: RGB = (0.035, 0.025, 0.02)
    person: str = ""

    def __post_init__(self) -> None:
        _check(1.3 <= self.height_m <= 2.2, f"height_m must be 1.3-2.2, not {self.height_m}")
        for name in ("girth", "limb_girth", "buttocks"):
            value = getattr(self, name)
            _check(0.6 <= value <= 1.6, f"{name} must be 0.6-1.6, not {value}")
        _check(10 <= self.lordosis_deg <= 70, "lordosis_deg must be 10-70")
        _check(10 <= self.kyphosis_deg <= 65, "kyphosis_deg must be 10-65")


@dataclass(frozen=True)
class Clothes:
    """What the lifter wears.

    Attributes
    ----------
    top
        ``"shirt"``, ``"tank"`` (no sleeves) or ``"bare"``.
    ease
        0 = skin-tight, 1 = very loose: bridges the lumbar hollow and hangs.
    length
        0 = tucked in, 1 = long, over the buttocks.
    shorts_length
        Share of the thigh that is covered; above 1 leggings.
    pattern, pattern_rgb
        Second colour on the shirt: ``"hoops"`` around the trunk, ``"panel"`` along the
        flank (its edge runs beside the back's own), ``"checks"``, or none.
    hood
        Whether a hood lies on the upper back.
    ponytail_m
        Length of a ponytail, 0 = none. It hangs onto the back.
    belt_m
        Thickness of a lifting belt, 0 = none.
    """

    top: Literal["shirt", "tank", "bare"] = "shirt"
    ease: float = 0.1
    length: float = 0.25
    top_rgb: RGB = (0.05, 0.10, 0.28)
    shorts_rgb: RGB = (0.025, 0.025, 0.03)
    shorts_length: float = 0.62
    shoes_rgb: RGB = (0.55, 0.07, 0.05)
    pattern: Literal["", "hoops", "panel", "checks"] = ""
    pattern_rgb: RGB = (0.6, 0.6, 0.58)
    hood: bool = False
    ponytail_m: float = 0.0
    belt_m: float = 0.0

    def __post_init__(self) -> None:
        _check(0 <= self.ponytail_m <= 0.8, f"ponytail_m must be 0-0.8, not {self.ponytail_m}")
        _check(0 <= self.belt_m <= 0.03, f"belt_m must be 0-0.03, not {self.belt_m}")
        _check(0 <= self.ease <= 1, f"ease must be 0-1, not {self.ease}")
        _check(0 <= self.length <= 1, f"length must be 0-1, not {self.length}")


@dataclass(frozen=True)
class SetPlan:
    """One set: which lift, and what the spine does in each repetition.

    A lift moves between its *home* posture (standing, lying, bar racked) and
    its *far* posture (bar on the floor, bottom of the squat, lock-out
    overhead, hips up, hanging down, sitting). One entry a repetition.

    Attributes
    ----------
    far_lumbar_deg, home_lumbar_deg
        Bony lumbar angle at the two ends (0 flat, + flexed, - arched). An
        empty `home_lumbar_deg` takes the lift's own default.
    course
        Where on the way the lumbar angle changes from home to far: ``"lift"`` (as
        the lift has it), ``"depth"`` (only near the far end, as in a butt wink) or
        ``"lock-out"`` (only near home).
    middle_lumbar_deg
        Lumbar flexion half-way, on top of the course; fades to 0 at both ends.
    far_thoracic_deg
        Thoracic flexion at the far end, on top of the standing kyphosis;
        ``None`` takes the lift's default.
    concentric_s, eccentric_s
        Durations of the two strokes, one entry a repetition.
    far_pause_s, home_pause_s
        Rests at the two ends.
    stand_s
        Stillness before the first repetition and after the last.
    plate_radius_m
        Radius of the largest plate; 0 = nothing on the bar; ignored by lifts
        without a bar.
    plates
        Ends of the bar that carry them, seen by a camera on the lifter's right.
    variant
        Way of doing the lift, see `lifter.lifts` (empty = the default).
    hip_rise
        0 = hips and shoulders rise together, 1 = hips shoot up first (deadlift).
    wobble
        Natural variation from repetition to repetition (1 = ordinary).
    sets
        Repetitions of each set, with `rest_s` of standing between them; empty for
        one set of all.
    opening
        What the clip begins with: standing ``"still"``, a ``"turn"`` into place within
        its first second, a ``"walk"`` in from the side, or an ``"empty"`` first second.
    ending
        How it ends: as the lift does (``"still"``), with a bar that is let go at the last
        lock-out (``"drop"``), with a ``"walk"`` to the camera, or both (``"drop-walk"``).
    """

    lift: str = "deadlift"
    far_lumbar_deg: tuple[float, ...] = (-5.0, -5.0, -5.0)
    home_lumbar_deg: tuple[float, ...] = ()
    course: Literal["lift", "depth", "lock-out"] = "lift"
    middle_lumbar_deg: float = 0.0
    far_thoracic_deg: float | None = None
    concentric_s: tuple[float, ...] = (1.2, 1.2, 1.2)
    eccentric_s: tuple[float, ...] = (1.2, 1.2, 1.2)
    far_pause_s: float = 0.25
    home_pause_s: float = 0.35
    stand_s: float = 1.2
    plate_radius_m: float = 0.225
    plates: Literal["both", "near", "far"] = "both"
    variant: str = ""
    hip_rise: float = 0.0
    wobble: float = 1.0
    sets: tuple[int, ...] = ()
    rest_s: float = 6.0
    opening: Literal["still", "turn", "walk", "empty"] = "still"
    ending: Literal["still", "drop", "walk", "drop-walk"] = "still"

    def __post_init__(self) -> None:
        names = (*LIFT_NAMES, OTHER)
        _check(self.lift in names, f"lift must be one of {names}, not {self.lift!r}")
        reps = len(self.far_lumbar_deg)
        for name in ("home_lumbar_deg", "concentric_s", "eccentric_s"):
            count = len(getattr(self, name))
            allowed = (0, reps) if name == "home_lumbar_deg" else (reps,)
            _check(count in allowed, f"{name} has {count} entries for {reps} repetitions")
        _check(sum(self.sets) in {0, reps}, f"sets of {self.sets} do not make {reps} repetitions")

    @property
    def reps(self) -> int:
        """Number of repetitions."""
        return len(self.far_lumbar_deg)


@dataclass(frozen=True)
class Camera:
    """Where the phone stands and what it does to the picture.

    Attributes
    ----------
    facing
        Side of the picture the lifter looks to. ``"left"`` is the exact mirror
        image of ``"right"``.
    yaw_deg
        0 = exact side view, + = camera towards the lifter's front, 90 = front.
    height_m, distance_m
        Of the lens, from the floor and from the lifter.
    focal_mm
        35-mm equivalent (26 = a phone's main camera).
    aim_m
        Height looked at; ``nan`` takes the lift's default.
    aim_x_m
        How far in front of the lifter's ankles; ``nan`` takes the lift's default.
    shake_deg
        Typical hand shake, as rotation of the camera.
    noise
        Standard deviation of the sensor noise, in 8-bit steps.
    shutter
        Motion blur: open share of the frame interval (0 = none).
    crf
        x264 quality (18 = fine, 35 = coarse).
    pan_deg, zoom
        How far the camera has turned to the side, and how many times larger the picture
        has become, from the clip's first frame to its last; slow and even.
    bump_deg, bump_s
        A knock: the camera jerks by about so much at a time and does not come back.
    bars, bars_share
        What an editor laid over the picture's rims: ``"black"`` or ``"blurred"`` (the
        picture itself, enlarged and blurred); and the share of the width covered at
        each side and of the height covered at the top and at the bottom.
    """

    facing: Literal["right", "left"] = "right"
    yaw_deg: float = 0.0
    height_m: float = 0.95
    distance_m: float = 3.4
    focal_mm: float = 26.0
    aim_m: float = float("nan")
    width_px: int = 1280
    height_px: int = 720
    fps: float = 30.0
    shake_deg: float = 0.0
    noise: float = 1.5
    shutter: float = 0.0
    crf: int = 24
    pan_deg: float = 0.0
    zoom: float = 1.0
    bump_deg: float = 0.0
    bump_s: float = 0.0
    bars: Literal["", "black", "blurred"] = ""
    bars_share: tuple[float, float] = (0.0, 0.0)
    aim_x_m: float = float("nan")

    def __post_init__(self) -> None:
        _check(self.width_px % 2 == 0 and self.height_px % 2 == 0, "picture size must be even")
        _check(self.distance_m >= 1.2, f"distance_m must be at least 1.2, not {self.distance_m}")
        _check(self.fps > 0, f"fps must be positive, not {self.fps}")
        _check(abs(self.pan_deg) <= 20, f"pan_deg must be within 20, not {self.pan_deg}")
        _check(0.6 <= self.zoom <= 1.7, f"zoom must be 0.6-1.7, not {self.zoom}")
        _check(all(0 <= v < 0.5 for v in self.bars_share), "bars_share must be 0 to below 0.5")

    @property
    def moves(self) -> bool:
        """Whether it pans, zooms or is knocked."""
        return self.pan_deg != 0 or self.zoom != 1 or self.bump_deg != 0


@dataclass(frozen=True)
class Prop:
    """A thing that stands still in the room: a post, a strap, a poster, a machine, a plate.

    Attributes
    ----------
    centre_m, half_m
        Middle and half sizes: forward (where the lifter looks), up, and towards the
        lifter's right, where the camera is. The lifter stands about (0, 0, 0); the back
        wall is at -2.6.
    tilt_deg
        Turn in the sagittal plane, + = leaning forward.
    round
        A disc of radius ``half_m[0]`` that faces the camera, instead of a box.
    """

    centre_m: tuple[float, float, float]
    half_m: tuple[float, float, float]
    rgb: RGB = (0.05, 0.05, 0.055)
    tilt_deg: float = 0.0
    round: bool = False


@dataclass(frozen=True)
class Scene:
    """The room.

    Attributes
    ----------
    busy
        0 = plain wall, 1 = a gym, 2 = a crowded gym.
    person, mirror
        Somebody else training behind; a mirror on the wall.
    wall_rgb, floor_rgb
        Base colours.
    light
        Brightness of the room (1 = ordinary).
    seed
        Picks furniture and its colours.
    props
        Things put in chosen places.
    walker, walker_s
        Somebody who walks through the picture behind the lifter or in front of them, and
        when they pass the lifter.
    """

    busy: int = 1
    person: bool = False
    mirror: bool = False
    wall_rgb: RGB = (0.52, 0.51, 0.49)
    floor_rgb: RGB = (0.07, 0.07, 0.075)
    light: float = 1.0
    seed: int = 0
    props: tuple[Prop, ...] = ()
    walker: Literal["", "behind", "in front"] = ""
    walker_s: float = 2.0


@dataclass(frozen=True)
class Take:
    """Everything that decides the pixels of one clip."""

    name: str = "take"
    body: Body = field(default_factory=Body)
    clothes: Clothes = field(default_factory=Clothes)
    plan: SetPlan = field(default_factory=SetPlan)
    camera: Camera = field(default_factory=Camera)
    scene: Scene = field(default_factory=Scene)
    seed: int = 0
