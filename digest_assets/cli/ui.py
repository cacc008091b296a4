"""`digest ui`: Dagster's webserver and daemon on this project, on this machine only."""

from __future__ import annotations

import subprocess
import sys
from typing import Annotated

import typer

from digest_assets.cli.options import ConfigOption, opened


def ui(
    port: Annotated[int, typer.Option(help="Where it listens, on this machine only.")] = 3000,
    config: ConfigOption = None,
) -> None:
    """Open the Dagster UI: materialize, backfill, schedule, inspect."""
    with opened(config):
        raise typer.Exit(dagster_dev(port))


def dagster_dev(port: int) -> int:
    """Runs Dagster's webserver and daemon until they are stopped. Returns their exit code."""
    where = ["-m", "digest_assets.definitions", "-h", "127.0.0.1", "-p", str(port)]
    try:
        return subprocess.run([sys.executable, "-m", "dagster", "dev", *where], check=False).returncode
    except KeyboardInterrupt:
        return 0
