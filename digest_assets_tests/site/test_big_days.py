"""Days of 377 and 1,400 papers in a browser: little at first, the rest on demand, and nothing out of reach."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest_assets_tests.site.browsers import NEEDS_CHROMIUM, opened, over_http
from digest_assets_tests.site.examples import busy_day

pytestmark = NEEDS_CHROMIUM
DAY = date(2026, 11, 20)


@pytest.fixture(scope="module")
def big(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site of one date of 377 papers."""
    made = tmp_path_factory.mktemp("big")
    busy_day(377).write(made)
    return made


@pytest.fixture(scope="module")
def biggest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("biggest")
    busy_day(1400).write(made)
    return made


@pytest.fixture(scope="module")
def served(big: Path) -> Iterator[str]:
    with over_http(big) as address:
        yield address


def test_a_day_of_1400_is_small_at_first(browser: Any, biggest: Path) -> None:
    """How soon it can be used, beside a blank page of that size: `python -m benchmarks.opening`."""
    with over_http(biggest) as address:
        day = opened(browser, address)
    assert day.nodes < 3_000
    assert day.received < 400_000


@pytest.fixture(params=["disk", "http"])
def address(request: pytest.FixtureRequest, big: Path, served: str) -> str:
    return f"{big.as_uri()}/" if request.param == "disk" else served


def test_a_paper_unfolds_in_place(tab: Any, address: str) -> None:
    tab.goto(address + "index.html")
    second = tab.locator("article.paper").nth(1)
    assert not second.locator(".body").is_visible()
    second.locator("a.title").click()
    second.locator(".translation").wait_for()
    assert second.locator("a.title").get_attribute("aria-expanded") == "true"
    assert "其中" in second.locator(".translation").inner_text()
    link = second.locator(".own-page")
    assert link.evaluate("each => each.href") == address + f"p/{second.get_attribute('data-id')}.html"
    second.locator("a.title").click()
    assert not second.locator(".body").is_visible()


@pytest.mark.parametrize(("count", "screens"), [(20, 4), (60, 13), (377, 75)])
def test_every_gist_is_seen_in_few_screens_of_a_phone(
    tab: Any, big: Path, tmp_path: Path, count: int, screens: int
) -> None:
    # It was 3.1, 12.0 and 67.9; machines have other fonts, so the limits leave some room.
    folder = big if count == 377 else tmp_path
    if folder is tmp_path:
        busy_day(count).write(folder)
    tab.set_viewport_size({"width": 390, "height": 844})
    tab.goto(f"{folder.as_uri()}/index.html")
    told = ".lines li span" if count == 20 else "article.paper .gist"
    assert tab.locator(told).first.bounding_box()["y"] < 844
    for _ in range(40):
        tab.mouse.wheel(0, 20_000)
        tab.wait_for_timeout(60)
    tab.wait_for_function("([told, count]) => document.querySelectorAll(told).length === count", arg=[told, count])
    last = "told => [...document.querySelectorAll(told)].at(-1).getBoundingClientRect().bottom + scrollY"
    assert tab.evaluate(last, told) / 844 <= screens


def test_all_papers_come_while_one_scrolls(tab: Any, address: str) -> None:
    tab.goto(address + f"d/{DAY}.html")
    at_first = tab.locator("article.paper").count()
    assert at_first < 100
    for _ in range(40):
        tab.mouse.wheel(0, 20_000)
        tab.wait_for_timeout(60)
    tab.wait_for_function("() => document.querySelectorAll('article.paper').length === 377")
    order = tab.evaluate("[...document.querySelectorAll('article.paper')].map(each => each.dataset.id)")
    assert len(set(order)) == 377
    assert tab.locator(".group").count() == 10


def test_an_old_address_finds_its_paper_however_far_down(tab: Any, address: str) -> None:
    identifier = "2601.10350"
    tab.goto(address + f"d/{DAY}.html#p{identifier}")
    tab.wait_for_function(f"() => document.activeElement.id === 'p{identifier}'")
    paper = tab.locator(f"[id='p{identifier}']")
    paper.locator(".translation").wait_for()
    tab.wait_for_function(
        "id => { const y = document.getElementById(id).getBoundingClientRect().y; return 0 <= y && y < 400; }",
        arg=f"p{identifier}",
    )


def test_filters_reach_papers_that_were_not_loaded_and_last(tab: Any, address: str) -> None:
    tab.goto(address + f"d/{DAY}.html")
    crossed = tab.locator("button[data-value=cross]")
    assert crossed.inner_text().split() == ["交叉列出", "54"]
    crossed.click()
    tab.wait_for_function("() => document.querySelectorAll('article.paper:not([hidden])').length === 54")
    assert tab.evaluate("document.activeElement.dataset.value") == "cross"
    tab.locator("button[data-filter=code]").click()
    tab.wait_for_function("() => document.querySelectorAll('article.paper:not([hidden])').length === 13")
    tab.reload()
    tab.wait_for_function("() => document.querySelectorAll('article.paper:not([hidden])').length === 13")
    tab.locator("button[data-filter='']").click()
    assert tab.locator("button[data-filter='']").get_attribute("aria-pressed") == "true"
    assert tab.locator("button[data-filter][aria-pressed=true]").count() == 1


def says(tab: Any, progress: str) -> None:
    """Waits until it is told how far the day is read."""
    tab.wait_for_function("said => document.getElementById('progress').textContent.includes(said)", arg=progress)


