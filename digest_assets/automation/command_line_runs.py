"""Runs of the main job from the command line: the same job, the same instance, in this process.

What the UI shows afterwards is what was run here; only the reporting differs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum

import dagster as dg

from digest_assets.assets.killed_runs import PROCESS_TAG, this_process
from digest_assets.assets.of_a_digest import Place
from digest_assets.assets.one_date import NOT_YET, RETRIES_TAG
from digest_assets.assets.rendered_posts import KEPT
from digest_assets.assets.run_settings import PostConfig
from digest_assets.automation.jobs import DIGEST
from digest_assets.digests.standing import texts_said
from digest_assets.store import ledger, standings
from digest_assets.store.connection import DigestStore
from digest_assets.store.posts import RenderedPost, post_of

ASKED_BY_TAG = "digest/asked_by"
"""A run's tag: command line, schedule, or a sensor."""
COMMAND_LINE = "command line"
_SHOWN_ALONE = 3
"""Papers that lack something for the same reason and are named each."""


class RunOutcome(str, Enum):
    """How a date stands after its run."""

    COMPLETE = "complete"
    EMPTY = "empty"
    """The date has no papers, and no post: `reasons` says why."""
    IN_PART = "in part"
    """There is a post; some papers lack what was asked for, and another run may bring it."""
    WITH_GAPS = "with gaps"
    """There is a post; some translations or readings were wrong twice, and are withheld."""
    NOT_YET = "not yet"
    """The mailing is not searchable, or answers wait for a batch; nothing was published."""
    FAILED = "failed"


@dataclass(frozen=True)
class DateReport:
    """What became of one date."""

    day: date
    outcome: RunOutcome
    post: RenderedPost | None = None
    reasons: list[str] = field(default_factory=list)


def run_date(
    definitions: dg.Definitions,
    instance: dg.DagsterInstance,
    store: DigestStore,
    place: Place,
    day: date,
    tags: Mapping[str, str] | None = None,
    *,
    force: bool = False,
    log: bool = False,
) -> DateReport:
    """Makes the date `day` of the digest at `place`, and reports on it. `tags`: of the run, besides its own. `force`:
    its post is written though somebody edited it. `log`: whether each event is a line on stderr.

    Does not raise for what goes wrong in a step. Raises `KeyboardInterrupt` where somebody stopped the run.
    """
    digest = place.digest
    result = definitions.resolve_job_def(place.named(DIGEST)).execute_in_process(
        partition_key=day.isoformat(),
        instance=instance,
        raise_on_error=False,
        tags={
            ASKED_BY_TAG: COMMAND_LINE,
            PROCESS_TAG: this_process(),
            RETRIES_TAG: "0",
            **(tags or {}),
        },  # who waits here is told at once
        run_config=dg.RunConfig(
            ops={place.step("rendered_posts"): PostConfig(force=force)},
            loggers={"console": {"config": {"log_level": "INFO" if log else "CRITICAL"}}},
        ),
    )
    store.settle()
    if _was_stopped(result):
        raise KeyboardInterrupt
    if not result.success:
        return DateReport(day, RunOutcome.FAILED, reasons=_failures(result))
    with store.transaction() as connection:
        was_made = ledger.is_made(connection, digest, day)
        empty = ledger.why_empty(connection, digest, day)
        post = post_of(connection, digest, day)
        lacking = standings.lacking_papers(connection, digest, day)
    observed = _observed(result)
    if observed or not was_made:
        return DateReport(day, RunOutcome.NOT_YET, post, observed)
    kept = _kept_posts(result)
    if lacking:
        reasons = _grouped(lacking)
        return DateReport(day, RunOutcome.IN_PART, post, kept + reasons)
    if post is None or post.path is None:
        return DateReport(day, RunOutcome.EMPTY, post, [empty or "all papers were filtered out"])
    if post.withheld:
        return DateReport(day, RunOutcome.WITH_GAPS, post, [*kept, f"{texts_said(post)}: the others were wrong twice"])
    return DateReport(day, RunOutcome.COMPLETE, post, kept)


def _grouped(lacking: Sequence[tuple[str, str]]) -> list[str]:
    """A line a paper; where many lack something for one reason, such as a quota, one line for all of them."""
    papers = Counter(reason for _, reason in lacking)
    alone = [f"{identifier}: {reason}" for identifier, reason in lacking if papers[reason] <= _SHOWN_ALONE]
    return [f"{count} papers: {reason}" for reason, count in papers.most_common() if count > _SHOWN_ALONE] + alone


def _was_stopped(result: dg.ExecuteInProcessResult) -> bool:
    """Whether a step ended by Ctrl-C, which Dagster reports as a failed step and swallows."""
    stopped = {"DagsterExecutionInterruptedError", "KeyboardInterrupt"}
    errors = [event.step_failure_data.error for event in result.all_events if event.is_step_failure]
    return any(error is not None and error.cls_name in stopped for error in errors)


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    """One line a failed step: what our own errors say, else the error's last line; and what a check says that stopped
    the run."""
    lines = [
        each.description
        for each in result.get_asset_check_evaluations()
        if not each.passed and each.blocking and each.severity is dg.AssetCheckSeverity.ERROR and each.description
    ]
    if lines:
        return lines
    for event in result.all_events:
        if not event.is_step_failure:
            continue
        data = event.step_failure_data
        if data.user_failure_data is not None and data.user_failure_data.description:
            lines.append(data.user_failure_data.description)
        elif data.error is not None:
            cause = data.error.cause or data.error
            lines.append(f"{event.step_key}: {' '.join(cause.message.split())}")
    return lines or ["The run failed before its first step; its log is in the Dagster UI."]


def _kept_posts(result: dg.ExecuteInProcessResult) -> list[str]:
    """That a post is not what was made, because somebody edited it."""
    metadata = [event.step_materialization_data.materialization.metadata for event in result.all_events
                if event.is_step_materialization]  # fmt: skip
    return [str(each[KEPT].value) for each in metadata if KEPT in each]


def _observed(result: dg.ExecuteInProcessResult) -> list[str]:
    """What an asset said where it made nothing."""
    return [
        str(entry.value)
        for event in result.all_events
        if event.is_asset_observation
        for name, entry in event.asset_observation_data.asset_observation.metadata.items()
        if name == NOT_YET
    ]
