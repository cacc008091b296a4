"""Which dates are partitions: those that can have a mailing, each from its anchor on."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from digest_assets.assets.partitions import digest_partitions
from digest_assets.digests.days import DigestDays
from digest_assets.digests.due import mailing_of, weekdays_with_mailings

FIRST = date(2026, 1, 1)
MONDAY_TO_FRIDAY, SUNDAY_TO_THURSDAY = {0, 1, 2, 3, 4}, {6, 0, 1, 2, 3}


def days_in(zone: str, anchor: time = time(8, 50)) -> DigestDays:
    return DigestDays(ZoneInfo(zone), anchor, FIRST)


def keys(days: DigestDays, now: datetime) -> list[date]:
    return [date.fromisoformat(key) for key in digest_partitions(days).get_partition_keys(current_time=now)]


@pytest.mark.parametrize(
    ("zone", "weekdays"),
    [
        ("Asia/Shanghai", MONDAY_TO_FRIDAY),
        ("Europe/London", MONDAY_TO_FRIDAY),
        ("Pacific/Kiritimati", MONDAY_TO_FRIDAY),
        ("America/New_York", SUNDAY_TO_THURSDAY),
        ("Pacific/Honolulu", SUNDAY_TO_THURSDAY),
        ("Atlantic/Azores", MONDAY_TO_FRIDAY | SUNDAY_TO_THURSDAY),  # 23:00 or 24:00, as summer time has it
    ],
)
def test_the_weekdays_of_mailings_follow_from_the_zone(zone: str, weekdays: set[int]) -> None:
    assert weekdays_with_mailings(days_in(zone)) == weekdays


@pytest.mark.parametrize("anchor", [time(8, 50), time(2, 30)], ids=str)
@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Europe/Berlin"])
def test_a_year_s_partitions_are_the_dates_with_a_mailing(zone: str, anchor: time) -> None:
    days = days_in(zone, anchor)
    year = [FIRST + timedelta(days=offset) for offset in range(365)]
    noon = datetime(2026, 12, 31, 12, tzinfo=days.zone)
    wanted = [day for day in year if mailing_of(day, days) is not None]
    assert [day for day in keys(days, noon) if day.year == 2026] == wanted
    every_day = digest_partitions(days, every_day=True).get_partition_keys(current_time=noon)
    assert every_day == [day.isoformat() for day in year]


@pytest.mark.parametrize(
    ("now", "newest"),
    [
        ("2026-11-20T00:49:59", date(2026, 11, 19)),  # Friday, a second before 08:50 in Shanghai
        ("2026-11-20T00:50:00", date(2026, 11, 20)),
        ("2026-11-21T12:00:00", date(2026, 11, 20)),  # Saturday: Monday is not there, and so not missing
        ("2026-11-23T00:49:59", date(2026, 11, 20)),
        ("2026-11-23T00:50:00", date(2026, 11, 23)),
        ("2026-09-07T23:00:00", date(2026, 9, 7)),
        ("2026-09-08T00:50:00", date(2026, 9, 9)),  # after Labor Day Dagster has the next date a day early
    ],
)
def test_a_date_is_there_from_its_anchor_on(now: str, newest: date) -> None:
    instant = datetime.fromisoformat(now).replace(tzinfo=timezone.utc)
    assert keys(days_in("Asia/Shanghai"), instant)[-1] == newest
