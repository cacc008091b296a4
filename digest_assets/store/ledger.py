"""The ledger: what was announced, when it was first seen, and which digest date claimed it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.digests.claims import Claim, Made
from digest_assets.errors import NotInStore
from digest_assets.model import Announcement, AnnouncementKind, FilterReason, KnownBy, Outcome, Paper, Source
from digest_assets.store.connection import DigestStore
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
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, until: datetime, since: datetime | None = None
) -> list[tuple[Announcement, Paper, bool]]:
    """What `day` may claim: (announcement, paper, whether it is `day`'s already).

    All papers announced before `until`, and not surely before `since`, that nobody claimed, in their newest version,
    and `day`'s own, in the version that it claimed.
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
            WHERE c.version IS NOT NULL
               OR (a.announced_at < $until AND ($since IS NULL OR coalesce(a.latest_at, a.announced_at) >= $since))
            QUALIFY row_number() OVER (PARTITION BY a.identifier ORDER BY p.version DESC) = 1
            ORDER BY a.identifier
            """,
            {"digest": digest, "day": day, "until": until, "since": since},
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
        SELECT digest_date, categories, empty_reason IS NOT NULL FROM digests
        WHERE digest = ? AND (?::DATE IS NULL OR digest_date <= ?)
          AND (? OR digest_date IN (SELECT day::DATE FROM {IN_LIST} dates(day)))
        """,
        [digest, until, until, among is None, json_list(day.isoformat() for day in among or ())],
    ).fetchall()
    return {day: Made(Categories.of(categories), is_empty) for day, categories, is_empty in found}


def span_made(connection: duckdb.DuckDBPyConnection, digest: str) -> tuple[date, date] | None:
    """The first and the last date that was made; None where none was."""
    sql = "SELECT min(digest_date), max(digest_date) FROM digests WHERE digest = ?"
    ((first, last),) = connection.execute(sql, [digest]).fetchall()
    return None if first is None else (first, last)


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
    connection.execute(
        f"DELETE FROM open_papers WHERE digest = ? AND identifier IN {IN_LIST}",
        [digest, json_list(claim.candidate.paper.identifier for claim in claims)],
    )
    _open_unclaimed(connection, digest, held_since)

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


def kept_papers(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    *,
    day: date | None = None,
    identifiers: Collection[str] | None = None,
    interest: str = "",
    words: Sequence[str] = (),
    most: int = -1,
) -> list[tuple[Paper, date, str]]:
    """Papers that the digest keeps, each with its date and its translated title, newest date first: of `day`, among
    `identifiers`, chosen by `interest`, with each of `words` in title, abstract, authors or translation; `most` of
    them, -1: all."""
    conditions, parameters = ["w.digest = $digest AND w.outcome = 'kept'"], {"digest": digest}
    if day is not None:
        conditions.append("w.digest_date = $day::DATE")
        parameters["day"] = day.isoformat()
    if identifiers is not None:
        conditions.append("w.identifier IN (SELECT unnest(from_json($identifiers::JSON, '[\"VARCHAR\"]')))")
        parameters["identifiers"] = json_list(identifiers)
    if interest:
        conditions.append(
            "EXISTS (FROM ranked_papers r WHERE r.digest = w.digest AND r.digest_date = w.digest_date "
            "AND r.identifier = w.identifier AND r.is_chosen AND r.interest = $interest)"
        )
        parameters["interest"] = interest
    for number, word in enumerate(words):
        parameters[f"word{number}"] = word
        conditions.append(
            f"contains(lower(concat_ws(' ', p.title, p.abstract, array_to_string(p.authors, ' '), w.identifier, "
            f"t.abstract, t.translated_title)), lower($word{number}))"
        )
    found = rows(
        connection.execute(
            f"""
            SELECT p.*, w.digest_date, coalesce(t.translated_title, '') AS translated_title
            FROM windowed_papers w
            JOIN papers p USING (identifier, version)
            LEFT JOIN translations t ON t.digest = w.digest AND t.identifier = w.identifier
            WHERE {" AND ".join(conditions)}
            ORDER BY w.digest_date DESC, p.published_at DESC NULLS LAST, p.identifier DESC
            {f"LIMIT {most:d}" if most >= 0 else ""}
            """,
            parameters,
        )
    )
    return [(paper_of(row), row["digest_date"], row["translated_title"]) for row in found]


def kept_by(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> frozenset[str]:
    """The identifiers that `day` keeps, as it was made last."""
    found = connection.execute(
        "SELECT identifier FROM windowed_papers WHERE digest = ? AND digest_date = ? AND outcome = 'kept'",
        [digest, day],
    ).fetchall()
    return frozenset(row[0] for row in found)


def why_empty(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> str | None:
    """Why a date that was made has no papers; None where it has some or was not made."""
    found = connection.execute(
        "SELECT empty_reason FROM digests WHERE digest = ? AND digest_date = ?", [digest, day]
    ).fetchall()
    return found[0][0] if found else None


OF_A_DATE = "digest = $digest AND digest_date = $day AND identifier BETWEEN $first AND $last"
"""The rows of one date in the view `ledger`. The bounds say nothing new, but they are handed down to each table that
the view joins, which then reads the blocks of those identifiers and no others."""


def of_a_date(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, object]:
    """The parameters of `OF_A_DATE`."""
    return {"digest": digest, "day": day, **bounds(connection, digest, day, day)}


def bounds(
    connection: duckdb.DuckDBPyConnection, digest: str, first: date, last: date | None = None
) -> dict[str, str | None]:
    """The first and the last identifier, in their order as text, of those that dates from `first` to `last` claim."""
    found = connection.execute(
        "SELECT min(identifier), max(identifier) FROM windowed_papers "
        "WHERE digest = ? AND digest_date >= ? AND digest_date <= coalesce(?, 'infinity'::DATE)",
        [digest, first, last],
    ).fetchall()
    return dict(zip(("first", "last"), found[0], strict=True))


def require_made(connection: duckdb.DuckDBPyConnection, store: DigestStore, digest: str, day: date) -> None:
    """Raises `NotInStore` where `day` has claimed no papers in `store`: what rests on them would be made of nothing.

    Dagster may show the date as materialized all the same, where the store was deleted or lies elsewhere since.
    """
    if not is_made(connection, digest, day):
        raise not_in_store(store, day, "no papers")


def not_in_store(store: DigestStore, day: date, lacks: str) -> NotInStore:
    """The error of a date for which `store` lacks something."""
    return NotInStore(
        f"The store {store.name} holds {lacks} for {day}: it is new, or the date was never made.",
        cure=f"Materialize all assets of {day} (`digest run {day}`), or restore the store, or correct store.url.",
    )
