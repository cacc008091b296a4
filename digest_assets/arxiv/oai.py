"""OAI-PMH answers in the format arXivRaw: every version's time and the licence, which the API does not give.

It is how past announcements are rebuilt. `datestamp` is the day of a record's last change, of any kind, so it bounds
the announcement from above only; the submission of v1 bounds it from below (https://info.arxiv.org/help/oa/index.html).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime
from xml.etree import ElementTree

from digest_assets.arxiv import entries
from digest_assets.arxiv.calendar import mailing_for_submission, mailings_between
from digest_assets.arxiv.entries import one_line
from digest_assets.arxiv.feed import split_creators
from digest_assets.arxiv.identifiers import split_version
from digest_assets.errors import ArxivQueryRefused, redact
from digest_assets.model import FeedEntry, Paper, Source, UnreadableEntry

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_PHYSICS = re.compile(r"^(astro-ph|cond-mat|gr-qc|hep-(ex|lat|ph|th)|math-ph|nlin|nucl-(ex|th)|physics|quant-ph)$")
"""Archives of the group `physics`; every other archive is a group of its own."""


@dataclass(frozen=True, slots=True)
class OaiRecord:
    """A paper with the history that only OAI tells."""

    entry: FeedEntry
    """Its paper is the current version."""
    submitted_at: tuple[datetime, ...]
    """When each version was submitted, v1 first, UTC."""
    datestamp: date
    """The day of the record's last change."""


@dataclass(frozen=True, slots=True)
class OaiPage:
    """One answer to ListRecords."""

    records: tuple[OaiRecord, ...]
    unreadable: tuple[UnreadableEntry, ...]
    resumption_token: str | None
    """What to ask for the next page with; None on the last one."""


def set_of(category: str) -> str:
    """OAI's name for a category: `cs.SD` is `cs:cs:SD`, `hep-th` is `physics:hep-th`."""
    archive, _, subject = category.partition(".")
    group = "physics" if _PHYSICS.match(archive) else archive
    return ":".join(part for part in (group, archive, subject) if part)


def parse_list_records(body: bytes) -> OaiPage:
    """Reads an answer to ListRecords with arXivRaw. No matching record gives an empty page.

    Raises `ArxivAnswerBroken` where it is no complete answer and `ArxivQueryRefused` on any other OAI error.
    """
    answer = entries.split(body, "record")
    root = ElementTree.fromstring(answer.frame)
    if root.tag != f"{_OAI}OAI-PMH":
        raise entries.broken(f"<{redact(root.tag.rpartition('}')[2], 40)}> instead of an OAI answer")
    error = root.find(f"{_OAI}error")
    if error is not None:
        return _refused_or_empty(error)
    read = [read_record(payload) for payload in answer.entries]
    token = (root.findtext(f"{_OAI}ListRecords/{_OAI}resumptionToken") or "").strip()
    return OaiPage(
        records=tuple(each for each in read if isinstance(each, OaiRecord)),
        unreadable=tuple(each for each in read if isinstance(each, UnreadableEntry)),
        resumption_token=token or None,
    )


def _refused_or_empty(error: ElementTree.Element) -> OaiPage:
    code = error.get("code", "")
    if code == "noRecordsMatch":
        return OaiPage((), (), None)
    raise ArxivQueryRefused(
        f"arXiv's OAI refused the request: {redact(code)}: {redact(error.text or 'it does not say why')}.",
        cure="Correct digest.categories or the dates; a resumption token expires at midnight UTC: start again.",
    )


def read_record(payload: str) -> OaiRecord | UnreadableEntry:
    """Reads one record as received, or says why it cannot be read."""
    identifier: str | None = None
    try:
        record = _root(payload)
        identifier = split_version(record.findtext(f"{_OAI}header/{_OAI}identifier") or "")[0]
        return _record(record, identifier, payload)
    except ValueError as error:
        return UnreadableEntry(Source.OAI, payload, str(error), identifier)


def _root(payload: str) -> ElementTree.Element:
    try:
        frame = ElementTree.fromstring(f'<frame xmlns="http://www.openarchives.org/OAI/2.0/">{payload}</frame>')
    except ElementTree.ParseError as error:
        raise ValueError(f"not well-formed: {error}") from None
    record = frame.find(f"{_OAI}record")
    if record is None:
        raise ValueError("no record in it")
    return record


def _record(record: ElementTree.Element, identifier: str, payload: str) -> OaiRecord:
    """Raises `ValueError` that says what is missing."""
    header = record.find(f"{_OAI}header")
    datestamp = date.fromisoformat((record.findtext(f"{_OAI}header/{_OAI}datestamp") or "").strip()[:10])
    if header is not None and header.get("status") == "deleted":
        raise ValueError("a deleted record")
    raw = record.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    if raw is None:
        raise ValueError("no metadata in the format arXivRaw")
    submitted_at = tuple(_versions(raw))
    title, authors = _text(raw, "title"), split_authors(_text(raw, "authors") or "")
    if title is None or not authors or not submitted_at:
        raise ValueError("no title" if title is None else "no author" if not authors else "no date of submission")
    paper = Paper(
        identifier=identifier,
        version=len(submitted_at),
        title=title,
        abstract=_text(raw, "abstract") or "",
        authors=authors,
        categories=tuple((_text(raw, "categories") or "").split()),
        published_at=submitted_at[0],
        updated_at=submitted_at[-1],
        comment=_text(raw, "comments"),
        journal_ref=_text(raw, "journal-ref"),
        doi=_text(raw, "doi"),
        licence=_text(raw, "license"),
    )
    return OaiRecord(FeedEntry(Source.OAI, paper, payload), submitted_at, datestamp)


def _text(raw: ElementTree.Element, name: str) -> str | None:
    return one_line(raw.findtext(f"{_RAW}{name}") or "") or None


def _versions(raw: ElementTree.Element) -> list[datetime]:
    found: dict[int, datetime] = {}
    for version in raw.iterfind(f"{_RAW}version"):
        number = version.get("version", "").removeprefix("v")
        if not (number.isascii() and number.isdigit()):
            raise ValueError(f"a version that is no number: {number[:20]!r}")
        found[int(number)] = parsedate_to_datetime((version.findtext(f"{_RAW}date") or "").strip()).astimezone(
            timezone.utc
        )
    return [found[number] for number in sorted(found)]


def split_authors(text: str) -> tuple[str, ...]:
    """Authors from arXivRaw's one string, which also joins the last two with `and`."""
    return tuple(
        name.strip() for part in split_creators(text) for name in re.split(r"(?:^|\s)and\s+", part) if name.strip()
    )


def mailing_told_by(record: OaiRecord) -> datetime | None:
    """The mailing of v1, where OAI's dates leave one only: from the one that v1 could have caught to the end of the
    day of the record's last change. None where they leave several (it was held, replaced, or merely edited since)."""
    natural = mailing_for_submission(record.submitted_at[0])
    # Whether the day is New York's or Greenwich's is not documented: the later end of the two.
    end = datetime(record.datestamp.year, record.datestamp.month, record.datestamp.day, 5, tzinfo=timezone.utc)
    candidates = mailings_between(natural.announced_at, end + timedelta(days=1))
    return candidates[0].announced_at if len(candidates) == 1 else None
