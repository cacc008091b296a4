"""Claims in the store: exactly once, whatever is made again."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import duckdb
import pytest

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.digests.claims import Candidate, Claim, Made
from digest_assets.errors import NotInStore
from digest_assets.model import Announcement, AnnouncementKind, FilterReason, KnownBy, Outcome, Paper, Source
from digest_assets.store import feeds, ledger
from digest_assets.store.connection import DigestStore
from digest_assets.store.ledger import ClaimedPaper
from digest_assets.store.rows import insert
from digest_assets_tests.engines import new_store

ONE_DAY = timedelta(days=1)
DAY = date(2026, 1, 29)
NEXT_DAY = DAY + ONE_DAY
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


def close(
    store: DigestStore,
    day: date,
    *claims: Claim,
    digest: str = "arxiv",
    categories: tuple[str, ...] = ("cs.SD",),
    now: datetime = NOW,
    why_empty: str | None = None,
    passed_on: tuple[str, ...] = (),
) -> None:
    with store.transaction() as connection:
        ledger.close(connection, digest, day, categories, iter(claims), why_empty, now, passed_on)


def identifiers(store: DigestStore, day: date) -> list[str]:
    with store.transaction() as connection:
        return [each.paper.identifier for each in ledger.claimed_by(connection, "arxiv", day)]


def found(store: DigestStore, sql: str) -> list[tuple[object, ...]]:
    with store.transaction() as connection:
        return connection.execute(sql).fetchall()


def open_on(store: DigestStore, day: date) -> list[str]:
    with store.transaction() as connection:
        return [each.identifier for each, _, claimed in ledger.open_to(connection, "arxiv", day, NOW) if not claimed]


def test_a_date_made_again_replaces_its_claims(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"), claim("2601.00002"))
    close(store, DAY, claim("2601.00001"))
    assert identifiers(store, DAY) == ["2601.00001"]


def test_two_dates_cannot_claim_one_paper_and_the_second_changes_nothing(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with pytest.raises(duckdb.ConstraintException):
        close(store, NEXT_DAY, claim("2601.00002"), claim("2601.00001"))
    assert identifiers(store, DAY) == ["2601.00001"]
    assert identifiers(store, NEXT_DAY) == []


def test_two_digests_may_publish_the_same_paper(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    close(store, DAY, claim("2601.00001"), digest="speech")
    assert identifiers(store, DAY) == ["2601.00001"]


def test_what_another_date_claimed_is_not_open(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        later = ledger.open_to(connection, "arxiv", NEXT_DAY, NOW)
        same = ledger.open_to(connection, "arxiv", DAY, NOW)
    assert [(each[0].identifier, each[2]) for each in later] == [("2601.00002", False)]
    assert [(each[0].identifier, each[2]) for each in same] == [("2601.00001", True), ("2601.00002", False)]


def test_a_claim_keeps_its_version_while_an_unclaimed_paper_is_its_newest(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [paper("2601.00001", 2), paper("2601.00002", 2)], NOW)
        papers = ledger.open_to(connection, "arxiv", DAY, NOW)
    assert [each[1].versioned for each in papers] == ["2601.00001v1", "2601.00002v2"]


def test_the_ledger_says_where_every_paper_stands(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    assert found(store, "SELECT identifier, status FROM ledger ORDER BY identifier") == [
        ("2601.00001", "claimed"),
        ("2601.00002", "unclaimed"),
    ]


def test_the_api_describes_a_paper_better_than_a_feed_but_the_licence_stays(store: DigestStore) -> None:
    licence = "http://creativecommons.org/licenses/by/4.0/"
    from_feed = Paper("2601.00001", 1, "Title 1", "An abstract.", ("A.", "Author"), ("cs.SD",), None, licence=licence)
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.FEED, [from_feed], NOW)
        newest = feeds.newest_papers(connection, ["2601.00001"])["2601.00001"]
    assert newest.authors == ("A. Author",)
    assert newest.published_at is not None
    assert newest.licence == licence


# A date made again


def test_a_date_made_again_was_made_when_it_was_and_asked_for_what_it_ever_asked_for(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"), categories=("eess.AS", "cs.SD"))
    close(store, DAY, claim("2601.00001"), categories=("cs.CL", "cs.SD"), now=NOW + ONE_DAY, digest="speech")
    close(store, DAY, claim("2601.00001"), categories=("cs.CL", "cs.SD"), now=NOW + ONE_DAY)
    sql = "SELECT made_at, categories, empty_reason FROM digests WHERE digest = 'arxiv'"
    assert found(store, sql) == [(NOW, ["cs.CL", "cs.SD", "eess.AS"], None)]
    with store.transaction() as connection:
        assert ledger.made(connection, "arxiv") == {DAY: Made(Categories.of(["cs.CL", "cs.SD", "eess.AS"]))}
        assert ledger.made(connection, "speech") == {DAY: Made(Categories.of(["cs.CL", "cs.SD"]))}


def test_a_paper_was_claimed_when_its_date_first_took_it(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    close(store, DAY, claim("2601.00001"), claim("2601.00002"), now=NOW + ONE_DAY)
    assert found(store, "SELECT identifier, claimed_at FROM windowed_papers ORDER BY 1") == [
        ("2601.00001", NOW),
        ("2601.00002", NOW + ONE_DAY),
    ]


def test_what_a_date_lets_go_is_open_to_the_next(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"), claim("2601.00002"))
    assert open_on(store, NEXT_DAY) == []
    close(store, DAY, claim("2601.00001"))
    assert open_on(store, NEXT_DAY) == ["2601.00002"]
    close(store, NEXT_DAY, claim("2601.00002"))
    assert identifiers(store, NEXT_DAY) == ["2601.00002"]


def test_a_date_made_again_says_anew_what_it_passes_on(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"), digest="speech", passed_on=("2601.00002",))
    close(store, DAY - ONE_DAY, passed_on=("2601.00002",), why_empty="no room")
    close(store, DAY, passed_on=("2601.00001", "2601.00002"), why_empty="no room")
    close(store, DAY, claim("2601.00001"), passed_on=("2601.00002",))
    assert found(store, "SELECT * FROM passed_on ORDER BY ALL") == [
        ("arxiv", DAY - ONE_DAY, "2601.00002"),
        ("arxiv", DAY, "2601.00002"),
        ("speech", DAY, "2601.00002"),
    ]
    assert open_on(store, NEXT_DAY) == ["2601.00002"]


# What is known of announcements


def test_an_announcement_is_read_back_as_it_was_recorded(store: DigestStore) -> None:
    held = Announcement(
        "2601.00002", ANNOUNCED, AnnouncementKind.CROSS, KnownBy.FEED, NOW, Source.OAI, ANNOUNCED + ONE_DAY
    )
    with store.transaction() as connection:
        ledger.record_announcements(connection, "arxiv", iter([held]))
        assert ledger.announcements(connection, "arxiv", ["2601.00002", "2601.00003"]) == {"2601.00002": held}
        assert ledger.announcements(connection, "arxiv", ["2601.00001"]) == {"2601.00001": announcement("2601.00001")}
        assert ledger.announcements(connection, "speech", ["2601.00002"]) == {}


def test_an_announcement_recorded_again_neither_opens_what_is_claimed_nor_what_is_open(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        again = [announcement("2601.00001"), announcement("2601.00002"), announcement("2601.00002")]
        ledger.record_announcements(connection, "arxiv", again)
    assert found(store, "SELECT * FROM open_papers") == [("arxiv", "2601.00002")]


def open_between(store: DigestStore, until: datetime, since: datetime | None) -> list[str]:
    with store.transaction() as connection:
        return [each.identifier for each, _, _ in ledger.open_to(connection, "arxiv", DAY, until, since)]


def test_what_is_open_was_announced_before_the_date_ends_and_perhaps_not_before_it_begins(store: DigestStore) -> None:
    moment, both = timedelta(microseconds=1), ["2601.00001", "2601.00002"]
    with store.transaction() as connection:
        ledger.record_announcements(
            connection, "arxiv", [replace(announcement("2601.00002"), latest_at=ANNOUNCED + ONE_DAY)]
        )
    assert open_between(store, ANNOUNCED, None) == []
    assert open_between(store, ANNOUNCED + moment, None) == both
    assert open_between(store, NOW, ANNOUNCED) == both
    assert open_between(store, NOW, ANNOUNCED + moment) == ["2601.00002"]
    assert open_between(store, NOW, ANNOUNCED + ONE_DAY + moment) == []


def test_what_a_date_holds_is_its_own_whenever_it_was_announced(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    assert open_between(store, ANNOUNCED - ONE_DAY, None) == ["2601.00001"]
    assert open_between(store, NOW, ANNOUNCED + ONE_DAY) == ["2601.00001"]


# What is said of a date


def test_a_claim_is_read_back_as_it_was_made(store: DigestStore) -> None:
    taken = claim("2601.00001")
    filtered = replace(
        claim("2601.00002"),
        late=True,
        in_window=False,
        withdrawn=True,
        outcome=Outcome.FILTERED,
        reason=FilterReason.AUTHOR,
    )
    close(store, DAY, taken, filtered)
    with store.transaction() as connection:
        second, first = ledger.claimed_by(connection, "arxiv", DAY)
        assert ledger.kept_by(connection, "arxiv", DAY) == {"2601.00001"}
        assert ledger.kept_by(connection, "speech", DAY) == ledger.kept_by(connection, "arxiv", NEXT_DAY) == frozenset()
    assert first == ClaimedPaper(
        DAY, paper("2601.00001"), announcement("2601.00001"), Outcome.KEPT, None, False, True, False
    )
    assert second == ClaimedPaper(
        DAY,
        paper("2601.00002"),
        announcement("2601.00002"),
        Outcome.FILTERED,
        FilterReason.AUTHOR,
        True,
        False,
        True,
    )


def test_a_date_s_papers_are_in_order_of_submission_those_without_a_time_last(store: DigestStore) -> None:
    late = replace(paper("2601.00003"), published_at=ANNOUNCED - timedelta(hours=11))
    untimed = replace(paper("2601.00004"), published_at=None)
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [late, untimed], NOW)
        ledger.record_announcements(connection, "arxiv", [announcement("2601.00003"), announcement("2601.00004")])
    close(store, DAY, *(claim(f"2601.0000{number}") for number in (4, 1, 3, 2)))
    assert identifiers(store, DAY) == ["2601.00003", "2601.00002", "2601.00001", "2601.00004"]


def test_the_dates_that_were_made_and_why_one_is_empty(store: DigestStore) -> None:
    with store.transaction() as connection:
        assert ledger.span_made(connection, "arxiv") is None
        assert not ledger.is_made(connection, "arxiv", DAY)
    close(store, DAY, claim("2601.00001"))
    close(store, DAY - ONE_DAY, why_empty="a holiday", categories=("eess.AS",))
    close(store, NEXT_DAY + ONE_DAY, claim("2601.00001"), digest="speech")
    sound, empty = Made(Categories.of(["cs.SD"])), Made(Categories.of(["eess.AS"]), is_empty=True)
    with store.transaction() as connection:
        assert ledger.made(connection, "arxiv") == {DAY - ONE_DAY: empty, DAY: sound}
        assert ledger.made(connection, "arxiv", DAY) == {DAY - ONE_DAY: empty, DAY: sound}
        assert ledger.made(connection, "arxiv", DAY - ONE_DAY) == {DAY - ONE_DAY: empty}
        assert ledger.made(connection, "arxiv", among={DAY, NEXT_DAY}) == {DAY: sound}
        assert ledger.made(connection, "arxiv", among=set()) == {}
        assert ledger.span_made(connection, "arxiv") == (DAY - ONE_DAY, DAY)
        asked = (DAY - ONE_DAY, DAY, NEXT_DAY)
        assert [ledger.is_made(connection, "arxiv", day) for day in asked] == [True, True, False]
        assert [ledger.why_empty(connection, "arxiv", day) for day in asked] == ["a holiday", None, None]
        assert ledger.why_empty(connection, "speech", DAY - ONE_DAY) is None


def test_what_rests_on_a_date_that_was_not_made_is_refused(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00001"))
    with store.transaction() as connection:
        ledger.require_made(connection, store, "arxiv", DAY)
        for digest, day in (("arxiv", NEXT_DAY), ("speech", DAY)):
            with pytest.raises(
                NotInStore, match=rf"{re.escape(store.name)} holds no papers for {day}.*digest run {day}"
            ):
                ledger.require_made(connection, store, digest, day)


def test_the_bounds_of_dates_are_the_first_and_the_last_identifier_that_they_hold(store: DigestStore) -> None:
    close(store, DAY, claim("2601.00002"))
    close(store, NEXT_DAY, claim("2601.00001"))
    with store.transaction() as connection:
        first, second = ({"first": f"2601.0000{number}", "last": f"2601.0000{number}"} for number in (1, 2))
        assert ledger.bounds(connection, "arxiv", DAY, DAY) == second
        assert ledger.bounds(connection, "arxiv", NEXT_DAY) == first
        assert ledger.bounds(connection, "arxiv", DAY) == {"first": "2601.00001", "last": "2601.00002"}
        assert ledger.bounds(connection, "speech", DAY) == {"first": None, "last": None}
        assert ledger.of_a_date(connection, "arxiv", DAY) == {"digest": "arxiv", "day": DAY, **second}


# What the digest keeps


@pytest.fixture
def kept(store: DigestStore) -> DigestStore:
    """The first paper on `DAY`, translated; the second on the next date, chosen; a third filtered."""
    with store.transaction() as connection:
        feeds.record_papers(connection, Source.API, [replace(paper("2601.00003"), authors=("Zoe Zephyr",))], NOW)
        ledger.record_announcements(connection, "arxiv", [announcement("2601.00003")])
        translation: dict[str, object] = {
            "digest": "arxiv",
            "digest_date": DAY,
            "identifier": "2601.00001",
            "version": 1,
            "language": "Chinese",
            "status": "done",
            "abstract": "一段 Chinese 摘要",
            "translated_title": "标题一",
            "recorded_at": NOW,
        }
        insert(connection, "translations", [translation, {**translation, "digest": "speech", "translated_title": "别"}])
        ranked: dict[str, object] = {
            "digest": "arxiv",
            "digest_date": NEXT_DAY,
            "interest": "whispers",
            "identifier": "2601.00002",
            "score": 1.0,
            "rank": 1,
            "is_chosen": True,
            "terms": [],
            "own_paper": "",
            "authors": [],
        }
        passed_over = {**ranked, "digest_date": DAY, "identifier": "2601.00001", "is_chosen": False}
        insert(connection, "ranked_papers", [ranked, passed_over, {**ranked, "interest": "bells", "is_chosen": False}])
    close(store, DAY, claim("2601.00001"), replace(claim("2601.00003"), outcome=Outcome.FILTERED))
    close(store, NEXT_DAY, claim("2601.00002"))
    close(store, DAY, claim("2601.00003"), digest="speech")
    return store


ASKED: list[tuple[dict[str, Any], list[str]]] = [
    ({}, ["2601.00002", "2601.00001"]),
    ({"day": DAY}, ["2601.00001"]),
    ({"identifiers": ["2601.00001", "2601.00003"]}, ["2601.00001"]),
    ({"identifiers": []}, []),
    ({"interest": "whispers"}, ["2601.00002"]),
    ({"interest": "bells"}, []),
    ({"words": ["AN ABSTRACT"]}, ["2601.00002", "2601.00001"]),
    ({"words": ["author", "chinese 摘"]}, ["2601.00001"]),
    ({"words": ["标题"]}, ["2601.00001"]),
    ({"words": ["2601.00002"]}, ["2601.00002"]),
    ({"words": ["别"]}, []),
    ({"words": ["title", "no such word"]}, []),
    ({"most": 1}, ["2601.00002"]),
    ({"most": 0}, []),
    ({"day": DAY, "interest": "whispers"}, []),
]


def test_papers_that_the_digest_keeps_are_found_by_each_of_what_is_asked(kept: DigestStore) -> None:
    shown = {"2601.00001": (DAY, "标题一"), "2601.00002": (NEXT_DAY, "")}
    with kept.transaction() as connection:
        found = [(asked, ledger.kept_papers(connection, "arxiv", **asked)) for asked, _ in ASKED]
    assert [(asked, [each.identifier for each, _, _ in papers]) for asked, papers in found] == ASKED
    assert all(shown[each.identifier] == (day, title) for _, papers in found for each, day, title in papers)
