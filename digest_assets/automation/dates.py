"""Which dates are due now, by what the store holds: what the schedule and `digest run` both ask."""

from __future__ import annotations

from datetime import date, datetime

from digest_assets.config import GroupBy, Settings
from digest_assets.digests.due import FURTHEST_BACK, due_dates
from digest_assets.digests.emptiness import empty_reason
from digest_assets.store import answers, endpoint_pauses, ledger, standings
from digest_assets.store.connection import DigestStore


def dates_due(settings: Settings, store: DigestStore, now: datetime) -> list[date]:
    """The digest dates to make at `now`, oldest first. Each is due from now on until it is made, whatever dies when."""
    digest, since = settings.digest.name, now.date() - FURTHEST_BACK
    with store.transaction() as connection:
        pauses = endpoint_pauses.standing(connection, digest, since)
        asked = standings.asked_and_not_published(connection, digest, since)
        due = due_dates(
            settings.digest.days,
            now,
            made=set(ledger.made(connection, digest)),
            unfinished={
                *asked,
                *standings.unfinished(connection, digest, since),
                *answers.ended_by_budget(connection, digest, since),
                *(day for day, until in pauses.items() if until <= now),
            },
            every_day=settings.digest.by is GroupBy.SUBMITTED,
        )
        standings.record_asked(connection, digest, due, now)
    return due


def why_nothing_is_due(settings: Settings, now: datetime) -> str:
    """One sentence or two for whoever asked at `now`, where `dates_due` is empty."""
    newest = settings.digest.days.newest(now)
    if newest is None:
        return f"Nothing is due: the first digest is that of {settings.digest.first_date} (digest.first_date)."
    reason = empty_reason(newest, settings.digest.days, now)
    return "Nothing is due: every mailing so far has its digest." + (f" {reason.text}" if reason.cause.is_final else "")
