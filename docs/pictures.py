"""Draw the pictures of the filming guide, of a batch's index and of the live page.

    python docs/pictures.py [moving] [filming] [index] [live-page]

Every clip is rendered by `lifter`, or one of samples/, and really analysed; what stands
under a picture is what formcheck said. The pages need Chromium (apt-get install chromium).
"""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import matplotlib.pyplot as plt
import numpy as np
from imageio_ffmpeg import get_ffmpeg_exe
from matplotlib.patches import Circle, Wedge
from numpy.typing import NDArray
from PIL import Image
from playwright.sync_api import Browser, Error, Page, Playwright, sync_playwright

import formcheck
from formcheck import SetAnalysis
from formcheck.annotate.back import drawn_back
from formcheck.video.reader import open_video
from lifter.clip import write_clip
from lifter.params import Body, Camera, Clothes, SetPlan, Take

DOCS = Path(__file__).parent
SAMPLES = DOCS.parent / "samples"
JPEG: dict[str, Any] = {"dpi": 100, "pil_kwargs": {"quality": 82}}

_REPS = 2
GOOD = Take(
    name="good",
    body=Body(skin_seed=3),
    clothes=Clothes(ease=0.05, length=0.1),
    plan=SetPlan(
        far_lumbar_deg=(-6.0, 16.0),
        concentric_s=(1.1,) * _REPS,
        eccentric_s=(1.1,) * _REPS,
        plate_radius_m=0.20,
    ),
    camera=Camera(distance_m=3.6, focal_mm=40, width_px=960, height_px=720, fps=20, noise=0.7),
)


@dataclass(frozen=True)
class Way:
    """A way to film, its name, and the share of the clip at which its picture is taken."""

    take: Take
    title: str
    share: float = 0.84


def _filmed(name: str, title: str, camera: Camera) -> Way:
    return Way(replace(GOOD, name=name, camera=camera), title)


WAYS = (
    Way(GOOD, "From the side, whole body, fitted shirt"),
    _filmed("turned", "Turned by 50°", replace(GOOD.camera, yaw_deg=50.0)),
    _filmed("front", "From the front", replace(GOOD.camera, yaw_deg=86.0)),
    Way(
        replace(GOOD, name="loose", clothes=Clothes(ease=1.0, length=1.0)),
        "A loose shirt over the hollow of the back",
    ),
    Way(
        replace(
            GOOD,
            name="bar",
            clothes=replace(GOOD.clothes, top="tank"),
            plan=replace(GOOD.plan, lift="squat", far_lumbar_deg=(-20.0, -12.0)),
            camera=replace(GOOD.camera, height_m=0.8),
        ),
        "A bar on the back: elbows and plates cover it",
        0.36,
    ),
    _filmed("near", "Too near: the feet leave the picture", replace(GOOD.camera, distance_m=1.5)),
)


def draw_filming(out: Path = DOCS) -> None:
    """Where the phone stands, and what comes of ways to film."""
    _draw_plan(out / "filming-where.jpg")
    figure, axes = plt.subplots(2, 3, figsize=(12.6, 8.0), layout="constrained")
    with tempfile.TemporaryDirectory() as folder:
        for way, one in zip(WAYS, axes.flat, strict=True):
            clip = write_clip(way.take, Path(folder)).video
            analysis = formcheck.analyze(clip, way.take.plan.lift)
            one.imshow(_still(clip, analysis, way.share))
            one.set_title(way.title, fontsize=11, fontweight="bold")
            one.set_xlabel(_said(analysis, way.take), fontsize=10)
            one.set(xticks=[], yticks=[])
    figure.savefig(out / "filming-ways.jpg", **JPEG)
    plt.close(figure)


def _still(clip: Path, analysis: SetAnalysis, share: float) -> NDArray[np.uint8]:
    """A frame of the clip with the measured back, if there is one."""
    at = int(share * len(analysis.track))
    with open_video(clip) as video:
        picture = next(f.image for f in video if f.index == analysis.track.frame[at]).copy()
    back = drawn_back(analysis, at)
    if back:
        back.draw(picture, 1.0)
    return picture


