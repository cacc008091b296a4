"""A small arXiv on loopback: API, feeds, OAI-PMH, HTML and PDF, which shows only what was announced by its clock.

It keeps arXiv's own habits, as documented and recorded: `published` lies hours to weeks before visibility, a
replacement changes `updated` and the version alone, `itemsPerPage` is what was asked for, mistakes are answered by an
error entry with status 400, feeds change at midnight in New York and are empty at weekends. Faults are scripted
(`faults`), the API can lag behind the announcements (`index_lag`), single papers can come late (`trickle`).
"""

from __future__ import annotations

import hashlib
import re
import threading
import time
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from datetime import time as wall_time
from urllib.parse import parse_qs, parse_qsl, quote, unquote, urlencode

from starlette.requests import Request
from starlette.types import Receive, Scope, Send

from digest_assets.arxiv import taxonomy
from digest_assets.arxiv.calendar import NEW_YORK
from digest_assets.model import AnnouncementKind, Paper
from digest_assets.sandbox import arxiv_documents as documents
from digest_assets.sandbox.arxiv_query import Indexed, QueryInvalid, parse, words
from digest_assets.sandbox.latexml import page_of_abstract
from digest_assets.sandbox.pages import columned_pdf, figure_png
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.sandbox.serving import Fault, HttpAnswer, LoopbackServer, send_answer, status

_XML = "application/atom+xml; charset=utf-8"
_HTML = "text/html; charset=utf-8"
_IDENTIFIER = re.compile(r"^(?P<id>\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v(?P<version>\d+))?$")
_MOST_RESULTS = 2000
_DEEPEST_RESULT = 30_000
_MOST_FEED_ITEMS = 2000
_LAST_VERSION_IN_FEEDS = 5
_OAI_DELAY = timedelta(hours=2, minutes=30)
"""OAI-PMH follows at about 22:30 in New York."""


def maintenance() -> Fault:
    """Status 200, and a page for people instead of XML."""
    page = "<!DOCTYPE html><html><head><title>arXiv</title></head><body><h1>Down for maintenance</h1></body></html>"
    return replace(status(200, page), name="maintenance page")


def rate_limited(retry_after: float | None = None) -> Fault:
    """429 as the front end sends it: plain words, most often without Retry-After."""
    return status(429, "Rate exceeded.", retry_after=retry_after)


def unavailable(retry_after: float | None = None) -> Fault:
    """503 with the front end's page."""
    page = "<html><head><title>503 Server Error</title></head><body><h1>Error: Server Error</h1></body></html>"
    return status(503, page, retry_after=retry_after)


def not_acceptable(*, with_body: bool = False) -> Fault:
    """406, in the two kinds seen since September 2026: without a body, and around a good feed."""
    if with_body:
        return Fault("status 406 with the feed", lambda answer: replace(answer, status=406))
    return status(406)


def captcha() -> Fault:
    """What comes with status 200 instead of a PDF after too many of them."""
    page = "<!DOCTYPE html><html><head><title>arXiv reCAPTCHA</title></head><body>Are you a human?</body></html>"
    return replace(status(200, page), name="captcha")


def shifted(rows: int = 1) -> Fault:
    """The first rows of a page are gone: between two requests they moved to the page before."""

    def shift(answer: HttpAnswer) -> HttpAnswer:
        return replace(answer, body=re.sub(rb"\s*<entry>.*?</entry>", b"", answer.body, count=rows, flags=re.DOTALL))

    return Fault("shifted rows", shift)


def conversion_failed() -> Fault:
    """Status 200, and a page that LaTeXML gave up on: no text at all."""
    page = (
        "<!DOCTYPE html><html><head><title>Untitled Document</title></head><body>"
        '<div class="ltx_page_main"><div class="ltx_page_content"></div></div></body></html>'
    )
    return replace(status(200, page), name="conversion failed")


