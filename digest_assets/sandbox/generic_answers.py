"""Answers about papers for which nobody wrote any: made sentence by sentence of what the source says.

Recorded papers are thousands, and the invented ones were only answered in Chinese; what the pipeline does with answers
(checks, store, render) has to be exercised all the same. So every sentence of the source has one in the answer that
carries its formulas, addresses, numbers and names, the terms and common words that the product's own word lists know,
and clauses of the language up to a plausible length. Nobody would take it for a translation; it is one in every way
that a program can see. A reading in English is put together of the source's own sentences, in which nothing is
invented. The same source gives the same answer.
"""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

from digest_assets.fields import names
from digest_assets.glance.topics import topics_of, topics_of_field
from digest_assets.llm.glossary import default_glossary
from digest_assets.llm.numbers import PERCENT, POINT, TIMES, stated_in_english
from digest_assets.llm.verbatim import URL, without_layout
from digest_assets.llm.word_lists import word_list

_KEPT = re.compile(
    r"\$\$.+?\$\$|(?<!\\)\$[^$]+(?<!\\)\$"  # formulas, not prices
    r"|\\\(.+?\\\)|\\\[.+?\\\]"
    rf"|(?i:{URL.pattern})"
    r"|`[^`]+`"
    r"|\b\d[\d.,]*\s(?:thousand|million|billion)\b"
    r"|\b\d[\d.,]*\s?(?:\\?%|per ?cent\b)"
    r"|\b[a-z]+[A-Z][A-Za-z]*"
    r"|[A-Za-z0-9_.,/+%\-]*(?:\d|_|[A-Z][A-Za-z]*[A-Z])[A-Za-z0-9_.,/+%\-]*",
    re.DOTALL,
)
_PER_CENT = re.compile(r"(?<=\d)\s?(?:\\?%|per ?cent)$")
_AUDIO = ("audio",)
_SENTENCE = re.compile(r"(?<=[.!?])\s+(?=[A-Z\"“(\\$])")


@dataclass(frozen=True, slots=True)
class _Phrases:
    """What a language says where the source is silent."""

    clauses: tuple[str, ...]
    between_clauses: str
    comma: str
    """Between words."""
    characters_a_word: float
    """Of a translation, for each word of the source."""
    hundred_millions: str
    number: str
    instruction: str
    """Of a sentence that tells somebody what to do."""
    points_of_percent: str
    denial: str
    """Of a sentence that denies something."""
    points: tuple[str, str, str]
    """What a method's points are called."""
    point: str


_SCALES = {"thousand": (Decimal("0.1"), "万"), "million": (Decimal(100), "万"), "billion": (Decimal(10), "")}
_PHRASES = {
    "zh": _Phrases(
        clauses=(
            "相关的设计兼顾了准确与开销",
            "作者对此作了系统而细致的说明",
            "这一点在多种条件下都得到了印证",
            "文中还交代了具体的做法和取舍",
            "读者可以据此复现主要的结论",
            "这为后续的工作提供了可靠的参考",
        ),
        between_clauses="，",
        comma="，",
        characters_a_word=1.7,
        hundred_millions="亿",
        number="其中的数值为 {number}。",
        instruction="指令",
        points_of_percent=" 个百分点",
        denial="这一点并不例外",
        points=("思路", "模型", "训练"),
        point="- **{name}**：{said}。",
    ),
    "ja": _Phrases(
        clauses=(
            "設計は精度と計算量の釣り合いをとっている",
            "著者はこの点を順を追って詳しく述べている",
            "さまざまな条件のもとでも同じ傾向が見られる",
            "具体的な手順とその理由も示されている",
            "読者は主な結論を自分で確かめることができる",
            "今後の研究にとっても確かな手がかりとなる",
        ),
        between_clauses="、",
        comma="、",
        characters_a_word=2.6,
        hundred_millions="億",
        number="その値は {number} である。",
        instruction="指示",
        points_of_percent=" ポイント",
        denial="この点も例外ではない",
        points=("考え方", "モデル", "学習"),
        point="- **{name}**：{said}。",
    ),
}
_WORDS_OF_A_PART = (90, 250, 90)
"""A little less than the limits of an English reading."""
_LEAST_PROSE = 80
"""Characters of a paragraph."""
_FEWEST_WORDS = 4
_NO_PROSE = re.compile(r"^\s*(?:#|\||\$\$|\[…\]|Figure |Table )")
_DENIES = re.compile(
    r"\b(?:not|no|nor|never|neither|without|cannot|none|nothing|hardly|barely|rarely|seldom|unable"
    r"|fail(?:s|ed)? to|lacks?)\b|n[\'’]t\b",
    re.IGNORECASE,
)
_SPEAKS_TO_THE_READER = re.compile(r"\b(?:ignore|instructions?|system|reviewers?|reads this)\b", re.IGNORECASE)
"""What a good model does not repeat in a reading, and in a translation calls what it is."""


