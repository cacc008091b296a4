"""The workflow that users run: each `run:` of it, in order, by the shell, against a bare repository as its remote.

`pip` and `digest` are stood in for: what is tested is that the store, the posts and the site get from one runner, which
has nothing, to the next. The last test is of a real site, which the real program publishes.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from digest_assets.cli import main
from digest_assets.cli.options import store_of
from digest_assets.config import load_settings
from digest_assets_tests.site.examples import ExampleSite, digest_paper, paper

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "digest.yml"
DIGEST = """#!/usr/bin/env bash
# `digest run` as DAY and CODE say, on a store that knows how often it was asked; `digest publish` as the real one does.
set -e
case "$1" in
  run)
    mkdir -p posts site data/dagster data/digest.journal
    echo "$DAY" >> data/digest.duckdb
    head -c "${FILLING:-10}" /dev/urandom > data/filling
    echo "of no use to others" > data/dagster/runs.db
    if [ "$CODE" -le 1 ]; then
      echo "the post of $DAY" > "posts/$DAY-arxiv.md"
      echo "<p>$(ls posts)" > site/index.html
      echo notes >> site/.site.sqlite
    fi
    exit "$CODE" ;;
  publish)
    pages=$RUNNER_TEMP/pages
    mkdir "$pages" && cp site/index.html "$pages" && cp -r posts "$pages/posts"
    export GIT_INDEX_FILE=$RUNNER_TEMP/pages-index
    git --work-tree="$pages" add --force --all .
    git push -q --force origin "$(git commit-tree "$(git write-tree)" -m pages):refs/heads/gh-pages" ;;
esac
"""


class Runners:
    """Runners of a code host, each an empty clone of one repository."""

    def __init__(self, folder: Path, *, private_store: bool = False) -> None:
        self.folder = folder
        self.bare = folder / "bare.git"
        self.store = folder / "store.git" if private_store else self.bare
        self.steps: list[dict[str, Any]] = yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["digest"]["steps"]
        for bare in {self.bare, self.store}:
            subprocess.run(["git", "init", "-q", "--bare", "-b", "main", str(bare)], check=True)
        seed = folder / "seed"
        for command in (
            ["init", "-q", "-b", "main", str(seed)],
            ["-C", str(seed), "commit", "-q", "--allow-empty", "-mA"],
        ):
            subprocess.run(["git", *command], check=True, env=self.environment)
        self.commit(seed, "digest.toml", "[digest]\n")
        programs = folder / "bin"
        programs.mkdir()
        for name, text in (("digest", DIGEST), ("pip", '#!/bin/sh\necho pip "$@"\n')):
            (programs / name).write_text(text)
            (programs / name).chmod(0o755)

    @property
    def environment(self) -> dict[str, str]:
        who = {f"GIT_{role}_{what}": "t@t.test" for role in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}
        path = f"{self.folder / 'bin'}:{os.environ['PATH']}"
        assets = "digest-assets @ git+https://host.test/digest-assets@0123abc"
        variables = {"PATH": path, "PYTHONPATH": str(ROOT), "GITHUB_RUN_NUMBER": "7", "IS_PRIVATE": "false"}
        return {**os.environ, **who, **variables, "DIGEST_ASSETS": assets}

    def commit(self, seed: Path, name: str, text: str | None) -> None:
        (seed / name).write_text(text) if text is not None else (seed / name).unlink()
        for command in (["add", "-A"], ["commit", "-q", "-m", name], ["push", "-q", str(self.bare), "main"]):
            subprocess.run(["git", "-C", str(seed), *command], check=True, env=self.environment)

    def run(self, day: str = "2026-11-20", code: int = 0, **environment: str) -> tuple[list[str], str]:
        """One runner's run: the first words of the steps executed, `!` before those that failed; and what was said."""
        work = self.folder / f"runner-{len([*self.folder.iterdir()])}"
        subprocess.run(["git", "clone", "-q", "--depth", "1", self.bare.as_uri(), str(work)], check=True)
        temporary = work.with_name(f"{work.name}-temporary")
        temporary.mkdir()
        output = temporary / "output"
        output.touch()
        variables = {"DAY": day, "CODE": str(code), "RUNNER_TEMP": str(temporary), "GITHUB_OUTPUT": str(output)}
        if self.store != self.bare:
            variables["STORE_REMOTE"] = self.store.as_uri()
        done: list[str] = []
        said = ""
        failed = False
        outcomes: dict[str, str] = {}
        for step in self.steps:
            if "run" not in step:
                continue
            outputs = dict(line.split("=") for line in output.read_text().splitlines())
            if not _is_wanted(step.get("if", ""), outputs, outcomes, failed=failed):
                outcomes[step.get("id", "")] = "skipped"
                continue
            made = subprocess.run(
                ["bash", "-e", "-o", "pipefail", "-c", step["run"]], cwd=work, capture_output=True, text=True,
                env={**self.environment, **variables, **environment},
            )  # fmt: skip
            failed = failed or made.returncode != 0
            outcomes[step.get("id", "")] = "failure" if made.returncode else "success"
            done.append(("!" if made.returncode else "") + step["name"].split()[0])
            said += made.stdout + made.stderr
        return done, said

    def files(self, bare: Path, branch: str) -> list[str]:
        listed = ["git", "ls-tree", "-r", "--name-only", branch]
        return subprocess.run(listed, cwd=bare, capture_output=True, text=True, check=True).stdout.split()

    def stored(self) -> list[str]:
        """The dates in the store that the next runner would get."""
        parts = "git archive digest-store | tar -xO --wildcards 'store.tar.gz.*' | tar -xzO ./digest.duckdb"
        return subprocess.run(
            parts, shell=True, cwd=self.store, capture_output=True, text=True, check=True
        ).stdout.split()


