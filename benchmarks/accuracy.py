"""Measure rendered lifters whose spine is known, and print how far off formcheck is.

    python benchmarks/accuracy.py [--set develop|validate|both] [--quick] [--only LIFT]
                                  [--conditions plain,480p] [--out benchmarks/accuracy.md]

Clips are rendered once and kept under `.cache/rendered/`, with the track that was
found in them. Every clip is measured twice: from its picture, and with the true
silhouette and the true joints, where only the geometry can be wrong.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

import formcheck
from formcheck.analysis import read_track
from formcheck.exercises import EXERCISES
from formcheck.geometry import Kinematics, kinematics
from formcheck.landmarks import middle
from formcheck.outline import trace_outline
from lifter.clip import write_clip
from lifter.params import Body, Camera, Clothes, Scene, SetPlan, Take

FloatArray = NDArray[np.float64]

HERE = Path(__file__).parent
SOURCES = ("picture", "truth")
REPS = 2

# Frames that give the neutral of a lift whose repetitions formcheck does not know yet.
_FIRST_S = 0.5
# As formcheck does, for those lifts: less of a repetition seen is not measured.
_MIN_VISIBLE = 0.4
# The stored silhouette is black and white; this blur brings its edge back to a tenth
# of a pixel.
_EDGE_BLUR_PX = 1.0

# MediaPipe's landmarks that have no truth of their own stand where a neighbour is.
_PLACES = (
    *("nose", "left_eye", "left_eye", "left_eye", "right_eye", "right_eye", "right_eye"),
    *("left_ear", "right_ear", "nose", "nose", "left_shoulder", "right_shoulder"),
    *("left_elbow", "right_elbow", *("left_wrist", "right_wrist") * 4, "left_hip", "right_hip"),
    *("left_knee", "right_knee", "left_ankle", "right_ankle", "left_heel", "right_heel"),
    *("left_foot_index", "right_foot_index"),
)


@dataclass(frozen=True)
class Lift:
    """One lift: the range of its far lumbar angles, its plates and where the camera stands."""

    name: str
    far_deg: tuple[float, float]
    camera: Camera
    home_deg: tuple[float, ...] = ()
    plate_m: float = 0.0


_STANDING = Camera(distance_m=3.8, height_m=1.0, focal_mm=31)
_LYING = Camera(distance_m=3.1, height_m=0.7, focal_mm=32)
LIFTS = (
    Lift("deadlift", (-10, 22), _STANDING, plate_m=0.18),
    Lift("squat", (-22, 6), replace(_STANDING, height_m=0.8), plate_m=0.125),
    Lift("overhead-press", (-56, -40), replace(_STANDING, distance_m=4.5), plate_m=0.14),
    Lift("glute-bridge", (-46, -32), _LYING),
    Lift("back-extension", (-6, 10), replace(_STANDING, distance_m=3.7), home_deg=(-40,) * REPS),
    Lift("sit-up", (8, 20), _LYING),
)


@dataclass(frozen=True)
class Condition:
    """What is different from a plain 720p clip taken from the side.

    Attributes
    ----------
    camera, clothes
        Fields to replace; `yaw_deg` changes sign from lifter to lifter.
    plate_m
        Radius of the plates.
    farther
        Factor on the camera's distance.
    lifts
        Lifts that have it; empty for all.
    refuse
        Whether the clip must be refused; None where either is right.
    """

    name: str
    camera: dict[str, Any] = field(default_factory=dict)
    clothes: dict[str, Any] = field(default_factory=dict)
    plate_m: float = 0.0
    farther: float = 1.0
    lifts: tuple[str, ...] = ()
    refuse: bool | None = False


_SMALL = {"width_px": 854, "height_px": 480}
CONDITIONS = (
    Condition("plain"),
    Condition("480p", camera=_SMALL),
    Condition("yaw 10", camera={"yaw_deg": 10.0}),
    Condition("yaw 15", camera={"yaw_deg": 15.0}),
    Condition("loose shirt", clothes={"ease": 0.6, "length": 0.5}),
    Condition("bare back", clothes={"top": "bare", "ease": 0.0}),
    Condition("big plates", plate_m=0.225, lifts=("deadlift",)),
    # Such plates stand before the back of a squatter: measured or refused is both right.
    Condition("big plates", plate_m=0.225, lifts=("squat",), refuse=None),
    Condition("small in frame", farther=1.7),
    Condition("facing left", camera={"facing": "left"}),
    Condition("60 fps", camera={"fps": 60.0}),
    Condition("yaw 50", camera={"yaw_deg": 50.0, **_SMALL}, refuse=True),
    Condition("front", camera={"yaw_deg": 86.0, **_SMALL}, refuse=True),
)


@dataclass(frozen=True)
class Lifter:
    """A body with its clothes and its own background."""

    name: str
    body: Body
    clothes: Clothes
    scene: Scene


@dataclass(frozen=True)
class ClipSet:
    """Lifters and seeds that no other set has."""

    name: str
    lifters: tuple[Lifter, ...]
    seed: int


_DEVELOP = ClipSet(
    "develop",
    (
        Lifter(
            "average",
            Body(lordosis_deg=36, skin_seed=21),
            Clothes(ease=0.1, length=0.15),
            Scene(seed=21),
        ),
        Lifter(
            "tall and lean",
            Body(
                1.88, girth=0.9, buttocks=0.9, lordosis_deg=30, fat=0.7, erector=1.2, skin_seed=22,
                skin=(0.22, 0.115, 0.07),
            ),
            Clothes(ease=0.06, top_rgb=(0.32, 0.06, 0.05), shorts_rgb=(0.03, 0.04, 0.08)),
            Scene(seed=22, wall_rgb=(0.60, 0.57, 0.50), floor_rgb=(0.16, 0.16, 0.17)),
        ),
        Lifter(
            "short and stout",
            Body(
                1.62, girth=1.15, buttocks=1.15, lordosis_deg=46, fat=1.4, slide=1.2, skin_seed=23,
                skin=(0.70, 0.46, 0.36),
            ),
            Clothes(ease=0.15, length=0.2, top_rgb=(0.05, 0.16, 0.12)),
            Scene(seed=23, wall_rgb=(0.42, 0.46, 0.50)),
        ),
    ),
    1000,
)  # fmt: skip
_VALIDATE = ClipSet(
    "validate",
    (
        Lifter(
            "middling",
            Body(1.78, lordosis_deg=40, kyphosis_deg=38, skin_seed=31, skin=(0.50, 0.31, 0.21)),
            Clothes(ease=0.08, length=0.2, top_rgb=(0.30, 0.29, 0.27)),
            Scene(seed=31, wall_rgb=(0.48, 0.52, 0.48)),
        ),
        Lifter(
            "small and slim",
            Body(
                1.58, girth=0.88, limb_girth=0.9, buttocks=1.05, lordosis_deg=44, fat=0.9,
                skin_seed=32, skin=(0.66, 0.42, 0.32), hair=(0.2, 0.11, 0.04),
            ),
            Clothes(ease=0.05, length=0.1, top_rgb=(0.36, 0.04, 0.16), shorts_length=1.2),
            Scene(seed=32, wall_rgb=(0.56, 0.50, 0.46), floor_rgb=(0.12, 0.10, 0.09)),
        ),
        Lifter(
            "tall and heavy",
            Body(
                1.92, girth=1.2, limb_girth=1.1, buttocks=1.0, lordosis_deg=32, fat=1.3,
                erector=1.15, skin_seed=33, skin=(0.30, 0.17, 0.11),
            ),
            Clothes(ease=0.14, length=0.25, top_rgb=(0.06, 0.06, 0.20)),
            Scene(seed=33, wall_rgb=(0.40, 0.40, 0.44)),
        ),
    ),
    2000,
)  # fmt: skip
SETS = {"develop": _DEVELOP, "validate": _VALIDATE}


@dataclass(frozen=True)
class Case:
    """One clip of the matrix."""

    clip_set: ClipSet
    lift: Lift
    condition: Condition
    lifter: int

    @property
    def take(self) -> Take:
        """Everything that decides the clip's pixels."""
        lifter, condition = self.clip_set.lifters[self.lifter], self.condition
        number = (LIFTS.index(self.lift) * len(CONDITIONS) + CONDITIONS.index(condition)) * 10
        seed = self.clip_set.seed + number + self.lifter
        camera = replace(self.lift.camera, **condition.camera)
        camera = replace(
            camera,
            distance_m=camera.distance_m * condition.farther,
            yaw_deg=camera.yaw_deg * (-1) ** self.lifter,
        )
        name = f"{self.lift.name}-{condition.name}-{lifter.name}".replace(" ", "-")
        clothes = replace(lifter.clothes, **condition.clothes)
        return Take(name, lifter.body, clothes, self._plan(seed), camera, lifter.scene, seed)

    def _plan(self, seed: int) -> SetPlan:
        far = np.random.default_rng(seed).uniform(*self.lift.far_deg, REPS)
        return SetPlan(
            self.lift.name,
            far_lumbar_deg=tuple(np.sort(far).round(1).tolist()),
            home_lumbar_deg=self.lift.home_deg,
            concentric_s=(0.9,) * REPS,
            eccentric_s=(1.0,) * REPS,
            stand_s=0.9,
            plate_radius_m=self.condition.plate_m or self.lift.plate_m,
        )


