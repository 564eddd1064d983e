"""The live page in headless Chromium, a sample played as its camera."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from clipmaker import SAMPLES, run_ffmpeg
from commands import free_port, process, wait_for_port

from formcheck.video.reader import open_video

SAMPLE = SAMPLES / "deadlift-fatigue.mp4"

pytest.importorskip("uvicorn")


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, as Chromium takes it in place of a camera."""
    path = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    run_ffmpeg("-i", str(SAMPLE), "-an", "-c:v", "mjpeg", "-q:v", "4", str(path))
    return path


@pytest.fixture(scope="module")
def browser(camera: Path) -> Iterator[Any]:
    played = f"--use-file-for-fake-video-capture={camera}"
    fake = ("--use-fake-device-for-media-stream", "--use-fake-ui-for-media-stream", played)
    with chromium(*fake) as running:
        yield running


@pytest.fixture
def address(tmp_path: Path, pose_model: object) -> Iterator[str]:  # noqa: ARG001
    """A server of its own, ended as a person would."""
    port = free_port()
    out = tmp_path / "results"
    with process("formcheck", "serve", "--port", str(port), "-o", str(out)):
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}/"


def test_a_set_before_the_browsers_camera(browser: Any, address: str, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1180, "height": 1000})
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.select_option("#lift", "deadlift")
    page.click("#start")
    counted = "() => parseInt(document.getElementById('reps').textContent) >= 2"
    page.wait_for_function(counted, timeout=60_000)
    assert "deadlift" in page.locator("#status").inner_text()
    page.screenshot(path=tmp_path / "page.png")
    page.click("#start")
    page.wait_for_selector("#past a", timeout=60_000)
    (folder,) = (tmp_path / "results").glob("live-*")
    assert page.locator("#past a").first.inner_text() == folder.name
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    assert len(document["reps"]) >= 2
    assert document["source"]["width"] == 1280
    page.click("#past a")
    page.wait_for_selector("html[data-ready=true]", state="attached")
    assert errors == []
    page.close()


@pytest.mark.parametrize("width", [360, 1180])
def test_the_tick_of_the_neutral_has_its_word(browser: Any, address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    assert not page.locator("#own").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    for neutral_deg in (-60, -38, 0):
        page.evaluate(f"gauge({{neutral: {neutral_deg}, rounded: 10, angle: null}})")
        rail, tick, word = (
            page.locator(name).bounding_box() for name in ("#scale", "#neutral", "#own")
        )
        assert tick["x"] == pytest.approx(word["x"] + word["width"] / 2, abs=30)
        assert rail["x"] - 2 <= word["x"] <= rail["x"] + rail["width"] - word["width"] + 2
    page.evaluate("gauge({neutral: null, angle: null})")
    assert not page.locator("#own").is_visible()
    page.close()


def test_a_set_is_recorded_from_the_page(browser: Any, address: str, tmp_path: Path) -> None:
    page = browser.new_page(viewport={"width": 1180, "height": 1000})
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    page.select_option("#lift", "deadlift")
    assert page.locator("#record").get_attribute("aria-pressed") == "false"
    page.click("#start")
    status = "() => document.getElementById('status').textContent"
    page.wait_for_function(f"{status}.includes('fps')", timeout=60_000)
    assert "rec" not in page.locator("#status").inner_text()
    page.click("#record")
    page.wait_for_function(f"{status}.includes('● rec')", timeout=60_000)
    assert page.locator("#record").get_attribute("aria-pressed") == "true"
    assert page.locator("#notice").inner_text() == "Recording is on."
    counted = "() => parseInt(document.getElementById('reps').textContent) >= 2"
    page.wait_for_function(counted, timeout=60_000)
    page.screenshot(path=tmp_path / "recording.png")
    page.click("#start")
    page.wait_for_selector("#past a", timeout=60_000)
    (folder,) = (tmp_path / "results").glob("live-*")
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    with open_video(folder / f"{folder.name}.mp4") as film:
        assert sum(1 for _ in film) == document["source"]["frames"] > 30
    assert (folder / "annotated.mp4").is_file()
    page.click("#start")  # it stays switched on for the next session
    page.wait_for_function(f"{status}.includes('● rec')", timeout=60_000)
    page.close()


def test_a_clip_is_sent_from_the_page(browser: Any, address: str, tmp_path: Path) -> None:
    page = browser.new_page()
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    short = tmp_path / "a clip <b>.mp4"
    run_ffmpeg("-i", str(SAMPLE), "-t", "6", "-c", "copy", str(short))
    page.select_option("#lift", "deadlift")
    page.set_input_files("#clip", short)
    page.wait_for_selector("#sent a", timeout=90_000)
    assert len(list((tmp_path / "results").glob("*/report.html"))) == 1
    page.close()
