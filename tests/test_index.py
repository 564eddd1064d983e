"""The index page as a browser shows it: sorts, filters, links, and stays harmless."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from batches import NASTY, put_result
from PIL import Image
from results import HOSTILE
from test_browser import Opened, browser  # noqa: F401 - the fixture

from formcheck.batch.clips import Clip
from formcheck.batch.job import Outcome
from formcheck.batch.places import Place
from formcheck.batch.publish import publish


@pytest.fixture(scope="module")
def season(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four measured clips, one refused, one failed."""
    out = tmp_path_factory.mktemp("season")
    for clip, peaks in (
        (Clip("/x/b 10.mp4", NASTY, "deadlift", 120.0, "2026-03-02"), (-20.0, -20.0, -20.0)),
        (Clip("/x/b 9.mp4", "Bo", "deadlift", 80.0, "2026-02-02"), (-20.0, 6.0, 4.0)),
        (Clip("/x/a.mp4", "Bo", "deadlift", None, "2026-01-05"), (-18.0, -18.0, -18.0)),
        (Clip(f"/x/{HOSTILE}", "", "deadlift", 60.0, ""), (-22.0, -22.0)),
    ):
        folder = put_result(out, clip, peaks)
        for number in range(1, 4):
            Image.new("RGB", (56, 32), "grey").save(out / folder / f"rep-{number}.jpg")
    put_result(out, Clip("/x/front.mp4", "Cy", "deadlift", 70.0), (0.0, 0.0), yaw_deg=80.0)
    publish(Place(str(out)), [Outcome(Clip(f"/x/{HOSTILE}", NASTY), "failed", f"It is {HOSTILE}.")])
    return out


@pytest.fixture
def page(browser: Any, season: Path) -> Iterator[Any]:  # noqa: F811
    with Opened(browser, season / "index.html", viewport={"width": 1440, "height": 900}) as opened:
        yield opened.page
        assert opened.errors == []
        own = season.as_uri()
        assert all(url.startswith(own) for url in opened.requests)


def names(page: Any) -> list[str]:
    """Names of the rows that are shown, from above."""
    found: list[str] = page.locator("#clips tbody tr:visible td.name").all_inner_texts()
    return found


def by(page: Any, title: str) -> list[str]:
    page.locator("#clips thead button", has_text=title).click()
    return names(page)


def test_all_measured_clips_are_rows(page: Any) -> None:
    assert sorted(names(page)) == sorted([HOSTILE, "a.mp4", "b 10.mp4", "b 9.mp4"])
    assert page.locator("h2.count").inner_text() == "5 clips"
    assert page.locator("#count").inner_text() == "4 of 4 clips"


def test_a_click_sorts_and_another_turns_it(page: Any) -> None:
    assert by(page, "Clip")[-3:] == ["a.mp4", "b 9.mp4", "b 10.mp4"]
    assert by(page, "Clip")[:3] == ["b 10.mp4", "b 9.mp4", "a.mp4"]
    head = page.locator("#clips th[data-key=name]")
    assert head.get_attribute("aria-sort") == "descending"


def test_numbers_sort_as_numbers_and_the_unknown_comes_last(page: Any) -> None:
    up = by(page, "Load")
    assert up == [HOSTILE, "b 9.mp4", "b 10.mp4", "a.mp4"]
    assert by(page, "Load") == ["b 10.mp4", "b 9.mp4", HOSTILE, "a.mp4"]
    assert by(page, "Date")[:3] == ["a.mp4", "b 9.mp4", "b 10.mp4"]
    assert by(page, "Verdict")[0] == "b 9.mp4"
    by(page, "Most flexed")
    assert by(page, "Most flexed")[0] == "b 9.mp4"


def test_it_filters_by_everything_together(page: Any) -> None:
    page.select_option("select[name=athlete]", "Bo")
    assert set(names(page)) == {"a.mp4", "b 9.mp4"}
    page.select_option("select[name=verdict]", "Caution: likely rounded")
    assert names(page) == ["b 9.mp4"]
    page.fill("input[name=words]", "nothing like it")
    assert names(page) == []
    assert page.locator("#none").is_visible()
    page.locator("#filters button[type=reset]").click()
    from playwright.sync_api import expect

    expect(page.locator("#clips tbody tr:not([hidden])")).to_have_count(4)


