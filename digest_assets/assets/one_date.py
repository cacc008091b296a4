"""What every asset and every check does around the work for its date: names it, logs it, times it, and tells Dagster of
an error of ours in Dagster's words.

A run has one date, because everything that Dagster keeps of a run it keeps of a date then: the retry, the cancel,
"re-execute from failure", a blocking check, the data version. Several dates are a backfill, which makes a run for each.

A failure that may pass (arXiv or the model's endpoint is down) is tried again, with growing pauses, never one that
would only cost more: a refused key, a budget that is used up, a mistake of this program.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import dagster as dg

from digest_assets.assets.columns import column_lineage
from digest_assets.assets.date_log import DateLog
from digest_assets.assets.killed_runs import tag_run
from digest_assets.assets.previews import data_version
from digest_assets.config import Settings
from digest_assets.errors import DigestError
from digest_assets.pipeline.stopping import Stopped

RETRIES_TAG = "digest/retries"
"""A run's tag: how often a step is tried again, in place of `runs.retries`."""
NOT_YET = "not_yet"
"""The observation of a date that is to be asked for again later has the reason under this name."""


@dataclass(frozen=True)
class OneDate:
    """The date that a step makes."""

    day: date
    log: DateLog
    key: dg.AssetKey
    """Of the step's asset, or of one where it has several."""
    _begun: float = field(default_factory=time.monotonic)

    def made(
        self, metadata: Mapping[str, Any], content: Iterable[object], asset: str | None = None
    ) -> dg.MaterializeResult[Any]:
        """The date's materialization: `metadata`, where its columns come from, the seconds that it took, and the data
        version of its `content`. `asset`: which one, where the step has several."""
        key = self.key_of(asset) if asset else self.key
        told = {**metadata, **column_lineage(key), "seconds": round(time.monotonic() - self._begun, 2)}
        return dg.MaterializeResult(asset_key=key, metadata=told, data_version=data_version(content))

    def not_yet(self, asset: str, reason: str) -> dg.AssetObservation:
        """That nothing was made of `asset`, and that the date is to be asked for again."""
        return dg.AssetObservation(self.key_of(asset), partition=self.day.isoformat(), metadata={NOT_YET: reason})

    def key_of(self, asset: str) -> dg.AssetKey:
        """Of an asset of the same digest."""
        return dg.AssetKey([*self.key.path[:-1], asset])


@contextmanager
def one_date(context: dg.AssetExecutionContext, settings: Settings) -> Iterator[OneDate]:
    """The date of an asset's step. Raises `Failure` for an error of ours, `RetryRequested` where it may pass."""
    try:
        with _told_to_dagster():
            day = _date_of(context)
            tag_run(context.instance, context.run)
            yield OneDate(day, DateLog(context.log, settings.digest.name, day), min(context.selected_asset_keys))
    except dg.Failure as failure:
        retries = int(context.run.tags.get(RETRIES_TAG, settings.runs.retries))
        if not failure.allow_retries or context.retry_number >= retries:
            raise
        pause = settings.runs.retry_seconds * 2**context.retry_number
        context.log.warning(f"Tried again in {pause:g} s: {failure.description}")
        raise dg.RetryRequested(max_retries=retries, seconds_to_wait=pause) from failure


@contextmanager
def checked_date(context: dg.AssetCheckExecutionContext) -> Iterator[date]:
    """The date of a check's step. Raises `Failure` for an error of ours."""
    with _told_to_dagster():
        yield _date_of(context)


def _date_of(context: dg.AssetExecutionContext | dg.AssetCheckExecutionContext) -> date:
    if not context.has_partition_key:
        raise dg.Failure(
            "A run makes one date of the digest. For several launch a backfill, or `digest backfill`: a run each.",
            allow_retries=False,
        )
    return date.fromisoformat(context.partition_key)


@contextmanager
def _told_to_dagster() -> Iterator[None]:
    """Turns a `DigestError` of the block into a failed step that says what to do; whether Dagster may retry it too."""
    try:
        yield
    except DigestError as error:
        raise dg.Failure(
            description=str(error),
            metadata={"error": type(error).__name__, "cure": error.cure},
            allow_retries=error.retryable,
        ) from None
    except Stopped:
        raise dg.DagsterExecutionInterruptedError from None
