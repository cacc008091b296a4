"""The vectors of papers by an endpoint's `/v1/embeddings` (`ranking.embeddings`), each paid for once.

They join the ranking by words (`ranking/fusion.py`), which never needs them: where the vector of a paper cannot be had,
or the budget is used up, its words decide alone.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass
from functools import partial

from digest_assets.config import Settings
from digest_assets.errors import BudgetUsedUp, EndpointError, NoKey
from digest_assets.llm.asking import Ask, answered_once
from digest_assets.llm.budget import Meter
from digest_assets.llm.embeddings import embedding_prompt, unpacked
from digest_assets.llm.keys import answer_key
from digest_assets.llm.prompts import Task
from digest_assets.model import Usage
from digest_assets.pipeline.fetch_texts import together
from digest_assets.pipeline.spending import spent_on_tasks
from digest_assets.ranking.interests import Words
from digest_assets.resources.clock import Clock
from digest_assets.resources.model_access import EndpointAccess
from digest_assets.store.answers import KnownAnswers
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore


@dataclass(frozen=True)
class Embedded:
    """What came of the papers that were asked about."""

    vectors: Mapping[str, list[float]]
    """By the paper's name, of those that have one."""
    usage: Usage
    """Of the calls of this run."""
    without: int
    """Papers that have none."""


@dataclass(frozen=True)
class _Named:
    """What a vector is of: a paper as the reader's library names it has no version."""

    identifier: str
    version: int = 0


async def embed(
    settings: Settings,
    store: DigestStore,
    access: EndpointAccess,
    clock: Clock,
    papers: Mapping[str, Words],
    log: Callable[[str], None],
) -> Embedded:
    """The vectors of `papers`, by their names. That some cannot be had is logged, once for each cause."""
    meter, said, found = Meter(), set[str](), dict[str, list[float]]()

    async def vector(name: str, words: Words, known: KnownAnswers, ask: Ask) -> None:
        prompt = embedding_prompt(words.title, words.abstract)
        key = answer_key(access.settings.model, {}, prompt)
        try:
            answer = await answered_once(known, ask, key, Task.EMBEDDING, _Named(name), prompt)
            found[name] = unpacked(answer.text)
        except (BudgetUsedUp, EndpointError, NoKey) as error:
            if str(error) not in said:
                said.add(str(error))
                log(f"ranked without embeddings, {name} and others: {error}" if len(said) == 1 else str(error))

    async with AsyncExitStack() as stack:
        gathered = await stack.enter_async_context(GatheredStore(store))
        known = await stack.enter_async_context(KnownAnswers.open(gathered, list(papers), clock.now, store.journals))
        ask: Ask = access.refuse
        if access.can_be_asked:
            spent = await spent_on_tasks(gathered, settings, access, clock.now(), [Task.EMBEDDING])
            room = partial(known.make_room, access.settings.max_concurrency)
            model = await stack.enter_async_context(access.open(access.budget(*spent), clock.now, room))
            ask = meter.metered(model.ask)
        await together([vector(*each, known, ask) for each in papers.items()], known.ends_with)
    vectors = {name: found[name] for name in papers if name in found}
    return Embedded(vectors, meter.usage, len(papers) - len(vectors))
