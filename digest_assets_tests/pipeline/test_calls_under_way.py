"""Papers that are asked about side by side: what one of them fails by costs no answer of another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timezone
from pathlib import Path

import pytest

from digest_assets.config import EmbeddingsSettings, LlmSettings, Settings
from digest_assets.llm.answers import Answer
from digest_assets.llm.budget import Budget
from digest_assets.llm.embeddings import packed
from digest_assets.llm.prompts import Prompt
from digest_assets.model import FullText, TextSource
from digest_assets.pipeline.compare import Comparison, Material
from digest_assets.pipeline.embed import embed
from digest_assets.ranking.interests import Words
from digest_assets.resources.clock import SetClock
from digest_assets.resources.model_access import EndpointAccess, ModelAccess, OpenModel
from digest_assets.store.connection import DigestStore
from digest_assets_tests.posts.examples import a_paper

CLOCK = SetClock(datetime(2026, 1, 29, 1, tzinfo=timezone.utc))
LLM = LlmSettings(base_url="http://127.0.0.1:9/v1", model="m", api_key_env="")
GOOD, BAD = a_paper(1, title="Bells in fog"), a_paper(2, title="This one fails")


class OneFails(EndpointAccess):
    """A mistake of this program ends the question about `BAD`, while the one about `GOOD` is under way."""

    @asynccontextmanager
    async def open(
        self, budget: Budget, now: Callable[[], datetime], make_room: Callable[[], None] = lambda: None
    ) -> AsyncIterator[OpenModel]:
        under_way, is_open = asyncio.Event(), True

        async def ask(prompt: Prompt) -> Answer:
            if any(BAD.title in message.content for message in prompt.messages):
                await under_way.wait()
                raise ArithmeticError("a mistake")
            under_way.set()
            for _ in range(100):  # turns of the loop: more than it takes to go home without waiting
                await asyncio.sleep(0)
            assert is_open
            return Answer(packed([1.0]), "stop", self.settings.model)

        try:
            yield OpenModel(ask, None, len, lambda: None, lambda _: None)  # type: ignore[arg-type]  # no batches here
        finally:
            is_open = False


class OneFailsOfTheModel(OneFails, ModelAccess):
    pass


def kept(store: DigestStore) -> list[tuple[str]]:
    with store.transaction() as connection:
        return connection.execute("SELECT identifier FROM model_answers").fetchall()


def test_of_embeddings(tmp_path: Path) -> None:
    store, settings = DigestStore(tmp_path / "digest.duckdb"), Settings.model_construct(root=tmp_path)
    access = OneFails(EmbeddingsSettings(base_url=LLM.base_url, model="m", api_key_env=""))
    papers = {each.identifier: Words(each.title) for each in (GOOD, BAD)}
    with pytest.raises(ArithmeticError):
        asyncio.run(embed(settings, store, access, CLOCK, papers, print))
    assert kept(store) == [(GOOD.identifier,)]


def test_of_a_comparison_of_models(tmp_path: Path) -> None:
    store, settings = DigestStore(tmp_path / "digest.duckdb"), Settings.model_construct(root=tmp_path, llm=LLM)
    papers = [(each, FullText(each.identifier, each.version, TextSource.ABSTRACT, ())) for each in (GOOD, BAD)]
    comparison = Comparison(settings, store, OneFailsOfTheModel(LLM, tmp_path), CLOCK, Material(papers, 2.0))
    with pytest.raises(ArithmeticError):
        asyncio.run(comparison.work("m"))
    assert kept(store) == [(GOOD.identifier,)]
