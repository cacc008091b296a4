"""`digest store`: a copy to fall back on, and moves between engines, as a user asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.store.connection import DigestStore
from digest_assets.store.rows import insert
from digest_assets_tests.cli.command_line import CommandLine, a_command_line
from digest_assets_tests.engines import on_lakes, store_settings
from digest_assets_tests.scale.servers import Postgres
from digest_assets_tests.test_pipeline import NOON

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def digest(tmp_path: Path) -> Iterator[CommandLine]:
    with a_command_line(tmp_path, NOON) as each:
        with DigestStore(tmp_path / "data" / "digest.duckdb").transaction() as connection:
            at = datetime(2026, 1, 29, tzinfo=timezone.utc)
            insert(connection, "paces", [{"lane": "arxiv", "next_at": at}])
        yield each


def test_a_backup_lies_beside_the_store_or_where_one_says(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys, "store", "backup", "--json")
    assert (said.code, said.json["rows"]["paces"]) == (0, 1)
    assert said.json["where"] == str(digest.folder / "data" / "digest.backup.duckdb")
    assert digest(capsys, "store", "backup", str(digest.folder / "mine.duckdb")).code == 0
    with duckdb.connect(str(digest.folder / "mine.duckdb"), read_only=True) as connection:
        assert connection.execute("SELECT lane FROM paces").fetchall() == [("arxiv",)]


def test_a_folder_that_is_not_there_is_one_line(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys, "store", "backup", str(digest.folder / "data" / "digest.duckdb" / "copy.duckdb"))
    assert said.code == 1
    assert "copy.duckdb" in said.error


def test_a_store_is_not_moved_onto_itself_nor_onto_another(digest: CommandLine, capsys: Captured) -> None:
    assert digest(capsys, "store", "migrate", "--to", "data/digest.duckdb").code == 2
    assert digest(capsys, "store", "migrate", "--to", "moved.duckdb").code == 0
    again = digest(capsys, "store", "migrate", "--to", "moved.duckdb")
    assert again.code == 2
    assert "is not empty" in again.error


def test_only_a_lake_is_tidied(digest: CommandLine, capsys: Captured) -> None:
    said = digest(capsys, "store", "tidy")
    assert said.code == 2
    assert "only a lake" in said.error


@pytest.mark.slow
def test_to_a_lake_and_on_from_there(digest: CommandLine, capsys: Captured, postgres: Postgres) -> None:
    with on_lakes(postgres):
        lake = store_settings(digest.folder)
    moved = digest(capsys, "store", "migrate", "--to", lake["url"], "--data-path", lake["data_path"])
    assert moved.code == 0
    digest.set(DIGEST__STORE__URL=lake["url"], DIGEST__STORE__DATA_PATH=lake["data_path"])
    assert digest(capsys, "export", "--json").json["paces"] == 1
    assert digest(capsys, "store", "tidy").code == 0
    assert digest(capsys, "export", "paces", "--to", str(digest.folder / "paces.csv")).code == 0
    assert "arxiv" in (digest.folder / "paces.csv").read_text()
    assert digest(capsys, "store", "backup", "--json").json["rows"]["paces"] == 1
    assert digest(capsys, "store", "migrate", "--to", "home.duckdb").code == 0
