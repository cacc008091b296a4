"""Which sentence of a translation belongs to which sentence of its source, and which has none: a dropped sentence.

Length alone does not show a missing sentence: good translations differ in length by more than a sentence's worth. So
sentences are matched by cues: names, abbreviations and numbers that both have, terms of the glossary, and common words
of scientific English with what a translation may say for them (`glossaries/alignment.toml`). The alignment keeps the
order and lets sentences be merged and split, as in Gale and Church (1993), with cues in place of lengths.
"""

from __future__ import annotations

import math
import re
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from digest_assets.llm import numbers, verbatim
from digest_assets.llm.glossary import Term, default_glossary
from digest_assets.markup import formulas

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

LEAST_RECALL = 0.4
"""A source sentence of whose cues its best counterpart shows less than this has no counterpart.

Of 138 sentences in 21 good translations, published and invented, none with enough cues has less; of 128 times that one
of them was dropped, the sentence missing has less 9 times in 10.
"""
LEAST_CUES = 1.3
"""Weight of cues below which nothing is said about a sentence."""

_ABBREVIATION = re.compile(
    r"\b(?:i\.e|e\.g|et al|vs|cf|Fig|Figs|Eq|Sec|Dr|approx|resp|w\.r\.t|a\.k\.a|etc|No|U\.S|St)\.$"
)
_ENGLISH_END = re.compile(r"(?<=[.?!])[\"”)]?\s+(?=[A-Z\"“(\\$])")
_NUMBERED = r"(?:\s?\[\d+(?:\s?[,，、–-]\s?\d+)*\])*"
_ANSWER_END = re.compile(
    rf"[。！？]+[”’）」』》*]*{_NUMBERED}\s*"
    rf"|(?P<latin>[.?!])[”\"’)*]*{_NUMBERED}\s+(?=[A-Z“\"(\\$*\u3040-\u30ff\u4e00-\u9fff-])"
    rf"|(?<=[\u4e00-\u9fff])\.(?=[\u4e00-\u9fff])|\n\s*"
)
_SHAPES = ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (2, 2), (4, 1), (2, 3), (3, 2))
"""How many source sentences may correspond to how many of the translation."""
_LENGTH_WEIGHT = 0.6
_MERGING_COST = 0.8


@dataclass(frozen=True, slots=True)
class Pair:
    """What a translation says, and what it says it for."""

    source: str
    """One sentence of the source or more. Empty: nothing in the source is meant."""
    said: str
    """One sentence of the answer or more, as they stand there, with the blanks behind. Empty: it is missing."""


@dataclass(frozen=True, slots=True)
class _Cue:
    """Something that a source sentence says, and how to see that a translation says it."""

    name: str
    is_shown_in: Callable[[_Said], bool]
    weight: float


