"""Feeds by the rules of feedvalidator (RFC 4287, RFC 3339, RFC 4151) and of JSON Feed 1.1, a table of each.

The validator itself is a service of another site. Each rule here is first shown to find its fault.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import pytest
from selectolax.lexbor import LexborHTMLParser

from digest_assets.site.values import Site
from digest_assets_tests.site.examples import ExampleSite, hostile_site

ATOM = "{http://www.w3.org/2005/Atom}"
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
TAG_URI = re.compile(r"tag:[a-z0-9.-]+,\d{4}(-\d\d(-\d\d)?)?:[A-Za-z0-9\-._~%!$&'()*+,;=:@/?]+")
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
ELEMENTS_OF_A_FEED = {"id", "title", "updated", "link", "author", "generator", "entry"}
ELEMENTS_OF_AN_ENTRY = {"id", "title", "updated", "link", "summary", "content", "published"}


def texts(element: Element, name: str) -> list[str]:
    return [each.text or "" for each in element.findall(ATOM + name)]


def entries(feed: Element) -> list[Element]:
    return feed.findall(ATOM + "entry")


def links(element: Element, rel: str) -> list[Element]:
    return [each for each in element.findall(ATOM + "link") if each.get("rel") == rel]


def both(feed: Element) -> list[Element]:
    return [feed, *entries(feed)]


def is_absolute(url: str | None) -> bool:
    return urlsplit(url or "").scheme in ("http", "https") and bool(urlsplit(url or "").netloc)


def links_of_html(content: str) -> list[str]:
    parsed = LexborHTMLParser(content)
    return [node.attributes.get("href") or node.attributes.get("src") or "" for node in parsed.css("a, img, link")]


def local(element: Element) -> str:
    return element.tag.removeprefix(ATOM)


ATOM_RULES: dict[str, Callable[[Element], bool]] = {
    "the root is a feed of Atom": lambda feed: feed.tag == ATOM + "feed",
    "id, title and updated are there once": lambda feed: all(
        len(texts(each, name)) == 1 for each in both(feed) for name in ("id", "title", "updated")
    ),
    "nothing is there that Atom does not know": lambda feed: (
        {local(each) for each in feed} <= ELEMENTS_OF_A_FEED
        and all({local(each) for each in entry} <= ELEMENTS_OF_AN_ENTRY for entry in entries(feed))
    ),
    "an author stands in the feed or in each entry": lambda feed: bool(feed.findtext(f"{ATOM}author/{ATOM}name")),
    "ids are URIs": lambda feed: all(TAG_URI.fullmatch(texts(each, "id")[0]) for each in both(feed)),
    "ids are unique": lambda feed: len({texts(each, "id")[0] for each in both(feed)}) == len(both(feed)),
    "an entry is published once, and not after it was updated": lambda feed: all(
        [each <= texts(entry, "updated")[0] for each in texts(entry, "published")] == [True] for entry in entries(feed)
    ),
    "dates are RFC 3339": lambda feed: all(RFC_3339.fullmatch(texts(each, "updated")[0]) for each in both(feed)),
    "the feed is as new as its newest entry": lambda feed: (
        not entries(feed) or texts(feed, "updated")[0] == max(texts(each, "updated")[0] for each in entries(feed))
    ),
    "the newest entry is first": lambda feed: (
        (found := [texts(each, "updated")[0] for each in entries(feed)]) == sorted(found, reverse=True)
    ),
    "the feed names itself once, as Atom": lambda feed: (
        [each.get("type") for each in links(feed, "self")] == ["application/atom+xml"]
    ),
    "each has one page, as HTML": lambda feed: all(
        [link.get("type") for link in links(each, "alternate")] == ["text/html"] for each in both(feed)
    ),
    "no title and no summary is empty": lambda feed: all(
        text.strip() for each in both(feed) for text in (*texts(each, "title"), *texts(each, "summary"))
    ),
    "titles are plain text": lambda feed: (
        not any(
            re.search(r"<\w+[ >]", title) and each.find(ATOM + "title").get("type") == "html"  # type: ignore[union-attr]
            for each in both(feed)
            for title in texts(each, "title")
        )
    ),
    "content is HTML, once": lambda feed: all(
        [each.get("type") for each in entry.findall(ATOM + "content")] == ["html"] for entry in entries(feed)
    ),
    "links in the content are absolute": lambda feed: all(
        is_absolute(link) for entry in entries(feed) for link in links_of_html(texts(entry, "content")[0])
    ),
    "the content runs nothing": lambda feed: (
        not any(
            LexborHTMLParser(texts(entry, "content")[0]).css("script, style, iframe, object, form, input")
            for entry in entries(feed)
        )
    ),
    "the language is named": lambda feed: bool(
        LANGUAGE.fullmatch(feed.get("{http://www.w3.org/XML/1998/namespace}lang") or "")
    ),
}

JSON_RULES: dict[str, Callable[[dict[str, Any]], bool]] = {
    "the version is 1.1": lambda feed: feed.get("version") == "https://jsonfeed.org/version/1.1",
    "it has a title": lambda feed: isinstance(feed.get("title"), str) and bool(feed["title"].strip()),
    "items are a list": lambda feed: isinstance(feed.get("items"), list),
    "addresses are absolute": lambda feed: all(
        is_absolute(each[name])
        for each in (feed, *feed["items"])
        for name in ("home_page_url", "feed_url", "url", "external_url", "icon", "favicon")
        if name in each
    ),
    "ids are strings, and unique": lambda feed: (
        all(isinstance(item.get("id"), str) and item["id"] for item in feed["items"])
        and len({item["id"] for item in feed["items"]}) == len(feed["items"])
    ),
    "each item has content": lambda feed: all(
        bool(item.get("content_html") or item.get("content_text")) for item in feed["items"]
    ),
    "dates are RFC 3339": lambda feed: all(
        RFC_3339.fullmatch(item[name])
        for item in feed["items"]
        for name in ("date_published", "date_modified")
        if name in item
    ),
    "the language is a tag": lambda feed: bool(LANGUAGE.fullmatch(feed.get("language", ""))),
    "authors are a list of names": lambda feed: all(author.get("name") for author in feed["authors"]),
    "links in the content are absolute": lambda feed: all(
        is_absolute(link) for item in feed["items"] for link in links_of_html(item["content_html"])
    ),
    "nothing is there that was dropped": lambda feed: "author" not in feed and "expired" not in feed,
}


def faults(folder: Path) -> Iterator[str]:
    """Every rule that a feed of the site breaks."""
    for file in [*folder.glob("feed.*"), *folder.glob("f/**/*.*")]:
        text = file.read_text("utf-8")
        if file.suffix == ".xml":
            assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n')
            feed = ElementTree.fromstring(text)
            yield from (f"{file.name}: {rule}" for rule, holds in ATOM_RULES.items() if not holds(feed))
        else:
            document = json.loads(text)
            yield from (f"{file.name}: {rule}" for rule, holds in JSON_RULES.items() if not holds(document))


class Unaddressed(ExampleSite):
    """A site of which nobody knows where it will be served, with a name that is no part of a URI."""

    @property
    def site(self) -> Site:
        return replace(super().site, base_url="", name="语音 digest")


class OfPapers(ExampleSite):
    @property
    def site(self) -> Site:
        return replace(super().site, feed_entries="paper")


@pytest.mark.parametrize("kind", ["plain", "papers", "hostile", "unaddressed", "without papers"])
def test_every_feed_keeps_every_rule(kind: str, tmp_path: Path) -> None:
    sites: dict[str, Callable[[], ExampleSite]] = {
        "plain": lambda: ExampleSite.of(90),
        "papers": lambda: OfPapers(ExampleSite.of(40).days_of),
        "hostile": hostile_site,
        "unaddressed": lambda: Unaddressed(ExampleSite.of(40).days_of),
        "without papers": lambda: ExampleSite({date(2026, 11, 20): []}),
    }
    sites[kind]().write(tmp_path)
    assert (tmp_path / "feed.xml").exists()
    assert list(faults(tmp_path)) == []


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("site")
    ExampleSite.of(40).write(folder)
    return (folder / "feed.xml").read_text("utf-8")


@pytest.mark.parametrize(
    ("wrong", "right", "rule"),
    [
        ("<updated>2026-11-20T05:00:00Z<", "<updated>20 Nov 2026<", "dates are RFC 3339"),
        ("arxiv/2026-11-19<", "arxiv/2026-11-20<", "ids are unique"),
        ("tag:digest-assets.example.org,2026:arxiv/all", "arxiv", "ids are URIs"),
        ('rel="self"', 'rel="related"', "the feed names itself once, as Atom"),
        ('<content type="html">', "<content>", "content is HTML, once"),
        ("href=&quot;https://digest.test/", "href=&quot;", "links in the content are absolute"),
        ("&lt;ol&gt;", "&lt;script&gt;", "the content runs nothing"),
        ("<summary>", "<description>", "nothing is there that Atom does not know"),
        ("<name>arxiv</name>", "<name></name>", "an author stands in the feed or in each entry"),
    ],
)
def test_the_rules_find_what_breaks_them(feed: str, wrong: str, right: str, rule: str, tmp_path: Path) -> None:
    if wrong not in feed:
        wrong, right = wrong.replace("&quot;", '"'), right.replace("&quot;", '"')
    assert wrong in feed
    broken = feed.replace(wrong, right)
    if wrong == "<summary>":
        broken = broken.replace("</summary>", "</description>")
    (tmp_path / "feed.xml").write_text(broken, "utf-8")
    assert f"feed.xml: {rule}" in list(faults(tmp_path))


def test_an_entry_tells_gists_and_abstracts_and_leads_to_our_pages(tmp_path: Path) -> None:
    ExampleSite.of(40).write(tmp_path)
    (newest, *_) = entries(ElementTree.parse(tmp_path / "feed.xml").getroot())
    content = texts(newest, "content")[0]
    assert "https://digest.test/p/" in content
    assert len(re.findall(r"[\u4e00-\u9fff]", content)) > 100


def test_a_paper_is_one_entry_in_all_feeds_and_the_newest_come_first(tmp_path: Path) -> None:
    OfPapers(ExampleSite.of(40).days_of).write(tmp_path)
    main = json.loads((tmp_path / "feed.json").read_text("utf-8"))["items"]
    assert all(item["url"].startswith("https://digest.test/p/") for item in main)
    known = {item["id"] for item in main}
    of_lists = [json.loads(file.read_text("utf-8"))["items"] for file in tmp_path.glob("f/*.json")]
    assert len(known) <= 100
    assert any(item["id"] in known for items in of_lists for item in items)


def test_the_list_of_feeds_names_each_by_its_address(tmp_path: Path) -> None:
    """By http://opml.org/spec2.opml: `text` is there, an outline of a feed is `rss` and has its address."""
    hostile_site().write(tmp_path)
    root = ElementTree.parse(tmp_path / "feeds.opml").getroot()
    assert (root.tag, root.get("version"), [each.tag for each in root]) == ("opml", "2.0", ["head", "body"])
    assert root.findtext("head/title")
    outlines = root.findall("body/outline")
    assert len(outlines) > 2
    for each in outlines:
        assert each.get("type") == "rss"
        assert each.get("text")
        for name in ("xmlUrl", "htmlUrl"):
            address = each.get(name) or ""
            assert is_absolute(address)
            assert (tmp_path / address.removeprefix("https://digest.test/")).is_file()
