"""What arXiv answered: fetches, entries as received, and the metadata of papers."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta, timezone
from typing import Any, cast

import duckdb

from digest_assets.model import AnnouncementKind, FeedEntry, Paper, Source, UnreadableEntry, untitled
from digest_assets.store.rows import IN_LIST, insert, json_list, put, rows


@dataclass(frozen=True, slots=True)
class Fetch:
    """A request to one of arXiv's interfaces that ended. `error` None: complete."""

    source: Source
    scope: str
    """The categories asked for, as `cs.SD+eess.AS`."""
    query: str
    fetched_at: datetime
    entry_count: int
    window_start: datetime | None = None
    """Of the submissions asked for, or, for OAI, of the mailings. None for a feed."""
    window_end: datetime | None = None
    newest_mailing_at: datetime | None = None
    error: str | None = None
    since: datetime | None = None
    """Of the versions asked for, by their submission. None: the whole window was asked for."""
    total: int | None = None
    """How many papers the API counts in the window."""


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """What a date's rows say of an entry whose payload is in the store."""

    payload_hash: str
    unreadable: str | None
    """What it lacks. None: nothing."""
    identifier: str | None = None
    version: int | None = None
    kind: AnnouncementKind | None = None
    announced_at: datetime | None = None
    """The mailing that the feed's date says."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredEntry(KeptEntry):
    """A row of `raw_feed_entries`."""

    source: Source
    fetched_at: datetime


def record_fetch(connection: duckdb.DuckDBPyConnection, digest: str, day: date, fetch: Fetch) -> None:
    insert(
        connection,
        "fetches",
        [
            {
                "fetch_id": str(uuid.uuid4()),
                "digest": digest,
                "digest_date": day,
                "source": fetch.source,
                "scope": fetch.scope,
                "query": fetch.query,
                "window_start": fetch.window_start,
                "window_end": fetch.window_end,
                "fetched_at": fetch.fetched_at,
                "newest_mailing_at": fetch.newest_mailing_at,
                "entry_count": fetch.entry_count,
                "error": fetch.error,
                "since": fetch.since,
                "total": fetch.total,
            }
        ],
    )


def last_live_fetch(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    source: Source,
    scope: str,
    before: datetime,
    *,
    whole: bool = False,
) -> Fetch | None:
    """A source's last complete answer before an instant that reached up to its own time (a backfill's does not).
    `whole`: none that was asked for changes alone.

    Only one whose announcements were recorded: where a run died before that, nothing is known of what it saw.
    """
    sql = (
        "SELECT * FROM fetches WHERE digest = ? AND source = ? AND scope = ? "
        "AND fetched_at < ? AND fetched_at >= ? AND error IS NULL AND resolved "
        "AND window_end >= fetched_at - INTERVAL 2 DAY "
        + ("AND since IS NULL " if whole else "")
        + "ORDER BY fetched_at DESC LIMIT 1"
    )
    # Nearly always it was within days; only where it was not is the whole history looked through.
    recent, ever = before - timedelta(days=14), datetime.min.replace(tzinfo=timezone.utc)
    found = rows(connection.execute(sql, [digest, source.value, scope, before, recent])) or rows(
        connection.execute(sql, [digest, source.value, scope, before, ever])
    )
    if not found:
        return None
    row = found[0]
    return Fetch(
        source=Source(row["source"]),
        scope=row["scope"],
        query=row["query"],
        fetched_at=row["fetched_at"],
        entry_count=row["entry_count"],
        window_start=row["window_start"],
        window_end=row["window_end"],
        newest_mailing_at=row["newest_mailing_at"],
        since=row["since"],
        total=row["total"],
    )


def last_answer_at(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> datetime | None:
    """When a source last answered for a date; None where none did."""
    ((last,),) = connection.execute(
        "SELECT max(fetched_at) FROM fetches WHERE digest = ? AND digest_date = ? AND error IS NULL", [digest, day]
    ).fetchall()
    return cast("datetime | None", last)


def mark_resolved(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> None:
    """Says that the announcements which the answers for `day` show were recorded.

    Of each source the last answer alone: those before it may have been replaced before anybody read them.
    """
    connection.execute(
        """
        UPDATE fetches SET resolved = TRUE WHERE fetch_id IN (
            SELECT arg_max(fetch_id, fetched_at) FROM fetches
            WHERE digest = ? AND digest_date = ? AND error IS NULL GROUP BY source, scope
        )
        """,
        [digest, day],
    )


def dated_feed(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> datetime | None:
    """The mailing that the last feed fetched for `day` says it shows, by its date."""
    found = connection.execute(
        "SELECT newest_mailing_at FROM fetches WHERE digest = ? AND digest_date = ? AND source = 'feed' "
        "AND error IS NULL ORDER BY fetched_at DESC LIMIT 1",
        [digest, day],
    ).fetchall()
    return found[0][0] if found else None


def settle_feed(connection: duckdb.DuckDBPyConnection, digest: str, day: date, mailing: datetime | None) -> None:
    """Records which mailing the last feed fetched for `day` does show, as far as anybody can tell."""
    connection.execute(
        "UPDATE fetches SET newest_mailing_at = ? WHERE fetch_id = (SELECT arg_max(fetch_id, fetched_at) FROM fetches "
        "WHERE digest = ? AND digest_date = ? AND source = 'feed' AND error IS NULL)",
        [mailing, digest, day],
    )


def is_shown_in_any_field(connection: duckdb.DuckDBPyConnection, digest: str, mailing: datetime) -> bool:
    """Whether arXiv's search was seen to show papers of `mailing`, of whatever field, before the next mailing."""
    return bool(
        connection.execute(
            "SELECT 1 FROM fetches WHERE digest = ? AND source = 'api' AND scope = ? AND error IS NULL "
            "AND newest_mailing_at = ? LIMIT 1",
            [digest, ANY_FIELD, mailing],
        ).fetchall()
    )


