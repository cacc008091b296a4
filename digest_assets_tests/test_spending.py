"""What may be spent is enforced and told; what was paid for is never paid for again; terms come from the user too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import dagster as dg
import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.automation.dates import dates_due
from digest_assets.config import ModelPrice
from digest_assets.errors import ConfigurationError
from digest_assets.resources.model_access import ModelAccess, price_table
from digest_assets.sandbox import model_server
from digest_assets.store.usage import spent_on, usage_by_day
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


def metadata(world: World, asset: str) -> Mapping[str, Any]:
    event = world.instance.get_latest_materialization_event(dg.AssetKey(asset))
    assert event is not None
    assert event.asset_materialization is not None
    return {name: each.value for name, each in event.asset_materialization.metadata.items()}


def spent(world: World) -> int:
    with world.store.transaction() as connection:
        return sum(day.tokens for day in usage_by_day(connection, {}))


@pytest.mark.slow
def test_a_budget_of_a_run_ends_the_asking_and_a_later_run_goes_on(world: World) -> None:
    world.change(llm={"budget_run_tokens": 20_000, "max_concurrency": 4})
    report = world.make(DAY)
    assert report.outcome is RunOutcome.IN_PART
    assert any("llm.budget_run_tokens = 20000" in reason for reason in report.reasons)
    assert 0 < spent(world) <= 20_000
    first = world.calls
    marked = sum(metadata(world, asset)["left_by_the_budget"] for asset in ("translations", "summaries"))
    assert marked > 0
    rows = "SELECT count(*) FROM (SELECT status FROM translations UNION ALL SELECT status FROM summaries)"
    assert world.rows(f"{rows} WHERE status = 'budget'") == [(marked,)]
    assert DAY in dates_due(world.settings, world.store, NOON)
    # Run again, it goes on where it stopped, with as much again; in the end it has cost what it would have at once.
    runs = 1
    while report.outcome is RunOutcome.IN_PART and runs < 12:
        report, runs = world.make(DAY), runs + 1
    assert report.outcome is RunOutcome.COMPLETE
    assert world.calls > first
    assert DAY not in dates_due(world.settings, world.store, NOON)
    assert world.rows("SELECT count(*), count(DISTINCT answer_key) FROM model_answers") == [(world.calls, world.calls)]


@pytest.mark.slow
def test_a_budget_of_a_day_counts_what_earlier_runs_spent(world: World) -> None:
    world.make(DAY)
    before = spent(world)
    world.change(llm={"budget_day_tokens": before})
    day = DAY - timedelta(days=1)
    report = world.make(day)
    assert report.outcome is RunOutcome.IN_PART
    assert spent(world) == before
    # The next day, UTC, it is renewed.
    assert world.make(day, NOON + timedelta(days=1)).outcome is RunOutcome.COMPLETE


def test_a_budget_in_money_needs_a_price_and_says_where(world: World) -> None:
    world.change(llm={"budget_run_money": Decimal(1)})
    report = world.make(DAY)
    assert report.outcome is RunOutcome.FAILED
    assert "llm.prices" in report.reasons[0]


@pytest.mark.slow
def test_the_metadata_show_what_a_date_cost_and_this_run_apart(world: World) -> None:
    price = ModelPrice(input=Decimal(1), cached=Decimal("0.1"), output=Decimal(2))
    world.change(llm={"prices": {world.sandbox.model.model: price}})
    # The second try begins with the first one, which the provider's prefix cache then holds.
    world.sandbox.model.faults.always("chat", model_server.says("<background>"), containing="<background>")
    world.make(DAY)
    shown = metadata(world, "summaries")
    assert shown["calls"] == world.sandbox.model.calls[model_server.READING]
    assert shown["input_tokens"] > 1000
    assert 0 < shown["cached_share"] < 1
    assert shown["calls_of_this_run"] == shown["calls"]
    assert shown["tokens_of_this_run"] == shown["input_tokens"] + shown["output_tokens"]
    assert shown["money_of_this_run"] == shown["money"]
    both = sum(metadata(world, asset)["money"] for asset in ("translations", "summaries", "overviews"))
    with world.store.transaction() as connection:
        _, money = spent_on(connection, NOON.date(), price_table(world.settings.llm))
    assert money is not None
    assert both == pytest.approx(float(money), abs=1e-4)
    assert metadata(world, "rendered_posts")["money"] == pytest.approx(float(money), abs=1e-4)
    assert metadata(world, "rendered_posts")["tokens"] == spent(world)
    world.make(DAY)
    again, of_the_date = metadata(world, "summaries"), ("calls", "input_tokens", "output_tokens", "money")
    assert [again[name] for name in ("calls_of_this_run", "tokens_of_this_run", "money_of_this_run")] == [0, 0, 0]
    assert [again[name] for name in of_the_date] == [shown[name] for name in of_the_date]


@pytest.mark.slow
def test_an_unknown_price_shows_tokens_only(world: World) -> None:
    world.make(DAY)
    assert "money" not in metadata(world, "translations")
    assert metadata(world, "translations")["input_tokens"] > 0


@pytest.mark.slow
def test_what_was_published_stays_when_asking_anew_fails(world: World) -> None:
    world.make(DAY)
    before = world.post(DAY)
    world.change(llm={"temperature": 0.5, "attempts": 1})  # every key is a new one
    world.sandbox.model.faults.always("chat", model_server.server_error())
    world.make(DAY)
    assert world.post(DAY) == before


def access(folder: Path, world: World, **changes: Any) -> ModelAccess:
    return ModelAccess(
        world.settings.llm.model_copy(update=changes), folder, categories=world.settings.digest.categories
    )


@pytest.mark.slow
def test_the_users_terms_lie_over_the_packages_own(world: World, tmp_path: Path) -> None:
    (tmp_path / "terms.toml").write_text('[zh]\n"word error rate" = ["字错率"]\n"foghorn" = ["雾号"]\n', "utf-8")
    glossary = access(tmp_path, world, glossary="terms.toml").rules("zh").glossary
    found = {term.source: term.preferred for term in glossary.terms_in("The word error rate of speech recognition.")}
    assert found["word error rate"] == "字错率"
    assert len(found) == 2
    world.change(llm={"glossary": "terms.toml"})
    world.make(DAY)
    prompts = [str(request.body) for request in world.sandbox.model.requests]
    assert any("foghorn = 雾号" in prompt for prompt in prompts)


@pytest.mark.parametrize("content", [None, b"[zh\n", b'[zh]\n"term" = 3\n', b"\xff\xfe"])
def test_a_broken_glossary_is_one_line_that_names_it(world: World, tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "terms.toml").write_bytes(content)
    with pytest.raises(ConfigurationError) as caught:
        access(tmp_path, world, glossary="terms.toml").rules("zh")
    assert "terms.toml" in str(caught.value)
    assert "\n" not in str(caught.value)
