"""A store that an earlier version made, with indexes and in DuckDB's older form, goes on where it is."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.model import FeedEntry, Paper, Source
from digest_assets.store import feeds
from digest_assets.store.connection import STORAGE_VERSION, DigestStore
from digest_assets.store.feeds import Fetch
from digest_assets.store.schema import migrations

NOW = datetime(2026, 1, 29, 4, 30, tzinfo=timezone.utc)
DAY = date(2026, 1, 29)
BEFORE = 8
"""The newest migration of the store that the tests begin with: the last one whose tables had indexes."""


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    """Two payloads, one of them shown again a day later; an answer, with the defaults of its columns."""
    path = tmp_path / "digest.duckdb"
    with duckdb.connect(str(path)) as connection:
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute(
            "CREATE TABLE schema_versions "
            "(version INTEGER PRIMARY KEY, name VARCHAR NOT NULL, applied_at TIMESTAMPTZ NOT NULL DEFAULT now())"
        )
        for number, name, sql in migrations():
            if number <= BEFORE:
                connection.execute(sql)
                connection.execute("INSERT INTO schema_versions (version, name) VALUES (?, ?)", [number, name])
        connection.execute("INSERT INTO entry_payloads VALUES ('a', '<entry>a</entry>'), ('b', '<entry>b</entry>')")
        for day, at, hashes in ((DAY, NOW, "ab"), (DAY + timedelta(days=1), NOW + timedelta(days=1), "b")):
            connection.execute(
                "INSERT INTO fetches (fetch_id, digest, digest_date, source, scope, query, fetched_at, entry_count) "
                "VALUES (uuid(), 'arxiv', ?, 'api', 'cs.SD', 'q', ?, ?)",
                [day, at, len(hashes)],
            )
            for position, key in enumerate(hashes):
                connection.execute(
                    "INSERT INTO raw_feed_entries VALUES ('arxiv', ?, 'api', ?, ?, 1, NULL, NULL, NULL, ?, 'q', ?)",
                    [day, position, f"2601.0000{key}", key, at],
                )
        connection.execute(
            "INSERT INTO model_answers (answer_key, kind, identifier, version, model, prompt_version, answer, defects, "
            "created_at) VALUES ('k', 'reading', '2601.00001', 1, 'm', 'p', 'text', [], ?)",
            [NOW],
        )
    return DigestStore(path)


def payloads(store: DigestStore, day: date) -> list[str]:
    with store.transaction() as connection:
        stored = feeds.entries_of(connection, "arxiv", day)
        return [payload for some in feeds.with_payloads(connection, stored) for _, payload in some]


def test_every_date_still_has_what_arxiv_answered(store: DigestStore) -> None:
    assert payloads(store, DAY) == ["<entry>a</entry>", "<entry>b</entry>"]
    assert payloads(store, DAY + timedelta(days=1)) == ["<entry>b</entry>"]


def test_answers_keep_what_they_cost(store: DigestStore) -> None:
    with store.transaction() as connection:
        found = connection.execute("SELECT answer_key, calls, in_batch, created_at FROM model_answers").fetchall()
    assert found == [("k", 1, False, NOW)]


def test_the_file_takes_the_newer_form(store: DigestStore) -> None:
    def form() -> str:
        with duckdb.connect() as connection:
            connection.execute(f"ATTACH '{store.path}' AS held (READ_ONLY)")
            sql = "SELECT tags['storage_version'] FROM duckdb_databases() WHERE database_name = 'held'"
            return str(connection.execute(sql).fetchall()[0][0])

    assert not form().startswith(STORAGE_VERSION)
    payloads(store, DAY)
    store.settle()
    assert form().startswith(STORAGE_VERSION)
    assert payloads(store, DAY) == ["<entry>a</entry>", "<entry>b</entry>"]


def test_what_is_shown_again_within_weeks_is_stored_once_and_much_later_once_more(store: DigestStore) -> None:
    paper = Paper("2601.00001", 1, "title", "", ("A. Author",), ("cs.SD",), NOW)
    entry = FeedEntry(Source.API, paper, "<entry>shown again</entry>")
    days = [0, 1, 40, 200]
    for later in days:
        at = NOW + timedelta(days=later)
        fetch = Fetch(Source.API, "cs.SD", "cat:cs.SD", at, 1)
        with store.transaction() as connection:
            feeds.replace_entries(connection, "arxiv", at.date(), fetch, feeds.keep_payloads(connection, [entry], at))
            feeds.record_fetch(connection, "arxiv", at.date(), fetch)
    with store.transaction() as connection:
        stored = connection.execute(
            "SELECT stored_at FROM entry_payloads WHERE payload = ? ORDER BY 1", [entry.payload]
        ).fetchall()
    assert stored == [(NOW,), (NOW + timedelta(days=200),)]
    assert {later: payloads(store, (NOW + timedelta(days=later)).date())[-1:] for later in days} == {
        later: [entry.payload] for later in days
    }
