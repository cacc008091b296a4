"""Old papers of other fields: which of those whose OAI record changed with a mailing were cross-listed by it? Pure.

A record's day says that something changed, not what. A cross-list, a comment that was added and a job that touches
records by the thousand (arXiv runs such jobs) look alike. So the day alone announces nothing: there has to be a second
sign, or the paper is only told of (`perhaps`).

- Where the feed of the mailing was heard, it named every cross-list: what only OAI tells of is none.
- Where the store knew the paper's categories, they have changed, or they have not.
- Else the day has to look like a day on which nothing was touched: no old paper of the digest's own fields changed
  without an explanation either (those cannot be cross-listed into them), and there are few.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from digest_assets.arxiv.calendar import Mailing, mailing_for_submission
from digest_assets.arxiv.oai import OaiRecord, mailings_by_day
from digest_assets.arxiv.taxonomy import Categories

PLAUSIBLE = 2
PLAUSIBLE_SHARE = 0.05
"""46 old papers were cross-listed into cs.SD and eess.AS by 233 mailings, which announced 4,341 papers (May 2025 to
April 2026): one in a hundred."""


@dataclass(frozen=True, slots=True)
class CrossLists:
    """What OAI tells of old papers, by identifier."""

    believed: dict[str, datetime] = field(default_factory=dict)
    """The mailing that cross-listed each."""
    perhaps: dict[str, tuple[datetime, str]] = field(default_factory=dict)
    """The mailing, and why it is not believed."""


def cross_lists_told_by(
    records: Iterable[OaiRecord],
    asked: Categories,
    before: datetime,
    *,
    known: Collection[str] = (),
    heard: Collection[datetime] = (),
    recorded: Mapping[str, Sequence[str]] | None = None,
) -> CrossLists:
    """`records`: all that changed on the days around a mailing; `asked`: the digest's categories. Papers submitted
    until `before` count as old. `known`: identifiers whose announcement is known; `heard`: the mailings of which a feed
    was read; `recorded`: the categories that the store held of papers before, by identifier."""
    records, recorded = tuple(records), recorded or {}
    by_day = mailings_by_day([record for record in records if len(record.submitted_at) == 1])
    candidates: dict[datetime, list[str]] = defaultdict(list)
    touched: Counter[datetime] = Counter()
    for record in records:
        mailing = _changed_with(record, by_day, before)
        if mailing is None:
            continue
        paper = record.entry.paper
        if paper.primary_category in asked:
            touched[mailing.announced_at] += 1
        elif paper.identifier not in known and mailing.announced_at not in heard:
            candidates[mailing.announced_at].append(paper.identifier)
    new = Counter(by_day[record.datestamp].announced_at for record in records if _is_new(record, by_day))
    found = CrossLists()
    for at, identifiers in candidates.items():
        doubt = _doubt(len(identifiers), touched[at], new[at])
        for identifier in identifiers:
            if identifier in recorded:
                if not asked.covers(recorded[identifier]):
                    found.believed[identifier] = at
            elif doubt:
                found.perhaps[identifier] = at, doubt
            else:
                found.believed[identifier] = at
    return found


def _changed_with(record: OaiRecord, by_day: Mapping[date, Mailing], before: datetime) -> Mailing | None:
    """The mailing on whose day an old record changed, with neither a new version nor a publication to explain it."""
    paper, mailing = record.entry.paper, by_day.get(record.datestamp)
    if mailing is None or paper.doi or paper.journal_ref or record.submitted_at[0] >= before:
        return None
    return mailing if mailing_for_submission(record.submitted_at[-1]) < mailing else None


def _is_new(record: OaiRecord, by_day: Mapping[date, Mailing]) -> bool:
    mailing = by_day.get(record.datestamp)
    return mailing is not None and mailing_for_submission(record.submitted_at[0]) == mailing


def _doubt(candidates: int, touched: int, new: int) -> str:
    """Why cross-lists of a mailing are not believed; empty where they are."""
    if touched:
        return f"{touched} records of the digest's own fields changed that day without an explanation, too"
    if candidates > max(PLAUSIBLE, PLAUSIBLE_SHARE * new):
        return f"{candidates} records of other fields changed that day, and {new} papers were new"
    return ""
