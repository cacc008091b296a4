"""A day of a hundred papers at providers with limits, on a virtual clock: what it costs, takes, and tells.

`python -m digest_assets_tests.resources.test_a_day_at_each_provider` prints the table of docs/endpoints.md.
"""

from __future__ import annotations

import asyncio
import re
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any
from unittest import mock

import httpx2
import pytest

from digest_assets.config import LlmSettings
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm.asking import AnswerStore, Ask, AskingRules, Excerpt, read, translate
from digest_assets.llm.budget import Budget, Limits, Meter
from digest_assets.llm.glossary import default_glossary
from digest_assets.llm.prompts import Task
from digest_assets.model import AnswerStatus, Paper, Reading, TextSource, Translation, Usage
from digest_assets.pipeline.batches import BatchPlace, DateBatches
from digest_assets.resources.batch_endpoint import BatchEndpoint
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.language_model import LanguageModel
from digest_assets.sandbox.manners import PLAYS
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets.store import flights
from digest_assets.store.answers import KnownAnswers
from digest_assets.store.connection import DigestStore
from digest_assets.store.gathering import GatheredStore
from digest_assets_tests.llm.examples import PAPER, MemoryAnswers
from digest_assets_tests.resources.virtual_time import run_virtually

NOON = datetime(2026, 11, 27, 4, 30, tzinfo=timezone.utc)
PAPERS = 100
TEXT_TOKENS = 6000
LATENCY_SECONDS = 4.0
UNKNOWN_HOURS = 3
BATCHES = f"openai, batch answers 404 for {UNKNOWN_HOURS} hours"
RULES = AskingRules(model="double", audience="研究人员", glossary=default_glossary("zh"))


@dataclass(frozen=True)
class Day:
    """What a day came to."""

    calls: int
    lost: int
    """Calls that brought no answer to anything."""
    paid_and_lost: int
    """Of those, answers that were paid for."""
    minutes: float
    statuses: Counter[str]
    told: str
    """The reason of the first paper that lacks something."""


def a_paper(number: int) -> Paper:
    return replace(
        PAPER,
        identifier=f"2611.{number:05d}",
        title=f"A study of the case {number}",
        abstract=f"We study the case {number} with care. The error falls from {number + 10} to {number + 5}.",
    )


