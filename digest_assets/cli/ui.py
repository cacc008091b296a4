"""`digest ui`: Dagster's webserver and daemon on this project, on this machine only."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Annotated

import typer

from digest_assets.cli.console import say
from digest_assets.cli.options import ConfigOption, opened

_SECONDS_TO_END = 30


def ui(
    port: Annotated[int, typer.Option(help="Where it listens, on this machine only.")] = 3000,
    config: ConfigOption = None,
) -> None:
    """Open the Dagster UI: materialize, backfill, schedule, inspect."""
    with opened(config):
        raise typer.Exit(dagster_dev(port))


def dagster_dev(port: int) -> int:
    """Runs Dagster's webserver and daemon until they are stopped. Returns their exit code.

    However this command ends, `dagster dev` is told to end too, and is waited for: it takes its own processes along.
    """
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