def cases(
    names: Iterable[str], *, only: str | None, conditions: Sequence[str], quick: bool
) -> Iterator[Case]:
    """Clips of the matrix: all lifters where nothing is special, two of them elsewhere."""
    for clip_set in (SETS[name] for name in names):
        for lift in LIFTS:
            for condition in CONDITIONS:
                if only not in {None, lift.name} or (quick and not _is_quick(lift, condition)):
                    continue
                if lift.name not in (condition.lifts or (lift.name,)):
                    continue
                if not conditions or condition.name in conditions:
                    for lifter in _lifters(clip_set, lift, condition, quick=quick):
                        yield Case(clip_set, lift, condition, lifter)


def _is_quick(lift: Lift, condition: Condition) -> bool:
    known = condition.name == "480p" and lift.name in {"deadlift", "squat", "overhead-press"}
    return known or (condition.name == "front" and lift.name == "deadlift")


def _lifters(clip_set: ClipSet, lift: Lift, condition: Condition, *, quick: bool) -> list[int]:
    count = len(clip_set.lifters)
    if quick:
        return [0]
    if condition.name == "plain":
        return list(range(count))
    first = LIFTS.index(lift) + CONDITIONS.index(condition)
    return sorted({first % count, (first + 1) % count})


@dataclass(frozen=True, eq=False)
class Truth:
    """What is true in a clip, per frame of the track that was found in it."""

    lumbar_deg: FloatArray
    flexion_deg: FloatArray
    rep: NDArray[np.int64]
    joints_px: FloatArray  # (N, 33, 2)


