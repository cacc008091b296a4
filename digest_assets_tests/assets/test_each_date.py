"""A run over a range of dates comes to what a run a date comes to: rows, posts, metadata, check results, staleness."""

from __future__ import annotations

import os
import pickle
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest
import stamina
from dagster._core.definitions.data_version import CachingStaleStatusResolver
from dagster._core.loader import LoadingContextForTest

from digest_assets.assets.each_date import RETRIES_TAG
from digest_assets.definitions import CHECKS_OF_A_DATE, build_defs
from digest_assets.resources.clock import SetClock
from digest_assets.sandbox import arxiv_server
from digest_assets.sandbox.papers import invented
from digest_assets_tests.test_pipeline import NOON_MAILING, content
from digest_assets_tests.worlds import World, a_world, noon_in_shanghai, settings_for

DAYS = [date(2026, 11, 18) + timedelta(days=offset) for offset in range(4)]
"""Wednesday to Saturday: the last has no mailing."""
THURSDAY = DAYS[1]
THREE = DAYS[:3]
LATER = noon_in_shanghai(date(2026, 11, 22))
OF_THE_RUN = (
    *("seconds", "sources", "cached_share"),
    *("files_written", "files_unchanged", "files_removed", "dates_on_the_site"),
)
"""Metadata that says how long something took, how far the whole site was then, what the model had in its cache."""


@dataclass
class Told:
    """What Dagster holds of a date: by asset its newest metadata and tags, by check its newest result."""

    metadata: dict[str, dict[str, Any]] = field(default_factory=dict)
    versions: dict[str, tuple[str | None, ...]] = field(default_factory=dict)
    checks: dict[str, tuple[bool, str, str | None, dict[str, Any]]] = field(default_factory=dict)
    stale: dict[str, list[str]] = field(default_factory=dict)


def told(world: World, day: date) -> Told:
    found = Told()
    graph = world.definitions.resolve_asset_graph()
    resolver = CachingStaleStatusResolver(world.instance, graph, LoadingContextForTest(world.instance))
    for asset in graph.materializable_asset_keys:
        wanted = dg.AssetRecordsFilter(asset, asset_partitions=[day.isoformat()])
        records = world.instance.fetch_materializations(wanted, limit=1).records
        if not records:
            continue
        materialization = records[0].asset_materialization
        assert materialization is not None
        name, tags = asset.path[-1], materialization.tags or {}
        found.metadata[name] = {
            key: str(value.value).replace(str(world.folder), "")
            for key, value in materialization.metadata.items()
            if key not in OF_THE_RUN and (name, key) != ("reader_site", "papers_on_the_site")
        }
        found.versions[name] = (tags.get("dagster/code_version"), tags.get("dagster/data_version"))
        found.stale[name] = [cause.reason for cause in resolver.get_stale_causes(asset, day.isoformat())]
    for key in graph.asset_check_keys:
        history = world.instance.event_log_storage.get_asset_check_execution_history(
            key, limit=1, partition_filter=dg_filter(day)
        )
        for record in history:
            assert record.event is not None
            if record.status.name == "PLANNED":
                found.checks[key.name] = (False, "never made", None, {})
                continue
            evaluation = record.event.dagster_event.asset_check_evaluation_data  # type: ignore[union-attr]
            values = {name: value.value for name, value in evaluation.metadata.items()}
            found.checks[key.name] = (evaluation.passed, evaluation.severity.value, evaluation.description, values)
    return found


def dg_filter(day: date) -> Any:
    from dagster._core.storage.event_log.base import PartitionKeyFilter

    return PartitionKeyFilter(key=day.isoformat())


