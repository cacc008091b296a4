"""A store that was deleted, or lies at a new path, while Dagster's history and the posts are still there: dates are
simply made again, completely, and nothing claims that they are there meanwhile."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import dagster as dg
import pytest

from digest_assets.automation.command_line_runs import RunOutcome
from digest_assets.automation.dates import dates_due
from digest_assets.checks.dates import LOST
from digest_assets.definitions import CHECKS_OF_A_DATE
from digest_assets_tests.test_pipeline import DAY, NOON, content
from digest_assets_tests.worlds import World, a_world, failures, noon_in_shanghai

pytestmark = pytest.mark.slow

BEFORE = DAY - timedelta(days=1)
QUIET = {"loggers": {"console": {"config": {"log_level": "CRITICAL"}}}}


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """Two dates made, without a model: that is quick, and what is published of them is the same each time."""
    with a_world(tmp_path, NOON, llm={"preset": "none"}) as world:
        for day in (BEFORE, DAY):
            assert world.make(day, noon_in_shanghai(day)).outcome is RunOutcome.COMPLETE
        yield world


def checked(world: World, day: date) -> dict[str, dg.AssetCheckEvaluation]:
    """The results of all checks of `day`, executed by themselves."""
    job = world.definitions.resolve_job_def("digest")
    checks = set(job.asset_layer.asset_graph.asset_check_keys)
    result = job.get_subset(asset_selection=set(), asset_check_selection=checks).execute_in_process(
        instance=world.instance,
        raise_on_error=False,
        tags={"dagster/partition": day.isoformat()},
        run_config=QUIET,
    )
    return {each.check_name: each for each in result.get_asset_check_evaluations()}


def papers(held: dict[str, list[tuple[object, ...]]]) -> list[object]:
    """What was claimed: in which of the two dates the paper is that was late depends on when they are made."""
    return sorted((row[1] for row in held["windowed_papers"]), key=str)


def test_the_dates_are_made_again_and_only_a_persons_edit_is_kept(world: World) -> None:
    before, posts = content(world), world.folder / "posts"
    edited = posts / f"{BEFORE}-arxiv.md"
    edited.write_text(edited.read_text("utf-8") + "A line of my own.\n", "utf-8")
    world.store.path.unlink()
    shutil.rmtree(world.store.journals, ignore_errors=True)
    # So that the post is another, as a model's answers would be: it is our own all the same.
    world.change(output={"notice": "Another notice."})
    assert dates_due(world.settings, world.store, NOON) == [DAY]
    report = world.make(DAY)
    assert (report.outcome, report.reasons) == (RunOutcome.COMPLETE, [])
    assert "Another notice." in world.post(DAY)
    report = world.make(BEFORE)
    assert report.outcome is RunOutcome.COMPLETE
    assert "was not written from this store, or was edited by hand, and is kept" in report.reasons[0]
    assert edited.read_text("utf-8").endswith("A line of my own.\n")
    assert papers(content(world)) == papers(before)


def test_nothing_is_made_of_nothing_and_nothing_claims_that_the_dates_are_there(world: World) -> None:
    post, page = world.post(DAY), world.folder / "site" / "d" / f"{DAY}.html"
    world.change(store={"url": "elsewhere/digest.duckdb"})
    for asset in ("windowed_papers", "translations", "rendered_posts", "reader_site"):
        result = world.definitions.resolve_job_def("digest").execute_in_process(
            partition_key=DAY.isoformat(),
            instance=world.instance,
            raise_on_error=False,
            asset_selection=[dg.AssetKey(asset)],
            run_config=QUIET,
        )
        (told,) = failures(result).values()
        assert f"elsewhere/digest.duckdb holds no {'answer' if asset == 'windowed_papers' else 'papers'}" in told
        assert f"`digest run {DAY}`" in told
    assert (world.post(DAY), page.is_file()) == (post, True)

    results = checked(world, DAY)
    assert {check.__name__ for check in CHECKS_OF_A_DATE} <= set(results)
    for name in ("each_claim_is_whole", "the_ledger_balances", "the_post_is_well_formed"):
        assert not results[name].passed, name
        assert "The store holds no p" in (results[name].description or "")
    standing = results["no_date_is_left_failed"]
    assert (standing.passed, standing.metadata["lost"].value) == (False, 2)
    assert f"| {BEFORE} | {LOST} |" in str(standing.metadata["dates"].value)
    assert f"`digest backfill --from {BEFORE} --to {DAY}`" in (standing.description or "")
    assert not results["the_newest_digest_is_there"].passed

    for day in (BEFORE, DAY):
        assert world.make(day, noon_in_shanghai(DAY)).outcome is RunOutcome.COMPLETE
    assert ("迟收" in post, "迟收" in world.post(DAY)) == (True, False)  # by now the day before has what was late
    results = checked(world, DAY)
    assert all(each.passed for each in results.values()), results