@dataclass(frozen=True)
class Peak:
    """Measured less true at the most flexed moment of a repetition; NaN if not measured."""

    flexion_deg: float
    lumbar_deg: float
    uncertainty_deg: float


_NO_PEAK = Peak(float("nan"), float("nan"), float("nan"))


@dataclass(frozen=True, eq=False)
class Measured:
    """One clip, measured in one of two ways.

    Attributes
    ----------
    error_deg, lumbar_error_deg : float (N,)
        Measured less true flexion and lumbar angle; NaN where not measured.
    peaks : tuple of Peak
        One for each true repetition.
    counted : int or None
        Repetitions found; None for lifts that formcheck does not know.
    refused : bool
    """

    case: Case
    source: str
    error_deg: FloatArray
    lumbar_error_deg: FloatArray
    peaks: tuple[Peak, ...]
    counted: int | None
    refused: bool


def measured(case: Case, cache: Path) -> Iterator[Measured]:
    """Render a clip unless it is there, and measure it in both ways."""
    folder = _rendered(case.take, cache)
    track = _found(folder / f"{case.take.name}.mp4", case.lift.name)
    truth = _truth(folder / f"{case.take.name}.truth.csv", track)
    for source in SOURCES:
        used = track if source == "picture" else _true_track(track, truth, folder, case.take.name)
        measure = _as_known if case.lift.name in EXERCISES else _as_frames
        yield measure(case, source, used, truth)


