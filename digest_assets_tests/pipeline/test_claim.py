"""What the step that claims works out of arXiv's answers before it asks the rules: pure. The step whole is in
`test_claim_in_store.py`, over weeks in `test_ledger.py`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, time, timedelta, timezone
from typing import Any, Literal
from zoneinfo import ZoneInfo

import pytest

from digest_assets.arxiv.announcements import PreviousFetch
from digest_assets.arxiv.calendar import mailing_for_submission
from digest_assets.arxiv.taxonomy import Categories
from digest_assets.config import DigestSettings, FilterSettings, Settings
from digest_assets.digests.claims import Candidate, Claim
from digest_assets.digests.days import DigestDays
from digest_assets.digests.filters import Filters
from digest_assets.model import (
    Announcement,
    AnnouncementKind,
    FeedEntry,
    FilterReason,
    KnownBy,
    Outcome,
    Paper,
    Source,
)
from digest_assets.pipeline.claim import _came_later, _filters, _home, _is_passed_on, _outline, _previous
from digest_assets.store.feeds import Fetch

SUBMITTED = datetime(2026, 1, 27, 10, tzinfo=timezone.utc)
MAILING = mailing_for_submission(SUBMITTED)
ONE_DAY = timedelta(days=1)
DAYS = DigestDays(ZoneInfo("Asia/Shanghai"), time(8, 50), date(2026, 1, 1))


def paper(number: int = 1, published_at: datetime | None = SUBMITTED) -> Paper:
    return Paper(f"2601.0000{number}", 1, "Title", "An abstract.", ("A. Author",), ("cs.SD",), published_at)


def announcement(number: int = 1, later: timedelta = timedelta(0), by: KnownBy = KnownBy.FEED) -> Announcement:
    at = MAILING.announced_at + later
    return Announcement(f"2601.0000{number}", at, AnnouncementKind.NEW, by, at, Source.FEED)


def came_later(papers: Sequence[Paper], *announcements: Announcement) -> int:
    entries = [FeedEntry(Source.API, each, "") for each in papers]
    return _came_later(MAILING, entries, {each.identifier: each for each in announcements})


def test_papers_of_a_mailing_that_all_came_with_a_later_one_are_counted() -> None:
    two = [paper(1), paper(2)]
    both = announcement(1, ONE_DAY), announcement(2, 2 * ONE_DAY)
    assert came_later(two, *both) == 2
    assert came_later([paper(1), paper(1)], both[0]) == 1, "one paper, told of twice"
    assert came_later([*two, paper(3)], *both) == 2, "of the third nothing is known"
    assert _came_later(None, [], {}) == 0


@pytest.mark.parametrize(
    "other", [announcement(2), announcement(2, ONE_DAY, KnownBy.INFERRED), announcement(2, -ONE_DAY)]
)
def test_where_one_is_or_may_be_in_the_mailing_itself_none_came_later(other: Announcement) -> None:
    assert came_later([paper(1), paper(2)], announcement(1, ONE_DAY), other) == 0


def test_papers_of_other_mailings_and_without_a_time_say_nothing_of_one() -> None:
    others = [paper(2, SUBMITTED - ONE_DAY), paper(3, None)]
    assert came_later([paper(1), *others], announcement(1, ONE_DAY), announcement(2), announcement(3)) == 1
    assert came_later(others, announcement(2, ONE_DAY), announcement(3, ONE_DAY)) == 0


def test_the_fetch_before_tells_what_was_asked_for_and_shown_where_both_are_known() -> None:
    start, newest = SUBMITTED - ONE_DAY, MAILING.announced_at
    fetch = Fetch(Source.API, "cs.SD", "", SUBMITTED, 3, start, SUBMITTED, newest)
    assert _previous(fetch) == PreviousFetch(SUBMITTED, start, newest)
    since = start + timedelta(hours=1)
    assert _previous(replace(fetch, since=since)) == PreviousFetch(SUBMITTED, since, newest)
    for lacking in (None, replace(fetch, window_start=None), replace(fetch, newest_mailing_at=None)):
        assert _previous(lacking) is None


def test_a_paper_s_home_is_the_date_of_its_mailing_or_of_its_submission_as_the_digest_is() -> None:
    of_feed = paper(1, None)
    held = announcement(1, ONE_DAY)
    assert _home(held, paper(), DAYS, by_submission=False) == date(2026, 1, 29)
    assert _home(held, paper(), DAYS, by_submission=True) == DAYS.date_submitted(SUBMITTED) == date(2026, 1, 28)
    assert _home(held, of_feed, DAYS, by_submission=True) == date(2026, 1, 29), "its mailing stands for it"


def settings(capped: Literal["drop", "offer"] = "drop", old_cross_lists: bool = True, **filters: Any) -> Settings:
    """Those of a digest that nobody has set up, but for its filters."""
    digest = DigestSettings(categories=("cs.SD",), old_cross_lists=old_cross_lists)
    return Settings.model_construct(digest=digest, filters=FilterSettings(capped=capped, **filters))


def test_the_settings_of_filters_are_those_that_are_applied() -> None:
    categories = Categories.of(["cs.SD"])
    assert _filters(settings()) == Filters(categories)
    words: dict[str, Any] = {
        "include_keywords": ("rain",),
        "exclude_keywords": ("hail",),
        "include_authors": ("Mo",),
        "exclude_authors": ("Quill",),
    }
    changed = settings(primary_only=True, cap=3, old_cross_lists=False, **words)
    assert _filters(changed) == Filters(categories, True, cap=3, old_cross_lists=False, **words)


@pytest.mark.parametrize(
    ("reason", "capped", "is_passed_on"),
    [
        (FilterReason.CAP, "offer", True),
        (FilterReason.CAP, "drop", False),
        (FilterReason.KEYWORD, "offer", False),
        (None, "offer", False),
    ],
)
def test_only_what_a_cap_left_out_is_passed_on(
    reason: FilterReason | None, capped: Literal["drop", "offer"], is_passed_on: bool
) -> None:
    candidate = Candidate(announcement(), paper(), date(2026, 1, 28), False, None)
    outcome = Outcome.KEPT if reason is None else Outcome.FILTERED
    claim = Claim(candidate, late=False, in_window=True, withdrawn=False, outcome=outcome, reason=reason)
    assert _is_passed_on(claim, settings(capped)) is is_passed_on


def test_an_outline_has_all_that_announcements_are_told_by_and_no_text() -> None:
    whole = replace(paper(), updated_at=SUBMITTED + ONE_DAY, comment="5 pages", journal_ref="J. Rain 1", doi="10.1/x")
    entry = FeedEntry(Source.FEED, whole, "<item/>", AnnouncementKind.CROSS, MAILING.announced_at)
    without_texts = replace(whole, title="", abstract="", authors=(), comment=None)
    assert _outline(entry) == FeedEntry(Source.FEED, without_texts, "", AnnouncementKind.CROSS, MAILING.announced_at)
