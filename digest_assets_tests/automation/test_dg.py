"""Dagster's own command in a clone: what `[tool.dg]` in pyproject.toml is for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from digest_assets_tests.automation.dagster_server import REPOSITORY, a_dagster_server

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
DG = Path(sys.executable).with_name("dg")


@pytest.fixture
def variables(tmp_path: Path) -> dict[str, str]:
    """The environment of a home and settings in `tmp_path`."""
    (tmp_path / "digest.toml").write_text('[llm]\npreset = "none"\n')
    (tmp_path / "dagster.yaml").write_text("telemetry: {enabled: false}\n")
    return {
        "DAGSTER_HOME": str(tmp_path),
        "DIGEST_CONFIG": str(tmp_path / "digest.toml"),
        "PATH": f"{DG.parent}{os.pathsep}{os.environ['PATH']}",
    }


def test_dg_checks_lists_and_launches_the_definitions(variables: dict[str, str]) -> None:
    def dg(*arguments: str) -> str:
        done = subprocess.run(
            [str(DG), *arguments],
            cwd=REPOSITORY,
            env={**os.environ, **variables},
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
        return done.stdout

    dg("check", "defs", "--use-active-venv")
    listed = json.loads(dg("list", "defs", "--json"))
    assert {"raw_feed_entries", "rendered_posts"} <= {each["asset_key"] for each in listed["assets"]}
    dg("launch", "--job", "freshness")


def test_dg_dev_serves_the_definitions(tmp_path: Path, variables: dict[str, str]) -> None:
    with a_dagster_server(tmp_path, variables, start=[str(DG), "dev", "--use-active-venv"]) as server:
        nodes = server.ask("{ assetNodes { assetKey { path } } }")["assetNodes"]
    assert ["rendered_posts"] in [each["assetKey"]["path"] for each in nodes]
