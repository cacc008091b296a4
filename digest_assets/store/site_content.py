"""What the reader's site is made of: which dates were rendered or changed, and the papers of those."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import duckdb

from digest_assets.store.rows import IN_LIST, json_list, put, rows


@dataclass(frozen=True, slots=True)
class SiteDate:
    """A date that was rendered, with the counts of its post."""

    date: date
    announced: int
    published: int
    filtered: int
    failed: int
    late: int
    translations: int
    translations_wanted: int
    readings: int
    readings_wanted: int
    rendered_at: datetime
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
    translated_title: str
    """Empty where there is none, as the next."""
    gist: str
    topics: tuple[str, ...] | None
    """Keys, as the model chose them; None where it did not."""
    translation: str
    reading: str
    interests: tuple[str, ...] = ()
    """Of the settings, those that chose it."""


def rendered(connection: duckdb.DuckDBPyConnection, digest: str, most: int) -> list[dict[str, Any]]:
    """The newest dates that were rendered, with the counts of their posts."""
    found = rows(
        connection.execute(
            "SELECT p.digest_date AS date, p.announced, p.published, p.filtered, p.failed, p.late, d.empty_reason "
            "FROM rendered_posts p LEFT JOIN digests d USING (digest, digest_date) "
            "WHERE p.digest = ? ORDER BY 1 DESC LIMIT ?",
            [digest, most],
        )
    )
    return [{**row, "date": row["date"].isoformat()} for row in found]


def site_dates(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    now: datetime,
    *,
    since: datetime | None = None,
    also: date | None = None,
) -> list[SiteDate]:
    """The dates rendered at `since` or later, and `also`, newest first; without `since`: all.

    Records at `now` which of them have changed since they were last asked for. A date that is asked for first has
    changed when it was rendered: a site of all dates does not make them all as new as itself.
    """
    asked = {"digest": digest, "since": since, "also": also}
    wanted = [row[0] for row in connection.execute(_RENDERED, asked).fetchall()]
    if since is None or len(wanted) > _ONE_BY_ONE:
        first, last = (min(wanted), max(wanted)) if wanted else (None, None)
        found = rows(connection.execute(_DATES, {"digest": digest, "first": first, "last": last}))
    else:
        found = [
            row
            for day in wanted
            for row in rows(connection.execute(_DATES, {"digest": digest, "first": day, "last": day}))
        ]
    found = [row for row in found if row["date"] in set(wanted)]
    return _with_changes(connection, digest, found, now)


def site_date(connection: duckdb.DuckDBPyConnection, digest: str, day: date, now: datetime) -> SiteDate | None:
    """One rendered date; None where it was not rendered."""
    found = rows(connection.execute(_DATES, {"digest": digest, "first": day, "last": day}))
    return next(iter(_with_changes(connection, digest, found, now)), None)


_ONE_BY_ONE = 20
"""So many dates are looked up each by itself, which reads a few blocks; more of them in one pass."""


def _with_changes(
    connection: duckdb.DuckDBPyConnection, digest: str, found: list[dict[str, Any]], now: datetime
) -> list[SiteDate]:
    dates = [row["date"].isoformat() for row in found]
    known = {
        row["digest_date"]: (row["fingerprint"], row["changed_at"])
        for row in rows(
            connection.execute(
                f"SELECT * FROM site_dates WHERE digest = ? AND digest_date::VARCHAR IN {IN_LIST}",
                [digest, json_list(dates)],
            )
        )
    }
    made = []
    for row in found:
        before = known.get(row["date"])
        unchanged_since = before[1] if before is not None and before[0] == row["fingerprint"] else now
        made.append(SiteDate(**row, changed_at=row["rendered_at"] if before is None else unchanged_since))
    changed = [each for each in made if known.get(each.date, ("", None))[0] != each.fingerprint]
    put(
        connection,
        "site_dates",
        [
            {"digest": digest, "digest_date": each.date, "fingerprint": each.fingerprint, "changed_at": each.changed_at}
            for each in changed
        ],
    )
    return made


_RENDERED = """
    SELECT digest_date FROM rendered_posts
    WHERE digest = $digest AND ($since::TIMESTAMPTZ IS NULL OR rendered_at >= $since OR digest_date = $also)
    ORDER BY 1 DESC
