"""What the analysis costs on top of MediaPipe itself, with its video, and with a saved track.

    python benchmarks/speed.py CLIP [--out benchmarks/speed.md]

CLIP should last 30 s or more; a shorter one is repeated until it does. Every
figure is a ratio of two runs on the same machine, whole processes with start-up.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
import time
from pathlib import Path

import cv2
import numpy as np
import psutil
from common.script import FORMCHECK, options, run_ffmpeg

from formcheck.analysis import Settings, analyze_track, read_track
from formcheck.models.store import ensure
from formcheck.pose.track import PoseTrack

# Decodes every frame and has MediaPipe find the pose and the mask; nothing else.
BARE = """
import sys
import cv2
import mediapipe as mp
from mediapipe.tasks.python import BaseOptions, vision

clip, model = sys.argv[1:]
options = vision.PoseLandmarkerOptions(
    base_options=BaseOptions(model_asset_path=model),
    running_mode=vision.RunningMode.VIDEO,
    output_segmentation_masks=True,
)
capture = cv2.VideoCapture(clip)
with vision.PoseLandmarker.create_from_options(options) as landmarker:
    while True:
        read, picture = capture.read()
        if not read:
            break
        image = mp.Image(
            image_format=mp.ImageFormat.SRGB, data=cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)
        )
        result = landmarker.detect_for_video(image, int(capture.get(cv2.CAP_PROP_POS_MSEC)))
        if result.segmentation_masks:
            result.segmentation_masks[0].numpy_view()
"""


def repeated(clip: Path, least_s: float, target: Path) -> Path:
    """The clip, looped without encoding it again until it lasts long enough."""
    capture = cv2.VideoCapture(str(clip))
    duration_s = capture.get(cv2.CAP_PROP_FRAME_COUNT) / capture.get(cv2.CAP_PROP_FPS)
    loops = max(0, int(np.ceil(least_s / duration_s)) - 1)
    run_ffmpeg("-stream_loop", str(loops), "-i", clip, "-an", "-c", "copy", target)
    return target


def run(command: list[str]) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a whole process."""
    start = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.05)
    process.wait()
    return time.perf_counter() - start, peak / 2**20


def analysis_command(clip: Path, exercise: str, out: Path, *more: str) -> list[str]:
    """The whole `formcheck analyze`, every frame of the clip."""
    command = [*FORMCHECK, "analyze", str(clip), "-e", exercise, "-q"]
    return [*command, "--max-fps", "0", "--force", "--out", str(out), *more]


def lasting(track: PoseTrack, least_s: float) -> PoseTrack:
    """The track, repeated until it lasts long enough."""
    step_s = float(np.median(np.diff(track.time_s)))
    length_s = float(track.time_s[-1]) + step_s
    times = int(np.ceil(least_s / length_s))
    time_s = np.concatenate([track.time_s + k * length_s for k in range(times)])
    return PoseTrack(
        frame=np.arange(len(time_s)),
        time_s=time_s,
        landmarks_px=np.tile(track.landmarks_px, (times, 1, 1)),
        visibility=np.tile(track.visibility, (times, 1)),
        profile=np.tile(track.profile, (times, 1, 1)),
        profile_sd=np.tile(track.profile_sd, (times, 1, 1)),
        camera=np.tile(track.camera, (times, 1)),
        cut=np.tile(track.cut, times),
        clip=track.clip,
        model_name=track.model_name,
        model_sha256=track.model_sha256,
        max_fps=track.max_fps,
    )


def compare_times(clip: Path, exercise: str, out: Path) -> tuple[float, ...]:
    """Seconds of the bare loop, of `analyze` without and with video and report.

    The best of three each, taken in turn.
    """
    commands = (
        [sys.executable, "-c", BARE, str(clip), str(ensure().path)],
        analysis_command(clip, exercise, out, "--no-video", "--no-html"),
        analysis_command(clip, exercise, out),
    )
    rounds = [[run(command)[0] for command in commands] for _ in range(3)]
    return tuple(min(times) for times in zip(*rounds, strict=True))


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__, "speed.md")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--exercise", default="squat")
    arguments = parser.parse_args()
    load = psutil.getloadavg()[1]
    with tempfile.TemporaryDirectory() as folder:
        clip = repeated(arguments.clip, 30.0, Path(folder) / "clip.mp4")
        out = Path(folder) / "results"
        bare_s, analyze_s, drawn_s = compare_times(clip, arguments.exercise, out)
        settings = Settings(arguments.exercise, max_fps=0)
        track = lasting(read_track(clip, settings), 600.0)
    analyze_track(track, settings)
    start = time.perf_counter()
    analyze_track(track, settings)
    track_s = time.perf_counter() - start
    frames = track.clip.frames
    mediapipe_s = bare_s / frames * len(track)
    text = "\n".join(
        [
            "# Speed",
            "",
            f"{arguments.clip.name}, looped to {track.clip.duration_s:.0f} s, {frames} frames of "
            f"{track.clip.width}x{track.clip.height}, every frame analysed. {psutil.cpu_count()} "
            f"cores, on which others ran {load:.0f} processes.",
            "",
            "| figure | value | target |",
            "|---|---|---|",
            f"| whole `analyze` / bare MediaPipe loop | {analyze_s / bare_s:.3f} | 1.15 |",
            f"| `analyze` with video and report / without | {drawn_s / analyze_s:.3f} | 1.8 |",
            f"| saved track of ten minutes / MediaPipe on its frames | {track_s / mediapipe_s:.4f} "
            "| 0.02 |",
        ]
    )
    arguments.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
