"""What the store holds of each date, for those who ask how a digest stands."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

import duckdb

from digest_assets.digests.days import DigestDays
from digest_assets.digests.standing import DateRecord, Standing, standing
from digest_assets.store.ledger import TEXT_TO_COME
from digest_assets.store.rows import rows


def date_records(connection: duckdb.DuckDBPyConnection, digest: str, first: date, last: date) -> dict[date, DateRecord]:
    """What is held of each date from `first` to `last` that was asked for."""
    found = rows(
        connection.execute(
            f"""
            WITH asked AS (
                SELECT digest_date,
                       nullif(arg_max(coalesce(error, ''), fetched_at) FILTER (source = 'api'), '') AS error
                FROM fetches WHERE digest = $digest AND digest_date BETWEEN $first AND $last GROUP BY digest_date
            ), made AS (
                SELECT digest_date, empty_reason
                FROM digests WHERE digest = $digest AND digest_date BETWEEN $first AND $last
            ), rendered AS (
                SELECT digest_date, announced, published, filtered, failed, late, path
                FROM rendered_posts WHERE digest = $digest AND digest_date BETWEEN $first AND $last
            ), waits AS (
                SELECT digest_date, count(*) AS waiting FROM (
                    SELECT digest, digest_date, status FROM translations
                    UNION ALL SELECT digest, digest_date, status FROM summaries
                ) WHERE digest = $digest AND status = 'waiting' GROUP BY digest_date
            ), texts AS (
                SELECT w.digest_date, count(*) AS texts_to_come
                FROM windowed_papers w JOIN full_texts t USING (identifier, version)
                WHERE w.digest = $digest AND w.digest_date BETWEEN $first AND $last AND w.outcome = 'kept'
                AND {TEXT_TO_COME} GROUP BY w.digest_date
            )
            SELECT digest_date, made.digest_date IS NOT NULL AS made, empty_reason, error,
                   announced, published, filtered, failed, late, path, coalesce(waiting, 0) AS waiting,
                   coalesce(texts_to_come, 0) AS texts_to_come
            FROM asked FULL JOIN made USING (digest_date) LEFT JOIN rendered USING (digest_date)
            LEFT JOIN waits USING (digest_date) LEFT JOIN texts USING (digest_date)
            """,
            {"digest": digest, "first": first, "last": last},
        )
    )
    return {row.pop("digest_date"): DateRecord(**row) for row in found}


def standings(
    connection: duckdb.DuckDBPyConnection, digest: str, days: DigestDays, dates: Sequence[date], now: datetime
) -> dict[date, tuple[Standing, str | None]]:
    """How each of `dates` (in order, at least one) stands at `now`, and why."""
    held = date_records(connection, digest, dates[0], dates[-1])
    first_made = connection.execute("SELECT min(digest_date) FROM digests WHERE digest = ?", [digest]).fetchall()[0][0]
    return {day: standing(day, held.get(day), days, now, first_made=first_made) for day in dates}


def outcomes(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, tuple[str, str | None]]:
    """(status, reason) of each paper that `day` claimed, as the ledger has them, by identifier."""
    found = connection.execute(
        "SELECT identifier, status, reason FROM ledger WHERE digest = ? AND digest_date = ?", [digest, day]
    ).fetchall()
    return {identifier: (status, reason) for identifier, status, reason in found}
