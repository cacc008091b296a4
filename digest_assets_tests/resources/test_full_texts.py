"""Fetching texts from a site that answers as arXiv does on its good and its bad days."""

from __future__ import annotations

import asyncio
import gc
import threading
import tracemalloc
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, timezone

import pytest

from digest_assets.arxiv.stop_signs import RememberedSigns
from digest_assets.config import ArxivSettings
from digest_assets.full_text.read_in_a_process import ReadText
from digest_assets.model import FullText, Paper, TextSource
from digest_assets.resources import full_texts
from digest_assets.resources.full_texts import ATTEMPTS, FullTextSource
from digest_assets.resources.http import open_client
from digest_assets.sandbox.pdf import make_scan
from digest_assets_tests.full_text import test_html, test_pdf
from digest_assets_tests.resources.scripted_site import Reply, ScriptedSite, serve

NOW = datetime(2026, 1, 29, 4, 0, tzinfo=timezone.utc)
PAPER = Paper(
    identifier="2601.00001",
    version=2,
    title="A title",
    abstract="An abstract of its own.",
    authors=("A. Author",),
    categories=("cs.SD",),
    published_at=NOW,
    licence="http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
)
HTML, PDF = "/html/2601.00001v2", "/pdf/2601.00001v2"
PAGE = test_html.page(
    test_html.section("1 One", test_html.para("Words.")), before='<p id="license-tr">License: CC BY 4.0</p>'
)
NO_HTML = b"<html><title>No HTML for '2601.00001v2'</title><body><h1>No HTML for '2601.00001v2'</h1></body></html>"
CAPTCHA = b"<html><head><title>reCAPTCHA</title></head><body>Please verify you are human</body></html>"


@dataclass
class Waits:
    """Takes the place of the clock: what was waited for, and whose turn it was."""

    slept: list[float] = field(default_factory=list)
    turns: list[tuple[str, float]] = field(default_factory=list)

    async def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)

    async def turn(self, lane: str, interval_seconds: float) -> None:
        self.turns.append((lane, interval_seconds))


@dataclass
class Fetched:
    texts: list[FullText]
    site: ScriptedSite
    waits: Waits
    stopped: str | None

    @property
    def text(self) -> FullText:
        return self.texts[0]


Fetch = Callable[..., Fetched]


def fetch(
    script: dict[str, list[Reply]], *papers: Paper, signs: RememberedSigns | None = None, **settings: object
) -> Fetched:
    """The texts of `papers` (default: `PAPER`) from a site that answers by `script`."""
    waits = Waits()
    signs = signs or RememberedSigns(lambda: NOW)

    async def run(site: ScriptedSite) -> tuple[list[FullText], str | None]:
        addresses = {"html_url": f"{site.address}/html/", "pdf_url": f"{site.address}/pdf/"}
        arxiv = ArxivSettings(**{**addresses, "timeout_seconds": 10, **settings})
        async with open_client(arxiv) as client:
            source = FullTextSource(arxiv, waits, client, signs, sleep=waits.sleep, now=lambda: NOW)
            return [await source.fetch(paper) for paper in papers or (PAPER,)], source.stopped

    with serve(script) as site:
        texts, stopped = asyncio.run(run(site))
        return Fetched(texts, site, waits, stopped)


def other(number: int) -> Paper:
    return replace(PAPER, identifier=f"2601.0000{number}")


def test_html_is_asked_first_and_is_enough() -> None:
    fetched = fetch({HTML: [Reply(PAGE)]})
    text = fetched.text
    assert fetched.site.asked == [HTML]
    assert (text.source, text.reason, text.final) == (TextSource.HTML, None, True)
    assert (text.identifier, text.version, text.byte_count, text.fetched_at) == ("2601.00001", 2, len(PAGE), NOW)
    assert [section.title for section in text.sections] == ["Abstract", "1 One"]
    assert text.token_count > 5


