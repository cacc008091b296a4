"""A feed's date is believed where its papers agree."""

from datetime import datetime, timedelta

import pytest

from digest_assets.arxiv.feed_trust import FeedWord, word_of
from digest_assets.model import Announcement, AnnouncementKind, FeedEntry, KnownBy, Paper, Source
from digest_assets_tests.arxiv.examples import paper, utc

TUESDAY, WEDNESDAY = utc("2026-01-28T01:00"), utc("2026-01-29T01:00")
TUESDAYS = [paper(f"2601.001{number:02}", f"2026-01-27T{number:02}:00") for number in range(10, 14)]
WEDNESDAYS = [paper(f"2601.002{number:02}", f"2026-01-28T{number:02}:00") for number in range(10, 14)]
HELD = paper("2601.00209", "2026-01-20T12:00")
OLD = paper("2303.00001", "2023-03-01T12:00")


def word(
    shown: list[Paper],
    *,
    searched: list[Paper],
    seen: list[Paper] | None = None,
    index: bool = False,
    kind: AnnouncementKind = AnnouncementKind.NEW,
    known_by: KnownBy = KnownBy.FEED,
    after: timedelta = timedelta(hours=5),
    at: datetime = TUESDAY,
) -> FeedWord:
    known = {
        each.identifier: Announcement(each.identifier, at, AnnouncementKind.NEW, known_by, TUESDAY + after, Source.FEED)
        for each in seen or ()
    }
    return word_of(
        [FeedEntry(Source.FEED, each, "", kind, WEDNESDAY) for each in shown],
        WEDNESDAY,
        known=known,
        searched={each.identifier: each for each in searched},
        index_shows_it=index,
    )


def test_papers_that_were_submitted_for_the_mailing_confirm_it() -> None:
    assert word([HELD, *WEDNESDAYS], searched=[*TUESDAYS, HELD, *WEDNESDAYS]) == FeedWord(WEDNESDAY)


def test_new_identifiers_confirm_it_while_the_search_lags() -> None:
    assert word(WEDNESDAYS, searched=TUESDAYS, seen=TUESDAYS) == FeedWord(WEDNESDAY)


def test_the_papers_of_the_day_before_are_that_mailing_s_also_on_a_first_run() -> None:
    for seen in ([], TUESDAYS):
        said = word(TUESDAYS, searched=TUESDAYS, seen=seen)
        assert said.mailing == TUESDAY
        assert "still shows the mailing of 2026-01-28" in said.told


@pytest.mark.parametrize(("count", "mailing"), [(4, TUESDAY), (1, None)])
@pytest.mark.parametrize("known_by", [KnownBy.FEED, KnownBy.INFERRED])
def test_what_a_first_question_about_a_feed_told_of_its_papers_is_no_news_to_the_second(
    count: int, mailing: datetime | None, known_by: KnownBy
) -> None:
    shown = TUESDAYS[:count]
    asked_today = timedelta(hours=29)
    assert word(shown, searched=shown).mailing == mailing
    assert word(shown, searched=shown, seen=shown, known_by=known_by, after=asked_today).mailing == mailing


def test_one_held_paper_is_a_mailing_of_its_own() -> None:
    assert word([HELD], searched=[*TUESDAYS, HELD]) == FeedWord(WEDNESDAY)


def test_one_paper_that_may_be_of_either_mailing_settles_nothing() -> None:
    said = word(TUESDAYS[:1], searched=TUESDAYS[:1])
    assert said.mailing is None
    assert "may still show" in said.told


def test_cross_lists_of_old_papers_are_believed() -> None:
    assert word([OLD], searched=[*TUESDAYS, OLD], kind=AnnouncementKind.CROSS) == FeedWord(WEDNESDAY)


def test_an_empty_feed_is_believed_where_the_search_shows_the_mailing_in_other_fields() -> None:
    assert word([], searched=TUESDAYS, index=True) == FeedWord(WEDNESDAY)
    assert word(TUESDAYS, searched=TUESDAYS, index=True, kind=AnnouncementKind.REPLACE) == FeedWord(WEDNESDAY)


def test_an_empty_feed_settles_nothing_while_the_search_lags() -> None:
    said = word([], searched=TUESDAYS)
    assert (said.mailing, "does not show" in said.told) == (None, True)


def test_an_empty_feed_is_wrong_where_the_search_shows_its_papers() -> None:
    said = word([], searched=WEDNESDAYS, index=True)
    assert (said.mailing, "though the search shows" in said.told) == (None, True)


