"""A day whose texts are read a second time: one call a paper, from its own budget, and marks where it doubts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.config import SecondReaderSettings
from digest_assets.llm.prompts import Task
from digest_assets.resources.model_access import all_prices
from digest_assets.sandbox.model_server import READING, TRANSLATION, VERDICTS, slips
from digest_assets.store.usage import spent_on
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, noon_in_shanghai(DAY)) as world:
        yield world


def use_second_reader(world: World, **changes: Any) -> None:
    server = world.sandbox.model
    chosen = {"base_url": server.base_url, "model": server.model, "api_key_env": "", **changes}
    world.change(checks={"second_reader": SecondReaderSettings.model_validate(chosen)})


def test_a_sentence_that_says_too_much_is_asked_for_again_and_marked_where_it_stays(world: World) -> None:
    model = world.sandbox.model
    model.faults.always("chat", slips("比特准确率升至", "比特准确率显著升至"), containing="Can a Whisper")
    use_second_reader(world)
    report = world.make(DAY)
    assert report.outcome is RunOutcome.COMPLETE
    assert (model.calls[VERDICTS], model.calls[TRANSLATION], model.calls[READING]) == (11, 12, 11)
    assert "显著升至 97.8%，经 6 kbps 编码之后仍有 94.0%。（存疑）" in world.post(DAY)
    assert "；存疑 1 句" in world.post(DAY)
    assert (report.post and report.post.sentences_doubted) == 1
    [(prompt, said)] = world.rows("SELECT prompt_version, answer FROM model_answers WHERE answer LIKE '%overstated%'")
    assert prompt == "second-reading-1"
    assert "overstated | 显著 | " in said

    before, post = sum(model.calls.values()), world.post(DAY)
    world.make(DAY)  # what was paid for once is not asked again
    assert (sum(model.calls.values()), world.post(DAY)) == (before, post)

    world.change(checks={"second_reader": None})
    world.make(DAY)
    assert "（存疑）" not in world.post(DAY)


def test_its_budget_is_its_own_and_without_it_everything_is_published(world: World) -> None:
    use_second_reader(world, budget_run_tokens=10_000)
    world.change(llm={"budget_run_tokens": 10_000_000})
    report = world.make(DAY)
    assert report.outcome is RunOutcome.COMPLETE
    assert 1 <= world.sandbox.model.calls[VERDICTS] < 11
    with world.store.transaction() as connection:
        prices = all_prices(world.settings)
        second, _ = spent_on(connection, world.clock.now().date(), prices, tasks=[Task.SECOND_READING])
        rest, _ = spent_on(connection, world.clock.now().date(), prices, tasks=[Task.TRANSLATION, Task.READING])
    assert 0 < (second.input_tokens or 0) < 10_000 < (rest.input_tokens or 0)
