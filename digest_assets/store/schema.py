"""What a store's tables are: the migrations, which declare them, and what is read out of those.

A column's meaning is its `COMMENT ON`, written once. The keys are declared there too, and no engine is told of them: a
lake has none, and in a file each would be an index (`connection.py`). `rows.py` keeps them.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import resources

import duckdb

from digest_assets.errors import StoreUnusable

_TABLE_KEY = re.compile(r",([^\n]*)\n\s*PRIMARY KEY \([^)]*\)")
_COLUMN_KEY = re.compile(r"\bPRIMARY KEY\b")


@dataclass(frozen=True, slots=True)
class Column:
    """A column as DuckDB knows it; `meaning` is its `COMMENT ON`; a view's columns have none."""

    name: str
    type: str
    nullable: bool
    meaning: str | None


@dataclass(frozen=True, slots=True)
class Table:
    """A table, or a view, which has no key."""

    columns: tuple[Column, ...]
    key: tuple[str, ...]
    """The columns of its primary key."""

    @property
    def types(self) -> dict[str, str]:
        """Of its columns, by name, in their order."""
        return {column.name: column.type for column in self.columns}


def migrations() -> list[tuple[int, str, str]]:
    """Every migration as (number, name, SQL), in order. A migration that was released is never changed."""
    folder = resources.files("digest_assets.store") / "migrations"
    names = sorted(each.name for each in folder.iterdir() if each.name.endswith(".sql"))
    return [(int(name.split("_")[0]), name, (folder / name).read_text("utf-8")) for name in names]


def keyless(sql: str) -> str:
    """A migration without its keys, which `rows.py` keeps."""
    return _COLUMN_KEY.sub("NOT NULL", _TABLE_KEY.sub(r"\1", sql))


def pending(connection: duckdb.DuckDBPyConnection, store: object) -> list[tuple[int, str, str]]:
    """The migrations that `store`, which is named in errors, has not had, in order: whatever the highest is that it
    had, because one with a lower number may have been released later. Writes nothing.

    Raises `StoreUnusable` for a store that a newer version of this program wrote.
    """
    applied = set(_applied(connection))
    known = {each[0]: each for each in migrations()}
    if unknown := applied - set(known):
        raise StoreUnusable(
            f"The store {store} has schema {max(unknown)}, this program knows {max(known)}.",
            cure="Install the newer version of digest-assets that wrote it; nothing was changed.",
        )
    return [known[number] for number in sorted(set(known) - applied)]


def is_new(connection: duckdb.DuckDBPyConnection) -> bool:
    """Whether nothing has been written to the store yet."""
    return not _applied(connection)


def _applied(connection: duckdb.DuckDBPyConnection) -> list[int]:
    named = "database_name = current_database() AND table_name = 'schema_versions'"
    if not connection.execute(f"SELECT 1 FROM duckdb_tables() WHERE {named}").fetchall():
        return []
    return [number for (number,) in connection.execute("SELECT version FROM schema_versions").fetchall()]


def migrate(connection: duckdb.DuckDBPyConnection, store: object, dialect: Callable[[str], str] = keyless) -> None:
    """Applies what is `pending`, all of it or nothing.

    `dialect` puts each migration into the words of the engine. Raises `StoreUnusable` as `pending` does.
    """
    connection.begin()
    try:
        todo = pending(connection, store)
        if todo:
            connection.execute(
                dialect(
                    "CREATE TABLE IF NOT EXISTS schema_versions (version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, "
                    "applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
                )
            )
        for number, name, sql in todo:
            connection.execute(dialect(sql))
            connection.execute("INSERT INTO schema_versions (version, name) VALUES (?, ?)", [number, name])
    except BaseException:
        connection.rollback()
        raise
    connection.commit()


@cache
def tables() -> dict[str, Table]:
    """The tables and views of a store with all migrations applied, by name."""
    with duckdb.connect() as connection:
        for _, _, sql in migrations():
            connection.execute(sql)
        found = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable, comment FROM duckdb_columns() "
            "WHERE NOT internal ORDER BY table_name, column_index"
        ).fetchall()
        keys = dict(
            connection.execute(
                "SELECT table_name, constraint_column_names FROM duckdb_constraints() "
                "WHERE constraint_type = 'PRIMARY KEY'"
            ).fetchall()
        )
    columns: dict[str, list[Column]] = {}
    for table, *column in found:
        columns.setdefault(table, []).append(Column(*column))
    return {table: Table(tuple(each), tuple(keys.get(table, ()))) for table, each in columns.items()}
