"""The report in a real browser: headless Chromium, from the disk, offline."""

from __future__ import annotations

import itertools
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from chromium import chromium
from results import BREAKDOWN, HOSTILE, analysed, breakdown, held, refused, written

from formcheck.report import PLOTLY_NAME, write_plotly, write_report


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with chromium() as running:
        yield running


@pytest.fixture(scope="module")
def broken_down(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The page of a set that broke down, with its video, under a hostile name."""
    folder = written(
        analysed(BREAKDOWN, name=HOSTILE),
        tmp_path_factory.mktemp("breakdown"),
        breakdown,
        video=True,
    )
    return write_report(folder)


class Opened:
    """A page that is ready, and what it did on its way there."""

    def __init__(self, browser: Any, file: Path, **context: Any) -> None:
        self.context = browser.new_context(**context)
        self.context.set_offline(True)
        self.page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", lambda message: self.errors.append(message.text))
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.goto(file.as_uri())
        self.page.wait_for_selector("html[data-ready=true]", state="attached", timeout=30_000)

    def __enter__(self) -> Opened:
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()

    def run(self, script: str) -> Any:
        return self.page.evaluate(script)

    def video_time_s(self) -> float:
        return float(self.run("document.getElementById('video').currentTime"))

    def wait_for(self, script: str) -> None:
        """Ask until it is true; the page's own policy forbids to wait inside it."""
        for _ in range(100):
            if self.run(script):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"never true: {script}")

    def wait_for_video(self, time_s: float) -> None:
        self.wait_for(f"Math.abs(document.getElementById('video').currentTime - {time_s}) < 0.02")


SHADES = "document.getElementById('angle-chart').layout.shapes.filter(s => /^rep/.test(s.name))"
# In the window [px], and its time in the clip [s].
WHERE_REP_6_IS = """(() => {
    const chart = document.getElementById('set-chart');
    const peaks = chart.data.find(trace => trace.name === 'most flexed');
    const box = chart.getBoundingClientRect(), {xaxis, yaxis} = chart._fullLayout;
    return [
        box.left + xaxis._offset + xaxis.l2p(peaks.x[5]),
        box.top + yaxis._offset + yaxis.l2p(peaks.y[5]),
        peaks.customdata[5][0],
    ];
})()"""


def drawn_reps(opened: Opened) -> tuple[int, int]:
    """Repetitions shaded in the angle's chart, and points of the peaks in the set's."""
    shades = opened.run(f"{SHADES}.length")
    points = opened.page.locator("#set-chart .scatterlayer .trace").filter(
        has=opened.page.locator(".errorbar")
    )
    return shades, points.first.locator(".points path").count()


def test_a_breakdown_is_shown_with_all_its_charts(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down) as opened:
        assert opened.errors == []
        assert drawn_reps(opened) == (len(BREAKDOWN), len(BREAKDOWN))
        verdict = opened.page.locator("h1").inner_text()
        assert verdict.startswith("Your lower back clearly rounded in ")
        assert "rep 5 on" in opened.page.locator("main").inner_text()
        assert "form gives way" in opened.page.locator("#set-chart").inner_html()
        assert opened.page.locator(".pictures img").count() == 2
        widths = opened.run("[...document.images].map(image => image.naturalWidth)")
        assert widths == [560, 560]
        assert "Rounding began early" in opened.page.locator("main").inner_text()


def test_nothing_leaves_the_page(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down) as opened:
        opened.page.locator("button[data-rep='2']").first.click()
        opened.wait_for_video(
            float(opened.page.locator("button[data-rep='2']").first.get_attribute("data-time"))
        )
        here = broken_down.parent.as_uri()
        assert {url for url in opened.requests if not url.startswith(("data:", "blob:"))} == {
            broken_down.as_uri(),
            f"{here}/annotated.mp4",
        }


@pytest.mark.parametrize("place", [".film .jump button", "#reps button", ".finding button"])
def test_a_click_moves_the_video(browser: Any, broken_down: Path, place: str) -> None:
    with Opened(browser, broken_down) as opened:
        button = opened.page.locator(place).last
        time_s = float(button.get_attribute("data-time"))
        assert time_s > 1
        button.click()
        opened.wait_for_video(time_s)


