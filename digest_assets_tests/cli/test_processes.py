"""`digest` as a process of its own: what a shell and a person at a terminal see."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from digest_assets.sandbox import model_server
from digest_assets_tests.cli.command_line import KEY, CommandLine, a_command_line, in_a_process
from digest_assets_tests.test_pipeline import NOON

pytestmark = pytest.mark.slow
DIGEST = [sys.executable, "-m", "digest_assets.cli"]


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        yield each


def process(digest: CommandLine, *command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command,
        cwd=digest.folder,
        env=os.environ | digest.environment,
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


def test_the_exit_code_is_the_process_s_and_an_error_is_one_line_on_stderr(digest: CommandLine) -> None:
    digest.write("[digest\n")
    done = process(digest, *DIGEST, "run")
    assert (done.returncode, done.stdout) == (2, "")
    assert len(done.stderr.splitlines()) == 1
    assert "not valid TOML" in done.stderr


def test_a_run_leaves_one_json_document_on_stdout_and_its_progress_on_stderr(digest: CommandLine) -> None:
    done = process(digest, *in_a_process(NOON, "run", "2026-11-19", "--json"))
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["dates"][0]["outcome"] == "complete"
    assert "arxiv 2026-11-19" in done.stderr
    assert KEY not in done.stdout + done.stderr


def test_ctrl_c_ends_a_run_with_one_line_and_the_same_command_goes_on(digest: CommandLine) -> None:
    asked = threading.Event()

    def hold(reply: model_server.Reply) -> model_server.Reply:
        digest.sandbox.model.latency_seconds = 3
        asked.set()
        return reply

    digest.sandbox.model.faults.add("chat", *[None] * 3, model_server.reply_fault("held", hold))
    command = in_a_process(NOON, "run", "2026-11-20")
    environment = os.environ | digest.environment | {"DIGEST__LLM__MAX_CONCURRENCY": "1"}
    with subprocess.Popen(
        command,
        cwd=digest.folder,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as running:
        try:
            assert asked.wait(90)
            running.send_signal(signal.SIGINT)
            said = "".join(running.communicate(timeout=60))
        finally:
            running.kill()
    assert running.returncode == 130, said
    assert "Traceback" not in said
    assert "goes on from there" in said
    digest.sandbox.model.latency_seconds = 0
    done = process(digest, *command)
    assert done.returncode == 0, done.stderr


def test_the_demo_ends_with_where_the_post_lies(tmp_path: Path) -> None:
    done = subprocess.run(
        [*DIGEST, "demo", "--folder", str(tmp_path / "demo")],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
        capture_output=True,
        text=True,
        timeout=280,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    path = Path(next(line for line in done.stdout.splitlines() if line.startswith("The post: ")).split(": ", 1)[1])
    assert "虚构" in path.read_text("utf-8")
    assert "digest demo --ui" in done.stdout


def test_each_event_is_a_line_in_the_terminal_where_it_is_asked_for(digest: CommandLine) -> None:
    digest.environment["DIGEST__LLM__API_KEY_ENV"] = "NO_SUCH_KEY"
    done = process(digest, *in_a_process(NOON, "run", "2026-11-19", "--log", "--json"))
    assert done.returncode == 1, done.stderr  # in part: no key
    assert json.loads(done.stdout)["exit_code"] == 1
    lines = [line for line in done.stderr.splitlines() if "arxiv 2026-11-19 " in line and "translations" in line]
    assert lines
    assert all(" - INFO - " in line for line in lines)
