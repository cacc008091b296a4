"""What the site's files say: completeness, sources, links that exist, text that stays text; and how few are written."""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from pathlib import Path
from urllib.parse import unquote, urlsplit
from zoneinfo import ZoneInfo

import feedparser
import pytest
from selectolax.lexbor import LexborHTMLParser

from digest_assets.digests import emptiness
from digest_assets.digests.days import DigestDays
from digest_assets.errors import OutputUnwritable, TemplateBroken
from digest_assets.model import (
    AnswerStatus,
    FilterReason,
    PaperUpdate,
    SentencePair,
    TextSource,
)
from digest_assets.resources.site_notes import NAME
from digest_assets.site import empty
from digest_assets.site.values import LaterVersion
from digest_assets.site.words import SITE_WORDS
from digest_assets_tests.present import one
from digest_assets_tests.site.examples import HOSTILE, ExampleSite, digest_paper, hostile_site, paper
from digest_assets_tests.site.searched_index import searched_in

DAY = date(2026, 11, 20)


def page(folder: Path, name: str) -> LexborHTMLParser:
    return LexborHTMLParser((folder / name).read_text("utf-8"))


def test_a_date_s_page_says_how_complete_it_is(tmp_path: Path) -> None:
    ExampleSite.of(3).write(tmp_path)
    made = page(tmp_path, f"d/{DAY}.html")
    standing = " ".join(one(made, ".standing").text(separator=" ").split())
    assert standing == "公布 4 刊出 3 过滤 1"
    left_out = one(made, ".left-out").text()
    assert "A paper about radar" in left_out
    assert "关键词" in left_out


