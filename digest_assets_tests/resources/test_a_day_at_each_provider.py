"""A day of a hundred papers at providers with limits, on a virtual clock: what it costs, takes, and tells.

`python -m digest_assets_tests.resources.test_a_day_at_each_provider` prints the table of docs/endpoints.md.
"""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import Awaitable
from dataclasses import dataclass, replace
from datetime import datetime, timezone

import httpx2
import pytest

from digest_assets.config import LlmSettings
from digest_assets.full_text.tokens import count_tokens
from digest_assets.llm.asking import AskingRules, Excerpt, read, translate
from digest_assets.llm.glossary import default_glossary
from digest_assets.model import AnswerStatus, Paper, Reading, TextSource, Translation
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.language_model import LanguageModel
from digest_assets.sandbox.manners import PLAYS
from digest_assets.sandbox.model_server import SandboxModel
from digest_assets_tests.llm.examples import PAPER, MemoryAnswers
from digest_assets_tests.resources.virtual_time import run_virtually

NOON = datetime(2026, 11, 27, 4, 30, tzinfo=timezone.utc)
PAPERS = 100
TEXT_TOKENS = 6000
LATENCY_SECONDS = 4.0


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


def a_day(play: str) -> Day:
    """A hundred papers, each translated and read, all their texts at hand."""
    server = SandboxModel(model="double", api_key=None, latency_seconds=LATENCY_SECONDS)
    server.manners = PLAYS[play]()
    preset = play.split(",")[0]

    async def run() -> tuple[list[Translation | Reading], float]:
        loop = asyncio.get_running_loop()
        server.clock = loop.time
        settings = LlmSettings(
            preset="openai" if preset == "any" else preset, base_url="http://test/v1", model="double", api_key_env=""
        )
        limiter = Limiter(settings.max_concurrency, clock=loop.time)
        transport = httpx2.ASGITransport(app=server._application)
        rules = AskingRules(model="double", audience="研究人员", glossary=default_glossary("zh"))
        answers = MemoryAnswers()

        def cut(tokens: int) -> Excerpt:
            text = text_of(min(tokens, TEXT_TOKENS))
            return Excerpt(text, None, count_tokens(text), TextSource.HTML)

        def now() -> float:
            return NOON.timestamp() + loop.time()

        async with LanguageModel(
            settings, "", limiter=limiter, count_tokens=count_tokens, clock=now, transport=transport
        ) as model:
            papers = [a_paper(number) for number in range(PAPERS)]
            asked: list[Awaitable[Translation | Reading]] = []
            for each in papers:
                asked.append(translate(each, ask=model.ask, answers=answers, rules=rules))
            for each in papers:
                text = cut(TEXT_TOKENS)
                asked.append(read(each, text, ask=model.ask, answers=answers, rules=rules, shorter=cut))
            done = await asyncio.gather(*asked)
        return done, loop.time()

    (made, seconds), _ = run_virtually(run())
    chats = [each for each in server.requests if each.route == "chat"]
    statuses = Counter(each.status.value for each in made)
    paid = sum(1 for each in chats if each.status == 200)
    told = next((each.reason for each in made if each.status is not AnswerStatus.DONE), None)
    good = statuses["done"]
    return Day(len(chats), len(chats) - good, paid - good, seconds / 60, statuses, told or "")


@pytest.mark.slow
@pytest.mark.parametrize("play", PLAYS)
def test_a_days_calls_are_those_it_needs(play: str) -> None:
    day = a_day(play)
    assert day.lost <= 0.05 * 2 * PAPERS, day
    assert day.paid_and_lost <= 1, day
    if "daily quota" in play:
        assert day.statuses["done"] == 60
        assert "worth asking again at 2026-11-27 11:42 UTC" in day.told
    else:
        assert day.statuses == {"done": 2 * PAPERS}, day


if __name__ == "__main__":
    print("| played | calls | lost | paid and lost | minutes | done | told |\n|---|--:|--:|--:|--:|--:|---|")
    for each in PLAYS:
        day = a_day(each)
        told = re.sub(r"http\S+", "…", day.told)
        print(
            f"| {each} | {day.calls} | {day.lost} | {day.paid_and_lost} | {day.minutes:.1f} "
            f"| {day.statuses['done']} | {told} |"
        )
