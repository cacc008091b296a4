"""What an asset or a check does for one date, done for each date of its run, in order of dates.

Most runs have one date. A backfill gives several to a run (`runs.dates_per_run`), and then Dagster (1.13) keeps for the
range as a whole what belongs to a date: one data version, one check result, and nothing at all where one date fails.
Here a range comes to what as many single runs come to:

- each date has its own materialization, recorded as soon as it is made, with its own metadata and data version, and
  what it was made from, so that the UI finds it fresh; and its own check results;
- a date that fails, whose mailing is not there yet, or that a blocking check holds back, is left out from there on,
  with an observation that says why; the others are made to the end;
- then the last steps fail and name each date that failed: the run is red, and "re-execute from failure" makes those.

A failure that may pass (arXiv or the model's endpoint is down) is tried again first, with growing pauses, never one
that would only cost more: a refused key, a budget that is used up, a mistake of this program.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import AssetCheckEvaluationTargetMaterializationData
from dagster._core.definitions.data_version import (
    CODE_VERSION_TAG,
    DATA_VERSION_IS_USER_PROVIDED_TAG,
    DATA_VERSION_TAG,
    NULL_DATA_VERSION,
    NULL_EVENT_POINTER,
    extract_data_version_from_entry,
    get_input_data_version_tag,
    get_input_event_pointer_tag,
)
from dagster._core.definitions.source_asset import SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION

from digest_assets.assets.failures import told_to_dagster
from digest_assets.config import RunSettings

RETRIES_TAG = "digest/retries"
"""A run's tag: how often a step is tried again, in place of `runs.retries`."""
NOT_YET = "not_yet"
"""The observation of a date that is to be asked for again later has the reason under this name."""
FAILED = "failed"
"""The observation of a date that failed has the reason under this name."""
_RECORDED_ALREADY = {SYSTEM_METADATA_KEY_SOURCE_ASSET_OBSERVATION: True}
"""Metadata of an output for which Dagster records no materialization, because the step has recorded its own."""

DateEvent = dg.MaterializeResult | dg.AssetObservation | dg.AssetCheckEvaluation
Make = Callable[[date], Iterable[DateEvent]]
Check = Callable[[date], dg.AssetCheckResult]


def each_date(context: dg.AssetExecutionContext, settings: RunSettings, make: Make) -> Iterator[Any]:
    """The events of an asset's step: `make` yields those of one date. The results get the `seconds` that it took.

    A date for which `make` yields no result is not materialized, and nothing after it is made for that date.
    """
    if context.has_partition_key:
        yield from _single(context, settings, make)
    else:
        yield from _range(context, settings, make)


def check_each_date(context: dg.AssetCheckExecutionContext, check: Check) -> Any:
    """What a check returns: the events of its step, which Dagster takes in place of one result. `check` returns the
    result of one date."""
    return _checked(context, check)


def _checked(context: dg.AssetCheckExecutionContext, check: Check) -> Iterator[object]:
    if context.has_partition_key:
        with told_to_dagster():
            yield check(date.fromisoformat(context.partition_key))
        return
    so_far = _RunSoFar.of(context)
    (spec,) = context.check_specs
    for key in _materialized_dates(context, so_far, spec.asset_key):
        with told_to_dagster():
            result = check(date.fromisoformat(key))
        yield _evaluation(context, spec, result, key)
    yield dg.Output(None)
    if not _assets_after(context, {spec.asset_key}):
        _raise_if_failed(_RunSoFar.of(context), len(context.partition_keys))


def _single(context: dg.AssetExecutionContext, settings: RunSettings, make: Make) -> Iterator[Any]:
    try:
        with told_to_dagster():
            yield from _timed(make, context.partition_key)
    except dg.Failure as failure:
        _try_again(context, settings, failure)
        raise


