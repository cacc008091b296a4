"""One entry's XML -> a paper, for the API's Atom, the feeds' RSS and the feeds' Atom alike.

The XML library cuts an answer into entries as they were received (`split`), which also tells a truncated answer from a
whole one, and reads what feedparser changes or merges: titles and abstracts (feedparser strips and may rewrite what
looks like HTML), authors with their affiliations, `arxiv:` elements. feedparser reads what RSS says in many ways, and
dates that are not as Atom wants them; not every entry, because it takes 2 ms for each and a look-back of weeks has
hundreds. What is stored can be read again by the same function. Reading is cached: most entries of an answer were in
the last one too.
"""

from __future__ import annotations

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


@dataclass(frozen=True, slots=True)
class Answer:
    """A well-formed answer: its entries as received, and what stands around them."""

    entries: tuple[str, ...]
    frame: bytes
    """The document without its entries."""


def split(body: bytes, element: str) -> Answer:
    """Cuts a document into its `element`s (`entry`, `item`, `record`, by local name) and the rest.

    Raises `ArxivAnswerBroken` on an empty body, on HTML and on XML that is not well-formed or not complete.
    """
    if not body.strip():
        raise broken("an empty body")
    if body.lstrip()[:9].lower().startswith((b"<!doctype", b"<html", b"<head")):
        raise broken(f"a page for people, not a feed: {redact(_text_of_page(body), 120)}")
    spans = _spans(body, element)
    pieces: list[bytes] = []
    position = 0
    for start, end in spans:
        pieces.append(body[position:start])
        position = end
    pieces.append(body[position:])
    return Answer(tuple(body[a:b].decode("utf-8", "replace") for a, b in spans), b"".join(pieces))


def _spans(body: bytes, element: str) -> list[tuple[int, int]]:
    spans: list[tuple[int, int]] = []
    opened: list[int] = []
    prefixed = f":{element}"
    parser = expat.ParserCreate()

    def start(name: str, _: dict[str, str]) -> None:
        if name == element or name.endswith(prefixed):
            opened.append(parser.CurrentByteIndex)

    def end(name: str) -> None:
        if name == element or name.endswith(prefixed):
            spans.append((opened.pop(), body.index(b">", parser.CurrentByteIndex) + 1))

    parser.StartElementHandler = start
    parser.EndElementHandler = end
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise broken(f"XML that breaks off or is not well-formed ({error})") from None
    return spans


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
        parsed = feedparser.parse(self.document.encode(), sanitize_html=False, resolve_relative_uris=False)
        return parsed.entries[0] if parsed.entries else feedparser.FeedParserDict()

    def text(self, path: str) -> str | None:
        """The text at `path`, exactly as arXiv meant it, with white space at both ends taken off; None if empty."""
        element = self.xml.find(path)
        return _text(element)

    def texts(self, path: str) -> Iterable[str]:
        return (text for element in self.xml.iterfind(path) if (text := _text(element)) is not None)

    def instant(self, name: str) -> datetime | None:
        """A date (`published`, `updated`), UTC: as RFC 3339 has it, else as feedparser reads it."""
        with suppress(ValueError):
            told = datetime.fromisoformat((self.text(f"{ATOM}{name}") or "").replace("Z", "+00:00"))
            if told.tzinfo is not None:
                return told.astimezone(timezone.utc).replace(microsecond=0)
        parsed: time.struct_time | None = self.feed.get(f"{name}_parsed")
        return datetime(*parsed[:6], tzinfo=timezone.utc) if parsed else None

    @property
    def categories(self) -> tuple[str, ...]:
        if self.xml.tag == f"{ATOM}entry":
            terms = (category.get("term", "") for category in self.xml.iterfind(f"{ATOM}category"))
        else:
            terms = (tag.get("term") or "" for tag in self.feed.get("tags", ()))
        return tuple(dict.fromkeys(term.strip() for term in terms if term.strip()))


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


def one_line(text: str) -> str:
    """`text` with runs of white space, line breaks of the old server among them, as one space."""
    return " ".join(text.split())
