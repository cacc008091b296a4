"""Which of the announced papers a digest leaves out, and why. Pure.

A paper that is left out is still claimed, with the reason: it stands in the ledger, and is offered to no other date.
The exception is what a cap leaves out, where the settings pass that on to the next date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.digests.claims import Claim
from digest_assets.model import AnnouncementKind, FilterReason, Outcome, Paper

LONGEST_HOLD = timedelta(days=45)
"""Moderation has held papers for up to 41 days: what is cross-listed later was announced elsewhere before."""


@dataclass(frozen=True, slots=True)
class Filters:
    """What a user wants to read. Words are found anywhere in title or abstract, whatever their case."""

    categories: Categories
    primary_only: bool = False
    include_keywords: tuple[str, ...] = ()
    exclude_keywords: tuple[str, ...] = ()
    include_authors: tuple[str, ...] = ()
    exclude_authors: tuple[str, ...] = ()
    cap: int | None = None
    worth: Mapping[str, float] = field(default_factory=dict)
    """By identifier, what a paper is worth to the reader: the cap keeps the highest. Without it: the newest."""
    kept_before: frozenset[str] = frozenset()
    """Papers that the date has published: a cap does not take them back."""
    old_cross_lists: bool = True

    def reason_against(self, paper: Paper) -> FilterReason | None:
        """Why `paper` is left out; None where it is kept. Where includes are set, one of them has to hold."""
        if self.primary_only and paper.primary_category not in self.categories:
            return FilterReason.CATEGORY
        if _any_in(self.exclude_keywords, _text(paper)):
            return FilterReason.KEYWORD
        if _any_in(self.exclude_authors, _names(paper)):
            return FilterReason.AUTHOR
        wanted = _any_in(self.include_keywords, _text(paper)) or _any_in(self.include_authors, _names(paper))
        if wanted or not (self.include_keywords or self.include_authors):
            return None
        return FilterReason.KEYWORD if self.include_keywords else FilterReason.AUTHOR

    def applied(self, claims: Iterable[Claim]) -> list[Claim]:
        """`claims` with their outcomes: first the filters, then the cap, which keeps what is worth most to the reader,
        and of equal ones the newest submissions."""
        judged = []
        for claim in claims:
            reason = self.reason_against(claim.candidate.paper)
            if reason is None and not self.old_cross_lists and _is_old_cross_list(claim):
                reason = FilterReason.OLD_CROSS_LIST
            outcome = Outcome.FILTERED if reason else Outcome.KEPT
            judged.append(replace(claim, outcome=outcome, reason=reason))
        kept = [claim for claim in judged if claim.outcome is Outcome.KEPT]
        if self.cap is None or len(kept) <= self.cap:
            return judged
        over = {id(claim) for claim in sorted(kept, key=self._first)[self.cap :]}
        return [
            replace(claim, outcome=Outcome.FILTERED, reason=FilterReason.CAP) if id(claim) in over else claim
            for claim in judged
        ]

    def _first(self, claim: Claim) -> tuple[bool, float, float, str]:
        identifier = claim.candidate.paper.identifier
        is_new = identifier not in self.kept_before
        return is_new, -self.worth.get(identifier, 0.0), *_newest_first(claim)


def _is_old_cross_list(claim: Claim) -> bool:
    announcement, published_at = claim.candidate.announcement, claim.candidate.paper.published_at
    if announcement.kind is not AnnouncementKind.CROSS or published_at is None:
        return False
    return announcement.announced_at - published_at > LONGEST_HOLD


def _newest_first(claim: Claim) -> tuple[float, str]:
    paper = claim.candidate.paper
    return (-paper.published_at.timestamp() if paper.published_at else 0.0, paper.identifier)


def _any_in(words: Iterable[str], text: str) -> bool:
    return any(word.casefold() in text for word in words)


def _text(paper: Paper) -> str:
    return f"{paper.title}\n{paper.abstract}".casefold()


def _names(paper: Paper) -> str:
    return "\n".join(paper.authors).casefold()
