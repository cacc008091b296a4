"""Chinese for papers that nobody translated: sentence by sentence, what a dictionary makes of the source.

Recorded papers are thousands; what the pipeline does with their answers (checks, store, render) has to be exercised
all the same. So every sentence of the source has one in the answer that carries its formulas, addresses, numbers and
names, the terms and common words that the product's own word lists know, and Chinese clauses up to a plausible length.
Nobody would take it for a translation; it is one in every way that a program can see. The same source gives the same
answer.
"""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from importlib import resources

from digest_assets.llm.glossary import default_glossary
from digest_assets.llm.markup import without_layout

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_KEPT = re.compile(
    r"\$\$.+?\$\$|(?<!\\)\$[^$]+(?<!\\)\$"  # formulas, not prices
    r"|\\\(.+?\\\)|\\\[.+?\\\]"
    r"|https?://[^\s<>{}]+"
    r"|`[^`]+`"
    r"|\b\d[\d.,]*\s(?:thousand|million|billion)\b"
    r"|\b[a-z]+[A-Z][A-Za-z]*"
    r"|[A-Za-z0-9_.,/+%\-]*(?:\d|_|[A-Z][A-Za-z]*[A-Z])[A-Za-z0-9_.,/+%\-]*",
    re.DOTALL,
)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(\\$])")
_CLAUSES = (
    "相关的设计兼顾了准确与开销",
    "作者对此作了系统而细致的说明",
    "这一点在多种条件下都得到了印证",
    "文中还交代了具体的做法和取舍",
    "读者可以据此复现主要的结论",
    "这为后续的工作提供了可靠的参考",
)
_SCALES = {"thousand": (Decimal("0.1"), "万"), "million": (Decimal(100), "万"), "billion": (Decimal(10), "亿")}
_CHARACTERS_A_WORD = 1.7


def kept_tokens(text: str) -> list[str]:
    """Formulas, addresses, numbers and code-like names of `text`, in order, without the punctuation that follows."""
    return [token for match in _KEPT.finditer(text) if (token := _chinese_scale(match.group().rstrip(".,;:)-/+")))]


def _chinese_scale(token: str) -> str:
    """`1.8 million` is 180 万: Chinese counts by ten thousands."""
    number, _, scale = token.partition(" ")
    if scale not in _SCALES:
        return token
    factor, unit = _SCALES[scale]
    return f"{Decimal(number.replace(',', '')) * factor:f} {unit}"


def generic_translation(abstract: str) -> str:
    """A Chinese text of the length of a translation, with everything of `abstract` that must be kept."""
    source = " ".join(without_layout(abstract).split())
    return "".join(_sentence(each) for each in _SENTENCE.split(source) if each)


def generic_reading(text: str) -> tuple[str, str, str]:
    """Background, method and results, within 200, 600 and 200 characters, with numbers that `text` has."""
    numbers = [each for each in kept_tokens(text) if re.fullmatch(r"\d+(\.\d+)?%?", each)]
    first, last = (f"其中的数值为 {each}。" if each else "" for each in ((numbers or [""])[0], (numbers or [""])[-1]))
    start = zlib.crc32(text.encode())
    method = (f"- **{name}**：{_clauses(start + step, 50)}。" for step, name in enumerate(("思路", "模型", "训练")))
    return _clauses(start, 60) + "。" + first, "\n".join(method), _clauses(start + 4, 60) + "。" + last


def _sentence(source: str) -> str:
    tokens = kept_tokens(source)
    said = "，".join(dict.fromkeys(_words(source)))
    missing = int(len(source.split()) * _CHARACTERS_A_WORD) - len(said)
    clauses = [part for part in (said, _clauses(zlib.crc32(source.encode()), missing)) if part]
    return "，".join(clauses) + (f"（{'、'.join(tokens)}）。" if tokens else "。")


def _words(source: str) -> Iterator[str]:
    """What the word lists have for a sentence: terms first, then common words."""
    for term in default_glossary("zh").terms_in(source):
        yield term.preferred
    plain = " ".join(("", *re.findall(r"[a-z]+", source.lower())))
    for stems, chinese in _common_words():
        if any(stem in plain for stem in stems):
            yield chinese


@lru_cache(maxsize=1)
def _common_words() -> tuple[tuple[tuple[str, ...], str], ...]:
    path = resources.files("digest_assets.llm") / "glossaries" / "alignment.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8"))["zh"]
    return tuple(
        (tuple(f" {stem}" for stem in stems.split("|")), str(chinese).split("|")[0]) for stems, chinese in table.items()
    )


def _clauses(start: int, length: int) -> str:
    chosen: list[str] = []
    while sum(map(len, chosen)) < length:
        chosen.append(_CLAUSES[(start + len(chosen)) % len(_CLAUSES)])
    return "，".join(chosen)
