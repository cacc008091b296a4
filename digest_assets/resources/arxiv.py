"""arXiv, as the rest of the project sees it: search, look-up, feed, OAI. The only place that asks it for metadata.

What arXiv does in practice (429 for hours below the limit, 406 with a good feed in it, empty pages with a total, XML
that breaks off) is waited out here, politely; what comes out is complete or an error that names the cure.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import TypeVar

import httpx2
import stamina

from digest_assets.arxiv.atom import ApiPage, parse_api_answer
from digest_assets.arxiv.entries import broken
from digest_assets.arxiv.feed import Feed, parse_feed
from digest_assets.arxiv.identifiers import order_key, split_version
from digest_assets.arxiv.oai import OaiPage, OaiRecord, parse_list_records, set_of
from digest_assets.arxiv.queries import MAXIMUM_RESULTS, lookup_parameters, page_parameters, window_query
from digest_assets.config import ArxivSettings
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused, ArxivUnavailable
from digest_assets.model import FeedEntry, UnreadableEntry
from digest_assets.resources.http import open_client
from digest_assets.resources.pace import METADATA_LANE, Pace

BACKOFF_SECONDS = (30.0, 60.0, 120.0, 300.0)
"""Waits between tries; the last is repeated. arXiv's 429 lasts for minutes: asking sooner prolongs it."""
UNREACHABLE_SECONDS = (1.0, 4.0)
"""Waits where no connection comes about: a cable, a name or an address is wrong, and somebody may be looking at the
terminal. After these the run fails; the next tick of the schedule asks again."""
LONGEST_RETRY_AFTER_SECONDS = 900.0
"""A server that asks for more is not waited for: the run ends and is asked for again later."""
_LOOKUP_SIZE = 300
"""Identifiers per look-up: about 5,000 characters of address."""
_PATIENCE = 5
"""An answer may take this many time-outs in all: a server that drips bytes is stalling."""
_OAI_PAGES = 200
_COMFORTABLE_RESULTS = 7000
"""A window with more results than can be paged through is split into windows that have about so many."""

T = TypeVar("T")
Take = Callable[[Sequence[FeedEntry | UnreadableEntry]], None]
"""Is given the entries of each page as it comes, a paper again only in a newer version."""

_log = logging.getLogger(__name__)
# `_Waits` says what is waited for, and how long; stamina's own line names neither arXiv nor the reason.
stamina.instrumentation.set_on_retry_hooks([])


@dataclass(frozen=True, slots=True)
class SearchResult:
    """All that arXiv returned for a query."""

    entries: tuple[FeedEntry, ...]
    """One per paper (its newest version), in the order of their identifiers. None where they were taken page by
    page."""
    unreadable: tuple[UnreadableEntry, ...]
    query: str
    url: str
    """Of the first page."""
    started_at: datetime
    fetched_at: datetime
    total: int
    """How many results arXiv said there are."""
    pages: int
    windows: int = 1
    """Into how many windows the query was split, because arXiv lets nobody page beyond 10,000 results."""


@dataclass(frozen=True, slots=True)
class OaiResult:
    """All records of a set that changed between two days."""

    records: tuple[OaiRecord, ...]
    unreadable: tuple[UnreadableEntry, ...]
    fetched_at: datetime
    pages: int = 1


class _Unanswered(Exception):
    """No usable answer to one try."""

    def __init__(
        self,
        reason: str,
        retry_after_seconds: float | None = None,
        *,
        hopeless: bool = False,
        unreachable: bool = False,
    ) -> None:
        super().__init__(f"arXiv did not answer: {reason}.")
        self.reason = reason
        self.unreachable = unreachable
        """No connection came about: refused, a name without an address, nobody there."""
        self.retry_after_seconds = retry_after_seconds
        self.hopeless = hopeless
        """Asking again cannot help: 403, 404."""


def _now() -> datetime:
    return datetime.now(timezone.utc)


