"""How an answer is got that may be published: looked up, asked for, checked, asked for once more, or withheld.

No I/O of its own: the model is `ask`, the store is `answers`. Every answer is stored before anything is decided on it,
the rejected ones too, so that a run that is killed or repeated walks the same path and pays for nothing twice. Stored
answers are checked again as they are read: a check that was mended since judges them anew, at no cost.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import Enum
from functools import reduce
from operator import add
from typing import Generic, Protocol, TypeVar

from digest_assets.errors import (
    BatchUnderWay,
    BudgetUsedUp,
    ContextTooLong,
    EndpointError,
    EndpointRefused,
    EndpointUnreachable,
    ModelUnknown,
    NoKey,
    QuotaExhausted,
)
from digest_assets.fields import fields_of
from digest_assets.llm import answers as answer_texts
from digest_assets.llm import checks, evidence, loops, pieces
from digest_assets.llm.answers import PARTS, TRANSLATION, Answer, Repair
from digest_assets.llm.defects import Defect, DefectKind, hard, shortened
from digest_assets.llm.glossary import EMPTY_GLOSSARY, Glossary
from digest_assets.llm.keys import answer_key
from digest_assets.llm.pieces import NO_PIECES, Pieces
from digest_assets.llm.prompts import (
    Prompt,
    Task,
    TopicLines,
    correction_text,
    earlier_translation_messages,
    gist_messages,
    reading_messages,
    translation_messages,
)
from digest_assets.llm.second_reader import NO_DOUBTS, Doubts
from digest_assets.llm.withholding import JudgedReading, JudgedTranslation, judged_reading, judged_translation
from digest_assets.model import AnswerStatus, Paper, Paragraph, Reading, TextSource, Translation, Trouble, Usage

SHORTENINGS = 4
"""How often an excerpt is made shorter before a paper is given up: each time at most by half."""
_OTHERS_BEGIN_SECONDS = 0.02
MORE_ROOM = 4
"""An answer that was cut is asked for again with so many times the room. Reasoning is what usually fills it."""

_SAID_OF_A_CIRCLE = 400
"""Characters."""
LEAST_EXCERPT = 200
"""Tokens. A reading of less than this is not worth asking for."""

_CHECKS = ThreadPoolExecutor(1, thread_name_prefix="checks")
"""Answers are judged one after the other: Python's threads would share one core all the same, and what is remembered of
a text (`markup/last_texts.py`) would have to be remembered of all that are judged at once."""

Ask = Callable[[Prompt], Awaitable[Answer]]


class OnDefect(str, Enum):
    """What becomes of an answer whose defects a second try did not mend."""

    WITHHOLD = "withhold"
    SENTENCE = "sentence"
    """Published without the sentences that are wrong (`withholding.py`)."""
    FLAG = "flag"
    """Published, with the defects as its reason."""


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """One answer of the model, with what produced it: a row of the store."""

    key: str
    kind: Task
    model: str
    prompt_version: str
    identifier: str
    version: int
    text: str
    """As received."""
    usage: Usage
    finish_reason: str | None
    defects: tuple[Defect, ...] = ()
    """As the checks of the day saw it."""
    created_at: datetime | None = None
    """UTC; the store fills it in."""
    in_batch: bool = False
    repairs: tuple[Repair, ...] = ()
    """What was taken off it, or written in the usual way."""

    @classmethod
    def of(cls, key: str, kind: Task, about: Subject, prompt: Prompt, answer: Answer) -> StoredAnswer:
        """`answer` to `prompt`, as it came."""
        return cls(
            key=key,
            kind=kind,
            model=answer.model,
            prompt_version=prompt.version,
            identifier=about.identifier,
            version=about.version,
            text=answer.text,
            usage=answer.usage,
            finish_reason=answer.finish_reason,
            in_batch=answer.in_batch,
        )


class Subject(Protocol):
    """What a question is about: a paper, or a date."""

    @property
    def identifier(self) -> str: ...
    @property
    def version(self) -> int: ...


class AnswerStore(Protocol):
    def find(self, key: str) -> StoredAnswer | None:
        """What is held under `key`."""
        ...

    def arrived(self, answer: StoredAnswer) -> None:
        """Takes down an answer in the moment it comes, not judged yet: from then on a kill does not lose it."""
        ...

    async def once(self, key: str, ask: Callable[[], Awaitable[StoredAnswer]]) -> StoredAnswer:
        """What `ask` returns, stored. Whoever wants `key` meanwhile gets the same, and asks nobody."""
        ...


async def answered_once(
    answers: AnswerStore, ask: Ask, key: str, kind: Task, about: Subject, prompt: Prompt
) -> StoredAnswer:
    """What is held under `key`, or else the answer to `prompt`, taken down as it comes, and judged by nobody."""

    async def asked() -> StoredAnswer:
        made = StoredAnswer.of(key, kind, about, prompt, await ask(prompt))
        answers.arrived(made)
        return made

    return answers.find(key) or await answers.once(key, asked)


@dataclass(frozen=True, slots=True)
class Excerpt:
    """The part of a text that goes into a prompt."""

    text: str
    cut_note: str | None
    """For the model, in the digest's language: which sections are left out. None: nothing is."""
    tokens: int
    source: TextSource
    paragraphs: tuple[Paragraph, ...] = ()
    """Of `text`, by the numbers that `numbered` has. Without any, nothing can be cited."""
    numbered: str | None = None
    """`text` as the model gets it, each paragraph under its number. None: it gets `text`."""


