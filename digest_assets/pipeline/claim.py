"""A date claims its papers: from what the store holds of arXiv's answers to rows of the ledger, in one transaction.

The rules are pure and live elsewhere (`arxiv.announcements`: when each paper was announced; `claims`: which date takes
it; `filters`: what is left out; `updates`: which later versions are listed). Here is what they are given and where
their results go, so that the asset `windowed_papers` only has to say what was made.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta, timezone

import duckdb

from digest_assets.arxiv import atom, feed, oai
from digest_assets.arxiv.announcements import PreviousFetch, resolve_announcements
from digest_assets.arxiv.calendar import Mailing
from digest_assets.arxiv.cross_lists import cross_lists_told_by
from digest_assets.arxiv.feed_trust import word_of
from digest_assets.arxiv.inference import natural_mailing, newest_mailing_displayed
from digest_assets.arxiv.oai import OaiRecord
from digest_assets.arxiv.taxonomy import Categories
from digest_assets.arxiv.withdrawal import is_withdrawn
from digest_assets.config import GroupBy, Settings
from digest_assets.digests.claims import Candidate, Claim, claimable
from digest_assets.digests.days import DigestDays
from digest_assets.digests.due import mailing_of
from digest_assets.digests.emptiness import EmptyReason, empty_reason
from digest_assets.digests.filters import Filters
from digest_assets.digests.updates import updates_for
from digest_assets.model import Announcement, FeedEntry, FilterReason, KnownBy, Paper, Source
from digest_assets.pipeline.rank import judge
from digest_assets.ranking.interests import best_of
from digest_assets.store import feeds, ledger, standings, updates
from digest_assets.store.connection import DigestStore
from digest_assets.store.feeds import Fetch, StoredEntry
from digest_assets.store.ledger import ClaimedPaper


@dataclass(frozen=True)
class MadeDate:
    """What `claim_papers` did: the date's papers, or why there are none, or why it is too early."""

    papers: list[ClaimedPaper]
    empty_reason: str | None = None
    not_yet: str | None = None
    passed_on: int = 0
    """How many papers the cap passed on to the next date."""
    updates: int = 0
    """How many later versions of earlier papers the date lists."""


def claim_papers(settings: Settings, store: DigestStore, now: datetime, day: date) -> MadeDate:
    """Claims for `day` what it publishes, by what the store holds of arXiv's answers: one transaction."""
    digest = settings.digest
    with store.transaction() as connection:
        fetched_at = feeds.last_answer_at(connection, digest.name, day)
        if fetched_at is None:
            raise ledger.not_in_store(store, day, "no answer of arXiv's")
        stored = feeds.entries_of(connection, digest.name, day)
        told = _record_announcements(connection, settings, day, stored, fetched_at)
        why_empty = _why_empty(connection, settings, day, now, told)
        if not why_empty.cause.is_final:
            standings.record_open(connection, digest.name, day, why_empty.text, now)
            return MadeDate([], not_yet=why_empty.text)
        if now < (opens_at := digest.days.opens_at(day)):
            # Of a weekend it is known beforehand that it has no mailing; it would take what comes late until then.
            local = opens_at.astimezone(digest.days.zone)
            return MadeDate([], not_yet=f"The digest of {day} exists from {local:%Y-%m-%d %H:%M} ({local.tzinfo}) on.")
        is_new = not ledger.is_made(connection, digest.name, day)
        judged = _claims(connection, settings, day)
        claims = [each for each in judged if not _is_passed_on(each, settings)]
        passed_on = [each.candidate.paper.identifier for each in judged if _is_passed_on(each, settings)]
        nameless = [each for each in stored if each.unreadable is not None and each.identifier is None]
        feeds.record_unreadable(connection, digest.name, day, nameless, now)
        reason = None if claims else why_empty.text
        ledger.close(connection, digest.name, day, digest.categories, claims, reason, now, passed_on)
        if claims and is_new:
            _record_updates(connection, settings, day, stored, now)
        return MadeDate(
            ledger.claimed_by(connection, digest.name, day),
            empty_reason=reason,
            passed_on=len(passed_on),
            updates=len(updates.listed_by(connection, digest.name, day)),
        )


