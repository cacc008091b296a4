"""Which papers a digest date may claim: the rules that make every paper appear once and none get lost.

A paper has a **home date**: the date of the mailing that announced it (or, where `digest.by` is "submitted", the date
whose window it was submitted in). A date that has been **made** is closed:

1. Made for the first time, D claims what is at home on D, and what is at home on an earlier date that was made before
   the paper turned up: it is **late** there, and D is the next digest.
2. Made again, D takes back exactly its own. What turned up since then waits for the next date, so that nobody who has
   read D's post misses it.
3. An earlier date that was never made keeps its papers: a backfill in any order gives every date its own.
4. Where the home is only inferred, and the paper may have been announced later (moderation had held it), any date up to
   the last possible one takes it for as long as its home was not made. Else a digest that begins on a Monday would
   lose papers that look like Friday's.
5. A date owes only what it asked for: where categories were added to the settings since, their papers are no old date's
   late papers, but a date made again with them claims its own.

Pure: the store reads the candidates and writes the claims in one transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.model import Announcement, FilterReason, Outcome, Paper


@dataclass(frozen=True, slots=True)
class Candidate:
    """An announced paper that is unclaimed, or claimed by the date that asks."""

    announcement: Announcement
    paper: Paper
    """The version the claim holds; for an unclaimed paper the newest known."""
    home: date
    claimed: bool
    latest: date | None = None
    """The last date that may be its home, where that is in doubt."""


@dataclass(frozen=True, slots=True)
class Made:
    """What is known of a date that was made."""

    categories: Categories
    """Which ones it asked for."""
    is_empty: bool = False
    """Whether it had no papers: nobody has read a post of it."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A paper that a digest date takes, and what becomes of it there."""

    candidate: Candidate
    late: bool
    in_window: bool
    withdrawn: bool
    outcome: Outcome = Outcome.KEPT
    reason: FilterReason | None = None


def claimable(
    day: date, candidates: Iterable[Candidate], made: Mapping[date, Made], categories: Iterable[str]
) -> list[tuple[Candidate, bool]]:
    """The candidates that `day` claims, each with whether it is late. `made`: the dates made so far."""
    asked_for = Categories.of(categories)

    def takes(candidate: Candidate) -> bool:
        if candidate.claimed:
            return True
        if candidate.home == day:
            return day not in made or _is_new_to(made[day], candidate.paper, asked_for)
        if candidate.home > day or day in made:
            return False
        if candidate.home not in made:
            return candidate.latest is not None and candidate.latest >= day
        return not _is_new_to(made[candidate.home], candidate.paper, asked_for)

    def is_late(candidate: Candidate) -> bool:
        return candidate.home < day and candidate.home in made

    return [(candidate, is_late(candidate)) for candidate in candidates if takes(candidate)]


def _is_new_to(made: Made, paper: Paper, asked_for: Categories) -> bool:
    """Whether `made` could not have asked for `paper`, because the categories that bring it in were added later."""
    return not made.categories.covers(paper.categories) and asked_for.covers(paper.categories)
