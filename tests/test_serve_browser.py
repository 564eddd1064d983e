"""The live page in headless Chromium, a sample played as its camera."""

from __future__ import annotations

import base64
import json
import os
import re
import subprocess
import sys
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from clipmaker import SAMPLES, run_ffmpeg
from commands import free_port, process, wait_for_port

from formcheck.video.reader import open_video

pytest.importorskip("uvicorn")
x509 = pytest.importorskip("cryptography.x509")

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: E402

from formcheck.serve.certificate import fingerprint_of, own_certificate  # noqa: E402
from formcheck.serve.network import own_addresses  # noqa: E402

SAMPLE = SAMPLES / "deadlift-fatigue.mp4"


@pytest.fixture(scope="module")
def camera(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sample, as Chromium takes it in place of a camera."""
    path = tmp_path_factory.mktemp("camera") / "camera.mjpeg"
    run_ffmpeg("-i", str(SAMPLE), "-an", "-c:v", "mjpeg", "-q:v", "4", str(path))
    return path


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What `formcheck serve --phone` finds in the user's data folder."""
    addresses = [address for address in own_addresses() if ":" not in address]
    return own_certificate(tmp_path_factory.mktemp("data") / "formcheck", addresses).path


@pytest.fixture(scope="module")
def browser(camera: Path, certificate: Path) -> Iterator[Any]:
    """Trusts, besides what every browser does, that one certificate and no other."""
    public = x509.load_pem_x509_certificate(certificate.read_bytes()).public_key()
    spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    trusted = base64.b64encode(sha256(spki).digest()).decode()
    with chromium(
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        f"--use-file-for-fake-video-capture={camera}",
        f"--ignore-certificate-errors-spki-list={trusted}",
    ) as running:
        yield running


@pytest.fixture
def address(tmp_path: Path, pose_model: object) -> Iterator[str]:  # noqa: ARG001
    """A server of its own, ended as a person would."""
    port = free_port()
    out = tmp_path / "results"
    with process("formcheck", "serve", "--port", str(port), "-o", str(out)):
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture(scope="module")
def any_address(tmp_path_factory: pytest.TempPathFactory, pose_model: object) -> Iterator[str]:  # noqa: ARG001
    """A server for tests that leave no results behind."""
    port = free_port()
    out = tmp_path_factory.mktemp("results")
    with process("formcheck", "serve", "--port", str(port), "-o", str(out)):
        wait_for_port(port)
        yield f"http://127.0.0.1:{port}/"


@pytest.fixture
def phone_link(tmp_path: Path, certificate: Path, pose_model: object) -> Iterator[str]:  # noqa: ARG001
    """The same for a phone: the address of this machine that is printed with its code."""
    if os.name != "posix" or not any(":" not in address for address in own_addresses()):
        pytest.skip("this machine is in no network")
    command = ["serve", "--phone", "--port", str(free_port()), "-o", str(tmp_path / "results")]
    with subprocess.Popen(
        [sys.executable, "-m", "formcheck", *command],
        env=os.environ | {"XDG_DATA_HOME": str(certificate.parents[1])},
        stderr=subprocess.PIPE,
        encoding="utf-8",
    ) as server:
        assert server.stderr is not None
        said = "".join(iter(server.stderr.readline, "Ctrl-C ends it.\n"))
        own = x509.load_pem_x509_certificate(certificate.read_bytes())
        assert fingerprint_of(own) in said
        link = re.search(r"https://(?!127)\S+", said)
        assert link is not None
        wait_for_port(int(link[0].split(":")[2].split("/")[0]))
        yield link[0]
        server.terminate()
        server.wait(60)


RECORD_SPEECH = """
    window.said = [];
    window.SpeechSynthesisUtterance = class { constructor(text) { this.text = text; } };
    window.voices = [
        { lang: "en-US", localService: false, default: true, name: "a maker's server" },
        { lang: "de-DE", localService: true, name: "the device, in German" },
        { lang: "en-GB", localService: true, name: "the device" },
    ];
    speechSynthesis.getVoices = () => voices;
    speechSynthesis.speak = (one) => {
        said.push(one.voice.name === "the device" ? one.text : one.voice.name);
        setTimeout(() => one.onend && one.onend(), 50);
    };
    speechSynthesis.cancel = () => said.push("");
"""


def opened(browser: Any, address: str, errors: list[str], **viewport: int) -> Any:
    page = browser.new_page(viewport=viewport or {"width": 1180, "height": 1000})
    page.add_init_script(RECORD_SPEECH)
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if said.type == "error" else None)
    page.goto(address)
    page.wait_for_selector("html[data-ready=true]", state="attached")
    return page


