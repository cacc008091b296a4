"""Asks arXiv about a date, and records what it answered. (What is asked of it: `resources/paper_source.py`.)

Which of its sources has something to say about the date is decided here: the feed for a day after its mailing, the
search always, OAI for past dates, where one of the others failed, and where nobody saw the feed of a mailing before.

The search is asked for all submissions of the look-back, because moderation holds a paper for weeks. Where that is
more than a few pages, it is read whole only once: from then on a day asks for what has changed since the last good
answer (`Watermark`). What moderation had held has not, by its own dates, so the feed or OAI has to tell of each mailing
since then; where neither does, the look-back is read whole again.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

import duckdb

from digest_assets.arxiv.calendar import (
    Mailing,
    mailing_for_submission,
    mailings_between,
    next_mailing,
    previous_mailing,
)
from digest_assets.arxiv.identifiers import order_key
from digest_assets.arxiv.queries import any_field_query
from digest_assets.config import Settings
from digest_assets.digests.due import FURTHEST_BACK, mailing_of
from digest_assets.errors import ArxivError, ArxivQueryRefused
from digest_assets.full_text.tokens import read_vocabulary
from digest_assets.model import FeedEntry, Source, UnreadableEntry
from digest_assets.pipeline.stopping import run_until_stopped
from digest_assets.resources.arxiv import SearchResult
from digest_assets.resources.arxiv_access import ArxivAccess
from digest_assets.resources.clock import Clock
from digest_assets.resources.interests import profiles
from digest_assets.resources.paper_source import PaperSource
from digest_assets.store import feeds, ledger, ranking
from digest_assets.store.connection import DigestStore
from digest_assets.store.feeds import Fetch, KeptEntry

FOLLOWING = timedelta(days=7)
"""A past date is asked for with the submissions of the week after it: the papers of the next mailings bound, by their
identifiers, those that moderation held until then, which would else look like the date's own."""
FEED_IS_FRESH = timedelta(days=1)
"""The feed shows a mailing from midnight in New York for a day: after that it says nothing about the date."""
_log = logging.getLogger(__name__)
UNHEARD_FOR = timedelta(days=10)
"""How far back it is looked for mailings of which nobody saw the feed: further than any pause of arXiv's is long."""
FEW_PAGES = 2
"""A look-back of no more is read whole each day: no question that asks for less takes fewer requests."""
LONGEST_GAP = timedelta(days=10)
"""After a longer one all of the look-back is read again."""


@dataclass(frozen=True)
class SourceAnswer:
    """One source's answer for a date, or the error that came instead."""

    fetch: Fetch
    entries: Sequence[KeptEntry] = ()
    announced_at: datetime | None = None
    """The newest mailing that a feed or OAI shows."""
    error: ArxivError | None = None
    how: str = ""
    """In how many requests, and of what."""