def _rendered(take: Take, cache: Path) -> Path:
    """Folder of a clip, named by all that decides its pixels."""
    sources = sorted((HERE.parent / "lifter").glob("*.py"))
    digest = _digest(json.dumps(asdict(take)).encode(), *(s.read_bytes() for s in sources))
    folder = cache / digest
    if not (folder / f"{take.name}.mp4").is_file():
        write_clip(take, folder, masks=True)
    return folder


def _found(video: Path, lift: str) -> formcheck.PoseTrack:
    """The track found in a clip, kept until the code that finds it changes."""
    settings = formcheck.Settings(lift if lift in EXERCISES else "deadlift")
    package = HERE.parent / "formcheck"
    modules = ("pose", "outline", "video", "models", "landmarks", "geometry/view")
    digest = _digest(*((package / f"{name}.py").read_bytes() for name in modules))
    stored = video.with_name(f"track-{digest}.npz")
    if stored.is_file():
        return formcheck.load_track(stored)
    track = read_track(video, settings)
    formcheck.save_track(track, stored)
    return track


def _digest(*parts: bytes) -> str:
    return hashlib.sha256(b"\0".join(parts)).hexdigest()[:16]


def _truth(path: Path, track: formcheck.PoseTrack) -> Truth:
    with path.open(newline="", encoding="utf-8") as stream:
        every = list(csv.DictReader(stream))
    rows = [every[i] for i in track.frame]
    places = [[(row[f"{n}_x_px"], row[f"{n}_y_px"]) for n in _PLACES] for row in rows]
    return Truth(
        lumbar_deg=np.array([float(row["lumbar_deg"]) for row in rows]),
        flexion_deg=np.array([float(row["flexion_deg"]) for row in rows]),
        rep=np.array([int(row["rep"]) for row in rows]),
        joints_px=np.array(places, dtype=np.float64),
    )


def _true_track(
    track: formcheck.PoseTrack, truth: Truth, folder: Path, name: str
) -> formcheck.PoseTrack:
    """The same track with true joints, and outlines of the true silhouette."""
    with np.load(folder / f"{name}.masks.npz") as stored:
        packed, width = stored["packed"], int(stored["shape"][2])
    hip, shoulder = middle(truth.joints_px, "hip"), middle(truth.joints_px, "shoulder")
    outlines = []
    for i, frame in enumerate(track.frame):
        mask = np.unpackbits(packed[frame], axis=1, count=width).astype(np.float32)
        soft = np.asarray(cv2.GaussianBlur(mask, (0, 0), _EDGE_BLUR_PX), np.float32)
        outlines.append(trace_outline(soft, hip[i], shoulder[i]).astype(np.float32))
    return replace(
        track,
        landmarks_px=truth.joints_px.astype(np.float32),
        visibility=np.ones_like(track.visibility),
        profile=np.stack(outlines),
    )


def _as_known(case: Case, source: str, track: formcheck.PoseTrack, truth: Truth) -> Measured:
    """All of the analysis: neutral, repetitions, refusals."""
    analysis = formcheck.analyze_track(track, formcheck.Settings(case.lift.name))
    neutral = analysis.neutral.lumbar_deg
    spans = [(rep.start_s, rep.end_s) for rep in analysis.reps]
    peaks = []
    for number in range(1, REPS + 1):
        during = truth.rep == number
        match = _overlapping(track.time_s[during], spans)
        if match is None:
            peaks.append(_NO_PEAK)
            continue
        rep = analysis.reps[match]
        peaks.append(
            Peak(
                rep.peak_deg - neutral - float(truth.flexion_deg[during].max()),
                rep.peak_deg - float(truth.lumbar_deg[during].max()),
                rep.uncertainty_deg,
            )
        )
    return Measured(
        case,
        source,
        analysis.flexion_deg - truth.flexion_deg,
        analysis.kinematics.back.lumbar_deg - truth.lumbar_deg,
        tuple(peaks),
        len(analysis.reps),
        not analysis.measured,
    )


def _overlapping(time_s: FloatArray, spans: list[tuple[float, float]]) -> int | None:
    """Number of the span that shares most time with a true repetition, if any does."""
    shared = [min(b, time_s[-1]) - max(a, time_s[0]) for a, b in spans]
    best = int(np.argmax(shared)) if shared else 0
    return best if shared and shared[best] > 0 else None


