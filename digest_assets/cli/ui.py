"""`digest ui`: Dagster's webserver and daemon on this project, on this machine only."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from digest_assets.cli import guard
from digest_assets.cli.console import say
from digest_assets.cli.options import ConfigOption, opened_project
from digest_assets.errors import ConfigurationError

PortOption = Annotated[int, typer.Option(min=1, max=65_535, help="Where it listens, on this machine only.")]


def ui(
    port: PortOption = 3000,
    config: ConfigOption = None,
) -> None:
    """Open the Dagster UI: materialize, backfill, schedule, inspect."""
    with opened_project(config):
        raise typer.Exit(dagster_dev(port))


def _refuse_if_taken(port: int) -> None:
    """Dagster would go on without its webserver, and somebody else's answer at the address."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except OSError as error:
        raise ConfigurationError(
            f"The UI cannot listen on port {port}: {error.strerror}.",
            cure="End what listens there, or choose another port with --port.",
        ) from None


def _forget_killed_runs() -> None:
    """What a killed process left under way would keep the daemon from starting anything."""
    from digest_assets.assets.killed_runs import fail_killed_runs
    from digest_assets.automation.history import open_history

    with open_history() as instance:
        if killed := fail_killed_runs(instance):
            say(f"{len(killed)} runs whose process was killed are marked as failed.")


def dagster_dev(port: int) -> int:
    """Runs Dagster's webserver and daemon until they are stopped. Returns their exit code.

    However this process ends, they end too: `guard.py` sees to it.
    """
    _refuse_if_taken(port)
    _forget_killed_runs()
    where = ["-m", "digest_assets.definitions", "-h", "127.0.0.1", "-p", str(port)]
    say(f"The Dagster UI: http://127.0.0.1:{port} (in about twenty seconds; Ctrl-C ends it)")
    before = {each: signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    for each in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, signal.default_int_handler)
    command = [sys.executable, "-m", "dagster", "dev", *where]
    process = subprocess.Popen(
        [sys.executable, "-I", guard.__file__, *command], stdin=subprocess.PIPE, start_new_session=True
    )
    try:
        return process.wait()
    except KeyboardInterrupt:
        return 0
    finally:
        for each in before:
            signal.signal(each, signal.SIG_IGN)  # the end is under way
        assert process.stdin is not None
        process.stdin.close()
        process.wait()
        guard.end_session(process.pid, guard.SECONDS_TO_END)  # where the guard itself was killed
        for each, handler in before.items():
            signal.signal(each, handler)
