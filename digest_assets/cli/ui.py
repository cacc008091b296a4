"""`digest ui`: Dagster's webserver and daemon on this project, on this machine only."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from typing import Annotated

import typer

from digest_assets.cli.console import say
from digest_assets.cli.options import ConfigOption, opened
from digest_assets.errors import ConfigurationError

PortOption = Annotated[int, typer.Option(min=1, max=65_535, help="Where it listens, on this machine only.")]
_SECONDS_TO_END = 30


def ui(
    port: PortOption = 3000,
    config: ConfigOption = None,
) -> None:
    """Open the Dagster UI: materialize, backfill, schedule, inspect."""
    with opened(config):
        raise typer.Exit(dagster_dev(port))


def _refuse_if_taken(port: int) -> None:
    """Dagster would go on without its webserver, and somebody else's answer at the address."""
    try:
        with socket.create_server(("127.0.0.1", port)):
            return
    except OSError as error:
        raise ConfigurationError(
            f"The UI cannot listen on port {port}: {error.strerror}.",
            cure="End what listens there, or name another port with --port.",
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

    However this command ends, `dagster dev` is told to end too, and is waited for: it takes its own processes along.
    """
    _refuse_if_taken(port)
    _forget_killed_runs()
    where = ["-m", "digest_assets.definitions", "-h", "127.0.0.1", "-p", str(port)]
    say(f"The Dagster UI: http://127.0.0.1:{port} (in about twenty seconds; Ctrl-C ends it)")
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    process = subprocess.Popen([sys.executable, "-W", "ignore", "-m", "dagster", "dev", *where])
    try:
        return process.wait()
    except KeyboardInterrupt:
        process.terminate()
        return 0
    finally:
        try:
            process.wait(timeout=_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            process.kill()
