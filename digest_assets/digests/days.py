"""What a digest's date means, settled once: digest date <-> instants. Nothing else knows the anchor.

A partition's key is the digest date D, which is the date of the post. Three things hang on it:

- D **exists** from its anchor on (default 08:50 in the digest's time zone). Dagster is told the same by
  `hour_offset`, `minute_offset` and `end_offset=1` (https://docs.dagster.io/guides/build/partitions-and-backfills).
- D **publishes** what arXiv announced on D, the date taken in the digest's time zone: a mailing at 20:00 New York time
  is at 08:00 or 09:00 of the next day in Beijing, so `date_announced` is that day.
- D's **window** is [D-1 anchor, D anchor), in which the papers of D may or may not have been submitted. It stands in
  the post, and decides only where `digest.by` is "submitted".

All instants taken and returned are aware; those returned are in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Window:
    """A span of time, closed at the start and open at the end, UTC."""

    start: datetime
    end: datetime

    def __contains__(self, instant: datetime) -> bool:
        return self.start <= instant < self.end


@dataclass(frozen=True, slots=True)
class DigestDays:
    """The dates of a digest: each is a calendar day in `zone`, from `first` on."""

    zone: ZoneInfo
    anchor: time
    first: date

    def anchor_of(self, day: date) -> datetime:
        """The instant of the anchor on `day`. A wall time that daylight saving skips is read as the hour after it."""
        return datetime.combine(day, self.anchor, self.zone).astimezone(timezone.utc)

    def opens_at(self, day: date) -> datetime:
        """From when on `day` is a partition."""
        return self.anchor_of(day)

    def window(self, day: date) -> Window:
        """The submission window of `day`. Windows of consecutive days touch, whatever daylight saving does."""
        return Window(self.anchor_of(day - timedelta(days=1)), self.anchor_of(day))

    def span(self, day: date) -> Window:
        """The calendar day itself: a mailing in it is `day`'s."""
        midnight = time(0)
        return Window(
            datetime.combine(day, midnight, self.zone).astimezone(timezone.utc),
            datetime.combine(day + timedelta(days=1), midnight, self.zone).astimezone(timezone.utc),
        )

    def date_announced(self, announced_at: datetime) -> date:
        """The digest date of a mailing."""
        return announced_at.astimezone(self.zone).date()

    def date_submitted(self, published_at: datetime) -> date:
        """The digest date whose window holds a submission: at the anchor itself the next day begins."""
        day = published_at.astimezone(self.zone).date()
        return day + timedelta(days=1) if published_at >= self.anchor_of(day) else day

    def newest(self, now: datetime) -> date | None:
        """The last date that exists at `now`; None before the first."""
        day = now.astimezone(self.zone).date()
        day = day if now >= self.opens_at(day) else day - timedelta(days=1)
        return day if day >= self.first else None


def dates_between(first: date, last: date) -> list[date]:
    """All dates from `first` to `last`, both included; none where they are the wrong way round."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]
