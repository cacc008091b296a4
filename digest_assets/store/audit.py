"""Whether what the store holds of a date is in order: what checks ask, by the view `ledger`."""

from __future__ import annotations

from datetime import date, datetime

import duckdb

from digest_assets.store import feeds
from digest_assets.store.ledger import OF_A_DATE, of_a_date
from digest_assets.store.rows import rows


def balance(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, int]:
    """How many of a date's papers stand at each status of the ledger (published, filtered, failed, claimed)."""
    counts: dict[str, int] = dict(
        connection.execute(
            f"SELECT status, count(*) FROM ledger WHERE {OF_A_DATE} GROUP BY status", of_a_date(connection, digest, day)
        ).fetchall()
    )
    if unreadable := len(feeds.unreadable_of(connection, digest, day)):  # which have no identifier to be found by
        counts["failed"] = counts.get("failed", 0) + unreadable
    return counts


def post_counts(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, int] | None:
    """What the post of a date says of itself: announced, published, filtered, failed. None: it has none yet."""
    found = rows(
        connection.execute(
            "SELECT announced, published, filtered, failed FROM rendered_posts WHERE digest = ? AND digest_date = ?",
            [digest, day],
        )
    )
    return found[0] if found else None


def repeats(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, date]]:
    """(identifier, other date) of papers that `day` is to publish and another date claimed, or showed in its post.

    The claims cannot repeat as long as the key of their table holds; posts were read by people, whatever became of the
    claims since.
    """
    return connection.execute(
        """
        WITH kept AS MATERIALIZED (
            SELECT identifier FROM windowed_papers WHERE digest = $digest AND digest_date = $day AND outcome = 'kept'
        )
        SELECT o.identifier, o.digest_date FROM published_papers o JOIN kept USING (identifier)
        WHERE o.digest = $digest AND o.digest_date <> $day
        UNION SELECT o.identifier, o.digest_date FROM windowed_papers o JOIN kept USING (identifier)
        WHERE o.digest = $digest AND o.digest_date <> $day
        ORDER BY ALL
        """,
        {"digest": digest, "day": day},
    ).fetchall()


def broken_claims(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, str]]:
    """(identifier, what is wrong) of a date's claims that are not just one paper of its post, or left out for a reason.

    Keys rule out most of it, as long as they hold: a lake has none, and a store can be mended by hand.
    """
    return connection.execute(
        """
        WITH claims AS MATERIALIZED (
            SELECT identifier, version, count(*) AS times, min(outcome) AS outcome, min(reason) AS reason
            FROM windowed_papers WHERE digest = $digest AND digest_date = $day GROUP BY ALL
        ), known AS (
            SELECT identifier, version, count(*) AS times
            FROM papers JOIN claims USING (identifier, version) GROUP BY ALL
        ), told AS (
            SELECT identifier, count(*) AS times FROM announcements WHERE digest = $digest
            AND identifier IN (SELECT identifier FROM claims) GROUP BY ALL
        ), judged AS (
            SELECT identifier, CASE
                WHEN c.times > 1 OR count(*) OVER (PARTITION BY identifier) > 1 THEN 'claimed more than once'
                WHEN k.times IS NULL THEN 'without metadata'
                WHEN k.times > 1 THEN 'with its metadata more than once'
                WHEN t.times IS NULL THEN 'without an announcement'
                WHEN t.times > 1 THEN 'announced more than once'
                WHEN outcome NOT IN ('kept', 'filtered') THEN 'neither kept nor left out'
                WHEN outcome = 'filtered' AND reason IS NULL THEN 'left out without a reason'
            END AS wrong
            FROM claims c LEFT JOIN known k USING (identifier, version) LEFT JOIN told t USING (identifier)
        )
        SELECT DISTINCT identifier, wrong FROM judged WHERE wrong IS NOT NULL ORDER BY ALL
        """,
        {"digest": digest, "day": day},
    ).fetchall()


def late_papers(
    connection: duckdb.DuckDBPyConnection, digest: str, start: datetime, end: datetime, *, by_submission: bool
) -> list[tuple[str, datetime, date | None]]:
    """Papers announced (or submitted) in [`start`, `end`) that turned up after their date was made.

    (identifier, when it was first seen, the later date that took it: None while it waits for one).
    """
    announced = (
        "SELECT identifier FROM announcements WHERE digest = $digest AND announced_at >= $start AND announced_at < $end"
    )
    submitted = "SELECT DISTINCT identifier FROM papers WHERE published_at >= $start AND published_at < $end"
    return connection.execute(
        f"""
        WITH at_home AS MATERIALIZED ({submitted if by_submission else announced}), claims AS MATERIALIZED (
            SELECT identifier, digest_date, late
            FROM windowed_papers JOIN at_home USING (identifier) WHERE digest = $digest
        )
        SELECT a.identifier, a.first_seen_at, c.digest_date
        FROM announcements a JOIN at_home USING (identifier) LEFT JOIN claims c USING (identifier)
        WHERE a.digest = $digest AND (c.identifier IS NULL OR c.late)
          AND NOT EXISTS (SELECT 1 FROM passed_on o WHERE o.digest = $digest AND o.identifier = a.identifier)
        ORDER BY 1
        """,
        {"digest": digest, "start": start, "end": end},
    ).fetchall()
