"""The workflow that users copy: its steps that move the store are run here, by the shell, against a real repository."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

WORKFLOW = Path(__file__).parents[1] / "deploy" / "github" / "digest.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def step(workflow: dict[Any, Any], name: str) -> str:
    return next(each["run"] for each in workflow["jobs"]["digest"]["steps"] if each.get("name") == name)


def shell(script: str, folder: Path) -> None:
    """As GitHub runs a step: bash, ending at the first error."""
    who = {
        "GIT_AUTHOR_NAME": "t",
        "GIT_AUTHOR_EMAIL": "t@t.test",
        "GIT_COMMITTER_NAME": "t",
        "GIT_COMMITTER_EMAIL": "t@t",
    }
    temporary = folder.parent / f"{folder.name}-temporary"
    temporary.mkdir(exist_ok=True)
    environment = os.environ | who | {"RUNNER_TEMP": str(temporary), "GITHUB_RUN_NUMBER": "7"}
    subprocess.run(["bash", "-e", "-o", "pipefail", "-c", script], cwd=folder, env=environment, check=True)


def checkout(bare: Path, folder: Path) -> Path:
    subprocess.run(["git", "clone", "-q", "--depth", "1", bare.as_uri(), str(folder)], check=True)
    return folder


def test_the_store_of_a_run_is_there_for_the_next_one(workflow: dict[Any, Any], tmp_path: Path) -> None:
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    seed = tmp_path / "seed"
    shell(f"git init -q -b main {seed} && cd {seed} && echo '[digest]' > digest.toml && echo /data/ > .gitignore"
          f" && git add . && git commit -q -m First && git push -q {bare} main", tmp_path)  # fmt: skip

    first = checkout(bare, tmp_path / "first")
    shell(step(workflow, "Fetch the store of the last run"), first)  # there is none yet
    assert list((first / "data").iterdir()) == []
    (first / "data" / "digest.duckdb").write_bytes(b"store\x00\r\n1")
    (first / "data" / "dagster").mkdir()
    (first / "data" / "dagster" / "runs.db").write_text("of no use to others")
    shell(step(workflow, "Keep the store"), first)

    second = checkout(bare, tmp_path / "second")
    shell(step(workflow, "Fetch the store of the last run"), second)
    assert [file.name for file in (second / "data").iterdir()] == ["digest.duckdb"]
    assert (second / "data" / "digest.duckdb").read_bytes() == b"store\x00\r\n1"
    (second / "data" / "digest.duckdb").write_bytes(b"store 2")
    shell(step(workflow, "Keep the store"), second)
    count = subprocess.run(
        ["git", "rev-list", "--count", "digest-store"], cwd=bare, capture_output=True, text=True, check=True
    )
    assert count.stdout.strip() == "1"


def test_runs_follow_each_other_and_secrets_come_from_the_repository(workflow: dict[Any, Any]) -> None:
    assert workflow["concurrency"] == {"group": "digest", "cancel-in-progress": False}
    assert "digest publish --branch gh-pages --push origin" in step(workflow, "Publish")
    made = next(each for each in workflow["jobs"]["digest"]["steps"] if each.get("id") == "make")
    assert all(value.startswith("${{ secrets.") for value in made["env"].values())
