"""One announcement per paper, from the most trusted witness, and never moved by a less trusted one."""

import time
from datetime import datetime, timedelta

import pytest

from digest_assets.arxiv.announcements import PreviousFetch, kind_in, resolve_announcements
from digest_assets.model import Announcement, AnnouncementKind, FeedEntry, KnownBy, Paper, Source
from digest_assets_tests.arxiv.examples import paper, utc

CATEGORIES = ("cs.SD", "eess.AS")
TUESDAY, WEDNESDAY, THURSDAY = utc("2026-01-28T01:00"), utc("2026-01-29T01:00"), utc("2026-01-30T01:00")
NEW, CROSS, REPLACE = AnnouncementKind.NEW, AnnouncementKind.CROSS, AnnouncementKind.REPLACE
WEDNESDAY_FETCH = WEDNESDAY + timedelta(hours=3)
PREVIOUS = PreviousFetch(TUESDAY + timedelta(hours=3), utc("2025-12-14T00:00"), TUESDAY)

ordinary = paper("2601.00200", "2026-01-28T12:00")  # Wednesday's by its time
held = paper("2601.00150", "2026-01-20T12:00")  # Wednesday's by its identifier
before = paper("2601.00100", "2026-01-27T12:00")  # Tuesday's


def searched(*papers: Paper) -> list[FeedEntry]:
    return [FeedEntry(Source.API, each, "<entry/>") for each in papers]


def fed(each: Paper, kind: AnnouncementKind = NEW, announced_at: datetime = WEDNESDAY) -> FeedEntry:
    return FeedEntry(Source.FEED, each, "<item/>", kind, announced_at)


def known(
    each: Paper, at: datetime, by: KnownBy, seen: datetime = TUESDAY, kind: AnnouncementKind = NEW
) -> Announcement:
    return Announcement(each.identifier, at, kind, by, seen, Source.API)


def resolve(
    entries: list[FeedEntry],
    *ledger: Announcement,
    at: datetime = WEDNESDAY_FETCH,
    previous: PreviousFetch | None = None,
    by_oai: dict[str, datetime] | None = None,
) -> dict[str, Announcement]:
    return resolve_announcements(
        entries,
        known={each.identifier: each for each in ledger},
        categories=CATEGORIES,
        fetched_at=at,
        previous=previous,
        by_oai=by_oai,
    )


def test_the_feed_is_believed_first() -> None:
    entries = [*searched(ordinary), fed(ordinary, CROSS, THURSDAY)]
    announcement = resolve(entries, at=THURSDAY + timedelta(hours=5))[ordinary.identifier]
    assert (announcement.announced_at, announcement.kind) == (THURSDAY, CROSS)
    assert announcement.known_by is KnownBy.FEED


def test_without_any_other_witness_it_is_inferred() -> None:
    announcement = resolve(searched(before, held, ordinary))[held.identifier]
    assert (announcement.announced_at, announcement.known_by) == (WEDNESDAY, KnownBy.INFERRED)
    assert (announcement.first_seen_at, announcement.first_seen_by) == (WEDNESDAY_FETCH, Source.API)
    assert announcement.kind is NEW


def test_nothing_is_inferred_to_be_of_a_mailing_after_the_fetch_that_showed_it() -> None:
    found = resolve(searched(before, paper("2601.00101", "2026-01-20T12:00")), at=TUESDAY + timedelta(hours=3))
    assert {each.announced_at for each in found.values()} == {TUESDAY}


def test_a_paper_that_the_previous_fetch_did_not_show_was_announced_in_between() -> None:
    found = resolve(searched(before, held, ordinary), known(before, TUESDAY, KnownBy.FEED), previous=PREVIOUS)
    for each in (held, ordinary):
        assert found[each.identifier].announced_at == WEDNESDAY
        assert found[each.identifier].known_by is KnownBy.FIRST_SEEN


def test_a_stale_index_gives_no_first_sight() -> None:
    """The previous fetch was on Wednesday's night but showed Monday's mailing: two mailings lie in between."""
    stale = PreviousFetch(TUESDAY + timedelta(hours=3), utc("2025-12-14T00:00"), utc("2026-01-27T01:00"))
    found = resolve(searched(before, held, ordinary), previous=stale)
    assert {each.known_by for each in found.values()} == {KnownBy.INFERRED}
    assert found[before.identifier].announced_at == TUESDAY
    assert resolve(searched(before), previous=stale)[before.identifier].known_by is KnownBy.INFERRED