def conversion_errors() -> Fault:
    """Every paragraph of a page begins with macros that LaTeXML did not know."""

    def spoil(answer: HttpAnswer) -> HttpAnswer:
        error = b'<span class="ltx_ERROR undefined">\\\\newmacro</span> '
        return replace(answer, body=re.sub(rb'(<p class="ltx_p"[^>]*>)', rb"\1" + error * 5, answer.body))

    return Fault("conversion errors", spoil)


@dataclass(frozen=True, slots=True)
class RequestRecord:
    """One request, as the server saw it."""

    at: datetime
    """By the server's clock."""
    route: str
    """api, feed, oai, html, pdf, or nothing for an unknown path."""
    path: str
    query: Mapping[str, str]
    status: int
    """0 where the connection was closed before any answer."""
    fault: str | None
    headers: Mapping[str, str]
    received: float
    """`time.monotonic()` when it came: for the pace of requests."""


class SandboxArxiv(LoopbackServer):
    """A context manager. `clock` gives the instant (aware) at which the papers are looked at."""

    def __init__(
        self,
        papers: Iterable[SandboxPaper],
        clock: Callable[[], datetime] = lambda: datetime.now(timezone.utc),
        *,
        index_lag: timedelta = timedelta(),
    ) -> None:
        super().__init__()
        self.clock = clock
        self.index_lag = index_lag
        """How long after a mailing the API shows it."""
        self.trickle: dict[str, datetime] = {}
        """Identifiers that no interface shows before the given instant."""
        self.touched: dict[str, datetime] = {}
        """Identifiers whose OAI record was changed at the given instant, by nothing that announces anything."""
        self.feeds_shown: dict[date, date | None] = {}
        """By the evening (New York) whose mailing a feed is dated after: the evening whose papers it shows instead;
        None: it is empty."""
        self.oai_page_size = 2500
        self.requests: list[RequestRecord] = []
        self.papers = self._papers = tuple(
            sorted(papers, key=lambda each: (each.announced_at, each.paper.identifier, each.paper.version))
        )
        self._announced: dict[str, list[SandboxPaper]] = defaultdict(list)
        for paper in self._papers:
            self._announced[paper.paper.identifier].append(paper)
        self._mailed: dict[date, list[SandboxPaper]] = defaultdict(list)
        """By the evening of the mailing, in New York."""
        for paper in self._papers:
            self._mailed[paper.announced_at.astimezone(NEW_YORK).date()].append(paper)
        self._any_trickles = any(paper.trickles_at for paper in self._papers)
        self._indexed = {id(each): _index(each.paper) for each in self._papers}
        self._entries: dict[int, str] = {}
        self._snapshot: tuple[object, dict[str, SandboxPaper]] = (None, {})
        self._lock = threading.Lock()

    @property
    def api_url(self) -> str:
        return f"{self.address}/api/query"

    @property
    def feed_url(self) -> str:
        return f"{self.address}/rss/"

    @property
    def html_url(self) -> str:
        return f"{self.address}/html/"

    @property
    def pdf_url(self) -> str:
        return f"{self.address}/pdf/"

    @property
    def oai_url(self) -> str:
        return f"{self.address}/oai"

    async def respond(self, scope: Scope, receive: Receive, send: Send) -> None:
        received = time.monotonic()
        request = Request(scope, receive)
        path = unquote(request.url.path)
        parameters = dict(request.query_params)
        if request.method == "POST":
            body = (await request.body()).decode("utf-8", "replace")
            parameters |= {key: values[0] for key, values in parse_qs(body).items()}
        now = self.clock()
        route, answer = self.answer(path, parameters, request.headers, now)
        fault = self.faults.take(route, f"{path}?{unquote(request.url.query)}")
        answer = fault.change(answer) if fault else answer
        with self._lock:
            self.requests.append(
                RequestRecord(
                    now,
                    route,
                    path,
                    parameters,
                    answer.status if answer.arriving_share > 0 else 0,
                    fault.name if fault else None,
                    dict(request.headers),
                    received,
                )
            )
        await send_answer(answer, send)

    def answer(
        self, path: str, parameters: Mapping[str, str], headers: Mapping[str, str], now: datetime
    ) -> tuple[str, HttpAnswer]:
        """The route that a path belongs to, and the right answer."""
        name = path.rpartition("/")[2]
        if path == "/api/query":
            # The front end refuses requests that accept nothing in particular (since September 2026).
            return "api", self._api(parameters, now) if headers.get("accept") else HttpAnswer(406)
        if path.startswith(("/rss/", "/atom/")):
            return "feed", self._feed(path.split("/")[1], name, headers, now)
        if path == "/oai":
            return "oai", HttpAnswer(200, self._oai(dict(parameters), now), "text/xml; charset=utf-8")
        if path.startswith("/html/"):
            return "html", self._html(path.removeprefix("/html/"), now)
        if path.startswith("/pdf/"):
            return "pdf", self._pdf(path.removeprefix("/pdf/").removesuffix(".pdf"), now)
        return "", HttpAnswer(404, documents.no_document(path), _HTML)

    # What is visible when

    def _public_at(self, paper: SandboxPaper) -> datetime:
        return max(paper.public_at, self.trickle.get(paper.paper.identifier, paper.public_at))

    def _current(self, now: datetime, lag: timedelta) -> dict[str, SandboxPaper]:
        """The newest version of each paper that is visible at `now`, by identifier."""
        key = (lag, len(self.trickle), self._visible_count(now - lag))
        if self._snapshot[0] != key or self.trickle or self._any_trickles:
            current: dict[str, SandboxPaper] = {}
            for each in self._papers:
                if self._public_at(each) + lag <= now:
                    current[each.paper.identifier] = each
            self._snapshot = (key, current)
        return self._snapshot[1]

    def _visible_count(self, instant: datetime) -> int:
        return bisect_right(self._papers, instant, key=lambda each: each.announced_at)

    def _version(self, name: str, now: datetime) -> SandboxPaper | None:
        """The announced version that `2601.20573v1` names, or the newest for `2601.20573`."""
        match = _IDENTIFIER.match(name)
        if match is None:
            return None
        found = [
            each
            for each in self._announced.get(match.group("id"), ())
            if self._public_at(each) <= now
            and (match.group("version") is None or each.paper.version == int(match.group("version")))
        ]
        return found[-1] if found else None

    # The API

    def _api(self, parameters: Mapping[str, str], now: datetime) -> HttpAnswer:
        try:
            return self._search(parameters, now)
        except _Refused as refused:
            return HttpAnswer(400, documents.api_error(str(refused), slug=refused.slug, now=now), _XML)

    def _search(self, parameters: Mapping[str, str], now: datetime) -> HttpAnswer:
        query, ids = parameters.get("search_query", "").strip(), parameters.get("id_list", "").strip()
        start = _whole_number(parameters, "start", 0)
        size = _whole_number(parameters, "max_results", 10)
        if size == 0:
            raise _Refused("max_results must be a positive integer")
        key, descending = _sorting(parameters)
        if not query and not ids:
            raise _Refused("Either a search_query or id_list must be specified for the classic API.", None)
        if size > _MOST_RESULTS or start + size > _DEEPEST_RESULT:
            raise _Refused(f"max_results must not exceed {_MOST_RESULTS}, start + max_results {_DEEPEST_RESULT}")
        found = self._listed(ids, now) if ids else list(self._current(now, self.index_lag).values())
        if query:
            try:
                matches = parse(query)
            except QueryInvalid:
                raise _Refused(f"Invalid query string: '{query}'", None) from None
            found = [each for each in found if matches(self._indexed[id(each)])]
        found.sort(key=key, reverse=descending)
        page = found[start : start + size]
        body = documents.api_feed(
            map(self._entry, page), query=query, ids=ids, start=start, size=size, total=len(found), now=now
        )
        return HttpAnswer(200, body, _XML)

    def _listed(self, ids: str, now: datetime) -> list[SandboxPaper]:
        current, found = self._current(now, self.index_lag), []
        for name in (each.strip() for each in ids.split(",") if each.strip()):
            match = _IDENTIFIER.match(name)
            if match is None:
                raise _Refused(f"incorrect id format for {name}")
            identifier, version = match.group("id"), match.group("version")
            if identifier in current:
                paper = self._version(name, now) if version else current[identifier]
                found += [paper] if paper else []
        return list({id(each): each for each in found}.values())

    def _entry(self, paper: SandboxPaper) -> str:
        key = id(paper)
        if key not in self._entries:
            self._entries[key] = documents.api_entry(paper.paper)
        return self._entries[key]

    # The feeds

    def _feed(self, form: str, query: str, headers: Mapping[str, str], now: datetime) -> HttpAnswer:
        wanted = [each for each in re.split(r"[+ ]", query) if each]
        for each in wanted:
            if not taxonomy.is_known(each):
                message = f"Bad archive or subject class '{each}'."
                return HttpAnswer(400, documents.feed_error(message, query=query, now=now), "application/rss+xml")
        local = now.astimezone(NEW_YORK)
        midnight = datetime.combine(local.date(), wall_time(0), NEW_YORK)
        next_midnight = datetime.combine(local.date() + timedelta(days=1), wall_time(0), NEW_YORK)
        evening = local.date() - timedelta(days=1)
        shown_evening = self.feeds_shown.get(evening, evening)
        items = self._announced_on(shown_evening, wanted, midnight) if shown_evening else []
        render = documents.rss if form == "rss" else documents.atom
        shown = ", ".join(wanted)
        body = render(items[:_MOST_FEED_ITEMS], query="+".join(wanted), names=shown, midnight=midnight)
        tag = f'"{hashlib.sha256(body).hexdigest()}"'
        caching = {"ETag": tag, "Cache-Control": f"max-age={int((next_midnight - now).total_seconds())}"}
        if headers.get("if-none-match") == tag:
            return HttpAnswer(304, b"", headers=caching)
        return HttpAnswer(200, body, f"application/{form}+xml; charset=utf-8", caching)

    def _announced_on(
        self, evening: date, wanted: list[str], midnight: datetime
    ) -> list[tuple[Paper, AnnouncementKind]]:
        """What was mailed on an evening (New York) in the categories, each paper once, in the order of the feeds."""
        items: dict[str, tuple[Paper, AnnouncementKind]] = {}
        for each in self._mailed.get(evening, ()):
            if self._public_at(each) > midnight:
                continue
            kind = _kind_in_feed(each, wanted)
            known = items.get(each.paper.identifier)
            if kind is not None and (known is None or _FEED_ORDER.index(kind) < _FEED_ORDER.index(known[1])):
                items[each.paper.identifier] = (each.paper, kind)
        return sorted(items.values(), key=lambda item: (_FEED_ORDER.index(item[1]), item[0].identifier))

    # OAI-PMH

    def _oai(self, arguments: dict[str, str], now: datetime) -> bytes:
        interior = self._oai_interior(arguments, now)
        shown = {} if "<error code='bad" in interior else arguments
        return documents.oai(interior, arguments=shown, address=self.oai_url, now=now)

    def _oai_interior(self, arguments: dict[str, str], now: datetime) -> str:
        verb = arguments.get("verb", "")
        if verb == "Identify":
            return _IDENTIFY.format(address=self.oai_url)
        if verb not in ("ListRecords", "ListIdentifiers", "GetRecord"):
            return documents.oai_error("badVerb", "Did not understand verb")
        skip = 0
        if "resumptionToken" in arguments:
            resumed = dict(parse_qsl(unquote(arguments["resumptionToken"])))
            if not resumed.get("skip", "").isdigit():
                return documents.oai_error("badResumptionToken", "The token is not valid or has expired.")
            skip = int(resumed.pop("skip"))
            arguments = {"verb": verb, **resumed}
        if "metadataPrefix" not in arguments:
            return documents.oai_error("badArgument", "metadataPrefix is missing")
        if arguments["metadataPrefix"] != "arXivRaw":
            return documents.oai_error("cannotDisseminateFormat", "This server has the format arXivRaw.")
        if verb == "GetRecord":
            return self._oai_record_of(arguments.get("identifier", ""), now)
        return self._oai_list(verb, arguments, skip, now)

    def _oai_record_of(self, name: str, now: datetime) -> str:
        found = self._current(now, _OAI_DELAY).get(name.removeprefix("oai:arXiv.org:"))
        if found is None:
            return documents.oai_error("idDoesNotExist", "Nothing is known by that identifier.")
        return f"    <GetRecord>\n{self._oai_record(found, now)}    </GetRecord>"

    def _oai_list(self, verb: str, arguments: Mapping[str, str], skip: int, now: datetime) -> str:
        try:
            first = date.fromisoformat(arguments.get("from", "2005-09-16"))
            last = date.fromisoformat(arguments.get("until", "9999-12-31"))
        except ValueError:
            return documents.oai_error("badArgument", "Dates are YYYY-MM-DD")
        wanted = arguments.get("set")
        found = [
            each
            for each in self._current(now, _OAI_DELAY).values()
            if first <= self._changed_at(each, now).date() <= last and _in_set(each.paper, wanted)
        ]
        found.sort(key=lambda each: (self._changed_at(each, now).date(), each.paper.identifier))
        page = found[skip : skip + self.oai_page_size]
        if not page:
            return documents.oai_error("noRecordsMatch", "No records match.")
        records = "".join(
            self._oai_record(each, now)
            if verb == "ListRecords"
            else documents.oai_header(each.paper, self._changed_at(each, now))
            for each in page
        )
        return f"    <{verb}>\n{records}{self._oai_token(arguments, skip, len(found), now)}    </{verb}>"

    def _oai_token(self, arguments: Mapping[str, str], skip: int, count: int, now: datetime) -> str:
        following = skip + self.oai_page_size
        if count <= following:
            return "        <resumptionToken/>\n" if skip else ""
        kept = {key: value for key, value in arguments.items() if key != "verb"}
        token = quote(urlencode({**kept, "skip": following}))  # encoded twice, as arXiv does
        expires = (now + timedelta(days=1)).astimezone(timezone.utc).strftime("%Y-%m-%dT00:00:00Z")
        return f"        <resumptionToken expirationDate='{expires}'>{token}</resumptionToken>\n"

    def _oai_record(self, paper: SandboxPaper, now: datetime) -> str:
        return documents.oai_record(paper.paper, self._changed_at(paper, now), self._versions(paper.paper, now))

    def _changed_at(self, paper: SandboxPaper, now: datetime) -> datetime:
        """When the record was last changed, by what announced its current version or by a touch until `now`."""
        announced, touched = self._public_at(paper) + _OAI_DELAY, self.touched.get(paper.paper.identifier)
        return max(announced, touched) if touched is not None and touched <= now else announced

    def _versions(self, paper: Paper, now: datetime) -> list[tuple[int, datetime]]:
        versions = {1: paper.published_at, paper.version: paper.updated_at}
        for each in self._announced[paper.identifier]:
            if each.announced_at <= now:
                versions[each.paper.version] = each.paper.updated_at
        return sorted((number, submitted) for number, submitted in versions.items() if submitted is not None)

    # Full texts

    def _html(self, name: str, now: datetime) -> HttpAnswer:
        name, _, file = name.partition("/") if name.endswith(".png") else (name, "", "")
        paper = self._version(name, now)
        if paper is not None and file:
            return HttpAnswer(200, figure_png(), "image/png")
        if paper is None or (paper.html is None and paper.pdf is not None):
            return HttpAnswer(404, documents.no_html(name), _HTML)
        return HttpAnswer(200, (paper.html or page_of_abstract(paper.paper)).encode(), _HTML)

    def _pdf(self, name: str, now: datetime) -> HttpAnswer:
        paper = self._version(name, now)
        if paper is None or paper.pdf == b"":
            return HttpAnswer(404, documents.no_document(name), _HTML)
        return HttpAnswer(200, paper.pdf or columned_pdf(paper.paper, paper.sections), "application/pdf")


