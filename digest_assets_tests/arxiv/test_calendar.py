"""Which mailing takes a submission, through weekends, holidays and daylight saving."""

from datetime import date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from digest_assets.arxiv.calendar import (
    NEW_YORK,
    NoMailing,
    NoMailingCause,
    evening_in,
    holiday_evenings,
    holidays_unknown,
    mailing_announced_at,
    mailing_for_submission,
    mailings_between,
    next_mailing,
    no_mailing_reason,
    previous_mailing,
    years_with_holidays,
)
from digest_assets_tests.arxiv.examples import utc

instants = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(timezone.utc))  # noqa: DTZ001


@pytest.mark.parametrize(
    ("submitted", "announced"),
    [
        ("2026-01-27T18:59:59", "2026-01-28T01:00"),  # Tuesday 13:59 EST -> Tuesday 20:00
        ("2026-01-27T19:00:00", "2026-01-29T01:00"),  # at the freeze itself: Wednesday
        ("2026-01-29T19:00:00", "2026-02-02T01:00"),  # Thursday afternoon -> Sunday
        ("2026-01-30T18:59:59", "2026-02-02T01:00"),  # Friday before the freeze -> Sunday
        ("2026-01-30T19:00:00", "2026-02-03T01:00"),  # Friday afternoon -> Monday
        ("2026-02-01T12:00:00", "2026-02-03T01:00"),  # Sunday -> Monday
        ("2026-07-14T17:59:59", "2026-07-15T00:00"),  # in summer the freeze is 18:00 UTC, the mailing at midnight
        ("2026-07-14T18:00:00", "2026-07-16T00:00"),
    ],
)
def test_a_submission_goes_into_the_first_mailing_whose_freeze_is_after_it(submitted: str, announced: str) -> None:
    assert mailing_for_submission(utc(submitted)).announced_at == utc(announced)


def test_a_mailing_opens_at_the_freeze_before() -> None:
    sunday = mailing_announced_at(utc("2026-02-02T01:00"))
    assert (sunday.opens_at, sunday.freezes_at) == (utc("2026-01-29T19:00"), utc("2026-01-30T19:00"))
    monday = next_mailing(sunday.announced_at)
    assert (monday.opens_at, monday.freezes_at) == (utc("2026-01-30T19:00"), utc("2026-02-02T19:00"))


def test_after_a_holiday_the_next_mailing_takes_its_submissions_too() -> None:
    """Thanksgiving, Thursday 26 November 2026: Wednesday afternoon to Friday 14:00 is all announced on Sunday."""
    sunday = mailing_for_submission(utc("2026-11-25T20:00"))
    assert sunday.announced_at == utc("2026-11-30T01:00")
    assert sunday.opens_at == utc("2026-11-25T19:00")
    assert mailings_between(utc("2026-11-26T12:00"), utc("2026-11-29T12:00")) == ()


def test_a_holiday_on_a_friday_defers_sundays_mailing() -> None:
    assert mailing_for_submission(utc("2025-07-04T12:00")).announced_at == utc("2025-07-08T00:00")
    reason = no_mailing_reason(date(2025, 7, 6))
    assert reason is not None
    assert (reason.cause, reason.name) == (NoMailingCause.HOLIDAY, "Independence Day")


def test_a_week_with_the_change_to_daylight_saving_time() -> None:
    announced = [mailing.announced_at for mailing in mailings_between(utc("2026-03-05T12:00"), utc("2026-03-11T12:00"))]
    assert announced == [
        utc("2026-03-06T01:00"),
        utc("2026-03-09T00:00"),
        utc("2026-03-10T00:00"),
        utc("2026-03-11T00:00"),
    ]


def test_a_span_of_mailings_is_closed_at_both_ends() -> None:
    one = utc("2026-01-29T01:00")
    assert [each.announced_at for each in mailings_between(one, one)] == [one]
    assert mailings_between(one + timedelta(seconds=1), one + timedelta(hours=23)) == ()


