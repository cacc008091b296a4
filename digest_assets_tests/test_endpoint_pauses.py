"""A quota of the day: the date is published in part, says until when, and is due again then."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.assets.of_a_digest import Place
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.automation.dates import dates_due, why_nothing_is_due
from digest_assets.automation.sensors import retry_sensor
from digest_assets.sandbox.manners import PLAYS, PerDay
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai

DAY = date(2026, 11, 20)
NOON = noon_in_shanghai(DAY)
SEVEN_HOURS = timedelta(hours=7, minutes=12)

pytestmark = pytest.mark.slow


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with a_world(tmp_path, NOON) as world:
        yield world


def asks_again(world: World) -> list[str | None]:
    context = dg.build_sensor_context(
        instance=world.instance,
        resources={"store": world.store, "clock": world.clock},
    )
    told = retry_sensor(Place.of(world.settings), world.settings)(context)
    return [each.partition_key for each in told if isinstance(each, dg.RunRequest)]  # type: ignore[union-attr]


def test_a_date_that_a_quota_ended_is_due_again_when_it_is_renewed(world: World) -> None:
    manners = PLAYS["groq, daily quota after 60 calls"]()
    assert isinstance(manners, PerDay)
    manners.calls = 3
    world.sandbox.model.manners = manners
    report = world.make(DAY)
    assert report.outcome is RunOutcome.IN_PART
    assert "worth asking again at 2026-11-20 11:42 UTC" in report.reasons[0]
    assert len(report.reasons) < 5
    assert world.post(DAY)
    assert world.calls - 3 < 10  # those that were under way when it was said
    assert DAY not in dates_due(world.settings, world.store, NOON + SEVEN_HOURS - timedelta(minutes=1))
    told = why_nothing_is_due(world.settings, world.store, NOON + timedelta(minutes=1))
    assert "2026-11-20 is in part" in told
    assert "at 2026-11-20 11:42 UTC" in told
    assert "every mailing" not in told
    assert DAY in dates_due(world.settings, world.store, NOON + SEVEN_HOURS)

    world.clock.instant = NOON + timedelta(hours=2)
    assert asks_again(world) == []
    world.sandbox.model.manners = None
    world.clock.instant = NOON + SEVEN_HOURS
    assert asks_again(world) == [DAY.isoformat()]
    assert asks_again(world) == []
    assert world.make(DAY).outcome is RunOutcome.COMPLETE
    assert "every mailing so far" in why_nothing_is_due(world.settings, world.store, world.clock.instant)
    assert world.rows("SELECT count(*) FROM endpoint_pauses") == [(0,)]
