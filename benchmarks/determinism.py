"""Whether a clip gives the same results again, and on one core in place of all.

    python benchmarks/determinism.py [CLIP]... [--out benchmarks/determinism.md]

Each analysis is a process of its own. Without CLIP: three of the samples.
"""

from __future__ import annotations

import csv
import json
import math
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from common.script import FORMCHECK, SAMPLES, options

CLIPS = [SAMPLES / f"{name}.mp4" for name in ("deadlift-fatigue", "squat", "sit-up")]
TOLERANCE_DEG = 0.1
HEAD = """# The same clip, the same numbers

Written by `python benchmarks/determinism.py`: whole processes of `formcheck analyze --no-video
--no-html`. *Again* compares two runs with all {cores} cores; *one core* a run that the system
keeps to one, with one thread for every numeric library. Compared are `analysis.json` and
`frames.csv`, byte for byte, and where they differ the largest difference of an angle in either.
{tolerance}° are tolerated.

| clip | again | one core |
|---|---|---|
"""


def analysed(clip: Path, out: Path, cores: Sequence[int]) -> Path:
    """The folder of a result that was made with these cores."""
    surroundings = dict(os.environ)
    if len(cores) == 1:
        surroundings |= dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
    subprocess.run(
        [
            *(*FORMCHECK, "analyze", str(clip), "--quiet"),
            *("--no-video", "--no-html", "--out", str(out)),
        ],
        check=True,
        env=surroundings,
        stdout=subprocess.DEVNULL,
        preexec_fn=lambda: os.sched_setaffinity(0, cores),
    )
    return out / clip.stem


def compared(one: Path, other: Path) -> tuple[str, float]:
    """What is to be said of two results, and the largest difference of an angle [deg]."""
    names = ("analysis.json", "frames.csv")
    if all((one / name).read_bytes() == (other / name).read_bytes() for name in names):
        return "the same bytes", 0.0
    pairs = zip(angles_deg(one), angles_deg(other), strict=True)
    worst_deg = max(map(difference_deg, *zip(*pairs, strict=True)))
    return f"{worst_deg:.3f}°", worst_deg


def angles_deg(folder: Path) -> list[float]:
    """All angles of a result, in one order; NaN where one is missing."""
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    with (folder / "frames.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    of_frames = [float(row[name] or "nan") for row in rows for name in row if name.endswith("_deg")]
    return [*of_document(document), *of_frames]


def of_document(value: Any, name: str = "") -> Iterator[float]:
    """The numbers in everything that bears degrees in its name."""
    if isinstance(value, dict):
        for key in sorted(value):
            yield from of_document(value[key], key if "_deg" in key else name)
    elif isinstance(value, list):
        for one in value:
            yield from of_document(one, name)
    elif name and (value is None or isinstance(value, int | float)):
        yield math.nan if value is None else float(value)


def difference_deg(one: float, other: float) -> float:
    """Of two angles; an angle that only one result has is infinitely far."""
    if math.isnan(one) and math.isnan(other):
        return 0.0
    difference = abs(one - other)
    return math.inf if math.isnan(difference) else difference


def main() -> None:
    """Run the benchmark; exits with 1 if more than the tolerance was found."""
    parser = options(__doc__, "determinism.md")
    parser.add_argument("clip", nargs="*", type=Path, default=CLIPS)
    arguments = parser.parse_args()
    cores = sorted(os.sched_getaffinity(0))
    text = HEAD.format(cores=len(cores), tolerance=TOLERANCE_DEG)
    worst_deg = 0.0
    for clip in arguments.clip:
        with tempfile.TemporaryDirectory() as name:
            out = Path(name)
            first = analysed(clip, out / "first", cores)
            again, again_deg = compared(first, analysed(clip, out / "again", cores))
            single, single_deg = compared(first, analysed(clip, out / "single", cores[:1]))
        text += f"| {clip.name} | {again} | {single} |\n"
        print(text.splitlines()[-1], flush=True)
        worst_deg = max(worst_deg, again_deg, single_deg)
    arguments.out.write_text(text, encoding="utf-8")
    sys.exit(worst_deg > TOLERANCE_DEG)


if __name__ == "__main__":
    main()
