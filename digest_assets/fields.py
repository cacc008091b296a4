"""Fields of research: which ones a digest's categories, or a paper's, belong to. Pure.

What depends on the field hangs on its name: for whom the model writes (`audience`), which terms apply
(`llm/glossaries/`), which topics there are (`glance/topics/`). The data are in `fields.toml`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from functools import lru_cache
from importlib import resources

from digest_assets.arxiv.taxonomy import archives, canonical, categories

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_NAMED = 3
"""The most fields that an audience is said by: more of them are everybody."""
_AUDIENCE = {
    "zh": ("、", "{}方向的研究人员", "各学科的研究人员"),
    "en": ("; ", "researchers in {}", "researchers in many fields"),
    "ja": ("・", "{}の研究者", "さまざまな分野の研究者"),
}
"""By language: what parts fields, how it is said for some, and for all."""


@lru_cache(maxsize=1)
def _fields() -> dict[str, dict[str, str | list[str]]]:
    return tomllib.loads(resources.files("digest_assets").joinpath("fields.toml").read_text(encoding="utf-8"))


@lru_cache(maxsize=1)
def _by_category() -> dict[str, str]:
    found: dict[str, str] = {}
    for field, table in _fields().items():
        for category in table["categories"]:
            found.setdefault(canonical(category), field)
    return found


def names() -> tuple[str, ...]:
    """All fields."""
    return tuple(_fields())


def field_of(category: str) -> str | None:
    """The field of a category (`cs.SD`: audio), under whatever name; None for one of no archive that is known."""
    one, by_category = canonical(category), _by_category()
    return by_category.get(one) or by_category.get(one.partition(".")[0])


def fields_of(asked: Iterable[str]) -> tuple[str, ...]:
    """The fields of categories, in their order, each once; an archive has those of all its categories."""
    found = dict.fromkeys(field_of(each) for name in asked for each in _members(canonical(name)))
    return tuple(field for field in found if field)


def _members(name: str) -> list[str]:
    return [each for each in categories() if each.startswith(f"{name}.")] if name in archives() else [name]


def audience(asked: Iterable[str], language: str) -> str:
    """For whom a digest of these categories is written, in `language` (zh, en, ja)."""
    between, some, everybody = _AUDIENCE[language]
    fields = fields_of(asked)
    if not 0 < len(fields) <= _NAMED:
        return everybody
    return some.format(between.join(str(_fields()[field][language]) for field in fields))
