"""Evidence swapped between two sentences of a reading, or a number made another of the paper: how often it is found."""

from __future__ import annotations

import random
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from digest_assets.llm import checks, evidence, numbers
from digest_assets.llm.defects import DefectKind
from digest_assets.llm.evidence import Cited
from digest_assets.model import Paragraph
from digest_assets.sandbox.citing import cited

FOUND_BY = (DefectKind.NUMBER_INVENTED, DefectKind.FORMULA_INVENTED, DefectKind.EVIDENCE_WRONG)
"""Numbers and equations withhold the sentence in the end; names and terms take it its mark."""


@dataclass(frozen=True)
class Anchored:
    """A sentence of a Chinese reading, and the paragraphs that it rests on."""

    text: str
    paragraphs: tuple[int, ...]


def is_doubted(
    sentence: str, given: tuple[int, ...], by_number: Mapping[int, Paragraph], title: str, abstract: str
) -> bool:
    """Whether it is found that `sentence` does not rest on the paragraphs `given`."""
    part = Cited((sentence,), (given,))
    grounds = evidence.grounds(part, by_number)
    judged = checks.judge_part("method", part.sentences, title, abstract, "zh", 9, grounds).defects
    found = (*judged, *evidence.check({"method": part}, by_number, title, abstract, "zh"))
    return any(each.sentence is not None and each.kind in FOUND_BY for each in found)


def swaps(
    sentences: Sequence[Anchored], by_number: Mapping[int, Paragraph], title: str, abstract: str, most: int
) -> tuple[int, int]:
    """(pairs of sentences whose evidence was swapped, at most `most`; those of which one or both are doubted)."""
    pairs = [
        (one, other)
        for index, one in enumerate(sentences)
        for other in sentences[index + 1 :]
        if not {*one.paragraphs} & {*other.paragraphs}
    ]
    chosen = random.Random(1).sample(pairs, min(most, len(pairs)))
    found = sum(
        is_doubted(one.text, other.paragraphs, by_number, title, abstract)
        or is_doubted(other.text, one.paragraphs, by_number, title, abstract)
        for one, other in chosen
    )
    return len(chosen), found


def renumbered(
    sentences: Sequence[Anchored], by_number: Mapping[int, Paragraph], title: str, abstract: str, most: int
) -> tuple[int, int]:
    """(sentences of which a number was made another of the paper, of as many digits, from a paragraph that they do not
    rest on, at most `most`; those that are doubted)."""
    chosen = random.Random(1)
    cases: list[tuple[Anchored, str]] = []
    for each in sentences:
        ground = evidence.support(each.paragraphs, by_number)
        elsewhere = "\n".join(paragraph.text for paragraph in by_number.values() if paragraph.text not in ground)
        for number in numbers.stated_in_answer(each.text):
            digits = re.match(r"\d+(?:\.\d+)?", number.written)
            shape = re.sub(r"\d", r"\\d", re.escape(digits[0])) if digits and len(digits[0]) > 1 else None
            others = set(re.findall(rf"(?<![\d.,A-Za-z]){shape}(?![\d,]|\.\d)", elsewhere)) if shape else set()
            if digits and (fitting := sorted(other for other in others if other not in ground)):
                start = number.start + each.text[number.start :].index(digits[0])
                put = chosen.choice(fitting)
                cases.append((each, each.text[:start] + put + each.text[start + len(digits[0]) :]))
    cases = chosen.sample(cases, min(most, len(cases)))
    return len(cases), sum(is_doubted(text, each.paragraphs, by_number, title, abstract) for each, text in cases)


def measured(
    parts: Sequence[str], by_number: Mapping[int, Paragraph], title: str, abstract: str, most: int = 40
) -> tuple[int, int, int, int, int, int]:
    """(sentences, those doubted though nothing was swapped, pairs swapped, pairs found, numbers changed, changes found)
    of a reading in `parts`.

    Which paragraphs a sentence rests on is chosen as the sandbox's model does: those that hold its numbers, formulas,
    names and terms. Sentences of whose numbers some stand in no paragraph are left aside.
    """
    texts = {number: each.text for number, each in by_number.items()}
    sound: list[Anchored] = []
    count = doubted = 0
    for part in parts:
        found = evidence.take_off(cited(part, texts, "zh"), by_number)
        for sentence, given in zip(found.sentences, found.paragraphs, strict=True):
            if not evidence.is_claim(sentence) or not given or _lacks_numbers(sentence, given, by_number):
                continue
            count += 1
            if is_doubted(sentence, given, by_number, title, abstract):
                doubted += 1
            else:
                sound.append(Anchored(sentence, given))
    wrong = (make(sound, by_number, title, abstract, most) for make in (swaps, renumbered))
    (pairs, pairs_found), (changed, changes_found) = wrong
    return count, doubted, pairs, pairs_found, changed, changes_found


def _lacks_numbers(sentence: str, given: tuple[int, ...], by_number: Mapping[int, Paragraph]) -> bool:
    possible = numbers.possible_in_english(evidence.support(given, by_number))
    return any(each.value not in possible for each in numbers.stated_in_answer(sentence))
