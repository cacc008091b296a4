"""The ledger: what was announced, when it was first seen, and which digest date claimed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.claims import Claim, Made
from digest_assets.model import Announcement, AnnouncementKind, FilterReason, KnownBy, Outcome, Paper, Source
from digest_assets.store.connection import IN_LIST, insert, json_list, rows
from digest_assets.store.feeds import paper_of


@dataclass(frozen=True, slots=True)
class ClaimedPaper:
    """A row of `windowed_papers` with its paper and its announcement."""

    digest_date: date
    paper: Paper
    announcement: Announcement
    outcome: Outcome
    reason: FilterReason | None
    late: bool
    in_window: bool
    withdrawn: bool


def announcements(
    connection: duckdb.DuckDBPyConnection, digest: str, identifiers: Collection[str]
) -> dict[str, Announcement]:
    """What is known of the announcement of each of `identifiers`."""
    found = rows(
        connection.execute(
            f"SELECT * FROM announcements WHERE digest = ? AND identifier IN {IN_LIST}",
            [digest, json_list(identifiers)],
        )
    )
    return {row["identifier"]: _announcement(row) for row in found}


def _announcement(row: dict[str, Any]) -> Announcement:
    return Announcement(
        row["identifier"],
        row["announced_at"],
        AnnouncementKind(row["kind"]),
        KnownBy(row["known_by"]),
        row["first_seen_at"],
        Source(row["first_seen_by"]),
        row["latest_at"],
    )


def record_announcements(connection: duckdb.DuckDBPyConnection, digest: str, resolved: Iterable[Announcement]) -> None:
    """Puts each announcement in the place of what was known of its paper."""
    fresh = list(resolved)
    connection.execute(
        f"DELETE FROM announcements WHERE digest = ? AND identifier IN {IN_LIST}",
        [digest, json_list(each.identifier for each in fresh)],
    )
    insert(
        connection,
        "announcements",
        [
            {
                "digest": digest,
                "identifier": each.identifier,
                "announced_at": each.announced_at,
                "kind": each.kind,
                "known_by": each.known_by,
                "first_seen_at": each.first_seen_at,
                "first_seen_by": each.first_seen_by,
                "latest_at": each.latest_at,
            }
            for each in fresh
        ],
    )


def open_to(
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, until: datetime
) -> list[tuple[Announcement, Paper, bool]]:
    """What `day` may claim: (announcement, paper, whether it is `day`'s already).

    All papers announced before `until` that nobody claimed, in their newest version, and `day`'s own, in the version
    that it claimed.
    """
    found = rows(
        connection.execute(
            """
            SELECT a.*, p.* EXCLUDE (identifier), w.identifier IS NOT NULL AS claimed
            FROM announcements a
            LEFT JOIN windowed_papers w ON w.digest = a.digest AND w.identifier = a.identifier
            JOIN papers p ON p.identifier = a.identifier AND (w.version IS NULL OR p.version = w.version)
            WHERE a.digest = ? AND (w.digest_date = ? OR (w.identifier IS NULL AND a.announced_at < ?))
            QUALIFY row_number() OVER (PARTITION BY a.identifier ORDER BY p.version DESC) = 1
            ORDER BY a.identifier
            """,
            [digest, day, until],
        )
    )
    return [(_announcement(row), paper_of(row), row["claimed"]) for row in found]


def made(connection: duckdb.DuckDBPyConnection, digest: str, until: date | None = None) -> dict[date, Made]:
    """The digest dates made so far (to `until`, inclusive), with the categories that each asked for."""
    found = connection.execute(
        "SELECT digest_date, categories FROM digests WHERE digest = ? AND (?::DATE IS NULL OR digest_date <= ?)",
        [digest, until, until],
    ).fetchall()
    return {day: Made(frozenset(categories)) for day, categories in found}


def close(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    day: date,
    categories: Sequence[str],
    claims: Iterable[Claim],
    empty_reason: str | None,
    now: datetime,
    passed_on: Iterable[str] = (),
) -> None:
    """Makes `day`: its claims become exactly `claims`. Call it in the transaction that read what they rest on.

    `passed_on`: identifiers that it had no room for, and that stay open to the next date.

    Raises `duckdb.ConstraintException` where another date holds one of the papers; nothing is changed then.
    """
    earlier = connection.execute(
        "SELECT made_at, categories FROM digests WHERE digest = ? AND digest_date = ?", [digest, day]
    ).fetchall()
    held_since = dict(
        connection.execute(
            "SELECT identifier, claimed_at FROM windowed_papers WHERE digest = ? AND digest_date = ?", [digest, day]
        ).fetchall()
    )
    connection.execute("DELETE FROM digests WHERE digest = ? AND digest_date = ?", [digest, day])
    connection.execute("DELETE FROM windowed_papers WHERE digest = ? AND digest_date = ?", [digest, day])
    insert(
        connection,
        "digests",
        [
            {
                "digest": digest,
                "digest_date": day,
                "made_at": earlier[0][0] if earlier else now,
                "categories": sorted({*categories, *(earlier[0][1] if earlier else ())}),
                "empty_reason": empty_reason,
            }
        ],
    )
    insert(
        connection,
        "windowed_papers",
        [
            {
                "digest": digest,
                "digest_date": day,
                "identifier": claim.candidate.paper.identifier,
                "version": claim.candidate.paper.version,
                "outcome": claim.outcome,
                "reason": claim.reason,
                "late": claim.late,
                "in_window": claim.in_window,
                "withdrawn": claim.withdrawn,
                "claimed_at": held_since.get(claim.candidate.paper.identifier, now),
            }
            for claim in claims
        ],
    )

    connection.execute("DELETE FROM passed_on WHERE digest = ? AND digest_date = ?", [digest, day])
    insert(
        connection,
        "passed_on",
        [{"digest": digest, "digest_date": day, "identifier": identifier} for identifier in passed_on],
    )


def claimed_by(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[ClaimedPaper]:
    """The papers of a date, newest submission first; those without a submission time last."""
    found = rows(
        connection.execute(
            """
            SELECT p.*, a.announced_at, a.kind, a.known_by, a.first_seen_at, a.first_seen_by, a.latest_at,
                   w.digest_date, w.outcome, w.reason, w.late, w.in_window, w.withdrawn
            FROM windowed_papers w
            JOIN papers p USING (identifier, version)
            JOIN announcements a ON a.digest = w.digest AND a.identifier = w.identifier
            WHERE w.digest = ? AND w.digest_date = ?
            ORDER BY p.published_at DESC NULLS LAST, p.identifier DESC
            """,
            [digest, day],
        )
    )
    return [
        ClaimedPaper(
            row["digest_date"],
            paper_of(row),
            _announcement(row),
            Outcome(row["outcome"]),
            FilterReason(row["reason"]) if row["reason"] else None,
            row["late"],
            row["in_window"],
            row["withdrawn"],
        )
        for row in found
    ]


def empty_reason(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> str | None:
    """Why a date that was made has no papers; None where it has some or was not made."""
    found = connection.execute(
        "SELECT empty_reason FROM digests WHERE digest = ? AND digest_date = ?", [digest, day]
    ).fetchall()
    return found[0][0] if found else None


def balance(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, int]:
    """How many of a date's papers stand at each status of the ledger (published, filtered, failed, claimed)."""
    return dict(
        connection.execute(
            "SELECT status, count(*) FROM ledger WHERE digest = ? AND digest_date = ? GROUP BY status", [digest, day]
        ).fetchall()
    )


def post_counts(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, int] | None:
    """What the post of a date says of itself: announced, published, filtered, failed. None: it has none yet."""
    found = rows(
        connection.execute(
            "SELECT announced, published, filtered, failed FROM rendered_posts WHERE digest = ? AND digest_date = ?",
            [digest, day],
        )
    )
    return found[0] if found else None


def failed_papers(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, str]]:
    """(identifier, reason) of a date's papers that the ledger calls failed."""
    return connection.execute(
        "SELECT identifier, reason FROM ledger WHERE digest = ? AND digest_date = ? AND status = 'failed' ORDER BY 1",
        [digest, day],
    ).fetchall()