def _is_wanted(condition: str, outputs: dict[str, str], outcomes: dict[str, str], *, failed: bool) -> bool:
    """What the code host makes of a step's `if:`, as far as this workflow goes."""
    if failed and "always()" not in condition:
        return False
    for left, sign, right in re.findall(r"steps\.([\w.-]+) (==|!=) '(\w+)'", condition):
        step, _, what = left.partition(".")
        value = outcomes.get(step, "") if what == "outcome" else outputs.get(what.removeprefix("outputs."), "")
        if (value == right) is (sign == "!="):
            return False
    return True


@pytest.fixture
def runners(tmp_path: Path) -> Runners:
    return Runners(tmp_path)


EVERY_STEP = ["Is", "Install", "Fetch", "Make", "Publish", "Keep"]


@pytest.mark.slow
def test_each_day_goes_on_where_the_last_one_stopped_also_after_one_that_failed(runners: Runners) -> None:
    assert runners.run("2026-11-18")[0] == EVERY_STEP
    assert runners.run("2026-11-19", code=1)[0] == [*EVERY_STEP, "!Say"]  # in part: published, kept, and red
    assert runners.run("2026-11-20", code=2)[0] == [*EVERY_STEP[:3], "!Make", "Keep"]  # what was paid for is kept
    assert runners.run("2026-11-23", code=3)[0] == EVERY_STEP  # not searchable yet
    assert runners.run("2026-11-24")[0] == EVERY_STEP
    assert runners.stored() == ["2026-11-18", "2026-11-19", "2026-11-20", "2026-11-23", "2026-11-24"]
    published = runners.files(runners.bare, "gh-pages")
    assert {f"posts/2026-11-{day}-arxiv.md" for day in (18, 19, 24)} <= {*published}
    assert not any("sqlite" in name or "duckdb" in name for name in published)
    assert not any("runs.db" in name for name in runners.files(runners.bare, "digest-store"))
    count = ["git", "rev-list", "--count", "digest-store"]
    assert subprocess.run(count, cwd=runners.bare, capture_output=True, text=True, check=True).stdout.strip() == "1"


@pytest.mark.slow
def test_a_runner_that_dies_before_it_publishes_loses_no_more_than_its_own_day(runners: Runners) -> None:
    runners.run("2026-11-18")
    runners.steps = [step for step in runners.steps if step.get("name") not in ("Publish", "Keep the store")]
    runners.run("2026-11-19")
    again = Runners.__new__(Runners)
    again.__dict__.update(runners.__dict__, steps=yaml.safe_load(WORKFLOW.read_text())["jobs"]["digest"]["steps"])
    assert again.run("2026-11-19")[0] == EVERY_STEP
    assert again.stored() == ["2026-11-18", "2026-11-19"]


def test_the_steps_look_where_the_program_puts_things_whatever_init_wrote(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".git").mkdir()
    assert main(["init", str(tmp_path), "--yes"]) == 0
    for name, value in yaml.safe_load(WORKFLOW.read_text("utf-8"))["jobs"]["digest"]["env"].items():
        monkeypatch.setenv(name, value)
    settings = load_settings(tmp_path / "digest.toml")
    store = tmp_path / "data" / "digest.duckdb"
    assert store_of(settings).files[0] == store
    assert settings.path(settings.output.posts_dir) == tmp_path / "posts"
    assert settings.path(settings.output.site_dir) == tmp_path / "site"


def test_without_a_digest_toml_nothing_is_done(runners: Runners) -> None:
    runners.commit(runners.folder / "seed", "digest.toml", None)
    done, said = runners.run()
    assert done == ["Is"]
    assert "docs/publishing.md" in said
    assert runners.files(runners.bare, "main") == []


