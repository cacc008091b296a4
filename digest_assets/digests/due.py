"""Which digest dates are to be made now: the newest, and whatever was missed since the last one. Pure.

The schedule and `digest run` ask here, so that a machine that was off for a week makes up for it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from digest_assets.arxiv.calendar import Mailing, mailings_between
from digest_assets.digests.days import DigestDays

FURTHEST_BACK = timedelta(days=45)
"""Dates missed longer ago are left to a backfill that somebody asks for."""


def mailing_of(day: date, days: DigestDays) -> Mailing | None:
    """The mailing that `day` publishes; None where the calendar has none."""
    span = days.span(day)
    return next(iter(mailings_between(span.start, span.end - timedelta(microseconds=1))), None)


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

    calendar = [horizon + timedelta(days=offset) for offset in range((newest - horizon).days + 1)]
    latest = max((day for day in calendar if has_news(day)), default=None)
    # A date that was made while the clock was ahead does not hide those that were missed before it.
    last = max((day for day in made if day <= newest), default=newest)
    return [day for day in calendar if is_wanted(day)]
