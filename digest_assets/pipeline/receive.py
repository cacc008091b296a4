"""Asks arXiv about a date, and records what it answered.

Which of its sources has something to say about the date is decided here: the feed for a day after its mailing, the
search always, OAI for past dates, where one of the others failed, and where nobody saw the feed of a mailing before.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb

from digest_assets.arxiv.calendar import Mailing, mailings_between, next_mailing
from digest_assets.arxiv.inference import newest_mailing_displayed
from digest_assets.arxiv.queries import any_field_query
from digest_assets.config import Settings
from digest_assets.digests.due import FURTHEST_BACK, mailing_of
from digest_assets.errors import ArxivError, ArxivQueryRefused
from digest_assets.full_text.tokens import read_vocabulary
from digest_assets.model import FeedEntry, Source, UnreadableEntry
from digest_assets.pipeline.stopping import run_until_stopped
from digest_assets.resources.arxiv import ArxivClient
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.resources.interests import profiles
from digest_assets.store import feeds, ledger, ranking
from digest_assets.store.connection import DigestStore
from digest_assets.store.feeds import Fetch

FOLLOWING = timedelta(days=7)
"""A past date is asked for with the submissions of the week after it: the papers of the next mailings bound, by their
identifiers, those that moderation held until then, which would else look like the date's own."""
FEED_IS_FRESH = timedelta(days=1)
"""The feed shows a mailing from midnight in New York for a day: after that it says nothing about the date."""
_log = logging.getLogger(__name__)
UNHEARD_FOR = timedelta(days=10)
"""How far back it is looked for mailings of which nobody saw the feed: further than any pause of arXiv's is long."""


@dataclass(frozen=True)
class SourceAnswer:
    """One source's answer for a date, or the error that came instead."""

    fetch: Fetch
    entries: list[FeedEntry | UnreadableEntry] = field(default_factory=list)
    announced_at: datetime | None = None
    """The newest mailing that a feed or OAI shows."""
    error: ArxivError | None = None


def receive(settings: Settings, store: DigestStore, arxiv: ArxivAccess, now: datetime, day: date) -> list[SourceAnswer]:
    """Asks the sources about `day` and records what they answered: the answers and the requests in one transaction."""
    read_vocabulary()  # while arXiv is asked: the first call of the model would wait for it
    with store.transaction() as connection:
        owed = Owed(
            _unheard(connection, settings, day),
            feeds.incomplete_papers(connection, settings.digest.name, day - FURTHEST_BACK),
        )
        own = _unknown_own_papers(connection, settings)
    answers = run_until_stopped(_ask(arxiv, settings, day, now, owed))
    if own:
        run_until_stopped(_look_up(arxiv, store, own, now))
    with store.transaction() as connection:
        for answer in answers:
            if answer.fetch.error is None and answer.fetch.scope != feeds.ANY_FIELD:
                feeds.replace_entries(connection, settings.digest.name, day, answer.fetch, answer.entries)
        for answer in answers:
            feeds.record_fetch(connection, settings.digest.name, day, answer.fetch)
    return answers


def _unknown_own_papers(connection: duckdb.DuckDBPyConnection, settings: Settings) -> list[str]:
    """Papers that `[[interests]]` name by their identifiers, and of which the store knows nothing."""
    named = set[str]().union(*(each.identifiers for each in profiles(settings)))
    return sorted(named - ranking.words_of(connection, named).keys())


async def _look_up(arxiv: ArxivAccess, store: DigestStore, identifiers: Sequence[str], now: datetime) -> None:
    """Records the papers of `identifiers`. Where arXiv does not answer, a later date asks again."""
    found: list[FeedEntry] = []
    try:
        async with arxiv.lists() as client:
            found = list((await client.lookup(identifiers)).entries)
    except ArxivError as error:
        _log.warning("arXiv was asked about papers of [[interests]], and did not answer: %s", error)
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [each.paper for each in found], now)


