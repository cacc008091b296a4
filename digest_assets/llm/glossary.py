"""Terms of a field, as they are said in the digest's language: given to the model only where they occur.

Each field has a glossary of its own (`glossaries/`), and a term applies in its field: `pitch` of a voice is 音高, that
of an orbit is not.

A glossary is TOML: a table a language, an English term a key, its translations a list, the preferred one first and
then others that are as good (the check accepts any of them):

    [zh]
    "automatic speech recognition" = ["自动语音识别"]
    "word error rate" = ["词错误率", "词错率"]

A user's own file is laid over these: its terms win, in every field, and an empty list takes a term away.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from importlib import resources
from typing import Any

from digest_assets.errors import ConfigurationError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@dataclass(frozen=True, slots=True)
class Term:
    source: str
    """In English, as a dictionary has it: singular, lower case but for names."""
    translations: tuple[str, ...]
    """The preferred one first."""
    fields: frozenset[str] = frozenset()
    """In which it is said so. Empty: in all."""

    @property
    def preferred(self) -> str:
        return self.translations[0]

    def is_said_in(self, text: str) -> bool:
        """Whether `text` uses one of the translations, or keeps the English."""
        lowered = text.lower()
        return self.source.lower() in lowered or any(each.lower() in lowered for each in self.translations)


@dataclass(frozen=True, slots=True, eq=False)
class Glossary:
    """The terms of one language. Compared by identity: what is derived from one is kept with it."""

    terms: tuple[Term, ...] = ()

    def terms_in(self, text: str) -> tuple[Term, ...]:
        """Those that occur in the English `text`, in order of first use, each once.

        The longest term wins where terms overlap: `speech enhancement` does not bring up `speech`.
        """
        if not self.terms:
            return ()
        forms = _forms(self)
        found = (forms[_spaced(match.group(0))] for match in _pattern(self).finditer(text.lower()))
        return tuple(dict.fromkeys(found))

    def within(self, fields: Iterable[str]) -> Glossary:
        """The terms that apply in one of `fields`."""
        return _within(self, frozenset(fields))

    def extended(self, other: Glossary) -> Glossary:
        """This glossary with `other` laid over it."""
        merged = {term.source.lower(): term for term in (*self.terms, *other.terms)}
        return Glossary(tuple(term for term in merged.values() if term.translations))


EMPTY_GLOSSARY = Glossary()


@lru_cache(maxsize=64)
def _within(glossary: Glossary, fields: frozenset[str]) -> Glossary:
    return Glossary(tuple(term for term in glossary.terms if not term.fields or term.fields & fields))


@lru_cache(maxsize=64)
def default_glossary(language: str, fields: tuple[str, ...] = ("audio",)) -> Glossary:
    """The package's terms of `fields`. Empty for a language, or for fields, that it does not cover.

    Where fields share a term, the first one's translation is preferred, and what the others say is as good.
    """
    merged: dict[str, Term] = {}
    for field in fields:
        path = resources.files("digest_assets.llm") / "glossaries" / f"{field}.toml"
        if not path.is_file():
            continue
        for term in parse_glossary(path.read_text(encoding="utf-8"), language, path.name).terms:
            key = term.source.lower()
            before = merged.get(key, Term(term.source, (), frozenset()))
            said = tuple(dict.fromkeys((*before.translations, *term.translations)))
            merged[key] = Term(before.source, said, before.fields | {field})
    return Glossary(tuple(merged.values()))


def parse_glossary(text: str, language: str, where: str) -> Glossary:
    """The terms for `language` in the TOML `text`; `where` names it in the `ConfigurationError` of a broken one."""
    try:
        tables: dict[str, Any] = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigurationError(
            f"The glossary {where} is not valid TOML: {error}.", cure="Correct that line."
        ) from None
    table = tables.get(language, {})
    if not isinstance(table, dict):
        raise ConfigurationError(f"In the glossary {where}, {language} is not a table.", cure=f"Write [{language}].")
    return Glossary(tuple(_term(source, translations, where) for source, translations in table.items()))


def _term(source: str, translations: object, where: str) -> Term:
    listed = [translations] if isinstance(translations, str) else translations
    if not isinstance(listed, list) or not all(isinstance(each, str) and each.strip() for each in listed):
        raise ConfigurationError(
            f"In the glossary {where}, the translations of {source!r} are not a list of texts.",
            cure='Write "term" = ["译法"].',
        )
    return Term(" ".join(source.split()), tuple(each.strip() for each in listed))


@lru_cache(maxsize=16)
def _pattern(glossary: Glossary) -> re.Pattern[str]:
    names = sorted((term.source.lower() for term in glossary.terms), key=len, reverse=True)
    flexible = (re.escape(name).replace(r"\ ", r"[\s-]+").replace(r"\-", r"[\s-]+") for name in names)
    return re.compile(rf"(?<![a-z0-9])(?:{'|'.join(flexible)})(?:e?s)?(?![a-z0-9])")


@lru_cache(maxsize=16)
def _forms(glossary: Glossary) -> dict[str, Term]:
    """Each term under every form that the pattern finds it in."""
    endings = ("es", "s", "")  # the bare form last: a term that looks like another's plural is itself
    return {_spaced(term.source.lower()) + ending: term for ending in endings for term in glossary.terms}


def _spaced(name: str) -> str:
    """`mel-spectrogram`, `mel  spectrogram` and their line breaks are one."""
    return " ".join(re.split(r"[\s-]+", name))
