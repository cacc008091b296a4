"""arXiv's categories: one name for each, what an archive stands for, and what they are called. Pure.

Names are data, `taxonomy.toml`, which says how to bring it up to date. Six categories have two names (`math.MP` is
`math-ph`): whichever the settings, an interface or a paper uses, it is one. The same in any case: arXiv's feeds take
`cs.sd`, its API does not.
"""

from __future__ import annotations

import difflib
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib import resources
from typing import Any

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LANGUAGES = ("en", "zh", "ja")
"""In the order of the names in the file."""
_NEAREST = 3


@lru_cache(maxsize=1)
def _file() -> dict[str, dict[str, Any]]:
    text = resources.files("digest_assets.arxiv").joinpath("taxonomy.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


@lru_cache(maxsize=1)
def _names() -> dict[str, list[str]]:
    return {**_file()["archives"], **_file()["categories"]}


@lru_cache(maxsize=1)
def _spellings() -> dict[str, str]:
    """The one name, by every spelling in lower case."""
    own = {name.lower(): name for name in _names()}
    return {**own, **{alias.lower(): name for alias, name in _file()["aliases"].items()}}


def categories() -> tuple[str, ...]:
    """Every category, each by its one name."""
    return tuple(_file()["categories"])


def archives() -> tuple[str, ...]:
    """The archives that have categories of their own (`cs`, `astro-ph`); `hep-th` is a category."""
    return tuple(_file()["archives"])


def canonical(name: str) -> str:
    """The one name of a category or archive, whatever its case; as it is where nobody knows it."""
    return _spellings().get(name.lower(), name)


def is_known(name: str) -> bool:
    """Whether arXiv has such a category or archive, in any spelling."""
    return name.lower() in _spellings()


def spellings(name: str) -> tuple[str, ...]:
    """The names under which the API knows a category or the members of an archive, the one name first."""
    one = canonical(name)
    others = [alias for alias, meant in _file()["aliases"].items() if meant == one and "." in alias]
    return (f"{one}.*", one, *others) if one in _file()["archives"] else (one, *others)


def nearest(name: str) -> tuple[str, ...]:
    """The categories that somebody who wrote `name` may have meant, at most three."""
    subject = name.rpartition(".")[2].lower()
    same_subject = [each for each in _names() if "." in each and each.rpartition(".")[2].lower() == subject]
    by_name = [each for each, (english, *_) in _names().items() if english.lower() == name.lower()]
    similar = difflib.get_close_matches(name.lower(), list(_spellings()), 2 * _NEAREST, 0.6)
    found = (*by_name, *same_subject, *(_spellings()[each] for each in similar))
    return tuple(dict.fromkeys(found))[:_NEAREST]


def name_in(language: str, category: str) -> str:
    """What a category is called in `language` (en, zh, ja): empty for one that the taxonomy does not have."""
    names = _names().get(canonical(category))
    return names[LANGUAGES.index(language)] if names else ""


@dataclass(frozen=True)
class Categories:
    """Categories and archives that are asked for. `in` says whether a paper's category is one of them, under whatever
    name; `covers` whether any of a paper's is."""

    names: tuple[str, ...]

    @classmethod
    def of(cls, names: Iterable[str]) -> Categories:
        return cls(tuple(dict.fromkeys(canonical(name) for name in names)))

    @cached_property
    def _asked(self) -> frozenset[str]:
        return frozenset(self.names)

    def __contains__(self, category: object) -> bool:
        if not isinstance(category, str):
            return False
        one = canonical(category)
        return one in self._asked or one.partition(".")[0] in self._asked or self._by_alias(category, one)

    def _by_alias(self, category: str, one: str) -> bool:
        """`eess.SY` is `cs.SY`, so it is of the archive `cs`, too."""
        return any(
            alias.partition(".")[0] in self._asked for alias, meant in _file()["aliases"].items() if meant == one
        )

    def covers(self, categories: Iterable[str]) -> bool:
        return any(category in self for category in categories)