def _why_empty(
    connection: duckdb.DuckDBPyConnection, settings: Settings, day: date, now: datetime, told: Told
) -> EmptyReason:
    """Why `day` has no papers, if it has none."""
    digest, mailing = settings.digest, mailing_of(day, settings.digest.days)
    span = digest.days.span(day)
    announced = list(told.shown)
    if mailing is not None and feeds.is_shown_in_any_field(connection, digest.name, mailing.announced_at):
        announced.append(mailing.announced_at)
    return empty_reason(
        day,
        digest.days,
        now,
        announced=announced,
        feed_mailings=feeds.fed_mailings(connection, digest.name, span.start, span.end),
        came_later=told.came_later,
        doubt=told.doubt,
    )


def _is_passed_on(claim: Claim, settings: Settings) -> bool:
    return claim.reason is FilterReason.CAP and settings.filters.capped == "offer"


def _record_updates(
    connection: duckdb.DuckDBPyConnection, settings: Settings, day: date, stored: Sequence[StoredEntry], now: datetime
) -> None:
    """Records the later versions that the answers for `day` show, and moves their claims where they are refreshed."""
    name = settings.digest.name
    versions = updates.unlisted(connection, name, {each.identifier for each in stored if each.identifier})
    fresh = updates_for(day, versions, settings.digest.days)
    updates.record(connection, name, day, fresh, now)
    if settings.digest.updates == "refresh":
        updates.move_claims(connection, name, fresh)


@dataclass(frozen=True)
class Told:
    """What the answers for a date tell of mailings."""

    shown: list[datetime]
    """The mailings that they show for sure: a paper held by moderation may be inferred into one that is not there."""
    came_later: int = 0
    """How many papers that were submitted for the date's mailing the next one announced, where its own had none."""
    doubt: str = ""
    """Why the feed is not believed."""


def _record_announcements(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    day: date,
    stored: Sequence[StoredEntry],
    fetched_at: datetime,
) -> Told:
    """Records what the answers for `day`, as `stored`, tell of papers and announcements."""
    digest = settings.digest
    known = ledger.announcements(connection, digest.name, {each.identifier for each in stored if each.identifier})
    past = _told_by_oai(connection, stored, known, settings, day, fetched_at)
    read = [*_searched(connection, stored, fetched_at), *_fed(connection, stored)]
    entries, doubt = _believed(connection, settings, day, read, known)
    fed = [entry.paper for entry in entries if entry.source is Source.FEED]
    feeds.record_papers(connection, Source.FEED, fed, fetched_at)
    entries += past.entries
    resolved = resolve_announcements(
        entries,
        known=known,
        categories=digest.categories,
        fetched_at=fetched_at,
        previous=_previous(
            feeds.last_live_fetch(connection, digest.name, Source.API, "+".join(digest.categories), fetched_at)
        ),
        by_oai=past.mailings,
    )
    feeds.mark_resolved(connection, digest.name, day)
    announcements = resolved.values()
    news = [each for each in announcements if known.get(each.identifier) != each]
    ledger.record_announcements(connection, digest.name, news)
    feeds.record_perhaps(connection, digest.name, day, past.perhaps, fetched_at)
    feeds.forget_perhaps(connection, digest.name, [each.identifier for each in announcements])
    displayed = newest_mailing_displayed(entry.paper for entry in entries)
    shown = [each.announced_at for each in announcements if each.known_by is not KnownBy.INFERRED]
    later = _came_later(mailing_of(day, digest.days), entries, resolved)
    return Told([*shown, displayed] if displayed else shown, later, doubt)


def _came_later(
    mailing: Mailing | None, entries: Sequence[FeedEntry], announcements: Mapping[str, Announcement]
) -> int:
    """How many papers that were submitted for `mailing` are known to have come with a later one; 0 where any of them
    is, or may be, in `mailing` itself."""
    if mailing is None:
        return 0
    ours = {
        entry.paper.identifier
        for entry in entries
        if (natural := natural_mailing(entry.paper)) is not None and natural == mailing
    }
    told = [announcements[each] for each in ours if each in announcements]
    later = [
        each for each in told if each.known_by is not KnownBy.INFERRED and each.announced_at > mailing.announced_at
    ]
    return len(later) if len(later) == len(told) else 0


