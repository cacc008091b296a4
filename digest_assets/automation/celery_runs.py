"""Runs on Celery workers of several machines, and the one thing that dagster-celery leaves out: noticing a dead one.

A worker that is killed with its machine leaves its task `STARTED` in Celery's books for ever, and Dagster, which reads
them, counts the run as alive until `max_runtime_seconds`. A Redis that is restarted has no books at all, and Dagster
takes each run for dead. Here the workers themselves are asked who has it: where for a while none does, the run has
failed, and `run_retries` starts it again. In `dagster.yaml` (deploy/compose has a whole one):

    run_launcher: {module: digest_assets.automation.celery_runs, class: WatchedCeleryRunLauncher, config: {...}}
"""

from __future__ import annotations

import time
from typing import Any, cast

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

ANSWER_SECONDS = 3.0
"""How long workers have to say which tasks they have. Their main process answers, which no run keeps busy."""

PATIENCE_SECONDS = 75.0
"""`patience_seconds` of the configuration: how long no worker may say that it has a run before the run counts as lost.
One that is told to stop ends its run first (`stop_grace_period` of deploy/compose, a minute) and answers nobody
meanwhile; after a restart of Redis all are silent until they have found it. A run that is taken for lost too early is
made twice, at the same time."""

_ENDED = (WorkerStatus.SUCCESS, WorkerStatus.FAILED)


class WatchedCeleryRunLauncher(CeleryRunLauncher):
    """`CeleryRunLauncher` that takes a run which no worker has for a failed one; configured as that, but for
    `patience_seconds`."""

    def __init__(self, *arguments: Any, patience_seconds: float = PATIENCE_SECONDS, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._patience_seconds = patience_seconds
        self._missed_since: dict[str, float] = {}
        """By run, when the workers were first asked for it in vain; `time.monotonic()`."""

    @classmethod
    def config_type(cls) -> dict[str, Any]:
        patience = dg.Field(float, default_value=PATIENCE_SECONDS, description="Silence after which a run is lost.")
        return {**cast("dict[str, Any]", super().config_type()), "patience_seconds": patience}

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        health = super().check_run_worker_health(run)
        if health.status not in _ENDED and not self._is_had(run):
            health = super().check_run_worker_health(run)  # it may have ended while they were asked
            if health.status not in _ENDED:
                return self._missed(run)
        self._missed_since.pop(run.run_id, None)
        return health if health.status in _ENDED else CheckRunHealthResult(WorkerStatus.RUNNING)

    def _missed(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        now = time.monotonic()
        if now - self._missed_since.setdefault(run.run_id, now) < self._patience_seconds:
            return CheckRunHealthResult(WorkerStatus.RUNNING)
        del self._missed_since[run.run_id]
        return CheckRunHealthResult(WorkerStatus.FAILED, "No worker has this run any more: its worker or machine died.")

    def _is_had(self, run: dg.DagsterRun) -> bool:
        task = run.tags[DAGSTER_CELERY_TASK_ID_TAG]
        answers = self.celery.control.inspect(timeout=ANSWER_SECONDS).query_task([task]) or {}
        return any(task in tasks for tasks in answers.values())
