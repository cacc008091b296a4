"""Which model? The same recent papers through each of several, and what came of it. Nothing is published.

The papers are those whose texts the store holds already. Answers are asked for, checked and stored as a day's are, so
what the store holds is not paid for again, and a later run with that model has them. All within the budget.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial, reduce
from operator import add

import duckdb

from digest_assets.config import Settings
from digest_assets.errors import BudgetUsedUp
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm import asking
from digest_assets.llm.answers import Answer
from digest_assets.llm.asking import Ask
from digest_assets.llm.defects import Defect
from digest_assets.llm.prices import cost
from digest_assets.llm.prompts import Prompt
from digest_assets.model import AnswerStatus, FullText, Outcome, Paper, Reading, Translation, Usage
from digest_assets.pipeline.fetch_texts import together
from digest_assets.pipeline.read import excerpt_of
from digest_assets.pipeline.spending import spent_today
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import ModelAccess
from digest_assets.resources.topics import rules_by_paper
from digest_assets.store import answers, ledger, texts
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore

_DATES_LOOKED_AT = 30


@dataclass(frozen=True)
class Material:
    """What is compared on."""

    papers: Sequence[tuple[Paper, FullText]]
    papers_a_day: float
    """How many this digest has, on average of its last dates with any."""


@dataclass(frozen=True)
class Plan:
    """What a model will be asked."""

    calls: int
    tokens: int
    money: Decimal | None
    """None: its price is not known."""


@dataclass
class Work:
    """What a model made of the papers."""

    model: str
    translations: dict[str, Translation] = field(default_factory=dict)
    readings: dict[str, Reading] = field(default_factory=dict)
    defects: Counter[str] = field(default_factory=Counter)
    """By kind, of all its answers: those asked for again, too."""
    usage: Usage = field(default_factory=Usage)
    """What all answers to these papers were billed, whenever that was."""
    seconds: list[float] = field(default_factory=list)
    """Of each call that was made now."""
    money_a_day: Decimal | None = None

    @property
    def made(self) -> list[Translation | Reading]:
        return [*self.translations.values(), *self.readings.values()]

    @property
    def withheld(self) -> int:
        """Answers of which nothing can be published."""
        return sum(each.status is AnswerStatus.WITHHELD for each in self.made)

    @property
    def unanswered(self) -> list[str]:
        """Why answers are missing, each reason once."""
        good = (AnswerStatus.DONE, AnswerStatus.WITHHELD)
        return list(dict.fromkeys(each.reason or each.status.value for each in self.made if each.status not in good))

    @property
    def sentences_withheld(self) -> int:
        return sum(each.sentences_withheld or 0 for each in self.made)

    @property
    def evidence(self) -> tuple[int, int]:
        """How many sentences of the readings rest on paragraphs, and how many there are that say something."""
        told = [each.evidence for each in self.readings.values() if each.evidence is not None]
        return sum(some for some, _ in told), sum(count for _, count in told)


def material(connection: duckdb.DuckDBPyConnection, digest: str, count: int) -> Material:
    """The `count` newest papers that were kept and whose texts are held, and how many a date has."""
    found: list[tuple[Paper, FullText]] = []
    sizes: list[int] = []
    for day in sorted(ledger.made(connection, digest), reverse=True)[:_DATES_LOOKED_AT]:
        claimed = [each for each in ledger.claimed_by(connection, digest, day) if each.outcome is Outcome.KEPT]
        if not claimed:
            continue
        sizes.append(len(claimed))
        if len(found) < count:
            held = texts.texts_of(connection, digest, day)
            papers = [each.paper for each in claimed if not each.withdrawn and each.paper.identifier in held]
            found += [(paper, held[paper.identifier]) for paper in papers][: count - len(found)]
    return Material(found, sum(sizes) / len(sizes) if sizes else 0.0)


@dataclass
class Comparison:
    """The models of `names`, all at the endpoint that the settings name."""

    settings: Settings
    store: DigestStore
    access: ModelAccess
    clock: Clock
    on: Material

    def _access(self, model: str) -> ModelAccess:
        return replace(self.access, settings=self.settings.llm.model_copy(update={"model": model}))

    async def plan(self, model: str) -> Plan:
        """What asking `model` will take: first tries of what the store does not hold."""
        access, asked = self._access(model), list[Usage]()
        budget = access.budget(Usage(), None)

        async def note(prompt: Prompt) -> Answer:
            asked.append(budget.estimate(prompt, count_tokens))
            raise BudgetUsedUp("not asked yet", cure="")

        async with self._answers() as (_, known):
            await self._each(access, note, known, Work(model))
        usage = reduce(add, asked, Usage())
        tokens = (usage.input_tokens or 0) + (usage.output_tokens or 0)
        return Plan(len(asked), tokens, cost(usage, access.price))

    async def work(self, model: str) -> Work:
        """What `model` makes of the papers. Raises what keeps each of its answers from coming (`EndpointRefused`,
        `ModelUnknown`, `QuotaExhausted`, `EndpointUnreachable`)."""
        access, made = self._access(model), Work(model)
        async with self._answers() as (gathered, known), AsyncExitStack() as stack:
            budget = access.budget(*await spent_today(gathered, self.settings, access, self.clock.now()))
            opened = await stack.enter_async_context(
                access.open(budget, self.clock.now, lambda: known.make_room(self.settings.llm.max_concurrency))
            )

            async def ask(prompt: Prompt) -> Answer:
                began = time.monotonic()
                answer = await opened.ask(prompt)
                made.seconds.append(time.monotonic() - began)
                return answer

            await self._each(access, ask, known, made)
        made.usage = reduce(add, (each.usage for each in made.made), Usage())
        whole = cost(made.usage, access.price)
        if whole is not None and self.on.papers:
            made.money_a_day = whole / len(self.on.papers) * Decimal(self.on.papers_a_day)
        return made

    @asynccontextmanager
    async def _answers(self) -> AsyncIterator[tuple[GatheredStore, answers.KnownAnswers]]:
        identifiers = [paper.identifier for paper, _ in self.on.papers]
        async with (
            GatheredStore(self.store) as gathered,
            answers.KnownAnswers.open(gathered, identifiers, self.clock.now, self.store.journals) as known,
        ):
            yield gathered, known

    async def _each(self, access: ModelAccess, ask: Ask, known: answers.KnownAnswers, made: Work) -> None:
        found: dict[str, Sequence[Defect]] = {}
        rules_of = rules_by_paper(access, self.settings)
        tokens = self.settings.llm.text_tokens

        async def one(paper: Paper, text: FullText) -> None:
            rules = replace(rules_of(paper), judged=found.__setitem__)
            made.translations[paper.identifier] = await asking.translate(paper, ask=ask, answers=known, rules=rules)
            made.readings[paper.identifier] = await asking.read(
                paper,
                excerpt_of(paper, text, tokens),
                ask=ask,
                answers=known,
                rules=rules,
                shorter=partial(excerpt_of, paper, text),
            )

        await together([one(paper, text) for paper, text in self.on.papers], known.ends_with)
        made.defects = Counter(defect.kind.value for defects in found.values() for defect in defects)


def sides(
    works: Sequence[Work], identifiers: Iterable[str], shuffled: Callable[[list[Work]], None] | None
) -> Mapping[str, list[Work]]:
    """In which order a page shows the models, by paper: as given, or, for who is not to know, by `shuffled`."""
    order: dict[str, list[Work]] = {}
    for identifier in identifiers:
        order[identifier] = list(works)
        if shuffled is not None:
            shuffled(order[identifier])
    return order
