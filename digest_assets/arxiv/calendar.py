"""arXiv's announcement calendar: which mailing takes a submission, and why an evening has none.

Submissions freeze at 14:00 New York time and are announced at 20:00, Sunday to Thursday; Sunday's mailing takes what
was submitted by Friday 14:00 (https://info.arxiv.org/help/availability.html). A mailing whose freeze would fall on a
holiday of arXiv's is deferred: the next one takes its submissions too. That a Friday's holiday defers Sunday's mailing
was seen on Friday, 4 July 2025 (recorded listings: none on the 6th, 2,266 identifiers on the 7th). Holidays are data,
`holidays.toml`, which says how to bring it up to date.
All instants taken are aware; all given are in UTC.
"""

from __future__ import annotations

import sys
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from enum import Enum
from functools import lru_cache
from importlib import resources
from itertools import takewhile
from zoneinfo import ZoneInfo

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

NEW_YORK = ZoneInfo("America/New_York")
ANNOUNCED = time(20, 0)
FREEZE = time(14, 0)
_DAY = timedelta(days=1)
_FRIDAY, _SATURDAY, _SUNDAY = 4, 5, 6


@dataclass(frozen=True, slots=True, order=True)
class Mailing:
    """One evening's announcement: what was submitted in [`opens_at`, `freezes_at`), and what was held before."""

    announced_at: datetime
    freezes_at: datetime
    opens_at: datetime
    """The freeze of the mailing before."""


class NoMailingCause(str, Enum):
    WEEKEND = "weekend"
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class NoMailing:
    """Why arXiv announces nothing on an evening."""

    cause: NoMailingCause
    evening: date
    """The evening in New York."""
    name: str
    """`Friday` or `Saturday`, or the holiday's name."""

    @property
    def text(self) -> str:
        """The reason, for a reader: a clause to follow "no papers:"."""
        if self.cause is NoMailingCause.WEEKEND:
            return f"arXiv announces nothing on {self.name} evenings (New York)"
        return f"arXiv announced nothing on the evening of {self.evening.isoformat()} (New York): {self.name}"


@lru_cache(maxsize=1)
def _holidays() -> dict[int, dict[date, str]]:
    text = resources.files("digest_assets.arxiv").joinpath("holidays.toml").read_text(encoding="utf-8")
    return {
        int(year): {date.fromisoformat(day): name for day, name in days.items()}
        for year, days in tomllib.loads(text).items()
    }


def years_with_holidays() -> tuple[int, ...]:
    """The years whose holidays are known."""
    return tuple(sorted(_holidays()))


def holidays_unknown(start: date, end: date) -> tuple[int, ...]:
    """The years from `start` to `end` whose holidays are not in `holidays.toml`: they are treated as having none."""
    known = _holidays()
    return tuple(year for year in range(start.year, end.year + 1) if year not in known)


def holiday_evenings() -> tuple[date, ...]:
    """The evenings in New York, oldest first, without a mailing for a holiday that is known."""
    known = (day + 2 * _DAY if day.weekday() == _FRIDAY else day for year in _holidays().values() for day in year)
    return tuple(sorted(day for day in known if day.weekday() not in (_FRIDAY, _SATURDAY)))


def no_mailing_reason(day_in_new_york: date) -> NoMailing | None:
    """Why there is no mailing on that evening in New York; None where there is one."""
    if day_in_new_york.weekday() in (_FRIDAY, _SATURDAY):
        return NoMailing(NoMailingCause.WEEKEND, day_in_new_york, day_in_new_york.strftime("%A"))
    freeze = _freeze_day(day_in_new_york)
    name = _holidays().get(freeze.year, {}).get(freeze)
    return NoMailing(NoMailingCause.HOLIDAY, day_in_new_york, name) if name else None


def _new_york(day: date, wall: time) -> datetime:
    return datetime.combine(day, wall, NEW_YORK).astimezone(timezone.utc)


def _freeze_day(evening: date) -> date:
    return evening - 2 * _DAY if evening.weekday() == _SUNDAY else evening


def _freeze(evening: date) -> datetime:
    """The freeze of the mailing of `evening`: the same day's, on Sunday that of Friday."""
    return _new_york(_freeze_day(evening), FREEZE)


def _evenings(start: date, step: timedelta = _DAY) -> Iterator[date]:
    """Evenings with a mailing, from `start` on, forwards or backwards, without end."""
    day = start
    while True:
        if no_mailing_reason(day) is None:
            yield day
        day += step


@lru_cache(maxsize=4096)
def _mailing(evening: date) -> Mailing:
    before = next(_evenings(evening - _DAY, -_DAY))
    return Mailing(_new_york(evening, ANNOUNCED), _freeze(evening), _freeze(before))


def _new_york_date(instant: datetime) -> date:
    return instant.astimezone(NEW_YORK).date()


def next_mailing(after: datetime) -> Mailing:
    """The first mailing announced after `after`."""
    return next(mailing for day in _evenings(_new_york_date(after)) if (mailing := _mailing(day)).announced_at > after)


def previous_mailing(at_or_before: datetime) -> Mailing:
    """The last mailing announced at or before `at_or_before`."""
    return next(
        mailing
        for day in _evenings(_new_york_date(at_or_before), -_DAY)
        if (mailing := _mailing(day)).announced_at <= at_or_before
    )


def mailing_announced_at(instant: datetime) -> Mailing:
    """The mailing announced at exactly `instant`. Raises `ValueError` where there is none."""
    mailing = previous_mailing(instant)
    if mailing.announced_at != instant:
        raise ValueError(f"arXiv announces nothing at {instant.isoformat()}")
    return mailing


def mailing_for_submission(submitted_at: datetime) -> Mailing:
    """The mailing that a submission goes into unless it is held: the first whose freeze is after it."""
    mailings, freezes = _taking_submissions_of(submitted_at.astimezone(timezone.utc).year)
    return mailings[bisect_right(freezes, submitted_at)]


@lru_cache(maxsize=64)
def _taking_submissions_of(year: int) -> tuple[tuple[Mailing, ...], tuple[datetime, ...]]:
    """The mailings that take the submissions of a year (UTC), and their freezes: thousands are asked for at a time."""
    mailings = mailings_between(
        datetime(year, 1, 1, tzinfo=timezone.utc), datetime(year + 1, 1, 31, tzinfo=timezone.utc)
    )
    return mailings, tuple(mailing.freezes_at for mailing in mailings)


def mailings_between(start: datetime, end: datetime) -> tuple[Mailing, ...]:
    """The mailings announced in [`start`, `end`], the first first."""
    following = map(_mailing, _evenings(_new_york_date(start)))
    announced = takewhile(lambda mailing: mailing.announced_at <= end, following)
    return tuple(mailing for mailing in announced if mailing.announced_at >= start)


def noon_in_new_york(day: date) -> datetime:
    """An instant that is on `day` in New York, before its mailing and after that of the evening before, UTC."""
    return _new_york(day, time(12))


def evening_in(start: datetime, end: datetime) -> date:
    """The day in New York whose 20:00 is in [`start`, `end`); the day of `start` there where none is."""
    first = _new_york_date(start)
    return next(
        (day for day in (first, first + _DAY) if start <= _new_york(day, ANNOUNCED) < end),
        first,
    )