def _range(context: dg.AssetExecutionContext, settings: RunSettings, make: Make) -> Iterator[Any]:
    """Makes the dates that are open to this step; those made before a retry are left as they are."""
    _refuse_what_is_no_date(context)
    so_far, selected = _RunSoFar.of(context), context.selected_asset_keys
    passing: list[dg.Failure] = []
    given_up = {}
    for key in context.partition_keys:
        if not so_far.is_open(context, key) or all(key in so_far.materialized[asset] for asset in selected):
            continue
        try:
            with told_to_dagster():
                events = list(_timed(make, key))
        except dg.Failure as failure:
            context.log.error(f"{key}: {failure.description}")
            given_up[key] = failure.description or "failed"
            passing += [failure] if failure.allow_retries else []
        except Exception as error:
            context.log.exception(f"{key}: unforeseen")
            given_up[key] = f"unforeseen, please report it: {type(error).__name__}: {error}"
        else:
            for event in events:
                yield _materialization(context, event, key) if isinstance(event, dg.MaterializeResult) else event
    if passing:
        _try_again(context, settings, passing[0])
    for key, reason in given_up.items():
        yield dg.AssetObservation(min(selected), partition=key, metadata={FAILED: reason})

    so_far = _RunSoFar.of(context)
    for asset in sorted(selected):
        if so_far.materialized[asset]:
            yield dg.MaterializeResult(asset_key=asset, metadata=_RECORDED_ALREADY)
    nothing_made = not any(so_far.materialized[asset] for asset in selected)
    checks_follow = any(key.asset_key in selected for key in context.job_def.asset_layer.asset_graph.asset_check_keys)
    if nothing_made or not (_assets_after(context, selected) or checks_follow):
        _raise_if_failed(so_far, len(context.partition_keys))


def _refuse_what_is_no_date(context: dg.AssetExecutionContext) -> None:
    """Fails a range that leaves the digest's dates before anything of it is made. Dagster (1.13) asks for the two ends
    of a range only where it makes one for a backfill, not where they are tags of a run that somebody launched."""
    dates = context.assets_def.partitions_def
    for key in context.partition_key_range:
        if dates is not None and not dates.has_partition_key(key):
            raise dg.Failure(
                f"{key} is no date of this digest: they go from {dates.get_first_partition_key()} to "
                f"{dates.get_last_partition_key()} now. Nothing was made; correct the range.",
                allow_retries=False,
            )


def _timed(make: Make, key: str) -> Iterator[DateEvent]:
    begun = time.monotonic()
    for event in make(date.fromisoformat(key)):
        if isinstance(event, dg.MaterializeResult):
            seconds = round(time.monotonic() - begun, 2)
            event = event._replace(metadata={**(event.metadata or {}), "seconds": seconds})
        yield event


def _try_again(context: dg.AssetExecutionContext, settings: RunSettings, failure: dg.Failure) -> None:
    """Asks Dagster to run the step again later, where the failure may pass and it was not tried often enough."""
    retries = int(context.run.tags.get(RETRIES_TAG, settings.retries))
    if failure.allow_retries and context.retry_number < retries:
        pause = settings.retry_seconds * 2**context.retry_number
        context.log.warning(f"Tried again in {pause:g} s: {failure.description}")
        raise dg.RetryRequested(max_retries=retries, seconds_to_wait=pause) from failure


@dataclass
class _RunSoFar:
    """What the run's events say of its dates."""

    materialized: dict[dg.AssetKey, set[str]] = field(default_factory=lambda: defaultdict(set))
    failed: dict[str, str] = field(default_factory=dict)
    """Dates that failed or that a blocking check holds back, with where and why."""

    @staticmethod
    def of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> _RunSoFar:
        so_far, graph, kinds = _RunSoFar(), context.job_def.asset_layer.asset_graph, dg.DagsterEventType
        for event in _events(context):
            if event.is_step_materialization and event.partition:
                so_far.materialized[event.step_materialization_data.materialization.asset_key].add(event.partition)
            elif event.is_asset_observation and event.partition:
                seen = event.asset_observation_data.asset_observation
                if FAILED in seen.metadata:
                    so_far.failed[event.partition] = f"{event.step_key}: {seen.metadata[FAILED].value}"
            elif event.event_type is kinds.ASSET_CHECK_EVALUATION:
                result = event.asset_check_evaluation_data
                is_error = not result.passed and result.severity is dg.AssetCheckSeverity.ERROR
                if is_error and result.partition and graph.get(result.asset_check_key).blocking:
                    so_far.failed[result.partition] = f"{result.check_name}: {result.description or 'the check failed'}"
        return so_far

    def is_open(self, context: dg.AssetExecutionContext, key: str) -> bool:
        """Whether everything that the step rests on was made for the date, as far as this run makes it."""
        graph, in_run = context.job_def.asset_layer.asset_graph, context.job_def.asset_layer.selected_asset_keys
        parents = {parent for asset in context.selected_asset_keys for parent in graph.get(asset).parent_keys}
        needed = (parents & in_run) - context.selected_asset_keys
        return key not in self.failed and all(key in self.materialized[parent] for parent in needed)