def test_the_licence_of_the_page_goes_before_that_of_the_feed() -> None:
    assert fetch({HTML: [Reply(PAGE)]}).text.licence == "http://creativecommons.org/licenses/by/4.0/"
    assert fetch({PDF: [Reply(test_pdf.made())]}).text.licence == PAPER.licence


@pytest.mark.parametrize(
    "html", [Reply(status=404), Reply(NO_HTML), Reply(NO_HTML, 404)], ids=["404", "200", "404 page"]
)
def test_without_html_the_pdf_is_read(html: Reply) -> None:
    fetched = fetch({HTML: [html], PDF: [Reply(test_pdf.made())]})
    assert fetched.site.asked == [HTML, PDF]
    assert fetched.text.source is TextSource.PDF
    assert fetched.text.reason == "HTML: none for this paper"
    assert fetched.text.final
    assert fetched.text.table_count == 1


@pytest.mark.parametrize(
    ("pdf", "reason"),
    [
        (Reply(status=404), "none for this paper"),
        (Reply(make_scan()), "no text layer"),
        (Reply(b""), "empty file"),
        (Reply(b"<html>maintenance</html>"), "not a PDF"),
        (Reply(status=410), "none for this paper"),
    ],
)
def test_without_either_the_abstract_is_what_there_is_and_says_why(pdf: Reply, reason: str) -> None:
    text = fetch({PDF: [pdf]}).text
    assert text.source is TextSource.ABSTRACT
    assert text.sections[0].blocks[0].text == PAPER.abstract
    assert text.reason == f"HTML: none for this paper; PDF: {reason}"
    assert text.final


def test_an_identifier_of_the_old_style_has_its_archive_in_the_address() -> None:
    fetched = fetch({}, replace(PAPER, identifier="cs/9802040", version=1))
    assert fetched.site.asked == ["/html/cs/9802040v1", "/pdf/cs/9802040v1"]


def test_every_request_waits_its_turn() -> None:
    fetched = fetch({HTML: [Reply(status=503), Reply(status=404)]}, text_interval_seconds=15)
    assert fetched.site.asked == [HTML, HTML, PDF]
    assert fetched.waits.turns == [("arxiv-text", 15)] * 3


def test_a_contact_and_the_wanted_format_are_sent() -> None:
    headers = fetch({}, contact="me@example.org").site.headers
    assert all("me@example.org" in each["user-agent"] for each in headers)
    assert headers[0]["accept"].startswith("text/html")
    assert headers[1]["accept"].startswith("application/pdf")


@pytest.mark.parametrize("status", [406, 429, 500, 502, 503])
def test_a_busy_server_is_asked_again(status: int) -> None:
    fetched = fetch({HTML: [Reply(status=status), Reply(PAGE)]})
    assert fetched.text.source is TextSource.HTML
    assert fetched.waits.slept == [30]


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), (f"{NOW + timedelta(seconds=40):%a, %d %b %Y %H:%M:%S} GMT", 40), ("soon", 30), ("0", 0), ("", 30)],
)
def test_a_server_that_names_a_time_is_asked_again_then(value: str, seconds: float) -> None:
    fetched = fetch({HTML: [Reply(status=429, headers={"Retry-After": value}), Reply(PAGE)]})
    assert fetched.waits.slept == [seconds]
    assert fetched.text.source is TextSource.HTML


def test_what_was_only_busy_is_worth_another_try() -> None:
    text = fetch({HTML: [Reply(status=503)], PDF: [Reply(status=500)]}).text
    assert text.source is TextSource.ABSTRACT
    assert text.reason == "HTML: 503; PDF: 500"
    assert not text.final


