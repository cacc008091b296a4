"""Embeddings over the wire: each is paid for once, and none is ever needed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import date
from functools import partial
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.config import EmbeddingsSettings, InterestSettings, RankingSettings, load_settings
from digest_assets.errors import ConfigurationError, EndpointError, EndpointRefused
from digest_assets.llm.embeddings import embedding_prompt, unpacked
from digest_assets.pipeline.embed import embed
from digest_assets.pipeline.rank import RankedDate, rank_papers
from digest_assets.resources.concurrency import Limiter
from digest_assets.resources.embeddings import EmbeddingModel
from digest_assets.resources.model_access import embeddings_of
from digest_assets.sandbox import model_server
from digest_assets.sandbox.model_server import EMBEDDINGS, SandboxModel
from digest_assets.sandbox.serving import Fault
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
KEY = "sk-a-key-that-nobody-may-see"


@pytest.fixture
def server() -> Iterator[SandboxModel]:
    running = SandboxModel(api_key=KEY)
    running.start()
    yield running
    running.stop()


def vector(server: SandboxModel, text: str, key: str = KEY, model: str = EMBEDDINGS) -> list[float]:
    async def no_nap(_: float) -> None:
        await asyncio.sleep(0)

    async def run() -> list[float]:
        settings = EmbeddingsSettings(base_url=server.base_url, model=model, attempts=3)
        limiter = Limiter(8, sleep=no_nap)
        async with EmbeddingModel(settings, key, limiter=limiter, sleep=no_nap, section="ranking.embeddings") as client:
            return unpacked((await client.ask(embedding_prompt(text, ""))).text)

    return asyncio.run(run())


def asked(server: SandboxModel) -> int:
    return sum(each.route == "embeddings" for each in server.requests)


@pytest.mark.parametrize(
    "fault",
    [model_server.rate_limited(0), model_server.server_error(), model_server.error_in_200()],
    ids=lambda each: each.name,
)
def test_what_passes_is_waited_out(server: SandboxModel, fault: Fault) -> None:
    vector(server, "echoes")  # an endpoint that has answered is given more tries
    server.faults.add("embeddings", fault)
    found = vector(server, "bells in fog")
    assert sum(each * each for each in found) == pytest.approx(1, abs=0.01)
    assert asked(server) == 3


def test_what_does_not_pass_is_an_error_that_names_the_setting_and_shows_no_key(server: SandboxModel) -> None:
    for fails, kind in (
        (partial(vector, server, "bells", key="sk-another-key-that-nobody-may-see"), EndpointRefused),
        (partial(vector, server, "bells", model="absent"), EndpointError),
    ):
        with pytest.raises(kind) as raised:
            fails()
        assert "that-nobody-may-see" not in str(raised.value)
        assert "ranking.embeddings" in str(raised.value)
    server.faults.always("embeddings", model_server.web_page())
    with pytest.raises(EndpointError):
        vector(server, "bells")


def test_an_endpoint_for_embeddings_has_to_name_its_model(tmp_path: Path) -> None:
    path = tmp_path / "digest.toml"
    path.write_text('[ranking.embeddings]\npreset = "openai"\n')
    with pytest.raises(ConfigurationError, match=r"ranking\.embeddings.*model is missing"):
        load_settings(path)
    path.write_text('[ranking.embeddings]\npreset = "openai"\nmodel = "text-embedding-3-small"\n')
    access = embeddings_of(load_settings(path))
    assert access is not None
    assert access.settings.base_url == "https://api.openai.com/v1"
    path.write_text("")
    assert embeddings_of(load_settings(path)) is None


# --- a date


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A date that was made without embeddings."""
    with a_world(tmp_path_factory.mktemp("project"), noon_in_shanghai(DAY)) as world:
        interest = InterestSettings(name="whispers", keywords=("whispered speech", "an organ in a village"))
        world.use(world.settings.model_copy(update={"interests": (interest,)}))
        world.make(DAY)
        assert asked(world.sandbox.model) == 0
        yield world


def ranked(world: World, **settings: object) -> tuple[RankedDate, list[str], int]:
    """The date ranked with an endpoint for embeddings; what was logged, and how often it was asked."""
    model = world.sandbox.model
    named = {"base_url": model.base_url, "model": EMBEDDINGS, "api_key_env": "", "attempts": 1, **settings}
    ranking = RankingSettings(embeddings=EmbeddingsSettings.model_validate(named))
    use = world.settings.model_copy(update={"ranking": ranking})
    access, log, before = embeddings_of(use), list[str](), asked(model)
    assert access is not None
    made = rank_papers(
        use,
        world.store,
        DAY,
        lambda papers: asyncio.run(embed(use, world.store, access, world.clock, papers, log.append)),
    )
    return made, log, asked(model) - before


def order(world: World) -> list[tuple[str, float]]:
    return [(row[0], row[1]) for row in world.rows("SELECT identifier, score FROM ranked_papers ORDER BY rank")]


def test_each_paper_is_paid_for_once_and_none_is_needed(world: World) -> None:
    words = order(world)
    for fault in (model_server.server_error(), model_server.insufficient_quota()):
        world.sandbox.model.faults.always("embeddings", fault)
        made, log, _ = ranked(world)
        assert made.embedded is not None
        assert made.embedded.vectors == {}
        assert len(log) >= 1
        assert order(world) == words
        world.sandbox.model.faults.clear()
    made, log, _ = ranked(world, budget_run_tokens=1)
    assert "ranking.embeddings.budget_run_tokens" in log[0]
    assert order(world) == words

    made, log, calls = ranked(world)
    assert made.embedded is not None
    assert calls == made.embedded.usage.calls == len(words) + 2
    assert (made.embedded.without, log) == (0, [])
    assert [score for _, score in order(world)] == [score for _, score in words]
    assert sorted(order(world)) != sorted(words)
    again, log, calls = ranked(world)
    assert (calls, log) == (0, [])
    assert again.found == made.found
    paid = world.rows("SELECT count(*), sum(input_tokens) FROM model_answers WHERE kind = 'embedding'")[0]
    assert paid == (len(words) + 2, made.embedded.usage.input_tokens)


@pytest.mark.slow
def test_the_asset_tells_what_they_took_and_the_date_is_complete(world: World) -> None:
    model = world.sandbox.model
    named = {"base_url": model.base_url, "model": EMBEDDINGS, "api_key_env": ""}
    ranking = RankingSettings(embeddings=EmbeddingsSettings.model_validate(named))
    world.use(world.settings.model_copy(update={"ranking": ranking}))
    calls = world.calls
    assert world.make(DAY).outcome.name == "COMPLETE"
    assert world.calls == calls
    event = world.instance.get_latest_materialization_event(dg.AssetKey("ranked_papers"))
    assert event is not None
    assert event.asset_materialization is not None
    assert event.asset_materialization.metadata["embeddings"].value == len(order(world)) + 2
