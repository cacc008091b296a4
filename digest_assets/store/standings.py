"""How dates stand: what is held of each, what it lacks, what was asked for and is not there."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import duckdb

from digest_assets.digests.days import DigestDays
from digest_assets.digests.standing import DateRecord, Standing, standing
from digest_assets.llm.prompts import current_versions
from digest_assets.store.feeds import LACKS_METADATA, unreadable_of
from digest_assets.store.ledger import OF_A_DATE, bounds, of_a_date
from digest_assets.store.rows import IN_LIST, insert, json_list, put, rows

TEXT_TO_COME = "t.source = 'abstract' AND NOT t.final"
"""Of a row `t` of `full_texts`: asking again may bring more than the abstract."""


def date_records(connection: duckdb.DuckDBPyConnection, digest: str, first: date, last: date) -> dict[date, DateRecord]:
    """What is held of each date from `first` to `last` that was asked for."""
    found = rows(
        connection.execute(
            f"""
            WITH left_open AS (
                SELECT digest_date, reason AS open_because FROM open_dates WHERE digest = $digest
            ), asked AS (
                SELECT digest_date,
                       nullif(arg_max(coalesce(error, ''), fetched_at)
                              FILTER (source = 'api' AND scope <> '*'), '') AS error
                FROM fetches WHERE digest = $digest AND digest_date BETWEEN $first AND $last GROUP BY digest_date
            ), made AS (
                SELECT digest_date, empty_reason
                FROM digests WHERE digest = $digest AND digest_date BETWEEN $first AND $last
            ), rendered AS (
                SELECT * EXCLUDE (digest, sha256, rendered_at, sentences_withheld, sentences_doubted)
                FROM rendered_posts WHERE digest = $digest AND digest_date BETWEEN $first AND $last
            ), waits AS (
                SELECT digest_date, count(*) FILTER (status = 'waiting') AS waiting,
                       count(*) FILTER (status = 'no key') AS without_key,
                       count(*) FILTER (status = 'withheld' AND prompt_version NOT IN
                                        (SELECT unnest(from_json($prompts::JSON, '["VARCHAR"]')))) AS withheld_before
                FROM (
                    SELECT digest, digest_date, status, prompt_version FROM translations
                    UNION ALL SELECT digest, digest_date, status, prompt_version FROM summaries
                ) WHERE digest = $digest AND status IN ('waiting', 'withheld', 'no key') GROUP BY digest_date
            ), texts AS (
                SELECT w.digest_date, count(*) AS texts_to_come
                FROM windowed_papers w JOIN full_texts t USING (identifier, version)
                WHERE w.digest = $digest AND w.digest_date BETWEEN $first AND $last AND w.outcome = 'kept'
                AND {TEXT_TO_COME} GROUP BY w.digest_date
            ), known AS (
                SELECT w.digest_date, count(*) AS incomplete
                FROM windowed_papers w JOIN papers p USING (identifier, version)
                WHERE w.digest = $digest AND w.digest_date BETWEEN $first AND $last AND w.outcome = 'kept'
                AND {LACKS_METADATA} GROUP BY w.digest_date
            )
            SELECT digest_date, made.digest_date IS NOT NULL AS made, empty_reason, error, open_because,
                   rendered.* EXCLUDE (digest_date), coalesce(waiting, 0) AS waiting,
                   coalesce(without_key, 0) AS without_key, coalesce(withheld_before, 0) AS withheld_before,
                   coalesce(texts_to_come, 0) AS texts_to_come, coalesce(incomplete, 0) AS incomplete
            FROM asked FULL JOIN made USING (digest_date) LEFT JOIN rendered USING (digest_date)
            LEFT JOIN left_open USING (digest_date)
            LEFT JOIN waits USING (digest_date) LEFT JOIN texts USING (digest_date) LEFT JOIN known USING (digest_date)
            """,
            {"digest": digest, "first": first, "last": last, "prompts": json_list(current_versions())},
        )
    )
    return {row.pop("digest_date"): DateRecord(**row) for row in found}


def record_open(connection: duckdb.DuckDBPyConnection, digest: str, day: date, reason: str, now: datetime) -> None:
    """Records why `day` could not be made."""
    row = {"digest": digest, "digest_date": day, "reason": reason, "recorded_at": now}
    put(connection, "open_dates", [row])


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


def standing_of(
    connection: duckdb.DuckDBPyConnection, digest: str, identifier: str
) -> tuple[date | None, str, str | None] | None:
    """Date, status and reason of a paper in the ledger; None where it is not there."""
    found = connection.execute(
        "SELECT digest_date, status, reason FROM ledger WHERE digest = ? AND identifier = ? "
        "ORDER BY digest_date NULLS LAST LIMIT 1",
        [digest, identifier],
    ).fetchall()
    return found[0] if found else None


def not_made(connection: duckdb.DuckDBPyConnection, digest: str, keys: Collection[str]) -> list[str]:
    """Those of `keys`, dates as partition keys, that were not made; in their order."""
    found = connection.execute(
        f"SELECT key FROM {IN_LIST} asked(key) "
        "WHERE key::DATE NOT IN (SELECT digest_date FROM digests WHERE digest = ?) ORDER BY key",
        [json_list(keys), digest],
    ).fetchall()
    return [row[0] for row in found]


def lacking_papers(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, str]]:
    """(identifier, reason) of a date's papers that lack what the next run of the date asks for again, each once: those
    that the ledger calls failed, and those that were read by their abstract for a reason that may pass (the network was
    lost, arXiv asked to stop) or came without a title or an author, which are published; and entries that name no
    paper."""
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
    incomplete = connection.execute(
        f"""
        SELECT w.identifier, concat_ws(', ', CASE WHEN p.title = 'arXiv:' || p.identifier THEN 'no title' END,
                                       CASE WHEN len(p.authors) = 0 THEN 'no author' END,
                                       CASE WHEN p.abstract = '' THEN 'no abstract' END)
        FROM windowed_papers w JOIN papers p USING (identifier, version)
        WHERE w.digest = $digest AND w.digest_date = $day AND w.outcome = 'kept' AND {LACKS_METADATA}
        """,
        {"digest": digest, "day": day},
    ).fetchall()
    unreadable = unreadable_of(connection, digest, day)
    return sorted((dict(texts_to_come) | dict(incomplete) | dict(failed) | dict(unreadable)).items())


def unbalanced(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> dict[date, datetime]:
    """Dates from `since` on that are unfinished, or have papers that failed or whose text is to come, and when each was
    last tried; oldest first."""
    failed = connection.execute(
        "SELECT DISTINCT digest_date FROM ledger WHERE digest = $digest AND digest_date >= $since "
        "AND identifier BETWEEN $first AND $last AND status = 'failed'",
        {"digest": digest, "since": since, **bounds(connection, digest, since)},
    ).fetchall()
    incomplete = connection.execute(
        "SELECT DISTINCT w.digest_date FROM windowed_papers w JOIN full_texts t USING (identifier, version) "
        f"WHERE w.digest = ? AND w.digest_date >= ? AND w.outcome = 'kept' AND {TEXT_TO_COME}",
        [digest, since],
    ).fetchall()
    unreadable = connection.execute(
        "SELECT DISTINCT digest_date FROM unreadable_papers WHERE digest = ? AND digest_date >= ?", [digest, since]
    ).fetchall()
    dates = sorted({*unfinished(connection, digest, since), *(row[0] for row in failed + incomplete + unreadable)})
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


def times_asked_again(connection: duckdb.DuckDBPyConnection, digest: str) -> dict[date, tuple[int, datetime]]:
    """By date: how often it was asked for again, and when last."""
    found = connection.execute(
        "SELECT digest_date, asked, last_asked_at FROM retries WHERE digest = ?", [digest]
    ).fetchall()
    return {day: (count, last) for day, count, last in found}


def record_asked_again(
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, count: int, now: datetime
) -> None:
    """Records that `day` was asked for again, for the `count`th time."""
    put(connection, "retries", [{"digest": digest, "digest_date": day, "asked": count, "last_asked_at": now}])


def forget_balanced(connection: duckdb.DuckDBPyConnection, digest: str, unbalanced: Collection[date]) -> None:
    """Starts afresh for dates that balance by now."""
    connection.execute(
        f"DELETE FROM retries WHERE digest = ? AND CAST(digest_date AS VARCHAR) NOT IN {IN_LIST}",
        [digest, json_list(day.isoformat() for day in unbalanced)],
    )
