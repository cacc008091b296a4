"""What a digest leaves out stands in the ledger with its reason."""

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from digest_assets.digests.claims import Candidate, Claim
from digest_assets.digests.filters import Filters
from digest_assets.model import Announcement, AnnouncementKind, FilterReason, KnownBy, Outcome, Paper, Source

NOON = datetime(2026, 1, 27, 12, tzinfo=timezone.utc)
AUDIO = frozenset({"cs.SD", "eess.AS"})
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