@dataclass(frozen=True, slots=True)
class AskingRules:
    """What a digest wants of the model. `model`, `temperature` and `max_output_tokens` are those that `ask` uses."""

    model: str
    audience: str
    language: str = "zh"
    temperature: float | None = None
    max_output_tokens: int = 8192
    on_defect: OnDefect = OnDefect.SENTENCE
    tolerance: float = 0.2
    """By how much a reading's parts may pass their limits: 0.2 is a fifth."""
    glossary: Glossary = field(default=EMPTY_GLOSSARY, repr=False)
    """Of all fields of the digest."""
    topics: TopicLines = field(default=(), repr=False)
    judged: Callable[[str, Sequence[Defect]], None] = field(default=lambda key, defects: None, repr=False)
    """Is told what the checks find in the answer of a key, each time that one is judged."""

    def glossary_of(self, paper: Paper) -> Glossary:
        """The terms of the fields that `paper` is in."""
        return self.glossary.within(fields_of(paper.categories))


def key_of(prompt: Prompt, rules: AskingRules) -> str:
    """The key of the answer to `prompt`.

    The limit counts only where an answer did not fit: raising it must not make every answer a new one.
    """
    room = prompt.room * rules.max_output_tokens if prompt.room > 1 else None
    return answer_key(rules.model, {"temperature": rules.temperature, "max_output_tokens": room}, prompt)


async def translate(
    paper: Paper, *, ask: Ask, answers: AnswerStore, rules: AskingRules, doubts: Doubts = NO_DOUBTS
) -> Translation:
    """The abstract of `paper` in the language of `rules`, checked, with title, gist and topics. For English it is the
    abstract itself, and the pieces alone are asked for.

    An answer that is held from a prompt of an earlier version is as good as ever; the pieces that it has not are asked
    for in a small call. `usage` is what all its answers cost, whichever run paid for them. Raises the errors that no
    further call can survive: `EndpointRefused`, `ModelUnknown`, `QuotaExhausted`.

    `doubts` are what a second reader said of the sentences that this gave before: it is made again, and they lead to
    the second try where the first was good, and to marks.
    """
    glossary = rules.glossary_of(paper)
    if rules.language == "en":
        original = Translation(paper.identifier, paper.version, AnswerStatus.DONE, text=paper.abstract)
        return await _with_pieces_alone(paper, original, ask, answers, rules)
    for earlier in earlier_translation_messages(paper, rules.language, rules.audience, glossary):
        held = await _held_translation(paper, earlier, answers, rules, doubts)
        if held is not None:
            return await _with_pieces_alone(paper, held, ask, answers, rules)
    prompt = translation_messages(paper, rules.language, rules.audience, glossary, rules.topics)
    return await _translation(paper, prompt, ask, answers, rules, doubts)