def _said(analysis: SetAnalysis, take: Take) -> str:
    """What formcheck said of the flexion from standing, and what was true of the bone."""
    codes = " ".join(reason.code for reason in analysis.reasons)
    if not analysis.measured:
        return f"not measured: {codes}"
    neutral = analysis.neutral
    peaks = [
        f"{rep.peak_deg - neutral.lumbar_deg:.0f}° "
        f"±{neutral.flexion_uncertainty_deg(rep.peak_deg, rep.uncertainty_deg):.0f}"
        for rep in analysis.reps
        if rep.measured
    ]
    count = f" ({len(peaks)} of {len(analysis.reps)})" if len(peaks) < len(analysis.reps) else ""
    true = ", ".join(f"{at + take.body.lordosis_deg:.0f}°" for at in take.plan.far_lumbar_deg)
    said = f"flexed from standing: {', '.join(peaks)}{count}\ntrue (bone): {true}"
    return f"{said}\n{codes}" if codes else said


def _draw_plan(path: Path) -> None:
    """The place of the phone from above and from the side."""
    figure, (above, beside) = plt.subplots(1, 2, figsize=(11.0, 4.4), layout="constrained")
    for off, colour in ((25, "#fde2c4"), (15, "#cfe8cf")):
        above.add_patch(Wedge((0, 0), 4.6, 270 - off, 270 + off, color=colour, zorder=0))
    above.add_patch(Circle((0, 0), 0.25, color="#1f2937"))
    above.arrow(0, 0, 0.9, 0, width=0.06, color="#1f2937")
    above.text(1.35, 0.0, "the way the lifter looks", va="center")
    above.plot(0, -3.5, "s", color="#0369a1", markersize=14)
    above.text(0, -4.0, "phone, 3 to 4 m", ha="center", color="#0369a1")
    above.text(2.2, -3.9, "15 to 25° off:\nless sure", va="center", color="#9a3412")
    above.text(2.2, -2.2, "further:\nrefused", va="center")
    beside.plot([0, 0], [0.0, 1.75], color="#1f2937", linewidth=10, solid_capstyle="round")
    beside.plot([3.5, 3.5], [0.0, 0.95], color="#64748b", linewidth=2)
    beside.plot(3.5, 0.95, "s", color="#0369a1", markersize=14)
    for height_m in (-0.12, 1.98):
        beside.plot([3.5, 0], [0.95, height_m], "--", color="#0369a1", linewidth=1)
    beside.text(3.75, 0.95, "lens at hip\nheight, level", va="center", color="#0369a1")
    beside.text(0.15, 2.1, "room above the head,\nand above the hands in a press")
    beside.axhline(0, color="#94a3b8")
    above.set(xlim=(-2.4, 4.6), ylim=(-4.8, 0.8), title="from above")
    beside.set(xlim=(-0.6, 5.3), ylim=(-0.3, 2.9), title="from in front of the lifter")
    for axes in (above, beside):
        axes.set_aspect("equal")
        axes.axis("off")
    figure.savefig(path, **JPEG)
    plt.close(figure)


# Who lifted what when: a season of samples, so that the index and the history have something.
SEASON = (
    ("deadlift-steady", "Ann", "100", "2026-03-02"),
    ("deadlift-fatigue", "Bo", "140", "2026-03-02"),
    ("squat", "Ann", "0", "2026-03-05"),
    ("squat-barbell", "Bo", "80", "2026-03-05"),
    ("overhead-press", "Cy", "40", "2026-03-05"),
    ("sit-up", "Cy", "", "2026-03-09"),
    ("deadlift-front", "Cy", "110", "2026-03-09"),
)


def draw_index(out: Path = DOCS) -> None:
    """The index page of a batch of samples."""
    with tempfile.TemporaryDirectory() as folder:
        listed = Path(folder) / "season.csv"
        with listed.open("w", encoding="utf-8", newline="") as file:
            rows = csv.writer(file)
            rows.writerow(("path", "athlete", "load", "date"))
            rows.writerows((SAMPLES / f"{name}.mp4", *told) for name, *told in SEASON)
        command = [sys.executable, "-m", "formcheck", "batch", str(listed), "--no-video"]
        subprocess.run([*command, "--out", f"{folder}/season"], check=True)
        _photograph(Path(folder) / "season" / "index.html", out / "batch-index.jpg")