def _believed(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    day: date,
    entries: Sequence[FeedEntry],
    known: Mapping[str, Announcement],
) -> tuple[list[FeedEntry], str]:
    """`entries`, those of the feed as far as it is a witness: of the mailing that its date says, of an earlier one, or
    of none; and why, where it is not the first."""
    digest = settings.digest
    fed = [entry for entry in entries if entry.source is Source.FEED]
    dated = fed[0].announced_at if fed else feeds.dated_feed(connection, digest.name, day)
    if dated is None:
        return list(entries), ""
    word = word_of(
        fed,
        dated,
        known=known,
        searched={entry.paper.identifier: entry.paper for entry in entries if entry.source is Source.API},
        index_shows_it=feeds.is_shown_in_any_field(connection, digest.name, dated),
    )
    if word.mailing == dated:
        return list(entries), ""
    feeds.settle_feed(connection, digest.name, day, word.mailing)
    others = [entry for entry in entries if entry.source is not Source.FEED]
    if word.mailing is None:
        return others, word.told
    return [*others, *(replace(entry, announced_at=word.mailing) for entry in fed)], word.told


@dataclass(frozen=True)
class Past:
    """What OAI tells of announcements: of recent papers, and of old ones that were cross-listed."""

    entries: list[FeedEntry]
    mailings: dict[str, datetime]
    perhaps: list[tuple[Paper, datetime, str]]
    """Old papers that may have been cross-listed: by which mailing, and why that is not believed."""


def _told_by_oai(
    connection: duckdb.DuckDBPyConnection,
    stored: Sequence[StoredEntry],
    known: Mapping[str, Announcement],
    settings: Settings,
    day: date,
    fetched_at: datetime,
) -> Past:
    """OAI lists all that changed on the days around a mailing, most of it old papers: those are left out."""
    digest = settings.digest
    begin = digest.days.span(day).start - timedelta(days=settings.arxiv.lookback_days)
    readable = {each.identifier: each for each in stored if each.source is Source.OAI and each.unreadable is None}
    records: list[OaiRecord] = []
    recent: list[FeedEntry] = []
    for read in _read_records(connection, readable.values()):
        new = [each.entry for each in read if len(each.submitted_at) == 1 and each.submitted_at[0] >= begin]
        feeds.record_papers(connection, Source.OAI, [entry.paper for entry in new], fetched_at)
        recent += map(_outline, new)
        records += [replace(each, entry=_outline(each.entry)) for each in read]
    if not records:
        return Past([], {}, [])
    old = {record.entry.paper.identifier for record in records if record.submitted_at[0] < begin}
    first, last = min(each.datestamp for each in records), max(each.datestamp for each in records)
    noon = time(12, tzinfo=timezone.utc)
    crossed = cross_lists_told_by(
        records,
        Categories.of(digest.categories),
        begin,
        known=known.keys(),
        heard=feeds.fed_mailings(
            connection,
            digest.name,
            datetime.combine(first, noon) - timedelta(days=2),
            datetime.combine(last, noon) + timedelta(days=2),
        ),
        recorded=feeds.categories_of(connection, old - known.keys()),
    )
    told_of = [readable[key] for key in {**crossed.believed, **crossed.perhaps} if key in readable]
    papers = {each.entry.paper.identifier: each.entry for read in _read_records(connection, told_of) for each in read}
    believed = [papers[key] for key in crossed.believed]
    feeds.record_papers(connection, Source.OAI, [entry.paper for entry in believed], fetched_at)
    entries = [*recent, *believed]
    wanted = {entry.paper.identifier for entry in entries}
    told = {key: at for key, at in oai.mailings_told_by(records).items() if key in wanted}
    perhaps = [(papers[key].paper, at, why) for key, (at, why) in crossed.perhaps.items()]
    return Past(entries, {**told, **crossed.believed}, perhaps)


def _read_records(connection: duckdb.DuckDBPyConnection, stored: Iterable[StoredEntry]) -> Iterator[list[OaiRecord]]:
    """OAI's records, a part of them at a time: what a paper's texts take is let go of before the next come."""
    for some in feeds.with_payloads(connection, list(stored)):
        read = [oai.read_record(payload) for _, payload in some]
        yield [record for record in read if isinstance(record, OaiRecord)]


def _searched(
    connection: duckdb.DuckDBPyConnection, stored: Iterable[StoredEntry], fetched_at: datetime
) -> Iterator[FeedEntry]:
    """Outlines of the API's entries that can be read; their papers are recorded, a part of them at a time."""
    wanted = [each for each in stored if each.source is Source.API and each.unreadable is None]
    for some in feeds.with_payloads(connection, wanted):
        read = [entry for _, payload in some if isinstance(entry := atom.read_entry(payload), FeedEntry)]
        feeds.record_papers(connection, Source.API, [entry.paper for entry in read], fetched_at)
        yield from map(_outline, read)


