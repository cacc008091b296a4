"""Weeks and months: their papers by topic, what grew and fell, and pages that lead to each other."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from digest_assets.site.review import month_around, moved, topics, week_of
from digest_assets.site.values import Entry, Tag
from digest_assets_tests.site.examples import ExampleSite

MUSIC, SPEECH = Tag("music", "音乐"), Tag("speech", "语音")


def entry(number: int, *tags: Tag) -> Entry:
    return Entry(date(2026, 11, 20), f"2611.{number:05}", f"Paper {number}", ("A",), ("cs.SD",), tags)


@pytest.mark.parametrize(
    ("day", "week", "first", "last"),
    [
        (date(2026, 11, 20), "2026-W47", date(2026, 11, 16), date(2026, 11, 22)),
        (date(2027, 1, 3), "2026-W53", date(2026, 12, 28), date(2027, 1, 3)),
        (date(2027, 1, 4), "2027-W01", date(2027, 1, 4), date(2027, 1, 10)),
    ],
)
def test_a_week_goes_from_monday_to_sunday_over_the_end_of_a_year(
    day: date, week: str, first: date, last: date
) -> None:
    found = week_of(day)
    assert (found.name, found.first, found.last) == (week, first, last)
    assert found.before.after == found.after.before == found


def test_a_month_ends_on_its_last_day() -> None:
    february = month_around(date(2028, 2, 29))
    assert (february.first, february.last) == (date(2028, 2, 1), date(2028, 2, 29))
    assert (february.before.name, february.after.name) == ("2028-01", "2028-03")


def test_each_paper_is_in_its_main_topic_and_what_grew_and_fell_is_told() -> None:
    now = [entry(1, MUSIC, SPEECH), entry(2, MUSIC), entry(3, MUSIC), entry(4)]
    before = [entry(n, SPEECH) for n in range(5, 9)] + [entry(9, MUSIC)]
    found = topics(now, before)
    assert [(each.tag, len(each.entries), each.before) for each in found] == [
        (MUSIC, 3, 1),
        (SPEECH, 0, 4),
        (None, 1, 0),
    ]
    assert [each.tag for each in moved(found, up=True)] == [MUSIC]
    assert [each.tag for each in moved(found, up=False)] == [SPEECH]


def test_each_week_has_its_page_which_names_its_papers_and_leads_to_its_neighbours(tmp_path: Path) -> None:
    site = ExampleSite.of(45, a_day=3)
    site.write(tmp_path)
    page = LexborHTMLParser((tmp_path / "w" / "2026-W47.html").read_text("utf-8"))
    assert len(page.css("ol.entries li")) == 15
    assert {node.attributes["href"] for node in page.css(".pager a")} == {"../w/2026-W46.html"}
    for name in ("2026-W46", "2026-11"):
        assert (tmp_path / "w" / f"{name}.html").is_file()
    assert not (tmp_path / "w" / "2026-W48.html").exists()
    archive = LexborHTMLParser((tmp_path / "archive.html").read_text("utf-8"))
    links = [node.attributes.get("href") or "" for node in archive.css("#reviews ~ ul a")]
    assert links[0] == "w/2026-W47.html"
    for link in links:
        assert (tmp_path / link).is_file()


@pytest.mark.slow
def test_a_week_and_a_month_that_are_over_are_entries_of_feeds(tmp_path: Path) -> None:
    whole = ExampleSite.of(120, a_day=3)  # the 20th of November back to the 12th of October, each day

    def fed(name: str) -> list[tuple[str, str]]:
        feed = feedparser.parse((tmp_path / "f" / f"{name}.xml").read_bytes())
        assert not feed.bozo
        return [(entry.title, entry.link) for entry in feed.entries]

    growing = ExampleSite({})
    for day in sorted(whole.days_of):
        growing.days_of[day] = whole.days_of[day]
        growing.write(tmp_path, day)
        if day == date(2026, 11, 15):
            assert fed("weeks")[0][1] == "https://digest.test/w/2026-W45.html"
        if day == date(2026, 11, 16):
            assert fed("weeks")[0] == ("2026 年第 46 周 · 21 篇", "https://digest.test/w/2026-W46.html")
    assert [link for _, link in fed("months")] == ["https://digest.test/w/2026-10.html"]
    del growing.days_of[date(2026, 11, 15)]
    growing.write(tmp_path, date(2026, 11, 15))
    assert fed("weeks")[0][0] == "2026 年第 46 周 · 18 篇"
    week = LexborHTMLParser((tmp_path / "w" / "2026-W46.html").read_text("utf-8"))
    assert [node.attributes["href"] for node in week.css(".standing a")][1:] == ["../f/weeks.xml", "../f/weeks.json"]