_FEED_ORDER = (
    AnnouncementKind.NEW,
    AnnouncementKind.CROSS,
    AnnouncementKind.REPLACE,
    AnnouncementKind.REPLACE_CROSS,
)


def _kind_in_feed(announced: SandboxPaper, wanted: list[str]) -> AnnouncementKind | None:
    """What an announcement is for a feed of the categories `wanted`; None where it is not in it."""
    inside = [_wanted(each, wanted) for each in announced.paper.categories]
    if not any(inside):
        return None
    if announced.kind.is_replacement:
        if announced.paper.version > _LAST_VERSION_IN_FEEDS:
            return None
        return AnnouncementKind.REPLACE if inside[0] else AnnouncementKind.REPLACE_CROSS
    if announced.kind is AnnouncementKind.CROSS:
        return AnnouncementKind.CROSS
    return AnnouncementKind.NEW if inside[0] else AnnouncementKind.CROSS


def _wanted(category: str, wanted: list[str]) -> bool:
    name = category.lower()
    return any(name == each.lower() or name.startswith(each.lower() + ".") for each in wanted)


def _in_set(paper: Paper, wanted: str | None) -> bool:
    sets = [documents.set_of(each) for each in paper.categories]
    return wanted is None or any(each == wanted or each.startswith(wanted + ":") for each in sets)


