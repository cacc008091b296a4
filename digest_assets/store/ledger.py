"""The ledger: what was announced, when it was first seen, and which digest date claimed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.digests.claims import Claim, Made
from digest_assets.model import Announcement, AnnouncementKind, FilterReason, KnownBy, Outcome, Paper, Source
from digest_assets.store.feeds import paper_of
from digest_assets.store.rows import IN_LIST, insert, json_list, put, rows


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
    put(
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
    _open_unclaimed(connection, digest, [each.identifier for each in fresh])


def _open_unclaimed(connection: duckdb.DuckDBPyConnection, digest: str, identifiers: Collection[str]) -> None:
    """Adds those of `identifiers` that no date has claimed to the papers that are open."""
    settled = {
        row[0]
        for table in ("windowed_papers", "open_papers")
        for row in connection.execute(
            f"SELECT identifier FROM {table} WHERE digest = ? AND identifier IN {IN_LIST}",
            [digest, json_list(identifiers)],
        ).fetchall()
    }
    insert(
        connection,
        "open_papers",
        [{"digest": digest, "identifier": each} for each in dict.fromkeys(identifiers) if each not in settled],
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
            WITH candidates AS (
                SELECT identifier, version FROM windowed_papers WHERE digest = $digest AND digest_date = $day
                UNION ALL SELECT identifier, NULL FROM open_papers WHERE digest = $digest
            )
            SELECT a.*, p.* EXCLUDE (identifier), c.version IS NOT NULL AS claimed
            FROM candidates c
            JOIN announcements a ON a.identifier = c.identifier AND a.digest = $digest
            JOIN papers p ON p.identifier = c.identifier AND (c.version IS NULL OR p.version = c.version)
            WHERE c.version IS NOT NULL OR a.announced_at < $until
            QUALIFY row_number() OVER (PARTITION BY a.identifier ORDER BY p.version DESC) = 1
            ORDER BY a.identifier
            """,
            {"digest": digest, "day": day, "until": until},
        )
    )
    return [(_announcement(row), paper_of(row), row["claimed"]) for row in found]


def made(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    until: date | None = None,
    *,
    among: Collection[date] | None = None,
) -> dict[date, Made]:
    """The digest dates made so far (to `until`, inclusive; of `among` alone), with the categories each asked for."""
    found = connection.execute(
        f"""
        SELECT digest_date, categories FROM digests
        WHERE digest = ? AND (?::DATE IS NULL OR digest_date <= ?)
          AND (? OR digest_date IN (SELECT day::DATE FROM {IN_LIST} dates(day)))
        """,
        [digest, until, until, among is None, json_list(day.isoformat() for day in among or ())],
    ).fetchall()
    return {day: Made(frozenset(categories)) for day, categories in found}


def not_made(connection: duckdb.DuckDBPyConnection, digest: str, keys: Collection[str]) -> list[str]:
    """Those of `keys`, dates as partition keys, that were not made; in their order."""
    found = connection.execute(
        f"SELECT key FROM {IN_LIST} asked(key) "
        "WHERE key::DATE NOT IN (SELECT digest_date FROM digests WHERE digest = ?) ORDER BY key",
        [json_list(keys), digest],
    ).fetchall()
    return [row[0] for row in found]


def is_made(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> bool:
    """Whether `day` has claimed its papers."""
    return bool(
        connection.execute("SELECT 1 FROM digests WHERE digest = ? AND digest_date = ?", [digest, day]).fetchall()
    )


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
    claims = list(claims)
    earlier = connection.execute(
        "SELECT made_at, categories FROM digests WHERE digest = ? AND digest_date = ?", [digest, day]
    ).fetchall()
    held_since = dict(
        connection.execute(
            "SELECT identifier, claimed_at FROM windowed_papers WHERE digest = ? AND digest_date = ?", [digest, day]
        ).fetchall()
    )
    connection.execute("DELETE FROM windowed_papers WHERE digest = ? AND digest_date = ?", [digest, day])
    put(
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
    claimed = {claim.candidate.paper.identifier for claim in claims}
    connection.execute(
        f"DELETE FROM open_papers WHERE digest = ? AND identifier IN {IN_LIST}", [digest, json_list(claimed)]
    )
    _open_unclaimed(connection, digest, [each for each in held_since if each not in claimed])

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
            QUALIFY row_number() OVER (PARTITION BY w.identifier) = 1
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
            f"SELECT status, count(*) FROM ledger WHERE {OF_A_DATE} GROUP BY status", of_a_date(connection, digest, day)
        ).fetchall()
    )


OF_A_DATE = "digest = $digest AND digest_date = $day AND identifier BETWEEN $first AND $last"
"""The rows of one date in the view `ledger`. The bounds say nothing new, but they are handed down to each table that
the view joins, which then reads the blocks of those identifiers and no others."""


def of_a_date(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, object]:
    """The parameters of `OF_A_DATE`."""
    return {"digest": digest, "day": day, **_bounds(connection, digest, day, day)}


def _bounds(
    connection: duckdb.DuckDBPyConnection, digest: str, first: date, last: date | None = None
) -> dict[str, str | None]:
    """The first and the last identifier, in their order as text, of those that dates from `first` to `last` claim."""
    found = connection.execute(
        "SELECT min(identifier), max(identifier) FROM windowed_papers "
        "WHERE digest = ? AND digest_date >= ? AND digest_date <= coalesce(?, 'infinity'::DATE)",
        [digest, first, last],
    ).fetchall()
    return dict(zip(("first", "last"), found[0], strict=True))


