"""The lists of words and expressions in `glossaries/`: each a file, with a table a language."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from functools import lru_cache
from importlib import resources

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


@lru_cache(maxsize=16)
def word_list(name: str, language: str) -> Mapping[str, str]:
    """The table of `language` in the file `name`. Empty where it has none."""
    path = resources.files("digest_assets.llm") / "glossaries" / f"{name}.toml"
    tables: dict[str, dict[str, str]] = tomllib.loads(path.read_text(encoding="utf-8"))
    return tables.get(language, {})