class Inbox:
    """Where entries go page by page as they come, so that nothing holds all of an answer: what was received into the
    store, and what a date's rows say of it in here."""

    def __init__(self, store: DigestStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock
        self._kept: dict[str, KeptEntry] = {}
        self._newest_at: datetime | None = None

    def take(self, entries: Sequence[FeedEntry | UnreadableEntry], *, record: bool = False) -> None:
        now, read = self._clock.now(), [each for each in entries if isinstance(each, FeedEntry)]
        with self._store.transaction() as connection:
            kept = feeds.keep_payloads(connection, entries, now)
            if record:
                feeds.record_papers(connection, Source.API, [each.paper for each in read], now)
        for each in kept:
            self._kept[(each.version and each.identifier) or each.payload_hash] = each
        submitted = [each.paper.published_at for each in read]
        self._newest_at = max((at for at in (self._newest_at, *submitted) if at is not None), default=None)

    def take_search(self, entries: Sequence[FeedEntry | UnreadableEntry]) -> None:
        """The same of a search, whose papers are recorded at once: in the transaction that claims all of a look-back
        would be held until its end."""
        self.take(entries, record=True)

    @property
    def entries(self) -> list[KeptEntry]:
        """In the order of their identifiers: of each paper the newest version that came."""
        named = [each for each in self._kept.values() if each.version is not None]
        nameless = [each for each in self._kept.values() if each.version is None]
        return [*sorted(named, key=lambda each: order_key(each.identifier or "")), *nameless]

    @property
    def count(self) -> int:
        return len(self._kept)

    @property
    def identifiers(self) -> set[str]:
        return {each.identifier for each in self._kept.values() if each.identifier and each.version}

    @property
    def newest_mailing_at(self) -> datetime | None:
        """The newest mailing of which there is something for sure."""
        return mailing_for_submission(self._newest_at).announced_at if self._newest_at else None


def receive(settings: Settings, store: DigestStore, arxiv: ArxivAccess, now: datetime, day: date) -> list[SourceAnswer]:
    """Asks the sources about `day` and records what they answered: what they sent as it comes, then the rows of the
    answers and the requests in one transaction."""
    read_vocabulary()  # while arXiv is asked: the first call of the model would wait for it
    with store.transaction() as connection:
        owed = Owed(
            _unheard(connection, settings, day),
            feeds.incomplete_papers(connection, settings.digest.name, day - FURTHEST_BACK),
            _watermark(connection, settings, now),
        )
        own = _unknown_own_papers(connection, settings)
    answers = run_until_stopped(_Asking(settings, store, arxiv, day, now, owed).answers())
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
class Watermark:
    """Up to where the store holds all that arXiv has announced in the digest's categories."""

    submitted_from: datetime
    """The start of the look-back that was read."""
    newest_mailing_at: datetime
    """The newest mailing that was displayed then, if perhaps not to its last paper."""
    changed_until: datetime
    """OAI's records that changed before are known."""
    total: int
    """How many papers the look-back had."""

    @property
    def updated_since(self) -> datetime:
        """The submissions of the newest mailing, and what came after."""
        return previous_mailing(self.newest_mailing_at).opens_at


def _watermark(connection: duckdb.DuckDBPyConnection, settings: Settings, now: datetime) -> Watermark | None:
    name, scope = settings.digest.name, "+".join(settings.digest.categories)
    last = feeds.last_live_fetch(connection, name, Source.API, scope, now)
    if last is None or last.window_start is None or last.newest_mailing_at is None or last.total is None:
        return None
    whole = last if last.since is None else feeds.last_live_fetch(connection, name, Source.API, scope, now, whole=True)
    by_oai = feeds.last_live_fetch(connection, name, Source.OAI, scope, now)
    # OAI follows a mailing by hours, and what was read whole then may have lacked the last of it.
    known = [whole.newest_mailing_at] if whole is not None else []
    known += [by_oai.fetched_at] if by_oai is not None else []
    changed_until = max((at for at in known if at is not None), default=None)
    if changed_until is None or now - changed_until > LONGEST_GAP:
        return None
    return Watermark(last.window_start, last.newest_mailing_at, changed_until - timedelta(days=1), last.total)


@dataclass(frozen=True)
class Owed:
    """What earlier dates are owed."""

    unheard: Sequence[datetime] = ()
    """Mailings of which nobody saw the feed."""
    incomplete: Sequence[str] = ()
    """Papers that were published without a title, an author or an abstract."""
    watermark: Watermark | None = None
    """None: all of the look-back."""


def _unheard(connection: duckdb.DuckDBPyConnection, settings: Settings, day: date) -> list[datetime]:
    """The mailings before `day` whose dates were made without their feed: what it alone tells, old papers that were
    cross-listed, is in no digest yet. (In winter, at 12:30 in Shanghai, the feed is that of the day before, and on
    Mondays there is none: nobody who asks then sees Friday's.)"""
    days, start = settings.digest.days, settings.digest.days.span(day).start
    mailings = [each.announced_at for each in mailings_between(start - UNHEARD_FOR, start - timedelta(microseconds=1))]
    made = ledger.made(connection, settings.digest.name, among={days.date_announced(each) for each in mailings})
    without = feeds.unheard_mailings(connection, settings.digest.name, mailings)
    return [each for each in without if days.date_announced(each) in made]


@dataclass
class _Asking:
    """The questions of one date, and their answers so far."""

    settings: Settings
    store: DigestStore
    arxiv: ArxivAccess
    day: date
    now: datetime
    owed: Owed
    told: list[SourceAnswer] = field(default_factory=list)
    recent: Collection[str] = ()
    """What OAI's records tell of that was submitted within the look-back, and that no answer told of before."""

    async def answers(self) -> list[SourceAnswer]:
        """Those of the sources that have something to say about the date, and about what is owed to earlier ones."""
        span = self.settings.digest.days.span(self.day)
        start = span.start - timedelta(days=self.settings.arxiv.lookback_days)
        end = min(self.now, span.end + FOLLOWING)
        watermark = self._usable_watermark(start, end)
        async with self.arxiv.lists() as client:
            if self.now < span.end + FEED_IS_FRESH:
                self.told.append(await self._feed(client))
            searched = None
            if watermark is not None:
                since = min([watermark.changed_until, span.start, *self._unheard])
                self.told.append(await self._oai(client, since, span.end, submitted_from=start))
                searched = await self._changes(client, start, end, watermark)
            self.told.append(searched or await self._search(client, start, end))
            mailing = mailing_of(self.day, self.settings.digest.days)
            if mailing is not None and _may_be_unindexed(self.told, mailing, self.now):
                self.told.append(await _in_any_field(client, mailing, self.arxiv.clock))
            is_past = self.now >= span.end + FEED_IS_FRESH
            has_failed = any(answer.error is not None for answer in self.told)
            if watermark is None and (self._unheard or is_past or has_failed):
                self.told.append(await self._oai(client, min([span.start, *self._unheard]), span.end))
        return self.told

    @property
    def _unheard(self) -> list[datetime]:
        told = {answer.announced_at for answer in self.told}
        return [each for each in self.owed.unheard if each not in told]

    def _usable_watermark(self, start: datetime, end: datetime) -> Watermark | None:
        """None where the look-back from `start` to `end` is to be read whole: it is short, it begins before what is
        known, or it is a past date's, which does not reach up to now."""
        watermark = self.owed.watermark
        if watermark is None or watermark.submitted_from > start or end < self.now:
            return None
        return watermark if watermark.total > FEW_PAGES * self.settings.arxiv.page_size else None

    @property
    def _scope(self) -> str:
        return "+".join(self.settings.digest.categories)

    def _inbox(self) -> Inbox:
        return Inbox(self.store, self.arxiv.clock)

    async def _feed(self, client: PaperSource) -> SourceAnswer:
        scope, clock, inbox = self._scope, self.arxiv.clock, self._inbox()
        try:
            feed = await client.feed(self.settings.digest.categories)
        except ArxivError as error:
            return SourceAnswer(Fetch(Source.FEED, scope, scope, clock.now(), 0, error=str(error)), error=error)
        inbox.take([*feed.entries, *feed.unreadable])
        at = feed.announced_at
        fetch = Fetch(Source.FEED, scope, scope, clock.now(), inbox.count, newest_mailing_at=at)
        return SourceAnswer(fetch, inbox.entries, at, how="1 request")

    async def _search(self, client: PaperSource, start: datetime, end: datetime) -> SourceAnswer:
        """All submissions of the window, and what else was told of: old papers that were cross-listed."""
        inbox = self._inbox()
        try:
            found = await client.search(self.settings.digest.categories, start, end, inbox.take_search)
            return await self._with_others(client, inbox, found, (start, end))
        except ArxivError as error:
            return self._unsearched(error, start, end)

    async def _changes(
        self, client: PaperSource, start: datetime, end: datetime, watermark: Watermark
    ) -> SourceAnswer | None:
        """What has changed since the watermark, and what else was told of: papers that moderation had held. None where
        that is not all, because neither feed nor OAI tells of each mailing since."""
        inbox, since = self._inbox(), watermark.updated_since
        try:
            found = await client.changed(self.settings.digest.categories, start, end, since, inbox.take_search)
            if found is None or not self._is_told(watermark, inbox.newest_mailing_at):
                return None
            return await self._with_others(client, inbox, found, (start, end), since)
        except ArxivError as error:
            return self._unsearched(error, start, end)

    async def _with_others(
        self,
        client: PaperSource,
        inbox: Inbox,
        found: SearchResult,
        window: tuple[datetime, datetime],
        since: datetime | None = None,
    ) -> SourceAnswer:
        newest_at = inbox.newest_mailing_at
        others = {*_announced(self.told), *self.owed.incomplete, *self.recent} - inbox.identifiers
        pages = found.pages + ((await client.lookup(sorted(others), inbox.take)).pages if others else 0)
        what = f"changed since {since:%Y-%m-%d %H:%M}" if since else f"all of {found.total:,}"
        split = f", in {found.windows} windows of at most 10,000" if found.windows > 1 else ""
        fetch = Fetch(
            source=Source.API,
            scope=self._scope,
            query=found.query,
            fetched_at=found.fetched_at,
            entry_count=inbox.count,
            window_start=window[0],
            window_end=window[1],
            newest_mailing_at=newest_at,
            since=since,
            total=found.total,
        )
        return SourceAnswer(fetch, inbox.entries, how=f"{pages} requests, {what}{split}")

    def _unsearched(self, error: ArxivError, start: datetime, end: datetime) -> SourceAnswer:
        scope, at = self._scope, self.arxiv.clock.now()
        return SourceAnswer(Fetch(Source.API, scope, scope, at, 0, start, end, error=str(error)), error=error)

    def _is_told(self, watermark: Watermark, newest_at: datetime | None) -> bool:
        """Whether feed or OAI tells of each mailing that the search displays and the watermark does not cover."""
        if newest_at is None:
            return True
        mailings = [
            each.announced_at
            for each in mailings_between(watermark.newest_mailing_at, newest_at)
            if each.announced_at > watermark.newest_mailing_at
        ]
        return all(any(_shows(answer, each) for answer in self.told) for each in mailings)

    async def _oai(
        self, client: PaperSource, start: datetime, end: datetime, submitted_from: datetime | None = None
    ) -> SourceAnswer:
        """All records that changed on the days around the mailings from `start` to `end`. `submitted_from`: those of
        papers submitted since then that nothing has told of are looked up, too."""
        # OAI's days may be Greenwich's or New York's; the neighbours show which changes are announcements.
        first, last = start.date() - timedelta(days=1), end.date() + timedelta(days=1)
        scope, clock, inbox = self._scope, self.arxiv.clock, self._inbox()
        query = f"arXivRaw from {first} until {last}"
        recent: set[str] = set()
        pages = 0
        try:
            for category in self.settings.digest.categories:
                found = await client.oai_records(category, first, last)
                inbox.take([*(record.entry for record in found.records), *found.unreadable])
                pages += found.pages
                if submitted_from is not None:
                    recent |= {
                        record.entry.paper.identifier
                        for record in found.records
                        if record.submitted_at[0] >= submitted_from
                    }
        except ArxivError as error:
            return SourceAnswer(Fetch(Source.OAI, scope, query, clock.now(), 0, error=str(error)), error=error)
        if recent:
            with self.store.transaction() as connection:
                known = ledger.announcements(connection, self.settings.digest.name, recent)
            self.recent = recent - known.keys()
        mailing = inbox.newest_mailing_at
        fetch = Fetch(Source.OAI, scope, query, clock.now(), inbox.count, start, end, newest_mailing_at=mailing)
        return SourceAnswer(fetch, inbox.entries, mailing, how=f"{pages} requests")


def _may_be_unindexed(answers: Sequence[SourceAnswer], mailing: Mailing, now: datetime) -> bool:
    """Whether nothing of `mailing` is seen in the digest's categories, and no later mailing can have brought it."""
    searched = [answer.fetch for answer in answers if answer.fetch.source is Source.API and answer.fetch.error is None]
    is_shown = any(fetch.newest_mailing_at and fetch.newest_mailing_at >= mailing.announced_at for fetch in searched)
    next_at = next_mailing(mailing.announced_at).announced_at
    return bool(searched) and not is_shown and mailing.announced_at <= now < next_at


async def _in_any_field(client: PaperSource, mailing: Mailing, clock: Clock) -> SourceAnswer:
    """Whether arXiv's search shows papers of `mailing` at all: what tells a mailing that had nothing in the digest's
    categories from one that is not indexed yet, or that there was none."""
    query = any_field_query(mailing.opens_at, mailing.freezes_at)
    try:
        count = await client.count(query)
    except ArxivError as error:
        return SourceAnswer(Fetch(Source.API, feeds.ANY_FIELD, query, clock.now(), 0, error=str(error)))
    at = mailing.announced_at if count else None
    return SourceAnswer(Fetch(Source.API, feeds.ANY_FIELD, query, clock.now(), 0, newest_mailing_at=at))


def _announced(answers: list[SourceAnswer]) -> set[str]:
    return {
        entry.identifier
        for answer in answers
        for entry in answer.entries
        if entry.identifier is not None and entry.kind is not None and not entry.kind.is_replacement
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
