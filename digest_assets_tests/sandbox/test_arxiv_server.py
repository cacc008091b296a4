"""The sandbox arXiv keeps arXiv's habits, and its faults come as scripted."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime, timedelta, timezone
from typing import Any

import feedparser
import httpx2
import pytest

from digest_assets.model import AnnouncementKind, Paper
from digest_assets.sandbox import arxiv_server as faults
from digest_assets.sandbox.arxiv_server import SandboxArxiv
from digest_assets.sandbox.papers import SandboxPaper, invented
from digest_assets.sandbox.serving import (
    Fault,
    broken_off,
    closed,
    empty_body,
    empty_page,
    late,
    stall,
    status,
    truncated,
)
from digest_assets_tests.recorded import announced as announced_papers

MAILING = datetime(2026, 1, 29, 1, tzinfo=timezone.utc)  # Wednesday, 28 January, 20:00 in New York
Serve = Callable[[Iterable[SandboxPaper]], SandboxArxiv]
CLIENT = httpx2.Client()
"""One for all: making a client, with its certificates, takes longer than most tests."""


class Clock:
    def __init__(self, now: datetime) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now


def announced(number: int, mailing: datetime = MAILING, **changes: Any) -> SandboxPaper:
    kind = changes.pop("kind", AnnouncementKind.NEW)
    submitted_at = changes.pop("submitted_at", mailing - timedelta(hours=20 - number))
    fields = {
        "identifier": f"2601.9{number:04}",
        "version": 1,
        "title": f"Paper {number}",
        "abstract": "It is short.",
        "authors": ("A. Nobody",),
        "categories": ("cs.SD",),
        "published_at": submitted_at,
        "updated_at": submitted_at,
    }
    return SandboxPaper(Paper(**{**fields, **changes}), mailing, kind)


@pytest.fixture
def clock() -> Clock:
    return Clock(MAILING + timedelta(hours=2))


@pytest.fixture
def serve(clock: Clock) -> Iterator[Serve]:
    started: list[SandboxArxiv] = []

    def start(papers: Iterable[SandboxPaper]) -> SandboxArxiv:
        started.append(SandboxArxiv(papers, clock))
        started[-1].start()
        return started[-1]

    yield start
    for server in started:
        server.stop()


@pytest.fixture
def arxiv(serve: Serve) -> SandboxArxiv:
    return serve(invented(MAILING))


def ask(server: SandboxArxiv, query: str | None = "(cat:cs.* OR cat:eess.*)", **parameters: object) -> httpx2.Response:
    given = {"search_query": query, "max_results": 100, **parameters}
    return CLIENT.get(server.api_url, params={key: str(value) for key, value in given.items() if value is not None})


def found(response: httpx2.Response) -> list[str]:
    return re.findall(r"<entry>\s*<id>http://arxiv.org/abs/([^<]*)</id>", response.text)


# What is visible when


def test_a_paper_is_found_from_its_mailing_on_although_it_was_submitted_long_before(serve: Serve, clock: Clock) -> None:
    server = serve([announced(1)])
    clock.now = MAILING - timedelta(seconds=1)
    assert found(ask(server)) == []
    clock.now = MAILING
    assert found(ask(server)) == ["2601.90001v1"]


def test_the_index_may_lag_behind_the_mailing(serve: Serve, clock: Clock) -> None:
    server = serve([announced(1)])
    server.index_lag = timedelta(hours=3)
    assert found(ask(server)) == []
    clock.now += timedelta(hours=1)
    assert found(ask(server)) == ["2601.90001v1"]


def test_a_single_paper_may_trickle_in_late(serve: Serve, clock: Clock) -> None:
    server = serve([announced(1), announced(2)])
    server.trickle["2601.90002"] = clock.now + timedelta(hours=5)
    assert found(ask(server)) == ["2601.90001v1"]
    clock.now += timedelta(hours=5)
    assert sorted(found(ask(server))) == ["2601.90001v1", "2601.90002v1"]


def test_a_replacement_keeps_its_publication_and_changes_update_and_version(serve: Serve, clock: Clock) -> None:
    second = announced(
        1,
        MAILING + timedelta(days=1),
        version=2,
        kind=AnnouncementKind.REPLACE,
        submitted_at=None,
        published_at=MAILING - timedelta(hours=19),
        updated_at=MAILING + timedelta(hours=12),
    )
    server = serve([announced(1), second])
    assert found(ask(server)) == ["2601.90001v1"]
    clock.now += timedelta(days=1)
    assert found(ask(server)) == ["2601.90001v2"]
    entry = feedparser.parse(ask(server).content).entries[0]
    assert entry.published == "2026-01-28T06:00:00Z"
    assert entry.updated == "2026-01-29T13:00:00Z"
    assert found(ask(server, None, id_list="2601.90001v1")) == ["2601.90001v1"]


# Asking


def test_pages_hold_what_was_asked_for_and_say_what_was_asked_for(arxiv: SandboxArxiv) -> None:
    whole = found(ask(arxiv, sortBy="submittedDate"))
    page = ask(arxiv, sortBy="submittedDate", start=5, max_results=4)
    assert found(page) == whole[5:9]
    feed = feedparser.parse(page.content).feed
    assert (feed.opensearch_itemsperpage, feed.opensearch_startindex) == ("4", "5")
    assert int(feed.opensearch_totalresults) == len(whole)
    last = feedparser.parse(ask(arxiv, start=len(whole) - 1, max_results=50).content)
    assert (len(last.entries), last.feed.opensearch_itemsperpage) == (1, "50")


def test_answers_are_sorted_by_submission_or_by_update(arxiv: SandboxArxiv) -> None:
    def times(by: str, order: str, field: str) -> list[str]:
        return [each[field] for each in feedparser.parse(ask(arxiv, sortBy=by, sortOrder=order).content).entries]

    assert times("submittedDate", "ascending", "published") == sorted(times("submittedDate", "ascending", "published"))
    updated = times("lastUpdatedDate", "descending", "updated")
    assert updated == sorted(updated, reverse=True)


def test_a_list_of_identifiers_leaves_out_unknown_ones_and_is_filtered_by_a_query(arxiv: SandboxArxiv) -> None:
    assert found(ask(arxiv, None, id_list="2601.92802,2601.99999,2601.92801")) == ["2601.92802v1", "2601.92801v1"]
    assert found(ask(arxiv, "ti:Foghorn", id_list="2601.92802,2601.92801")) == ["2601.92802v1"]


@pytest.mark.parametrize(
    ("parameters", "message", "slug"),
    [
        ({"query": None}, "Either a search_query or id_list must be specified for the classic API.", None),
        ({"query": "( ( )"}, "Invalid query string: '( ( )'", None),
        ({"start": -1}, "start must be non-negative", "#start_must_be_non-negative"),
        ({"start": "x"}, "start must be an integer", "#start_must_be_an_integer"),
        ({"max_results": -1}, "max_results must be non-negative", "#max_results_must_be_non-negative"),
        ({"max_results": "x"}, "max_results must be an integer", "#max_results_must_be_an_integer"),
        ({"max_results": 0}, "max_results must be a positive integer", "#max_results_must_be_a_positive_integer"),
        ({"sortBy": "date"}, "sortBy must be in: relevance, lastUpdatedDate, submittedDate", "manual#sort"),
        ({"query": None, "id_list": "abc"}, "incorrect id format for abc", "#incorrect_id_format_for_abc"),
        ({"max_results": 2001}, "max_results must not exceed 2000, start + max_results 30000", None),
        ({"start": 29_000, "max_results": 1001}, "max_results must not exceed 2000, start + max_results 30000", None),
    ],
)
def test_mistakes_are_answered_by_an_error_entry_with_status_400(
    arxiv: SandboxArxiv, parameters: dict[str, Any], message: str, slug: str | None
) -> None:
    response = ask(arxiv, **parameters)
    assert response.status_code == 400
    (entry,) = feedparser.parse(response.content).entries
    assert (entry.title, entry.summary, entry.author) == ("Error", message, "arXiv api core")
    assert entry.id.endswith(slug or "errors") or slug is None


def test_a_query_may_be_posted(arxiv: SandboxArxiv) -> None:
    response = CLIENT.post(arxiv.api_url, data={"search_query": "ti:Foghorn"})
    assert found(response) == ["2601.92802v1"]


def test_a_request_without_accept_is_refused(arxiv: SandboxArxiv) -> None:
    with httpx2.Client() as client:
        del client.headers["accept"]
        response = client.get(arxiv.api_url, params={"search_query": "cat:cs.SD"})
    assert (response.status_code, response.content) == (406, b"")


def test_every_request_is_recorded_with_what_came_of_it(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", faults.rate_limited())
    ask(arxiv)
    CLIENT.get(arxiv.html_url + "2601.99999v1", headers={"User-Agent": "digest (mailto:a@example.org)"})
    first, second = arxiv.requests
    assert (first.route, first.status, first.fault) == ("api", 429, "status 429")
    assert first.query["search_query"] == "(cat:cs.* OR cat:eess.*)"
    assert (second.route, second.path, second.status, second.fault) == ("html", "/html/2601.99999v1", 404, None)
    assert second.headers["user-agent"] == "digest (mailto:a@example.org)"


# Feeds


def feed(server: SandboxArxiv, categories: str = "cs.SD+eess.AS", form: str = "rss") -> list[tuple[str, str]]:
    parsed = feedparser.parse(CLIENT.get(server.feed_url.replace("/rss/", f"/{form}/") + categories).content)
    assert not parsed.bozo
    return [(entry.arxiv_announce_type, entry.id.removeprefix("oai:arXiv.org:")) for entry in parsed.entries]


def test_a_feed_changes_at_midnight_in_new_york_and_not_at_the_mailing(arxiv: SandboxArxiv, clock: Clock) -> None:
    clock.now = datetime(2026, 1, 29, 4, 59, tzinfo=timezone.utc)
    before = {name for _, name in feed(arxiv)}
    clock.now = datetime(2026, 1, 29, 5, 0, tzinfo=timezone.utc)
    after = {name for _, name in feed(arxiv)}
    assert "2601.92802v1" not in before
    assert "2601.92802v1" in after
    assert not before & after


@pytest.mark.parametrize("form", ["rss", "atom"])
def test_a_feed_tells_new_cross_and_replaced_ones_apart_in_this_order(
    arxiv: SandboxArxiv, clock: Clock, form: str
) -> None:
    clock.now = datetime(2026, 1, 29, 6, tzinfo=timezone.utc)
    entries = feed(arxiv, form=form)
    assert Counter(kind for kind, _ in entries) == {"new": 11, "cross": 2, "replace": 1}
    assert entries == sorted(entries, key=lambda each: (["new", "cross", "replace"].index(each[0]), each[1]))
    assert ("cross", "2507.90201v1") in entries
    assert dict((name, kind) for kind, name in feed(arxiv, "q-bio.QM", form)) == {"2601.92001v2": "replace-cross"}
    assert feed(arxiv, "CS", form) == feed(arxiv, "cs", form) != []


def test_a_feed_is_empty_after_evenings_without_a_mailing(arxiv: SandboxArxiv, clock: Clock) -> None:
    for day in (31, 32):  # Saturday, Sunday
        clock.now = datetime(2026, 1, 1, 12, tzinfo=timezone.utc) + timedelta(days=day - 1)
        assert feed(arxiv) == []


def test_versions_from_the_sixth_on_are_in_no_feed(serve: Serve, clock: Clock) -> None:
    server = serve([announced(n, version=n, kind=AnnouncementKind.REPLACE) for n in (5, 6)])
    clock.now = MAILING + timedelta(hours=6)
    assert feed(server) == [("replace", "2601.90005v5")]


def test_a_paper_that_trickles_in_is_not_in_the_feed_of_its_mailing(arxiv: SandboxArxiv, clock: Clock) -> None:
    clock.now = datetime(2026, 1, 28, 12, tzinfo=timezone.utc)
    assert "2601.92701v1" not in {name for _, name in feed(arxiv)}


def test_an_unknown_archive_is_refused_with_status_400(arxiv: SandboxArxiv) -> None:
    response = CLIENT.get(arxiv.feed_url + "cs.SD+nothing.XX")
    assert response.status_code == 400
    assert feedparser.parse(response.content).feed.title == "Feed error for query: cs.SD+nothing.XX"


def test_a_feed_that_has_not_changed_is_not_sent_again(arxiv: SandboxArxiv) -> None:
    first = CLIENT.get(arxiv.feed_url + "cs.SD")
    again = CLIENT.get(arxiv.feed_url + "cs.SD", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


# OAI-PMH


def harvest(server: SandboxArxiv, **arguments: str) -> str:
    return CLIENT.get(server.oai_url, params={"verb": "ListRecords", "metadataPrefix": "arXivRaw", **arguments}).text


def test_oai_gives_versions_with_their_times_and_the_licence(arxiv: SandboxArxiv, clock: Clock) -> None:
    clock.now = MAILING + timedelta(hours=3)
    text = CLIENT.get(
        arxiv.oai_url,
        params={"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": "oai:arXiv.org:2601.92001"},
    ).text
    assert '<version version="v1">' in text
    assert '<version version="v2">' in text
    assert "<date>Sun, 18 Jan 2026 09:24:22 GMT</date>" in text
    assert "<license>http://arxiv.org/licenses/nonexclusive-distrib/1.0/</license>" in text


def test_oai_lists_sets_and_days_over_pages(arxiv: SandboxArxiv, clock: Clock) -> None:
    clock.now = MAILING + timedelta(hours=3)
    arxiv.oai_page_size = 4
    names: list[str] = []
    token = None
    for _ in range(20):
        text = (
            CLIENT.get(arxiv.oai_url, params={"verb": "ListRecords", "resumptionToken": token}).text
            if token
            else harvest(arxiv, set="eess:eess:AS", **{"from": "2026-01-28"})
        )
        names += [part.partition("<")[0] for part in text.split("<identifier>oai:arXiv.org:")[1:]]
        token = text.partition("<resumptionToken expirationDate='2026-01-30T00:00:00Z'>")[2].partition("<")[0]
        if not token:
            break
    expected = {
        each.paper.identifier
        for each in invented(MAILING)
        if "eess.AS" in each.paper.categories and each.announced_at > datetime(2026, 1, 27, 22, tzinfo=timezone.utc)
    }
    assert len(names) == len(set(names))
    assert set(names) == expected - {"2601.92701"}  # trickles in, and OAI follows 2.5 hours later


def test_oai_follows_the_mailing_by_two_and_a_half_hours(arxiv: SandboxArxiv, clock: Clock) -> None:
    clock.now = MAILING + timedelta(hours=2)
    assert "2601.92802" not in harvest(arxiv)
    clock.now = MAILING + timedelta(hours=2, minutes=30)
    assert "2601.92802" in harvest(arxiv)


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ({"verb": "Nothing"}, "badVerb"),
        ({"verb": "ListRecords"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "oai_dc"}, "cannotDisseminateFormat"),
        ({"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "x"}, "badArgument"),
        ({"verb": "ListRecords", "metadataPrefix": "arXivRaw", "from": "2030-01-01"}, "noRecordsMatch"),
        ({"verb": "ListRecords", "resumptionToken": "x"}, "badResumptionToken"),
        ({"verb": "GetRecord", "metadataPrefix": "arXivRaw", "identifier": "oai:arXiv.org:1"}, "idDoesNotExist"),
    ],
)
def test_oai_names_each_mistake(arxiv: SandboxArxiv, arguments: dict[str, str], code: str) -> None:
    assert f"<error code='{code}'>" in CLIENT.get(arxiv.oai_url, params=arguments).text


# Full texts


def test_full_texts_are_there_for_announced_versions(arxiv: SandboxArxiv, clock: Clock) -> None:
    assert "Foghorn" in CLIENT.get(arxiv.html_url + "2601.92802v1").text
    assert CLIENT.get(arxiv.pdf_url + "2601.92802v1").content.startswith(b"%PDF-")
    assert CLIENT.get(arxiv.html_url + "2601.92802v1/x1.png").content.startswith(b"\x89PNG")
    assert CLIENT.get(arxiv.html_url + "2601.92802v2").status_code == 404
    clock.now = MAILING - timedelta(minutes=1)
    assert CLIENT.get(arxiv.html_url + "2601.92802v1").status_code == 404


def test_a_paper_without_html_says_so(arxiv: SandboxArxiv) -> None:
    response = CLIENT.get(arxiv.html_url + "2601.92805v1")
    assert response.status_code == 404
    assert "<h1>No HTML for '2601.92805v1'</h1>" in response.text


def test_a_withdrawn_paper_has_neither(arxiv: SandboxArxiv) -> None:
    assert CLIENT.get(arxiv.html_url + "2601.92808v1").status_code == 404
    assert CLIENT.get(arxiv.pdf_url + "2601.92808v1").status_code == 404


def test_a_paper_of_which_only_metadata_are_known_gets_a_page_of_its_abstract(serve: Serve) -> None:
    server = serve([announced(1, abstract="We sing. We measure 3 dB. We conclude.")])
    page = CLIENT.get(server.html_url + "2601.90001v1").text
    assert page.count('class="ltx_section"') == 3
    assert "We measure 3 dB." in page
    assert CLIENT.get(server.pdf_url + "2601.90001v1").content.startswith(b"%PDF-")


# Faults


def test_faults_come_in_order_one_a_request_and_then_all_is_well(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", faults.rate_limited(), faults.rate_limited(retry_after=7), None, faults.unavailable())
    answers = [ask(arxiv) for _ in range(5)]
    assert [answer.status_code for answer in answers] == [429, 429, 200, 503, 200]
    assert answers[0].text == "Rate exceeded."
    assert "retry-after" not in answers[0].headers
    assert answers[1].headers["retry-after"] == "7"


def test_a_fault_may_be_for_one_paper_only_and_for_ever(arxiv: SandboxArxiv) -> None:
    arxiv.faults.always("pdf", faults.captcha(), containing="2601.92805")
    for _ in range(2):
        assert CLIENT.get(arxiv.pdf_url + "2601.92805v1").text.startswith("<!DOCTYPE html>")
    assert CLIENT.get(arxiv.pdf_url + "2601.92802v1").content.startswith(b"%PDF-")
    arxiv.faults.clear()
    assert CLIENT.get(arxiv.pdf_url + "2601.92805v1").content.startswith(b"%PDF-")


def test_not_acceptable_comes_with_and_without_the_feed(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", faults.not_acceptable(), faults.not_acceptable(with_body=True))
    bare, whole = ask(arxiv), ask(arxiv)
    assert (bare.status_code, whole.status_code) == (406, 406)
    assert bare.content == b""
    assert found(whole) == found(ask(arxiv))


def test_a_page_may_be_empty_although_there_is_a_total(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", empty_page())
    parsed = feedparser.parse(ask(arxiv).content)
    assert parsed.entries == []
    assert int(parsed.feed.opensearch_totalresults) > 0


def test_rows_may_shift_between_pages(arxiv: SandboxArxiv) -> None:
    whole = found(ask(arxiv))
    arxiv.faults.add("api", faults.shifted(2))
    assert found(ask(arxiv)) == whole[2:]


def test_the_other_ways_in_which_an_answer_can_be_wrong(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", truncated(), faults.maintenance(), empty_body(), status(500), stall(0.05))
    cut, page, nothing, broken, late = (ask(arxiv) for _ in range(5))
    assert (cut.status_code, feedparser.parse(cut.content).bozo) == (200, True)
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html")
    assert (nothing.status_code, nothing.content) == (200, b"")
    assert broken.status_code == 500
    assert found(late) == found(ask(arxiv))


@pytest.mark.parametrize("fault", [closed(), broken_off()])
def test_a_connection_may_be_closed_before_or_in_the_answer(arxiv: SandboxArxiv, fault: Fault) -> None:
    arxiv.faults.add("api", fault)
    with pytest.raises(httpx2.RemoteProtocolError):
        ask(arxiv)
    assert ask(arxiv).status_code == 200


def test_a_refusal_may_come_after_a_stall(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", late(0.05, faults.rate_limited()), None)
    refused = ask(arxiv)
    ask(arxiv)
    first, second = arxiv.requests
    assert (refused.status_code, first.fault) == (429, "status 429 after 0.05 s")
    assert second.received - first.received >= 0.05


def test_a_client_that_gives_up_waiting_does_not_disturb_the_server(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("api", stall(60))
    with pytest.raises(httpx2.ReadTimeout):
        CLIENT.get(arxiv.api_url, params={"search_query": "cat:cs.SD"}, timeout=0.1)
    assert ask(arxiv).status_code == 200


def test_conversions_fail_in_whole_or_in_part(arxiv: SandboxArxiv) -> None:
    arxiv.faults.add("html", faults.conversion_failed(), faults.conversion_errors())
    empty, spoilt = (CLIENT.get(arxiv.html_url + "2601.92802v1").text for _ in range(2))
    assert "Untitled Document" in empty
    assert spoilt.count('class="ltx_ERROR undefined">\\newmacro<') > 50


# The recorded year


def test_the_morning_of_the_reference_post_has_its_twenty_papers(serve: Serve, clock: Clock) -> None:
    papers = [each for each in announced_papers() if each.announced_at == MAILING and not each.kind.is_replacement]
    assert len(papers) == 20
    server = serve(announced_papers())
    query = "(cat:cs.SD OR cat:eess.AS) AND submittedDate:[202512150000 TO 202601290100]"
    clock.now = MAILING - timedelta(seconds=1)
    before = set(found(ask(server, query, max_results=1000)))
    clock.now = MAILING
    after = set(found(ask(server, query, max_results=1000)))
    fresh = {name for name in after if name.partition("v")[0] not in {each.partition("v")[0] for each in before}}
    assert fresh == {each.paper.versioned for each in papers if {"cs.SD", "eess.AS"} & set(each.paper.categories)}


def test_six_hundred_entries_of_a_year_take_far_less_than_a_tenth_of_a_second(clock: Clock) -> None:
    server = SandboxArxiv(announced_papers(), clock)
    parameters = {
        "search_query": "(cat:cs.SD OR cat:eess.AS) AND submittedDate:[202511010000 TO 202601290100]",
        "max_results": "600",
        "sortBy": "submittedDate",
    }
    headers = {"accept": "*/*"}
    assert server.answer("/api/query", parameters, headers, clock.now)[1].body.count(b"<entry>") == 600
    durations = []
    for _ in range(5):
        start = datetime.now(timezone.utc)
        server.answer("/api/query", parameters, headers, clock.now)
        durations.append((datetime.now(timezone.utc) - start).total_seconds())
    assert min(durations) < 0.1
