"""What a digest leaves out stands in the ledger with its reason."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from digest_assets.arxiv.taxonomy import Categories
from digest_assets.digests.claims import Candidate, Claim
from digest_assets.digests.filters import Filters
from digest_assets.model import Announcement, AnnouncementKind, FilterReason, KnownBy, Outcome, Paper, Source

NOON = datetime(2026, 1, 27, 12, tzinfo=timezone.utc)
AUDIO = Categories.of(["cs.SD", "eess.AS"])
PAPER = Paper(
    "2601.00001", 1, "Singing Voices", "We sing of WHISPERS.", ("Ada Example", "Bo Sample"), ("cs.CL", "cs.SD"), NOON
)


@pytest.mark.parametrize(
    ("filters", "reason"),
    [
        (Filters(AUDIO), None),
        (Filters(AUDIO, primary_only=True), FilterReason.CATEGORY),
        (Filters(AUDIO, exclude_keywords=("whisper",)), FilterReason.KEYWORD),
        (Filters(AUDIO, include_keywords=("whisper",)), None),
        (Filters(AUDIO, include_keywords=("codec",)), FilterReason.KEYWORD),
        (Filters(AUDIO, exclude_authors=("bo sample",)), FilterReason.AUTHOR),
        (Filters(AUDIO, include_authors=("Cy Nobody",)), FilterReason.AUTHOR),
        (Filters(AUDIO, include_keywords=("codec",), include_authors=("ada",)), None),
    ],
)
def test_a_paper_is_left_out_for_a_reason(filters: Filters, reason: FilterReason | None) -> None:
    assert filters.reason_against(PAPER) == reason


def claim(number: int) -> Claim:
    identifier = f"2601.0000{number}"
    paper = replace(PAPER, identifier=identifier, published_at=NOON + timedelta(hours=number))
    announcement = Announcement(identifier, NOON, AnnouncementKind.NEW, KnownBy.FEED, NOON, Source.FEED)
    return Claim(Candidate(announcement, paper, date(2026, 1, 28), False), False, True, False)


def test_the_cap_keeps_the_newest_and_records_the_rest() -> None:
    outcomes = Filters(AUDIO, cap=2).applied([claim(1), claim(2), claim(3)])
    assert [(each.candidate.paper.identifier[-1], each.outcome, each.reason) for each in outcomes] == [
        ("1", Outcome.FILTERED, FilterReason.CAP),
        ("2", Outcome.KEPT, None),
        ("3", Outcome.KEPT, None),
    ]


def test_what_a_filter_dropped_takes_no_place_under_the_cap() -> None:
    filters = Filters(AUDIO, cap=1, exclude_authors=("ada",))
    assert {each.reason for each in filters.applied([claim(1), claim(2)])} == {FilterReason.AUTHOR}


def cross_list(age_days: int, kind: AnnouncementKind = AnnouncementKind.CROSS) -> Claim:
    """A paper that was submitted so many days before the mailing that cross-lists it."""
    one = claim(1)
    paper = replace(one.candidate.paper, published_at=NOON - timedelta(days=age_days))
    announcement = replace(one.candidate.announcement, kind=kind)
    return replace(one, candidate=replace(one.candidate, paper=paper, announcement=announcement))


@pytest.mark.parametrize(
    ("filters", "crossed", "reason"),
    [
        (Filters(AUDIO, old_cross_lists=False), cross_list(400), FilterReason.OLD_CROSS_LIST),
        (Filters(AUDIO, old_cross_lists=False), cross_list(3), None),
        (Filters(AUDIO, old_cross_lists=False), cross_list(400, AnnouncementKind.NEW), None),
        (Filters(AUDIO, old_cross_lists=True), cross_list(400), None),
        (Filters(AUDIO, old_cross_lists=False, exclude_authors=("ada",)), cross_list(400), FilterReason.AUTHOR),
    ],
)
def test_an_old_cross_list_is_left_out_where_the_settings_say_so(
    filters: Filters, crossed: Claim, reason: FilterReason | None
) -> None:
    assert [each.reason for each in filters.applied([crossed])] == [reason]


def test_a_cap_that_is_just_reached_leaves_nothing_out_and_none_is_no_cap() -> None:
    three = [claim(1), claim(2), claim(3)]
    for filters in (Filters(AUDIO, cap=3), Filters(AUDIO)):
        assert [each.reason for each in filters.applied(three)] == [None] * 3


def test_a_name_is_found_within_one_author_and_not_across_two() -> None:
    assert Filters(AUDIO, exclude_authors=("example\nbo",)).reason_against(PAPER) is FilterReason.AUTHOR
    assert Filters(AUDIO, exclude_authors=("example bo",)).reason_against(PAPER) is None


@pytest.mark.parametrize(
    ("asked", "primary"),
    [
        ("cs.SY", "eess.SY"),
        ("math.MP", "math-ph"),
        ("stat.TH", "math.ST"),
        ("astro-ph", "astro-ph.GA"),
        ("cs.sd", "cs.SD"),
    ],
)
def test_primary_only_knows_aliases_archives_and_any_case(asked: str, primary: str) -> None:
    filters = Filters(Categories.of([asked]), primary_only=True)
    assert filters.reason_against(replace(PAPER, categories=(primary, "cs.CL"))) is None
    assert filters.reason_against(replace(PAPER, categories=("hep-th", primary))) is FilterReason.CATEGORY
