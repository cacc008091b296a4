"""The overview of a day: one call for all of it, while papers are still read; what falls and what is kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.sandbox import model_server
from digest_assets.sandbox.model_server import OVERVIEW, READING, TRANSLATION
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import World, a_world

SENTENCES = "SELECT group_key, sentence FROM overviews WHERE sentence IS NOT NULL ORDER BY place"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


def asked(world: World) -> list[str | None]:
    return [each.kind for each in world.sandbox.model.requests if each.kind]


@pytest.mark.slow
def test_one_call_writes_a_sentence_for_each_group_and_another_run_asks_for_none(world: World) -> None:
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    held = dict(world.rows(SENTENCES))
    groups = world.rows("SELECT group_key, len(identifiers) FROM overviews WHERE topic IS NOT NULL")
    assert held.keys() == {key for key, _ in groups}
    assert all(size >= 2 for _, size in groups)
    assert asked(world).count(OVERVIEW) == 1
    post = world.post(DAY)
    for sentence in held.values():
        assert sentence.split(" [")[0] in post
    world.make(DAY)
    assert asked(world).count(OVERVIEW) == 1
    assert dict(world.rows(SENTENCES)) == held
    shown = world.instance.get_latest_materialization_event(dg.AssetKey("overviews"))
    assert shown is not None
    assert shown.asset_materialization is not None
    metadata = shown.asset_materialization.metadata
    assert all(each.split(" [")[0] in str(metadata["overview"].value) for each in held.values())
    assert metadata["calls"].value == 1
    assert metadata["calls_of_this_run"].value == 0


@pytest.mark.slow
def test_it_is_asked_for_while_papers_are_read(tmp_path: Path) -> None:
    with a_world(tmp_path, NOON, llm={"max_concurrency": 2}) as world:
        world.sandbox.model.latency_seconds = 0.3  # longer than a busy machine takes between two steps
        world.make(DAY)
        kinds = asked(world)
        last_gist = max(place for place, kind in enumerate(kinds) if kind == TRANSLATION)
        assert last_gist < kinds.index(OVERVIEW) < max(place for place, kind in enumerate(kinds) if kind == READING)


@pytest.mark.slow
def test_a_sentence_with_a_number_of_no_gist_falls_and_its_group_keeps_its_name(world: World) -> None:
    world.sandbox.model.faults.always("chat", model_server.slips("34.8%", "36.8%"), containing="<g1>")
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    fallen = world.rows("SELECT group_key, reason FROM overviews WHERE status = 'withheld'")
    assert [key for key, _ in fallen] == ["enhancement"]
    assert "36.8" in fallen[0][1]
    post = world.post(DAY)
    assert "36.8%" not in post
    assert "**语音增强与分离（3 篇）**\n" in post
    assert asked(world).count(OVERVIEW) == 1, "nobody is asked again for a sentence"


@pytest.mark.slow
def test_an_answer_that_nothing_can_be_read_of_is_asked_for_once_more(world: World) -> None:
    world.sandbox.model.faults.add("chat", model_server.says("对不起。"), containing="<g1>")
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert asked(world).count(OVERVIEW) == 2
    assert world.rows(SENTENCES)


@pytest.mark.slow
def test_an_endpoint_that_fails_takes_no_day_along_and_no_sentence_away(world: World) -> None:
    world.change(llm={"attempts": 1})
    world.make(DAY)
    held = world.rows(SENTENCES)
    with world.store.transaction() as connection:
        connection.execute("DELETE FROM model_answers WHERE kind = 'overview'")
    world.sandbox.model.faults.always("chat", model_server.server_error(), containing="<g1>")
    assert world.make(DAY, NOON + timedelta(hours=1)).outcome is RunOutcome.COMPLETE
    assert world.rows(SENTENCES) == held


def test_nobody_is_asked_without_a_key(world: World) -> None:
    world.change(llm={"api_key_env": "SOME_MODEL_KEY"})
    world.make(DAY)
    assert asked(world) == []
    assert world.rows("SELECT DISTINCT status FROM overviews") == [("not asked",)]
    assert "**今日速览**" in world.post(DAY)
