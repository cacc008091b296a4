"""Evidence numbers swapped between two sentences of a reading, and how often that is found."""

from __future__ import annotations

import random
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


def measured(
    parts: Sequence[str], by_number: Mapping[int, Paragraph], title: str, abstract: str, most: int = 40
) -> tuple[int, int, int, int]:
    """(sentences, those doubted though nothing was swapped, pairs swapped, pairs found) of a reading in `parts`.

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
    return count, doubted, *swaps(sound, by_number, title, abstract, most)


def _lacks_numbers(sentence: str, given: tuple[int, ...], by_number: Mapping[int, Paragraph]) -> bool:
    possible = numbers.possible_in_english(evidence.support(given, by_number))
    return any(each.value not in possible for each in numbers.stated_in_answer(sentence))