_TRAILING = re.compile(r"(?<!\\)[.,;:)\-/+]+$")
"""But not the end of a formula."""


def kept_tokens(text: str, language: str = "zh") -> list[str]:
    """Formulas, addresses, numbers and code-like names of `text`, in order, without the punctuation that follows."""
    found = (_TRAILING.sub("", _PER_CENT.sub("%", match.group())) for match in _KEPT.finditer(text))
    return [_by_ten_thousands(token, _PHRASES[language]) for token in found if token]


def _by_ten_thousands(token: str, phrases: _Phrases) -> str:
    """`1.8 million` is 180 万: Chinese and Japanese count by ten thousands."""
    number, _, scale = token.partition(" ")
    if scale not in _SCALES:
        return token
    factor, unit = _SCALES[scale]
    return f"{Decimal(number.replace(',', '')) * factor:f} {unit or phrases.hundred_millions}"


def figures_of(text: str) -> list[str]:
    """The percentages and numbers with decimals that `text` states, in order, as an answer writes them."""
    stated = stated_in_english(without_layout(text))
    return [each.written + "%" * each.percent for each in stated if each.percent or "." in each.written]


def fields_in(prompt: str) -> tuple[str, ...]:
    """The fields whose topics a prompt offers; where it offers none, audio."""
    offered = set(re.findall(r"^ +([a-z-]+) = ", prompt, re.MULTILINE))
    return tuple(each for each in names() if offered >= {topic.key for topic in topics_of_field(each)}) or _AUDIO


def generic_translation(abstract: str, language: str = "zh", fields: tuple[str, ...] = _AUDIO) -> str:
    """A text of the length of a translation into `language`, with everything of `abstract` that must be kept, and the
    terms of `fields`."""
    source = " ".join(without_layout(abstract).split())
    sentences = (each for each in _SENTENCE.split(source) if each)
    return "".join(_sentence(each, language, place, fields) for place, each in enumerate(sentences))


def generic_reading(text: str, language: str = "zh") -> tuple[str, str, str]:
    """Background, method and results, within their limits, with numbers and words that `text` has."""
    if language == "en":
        return _excerpts(text)
    phrases = _PHRASES[language]
    numbers = [each for each in kept_tokens(text, language) if re.fullmatch(r"\d+(\.\d+)?%?", each)] or [""]
    # The abstract comes first in a text, and what it states as a result belongs to the results.
    stated = next((each for each in figures_of(text)), numbers[-1])
    first, last = (phrases.number.format(number=each) if each else "" for each in (numbers[0], stated))
    start = zlib.crc32(text.encode())
    prose = [line for line in text.splitlines() if len(line) > _LEAST_PROSE and not _NO_PROSE.match(line)] or [text]

    def said(step: int, length: int) -> str:
        """Of one paragraph of the text, so that a sentence rests on it."""
        known = dict.fromkeys(_words(prose[(start + step) % len(prose)], language, _AUDIO))
        words = [each for each in known if each.isalpha()]
        clause = _clauses(phrases, start + step, 1)
        room = length - len(clause)
        chosen = [each for at, each in enumerate(words) if sum(map(len, words[: at + 1])) + at < room]
        more = [_clauses(phrases, start + step + 1, room)] if len(chosen) < _FEWEST_WORDS else []
        return phrases.between_clauses.join((clause, *more, *filter(None, [phrases.comma.join(chosen)])))

    method = (phrases.point.format(name=name, said=said(step + 1, 50)) for step, name in enumerate(phrases.points))
    background, results = (f"{said(step, 60)}。" for step in (0, 4))
    return background + first, "\n".join(method), results + last


_LONGEST_GIST = {"zh": 36, "ja": 54, "en": 24}
"""Characters; for English words."""


