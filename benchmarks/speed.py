"""What the analysis costs beside MediaPipe itself, on one core and on two.

    python benchmarks/speed.py CLIP [--legacy PYTHON] [--out benchmarks/speed.md]

CLIP should last 30 s or more; a shorter one is repeated until it does. Every figure is a
ratio of runs on the same machine in turn, whole processes with start-up. With --legacy, a
Python in whose environment mediapipe==0.10.21 is installed, the loop that most form checkers
run (`mp.solutions.pose`, its own full model) is timed as well.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import cv2
import numpy as np
import psutil
from common.script import FORMCHECK, options, run_ffmpeg

from formcheck.analysis import Settings, analyze_track
from formcheck.models.store import ensure
from formcheck.pose.track import PoseTrack, load_track

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
# What tutorials and form checkers run; with or without the mask.
LEGACY = """
import sys
import cv2
import mediapipe as mp

clip, mask = sys.argv[1], sys.argv[2] == "mask"
capture = cv2.VideoCapture(clip)
with mp.solutions.pose.Pose(model_complexity=1, enable_segmentation=mask) as pose:
    while True:
        read, picture = capture.read()
        if not read:
            break
        pose.process(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB))
"""
ROUNDS = 2
FOLDER_OF = 30
IDLE_RICH_S, WORK_S = 60.0, 10.0
ON_PAPER = (4, 8, 16)


def repeated(clip: Path, least_s: float, target: Path) -> Path:
    """The clip, looped without encoding it again until it lasts long enough."""
    capture = cv2.VideoCapture(str(clip))
    duration_s = capture.get(cv2.CAP_PROP_FRAME_COUNT) / capture.get(cv2.CAP_PROP_FPS)
    loops = max(0, int(np.ceil(least_s / duration_s)) - 1)
    run_ffmpeg("-stream_loop", str(loops), "-i", clip, "-an", "-c", "copy", target)
    return target


def run(command: Sequence[str]) -> tuple[float, float]:
    """Seconds and peak memory in MiB of a whole process."""
    start = time.perf_counter()
    process = psutil.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    peak = 0
    while process.poll() is None:
        try:
            peak = max(peak, process.memory_info().rss)
        except psutil.Error:
            break
        time.sleep(0.02)
    if process.wait() not in {0, 3}:  # 3: a short clip may show nothing to measure
        raise RuntimeError(f"{command} ended with {process.returncode}")
    return time.perf_counter() - start, peak / 2**20


def analysis_command(clip: Path, exercise: str, out: Path, *more: str) -> list[str]:
    """The whole `formcheck analyze`, every frame of the clip, into a folder of results.

    Nothing may lie there: the track of an earlier run would stand in for the clip.
    """
    command = [*FORMCHECK, "analyze", str(clip), "-e", exercise, "-q"]
    return [*command, "--max-fps", "0", "--out", str(out), *more]


class Commands:
    """The commands that are timed, with their results in a folder of their own."""

    def __init__(self, exercise: str, folder: Path, legacy: str | None) -> None:
        self.exercise, self.folder, self.legacy = exercise, folder, legacy

    def analyze(self, clip: Path, *more: str) -> list[str]:
        """The whole `formcheck analyze`, into an empty folder."""
        shutil.rmtree(self.folder / "results", ignore_errors=True)
        return analysis_command(clip, self.exercise, self.folder / "results", *more)

    def alone(self, clip: Path, *more: str) -> list[str]:
        """The analysis without anything drawn."""
        return self.analyze(clip, "--no-video", "--no-html", *more)

    def bare(self, clip: Path) -> list[str]:
        """MediaPipe alone."""
        return [sys.executable, "-c", BARE, str(clip), str(ensure().path)]

    def old(self, clip: Path, mask: str) -> list[str]:
        """The legacy loop."""
        assert self.legacy is not None
        return [self.legacy, "-c", LEGACY, str(clip), mask]


def best_of(clip: Path, commands: Commands) -> dict[str, float]:
    """Seconds of each command on the clip: the best of some rounds, taken in turn."""
    seconds: dict[str, list[float]] = {}
    for _ in range(ROUNDS):
        made = {
            "bare": commands.bare(clip),
            "one job": commands.alone(clip, "--jobs", "1"),
            "all jobs": commands.alone(clip),
            "drawn": commands.analyze(clip),
        }
        if commands.legacy:
            made |= {f"legacy {mask}": commands.old(clip, mask) for mask in ("mask", "no mask")}
        for name, command in made.items():
            shutil.rmtree(commands.folder / "results", ignore_errors=True)
            seconds.setdefault(name, []).append(run(command)[0])
            print(f"{name}: {seconds[name][-1]:.1f} s", flush=True)
    return {name: min(taken) for name, taken in seconds.items()}


def with_rests(clip: Path, target: Path) -> Path:
    """A minute in which the first ten seconds of the clip are all that happens.

    The lifter stands still before and after, under a camera's noise.
    """
    still = (IDLE_RICH_S - WORK_S) / 2
    pad = f"tpad=start_duration={still}:start_mode=clone:stop_duration={still}:stop_mode=clone"
    run_ffmpeg("-t", str(WORK_S), "-i", clip, "-an", "-vf", f"{pad},noise=alls=4:allf=t", target)
    return target


def idle_rich(clip: Path, commands: Commands) -> float:
    """Such a clip: `analyze` over the bare loop."""
    idle = with_rests(clip, commands.folder / "idle.mp4")
    ratios = [run(commands.alone(idle))[0] / run(commands.bare(idle))[0] for _ in range(ROUNDS)]
    return float(np.median(ratios))


def second_long(clip: Path, commands: Commands) -> float:
    """A clip of one second: `analyze` over the bare loop."""
    short = commands.folder / "short.mp4"
    run_ffmpeg("-ss", "2", "-i", clip, "-t", "1", "-an", short)
    ratios = [run(commands.alone(short))[0] / run(commands.bare(short))[0] for _ in range(ROUNDS)]
    return float(np.median(ratios))


def rejudged(clip: Path, commands: Commands) -> float:
    """Seconds to judge a folder of results again, a result of the clip each."""
    run(commands.alone(clip))
    results = commands.folder / "results"
    first = results / clip.stem
    for number in range(1, FOLDER_OF):
        shutil.copytree(first, results / f"{clip.stem}-{number}")
    config = commands.folder / "own.toml"
    config.write_text("[thresholds]\nrounded_deg = 12\n", encoding="utf-8")
    return run([*FORMCHECK, "rescore", str(results), "--config", str(config)])[0]


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


def analysis_s(track: PoseTrack, settings: Settings) -> float:
    """Seconds that the analysis of a saved track takes, once all is imported."""
    analyze_track(track, settings)
    start = time.perf_counter()
    analyze_track(track, settings)
    return time.perf_counter() - start


def on_paper(one_s: float, two_s: float, cores: int) -> float:
    """Seconds on more cores, by what two of them did not share (Amdahl)."""
    shared_s = 2 * (one_s - two_s)
    return one_s - shared_s + shared_s / cores


def rows(seconds: Mapping[str, float]) -> list[tuple[str, float, str]]:
    """The figures of the long clip with their targets."""
    bare_s = seconds["bare"]
    found = [
        ("whole `analyze`, nothing drawn / bare loop", seconds["all jobs"] / bare_s, "0.65"),
        ("the same with `--jobs 1`", seconds["one job"] / bare_s, "1.15"),
        ("with video and report / bare loop", seconds["drawn"] / bare_s, "1.0"),
    ]
    one_s, two_s = seconds["one job"], seconds["all jobs"]
    found += [
        (f"on {cores} cores, on paper", on_paper(one_s, two_s, cores) / bare_s, "")
        for cores in ON_PAPER
    ]
    if "legacy mask" in seconds:
        found += [
            ("whole `analyze` / legacy loop with mask", two_s / seconds["legacy mask"], ""),
            ("whole `analyze` / legacy loop without mask", two_s / seconds["legacy no mask"], ""),
        ]
    return found


def main() -> None:
    """Run the benchmark."""
    parser = options(__doc__, "speed.md")
    parser.add_argument("clip", type=Path)
    parser.add_argument("--exercise", default="squat")
    parser.add_argument("--legacy", metavar="PYTHON")
    arguments = parser.parse_args()
    load = psutil.getloadavg()[1]
    settings = Settings(arguments.exercise, max_fps=0)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        commands = Commands(arguments.exercise, folder, arguments.legacy)
        clip = repeated(arguments.clip, 30.0, folder / "clip.mp4")
        seconds = best_of(clip, commands)
        figures = rows(seconds)
        idle = f"{WORK_S:.0f} s of work in {IDLE_RICH_S:.0f} s / bare loop"
        figures.append((idle, idle_rich(clip, commands), "0.35"))
        figures.append(("clip of 1 s / bare process", second_long(clip, commands), "2.0"))
        again_s = rejudged(clip, commands)
        reading_s = FOLDER_OF * seconds["all jobs"]
        figures.append((f"{FOLDER_OF} results judged again / read", again_s / reading_s, "0.02"))
        track = load_track(folder / "results" / clip.stem / "track.npz")
    mediapipe_s = seconds["bare"] / track.clip.frames * len(lasting(track, 600.0))
    took_s = analysis_s(lasting(track, 600.0), settings)
    figures.append(("saved track of ten minutes / MediaPipe", took_s / mediapipe_s, "0.02"))
    text = "\n".join(
        [
            "# Speed",
            "",
            f"{arguments.clip.name}, looped to {track.clip.duration_s:.0f} s, {track.clip.frames} "
            f"frames of {track.clip.width}x{track.clip.height}, every frame analysed. "
            f"{psutil.cpu_count()} cores, on which others ran {load:.0f} processes. Ratios of "
            f"whole processes, the best of {ROUNDS} each, taken in turn.",
            "",
            "| figure | value | target |",
            "|---|---|---|",
            *(f"| {what} | {value:.3f} | {target} |" for what, value, target in figures),
            "",
        ]
    )
    arguments.out.write_text(text, encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
