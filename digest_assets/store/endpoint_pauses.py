"""Dates that wait for the model's endpoint: a quota of the day is used up, or an outage lasts (`endpoint_pauses`)."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from digest_assets.store.rows import put


def note(
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, until: datetime, reason: str, now: datetime
) -> None:
    """Records that `day` is worth asking for again at `until`."""
    row = {"digest": digest, "digest_date": day, "until": until, "reason": reason, "noted_at": now}
    put(connection, "endpoint_pauses", [row])


def forget(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> None:
    """`day` waits for nothing any more."""
    connection.execute("DELETE FROM endpoint_pauses WHERE digest = ? AND digest_date = ?", [digest, day])


def standing(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> dict[date, datetime]:
    """By date, from `since` on: when it is worth asking for again."""
    found = connection.execute(
        "SELECT digest_date, until FROM endpoint_pauses WHERE digest = ? AND digest_date >= ? ORDER BY 1",
        [digest, since],
    ).fetchall()
    return dict(found)
