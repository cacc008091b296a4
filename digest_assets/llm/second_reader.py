"""What a second model says of sentences that passed the checks: whether each says what the original says.

Checks compare numbers, names and words; they cannot tell that a sentence overstates. A second reader can, and can be
wrong. So its word alone withholds nothing: a sentence that it doubts is asked for once more, and marked where the model
stands by it. It has to quote the sentence and the original, and code looks both quotations up; a doubt whose quotations
are not there is none.

One prompt holds all sentences of a paper: the translation in pairs, and each sentence of the reading that names the
paragraphs it rests on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from digest_assets.llm import evidence, verbatim
from digest_assets.llm.answers import take_apart
from digest_assets.llm.prompts import Prompt, second_reading_messages
from digest_assets.model import AnswerStatus, Doubt, Paper, Paragraph, Reading, Translation

VERDICTS = "verdicts"
"""The tag of its answer."""
_LINE = re.compile(
    r"^[\W_]*(\d{1,3})[\W_]+(supported|overstated|contradicted|not[ _-]there)\b\W*?(?:\|(.*)\|(.*))?$",
    re.IGNORECASE | re.MULTILINE,
)
_LEAST_SAID = 2
"""Letters and digits of a quotation from a sentence: less stands in every one."""
_LEAST_SOURCE = 6


@dataclass(frozen=True, slots=True)
class Item:
    """A sentence to be read again."""

    said: str
    """Without the blanks around it: by this it is known."""
    source: str
    """What it is compared with: the sentence that it translates, or the paragraphs that it rests on."""
    numbers: tuple[int, ...] = ()
    """Of these paragraphs; none for a sentence of a translation."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """What is doubted of a sentence, with the words that show it."""

    doubt: Doubt
    said: str
    source: str

    @property
    def detail(self) -> str:
        """For the model that wrote it."""
        return f"a second reader found this {self.doubt.value}: “{self.said}”; the paper says: “{self.source}”"


Doubts = Mapping[str, Doubted]
"""By the sentence, without the blanks around it."""
NO_DOUBTS: Doubts = {}


def items_of(translation: Translation | None, reading: Reading | None, paragraphs: Sequence[Paragraph]) -> list[Item]:
    """The sentences of a paper that are published and can be compared. `paragraphs`: all that the model was given."""
    return [*_translated(translation), *_read(reading, {each.number: each for each in paragraphs})]


def _translated(made: Translation | None) -> Iterator[Item]:
    for pair in made.pairs if made is not None and made.status is AnswerStatus.DONE else ():
        if pair.source and pair.said.strip() and not pair.withheld:
            yield Item(pair.said.strip(), pair.source)


def _read(made: Reading | None, by_number: Mapping[int, Paragraph]) -> Iterator[Item]:
    for part in made.sentences if made is not None and made.status is AnswerStatus.DONE else ():
        for each in part:
            if each.is_claim and each.paragraphs:
                yield Item(each.text.strip(), evidence.support(each.paragraphs, by_number), each.paragraphs)


def prompt_for(paper: Paper, items: Sequence[Item], paragraphs: Sequence[Paragraph]) -> Prompt:
    """Asks for a verdict on each of `items`."""
    by_number = {each.number: each for each in paragraphs}
    wanted = sorted({number for item in items for number in evidence.around(item.numbers, by_number)})
    return second_reading_messages(
        paper,
        "\n\n".join(f"[{number}] {by_number[number].text}" for number in wanted),
        "\n".join(_asked(number, item) for number, item in enumerate(items, 1)),
    )


def _asked(number: int, item: Item) -> str:
    said = " ".join(item.said.split())
    if item.numbers:
        return f"({number}) rests on {''.join(f'[{each}]' for each in item.numbers)}: {said}"
    return f"({number}) translates “{' '.join(item.source.split())}”: {said}"


def doubts_in(answer: str, items: Sequence[Item]) -> Doubts:
    """The doubts of an answer whose quotations stand where they are said to stand."""
    apart = take_apart(answer, (VERDICTS,), alone=VERDICTS)
    found: dict[str, Doubted] = {}
    for number, verdict, said, source in _LINE.findall(apart.parts.get(VERDICTS, "")):
        word = re.sub(r"[_-]", " ", verdict.lower())
        if word == "supported" or not 1 <= int(number) <= len(items):
            continue
        item, doubted = items[int(number) - 1], Doubted(Doubt(word), _bare(said), _bare(source))
        if _stands_in(doubted.said, item.said, _LEAST_SAID) and _stands_in(doubted.source, item.source, _LEAST_SOURCE):
            found[item.said] = doubted
    return found


def _bare(quotation: str) -> str:
    return quotation.strip().strip("“”\"'「」『』‘’").strip()


def _stands_in(quotation: str, text: str, least: int) -> bool:
    core = verbatim.name_core(quotation)
    return len(core) >= least and core in verbatim.name_core(text)
