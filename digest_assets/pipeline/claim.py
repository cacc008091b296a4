"""A date claims its papers: from what the store holds of arXiv's answers to rows of the ledger, in one transaction.

The rules are pure and live elsewhere (`arxiv.announcements`: when each paper was announced; `claims`: which date takes
it; `filters`: what is left out; `updates`: which later versions are listed). Here is what they are given and where
their results go, so that the asset `windowed_papers` only has to say what was made.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import duckdb

from digest_assets.arxiv import atom, feed, oai
from digest_assets.arxiv.announcements import PreviousFetch, resolve_announcements
from digest_assets.arxiv.inference import newest_mailing_displayed
from digest_assets.arxiv.taxonomy import Categories
from digest_assets.arxiv.withdrawal import is_withdrawn
from digest_assets.config import GroupBy, Settings
from digest_assets.digests.claims import Candidate, Claim, claimable
from digest_assets.digests.days import DigestDays
from digest_assets.digests.emptiness import empty_reason
from digest_assets.digests.filters import Filters
from digest_assets.digests.updates import updates_for
from digest_assets.model import Announcement, FeedEntry, FilterReason, KnownBy, Paper, Source
from digest_assets.store import feeds, ledger, updates
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
    span = digest.days.span(day)
    with store.transaction() as connection:
        fetched_at = feeds.last_answer_at(connection, digest.name, day)
        if fetched_at is None:
            raise ledger.not_in_store(store, day, "no answer of arXiv's")
        stored = feeds.entries_of(connection, digest.name, day)
        announced = _record_announcements(connection, settings, day, stored, fetched_at)
        why_empty = empty_reason(
            day,
            digest.days,
            now,
            announced=announced,
            feed_mailings=feeds.fed_mailings(connection, digest.name, span.start, span.end),
        )
        if not why_empty.cause.is_final:
            return MadeDate([], not_yet=why_empty.text)
        if now < (opens_at := digest.days.opens_at(day)):
            # Of a weekend it is known beforehand that it has no mailing; it would take what comes late until then.
            local = opens_at.astimezone(digest.days.zone)
            return MadeDate([], not_yet=f"The digest of {day} exists from {local:%Y-%m-%d %H:%M} ({local.tzinfo}) on.")
        is_new = not ledger.is_made(connection, digest.name, day)
        judged = _claims(connection, settings, day)
        claims = [each for each in judged if not _is_passed_on(each, settings)]
        passed_on = [each.candidate.paper.identifier for each in judged if _is_passed_on(each, settings)]
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


def _record_announcements(
    connection: duckdb.DuckDBPyConnection,
    settings: Settings,
    day: date,
    stored: Sequence[StoredEntry],
    fetched_at: datetime,
) -> list[datetime]:
    """Records what the answers for `day`, as `stored`, tell of papers and announcements.

    Returns the mailings that they show for sure: a paper held by moderation may be inferred into one that is not there.
    """
    digest = settings.digest
    known = ledger.announcements(connection, digest.name, {each.identifier for each in stored if each.identifier})
    past = _told_by_oai(stored, known, settings, day)
    entries = [*_parsed(stored), *past.entries]
    for source in Source:
        papers = [entry.paper for entry in entries if entry.source is source]
        feeds.record_papers(connection, source, papers, fetched_at)
    resolution = resolve_announcements(
        entries,
        known=known,
        categories=digest.categories,
        fetched_at=fetched_at,
        previous=_previous(feeds.last_live_fetch(connection, digest.name, "+".join(digest.categories), fetched_at)),
        by_oai=past.mailings,
    )
    feeds.mark_resolved(connection, digest.name, day)
    announcements = resolution.announcements.values()
    news = [each for each in announcements if known.get(each.identifier) != each]
    ledger.record_announcements(connection, digest.name, news)
    displayed = newest_mailing_displayed(entry.paper for entry in entries)
    shown = [each.announced_at for each in announcements if each.known_by is not KnownBy.INFERRED]
    return [*shown, displayed] if displayed else shown


@dataclass(frozen=True)
class Past:
    """What OAI tells of announcements: of recent papers, and of old ones that were cross-listed."""

    entries: list[FeedEntry]
    mailings: dict[str, datetime]


def _told_by_oai(
    stored: Sequence[StoredEntry], known: Mapping[str, Announcement], settings: Settings, day: date
) -> Past:
    """OAI lists all that changed on the days around a mailing, most of it old papers: those are left out."""
    read = [oai.read_record(each.payload) for each in stored if each.source is Source.OAI and each.unreadable is None]
    records = [record for record in read if isinstance(record, oai.OaiRecord)]
    begin = settings.digest.days.span(day).start - timedelta(days=settings.arxiv.lookback_days)
    crossed = oai.cross_lists_told_by(
        (record for record in records if record.entry.paper.identifier not in known),
        Categories.of(settings.digest.categories),
        begin,
    )
    entries = [
        record.entry
        for record in records
        if record.entry.paper.identifier in crossed
        or (len(record.submitted_at) == 1 and record.submitted_at[0] >= begin)
    ]
    wanted = {entry.paper.identifier for entry in entries}
    told = {key: at for key, at in oai.mailings_told_by(records).items() if key in wanted}
    return Past(entries, {**told, **crossed})


def _parsed(entries: Sequence[StoredEntry]) -> list[FeedEntry]:
    """The entries of the API and of feeds that can be read. What cannot is counted where it was received."""
    read = [
        atom.read_entry(entry.payload)
        if entry.source is Source.API
        else feed.read_entry(entry.payload, entry.payload.lstrip().startswith("<item"))
        for entry in entries
        if entry.unreadable is None and entry.source is not Source.OAI
    ]
    return [entry for entry in read if isinstance(entry, FeedEntry)]


def _previous(fetch: Fetch | None) -> PreviousFetch | None:
    if fetch is None or fetch.window_start is None or fetch.newest_mailing_at is None:
        return None
    return PreviousFetch(fetch.fetched_at, fetch.window_start, fetch.newest_mailing_at)


def _claims(connection: duckdb.DuckDBPyConnection, settings: Settings, day: date) -> list[Claim]:
    """What `day` takes of the papers that are open to it, and what becomes of each."""
    digest = settings.digest
    days, by_submission = digest.days, digest.by is GroupBy.SUBMITTED
    until = days.span(day).end
    candidates = [
        Candidate(
            announcement,
            paper,
            _home(announcement, paper, days, by_submission=by_submission),
            claimed,
            days.date_announced(announcement.latest_at) if announcement.latest_at and not by_submission else None,
        )
        for announcement, paper, claimed in ledger.open_to(connection, digest.name, day, until)
    ]
    window = days.window(day)
    made = ledger.made(connection, digest.name, among={day, *(candidate.home for candidate in candidates)})
    claims = [
        Claim(
            candidate,
            late=late,
            in_window=candidate.paper.published_at is not None and candidate.paper.published_at in window,
            withdrawn=is_withdrawn(candidate.paper),
        )
        for candidate, late in claimable(day, candidates, made, digest.categories)
    ]
    return _filters(settings).applied(claims)


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
