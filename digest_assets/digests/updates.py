"""Later versions of papers that a digest published: which of them a date lists, and what changed. Pure.

A version is listed once, by the first date made after it was announced. A replacement is announced as a submission is,
by the first mailing whose freeze is after it; moderation seldom holds one.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.arxiv.withdrawal import is_withdrawn
from digest_assets.digests.days import DigestDays
from digest_assets.model import Paper, PaperUpdate


@dataclass(frozen=True, slots=True)
class NewVersion:
    """A version newer than the one that a date claimed, and that no date has listed."""

    paper: Paper
    claimed: Paper
    claimed_date: date


def updates_for(day: date, versions: Iterable[NewVersion], days: DigestDays) -> list[PaperUpdate]:
    """What `day` lists of `versions`: what was announced until then, of papers that an earlier date published."""
    return [
        PaperUpdate(
            paper=each.paper,
            claimed_date=each.claimed_date,
            claimed_version=each.claimed.version,
            abstract_changed=_words(each.paper) != _words(each.claimed),
            withdrawn=is_withdrawn(each.paper),
        )
        for each in versions
        if each.claimed_date < day and _home(each.paper, days) <= day
    ]


def _home(paper: Paper, days: DigestDays) -> date:
    """The date whose mailing brought a version; without its time (a feed tells none) it is there already."""
    if paper.updated_at is None:
        return date.min
    return days.date_announced(mailing_for_submission(paper.updated_at).announced_at)


def _words(paper: Paper) -> tuple[list[str], list[str]]:
    return paper.title.split(), paper.abstract.split()
