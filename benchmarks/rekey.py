"""Keep the rendered clips that a change of `lifter/` left as they are.

    python benchmarks/rekey.py REVISION [--sample 24]

A clip in the cache is named by the renderer's sources, so that every change of them asks
for all clips again. This takes the clips that the sources of a git revision made, and
renders some of them in part with the present ones: where the truth of every frame, the true
silhouette of three frames and, as far as its compression tells, the picture are the same in
all of them, every clip is kept under its new name, too.
"""

from __future__ import annotations

import argparse
import csv
import json
import math
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, fields, is_dataclass
from pathlib import Path
from typing import Any, get_args, get_type_hints

import cv2
import numpy as np
from common.rendered import CACHE, NOT_DRAWING, digest, folder_of
from common.script import ROOT

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


def sources_at(revision: str) -> list[bytes]:
    """The renderer's modules as they were, in the order in which they make a clip's name."""

    def git(*arguments: str) -> bytes:
        return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True).stdout

    names = git("ls-tree", "--name-only", revision, "lifter/").decode().split()
    modules = sorted(n for n in names if n.endswith(".py") and Path(n).stem not in NOT_DRAWING)
    return [git("show", f"{revision}:{name}") for name in modules]


def name_then(take: Take, parameters: Mapping[str, Any], sources: list[bytes]) -> str:
    """Name of a clip's folder when takes had these parameters and the renderer these sources."""
    return digest(json.dumps(_known(asdict(take), parameters)).encode(), *sources)


def _known(now: Any, then: Any) -> Any:
    """Values of now for all that was there then, in its order."""
    if isinstance(then, dict):
        return {name: _known(now[name], value) for name, value in then.items()}
    return now


def made_by(sources: list[bytes]) -> dict[Path, Take]:
    """Clips in the cache that these sources made and that have no new name yet."""
    found = {}
    for path in sorted(CACHE.glob("*/*.truth.json")):
        parameters = json.loads(path.read_text(encoding="utf-8"))["parameters"]
        take = take_of(parameters)
        theirs = path.parent.name == name_then(take, parameters, sources)
        if theirs and not folder_of(take).exists():
            found[path.parent] = take
    return found


def keep(folder: Path, new: Path) -> None:
    """Let a folder's files be found under another name, too."""
    partial = new.with_name(f".{new.name}")
    partial.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if not (partial / file.name).exists():
            os.link(file, partial / file.name)
    partial.rename(new)


def main() -> int:
    """Look at some of the clips, and keep all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("revision")
    parser.add_argument("--sample", type=int, default=24)
    arguments = parser.parse_args()
    found = made_by(sources_at(arguments.revision))
    some = list(found)[:: max(len(found) // arguments.sample, 1)]
    for folder in some:
        if not is_same(found[folder], folder):
            print(f"not the same any more: {found[folder].name} ({folder})", file=sys.stderr)
            return 1
    for folder, take in found.items():
        keep(folder, folder_of(take))
    print(f"{len(found)} clips are kept under their new names; {len(some)} were looked at")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
