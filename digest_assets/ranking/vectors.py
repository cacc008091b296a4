"""Papers as sparse vectors: TF-IDF over words, title, categories and pieces of words.

Earlier papers are the background: how rare a term is there decides its weight, and what they have in common is taken
off what a reader likes (`Background.whitened`). Both voices, words and characters, stand in one vector, so that a
reader's interest is one list of weights, and why a paper is liked can be read off it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from digest_assets.ranking.interests import Words
from digest_assets.ranking.terms import rarity, telling_words, words_in

Floats: TypeAlias = npt.NDArray[np.float64]
Columns: TypeAlias = npt.NDArray[np.int64]

TITLE, CATEGORIES, CHARACTERS = 0.6, 0.4, 1.0
"""Of a vector whose words weigh 1."""
LEAST_PAPERS = 2
"""A piece of a word, or a pair of words, counts that so many papers of the background have: others are chance."""
SAMPLE = 600
"""So many papers of the background are compared with, spread over all of them."""
NOISE = 0.01
"""Of what the sample varies in: what is added to each direction, so that none that it hardly has decides."""
_AT_ONCE = 64
"""Vectors that are written out in full at a time, which bounds the memory."""
_PIECES = (4, 5)


class Vector(NamedTuple):
    """Of length 1; empty where a paper has no words. A column is a term: a word or two (`speech`, `speech codec`), one
    of a title (`t:codec`), a category (`c:cs.SD`) or a piece of a word (`#vocod`)."""

    columns: Columns
    values: Floats


class Terms:
    """The columns of terms, and how rare each is. Learns the terms of the papers that it is shown."""

    def __init__(self, columns: Mapping[str, int], rarity: Floats, rarest: float) -> None:
        self._columns = dict(columns)
        self._rarity = rarity
        self._rarest = rarest
        self._pieces: dict[str, list[int]] = {}

    def __len__(self) -> int:
        return len(self._columns)

    def names(self) -> list[str]:
        return list(self._columns)

    def vector(self, paper: Words) -> Vector:
        words, title, categories, pieces = (self._block(*each) for each in self._counted(paper))
        said = _joined((1.0, words), (TITLE, title), (CATEGORIES, categories))
        return _joined((1.0, said), (CHARACTERS, pieces))

    def _counted(self, paper: Words) -> Iterator[tuple[list[int], list[int]]]:
        """The columns of a paper's words, title, categories and pieces, and how often it has each."""
        for block in _blocks(paper):
            found = {column: count for term, count in block.items() if (column := self._column(term)) >= 0}
            yield list(found), list(found.values())
        pieces: list[int] = []
        counts: list[int] = []
        for word, count in Counter(words_in(f"{paper.title} {paper.abstract}")).items():
            known = self._pieces.get(word)
            if known is None:
                known = [self._columns[piece] for piece in _pieces(word) if piece in self._columns]
                self._pieces[word] = known
            pieces += known
            counts += [count] * len(known)
        yield pieces, counts

    def _column(self, term: str) -> int:
        """Of a term; less than 0 of one that counts only where several papers of the background have it."""
        found = self._columns.get(term)
        if found is None:
            if _needs_company(term):
                return -1
            found = self._columns[term] = len(self._columns)
        return found

    def _block(self, columns: list[int], counts: list[int]) -> Vector:
        """Columns may be given several times."""
        found, place = np.unique(np.array(columns, dtype=np.int64), return_inverse=True)
        often = np.bincount(place, weights=np.array(counts, dtype=np.float64), minlength=len(found))
        rarity = np.full(len(found), self._rarest)
        is_known = found < len(self._rarity)
        rarity[is_known] = self._rarity[found[is_known]]
        return _unit(Vector(found, (1 + np.log(often)) * rarity))


@dataclass(frozen=True, slots=True)
class Background:
    """What earlier papers are like. Made by `background_of`, once for all interests."""

    papers: int
    columns: Mapping[str, int]
    rarity: Floats
    """The inverse document frequency of each column, smoothed as scikit-learn does."""
    sample: tuple[Vector, ...]
    mean: Floats
    """Of the sample's vectors, by column."""
    inverse: Floats
    """Of the sample's inner products about the mean, with `NOISE`: what is whitened by."""

    def terms(self) -> Terms:
        """Its terms, to which others can be added."""
        return Terms(self.columns, self.rarity, rarity(self.papers, 0))


