"""axe on every kind of page, in both colours, with all unfolded that can be."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import pytest

from digest_assets.model import AnswerStatus, BlockKind, Paragraph, ReadSentence, SentencePair
from digest_assets.site.values import Badge, Glance, Tag
from digest_assets_tests.site.browsers import NEEDS_CHROMIUM
from digest_assets_tests.site.examples import busy_day, digest_paper, paper

pytestmark = NEEDS_CHROMIUM
COMPACT, FULL, EMPTY, BEFORE = date(2026, 11, 20), date(2026, 11, 19), date(2026, 11, 18), date(2025, 6, 5)
RICH, BARE = paper(2000), paper(2001)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A site with a page of every kind; what a paper can have or lack is on the date of few papers."""
    site = busy_day(50, COMPACT)
    rich = digest_paper(replace(RICH, comment="Accepted. Code: https://code.test/x"), FULL, translation="一句。二句。")
    rich = replace(
        rich,
        late=True,
        translation=replace(rich.translation, pairs=(SentencePair("One.", "一句。"), SentencePair("Two.", "二句。"))),
        reading=replace(
            rich.reading,
            background="有据。",
            sentences=((ReadSentence("有据。", (3,)),), (ReadSentence(rich.reading.method or ""),), ()),
            paragraphs=(Paragraph(3, BlockKind.PARAGRAPH, "The *room* echoes.", "2 Method", "S2.p1"),),
        ),
    )
    bare = digest_paper(BARE, FULL)
    bare = replace(
        bare,
        translation=replace(bare.translation, status=AnswerStatus.FAILED, text=None),
        reading=replace(bare.reading, status=AnswerStatus.FAILED, background=None, method=None, results=None),
    )
    site.glances[RICH.identifier] = Glance(
        "一个题目",
        "一句话。",
        badges=(Badge("代码", "code", "https://code.test/x"), Badge("University of Saltmarsh", "affiliations")),
        why="因为「回声」",
        interests=(Tag("echoes", "为你：回声"),),
    )
    site.days_of |= {FULL: [rich, bare], EMPTY: []}
    for number in range(3):
        day = BEFORE - timedelta(days=number)
        site.days_of[day] = [digest_paper(paper(3000 + 40 * number + each), day) for each in range(40)]
    made = tmp_path_factory.mktemp("kinds")
    site.write(made)
    return made


def starred(tab: Any) -> None:
    tab.evaluate(f"digestMarks.set(['{RICH.identifier}'], '{FULL}', 'starred', true)")
    tab.locator("#show-codes").click()
    tab.locator("#codes svg").first.wait_for()


def lit(tab: Any) -> list[str]:
    """The sentences on the ground that marks a pair."""
    script = """() => [...document.querySelectorAll('.pair')]
      .filter((each) => getComputedStyle(each).backgroundColor !== 'rgba(0, 0, 0, 0)').map((each) => each.innerText)"""
    return [" ".join(each.split()) for each in tab.evaluate(script)]


@pytest.mark.parametrize("width", [390, 1280])
def test_a_sentence_and_its_counterpart_are_lit_by_pointer_tap_and_key(browser: Any, folder: Path, width: int) -> None:
    is_phone = width == 390
    context = browser.new_context(viewport={"width": width, "height": 844}, has_touch=is_phone, is_mobile=is_phone)
    tab = context.new_page()
    tab.goto(f"{folder.as_uri()}/d/{FULL}.html")
    in_both(tab)
    first, second = tab.locator(".pair").all()
    assert lit(tab) == []
    second.locator("p").last.tap() if is_phone else second.locator("p").last.click()
    assert lit(tab) == ["二句。 Two."]
    tab.mouse.move(1, 1)
    tab.keyboard.press("ArrowUp")
    assert lit(tab) == ["一句。 One."]
    tab.keyboard.press("ArrowUp")
    assert lit(tab) == ["一句。 One."]
    tab.keyboard.press("Tab")
    assert lit(tab) == [], "the sentences of an abstract are one stop of Tab"
    tab.keyboard.press("Shift+Tab")
    tab.keyboard.press("ArrowDown")
    assert lit(tab) == ["二句。 Two."]
    if not is_phone:
        tab.locator("h1").click()
        first.locator("p").first.hover()
        assert lit(tab) == ["一句。 One."]
    context.close()


def searched(tab: Any) -> None:
    tab.locator("#results mark").first.wait_for()


def in_both(tab: Any) -> None:
    tab.locator("[data-set-view=both]").click()


def opened(tab: Any) -> None:
    tab.locator("article.paper a.title").first.click()
    tab.locator("article.paper .translation").first.wait_for()


def helped(tab: Any) -> None:
    tab.locator("#help").click()


KINDS: dict[str, Callable[[Any], None] | None] = {
    "index.html": opened,
    f"d/{COMPACT}.all.html": None,
    f"d/{FULL}.html": in_both,
    f"d/{EMPTY}.html": None,
    f"p/{RICH.identifier}.html": None,
    f"p/{BARE.identifier}.html": None,
    "c/cs.SD.html": None,
    "c/eess.AS.2025.html": None,
    "t/speech.html": None,
    "a/bo-bergqvist.html": None,
    "i/echoes.html": None,
    "w/2026-W47.html": None,
    "w/2026-11.html": None,
    "m/2026-11.html": None,
    "y/2025.html": None,
    "archive.html": None,
    "tags.html": helped,
    "figures.html": None,
    "search.html?q=speech": searched,
    "marked.html": starred,
}


def test_axe_finds_no_barrier_on_any_kind_of_page(browser: Any, folder: Path) -> None:
    """In the dark colours are what differs."""
    axe = (resources.files("axe_playwright_python") / "axe.min.js").read_text("utf-8")
    context = browser.new_context(bypass_csp=True)
    tab = context.new_page()
    found = []
    folders = {path.parent.name for path in folder.rglob("*.html")}
    assert folders - {folder.name} <= {name.partition("/")[0] for name in KINDS}, "a kind that is not looked at"
    for name, act in KINDS.items():
        tab.emulate_media(color_scheme="light")
        tab.goto(f"{folder.as_uri()}/{name}")
        if act:
            act(tab)
        tab.evaluate("document.querySelectorAll('details').forEach(each => each.open = true)")
        tab.evaluate(axe)
        for scheme, rules in (("light", {}), ("dark", {"runOnly": ["color-contrast"]})):
            tab.emulate_media(color_scheme=scheme)
            said = tab.evaluate("rules => axe.run(rules)", rules)
            found += [(name, scheme, each["id"], each["nodes"][0]["html"]) for each in said["violations"]]
    context.close()
    assert found == []
