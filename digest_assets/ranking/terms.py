"""The words of a text, and how rare a word is: what both rankings count, the one of interests and the one of stars."""

from __future__ import annotations

import math
import re

_WORD = re.compile(r"[a-z0-9]{2,}")
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


def words_in(text: str) -> list[str]:
    """Its words, in order."""
    return _WORD.findall(text.lower())


def telling_words(text: str) -> list[str]:
    """Its words but the common ones."""
    return [word for word in words_in(text) if word not in _COMMON]


def rarity(papers: int, count: int) -> float:
    """The inverse document frequency of what `count` of `papers` have, smoothed as scikit-learn does."""
    return math.log((1 + papers) / (1 + count)) + 1
