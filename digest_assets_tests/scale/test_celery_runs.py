"""When a run counts as lost: what Celery's books say, what the workers say, and how long they have been silent."""

from __future__ import annotations

import dagster as dg
import pytest
from dagster._core.launcher import CheckRunHealthResult, WorkerStatus
from dagster_celery.launcher import CeleryRunLauncher

from digest_assets.automation.celery_runs import PATIENCE_SECONDS, WatchedCeleryRunLauncher

RUN = dg.DagsterRun("digest")


class Watched(WatchedCeleryRunLauncher):
    """A launcher whose books, workers and time are set."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        super().__init__("dagster", "memory://", "cache+memory://")
        self.books: list[WorkerStatus] = [WorkerStatus.RUNNING]
        """What they say, one look after the other; the last for ever."""
        self.had = True
        self.now = 1000.0
        patch.setattr(CeleryRunLauncher, "check_run_worker_health", lambda *_: self._look())
        patch.setattr("digest_assets.automation.celery_runs.time.monotonic", lambda: self.now)

    def _look(self) -> CheckRunHealthResult:
        return CheckRunHealthResult(self.books.pop(0) if len(self.books) > 1 else self.books[0])

    def _is_had(self, run: dg.DagsterRun) -> bool:
        return self.had

    def status(self, after: float = 0) -> WorkerStatus:
        self.now += after
        return self.check_run_worker_health(RUN).status


@pytest.fixture
def launcher(monkeypatch: pytest.MonkeyPatch) -> Watched:
    return Watched(monkeypatch)


@pytest.mark.parametrize("books", [WorkerStatus.RUNNING, WorkerStatus.UNKNOWN], ids=["books", "no books"])
def test_a_run_is_lost_once_no_worker_has_had_it_for_a_while(launcher: Watched, books: WorkerStatus) -> None:
    launcher.books = [books]
    assert launcher.status() is WorkerStatus.RUNNING
    launcher.had = False
    assert launcher.status() is WorkerStatus.RUNNING
    assert launcher.status(PATIENCE_SECONDS - 1) is WorkerStatus.RUNNING
    assert launcher.status(2) is WorkerStatus.FAILED


def test_workers_that_answer_again_end_the_waiting(launcher: Watched) -> None:
    launcher.had = False
    launcher.status()
    launcher.had = True
    assert launcher.status(PATIENCE_SECONDS + 1) is WorkerStatus.RUNNING
    launcher.had = False
    assert launcher.status(1) is WorkerStatus.RUNNING


@pytest.mark.parametrize("end", [WorkerStatus.SUCCESS, WorkerStatus.FAILED])
def test_what_has_ended_is_not_waited_for(launcher: Watched, end: WorkerStatus) -> None:
    launcher.had = False
    launcher.status()
    launcher.books = [WorkerStatus.RUNNING, end]  # it ends while the workers are asked
    assert launcher.status(PATIENCE_SECONDS + 1) is end
    assert launcher.status() is end
