"""What somebody wants to read, and what a date's papers are worth to them.

An interest is a list of weights by term: the mean of the reader's own papers, less the background, less half of what
they said they do not want. (Rocchio's method. A support vector machine on the same vectors, and one that balances own
papers against each other, gave no better ranks: docs/ranking.md.) A score is told in standard deviations of what the
background scores, so that the scores of two interests can be compared.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest_assets.ranking.vectors import Background, Vector, Words, dot, vector

UNWANTED = 0.5
"""What papers that are not wanted weigh, where own papers weigh 1."""
AUTHOR_BONUS = 4.0
"""What a named author adds to a paper's score."""
NEARER_THAN = 0.95
"""Of the background, for a paper to be called one for the reader."""
TERMS_SHOWN = 3


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


def ranked(interests: Sequence[Interest], papers: Sequence[DayPaper], background: Background) -> list[Ranked]:
    """`papers` by each of `interests`, in their order, the highest score first, equal ones by identifier from the
    highest down. A paper that is one of the reader's own is no news: it is ranked, and not chosen.
    """
    own = [_Own.of(each, background) for each in interests]
    vectors = [vector(each.words, background) for each in papers]
    usual = _scores(own, background.sample, background)
    scores = _scores(own, vectors, background)
    made: list[Ranked] = []
    for index, interest in enumerate(interests):
        mean, deviation, limit = _usual([row[index] for row in usual])
        found = []
        for place, paper in enumerate(papers):
            named = tuple(each for each in paper.authors if _is_named(each, interest.authors))
            score = (scores[place][index] - mean) / deviation if interest.likes or interest.unwanted else 0.0
            found.append((score + AUTHOR_BONUS * bool(named), place, named, score))
        found.sort(key=lambda each: (each[0], papers[each[1]].identifier), reverse=True)
        for rank, (score, place, named, by_words) in enumerate(found, 1):
            paper = papers[place]
            is_near = bool(interest.likes) and by_words > (limit - mean) / deviation
            chosen = (is_near or bool(named)) and paper.identifier not in own[index].names
            terms, nearest = own[index].why(vectors[place], background) if chosen else ((), "")
            made.append(Ranked(interest.name, paper.identifier, round(score, 4), rank, chosen, terms, nearest, named))
    return made


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


@dataclass(frozen=True, slots=True)
class _Own:
    """An interest as weights: of what is liked, less the background, less what is unwanted."""

    likes: Sequence[tuple[OwnPaper, Vector]]
    weights: Vector
    share_of_background: float
    names: frozenset[str]

    @staticmethod
    def of(interest: Interest, background: Background) -> _Own:
        likes = [(each, vector(each.words, background)) for each in interest.likes]
        unwanted = [vector(each.words, background) for each in interest.unwanted]
        weights: dict[str, float] = defaultdict(float)
        for factor, vectors in ((1.0, [each for _, each in likes]), (-UNWANTED, unwanted)):
            for each in vectors:
                for term, value in each.items():
                    weights[term] += factor * value / len(vectors)
        share = bool(likes) - UNWANTED * bool(unwanted)
        return _Own(likes, dict(weights), share, frozenset(each.name for each in interest.likes))

    def why(self, paper: Vector, background: Background) -> tuple[tuple[str, ...], str]:
        """The terms that say most for `paper`, and the own paper that is most like it."""
        told: dict[str, float] = {}
        for term, value in paper.items():
            weight = self.weights.get(term, 0.0) - self.share_of_background * background.mean.get(term, 0.0)
            if weight > 0 and not term.startswith(("#", "c:")):
                name = term.removeprefix("t:")
                told[name] = told.get(name, 0.0) + weight * value
        # A pair of words says more to a person than each of them.
        best = sorted(told, key=lambda term: (-told[term] * (2 if " " in term else 1), term))
        shown: list[str] = []
        for term in best:  # of `speech` and `speech codec` one is enough
            if not any(term in other or other in term for other in shown):
                shown.append(term)
            if len(shown) == TERMS_SHOWN:
                break
        nearest = max(
            ((dot(paper, each), own.name) for own, each in self.likes if not own.is_keyword), default=(0.0, "")
        )
        return tuple(shown), nearest[1] if nearest[0] > 0 else ""


def _scores(own: Sequence[_Own], vectors: Sequence[Vector], background: Background) -> list[list[float]]:
    """What each of `vectors` is worth to each of `own`: a row a vector. By term, because most interests have none of a
    paper's."""
    having: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for index, each in enumerate(own):
        for term, weight in each.weights.items():
            having[term].append((index, weight))
    rows = []
    for found in vectors:
        usual = dot(found, background.mean)
        row = [-each.share_of_background * usual for each in own]
        for term, value in found.items():
            for index, weight in having.get(term, ()):
                row[index] += value * weight
        rows.append(row)
    return rows


def _usual(scores: Sequence[float]) -> tuple[float, float, float]:
    """Mean, standard deviation and the limit of what is near, of what the background scores."""
    if not scores:
        return 0.0, 1.0, 0.0
    mean = sum(scores) / len(scores)
    deviation = math.sqrt(sum((each - mean) ** 2 for each in scores) / len(scores)) or 1.0
    return mean, deviation, sorted(scores)[min(len(scores) - 1, int(NEARER_THAN * len(scores)))]


def _is_named(author: str, wanted: Sequence[str]) -> bool:
    """Whether `author` is one of `wanted`: all parts of the wanted name are parts of the author's, as `Wang Wei` of
    `Wei Wang`."""
    parts = set(_parts(author))
    return any(set(_parts(name)) <= parts for name in wanted if _parts(name))


def _parts(name: str) -> list[str]:
    return name.casefold().replace(",", " ").replace(".", " ").split()
