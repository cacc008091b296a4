"""The project in Dagster as a user runs it: webserver, daemon, code server, run queue; everything through GraphQL.

The clock is the machine's here, because Dagster's own processes decide which partitions exist.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from digest_assets.arxiv.calendar import previous_mailing
from digest_assets.config import DigestSettings
from digest_assets.sandbox.papers import invented
from digest_assets.sandbox.world import start_sandbox
from digest_assets_tests.automation.dagster_server import (
    BACKFILL,
    BACKFILL_ENDED,
    CANCEL,
    RESUME,
    DagsterServer,
    a_dagster_server,
    wait_for,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

ASSETS = ["raw_feed_entries", "windowed_papers", "full_texts", "translations", "summaries", "rendered_posts"]
DAGSTER = """
telemetry: {enabled: false}
run_queue: {dequeue_interval_seconds: 1}
concurrency: {runs: {max_concurrent_runs: 2}, pools: {default_limit: 1}}
run_monitoring: {enabled: true}
"""
DIGEST = """
[digest]
first_date = "%s"
[filters]
exclude_keywords = ["whisper"]
[llm.prices]
sandbox-zh = { input = "1", output = "4" }
[output]
site_dir = ""
"""


@dataclass
class Project:
    """A running Dagster, and the newest date whose papers the sandbox has."""

    dagster: DagsterServer
    day: date

    def days(self, count: int) -> list[str]:
        """The `count` dates up to the newest, oldest first."""
        return [(self.day - timedelta(days=back)).isoformat() for back in reversed(range(count))]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    # Hours ago, so that the date of the mailing exists and what the feed shows is settled.
    mailing = previous_mailing(datetime.now(timezone.utc) - timedelta(hours=6)).announced_at
    day = DigestSettings().days.date_announced(mailing)
    (tmp_path / "dagster.yaml").write_text(DAGSTER)
    (tmp_path / "digest.toml").write_text(DIGEST % (day - timedelta(days=13)).isoformat())
    with start_sandbox(papers=invented(mailing)) as sandbox:
        environment = {**sandbox.environment(), "DIGEST_CONFIG": str(tmp_path / "digest.toml")}
        with a_dagster_server(tmp_path, environment) as dagster:
            yield Project(dagster, day)


def test_a_user_of_the_ui_finds_what_it_does_what_was_dropped_and_what_it_cost(project: Project) -> None:
    the_lineage_alone_says_what_the_project_does(project)
    the_schedule_asks_for_the_newest_digest(project)
    run = project.dagster.launch(project.day.isoformat())
    assert project.dagster.finish(run) == "SUCCESS"
    why_a_paper_was_dropped_stands_in_the_metadata(project)
    what_a_date_cost_stands_in_the_metadata_as_numbers(project)
    the_post_can_be_read(project)
    each_column_says_where_it_comes_from(project)
    the_checks_are_there_for_that_date(project)
    the_schedule_says_why_it_asks_for_nothing(project)


def materialization(project: Project, asset: str) -> dict[str, Any]:
    """The metadata of the newest materialization of an asset's newest date, by label."""
    entries = project.dagster.ask(
        """query($k: AssetKeyInput!, $d: [String!]) { assetNodeOrError(assetKey: $k) { ... on AssetNode {
          assetMaterializations(partitions: $d, limit: 1) { timestamp metadataEntries { label
            ... on IntMetadataEntry { intValue } ... on FloatMetadataEntry { floatValue }
            ... on MarkdownMetadataEntry { mdStr } ... on TextMetadataEntry { text }
            ... on TableColumnLineageMetadataEntry { lineage { columnName columnDeps {
              columnName assetKey { path } } } }
          } } } } }""",
        k={"path": [asset]},
        d=[project.day.isoformat()],
    )["assetNodeOrError"]["assetMaterializations"][0]["metadataEntries"]
    return {
        entry["label"]: next((value for name, value in entry.items() if name != "label" and value is not None), None)
        for entry in entries
    }


def the_lineage_alone_says_what_the_project_does(project: Project) -> None:
    nodes = project.dagster.ask(
        "{ assetNodes { assetKey { path } description isPartitioned owners { ... on TeamAssetOwner { team } } "
        "kinds dependencyKeys { path } } }"
    )["assetNodes"]
    by_name = {node["assetKey"]["path"][-1]: node for node in nodes}
    assert set(ASSETS) <= set(by_name)
    for name in ASSETS:
        node = by_name[name]
        assert "**A row** is" in node["description"]
        assert "**Key**" in node["description"]
        assert node["isPartitioned"]
        assert node["kinds"]
        assert node["owners"]
    upstream = {name: {key["path"][-1] for key in by_name[name]["dependencyKeys"]} for name in ASSETS}
    assert upstream["windowed_papers"] == {"raw_feed_entries"}
    assert upstream["summaries"] == {"windowed_papers", "full_texts"}
    assert upstream["rendered_posts"] == {"windowed_papers", "full_texts", "translations", "summaries"}


def why_a_paper_was_dropped_stands_in_the_metadata(project: Project) -> None:
    shown = materialization(project, "windowed_papers")
    assert shown["filtered"] == 1
    assert "| keyword | 1 |" in shown["filtered_because"]
    (dropped,) = [line for line in shown["preview"].splitlines() if line.endswith("| keyword |")]
    assert "Whisper" in dropped