def _as_frames(case: Case, source: str, track: formcheck.PoseTrack, truth: Truth) -> Measured:
    """Only the angles over time, against those of the first frames."""
    kin = kinematics(track)
    lumbar, first = kin.back.lumbar_deg, track.time_s < _FIRST_S
    seen = first & np.isfinite(lumbar)
    neutral = float(np.median(lumbar[seen])) if seen.any() else float("nan")
    true_neutral = float(np.median(truth.lumbar_deg[first]))
    peaks = [_peak(kin, truth, number, neutral - true_neutral) for number in range(1, REPS + 1)]
    error = lumbar - truth.lumbar_deg
    return Measured(
        case,
        source,
        error - (neutral - true_neutral),
        error,
        tuple(peaks),
        None,
        not np.isfinite(lumbar).any(),
    )


def _peak(kin: Kinematics, truth: Truth, number: int, offset_deg: float) -> Peak:
    """Peak over the frames of a true repetition, found as formcheck finds it."""
    during = truth.rep == number
    lumbar, uncertainty = kin.back.lumbar_deg[during], kin.back.uncertainty_deg[during]
    if np.isfinite(lumbar).mean() < _MIN_VISIBLE:
        return _NO_PEAK
    at = int(np.nanargmax(lumbar - uncertainty))
    error = float(lumbar[at] - truth.lumbar_deg[during].max())
    return Peak(error - offset_deg, error, float(uncertainty[at]))


