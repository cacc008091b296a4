"""How each date of a digest stands: what `digest status` shows. Pure: the store tells what it holds of each date."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import Enum
from typing import Protocol

from digest_assets.digests.days import DigestDays
from digest_assets.digests.emptiness import EmptyCause, empty_reason


class Standing(str, Enum):
    """How a digest date stands now."""

    COMPLETE = "complete"
    EMPTY = "empty"
    """Made, and there was nothing to publish."""
    IN_PART = "in part"
    """Published; some papers lack what was asked for, and another run may bring it."""
    WITH_GAPS = "with gaps"
    """Published; some translations or readings were wrong twice and are withheld: another run brings the same."""
    FAILED = "failed"
    """Asked for, and not published."""
    LATE = "late"
    """Its mailing is out, digests were made before it, and it was never asked for: the next run makes it."""
    NOT_MADE = "not made"
    """Its mailing is out, and nobody asked for it: older than the first digest, or left to a backfill."""
    NOT_YET = "not yet"
    """Its mailing is not out, or not searchable."""
    NO_MAILING = "no mailing"
    """A weekend or a holiday of arXiv's."""


@dataclass(frozen=True, slots=True)
class DateRecord:
    """What the store holds of a date that was asked for."""

    made: bool
    """Whether it claimed its papers."""
    empty_reason: str | None = None
    error: str | None = None
    """What arXiv's API answered last, where that was no answer."""
    open_because: str | None = None
    """Why its last run could not make it."""
    announced: int | None = None
    """This and the next three: as its post counts them; None where none was rendered."""
    published: int | None = None
    filtered: int | None = None
    failed: int | None = None
    late: int | None = None
    path: str | None = None
    waiting: int = 0
    """How many of its answers wait for a batch."""
    without_key: int = 0
    """How many of its answers nobody could be asked for, because no key was set."""
    texts_to_come: int = 0
    """How many of its papers were read by their abstract, for a reason that may pass."""
    incomplete: int = 0
    """How many of its papers arXiv named without a title, an author or an abstract."""
    translations: int | None = None
    """This and the next four: as its post counts them; None where a version rendered it that did not."""
    translations_wanted: int | None = None
    readings: int | None = None
    readings_wanted: int | None = None
    withheld: int | None = None
    """Translations and readings that were wrong twice."""
    withheld_before: int = 0
    """Of those withheld, how many were asked for by a prompt of an earlier version."""


def standing(
    day: date, record: DateRecord | None, days: DigestDays, now: datetime, *, first_made: date | None
) -> tuple[Standing, str | None]:
    """How `day` stands, and why where it is not complete. `first_made`: the first date that was ever made."""
    if record is not None and record.made:
        return _of_made(record)
    if record is not None and record.error is not None:
        return Standing.FAILED, record.error
    why = empty_reason(day, days, now)
    if why.cause in (EmptyCause.WEEKEND, EmptyCause.HOLIDAY):
        return Standing.NO_MAILING, why.text
    if why.cause is EmptyCause.NOT_YET or now < days.opens_at(day):
        return Standing.NOT_YET, why.text
    if record is not None:
        return Standing.NOT_YET, record.open_because or "Asked for before its mailing could be searched; ask again."
    if first_made is not None and day > first_made:
        return Standing.LATE, "Its mailing is out; the next run makes it."
    return Standing.NOT_MADE, None


def _of_made(record: DateRecord) -> tuple[Standing, str | None]:
    if record.waiting:
        return Standing.NOT_YET, f"{record.waiting} of its answers wait for a batch; run it again."
    if record.failed is None:
        return Standing.FAILED, "Its papers are claimed, and its post was not written; run it again, it says why."
    if record.without_key:
        return Standing.IN_PART, f"no key: {record.without_key} of its texts wait for one."
    if record.failed:
        return Standing.IN_PART, f"{record.failed} of its papers lack what was asked for."
    if record.texts_to_come:
        told = f"{record.texts_to_come} of its full texts could not be fetched yet; run it again."
        return Standing.IN_PART, told
    if record.incomplete:
        told = f"{record.incomplete} of its papers came without a title, an author or an abstract; run it again."
        return Standing.IN_PART, told
    if record.withheld_before:
        told = f"{record.withheld_before} of its texts are withheld that an earlier prompt asked for; run it again."
        return Standing.IN_PART, told
    if record.withheld:
        return Standing.WITH_GAPS, f"{texts_said(record)}: {record.withheld} texts were wrong twice."
    if record.path is None:
        return Standing.EMPTY, record.empty_reason or "All its papers were filtered out."
    return Standing.COMPLETE, None


class TextCounts(Protocol):
    """How many of a date's papers have what was asked for."""

    @property
    def translations(self) -> int | None: ...
    @property
    def translations_wanted(self) -> int | None: ...
    @property
    def readings(self) -> int | None: ...
    @property
    def readings_wanted(self) -> int | None: ...


def texts_said(counts: TextCounts) -> str:
    """`translations 34/36, readings 30/36`, for people who run it; empty where nothing was counted or wanted."""
    named = (
        ("translations", counts.translations, counts.translations_wanted),
        ("readings", counts.readings, counts.readings_wanted),
    )
    return ", ".join(f"{name} {count}/{of}" for name, count, of in named if of)
