"""A store as a whole, taken elsewhere: to another engine and back, or as a copy to fall back on.

Either all of it arrives or nothing does: one transaction, in which each table is compared with its origin by the number
of its rows and a hash of all they hold, before it is committed.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from digest_assets.errors import ConfigurationError, StoreUnusable
from digest_assets.store.connection import DigestStore, migrations
from digest_assets.store.lake import LakeStore


def copy_store(source: DigestStore, target: DigestStore) -> dict[str, int]:
    """Copies every row of `source` to `target`, which may be on another engine; returns how many, by table.

    Nobody writes to either meanwhile. Raises `ConfigurationError` where the target holds something already, and
    `StoreUnusable` where what arrived is not what was there; the target is empty then.
    """
    with _side_by_side(source, target) as (connection, here, there):
        connection.begin()
        try:
            tables = _tables()
            _refuse_filled(connection, there, tables, target)
            for table, columns in tables.items():
                connection.execute(
                    f"INSERT INTO {there}.main.{table} ({columns}) SELECT {columns} FROM {here}.main.{table}"
                )
            counts = {table: _compare(connection, here, there, table, columns) for table, columns in tables.items()}
        except BaseException:
            connection.rollback()
            raise
        connection.commit()
    return counts


def back_up(store: DigestStore, target: Path) -> dict[str, int]:
    """Puts a copy of `store` into the place of the file `target`; returns how many rows it has, by table.

    What was there before stays until the copy has been written, compared and opened again.
    """
    part = target.with_name(f".{target.name}.part")
    _remove(part)
    try:
        copied = copy_store(store, DigestStore(part))
        with duckdb.connect(str(part), read_only=True) as connection:
            held = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in copied}
        if held != copied:
            raise StoreUnusable(
                f"The copy of {store.name} does not hold what was written to it.",
                cure=f"Look after the disk of {target.parent}; the copy made before is kept.",
            )
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except OSError as error:
        raise StoreUnusable(
            f"{target} cannot be written: {error.strerror}.", cure="Correct the folder's rights or name another file."
        ) from None
    finally:
        _remove(part)
    return copied


def _remove(part: Path) -> None:
    for path in (part, part.with_name(part.name + ".wal")):
        path.unlink(missing_ok=True)


@contextmanager
def _side_by_side(source: DigestStore, target: DigestStore) -> Iterator[tuple[duckdb.DuckDBPyConnection, str, str]]:
    """A connection that sees both, and what it calls them. Lakes lead: their engine can open files, not the reverse."""
    leading, other = (target, source) if isinstance(target, LakeStore) else (source, target)
    with other.session():
        pass  # in its newest schema
    with leading.session() as connection:
        ((name,),) = connection.execute("SELECT current_database()").fetchall()
        with other.beside(connection) as other_name:
            yield (connection, other_name, name) if leading is target else (connection, name, other_name)


def _tables() -> dict[str, str]:
    """The columns of each table, as a list in SQL: from the migrations; an engine would ask every store it has open."""
    with duckdb.connect() as connection:
        for _, _, sql in migrations():
            connection.execute(sql)
        found = connection.execute(
            "SELECT table_name, string_agg('\"' || column_name || '\"', ', ' ORDER BY column_index) "
            "FROM duckdb_columns() JOIN duckdb_tables() USING (database_name, schema_name, table_name) "
            "GROUP BY 1 ORDER BY 1"
        ).fetchall()
    return dict(found)


def _refuse_filled(
    connection: duckdb.DuckDBPyConnection, store: str, tables: dict[str, str], target: DigestStore
) -> None:
    for table in tables:
        if connection.execute(f"SELECT 1 FROM {store}.main.{table} LIMIT 1").fetchall():
            raise ConfigurationError(
                f"{target.name} is not empty: it has rows in {table}.", cure="Name a new file, or an empty database."
            )


def _compare(connection: duckdb.DuckDBPyConnection, here: str, there: str, table: str, columns: str) -> int:
    """How many rows arrived."""
    sql = "SELECT count(*), sum(hash({columns})), bit_xor(hash({columns})) FROM {store}.main.{table}"
    (was,), (came,) = (
        connection.execute(sql.format(columns=columns, store=store, table=table)).fetchall() for store in (here, there)
    )
    if was != came:
        raise StoreUnusable(
            f"Of {table}, {came[0]} rows arrived that are not the {was[0]} which were there.",
            cure="Nothing was changed. Try again; if it stays so, keep the store where it is and report this.",
        )
    return int(came[0])
