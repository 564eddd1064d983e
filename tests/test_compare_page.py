"""The page of two sets in a browser: the answer first, and both videos in step."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import run
from results import HOSTILE, analysed, written
from test_browser import Opened, browser  # noqa: F401 - the fixture


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A flat set, and a shorter one that was round, with their videos."""
    out = tmp_path_factory.mktemp("compared")
    for name, peaks in (("flat", (-20.0,) * 3), (HOSTILE, (20.0, 20.0))):
        home = out / ("one" if name == "flat" else "two")
        home.mkdir()
        written(analysed(peaks, name=name), home, video=True)
    file = out / "compare.html"
    result = run("compare", out / "one" / "clip", out / "two" / "clip", "--out", file)
    assert result.exit_code == 0, result.output
    return file


@pytest.fixture(params=[1280, 390])
def opened(request: pytest.FixtureRequest, browser: Any, page: Path) -> Iterator[Opened]:  # noqa: F811
    size = {"width": request.param, "height": 844}
    with Opened(browser, page, viewport=size, is_mobile=request.param < 500) as found:
        yield found
        assert found.errors == []
        assert all(url.startswith(("file:", "data:", "blob:")) for url in found.requests)


def times_s(opened: Opened) -> tuple[float, float]:
    first, second = opened.run("[0, 1].map(i => document.getElementById(`video-${i}`).currentTime)")
    return float(first), float(second)


def knots(opened: Opened) -> list[list[float]]:
    found: list[list[float]] = opened.run(
        "JSON.parse(document.getElementById('knots').textContent)"
    )
    return found


def test_the_answer_comes_first_and_nothing_is_cut_off(opened: Opened, page: Path) -> None:
    assert opened.page.locator("h1").inner_text().startswith("Beyond the minimal detectable change")
    assert opened.run("document.documentElement.scrollWidth") == opened.run("innerWidth")
    assert opened.page.locator(".chart .main-svg").first.is_visible()
    assert opened.page.locator(".chart").count() == 4
    tops = opened.run(
        "[...document.querySelectorAll('video')].map(v => v.getBoundingClientRect().top)"
    )
    assert tops[0] == pytest.approx(tops[1], abs=2)  # side by side, on a phone too
    heights = [opened.run(f"document.getElementById('set-{i}').layout.yaxis.range") for i in (0, 1)]
    assert heights[0] == heights[1]
    assert HOSTILE in opened.page.locator("main").inner_text()
    assert page.stat().st_size > 1_000_000  # the charts' script is in it


def test_the_same_repetition_is_shown_of_both(opened: Opened) -> None:
    lead, follow = knots(opened)
    assert len(lead) == len(follow) == 6  # as far as both go
    opened.page.locator("button[data-rep='2']").click()
    opened.wait_for(
        f"Math.abs(document.getElementById('video-1').currentTime - {follow[3]}) < 0.05"
    )
    assert times_s(opened)[0] == pytest.approx(lead[3], abs=0.05)
    # Half way from the start to the turn in one is half way in the other.
    opened.run(f"document.getElementById('video-0').currentTime = {(lead[3] + lead[4]) / 2}")
    middle = (follow[3] + follow[4]) / 2
    opened.wait_for(f"Math.abs(document.getElementById('video-1').currentTime - {middle}) < 0.05")
    current = opened.page.locator("button[data-rep][aria-current=true]").inner_text()
    assert current == "2"


def test_an_embedded_page_needs_no_other_file(
    browser: Any,  # noqa: F811
    page: Path,
    tmp_path: Path,
) -> None:
    home = page.parent
    alone = tmp_path / "alone.html"
    run("compare", home / "one" / "clip", home / "two" / "clip", "-o", alone, "--embed")
    with Opened(browser, alone) as opened:
        lead, follow = knots(opened)
        opened.wait_for(
            f"Math.abs(document.getElementById('video-1').currentTime - {follow[0]}) < 0.05"
        )
        assert [url for url in opened.requests if url.startswith("file")] == [alone.as_uri()]
        assert times_s(opened)[0] == pytest.approx(lead[0], abs=0.05)