async def _translation(
    paper: Paper, prompt: Prompt, ask: Ask, answers: AnswerStore, rules: AskingRules, doubts: Doubts
) -> Translation:
    def judge(text: str) -> tuple[JudgedTranslation | None, tuple[Defect, ...]]:
        apart = answer_texts.translation_in(text)
        if apart.defects:
            return None, apart.defects
        translation = apart.parts[TRANSLATION]
        judgement = checks.judge_translation(
            paper.abstract, translation, rules.language, rules.glossary_of(paper), paper.title
        )
        return judged_translation(judgement.pairs), judgement.defects

    conversation = _Conversation(Task.TRANSLATION, paper, ask, answers, rules, doubts)
    try:
        outcome = await conversation.outcome(prompt, judge)
    except ContextTooLong as error:  # an abstract cannot be made shorter
        outcome = _Outcome(AnswerStatus.FAILED, reason=_one_line(error), trouble=error.trouble)
    found = await _pieces(paper, outcome.key, answers, rules)
    return Translation(
        identifier=paper.identifier,
        version=paper.version,
        status=outcome.status,
        text=outcome.content.text if outcome.content else None,
        pairs=outcome.content.pairs if outcome.content else (),
        reason=outcome.reason,
        model=outcome.model,
        prompt_version=prompt.version,
        usage=conversation.usage,
        answer_key=outcome.key,
        trouble=outcome.trouble,
        title=found.title,
        gist=found.gist,
        topics=found.topics,
    )


class _NotHeld(Exception):
    """A question whose answer would have to be asked for."""


async def _held_translation(
    paper: Paper, prompt: Prompt, answers: AnswerStore, rules: AskingRules, doubts: Doubts
) -> Translation | None:
    """What became of `prompt` by answers that are held alone; None where one of them is not."""

    async def nobody(_: Prompt) -> Answer:
        raise _NotHeld

    if answers.find(key_of(prompt, rules)) is None:
        return None
    try:
        return await _translation(paper, prompt, nobody, answers, rules, doubts)
    except _NotHeld:
        return None


@dataclass(frozen=True, slots=True)
class _Apart:
    """An answer whose parts stand by themselves."""

    text: str

    def without(self, _: object) -> None:
        return None

    def says(self, _: str) -> bool:
        return False

    def marked(self, _: Doubts) -> _Apart:
        return self


async def _with_pieces_alone(
    paper: Paper, made: Translation, ask: Ask, answers: AnswerStore, rules: AskingRules
) -> Translation:
    """`made` with the pieces of a small call for them. Where it fails, the pieces alone are missing."""

    def form_of(text: str) -> tuple[Defect, ...]:
        return answer_texts.take_apart(text, (pieces.GIST,), (pieces.TITLE, pieces.TOPICS)).defects

    prompt = gist_messages(paper, rules.language, rules.audience, rules.glossary_of(paper), rules.topics)
    told = await tell(paper, Task.GIST, prompt, form_of, ask=ask, answers=answers, rules=rules)
    found = await _pieces(paper, told.answer_key, answers, rules, made.text or "")
    waits = told.status is AnswerStatus.WAITING and rules.language == "en"
    return replace(
        made,
        status=AnswerStatus.WAITING if waits else made.status,
        usage=made.usage + told.usage,
        title=found.title,
        gist=found.gist,
        topics=found.topics,
    )


async def _pieces(
    paper: Paper, key: str | None, answers: AnswerStore, rules: AskingRules, translation: str = ""
) -> Pieces:
    """The pieces in the answer that is held under `key`."""
    stored = answers.find(key) if key is not None else None
    if stored is None:
        return NO_PIECES
    known = [topic for topic, _ in rules.topics]
    return await _checked(
        pieces.pieces_in, stored.text, paper.title, paper.abstract, rules.language, known, translation
    )


@dataclass(frozen=True, slots=True)
class Told:
    """An answer whose parts stand by themselves, and are judged by whoever asked."""

    status: AnswerStatus
    text: str | None
    reason: str | None
    model: str | None
    answer_key: str | None
    usage: Usage


async def tell(
    about: Subject,
    task: Task,
    prompt: Prompt,
    form_of: Callable[[str], tuple[Defect, ...]],
    *,
    ask: Ask,
    answers: AnswerStore,
    rules: AskingRules,
) -> Told:
    """The answer to `prompt`. It is asked for once more only where `form_of` finds that nothing of it can be read.
    Raises as `translate` does."""

    def judge(text: str) -> tuple[_Apart | None, tuple[Defect, ...]]:
        defects = form_of(text)
        return (None if defects else _Apart(text)), defects

    conversation = _Conversation(task, about, ask, answers, rules)
    try:
        outcome = await conversation.outcome(prompt, judge)
    except ContextTooLong as error:
        outcome = _Outcome(AnswerStatus.FAILED, reason=_one_line(error))
    text = outcome.content.text if outcome.content else None
    return Told(outcome.status, text, outcome.reason, outcome.model, outcome.key, conversation.usage)


