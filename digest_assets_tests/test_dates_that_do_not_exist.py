"""Runs for dates that are no partitions, through Dagster: refused with one clear line, and nothing of them stored."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest
from dagster._core.errors import DagsterUnknownPartitionError

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets_tests.test_pipeline import DAY, NOON, content
from digest_assets_tests.worlds import World, a_world, failures

TO_COME = date(2999, 1, 1)
BEFORE_THE_FIRST = date(2026, 9, 20)
SATURDAY = date(2026, 11, 14)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


@pytest.mark.parametrize(
    "day", [TO_COME, BEFORE_THE_FIRST, SATURDAY], ids=["to come", "before the first", "without a mailing"]
)
def test_a_run_of_such_a_date_is_refused_by_name(world: World, day: date) -> None:
    with pytest.raises(DagsterUnknownPartitionError, match=f"`{day}`"):
        world.make(day)
    assert not world.store.path.exists()


def test_a_run_of_a_range_is_refused_before_anything_of_it_is_made(world: World) -> None:
    """Dagster does not ask whether assets can make a range where it is told by a run's tags."""
    result = world.definitions.resolve_job_def("digest").execute_in_process(
        instance=world.instance,
        raise_on_error=False,
        tags={
            "dagster/asset_partition_range_start": (DAY - timedelta(days=2)).isoformat(),
            "dagster/asset_partition_range_end": DAY.isoformat(),
        },
        asset_selection=[dg.AssetKey("raw_feed_entries"), dg.AssetKey("windowed_papers")],
    )
    ((step, told),) = failures(result).items()
    assert step == "raw_feed_entries"
    assert told.startswith("A run makes one date of the digest.")
    assert not world.store.path.exists()
    assert world.sandbox.arxiv.requests == []


@pytest.mark.slow
def test_a_clock_that_is_set_back_between_two_runs_keeps_what_was_made(world: World) -> None:
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    before, post, calls = content(world), world.post(DAY), world.calls
    report = world.make(DAY, NOON - timedelta(days=3))
    assert report.outcome is RunOutcome.NOT_YET
    assert report.reasons == [f"arXiv announces the papers of {DAY} at 09:00 (Asia/Shanghai)."]
    assert world.make(DAY, NOON).outcome is RunOutcome.COMPLETE
    assert (content(world), world.post(DAY), world.calls) == (before, post, calls)
