"""Dates of a backfill are runs of their own: what fails, waits or is held back takes nothing from the others."""

from __future__ import annotations

import logging
import os
import pickle
import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import dagster as dg
import duckdb
import pytest
import stamina

from digest_assets.assets.date_log import DateLog
from digest_assets.assets.one_date import RETRIES_TAG
from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.definitions import build_defs
from digest_assets.resources.clock import SetClock
from digest_assets.sandbox import arxiv_server
from digest_assets.sandbox.papers import invented
from digest_assets_tests.test_pipeline import NOON_MAILING
from digest_assets_tests.worlds import World, a_world, failures, noon_in_shanghai

THREE = [date(2026, 11, 18), date(2026, 11, 19), date(2026, 11, 20)]
THURSDAY = THREE[1]
LATER = noon_in_shanghai(date(2026, 11, 22))
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Without a model: that is quick, and what is tested here has nothing to do with one."""
    none = {"preset": "none"}
    with stamina.set_testing(True, attempts=2), a_world(tmp_path, LATER, invented(NOON_MAILING), llm=none) as it:
        yield it


def posts(world: World) -> list[str]:
    return sorted(path.name for path in (world.folder / "posts").glob("*.md"))


def run(world: World, day: date, *selection: str, **tags: str) -> dg.ExecuteInProcessResult:
    """A run of `day` as the UI makes it."""
    return world.definitions.resolve_job_def("digest").execute_in_process(
        partition_key=day.isoformat(),
        instance=world.instance,
        raise_on_error=False,
        tags=tags,
        asset_selection=[dg.AssetKey(name) for name in selection] or None,
        run_config=QUIET,
    )


@pytest.mark.slow
def test_a_date_that_fails_in_the_middle_takes_nothing_from_the_others(world: World) -> None:
    # arXiv answers no request for Thursday: the API by the begin of what it is asked for, OAI by its first day.
    world.sandbox.arxiv.faults.always("api", arxiv_server.unavailable(), containing="202610041600")
    world.sandbox.arxiv.faults.always("oai", arxiv_server.unavailable(), containing="from=2026-11-17")
    outcomes = [world.make(day, LATER).outcome for day in THREE]
    assert outcomes == [RunOutcome.COMPLETE, RunOutcome.FAILED, RunOutcome.COMPLETE]
    assert posts(world) == ["2026-11-18-arxiv.md", "2026-11-20-arxiv.md"]
    world.sandbox.arxiv.faults.clear()
    assert world.make(THURSDAY, LATER).outcome is RunOutcome.COMPLETE
    assert len(posts(world)) == 3


@pytest.mark.slow
def test_a_blocking_check_holds_back_its_own_date_alone(world: World) -> None:
    for day in THREE:
        world.make(day, LATER)
    with duckdb.connect(str(world.store.path)) as connection:
        connection.execute("DELETE FROM translations WHERE digest_date = ?", [THURSDAY])
    for path in (world.folder / "posts").glob("*.md"):
        path.unlink()
    failed = {day: failures(run(world, day, "summaries", "rendered_posts")) for day in THREE}
    assert posts(world) == ["2026-11-18-arxiv.md", "2026-11-20-arxiv.md"]
    assert [bool(failed[day]) for day in THREE] == [False, True, False]


def test_what_may_pass_is_tried_again_as_often_as_the_settings_say(world: World) -> None:
    world.change(runs={"retry_seconds": 0})
    for source, containing in (("api", "202610041600"), ("oai", "from=2026-11-17")):
        world.sandbox.arxiv.faults.add(source, *[arxiv_server.unavailable()] * 2, containing=containing)
    result = run(world, THURSDAY, "raw_feed_entries", **{RETRIES_TAG: "1"})
    assert failures(result) == {}
    assert [event.step_key for event in result.all_events if event.is_step_up_for_retry] == ["raw_feed_entries"]


def test_what_will_not_pass_is_not_tried_again(world: World) -> None:
    world.change(runs={"retry_seconds": 0})
    result = run(world, THURSDAY, "windowed_papers")  # of a date that nothing was received for
    assert list(failures(result)) == ["windowed_papers"]
    assert not [event for event in result.all_events if event.is_step_up_for_retry]


def test_a_materialization_tells_how_long_it_took_and_a_version_of_its_content(world: World) -> None:
    results = [run(world, THURSDAY, "raw_feed_entries", "windowed_papers") for _ in range(2)]
    versions = set()
    for result in results:
        (made,) = result.asset_materializations_for_node("windowed_papers")
        assert isinstance(made.metadata["seconds"].value, float)
        versions.add((made.tags or {})["dagster/data_version"])
    assert len(versions) == 1


@pytest.mark.parametrize(
    "error", [OSError(28, "No space left on device"), sqlite3.OperationalError("database or disk is full")]
)
def test_a_line_of_the_log_for_which_the_disk_has_no_room_ends_nothing(error: Exception) -> None:
    tried = []

    class FullDisk(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            tried.append(record.getMessage())
            raise error

    logger = logging.Logger("of a run")
    logger.addHandler(FullDisk())
    log = DateLog(logger, "arxiv", THURSDAY)
    log.info("an event")
    log.warning("another")
    assert tried == ["arxiv 2026-11-19 an event", "arxiv 2026-11-19 another"]


def the_job() -> dg.JobDefinition:
    """The main job, as a process that Dagster starts would load it; the settings lie where ARGUMENTS says."""
    settings, now = pickle.loads(Path(os.environ["ARGUMENTS"]).read_bytes())
    return build_defs(settings, clock=SetClock(now)).resolve_job_def("digest")


@pytest.mark.slow
def test_a_run_that_is_executed_again_from_its_failure_goes_on_where_it_failed(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = world.folder / "templates" / "post.jekyll.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{{ no such thing")
    world.change(output={"templates_dir": "templates"})
    first = run(world, THURSDAY)
    assert list(failures(first)) == ["rendered_posts"]

    template.unlink()
    arguments = world.folder / "arguments.pickle"
    arguments.write_bytes(pickle.dumps((world.settings, LATER)))
    monkeypatch.setenv("ARGUMENTS", str(arguments))
    options = dg.ReexecutionOptions.from_failure(first.dagster_run.run_id, world.instance)
    with dg.execute_job(
        dg.reconstructable(the_job),
        world.instance,
        tags=first.dagster_run.tags,
        reexecution_options=options,
        raise_on_error=False,
    ) as again:
        assert failures(again) == {}
        assert "raw_feed_entries" not in {event.step_key for event in again.all_events}
    assert posts(world) == ["2026-11-19-arxiv.md"]