async def read(
    paper: Paper,
    excerpt: Excerpt,
    *,
    ask: Ask,
    answers: AnswerStore,
    rules: AskingRules,
    shorter: Callable[[int], Excerpt] | None = None,
    doubts: Doubts = NO_DOUBTS,
) -> Reading:
    """The three-part reading of `paper`, checked against `excerpt`.

    `shorter` gives an excerpt of at most so many tokens; it is used when the model's context is too small for the one
    given. `doubts` and what is raised: as for `translate`.
    """
    conversation = _Conversation(Task.READING, paper, ask, answers, rules, doubts)
    for attempt in range(SHORTENINGS + 1):
        prompt = reading_messages(
            paper,
            excerpt.numbered or excerpt.text,
            excerpt.cut_note,
            rules.language,
            rules.audience,
            rules.glossary_of(paper),
        )
        try:
            outcome = await conversation.outcome(prompt, _reading_judge(paper, excerpt, rules))
            break
        except ContextTooLong as error:
            tighter = _tighter(excerpt, error, prompt, rules, shorter) if attempt < SHORTENINGS else None
            if tighter is None:
                outcome = _Outcome(AnswerStatus.FAILED, reason=_one_line(error), trouble=error.trouble)
                break
            excerpt = tighter
    made = outcome.content
    background, method, results = made.texts if made else (None, None, None)
    return Reading(
        identifier=paper.identifier,
        version=paper.version,
        status=outcome.status,
        background=background,
        method=method,
        results=results,
        sentences=made.sentences if made else (),
        paragraphs=made.rested_on if made else (),
        left_out=made.counts_left_out if made else (),
        reason=outcome.reason,
        text_source=excerpt.source,
        model=outcome.model,
        prompt_version=prompt.version,
        usage=conversation.usage,
        answer_key=outcome.key,
        trouble=outcome.trouble,
    )


class Sentences(Protocol):
    """An answer by sentences."""

    def without(self: Content, defects: Iterable[Defect]) -> Content | None:
        """Without those that `defects` name. None: too much is wrong."""
        ...

    def says(self, sentence: str) -> bool:
        """Whether one of them is this one."""
        ...

    def marked(self: Content, doubts: Doubts) -> Content:
        """With the doubts of a second reader."""
        ...


Content = TypeVar("Content", bound=Sentences)
Found = TypeVar("Found")
Judge = Callable[[str], tuple[Content | None, tuple[Defect, ...]]]
"""Makes the content out of an answer's text, None where it has not the form, and says what is wrong with it."""


@dataclass(frozen=True, slots=True)
class _Outcome(Generic[Content]):
    status: AnswerStatus
    content: Content | None = None
    reason: str | None = None
    model: str | None = None
    key: str | None = None
    trouble: Trouble | None = None


@dataclass(frozen=True, slots=True)
class _Try(Generic[Content]):
    """One answer, judged."""

    stored: StoredAnswer
    content: Content | None
    defects: tuple[Defect, ...]
    """Only those for which it must not be published."""


class _StillCut(Exception):
    """The answer was cut at its limit, with more room too."""


