"""The site in a real browser: what a reader does, with no console error and no request to another site.

Opened from the disk, and over HTTP for what only that can show. Chromium at /usr/bin/chromium, through Playwright.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from digest_assets_tests.present import present
from digest_assets_tests.site.browsers import NEEDS_CHROMIUM, over_http
from digest_assets_tests.site.examples import HOSTILE, ExampleSite, digest_paper, hostile_site, paper

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = NEEDS_CHROMIUM
DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of 240 papers over two years, the newest date's second with a formula and a name to look for."""
    site = ExampleSite.of(200, a_day=10)
    site.days_of |= ExampleSite.of(40, a_day=10, last=date(2025, 6, 5)).days_of
    for old in [day for day in site.days_of if day.year == 2025]:
        site.days_of[old] = [digest_paper(paper(9000 + old.day * 10 + n), old) for n in range(10)]
    rare = paper(8001, title="Zanzibar Whispers of $\\sqrt{d}$")
    site.days_of[DAY] = [*site.days_of[DAY], digest_paper(rare, DAY, translation="桑给巴尔的耳语研究。")]
    made = tmp_path_factory.mktemp("site")
    site.write(made)
    return made


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    with over_http(folder) as address:
        yield address


def found(tab: Page, words: str) -> list[str]:
    tab.fill("#q", words)
    tab.wait_for_function("words => document.getElementById('status').textContent.match(/找到|没有/)", arg=words)
    tab.wait_for_timeout(400)
    tab.wait_for_function("() => !document.getElementById('status').textContent.includes('正在')")
    return tab.locator("#results .title").all_inner_texts()


@pytest.mark.parametrize("words", ["zanzibar", "Zanzi", "桑给巴尔", "桑给 耳语", "zanzibar bergqvist eess.as"])
@pytest.mark.parametrize("from_disk", [True, False], ids=["disk", "http"])
def test_a_paper_is_found_by_title_author_and_either_language(
    tab: Page, folder: Path, served: str, words: str, from_disk: bool
) -> None:
    tab.goto((folder / "search.html").as_uri() if from_disk else served + "search.html")
    (title,) = found(tab, words)
    assert title.startswith("Zanzibar Whispers")
    tab.click("#results .title")
    tab.wait_for_selector("article.paper")
    assert tab.locator("article.paper:target h2").inner_text().startswith("Zanzibar")


def test_search_reaches_earlier_years_and_says_when_there_is_nothing(tab: Page, folder: Path) -> None:
    tab.goto((folder / "search.html").as_uri() + "?q=number9021")
    tab.wait_for_selector("#results li")
    assert "2025-06-02" in tab.locator("#results .meta").inner_text()
    assert found(tab, "xylophonist") == []
    assert "没有找到" in tab.inner_text("#status")


def test_many_hits_come_page_by_page(tab: Page, folder: Path) -> None:
    tab.goto((folder / "search.html").as_uri())
    assert len(found(tab, "bergqvist")) == 10
    tab.click("#more")
    tab.wait_for_function("() => document.querySelectorAll('#results li').length === 40")


def test_the_search_box_of_any_page_leads_to_the_results(tab: Page, served: str) -> None:
    tab.goto(served + f"d/{DAY}.html")
    tab.keyboard.press("/")
    tab.keyboard.type("zanzibar")
    tab.keyboard.press("Enter")
    tab.wait_for_selector("#results li")
    assert tab.input_value("#q") == "zanzibar"


