"""What a date's papers are worth to an interest.

An interest is a list of weights by term: ridge regression, in its dual form. Own papers are to score 1, what is not
wanted -0.5, and the background 0: what own papers have in common with it says little. What that takes of the background
is computed once for all interests (`Background.inverse`); an interest adds a system as small as it has own papers. A
score is told in standard deviations of what the background scores, so that the scores of two interests can be compared.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from digest_assets.ranking.interests import DayPaper, Interest, Ranked
from digest_assets.ranking.vectors import Background, Floats, Terms, Vector, along, centred, products

UNWANTED = 0.5
"""What papers that are not wanted weigh, where own papers weigh 1."""
TOLERANCE = 0.1
"""How freely an own paper may miss its score: the more, the more all count the same."""
MOST_BALANCED = 500
"""Own papers. Where there are more, each counts the same: to balance them takes the square of the time."""
AUTHOR_BONUS = 4.0
"""What a named author adds to a paper's score."""
NEARER_THAN = 0.95
"""Of the background, for a paper to be called one for the reader."""
TERMS_SHOWN = 3
_TERMS_SEEN = 40
_AT_ONCE = 50
"""Interests whose weights are written out in full at a time, which bounds the memory."""


def ranked(interests: Sequence[Interest], papers: Sequence[DayPaper], background: Background) -> list[Ranked]:
    """`papers` by each of `interests`, in their order, the highest score first, equal ones by identifier from the
    highest down. A paper that is one of the reader's own is no news: it is ranked, and not chosen.
    """
    terms = background.terms()
    vectors = [terms.vector(each.words) for each in papers]
    names = [[_parts(each) for each in paper.authors] for paper in papers]
    made: list[Ranked] = []
    for begin in range(0, len(interests), _AT_ONCE):
        together = [_Own.of(each, terms) for each in interests[begin : begin + _AT_ONCE]]
        weights = _weights(together, background, len(terms))
        usual, scores = _scores(background.sample, weights), _scores(vectors, weights)
        told = _Told(terms.names())
        for index, own in enumerate(together):
            level = _Level.of(usual[:, index])
            by_words = [level.score(each) if own.vectors else 0.0 for each in scores[:, index]]
            near = level.score(level.near) if own.interest.likes else np.inf
            named = [_named(paper, parts, own.interest) for paper, parts in zip(papers, names, strict=True)]
            mine = {each.name for each in own.interest.likes}
            chosen = [
                place
                for place, paper in enumerate(papers)
                if (by_words[place] > near or named[place]) and paper.identifier not in mine
            ]
            said = own.said(background, len(terms))
            shown = {place: told.terms(vectors[place], said) for place in chosen}
            like = dict(zip(chosen, own.nearest([vectors[place] for place in chosen], len(terms)), strict=True))
            # Rounded, so that the last bit of a sum decides nothing.
            worth = [round(score + AUTHOR_BONUS * bool(by), 4) for score, by in zip(by_words, named, strict=True)]
            order = sorted(range(len(papers)), key=lambda at: (worth[at], papers[at].identifier), reverse=True)
            made += [
                Ranked(own.interest.name, papers[at].identifier, worth[at], rank, at in shown, shown.get(at, ()),
                       like.get(at, ""), named[at])
                for rank, at in enumerate(order, 1)
            ]  # fmt: skip
    return made


@dataclass(frozen=True, slots=True)
class _Own:
    """An interest, and the vectors of what it likes and of what it does not want."""

    interest: Interest
    likes: Sequence[Vector]
    unwanted: Sequence[Vector]

    @staticmethod
    def of(interest: Interest, terms: Terms) -> _Own:
        likes, unwanted = ([terms.vector(own.words) for own in each] for each in (interest.likes, interest.unwanted))
        return _Own(interest, likes, unwanted)

    @property
    def vectors(self) -> Sequence[Vector]:
        return [*self.likes, *self.unwanted]

    def shares(self, alike: Floats) -> Floats:
        """What each of `vectors` counts, by how alike they are."""
        group = np.repeat([len(self.likes), len(self.unwanted)], [len(self.likes), len(self.unwanted)])
        wanted = np.repeat([1.0, -UNWANTED], [len(self.likes), len(self.unwanted)])
        made: Floats = np.linalg.solve(alike + TOLERANCE * np.diag(group), wanted) if len(alike) else wanted / group
        return made

    def said(self, background: Background, columns: int) -> Floats:
        """What its own papers say more often than earlier papers do, by column: what a person is told is of these."""
        made = np.zeros(columns)
        made[: len(background.mean)] = -background.mean
        for weight, group in ((1.0, self.likes), (-UNWANTED, self.unwanted)):
            for each in group:
                made[each.columns] += weight / len(group) * each.values
        return made

    def nearest(self, papers: Sequence[Vector], columns: int) -> list[str]:
        """Of each of `papers`, the own paper that it is most like; empty where there is none."""
        own = [place for place, each in enumerate(self.interest.likes) if not each.is_keyword]
        if not own or not papers:
            return [""] * len(papers)
        alike = products(papers, [self.likes[place] for place in own], columns)
        best = alike.argmax(axis=1)
        return [
            self.interest.likes[own[place]].name if row[place] > 0 else ""
            for row, place in zip(alike, best, strict=True)
        ]


