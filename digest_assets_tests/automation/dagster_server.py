"""Dagster itself, as a user starts it: the webserver and the daemon on the project, asked through GraphQL."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
REPOSITORY = Path(__file__).parents[2]
ENDED = ("SUCCESS", "FAILURE", "CANCELED")
BACKFILL_ENDED = ("COMPLETED", "COMPLETED_SUCCESS", "COMPLETED_FAILED", "CANCELED", "FAILED")

LAUNCH = """mutation($p: ExecutionParams!) { launchRun(executionParams: $p) {
  __typename ... on LaunchRunSuccess { run { runId } } ... on PythonError { message } } }"""
BACKFILL = """mutation($p: LaunchBackfillParams!) { launchPartitionBackfill(backfillParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
CANCEL = """mutation($id: String!) { cancelPartitionBackfill(backfillId: $id) {
  __typename ... on PythonError { message } } }"""
RESUME = """mutation($p: ReexecutionParams!) { reexecutePartitionBackfill(reexecutionParams: $p) {
  __typename ... on LaunchBackfillSuccess { backfillId } ... on PythonError { message } } }"""
BACKFILL_STATUS = """query($id: String!) { partitionBackfillOrError(backfillId: $id) {
  ... on PartitionBackfill { status numPartitions runs(limit: 100) { runId status } } } }"""
QUICKER_BACKFILLS = """import sys
if "dagster._daemon" in sys.orig_argv:
    from dagster._daemon import controller
    controller.DEFAULT_DAEMON_INTERVAL_SECONDS = %d
"""
"""What Python runs as it starts: Dagster (1.13) has no setting for how often its daemon looks at backfills, and to
cancel and resume one takes five looks."""
RUN_STATUS = "query($id: ID!) { runOrError(runId: $id) { ... on Run { status } } }"


@dataclass
class DagsterServer:
    """A running webserver and daemon."""

    port: int
    selector: dict[str, str]

    def ask(self, query: str, **variables: object) -> Any:
        """The answer's data. Fails on any error of GraphQL's."""
        body = json.dumps({"query": query, "variables": variables}).encode()
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/graphql", body, {"Content-Type": "application/json"}
        )
        with urllib.request.urlopen(request, timeout=60) as answer:
            document = json.load(answer)
        assert "errors" not in document, document["errors"]
        return document["data"]

    def launch(self, day: str, job: str = "digest") -> str:
        """Launches the job for one partition; the run's id."""
        parameters = {
            "selector": {**self.selector, "jobName": job},
            "runConfigData": {},
            "executionMetadata": {"tags": [{"key": "dagster/partition", "value": day}]},
        }
        answer: dict[str, Any] = self.ask(LAUNCH, p=parameters)["launchRun"]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        return str(answer["run"]["runId"])

    def backfill(self, assets: list[str], days: list[str]) -> str:
        selection = [{"path": [name]} for name in assets]
        answer = self.ask(BACKFILL, p={"assetSelection": selection, "partitionNames": days})["launchPartitionBackfill"]
        assert answer["__typename"] == "LaunchBackfillSuccess", answer
        return str(answer["backfillId"])

    def run_status(self, run: str) -> str:
        return str(self.ask(RUN_STATUS, id=run)["runOrError"]["status"])

    def backfill_status(self, backfill: str) -> dict[str, Any]:
        return dict(self.ask(BACKFILL_STATUS, id=backfill)["partitionBackfillOrError"])

    def finish(self, run: str, seconds: float = 150) -> str:
        """How a run ended."""
        return wait_for(lambda: self.run_status(run), lambda status: status in ENDED, seconds)

    def finish_backfill(self, backfill: str, seconds: float) -> dict[str, Any]:
        """A backfill's state and runs, once it ended."""
        return wait_for(lambda: self.backfill_status(backfill), lambda each: each["status"] in BACKFILL_ENDED, seconds)


def wait_for(look: Callable[[], T], is_there: Callable[[T], bool], seconds: float) -> T:
    """What `look` returns as soon as `is_there`. Fails after `seconds`."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if is_there(seen):
            return seen
        assert time.monotonic() < deadline, f"still {seen} after {seconds:g} s"
        time.sleep(0.5)


@contextmanager
def a_dagster_server(
    folder: Path,
    environment: Mapping[str, str],
    backfill_seconds: int | None = None,
    start: Sequence[str] = (sys.executable, "-m", "dagster", "dev", "-w", "workspace.yaml"),
) -> Iterator[DagsterServer]:
    """Dagster on the repository's project, by the command `start`, with `folder` as its home; stopped at the end.

    In a process group of its own, with a folder of its own for temporary files, in which its sockets lie. The daemon
    looks at backfills every `backfill_seconds` (default: Dagster's own 30).
    """
    port = _free_port()
    if backfill_seconds is not None:
        (folder / "python").mkdir()
        (folder / "python" / "sitecustomize.py").write_text(QUICKER_BACKFILLS % backfill_seconds)
    temporary = folder / "tmp"
    temporary.mkdir(parents=True)
    command = [*start, "--host", "127.0.0.1", "--port", str(port)]
    variables = {
        **os.environ,
        **environment,
        "DAGSTER_HOME": str(folder),
        "TMPDIR": str(temporary),
        "PYTHONPATH": os.pathsep.join([str(REPOSITORY), str(folder / "python")]),
    }
    with (folder / "dagster.log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=variables, stdout=log, stderr=log, start_new_session=True
        )
        try:
            yield DagsterServer(port, _selector(process, port, folder / "dagster.log"))
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        return int(held.getsockname()[1])


def _selector(process: subprocess.Popen[bytes], port: int, log: Path) -> dict[str, str]:
    """Where the workspace's code is, once it is loaded."""
    server = DagsterServer(port, {})
    query = """{ repositoriesOrError { __typename ... on RepositoryConnection { nodes { name location { name } } }
      ... on PythonError { message } } }"""

    def look() -> list[dict[str, Any]]:
        assert process.poll() is None, log.read_text("utf-8", "replace")[-2000:]
        try:
            answer = server.ask(query)["repositoriesOrError"]
        except OSError:
            return []
        return list(answer.get("nodes", []))

    (node,) = wait_for(look, bool, 200)
    return {"repositoryLocationName": node["location"]["name"], "repositoryName": node["name"]}


def _stop(process: subprocess.Popen[bytes]) -> None:
    """SIGTERM to the whole group, SIGKILL for what is left after ten seconds."""
    for name, seconds in ((signal.SIGTERM, 10), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, name)
            process.wait(seconds)
        except (ProcessLookupError, subprocess.TimeoutExpired):
            continue
