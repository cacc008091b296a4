"""One entry's XML -> a paper, for the API's Atom, the feeds' RSS and the feeds' Atom alike.

The XML library cuts an answer into entries as they were received (`split`), which also tells a truncated answer from a
whole one, and reads what feedparser changes or merges: titles and abstracts (feedparser strips and may rewrite what
looks like HTML), authors with their affiliations, `arxiv:` elements. feedparser reads what RSS says in many ways, and
dates that are not as Atom wants them; not every entry, because it takes 2 ms for each and a look-back of weeks has
hundreds. What is stored can be read again by the same function. Reading is cached: most entries of an answer were in
the last one too.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timezone
from functools import cached_property
from xml.etree import ElementTree
from xml.parsers import expat

import feedparser

from digest_assets.errors import ArxivAnswerBroken, redact

ATOM = "{http://www.w3.org/2005/Atom}"
ARXIV = "{http://arxiv.org/schemas/atom}"
DUBLIN_CORE = "{http://purl.org/dc/elements/1.1/}"
OPENSEARCH = "{http://a9.com/-/spec/opensearch/1.1/}"

_NAMESPACES = (
    'xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom" '
    'xmlns:content="http://purl.org/rss/1.0/modules/content/"'
)
_ATOM_FRAME = f'<feed xmlns="http://www.w3.org/2005/Atom" {_NAMESPACES}>', "</feed>"
_RSS_FRAME = f'<rss version="2.0" {_NAMESPACES}><channel>', "</channel></rss>"


_DECLARED_ENCODING = re.compile(rb"""^<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z][\w.:-]{0,40})["']""")
_BYTE_ORDER_MARKS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))


@dataclass(frozen=True, slots=True)
class Page:
    """A well-formed answer: its entries as received, and what stands around them."""

    entries: tuple[str, ...]
    root: ElementTree.Element
    """The document without its entries."""


def split(body: bytes, element: str) -> Page:
    """Cuts a document into its `element`s (`entry`, `item`, `record`, by local name) and the rest.

    Takes bytes of any kind. Raises `ArxivAnswerBroken` for what is no whole XML document: an empty body, a page for
    people, an unknown encoding, XML that breaks off or is not well-formed. A document type is none of arXiv's answers
    either: it is what XHTML begins with, and what XML bombs are made of.
    """
    if not body.strip():
        raise broken("an empty body")
    document = _as_utf8(body)
    if document.lstrip()[:9].lower().startswith((b"<!doctype", b"<html", b"<head")):
        raise _page_for_people(document)
    spans = _spans(document, element)
    pieces: list[bytes] = []
    position = 0
    for start, end in spans:
        pieces.append(document[position:start])
        position = end
    pieces.append(document[position:])
    try:
        root = ElementTree.fromstring(b"".join(pieces), ElementTree.XMLParser(encoding="utf-8"))
    except ElementTree.ParseError as error:
        raise broken(f"XML that is not well-formed ({error})") from None
    return Page(tuple(document[a:b].decode() for a, b in spans), root)


def _as_utf8(body: bytes) -> bytes:
    """`body` in UTF-8, by its byte order mark or its XML declaration."""
    encoding = next((name for mark, name in _BYTE_ORDER_MARKS if body.startswith(mark)), None)
    declared = _DECLARED_ENCODING.match(body.lstrip()[:400])
    if encoding is None:
        encoding = declared[1].decode("ascii") if declared else "utf-8"
    try:
        return body.decode(encoding).encode()
    except (LookupError, UnicodeError) as error:  # an encoding nobody knows, or bytes that are not of it
        raise broken(f"text that cannot be decoded ({redact(str(error), 80)})") from None


def _spans(document: bytes, element: str) -> list[tuple[int, int]]:
    """Where the outermost `element`s begin and end."""
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    prefixed = f":{element}"
    parser = expat.ParserCreate("utf-8")

    def refuse(*_: object) -> None:
        raise _page_for_people(document)

    def start(name: str, _: dict[str, str]) -> None:
        if name == element or name.endswith(prefixed):
            opened.append(parser.CurrentByteIndex)

    def end(name: str) -> None:
        if name == element or name.endswith(prefixed):
            begin = opened.pop()
            if not opened:
                spans.append((begin, document.index(b">", parser.CurrentByteIndex) + 1))

    parser.StartDoctypeDeclHandler = refuse
    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise broken(f"XML that breaks off or is not well-formed ({error})") from None
    return spans


