"""Which earlier papers a paper is like: TF-IDF over the terms of titles and abstracts, with the terms that they share.

A paper is known by a few terms: what its title says, and what its abstract says more than once. How rare a term is
decides its weight, so no list of common words has to be complete. A term that very many papers have is left out: it
says little, and its papers would all have to be looked at.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Mapping

from digest_assets.site.html import plain_from_tex

TERMS_A_PAPER = 16
SHOWN = 5
LOOKED_AT = 150
"""So many of the newest papers that have a term are compared: a new date costs the same however many came before."""
LEAST_SHARED = 2
_TERM = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_COMMON = frozenset(
    """
    about across after also among analysis approach based been between both can data dataset datasets different
    each evaluation existing experiments first for framework from have high however improve improved improving
    into its large learning like method methods model models more most new not novel other our over paper
    performance present problem propose proposed provide results show significant study such system systems task
    tasks than that the their them then these they this through toward towards training two under use used using
    via was well were when where which while with within without work
    """.split()  # noqa: SIM905 - forty lines of one word each would say less
)


def terms_of(title: str, abstract: str) -> tuple[str, ...]:
    """The terms that a paper is known by, the more telling first."""
    in_title = _terms(title)
    counted = Counter(_terms(abstract))
    repeated = [term for term, count in counted.most_common() if count > 1]
    return tuple(dict.fromkeys([*in_title, *repeated]))[:TERMS_A_PAPER]


def _terms(text: str) -> list[str]:
    words = [_singular(word) for word in _TERM.findall(plain_from_tex(text).lower())]
    return [word for word in words if len(word) > 2 and word not in _COMMON]


def _singular(word: str) -> str:
    return word[:-1] if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def weight(having: int, papers: int) -> float:
    """Of a term that `having` of `papers` have. 0: too common to tell anything."""
    return math.log(1 + papers / having) if 0 < having <= max(3, papers / 20) else 0.0


def nearest(
    terms: Mapping[str, float], having: Mapping[str, Iterable[tuple[str, str]]]
) -> list[tuple[str, str, list[str]]]:
    """The most alike, best first: date, identifier, and the terms that are shared, the rarest first.

    `terms`: of the paper, with their weights; `having`: of each, earlier papers that have it, as (date, identifier).
    """
    shared: dict[tuple[str, str], list[str]] = {}
    for term, papers in having.items():
        for paper in papers:
            shared.setdefault(paper, []).append(term)
    scored = [
        (sum(terms[term] ** 2 for term in found), *paper, found)
        for paper, found in shared.items()
        if len(found) >= LEAST_SHARED
    ]
    scored.sort(key=lambda each: (each[0], each[1], each[2]), reverse=True)
    return [
        (day, identifier, sorted(found, key=lambda term: (-terms[term], term)))
        for _, day, identifier, found in scored[:SHOWN]
    ]
