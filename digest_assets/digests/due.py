"""Which digest dates there are, and which are to be made now: the newest, and whatever was missed since the last one.
Pure.

The schedule and `digest run` ask here, so that a machine that was off for a week makes up for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from digest_assets.arxiv.calendar import ANNOUNCED, NEW_YORK, Mailing, holiday_evenings, mailings_between
from digest_assets.digests.days import DigestDays, dates_between

FURTHEST_BACK = timedelta(days=45)
"""Dates missed longer ago are left to a backfill that somebody asks for."""


def mailing_of(day: date, days: DigestDays) -> Mailing | None:
    """The mailing that `day` publishes; None where the calendar has none."""
    span = days.span(day)
    return next(iter(mailings_between(span.start, span.end - timedelta(microseconds=1))), None)


_SUNDAY = 6
_WEEKS_LOOKED_AT = 40 * 52
"""From the first date on: a zone may change its offset to UTC, and with it the weekday of a mailing."""


def weekdays_with_mailings(days: DigestDays) -> frozenset[int]:
    """The weekdays, Monday is 0, on which a mailing of Sunday to Thursday evening can fall in the digest's zone: Monday
    to Friday in Shanghai, Sunday to Thursday in New York, both where summer time moves 20:00 across midnight."""
    sunday = days.first - timedelta(days=(days.first.weekday() - _SUNDAY) % 7)
    sundays = (sunday + timedelta(weeks=week) for week in range(_WEEKS_LOOKED_AT))
    moved = {_date_of_evening(each, days) - each for each in sundays}
    return frozenset((_SUNDAY + evening + shift.days) % 7 for shift in moved for evening in range(5))


def dates_of_holidays(days: DigestDays) -> list[date]:
    """The dates, oldest first, that have no mailing for a holiday of arXiv's that is known."""
    dates = {_date_of_evening(each, days) for each in holiday_evenings()}
    return sorted(each for each in dates if each >= days.first and mailing_of(each, days) is None)


def _date_of_evening(evening: date, days: DigestDays) -> date:
    return days.date_announced(datetime.combine(evening, ANNOUNCED, NEW_YORK))


def due_dates(
    days: DigestDays,
    now: datetime,
    *,
    made: Collection[date],
    unfinished: Collection[date] = (),
    every_day: bool = False,
) -> list[date]:
    """The dates to make, oldest first.

    `made`: the dates that claimed their papers. `unfinished`: dates that were asked for and not made, or made and not
    published. `every_day`: whether dates without a mailing count too (where digests go by submission).
    """
    newest = days.newest(now)
    if newest is None:
        return []
    horizon = max(days.first, newest - FURTHEST_BACK)

    def has_news(day: date) -> bool:
        mailing = mailing_of(day, days)
        return every_day or (mailing is not None and mailing.announced_at <= now)

    def is_wanted(day: date) -> bool:
        return day in unfinished or (day not in made and has_news(day) and (day > last or day == latest))

    calendar = dates_between(horizon, newest)
    latest = max((day for day in calendar if has_news(day)), default=None)
    # A date that was made while the clock was ahead does not hide those that were missed before it.
    last = max((day for day in made if day <= newest), default=newest)
    return [day for day in calendar if is_wanted(day)]