def test_a_mailing_that_this_fetch_does_not_show_yet_gives_no_first_sight() -> None:
    """Nothing here need be of Wednesday's mailing: the paper has only trickled in late."""
    trickled = paper("2601.00099", "2026-01-27T11:00")
    found = resolve(searched(before, trickled), known(before, TUESDAY, KnownBy.FEED), previous=PREVIOUS)
    announcement = found[trickled.identifier]
    assert (announcement.announced_at, announcement.known_by) == (TUESDAY, KnownBy.INFERRED)


def test_a_new_paper_with_an_older_identifier_than_one_displayed_has_only_trickled_in() -> None:
    trickled = paper("2601.00099", "2026-01-27T11:00")
    entries = searched(before, trickled, ordinary)
    found = resolve(entries, known(before, TUESDAY, KnownBy.FEED), previous=PREVIOUS)
    assert found[trickled.identifier].announced_at == TUESDAY
    assert found[ordinary.identifier].known_by is KnownBy.FIRST_SEEN


def test_a_late_cross_list_is_dated_by_its_first_sight() -> None:
    crossed = paper("2601.00010", "2026-01-12T11:00", categories=("cs.CL", "cs.SD"))
    entries = searched(crossed, before, ordinary)
    found = resolve(entries, known(before, TUESDAY, KnownBy.FEED), previous=PREVIOUS)[crossed.identifier]
    assert (found.announced_at, found.kind, found.known_by) == (WEDNESDAY, CROSS, KnownBy.FIRST_SEEN)


def test_a_paper_outside_the_window_of_the_previous_fetch_is_no_first_sight() -> None:
    narrow = PreviousFetch(PREVIOUS.fetched_at, utc("2026-01-26T00:00"), TUESDAY)
    found = resolve(searched(before, held, ordinary), known(before, TUESDAY, KnownBy.FEED), previous=narrow)
    assert found[held.identifier].known_by is KnownBy.INFERRED
    assert found[ordinary.identifier].known_by is KnownBy.FIRST_SEEN


def test_a_clock_that_went_backwards_gives_no_first_sight() -> None:
    later = PreviousFetch(WEDNESDAY_FETCH + timedelta(hours=1), utc("2025-12-14T00:00"), TUESDAY)
    found = resolve(searched(ordinary), previous=later)
    assert found[ordinary.identifier].known_by is KnownBy.INFERRED


def test_oai_is_believed_before_first_sight_and_after_the_feed() -> None:
    entries = searched(before, ordinary)
    found = resolve(entries, previous=PREVIOUS, by_oai={ordinary.identifier: WEDNESDAY})
    assert found[ordinary.identifier].known_by is KnownBy.OAI
    found = resolve([*entries, fed(ordinary)], by_oai={ordinary.identifier: THURSDAY})
    assert (found[ordinary.identifier].announced_at, found[ordinary.identifier].known_by) == (WEDNESDAY, KnownBy.FEED)


@pytest.mark.parametrize("by", [KnownBy.OAI, KnownBy.FIRST_SEEN, KnownBy.INFERRED])
def test_a_more_trusted_witness_replaces_a_less_trusted_one_and_keeps_the_first_sight(by: KnownBy) -> None:
    ledger = known(ordinary, TUESDAY, by, seen=WEDNESDAY + timedelta(hours=1))
    found = resolve([*searched(ordinary), fed(ordinary)], ledger)[ordinary.identifier]
    assert (found.announced_at, found.known_by) == (WEDNESDAY, KnownBy.FEED)
    assert (found.first_seen_at, found.first_seen_by) == (ledger.first_seen_at, Source.API)


@pytest.mark.parametrize("by", list(KnownBy))
def test_a_less_or_equally_trusted_witness_changes_nothing(by: KnownBy) -> None:
    ledger = known(ordinary, THURSDAY, by)
    previous = PREVIOUS if by in (KnownBy.FEED, KnownBy.OAI) else None
    assert resolve(searched(before, ordinary), ledger, previous=previous)[ordinary.identifier] == ledger


