"""Feeds of the site: a date is an entry, or a paper is, in Atom (RFC 4287) and JSON Feed 1.1; and all feeds in OPML.

An entry's identifier is a tag URI (RFC 4151) of the digest's name and date, or of the paper, so that it stays the same
wherever the site moves; it is marked as updated when what it says changes.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from digest_assets.markup.characters import clean

DATES_IN_A_FEED = 20


@dataclass(frozen=True, slots=True)
class FeedItem:
    """One date, or a paper of it. `content`: HTML whose links are absolute."""

    date: date
    title: str
    summary: str
    content: str
    published_at: datetime
    """UTC. Of the date, whenever it was made: readers put entries into this order, also where all were made at once."""
    updated_at: datetime
    """UTC."""
    paper: str = ""
    """Its identifier. Empty: the entry is the date."""
    page: str = ""
    """Below the site."""


@dataclass(frozen=True, slots=True)
class Feed:
    """One feed: of the whole digest, or of a category. `scope` is empty for the whole."""

    digest: str
    scope: str
    title: str
    language: str
    base_url: str
    """Of the site, with a slash at the end; empty where it is not known: links are then relative."""
    path: str
    """The feed's own, below the site, without its ending."""
    page: str
    """The page that it goes with, below the site."""
    items: Sequence[FeedItem]

    @property
    def identifier(self) -> str:
        return _tag(self.digest, self.scope or "all")

    def address(self, path: str) -> str:
        return (self.base_url or "../" * self.path.count("/")) + path

    def item_identifier(self, item: FeedItem) -> str:
        if item.paper:  # the same entry in all feeds
            return _tag(self.digest, f"paper/{item.paper}")
        return _tag(self.digest, f"{self.scope}/{item.date}" if self.scope else str(item.date))


def _tag(digest: str, rest: str) -> str:
    # A tag URI's authority must be a name that its minter may use; example.org belongs to nobody (RFC 2606).
    return f"tag:digest-assets.example.org,2026:{quote(digest, safe='')}/{quote(rest, safe='/')}"


def atom(feed: Feed) -> str:
    """The feed as Atom."""
    updated = max((item.updated_at for item in feed.items), default=None)
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        f'<feed xmlns="http://www.w3.org/2005/Atom" xml:lang={quoteattr(feed.language)}>',
        f"<id>{escape(feed.identifier)}</id>",
        f"<title>{_text(feed.title)}</title>",
        f"<updated>{_instant(updated)}</updated>" if updated else "<updated>2026-01-01T00:00:00Z</updated>",
        f'<link rel="self" type="application/atom+xml" href={quoteattr(feed.address(feed.path + ".xml"))}/>',
        f'<link rel="alternate" type="text/html" href={quoteattr(feed.address(feed.page))}/>',
        f"<author><name>{_text(feed.digest)}</name></author>",
        "<generator>digest-assets</generator>",
    ]
    for item in feed.items:
        lines += [
            "<entry>",
            f"<id>{escape(feed.item_identifier(item))}</id>",
            f"<title>{_text(item.title)}</title>",
            f"<published>{_instant(item.published_at)}</published>",
            f"<updated>{_instant(item.updated_at)}</updated>",
            f'<link rel="alternate" type="text/html" href={quoteattr(feed.address(item.page))}/>',
            f"<summary>{_text(item.summary)}</summary>",
            f'<content type="html">{_text(item.content)}</content>',
            "</entry>",
        ]
    return "\n".join([*lines, "</feed>"]) + "\n"


def json_feed(feed: Feed) -> str:
    """The feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/), which knows no relative addresses."""
    document: dict[str, object] = {"version": "https://jsonfeed.org/version/1.1", "title": clean(feed.title)}
    if feed.base_url:
        document |= {"home_page_url": feed.address(feed.page), "feed_url": feed.address(feed.path + ".json")}
    document |= {"language": feed.language, "authors": [{"name": clean(feed.digest)}]}
    document["items"] = [
        {
            "id": feed.item_identifier(item),
            **({"url": feed.address(item.page)} if feed.base_url else {}),
            "title": clean(item.title),
            "summary": clean(item.summary),
            "content_html": clean(item.content),
            "date_published": _instant(item.published_at),
            "date_modified": _instant(item.updated_at),
        }
        for item in feed.items
    ]
    return json.dumps(document, ensure_ascii=False, indent=1) + "\n"


def opml(title: str, base_url: str, lists: Sequence[tuple[str, str, str]]) -> str:
    """All feeds for a reader of feeds to take in at once (http://opml.org/spec2.opml). `lists`: of each its title, its
    path without its ending, and its page, below `base_url`."""
    lines = [
        '<?xml version="1.0" encoding="utf-8"?>',
        '<opml version="2.0">',
        f"<head><title>{_text(title)}</title></head>",
        "<body>",
        *(
            f"<outline type={quoteattr('rss')} text={quoteattr(clean(name))} title={quoteattr(clean(name))} "
            f"xmlUrl={quoteattr(f'{base_url}{path}.xml')} htmlUrl={quoteattr(base_url + page)}/>"
            for name, path, page in lists
        ),
        "</body>",
    ]
    return "\n".join([*lines, "</opml>"]) + "\n"


def _instant(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


def _text(text: str) -> str:
    return escape(clean(text))