def test_the_rest_is_read_and_unread_again(tab: Any, address: str) -> None:
    tab.goto(address + f"d/{DAY}.html")
    tab.locator("article.paper").first.locator("[data-mark=read]").click()
    says(tab, "已读 1 / 377")
    tab.click("#rest-read")
    says(tab, "376")
    assert tab.evaluate("document.activeElement.id") == "rest-read"
    tab.click("#rest-read")
    says(tab, "已读 1 / 377")
    tab.click("#rest-read")
    tab.reload()
    says(tab, "本期已全部读完。")
    assert tab.locator("article.paper.read").count() == tab.locator("article.paper").count()
    tab.locator("article.paper").nth(3).locator("[data-mark=read]").click()
    says(tab, "已读 376 / 377")


def test_the_keyboard_alone_reads_marks_and_goes_on(tab: Any, address: str) -> None:
    tab.goto(address + "index.html")
    tab.keyboard.press("j")
    first = tab.evaluate("document.activeElement.id")
    tab.keyboard.press("o")
    tab.locator(f"[id='{first}'] .translation").wait_for()
    tab.keyboard.press("r")
    tab.keyboard.press("n")
    assert tab.evaluate("document.activeElement.id") != first
    for _ in range(5):
        tab.keyboard.press("Tab")  # to the title, lists, and marks of the second paper
    assert tab.evaluate("document.activeElement.closest('article.paper').id") != first
    tab.locator("article.paper a.title").nth(2).focus()
    tab.keyboard.press("Space")
    tab.locator("article.paper").nth(2).locator(".translation").wait_for()
    tab.keyboard.press("Enter")
    assert not tab.locator("article.paper").nth(2).locator(".body").is_visible()


def test_the_layout_is_chosen_and_kept(tab: Any, address: str) -> None:
    tab.goto(address + "index.html")
    tab.click("[data-set-layout=full]")
    tab.locator("article.paper .translation").first.wait_for()
    tab.reload()
    tab.locator("article.paper .translation").first.wait_for()
    assert tab.locator("article.paper a.title[role]").count() == 0
    tab.click("[data-set-layout=compact]")
    assert not tab.locator("article.paper .body").first.is_visible()


def test_a_paper_that_is_read_under_the_filter_of_unread_ones_leaves_the_focus_on_the_next(
    tab: Any, address: str
) -> None:
    tab.goto(address + "index.html")
    tab.click("button[data-value=unread]")
    tab.wait_for_function("() => document.querySelectorAll('article.paper').length === 377")
    ids = tab.evaluate("[...document.querySelectorAll('article.paper')].slice(0, 3).map(each => each.id)")
    tab.locator("article.paper").first.focus()
    tab.keyboard.press("r")
    assert tab.evaluate("document.activeElement.id") == ids[1]
    tab.keyboard.press("r")
    assert tab.evaluate("document.activeElement.id") == ids[2]


@pytest.mark.parametrize("name", ["index.html", f"d/{DAY}.all.html", "p/2601.10003.html", "marked.html", "search.html"])
def test_without_javascript_everything_can_be_read_and_no_button_is_dead(browser: Any, big: Path, name: str) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(f"{big.as_uri()}/{name}")
    assert page.locator("button:visible, input:visible, [role=button]:visible").count() == 0
    if name.startswith("p/"):
        assert page.locator(".translation").is_visible()
        assert page.locator(".original").is_visible()
    elif name in ("marked.html", "search.html"):
        assert "JavaScript" in page.inner_text("main")
    else:
        assert page.locator("a[href$='.all.html']").count() or page.locator("article.paper").count() == 377
        page.locator("article.paper a.title").first.click()
        assert page.locator("article.paper .translation").is_visible()
    context.close()


@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_is_wider_than_the_screen(tab: Any, big: Path, width: int) -> None:
    tab.set_viewport_size({"width": width, "height": 844})
    for name in ("index.html", f"d/{DAY}.all.html", "p/2601.10003.html", "marked.html", "c/cs.SD.html"):
        tab.goto(f"{big.as_uri()}/{name}")
        assert tab.evaluate("document.documentElement.scrollWidth") <= width, name
    tab.goto(f"{big.as_uri()}/index.html")
    tab.locator("article.paper a.title").first.click()
    tab.locator("article.paper .translation").first.wait_for()
    assert tab.evaluate("document.documentElement.scrollWidth") <= width


def test_print_has_identifiers_and_addresses(tab: Any, big: Path) -> None:
    for name in ("index.html", "p/2601.10003.html"):
        tab.goto(f"{big.as_uri()}/{name}")
        tab.emulate_media(media="print")
        paper = tab.locator("article.paper").first
        said = paper.evaluate("each => getComputedStyle(each, '::after').content")
        assert "arxiv.org/abs/" in said
        assert not tab.locator(".stick:visible, .filters:visible, .actions:visible").count()


def test_a_date_of_a_week_stands_on_one_line(tab: Any, big: Path) -> None:
    tab.goto(f"{big.as_uri()}/w/2026-W47.html")
    for width in range(330, 400, 3):
        tab.set_viewport_size({"width": width, "height": 844})
        dates = "[...document.querySelectorAll('.entries time')].map(each => each.getClientRects().length)"
        assert set(tab.evaluate(dates)) == {1}, width
