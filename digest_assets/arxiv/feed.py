"""The daily feeds (RSS 2.0 or Atom): the mailing itself, with its kinds and licences, but without submission times.

A feed dated midnight New York time is the mailing of the evening before: it is rebuilt at midnight, four hours after
the announcement, and empty on days without one (https://info.arxiv.org/help/rss_specifications.html, arXiv/arxiv-feed).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from functools import lru_cache
from xml.etree import ElementTree

from digest_assets.arxiv import entries
from digest_assets.arxiv.authors import split_creators
from digest_assets.arxiv.calendar import ANNOUNCED, NEW_YORK, previous_mailing
from digest_assets.arxiv.entries import ARXIV, ATOM, DUBLIN_CORE, Read
from digest_assets.arxiv.identifiers import split_version
from digest_assets.arxiv.texts import one_line, paragraphs
from digest_assets.errors import ArxivQueryRefused, redact
from digest_assets.model import AnnouncementKind, FeedEntry, Paper, Source, UnreadableEntry, untitled

_HEAD = re.compile(r"^\s*arXiv:(?P<id>\S+)\s+Announce Type:\s*(?P<kind>[a-z-]+)\s*(?:Abstract:\s*)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Feed:
    """One day's feed of some categories."""

    entries: tuple[FeedEntry, ...]
    unreadable: tuple[UnreadableEntry, ...]
    published_at: datetime | None
    """Midnight in New York after the mailing, UTC."""
    announced_at: datetime | None
    """The mailing that it shows, UTC, whether or not it has anything in these categories. None on days without one."""


def parse_feed(body: bytes) -> Feed:
    """Reads a feed, RSS or Atom. An empty one is valid: arXiv announces nothing on some days.

    Raises `ArxivAnswerBroken` where it is no complete feed, `ArxivQueryRefused` where arXiv does not know a category.
    """
    rss = _is_rss(body)
    answer = entries.split(body, "item" if rss else "entry")
    root = answer.root
    channel = root.find("channel") if rss else root
    if channel is None or root.tag not in ("rss", f"{ATOM}feed"):
        raise entries.broken(f"<{redact(root.tag.rpartition('}')[2], 40)}> instead of a feed")
    _refuse_error(channel.findtext("title" if rss else f"{ATOM}title") or "")
    read = [read_entry(payload, rss) for payload in answer.entries]
    published_at = _published(channel, rss)
    of_channel = mailing_of(published_at) if published_at else None
    good = tuple(
        each if each.announced_at else replace(each, announced_at=of_channel)
        for each in read
        if isinstance(each, FeedEntry)
    )
    return Feed(
        entries=good,
        unreadable=tuple(each for each in read if isinstance(each, UnreadableEntry)),
        published_at=published_at,
        announced_at=_shown(published_at, good),
    )


def _shown(published_at: datetime | None, read: Sequence[FeedEntry]) -> datetime | None:
    dated = next((each.announced_at for each in read if each.announced_at is not None), None)
    if dated is not None:
        return dated
    if published_at is None:
        return None
    evening = mailing_of(published_at)
    return evening if previous_mailing(evening).announced_at == evening else None


def mailing_of(published_at: datetime) -> datetime:
    """The mailing that a feed dated `published_at` shows: 20:00 of the evening before in New York, UTC."""
    evening = published_at.astimezone(NEW_YORK).date() - timedelta(days=1)
    return datetime.combine(evening, ANNOUNCED, NEW_YORK).astimezone(timezone.utc)


def _is_rss(body: bytes) -> bool:
    return b"<rss" in body[:2000]


def _refuse_error(title: str) -> None:
    if title.strip().lower().startswith("feed error"):
        raise ArxivQueryRefused(
            f"arXiv refused the feed: {redact(title)}.",
            cure="Correct digest.categories (see arxiv.org/category_taxonomy).",
        )


def _published(channel: ElementTree.Element, rss: bool) -> datetime | None:
    """RSS says the date of the mailing; Atom only when it was built, which is the same day in New York."""
    text = channel.findtext("pubDate") if rss else channel.findtext(f"{ATOM}updated")
    return _instant(text)


def _instant(text: str | None) -> datetime | None:
    """A date of RFC 822 or ISO 8601, UTC; None where there is none that can be read."""
    if not text or not text.strip():
        return None
    for parse in (datetime.fromisoformat, parsedate_to_datetime):
        try:
            return entries.plausible(parse(text.strip().replace("Z", "+00:00")))
        except (ValueError, TypeError, IndexError, OverflowError):  # of `email.utils`, for what is no date
            continue
    return None


@lru_cache(maxsize=1024)
def read_entry(payload: str, rss: bool) -> FeedEntry | UnreadableEntry:
    """Reads one item of a feed as received, or says why it cannot be read."""
    try:
        return _entry(entries.read(payload, rss=rss), payload, rss)
    except ValueError as error:
        return UnreadableEntry(Source.FEED, payload, str(error))


def _entry(read: Read, payload: str, rss: bool) -> FeedEntry:
    """Raises `ValueError` where there is no identifier."""
    description = read.text("description" if rss else f"{ATOM}summary") or ""
    head = _HEAD.match(description)
    identifier, version = _named(read, rss, head)
    published_at = read.instant("published")
    paper = Paper(
        identifier=identifier,
        version=version or 1,
        title=one_line(read.text("title" if rss else f"{ATOM}title") or "") or untitled(identifier),
        abstract=paragraphs(description[head.end() :] if head else description),
        authors=split_creators(read.text(f"{DUBLIN_CORE}creator") or ""),
        categories=read.categories,
        published_at=None,
        journal_ref=read.text(f"{ARXIV}journal_reference"),
        doi=read.text(f"{ARXIV}DOI"),
        licence=read.text(f"{DUBLIN_CORE}rights"),
    )
    return FeedEntry(
        Source.FEED, paper, payload, _kind(read, head, version or 1), mailing_of(published_at) if published_at else None
    )


def _named(read: Read, rss: bool, head: re.Match[str] | None) -> tuple[str, int | None]:
    """Identifier and version, from wherever the item says them. Raises `ValueError` where it does not."""
    told = [read.text("guid" if rss else f"{ATOM}id") or "", head["id"] if head else ""]
    told += [read.text("link") or ""] if rss else [each.get("href", "") for each in read.xml.iterfind(f"{ATOM}link")]
    for text in told:
        with suppress(ValueError):
            return split_version(text)
    return split_version(told[0])


def _kind(read: Read, head: re.Match[str] | None, version: int) -> AnnouncementKind:
    """As the item says. Of a kind that nobody knows (arXiv has added some before), a first version is new."""
    with suppress(ValueError):
        return AnnouncementKind((read.text(f"{ARXIV}announce_type") or (head["kind"] if head else "")).lower())
    return AnnouncementKind.NEW if version == 1 else AnnouncementKind.REPLACE
