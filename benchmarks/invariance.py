"""Mirror, shrink and retime the labelled side clips: the angles must stay.

    python benchmarks/invariance.py [--clips ../shared/clips] [--out benchmarks/invariance.md]

Targets: mirrored within 1 degree, at half size within 3, at 60 and 30 frames a
second within 2, for the most flexed and least flexed lumbar angle of each repetition.
No labelled side clip has 60 frames a second. Two are made: rendered lifters, and the
labelled clips played at double speed, which is twice as fast a lift, too.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
from common.script import LABELLED, options, run_ffmpeg

from formcheck.analysis import SetAnalysis, analyze
from lifter.clip import write_clip
from lifter.params import Camera, SetPlan, Take

CLIPS = {
    "deadlift-neutral": "deadlift",
    "deadlift-rounded": "deadlift",
    "deadlift-hips-early": "deadlift",
    "deadlift-setup-ascent": "deadlift",
    "deadlift-view-blocked": "deadlift",
    "squat-home": "squat",
    "squat-slow-lab": "squat",
    "squat-phone-portrait": "squat",
    "squat-small-in-frame": "squat",
    "squat-assisted-close": "squat",
}
RENDERED = [
    Take(
        name="deadlift-60",
        plan=SetPlan(far_lumbar_deg=(-10.0, 0.0, 10.0)),
        camera=Camera(fps=60.0),
    )
]
CHANGES = {
    "mirrored": ["-vf", "hflip"],
    "half size": ["-vf", "scale=trunc(iw/4)*2:trunc(ih/4)*2:flags=area"],
}
ENCODED = ["-an", "-c:v", "libx264", "-crf", "6", "-pix_fmt", "yuv420p"]
ENCODED += ["-fps_mode", "passthrough"]


def difference_deg(a: SetAnalysis, b: SetAnalysis) -> float:
    """Largest difference of a repetition's peak or least angle; NaN if the counts differ."""
    if len(a.reps) != len(b.reps):
        return float("nan")
    pairs = [
        (x, y)
        for one, other in zip(a.reps, b.reps, strict=True)
        for x, y in ((one.peak_deg, other.peak_deg), (one.least_deg, other.least_deg))
    ]
    differences = np.abs(np.diff(np.array(pairs), axis=1))
    return float(np.nanmax(differences)) if np.isfinite(differences).any() else float("nan")


def line(clip: Path, exercise: str, folder: Path) -> str:
    """One row: the differences of every change."""
    plain = analyze(clip, exercise)
    cells = [clip.stem, str(len(plain.reps))]
    for name, filters in CHANGES.items():
        changed = folder / f"{clip.stem}-{name.replace(' ', '-')}.mp4"
        run_ffmpeg("-i", clip, *filters, *ENCODED, changed)
        cells.append(f"{difference_deg(plain, analyze(changed, exercise)):.1f}")
    double = folder / f"{clip.stem}-double.mp4"
    run_ffmpeg("-itsscale", "0.5", "-i", clip, "-an", "-c", "copy", double)
    every, thinned = (analyze(double, exercise, max_fps=rate) for rate in (0, 30))
    cells += [f"{every.track.clip.fps:.0f}", f"{difference_deg(every, thinned):.1f}"]
    return "| " + " | ".join(cells) + " |"


def rendered_line(take: Take, folder: Path) -> str:
    """One row: a rendered lifter at 60 frames a second."""
    write_clip(take, folder)
    clip = folder / f"{take.name}.mp4"
    every, thinned = (analyze(clip, take.plan.lift, max_fps=rate) for rate in (0, 30))
    cells = [take.name, str(len(every.reps)), f"{every.track.clip.fps:.0f}"]
    return "| " + " | ".join([*cells, f"{difference_deg(every, thinned):.1f}"]) + " |"


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__, "invariance.md")
    parser.add_argument("--clips", type=Path, default=LABELLED)
    arguments = parser.parse_args()
    lines = [
        "# Mirrored, half size, 60 against 30 frames a second",
        "",
        "Largest difference in degrees of any repetition's most or least flexed angle.",
        "",
        "| clip | reps | mirrored | half size | at double speed: fps | all against 30 fps |",
        "|---|---|---|---|---|---|",
    ]
    with tempfile.TemporaryDirectory() as folder:
        for name, exercise in CLIPS.items():
            lines.append(line(arguments.clips / f"{name}.mp4", exercise, Path(folder)))
            print(lines[-1], flush=True)
        lines += ["", "| rendered lifter | reps | fps | all against 30 fps |", "|---|---|---|---|"]
        for take in RENDERED:
            lines.append(rendered_line(take, Path(folder)))
            print(lines[-1], flush=True)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
