"""Which running mode of MediaPipe finds the lifter, how fast, and with which angles.

    python benchmarks/running_mode.py [--clips ../shared/clips] [--out benchmarks/running_mode.md]

VIDEO with one pose smooths the landmarks with a filter that cannot be switched
off; with two poses it does not, but runs the detector more often; IMAGE runs it on
every frame. The masks are never filtered.
"""

from __future__ import annotations

import time
from pathlib import Path
from unittest import mock

import numpy as np
from common.script import LABELLED, options
from mediapipe.tasks.python import BaseOptions, vision

from formcheck.analysis import SetAnalysis, Settings, analyze_track, read_track
from formcheck.models.store import ResolvedModel, ensure
from formcheck.pose import landmarker
from formcheck.pose.detector import Detector

CLIPS = {
    "deadlift-neutral": "deadlift",
    "deadlift-rounded": "deadlift",
    "deadlift-view-blocked": "deadlift",
    "deadlift-crowded-gym": "deadlift",
    "squat-home": "squat",
    "squat-phone-portrait": "squat",
    "squat-barbell-phone": "squat",
    "squat-barbell-plate-hides-back": "squat",
}
MODES = {"VIDEO, 1 pose": ("VIDEO", 1), "VIDEO, 2 poses": ("VIDEO", 2), "IMAGE": ("IMAGE", 1)}


class _Detector(Detector):
    """Any running mode and number of poses, for the frames of the video."""

    def __init__(self, model: ResolvedModel, mode: str, poses: int) -> None:
        options = vision.PoseLandmarkerOptions(
            base_options=BaseOptions(model_asset_path=str(model.path)),
            running_mode=vision.RunningMode[mode],
            num_poses=poses,
            output_segmentation_masks=True,
        )
        self._video = mode == "VIDEO"
        self._landmarker = vision.PoseLandmarker.create_from_options(options)


def run(clip: Path, exercise: str, mode: str, poses: int) -> tuple[SetAnalysis, float]:
    """Analyse a clip in one mode; also seconds per frame."""
    settings = Settings(exercise)
    start = time.perf_counter()

    def detector(model: ResolvedModel, *, video: bool) -> Detector:
        return _Detector(model, mode, poses) if video else Detector(model, video=False)

    with mock.patch.object(landmarker, "Detector", detector):
        track = read_track(clip, settings)
    seconds = (time.perf_counter() - start) / len(track)
    return analyze_track(track, settings), seconds


def line(clip: Path, exercise: str) -> str:
    """One row: found, relative time, repetitions and peaks of every mode."""
    cells = [clip.stem]
    first_s = None
    for mode, poses in MODES.values():
        analysis, seconds = run(clip, exercise, mode, poses)
        first_s = first_s or seconds
        peaks = np.array([rep.peak_deg for rep in analysis.reps])
        shown = " ".join("-" if np.isnan(p) else f"{p:+.0f}" for p in peaks)
        found = float(analysis.track.found.mean())
        cells.append(f"{found:.0%}, {seconds / first_s:.2f}, {len(peaks)}: {shown}")
    return "| " + " | ".join(cells) + " |"


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__, "running_mode.md")
    parser.add_argument("--clips", type=Path, default=LABELLED)
    arguments = parser.parse_args()
    ensure()
    lines = [
        "# MediaPipe's running modes",
        "",
        "Share of frames with a person, time per frame against the first column, and",
        "repetitions with the most flexed lumbar angle of each in degrees.",
        "",
        "| clip | " + " | ".join(MODES) + " |",
        "|---" * (len(MODES) + 1) + "|",
    ]
    for name, exercise in CLIPS.items():
        lines.append(line(arguments.clips / f"{name}.mp4", exercise))
        print(lines[-1], flush=True)
    arguments.out.write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
