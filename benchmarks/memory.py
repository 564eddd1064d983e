"""Peak memory of `formcheck analyze` on a clip, and on the same clip ten times over.

    python benchmarks/memory.py CLIP [--out benchmarks/memory.md]

CLIP should last 30 s or more; a shorter one is repeated until it does.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from common.script import options
from speed import analysis_command, repeated, run

from formcheck.video.reader import open_video


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__, "memory.md")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--exercise", default="squat")
    arguments = parser.parse_args()
    lines = ["# Peak memory", "", "| clip | frames | MiB |", "|---|---|---|"]
    peaks = []
    with tempfile.TemporaryDirectory() as folder:
        clip = repeated(arguments.clip, 30.0, Path(folder) / "clip.mp4")
        with open_video(clip) as video:
            frames = video.expected_frames or 0
        long = repeated(clip, 10 * frames / 30.0 - 1, Path(folder) / "long.mp4")
        for name, path, count in (("clip", clip, frames), ("ten times", long, 10 * frames)):
            peaks.append(run(analysis_command(path, arguments.exercise, Path(folder) / "out"))[1])
            lines.append(f"| {name} | {count} | {peaks[-1]:.0f} |")
            print(lines[-1], flush=True)
    lines += ["", f"Ratio: {peaks[1] / peaks[0]:.3f} (target 1.1)"]
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print(lines[-1])


if __name__ == "__main__":
    main()