class _Conversation:
    """The calls about one subject and for one task, with what they cost together."""

    def __init__(
        self,
        task: Task,
        about: Subject,
        ask: Ask,
        answers: AnswerStore,
        rules: AskingRules,
        doubts: Doubts = NO_DOUBTS,
    ) -> None:
        self._task = task
        self._about = about
        self._ask = ask
        self._answers = answers
        self._rules = rules
        self._doubts = doubts
        self._usages: list[Usage] = []

    @property
    def usage(self) -> Usage:
        """What the answers cost together. One that is unknown is not made a zero."""
        return reduce(add, self._usages) if self._usages else Usage()

    async def outcome(self, prompt: Prompt, judge: Judge[Content]) -> _Outcome[Content]:
        """Two tries at most. Raises `ContextTooLong` of the first, and what no further call can survive."""
        try:
            first = await self._tried(prompt, judge)
            if not first.defects:
                return self._published(await self._less_doubted(prompt, first, judge))
            second = await self._mended(prompt, first, [defect.detail for defect in first.defects], judge)
        except (EndpointRefused, EndpointUnreachable, ModelUnknown, QuotaExhausted, ContextTooLong):
            raise
        except BudgetUsedUp as error:
            return _Outcome(AnswerStatus.BUDGET, reason=_one_line(error))
        except NoKey as error:
            return _Outcome(AnswerStatus.NO_KEY, reason=error.message)
        except BatchUnderWay as error:
            return _Outcome(AnswerStatus.WAITING, reason=_one_line(error))
        except EndpointError as error:
            return _Outcome(AnswerStatus.FAILED, reason=_one_line(error), trouble=error.trouble)
        except _StillCut as error:
            return _Outcome(AnswerStatus.FAILED, reason=str(error), trouble=Trouble.ROOM)
        if second is not None and not second.defects:
            return self._published(second)
        return self._defective([each for each in (second, first) if each is not None])

    async def _less_doubted(self, prompt: Prompt, good: _Try[Content], judge: Judge[Content]) -> _Try[Content]:
        """A second try for what a second reader doubts of a good one; the good one where that fails or is no good."""
        doubted = [each.detail for said, each in self._doubts.items() if good.content and good.content.says(said)]
        if not doubted:
            return good
        try:
            second = await self._mended(prompt, good, doubted, judge)
        except (BudgetUsedUp, EndpointError):
            return good
        return good if second is None or second.defects else second

    async def _mended(
        self, prompt: Prompt, first: _Try[Content], wrong: Sequence[str], judge: Judge[Content]
    ) -> _Try[Content] | None:
        """The second try, told what is wrong with the first. None where there is no room to ask again."""
        correction = correction_text(self._task, self._rules.language, wrong)
        said = answer_texts.without_thoughts(first.stored.text)
        if first.stored.finish_reason == "length":  # in a circle: it would be paid for, and followed
            said = shortened(said, _SAID_OF_A_CIRCLE)
        try:
            return await self._tried(prompt.corrected(said, correction), judge)
        except (ContextTooLong, _StillCut):
            return None

    async def _tried(self, prompt: Prompt, judge: Judge[Content]) -> _Try[Content]:
        """The answer to `prompt`, with more room where it was cut. One that went round in a circle gets no more, unless
        an answer with more is held."""
        more = prompt.with_room(MORE_ROOM)
        for asked in (prompt, more):
            tried = await self._answered(asked, judge)
            if tried.stored.finish_reason != "length":
                return tried
            circle = loops.repeated_at_the_end(tried.stored.text)
            if circle is not None and (asked is more or self._answers.find(key_of(more, self._rules)) is None):
                detail = f"it says the same until it is cut: “{shortened(circle, 40)}”"
                return replace(tried, content=None, defects=(Defect(DefectKind.TWICE, detail),))
        limit = MORE_ROOM * self._rules.max_output_tokens
        raise _StillCut(_cut_at(tried.stored.usage.output_tokens, limit))

    async def _answered(self, prompt: Prompt, judge: Judge[Content]) -> _Try[Content]:
        """The stored answer to `prompt`, or a new one, which is stored.

        It is judged in another thread: a check takes some 25 ms, in which other answers come and other calls begin. So
        it is taken down before: nothing is awaited between its arrival and that. Whoever waited for its place among the
        calls is let go first: eight answers that come at once would else be judged before the next eight leave.
        """
        key = key_of(prompt, self._rules)
        fresh: list[tuple[Content | None, tuple[Defect, ...]]] = []

        async def ask() -> StoredAnswer:
            answer = StoredAnswer.of(key, self._task, self._about, prompt, await self._ask(prompt))
            self._answers.arrived(answer)
            await asyncio.sleep(_OTHERS_BEGIN_SECONDS)
            fresh.append(await _checked(judge, answer.text))
            return replace(answer, defects=fresh[0][1], repairs=_repairs(self._task, answer.text))

        stored = self._answers.find(key) or await self._answers.once(key, ask)
        content, defects = fresh[0] if fresh else await _checked(judge, stored.text)
        self._rules.judged(key, defects)
        self._usages.append(stored.usage)
        return _Try(stored, content, hard(defects))

    def _published(self, tried: _Try[Content], reason: str | None = None) -> _Outcome[Content]:
        content = tried.content.marked(self._doubts) if tried.content else None
        return _Outcome(AnswerStatus.DONE, content, reason, tried.stored.model, tried.stored.key)

    def _defective(self, tries: Sequence[_Try[Content]]) -> _Outcome[Content]:
        """What becomes of answers that all have defects: that of which the most is right is published as far as the
        rules let it, or named."""
        best = min(tries, key=_wrongness)
        told = [defect for defect in best.defects if not defect.kind.is_of_evidence]
        if not told:
            return self._published(best)
        reason = _named(told)
        if best.content is not None and self._rules.on_defect is OnDefect.FLAG:
            return self._published(best, reason)
        left = best.content.without(told) if best.content and self._rules.on_defect is OnDefect.SENTENCE else None
        if left is None:
            return _Outcome(AnswerStatus.WITHHELD, None, reason, best.stored.model, best.stored.key, Trouble.MODEL)
        return self._published(replace(best, content=left), reason)