def generic_pieces(title: str, abstract: str, language: str = "zh", fields: tuple[str, ...] = _AUDIO) -> dict[str, str]:
    """Title, gist and topics of a paper, in which nothing is said that its translation does not say."""
    offered = tuple(topic for field in fields for topic in topics_of_field(field))
    topics = ", ".join(topics_of(offered, title, abstract)) or "none"
    if language == "en":
        sentences = [each for each in _SENTENCE.split(" ".join(abstract.split())) if each]
        shortest = min(sentences, key=lambda each: abs(len(each.split()) - 15), default="A paper.")
        return {"gist": " ".join(shortest.split()[: _LONGEST_GIST["en"]]).rstrip(".") + ".", "topics": topics}
    first = _SENTENCE.split(" ".join(without_layout(abstract).split()))[0]
    said = re.split(r"[（。]", _sentence(first, language, fields=fields))[0]
    tokens = "、".join(dict.fromkeys((*_words(title, language, fields), *kept_tokens(without_layout(title), language))))
    study = {"zh": "关于{}的研究", "ja": "{}に関する研究"}[language]
    return {"title": study.format(tokens), "gist": said[: _LONGEST_GIST[language]] + "。", "topics": topics}


def _excerpts(text: str) -> tuple[str, str, str]:
    """A reading in the source's own sentences: from the beginning, from the middle as points, and from the end."""
    prose = (line for line in text.splitlines() if line.strip() and not _NO_PROSE.match(line))
    sentences = [each for line in prose for each in _SENTENCE.split(line.strip())]
    usable = [each for each in sentences if _stands_alone(each)] or ["The paper has no text."]
    third = len(usable) // 3
    stated = next((each for each in usable if figures_of(each)), usable[-1])
    background, method, results = _WORDS_OF_A_PART
    return (
        " ".join(_up_to(background, usable)),
        "\n".join(f"- {each}" for each in _up_to(method, usable[third:])),
        " ".join(reversed(_up_to(results, [stated, *(each for each in usable[::-1] if each != stated)]))),
    )


def _stands_alone(sentence: str) -> bool:
    """Whether a sentence was not cut in a formula, a quotation or a list."""
    whole = sentence.count("$") % 2 == 0 and sentence.count('"') % 2 == 0 and sentence.endswith((".", "?", "!"))
    return whole and sentence[0].isupper() and not _SPEAKS_TO_THE_READER.search(sentence)


def _up_to(words: int, sentences: Sequence[str]) -> list[str]:
    """The first sentences that have so many words together; one in any case."""
    chosen = [sentences[0]]
    for each in sentences[1:]:
        if sum(len(sentence.split()) for sentence in (*chosen, each)) > words:
            break
        chosen.append(each)
    return chosen


def _sentence(source: str, language: str, place: int = 0, fields: tuple[str, ...] = _AUDIO) -> str:
    """`place`: among the sentences of its text, so that no two of them begin alike."""
    phrases = _PHRASES[language]
    tokens = list(dict.fromkeys((*kept_tokens(source, language), *_measured(source, phrases))))
    told = [phrases.instruction] if _SPEAKS_TO_THE_READER.search(source) else []
    told += [phrases.denial] if _DENIES.search(source) else []
    said = phrases.comma.join(dict.fromkeys((*_words(source, language, fields), *told)))
    missing = int(len(source.split()) * phrases.characters_a_word) - len(said)
    clauses = [part for part in (_clauses(phrases, place, missing), said) if part]
    return phrases.between_clauses.join(clauses) + (f"（{'、'.join(tokens)}）。" if tokens else "。")


def _measured(source: str, phrases: _Phrases) -> Iterator[str]:
    """The numbers of a sentence that have a unit, with it."""
    for each in stated_in_english(source):
        if each.unit is not None and each.unit != TIMES:
            yield each.written + {PERCENT: "%", POINT: phrases.points_of_percent}.get(each.unit, f" {each.unit}")


def _words(source: str, language: str, fields: tuple[str, ...]) -> Iterator[str]:
    """What the word lists have for a sentence: terms first, then common words."""
    for term in default_glossary(language, fields).terms_in(source):
        yield term.preferred
    plain = " ".join(("", *re.findall(r"[a-z]+", source.lower())))
    for stems, said in _common_words(language):
        if any(stem in plain for stem in stems):
            yield said


@lru_cache(maxsize=4)
def _common_words(language: str) -> tuple[tuple[tuple[str, ...], str], ...]:
    return tuple(
        (tuple(f" {stem}" for stem in stems.split("|")), first)
        for stems, said in word_list("alignment", language).items()
        if not set(first := said.split("|")[0]) & set("二三四五六七八九十百千")  # "third" counts nothing
    )


def _clauses(phrases: _Phrases, start: int, length: int) -> str:
    chosen: list[str] = []
    while sum(map(len, chosen)) < length:
        chosen.append(phrases.clauses[(start + len(chosen)) % len(phrases.clauses)])
    return phrases.between_clauses.join(chosen)
