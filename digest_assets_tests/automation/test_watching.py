"""What tells people that something is wrong: the newest digest that is not there, the run that failed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest
import stamina

from digest_assets.automation.command_line_runs import ASKED_BY_TAG, COMMAND_LINE
from digest_assets.automation.failures import failure_sensor
from digest_assets.checks.dates import expected
from digest_assets.config import DigestSettings
from digest_assets.sandbox import arxiv_server
from digest_assets_tests.assets.test_deliveries import Inbox
from digest_assets_tests.test_pipeline import DAY, NOON
from digest_assets_tests.worlds import World, a_world

pytest.importorskip("apprise", reason="apprise is not installed")


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2026-11-20T15:01", "2026-11-20"),  # a Friday: its mailing was at 9:00
        ("2026-11-20T14:59", "2026-11-19"),
        ("2026-11-22T18:00", "2026-11-20"),  # a Sunday
        ("2026-11-23T15:01", "2026-11-23"),
        ("2026-11-27T18:00", "2026-11-26"),  # Thanksgiving in New York: no mailing in the night before
    ],
)
def test_the_digest_that_is_expected_knows_weekends_and_arxivs_holidays(now: str, day: str) -> None:
    assert expected(DigestSettings(), datetime.fromisoformat(f"{now}:00+08:00")) == date.fromisoformat(day)


def test_before_the_first_date_nothing_is_expected() -> None:
    assert expected(DigestSettings(first_date=date(2026, 11, 20)), NOON - timedelta(days=1)) is None


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    opened = Inbox()
    yield opened
    opened.close()


def a_failed_run(world: World, **tags: str) -> dg.ExecuteInProcessResult:
    world.sandbox.arxiv.faults.always("api", arxiv_server.unavailable())
    world.sandbox.arxiv.faults.always("feed", arxiv_server.unavailable())
    world.sandbox.arxiv.faults.always("oai", arxiv_server.unavailable())
    with stamina.set_testing(True, attempts=1):
        return world.definitions.resolve_job_def("digest").execute_in_process(
            partition_key=DAY.isoformat(),
            instance=world.instance,
            raise_on_error=False,
            tags={"digest/retries": "0", **tags},
            run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
        )


def tell(world: World, result: dg.ExecuteInProcessResult) -> object:
    """What the sensor says to a failed run."""
    (failure,) = [event for event in result.all_events if event.event_type is dg.DagsterEventType.RUN_FAILURE]
    context = dg.build_run_status_sensor_context(
        "failed_runs",
        failure,
        world.instance,
        result.dagster_run,
    ).for_run_failure()
    return failure_sensor([world.settings])(context)


@pytest.mark.slow
def test_a_run_that_failed_is_told_with_its_date_and_the_cure(
    tmp_path: Path, inbox: Inbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DIGEST_DELIVERY_URLS", inbox.url)
    with a_world(tmp_path, NOON) as world:
        tell(world, a_failed_run(world))
        (message,) = inbox.received
        assert DAY.isoformat() in message["title"]
        assert "raw_feed_entries: " in message["message"]
        assert "arxiv.api_url" in message["message"]
        assert "Traceback" not in message["message"]
        assert isinstance(tell(world, a_failed_run(world, **{ASKED_BY_TAG: COMMAND_LINE})), dg.SkipReason)
        assert len(inbox.received) == 1


@pytest.mark.slow
def test_the_afternoons_job_tells_of_a_date_whose_run_failed_before_its_checks(tmp_path: Path) -> None:
    with a_world(tmp_path, NOON) as world:
        assert not a_failed_run(world).success
        job = world.definitions.resolve_job_def("freshness")
        result = job.execute_in_process(instance=world.instance)
        told = {each.check_name: each for each in result.get_asset_check_evaluations()}
        assert not told["the_newest_digest_is_there"].passed
        assert told["no_date_is_left_failed"].metadata["left"].value == 1
        assert f"| {DAY} | failed |" in str(told["no_date_is_left_failed"].metadata["dates"].value)