def make_range(
    world: World, days: Sequence[date], selection: Sequence[str] = (), **tags: str
) -> dg.ExecuteInProcessResult:
    """One run of all `days`, as a backfill asks for it."""
    world.clock.instant = LATER
    return world.definitions.resolve_job_def("digest").execute_in_process(
        instance=world.instance,
        raise_on_error=False,
        tags={
            "dagster/asset_partition_range_start": days[0].isoformat(),
            "dagster/asset_partition_range_end": days[-1].isoformat(),
            RETRIES_TAG: "0",
            **tags,
        },
        asset_selection=[dg.AssetKey(name) for name in selection] or None,
        run_config={"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}},
    )


def failures(result: dg.ExecuteInProcessResult | dg.JobExecutionResult) -> dict[str, str]:
    """The steps that failed, and why."""
    failed = {}
    for event in result.all_events:
        if event.is_step_failure:
            data = event.step_failure_data
            failed[event.step_key or ""] = (
                data.user_failure_data.description or "" if data.user_failure_data else str(data.error)
            )
    return failed


def posts(world: World) -> dict[str, str]:
    return {path.name: path.read_text("utf-8") for path in (world.folder / "posts").glob("*.md")}


def fail_on_thursday(world: World) -> None:
    """arXiv answers no request for THURSDAY: the API by the begin of what it is asked for, OAI by its first day."""
    world.sandbox.arxiv.faults.always("api", arxiv_server.unavailable(), containing="202610041600")
    world.sandbox.arxiv.faults.always("oai", arxiv_server.unavailable(), containing="from=2026-11-17")


@pytest.fixture
def worlds(tmp_path: Path) -> Iterator[tuple[World, World]]:
    """One for a range run, one for single runs, with the same arXiv and the same model."""
    with a_world(tmp_path / "range", LATER, invented(NOON_MAILING)) as ranged:
        sandbox = ranged.sandbox
        settings = settings_for(tmp_path / "single", sandbox.arxiv, sandbox.model, LATER)
        with stamina.set_testing(True, attempts=2):
            yield ranged, World(tmp_path / "single", sandbox, ranged.clock, settings)


def assert_equal(ranged: World, single: World, days: Sequence[date]) -> None:
    assert posts(ranged) == posts(single)
    assert content(ranged) == content(single)
    for day in days:
        assert told(ranged, day) == told(single, day), day


@pytest.mark.slow
def test_a_range_run_comes_to_what_single_runs_come_to(worlds: tuple[World, World]) -> None:
    ranged, single = worlds
    assert failures(make_range(ranged, DAYS)) == {}
    for day in DAYS:
        single.make(day, LATER)
    assert_equal(ranged, single, DAYS)
    assert len(posts(ranged)) == 3
    checks = {key.name for check in CHECKS_OF_A_DATE for key in check.check_keys}
    for day in DAYS:
        made = told(ranged, day)
        assert len(made.metadata) == 8
        assert {name for name, (passed, *_) in made.checks.items() if passed} == checks
        assert not any(made.stale.values())


@pytest.mark.slow
def test_a_date_that_fails_in_the_middle_takes_nothing_from_the_others(worlds: tuple[World, World]) -> None:
    for world in worlds:
        world.change(llm={"api_key_env": "NO_SUCH_KEY"})
        fail_on_thursday(world)
    ranged, single = worlds
    failed = failures(make_range(ranged, THREE))
    assert list(failed) == ["deliveries"]
    assert "1 of 3 dates failed, the others were made. 2026-11-19: raw_feed_entries: " in failed["deliveries"]
    for day in THREE:
        single.make(day, LATER)
    assert_equal(ranged, single, THREE)
    assert told(ranged, THURSDAY).metadata == {}
    assert len(posts(ranged)) == 2

    ranged.sandbox.arxiv.faults.clear()
    assert failures(make_range(ranged, THREE)) == {}
    assert len(posts(ranged)) == 3


@pytest.mark.slow
def test_a_blocking_check_holds_back_its_own_date_alone(worlds: tuple[World, World]) -> None:
    ranged, _ = worlds
    ranged.change(llm={"api_key_env": "NO_SUCH_KEY"})
    make_range(ranged, THREE)
    with duckdb.connect(str(ranged.store.path)) as connection:
        connection.execute("DELETE FROM translations WHERE digest_date = ?", [THURSDAY])
    for path in (ranged.folder / "posts").glob("*.md"):
        path.unlink()
    failed = failures(make_range(ranged, THREE, selection=["summaries", "rendered_posts"]))
    assert sorted(posts(ranged)) == ["2026-11-18-arxiv.md", "2026-11-20-arxiv.md"]
    assert failed
    assert all("2026-11-19: every_paper_has_its_rows: " in reason for reason in failed.values())


@pytest.mark.slow
def test_what_may_pass_is_tried_again_and_dates_that_were_made_are_left_as_they_are(
    worlds: tuple[World, World],
) -> None:
    ranged, _ = worlds
    ranged.change(llm={"api_key_env": "NO_SUCH_KEY"}, runs={"retry_seconds": 0})
    ranged.sandbox.arxiv.faults.add("api", *[arxiv_server.unavailable()] * 2, containing="202610041600")
    ranged.sandbox.arxiv.faults.add("oai", *[arxiv_server.unavailable()] * 2, containing="from=2026-11-17")
    result = make_range(ranged, THREE, **{RETRIES_TAG: "1"})
    assert failures(result) == {}
    retried = [event.step_key for event in result.all_events if event.is_step_up_for_retry]
    assert retried == ["raw_feed_entries"]
    made = [event.partition for event in result.asset_materializations_for_node("raw_feed_entries")]
    assert made == ["2026-11-18", "2026-11-20", "2026-11-19"]


def the_job() -> dg.JobDefinition:
    """The main job, as a process that Dagster starts would load it; the settings lie where ARGUMENTS says."""
    settings, now = pickle.loads(Path(os.environ["ARGUMENTS"]).read_bytes())
    return build_defs(settings, clock=SetClock(now)).resolve_job_def("digest")


@pytest.mark.slow
def test_a_range_run_that_is_executed_again_from_its_failure_goes_on_with_all_dates(
    worlds: tuple[World, World], monkeypatch: pytest.MonkeyPatch
) -> None:
    ranged, _ = worlds
    template = ranged.folder / "templates" / "post.jekyll.md.j2"
    template.parent.mkdir(parents=True)
    template.write_text("{{ no such thing")
    ranged.change(llm={"api_key_env": "NO_SUCH_KEY"}, output={"templates_dir": "templates"})
    first = make_range(ranged, THREE)
    assert list(failures(first)) == ["rendered_posts"]
    assert "3 of 3 dates failed" in failures(first)["rendered_posts"]

    template.unlink()
    arguments = ranged.folder / "arguments.pickle"
    arguments.write_bytes(pickle.dumps((ranged.settings, LATER)))
    monkeypatch.setenv("ARGUMENTS", str(arguments))
    options = dg.ReexecutionOptions.from_failure(first.dagster_run.run_id, ranged.instance)
    with dg.execute_job(
        dg.reconstructable(the_job),
        ranged.instance,
        tags=first.dagster_run.tags,
        reexecution_options=options,
        raise_on_error=False,
    ) as again:
        assert failures(again) == {}
        assert "raw_feed_entries" not in {event.step_key for event in again.all_events}
    assert len(posts(ranged)) == 3