def repeats(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, date]]:
    """(identifier, other date) of papers that `day` is to publish and another date claimed, or showed in its post.

    The claims cannot repeat as long as the key of their table holds; posts were read by people, whatever became of the
    claims since.
    """
    return connection.execute(
        """
        WITH other AS (
            SELECT identifier, digest_date FROM published_papers WHERE digest = $digest AND digest_date <> $day
            UNION SELECT identifier, digest_date FROM windowed_papers WHERE digest = $digest AND digest_date <> $day
        )
        SELECT o.identifier, o.digest_date FROM other o JOIN windowed_papers w USING (identifier)
        WHERE w.digest = $digest AND w.digest_date = $day AND w.outcome = 'kept' ORDER BY ALL
        """,
        {"digest": digest, "day": day},
    ).fetchall()


def late_papers(
    connection: duckdb.DuckDBPyConnection, digest: str, start: datetime, end: datetime, *, by_submission: bool
) -> list[tuple[str, datetime, date | None]]:
    """Papers announced (or submitted) in [`start`, `end`) that turned up after their date was made.

    (identifier, when it was first seen, the later date that took it: None while it waits for one).
    """
    at = "p.published_at" if by_submission else "a.announced_at"
    return connection.execute(
        f"""
        SELECT DISTINCT a.identifier, a.first_seen_at, w.digest_date
        FROM announcements a
        LEFT JOIN papers p ON p.identifier = a.identifier
        LEFT JOIN windowed_papers w ON w.digest = a.digest AND w.identifier = a.identifier
        WHERE a.digest = ? AND {at} >= ? AND {at} < ? AND (w.identifier IS NULL OR w.late)
          AND NOT EXISTS (SELECT 1 FROM passed_on o WHERE o.digest = a.digest AND o.identifier = a.identifier)
        ORDER BY 1
        """,
        [digest, start, end],
    ).fetchall()


