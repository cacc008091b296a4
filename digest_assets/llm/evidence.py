"""What each sentence of a reading rests on: the numbers of paragraphs that a model wrote, taken off and checked.

Whether a number or a name stands *somewhere* in a paper says little: a paper has hundreds, and a wrong one is often
right elsewhere. So the model ends each sentence with the paragraphs that it rests on, and what the sentence says is
looked for there, and in the tables and captions beside them. `take_off` gives the text without the numbers, `grounds`
what each sentence's own numbers, units and formulas are compared with (`checks.judge_part`), `check` what is wrong with
the evidence itself.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from digest_assets.llm import alignment, numbers, verbatim
from digest_assets.llm.alignment import sentences_of
from digest_assets.llm.defects import Defect, DefectKind, shortened
from digest_assets.llm.glossary import default_glossary
from digest_assets.markup import formulas
from digest_assets.model import BlockKind, Paragraph

LEAST_CLAIM = 6
"""Han characters, kana or words: what is shorter is a label, and needs no evidence."""
LEAST_CUES = 1.0
LEAST_RECALL = 0.33
"""Of a sentence's names, numbers, terms and words, weighed: where its paragraphs show less, it rests on others.

On 1,531 sentences of real readings, evidence swapped between two is so found in 96 % of pairs (with the numbers), and
8 % of right ones are doubted (`benchmarks/evidence.py`). So a doubt takes a sentence its mark, and is no reason to pay
for another call.
"""
_WORD_WEIGHT = 0.45
"""Of a common word that no paragraph has; less, the more of the paper's paragraphs have it."""

_PARTS_OF_A_TABLE = (BlockKind.TABLE, BlockKind.CAPTION, BlockKind.FOOTNOTE)
_ASIDE = re.compile(r"```.*?(?:```|\Z)|`[^`\n]+`", re.DOTALL)
_OTHER_BRACKETS = re.compile(r"[［【]([\s\d段落¶§,，、;；~–-]*\d[\s\d段落¶§,，、;；~–-]*)[］】]")
_LIST = r"\[\s*(?:段落?|¶|§)?\s*\d{1,4}(?:\s*[-–~,，、;；]\s*(?:段落?|¶|§)?\s*\d{1,4})*\s*\](?![(:])"
_MARKS = re.compile(rf"[ \t\u3000]*{_LIST}(?:[,，、\s]?{_LIST})*")
_RANGE = re.compile(r"(\d+)(?:\s*[-–~]\s*(\d+))?")
_LONGEST_RANGE = 6
_WORD = re.compile(r"[\u3041-\u30fa\u3400-\u4dbf\u4e00-\u9fff]|[A-Za-z][A-Za-z'’-]*")
_NAMED = re.compile(r"\b(Table|Tab\.|Figure|Fig\.)[\s~]*([0-9]{1,2}|[IVX]{1,5})\b")


@dataclass(frozen=True, slots=True)
class Cited:
    """A part of a reading without the numbers."""

    sentences: tuple[str, ...]
    """Joined, they are its text."""
    paragraphs: tuple[tuple[int, ...], ...]
    """Of each sentence those that it rests on, as the model gave them, each once; none where it gave none."""

    @property
    def text(self) -> str:
        return "".join(self.sentences)


def take_off(part: str, known: Collection[int]) -> Cited:
    """`part` by sentences, without the numbers of paragraphs in it. `known`: those that the model was given.

    Brackets that hold something else (`[0, 1]` is an interval) stay what they are. A number that no paragraph has is
    taken for a wrong one where it ends a sentence.
    """
    sentences: list[str] = []
    given: list[tuple[int, ...]] = []
    for sentence in sentences_of(_OTHER_BRACKETS.sub(r"[\1]", part)):
        text, found = _taken_off(sentence, known)
        if sentences and not _WORD.search(text) and not re.search(r"[\w$]", text):  # numbers on a line of their own
            sentences[-1] += text
            given[-1] = tuple(dict.fromkeys((*given[-1], *found)))
        else:
            sentences.append(text)
            given.append(found)
    return Cited(tuple(sentences), tuple(given))