@pytest.mark.parametrize(("known_by", "mailing"), [(KnownBy.FEED, WEDNESDAY), (KnownBy.INFERRED, TUESDAY)])
def test_a_paper_that_is_known_to_be_of_the_mailing_confirms_it_and_one_that_is_inferred_to_be_does_not(
    known_by: KnownBy, mailing: datetime
) -> None:
    today = timedelta(hours=29)
    said = word(TUESDAYS, searched=TUESDAYS, seen=TUESDAYS[:1], known_by=known_by, after=today, at=WEDNESDAY)
    assert said.mailing == mailing


def test_a_feed_is_believed_where_nothing_else_is_known() -> None:
    assert word(TUESDAYS, searched=[]) == FeedWord(WEDNESDAY)
    assert word([HELD], searched=[]) == FeedWord(WEDNESDAY)


def test_a_feed_that_lacks_more_than_a_fifth_of_the_mailing_before_is_not_that_one_s() -> None:
    five = [*TUESDAYS, paper("2601.00114", "2026-01-27T14:00")]
    assert word(five[1:], searched=five).mailing == TUESDAY, "a fifth may have been held"
    assert word(five[2:], searched=five).mailing == WEDNESDAY


def test_one_paper_that_was_seen_on_the_day_before_settles_it() -> None:
    said = word(TUESDAYS[:1], searched=TUESDAYS[:1], seen=TUESDAYS[:1])
    assert said == FeedWord(TUESDAY, "The feed still shows the mailing of 2026-01-28 01:00 UTC.")


@pytest.mark.parametrize(("before", "mailing"), [(61, TUESDAY), (60, None)])
def test_what_is_seen_within_the_hour_before_a_mailing_may_be_of_it(before: int, mailing: datetime | None) -> None:
    """An index may show a mailing shortly before its hour, and clocks differ."""
    shown = TUESDAYS[:1]
    said = word(shown, searched=shown, seen=shown, after=timedelta(days=1) - timedelta(minutes=before))
    assert said.mailing == mailing


@pytest.mark.parametrize(("submitted", "mailing"), [("2026-01-22T13:00", None), ("2026-01-21T13:00", WEDNESDAY)])
def test_a_feed_may_be_late_over_holidays_and_not_by_a_week(submitted: str, mailing: datetime | None) -> None:
    shown = [paper("2601.00050", submitted)]
    assert word(shown, searched=[*TUESDAYS, *shown]).mailing == mailing


def test_what_a_feed_is_not_believed_for_is_told_with_its_date() -> None:
    assert (
        word([], searched=WEDNESDAYS).told == "The feed dated 2026-01-29 is empty, though the search shows its papers."
    )
    told = "The feed is empty, and arXiv's search does not show that mailing in any field yet."
    assert word([], searched=TUESDAYS).told == told
    one = TUESDAYS[:1]
    assert word(one, searched=one).told == "The feed may still show the mailing of 2026-01-28 01:00 UTC."


def test_an_old_paper_that_is_known_and_cross_listed_once_more_is_of_the_feed_s_own_mailing() -> None:
    """A digest of few papers has days on which a feed shows nothing else."""
    spring = timedelta(days=-250)
    said = word([OLD], searched=TUESDAYS, seen=[OLD], kind=AnnouncementKind.CROSS, at=TUESDAY + spring, after=spring)
    assert said == FeedWord(WEDNESDAY)


def test_one_paper_of_its_own_makes_a_feed_that_of_its_date_whatever_else_it_shows() -> None:
    shown = [*TUESDAYS, WEDNESDAYS[0]]
    assert word(shown, searched=shown) == FeedWord(WEDNESDAY), "submitted for it"
    assert word(shown, searched=TUESDAYS) == FeedWord(WEDNESDAY), "its number is beyond all that were shown"
    late = paper("2601.00101", "2026-01-27T05:00")
    assert word([*TUESDAYS, late], searched=TUESDAYS).mailing == TUESDAY, "its number is not"


def test_two_papers_of_the_day_before_settle_it() -> None:
    assert word(TUESDAYS[:2], searched=TUESDAYS[:2]).mailing == TUESDAY


def test_papers_that_are_known_to_be_of_the_day_before_speak_against_a_feed_also_where_the_search_is_silent() -> None:
    said = word(TUESDAYS, searched=[], seen=TUESDAYS, after=timedelta(hours=29))
    assert said == FeedWord(None, "The feed may still show the mailing of 2026-01-28 01:00 UTC.")
