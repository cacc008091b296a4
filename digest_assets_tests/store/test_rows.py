"""Rows and their keys, which no engine is told of: `insert` refuses one that is there, `put` takes its place."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.store.connection import DigestStore
from digest_assets.store.rows import insert, put
from digest_assets.store.schema import keyless, migrations, tables

NOW = datetime(2026, 1, 29, 4, 30, tzinfo=timezone.utc)
DAY = date(2026, 1, 29)


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    return DigestStore(tmp_path / "digest.duckdb")


def shown(identifier: str, version: int = 1, day: date = DAY) -> dict[str, object]:
    """A row of `published_papers`, whose key has three columns of two types."""
    return {
        "digest": "arxiv",
        "digest_date": day,
        "identifier": identifier,
        "version": version,
        "published_at": NOW,
    }


def held(store: DigestStore) -> list[tuple[object, ...]]:
    with store.transaction() as connection:
        return connection.execute(
            "SELECT digest_date, identifier, version FROM published_papers ORDER BY ALL"
        ).fetchall()


def test_every_table_has_a_key_and_the_file_has_no_index(store: DigestStore) -> None:
    assert [name for name, table in tables().items() if not table.key] == ["ledger", "ledger_of_papers"]  # the views
    with store.transaction() as connection:
        found = connection.execute(
            "SELECT table_name FROM duckdb_constraints() WHERE constraint_type IN ('PRIMARY KEY', 'UNIQUE')"
        ).fetchall()
        assert found == []
        assert connection.execute("SELECT count(*) FROM duckdb_indexes()").fetchall() == [(0,)]


def test_a_migration_keeps_its_columns_without_its_keys() -> None:
    for _, name, sql in migrations():
        assert "PRIMARY KEY" not in keyless(sql), name
    with duckdb.connect() as whole, duckdb.connect() as without:
        columns = []
        for connection, dialect in ((whole, str), (without, keyless)):
            for _, _, sql in migrations():
                connection.execute(dialect(sql))
            sql = "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() ORDER BY ALL"
            columns.append(connection.execute(sql).fetchall())
    assert columns[0] == columns[1]


def test_a_row_whose_key_is_there_is_refused(store: DigestStore) -> None:
    with store.transaction() as connection:
        insert(connection, "published_papers", [shown("2601.00001"), shown("2601.00002")])
    with pytest.raises(duckdb.ConstraintException, match=r"2601\.00002"), store.transaction() as connection:
        insert(connection, "published_papers", [shown("2601.00003"), shown("2601.00002", 2)])
    with pytest.raises(duckdb.ConstraintException, match=r"2601\.00004"), store.transaction() as connection:
        insert(connection, "published_papers", [shown("2601.00004"), shown("2601.00004", 2)])
    assert held(store) == [(DAY, "2601.00001", 1), (DAY, "2601.00002", 1)]


def test_a_row_is_put_in_the_place_of_the_one_with_its_key_and_of_no_other(store: DigestStore) -> None:
    later = DAY + timedelta(days=1)
    with store.transaction() as connection:
        insert(connection, "published_papers", [shown("2601.00001"), shown("2601.00001", day=later)])
        put(connection, "published_papers", [shown("2601.00001", 2), shown("2601.00002"), shown("2601.00002", 7)])
        put(connection, "published_papers", [])
    assert held(store) == [(DAY, "2601.00001", 2), (DAY, "2601.00002", 7), (later, "2601.00001", 1)]


def test_what_was_put_survives_the_log_and_the_file(store: DigestStore) -> None:
    for version in range(1, 4):
        with store.transaction() as connection:
            put(connection, "published_papers", [shown("2601.00001", version)])
        assert held(store) == [(DAY, "2601.00001", version)]
        store.settle()
        assert held(store) == [(DAY, "2601.00001", version)]