def is_cited(parts: Sequence[Cited]) -> bool:
    """Whether the model gave any numbers."""
    return any(found for part in parts for found in part.paragraphs)


def is_claim(sentence: str) -> bool:
    """Whether a sentence says something of the paper: a label, or the line before a list, does not."""
    return len(_WORD.findall(sentence)) >= LEAST_CLAIM and not sentence.rstrip("* \n").endswith(("：", ":"))


def grounds(part: Cited, by_number: Mapping[int, Paragraph]) -> tuple[str | None, ...]:
    """What each sentence rests on; None where it gave no paragraph that exists: then the whole text is its ground."""
    return tuple(support(found, by_number) or None for found in part.paragraphs)


def support(given: Sequence[int], by_number: Mapping[int, Paragraph]) -> str:
    """The paragraphs with these numbers, and the tables and captions that stand beside them or that they name."""
    return "\n".join(by_number[number].text for number in around(given, by_number))


def check(
    parts: Mapping[str, Cited], by_number: Mapping[int, Paragraph], title: str, abstract: str, language: str
) -> tuple[Defect, ...]:
    """What is wrong with the evidence of a reading's `parts`, by their names. Nothing where the model gave none at all.

    Title and abstract name the paper's own things: a sentence may use those names wherever it rests.
    """
    if not by_number or not is_cited([*parts.values()]):
        return ()
    subject = f"{title}\n{verbatim.without_layout(abstract)}"
    return tuple(
        Defect(kind, f"in <{name}>: {detail}", index, name)
        for name, part in parts.items()
        for index, (sentence, given) in enumerate(zip(part.sentences, part.paragraphs, strict=True))
        if is_claim(sentence)
        for kind, detail in _wrong(sentence, given, by_number, subject, language)
    )


# -- the numbers


def _taken_off(sentence: str, known: Collection[int]) -> tuple[str, tuple[int, ...]]:
    masked = _ASIDE.sub(lambda match: "\x00" * len(match[0]), sentence)
    # A bracket is no character of an address (RFC 3986): the numbers behind one are no part of it.
    masked = verbatim.URL.sub(lambda match: re.sub(r"\A[^\[]+", lambda url: "\x00" * len(url[0]), match[0]), masked)
    masked = formulas.replaced(masked, lambda formula: "\x00" * len(formula))
    out: list[str] = []
    given: list[int] = []
    start = 0
    for match in _MARKS.finditer(masked):
        found = _numbers_in(match.group(0))
        if found is None or not _are_evidence(found, known, masked[: match.start()], masked[match.end() :]):
            continue
        out.append(sentence[start : match.start()])
        given += found
        start = match.end()
    return "".join([*out, sentence[start:]]), tuple(dict.fromkeys(given))


def _numbers_in(marks: str) -> tuple[int, ...] | None:
    """The numbers of `[12][14-16]`; None for a range that runs backwards or far."""
    found: list[int] = []
    for first, last in _RANGE.findall(marks):
        numbers_here = range(int(first), int(last or first) + 1)
        if not 0 < len(numbers_here) <= _LONGEST_RANGE:
            return None
        found += numbers_here
    return tuple(found)


def _are_evidence(found: tuple[int, ...], known: Collection[int], before: str, after: str) -> bool:
    if all(number in known for number in found):
        return True
    at_the_end = before.rstrip()[-1:] in tuple("。.！？!?") or after.lstrip(" \t")[:1] in ("", *"\n。.；;！？!?")
    return at_the_end and 0 not in found and (len(found) == 1 or any(number in known for number in found))


# -- the check


