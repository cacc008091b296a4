"""The papers of a date in the order of the reader's stars: in the browser, as Python has it, and nothing is sent."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest_assets.pipeline.rank import words_of
from digest_assets.ranking.interests import DayPaper, Interest, OwnPaper
from digest_assets.ranking.scores import ranked
from digest_assets.ranking.stars import worth
from digest_assets.ranking.vectors import background_of
from digest_assets_tests.site.browsers import NEEDS_CHROMIUM, over_http
from digest_assets_tests.site.examples import ExampleSite, busy_day, digest_paper, paper, usual

pytestmark = NEEDS_CHROMIUM
DAY, EARLIER = date(2026, 11, 20), date(2026, 11, 19)
SUBJECTS = (
    "neural audio codec with residual quantization of latents",
    "choir singing separated into parts",
    "bat echolocation recorded in caves",
    "speaker diarization of long meetings",
    "room acoustics and reverberation time",
    "whispered speech converted to voiced",
)


def site_of_subjects() -> ExampleSite:
    """Two dates of 24 papers, four of each subject, in which other words differ."""
    site, number = ExampleSite({}), 0
    for day in (DAY, EARLIER):
        papers = []
        for round_ in range(4):
            for subject in SUBJECTS:
                number += 1
                each = paper(number, title=f"{subject.capitalize()} {round_}")
                each = replace(each, abstract=f"We study {subject}. {each.abstract}")
                papers.append(digest_paper(each, day))
        site.days_of[day] = papers
    return site


@pytest.fixture(scope="module")
def site() -> ExampleSite:
    return site_of_subjects()


@pytest.fixture(scope="module")
def folder(site: ExampleSite, tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("stars")
    site.write(made)
    return made


@pytest.fixture(params=["disk", "http"])
def address(request: pytest.FixtureRequest, folder: Path) -> Iterator[str]:
    if request.param == "disk":
        yield f"{folder.as_uri()}/"
    else:
        with over_http(folder) as address:
            yield address


def star(tab: Any, *identifiers: str) -> None:
    tab.evaluate(f"ids => digestMarks.set(ids, '{EARLIER}', 'starred', true)", list(identifiers))


def shown(tab: Any) -> list[str]:
    found: list[str] = tab.evaluate("[...document.querySelectorAll('article.paper')].map(each => each.dataset.id)")
    return found


def by_stars(tab: Any) -> list[str]:
    tab.click("#by-stars")
    tab.wait_for_selector("#by-stars[aria-pressed=true]")
    return shown(tab)


def in_python(site: ExampleSite, stars: list[str]) -> list[str]:
    """The order by what `ranking.stars` says of the papers."""
    weighed = {
        each.paper.identifier: usual().weighed(words_of(each.paper))
        for papers in site.days_of.values()
        for each in papers
    }
    likes: Counter[str] = Counter()
    for each in stars:
        likes.update(weighed[each].words)

    day = [each.paper.identifier for each in site.days_of[DAY]]
    return sorted(day, key=lambda each: (worth(weighed[each], likes, len(stars)), each), reverse=True)


def test_the_order_is_python_s_and_the_first_are_those_of_the_ranking_of_interests(
    tab: Any, site: ExampleSite, address: str
) -> None:
    earlier = [each.paper for each in site.days_of[EARLIER]]
    stars = [earlier[0].identifier, earlier[6].identifier, earlier[3].identifier]  # two of codecs, one of diarization
    tab.goto(address + f"d/{DAY}.html")
    assert not tab.locator("#by-stars").is_visible()
    own = shown(tab)
    star(tab, *stars)
    found = by_stars(tab)
    assert found == in_python(site, stars) != own

    background = background_of([words_of(each.paper) for papers in site.days_of.values() for each in papers])
    likes = tuple(OwnPaper(each.identifier, words_of(each)) for each in earlier if each.identifier in stars)
    papers = [DayPaper(each.paper.identifier, words_of(each.paper)) for each in site.days_of[DAY]]
    asset = [each.identifier for each in ranked([Interest("stars", likes)], papers, background)]
    assert set(found[:8]) == set(asset[:8])

    assert "与收藏相近：" in tab.locator("article.paper").first.locator(".why").inner_text()
    assert not tab.locator("#contents").is_visible()
    tab.click("#by-stars")
    assert shown(tab) == own
    assert tab.locator(".why.of-stars").count() == 0


def test_it_is_kept_for_the_next_page_and_the_keys_follow_it(tab: Any, site: ExampleSite, folder: Path) -> None:
    tab.goto(f"{folder.as_uri()}/index.html")
    star(tab, site.days_of[EARLIER][2].paper.identifier)
    found = by_stars(tab)
    tab.reload()
    tab.wait_for_selector("#by-stars[aria-pressed=true]")
    assert shown(tab) == found
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.dataset.id") in found[:2]
    tab.locator("article.paper").first.focus()
    tab.keyboard.press("j")
    assert tab.evaluate("document.activeElement.dataset.id") == found[1]
    tab.click("button[data-value='c/cs.SD']")
    only = [each for each in found if tab.locator(f"[data-id='{each}']").is_visible()]
    visible = "[...document.querySelectorAll('article.paper:not([hidden])')].map(each => each.dataset.id)"
    assert only == tab.evaluate(visible)
    assert 0 < len(only) < len(found)


def test_stars_of_which_nothing_is_known_leave_the_date_as_it_is(browser: Any, folder: Path) -> None:
    page = browser.new_page()
    page.goto(f"{folder.as_uri()}/d/{DAY}.html")
    own = shown(page)
    star(page, "2512.00001")
    page.click("#by-stars")
    said = "document.getElementById('progress').textContent === document.getElementById('papers').dataset.failed"
    page.wait_for_function(f"() => {said}")
    page.wait_for_selector("#by-stars:not([disabled])")
    assert page.get_attribute("#by-stars", "aria-pressed") == "false"
    assert shown(page) == own
    page.close()


def test_a_date_of_377_is_put_in_order_whole(tab: Any, tmp_path: Path) -> None:
    big = busy_day(377)
    big.write(tmp_path)
    tab.goto(f"{tmp_path.as_uri()}/d/{DAY}.html")
    stars = [each.paper.identifier for each in big.days_of[DAY][300:302]]
    star(tab, *stars)
    found = by_stars(tab)
    assert found == in_python(big, stars)
    assert len(found) == 377
    tab.reload()
    tab.wait_for_selector("#by-stars")
    assert len(shown(tab)) < 100  # so many are put in order only when they are asked for
    assert (tmp_path / "d" / f"{DAY}.words.js").stat().st_size < 377 * 1_100