class _Refused(Exception):
    """What arXiv answers with an error entry."""

    def __init__(self, message: str, slug: str | None = "") -> None:
        super().__init__(message)
        self.slug = message.replace(" ", "_") if slug == "" else slug


def _whole_number(parameters: Mapping[str, str], name: str, default: int) -> int:
    try:
        number = int(parameters.get(name) or default)
    except ValueError:
        raise _Refused(f"{name} must be an integer") from None
    if number < 0:
        raise _Refused(f"{name} must be non-negative")
    return number


def _sorting(parameters: Mapping[str, str]) -> tuple[Callable[[SandboxPaper], tuple[datetime, str]], bool]:
    by, order = parameters.get("sortBy", "relevance"), parameters.get("sortOrder", "descending")
    manual = "https://arxiv.org/help/api/user-manual#sort"
    if by not in ("relevance", "lastUpdatedDate", "submittedDate"):
        raise _Refused("sortBy must be in: relevance, lastUpdatedDate, submittedDate", manual)
    if order not in ("ascending", "descending"):
        raise _Refused("sortOrder must be in: ascending, descending", manual)

    def key(paper: SandboxPaper) -> tuple[datetime, str]:
        instant = paper.paper.updated_at if by == "lastUpdatedDate" else paper.paper.published_at
        assert instant is not None
        return instant, paper.paper.identifier

    return key, order == "descending"


def _index(paper: Paper) -> Indexed:
    assert paper.published_at is not None
    return Indexed(
        identifier=paper.identifier,
        title=words(paper.title),
        authors=words(" ; ".join(paper.authors)),
        abstract=words(paper.abstract),
        comment=words(paper.comment or ""),
        journal_ref=words(paper.journal_ref or ""),
        doi=paper.doi or "",
        categories=paper.categories,
        submitted_at=paper.published_at,
    )


_IDENTIFY = """    <Identify>
        <repositoryName>arXiv (sandbox)</repositoryName>
        <baseURL>{address}</baseURL>
        <protocolVersion>2.0</protocolVersion>
        <adminEmail>sandbox@example.org</adminEmail>
        <earliestDatestamp>2005-09-16</earliestDatestamp>
        <deletedRecord>persistent</deletedRecord>
        <granularity>YYYY-MM-DD</granularity>
    </Identify>"""