def _wrong(
    sentence: str, given: Sequence[int], by_number: Mapping[int, Paragraph], subject: str, language: str
) -> Iterator[tuple[DefectKind, str]]:
    shown = shortened(sentence, 60)
    if not given:
        yield DefectKind.EVIDENCE_MISSING, f"this sentence rests on no paragraph: “{shown}”"
    for number in given:
        if number not in by_number:
            yield DefectKind.EVIDENCE_MISSING, f"there is no paragraph [{number}], on which this rests: “{shown}”"
    known = [number for number in given if number in by_number]
    if not known:
        return
    where, said = "".join(f"[{number}]" for number in known), support(known, by_number)
    for formula in _equations_elsewhere(sentence, f"{said}\n{subject}"):
        yield DefectKind.FORMULA_INVENTED, f"the formula {formula} does not stand in {where}: “{shown}”"
    if absent := _rests_elsewhere(sentence, said, by_number, subject, language):
        yield DefectKind.EVIDENCE_WRONG, f"{where} does not speak of {', '.join(absent[:3])}: “{shown}”"


def around(given: Sequence[int], by_number: Mapping[int, Paragraph]) -> list[int]:
    """The numbers of the paragraphs that `support` gives, in the order of the paper."""
    chosen = dict.fromkeys(number for number in given if number in by_number)
    named = {(kind[0], number) for each in chosen for kind, number in _NAMED.findall(by_number[each].text)}
    for number, paragraph in by_number.items():
        caption = _NAMED.match(paragraph.text) if paragraph.kind is BlockKind.CAPTION else None
        if caption and (caption[1][0], caption[2]) in named:
            chosen[number] = None
    for number in tuple(chosen):
        for step in (-1, 1):
            beside = number + step
            while (found := by_number.get(beside)) and found.kind in _PARTS_OF_A_TABLE:
                chosen[beside] = None
                beside += step
    return sorted(chosen)


def _equations_elsewhere(sentence: str, ground: str) -> Iterator[str]:
    """A symbol is explained in one paragraph and used in ten; an equation stands where it stands."""
    core = verbatim.formula_core(ground)
    for formula in verbatim.formulas(sentence):
        wanted = verbatim.formula_core(formula)
        if verbatim.is_symbolic(formula) and re.search(r"[=≈≤≥<>∑]", wanted) and wanted not in core:
            yield formula


def _rests_elsewhere(
    sentence: str, said: str, by_number: Mapping[int, Paragraph], subject: str, language: str
) -> tuple[str, ...]:
    """What a sentence speaks of and its paragraphs do not, where they show next to nothing of it."""
    cues = dict(_cues(sentence, subject, language))
    lowered, core = said.lower(), verbatim.name_core(said)
    shown = {cue for cue in cues if cue.lower() in lowered or verbatim.name_core(cue) in core}
    if alignment.knows(language):
        there = _stems(said)
        everywhere = [_stems(each.text) for each in by_number.values()]
        for word in alignment.known_words(sentence):
            holders = sum(not word.isdisjoint(each) for each in everywhere)
            name = min(word, key=lambda stem: (len(stem), stem))
            cues[name] = _WORD_WEIGHT * (1 - holders / len(everywhere))
            if word & there:
                shown.add(name)
    whole, found = sum(cues.values()), sum(cues[cue] for cue in shown)
    if whole < LEAST_CUES or found >= LEAST_RECALL * whole:
        return ()
    return tuple(cue for cue in cues if cue not in shown)


@lru_cache(maxsize=512)
def _stems(text: str) -> frozenset[str]:
    return frozenset(alignment.stems(text))


def _cues(sentence: str, subject: str, language: str) -> Iterator[tuple[str, float]]:
    own = verbatim.name_core(subject)
    for name in (*verbatim.code_names(sentence), *verbatim.acronyms(sentence)):
        yield name, 0.3 if verbatim.name_core(name) in own else 1.0
    for number in numbers.stated_in_answer(sentence):
        yield number.written, 0.5
    if language == "en":
        for word in re.findall(r"[a-z]{6,}", sentence.lower()):
            yield word[:6], 0.5
        return
    for source, translations in _terms(language):
        if any(each in sentence for each in translations):
            yield source, 1.0


@lru_cache(maxsize=4)
def _terms(language: str) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """The glossary the other way round: what an English text has to say where the answer says the term."""
    return tuple(
        (term.source, tuple(each for each in term.translations if len(each) > 1))
        for term in default_glossary(language).terms
    )
