"""A graph of the product's shape whose steps do nothing: what is left of a run is Dagster."""

# No `from __future__ import annotations`: Dagster reads the annotations of decorated functions as objects.
from collections.abc import Iterator
from datetime import date

import dagster as dg

DAYS = dg.DailyPartitionsDefinition(start_date="2026-11-01", end_offset=1)
DAY = date(2026, 11, 20).isoformat()
CHECKS = 9


def _asset(name: str, above: list[str]) -> dg.AssetsDefinition:
    @dg.asset(name=name, deps=above, partitions_def=DAYS)
    def nothing() -> dg.MaterializeResult[None]:
        return dg.MaterializeResult(metadata={"rows": 1})

    return nothing


def _check(number: int) -> dg.AssetChecksDefinition:
    @dg.asset_check(asset="windowed_papers" if number < 2 else "rendered_posts", name=f"check_{number}")
    def passes() -> dg.AssetCheckResult:
        return dg.AssetCheckResult(passed=True)

    return passes


@dg.multi_asset(
    specs=[dg.AssetSpec(name, deps=["windowed_papers"]) for name in ("full_texts", "translations", "summaries")],
    partitions_def=DAYS,
)
def read_papers() -> Iterator[dg.MaterializeResult[None]]:
    for name in ("full_texts", "translations", "summaries"):
        yield dg.MaterializeResult(asset_key=name)


ASSETS = [
    _asset("raw_feed_entries", []),
    _asset("windowed_papers", ["raw_feed_entries"]),
    read_papers,
    _asset("rendered_posts", ["full_texts", "translations", "summaries"]),
    _asset("reader_site", ["rendered_posts"]),
    _asset("deliveries", ["reader_site"]),
]
STEPS = len(ASSETS) + CHECKS


def _job(executor: dg.ExecutorDefinition) -> dg.JobDefinition:
    return dg.Definitions(
        assets=ASSETS,
        asset_checks=[_check(number) for number in range(CHECKS)],
        jobs=[dg.define_asset_job("empty", selection="*")],
        executor=executor,
    ).resolve_job_def("empty")


def in_this_process(instance: dg.DagsterInstance) -> None:
    assert _job(dg.in_process_executor).execute_in_process(partition_key=DAY, instance=instance).success


def job_in_processes() -> dg.JobDefinition:
    return _job(dg.multiprocess_executor)


def in_processes(instance: dg.DagsterInstance) -> None:
    """Each step in a process of its own: Dagster's default."""
    tags = {"dagster/partition": DAY}
    assert dg.execute_job(dg.reconstructable(job_in_processes), instance=instance, tags=tags).success
