"""What a reader finds on the search page: by either script and spelling, in spite of a misprint, and why."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest_assets.site import periods, search
from digest_assets_tests.site.browsers import NEEDS_CHROMIUM
from digest_assets_tests.site.examples import ExampleSite, digest_paper, paper
from digest_assets_tests.site.searched_index import overview_in

pytestmark = NEEDS_CHROMIUM
FIRST, SECOND, LAST = date(2026, 10, 3), date(2026, 11, 19), date(2026, 11, 20)


@pytest.fixture(scope="module", params=["by month", "on shelves"])
def folder(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """Four papers among sixty others, each to be found in its own way: by the index of a first month, and by one of
    years, whose months are put together."""
    watermark = paper(8001, title="Marks That Survive Codecs")
    colour = paper(8002, title="The Colour of Rooms under Normalisation")
    wei = replace(paper(8003, title="A Duck and its Echo"), authors=("Wei Zhangsun", "Bo Bergqvist"))
    site = ExampleSite.of(60, a_day=30)
    site.days_of[LAST] = [
        *site.days_of[LAST],
        digest_paper(watermark, LAST, translation="为语音的水印设计一种鲁棒方法。"),
    ]
    site.days_of[SECOND] = [*site.days_of[SECOND], digest_paper(colour, SECOND, translation="房间的颜色。")]
    site.days_of[FIRST] = [digest_paper(wei, FIRST, translation="鸭子与回声。")]
    made = tmp_path_factory.mktemp("searched")
    with pytest.MonkeyPatch.context() as patched:
        if request.param == "on shelves":
            others = [replace(paper(number, title="Rain"), authors=("Xu Li",)) for number in range(8100, 8110)]
            site.days_of[date(2026, 9, 2)] = [digest_paper(each, date(2026, 9, 2)) for each in others[1:]]
            site.days_of[date(2026, 12, 1)] = [digest_paper(others[0], date(2026, 12, 1))]
            patched.setattr(search, "PART", 300)
            patched.setattr(search, "SHELF", 500)
            patched.setattr(periods, "SHELVED", 5)
        site.write(made)
    expected = [("2026-12", 0), ("p1", 1)] if request.param == "on shelves" else [("2026-11", 0), ("2026-10", 0)]
    assert [(row[0], row[3]) for row in overview_in(made)] == expected
    return made


def found(tab: Any, query: str = "", **conditions: str) -> list[str]:
    if conditions and not tab.locator("#conditions").is_visible():
        tab.click("#narrower summary")
    tab.fill("#q", "")
    for name in ("author", "topic", "since", "until"):
        tab.evaluate("([name, value]) => { document.querySelector(`[name=${name}]`).value = value }", [name, ""])
    for name, value in conditions.items():
        tab.fill(f"[name={name}]", value)
    tab.evaluate("document.getElementById('status').textContent = ''")
    tab.fill("#q", query)
    if not query:
        tab.click("#conditions button")
    tab.wait_for_function("() => /找到|没有|相近/.test(document.getElementById('status').textContent)")
    titles: list[str] = tab.locator("#results .title").all_inner_texts()
    return titles


@pytest.mark.parametrize(
    ("query", "title"),
    [
        ("語音 水印", "Marks That Survive Codecs"),
        ("语音水印", "Marks That Survive Codecs"),
        ("color", "The Colour of Rooms under Normalisation"),
        ("normalization", "The Colour of Rooms under Normalisation"),
        ("surivve", "Marks That Survive Codecs"),
        ("codcs", "Marks That Survive Codecs"),
        ("usrvive", "Marks That Survive Codecs"),
    ],
)
def test_a_paper_is_found_however_it_is_written(tab: Any, folder: Path, query: str, title: str) -> None:
    tab.goto((folder / "search.html").as_uri())
    assert title in found(tab, query)[:1]


def test_it_says_what_is_searched_and_that_a_hit_is_only_near(tab: Any, folder: Path) -> None:
    tab.goto((folder / "search.html").as_uri())
    assert "解读" in tab.inner_text("#status")
    found(tab, "surivve")
    assert "没有完全匹配" in tab.inner_text("#status")
    found(tab, "survive")
    assert tab.inner_text("#status").startswith("找到")


def test_a_result_shows_why_it_was_found(tab: Any, folder: Path) -> None:
    tab.goto((folder / "search.html").as_uri())
    assert found(tab, "鲁棒") == ["Marks That Survive Codecs"]
    tab.locator("#results .snippet mark").wait_for()
    assert tab.inner_text("#results .snippet") == "为语音的水印设计一种鲁棒方法。"
    assert tab.locator("#results .snippet mark").all_inner_texts() == ["鲁棒"]
    found(tab, "duck")
    assert tab.locator("#results .title mark").all_inner_texts() == ["Duck"]


def test_author_topic_and_dates_narrow_it(tab: Any, folder: Path) -> None:
    tab.goto((folder / "search.html").as_uri())
    assert found(tab, author="zhangsun") == ["A Duck and its Echo"]
    assert found(tab, "bergqvist", until="2026-10-31") == ["A Duck and its Echo"]
    assert found(tab, "duck", author="bergqvist", since="2026-11-01") == []
    everything = found(tab, topic="语音", since="2026-11-20", until="2026-11-20")
    assert len(everything) == 10  # the first of the 31
    assert "31" in tab.inner_text("#status")
    tab.click("#conditions button")
    assert "since=2026-11-20" in tab.evaluate("location.search")
    tab.reload()
    tab.wait_for_function("() => document.getElementById('status').textContent.includes('31')")