def test_a_second_cross_listing_does_not_move_a_paper_that_was_visible_before() -> None:
    ledger = known(before, TUESDAY, KnownBy.INFERRED, seen=TUESDAY + timedelta(hours=3))
    entries = [*searched(before), fed(before, CROSS, THURSDAY)]
    assert resolve(entries, ledger, at=THURSDAY + timedelta(hours=5))[before.identifier] == ledger


def test_an_index_that_is_some_minutes_early_does_not_discredit_the_feed() -> None:
    ledger = known(ordinary, WEDNESDAY, KnownBy.INFERRED, seen=WEDNESDAY - timedelta(minutes=5))
    found = resolve([fed(ordinary)], ledger)[ordinary.identifier]
    assert found.known_by is KnownBy.FEED


def test_a_replacement_announces_no_paper() -> None:
    second = paper("2601.00100", "2026-01-27T12:00", version=2)
    found = resolve([fed(second, REPLACE), fed(ordinary)])
    assert found.keys() == {ordinary.identifier}


def test_what_is_known_anchors_what_is_inferred() -> None:
    other = paper("2601.00151", "2026-01-20T13:00")
    entries = searched(held, other)
    found = resolve(entries, known(held, WEDNESDAY, KnownBy.FEED))[other.identifier]
    assert (found.announced_at, found.known_by) == (WEDNESDAY, KnownBy.INFERRED)


def test_a_cross_list_anchors_nothing_because_its_identifier_may_be_old() -> None:
    crossed = paper("2601.00010", "2026-01-12T11:00", categories=("cs.CL", "cs.SD"))
    after = paper("2601.00011", "2026-01-12T12:00")
    found = resolve([*searched(crossed, after), fed(crossed, CROSS)])
    assert found[crossed.identifier].announced_at == WEDNESDAY
    assert found[after.identifier].announced_at == utc("2026-01-13T01:00")


def test_the_kind_of_a_searched_paper_is_told_by_its_primary_category() -> None:
    assert kind_in(paper(categories=("eess.AS", "cs.CL")), CATEGORIES) is NEW
    assert kind_in(paper(categories=("cs.CL", "cs.SD")), CATEGORIES) is CROSS


def test_a_searched_paper_without_submission_time_is_of_its_neighbours_mailing() -> None:
    undated = paper("2601.00201", None)
    found = resolve(searched(before, ordinary, undated))
    assert found[undated.identifier].announced_at == found[ordinary.identifier].announced_at == WEDNESDAY
    assert resolve(searched(undated))[undated.identifier].announced_at == WEDNESDAY


def test_a_neighbour_is_of_the_same_month_the_one_before_if_there_is_one() -> None:
    def mailing(number: int, *others: Paper, month: str = "2601") -> datetime:
        undated = paper(f"{month}.{number:05}", None)
        return resolve(searched(*others, undated))[undated.identifier].announced_at

    assert mailing(150, before, ordinary) == TUESDAY
    assert mailing(99, before, ordinary) == TUESDAY
    assert mailing(300, before, ordinary) == WEDNESDAY
    december = paper("2512.00100", "2025-12-16T12:00")
    assert mailing(1, december) == WEDNESDAY
    assert mailing(101, december, month="2512") == utc("2025-12-17T01:00")
    assert mailing(1, december, ordinary) == WEDNESDAY


def test_the_earliest_of_several_feeds_that_a_paper_was_not_seen_before_announces_it() -> None:
    late = WEDNESDAY + timedelta(days=2)
    for entries in ([fed(ordinary), fed(ordinary, CROSS, late)], [fed(ordinary, CROSS, late), fed(ordinary)]):
        found = resolve(entries, at=late)[ordinary.identifier]
        assert (found.announced_at, found.kind) == (WEDNESDAY, NEW)


def test_a_feed_announces_what_was_seen_less_than_an_hour_before_it() -> None:
    hour, moment = timedelta(hours=1), timedelta(microseconds=1)
    for seen, by in ((WEDNESDAY - hour, KnownBy.INFERRED), (WEDNESDAY - hour + moment, KnownBy.FEED)):
        ledger = known(ordinary, WEDNESDAY, KnownBy.INFERRED, seen=seen)
        assert resolve([fed(ordinary)], ledger)[ordinary.identifier].known_by is by