@dataclass(frozen=True)
class Owed:
    """What earlier dates are owed."""

    unheard: Sequence[datetime] = ()
    """Mailings of which nobody saw the feed."""
    incomplete: Sequence[str] = ()
    """Papers that were published without a title, an author or an abstract."""


def _unheard(connection: duckdb.DuckDBPyConnection, settings: Settings, day: date) -> list[datetime]:
    """The mailings before `day` whose dates were made without their feed: what it alone tells, old papers that were
    cross-listed, is in no digest yet. (In winter, at 12:30 in Shanghai, the feed is that of the day before, and on
    Mondays there is none: nobody who asks then sees Friday's.)"""
    days, start = settings.digest.days, settings.digest.days.span(day).start
    mailings = [each.announced_at for each in mailings_between(start - UNHEARD_FOR, start - timedelta(microseconds=1))]
    made = ledger.made(connection, settings.digest.name, among={days.date_announced(each) for each in mailings})
    without = feeds.unheard_mailings(connection, settings.digest.name, mailings)
    return [each for each in without if days.date_announced(each) in made]


async def _ask(arxiv: ArxivAccess, settings: Settings, day: date, now: datetime, owed: Owed) -> list[SourceAnswer]:
    """The answers of the sources that have something to say about `day`, and about what is `owed` to earlier dates."""
    span = settings.digest.days.span(day)
    start = span.start - timedelta(days=settings.arxiv.lookback_days)
    answers = []
    async with arxiv.lists() as client:
        if now < span.end + FEED_IS_FRESH:
            answers.append(await _feed(client, settings, arxiv.clock))
        answers.append(
            await _search(
                client, settings, start, min(now, span.end + FOLLOWING), answers, owed.incomplete, arxiv.clock
            )
        )
        if (mailing := mailing_of(day, settings.digest.days)) is not None and _may_be_unindexed(answers, mailing, now):
            answers.append(await _in_any_field(client, mailing, arxiv.clock))
        missing = [each for each in owed.unheard if each not in {answer.announced_at for answer in answers}]
        if missing or now >= span.end + FEED_IS_FRESH or any(answer.error is not None for answer in answers):
            answers.append(await _oai(client, settings, min([span.start, *missing]), span.end, arxiv.clock))
    return answers


def _may_be_unindexed(answers: Sequence[SourceAnswer], mailing: Mailing, now: datetime) -> bool:
    """Whether nothing of `mailing` is seen in the digest's categories, and no later mailing can have brought it."""
    searched = [answer.fetch for answer in answers if answer.fetch.source is Source.API and answer.fetch.error is None]
    is_shown = any(fetch.newest_mailing_at and fetch.newest_mailing_at >= mailing.announced_at for fetch in searched)
    next_at = next_mailing(mailing.announced_at).announced_at
    return bool(searched) and not is_shown and mailing.announced_at <= now < next_at


async def _in_any_field(client: ArxivClient, mailing: Mailing, clock: Clock) -> SourceAnswer:
    """Whether arXiv's search shows papers of `mailing` at all: what tells a mailing that had nothing in the digest's
    categories from one that is not indexed yet, or that there was none."""
    query = any_field_query(mailing.opens_at, mailing.freezes_at)
    try:
        count = await client.count(query)
    except ArxivError as error:
        return SourceAnswer(Fetch(Source.API, feeds.ANY_FIELD, query, clock.now(), 0, error=str(error)))
    at = mailing.announced_at if count else None
    return SourceAnswer(Fetch(Source.API, feeds.ANY_FIELD, query, clock.now(), 0, newest_mailing_at=at))


async def _feed(client: ArxivClient, settings: Settings, clock: Clock) -> SourceAnswer:
    categories = settings.digest.categories
    scope = "+".join(categories)
    try:
        feed = await client.feed(categories)
    except ArxivError as error:
        return SourceAnswer(Fetch(Source.FEED, scope, scope, clock.now(), 0, error=str(error)), error=error)
    entries: list[FeedEntry | UnreadableEntry] = [*feed.entries, *feed.unreadable]
    fetch = Fetch(Source.FEED, scope, scope, clock.now(), len(entries), newest_mailing_at=feed.announced_at)
    return SourceAnswer(fetch, entries, feed.announced_at)