def test_the_reasons_for_an_evening_without_mailing() -> None:
    friday, saturday, holiday = date(2026, 1, 30), date(2026, 1, 31), date(2026, 11, 26)
    assert no_mailing_reason(date(2026, 1, 29)) is None
    assert no_mailing_reason(friday) == NoMailing(NoMailingCause.WEEKEND, friday, "Friday")
    assert no_mailing_reason(saturday) == NoMailing(NoMailingCause.WEEKEND, saturday, "Saturday")
    thanksgiving = no_mailing_reason(holiday)
    assert thanksgiving is not None
    assert (thanksgiving.cause, thanksgiving.evening) == (NoMailingCause.HOLIDAY, holiday)
    assert "2026-11-26 (New York): Thanksgiving" in thanksgiving.text
    assert "on Friday evenings" in NoMailing(NoMailingCause.WEEKEND, friday, "Friday").text


def test_the_evenings_of_holidays_are_those_without_a_mailing_for_one() -> None:
    """A holiday on a Friday takes Sunday's mailing, one on a Saturday none."""
    evenings = holiday_evenings()
    assert {date(2025, 7, 6), date(2026, 11, 26)} <= set(evenings)
    first, last = date(years_with_holidays()[0], 1, 1), date(years_with_holidays()[-1] + 1, 1, 3)
    all_days = (first + timedelta(days=number) for number in range((last - first).days))
    reasons = ((day, no_mailing_reason(day)) for day in all_days)
    assert list(evenings) == [day for day, why in reasons if why is not None and why.cause is NoMailingCause.HOLIDAY]


def test_the_evening_of_a_span_is_the_day_whose_mailing_is_in_it() -> None:
    mailing, moment = utc("2026-01-29T01:00"), timedelta(microseconds=1)
    wednesday = date(2026, 1, 28)
    assert evening_in(mailing, mailing + moment) == wednesday
    assert evening_in(mailing - timedelta(hours=23), mailing + moment) == wednesday
    assert evening_in(mailing - timedelta(hours=23), mailing) == wednesday - timedelta(days=1)
    assert evening_in(mailing + moment, mailing + timedelta(days=1)) == wednesday
    assert evening_in(mailing + moment, mailing + timedelta(days=1, hours=1)) == wednesday + timedelta(days=1)


def test_there_is_no_mailing_at_an_instant_between_two() -> None:
    with pytest.raises(ValueError, match="announces nothing"):
        mailing_announced_at(utc("2026-01-29T02:00"))


def test_years_without_holidays_on_record_can_be_told() -> None:
    assert 2026 in years_with_holidays()
    assert holidays_unknown(date(2026, 12, 1), date(2028, 1, 1)) == tuple(
        year for year in (2027, 2028) if year not in years_with_holidays()
    )


def test_a_year_without_holidays_on_record_is_treated_as_having_none() -> None:
    assert no_mailing_reason(date(2099, 12, 31)) is None


@given(instants)
def test_next_and_previous_are_neighbours(instant: datetime) -> None:
    before, after = previous_mailing(instant), next_mailing(instant)
    assert before.announced_at <= instant < after.announced_at
    assert after.opens_at == before.freezes_at
    assert next_mailing(before.announced_at) == after


@given(instants)
def test_every_submission_is_in_exactly_one_mailing(submitted_at: datetime) -> None:
    mailing = mailing_for_submission(submitted_at)
    assert mailing.opens_at <= submitted_at < mailing.freezes_at < mailing.announced_at


@given(instants, st.timedeltas(timedelta(0), timedelta(days=60)))
def test_mailings_are_evenings_in_order_and_tile_the_time(start: datetime, length: timedelta) -> None:
    mailings = mailings_between(start, start + length)
    for mailing in mailings:
        local = mailing.announced_at.astimezone(NEW_YORK)
        assert (local.hour, local.minute, local.weekday() in (4, 5)) == (20, 0, False)
        assert mailing.announced_at.utcoffset() == timedelta(0)
    for before, after in pairwise(mailings):
        assert before.freezes_at == after.opens_at
