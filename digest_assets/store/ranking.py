"""What a date's papers are worth to each interest, and the papers that ranking compares them with."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime

import duckdb

from digest_assets.ranking.interests import Ranked, Words
from digest_assets.store.rows import IN_LIST, insert, json_list, rows

BACKGROUND = 2000
"""So many papers that were announced last are the background."""


def background(connection: duckdb.DuckDBPyConnection, digest: str, before: datetime) -> list[Words]:
    """The papers that were announced last before `before`, by identifier."""
    found = connection.execute(
        "SELECT identifier FROM announcements WHERE digest = ? AND announced_at < ? "
        "ORDER BY announced_at DESC, identifier DESC LIMIT ?",
        [digest, before, BACKGROUND],
    ).fetchall()
    return [each for _, each in sorted(words_of(connection, [row[0] for row in found]).items())]


def words_of(connection: duckdb.DuckDBPyConnection, identifiers: Collection[str]) -> dict[str, Words]:
    """What the store knows of `identifiers`, in the newest version. Those that it does not know are left out."""
    if not identifiers:
        return {}
    found = connection.execute(
        f"""
        SELECT identifier, title, abstract, categories FROM papers
        WHERE identifier IN {IN_LIST} AND identifier BETWEEN ? AND ?
        QUALIFY row_number() OVER (PARTITION BY identifier ORDER BY version DESC) = 1
        """,
        [json_list(sorted(identifiers)), min(identifiers), max(identifiers)],
    ).fetchall()
    return {identifier: Words(title, abstract, tuple(categories)) for identifier, title, abstract, categories in found}


def record_ranked(connection: duckdb.DuckDBPyConnection, digest: str, day: date, found: Sequence[Ranked]) -> None:
    """Puts `found` in the place of what was recorded for `day`."""
    connection.execute("DELETE FROM ranked_papers WHERE digest = ? AND digest_date = ?", [digest, day])
    insert(
        connection,
        "ranked_papers",
        [
            {
                "digest": digest,
                "digest_date": day,
                "interest": each.interest,
                "identifier": each.identifier,
                "score": each.score,
                "rank": each.rank,
                "is_chosen": each.is_chosen,
                "terms": list(each.terms),
                "own_paper": each.own_paper,
                "authors": list(each.authors),
            }
            for each in found
        ],
        sure=True,
    )


def chosen_by(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> dict[str, tuple[str, ...]]:
    """By identifier, the interests that chose a paper of `day`."""
    found: dict[str, tuple[str, ...]] = {}
    for identifier, interest in connection.execute(
        "SELECT identifier, interest FROM ranked_papers "
        "WHERE digest = ? AND digest_date = ? AND is_chosen ORDER BY ALL",
        [digest, day],
    ).fetchall():
        found[identifier] = (*found.get(identifier, ()), interest)
    return found


def ranked_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[Ranked]:
    """What was recorded for `day`: by interest, the first rank first."""
    found = rows(
        connection.execute(
            "SELECT * EXCLUDE (digest, digest_date) FROM ranked_papers WHERE digest = ? AND digest_date = ? "
            "ORDER BY interest, rank",
            [digest, day],
        )
    )
    return [Ranked(**{**row, "terms": tuple(row["terms"]), "authors": tuple(row["authors"])}) for row in found]
