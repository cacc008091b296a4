"""The meaning of a digest date at its boundaries."""

import time as time_module
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from digest_assets.digests.days import DigestDays

SHANGHAI = DigestDays(ZoneInfo("Asia/Shanghai"), time(8, 50), date(2026, 1, 1))
NEW_YORK = DigestDays(ZoneInfo("America/New_York"), time(8, 50), date(2026, 1, 1))
BERLIN = DigestDays(ZoneInfo("Europe/Berlin"), time(2, 30), date(2026, 1, 1))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=timezone.utc)


def test_the_window_is_the_one_the_post_states() -> None:
    window = SHANGHAI.window(date(2026, 1, 29))
    assert (window.start, window.end) == (utc("2026-01-28T00:50"), utc("2026-01-29T00:50"))


def test_a_window_is_closed_at_its_start_and_open_at_its_end() -> None:
    window = SHANGHAI.window(date(2026, 1, 29))
    assert window.start in window
    assert window.end not in window
    assert window.end - timedelta(microseconds=1) in window


@pytest.mark.parametrize(
    ("instant", "expected"),
    [
        ("2026-01-29T00:49:59.999999", date(2026, 1, 29)),
        ("2026-01-29T00:50:00", date(2026, 1, 30)),
        ("2026-01-28T00:50:00", date(2026, 1, 29)),
        ("2026-01-28T16:00:00", date(2026, 1, 29)),
    ],
)
def test_a_submission_at_the_anchor_belongs_to_the_next_date(instant: str, expected: date) -> None:
    assert SHANGHAI.date_submitted(utc(instant)) == expected


@pytest.mark.parametrize(
    ("announced", "expected"),
    [
        ("2026-01-29T01:00", date(2026, 1, 29)),  # 20:00 EST is 09:00 in Beijing
        ("2026-07-02T00:00", date(2026, 7, 2)),  # 20:00 EDT is 08:00 in Beijing
    ],
)
def test_a_mailing_is_the_digest_of_the_beijing_morning(announced: str, expected: date) -> None:
    assert SHANGHAI.date_announced(utc(announced)) == expected


def test_in_new_york_a_mailing_is_the_digest_of_its_own_evening() -> None:
    assert NEW_YORK.date_announced(utc("2026-01-29T01:00")) == date(2026, 1, 28)


def test_a_date_exists_from_its_anchor_on() -> None:
    assert SHANGHAI.newest(utc("2026-01-29T00:49:59")) == date(2026, 1, 28)
    assert SHANGHAI.newest(utc("2026-01-29T00:50:00")) == date(2026, 1, 29)


def test_before_the_first_date_there_is_none() -> None:
    assert SHANGHAI.newest(utc("2026-01-01T00:49:59")) is None
    assert SHANGHAI.newest(utc("2026-01-01T00:50:00")) == date(2026, 1, 1)


@pytest.mark.parametrize("days", [NEW_YORK, BERLIN], ids=["new york", "berlin, anchor in the skipped hour"])
def test_windows_tile_a_year_of_daylight_saving(days: DigestDays) -> None:
    every_day = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(366)]
    for day in every_day:
        window = days.window(day)
        assert window.end == days.window(day + timedelta(days=1)).start
        assert timedelta(hours=22) < window.end - window.start < timedelta(hours=26)
        assert days.date_submitted(window.start) == day
        assert days.date_submitted(window.end - timedelta(seconds=1)) == day


def test_a_day_of_daylight_saving_is_23_or_25_hours() -> None:
    assert NEW_YORK.window(date(2026, 3, 8)).end - NEW_YORK.window(date(2026, 3, 8)).start == timedelta(hours=23)
    assert NEW_YORK.window(date(2026, 11, 1)).end - NEW_YORK.window(date(2026, 11, 1)).start == timedelta(hours=25)


def test_the_day_of_a_mailing_is_its_calendar_day_in_the_digest_s_zone() -> None:
    span = SHANGHAI.span(date(2026, 1, 29))
    assert (span.start, span.end) == (utc("2026-01-28T16:00"), utc("2026-01-29T16:00"))
    assert span.start.tzinfo is timezone.utc


def test_the_zone_of_the_machine_decides_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(days: DigestDays) -> list[object]:
        instant = utc("2026-01-29T00:55")
        span, window = days.span(date(2026, 1, 29)), days.window(date(2026, 1, 29))
        return [days.newest(instant), days.date_submitted(instant), days.date_announced(instant), span, window]

    here = of(SHANGHAI)
    try:
        monkeypatch.setenv("TZ", "Pacific/Kiritimati")  # UTC+14
        time_module.tzset()
        assert of(SHANGHAI) == here
        assert SHANGHAI.span(date(2026, 1, 29)).start.utcoffset() == timedelta(0)
        assert SHANGHAI.anchor_of(date(2026, 1, 29)).utcoffset() == timedelta(0)
    finally:
        monkeypatch.undo()
        time_module.tzset()
