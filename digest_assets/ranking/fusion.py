"""The order of words and the order of embeddings, fused by rank.

Reciprocal rank fusion (Cormack, Clarke and Büttcher, SIGIR 2009) knows nothing of how scores are spread, so it needs no
weight between two kinds of them. The papers change places; scores and the number of chosen papers stay those of the
words, so that interests can be compared as before.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from digest_assets.ranking.interests import Interest, OwnPaper, Ranked
from digest_assets.ranking.scores import UNWANTED
from digest_assets.ranking.vectors import Floats

_K = 60
"""Of the paper: how little the first ranks are above the next ones."""


def fused(
    found: Sequence[Ranked], interests: Sequence[Interest], vectors: Mapping[str, Sequence[float]]
) -> list[Ranked]:
    """`found`, each interest's papers in the order of both. `vectors`: of length 1, by the name of a paper or an
    own paper; where there are none of it, words decide alone."""
    size = Counter(len(each) for each in vectors.values()).most_common(1)
    known = {name: np.array(each) for name, each in vectors.items() if len(each) == size[0][0]}
    by_name = {each.name: each for each in interests}
    made: list[Ranked] = []
    for name in dict.fromkeys(each.interest for each in found):
        made += _fused([each for each in found if each.interest == name], by_name[name], known)
    return made


def _fused(found: Sequence[Ranked], interest: Interest, vectors: Mapping[str, Floats]) -> list[Ranked]:
    """The papers of one interest. Those of named authors stay the first."""
    likes = [own for own in interest.likes if own.name in vectors]
    unwanted = [vectors[own.name] for own in interest.unwanted if own.name in vectors]
    there = [each for each in found if each.identifier in vectors]
    if not likes or not there:
        return list(found)
    wanted = np.mean([vectors[own.name] for own in likes], axis=0)
    wanted -= UNWANTED * np.mean(unwanted, axis=0) if unwanted else 0.0
    alike = {each.identifier: round(float(vectors[each.identifier] @ wanted), 6) for each in there}
    by_vectors = sorted(alike, key=lambda identifier: (alike[identifier], identifier), reverse=True)
    places = {identifier: place for place, identifier in enumerate(by_vectors, 1)}

    def worth(each: Ranked) -> tuple[bool, float, str]:
        return (
            bool(each.authors),
            1 / (_K + each.rank) + 1 / (_K + places.get(each.identifier, each.rank)),
            each.identifier,
        )

    mine = {own.name for own in interest.likes}
    room = sum(each.is_chosen for each in found)
    scores = [each.score for each in found]
    made = []
    for place, each in enumerate(sorted(found, key=worth, reverse=True)):
        is_chosen = room > 0 and each.identifier not in mine
        room -= is_chosen
        terms, own = (each.terms, each.own_paper) if is_chosen else ((), "")
        if is_chosen and not own and each.identifier in vectors:
            own = _nearest(vectors[each.identifier], likes, vectors)
        made.append(replace(each, rank=place + 1, score=scores[place], is_chosen=is_chosen, terms=terms, own_paper=own))
    return made


def _nearest(paper: Floats, likes: Sequence[OwnPaper], vectors: Mapping[str, Floats]) -> str:
    own = [each.name for each in likes if not each.is_keyword]
    return max(own, key=lambda name: (float(vectors[name] @ paper), name), default="")
