"""Which dates are due now, by what the store holds: what the schedule and `digest run` both ask."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime

import duckdb

from digest_assets.config import DigestSettings, GroupBy, Settings
from digest_assets.digests.claims import Made
from digest_assets.digests.days import dates_between
from digest_assets.digests.due import FURTHEST_BACK, due_dates, mailing_of
from digest_assets.digests.emptiness import PATIENCE, EmptyCause, empty_reason
from digest_assets.digests.standing import Standing
from digest_assets.model import AnswerStatus
from digest_assets.store import answers, endpoint_pauses, ledger, standings
from digest_assets.store.connection import DigestStore


def dates_due(settings: Settings, store: DigestStore, now: datetime) -> list[date]:
    """The digest dates to make at `now`, oldest first. Each is due from now on until it is made, whatever dies when."""
    digest, since = settings.digest.name, now.date() - FURTHEST_BACK
    # What a run could go on with now.
    statuses = [AnswerStatus.BUDGET] if settings.llm.lacks_key() else [AnswerStatus.BUDGET, AnswerStatus.NO_KEY]
    with store.transaction() as connection:
        pauses = endpoint_pauses.standing(connection, digest, since)
        asked = standings.asked_and_not_published(connection, digest, since)
        due = due_dates(
            settings.digest.days,
            now,
            made=_closed(settings, ledger.made(connection, digest), now),
            unfinished={
                *asked,
                *standings.unfinished(connection, digest, since),
                *(day for status in statuses for day in answers.dates_with(connection, digest, since, status)),
                *(day for day, until in pauses.items() if until <= now),
            },
            every_day=settings.digest.by is GroupBy.SUBMITTED,
        )
        due = [day for day in due if why_no_digest(connection, settings.digest, day, now) is None]
        standings.record_asked(connection, digest, due, now)
    return due


def is_a_date(digest: DigestSettings, day: date) -> bool:
    """Whether there can be a digest of `day`: arXiv's calendar has a mailing for it, or digests go by submission."""
    return digest.by is GroupBy.SUBMITTED or mailing_of(day, digest.days) is not None


def why_no_digest(
    connection: duckdb.DuckDBPyConnection, digest: DigestSettings, day: date, now: datetime
) -> str | None:
    """Why there is no digest of `day`: a weekend, or a holiday of arXiv's. None where there can be one, and where an
    earlier version, which made such dates too, put what came late into it."""
    made = None if is_a_date(digest, day) else ledger.made(connection, digest.name, among=[day]).get(day)
    if is_a_date(digest, day) or (made is not None and not made.is_empty):
        return None
    return empty_reason(day, digest.days, now).text


def _closed(settings: Settings, made: Mapping[date, Made], now: datetime) -> set[date]:
    """The dates of `made` that are done with. The last one, where it had no papers, is looked at once more for as long
    as its mailing may still turn up."""
    last = max(made, default=None)
    mailing = mailing_of(last, settings.digest.days) if last else None
    if last is None or mailing is None or not made[last].is_empty or now >= mailing.announced_at + PATIENCE:
        return set(made)
    return set(made) - {last}


def why_nothing_is_due(settings: Settings, store: DigestStore, now: datetime) -> str:
    """One sentence or two for whoever asked at `now`, where `dates_due` is empty."""
    newest = settings.digest.days.newest(now)
    if newest is None:
        return f"Nothing is due: the first digest is that of {settings.digest.first_date} (digest.first_date)."
    if left := _left_in_part(settings, store, newest, now):
        return f"Nothing is due now. {' '.join(left)}"
    reason = empty_reason(newest, settings.digest.days, now)
    is_known = reason.cause in (EmptyCause.WEEKEND, EmptyCause.HOLIDAY)  # of a mailing only the store knows more
    return "Nothing is due: every mailing so far has its digest." + (f" {reason.text}" if is_known else "")


def _left_in_part(settings: Settings, store: DigestStore, newest: date, now: datetime) -> list[str]:
    """A sentence for each date that lacks something, the newest first."""
    digest, first = settings.digest, max(settings.digest.days.first, newest - FURTHEST_BACK)
    calendar = dates_between(first, newest)
    with store.transaction() as connection:
        pauses = endpoint_pauses.standing(connection, digest.name, first)
        held = standings.standings(connection, digest.name, digest.days, calendar, now)
    told = []
    for day in reversed(calendar):
        if (until := pauses.get(day)) is not None and until > now:
            told.append(
                f"{day} is in part until the model's endpoint can be asked again, at {until:%Y-%m-%d %H:%M} UTC."
            )
        elif held[day][0] is Standing.IN_PART:
            told.append(f"{day} is in part: `digest run {day}` asks for the rest again.")
    return told