def test_the_video_opens_on_the_worst_repetition(browser: Any, broken_down: Path) -> None:
    worst = json.loads((broken_down.parent / "analysis.json").read_text("utf-8"))["reps"][-1]
    with Opened(browser, broken_down) as opened:
        video = opened.page.locator("#video")
        opened.wait_for_video(worst["peak_s"])
        assert video.get_attribute("poster").startswith("data:image/jpeg;base64,")
        opened.run("document.getElementById('video').muted = true")
        # Where it jumped to stays to be seen, on however slow a machine.
        stop = "document.getElementById('video').addEventListener('seeked', e => e.target.pause())"
        opened.run(stop)
        opened.run("document.getElementById('video').play()")
        now = "document.getElementById('video').currentTime"
        opened.wait_for(f"{now} < {worst['peak_s']} && {now} >= {worst['start_s']}")


def test_the_keyboard_moves_the_video(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down) as opened:
        button = opened.page.locator("#reps button").nth(3)
        button.focus()
        opened.page.keyboard.press("Enter")
        opened.wait_for_video(float(button.get_attribute("data-time")))
        assert button.get_attribute("aria-label") == "Play repetition 4"


def test_a_click_on_a_point_of_a_chart_moves_the_video(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down) as opened:
        opened.page.locator("#set-chart").scroll_into_view_if_needed()
        at = opened.run(WHERE_REP_6_IS)
        opened.page.mouse.move(at[0], at[1])
        opened.page.wait_for_selector("#set-chart .hovertext")
        assert "rep 6" in opened.page.locator("#set-chart .hovertext").first.text_content()
        opened.page.mouse.click(at[0], at[1])
        opened.wait_for_video(at[2])


def test_a_hostile_name_stays_text(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down) as opened:
        assert opened.page.title() == f"{HOSTILE}: formcheck"
        assert HOSTILE in opened.page.locator("header").inner_text()
        assert opened.page.locator("img[src=x]").count() == 0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_phone_does_not_scroll_sideways(browser: Any, broken_down: Path, scheme: str) -> None:
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}
    with Opened(browser, broken_down, color_scheme=scheme, **phone) as opened:
        assert opened.errors == []
        assert opened.run("document.documentElement.scrollWidth") == 390
        assert drawn_reps(opened)[0] == len(BREAKDOWN)
        for box in opened.run("[...document.querySelectorAll('.chart')].map(c => c.scrollWidth)"):
            assert box <= 390


BOXES = """(selector) => [...document.querySelectorAll(selector)].map((one) => {
    const box = one.getBoundingClientRect();
    return [box.left, box.top, box.right, box.bottom];
})"""


def apart(one: list[float], other: list[float]) -> bool:
    across = one[2] <= other[0] or other[2] <= one[0]
    return across or one[3] <= other[1] or other[3] <= one[1]


def test_words_in_the_charts_and_their_toolbar_never_overlap(
    browser: Any, broken_down: Path
) -> None:
    with Opened(browser, broken_down) as opened:
        for width, scheme in ((1280, "light"), (768, "dark"), (390, "light")):
            opened.page.emulate_media(color_scheme=scheme)
            opened.page.set_viewport_size({"width": width, "height": 900})
            opened.wait_for(
                "[...document.querySelectorAll('.chart')].every(one =>"
                " Math.abs(one._fullLayout.width - one.clientWidth) < 2)"
            )
            words = opened.page.evaluate(BOXES, "#angle-chart .annotation-text-g")
            assert len(words) == len(BREAKDOWN) + 3
            assert all(apart(*pair) for pair in itertools.combinations(words, 2)), width
            for chart in ("#angle-chart", "#set-chart"):
                [bar] = opened.page.evaluate(BOXES, f"{chart} .modebar")
                for inside in (".annotation-text-g", ".legend", ".plot"):
                    boxes = opened.page.evaluate(BOXES, f"{chart} {inside}")
                    assert all(apart(bar, box) for box in boxes), (width, chart, inside)


