"""The project in Dagster as a user runs it: webserver, daemon, code server, run queue; everything through GraphQL.

The clock is the machine's here, because Dagster's own processes decide which partitions exist.
"""

from __future__ import annotations

import html
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from digest_assets.arxiv.calendar import previous_mailing
from digest_assets.config import DigestSettings
from digest_assets.digests.due import mailing_of
from digest_assets.sandbox.papers import invented
from digest_assets.sandbox.world import start_sandbox
from digest_assets_tests.automation.dagster_server import (
    CANCEL,
    RESUME,
    DagsterServer,
    a_dagster_server,
    wait_for,
)

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

CHROMIUM = Path("/usr/bin/chromium")
DATES = 5
"""A week's."""
ASKED = ["translations", "summaries", "overviews"]
ASSETS = ["raw_feed_entries", "windowed_papers", "full_texts", *ASKED, "rendered_posts"]
DAGSTER = """
telemetry: {enabled: false}
run_queue: {dequeue_interval_seconds: 1}
concurrency: {runs: {max_concurrent_runs: 2}, pools: {default_limit: 1}}
run_monitoring: {enabled: true}
nux: {enabled: false}
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


MATERIALIZED = """query($k: AssetKeyInput!, $d: [String!]) { assetNodeOrError(assetKey: $k) { ... on AssetNode {
  assetMaterializations(partitions: $d, limit: 1000) { partition } } } }"""


@dataclass
class Project:
    """A running Dagster, and the newest date whose papers the sandbox has."""

    dagster: DagsterServer
    day: date
    folder: Path

    def days(self, count: int) -> list[str]:
        """The `count` dates up to the newest, oldest first."""
        return [day.isoformat() for day in dates_until(self.day, count)]


def dates_until(newest: date, count: int) -> list[date]:
    """The last `count` dates with a mailing, oldest first."""
    days = DigestSettings().days
    before = (newest - timedelta(days=back) for back in range(3 * count))
    return [day for day in before if mailing_of(day, days) is not None][:count][::-1]


@pytest.fixture
def project(tmp_path: Path) -> Iterator[Project]:
    # Hours ago, so that the date of the mailing exists and what the feed shows is settled.
    mailing = previous_mailing(datetime.now(timezone.utc) - timedelta(hours=6)).announced_at
    day = DigestSettings().days.date_announced(mailing)
    (tmp_path / "dagster.yaml").write_text(DAGSTER)
    (tmp_path / "digest.toml").write_text(DIGEST % dates_until(day, DATES)[0])
    with start_sandbox(papers=invented(mailing)) as sandbox:
        environment = {**sandbox.environment(), "DIGEST_CONFIG": str(tmp_path / "digest.toml")}
        with a_dagster_server(tmp_path, environment, backfill_seconds=2) as dagster:
            yield Project(dagster, day, tmp_path)


@pytest.mark.timeout(600)
def test_a_user_of_the_ui_finds_what_it_does_runs_a_week_and_finds_what_was_dropped_and_what_it_cost(
    project: Project,
) -> None:
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
    each_event_of_the_run_is_one_line_with_digest_date_and_paper(project, run)
    each_sensor_explains_its_tick(project)
    a_week_is_a_run_a_date_and_can_be_cancelled_and_gone_on_with(project)
    each_date_of_the_week_has_its_own_rows_and_results(project)
    a_changed_model_is_the_cause_why_its_answers_are_stale(project)


def materialization(project: Project, asset: str, day: str | None = None) -> dict[str, Any]:
    """The metadata of the newest materialization of `day` (default: the newest date) of an asset, by label."""
    entries = project.dagster.ask(
        """query($k: AssetKeyInput!, $d: [String!]) { assetNodeOrError(assetKey: $k) { ... on AssetNode {
          assetMaterializations(partitions: $d, limit: 1) { timestamp metadataEntries { label
            ... on IntMetadataEntry { intValue } ... on FloatMetadataEntry { floatValue }
            ... on MarkdownMetadataEntry { mdStr } ... on TextMetadataEntry { text }
            ... on TableColumnLineageMetadataEntry { lineage { columnName columnDeps {
              columnName assetKey { path } } } }
          } } } } }""",
        k={"path": [asset]},
        d=[day or project.day.isoformat()],
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
        assert "A row is" in node["description"]
        assert "Key: " in node["description"]
        assert "**" not in node["description"]
        assert node["isPartitioned"]
        assert node["kinds"]
        assert node["owners"]
    upstream = {name: {key["path"][-1] for key in by_name[name]["dependencyKeys"]} for name in ASSETS}
    assert upstream["windowed_papers"] == {"raw_feed_entries"}
    assert upstream["summaries"] == {"windowed_papers", "full_texts"}
    assert upstream["overviews"] == {"windowed_papers", "translations"}
    assert upstream["rendered_posts"] == {"windowed_papers", "ranked_papers", "full_texts", *ASKED}


def why_a_paper_was_dropped_stands_in_the_metadata(project: Project) -> None:
    shown = materialization(project, "windowed_papers")
    assert shown["filtered"] == 1
    assert "| keyword | 1 |" in shown["filtered_because"]
    (dropped,) = [line for line in shown["preview"].splitlines() if line.endswith("| keyword |")]
    assert "Whisper" in dropped
    assert "Whisper" in shown["left_out"]
    assert "filters.exclude_keywords" in html.unescape(shown["left_out"])


def what_a_date_cost_stands_in_the_metadata_as_numbers(project: Project) -> None:
    for asset in ("translations", "summaries"):
        shown = materialization(project, asset)
        assert shown["calls"] >= 10
        assert shown["input_tokens"] > shown["calls"]
        assert shown["money"] == pytest.approx((shown["input_tokens"] + 4 * shown["output_tokens"]) / 1e6, abs=1e-4)
    parts = [materialization(project, asset)["money"] for asset in ASKED]
    assert materialization(project, "rendered_posts")["money"] == pytest.approx(sum(parts), abs=2e-4)


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
    return dict(answer)


def the_schedule_asks_for_the_newest_digest(project: Project) -> None:
    (request,) = tick(project, project.day)["runRequests"]
    assert request["runKey"] == project.day.isoformat()
    tags = {tag["key"]: tag["value"] for tag in request["tags"]}
    assert tags["dagster/partition"] == project.day.isoformat()
    assert (tags["digest/asked_by"], tags["digest/because"]) == ("schedule", "newest")


def the_schedule_says_why_it_asks_for_nothing(project: Project) -> None:
    assert "every mailing so far has its digest" in tick(project, project.day)["skipReason"]
    assert "the first digest is that of" in tick(project, project.day - timedelta(days=3 * DATES))["skipReason"]


@pytest.mark.skipif(not CHROMIUM.exists(), reason="there is no Chromium at /usr/bin/chromium")
def test_the_ui_shows_the_lineage_a_dates_page_and_its_post(project: Project) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="Playwright is not installed")
    assert project.dagster.finish(project.dagster.launch(project.day.isoformat())) == "SUCCESS"
    address = f"http://127.0.0.1:{project.dagster.port}"
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 3300, "height": 1200})
        page.set_default_timeout(30_000)
        page.goto(f"{address}/asset-groups", wait_until="domcontentloaded")
        for asset in [*ASSETS, "reader_site", "deliveries"]:
            page.get_by_text(asset, exact=True).first.wait_for()
        page.goto(f"{address}/assets/rendered_posts?view=events&partition={project.day}", wait_until="domcontentloaded")
        page.get_by_text("[Show Markdown]").first.click()
        page.get_by_text("The Sixty Rooms Challenge").first.wait_for()
        page.goto(
            f"{address}/assets/windowed_papers?view=partitions&partition={project.day}", wait_until="domcontentloaded"
        )
        page.get_by_text("filtered_because").first.wait_for()
        browser.close()


def each_event_of_the_run_is_one_line_with_digest_date_and_paper(project: Project, run: str) -> None:
    events = project.dagster.ask(
        """query($id: ID!) { logsForRun(runId: $id, limit: 1000) { ... on EventConnection { events {
          __typename ... on MessageEvent { message stepKey level } } } } }""",
        id=run,
    )["logsForRun"]["events"]
    assert {"RunStartEvent", "MaterializationEvent", "AssetCheckEvaluationEvent", "RunSuccessEvent"} <= {
        event["__typename"] for event in events
    }
    ours = [event["message"] for event in events if event["__typename"] == "LogMessageEvent"]
    about_papers = [line for line in ours if "translations done" in line]
    assert len(about_papers) >= 10
    for line in about_papers:
        assert re.match(rf"arxiv {project.day} \d{{4}}\.\d{{5}}v\d+: translations done", line), line
    assert not any("\n" in line for line in ours)


def each_sensor_explains_its_tick(project: Project) -> None:
    for name, words in (
        ("unbalanced_digests", "All digests balance."),
        ("delivery_retries", "nobody is to be told"),
        ("mailing_is_there", ""),  # depends on the hour
    ):
        answer = project.dagster.ask(
            """mutation($s: SensorSelector!, $c: String) { sensorDryRun(selectorData: $s, cursor: $c) { __typename
              ... on PythonError { message } ... on DryRunInstigationTick { evaluationResult { skipReason
                error { message } runRequests { runKey } } } } }""",
            s={**project.dagster.selector, "sensorName": name},
            c=None,  # left out, it is an error of Dagster's (1.13)
        )["sensorDryRun"]["evaluationResult"]
        assert answer["error"] is None, (name, answer)
        asked = [request["runKey"] for request in answer["runRequests"] or []]
        told = answer["skipReason"] or " ".join(asked)
        assert told, (name, answer)
        assert words in told, (name, answer)


def a_week_is_a_run_a_date_and_can_be_cancelled_and_gone_on_with(project: Project) -> None:
    dagster = project.dagster
    backfill = dagster.backfill(ASSETS, project.days(DATES))
    wait_for(
        lambda: dagster.backfill_status(backfill)["runs"],
        lambda runs: any(run["status"] == "SUCCESS" for run in runs),
        seconds=240,
    )
    answer = dagster.ask(CANCEL, id=backfill)["cancelPartitionBackfill"]
    assert answer["__typename"] == "CancelBackfillSuccess", answer
    cancelled = dagster.finish_backfill(backfill, seconds=180)
    assert cancelled["status"] == "CANCELED"
    assert "CANCELED" in {run["status"] for run in cancelled["runs"]}

    resumed = dagster.ask(RESUME, p={"parentRunId": backfill, "strategy": "FROM_FAILURE"})["reexecutePartitionBackfill"]
    assert resumed["__typename"] == "LaunchBackfillSuccess", resumed
    done = dagster.finish_backfill(resumed["backfillId"], seconds=420)
    assert done["status"] == "COMPLETED_SUCCESS", done
    # Resumed where a run was cancelled between two assets, Dagster makes its date, and those after it, in several runs.
    once = Counter(project.days(DATES))
    for asset in ASSETS:
        made = dagster.ask(MATERIALIZED, k={"path": [asset]}, d=[*once])["assetNodeOrError"]["assetMaterializations"]
        found = Counter(each["partition"] for each in made)
        assert found == once + Counter([project.day.isoformat()]), "no date is made twice, and none is left out"


def each_date_of_the_week_has_its_own_rows_and_results(project: Project) -> None:
    stats = project.dagster.ask(
        "{ assetNodes { assetKey { path } partitionKeys partitionStats { numMaterialized numFailed } } }"
    )["assetNodes"]
    for node in stats:
        if node["assetKey"]["path"][-1] in ASSETS:
            assert node["partitionStats"] == {"numMaterialized": DATES, "numFailed": 0}, node
            # Weekends and holidays are no partitions; after a holiday Dagster has the next date early.
            there = [key for key in node["partitionKeys"] if key <= datetime.now(timezone.utc).date().isoformat()]
            assert there[:DATES] == project.days(DATES)
    announced = {day: materialization(project, "windowed_papers", day)["announced"] for day in project.days(DATES)}
    assert announced[project.day.isoformat()] >= 10
    assert min(announced.values()) < 5, "a date has its own numbers"
    for day in project.days(3):
        results = project.dagster.ask(
            """query($k: AssetKeyInput!, $d: String) { assetCheckExecutions(
              assetKey: $k, checkName: "the_ledger_balances", limit: 1, partition: $d) { status } }""",
            k={"path": ["rendered_posts"]},
            d=day,
        )["assetCheckExecutions"]
        assert results == [{"status": "SUCCEEDED"}]
    assert stale(project) == {}


def a_changed_model_is_the_cause_why_its_answers_are_stale(project: Project) -> None:
    with (project.folder / "digest.toml").open("a") as file:
        file.write("[llm]\ntemperature = 0.7\n")
    answer = project.dagster.ask(
        """mutation($l: String!) { reloadRepositoryLocation(repositoryLocationName: $l) { __typename
          ... on PythonError { message } } }""",
        l=project.dagster.selector["repositoryLocationName"],
    )["reloadRepositoryLocation"]
    assert answer["__typename"] == "WorkspaceLocationEntry", answer
    causes = stale(project)
    assert causes["translations"] == causes["summaries"] == ["has a new code version"]
    assert not {"raw_feed_entries", "windowed_papers", "full_texts"} & set(causes)


def stale(project: Project) -> dict[str, list[str]]:
    """Which assets of the newest date Dagster calls stale, and why."""
    nodes = project.dagster.ask(
        """query($d: String!) { assetNodes { assetKey { path } staleStatus(partition: $d)
          staleCauses(partition: $d) { reason } } }""",
        d=project.day.isoformat(),
    )["assetNodes"]
    return {
        node["assetKey"]["path"][-1]: [cause["reason"] for cause in node["staleCauses"]]
        for node in nodes
        if node["staleStatus"] == "STALE" and node["assetKey"]["path"][-1] in ASSETS
    }
