"""When was each paper announced, and how is that known? Four witnesses, combined in order of trust.

1. The **feed** carries the announcement itself, with its kind.
2. **OAI** dates, where they leave one mailing only.
3. A paper **first seen** between two fetches, where one mailing lies between what the two displayed.
4. What identifiers and submission times **infer** (`inference.py`).

A more trusted witness replaces a less trusted one, never the reverse, and of equals the first word stands: what a
digest has claimed does not wander. All instants are in UTC. Nothing here knows the clock.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from digest_assets.arxiv.calendar import mailings_between, previous_mailing
from digest_assets.arxiv.identifiers import order_key
from digest_assets.arxiv.inference import infer_mailings, latest_mailings, newest_mailing_displayed
from digest_assets.arxiv.taxonomy import Categories
from digest_assets.model import Announcement, AnnouncementKind, FeedEntry, KnownBy, Paper, Source

_TRUST = {known_by: rank for rank, known_by in enumerate(KnownBy)}

_EARLY = timedelta(hours=1)
"""An index may show a mailing shortly before its hour, and clocks differ; by two in the afternoon it cannot."""


@dataclass(frozen=True, slots=True)
class PreviousFetch:
    """The last fetch of the API that was complete: what was not in it was not visible then."""

    fetched_at: datetime
    submitted_from: datetime
    """The start of its window: papers submitted before were not asked for."""
    newest_mailing: datetime
    """The newest mailing of which it displayed something (`newest_mailing_displayed`): an index can be stale."""


def kind_in(paper: Paper, categories: Sequence[str]) -> AnnouncementKind:
    """The kind that a feed of `categories` would give a new paper: new where its primary category is one of them."""
    is_new = paper.primary_category in Categories.of(categories)
    return AnnouncementKind.NEW if is_new else AnnouncementKind.CROSS


def resolve_announcements(
    entries: Iterable[FeedEntry],
    *,
    known: Mapping[str, Announcement],
    categories: Sequence[str],
    fetched_at: datetime,
    previous: PreviousFetch | None = None,
    by_oai: Mapping[str, datetime] | None = None,
) -> dict[str, Announcement]:
    """What a fetch tells, together with what was known: by identifier, one announcement for each of its papers that is
    new or cross-listed in the digest's categories.

    `entries`: what the sources returned, of all of them together; `known`: what the ledger holds, by identifier;
    `categories`: the digest's; `fetched_at`: when these entries were fetched; `previous`: the last complete fetch of
    the API before, if any; `by_oai`: mailings that OAI's dates leave no doubt about.
    """
    entries = tuple(entries)
    papers = {entry.paper.identifier: entry.paper for entry in entries if entry.source is not Source.FEED}
    sights = _sights(entries, known, fetched_at)
    kinds = {identifier: kind_in(paper, categories) for identifier, paper in papers.items()}
    told = _surest_of(
        {identifier: known[identifier] for identifier in sights if identifier in known},
        _by_feed(entries, sights),
        {
            identifier: sights[identifier].announcement(at, kinds[identifier], KnownBy.OAI)
            for identifier, at in (by_oai or {}).items()
            if identifier in papers
        },
        {
            identifier: sights[identifier].announcement(at, kinds[identifier], KnownBy.FIRST_SEEN)
            for identifier, at in _first_seen(papers, kinds, known, previous, fetched_at).items()
        },
    )
    anchors = {
        identifier: each.announced_at
        for identifier, each in told.items()
        # A cross-listed one may have got its identifier long before.
        if each.known_by is not KnownBy.INFERRED and each.kind is AnnouncementKind.NEW
    }
    dated = _dated(papers, fetched_at)
    mailings = infer_mailings(dated, anchors, until=fetched_at)
    latest = latest_mailings(dated, mailings, anchors, until=fetched_at)
    inferred = {
        identifier: replace(
            sights[identifier].announcement(at, kinds[identifier], KnownBy.INFERRED), latest_at=latest.get(identifier)
        )
        for identifier, at in mailings.items()
    }
    return _surest_of(told, inferred)


def _dated(papers: Mapping[str, Paper], fetched_at: datetime) -> list[Paper]:
    """`papers`, those without a time of submission with that of a neighbour: identifiers are handed out in its order.

    Without a neighbour of its month a paper counts as one of the last mailing that can have shown it.
    """
    known = sorted((order_key(key), at) for key, paper in papers.items() if (at := paper.published_at) is not None)
    keys = [key for key, _ in known]
    dated = []
    for identifier, paper in papers.items():
        at = paper.published_at
        if at is None:
            key = order_key(identifier)
            place = bisect_right(keys, key)
            around = [at for other, at in known[max(0, place - 1) : place + 1] if other[:2] == key[:2]]
            at = around[0] if around else previous_mailing(fetched_at).opens_at
        dated.append(paper if paper.published_at else replace(paper, published_at=at))
    return dated


@dataclass(frozen=True, slots=True)
class _Sight:
    """When a paper first came to us, and from where."""

    identifier: str
    at: datetime
    by: Source

    def announcement(self, announced_at: datetime, kind: AnnouncementKind, known_by: KnownBy) -> Announcement:
        return Announcement(self.identifier, announced_at, kind, known_by, self.at, self.by)


def _sights(entries: Sequence[FeedEntry], known: Mapping[str, Announcement], fetched_at: datetime) -> dict[str, _Sight]:
    sights: dict[str, _Sight] = {}
    for entry in entries:
        identifier = entry.paper.identifier
        if identifier not in sights:
            before = known.get(identifier)
            sights[identifier] = (
                _Sight(identifier, before.first_seen_at, before.first_seen_by)
                if before
                else _Sight(identifier, fetched_at, entry.source)
            )
    return sights


def _surest_of(*witnesses: Mapping[str, Announcement]) -> dict[str, Announcement]:
    """By identifier the most trusted announcement, of equals the one of the earlier witness."""
    surest: dict[str, Announcement] = {}
    for witness in witnesses:
        for identifier, each in witness.items():
            best = surest.get(identifier)
            if best is None or _TRUST[each.known_by] < _TRUST[best.known_by]:
                surest[identifier] = each
    return surest


def _by_feed(entries: Iterable[FeedEntry], sights: Mapping[str, _Sight]) -> dict[str, Announcement]:
    """The first announcement that feeds tell of. A paper seen before a mailing was not first announced by it: there it
    is cross-listed once more."""
    found: dict[str, Announcement] = {}
    for entry in entries:
        if entry.kind is None or entry.kind.is_replacement or entry.announced_at is None:
            continue
        sight = sights[entry.paper.identifier]
        best = found.get(sight.identifier)
        if sight.at > entry.announced_at - _EARLY and (best is None or entry.announced_at < best.announced_at):
            found[sight.identifier] = sight.announcement(entry.announced_at, entry.kind, KnownBy.FEED)
    return found


def _first_seen(
    papers: Mapping[str, Paper],
    kinds: Mapping[str, AnnouncementKind],
    known: Mapping[str, Announcement],
    previous: PreviousFetch | None,
    fetched_at: datetime,
) -> dict[str, datetime]:
    """The mailing that alone can have shown a paper which the previous fetch asked for and did not get.

    Only where exactly one mailing lies between what the two fetches displayed, and this one displays it. A new paper
    whose identifier is older than one that was displayed then had only trickled into the index late; a cross-listed
    one has an old identifier by right.
    """
    if previous is None or previous.fetched_at >= fetched_at:
        return {}
    between = [
        mailing.announced_at
        for mailing in mailings_between(previous.newest_mailing, fetched_at)
        if mailing.announced_at > previous.newest_mailing
    ]
    if len(between) != 1 or newest_mailing_displayed(papers.values()) != between[0]:
        return {}
    displayed = [key for key, each in known.items() if key in papers and each.announced_at <= previous.newest_mailing]
    newest = max(map(order_key, displayed), default=None)
    return {
        identifier: between[0]
        for identifier, paper in papers.items()
        if identifier not in known
        and paper.published_at is not None
        and previous.submitted_from <= paper.published_at < between[0]
        and (newest is None or kinds[identifier] is AnnouncementKind.CROSS or order_key(identifier) > newest)
    }
