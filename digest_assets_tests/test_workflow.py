"""The workflow that users copy: its steps that move the store are run here, by the shell, against a real repository."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest_assets_tests.site.examples import ExampleSite, digest_paper, paper

FETCH = "Fetch the store and the site of the last run"
WORKFLOW = Path(__file__).parents[1] / "deploy" / "github" / "digest.yml"


@pytest.fixture(scope="module")
def workflow() -> dict[Any, Any]:
    loaded = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert isinstance(loaded, dict)
    return loaded


def step(workflow: dict[Any, Any], name: str) -> str:
    return str(next(each["run"] for each in workflow["jobs"]["digest"]["steps"] if each.get("name") == name))


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
    shell(step(workflow, FETCH), first)  # there is none yet
    assert list((first / "data").iterdir()) == []
    (first / "data" / "digest.duckdb").write_bytes(b"store\x00\r\n1")
    (first / "data" / "dagster").mkdir()
    (first / "data" / "dagster" / "runs.db").write_text("of no use to others")
    shell(step(workflow, "Keep the store"), first)

    second = checkout(bare, tmp_path / "second")
    shell(step(workflow, FETCH), second)
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


def fake_digest(folder: Path) -> Path:
    """A folder with a `digest` that publishes as the real one does, run by this interpreter."""
    program = folder / "digest"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m digest_assets.cli "$@"\n')
    program.chmod(0o755)
    return folder


@pytest.mark.slow
def test_a_runner_without_anything_goes_on_where_the_last_one_stopped(
    workflow: dict[Any, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runners, each an empty clone; the site is a real one, made by the real program and published by it."""
    bare = tmp_path / "bare.git"
    subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
    shell(f"git init -q -b main seed && cd seed && echo '[digest]' > digest.toml && printf '/data/\n/site/\n/posts/\n'"
          f" > .gitignore && git add . && git commit -q -m First && git push -q {bare} main", tmp_path)  # fmt: skip
    (tmp_path / "bin").mkdir()
    monkeypatch.setenv("PATH", f"{fake_digest(tmp_path / 'bin')}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(WORKFLOW.parents[2]))
    site = ExampleSite.of(40)

    first = checkout(bare, tmp_path / "first")
    shell(step(workflow, FETCH), first)
    site.write(first / "site")
    (first / "posts").mkdir()
    (first / "posts" / "2026-11-20-arxiv.md").write_text("the post of the 20th")
    shell(step(workflow, "Publish"), first)
    (first / "data" / "digest.duckdb").write_bytes(b"store")
    shell(step(workflow, "Keep the store"), first)

    second = checkout(bare, tmp_path / "second")
    shell(step(workflow, FETCH), second)
    assert (second / "posts" / "2026-11-20-arxiv.md").read_text() == "the post of the 20th"
    day = date(2026, 11, 21)
    site.days_of[day] = [digest_paper(paper(900), day)]
    made = site.write(second / "site", day)
    assert made.written < 40, "the new date, not the whole site"
    (second / "posts" / f"{day}-arxiv.md").write_text("the post of the 21st")
    shell(step(workflow, "Publish"), second)
    published = subprocess.run(
        ["git", "ls-tree", "-r", "--name-only", "gh-pages"], cwd=bare, capture_output=True, text=True, check=True
    ).stdout.split()
    assert {"posts/2026-11-20-arxiv.md", f"posts/{day}-arxiv.md", "d/2026-11-19.html", f"d/{day}.html"} <= {*published}
    assert not any("sqlite" in name for name in published)