def post_counts(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, int] | None:
    """What the post of a date says of itself: announced, published, filtered, failed. None: it has none yet."""
    found = rows(
        connection.execute(
            "SELECT announced, published, filtered, failed FROM rendered_posts WHERE digest = ? AND digest_date = ?",
            [digest, day],
        )
    )
    return found[0] if found else None


def lacking_papers(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, str]]:
    """(identifier, reason) of a date's papers that lack what the next run of the date asks for again, each once: those
    that the ledger calls failed, and those that were read by their abstract for a reason that may pass (the network was
    lost, arXiv asked to stop), which are published."""
    texts_to_come = connection.execute(
        f"""
        SELECT w.identifier, 'full text: ' || coalesce(t.reason, 'not fetched')
        FROM windowed_papers w JOIN full_texts t USING (identifier, version)
        WHERE w.digest = $digest AND w.digest_date = $day AND w.outcome = 'kept' AND {TEXT_TO_COME}
        """,
        {"digest": digest, "day": day},
    ).fetchall()
    failed = connection.execute(
        f"SELECT identifier, reason FROM ledger WHERE {OF_A_DATE} AND status = 'failed'",
        of_a_date(connection, digest, day),
    ).fetchall()
    return sorted((dict(texts_to_come) | dict(failed)).items())


TEXT_TO_COME = "t.source = 'abstract' AND NOT t.final"
"""Of a row `t` of `full_texts`: asking again may bring more than the abstract."""


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


def unbalanced(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> dict[date, datetime]:
    """Dates from `since` on that are unfinished, or have papers that failed or whose text is to come, and when each was
    last tried; oldest first."""
    failed = connection.execute(
        "SELECT DISTINCT digest_date FROM ledger WHERE digest = $digest AND digest_date >= $since "
        "AND identifier BETWEEN $first AND $last AND status = 'failed'",
        {"digest": digest, "since": since, **_bounds(connection, digest, since)},
    ).fetchall()
    incomplete = connection.execute(
        "SELECT DISTINCT w.digest_date FROM windowed_papers w JOIN full_texts t USING (identifier, version) "
        f"WHERE w.digest = ? AND w.digest_date >= ? AND w.outcome = 'kept' AND {TEXT_TO_COME}",
        [digest, since],
    ).fetchall()
    dates = sorted({*unfinished(connection, digest, since), *(row[0] for row in failed + incomplete)})
    tried = dict(
        connection.execute(
            """
            SELECT digest_date, max(tried_at) FROM (
                SELECT digest_date, fetched_at AS tried_at FROM fetches WHERE digest = $digest
                UNION ALL SELECT digest_date, rendered_at FROM rendered_posts WHERE digest = $digest
                UNION ALL SELECT digest_date, made_at FROM digests WHERE digest = $digest
            ) WHERE digest_date >= $since GROUP BY 1
            """,
            {"digest": digest, "since": since},
        ).fetchall()
    )
    return {day: tried[day] for day in dates}


def asked_and_not_published(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> list[date]:
    """Dates from `since` on that `record_asked` knows and that have no post, nor the record that they need none."""
    found = connection.execute(
        "SELECT digest_date FROM dates_asked WHERE digest = $digest AND digest_date >= $since "
        "EXCEPT SELECT digest_date FROM rendered_posts WHERE digest = $digest AND digest_date >= $since",
        {"digest": digest, "since": since},
    ).fetchall()
    return [row[0] for row in found]


def record_asked(connection: duckdb.DuckDBPyConnection, digest: str, dates: Sequence[date], now: datetime) -> None:
    """Records that `dates` are to be made; of a date that was asked for before, the first time stands."""
    known = connection.execute("SELECT digest_date FROM dates_asked WHERE digest = ?", [digest]).fetchall()
    fresh = sorted(set(dates) - {row[0] for row in known})
    insert(connection, "dates_asked", [{"digest": digest, "digest_date": day, "asked_at": now} for day in fresh])


def was_asked(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> bool:
    """Whether anybody asked for `day`: a schedule or a sensor that recorded it, or a run that came to ask arXiv."""
    return bool(
        connection.execute(
            "SELECT 1 FROM dates_asked WHERE digest = $digest AND digest_date = $day "
            "UNION ALL SELECT 1 FROM fetches WHERE digest = $digest AND digest_date = $day LIMIT 1",
            {"digest": digest, "day": day},
        ).fetchall()
    )


def unfinished(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> list[date]:
    """Dates from `since` on that were asked for and not made, made and not published, or whose post shows an older
    version than is claimed now."""
    found = connection.execute(
        """
        SELECT digest_date FROM fetches WHERE digest = $digest AND digest_date >= $since
        UNION SELECT digest_date FROM digests WHERE digest = $digest AND digest_date >= $since
        EXCEPT SELECT digest_date FROM rendered_posts WHERE digest = $digest AND digest_date >= $since
        UNION SELECT p.digest_date
        FROM published_papers p JOIN windowed_papers w USING (digest, digest_date, identifier)
        WHERE p.digest = $digest AND p.digest_date >= $since AND w.digest_date >= $since AND p.version < w.version
        UNION SELECT digest_date FROM model_batches
        WHERE digest = $digest AND digest_date >= $since AND collected_at IS NULL
        UNION SELECT digest_date FROM translations
        WHERE digest = $digest AND digest_date >= $since AND status = 'waiting'
        UNION SELECT digest_date FROM summaries
        WHERE digest = $digest AND digest_date >= $since AND status = 'waiting'
        ORDER BY 1
        """,
        {"digest": digest, "since": since},
    ).fetchall()
    return [row[0] for row in found]