def draw_live_page(out: Path = DOCS) -> None:
    """The page of `formcheck serve` during a set, a sample played as its camera."""
    with tempfile.TemporaryDirectory() as folder:
        camera = Path(folder) / "camera.mjpeg"
        clip = str(SAMPLES / "deadlift-fatigue.mp4")
        convert = ["-i", clip, "-an", "-c:v", "mjpeg", "-q:v", "4", str(camera)]
        subprocess.run([get_ffmpeg_exe(), "-v", "error", *convert], check=True)
        serve = [sys.executable, "-m", "formcheck", "serve", "--port", "8798", "-o", folder]
        with subprocess.Popen(serve) as server, sync_playwright() as playwright:
            fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream")
            browser = _browser(playwright, *fake, f"--use-file-for-fake-video-capture={camera}")
            page = browser.new_page(viewport={"width": 1180, "height": 960})
            _open(page, "http://127.0.0.1:8798/")
            page.select_option("#lift", "deadlift")
            page.click("#start")
            counted = "() => parseInt(document.getElementById('reps').textContent) >= 7"
            page.wait_for_function(counted, timeout=120_000)
            page.screenshot(path=out / "live-page.jpg", type="jpeg", quality=80)
            browser.close()
            server.terminate()


def _open(page: Page, address: str) -> None:
    """Wait for a server that is just starting."""
    for _ in range(60):
        try:
            page.goto(address)
        except Error:
            time.sleep(0.5)
        else:
            return
    sys.exit(f"{address} does not answer")


def _photograph(page_file: Path, path: Path) -> None:
    with sync_playwright() as playwright:
        browser = _browser(playwright)
        page = browser.new_page(viewport={"width": 1400, "height": 900})
        page.goto(page_file.as_uri())
        page.wait_for_load_state("load")
        page.wait_for_timeout(500)
        page.screenshot(path=path, type="jpeg", quality=80)
        browser.close()


def _browser(playwright: Playwright, *flags: str) -> Browser:
    chromium = shutil.which("chromium") or sys.exit("no Chromium: apt-get install chromium")
    return playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", *flags])


# Two repetitions of the sample that breaks down, one after the other.
_MOVING_S = ((4.6, 6.9), (15.6, 19.0))
_MOVING_PX, _MOVING_FPS = 420, 8


def draw_moving(out: Path = DOCS) -> None:
    """A fresh and a tired repetition of the annotated video, small and without an end."""
    with tempfile.TemporaryDirectory() as folder:
        clip = SAMPLES / "deadlift-fatigue.mp4"
        command = [sys.executable, "-m", "formcheck", "analyze", str(clip), "-q", "-o", folder]
        subprocess.run(command, check=True)
        moments = "+".join(f"between(t,{start_s},{end_s})" for start_s, end_s in _MOVING_S)
        look = f"select='{moments}',fps={_MOVING_FPS},scale={_MOVING_PX}:-2"
        stills = str(Path(folder) / "%03d.png")
        video = str(Path(folder) / clip.stem / "annotated.mp4")
        subprocess.run(
            [get_ffmpeg_exe(), "-v", "error", "-i", video, "-vf", look, stills], check=True
        )
        first, *rest = (Image.open(path) for path in sorted(Path(folder).glob("*.png")))
        first.save(
            out / "moving.webp",
            save_all=True,
            append_images=rest,
            duration=1000 // _MOVING_FPS,
            loop=0,
            quality=55,
            method=6,
        )


PICTURES: dict[str, Callable[[], None]] = {
    "moving": draw_moving,
    "filming": draw_filming,
    "index": draw_index,
    "live-page": draw_live_page,
}


def main(wanted: Sequence[str]) -> None:
    """Draw what is wanted, or everything."""
    for name in wanted or PICTURES:
        PICTURES[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