class _Said:
    """A sentence of a translation, in the forms that cues are looked for in."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.lowered = text.lower()
        self.core = verbatim.name_core(text)
        self.values = numbers.possible_in_answer(text)


def aligned(source: str, answer: str, language: str) -> tuple[Pair, ...]:
    """`answer` in pairs, in its order: the sentences of one or more, with those of the English `source` that they say.

    All that is said, joined, is `answer`. A pair without a source is something added; one that says nothing, a sentence
    that is missing: both only where nothing else of the text could be meant.
    """
    written = sentences_of_english(source)
    said = sentences_of(answer)
    if not written or not said:
        return (Pair(" ".join(written), answer),)
    cues = _weighted_cues(tuple(written), language)
    forms = [_Said(sentence) for sentence in said]
    shown = [[{cue.name for cue in each if cue.is_shown_in(form)} for form in forms] for each in cues]
    pairs: list[Pair] = []
    for rows, columns in _groups(written, said, cues, shown):
        missing = [
            row
            for row in rows
            if len(rows) > 1
            and sum(cue.weight for cue in cues[row]) >= LEAST_CUES
            and _recall(cues[row], [shown[row][column] for column in columns]) < LEAST_RECALL
        ]
        kept = [row for row in rows if row not in missing] or rows
        pairs.append(Pair(" ".join(written[row] for row in kept), "".join(said[column] for column in columns)))
        pairs += (Pair(written[row], "") for row in missing if row not in kept)
    return tuple(pairs)


def knows(language: str) -> bool:
    """Whether there are words by which sentences of `language` are told to belong to English ones."""
    return bool(_common_words(language))


def sentences_of_english(text: str) -> list[str]:
    """The sentences of an abstract. Full stops in numbers, addresses and abbreviations end none."""
    found: list[str] = []
    held = ""
    for piece in _ENGLISH_END.split(" ".join(text.split())):
        held = f"{held} {piece}".strip()
        if not _ABBREVIATION.search(held):
            found.append(held)
            held = ""
    return [*found, held] if held else found


def sentences_of(text: str) -> list[str]:
    """The sentences of an answer, in Chinese, Japanese or English; joined, they are `text`.

    A line's end ends a sentence: items of a list are apart. Numbers in brackets that name paragraphs (`。[12][15]`)
    belong to the sentence before them. What stands in formulas and addresses ends none.
    """
    masked = verbatim.URL.sub(lambda match: "x" * len(match.group(0)), text)
    masked = formulas.replaced(masked, lambda formula: "x" * len(formula))
    cuts = [0]
    for end in _ANSWER_END.finditer(masked):
        if end["latin"] and _ABBREVIATION.search(masked[: end.end("latin")]):
            continue
        cuts.append(end.end())
    pieces = [text[start:end] for start, end in zip(cuts, [*cuts[1:], len(text)], strict=True)]
    found: list[str] = []
    for piece in pieces:
        if found and not re.search(r"\w", piece):  # marks and blanks alone are no sentence
            found[-1] += piece
        elif piece:
            found.append(piece)
    return found


@lru_cache(maxsize=32)
def _weighted_cues(sentences: tuple[str, ...], language: str) -> tuple[tuple[_Cue, ...], ...]:
    """The cues of each sentence. One that several sentences have tells less: its weight is divided among them."""
    cues = [tuple({cue.name: cue for cue in _cues(sentence, language)}.values()) for sentence in sentences]
    holders = Counter(cue.name for each in cues for cue in each)
    return tuple(
        tuple(_Cue(cue.name, cue.is_shown_in, cue.weight / math.sqrt(holders[cue.name])) for cue in each)
        for each in cues
    )


def _cues(sentence: str, language: str) -> Iterator[_Cue]:
    for term in default_glossary(language).terms_in(sentence):
        yield _Cue(f"term {term.source}", _has_term(term), 1.0)
    for name in (verbatim.name_core(each) for each in verbatim.code_names(sentence)):
        yield _Cue(f"name {name}", _has_name(name), 1.5)
    for acronym in verbatim.acronyms(sentence):
        yield _Cue(f"abbreviation {acronym}", _has_text(acronym), 1.0)
    for number in numbers.stated_in_english(sentence):
        yield _Cue(f"number {number.value}", _has_number(number), 1.5)
    words = " ".join(("", *re.findall(r"[a-z]+", sentence.lower())))
    for index, (stems, shown_by) in enumerate(_common_words(language)):
        if any(stem in words for stem in stems):
            yield _Cue(f"word {index}", _has_any(shown_by), 0.7)


def _has_term(term: Term) -> Callable[[_Said], bool]:
    forms = tuple(form.lower() for form in (term.source, *term.translations))
    return lambda said: any(form in said.lowered for form in forms)


def _has_name(core: str) -> Callable[[_Said], bool]:
    return lambda said: core in said.core


def _has_text(text: str) -> Callable[[_Said], bool]:
    return lambda said: text in said.text


def _has_number(number: numbers.Number) -> Callable[[_Said], bool]:
    return lambda said: number.value in said.values


def _has_any(words: tuple[str, ...]) -> Callable[[_Said], bool]:
    return lambda said: any(word in said.lowered for word in words)


def _groups(
    written: list[str], said: list[str], cues: tuple[tuple[_Cue, ...], ...], shown: list[list[set[str]]]
) -> list[tuple[range, range]]:
    """Which sentences of the source go with which of the answer, in the best alignment.

    Dynamic programming over pairs of positions. Where no alignment exists (too few sentences for so many), all goes
    with all.
    """

    @cache
    def shown_weight(row: int, first: int, last: int) -> float:
        return _shown_weight(cues[row], shown[row][first:last])

    ratio = sum(map(len, said)) / sum(map(len, written))
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(written)):
        for j in range(len(said)):
            if (i, j) not in best:
                continue
            for rows, columns in _SHAPES:
                end = (i + rows, j + columns)
                if end[0] > len(written) or end[1] > len(said):
                    continue
                length_written = sum(map(len, written[i : end[0]])) * ratio
                length_said = sum(map(len, said[j : end[1]]))
                gain = sum(shown_weight(row, j, end[1]) for row in range(i, end[0]))
                gain -= _LENGTH_WEIGHT * abs(math.log((length_said + 3) / (length_written + 3)))
                gain -= _MERGING_COST * (rows + columns - 2)
                total = best[i, j][0] + gain
                if end not in best or best[end][0] < total:
                    best[end] = (total, (i, j))
    end = (len(written), len(said))
    if end not in best:
        return [(range(len(written)), range(len(said)))]
    groups: list[tuple[range, range]] = []
    while end != (0, 0):
        start = best[end][1]
        groups.append((range(start[0], end[0]), range(start[1], end[1])))
        end = start
    return groups[::-1]


def _shown_weight(cues: tuple[_Cue, ...], shown: list[set[str]]) -> float:
    seen = set().union(*shown)
    return sum(cue.weight for cue in cues if cue.name in seen)


def _recall(cues: tuple[_Cue, ...], shown: list[set[str]]) -> float:
    total = sum(cue.weight for cue in cues)
    return _shown_weight(cues, shown) / total if total else 1.0


@lru_cache(maxsize=4)
def _common_words(language: str) -> tuple[tuple[tuple[str, ...], tuple[str, ...]], ...]:
    """Stems, each with the blank before it, and what shows them."""
    path = resources.files("digest_assets.llm") / "glossaries" / "alignment.toml"
    table = tomllib.loads(path.read_text(encoding="utf-8")).get(language, {})
    return tuple(
        (tuple(f" {stem}" for stem in stems.split("|")), tuple(shown.lower().split("|")))
        for stems, shown in table.items()
    )
