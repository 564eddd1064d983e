"""The sample folder: clips, truth, a picture of each and a README."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import cv2
import numpy as np

from lifter.clip import write_clip
from lifter.params import Take
from lifter.render import Renderer
from lifter.samples import ABOUT, SAMPLES

__all__ = ["write_samples"]

PICTURE_WIDTH = 320
INTRO = """# Samples

Nobody was filmed: every picture here is drawn by the code in `lifter/`, and the
angle of the lumbar spine is known in every frame. The clips may be used like
the rest of the project.

| clip | what it shows | facing | length | reps | most flexed, rep by rep (bony) | most arched |
|---|---|---|---|---|---|---|
"""
TRUTH = """
Angles are `lumbar_deg`, the turn of the spine from L5/S1 to T12/L1: 0 = flat,
+ = rounded, - = arched. They are the *bony* angle. The skin that a camera sees
is not a fixed offset of it: muscle, fat and cloth lie between, as they do in
people, so no measurement of the outline will reproduce these numbers exactly.

## Truth files
`<clip>.truth.csv`, a row a frame: `time_s`, `lumbar_deg`, `flexion_deg` (against
the lifter's standing lordosis), `thoracic_deg`, `pelvis_deg`, `rep` (0 = between
repetitions), `phase`, `u` (way through the lift), and for every joint, by its
MediaPipe name, `_x_px`, `_y_px` and `_hidden` (1 = something nearer covers it, or
it is outside the picture).
`<clip>.truth.json`: per repetition start, turn, end, stroke times, the most
flexed and most arched value with its time; and every parameter of the clip.

## How they were made
    pip install "formcheck[lifter]"
    python -m lifter samples --out samples

renders them again from `lifter/samples.py`, to the pixel on the same machine.
`python -m lifter clip --help` renders others.
"""


def _picture(take: Take, folder: Path, at_share: float) -> None:
    """Two moments of a clip side by side, as a small JPEG."""
    renderer = Renderer(take)
    moments = [int(f * (len(renderer) - 1)) for f in (0.02, at_share)]
    pair = np.hstack([renderer.frame(i).rgb for i in moments])
    height = round(pair.shape[0] * 2 * PICTURE_WIDTH / pair.shape[1])
    small = cv2.resize(pair, (2 * PICTURE_WIDTH, height), interpolation=cv2.INTER_AREA)
    folder.mkdir(parents=True, exist_ok=True)
    bgr = cv2.cvtColor(np.ascontiguousarray(small), cv2.COLOR_RGB2BGR)
    cv2.imwrite(str(folder / f"{take.name}.jpg"), bgr, [cv2.IMWRITE_JPEG_QUALITY, 86])


def _degrees(values: list[float]) -> str:
    return ", ".join(f"{v:+.0f}°" for v in values)


def _row(name: str, truth: dict[str, object]) -> str:
    reps = truth["reps"]
    assert isinstance(reps, list)
    peaks = _degrees([r["peak"]["lumbar_deg"] for r in reps])
    least = _degrees([min(r["least"]["lumbar_deg"] for r in reps)])
    return (
        f"| [`{name}.mp4`]({name}.mp4) | {ABOUT[name][0]} | {truth['facing']} | "
        f"{truth['duration_s']:.0f} s | {len(reps)} | {peaks} | {least} |\n"
    )


def _readme(out: Path) -> None:
    rows, pictures = "", "\n## Pictures\n"
    for name in SAMPLES:
        path = out / f"{name}.truth.json"
        if path.exists():
            rows += _row(name, json.loads(path.read_text(encoding="utf-8")))
            pictures += f"\n**{name}**: {ABOUT[name][0]}\n\n![{name}](pictures/{name}.jpg)\n"
    (out / "README.md").write_text(INTRO + rows + TRUTH + pictures, encoding="utf-8")


def write_samples(
    out: Path, only: Sequence[str] | None, progress: Callable[[int, int], None] | None = None
) -> None:
    """Render the samples, their pictures and the README that lists them.

    Raises
    ------
    ValueError
        If `only` names a sample that does not exist.
    """
    names = list(only) if only else list(SAMPLES)
    unknown = sorted(set(names) - set(SAMPLES))
    if unknown:
        raise ValueError(f"no sample {', '.join(unknown)}; there are {', '.join(SAMPLES)}")
    for name in names:
        write_clip(SAMPLES[name], out, progress=progress)
        _picture(SAMPLES[name], out / "pictures", ABOUT[name][1])
    _readme(out)
