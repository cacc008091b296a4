"""OAI-PMH answers in the format arXivRaw: every version's time and the licence, which the API does not give.

It is how past announcements are rebuilt. `datestamp` is the day of a record's last change, of any kind: alone it bounds
the announcement from above, as the submission of v1 bounds it from below (https://info.arxiv.org/help/oa/index.html);
together with its neighbours in the order of identifiers it tells the mailing.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone, tzinfo
from email.utils import parsedate_to_datetime
from functools import lru_cache
from itertools import groupby
from xml.etree import ElementTree

from digest_assets.arxiv import entries
from digest_assets.arxiv.authors import split_authors
from digest_assets.arxiv.calendar import NEW_YORK, Mailing, mailing_for_submission, mailings_between
from digest_assets.arxiv.identifiers import assigned_month, order_key, split_version
from digest_assets.arxiv.texts import one_line, paragraphs
from digest_assets.errors import ArxivQueryRefused, redact
from digest_assets.model import FeedEntry, Paper, Source, UnreadableEntry, untitled

_OAI = "{http://www.openarchives.org/OAI/2.0/}"
_RAW = "{http://arxiv.org/OAI/arXivRaw/}"
_PHYSICS = re.compile(r"^(astro-ph|cond-mat|gr-qc|hep-(ex|lat|ph|th)|math-ph|nlin|nucl-(ex|th)|physics|quant-ph)$")
"""Archives of the group `physics`; every other archive is a group of its own."""


_IS_DELETED = re.compile(r"<(?:\w+:)?header\b[^>]*\bstatus\s*=\s*['\"]deleted['\"]")
"""A record that was taken away announces nothing."""


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
    root = answer.root
    if root.tag != f"{_OAI}OAI-PMH":
        raise entries.broken(f"<{redact(root.tag.rpartition('}')[2], 40)}> instead of an OAI answer")
    error = root.find(f"{_OAI}error")
    if error is not None:
        return _refused_or_empty(error)
    read = [read_record(payload) for payload in answer.entries if not _IS_DELETED.search(payload)]
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


@lru_cache(maxsize=1024)
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
    datestamp = date.fromisoformat((record.findtext(f"{_OAI}header/{_OAI}datestamp") or "").strip()[:10])
    raw = record.find(f"{_OAI}metadata/{_RAW}arXivRaw")
    if raw is None:
        raise ValueError("no metadata in the format arXivRaw")
    submitted_at = tuple(_versions(raw))
    if not submitted_at:
        raise ValueError("no date of submission")
    paper = Paper(
        identifier=identifier,
        version=len(submitted_at),
        title=_text(raw, "title") or untitled(identifier),
        abstract=paragraphs(raw.findtext(f"{_RAW}abstract") or ""),
        authors=split_authors(_text(raw, "authors") or ""),
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
        if not (number.isascii() and number.isdigit() and len(number) < 5):
            raise ValueError(f"a version that is not a number: {number[:20]!r}")
        told = (version.findtext(f"{_RAW}date") or "").strip()
        try:
            found[int(number)] = entries.plausible(parsedate_to_datetime(told))
        except (TypeError, IndexError, OverflowError):  # of `email.utils`, for what is no date
            raise ValueError(f"a date that cannot be read: {told[:40]!r}") from None
    return [found[number] for number in sorted(found)]


def mailings_told_by(records: Iterable[OaiRecord]) -> dict[str, datetime]:
    """The mailing of v1, by identifier, where the day of the last change leaves little doubt about it.

    `records`: all that changed on the days around a mailing, the more the better. A record of one version was changed
    last by its announcement, unless somebody has edited it since (a DOI, say). Such an edit stands out: identifiers
    are handed out mailing by mailing, so a day later than those of the identifiers that follow is none of a mailing.
    """
    single = [record for record in records if len(record.submitted_at) == 1]
    told: dict[str, datetime] = {}
    by_day = mailings_by_day(single)
    for _, month in groupby(sorted(single, key=_order), key=lambda record: assigned_month(_identifier(record))):
        told.update(_never_going_back(list(month), by_day))
    return told


def _identifier(record: OaiRecord) -> str:
    return record.entry.paper.identifier


def _order(record: OaiRecord) -> tuple[int, int, str, int]:
    return order_key(_identifier(record))


def mailings_by_day(single: Sequence[OaiRecord]) -> dict[date, Mailing]:
    """The mailing that changes records on each day (those of `single` and the three after).

    Whether OAI's day is Greenwich's or New York's is not documented. A record of May 2026 says Greenwich's; where most
    of `single` say otherwise, they are believed.
    """
    days = {record.datestamp for record in single}
    if not days:
        return {}
    start = datetime.combine(min(days), time(0), timezone.utc) - timedelta(days=1)
    mailings = mailings_between(start, start + timedelta(days=(max(days) - min(days)).days + 5))
    naturals = [(record.datestamp, mailing_for_submission(record.submitted_at[0])) for record in single]
    readings = [{_day_in(zone, mailing): mailing for mailing in mailings} for zone in (timezone.utc, NEW_YORK)]
    return max(readings, key=lambda by_day: sum(by_day.get(day) == natural for day, natural in naturals))


def _day_in(zone: tzinfo, mailing: Mailing) -> date:
    return mailing.announced_at.astimezone(zone).date()


def _never_going_back(month: Sequence[OaiRecord], by_day: Mapping[date, Mailing]) -> dict[str, datetime]:
    """The heaviest choice of `month` (one month's identifiers, in order) in which mailings never go back.

    A record in the first mailing it could have caught weighs three times one that was held, or edited.
    """
    rows = []
    for record in month:
        natural, told = mailing_for_submission(record.submitted_at[0]), by_day.get(record.datestamp)
        if told is not None and told >= natural:
            rows.append((record, told, natural))
    best: list[tuple[float, int | None]] = []
    for position, (_, told, natural) in enumerate(rows):
        earlier = [(best[other][0], other) for other in range(position) if rows[other][1] <= told]
        weight, origin = max(earlier, default=(0.0, None), key=lambda each: each[0])
        best.append((weight + (3 if told == natural else 1), origin))
    chosen: list[int] = []
    at = max(range(len(best)), key=lambda position: best[position][0], default=None)
    while at is not None:
        chosen.append(at)
        at = best[at][1]
    chosen.reverse()
    return {
        _identifier(rows[position][0]): rows[position][1].announced_at
        for before, position in zip([None, *chosen], chosen, strict=False)
        if before is None or not _continues(rows[before], rows[position])
    }


def _continues(before: tuple[OaiRecord, Mailing, Mailing], row: tuple[OaiRecord, Mailing, Mailing]) -> bool:
    """Whether `row` may as well end the mailing of the one `before`, and was edited after it: then its day is no
    proof that it was held."""
    (record_before, told_before, _), (record, told, natural) = before, row
    return told > natural == told_before and record.submitted_at[0] >= record_before.submitted_at[0]
