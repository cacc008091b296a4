"""What somebody wants to read, and what was found of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Words:
    """What of a paper is compared."""

    title: str
    abstract: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OwnPaper:
    """A paper, or a keyword, that says what a reader likes or does not want."""

    name: str
    """arXiv's identifier, or its title, or the keyword."""
    words: Words
    is_keyword: bool = False


@dataclass(frozen=True, slots=True)
class Interest:
    """What a reader wants to read. Empty: nothing to rank by."""

    name: str
    likes: tuple[OwnPaper, ...] = ()
    unwanted: tuple[OwnPaper, ...] = ()
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class DayPaper:
    """A paper of the date."""

    identifier: str
    words: Words
    authors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Ranked:
    """What a paper is worth to an interest, and why."""

    interest: str
    identifier: str
    score: float
    """Standard deviations above what the background scores."""
    rank: int
    """From 1 on: each paper of the date has one."""
    is_chosen: bool
    """Whether it is one to be shown first."""
    terms: tuple[str, ...] = ()
    """That it shares with the interest, those that say most first."""
    own_paper: str = ""
    """The reader's own paper that it is most like."""
    authors: tuple[str, ...] = ()
    """Of its authors, those that the interest names."""


def best_of(found: Sequence[Ranked]) -> dict[str, Ranked]:
    """By identifier, what each paper is worth to the interest that likes it most."""
    best: dict[str, Ranked] = {}
    for each in found:
        before = best.get(each.identifier)
        if before is None or (each.is_chosen, each.score) > (before.is_chosen, before.score):
            best[each.identifier] = each
    return best


def chosen_of(best: Mapping[str, Ranked]) -> dict[str, list[str]]:
    """By interest, the identifiers of what it chose among `best_of`, the highest score first."""
    found: dict[str, list[str]] = {}
    for each in sorted(best.values(), key=lambda each: (-each.score, each.identifier)):
        if each.is_chosen:
            found.setdefault(each.interest, []).append(each.identifier)
    return found