def text_of(tokens: int) -> str:
    sentence = "We measure the error of the model on each of the sets and compare it with the baseline. "
    return sentence * (tokens // 19)


def cut(tokens: int) -> Excerpt:
    text = text_of(min(tokens, TEXT_TOKENS))
    return Excerpt(text, None, count_tokens(text), TextSource.HTML)


def questions(
    answers: AnswerStore, ask: Callable[[Task, Paper], Ask]
) -> list[Coroutine[Any, Any, Translation | Reading]]:
    """A translation and a reading of each paper."""
    papers = [a_paper(number) for number in range(PAPERS)]
    text = cut(TEXT_TOKENS)
    return [
        *(translate(each, ask=ask(Task.TRANSLATION, each), answers=answers, rules=RULES) for each in papers),
        *(read(each, text, ask=ask(Task.READING, each), answers=answers, rules=RULES, shorter=cut) for each in papers),
    ]


def a_day_in_batches(folder: Path) -> Day:
    """The same in batches, which the endpoint takes and says for hours that it does not know. A run an hour."""
    server = SandboxModel(model="double", api_key=None, latency_seconds=LATENCY_SECONDS)
    server.batches_unknown_until = UNKNOWN_HOURS * 3600.0
    store = DigestStore(folder / "digest.duckdb")
    identifiers = [a_paper(number).identifier for number in range(PAPERS)]
    place = BatchPlace("arxiv", date(2026, 11, 27), "http://test/v1", "double", 3000.0, 60.0, store.journals)
    told: list[str] = []

    async def a_run(model: LanguageModel, now: Callable[[], datetime]) -> list[Translation | Reading]:
        budget, meter = Budget(Limits(None, None, None, None), None, Usage(), None), Meter()
        async with (
            GatheredStore(store) as gathered,
            KnownAnswers.open(gathered, identifiers, now, store.journals) as known,
        ):
            batches = await DateBatches.open(
                place, BatchEndpoint(model), gathered, identifiers, budget, count_tokens, now, lambda _: None
            )

            def ask(task: Task, paper: Paper) -> Ask:
                return batches.asking(model.ask, task, paper, RULES, meter)

            await asyncio.gather(*questions(known, ask))
            await batches.settle()
            return await asyncio.gather(*questions(known, ask))

    async def run() -> tuple[list[Translation | Reading], float]:
        loop = asyncio.get_running_loop()
        server.clock = loop.time
        settings = LlmSettings(preset="openai", base_url="http://test/v1", model="double", api_key_env="")
        async with LanguageModel(
            settings,
            "",
            limiter=Limiter(settings.max_concurrency, clock=loop.time),
            count_tokens=count_tokens,
            clock=lambda: NOON.timestamp() + loop.time(),
            transport=httpx2.ASGITransport(app=server._application),
        ) as model:
            while True:
                made = await a_run(model, lambda: NOON + timedelta(seconds=loop.time()))
                if all(each.status is AnswerStatus.DONE for each in made):
                    return made, loop.time()
                told.extend(each.reason or "" for each in made[:1])
                await asyncio.sleep(600)

    with mock.patch.object(flights, "BEAT_SECONDS", 3600.0):
        (made, seconds), _ = run_virtually(run())
    handed_in = sum(len(each["lines"]) for each in server.batches.values())
    paid, statuses = sum(server.calls.values()), Counter(each.status.value for each in made)
    return Day(handed_in, handed_in - len(made), paid - len(made), seconds / 60, statuses, told[0])


def a_day(play: str) -> Day:
    """A hundred papers, each translated and read, all their texts at hand."""
    server = SandboxModel(model="double", api_key=None, latency_seconds=LATENCY_SECONDS)
    server.manners = PLAYS[play]()
    preset = play.split(",")[0]

    async def run() -> tuple[list[Translation | Reading], float]:
        loop = asyncio.get_running_loop()
        server.clock = loop.time
        settings = LlmSettings(preset=preset, base_url="http://test/v1", model="double", api_key_env="")
        limiter = Limiter(settings.max_concurrency, clock=loop.time)
        transport = httpx2.ASGITransport(app=server._application)
        answers = MemoryAnswers()

        def now() -> float:
            return NOON.timestamp() + loop.time()

        async with LanguageModel(
            settings, "", limiter=limiter, count_tokens=count_tokens, clock=now, transport=transport
        ) as model:
            done = await asyncio.gather(*questions(answers, lambda task, paper: model.ask))
        return done, loop.time()

    (made, seconds), _ = run_virtually(run())
    chats = [each for each in server.requests if each.route == "chat"]
    statuses = Counter(each.status.value for each in made)
    paid = sum(1 for each in chats if each.is_given)
    told = next((each.reason for each in made if each.status is not AnswerStatus.DONE), None)
    good = statuses["done"]
    return Day(len(chats), len(chats) - good, paid - good, seconds / 60, statuses, told or "")


@pytest.mark.slow
@pytest.mark.parametrize("play", PLAYS)
def test_a_days_calls_are_those_it_needs(play: str) -> None:
    day = a_day(play)
    assert day.lost <= 0.05 * 2 * PAPERS, day
    assert day.paid_and_lost <= 1, day
    if "room" in play:
        assert day.minutes < 16, "28 where each call asks for all the room that an answer may have"
    if "daily quota" in play:
        assert day.statuses["done"] == 60
        assert "worth asking again at 2026-11-27 11:42 UTC" in day.told
    else:
        assert day.statuses == {"done": 2 * PAPERS}, day


@pytest.mark.slow
def test_a_batch_that_is_not_known_for_hours_is_waited_for(tmp_path: Path) -> None:
    day = a_day_in_batches(tmp_path)
    assert (day.calls, day.lost, day.paid_and_lost) == (2 * PAPERS, 0, 0)
    assert day.statuses == {"done": 2 * PAPERS}
    assert "not known to the endpoint at the moment" in day.told


if __name__ == "__main__":
    print("| played | calls | lost | paid and lost | minutes | done | told |\n|---|--:|--:|--:|--:|--:|---|")
    with tempfile.TemporaryDirectory() as folder:
        days = [*((each, a_day(each)) for each in PLAYS), (BATCHES, a_day_in_batches(Path(folder)))]
    for each, day in days:
        told = re.sub(r"http\S+", "…", day.told)
        print(
            f"| {each} | {day.calls} | {day.lost} | {day.paid_and_lost} | {day.minutes:.1f} "
            f"| {day.statuses['done']} | {told} |"
        )