def what_a_date_cost_stands_in_the_metadata_as_numbers(project: Project) -> None:
    for asset in ("translations", "summaries"):
        shown = materialization(project, asset)
        assert shown["calls"] >= 10
        assert shown["input_tokens"] > shown["calls"]
        assert shown["money"] == pytest.approx((shown["input_tokens"] + 4 * shown["output_tokens"]) / 1e6, abs=1e-4)


def the_post_can_be_read(project: Project) -> None:
    shown = materialization(project, "rendered_posts")
    assert "layout: post" not in shown["post"]
    assert shown["published"] == shown["post"].count("\n## ")


def the_checks_are_there_for_that_date(project: Project) -> None:
    checks = project.dagster.ask(
        """query($k: AssetKeyInput!) { assetNodeOrError(assetKey: $k) { ... on AssetNode { assetChecksOrError {
          ... on AssetChecks { checks { name description
            executionForLatestMaterialization { status evaluation { partition severity } } } } } } } }""",
        k={"path": ["rendered_posts"]},
    )["assetNodeOrError"]["assetChecksOrError"]["checks"]
    assert {check["name"] for check in checks} >= {"the_ledger_balances", "nothing_failed"}
    for check in checks:
        assert check["description"]
        assert check["executionForLatestMaterialization"]["status"] == "SUCCEEDED", check


def each_column_says_where_it_comes_from(project: Project) -> None:
    lineage = {
        entry["columnName"]: {(dep["assetKey"]["path"][-1], dep["columnName"]) for dep in entry["columnDeps"]}
        for entry in materialization(project, "summaries")["dagster/column_lineage"]
    }
    assert lineage["method"] == {("full_texts", "sections")}
    definition = project.dagster.ask(
        """query($k: AssetKeyInput!) { assetNodeOrError(assetKey: $k) { ... on AssetNode { metadataEntries { label
          ... on TableSchemaMetadataEntry { schema { columns { name type description } } } } } } }""",
        k={"path": ["summaries"]},
    )["assetNodeOrError"]["metadataEntries"]
    (schema,) = [entry["schema"] for entry in definition if entry["label"] == "dagster/column_schema"]
    assert {"background", "method", "results"} <= {column["name"] for column in schema["columns"]}


def tick(project: Project, day: date) -> dict[str, Any]:
    """What the schedule's tick at 12:30 of `day` would ask for."""
    answer = project.dagster.ask(
        """mutation($s: ScheduleSelector!, $t: Float) { scheduleDryRun(selectorData: $s, timestamp: $t) {
          __typename ... on PythonError { message } ... on DryRunInstigationTick { evaluationResult { skipReason
            error { message } runRequests { runKey tags { key value } } } } } }""",
        s={**project.dagster.selector, "scheduleName": "weekdays"},
        t=datetime.fromisoformat(f"{day}T12:30:00+08:00").timestamp(),
    )["scheduleDryRun"]["evaluationResult"]
    assert answer["error"] is None
    return answer


def the_schedule_asks_for_the_newest_digest(project: Project) -> None:
    (request,) = tick(project, project.day)["runRequests"]
    assert request["runKey"] == project.day.isoformat()
    tags = {tag["key"]: tag["value"] for tag in request["tags"]}
    assert tags["dagster/partition"] == project.day.isoformat()
    assert (tags["digest/asked_by"], tags["digest/because"]) == ("schedule", "newest")


def the_schedule_says_why_it_asks_for_nothing(project: Project) -> None:
    assert "every mailing so far has its digest" in tick(project, project.day)["skipReason"]
    assert "the first digest is that of" in tick(project, project.day - timedelta(days=20))["skipReason"]


def test_a_backfill_of_the_fortnight_can_be_cancelled_and_gone_on_with(project: Project) -> None:
    dagster, days = project.dagster, project.days(14)
    cancelled = dagster.backfill(ASSETS, days)
    answer = dagster.ask(CANCEL, id=cancelled)["cancelPartitionBackfill"]
    assert answer["__typename"] == "CancelBackfillSuccess", answer
    ended = wait_for(
        lambda: dagster.backfill_status(cancelled), lambda each: each["status"] in BACKFILL_ENDED, seconds=120
    )
    assert ended["status"] == "CANCELED"

    resumed = dagster.ask(RESUME, p={"parentRunId": cancelled, "strategy": "FROM_FAILURE"})[
        "reexecutePartitionBackfill"
    ]
    if resumed["__typename"] != "LaunchBackfillSuccess":  # nothing was begun before it was cancelled
        selection = [{"path": [name]} for name in ASSETS]
        resumed = dagster.ask(BACKFILL, p={"assetSelection": selection, "partitionNames": days})[
            "launchPartitionBackfill"
        ]
    done = wait_for(
        lambda: dagster.backfill_status(resumed["backfillId"]), lambda each: each["status"] in BACKFILL_ENDED, 600
    )
    assert done["status"] == "COMPLETED_SUCCESS", done

    stats = dagster.ask(
        "{ assetNodes { assetKey { path } partitionStats { numPartitions numMaterialized numFailed } } }"
    )["assetNodes"]
    for node in stats:
        if node["assetKey"]["path"][-1] in ASSETS:
            assert node["partitionStats"]["numFailed"] == 0
            assert node["partitionStats"]["numMaterialized"] >= len(days), node