def _page_for_people(document: bytes) -> ArxivAnswerBroken:
    return broken(f"a page for people, not a feed: {redact(_text_of_page(document), 120)}")


def broken(what: str) -> ArxivAnswerBroken:
    return ArxivAnswerBroken(
        f"arXiv answered with {what}.", cure="This usually passes: ask again later, and see status.arxiv.org."
    )


def _text_of_page(body: bytes) -> str:
    text = body[:4000].decode("utf-8", "replace")
    inside, kept = False, []
    for character in text:
        if character in "<>":
            inside = character == "<"
            kept.append(" ")
        elif not inside:
            kept.append(character)
    return "".join(kept)


@dataclass(frozen=True)
class Read:
    """An entry as both parsers see it: feedparser, which forgives much and takes 2 ms, only where it is needed."""

    xml: ElementTree.Element
    document: str
    """With nothing else in it."""

    @cached_property
    def feed(self) -> feedparser.FeedParserDict:
        try:
            parsed = feedparser.parse(self.document.encode(), sanitize_html=False, resolve_relative_uris=False)
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):  # it raises what its parts raise
            return feedparser.FeedParserDict()
        return parsed.entries[0] if parsed.entries else feedparser.FeedParserDict()

    def text(self, path: str) -> str | None:
        """The text at `path`, exactly as arXiv meant it, with white space at both ends taken off; None if empty."""
        element = self.xml.find(path)
        return _text(element)

    def texts(self, path: str) -> Iterable[str]:
        return (text for element in self.xml.iterfind(path) if (text := _text(element)) is not None)

    def instant(self, name: str) -> datetime | None:
        """A date (`published`, `updated`), UTC: as RFC 3339 has it, else as feedparser reads it. None where there is
        none that can be read."""
        with suppress(ValueError):
            return plausible(datetime.fromisoformat((self.text(f"{ATOM}{name}") or "").replace("Z", "+00:00")))
        parsed: time.struct_time | None = self.feed.get(f"{name}_parsed")
        with suppress(ValueError):
            return plausible(datetime(*parsed[:6], tzinfo=timezone.utc)) if parsed else None
        return None

    @property
    def categories(self) -> tuple[str, ...]:
        if self.xml.tag == f"{ATOM}entry":
            terms = (category.get("term", "") for category in self.xml.iterfind(f"{ATOM}category"))
        else:
            terms = (tag.get("term") or "" for tag in self.feed.get("tags", ()))
        return tuple(dict.fromkeys(term.strip() for term in terms if term.strip()))


def plausible(instant: datetime) -> datetime:
    """`instant` in UTC, to the second. Raises `ValueError` where it has no zone, or is of no year of arXiv's: of the
    year 1 or 9999 no calendar can be asked."""
    if instant.tzinfo is None or not 1991 <= instant.year <= 2199:
        raise ValueError(f"a date that cannot be: {instant.isoformat()}")
    return instant.astimezone(timezone.utc).replace(microsecond=0)


def _text(element: ElementTree.Element | None) -> str | None:
    return ("".join(element.itertext()).strip() or None) if element is not None else None


def read(payload: str, *, rss: bool = False) -> Read:
    """Reads one entry cut out by `split`. Raises `ValueError` where it is no XML or no entry."""
    before, after = _RSS_FRAME if rss else _ATOM_FRAME
    document = before + payload + after
    try:
        root = ElementTree.fromstring(document)
    except ElementTree.ParseError as error:
        raise ValueError(f"not well-formed: {error}") from None
    xml = root.find("./channel/item" if rss else f"./{ATOM}entry")
    if xml is None:
        raise ValueError("no entry in it")
    return Read(xml, document)
