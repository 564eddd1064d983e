"""How soon the overlay is there, how many frames are analysed, and whether that lasts.

    xvfb-run -a sh -c 'openbox & exec python benchmarks/live.py [CLIP] [--minutes 10]'

Plays CLIP, looped, at its own speed: to a loop that runs nothing but MediaPipe on the
latest frame, then to `formcheck live` with its window, then to the bare loop again.
Times are in units of the bare loop's median time a frame on the same machine. A frame is
shown when the X server has its pixels, as the server itself reports (libxdamage1): OpenCV's
pollKey paints, and then sleeps for two milliseconds. Without a window manager (openbox, or a
desktop) Qt leaves the window unpainted in one start of ten.
"""

from __future__ import annotations

import argparse
import ctypes
import json
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import psutil
from common.script import SAMPLES, options
from speed import repeated

from formcheck.commands.stderr import native_chatter_hidden
from formcheck.live.loop import play
from formcheck.live.session import Session
from formcheck.live.sources import Shot, file_source
from formcheck.live.view import LiveView
from formcheck.live.window import Window
from formcheck.models.store import ensure
from formcheck.settings import Settings

BARE_S = 60.0
SAMPLE = SAMPLES / "deadlift-fatigue.mp4"


def bare(clip: Path) -> dict[str, float]:
    """MediaPipe with its mask and nothing else, on the latest frame."""
    from mediapipe import Image, ImageFormat
    from mediapipe.tasks.python import BaseOptions, vision

    options = vision.PoseLandmarkerOptions(
        base_options=BaseOptions(model_asset_path=str(ensure().path)),
        running_mode=vision.RunningMode.VIDEO,
        output_segmentation_masks=True,
    )
    times_s = []
    with (
        vision.PoseLandmarker.create_from_options(options) as landmarker,
        file_source(clip) as file,
    ):
        begin_s, busy_s = time.monotonic(), time.process_time()
        while time.monotonic() - begin_s < BARE_S:
            shot = file.take(1.0)
            if shot is None:
                break
            start_s = time.perf_counter()
            image = Image(image_format=ImageFormat.SRGB, data=shot.frame.image)
            found = landmarker.detect_for_video(image, round(shot.frame.time_s * 1000))
            if found.segmentation_masks:
                found.segmentation_masks[0].numpy_view()
            times_s.append(time.perf_counter() - start_s)
        took_s, busy_s = time.monotonic() - begin_s, time.process_time() - busy_s
    frames = len(times_s)
    return {"frame_s": float(np.median(times_s)), "fps": frames / took_s, "cpu_s": busy_s / frames}


class Screen:
    """Listens to the X server: the latest time at which something was drawn on it."""

    def __init__(self) -> None:
        self.drawn_s = 0.0
        self._x = ctypes.CDLL("libX11.so.6")
        damage = ctypes.CDLL("libXdamage.so.1")
        self._x.XOpenDisplay.restype = ctypes.c_void_p
        self._x.XDefaultRootWindow.restype = damage.XDamageCreate.restype = ctypes.c_ulong
        self._display = ctypes.c_void_p(self._x.XOpenDisplay(None))
        self._first, error = ctypes.c_int(), ctypes.c_int()
        damage.XDamageQueryExtension(self._display, ctypes.byref(self._first), ctypes.byref(error))
        root = ctypes.c_ulong(self._x.XDefaultRootWindow(self._display))
        damage.XDamageCreate(self._display, root, 0)  # every rectangle, as it is drawn
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        event = (ctypes.c_long * 24)()  # an XEvent; it begins with its type
        while True:
            self._x.XNextEvent(self._display, ctypes.byref(event))
            if ctypes.cast(event, ctypes.POINTER(ctypes.c_int))[0] == self._first.value:
                self.drawn_s = time.monotonic()


class Timed(Window):
    """Notes for every frame when it was shown, and how late; every second the memory."""

    def __init__(self) -> None:
        super().__init__(lambda _: None, lambda _: None, mirror=True, sound=False)
        self.shown_s: list[float] = []
        self.late_s: list[float] = []
        self.memory: list[tuple[float, int]] = []
        self.unseen = 0
        self._process = psutil.Process()
        self._server = Screen()

    def show(self, view: LiveView, shot: Shot) -> str:
        """Show it, and note."""
        begin_s = time.monotonic()
        key = super().show(view, shot)
        now_s = time.monotonic()
        drawn_s = self._server.drawn_s
        if drawn_s < begin_s:  # not told yet: the time at which it surely was asked to
            drawn_s, self.unseen = now_s, self.unseen + 1
        self.shown_s.append(drawn_s)
        self.late_s.append(drawn_s - shot.captured_s)
        if not self.memory or now_s - self.memory[-1][0] >= 1:
            whole = [self._process, *self._process.children(recursive=True)]
            self.memory.append((now_s, sum(one.memory_info().rss for one in whole)))
        return key


