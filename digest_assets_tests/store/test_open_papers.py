"""What no date has claimed is kept apart from the history, and stays what the history says it is."""

from __future__ import annotations

import random
from datetime import date, datetime, timedelta, timezone
from pathlib import Path

import pytest

from digest_assets.digests.claims import Candidate, Claim
from digest_assets.model import Announcement, AnnouncementKind, KnownBy, Paper, Source
from digest_assets.store import feeds, ledger
from digest_assets.store.connection import DigestStore
from digest_assets.store.schema import migrations

FIRST = date(2026, 1, 1)
NOW = datetime(2026, 1, 29, 4, 30, tzinfo=timezone.utc)


def announced(number: int) -> tuple[Paper, Announcement]:
    at = datetime(2026, 1, 1, 1, tzinfo=timezone.utc) + timedelta(days=number % 5)
    paper = Paper(f"2601.{number:05}", 1, "A title", "An abstract.", ("A. Author",), ("cs.SD",), at)
    return paper, Announcement(paper.identifier, at, AnnouncementKind.NEW, KnownBy.FEED, at, Source.FEED)


def open_papers(store: DigestStore) -> tuple[list[str], list[str]]:
    """What the table holds, and what announcements and claims say."""
    with store.transaction() as connection:
        held, told = (
            [row[0] for row in connection.execute(sql).fetchall()]
            for sql in (
                "SELECT identifier FROM open_papers ORDER BY 1",
                "SELECT a.identifier FROM announcements a LEFT JOIN windowed_papers w USING (digest, identifier) "
                "WHERE w.identifier IS NULL ORDER BY 1",
            )
        )
    return held, told


@pytest.mark.parametrize("seed", range(2))
def test_what_is_open_is_what_was_announced_and_not_claimed(tmp_path: Path, seed: int) -> None:
    generator = random.Random(seed)
    store = DigestStore(tmp_path / "digest.duckdb")
    taken: dict[str, date] = {}
    for _ in range(12):
        with store.transaction() as connection:
            if generator.random() < 0.5:
                some = [announced(number) for number in generator.sample(range(30), 8)]
                feeds.record_papers(connection, Source.API, [paper for paper, _ in some], NOW)
                ledger.record_announcements(connection, "arxiv", [each for _, each in some])
                continue
            day = FIRST + timedelta(days=generator.randrange(5))
            candidates = ledger.open_to(connection, "arxiv", day, NOW)
            assert all(claimed == (taken.get(paper.identifier) == day) for _, paper, claimed in candidates)
            chosen = [each for each in candidates if generator.random() < 0.6]
            claims = [
                Claim(Candidate(announcement, paper, day, claimed), late=False, in_window=True, withdrawn=False)
                for announcement, paper, claimed in chosen
            ]
            ledger.close(connection, "arxiv", day, ["cs.SD"], claims, None, NOW)
            taken = {identifier: other for identifier, other in taken.items() if other != day}
            taken |= {claim.candidate.paper.identifier: day for claim in claims}
        held, told = open_papers(store)
        assert held == told
    assert taken


def test_a_store_from_before_has_its_open_papers_after_the_migration(tmp_path: Path) -> None:
    store = DigestStore(tmp_path / "digest.duckdb")
    some = [announced(number) for number in range(6)]
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [paper for paper, _ in some], NOW)
        ledger.record_announcements(connection, "arxiv", [each for _, each in some])
        candidates = ledger.open_to(connection, "arxiv", FIRST, NOW)[:2]
        claims = [
            Claim(Candidate(announcement, paper, FIRST, False), late=False, in_window=True, withdrawn=False)
            for announcement, paper, _ in candidates
        ]
        ledger.close(connection, "arxiv", FIRST, ["cs.SD"], claims, None, NOW)
        connection.execute("DROP TABLE open_papers")
        connection.execute(next(sql for _, name, sql in migrations() if "open_papers" in name))
    held, told = open_papers(store)
    assert held == told
    assert len(held) == 4


def test_a_date_is_told_only_of_the_made_dates_that_it_asks_about(tmp_path: Path) -> None:
    store = DigestStore(tmp_path / "digest.duckdb")
    other = FIRST + timedelta(days=1)
    with store.transaction() as connection:
        for day in (FIRST, other):
            ledger.close(connection, "arxiv", day, ["cs.SD"], [], "weekend", NOW)
        assert ledger.made(connection, "arxiv").keys() == {FIRST, other}
        assert ledger.made(connection, "arxiv", among=[other, NOW.date()]).keys() == {other}
        assert ledger.made(connection, "arxiv", among=[]) == {}
        assert ledger.is_made(connection, "arxiv", FIRST)
        assert not ledger.is_made(connection, "arxiv", NOW.date())
