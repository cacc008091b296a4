"""Papers as sparse vectors: TF-IDF over words, title, categories and pieces of words.

Earlier papers are the background: how rare a term is there decides its weight, and what an average
paper is like is taken off what a reader likes. Both voices, words and characters, stand in one vector, so that a
reader's interest is one list of weights, and why a paper is liked can be read off it.

Plain Python: numpy and scikit-learn would be 260 MB for the same ranks (docs/ranking.md has the time that it takes).
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

Vector: TypeAlias = dict[str, float]
"""Weights by term. A term is a word or two (`speech`, `speech codec`), one of a title (`t:codec`), a category
(`c:cs.SD`) or a piece of a word (`#vocod`)."""

TITLE, CATEGORIES, CHARACTERS = 0.6, 0.4, 1.0
"""Of a vector whose words weigh 1."""
LEAST_PAPERS = 2
"""A piece of a word, or a pair of words, counts that so many papers of the background have: others are chance."""
AVERAGED, SAMPLE = 600, 200
_WORD = re.compile(r"[a-z0-9]{2,}")
_PIECES = (4, 5)
_COMMON = frozenset(
    """
    about above across after again all almost alone along already also although always am among an and another any are
    around as at back be became because been before being below between both but by can cannot could did do does done
    down due during each either else etc even ever every few first for from further had has have having he hence her
    here him his how however if in indeed instead into is it its itself least less made many may me might more moreover
    most much must my namely neither never next no nor not nothing now of off often on once one only onto or other
    others our ours out over own per perhaps rather same several she should since so some still such than that the
    their them then there thereby therefore these they this those though three through thus to together too toward
    towards two under until up upon us very via was we well were what when where whereas whether which while who whole
    whose why will with within without would yet you your
    """.split()  # noqa: SIM905 - a line a word would say less
)


@dataclass(frozen=True, slots=True)
class Words:
    """What of a paper is compared."""

    title: str
    abstract: str = ""
    categories: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Background:
    """What an average paper is like. Made by `background_of`."""

    papers: int
    rarity: Mapping[str, float]
    """The inverse document frequency of each of its terms, smoothed as scikit-learn does; of pieces of words and of
    pairs, those that `LEAST_PAPERS` have."""
    mean: Vector
    """Of vectors of some of its papers."""
    sample: tuple[Vector, ...] = ()
    """Fewer of them: by what they score, scores are measured."""

    @property
    def rarest(self) -> float:
        """Of a term that none of its papers has."""
        return math.log(1 + self.papers) + 1


def background_of(papers: Sequence[Words]) -> Background:
    """The background that `papers` are. How rare a term is rests on all of them, the mean on `AVERAGED`."""
    having: dict[str, int] = {}
    for each in papers:
        for block in counts(each):
            for term in block:
                having[term] = having.get(term, 0) + 1
    rarity = {
        term: math.log((1 + len(papers)) / (1 + count)) + 1
        for term, count in having.items()
        if count >= LEAST_PAPERS or not _needs_company(term)
    }
    plain = Background(len(papers), rarity, {})
    averaged = papers[:: max(1, len(papers) // AVERAGED)][:AVERAGED]
    total: Vector = {}
    sample: list[Vector] = []
    for each in averaged:
        found = vector(each, plain)
        for term, weight in found.items():
            total[term] = total.get(term, 0.0) + weight
        if len(sample) < SAMPLE:
            sample.append(found)
    mean = {term: weight / len(averaged) for term, weight in total.items()}
    return Background(len(papers), rarity, mean, tuple(sample))


def vector(paper: Words, background: Background) -> Vector:
    """`paper` as a vector of length 1; empty where it has no words."""
    return _weighted(counts(paper), background)


def counts(paper: Words) -> tuple[Mapping[str, int], ...]:
    """How often a paper has each term: of its words, of its title, of its categories, and of pieces of words."""
    title, abstract = _WORD.findall(paper.title.lower()), _WORD.findall(paper.abstract.lower())
    pieces: dict[str, int] = {}
    for word, count in Counter(title + abstract).items():
        for piece in _pieces(word):
            pieces[piece] = pieces.get(piece, 0) + count
    of_title = Counter(f"t:{term}" for term in _terms(title))
    return (
        Counter([*_terms(title), *_terms(abstract)]),
        of_title,
        {f"c:{name}": 1 for name in paper.categories},
        pieces,
    )


def _terms(words: list[str]) -> list[str]:
    told = [word for word in words if word not in _COMMON]
    return [*told, *(f"{one} {other}" for one, other in pairwise(told))]


@lru_cache(maxsize=50_000)
def _pieces(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        f"#{padded[start : start + length]}" for length in _PIECES for start in range(max(1, len(padded) - length + 1))
    )


def _weighted(blocks: tuple[Mapping[str, int], ...], background: Background) -> Vector:
    words, title, categories, pieces = (_block(block, background) for block in blocks)
    made: Vector = {}
    for weight, block in ((1.0, words), (TITLE, title), (CATEGORIES, categories)):
        made.update((term, weight * value) for term, value in block.items())
    said = _unit(made)
    said.update((term, CHARACTERS * value) for term, value in pieces.items())
    return _unit(said)


def _block(block: Mapping[str, int], background: Background) -> Vector:
    rarity, rarest = background.rarity, background.rarest
    made: Vector = {}
    for term, count in block.items():
        weight = rarity.get(term)
        if weight is None:
            if _needs_company(term):
                continue
            weight = rarest
        made[term] = weight if count == 1 else (1 + math.log(count)) * weight
    return _unit(made)


def _needs_company(term: str) -> bool:
    """Whether `term` counts only where several papers of the background have it."""
    return term[0] == "#" or " " in term


def _unit(values: Vector) -> Vector:
    length = math.sqrt(sum(value * value for value in values.values()))
    return {term: value / length for term, value in values.items()} if length else {}


def dot(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    if len(other) < len(one):
        one, other = other, one
    return sum(value * other[term] for term, value in one.items() if term in other)