COUNTED = "() => parseInt(document.getElementById('reps').textContent) >= 2"


def test_a_set_on_a_phone_over_https(browser: Any, phone_link: str, tmp_path: Path) -> None:
    errors: list[str] = []
    page = opened(browser, phone_link, errors, width=390, height=844)
    assert page.url.startswith("https://")
    assert "token" not in page.url
    assert page.evaluate("isSecureContext && !!navigator.mediaDevices && !!navigator.wakeLock")
    page.wait_for_function("() => document.querySelector('#phone img')?.naturalWidth > 100")
    page.select_option("#lift", "deadlift")
    page.click("#start")
    page.wait_for_function(COUNTED, timeout=60_000)
    assert "deadlift" in page.locator("#status").inner_text()
    assert page.evaluate("!!awake")
    page.click("#start")
    page.wait_for_selector("#session a", timeout=60_000)
    (folder,) = (tmp_path / "results").glob("live-*")
    assert folder.name in page.locator("#more").inner_text()
    said = page.evaluate("said")
    counts = [int(words) for words in said if words.isdecimal()]
    assert counts == sorted(set(counts)) != []
    document = json.loads((folder / "analysis.json").read_text(encoding="utf-8"))
    assert len(document["reps"]) >= 2
    assert document["source"]["width"] == 1280
    row = page.locator("#session li").inner_text()
    assert f"Set 1: {len(document['reps'])} reps" in row
    assert "score" in row or "not scored" in row
    assert page.locator("#past a").first.inner_text() == folder.name
    page.click("#past a")
    page.wait_for_selector("html[data-ready=true]", state="attached")
    assert errors == []
    page.close()


def test_a_closed_tab_keeps_the_set(browser: Any, address: str, tmp_path: Path) -> None:
    page = opened(browser, address, [])
    page.select_option("#lift", "deadlift")
    page.click("#start")
    page.wait_for_function(COUNTED, timeout=60_000)
    page.close(run_before_unload=False)
    page = opened(browser, address, [])
    until_s = time.monotonic() + 60
    while not page.evaluate("asked('api/results')") and time.monotonic() < until_s:
        page.wait_for_timeout(250)
    (folder,) = (tmp_path / "results").glob("live-*")
    assert (folder / "report.html").is_file()
    page.close()


def test_a_broken_connection_is_told_and_mended(browser: Any, any_address: str) -> None:
    page = opened(browser, any_address, [])
    page.click("#start")
    page.wait_for_function("() => document.getElementById('status').textContent.includes('fps')")
    page.route("**/picture", lambda route: route.abort())
    page.wait_for_function("() => document.getElementById('line').textContent.includes('lost')")
    assert "kept" in page.locator("#more").inner_text()
    page.unroute("**/picture")
    page.wait_for_function(
        "() => document.getElementById('notice').textContent === 'Connected again.'"
    )
    page.click("#start")
    page.close()


