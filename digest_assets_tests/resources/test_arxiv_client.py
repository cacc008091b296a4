"""The arXiv client against a real server on loopback, with what arXiv does in practice put in on purpose."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta, timezone
from email.utils import format_datetime
from typing import TypeVar

import httpx2
import pytest

from digest_assets.config import ArxivSettings
from digest_assets.errors import ArxivAnswerBroken, ArxivQueryRefused, ArxivUnavailable
from digest_assets.resources.arxiv import (
    LONGEST_RETRY_AFTER_SECONDS,
    ArxivClient,
    SearchResult,
    _answer,
    _Unanswered,
    _Waits,
)
from digest_assets.resources.http import ACCEPT, open_client, user_agent
from digest_assets_tests.arxiv.examples import (
    api_answer,
    api_entry,
    api_error,
    oai_answer,
    oai_record,
    rss_feed,
    rss_item,
    utc,
)
from digest_assets_tests.resources.scripted_arxiv import Asked, Reply, Script, ScriptedArxiv, scripted_arxiv

T = TypeVar("T")
START, END = utc("2026-01-01T00:00"), utc("2026-01-29T01:00")
CATEGORIES = ("cs.SD", "eess.AS")
ONE = Reply(api_answer(api_entry()))
LIMITED = Reply(b"Rate exceeded.", 429, {"Content-Type": "text/html"})
MAINTENANCE = Reply(b"<!DOCTYPE html><html><body><h1>arXiv is down for maintenance</h1></body></html>")


class RecordedTurns:
    """A pace that lets everyone through and remembers who asked."""

    def __init__(self) -> None:
        self.turns: list[tuple[str, float]] = []

    async def turn(self, lane: str, interval_seconds: float) -> None:
        self.turns.append((lane, interval_seconds))


def ask(
    script: Script, question: Callable[[ArxivClient], Awaitable[T]], **settings: object
) -> tuple[T | Exception, ScriptedArxiv]:
    """The answer to `question` (or the error) and what the server was asked."""

    async def main(arxiv: ScriptedArxiv) -> T | Exception:
        async with client(arxiv.url, None, **settings) as arxiv_client:
            try:
                return await question(arxiv_client)
            except Exception as error:  # noqa: BLE001  # the tests look at it
                return error

    with scripted_arxiv(script) as arxiv:
        return asyncio.run(main(arxiv)), arxiv


def client(url: str, pace: RecordedTurns | None = None, **settings: object) -> ArxivClient:
    values: dict[str, object] = {
        "api_url": f"{url}/api/query",
        "feed_url": f"{url}/rss/",
        "oai_url": f"{url}/oai",
        "attempts": 3,
        "timeout_seconds": 5,
        "contact": "ada@example.org",
        **settings,
    }
    arxiv_settings = ArxivSettings(**values)
    return ArxivClient(arxiv_settings, pace or RecordedTurns(), backoff_seconds=(0,))


def search(script: Script, **settings: object) -> tuple[SearchResult, ScriptedArxiv]:
    result, arxiv = ask(script, lambda each: each.search(CATEGORIES, START, END), **settings)
    assert isinstance(result, SearchResult), result
    return result, arxiv


def failure(script: Script, **settings: object) -> tuple[Exception, ScriptedArxiv]:
    result, arxiv = ask(script, lambda each: each.search(CATEGORIES, START, END), **settings)
    assert isinstance(result, Exception)
    return result, arxiv


def identifiers(result: SearchResult) -> list[str]:
    return [entry.paper.identifier for entry in result.entries]


def shelf(count: int, **changes: str) -> list[str]:
    return [api_entry(f"2601.{number:05}v1", **changes) for number in range(1, count + 1)]


def paged(rows: list[str]) -> Callable[[Asked], Reply]:
    """Pages of `rows`, as the API cuts them."""

    def reply(asked: Asked) -> Reply:
        start, size = int(asked.parameters["start"]), int(asked.parameters["max_results"])
        return Reply(api_answer(*rows[start : start + size], total=len(rows), start=start))

    return reply


# What is asked.


def test_the_server_is_told_who_asks_and_what_is_accepted() -> None:
    _, arxiv = search([ONE])
    headers = arxiv.asked[0].headers
    assert headers["User-Agent"].startswith("digest-assets/")
    assert "(ada@example.org)" in headers["User-Agent"]
    assert headers["Accept"] == ACCEPT
    assert headers["Accept-Encoding"] == "gzip"


def test_without_a_contact_the_user_agent_says_so() -> None:
    assert "contact not set" in user_agent("")


def test_a_search_asks_for_the_window_of_the_categories() -> None:
    result, arxiv = search([ONE], page_size=500)
    parameters = arxiv.asked[0].parameters
    assert parameters["search_query"] == result.query
    assert result.query == "(cat:cs.SD OR cat:eess.AS) AND submittedDate:[202601010000 TO 202601290100]"
    assert (parameters["sortBy"], parameters["max_results"]) == ("submittedDate", "500")
    assert httpx2.URL(result.url).params["search_query"] == result.query


def test_every_request_waits_for_its_turn_retries_too() -> None:
    pace = RecordedTurns()

    async def main(url: str) -> None:
        async with client(url, pace, interval_seconds=3.5) as each:
            await each.search(CATEGORIES, START, END)

    with scripted_arxiv([LIMITED, ONE]) as arxiv:
        asyncio.run(main(arxiv.url))
    assert pace.turns == [("arxiv", 3.5), ("arxiv", 3.5)]


def test_instants_come_from_the_clock_that_was_given() -> None:
    moments = iter([utc("2026-01-29T05:00"), utc("2026-01-29T05:01")])

    async def main(url: str) -> SearchResult:
        settings = ArxivSettings(api_url=f"{url}/api/query")
        async with ArxivClient(settings, RecordedTurns(), now=lambda: next(moments)) as each:
            return await each.search(CATEGORIES, START, END)

    with scripted_arxiv([ONE]) as arxiv:
        result = asyncio.run(main(arxiv.url))
    assert (result.started_at, result.fetched_at) == (utc("2026-01-29T05:00"), utc("2026-01-29T05:01"))


# Pages.


def test_pages_are_read_until_the_total_is_reached_and_no_further() -> None:
    result, arxiv = search(paged(shelf(25)), page_size=10)
    assert identifiers(result) == [f"2601.{number:05}" for number in range(1, 26)]
    assert [asked.parameters["start"] for asked in arxiv.asked] == ["0", "10", "20"]
    assert (result.total, result.pages) == (25, 3)


@pytest.mark.parametrize(("rows", "pages"), [(0, 1), (1, 1), (10, 1), (11, 2), (20, 2)])
def test_never_more_requests_than_needed(rows: int, pages: int) -> None:
    result, arxiv = search(paged(shelf(rows)), page_size=10)
    assert (len(result.entries), len(arxiv.asked)) == (rows, pages)


def test_a_page_that_is_shorter_than_asked_for_is_read_on_from_where_it_ended() -> None:
    rows = shelf(5)
    replies = [
        Reply(api_answer(*rows[:2], total=5)),
        Reply(api_answer(*rows[2:], total=5, start=2)),
    ]
    result, arxiv = search(replies, page_size=10)
    assert (len(result.entries), arxiv.asked[1].parameters["start"]) == (5, "2")


def test_rows_that_shift_into_the_next_page_are_counted_once() -> None:
    """A paper is announced while pages are read: what was last on the first page is first on the second."""
    rows = shelf(3)
    replies = [
        Reply(api_answer(*rows[:2], total=3)),
        Reply(api_answer(rows[1], rows[2], total=4, start=2)),
        Reply(api_answer(*rows[:2], total=4)),
        Reply(api_answer(rows[2], api_entry("2601.00004v1"), total=4, start=2)),
    ]
    result, _ = search(replies, page_size=2)
    assert identifiers(result) == ["2601.00001", "2601.00002", "2601.00003", "2601.00004"]


def test_a_row_that_was_lost_between_two_pages_is_looked_for_once_more() -> None:
    rows = shelf(4)
    replies = [
        Reply(api_answer(rows[0], rows[2], total=4)),  # equal seconds: the second and third change places
        Reply(api_answer(rows[2], rows[3], total=4, start=2)),
        Reply(api_answer(rows[0], rows[1], total=4)),
        Reply(api_answer(rows[2], rows[3], total=4, start=2)),
    ]
    result, arxiv = search(replies, page_size=2)
    assert (len(result.entries), len(arxiv.asked)) == (4, 4)


def test_of_two_versions_the_newer_one_is_kept() -> None:
    result, _ = search([Reply(api_answer(api_entry("2601.00001v2"), api_entry("2601.00001v1")))])
    assert [entry.paper.versioned for entry in result.entries] == ["2601.00001v2"]


def test_an_unreadable_entry_is_part_of_the_result() -> None:
    result, _ = search([Reply(api_answer(api_entry(), api_entry("")))])
    assert (len(result.entries), len(result.unreadable)) == (1, 1)
    assert "not an arXiv identifier" in result.unreadable[0].reason


def test_a_window_with_more_results_than_can_be_paged_is_halved() -> None:
    def reply(asked: Asked) -> Reply:
        whole = asked.parameters["search_query"].endswith("[202601010000 TO 202601290100]")
        if whole:
            return Reply(api_answer(*shelf(1), total=12_000))
        first = "[202601010000 TO" in asked.parameters["search_query"]
        return Reply(api_answer(api_entry("2601.00001v1" if first else "2601.00002v1")))

    result, arxiv = search(reply)
    assert (identifiers(result), len(arxiv.asked)) == (["2601.00001", "2601.00002"], 3)


# Faults.


@pytest.mark.parametrize(
    "fault",
    [
        LIMITED,
        Reply(b"Rate exceeded.", 429, {"Retry-After": "0"}),
        Reply(b"<html><body><h1>Error: Server Error</h1></body></html>", 503),
        Reply(b"", 500),
        Reply(b"", 406),
        Reply(b"Not acceptable", 406),
        Reply(b""),
        MAINTENANCE,
        Reply(ONE.body[:-50]),
        Reply(ONE.body, cut_after=200),
        Reply(api_answer(total=1)),
        Reply(api_answer(api_entry(), start=7)),
    ],
    ids=lambda fault: f"{fault.status}-{fault.body[:12].decode()}-{fault.cut_after}",
)
def test_a_passing_fault_is_waited_out(fault: Reply) -> None:
    result, arxiv = search([fault, fault, ONE])
    assert (len(result.entries), len(arxiv.asked)) == (1, 3)


def test_a_stall_is_given_up_and_asked_again() -> None:
    result, arxiv = search([Reply(stalls=True), ONE], timeout_seconds=0.2)
    assert (len(result.entries), len(arxiv.asked)) == (1, 2)


def test_a_406_with_a_good_answer_in_it_is_an_answer() -> None:
    result, arxiv = search([Reply(ONE.body, 406)])
    assert (len(result.entries), len(arxiv.asked)) == (1, 1)


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        (LIMITED, "HTTP 429"),
        (Reply(b"", 503), "HTTP 503"),
        (Reply(b"", 406), "HTTP 406"),
        (Reply(stalls=True), "0.2 s"),
    ],
)
def test_no_answer_after_all_tries_is_one_line_that_names_the_setting(fault: Reply, said: str) -> None:
    error, arxiv = failure([fault], timeout_seconds=0.2)
    assert isinstance(error, ArxivUnavailable)
    assert said in str(error)
    assert "3 times" in str(error)
    assert "arxiv.api_url" in str(error)
    assert "\n" not in str(error)
    assert len(arxiv.asked) == 3


@pytest.mark.parametrize("fault", [MAINTENANCE, Reply(ONE.body[:-50]), Reply(b""), Reply(api_answer(total=1))])
def test_an_answer_that_stays_broken_is_one_line_that_names_the_setting(fault: Reply) -> None:
    error, arxiv = failure([fault])
    assert isinstance(error, ArxivAnswerBroken)
    assert "arxiv.api_url" in str(error)
    assert "\n" not in str(error)
    assert len(arxiv.asked) == 3


@pytest.mark.parametrize("status", [200, 400])
def test_a_refused_query_is_not_asked_again(status: int) -> None:
    error, arxiv = failure([Reply(api_error("incorrect id format for x"), status)])
    assert isinstance(error, ArxivQueryRefused)
    assert "incorrect id format" in str(error)
    assert len(arxiv.asked) == 1


@pytest.mark.parametrize("status", [403, 404])
def test_a_refused_address_is_not_asked_again(status: int) -> None:
    error, arxiv = failure([Reply(b"<html><body>no</body></html>", status)])
    assert isinstance(error, ArxivUnavailable)
    assert f"HTTP {status}" in str(error)
    assert "once" in str(error)
    assert len(arxiv.asked) == 1


def test_a_fault_on_a_later_page_does_not_start_the_search_again() -> None:
    rows = shelf(3)
    replies = [Reply(api_answer(*rows[:2], total=3)), LIMITED, Reply(api_answer(rows[2], total=3, start=2))]
    result, arxiv = search(replies, page_size=2)
    assert len(result.entries) == 3
    assert [asked.parameters["start"] for asked in arxiv.asked] == ["0", "2", "2"]


def test_where_no_connection_comes_about_a_person_hears_of_it_within_seconds() -> None:
    waits = _Waits((30.0, 60.0, 120.0, 300.0), tries=5)
    unreachable = _Unanswered("no connection to arxiv.example", unreachable=True)
    waited = [waits(unreachable) for _ in range(3)]
    assert waited[-1] is False
    assert sum(waited) <= 5


def test_a_refused_connection_is_one_line_that_names_the_setting() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: nobody else can answer there
        url = f"http://127.0.0.1:{held.getsockname()[1]}"

        async def main() -> None:
            async with client(url, attempts=2) as each:
                await each.search(CATEGORIES, START, END)

        with pytest.raises(ArxivUnavailable, match=r"arxiv\.api_url"):
            asyncio.run(main())


# How long it waits.


def test_waits_grow_and_the_last_is_repeated() -> None:
    waits = _Waits((30, 60), 9)
    found = [waits(_Unanswered("429")) for _ in range(4)]
    assert [low <= seconds <= low * 1.25 for low, seconds in zip((30, 60, 60, 60), found, strict=True)] == [True] * 4


def test_a_wait_says_what_for_and_how_long(caplog: pytest.LogCaptureFixture) -> None:
    _Waits((30,), 9)(_Unanswered("HTTP 429 Too Many Requests", 42.0))
    assert caplog.messages == ["arXiv did not answer: HTTP 429 Too Many Requests. Asking again in 42 s."]


def test_the_last_try_announces_no_other(caplog: pytest.LogCaptureFixture) -> None:
    failure([LIMITED], attempts=2)
    assert len([message for message in caplog.messages if "Asking again" in message]) == 1


def test_retry_after_is_honoured_and_not_for_ever() -> None:
    assert _Waits((30,), 9)(_Unanswered("429", 42.0)) == 42
    assert _Waits((30,), 9)(_Unanswered("429", LONGEST_RETRY_AFTER_SECONDS + 1)) is False


def test_what_asking_again_cannot_help_is_not_waited_for() -> None:
    assert _Waits((30,), 9)(_Unanswered("HTTP 404", hopeless=True)) is False
    assert _Waits((30,), 9)(ArxivQueryRefused("no", cure="")) is False
    assert _Waits((30,), 9)(KeyError("a fault of ours")) is False


@pytest.mark.parametrize(("header", "low", "high"), [("7", 7, 7), ("", None, None), ("soon", None, None)])
def test_retry_after_is_read_from_the_response(header: str, low: float | None, high: float | None) -> None:
    with pytest.raises(_Unanswered) as caught:
        _answer(httpx2.Response(429, headers={"Retry-After": header}), bytes.decode)
    assert caught.value.retry_after_seconds == low == high


def test_retry_after_may_be_a_date() -> None:
    later = format_datetime(datetime.now(timezone.utc) + timedelta(minutes=2), usegmt=True)
    with pytest.raises(_Unanswered) as caught:
        _answer(httpx2.Response(503, headers={"Retry-After": later}), bytes.decode)
    assert caught.value.retry_after_seconds is not None
    assert 100 < caught.value.retry_after_seconds <= 120


# The other questions.


def test_a_look_up_asks_for_identifiers_and_leaves_unknown_ones_out() -> None:
    result, arxiv = ask([ONE], lambda each: each.lookup(["https://arxiv.org/abs/2601.00001v1", "2601.99999"]))
    assert isinstance(result, SearchResult)
    assert arxiv.asked[0].parameters["id_list"] == "2601.00001v1,2601.99999"
    assert identifiers(result) == ["2601.00001"]


def test_a_long_look_up_is_asked_in_parts() -> None:
    def reply(asked: Asked) -> Reply:
        return Reply(api_answer(*(api_entry(f"{each}v1") for each in asked.parameters["id_list"].split(","))))

    wanted = [f"2601.{number:05}" for number in range(1, 651)]
    result, arxiv = ask(reply, lambda each: each.lookup(wanted))
    assert isinstance(result, SearchResult)
    assert (identifiers(result), len(arxiv.asked)) == (wanted, 3)


def test_a_look_up_of_nothing_asks_nothing() -> None:
    result, arxiv = ask([ONE], lambda each: each.lookup([]))
    assert isinstance(result, SearchResult)
    assert (result.entries, arxiv.asked) == ((), [])


def test_a_malformed_identifier_is_refused_before_it_fails_the_others() -> None:
    error, arxiv = ask([ONE], lambda each: each.lookup(["2601.00001", "nonsense"]))
    assert isinstance(error, ArxivQueryRefused)
    assert "nonsense" in str(error)
    assert arxiv.asked == []


def test_a_feed_is_asked_for_by_its_categories() -> None:
    feed, arxiv = ask([LIMITED, Reply(rss_feed(rss_item()))], lambda each: each.feed(CATEGORIES))
    assert not isinstance(feed, Exception)
    assert arxiv.asked[1].path == "/rss/cs.SD+eess.AS"
    assert [entry.paper.identifier for entry in feed.entries] == ["2601.00001"]


def test_a_feed_that_does_not_come_names_its_setting() -> None:
    error, _ = ask([Reply(b"", 503)], lambda each: each.feed(CATEGORIES))
    assert "arxiv.feed_url" in str(error)


def test_an_unknown_category_in_a_feed_is_a_refusal() -> None:
    error, arxiv = ask([Reply(rss_feed(title="Feed error for query: cs.XX"), 400)], lambda each: each.feed(["cs.XX"]))
    assert isinstance(error, ArxivQueryRefused)
    assert len(arxiv.asked) == 1


def test_oai_records_are_read_page_by_page() -> None:
    replies = [
        Reply(oai_answer(oai_record("2601.00001"), token="skip%3D1")),
        Reply(b"", 503),
        Reply(oai_answer(oai_record("2601.00002"))),
    ]
    day = date(2026, 1, 6)
    result, arxiv = ask(replies, lambda each: each.oai_records("cs.SD", day, day + timedelta(days=1)))
    assert not isinstance(result, Exception)
    assert [record.entry.paper.identifier for record in result.records] == ["2601.00001", "2601.00002"]
    first, last = arxiv.asked[0].parameters, arxiv.asked[-1].parameters
    assert (first["set"], first["from"], first["until"]) == ("cs:cs:SD", "2026-01-06", "2026-01-07")
    assert last == {"verb": "ListRecords", "resumptionToken": "skip%3D1"}


def test_a_resumption_token_that_never_ends_is_a_broken_answer() -> None:
    replies = [Reply(oai_answer(oai_record(), token="again"))]
    error, _ = ask(replies, lambda each: each.oai_records("cs.SD", date(2026, 1, 6), date(2026, 1, 6)))
    assert isinstance(error, ArxivAnswerBroken)


def test_redirects_are_followed_and_bounded() -> None:
    def reply(asked: Asked) -> Reply:
        return ONE if asked.path == "/moved" else Reply(b"", 301, {"Location": "/moved"})

    result, _ = search(reply)
    assert len(result.entries) == 1
    error, arxiv = failure([Reply(b"", 301, {"Location": "/again"})], attempts=1)
    assert isinstance(error, ArxivUnavailable)
    assert len(arxiv.asked) < 10


def test_a_client_has_a_single_connection() -> None:
    async def main(url: str) -> list[int]:
        async with open_client(ArxivSettings(api_url=url)) as each:
            answers = await asyncio.gather(*(each.get(url) for _ in range(3)))
            return [answer.status_code for answer in answers]

    with scripted_arxiv([ONE]) as arxiv:
        assert asyncio.run(main(arxiv.url)) == [200, 200, 200]