@pytest.mark.parametrize("named", ["", "digest-assets[delivery]", "digest-assets==1.0", "git+https://host.test/x"])
def test_nothing_is_installed_by_a_name_that_anybody_could_claim(runners: Runners, named: str) -> None:
    done, said = runners.run(DIGEST_ASSETS=named)
    assert done == ["Is", "!Install"]
    assert "Set the variable DIGEST_ASSETS" in said
    assert "pip install" not in said


def test_a_repository_that_has_the_program_installs_its_own(runners: Runners) -> None:
    seed = runners.folder / "seed"
    (seed / "digest_assets").mkdir()
    runners.commit(seed, "digest_assets/__init__.py", "")
    assert "pip install -c constraints.txt .[delivery]" in runners.run(DIGEST_ASSETS="")[1]


@pytest.mark.slow
def test_the_store_goes_where_nobody_else_reads_it_and_in_parts_that_are_taken(tmp_path: Path) -> None:
    runners = Runners(tmp_path, private_store=True)
    done, said = runners.run("2026-11-18", FILLING=str(46 * 2**20))  # random bytes: they stay as large as they are
    assert done == EVERY_STEP
    assert "::warning::" not in said
    assert runners.files(runners.store, "digest-store") == ["store.tar.gz.aa", "store.tar.gz.ab"]
    branches = subprocess.run(["git", "branch"], cwd=runners.bare, capture_output=True, text=True, check=True).stdout
    assert "digest-store" not in branches
    runners.run("2026-11-19")
    assert runners.stored() == ["2026-11-18", "2026-11-19"]


def test_a_store_on_a_public_branch_is_warned_of(runners: Runners) -> None:
    assert "::warning::The store is on a public branch" in runners.run()[1]
    assert "::warning::" not in runners.run(IS_PRIVATE="true")[1]


def test_a_store_of_before_is_taken_over(runners: Runners) -> None:
    """Until November 2026 the branch had the files as they are."""
    seed = runners.folder / "old"
    subprocess.run(["git", "init", "-q", "-b", "digest-store", str(seed)], check=True)
    (seed / "digest.duckdb").write_text("2026-11-17\n")
    for command in (["add", "-A"], ["commit", "-q", "-m", "old"], ["push", "-q", str(runners.bare), "digest-store"]):
        subprocess.run(["git", "-C", str(seed), *command], check=True, env=runners.environment)
    runners.run("2026-11-18")
    assert runners.stored() == ["2026-11-17", "2026-11-18"]


def test_two_runs_never_overlap_actions_are_pinned_and_secrets_come_from_the_repository() -> None:
    workflow = yaml.safe_load(WORKFLOW.read_text("utf-8"))
    assert workflow["concurrency"] == {"group": "digest", "cancel-in-progress": False}
    assert workflow["permissions"] == {"contents": "write"}
    for path in WORKFLOW.parent.glob("*.yml"):
        for step in next(iter(yaml.safe_load(path.read_text("utf-8"))["jobs"].values()))["steps"]:
            assert "uses" not in step or re.fullmatch(r"actions/[a-z-]+@[0-9a-f]{40}", step["uses"]), step
    made = next(each for each in workflow["jobs"]["digest"]["steps"] if each.get("id") == "make")
    assert all(value.startswith("${{ secrets.") for value in made["env"].values())


@pytest.mark.slow
def test_of_the_site_only_what_a_new_date_touches_is_made_by_the_next_runner(runners: Runners, tmp_path: Path) -> None:
    """The site is a real one, made by the real program and published by it."""
    site = ExampleSite.of(40)
    program = runners.folder / "bin" / "digest"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m digest_assets.cli "$@"\n')
    steps = {step.get("name", ""): step.get("run", "") for step in runners.steps}

    def runner(name: str) -> Path:
        folder = tmp_path / name
        subprocess.run(["git", "clone", "-q", "--depth", "1", runners.bare.as_uri(), str(folder)], check=True)
        (tmp_path / f"{name}-temporary").mkdir()
        return folder

    def shell(name: str, folder: Path) -> None:
        environment = {**runners.environment, "RUNNER_TEMP": str(folder.with_name(f"{folder.name}-temporary"))}
        subprocess.run(["bash", "-e", "-o", "pipefail", "-c", steps[name]], cwd=folder, env=environment, check=True)

    first = runner("first")
    shell("Fetch the store and the site of the last run", first)
    site.write(first / "site")
    shell("Publish", first)
    (first / "data" / "digest.duckdb").write_bytes(b"store")
    shell("Keep the store", first)
    second = runner("second")
    shell("Fetch the store and the site of the last run", second)
    day = date(2026, 11, 21)
    site.days_of[day] = [digest_paper(paper(900), day)]
    assert site.write(second / "site", day).written < 40, "the new date, not the whole site"