def background_of(papers: Sequence[Words]) -> Background:
    """The background that `papers` are. How rare a term is rests on all of them."""
    having: dict[str, int] = {}
    pieces: dict[str, tuple[str, ...]] = {}
    for each in papers:
        for block in _blocks(each):
            for term in block:
                having[term] = having.get(term, 0) + 1
        found: set[str] = set()
        for word in set(words_in(f"{each.title} {each.abstract}")):
            if word not in pieces:
                pieces[word] = _pieces(word)
            found.update(pieces[word])
        for piece in found:
            having[piece] = having.get(piece, 0) + 1
    kept = {term: count for term, count in having.items() if count >= LEAST_PAPERS or not _needs_company(term)}
    columns = {term: column for column, term in enumerate(kept)}
    rarities = np.array([rarity(len(papers), count) for count in kept.values()], dtype=np.float64)
    terms = Terms(columns, rarities, rarity(len(papers), 0))
    sample = tuple(terms.vector(each) for each in papers[:: max(1, len(papers) // SAMPLE)][:SAMPLE])
    mean = np.zeros(len(columns))
    for found_vector in sample:
        mean[found_vector.columns] += found_vector.values / len(sample)
    with_mean = along(sample, mean)
    varies = centred(products(sample, sample, len(columns)), with_mean, with_mean, float(mean @ mean))
    varies += NOISE * len(sample) * np.eye(len(sample))
    return Background(len(papers), columns, rarities, sample, mean, np.asarray(np.linalg.inv(varies), dtype=np.float64))


def products(rows: Sequence[Vector], others: Sequence[Vector], columns: int) -> Floats:
    """The inner products of `rows` and `others`, of so many columns."""
    made = np.zeros((len(rows), len(others)))
    for begin in range(0, len(others), _AT_ONCE):
        part = others[begin : begin + _AT_ONCE]
        full = np.zeros((columns, len(part)))
        for place, each in enumerate(part):
            full[each.columns, place] = each.values
        for place, each in enumerate(rows):
            made[place, begin : begin + len(part)] = each.values @ full[each.columns]
    return made


def along(rows: Sequence[Vector], weights: Floats) -> Floats:
    """The inner product of each of `rows` with `weights`, which has each column."""
    return np.array([each.values @ weights[each.columns] for each in rows], dtype=np.float64)


def centred(found: Floats, rows: Floats, others: Floats, mean: float) -> Floats:
    """Inner products about a mean, from those about nothing: `rows` and `others` are theirs with it, `mean` is its own
    with itself."""
    made: Floats = found - rows[:, None] - others[None, :] + mean
    return made


def _blocks(paper: Words) -> tuple[Mapping[str, int], ...]:
    """How often a paper has each term: of its words, of its title, of its categories."""
    title, abstract = _terms(paper.title), _terms(paper.abstract)
    return (
        Counter([*title, *abstract]),
        Counter(f"t:{term}" for term in title),
        {f"c:{name}": 1 for name in paper.categories},
    )


def _terms(text: str) -> list[str]:
    return [*telling_words(text), *pairs_of(text)]


def pairs_of(text: str) -> list[str]:
    """Words of `text` that follow each other, without the common ones."""
    return [f"{one} {other}" for one, other in pairwise(telling_words(text))]


def _pieces(word: str) -> tuple[str, ...]:
    padded = f" {word} "
    return tuple(
        f"#{padded[start : start + length]}" for length in _PIECES for start in range(max(1, len(padded) - length + 1))
    )


def _needs_company(term: str) -> bool:
    """Whether `term` counts only where several papers of the background have it."""
    return term[0] == "#" or " " in term


def _joined(*blocks: tuple[float, Vector]) -> Vector:
    """Of blocks that share no column, each by its weight."""
    return _unit(
        Vector(
            np.concatenate([block.columns for _, block in blocks]),
            np.concatenate([weight * block.values for weight, block in blocks]),
        )
    )


def _unit(found: Vector) -> Vector:
    length = float(np.sqrt(found.values @ found.values))
    return Vector(found.columns, found.values / length) if length else found
