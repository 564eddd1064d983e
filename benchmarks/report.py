"""The report of two samples: its pictures for docs/, its weight, and how soon it is there.

    python benchmarks/report.py [--docs docs] [--out benchmarks/report.md]

Needs Chromium (apt-get install chromium) and the development extra. Everything is
opened from the disk, with the network off.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import psutil
from common.script import FORMCHECK, ROOT, SAMPLES, options
from playwright.sync_api import sync_playwright

from formcheck.report import REPORT_NAME
from formcheck.results.folder import VIDEO_NAME

PICTURES = {"deadlift-fatigue": "report", "deadlift-front": "report-refused"}
FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking"]
DESKTOP = {"viewport": {"width": 1180, "height": 980}}
PHONE = {
    "viewport": {"width": 390, "height": 844},
    "device_scale_factor": 2,
    "is_mobile": True,
    "has_touch": True,
}
PHONE_SCREENS = 4
OPENINGS = 5


def analyse(name: str, out: Path) -> Path:
    """The folder of a sample's result."""
    clip = SAMPLES / f"{name}.mp4"
    command = [*FORMCHECK, "analyze", str(clip), "-e", "deadlift", "-q"]
    done = subprocess.run([*command, "--force", "--out", str(out)], check=False)
    if done.returncode not in (0, 3):
        sys.exit(f"analyze failed with {done.returncode}")
    return out / name


def opened(browser: Any, page_file: Path, **context: Any) -> tuple[Any, float]:
    """A page with its charts drawn, and how many seconds that took."""
    window = browser.new_context(**context)
    window.set_offline(True)
    page = window.new_page()
    start = time.perf_counter()
    page.goto(page_file.as_uri())
    page.wait_for_selector("html[data-ready=true]", state="attached")
    return page, time.perf_counter() - start


def show_finding(page: Any) -> None:
    """Move the video to where the last finding is seen."""
    buttons = page.locator(".finding button")
    if buttons.count():
        buttons.last.click()
        page.wait_for_timeout(1500)
        page.evaluate("scrollTo(0, 0)")
        page.mouse.move(5, 5)
    page.wait_for_timeout(1500)


def photograph(browser: Any, page_file: Path, docs: Path, name: str, scheme: str) -> None:
    """The top of the page on a desktop, and its charts if it has any."""
    page, _ = opened(browser, page_file, color_scheme=scheme, **DESKTOP)
    show_finding(page)
    page.screenshot(path=docs / f"{name}.jpg", type="jpeg", quality=80)
    charts = page.locator("section:has(.chart)")
    if charts.count():
        page.set_viewport_size({"width": 1180, "height": 1120})
        charts.first.evaluate("node => scrollTo(0, node.offsetTop - 16)")
        page.wait_for_timeout(800)
        page.screenshot(path=docs / f"{name}-charts.jpg", type="jpeg", quality=80)
    page.context.close()


def photograph_phone(browser: Any, page_file: Path, path: Path) -> None:
    """All of the page on a phone, as far as `PHONE_SCREENS` go."""
    page, _ = opened(browser, page_file, **PHONE)
    show_finding(page)
    picture = cv2.imdecode(np.frombuffer(page.screenshot(full_page=True), np.uint8), 1)
    assert picture is not None
    write_phone(np.asarray(picture, np.uint8), path)
    page.context.close()


def write_phone(picture: np.ndarray[Any, np.dtype[np.uint8]], path: Path) -> None:
    """The first screens of the phone, side by side."""
    height = 2 * PHONE["viewport"]["height"]  # type: ignore[index]
    shown = picture[: PHONE_SCREENS * height]
    shown = np.pad(shown, ((0, -len(shown) % height), (0, 24), (0, 0)), constant_values=200)
    columns = np.hstack(np.split(shown, len(shown) // height))
    half = cv2.resize(columns, None, fx=0.6, fy=0.6, interpolation=cv2.INTER_AREA)
    cv2.imwrite(str(path), half, [cv2.IMWRITE_JPEG_QUALITY, 80])


def still(video: Path, share: float, path: Path) -> None:
    """One frame of the annotated video."""
    capture = cv2.VideoCapture(str(video))
    capture.set(cv2.CAP_PROP_POS_FRAMES, int(share * capture.get(cv2.CAP_PROP_FRAME_COUNT)))
    picture = capture.read()[1]
    cv2.imwrite(str(path), picture, [cv2.IMWRITE_JPEG_QUALITY, 80])


def main() -> None:
    """Make the pictures and the table."""
    parser = options(__doc__, "report.md")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    arguments = parser.parse_args()
    chromium = shutil.which("chromium") or sys.exit("no Chromium: apt-get install chromium")
    rows = []
    load = psutil.getloadavg()[0]
    with tempfile.TemporaryDirectory() as out, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        for sample, stem in PICTURES.items():
            folder = analyse(sample, Path(out))
            page_file = folder / REPORT_NAME
            times_s = []
            for _ in range(OPENINGS):
                page, seconds = opened(browser, page_file, **DESKTOP)
                times_s.append(seconds)
                page.context.close()
            photograph(browser, page_file, arguments.docs, stem, "light")
            megabytes = page_file.stat().st_size / 1e6
            rows.append(f"| {sample} | {megabytes:.2f} | {min(times_s):.2f} |")
        page_file = Path(out) / "deadlift-fatigue" / REPORT_NAME
        photograph(browser, page_file, arguments.docs, "report-dark", "dark")
        photograph_phone(browser, page_file, arguments.docs / "report-phone.jpg")
        still(Path(out) / "deadlift-fatigue" / VIDEO_NAME, 0.9, arguments.docs / "annotated.jpg")
        browser.close()
    text = "\n".join(
        [
            "# The report's weight, and how soon it is there",
            "",
            "From opening the file to all charts drawn, in headless Chromium, the best of "
            f"{OPENINGS}; {psutil.cpu_count()} cores, on which others ran {load:.0f} processes.",
            "",
            "| sample | page without the video [MB], target 6 | ready [s], target 2 |",
            "|---|---|---|",
            *rows,
        ]
    )
    arguments.out.write_text(text + "\n", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
