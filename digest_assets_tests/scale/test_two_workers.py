"""A fortnight made by two workers at once, as deploy/compose has them, while one is killed and PostgreSQL is restarted.

Each worker is a process of its own with a folder and a Dagster home of its own; they share the lake, the folder of
posts, PostgreSQL and Redis. What must hold in the end: every date is complete, every paper is in one post, no answer
was paid for twice, and arXiv was asked at its pace.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from digest_assets.arxiv.calendar import Mailing, previous_mailing
from digest_assets.config import DigestSettings
from digest_assets.model import AnnouncementKind, Paper
from digest_assets.sandbox.papers import SandboxPaper
from digest_assets.sandbox.world import Sandbox, start_sandbox
from digest_assets.store.lake import LAKE_URL, LakeStore, lake_address
from digest_assets_tests.automation.dagster_server import BACKFILL
from digest_assets_tests.scale.servers import Postgres, free_port, postgres_server, redis_server, wait_for_port

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]

DEPLOY = Path(__file__).parents[2] / "deploy" / "compose"
DATES = 10
PAPERS_A_DATE = 2
PACE = 0.3
"""Seconds between requests to arXiv, of both workers together."""
MINUTES = 10
"""For the whole fortnight, on a machine that does other things too."""


@dataclass
class Process:
    """A program that runs until the end of the test, as a supervisor would have it: started again when it stops."""

    name: str
    command: Sequence[str]
    folder: Path
    environment: dict[str, str]
    running: subprocess.Popen[bytes] | None = None
    starts: int = 0

    def keep_running(self) -> None:
        if self.running is None or self.running.poll() is not None:
            self.starts += 1
            with (self.folder / f"{self.name}.log").open("ab") as log:
                self.running = subprocess.Popen(
                    self.command,
                    cwd=self.folder,
                    env=self.environment,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )

    def kill(self, name: signal.Signals = signal.SIGKILL) -> None:
        """It and all its children: as a machine that loses its power."""
        if self.running is not None and self.running.poll() is None:
            os.killpg(self.running.pid, name)
            self.running.wait(30)

    @property
    def log(self) -> str:
        path = self.folder / f"{self.name}.log"
        return path.read_text("utf-8", "replace")[-3000:] if path.is_file() else ""


@dataclass
class Cluster:
    """Everything that runs, and where it keeps things."""

    folder: Path
    postgres: Postgres
    sandbox: Sandbox
    store: LakeStore
    environment: dict[str, str]
    days: list[date]
    processes: dict[str, Process] = field(default_factory=dict)

    def start(self, name: str, command: Sequence[str]) -> Process:
        """A program in a folder of its own, with a Dagster home of its own."""
        folder = self.folder / name
        folder.mkdir()
        for each in ("dagster.yaml", "workspace.yaml", "dagster_celery_config.py"):
            shutil.copy(DEPLOY / each, folder)
        settings, patience = (folder / "dagster.yaml").read_text("utf-8"), "patience_seconds: 75"
        assert patience in settings
        (folder / "dagster.yaml").write_text(settings.replace(patience, "patience_seconds: 12"), "utf-8")
        temporary = folder / "tmp"
        temporary.mkdir()
        environment = {**self.environment, "DAGSTER_HOME": str(folder), "TMPDIR": str(temporary)}
        self.processes[name] = Process(name, command, folder, environment)
        self.processes[name].keep_running()
        return self.processes[name]

    def posts(self) -> dict[date, str]:
        found = {date.fromisoformat(each.name[:10]): each for each in (self.folder / "posts").glob("*.md")}
        return {day: path.read_text("utf-8") for day, path in found.items()}

    def wait_until(self, is_so: Callable[[], bool], what: str) -> None:
        deadline = time.monotonic() + MINUTES * 60
        while not is_so():
            for each in self.processes.values():
                each.keep_running()
            if time.monotonic() > deadline:
                logs = "\n".join(f"== {each.name}\n{each.log}" for each in self.processes.values())
                pytest.fail(f"not in {MINUTES} minutes: {what}\n{logs}")
            time.sleep(0.2)


def program(name: str) -> str:
    """A command of the environment that runs the tests."""
    return str(Path(sys.executable).parent / name)


def a_fortnight() -> tuple[list[date], list[SandboxPaper]]:
    """The dates of the last mailings, oldest first, and what each announced."""
    mailing = previous_mailing(datetime.now(timezone.utc) - timedelta(hours=6))
    days, papers = [], []
    for _ in range(DATES):
        days.append(DigestSettings().days.date_announced(mailing.announced_at))
        papers += [a_paper(mailing, number) for number in range(PAPERS_A_DATE, 0, -1)]
        mailing = previous_mailing(mailing.announced_at - timedelta(minutes=1))
    return days[::-1], papers[::-1]


def a_paper(mailing: Mailing, number: int) -> SandboxPaper:
    submitted = mailing.freezes_at - timedelta(hours=6 - number)
    name = f"{mailing.announced_at:%B %d} ({number})"
    paper = Paper(
        f"{mailing.freezes_at:%y%m.9%d}{number:02}",
        1,
        f"Foghorns of {name}",
        f"We listen to the foghorns of {name} in 12 harbours. The error falls by 3.5 percent.",
        ("A. Author",),
        ("cs.SD",),
        submitted,
        submitted,
    )
    return SandboxPaper(paper, mailing.announced_at, AnnouncementKind.NEW)


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    days, papers = a_fortnight()
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        redis = stack.enter_context(redis_server(tmp_path))
        sandbox = stack.enter_context(start_sandbox(papers=papers))
        lake, _ = postgres.make_database("digest"), postgres.make_database("dagster")
        (tmp_path / "digest.toml").write_text(f'[digest]\nfirst_date = "{days[0]}"\n[output]\nsite_dir = ""\n')
        environment = {
            **os.environ,
            **sandbox.environment(),
            "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(Path(__file__).parents[2]),
            "DAGSTER_DISABLE_TELEMETRY": "1",
            "DIGEST_CONFIG": str(tmp_path / "digest.toml"),
            "DIGEST_POSTGRES_HOST": "127.0.0.1",
            "DIGEST_POSTGRES_PORT": str(postgres.port),
            "DIGEST_POSTGRES_USER": "digest",
            "DIGEST_STORE_PASSWORD": "not asked for",
            "DIGEST_DAGSTER_DATABASE": "dagster",
            "DIGEST_REDIS_URL": redis,
            "DIGEST_CODE_HOST": "127.0.0.1",
            "DIGEST_CODE_PORT": str(free_port()),
            "DIGEST__STORE__URL": LAKE_URL + lake,
            "DIGEST__STORE__DATA_PATH": str(tmp_path / "lake"),
            "DIGEST__OUTPUT__POSTS_DIR": str(tmp_path / "posts"),
            "DIGEST__ARXIV__INTERVAL_SECONDS": str(PACE),
            "DIGEST__ARXIV__TEXT_INTERVAL_SECONDS": str(PACE),
            "DIGEST__LLM__MAX_CONCURRENCY": "1",
            "DIGEST__RUNS__RETRY_SECONDS": "1",
        }
        store = LakeStore(lake_address(LAKE_URL + lake, str(tmp_path / "lake"), tmp_path))
        cluster = Cluster(tmp_path, postgres, sandbox, store, environment, days)
        try:
            start_dagster(cluster)
            yield cluster
        finally:
            for each in cluster.processes.values():
                each.kill()


def start_dagster(cluster: Cluster) -> None:
    port = cluster.environment["DIGEST_CODE_PORT"]
    cluster.start(
        "code",
        [program("dagster"), "code-server", "start", "-m", "digest_assets.definitions", "-h", "127.0.0.1", "-p", port],
    )
    wait_for_port(int(port))
    for name in ("worker-a", "worker-b"):
        start = [program("celery"), "-A", "dagster_celery.app", "worker", "--loglevel", "INFO"]
        cluster.start(name, [*start, "-n", f"{name}@%h"])


def backfill(cluster: Cluster) -> None:
    """Asks for every date as the UI does, a run each, and starts the daemon that hands them to the workers.

    Not by `dagster job backfill`: that counts as finished at once, and Dagster repeats no run of a finished backfill.
    """
    asker = cluster.processes["code"]
    repository = {"repositoryLocationName": "digest_assets", "repositoryName": "__repository__"}
    asked = {
        "selector": {"partitionSetName": "digest_partition_set", "repositorySelector": repository},
        "partitionNames": [str(day) for day in cluster.days],
    }
    answer = subprocess.run(
        [program("dagster-graphql"), "-w", "workspace.yaml", "-t", BACKFILL, "-v", json.dumps({"p": asked})],
        cwd=asker.folder,
        env=asker.environment,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "LaunchBackfillSuccess" in answer.stdout, answer.stdout + answer.stderr
    cluster.start("daemon", [program("dagster-daemon"), "run", "-w", "workspace.yaml"])


def test_a_fortnight_on_two_workers_is_complete_whatever_dies(cluster: Cluster) -> None:
    backfill(cluster)
    cluster.wait_until(lambda: len(cluster.posts()) >= DATES // 5, "the first dates are made")
    cluster.processes["worker-a"].kill()
    cluster.wait_until(lambda: len(cluster.posts()) >= DATES // 2, "half of the dates are made")
    cluster.postgres.stop()
    cluster.postgres.start()
    cluster.wait_until(lambda: set(cluster.posts()) == set(cluster.days) and is_done(cluster), "every date is made")

    assert cluster.processes["worker-a"].starts == 2
    both_worked(cluster)
    every_paper_is_in_one_post(cluster)
    every_ledger_balances(cluster)
    no_answer_is_paid_for_twice(cluster)
    arxiv_is_asked_at_its_pace(cluster)


def is_done(cluster: Cluster) -> bool:
    """Whether nothing is queued or running any more, nor will be."""
    found = cluster.postgres.execute(
        "SELECT count(*) FROM runs r WHERE r.status NOT IN ('SUCCESS', 'FAILURE', 'CANCELED') OR EXISTS ("
        "SELECT 1 FROM run_tags w WHERE w.run_id = r.run_id AND w.key = 'dagster/will_retry' AND w.value = 'true' "
        "AND NOT EXISTS (SELECT 1 FROM run_tags n WHERE n.run_id = r.run_id AND n.key = 'dagster/auto_retry_run_id'))",
        "dagster",
    )
    return found == [(0,)]


def both_worked(cluster: Cluster) -> None:
    for name in ("worker-a", "worker-b"):
        log = (cluster.folder / name / f"{name}.log").read_text("utf-8", "replace")
        assert log.count("RUN_SUCCESS") >= DATES // 5, name


def every_paper_is_in_one_post(cluster: Cluster) -> None:
    posts = cluster.posts()
    for each in cluster.sandbox.papers:
        shown = [day for day, post in posts.items() if each.paper.title in post]
        assert shown == [DigestSettings().days.date_announced(each.announced_at)]


def every_ledger_balances(cluster: Cluster) -> None:
    with cluster.store.transaction() as connection:
        found = connection.execute(
            "SELECT status, count(*), count(DISTINCT identifier) FROM ledger GROUP BY status"
        ).fetchall()
        counts = connection.execute("SELECT announced, published, failed FROM rendered_posts").fetchall()
    assert found == [("published", DATES * PAPERS_A_DATE, DATES * PAPERS_A_DATE)]
    assert counts == [(PAPERS_A_DATE, PAPERS_A_DATE, 0)] * DATES


def no_answer_is_paid_for_twice(cluster: Cluster) -> None:
    asked = Counter(
        str(each.body["messages"])
        for each in cluster.sandbox.model.requests
        if each.route == "chat" and each.status == 200
    )
    twice = {text: count for text, count in asked.items() if count > 1}
    # A worker has one call under way at a time: what was being answered as it died, nobody can know.
    assert sum(twice.values()) - len(twice) <= 3
    with cluster.store.transaction() as connection:
        ((answers,),) = connection.execute("SELECT count(*) FROM model_answers").fetchall()
    assert answers == len(asked) == 2 * DATES * PAPERS_A_DATE


def arxiv_is_asked_at_its_pace(cluster: Cluster) -> None:
    for routes in ({"html", "pdf"}, {"api", "feed", "oai"}):
        times = sorted(each.received for each in cluster.sandbox.arxiv.requests if each.route in routes)
        assert len(times) >= DATES
        # Turns are PACE apart; on a busy machine one request may leave late and the next in time: hence over five.
        gaps = [later - earlier for earlier, later in zip(times, times[5:], strict=False)]
        assert min(gaps) >= 3 * PACE, routes
