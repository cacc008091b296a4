"""What was published: where each post lies, its hash, and its counts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

import duckdb

from digest_assets.model import Paper
from digest_assets.store.rows import insert, put, rows


@dataclass(frozen=True, slots=True)
class RenderedPost:
    """A row of `rendered_posts`. announced = published + filtered + failed; `late` are among them."""

    digest_date: date
    path: str | None
    """Relative to the folder of digest.toml where it lies below it. None: no papers, no post."""
    sha256: str | None
    announced: int
    published: int
    filtered: int
    failed: int
    late: int
    translations: int | None = None
    """How many of the papers that should have one have a translation; this and the next six are None where the post
    was rendered by a version that did not count them."""
    translations_wanted: int | None = None
    readings: int | None = None
    readings_wanted: int | None = None
    sentences_withheld: int | None = None
    sentences_doubted: int | None = None
    withheld: int | None = None
    """Translations and readings that were wrong twice, as a whole."""


TEXT_COUNTS = (
    "translations", "translations_wanted", "readings", "readings_wanted", "sentences_withheld", "sentences_doubted",
    "withheld",
)  # fmt: skip
"""The columns that say how many of a post's papers have what was asked for."""


def record_post(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    post: RenderedPost,
    now: datetime,
    shown: Iterable[Paper] = (),
) -> None:
    """Puts `post`, which shows the papers `shown`, in the place of the one its date had."""
    connection.execute("DELETE FROM published_papers WHERE digest = ? AND digest_date = ?", [digest, post.digest_date])
    insert(
        connection,
        "published_papers",
        [
            {
                "digest": digest,
                "digest_date": post.digest_date,
                "identifier": paper.identifier,
                "version": paper.version,
                "published_at": now,
            }
            for paper in shown
        ],
        sure=True,
    )
    put(
        connection,
        "rendered_posts",
        [
            {
                "digest": digest,
                "digest_date": post.digest_date,
                "path": post.path,
                "sha256": post.sha256,
                "announced": post.announced,
                "published": post.published,
                "filtered": post.filtered,
                "failed": post.failed,
                "late": post.late,
                "translations": post.translations,
                "translations_wanted": post.translations_wanted,
                "readings": post.readings,
                "readings_wanted": post.readings_wanted,
                "sentences_withheld": post.sentences_withheld,
                "sentences_doubted": post.sentences_doubted,
                "withheld": post.withheld,
                "rendered_at": now,
            }
        ],
    )


def post_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> RenderedPost | None:
    """The post of a date; None where none was rendered yet."""
    found = rows(
        connection.execute(
            "SELECT * EXCLUDE (digest, rendered_at) FROM rendered_posts WHERE digest = ? AND digest_date = ?",
            [digest, day],
        )
    )
    return RenderedPost(**found[0]) if found else None


def paths_by_digest(connection: duckdb.DuckDBPyConnection) -> dict[str, list[str]]:
    """Where the posts of each digest lie, by its name."""
    found = connection.execute(
        "SELECT digest, list(path ORDER BY digest_date) FROM rendered_posts WHERE path IS NOT NULL "
        "GROUP BY digest ORDER BY digest"
    ).fetchall()
    return dict(found)


def newest_published(connection: duckdb.DuckDBPyConnection) -> dict[str, date]:
    """The newest date of each digest that has papers, by its name."""
    return dict(
        connection.execute(
            "SELECT digest, max(digest_date) FROM rendered_posts WHERE published > 0 GROUP BY digest"
        ).fetchall()
    )