"""

# The dates of translations and summaries, which are those of the papers' claims, stand in the joins so that only their
# rows are read: without them every text that was ever stored was.
_DATES = """
    SELECT p.digest_date AS date, p.announced, p.published, p.filtered, p.failed, p.late,
           coalesce(p.translations, 0) AS translations, coalesce(p.translations_wanted, 0) AS translations_wanted,
           coalesce(p.readings, 0) AS readings, coalesce(p.readings_wanted, 0) AS readings_wanted,
           p.rendered_at, d.empty_reason,
           md5(concat_ws('|', p.announced, p.published, p.filtered, p.failed, p.late, d.empty_reason, c.content,
                         u.content, o.content, r.content)) AS fingerprint
    FROM rendered_posts p
    LEFT JOIN digests d USING (digest, digest_date)
    LEFT JOIN (
        SELECT w.digest, w.digest_date,
               string_agg(hash(w.identifier, w.version, w.outcome, w.reason, w.late, w.in_window, w.withdrawn,
                               a.title, a.abstract, a.authors, a.categories, a.comment, a.doi,
                               t.status, t.reason, t.abstract, t.pairs, t.translated_title, t.gist, t.topics, t.model,
                               t.prompt_version,
                               s.status, s.reason, s.background, s.method, s.results, s.sentences, s.paragraphs,
                               s.left_out, s.model, s.prompt_version,
                               f.source, f.reason, f.figure_url,
                               f.affiliations)::VARCHAR, ',' ORDER BY w.identifier) AS content
        FROM windowed_papers w
        JOIN papers a USING (identifier, version)
        LEFT JOIN translations t ON t.digest = w.digest AND t.identifier = w.identifier
             AND t.digest_date BETWEEN $first AND $last
        LEFT JOIN summaries s ON s.digest = w.digest AND s.identifier = w.identifier
             AND s.digest_date BETWEEN $first AND $last
        LEFT JOIN full_texts f ON f.identifier = w.identifier AND f.version = w.version
        WHERE w.digest = $digest AND w.digest_date BETWEEN $first AND $last
        GROUP BY ALL
    ) c USING (digest, digest_date)
    LEFT JOIN (
        SELECT u.digest, u.digest_date,
               string_agg(hash(u.identifier, u.version, u.claimed_date, u.abstract_changed, u.withdrawn)::VARCHAR, ','
                          ORDER BY u.identifier, u.version) AS content
        FROM paper_updates u WHERE u.digest = $digest AND u.digest_date BETWEEN $first AND $last
        GROUP BY ALL
    ) u USING (digest, digest_date)
    LEFT JOIN (
        SELECT o.digest, o.digest_date, string_agg(o.sentence, ' ' ORDER BY o.place) AS content
        FROM overviews o WHERE o.digest = $digest AND o.digest_date BETWEEN $first AND $last
        GROUP BY ALL
    ) o USING (digest, digest_date)
    LEFT JOIN (
        SELECT r.digest, r.digest_date,
               string_agg(hash(r.interest, r.identifier, r.rank, r.terms, r.own_paper, r.authors)::VARCHAR, ','
                          ORDER BY r.interest, r.rank) AS content
        FROM ranked_papers r
        WHERE r.digest = $digest AND r.digest_date BETWEEN $first AND $last AND r.is_chosen
        GROUP BY ALL
    ) r USING (digest, digest_date)
    WHERE p.digest = $digest AND p.digest_date BETWEEN $first AND $last
    ORDER BY 1 DESC
"""


def site_papers(connection: duckdb.DuckDBPyConnection, digest: str, first: date, last: date) -> list[SitePaper]:
    """The kept papers of the rendered dates from `first` to `last`, newest date first, in each as in its post."""
    found = connection.execute(
        """
        SELECT w.digest_date AS date, w.identifier, a.title, a.abstract, a.authors, a.categories, w.late, w.withdrawn,
               coalesce(t.translated_title, '') AS translated_title, coalesce(t.gist, '') AS gist, t.topics,
               CASE WHEN t.status = 'done' THEN coalesce(t.abstract, '') ELSE '' END AS translation,
               concat_ws(' ', s.background, s.method, s.results) AS reading, coalesce(r.interests, []) AS interests
        FROM windowed_papers w
        JOIN rendered_posts p USING (digest, digest_date)
        JOIN papers a USING (identifier, version)
        LEFT JOIN translations t ON t.digest = w.digest AND t.identifier = w.identifier
             AND t.digest_date BETWEEN $first AND $last
        LEFT JOIN summaries s ON s.digest = w.digest AND s.identifier = w.identifier AND s.status = 'done'
             AND s.digest_date BETWEEN $first AND $last
        LEFT JOIN (
            SELECT identifier, list(interest ORDER BY interest) AS interests FROM ranked_papers
            WHERE digest = $digest AND digest_date BETWEEN $first AND $last AND is_chosen GROUP BY ALL
        ) r ON r.identifier = w.identifier
        WHERE w.digest = $digest AND w.outcome = 'kept' AND w.digest_date BETWEEN $first AND $last
        ORDER BY w.digest_date DESC, a.published_at DESC NULLS LAST, w.identifier DESC
        """,
        {"digest": digest, "first": first, "last": last},
    )
    return [_paper(row) for row in rows(found)]


def _paper(row: dict[str, Any]) -> SitePaper:
    lists = {name: tuple(row[name]) for name in ("authors", "categories", "interests")}
    return SitePaper(**{**row, **lists, "topics": None if row["topics"] is None else tuple(row["topics"])})
