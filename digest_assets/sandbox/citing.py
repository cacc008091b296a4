"""The sandbox's model says what its sentences rest on: of the numbered paragraphs in the prompt those that hold their
numbers, formulas, names and words, as a good model does.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from digest_assets.llm import alignment, numbers, verbatim
from digest_assets.llm.alignment import sentences_of
from digest_assets.llm.glossary import default_glossary

_NUMBERED = re.compile(r"^\[(\d+)\][ \n]", re.MULTILINE)
_HEADING = re.compile(r"^#+ [^\n]*$", re.MULTILINE)
_MOST = 4
"""Paragraphs that a sentence names."""
_LEAST_GAIN = 0.15
"""What a further one has to add: a number or formula, two names, or three words."""
_END = re.compile(r"([。！？.!?]?[”’）)\"*]*)(\s*)\Z")


@dataclass(frozen=True)
class _Paragraph:
    text: str
    values: frozenset[object]
    core: str
    formulas: str
    stems: frozenset[str]


def without_numbers(text: str) -> str:
    """`text` without the number before each paragraph."""
    return _NUMBERED.sub("", text)


def numbered_paragraphs(text: str) -> dict[int, str]:
    """The paragraphs of a prompt, by number. The heading that follows one is no part of it, nor is its number."""
    pieces = _NUMBERED.split(_HEADING.sub("", text))[1:]
    return {int(number): said.strip() for number, said in zip(pieces[::2], pieces[1::2], strict=True)}


def cited(part: str, paragraphs: Mapping[int, str], language: str) -> str:
    """`part` of a reading in `language`, each sentence ending in the numbers of the paragraphs that it rests on."""
    known = {
        number: _Paragraph(
            text,
            frozenset(numbers.possible_in_english(text)),
            verbatim.name_core(text),
            verbatim.formula_core(text),
            frozenset(alignment.stems(text)),
        )
        for number, text in paragraphs.items()
    }
    if not known:
        return part
    return "".join(_with_numbers(sentence, known, language) for sentence in sentences_of(part))


def _with_numbers(sentence: str, known: Mapping[int, _Paragraph], language: str) -> str:
    if not re.search(r"\w", sentence) or sentence.rstrip("* \n").endswith(("：", ":")):
        return sentence
    numbers_given = "".join(f"[{number}]" for number in _rests_on(sentence, known, language))
    return _END.sub(lambda end: f"{numbers_given}{end[1]}{end[2]}", sentence, count=1)


def _rests_on(sentence: str, known: Mapping[int, _Paragraph], language: str) -> list[int]:
    wanted: set[object] = {number.value for number in numbers.stated_in_answer(sentence)}
    said = (each for each in verbatim.formulas(sentence) if verbatim.is_symbolic(each) or "^" in each)
    wanted |= {verbatim.formula_core(each) for each in said}
    names = {verbatim.name_core(name) for name in (*verbatim.code_names(sentence), *verbatim.acronyms(sentence))}
    names |= {
        verbatim.name_core(term.source)
        for term in default_glossary(language).terms
        if any(len(each) > 1 and each in sentence for each in term.translations)
    }
    words = alignment.known_words(sentence) if alignment.knows(language) else ()
    chosen: list[int] = []
    while len(chosen) < _MOST:
        best = max(known, key=lambda number: _gain(known[number], wanted, names, words))
        if chosen and _gain(known[best], wanted, names, words) < _LEAST_GAIN:
            break
        chosen.append(best)
        wanted = {each for each in wanted if not _holds(known[best], each)}
        names = {name for name in names if name not in known[best].core}
        words = tuple(each for each in words if not each & known[best].stems)
    return sorted(set(chosen))


def _gain(paragraph: _Paragraph, wanted: set[object], names: set[str], words: Collection[frozenset[str]]) -> float:
    held = sum(_holds(paragraph, each) for each in wanted)
    named, worded = sum(name in paragraph.core for name in names), sum(bool(each & paragraph.stems) for each in words)
    return held + 0.1 * named + 0.05 * worded


def _holds(paragraph: _Paragraph, each: object) -> bool:
    return each in paragraph.formulas if isinstance(each, str) else each in paragraph.values