def test_a_pdf_in_place_of_html_that_was_busy_is_worth_another_try() -> None:
    text = fetch({HTML: [Reply(status=503)], PDF: [Reply(test_pdf.made())]}).text
    assert (text.source, text.reason, text.final) == (TextSource.PDF, "HTML: 503", False)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [(Reply(status=403), "403"), (Reply(CAPTCHA), "captcha")],
)
def test_a_stop_sign_is_obeyed_for_the_rest_of_the_run(reply: Reply, reason: str) -> None:
    fetched = fetch({HTML: [reply]}, PAPER, other(2))
    assert fetched.site.asked == [HTML]
    told = f"arXiv: {reason}, left alone until 2026-01-29 10:00 UTC"
    assert fetched.stopped == told
    assert [text.source for text in fetched.texts] == [TextSource.ABSTRACT] * 2
    assert not any(text.final for text in fetched.texts)
    assert fetched.texts[0].reason == f"HTML: arXiv asked to stop ({reason}); PDF: not asked ({told})"
    assert fetched.texts[1].reason == f"HTML: not asked ({told}); PDF: not asked ({told})"


def test_a_paper_about_captchas_is_no_stop_sign() -> None:
    page = test_html.page(test_html.section("1 One", test_html.para("We solve reCAPTCHA: are you human?")))
    fetched = fetch({HTML: [Reply(page)]})
    assert fetched.text.source is TextSource.HTML
    assert fetched.stopped is None


def test_too_many_requests_to_the_end_are_a_stop_sign() -> None:
    fetched = fetch({HTML: [Reply(status=429)]}, PAPER, other(2))
    assert fetched.site.asked == [HTML] * ATTEMPTS
    assert fetched.stopped == "arXiv: 429, left alone until 2026-01-29 10:00 UTC"


def test_a_pause_that_is_too_long_to_wait_for_is_a_stop_sign() -> None:
    fetched = fetch({HTML: [Reply(status=503, headers={"Retry-After": "3600"})]}, PAPER, other(2))
    assert fetched.site.asked == [HTML]
    assert fetched.waits.slept == []
    assert fetched.stopped == "arXiv: 503"


@pytest.mark.parametrize(("seconds", "waited", "asked"), [("60", [60], [HTML]), ("3600", [], [])])
def test_a_pause_that_one_run_was_asked_for_is_kept_by_the_next(
    seconds: str, waited: list[float], asked: list[str]
) -> None:
    signs = RememberedSigns(lambda: NOW)
    busy = Reply(status=503, headers={"Retry-After": seconds})
    fetch({HTML: [busy], PDF: [busy]}, signs=signs)
    fetched = fetch({HTML: [Reply(PAGE)]}, signs=signs)
    assert (fetched.waits.slept, fetched.site.asked) == (waited, asked)


def test_a_site_that_never_answers_is_left_alone_after_a_few_addresses() -> None:
    papers = [other(number) for number in range(1, 6)]
    script = {f"/{kind}/2601.0000{number}v2": [Reply(status=500)] for kind in ("html", "pdf") for number in range(1, 6)}
    fetched = fetch(script, *papers)
    assert len(fetched.site.asked) == 3 * ATTEMPTS
    assert fetched.stopped == "arXiv: 500"


def test_one_paper_that_cannot_be_had_does_not_touch_the_next() -> None:
    fetched = fetch({HTML: [Reply(status=500)], "/html/2601.00002v2": [Reply(PAGE)]}, PAPER, other(2))
    assert [text.source for text in fetched.texts] == [TextSource.ABSTRACT, TextSource.HTML]
    assert fetched.stopped is None


def test_a_file_that_is_too_large_is_given_up_while_it_comes() -> None:
    fetched = fetch({PDF: [Reply(b"%PDF-" + b"x" * 40_000_000)]}, text_max_megabytes=1)
    assert fetched.text.reason == "HTML: none for this paper; PDF: larger than 1 MB"
    assert fetched.text.final
    assert fetched.site.asked == [HTML, PDF]
    assert fetched.site.sent[PDF] < 40_000_000


def test_a_large_text_is_read_as_a_small_one() -> None:
    large = PAGE.replace(b"<body>", b"<body><!--" + b"x" * 5_000_000 + b"-->")
    assert len(large) > 5_000_000
    text = fetch({HTML: [Reply(large)]}).text
    assert (text.source, text.byte_count) == (TextSource.HTML, len(large))
    assert text.sections == fetch({HTML: [Reply(PAGE)]}).text.sections


