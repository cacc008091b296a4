"""What a machine that was off for a while makes up for."""

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

from digest_assets.digests.days import DigestDays
from digest_assets.digests.due import due_dates, mailing_of

DAYS = DigestDays(ZoneInfo("Asia/Shanghai"), time(8, 50), date(2026, 1, 1))
FRIDAY_NOON = datetime(2026, 1, 30, 4, 30, tzinfo=timezone.utc)


def january(*days: int) -> list[date]:
    return [date(2026, 1, day) for day in days]


def test_a_new_store_begins_with_the_newest_digest() -> None:
    assert due_dates(DAYS, FRIDAY_NOON, made=[]) == january(30)


def test_what_was_missed_since_the_last_one_is_made_up_for_oldest_first() -> None:
    assert due_dates(DAYS, FRIDAY_NOON, made=january(27)) == january(28, 29, 30)


def test_nothing_is_due_when_all_is_made() -> None:
    assert due_dates(DAYS, FRIDAY_NOON, made=january(29, 30)) == []


def test_the_weekend_has_no_date_of_its_own_and_still_makes_up_for_friday() -> None:
    sunday = datetime(2026, 2, 1, 4, 30, tzinfo=timezone.utc)
    assert due_dates(DAYS, sunday, made=january(29)) == january(30)
    assert due_dates(DAYS, sunday, made=january(30)) == []


def test_a_holiday_has_none_either() -> None:
    # Monday 19 January was a holiday: no mailing that evening in New York, so none on Tuesday morning in Beijing.
    wednesday = datetime(2026, 1, 21, 4, 30, tzinfo=timezone.utc)
    assert due_dates(DAYS, wednesday, made=january(19)) == january(21)


def test_before_the_mailing_its_date_is_not_due() -> None:
    # 08:55 in Beijing in winter: the date exists since 08:50, the mailing comes at 09:00.
    assert due_dates(DAYS, datetime(2026, 1, 30, 0, 55, tzinfo=timezone.utc), made=january(28)) == january(29)


def test_a_date_that_was_begun_and_not_published_is_asked_for_again() -> None:
    assert due_dates(DAYS, FRIDAY_NOON, made=january(26, 29, 30), unfinished=january(26)) == january(26)


def test_an_old_backfill_does_not_make_every_date_since_due() -> None:
    assert due_dates(DAYS, FRIDAY_NOON, made=january(5, 29)) == january(30)


def test_a_date_that_was_made_while_the_clock_was_ahead_hides_none_that_was_missed() -> None:
    assert due_dates(DAYS, FRIDAY_NOON, made=[*january(27), date(2026, 2, 7)]) == january(28, 29, 30)


def test_digests_by_submission_are_due_on_every_day() -> None:
    monday = datetime(2026, 2, 2, 4, 30, tzinfo=timezone.utc)
    assert due_dates(DAYS, monday, made=january(30), every_day=True) == [
        *january(31),
        date(2026, 2, 1),
        date(2026, 2, 2),
    ]


def test_before_the_first_date_nothing_is_due() -> None:
    assert due_dates(DAYS, datetime(2025, 12, 31, tzinfo=timezone.utc), made=[]) == []


def test_the_mailing_of_a_date_is_the_one_of_its_morning() -> None:
    mailing = mailing_of(date(2026, 1, 29), DAYS)
    assert mailing is not None
    assert mailing.announced_at == datetime(2026, 1, 29, 1, tzinfo=timezone.utc)
    assert mailing_of(date(2026, 1, 31), DAYS) is None


def test_a_mailing_is_due_from_the_instant_of_its_announcement() -> None:
    announced = datetime(2026, 1, 30, 1, tzinfo=timezone.utc)
    assert due_dates(DAYS, announced, made=january(29)) == january(30)
    assert due_dates(DAYS, announced - timedelta(microseconds=1), made=january(29)) == []


def test_a_mailing_at_midnight_belongs_to_the_day_that_begins() -> None:
    """In Greenwich the summer's mailing is announced at 00:00."""
    greenwich = DigestDays(ZoneInfo("UTC"), time(8, 50), date(2026, 1, 1))
    (on, before) = (mailing_of(day, greenwich) for day in (date(2026, 7, 2), date(2026, 7, 1)))
    assert on is not None
    assert before is not None
    assert on.announced_at == datetime(2026, 7, 2, tzinfo=timezone.utc)
    assert before.announced_at == datetime(2026, 7, 1, tzinfo=timezone.utc)