def _fed(connection: duckdb.DuckDBPyConnection, stored: Iterable[StoredEntry]) -> Iterator[FeedEntry]:
    """The feed's entries that can be read."""
    wanted = [each for each in stored if each.source is Source.FEED and each.unreadable is None]
    for some in feeds.with_payloads(connection, wanted):
        for each, payload in some:
            read = feed.read_entry(payload, payload.lstrip().startswith("<item"))
            if isinstance(read, FeedEntry):  # an item without a date is of its feed's
                yield replace(read, announced_at=each.announced_at)


def _outline(entry: FeedEntry) -> FeedEntry:
    """What announcements are told by, without the texts: a look-back has tens of thousands."""
    paper = entry.paper
    outline = Paper(
        identifier=paper.identifier,
        version=paper.version,
        title="",
        abstract="",
        authors=(),
        categories=tuple(map(sys.intern, paper.categories)),
        published_at=paper.published_at,
        updated_at=paper.updated_at,
        journal_ref=paper.journal_ref,
        doi=paper.doi,
    )
    return FeedEntry(entry.source, outline, "", entry.kind, entry.announced_at)


def _previous(fetch: Fetch | None) -> PreviousFetch | None:
    if fetch is None or fetch.window_start is None or fetch.newest_mailing_at is None:
        return None
    return PreviousFetch(fetch.fetched_at, fetch.since or fetch.window_start, fetch.newest_mailing_at)


def _claims(connection: duckdb.DuckDBPyConnection, settings: Settings, day: date) -> list[Claim]:
    """What `day` takes of the papers that are open to it, and what becomes of each."""
    digest = settings.digest
    days, by_submission = digest.days, digest.by is GroupBy.SUBMITTED
    until = days.span(day).end
    made_first, made_last = ledger.span_made(connection, digest.name) or (day, None)
    first = min(day, made_first)  # what is at home on a date before those is no date's
    since = min(days.span(first).start, days.window(first).start)
    candidates = [
        Candidate(
            announcement,
            paper,
            _home(announcement, paper, days, by_submission=by_submission),
            claimed,
            days.date_announced(announcement.latest_at) if announcement.latest_at and not by_submission else None,
        )
        for announcement, paper, claimed in ledger.open_to(connection, digest.name, day, until, since)
    ]
    window = days.window(day)
    made = ledger.made(connection, digest.name, among={day, *(candidate.home for candidate in candidates)})
    if day in made and made[day].is_empty and made_last == day:
        del made[day]  # nobody has read a post of it, and no later date has taken what turned up since: it is open
    claims = [
        Claim(
            candidate,
            late=late,
            in_window=candidate.paper.published_at is not None and candidate.paper.published_at in window,
            withdrawn=is_withdrawn(candidate.paper),
        )
        for candidate, late in claimable(day, candidates, made, digest.categories)
    ]
    filters = _filters(settings)
    if filters.cap is not None and settings.interests:
        wanted = [each.candidate.paper for each in claims if filters.reason_against(each.candidate.paper) is None]
        found = best_of(judge(connection, settings, day, wanted).found)
        filters = replace(
            filters,
            worth={identifier: each.score for identifier, each in found.items()},
            kept_before=ledger.kept_by(connection, digest.name, day),
        )
    return filters.applied(claims)


def _home(announcement: Announcement, paper: Paper, days: DigestDays, *, by_submission: bool) -> date:
    """The date that a paper belongs to. A feed tells no submission time: then its mailing stands for it."""
    if by_submission and paper.published_at is not None:
        return days.date_submitted(paper.published_at)
    return days.date_announced(announcement.announced_at)


def _filters(settings: Settings) -> Filters:
    wanted = settings.filters
    return Filters(
        categories=Categories.of(settings.digest.categories),
        primary_only=wanted.primary_only,
        include_keywords=wanted.include_keywords,
        exclude_keywords=wanted.exclude_keywords,
        include_authors=wanted.include_authors,
        exclude_authors=wanted.exclude_authors,
        cap=wanted.cap or None,
        old_cross_lists=settings.digest.old_cross_lists,
    )