ANY_FIELD = "*"
"""The scope of a request that asks for papers of whatever category."""


def fed_mailings(connection: duckdb.DuckDBPyConnection, digest: str, start: datetime, end: datetime) -> set[datetime]:
    """The mailings in [`start`, `end`) of which a feed was fetched: those are known to the last paper."""
    found = connection.execute(
        "SELECT DISTINCT newest_mailing_at FROM fetches WHERE digest = ? AND source = 'feed' AND error IS NULL "
        "AND newest_mailing_at >= ? AND newest_mailing_at < ?",
        [digest, start, end],
    ).fetchall()
    return {row[0] for row in found}


def unheard_mailings(
    connection: duckdb.DuckDBPyConnection, digest: str, mailings: Sequence[datetime]
) -> list[datetime]:
    """Those of `mailings` that no feed showed, nor OAI: of them only what the API tells is known."""
    if not mailings:
        return []
    shown = connection.execute(
        "SELECT source, window_start, newest_mailing_at FROM fetches WHERE digest = ? AND source IN ('feed', 'oai') "
        "AND error IS NULL AND newest_mailing_at >= ?",
        [digest, min(mailings)],
    ).fetchall()
    return [
        mailing
        for mailing in mailings
        if not any(
            newest == mailing or (source == Source.OAI.value and start is not None and start <= mailing <= newest)
            for source, start, newest in shown
        )
    ]


def keep_payloads(
    connection: duckdb.DuckDBPyConnection, entries: Iterable[FeedEntry | UnreadableEntry], at: datetime
) -> list[KeptEntry]:
    """Stores what was received, each content once, and returns what is to be known of it for a date's rows."""
    kept, payloads = [], {}
    for entry in entries:
        key = hashlib.sha256(entry.payload.encode("utf-8", "replace")).hexdigest()
        payloads[key] = entry.payload
        if isinstance(entry, FeedEntry):
            paper = entry.paper
            kept.append(KeptEntry(key, None, paper.identifier, paper.version, entry.kind, entry.announced_at))
        else:
            kept.append(KeptEntry(key, entry.reason, entry.identifier))
    known = _payloads(connection, payloads, "payload_hash", at - SHOWN_AGAIN_FOR, at)
    insert(
        connection,
        "entry_payloads",
        [{"payload_hash": key, "payload": text, "stored_at": at} for key, text in payloads.items() if key not in known],
        sure=True,
    )
    return kept


def replace_entries(
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, fetch: Fetch, entries: Iterable[KeptEntry]
) -> None:
    """Puts what a fetch returned for `day` in the place of what its source returned for it before.

    To be called before the fetch itself is recorded: most dates are asked for once, and have nothing to replace.
    """
    if last_answer_at(connection, digest, day) is not None:
        connection.execute(
            "DELETE FROM raw_feed_entries WHERE digest = ? AND digest_date = ? AND source = ?",
            [digest, day, fetch.source.value],
        )
    insert(
        connection,
        "raw_feed_entries",
        (
            {
                "digest": digest,
                "digest_date": day,
                "source": fetch.source,
                "position": position,
                "identifier": entry.identifier,
                "version": entry.version,
                "kind": entry.kind,
                "announced_at": entry.announced_at,
                "unreadable": entry.unreadable,
                "payload_hash": entry.payload_hash,
                "query": fetch.query,
                "fetched_at": fetch.fetched_at,
            }
            for position, entry in enumerate(entries)
        ),
        sure=True,
    )