SHOWN = {
    "line": "Rep 12: Upper back rounding",
    "more": "Shoulder blades down and back",
    "colour": "rgb(255,176,0)",
    "status": "set 1   squat   14 of 30 fps",
    "ready": True,
    "set": 1,
    "reps": 12,
    "events": [],
    "angle": -38.2,
    "doubt": 5.0,
    "neutral": -30.0,
    "arched": -45.0,
    "most": 12.0,
    "tempo": "2.1 s down, 1.0 s up",
    "tint": "rgb(1,2,3)",
    "depth": {"step": "level", "words": "Parallel", "more": "within 5\u00b0"},
    "cues": [
        {"code": "a", "words": "Upper back rounding", "severity": "stop", "change": "Brace first"}
    ],
}
CUT_OFF = """() => [...document.querySelectorAll(
    "#start, #next, #reps, #last, #last-more, #angle, #tempo, #word, #line, #more, #status")]
    .filter((one) => {
        const box = one.getBoundingClientRect();
        return !box.width || box.left < 0 || box.top < 0 || box.right > innerWidth + 1
            || box.bottom > innerHeight + 1 || one.scrollWidth > one.clientWidth + 1;
    }).map((one) => one.id)"""


@pytest.mark.parametrize("size", [(1280, 800), (1024, 768), (390, 844)])
def test_what_matters_is_seen_from_afar_without_scrolling(
    browser: Any, any_address: str, size: tuple[int, int], tmp_path: Path
) -> None:
    errors: list[str] = []
    page = opened(browser, any_address, errors, width=size[0], height=size[1])
    steps = page.locator("#steps li").last.bounding_box()
    assert steps["y"] + steps["height"] <= page.locator("#line").bounding_box()["y"]
    assert page.locator("#steps").evaluate("(one) => one.scrollHeight <= one.clientHeight")
    page.evaluate("phase(true)")
    page.evaluate("(shown) => write(shown)", SHOWN)
    page.screenshot(path=tmp_path / "page.png")
    assert page.evaluate(CUT_OFF) == []
    sizes = page.evaluate(
        "['#reps', '#last', '#word'].map((one) => getComputedStyle(document.querySelector(one))"
        ".fontSize)"
    )
    assert len(set(sizes)) == 1
    assert page.evaluate("scrollY") == 0
    assert errors == []
    page.close()


def test_one_voice_speaks_faults_before_counts_and_quiet_is_quiet(
    browser: Any, any_address: str
) -> None:
    page = opened(browser, any_address, [])
    page.evaluate("speak('1', COUNT); speak('2', COUNT); speak('Ready', OTHER); speak('3', COUNT)")
    page.wait_for_timeout(150)
    assert page.evaluate("said.splice(0)") == ["1", "3"]  # the latest count, and nothing lesser
    page.evaluate("speak('4', COUNT); speak('Back rounding', FAULT); speak('5', COUNT)")
    page.wait_for_timeout(150)
    said = page.evaluate("said.splice(0)")
    assert said == ["4", "", "Back rounding", "5"]  # "" is where the count was cut short
    page.evaluate("voices.splice(1); speak('Back rounding', FAULT)")
    assert page.evaluate("said") == []  # nothing is sent to a server to be spoken
    page.evaluate("voices.push({ lang: 'en-GB', localService: true, name: 'the device' })")
    page.click("#options summary")
    page.select_option("#sound", "quiet")
    page.evaluate("said.splice(0); speak('Back rounding', FAULT)")
    assert page.evaluate("said") == []
    page.close()


@pytest.mark.parametrize("width", [360, 1180])
def test_the_tick_of_the_neutral_has_its_word(browser: Any, any_address: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(any_address)
    page.evaluate("phase(true)")
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
    page.click("#options summary")
    page.click("#record")
    page.wait_for_function(f"{status}.includes('● rec')", timeout=60_000)
    assert page.locator("#record").get_attribute("aria-pressed") == "true"
    assert page.locator("#notice").inner_text() == "Recording is on."
    page.wait_for_function(COUNTED, timeout=60_000)
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
    run_ffmpeg("-i", str(SAMPLE), "-t", "3", "-c", "copy", str(short))
    page.select_option("#lift", "deadlift")
    page.set_input_files("#clip", short)
    page.wait_for_selector("#sent a", timeout=90_000)
    assert len(list((tmp_path / "results").glob("*/report.html"))) == 1
    page.close()
