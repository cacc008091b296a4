"""Whether a mailing is there, and the reader's reason for a date without papers."""

from datetime import date, time, timedelta
from zoneinfo import ZoneInfo

from digest_assets.arxiv.calendar import mailing_announced_at
from digest_assets.digests.days import DigestDays
from digest_assets.digests.emptiness import EmptyCause, MailingState, empty_reason, mailing_state
from digest_assets_tests.arxiv.examples import utc

DAYS = DigestDays(ZoneInfo("Asia/Shanghai"), time(8, 50), date(2026, 1, 1))
WEDNESDAY = mailing_announced_at(utc("2026-01-29T01:00"))
THURSDAY_MORNING = date(2026, 1, 29)


def test_before_its_hour_a_mailing_is_not_announced() -> None:
    now = WEDNESDAY.announced_at - timedelta(seconds=1)
    assert mailing_state(WEDNESDAY, [], [], now) is MailingState.NOT_YET


def test_until_something_of_it_is_seen_it_is_not_indexed() -> None:
    now = WEDNESDAY.announced_at + timedelta(hours=2)
    assert mailing_state(WEDNESDAY, [utc("2026-01-28T01:00")], [], now) is MailingState.NOT_INDEXED


def test_once_it_or_a_later_one_is_seen_it_is_searchable() -> None:
    now = WEDNESDAY.announced_at + timedelta(hours=2)
    assert mailing_state(WEDNESDAY, [WEDNESDAY.announced_at], [], now) is MailingState.SEARCHABLE
    assert mailing_state(WEDNESDAY, [], [WEDNESDAY.announced_at], now) is MailingState.SEARCHABLE
    assert mailing_state(WEDNESDAY, [utc("2026-01-30T01:00")], [], now) is MailingState.SEARCHABLE


def test_after_a_day_without_a_sign_nobody_knows_that_it_had_nothing() -> None:
    now = WEDNESDAY.announced_at + timedelta(hours=24)
    assert mailing_state(WEDNESDAY, [], [], now) is MailingState.UNSEEN
    reason = empty_reason(THURSDAY_MORNING, DAYS, now)
    assert (reason.cause, reason.until, reason.cause.is_final) == (EmptyCause.UNSEEN, None, True)
    assert "may have announced nothing that evening" in reason.text


def test_papers_that_came_with_the_next_mailing_say_that_there_was_none() -> None:
    later = [utc("2026-01-30T01:00")]
    reason = empty_reason(THURSDAY_MORNING, DAYS, utc("2026-01-30T06:00"), announced=later, came_later=3)
    assert reason.cause is EmptyCause.NOTHING
    assert "3 papers that were submitted for it came with the next mailing" in reason.text


def test_a_weekend_is_the_reason() -> None:
    reason = empty_reason(date(2026, 1, 31), DAYS, utc("2026-01-31T05:00"))
    assert (reason.cause, reason.until) == (EmptyCause.WEEKEND, None)
    assert "Friday" in reason.text


def test_a_holiday_is_the_reason_by_its_name() -> None:
    reason = empty_reason(date(2026, 11, 27), DAYS, utc("2026-11-27T05:00"))
    assert reason.cause is EmptyCause.HOLIDAY
    assert "Thanksgiving" in reason.text


def test_a_date_whose_mailing_is_to_come_says_when() -> None:
    reason = empty_reason(THURSDAY_MORNING, DAYS, utc("2026-01-29T00:55"))
    assert (reason.cause, reason.until) == (EmptyCause.NOT_YET, utc("2026-01-29T01:00"))
    assert "09:00" in reason.text
    assert not reason.cause.is_final


def test_a_mailing_that_cannot_be_searched_yet_is_the_reason() -> None:
    reason = empty_reason(THURSDAY_MORNING, DAYS, utc("2026-01-29T02:00"))
    assert (reason.cause, reason.until) == (EmptyCause.NOT_INDEXED, utc("2026-01-30T01:00"))


def test_a_searchable_mailing_without_papers_had_nothing_in_the_categories() -> None:
    reason = empty_reason(THURSDAY_MORNING, DAYS, utc("2026-01-29T06:00"), feed_mailings=[utc("2026-01-29T01:00")])
    assert (reason.cause, reason.until) == (EmptyCause.NOTHING, None)
    assert reason.cause.is_final


def test_a_future_weekend_is_known_today() -> None:
    assert empty_reason(date(2027, 1, 2), DAYS, utc("2026-01-29T06:00")).cause is EmptyCause.WEEKEND


def test_every_reason_is_a_sentence() -> None:
    for offset in range(400):
        reason = empty_reason(date(2026, 1, 1) + timedelta(days=offset), DAYS, utc("2026-06-01T06:00"))
        assert reason.text.endswith(".")
        assert reason.text[:-1].strip()