SHOWN_AGAIN_FOR = timedelta(days=75)
"""How long after it was stored an entry is looked for before it is stored again: most are shown again for
`arxiv.lookback_days`."""


def _payloads(
    connection: duckdb.DuckDBPyConnection,
    hashes: Iterable[str],
    column: str,
    first: datetime | None = None,
    last: datetime | None = None,
) -> dict[str, str]:
    """`column` of each payload, by hash, that was stored from `first` to `last`. Without them: ever, which reads the
    hash of every payload that there is."""
    found = connection.execute(
        f"SELECT payload_hash, {column} FROM entry_payloads WHERE payload_hash IN {IN_LIST} "
        "AND stored_at >= coalesce(?::TIMESTAMPTZ, '-infinity') AND stored_at <= coalesce(?::TIMESTAMPTZ, 'infinity')",
        [json_list(hashes), first, last],
    ).fetchall()
    return dict(found)


def record_papers(
    connection: duckdb.DuckDBPyConnection, source: Source, papers: Iterable[Paper], recorded_at: datetime
) -> None:
    """Adds each version that is not known, and renews those that are.

    The API's metadata replaces a feed's, never the reverse: a feed gives no submission time, and its authors as one
    string. What only the other source knows (the licence, say) is kept.
    """
    fresh = {(paper.identifier, paper.version): paper for paper in papers}
    if not fresh:
        return
    held = {
        (row["identifier"], row["version"]): row
        for row in rows(
            connection.execute(
                f"SELECT * FROM papers WHERE identifier IN {IN_LIST}",
                [json_list({identifier for identifier, _ in fresh})],
            )
        )
    }
    changed = []
    for key, paper in fresh.items():
        row = _row(paper, source, recorded_at)
        old = held.get(key)
        if old is not None:
            row = _merged(old, row)
            if all(row[name] == old[name] for name in row if name != "recorded_at"):
                continue
        changed.append(row)
    put(connection, "papers", changed)


def _row(paper: Paper, source: Source, recorded_at: datetime) -> dict[str, Any]:
    return {
        "identifier": paper.identifier,
        "version": paper.version,
        "title": paper.title,
        "abstract": paper.abstract,
        "authors": list(paper.authors),
        "categories": list(paper.categories),
        "published_at": paper.published_at,
        "updated_at": paper.updated_at,
        "comment": paper.comment,
        "journal_ref": paper.journal_ref,
        "doi": paper.doi,
        "licence": paper.licence,
        "source": source.value,
        "recorded_at": recorded_at,
    }


def _merged(old: dict[str, Any], new: dict[str, Any]) -> dict[str, Any]:
    old_is_better = old["source"] == Source.API.value and new["source"] != Source.API.value
    first, second = (old, new) if old_is_better else (new, old)
    silent: tuple[object, ...] = (None, "", [], untitled(new["identifier"]))
    return {name: second[name] if first[name] in silent else first[name] for name in new}


def paper_of(row: dict[str, Any]) -> Paper:
    """A row of `papers` (or one joined with it) as a value."""
    return Paper(
        identifier=row["identifier"],
        version=row["version"],
        title=row["title"],
        abstract=row["abstract"],
        authors=tuple(row["authors"]),
        categories=tuple(row["categories"]),
        published_at=row["published_at"],
        updated_at=row["updated_at"],
        comment=row["comment"],
        journal_ref=row["journal_ref"],
        doi=row["doi"],
        licence=row["licence"],
    )


def entries_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[StoredEntry]:
    """What the sources returned for a date, in their order."""
    found = connection.execute(
        "SELECT payload_hash, unreadable, identifier, version, kind, announced_at, source, fetched_at "
        "FROM raw_feed_entries WHERE digest = ? AND digest_date = ? ORDER BY source, position",
        [digest, day],
    ).fetchall()
    return [
        StoredEntry(
            key, lacks, name, version, kind and AnnouncementKind(kind), at, source=Source(source), fetched_at=fetched_at
        )
        for key, lacks, name, version, kind, at, source, fetched_at in found
    ]