def _weights(together: Sequence[_Own], background: Background, columns: int) -> Floats:
    """Of each interest, a column: what each term is worth to it."""
    mean = np.zeros(columns)
    mean[: len(background.mean)] = background.mean
    length = float(mean @ mean)
    usual = along(background.sample, mean)
    made = np.zeros((columns, len(together)))
    of_sample = np.zeros((len(background.sample), len(together)))
    of_mean = np.zeros(len(together))
    everything = products(background.sample, [each for own in together for each in own.vectors], columns)
    begin = 0
    for index, own in enumerate(together):
        vectors = own.vectors
        with_mean = along(vectors, mean)
        shared = centred(everything[:, begin : begin + len(vectors)], usual, with_mean, length)
        begin += len(vectors)
        taken = background.inverse @ shared
        if len(vectors) <= MOST_BALANCED:
            alike = centred(products(vectors, vectors, columns), with_mean, with_mean, length)
            shares = own.shares(alike - shared.T @ taken)
        else:
            shares = own.shares(np.zeros((0, 0)))
        for share, each in zip(shares, vectors, strict=True):
            made[each.columns, index] += share * each.values
        of_sample[:, index] = taken @ shares
        of_mean[index] = shares.sum() - of_sample[:, index].sum()
    for row, each in zip(of_sample, background.sample, strict=True):
        made[each.columns] -= each.values[:, None] * row
    made -= mean[:, None] * of_mean
    return made


def _scores(vectors: Sequence[Vector], weights: Floats) -> Floats:
    """What each of `vectors` is worth by each column of `weights`."""
    made = np.zeros((len(vectors), weights.shape[1]))
    for row, each in zip(made, vectors, strict=True):
        row[:] = each.values @ weights[each.columns]
    return made


@dataclass(frozen=True, slots=True)
class _Level:
    """What the background scores."""

    mean: float = 0.0
    deviation: float = 1.0
    near: float = 0.0
    """The limit of what is near."""

    @staticmethod
    def of(scores: Floats) -> _Level:
        if not len(scores):
            return _Level()
        near = np.sort(scores)[min(len(scores) - 1, int(NEARER_THAN * len(scores)))]
        return _Level(float(scores.mean()), float(scores.std()) or 1.0, float(near))

    def score(self, found: float) -> float:
        return (float(found) - self.mean) / self.deviation


class _Told:
    """The terms that a person is told."""

    def __init__(self, names: Sequence[str]) -> None:
        self._names = names
        self._is_word = np.array([not name.startswith(("#", "c:")) for name in names], dtype=bool)

    def terms(self, paper: Vector, said: Floats) -> tuple[str, ...]:
        """Those that say most for `paper`, of what an interest has `said`."""
        worth = said[paper.columns] * paper.values * self._is_word[paper.columns]
        told: dict[str, float] = {}
        for place in np.argsort(-worth, kind="stable")[:_TERMS_SEEN]:
            if worth[place] <= 0:
                break
            name = self._names[paper.columns[place]].removeprefix("t:")
            told[name] = told.get(name, 0.0) + float(worth[place])
        # A pair of words says more to a person than each of them.
        best = sorted(told, key=lambda term: (-told[term] * (2 if " " in term else 1), term))
        shown: list[str] = []
        for term in best:  # of `speech` and `speech codec` one is enough
            if not any(term in other or other in term for other in shown):
                shown.append(term)
            if len(shown) == TERMS_SHOWN:
                break
        return tuple(shown)


def _named(paper: DayPaper, parts: Sequence[frozenset[str]], interest: Interest) -> tuple[str, ...]:
    """Of a paper's authors, those whom the interest names: all parts of the wanted name are parts of the author's, as
    `Wang Wei` of `Wei Wang`."""
    wanted = [found for name in interest.authors if (found := _parts(name))]
    return tuple(name for name, of in zip(paper.authors, parts, strict=True) if any(each <= of for each in wanted))


def _parts(name: str) -> frozenset[str]:
    return frozenset(name.casefold().replace(",", " ").replace(".", " ").split())
