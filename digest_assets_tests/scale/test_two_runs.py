"""Two runs at once, each a process with a Dagster home of its own, want the same texts and answers: each is asked for
once."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from digest_assets_tests.cli.command_line import DAGSTER, CommandLine, a_command_line, in_a_process
from digest_assets_tests.scale.servers import Postgres
from digest_assets_tests.test_pipeline import NOON

pytestmark = pytest.mark.slow
DAY = "2026-11-19"


@contextmanager
def a_run(digest: CommandLine, home: Path, **settings: str) -> Iterator[subprocess.Popen[str]]:
    """`digest run` with a Dagster home of its own, as on another machine."""
    home.mkdir()
    (home / "dagster.yaml").write_text(DAGSTER)
    with subprocess.Popen(
        in_a_process(NOON, "run", DAY, "--json"),
        cwd=digest.folder,
        env={**os.environ, **digest.environment, "DAGSTER_HOME": str(home), **settings},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        yield process


@pytest.mark.parametrize(
    ("engine", "other"), [("file", "the same date"), ("lake", "another digest of the same papers")]
)
def test_two_runs_at_once_ask_for_each_text_and_each_answer_once(
    tmp_path: Path, request: pytest.FixtureRequest, engine: str, other: str
) -> None:
    with a_command_line(tmp_path / "project", NOON) as digest:
        if engine == "lake":
            postgres: Postgres = request.getfixturevalue("postgres")
            address = postgres.make_database(f"two-{'same' if other == 'the same date' else 'other'}")
            digest.environment |= {
                "DIGEST__STORE__URL": f"ducklake:postgres:{address}",
                "DIGEST__STORE__DATA_PATH": str(tmp_path / "lake"),
            }
        digest.sandbox.model.latency_seconds = 0.2
        name = {} if other == "the same date" else {"DIGEST__DIGEST__NAME": "other"}
        with a_run(digest, tmp_path / "one") as one, a_run(digest, tmp_path / "two", **name) as two:
            said = [each.communicate() for each in (one, two)]
        assert [one.returncode, two.returncode] == [0, 0], said
        assert [json.loads(out)["dates"][0]["outcome"] for out, _ in said] == ["complete"] * 2
        asked = [json.dumps(each.body) for each in digest.sandbox.model.requests if each.route == "chat"]
        fetched = [each.path for each in digest.sandbox.arxiv.requests if "/html/" in each.path or "/pdf/" in each.path]
        for each in (asked, fetched):
            assert each
            assert len(each) == len(set(each))