def unbalanced(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> dict[date, datetime]:
    """Dates from `since` on that are unfinished or have failed papers, and when each was last tried; oldest first."""
    failed = connection.execute(
        "SELECT DISTINCT digest_date FROM ledger WHERE digest = ? AND digest_date >= ? AND status = 'failed'",
        [digest, since],
    ).fetchall()
    dates = sorted({*unfinished(connection, digest, since), *(row[0] for row in failed)})
    tried = dict(
        connection.execute(
            """
            SELECT digest_date, max(tried_at) FROM (
                SELECT digest_date, fetched_at AS tried_at FROM fetches WHERE digest = $digest
                UNION ALL SELECT digest_date, rendered_at FROM rendered_posts WHERE digest = $digest
                UNION ALL SELECT digest_date, made_at FROM digests WHERE digest = $digest
            ) GROUP BY 1
            """,
            {"digest": digest},
        ).fetchall()
    )
    return {day: tried[day] for day in dates}


def unfinished(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> list[date]:
    """Dates from `since` on that were asked for and not made, made and not published, or whose post shows an older
    version than is claimed now."""
    found = connection.execute(
        """
        SELECT digest_date FROM fetches WHERE digest = $digest AND digest_date >= $since
        UNION SELECT digest_date FROM digests WHERE digest = $digest AND digest_date >= $since
        EXCEPT SELECT digest_date FROM rendered_posts WHERE digest = $digest
        UNION SELECT p.digest_date
        FROM published_papers p JOIN windowed_papers w USING (digest, digest_date, identifier)
        WHERE p.digest = $digest AND p.digest_date >= $since AND p.version < w.version
        ORDER BY 1
        """,
        {"digest": digest, "since": since},
    ).fetchall()
    return [row[0] for row in found]
