"""What of an answer is published whose defects a second try did not mend: all but the sentences that are wrong.

A wrong sentence of a translation is shown in the original, one of a reading is left out. A text of which more than a
third is wrong, or a part of which nothing remains, is withheld as a whole: what is left would not be the text.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace

from digest_assets.llm.alignment import Pair
from digest_assets.llm.answers import PARTS
from digest_assets.llm.defects import Defect, DefectKind
from digest_assets.llm.evidence import Cited, is_claim
from digest_assets.llm.second_reader import NO_DOUBTS, Doubts
from digest_assets.model import Doubt, Paragraph, ReadSentence, SentencePair

MOST_WRONG = 1 / 3
"""Of a text's sentences. More, and it is withheld as a whole."""

_BULLET = re.compile(r"^[ \t]*(?:[-*+][ \t]+|\d{1,2}[.)、）][ \t]*)?")
_LINE_END = re.compile(r"\n\s*\Z")


@dataclass(frozen=True, slots=True)
class JudgedTranslation:
    """A translation by sentences."""

    pairs: tuple[SentencePair, ...]

    @property
    def text(self) -> str:
        return "".join(pair.shown for pair in self.pairs).strip()

    def without(self, defects: Iterable[Defect]) -> JudgedTranslation | None:
        """With the sentences that `defects` name in the original. None: it is withheld as a whole."""
        wrong = _named(defects, None)
        if wrong is None or len(wrong) > MOST_WRONG * len(self.pairs):
            return None
        return JudgedTranslation(tuple(replace(pair, withheld=index in wrong) for index, pair in enumerate(self.pairs)))

    def says(self, sentence: str) -> bool:
        """Whether one of its sentences is this one."""
        return any(pair.said.strip() == sentence for pair in self.pairs)

    def marked(self, doubts: Doubts) -> JudgedTranslation:
        """With the doubts of a second reader about its sentences."""
        return JudgedTranslation(
            tuple(pair if pair.withheld else replace(pair, doubt=_doubt(pair.said, doubts)) for pair in self.pairs)
        )


@dataclass(frozen=True, slots=True)
class JudgedReading:
    """A reading by sentences, and what each rests on."""

    parts: tuple[Cited, ...]
    """In the order of `PARTS`."""
    paragraphs: Mapping[int, Paragraph] = field(repr=False)
    """All that the model was given, by number."""
    unsupported: frozenset[tuple[str, int]] = frozenset()
    """Part and number of the sentences whose evidence does not hold: they are shown without a mark."""
    left_out: frozenset[tuple[str, int]] = frozenset()
    doubts: Doubts = field(default_factory=lambda: NO_DOUBTS, repr=False)

    def says(self, sentence: str) -> bool:
        """Whether one of its sentences is this one."""
        return any(each.text.strip() == sentence for part in self.sentences for each in part)

    def marked(self, doubts: Doubts) -> JudgedReading:
        """With the doubts of a second reader about its sentences."""
        return replace(self, doubts=doubts)

    def without(self, defects: Iterable[Defect]) -> JudgedReading | None:
        """Without the sentences that `defects` name. None: it is withheld as a whole."""
        defects = list(defects)
        wrong = {name: _named([each for each in defects if each.part in (name, None)], name) for name in PARTS}
        left_out = {(name, index) for name, found in wrong.items() for index in found or ()}
        count = sum(len(part.sentences) for part in self.parts)
        if None in wrong.values() or len(left_out) > MOST_WRONG * count:
            return None
        made = replace(self, left_out=frozenset(left_out))
        return made if all(any(each.is_claim for each in part) for part in made.sentences) else None

    @property
    def texts(self) -> tuple[str, ...]:
        """Of each part what is published."""
        return tuple("".join(each.text for each in part).strip() for part in self.sentences)

    @property
    def sentences(self) -> tuple[tuple[ReadSentence, ...], ...]:
        """Of each part those that are published."""
        return tuple(
            tuple(self._published(name, part)) for name, part in zip(PARTS, self.parts, strict=True)
        )  # fmt: skip

    @property
    def counts_left_out(self) -> tuple[int, ...]:
        return tuple(sum(1 for part, _ in self.left_out if part == name) for name in PARTS)

    @property
    def rested_on(self) -> tuple[Paragraph, ...]:
        """The paragraphs that a published sentence rests on, in the order of the paper."""
        wanted = {number for part in self.sentences for each in part for number in each.paragraphs}
        return tuple(self.paragraphs[number] for number in sorted(wanted))

    def _published(self, name: str, part: Cited) -> list[ReadSentence]:
        gone = {index for part_name, index in self.left_out if part_name == name}
        texts = _lines_kept(part.sentences, gone)
        return [
            ReadSentence(
                text,
                () if (name, index) in self.unsupported else tuple(n for n in numbers if n in self.paragraphs),
                is_claim(text),
                _doubt(text, self.doubts),
            )
            for index, (text, numbers) in enumerate(zip(texts, part.paragraphs, strict=True))
            if index not in gone
        ]


def judged_translation(pairs: Iterable[Pair]) -> JudgedTranslation:
    return JudgedTranslation(tuple(SentencePair(pair.source, pair.said) for pair in pairs))


def judged_reading(
    parts: Collection[Cited], paragraphs: Mapping[int, Paragraph], defects: Iterable[Defect]
) -> JudgedReading:
    """`defects` are all that were found: those about evidence take a sentence its mark."""
    unsupported = {
        (each.part, each.sentence)
        for each in defects
        if each.kind is DefectKind.EVIDENCE_WRONG and each.part is not None and each.sentence is not None
    }
    return JudgedReading(tuple(parts), paragraphs, frozenset(unsupported))


def _doubt(sentence: str, doubts: Doubts) -> Doubt | None:
    found = doubts.get(sentence.strip())
    return found.doubt if found is not None else None


def _named(defects: Iterable[Defect], part: str | None) -> set[int] | None:
    """The sentences that are wrong; None where a defect concerns the text as a whole."""
    wrong: set[int] = set()
    for each in defects:
        if each.kind.is_harmless:
            continue
        if each.sentence is None:
            return None
        if each.part == part:
            wrong.add(each.sentence)
    return wrong


def _lines_kept(sentences: tuple[str, ...], gone: set[int]) -> list[str]:
    """The sentences, each beside one that is gone with what that took of its line: a list's mark, or the line's end."""
    kept = list(sentences)
    for index in sorted(gone):
        ends_line = _LINE_END.search(sentences[index])
        begins_line = index == 0 or _LINE_END.search(sentences[index - 1]) is not None
        if begins_line and not ends_line and index + 1 < len(kept):
            kept[index + 1] = _BULLET.match(kept[index])[0] + kept[index + 1].lstrip()  # type: ignore[index]
        earlier = next((each for each in range(index - 1, -1, -1) if each not in gone), None)
        if ends_line and not begins_line and earlier is not None and not _LINE_END.search(kept[earlier]):
            kept[earlier] = kept[earlier].rstrip() + ends_line[0]
    if gone:  # a pair of ** around a sentence that is gone and one that stays
        kept = [each.replace("**", "") if each.count("**") % 2 else each for each in kept]
    return kept