def _cut_at(tokens: int | None, limit: int) -> str:
    """What is told of an answer that was cut with more room, too: an endpoint may have a limit of its own."""
    if tokens is not None and tokens < limit / MORE_ROOM:
        return (
            f"The answer was cut after {tokens} tokens, with room for {limit}: the endpoint has a limit of its own. "
            "Raise it there, or choose another llm.model."
        )
    return f"The answer was cut, with room for {limit} tokens too: raise llm.max_output_tokens."


def _repairs(task: Task, text: str) -> tuple[Repair, ...]:
    if task is Task.READING:
        return answer_texts.reading_in(text).repairs
    if task is Task.TRANSLATION:
        return answer_texts.translation_in(text).repairs
    return answer_texts.take_apart(text, (), answer_texts.PIECES).repairs


def _wrongness(tried: _Try[Content]) -> tuple[bool, int, int, int]:
    """The less, the more of an answer can be published."""
    wrong = [defect for defect in tried.defects if not defect.kind.is_harmless]
    sentences = {(defect.part, defect.sentence) for defect in wrong if defect.sentence is not None}
    whole = sum(1 for defect in wrong if defect.sentence is None)
    return tried.content is None, whole, len(sentences), len(tried.defects)


def _reading_judge(paper: Paper, excerpt: Excerpt, rules: AskingRules) -> Judge[JudgedReading]:
    by_number = {each.number: each for each in excerpt.paragraphs}

    def judge(text: str) -> tuple[JudgedReading | None, tuple[Defect, ...]]:
        apart = answer_texts.reading_in(text)
        if apart.defects:
            return None, apart.defects
        parts = {name: evidence.take_off(apart.parts[name], by_number) for name in PARTS}
        is_cited = evidence.is_cited([*parts.values()])
        source = f"{paper.title}\n{excerpt.text}"
        defects = [
            defect
            for name, part in parts.items()
            for defect in checks.judge_part(
                name,
                part.sentences,
                source,
                paper.abstract,
                rules.language,
                rules.tolerance,
                evidence.grounds(part, by_number) if is_cited else None,
            ).defects
        ]
        defects += evidence.check(parts, by_number, paper.title, paper.abstract, rules.language)
        return judged_reading(parts.values(), by_number, defects), tuple(defects)

    return judge


def _tighter(
    excerpt: Excerpt,
    error: ContextTooLong,
    prompt: Prompt,
    rules: AskingRules,
    shorter: Callable[[int], Excerpt] | None,
) -> Excerpt | None:
    """A shorter excerpt, at most half as long, or what the endpoint said would fit. None: it cannot be made shorter."""
    budget = excerpt.tokens // 2
    if error.excess_tokens is not None:
        fitting = excerpt.tokens - error.excess_tokens * 21 // 20 - 1
        budget = fitting if fitting >= LEAST_EXCERPT else budget
    elif error.context_tokens is not None:
        rules_length = len(prompt.messages[0].content)  # Han characters: about a token each
        answer = min(rules.max_output_tokens, error.context_tokens // 4)
        fitting = (error.context_tokens - rules_length - answer) * 9 // 10
        budget = min(fitting, excerpt.tokens * 9 // 10) if fitting >= LEAST_EXCERPT else budget
    if shorter is None or budget < LEAST_EXCERPT:
        return None
    tighter = shorter(budget)
    return tighter if len(tighter.text) < len(excerpt.text) else None


async def _checked(check: Callable[..., Found], *given: object) -> Found:
    """What `check` finds, in the thread of the checks."""
    return await asyncio.get_running_loop().run_in_executor(_CHECKS, check, *given)


def _named(defects: Sequence[Defect]) -> str:
    shown = "; ".join(defect.detail for defect in defects[:3])
    return shown if len(defects) <= 3 else f"{shown}; and {len(defects) - 3} more"


def _one_line(error: Exception) -> str:
    return " ".join(str(error).split())