def report(found: Sequence[Measured], title: str) -> str:
    """Markdown tables of one set."""
    by_condition = [
        "| lift | condition | clips | measured with | rms | bias | peaks: median, worst "
        "| frames | reps | in ± | in ±, less bias | counted | refused: right, wrong, missed |",
        "|---|---|---|---|---|---|---|---|---|---|---|---|---|",
    ]
    by_lifter = [
        "| lift | lifter | clips | measured with | rms | bias | bias of lumbar_deg | peaks |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for lift in LIFTS:
        mine = [m for m in found if m.case.lift is lift]
        for condition in dict.fromkeys(m.case.condition.name for m in mine):
            cell = [m for m in mine if m.case.condition.name == condition]
            by_condition += [_condition_line(mine, cell, source) for source in SOURCES]
        for lifter in sorted({m.case.lifter for m in mine}):
            seen = [m for m in mine if m.case.lifter == lifter and not m.case.condition.refuse]
            by_lifter += [_lifter_line(seen, source) for source in SOURCES if seen]
    return "\n".join([f"## {title}", "", *by_condition, "", *by_lifter, ""])


def _condition_line(lift: Sequence[Measured], cell: Sequence[Measured], source: str) -> str:
    cell = [m for m in cell if m.source == source]
    error = np.concatenate([m.error_deg for m in cell])
    back = np.concatenate([m.lumbar_error_deg for m in cell])
    peaks = [peak for m in cell for peak in m.peaks]
    errors = np.array([peak.flexion_deg for peak in peaks])
    counts = [m.counted for m in cell if m.counted is not None]
    cells = [
        cell[0].case.lift.name,
        cell[0].case.condition.name,
        str(len(cell)),
        source,
        _degrees(_rms(error), signed=False),
        _degrees(_mean(error)),
        f"{_degrees(_median(np.abs(errors)), signed=False)}, {_degrees(_worst(errors))}",
        f"{np.isfinite(back).mean():.0%}",
        f"{np.isfinite([peak.lumbar_deg for peak in peaks]).mean():.0%}",
        _covered(peaks, 0.0),
        _covered(peaks, _lift_bias(lift, source)),
        f"{sum(counts)} of {REPS * len(counts)}" if counts else "-",
        _refusals(cell),
    ]
    return "| " + " | ".join(cells) + " |"


def _lifter_line(seen: Sequence[Measured], source: str) -> str:
    seen = [m for m in seen if m.source == source]
    error = np.concatenate([m.error_deg for m in seen])
    lumbar = np.concatenate([m.lumbar_error_deg for m in seen])
    peaks = np.array([peak.flexion_deg for m in seen for peak in m.peaks])
    case = seen[0].case
    cells = [
        case.lift.name,
        case.clip_set.lifters[case.lifter].name,
        str(len(seen)),
        source,
        _degrees(_rms(error), signed=False),
        _degrees(_mean(error)),
        _degrees(_mean(lumbar)),
        _degrees(_median(np.abs(peaks)), signed=False),
    ]
    return "| " + " | ".join(cells) + " |"


def _lift_bias(lift: Sequence[Measured], source: str) -> float:
    """Mean error of a lift's lumbar peaks, over the clips that may be measured."""
    fair = [m for m in lift if m.source == source and not m.case.condition.refuse]
    return _mean(np.array([peak.lumbar_deg for m in fair for peak in m.peaks]))


def _covered(peaks: Sequence[Peak], bias_deg: float) -> str:
    """How many measured peaks have the true lumbar angle within their uncertainty."""
    known = [peak for peak in peaks if np.isfinite(peak.lumbar_deg)]
    inside = sum(abs(peak.lumbar_deg - bias_deg) <= peak.uncertainty_deg for peak in known)
    return f"{inside} of {len(known)}" if known else "-"


def _refusals(cell: Sequence[Measured]) -> str:
    must = [m.refused for m in cell if m.case.condition.refuse]
    must_not = [m.refused for m in cell if m.case.condition.refuse is False]
    return f"{sum(must)}, {sum(must_not)}, {len(must) - sum(must)}"


def _rms(values: FloatArray) -> float:
    return float(np.sqrt(_mean(values**2)))


def _mean(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known.mean()) if known.size else float("nan")


def _median(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(np.median(known)) if known.size else float("nan")


def _worst(values: FloatArray) -> float:
    known = values[np.isfinite(values)]
    return float(known[np.abs(known).argmax()]) if known.size else float("nan")


def _degrees(value: float, *, signed: bool = True) -> str:
    if not np.isfinite(value):
        return "-"
    return f"{value:+.1f}°" if signed else f"{value:.1f}°"


_ABOUT = """# Accuracy on rendered lifters

Rendered lifters with a known spine (`lifter/`), measured by formcheck: from the
*picture* (MediaPipe's mask and landmarks), and from the *truth* (true silhouette and
true joints), where only the geometry can err. Errors are measured less true.

- **rms, bias**: of `flexion_deg`, over the measured frames.
- **peaks**: of the most flexed `flexion_deg` of each true repetition: median without
  sign, worst with it.
- **frames, reps**: share in which the back was measured; without a neutral there is
  no `flexion_deg` even so.
- **in ±**: measured repetitions whose true (bony) lumbar peak lies within the stated
  uncertainty; then the same after the lift's mean error of lumbar peaks was taken off.
- **counted**: repetitions found of those true. **refused**: clips rightly refused,
  wrongly refused, and measured though they should have been refused.

Deadlift and squat go through the whole analysis. For the other lifts, which it does
not know, only the frames are measured, against the first half second; their
repetitions are the true ones, and none are counted.

"""


def main() -> None:
    """Run the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--set", choices=[*SETS, "both"], default="both", dest="which")
    parser.add_argument("--quick", action="store_true", help="four clips at 480p")
    parser.add_argument("--only", choices=[lift.name for lift in LIFTS], help="one lift")
    parser.add_argument("--conditions", default="", help="comma-separated names; all if empty")
    parser.add_argument("--cache", type=Path, default=HERE.parent / ".cache" / "rendered")
    parser.add_argument("--out", type=Path, default=HERE / "accuracy.md")
    arguments = parser.parse_args()
    names = list(SETS) if arguments.which == "both" else [arguments.which]
    wanted = [name.strip() for name in arguments.conditions.split(",") if name.strip()]
    text = _ABOUT
    for name in names:
        chosen = list(cases([name], only=arguments.only, conditions=wanted, quick=arguments.quick))
        partial = bool(arguments.quick or arguments.only or wanted)
        found = []
        for number, case in enumerate(chosen, 1):
            print(f"{name} {number} of {len(chosen)}: {case.take.name}", file=sys.stderr)
            found += list(measured(case, arguments.cache))
        text += report(found, f"{name}: {len(chosen)} clips{' (a part)' if partial else ''}")
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
