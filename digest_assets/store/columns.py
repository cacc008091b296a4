"""What the columns of the store mean, read from the migrations that made them: a comment is written once, there."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import duckdb

from digest_assets.store.connection import migrations

_TABLE = re.compile(r"^CREATE TABLE (\w+) \(\n(.*?)^\);", re.M | re.S)
_COLUMN = re.compile(r"^ +(?P<name>[a-z]\w*) (?P<rest>[A-Z][^\n]*?)(?: *-- (?P<comment>[^\n]*))?$", re.M)
_ADDED = re.compile(
    r"^ALTER TABLE (?P<table>\w+) ADD COLUMN (?P<name>\w+) [^\n]*?;(?: *-- (?P<comment>[^\n]*))?$", re.M
)


@dataclass(frozen=True, slots=True)
class Column:
    """A column as DuckDB knows it; `meaning` is the comment beside it in the migration, where there is one."""

    name: str
    type: str
    nullable: bool
    meaning: str | None


@cache
def tables() -> dict[str, tuple[Column, ...]]:
    """The columns of each table, in order, of a store with all migrations applied."""
    meanings = _meanings()
    with duckdb.connect() as connection:
        for _, _, sql in migrations():
            connection.execute(sql)
        found = connection.execute(
            "SELECT table_name, column_name, data_type, is_nullable FROM duckdb_columns() "
            "WHERE NOT internal ORDER BY table_name, column_index"
        ).fetchall()
    columns: dict[str, list[Column]] = {}
    for table, name, kind, nullable in found:
        columns.setdefault(table, []).append(Column(name, kind, nullable, meanings.get((table, name))))
    return {table: tuple(each) for table, each in columns.items()}


def _meanings() -> dict[tuple[str, str], str]:
    """The comments beside columns, by table and column; the last migration that says something is right."""
    meanings: dict[tuple[str, str], str] = {}
    for _, _, sql in migrations():
        for table, body in _TABLE.findall(sql):
            for column in _COLUMN.finditer(body):
                if column["comment"]:
                    meanings[table, column["name"]] = column["comment"].strip()
        for column in _ADDED.finditer(sql):
            if column["comment"]:
                meanings[column["table"], column["name"]] = column["comment"].strip()
    return meanings