def test_a_server_that_stalls_is_not_waited_for() -> None:
    text = fetch({HTML: [Reply(stalls=True)], PDF: [Reply(test_pdf.made())]}, timeout_seconds=0.2).text
    assert (text.source, text.reason, text.final) == (TextSource.PDF, "HTML: timed out", False)


def test_a_connection_that_is_lost_is_asked_again() -> None:
    fetched = fetch({HTML: [Reply(PAGE, cut_at=100), Reply(PAGE)]})
    assert fetched.site.asked == [HTML, HTML]
    assert fetched.text.source is TextSource.HTML


def test_a_document_that_takes_too_long_to_read_is_given_up() -> None:
    text = fetch({HTML: [Reply(PAGE)]}, text_read_seconds=0.001).text
    assert text.reason == "HTML: took longer than 0.001 s to read; PDF: none for this paper"


def test_tasks_that_ask_at_once_use_one_connection() -> None:
    waits = Waits()
    signs = RememberedSigns(lambda: NOW)

    async def run(site: ScriptedSite) -> list[FullText]:
        arxiv = ArxivSettings(html_url=f"{site.address}/html/", pdf_url=f"{site.address}/pdf/", timeout_seconds=10)
        async with open_client(arxiv) as client:
            source = FullTextSource(arxiv, waits, client, signs, sleep=waits.sleep, now=lambda: NOW)
            return list(await asyncio.gather(*(source.fetch(other(number)) for number in range(1, 5))))

    script = {f"/html/2601.0000{number}v2": [Reply(PAGE)] for number in range(1, 5)}
    with serve(script) as site:
        texts = asyncio.run(run(site))
    assert [text.source for text in texts] == [TextSource.HTML] * 4
    assert len(waits.turns) == 4


def test_what_is_too_large_does_not_pile_up_until_it_is_collected() -> None:
    papers = [other(number) for number in range(1, 9)]
    script = {f"/html/{paper.versioned}": [Reply(b"x" * 4_000_000)] for paper in papers}
    gc.disable()
    tracemalloc.start()
    try:
        fetched = fetch(script, *papers, text_max_megabytes=2)
        snapshot = tracemalloc.take_snapshot()
    finally:
        tracemalloc.stop()
        gc.enable()
    assert {text.reason for text in fetched.texts} == {"HTML: larger than 2 MB; PDF: none for this paper"}
    of_ours = snapshot.filter_traces([tracemalloc.Filter(True, full_texts.__file__)])  # and not the server's buffers
    assert sum(each.size for each in of_ours.statistics("filename")) < 4_000_000


def test_two_texts_are_read_at_once_and_no_third(monkeypatch: pytest.MonkeyPatch) -> None:
    papers = [other(number) for number in range(4)]
    pair, third, reading = threading.Barrier(2), threading.Event(), threading.Semaphore(2)

    def read(*_: object, **__: object) -> ReadText:
        if not reading.acquire(blocking=False):
            third.set()
        pair.wait(30)
        third.wait(0.05)  # long enough for one that is not kept waiting
        reading.release()
        return ReadText(())

    async def run(site: ScriptedSite) -> None:
        arxiv = ArxivSettings(html_url=f"{site.address}/html/", pdf_url=f"{site.address}/pdf/")
        waits = Waits()
        async with open_client(arxiv) as client:
            signs = RememberedSigns(lambda: NOW)
            source = FullTextSource(arxiv, waits, client, signs, sleep=waits.sleep, now=lambda: NOW)
            await asyncio.gather(*map(source.fetch, papers))

    monkeypatch.setattr(full_texts, "read_bounded", read)
    with serve({f"/html/{paper.identifier}v2": [Reply(PAGE)] for paper in papers}) as site:
        asyncio.run(run(site))
    assert not third.is_set()
