"""A digest whose answers come in batches, through Dagster: published when they are there, and not before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.assets.of_a_digest import Place
from digest_assets.assets.read_papers import CHECK_OF_ANSWERS
from digest_assets.automation.command_line_runs import RunOutcome, run_date
from digest_assets.automation.dates import dates_due
from digest_assets.digests.standing import Standing
from digest_assets.pipeline.read import BATCH_TAG, HAND_IN
from digest_assets.sandbox.model_server import OVERVIEW
from digest_assets.store.standings import standings
from digest_assets_tests.checks.test_checks_of_a_date import results
from digest_assets_tests.cli.command_line import a_command_line
from digest_assets_tests.test_lost_store import checked
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON, llm={"batch": True, "batch_poll_seconds": 0.01}) as world:
        yield world


def stands(world: World) -> Standing:
    with world.store.transaction() as connection:
        return standings(connection, "arxiv", world.settings.digest.days, [DAY], world.clock.now())[DAY][0]


def test_a_date_that_waits_for_its_batch_is_not_published_and_a_later_run_publishes_it(world: World) -> None:
    report = run_date(world.definitions, world.instance, world.store, Place("arxiv"), DAY, {BATCH_TAG: HAND_IN})
    assert report.outcome is RunOutcome.NOT_YET
    assert any("wait for a batch" in reason for reason in report.reasons)
    assert not list((world.folder / "posts").glob("*.md"))
    assert world.rows("SELECT DISTINCT status FROM ledger WHERE digest_date = ?", DAY) == [("claimed",)]
    assert stands(world) is Standing.NOT_YET
    for asset, name in CHECK_OF_ANSWERS.items():
        said = results(world, DAY)[name]
        assert (said.passed, said.severity) == (False, dg.AssetCheckSeverity.WARN)
        assert f"{asset} of {DAY} wait for a batch; run it again later" in (said.description or "")
    asked_later = checked(world, DAY)
    for name in CHECK_OF_ANSWERS.values():
        assert not asked_later[name].passed
        assert "answers wait for a batch; run the date again" in (asked_later[name].description or "")
    standing = asked_later["no_date_is_left_failed"]
    assert (standing.passed, standing.metadata["waiting"].value) == (True, 1)
    assert f"1 dates wait for a batch: {DAY}." in (standing.description or "")
    assert DAY in dates_due(world.settings, world.store, NOON)

    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert "译文待校" not in world.post(DAY)
    assert (len(world.sandbox.model.batches), world.calls) == (1, 1), "the overview alone was asked for directly"
    assert stands(world) is Standing.COMPLETE
    assert all(results(world, DAY)[name].passed for name in CHECK_OF_ANSWERS.values())
    assert DAY not in dates_due(world.settings, world.store, NOON)


def test_a_backfill_hands_in_all_dates_before_it_waits_for_any(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ("backfill", "--from", "2026-11-19", "--to", "2026-11-20", "--batch")
    with a_command_line(tmp_path, NOON) as digest:
        digest.set(DIGEST__LLM__BATCH_POLL_SECONDS="0.01", DIGEST__LLM__BATCH_WAIT_MINUTES="0")
        digest.sandbox.model.batch_polls = 100
        said = digest(capsys, *arguments)
        assert (said.code, len(digest.sandbox.model.batches)) == (3, 2)
        assert "wait for a batch" in said.out
        digest.set(DIGEST__LLM__BATCH_WAIT_MINUTES="1")
        digest.sandbox.model.batch_polls = 1
        assert digest(capsys, *arguments).code == 0
        assert len(digest.sandbox.model.batches) == 2
        assert {each.kind for each in digest.sandbox.model.requests if each.route == "chat"} == {OVERVIEW}
