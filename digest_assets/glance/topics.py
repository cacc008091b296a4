"""What a paper is about, in the terms of its field: at most two of a short list of tasks.

A field has a file in `topics/`, which people lay their own over. A model chooses from its list; without one, the words
of title and abstract do. General words are no topics, so a paper may well have none.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib import resources
from typing import Any

from digest_assets.errors import ConfigurationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

MOST_TOPICS = 2
LANGUAGES = ("zh", "en", "ja")

_TITLE_WEIGHT = 3.0
_HINT_WEIGHT = 0.35
_MOST_OF_ONE = 3
"""How often one word of an abstract counts."""
_LEAST = 2.5
"""Below this nothing is said of a paper."""
_SECOND_SHARE = 0.6
"""A second topic has at least this share of the first one's weight."""
_KEPT = 4096
"""Papers. The overview, the post and the site ask for those of a day, and 1,400 take seconds."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A task of a field."""

    key: str
    """Its name in the store and in addresses: small letters and hyphens."""
    names: tuple[tuple[str, str], ...]
    """By language."""
    belongs: str = ""
    """What belongs there, in English; told to the model."""
    not_: str = ""
    words: tuple[str, ...] = field(default=(), repr=False)
    hints: tuple[str, ...] = field(default=(), repr=False)
    categories: tuple[str, ...] = ()
    """arXiv's, which speak for it."""

    def name(self, language: str) -> str:
        """As `language` says it; in English where it has no name of its own."""
        names = dict(self.names)
        return names.get(language) or names.get("en") or self.key


Topics = tuple[Topic, ...]


@lru_cache(maxsize=32)
def topics_of_field(name: str) -> Topics:
    """The package's topics of a field such as `audio`. Empty for one that has no file."""
    path = resources.files("digest_assets.glance") / "topics" / f"{name}.toml"
    return parse_topics(path.read_text(encoding="utf-8"), path.name) if path.is_file() else ()


def parse_topics(text: str, where: str) -> Topics:
    """The topics in the TOML `text`; `where` names it in the `ConfigurationError` of a broken one."""
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"The file of topics {where} is not valid TOML: {error}.", cure="Correct that line."
        ) from None
    return tuple(_topic(key, table, where) for key, table in tables.items())


def laid_over(own: Topics, default: Topics) -> Topics:
    """`default` with `own` laid over it: a key of both is as `own` says, and one without a name is taken away."""
    merged = {topic.key: topic for topic in (*default, *own)}
    return tuple(topic for topic in merged.values() if topic.names)


def _topic(key: str, table: object, where: str) -> Topic:
    def broken(what: str) -> ConfigurationError:
        return ConfigurationError(
            f"In the file of topics {where}, {what}.",
            cure='Write [key] with zh, en or ja = "name" and words = ["..."].',
        )

    if not re.fullmatch(r"[a-z0-9][a-z0-9-]*", key) or not isinstance(table, dict):
        raise broken(f"{key!r} is not a topic")
    lists = {name: table.get(name, []) for name in ("words", "hints", "categories")}
    texts = {name: table.get(name, "") for name in (*LANGUAGES, "belongs", "not")}
    if unknown := set(table) - set(lists) - set(texts):
        raise broken(f"{key} has the unknown {', '.join(sorted(unknown))}")
    for name, listed in lists.items():
        if not isinstance(listed, list) or not all(isinstance(each, str) and each.strip() for each in listed):
            raise broken(f"{name} of {key} is not a list of texts")
    for name, said in texts.items():
        if not isinstance(said, str):
            raise broken(f"{name} of {key} is not a text")
    return Topic(
        key=key,
        names=tuple((language, texts[language]) for language in LANGUAGES if texts[language].strip()),
        belongs=texts["belongs"],
        not_=texts["not"],
        words=tuple(lists["words"]),
        hints=tuple(lists["hints"]),
        categories=tuple(lists["categories"]),
    )


@lru_cache(maxsize=_KEPT)
def topics_of(topics: Topics, title: str, abstract: str, categories: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The keys of at most two topics that title, abstract and categories speak for, the stronger first."""
    weights = {topic.key: _weight(topic, title, abstract, categories) for topic in topics}
    ordered = sorted(weights.items(), key=lambda each: -each[1])[:MOST_TOPICS]
    first = ordered[0][1] if ordered else 0.0
    return tuple(key for key, weight in ordered if weight >= max(_LEAST, _SECOND_SHARE * first))


def _weight(topic: Topic, title: str, abstract: str, categories: Sequence[str]) -> float:
    total = 0.0
    for phrases, weight in ((topic.words, 1.0), (topic.hints, _HINT_WEIGHT)):
        pattern = _pattern(phrases)
        if pattern is None:
            continue
        in_title = {match.lower() for match in pattern.findall(title)}
        counts: dict[str, int] = {}
        for match in pattern.findall(abstract):
            counts[match.lower()] = counts.get(match.lower(), 0) + 1
        total += weight * (_TITLE_WEIGHT * len(in_title) + sum(min(each, _MOST_OF_ONE) for each in counts.values()))
    return total + sum(category in topic.categories for category in categories[:2])


@lru_cache(maxsize=256)
def _pattern(phrases: tuple[str, ...]) -> re.Pattern[str] | None:
    """Finds the phrases as whole words, in any case and with a plural; short capitals (`SER`) only as they are."""
    if not phrases:
        return None
    ordered = sorted(phrases, key=len, reverse=True)
    capitals = [each for each in ordered if each.isupper()]
    plain = [each for each in ordered if not each.isupper()]

    def flexible(phrase: str) -> str:
        return r"[\s-]+".join(map(re.escape, re.split(r"[\s-]+", phrase)))

    either = []
    if plain:
        either.append(rf"(?i:{'|'.join(map(flexible, plain))})(?:e?s)?")
    if capitals:
        either.append(rf"(?:{'|'.join(map(flexible, capitals))})s?")
    return re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(either)})(?![A-Za-z0-9])")