def with_payloads(
    connection: duckdb.DuckDBPyConnection, entries: Sequence[StoredEntry]
) -> Iterator[list[tuple[StoredEntry, str]]]:
    """`entries` with what was received, a thousand at a time."""
    for position in range(0, len(entries), _READ_AT_ONCE):
        some = entries[position : position + _READ_AT_ONCE]
        hashes, times = {each.payload_hash for each in some}, [each.fetched_at for each in some]
        payloads = _payloads(connection, hashes, "payload", min(times) - SHOWN_AGAIN_FOR, max(times))
        if missing := hashes - payloads.keys():  # a store that was made before payloads had a time
            payloads |= _payloads(connection, missing, "payload")
        yield [(each, payloads[each.payload_hash]) for each in some]


_READ_AT_ONCE = 1000


def categories_of(connection: duckdb.DuckDBPyConnection, identifiers: Collection[str]) -> dict[str, list[str]]:
    """The categories of each paper that is known, of its newest known version, by identifier."""
    return {key: list(paper.categories) for key, paper in newest_papers(connection, identifiers).items()}


def incomplete_papers(connection: duckdb.DuckDBPyConnection, digest: str, since: date) -> list[str]:
    """Papers that dates from `since` on published without a title, an author or an abstract."""
    found = connection.execute(
        f"SELECT DISTINCT w.identifier FROM windowed_papers w JOIN papers p USING (identifier, version) "
        f"WHERE w.digest = ? AND w.digest_date >= ? AND w.outcome = 'kept' AND {LACKS_METADATA} ORDER BY 1",
        [digest, since],
    ).fetchall()
    return [row[0] for row in found]


LACKS_METADATA = "(p.title = 'arXiv:' || p.identifier OR len(p.authors) = 0 OR p.abstract = '')"
"""Of a row `p` of `papers`: what `Paper.lacks` says of it."""


def record_unreadable(
    connection: duckdb.DuckDBPyConnection, digest: str, day: date, entries: Iterable[StoredEntry], now: datetime
) -> None:
    """Puts the entries that name no paper, of the answers for `day`, in the place of those that the date had before.

    An answer of weeks shows them for weeks: those that another date has are not counted twice.
    """
    fresh = {each.payload_hash: each for each in entries}
    connection.execute("DELETE FROM unreadable_papers WHERE digest = ? AND digest_date = ?", [digest, day])
    held = connection.execute(
        f"SELECT payload_hash FROM unreadable_papers WHERE digest = ? AND payload_hash IN {IN_LIST}",
        [digest, json_list(fresh)],
    ).fetchall()
    insert(
        connection,
        "unreadable_papers",
        [
            {
                "digest": digest,
                "digest_date": day,
                "payload_hash": key,
                "source": each.source,
                "reason": each.unreadable,
                "recorded_at": now,
            }
            for key, each in fresh.items()
            if (key,) not in held
        ],
    )


def unreadable_of(connection: duckdb.DuckDBPyConnection, digest: str, day: date) -> list[tuple[str, str]]:
    """(what stands for its identifier, reason) of a date's entries that name no paper."""
    return connection.execute(
        "SELECT 'unreadable:' || payload_hash[1:12], 'unreadable: ' || reason FROM unreadable_papers "
        "WHERE digest = ? AND digest_date = ? ORDER BY 1",
        [digest, day],
    ).fetchall()


def record_perhaps(
    connection: duckdb.DuckDBPyConnection,
    digest: str,
    day: date,
    papers: Iterable[tuple[Paper, datetime, str]],
    now: datetime,
) -> None:
    """Records old papers of which nothing but a changed record says that a mailing cross-listed them: (paper, mailing,
    why it is not believed)."""
    put(
        connection,
        "perhaps_cross_listed",
        [
            {
                "digest": digest,
                "identifier": paper.identifier,
                "announced_at": at,
                "digest_date": day,
                "title": paper.title,
                "reason": why,
                "recorded_at": now,
            }
            for paper, at, why in papers
        ],
    )


def forget_perhaps(connection: duckdb.DuckDBPyConnection, digest: str, identifiers: Iterable[str]) -> None:
    """Of these it is known by now that they were announced."""
    connection.execute(
        f"DELETE FROM perhaps_cross_listed WHERE digest = ? AND identifier IN {IN_LIST}",
        [digest, json_list(identifiers)],
    )


def newest_papers(connection: duckdb.DuckDBPyConnection, identifiers: Collection[str]) -> dict[str, Paper]:
    """The newest known version of each paper, by identifier."""
    found = rows(
        connection.execute(
            f"SELECT * FROM papers WHERE identifier IN {IN_LIST} "
            "QUALIFY row_number() OVER (PARTITION BY identifier ORDER BY version DESC) = 1",
            [json_list(identifiers)],
        )
    )
    return {row["identifier"]: paper_of(row) for row in found}
