"""Claims in the store: exactly once, whatever is made again."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import duckdb
import pytest

from digest_assets.digests.claims import Candidate, Claim
from digest_assets.model import Announcement, AnnouncementKind, KnownBy, Outcome, Paper, Source
from digest_assets.store import feeds, ledger
from digest_assets.store.connection import DigestStore
from digest_assets_tests.engines import new_store

DAY = date(2026, 1, 29)
ANNOUNCED = datetime(2026, 1, 29, 1, tzinfo=timezone.utc)
NOW = datetime(2026, 1, 29, 4, 30, tzinfo=timezone.utc)


def paper(identifier: str, version: int = 1) -> Paper:
    submitted = ANNOUNCED - timedelta(hours=12)
    return Paper(identifier, version, f"Title {version}", "An abstract.", ("A. Author",), ("cs.SD",), submitted)


def announcement(identifier: str) -> Announcement:
    return Announcement(identifier, ANNOUNCED, AnnouncementKind.NEW, KnownBy.INFERRED, NOW, Source.API)


def claim(identifier: str, version: int = 1) -> Claim:
    candidate = Candidate(announcement(identifier), paper(identifier, version), DAY, False)
    return Claim(candidate, late=False, in_window=True, withdrawn=False, outcome=Outcome.KEPT)


@pytest.fixture
def store(tmp_path: Path) -> DigestStore:
    store = new_store(tmp_path)
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [paper("2601.00001"), paper("2601.00002")], NOW)
        ledger.record_announcements(connection, "arxiv", [announcement("2601.00001"), announcement("2601.00002")])
    return store


def close(store: DigestStore, day: date, *claims: Claim, digest: str = "arxiv") -> None:
    with store.transaction() as connection:
        ledger.close(connection, digest, day, ["cs.SD"], claims, None, NOW)


def identifiers(store: DigestStore, day: date) -> list[str]:
    with store.transaction() as connection:
        return [each.paper.identifier for each in ledger.claimed_by(connection, "arxiv", day)]


def test_a_date_made_again_replaces_its_claims(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"), claim("2601.00002"))
    close(store, DAY, claim("2601.00001"))
    assert identifiers(store, DAY) == ["2601.00001"]


def test_two_dates_cannot_claim_one_paper_and_the_second_changes_nothing(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with pytest.raises(duckdb.ConstraintException):
        close(store, DAY + timedelta(days=1), claim("2601.00002"), claim("2601.00001"))
    assert identifiers(store, DAY) == ["2601.00001"]
    assert identifiers(store, DAY + timedelta(days=1)) == []


def test_two_digests_may_publish_the_same_paper(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    close(store, DAY, claim("2601.00001"), digest="speech")
    assert identifiers(store, DAY) == ["2601.00001"]


def test_what_another_date_claimed_is_not_open(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        later = ledger.open_to(connection, "arxiv", DAY + timedelta(days=1), NOW)
        same = ledger.open_to(connection, "arxiv", DAY, NOW)
    assert [(each[0].identifier, each[2]) for each in later] == [("2601.00002", False)]
    assert [(each[0].identifier, each[2]) for each in same] == [("2601.00001", True), ("2601.00002", False)]


def test_a_claim_keeps_its_version_while_an_unclaimed_paper_is_its_newest(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [paper("2601.00001", 2), paper("2601.00002", 2)], NOW)
        found = ledger.open_to(connection, "arxiv", DAY, NOW)
    assert [each[1].versioned for each in found] == ["2601.00001v1", "2601.00002v2"]


def test_the_ledger_says_where_every_paper_stands(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        found = connection.execute("SELECT identifier, status FROM ledger ORDER BY identifier").fetchall()
    assert found == [("2601.00001", "claimed"), ("2601.00002", "unclaimed")]


def test_the_api_describes_a_paper_better_than_a_feed_but_the_licence_stays(store: DigestStore) -> None:
    licence = "http://creativecommons.org/licenses/by/4.0/"
    from_feed = Paper("2601.00001", 1, "Title 1", "An abstract.", ("A.", "Author"), ("cs.SD",), None, licence=licence)
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.FEED, [from_feed], NOW)
        found = feeds.newest_papers(connection, ["2601.00001"])["2601.00001"]
    assert found.authors == ("A. Author",)
    assert found.published_at is not None
    assert found.licence == licence