def live(clip: Path, out: Path) -> dict[str, object]:
    """The whole live session, the window included."""
    window = Timed()
    with Session(ensure(), Settings("deadlift", 0), out) as session, file_source(clip) as file:
        busy_s = time.process_time()
        play(file, session, window)
        busy_s = time.process_time() - busy_s
        helpers = psutil.Process().children(recursive=True)
        helped_s = sum(sum(one.cpu_times()[:2]) for one in helpers)
    shown_s = np.array(window.shown_s) - window.shown_s[0]
    late_s = np.array(window.late_s)
    at_s, memory = np.array(window.memory).T
    minute = (at_s - window.shown_s[0]) // 60
    counted = range(int(shown_s[-1] // 60))
    return {
        "median_s": float(np.median(late_s)),
        "p95_s": float(np.percentile(late_s, 95)),
        "fps": len(shown_s) / float(shown_s[-1]),
        "cpu_s": busy_s / len(shown_s),
        "analysis_cpu_s": helped_s / len(shown_s),
        "unseen": window.unseen / len(shown_s),
        "late_by_minute_s": [float(np.median(late_s[shown_s // 60 == m])) for m in counted],
        "memory_by_minute": [float(np.median(memory[minute == m])) for m in counted],
    }


def apart(part: str, clip: Path, out: Path) -> dict[str, object]:
    """One part in a process of its own."""
    command = [sys.executable, __file__, str(clip), "--part", part, "--out", str(out)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return dict(json.loads(done.stdout.splitlines()[-1]))


def report(before: dict, after: dict, measured: dict, minutes: float) -> str:  # type: ignore[type-arg]
    """The table."""
    bare_ms = [round(1000 * one["frame_s"]) for one in (before, after)]
    frame_s = (before["frame_s"] + after["frame_s"]) / 2
    fps = (before["fps"] + after["fps"]) / 2
    late, memory = measured["late_by_minute_s"], measured["memory_by_minute"]
    cpu_s = (before["cpu_s"] + after["cpu_s"]) / 2
    rows = [
        ("time to overlay, median / bare frame", measured["median_s"] / frame_s, "1.3"),
        ("time to overlay, 95th percentile / bare frame", measured["p95_s"] / frame_s, "2.5"),
        ("frames analysed a second / bare loop", measured["fps"] / fps, "0.9 or more"),
        ("processor time a frame / bare loop", measured["cpu_s"] / cpu_s, ""),
        ("the same of the analysis beside it", measured["analysis_cpu_s"] / cpu_s, ""),
    ]
    if len(late) > 2:
        rows += [
            ("last minute's latency / second minute's", late[-1] / late[1], "1 (no growth)"),
            ("last minute's memory / first minute's", memory[-1] / memory[0], "1.05"),
        ]
    return "\n".join(
        [
            "# Live: latency, rate, and whether they last",
            "",
            f"A 720p clip at 30 frames a second, looped for {minutes:g} minutes and played in real "
            f"time, with a window under Xvfb; {psutil.cpu_count()} cores, load average "
            f"{psutil.getloadavg()[2]:.1f}. The bare loop took "
            f"{bare_ms[0]} ms a frame before and {bare_ms[1]} ms after, and reached {fps:.1f} "
            f"frames a second; live reached {measured['fps']:.1f}. For {measured['unseen']:.1%} of "
            "the frames the server told too late that they were drawn; those count until then.",
            "",
            "| figure | value | target |",
            "|---|---|---|",
            *(f"| {name} | {value:.2f} | {target} |" for name, value, target in rows),
            "",
            "By minute, latency [ms] / memory [MiB]: "
            + ", ".join(
                f"{1000 * a:.0f} / {b / 2**20:.0f}" for a, b in zip(late, memory, strict=True)
            ),
        ]
    )


def main() -> None:
    """Run the benchmark, or one part of it."""
    parser = options(__doc__, "live.md")
    parser.add_argument("clip", type=Path, nargs="?", default=SAMPLE)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--part", choices=["bare", "live"], help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        with native_chatter_hidden(shown=False):
            found = (
                bare(arguments.clip)
                if arguments.part == "bare"
                else live(arguments.clip, arguments.out)
            )
        print(json.dumps(found))
        return
    with tempfile.TemporaryDirectory() as folder:
        clip = repeated(arguments.clip, 60 * arguments.minutes + 5, Path(folder) / "clip.mp4")
        before = apart("bare", clip, Path(folder))
        measured = apart("live", clip, Path(folder) / "results")
        after = apart("bare", clip, Path(folder))
    text = report(before, after, measured, arguments.minutes)
    arguments.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