def test_papers_are_filtered_by_category(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    assert tab.locator("article.paper:visible").count() == 11
    tab.click("button[data-value='c/cs.SD']")
    shown = tab.locator("article.paper:visible")
    assert shown.count() == 6
    assert all("c/cs.SD" in present(each.get_attribute("data-in")) for each in shown.all())
    assert tab.locator(".contents li:visible").count() == 6


def test_a_link_from_a_list_shows_that_list_s_papers_until_all_are_asked_for(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri() + "#in=c/cs.SD")
    tab.wait_for_selector("#within")
    assert "cs.SD" in tab.inner_text("#within")
    assert tab.locator("article.paper:visible").count() == 6
    tab.click("#within")
    assert tab.locator("article.paper:visible").count() == 11
    assert not tab.locator("#within").is_visible()


def test_the_language_is_chosen_and_kept(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    first = tab.locator("article.paper").first
    assert (first.locator(".translation").is_visible(), first.locator(".original").is_visible()) == (True, False)
    tab.click("[data-set-view=original]")
    assert (first.locator(".translation").is_visible(), first.locator(".original").is_visible()) == (False, True)
    tab.click("[data-set-view=both]")
    tab.reload()
    boxes = [
        present(tab.locator(f"article.paper .{name}").first.bounding_box()) for name in ("translation", "original")
    ]
    assert boxes[0]["x"] + boxes[0]["width"] <= boxes[1]["x"]  # side by side
    assert abs(boxes[0]["y"] - boxes[1]["y"]) < 5


def test_dark_mode_follows_the_system_until_it_is_chosen(tab: Page, folder: Path) -> None:
    def background() -> str:
        return str(tab.evaluate("getComputedStyle(document.body).backgroundColor"))

    tab.goto((folder / "index.html").as_uri())
    light = background()
    tab.emulate_media(color_scheme="dark")
    dark = background()
    assert light != dark
    tab.click("#theme")  # light
    assert background() == light
    tab.reload()
    assert background() == light
    tab.click("#theme")  # dark
    tab.emulate_media(color_scheme="light")
    assert background() == dark


def test_marks_are_there_after_a_reload(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    second = tab.locator("article.paper").nth(1)
    second.locator("[data-mark=starred]").click()
    tab.locator("article.paper").nth(2).locator("[data-mark=read]").click()
    tab.reload()
    assert second.locator("[data-mark=starred]").get_attribute("aria-pressed") == "true"
    tab.click("[data-value=starred]")
    assert tab.locator("article.paper:visible").count() == 1
    tab.click("[data-value=unread]")
    assert tab.locator("article.paper:visible").count() == 10
    title = second.locator("h2").inner_text()
    tab.goto((folder / "marked.html").as_uri())
    tab.wait_for_function("title => document.querySelector('#marked .title')?.textContent === title", arg=title)
    assert tab.locator("#marked .title").count() == 1
    tab.click("#marked button")
    assert tab.locator("#marked li").count() == 0
    assert tab.locator("#no-marks").is_visible()
    tab.reload()
    assert tab.locator("#marked li").count() == 0


def test_the_contents_show_what_is_starred_and_read(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    tab.locator("article.paper").nth(1).locator("[data-mark=starred]").click()
    tab.locator("article.paper").nth(2).locator("[data-mark=read]").click()
    tab.reload()
    assert [line.get_attribute("class") for line in tab.locator(".contents li").all()[:4]] == [
        None,
        "starred",
        "read",
        None,
    ]


def test_print_has_the_readings_in_black_on_white(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    tab.emulate_media(media="print", color_scheme="dark")
    assert tab.evaluate("getComputedStyle(document.querySelector('.abstract')).color") == "rgb(0, 0, 0)"
    assert not tab.locator(".top").is_visible()
    tab.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert tab.locator("details.reading:not([open])").count() == 0
    tab.evaluate("dispatchEvent(new Event('afterprint'))")
    assert tab.locator("details.reading[open]").count() == 0


def test_an_empty_search_says_what_to_look_for(tab: Page, folder: Path) -> None:
    tab.goto((folder / "search.html").as_uri())
    assert found(tab, "zanzibar")
    tab.fill("#q", "")
    tab.wait_for_function("() => document.getElementById('status').textContent.includes('标题')")
    assert tab.locator("#results li").count() == 0


def test_the_keyboard_does_what_the_help_says(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    for key in "jj":
        tab.keyboard.press(key)
    assert tab.evaluate("document.activeElement.id") == tab.locator("article.paper").nth(1).get_attribute("id")
    for key in "sro":
        tab.keyboard.press(key)
    second = tab.locator("article.paper").nth(1)
    assert second.locator("[aria-pressed=true]").count() == 2
    assert second.locator("details.reading").get_attribute("open") is not None
    tab.keyboard.press("k")
    assert tab.evaluate("document.activeElement.id") == tab.locator("article.paper").first.get_attribute("id")
    tab.keyboard.press("?")
    assert tab.locator("#keys").is_visible()
    tab.keyboard.press("Escape")
    assert not tab.locator("#keys").is_visible()
    tab.keyboard.press("l")
    assert tab.get_attribute("html", "data-view") == "original"


def test_bibtex_is_copied(tab: Page, served: str) -> None:
    tab.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=served.rstrip("/"))
    tab.goto(served)
    tab.locator("article.paper").first.locator("[data-copy]").click()
    tab.wait_for_function("document.querySelector('[data-copy]').textContent === '已复制'")
    copied = tab.evaluate("navigator.clipboard.readText()")
    assert copied.startswith("@misc{")
    assert "archivePrefix = {arXiv}" in copied


def test_formulas_are_drawn_by_the_browser(tab: Page, folder: Path) -> None:
    tab.goto((folder / "index.html").as_uri())
    box = present(tab.locator("article.paper h2 math msqrt").bounding_box())
    assert box["width"] > 5
    assert box["height"] > 5


@pytest.mark.parametrize("width", [320, 390, 768])
def test_nothing_is_wider_than_a_telephone(tab: Page, folder: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 800})
    for name in ("index.html", "archive.html", "figures.html", "search.html", "c/eess.AS.html"):
        tab.goto((folder / name).as_uri())
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name


def test_long_formulas_and_tables_scroll_by_themselves_on_a_telephone(tab: Page, tmp_path: Path) -> None:
    half = r"\mathcal{W}_2(\rho_N, \rho_\star) \le (1 - \lambda h)^N \mathcal{W}_2(\rho_0, \rho_\star) + \sqrt{2 d h}"
    formula = f"{half} + {half}"  # too long in every font
    table = f"| 模型 | WER | 训练 |\n|---|---|---|\n| 一 | 3% | {'很长' * 20} |"
    wide = f"（${formula}$）\n\n$${formula}$$\n\n{table}"
    ExampleSite({DAY: [digest_paper(paper(1), DAY, background=wide)]}).write(tmp_path)
    tab.set_viewport_size({"width": 390, "height": 800})
    tab.goto((tmp_path / "index.html").as_uri())
    tab.evaluate("document.querySelector('details.reading').open = true")
    assert tab.evaluate("document.documentElement.scrollWidth") <= 390
    boxes = tab.locator(".long, .shown").all()
    assert [box.evaluate("each => each.scrollWidth > each.clientWidth") for box in boxes] == [True, True]
    assert present(tab.locator("th").first.bounding_box())["height"] < 40


def test_hostile_text_runs_nothing(tab: Page, tmp_path: Path) -> None:
    hostile_site().write(tmp_path)
    tab.goto((tmp_path / "index.html").as_uri())
    assert tab.evaluate("window.hurt") is None
    assert tab.locator("article.paper h2").first.inner_text() == HOSTILE[0]
    assert "{{ 7 * 7 }}" in tab.inner_text("main")
    tab.goto((tmp_path / "search.html").as_uri())
    assert any("<script>" in title for title in found(tab, "window"))
    assert tab.evaluate("window.hurt") is None


def test_words_are_cut_as_the_index_cuts_them(tab: Page, folder: Path) -> None:
    """Each of these is in a title of its own; the browser must look in the part where Python put it."""
    tab.goto((folder / "search.html").as_uri())
    for number in (17, 42, 99):
        assert len(found(tab, f"number{number} coauthor{number % 90}")) >= 1
