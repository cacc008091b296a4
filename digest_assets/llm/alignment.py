"""Which sentence of a translation belongs to which sentence of its source, and which has none: a dropped sentence.

Length alone does not show a missing sentence: good translations differ in length by more than a sentence's worth. So
sentences are matched by cues: names, abbreviations and numbers that both have, terms of the glossary, and common words
of scientific English with what a translation may say for them (`glossaries/alignment.toml`), looked for both ways. The
alignment keeps the order and lets sentences be merged, split, left out and put in, as in Gale and Church (1993), with
cues in place of lengths.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from digest_assets.llm import numbers, verbatim
from digest_assets.llm.glossary import Term, default_glossary
from digest_assets.llm.word_lists import word_list
from digest_assets.markup import formulas
from digest_assets.markup.last_texts import of_last_texts

LEAST_RECALL = 0.6
"""A source sentence of whose cues no sentence of the answer shows more than this has no counterpart."""
LEAST_CUES = 1.4
"""Weight of cues below which nothing is said about a sentence."""
LEAST_KNOWN = 3
"""Words of a sentence of the answer whose English is known, below which nothing is said about it."""
LEAST_SUPPORT = 0.4
"""A sentence of the answer of whose known words the source has the English of fewer than this share is not its own."""

_ABBREVIATION = re.compile(
    r"\b(?:i\.e|e\.g|et al|vs|cf|Fig|Figs|Eq|Sec|Dr|approx|resp|w\.r\.t|a\.k\.a|etc|No|U\.S|St)\.[\"”)]?$"
)
_ENGLISH_END = re.compile(r"(?:(?<=[.?!])|(?<=[.?!][\"”)]))\s+(?=[A-Z\"“(\\$])")
_NUMBERED = r"(?:\s?\[\d+(?:\s?[,，、–-]\s?\d+)*\])*"
_ANSWER_END = re.compile(
    rf"[。！？]+[”’）」』》*]*{_NUMBERED}\s*"
    rf"|(?P<latin>[.?!])[”\"’)*]*{_NUMBERED}\s+(?=[A-Z“\"(\\$*\u3040-\u30ff\u4e00-\u9fff-])"
    rf"|(?<=[\u4e00-\u9fff])\.(?=[\u4e00-\u9fff])|\n\s*"
)
_SHAPES = ((1, 1), (2, 1), (1, 2), (3, 1), (1, 3), (2, 2), (4, 1), (2, 3), (3, 2), (1, 0), (0, 1))
"""How many source sentences may correspond to how many of the translation."""
_LENGTH_WEIGHT = 0.6
_MERGING_COST = 0.8
_SKIPPING_COST = 0.6
_NOT_SHOWN = 0.4
"""Of the weight of a cue: what it costs that the counterpart does not show it."""
_NOT_SUPPORTED = 0.3
"""What it costs that a word of the answer has no English in its counterpart."""


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
        self.known = known_words(text)
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
    words = [frozenset(stems(sentence)) for sentence in written]
    groups = _groups(written, said, cues, shown, words, [form.known for form in forms])
    pairs: list[Pair] = []
    for rows, columns in _merged(groups, _Sureness(cues, shown, words, [form.known for form in forms])):
        pairs.append(Pair(" ".join(written[row] for row in rows), "".join(said[column] for column in columns)))
    return tuple(pairs)


@dataclass(frozen=True, slots=True)
class _Sureness:
    """Whether it is sure that a sentence has no counterpart, once the best alignment gave it none."""

    cues: tuple[tuple[_Cue, ...], ...]
    shown: list[list[set[str]]]
    stems: list[frozenset[str]]
    known: list[tuple[frozenset[str], ...]]

    def is_missing(self, row: int) -> bool:
        """Whether no sentence of the answer, nor two in a row, show enough of what the source sentence says."""
        cues, shown = self.cues[row], self.shown[row]
        total = sum(cue.weight for cue in cues)
        if total < LEAST_CUES:
            return False
        return all(_shown_weight(cues, shown[at : at + 2]) / total < LEAST_RECALL for at in range(len(shown)))

    def is_foreign(self, column: int) -> bool:
        """Whether too few of the words that a sentence of the answer says are anywhere in the source."""
        known = self.known[column]
        everything = frozenset().union(*self.stems)
        return len(known) >= LEAST_KNOWN and sum(bool(each & everything) for each in known) < LEAST_SUPPORT * len(known)


def _side_by_side(groups: list[tuple[range, range]]) -> list[tuple[range, range]]:
    """The groups, one sentence that has no counterpart and one that is none beside it taken for each other's: the words
    of a translation may all be others than those that are known."""
    found: list[tuple[range, range]] = []
    for rows, columns in groups:
        before = found[-1] if found else (range(1), range(1))
        if (not rows and not before[1]) or (not columns and not before[0]):
            found[-1] = (range(before[0].start, rows.stop), range(before[1].start, columns.stop))
        else:
            found.append((rows, columns))
    return found


def _merged(groups: list[tuple[range, range]], sure: _Sureness) -> list[tuple[range, range]]:
    """The groups, those without a counterpart put to a neighbour where it is not sure that they have none."""
    groups = _side_by_side(groups)
    merged: list[tuple[range, range]] = []
    held: tuple[range, range] | None = None
    for rows, columns in groups:
        if held is not None:
            rows, columns = range(held[0].start, rows.stop), range(held[1].start, columns.stop)
            held = None
        is_alone = (not rows and not all(map(sure.is_foreign, columns))) or (
            not columns and not all(map(sure.is_missing, rows))
        )
        if is_alone and merged and merged[-1][0] and merged[-1][1]:
            before = merged.pop()
            rows, columns = range(before[0].start, rows.stop), range(before[1].start, columns.stop)
        elif is_alone:
            held = (rows, columns)
            continue
        merged.append((rows, columns))
    return [*merged, held] if held is not None else merged


def knows(language: str) -> bool:
    """Whether there are words by which sentences of `language` are told to belong to English ones."""
    return bool(_lexicon(language))


def is_common(word: str) -> bool:
    """Whether an English word is one that the lexicon has a translation of."""
    return _stem(word) in _lexicon("zh")


def sentences_of_english(text: str) -> list[str]:
    """The sentences of an abstract. Full stops in numbers, addresses and abbreviations end none."""
    found: list[str] = []
    held = ""
    for piece in filter(None, _ENGLISH_END.split(" ".join(text.split()))):
        held = f"{held} {piece}".strip()
        if not _ABBREVIATION.search(held):
            found.append(held)
            held = ""
    return [*found, held] if held else found


def sentences_of(text: str) -> list[str]:
    """The sentences of an answer, in Chinese, Japanese or English; joined, they are `text`.

    A line's end ends a sentence: items of a list are apart. Numbers in brackets that name paragraphs (`。[12][15]`)
    belong to the sentence before them. What stands in formulas ends none.
    """
    masked = formulas.replaced(text, lambda formula: "x" * len(formula))
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


@of_last_texts
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
    words = _lexicon(language)
    for stem in dict.fromkeys(stems(sentence)):
        if stem in words:
            yield _Cue(f"word {stem}", _has_any(words[stem]), 0.7)


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
    written: list[str],
    said: list[str],
    cues: tuple[tuple[_Cue, ...], ...],
    shown: list[list[set[str]]],
    stems: list[frozenset[str]],
    known: list[tuple[frozenset[str], ...]],
) -> list[tuple[range, range]]:
    """Which sentences of the source go with which of the answer, in the best alignment, by dynamic programming."""
    totals = [sum(cue.weight for cue in each) for each in cues]

    @cache
    def gain_of_row(row: int, first: int, last: int) -> float:
        weight = _shown_weight(cues[row], shown[row][first:last])
        return weight - _NOT_SHOWN * (totals[row] - weight)

    @cache
    def cost_of_column(column: int, first: int, last: int) -> float:
        there = frozenset().union(*stems[first:last])
        return _NOT_SUPPORTED * sum(not each & there for each in known[column])

    ratio = sum(map(len, said)) / sum(map(len, written))
    best: dict[tuple[int, int], tuple[float, tuple[int, int]]] = {(0, 0): (0.0, (0, 0))}
    for i in range(len(written) + 1):
        for j in range(len(said) + 1):
            for rows, columns in _SHAPES:
                end = (i + rows, j + columns)
                if end[0] > len(written) or end[1] > len(said):
                    continue
                if rows and columns:
                    length_written = sum(map(len, written[i : end[0]])) * ratio
                    length_said = sum(map(len, said[j : end[1]]))
                    gain = sum(gain_of_row(row, j, end[1]) for row in range(i, end[0]))
                    gain -= sum(cost_of_column(column, i, end[0]) for column in range(j, end[1]))
                    gain -= _LENGTH_WEIGHT * abs(math.log((length_said + 3) / (length_written + 3)))
                    gain -= _MERGING_COST * (rows + columns - 2)
                else:
                    gain = -_SKIPPING_COST
                total = best[i, j][0] + gain
                if end not in best or best[end][0] < total:
                    best[end] = (total, (i, j))
    end = (len(written), len(said))
    groups: list[tuple[range, range]] = []
    while end != (0, 0):
        start = best[end][1]
        groups.append((range(start[0], end[0]), range(start[1], end[1])))
        end = start
    return groups[::-1]


def _shown_weight(cues: tuple[_Cue, ...], shown: list[set[str]]) -> float:
    seen = set().union(*shown)
    return sum(cue.weight for cue in cues if cue.name in seen)


@lru_cache(maxsize=4)
def _lexicon(language: str) -> dict[str, tuple[str, ...]]:
    """Stems of English words, and what a translation may say for them. Empty for a language that has no table."""
    return {stem: tuple(shown.lower().split("|")) for stem, shown in word_list("alignment", language).items()}


@lru_cache(maxsize=1)
def _english_of() -> tuple[re.Pattern[str], dict[str, frozenset[str]]]:
    """The Chinese words of the lexicon as a pattern, the longest first, and the stems that each may stand for."""
    stems: dict[str, set[str]] = {}
    for stem, shown in _lexicon("zh").items():
        for word in shown:
            if len(word) > 1:
                stems.setdefault(word, set()).add(stem)
    pattern = re.compile("|".join(map(re.escape, sorted(stems, key=len, reverse=True))))
    parts = {word: frozenset().union(*(stems[each] for each in stems if each in word)) for word in stems}
    return pattern, parts


def known_words(text: str) -> tuple[frozenset[str], ...]:
    """For each word of a Chinese sentence that the lexicon has, each once, the stems of what it may be in English."""
    pattern, stems = _english_of()
    return tuple(stems[word] for word in dict.fromkeys(pattern.findall(text)))


_ENDINGS = (
    "ational", "ations", "ation", "ings", "ing", "ities", "ity", "ies", "ied", "ments", "ment", "ively", "ive", "ally",
    "ly", "ers", "er", "ors", "or", "edly", "ed", "es", "al", "ic", "e", "s", "y",
)  # fmt: skip
"""The longest first where one ends in another."""


def stems(text: str) -> list[str]:
    """The words of an English text without their endings, as the lexicon has them."""
    return [_stem(word) for word in re.findall(r"[a-z]{3,}", text.lower())]


@lru_cache(maxsize=8192)
def _stem(word: str) -> str:
    """A word without its ending, where four letters are left. Crude, and the same for the table and for a text."""
    ending = next((each for each in _ENDINGS if word.endswith(each) and len(word) - len(each) >= 4), "")
    return word[: len(word) - len(ending)]