def test_it_filters_by_date_and_score(page: Any) -> None:
    page.fill("input[name=since]", "2026-02-01")
    assert set(names(page)) == {"b 9.mp4", "b 10.mp4"}
    page.fill("input[name=until]", "2026-02-28")
    assert names(page) == ["b 9.mp4"]
    page.fill("input[name=since]", "")
    page.fill("input[name=until]", "")
    page.fill("input[name=score]", "80")
    assert names(page) == ["b 9.mp4"]


def test_a_nasty_name_can_be_chosen_and_is_only_text(page: Any) -> None:
    page.select_option("select[name=athlete]", NASTY)
    assert names(page) == ["b 10.mp4"]
    assert page.title() == "Clips: formcheck"
    assert page.locator("img[src=x]").count() == 0


def test_every_link_leads_to_a_file(page: Any, season: Path) -> None:
    links = page.evaluate("[...document.querySelectorAll('a')].map(a => a.href)")
    files = {link.split("#")[0] for link in links}
    assert len(files) >= 4 + 1 + 2 + 3
    existing = {file.as_uri() for file in season.rglob("*")}
    assert files - {(season / "index.html").as_uri()} <= existing


def test_a_row_shows_its_worst_repetition_and_its_peaks(page: Any) -> None:
    row = page.locator("#clips tbody tr", has_text="b 9.mp4")
    assert row.locator("img").get_attribute("src").endswith("rep-2.jpg")
    assert row.locator(".spark circle, .spark .flagged").count() == 3
    assert row.locator(".spark .flagged").count() >= 1
    peaks = row.locator(".spark").get_attribute("aria-label").split(": ")[1].split(", ")
    assert [float(peak.strip("°")) for peak in peaks] == pytest.approx([-20, 6, 4], abs=6)
    page.wait_for_function("[...document.images].some(image => image.naturalWidth == 56)")


def test_the_refused_say_what_to_change_and_the_failed_why(page: Any) -> None:
    refused = page.locator("#refused").inner_text()
    assert "front.mp4" in refused
    assert refused.index("Measured: deadlift, 2 repetitions") < refused.index("Not measured: ")
    assert "hip height" in refused
    assert f"It is {HOSTILE}." in page.locator("#failed").inner_text()


def test_it_starts_with_who_needs_attention_worst_first(page: Any, season: Path) -> None:
    assert page.locator("main > *").first.get_attribute("id") == "attention"
    lines = page.locator(".attention li").all_inner_texts()
    assert [line.split("\n")[0] for line in lines] == ["Bo", "Cy"]
    assert "Caution: likely rounded" in lines[0]
    assert "Film again" in lines[1]
    assert page.locator("#attention .note").first.inner_text().endswith(f": {NASTY}.")
    link = page.locator(".attention li .set a").first.get_attribute("href")
    assert (season / link).is_file()
    box = page.locator(".attention li").first.bounding_box()
    assert box["height"] < 60  # one line


def test_on_a_phone_verdict_and_score_come_first(browser: Any, season: Path) -> None:  # noqa: F811
    phone = {"viewport": {"width": 390, "height": 844}, "is_mobile": True}
    with Opened(browser, season / "index.html", **phone) as opened:
        row = opened.page.locator("#clips tbody tr").first
        tops = {
            name: row.locator(f"td.{name}").bounding_box()["y"]
            for name in ("verdict", "score", "picture", "name")
        }
        assert tops["verdict"] == pytest.approx(tops["score"], abs=4)
        assert max(tops["verdict"], tops["score"]) < min(tops["picture"], tops["name"])
        assert row.locator("td.score").bounding_box()["x"] < 390


def test_the_page_of_an_athlete_draws_and_leads_back(browser: Any, season: Path) -> None:  # noqa: F811
    [own] = season.glob("athletes/Bo-*.html")
    with Opened(browser, own) as opened:
        assert opened.errors == []
        assert opened.page.locator("h1").inner_text() == "Bo"
        sentence = opened.page.locator("header .lede").inner_text()
        assert sentence.startswith(
            "Caution: likely rounded in the last deadlift, 2026-02-02, 80 kg"
        )
        charts = opened.page.locator(".chart .scatterlayer .trace").count()
        assert charts == opened.page.locator(".chart").count() >= 4
        opened.page.locator("header a").click()
        opened.page.wait_for_url("**/index.html")


@pytest.mark.parametrize("file", ["index.html", "athletes/Bo-*.html"])
def test_a_phone_does_not_scroll_sideways(browser: Any, season: Path, file: str) -> None:  # noqa: F811
    [own] = season.glob(file)
    with Opened(browser, own, viewport={"width": 390, "height": 844}, is_mobile=True) as opened:
        assert opened.run("document.documentElement.scrollWidth") == 390
