"""The API's Atom answers: a page of entries, or an error dressed as an entry.

arXiv answers errors with an entry of its own, whatever the status (user manual, section 3.4). An entry that lacks
something is a paper with what there is (`Paper.lacks`); one without an identifier is kept as unreadable, with the
reason. Neither takes the others with it.
Fields and their order: https://info.arxiv.org/help/api/user-manual.html#_details_of_atom_results_returned.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from xml.etree import ElementTree

from digest_assets.arxiv import entries
from digest_assets.arxiv.authors import people
from digest_assets.arxiv.entries import ARXIV, ATOM, OPENSEARCH, Read
from digest_assets.arxiv.identifiers import split_version
from digest_assets.arxiv.texts import one_line, paragraphs
from digest_assets.errors import ArxivQueryRefused, redact
from digest_assets.model import FeedEntry, Paper, Source, UnreadableEntry, untitled


@dataclass(frozen=True, slots=True)
class ApiPage:
    """One page of an answer."""

    entries: tuple[FeedEntry, ...]
    unreadable: tuple[UnreadableEntry, ...]
    total: int
    """How many results the whole query has."""
    start: int
    """How many results come before this page."""

    @property
    def row_count(self) -> int:
        return len(self.entries) + len(self.unreadable)


def parse_api_answer(body: bytes) -> ApiPage:
    """Reads an answer of the API.

    Raises `ArxivAnswerBroken` where it is no complete Atom document and `ArxivQueryRefused` where it is an error.
    An empty page is no error here: whether more was due is for who asked to say (`ensure_complete`).
    """
    answer = entries.split(body, "entry")
    root = answer.root
    if root.tag != f"{ATOM}feed":
        raise entries.broken(f"<{redact(root.tag.rpartition('}')[2], 40)}> instead of an Atom feed")
    read = [read_entry(payload) for payload in answer.entries]
    return ApiPage(
        entries=tuple(each for each in read if isinstance(each, FeedEntry)),
        unreadable=tuple(each for each in read if isinstance(each, UnreadableEntry)),
        total=_count(root, "totalResults"),
        start=_count(root, "startIndex"),
    )


def _count(root: ElementTree.Element, name: str) -> int:
    text = (root.findtext(f"{OPENSEARCH}{name}") or "").strip()
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise entries.broken(f"a feed without {name}")
    return int(text)


@lru_cache(maxsize=1024)
def read_entry(payload: str) -> FeedEntry | UnreadableEntry:
    """Reads one entry of the API as received, or says why it cannot be read.

    Raises `ArxivQueryRefused` where it is an error entry.
    """
    try:
        read = entries.read(payload)
    except ValueError as error:
        return UnreadableEntry(Source.API, payload, str(error))
    _refuse_error(read)
    try:
        return FeedEntry(Source.API, _paper(read), payload)
    except ValueError as error:
        return UnreadableEntry(Source.API, payload, str(error))


def _refuse_error(read: Read) -> None:
    address = read.text(f"{ATOM}id") or ""
    authors = list(read.texts(f"{ATOM}author/{ATOM}name"))
    is_error = "/api/errors" in address or (read.text(f"{ATOM}title") == "Error" and authors == ["arXiv api core"])
    if is_error:
        raise ArxivQueryRefused(
            f"arXiv refused the query: {redact(read.text(f'{ATOM}summary') or 'it does not say why')}.",
            cure="Correct digest.categories, or the identifiers asked for.",
        )


def _named(read: Read) -> tuple[str, int | None]:
    """Identifier and version, from wherever the entry says them. Raises `ValueError` where it does not."""
    links = (link.get("href", "") for link in read.xml.iterfind(f"{ATOM}link"))
    told = [read.text(f"{ATOM}id") or "", *links]
    for text in told:
        with suppress(ValueError):
            return split_version(text)
    return split_version(told[0])


def _paper(read: Read) -> Paper:
    """Raises `ValueError` where there is no identifier."""
    identifier, version = _named(read)
    primary = read.xml.find(f"{ARXIV}primary_category")
    first = (primary.get("term", ""),) if primary is not None else ()
    return Paper(
        identifier=identifier,
        version=version or 1,
        title=one_line(read.text(f"{ATOM}title") or "") or untitled(identifier),
        abstract=paragraphs(read.text(f"{ATOM}summary") or ""),
        authors=people(read.texts(f"{ATOM}author/{ATOM}name")),
        categories=tuple(dict.fromkeys(each for each in (*first, *read.categories) if each)),
        published_at=read.instant("published"),
        updated_at=read.instant("updated"),
        comment=_optional(read, "comment"),
        journal_ref=_optional(read, "journal_ref"),
        doi=_optional(read, "doi"),
    )


def _optional(read: Read, name: str) -> str | None:
    text = read.text(f"{ARXIV}{name}")
    return one_line(text) or None if text else None
