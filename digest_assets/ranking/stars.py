"""What a browser needs to put the papers of a date in the order of a reader's stars, which stay in it.

A paper is the words that say most of it, each with a weight: TF-IDF over the words of title and abstract, and its
categories. A paper's score is how alike it is to the stars, in the mean, less how alike it is to all papers
(`usual`). That is the ranking of interests (`scores`) without pairs and pieces of words and without the balance among
own papers: nearly as good (docs/ranking.md), and small enough to be sent. `static/stars.js` adds it up.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest_assets.ranking.interests import Words
from digest_assets.ranking.terms import rarity, telling_words

MOST_WORDS = 80
"""Of a paper: what is sent of a date is bounded by it."""
CATEGORIES = 0.23
"""What the categories weigh, where the words weigh 1: the share that they have in the ranking of interests."""
SCALE = 1000
"""Weights are whole numbers: in Python and in a browser sums are the same to the last digit."""
_SAMPLE = 600


@dataclass(frozen=True, slots=True)
class Weighed:
    """A paper for the browser."""

    words: Mapping[str, int]
    """The weight of each, in thousandths, the heaviest first; a category is `c:cs.SD`."""
    usual: int = 0
    """How alike it is to all papers, in millionths."""

    @property
    def written(self) -> str:
        """The words, as they are sent: `codec 187 neural 96`."""
        return " ".join(f"{word} {weight}" for word, weight in self.words.items())


def worth(paper: Weighed, likes: Mapping[str, int], stars: int) -> float:
    """The score of `paper` for who has so many stars, of which `likes` are the words, summed: what `static/stars.js`
    adds up, to the last digit."""
    return sum(weight * likes.get(word, 0) for word, weight in paper.words.items()) / stars - paper.usual


class Usual:
    """What papers are like: how rare each word is, and what they have in common."""

    def __init__(self, papers: Sequence[Words]) -> None:
        self._papers = len(papers)
        self._having = Counter(word for each in papers for word in {*_counted(each), *_categories(each)})
        self._mean: dict[str, float] = {}
        sample = papers[:: max(1, len(papers) // _SAMPLE)][:_SAMPLE]
        for each in sample:
            for word, weight in self._words(each).items():
                self._mean[word] = self._mean.get(word, 0.0) + weight / len(sample)

    def weighed(self, paper: Words) -> Weighed:
        """`paper` as it is sent."""
        words = self._words(paper)
        return Weighed(words, round(sum(weight * self._mean.get(word, 0.0) for word, weight in words.items())))

    def _words(self, paper: Words) -> dict[str, int]:
        found = _unit({word: (1 + math.log(n)) * self._rarity(word) for word, n in _counted(paper).items()})
        most = dict(sorted(found.items(), key=lambda each: (-each[1], each[0]))[:MOST_WORDS])
        categories = _unit({name: self._rarity(name) for name in _categories(paper)})
        joined = _unit({**most, **{name: CATEGORIES * weight for name, weight in categories.items()}})
        made = {word: round(SCALE * weight) for word, weight in joined.items()}
        return dict(sorted(made.items(), key=lambda each: (-each[1], each[0])))

    def _rarity(self, word: str) -> float:
        return rarity(self._papers, self._having[word])


def _counted(paper: Words) -> Counter[str]:
    return Counter([*telling_words(paper.title), *telling_words(paper.abstract)])


def _categories(paper: Words) -> list[str]:
    return [f"c:{name}" for name in paper.categories]


def _unit(weights: Mapping[str, float]) -> dict[str, float]:
    length = math.sqrt(sum(each * each for each in weights.values()))
    return {word: weight / length for word, weight in weights.items()} if length else {}
