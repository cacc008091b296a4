"""How often a sensor has asked again for a date that does not balance (`retries`)."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

import duckdb

from digest_assets.store.rows import IN_LIST, json_list, put


def asked(connection: duckdb.DuckDBPyConnection, digest: str) -> dict[date, tuple[int, datetime]]:
    """By date: how often it was asked for again, and when last."""
    found = connection.execute(
        "SELECT digest_date, asked, last_asked_at FROM retries WHERE digest = ?", [digest]
    ).fetchall()
    return {day: (count, last) for day, count, last in found}


def record_ask(connection: duckdb.DuckDBPyConnection, digest: str, day: date, count: int, now: datetime) -> None:
    """Records that `day` was asked for again, for the `count`th time."""
    put(connection, "retries", [{"digest": digest, "digest_date": day, "asked": count, "last_asked_at": now}])


def forget_balanced(connection: duckdb.DuckDBPyConnection, digest: str, unbalanced: Collection[date]) -> None:
    """Starts afresh for dates that balance by now."""
    connection.execute(
        f"DELETE FROM retries WHERE digest = ? AND CAST(digest_date AS VARCHAR) NOT IN {IN_LIST}",
        [digest, json_list(day.isoformat() for day in unbalanced)],
    )
