"""Runs on Celery workers of several machines, and the one thing that dagster-celery leaves out: noticing a dead one.

A worker that is killed with its machine leaves its task `STARTED` in Celery's books for ever, and Dagster, which reads
them, counts the run as alive until `max_runtime_seconds`. Here the workers themselves are asked who has it: where none
does, the run has failed, and `run_retries` starts it again. In `dagster.yaml` (deploy/compose has a whole one):

    run_launcher: {module: digest_assets.automation.celery_runs, class: WatchedCeleryRunLauncher, config: {...}}
"""

from __future__ import annotations

import dagster as dg
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher
from dagster_celery.tags import DAGSTER_CELERY_TASK_ID_TAG

ANSWER_SECONDS = 3.0
"""How long workers have to say which tasks they have. Their main process answers, which no run keeps busy."""


class WatchedCeleryRunLauncher(CeleryRunLauncher):
    """`CeleryRunLauncher`, of the same configuration, that takes a run which no worker has for a failed one."""

    def check_run_worker_health(self, run: dg.DagsterRun) -> CheckRunHealthResult:
        health = super().check_run_worker_health(run)
        if health.status is not WorkerStatus.RUNNING or self._is_had(run):
            return health
        health = super().check_run_worker_health(run)  # it may have ended while they were asked
        if health.status is not WorkerStatus.RUNNING:
            return health
        return CheckRunHealthResult(WorkerStatus.FAILED, "No worker has this run any more: its worker or machine died.")

    def _is_had(self, run: dg.DagsterRun) -> bool:
        task = run.tags[DAGSTER_CELERY_TASK_ID_TAG]
        answers = self.celery.control.inspect(timeout=ANSWER_SECONDS).query_task([task]) or {}
        return any(task in tasks for tasks in answers.values())