class ArxivClient:
    """Asks arXiv's interfaces, one request at a time, each at its turn.

    Holds one connection; to be closed (`async with`). Its methods raise `ArxivUnavailable` where there was
    no answer after `settings.attempts` tries, `ArxivAnswerBroken` where the last one could not be used, and
    `ArxivQueryRefused` at once where arXiv says that the question is wrong.
    """

    def __init__(
        self,
        settings: ArxivSettings,
        pace: Pace,
        *,
        now: Callable[[], datetime] = _now,
        backoff_seconds: Sequence[float] = BACKOFF_SECONDS,
    ) -> None:
        self._settings = settings
        self._pace = pace
        self._clock = now
        self._backoff_seconds = tuple(backoff_seconds)
        self._http = open_client(settings)

    async def __aenter__(self) -> ArxivClient:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._http.aclose()

    async def search(
        self, categories: Sequence[str], start: datetime, end: datetime, take: Take | None = None
    ) -> SearchResult:
        """All papers of `categories` whose v1 was submitted from `start` to `end`."""
        started_at = self._clock()
        query = window_query(categories, start, end)
        rows = _Rows(take)
        await self._search_window(categories, start, end, rows)
        return rows.result(query, self._first_url(query), started_at, self._clock())

    async def changed(
        self, categories: Sequence[str], start: datetime, end: datetime, since: datetime, take: Take | None = None
    ) -> SearchResult | None:
        """Of the papers that `search` would return those whose newest version was submitted since `since`, and a few
        more: pages by the last change, the newest first, until one reaches back so far. None where that cannot be done:
        more than can be paged through, or an order that was not kept to (as in November 2025)."""
        started_at = self._clock()
        query = window_query(categories, start, end)
        rows = _Rows(take)
        offset, size = 0, self._settings.page_size
        while offset + size <= MAXIMUM_RESULTS:
            parameters = {**page_parameters(query, offset, size), "sortBy": "lastUpdatedDate"}
            page = await self._page({**parameters, "sortOrder": "descending"}, offset)
            rows.add(page)
            times = [entry.paper.updated_at for entry in page.entries if entry.paper.updated_at is not None]
            if any(later > earlier for earlier, later in pairwise(times)):
                return None
            offset += page.row_count
            if offset >= page.total or (times and times[-1] < since):
                rows.total = page.total
                return rows.result(query, self._first_url(query), started_at, self._clock())
        return None

    def _first_url(self, query: str) -> str:
        return str(httpx2.URL(self._settings.api_url, params=page_parameters(query, 0, self._settings.page_size)))

    async def newest(self, categories: Sequence[str], start: datetime, end: datetime, count: int) -> SearchResult:
        """The `count` newest submissions of that window: one small request, to see what arXiv shows by now."""
        started_at = self._clock()
        query = window_query(categories, start, end)
        parameters = {**page_parameters(query, 0, count), "sortOrder": "descending"}
        rows = _Rows()
        page = await self._page(parameters, 0)
        rows.add(page)
        rows.total = page.total
        url = str(httpx2.URL(self._settings.api_url, params=parameters))
        return rows.result(query, url, started_at, self._clock())

    async def count(self, query: str) -> int:
        """How many results a `search_query` has: one small request."""
        return (await self._page(page_parameters(query, 0, 1), 0)).total

    async def lookup(self, identifiers: Sequence[str], take: Take | None = None) -> SearchResult:
        """The papers with these identifiers, each with or without a version. Unknown ones are just absent."""
        started_at = self._clock()
        wanted = [_checked(identifier) for identifier in dict.fromkeys(identifiers)]
        rows = _Rows(take)
        for position in range(0, len(wanted), _LOOKUP_SIZE):
            page = await self._page(lookup_parameters(wanted[position : position + _LOOKUP_SIZE]), 0)
            rows.add(page)
            rows.total += page.total
        first = lookup_parameters(wanted[:_LOOKUP_SIZE]) if wanted else {}
        url = str(httpx2.URL(self._settings.api_url, params=first))
        return rows.result("id_list=" + ",".join(wanted), url, started_at, self._clock())

    async def feed(self, categories: Sequence[str]) -> Feed:
        """Today's feed of `categories` together."""
        return await self._ask("feed_url", self._settings.feed_url + "+".join(categories), {}, parse_feed)

    async def oai_records(self, category: str, day_from: date, day_until: date) -> OaiResult:
        """All records of `category` (cross-listed ones too) whose last change was from `day_from` to `day_until`."""
        parameters = {
            "verb": "ListRecords",
            "metadataPrefix": "arXivRaw",
            "set": set_of(category),
            "from": day_from.isoformat(),
            "until": day_until.isoformat(),
        }
        records: dict[str, OaiRecord] = {}
        unreadable: dict[str, UnreadableEntry] = {}
        for pages in range(1, _OAI_PAGES + 1):
            page: OaiPage = await self._ask("oai_url", self._settings.oai_url, parameters, parse_list_records)
            records.update((record.entry.paper.identifier, record) for record in page.records)
            unreadable.update((each.payload, each) for each in page.unreadable)
            if page.resumption_token is None:
                return OaiResult(tuple(records.values()), tuple(unreadable.values()), self._clock(), pages)
            parameters = {"verb": "ListRecords", "resumptionToken": page.resumption_token}
        raise broken(f"more than {_OAI_PAGES} pages of OAI records for {category}, or the same ones over and over")

    async def _search_window(self, categories: Sequence[str], start: datetime, end: datetime, rows: _Rows) -> None:
        """Reads all pages of a window into `rows`; a window too full to be paged through is split."""
        query = window_query(categories, start, end)
        first = await self._search_page(query, 0)
        if first.total > MAXIMUM_RESULTS and end - start > timedelta(minutes=2):
            rows.count_pages(1)
            parts = -(-first.total // _COMFORTABLE_RESULTS)
            ends = [start + (end - start) * part / parts for part in range(parts + 1)]
            for begin, until in pairwise(ends):
                await self._search_window(categories, begin, until, rows)
            return
        rows.begin_window()
        total = await self._read_on(query, first, rows)
        if rows.count_in_window < total:
            # A row was taken out or changed its place among equal seconds while its neighbours were read.
            total = await self._read_on(query, await self._search_page(query, 0), rows)
        rows.total += total

    async def _read_on(self, query: str, first: ApiPage, rows: _Rows) -> int:
        """Reads `first` and the pages that follow it into `rows`; how many results arXiv counts at the end."""
        rows.add(first)
        offset, total = first.row_count, first.total
        while offset < total:
            page = await self._search_page(query, offset)
            rows.add(page)
            offset, total = offset + page.row_count, page.total
        return total

    async def _search_page(self, query: str, start: int) -> ApiPage:
        return await self._page(page_parameters(query, start, self._settings.page_size), start)

    async def _page(self, parameters: Mapping[str, str], start: int) -> ApiPage:
        def parse(body: bytes) -> ApiPage:
            page = parse_api_answer(body)
            if page.row_count == 0 and page.total > start:
                raise broken(f"an empty page, though it counts {page.total} results")
            if page.start != start:
                raise broken(f"the page that starts at {page.start} instead of {start}")
            return page

        return await self._ask("api_url", self._settings.api_url, parameters, parse)

    async def _ask(
        self,
        setting: str,
        url: str,
        parameters: Mapping[str, str],
        parse: Callable[[bytes], T],
    ) -> T:
        """Asks until there is an answer that `parse` can read, `settings.attempts` times."""
        waits = _Waits(self._backoff_seconds, self._settings.attempts)
        try:
            async for attempt in stamina.retry_context(
                on=waits, attempts=self._settings.attempts, timeout=None, wait_jitter=0
            ):
                with attempt:
                    return _answer(await self._send(url, parameters), parse)
        except _Unanswered as error:
            times = "once" if attempt.num == 1 else f"{attempt.num} times"
            raise ArxivUnavailable(
                f"arXiv could not be read at {url}: {error.reason} (asked {times}).",
                cure=f"Try again later; if it stays so, check the network and arxiv.{setting}.",
            ) from None
        except ArxivAnswerBroken as error:
            raise ArxivAnswerBroken(error.message, cure=f"{error.cure} Or check arxiv.{setting} ({url}).") from None
        raise AssertionError("a retry context ends with an answer or an exception")

    async def _send(self, url: str, parameters: Mapping[str, str]) -> httpx2.Response:
        await self._pace.turn(METADATA_LANE, self._settings.interval_seconds)
        try:
            request = self._http.get(url, params=parameters or None)
            return await asyncio.wait_for(request, _PATIENCE * self._settings.timeout_seconds)
        except (httpx2.ConnectError, httpx2.ConnectTimeout) as error:
            host = httpx2.URL(url).host
            raise _Unanswered(f"no connection to {host} ({error or 'time-out'})", unreachable=True) from None
        except (httpx2.TimeoutException, asyncio.TimeoutError):
            raise _Unanswered(f"no answer within {self._settings.timeout_seconds:g} s") from None
        except (httpx2.RequestError, httpx2.InvalidURL) as error:
            raise _Unanswered(str(error) or type(error).__name__) from None


class _Waits:
    """How long to wait before the next try (stamina's back-off hook): what the server asks for, or ever longer."""

    def __init__(self, backoff_seconds: Sequence[float], tries: int) -> None:
        self._left = list(backoff_seconds) or [0.0]
        self._unreachable = [min(wait, self._left[0]) for wait in UNREACHABLE_SECONDS]
        self._tries = tries

    def __call__(self, error: Exception) -> bool | float:
        self._tries -= 1
        seconds = self._seconds(error) if self._tries > 0 else None
        if seconds is None:
            return False
        what = error.message if isinstance(error, ArxivAnswerBroken) else str(error)
        _log.warning("%s Asking again in %.0f s.", what, seconds)
        return seconds

    def _seconds(self, error: Exception) -> float | None:
        """None: not to be waited for."""
        if isinstance(error, ArxivAnswerBroken):
            return self._next()
        if not isinstance(error, _Unanswered) or error.hopeless:
            return None
        if error.unreachable:
            return self._unreachable.pop(0) if self._unreachable else None
        if error.retry_after_seconds is None:
            return self._next()
        return error.retry_after_seconds if error.retry_after_seconds <= LONGEST_RETRY_AFTER_SECONDS else None

    def _next(self) -> float:
        seconds = self._left.pop(0) if len(self._left) > 1 else self._left[0]
        return seconds * random.uniform(1, 1.25)


def _answer(response: httpx2.Response, parse: Callable[[bytes], T]) -> T:
    """What a response says. Raises `_Unanswered`, and what `parse` raises."""
    status = response.status_code
    if status == 429 or status >= 500:
        raise _Unanswered(_status(response), _retry_after_seconds(response))
    if status == 406:  # at times with a good feed in the body
        try:
            return parse(response.content)
        except ArxivAnswerBroken:
            raise _Unanswered(_status(response)) from None
    if status >= 400:
        try:
            parse(response.content)
        except ArxivQueryRefused:
            raise
        except ArxivAnswerBroken:
            pass
        raise _Unanswered(_status(response), hopeless=True)
    return parse(response.content)


def _status(response: httpx2.Response) -> str:
    return f"HTTP {response.status_code} {response.reason_phrase}".strip()


def _retry_after_seconds(response: httpx2.Response) -> float | None:
    """Seconds that `Retry-After` asks for, as a number or a date; None where it does not say."""
    text = response.headers.get("Retry-After", "").strip()
    if text.isascii() and text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - _now()).total_seconds()) if text else None
    except (ValueError, TypeError):
        return None