def test_a_feed_entry_without_a_kind_or_a_date_announces_nothing() -> None:
    for entry in (
        FeedEntry(Source.FEED, ordinary, "<item/>", None, WEDNESDAY),
        FeedEntry(Source.FEED, ordinary, "<item/>", NEW, None),
    ):
        found = resolve([entry, fed(before, announced_at=TUESDAY)])
        assert found.keys() == {before.identifier}


def test_the_window_of_the_previous_fetch_holds_its_first_instant() -> None:
    assert held.published_at is not None
    for start, by in (
        (held.published_at, KnownBy.FIRST_SEEN),
        (held.published_at + timedelta(seconds=1), KnownBy.INFERRED),
    ):
        previous = PreviousFetch(PREVIOUS.fetched_at, start, TUESDAY)
        found = resolve(searched(before, held, ordinary), known(before, TUESDAY, KnownBy.FEED), previous=previous)
        assert found[held.identifier].known_by is by


def test_two_fetches_at_one_instant_have_nothing_between_them() -> None:
    same = PreviousFetch(WEDNESDAY_FETCH, utc("2025-12-14T00:00"), TUESDAY)
    assert resolve(searched(ordinary), previous=same)[ordinary.identifier].known_by is KnownBy.INFERRED


def test_a_known_paper_that_this_fetch_does_not_show_is_no_measure_of_what_was_displayed() -> None:
    trickled = paper("2601.00099", "2026-01-27T11:00")
    ledger = known(before, TUESDAY, KnownBy.FEED)
    found = resolve(searched(trickled, ordinary), ledger, previous=PREVIOUS)
    assert found.keys() == {trickled.identifier, ordinary.identifier}
    assert found[trickled.identifier].known_by is KnownBy.FIRST_SEEN


def test_what_was_known_of_a_later_mailing_was_not_displayed_before() -> None:
    later = paper("2601.00300", "2026-01-28T13:00")
    found = resolve(searched(ordinary, later), known(later, WEDNESDAY, KnownBy.FEED), previous=PREVIOUS)
    assert found[ordinary.identifier].known_by is KnownBy.FIRST_SEEN


def test_what_oai_tells_has_its_kind_and_its_first_sight_and_is_no_news_of_papers_not_shown() -> None:
    crossed = paper("2601.00010", "2026-01-12T11:00", categories=("cs.CL", "cs.SD"))
    found = resolve(searched(crossed), by_oai={crossed.identifier: WEDNESDAY, "2601.09999": WEDNESDAY})
    assert found == {
        crossed.identifier: Announcement(crossed.identifier, WEDNESDAY, CROSS, KnownBy.OAI, WEDNESDAY_FETCH, Source.API)
    }


def test_a_held_paper_has_the_last_mailing_that_it_may_have_been_in() -> None:
    found = resolve(searched(before, held), at=THURSDAY + timedelta(hours=3))
    assert found[held.identifier].announced_at == WEDNESDAY
    assert found[held.identifier].latest_at == THURSDAY
    assert found[before.identifier].latest_at is None


def test_several_sources_give_one_announcement() -> None:
    second = paper("2601.00200", "2026-01-28T12:00", version=2)
    found = resolve([*searched(ordinary, second), fed(ordinary), fed(second, REPLACE, THURSDAY)], at=THURSDAY)
    assert found.keys() == {ordinary.identifier}
    assert found[ordinary.identifier].announced_at == WEDNESDAY


def test_resolving_again_with_what_came_out_changes_nothing() -> None:
    entries = [*searched(before, held, ordinary), fed(ordinary)]
    first = resolve(entries, previous=PREVIOUS)
    again = resolve(entries, *first.values(), at=THURSDAY + timedelta(hours=3), previous=PREVIOUS)
    assert again == first


def test_two_thousand_entries_are_resolved_quickly() -> None:
    start = utc("2025-12-15T00:00")
    papers = [
        paper(f"{(start + timedelta(minutes=32 * n)):%y%m}.{n:05}", start + timedelta(minutes=32 * n))
        for n in range(1, 2001)
    ]
    entries = searched(*papers)
    began = time.process_time()
    resolve(entries, at=utc("2026-01-30T03:00"))
    assert time.process_time() - began < 1
