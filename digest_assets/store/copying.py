"""A store as a whole, taken elsewhere: to another engine and back, or as a copy to fall back on.

Either all of it arrives or nothing does: one transaction, in which each table is compared with its origin by the number
of its rows and a hash of all they hold, before it is committed.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import duckdb

from digest_assets.errors import ConfigurationError, StoreUnusable
from digest_assets.store.connection import DigestStore, log_of
from digest_assets.store.lake import LakeStore
from digest_assets.store.schema import tables


def copy_store(source: DigestStore, target: DigestStore) -> dict[str, int]:
    """Copies every row of `source` to `target`, which may be on another engine; returns how many, by table.

    Nobody writes to either meanwhile. Raises `ConfigurationError` where the target holds something already, and
    `StoreUnusable` where what arrived is not what was there; the target is empty then.
    """
    with _side_by_side(source, target) as (connection, here, there):
        connection.begin()
        try:
            columns_of = _tables()
            _refuse_filled(connection, there, target)
            for table, columns in columns_of.items():
                connection.execute(
                    f"INSERT INTO {there}.main.{table} ({columns}) SELECT {columns} FROM {here}.main.{table}"
                )
            counts = {table: _compare(connection, here, there, table, columns) for table, columns in columns_of.items()}
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
    try:
        _remove(part)
        copy = DigestStore(part)
        copied = copy_store(store, copy)
        copy.take_log_over()
        with duckdb.connect(str(part), read_only=True) as connection:
            held = {table: connection.execute(f"SELECT count(*) FROM {table}").fetchall()[0][0] for table in copied}
        if held != copied:
            raise StoreUnusable(
                f"The copy of {store.name} does not hold what was written to it.",
                cure=f"Look after the disk of {target.parent}; the copy made before is kept.",
            )
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        log_of(target).unlink(missing_ok=True)  # with another's log beside it the copy would be refused
        part.replace(target)
    except OSError as error:
        raise StoreUnusable(
            f"{target} cannot be written: {error.strerror}.",
            cure="Check the folder's permissions or name another file.",
        ) from None
    finally:
        _remove(part)
    return copied


def restore(store: DigestStore, now: datetime, copy: Path | None = None) -> Path | None:
    """Puts `copy`, by default what `back_up` made, into the place of `store`, a file; the copy stays as it is.
    Killed at any point it leaves a store, or one that says what is in its way, and the same again goes on.

    Returns where the old file is kept, with its log; None where there was none. Raises `ConfigurationError` where there
    is no copy, and `StoreUnusable` for one that cannot be opened or a folder that cannot be written.
    """
    copy, path = copy or store.backup, store.path
    if not copy.is_file():
        raise ConfigurationError(f"There is no copy at {copy}.", cure="Make backups regularly: `digest store backup`.")
    DigestStore(copy).pending()  # it opens, and this program knows it; what it lacks it gets in the store's place
    if log_of(copy).exists():
        DigestStore(copy).take_log_over()
    part = path.with_name(f".{path.name}.part")
    aside = path.with_name(f"{path.stem}.replaced-{now:%Y%m%d-%H%M%S}{path.suffix}")
    had_one = path.exists()
    try:
        shutil.copy(copy, part)
        for each, name in ((path, aside), (log_of(path), log_of(aside))):
            if each.exists():
                _keep_as(each, name)
        part.replace(path)
        log_of(path).unlink(missing_ok=True)  # beside which the copy is refused
    except OSError as error:
        raise StoreUnusable(
            f"{path} cannot be replaced: {error.strerror}.",
            cure="Check the folder's permissions or free space.",
        ) from None
    finally:
        _remove(part)
    return aside if had_one else None


def _keep_as(path: Path, name: Path) -> None:
    """Gives a file a second name, or makes a copy where the disk knows no second names."""
    name.unlink(missing_ok=True)
    try:
        os.link(path, name)
    except OSError:
        shutil.copy2(path, name)


def _remove(part: Path) -> None:
    for path in (part, log_of(part)):
        if path.exists():  # a disk that may only be read refuses to remove even what is not there
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
    """The columns of each table, as a list in SQL."""
    return {name: ", ".join(f'"{each}"' for each in table.types) for name, table in tables().items() if table.key}


def _refuse_filled(connection: duckdb.DuckDBPyConnection, store: str, target: DigestStore) -> None:
    for table in _tables():
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