def test_each_paper_says_where_its_text_came_from_and_what_answered(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    reading = replace(each.reading, text_source=TextSource.PDF)
    site.days_of = {DAY: [replace(each, reading=reading, text_source=TextSource.PDF, text_reason="no HTML: 404")]}
    site.write(tmp_path)
    said = one(page(tmp_path, f"d/{DAY}.html"), ".provenance").text(separator=" ")
    assert "PDF 全文（no HTML: 404）" in said
    assert "model-of-tests" in said
    assert "translation-7" in said
    assert "reading-7" in said


def test_what_a_paper_lacks_is_said_and_not_pretended(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    translation = replace(each.translation, status=AnswerStatus.WITHHELD, reason="a number was lost")
    reading = replace(each.reading, status=AnswerStatus.FAILED, reason="time-out")
    site.days_of = {DAY: [replace(each, translation=translation, reading=reading)]}
    site.write(tmp_path)
    made = page(tmp_path, f"d/{DAY}.html")
    assert made.css_first("details.reading") is None
    assert made.css_first(".translation") is None
    notes = [note.text() for note in made.css("article .note")]
    assert notes == [
        "摘要未通过检查，暂不刊出，以下为原文",
        "解读未能生成",
    ]  # what exactly went wrong is for the ledger


def test_an_answer_that_did_not_pass_the_checks_says_so_before_it_is_read(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    translation = replace(each.translation, reason="a 42 was lost")
    reading = replace(each.reading, reason="b 42 was lost")
    site.days_of = {DAY: [replace(each, translation=translation, reading=reading)]}
    site.write(tmp_path)
    made = page(tmp_path, f"d/{DAY}.html")
    above, folded = made.css("article .flagged")
    assert above.text() == "译文未通过校对"
    assert made.css_first(".flagged + .abstract") is not None
    assert folded.text() == "解读未通过校对"
    assert made.css_first("details.reading > summary + .flagged") is not None


def test_formulas_are_typeset_and_those_that_cannot_be_read_are_code(tmp_path: Path) -> None:
    each = digest_paper(paper(1, title=r"Bounds of $\sqrt{d}$ and $\notacommand{x}$"), DAY)
    ExampleSite({DAY: [each]}).write(tmp_path)
    title = one(page(tmp_path, f"d/{DAY}.html"), "article h2")
    assert one(title, "math msqrt mi").text() == "d"
    assert one(title, "code").text() == r"\notacommand{x}"


def test_the_contents_say_which_papers_are_withdrawn(tmp_path: Path) -> None:
    papers = [digest_paper(paper(number), DAY) for number in range(2)]
    ExampleSite({DAY: [replace(papers[0], withdrawn=True), papers[1]]}).write(tmp_path)
    lines = page(tmp_path, f"d/{DAY}.html").css("#contents li")
    assert sorted("已撤回" in line.text() for line in lines) == [False, True]


def test_every_link_inside_the_site_leads_to_a_file(tmp_path: Path) -> None:
    ExampleSite.of(110, a_day=10).write(tmp_path)
    missing = set()
    for file in tmp_path.rglob("*.html"):
        parsed = LexborHTMLParser(file.read_text("utf-8"))
        links = [node.attributes.get("href") or "" for node in parsed.css("a, link")]
        links += [node.attributes.get("src") or "" for node in parsed.css("script, img")]
        for link in links:
            target = urlsplit(link)
            if target.scheme or not target.path:
                continue
            if not (file.parent / unquote(target.path)).exists():
                missing.add((str(file.relative_to(tmp_path)), link))
    assert missing == set()


def test_nothing_is_asked_of_another_site(tmp_path: Path) -> None:
    ExampleSite.of(3).write(tmp_path)
    for file in tmp_path.rglob("*.html"):
        parsed = LexborHTMLParser(file.read_text("utf-8"))
        fetched = [node.attributes.get("src") for node in parsed.css("script, img, iframe, source")]
        fetched += [node.attributes.get("href") for node in parsed.css("link[rel=stylesheet], link[rel=icon]")]
        assert not [each for each in fetched if each and re.match(r"(https?:)?//", each)]
    assert "url(" not in (tmp_path / "assets/site.css").read_text("utf-8")


def test_hostile_text_stays_text_on_every_page(tmp_path: Path) -> None:
    hostile_site().write(tmp_path)
    for file in tmp_path.rglob("*.html"):
        made = file.read_bytes().decode("utf-8")  # as UTF-8: no lone surrogate
        parsed = LexborHTMLParser(made)
        scripts = parsed.css("script:not([type='application/ld+json'])")
        assert all("assets/" in (node.attributes.get("src") or "") for node in scripts)
        assert all(json.loads(node.text()) for node in parsed.css("script[type='application/ld+json']"))
        assert not parsed.css("img")
        assert not [node for node in parsed.css("*") if any(name.startswith("on") for name in node.attributes)]
        assert not [a for a in parsed.css("a") if (a.attributes.get("href") or "").startswith("javascript")]
        assert not re.search("[\x00\u202e\u202c]", made)
    titles = [node.text() for node in page(tmp_path, f"d/{DAY}.html").css("article h2")]
    assert HOSTILE[0] in titles
    assert any("{{ 7 * 7 }}" in title for title in titles)


def test_hostile_text_cannot_leave_the_search_index(tmp_path: Path) -> None:
    hostile_site().write(tmp_path)
    for file in (tmp_path / "s").iterdir():
        call = re.fullmatch(
            r"digestSearch\.(?:periods|days|titles|part|shelf|simplified)\((.*)\);\n",
            file.read_text("utf-8"),
            re.DOTALL,
        )
        assert call
        json.loads(f"[{call[1]}]")


def test_a_second_build_writes_nothing(tmp_path: Path) -> None:
    site = ExampleSite.of(60)
    site.write(tmp_path)
    site.loaded.clear()
    second = site.write(tmp_path)
    assert (second.written, second.unchanged, second.removed) == (0, 0, 0)
    assert site.loaded == []


def test_a_new_date_leaves_older_ones_alone(tmp_path: Path) -> None:
    site = ExampleSite.of(120, a_day=3)
    site.write(tmp_path)
    old = tmp_path / "d" / f"{DAY - timedelta(days=10)}.html"
    search_of_october = sorted((tmp_path / "s").glob("*2026-10*"))
    stamps = {file: file.stat().st_mtime_ns for file in (old, *search_of_october)}
    site.loaded.clear()
    site.days_of[DAY + timedelta(days=1)] = [digest_paper(paper(5000), DAY + timedelta(days=1))]
    site.write(tmp_path)
    assert {file: file.stat().st_mtime_ns for file in stamps} == stamps
    # The new date, for its page and the start page, and the one before, which links to it now.
    assert sorted(set(site.loaded)) == [DAY, DAY + timedelta(days=1)]


def test_pages_of_what_is_gone_are_removed_and_a_person_s_files_are_not(tmp_path: Path) -> None:
    site = ExampleSite.of(40)
    site.write(tmp_path)
    (tmp_path / "CNAME").write_text("digest.test")
    gone = min(site.days_of)
    del site.days_of[gone]
    assert site.write(tmp_path, gone).removed > 0
    assert not (tmp_path / "d" / f"{gone}.html").exists()
    assert (tmp_path / "CNAME").exists()


def test_notes_that_were_damaged_cost_a_rebuild_and_nothing_else(tmp_path: Path) -> None:
    site = ExampleSite.of(20)
    first = site.write(tmp_path)
    (tmp_path / NAME).write_bytes(b"SQLite format 3\x00 and then nothing that belongs there" * 40)
    assert site.write(tmp_path).written == first.written


def test_a_page_that_somebody_deleted_is_made_again(tmp_path: Path) -> None:
    site = ExampleSite.of(20)
    site.write(tmp_path)
    (tmp_path / "index.html").unlink()
    assert site.write(tmp_path).written == 1


def test_a_file_in_the_place_of_the_folder_is_one_clear_error(tmp_path: Path) -> None:
    (tmp_path / "site").write_text("a person's")
    with pytest.raises(OutputUnwritable, match=r"output\.site_dir"):
        ExampleSite.of(1).write(tmp_path / "site")


@pytest.mark.parametrize("language", sorted(SITE_WORDS))
def test_every_language_has_its_words(language: str, tmp_path: Path) -> None:
    words = SITE_WORDS[language]
    assert set(words.states) == {status.value for status in AnswerStatus}
    assert set(words.filter_reasons) >= {reason.value for reason in FilterReason}
    site = ExampleSite.of(2)
    site.language = language
    site.write(tmp_path)
    assert one(page(tmp_path, "index.html"), "html").attributes["lang"] == words.lang


def test_an_english_site_has_one_language_and_says_so_in_its_words(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    original = replace(each.translation, text=each.paper.abstract, model=None)
    site.days_of = {DAY: [replace(each, translation=original)]}
    site.language = "en"
    site.write(tmp_path)
    made = page(tmp_path, f"d/{DAY}.html")
    assert made.css("[data-set-view]") == made.css(".translation") == made.css("article .note") == []
    assert made.css_first(".original math") is not None
    assert "l" not in [key.text() for key in made.css("#keys kbd")]
    assert one(made, ".standing").text().split() == ["2", "announced", "1", "published", "1", "filtered"]
    assert "Friday" in one(made, "h1").text()
    assert one(page(tmp_path, "c/eess.AS.html"), ".standing span").text() == "1 paper"
    for file in (*tmp_path.rglob("*.html"), *tmp_path.rglob("*.xml")):
        parsed = LexborHTMLParser(file.read_text("utf-8"))
        for written in parsed.css("details.reading"):
            written.decompose()
        chinese = [text for text in re.findall("[\u3000-\u30ff\u4e00-\u9fff]+", parsed.html or "") if text != "语音"]
        assert chinese == [], file.name


@pytest.mark.parametrize("language", SITE_WORDS)
def test_a_date_without_papers_says_why_in_the_reader_s_language(language: str) -> None:
    days, words = DigestDays(ZoneInfo("Asia/Shanghai"), time(8, 50), date(2026, 1, 1)), SITE_WORDS[language]
    now = datetime(2026, 12, 31, tzinfo=timezone.utc)
    seen = [datetime(2026, 11, 24, 1, tzinfo=timezone.utc)]
    tuesday, due = date(2026, 11, 24), "09:00 (Asia/Shanghai)"
    reasons = [
        *(emptiness.empty_reason(day, days, now) for day in (date(2026, 11, 22), date(2026, 11, 27))),
        emptiness.empty_reason(tuesday, days, now, feed_mailings=seen),
        emptiness.empty_reason(tuesday, days, now, doubt="The feed still shows the mailing of 2026-11-20."),
        emptiness.empty_reason(tuesday, days, now, came_later=3),
    ]
    assert [empty.sentence(reason.text, words) for reason in reasons] == [
        words.empty_weekend,
        words.empty_holiday.format(evening="2026-11-26", name="Thanksgiving Day"),
        words.empty_nothing,
        words.empty_unseen.format(due=due),
        words.empty_came_later.format(due=due, count=3),
    ]
    assert empty.sentence("No mailing of arXiv falls on this day.", words) == words.empty_no_mailing
    assert empty.sentence(None, words) == words.not_found
    assert empty.sentence("Another reason.", words) == "Another reason."


def test_a_formula_is_not_parted_from_the_marks_around_it(tmp_path: Path) -> None:
    each = digest_paper(paper(1), DAY, translation="并不更好（$r = 0.08$）。**其中 $x$，** 而 $y$ 不然。")
    ExampleSite({DAY: [each]}).write(tmp_path)
    kept = page(tmp_path, f"d/{DAY}.html").css(".translation .whole")
    assert [(each.text()[0], each.text()[-2:]) for each in kept] == [("（", "）。"), ("x", "x，")]


@pytest.mark.parametrize("name", ["feed", "f/cs.SD"])
def test_feeds_can_be_read_and_keep_their_identifiers(name: str, tmp_path: Path) -> None:
    site = ExampleSite.of(60)
    site.write(tmp_path)
    before = feedparser.parse((tmp_path / f"{name}.xml").read_bytes())
    assert not before.bozo
    assert before.version == "atom10"
    assert len({entry.id for entry in before.entries}) == len(before.entries) == 3
    assert before.entries[0].link == f"https://digest.test/d/{DAY}.html"
    assert before.entries[0].updated == "2026-11-20T05:00:00Z"
    site.changes[DAY] = 1
    site.days_of[DAY] = site.days_of[DAY][:-2]
    site.write(tmp_path)
    after = feedparser.parse((tmp_path / f"{name}.xml").read_bytes())
    assert [entry.id for entry in after.entries] == [entry.id for entry in before.entries]
    assert after.entries[0].summary != before.entries[0].summary or after.entries[0].title != before.entries[0].title


@pytest.mark.parametrize("name", ["feed", "f/cs.SD"])
def test_json_feeds_have_what_their_version_requires(name: str, tmp_path: Path) -> None:
    ExampleSite.of(60).write(tmp_path)
    feed = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["feed_url"] == f"https://digest.test/{name}.json"
    for item in feed["items"]:
        assert item["id"].startswith("tag:")
        assert item["content_html"].startswith("<ol>")
        assert item["url"].startswith("https://digest.test/d/")


@pytest.mark.parametrize("name", ["feed", "f/cs.SD"])
def test_dates_that_were_made_at_once_stand_in_their_order_in_a_reader(name: str, tmp_path: Path) -> None:
    def read() -> list[feedparser.FeedParserDict]:
        entries = feedparser.parse((tmp_path / f"{name}.xml").read_bytes()).entries
        return sorted(entries, key=lambda entry: entry.published, reverse=True)

    site = ExampleSite.of(100)
    made_at_once = {day: 24 * (DAY - day).days + 48 for day in site.days_of}
    site.changes.update(made_at_once)
    site.write(tmp_path)
    before = read()
    assert len({entry.updated for entry in before}) == 1
    newest_first = sorted(map(str, site.days_of), reverse=True)
    assert [entry.id.rpartition("/")[2] for entry in before] == newest_first
    items = json.loads((tmp_path / f"{name}.json").read_text("utf-8"))["items"]
    assert [item["id"].rpartition("/")[2] for item in items] == newest_first
    assert [item["date_published"] for item in items] == [entry.published for entry in before]
    changed = DAY - timedelta(days=2)
    site.changes[changed] += 1
    site.write(tmp_path, changed)
    after = read()
    assert [entry.published for entry in after] == [entry.published for entry in before]
    assert [entry.updated != old.updated for entry, old in zip(after, before, strict=True)] == [
        day == str(changed) for day in newest_first
    ]


def test_hostile_titles_leave_feeds_well_formed(tmp_path: Path) -> None:
    hostile_site().write(tmp_path)
    feed = feedparser.parse((tmp_path / "feed.xml").read_bytes())
    assert not feed.bozo
    assert "<script" not in feed.entries[0].content[0].value
    json.loads((tmp_path / "feed.json").read_text("utf-8"))


def listed(folder: Path, name: str) -> list[str]:
    """The identifiers that a page lists, in its order."""
    links = [node.attributes.get("href") or "" for node in page(folder, name).css(".entries a.title")]
    return [link.partition("#p")[2] for link in links]


def cloud(folder: Path, name: str) -> list[str]:
    """Where the small links of a page lead, dates and years."""
    return [node.attributes.get("href") or "" for node in page(folder, name).css(".cloud a")]


@pytest.mark.slow
def test_long_lists_have_a_page_for_each_earlier_year_and_lose_nobody(tmp_path: Path) -> None:
    site = ExampleSite.of(240, a_day=2, last=date(2026, 2, 20))
    site.write(tmp_path)
    newest = listed(tmp_path, "c/eess.AS.html")
    assert len(newest) == 100
    *dates, year = cloud(tmp_path, "c/eess.AS.html")
    assert dates == [f"../d/{day}.html#in=c/eess.AS" for day in sorted(site.days_of, reverse=True) if day.year == 2026]
    assert year == "../c/eess.AS.2025.html"
    assert not (tmp_path / "c/eess.AS.2026.html").exists()
    assert page(tmp_path, "c/eess.AS.html").css_first('.standing a[href="#more"]') is not None
    assert page(tmp_path, "c/eess.AS.html").css_first("#more") is not None
    everybody = [each.paper.identifier for papers in site.days_of.values() for each in papers]
    assert newest == everybody[:100]
    of_2026 = 2 * len(dates)
    assert listed(tmp_path, "c/eess.AS.2025.html") == everybody[of_2026:]


def test_what_stands_on_the_first_page_is_not_shown_by_its_dates_too(tmp_path: Path) -> None:
    ExampleSite.of(150, a_day=2, last=date(2026, 2, 10)).write(tmp_path)
    assert len(listed(tmp_path, "c/eess.AS.html")) == 100
    assert cloud(tmp_path, "c/eess.AS.html") == ["../c/eess.AS.2025.html"]


@pytest.mark.slow
def test_a_year_with_many_papers_is_shown_by_its_dates(tmp_path: Path) -> None:
    ExampleSite.of(310, a_day=10, last=date(2026, 1, 10)).write(tmp_path)
    year = page(tmp_path, "c/eess.AS.2025.html")
    assert year.css(".entries li") == []
    links = cloud(tmp_path, "c/eess.AS.2025.html")
    assert len(links) == 21
    assert "../d/2025-12-31.html#in=c/eess.AS" in links


@pytest.mark.slow
def test_a_list_that_grows_long_gets_the_pages_of_its_years_and_loses_them_again(tmp_path: Path) -> None:
    site = ExampleSite.of(98, a_day=1, last=date(2026, 2, 20))
    site.write(tmp_path)
    assert not (tmp_path / "c/eess.AS.2025.html").exists()
    added = date(2026, 2, 21)
    site.days_of[added] = [digest_paper(paper(5000 + number), added) for number in range(4)]
    site.write(tmp_path)
    assert len(listed(tmp_path, "c/eess.AS.2025.html")) == 47
    del site.days_of[added]
    site.write(tmp_path, added)
    assert not (tmp_path / "c/eess.AS.2025.html").exists()
    assert len(listed(tmp_path, "c/eess.AS.html")) == 98


def test_a_date_that_is_made_again_brings_back_its_page_and_lists(tmp_path: Path) -> None:
    site = ExampleSite.of(6, a_day=3)
    site.write(tmp_path)
    before = everything_in(tmp_path)
    earlier = min(site.days_of)
    for name in (f"d/{earlier}.html", "c/eess.AS.html", "t/speech.html"):
        (tmp_path / name).unlink()
    site.write(tmp_path, earlier)
    assert everything_in(tmp_path) == before


def test_archive_month_and_year_count_what_stands_on_the_pages_of_dates(tmp_path: Path) -> None:
    """Of each of these dates a paper more was announced, and filtered."""
    ExampleSite.of(6, a_day=3).write(tmp_path)
    for name in ("archive.html", "y/2026.html"):
        assert one(page(tmp_path, name), ".month small").text() == "6 篇"
        assert [each.text() for each in page(tmp_path, name).css(".cloud small")][:2] == ["3", "3"]
    month = page(tmp_path, "m/2026-11.html")
    assert one(month, ".standing span").text() == "6 篇"
    assert [each.text() for each in month.css(".days .small")] == ["3 篇", "3 篇"]


@pytest.mark.slow
def test_a_year_gets_its_page_when_the_next_one_begins_and_loses_it_if_that_goes(tmp_path: Path) -> None:
    site = ExampleSite.of(240, a_day=2, last=date(2025, 12, 31))
    site.write(tmp_path)
    assert not list(tmp_path.glob("c/eess.AS.2*.html"))
    begun = date(2026, 1, 1)
    site.days_of[begun] = [digest_paper(paper(5000), begun)]
    site.write(tmp_path)
    assert [each.name for each in tmp_path.glob("c/eess.AS.2*.html")] == ["eess.AS.2025.html"]
    assert len(cloud(tmp_path, "c/eess.AS.2025.html")) == 120
    del site.days_of[begun]
    site.write(tmp_path, begun)
    assert not list(tmp_path.glob("c/eess.AS.2*.html"))


def everything_in(folder: Path) -> dict[str, bytes]:
    return {
        str(file.relative_to(folder)): file.read_bytes()
        for file in folder.rglob("*")
        if file.name != NAME and file.is_file()
    }


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_day_by_day_in_any_order_the_site_is_what_one_build_of_all_makes(seed: int, tmp_path: Path) -> None:
    """Dates of three years arrive, change and go in any order; what is on the disk must not tell."""
    rng = random.Random(seed)
    final = ExampleSite.of(60, a_day=3, last=date(2026, 1, 12))
    final.days_of |= ExampleSite.of(12, a_day=3, last=date(2024, 3, 2)).days_of
    for old in [day for day in final.days_of if day.year == 2024]:
        final.days_of[old] = [digest_paper(paper(7000 + old.day * 10 + number), old) for number in range(3)]
    final.write(tmp_path / "at once")
    growing = ExampleSite({})
    order = [*final.days_of, *rng.choices(list(final.days_of), k=6)]
    rng.shuffle(order)
    for day in order:
        if day in growing.days_of and rng.random() < 0.5:
            del growing.days_of[day]
        else:
            growing.days_of[day] = final.days_of[day][: rng.randint(1, 3)]
            growing.changes[day] = growing.changes.get(day, 0) + 1
        if growing.days_of:
            growing.write(tmp_path / "by day", day)
    for day in sorted(final.days_of, key=lambda _: rng.random()):
        growing.days_of[day] = final.days_of[day]
        growing.changes[day] = 0
        growing.write(tmp_path / "by day", day)
    # One more build with nothing new: the files of the search index that were put together go.
    growing.write(tmp_path / "by day", max(growing.days_of))
    assert searched_in(tmp_path / "by day") == searched_in(tmp_path / "at once")
    made, expected = pages_in(tmp_path / "by day"), pages_in(tmp_path / "at once")
    for files in (made, expected):  # a paper is compared with what was there when its date was made
        related = re.compile(rb'<section aria-labelledby="related">.*?</section>\n', re.DOTALL)
        files |= {name: related.sub(b"", content) for name, content in files.items() if name.startswith("p/")}
    assert made.keys() == expected.keys()
    assert [name for name in made if made[name] != expected[name]] == []


def pages_in(folder: Path) -> dict[str, bytes]:
    """All but the parts of the search index, in which papers may lie in another order."""
    return {
        name: content
        for name, content in everything_in(folder).items()
        if not name.startswith("s/") or name.startswith(("s/titles-", "s/days-"))
    }


def test_new_versions_of_earlier_papers_are_listed(tmp_path: Path) -> None:
    site = ExampleSite.of(2)
    newer = replace(paper(1, title="On $x^2$, revised"), identifier="2510.00001", version=3)
    site.updates[DAY] = (PaperUpdate(newer, date(2026, 10, 2), 1, abstract_changed=True, withdrawn=False),)
    site.write(tmp_path)
    said = one(page(tmp_path, f"d/{DAY}.html"), ".updates")
    assert "2510.00001v3 · v1 · 2026-10-02 · 摘要有改动" in " ".join(said.text(separator=" ").split())
    assert [a.attributes["href"] for a in said.css("a")] == [
        "https://arxiv.org/abs/2510.00001v3",
        "../d/2026-10-02.html#p2510.00001",
    ]
    assert said.css_first("math msup") is not None


def test_a_user_s_templates_and_styles_go_before_the_package_s(tmp_path: Path) -> None:
    own = tmp_path / "templates" / "site"
    (own / "static").mkdir(parents=True)
    (own / "tags.html.j2").write_text('{% extends "base.html.j2" %}{% block content %}<h1>Mine</h1>{% endblock %}')
    (own / "static" / "site.css").write_text("body { color: teal }")
    site = ExampleSite.of(3)
    site.templates = tmp_path / "templates"
    site.write(tmp_path / "site")
    assert one(page(tmp_path / "site", "tags.html"), "h1").text() == "Mine"
    assert (tmp_path / "site/assets/site.css").read_text() == "body { color: teal }"
    assert page(tmp_path / "site", "index.html").css("article")
    (own / "tags.html.j2").write_text("<h1>Mine no more</h1>")
    assert site.write(tmp_path / "site").written == 1, "a template that changed makes the pages anew"


def test_a_template_with_an_error_is_one_line_that_names_it_and_leaves_the_site_as_it_was(tmp_path: Path) -> None:
    site = ExampleSite.of(3)
    site.write(tmp_path / "site")
    before = everything_in(tmp_path / "site")
    (tmp_path / "templates" / "site").mkdir(parents=True)
    site.templates = tmp_path / "templates"
    for text in ("{% if %}", "{{ no_such_thing }}"):
        (tmp_path / "templates" / "site" / "day.html.j2").write_text(f"\n{text}")
        with pytest.raises(TemplateBroken, match=r"day\.html\.j2, line 2"):
            site.write(tmp_path / "site")
    assert everything_in(tmp_path / "site") == before


def test_a_paper_s_page_names_earlier_ones_that_are_like_it_and_why(tmp_path: Path) -> None:
    site = ExampleSite.of(60, a_day=10)
    earlier, later = DAY - timedelta(days=3), DAY
    alike = paper(7001, title="Watermarking of neural speech codecs")
    other = replace(paper(7002, title="Speech watermarking that codecs keep"), abstract="A codec. The codec hums.")
    site.days_of[earlier] = [*site.days_of[earlier], digest_paper(alike, earlier)]
    site.days_of[later] = [*site.days_of[later], digest_paper(other, later)]
    site.write(tmp_path)
    found = one(page(tmp_path, f"p/{other.identifier}.html"), "[aria-labelledby=related]")
    assert one(found, "a.title").attributes["href"] == f"{alike.identifier}.html".join(("../p/", ""))
    assert "codec, watermarking" in found.text()
    assert page(tmp_path, f"p/{alike.identifier}.html").css("[aria-labelledby=related] a.title") == []


def test_a_paper_s_page_is_read_by_reference_managers_and_says_where_it_stood(tmp_path: Path) -> None:
    site = ExampleSite.of(2)
    (first, _) = site.days_of[DAY]
    identifier = first.paper.identifier
    site.later[identifier] = (LaterVersion(date(2026, 11, 25), 2, True, False),)
    site.write(tmp_path)
    made = page(tmp_path, f"p/{identifier}.html")
    told = {node.attributes["name"]: node.attributes["content"] for node in made.css("meta[name^=citation]")}
    assert told["citation_arxiv_id"] == identifier
    assert told["citation_publication_date"] == "2026/11/01"
    assert len(made.css("meta[name=citation_author]")) == 3
    said = json.loads(one(made, "script[type='application/ld+json']").text())
    assert said["@type"] == "ScholarlyArticle"
    assert said["url"] == f"https://digest.test/p/{identifier}.html"
    assert made.css_first("meta[property='og:title']") is not None
    assert made.css_first(f"[aria-labelledby=in-digests] a[href='../d/{DAY}.html#p{identifier}']") is not None
    assert "v2：摘要有改动，见 2026-11-25 一期" in one(made, "[aria-labelledby=versions]").text()


def test_a_new_version_is_told_on_the_page_of_the_earlier_paper(tmp_path: Path) -> None:
    site = ExampleSite.of(4, a_day=2)
    earlier = min(site.days_of)
    each = site.days_of[earlier][0].paper
    site.write(tmp_path)
    newest = DAY + timedelta(days=1)
    site.days_of[newest] = [digest_paper(paper(900), newest)]
    site.updates[newest] = (PaperUpdate(replace(each, version=2), earlier, 1, abstract_changed=True, withdrawn=False),)
    site.later[each.identifier] = (LaterVersion(newest, 2, True, False),)
    site.write(tmp_path)
    assert str(newest) in one(page(tmp_path, f"p/{each.identifier}.html"), "[aria-labelledby=versions]").text()


@pytest.mark.parametrize("name", ["index", "search", "marked", "archive"])
def test_a_page_names_all_its_files_before_the_script_that_it_waits_for(name: str, tmp_path: Path) -> None:
    """After it a browser would ask for them only when it has run: a round trip later."""
    ExampleSite.of(3).write(tmp_path)
    files = page(tmp_path, f"{name}.html").css("link[rel=stylesheet], script[src]")
    waited_for = [each.tag == "script" and "defer" not in each.attributes for each in files]
    assert waited_for == [*[False] * (len(files) - 1), True]
    assert len(files) >= 4


def test_both_languages_stand_sentence_by_sentence_where_the_pairs_are_known(tmp_path: Path) -> None:
    site = ExampleSite.of(1)
    (each,) = site.days_of[DAY]
    pairs = (SentencePair("We hear $x$.", "我们听见 $x$。"), SentencePair("It works.", "有效。"))
    site.days_of = {DAY: [replace(each, translation=replace(each.translation, pairs=pairs))]}
    site.write(tmp_path)
    for name in (f"d/{DAY}.html", f"p/{each.paper.identifier}.html"):
        found = page(tmp_path, name).css(".paired .pair")
        assert [[line.text() for line in pair.css("p")] for pair in found][1] == ["有效。", "It works."]


@pytest.mark.parametrize("name", ["t/speech", "a/bo-bergqvist"])
def test_topics_and_authors_have_feeds_to_follow(name: str, tmp_path: Path) -> None:
    ExampleSite.of(30, a_day=10).write(tmp_path)
    feed = feedparser.parse((tmp_path / f"f/{name}.xml").read_bytes())
    assert not feed.bozo
    assert len(feed.entries) == 3
    links = [node.attributes["href"] for node in page(tmp_path, f"{name}.html").css(".standing a")]
    assert f"../f/{name}.xml" in links
