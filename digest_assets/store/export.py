"""Tables of the store as files: Parquet, JSON lines or CSV."""

from __future__ import annotations

import difflib
import json
import os
import tempfile
from pathlib import Path
from typing import Any

import duckdb

from digest_assets.errors import ConfigurationError, OutputUnwritable
from digest_assets.full_text.stored import unpack
from digest_assets.store.rows import rows

_FORMATS = {".parquet": "FORMAT parquet", ".json": "FORMAT json", ".jsonl": "FORMAT json", ".csv": "FORMAT csv, HEADER"}


def table_counts(connection: duckdb.DuckDBPyConnection) -> dict[str, int]:
    """Every table and view of the store, with how many rows it has."""
    names = [row[0] for row in connection.execute("SHOW TABLES").fetchall()]
    return {name: connection.execute(f'SELECT count(*) FROM "{name}"').fetchall()[0][0] for name in names}


def export_table(connection: duckdb.DuckDBPyConnection, table: str, target: Path) -> int:
    """Writes `table` to `target`, in the format of its suffix; the file is there whole or not at all.

    Returns the number of rows. Raises `ConfigurationError` for a table or a suffix that does not exist,
    `OutputUnwritable` for a file that cannot be written.
    """
    known = table_counts(connection)
    if table not in known:
        near = difflib.get_close_matches(table, known, 1, 0.4)
        raise ConfigurationError(
            f"The store has no table {table}{f' (did you mean {near[0]}?)' if near else ''}.",
            cure="`digest export` lists them.",
        )
    layout = _FORMATS.get(target.suffix.lower())
    if layout is None:
        raise ConfigurationError(
            f"{target.name} has an ending that stands for no format.", cure=f"End it with {', '.join(_FORMATS)}."
        )
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=target.parent, prefix=".export-") as folder:
            part = Path(folder) / target.name
            connection.execute(f"COPY ({_query(connection, table)}) TO '{_quoted(part)}' ({layout})")
            os.replace(part, target)
    except (OSError, duckdb.IOException) as error:
        raise OutputUnwritable(
            f"{target} cannot be written: {error}.", cure="Check the folder's permissions or name another one."
        ) from None
    return known[table]


def _query(connection: duckdb.DuckDBPyConnection, table: str) -> str:
    if table != "full_texts":
        return f'SELECT * FROM "{table}"'
    connection.execute(
        "CREATE OR REPLACE TEMP TABLE texts_unpacked AS "
        "SELECT * REPLACE (NULL::VARCHAR AS sections) FROM full_texts LIMIT 0"
    )
    keys = connection.execute("SELECT identifier, version FROM full_texts ORDER BY ALL").fetchall()
    for key in keys:
        for row in rows(connection.execute("SELECT * FROM full_texts WHERE identifier = ? AND version = ?", key)):
            values = list({**row, "sections": _sections_as_json(row["sections"])}.values())
            connection.execute(f"INSERT INTO texts_unpacked VALUES ({', '.join('?' * len(values))})", values)
    return "SELECT * FROM texts_unpacked"


def _sections_as_json(packed: bytes) -> str:
    sections: list[dict[str, Any]] = [
        {
            "title": section.title,
            "level": section.level,
            "appendix": section.appendix,
            "blocks": [{"kind": block.kind.value, "text": block.text} for block in section.blocks],
        }
        for section in unpack(packed)
    ]
    return json.dumps(sections, ensure_ascii=False)


def _quoted(path: Path) -> str:
    return str(path).replace("'", "''")