def _events(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> Iterator[dg.DagsterEvent]:
    """What the run's steps told of dates; where the run goes on with the steps that another one left undone (after a
    crash, or "re-execute from failure"), also what that one's other steps told."""
    kinds = dg.DagsterEventType
    wanted = {kinds.ASSET_MATERIALIZATION, kinds.ASSET_OBSERVATION, kinds.ASSET_CHECK_EVALUATION}
    run: dg.DagsterRun | None = context.run
    done_again: set[str] = set()
    while run is not None:
        for entry in context.instance.all_logs(run.run_id, of_type=wanted):
            if entry.step_key not in done_again:
                yield entry.get_dagster_event()
        done_again |= set(run.step_keys_to_execute or ())
        before = run.parent_run_id if run.step_keys_to_execute else None
        run = context.instance.get_run_by_id(before) if before else None


def _materialized_dates(context: dg.AssetCheckExecutionContext, so_far: _RunSoFar, asset: dg.AssetKey) -> list[str]:
    is_in_run = asset in context.job_def.asset_layer.selected_asset_keys
    return [key for key in context.partition_keys if not is_in_run or key in so_far.materialized[asset]]


def _assets_after(
    context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext, assets: Iterable[dg.AssetKey]
) -> bool:
    """Whether the run makes assets that rest on `assets`."""
    layer = context.job_def.asset_layer
    after = {child for asset in assets for child in layer.asset_graph.get(asset).child_keys}
    return bool((after & layer.selected_asset_keys) - set(assets))


def _raise_if_failed(so_far: _RunSoFar, dates: int) -> None:
    if so_far.failed:
        told = "; ".join(f"{key}: {why}" for key, why in sorted(so_far.failed.items()))
        raise dg.Failure(
            f"{len(so_far.failed)} of {dates} dates failed, the others were made. {told}", allow_retries=False
        )


def _materialization(
    context: dg.AssetExecutionContext, result: dg.MaterializeResult, key: str
) -> dg.AssetMaterialization:
    """A date's materialization with the tags that Dagster gives that of a single run: data version and provenance."""
    asset = dg.AssetKey.from_coercible(result.asset_key or context.asset_key)
    node = context.job_def.asset_layer.asset_graph.get(asset)
    tags = {CODE_VERSION_TAG: node.code_version or context.run.run_id}
    if result.data_version is not None:
        tags |= {DATA_VERSION_TAG: result.data_version.value, DATA_VERSION_IS_USER_PROVIDED_TAG: "true"}
    for parent in node.parent_keys:
        made_from = newest_materialization(context.instance, parent, key)
        version = extract_data_version_from_entry(made_from.event_log_entry) if made_from else None
        tags[get_input_data_version_tag(parent)] = (version or NULL_DATA_VERSION).value
        tags[get_input_event_pointer_tag(parent)] = str(made_from.storage_id) if made_from else NULL_EVENT_POINTER
    return dg.AssetMaterialization(asset, metadata=result.metadata, partition=key, tags=tags)


def _evaluation(
    context: dg.AssetCheckExecutionContext, spec: dg.AssetCheckSpec, result: dg.AssetCheckResult, key: str
) -> dg.AssetCheckEvaluation:
    """A date's result. It is not called blocking, or Dagster would hold back the other dates too."""
    checked = newest_materialization(context.instance, spec.asset_key, key)
    return dg.AssetCheckEvaluation(
        asset_key=spec.asset_key,
        check_name=spec.name,
        passed=result.passed,
        metadata=result.metadata,
        severity=result.severity,
        description=result.description,
        blocking=False,
        partition=key,
        target_materialization_data=AssetCheckEvaluationTargetMaterializationData(
            storage_id=checked.storage_id, run_id=checked.run_id, timestamp=checked.timestamp
        )
        if checked
        else None,
    )


def newest_materialization(instance: dg.DagsterInstance, asset: dg.AssetKey, key: str) -> dg.EventLogRecord | None:
    """The newest materialization of a date. None: Dagster's history has none."""
    wanted = dg.AssetRecordsFilter(asset_key=asset, asset_partitions=[key])
    return next(iter(instance.fetch_materializations(wanted, limit=1).records), None)
