"""What can be wrong with an answer: the vocabulary that taking apart, judging, the ledger and the pages share.

A defect has a `kind`, from which a page makes its reader's words in its own language, and a `detail`, one English line
that serves twice: it is told to the model when it is asked once more, and stands in the ledger for people who run it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum


class DefectKind(str, Enum):
    """What is wrong with an answer."""

    EMPTY = "empty"
    UNREADABLE = "unreadable"
    LANGUAGE = "language"
    INCOMPLETE = "incomplete"
    PADDED = "padded"
    NUMBER_LOST = "number lost"
    NUMBER_INVENTED = "number invented"
    UNIT = "unit changed"
    NEGATION = "negation"
    TWICE = "said twice"
    FOREIGN = "not of this paper"
    TRADITIONAL = "traditional characters"
    FORMULA_LOST = "formula lost"
    FORMULA_INVENTED = "formula invented"
    URL_LOST = "address lost"
    URL_INVENTED = "address invented"
    NAME_LOST = "name lost"
    NAME_INVENTED = "name invented"
    REFUSAL = "refusal"
    PREAMBLE = "preamble"
    LEAKED_PROMPT = "leaked prompt"
    INJECTION = "injection"
    TOO_LONG = "too long"
    MARKDOWN = "markdown"
    QUOTE_INVENTED = "quote invented"
    RESULT_LEFT_OUT = "result left out"
    EVIDENCE_MISSING = "evidence missing"
    """A sentence of a reading names no paragraph that it rests on, or one that does not exist."""
    EVIDENCE_WRONG = "evidence wrong"
    """The paragraphs that it names speak of something else, as far as names and terms tell."""
    NOT_ONE_SENTENCE = "not one sentence"
    PRAISE_ADDED = "praise added"
    DIRECTION = "direction turned round"
    OFF_SUBJECT = "off the subject"
    TERM = "term"

    @property
    def is_soft(self) -> bool:
        """Recorded, but no reason to withhold or to ask again."""
        return self in (DefectKind.TERM, DefectKind.EVIDENCE_WRONG)

    @property
    def is_harmless(self) -> bool:
        """No reason to withhold anything where sentences are withheld: what is there is not made false by it.

        A second try is made for it all the same.
        """
        return self in _HARMLESS

    @property
    def is_of_evidence(self) -> bool:
        """Nothing is withheld for it, and no text flagged: the sentence is shown without its mark, and counted so."""
        return self in (DefectKind.EVIDENCE_MISSING, DefectKind.EVIDENCE_WRONG)


_HARMLESS = frozenset(
    {DefectKind.EVIDENCE_MISSING, DefectKind.EVIDENCE_WRONG, DefectKind.TOO_LONG, DefectKind.RESULT_LEFT_OUT}
)


@dataclass(frozen=True, slots=True)
class Defect:
    kind: DefectKind
    detail: str
    """One line, in English, that names what was found and where."""
    sentence: int | None = None
    """Which pair of a translation, or which sentence of a reading's part, is concerned. None: the text as a whole."""
    part: str | None = None
    """The part of a reading that is concerned, as its tag names it. None: a translation, or the reading as a whole."""


def hard(defects: Iterable[Defect]) -> tuple[Defect, ...]:
    """Those for which an answer is asked again, and then withheld, as a whole or by sentence."""
    return tuple(defect for defect in defects if not defect.kind.is_soft)


def shortened(text: str, limit: int) -> str:
    """`text` on one line, for a detail that quotes it: at most `limit` characters."""
    text = " ".join(text.split())
    return text if len(text) <= limit else text[: limit - 1] + "…"
