"""Which dates are due now, by what the store holds: what the schedule and `digest run` both ask."""

from __future__ import annotations

from datetime import date, datetime

from digest_assets.config import GroupBy, Settings
from digest_assets.due import FURTHEST_BACK, due_dates
from digest_assets.store import ledger
from digest_assets.store.connection import DigestStore


def dates_due(settings: Settings, store: DigestStore, now: datetime) -> list[date]:
    """The digest dates to make at `now`, oldest first."""
    with store.transaction() as connection:
        made = set(ledger.made(connection, settings.digest.name))
        unfinished = ledger.unfinished(connection, settings.digest.name, now.date() - FURTHEST_BACK)
    return due_dates(
        settings.digest.days,
        now,
        made=made,
        unfinished=unfinished,
        every_day=settings.digest.by is GroupBy.SUBMITTED,
    )