async def _search(
    client: ArxivClient,
    settings: Settings,
    start: datetime,
    end: datetime,
    before: list[SourceAnswer],
    incomplete: Sequence[str],
    clock: Clock,
) -> SourceAnswer:
    """All submissions of the window, and what a feed announced besides: cross-lists of papers older than that."""
    categories = settings.digest.categories
    scope = "+".join(categories)
    try:
        found = await client.search(categories, start, end)
        entries: list[FeedEntry | UnreadableEntry] = [*found.entries, *found.unreadable]
        older = {*_announced(before), *incomplete} - {entry.paper.identifier for entry in found.entries}
        if older:
            completed = await client.lookup(sorted(older))
            entries += [*completed.entries, *completed.unreadable]
    except ArxivError as error:
        return SourceAnswer(Fetch(Source.API, scope, scope, clock.now(), 0, start, end, error=str(error)), error=error)
    fetch = Fetch(
        source=Source.API,
        scope=scope,
        query=found.query,
        fetched_at=found.fetched_at,
        entry_count=len(entries),
        window_start=start,
        window_end=end,
        newest_mailing_at=newest_mailing_displayed(entry.paper for entry in found.entries),
    )
    return SourceAnswer(fetch, entries)


async def _oai(client: ArxivClient, settings: Settings, start: datetime, end: datetime, clock: Clock) -> SourceAnswer:
    """All records that changed on the days around the mailings from `start` to `end`."""
    # OAI's days may be Greenwich's or New York's; the neighbours show which changes are announcements.
    first, last = start.date() - timedelta(days=1), end.date() + timedelta(days=1)
    scope = "+".join(settings.digest.categories)
    query = f"arXivRaw from {first} until {last}"
    entries: dict[str, FeedEntry | UnreadableEntry] = {}
    try:
        for category in settings.digest.categories:
            found = await client.oai_records(category, first, last)
            entries.update((record.entry.payload, record.entry) for record in found.records)
            entries.update((each.payload, each) for each in found.unreadable)
    except ArxivError as error:
        return SourceAnswer(Fetch(Source.OAI, scope, query, clock.now(), 0, error=str(error)), error=error)
    mailing = newest_mailing_displayed(each.paper for each in entries.values() if isinstance(each, FeedEntry))
    fetch = Fetch(Source.OAI, scope, query, clock.now(), len(entries), start, end, newest_mailing_at=mailing)
    return SourceAnswer(fetch, list(entries.values()), mailing)


def _announced(answers: list[SourceAnswer]) -> set[str]:
    return {
        entry.paper.identifier
        for answer in answers
        for entry in answer.entries
        if isinstance(entry, FeedEntry) and entry.kind is not None and not entry.kind.is_replacement
    }


def raise_if_nothing_carries(answers: list[SourceAnswer], settings: Settings, day: date) -> None:
    """Raises the API's error, unless a feed or OAI shows the very mailing of `day`; and what arXiv refused, because
    that does not pass: the other sources would carry the date without the category that it does not know."""
    refused = [answer.error for answer in answers if isinstance(answer.error, ArxivQueryRefused)]
    if refused:
        raise refused[0]
    mailing = mailing_of(day, settings.digest.days)
    failed = [answer.error for answer in answers if answer.fetch.source is Source.API and answer.error is not None]
    if failed and not (mailing and any(_shows(answer, mailing.announced_at) for answer in answers)):
        raise failed[0]


def _shows(answer: SourceAnswer, mailing: datetime) -> bool:
    """A feed shows one mailing only; OAI shows those before its newest, too."""
    if answer.error is not None or answer.announced_at is None:
        return False
    is_later = answer.fetch.source is Source.OAI and answer.announced_at > mailing
    return answer.announced_at == mailing or is_later
