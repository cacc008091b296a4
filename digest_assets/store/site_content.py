"""What the reader's site is made of, read at once for all dates: lists, counts, and fingerprints of each date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.store.connection import insert, rows


@dataclass(frozen=True, slots=True)
class SiteDate:
    """A date that was rendered, with the counts of its post."""

    date: date
    announced: int
    published: int
    filtered: int
    failed: int
    late: int
    empty_reason: str | None
    fingerprint: str
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class SitePaper:
    """A kept paper of a rendered date, with the texts that it is found by."""

    date: date
    identifier: str
    title: str
    abstract: str
    authors: tuple[str, ...]
    categories: tuple[str, ...]
    late: bool
    withdrawn: bool
    translation: str
    reading: str


def site_dates(connection: duckdb.DuckDBPyConnection, digest: str, now: datetime) -> list[SiteDate]:
    """All rendered dates, newest first. Records at `now` which of them have changed since it was last asked."""
    found = rows(connection.execute(_DATES, {"digest": digest}))
    known = {
        row["digest_date"]: (row["fingerprint"], row["changed_at"])
        for row in rows(connection.execute("SELECT * FROM site_dates WHERE digest = ?", [digest]))
    }
    dates = []
    for row in found:
        before = known.get(row["date"])
        unchanged = before is not None and before[0] == row["fingerprint"]
        dates.append(SiteDate(**row, changed_at=before[1] if unchanged and before else now))
    changed = [each for each in dates if known.get(each.date, ("", None))[0] != each.fingerprint]
    for each in changed:
        connection.execute("DELETE FROM site_dates WHERE digest = ? AND digest_date = ?", [digest, each.date])
    insert(
        connection,
        "site_dates",
        [
            {"digest": digest, "digest_date": each.date, "fingerprint": each.fingerprint, "changed_at": each.changed_at}
            for each in changed
        ],
    )
    return dates


_DATES = """
    SELECT p.digest_date AS date, p.announced, p.published, p.filtered, p.failed, p.late, d.empty_reason,
           md5(concat_ws('|', p.announced, p.published, p.filtered, p.failed, p.late, d.empty_reason, c.content))
               AS fingerprint
    FROM rendered_posts p
    LEFT JOIN digests d USING (digest, digest_date)
    LEFT JOIN (
        SELECT w.digest, w.digest_date,
               string_agg(hash(w.identifier, w.version, w.outcome, w.reason, w.late, w.in_window, w.withdrawn,
                               a.title, a.abstract, a.authors, a.categories, a.comment, a.doi,
                               t.status, t.reason, t.abstract, t.model, t.prompt_version,
                               s.status, s.reason, s.background, s.method, s.results, s.model, s.prompt_version,
                               f.source, f.reason, f.figure_url)::VARCHAR, ',' ORDER BY w.identifier) AS content
        FROM windowed_papers w
        JOIN papers a USING (identifier, version)
        LEFT JOIN translations t ON t.digest = w.digest AND t.identifier = w.identifier
        LEFT JOIN summaries s ON s.digest = w.digest AND s.identifier = w.identifier
        LEFT JOIN full_texts f ON f.identifier = w.identifier AND f.version = w.version
        GROUP BY ALL
    ) c USING (digest, digest_date)
    WHERE p.digest = $digest
    ORDER BY 1 DESC
"""


def site_papers(
    connection: duckdb.DuckDBPyConnection, digest: str, first: date | None = None, until: date | None = None
) -> list[SitePaper]:
    """The kept papers of all rendered dates, newest date first, in each as in its post.

    With `first` and `until`: only those from `first` to before `until`, with their translations and readings.
    """
    texts = "coalesce(t.abstract, '')", "concat_ws(' ', s.background, s.method, s.results)"
    translation, reading = texts if first is not None else ("''", "''")
    found = connection.execute(
        f"""
        SELECT w.digest_date AS date, w.identifier, a.title, a.abstract, a.authors, a.categories, w.late, w.withdrawn,
               {translation} AS translation, {reading} AS reading
        FROM windowed_papers w
        JOIN rendered_posts p USING (digest, digest_date)
        JOIN papers a USING (identifier, version)
        LEFT JOIN translations t ON t.digest = w.digest AND t.identifier = w.identifier AND t.status = 'done'
        LEFT JOIN summaries s ON s.digest = w.digest AND s.identifier = w.identifier AND s.status = 'done'
        WHERE w.digest = $digest AND w.outcome = 'kept'
          AND ($first::DATE IS NULL OR w.digest_date >= $first) AND ($until::DATE IS NULL OR w.digest_date < $until)
        ORDER BY w.digest_date DESC, a.published_at DESC NULLS LAST, w.identifier DESC
        """,
        {"digest": digest, "first": first, "until": until},
    )
    return [_paper(row) for row in rows(found)]


def _paper(row: dict[str, Any]) -> SitePaper:
    return SitePaper(**{**row, "authors": tuple(row["authors"]), "categories": tuple(row["categories"])})
