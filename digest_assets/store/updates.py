"""Later versions of papers that dates have claimed (`paper_updates`)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime

import duckdb

from digest_assets.digests.updates import NewVersion
from digest_assets.model import PaperUpdate
from digest_assets.store.feeds import paper_of
from digest_assets.store.rows import IN_LIST, insert, json_list, rows


def unlisted(connection: duckdb.DuckDBPyConnection, digest: str, identifiers: Iterable[str]) -> list[NewVersion]:
    """The newest version of each of `identifiers` that a date published in an older one, if no date has listed it."""
    # The papers are named on both sides of the join: one side alone has the other read whole.
    named = json_list(identifiers)
    found = rows(
        connection.execute(
            f"""
            SELECT p.*, w.digest_date AS claimed_date, w.version AS claimed_version
            FROM papers p
            JOIN windowed_papers w ON w.identifier = p.identifier AND w.version < p.version
            WHERE w.digest = ? AND w.outcome = 'kept' AND w.identifier IN {IN_LIST} AND p.identifier IN {IN_LIST}
              AND NOT EXISTS (
                  SELECT 1 FROM paper_updates u
                  WHERE u.digest = w.digest AND u.identifier = p.identifier AND u.version >= p.version
              )
            QUALIFY row_number() OVER (PARTITION BY p.identifier ORDER BY p.version DESC) = 1
            ORDER BY p.identifier
            """,
            [digest, named, named],
        )
    )
    claimed = {
        (row["identifier"], row["version"]): paper_of(row)
        for row in rows(
            connection.execute(
                f"SELECT * FROM papers WHERE identifier IN {IN_LIST}", [json_list(row["identifier"] for row in found)]
            )
        )
    }
    return [
        NewVersion(paper_of(row), claimed[row["identifier"], row["claimed_version"]], row["claimed_date"])
        for row in found
    ]


def record(
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, updates: Iterable[PaperUpdate], now: datetime
) -> None:
    """Adds what `day` lists."""
    insert(
        connection,
        "paper_updates",
        [
            {
                "digest": digest,
                "identifier": each.paper.identifier,
                "version": each.paper.version,
                "digest_date": day,
                "claimed_date": each.claimed_date,
                "claimed_version": each.claimed_version,
                "abstract_changed": each.abstract_changed,
                "withdrawn": each.withdrawn,
                "recorded_at": now,
            }
            for each in updates
        ],
    )


def listed_by(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[PaperUpdate]:
    """What a date lists, by identifier."""
    found = rows(
        connection.execute(
            """
            SELECT p.*, u.claimed_date, u.claimed_version, u.abstract_changed, u.withdrawn
            FROM paper_updates u JOIN papers p USING (identifier, version)
            WHERE u.digest = ? AND u.digest_date = ? ORDER BY u.identifier
            """,
            [digest, day],
        )
    )
    return [
        PaperUpdate(
            paper_of(row), row["claimed_date"], row["claimed_version"], row["abstract_changed"], row["withdrawn"]
        )
        for row in found
    ]


def later_than(
    connection: duckdb.DuckDBPyConnection, digest: str, claimed: date
) -> list[tuple[str, date, int, bool, bool]]:
    """What dates have listed of the papers of `claimed`: identifier, the date that lists it, version, whether the
    abstract changed, whether it is a withdrawal; oldest version first."""
    return connection.execute(
        """
        SELECT identifier, digest_date, version, abstract_changed, withdrawn FROM paper_updates
        WHERE digest = ? AND claimed_date = ? ORDER BY identifier, version
        """,
        [digest, claimed],
    ).fetchall()


def move_claims(connection: duckdb.DuckDBPyConnection, digest: str, updates: Iterable[PaperUpdate]) -> None:
    """Gives the claims of updated papers the new version: their dates are to be made again.

    What is then asked for is decided by content: an answer for the same abstract, or the same text, is there already.
    """
    for each in updates:
        connection.execute(
            "UPDATE windowed_papers SET version = ?, withdrawn = ? WHERE digest = ? AND identifier = ?",
            [each.paper.version, each.withdrawn, digest, each.paper.identifier],
        )