def test_the_colours_follow_the_scheme(browser: Any, broken_down: Path) -> None:
    line = "document.getElementById('angle-chart').data[1].line.color"
    with Opened(browser, broken_down, color_scheme="light") as opened:
        light = opened.run(line)
        opened.page.emulate_media(color_scheme="dark")
        opened.wait_for(f"{line} !== '{light}'")
        dark = opened.run(line)
    assert (light, dark) == ("#16191f", "#eceff4")


def test_it_prints(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down, color_scheme="dark") as opened:
        pdf = opened.page.pdf()
        assert pdf.startswith(b"%PDF")
        assert 2 <= pdf.count(b"/Type /Page\n") <= 6
        opened.run("dispatchEvent(new Event('beforeprint'))")
        opened.page.emulate_media(media="print")
        assert not opened.page.locator("video").is_visible()
        opened.page.set_viewport_size({"width": 690, "height": 900})  # A4 without its margins
        assert opened.run("document.documentElement.scrollWidth") == 690
        assert opened.page.locator(".reps thead").is_visible()
        assert opened.run("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
        ink = opened.run("document.getElementById('angle-chart').data[1].line.color")
        assert ink == "#16191f"


def test_a_held_set_says_so_and_flags_nothing(browser: Any, tmp_path: Path) -> None:
    page = write_report(written(analysed((-20.0,) * 5), tmp_path, held))
    with Opened(browser, page) as opened:
        assert opened.errors == []
        assert drawn_reps(opened) == (5, 5)
        assert opened.page.locator(".finding").count() == 0
        text = opened.page.locator("header").inner_text()
        assert "form held" in text
        assert "No fault found" in text
        assert opened.page.locator("video").count() == 0


def test_a_refused_set_says_what_to_change_and_draws_it(browser: Any, tmp_path: Path) -> None:
    page = write_report(written(refused(), tmp_path))
    with Opened(browser, page) as opened:
        assert opened.errors == []
        assert opened.page.locator("h1").inner_text().startswith("Measured: deadlift, 2 rep")
        why = opened.page.locator("header .lede").first.inner_text()
        assert why.startswith("Not measured: The camera looks")
        assert opened.page.locator(".chart").count() == 0
        drawing = opened.page.locator("svg[aria-label*='three metres']")
        assert drawing.is_visible()
        assert "hip height" in opened.page.locator("#unseen-title + ul").inner_text()
        assert opened.page.locator("#reps tbody tr").count() == 2


def test_an_embedded_video_plays_from_the_one_file(
    browser: Any, broken_down: Path, tmp_path: Path
) -> None:
    alone = write_report(broken_down.parent, out=tmp_path / "alone.html", embed=True)
    with Opened(browser, alone) as opened:
        button = opened.page.locator("#reps button").nth(2)
        button.click()
        opened.wait_for_video(float(button.get_attribute("data-time")))
        assert opened.errors == []
        assert {url.split(":")[0] for url in opened.requests} <= {"file", "blob"}
        assert [url for url in opened.requests if url.startswith("file")] == [alone.as_uri()]


def test_many_pages_share_one_script(browser: Any, broken_down: Path, tmp_path: Path) -> None:
    write_plotly(tmp_path)
    (tmp_path / "one").mkdir()
    page = write_report(
        broken_down.parent, out=tmp_path / "one" / "report.html", plotly=f"../{PLOTLY_NAME}"
    )
    assert page.stat().st_size < 500_000
    with Opened(browser, page) as opened:
        assert opened.errors == []
        assert drawn_reps(opened)[0] == len(BREAKDOWN)


def marked(row: str) -> bool:
    """Whether a row has the sign of a fault."""
    return any(sign in row for sign in "▲⬣")


def test_it_can_be_read_without_its_colours(browser: Any, broken_down: Path) -> None:
    with Opened(browser, broken_down) as opened:
        flagged = opened.page.locator(".film .flagged")
        assert flagged.count() == len(
            [1 for row in opened.page.locator("#reps tbody tr").all() if marked(row.inner_text())]
        )
        assert all("with findings" in b.get_attribute("aria-label") for b in flagged.all())
        assert all(
            chart.get_attribute("aria-label") for chart in opened.page.locator(".chart").all()
        )
        names = opened.page.locator(".finding h3 small").all_inner_texts()
        assert set(names) <= {"info", "caution", "stop"}
        assert names
