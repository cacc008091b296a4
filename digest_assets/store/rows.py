"""Rows, in and out: added with their keys looked after, read as dictionaries.

Rows are passed as one JSON document, because DuckDB binds Python parameters one by one: 600 rows took 6 ms this way,
650 ms with `executemany`.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from enum import Enum
from itertools import islice
from typing import Any

import duckdb

from digest_assets.store.schema import tables

IN_LIST = "(SELECT unnest(from_json(?::JSON, '[\"VARCHAR\"]')))"
"""For `column IN ...` with one parameter, made by `json_list`."""


def insert(
    connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]], *, sure: bool = False
) -> None:
    """Adds `rows`, all with the same keys: column names.

    Raises `duckdb.ConstraintException` for a row whose primary key is there already. `sure`: that none is, because the
    caller has just looked, or deleted them; it is not looked for then.
    """
    if not sure:
        rows = list(rows)
        if rows:
            _refuse_repeats(connection, table, rows)
    _add(connection, table, rows)


def put(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Puts `rows`, all with the same keys, in the place of those that have their primary keys. The last of several
    with one key counts."""
    if not rows:
        return
    key = tables()[table].key
    latest = list({tuple(row[name] for name in key): row for row in rows}.values())
    fresh, document = _fresh(table, latest)
    same = " AND ".join(f"t.{name} = f.{name}" for name in key)
    connection.execute(f"DELETE FROM {table} t USING ({fresh}) f WHERE {same}", [document])
    _add(connection, table, latest)


AT_ONCE = 5000
"""Rows in one document."""


def _add(connection: duckdb.DuckDBPyConnection, table: str, rows: Iterable[Mapping[str, Any]]) -> None:
    types = tables()[table].types
    remaining = iter(rows)
    while some := list(islice(remaining, AT_ONCE)):
        columns = list(some[0])
        structure = json.dumps([{name: "VARCHAR" if types[name] == "BLOB" else types[name] for name in columns}])
        values = ", ".join(f"from_base64(r.{name})" if types[name] == "BLOB" else f"r.{name}" for name in columns)
        connection.execute(
            f"INSERT INTO {table} ({', '.join(columns)}) "
            f"SELECT {values} FROM (SELECT unnest(from_json(?::JSON, '{structure}')) AS r)",
            [_document(some)],
        )


def _refuse_repeats(connection: duckdb.DuckDBPyConnection, table: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """What a primary key does. Right, because nobody else writes during the transaction."""
    key = tables()[table].key
    names, (fresh, document) = ", ".join(key), _fresh(table, rows)
    found = connection.execute(
        f"WITH fresh AS ({fresh}) SELECT {names} FROM fresh GROUP BY ALL HAVING count(*) > 1 "
        f"UNION ALL SELECT {names} FROM {table} SEMI JOIN fresh USING ({names}) LIMIT 1",
        [document],
    ).fetchall()
    if found:
        said = ", ".join(f"{name}: {value}" for name, value in zip(key, found[0], strict=True))
        raise duckdb.ConstraintException(f'Duplicate key "{said}" violates primary key constraint of {table}.')


def _fresh(table: str, rows: Sequence[Mapping[str, Any]]) -> tuple[str, str]:
    """A query for the primary keys of `rows`, and its parameter."""
    key, types = tables()[table].key, tables()[table].types
    structure = json.dumps([{name: types[name] for name in key}])
    query = f"SELECT unnest(from_json(?::JSON, '{structure}'), recursive := true)"
    return query, _document([{name: row[name] for name in key} for row in rows])


def _document(rows: Sequence[Mapping[str, Any]]) -> str:
    """`rows` as JSON that DuckDB accepts: a lone surrogate, which no encoding has, becomes a question mark."""
    text = json.dumps(list(rows), default=_as_json, ensure_ascii=False)
    return text.encode("utf-8", "replace").decode("utf-8")


def _as_json(value: object) -> object:
    if isinstance(value, (datetime, date)):
        return value.isoformat()
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, bytes):
        return base64.b64encode(value).decode("ascii")
    raise TypeError(f"{type(value).__name__} has no column type")


def json_list(values: Iterable[str]) -> str:
    """The parameter of `IN_LIST`."""
    return json.dumps(list(values))


def rows(result: duckdb.DuckDBPyConnection) -> list[dict[str, Any]]:
    """All rows of a result as dictionaries by column name."""
    names = [column[0] for column in result.description or []]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]
