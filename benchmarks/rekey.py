"""Keep the rendered clips that a change of `lifter/` left as they are.

    python benchmarks/rekey.py

A clip in the cache is named by the renderer's sources, so that every change of them asks
for all clips anew. This looks at each stored clip: where its truth in every frame and the
true silhouette of three frames are what the present renderer makes of the same take, and
the stored picture is the same as far as its compression tells, the clip is kept under its
new name, too. Run it after a change that should change nothing.
"""

from __future__ import annotations

import csv
import json
import math
import os
import sys
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import cv2
import numpy as np
from common.rendered import CACHE, folder_of

from lifter.clip import motion_truth
from lifter.params import Take
from lifter.render import Renderer

# Mean difference of a picture and its stored form in grey levels: noise and compression
# leave some 1-3, a lifter who stands elsewhere more.
_SAME_PICTURE = 4.0


def take_of(parameters: Mapping[str, Any]) -> Take:
    """The take that a clip's summary tells of."""
    built = _built(Take, parameters)
    assert isinstance(built, Take)
    return built


def _built(kind: Any, value: Any) -> Any:
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        known = {f.name for f in fields(kind)} & set(value)
        return kind(**{name: _built(hints[name], value[name]) for name in known})  # type: ignore[operator]
    if isinstance(value, list):
        parts = [k for k in get_args(kind) if k is not Ellipsis]
        return tuple(_built(parts[min(i, len(parts) - 1)], v) for i, v in enumerate(value))
    return math.nan if value is None and kind is float else value


def is_same(take: Take, folder: Path) -> bool:
    """Whether the present renderer makes the clip of a folder."""
    renderer = Renderer(take)
    with (folder / f"{take.name}.truth.csv").open(newline="", encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    if len(rows) != len(renderer):
        return False
    for row, truth in zip(rows, motion_truth(renderer), strict=True):
        stored = [float(row[f"{n}_{part}_px"]) for n in truth.joints_px for part in "xy"]
        now = [v for place in truth.joints_px.values() for v in place]
        if not np.allclose(stored, now, atol=0.006):
            return False
    return _shows_the_same(renderer, folder)


def _shows_the_same(renderer: Renderer, folder: Path) -> bool:
    name = renderer.take.name
    with np.load(folder / f"{name}.masks.npz") as stored:
        packed = stored["packed"]
    video = cv2.VideoCapture(str(folder / f"{name}.mp4"))
    for index in (0, len(renderer) // 3, len(renderer) // 2):
        done = renderer.frame(index)
        if not np.array_equal(np.packbits(done.mask > 127, axis=1), packed[index]):
            return False
        video.set(cv2.CAP_PROP_POS_FRAMES, index)
        shown, picture = video.read()
        apart = np.abs(picture[..., ::-1].astype(float) - done.rgb) if shown else np.array(np.inf)
        if float(apart.mean()) > _SAME_PICTURE:
            return False
    return True


def main() -> None:
    """Look at every stored clip."""
    kept = 0
    every = sorted(CACHE.glob("*/*.truth.json"))
    for path in every:
        take = take_of(json.loads(path.read_text(encoding="utf-8"))["parameters"])
        new = folder_of(take)
        if new.exists() or not (path.parent / f"{take.name}.masks.npz").is_file():
            continue
        if is_same(take, path.parent):
            partial = new.with_name(f".{new.name}")
            partial.mkdir(exist_ok=True)
            for file in path.parent.iterdir():
                if not (partial / file.name).exists():
                    os.link(file, partial / file.name)
            partial.rename(new)
            kept += 1
        else:
            print(f"changed: {take.name}", file=sys.stderr)
    print(f"{kept} of {len(every)} clips are kept under their new names")


if __name__ == "__main__":
    main()