def _checked(identifier: str) -> str:
    """One malformed identifier fails a whole look-up, so it is refused before. Raises `ArxivQueryRefused`."""
    try:
        bare, version = split_version(identifier)
    except ValueError as error:
        raise ArxivQueryRefused(f"{error}.", cure="Correct the identifier.") from None
    return f"{bare}v{version}" if version else bare


class _Rows:
    """Rows of several pages: what is announced in between shifts rows from one page into the next."""

    def __init__(self, take: Take | None = None) -> None:
        self._entries: dict[str, FeedEntry] = {}
        self._unreadable: dict[str, UnreadableEntry] = {}
        self._take = take or self._keep
        self._versions: dict[str, int] = {}
        self._in_window: set[str] = set()
        self._pages = self._windows = 0
        self.total = 0

    def begin_window(self) -> None:
        self._windows += 1
        self._in_window = set()

    @property
    def count_in_window(self) -> int:
        return len(self._in_window)

    def count_pages(self, count: int) -> None:
        self._pages += count

    def add(self, page: ApiPage) -> None:
        self.count_pages(1)
        newer: dict[str, FeedEntry | UnreadableEntry] = {}
        for entry in page.entries:
            paper = entry.paper
            self._in_window.add(paper.identifier)
            if self._versions.get(paper.identifier, 0) < paper.version:
                self._versions[paper.identifier] = paper.version
                newer[paper.identifier] = entry
        for each in page.unreadable:
            self._in_window.add(each.payload)
            if each.payload not in self._versions:
                self._versions[each.payload] = 0
                newer[each.payload] = each
        self._take(list(newer.values()))

    def _keep(self, entries: Sequence[FeedEntry | UnreadableEntry]) -> None:
        for each in entries:
            if isinstance(each, FeedEntry):
                self._entries[each.paper.identifier] = each
            else:
                self._unreadable[each.payload] = each

    def result(self, query: str, url: str, started_at: datetime, fetched_at: datetime) -> SearchResult:
        entries = sorted(self._entries.values(), key=lambda entry: order_key(entry.paper.identifier))
        return SearchResult(
            tuple(entries),
            tuple(self._unreadable.values()),
            query,
            url,
            started_at,
            fetched_at,
            self.total,
            self._pages,
            max(1, self._windows),
        )
